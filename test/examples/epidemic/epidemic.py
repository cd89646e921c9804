"""How far an SIR model is from the influenza outbreak in an English boarding school (British Medical Journal, 4 March 1978)."""

import argparse
import json
import math

BOYS = 763
IN_BED = [3, 8, 26, 76, 225, 298, 258, 233, 189, 128, 68, 29, 14, 4]
STEPS_PER_DAY = 24


def infected_per_day(transmission, recovery):
    """The infected at the end of each day, by the classical Runge-Kutta method."""

    def change(s, i):
        infections = transmission * s * i / BOYS
        return -infections, infections - recovery * i

    h = 1 / STEPS_PER_DAY
    i = IN_BED[0]
    s = BOYS - i
    curve = [i]
    for step in range(1, STEPS_PER_DAY * (len(IN_BED) - 1) + 1):
        s1, i1 = change(s, i)
        s2, i2 = change(s + h / 2 * s1, i + h / 2 * i1)
        s3, i3 = change(s + h / 2 * s2, i + h / 2 * i2)
        s4, i4 = change(s + h * s3, i + h * i3)
        s += h / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
        i += h / 6 * (i1 + 2 * i2 + 2 * i3 + i4)
        if step % STEPS_PER_DAY == 0:
            curve.append(i)
    return curve


parser = argparse.ArgumentParser()
parser.add_argument("--transmission", type=float, required=True)
parser.add_argument("--recovery", type=float, required=True)
rates = parser.parse_args()

model = infected_per_day(rates.transmission, rates.recovery)
residual = math.sqrt(sum((a - b) ** 2 for a, b in zip(model, IN_BED)) / len(IN_BED))
print(json.dumps({"residual": residual, "reproductionNumber": rates.transmission / rates.recovery}))
