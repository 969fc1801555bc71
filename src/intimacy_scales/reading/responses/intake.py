"""One person's answers, as a dictionary or a list, into a table of one row.

Whatever a user hands in, made one thing: banks, a table, a map.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np

from intimacy_scales.bank.model import Banks, ItemBank
from intimacy_scales.bank.strict import Page
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.wording import counted, some
from intimacy_scales.reading.exports import read_joined, read_table
from intimacy_scales.reading.exports.row_filter import keep_where
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable, Source, text_cells
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.mapping import ColumnMap, load_map, map_of
from intimacy_scales.reading.responses.matching import names_of, near_name, read_name

FILLED = "no answer given"

JOINED_AS = ("waves", "partners", "parts")
#: options of :func:`~intimacy_scales.reading.exports.read_table`; the others are of the answers
OF_TABLES = (
    "platform",
    "sheet",
    "encoding",
    "separator",
    "survey",
    "keep_unfinished",
    "include_set_aside",
    "limit",
    "progress",
)

WIDEST = 10**15  # beyond, floats skip whole numbers; no questionnaire has such codes


@dataclass(slots=True, kw_only=True)
class _Person:
    """What is known halfway through a person's answers."""

    banks: Sequence[ItemBank]
    columns: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def fault(self, where: str, what: str, allowed: str = "", do: str = "") -> None:
        self.problems.append(Problem(where=where, what=what, allowed=allowed, do=do))

    def read(self, answers: Any, bank: ItemBank | None, form: str | None) -> None:
        """Read answers of a bank and form that outer keys (or the one bank asked for) have named."""
        if isinstance(answers, Mapping):
            for key, value in answers.items():
                self.entry(key, value, bank, form)
        else:
            self.in_order(list(answers), bank, form)

    def entry(self, key: Any, value: Any, bank: ItemBank | None, form: str | None) -> None:
        name = str(key).strip()
        inner = {one.id: one for one in self.banks}.get(name)
        nested = isinstance(value, (Mapping, list, tuple, np.ndarray))
        if nested and inner is not None:
            self.read(value, inner, None)
        elif nested and bank is not None and name in {one.id for one in bank.forms}:
            self.read(value, bank, name)
        elif nested:
            self.fault(
                f"answer {name!r}",
                "holds several answers",
                "one answer, or a bank or form with its answers",
                "for many persons give a DataFrame",
            )
        elif name.isdecimal():
            self.numbered(int(name), value, bank, form)
        elif bank is not None and name in {item.name for item in bank.items}:
            self.numbered(name, value, bank, form)
        else:
            self.columns[name] = value

    def numbered(self, number: int | str, value: Any, bank: ItemBank | None, form: str | None) -> None:
        if bank is None:
            self.fault(
                f"answer {number}",
                "could be of any bank",
                f"banks {some([b.id for b in self.banks])}",
                f"name it, as in {self.banks[0].id}_{number}",
            )
        else:
            self.columns["_".join(part for part in (bank.id, form, str(number)) if part)] = value

    def in_order(self, answers: Sequence[Any], bank: ItemBank | None, form: str | None) -> None:
        if bank is None:
            self.fault(
                "answers",
                "a list does not say whose they are",
                f"banks {some([b.id for b in self.banks])}",
                "give a dictionary: {BANK: [...]}",
            )
        elif len(answers) != len(bank):
            forms = f" (for its forms give {{FORM: [...]}}: {some([f.id for f in bank.forms])})" if bank.forms else ""
            self.fault(
                "answers",
                f"{len(answers)} in a list",
                f"{len(bank)} for bank {bank.id}, in the order of its items{forms}",
                "put None where there is no answer",
            )
        else:
            for item, value in zip(bank.items, answers, strict=True):
                self.numbered(item.id, value, bank, form)


