"""What standings look like: for eyes, for JSON, as columns.

Where scores stand in a named norm: z, T and percentile, each with the two intervals that belong to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from intimacy_scales.analysis.norms.measurement_error import LEVEL, ScoreError, error_of
from intimacy_scales.analysis.norms.norm_choice import (
    Attributes,
    ChosenNorm,
    NamedNorms,
    NormChoice,
    Refused,
    norm_for,
    norms_named,
)
from intimacy_scales.analysis.norms.percentile import (
    Percentiles,
    is_whole_table,
    normal_percentiles,
    normal_point,
    smooth_percentiles,
    table_percentiles,
)
from intimacy_scales.analysis.reliability.sources import Source
from intimacy_scales.bank.model import Banks, Norm, NormScale
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import counted, figure, interval, level_words, to
from intimacy_scales.engines.own_type import like_native
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.scoring import ScaleScores, Scores, as_scores
from intimacy_scales.scoring.given_figures import PerScore, check_given
from intimacy_scales.statistics.estimate import half_width

HEAD_OF_MANY = ["score", "norm", "persons", "mean z", "mean T", "percentile: quarter", "half", "three quarters"]

if TYPE_CHECKING:
    from intimacy_scales.pictures.drawing import Drawing
    from intimacy_scales.pictures.ranges import RangeRow


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueScores:
    """Estimated true scores (Kelley) with their interval, on the metric of the score, one a person."""

    point: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One score column in one norm: an array entry a person, NaN where there is no score.

    ``percentile`` comes from the norm's mean, SD and n; ``norm_low`` and ``norm_high`` say how far the norm's
    sample size leaves it open; ``error_low`` and ``error_high`` how far the score's own measurement error does.
    ``ranks`` holds the percentile by rank, where the norm has a table, ``smooth`` the same smoothed. ``score_low`` and
    ``score_high`` are the score's own interval by its SEM, cut at the scale's range, ``true`` the estimated true score
    with its interval.
    ``why`` explains a norm that was chosen by attributes.
    """

    part: ScaleScores = field(repr=False)
    norm: Norm = field(repr=False)
    figures: NormScale = field(repr=False)
    error: ScoreError = field(repr=False)
    level: float
    z: FloatArray = field(repr=False)
    percentile: FloatArray = field(repr=False)
    norm_low: FloatArray = field(repr=False)
    norm_high: FloatArray = field(repr=False)
    error_low: FloatArray = field(repr=False)
    error_high: FloatArray = field(repr=False)
    score_low: FloatArray = field(repr=False)
    score_high: FloatArray = field(repr=False)
    ranks: Percentiles | None = field(default=None, repr=False)
    smooth: Percentiles | None = field(default=None, repr=False)
    true: TrueScores | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    why: str = ""

    @property
    def column(self) -> str:
        """Name of the score column."""
        return self.part.column

    @property
    def t(self) -> FloatArray:
        """T scores: ``50 + 10 z``."""
        return 50 + 10 * self.z

    @property
    def stanine(self) -> FloatArray:
        """Stanines, 1 to 9: ``floor(2 z + 5.5)``, half an SD each, the ends open; NaN where there is no score."""
        nine: FloatArray = np.clip(np.floor(2 * self.z + 5.5), 1, 9)
        return nine

    def data(self) -> dict[str, FloatArray]:
        """Return the columns of the table, named after the score column."""
        found = {
            "low": self.score_low,
            "high": self.score_high,
            "z": self.z,
            "t": self.t,
            "stanine": self.stanine,
            "percentile": self.percentile,
            "percentile_norm_low": self.norm_low,
            "percentile_norm_high": self.norm_high,
            "percentile_error_low": self.error_low,
            "percentile_error_high": self.error_high,
        }
        if self.ranks is not None:
            found |= {
                "percentile_rank": self.ranks.point,
                "percentile_rank_low": self.ranks.low,
                "percentile_rank_high": self.ranks.high,
            }
        if self.smooth is not None:
            found |= {
                "percentile_smooth": self.smooth.point,
                "percentile_smooth_low": self.smooth.low,
                "percentile_smooth_high": self.smooth.high,
            }
        if self.true is not None:
            found |= {"true": self.true.point, "true_low": self.true.low, "true_high": self.true.high}
        return {f"{self.column}_{name}": values for name, values in found.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return norm, error and every person's figures, JSON-safe at full precision."""
        start = len(self.column) + 1
        norm = {
            "id": self.norm.id,
            "sample": self.norm.sample,
            "n": self.figures.n,
            "mean": self.figures.mean,
            "sd": self.figures.sd,
            "source": self.norm.source,
            "year": self.norm.year,
            "country": self.norm.country,
            "group": dict(self.norm.group),
            "certainty": self.norm.certainty,
        }
        return json_dict(
            {
                "norm": norm,
                "why": self.why,
                "level": self.level,
                "error": self.error.to_dict(),
                "notes": self.notes,
                "score": self.part.values,
                **{name[start:]: v for name, v in self.data().items()},
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings(Shown):
    """Standings of every score that a named norm speaks of; the others in ``refused``, each with its reason."""

    scores: Scores = field(repr=False)
    parts: tuple[Standing, ...]
    refused: tuple[Refused, ...]
    level: float
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, column: str) -> Standing:
        """Return the standing of a score column (``prqc_intimacy``)."""
        for part in self.parts:
            if part.column == column:
                return part
        raise UnknownNameError.among("standing", column, [part.column for part in self.parts])

    def get(self, column: str) -> Standing | None:
        """Return the standing of a score column, ``None`` where it was refused."""
        return next((part for part in self.parts if part.column == column), None)

    def data(self, *, keep: Sequence[str] = ()) -> dict[str, Any]:
        """Return the columns of the table: the scores' own, then each standing's."""
        entries = self.scores.data(keep=keep)
        for part in self.parts:
            entries |= part.data()
        return entries

    def table(self, *, keep: Sequence[str] = ()) -> Any:
        """Return scores and standings in the caller's own frame type, with its index and rows."""
        return like_native(self.data(keep=keep), self.scores.native)

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"level", "standing": {COLUMN: ...}, "refused": [...], "notes"}``, JSON-safe, full precision."""
        return json_dict(
            {
                "level": self.level,
                "standing": {part.column: part.to_dict() for part in self.parts},
                "refused": [one.to_dict() for one in self.refused],
                "notes": self.notes,
            }
        )

    def plot(self) -> Any:
        """Return the percentiles as a matplotlib figure, the report's own: of one person with both their intervals.

        Of a sample a small histogram a score of how its persons' percentiles spread: flat where they are like the norm.

        Raises
        ------
        ResponseError
            When no score has a standing.
        """
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.ranges import draw_spreads, spread_of

        known = [part for part in self.parts if not np.isnan(part.percentile).all()]
        if not known:
            raise ResponseError(Problem(where="plot", what=self._nothing(), allowed="a score with a standing"))
        if len(self) == 1:
            return draw_percentiles([percentile_row(part, 0, label=part.part.label) for part in known], WIDE).figure()
        spreads = [spread_of(f"{part.part.label}: percentile", part.percentile, 0, 100, steps=20) for part in known]
        return draw_spreads(spreads, width=WIDE).figure()

    def apa(self) -> str:
        """Return a sentence a score: z, T and percentile with both intervals, or the persons' mean."""
        return "\n".join([_sentence(part, alone=len(self) == 1) for part in self.parts] or [self._nothing()])

    def _nothing(self) -> str:
        return f"No score has a standing: {self.refused[0].why}." if self.refused else "No score has a standing."

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a score for one person; for a sample, a line a score with the persons' middle."""
        if len(self) == 1:
            share = level_words(self.level)
            head = ["score", "norm", "value", "z", "T", "stanine", "percentile", f"{share}, norm's size",
                    f"{share}, score's error", "by rank"]  # fmt: skip
            return [head, *(_line_of_one(part) for part in self.parts)]
        return [HEAD_OF_MANY, *(_line_of_many(part) for part in self.parts)]

    def __str__(self) -> str:
        text = Shown.__str__(self) if self.parts else "\n".join(f"note: {note}" for note in self.notes)
        chosen = dict.fromkeys(part.why for part in self.parts if part.why)
        return "\n".join(filter(None, [text, *chosen, *(f"{one.column}: {one.why}" for one in self.refused)]))


def percentile_row(part: Standing, row: int, *, label: str, second: bool = False) -> RangeRow:
    """Return a person's percentile as a line of a picture, with the score's error and, within, the norm's size."""
    from intimacy_scales.pictures.drawing import figure as on_page
    from intimacy_scales.pictures.ranges import Mark, RangeRow

    point, low, high = (float(column[row]) for column in (part.percentile, part.error_low, part.error_high))
    known = not np.isnan(low)
    could = f"; could be {on_page(low, 0)} to {on_page(high, 0)}" if known else ""
    mark = Mark(
        at=point,
        low=low if known else None,
        high=high if known else None,
        inner=(float(part.norm_low[row]), float(part.norm_high[row])),
        second=second,
    )
    text = f"about {on_page(point, 0)} of 100{could}"
    return RangeRow(label=label, low=0, high=100, text=text, marks=(mark,))


def draw_percentiles(rows: Sequence[RangeRow], width: int) -> Drawing:
    """Draw percentiles, a line a score, on the range from 0 to 100."""
    from intimacy_scales.pictures.ranges import Axis, draw_ranges

    ticks = tuple((float(x), str(x)) for x in (0, 25, 50, 75, 100))
    axis = Axis(ends=("lower than others there", "higher than others there"), ticks=ticks)
    return draw_ranges(rows, axis, width=width)


def _sentence(part: Standing, *, alone: bool) -> str:
    norm = f"norm {part.norm.id}, n = {part.figures.n}"
    z = part.z[~np.isnan(part.z)]
    if not len(z):
        return f"{part.part.label}: no score to compare ({norm})."
    if not alone:
        return f"{part.part.label}: mean z = {figure(z.mean())} of {counted(len(z), 'person')} ({norm})."
    own = f"z = {figure(z[0])}, T = {figure(part.t[0], 1)}, percentile {figure(part.percentile[0], 0)}"
    size = interval(part.norm_low[0], part.norm_high[0], part.level, 0)
    error = interval(part.error_low[0], part.error_high[0], part.level, 0)
    return f"{part.part.label}: {own} ({norm}); by the norm's size {size}, by the score's error {error}."


def _whole_number(value: float) -> str:
    return figure(value, 0, none="")


def _span(low: float, high: float) -> str:
    return to(low, high, 0, none="")


def _line_of_one(part: Standing) -> list[str]:
    value, z = float(part.part.values[0]), float(part.z[0])
    nine = part.stanine[0]
    figures = [figure(value, none=""), figure(z, none=""), figure(part.t[0], 1, none=""), figure(nine, 0, none="")]
    return [
        part.column,
        part.norm.id,
        *figures,
        _whole_number(part.percentile[0]),
        _span(part.norm_low[0], part.norm_high[0]),
        _span(part.error_low[0], part.error_high[0]),
        "" if part.ranks is None else _whole_number(part.ranks.point[0]),
    ]


def _line_of_many(part: Standing) -> list[str]:
    z = part.z[~np.isnan(part.z)]
    if not len(z):
        return [part.column, part.norm.id, "0", "", "", "", "", ""]
    quarters = np.quantile(part.percentile[~np.isnan(part.percentile)], [0.25, 0.5, 0.75])
    return [
        part.column,
        part.norm.id,
        str(len(z)),
        figure(z.mean()),
        figure(50 + 10 * z.mean(), 1),
        *(figure(quarter, 0) for quarter in quarters),
    ]


def standing(
    data: Any,
    bank: Banks | None = None,
    *,
    norm: NormChoice | None = None,
    level: float = LEVEL,
    sd: PerScore = None,
    reliability: PerScore = None,
    attributes: Attributes | None = None,
    **reading: Unpack[ReadingOptions],
) -> Standings:
    """Return where every score stands in a *named* norm: z, T, percentile, each with its intervals.

    ``z = (x - M) / S``, ``T = 50 + 10 z``, stanine ``floor(2 z + 5.5)`` kept within 1 to 9. The percentile from the
    norm's mean, SD and n is Crawford and Garthwaite's (2002), point and interval:
    ``normal_percentiles``. A second interval takes the score's own measurement
    error: the percentiles of ``x - z SEM`` and ``x + z SEM`` (``error_of``). Where the
    norm has a table, the mid-rank percentile stands beside
    (:func:`~intimacy_scales.analysis.norms.percentile.table_percentiles`), and its smoothed twin
    (:func:`~intimacy_scales.analysis.norms.percentile.smooth_percentiles`).

    A third figure beside the score with its SEM interval is the estimated true score (Kelley), ``t = r x + (1 - r) M``,
    with the interval ``t +- z S sqrt(r (1 - r))``: the score drawn towards the norm's mean, as far as it is
    unreliable. It is the better guess for a person drawn at random from the norm's population, and the wrong one for
    somebody who was not.

    Parameters
    ----------
    data
        Scores of one or many persons; or answers of any kind, which are scored once, here, by their bank's rule.
    bank
        One bank or several; not needed for responses and scores, which know theirs.
    norm
        Name of a norm that a bank carries, path of a norm file (``FILE`` or ``FILE#NAME``), or a
        :class:`~intimacy_scales.bank.Norm`. With ``None`` nothing is chosen: every score is refused with what there is.
    level
        Of both intervals.
    sd, reliability
        Given by the user for the measurement error, used where neither the norm nor the sample has them.
    attributes
        What the person is said to be (``{"gender": "woman", "age": 34}``): of the norms there are (of the banks, or of
        the file or norms given), the one of the narrowest group that the person belongs to is taken, and the choice
        explained in ``why``; a norm of a group of which nothing was said is never taken.
    **reading
        Options of :func:`intimacy_scales.read_export`, where answers are yet to be read.

    Returns
    -------
    Standings
        Per-person columns; scores without a standing in ``refused``, with the reason.

    Raises
    ------
    UnknownNameError
        When no bank of these scores carries a norm of this name.
    BankError
        When a norm file is faulty.
    ResponseError
        When ``level``, ``sd`` or ``reliability`` cannot be, or a norm file leaves open which norm is meant.

    Notes
    -----
    The two intervals answer different questions and are not added up. A withheld score has no standing (NaN).
    A standing says where a person is in *that sample*; it misleads where the person does not belong to its population.

    References
    ----------
    Crawford, J. R., & Garthwaite, P. H. (2002). Investigation of the single case in neuropsychology: Confidence limits
    on the abnormality of test scores and test score differences. Neuropsychologia, 40(8), 1196-1208.
    doi:10.1016/S0028-3932(01)00224-X

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> norms = ims.norms_from(ims.simulate("eis", 200, seed=1).responses, sample="200 simulated persons")
    >>> where = ims.standing({1: 4, 2: 4, 3: 5, 4: 4, 5: 4}, "eis", norm=norms.norms[0])
    >>> round(float(where["eis_total"].z[0]), 2)
    1.71
    """
    half_width(level)
    scores = as_scores(data, bank, reading)
    check_given(scores, sd=sd, reliability=reliability)
    norms = norms_named(scores, norm, attributes)
    return standings_in(scores, norms, level=level, sd=sd, reliability=reliability)


def standings_in(
    scores: Scores,
    norms: NamedNorms,
    *,
    level: float,
    sd: PerScore = None,
    reliability: PerScore = None,
    sample: Callable[[ScaleScores], Source] | None = None,
) -> Standings:
    """Return where every score stands in norms that were named; ``sample`` tells more of it than these scores do."""
    parts: list[Standing] = []
    refused: list[Refused] = []
    for part in scores.parts:
        found = norm_for(part, norms)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            told = None if sample is None else sample(part)
            parts.append(_standing(scores, part, found, level=level, sd=sd, reliability=reliability, sample=told))
    return Standings(scores=scores, parts=tuple(parts), refused=tuple(refused), level=level, notes=norms.notes)


def _standing(
    scores: Scores,
    part: ScaleScores,
    chosen: ChosenNorm,
    *,
    level: float,
    sd: PerScore,
    reliability: PerScore,
    sample: Source | None,
) -> Standing:
    figures, x = chosen.figures, part.values
    error = error_of(
        scores, part, norm=figures, norm_name=chosen.norm.id, sd=sd, reliability=reliability, sample=sample
    )
    mean, spread = float(figures.mean), float(figures.sd)
    by_norm = normal_percentiles(x, mean=mean, sd=spread, n=figures.n, level=level)
    off = half_width(level) * error.sem
    least, most = part.rule.possible
    ranks = table_percentiles(x, figures, level=level) if figures.quantiles else None
    notes = [*chosen.notes, *chosen.norm.notes, *error.notes]
    if error.rough:
        notes.append("the interval from the score's error is rough: it rests on the person's own few answers")
    if ranks is not None and not is_whole_table(figures):
        notes.append("the norm's table holds chosen percentiles only: the rank is read in straight lines between them")
    if (x - off < least).any() or (x + off > most).any():
        notes.append("an interval of the score that passes the scale's range is cut at its end")
    return Standing(
        part=part,
        norm=chosen.norm,
        figures=figures,
        error=error,
        level=level,
        z=(x - mean) / spread,
        percentile=by_norm.point,
        norm_low=by_norm.low,
        norm_high=by_norm.high,
        error_low=normal_point(x - off, mean=mean, sd=spread, n=figures.n),
        error_high=normal_point(x + off, mean=mean, sd=spread, n=figures.n),
        ranks=ranks,
        notes=tuple(notes),
        score_low=np.maximum(x - off, least),
        score_high=np.minimum(x + off, most),
        true=_true_scores(part, mean, spread, error, level),
        smooth=smooth_percentiles(x, figures, level=level),
        why=chosen.why,
    )


def _true_scores(part: ScaleScores, mean: float, sd: float, error: ScoreError, level: float) -> TrueScores | None:
    """Return Kelley's estimated true scores, intervals inside the range; ``None`` where no reliability is known."""
    if error.reliability is None:
        return None
    r, x, (least, most) = error.reliability.value, part.values, part.rule.possible
    point = r * x + (1 - r) * mean
    off = half_width(level) * sd * np.sqrt(r * (1 - r))
    return TrueScores(point=point, low=np.maximum(point - off, least), high=np.minimum(point + off, most))
