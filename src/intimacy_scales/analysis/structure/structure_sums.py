"""What the structure of very many answers is made of: sums of batches that merge, by group where asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.analysis.structure.item_answers import (
    ItemAnswers,
    SumsInPoints,
    answers_of,
    chosen_part,
    left_out,
    places_in_scales,
)
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.responses.model import Answered, GroupCounts, Responses, group_counts
from intimacy_scales.statistics.item_sums import ItemSums, item_sums
from intimacy_scales.statistics.products import merged

MOST_GROUPS = 200  # values of a column that are kept apart: more are no groups


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StructureSums:
    """Sums of the keyed answers of a bank in one administration; those of batches add up to the whole."""

    part: Answered = field(repr=False)
    """Which administration, without any row."""
    items: ItemSums
    """Of the items that stand in a scale."""
    by_group: Mapping[str, ItemSums] = field(repr=False)
    couples: GroupCounts = field(repr=False)
    notes: tuple[str, ...] = ()

    def __add__(self, other: StructureSums) -> StructureSums:
        names = dict.fromkeys([*self.by_group, *other.by_group])
        _check_groups(len(names))
        groups = {name: merged([own[name] for own in (self.by_group, other.by_group) if name in own]) for name in names}
        return replace(self, items=self.items + other.items, couples=self.couples + other.couples, by_group=groups)

    @property
    def n_rows(self) -> int:
        """Rows, those without an answer among them."""
        return self.items.n_rows


def structure_sums(
    responses: Responses, *, form: str | None = None, partner: str | None = None, time: str | None = None,
    group: str | None = None,
) -> StructureSums:  # fmt: skip
    """Return what the structure of these answers, or of this batch of them, is made of.

    Parameters
    ----------
    responses
        Of one bank.
    form, partner, time
        Which administration; the first unless said.
    group
        A column whose values are kept apart.

    Raises
    ------
    UnknownNameError
        When there is no such form, partner, time or column.
    ResponseError
        When the column has too many values to be groups.
    """
    part, notes = chosen_part(responses, responses.banks[0], form=form, partner=partner, time=time)
    places = places_in_scales(part.bank)
    steps = part.in_steps(places)
    turned = [part.bank.items[j].reverse and not part.already_reversed for j in places]
    by_group: dict[str, ItemSums] = {}
    if group is None:
        items = item_sums(steps.columns, ends=steps.ends, turned=turned)
    else:
        texts = np.array(responses.table.column(group).labelled_texts(), dtype=object)
        names = sorted(set(texts.tolist()))
        _check_groups(len(names))
        for name in names:
            rows = np.flatnonzero(texts == name)
            by_group[name] = item_sums([column[rows] for column in steps.columns], ends=steps.ends, turned=turned)
        items = merged(by_group.values())
    nobody = replace(part, answers=tuple(column[:0].copy() for column in part.answers))  # a view would keep the rows
    return StructureSums(part=nobody, items=items, by_group=by_group, couples=group_counts(responses.table),
                         notes=tuple(notes))  # fmt: skip


def _check_groups(n: int) -> None:
    if n > MOST_GROUPS:
        raise ResponseError(Problem(where="group", what=f"more than {MOST_GROUPS} different values",
                                    allowed="a column of few groups"))  # fmt: skip


def answers_from(sums: StructureSums) -> ItemAnswers:
    """Return the answers to the items that vary, as their sums.

    Raises
    ------
    ResponseError
        When fewer than two items vary.
    """
    bank: ItemBank = sums.part.bank
    places = places_in_scales(bank)
    varies = sums.items.varying()
    n = np.diag(sums.items.pairs().pair_n) if not varies.all() else np.zeros(len(places))
    why = [left_out(bank.item_column(bank.items[places[j]]), answered=bool(n[j])) for j in np.flatnonzero(~varies)]
    fine = np.flatnonzero(varies).tolist()
    zero, step = bank.grid_of(places)
    own = SumsInPoints(items=sums.items.of(fine), zero=zero, step=step,
                       by_group={name: of.of(fine) for name, of in sums.by_group.items()})  # fmt: skip
    return replace(answers_of(sums.part, places, fine, notes=sums.notes, why=why), sums=own)
