"""Makes the examples over days: ``python -m intimacy_scales.simulation.examples.make_daily_examples FOLDER``.

Every effect is of our choosing, as the papers' own coefficients could not be read; only their directions are theirs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from intimacy_scales.simulation.examples.make_examples import SEED, FloatArray, write_columns

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
