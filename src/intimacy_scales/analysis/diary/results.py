"""What a diary of single persons shows: effects within and between persons, how much persons differ, its limits.

What a diary of two persons shows: effects of one's own and of the partner's day, for both partners.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.diary.diary_rows import Compliance
from intimacy_scales.analysis.diary.effects import (
    CANNOT_SAY,
    FixedEffect,
    PersonSlopes,
    SimpleSlope,
    Spread,
    effects_table,
    fit_dict,
)
from intimacy_scales.analysis.diary.mediation import DailyMediation
from intimacy_scales.analysis.diary.reliability import DayReliability
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import Assumption, Shown, assumption_lines, json_dict
from intimacy_scales.base.wording import between, coefficient, figure, interval, level_words, p_value, percent
from intimacy_scales.pictures.drawing import WIDE, Drawing
from intimacy_scales.pictures.over_time import EffectRow, PersonDays, draw_effects, draw_persons, draw_slopes
from intimacy_scales.statistics.estimate import ChiSquareTest
from intimacy_scales.statistics.multilevel import MixedModel

MULTIPLES = 12  # persons whose days are drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary(Shown):
    """A diary of single persons: one outcome over days."""

    outcome: str
    n_persons: int
    n_days: int
    level: float
    effects: tuple[FixedEffect, ...]
    random: tuple[Spread, ...]
    random_correlations: tuple[Spread, ...]
    residual_sd: Spread
    ar1: Spread | None
    icc: float
    compliance: Compliance
    assumptions: tuple[Assumption, ...]
    simple_slopes: tuple[SimpleSlope, ...] = ()
    slopes: PersonSlopes | None = None
    mediation: DailyMediation | None = None
    reliability: DayReliability | None = None
    model: MixedModel = field(repr=False)
    points: dict[str, Any] = field(repr=False, compare=False)
    cannot_say: tuple[str, ...] = CANNOT_SAY
    notes: tuple[str, ...] = ()

    def effect(self, term: str) -> FixedEffect:
        """Return one fixed effect by its term (``shared_hours_within``)."""
        for effect in self.effects:
            if effect.term == term:
                return effect
        raise UnknownNameError.among("term", term, [one.term for one in self.effects])

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        random = {one.name: {"sd": one.est, "se": one.se, "ci": [one.low, one.high]} for one in self.random}
        return json_dict(
            {
                "outcome": self.outcome,
                "n_persons": self.n_persons,
                "n_days": self.n_days,
                "level": self.level,
                "method": self.model.method,
                "fixed": {effect.term: effect.to_dict() for effect in self.effects},
                "within": {effect.of: effect.to_dict() for effect in self.effects if effect.kind == "within"},
                "between": {effect.of: effect.to_dict() for effect in self.effects if effect.kind == "between"},
                "random": {
                    **random,
                    "correlations": {
                        random_correlation.name: random_correlation.to_dict()
                        for random_correlation in self.random_correlations
                    },
                },
                "residual": {
                    "ar1": None if self.ar1 is None else self.ar1.est,
                    "ar1_ci": None if self.ar1 is None else [self.ar1.low, self.ar1.high],
                    "sd": self.residual_sd.est,
                    "sd_ci": [self.residual_sd.low, self.residual_sd.high],
                },
                "icc": self.icc,
                "simple_slopes": [simple_slope.to_dict() for simple_slope in self.simple_slopes],
                "slopes": None if self.slopes is None else self.slopes.to_dict(),
                "mediation": None if self.mediation is None else self.mediation.to_dict(),
                "reliability": None if self.reliability is None else self.reliability.to_dict(),
                "fit": fit_dict(self.model),
                "days": self.compliance.to_dict(),
                "assumptions": [assumption.to_dict() for assumption in self.assumptions],
                "cannot_say": list(self.cannot_say),
                "notes": list(self.notes),
            }
        )

    def table(self) -> Any:
        """Return a pandas frame with a row a fixed effect."""
        return effects_table(self.effects)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the fixed effects, then what differs between persons."""
        head = ["effect", "b", "SE", f"{level_words(self.level)} interval", "df", "p"]
        lines = [
            *(effect.cells() for effect in self.effects),
            *(simple_slope.cells() for simple_slope in self.simple_slopes),
        ]
        lines += [one.cells(f"SD of {one.name} between persons") for one in self.random]
        lines += [random_correlation.cells(random_correlation.name) for random_correlation in self.random_correlations]
        lines.append(self.residual_sd.cells("SD of residuals"))
        if self.ar1 is not None:
            lines.append(self.ar1.cells("autocorrelation of residuals"))
        return [head, *lines]

    def __str__(self) -> str:
        parts = [f"{self.outcome}: {self.compliance.said()}", Shown.__str__(self)]
        if self.mediation is not None:
            parts.insert(1, self.mediation.said())
        if self.reliability is not None:
            parts.insert(1, self.reliability.said())
        parts.append("Assumptions\n" + "\n".join(assumption_lines(self.assumptions)))
        parts.append("What this cannot say\n" + "\n".join(f"  {line}" for line in self.cannot_say))
        return "\n".join(parts)

    def __repr__(self) -> str:
        terms = len(self.effects)
        return f"Diary({self.outcome!r}, {self.n_persons} persons, {self.n_days} days, {terms} fixed effects)"

    def apa(self) -> str:
        """Return the paragraph of a results section."""
        return diary_paragraph(self)

    def plot(self, kind: str = "slopes") -> Any:
        """Return a matplotlib figure.

        Parameters
        ----------
        kind
            ``"slopes"``: each person's own slope with its interval, in order; ``"persons"``: small multiples, a
            person's days and line each (up to 12 persons, evenly over the order of their slopes).
        """
        if kind not in ("slopes", "persons"):
            raise UnknownNameError.among("picture", kind, ("slopes", "persons"))
        if self.slopes is None:
            raise ResponseError(
                Problem(where="plot", what="no slope differs between persons in this model", do="ask for random slopes")
            )
        return (self._slopes(self.slopes) if kind == "slopes" else self._persons(self.slopes)).figure()

    def _slopes(self, slopes: PersonSlopes) -> Drawing:
        average = self.effect(f"{slopes.predictor}_within")
        label = (
            f"{self.outcome} on days with one unit more of {slopes.predictor} than usual: {len(slopes.ids)} persons in "
            f"order; average {figure(average.est)} {between(average.low, average.high)}, SD {figure(slopes.sd)}"
        )
        ends = (average.low, average.est, average.high)
        return draw_slopes(slopes.low, slopes.est, slopes.high, average=ends, label=label, width=WIDE)

    def _persons(self, slopes: PersonSlopes) -> Drawing:
        x, y, who, height = (self.points[name] for name in ("x", "y", "person", "height"))
        n = len(slopes.ids)
        places = np.unique(np.linspace(0, n - 1, min(n, MULTIPLES)).round().astype(int))
        persons = [
            PersonDays(
                label=f"{slopes.ids[one]}: {figure(slopes.est[one])}",
                x=x[who == one],
                y=y[who == one],
                slope=float(slopes.est[one]),
                height=float(height[one]),
            )
            for one in np.argsort(slopes.est, kind="stable")[places].tolist()
        ]
        x_label = f"{slopes.predictor}, the day's deviation from the person's mean"
        return draw_persons(persons, x_label=x_label, y_label=self.outcome, width=WIDE)


