"""Cut-offs for fit indices made for one model and one sample size, by simulation from the model itself.

The well-known .95 and .06 come from simulations of three factors with five items each. Here the fitted model is taken
as true and as slightly wrong in known ways; the cut-off is the value that keeps 95 % of true models and turns down 95 %
of wrong ones (McNeish and Wolf, 2023, https://doi.org/10.1037/met0000425).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.base.progress import Progress
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import coefficient
from intimacy_scales.statistics.sem import Fit, measures_of_covariance
from intimacy_scales.statistics.sem.matrices import evaluate
from intimacy_scales.statistics.sem.results import ParameterEstimate

KEEPS = 0.95  # share of true models that a cut-off keeps
TURNS_DOWN = 0.95  # share of wrong models that it turns down
CROSS_LOADING = 0.3  # what a moderate misspecification is: a cross-loading, or a residual correlation, of this size
MOST_LEVELS = 3
INDICES = ("cfi", "rmsea", "srmr")


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffLevel:
    """One degree of misspecification: what was wrong, and the cut-off of each index; NaN where none tells it apart."""

    level: int
    wrong: tuple[str, ...]
    cfi: float
    rmsea: float
    srmr: float

    def to_dict(self) -> dict[str, Any]:
        """Return the level as JSON holds it."""
        return {"level": self.level, "wrong": list(self.wrong), "cfi": self.cfi, "rmsea": self.rmsea,
                "srmr": self.srmr}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicCutoffs(Shown):
    """Cut-offs of CFI, RMSEA and SRMR for this model and n, by degree of misspecification.

    Below ``levels[0].cfi`` a model fits worse than one whose only fault is the smallest listed. ``draws`` samples a
    level, ``seed`` makes them again.
    """

    levels: tuple[CutoffLevel, ...]
    n: int
    draws: int
    seed: int
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the cut-offs as JSON holds them."""
        return json_dict({"n": self.n, "draws": self.draws, "seed": self.seed, "keeps": KEEPS,
                          "turns_down": TURNS_DOWN, "levels": [level.to_dict() for level in self.levels],
                          "notes": list(self.notes)})  # fmt: skip

    def table(self) -> Any:
        """Return one row a level as a pandas frame, full precision."""
        import pandas as pd

        return pd.DataFrame([level.to_dict() for level in self.levels])

    def apa(self) -> str:
        """Return a sentence a level: the cut-offs of this model at this n."""
        said = (
            f"CFI {coefficient(level.cfi, 3, none='none')}, RMSEA {coefficient(level.rmsea, 3, none='none')}, "
            f"SRMR {coefficient(level.srmr, 3, none='none')}"
            for level in self.levels
        )
        levels = "; ".join(f"{level.level}: {text}" for level, text in zip(self.levels, said, strict=True))
        return f"Cut-offs simulated for this model and N = {self.n} ({self.draws} samples, seed {self.seed}): {levels}."

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a level."""
        head = ["misspecification", "CFI at least", "RMSEA at most", "SRMR at most"]
        spell = [
            (f"{level.level}: {', '.join(level.wrong)}", level.cfi, level.rmsea, level.srmr) for level in self.levels
        ]
        return [head, *([name, *(coefficient(v, 3) for v in values)] for name, *values in spell)]


def dynamic_cutoffs(found: Fit, *, draws: int = 500, seed: int = 1) -> DynamicCutoffs:
    r"""Return cut-offs for the fit of a confirmatory model (ML, one group), by simulation.

    Parameters
    ----------
    found
        The fitted model: its estimates are the population.
    draws
        Samples of normal answers a level, of the fit's n persons.
    seed
        Of the samples.

    Returns
    -------
    DynamicCutoffs
        One line a level: with several factors level k adds k cross-loadings of .3 (the weakest item of a factor on the
        next factor); with one factor, residual correlations of .3 between a third, two thirds and all of the items,
        in pairs.

    Raises
    ------
    ResponseError
        For ordinal answers or several groups: these cut-offs are made for continuous answers.

    Notes
    -----
    The cut-off is the 5th percentile of the index over true models, where at most 5 % of the wrong ones do better; else
    none is given, for the index cannot tell the two apart at this n. Answers are drawn as normal; skewed ones of few
    options scatter more. Covariances are drawn (Wishart), not persons.
    """
    _check(found)
    rng = np.random.default_rng(seed)
    sigma = evaluate(found.setup.compiled.groups[0], found.theta).sigma
    wrongs = misspecified(found, sigma)
    levels, notes = [], list[str]()
    with Progress("cut-offs by simulation", draws * (len(wrongs) + 1)) as bar:
        true = _indices(found, sigma, draws, rng, bar)
        for k, (names, wrong) in enumerate(wrongs, start=1):
            against = _indices(found, wrong, draws, rng, bar)
            levels.append(CutoffLevel(level=k, wrong=names, **_cuts(true, against)))
    if not levels:
        notes.append("no misspecification of this size fits this model: loadings are too high for one more")
    return DynamicCutoffs(levels=tuple(levels), n=found.n, draws=draws, seed=seed, notes=tuple(notes))


def _check(found: Fit) -> None:
    problems = []
    if found.estimator in {"WLSMV", "DWLS"}:
        problems.append(Problem(where="dynamic cut-offs", what="the model is of ordinal answers",
                                allowed="estimator ml or mlr"))  # fmt: skip
    if len(found.groups) > 1:
        problems.append(Problem(where="dynamic cut-offs", what=f"{len(found.groups)} groups", allowed="one"))
    if found.measures.df < 1:
        problems.append(Problem(where="dynamic cut-offs", what="the model has no degrees of freedom",
                                allowed="a model that can misfit"))  # fmt: skip
    if problems:
        raise ResponseError(problems)


def misspecified(found: Fit, sigma: FloatArray) -> list[tuple[tuple[str, ...], FloatArray]]:
    """Return populations that differ from the model in a known way, the mildest first; variances stay as they are."""
    names = list(found.setup.grouped.models[0].observed)
    loadings = [estimate for estimate in found.estimates if estimate.op == "=~" and estimate.rhs in names]
    factors = list(dict.fromkeys(loading.lhs for loading in loadings))
    faults = _cross_loadings(found, factors) if len(factors) > 1 else _residual_pairs(loadings)
    scale = np.sqrt(np.diag(sigma))
    out, now, told = [], sigma.copy(), list[str]()
    for wrong in faults:
        for name, change in wrong:
            now = now + change(now, scale, names)
            told.append(name)
        if np.linalg.eigvalsh(now / np.outer(scale, scale))[0] < 1e-6:
            break
        out.append((tuple(told), now.copy()))
    return out[:MOST_LEVELS]


def _cross_loadings(found: Fit, factors: Sequence[str]) -> list[list[tuple[str, Any]]]:
    """Let the weakest item of each factor load .3 on the next factor too."""
    from intimacy_scales.statistics.sem import latent_correlations

    latent = latent_correlations(found)[0]
    faults: list[list[tuple[str, Any]]] = []
    for k, factor in enumerate(factors[: MOST_LEVELS + 1]):
        other = factors[(k + 1) % len(factors)]
        own = [estimate for estimate in found.estimates if estimate.op == "=~" and estimate.lhs == factor]
        weakest = min(own, key=lambda one: abs(one.std))
        faults.append([(f"{weakest.rhs} on {other}", _one_cross_loading(found, latent, weakest.rhs, other))])
    return faults


def _one_cross_loading(found: Fit, latent: Any, item: str, factor: str) -> Any:
    loads = {(estimate.rhs, estimate.lhs): estimate.std for estimate in found.estimates if estimate.op == "=~"}
    phi = {(a, b): float(latent.correlations[i, j]) for i, a in enumerate(latent.names)
           for j, b in enumerate(latent.names)}  # fmt: skip

    def change(now: FloatArray, scale: FloatArray, names: list[str]) -> FloatArray:
        added, at = np.zeros_like(now), names.index(item)
        for j, name in enumerate(names):
            if j != at:
                shared = sum(load * phi.get((factor, f), 0.0) for (own, f), load in loads.items() if own == name)
                added[at, j] = added[j, at] = CROSS_LOADING * shared * scale[at] * scale[j]
        return added

    return change


def _residual_pairs(loadings: Sequence[ParameterEstimate]) -> list[list[tuple[str, Any]]]:
    """Residual correlations of .3 between neighbours: a third of the items, two thirds, all of them."""
    pairs = [(loadings[j], loadings[j + 1]) for j in range(0, len(loadings) - 1, 2)]
    size = max(len(pairs) // MOST_LEVELS, 1)
    return [[(f"{a.rhs} with {b.rhs}", _one_residual(a, b)) for a, b in pairs[k : k + size]]
            for k in range(0, len(pairs), size)]  # fmt: skip


def _one_residual(first: ParameterEstimate, second: ParameterEstimate) -> Any:
    left = float(np.sqrt(max(1 - first.std**2, 0.0) * max(1 - second.std**2, 0.0)))

    def change(now: FloatArray, scale: FloatArray, names: list[str]) -> FloatArray:
        added, i, j = np.zeros_like(now), names.index(first.rhs), names.index(second.rhs)
        added[i, j] = added[j, i] = CROSS_LOADING * left * scale[i] * scale[j]
        return added

    return change


def _indices(found: Fit, sigma: FloatArray, draws: int, rng: np.random.Generator, bar: Progress) -> FloatArray:
    """Return CFI, RMSEA and SRMR of the model fitted to drawn covariances, draws x 3; NaN where it did not converge."""
    n_items, n = len(found.setup.grouped.models[0].observed), found.n
    root = np.linalg.cholesky(sigma)
    out = np.full((draws, len(INDICES)), np.nan)
    for draw in range(draws):
        bar.advance()
        covariance = root @ _wishart(n_items, n - 1, rng) @ root.T
        try:
            with np.errstate(all="ignore"):
                measures = measures_of_covariance(found, covariance)
        except (IntimacyScalesError, np.linalg.LinAlgError):
            continue
        out[draw] = measures.cfi, measures.rmsea, measures.srmr
    return out


def _wishart(p: int, df: int, rng: np.random.Generator) -> FloatArray:
    """Return a covariance matrix drawn for the identity, divided by its degrees of freedom (Bartlett)."""
    lower = np.tril(rng.standard_normal((p, p)), -1)
    lower[np.diag_indices(p)] = np.sqrt(rng.chisquare(df - np.arange(p)))
    return np.asarray(lower @ lower.T / df)


def _cuts(true: FloatArray, wrong: FloatArray) -> dict[str, float]:
    """Return the cut-off of every index: the 5 % worst of true models, where 95 % of wrong ones are worse."""
    entries = {}
    for k, name in enumerate(INDICES):
        sign = 1.0 if name == "cfi" else -1.0
        good, bad = sign * true[:, k], sign * wrong[:, k]
        cut = float(np.nanquantile(good, 1 - KEEPS))
        told_apart = float(np.nanmean(bad < cut)) >= TURNS_DOWN
        entries[name] = sign * cut if told_apart else float("nan")
    return entries
