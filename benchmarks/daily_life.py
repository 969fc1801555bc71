"""Diaries of persons and couples, mediation within persons, couples over occasions: ours beside nlme, lme4 and lavaan.

usage: python benchmarks/daily_life.py

Everything is timed live in this run, the best of three calls (R without its start), on the same simulated data; every
model's log-likelihood is compared first, so that both sides did the same work. Matrix products take one thread, in R too.
Ours counts what nlme does not give in the same call: Satterthwaite's degrees of freedom (a Hessian of the variance
parameters), persons' own effects with their errors. Without R, recorded ratios stand in (how many times ours theirs
took in one run on one machine: 2 cores, R 4.2.2, nlme 3.1-162, lme4 1.1-31, lavaan 0.6-14).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # read when numpy is imported

import numpy as np
import pandas as pd
from history import remember

from intimacy_scales.statistics import multilevel as ml

RECORDED = {
    "persons, slopes, AR(1): nlme": 48,
    "persons, slopes: lme4": 2.9,
    "persons, slopes: nlme": 2.0,
    "couples, same day: nlme": 31,
    "couples, AR(1): nlme": 24,
    "couples over occasions, FIML: lavaan": 20,
    "1-1-1 mediation, five random effects: nlme": 45,
}

R_SCRIPT = """
suppressMessages(library(nlme)); folder <- commandArgs(TRUE)[1]; rd <- function(f) read.csv(file.path(folder, paste0(f, ".csv")))
say <- function(name, work) { f <- NULL; t <- tryCatch(min(replicate(3, system.time(f <<- suppressWarnings(suppressMessages(work())))[["elapsed"]])), error = function(e) NA)
  l <- if (is.null(f)) NA else tryCatch(as.numeric(logLik(f)), error = function(e) NA); cat(name, t, format(l, nsmall = 6, digits = 12), "\\n", sep = "\\t") }
cat("version", "R", as.character(getRversion()), "\\n", sep = "\\t"); cat("version", "nlme", as.character(packageVersion("nlme")), "\\n", sep = "\\t")
ctl <- lmeControl(maxIter = 500, msMaxIter = 500, opt = "nlminb", returnObject = TRUE)
d <- rd("persons")
say("persons, slopes, AR(1): nlme", function() lme(y ~ x + m, random = ~ x | g, correlation = corAR1(form = ~ day | g), data = d, control = ctl))
if (requireNamespace("lme4", quietly = TRUE)) { cat("version", "lme4", as.character(packageVersion("lme4")), "\\n", sep = "\\t"); say("persons, slopes: lme4", function() lme4::lmer(y ~ x + m + (1 + x | g), d)) }
say("persons, slopes: nlme", function() lme(y ~ x + m, random = ~ x | g, data = d, control = ctl))
d <- rd("couples"); d$p <- factor(d$p)
f <- y ~ 0 + p + p:x + p:z
say("couples, same day: nlme", function() lme(f, random = ~ 0 + p | g, correlation = corCompSymm(form = ~ 1 | g/day), weights = varIdent(form = ~ 1 | p), data = d, control = ctl))
say("couples, AR(1): nlme", function() lme(f, random = ~ 0 + p | g, correlation = corAR1(form = ~ day | g/p), weights = varIdent(form = ~ 1 | p), data = d, control = ctl))
d <- rd("stacked"); d$p <- factor(d$p)
say("1-1-1 mediation, five random effects: nlme", function() lme(y ~ 0 + c1 + c2 + c3 + c4 + c5, random = list(g = pdSymm(~ 0 + c1 + c2 + c3 + c4 + c5)), weights = varIdent(form = ~ 1 | p), data = d, control = ctl))
if (suppressMessages(require("lavaan", quietly = TRUE))) { cat("version", "lavaan", as.character(packageVersion("lavaan")), "\\n", sep = "\\t"); w <- rd("wide")
  m <- paste(c(sapply(2:4, function(t) sprintf("w%d ~ a*w%d + b*m%d\\nm%d ~ c*m%d + d*w%d\\nw%d ~~ m%d", t, t - 1, t - 1, t, t - 1, t - 1, t, t)), "w1 ~~ m1"), collapse = "\\n")
  say("couples over occasions, FIML: lavaan", function() sem(m, w, missing = "ml", fixed.x = FALSE)) }
