"""What a diary of two persons shows: effects of one's own and of the partner's day, for both partners."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.analysis.diary.diary_rows import Compliance
from intimacy_scales.analysis.diary.effects import CANNOT_SAY, FixedEffect, Spread, effects_table, fit_dict
from intimacy_scales.analysis.diary.reliability import DayReliability
from intimacy_scales.analysis.diary.results import effect_words
from intimacy_scales.base.assumption import Assumption, assumption_lines
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import coefficient, figure, level_words, p_value
from intimacy_scales.pictures.daily import EffectRow, draw_effects
from intimacy_scales.pictures.drawing import WIDE
from intimacy_scales.statistics.multilevel import MixedModel

BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatio:
    """A likelihood-ratio test of partners who are told apart against partners who are not (maximum likelihood)."""

    chi2: float
    df: int
    p: float

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict({"chi2": self.chi2, "df": self.df, "p": self.p})


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
    distinguishability: LikelihoodRatio
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
                    "correlations": {one.name: one.to_dict() for one in self.random_correlations},
                },
                "residual": {
                    "sd": {one.name: one.est for one in self.residual_sds},
                    "sd_ci": {one.name: [one.low, one.high] for one in self.residual_sds},
                    "ar1": None if self.ar1 is None else self.ar1.est,
                    "ar1_ci": None if self.ar1 is None else [self.ar1.low, self.ar1.high],
                },
                "residual_correlation": self.residual_correlation.to_dict(),
                "icc": dict(self.icc),
                "differences": {one.term: one.to_dict() for one in self.differences},
                "distinguishability": self.distinguishability.to_dict(),
                "reliability": {label: one.to_dict() for label, one in self.reliability} or None,
                "fit": fit_dict(self.model),
                "days": self.compliance.to_dict(),
                "assumptions": [one.to_dict() for one in self.assumptions],
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
        lines += [one.cells(one.name) for one in self.random_correlations]
        lines += [one.cells(f"SD of residuals, {one.name}") for one in self.residual_sds]
        lines.append(self.residual_correlation.cells("partners' residuals of one day, r"))
        if self.ar1 is not None:
            lines.append(self.ar1.cells("autocorrelation of residuals"))
        test = self.distinguishability
        said = f"partners told apart against exchangeable: chi2({test.df}) = {figure(test.chi2)}, {p_value(test.p)}"
        return [head, *lines, [said, *[""] * (len(head) - 1)]]

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
        said = [f"{opening}partners was modelled at one time."]
        for who, one in self.effects:
            if one.kind == "intercept":
                continue
            of = "each partner" if who == BOTH else f"partner {who}"
            said.append(f"On {of}, {one.term.replace('_', ' ')}: {effect_words(one, self.level)}.")
        r = self.residual_correlation
        said.append(f"Partners' residuals of the same day correlated {coefficient(r.est)}.")
        if self.ar1 is not None:
            said.append(f"Residuals of neighbouring days correlated {coefficient(self.ar1.est)}.")
        test = self.distinguishability
        shown = "The partners differ" if test.p < 0.05 else "No difference between the partners was shown"
        said.append(f"{shown} in this model, chi2({test.df}) = {figure(test.chi2)}, {p_value(test.p)}.")
        said.append(f"Linear mixed model ({self.model.method}), Satterthwaite's df; association, not cause.")
        return " ".join(said)

    def plot(self) -> Any:
        """Return a matplotlib figure: every effect with its interval, partners side by side."""
        rows = [
            EffectRow(label=f"{who}: {one.term}", group=who, value=one.est, low=one.low, high=one.high)
            for who, one in self.effects
            if one.kind != "intercept"
        ]
        return draw_effects(rows, label=f"difference in {self.outcome}, with intervals", width=WIDE).figure()
