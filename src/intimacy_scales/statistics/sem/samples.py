"""The saturated model: means and covariances themselves, by EM when answers are missing.

Data as the normal likelihood sees them, made once and fitted by many models.

Complete data are one pattern, whose mean and covariance say everything; missing answers make more of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.statistics.sem.matrices import Ints
from intimacy_scales.statistics.sem.normal import terms
from intimacy_scales.statistics.sem.patterns import GroupSample, Patterns, faults, patterns_of, singular
from intimacy_scales.statistics.threads import one_thread

Missing = Literal["listwise", "fiml"]

EM_LIMIT = 5000
EM_CLOSE = 1e-9  # largest change of a mean or covariance, in standard deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Maximum likelihood moments. ``cov`` is divided by n; ``n`` counts persons with any answer."""

    mean: FloatArray
    cov: FloatArray
    n: int
    n_complete: int
    logl: float
    iterations: int
    notes: tuple[str, ...]


def saturate(patterns: Patterns) -> tuple[FloatArray, FloatArray, float, int]:
    """Return mean, covariance, log-likelihood and iterations of the EM algorithm.

    One EM step is ``mu + Sigma g_mu / n`` and ``Sigma - 2 Sigma G Sigma / n`` less the square of the step of
    mu, with the gradients of minus the log-likelihood. Steps are extrapolated in pairs (SQUAREM), which is
    taken back whenever the likelihood falls.
    """
    mu, sigma = available(patterns)
    best = -np.inf
    for iteration in range(1, EM_LIMIT + 1):
        one = _step(patterns, mu, sigma)
        two = _step(patterns, one[0], one[1])
        best = max(best, one[2])
        scale = np.sqrt(np.diag(two[1]))
        change = max(np.abs((two[0] - one[0]) / scale).max(), np.abs((two[1] - one[1]) / np.outer(scale, scale)).max())
        if change < EM_CLOSE:
            return two[0], two[1], two[2], 2 * iteration
        mu, sigma = _leap(patterns, (mu, sigma), one, two)
    raise IntimacyScalesError(
        Problem(
            where="moments of incomplete data",
            what=f"no convergence in {EM_LIMIT} steps",
            allowed="enough answers in common",
            do="leave out the variables with the fewest answers",
        )
    )


def available(patterns: Patterns) -> tuple[FloatArray, FloatArray]:
    """Return each variable's mean and variance (on a diagonal) from the persons who answered it."""
    count = patterns.n @ patterns.mask
    mu = patterns.n @ patterns.mean / count
    away = np.where(patterns.mask, patterns.mean - mu, 0.0)
    square = patterns.n @ away**2 + patterns.n[patterns.several] @ np.einsum("kii->ki", patterns.cov)
    return mu, np.diag(square / count)


