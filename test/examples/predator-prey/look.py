import twoloop

rows = [row for row in twoloop.read("runs/predator-prey") if row["outcome"] == "done"]
best = min(rows, key=lambda row: row["error"])
for year, (hares, lynxes) in enumerate(zip(best["hares in the model"], best["lynxes in the model"]), 1900):
    print(f"{year}  {'#' * round(hares / 2)}  {hares:.0f} hares, {lynxes:.0f} lynxes")

# How well each rate is known: how far it can go where the error is hardly larger than the least.
for name in "birth", "predation", "conversion", "death":
    good = [row[name] for row in rows if row["error"] < 1.02 * best["error"]]
    print(f"{name:10}  {best[name]:.3f}, from {min(good):.3f} to {max(good):.3f}")
