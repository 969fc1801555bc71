"""Rows grouped by which variables were answered, the inverses of what each of them observed, and what forbids both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import Problem
from intimacy_scales.statistics.item_sums import patterns_in
from intimacy_scales.statistics.sem.matrices import Ints

BLOCK = 256  # patterns a block: their inverses for 36 variables are 2.7 MB
FEW_GAPS = 3  # up to a third of the variables missing, an inverse is corrected; beyond, made anew
MANY = 0.5  # share of complete rows from which on their ties are ties of the variables
TIED = 1e-10  # a correlation matrix whose smallest eigenvalue is below this is singular in double precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Sufficient statistics by pattern of missing answers.

    ``mask`` and ``mean`` are patterns x variables (means zero where missing), ``n`` counts persons;
    ``cov`` (divided by n) exists only for the patterns ``several`` with at least two persons.
    """

    mask: BoolArray
    n: FloatArray
    mean: FloatArray
    several: Ints
    cov: FloatArray

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return len(self.n) == 1 and bool(self.mask.all())


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSample:
    """One group's data: patterns, the saturated moments, and the rows (persons x variables) where known.

    ``clusters`` numbers the cluster of every row 0, 1, 2, ... where rows are not independent (partners of a couple).
    """

    patterns: Patterns
    n: int
    mean: FloatArray
    cov: FloatArray
    rows: FloatArray | None
    pattern_of: Ints | None
    clusters: Ints | None = None


