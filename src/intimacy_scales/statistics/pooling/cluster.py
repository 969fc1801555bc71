"""Several effects a study: three-level pooling by REML, its variance components, and cluster-robust errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem
from intimacy_scales.statistics.pooling.model import check_design, quantile, two_sided, wald

NOTHING = (float("nan"), float("nan"))
Correction = Literal["CR0", "CR1", "CR1S", "CR1p", "CR2"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Studies stacked by how many effects they have: y (studies x m), X (x m x p), V (x m x m) of each stack."""

    y: tuple[FloatArray, ...]
    X: tuple[FloatArray, ...]
    V: tuple[FloatArray, ...]

    @property
    def studies(self) -> int:
        """How many studies there are."""
        return sum(len(y) for y in self.y)

    @property
    def stacks(self) -> zip[tuple[FloatArray, FloatArray, FloatArray]]:
        """The stacks, one after the other."""
        return zip(self.y, self.X, self.V, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeLevelFit:
    """Effects within studies within a population: coefficients, the two variances, and the split of I2.

    ``between`` is the variance between studies, ``within`` that of effects of one study; intervals of both are
    profile-likelihood ones. ``lrt_*`` test the one or the other at zero (chi2 with 1 df; at a boundary, so its p is
    on the safe side).
    """

    k: int
    studies: int
    b: FloatArray
    se: FloatArray
    vcov: FloatArray
    statistic: FloatArray
    p: FloatArray
    low: FloatArray
    high: FloatArray
    level: float
    between: float
    within: float
    between_ci: tuple[float, float]
    within_ci: tuple[float, float]
    logl: float
    q: float
    q_p: float
    moderators: tuple[float, float]
    i2_between: float
    i2_within: float
    lrt_between: tuple[float, float]
    lrt_within: tuple[float, float]
    blocks: Blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustErrors:
    """Cluster-robust standard errors with the degrees of freedom and tests that go with them."""

    correction: Correction
    se: FloatArray
    statistic: FloatArray
    df: FloatArray
    p: FloatArray
    low: FloatArray
    high: FloatArray


def sampling_covariance(v: FloatArray, study: Sequence[object], *, r: float = 0.0) -> FloatArray:
    """Return V, k x k: variances ``v``, errors of one study correlated ``r``, those of different ones not."""
    codes = _codes(study)
    alike = codes[:, None] == codes[None, :]
    root = np.sqrt(v)
    V = np.where(alike, r * np.outer(root, root), 0.0)
    np.fill_diagonal(V, v)
    return np.asarray(V)


def _codes(study: Sequence[object]) -> FloatArray:
    order = {name: j for j, name in enumerate(dict.fromkeys(study))}
    return np.array([order[name] for name in study], dtype=float)


def blocks_of(y: FloatArray, V: FloatArray, X: FloatArray, study: Sequence[object]) -> Blocks:
    """Return the studies' parts, those with equally many effects stacked."""
    codes = _codes(study)
    rows = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    stacks = [np.stack([at for at in rows if len(at) == m]) for m in sorted({len(at) for at in rows})]
    return Blocks(
        y=tuple(y[at] for at in stacks),
        X=tuple(X[at] for at in stacks),
        V=tuple(V[at[:, :, None], at[:, None, :]] for at in stacks),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """The restricted likelihood at two variances, with slope and expected information."""

    logl: float
    b: FloatArray
    M: FloatArray
    slope: FloatArray
    information: FloatArray


def _covariance(V: FloatArray, between: float, within: float) -> FloatArray:
    return np.asarray(V + between + within * np.eye(V.shape[-1]))


def _state(theta: FloatArray, blocks: Blocks, *, slopes: bool = True) -> _State:
    p = blocks.X[0].shape[-1]
    XWX, XWy, XX = np.zeros((p, p)), np.zeros(p), np.zeros((p, p))
    logdet, yWy, k, inverses = 0.0, 0.0, 0, []
    for y, X, V in blocks.stacks:
        S = _covariance(V, *theta)
        W = np.linalg.inv(S)
        inverses.append(W)
        logdet += float(np.linalg.slogdet(S)[1].sum())
        WX, Wy = W @ X, np.einsum("sij,sj->si", W, y)
        XWX = XWX + np.einsum("sip,siq->pq", X, WX)
        XWy = XWy + np.einsum("sip,si->p", X, Wy)
        XX = XX + np.einsum("sip,siq->pq", X, X)
        yWy, k = yWy + float(np.sum(y * Wy)), k + y.size
    M = np.linalg.inv(XWX)
    b = M @ XWy
    logl = 0.5 * (np.linalg.slogdet(XX)[1] - np.linalg.slogdet(XWX)[1] - logdet - (yWy - float(b @ XWy)))
    logl -= 0.5 * (k - p) * np.log(2 * np.pi)
    if not slopes:
        return _State(logl=float(logl), b=b, M=M, slope=np.zeros(2), information=np.eye(2))
    slope, information = _slopes(blocks, inverses, M, b)
    return _State(logl=float(logl), b=b, M=M, slope=slope, information=information)


def _slopes(blocks: Blocks, inverses: list[FloatArray], M: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the gradient and expected information of both variances: tr(P D), y'P D P y, tr(P D P D) / 2."""
    p = len(b)
    slope, plain, twice = np.zeros(2), np.zeros((2, 2)), np.zeros((2, 2))
    cross = np.zeros((2, p, p))  # X'W D W X, summed over studies
    for (y, X, _), W in zip(blocks.stacks, inverses, strict=True):
        We, WX = np.einsum("sij,sj->si", W, y - X @ b), W @ X
        # D of the variance between studies is all ones, so that W D is a column of row sums; within it is the identity
        sums, across = W.sum(axis=2), WX.sum(axis=1)
        W2, WWX = W @ W, W @ WX
        cross[0] += np.einsum("sp,sq->pq", across, across)
        cross[1] += np.einsum("sip,siq->pq", WX, WX)
        slope[0] += 0.5 * float(np.sum(We.sum(axis=1) ** 2) - np.sum(sums))
        slope[1] += 0.5 * float(np.sum(We**2) - np.trace(W, axis1=1, axis2=2).sum())
        plain[0, 0] += float(np.sum(sums.sum(axis=1) ** 2))
        plain[0, 1] += float(np.sum(W2))
        plain[1, 1] += float(np.trace(W2, axis1=1, axis2=2).sum())
        middle = WWX.sum(axis=1)
        twice[0, 0] += float(np.einsum("s,sp,pq,sq->", sums.sum(axis=1), across, M, across))
        twice[0, 1] += float(np.einsum("sp,pq,sq->", across, M, middle))
        twice[1, 1] += float(np.einsum("sip,pq,siq->", WX, M, WWX))
    plain[1, 0], twice[1, 0] = plain[0, 1], twice[0, 1]
    held = M @ cross
    slope += 0.5 * np.trace(held, axis1=1, axis2=2)
    return slope, 0.5 * (plain - 2.0 * twice + np.einsum("ipq,jqp->ij", held, held))


def _maximise(start: FloatArray, blocks: Blocks, free: tuple[bool, bool]) -> tuple[FloatArray, float]:
    """Return the variances that maximise the restricted likelihood, those not ``free`` held, none below zero."""
    now, keep = start.copy(), np.array(free)
    state = _state(now, blocks)
    for _ in range(200):
        at_edge = (now <= 0.0) & (state.slope <= 0.0)
        moving = keep & ~at_edge
        if not moving.any():
            return now, state.logl
        step = np.zeros(2)
        step[moving] = np.linalg.solve(state.information[np.ix_(moving, moving)], state.slope[moving])
        for _ in range(60):
            new = np.maximum(now + step, 0.0)
            value = _state(new, blocks, slopes=False).logl
            if value >= state.logl - 1e-13 * abs(state.logl):
                break
            step = step / 2.0
        done = bool(np.max(np.abs(new - now)) <= 1e-11 * (1.0 + np.max(now)))
        now, state = new, _state(new, blocks)
        if done:
            return now, state.logl
    raise IntimacyScalesError(
        Problem(
            where="pooling with several effects a study",
            what="the restricted likelihood has no maximum within 200 steps",
            allowed="variances that the data can tell apart",
            do="pool one effect a study, or leave moderators out",
        )
    )


def fit_three_level(
    y: FloatArray,
    V: FloatArray,
    study: Sequence[object],
    X: FloatArray | None = None,
    *,
    level: float = 0.95,
    intervals: bool = True,
) -> ThreeLevelFit:
    r"""Pool effects of which several may come from one study.

    ``y_ij = x_ij'b + u_i + w_ij + e_ij`` with ``u ~ N(0, between)``, ``w ~ N(0, within)`` and ``e ~ N(0, V)``;
    REML by Fisher scoring over studies' blocks.

    Parameters
    ----------
    y : array
        k effects.
    V : array
        Sampling covariance, k x k, zero between studies (:func:`sampling_covariance`).
    study : sequence
        Which study each effect is from.
    X : array, optional
        Design, k x p.
    level : float
        Of every interval (normal quantiles).
    intervals : bool
        Whether to search for the profile intervals of both variances and their tests at zero (NaN without).

    Raises
    ------
    IntimacyScalesError
        With fewer than three studies, a design that is not of full rank, or no convergence.

    Notes
    -----
    Where no study has more than one effect the two variances cannot be told apart: pool them as usual. With few
    studies take :func:`robust_errors` beside these standard errors. I2 is split after Cheung (2014). Validated against
    R metafor 3.8 ``rma.mv`` (1e-6).

    References
    ----------
    Cheung, M. W.-L. (2014). Modeling dependent effect sizes with three-level meta-analyses: A structural equation
    modeling approach. Psychological Methods, 19, 211-229. doi:10.1037/a0032968
    """
    from scipy.special import chdtrc

    design = np.ones((len(y), 1)) if X is None else np.asarray(X, dtype=float)
    check_design(design)
    blocks = blocks_of(y, V, design, study)
    _check_blocks(blocks)
    rough = max(float(np.var(y, ddof=1)) - float(np.mean(np.diag(V))), 0.05 * float(np.var(y, ddof=1)), 1e-6)
    starts = [np.array([a, c]) * rough for a, c in ((0.5, 0.5), (0.9, 0.1), (0.1, 0.9))]
    theta, logl = max((_maximise(start, blocks, (True, True)) for start in starts), key=lambda end: end[1])
    state = _state(theta, blocks)
    se = np.sqrt(np.diag(state.M))
    half = se * quantile(level, 0)
    q, typical = _fixed_q(blocks)
    k, p = design.shape
    ends = _profile(theta, logl, blocks, level) if intervals else (NOTHING, NOTHING)
    total = float(theta.sum() + typical)
    return ThreeLevelFit(
        k=k,
        studies=blocks.studies,
        b=state.b,
        se=se,
        vcov=state.M,
        statistic=state.b / se,
        p=two_sided(state.b / se, 0),
        low=state.b - half,
        high=state.b + half,
        level=level,
        between=float(theta[0]),
        within=float(theta[1]),
        between_ci=ends[0],
        within_ci=ends[1],
        logl=logl,
        q=q,
        q_p=float(chdtrc(k - p, q)),
        moderators=_moderators(design, state.b, state.M),
        i2_between=100.0 * float(theta[0]) / total,
        i2_within=100.0 * float(theta[1]) / total,
        lrt_between=_lrt(blocks, theta, logl, (False, True)) if intervals else NOTHING,
        lrt_within=_lrt(blocks, theta, logl, (True, False)) if intervals else NOTHING,
        blocks=blocks,
    )


def _check_blocks(blocks: Blocks) -> None:
    if blocks.studies < 3 or all(y.shape[1] == 1 for y in blocks.y):
        raise IntimacyScalesError(
            Problem(
                where="pooling with several effects a study",
                what=f"{sum(y.size for y in blocks.y)} effects of {blocks.studies} studies",
                allowed="at least three studies, one of them with two effects or more",
                do="pool one effect a study",
            )
        )


def _fixed_q(blocks: Blocks) -> tuple[float, float]:
    """Return Q with sampling errors alone, and the typical sampling variance (k - p) / tr(P)."""
    p = blocks.X[0].shape[-1]
    XWX, XWWX, XWy, yWy, trace, k = np.zeros((p, p)), np.zeros((p, p)), np.zeros(p), 0.0, 0.0, 0
    for y, X, V in blocks.stacks:
        W = np.linalg.inv(V)
        WX, Wy = W @ X, np.einsum("sij,sj->si", W, y)
        XWX = XWX + np.einsum("sip,siq->pq", X, WX)
        XWWX = XWWX + np.einsum("sip,siq->pq", WX, WX)
        XWy = XWy + np.einsum("sip,si->p", X, Wy)
        yWy, trace, k = yWy + float(np.sum(y * Wy)), trace + float(np.trace(W, axis1=1, axis2=2).sum()), k + y.size
    b = np.linalg.solve(XWX, XWy)
    return yWy - float(b @ XWy), (k - p) / (trace - float(np.trace(np.linalg.solve(XWX, XWWX))))


def _moderators(X: FloatArray, b: FloatArray, M: FloatArray) -> tuple[float, float]:
    """Return chi2 and p of all coefficients but the constant's; of the constant where it stands alone."""
    columns = [j for j in range(X.shape[1]) if not np.all(X[:, j] == X[0, j])] or list(range(X.shape[1]))
    return wald(b, M, columns, 0)


def _lrt(blocks: Blocks, theta: FloatArray, logl: float, free: tuple[bool, bool]) -> tuple[float, float]:
    from scipy.special import chdtrc

    start = np.where(free, np.maximum(theta.sum(), 1e-6), 0.0)
    chi2 = max(0.0, 2.0 * (logl - _maximise(start, blocks, free)[1]))
    return chi2, float(chdtrc(1, chi2))


def _profile(
    theta: FloatArray, logl: float, blocks: Blocks, level: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the profile-likelihood intervals of both variances."""
    from scipy.optimize import brentq
    from scipy.special import chdtri

    drop = float(chdtri(1, 1.0 - level)) / 2.0

    def one(at: int) -> tuple[float, float]:
        free = (at != 0, at != 1)

        def fall(value: float) -> float:
            start = theta.copy()
            start[at] = value
            return logl - _maximise(start, blocks, free)[1] - drop

        low = 0.0 if theta[at] <= 0.0 or fall(0.0) < 0.0 else float(brentq(fall, 0.0, theta[at], xtol=1e-11))
        top = max(2.0 * float(theta[at]), 1e-4)
        while fall(top) < 0.0 and top < 1e6:
            top *= 2.0
        return low, float(brentq(fall, theta[at], top, xtol=1e-11))

    return one(0), one(1)


def robust_errors(fit: ThreeLevelFit, *, correction: Correction = "CR2", level: float = 0.95) -> RobustErrors:
    r"""Return cluster-robust standard errors of a three-level fit, studies as clusters.

    ``M (sum_i X_i'W_i A_i e_i e_i'A_i W_i X_i) M``, M = (X'WX)^-1, e the residuals. ``CR0``: A = I; ``CR1``: times
    m/(m - 1), m studies; ``CR1p``: m/(m - p) (what metafor's ``robust`` does); ``CR1S``: m (k - 1)/((m - 1)(k - p));
    ``CR2``: ``A_i = D_i'(D_i (S_i - X_i M X_i') D_i')^{-1/2} D_i``, ``S_i = D_i'D_i`` (Bell and McCaffrey), with
    Satterthwaite's degrees of freedom for each coefficient; the others use m - p.

    Notes
    -----
    They hold where the errors within a study depend on each other in another way than assumed; under about 20
    studies take CR2. Validated against R clubSandwich (``vcovCR``, ``coef_test``) and metafor ``robust``.

    References
    ----------
    Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust variance estimation and hypothesis
    testing in fixed effects models. Journal of Business & Economic Statistics, 36, 672-683.
    doi:10.1080/07350015.2016.1247004
    """
    blocks, M, b = fit.blocks, fit.vcov, fit.b
    m, p, k = blocks.studies, len(b), fit.k
    meat, halves = np.zeros((p, p)), []
    for ys, Xs, Vs in blocks.stacks:
        for y, X, S in zip(ys, Xs, _covariance(Vs, fit.between, fit.within), strict=True):
            A = _adjustment(S, X, M) if correction == "CR2" else np.eye(len(y))
            G = A @ np.linalg.solve(S, X @ M)  # rows of one study x coefficients
            part = G.T @ (y - X @ b)
            meat += np.outer(part, part)
            halves.append((G, S, X))
    scale = {"CR0": 1.0, "CR1": m / (m - 1), "CR1p": m / (m - p), "CR1S": m * (k - 1) / ((m - 1) * (k - p)), "CR2": 1.0}
    se = np.sqrt(np.diag(meat) * scale[correction])
    df = _satterthwaite(halves, M) if correction == "CR2" else np.full(p, float(m - p))
    t = b / se
    half = se * np.array([quantile(level, float(one)) for one in df])
    p_values = np.array([float(two_sided(np.array([value]), one)[0]) for value, one in zip(t, df, strict=True)])
    return RobustErrors(correction=correction, se=se, statistic=t, df=df, p=p_values, low=b - half, high=b + half)


def _adjustment(S: FloatArray, X: FloatArray, M: FloatArray) -> FloatArray:
    D = np.linalg.cholesky(S).T
    values, vectors = np.linalg.eigh(D @ (S - X @ M @ X.T) @ D.T)
    keep = values > 1e-10 * values.max()
    root = np.where(keep, 1.0 / np.sqrt(np.where(keep, values, 1.0)), 0.0)
    return np.asarray(D.T @ (vectors * root) @ vectors.T @ D)


def _satterthwaite(halves: list[tuple[FloatArray, FloatArray, FloatArray]], M: FloatArray) -> FloatArray:
    """Return ``tr(O)^2 / tr(O^2)``, ``O_ij = g_i'(S - X M X')_ij g_j``, for each coefficient."""
    out = []
    for c in range(M.shape[0]):
        own = np.array([float(G[:, c] @ S @ G[:, c]) for G, S, _ in halves])
        through = np.array([G[:, c] @ X for G, _, X in halves])
        shared = np.diag(own) - through @ M @ through.T
        out.append(float(np.trace(shared) ** 2 / np.sum(shared * shared)))
    return np.array(out)
