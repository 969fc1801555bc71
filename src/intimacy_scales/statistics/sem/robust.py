"""Covariance of the estimates and the traces behind scaled tests: plain, sandwich, and least squares.

With U the residual weight matrix and Gamma the asymptotic covariance of the sample's statistics, the tests
need tr(U Gamma) and tr((U Gamma)^2) (Satorra and Bentler, 1994; Asparouhov and Muthen, 2010); the
Yuan-Bentler test as Mplus has it needs tr(A1^-1 B1) - tr(A0^-1 B0), saturated less model.

Robust CFI, TLI and RMSEA for incomplete answers: what they would be had everybody answered everything.

With missing answers the likelihood counts misfit less where fewer persons answered, and indices from its chi-square
look better than the model is. Zhang and Savalei (2023, https://doi.org/10.1037/met0000445) take the
chi-square of the complete-data discrepancy between the EM moments and the fitted ones, and its expectation
``c = tr(P C P' A^-1 B A^-1)``: A and B the saturated model's information and scores, C the information of complete
data, ``P = I - A D (D'A D)^-1 D'``, D the moments' derivatives. With nothing missing all this is the usual correction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.statistics.sem import normal
from intimacy_scales.statistics.sem.indices import Chi
from intimacy_scales.statistics.sem.matrices import Ints, compile_model, derivatives, evaluate
from intimacy_scales.statistics.sem.normal import NormalObjective
from intimacy_scales.statistics.sem.ordinal import LeastSquares, implied, pairs, summed_by
from intimacy_scales.statistics.sem.patterns import GroupSample
from intimacy_scales.statistics.sem.results import Setup
from intimacy_scales.statistics.sem.samples import Sample
from intimacy_scales.statistics.sem.spec import Model

FLAT = 1e-10  # smallest eigenvalue of the scaled information that still counts as identified


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariance:
    """Covariance of the estimates; traces of U Gamma and of its square, NaN where the estimator has none."""

    vcov: FloatArray
    information: str
    trace: float
    trace_square: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One group's statistics: derivatives by the parameters, weights times n, and Gamma divided by n."""

    delta: FloatArray
    weight: FloatArray
    gamma: FloatArray


def inverse(matrix: FloatArray, setup: Setup) -> FloatArray:
    """Invert an information matrix, or say which parameters it does not identify."""
    scale = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    safe = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(matrix / np.outer(safe, safe))
    if (scale == 0).any() or values[0] < FLAT:
        weak = np.abs(vectors[:, 0]) > 0.1
        names = [setup.compiled.parameters[k][1].name for k in np.flatnonzero(weak | (scale == 0))]
        raise IntimacyScalesError(
            Problem(
                where="model",
                what=f"not identified: {', '.join(names[:8])}{' ...' if len(names) > 8 else ''}",
                allowed="one set of values that fits best",
                do="fix one of them, or hold some equal",
            )
        )
    inside = (vectors / values) @ vectors.T
    return np.asarray(inside / np.outer(safe, safe))


def covariance(setup: Setup, theta: FloatArray) -> Covariance:
    """Return the covariance of the estimates after the setup's estimator."""
    objective = setup.objective
    if isinstance(objective, LeastSquares):
        return _least_squares(setup, objective, theta)
    incomplete = isinstance(setup.sample, Sample) and setup.sample.missing == "fiml"
    if setup.estimator == "ML":
        matrix = objective.hessian(theta) if incomplete else objective.information(theta)
        return Covariance(
            vcov=inverse(matrix, setup),
            information="observed" if incomplete else "expected",
            trace=np.nan,
            trace_square=np.nan,
        )
    _need_rows(setup, incomplete=incomplete)
    return _sandwich(setup, objective, theta) if setup.estimator == "MLR" else _satorra_bentler(setup, objective, theta)


