"""From answers to what a polychoric correlation needs: codes, margins, thresholds, all two-way tables.

The bivariate normal distribution, vectorised: what a pair of ordinal items is taken to be cut from.

A correlation matrix that is not positive definite, made so, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import coefficient, figure

# More distinct answers than this is a measurement, not a choice among options; tables would be all holes.
MOST_CATEGORIES = 25
BLOCK_ROWS = 4096  # persons whose ticks are multiplied at a time: 36 items of five options are 3 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Answers as category numbers 0, 1, ... (-1 = missing), with each item's used categories and margins."""

    codes: NDArray[Any]  # persons x items; whole numbers, narrow ones will do
    categories: tuple[FloatArray, ...]  # the answers that occur, ascending, per item
    counts: tuple[FloatArray, ...]  # how often each occurs
    names: tuple[str, ...]

    @property
    def most(self) -> int:
        """Largest number of categories that any item uses."""
        return max((len(c) for c in self.categories), default=0)


def as_answers(answers: ArrayLike, *, at_least_items: int = 1, where: str = "answers") -> FloatArray:
    """Persons x items as floats; one column for a vector. Refuses infinite values and wrong shapes."""
    x = np.array(answers, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    problems = []
    if x.ndim != 2:
        problems.append(Problem(where=where, what=f"an array with {x.ndim} axes", allowed="persons x items"))
    elif x.shape[1] < at_least_items:
        problems.append(Problem(where=where, what=f"{x.shape[1]} item(s)", allowed=f"at least {at_least_items}"))
    elif x.shape[0] < 1:
        problems.append(Problem(where=where, what="no persons", allowed="at least one row"))
    if np.isinf(x).any():
        problems.append(Problem(where=where, what="infinite values", allowed="numbers; NaN where there is no answer"))
    if problems:
        raise ResponseError(problems)
    return x


def item_names(names: Sequence[str] | None, n_items: int) -> tuple[str, ...]:
    """Names for messages: those given, or "item 1", "item 2", ..."""
    if names is None:
        return tuple(f"item {i + 1}" for i in range(n_items))
    if len(names) != n_items:
        raise ResponseError([Problem(where="names", what=f"{len(names)} names", allowed=f"{n_items}, one an item")])
    return tuple(str(name) for name in names)


def encode(x: FloatArray, names: tuple[str, ...]) -> Coded:
    """Count off the answers that occur in each column; refuse columns with too many different ones."""
    codes = np.full(x.shape, -1, dtype=np.intp)
    categories, counts, problems = [], [], []
    for j, column in enumerate(x.T):
        seen = ~np.isnan(column)
        values, where, n = np.unique(column[seen], return_inverse=True, return_counts=True)
        codes[seen, j] = where
        categories.append(values)
        counts.append(n.astype(np.float64))
        if len(values) > MOST_CATEGORIES:
            problems.append(
                Problem(
                    where=names[j],
                    what=f"{len(values)} different answers",
                    allowed=f"at most {MOST_CATEGORIES} categories",
                    do="take a Pearson or polyserial correlation for a continuous variable",
                )
            )
    if problems:
        raise ResponseError(problems)
    return Coded(codes=codes, categories=tuple(categories), counts=tuple(counts), names=names)


def thresholds_of(counts: FloatArray) -> FloatArray:
    """Return the normal quantiles of the cumulative shares: one fewer than the used categories."""
    if len(counts) < 2:
        return np.empty(0)
    return normal_quantile(np.cumsum(counts)[:-1] / counts.sum())


def padded_edges(thresholds: Sequence[FloatArray], most: int) -> FloatArray:
    """Items x (most + 1) category edges, from -FAR to +FAR; categories an item lacks have zero width."""
    edges = np.full((len(thresholds), most + 1), FAR)
    edges[:, 0] = -FAR
    for row, tau in zip(edges, thresholds, strict=True):
        row[1 : 1 + len(tau)] = tau
    return edges


def cross_tables(coded: Coded) -> FloatArray:
    """Every two-way table at once: items x items x categories x categories, pairwise present answers only."""
    (n, k), most = coded.codes.shape, max(coded.most, 1)
    codes, options = np.ascontiguousarray(coded.codes.T, dtype=np.int8), np.arange(most, dtype=np.int8)
    total, ticks = np.zeros((k * most, k * most)), np.empty((k, most, min(n, BLOCK_ROWS)), dtype=np.float32)
    for start in range(0, n, BLOCK_ROWS):
        some = codes[:, None, start : start + BLOCK_ROWS]
        own = ticks[:, :, : some.shape[2]]
        np.equal(some, options[:, None], out=own, casting="unsafe")
        flat = own.reshape(k * most, -1)
        total += flat @ flat.T  # counts of a block, exact in single precision
    return np.asarray(total.reshape(k, most, k, most).transpose(0, 2, 1, 3))


def unused_notes(coded: Coded, options: Sequence[float] | None = None) -> list[str]:
    """Say where an item's declared options, or whole numbers inside its range, were never chosen."""
    notes = []
    for name, used in zip(coded.names, coded.categories, strict=True):
        if options is not None:
            stray = sorted(set(used.tolist()) - {float(o) for o in options})
            if stray:
                raise ResponseError(
                    [Problem(where=name, what=f"answers {listed(stray)}", allowed=f"options {listed(sorted(options))}")]
                )
            missing = sorted({float(o) for o in options} - set(used.tolist()))
        else:
            missing = _holes(used)
        if missing and len(used):
            notes.append(f"{name}: never answered {listed(missing)}; its categories are those that were used")
    return notes


def _holes(used: FloatArray) -> list[float]:
    whole = np.array_equal(used, np.round(used))
    if not whole or len(used) < 2 or used[-1] - used[0] > MOST_CATEGORIES:
        return []
    return sorted(set(np.arange(used[0], used[-1] + 1).tolist()) - set(used.tolist()))


def listed(values: Sequence[float]) -> str:
    """Numbers as a reader writes them: ``0, 1, 4``."""
    return ", ".join(f"{v:g}" for v in values)


def constant_items(coded: Coded) -> list[int]:
    """Columns with fewer than two different answers: they correlate with nothing."""
    return [j for j, used in enumerate(coded.categories) if len(used) < 2]


# Stands for an infinite threshold: the normal tail beyond 12 is 2e-33, far below the arithmetic's 1e-16.
FAR = 12.0
# Owen's T takes the ratio of the two limits; a limit of exactly 0 is moved by an amount that no result can feel.
_NEAR_ZERO = 1e-200


def normal_cdf(x: FloatArray) -> FloatArray:
    """Return the standard normal distribution function."""
    from scipy.special import ndtr

    return np.asarray(ndtr(x), dtype=np.float64)


def normal_quantile(p: FloatArray) -> FloatArray:
    """Inverse of the standard normal distribution function."""
    from scipy.special import ndtri

    return np.asarray(ndtri(p), dtype=np.float64)


def normal_pdf(x: FloatArray) -> FloatArray:
    """Return the standard normal density."""
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))


