"""What a study of couples found: for eyes, for frames, for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.analysis.couples.agreement import ScaleAgreement
from intimacy_scales.analysis.couples.apim import Apim
from intimacy_scales.analysis.couples.idealisation import Idealisation
from intimacy_scales.analysis.couples.mediation import Mediation
from intimacy_scales.analysis.couples.model import Couples
from intimacy_scales.analysis.couples.partners.answer_pairs import ScorePair
from intimacy_scales.analysis.couples.surface_analysis import ResponseSurface
from intimacy_scales.analysis.couples.tally import Tally
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Shown, json_dict, text_table
from intimacy_scales.base.wording import between, figure, percent, signed
from intimacy_scales.statistics.estimate import half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One score: its pairs, what every couple shows, and the agreement (``None`` under three couples)."""

    pair: ScorePair = field(repr=False)
    tally: Tally = field(repr=False)
    agreement: ScaleAgreement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CouplesStudy(Shown):
    """Agreement and discrepancy of every score, and the models that were asked for."""

    couples: Couples
    level: float
    error_level: float
    sheets: tuple[Sheet, ...] = field(repr=False)
    variables: tuple[ScaleAgreement, ...]
    headline: str | None
    surfaces: tuple[ResponseSurface, ...]
    apim: Apim | None
    mediation: Mediation | None
    idealisation: tuple[Idealisation, ...]
    notes: tuple[str, ...] = ()

    @property
    def agreements(self) -> tuple[ScaleAgreement, ...]:
        """Agreement of every score, then of every column that was named."""
        own = (sheet.agreement for sheet in self.sheets if sheet.agreement is not None)
        return (*own, *self.variables)

    def __getitem__(self, column: str) -> ScaleAgreement:
        """Return the agreement on a score or column, named without a partner's suffix."""
        for one in self.agreements:
            if one.column == column:
                return one
        raise UnknownNameError.among("score", column, [one.column for one in self.agreements])

    @property
    def first(self) -> ScaleAgreement | None:
        """The one that stands at the head of the JSON: the predictor named first, else the first score."""
        named = [one for one in self.agreements if one.column == self.headline]
        return next(iter((*named, *self.agreements)), None)

    def table(self) -> Any:
        """Return a pandas frame with a row a score."""
        import pandas as pd

        keys = ("score", "n", "icc_name", "icc", "r", "mean_difference", "t", "df", "p", "dz", "within_one_step")
        rows = []
        for one in self.agreements:
            said = one.agreement_dict()
            rows.append({key: said[key] for key in keys} | {"mean_absolute": one.mean_absolute})
        return pd.DataFrame(rows, columns=[*keys, "mean_absolute"])

    def couples_table(self) -> Any:
        """Return a pandas frame with a row a couple: both scores, difference, its error, whether it is beyond it."""
        import pandas as pd

        first, second = self.couples.partners
        found: dict[str, Any] = {"couple": list(self.couples.ids)}
        for sheet in self.sheets:
            name = sheet.pair.column
            found[f"{name}_{first}"] = sheet.pair.a.values
            found[f"{name}_{second}"] = sheet.pair.b.values
            found[f"{name}_difference"] = sheet.tally.difference
            found[f"{name}_se"] = sheet.tally.se
            found[f"{name}_beyond"] = sheet.tally.beyond
        return pd.DataFrame(found)

    def to_dict(self) -> dict[str, Any]:
        """Return ``agreement``, ``discrepancy``, ``apim``, ``mediation`` and more, JSON-safe at full precision.

        ``agreement`` and ``discrepancy`` hold the figures of the first score (or of the predictor that was named) and,
        under ``scales``, of every score, as BANK, then SCALE; under ``variables`` those of columns.
        """
        return json_dict(
            {
                "couples": self.couples.to_dict(),
                "agreement": self._agreement(),
                "discrepancy": self._discrepancy(),
                "apim": None if self.apim is None else self.apim.to_dict(),
                "mediation": [] if self.mediation is None else self.mediation.to_dict(),
                "idealisation": [one.to_dict() for one in self.idealisation],
                "notes": list(self.notes),
            }
        )

    def _agreement(self) -> dict[str, Any]:
        scales: dict[str, dict[str, Any]] = {}
        for sheet in self.sheets:
            if sheet.agreement is not None:
                scales.setdefault(sheet.pair.bank.id, {})[sheet.pair.key] = sheet.agreement.agreement_dict()
        head = {} if self.first is None else self.first.agreement_dict()
        variables = {one.column: one.agreement_dict() for one in self.variables}
        return {**head, "scales": scales, "variables": variables}

    def _discrepancy(self) -> dict[str, Any]:
        scales: dict[str, dict[str, Any]] = {}
        for sheet in self.sheets:
            if sheet.agreement is not None:
                scales.setdefault(sheet.pair.bank.id, {})[sheet.pair.key] = sheet.agreement.discrepancy_dict()
        head = {} if self.first is None else self.first.discrepancy_dict()
        return {
            **head,
            "error_level": self.error_level,
            "scales": scales,
            "variables": {one.column: one.discrepancy_dict() for one in self.variables},
            "response_surface": [one.to_dict() for one in self.surfaces],
            "couples": list(self._couples()),
        }

    def _couples(self) -> Iterable[dict[str, Any]]:
        z = half_width(self.error_level)
        for row, couple in enumerate(self.couples.ids):
            scores = {}
            for sheet in self.sheets:
                d, se = float(sheet.tally.difference[row]), float(sheet.tally.se[row])
                scores[sheet.pair.column] = {
                    "scores": [float(sheet.pair.a.values[row]), float(sheet.pair.b.values[row])],
                    "difference": d,
                    "se": se,
                    "ci": [d - z * se, d + z * se],
                    "beyond": bool(sheet.tally.beyond[row]),
                }
            yield {"couple": couple, "rows": self.couples.rows[row].tolist(), "scores": scores}

    def apa(self) -> str:
        """Return the sentences of a results section."""
        models = [] if self.apim is None else [self.apim.apa()]
        return "\n".join([*(one.apa() for one in self.agreements), *models])

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a score."""
        head = ["score", "couples", "ICC", "r", "mean difference", "dz", "mean gap", "beyond error", "within one step"]
        lines = []
        for one in self.agreements:
            d = one.difference
            lines.append(
                [
                    one.column,
                    str(one.n),
                    f"{one.icc_name} {one.icc}",
                    str(one.r),
                    f"{signed(d.mean.value)} {between(*d.mean.ci)}",
                    figure(d.dz.value),
                    figure(one.mean_absolute),
                    percent(one.share_beyond, none=""),
                    percent(one.within_one_step, none=""),
                ]
            )
        return [head, *lines]

    def __str__(self) -> str:
        blocks = [str(self.couples).partition("\nnote:")[0]]
        if self.agreements:
            blocks.append(text_table(self.rows_for_eyes()))
        models: list[Any] = [one for one in (self.apim, self.mediation) if one is not None]
        blocks += [text_table(one.rows_for_eyes()) for one in (*models, *self.surfaces)]
        blocks += ["\n".join(one.said() for one in self.idealisation)] if self.idealisation else []
        notes = dict.fromkeys([*self.notes, *(note for one in (*models, *self.surfaces) for note in one.notes)])
        return "\n\n".join([*blocks, "\n".join(f"note: {note}" for note in notes)]).rstrip()
