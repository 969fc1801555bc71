"""How far a score may lie from the true one: the standard error of measurement, and whose figures it rests on.

A person's own conditional error: all there is without a sample, a norm or a published pair.

Two scores compared: the error of their difference, and whether it is more than measurement error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np

from intimacy_scales.analysis.reliability.sources import Source, of_norm, of_sample, of_user, pair_for_score
from intimacy_scales.bank.model import NormScale
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import between, figure, signed
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.scoring.given_figures import Figure, PerScore, check_given, given_for
from intimacy_scales.statistics.estimate import half_width
from intimacy_scales.statistics.moments import row_means


def points_per_answer(part: ScaleScores) -> float:
    """Return how many points of the score one point of the average keyed answer is worth (6 for a sum of six items)."""
    low, high = part.rule.possible
    return (high - low) / _item_span(part)


def least_spread(part: ScaleScores) -> float:
    """Return the least SD of answers that a rough error is made from, on the metric of an item.

    Half a step from one option to the next, and never under one twelfth of the item's range: with more than seven
    options (and on sliders) the steps are finer than anybody answers.
    """
    floors = []
    for number in part.scale.items:
        item = part.bank.item(number)
        low, high = part.bank.ends(item)
        steps = max(len(part.bank.options_of(item)) - 1, 1)
        floors.append((high - low) * max(0.5 / steps, 1 / 12))
    return sum(floors) / len(floors)


def _item_span(part: ScaleScores) -> float:
    low, high = part.bank.answer_ends(part.scale)
    return high - low


def pooled_spread(scores: Scores, part: ScaleScores) -> FloatArray:
    """Return each person's SD of keyed answers as a share of the item's range, pooled over the scales of the bank.

    ``sqrt(sum (k_s - 1) SD_s^2 / sum (k_s - 1))`` over the scales ``s`` of the same bank and administration, ``k_s``
    the items answered there. NaN where no scale has two answers.
    """
    squares, freedom = np.zeros(len(scores)), np.zeros(len(scores))
    for one in scores.parts:
        if one.derived is not None or (one.bank.id, one.administration) != (part.bank.id, part.administration):
            continue
        if one.scale.scales:  # its scales speak for themselves
            continue
        answers = scores.keyed(one) / _item_span(one)
        there = ~np.isnan(answers)
        off = np.where(there, answers - row_means(answers)[:, None], 0.0)
        squares += (off**2).sum(axis=1)
        freedom += np.maximum(there.sum(axis=1) - 1, 0)
    return np.where(freedom > 0, np.sqrt(squares / np.maximum(freedom, 1)), np.nan)


def rough_errors(scores: Scores, part: ScaleScores) -> FloatArray:
    """Return each person's *rough* SEM on the metric of the score, from the person's own answers.

    ``SEM_p = c SD_p / sqrt(k_p)``: after Brennan's (1998) conditional absolute error of a person's mean over ``k_p``
    items taken as a sample of items, times the ``c`` points of the score that one point of the average answer is worth
    (1 for a mean, the number of items for a sum). ``SD_p`` is pooled over all scales of the bank
    (:func:`pooled_spread`) and never below half an answer step (:func:`least_spread`): a convention of ours.

    Parameters
    ----------
    scores
        The scores (persons), of every scale of the bank that was scored.
    part
        The score column.

    Returns
    -------
    numpy.ndarray
        One value a person; NaN only where the scale has no answer.

    Notes
    -----
    It counts differences between items as error, so it is wide where items differ in how easily they are agreed to,
    and it is itself uncertain with few items: rough by name. Five or six equal answers do not mean that there is no
    error; that is why the SD is pooled and has a floor. Missing answers: those given are used.
    Reference: Brennan, R. L. (1998). Raw-score conditional standard errors of measurement in generalizability
    theory. *Applied Psychological Measurement, 22*(4), 307-331.

    Examples
    --------
    Answers 2, 3, 4 on one scale, summed: SD 1, error of the mean ``1 / sqrt(3) = .577``, of the sum 1.732.
    Five equal answers on five options from 1 to 5, summed: SD .5, ``5 x .5 / sqrt(5) = 1.118``.
    """
    if part.scale.scales:
        return _rough_of_scales(scores, part)
    spread = pooled_spread(scores, part) * _item_span(part)
    spread = np.fmax(spread, least_spread(part))
    k = np.asarray(part.answered, dtype=np.float64)
    return np.where(k > 0, points_per_answer(part) * spread / np.sqrt(np.maximum(k, 1)), np.nan)


def _rough_of_scales(scores: Scores, part: ScaleScores) -> FloatArray:
    """Return the rough SEM of a scale of scales: its scales' own, errors taken as independent, on its metric."""
    own = {one.scale.id: one for one in scores.parts
           if (one.bank.id, one.administration) == (part.bank.id, part.administration)}  # fmt: skip
    squares, ranges = np.zeros(len(scores)), np.zeros(len(scores))
    for name, one in zip(part.scale.scales, scores.components(part), strict=True):
        there = ~np.isnan(one.values)
        sem = rough_errors(scores, own[name])
        squares += np.where(there, (one.weight * sem) ** 2, 0.0)
        ranges += one.weight * (one.possible[1] - one.possible[0]) * there
    low, high = part.rule.possible
    return np.where(ranges > 0, (high - low) * np.sqrt(squares) / np.where(ranges > 0, ranges, 1.0), np.nan)


