"""Makes the examples of a bank's answers: ``python -m intimacy_scales.simulation.examples.make_item_examples FOLDER``.

Every effect is of our choosing, as the papers' own coefficients could not be read; only their directions are theirs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from intimacy_scales.bank import load_bank
from intimacy_scales.simulation.examples.make_examples import SEED, FloatArray, ticked, whole, write_columns

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
    found: dict[str, Sequence[object]] = {"id": [f"p{j:03d}" for j in range(1, n + 1)]}
    found["age"] = whole(np.clip(np.rint(rng.normal(36, 9, n)), 19, 75))
    for form, latent in (("now", now), ("expected", wished)):
        made = _answers(latent, [list(scale.items) for scale in bank.scales], rng, low=0, high=4)
        turned = {item.number for item in bank.items if item.reverse}
        found |= {f"pair_{form}_{j}": whole(4 - made[j] if j in turned else made[j]) for j in sorted(made)}
    noisy = np.sqrt(0.9) * adjustment + np.sqrt(0.1) * rng.normal(size=n)
    found["adjustment_total"] = whole(np.rint(105 + 14 * noisy))
    return found


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
    found: dict[str, Sequence[object]] = {"couple": [f"c{j:03d}" for j in range(1, n + 1) for _ in range(2)]}
    found["partner"] = ["woman", "man"] * n
    found |= {f"tas20_{j}": whole(6 - made[j] if j in turned else made[j]) for j in sorted(made)}
    found["intimacy_total"] = whole(np.rint(40 + 8 * intimacy.ravel()))
    return found | {"adjustment_total": whole(np.rint(105 + 14 * adjustment.ravel()))}


def _answers(
    latent: FloatArray, scales: Sequence[Sequence[int]], rng: np.random.Generator, *, low: int, high: int
) -> dict[int, FloatArray]:
    """Return keyed answers by item number, each led by its scale's latent."""
    found: dict[int, FloatArray] = {}
    for place, items in enumerate(scales):
        made = ticked(latent[:, place], 0.75, len(items), low=low, high=high, rng=rng)
        found |= {number: made[:, j] for j, number in enumerate(items)}
    return found


def write_item_examples(folder: Path) -> None:
    """Write every example into a folder; each has a random stream of its own."""
    for j, make in enumerate((pair_forms, emotional_skill)):
        write_columns(folder / f"{make.__name__}.csv", make(np.random.default_rng([SEED, 200 + j])))


if __name__ == "__main__":
    write_item_examples(Path(sys.argv[1]))