def _need_rows(setup: Setup, *, incomplete: bool) -> None:
    if incomplete and setup.estimator == "MLM":
        raise ResponseError(
            Problem(
                where="estimator MLM",
                what="some answers are missing",
                allowed="complete rows",
                do="use estimator MLR",
            )
        )
    if isinstance(setup.objective, NormalObjective) and any(g.rows is None for g in setup.objective.data):
        raise ResponseError(
            Problem(
                where=f"estimator {setup.estimator}",
                what="moments without persons",
                allowed="the rows themselves",
                do="use estimator ML",
            )
        )


def _sandwich(setup: Setup, objective: NormalObjective, theta: FloatArray) -> Covariance:
    bread = inverse(objective.hessian(theta), setup)
    clustered = any(group.clusters is not None for group in objective.data)
    scores = objective.scores(theta)
    if clustered:  # partners may stand in different groups: a cluster's scores are summed over all of them
        ids = np.concatenate([group.clusters for group in objective.data if group.clusters is not None])
        scores = (summed_by(np.concatenate(scores), ids),)
    meat = np.asarray(sum(s.T @ s for s in scores))
    trace = sum(
        _saturated_trace(model, group, has_means=setup.has_means)
        for model, group in zip(setup.grouped.models, objective.data, strict=True)
    )
    trace -= float((meat * bread).sum())
    return Covariance(
        vcov=bread @ meat @ bread,
        information="observed, Huber-White sandwich" + (", summed over clusters" if clustered else ""),
        trace=trace,
        trace_square=np.nan,
    )