def diary_paragraph(diary: Diary) -> str:
    """Return what a paper would say of a diary."""
    days = diary.compliance
    opening = (
        f"Over {diary.n_days:,} days of {diary.n_persons} persons (median {figure(days.median, 0)} days, "
        f"{percent(days.rate)} of {days.planned}), {percent(diary.icc)} of the variance of {diary.outcome} lay between "
        f"persons (ICC = {coefficient(diary.icc)})."
    )
    said = [opening, *(_effect_sentence(diary, one) for one in diary.effects if one.kind != "intercept")]
    said += [
        f"At {one.at} the slope was {figure(one.est)}, {interval(one.low, one.high, diary.level)}."
        for one in diary.simple_slopes
    ]
    if diary.slopes is not None:
        low, high = diary.slopes.range_95
        said.append(
            f"Persons differed in the slope of {diary.slopes.predictor} (SD = {figure(diary.slopes.sd)}): 95 % of "
            f"persons like these lie between {figure(low)} and {figure(high)}, were slopes normal."
        )
    if diary.ar1 is not None:
        said.append(f"Residuals of neighbouring days correlated {coefficient(diary.ar1.est)}.")
    if diary.mediation is not None:
        said.append(diary.mediation.said())
    said.append(f"Linear mixed model ({diary.model.method}), Satterthwaite's df; association, not cause.")
    return " ".join(said)


