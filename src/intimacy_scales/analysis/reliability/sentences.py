"""Reliability as it is read: the tables, the lines under a scale, the sentence of a paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from intimacy_scales.base import wording
from intimacy_scales.statistics.consistency.categorical import (
    CANNOT_BE_TESTED,
    DOES_NOT_FIT,
    OneFactorFit,
    OrdinalFigures,
)
from intimacy_scales.statistics.consistency.items import ItemFigures
from intimacy_scales.statistics.estimate import Estimate

ScaleReliability = Any  # the result that calls these functions; naming its class here would make a circle
NO_OMEGA: dict[str, Any] = {"value": None, "ci": None, "value_observed": None, "definition": "model-implied total",
                            "model": None}  # fmt: skip
NO_CATEGORICAL: dict[str, Any] = {"value": None, "value_implied": None, "definition": "observed total (polychoric)",
                                  "model": None}  # fmt: skip
NO_ORDINAL: dict[str, Any] = {"value": None, "definition": "alpha of the polychoric correlations"}
APART = 0.02  # two totals of an omega that differ by more are both told
STAR = "*"


def item_rows(items: Sequence[ItemFigures]) -> list[list[str]]:
    """Return the item table, rounded, reversed items marked."""
    lines = [["item", "gloss", "n", "mean", "SD", "skew", "kurtosis", "floor", "ceiling", "item-total r", "item-rest r",
              "alpha if dropped", "omega if dropped"]]  # fmt: skip
    for item in items:
        mark = " (reversed)" if item.reversed else ""
        figures = (item.mean, item.sd, item.skew, item.kurtosis)
        others = (item.item_total_r, item.item_rest_r, item.alpha_if_dropped, item.omega_if_dropped)
        lines.append([
            f"{item.item}{mark}", item.gloss, str(item.n), *map(wording.figure, figures), wording.percent(item.floor),
            wording.percent(item.ceiling), *map(wording.coefficient, others),
        ])  # fmt: skip
    return lines


def scale_rows(scales: Sequence[ScaleReliability], level: float) -> list[list[str]]:
    """Return one rounded line a scale; an omega whose model does not fit bears a star."""
    lines = [["scale", "items", "n", "complete", "alpha", f"{wording.level_words(level)} CI", "omega", "mean r", "SEM",
              "mean", "SD"]]  # fmt: skip
    for scale in scales:
        interval = scale.alpha.interval
        ci = "-" if interval is None else wording.to(interval.low, interval.high, coefficients=True)
        omega = "-" if scale.omega is None else wording.coefficient(scale.omega.value)
        star = STAR if "omega_total" in scale.marks and omega != "-" else ""
        lines.append([
            f"{scale.bank_id}.{scale.key}", str(scale.n_items), str(scale.n), str(scale.n_complete),
            wording.coefficient(scale.alpha.value), ci, omega + star, wording.coefficient(scale.average_r),
            wording.figure(scale.sem), wording.figure(scale.score.mean), wording.figure(scale.score.sd),
        ])  # fmt: skip
    return lines


def star_notes(scales: Sequence[ScaleReliability]) -> list[str]:
    """Return what the star means, where there is one."""
    return [f"{STAR} {DOES_NOT_FIT}"] if any("omega_total" in scale.marks for scale in scales) else []


def coefficient_lines(scale: ScaleReliability) -> list[str]:
    """Return the coefficients of a scale, a line each, the fit of its model beside what rests on one."""
    lines = [_alpha_line(scale), *_omega_lines(scale), *_ordinal_lines(scale)]
    return [*lines, _bound_line(scale), *_split_lines(scale), _score_line(scale)]


def _bound_line(scale: ScaleReliability) -> str:
    c, glb = wording.coefficient, scale.glb
    best = f"lambda 4 {c(scale.lambda4.value)} (the best of all splits, even or uneven)"
    bound = "" if glb is None else f"; greatest lower bound {c(glb.value)}"
    return f"lambda 2 {c(scale.guttman.lambda2)}; {best}; lambda 6 {c(scale.lambda6)}{bound}"


def _split_lines(scale: ScaleReliability) -> list[str]:
    split, c = scale.split_half, wording.coefficient
    if split is None:
        return []
    a, b = split.sizes
    uneven = f"; halves of unequal length (Horst) {c(split.horst.min)} to {c(split.horst.max)}" if a != b else ""
    spread = f"{c(split.rulon.min)} to {c(split.rulon.max)}, mean {c(split.rulon.mean)}{uneven}"
    return [f"split halves ({a} and {b} items, {split.n_splits:,} splits, Rulon): {spread}"]


def _score_line(scale: ScaleReliability) -> str:
    s = scale.score
    shape = f"skew {wording.figure(s.skew)}, kurtosis {wording.figure(s.kurtosis)}"
    ends = f"at the lowest score {wording.percent(s.floor)}, at the highest {wording.percent(s.ceiling)}"
    return (
        f"score: mean {wording.figure(s.mean)} {wording.between(*s.mean_interval.ci)}, {shape} "
        f"(type 3, as psych; SPSS prints type 2), {ends}"
    )


def _alpha_line(scale: ScaleReliability) -> str:
    found, c = scale.alpha, wording.coefficient
    text = f"alpha {c(found.value)}"
    if found.interval is not None:
        text += f" {_ends(found.interval)} ({found.interval.method}, n = {found.interval.n})"
    boot, complete = found.bootstrap, found.feldt
    if boot is not None and boot is not found.interval:
        text += f"; bootstrap {_ends(boot)}"
    elif boot is not None and complete is not None:
        text += f"; Feldt from the {complete.n} complete rows alone {_ends(complete)}"
    return text


def _ends(interval: Estimate) -> str:
    return wording.between(interval.low, interval.high, coefficients=True)


def _omega_lines(scale: ScaleReliability) -> list[str]:
    found, c = scale.omega, wording.coefficient
    if found is None:
        return []
    if found.withheld:
        return [f"omega total withheld: {found.withheld}{_model_words(found.model)}"]
    interval = "" if found.interval is None else f" {_ends(found.interval)}"
    return [(f"omega total {c(found.value)}{interval} (model-implied total; observed total {c(found.value_observed)})"
            f"{_model_words(found.model)}")]  # fmt: skip


def _ordinal_lines(scale: ScaleReliability) -> list[str]:
    found, c = scale.ordinal, wording.coefficient
    if found is None:
        return []
    lines = []
    if found.omega_withheld:
        lines.append(f"categorical omega withheld: {found.omega_withheld}{_model_words(found.model)}")
    elif not math.isnan(found.omega_categorical):
        implied = f"; implied total {c(found.omega_categorical_implied)}" if apart(found) else ""
        lines.append(f"categorical omega {c(found.omega_categorical)} (observed polychoric total{implied})"
                     f"{_model_words(found.model)}")  # fmt: skip
    if found.alpha_withheld:
        lines.append(f"ordinal alpha withheld: {found.alpha_withheld}")
    elif not math.isnan(found.ordinal_alpha):
        lines.append(
            f"ordinal alpha {c(found.ordinal_alpha)} (of normal variables behind the answers, not of the score)"
        )
    return lines


def apart(figures: OrdinalFigures) -> bool:
    """Whether the two totals of categorical omega differ by more than .02."""
    return abs(figures.omega_categorical - figures.omega_categorical_implied) > APART


def _model_words(model: OneFactorFit | None) -> str:
    return "" if model is None else f"; {model_text(model)}"


def model_text(model: OneFactorFit) -> str:
    """Return the fit of the one-factor model in a line, with what it says against the figure."""
    start = f"one factor ({model.method}, n = {model.n}): chi2 {wording.figure(model.chi2)}, df {model.df}"
    if model.df < 1:
        return f"{start}, {CANNOT_BE_TESTED}"
    text = (f"{start}, {wording.p_value(model.p)}, CFI {wording.coefficient(model.cfi, 3)}, RMSEA "
            f"{wording.coefficient(model.rmsea, 3)}")  # fmt: skip
    return f"{text}: {model.doubt}" if model.doubt else text


def model_notes(scale_omega: OneFactorFit | None, categorical: OneFactorFit | None) -> list[str]:
    """Return the notes that mark omega total and categorical omega where one factor does not fit."""
    named = (("omega total", scale_omega), ("categorical omega", categorical))
    return [f"{name}: {model_text(model)}" for name, model in named if model is not None and model.fits is False]


def notes_above(scale: ScaleReliability) -> list[str]:
    """Return the notes that the lines under the item table hold already: marks, and what is withheld."""
    ordinal = scale.ordinal
    texts = model_notes(None if scale.omega is None else scale.omega.model, None if ordinal is None else ordinal.model)
    names = {"omega_total": "omega total", "omega_categorical": "categorical omega", "ordinal_alpha": "ordinal alpha"}
    return [*texts, *(f"{names[name]} withheld: {why}" for name, why in scale.withheld.items())]


def scale_sentence(scale: ScaleReliability) -> str:
    """Return the sentence of a paper."""
    if math.isnan(scale.alpha.value):
        return f"Internal consistency of {scale.name} ({scale.n_items} items) could not be determined."
    rule = "complete answers"
    if scale.n_complete < scale.n:
        rule = "FIML" if scale.moments.missing == "fiml" else f"{scale.moments.missing} covariances"
    if scale.cluster is not None:
        rule += f", intervals robust to {scale.cluster['clusters']} clusters of {scale.cluster['column']}"
    alpha = _with(scale.alpha.value, scale.alpha.interval)
    counted = f"{scale.n_items} items"
    if scale.left_out:
        counted += f" of {len(scale.items)}; {wording.counted(len(scale.left_out), 'constant item')} left out"
    return (
        f"Cronbach's alpha of {scale.name} ({counted}) was {alpha} (N = {scale.n}, {rule}); {_omega_words(scale)}"
        f"mean inter-item r = {wording.coefficient(scale.average_r)}, SEM = {wording.figure(scale.sem)}."
    )


def _omega_words(scale: ScaleReliability) -> str:
    found = scale.omega
    if found is None:
        return ""
    fit = "" if found.model is None else f" ({_fit_phrase(found.model)})"
    if found.withheld:
        return f"McDonald's omega is not reported, for its solution is {found.withheld}{fit}; "
    return f"McDonald's omega was {_with(found.value, found.interval)}{fit}; "


def _fit_phrase(model: OneFactorFit) -> str:
    if model.df < 1:
        return f"one-factor model, {CANNOT_BE_TESTED}"
    c = wording.coefficient
    text = (f"one-factor model, {model.method}: chi2({model.df}) = {wording.figure(model.chi2)}, "
            f"{wording.p_value(model.p)}, CFI = {c(model.cfi, 3)}, RMSEA = {c(model.rmsea, 3)}")  # fmt: skip
    return f"{text}; {model.doubt}" if model.doubt else text


def _with(value: float, interval: Estimate | None) -> str:
    if interval is None:
        return wording.coefficient(value)
    ends = wording.interval(interval.low, interval.high, interval.level, coefficients=True)
    return f"{wording.coefficient(value)}, {ends}"
