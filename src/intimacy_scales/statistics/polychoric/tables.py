"""From answers to what a polychoric correlation needs: codes, margins, thresholds, all two-way tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.polychoric.bivariate import FAR, Array, normal_quantile

# More distinct answers than this is a measurement, not a choice among options; tables would be all holes.
MOST_CATEGORIES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Answers as category numbers 0, 1, ... (-1 = missing), with each item's used categories and margins."""

    codes: NDArray[np.intp]  # persons x items
    categories: tuple[Array, ...]  # the answers that occur, ascending, per item
    counts: tuple[Array, ...]  # how often each occurs
    names: tuple[str, ...]

    @property
    def most(self) -> int:
        """Largest number of categories that any item uses."""
        return max((len(c) for c in self.categories), default=0)


def as_answers(answers: ArrayLike, *, at_least_items: int = 1, where: str = "answers") -> Array:
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


def encode(x: Array, names: tuple[str, ...]) -> Coded:
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


def thresholds_of(counts: Array) -> Array:
    """Return the normal quantiles of the cumulative shares: one fewer than the used categories."""
    if len(counts) < 2:
        return np.empty(0)
    return normal_quantile(np.cumsum(counts)[:-1] / counts.sum())


def padded_edges(thresholds: Sequence[Array], most: int) -> Array:
    """Items x (most + 1) category edges, from -FAR to +FAR; categories an item lacks have zero width."""
    edges = np.full((len(thresholds), most + 1), FAR)
    edges[:, 0] = -FAR
    for row, tau in zip(edges, thresholds, strict=True):
        row[1 : 1 + len(tau)] = tau
    return edges


def cross_tables(coded: Coded) -> Array:
    """Every two-way table at once: items x items x categories x categories, pairwise present answers only."""
    n, k, most = *coded.codes.shape, max(coded.most, 1)
    ticks = np.zeros((n, k, most), dtype=np.float64)
    rows, items = np.nonzero(coded.codes >= 0)
    ticks[rows, items, coded.codes[rows, items]] = 1.0
    flat = ticks.reshape(n, k * most)
    return np.asarray((flat.T @ flat).reshape(k, most, k, most).transpose(0, 2, 1, 3))


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


def _holes(used: Array) -> list[float]:
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
