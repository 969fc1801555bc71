"""What changes when a norm is replaced by another: the same scores, read twice.

Where a score stands: measurement error, standing in a named norm, norms of one's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np

from intimacy_scales.analysis.norms.continuous import Curve, continuous_norms, curve_of
from intimacy_scales.analysis.norms.local_norms import norms_from
from intimacy_scales.analysis.norms.local_results import LocalNorms, TooFew
from intimacy_scales.analysis.norms.measurement_error import (
    LEVEL,
    Difference,
    ScoreError,
    difference_error,
    difference_reliability,
    error_of,
    halves_of,
    points_per_answer,
    rough_errors,
)
from intimacy_scales.analysis.norms.norm_choice import (
    Attributes,
    ChosenNorm,
    NormChoice,
    Refused,
    cautions_for,
    none_published,
)
from intimacy_scales.analysis.norms.percentile import (
    Percentiles,
    SampleQuantile,
    normal_percentiles,
    quantile_table,
    smooth_percentiles,
    table_of,
    table_percentiles,
)
from intimacy_scales.analysis.norms.standings import Standing, Standings, TrueScores, standing
from intimacy_scales.bank.model import Banks
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import counted, figure, signed
from intimacy_scales.engines.own_type import like_native
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.scoring import Scores, as_scores
from intimacy_scales.scoring.given_figures import Figure, PerScore

__all__ = [
    "LEVEL",
    "Attributes",
    "ChosenNorm",
    "Curve",
    "Difference",
    "Figure",
    "LocalNorms",
    "NormChoice",
    "PerScore",
    "Percentiles",
    "Refused",
    "Renormed",
    "SampleQuantile",
    "ScoreError",
    "Standing",
    "Standings",
    "TooFew",
    "TrueScores",
    "cautions_for",
    "continuous_norms",
    "curve_of",
    "difference_error",
    "difference_reliability",
    "error_of",
    "halves_of",
    "none_published",
    "normal_percentiles",
    "norms_from",
    "points_per_answer",
    "quantile_table",
    "renorm",
    "rough_errors",
    "smooth_percentiles",
    "standing",
    "table_of",
    "table_percentiles",
]


LOW, HIGH = 25.0, 75.0  # the quarters that tips and reports speak of


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One score in the old norm and in the new one."""

    old: Standing = field(repr=False)
    new: Standing = field(repr=False)

    @property
    def column(self) -> str:
        """Name of the score column."""
        return self.old.column

    @property
    def z(self) -> FloatArray:
        """New z minus old z, one a person."""
        return self.new.z - self.old.z

    @property
    def percentile(self) -> FloatArray:
        """New percentile minus old one, in points, one a person."""
        return self.new.percentile - self.old.percentile

    @property
    def crossed(self) -> BoolArray:
        """Who is read differently: lies under the 25th, between, or over the 75th percentile in the one norm only."""
        bands = [np.digitize(np.nan_to_num(one.percentile, nan=50.0), [LOW, HIGH]) for one in (self.old, self.new)]
        return np.asarray(bands[0] != bands[1], dtype=np.bool_)

    @property
    def beyond(self) -> BoolArray:
        """Whose new percentile lies outside the interval that the old norm's size gave."""
        new, old = self.new.percentile, self.old
        return np.asarray((new < old.norm_low) | (new > old.norm_high), dtype=np.bool_)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures of both norms and every person's shift, JSON-safe at full precision."""
        norms = {
            name: {"id": one.norm.id, "n": one.figures.n, "mean": one.figures.mean, "sd": one.figures.sd}
            for name, one in (("old", self.old), ("new", self.new))
        }
        persons = {"z": self.z, "percentile": self.percentile, "crossed": self.crossed, "beyond": self.beyond}
        return json_dict({**norms, "shift": persons})


