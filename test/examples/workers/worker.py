"""A worker in another language: Python's standard library is enough. runtime/channel/PROTOCOL.md says what it does and why.

    runner: { exec: [python3, worker.py] }
"""

import json
import os
import signal
import socket
import struct
import sys
import threading
import time
import urllib.parse
import zlib


def simulate(parameters, seed):
    """The simulation: parameters by name in, a number for each objective out."""
    x, n = parameters["x"], parameters["n"]
    if x > 4.5:
        raise ValueError(f"x is too large: {x}")
    return [x * x + n + (seed % 1000) / 1e6], {"worker": "python"}


# Messages: msgpack, as far as they need it.


def pack(value):
    if value is None:
        return b"\xc0"
    if value is True or value is False:
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        if abs(value) >= 2**31:
            return pack(float(value))  # a reader takes 64 bits for a big integer
        return struct.pack(">Bi", 0xD2, value)
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, str):
        text = value.encode()
        return struct.pack(">BI", 0xDB, len(text)) + text
    if isinstance(value, (list, tuple)):
        return struct.pack(">BI", 0xDD, len(value)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        pairs = b"".join(pack(key) + pack(one) for key, one in value.items())
        return struct.pack(">BI", 0xDF, len(value)) + pairs
    raise TypeError(f"no message holds a {type(value).__name__}")


NUMBERS = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}
LENGTHS = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I", 0xC4: ">B", 0xC5: ">H", 0xC6: ">I", 0xDC: ">H", 0xDD: ">I", 0xDE: ">H", 0xDF: ">I"}
SIMPLE = {0xC0: None, 0xC2: False, 0xC3: True}


class Unpacker:
    def __init__(self, payload):
        self.payload, self.at = payload, 0

    def take(self, length):
        part = self.payload[self.at : self.at + length]
        self.at += length
        return part

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def value(self):
        kind = self.number(">B")
        if kind <= 0x7F:
            return kind
        if kind >= 0xE0:
            return kind - 0x100
        if kind in SIMPLE:
            return SIMPLE[kind]
        if kind in NUMBERS:
            return self.number(NUMBERS[kind])
        if kind <= 0x8F:
            return self.map(kind & 0x0F)
        if kind <= 0x9F:
            return self.array(kind & 0x0F)
        if kind <= 0xBF:
            return self.take(kind & 0x1F).decode()
        if kind in LENGTHS:
            length = self.number(LENGTHS[kind])
            if kind >= 0xDE:
                return self.map(length)
            if kind >= 0xDC:
                return self.array(length)
            return self.take(length).decode() if kind >= 0xD9 else self.take(length)
        raise ValueError(f"a message of this worker's runner has no {kind:#x}")

    def array(self, length):
        return [self.value() for _ in range(length)]

    def map(self, length):
        return {self.value(): self.value() for _ in range(length)}


# Pipe files: frames of a length, a checksum and a message.


class Damaged(Exception):
    pass


class Writer:
    def __init__(self, folder, hello):
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        self.file = os.open(os.path.join(folder, "from-worker.000001"), flags, 0o644)
        self.write(hello)

    def write(self, message):
        payload = pack(message)
        frame = struct.pack("<II", len(payload), zlib.crc32(payload)) + payload
        while frame:
            frame = frame[os.write(self.file, frame) :]


class Reader:
    def __init__(self, folder):
        self.folder, self.segment, self.offset = folder, 1, 0

    def path(self, segment):
        return os.path.join(self.folder, f"to-worker.{segment:06}")

    def read(self):
        """The messages that have come since the last call."""
        messages = self.rest()
        if messages or not os.path.exists(self.path(self.segment + 1)):
            return messages
        # Another runner has taken over and writes on there; this segment's last messages may have come meanwhile.
        messages = self.rest()
        if not messages:
            self.go_on()
        return messages

    def rest(self):
        try:
            with open(self.path(self.segment), "rb") as file:  # opened anew: network file systems show appends only then
                file.seek(self.offset)
                data = file.read()
        except FileNotFoundError:
            return []
        messages, at = [], 0
        while len(data) - at >= 8:
            length, checksum = struct.unpack_from("<II", data, at)
            payload = data[at + 8 : at + 8 + length]
            if length == 0 or len(payload) < length:
                break  # not whole yet
            if zlib.crc32(payload) != checksum:
                if at + 8 + length < len(data):
                    raise Damaged(f"{self.path(self.segment)} holds a wrong checksum at byte {self.offset + at}")
                break
            at += 8 + length
            message = Unpacker(payload).value()
            if message["type"] == "next":
                self.go_on()
                return messages + self.rest()
            messages.append(message)
        self.offset += at
        return messages

    def go_on(self):
        self.segment, self.offset = self.segment + 1, 0


