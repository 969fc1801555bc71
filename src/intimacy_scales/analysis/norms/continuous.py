"""Norms that run with age: mean and SD as smooth functions of it, instead of a small group for every band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Unpack

import numpy as np

from intimacy_scales.analysis.norms.local_norms import (
    NormSource,
    bank_of,
    batches_added_up,
    for_whole,
    made_from,
    scores_for,
    undated,
)
from intimacy_scales.analysis.norms.local_results import LocalNorms, TooFew
from intimacy_scales.analysis.norms.measurement_error import LEVEL
from intimacy_scales.analysis.norms.sample import numbers_in
from intimacy_scales.bank.model import ItemBank, Norm, NormScale
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.exports.table import NeedsWholeError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.read import may_stream
from intimacy_scales.scoring import ScaleScores, Scores, rule_of
from intimacy_scales.scoring.batches import held_if_few

LEAST = 100  # persons for a regression norm: ours; a curve and an SD that changes are four figures or more
LARGEST_DEGREE = 2
MOST_PAIRS = 2**20
"""Different pairs of a score and an age that are kept apart while batches are merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A score's mean and log SD over age: polynomials of the centred, scaled age ``(age - centre) / width``."""

    n: int
    centre: float
    width: float
    mean: FloatArray = field(repr=False)
    log_sd: FloatArray = field(repr=False)
    inverse: FloatArray = field(repr=False)
    """``(X'X)^-1`` of the mean's design, for the standard error at an age."""

    @property
    def degree(self) -> int:
        """Degree of the mean's polynomial: 0 (age does not matter), 1 or 2."""
        return len(self.mean) - 1

    def at(self, age: float) -> tuple[float, float, int]:
        """Return mean, SD and effective n at an age: n such that ``SD^2 / n`` is the variance of the mean there."""
        x = (age - self.centre) / self.width
        row = x ** np.arange(len(self.mean))
        leverage = float(row @ self.inverse @ row)
        sd = float(np.exp(np.polynomial.polynomial.polyval(x, self.log_sd)))
        return float(row @ self.mean), sd, max(int(1 / leverage), 2)