def patterns_of(X: FloatArray) -> tuple[Patterns, Ints]:
    """Group the rows of X (persons x variables) by what is missing; second, the pattern of every row."""
    seen = ~np.isnan(X)
    mask, of, counts = patterns_in(seen.T)
    order = np.argsort(of, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    filled = np.where(seen, X, 0.0)[order]
    mean = np.add.reduceat(filled, starts, axis=0) / counts[:, None]
    several = np.flatnonzero(counts > 1)
    cov = np.zeros((len(several), X.shape[1], X.shape[1]))
    for k, s in enumerate(several):
        centred = filled[starts[s] : starts[s] + counts[s]] - mean[s]
        cov[k] = centred.T @ centred / counts[s]
    return Patterns(mask=mask, n=counts.astype(float), mean=mean, several=several, cov=cov), of


def faults(X: FloatArray, names: Sequence[str], group: str) -> list[Problem]:
    """Everything that makes a covariance matrix of these rows impossible."""
    where = f" in group {group}" if group else ""
    n, p = X.shape
    few = too_few(n, p, where)
    if few:
        return few
    seen = ~np.isnan(X)
    out = []
    for j, name in enumerate(names):
        values = X[seen[:, j], j]
        if len(values) < 2 or np.ptp(values) == 0:
            out.append(not_varying(name, answered=bool(len(values)), where=where))
    there = seen.astype(np.float64)
    together = there.T @ there
    out += [
        not_together(names[i], names[j], where)
        for i, j in np.argwhere(np.triu(together < 2, 1)).tolist()
        if seen[:, i].any() and seen[:, j].any()
    ]
    if out:
        return out
    complete = X[seen.all(axis=1)]
    # a handful of complete rows may be tied by chance: only many of them tell of copies (EM says it of the others)
    enough = len(complete) > p and len(complete) >= MANY * n
    return singular(np.cov(complete.T, ddof=0).reshape(p, p), names, where) if enough else []


def too_few(n: int, p: int, where: str) -> list[Problem]:
    """Say that there are too few persons for so many variables."""
    if n > p:
        return []
    return [
        Problem(
            where=f"sample{where}",
            what=f"{n} usable persons for {p} variables",
            allowed=f"more than {p}",
            do="use fewer variables, or more persons (fiml keeps incomplete ones)",
        )
    ]


def not_varying(name: str, *, answered: bool, where: str) -> Problem:
    """Return the problem of a variable that has no variance."""
    return Problem(
        where=f"column {name}{where}",
        what="everybody gave the same answer" if answered else "never answered",
        allowed="a variable that varies",
        do="leave it out of the model",
    )


def not_together(text: str, other: str, where: str) -> Problem:
    """Return the problem of two variables without a covariance."""
    return Problem(
        where=f"columns {text} and {other}{where}",
        what="nobody answered both",
        allowed="some overlap",
        do="leave one out",
    )


def singular(S: FloatArray, names: Sequence[str], where: str) -> list[Problem]:
    """Say which variables make a covariance matrix singular."""
    sd = np.sqrt(np.maximum(np.diag(S), 0.0))
    if (sd == 0).any():
        return [
            Problem(where=f"column {names[j]}{where}", what="its variance is zero", allowed="a positive variance")
            for j in np.flatnonzero(sd == 0).tolist()
        ]
    values, vectors = np.linalg.eigh(S / np.outer(sd, sd))
    if values[0] > TIED:
        return []
    tied = [names[j] for j in np.flatnonzero(np.abs(vectors[:, 0]) > 0.1).tolist()]
    what = "one is a sum or a copy of others" if values[0] > -TIED else "their correlations contradict each other"
    return [
        Problem(
            where=f"columns {', '.join(tied)}{where}",
            what=what,
            allowed="a positive definite covariance matrix",
            do="leave one out",
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedInverses:
    """Inverses of the observed parts of one covariance matrix, made block by block as they are asked for.

    With ``P`` the inverse of the whole and m the missing variables, ``V = P - P_om P_mm^-1 P_mo`` and
    ``log |S_oo| = log |S| + log |P_mm|``: a correction of the rank of what is missing.
    """

    mask: BoolArray
    sigma: FloatArray
    whole: tuple[FloatArray, float] | None = field(repr=False)
    """Inverse and log determinant of all variables together; ``None`` where they are not positive definite."""

    def blocks(self) -> Iterator[slice]:
        """Return the blocks of patterns."""
        count = len(self.mask)
        return (slice(k, min(k + BLOCK, count)) for k in range(0, count, BLOCK))

    def of(self, block: slice) -> tuple[FloatArray, FloatArray] | None:
        """Return the inverses of a block (zero where missing), and log determinants; None if one is not positive."""
        mask = self.mask[block]
        if self.whole is None:
            return _direct(mask, self.sigma)
        if len(mask) == 1 and mask.all():
            return self.whole[0][None], np.array([self.whole[1]])
        p = mask.shape[1]
        missing = p - mask.sum(axis=1)
        V, log_det = np.empty((len(mask), p, p)), np.empty(len(mask))
        for q in np.unique(missing).tolist():
            at = np.flatnonzero(missing == q)
            made = _corrected(mask[at], q, *self.whole) if FEW_GAPS * q <= p else _direct(mask[at], self.sigma)
            if made is None:
                return None
            V[at], log_det[at] = made
        return V, log_det

    def all(self) -> FloatArray:
        """Return the inverses of every pattern at once, patterns x variables x variables."""
        found = [made[0] for block in self.blocks() if (made := self.of(block)) is not None]
        return np.concatenate(found)


def observed_inverses(mask: BoolArray, sigma: FloatArray) -> ObservedInverses:
    """Return the inverses of what each pattern observed of a covariance matrix."""
    try:
        L = np.linalg.cholesky(sigma)
        whole = np.linalg.inv(sigma), float(2 * np.log(np.diag(L)).sum())
    except np.linalg.LinAlgError:
        return ObservedInverses(mask=mask, sigma=sigma, whole=None)
    return ObservedInverses(mask=mask, sigma=sigma, whole=whole)


def _corrected(mask: BoolArray, q: int, P: FloatArray, log_det: float) -> tuple[FloatArray, FloatArray]:
    """Take q variables out of the inverse of all, for patterns that all lack as many."""
    if q == 0:
        return np.repeat(P[None], len(mask), axis=0), np.full(len(mask), log_det)
    gone = np.nonzero(~mask)[1].reshape(len(mask), q)
    rows = P[gone]  # patterns x q x variables
    within = rows[np.arange(len(mask))[:, None, None], np.arange(q)[:, None], gone[:, None, :]]
    V = P - rows.transpose(0, 2, 1) @ np.linalg.solve(within, rows)
    at = np.arange(len(mask))[:, None]
    V[at, gone] = 0.0
    V[at, :, gone] = 0.0
    sign, more = np.linalg.slogdet(within)
    return V, np.where(sign > 0, log_det + more, np.nan)


def _direct(mask: np.ndarray, sigma: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return inverses of the observed parts (zero elsewhere), log determinants; None if one is not positive."""
    p = mask.shape[1]
    both = mask[:, :, None] & mask[:, None, :]
    padded = np.where(both, sigma, 0.0)
    padded[:, np.arange(p), np.arange(p)] += ~mask
    try:
        L = np.linalg.cholesky(padded)
    except np.linalg.LinAlgError:
        return None
    V = np.linalg.inv(padded)
    V[:, np.arange(p), np.arange(p)] -= ~mask
    return V, 2 * np.log(np.diagonal(L, axis1=1, axis2=2)).sum(axis=1)
