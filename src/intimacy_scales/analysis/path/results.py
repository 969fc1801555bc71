"""A fitted path model as a result: paths, fit, indirect effects, a paragraph, a diagram."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intimacy_scales.analysis.path.formulas import PathFormulas
from intimacy_scales.analysis.path.model import Effect, PathEstimate
from intimacy_scales.base.results import Assumption, Shown, assumption_lines, json_dict, text_table
from intimacy_scales.base.wording import between, coefficient, counted, figure, interval, p_cell, p_value
from intimacy_scales.statistics.sem import Fit

CANNOT_SAY = (
    "arrows are what was assumed; other arrows may fit these data as well, and no path here is a proof of cause",
    "an indirect effect takes an association apart; what was left out may make it",
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PathAnalysis(Shown):
    """A path model of observed scores.

    ``paths``; ``effects`` every indirect effect with its bootstrap; ``r2`` of each outcome; ``fit`` the whole fit of
    the core, with chi-square and indices in ``fit.measures``.
    """

    formulas: PathFormulas
    paths: tuple[PathEstimate, ...]
    effects: tuple[Effect, ...]
    r2: Mapping[str, float]
    fit: Fit
    n: int
    missing: str
    draws: int
    seed: int
    level: float
    assumptions: tuple[Assumption, ...]
    cannot_say: tuple[str, ...] = CANNOT_SAY
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"PathAnalysis({counted(len(self.paths), 'path')}, {counted(len(self.effects), 'effect')}, n={self.n})"

    def __str__(self) -> str:
        parts = [f"Path model, {self.n} persons", text_table(self.rows_for_eyes()), _fit_line(self)]
        if self.effects:
            parts.append("Indirect and total effects\n" + text_table(_effect_rows(self)))
        parts.append("Assumptions\n" + "\n".join(assumption_lines(self.assumptions)))
        parts.append("What this cannot say\n" + "\n".join(f"  {line}" for line in self.cannot_say))
        if self.notes:
            parts.append("\n".join(f"note: {note}" for note in self.notes))
        return "\n\n".join(parts)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a path."""
        head = ["path", "b", "SE", "95% CI", "p", "beta"]
        return [head, *([f"{path.start} -> {path.end}", figure(path.est, 3), figure(path.se, 3),
                         between(path.low, path.high, 3), p_cell(path.p), coefficient(path.std)]
                        for path in self.paths)]  # fmt: skip

    def table(self) -> Any:
        """Return a pandas frame: a row a path, then a row an effect."""
        import pandas as pd

        rows = [{"kind": "path", "path": f"{path.start} -> {path.end}", **path.to_dict()} for path in self.paths]
        rows += [effect.to_dict() for effect in self.effects]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe, full precision."""
        plain = self.fit.measures
        use = plain.scaled or plain
        return json_dict(
            {
                "n": self.n,
                "missing": self.missing,
                "estimator": self.fit.estimator.lower(),
                "paths": [path.to_dict() for path in self.paths],
                "effects": [effect.to_dict() for effect in self.effects],
                "r2": dict(self.r2),
                "fit": {
                    "chi2": use.chisq, "df": use.df, "p": use.p, "cfi": use.cfi, "tli": use.tli, "rmsea": use.rmsea,
                    "rmsea_ci": [use.rmsea_lower, use.rmsea_upper], "srmr": plain.srmr, "aic": plain.aic,
                    "bic": plain.bic, "logl": plain.logl, "n_params": plain.n_params,
                },
                "draws": self.draws,
                "seed": self.seed,
                "level": self.level,
                "assumptions": [assumption.to_dict() for assumption in self.assumptions],
                "cannot_say": list(self.cannot_say),
            }
        )  # fmt: skip

    def apa(self) -> str:
        """Return the paragraph of a results section."""
        said = [f"The path model was fitted to N = {self.n} persons ({_fit_words(self)})."]
        said += [
            f"{one.end} on {one.start}: b = {figure(one.est)}, SE = {figure(one.se)}, "
            f"{interval(one.low, one.high, 0.95)}, {p_value(one.p)}, beta = {coefficient(one.std)}."
            for one in self.paths
        ]
        for one in self.effects:
            ends, how = _best(one, self.draws)
            said.append(
                f"The {one.kind} effect {one.path} was {figure(one.est)}, {interval(*ends, self.level)} ({how})."
            )
        return " ".join(said)

    def plot(self) -> Any:
        """Return the path diagram as a matplotlib figure: standardized paths, negative orange, unclear grey."""
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.path_model import draw_path_model, picture_of

        below = {name: f"R\u00b2 {coefficient(value)}" for name, value in self.r2.items()}
        return draw_path_model(picture_of(self.fit.estimates, below), width=WIDE).figure()


def _best(effect: Effect, draws: int) -> tuple[tuple[float, float], str]:
    if math.isfinite(effect.percentile[0]):
        return effect.percentile, f"percentile bootstrap, {draws:,} resamples"
    return effect.monte_carlo, "Monte Carlo"


def _fit_words(analysis: PathAnalysis) -> str:
    plain = analysis.fit.measures
    use = plain.scaled or plain
    if plain.df == 0:
        return "saturated: its fit cannot be tested"
    return (
        f"chi2({use.df}) = {figure(use.chisq)}, {p_value(use.p)}, CFI = {coefficient(use.cfi, 3)}, RMSEA = "
        f"{coefficient(use.rmsea, 3)}, SRMR = {coefficient(plain.srmr, 3)}"
    )


def _fit_line(analysis: PathAnalysis) -> str:
    shares = "; ".join(f"R2 of {name} {coefficient(value)}" for name, value in analysis.r2.items())
    return f"Fit: {_fit_words(analysis)}\n{shares}"


def _effect_rows(analysis: PathAnalysis) -> list[list[str]]:
    booted = any(math.isfinite(effect.percentile[0]) for effect in analysis.effects)
    head = ["effect", "kind", "est", "SE", "beta"]
    head += ["percentile", "bias-corrected"] if booted else ["Monte Carlo", "delta"]
    rows = [head]
    for one in analysis.effects:
        ends = (one.percentile, one.bias_corrected) if booted else (one.monte_carlo, one.delta)
        se = one.boot_se if booted else one.se
        rows.append([one.path, one.kind, figure(one.est, 3), figure(se, 3), coefficient(one.std),
                     *(between(*pair, 3) for pair in ends)])  # fmt: skip
    return rows
