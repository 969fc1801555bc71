"""Alpha with the item table on 1,000,000 persons x 36 items (six scales, 2 % missing): ours beside pingouin, live.

usage: python benchmarks/reliability.py [N_PERSONS]

R is not needed. Recorded on 2 cores, R 4.2.2 with psych 2.2.9, the same kind of answers (1,000,000 x 6, 2 % missing):
``alpha(x, check.keys = FALSE, warnings = FALSE)`` took 5.30, 3.01 and 3.35 s a scale; its median is taken, six times
for six scales. ``alpha(n.iter = 2000)`` on 2,000 x 6 took 4.12 s.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

PSYCH_SECONDS_A_SCALE = 3.35  # R 4.2.2, psych 2.2.9, 1,000,000 x 6
PSYCH_BOOTSTRAP_SECONDS = 4.12  # the same, 2,000 x 6, n.iter = 2000
REVERSED = (8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36)


def simulated(n, k, *, seed=1):
    rng = np.random.default_rng(seed)
    factors = rng.standard_normal((n, 6))
    answers = np.empty((n, k))
    for j in range(k):
        latent = 0.7 * factors[:, j % 6] + np.sqrt(0.51) * rng.standard_normal(n)
        code = np.digitize(latent, [-1.4, -0.6, 0.2, 1.1]).astype(float)
        answers[:, j] = 4 - code if j + 1 in REVERSED else code
    answers[rng.random((n, k)) < 0.02] = np.nan
    return answers


def best_of(times, work):
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - began)
    return min(seconds), found


def main():
    from intimacy_scales.reliability import reliability_of
    from intimacy_scales.reliability.intervals import bootstrap_alpha
    from small_banks import small_bank, vouched

    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    answers = simulated(n, 36)
    bank = small_bank({f"s{s}": range(s + 1, 37, 6) for s in range(6)}, codes=range(5), reverse=REVERSED)
    responses = vouched(bank, answers)
    ours, found = best_of(3, lambda: reliability_of(responses))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        import pingouin as pg

        turned = answers.copy()
        for number in REVERSED:
            turned[:, number - 1] = 4 - turned[:, number - 1]
        frames = [pd.DataFrame(turned[:, s::6]) for s in range(6)]
        theirs, alphas = best_of(1, lambda: [pg.cronbach_alpha(frame)[0] for frame in frames])
    np.testing.assert_allclose([scale.alpha.value for scale in found], alphas, atol=1e-9)
    psych = 6 * PSYCH_SECONDS_A_SCALE * n / 1_000_000
    print(f"{n:,} x 36, six scales, alpha with interval, lambdas and item table: {ours:.2f} s")
    print(f"pingouin, alpha alone: {theirs:.2f} s, {theirs / ours:.1f} times ours")
    print(f"psych::alpha with its item table (recorded): {psych:.1f} s, {psych / ours:.0f} times ours")
    small = np.where(np.isnan(turned[:2000, ::6]), 2.0, turned[:2000, ::6])
    for what, block in (("complete", small), ("with gaps, pairwise", turned[:2000, ::6])):
        seconds, _ = best_of(3, lambda block=block: bootstrap_alpha(block, samples=2000))
        print(
            f"2,000 bootstrap samples, 2,000 x 6, {what}: {seconds:.2f} s; psych (recorded) "
            f"{PSYCH_BOOTSTRAP_SECONDS / seconds:.0f} times that"
        )


if __name__ == "__main__":
    main()
