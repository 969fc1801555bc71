"""Structure of 36 items x 2,000 persons, six scales: ours beside factor_analyzer and semopy, and R where it is there.

usage: python benchmarks/structure.py [N_PERSONS]

Everything is timed live in this run, ours and theirs alike the best of three calls (R without its start).
Matrix products take one thread, in R too: several threads on a busy machine wait for each other, and times
scatter tenfold; ours show their slowest call as well. Where R or one of its packages is missing, recorded ratios stand
in: how many times ours theirs took in one run on one machine (the lesser of two runs; 2 cores; R 4.2.2, psych 2.2.9, lavaan 0.6-14; 2,000 x 36).
psych's oblimin is timed only where GPArotation is, for without it psych does not rotate.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # read when numpy is imported

import numpy as np
from history import remember

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

RECORDED = {"psych polychoric": 101, "lavaan polychoric": 29, "psych KMO": 3.6, "lavaan ML": 2.1, "lavaan FIML": 15}
SCALES = 6
MODEL = [[f"x{j + 1}" for j in range(s, 36, SCALES)] for s in range(SCALES)]

R_SCRIPT = """
x <- read.csv(commandArgs(TRUE)[1]); gaps <- read.csv(commandArgs(TRUE)[2], na.strings = "")
say <- function(name, work) {{ t <- tryCatch(min(replicate(3, system.time(suppressWarnings(suppressMessages(
  work())))[["elapsed"]])), error = function(e) NA); cat(name, t, "\\n", sep = "\\t") }}
has <- function(p) requireNamespace(p, quietly = TRUE)
cat("R", R.version$major, R.version$minor, "\\n", sep = "\\t")
for (p in c("psych", "lavaan")) if (has(p)) cat("version", p, as.character(packageVersion(p)), "\\n", sep = "\\t")
if (has("psych")) say("psych polychoric", function() psych::polychoric(x))
if (has("psych") && has("GPArotation")) say("psych minres oblimin", function() psych::fa(x, 6, rotate = "oblimin", fm = "minres"))
if (has("psych")) say("psych KMO", function() psych::KMO(x))
m <- "{model}"
if (has("lavaan")) say("lavaan polychoric", function() lavaan::lavCor(x, ordered = names(x)))
if (has("lavaan")) say("lavaan ML", function() lavaan::cfa(m, x, std.lv = TRUE))
if (has("lavaan")) say("lavaan FIML", function() lavaan::cfa(m, gaps, std.lv = TRUE, missing = "ml"))
"""


def simulated(n, *, seed=1):
    """Whole answers 0-4 to 36 items of six scales that correlate .3."""
    rng = np.random.default_rng(seed)
    factors = np.sqrt(0.7) * rng.standard_normal((n, SCALES)) + np.sqrt(0.3) * rng.standard_normal((n, 1))
    latent = 0.65 * factors[:, np.arange(36) % SCALES] + np.sqrt(1 - 0.65**2) * rng.standard_normal((n, 36))
    return np.digitize(latent, [-1.4, -0.6, 0.2, 1.1]).astype(float)


def timed(work, times=3):
    """Return the quickest and the slowest of some calls, in seconds."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds), max(seconds)