def bivariate_pdf(h: FloatArray, k: FloatArray, rho: FloatArray) -> FloatArray:
    """Density at (h, k) of two standard normals that correlate ``rho``; the derivative of the cdf by rho."""
    q2 = 1.0 - rho * rho
    return np.asarray(np.exp(-0.5 * (h * h - 2.0 * rho * h * k + k * k) / q2) / (2.0 * np.pi * np.sqrt(q2)))


def bivariate_cdf(h: FloatArray, k: FloatArray, rho: FloatArray) -> FloatArray:
    r"""P(X <= h, Y <= k) of two standard normals that correlate ``rho`` (broadcast, \|rho\| < 1).

    Owen (1956): ``[Phi(h) + Phi(k)] / 2 - T(h, a_h) - T(k, a_k) - d`` with ``a_h = (k - rho h) / (h q)``,
    ``q = sqrt(1 - rho^2)``, and ``d = 1/2`` where h and k have different signs. Good to about 1e-15.

    References
    ----------
    Owen, D. B. (1956). Tables for computing bivariate normal probabilities. Annals of Mathematical
    Statistics, 27, 1075-1090. https://doi.org/10.1214/aoms/1177728074
    """
    from scipy.special import owens_t

    h, k, rho = np.broadcast_arrays(_off_zero(h), _off_zero(k), rho)
    q = np.sqrt(1.0 - rho * rho)
    wedge_h: Any = owens_t(h, (k - rho * h) / (h * q))
    wedge_k: Any = owens_t(k, (h - rho * k) / (k * q))
    apart = np.where((h < 0) == (k < 0), 0.0, 0.5)
    return np.asarray(0.5 * (normal_cdf(h) + normal_cdf(k)) - wedge_h - wedge_k - apart)


