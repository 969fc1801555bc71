"""The structure of one bank's answers as a result: data, and the ways it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.results import Shown, html_table, json_dict, text_table

from .confirmation import Confirmation
from .exploration import Exploration
from .invariance_results import Invariance
from .result_rows import item_rows, model_lines
from .sheet import Sheet

if TYPE_CHECKING:
    from .graded_scale import GradedScale


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure(Shown):
    """Suitability, number of factors, exploratory and confirmatory model, invariance of one bank in one sitting.

    Attributes
    ----------
    exploration : suitability, parallel analysis, MAP, empirical Kaiser criterion, EFA.
    cfa : the model of the bank's own scales; ``None`` where the answers do not allow it (a note says why).
    invariance : the ladder over the groups of a column; ``None`` without a column, or with a note.
    irt : graded response models by scale, where they were asked for.
    notes : everything to mind, of all parts.
    """

    bank: ItemBank = field(repr=False)
    sheet: Sheet = field(repr=False)
    exploration: Exploration
    cfa: Confirmation | None
    invariance: Invariance | None
    irt: Mapping[str, GradedScale]
    notes: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """Column names of the items."""
        return self.sheet.names

    @property
    def n(self) -> int:
        """Persons with any answer."""
        return self.sheet.n

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON holds it, full precision, NaN as ``None``; items are named ``BANK_NUMBER``."""
        return json_dict({
            "bank": self.bank.id, "sitting": self.sheet.sitting or None, "n": self.n,
            "n_complete": self.sheet.n_complete, "items": list(self.items),
            "scales": {name: list(items) for name, items in self.sheet.factors.items()},
            **self.exploration.to_dict(),
            "cfa": None if self.cfa is None else self.cfa.to_dict(),
            "invariance": [] if self.invariance is None else self.invariance.to_list(),
            "groups": None if self.invariance is None else self.invariance.about(),
            "irt": {name: one.to_dict() for name, one in self.irt.items()},
            "notes": list(self.notes),
        })  # fmt: skip

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line an item: KMO, exploratory loadings, communality, confirmatory loading."""
        return item_rows(self.sheet, self.exploration, self.cfa)

    def table(self) -> Any:
        """Return one row an item as a pandas frame, full precision."""
        import pandas as pd

        found, rows = self.to_dict(), []
        by_item = {one["item"]: one for one in (found["cfa"] or {"loadings": []})["loadings"]
                   if one["factor"] in self.sheet.factors}  # fmt: skip
        for name, number in zip(self.items, self.sheet.numbers, strict=True):
            row: dict[str, Any] = {"item": name, "number": number}
            row["kmo"] = None if found["kmo"] is None else found["kmo"]["items"][name]
            if found["efa"] is not None:
                row |= {f"efa_{k + 1}": value for k, value in enumerate(found["efa"]["loadings"][name])}
                row["communality"] = found["efa"]["communality"][name]
            row |= {f"cfa_{key}": value for key, value in by_item.get(name, {}).items() if key not in {"item", "ci"}}
            rows.append(row)
        return pd.DataFrame(rows)

    def apa(self) -> str:
        """Return the sentences of a paper."""
        from .sentences import structure_sentences

        return structure_sentences(self)

    def __str__(self) -> str:
        parts = [*model_lines(self), text_table(self.rows_for_eyes())]
        if self.invariance is not None:
            head = f"Invariance over {self.invariance.column} ({', '.join(self.invariance.groups)})"
            parts += ["", head, text_table(self.invariance.rows_for_eyes()), self.invariance.meaning]
        for name, one in self.irt.items():
            parts += ["", f"Graded response model of {name}", text_table(one.rows_for_eyes())]
        return "\n".join([*parts, *(f"note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        from html import escape

        lines = "".join(f"<p>{escape(line)}</p>" for line in model_lines(self) if line)
        groups = "" if self.invariance is None else self.invariance._repr_html_()
        notes = "".join(f"<p>note: {escape(note)}</p>" for note in self.notes)
        return lines + html_table(self.rows_for_eyes()) + groups + notes