def _step(patterns: Patterns, mu: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    at = terms(patterns, mu, sigma)
    if at is None:
        raise _singular()
    n = patterns.n.sum()
    move = -sigma @ at.gradient_mu / n
    new = sigma - 2 * sigma @ at.gradient_sigma @ sigma / n - np.outer(move, move)
    if not (np.diag(new) > 0).all():  # rounding, on the way to a singular matrix
        raise _singular()
    return mu + move, (new + new.T) / 2, -at.value


def _singular() -> ResponseError:
    return ResponseError(
        Problem(
            where="moments of incomplete data",
            what="the covariance matrix became singular",
            allowed="variables that are not copies of each other",
            do="leave one out",
        )
    )


def _leap(
    patterns: Patterns,
    start: tuple[FloatArray, FloatArray],
    one: tuple[FloatArray, FloatArray, float],
    two: tuple[FloatArray, FloatArray, float],
) -> tuple[FloatArray, FloatArray]:
    """Extrapolate two EM steps; fall back on the second where that is not positive definite or not better."""
    r = [one[k] - start[k] for k in (0, 1)]
    v = [two[k] - one[k] - r[k] for k in (0, 1)]
    size = sum(float((x**2).sum()) for x in v)
    alpha = -np.sqrt(sum(float((x**2).sum()) for x in r) / size) if size > 0 else -1.0
    if alpha >= -1.0:
        return two[0], two[1]
    mu, sigma = (start[k] - 2 * alpha * r[k] + alpha**2 * v[k] for k in (0, 1))
    at = terms(patterns, mu, sigma)
    return (mu, sigma) if at is not None and -at.value >= two[2] else (two[0], two[1])


@one_thread
def em_moments(X: ArrayLike) -> Moments:
    """Estimate means and covariances from incomplete answers by maximum likelihood (EM).

    Parameters
    ----------
    X : array, persons x variables
        NaN where there is no answer; persons without any answer are left out.

    Returns
    -------
    Moments
        Mean, covariance (divided by n), persons used, log-likelihood.

    Raises
    ------
    ResponseError
        A variable that does not vary, two variables nobody answered together, copies.

    Notes
    -----
    Unbiased when answers are missing at random, given the other answers, and close to it for skewed items.
    With few persons in common the estimate leans on the normal distribution alone. Complete data give the
    plain moments. Validated against the saturated model of lavaan 0.6-14.

    References
    ----------
    Dempster, Laird and Rubin (1977), https://doi.org/10.1111/j.2517-6161.1977.tb01600.x; Varadhan and Roland
    (2008), https://doi.org/10.1111/j.1467-9469.2007.00585.x

    Examples
    --------
    >>> X = [[1.0, 2.0], [2.0, 3.5], [3.0, float("nan")], [4.0, 5.0]]
    >>> em_moments(X).n_complete
    3
    """
    data = np.array(X, dtype=float, ndmin=2)
    data = data[~np.isnan(data).all(axis=1)]
    problems = faults(data, [str(j + 1) for j in range(data.shape[1])], "")
    if problems:
        raise ResponseError(problems)
    patterns, _ = patterns_of(data)
    mean, cov, logl, iterations = saturate(patterns)
    n_complete = int((~np.isnan(data).any(axis=1)).sum())
    notes = (f"{n_complete} of {len(data)} persons answered everything",) if n_complete < len(data) else ()
    return Moments(
        mean=mean, cov=cov, n=len(data), n_complete=n_complete, logl=logl, iterations=iterations, notes=notes
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Continuous data for :func:`fit`, made by :func:`sample` or :func:`sample_from_moments`."""

    names: tuple[str, ...]
    groups: tuple[str, ...]
    data: tuple[GroupSample, ...]
    missing: Missing
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Persons used, over all groups."""
        return sum(group.n for group in self.data)

    @property
    def n_clusters(self) -> int | None:
        """Clusters that the persons used belong to; ``None`` where persons count as independent."""
        ids = [group.clusters for group in self.data if group.clusters is not None]
        return len(np.unique(np.concatenate(ids))) if ids else None


@one_thread
def sample(
    X: ArrayLike,
    names: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    missing: Missing = "listwise",
    clusters: Sequence[object] | None = None,
) -> Sample:
    """Prepare persons x variables for :func:`fit`.

    Parameters
    ----------
    X : array, persons x variables
        NaN where there is no answer.
    names : sequence of str
        The variables, one a column.
    groups : sequence of str, optional
        The group of every person; groups are kept in order of appearance.
    missing : {"listwise", "fiml"}
        Leave out persons with a missing answer, or use all there is (full information maximum likelihood,
        unbiased when answers are missing at random given the others). Persons with no answer are left out.
    clusters : sequence, optional
        What every person belongs to (the couple): estimator MLR then gives cluster-robust standard errors and a
        scaled test, from scores summed over each cluster (lavaan's ``cluster =``).

    Returns
    -------
    Sample
        Moments by pattern and group, with notes on what was left out.

    Raises
    ------
    ResponseError
        A constant or collinear variable, too few persons, two variables never answered together.
    """
    data = np.array(X, dtype=float, ndmin=2)
    labels = np.array([""] * len(data) if groups is None else [str(g) for g in groups])
    if data.shape[1] != len(names) or len(labels) != len(data):
        raise IntimacyScalesError(
            Problem(
                where="sample",
                what=f"{data.shape[0]} x {data.shape[1]} values, {len(names)} names, {len(labels)} labels",
                allowed="one name a column and one label a row",
            )
        )
    answered = ~np.isnan(data)
    keep = answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)
    notes = (
        ()
        if keep.all()
        else (
            f"{int((~keep).sum())} of {len(data)} persons left out: "
            + ("an answer is missing" if missing == "listwise" else "no answer at all"),
        )
    )
    ids = None if clusters is None else _numbered(clusters)
    order = tuple(dict.fromkeys(labels.tolist()))
    members = [keep & (labels == g) for g in order]
    parts = [data[own] for own in members]
    problems = [p for g, part in zip(order, parts, strict=True) for p in faults(part, names, g)]
    if problems:
        raise ResponseError(problems)
    made = tuple(
        group_sample(part, None if ids is None else ids[own]) for part, own in zip(parts, members, strict=True)
    )
    return Sample(names=tuple(names), groups=order, data=made, missing=missing, notes=notes)


def _numbered(clusters: Sequence[object]) -> Ints:
    """Return the clusters numbered 0, 1, 2, ..., one a row."""
    return (
        np.unique(np.array([str(cluster) for cluster in clusters]), return_inverse=True)[1].reshape(-1).astype(np.intp)
    )


def group_sample(X: FloatArray, clusters: Ints | None = None) -> GroupSample:
    """Return the patterns, rows and saturated moments of one group."""
    patterns, of = patterns_of(X)
    mean, cov = (patterns.mean[0], patterns.cov[0]) if patterns.complete else saturate(patterns)[:2]
    return GroupSample(patterns=patterns, n=len(X), mean=mean, cov=cov, rows=X, pattern_of=of, clusters=clusters)


@one_thread
def pair_sample(
    X: ArrayLike,
    names: Sequence[str],
    partner_of: Sequence[int],
    *,
    groups: Sequence[str] | None = None,
    exchangeable: Collection[str] = ("",),
    missing: Missing = "listwise",
) -> Sample:
    """Prepare couples x variables of both partners for :func:`~intimacy_scales.statistics.sem.fit`.

    Parameters
    ----------
    X
        Couples x variables, NaN where there is no answer.
    names
        The variables, one a column.
    partner_of
        For every column the place of the same variable of the other partner; its own place where the couple shares it.
    groups
        The composition of every couple; default: one, called ``""``.
    exchangeable
        The groups whose partners nothing tells apart: they are entered both ways round, each at half its weight.
    missing
        ``"listwise"``: couples with every answer; ``"fiml"``: all there is.

    Returns
    -------
    Sample
        ``n`` counts couples. Exchangeable groups hold no rows: the sandwich of robust estimators would count each
        couple twice.

    Raises
    ------
    ResponseError
        As :func:`~intimacy_scales.statistics.sem.sample`.

    Notes
    -----
    The likelihood of a model whose parameters are equal after swapping is the same for a couple and for the couple
    turned round, so estimates, standard errors and log-likelihood are those of the couples as they were, whoever was
    put first. The saturated model of such data is Olsen and Kenny's I-SAT and its independence model their I-NULL: the
    chi-squares come out as differences from I-SAT (see :func:`~intimacy_scales.statistics.sem.adjusted`).

    References
    ----------
    Olsen, J. A., & Kenny, D. A. (2006). Structural equation modeling with interchangeable dyads. *Psychological
    Methods, 11*, 127-141. https://doi.org/10.1037/1082-989X.11.2.127
    """
    data = np.array(X, dtype=float, ndmin=2)
    labels = np.array([""] * len(data) if groups is None else [str(group) for group in groups])
    answered = ~np.isnan(data)
    keep = answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)
    swap = list(partner_of)
    order = tuple(dict.fromkeys(labels.tolist()))
    parts = [data[keep & (labels == group)] for group in order]
    both = [_both_ways(part, swap) if g in exchangeable else part for g, part in zip(order, parts, strict=True)]
    problems = [problem for g, part in zip(order, both, strict=True) for problem in faults(part, names, g)]
    if problems:
        raise ResponseError(problems)
    made = tuple(
        _halved(rows, len(part)) if g in exchangeable else group_sample(rows)
        for g, part, rows in zip(order, parts, both, strict=True)
    )
    out = int((~keep).sum())
    why = "a value is missing" if missing == "listwise" else "no value at all"
    notes = (f"{out} of {len(data)} couples left out: {why}",) if out else ()
    return Sample(names=tuple(names), groups=order, data=made, missing=missing, notes=notes)


