"""Makes the example data: ``python -m intimacy_scales.simulation.examples.make_examples FOLDER``.

Every effect is of our choosing, as the papers' own coefficients could not be read; only their directions are theirs.

Makes the examples over days: ``python -m intimacy_scales.simulation.examples.make_examples FOLDER``.

Every effect is of our choosing, as the papers' own coefficients could not be read; only their directions are theirs.

Makes the examples of a bank's answers: ``python -m intimacy_scales.simulation.examples.make_examples FOLDER``.

Every effect is of our choosing, as the papers' own coefficients could not be read; only their directions are theirs.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from intimacy_scales.bank import load_bank
from intimacy_scales.base.arrays import FloatArray

SEED = 2026


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
    entries: dict[str, Sequence[object]] = {"id": [f"v{j:03d}" for j in range(1, n + 1)]}
    entries["group"] = ["counselling" if one else "community" for one in counselling]
    entries |= {f"eis_{j + 1}": whole(eis[:, j]) for j in range(5)}
    entries |= {f"eis_{j + 1}_t2": [x if here else "" for x, here in zip(whole(again[:, j]), came_back, strict=True)]
              for j in range(5)}  # fmt: skip
    for stem, at, k, high in (("close", 1, 6, 7), ("lonely", 2, 5, 4)):
        items = ticked(latent[:, at], 0.72, k, low=1, high=high, rng=rng)
        entries |= {f"{stem}_{j + 1}": whole(items[:, j]) for j in range(k)}
    error = rng.normal(size=(n, 2))
    entries["support_total"] = whole(np.rint(24 + 5 * (np.sqrt(0.85) * latent[:, 3] + np.sqrt(0.15) * error[:, 0])))
    entries["desirability_total"] = whole(np.rint(6 + 2 * (np.sqrt(0.72) * latent[:, 4] + np.sqrt(0.28) * error[:, 1])))
    return entries


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
    entries: dict[str, Sequence[object]] = {"id": [f"w{j:03d}" for j in range(1, n + 1)]}
    entries |= {f"tdis_{j + 1}": whole(tdis[:, j]) for j in range(4)}
    scales = {"conflict": (2.6, 0.7, conflict), "satisfaction": (4.5, 0.8, satisfaction),
              "depression": (14.0, 6.0, depression), "life_satisfaction": (4.8, 1.1, life)}  # fmt: skip
    return entries | {name: np.round(mean + sd * z, 2).tolist() for name, (mean, sd, z) in scales.items()}


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
    entries: dict[str, Sequence[object]] = {"couple": [f"c{j:03d}" for j in range(1, n + 1)]}
    for name, values in (
        ("communication", x),
        ("emotional", emotional),
        ("sexual", sexual),
        ("satisfaction", satisfaction),
    ):
        entries |= {f"{name}_{who}": np.round(4 + values[:, side], 2).tolist() for side, who in enumerate("wm")}
    return entries


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

Columns = dict[str, Sequence[object]]


def _columns(names: str, rows: Sequence[tuple[object, ...]]) -> Columns:
    return dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))


def _ar1(n: int, phi: float, root: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return n days of residuals (days x members): stationary, neighbouring days correlate phi."""
    found = [root @ rng.standard_normal(len(root))]
    for _ in range(n - 1):
        found.append(phi * found[-1] + np.sqrt(1 - phi**2) * (root @ rng.standard_normal(len(root))))
    return np.array(found)


def diary(rng: np.random.Generator) -> Columns:
    """Return a diary of persons.

    True: one more hour than usual +1.6 (SD .7 between persons), persons with an hour more +2.5; stress within -1.4, and
    an hour more counts less under stress (-.4 a step); weekends +1.5; autocorrelation .3; SD 9 between and within.
    """
    rows: list[tuple[object, ...]] = []
    for person in range(1, 91):
        level, slope = rng.multivariate_normal([0, 0], [[81, 0.3 * 9 * 0.7], [0.3 * 9 * 0.7, 0.49]])
        hours, strain, start = (
            rng.normal(3, 0.9),
            rng.normal(3.5, 0.8),
            date(2025, 3, 3) + timedelta(int(rng.integers(0, 14))),
        )
        noise, item = _ar1(14, 0.3, np.array([[9.0]]), rng)[:, 0], rng.normal(0, 0.3, 4)
        for t in range(14):
            day = start + timedelta(t)
            weekend = int(day.weekday() >= 5)
            h = round(max(0.0, rng.normal(hours + 1.2 * weekend, 1.2)) * 4) / 4
            s = int(np.clip(round(rng.normal(strain, 1.2)), 1, 7))
            w, v = h - hours, s - strain
            y = 60 + level + (1.6 + slope) * w + 2.5 * (hours - 3) - 1.4 * v - 0.4 * w * v + 1.5 * weekend + noise[t]
            told = 4.4 + (y - 60) / 13 + item + rng.normal(0, 0.8, 4)
            if rng.random() < 0.08:
                continue
            answers = [int(np.clip(round(x), 1, 7)) for x in told.tolist()]
            rows.append((f"d{person:02d}", day.isoformat(), weekend, h, s, int(np.clip(round(y), 0, 100)), *answers))
    return _columns("person day weekend shared_hours stress intimacy close_1 close_2 close_3 close_4", rows)


