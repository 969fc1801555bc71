"""Couples of a file with a row a couple: the partners are in the names of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.couples.join import Joined
from intimacy_scales.couples.model import Couples, says_nothing, unmatched_notes
from intimacy_scales.couples.swapped import swapped_pairs_notes
from intimacy_scales.couples.variables import sides_of
from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.responses.model import Responses
from intimacy_scales.responses.text import some


def wide_couples(
    responses: Responses,
    couple: str | None,
    partner: str | None,
    *,
    exchangeable: bool | None,
    variables: Sequence[str],
) -> Couples:
    """Return the couples of responses with a row a couple (see :func:`~intimacy_scales.couples.couples_of`)."""
    keys = _partners(responses, couple, partner, variables)
    ids = _ids(responses, couple)
    made = Joined(responses=responses, ids=ids.values, keys=keys)
    rows = np.column_stack([responses.row_numbers, responses.row_numbers])
    keep, silent = made.speaking(keys, rows)
    if not keep:
        raise ResponseError(
            Problem(
                where="couples",
                what=f"none of {responses.n_persons} rows holds answers of both partners ({keys[0]} and {keys[1]})",
                allowed="a row with both partners' answers",
            )
        )
    return Couples(
        responses=made.only(keep),
        ids=tuple(ids.values[row] for row in keep),
        partners=keys,
        labels=keys,
        rows=rows[keep],
        person_ids=None,
        exchangeable=says_nothing("", keys) if exchangeable is None else exchangeable,
        unmatched=tuple(silent),
        notes=(*ids.notes, *swapped_pairs_notes(responses.table, keep, keys), *unmatched_notes(silent)),
    )


def _partners(
    responses: Responses, couple: str | None, partner: str | None, variables: Sequence[str]
) -> tuple[str, str]:
    keys = list(dict.fromkeys(part.sitting.partner for part in responses.answered))
    named = [key for key in keys if key is not None]
    if partner is not None and named:
        raise ResponseError(
            Problem(
                where=f"column {partner}",
                what="is named as the partner's, but the items carry partners themselves "
                f"({', '.join(named)}): the file has a row a couple",
                do="leave --partner out",
            )
        )
    if len(named) == 2 and None not in keys:
        return named[0], named[1]
    if not responses.answered and variables:
        return sides_of(responses.table, variables)
    if not named:
        raise ResponseError(
            Problem(
                where="couples",
                what="no column is named that says who belongs to whom, and no item carries a partner",
                allowed="a couple column and a partner column, or items of both partners in a row (eis_1_a, eis_1_b)",
                do="say --couple COLUMN --partner COLUMN, or name the partners in a map" if couple is None else "",
            )
        )
    raise ResponseError(
        Problem(
            where="items",
            what=f"are of {some(named)}{' and of nobody in particular' if None in keys else ''}",
            allowed="two partners",
            do="say in a map whose each column is",
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    values: tuple[str, ...]
    notes: tuple[str, ...]


def _ids(responses: Responses, couple: str | None) -> _Ids:
    numbers = [str(number) for number in responses.row_numbers.tolist()]
    if couple is not None:
        given = [text.strip() for text in responses.table.column(couple).cells.texts()]
    else:
        given = list(responses.ids or ())
    if not given:
        return _Ids(values=tuple(numbers), notes=())
    values = tuple(name or f"row {number}" for name, number in zip(given, numbers, strict=True))
    at: dict[str, list[str]] = {}
    for name, number in zip(values, numbers, strict=True):
        at.setdefault(name, []).append(number)
    twice = [f"couple {name} stands in rows {some(rows)}: each row is kept" for name, rows in at.items() if rows[1:]]
    return _Ids(values=values, notes=(*twice[:3], *([f"and {len(twice) - 3} more such couples"] if twice[3:] else [])))