def difference_error(sem1: FloatArray | float, sem2: FloatArray | float) -> FloatArray:
    """Return ``sqrt(SEM1^2 + SEM2^2)``, the standard error of a difference of two scores with independent errors.

    Examples
    --------
    >>> float(difference_error(3.0, 4.0))
    5.0
    """
    return np.hypot(np.asarray(sem1, dtype=np.float64), np.asarray(sem2, dtype=np.float64))


def difference_reliability(r11: float, r22: float, r12: float, *, sd1: float = 1.0, sd2: float = 1.0) -> float:
    """Return the reliability of the difference of two scores.

    ``(r11 s1^2 + r22 s2^2 - 2 r12 s1 s2) / (s1^2 + s2^2 - 2 r12 s1 s2)``: ``r11``, ``r22`` the reliabilities of the
    scores, ``r12`` their correlation, ``s1``, ``s2`` their SDs.

    Raises
    ------
    ResponseError
        When the difference has no variance (equal SDs and a correlation of 1).

    Examples
    --------
    >>> round(difference_reliability(.726, .726, .5), 3)
    0.452
    """
    from intimacy_scales.statistics.consistency.composites import composite_reliability

    both = r12 * sd1 * sd2
    found = composite_reliability([1, -1], np.array([[sd1**2, both], [both, sd2**2]]), (r11, r22))
    if np.isnan(found):
        raise ResponseError(Problem(where="difference", what="has no variance", allowed="two scores that differ"))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference with its standard error and interval. *Beyond measurement error*: the interval leaves out zero."""

    value: float
    se: float
    level: float

    @property
    def low(self) -> float:
        """Lower end of the interval; NaN where there is no error to build it from."""
        return self.value - half_width(self.level) * self.se

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.value + half_width(self.level) * self.se

    @property
    def beyond(self) -> bool:
        """Whether the interval leaves out zero; False where no interval can be had."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        if np.isnan(self.se):
            return f"{signed(self.value)} (no interval)"
        return f"{signed(self.value)} {between(self.low, self.high)}"

    def to_dict(self) -> dict[str, Any]:
        """Return the difference JSON-safe at full precision."""
        return json_dict(
            {
                "value": self.value,
                "se": self.se,
                "ci": [self.low, self.high],
                "level": self.level,
                "beyond": self.beyond,
            }
        )


def halves_of(scores: Scores, part: ScaleScores) -> tuple[ScaleScores, ScaleScores]:
    """Return the two scores of a derived one: minuend (wished), subtrahend (now)."""
    if part.derived is None:
        raise ResponseError(Problem(where=part.column, what="is no difference of two forms"))
    first, second = (
        Administration(form=form, partner=part.administration.partner, occasion=part.administration.occasion).column(
            part.bank.id, part.scale.id
        )
        for form in (part.derived.minuend, part.derived.subtrahend)
    )
    return scores[first], scores[second]


