"""REDCap: raw or labelled CSV, events and repeating instruments, checkboxes, ``_complete``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from intimacy_scales.reading.exports.exclusion import REASONS, set_aside
from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.grid import is_number
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.platforms.tabular import Layout, heads, one_row, read_layout, texts_in
from intimacy_scales.reading.exports.table import Column, ColumnKind, RawTable, TextCells

NAME = "redcap"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})

STATUS: Mapping[str, str] = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
CHECKED: Mapping[str, str] = {"0": "Unchecked", "1": "Checked"}
_OWN: dict[str, ColumnKind] = {
    **dict.fromkeys((
        "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group",
        "Event Name", "Repeat Instrument", "Repeat Instance", "Data Access Group", "Complete?", "Survey Timestamp",
    ), "metadata"),
    **dict.fromkeys(("redcap_survey_identifier", "Survey Identifier"), "personal"),
}  # fmt: skip
_EVENTS = ("redcap_event_name", "Event Name")
_REPEATS = ("redcap_repeat_instrument", "Repeat Instrument")
_NOTHING = frozenset({"", "0", "Unchecked", "Incomplete"})
_TELLING = frozenset(name for name in _OWN if name.startswith("redcap_"))
_CHECKBOX = re.compile(r"\w+___\w+")
_CHOICE = re.compile(r".* \(choice=.*\)", re.DOTALL)
_COMPLETE = re.compile(r"\w+_complete")
_STAMP = re.compile(r"\w+_timestamp")
# codes of missing data that REDCap offers to projects (HL7), with the kind each means
_MISSING: Mapping[str, str] = {
    "ASKU": "asked, not known", "UNK": "don't know", "NASK": "not asked", "NI": "no information", "INV": "invalid",
    "NAVU": "not available", "NAV": "not available", "MSK": "masked", "NP": "not present", "NA": "not applicable",
    "OTH": "other", "QS": "sufficient quantity", "TRC": "trace", "UNC": "uncoded", "DER": "derived", "NINF": "infinite",
    "PINF": "infinite",
}  # fmt: skip


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells REDCap: its own columns, checkboxes ``a___1``, ``_complete``, or the labels for these."""
    layout = _layout(file)
    return None if layout is None else layout.recognition


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read an export of REDCap.

    The first column names the record and stays text (``0001``). Every row stays a row: a record with several events or
    repeating instruments has one row an administration, said in a note; rows of such exports in which nothing was
    answered (REDCap writes one for every event that was opened, with 0 in its checkboxes) are set aside. Labels
    that stand over several columns are numbered. Codes and labels of the answers come with the data dictionary
    (``survey``).

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    layout = _layout(file) or one_row(file)
    first = layout.names[0] if layout.names else ""
    table = read_layout(
        file,
        options,
        recognition,
        NAME,
        layout,
        lambda name: "id" if name == first else kind(name),
        not_shown=tuple(_MISSING),
    )
    columns = tuple(map(_told, table.columns))
    table = replace(table, columns=columns, notes=(*table.notes, *_administrations(table)))
    return set_aside(table, [("empty", _empty(table))], options.include)


def _layout(file: ExportFile) -> Layout | None:
    head = heads(file)
    names = head[0] if head else ()
    if len(names) < 2:
        return None
    own = [name for name in names if name in _TELLING]
    boxes = [name for name in names if _CHECKBOX.fullmatch(name)]
    forms = [name for place, name in enumerate(names) if _COMPLETE.fullmatch(name) and _holds(head, place, STATUS)]
    if own or (boxes and forms):
        seen = [*own, *boxes[:2], *forms[:2]]
        return Layout(saw=f"columns that REDCap adds ({', '.join(seen)}), codes", sure="certain", names=names)
    if forms and re.fullmatch(r"(record|study|participant|subject)_?id|id", names[0]):
        return Layout(saw=f"{names[0]} first, {', '.join(forms[:3])} with 0, 1, 2", sure="likely", names=names)
    return _labelled(head)


