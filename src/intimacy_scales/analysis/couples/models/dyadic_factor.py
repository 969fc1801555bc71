"""Is it the same construct for both partners? One scale, one factor a partner, same-item residuals correlated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan, nan
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.models.dyad_model import Missing, couple_notes, ends_of, fit_dict, improper_in
from intimacy_scales.analysis.dyads import Composition
from intimacy_scales.analysis.structure.confirmation import figures_of
from intimacy_scales.analysis.structure.invariance_results import Verdict, verdict
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.statistics.correlation import fisher_interval
from intimacy_scales.statistics.estimate import half_width
from intimacy_scales.statistics.sem import (
    DifferenceTest,
    Fit,
    Parameter,
    adjusted,
    covariance,
    difference_test,
    equality_tests,
    fit,
    loading,
    mean,
    pair_sample,
    path_model,
)

LEAST_ITEMS = 3  # a factor of two items with correlated residuals is not identified
#: what is held equal over partners, step by step; and the name under which invariance over groups knows the step
STEPS: Mapping[str, str] = {
    "configural": "configural",
    "loadings": "metric",
    "intercepts": "scalar",
    "residuals": "strict",
    "latent variances": "latent variances",
    "latent means": "latent means",
}
SUSPECT = 0.05  # p of a score test under which an item is named


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentFigure:
    """A figure of the two factors with its delta-method error; a correlation has Fisher's interval beside."""

    value: float
    se: float
    low: float
    high: float
    fisher: tuple[float, float] = (nan, nan)

    def to_dict(self) -> dict[str, Any]:
        """Return the figure JSON-safe."""
        fisher = {} if isnan(self.fisher[0]) else {"ci_fisher": list(self.fisher)}
        return json_dict({"value": self.value, "se": self.se, "ci": [self.low, self.high], **fisher})