def curve_of(scores: FloatArray, ages: FloatArray) -> Curve:
    r"""Return mean and SD of a score as functions of age.

    The mean is a polynomial of degree 0, 1 or 2 by least squares, the degree of the smallest BIC,
    ``n log(RSS / n) + (degree + 2) log n``. The SD is constant, or log-linear in age where the residuals say so:
    ``log SD = c0 + c1 x`` by regression of ``log |e|``, taken only if its slope is more than 1.96 of its standard
    errors from 0; it is then scaled so that the standardized residuals have unit variance.

    Parameters
    ----------
    scores, ages
        One a person, none missing.

    References
    ----------
    Van Breukelen, G. J. P., & Vlaeyen, J. W. S. (2005). Norming clinical questionnaires with multiple regression: The
    Pain Cognition List. Psychological Assessment, 17, 336-344. doi:10.1037/1040-3590.17.3.336
    """
    return curve_of_pairs(pairs_of(scores, ages))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The distinct pairs of a score and an age, in order, and how often each came; parts of a sample merge exactly."""

    scores: FloatArray = field(repr=False)
    ages: FloatArray = field(repr=False)
    counts: IntArray = field(repr=False)

    def __add__(self, other: Pairs) -> Pairs:
        """Merge two parts."""
        return _pairs(*(np.concatenate([getattr(self, name), getattr(other, name)])
                        for name in ("scores", "ages", "counts")))  # fmt: skip

    @property
    def n(self) -> int:
        """Number of persons."""
        return int(self.counts.sum())


def pairs_of(scores: FloatArray, ages: FloatArray) -> Pairs:
    """Return the distinct pairs of persons who have both."""
    there = ~(np.isnan(scores) | np.isnan(ages))
    return _pairs(scores[there], ages[there], np.ones(int(there.sum()), dtype=np.int64))


def _pairs(scores: FloatArray, ages: FloatArray, counts: IntArray) -> Pairs:
    own, of_score = np.unique(scores, return_inverse=True)
    years, of_age = np.unique(ages, return_inverse=True)
    found, place = np.unique(of_score * max(len(years), 1) + of_age, return_inverse=True)
    total = np.zeros(len(found), dtype=np.int64)
    np.add.at(total, place, counts)
    return Pairs(scores=own[found // max(len(years), 1)], ages=years[found % max(len(years), 1)], counts=total)


def curve_of_pairs(pairs: Pairs) -> Curve:
    """Return the same as :func:`curve_of` from the distinct pairs: whatever batches they came in."""
    weights, n = pairs.counts.astype(np.float64), pairs.n
    centre = float(weights @ pairs.ages / n)
    width = float(np.sqrt(weights @ (pairs.ages - centre) ** 2 / n)) or 1.0
    x, roots = (pairs.ages - centre) / width, np.sqrt(weights)
    fits = []
    for degree in range(LARGEST_DEGREE + 1):
        design = x[:, None] ** np.arange(degree + 1)
        beta = np.linalg.lstsq(design * roots[:, None], pairs.scores * roots, rcond=None)[0]
        rss = float(weights @ (pairs.scores - design @ beta) ** 2)
        fits.append((n * np.log(max(rss, 1e-300) / n) + (degree + 2) * np.log(n), design, beta))
    _, design, beta = min(fits, key=lambda fit: float(fit[0]))
    inverse = np.linalg.inv((design * weights[:, None]).T @ design)
    log_sd = _log_sd(pairs.scores - design @ beta, x, weights, n - len(beta))
    mean = np.asarray(beta, dtype=np.float64)
    return Curve(
        n=n, centre=centre, width=width, mean=mean, log_sd=log_sd, inverse=np.asarray(inverse, dtype=np.float64)
    )


def _log_sd(residuals: FloatArray, x: FloatArray, weights: FloatArray, df: int) -> FloatArray:
    n = float(weights.sum())
    constant = np.array([0.5 * np.log(weights @ residuals**2 / df)])
    size = np.log(np.maximum(np.abs(residuals), 1e-3 * float(weights @ np.abs(residuals)) / n))
    centred, level = x - float(weights @ x) / n, float(weights @ size) / n
    spread = float(weights @ centred**2)
    slope = float((weights * centred) @ size) / spread
    off = size - level - slope * centred
    se = float(np.sqrt(float(weights @ off**2) / (n - 2) / spread))
    if abs(slope) <= 1.96 * se:
        return constant
    return np.array([0.5 * np.log(weights @ (residuals**2 / np.exp(2 * slope * x)) / df), slope])


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedBatch:
    """What continuous norms of a bank are made of: the pairs of every score, and the ends of the ages."""

    pairs: Mapping[str, Pairs] = field(repr=False)
    youngest: float
    oldest: float

    def __add__(self, other: AgedBatch) -> AgedBatch:
        """Merge two batches.

        Raises
        ------
        NeedsWholeError
            When there are too many different pairs to be kept apart.
        """
        if max(self.n_pairs, other.n_pairs) > MOST_PAIRS:
            raise NeedsWholeError("there are too many different ages")
        return AgedBatch(
            pairs={name: own + other.pairs[name] for name, own in self.pairs.items()},
            youngest=float(np.fmin(self.youngest, other.youngest)), oldest=float(np.fmax(self.oldest, other.oldest)),
        )  # fmt: skip

    @property
    def n_pairs(self) -> int:
        """Distinct pairs of the score that has most."""
        return max((len(own.counts) for own in self.pairs.values()), default=0)


def aged_batch(scores: Scores, over: str, bank: ItemBank | str | None) -> AgedBatch:
    """Return what continuous norms are made of, of a batch of scores or of all."""
    ages = numbers_in(scores, over)
    own = [part for part in scores.of(bank_of(scores, bank).id) if part.derived is None]
    known = ages[~np.isnan(ages)]
    return AgedBatch(
        pairs={part.column: pairs_of(part.values, ages) for part in own},
        youngest=float(known.min()) if len(known) else np.nan, oldest=float(known.max()) if len(known) else np.nan,
    )  # fmt: skip


def continuous_norms(  # noqa: PLR0913 (a norm says where it comes from)
    data: Any,
    over: str,
    bank: ItemBank | str | None = None,
    *,
    sample: str,
    step: float = 5,
    source: str | None = None,
    year: int | None = None,
    country: str | None = None,
    level: float = LEVEL,
    **reading: Unpack[ReadingOptions],
) -> LocalNorms:
    r"""Return norms by regression over age (or any number): one for every step, each taken from the whole sample.

    A norm at an age has the mean and SD that :func:`curve_of` gives in the middle of its step, and as n the effective
    number ``SD^2 / SE(mean at that age)^2``, so that the percentile's interval is wide where the sample is thin. Every
    norm has the group ``{over: "30-34"}`` and is found by ``attributes={over: 34}``.

    Parameters
    ----------
    data
        Scores of the sample, by the bank's own rule; or answers of any kind, which are scored once, here.
    over
        A column of numbers: age in years, years together.
    bank, sample, source, year, country
        As for :func:`~intimacy_scales.analysis.norms.norms_from`.
    step
        Width of a step in the column's unit, whole and at least 1.
    level
        Kept in the result.
    **reading
        Options of :func:`intimacy_scales.read_export`, where answers are yet to be read.

    Returns
    -------
    LocalNorms
        A norm a step, in the form a bank carries; scores that gave none stand in ``refused``.

    Raises
    ------
    ResponseError
        When no score has 100 persons with an age, or ages do not differ.

    Notes
    -----
    Nothing is said beyond the youngest and oldest person. Without a percentile table the reading rests on a normal
    shape about the curve, which scores near the ceiling do not have; look at the standardized residuals. A person
    without the number or the score is left out.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> frame = ims.simulate("eis", 300, seed=1).frame().assign(age=[20 + row % 40 for row in range(300)])
    >>> norms = ims.continuous_norms(frame, "age", "eis", step=10, sample="300 simulated persons")
    >>> [norm.group["age"] for norm in norms.norms]
    ['20-29', '30-39', '40-49', '50-59']
    """
    _check(sample, step)
    if bank is not None and may_stream(data, reading):
        data = held_if_few(data)
    work = partial(aged_batch, over=over, bank=bank)
    streamed = batches_added_up(data, bank, reading, partial(for_whole, work=work))
    scores = scores_for(data, bank, reading) if streamed is None else streamed[1]
    made = work(scores) if streamed is None else streamed[0]
    said = NormSource(sample=sample, source=source, year=year, country=country)
    return continuous_norms_of(made, scores, over, bank, said, step=step, level=level)


def continuous_norms_of(
    made: AgedBatch,
    scores: Scores,
    over: str,
    bank: ItemBank | str | None,
    said: NormSource,
    *,
    step: float = 5,
    level: float = LEVEL,
) -> LocalNorms:
    """Return continuous norms from what batches add up to; ``scores`` may have no row left."""
    _check(said.sample, step)
    one_bank = bank_of(scores, bank)
    words = {"sample": said.sample.strip(), "source": (said.source or made_from(scores)).strip(), "year": said.year,
             "country": said.country}  # fmt: skip
    curves, refused = _curves(scores.of(one_bank.id), made)
    if not curves:
        raise ResponseError([Problem(where=one.column, what=one.why, do="collect more answers") for one in refused])
    norms = _steps(one_bank, curves, made, over, int(step), words)
    notes = tuple(_words(part, curve, over) for part, curve in curves)
    return LocalNorms(bank=one_bank, norms=norms, refused=tuple(refused), level=level, notes=notes)


def _check(sample: str, step: float) -> None:
    problems = []
    if not sample.strip():
        problems.append(
            Problem(where="sample", what="is empty", allowed="the sample in words", do="a norm names its sample")
        )
    if step < 1 or step != int(step):
        problems.append(Problem(where="step", what=f"is {step:g}", allowed="a whole number, 1 or more"))
    if problems:
        raise ResponseError(problems)


def _curves(parts: Sequence[ScaleScores], made: AgedBatch) -> tuple[list[tuple[ScaleScores, Curve]], list[TooFew]]:
    curves, refused = [], []
    for part in parts:
        own = rule_of(part.bank, part.scale)
        if part.derived is not None:
            continue
        pairs = made.pairs[part.column]
        why = f"{pairs.n} persons with a score and an age; {LEAST} are needed" if pairs.n < LEAST else ""
        if (own.combine, own.rescale) != (part.rule.combine, part.rule.rescale):
            why = f"is scored as {part.rule}; a norm is on the bank's metric ({own})"
        elif not why and min(np.ptp(pairs.ages), np.ptp(pairs.scores)) < 1e-9:
            why = "ages or scores do not differ"
        if why:
            refused.append(TooFew(group="everyone", column=part.column, n=pairs.n, why=why))
        else:
            curves.append((part, curve_of_pairs(pairs)))
    return curves, refused


def _steps(
    bank: ItemBank,
    curves: list[tuple[ScaleScores, Curve]],
    made: AgedBatch,
    over: str,
    step: int,
    entries: dict[str, Any],
) -> tuple[Norm, ...]:
    from intimacy_scales.bank import fingerprint

    youngest, oldest = made.youngest, made.oldest
    first = int(np.floor(youngest / step)) * step
    mark, found = fingerprint(bank), []
    for administration in dict.fromkeys(part.administration for part, _ in curves):
        own = [(part, curve) for part, curve in curves if part.administration == administration]
        more = {
            name: text
            for name, text in (("partner", administration.partner), ("time", administration.occasion))
            if text
        }
        suffix = "".join(f"_{word}" for word in (administration.form, *more.values()) if word)
        for low in range(first, int(np.floor(oldest)) + 1, step):
            middle = float(np.clip(low + step / 2, youngest, oldest))
            band = f"{low}-{low + step - 1}" if step > 1 else str(low)
            found.append(
                Norm(
                    **entries,
                    id=f"{_identifier(over)}_{band.replace('-', '_')}{suffix}",
                    form=administration.form,
                    group={over: band, **more},
                    certainty="computed",
                    missing=str(own[0][0].rule),
                    fingerprint=mark,
                    scales=tuple(_scale(part, curve, middle) for part, curve in own),
                    notes=(
                        f"from a regression on {over} over the whole sample, read at {middle:g}; n is effective",
                        *undated(entries["year"]),
                    ),
                )
            )
    return tuple(found)


def _identifier(name: str) -> str:
    import re

    word = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "over"
    return word if word[0].isalpha() else f"g_{word}"


def _scale(part: ScaleScores, curve: Curve, age: float) -> NormScale:
    mean, sd, n = curve.at(age)
    low, high = part.possible
    return NormScale(scale=part.scale.id, n=n, mean=float(np.clip(mean, low, high)), sd=sd)


def _words(part: ScaleScores, curve: Curve, over: str) -> str:
    shape = ("does not change with", "changes in a straight line with", "changes in a curve with")[curve.degree]
    spread = "the SD changes too" if len(curve.log_sd) > 1 else "the SD is one for all"
    return f"{part.column}: the mean {shape} {over}; {spread} ({curve.n} persons)"
