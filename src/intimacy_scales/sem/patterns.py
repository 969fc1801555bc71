"""Rows grouped by which variables were answered, and what makes a covariance of them impossible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import Problem
from intimacy_scales.sem.matrices import Floats, Ints

TIED = 1e-10  # a correlation matrix whose smallest eigenvalue is below this is singular in double precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Sufficient statistics by pattern of missing answers.

    ``mask`` and ``mean`` are patterns x variables (means zero where missing), ``n`` counts persons;
    ``cov`` (divided by n) exists only for the patterns ``several`` with at least two persons.
    """

    mask: NDArray[np.bool_]
    n: Floats
    mean: Floats
    several: Ints
    cov: Floats

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return len(self.n) == 1 and bool(self.mask.all())


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSample:
    """One group's data: patterns, the saturated moments, and the rows (persons x variables) where known."""

    patterns: Patterns
    n: int
    mean: Floats
    cov: Floats
    rows: Floats | None
    pattern_of: Ints | None


def patterns_of(X: Floats) -> tuple[Patterns, Ints]:
    """Group the rows of X (persons x variables) by what is missing; second, the pattern of every row."""
    seen = ~np.isnan(X)
    mask, of, counts = np.unique(seen, axis=0, return_inverse=True, return_counts=True)
    of = of.reshape(-1)
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


def faults(X: Floats, names: Sequence[str], group: str) -> list[Problem]:
    """Everything that makes a covariance matrix of these rows impossible."""
    where = f" in group {group}" if group else ""
    n, p = X.shape
    if n <= p:
        return [
            Problem(
                where=f"sample{where}",
                what=f"{n} usable persons for {p} variables",
                allowed=f"more than {p}",
                do="use fewer variables, or more persons (missing='fiml' keeps incomplete ones)",
            )
        ]
    seen = ~np.isnan(X)
    out = []
    for j, name in enumerate(names):
        values = X[seen[:, j], j]
        if len(values) < 2 or np.ptp(values) == 0:
            out.append(
                Problem(
                    where=f"column {name}{where}",
                    what="never answered" if not len(values) else "everybody gave the same answer",
                    allowed="a variable that varies",
                    do="leave it out of the model",
                )
            )
    together = seen.T.astype(int) @ seen.astype(int)
    out += [
        Problem(
            where=f"columns {names[i]} and {names[j]}{where}",
            what="nobody answered both",
            allowed="some overlap",
            do="leave one out",
        )
        for i, j in np.argwhere(np.triu(together < 2, 1)).tolist()
        if seen[:, i].any() and seen[:, j].any()
    ]
    if out:
        return out
    complete = X[seen.all(axis=1)]
    return singular(np.cov(complete.T, ddof=0).reshape(p, p), names, where) if len(complete) > p else []


def singular(S: Floats, names: Sequence[str], where: str) -> list[Problem]:
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