def _off_zero(x: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.abs(x) < _NEAR_ZERO, _NEAR_ZERO, x))


# psych::cor.smooth lifts eigenvalues below its tolerance to a hundred times it.
_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """A positive definite correlation matrix, and how far it lies from the one that went in."""

    correlations: FloatArray
    smallest_eigenvalue: float  # before smoothing
    largest_change: float  # of one correlation
    notes: tuple[str, ...]


def smooth(correlations: ArrayLike) -> Smoothed:
    """Make a correlation matrix positive definite by lifting its negative eigenvalues.

    Eigenvalues below 1e-12 are set to 1e-10, the rest shrunk so that they still sum to the number of items, the
    matrix rebuilt and its diagonal scaled back to 1. A matrix that is positive definite comes back unchanged.

    Parameters
    ----------
    correlations : array, items x items, no NaN.

    Notes
    -----
    *Misleads* when eigenvalues are strongly negative: the change is then large (see ``largest_change``), and the
    matrix says more about the repair than about the answers. More persons, or fewer and wider categories, help.

    *Validated* against the rule of psych 2.2.9 ``cor.smooth``.

    References
    ----------
    Wothke, W. (1993). Nonpositive definite matrices in structural modeling. In K. A. Bollen & J. S. Long (Eds.),
    Testing structural equation models (pp. 256-293). Sage.

    Examples
    --------
    >>> bad = [[1, .9, -.9], [.9, 1, .9], [-.9, .9, 1]]
    >>> bool(np.linalg.eigvalsh(smooth(bad).correlations)[0] > 0)
    True
    """
    r = np.array(correlations, dtype=np.float64)
    if r.ndim != 2 or r.shape[0] != r.shape[1] or not np.isfinite(r).all():
        raise ResponseError(
            [
                Problem(
                    where="correlations",
                    what="not a square matrix of numbers",
                    allowed="items x items without NaN",
                    do="leave out constant items and pairs that nobody answered both of",
                )
            ]
        )
    values, vectors = np.linalg.eigh((r + r.T) / 2)
    if values[0] >= _TOLERANCE:
        return Smoothed(correlations=r, smallest_eigenvalue=float(values[0]), largest_change=0.0, notes=())
    lifted = np.where(values < _TOLERANCE, 100 * _TOLERANCE, values)
    rebuilt = (vectors * (lifted * len(r) / lifted.sum())) @ vectors.T
    scale = np.sqrt(np.diag(rebuilt))
    out = rebuilt / np.outer(scale, scale)
    np.fill_diagonal(out, 1.0)
    change = float(np.abs(out - r).max())
    below = int((values < _TOLERANCE).sum())
    note = (
        f"smoothed to positive definite: {below} eigenvalue(s) below zero, smallest {figure(values[0], 4)}; "
        f"largest change of a correlation {coefficient(change, 4)}"
    )
    return Smoothed(correlations=out, smallest_eigenvalue=float(values[0]), largest_change=change, notes=(note,))
