"""What the search for careless answering hands on: indices, their cuts, and who is beyond them.

The cuts: beyond which value an index counts as a flag, and who says so. Data; every one can be overridden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import counted, figure
from intimacy_scales.engines.own_type import like_native
from intimacy_scales.reading.responses.model import Responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index of careless answering: a value a person (NaN where there is none), and its cut."""

    kind: Kind
    suffix: str
    values: FloatArray = field(repr=False)
    cut: Cut | None

    @property
    def name(self) -> str:
        """Name of its column (``longstring``, for partner a ``longstring_a``)."""
        return self.kind.name + self.suffix

    @property
    def flagged(self) -> BoolArray:
        """Which persons are beyond the cut; nobody where there is none."""
        return np.zeros(len(self.values), dtype=np.bool_) if self.cut is None else self.cut.beyond(self.values)

    def to_dict(self) -> dict[str, Any]:
        """Return what it is, which way is careless, its cut, and the figures of the sample."""
        known = self.values[~np.isnan(self.values)]
        return json_dict(
            {
                "what": self.kind.words,
                "careless_is": self.kind.direction,
                "cut": None if self.cut is None else str(self.cut),
                "cut_source": None if self.cut is None else self.cut.source,
                "n": len(known),
                "flagged": int(self.flagged.sum()),
                "mean": known.mean() if len(known) else None,
                "min": known.min() if len(known) else None,
                "max": known.max() if len(known) else None,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Careless(Shown):
    """Signs of careless answering, row by row as the answers came in. Nobody is dropped for them."""

    responses: Responses = field(repr=False)
    indices: tuple[Index, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.responses.n_persons

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the indices."""
        return tuple(index.name for index in self.indices)

    def __getitem__(self, name: str) -> Index:
        """Return an index by name (``longstring``)."""
        for index in self.indices:
            if index.name == name:
                return index
        raise UnknownNameError.among("index", name, self.names)

    @property
    def flags(self) -> IntArray:
        """Number of indices beyond their cut, a person."""
        none = np.zeros(len(self), dtype=np.int64)
        return np.asarray(sum((index.flagged.astype(np.int64) for index in self.indices), none))

    def why(self, row: int) -> tuple[str, ...]:
        """Return what stands out in one row, in words."""
        return tuple(
            f"{index.kind.words}{_whose(index)}: {index.values[row]:.3g} (cut {index.cut})"
            for index in self.indices
            if index.flagged[row]
        )

    def table(self, *, keep: Sequence[str] = ()) -> Any:
        """Return values and flags in the caller's own frame type, with its index and rows (pandas for files).

        Columns: the id, kept columns, each index, ``flags`` (how many are beyond their cut) and ``flagged_by``.
        """
        entries: dict[str, Any] = {}
        if self.responses.ids is not None and self.responses.id_column is not None:
            entries[self.responses.id_column] = list(self.responses.ids)
        for name in keep:
            entries[name] = self.responses.table.column(name).cells.texts()
        for index in self.indices:
            entries[index.name] = index.values
        entries["flags"] = self.flags
        flagged = [(index.name, index.flagged) for index in self.indices if index.flagged.any()]
        entries["flagged_by"] = ["; ".join(name for name, own in flagged if own[row]) for row in range(len(self))]
        return like_native(entries, self.responses.native)

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"indices": {INDEX: {...}}, "rows": [{"row", "id", "flags", "by"}]}``, flagged rows only."""
        flags, ids = self.flags, self.responses.ids
        rows = [
            {
                "row": int(self.responses.row_numbers[row]),
                "id": None if ids is None else ids[row],
                "flags": int(flags[row]),
                "by": {index.name: index.values[row] for index in self.indices if index.flagged[row]},
            }
            for row in np.flatnonzero(flags).tolist()
        ]
        indices = {index.name: index.to_dict() for index in self.indices}
        return json_dict({"indices": indices, "rows": rows, "notes": list(self.notes)})

    def apa(self) -> str:
        """Return a sentence: how many rows are beyond how many cuts. It is a sign, no verdict on anybody."""
        flags = self.flags
        shown = "; ".join(f"{index.name} {int(index.flagged.sum())}" for index in self.indices)
        return (
            f"Of {counted(len(self), 'row')}, {int((flags > 0).sum())} were beyond the cut of at least one index of "
            f"careless answering and {int((flags > 1).sum())} beyond two or more ({shown}); none was left out for it."
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line an index."""
        lines = [["index", "n", "careless is", "cut", "flagged", "mean", "min", "max"]]
        for index in self.indices:
            d = index.to_dict()
            figures = [figure(d[name]) for name in ("mean", "min", "max")]
            cut = d["cut"] or "-"
            lines.append([index.name, str(d["n"]), d["careless_is"], cut, str(d["flagged"]), *figures])
        return lines


def _whose(index: Index) -> str:
    return f" ({index.suffix.strip('_').replace('_', ', ')})" if index.suffix else ""


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

    def beyond(self, values: FloatArray) -> BoolArray:
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
    entries = dict(KINDS)
    for name, threshold in thresholds.items():
        if name not in KINDS:
            problems += UnknownNameError.among("index", name, list(KINDS)).problems
            continue
        try:
            entries[name] = replace(KINDS[name], cut=_cut(KINDS[name], threshold))
        except ResponseError as fault:
            problems += fault.problems
    if problems:
        raise ResponseError(problems)
    return entries


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
