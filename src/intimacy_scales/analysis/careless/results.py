"""What the search for careless answering hands on: indices, their cuts, and who is beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.analysis.careless.cuts import Cut, Kind
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Shown, json_dict, like_native
from intimacy_scales.base.wording import counted, figure
from intimacy_scales.reading.responses.model import Responses

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


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
    def flags(self) -> NDArray[np.int64]:
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
        found: dict[str, Any] = {}
        if self.responses.ids is not None and self.responses.id_column is not None:
            found[self.responses.id_column] = list(self.responses.ids)
        for name in keep:
            found[name] = self.responses.table.column(name).cells.texts()
        for index in self.indices:
            found[index.name] = index.values
        found["flags"] = self.flags
        flagged = [(index.name, index.flagged) for index in self.indices if index.flagged.any()]
        found["flagged_by"] = ["; ".join(name for name, own in flagged if own[row]) for row in range(len(self))]
        return like_native(found, self.responses.native)

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
