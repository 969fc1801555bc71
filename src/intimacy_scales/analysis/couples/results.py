"""What a study of couples found: for eyes, for frames, for JSON.

What every couple shows, counted over the sample: one pass a scale, no object a couple.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.agreement import DyadicStructure, ScaleAgreement
from intimacy_scales.analysis.couples.couples import Couples
from intimacy_scales.analysis.couples.idealisation import Idealisation
from intimacy_scales.analysis.couples.models.actor_partner import Apim
from intimacy_scales.analysis.couples.models.distinguishability import Distinguishability
from intimacy_scales.analysis.couples.models.dyadic_score import DyadicScores
from intimacy_scales.analysis.couples.models.mediation import Mediation
from intimacy_scales.analysis.couples.partners.answer_pairs import ScorePair
from intimacy_scales.analysis.couples.partners.comparison import ComparisonBasis
from intimacy_scales.analysis.couples.partners.items import Place, steps_of_item
from intimacy_scales.analysis.couples.surface_analysis import ResponseSurface
from intimacy_scales.analysis.dyads import Composition
from intimacy_scales.analysis.norms import difference_error
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import Shown, json_dict, text_table
from intimacy_scales.statistics.estimate import half_width
from intimacy_scales.statistics.moments import row_means


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSummary:
    """One score: its pairs, what every couple shows, and the agreement (``None`` under three couples)."""

    pair: ScorePair = field(repr=False)
    counts: CoupleCounts = field(repr=False)
    agreement: ScaleAgreement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositionAgreement:
    """Agreement on every score and variable within one composition of a file that holds several."""

    composition: Composition
    agreements: tuple[ScaleAgreement, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the agreement JSON-safe, a score an entry."""
        scores = {agreement.column: agreement.agreement_dict() for agreement in self.agreements}
        return {"n": self.composition.n, "exchangeable": self.composition.exchangeable, "scores": scores}


