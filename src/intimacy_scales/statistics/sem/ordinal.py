"""Thresholds and polychoric correlations with their joint asymptotic covariance, from casewise scores.

Two steps: thresholds from each variable's margin, then each correlation from its pair with the thresholds
held fixed. The covariance of both together feels both steps (Muthen, 1984,
https://doi.org/10.1007/BF02294210).

Diagonally weighted least squares on thresholds and polychoric correlations, as an :class:`Objective`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.statistics.sem.matrices import Compiled, GroupMatrices, Ints, State, derivatives, evaluate

TINY = 1e-12  # a cell's probability is kept above this: a score is divided by it
BLOCK_ROWS = 2048  # rows whose scores are held at a time: 13 MB for 36 items of five options
SAME = 0.9998  # a correlation that ran this far has found two copies


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalGroup:
    """One group: thresholds in a row, polychoric correlations, their covariance times n (``gamma``).

    Statistics are ordered thresholds first, then correlations below the diagonal, column by column.
    """

    thresholds: FloatArray
    threshold_of: Ints
    correlations: FloatArray
    gamma: FloatArray
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalSample:
    """What :func:`fit` takes for ordinal variables. Made by :func:`ordinal_sample`."""

    names: tuple[str, ...]
    groups: tuple[str, ...]
    data: tuple[OrdinalGroup, ...]
    notes: tuple[str, ...] = ()
    n_clusters: int | None = None

    @property
    def n(self) -> int:
        """Persons used, over all groups."""
        return sum(group.n for group in self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ScoreTables:
    """What an answer, or a pair of answers, adds to the scores: one table a variable, and one (of three) a pair."""

    margins: tuple[FloatArray, ...]
    pairs: tuple[tuple[int, int], ...]
    cells: tuple[tuple[FloatArray, FloatArray, FloatArray], ...]


def pairs(p: int) -> tuple[Ints, Ints]:
    """Return rows and columns below the diagonal, column by column, the order used everywhere here."""
    col, row = np.triu_indices(p, 1)
    return row.astype(np.intp), col.astype(np.intp)


def ordinal_sample(
    codes: Sequence[ArrayLike],
    thresholds: Sequence[Sequence[ArrayLike]],
    correlations: Sequence[ArrayLike],
    names: Sequence[str],
    *,
    groups: Sequence[str] = ("",),
    clusters: Sequence[Sequence[object]] | None = None,
) -> OrdinalSample:
    """Prepare ordinal answers for :func:`fit`: one entry a group in every argument.

    Parameters
    ----------
    codes : sequence of arrays, persons x variables
        Categories numbered 0, 1, 2, ... in order; NaN where there is no answer (each pair then uses the
        persons who answered both).
    thresholds : sequence of sequences
        Each variable's thresholds, one fewer than its categories, estimated from its own margin.
    correlations : sequence of arrays, variables x variables
        Polychoric correlations, estimated by maximum likelihood given those thresholds.
    names, groups : sequence of str
        Variables; groups.
    clusters : sequence of sequences, optional
        What every person of a group belongs to (the couple): influences are then summed over each cluster, so that
        standard errors and tests are robust to partners who answer alike.

    Returns
    -------
    OrdinalSample
        The statistics with their asymptotic covariance.

    Notes
    -----
    Scores are those of the univariate and bivariate normal likelihoods; blocks of the bread are sums of their
    products, as in ``lavaan:::muthen1984`` (validated against lavaan 0.6-14). The covariance needs many more
    persons than statistics to be stable; only its diagonal enters the weights of DWLS. An indefinite matrix
    of correlations is said in a note.
    """
    made, notes = [], []
    owners = [None] * len(groups) if clusters is None else list(clusters)
    for group, X, tau, R, own in zip(groups, codes, thresholds, correlations, owners, strict=True):
        data, matrix = np.array(X, dtype=float, ndmin=2), np.array(R, dtype=float, ndmin=2)
        cuts = [np.array(t, dtype=float).ravel() for t in tau]
        problems = _faults(data, cuts, matrix, names, group)
        if problems:
            raise ResponseError(problems)
        some = ~np.isnan(data).all(axis=1)
        ids = None if own is None else np.unique(np.array([str(one) for one in own])[some], return_inverse=True)[1]
        made.append(_group(data[some], cuts, matrix, ids))
        if np.linalg.eigvalsh(matrix)[0] <= 0:
            notes.append(
                f"the polychoric correlations{f' of group {group}' if group else ''} are not positive definite"
            )
    counted = None if clusters is None else len({str(one) for own in clusters for one in own})
    return OrdinalSample(
        names=tuple(names), groups=tuple(groups), data=tuple(made), notes=tuple(notes), n_clusters=counted
    )


def _faults(X: FloatArray, cuts: list[FloatArray], R: FloatArray, names: Sequence[str], group: str) -> list[Problem]:
    where = f" in group {group}" if group else ""
    if not len(names) == X.shape[1] == len(cuts) == len(R):
        raise IntimacyScalesError(
            Problem(
                where=f"ordinal sample{where}",
                what="names, columns, thresholds and correlations are not equally many",
                allowed="one of each a variable",
            )
        )
    out = []
    for j, name in enumerate(names):
        values = X[~np.isnan(X[:, j]), j]
        used = set(np.unique(values).tolist())
        missing = sorted(set(range(len(cuts[j]) + 1)) - used)
        if len(cuts[j]) < 1 or not np.isfinite(cuts[j]).all() or (np.diff(cuts[j]) <= 0).any():
            out.append(
                Problem(
                    where=f"column {name}{where}",
                    what="its thresholds do not rise, or there is none",
                    allowed="at least two used categories, thresholds in order",
                )
            )
        elif missing or len(used) != len(cuts[j]) + 1:
            out.append(
                Problem(
                    where=f"column {name}{where}",
                    what=f"codes do not match its {len(cuts[j])} thresholds",
                    allowed=f"each of 0 to {len(cuts[j])} used",
                    do="merge categories that nobody used",
                )
            )
    a_s, b_s = pairs(len(R))
    out += [
        Problem(
            where=f"columns {names[a]} and {names[b]}{where}",
            what=f"a polychoric correlation of {R[a, b]:.4g}",
            allowed="between -1 and 1",
            do="leave one of the two out",
        )
        for a, b in zip(a_s.tolist(), b_s.tolist(), strict=True)
        if not abs(R[a, b]) < SAME
    ]
    return out


def _group(X: FloatArray, cuts: list[FloatArray], R: FloatArray, clusters: Ints | None) -> OrdinalGroup:
    n = len(X)
    weight: FloatArray = np.ones(n)
    if clusters is None:  # who answers alike moves the statistics alike
        X, weight = _distinct(X, [len(cut) + 1 for cut in cuts])
    crossed, by_cluster, tie = _summed_scores(X, weight, _tables_of(cuts, R), clusters)
    n_th, n_r = tie.shape[1], len(tie)
    of = np.repeat(np.arange(len(cuts)), [len(t) for t in cuts])
    inverse_th = np.linalg.inv(np.where(of[:, None] == of[None, :], crossed[:n_th, :n_th], 0.0))
    own, moved = np.diag(crossed)[n_th:], np.zeros((n_th + n_r, n_th + n_r))
    with np.errstate(invalid="ignore", divide="ignore"):  # no information: named below
        # influences are scores times this: thresholds move by their own, and correlations by what thresholds did too
        moved[:n_th, :n_th], moved[:n_th, n_th:] = inverse_th, -(inverse_th @ tie.T) / own
        moved[n_th:, n_th:] = np.diag(1.0 / own)
        gamma = n * moved.T @ by_cluster @ moved
    flat = np.concatenate(cuts)
    if not np.isfinite(gamma).all() or (np.diag(gamma)[n_th:] <= 0).any():
        raise ResponseError(
            Problem(
                where="ordinal sample",
                what="a correlation has no information in these answers",
                allowed="two variables that are not copies",
                do="leave one out",
            )
        )
    return OrdinalGroup(thresholds=flat, threshold_of=of.astype(np.intp), correlations=R, gamma=gamma, n=n)


def _distinct(X: FloatArray, n_categories: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Return the rows that differ, and how often each stands there."""
    sizes = [n + 1 for n in n_categories]  # a missing answer counts as one more category
    if math.prod(sizes) > 2**62:
        return X, np.ones(len(X))
    place = np.zeros(len(X), dtype=np.int64)
    for column, size in zip(X.T, sizes, strict=True):
        place = place * size + np.where(np.isnan(column), size - 1, column).astype(np.int64)
    _, first, counts = np.unique(place, return_index=True, return_counts=True)
    return X[first], counts.astype(np.float64)


