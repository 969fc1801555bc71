"""Data as the normal likelihood sees them, made once and fitted by many models.

Complete data are one pattern, whose mean and covariance say everything; missing answers make more of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.sem.matrices import Floats
from intimacy_scales.sem.patterns import GroupSample, Patterns, faults, patterns_of, singular
from intimacy_scales.sem.saturated import saturate
from intimacy_scales.sem.threads import one_thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Continuous data for :func:`fit`, made by :func:`sample` or :func:`sample_from_moments`."""

    names: tuple[str, ...]
    groups: tuple[str, ...]
    data: tuple[GroupSample, ...]
    missing: Literal["listwise", "fiml"]
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Persons used, over all groups."""
        return sum(group.n for group in self.data)


@one_thread
def sample(
    X: ArrayLike,
    names: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    missing: Literal["listwise", "fiml"] = "listwise",
) -> Sample:
    """Prepare persons x variables for :func:`fit`.

    Parameters
    ----------
    X : array, persons x variables
        NaN where there is no answer.
    names : sequence of str
        The variables, one a column.
    groups : sequence of str, optional
        The group of every person; groups are kept in order of appearance.
    missing : {"listwise", "fiml"}
        Leave out persons with a missing answer, or use all there is (full information maximum likelihood,
        unbiased when answers are missing at random given the others). Persons with no answer are left out.

    Returns
    -------
    Sample
        Moments by pattern and group, with notes on what was left out.

    Raises
    ------
    ResponseError
        A constant or collinear variable, too few persons, two variables never answered together.
    """
    data = np.array(X, dtype=float, ndmin=2)
    labels = np.array([""] * len(data) if groups is None else [str(g) for g in groups])
    if data.shape[1] != len(names) or len(labels) != len(data):
        raise IntimacyScalesError(
            Problem(
                where="sample",
                what=f"{data.shape[0]} x {data.shape[1]} values, {len(names)} names, {len(labels)} labels",
                allowed="one name a column and one label a row",
            )
        )
    answered = ~np.isnan(data)
    keep = answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)
    notes = (
        ()
        if keep.all()
        else (
            f"{int((~keep).sum())} of {len(data)} persons left out: "
            + ("an answer is missing" if missing == "listwise" else "no answer at all"),
        )
    )
    order = tuple(dict.fromkeys(labels.tolist()))
    parts = [data[keep & (labels == g)] for g in order]
    problems = [p for g, part in zip(order, parts, strict=True) for p in faults(part, names, g)]
    if problems:
        raise ResponseError(problems)
    made = tuple(_group_sample(part) for part in parts)
    return Sample(names=tuple(names), groups=order, data=made, missing=missing, notes=notes)


def _group_sample(X: Floats) -> GroupSample:
    patterns, of = patterns_of(X)
    mean, cov = (patterns.mean[0], patterns.cov[0]) if patterns.complete else saturate(patterns)[:2]
    return GroupSample(patterns=patterns, n=len(X), mean=mean, cov=cov, rows=X, pattern_of=of)


def sample_from_moments(
    cov: ArrayLike,
    n: int,
    names: Sequence[str],
    *,
    mean: ArrayLike | None = None,
    divided_by: Literal["n", "n-1"] = "n-1",
) -> Sample:
    """Prepare a published covariance matrix for :func:`fit` (ML only: robust estimators need the rows).

    Parameters
    ----------
    cov : array, variables x variables
        Covariances, divided by n - 1 as programs print them, or by n (``divided_by``).
    n : int
        Persons.
    names : sequence of str
        The variables.
    mean : array, optional
        Their means (default 0).

    Returns
    -------
    Sample
    """
    S = np.array(cov, dtype=float) * (1.0 if divided_by == "n" else (n - 1) / n)
    centre = np.zeros(len(S)) if mean is None else np.array(mean, dtype=float)
    problems = singular(S, names, "")
    if problems:
        raise ResponseError(problems)
    patterns = Patterns(
        mask=np.ones((1, len(S)), dtype=bool),
        n=np.array([float(n)]),
        mean=centre[None, :],
        several=np.array([0], dtype=np.intp),
        cov=S[None],
    )
    group = GroupSample(patterns=patterns, n=n, mean=centre, cov=S, rows=None, pattern_of=None)
    return Sample(names=tuple(names), groups=("",), data=(group,), missing="listwise")
