"""The cuts: beyond which value an index counts as a flag, and who says so. Data; every one can be overridden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError

FloatArray = NDArray[np.float64]
Comparison = Literal[">=", ">", "<=", "<"]
Direction = Literal["high", "low"]
Threshold = float | str | None
"""A number, a comparison (``">=12"``, ``"<.001"``), or ``None`` for no cut."""

_THRESHOLD = re.compile(r"\s*(>=|<=|>|<|≥|≤)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where a flag begins: a comparison with a number, and who says so."""

    sign: Comparison
    at: float
    source: str

    def beyond(self, values: FloatArray) -> NDArray[np.bool_]:
        """Return which values are flagged; NaN never is."""
        compare = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}[self.sign]
        return np.asarray(compare(values, self.at))

    def __str__(self) -> str:
        return f"{self.sign} {self.at:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What an index is: its words, which way is careless, and its cut where it has one."""

    name: str
    words: str
    direction: Direction
    cut: Cut | None = None


_OURS = "ours"
_HALF = "half of the items (Curran, 2016)"
_JACKSON = ".30 (Jackson's rule in Johnson, 2005), from ten scales up"
LEAST_RUN = 10  # on five items half is three: a run that 21 of 80 respondents of one sample had
LEAST_SCALES = 10  # with PAIR's six, a fifth of simulated people who read every item fall below .30

#: every index; a cut of NaN is half of the items, known once they are counted
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(name="longstring", words="longest run of one answer (items)", direction="high",
             cut=Cut(sign=">=", at=np.nan, source=_HALF)),
        Kind(name="longstring_page", words="longest run of one answer on one page (items)", direction="high"),
        Kind(name="averagestring", words="average run of one answer (items)", direction="high"),
        Kind(name="irv", words="SD of the person's answers (ddof 1)", direction="low",
             cut=Cut(sign="<=", at=0.0, source=f"{_OURS}: no variation at all")),
        Kind(name="isd", words="SD within scales, summed (ddof 1)", direction="high"),
        Kind(name="evenodd", words="even-odd consistency", direction="low",
             cut=Cut(sign="<", at=0.3, source=_JACKSON)),
        Kind(name="personal_reliability", words="mean correlation of random halves", direction="low"),
        Kind(name="synonyms", words="psychometric synonyms, r", direction="low"),
        Kind(name="antonyms", words="psychometric antonyms, r", direction="high"),
        Kind(name="person_total", words="correlation with everybody else's item means", direction="low"),
        Kind(name="mahalanobis_d2", words="Mahalanobis D squared", direction="high"),
        Kind(name="mahalanobis_p", words="p of Mahalanobis D squared", direction="low",
             cut=Cut(sign="<", at=0.001, source="the usual level for multivariate outliers")),
        Kind(name="seconds_per_item", words="seconds per answered item", direction="low",
             cut=Cut(sign="<", at=2.0, source="2 seconds an item (Huang et al., 2012)")),
        Kind(name="attention", words="attention items answered wrongly", direction="high",
             cut=Cut(sign=">=", at=1.0, source=f"{_OURS}: one is enough to look again")),
    )
}  # fmt: skip


def kinds_with(thresholds: Mapping[str, Threshold]) -> dict[str, Kind]:
    """Return the kinds with these cuts laid over.

    Raises
    ------
    ResponseError
        With every name that is no index and every cut that is none.
    """
    problems: list[Problem] = []
    found = dict(KINDS)
    for name, threshold in thresholds.items():
        if name not in KINDS:
            problems += UnknownNameError.among("index", name, list(KINDS)).problems
            continue
        try:
            found[name] = replace(KINDS[name], cut=_cut(KINDS[name], threshold))
        except ResponseError as fault:
            problems += fault.problems
    if problems:
        raise ResponseError(problems)
    return found


def _cut(kind: Kind, threshold: Threshold) -> Cut | None:
    if threshold is None:
        return None
    if isinstance(threshold, str):
        return read_cut(threshold, where=f"cut of {kind.name}", source="given")
    if np.isnan(threshold):
        raise ResponseError(Problem(where=f"cut of {kind.name}", what="is NaN", allowed="a number, or None for no cut"))
    sign: Comparison = ">=" if kind.direction == "high" else "<="
    return Cut(sign=sign, at=float(threshold), source="given")


def read_cut(text: str, *, where: str, source: str) -> Cut:
    """Return a comparison such as ``>=12`` or ``< .001``.

    Raises
    ------
    ResponseError
        When it is none.
    """
    found = _THRESHOLD.fullmatch(text)
    if found is None:
        raise ResponseError(
            Problem(where=where, what=f"{text!r} is no comparison", allowed=">=, >, <= or < and a number, as in >=12")
        )
    signs: dict[str, Comparison] = {">=": ">=", "≥": ">=", ">": ">", "<=": "<=", "≤": "<=", "<": "<"}
    return Cut(sign=signs[found[1]], at=float(found[2]), source=source)