LEVEL = 0.90  # of every interval of this room unless said
Basis = Literal["norm", "sample", "user", "published", "own answers", "difference", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreError:
    """The standard error of measurement of one score column, and what it rests on.

    ``sem`` holds one value a person, on the metric of the score; NaN where none can be had.
    """

    column: str
    sem: FloatArray = field(repr=False)
    basis: Basis
    reliability: Figure | None = None
    sd: Figure | None = None
    notes: tuple[str, ...] = ()

    @property
    def rough(self) -> bool:
        """Whether the error comes from the person's own few answers only."""
        return self.basis == "own answers"

    def __str__(self) -> str:
        if self.reliability is not None and self.sd is not None:
            return f"SEM {_sem_words(self.sem)} from {self.reliability} and {self.sd}"
        said = {
            "own answers": f"rough {_spread(self.sem)}, from the spread of each person's answers (after Brennan, 1998)",
            "difference": f"{_spread(self.sem)} of a difference, from the errors of its two scores",
            "none": "no SEM",
        }
        return said.get(self.basis, self.basis)

    def to_dict(self) -> dict[str, Any]:
        """Return the error JSON-safe; ``sem`` is one number where it is the same for all."""
        return json_dict(
            {
                "sem": self.sem if self.rough or self.basis == "difference" else _one_value(self.sem),
                "basis": self.basis,
                "rough": self.rough,
                "notes": self.notes,
                "reliability": self.reliability.to_dict() if self.reliability else None,
                "sd": self.sd.to_dict() if self.sd else None,
            }
        )


def _one_value(sem: FloatArray) -> float:
    return float(sem[0]) if len(sem) else float("nan")


def _spread(sem: FloatArray) -> str:
    """Return the errors as a figure, or from the smallest to the largest with the middle one."""
    known = sem[np.isfinite(sem)]
    if not len(known):
        return "SEM"
    low, high = figure(float(known.min())), figure(float(known.max()))
    return f"SEM {low}" if low == high else f"SEM {low} to {high} (median {figure(float(np.median(known)))})"


def _sem_words(sem: FloatArray) -> str:
    return figure(_one_value(sem))


def error_of(
    scores: Scores,
    part: ScaleScores,
    *,
    norm: NormScale | None = None,
    norm_name: str = "",
    sd: PerScore = None,
    reliability: PerScore = None,
    sample: Source | None = None,
) -> ScoreError:
    """Return the standard error of measurement of one score column, and whose figures it rests on.

    ``SEM = SD sqrt(1 - reliability)``. The first source that has both figures gives them: the norm used; the
    sample scored (30 complete rows at least; SD of the scores, Cronbach's alpha); the user; the bank's published pair.
    Where the user or the bank gives one half only, the norm or the sample fills in the other, and both are named.
    With none of them, each person's own conditional absolute error (after Brennan, 1998), called *rough*:
    :func:`~intimacy_scales.analysis.norms.measurement_error.rough_errors`.

    Parameters
    ----------
    scores, part
        The scores (persons), and the column among them that is meant.
    norm, norm_name
        The norm's figures for this scale, and how to call it.
    sd, reliability
        Given by the user: one number, or score column to number. SD on the metric of the score.
    sample
        What the sample tells, where it is more than these scores.

    Returns
    -------
    ScoreError
        One SEM a person, on the metric of the score; NaN where the score was withheld.

    Raises
    ------
    ResponseError
        When a reliability lies outside [0, 1] or an SD is not positive.

    Notes
    -----
    A derived score (wished minus now) takes ``sqrt(SEM1^2 + SEM2^2)`` of its two scores, errors taken as independent.
    Misleads where the sample is unlike the person: its SD and its reliability are then another population's.
    Reference: Brennan, R. L. (1998). Raw-score conditional standard errors of measurement in generalizability
    theory. *Applied Psychological Measurement, 22*(4), 307-331.

    Examples
    --------
    With SD 4 and reliability .84 the SEM is ``4 sqrt(.16) = 1.6``.
    """
    if part.derived is not None:
        return _error_of_difference(scores, part, sd=sd, reliability=reliability)
    check_given(scores, sd=sd, reliability=reliability)
    user = of_user(sd=given_for(sd, part.column), reliability=given_for(reliability, part.column))
    source = pair_for_score(user, sample or of_sample(scores, part), of_norm(norm, norm_name), part)
    found, withheld = source.source, np.isnan(part.values)
    if found is None or found.reliability is None or found.sd is None:
        sem = np.where(withheld, np.nan, rough_errors(scores, part))
        return ScoreError(
            column=part.column,
            sem=sem,
            basis="own answers" if np.isfinite(sem).any() else "none",
            notes=source.notes,
        )
    sem_one = found.sd.value * np.sqrt(1 - found.reliability.value)
    return ScoreError(
        column=part.column,
        sem=np.where(withheld, np.nan, sem_one),
        basis=cast("Basis", found.kind),
        reliability=found.reliability,
        sd=found.sd,
        notes=source.notes,
    )


def _error_of_difference(scores: Scores, part: ScaleScores, *, sd: PerScore, reliability: PerScore) -> ScoreError:

    sides = [error_of(scores, half, sd=sd, reliability=reliability) for half in halves_of(scores, part)]
    rough = " (rough)" if any(side.rough for side in sides) else ""
    notes = tuple(dict.fromkeys(note for side in sides for note in side.notes))
    return ScoreError(
        column=part.column,
        sem=difference_error(sides[0].sem, sides[1].sem),
        basis="difference",
        notes=(*notes, *(f"{side.column}: {side}{rough if side.rough else ''}" for side in sides)),
    )
