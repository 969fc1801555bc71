"""Couples of a file with a row a couple: the partners are in the names of its columns.

Two rows into one: answers and columns of both partners side by side, each under its partner's suffix.

Are partners swapped in some couples? Only a suspicion, and only with evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.analysis.couples.couples import Couples, Unmatched, distinct_labels, unmatched_notes
from intimacy_scales.analysis.couples.variables import sides_of
from intimacy_scales.analysis.dyads import MOST_ROLES, pair_up, says_nothing
from intimacy_scales.base.arrays import BoolArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import some
from intimacy_scales.reading.exports.table import Cells, Column, NumberCells, RawTable, text_cells
from intimacy_scales.reading.responses.model import Administration, Answered, Responses
from intimacy_scales.scoring import ScaleScores, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Scores with a row a couple, and the couples' ids."""

    scores: Scores
    ids: tuple[str, ...]
    keys: tuple[str, str]

    def only(self, rows: Sequence[int]) -> Scores:
        """Return the scores of these couples (all of them untouched)."""
        same = len(rows) == len(self.ids)
        return self.scores if same else self.scores.rows(rows)

    def speaking(self, labels: tuple[str, str], rows: IntArray) -> tuple[list[int], list[Unmatched]]:
        """Return the couples of which both gave an answer, and why the others are left out.

        ``rows`` (couples x 2): the rows of both in the source, one and the same in a file with a row a couple.
        """
        if not self.scores.parts:
            return list(range(len(self.ids))), []
        spoke = np.array([_spoke(self.scores, key) for key in self.keys])
        keep = np.flatnonzero(spoke.all(axis=0)).tolist()
        silent = []
        for row in np.flatnonzero(~spoke.all(axis=0)).tolist():
            who = [label for label, there in zip(labels, spoke[:, row].tolist(), strict=True) if not there]
            why = "neither partner gave an answer" if len(who) == 2 else f"{who[0]} gave no answer"
            numbers = dict.fromkeys(rows[row].tolist())
            silent += [Unmatched(row=number, couple=self.ids[row], why=why) for number in numbers]
        return keep, silent


def _spoke(scores: Scores, key: str) -> np.ndarray:
    """Return the rows in which this partner answered anything."""
    there = np.zeros(len(scores), dtype=bool)
    for part in scores.answers_of(key):
        for answers in part.answers:
            there |= ~np.isnan(answers)
    return there


def joined(scores: Scores, pairs: IntArray, keys: tuple[str, str], couple: str) -> Joined:
    """Return one row a couple from pairs (couples x 2) of 0-based rows of persons; their scores are taken over."""
    responses = scores.responses
    ids = [text.strip() for text in scores.texts(couple)]
    names = tuple(ids[row] for row in pairs[:, 0].tolist())
    sides = list(zip(keys, pairs.T, strict=True))
    numbers = responses.row_numbers[pairs[:, 0]]
    columns = [
        column
        for one in responses.table.columns
        for column in ([_side(one, None, pairs[:, 0])] if one.name == couple else [_side(one, *s) for s in sides])
    ]
    table = RawTable(
        columns=tuple(columns),
        row_numbers=numbers,
        set_aside=responses.table.set_aside,
        source=replace(responses.table.source, native=None),
        notes=responses.table.notes,
    )
    answered = [_half(part, key, rows) for key, rows in sides for part in responses.answered]
    made = Responses(
        answered=tuple(answered),
        id_column=couple,
        ids=names,
        row_numbers=numbers,
        set_aside=responses.set_aside,
        source=replace(responses.source, native=None),
        table=table,
        notes=responses.notes,
    )
    parts = [_half_scored(part, key, rows) for key, rows in sides for part in scores.parts]
    parts.sort(key=lambda part: part.derived is not None)  # a bank's gaps behind its scores, as scoring leaves them
    ordered = tuple(part for bank in scores.banks for part in parts if part.bank.id == bank.id)
    return Joined(scores=replace(scores, responses=made, parts=ordered), ids=names, keys=keys)


def _half_scored(part: ScaleScores, key: str, rows: IntArray) -> ScaleScores:
    return replace(part.rows(rows), administration=replace(part.administration, partner=key))


def _side(column: Column, key: str | None, rows: IntArray) -> Column:
    name = column.name if key is None else f"{column.name}_{key}"
    return replace(column, name=name, cells=column.cells.take(rows))


def _half(part: Answered, key: str, rows: IntArray) -> Answered:
    administration = replace(part.administration, partner=key)
    return replace(part, administration=administration, answers=tuple(answers[rows] for answers in part.answers))


LEAST_COUPLES = 10  # fewer couples make no pattern
CLEAR = 0.9  # share of couples in which the column goes with the partners
NEVER = frozenset({"personal", "timing", "metadata"})


