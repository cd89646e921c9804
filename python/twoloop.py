"""The side of twoloop that a simulation in Python sees: one file, the standard library only, CPython 3.9 or newer.

A simulation that stays loaded, for `optimizee: { program: [python3, model.py], ... }`:

    import twoloop

    def simulate(p, context):
        print("tried", p["x"])           # to the log of the individual
        return {"error": p["x"] ** 2}    # the objectives by name, and whatever else is to be kept

    twoloop.serve(simulate)

Several individuals at once, for `optimizee: { program: ..., batch: { size: 64 }, ... }`, with a column for each parameter:

    def simulate_many(p, contexts):
        return {"error": p["x"] ** 2}    # where numpy is imported, columns of numbers are arrays

    twoloop.serve(simulate_many=simulate_many)

The individuals of a run, also while it goes on:

    rows = twoloop.read("runs/spring")
    pandas.DataFrame(rows)
"""

import html
import json
import os
import pathlib
import random
import re
import sqlite3
import stat
import sys
import threading
import traceback
import urllib.parse
from contextlib import closing

__all__ = ["Context", "Rows", "read", "serve"]


class Context:
    """What a simulation may use beside its parameters."""

    def __init__(self, task, answers):
        self._task = task
        self._answers = answers
        self._random = None
        self.seed = task["seed"]
        self.generation = task["generation"]
        self.index = task["index"]
        self.replicate = task["replicate"]
        self.attempt = task["attempt"]
        self.budget = task.get("budget")  # how much of the simulation is wanted; None where there is no choice
        self.restore = task.get("restore")  # the checkpoint of the individual that this one goes on from, or None

    @property
    def random(self):
        """The random numbers of this individual: the same on every attempt and every worker."""
        if self._random is None:
            self._random = random.Random(self.seed)
        return self._random

    @property
    def directory(self):
        """A directory of this individual's own, made when it is first asked for, kept with the run."""
        os.makedirs(self._task["directory"], exist_ok=True)
        return self._task["directory"]

    @property
    def checkpoint(self):
        """Where to leave what others go on from.

        With a budget, a directory for those that are to have more of it: theirs once this one has given its result, as
        `restore`. Without one, a path in `directory`, where the next attempt at this individual finds what this one has left.
        """
        left = self._task.get("checkpoint")
        if left is None:
            return os.path.join(self.directory, "checkpoint")
        os.makedirs(left, exist_ok=True)
        return left

    def report(self, step, value):
        """Records an intermediate value."""
        self._answers.say({"id": self._task["id"], "report": [float(step), float(value)]})


def serve(simulate=None, *, simulate_many=None):
    """Simulates what comes, until there is no more.

    simulate(parameters, context) gives a number, a list, or a dict with the objectives' names. What it raises is the
    cause of that individual's failure.

    simulate_many(parameters, contexts) simulates several individuals together. Its parameters are columns, with a value
    for each individual, and so is what it gives: a dict of columns. It may also give a list with a result for each, or be
    a generator of (position, result). An exception in the place of a result is the failure of that individual alone; after
    one that is raised, those without a result are given again in smaller company.
    """
    if simulate is None and simulate_many is None:
        raise TypeError("serve needs simulate or simulate_many")
    lines, answers = _Answers.take_over()
    answers.say({"ready": True, "batch": simulate_many is not None, "ahead": True})
    for line in lines:
        task = json.loads(line.decode())
        if "parameters" not in task:
            continue
        if "batch" in task:
            _simulate_batch(simulate_many, task, answers)
        elif simulate is None:
            _simulate_batch(simulate_many, _batch_of_one(task), answers)
        else:
            _simulate_one(simulate, task, answers)


def _simulate_one(simulate, task, answers):
    try:
        result = simulate(_given_by_name(task["parameters"]), Context(task, answers))
    except Exception as error:
        result = error
    answers.give([(task["id"], result)])


def _simulate_batch(simulate_many, batch, answers):
    ids = batch["batch"]
    names = [name for name in batch if name not in ("batch", "parameters")]
    tasks = [dict(zip(names, values), id=id) for id, *values in zip(ids, *(batch[name] for name in names))]
    try:
        returned = simulate_many(_given_by_name(batch["parameters"]), [Context(task, answers) for task in tasks])
        if hasattr(returned, "__next__"):
            for position, result in returned:
                answers.give([(ids[position], result)])
        else:
            answers.give(list(zip(ids, _results(returned, len(ids)))))
    except Exception as error:
        answers.refuse(ids, error)


def _batch_of_one(task):
    parameters = {name: [value] for name, value in task["parameters"].items()}
    return {**{name: [value] for name, value in task.items()}, "batch": [task["id"]], "parameters": parameters}


def _results(returned, count):
    """A result for each individual, from a list of them or a dict of columns."""
    columns = list(returned.values()) if isinstance(returned, dict) else [returned]
    for column in columns:
        if not hasattr(column, "__len__") or len(column) != count:
            raise ValueError(f"simulate_many needs to give {count} values in each column, got {column!r}")
    columns = [_plain(column) if hasattr(column, "tolist") else column for column in columns]
    return [dict(zip(returned, row)) for row in zip(*columns)] if isinstance(returned, dict) else columns[0]


def _given_by_name(parameters):
    return {name: _given(value) for name, value in parameters.items()}


def _given(value):
    """A vector or matrix of numbers is an array to a program that has imported numpy."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, list) or not value:
        return value
    array = numpy.array(value)
    return array if array.dtype.kind in "biuf" else value


def _plain(value):
    """What JSON has no word for: scalars and arrays of numpy, and whatever else has a list to offer."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a result may hold numbers, texts, lists, dicts and arrays, got {type(value).__name__}")


