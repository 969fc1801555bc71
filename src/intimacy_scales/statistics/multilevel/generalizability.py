"""Variance components of daily items, persons x days x items, and the reliabilities made of them.

With all items answered on each day the items can be turned (an orthogonal change of columns) into their mean and
contrasts, which are unrelated under the model: items are exchangeable in it. What is left is a small problem of
persons x days for each of them. The components are those of restricted maximum likelihood, none below zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Variances of persons, days, items and their pairs; ``residual`` is what is left of one answer."""

    person: float
    day: float
    item: float
    person_day: float
    person_item: float
    day_item: float
    residual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReliability:
    """Reliabilities of daily scores after Cranford et al. (2006) and Shrout and Lane (2012).

    ``between_fixed`` (RkF): a person's average over these days; ``between_one_day`` (R1R): one day's score of a person
    drawn with the day; ``between_random`` (RkR): the average over days drawn at random; ``change`` (Rc): day-to-day
    change within a person. ``between_nested`` (RkRn) and ``change_nested`` (Rcn) treat days as nested in persons.
    """

    days: float
    between_fixed: float
    between_one_day: float
    between_random: float
    change: float
    between_nested: float
    change_nested: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyItems:
    """Components, crossed and nested, of complete rows (``n`` days of ``n_persons``)."""

    n: int
    n_persons: int
    n_items: int
    mean_days: float
    crossed: Components
    nested: Components
    converged: bool

    def reliability(self, days: float | None = None) -> DailyReliability:
        """Return the reliabilities for a number of days, by default the average number that persons answered."""
        K, m = self.mean_days if days is None else days, self.n_items
        c, n = self.crossed, self.nested
        true = c.person + c.person_item / m
        return DailyReliability(
            days=K,
            between_fixed=_share(true, c.residual / (K * m)),
            between_one_day=_share(true, c.day + c.person_day + c.residual / m),
            between_random=_share(true, c.day / K + c.person_day / K + c.residual / (K * m)),
            change=_share(c.person_day, c.residual / m),
            between_nested=_share(n.person, n.person_day / K + n.residual / (K * m)),
            change_nested=_share(n.person_day, n.residual / m),
        )


def _share(true: float, error: float) -> float:
    return true / (true + error) if true + error > 0 else float("nan")


def daily_items(items: FloatArray, persons: IntArray, days: FloatArray) -> DailyItems:
    """Estimate the variance components of daily items by restricted maximum likelihood.

    Parameters
    ----------
    items
        Rows (person-days) x items, complete.
    persons, days
        Whose row it is and of which day; days are crossed with persons (day 3 is one day for all).

    Raises
    ------
    IntimacyScalesError
        For fewer than two items, persons or days.

    Notes
    -----
    Validated against lme4 1.1 (crossed) and nlme 3.1 (nested). psych's ``multilevel.reliability`` counts every day of
    the study whatever was missed; here the days really answered count unless ``days`` says otherwise.
    References: Cranford, J. A., Shrout, P. E., Iida, M., Rafaeli, E., Yip, T., & Bolger, N. (2006). A procedure for
    evaluating sensitivity to within-person change. *Personality and Social Psychology Bulletin, 32*, 917-929.
    https://doi.org/10.1177/0146167206287721. Shrout, P. E., & Lane, S. P. (2012). Psychometrics. In *Handbook of
    research methods for studying daily life*. Guilford.
    """
    m = items.shape[1]
    _, person = np.unique(persons, return_inverse=True)
    _, day = np.unique(days, return_inverse=True)
    n_persons, n_days = int(person.max()) + 1, int(day.max()) + 1
    _refuse(m, n_persons, n_days, len(items))
    Q, _ = np.linalg.qr(np.column_stack([np.ones(m), np.eye(m)[:, 1:]]))
    turned = items @ (Q * np.sign(Q[:, 0].sum()))
    held = np.zeros((n_persons, n_days))
    held[person, day] = 1
    total = np.zeros((m, n_persons, n_days))
    total[:, person, day] = turned.T
    crossed, good = _estimated(total, held, np.ones(7, bool))
    nested, fine = _estimated(total, held, np.array([1, 0, 0, 1, 0, 0, 1], bool))
    return DailyItems(
        n=len(items),
        n_persons=n_persons,
        n_items=m,
        mean_days=len(items) / n_persons,
        crossed=crossed,
        nested=nested,
        converged=good and fine,
    )