def _labelled(head: Sequence[tuple[str, ...]]) -> Layout | None:
    names = head[0]
    forms = [place for place, name in enumerate(names) if name == "Complete?"]
    forms = [place for place in forms if _holds(head, place, [*STATUS.values(), *STATUS])]
    choices = [name for name in names if _CHOICE.fullmatch(name)]
    own = [
        name for name in names if name in ("Event Name", "Repeat Instrument", "Data Access Group", "Survey Identifier")
    ]
    if not forms and not (choices and own):
        return None
    saw = f"{len(forms)} times 'Complete?'" + (f", {len(choices)} checkboxes '(choice=...)'" if choices else "")
    return Layout(
        saw=f"labels for names: {saw}", sure="certain" if choices or own else "likely", names=names, questions=names
    )


def _holds(head: Sequence[tuple[str, ...]], place: int, allowed: Mapping[str, str] | Sequence[str]) -> bool:
    said = {record[place] for record in head[1:] if place < len(record)} - {""}
    return said <= {*allowed}


def kind(name: str) -> ColumnKind:
    """Return the kind of a column by the name REDCap gives it."""
    if name in _OWN:
        return _OWN[name]
    if _COMPLETE.fullmatch(name) or _STAMP.fullmatch(name):
        return "metadata"
    return "answer" if _CHECKBOX.fullmatch(name) or _CHOICE.fullmatch(name) else kind_of(name)


def _told(column: Column) -> Column:
    """Say what 0, 1 and 2 are in REDCap's own columns, and which codes of missing data stand between numbers."""
    texts = texts_in(column)
    if _COMPLETE.fullmatch(column.name) and {*texts} <= {*STATUS}:
        return replace(column, labels={float(code): label for code, label in STATUS.items()})
    if _CHECKBOX.fullmatch(column.name) and {*texts} <= {*CHECKED}:
        return replace(column, labels={float(code): label for code, label in CHECKED.items()})
    gone = {text: _MISSING[text] for text in texts if text in _MISSING}
    numbers = all(text in gone or is_number(text) for text in texts)
    return replace(column, missing_texts=gone if numbers or not gone else {"NA": gone["NA"]} if "NA" in gone else {})


def _administrations(table: RawTable) -> tuple[str, ...]:
    """Return a note where a record has several rows."""
    if not table.columns:
        return ()
    ids = table.columns[0].cells.texts()
    if len(set(ids)) == len(ids):
        return ()
    said = [
        f"{what} {', '.join(texts[:6])}{' ...' if len(texts) > 6 else ''}"
        for names, what in ((_EVENTS, "events"), (_REPEATS, "repeating instruments"))
        for column in table.columns
        if column.name in names and (texts := texts_in(column))
    ]
    more = f" ({'; '.join(said)})" if said else ""
    return (f"{len(ids)} rows of {len(set(ids))} records{more}: one row an administration",)


def _empty(table: RawTable) -> dict[int, str]:
    """Return the rows of an event or repeat without an answer: no box ticked, no form looked at.

    Where a record has one row, the row is the person, and stays.
    """
    if not {column.name for column in table.columns} & {*_EVENTS, *_REPEATS}:
        return {}
    filled = np.zeros(len(table), dtype=bool)
    for column in table.columns[1:]:
        if column.name in _OWN and column.name != "Complete?" and not column.name.startswith("Complete?."):
            continue
        nothing = _NOTHING if _is_box(column) or _is_status(column) else {""}
        if isinstance(column.cells, TextCells):
            says = np.array([*(text.strip() not in nothing for text in column.cells.values), False], dtype=bool)
            filled |= says[column.cells.codes]  # code -1, a blank cell, is the last
    return dict.fromkeys(np.flatnonzero(~filled).tolist(), REASONS["empty"])


def _is_box(column: Column) -> bool:
    return bool(_CHECKBOX.fullmatch(column.name) or _CHOICE.fullmatch(column.question or ""))


def _is_status(column: Column) -> bool:
    return bool(_COMPLETE.fullmatch(column.name)) or column.question == "Complete?" or column.name == "Complete?"
