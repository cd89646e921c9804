import twoloop


def simulate(p, context):
    print("at", p["x"], p["y"])
    return {"error": (p["x"] - 1) ** 2 + (p["y"] + 2) ** 2}


twoloop.serve(simulate)
