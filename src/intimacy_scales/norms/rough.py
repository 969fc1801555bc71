"""A person's own conditional error: all there is without a sample, a norm or a published pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.responses.model import Responses
from intimacy_scales.scoring import ScaleScores
from intimacy_scales.scoring.behind import keyed_answers

FloatArray = NDArray[np.float64]


def row_means(answers: FloatArray) -> FloatArray:
    """Return every row's mean over what is there; NaN for a row of nothing (and no warning)."""
    there = ~np.isnan(answers)
    counts = there.sum(axis=1)
    sums = np.where(there, answers, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def conditional_errors(answers: FloatArray) -> FloatArray:
    """Return each person's conditional absolute error of the mean answer: ``SD_p / sqrt(k_p)``.

    ``SD_p`` is the standard deviation (k_p - 1 in the denominator) of the person's ``k_p`` keyed answers. NaN with
    fewer than two answers, and where all answers are equal: no spread tells nothing about error.
    """
    there = ~np.isnan(answers)
    counts = there.sum(axis=1)
    off = np.where(there, answers - row_means(answers)[:, None], 0.0)
    squares = (off**2).sum(axis=1)
    safe = np.maximum(counts, 2)
    errors = np.sqrt(squares / (safe - 1) / safe)
    return np.where((counts > 1) & (squares > 1e-12), errors, np.nan)


def points_per_answer(part: ScaleScores) -> float:
    """Return how many points of the score one point of the average keyed answer is worth (6 for a sum of six items)."""
    ends = [part.bank.ends(part.bank.item(number)) for number in part.scale.items]
    span = sum(hi - lo for lo, hi in ends) / len(ends)
    low, high = part.rule.possible
    return (high - low) / span


def rough_errors(responses: Responses, part: ScaleScores) -> FloatArray:
    """Return each person's *rough* SEM on the metric of the score, from the person's own answers.

    ``SEM_p = c SD_p / sqrt(k_p)``: Brennan's (1998) conditional absolute error of a person's mean over ``k_p`` items
    taken as a sample of items, times the ``c`` points of the score that one point of the average answer is worth
    (1 for a mean, the number of items for a sum).

    Parameters
    ----------
    responses
        The answers (persons x items).
    part
        The score column.

    Returns
    -------
    numpy.ndarray
        One value a person; NaN where fewer than two items are answered or all answers are equal.

    Notes
    -----
    It counts differences between items as error, so it is wide where items differ in how easily they are agreed to,
    and it is itself uncertain with five or six items: rough by name. Missing answers: those given are used.
    Reference: Brennan, R. L. (1998). Raw-score conditional standard errors of measurement in generalizability
    theory. *Applied Psychological Measurement, 22*(4), 307-331.

    Examples
    --------
    Answers 2, 3, 4 summed: SD 1, error of the mean ``1 / sqrt(3) = .577``, of the sum ``3 x .577 = 1.732``.
    """
    return points_per_answer(part) * conditional_errors(keyed_answers(responses, part))
