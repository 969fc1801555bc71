"""Files that ``score`` wrote, opened so that rows can be taken out and everything else stays as it was.

Where a person stands in our files, and scored files rewritten without them: retention and withdrawal.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.base.files import reason, write_whole
from intimacy_scales.base.results import Shown
from intimacy_scales.base.wording import counted
from intimacy_scales.output.writing.verification import FAULTS
from intimacy_scales.reading.exports.kinds import kind_of

Verdict = Literal["stands there", "not found", "cannot forget"]
_PAGES = (".html", ".htm", ".pdf")
_NORMS = (".yaml", ".yml")
_CANNOT = {
    "page": "a report holds figures under no id: delete it, or make it again without the person",
    "norm": "a norm file holds a sample's figures: it cannot forget one person; make it again without the person",
    "json": "holds figures of a whole sample and a person's row: make it again without the person",
    "raw": "is no file that score wrote: delete the person's row where you collected the answers, and export it again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one file holds of a person."""

    path: Path
    verdict: Verdict
    rows: tuple[int, ...] = ()
    """Row numbers as a spreadsheet shows them, the header being row 1."""
    columns: tuple[str, ...] = ()
    """The columns of ids in which the person stands."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten(Shown):
    """Where a person stands in the files named, and which of them were rewritten without them."""

    found: tuple[Found, ...]
    rewritten: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a file; the id itself is not repeated."""
        lines = [["file", "found", "rows", "what to do"]]
        for one in self.found:
            rows = ", ".join(map(str, one.rows[:10])) + (" ..." if len(one.rows) > 10 else "")
            done = "rewritten without them" if one.path in self.rewritten else one.why
            lines.append([str(one.path), one.verdict, rows, done])
        return lines

    def table(self) -> Any:
        """Return one row a file as a pandas frame."""
        import pandas as pd

        return pd.DataFrame(self.to_dict()["files"])

    def apa(self) -> str:
        """Return a sentence: in how many files the person stands, and how many were rewritten."""
        held = sum(bool(one.rows) for one in self.found)
        return (
            f"The person stands in {held} of {counted(len(self.found), 'file')}; {len(self.rewritten)} were rewritten."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the findings, JSON-safe, without the id."""
        return {
            "files": [
                {"path": str(one.path), "found": one.verdict, "rows": list(one.rows), "columns": list(one.columns),
                 "why": one.why, "rewritten": one.path in self.rewritten}
                for one in self.found
            ],
        }  # fmt: skip


def forget(person: str, files: Sequence[str | os.PathLike[str]], *, rewrite: bool = False) -> Rewritten:
    """Find a person in files that this software wrote; with ``rewrite`` write scored files again without their rows.

    An id is found where a whole cell of a column of ids equals it, blanks aside; ``007`` is not ``7``. Scored files
    (.csv .tsv .xlsx .parquet .json .sav .dta with a column that ends in ``_answered``) can be rewritten, each whole or
    not at all: this is the one exception to the rule that no input is ever written over. Raw exports are never
    touched. Norm files and reports cannot forget and are named. Copies elsewhere (mail, backups, versions kept by the
    system) are beyond any program: they have to be looked for by hand.

    Parameters
    ----------
    person
        The id as it stands in the files.
    files
        The files to look into.
    rewrite
        Whether to rewrite scored files that hold the person.

    Returns
    -------
    Rewritten
        A line a file.

    Raises
    ------
    ExportError
        When a file cannot be read, or ``person`` is blank; nothing is rewritten then.
    OutputError
        When a file cannot be written; the others before it are done, and it stands as it was.
    """
    if not person.strip():
        raise ExportError(Problem(where="ID", what="is blank", allowed="the id of one person"))
    opened: dict[Path, ScoredFile] = {}
    founds: list[Found] = []
    problems: list[Problem] = []
    for name in files:
        path = Path(name)
        try:
            founds.append(_look(path, person.strip(), opened))
        except ExportError as fault:
            problems += fault.problems
    if problems:
        raise ExportError(problems)
    done = []
    for one in founds:
        if rewrite and one.verdict == "stands there" and one.path in opened:
            _rewrite(one, opened[one.path])
            done.append(one.path)
    notes = ["copies in mail, backups and older versions are not looked into"]
    if not rewrite and any(one.verdict == "stands there" for one in founds):
        notes.append("nothing was changed; say --rewrite to write the scored files again without them")
    return Rewritten(found=tuple(founds), rewritten=tuple(done), notes=tuple(notes))


def _look(path: Path, person: str, opened: dict[Path, ScoredFile]) -> Found:
    suffix = path.suffix.casefold()
    if not path.is_file():
        raise ExportError(Problem(where=str(path), what="there is no such file", do="check the name and the folder"))
    if suffix in _PAGES:
        return Found(path=path, verdict="cannot forget", why=_CANNOT["page"])
    if suffix in _NORMS:
        return Found(path=path, verdict="cannot forget", why=_CANNOT["norm"])
    try:
        scored = open_scored(path)
    except Exception as fault:
        raise ExportError(Problem(where=str(path), what=f"cannot be looked into ({reason(fault)})",
                                  allowed="files that this software wrote")) from fault  # fmt: skip
    if scored is None:
        holds = _mentions(path, person)
        return Found(path=path, verdict="cannot forget" if holds else "not found", why=_CANNOT["json"] if holds else "")
    rows, columns = scored.rows_of(person)
    if not rows:
        return Found(path=path, verdict="not found")
    if not scored.is_scored:
        return Found(path=path, verdict="stands there", rows=rows, columns=columns, why=_CANNOT["raw"])
    opened[path] = scored
    return Found(path=path, verdict="stands there", rows=rows, columns=columns,
                 why=f"{counted(len(rows), 'row')} to take out")  # fmt: skip


def _mentions(path: Path, person: str) -> bool:
    """Whether a JSON file of figures names the person as an id."""
    import json

    def walk(value: Any) -> bool:
        if isinstance(value, Mapping):
            return any((key in ("id", "person", "couple") and str(inner) == person) or walk(inner)
                       for key, inner in value.items())  # fmt: skip
        return isinstance(value, list) and any(map(walk, value))

    return walk(json.loads(path.read_text(encoding="utf-8-sig")))


def _rewrite(found: Found, scored: ScoredFile) -> None:
    def write(beside: Path) -> None:
        scored.write_without(found.rows, beside)

    write_whole(found.path, write, verify=FAULTS[found.path.suffix.casefold()])


ANSWERED = "_answered"


class ScoredFile(Protocol):
    """A table on the disk, row by row."""

    @property
    def is_scored(self) -> bool:
        """Whether ``score`` wrote it."""

    def rows_of(self, person: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return the rows (the header is row 1) in which a column of ids holds the person, and those columns."""

    def write_without(self, rows: Sequence[int], path: Path) -> None:
        """Write the file anew without these rows."""


def open_scored(path: Path) -> ScoredFile | None:
    """Open a file by its suffix; ``None`` for JSON that is no table.

    Raises
    ------
    OSError, ValueError, KeyError
        When it cannot be read as what its suffix says.
    """
    suffix = path.suffix.casefold()
    if suffix in (".csv", ".tsv"):
        return _Delimited.of(path, "," if suffix == ".csv" else "\t")
    if suffix == ".json":
        return _Json.of(path)
    if suffix == ".xlsx":
        return _Workbook.of(path)
    if suffix == ".parquet":
        return _Parquet.of(path)
    if suffix in (".sav", ".dta"):
        return _Statistics.of(path)
    msg = f"{suffix or 'no suffix'}: not a format that is written here"
    raise ValueError(msg)


def _ids(names: Sequence[str]) -> list[str]:
    """Return the columns that may hold ids: named like one, else the first, which is where ``score`` puts it."""
    named = [name for name in names if kind_of(name) == "id"]
    return named or list(names[:1])


def _is_scored(names: Sequence[str]) -> bool:
    return any(name.endswith(ANSWERED) for name in names)


def _same(cell: Any, person: str) -> bool:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return cell is not None and str(cell).strip().removeprefix("'") == person


def _matching(names: Sequence[str], columns: Sequence[Sequence[Any]], person: str) -> Any:
    """Return the rows (counted from 2: the header is row 1) and columns of ids that hold the person."""
    rows: set[int] = set()
    held = []
    for name in _ids(names):
        cells = columns[list(names).index(name)]
        here = [row for row, cell in enumerate(cells, start=2) if _same(cell, person)]
        if here:
            held.append(name)
            rows.update(here)
    return tuple(sorted(rows)), tuple(held)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delimited:
    records: list[list[str]]
    separator: str
    is_scored: bool

    @classmethod
    def of(cls, path: Path, separator: str) -> _Delimited:
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = list(csv.reader(file, delimiter=separator))
        if not records:
            msg = "it is empty"
            raise ValueError(msg)
        return cls(records=records, separator=separator, is_scored=_is_scored(records[0]))

    def rows_of(self, person: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
        names = self.records[0]
        body = [record + [""] * (len(names) - len(record)) for record in self.records[1:]]
        columns = [[record[at] for record in body] for at in range(len(names))]
        found: tuple[tuple[int, ...], tuple[str, ...]] = _matching(names, columns, person)
        return found

    def write_without(self, rows: Sequence[int], path: Path) -> None:
        gone = set(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, delimiter=self.separator, lineterminator="\r\n")
            out.writerows(record for row, record in enumerate(self.records, start=1) if row not in gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Json:
    whole: dict[str, Any]
    is_scored: bool

    @classmethod
    def of(cls, path: Path) -> _Json | None:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
        if not isinstance(whole, dict) or whole.get("command") != "rows":
            return None
        names = list(whole["rows"][0]) if whole["rows"] else []
        return cls(whole=whole, is_scored=_is_scored(names))

    def rows_of(self, person: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
        names = list(self.whole["rows"][0]) if self.whole["rows"] else []
        columns = [[row.get(name) for row in self.whole["rows"]] for name in names]
        found: tuple[tuple[int, ...], tuple[str, ...]] = _matching(names, columns, person)
        return found

    def write_without(self, rows: Sequence[int], path: Path) -> None:
        gone = set(rows)
        left = [row for at, row in enumerate(self.whole["rows"], start=2) if at not in gone]
        path.write_text(json.dumps({**self.whole, "rows": left}, ensure_ascii=False, indent=1), encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workbook:
    book: Any
    is_scored: bool

    @classmethod
    def of(cls, path: Path) -> _Workbook:
        from openpyxl import load_workbook

        book = load_workbook(path)
        names = [str(cell.value) for cell in book.worksheets[0][1]]
        return cls(book=book, is_scored=_is_scored(names))

    def rows_of(self, person: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
        rows = list(self.book.worksheets[0].iter_rows(values_only=True))
        names = [str(name) for name in rows[0]]
        found: tuple[tuple[int, ...], tuple[str, ...]] = _matching(names, list(zip(*rows[1:], strict=True)), person)
        return found

    def write_without(self, rows: Sequence[int], path: Path) -> None:
        for row in sorted(rows, reverse=True):
            self.book.worksheets[0].delete_rows(row)
        self.book.save(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parquet:
    table: Any
    is_scored: bool

    @classmethod
    def of(cls, path: Path) -> _Parquet:
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        return cls(table=table, is_scored=_is_scored(table.column_names))

    def rows_of(self, person: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
        names = self.table.column_names
        columns = [self.table[name].to_pylist() if name in _ids(names) else [] for name in names]
        found: tuple[tuple[int, ...], tuple[str, ...]] = _matching(names, columns, person)
        return found

    def write_without(self, rows: Sequence[int], path: Path) -> None:
        import pyarrow.parquet as pq

        keep = np.ones(self.table.num_rows, dtype=bool)
        keep[np.array(rows) - 2] = False
        pq.write_table(self.table.filter(keep), path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statistics:
    frame: Any
    meta: Any
    suffix: str
    is_scored: bool

    @classmethod
    def of(cls, path: Path) -> _Statistics:
        import pyreadstat

        suffix = path.suffix.casefold()
        reader = pyreadstat.read_sav if suffix == ".sav" else pyreadstat.read_dta
        try:
            frame, meta = reader(str(path), user_missing=True)
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as fault:
            raise ValueError(str(fault)) from fault
        names = list(meta.column_names)
        scored = any(name.endswith((ANSWERED, "_n")) for name in names) and "intimacy-scales" in (meta.file_label or "")
        return cls(frame=frame, meta=meta, suffix=suffix, is_scored=scored)

    def rows_of(self, person: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
        names = list(self.meta.column_names)
        columns = [self.frame[name].tolist() for name in names]
        found: tuple[tuple[int, ...], tuple[str, ...]] = _matching(names, columns, person)
        return found

    def write_without(self, rows: Sequence[int], path: Path) -> None:
        import pyreadstat

        left = self.frame.drop(index=[row - 2 for row in rows]).reset_index(drop=True)
        entries: dict[str, Any] = {
            "file_label": self.meta.file_label or "",
            "column_labels": {name: label or "" for name, label in self.meta.column_names_to_labels.items()},
            "variable_value_labels": self.meta.variable_value_labels,
        }
        if self.suffix == ".sav":
            ranges = {
                name: [one["lo"] if one["lo"] == one["hi"] else one for one in found]
                for name, found in self.meta.missing_ranges.items()
            }
            notes = [line for line in self.meta.notes if line.strip()]
            pyreadstat.write_sav(left, str(path), missing_ranges=ranges, note=notes, **entries)
        else:
            pyreadstat.write_dta(left, str(path), missing_user_values=self.meta.missing_user_values, **entries)
