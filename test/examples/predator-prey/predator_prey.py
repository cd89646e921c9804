import csv
import math

import twoloop

steps_per_year = 20

with open("pelts.csv") as file:
    pelts = [(float(row["hares"]), float(row["lynxes"])) for row in csv.DictReader(file)]


def years(p):
    """The populations at the turn of each year, by the method of Runge and Kutta."""

    def change(hares, lynxes):
        return (
            (p["birth"] - p["predation"] * lynxes) * hares,
            (p["conversion"] * hares - p["death"]) * lynxes,
        )

    step = 1 / steps_per_year
    now = (p["hares"], p["lynxes"])
    yield now
    while True:
        for _ in range(steps_per_year):
            k1 = change(*now)
            k2 = change(*(x + step / 2 * k for x, k in zip(now, k1)))
            k3 = change(*(x + step / 2 * k for x, k in zip(now, k2)))
            k4 = change(*(x + step * k for x, k in zip(now, k3)))
            now = tuple(x + step / 6 * (a + 2 * b + 2 * c + d) for x, a, b, c, d in zip(now, k1, k2, k3, k4))
        yield now


def simulate(p, context):
    modelled = [populations for populations, _ in zip(years(p), pelts)]
    if not all(0 < x < 1e6 for populations in modelled for x in populations):
        raise ValueError("a population died out, or grew without bounds")
    squares = [
        (math.log(model) - math.log(counted)) ** 2
        for populations, counts in zip(modelled, pelts)
        for model, counted in zip(populations, counts)
    ]
    hares, lynxes = zip(*modelled)
    return {"error": math.sqrt(sum(squares) / len(squares)), "hares in the model": hares, "lynxes in the model": lynxes}


twoloop.serve(simulate)
