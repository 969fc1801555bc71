"""What a reader should know before trusting a figure: doubts in words, each with its figures.

Reliability of differences between scores of one row: wished minus now, one partner minus the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from intimacy_scales.analysis.reliability.results import ScaleReliability
from intimacy_scales.analysis.reliability.sample_sums import DifferenceSums
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.wording import coefficient, percent
from intimacy_scales.reading.responses.keying import item_rest_interval, runs_against_scale
from intimacy_scales.statistics.consistency.coefficients import spearman_brown, standardized
from intimacy_scales.statistics.consistency.composites import DifferenceReliability, difference_of_moments
from intimacy_scales.statistics.consistency.items import ItemFigures, ItemLabels
from intimacy_scales.statistics.moments import Moments

FEW_PERSONS = 30  # below, an interval of alpha spans most of what it could be
MUCH_MISSING = 0.10  # share of answers; above, what is missing may decide the figure
WORTH_DROPPING = 0.01  # a gain in alpha below this is noise in any sample
TOO_ALIKE = 0.95  # alpha above this usually means that items repeat each other
INDEFINITE = -1e-10  # rounding leaves eigenvalues a little below zero


def _named(numbers: Sequence[int | str]) -> str:
    words = ", ".join(str(number) for number in numbers)
    return f"item {words}" if len(numbers) == 1 else f"items {words}"


def _of_size(moments: Moments, alpha: float, numbers: Sequence[int | str]) -> list[str]:
    k = moments.n_items
    if k == 1:
        return ["one item only: internal consistency is not defined; retest, or use more items"]
    lines = []
    if k == 2 and np.isfinite(alpha):
        both = spearman_brown(float(standardized(moments.covariance)[0, 1]))
        if np.isfinite(both):
            lines.append(f"two items: their Spearman-Brown coefficient {coefficient(both)} says more than "
                         "alpha (Eisinga et al., 2013, doi:10.1007/s00038-012-0416-3)")  # fmt: skip
    if moments.n_complete < FEW_PERSONS:
        lines.append(f"{moments.n_complete} complete rows: too few for more than a first impression")
    empty = [number for number, n in zip(numbers, moments.answered, strict=True) if n == 0]
    if empty:
        lines.append(f"{_named(empty)}: no answers at all; nothing can be computed for the whole scale")
    return lines


def _of_missing(moments: Moments, numbers: Sequence[int | str]) -> list[str]:
    lines = []
    cells = max(moments.n_rows * moments.n_items, 1)
    share = 1 - moments.answered.sum() / cells
    if share > MUCH_MISSING:
        lines.append(f"{percent(share)} of the answers are missing: the figures hold for those who answered")
    if moments.n_complete == 0 and moments.n > 0:
        lines.append("no row is complete: no interval by Feldt")
    short = np.argwhere(np.triu(moments.pair_n < 2, 1) & (moments.answered > 0) & (moments.answered > 0)[:, None])
    if len(short) and moments.missing == "pairwise":
        a, b = short[0]
        more = f" (and {len(short) - 1} more pairs)" if len(short) > 1 else ""
        lines.append(f"items {numbers[a]} and {numbers[b]} were answered together by fewer than two persons{more}: "
                     "no covariance, no coefficients")  # fmt: skip
    return lines


def _of_matrix(moments: Moments, numbers: Sequence[int | str]) -> list[str]:
    covariance = moments.covariance
    if not np.isfinite(covariance).all() or moments.n_items < 2:
        return []
    lines = []
    if not (moments.variances > 0).any():
        return [f"{_named(numbers)}: everybody gave the same answer to each"]
    correlation = standardized(covariance)
    same = np.argwhere(np.triu(correlation > 1 - 1e-9, 1))
    lines += [f"items {numbers[a]} and {numbers[b]} have identical answers: is one a copy of the other? "
              "Lambda 6 is not defined" for a, b in same[:3]]  # fmt: skip
    if np.linalg.eigvalsh(correlation)[0] < INDEFINITE:
        lines.append("the pairwise covariances contradict each other (a negative eigenvalue): lambda 6 is not defined, "
                     "the rest is rough; use listwise or fiml")  # fmt: skip
    return lines


def _of_alpha(alpha: float, moments: Moments) -> list[str]:
    if moments.n_items > 1 and np.isfinite(moments.covariance).all() and not np.isfinite(alpha):
        return ["the sum of the items has no variance: alpha is not defined"]
    if np.isfinite(alpha) and alpha < 0:
        return ["alpha is negative: items run against each other; check the keying before anything else"]
    if alpha > TOO_ALIKE and moments.n_complete >= FEW_PERSONS:
        return [f"alpha is {coefficient(alpha)}: so high that items may repeat each other"]
    return []


def _of_items(table: Sequence[ItemFigures], alpha: float, n: int) -> list[str]:
    """Return doubts about single items; ``n``: persons behind the item-rest correlations."""
    lines = []
    for item in table:
        r, without = item.item_rest_r, item.alpha_if_dropped
        low, high = item_rest_interval(r, n)
        known = np.isfinite(high)
        text = (
            f"item-rest r = {coefficient(r)} [{coefficient(low)}, {coefficient(high)}]"
            if known
            else f"item-rest r = {coefficient(r)}"
        )
        if runs_against_scale(r, high) and len(table) > 1:
            lines.append(f"item {item.item} runs against the scale ({text}): check its keying")
        elif r < 0 and len(table) > 1:
            doubt = ", which does not leave out 0" if known and high >= 0 else ""
            lines.append(f"item {item.item} hardly goes with the scale ({text}{doubt})")
        elif without > alpha + WORTH_DROPPING:
            lines.append(
                f"without item {item.item} alpha would be {coefficient(without)} instead of {coefficient(alpha)}; "
                "dropping it on the strength of this sample alone would flatter the scale"
            )
    return lines


def notes_on(
    moments: Moments, *, alpha: float, table: Sequence[ItemFigures], widths: FloatArray, exhaustive: bool = True
) -> tuple[str, ...]:
    """Return the notes on one scale; ``table`` and ``widths`` (declared ranges) are of the items that vary."""
    numbers = [item.item for item in table]
    lines = _of_size(moments, alpha, numbers) + _of_missing(moments, numbers) + _of_matrix(moments, numbers)
    lines += _of_alpha(alpha, moments) + _of_items(table, alpha, moments.n_complete or moments.n)
    if len(set(widths.tolist())) > 1:
        lines.append("items have different ranges: raw alpha weights the wide ones more; see the standardized alpha")
    if not exhaustive:
        lines.append(f"lambda 4 of {len(table)} items comes from a search of many starts: a better split may exist")
    if moments.missing == "pairwise" and 0 < moments.n_complete < moments.n:
        lines.append(f"coefficients use every pair of answers ({moments.n} persons); the interval by Feldt counts "
                     f"only the {moments.n_complete} complete rows")  # fmt: skip
    return tuple(lines)


def note_on_constant(constant: Sequence[ItemLabels], left: int) -> list[str]:
    """Return the note on items to which everybody gave the same answer."""
    if not constant:
        return []
    named = _named([label.number for label in constant])
    return [
        (
            f"{named}: everybody gave the same answer; left out of the coefficients (k = {left}) as in SPSS and psych; "
            f"the score still counts {'it' if len(constant) == 1 else 'them'}"
        )
    ]


ByKey = Mapping[str, Mapping[str, ScaleReliability]]


def differences_of(differences: Sequence[DifferenceSums], found: ByKey) -> dict[str, dict[str, DifferenceReliability]]:
    """Return the reliability of every derived score and of every pair of partners in a row, by bank and key.

    Of ``second - first``, from both scores' alphas.
    """
    entries: dict[str, dict[str, DifferenceReliability]] = {}
    for difference in differences:
        bank, first, second = difference.first.bank.id, difference.first.key, difference.second.key
        alphas = (found[bank][first].alpha.value, found[bank][second].alpha.value)
        entries.setdefault(bank, {})[difference.key] = difference_of_moments(
            difference.sums.covariance(),
            int(difference.sums.n[0, 1]),
            alphas,
            which=f"alpha of {first} and of {second}",
        )
    return entries