def _saturated_trace(model: Model, group: GroupSample, *, has_means: bool) -> float:
    """Return tr(A1^-1 B1) of the saturated model, moments of fixed predictors left out."""
    saturated = saturated_pieces(group)
    if saturated is None:
        return np.nan
    i, j = np.tril_indices(len(group.mean))
    fixed = np.isin(model.observed, model.exogenous)
    keep = np.concatenate([~(fixed[i] & fixed[j]), ~fixed & has_means])
    A, B = (matrix[np.ix_(keep, keep)] for matrix in (saturated.information, saturated.scores))
    return float(np.trace(np.linalg.solve(A, B)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturated:
    """Observed information and summed products of scores of the saturated model: covariances, then means."""

    information: FloatArray
    scores: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CasewiseScores:
    """Observed information of the saturated model, and every person's score: covariances (lower triangle), means."""

    information: FloatArray
    casewise: FloatArray


def saturated_scores(group: GroupSample) -> CasewiseScores | None:
    """Return both at the group's maximum likelihood moments; None without rows."""
    at = normal.terms(group.patterns, group.mean, group.cov)
    if at is None or group.rows is None or group.pattern_of is None:
        return None
    i, j = np.tril_indices(len(group.mean))
    d = np.nan_to_num(group.rows - group.mean)
    V = at.V
    z = np.einsum("nij,nj->ni", V[group.pattern_of], d) if len(V) > 1 else d @ V[0]
    half = np.where(i == j, 0.5, 1.0)
    s = np.concatenate([(z[:, i] * z[:, j] - V[:, i, j][group.pattern_of]) * half, z], axis=1)
    return CasewiseScores(information=_saturated_information(group, at), casewise=s)


def saturated_information(group: GroupSample) -> FloatArray | None:
    """Return the observed information of covariances (lower triangle) and means at the group's moments."""
    at = normal.terms(group.patterns, group.mean, group.cov)
    return None if at is None else _saturated_information(group, at)


def saturated_pieces(group: GroupSample) -> Saturated | None:
    """Return information and summed products of scores (of clusters' summed scores); None without rows."""
    scores = saturated_scores(group)
    if scores is None:
        return None
    s = summed_by(scores.casewise, group.clusters)
    return Saturated(information=scores.information, scores=s.T @ s)


def _saturated_information(group: GroupSample, at: normal.Terms) -> FloatArray:
    """Return the observed information of covariances (lower triangle) and means, all patterns at once."""
    of = normal.moment_information(group.patterns, at)
    return np.block([[of.covariances, of.cross.T], [of.cross, of.means]])


def _satorra_bentler(setup: Setup, objective: NormalObjective, theta: FloatArray) -> Covariance:
    """Weight by normal theory; fixed predictors count as parameters here, lest tr(U Gamma) be theirs."""
    models = tuple(_random_x(model) for model in setup.grouped.models)
    grouped = replace(setup.grouped, models=models)
    covs, means = tuple(g.cov for g in objective.data), tuple(g.mean for g in objective.data)
    compiled = compile_model(grouped, covs, means)
    old = setup.compiled.index
    larger = np.zeros(compiled.n_params)
    place = np.zeros(setup.compiled.n_params, dtype=np.intp)
    for (g, cell), at in compiled.index.items():
        if (g, cell) in old:
            larger[at], place[old[g, cell]] = theta[old[g, cell]], at
        else:
            larger[at] = _sample_moment(models[g], cell, covs[g], means[g])
    whole = replace(setup, grouped=grouped, compiled=compiled)
    text = "expected, robust (Satorra-Bentler)"
    found = _weighted(whole, normal_parts(whole, objective, larger), text)
    return replace(found, vcov=found.vcov[np.ix_(place, place)])


def _random_x(model: Model) -> Model:
    """Free what was fixed to the sample."""
    return replace(
        model,
        exogenous=(),
        parameters=tuple(replace(p, free=True, from_sample=False) if p.from_sample else p for p in model.parameters),
    )


def _sample_moment(model: Model, cell: tuple[str, str, str], cov: FloatArray, mean: FloatArray) -> float:
    i = model.observed.index(cell[0])
    return float(mean[i] if cell[1] == "~1" else cov[i, model.observed.index(cell[2])])


def normal_parts(setup: Setup, objective: NormalObjective, theta: FloatArray) -> tuple[Part, ...]:
    """Return derivatives, weights and Gamma / n of covariances (then means), group by group."""
    out = []
    for matrices, group in zip(setup.compiled.groups, objective.data, strict=True):
        state = evaluate(matrices, theta)
        by = derivatives(matrices, state)
        i, j = np.tril_indices(len(group.mean))
        cells = np.zeros((len(i) + len(group.mean), by.mean.shape[1]))
        cells[: len(i), : by.X.shape[1]] = by.X[i] * by.Y[j] + by.X[j] * by.Y[i]
        cells[len(i) :] = by.mean
        delta = np.zeros((setup.compiled.n_params, len(cells)))
        np.add.at(delta, matrices.params, cells.T)
        used = len(i) + setup.has_means * len(group.mean)
        weight = group.n * normal_weight(np.linalg.inv(state.sigma), i, j)[:used, :used]
        if group.rows is None or not group.patterns.complete:
            gamma = np.linalg.inv(weight)
        else:
            centred = group.rows - group.mean
            moments = np.concatenate([centred[:, i] * centred[:, j] - group.cov[i, j], centred], axis=1)[:, :used]
            gamma = moments.T @ moments / group.n**2
        out.append(Part(delta=delta.T[:used], weight=weight, gamma=gamma))
    return tuple(out)


def normal_weight(V: FloatArray, i: Ints, j: Ints) -> FloatArray:
    """Return the normal-theory weight of covariances (pairs i, j) and means at Sigma^-1 = V."""
    a, b, c, d = i[:, None], j[:, None], i[None, :], j[None, :]
    half = np.where(i == j, 0.5, 1.0)
    W = (V[a, c] * V[b, d] + V[a, d] * V[b, c]) * np.outer(half, half)
    return np.block([[W, np.zeros((len(i), len(V)))], [np.zeros((len(V), len(i))), V]])


def least_squares_parts(setup: Setup, objective: LeastSquares, theta: FloatArray) -> tuple[Part, ...]:
    """Return derivatives, weights and Gamma / n of thresholds and correlations, group by group."""
    return tuple(
        Part(
            delta=implied(matrices, theta, objective.parameterization).delta,
            weight=np.diag(group.n / np.diag(group.gamma)),
            gamma=group.gamma / group.n,
        )
        for matrices, group in zip(setup.compiled.groups, objective.data, strict=True)
    )


def _least_squares(setup: Setup, objective: LeastSquares, theta: FloatArray) -> Covariance:
    found = _weighted(setup, least_squares_parts(setup, objective, theta), "expected, robust")
    n = sum(group.n for group in objective.data)
    return replace(found, vcov=found.vcov * n / (n - len(objective.data)))


def _weighted(setup: Setup, parts: tuple[Part, ...], text: str) -> Covariance:
    """Sandwich and traces for weights W and covariances Gamma of the statistics, block by group."""
    bread = inverse(np.asarray(sum(part.delta.T @ part.weight @ part.delta for part in parts)), setup)
    meat = mixed = np.zeros_like(bread)
    trace = own = 0.0
    for part in parts:
        WD, WG = part.weight @ part.delta, part.weight @ part.gamma
        meat = meat + WD.T @ part.gamma @ WD
        mixed = mixed + WD.T @ part.gamma @ WG @ WD
        trace += float(np.trace(WG))
        own += float(np.einsum("ij,ji->", WG, WG))
    trace -= float((bread * meat).sum())
    inner = bread @ meat
    square = own - 2 * float((bread * mixed).sum()) + float(np.einsum("ij,ji->", inner, inner))
    return Covariance(vcov=bread @ meat @ bread, information=text, trace=trace, trace_square=square)


def complete_chi(setup: Setup, theta: FloatArray) -> Chi:
    """Return the complete-data chi-square of a fit to incomplete answers, its scaling c / df; NaN where it has none."""
    nothing = Chi(value=np.nan, df=setup.df, scaling=np.nan)
    objective = setup.objective
    if not isinstance(objective, NormalObjective) or setup.df == 0:
        return nothing
    pieces = [saturated_pieces(group) for group in objective.data]
    known = [piece for piece in pieces if piece is not None]
    if len(known) < len(pieces) or any(model.exogenous for model in setup.grouped.models):
        return nothing
    return Chi(value=_discrepancy(setup, objective, theta), df=setup.df,
               scaling=_expected(setup, objective, theta, known) / setup.df)  # fmt: skip


def _discrepancy(setup: Setup, objective: NormalObjective, theta: FloatArray) -> float:
    total = 0.0
    for matrices, group in zip(setup.compiled.groups, objective.data, strict=True):
        state = evaluate(matrices, theta)
        away = group.mean - state.mu
        ratio = np.linalg.solve(state.sigma, group.cov)
        misfit = np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(away) + away @ np.linalg.solve(state.sigma, away)
        total += group.n * float(misfit)
    return total


def _expected(setup: Setup, objective: NormalObjective, theta: FloatArray, pieces: list[Saturated]) -> float:
    """Return tr(P C P' A^-1 B A^-1); P couples the groups through shared parameters."""
    deltas = [part.delta for part in normal_parts(setup, objective, theta)]
    AD = [piece.information @ delta for piece, delta in zip(pieces, deltas, strict=True)]
    bread = np.linalg.inv(np.asarray(sum(delta.T @ ad for delta, ad in zip(deltas, AD, strict=True))))
    spread = [_spread(piece) for piece in pieces]
    complete = [_complete_information(group) for group in objective.data]
    # P C P' = C - M D' C - C D M' + M (sum D'CD) M' with M = A D bread, block by block
    DCD = np.asarray(sum(delta.T @ C @ delta for delta, C in zip(deltas, complete, strict=True)))
    total = 0.0
    for delta, ad, C, G in zip(deltas, AD, complete, spread, strict=True):
        M = ad @ bread
        total += float((C * G).sum()) - 2 * float(((M @ (delta.T @ C)) * G).sum())
        total += float(((M @ DCD @ M.T) * G).sum())
    return total


def _spread(piece: Saturated) -> FloatArray:
    half = np.linalg.solve(piece.information, piece.scores)
    return np.asarray(np.linalg.solve(piece.information, half.T))


def _complete_information(group: GroupSample) -> FloatArray:
    i, j = np.tril_indices(len(group.mean))
    return group.n * normal_weight(np.linalg.inv(group.cov), i, j)


def categorical_chi(setup: Setup, theta: FloatArray) -> tuple[Chi, Chi] | None:
    """Return the maximum-likelihood chi-squares of polychoric correlations, of the model and of the baseline.

    Indices from WLSMV's own chi-square depend on its weights and flatter. Savalei (2021,
    https://doi.org/10.1080/00273171.2020.1717922) takes ``N (log|P| - log|R| + tr(R P^-1) - p)`` at the least-squares
    estimates, R the polychoric and P the implied correlations, and its expectation ``tr(Q' V Q Gamma)``: V the
    normal-theory weight at P, ``Q = I - D (D'W D)^-1 D'W`` with W the diagonal weights. ``None`` where R or P is not
    positive definite. Validated against lavaan 0.6-14 (one group: all indices to 1e-6; several: chi-square and RMSEA;
    the baseline's expectation is summed over groups there as if each were the whole sample, here by its share).
    """
    objective = setup.objective
    if not isinstance(objective, LeastSquares) or setup.df == 0:
        return None
    parts = least_squares_parts(setup, objective, theta)
    bread = np.linalg.pinv(np.asarray(sum(part.delta.T @ part.weight @ part.delta for part in parts)))
    value = null = expected = own = 0.0
    blocks: list[tuple[FloatArray, FloatArray, FloatArray, FloatArray]] = []
    for matrices, group, part in zip(setup.compiled.groups, objective.data, parts, strict=True):
        i, j = pairs(len(group.correlations))
        cuts = len(group.thresholds)
        fitted = np.eye(len(group.correlations))
        fitted[i, j] = fitted[j, i] = implied(matrices, theta, objective.parameterization).statistics[cuts:]
        misfit = _ml_discrepancy(group.correlations, fitted)
        if misfit is None:
            return None
        value += group.n * misfit
        null -= group.n * float(np.linalg.slogdet(group.correlations)[1])
        gamma = part.gamma[cuts:, cuts:]
        own += float(np.trace(gamma)) * group.n
        weight = group.n * normal_weight(np.linalg.inv(fitted), i, j)[: len(i), : len(i)]
        blocks.append((part.delta[cuts:], np.diag(part.weight)[cuts:], weight, gamma))
    expected = _expected_discrepancy(blocks, bread)
    base_df = sum(len(block[1]) for block in blocks)
    return (
        Chi(value=value, df=setup.df, scaling=expected / setup.df),
        Chi(value=null, df=base_df, scaling=own / base_df),
    )


def _expected_discrepancy(
    blocks: list[tuple[FloatArray, FloatArray, FloatArray, FloatArray]], bread: FloatArray
) -> float:
    """Return tr(Q' V Q Gamma) over groups that share parameters: V and Gamma are blocks, Q couples them."""
    total = 0.0
    # Q' V Q Gamma = V Gamma - H' V Gamma - V H Gamma + H' V H Gamma, H = D bread D'W, block by block
    inner = np.asarray(sum(delta.T @ V @ delta for delta, _, V, _ in blocks))
    for delta, w, V, gamma in blocks:
        H = delta @ bread @ (delta * w[:, None]).T
        total += float((V * gamma).sum()) - 2 * float(((V @ H) * gamma).sum())
        reach = bread @ (delta * w[:, None]).T
        total += float((reach.T @ inner @ reach * gamma).sum())
    return total


def _ml_discrepancy(R: FloatArray, fitted: FloatArray) -> float | None:
    """Return the maximum-likelihood discrepancy of two correlation matrices; None unless both are positive definite."""
    if min(np.linalg.eigvalsh(R)[0], np.linalg.eigvalsh(fitted)[0]) < np.sqrt(np.finfo(float).eps):
        return None
    ratio = np.linalg.solve(fitted, R)
    return float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(R))
