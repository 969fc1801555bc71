"""Rotation to simple structure: what each rotation minimises, and whether a rotated pattern stands still under it.

Oblimin and geomin by gradient projection, with the steps of factor_analyzer's Rotator (it agrees, see the tests), all
starts at once: ten starts take the time of one. Varimax by plane rotations, and promax on top of it: Rotator has both,
but its varimax stops as soon as the sum of singular values stands still, which it does while the axes are still a
degree off (two perfectly simple factors suffice to see it); its promax starts from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError

_STANDS_STILL = 1e-4


def criterion_of(loadings: FloatArray, method: str, delta: float) -> float:
    """Value of the criterion; smaller is simpler. Promax goes by its varimax, whose sign is turned."""
    if method in _ROTATED_OBLIQUELY:
        return float(_values(loadings, method, delta))
    return -float(np.sum((loadings**2).var(axis=0)))


def _values(loadings: FloatArray, method: str, delta: float) -> FloatArray:
    """Criterion of oblimin or geomin, of one pattern or of each of several."""
    if method == "oblimin":
        squared = loadings**2
        return np.asarray((squared * (squared.sum(axis=-1, keepdims=True) - squared)).sum(axis=(-2, -1)) / 4)
    return np.asarray(_geometric_mean(loadings, delta).sum(axis=-1))


def is_stationary(loadings: FloatArray, phi: FloatArray, method: str, delta: float, *, kaiser: bool) -> bool:
    """Whether no small turn of the factors improves the criterion.

    With G the criterion's derivative by the loadings, an oblique pattern stands still when ``L' G phi^-1`` is
    diagonal (Jennrich 2002), an orthogonal one when ``L' G`` is symmetric. Rotator ends silently without it.
    """
    if kaiser:
        length = np.sqrt(np.einsum("ij,jk,ik->i", loadings, phi, loadings))
        loadings = loadings / np.where(length > 1e-8, length, 1.0)[:, None]
    pull = loadings.T @ _gradient(loadings, method, delta)
    if method == "varimax":
        return bool(np.abs(pull - pull.T).max() < _STANDS_STILL)
    pull = pull @ np.linalg.inv(phi)
    return bool(np.abs(pull - np.diag(np.diag(pull))).max() < _STANDS_STILL)


def _gradient(loadings: FloatArray, method: str, delta: float) -> FloatArray:
    squared = loadings**2
    if method == "oblimin":
        return np.asarray(loadings * (squared.sum(axis=-1, keepdims=True) - squared))
    if method == "geomin":
        share = _geometric_mean(loadings, delta)[..., None] * 2.0 / loadings.shape[-1]
        return np.asarray(share * loadings / (squared + delta))
    return np.asarray(-loadings * (squared - squared.mean(axis=0)) * 4.0 / len(loadings))


def _geometric_mean(loadings: FloatArray, delta: float) -> FloatArray:
    return np.asarray(np.exp(np.log(loadings**2 + delta).mean(axis=-1)))


_MOST_SWEEPS = 500
_STILL = 1e-12


def varimax(loadings: FloatArray) -> FloatArray:
    """Rotate to the largest variance of the squared loadings; Kaiser's closed form for each pair of factors."""
    a = loadings.copy()
    m = a.shape[1]
    for _ in range(_MOST_SWEEPS):
        turned = 0.0
        for i in range(m):
            for j in range(i + 1, m):
                angle = _angle(a[:, i], a[:, j])
                c, s = np.cos(angle), np.sin(angle)
                a[:, i], a[:, j] = c * a[:, i] + s * a[:, j], c * a[:, j] - s * a[:, i]
                turned = max(turned, abs(angle))
        if turned < _STILL:
            break
    return a


def _angle(x: FloatArray, y: FloatArray) -> float:
    u, v, p = x * x - y * y, 2 * x * y, len(x)
    above = 2 * float(u @ v) - 2 * float(u.sum() * v.sum()) / p
    beside = float(u @ u - v @ v) - float(u.sum() ** 2 - v.sum() ** 2) / p
    return 0.25 * float(np.arctan2(above, beside)) if above or beside else 0.0


def promax_transform(simple: FloatArray, power: int) -> FloatArray:
    """Find the columns that bring varimax loadings nearest to their own ``power``-th power, scaled to unit factors."""
    target = simple * np.abs(simple) ** (power - 1)
    turn = np.linalg.lstsq(simple, target, rcond=None)[0]
    return np.asarray(turn * np.sqrt(np.diag(np.linalg.inv(turn.T @ turn))))


RotationName = Literal["none", "varimax", "promax", "oblimin", "geomin"]
ROTATIONS: tuple[RotationName, ...] = ("none", "varimax", "promax", "oblimin", "geomin")
OBLIQUE: tuple[RotationName, ...] = ("promax", "oblimin", "geomin")