def table_of_person(data: Mapping[Any, Any] | Sequence[Any], banks: Sequence[ItemBank]) -> RawTable:
    """Return one person's answers as a table of one row.

    Parameters
    ----------
    data
        ``{"eis_1": 4}``, ``{1: 4}``, ``{"now": {1: 4}, "expected": [...]}``, ``{"eis": {...}, "pair": {...}}``, or the
        answers in item order. An answer is a code, a label, or ``None`` (NaN, ``""``) for none; an item that is not
        there counts as not answered.
    banks
        The banks asked for.

    Raises
    ------
    ResponseError
        With every key that is no item, and a list of the wrong length.
    """
    person = _Person(banks=banks)
    person.read(data, banks[0] if len(banks) == 1 else None, None)
    grammars = [names_of(bank) for bank in banks]
    held: dict[tuple[str, Any], set[int | str]] = {}
    for name, value in person.columns.items():
        if not isinstance(value, (str, int, float, Decimal, np.generic)) and not _is_nothing(value):
            person.fault(f"answer {name!r}", f"is a {type(value).__name__}", "a code, a label, or None for no answer")
        named = read_name(name, grammars)
        if named is None:
            for bank in banks:
                if near_name(name, bank):
                    person.fault(
                        f"answer {name!r}",
                        f"is no item of {bank.id}",
                        f"{bank.id}_{bank.items[0].id} to {bank.id}_{bank.items[-1].id}",
                    )
            continue
        bank = next(one for one in banks if one.id == named.bank)
        if named.item not in {item.id for item in bank.items}:
            person.fault(
                f"answer {name!r}",
                f"is no item of {bank.id}",
                f"items {bank.items[0].id} to {bank.items[-1].id}",
            )
        held.setdefault((bank.id, named.administration), set()).add(named.item)
    if person.problems:
        raise ResponseError(person.problems)
    notes = _fill(person, banks, held)
    columns = tuple(_column(name, value) for name, value in person.columns.items())
    return RawTable(
        columns=columns,
        row_numbers=np.zeros(1, dtype=np.int64),
        set_aside=(),
        notes=tuple(notes),
        source=Source(path=None, platform="person", saw="a dictionary or list of one person's answers"),
    )


def _fill(person: _Person, banks: Sequence[ItemBank], held: Mapping[tuple[str, Any], set[int | str]]) -> list[str]:
    """Add a blank answer for every item of an administration that was left out, and say which."""
    notes = []
    for (bank_id, administration), numbers in held.items():
        bank = next(one for one in banks if one.id == bank_id)
        gone = [item.id for item in bank.items if item.id not in numbers]
        for number in gone:
            stem = "_".join(part for part in (bank_id, administration.form, str(number)) if part)
            person.columns[stem + administration.suffix] = None
        if gone:
            notes.append(f"{bank_id}: items {some(gone, shown=12)} were not given and count as not answered")
    return notes


