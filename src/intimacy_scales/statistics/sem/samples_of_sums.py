"""Samples made of sums of answers, without their rows: any number of persons in the time of their patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.item_sums import ItemSums
from intimacy_scales.statistics.products import Folded, Products, pair_covariance
from intimacy_scales.statistics.sem.patterns import (
    MANY,
    GroupSample,
    Patterns,
    not_together,
    not_varying,
    singular,
    too_few,
)
from intimacy_scales.statistics.sem.samples import Missing, Sample, saturate
from intimacy_scales.statistics.sums import AnswerSums
from intimacy_scales.statistics.threads import one_thread


@one_thread
def sample_from_sums(sums: AnswerSums, names: Sequence[str], *, zero: float = 0.0, step: float = 1.0) -> Sample:
    """Prepare sums of answers, which hold every pattern of missing answers, for :func:`fit` by FIML.

    The likelihood of incomplete answers knows the rows of a pattern by their number, means and covariances: any number
    of persons is fitted in the time of the patterns. Robust estimators need the rows.

    Parameters
    ----------
    sums : AnswerSums
        Of keyed answers; their patterns not folded.
    names : sequence of str
        The variables, one an item.
    zero, step : float
        The metric: ``zero + step x`` for an answer summed as x.

    Returns
    -------
    Sample
        As :func:`sample` with ``missing="fiml"`` makes of the persons, without the rows.

    Raises
    ------
    ResponseError
        As :func:`sample`; and for sums whose patterns were folded.
    """
    if sums.folded is not None:
        what = "hold more patterns of missing answers than are kept apart"
        raise ResponseError(Problem(where="sums of answers", what=what, allowed="the rows themselves"))
    problems = _faults(sums.n, sums.pairs(), sums.over(), names, "")
    if problems:
        raise ResponseError(problems)
    order = sorted(sums.patterns.items())
    mask = np.array([[bool(key >> j & 1) for j in range(sums.n_items)] for key, _ in order])
    n = np.array([one.n for _, one in order], dtype=np.float64)
    steps = np.array([one.sums for _, one in order]) / n[:, None]
    several = np.flatnonzero(n > 1)
    cov = np.array([order[k][1].covariance() * (n[k] - 1) / n[k] for k in several]) * step**2
    patterns = Patterns(
        mask=mask, n=n, mean=np.where(mask, zero + step * (steps + sums.origin), 0.0), several=several,
        cov=cov.reshape(len(several), sums.n_items, sums.n_items),
    )  # fmt: skip
    mean, moments = (patterns.mean[0], patterns.cov[0]) if patterns.complete else saturate(patterns)[:2]
    group = GroupSample(patterns=patterns, n=int(n.sum()), mean=mean, cov=moments, rows=None, pattern_of=None)
    return Sample(names=tuple(names), groups=("",), data=(group,), missing="fiml")


@one_thread
def sample_from_item_sums(
    parts: Mapping[str, ItemSums],
    names: Sequence[str],
    *,
    missing: Missing = "listwise",
    zero: float = 0.0,
    step: float = 1.0,
) -> Sample:
    """Prepare sums of answers for :func:`fit`: what :func:`sample` makes of the persons, without the rows.

    Parameters
    ----------
    parts : group to the sums of its keyed answers (one group: ``""``)
        Groups in the order of the sample.
    names : sequence of str
        The variables, one an item.
    missing : {"listwise", "fiml"}
        As there.
    zero, step : float
        The metric: ``zero + step x`` for an answer summed as x.

    Raises
    ------
    ResponseError
        As :func:`sample`.
    """
    used = {group: own.without_gaps() if missing == "listwise" else own for group, own in parts.items()}
    problems = [problem for group, own in used.items()
                for problem in _faults(own.n, own.pairs(), own.complete, names, group)]  # fmt: skip
    if problems:
        raise ResponseError(problems)
    total, kept = sum(own.n_rows for own in parts.values()), sum(own.n for own in used.values())
    why = "an answer is missing" if missing == "listwise" else "no answer at all"
    return Sample(
        names=tuple(names), groups=tuple(used), missing=missing,
        data=tuple(_group(own, zero, step) for own in used.values()),
        notes=(f"{total - kept} of {total} persons left out: {why}",) if kept < total else (),
    )  # fmt: skip


def _group(sums: ItemSums, zero: float, step: float) -> GroupSample:
    own = sums.patterns()
    means = np.where(own.mask, zero + step * own.means, 0.0)
    patterns = Patterns(mask=own.mask, n=own.n.astype(np.float64), mean=means, several=own.several,
                        cov=own.covariance if step == 1 else own.covariance * step**2)  # fmt: skip
    mean, cov = (patterns.mean[0], patterns.cov[0]) if patterns.complete else saturate(patterns)[:2]
    return GroupSample(patterns=patterns, n=sums.n, mean=mean, cov=cov, rows=None, pattern_of=None)


def _faults(n: int, pairs: Folded, complete: Products, names: Sequence[str], group: str) -> list[Problem]:
    """Everything that makes a covariance matrix impossible, as :func:`faults` of the rows says it."""
    k, where = len(names), f" in group {group}" if group else ""
    few = too_few(n, k, where)
    if few:
        return few
    answered = np.diag(pairs.pair_n)
    constant = np.diag(pair_covariance(pairs.pair_n, pairs.common, pairs.products)) == 0
    out = [not_varying(names[j], answered=bool(answered[j]), where=where)
           for j in np.flatnonzero((answered < 2) | constant).tolist()]  # fmt: skip
    out += [not_together(names[i], names[j], where) for i, j in np.argwhere(np.triu(pairs.pair_n < 2, 1)).tolist()
            if answered[i] and answered[j]]  # fmt: skip
    if out:
        return out
    enough = complete.n > k and complete.n >= MANY * n
    return singular(complete.covariance() * (complete.n - 1) / complete.n, names, where) if enough else []