def swapped_notes(table: RawTable, pairs: IntArray, labels: tuple[str, str], skip: set[str | None]) -> tuple[str, ...]:
    """Return a note for every column that names the partners the other way round in a few couples (a row a person)."""
    notes = []
    for column in table.columns:
        if column.name in skip or column.kind in NEVER:
            continue
        texts = [text.strip() for text in column.cells.texts()]
        if len({text for text in texts if text}) == 2:
            sides = [(texts[first], texts[second]) for first, second in pairs.tolist()]
            rows = table.row_numbers[pairs[:, 0]].tolist()
            notes += _note(column.name, sides, rows, labels)
    return tuple(notes)


def differing_notes(table: RawTable, pairs: IntArray, skip: set[str | None]) -> tuple[str, ...]:
    """Return a note for every column of two words that differs within every couple: it may tell partners apart."""
    notes = []
    for column in table.columns:
        if column.name in skip or column.kind in NEVER:
            continue
        texts = [text.strip() for text in column.cells.texts()]
        if len({text for text in texts if text}) == 2:
            notes += _differing(column.name, [(texts[first], texts[second]) for first, second in pairs.tolist()])
    return tuple(notes)


def _differing(name: str, sides: Sequence[tuple[str, str]]) -> list[str]:
    if len(sides) < LEAST_COUPLES or not all(first and second and first != second for first, second in sides):
        return []
    low, high = sorted(sides[0])
    return [f"{name} is {low} for one and {high} for the other of every couple: --partner {name} would tell them apart"]


def swapped_pairs_notes(table: RawTable, rows: Sequence[int], keys: tuple[str, str]) -> tuple[str, ...]:
    """Return the same for a file with a row a couple: ``gender_a`` and ``gender_b``."""
    notes = []
    names = set(table.names)
    for column in table.columns:
        stem, found, end = column.name.rpartition("_")
        other = f"{stem}_{keys[1]}"
        if not found or end != keys[0] or other not in names or column.kind in NEVER:
            continue
        first, second = ([t.strip() for t in table.column(n).cells.texts()] for n in (column.name, other))
        if len({text for text in (*first, *second) if text}) == 2:
            sides = [(first[row], second[row]) for row in rows]
            notes += _note(stem, sides, table.row_numbers[list(rows)].tolist(), keys)
    return tuple(notes)


def _note(name: str, sides: Sequence[tuple[str, str]], rows: Sequence[int], labels: tuple[str, str]) -> list[str]:
    counts = Counter(side for side in sides if all(side) and side[0] != side[1])
    if not counts:
        return []
    usual, often = counts.most_common(1)[0]
    against = [row for side, row in zip(sides, rows, strict=True) if side == usual[::-1]]
    if often < LEAST_COUPLES or not against or often / np.sum(list(counts.values())) < CLEAR:
        return []
    return [
        (
            f"perhaps swapped partners: in {often} couples {name} is {usual[0]} for {labels[0]} and {usual[1]} for "
            f"{labels[1]}, in {len(against)} the other way round (couples of rows {some(against)}); nothing was changed"
        )
    ]


def wide_couples(
    scores: Scores,
    couple: str | None,
    partner: str | None,
    *,
    exchangeable: bool | None,
    variables: Sequence[str],
) -> Couples:
    """Return the couples of scores with a row a couple (see ``couples_of``)."""
    sides = None if partner is None else _stated(scores.table_read, partner)
    keys = _partners(scores, couple, None if sides else partner, variables)
    ids = _ids(scores, couple)
    labels = keys if sides is None or partner is None else _roles(partner, sides)
    nothing = says_nothing(partner or "", labels)
    told = [keys] * len(scores) if sides is None else list(zip(*sides, strict=True))
    blank = [row for row, pair in enumerate(told) if not all(pair)]
    pairing = pair_up([pair if all(pair) else (labels[0], labels[-1]) for pair in told], labels, neutral=nothing,
                      exchangeable=exchangeable)  # fmt: skip
    joined = Joined(scores=turned_halves(scores, keys, pairing.turned), ids=ids.values, keys=keys)
    rows = np.column_stack([scores.row_numbers, scores.row_numbers])
    keep, silent = joined.speaking(keys, rows)
    keep = [row for row in keep if row not in blank]
    silent += [
        Unmatched(
            row=int(scores.row_numbers[row]), couple=ids.values[row], why=f"{partner} is empty for one of the two"
        )
        for row in blank
    ]
    if not keep:
        raise ResponseError(
            Problem(
                where="couples",
                what=f"none of {len(scores)} rows holds answers of both partners ({keys[0]} and {keys[1]})",
                allowed="a row with both partners' answers",
            )
        )
    pairing = pairing.only(keep)
    one = pairing.compositions[0] if len(pairing.compositions) == 1 else None
    alike = one is None or one.exchangeable
    doubts = (
        differing_pairs_notes(scores.table_read, keep, keys)
        if alike
        else swapped_pairs_notes(scores.table_read, keep, keys)
    )
    return Couples(
        scores=joined.only(keep),
        ids=tuple(ids.values[row] for row in keep),
        partners=keys,
        labels=keys if one is None else distinct_labels(one.labels),
        rows=rows[keep],
        person_ids=None,
        exchangeable=alike,
        unmatched=tuple(silent),
        notes=(*ids.notes, *(doubts if sides is None else ()), *unmatched_notes(silent)),
        pairing=pairing,
    )