@dataclass(frozen=True, slots=True, kw_only=True)
class CouplesAnalysis(Shown):
    """Agreement and discrepancy of every score, and the models that were asked for."""

    couples: Couples
    level: float
    error_level: float
    summaries: tuple[ScoreSummary, ...] = field(repr=False)
    variables: tuple[ScaleAgreement, ...]
    by_composition: tuple[CompositionAgreement, ...]
    headline: str | None
    surfaces: tuple[ResponseSurface, ...]
    distinguishability: tuple[Distinguishability, ...]
    """Of every composition whose partners are told apart."""
    apim: Apim | None
    mediation: Mediation | None
    dyadic_scores: tuple[DyadicScores, ...]
    structure: DyadicStructure | None
    """Models of what both partners' answers measure, where they were asked for."""
    withheld: Mapping[str, str]
    """Which model could not be fitted, and why."""
    idealisation: tuple[Idealisation, ...]
    notes: tuple[str, ...] = ()

    @property
    def agreements(self) -> tuple[ScaleAgreement, ...]:
        """Agreement of every score, then of every column that was named."""
        own = (summary.agreement for summary in self.summaries if summary.agreement is not None)
        return (*own, *self.variables)

    def __repr__(self) -> str:
        return f"CouplesAnalysis({len(self.couples)} couples, {wording.counted(len(self.agreements), 'score')})"

    def plot(self) -> Any:
        """Return how alike partners are on every score, with its interval, as a matplotlib figure."""
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.over_time import EffectRow, draw_effects

        rows = [
            EffectRow(
                label=agreement.column,
                group="",
                value=agreement.icc.value,
                low=agreement.icc.low,
                high=agreement.icc.high,
            )
            for agreement in self.agreements
            if not np.isnan(agreement.icc.value)
        ]
        if not rows:
            raise ResponseError(
                Problem(where="plot", what="no score of both partners has an ICC", allowed="three couples or more")
            )
        kind = self.agreements[0].icc_name
        return draw_effects(rows, label=f"{kind} of partners, with its interval", width=WIDE).figure()

    def __getitem__(self, column: str) -> ScaleAgreement:
        """Return the agreement on a score or column, named without a partner's suffix."""
        for agreement in self.agreements:
            if agreement.column == column:
                return agreement
        raise UnknownNameError.among("score", column, [one.column for one in self.agreements])

    @property
    def first(self) -> ScaleAgreement | None:
        """The one that stands at the head of the JSON: the predictor named first, else the first score."""
        named = [agreement for agreement in self.agreements if agreement.column == self.headline]
        return next(iter((*named, *self.agreements)), None)

    def table(self) -> Any:
        """Return a pandas frame with a row a score."""
        import pandas as pd

        keys = ("score", "n", "icc_name", "icc", "r", "mean_difference", "t", "df", "p", "dz", "within_one_step")
        rows = []
        for agreement in self.agreements:
            entries = agreement.agreement_dict()
            rows.append({key: entries[key] for key in keys} | {"mean_absolute": agreement.mean_absolute})
        return pd.DataFrame(rows, columns=[*keys, "mean_absolute"])

    def couples_table(self) -> Any:
        """Return a pandas frame with a row a couple: both scores, difference, its error, whether it is beyond it.

        Where nothing tells partners apart: the lower and the higher score, and the absolute difference.
        """
        import pandas as pd

        entries: dict[str, Any] = {"couple": list(self.couples.ids)}
        if len(self.couples.compositions) > 1:
            names = [composition.name for composition in self.couples.compositions]
            entries["composition"] = [names[j] for j in self.couples.composition_of.tolist()]
        alike = self.couples.exchangeable
        ends = ("lower", "higher") if alike else self.couples.partners
        for summary in self.summaries:
            name, values = summary.pair.column, summary.pair.values
            sides = (values.min(axis=1), values.max(axis=1)) if alike else (values[:, 0], values[:, 1])
            entries |= {f"{name}_{end}": side for end, side in zip(ends, sides, strict=True)}
            entries[f"{name}_difference"] = np.abs(summary.counts.difference) if alike else summary.counts.difference
            entries[f"{name}_se"] = summary.counts.se
            entries[f"{name}_beyond"] = summary.counts.beyond
        return pd.DataFrame(entries)

    def to_dict(self) -> dict[str, Any]:
        """Return ``agreement``, ``discrepancy``, ``apim``, ``mediation`` and more, JSON-safe at full precision.

        ``agreement`` and ``discrepancy`` hold the figures of the first score (or of the predictor that was named) and,
        under ``scales``, of every score, as BANK, then SCALE; under ``variables`` those of columns.
        """
        return json_dict(
            {
                "couples": self.couples.to_dict(),
                "composition": self.couples.composition_counts(),
                "agreement": self._agreement(),
                "discrepancy": self._discrepancy(),
                "distinguishability": self._distinguishability(),
                "apim": None if self.apim is None else self.apim.to_dict(),
                "mediation": None if self.mediation is None else self.mediation.to_dict(),
                "dyadic_scores": [dyadic_score.to_dict() for dyadic_score in self.dyadic_scores],
                **(_NO_STRUCTURE if self.structure is None else self.structure.to_dict()),
                "withheld": dict(self.withheld),
                "idealisation": [one.to_dict() for one in self.idealisation],
                "notes": list(self.notes),
            }
        )

    def _agreement(self) -> dict[str, Any]:
        scales: dict[str, dict[str, Any]] = {}
        for summary in self.summaries:
            if summary.agreement is not None:
                scales.setdefault(summary.pair.bank.id, {})[summary.pair.key] = summary.agreement.agreement_dict()
        head = {} if self.first is None else self.first.agreement_dict()
        variables = {variable.column: variable.agreement_dict() for variable in self.variables}
        compositions = {one.composition.name: one.to_dict() for one in self.by_composition}
        return {**head, "scales": scales, "variables": variables, "compositions": compositions}

    def _distinguishability(self) -> dict[str, Any] | None:
        """Return the test of the one composition that is told apart; of several, the sum of their chi-squares."""
        tests = [one.to_dict() for one in self.distinguishability]
        if len(tests) < 2:
            return tests[0] if tests else None
        from scipy.special import chdtrc

        chi2, df = (sum(test[name] for test in tests) for name in ("chi2", "df"))
        return {"chi2": chi2, "df": df, "p": float(chdtrc(df, chi2)), "compositions": tests}

    def _discrepancy(self) -> dict[str, Any]:
        scales: dict[str, dict[str, Any]] = {}
        for summary in self.summaries:
            if summary.agreement is not None:
                scales.setdefault(summary.pair.bank.id, {})[summary.pair.key] = summary.agreement.discrepancy_dict()
        head = {} if self.first is None else self.first.discrepancy_dict()
        return {
            **head,
            "error_level": self.error_level,
            "scales": scales,
            "variables": {variable.column: variable.discrepancy_dict() for variable in self.variables},
            "response_surface": [surface.to_dict() for surface in self.surfaces],
            "couples": list(self._couples()),
        }

    def _couples(self) -> Iterable[dict[str, Any]]:
        z, alike = half_width(self.error_level), self.couples.exchangeable
        for row, couple in enumerate(self.couples.ids):
            scores = {}
            for summary in self.summaries:
                values = [float(summary.pair.a.values[row]), float(summary.pair.b.values[row])]
                d, se = float(summary.counts.difference[row]), float(summary.counts.se[row])
                d = abs(d) if alike else d
                scores[summary.pair.column] = {
                    "scores": sorted(values) if alike else values,
                    "difference": d,
                    "se": se,
                    "ci": [d - z * se, d + z * se],
                    "beyond": bool(summary.counts.beyond[row]),
                }
            rows = self.couples.rows[row].tolist()
            composition = self.couples.compositions[int(self.couples.composition_of[row])].name
            yield {
                "couple": couple,
                "composition": composition,
                "rows": sorted(rows) if alike else rows,
                "scores": scores,
            }

    def apa(self) -> str:
        """Return the sentences of a results section."""
        return "\n".join(one.apa() for one in (*self.agreements, *self._reported()))

    def _reported(self) -> tuple[Any, ...]:
        models = [one for one in (self.apim, self.mediation) if one is not None]
        structure = () if self.structure is None else self.structure.models
        return (*self.distinguishability, *models, *self.dyadic_scores, *structure)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a score."""
        return _agreement_lines(self.agreements, exchangeable=self.couples.exchangeable)

    def __str__(self) -> str:
        blocks = [str(self.couples).partition("\nnote:")[0]]
        if self.agreements:
            blocks.append(text_table(self.rows_for_eyes()))
        for one in self.by_composition:
            if one.agreements:
                lines = _agreement_lines(one.agreements, exchangeable=one.composition.exchangeable)
                blocks.append(f"{one.composition.name}\n{text_table(lines)}")
        shown = [*self._reported(), *self.surfaces]
        blocks += [str(replace(one, notes=())) for one in shown]
        blocks += ["\n".join(one.sentence() for one in self.idealisation)] if self.idealisation else []
        withheld = [f"not fitted: {name}: {why}" for name, why in self.withheld.items()]
        notes = dict.fromkeys([*self.notes, *(note for one in shown for note in one.notes)])
        return "\n\n".join([*blocks, "\n".join([*withheld, *(f"note: {note}" for note in notes)])]).rstrip()


_NO_STRUCTURE = dict.fromkeys(("dyadic_cfa", "dyadic_invariance", "latent_apim", "common_fate"))


def _agreement_lines(agreements: Sequence[ScaleAgreement], *, exchangeable: bool) -> list[list[str]]:
    """Return a line a score; of exchangeable partners without what asks who was put first."""
    signed = () if exchangeable else ("r", "mean difference", "dz")
    head = ["score", "couples", "ICC", *signed, "mean gap", "beyond error", "within one step"]
    lines = [head]
    for agreement in agreements:
        cells = [agreement.column, str(agreement.n), f"{agreement.icc_name} {agreement.icc}"]
        if agreement.r is not None and agreement.difference is not None:
            mean = agreement.difference.mean
            cells += [
                str(agreement.r),
                f"{wording.signed(mean.value)} {wording.between(mean.low, mean.high, none='')}".rstrip(),
                wording.figure(agreement.difference.dz.value),
            ]
        elif not exchangeable:
            cells += ["", "", ""]
        cells += [
            wording.figure(agreement.mean_absolute),
            wording.percent(agreement.share_beyond, none=""),
            wording.percent(agreement.within_one_step, none=""),
        ]
        lines.append(cells)
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleCounts:
    """One score over all couples: differences with their errors, places, agreement of the items."""

    pair: ScorePair
    difference: FloatArray = field(repr=False)
    se: FloatArray = field(repr=False)
    beyond: BoolArray = field(repr=False)
    share_beyond: float
    places: dict[Place, int]
    within_one_step: float


def couple_counts(basis: ComparisonBasis, pair: ScorePair) -> CoupleCounts:
    """Count one score over all couples."""
    d = pair.a.values - pair.b.values
    se = difference_error(basis.errors[pair.a.column].sem, basis.errors[pair.b.column].sem)
    known = np.isfinite(d) & np.isfinite(se)
    beyond = known & (np.abs(np.where(known, d, 0.0)) > half_width(basis.level) * np.where(known, se, 0.0))
    places: dict[Place, int] = {}
    within = np.nan
    if not pair.derived and not pair.scale.scales:
        answers = basis.answers_of(pair)
        columns = answers.places(pair.scale)
        within = _within(pair, answers.a[:, columns], answers.b[:, columns])
        asked = not pair.wish and pair.scale.role != "idealisation"
        places = _places(pair, answers.a[:, columns], answers.b[:, columns]) if asked else {}
    return CoupleCounts(
        pair=pair,
        difference=d,
        se=se,
        beyond=beyond,
        share_beyond=float(beyond.sum() / known.sum()) if known.any() else np.nan,
        places=places,
        within_one_step=within,
    )


def _within(pair: ScorePair, a: FloatArray, b: FloatArray) -> float:
    """Return the mean share of items that couples answer within one option."""
    near = np.full(a.shape, np.nan)
    for j, number in enumerate(pair.scale.items):
        codes = np.array(steps_of_item(pair.bank, pair.bank.item(number)), dtype=np.float64)
        both = ~(np.isnan(a[:, j]) | np.isnan(b[:, j]))
        ranks = [np.abs(side[both, j][:, None] - codes).argmin(axis=1) for side in (a, b)]
        steps = np.abs(ranks[0] - ranks[1])
        near[both, j] = steps <= 1
    shares = row_means(near)
    there = ~np.isnan(shares)
    return float(shares[there].mean()) if there.any() else np.nan


def _places(pair: ScorePair, a: FloatArray, b: FloatArray) -> dict[Place, int]:
    """Count on which side of the options' midpoint the two averages of every couple lie."""
    middle = pair.bank.midpoint(pair.scale)
    scored = ~np.isnan(pair.values).any(axis=1)
    x, y = (np.round(row_means(side)[scored] - middle, 9) for side in (a, b))
    found: Counter[Place] = Counter(
        {
            "both above the middle": int(((x > 0) & (y > 0)).sum()),
            "both below the middle": int(((x < 0) & (y < 0)).sum()),
            "differing": int((x * y < 0).sum()),
            "one above the middle, one in it": int(((x * y == 0) & (x + y > 0)).sum()),
            "one below the middle, one in it": int(((x * y == 0) & (x + y < 0)).sum()),
            "both in the middle": int(((x == 0) & (y == 0)).sum()),
        }
    )
    return dict(found)
