"""The standard error of measurement along the score: it is not the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.statistics.moments import FloatArray

LEAST_GROUP = 10  # persons a step of the score needs for an SEM of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreStep:
    """Persons with like scores: how many, from where to where, their mean score and their SEM."""

    n: int
    low: float
    high: float
    mean: float
    sem: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalSem:
    """SEM of the total along the score; ``overall`` is ``sd sqrt(1 - alpha)`` of the same complete rows."""

    steps: tuple[ScoreStep, ...]
    overall: float
    n: int


def error_variances(answers: FloatArray) -> FloatArray:
    r"""Each person's error variance of the summed score, ``k / (k - 1) sum_i ((x_pi - m_i) - (x_p - m))^2``.

    ``m_i`` is the mean of item i, ``x_p`` the person's mean answer, ``m`` the grand mean: Feldt and Qualls' method with
    every item as a part. Summed over persons and divided by n - 1 it is ``V (1 - alpha)``, exactly.
    """
    k = answers.shape[1]
    away = answers - answers.mean(axis=0)
    residual = away - away.mean(axis=1, keepdims=True)
    found: FloatArray = k / (k - 1) * (residual**2).sum(axis=1)
    return found


def conditional_sem(
    keyed: FloatArray, *, steps: int = 8, unit: float = 1.0, origin: float = 0.0
) -> ConditionalSem | None:
    r"""Return the standard error of measurement along the score, over persons with like scores (Feldt and Qualls).

    Parameters
    ----------
    keyed
        Keyed answers, persons x items; complete rows count.
    steps
        At most so many steps of the score, each with about as many persons, none with fewer than ten.
    unit, origin
        The score is ``origin + unit * (sum of keyed answers)``.

    Returns
    -------
    ConditionalSem or None
        ``None`` for one item or fewer than ten complete rows.

    Notes
    -----
    Near the ends of the scale answers cannot vary much, so the error is smaller there; one SEM for all overstates it
    at the ends and understates it in the middle. Weighted by persons, the squared SEMs give back ``V (1 - alpha)``.

    References
    ----------
    Feldt, L. S., & Qualls, A. L. (1996). Estimation of measurement error variance at specific score levels. Journal of
    Educational Measurement, 33, 141-156. doi:10.1111/j.1745-3984.1996.tb00486.x
    """
    rows = keyed[~np.isnan(keyed).any(axis=1)]
    n, k = rows.shape
    if k < 2 or n < LEAST_GROUP:
        return None
    scores, errors = origin + unit * rows.sum(axis=1), error_variances(rows) * unit**2 * n / (n - 1)
    wanted = max(1, min(steps, n // LEAST_GROUP))
    edges = np.unique(np.quantile(scores, np.arange(1, wanted) / wanted))
    group = np.searchsorted(edges, scores, side="left")
    found = [_step(scores[group == g], errors[group == g]) for g in np.unique(group)]
    return ConditionalSem(steps=tuple(found), overall=float(np.sqrt(errors.mean())), n=n)


def _step(scores: FloatArray, errors: FloatArray) -> ScoreStep:
    return ScoreStep(n=len(scores), low=float(scores.min()), high=float(scores.max()), mean=float(scores.mean()),
                     sem=float(np.sqrt(errors.mean())))  # fmt: skip