@dataclass(frozen=True, slots=True, kw_only=True)
class DyadicStep:
    """One model of the ladder: its fit, and what the step cost."""

    name: str
    fit: Fit = field(repr=False)
    step: DifferenceTest | None
    verdict: Verdict
    latent_r: LatentFigure
    suspects: tuple[str, ...]
    """Items whose equality costs most, where the step does not hold."""

    def to_dict(self) -> dict[str, Any]:
        """Return the step JSON-safe."""
        m, step = self.fit.measures, self.step
        return json_dict(
            {
                "level": self.name,
                "chi2": m.chisq,
                "df": m.df,
                "p": m.p,
                "cfi": m.cfi,
                "tli": m.tli,
                "rmsea": m.rmsea,
                "srmr": m.srmr,
                "aic": m.aic,
                "bic": m.bic,
                "delta_chi2": None if step is None else step.chisq,
                "delta_df": None if step is None else step.df,
                "delta_p": None if step is None else step.p,
                "delta_cfi": None if step is None else step.cfi_change,
                "latent_correlation": self.latent_r.to_dict(),
                "verdict": self.verdict.word,
                "why": self.verdict.why,
                "suspects": list(self.suspects),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLoading:
    """One loading of one partner."""

    partner: str
    item: str
    est: float
    se: float
    std: float

    def to_dict(self) -> dict[str, Any]:
        """Return the loading JSON-safe."""
        return json_dict({"partner": self.partner, "item": self.item, "est": self.est, "se": self.se, "std": self.std})


@dataclass(frozen=True, slots=True, kw_only=True)
class DyadicFactor(Shown):
    """The dyadic factor model of one scale, and the ladder of invariance over partners.

    Exchangeable partners have one model, in which everything is equal after swapping, and no ladder.
    """

    name: str
    column: str
    composition: str
    items: tuple[str, ...]
    n: int
    missing: Missing
    exchangeable: bool
    steps: tuple[DyadicStep, ...]
    loadings: tuple[ItemLoading, ...]
    residual_correlations: Mapping[str, float]
    latent_icc: LatentFigure
    level: float
    improper: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"DyadicFactor({self.column!r}, {self.composition!r}, {self.n} couples)"

    def plot(self) -> Any:
        """Return the factors of both partners with their standardized loadings as a matplotlib figure."""
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.path_model import Diagram, draw_path_diagram

        factors: dict[str, list[tuple[str, float]]] = {}
        for one in self.loadings:
            factors.setdefault(one.partner or "each partner", []).append((one.item, one.std))
        pair = tuple(factors)
        correlations = {(pair[0], pair[1]): self.first.latent_r.value} if len(pair) == 2 else {}
        return draw_path_diagram(Diagram(factors=factors, correlations=correlations), width=WIDE).figure()

    @property
    def first(self) -> DyadicStep:
        """The model with least held equal."""
        return self.steps[0]

    @property
    def held(self) -> str:
        """The last step up to which every one holds; ``none`` where the form itself does not fit."""
        text = "none"
        for j, step in enumerate(self.steps):
            if step.verdict.word == "fails" or (j and not step.verdict.holds):
                break
            text = step.name
        return text

    @property
    def meaning(self) -> str:
        """What the ladder allows one to say; a ladder on a poor form carries its fit."""
        if self.exchangeable:
            return "nothing tells the partners apart, so there is nothing to compare between them"
        said = {
            "none": "one factor a partner does not fit: neither scores nor their correlates compare between partners",
            "configural": "the same items go together, with unequal weight: do not compare the partners on this scale",
            "loadings": "relations with other variables compare between partners; means do not",
            "intercepts": "means of the factors compare between partners",
            "residuals": "means of factors and of observed scores compare between partners",
        }.get(self.held, "the partners compare, and do not differ in what is held equal last")
        form = self.first.verdict
        return said if form.holds else f"{said} (were the form accepted: {form.why})"

    def cfa_dict(self) -> dict[str, Any]:
        """Return the factor model JSON-safe."""
        return json_dict(
            {
                "score": self.column,
                "composition": self.composition,
                "n": self.n,
                "missing": self.missing,
                "exchangeable": self.exchangeable,
                **fit_dict(self.first.fit),
                "loadings": [one.to_dict() for one in self.loadings],
                "latent_correlation": self.first.latent_r.to_dict(),
                "latent_icc": self.latent_icc.to_dict(),
                "residual_correlations": dict(self.residual_correlations),
                "improper": list(self.improper),
                "level": self.level,
                "notes": list(self.notes),
            }
        )

    def invariance_dict(self) -> dict[str, Any] | None:
        """Return the ladder JSON-safe; ``None`` for exchangeable partners."""
        if self.exchangeable:
            return None
        steps = [step.to_dict() for step in self.steps]
        return {"composition": self.composition, "steps": steps, "held": self.held, "meaning": self.meaning}

    def to_dict(self) -> dict[str, Any]:
        """Return both JSON-safe."""
        return {"cfa": self.cfa_dict(), "invariance": self.invariance_dict()}

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a step."""
        kind = f"{self.composition}, n {self.n}"
        head = [f"{self.column} ({kind})", "chi2", "df", "CFI", "RMSEA", "dchi2", "ddf", "p", "dCFI", "verdict"]
        lines = [head]
        for one in self.steps:
            m, step = one.fit.measures, one.step
            change = ["", "", "", ""]
            if step is not None:
                change = [wording.figure(step.chisq), str(step.df), wording.p_cell(step.p),
                          wording.signed_coefficient(step.cfi_change, 3)]  # fmt: skip
            name = "equal after swapping" if self.exchangeable else one.name
            fitted = [
                wording.figure(m.chisq),
                str(m.df),
                wording.coefficient(m.cfi, 3),
                wording.coefficient(m.rmsea, 3),
            ]
            lines.append([name, *fitted, *change, one.verdict.said])
        return lines

    def __str__(self) -> str:
        r, icc = self.first.latent_r, self.latent_icc
        ends = wording.between(*r.fisher, coefficients=True)
        shared = f"{wording.coefficient(icc.value)} {wording.between(icc.low, icc.high, coefficients=True)}"
        correlate = f"the two factors correlate {wording.coefficient(r.value)} {ends}, free of measurement error"
        said = [f"{correlate}; latent ICC {shared}", self.meaning]
        said += [f"{step.name}: items {', '.join(step.suspects)} cost most" for step in self.steps if step.suspects]
        said += [f"improper solution: {one}" for one in self.improper]
        return "\n".join([Shown.__str__(self), *said])

    def apa(self) -> str:
        """Return the sentences of a results section."""
        m, r = self.first.fit.measures, self.first.latent_r
        cfi, rmsea = (wording.coefficient(x, 3) for x in (m.cfi, m.rmsea))
        ends = wording.interval(*r.fisher, self.level, coefficients=True)
        return wording.sentence(
            f"{self.name}: a dyadic factor model, chi2({m.df}, N = {self.n}) = {wording.figure(m.chisq)}, "
            f"{wording.p_value(m.p)}, CFI = {cfi}, RMSEA = {rmsea}; factors correlated "
            f"{wording.coefficient(r.value)}, {ends}; {self.meaning}"
        )

    def table(self) -> Any:
        """Return a pandas frame with a row a step."""
        import pandas as pd

        return pd.DataFrame([step.to_dict() | {"suspects": ", ".join(step.suspects)} for step in self.steps]).drop(
            columns=["latent_correlation"]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleAnswers:
    """Keyed answers of both partners to the items of one scale, each couples x items."""

    name: str
    column: str
    items: tuple[str, ...]
    first: FloatArray = field(repr=False)
    second: FloatArray = field(repr=False)

    @property
    def columns(self) -> tuple[list[str], list[str]]:
        """The columns of both partners in a model."""
        return [f"{item}|1" for item in self.items], [f"{item}|2" for item in self.items]

    @property
    def own_names(self) -> dict[str, str]:
        """Column of a model to the item's own name."""
        return {column: item for side in self.columns for column, item in zip(side, self.items, strict=True)}

    def rows(self, rows: Any) -> ScaleAnswers:
        """Return the answers of these couples."""
        return replace(self, first=self.first[rows], second=self.second[rows])


def dyadic_factor(
    answers: ScaleAnswers, composition: Composition, *, missing: Missing = "listwise", level: float = 0.95
) -> DyadicFactor:
    """Fit one factor a partner to the items of one scale, and test step by step what is equal in both.

    Residuals of the same item of both partners correlate in every model. Partners told apart: *configural* (both factor
    variances 1), then equal *loadings*, *intercepts*, *residuals*, *latent variances*, *latent means*, each by its
    chi-square difference and the fall of CFI. Exchangeable partners: one model, equal after swapping.

    Parameters
    ----------
    answers
        Keyed answers of the two partners.
    composition
        What the two are to each other, and whether anything tells them apart.
    missing
        Couples with every answer, or (``"fiml"``) with any.

    Returns
    -------
    DyadicFactor
        With the correlation of the two factors, which is free of measurement error, and the latent ICC ``2 c /
        (v1 + v2)`` from the model of equal loadings (free of differences in mean, not in variance).

    Raises
    ------
    ResponseError
        With fewer than three items.
    IntimacyScalesError
        Where a model cannot be fitted.

    Notes
    -----
    Answers are taken as continuous. A step that holds shows no difference, not that there is none; one that fails with
    five items and 100 couples may be one item: those whose equality costs most are named. Validated against lavaan
    0.6-14 (estimates, chi-squares, listwise and FIML, told apart and exchangeable).
    References: Gistelinck, F., Loeys, T., Decuyper, M., & Dewitte, M. (2018). Indistinguishability tests in the
    actor-partner interdependence model. *British Journal of Mathematical and Statistical Psychology, 71*, 472-498.
    Sakaluk, J. K., Fisher, A. N., & Kilshaw, R. E. (2021). Dyadic measurement invariance and its importance for
    replicability in romantic relationship science. *Personal Relationships, 28*, 190-226.
    """
    k, alike, names = len(answers.items), composition.exchangeable, answers.columns
    if k < LEAST_ITEMS:
        raise ResponseError(
            Problem(
                where=f"dyadic factor model of {answers.column}",
                what=f"the scale has {k} items",
                allowed=f"{LEAST_ITEMS} or more",
            )
        )
    data = pair_sample(
        np.column_stack([answers.first, answers.second]),
        [*names[0], *names[1]],
        [*range(k, 2 * k), *range(k)],
        exchangeable=("",) if alike else (),
        missing=missing,
    )
    steps: list[DyadicStep] = []
    for at, step in enumerate(STEPS):
        if alike and at < len(STEPS) - 1:
            continue
        defined = {"icc": "2 * c / (1 + v)"} if step == "loadings" else None
        made = fit(path_model(*factor_blocks(names, at), means=True, covary=False, defined=defined), data)
        made = adjusted(made, k) if alike else made
        steps.append(_step("equal after swapping" if alike else step, made, steps, answers.items, level))
    free = steps[0].fit
    return DyadicFactor(
        name=answers.name,
        column=answers.column,
        composition=composition.name,
        items=answers.items,
        n=free.n,
        missing=missing,
        exchangeable=alike,
        steps=tuple(steps),
        loadings=tuple(_loadings(free, answers, composition)),
        residual_correlations={
            item: free.estimate(f"{a}~~{b}").std for item, a, b in zip(answers.items, *names, strict=True)
        },
        latent_icc=steps[0].latent_r if alike else _defined(steps[1].fit, "icc", level),
        level=level,
        improper=improper_in([one.fit for one in steps[:2]], answers.own_names),
        notes=tuple(couple_notes(free, f"items of {answers.column}")),
    )


def factor_blocks(names: Sequence[Sequence[str]], step: int) -> list[tuple[Parameter, ...]]:
    """Return the measurement of two factors ``f1`` and ``f2`` with the first ``step`` kinds of equality."""
    blocks: list[tuple[Parameter, ...]] = []
    for side, own in enumerate(names):
        factor = f"f{side + 1}"
        tag = [f" {j}" if step >= 1 else f" {j} {side}" for j in range(len(own))]
        blocks.append(loading(factor, {name: f"l{tag[j]}" for j, name in enumerate(own)}))
        for j, name in enumerate(own):
            blocks.append(mean(name, f"i {j}" if step >= 2 else None))
            blocks.append(covariance(name, {name: f"t {j}" if step >= 3 else None}))
        free_variance = side == 1 and 1 <= step < 4
        blocks.append(covariance(factor, {factor: "v" if free_variance else 1.0}))
        blocks.append(mean(factor, None if side == 1 and 2 <= step < 5 else 0.0))
    blocks.append(covariance("f1", {"f2": "c"}))
    blocks += [covariance(a, [b]) for a, b in zip(*names, strict=True)]
    return blocks


def _step(name: str, made: Fit, before: Sequence[DyadicStep], items: Sequence[str], level: float) -> DyadicStep:
    step = difference_test(made, before[-1].fit) if before else None
    said = verdict(STEPS.get(name, name), figures_of(made), step, (made.n, made.n))
    broken = [one.name for one in before if one.verdict.word == "fails" or (one.step and not one.verdict.holds)]
    said = said.above(broken[0]) if broken else said
    op = {"loadings": "=~", "intercepts": "~1", "residuals": "~~"}.get(name)
    suspects: list[str] = []
    if step is not None and op is not None and (not said.holds or step.p < SUSPECT):
        found = [index for index in equality_tests(made, op=op) if index.p < SUSPECT]  # type: ignore[arg-type]
        named = [(one.rhs or one.lhs).rpartition("|")[0] for one in found if "|" in (one.rhs or one.lhs)]
        suspects = [one for one in dict.fromkeys(named) if one in items][:2]
    return DyadicStep(
        name=name, fit=made, step=step, verdict=said, latent_r=_latent_r(made, level), suspects=tuple(suspects)
    )


def _latent_r(made: Fit, level: float) -> LatentFigure:
    row = made.estimate("f1~~f2")
    off = half_width(level) * row.std_se
    weight = ((1 - row.std**2) / row.std_se) ** 2 if abs(row.std) < 1 and row.std_se > 0 else nan
    return LatentFigure(
        value=row.std,
        se=row.std_se,
        low=row.std - off,
        high=row.std + off,
        fisher=fisher_interval(row.std, weight, level) if abs(row.std) < 1 else (nan, nan),
    )


def _defined(made: Fit, name: str, level: float) -> LatentFigure:
    one = next(one for one in made.defined if one.name == name)
    low, high = ends_of(one.est, one.se, level)
    return LatentFigure(value=one.est, se=one.se, low=low, high=high)


def _loadings(made: Fit, answers: ScaleAnswers, composition: Composition) -> list[ItemLoading]:
    alike, found = composition.exchangeable, []
    for side, own in enumerate(answers.columns[: 1 if alike else 2]):
        for item, name in zip(answers.items, own, strict=True):
            row = made.estimate(f"f{side + 1}=~{name}")
            partner = "" if alike else composition.labels[side]
            found.append(ItemLoading(partner=partner, item=item, est=row.est, se=row.se, std=row.std))
    return found
