"""Answers as ordered categories that every group uses, and the statistics that WLSMV is fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.polychoric import polychoric
from intimacy_scales.sem import OrdinalSample, ordinal_sample

from .sheet import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalAnswers:
    """Statistics of ordinal answers, one entry a group, and how many thresholds each item has."""

    sample: OrdinalSample
    thresholds: dict[str, int]
    notes: tuple[str, ...]


def ordinal_answers(
    x: Array, names: Sequence[str], *, groups: Sequence[str] | None = None, options: Sequence[Sequence[float]] = ()
) -> OrdinalAnswers:
    """Return thresholds, polychorics and their covariance of complete answers, categories numbered 0, 1, 2, ....

    Parameters
    ----------
    x : array, persons x items
        Complete rows, keyed.
    groups : one a person; thresholds are compared between groups, so a category that one group never chose is merged
        with its less chosen neighbour in all of them, and that is said.
    options : the codes each item may have; used to say which nobody chose.

    Raises
    ------
    ResponseError
        When an item has fewer than two categories that every group uses.
    """
    labels = np.array([""] * len(x) if groups is None else list(groups))
    order = list(dict.fromkeys(sorted(labels.tolist())))
    if len(x) <= len(names):
        raise ResponseError(Problem(where="ordinal answers", what=f"{len(x)} complete rows for {len(names)} items",
                                    allowed="many more persons than items"))  # fmt: skip
    codes, notes = np.empty_like(x), []
    for j, name in enumerate(names):
        codes[:, j], said = _numbered(x[:, j], labels, order, name, options[j] if options else ())
        notes += said
    flat = [name for j, name in enumerate(names) if codes[:, j].max() < 1]
    if flat:
        raise ResponseError([Problem(where=name, what="fewer than two categories that every group chose",
                                     allowed="two or more", do="leave the item out") for name in flat])  # fmt: skip
    parts = [codes[labels == group] for group in order]
    fits = [polychoric(part, names=names) for part in parts]
    sample = ordinal_sample(parts, [fit.thresholds for fit in fits], [fit.correlations for fit in fits], names,
                            groups=order)  # fmt: skip
    said = [f"{f'group {group}: ' if group else ''}{note}" for group, fit in zip(order, fits, strict=True)
            for note in fit.notes]  # fmt: skip
    return OrdinalAnswers(sample=sample, notes=(*notes, *said),
                          thresholds={name: int(codes[:, j].max()) for j, name in enumerate(names)})  # fmt: skip


def _numbered(
    item: Array, labels: np.ndarray, order: Sequence[str], name: str, options: Sequence[float]
) -> tuple[Array, list[str]]:
    """Category numbers of one item, and what was merged or never chosen."""
    used = np.unique(item)
    never = [code for code in options if code not in used]
    notes = [f"{name}: nobody chose {_codes(never)}; it has no threshold of its own"] if never else []
    bins: list[list[float]] = [[float(code)] for code in used]
    counts = np.array([[np.sum((item == code) & (labels == group)) for group in order] for code in used])
    merged = False
    while len(bins) > 1 and (counts == 0).any():
        empty = int(np.flatnonzero((counts == 0).any(axis=1))[0])
        near = [k for k in (empty - 1, empty + 1) if 0 <= k < len(bins)]
        into = min(near, key=lambda k: int(counts[k].sum()))
        low, high = min(empty, into), max(empty, into)
        bins[low] = bins[low] + bins.pop(high)
        counts[low] += counts[high]
        counts = np.delete(counts, high, axis=0)
        merged = True
    if merged:
        joined = "; ".join(_codes(one) for one in bins if len(one) > 1)
        notes.append(f"{name}: not every group chose every category; merged: {joined}")
    place = {code: k for k, one in enumerate(bins) for code in one}
    return np.array([place[float(code)] for code in item]), notes


def _codes(codes: Sequence[float]) -> str:
    return " and ".join(f"{code:g}" for code in codes)
