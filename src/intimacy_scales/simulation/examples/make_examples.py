"""Makes the example data: ``python -m intimacy_scales.simulation.examples.make_examples FOLDER``.

Every effect is of our choosing, as the papers' own coefficients could not be read; only their directions are theirs.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 2026
FloatArray = NDArray[np.floating[Any]]


def ticked(latent: FloatArray, loading: float, k: int, *, low: int, high: int, rng: np.random.Generator) -> FloatArray:
    """Return k items on whole steps from low to high, each led by the latent variable."""
    noise = rng.normal(size=(len(latent), k))
    pull = loading * latent[:, None] + np.sqrt(1 - loading**2) * noise
    middle, step = (low + high) / 2, (high - low) / 4.2
    return np.asarray(np.clip(np.rint(middle + 0.3 + step * pull), low, high))


def validation(rng: np.random.Generator) -> dict[str, Sequence[object]]:
    """Return a validation study.

    True: intimacy with closeness .75, loneliness -.50, support .45, desirability .15; counselling .8 SD lower.
    """
    n = 240
    R = np.array([[1, 0.75, -0.50, 0.45, 0.15], [0.75, 1, -0.45, 0.35, 0.15], [-0.50, -0.45, 1, -0.3, -0.1],
                  [0.45, 0.35, -0.3, 1, 0.1], [0.15, 0.15, -0.1, 0.1, 1]])  # fmt: skip
    latent = rng.normal(size=(n, 5)) @ np.linalg.cholesky(R).T
    counselling = rng.random(n) < 0.3
    latent[counselling, 0] -= 0.8
    eis = ticked(latent[:, 0], 0.78, 5, low=1, high=5, rng=rng)
    later = 0.88 * latent[:, 0] + np.sqrt(1 - 0.88**2) * rng.normal(size=n)
    again = ticked(later, 0.78, 5, low=1, high=5, rng=rng)
    came_back = rng.random(n) < 0.5
    found: dict[str, Sequence[object]] = {"id": [f"v{j:03d}" for j in range(1, n + 1)]}
    found["group"] = ["counselling" if one else "community" for one in counselling]
    found |= {f"eis_{j + 1}": whole(eis[:, j]) for j in range(5)}
    found |= {f"eis_{j + 1}_t2": [x if here else "" for x, here in zip(whole(again[:, j]), came_back, strict=True)]
              for j in range(5)}  # fmt: skip
    for stem, at, k, high in (("close", 1, 6, 7), ("lonely", 2, 5, 4)):
        items = ticked(latent[:, at], 0.72, k, low=1, high=high, rng=rng)
        found |= {f"{stem}_{j + 1}": whole(items[:, j]) for j in range(k)}
    error = rng.normal(size=(n, 2))
    found["support_total"] = whole(np.rint(24 + 5 * (np.sqrt(0.85) * latent[:, 3] + np.sqrt(0.15) * error[:, 0])))
    found["desirability_total"] = whole(np.rint(6 + 2 * (np.sqrt(0.72) * latent[:, 4] + np.sqrt(0.28) * error[:, 1])))
    return found


def technoference(rng: np.random.Generator) -> dict[str, Sequence[object]]:
    """Return a study of devices between partners.

    True (standardized): interference to conflict .40; to satisfaction conflict -.45, interference -.10; satisfaction to
    depression -.40, to life satisfaction .45.
    """
    n = 180
    interference = rng.normal(size=n)
    tdis = np.clip(np.rint(1.8 + 1.1 * (0.7 * interference[:, None] + np.sqrt(0.51) * rng.normal(size=(n, 4)))), 0, 5)
    conflict = 0.40 * interference + np.sqrt(1 - 0.16) * rng.normal(size=n)
    satisfaction = -0.45 * conflict - 0.10 * interference
    satisfaction = satisfaction + np.sqrt(1 - satisfaction.var()) * rng.normal(size=n)
    outcome = rng.multivariate_normal([0, 0], [[1 - 0.16, -0.25], [-0.25, 1 - 0.2025]], size=n)
    depression, life = -0.40 * satisfaction + outcome[:, 0], 0.45 * satisfaction + outcome[:, 1]
    found: dict[str, Sequence[object]] = {"id": [f"w{j:03d}" for j in range(1, n + 1)]}
    found |= {f"tdis_{j + 1}": whole(tdis[:, j]) for j in range(4)}
    scales = {"conflict": (2.6, 0.7, conflict), "satisfaction": (4.5, 0.8, satisfaction),
              "depression": (14.0, 6.0, depression), "life_satisfaction": (4.8, 1.1, life)}  # fmt: skip
    return found | {name: np.round(mean + sd * z, 2).tolist() for name, (mean, sd, z) in scales.items()}


def couples_mediation(rng: np.random.Generator) -> dict[str, Sequence[object]]:
    """Return couples with two mediators.

    True: communication to own emotional intimacy .45 and sexual .30, to the partner's .15 and .10; satisfaction on own
    emotional .35, sexual .20, communication .20, and on the partner's emotional .10.
    """
    n = 200
    x = rng.multivariate_normal([0, 0], [[1, 0.35], [0.35, 1]], size=n)
    other = x[:, ::-1]

    def led(own: float, partner: float, together: float) -> FloatArray:
        noise = rng.multivariate_normal([0, 0], [[1, together], [together, 1]], size=n)
        return np.asarray(own * x + partner * other + 0.8 * noise)

    emotional, sexual = led(0.45, 0.15, 0.3), led(0.30, 0.10, 0.45)
    noise = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=n)
    satisfaction = 0.35 * emotional + 0.20 * sexual + 0.10 * emotional[:, ::-1] + 0.20 * x + 0.7 * noise
    found: dict[str, Sequence[object]] = {"couple": [f"c{j:03d}" for j in range(1, n + 1)]}
    for name, values in (
        ("communication", x),
        ("emotional", emotional),
        ("sexual", sexual),
        ("satisfaction", satisfaction),
    ):
        found |= {f"{name}_{who}": np.round(4 + values[:, side], 2).tolist() for side, who in enumerate("wm")}
    return found


def pooling(rng: np.random.Generator) -> dict[str, Sequence[object]]:
    """Return studies with one correlation each.

    True: mean z .37 at one time, .26 over time, SD .10 between studies.
    """
    k = 48
    long = rng.random(k) < 0.35
    n = np.clip(np.rint(np.exp(rng.normal(5.2, 0.8, k))), 35, 2500)
    z = np.where(long, 0.26, 0.37) + 0.10 * rng.normal(size=k) + rng.normal(size=k) / np.sqrt(n - 3)
    rel = np.clip(rng.normal([0.86, 0.82], [0.05, 0.06], size=(k, 2)), 0.6, 0.96)
    return {
        "study": [f"study {j:02d}" for j in range(1, k + 1)],
        "year": rng.integers(1980, 2006, k).tolist(),
        "design": ["longitudinal" if one else "cross-sectional" for one in long],
        "r": np.round(np.tanh(z), 3).tolist(),
        "n": whole(n),
        "reliability_x": np.round(rel[:, 0], 2).tolist(),
        "reliability_y": ["" if rng.random() < 0.1 else round(float(one), 2) for one in rel[:, 1]],
    }


def pooling_dependent(rng: np.random.Generator) -> dict[str, Sequence[object]]:
    """Return studies with several correlations each.

    True: mean z .33, SD .12 between studies and .06 within; errors of one study correlate .5.
    """
    rows: list[tuple[object, ...]] = []
    for study in range(1, 27):
        n, many = int(rng.integers(60, 500)), int(rng.integers(1, 5))
        shared, level = rng.normal(), 0.33 + 0.12 * rng.normal()
        for effect in range(1, many + 1):
            error = (np.sqrt(0.5) * shared + np.sqrt(0.5) * rng.normal()) / np.sqrt(n - 3)
            z = level + 0.06 * rng.normal() + error
            rows.append((f"study {study:02d}", effect, round(float(np.tanh(z)), 3), n, ("self", "partner")[effect % 2]))
    return dict(zip(("study", "effect", "r", "n", "reporter"), map(list, zip(*rows, strict=True)), strict=True))


def whole(values: FloatArray) -> list[object]:
    """Return values as whole numbers."""
    return [int(x) for x in values]


def write_examples(folder: Path) -> None:
    """Write every example into a folder; each has a random stream of its own."""
    makers = (validation, technoference, couples_mediation, pooling, pooling_dependent)
    for j, make in enumerate(makers):
        write_columns(folder / f"{make.__name__}.csv", make(np.random.default_rng([SEED, j])))


def write_columns(file: Path, columns: Mapping[str, Sequence[object]]) -> None:
    """Write columns as a CSV file."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


if __name__ == "__main__":
    write_examples(Path(sys.argv[1]))