def _is_nothing(value: Any) -> bool:
    """Whether a value stands for no answer: None, NaN, NaT, pandas' NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):  # NA is neither true nor false when asked
        return True
    return isinstance(value, (float, np.floating, np.datetime64)) and bool(value != value)  # noqa: PLR0124  NaN alone


def _column(name: str, value: Any) -> Column:
    if isinstance(value, np.generic):
        value = value.item()
    if _is_nothing(value):
        return Column(name=name, cells=NumberCells(numbers=np.array([np.nan])))
    if isinstance(value, int) and abs(value) >= WIDEST:
        return Column(name=name, cells=text_cells(["a number of more than 15 digits"]))
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return Column(name=name, cells=NumberCells(numbers=np.array([float(value)])))
    return Column(name=name, cells=text_cells([str(value)]))


def table_of_array(values: Any, banks: Sequence[ItemBank]) -> RawTable:
    """Return an array of persons x items, in item order, as a table; the items of one bank, in its first form.

    Raises
    ------
    ResponseError
        When more than one bank is asked for, or the number of columns is not the bank's number of items.
    """
    array = np.array(values, dtype=np.float64)  # a copy: what becomes of the caller's array is nothing to us
    array.flags.writeable = False
    bank = banks[0]
    if len(banks) > 1 or array.ndim != 2 or array.shape[1] != len(bank):
        raise ResponseError(
            Problem(
                where="answers",
                what=f"an array of {' x '.join(map(str, array.shape))}",
                allowed=f"persons x {len(bank)} items of one bank ({bank.id})",
                do="give a DataFrame with named columns",
            )
        )
    columns = tuple(
        Column(name=f"{bank.id}_{item.id}", cells=NumberCells(numbers=array[:, j])) for j, item in enumerate(bank.items)
    )
    return RawTable(
        columns=columns,
        row_numbers=np.arange(len(array), dtype=np.int64),
        set_aside=(),
        source=Source(path=None, platform="array", saw="an array of persons x items"),
    )


def banks_of(banks: Banks) -> tuple[ItemBank, ...]:
    """Return banks given as one or several, each an :class:`ItemBank`, an id or a path.

    Raises
    ------
    ResponseError
        When there is none, or two different ones have the same id.
    """
    from intimacy_scales.bank import load_bank

    given = [banks] if isinstance(banks, (ItemBank, str, os.PathLike)) else list(banks)
    found: dict[str, ItemBank] = {}
    for one in given:
        bank = one if isinstance(one, ItemBank) else load_bank(one)
        if bank.id in found and found[bank.id] != bank:
            raise ResponseError(
                Problem(where=f"bank {bank.id}", what="was given twice, and differently", allowed="one bank an id")
            )
        found[bank.id] = bank
    if not found:
        raise ResponseError(
            Problem(where="banks", what="none was given", do="name the questionnaire, as in --bank eis")
        )
    return tuple(found.values())


def table_of(data: Any, banks: Sequence[ItemBank], options: ReadingOptions) -> RawTable:
    """Return a file, frame, table, dictionary, list or array as a table.

    Raises
    ------
    ExportError
        When a file or frame cannot be read.
    ResponseError
        When one person's answers name no item.
    UnknownKeywordError
        For an option that nobody knows.
    """
    table = _table_of(data, banks, options)
    if below := options.get("fill_down", ()):
        table = filled_down(table, [below] if isinstance(below, str) else list(below))
    rule = options.get("where")
    return table if rule is None or options.get("join", False) else keep_where(table, rule)


def filled_down(table: RawTable, names: Sequence[str]) -> RawTable:
    """Return the table with blank cells of these columns filled from the last filled cell above, and said.

    Raises
    ------
    UnknownNameError
        For a column that there is none of.
    """
    notes, filled = [], {}
    for name in names:
        texts = [text.strip() for text in table.column(name).cells.texts()]
        above, cells = "", []
        for text in texts:
            above = text or above
            cells.append(above)
        filled[name] = text_cells(cells)
        count = sum(not before and bool(after) for before, after in zip(texts, cells, strict=True))
        notes.append(f"{counted(count, 'blank cell')} of {name} were filled from above")
    columns = tuple(
        replace(column, cells=filled[column.name]) if column.name in filled else column for column in table.columns
    )
    return replace(table, columns=columns, notes=(*table.notes, *notes))


def _table_of(data: Any, banks: Sequence[ItemBank], options: ReadingOptions) -> RawTable:
    given: dict[str, Any] = {name: value for name, value in options.items() if name in OF_TABLES}
    if join := options.get("join", False):
        if not isinstance(data, (list, tuple)):
            raise ResponseError(Problem(where="join", what="is of one file", allowed="a list of files or frames"))
        on = None if join is True else join
        how, where = options.get("join_how", "outer"), options.get("where")
        return read_joined(data, on, suffixes=_suffixes(options), how=how, where=where, **given)
    if isinstance(data, RawTable):
        return data
    if isinstance(data, (str, os.PathLike)) or _are_paths(data):
        return read_table(data, **given)
    if getattr(data, "ndim", None) == 1 and hasattr(data, "items"):  # one row of a frame: a pandas Series
        data = dict(data.items())
    if isinstance(data, (Mapping, list, tuple)):
        return table_of_person(data, banks)
    if isinstance(data, np.ndarray):
        return table_of_person(data.tolist(), banks) if data.ndim == 1 else table_of_array(data, banks)
    kept = options.get("include_set_aside", ())
    return read_table(data, progress=options.get("progress"), include_set_aside=kept)


def _suffixes(options: ReadingOptions) -> Any:
    """Return what tells the columns of joined files apart; parts of one sitting need nothing."""
    kind = options.get("join_as")
    if isinstance(kind, str) and kind not in JOINED_AS:
        raise UnknownNameError.among("join_as", kind, JOINED_AS)
    return None if kind == "parts" else kind


def _are_paths(data: Any) -> bool:
    """Return whether data are several files: paths as such, since a list of texts is one person's answers."""
    return isinstance(data, (list, tuple)) and bool(data) and all(isinstance(one, os.PathLike) for one in data)


def map_from(mapping: ColumnMap | str | os.PathLike[str] | Mapping[str, Any] | None) -> ColumnMap:
    """Return a map given as such, as a file, as a dictionary shaped like the file, or not at all."""
    if mapping is None:
        return ColumnMap()
    if isinstance(mapping, ColumnMap):
        return mapping
    if isinstance(mapping, Mapping):
        return map_of(Page(name="map", value={"format": 1, **_frozen(mapping)}, lines={}, raw={}, problems=()))
    return load_map(mapping)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(_frozen(inner) for inner in value) if isinstance(value, (list, tuple)) else value