class _Answers:
    """What goes to the worker, a line each; standard output is for what the simulation prints."""

    def __init__(self, out):
        self._out = out
        self._lock = threading.Lock()
        self._has_log = stat.S_ISREG(os.fstat(2).st_mode)

    @classmethod
    def take_over(cls):
        """The lines that come, and the way back; printing and reading are the simulation's own from then on.

        The worker's pipes move to other descriptors. What is printed, also by native code and by programs that the
        simulation starts, goes where standard error goes: the log of the individual.
        """
        sys.stdout.flush()
        lines = os.fdopen(os.dup(0), "rb")
        out = os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdout.reconfigure(line_buffering=True)
        return lines, cls(out)

    def say(self, message):
        self._write(_line(message))

    def give(self, results):
        """What came of individuals, by their ids: a result of each, or the exception in its place."""
        log = self._flush_printed()
        self._write(b"".join(_answer(id, result, log) for id, result in results))

    def refuse(self, ids, error):
        """That these could not be simulated together; of those that are answered already, nothing is heard in it."""
        self._flush_printed()
        self.say({"batch": ids, **_failure(error)})

    def _flush_printed(self):
        """What it printed is in the log before its answer is known, which says where that ends: the next may have begun."""
        sys.stdout.flush()
        sys.stderr.flush()
        return {"log": os.fstat(2).st_size} if self._has_log else {}

    def _write(self, lines):
        with self._lock:
            self._out.write(lines)
            self._out.flush()


_encode = json.JSONEncoder(default=_plain).encode


def _line(message):
    return _encode(message).encode() + b"\n"


def _answer(id, result, log):
    if not isinstance(result, BaseException):
        try:
            return _line({"id": id, "result": result, **log})
        except (TypeError, ValueError) as error:
            result = error
    return _line({"id": id, **_failure(result), **log})


def _failure(error):
    text = "".join(traceback.format_exception(type(error), error, _own_frames(error.__traceback__)))
    return {"error": _shown_bytes(f"{type(error).__name__}: {error}"), "traceback": _shown_bytes(text)}


def _shown_bytes(text):
    """Bytes that are not UTF-8, which Python has in names of files and the like, as the log shows them."""
    return re.sub("[\udc80-\udcff]", lambda byte: f"\\x{ord(byte[0]) - 0xDC00:x}", text)


def _own_frames(frames):
    """The frames of the simulation, without those of this file above them."""
    while frames is not None and frames.tb_next is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    return frames


def read(run):
    """The individuals of a run, in order: a list of dicts, which pandas and polars take as it is.

    Each has generation, index, replicate, seed, outcome (done, failed, stopped or pending), the parameters and objectives
    under their own names, whatever else the simulation returned, and cause, which is None unless it has failed. The run
    may be going on; nothing in its directory is changed.
    """
    with closing(_open(pathlib.Path(run))) as record:
        (objectives,) = record.execute("select value from manifest where key = 'objectives'").fetchone()
        names = list(json.loads(objectives))
        rows = record.execute(
            'select i.generation, i."index", i.replicate, i.seed, i.parameters, e.outcome, e.fitness, e.outputs, e.cause '
            'from individuals i left join evaluations e using (generation, "index", replicate) '
            'order by i.generation, i."index", i.replicate'
        )
        return Rows(_row(row, names) for row in rows)


class Rows(list):
    """Rows of a run; a notebook shows them as a table."""

    shown = 20

    def _repr_html_(self):
        names = list(dict.fromkeys(name for row in self[: self.shown] for name in row))
        head = "".join(f"<th>{html.escape(str(name))}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_shown(row.get(name)))}</td>" for name in names) + "</tr>"
            for row in self[: self.shown]
        )
        rest = len(self) - self.shown
        more = f"<p>and {rest} more</p>" if rest > 0 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _shown(value):
    return "" if value is None else str(value)


def _row(row, objectives):
    generation, index, replicate, seed, parameters, outcome, fitness, outputs, cause = row
    cells = {"generation": generation, "index": index, "replicate": replicate, "seed": seed}
    cells["outcome"] = outcome or "pending"
    parts = (
        ("parameter", json.loads(parameters)),
        ("objective", dict(zip(objectives, json.loads(fitness or "null") or [None] * len(objectives)))),
        ("output", _recorded(json.loads(outputs or "{}"))),
    )
    for kind, part in parts:
        for name, value in part.items():
            while name in cells:
                name = f"{kind} {name}"
            cells[name] = value
    cells["cause"] = json.loads(cause)["message"] if cause else None
    return cells


def _recorded(value):
    """Numbers that JSON lacks stand in the record as texts."""
    if isinstance(value, dict):
        return {name: _recorded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_recorded(part) for part in value]
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value


def _open(run):
    path = run / "trajectory.sqlite"
    if not path.exists():
        raise FileNotFoundError(f"{run} is no run: it has no trajectory.sqlite")
    # Where only one process may have the record open, the run keeps a copy for everybody else; in a directory that
    # cannot be written to, SQLite reads what nobody writes.
    ways = [(path, "mode=ro"), (run / "trajectory-copy.sqlite", "mode=ro"), (path, "immutable=1")]
    if os.path.exists(f"{path}-wal"):
        ways.pop()
    for there, how in ways:
        if not there.exists():
            continue
        record = sqlite3.connect(f"file:{urllib.parse.quote(str(there.resolve()))}?{how}", uri=True)
        try:
            record.execute("select 1 from manifest")
            return record
        except sqlite3.OperationalError as error:
            record.close()
            reason = error
    raise reason