def _stated(table: RawTable, partner: str) -> tuple[list[str], list[str]] | None:
    """Return what two columns (``gender_a``, ``gender_b``) say of both partners; ``None`` without them."""
    ends = [name for name in table.names if name.rpartition("_")[0] == partner]
    if len(ends) != 2:
        return None
    first, second = ([text.strip() for text in table.column(name).cells.texts()] for name in ends)
    return first, second


def _roles(partner: str, sides: tuple[list[str], list[str]]) -> tuple[str, ...]:
    labels = tuple(dict.fromkeys(text for pair in zip(*sides, strict=True) for text in pair if text))
    if 1 <= len(labels) <= MOST_ROLES:
        return labels
    raise ResponseError(
        Problem(
            where=f"columns {partner} of both partners",
            what=f"hold {len(labels)} values",
            allowed=f"the roles of partners, at most {MOST_ROLES}",
        )
    )


def turned_halves(scores: Scores, keys: tuple[str, str], turned: BoolArray) -> Scores:
    """Return scores with a row a couple whose two halves change places in the rows marked."""
    if not turned.any():
        return scores
    responses, table = scores.responses, scores.table_read
    other = dict(zip(keys, reversed(keys), strict=True))
    columns = {column.name: column for column in table.columns}
    new = []
    for column in table.columns:
        stem, _, end = column.name.rpartition("_")
        twin = columns.get(f"{stem}_{other.get(end, '')}")
        new.append(column if twin is None else replace(column, cells=_mixed(column.cells, twin.cells, turned)))
    answers_at = {(part.bank.id, part.administration): part for part in responses.answered}
    scores_at = {(part.bank.id, part.administration, part.scale.id): part for part in scores.parts}

    def across(administration: Administration) -> Administration:
        return replace(administration, partner=other.get(administration.partner or "", administration.partner))

    answered = [
        replace(part, answers=tuple(np.where(turned, theirs, own) for own, theirs in zip(
            part.answers, answers_at.get((part.bank.id, across(part.administration)), part).answers, strict=True)))
        for part in responses.answered
    ]  # fmt: skip
    parts = []
    for part in scores.parts:
        theirs = scores_at.get((part.bank.id, across(part.administration), part.scale.id), part)
        values, counts = np.where(turned, theirs.values, part.values), np.where(turned, theirs.answered, part.answered)
        beside = part.not_scored if theirs.not_scored is None or part.not_scored is None else np.where(
            turned, theirs.not_scored, part.not_scored
        )  # fmt: skip
        parts.append(replace(part, values=values, answered=counts, not_scored=beside))
    made = replace(responses, table=replace(table, columns=tuple(new)), answered=tuple(answered))
    return replace(scores, responses=made, parts=tuple(parts))


def _mixed(own: Cells, other: Cells, turned: BoolArray) -> Cells:
    if isinstance(own, NumberCells) and isinstance(other, NumberCells):
        return NumberCells(numbers=np.where(turned, other.numbers, own.numbers))
    texts = zip(own.texts(), other.texts(), turned.tolist(), strict=True)
    return text_cells([theirs if turn else mine for mine, theirs, turn in texts])


def differing_pairs_notes(table: RawTable, rows: Sequence[int], keys: tuple[str, str]) -> tuple[str, ...]:
    """Return the note of :func:`differing_notes` for a file with a row a couple (``gender_a``, ``gender_b``)."""
    notes, names = [], set(table.names)
    for column in table.columns:
        stem, _, end = column.name.rpartition("_")
        other = f"{stem}_{keys[1]}"
        if end == keys[0] and other in names and column.kind not in NEVER:
            first, second = ([t.strip() for t in table.column(n).cells.texts()] for n in (column.name, other))
            if len({text for text in (*first, *second) if text}) == 2:
                notes += _differing(stem, [(first[row], second[row]) for row in rows])
    return tuple(notes)


def _partners(scores: Scores, couple: str | None, partner: str | None, variables: Sequence[str]) -> tuple[str, str]:
    keys = list(dict.fromkeys(part.administration.partner for part in scores.parts))
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
    if not scores.parts and variables:
        return sides_of(scores.table_read, variables)
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


def _ids(scores: Scores, couple: str | None) -> _Ids:
    numbers = [str(number) for number in scores.row_numbers.tolist()]
    given = list(scores.ids or ()) if couple is None else [text.strip() for text in scores.texts(couple)]
    if not given:
        return _Ids(values=tuple(numbers), notes=())
    values = tuple(name or f"row {number}" for name, number in zip(given, numbers, strict=True))
    at: dict[str, list[str]] = {}
    for name, number in zip(values, numbers, strict=True):
        at.setdefault(name, []).append(number)
    twice = [f"couple {name} stands in rows {some(rows)}: each row is kept" for name, rows in at.items() if rows[1:]]
    return _Ids(values=values, notes=(*twice[:3], *([f"and {len(twice) - 3} more such couples"] if twice[3:] else [])))
