"""The result of pooling correlations: what a paper prints, what a frame holds, and pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from intimacy_scales.analysis.pooling.pooled_estimates import (
    Corrected,
    Dependent,
    LeftOut,
    MeanEffect,
    Moderation,
    Prediction,
    Scale,
    SmallStudies,
    to_r,
)
from intimacy_scales.analysis.pooling.studies import Studies
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Assumption, Shown, assumption_lines, json_dict, text_table
from intimacy_scales.base.wording import between, coefficient, figure, interval, p_cell, p_value
from intimacy_scales.engines.own_type import like_native
from intimacy_scales.statistics.pooling import LEAST_EGGER, Effects, Heterogeneity

CANNOT_SAY = (
    "a pooled correlation says that two things go together in these studies; not which of them brings about the other",
    "it speaks of the people who were asked and of studies that could be found; it cannot mend how they measured",
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PooledCorrelations(Shown):
    """Correlations of several studies, pooled.

    Attributes
    ----------
    mean : the pooled mean, as correlation (``.r``, ``.ci``) and on the scale that was pooled (``.b``, ``.se``).
    methods : the mean by every usual method; empty where studies give several effects.
    heterogeneity : Q, tau2 with Q-profile interval, I2 and H2.
    prediction, prediction_metafor : where a new study's correlation is expected, t(k - 2) and metafor's t(k - 1).
    moderation, small_studies, corrected, dependent : parts that were asked for or possible; else ``None``.
    assumptions, cannot_say : what was checked, and what no figure here says.
    """

    studies: Studies
    effects: Effects
    effect: Scale
    level: float
    mean: MeanEffect
    methods: Mapping[str, MeanEffect]
    heterogeneity: Heterogeneity
    prediction: Prediction
    prediction_metafor: Prediction
    moderation: Moderation | None
    small_studies: SmallStudies | None
    corrected: Corrected | None
    dependent: Dependent | None
    left_out: tuple[LeftOut, ...]
    weights: tuple[float, ...]
    influential: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    cannot_say: tuple[str, ...] = CANNOT_SAY
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"PooledCorrelations(k={self.studies.k}, r={coefficient(self.mean.r)}, {self.ci()})"

    def __str__(self) -> str:
        parts = [text_table(self.rows_for_eyes()), *_blocks_of(self)]
        parts.append("Assumptions\n" + "\n".join(assumption_lines(self.assumptions)))
        parts.append("What this cannot say\n" + "\n".join(f"  {line}" for line in self.cannot_say))
        if self.notes:
            parts.append("\n".join(f"note: {note}" for note in self.notes))
        return "\n\n".join(parts)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a method, the chosen one first."""
        head = ["pooled mean", "r", f"{100 * self.level:g}% CI", "SE", "p"]
        shown = {self._chosen(): self.mean} | {name: one for name, one in self.methods.items() if not self._same(one)}
        return [head, *(_line(name, one) for name, one in shown.items())]

    def _chosen(self) -> str:
        return f"{self.mean.method} ({TESTS.get(self.mean.test, self.mean.test)})"

    def _same(self, mean: MeanEffect) -> bool:
        return (mean.method, mean.test) == (self.mean.method, self.mean.test)

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe, full precision, as the interface has it."""
        spread = self.heterogeneity
        return json_dict(
            {
                "k": self.studies.k,
                "studies": self.studies.n_studies,
                "n": int(self.studies.n.sum()),
                "pooled": self.mean.to_dict(),
                "methods": {name: one.to_dict() for name, one in self.methods.items()},
                "tau2": spread.tau2,
                "tau2_ci": spread.tau2_ci,
                "i2": spread.i2,
                "i2_ci": spread.i2_ci,
                "h2": spread.h2,
                "q": {"value": spread.q, "df": spread.df, "p": spread.p},
                "prediction_interval": self.prediction.to_dict(),
                "prediction_interval_metafor": self.prediction_metafor.to_dict(),
                "moderators": None if self.moderation is None else self.moderation.to_dict(),
                "small_studies": None if self.small_studies is None else self.small_studies.to_dict(),
                "corrected": None if self.corrected is None else self.corrected.to_dict(),
                "three_level": None if self.dependent is None else self.dependent.to_dict(),
                "leave_one_out": [{"study": one.study, "r": one.r, "ci": [one.low, one.high], "tau2": one.tau2,
                                   "i2": one.i2} for one in self.left_out],
                "influential": list(self.influential),
                "assumptions": [assumption.to_dict() for assumption in self.assumptions],
                "cannot_say": list(self.cannot_say),
                "level": self.level,
            }
        )  # fmt: skip

    def data(self) -> dict[str, Any]:
        """Return a row an effect: r with its interval, weight, and the mean without it."""
        ends = self.ends()
        entries: dict[str, Any] = {"study": list(self.studies.names), "r": self.studies.r, "n": self.studies.n,
                                 "low": [low for low, _ in ends], "high": [high for _, high in ends],
                                 "weight": list(self.weights)}  # fmt: skip
        if self.left_out:
            entries["r_without"] = [one.r for one in self.left_out]
        for moderator in self.studies.moderators:
            entries[moderator.name] = list(moderator.groups) if moderator.values is None else moderator.values
        return entries

    def ends(self) -> list[tuple[float, float]]:
        """Return each effect's own interval, as correlations."""
        from intimacy_scales.statistics.pooling.model import quantile

        wide = quantile(self.level, 0)
        return [
            (to_r(y - wide * se, self.effect), to_r(y + wide * se, self.effect))
            for y, se in zip(self.effects.y.tolist(), (self.effects.v**0.5).tolist(), strict=True)
        ]

    def table(self) -> Any:
        """Return a frame with a row an effect, in the caller's own frame type where every row was used."""
        native = self.studies.native
        whole = native is not None and len(native) == self.studies.k
        return like_native(self.data(), native if whole else None)

    def apa(self) -> str:
        """Return the paragraph of a results section."""
        return _paragraph_of(self)

    def ci(self) -> str:
        """Return the mean's interval as APA prints it."""
        return interval(*self.mean.ci, self.level, coefficients=True)

    def plot(self, kind: Literal["forest", "funnel"] = "forest") -> Any:
        """Return the forest or the funnel plot as a matplotlib figure."""
        from intimacy_scales.analysis.pooling.pooled_estimates import forest_of, funnel_of

        if kind not in {"forest", "funnel"}:
            raise UnknownNameError.among("picture", kind, ("forest", "funnel"))
        if kind == "forest":
            return forest_of(self.studies, self.ends(), self.weights, self.mean, self.prediction)
        filled = self.small_studies.filled if self.small_studies is not None and self.effect == "z" else None
        return funnel_of(self.effects, self.mean, filled)


