"""Reliability of one scale as a result, and of every scale together: data, and the ways it is shown.

Reliabilities as a picture takes them: a dot and its interval on the range a coefficient may have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any, Protocol

from intimacy_scales.analysis.reliability import sentences
from intimacy_scales.analysis.reliability.alpha import Alpha
from intimacy_scales.analysis.reliability.scale_answers import ComposedAlpha
from intimacy_scales.analysis.reliability.totals import TotalReliability
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Shown, json_dict, json_safe, text_table
from intimacy_scales.base.wording import capital, figure
from intimacy_scales.pictures.drawing import Drawing, coefficient
from intimacy_scales.pictures.ranges import Axis, Mark, RangeRow, draw_ranges
from intimacy_scales.statistics.consistency.bounds import GreatestLowerBound
from intimacy_scales.statistics.consistency.categorical import OrdinalFigures
from intimacy_scales.statistics.consistency.coefficients import ConditionalSem, Guttman
from intimacy_scales.statistics.consistency.composites import DifferenceReliability
from intimacy_scales.statistics.consistency.items import ItemFigures, ItemLabels
from intimacy_scales.statistics.consistency.omega import Omega
from intimacy_scales.statistics.consistency.splits import BestSplit, SplitHalf
from intimacy_scales.statistics.estimate import Estimate
from intimacy_scales.statistics.moments import Moments


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFigures:
    """The scored scale in this sample: persons scored, mean (with its interval) and SD on the bank's metric, its shape.

    Skew and kurtosis are of type 3, as those of the items; ``floor`` and ``ceiling`` are the shares of persons at the
    lowest and the highest possible score.
    """

    n: int
    mean: float
    sd: float
    rule: str
    mean_interval: Estimate
    skew: float
    kurtosis: float
    floor: float
    ceiling: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON holds them."""
        return {
            "n": self.n, "mean": self.mean, "mean_ci": list(self.mean_interval.ci),
            "mean_method": self.mean_interval.method, "sd": self.sd, "skew": self.skew, "kurtosis": self.kurtosis,
            "shape_type": 3, "floor": self.floor, "ceiling": self.ceiling, "rule": self.rule,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReliability(Shown):
    """Reliability of one scale in one administration.

    ``lambda6`` is that of the correlation matrix (R psych's ``G6(smc)``); the ``guttman`` bounds and ``lambda4`` are of
    the covariance matrix. ``sem`` is ``score.sd * sqrt(1 - alpha)``: this sample's SD of the scored scale and this
    sample's alpha. NaN or ``None`` where a figure is not defined; ``notes`` say why. A model's figure that is improper
    is withheld: ``withheld`` holds the reason. ``left_out`` are constant items, which no coefficient counts.
    """

    bank_id: str
    key: str
    name: str
    level: float
    moments: Moments = field(repr=False)
    alpha: Alpha
    alpha_standardized: float
    average_r: float
    median_r: float
    guttman: Guttman
    lambda4: BestSplit
    lambda6: float
    glb: GreatestLowerBound | None
    split_half: SplitHalf | None
    omega: Omega | None
    ordinal: OrdinalFigures | None
    score: ScoreFigures
    sem: float
    conditional_sem: ConditionalSem | None
    items: tuple[ItemFigures, ...] = field(repr=False)
    left_out: tuple[ItemLabels, ...] = ()
    cluster: Mapping[str, Any] | None = None
    """``{"column", "clusters"}`` where intervals are cluster-robust."""
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Persons with any answer to the scale (pairwise, fiml), or with all of them (listwise)."""
        return self.moments.n

    @property
    def n_complete(self) -> int:
        """Persons with every answer."""
        return self.moments.n_complete

    @property
    def n_items(self) -> int:
        """Number of items that the coefficients count: those that vary."""
        return self.moments.n_items

    @property
    def withheld(self) -> dict[str, str]:
        """Figure to the reason why it is not given."""
        entries: dict[str, str] = {}
        if self.omega is not None and self.omega.withheld:
            entries["omega_total"] = self.omega.withheld
        if self.ordinal is not None and self.ordinal.omega_withheld:
            entries["omega_categorical"] = self.ordinal.omega_withheld
        if self.ordinal is not None and self.ordinal.alpha_withheld:
            entries["ordinal_alpha"] = self.ordinal.alpha_withheld
        return entries

    @property
    def marks(self) -> dict[str, str]:
        """Figure to what speaks against it: the model behind it does not fit."""
        models = {
            "omega_total": None if self.omega is None else self.omega.model,
            "omega_categorical": None if self.ordinal is None else self.ordinal.model,
        }
        return {name: one.doubt for name, one in models.items() if one is not None and one.fits is False}

    def to_dict(self) -> dict[str, Any]:
        """Return the scale as JSON holds it: full precision, ``None`` where a figure is not defined."""
        ordinal, conditional = self.ordinal, self.conditional_sem
        return json_dict({
            "n": self.n,
            "n_complete": self.n_complete,
            "n_items": self.n_items,
            "left_out": [{"item": one.number, "name": one.name, "gloss": one.gloss} for one in self.left_out],
            "missing": self.moments.missing,
            "alpha": self.alpha.to_dict(),
            "alpha_standardized": self.alpha_standardized,
            "lambda2": self.guttman.lambda2,
            "lambda4": self.lambda4.value,
            "lambda6": self.lambda6,
            "glb": None if self.glb is None else self.glb.value,
            "omega_total": sentences.NO_OMEGA if self.omega is None else self.omega.to_dict(),
            "omega_categorical": sentences.NO_CATEGORICAL if ordinal is None else ordinal.omega_to_dict(),
            "ordinal_alpha": sentences.NO_ORDINAL if ordinal is None else ordinal.alpha_to_dict(),
            "withheld": self.withheld,
            "marked": self.marks,
            "split_half": None if self.split_half is None else self.split_half.to_dict(),
            "average_r": self.average_r,
            "sem": self.sem,
            "mean": self.score.mean,
            "sd": self.score.sd,
            "score": self.score.to_dict(),
            "cluster": None if self.cluster is None else dict(self.cluster),
            "items": [item.to_dict() for item in self.items],
            "conditional_sem": [] if conditional is None else [
                {"n": s.n, "from": s.low, "to": s.high, "mean": s.mean, "sem": s.sem} for s in conditional.steps
            ],
            "notes": list(self.notes),
        })  # fmt: skip

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the item table, rounded, reversed items marked."""
        return sentences.item_rows(self.items)

    def __str__(self) -> str:
        lines = sentences.coefficient_lines(self)
        notes = [f"note: {note}" for note in self.notes if note not in sentences.notes_above(self)]
        return "\n".join([text_table(self.rows_for_eyes()), *lines, *notes])

    def table(self) -> Any:
        """Return the item table as a pandas frame, full precision, one column a code's share (``share_4``)."""
        import pandas as pd

        rows = []
        for item in self.items:
            row = item.to_dict()
            shares = row.pop("frequencies")
            rows.append(row | {f"share_{code}": share for code, share in shares.items()})
        return pd.DataFrame(rows)

    def apa(self) -> str:
        """Return the sentence of a paper; a figure whose model does not fit says so."""
        return sentences.scale_sentence(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability(Shown):
    """Reliability of every scale of every bank and administration: ``scales[BANK][KEY]``.

    ``differences[BANK][KEY]`` holds the reliability of derived scores (``gap.emotional``) and of the difference between
    two partners' scores in one row (``a_minus_b.total``), where there are any; ``composites[BANK]`` the figures of a
    total over all scales of a bank that has several, one an administration.
    """

    scales: Mapping[str, Mapping[str, ScaleReliability]]
    missing: str
    level: float
    seed: int
    differences: Mapping[str, Mapping[str, DifferenceReliability]] = field(default_factory=dict)
    composites: Mapping[str, tuple[TotalReliability, ...]] = field(default_factory=dict)
    composed: Mapping[str, Mapping[str, ComposedAlpha]] = field(default_factory=dict)
    """Reliability of the scales of scales that a bank declares, by bank and key."""
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[ScaleReliability]:
        return (scale for bank in self.scales.values() for scale in bank.values())

    def __len__(self) -> int:
        return sum(len(bank) for bank in self.scales.values())

    def plot(self) -> Any:
        """Return Cronbach's alpha of every scale with its interval as a matplotlib figure, the report's own."""
        from intimacy_scales.pictures.drawing import WIDE

        scales = tuple(self)
        names = [f"{scale.bank_id}.{scale.key}" if len(self.scales) > 1 else scale.name for scale in scales]
        return draw_alphas(scales, width=WIDE, labels=names).figure()

    def __getitem__(self, column: str) -> ScaleReliability:
        """Return a scale by bank and key (``eis.total``, ``pair.now.emotional``)."""
        known = {f"{scale.bank_id}.{scale.key}": scale for scale in self}
        if column not in known:
            raise UnknownNameError.among("scale", column, list(known))
        return known[column]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {KEY: {...}}}`` of the scales, JSON-safe, full precision."""
        return {bank: {key: scale.to_dict() for key, scale in found.items()} for bank, found in self.scales.items()}

    def composites_to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {...}}`` of totals over scales: the first administration's figures, all of them inside."""
        return {
            bank: found[0].to_dict() | {"administrations": {one.administration: one.to_dict() for one in found}}
            for bank, found in self.composites.items()
            if found
        }

    def composed_to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {KEY: {"stratified_alpha", "sem", "alphas", "withheld" ...}}}`` of the scales of scales."""
        return {bank: {key: one.to_dict() for key, one in found.items()} for bank, found in self.composed.items()}

    def differences_to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {KEY: {"reliability", "sem", "sd", "r", "n", "of"}}}`` of the differences."""
        return {
            bank: {
                key: json_safe(
                    {"reliability": one.value, "sem": one.sem, "sd": one.sd, "r": one.r, "n": one.n, "of": one.which}
                )
                for key, one in found.items()
            }
            for bank, found in self.differences.items()
        }

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line a scale; an omega whose model does not fit bears a star."""
        return sentences.scale_rows(tuple(self), self.level)

    def __str__(self) -> str:
        notes = [f"note: {note}" for note in (*sentences.star_notes(tuple(self)), *self.notes)]
        made = [f"{bank}.{key}: {one}" for bank, found in self.composed.items() for key, one in found.items()]
        return "\n".join([text_table(self.rows_for_eyes()), *made, *notes])

    def table(self) -> Any:
        """Return one row a scale as a pandas frame, full precision."""
        import pandas as pd

        rows = []
        for scale in self:
            figures = scale.to_dict()
            alpha, omega = figures.pop("alpha"), figures.pop("omega_total")
            low, high = alpha["ci"] or (None, None)
            plain = {name: value for name, value in figures.items() if not isinstance(value, (list, dict))}
            start = {"bank": scale.bank_id, "scale": scale.key, "alpha": alpha["value"], "alpha_low": low}
            model = omega["model"] or {}
            start |= {"alpha_high": high, "omega_total": omega["value"], "omega_total_fits": model.get("fits")}
            start |= {name: figures[name]["value"] for name in ("omega_categorical", "ordinal_alpha")}
            rows.append(start | plain)
        return pd.DataFrame(rows)

    def apa(self) -> str:
        """Return one sentence a scale."""
        return "\n".join(scale.apa() for scale in self)


class WithAlpha(Protocol):
    """A scale with its name and its alpha: a value, an interval or none."""

    @property
    def name(self) -> str:
        """Name of the scale."""

    @property
    def alpha(self) -> Any:
        """Alpha."""


def draw_alphas(scales: Sequence[WithAlpha], *, width: int, labels: Sequence[str] = ()) -> Drawing:
    """Draw Cronbach's alpha of every scale with its interval."""
    low = -1.0 if any(scale.alpha.value < 0 for scale in scales) else 0.0
    names = labels or [capital(scale.name) for scale in scales]
    rows = [_row(scale, name, low) for scale, name in zip(scales, names, strict=True)]
    ticks = tuple((x, coefficient(x) if x % 1 else figure(x, 0)) for x in (0.0, 0.25, 0.5, 0.75, 1.0))
    axis = Axis(ticks=(((-1.0, "\u22121"),) if low else ()) + (ticks if not low else ticks[::2]))
    return draw_ranges(rows, axis, width=width)


def _row(scale: WithAlpha, name: str, low: float) -> RangeRow:
    value, ci = scale.alpha.value, scale.alpha.interval
    if isnan(value):
        return RangeRow(label=name, low=low, high=1, marks=(), text="not determined")
    mark = Mark(at=value, low=ci.low if ci else None, high=ci.high if ci else None)
    return RangeRow(label=name, low=low, high=1, marks=(mark,), text=alpha_in_words(scale))


def alpha_in_words(scale: WithAlpha) -> str:
    """Return alpha and its interval in plain words: ``.83, between .79 and .86``."""
    value, ci = coefficient(scale.alpha.value), scale.alpha.interval
    return f"{value}, between {coefficient(ci.low)} and {coefficient(ci.high)}" if ci else f"{value}, no interval"