def interactions(rng: np.random.Generator) -> Columns:
    """Return twelve interactions a person.

    True: disclosure to felt responsiveness .40 (SD .25), to intimacy .45 (SD .25), r of both .6: average indirect
    effect .18 + .0375 = .2175; direct .15 (SD .15).
    """
    rows: list[tuple[object, ...]] = []
    for person in range(1, 101):
        a, b = rng.multivariate_normal([0.40, 0.45], [[0.0625, 0.6 * 0.0625], [0.6 * 0.0625, 0.0625]])
        c, own_m, own_y = rng.normal(0.15, 0.15), rng.normal(0, 0.5), rng.normal(0, 0.6)
        own_x = rng.normal(0, 0.6)
        for t in range(1, 13):
            x = rng.normal(0, 0.9)
            m = a * x + rng.normal(0, 0.7)
            y = b * m + c * x + rng.normal(0, 0.7)
            told = (4 + own_x + x, 4.5 + own_m + 0.3 * own_x + m, 4.8 + own_y + 0.3 * own_m + y)
            rows.append((f"i{person:03d}", t, *(round(float(value), 2) for value in told)))
    return _columns("person day self_disclosure responsiveness intimacy", rows)


def couples_diary(rng: np.random.Generator) -> Columns:
    """Return a diary of couples.

    True: own stress -1.2 (women), -1.0 (men), the partner's -.6 and -.4; residuals of one day correlate .3, of
    neighbouring days .25; intercepts 62 and 60, SD 8 and 9, r .5.
    """
    root = np.linalg.cholesky(np.array([[64.0, 21.6], [21.6, 81.0]]))
    rows: list[tuple[object, ...]] = []
    for couple in range(1, 71):
        level = rng.multivariate_normal([62, 60], [[64, 36], [36, 81]])
        strain = rng.multivariate_normal([3.5, 3.5], [[0.6, 0.2], [0.2, 0.6]])
        noise = _ar1(14, 0.25, root, rng)
        for t in range(14):
            s = np.clip(np.round(strain + rng.multivariate_normal([0, 0], [[1.4, 0.4], [0.4, 1.4]])), 1, 7)
            w = s - strain
            y = level + np.array([-1.2 * w[0] - 0.6 * w[1], -1.0 * w[1] - 0.4 * w[0]]) - 1.2 * (strain - 3.5) + noise[t]
            rows += [
                (f"c{couple:02d}", "wm"[p], t + 1, int(s[p]), int(np.clip(round(y[p]), 0, 100)))
                for p in (0, 1)
                if rng.random() > 0.05
            ]
    return _columns("couple partner day stress intimacy", rows)


def couples_over_time(rng: np.random.Generator) -> Columns:
    """Return couples on four occasions.

    True, within couples: stability .40, the partner's influence .12; own listening to later success .25, success to
    later listening .10. About 45 % of the variance is lasting; one couple in ten leaves after the second occasion.
    """
    n, C = 160, np.array([[1, 0.35, 0.4, 0.2], [0.35, 1, 0.2, 0.4], [0.4, 0.2, 1, 0.35], [0.2, 0.4, 0.35, 1]])
    carry = np.array([[0.40, 0.12, 0.10, 0], [0.12, 0.40, 0, 0.10], [0.25, 0, 0.40, 0.12], [0, 0.25, 0.12, 0.40]])
    rows: list[tuple[object, ...]] = []
    for couple in range(1, n + 1):
        lasting, now = rng.multivariate_normal(np.zeros(4), 0.5 * C), rng.multivariate_normal(np.zeros(4), 0.6 * C)
        stays = rng.random() > 0.1
        for occasion in range(1, 5):
            if occasion > 1:
                now = carry @ now + rng.multivariate_normal(np.zeros(4), 0.42 * C)
            if occasion > 2 and not stays:
                continue
            told = np.round(4 + lasting + now, 2)  # listening of w, of m, success of w, of m
            rows += [(f"k{couple:03d}", "wm"[p], occasion, float(told[p]), float(told[2 + p])) for p in (0, 1)]
    return _columns("couple partner occasion listening success", rows)


