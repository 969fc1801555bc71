"""Alpha with the item table on 1,000,000 persons x 36 items (six scales, 2 % missing): ours beside pingouin, live.

usage: python benchmarks/reliability.py [N_PERSONS]

R's ``psych::alpha`` is timed beside where Rscript and psych are, on the same answers (one scale, times six). Else
recorded figures stand in: 2 cores, R 4.2.2 with psych 2.2.9, the same kind of answers: a scale of 1,000,000 x 6 with 2 %
missing 3.35 s (median of three), ``alpha(n.iter = 2000)`` on 2,000 x 6 4.12 s.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from history import remember

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


R_SCRIPT = """
library(psych); x <- read.csv(commandArgs(TRUE)[1]); small <- read.csv(commandArgs(TRUE)[2])
take <- function(...) system.time(suppressWarnings(alpha(..., check.keys = FALSE, warnings = FALSE)))[["elapsed"]]
cat(R.version$major, ".", R.version$minor, " psych ", as.character(packageVersion("psych")), "\\n", sep = "")
cat(min(replicate(3, take(x))), take(small, n.iter = 2000), "\\n")
"""


def in_psych(scale, small):
    """Return seconds of alpha with its item table and of 2,000 bootstrap samples, and whose they are."""
    recorded = (
        PSYCH_SECONDS_A_SCALE * len(scale) / 1_000_000,
        PSYCH_BOOTSTRAP_SECONDS,
        "recorded, R 4.2.2 psych 2.2.9",
    )
    rscript = shutil.which("Rscript")
    if rscript is None:
        return recorded
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.csv" for name in ("scale", "small")]
        for path, block in zip(files, (scale, small), strict=True):
            head = ",".join(f"x{j + 1}" for j in range(block.shape[1]))
            np.savetxt(path, block, fmt="%g", delimiter=",", header=head, comments="")
            path.write_text(path.read_text(encoding="utf-8").replace("nan", "NA"), encoding="utf-8")
        script = Path(folder) / "time.R"
        script.write_text(R_SCRIPT, encoding="utf-8")
        ran = subprocess.run([rscript, str(script), *map(str, files)], capture_output=True, text=True, check=False)
    lines = ran.stdout.splitlines()
    if ran.returncode or len(lines) < 2:
        return recorded
    whole, bootstrap = map(float, lines[1].split())
    return whole, bootstrap, f"live, R {lines[0]}"


def best_of(times, work):
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - began)
    return min(seconds), found


def main():
    from intimacy_scales.analysis.reliability import reliability_of
    from intimacy_scales.statistics.consistency.intervals import bootstrap_alpha
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
    small = np.where(np.isnan(turned[:2000, ::6]), 2.0, turned[:2000, ::6])
    psych, psych_bootstrap, whose = in_psych(turned[:, ::6], small)
    psych *= 6
    print(f"{n:,} x 36, six scales, alpha with interval, lambdas and item table: {ours:.2f} s")
    print(f"pingouin, alpha alone: {theirs:.2f} s, {theirs / ours:.1f} times ours")
    print(f"psych::alpha with its item table ({whose}): {psych:.1f} s, {psych / ours:.0f} times ours")
    ratios = {f"pingouin, alpha alone, {n} x 36": ours / theirs}
    if whose.startswith("live"):
        ratios[f"psych alpha, {n} x 36"] = ours / psych
    remember("reliability", ratios)
    ratios = {f"pingouin, alpha alone, {n} x 36": ours / theirs}
    if whose.startswith("live"):
        ratios[f"psych alpha, {n} x 36"] = ours / psych
    remember("reliability", ratios)
    for what, block in (("complete", small), ("with gaps, pairwise", turned[:2000, ::6])):
        seconds, _ = best_of(3, lambda block=block: bootstrap_alpha(block, samples=2000))
        print(
            f"2,000 bootstrap samples, 2,000 x 6, {what}: {seconds:.3f} s; psych, complete "
            f"({whose}) {psych_bootstrap:.2f} s, {psych_bootstrap / seconds:.0f} times that"
        )


if __name__ == "__main__":
    main()