# Hearts: each side changes a file of its own, and sees whether the other's changes.


class Hearts(threading.Thread):
    def __init__(self, own, other, interval):
        super().__init__(daemon=True)
        self.own, self.other, self.interval = own, other, interval
        self.seen, self.changed, self.beats = None, time.monotonic(), 0

    def run(self):
        while True:
            self.beats += 1
            try:
                with open(self.own, "w") as file:
                    file.write(f"{os.getpid()} {self.beats:012}\n")
                with open(self.other) as file:
                    seen = file.read()
                if seen != self.seen:
                    self.seen, self.changed = seen, time.monotonic()
            except OSError:
                pass  # the file system is away for a while
            time.sleep(self.interval)

    def silence(self):
        return time.monotonic() - self.changed


class Worker:
    def __init__(self, directory, number):
        self.directory = directory
        folder = os.path.join(directory, "workers", f"{number:06}")
        self.read_run_file()
        self.epoch = int(os.environ.get("TWOLOOP_EPOCH", 0))
        hello = {"type": "hello", "protocol": 1, "run": self.run_file["run"], "worker": number, "epoch": self.epoch}
        who = identity()
        self.writer = Writer(folder, {**hello, **who})
        self.bell = os.path.join(directory, "bells", urllib.parse.quote(who["host"], safe="!~*'()"))
        self.number = number
        self.reader = Reader(folder)
        interval = self.run_file["heartbeat"] / 1000
        self.hearts = Hearts(os.path.join(folder, "worker.heart"), os.path.join(directory, "runner.heart"), interval)
        self.hearts.start()
        self.queue, self.leaving = [], None
        signal.signal(signal.SIGTERM, lambda *_: self.leave("signal"))

    def read_run_file(self):
        with open(os.path.join(self.directory, "run.json")) as file:
            self.run_file = json.load(file)

    def leave(self, reason):
        self.leaving = self.leaving or reason
        self.queue.clear()

    def run(self):
        self.writer.write({"type": "ready", "milliseconds": 0.0})
        try:
            self.work()
        except Damaged as damage:
            self.writer.write({"type": "refused", "reason": f"{damage}."})
            raise
        self.writer.write({"type": "leaving", "reason": self.leaving, "brokeOff": False})

    def work(self):
        while not self.leaving:
            for message in self.reader.read():
                self.handle(message)
            if self.queue:
                self.answer(*self.queue.pop(0))
            elif self.hearts.silence() > self.run_file["grace"] / 1000:
                self.leave("grace")
            else:
                time.sleep(self.run_file["pollInterval"] / 1000)

    def handle(self, message):
        if message["type"] == "hello" and message["run"] != self.run_file["run"]:
            raise Damaged(f"{self.reader.path(self.reader.segment)} belongs to the run {message['run']}")
        if message["type"] == "hello" and message["epoch"] > self.epoch:
            self.epoch = message["epoch"]
            self.read_run_file()
        elif message["type"] == "simulate" and not self.leaving:
            self.queue += message["individuals"]
        elif message["type"] == "stop":
            self.leave("stop")

    def answer(self, key, seed, values, *_):
        begin = time.monotonic()
        fitness = cause = outputs = None
        try:
            fitness, outputs = simulate(dict(zip(self.run_file["parameters"], values)), seed)
        except Exception as error:
            cause = {"kind": "threw", "message": f"{type(error).__name__}: {error}"}
        result = [key, (time.monotonic() - begin) * 1000, fitness, cause, outputs, None]
        self.writer.write({"type": "results", "results": [result]})
        if self.run_file["wakeUp"] == "poll":
            with open(self.bell, "ab", buffering=0) as bell:
                bell.write(struct.pack("<I", self.number))


def identity():
    """Who this process is, as a runner on the same machine can look it up."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            space = f"{file.read().strip()} {os.readlink('/proc/self/ns/pid')}"
        with open("/proc/self/stat") as file:
            started = file.read().rpartition(")")[2].split()[19]
    except OSError:
        space = started = ""
    return {"host": socket.gethostname(), "space": space, "pid": os.getpid(), "started": started}


if __name__ == "__main__":
    Worker(sys.argv[-2], int(sys.argv[-1])).run()