_ROTATED_OBLIQUELY = frozenset({"oblimin", "geomin"})
_MOST_STEPS, _MOST_HALVINGS, _FLAT = 5001, 11, 1e-7  # Rotator's, with max_iter 5000 and tol 1e-7
_ROUNDING = 1e-15
# Rows are brought to length 1 first where the method's authors do so; R's oblimin and geomin do not.
_KAISER = frozenset({"varimax", "promax"})
_PROMAX_POWER = 4
_SAME = 1e-4  # criteria nearer than this (relative) are the same minimum


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Rotated factors; every array has the factors in the same order.

    Attributes
    ----------
    loadings : items x factors, the pattern.
    structure : items x factors, correlations of items with factors (``loadings @ phi``).
    phi : factors x factors, correlations of the factors.
    communalities : one an item, ``diag(L phi L')``.
    variance : one a factor, variance explained (``diag(phi L'L)``), descending; its sum is that of the communalities.
    criterion, starts_at_best : what was minimised, and how many of the starts arrived there.
    """

    method: RotationName
    loadings: FloatArray
    structure: FloatArray
    phi: FloatArray
    communalities: FloatArray
    variance: FloatArray
    criterion: float
    starts: int
    starts_at_best: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turned:
    loadings: FloatArray
    phi: FloatArray
    criterion: float


def rotate(
    loadings: ArrayLike, *, method: RotationName = "oblimin", starts: int = 10, seed: int = 0, delta: float = 0.01
) -> Rotation:
    r"""Rotate unrotated loadings to simple structure.

    *varimax* (orthogonal) maximises the variance of the squared loadings, after Kaiser's normalization. *promax*
    (oblique): varimax raised to the fourth power as the target. *oblimin* (oblique, gamma 0, that is quartimin)
    minimises ``sum_i sum_{j<l} L_ij^2 L_il^2``. *geomin* (oblique) minimises
    ``sum_i prod_j (L_ij^2 + delta)^(1/m)``.

    Parameters
    ----------
    loadings : array, items x factors, from :func:`extract`.
    method : "none", "varimax", "promax", "oblimin" or "geomin".
    starts : int, default 10
        The first starts where R does; the others from random orthogonal turns. The lowest criterion wins.
    seed : of the random starts.
    delta : geomin's small constant; 0.01, as in GPArotation.

    Returns
    -------
    Rotation
        Factors reflected to positive sums, sorted by variance explained; pattern, structure and phi in that order.

    Notes
    -----
    *Misleads* when starts arrive at different minima (a note says how many agreed): the pattern is then one of
    several, geomin above all. A large factor correlation in phi asks for fewer factors.

    *Validated* against R 4.2.2 from the same unrotated loadings: GPArotation 2022.10-2 geomin and oblimin 1e-7 (best of
    its starts), ``varimax`` 3e-9, psych 2.2.9 ``Promax`` 2e-5. R's own ``promax`` raises loadings that are not brought
    to length 1 first and differs in the second decimal. factor_analyzer 0.5.1 promax 4e-10.

    References
    ----------
    Jennrich, R. I. (2002). A simple general method for oblique rotation. Psychometrika, 67, 7-19.
    https://doi.org/10.1007/BF02294706

    Browne, M. W. (2001). An overview of analytic rotation in exploratory factor analysis. Multivariate Behavioral
    Research, 36, 111-150. https://doi.org/10.1207/S15327906MBR3601_05

    Examples
    --------
    >>> import numpy as np
    >>> simple = np.array([[.8, 0], [.7, 0], [.6, 0], [0, .7], [0, .6], [0, .5]])
    >>> turn = np.array([[.8, -.6], [.6, .8]])
    >>> bool(np.allclose(rotate(simple @ turn, method="varimax").loadings, simple, atol=1e-4))
    True
    """
    a = _checked(loadings, method, starts)
    m = a.shape[1]
    if m == 1 or method == "none":
        return _finish(method, _Turned(loadings=a, phi=np.eye(m), criterion=float("nan")), starts=1, agreeing=1)
    tried = _turned(a, method, delta, np.array([_start(m, i, seed) for i in range(starts)]))
    best = min(tried, key=lambda t: t.criterion)
    close = abs(best.criterion) * _SAME + 1e-9
    agreeing = [t for t in tried if t.criterion <= best.criterion + close]
    chosen = agreeing[0]  # among equals the one that started where R starts
    settled = method == "promax" or is_stationary(chosen.loadings, chosen.phi, method, delta, kaiser=method in _KAISER)
    return _finish(method, chosen, starts=starts, agreeing=len(agreeing), settled=settled)


def _checked(loadings: ArrayLike, method: str, starts: int) -> FloatArray:
    a = np.array(loadings, dtype=np.float64)
    problems = []
    if a.ndim != 2 or not a.size or not np.isfinite(a).all():
        problems.append(Problem(where="loadings", what=f"shape {a.shape}", allowed="items x factors, no NaN"))
    if method not in ROTATIONS:
        problems.append(Problem(where="rotation", what=repr(method), allowed=", ".join(ROTATIONS)))
    if starts < 1:
        problems.append(Problem(where="starts", what=str(starts), allowed="1 or more"))
    if problems:
        raise ResponseError(problems)
    return a


def _start(m: int, i: int, seed: int) -> FloatArray:
    """Orthogonal turn of start ``i``: none first (where R starts), then random ones."""
    if i == 0:
        return np.eye(m)
    q, upper = np.linalg.qr(np.random.default_rng([seed, i]).standard_normal((m, m)))
    return np.asarray(q * np.sign(np.diag(upper)))


def _turned(a: FloatArray, method: RotationName, delta: float, starts: FloatArray) -> list[_Turned]:
    """Rotate once from every start, rows brought to length 1 where the method wants it."""
    if method not in _KAISER:
        loadings, phi = _projected(a @ starts, method, delta)
        return [_Turned(loadings=x, phi=y, criterion=criterion_of(x, method, delta))
                for x, y in zip(loadings, phi, strict=True)]  # fmt: skip
    length = np.sqrt((a**2).sum(axis=1, keepdims=True))
    length = np.where(length > 1e-8, length, 1.0)  # an item without communality stays where it is
    turneds = []
    for start in starts:
        simple = varimax(a @ start / length)
        turn = promax_transform(simple, _PROMAX_POWER) if method == "promax" else np.eye(a.shape[1])
        back = np.linalg.inv(turn)
        value = criterion_of(simple, method, delta)
        turneds.append(_Turned(loadings=simple @ turn * length, phi=back @ back.T, criterion=value))
    return turneds


def _projected(a: FloatArray, method: RotationName, delta: float) -> tuple[FloatArray, FloatArray]:
    """Patterns and phi of unrotated loadings (starts x items x factors) by gradient projection (Jennrich, 2002).

    A step along the projected gradient, twice as long as the last, is halved until the criterion falls by half of what
    the gradient promised. A start that is flat, or can fall by no more than rounding, rests while the others go on.
    """
    turn, back = (np.broadcast_to(np.eye(a.shape[2]), (len(a), a.shape[2], a.shape[2])).copy() for _ in range(2))
    loadings, step = a.copy(), np.ones(len(a))
    value = _values(loadings, method, delta)
    moving: IntArray = np.arange(len(a))
    for _ in range(_MOST_STEPS):
        own = turn[moving]
        uphill = -(back[moving].transpose(0, 2, 1) @ _gradient(loadings[moving], method, delta).transpose(0, 2, 1)
                   @ loadings[moving])  # fmt: skip
        uphill -= own * (own * uphill).sum(axis=1, keepdims=True)
        slope = np.sqrt((uphill**2).sum(axis=(1, 2)))
        steep = slope >= _FLAT
        moving, uphill, slope = moving[steep], uphill[steep], slope[steep]
        if not len(moving):
            break
        step[moving] *= 2
        moving = _step(a, (turn, back, loadings, value, step), moving, uphill, slope, method, delta)
    return loadings, turn.transpose(0, 2, 1) @ turn


def _step(
    a: FloatArray, state: tuple[FloatArray, ...], moving: IntArray, uphill: FloatArray, slope: FloatArray,
    method: RotationName, delta: float,
) -> IntArray:  # fmt: skip
    """Take one step of every start that moves, in place; the last trial is taken where none is good enough.

    Return the starts that can still move.
    """
    turn, back, loadings, value, step = state
    origin, before, open_ = turn[moving], value[moving], np.arange(len(moving))
    for _ in range(_MOST_HALVINGS):
        at = moving[open_]
        tried = origin[open_] - step[at, None, None] * uphill[open_]
        tried /= np.sqrt((tried**2).sum(axis=1, keepdims=True))
        turn[at], back[at] = tried, np.linalg.inv(tried)
        loadings[at] = a[at] @ back[at].transpose(0, 2, 1)
        value[at] = _values(loadings[at], method, delta)
        open_ = open_[~(before[open_] - value[at] > 0.5 * slope[open_] ** 2 * step[at])]
        if not len(open_):
            return moving
        step[moving[open_]] /= 2
    rest = open_[np.abs(before[open_] - value[moving[open_]]) <= _ROUNDING * np.abs(before[open_])]
    return np.asarray(np.delete(moving, rest))


def _finish(method: RotationName, turned: _Turned, *, starts: int, agreeing: int, settled: bool = True) -> Rotation:
    """Reflect and sort loadings and phi together, so that they cannot come apart."""
    variance = np.diag(turned.phi @ turned.loadings.T @ turned.loadings)
    order = np.argsort(-variance, kind="stable")
    loadings, phi = turned.loadings[:, order], turned.phi[np.ix_(order, order)]
    sign = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    loadings, phi = loadings * sign, phi * np.outer(sign, sign)
    notes = []
    if agreeing < starts:
        notes.append(f"{method}: {agreeing} of {starts} starts arrived at the best minimum; there are others")
    if not settled:
        notes.append(f"{method} did not converge; the pattern may still turn")
    return Rotation(
        method=method,
        loadings=loadings,
        structure=loadings @ phi,
        phi=phi,
        communalities=np.einsum("ij,jk,ik->i", loadings, phi, loadings),
        variance=variance[order],
        criterion=turned.criterion,
        starts=starts,
        starts_at_best=agreeing,
        notes=tuple(notes),
    )