def _line(name: str, mean: MeanEffect) -> list[str]:
    return [name, coefficient(mean.r), between(*mean.ci, coefficients=True), figure(mean.se, 3), p_cell(mean.p)]


TESTS = {
    "z": "normal",
    "knha": "Hartung-Knapp",
    "adhoc": "Hartung-Knapp, never narrower than normal",
    "CR2": "cluster-robust, CR2",
}


def _blocks_of(correlations: PooledCorrelations) -> list[str]:
    """Return the blocks that stand under the table of means."""
    parts = [_spread(correlations)]
    if correlations.dependent is not None:
        parts.append(_dependent(correlations.dependent))
    if correlations.moderation is not None:
        parts.append(_moderation(correlations.moderation))
    if correlations.corrected is not None:
        parts.append(_corrected(correlations.corrected))
    parts.append(_small(correlations))
    if correlations.left_out:
        parts.append(_left_out(correlations))
    return parts


def _spread(found: PooledCorrelations) -> str:
    spread, near, far = found.heterogeneity, found.prediction, found.prediction_metafor
    lines = [
        "Heterogeneity",
        (
            f"  {_q(spread)}; tau = {_root(spread.tau2)}{_tau_ends(spread.tau2_ci)}; "
            f"I2 = {figure(spread.i2, 1)}%{_i2_ends(spread.i2_ci)}"
        ),
    ]
    if near.df > 0:
        other = f"t({far.df}), as metafor has it" if far.df else "normal, as metafor has it"
        lines.append(
            f"  a new study's correlation is expected between {coefficient(near.low)} and {coefficient(near.high)} "
            f"({100 * found.level:g}% prediction interval, t({near.df}); with {other}: {coefficient(far.low)} to "
            f"{coefficient(far.high)})"
        )
    else:
        lines.append("  no prediction interval: at least three studies are needed")
    return "\n".join(lines)