@dataclass(frozen=True, slots=True, kw_only=True)
class Renormed(Shown):
    """What a new norm changes, score by score; ``refused`` holds scores that one of the two does not speak of."""

    scores: Scores = field(repr=False)
    parts: tuple[Moved, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...] = ()

    def __getitem__(self, column: str) -> Moved:
        """Return what changes for a score column."""
        for part in self.parts:
            if part.column == column:
                return part
        raise UnknownNameError.among("score", column, [part.column for part in self.parts])

    def table(self) -> Any:
        """Return scores, both standings and the shifts in the caller's own frame type."""
        found = self.scores.data()
        for part in self.parts:
            for name, one in (("old", part.old), ("new", part.new)):
                found[f"{part.column}_z_{name}"] = one.z
                found[f"{part.column}_percentile_{name}"] = one.percentile
            found[f"{part.column}_percentile_shift"] = part.percentile
        return like_native(found, self.scores.native)

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"renormed": {COLUMN: ...}, "refused"}``, JSON-safe."""
        refused = [one.to_dict() for one in self.refused]
        return json_dict({"renormed": {part.column: part.to_dict() for part in self.parts}, "refused": refused})

    def apa(self) -> str:
        """Return a sentence a score: how far percentiles move from the old norm to the new."""
        return "\n".join(_sentence(part) for part in self.parts) or "No score stands in both norms."

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a score: both norms, the middle shift, how many are read differently."""
        head = [
            "score",
            "old norm",
            "new norm",
            "shift in z",
            "shift in percentile",
            "read differently",
            "beyond the old",
        ]
        return [head, *(_line(part) for part in self.parts)]

    def __str__(self) -> str:
        text = Shown.__str__(self) if self.parts else ""
        return "\n".join(filter(None, [text, *(f"{one.column}: {one.why}" for one in self.refused)]))


def _sentence(part: Moved) -> str:
    known = part.percentile[~np.isnan(part.percentile)]
    middle = signed(float(np.median(known)), 1) if len(known) else "not known"
    return (
        f"{part.old.part.label}: from norm {part.old.norm.id} to {part.new.norm.id} percentiles move by {middle} "
        f"(median); {int(part.crossed.sum())} of {counted(len(known), 'person')} are read differently."
    )


def _line(part: Moved) -> list[str]:
    known = ~np.isnan(part.z)
    norms = [f"{one.norm.id}: {figure(one.figures.mean)} (SD {figure(one.figures.sd)})" for one in (part.old, part.new)]
    if not known.any():
        return [part.column, *norms, "", "", "0 of 0", "0"]
    shifts = part.percentile[known]
    middle, least, most = (signed(float(x), 1) for x in (np.median(shifts), shifts.min(), shifts.max()))
    span = f"{middle} ({least} to {most})"
    return [
        part.column,
        *norms,
        signed(float(np.median(part.z[known]))),
        span,
        f"{int(part.crossed.sum())} of {int(known.sum())}",
        str(int(part.beyond[known].sum())),
    ]


def renorm(
    data: Any,
    old: NormChoice,
    new: NormChoice,
    bank: Banks | None = None,
    *,
    level: float = LEVEL,
    sd: PerScore = None,
    reliability: PerScore = None,
    **reading: Unpack[ReadingOptions],
) -> Renormed:
    """Return what changes for these persons when one norm is replaced by another.

    Parameters
    ----------
    data
        Scores of one or many persons; or answers of any kind, which are scored once, here, by their bank's rule.
    old, new
        Two norms, each as for :func:`intimacy_scales.standing`.
    bank
        One bank or several; not needed for responses and scores, which know theirs.
    level
        Of the intervals: a person counts as *beyond* when the new percentile lies outside the interval that the old
        norm's sample size gave it.
    sd, reliability
        As for :func:`intimacy_scales.standing`.
    **reading
        Options of :func:`intimacy_scales.read_export`, where answers are yet to be read.

    Returns
    -------
    Renormed
        For each score the shift in z and percentile, and who is read differently (another side of the 25th or 75th
        percentile): the scores themselves have not changed, so no such shift is a change of the person.

    Raises
    ------
    UnknownNameError, BankError, ResponseError
        As for :func:`intimacy_scales.standing`.

    Notes
    -----
    It misleads where the two samples are of different populations: then the shift tells them apart, not old from new.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> samples = [ims.simulate("eis", 200, seed=seed).responses for seed in (1, 2)]
    >>> old, new = (ims.norms_from(sample, sample="simulated").norms[0] for sample in samples)
    >>> len(ims.renorm({1: 4, 2: 4, 3: 5, 4: 4, 5: 4}, old, new, "eis").parts)
    1
    """
    scores = as_scores(data, bank, reading)
    first, second = (standing(scores, norm=one, level=level, sd=sd, reliability=reliability) for one in (old, new))
    moved = [Moved(old=part, new=other) for part in first.parts if (other := second.get(part.column)) is not None]
    refused = dict.fromkeys((*first.refused, *second.refused))
    note = "the scores are the same; what moved is the sample they are held against"
    return Renormed(scores=scores, parts=tuple(moved), refused=tuple(refused), notes=(note,))
