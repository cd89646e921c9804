"""Laplace's equation by successive over-relaxation, as relaxation.ts has it."""

import json
import math
import os

import twoloop

SIZE = 32  # inner points of the grid along each side
WIDTH = SIZE + 2


def plate_of(guess):
    inside = range(1, SIZE + 1)
    return [
        guess if row in inside and column in inside else float(row == 0) for row in range(WIDTH) for column in range(WIDTH)
    ]


def defects(heat):
    for row in range(1, SIZE + 1):
        for at in range(row * WIDTH + 1, row * WIDTH + SIZE + 1):
            yield at, (heat[at - WIDTH] + heat[at + WIDTH] + heat[at - 1] + heat[at + 1]) / 4 - heat[at]


def simulate(p, context):
    sweeps, heat = 0, plate_of(p["guess"])
    if context.restore is not None:
        with open(os.path.join(context.restore, "plate.json")) as file:
            sweeps, heat = json.load(file)
    for sweeps in range(sweeps + 1, int(context.budget) + 1):
        for at, defect in defects(heat):
            heat[at] += p["factor"] * defect
    with open(os.path.join(context.checkpoint, "plate.json"), "w") as file:
        json.dump([sweeps, heat], file)
    return {"residual": math.log10(math.sqrt(sum(defect**2 for _, defect in defects(heat)))), "sweeps": sweeps}


twoloop.serve(simulate)