def _refuse(m: int, n_persons: int, n_days: int, n: int) -> None:
    problems = [
        Problem(where=where, what=f"{there}", allowed="two or more")
        for where, there in (("daily items", m), ("persons", n_persons), ("days", n_days))
        if there < 2
    ]
    if n <= n_persons:
        problems.append(Problem(where="days", what="nobody has two complete days"))
    if problems:
        raise IntimacyScalesError(problems)


def _estimated(total: FloatArray, held: FloatArray, free: FloatArray) -> tuple[Components, bool]:
    """Minimise the deviance over the components that are free (order of :class:`Components`)."""
    from scipy.optimize import minimize

    m = total.shape[0]
    spread = float(np.var(total[:, held > 0]))

    def variances(x: FloatArray) -> FloatArray:
        values = np.zeros(7)
        values[free] = x**2
        return values

    def deviance(x: FloatArray) -> float:
        person, day, item, person_day, person_item, day_item, residual = variances(x)
        mean_part = (m * person + person_item, m * day + day_item, m * person_day + residual)
        value = _crossed_deviance(total[:1], held, mean_part, intercept=np.inf)
        return value + _crossed_deviance(total[1:], held, (person_item, day_item, residual), intercept=item)

    start = np.sqrt(spread * np.array([0.3, 0.05, 0.05, 0.2, 0.1, 0.05, 0.4]))[free]
    lower = np.zeros(len(start))
    lower[-1] = 1e-4 * np.sqrt(spread)
    found = minimize(
        deviance, start, method="L-BFGS-B", jac="3-point", bounds=[(low, None) for low in lower],
        options={"ftol": 1e-14, "gtol": 1e-7, "maxiter": 1000, "maxfun": 100_000},
    )  # fmt: skip
    return Components(**dict(zip(Components.__slots__, variances(found.x).tolist(), strict=True))), bool(found.success)


def _crossed_deviance(
    tables: FloatArray, held: FloatArray, variances: tuple[float, float, float], *, intercept: float
) -> float:
    """Return the deviance of tables (columns x persons x days) with effects of persons and of days.

    ``intercept`` is the variance of each table's mean: infinite for one that is estimated (REML), 0 for none.
    """
    person, day, residual = variances
    count = held.sum(axis=1)
    shrink = person / (residual + count * person)  # Sherman and Morrison, person by person
    n_days = held.shape[1]
    design = np.concatenate([np.ones((n_days, 1)), np.eye(n_days)], axis=1)
    weighted = held.T @ (shrink[:, None] * held)
    A = design.T @ (np.diag(held.sum(axis=0)) - weighted) @ design / residual
    sums = tables.sum(axis=2)
    b = design.T @ (tables.sum(axis=1) - (sums * shrink) @ held).T / residual
    c = ((tables**2).sum(axis=(1, 2)) - (sums**2) @ shrink) / residual
    log_det = float(held.sum() * np.log(residual) + np.log1p(count * person / residual).sum())
    prior = np.r_[intercept, np.full(n_days, day)]
    keep = prior > 0
    root = np.where(np.isfinite(prior), np.sqrt(np.where(np.isfinite(prior), prior, 1)), 1.0)[keep]
    M = np.diag(np.isfinite(prior[keep]).astype(float)) + A[np.ix_(keep, keep)] * np.outer(root, root)
    if not keep.any():
        return float(c.sum() + len(tables) * log_det)
    L = np.linalg.cholesky(M)
    half = np.linalg.solve(L, b[keep] * root[:, None])
    return float(c.sum() - (half**2).sum() + len(tables) * (log_det + 2 * np.log(np.diag(L)).sum()))
