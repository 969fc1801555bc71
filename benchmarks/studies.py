"""Pooling studies and bootstrapping indirect effects: ours beside metafor and lavaan.

usage: python benchmarks/studies.py

Everything is timed live in this run, the best of three calls (R without its start; lavaan's bootstraps once), on the
same data; each figure is compared first, so that both sides did the same work. Matrix products take one thread, in R
too. Without R, recorded ratios stand in (how many times ours theirs took in one run on one machine: 2 cores, R 4.2.2,
metafor 3.8-1, lavaan 0.6-14).
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

import intimacy_scales as ims
from intimacy_scales.analysis.couples import Variable, fit_mediation
from intimacy_scales.statistics import pooling
from intimacy_scales.statistics.model_bootstrap import bootstrap
from intimacy_scales.statistics.sem import fit, path_model, regression, sample

RECORDED = {
    "mean, Hartung-Knapp, Q-profile: metafor": 6.7,
    "three moderators: metafor": 2.4,
    "leave-one-out: metafor": 3.0,
    "influence: metafor": 2.9,
    "trim and fill: metafor": 2.0,
    "three levels: metafor": 3.3,
    "three levels with profile intervals: metafor": 10.0,
    "path model, 2,000 bootstraps: lavaan": 4571.2,
    "actor-partner, two mediators, 2,000 bootstraps: lavaan": 444.4,
}

R_SCRIPT = """
suppressMessages(library(metafor)); folder <- commandArgs(TRUE)[1]; rd <- function(f) read.csv(file.path(folder, paste0(f, ".csv")))
say <- function(name, work, value, times = 3) { f <- NULL; t <- min(replicate(times, system.time(f <<- suppressWarnings(work()))[["elapsed"]])); cat(name, t, format(value(f), digits = 12), "\\n", sep = "\\t") }
cat("version", "R", as.character(getRversion()), "\\n", sep = "\\t"); cat("version", "metafor", as.character(packageVersion("metafor")), "\\n", sep = "\\t")
d <- rd("pooling"); d <- escalc("ZCOR", ri = r, ni = n, data = d); b <- function(f) as.numeric(f$b[1])
say("mean, Hartung-Knapp, Q-profile: metafor", function() { f <- rma(yi, vi, data = d, test = "knha"); confint(f); predict(f); f }, b)
say("three moderators: metafor", function() rma(yi, vi, mods = ~ year + design + reliability_x, data = d, test = "knha"), b)
f <- rma(yi, vi, data = d)
say("leave-one-out: metafor", function() leave1out(f), function(x) x$estimate[1])
say("influence: metafor", function() influence(f), function(x) x$inf$hat[1])
say("trim and fill: metafor", function() trimfill(f), b)
e <- rd("pooling_dependent"); e <- escalc("ZCOR", ri = r, ni = n, data = e); e$id <- seq_len(nrow(e))
g <- NULL
say("three levels: metafor", function() g <<- rma.mv(yi, vi, random = ~ 1 | study/id, data = e), b)
say("three levels with profile intervals: metafor", function() { confint(g); g }, b)
if (suppressMessages(require("lavaan", quietly = TRUE))) { cat("version", "lavaan", as.character(packageVersion("lavaan")), "\\n", sep = "\\t")
  p <- rd("technoference"); p$tdis <- rowMeans(p[, paste0("tdis_", 1:4)])
  say("path model, 2,000 bootstraps: lavaan", function() sem("conflict ~ a*tdis\\nsatisfaction ~ b*conflict + tdis\\ndepression ~ d*satisfaction\\nlife_satisfaction ~ satisfaction\\ndepression ~~ life_satisfaction\\ni := a*b", p, se = "bootstrap", bootstrap = 2000), function(x) coef(x)[["a"]] * coef(x)[["b"]], 1)
  w <- rd("couples_mediation")
  m <- "emotional_w ~ a*communication_w + communication_m\\nemotional_m ~ communication_w + communication_m\\nsexual_w ~ communication_w + communication_m\\nsexual_m ~ communication_w + communication_m
satisfaction_w ~ b*emotional_w + emotional_m + sexual_w + sexual_m + communication_w + communication_m\\nsatisfaction_m ~ emotional_w + emotional_m + sexual_w + sexual_m + communication_w + communication_m
emotional_w ~~ emotional_m + sexual_w + sexual_m\\nemotional_m ~~ sexual_w + sexual_m\\nsexual_w ~~ sexual_m\\nsatisfaction_w ~~ satisfaction_m\\ni := a*b"
  say("actor-partner, two mediators, 2,000 bootstraps: lavaan", function() sem(m, w, se = "bootstrap", bootstrap = 2000), function(x) coef(x)[["a"]] * coef(x)[["b"]], 1) }