def write_daily_examples(folder: Path) -> None:
    """Write every example into a folder; each has a random stream of its own."""
    streams = {diary: 100, interactions: 101, couples_diary: 102, couples_over_time: 3103}
    for make, stream in streams.items():
        write_columns(folder / f"{make.__name__}.csv", make(np.random.default_rng([SEED, stream])))


if __name__ == "__main__":
    write_daily_examples(Path(sys.argv[1]))

BETWEEN_SCALES, WITH_IDEALISING = 0.45, 0.40


def pair_forms(rng: np.random.Generator) -> dict[str, Sequence[object]]:
    """Return answers to PAIR as it is and as it is wished, and what goes with them.

    True: scales .45 with each other, .40 with idealising answers; now and wished .50; adjustment with emotional .68,
    with the other four .46, with idealising .36; age with nothing.
    """
    n, bank = 240, load_bank("pair")
    R = np.full((6, 6), BETWEEN_SCALES)
    R[5], R[:, 5] = WITH_IDEALISING, WITH_IDEALISING
    np.fill_diagonal(R, 1)
    now, other = (rng.normal(size=(n, 6)) @ np.linalg.cholesky(R).T for _ in range(2))
    wished = 0.5 * now + np.sqrt(0.75) * other + 0.8
    weights = np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.0])
    adjustment = now @ weights + np.sqrt(1 - weights @ R @ weights) * rng.normal(size=n)
    entries: dict[str, Sequence[object]] = {"id": [f"p{j:03d}" for j in range(1, n + 1)]}
    entries["age"] = whole(np.clip(np.rint(rng.normal(36, 9, n)), 19, 75))
    for form, latent in (("now", now), ("expected", wished)):
        made = _answers(latent, [list(scale.items) for scale in bank.scales], rng, low=0, high=4)
        turned = {item.number for item in bank.items if item.reverse}
        entries |= {f"pair_{form}_{j}": whole(4 - made[j] if j in turned else made[j]) for j in sorted(made)}
    noisy = np.sqrt(0.9) * adjustment + np.sqrt(0.1) * rng.normal(size=n)
    entries["adjustment_total"] = whole(np.rint(105 + 14 * noisy))
    return entries


def emotional_skill(rng: np.random.Generator) -> dict[str, Sequence[object]]:
    """Return both partners' difficulty with feelings (TAS-20), intimacy and adjustment, a row a person.

    True: difficulty to own intimacy -.40, to the partner's -.15; intimacy to own adjustment .45, to the partner's .15;
    difficulty to own adjustment -.10.
    """
    n, bank = 120, load_bank("tas20")

    def two(together: float, sd: float = 1.0) -> FloatArray:
        return sd * rng.multivariate_normal([0, 0], [[1, together], [together, 1]], size=n)

    difficulty = two(0.2)
    intimacy = -0.40 * difficulty - 0.15 * difficulty[:, ::-1] + two(0.3, 0.85)
    adjustment = -0.10 * difficulty + 0.45 * intimacy + 0.15 * intimacy[:, ::-1] + two(0.4, 0.75)
    own = difficulty.ravel()  # woman and man of the first couple, then of the second
    parts = [list(scale.items) for scale in bank.scales if scale.id != "total"]
    latent = np.column_stack([np.sqrt(0.7) * own + np.sqrt(0.3) * rng.normal(size=2 * n) for _ in parts])
    made = _answers(latent, parts, rng, low=1, high=5)
    turned = {item.number for item in bank.items if item.reverse}
    entries: dict[str, Sequence[object]] = {"couple": [f"c{j:03d}" for j in range(1, n + 1) for _ in range(2)]}
    entries["partner"] = ["woman", "man"] * n
    entries |= {f"tas20_{j}": whole(6 - made[j] if j in turned else made[j]) for j in sorted(made)}
    entries["intimacy_total"] = whole(np.rint(40 + 8 * intimacy.ravel()))
    return entries | {"adjustment_total": whole(np.rint(105 + 14 * adjustment.ravel()))}


def _answers(
    latent: FloatArray, scales: Sequence[Sequence[int]], rng: np.random.Generator, *, low: int, high: int
) -> dict[int, FloatArray]:
    """Return keyed answers by item number, each led by its scale's latent."""
    found: dict[int, FloatArray] = {}
    for place, items in enumerate(scales):
        values = ticked(latent[:, place], 0.75, len(items), low=low, high=high, rng=rng)
        found |= {number: values[:, j] for j, number in enumerate(items)}
    return found


def write_item_examples(folder: Path) -> None:
    """Write every example into a folder; each has a random stream of its own."""
    for j, make in enumerate((pair_forms, emotional_skill)):
        write_columns(folder / f"{make.__name__}.csv", make(np.random.default_rng([SEED, 200 + j])))


if __name__ == "__main__":
    write_item_examples(Path(sys.argv[1]))