def summed_by(values: FloatArray, clusters: Ints | None) -> FloatArray:
    """Return values summed over each of G clusters, times sqrt(G / (G - 1)) as in lavaan; plain without clusters."""
    if clusters is None:
        return values
    used, of = np.unique(clusters, return_inverse=True)
    out = np.zeros((len(used), values.shape[1]))
    np.add.at(out, of.reshape(-1), values)
    return np.asarray(out * np.sqrt(len(used) / max(len(used) - 1, 1)))


def _tables_of(cuts: list[FloatArray], R: FloatArray) -> _ScoreTables:
    rows, cols = pairs(len(cuts))
    return _ScoreTables(
        margins=tuple(_margin_score(cut) for cut in cuts), pairs=tuple(zip(rows.tolist(), cols.tolist(), strict=True)),
        cells=tuple(_pair_scores(cuts[i], cuts[j], float(R[i, j])) for i, j in zip(rows, cols, strict=True)),
    )  # fmt: skip


def _summed_scores(
    X: FloatArray, weight: FloatArray, tables: _ScoreTables, clusters: Ints | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return products of casewise scores over all rows, the same of scores summed by cluster, and their ties.

    Block by block, so that the scores of all rows are never held, unless clusters have to be put together.
    """
    n_th = sum(margin.shape[1] for margin in tables.margins)
    size, rows = n_th + len(tables.pairs), BLOCK_ROWS if clusters is None else max(len(X), 1)
    crossed, tie = np.zeros((size, size)), np.zeros((len(tables.pairs), n_th))
    by_cluster = crossed
    for start in range(0, len(X), rows):
        some, own = X[start : start + rows], weight[start : start + rows]
        scores = _scores(some, own, tables, tie)
        if clusters is not None:
            summed = summed_by(scores.T, clusters)
            by_cluster = summed.T @ summed
        scores *= np.sqrt(own)
        crossed += scores @ scores.T
    return crossed, by_cluster, tie


def _scores(X: FloatArray, weight: FloatArray, tables: _ScoreTables, tie: FloatArray) -> FloatArray:
    """Return casewise scores, statistics x rows: of thresholds on the margins, of correlations on the pairs.

    ``weight``: rows alike. What ties the scores of correlations to those of thresholds is added to ``tie``.
    """
    seen = ~np.isnan(X.T)
    codes = np.where(seen, X.T, 0).astype(np.intp)
    first = np.concatenate([[0], np.cumsum([margin.shape[1] for margin in tables.margins])]).tolist()
    out = np.empty((first[-1] + len(tables.pairs), len(X)))
    for j, margin in enumerate(tables.margins):
        out[first[j] : first[j + 1]] = margin.T.take(codes[j], axis=1) * seen[j]
    for k, ((i, j), (by_r, by_i, by_j)) in enumerate(zip(tables.pairs, tables.cells, strict=True)):
        both = seen[i] & seen[j]
        at = codes[i] * by_r.shape[1] + codes[j]
        np.multiply(by_r.ravel().take(at), both, out=out[first[-1] + k])
        counts = np.bincount(at, weights=weight * both, minlength=by_r.size).reshape(by_r.shape)
        tie[k, first[i] : first[i + 1]] += np.einsum("ab,abt->t", counts * by_r, by_i)
        tie[k, first[j] : first[j + 1]] += np.einsum("ab,abt->t", counts * by_r, by_j)
    return out


def _density(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _margin_score(cut: FloatArray) -> FloatArray:
    """Return categories x thresholds: derivative of the log probability of a category."""
    from scipy.special import ndtr

    prob = np.diff(np.concatenate([[0.0], ndtr(cut), [1.0]]))
    step = np.eye(len(cut) + 1, len(cut)) - np.eye(len(cut) + 1, len(cut), -1)
    return np.asarray(step * _density(cut) / np.maximum(prob, TINY)[:, None])


def _pair_scores(a: FloatArray, b: FloatArray, r: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return derivatives of the log probability of each cell by r, and by the thresholds of each variable."""
    from scipy.special import ndtr

    edge_a, edge_b = np.concatenate([[-np.inf], a, [np.inf]]), np.concatenate([[-np.inf], b, [np.inf]])
    corner = bivariate_cdf(edge_a[:, None], edge_b[None, :], r)
    prob = np.maximum(np.diff(np.diff(corner, axis=0), axis=1), TINY)
    root = np.sqrt(1 - r**2)
    height = np.zeros((len(a) + 2, len(b) + 2))
    height[1:-1, 1:-1] = np.exp(-(a[:, None] ** 2 - 2 * r * np.outer(a, b) + b[None, :] ** 2) / (2 * root**2)) / (
        2 * np.pi * root
    )
    by_r = np.diff(np.diff(height, axis=0), axis=1) / prob
    slice_a = _density(a)[:, None] * np.diff(ndtr((edge_b[None, :] - r * a[:, None]) / root), axis=1)
    slice_b = _density(b)[:, None] * np.diff(ndtr((edge_a[None, :] - r * b[:, None]) / root), axis=1)
    by_a = _steps(len(a))[:, None, :] * slice_a.T[None, :, :] / prob[:, :, None]
    by_b = _steps(len(b))[None, :, :] * slice_b.T[:, None, :] / prob[:, :, None]
    return by_r, by_a, by_b


def _steps(k: int) -> FloatArray:
    """Category c lies under threshold c and above threshold c - 1."""
    return np.eye(k + 1, k) - np.eye(k + 1, k, -1)


def bivariate_cdf(x: FloatArray, y: FloatArray, r: float) -> FloatArray:
    """Return P(X < x, Y < y) of the standard bivariate normal, through Owen's T function."""
    from scipy.special import ndtr, owens_t

    x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    # exactly zero has no slope to the other coordinate; a hair's breadth away the value is the same
    h, k = (np.where(v == 0, 1e-300, v) for v in (x, y))
    finite = np.isfinite(h) & np.isfinite(k)
    hf, kf = np.where(finite, h, 1.0), np.where(finite, k, 1.0)
    root = np.sqrt(1 - r**2)
    inner = (ndtr(hf) + ndtr(kf)) / 2 - owens_t(hf, (kf / hf - r) / root) - owens_t(kf, (hf / kf - r) / root)
    inner = inner - np.where(hf * kf < 0, 0.5, 0.0)
    edge = np.where(np.isinf(h), np.where(h > 0, ndtr(k), 0.0), np.where(k > 0, ndtr(h), 0.0))
    return np.asarray(np.where(finite, inner, edge))


Parameterization = Literal["delta", "theta"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """Implied statistics of one group (thresholds, then correlations), derivatives by the parameters."""

    statistics: FloatArray
    delta: FloatArray


def statistics(group: OrdinalGroup) -> FloatArray:
    """Return the sample's thresholds and correlations in one vector."""
    i, j = pairs(len(group.correlations))
    return np.concatenate([group.thresholds, group.correlations[i, j]])


def implied(matrices: GroupMatrices, theta: FloatArray, parameterization: Parameterization) -> Implied:
    """Return what the model says about thresholds and correlations.

    Delta: the response has standard deviation 1 / d and the residual variance is what is left. Theta:
    residual variances are parameters, and thresholds and correlations are standardized by the implied
    variance.
    """
    at = evaluate(matrices, theta)
    by = derivatives(matrices, at)
    n_cov = by.X.shape[1]
    scale, by_scale = _scale(matrices, at, by.X * by.Y, parameterization)
    i, j = pairs(matrices.n_observed)
    raw = at.sigma[i, j]
    d_raw = np.zeros((len(i), by_scale.shape[1]))
    d_raw[:, :n_cov] = by.X[i] * by.Y[j] + by.X[j] * by.Y[i]
    correlations = scale[i] * scale[j] * raw
    d_cor = (
        (scale[i] * scale[j])[:, None] * d_raw
        + (scale[j] * raw)[:, None] * by_scale[i]
        + (scale[i] * raw)[:, None] * by_scale[j]
    )
    of = matrices.threshold_of
    away = at.t - at.mu[of]
    d_away = np.zeros((len(of), by_scale.shape[1]))
    d_away[:, : by.mean.shape[1]] = -by.mean[of]
    t = matrices.cells["t"]
    d_away[t.row, by.mean.shape[1] + np.arange(len(t.row))] += 1.0
    d_th = scale[of][:, None] * d_away + away[:, None] * by_scale[of]
    cells = np.concatenate([d_th, d_cor])
    delta = np.zeros((matrices.n_params, len(cells)))
    np.add.at(delta, matrices.params, cells.T)
    return Implied(statistics=np.concatenate([scale[of] * away, correlations]), delta=delta.T)


def _scale(
    matrices: GroupMatrices,
    at: State,
    half_variance: FloatArray,
    parameterization: Parameterization,
) -> tuple[FloatArray, FloatArray]:
    """Return the factor that each response is multiplied by, and its derivatives by all cells."""
    by = np.zeros((matrices.n_observed, len(matrices.params)))
    if parameterization == "delta":
        d = matrices.cells["d"]
        by[d.row, by.shape[1] - len(d.row) + np.arange(len(d.row))] = 1.0
        return at.d, by
    variance = np.diag(at.sigma)
    scale = 1 / np.sqrt(np.where(variance > 0, variance, np.nan))
    by[:, : half_variance.shape[1]] = -(scale**3)[:, None] * half_variance
    return scale, by


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSquares:
    """Half of (n - 1) times the weighted squares of what is left, summed over groups: chi-square / 2."""

    compiled: Compiled
    data: tuple[OrdinalGroup, ...]
    parameterization: Parameterization

    def value(self, theta: FloatArray) -> float:
        """Return the objective."""
        with np.errstate(all="ignore"):
            try:
                total = sum(
                    float((group.n - 1) * (left**2 / np.diag(group.gamma)).sum()) / 2
                    for group, left, _ in self._left(theta)
                )
            except np.linalg.LinAlgError:
                return np.inf
        return total if np.isfinite(total) else np.inf

    def gradient(self, theta: FloatArray) -> FloatArray:
        """Return its gradient."""
        return np.asarray(
            -sum((group.n - 1) * delta.T @ (left / np.diag(group.gamma)) for group, left, delta in self._left(theta))
        )

    def information(self, theta: FloatArray) -> FloatArray:
        """Return the Gauss-Newton matrix."""
        return np.asarray(
            sum((group.n - 1) * (delta.T / np.diag(group.gamma)) @ delta for group, _, delta in self._left(theta))
        )

    def hessian(self, theta: FloatArray) -> FloatArray | None:
        """Return None: the Gauss-Newton matrix serves."""
        del theta
        return None

    def _left(self, theta: FloatArray) -> list[tuple[OrdinalGroup, FloatArray, FloatArray]]:
        out: list[tuple[OrdinalGroup, FloatArray, FloatArray]] = []
        for matrices, group in zip(self.compiled.groups, self.data, strict=True):
            now = implied(matrices, theta, self.parameterization)
            left: FloatArray = statistics(group) - now.statistics
            out.append((group, left, now.delta))
        return out
