"""The structure of one bank's answers as a result: data, and the ways it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.analysis.structure.confirmation import Confirmation
from intimacy_scales.analysis.structure.exploration import Exploration
from intimacy_scales.analysis.structure.graded_scale import GradedScale, item_bias_dict
from intimacy_scales.analysis.structure.invariance_results import Invariance
from intimacy_scales.analysis.structure.item_answers import ItemAnswers
from intimacy_scales.analysis.structure.text import factor_tables, item_rows, model_lines, structure_sentences
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import Shown, html_table, json_dict, text_table
from intimacy_scales.statistics.irt.differential_functioning import DifferentialFunctioning
from intimacy_scales.statistics.validity.htmt import HtmtRatio

CFA_FIGURES = ("factor", "est", "se", "std", "p")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure(Shown):
    """Suitability, number of factors, exploratory and confirmatory model, invariance of one bank in one administration.

    Attributes
    ----------
    exploration : suitability, parallel analysis, MAP, empirical Kaiser criterion, EFA.
    cfa : the model of the bank's own scales; ``None`` where the answers do not allow it (a note says why).
    invariance : the ladder over the groups of a column; ``None`` without a column, or with a note.
    irt : graded response models by scale, where they were asked for.
    htmt : heterotrait-monotrait ratios of every pair of scales (``htmt_pairs``), with bootstrap intervals.
    dif : differential item functioning by scale over the groups, purified, where it was asked for.
    notes : everything to mind, of all parts.
    """

    bank: ItemBank = field(repr=False)
    answers: ItemAnswers = field(repr=False)
    exploration: Exploration
    cfa: Confirmation | None
    invariance: Invariance | None
    irt: Mapping[str, GradedScale]
    htmt: tuple[HtmtRatio, ...] = ()
    htmt_pairs: tuple[tuple[str, str], ...] = ()
    dif: Mapping[str, DifferentialFunctioning] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """Column names of the items."""
        return self.answers.names

    @property
    def n(self) -> int:
        """Persons with any answer."""
        return self.answers.n

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON holds it, full precision, NaN as ``None``.

        ``items`` say what the names ``BANK_NUMBER`` stand for, by which tables of items are keyed.
        """
        cfa, label = self.cfa, self.answers.label
        return json_dict({
            "bank": self.bank.id, "administration": self.answers.administration or None, "n": self.n,
            "n_complete": self.answers.n_complete, "items": [label(name) for name in self.items],
            "scales": {name: list(items) for name, items in self.answers.factors.items()},
            **self.exploration.to_dict(),
            "cfa": None if cfa is None else cfa.to_dict(label),
            "composites": {} if cfa is None else {one.factor: one.to_dict() for one in cfa.composites},
            "htmt": [
                {"scales": list(pair), "value": one.value, "ci": [one.low, one.high], "geometric": one.geometric,
                 "draws": one.draws, "seed": one.seed}
                for pair, one in zip(self.htmt_pairs, self.htmt, strict=True)
            ],
            "invariance": [] if self.invariance is None else self.invariance.to_list(),
            "groups": None if self.invariance is None else self.invariance.about(),
            "dif": {name: self._dif(one) for name, one in self.dif.items()},
            "irt": {name: one.to_dict() for name, one in self.irt.items()},
            "notes": list(self.notes),
        })  # fmt: skip

    def _dif(self, found: DifferentialFunctioning) -> dict[str, Any]:
        return {
            "groups": dict(zip(found.groups, found.group_sizes, strict=True)), "matching": found.matching,
            "purified": list(found.purified), "notes": list(found.notes),
            "items": [self.answers.label(one.name) | item_bias_dict(one) for one in found.items],
        }  # fmt: skip

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line an item: KMO, exploratory loadings, communality, confirmatory loading."""
        return item_rows(self.answers, self.exploration, self.cfa)

    def table(self) -> Any:
        """Return one row an item as a pandas frame, full precision."""
        import pandas as pd

        found, rows = self.to_dict(), []
        by_item = {one["name"]: one for one in (found["cfa"] or {"loadings": []})["loadings"]
                   if one["factor"] in self.answers.factors}  # fmt: skip
        for name, number in zip(self.items, self.answers.numbers, strict=True):
            row: dict[str, Any] = {"item": name, "number": number, "gloss": self.answers.gloss(name)}
            row["kmo"] = None if found["kmo"] is None else found["kmo"]["items"][name]
            if found["efa"] is not None:
                row |= {f"efa_{k + 1}": value for k, value in enumerate(found["efa"]["loadings"][name])}
                row["communality"] = found["efa"]["communality"][name]
            row |= {f"cfa_{key}": value for key, value in by_item.get(name, {}).items() if key in CFA_FIGURES}
            rows.append(row)
        return pd.DataFrame(rows)

    def plot(self) -> Any:
        """Return the scree plot with parallel analysis as a matplotlib figure, the report's own.

        Raises
        ------
        ResponseError
            When the number of factors could not be looked at.
        """
        from intimacy_scales.pictures.curves import draw_scree
        from intimacy_scales.pictures.drawing import WIDE

        if self.exploration.parallel is None:
            raise ResponseError(Problem(where="structure", what="has no parallel analysis to draw", do="see the notes"))
        return draw_scree(self.exploration.parallel, width=WIDE).figure()

    def apa(self) -> str:
        """Return the sentences of a paper."""
        return structure_sentences(self)

    def __str__(self) -> str:
        parts = [*model_lines(self), text_table(self.rows_for_eyes()), *factor_tables(self)]
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
