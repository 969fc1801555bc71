"""Moderators as columns of a regression, named so that a reader knows what each coefficient says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.analysis.pooling.studies import FloatArray, Moderator
from intimacy_scales.base.errors import Problem, ResponseError


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """X (k x p), its terms, and which columns belong to which moderator."""

    X: FloatArray
    terms: tuple[str, ...]
    columns: dict[str, list[int]]
    notes: tuple[str, ...]


def design_of(moderators: Sequence[Moderator], k: int) -> Design:
    """Return the design: a constant, numbers centred at their mean (0/1 left as they are), groups against the largest.

    Raises
    ------
    ResponseError
        For a moderator that is the same in all studies, and for more coefficients than studies can carry.
    """
    problems = [_constant(one) for one in moderators if _is_constant(one)]
    if problems:
        raise ResponseError(problems)
    X: list[FloatArray] = [np.ones(k)]
    terms, columns, notes = ["intercept"], dict[str, list[int]](), list[str]()
    for one in moderators:
        made, names, note = _numeric(one) if one.values is not None else _grouped(one)
        columns[one.name] = list(range(len(X), len(X) + len(made)))
        X, terms = [*X, *made], [*terms, *names]
        notes.append(note)
    if k < len(X) + 2:
        raise ResponseError(
            Problem(
                where="moderators",
                what=f"{len(X)} coefficients for {k} effects",
                allowed=f"at least {len(X) + 2} effects",
                do="take fewer moderators, or join small groups",
            )
        )
    return Design(X=np.column_stack(X), terms=tuple(terms), columns=columns, notes=tuple(notes))


def _is_constant(one: Moderator) -> bool:
    return len(one.levels) < 2 if one.values is None else bool(np.ptp(one.values) == 0)


def _constant(one: Moderator) -> Problem:
    return Problem(
        where=f"moderator {one.name}",
        what="is the same in every study",
        allowed="a feature in which studies differ",
        do="leave it out",
    )


def _numeric(one: Moderator) -> tuple[list[FloatArray], list[str], str]:
    values = np.asarray(one.values)
    if set(np.unique(values)) <= {0.0, 1.0}:
        return [values], [one.name], f"{one.name}: 1 against 0; the intercept speaks of 0"
    mean = float(values.mean())
    return [values - mean], [one.name], f"{one.name}: a step of one; the intercept speaks of its mean, {mean:.4g}"


def _grouped(one: Moderator) -> tuple[list[FloatArray], list[str], str]:
    groups, rest = np.array(one.groups), one.levels[1:]
    return (
        [(groups == level).astype(np.float64) for level in rest],
        [f"{one.name}: {level}" for level in rest],
        f"{one.name}: each group against {one.levels[0]!r}, the largest",
    )
