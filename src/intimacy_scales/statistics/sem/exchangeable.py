"""Pairs of persons whom nothing tells apart: data entered both ways round, and the fit that is left.

Every couple stands in the data as (first, second) and as (second, first), each at half its weight. The likelihood of a
model whose parameters are equal after swapping (Olsen and Kenny, 2006) is the same for both, so estimates, standard
errors and log-likelihood are those of the couples as they were, whoever was put first; the saturated model of such data
is Olsen and Kenny's I-SAT and its independence model their I-NULL, so the chi-squares come out already adjusted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.errors import ResponseError
from intimacy_scales.statistics.sem.indices import chi_p, comparative, rmsea
from intimacy_scales.statistics.sem.matrices import Floats
from intimacy_scales.statistics.sem.normal import GroupSample, faults, patterns_of
from intimacy_scales.statistics.sem.results import Fit
from intimacy_scales.statistics.sem.samples import Missing, Sample, group_sample, saturate
from intimacy_scales.statistics.threads import one_thread


@one_thread
def pair_sample(
    X: ArrayLike,
    names: Sequence[str],
    partner_of: Sequence[int],
    *,
    groups: Sequence[str] | None = None,
    exchangeable: Collection[str] = ("",),
    missing: Missing = "listwise",
) -> Sample:
    """Prepare couples x variables of both partners for :func:`~intimacy_scales.statistics.sem.fit`.

    Parameters
    ----------
    X
        Couples x variables, NaN where there is no answer.
    names
        The variables, one a column.
    partner_of
        For every column the place of the same variable of the other partner; its own place where the couple shares it.
    groups
        The composition of every couple; default: one, called ``""``.
    exchangeable
        The groups whose partners nothing tells apart: they are entered both ways round, each at half its weight.
    missing
        ``"listwise"``: couples with every answer; ``"fiml"``: all there is.

    Returns
    -------
    Sample
        ``n`` counts couples. Exchangeable groups hold no rows: the sandwich of robust estimators would count each
        couple twice.

    Raises
    ------
    ResponseError
        As :func:`~intimacy_scales.statistics.sem.sample`.

    References
    ----------
    Olsen, J. A., & Kenny, D. A. (2006). Structural equation modeling with interchangeable dyads. *Psychological
    Methods, 11*, 127-141. https://doi.org/10.1037/1082-989X.11.2.127
    """
    data = np.array(X, dtype=float, ndmin=2)
    labels = np.array([""] * len(data) if groups is None else [str(group) for group in groups])
    answered = ~np.isnan(data)
    keep = answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)
    swap = list(partner_of)
    order = tuple(dict.fromkeys(labels.tolist()))
    parts = [data[keep & (labels == group)] for group in order]
    both = [_both_ways(part, swap) if g in exchangeable else part for g, part in zip(order, parts, strict=True)]
    problems = [problem for g, part in zip(order, both, strict=True) for problem in faults(part, names, g)]
    if problems:
        raise ResponseError(problems)
    made = tuple(
        _halved(rows, len(part)) if g in exchangeable else group_sample(rows)
        for g, part, rows in zip(order, parts, both, strict=True)
    )
    out = int((~keep).sum())
    why = "a value is missing" if missing == "listwise" else "no value at all"
    notes = (f"{out} of {len(data)} couples left out: {why}",) if out else ()
    return Sample(names=tuple(names), groups=order, data=made, missing=missing, notes=notes)


def _both_ways(X: Floats, swap: Sequence[int]) -> Floats:
    return np.concatenate([X, X[:, list(swap)]])


def _halved(rows: Floats, n_couples: int) -> GroupSample:
    patterns, _ = patterns_of(rows)
    patterns = replace(patterns, n=patterns.n / 2)
    mean, cov = (patterns.mean[0], patterns.cov[0]) if patterns.complete else saturate(patterns)[:2]
    return GroupSample(patterns=patterns, n=n_couples, mean=mean, cov=cov, rows=None, pattern_of=None)


def swapping_equalities(n_pairs: int, n_shared: int = 0) -> int:
    """Return the degrees of freedom of I-SAT: what must be equal where swapping partners changes nothing.

    ``n_pairs`` variables of both partners (p), ``n_shared`` of the couple (q): means and variances ``2p``, covariances
    within and between partners ``p (p - 1)``, with what is shared ``pq``; together ``p (p + 1 + q)``.

    Examples
    --------
    >>> swapping_equalities(2)
    6
    """
    return n_pairs * (n_pairs + 1 + n_shared)


def adjusted(made: Fit, n_pairs: int, n_shared: int = 0, n_groups: int = 1) -> Fit:
    """Return a fit to :func:`pair_sample` with degrees of freedom, CFI, TLI and RMSEA of exchangeable partners.

    Parameters
    ----------
    made
        The fit; its chi-squares are those of the model and of I-NULL less that of I-SAT.
    n_pairs, n_shared
        Variables of both partners, and of the couple.
    n_groups
        Groups whose partners nothing tells apart.

    Notes
    -----
    ``df' = df - df(I-SAT)``, and for I-NULL likewise. With ``df' = 0`` the model is saturated: its chi-square is 0, and
    CFI, TLI and RMSEA say nothing. Validated against lavaan 0.6-14 (models with equality constraints, less I-SAT).
    """
    m, swaps = made.measures, swapping_equalities(n_pairs, n_shared)
    df = m.df - n_groups * swaps
    base_df = m.baseline_df - n_groups * (swaps - 2 * n_pairs)  # I-NULL holds 2p means and variances equal, too
    cfi, tli = comparative(m.chisq, df, m.baseline_chisq, base_df)
    point, lower, upper = rmsea(m.chisq, df, made.n, len(made.groups))
    measures = replace(
        m,
        df=df,
        p=chi_p(m.chisq, df),
        baseline_df=base_df,
        cfi=cfi,
        tli=tli,
        rmsea=point,
        rmsea_lower=lower,
        rmsea_upper=upper,
    )
    return replace(made, measures=measures)