def _both_ways(X: FloatArray, swap: Sequence[int]) -> FloatArray:
    return np.concatenate([X, X[:, list(swap)]])


def _halved(rows: FloatArray, n_couples: int) -> GroupSample:
    patterns, _ = patterns_of(rows)
    patterns = replace(patterns, n=patterns.n / 2)
    mean, cov = (patterns.mean[0], patterns.cov[0]) if patterns.complete else saturate(patterns)[:2]
    return GroupSample(patterns=patterns, n=n_couples, mean=mean, cov=cov, rows=None, pattern_of=None)


def sample_from_moments(
    cov: ArrayLike,
    n: int,
    names: Sequence[str],
    *,
    mean: ArrayLike | None = None,
    divided_by: Literal["n", "n-1"] = "n-1",
) -> Sample:
    """Prepare a published covariance matrix for :func:`fit` (ML only: robust estimators need the rows).

    Parameters
    ----------
    cov : array, variables x variables
        Covariances, divided by n - 1 as programs print them, or by n (``divided_by``).
    n : int
        Persons.
    names : sequence of str
        The variables.
    mean : array, optional
        Their means (default 0).

    Returns
    -------
    Sample
    """
    S = np.array(cov, dtype=float) * (1.0 if divided_by == "n" else (n - 1) / n)
    centre = np.zeros(len(S)) if mean is None else np.array(mean, dtype=float)
    problems = singular(S, names, "")
    if problems:
        raise ResponseError(problems)
    patterns = Patterns(
        mask=np.ones((1, len(S)), dtype=bool),
        n=np.array([float(n)]),
        mean=centre[None, :],
        several=np.array([0], dtype=np.intp),
        cov=S[None],
    )
    group = GroupSample(patterns=patterns, n=n, mean=centre, cov=S, rows=None, pattern_of=None)
    return Sample(names=tuple(names), groups=("",), data=(group,), missing="listwise")
