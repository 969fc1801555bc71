"""A private bank drafted from an export or a key sheet: valid, and with what must be confirmed in comments."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.bank import ItemBank, read_bank
from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.options import NumberRow, number_text, plain_number
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import ExportError, Problem, UnknownNameError
from intimacy_scales.base.files import note_read
from intimacy_scales.base.wording import coefficient, counted, some
from intimacy_scales.reading.exports.kinds import missing_kind
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable

FEWEST = 30
"""Complete rows from which on keys are proposed."""
MOST_OPTIONS = 12
_OUT = "leave it out of --columns"
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_RANGE = re.compile(r"(?P<first>[^.]+?)\.\.(?P<last>[^.]+)")
_ROW = re.compile(r"(?P<low>[+-]?\d+(?:\.\d+)?)\.\.(?P<high>[+-]?\d+(?:\.\d+)?)(?:/(?P<step>\d+(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftItem:
    """One item of a draft: where its answers stand, what it asks, whether it seems reversed, its scale."""

    column: str
    gloss: str
    reverse: bool
    why: str = ""
    """What the proposal of its key rests on; "" where a key sheet said it."""
    scale: str = "total"
    name: str = ""
    """Its own name, where its column has one that is no number; "" for the number of its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDraft:
    """A bank drafted from answers: its text, and what has to be confirmed in it."""

    id: str
    text: str = field(repr=False)
    bank: ItemBank = field(repr=False)
    items: tuple[DraftItem, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        turned = [item.column for item in self.items if item.reverse]
        held = f"{counted(len(self.items), 'item')}, {counted(len(self.bank.scales), 'scale')}"
        said = f"{self.id}: {held}; reverse-keyed: {', '.join(turned) or 'none'}"
        return "\n".join([said, *(f"note: {note}" for note in self.notes)])


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One line of a key sheet: the item's column, whether it is reversed, its scale."""

    reverse: bool
    scale: str


def row_said(text: str) -> NumberRow:
    """Return the row of numbers that ``0..100`` or ``0..10/0.5`` says: from, to, and the step (1 unless said).

    Raises
    ------
    ExportError
        When it is written otherwise, or its steps do not lead from one end to the other.

    Examples
    --------
    >>> print(row_said("0..10/0.5"))
    0 to 10 in steps of 0.5
    """
    found = _ROW.fullmatch(text.strip())
    if found is not None:
        low, high, step = (plain_number(float(found[name] or 1)) for name in ("low", "high", "step"))
        row = NumberRow(low=low, high=high, step=step) if step > 0 else None
        if row is not None and row.can_be:
            return row
    raise ExportError(Problem(where="--row", what=f"is {text!r}", allowed="FROM..TO, or FROM..TO/STEP whose steps lead "
                              "from one to the other", do="say --row 0..100, or --row 0..10/0.5"))  # fmt: skip


def columns_between(table: RawTable, said: Sequence[str]) -> list[Column]:
    """Return the columns that ``A..B`` and single names choose, in the order of the table; places count from 1.

    Raises
    ------
    UnknownNameError
        For names that there are none of, all at once.
    """
    names, chosen, unknown = table.names, set[str](), []
    for part in said:
        found = None if part in names else _RANGE.fullmatch(part)
        ends = [part] if found is None else [found["first"].strip(), found["last"].strip()]
        ends = [_named(end, names) for end in ends]
        missing = [name for name in ends if name not in names]
        unknown += missing
        if not missing:
            first, last = names.index(ends[0]), names.index(ends[-1])
            chosen.update(names[min(first, last) : max(first, last) + 1])
    if unknown:
        faults = (UnknownNameError.among("column", name, names) for name in unknown)
        raise UnknownNameError([problem for fault in faults for problem in fault.problems])
    return [column for column in table.columns if column.name in chosen]


def _named(end: str, names: Sequence[str]) -> str:
    """Return the name of a column given by its place in the file (``3..14``), where no column is called so."""
    place = int(end) if end.isdecimal() and end not in names else 0
    return names[place - 1] if 0 < place <= len(names) else end


def read_keys(path: Path) -> dict[str, KeyRow]:
    """Read a key sheet: CSV with the columns ``item``, ``reverse`` and, where there are several, ``scale``.

    Raises
    ------
    ExportError
        With every line that cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeError, csv.Error) as fault:
        raise ExportError(Problem(where=str(path), what=f"cannot be read as a key sheet ({fault})",
                                  allowed="CSV with the columns item, reverse, scale")) from fault  # fmt: skip
    note_read(path)
    problems, keys = [], {}
    for line, row in enumerate(rows, start=2):
        item, said = (row.get("item") or "").strip(), (row.get("reverse") or "").strip().casefold()
        if not item or said not in _SAID:
            allowed = f"an item, and reverse as one of {', '.join(filter(None, _SAID))}"
            what = f"item {item!r}, reverse {said!r}"
            problems.append(Problem(where=f"{path}:{line}", what=what, allowed=allowed))
        else:
            keys[item] = KeyRow(reverse=_SAID[said], scale=_identifier((row.get("scale") or "").strip() or "total"))
    if problems or not keys:
        raise ExportError(problems or Problem(where=str(path), what="holds no line", allowed="item, reverse, scale"))
    return keys


_SAID = {"": False, "no": False, "0": False, "false": False, "+": False, "n": False,
         "yes": True, "1": True, "true": True, "-": True, "r": True, "y": True, "x": True}  # fmt: skip


def draft_bank(
    table: RawTable,
    *,
    bank_id: str,
    columns: Sequence[str],
    keys: Mapping[str, KeyRow] | None = None,
    rows: Sequence[NumberRow] = (),
) -> BankDraft:
    """Return a finished private bank drafted from the columns of an export.

    Items are the columns, their question the gloss; an item is called like its column where that is a name and no
    number. Options are the labels the file gives the codes, else the codes from the lowest to the highest found; a
    label that means "not applicable" is an answer that counts nothing, one that means no answer is no option. Columns
    of more numbers, or of decimals, are sliders and rows of numbers: which numbers could be ticked no sample can tell,
    so that ``rows`` have to say it. Keys are those of ``keys``, else proposed: an item is reverse-keyed where its
    loading on the first principal component of the complete rows has the other sign than most items' (the fewer turn).
    Which side *is* reversed no figure can tell: every proposal stands in the file as a comment to be confirmed.

    Parameters
    ----------
    table
        The export.
    bank_id
        The bank's id: small letters, digits, underscores.
    columns
        Names, and ranges ``A..B``.
    keys
        Column to what a key sheet says of it; its columns are the items where ``columns`` names none.
    rows
        The numbers that people could tick, for columns of bare numbers that are too many for a list of options: each
        such column is on the one row that holds all its numbers.

    Raises
    ------
    UnknownNameError
        For a column that there is none of.
    ExportError
        When a column holds no codes, numbers that are on no row, or fewer than two items are chosen.
    """
    chosen = columns_between(table, columns or list(keys or {}))
    if len(chosen) < 2:
        raise ExportError(Problem(where="--columns", what=f"names {counted(len(chosen), 'column')}",
                                  allowed="two items or more", do="say --columns FIRST..LAST"))  # fmt: skip
    answers, own_rows, problems = _answers(chosen, rows)
    if problems:
        raise ExportError(problems)
    signs, why, notes = _proposed(answers)
    said = [None if keys is None else keys.get(column.name) for column in chosen]
    names = _own_names(chosen, {"total" if key is None else key.scale for key in said})
    items = [
        DraftItem(
            column=column.name, gloss=_gloss(column), scale="total" if key is None else key.scale, name=name,
            reverse=bool(signs[at]) if key is None else key.reverse, why=why[at] if key is None else "",
        )
        for at, (column, key, name) in enumerate(zip(chosen, said, names, strict=True))
    ]  # fmt: skip
    options = _option_sets(chosen, answers, own_rows)
    text = _text(_identifier(bank_id), items, options, notes)
    bank = read_bank(text, name=f"{bank_id}.yaml")
    return BankDraft(id=bank.id, text=text, bank=bank, items=tuple(items), notes=tuple(notes))


def _answers(
    columns: Sequence[Column], rows: Sequence[NumberRow]
) -> tuple[FloatArray, list[NumberRow | None], list[Problem]]:
    """Return the codes, persons x items, the row of numbers each column is on, and what is no column of codes."""
    found, own_rows, problems = [], list[NumberRow | None](), []
    long: dict[str, FloatArray] = {}
    for column in columns:
        values, odd = _codes(column)
        known = np.unique(values[~np.isnan(values)])
        many = bool(len(known)) and not _labels(column) and (
            bool(np.any(known != np.rint(known))) or known[-1] - known[0] >= MOST_OPTIONS
        )  # fmt: skip
        if odd:
            problems.append(_fault(column, f"holds {odd!r}", "codes with labels, or numbers",
                                   "export numbers, or name the survey file with --survey"))  # fmt: skip
        elif len(known) < 2 and len(_labels(column)) < 2:
            problems.append(_fault(column, "holds fewer than two different answers", "the column of an item", _OUT))
        on = [row for row in rows if np.isin(known, row.codes).all()] if many else []
        if many and not odd and len(on) != 1:
            long[column.name] = known
        found.append(values)
        own_rows.append(on[0] if on else None)
    return np.column_stack(found), own_rows, [*_off_rows(long, rows), *_grouped(problems)]


def _grouped(problems: Sequence[Problem]) -> list[Problem]:
    """Tell what is wrong with several columns once."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in problems:
        alike.setdefault((one.what, one.allowed, one.do), []).append(one.where.removeprefix("column "))
    return [
        Problem(where=f"column{'s' * (len(names) > 1)} {some(names)}", what=what, allowed=allowed, do=do)
        for (what, allowed, do), names in alike.items()
    ]


def _off_rows(columns: Mapping[str, FloatArray], rows: Sequence[NumberRow]) -> list[Problem]:
    """Return the problem of columns of many numbers that are on no row that was said, or on several."""
    if not columns:
        return []
    numbers = np.concatenate(list(columns.values()))
    said = " and ".join(map(str, rows))
    return [
        Problem(
            where=f"column{'s' * (len(columns) > 1)} {some(list(columns))}",
            what=f"run{'s' * (len(columns) == 1)} from {numbers.min():g} to {numbers.max():g}"
            + (f", which is not on one of the rows {said}" if rows else ""),
            allowed=f"at most {MOST_OPTIONS} options, or a row of numbers",
            do=f"where they are sliders say --row 0..100 (halves: --row 0..10/0.5), or {_OUT}",
        )
    ]


def _own_names(columns: Sequence[Column], scales: Collection[str]) -> list[str]:
    """Return the items' own names: their columns', where all of them are names and none could be read otherwise."""
    names = [column.name.strip().casefold() for column in columns]
    fine = all(_NAME.fullmatch(name) and not name[-1].isdigit() and name not in scales for name in names)
    ends = any(_ENDING.search(name) for name in names)
    return names if fine and not ends and len(set(names)) == len(names) else [""] * len(names)


_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_ENDING = re.compile(r"(?:^|_)(?:a|b|p[ab]|pre|post|baseline|followup)$")


def _fault(column: Column, what: str, allowed: str, do: str) -> Problem:
    return Problem(where=f"column {column.name}", what=what, allowed=allowed, do=do)


def _labels(column: Column) -> dict[int, str]:
    gone = set(column.missing)
    coded = {code: label for code, label in column.labels.items() if float(code).is_integer() and code not in gone}
    return {int(code): label for code, label in sorted(coded.items())}


def _codes(column: Column) -> tuple[FloatArray, str]:
    """Return a column's codes, NaN for none, and the first text that is no code."""
    if isinstance(column.cells, NumberCells):
        numbers = column.cells.numbers
        gone = [*column.missing, *_counting_nothing(column)]
        return np.where(np.isin(numbers, gone), np.nan, numbers), ""
    named = {label.strip().casefold(): float(code) for code, label in _labels(column).items()}
    values = np.full(len(column.cells), np.nan)
    for row, text in enumerate(column.known_texts()):
        if not text:
            continue
        if _NUMBER.fullmatch(text):
            values[row] = float(text.replace(",", "."))
        elif text.casefold() in named:
            values[row] = named[text.casefold()]
        else:
            return values, text
    values[np.isin(values, _counting_nothing(column))] = np.nan
    return values, ""


def _counting_nothing(column: Column) -> list[int]:
    """Return the codes whose label means that the item does not apply, or that there is no answer."""
    return [code for code, label in _labels(column).items() if missing_kind(plain(label)) is not None]


def _proposed(answers: FloatArray) -> tuple[BoolArray, list[str], list[str]]:
    """Return which items seem reversed, on what grounds, and notes."""
    k = answers.shape[1]
    complete = answers[~np.isnan(answers).any(axis=1)]
    spread = complete.std(axis=0) if len(complete) else np.zeros(k)
    if len(complete) < FEWEST or np.any(spread < 1e-12):
        few = len(complete) < FEWEST
        none = f"{len(complete)} complete rows, {FEWEST} are needed" if few else "an item is constant"
        note = f"no keys were proposed ({none}): set them by hand"
        return np.zeros(k, dtype=bool), [f"not proposed: {none}"] * k, [note]
    _, vectors = np.linalg.eigh(np.corrcoef(complete, rowvar=False))
    first = vectors[:, -1]
    turned = first < 0 if np.sum(first < 0) * 2 <= k else first > 0
    rest = [_rest_r(complete, turned, at) for at in range(k)]
    said = ["turned" if one else "as it is" for one in turned]
    why = [f"{one}, r with the rest {coefficient(r)}" for one, r in zip(said, rest, strict=True)]
    notes = [f"keys are proposed from {len(complete)} complete rows: confirm each with the questionnaire"]
    if np.sum(turned) * 2 == k:
        notes.append("half of the items run against the other half: figures cannot say which half is reversed")
    return turned, why, notes


def _rest_r(rows: FloatArray, turned: BoolArray, at: int) -> float:
    signed = np.where(turned, -rows, rows)
    rest = np.delete(signed, at, axis=1).sum(axis=1)
    return float(np.corrcoef(signed[:, at], rest)[0, 1]) if rest.std() > 0 else float("nan")


def _gloss(column: Column) -> str:
    return " ".join((column.question or column.name).split())


def _identifier(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "bank"
    return plain if plain[0].isalpha() else f"b_{plain}"


def _option_sets(
    columns: Sequence[Column], answers: FloatArray, rows: Sequence[NumberRow | None]
) -> list[tuple[str, ...]]:
    """Return each item's options as lines: the file's labels and codes found; of bare numbers those of all items."""
    bare = answers[:, [at for at, column in enumerate(columns) if not _labels(column) and rows[at] is None]]
    low, high = (int(np.nanmin(bare)), int(np.nanmax(bare))) if bare.size else (0, 0)
    sets = []
    for at, column in enumerate(columns):
        labels = _labels(column)
        apart = _counting_nothing(column)
        gone = [code for code in apart if missing_kind(plain(labels[code])) != "not applicable"]
        if labels:
            seen = {int(code) for code in np.unique(answers[:, at][~np.isnan(answers[:, at])])}
            codes = {code: labels.get(code, str(code)) for code in sorted((labels.keys() | seen) - set(gone))}
            sets.append(tuple(_option_line(code, label, scored=code not in apart) for code, label in codes.items()))
        elif (row := rows[at]) is not None:
            step = "" if row.step == 1 else f", step: {number_text(row.step)}"
            sets.append((f"{{from: {number_text(row.low)}, to: {number_text(row.high)}{step}}}",))
        else:
            sets.append(tuple(_option_line(code, str(code)) for code in range(low, high + 1)))
    return sets


def _option_line(code: int, label: str, *, scored: bool = True) -> str:
    if scored:
        return f"- {{code: {code}, label: {_quoted(label)}}}"
    return f"- {{code: {code}, label: {_quoted(label)}, scored: false}}  # an answer that counts nothing"


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _text(id_: str, items: Sequence[DraftItem], options: Sequence[tuple[str, ...]], notes: Sequence[str]) -> str:
    names: dict[tuple[str, ...], str] = {}
    for one in options:
        names.setdefault(one, f"options_{len(names) + 1}")
    lines = [f"# A draft. Confirm what stands behind a #: {note}" for note in notes]
    lines += ["format: 2", f"id: {id_}", "status: private", "", "options:"]
    for one, name in names.items():
        lines += [f"  {name}:", *(f"    {line}" for line in one)] if one[0].startswith("-") else [f"  {name}: {one[0]}"]
    lines += ["", "items:"]
    for item, one in zip(items, options, strict=True):
        said: dict[str, Any] = {"name": item.name} if item.name else {}
        if item.column != item.name:
            said["column"] = _quoted(item.column)
        said |= {"gloss": _quoted(item.gloss), "options": names[one]}
        if item.reverse:
            said["reverse"] = "true"
        written = ", ".join(f"{key}: {value}" for key, value in said.items())
        lines.append(f"  - {{{written}}}" + (f"  # {item.why}" if item.why else ""))
    lines += ["", "scales:"]
    for scale in dict.fromkeys(item.scale for item in items):
        own = [item.name or str(place) for place, item in enumerate(items, start=1) if item.scale == scale]
        lines.append(f"  - {{id: {scale}, items: [{', '.join(own)}]}}")
    return "\n".join(lines) + "\n"
