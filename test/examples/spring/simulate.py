"""A damped spring, x'' = -k x - c x', against what was measured; prints the error as JSON."""
import argparse
import json
import math

parser = argparse.ArgumentParser()
parser.add_argument("--stiffness", type=float)
parser.add_argument("--damping", type=float)
parser.add_argument("--solver", choices=["euler", "rk4"])
given = parser.parse_args()


def slope(x, v):
    return v, -given.stiffness * x - given.damping * v


def step(x, v, h):
    a, b = slope(x, v)
    if given.solver == "euler":
        return x + h * a, v + h * b
    c, d = slope(x + h / 2 * a, v + h / 2 * b)
    e, f = slope(x + h / 2 * c, v + h / 2 * d)
    g, i = slope(x + h * e, v + h * f)
    return x + h / 6 * (a + 2 * c + 2 * e + g), v + h / 6 * (b + 2 * d + 2 * f + i)


def measured(t):
    """The exact movement for k = 9 and c = 0.6."""
    w = math.sqrt(9 - 0.09)
    return math.exp(-0.3 * t) * (math.cos(w * t) + 0.3 / w * math.sin(w * t))


x, v, error, h = 1.0, 0.0, 0.0, 0.05
for i in range(1, 101):
    x, v = step(x, v, h)
    error += (x - measured(i * h)) ** 2
print(json.dumps({"error": math.sqrt(error / 100) if math.isfinite(error) else 1e9, "final": x}))
