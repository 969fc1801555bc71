"""What a stream of answers decided, without its rows: it reads any batch of the same table, elsewhere too, and adds up.

A worker of a cluster gets :func:`without_rows` of a stream that has seen a first batch, reads its own batches with
it, and sends it back; :func:`merged` puts two of them together, in the order of their rows, and the sum is vouched for
like a stream that has read everything here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np

from intimacy_scales.engines import BatchStream
from intimacy_scales.reading.exports.stream_sources import batches_of
from intimacy_scales.reading.exports.streamed_column import MOST_TEXTS, StreamedColumn
from intimacy_scales.reading.exports.table import (
    Cells,
    Column,
    NeedsWholeError,
    NumberCells,
    RawTable,
    RowsSetAside,
    TextCells,
)
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.raw_answers import AnswerColumn
from intimacy_scales.reading.responses.inspection import Inspection
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.reading.responses.streaming.responses_stream import ItemColumn, ResponsesStream
from intimacy_scales.reading.responses.streaming.streamed_ids import IdColumn, IdLedger

_NO_ROWS = np.empty(0, dtype=np.int64)


def first_decided(stream: ResponsesStream, head: BatchStream | None = None) -> None:
    """Let a stream decide from its first batch, and read no further; ``head``: the first rows, where they come quicker.

    Raises
    ------
    NeedsWholeError
        When there is none, or it cannot decide.
    """
    whole = stream.table.opened
    if head is not None:
        stream.table.opened = batches_of(head)
    try:
        with closing(stream.batches()) as batches:
            if next(batches, None) is None:
                raise NeedsWholeError("there are no rows")
    finally:
        stream.table.opened = whole


def without_rows(stream: ResponsesStream) -> ResponsesStream:
    """Return the stream with everything it decided and nothing of what it counted; it can be sent to a worker.

    Raises
    ------
    NeedsWholeError
        When nothing was decided yet.
    """
    if stream.first is None or stream.first.responses is None:
        raise NeedsWholeError("nothing was decided")
    columns = [one.begun_anew() for one in stream.table.columns]
    table = replace(stream.table, opened=_nothing, columns=columns, blank=RowsSetAside(), rows_seen=0, tail=[],
                    source=replace(stream.table.source, native=None))  # fmt: skip
    made = ResponsesStream(table, stream.banks, stream.mapping, stream.wanted_id)
    made.first = _bare_inspection(stream.first, stream.first.responses)
    told = {one.name: one for one in columns}
    made.items = {name: _bare_item(item, told[name]) for name, item in stream.items.items()}
    for one in stream.ids:
        ledger = IdLedger(held=sys.maxsize)  # a file could not be sent back
        ledger.salt = one.ledger.salt  # the same id has the same hash with every worker
        made.ids.append(IdColumn(one.name, ledger))
    return made


def _nothing(advance: Callable[[float], None]) -> Iterator[Any]:  # noqa: ARG001 -- as every opener
    yield from ()


def _bare_inspection(first: Inspection, responses: Responses) -> Inspection:
    table = _bare_table(first.source_table)
    nobody = tuple(
        replace(part, answers=tuple(np.empty(0) for _ in part.answers)) for part in responses.answered
    )  # fmt: skip
    bare = replace(responses, answered=nobody, ids=None, row_numbers=_NO_ROWS, table=table, source=table.source,
                   codings=tuple(map(_bare_coding, responses.codings)))  # fmt: skip
    return replace(first, source_table=table, responses=bare, codings=bare.codings)


def _bare_table(table: RawTable) -> RawTable:
    return replace(table, columns=tuple(map(_bare_column, table.columns)), row_numbers=_NO_ROWS,
                   source=replace(table.source, native=None))  # fmt: skip


def _bare_column(column: Column) -> Column:
    cells: Cells = TextCells(values=(), codes=np.empty(0, dtype=np.int8))
    return replace(column, cells=NumberCells(numbers=np.empty(0)) if isinstance(column.cells, NumberCells) else cells)


def _bare_answers(column: AnswerColumn) -> AnswerColumn:
    return replace(column, column=_bare_column(column.column))


def _bare_coding(coding: Coding) -> Coding:
    return replace(coding, columns=tuple(map(_bare_answers, coding.columns)))


def _bare_item(item: ItemColumn, told: StreamedColumn) -> ItemColumn:
    return ItemColumn(source=_bare_answers(item.source), coding=_bare_coding(item.coding), rule=item.rule, told=told,
                      kept=None if item.kept is None else {})  # fmt: skip


def merged(one: ResponsesStream, other: ResponsesStream) -> ResponsesStream:
    """Put two together, the rows of ``other`` behind those of ``one``, which is changed and returned.

    Raises
    ------
    NeedsWholeError
        When both together hold more than is kept apart.
    """
    behind = one.table.rows_seen
    one.table.rows_seen += other.table.rows_seen
    one.table.blank.add_behind(other.table.blank, behind)
    one.table.tail = other.table.tail or one.table.tail
    for column, more in zip(one.table.columns, other.table.columns, strict=True):
        _add_texts(column, more, behind)
    for name, item in one.items.items():
        _add_answers(item, other.items[name])
    for ids, more_ids in zip(one.ids, other.ids, strict=True):
        ids.ledger.add(more_ids.ledger.hashes())
        ids.empty.add_behind(more_ids.empty, behind)
        ids.lost = ids.lost + more_ids.lost
    one.blank.add_behind(other.blank, behind)
    one.keying = [a + b for a, b in zip(one.keying, other.keying, strict=True)] if one.keying else other.keying
    if one.beside and other.beside:
        one.beside += other.beside
    one.beside = one.beside or other.beside
    one.n_persons += other.n_persons
    return one


def _add_texts(column: StreamedColumn, more: StreamedColumn, behind: int) -> None:
    first = column.first_named if column.first_named >= 0 else more.first_named + behind
    column.first_named = first if column.n_named or more.n_named else -1
    column.n_named += more.n_named
    if column.texts is None or more.texts is None:
        return
    if more.texts.many or column.texts.many:
        column.texts.many = True
        return
    pairs = more.texts.pairs
    column.texts.add([text for text, _ in pairs], np.array([count for _, count in pairs], dtype=np.int64))
    column.texts.many = len(column.texts.place) > MOST_TEXTS


def _add_answers(item: ItemColumn, more: ItemColumn) -> None:
    item.codes |= more.codes
    if item.kept is not None and more.kept is not None:
        for text, count in more.kept.items():
            item.kept[text] = item.kept.get(text, 0) + count
    for number, count in more.numbers.items():
        item.numbers[number] = item.numbers.get(number, 0) + count
    if len(item.codes) > MOST_TEXTS:
        raise NeedsWholeError(f"column {item.source.name} holds more than {MOST_TEXTS:,} different answers")


def counting(stream: ResponsesStream) -> ResponsesStream:
    """Return the sum of no batches, to which those of workers are added here: many ids go to a file."""
    base = without_rows(stream)
    for one, own in zip(base.ids, stream.ids, strict=True):
        one.ledger = IdLedger()
        one.ledger.salt = own.ledger.salt
    return base


def counted_from(stream: ResponsesStream, counted: ResponsesStream) -> ResponsesStream:
    """Return a stream that can read its table, with what workers counted in its place."""
    seen = counted.table
    table = replace(stream.table, columns=seen.columns, blank=seen.blank, rows_seen=seen.rows_seen, tail=seen.tail)
    made = ResponsesStream(table, stream.banks, stream.mapping, stream.wanted_id)
    made.first, made.items, made.ids = counted.first, counted.items, counted.ids
    made.blank, made.keying, made.n_persons = counted.blank, counted.keying, counted.n_persons
    made.beside = counted.beside
    return made
