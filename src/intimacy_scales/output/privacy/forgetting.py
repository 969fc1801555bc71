"""Where a person stands in our files, and scored files rewritten without them: retention and withdrawal."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.base.files import reason, write_whole
from intimacy_scales.base.results import Shown
from intimacy_scales.base.wording import counted
from intimacy_scales.output.privacy.scored_files import ScoredFile, open_scored
from intimacy_scales.output.writing.verification import FAULTS

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
    found: list[Found] = []
    problems: list[Problem] = []
    for name in files:
        path = Path(name)
        try:
            found.append(_look(path, person.strip(), opened))
        except ExportError as fault:
            problems += fault.problems
    if problems:
        raise ExportError(problems)
    done = []
    for one in found:
        if rewrite and one.verdict == "stands there" and one.path in opened:
            _rewrite(one, opened[one.path])
            done.append(one.path)
    notes = ["copies in mail, backups and older versions are not looked into"]
    if not rewrite and any(one.verdict == "stands there" for one in found):
        notes.append("nothing was changed; say --rewrite to write the scored files again without them")
    return Rewritten(found=tuple(found), rewritten=tuple(done), notes=tuple(notes))


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