def _effect_sentence(diary: Diary, effect: FixedEffect) -> str:
    figures = effect_words(effect, diary.level)
    if effect.kind == "within":
        return f"On days with one unit more of {effect.of} than usual, {diary.outcome} differed by {figures}."
    if effect.kind == "between":
        return f"Persons one unit higher on {effect.of} differed by {figures}."
    if effect.kind == "interaction":
        return f"The slope changed with the moderator ({effect.term}): {figures}."
    return f"{effect.term}: {figures}."


def effect_words(effect: FixedEffect, level: float) -> str:
    """Return a fixed effect as papers print it."""
    ends = interval(effect.low, effect.high, level)
    test = f"t({figure(effect.df, 0)}) = {figure(effect.t)}, {p_value(effect.p)}"
    return f"b = {figure(effect.est)}, SE = {figure(effect.se)}, {ends}, {test}"


BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class CouplesDiary(Shown):
    """A diary of couples: one model for both partners.

    ``effects`` holds (partner, effect): one set for each partner, or one set (``"both"``) where nothing tells them
    apart. ``residual_correlation`` is that of the partners' residuals of one day.
    """

    outcome: str
    labels: tuple[str, str]
    exchangeable: bool
    n_couples: int
    n_days: int
    n_rows: int
    level: float
    effects: tuple[tuple[str, FixedEffect], ...]
    random: tuple[Spread, ...]
    random_correlations: tuple[Spread, ...]
    residual_sds: tuple[Spread, ...]
    residual_correlation: Spread
    ar1: Spread | None
    icc: tuple[tuple[str, float], ...]
    differences: tuple[FixedEffect, ...]
    distinguishability: ChiSquareTest
    compliance: Compliance
    assumptions: tuple[Assumption, ...]
    reliability: tuple[tuple[str, DayReliability], ...] = ()
    model: MixedModel = field(repr=False)
    cannot_say: tuple[str, ...] = CANNOT_SAY
    notes: tuple[str, ...] = ()

    def effect(self, term: str, partner: str | None = None) -> FixedEffect:
        """Return one effect by its term (``stress_partner_within``) and partner."""
        wanted = BOTH if self.exchangeable else partner
        for who, one in self.effects:
            if who == wanted and one.term == term:
                return one
        raise UnknownNameError.among("term", f"{partner} {term}", [f"{who} {one.term}" for who, one in self.effects])

    def of(self, partner: str) -> dict[str, FixedEffect]:
        """Return the effects on one partner by term."""
        return {one.term: one for who, one in self.effects if who in (partner, BOTH)}

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        return json_dict(
            {
                "outcome": self.outcome,
                "partners": list(self.labels),
                "exchangeable": self.exchangeable,
                "n_couples": self.n_couples,
                "n_persons": 2 * self.n_couples,
                "n_days": self.n_days,
                "n_rows": self.n_rows,
                "level": self.level,
                "method": self.model.method,
                **self._effects(),
                "random": {
                    **{one.name: {"sd": one.est, "se": one.se, "ci": [one.low, one.high]} for one in self.random},
                    "correlations": {
                        random_correlation.name: random_correlation.to_dict()
                        for random_correlation in self.random_correlations
                    },
                },
                "residual": {
                    "sd": {residual_sd.name: residual_sd.est for residual_sd in self.residual_sds},
                    "sd_ci": {
                        residual_sd.name: [residual_sd.low, residual_sd.high] for residual_sd in self.residual_sds
                    },
                    "ar1": None if self.ar1 is None else self.ar1.est,
                    "ar1_ci": None if self.ar1 is None else [self.ar1.low, self.ar1.high],
                },
                "residual_correlation": self.residual_correlation.to_dict(),
                "icc": dict(self.icc),
                "differences": {difference.term: difference.to_dict() for difference in self.differences},
                "distinguishability": self.distinguishability.to_dict(),
                "reliability": {label: one.to_dict() for label, one in self.reliability} or None,
                "fit": fit_dict(self.model),
                "days": self.compliance.to_dict(),
                "assumptions": [assumption.to_dict() for assumption in self.assumptions],
                "cannot_say": list(self.cannot_say),
                "notes": list(self.notes),
            }
        )

    def _effects(self) -> dict[str, Any]:
        """Return the effects by partner and term, and those within and between by variable."""
        who = (BOTH,) if self.exchangeable else self.labels
        fixed = {one: {term: effect.to_dict() for term, effect in self.of(one).items()} for one in who}

        def part(kind: str) -> dict[str, Any]:
            return {one: {e.of: e.to_dict() for e in self.of(one).values() if e.kind == kind} for one in who}

        return {
            "fixed": fixed[BOTH] if self.exchangeable else fixed,
            "within": {"own": part("own within"), "partner": part("partner within")},
            "between": {"own": part("own between"), "partner": part("partner between")},
        }

    def table(self) -> Any:
        """Return a pandas frame with a row an effect and partner."""
        frame = effects_table(tuple(one for _, one in self.effects))
        frame.insert(0, "partner", [who for who, _ in self.effects])
        return frame

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the effects, then what differs between couples and goes together within days."""
        head = ["effect", "b", "SE", f"{level_words(self.level)} interval", "df", "p"]
        lines = [[f"{who}: {cells[0]}", *cells[1:]] for who, one in self.effects for cells in (one.cells(),)]
        lines += [one.cells(f"SD of {one.name} between couples") for one in self.random]
        lines += [random_correlation.cells(random_correlation.name) for random_correlation in self.random_correlations]
        lines += [residual_sd.cells(f"SD of residuals, {residual_sd.name}") for residual_sd in self.residual_sds]
        lines.append(self.residual_correlation.cells("partners' residuals of one day, r"))
        if self.ar1 is not None:
            lines.append(self.ar1.cells("autocorrelation of residuals"))
        test = self.distinguishability
        text = f"partners told apart against exchangeable: chi2({test.df}) = {figure(test.chi2)}, {p_value(test.p)}"
        return [head, *lines, [text, *[""] * (len(head) - 1)]]

    def __str__(self) -> str:
        parts = [f"{self.outcome}: {self.compliance.said()}", Shown.__str__(self)]
        parts[1:1] = [f"{label}: {one.said()}" for label, one in self.reliability]
        parts.append("Assumptions\n" + "\n".join(assumption_lines(self.assumptions)))
        parts.append("What this cannot say\n" + "\n".join(f"  {line}" for line in self.cannot_say))
        return "\n".join(parts)

    def __repr__(self) -> str:
        kind = "exchangeable" if self.exchangeable else " and ".join(self.labels)
        return f"CouplesDiary({self.outcome!r}, {self.n_couples} couples ({kind}), {self.n_days} days)"

    def apa(self) -> str:
        """Return the paragraph of a results section."""
        opening = f"Over {self.n_days:,} days of {self.n_couples} couples (days both answered), {self.outcome} of both "
        sentences = [f"{opening}partners was modelled at one time."]
        for who, one in self.effects:
            if one.kind == "intercept":
                continue
            of = "each partner" if who == BOTH else f"partner {who}"
            sentences.append(f"On {of}, {one.term.replace('_', ' ')}: {effect_words(one, self.level)}.")
        r = self.residual_correlation
        sentences.append(f"Partners' residuals of the same day correlated {coefficient(r.est)}.")
        if self.ar1 is not None:
            sentences.append(f"Residuals of neighbouring days correlated {coefficient(self.ar1.est)}.")
        test = self.distinguishability
        shown = "The partners differ" if test.p < 0.05 else "No difference between the partners was shown"
        sentences.append(f"{shown} in this model, chi2({test.df}) = {figure(test.chi2)}, {p_value(test.p)}.")
        sentences.append(f"Linear mixed model ({self.model.method}), Satterthwaite's df; association, not cause.")
        return " ".join(sentences)

    def plot(self) -> Any:
        """Return a matplotlib figure: every effect with its interval, partners side by side."""
        rows = [
            EffectRow(label=f"{who}: {one.term}", group=who, value=one.est, low=one.low, high=one.high)
            for who, one in self.effects
            if one.kind != "intercept"
        ]
        return draw_effects(rows, label=f"difference in {self.outcome}, with intervals", width=WIDE).figure()