def in_r(whole, gaps):
    """Seconds of what R can do here, and its versions; nothing without R."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}, "R is not here"
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, block in (("whole", whole), ("gaps", gaps)):
            files.append(Path(folder) / f"{name}.csv")
            with files[-1].open("w", newline="", encoding="utf-8") as out:
                lines = csv.writer(out)
                lines.writerow(f"x{j + 1}" for j in range(36))
                lines.writerows([["" if np.isnan(v) else int(v) for v in row] for row in block.tolist()])
        script = Path(folder) / "time.R"
        model = "\\n".join(f"f{k}=~{'+'.join(items)}" for k, items in enumerate(MODEL))
        script.write_text(R_SCRIPT.format(model=model), encoding="utf-8")
        ran = subprocess.run([rscript, str(script), *map(str, files)], capture_output=True, text=True, check=False)
    rows = [line.split("\t") for line in ran.stdout.splitlines() if "\t" in line]
    versions = [f"R {row[1]}.{row[2]}" for row in rows if row[0] == "R"]
    versions += [f"{row[1]} {row[2]}" for row in rows if row[0] == "version"]
    seconds = {row[0]: float(row[1]) for row in rows if row[0] not in {"R", "version"} and row[1] != "NA"}
    return seconds, ", ".join(versions)


def with_factor_analyzer(whole):
    """Its rotation and KMO; its own fit fails with scikit-learn >= 1.8, and is then left out."""
    try:
        from factor_analyzer import FactorAnalyzer, calculate_kmo
    except ImportError:
        return {}
    found = {"factor_analyzer KMO": timed(lambda: calculate_kmo(whole))[0]}
    try:
        work = FactorAnalyzer(6, rotation="oblimin", method="minres").fit
        found["factor_analyzer minres oblimin"] = timed(lambda: work(whole))[0]
    except TypeError as fault:
        print(f"factor_analyzer's fit fails here: {fault}")
    return found


def with_semopy(whole, chi2_of_ours):
    """ML on complete answers with standard errors and fit, checked against our chi-square; missing ones it takes pairwise without a word."""
    try:
        import pandas as pd
        import semopy
    except ImportError:
        return {}
    frame = pd.DataFrame(whole, columns=[f"x{j + 1}" for j in range(36)])
    text = "\n".join(f"f{k} =~ {' + '.join(items)}" for k, items in enumerate(MODEL))

    def work():
        model = semopy.Model(text)
        chi2 = len(whole) * model.fit(frame).fun
        model.inspect()  # standard errors
        semopy.calc_stats(model)  # fit indices
        return chi2

    np.testing.assert_allclose(work(), chi2_of_ours, rtol=1e-4)
    return {"semopy ML": timed(work)[0]}


def ours(whole, gaps):
    """Return seconds of our parts and of the whole command, and the chi-square of ML."""
    from intimacy_scales.analysis.structure import correlate, structure
    from intimacy_scales.statistics.factoring import efa
    from intimacy_scales.statistics.factoring.matrices import suitability
    from intimacy_scales.statistics.polychoric import polychoric
    from intimacy_scales.statistics.sem import cfa_model, fit, sample
    from small_banks import small_bank, vouched

    names = [f"x{j + 1}" for j in range(36)]
    model = cfa_model({f"f{k}": items for k, items in enumerate(MODEL)})
    bank = small_bank({f"s{s}": range(s + 1, 37, SCALES) for s in range(SCALES)}, codes=range(5))
    responses = vouched(bank, gaps)
    chi2 = fit(model, sample(whole, names)).measures.chisq
    seconds = {
        "polychoric": timed(lambda: polychoric(whole)),
        "KMO": timed(lambda: suitability(correlate(whole).correlations, len(whole))),
        "minres oblimin": timed(lambda: efa(correlate(whole).correlations, 6, n_persons=len(whole))),
        "ML": timed(lambda: fit(model, sample(whole, names))),
        "FIML": timed(lambda: fit(model, sample(gaps, names, missing="fiml"))),
        "structure (everything, FIML, 100 random data sets)": timed(lambda: structure(responses, bank), 1),
    }
    return seconds, chi2


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    whole = simulated(n)
    gaps = np.where(np.random.default_rng(2).random(whole.shape) < 0.02, np.nan, whole)
    mine, chi2 = ours(whole, gaps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = {**with_factor_analyzer(whole), **with_semopy(whole, chi2)}
    in_there, versions = in_r(whole, gaps)
    live = {**theirs, **in_there}
    remember(
        "structure",
        {
            f"{name}, {n} x 36": mine[what][0] / other
            for name, other in live.items()
            if (what := name.split(" ", 1)[1]) in mine
        },
    )
    print(f"{n:,} persons x 36 items, six scales; {versions}")
    for what, (seconds, slowest) in mine.items():
        print(f"{what}: ours {seconds:.3f} s (slowest {slowest:.3f})")
        for name, other in live.items():
            if name.split(" ", 1)[1] == what:
                print(f"    {name}: {other:.2f} s live, {other / seconds:.1f} times ours")
        for name, ratio in RECORDED.items():
            if name.split(" ", 1)[1] == what and name not in live and n == 2000:
                print(f"    {name}: {ratio:g} times ours, recorded")


if __name__ == "__main__":
    main()
