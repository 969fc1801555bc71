"""Marginal maximum likelihood of the graded response model: EM steps first, then scoring steps to the top.

Standard errors of the graded response model from the information about its parameters.

Category probabilities of the graded response model and their derivatives; plain arrays, items x ... x theta.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray

# A slope beyond this is a step function: the item sorts persons as well as all others together.
STEEPEST = 25.0
_EM_IS_NEAR = 5e-3
_DONE = 1e-7  # what a further step would add to the log-likelihood, doubled


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Quadrature: equally spaced points with normal weights that sum to 1."""

    points: FloatArray
    weights: FloatArray


def make_grid(n_points: int, half_width: float = 6.0) -> Grid:
    """Rectangular quadrature of the standard normal from -6 to 6."""
    points = np.linspace(-half_width, half_width, n_points)
    density = np.exp(-0.5 * points**2)
    return Grid(points=points, weights=density / density.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the E-step gives: each person's posterior over the grid, and the marginal log-likelihood."""

    posterior: FloatArray  # persons x points
    log_likelihood: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Where the search ended."""

    curves: Curves
    log_likelihood: float
    steps: int
    converged: bool


def expect(ticks: FloatArray, curves: Curves, grid: Grid) -> Expected:
    """Posterior of every person; ``ticks`` is persons x (items * categories), 1 where a category was answered."""
    k = log_probabilities(curves, grid.points).reshape(-1, len(grid.points))
    joint = ticks @ k + np.log(grid.weights)
    top = joint.max(axis=1, keepdims=True)
    posterior = np.exp(joint - top)
    total = posterior.sum(axis=1, keepdims=True)
    return Expected(posterior=posterior / total, log_likelihood=float(np.sum(np.log(total) + top)))


def fit(ticks: FloatArray, start: Curves, grid: Grid, *, max_iterations: int) -> Fitted:
    """Climb the marginal likelihood from ``start``."""
    curves, now, near = start, expect(ticks, start, grid), False
    for step in range(1, max_iterations + 1):
        if near:
            ahead = _scoring_step(ticks, curves, grid, now)
            if ahead is not None and ahead.gain < _DONE:
                return Fitted(curves=curves, log_likelihood=now.log_likelihood, steps=step, converged=True)
            if ahead is not None and ahead.curves is not None and ahead.expected is not None:
                curves, now = ahead.curves, ahead.expected
                continue
        new = _maximise(_counts(ticks, now, curves), curves, grid)
        moved = _distance(curves, new)
        curves, now = new, expect(ticks, new, grid)
        near = moved < _EM_IS_NEAR
        if moved < 1e-7:
            return Fitted(curves=curves, log_likelihood=now.log_likelihood, steps=step, converged=True)
    return Fitted(curves=curves, log_likelihood=now.log_likelihood, steps=max_iterations, converged=False)


def _counts(ticks: FloatArray, now: Expected, curves: Curves) -> FloatArray:
    """Count the answers expected: items x categories x points."""
    n_items, n_cuts = curves.intercepts.shape
    return np.asarray((ticks.T @ now.posterior).reshape(n_items, n_cuts + 1, -1))


def _distance(a: Curves, b: Curves) -> float:
    real = a.real
    return float(max(np.abs(a.slopes - b.slopes).max(), np.abs(a.intercepts[real] - b.intercepts[real]).max()))


def _maximise(counts: FloatArray, curves: Curves, grid: Grid) -> Curves:
    """One Fisher scoring step for every item at once, halved for those whose expected likelihood would fall."""
    p, d = probabilities(curves, grid.points), slopes_of(curves, grid.points)
    relative = d / np.maximum(p, 1e-12)[:, :, None]
    gradient = np.einsum("jkq,jkdq->jd", counts, relative)
    weighted = relative * counts.sum(axis=1)[:, None, None]
    information = np.einsum("jkdq,jkeq->jde", weighted, d)
    step = np.linalg.solve(information + _ridge(information), gradient[:, :, None])[:, :, 0]
    before = np.einsum("jkq,jkq->j", counts, np.log(np.maximum(p, SMALLEST)))
    length = np.ones(len(step))
    for _ in range(30):
        new = shifted(curves, step * length[:, None])
        after = np.einsum("jkq,jkq->j", counts, log_probabilities(new, grid.points))
        worse = ~(after >= before - 1e-10) | ~_ordered(new)
        if not worse.any():
            return new
        length[worse] /= 2
    return shifted(curves, step * np.where(worse, 0.0, length)[:, None])


def _ridge(information: FloatArray) -> FloatArray:
    """Ones on the diagonal for parameters an item lacks, next to nothing for the others."""
    diagonal = np.einsum("jdd->jd", information)
    return np.asarray(np.eye(information.shape[1]) * np.where(diagonal > 1e-10, 1e-10 * diagonal, 1.0)[:, None, :])


def _ordered(curves: Curves) -> np.ndarray:
    """Which items' intercepts descend strictly."""
    low = np.where(curves.real, curves.intercepts, -1e9 - np.arange(curves.intercepts.shape[1]))
    return np.asarray((np.diff(low, axis=1) < 0).all(axis=1))


def shifted(curves: Curves, step: FloatArray) -> Curves:
    """Parameters moved by items x (slope, intercepts); slopes stay within their limit."""
    slopes = np.clip(curves.slopes + step[:, 0], -STEEPEST, STEEPEST)
    moved = curves.intercepts + np.where(curves.real, step[:, 1:], 0.0)
    return Curves(slopes=slopes, intercepts=moved)


def person_scores(ticks: FloatArray, curves: Curves, grid: Grid, posterior: FloatArray) -> FloatArray:
    """Each person's derivative of their log-likelihood: persons x (real parameters, item by item)."""
    p = np.maximum(probabilities(curves, grid.points), 1e-12)
    relative = slopes_of(curves, grid.points) / p[:, :, None]
    n_items, n_categories = p.shape[:2]
    answered = ticks.reshape(len(ticks), n_items, n_categories)
    has = np.concatenate([np.ones((n_items, 1), dtype=bool), curves.real], axis=1)
    columns = []
    for j in range(n_items):
        each = posterior @ relative[j].reshape(-1, len(grid.points)).T
        scores = np.einsum("nk,nkd->nd", answered[:, j], each.reshape(len(ticks), n_categories, -1))
        columns.append(scores[:, has[j]])
    return np.concatenate(columns, axis=1)


def unpack(curves: Curves, vector: FloatArray) -> FloatArray:
    """Lay a vector of real parameters out as items x (slope, intercepts), 0 where an item has none."""
    out = np.zeros((len(curves.slopes), curves.intercepts.shape[1] + 1))
    has = np.concatenate([np.ones((len(out), 1), dtype=bool), curves.real], axis=1)
    out[has] = vector
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ahead:
    """A scoring step: what it promises, and where it leads (None when it did not gain)."""

    gain: float
    curves: Curves | None = None
    expected: Expected | None = None


def _scoring_step(ticks: FloatArray, curves: Curves, grid: Grid, now: Expected) -> _Ahead | None:
    """Newton step with the persons' squared scores as information; EM alone would crawl near the top."""
    scores = person_scores(ticks, curves, grid, now.posterior)
    information, gradient = scores.T @ scores, scores.sum(axis=0)
    values, vectors = np.linalg.eigh(information)
    if values[0] <= 1e-9 * values[-1]:
        return None
    direction = vectors @ ((vectors.T @ gradient) / values)
    gain = float(gradient @ direction)
    if gain < _DONE:
        return _Ahead(gain=gain)
    length = 1.0
    for _ in range(8):
        new = shifted(curves, unpack(curves, length * direction))
        if _ordered(new).all():
            then = expect(ticks, new, grid)
            if then.log_likelihood > now.log_likelihood + 1e-4 * length * gain:
                return _Ahead(gain=gain, curves=new, expected=then)
        length /= 2
    return _Ahead(gain=gain)


_STEP = 1e-4


def parameter_covariance(ticks: FloatArray, curves: Curves, grid: Grid, *, method: str) -> FloatArray:
    """Inverse information of all slopes and intercepts, item by item; NaN throughout when it is singular."""
    information = _observed(ticks, curves, grid) if method == "observed" else _empirical(ticks, curves, grid)
    values, vectors = np.linalg.eigh(information)
    if values[0] <= 1e-9 * values[-1]:
        return np.full(information.shape, np.nan)
    return np.asarray((vectors / values) @ vectors.T)


def _empirical(ticks: FloatArray, curves: Curves, grid: Grid) -> FloatArray:
    scores = person_scores(ticks, curves, grid, expect(ticks, curves, grid).posterior)
    return np.asarray(scores.T @ scores)


def _observed(ticks: FloatArray, curves: Curves, grid: Grid) -> FloatArray:
    """Central differences of the exact gradient (Fisher's identity)."""
    n = int(len(curves.slopes) + curves.real.sum())
    columns = []
    for i in range(n):
        unit = np.zeros(n)
        unit[i] = _STEP
        ahead = _gradient(ticks, shifted(curves, unpack(curves, unit)), grid)
        behind = _gradient(ticks, shifted(curves, unpack(curves, -unit)), grid)
        columns.append((behind - ahead) / (2 * _STEP))
    information = np.array(columns)
    return np.asarray((information + information.T) / 2)


def _gradient(ticks: FloatArray, curves: Curves, grid: Grid) -> FloatArray:
    p = np.maximum(probabilities(curves, grid.points), 1e-12)
    counts = (ticks.T @ expect(ticks, curves, grid).posterior).reshape(p.shape)
    gradient = np.einsum("jkq,jkdq->jd", counts / p, slopes_of(curves, grid.points))
    has = np.concatenate([np.ones((len(p), 1), dtype=bool), curves.real], axis=1)
    return np.asarray(gradient[has])


SMALLEST = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Parameters of all items, padded to the widest.

    ``slopes``: items. ``intercepts``: items x (categories - 1), descending, -inf where an item has fewer categories.
    """

    slopes: FloatArray
    intercepts: FloatArray

    @property
    def real(self) -> np.ndarray:
        """Which intercepts an item has: items x (categories - 1)."""
        return np.isfinite(self.intercepts)


def logistic(x: FloatArray) -> FloatArray:
    """Logistic function; 0 at -inf."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.maximum(x, -700.0)))) * np.isfinite(x)


def at_or_above(curves: Curves, theta: FloatArray) -> FloatArray:
    """P(answer >= category), items x (categories + 1) x theta; 1 for the lowest, 0 beyond the highest."""
    inner = logistic(curves.slopes[:, None, None] * theta + curves.intercepts[:, :, None])
    ones = np.ones((len(curves.slopes), 1, len(theta)))
    return np.concatenate([ones, inner, np.zeros_like(ones)], axis=1)


def probabilities(curves: Curves, theta: FloatArray) -> FloatArray:
    """P(answer = category), items x categories x theta; 0 for categories an item lacks."""
    above = at_or_above(curves, theta)
    return np.asarray(above[:, :-1] - above[:, 1:])


def log_probabilities(curves: Curves, theta: FloatArray) -> FloatArray:
    """Logarithm of :func:`probabilities`; very low, never -inf, where there is nothing."""
    return np.asarray(np.log(np.maximum(probabilities(curves, theta), SMALLEST)))


def slopes_of(curves: Curves, theta: FloatArray) -> FloatArray:
    """Differentiate the probabilities by (slope, intercepts): items x categories x parameters x theta."""
    above = at_or_above(curves, theta)
    bend = above * (1.0 - above)  # items x (categories + 1) x theta
    n_categories = bend.shape[1] - 1
    out = np.zeros((len(bend), n_categories, n_categories, len(theta)))
    out[:, :, 0] = (bend[:, :-1] - bend[:, 1:]) * theta
    for c in range(1, n_categories):  # intercept c raises category c at the expense of c - 1
        out[:, c, c] = bend[:, c]
        out[:, c - 1, c] = -bend[:, c]
    return out


def slopes_by_theta(curves: Curves, theta: FloatArray) -> FloatArray:
    """Differentiate the probabilities by theta: items x categories x theta."""
    above = at_or_above(curves, theta)
    bend = above * (1.0 - above)
    return np.asarray((bend[:, :-1] - bend[:, 1:]) * curves.slopes[:, None, None])


def information_curves(curves: Curves, theta: FloatArray) -> FloatArray:
    """Fisher information of each item about theta: items x theta."""
    p = np.maximum(probabilities(curves, theta), 1e-12)
    return np.asarray((slopes_by_theta(curves, theta) ** 2 / p).sum(axis=1))
