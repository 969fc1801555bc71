"""Robust CFI, TLI and RMSEA for incomplete answers: what they would be had everybody answered everything.

With missing answers the likelihood counts misfit less where fewer persons answered, and indices from its chi-square
look better than the model is. Zhang and Savalei (2023, https://doi.org/10.1037/met0000445) take the
chi-square of the complete-data discrepancy between the EM moments and the fitted ones, and its expectation
``c = tr(P C P' A^-1 B A^-1)``: A and B the saturated model's information and scores, C the information of complete
data, ``P = I - A D (D'A D)^-1 D'``, D the moments' derivatives. With nothing missing all this is the usual correction.
"""

from __future__ import annotations

import numpy as np

from intimacy_scales.sem.indices import Chi
from intimacy_scales.sem.likelihood import NormalObjective
from intimacy_scales.sem.matrices import Floats, evaluate
from intimacy_scales.sem.patterns import GroupSample
from intimacy_scales.sem.results import Setup
from intimacy_scales.sem.robust import Saturated, normal_parts, normal_weight, saturated_pieces


def complete_chi(setup: Setup, theta: Floats) -> Chi:
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


def _discrepancy(setup: Setup, objective: NormalObjective, theta: Floats) -> float:
    total = 0.0
    for matrices, group in zip(setup.compiled.groups, objective.data, strict=True):
        state = evaluate(matrices, theta)
        away = group.mean - state.mu
        ratio = np.linalg.solve(state.sigma, group.cov)
        misfit = np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(away) + away @ np.linalg.solve(state.sigma, away)
        total += group.n * float(misfit)
    return total


def _expected(setup: Setup, objective: NormalObjective, theta: Floats, pieces: list[Saturated]) -> float:
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


def _spread(piece: Saturated) -> Floats:
    half = np.linalg.solve(piece.information, piece.scores)
    return np.asarray(np.linalg.solve(piece.information, half.T))


def _complete_information(group: GroupSample) -> Floats:
    i, j = np.tril_indices(len(group.mean))
    return group.n * normal_weight(np.linalg.inv(group.cov), i, j)