def _q(spread: Heterogeneity) -> str:
    return f"Q({spread.df}) = {figure(spread.q)}, {p_value(spread.p)}"


def _root(variance: float) -> str:
    return figure(math.sqrt(variance), 3)


def _tau_ends(ends: tuple[float, float]) -> str:
    return "" if math.isnan(ends[0]) else f" [{_root(ends[0])}, {_root(ends[1])}]"


def _i2_ends(ends: tuple[float, float]) -> str:
    return "" if math.isnan(ends[0]) else f" [{figure(ends[0], 1)}, {figure(ends[1], 1)}]"


def _dependent(dependent: Dependent) -> str:
    fit = dependent.fit
    others = "; ".join(
        f"{coefficient(r, 1)}: {coefficient(mean.r)} {between(mean.ci[0], mean.ci[1], coefficients=True)}"
        for r, mean in dependent.other_r.items()
    )
    return (
        f"Several effects a study ({fit.k} effects, {fit.studies} studies)\n"
        f"  SD between studies {figure(math.sqrt(fit.between), 3)}, within studies {figure(math.sqrt(fit.within), 3)}; "
        f"I2 {figure(fit.i2_between, 1)}% between, {figure(fit.i2_within, 1)}% within\n"
        f"  sampling errors within a study taken to correlate {coefficient(dependent.within_r, 1)}; with {others}"
    )


def _moderation(one: Moderation) -> str:
    head = ["moderator", "b", "SE", "CI", "p"]
    rows = [
        [
            term.term,
            figure(term.b, 3),
            figure(term.se, 3),
            f"[{figure(term.low, 3)}, {figure(term.high, 3)}]",
            p_cell(term.p),
        ]
        for term in one.terms
    ]
    lines = ["Moderators (on the scale that was pooled)", text_table([head, *rows])]
    lines += [f"  {_test(test.name, test.statistic, test.df, test.df2, test.p)}" for test in (*one.tests, one.all)]
    lines.append(
        f"  R2 = {figure(one.r2, 1)}% of tau2; left over: tau2 = {figure(one.tau2, 4)}, Q = {figure(one.q)}, "
        f"{p_value(one.q_p)}"
    )
    for name, groups in one.groups.items():
        lines += [f"  {name} {level}: {_mean(mean)}" for level, mean in groups.items()]
    return "\n".join([*lines, *(f"  {note}" for note in one.notes)])


def _mean(mean: MeanEffect | None) -> str:
    return (
        "one study only"
        if mean is None
        else f"r = {coefficient(mean.r)} {between(mean.ci[0], mean.ci[1], coefficients=True)}"
    )


def _test(name: str, statistic: float, df: int, df2: int, p: float) -> str:
    kind = f"F({df}, {df2})" if df2 else f"chi2({df})"
    return f"{name}: {kind} = {figure(statistic)}, {p_value(p)}"


def _corrected(corrected: Corrected) -> str:
    rows = [
        [found.kind, coefficient(found.mean), between(found.low, found.high, coefficients=True),
         between(found.credibility[0], found.credibility[1], coefficients=True), coefficient(found.sd_true, 3)]
        for found in (corrected.bare, corrected.individual, corrected.artifacts)
    ]  # fmt: skip
    mean = corrected.weighted
    rows.append(
        [
            f"inverse variance ({mean.method})",
            coefficient(mean.r),
            between(mean.ci[0], mean.ci[1], coefficients=True),
            "",
            "",
        ]
    )
    head = ["corrected for unreliability", "r", "95% CI", "80% credibility", "SD of rho"]
    return text_table([head, *rows])


def _small(correlations: PooledCorrelations) -> str:
    if correlations.dependent is not None:
        if correlations.dependent.egger is None:
            return f"Small studies\n  not tested: fewer than {LEAST_EGGER} studies"
        slope, se, df, p = correlations.dependent.egger
        test = f"slope {figure(slope)} (SE {figure(se)}), t({figure(df, 1)}), {p_value(p)}"
        return f"Small studies\n  Egger, cluster-robust: {test}"
    small = correlations.small_studies
    if small is None:
        return f"Small studies\n  not tested: fewer than {LEAST_EGGER} effects, where these tests see next to nothing"
    return _funnel(small, correlations.level)


