"""Rows of repeated measures, sorted by group, day and member, with what each row's residual is related to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.errors import IntimacyScalesError, Problem
from intimacy_scales.statistics.multilevel.structures import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedMeasures:
    """Rows of all groups. ``W`` (rows x (random + fixed + 1)) holds the columns of Z, X and y side by side.

    ``before`` is the row of the same member's last day (-1: none) and ``gap`` the days since then; ``order`` the places
    of these rows among those that were given.
    """

    W: Floats
    n_random: int
    order: Integers
    group: Integers
    member: Integers
    day: Floats
    before: Integers
    gap: Floats
    n_groups: int
    n_members: int

    @property
    def n(self) -> int:
        """Return the number of rows."""
        return len(self.W)

    @property
    def n_fixed(self) -> int:
        """Return the number of fixed effects."""
        return int(self.W.shape[1]) - self.n_random - 1

    @property
    def mean_squares(self) -> Floats:
        """Return the mean square of each random column."""
        found: Floats = (self.W[:, : self.n_random] ** 2).mean(axis=0)
        return found

    @property
    def fixed_columns(self) -> Floats:
        """Return the columns of the fixed effects."""
        return self.W[:, self.n_random : -1]


def repeated_measures(
    y: Floats,
    X: Floats,
    Z: Floats,
    groups: Integers,
    *,
    members: Integers | None = None,
    days: Floats | None = None,
) -> RepeatedMeasures:
    """Sort rows by group, day and member and find each one's predecessor.

    Parameters
    ----------
    y, X, Z
        Outcome (rows), fixed (rows x p) and random columns (rows x q), without missing values.
    groups
        Whose row it is: any labels.
    members
        Which member (partner, outcome, item) of the group a row is of: 0, 1, ...; by default all of one.
    days
        Numbers; without them every row is a day of its own, in the order given.
    """
    n = len(y)
    W = np.column_stack([Z, X, y]).astype(float)
    _refuse(W, n)
    member = np.zeros(n, int) if members is None else np.asarray(members, int)
    _, group = np.unique(groups, return_inverse=True)
    day = np.arange(n, dtype=float) if days is None else np.asarray(days, float)
    order = np.lexsort((member, day, group))
    group, member, day = group[order], member[order], day[order]
    series = np.lexsort((day, member, group))  # member by member: where a row's predecessor stands just before it
    same = (np.diff(group[series]) == 0) & (np.diff(member[series]) == 0)
    before = np.full(n, -1)
    before[series[1:]] = np.where(same, series[:-1], -1)
    gap = np.where(before >= 0, day - day[before], 0.0)
    if ((before >= 0) & (gap == 0)).any():
        doubled = int(((before >= 0) & (gap == 0)).sum())
        raise IntimacyScalesError(
            Problem(where="days", what=f"{doubled} rows are second rows of a day", allowed="one row a member and day")
        )
    return RepeatedMeasures(
        W=W[order],
        n_random=Z.shape[1],
        order=order,
        group=group,
        member=member,
        day=day,
        before=before,
        gap=gap,
        n_groups=int(group[-1]) + 1,
        n_members=int(member.max()) + 1,
    )


def _refuse(W: Floats, n: int) -> None:
    if n == 0:
        raise IntimacyScalesError(Problem(where="rows", what="there are none"))
    if not np.isfinite(W).all():
        raise IntimacyScalesError(Problem(where="rows", what="hold missing values", do="leave those rows out first"))