"""


def ar1(n, T, phi, rng, sd=1.0):
    e = np.empty((n, T))
    e[:, 0] = rng.standard_normal(n)
    for t in range(1, T):
        e[:, t] = phi * e[:, t - 1] + np.sqrt(1 - phi**2) * rng.standard_normal(n)
    return sd * e


def persons(n=100, T=28, seed=1):
    rng = np.random.default_rng(seed)
    u = rng.multivariate_normal([0, 0], [[1, 0.1], [0.1, 0.09]], n)
    x = rng.standard_normal((n, T))
    x -= x.mean(axis=1, keepdims=True)
    m = rng.standard_normal(n)
    y = 5 + u[:, :1] + (0.4 + u[:, 1:]) * x + 0.3 * m[:, None] + ar1(n, T, 0.3, rng)
    d = pd.DataFrame(
        {
            "g": np.repeat(np.arange(n), T),
            "day": np.tile(np.arange(T), n),
            "x": x.ravel(),
            "m": np.repeat(m, T),
            "y": y.ravel(),
        }
    )
    return d[rng.random(len(d)) > 0.08].reset_index(drop=True)


def couples(n=100, T=14, seed=2):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, T, 2))
    x -= x.mean(axis=1, keepdims=True)
    e = np.stack([ar1(n, T, 0.25, rng), ar1(n, T, 0.25, rng)], axis=2) @ np.linalg.cholesky([[1, 0.3], [0.3, 1.2]]).T
    y = rng.multivariate_normal([6, 6], [[1, 0.5], [0.5, 1]], n)[:, None, :] - 0.4 * x - 0.2 * x[:, :, ::-1] + e
    g, day, p = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(T), [0, 1], indexing="ij"))
    return pd.DataFrame({"g": g, "day": day, "p": p, "x": x.ravel(), "z": x[:, :, ::-1].ravel(), "y": y.ravel()})


def stacked(n=90, T=20, seed=3):
    rng = np.random.default_rng(seed)
    ab = rng.multivariate_normal([0.4, 0.5], [[0.06, 0.03], [0.03, 0.06]], n)
    c = rng.normal(0.15, 0.2, (n, 1))
    x = rng.standard_normal((n, T))
    x -= x.mean(axis=1, keepdims=True)
    m = rng.normal(0, 0.6, (n, 1)) + ab[:, :1] * x + 0.7 * rng.standard_normal((n, T))
    w = m - m.mean(axis=1, keepdims=True)
    y = rng.normal(0, 0.7, (n, 1)) + ab[:, 1:] * w + c * x + 0.7 * rng.standard_normal((n, T))
    one, no = np.ones(n * T), np.zeros(n * T)
    first, second = [one, x.ravel(), no, no, no], [no, no, one, w.ravel(), x.ravel()]
    frame = {f"c{j + 1}": np.concatenate([a, b]) for j, (a, b) in enumerate(zip(first, second, strict=True))}
    who = np.repeat(np.arange(n), T)
    return pd.DataFrame(
        {
            "g": np.tile(who, 2),
            "p": np.repeat([0, 1], n * T),
            "day": np.tile(np.arange(T), 2 * n),
            **frame,
            "y": np.concatenate([m.ravel(), y.ravel()]),
        }
    )


def wide(n=150, T=4, seed=4):
    rng = np.random.default_rng(seed)
    now = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], n)
    found = {}
    for t in range(1, T + 1):
        if t > 1:
            now = 0.6 * now + 0.15 * now[:, ::-1] + rng.multivariate_normal([0, 0], [[0.5, 0.15], [0.15, 0.5]], n)
        left = rng.random(n) < (0.05 * (t - 1))
        found[f"w{t}"], found[f"m{t}"] = (np.where(left, np.nan, now[:, p]) for p in (0, 1))
    return pd.DataFrame(found)


def fit(d, X, Z, **more):
    members = d.p.to_numpy() if "p" in d else None
    rows = ml.repeated_measures(d.y.to_numpy(), X, Z, d.g.to_numpy(), members=members, days=d.day.to_numpy(float))
    model = ml.fit_mixed_model(rows, **more)
    ml.effects(model)
    return model.log_likelihood


def lagged(frame):
    from intimacy_scales.analysis.couples.over_time.lagged_models import Restrictions, lagged_model
    from intimacy_scales.statistics import sem

    names = [f"y_{'wm'.index(one[0])}_{int(one[1]) - 1}" for one in frame.columns]
    return sem.fit(
        lagged_model(["y"], 4, Restrictions()), sem.sample(frame.to_numpy(), names, missing="fiml")
    ).measures.logl


def work():
    """Return every piece of work by name; theirs of the same name stand after a colon."""
    a, b, c, w = persons(), couples(), stacked(), wide()
    A = np.column_stack([np.ones(len(a)), a.x, a.m])
    gate = [(b.p == p).to_numpy(float) for p in (0, 1)]
    B = np.column_stack([one * v for v in (np.ones(len(b)), b.x, b.z) for one in gate])
    C = c[[f"c{j}" for j in range(1, 6)]].to_numpy()
    return {
        "persons, slopes, AR(1)": lambda: fit(a, A, A[:, :2], ar1=True),
        "persons, slopes": lambda: fit(a, A, A[:, :2]),
        "couples, same day": lambda: fit(b, B, B[:, :2], residual="unstructured"),
        "couples, AR(1)": lambda: fit(b, B, B[:, :2], residual="diagonal", ar1=True),
        "couples, same day and AR(1)": lambda: fit(b, B, B[:, :2], residual="unstructured", ar1=True),
        "1-1-1 mediation, five random effects": lambda: fit(c, C, C, residual="diagonal"),
        "couples over occasions, FIML": lambda: lagged(w),
    }, {"persons": a, "couples": b, "stacked": c, "wide": w}


def in_r(data):
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}, "R is not here"
    with tempfile.TemporaryDirectory() as folder:
        for name, frame in data.items():
            frame.to_csv(Path(folder) / f"{name}.csv", index=False)
        script = Path(folder) / "time.R"
        script.write_text(R_SCRIPT, encoding="utf-8")
        ran = subprocess.run([rscript, str(script), folder], capture_output=True, text=True, check=False)
    rows = [line.split("\t") for line in ran.stdout.splitlines() if "\t" in line]
    versions = ", ".join(f"{row[1]} {row[2]}" for row in rows if row[0] == "version")
    return {
        row[0]: (float(row[1]), float(row[2])) for row in rows if row[0] != "version" and "NA" not in row[1:3]
    }, versions


def main():
    jobs, data = work()
    mine = {}
    for name, job in jobs.items():
        job()
        began = [time.perf_counter()]
        for _ in range(3):
            value = job()
            began.append(time.perf_counter())
        mine[name] = (min(np.diff(began)), value)
    theirs, versions = in_r(data)
    print(
        f"100 persons x 28 days; 100 couples x 14 days; 90 persons x 20 days stacked; 150 couples x 4 occasions; {versions}"
    )
    ratios = {}
    for name, (seconds, value) in mine.items():
        print(f"{name}: ours {1000 * seconds:.0f} ms, log-likelihood {value:.4f}")
        for other, (took, there) in theirs.items():
            if other.rsplit(": ", 1)[0] == name:
                ratios[other] = seconds / took
                print(
                    f"    {other.rsplit(': ', 1)[1]}: {took:.2f} s live, {took / seconds:.1f} times ours; log-likelihood {there:.4f} ({value - there:+.5f})"
                )
        for other, ratio in RECORDED.items():
            if other.rsplit(": ", 1)[0] == name and other not in theirs:
                print(f"    {other.rsplit(': ', 1)[1]}: {ratio:g} times ours, recorded")
    remember("daily life", ratios)


if __name__ == "__main__":
    main()