"""


def of_pooling():
    d = pd.read_csv(ims.example("pooling"))
    z, one = pooling.fisher_z(d.r.to_numpy(), d.n.to_numpy(float)), np.ones(len(d))
    X = np.column_stack([one, d.year, (d.design == "longitudinal").astype(float), d.reliability_x])

    def whole():
        made = pooling.fit_effects(z.y, z.v, test="knha")
        pooling.prediction_interval(made, df=made.k - 1)
        return made.b[0]

    yield "mean, Hartung-Knapp, Q-profile: metafor", whole
    yield "three moderators: metafor", lambda: pooling.fit_effects(z.y, z.v, X, test="knha").b[0]
    yield "leave-one-out: metafor", lambda: pooling.leave_one_out(z.y, z.v)[0].b[0]
    yield "influence: metafor", lambda: pooling.influence(z.y, z.v).hat[0]
    yield "trim and fill: metafor", lambda: pooling.trim_and_fill(z.y, z.v).fit.b[0]
    e = pd.read_csv(ims.example("pooling_dependent"))
    z3, study = pooling.fisher_z(e.r.to_numpy(), e.n.to_numpy(float)), e.study.tolist()
    V = np.diag(z3.v)
    yield "three levels: metafor", lambda: pooling.fit_three_level(z3.y, V, study, intervals=False).b[0]
    yield "three levels with profile intervals: metafor", lambda: pooling.fit_three_level(z3.y, V, study).b[0]


def of_paths():
    d = pd.read_csv(ims.example("technoference"))
    d["tdis"] = d[[f"tdis_{j}" for j in range(1, 5)]].mean(axis=1)
    names = ["tdis", "conflict", "satisfaction", "depression", "life_satisfaction"]
    model = path_model(
        regression("conflict", {"tdis": "a"}),
        regression("satisfaction", {"conflict": "b", "tdis": None}),
        regression("depression", {"satisfaction": "d"}),
        regression("life_satisfaction", {"satisfaction": None}),
        defined={"i": "a * b"},
    )

    def path():
        return bootstrap(fit(model, sample(d[names].to_numpy(), names)), draws=2000)[0].est

    yield "path model, 2,000 bootstraps: lavaan", path
    w = pd.read_csv(ims.example("couples_mediation"))

    def of(stem):
        both = (f"{stem}_w", f"{stem}_m")
        return Variable(name=stem, names=both, values=w[list(both)].to_numpy())

    def couples():
        made = fit_mediation([of("communication")], [of("emotional"), of("sexual")], of("satisfaction"), bootstrap=2000)
        return made.effects[0].est

    yield "actor-partner, two mediators, 2,000 bootstraps: lavaan", couples


def best(work, times=3):
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        value = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), float(value)


def in_r():
    """Return seconds and figure of each piece of work in R, by name; nothing without R."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}, ""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pooling", "pooling_dependent", "technoference", "couples_mediation"):
            shutil.copy(ims.example(name), Path(folder) / f"{name}.csv")
        script = Path(folder) / "studies.R"
        script.write_text(R_SCRIPT, encoding="utf-8")
        said = subprocess.run([rscript, str(script), folder], capture_output=True, text=True, check=False).stdout
    lines = [line.split("\t") for line in said.splitlines() if "\t" in line]
    versions = " ".join(f"{line[1]} {line[2]}" for line in lines if line[0] == "version")
    return {line[0]: (float(line[1]), float(line[2])) for line in lines if line[0] != "version"}, versions


def main():
    theirs, versions = in_r()
    print(versions or "R is not here: recorded ratios stand in")
    ratios = {}
    for name, work in (*of_pooling(), *of_paths()):
        seconds, value = best(work)
        if name in theirs:
            other, figure = theirs[name]
            assert abs(value - figure) < 1e-4 * max(1.0, abs(figure)), (name, value, figure)
            ratios[name] = seconds / other
            print(f"{name:58} {other:8.3f} s  ours {seconds:.4f} s  {other / seconds:7.1f} times faster")
        else:
            print(f"{name:58} recorded: {RECORDED[name]} times faster; ours {seconds:.4f} s")
    remember("studies", ratios)


if __name__ == "__main__":
    main()
