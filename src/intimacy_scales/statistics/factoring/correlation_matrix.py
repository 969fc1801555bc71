"""One matrix of correlations for everything in this room: Pearson or polychoric, missing answers pairwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.item_sums import ItemSums
from intimacy_scales.statistics.polychoric import polychoric, smooth
from intimacy_scales.statistics.polychoric.tables import as_answers, item_names
from intimacy_scales.statistics.products import Folded
from intimacy_scales.statistics.sums import AnswerSums, answer_sums

Kind = Literal["pearson", "polychoric"]
WIDEST = 1000  # whole numbers of a wider range are taken as numbers with decimals are
KINDS: tuple[Kind, ...] = ("pearson", "polychoric")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlations:
    """Correlations of the items.

    Attributes
    ----------
    correlations : items x items; NaN where there is nothing to correlate (noted).
    n : items x items, persons who answered both.
    n_complete : persons who answered every item.
    effective_n : the n that tests take: complete rows without missing answers, else the mean n of a pair.
    """

    kind: Kind
    correlations: FloatArray
    n: IntArray
    n_complete: int
    effective_n: float
    names: tuple[str, ...]
    notes: tuple[str, ...]
    smoothed: bool = False
    """The matrix as estimated was not positive definite and was repaired."""


def correlate(
    answers: ArrayLike, *, kind: Kind = "pearson", names: Sequence[str] | None = None, smoothing: bool = True
) -> Correlations:
    """Correlations of keyed answers, persons x items; missing answers pairwise.

    Parameters
    ----------
    answers : array, persons x items; NaN: no answer.
    kind : "pearson", or "polychoric" for ordered options (see ``polychoric``).
    names : names of the items for the notes.
    smoothing : make an indefinite matrix positive definite, and say so.

    Returns
    -------
    Correlations
        In [-1, 1]. A constant item, or a pair that nobody answered both of, is NaN with a note.

    Notes
    -----
    Pearson pairwise: means and deviations of the persons who answered both, as R's
    ``cor(use = "pairwise.complete.obs")``.

    Examples
    --------
    >>> round(float(correlate([[1, 2], [2, 5], [3, 6]]).correlations[0, 1]), 3)
    0.961
    """
    x = as_answers(answers)
    labels = item_names(names, x.shape[1])
    if kind not in KINDS:
        raise ResponseError([Problem(where="correlations", what=repr(kind), allowed=", ".join(KINDS))])
    present = ~np.isnan(x)
    n = np.rint(present.T.astype(np.float64) @ present).astype(np.int64)
    if kind == "polychoric":
        found = polychoric(x, names=labels)
        r, notes = found.correlations, [note for note in found.notes if "positive definite" not in note]
    else:
        r = pairwise_pearson(x)
        notes = _pearson_notes(len(x), r, n, labels)
    complete = int(present.all(axis=1).sum())
    return _described(kind, r, notes, n, (len(x), complete), labels, smoothing=smoothing)


def correlations_of_sums(sums: ItemSums, names: Sequence[str]) -> Correlations:
    """Pearson correlations of answers by their sums, over the rows with any answer; missing answers pairwise.

    As :func:`correlate` of the rows, whatever their order.
    """
    pairs, labels = sums.pairs(), item_names(names, sums.n_items)
    r = pearson_of(pairs)
    notes = _pearson_notes(sums.n, r, pairs.pair_n, labels)
    return _described("pearson", r, notes, pairs.pair_n, (sums.n, sums.n_complete), labels, smoothing=True)


def _described(
    kind: Kind,
    r: FloatArray,
    notes: list[str],
    n: IntArray,
    rows: tuple[int, int],
    labels: tuple[str, ...],
    *,
    smoothing: bool,
) -> Correlations:
    """Return correlations with what is to be said of them; ``rows``: all, and the complete ones."""
    repaired = False
    if smoothing and np.isfinite(r).all():
        smoothed = smooth(r)
        repaired = bool(smoothed.notes)
        r, notes = smoothed.correlations, [*notes, *smoothed.notes]
    off = n[~np.eye(len(n), dtype=bool)]
    whole = rows[0] == rows[1] or not off.size
    return Correlations(
        kind=kind,
        correlations=r,
        n=n,
        n_complete=rows[1],
        effective_n=float(rows[1] if whole else off.mean()),
        names=labels,
        notes=tuple(notes),
        smoothed=repaired,
    )


def pearson_of(pairs: Folded) -> FloatArray:
    """Pearson correlations of whole-number answers from their sums by pair; NaN where one of the two does not vary.

    In whole numbers until the last division, so that sums of batches in any order give the same to the last digit:
    ``r_ij = (n p_ij - s_i|j s_j|i) / sqrt((n q_i|j - s_i|j^2) (n q_j|i - s_j|i^2))``, over the rows that have both.
    """
    n, s = pairs.pair_n.astype(object), pairs.common.astype(object)
    product = (n * pairs.products.astype(object) - s * s.T).astype(np.float64)
    spread = np.sqrt((n * pairs.squares.astype(object) - s * s).astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = product / (spread * spread.T)
    r[~np.isfinite(r)] = np.nan
    return np.asarray(np.clip(r, -1.0, 1.0))


def _codes_of(x: FloatArray) -> AnswerSums | None:
    """Return the sums of answers that are whole numbers of no great range; ``None`` of others."""
    known = x[~np.isnan(x)]
    if not known.size or known.max() - known.min() > WIDEST or (known != np.rint(known)).any():
        return None
    ends = np.array([[known.min(), known.max()]] * x.shape[1])
    return answer_sums(list(x.T), ends=ends, by_code=False)


def pairwise_pearson(x: FloatArray) -> FloatArray:
    """Pearson correlations of each pair's own persons; NaN where one of the two does not vary."""
    sums = _codes_of(x)
    if sums is not None:
        return pearson_of(sums.pairs())
    present = (~np.isnan(x)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.nansum(x, axis=0) / present.sum(axis=0)
        z = np.where(present > 0, x - centre, 0.0)
        n = present.T @ present
        sum_a, square_a = z.T @ present, (z**2).T @ present  # sums of the row item over the pair's persons
        product = z.T @ z - sum_a * sum_a.T / n
        spread = square_a - sum_a**2 / n
        spread[spread < 1e-12 * np.maximum(square_a, 1e-300)] = 0.0
        r = product / np.sqrt(spread * spread.T)
    r[~np.isfinite(r)] = np.nan
    return np.asarray(np.clip(r, -1.0, 1.0))


def _pearson_notes(n_rows: int, r: FloatArray, n: IntArray, names: tuple[str, ...]) -> list[str]:
    constant = [j for j in range(len(names)) if np.isnan(r[j, j])]
    notes = [f"{names[j]}: all answers are the same, or there are none; it correlates with nothing" for j in constant]
    for i, j in np.argwhere(np.isnan(r)):
        if i < j and i not in constant and j not in constant:
            why = "nobody answered both" if n[i, j] == 0 else f"the {n[i, j]} who answered both do not vary on both"
            notes.append(f"{names[i]} and {names[j]}: {why}; no correlation")
    copies = np.argwhere(np.triu(np.abs(r) > 1 - 1e-10, 1))
    notes += [f"{names[i]} and {names[j]}: the same answers throughout" for i, j in copies]
    if n_rows <= len(names):
        notes.append(f"{n_rows} persons for {len(names)} items: the correlations are singular")
    return notes
