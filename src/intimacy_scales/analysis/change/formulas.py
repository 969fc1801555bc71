r"""Has this person changed by more than measurement error? Five answers, as kernels over plain arrays.

Every index is a change divided by its standard error; ``|RC| > 1.96`` is called reliable. They differ in what they hold
the second score against: the first as it is, the first drawn towards the mean, or the change that everybody shows.

Clinically significant change: whether a person crossed from one population's side to the other's.

Only with the user's own cut-off or populations: the house ships none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import json_dict

Method = Literal[
    "jacobson_truax", "edwards_nunnally", "gulliksen_lord_novick", "hageman_arrindell", "practice_adjusted"
]

CRITICAL = 1.96  # of the house's definitions: 5 % of persons without any true change are called changed

NAMES: dict[Method, str] = {
    "jacobson_truax": "Jacobson-Truax",
    "edwards_nunnally": "Edwards-Nunnally",
    "gulliksen_lord_novick": "Gulliksen-Lord-Novick",
    "hageman_arrindell": "Hageman-Arrindell",
    "practice_adjusted": "practice-adjusted",
}


def sem_of(sd: float, reliability: float) -> float:
    """Return the standard error of measurement ``SD sqrt(1 - r)``.

    Examples
    --------
    >>> round(sem_of(1.0, 0.85), 4)
    0.3873
    """
    return float(sd * np.sqrt(1 - reliability))


def smallest_detectable(sem: float) -> float:
    """Return ``1.96 sqrt(2) SEM``: the smallest change of one person's score that is reliable.

    Examples
    --------
    >>> round(smallest_detectable(sem_of(1.0, 0.85)), 4)
    1.0735
    """
    return float(CRITICAL * np.sqrt(2) * sem)


def jacobson_truax(before: FloatArray, after: FloatArray, *, sd: float, reliability: float) -> FloatArray:
    r"""Return ``(x2 - x1) / (s1 sqrt(2) sqrt(1 - r))``: the observed change over the error of a difference.

    Parameters
    ----------
    before, after
        One score a person (x1, x2), NaN where there is none: NaN comes out.
    sd, reliability
        s1, of the first scores of a fitting sample; r, on the same metric and for such persons.

    Notes
    -----
    Takes the first score for what it is: a person chosen for a very low score tends to come back towards the mean, and
    that return counts as change here. It is NaN where the reliability is 1 (no error to divide by).

    References
    ----------
    Jacobson, N. S., & Truax, P. (1991). Clinical significance: A statistical approach to defining meaningful change in
    psychotherapy research. Journal of Consulting and Clinical Psychology, 59, 12-19. doi:10.1037/0022-006X.59.1.12

    Examples
    --------
    >>> jacobson_truax(np.array([32.5]), np.array([47.5]), sd=7.5, reliability=0.8).round(2).tolist()
    [3.16]
    """
    return _over(after - before, np.sqrt(2) * sem_of(sd, reliability))


def edwards_nunnally(
    before: FloatArray, after: FloatArray, *, sd: float, reliability: float, mean: float
) -> FloatArray:
    r"""Return ``(x2 - [M + r (x1 - M)]) / (s1 sqrt(1 - r))``: the second score against the estimated true first.

    ``M`` is the mean of the first scores of the population the person comes from: the first score is drawn towards it
    (Kelley), so that returning to the mean is no change. The second score's error alone is in the denominator, which
    makes it liberal.

    References
    ----------
    Speer, D. C. (1992). Clinically significant change: Jacobson and Truax (1991) revisited. Journal of Consulting and
    Clinical Psychology, 60, 402-408. doi:10.1037/0022-006X.60.3.402
    """
    expected = mean + reliability * (before - mean)
    return _over(after - expected, sem_of(sd, reliability))


def gulliksen_lord_novick(
    before: FloatArray, after: FloatArray, *, sd: float, reliability: float, mean: float
) -> FloatArray:
    r"""Return ``(x2 - [M + r (x1 - M)]) / (s1 sqrt(1 - r^2))``: the second score against its regression on the first.

    With r the correlation of parallel scores, the denominator is the standard error of predicting one from the other.

    References
    ----------
    Hsu, L. M. (1989). Reliable changes in psychotherapy: Taking into account regression toward the mean. Behavioral
    Assessment, 11, 459-467.
    """
    expected = mean + reliability * (before - mean)
    return _over(after - expected, float(sd * np.sqrt(1 - reliability**2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoOccasions:
    """What a sample of persons seen twice says: means, SDs, correlation of the two occasions."""

    mean_before: float
    mean_after: float
    sd_before: float
    sd_after: float
    r: float


def change_reliability(sample: TwoOccasions, *, sem: float) -> float:
    r"""Return the reliability of the change, ``r_dd = (s_d^2 - 2 SEM^2) / s_d^2``, ``s_d^2 = s1^2 + s2^2 - 2 r s1 s2``.

    The same as ``(r11 s1^2 + r22 s2^2 - 2 r12 s1 s2) / s_d^2`` with ``r_ii = 1 - SEM^2 / s_i^2``. Zero or less: the
    persons' changes differ by no more than error would make them differ.
    """
    spread = sample.sd_before**2 + sample.sd_after**2 - 2 * sample.r * sample.sd_before * sample.sd_after
    return float("nan") if spread <= 1e-15 else float((spread - 2 * sem**2) / spread)


def hageman_arrindell(before: FloatArray, after: FloatArray, *, sem: float, sample: TwoOccasions) -> FloatArray:
    r"""Return ``[(x2 - x1) r_dd + (M2 - M1)(1 - r_dd)] / [sqrt(r_dd) sqrt(2 SEM^2)]``: the estimated *true* change.

    ``r_dd`` is :func:`change_reliability`. The observed change is drawn towards the mean change of the sample; a
    person in a sample that improved is given a part of that.

    Notes
    -----
    NaN where ``r_dd`` is not above 0. The authors call an index above 1.65 reliable, one side at a time; here 1.96 as
    for the others, so that the five can be compared. Where the reliability is the correlation of these two occasions
    itself, ``r_dd`` is near 0 by construction and the index says little. Formula as in the R package
    clinicalsignificance.

    References
    ----------
    Hageman, W. J. J. M., & Arrindell, W. A. (1999). Establishing clinically significant change: Increment of precision
    and the distinction between individual and group level of analysis. Behaviour Research and Therapy, 37, 1169-1193.
    doi:10.1016/S0005-7967(99)00032-7
    """
    share = change_reliability(sample, sem=sem)
    if not share > 1e-12:
        return np.full(len(before), np.nan)
    true = (after - before) * share + (sample.mean_after - sample.mean_before) * (1 - share)
    return _over(true, float(np.sqrt(share) * np.sqrt(2) * sem))


def practice_adjusted(
    before: FloatArray, after: FloatArray, *, sem_before: float, sem_after: float, practice: float
) -> FloatArray:
    r"""Return ``(x2 - x1 - P) / sqrt(SEM1^2 + SEM2^2)``: the change beyond what answering twice does by itself.

    ``P`` is the mean change of persons to whom nothing happened between. Taken from persons who were treated it takes
    the effect away with the practice.

    References
    ----------
    Chelune, G. J., Naugle, R. I., Lüders, H., Sedlak, J., & Awad, I. A. (1993). Individual change after epilepsy
    surgery: Practice effects and base-rate information. Neuropsychology, 7, 41-52. doi:10.1037/0894-4105.7.1.41

    Iverson, G. L. (2001). Interpreting change on the WAIS-III/WMS-III in clinical samples. Archives of Clinical
    Neuropsychology, 16, 183-191. (Both occasions' errors in the denominator.)
    """
    return _over(after - before - practice, float(np.hypot(sem_before, sem_after)))


def _over(change: FloatArray, error: float) -> FloatArray:
    """Return change over error; NaN where there is no error to divide by."""
    if not error > 1e-12:
        return np.full(np.shape(change), np.nan)
    values: FloatArray = np.asarray(change, dtype=np.float64) / error
    return values


Criterion = Literal["a", "b", "c", "given"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Mean and SD of a population, on the metric of the score, and who they are."""

    mean: float
    sd: float
    whose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoff:
    """A score that parts two populations, by which criterion, from what. The other criteria stand beside."""

    value: float
    criterion: Criterion
    others: dict[str, float]
    said: str

    def to_dict(self) -> dict[str, Any]:
        """Return the cut-off JSON-safe at full precision."""
        return json_dict({"value": self.value, "criterion": self.criterion, "others": self.others, "from": self.said})


def cutoff_of(
    *, cutoff: float | None, clinical: Population | None, functional: Population | None, higher_is_better: bool = True
) -> Cutoff | None:
    r"""Return the cut-off that a user's own figures give; ``None`` without any.

    With the clinical population's mean and SD (``M0``, ``s0``) and the functional one's (``M1``, ``s1``), where higher
    is better::

        a = M0 + 2 s0      beyond the clinical population
        b = M1 - 2 s1      within the functional population
        c = (s0 M1 + s1 M0) / (s0 + s1)      nearer to the functional one

    A cut-off that was given goes before all; c where both populations are known; else a or b, whichever can be had.
    Where lower is better the signs of the 2 SDs turn.

    Raises
    ------
    ResponseError
        When an SD is not positive, or the functional population is not on the better side of the clinical one.

    Notes
    -----
    ``b`` takes the *functional* SD (Jacobson & Truax, 1991); the R package clinicalsignificance 3.0.0 takes the
    clinical one for it. Misleads where the two populations overlap so far that crossing is a matter of a point or two.

    References
    ----------
    Jacobson, N. S., & Truax, P. (1991). Clinical significance: A statistical approach to defining meaningful change in
    psychotherapy research. Journal of Consulting and Clinical Psychology, 59, 12-19. doi:10.1037/0022-006X.59.1.12

    Examples
    --------
    >>> found = cutoff_of(cutoff=None, clinical=Population(mean=40, sd=7.5), functional=Population(mean=60, sd=7.5))
    >>> found.value, found.others["a"], found.others["b"]
    (50.0, 55.0, 45.0)
    """
    _check(clinical, functional, higher_is_better=higher_is_better)
    up = 1.0 if higher_is_better else -1.0
    others: dict[str, float] = {}
    if clinical is not None:
        others["a"] = clinical.mean + up * 2 * clinical.sd
    if functional is not None:
        others["b"] = functional.mean - up * 2 * functional.sd
    if clinical is not None and functional is not None:
        top = clinical.sd * functional.mean + functional.sd * clinical.mean
        others["c"] = top / (clinical.sd + functional.sd)
    if cutoff is not None:
        return Cutoff(value=float(cutoff), criterion="given", others=others, said="given by the user")
    for name in ("c", "a", "b"):
        if name in others:
            return Cutoff(
                value=others[name], criterion=name, others=others, said=_populations_words(clinical, functional)
            )
    return None


def _populations_words(clinical: Population | None, functional: Population | None) -> str:
    known = [
        f"{name} population {one.mean:g} (SD {one.sd:g}){f', {one.whose}' if one.whose else ''}"
        for name, one in (("clinical", clinical), ("functional", functional))
        if one is not None
    ]
    return " and ".join(known) + ", given by the user"


def _check(clinical: Population | None, functional: Population | None, *, higher_is_better: bool) -> None:
    problems = [
        Problem(where=f"{name} population", what=f"has an SD of {one.sd:g}", allowed="an SD above 0")
        for name, one in (("clinical", clinical), ("functional", functional))
        if one is not None and not one.sd > 0
    ]
    if clinical is not None and functional is not None:
        ahead = functional.mean - clinical.mean if higher_is_better else clinical.mean - functional.mean
        if not ahead > 0:
            better = "higher" if higher_is_better else "lower"
            problems.append(
                Problem(
                    where="populations",
                    what=f"the functional mean {functional.mean:g} is not {better} than the clinical {clinical.mean:g}",
                    allowed=f"{better} means better on this scale",
                    do="give the clinical population first, then the functional one",
                )
            )
    if problems:
        raise ResponseError(problems)


def clinical_words(
    before: FloatArray, after: FloatArray, classes: list[str | None], cutoff: Cutoff, *, higher_is_better: bool
) -> list[str | None]:
    """Return Jacobson and Truax's four words a person: recovered, improved, unchanged, deteriorated.

    *recovered*: reliably improved, and crossed the cut-off from the worse side; *improved*: reliably improved without
    crossing. Exactly at the cut-off counts as the better side.
    """
    up = 1.0 if higher_is_better else -1.0
    crossed = ((before - cutoff.value) * up < 0) & ((after - cutoff.value) * up >= 0)
    words: list[str | None] = []
    for kind, over in zip(classes, crossed.tolist(), strict=True):
        if kind is None:
            words.append(None)
        elif kind == "improved":
            words.append("recovered" if over else "improved")
        else:
            words.append("deteriorated" if kind == "deteriorated" else "unchanged")
    return words
