"""Clinically significant change: whether a person crossed from one population's side to the other's.

Only with the user's own cut-off or populations: the house ships none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import json_dict

FloatArray = NDArray[np.float64]
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
            return Cutoff(value=others[name], criterion=name, others=others, said=_said(clinical, functional))
    return None


def _said(clinical: Population | None, functional: Population | None) -> str:
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