def _funnel(small: SmallStudies, level: float) -> str:
    one, two, filled = small.egger, small.egger_classic, small.filled
    sides = {"left": "low", "right": "high"}
    missing = (
        "trim and fill: no effect seems to miss"
        if not filled.missing
        else f"trim and fill: {filled.missing} effects seem to miss on the {sides[filled.side]} side; with them r = "
        f"{coefficient(small.filled_r[0])}, {interval(small.filled_r[1], small.filled_r[2], level, coefficients=True)}"
    )
    lines = [
        "Small studies (on Fisher's z)",
        (
            f"  Egger, mixed effects: z = {figure(one.statistic)}, {p_value(one.p)}; "
            f"classic: t({two.df}) = {figure(two.statistic)}, {p_value(two.p)}"
        ),
        f"  {missing}",
        (
            f"  PET {_estimate_cells(small.pet)}, PEESE {_estimate_cells(small.peese)}; "
            f"rank correlation {coefficient(small.rank[0])}, {p_value(small.rank[1])}"
        ),
        "  a lopsided funnel may have other reasons than unpublished studies",
    ]
    return "\n".join(lines)


def _estimate_cells(found: tuple[float, float, float]) -> str:
    return f"{coefficient(found[0])} {between(found[1], found[2], coefficients=True)}"


def _left_out(correlations: PooledCorrelations) -> str:
    low, high = (pick(correlations.left_out, key=lambda one: one.r) for pick in (min, max))
    ends = [f"{coefficient(one.r)} (without {one.study})" for one in (low, high)]
    lines = [f"One study left out: r from {ends[0]} to {ends[1]}"]
    if correlations.influential:
        lines.append(f"  by deletion diagnostics these weigh heavily: {', '.join(correlations.influential)}")
    return "\n".join(lines)


def _paragraph_of(found: PooledCorrelations) -> str:
    """Return the paragraph of a results section."""
    studies, mean, spread = found.studies, found.mean, found.heterogeneity
    k = f"k = {studies.k} correlations" + (f" from {studies.n_studies} studies" if studies.dependent else "")
    scale = "Fisher's z" if found.effect == "z" else "raw correlations"
    ends = (coefficient(found.prediction.low), coefficient(found.prediction.high))
    expected = f"; the {100 * found.level:g}% prediction interval runs from {ends[0]} to {ends[1]}."
    sentences = [
        (
            f"Over {k} (N = {_persons(found):,}), the pooled correlation was r = {coefficient(mean.r)}, {found.ci()}, "
            f"{p_value(mean.p)} ({_method(found)}, on {scale})."
        ),
        f"Heterogeneity was tau = {figure(math.sqrt(spread.tau2))}, I2 = {figure(spread.i2, 0)}%, "
        f"Q({spread.df}) = {figure(spread.q)}, {p_value(spread.p)}" + (expected if found.prediction.df > 0 else "."),
    ]
    if found.moderation is not None:
        sentences += [f"{_test(one.name, one.statistic, one.df, one.df2, one.p)}." for one in found.moderation.tests]
    if found.corrected is not None:
        one = found.corrected.individual
        sentences.append(
            f"Corrected for unreliability (Hunter and Schmidt, k = {one.k}), the mean was {coefficient(one.mean)}, "
            f"{interval(one.low, one.high, 0.95, coefficients=True)}, with 80% of true correlations expected between "
            f"{coefficient(one.credibility[0])} and {coefficient(one.credibility[1])}."
        )
    if found.small_studies is not None:
        egger = found.small_studies.egger
        sentences.append(f"Egger's regression: z = {figure(egger.statistic)}, {p_value(egger.p)}.")
    return " ".join(sentences)


def _persons(correlations: PooledCorrelations) -> int:
    """Return how many persons: of studies with several effects the largest n of each."""
    largest: dict[str, float] = {}
    for name, n in zip(correlations.studies.names, correlations.studies.n.tolist(), strict=True):
        largest[name] = max(n, largest.get(name, 0.0))
    return int(sum(largest.values()))


def _method(correlations: PooledCorrelations) -> str:
    if correlations.dependent is not None:
        return "three-level random effects, REML, cluster-robust CR2"
    kind = "fixed effect" if correlations.mean.method == "FE" else f"random effects, {correlations.mean.method}"
    return f"{kind}, {TESTS[correlations.mean.test]}"
