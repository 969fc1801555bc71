"""A folder of outputs, one for each part of the input: whole parts only, and an interrupted run goes on where it was.

Beside the parts stands ``_parts.json``: what made them (software, banks, options), and of every finished part which
input it was made from and what it holds (hashes of both). A part is trusted only while all of that is still so.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.files import make_folder, reason, write_text

MANIFEST = "_parts.json"
_BLOCK = 1 << 20
_TEMPORARY = ".writing-*"
_SHARE = 20  # of the time between two writings of the manifest is for the parts


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """A finished part: hashes of the input it was made from and of what was written, and its rows."""

    input: str
    output: str
    rows: int


@dataclass(slots=True, kw_only=True)
class PartsFolder:
    """A folder of parts in the making."""

    folder: Path
    recipe: Mapping[str, Any]
    """What makes a part besides its input: software, banks with their fingerprints, options, codings."""
    records: dict[str, PartRecord | None] = field(default_factory=dict)
    """By name: parts that were begun (``None``), and finished ones."""
    vouched: frozenset[str] = frozenset()
    """Parts of a finished run that stay."""
    is_new: bool = False
    is_finished: bool = False
    _is_told: bool = True
    _next: float = 0.0
    """When the manifest is written next: of ten thousand parts it is long, and a part that it lacks is made again."""

    def place(self, name: str) -> Path:
        """Return where a part goes; the folders it lies in are made."""
        path = self.folder / name
        for inner in reversed(path.relative_to(self.folder).parents):
            if inner.parts:
                make_folder(self.folder / inner)
        return path

    def is_whole(self, name: str, source: Path) -> bool:
        """Whether a part stands here that was made from this very input, and was not touched since."""
        record = self.records.get(name)
        path = self.folder / name
        return (
            record is not None and path.is_file() and digest(source) == record.input and digest(path) == record.output
        )

    def begin(self, names: Sequence[str], *, whole: Collection[str] = ()) -> None:
        """Say which parts there will be, before the first is written, and which of them stay as they are."""
        self.vouched = frozenset(whole) if self.is_finished else frozenset()
        for name in names:
            self.records.setdefault(name, None)
        self.is_finished = self._is_told = False
        self.tell()

    def finish(self, name: str, source: Path, rows: int) -> None:
        """Say that a part is whole."""
        self.records[name] = PartRecord(input=digest(source), output=digest(self.folder / name), rows=rows)
        self._is_told = False
        if time.monotonic() > self._next:
            self.tell()

    def close(self) -> None:
        """Say that all parts are there and were vouched for together."""
        self.is_finished, self._is_told = True, False
        self.tell()

    def discard(self) -> None:
        """Take away every part that was not vouched for: what the whole says stands against them.

        Parts of a finished run that this one left as they were stay, and so does what is said of them.
        """
        for name in set(self.records) - set(self.vouched):
            (self.folder / name).unlink(missing_ok=True)
        self.records = {name: record for name, record in self.records.items() if name in self.vouched}
        self.is_finished, self._is_told = bool(self.vouched), not self.vouched
        if not self.vouched:
            (self.folder / MANIFEST).unlink(missing_ok=True)
        for inner in sorted((path for path in self.folder.rglob("*") if path.is_dir()), reverse=True):
            with suppress(OSError):  # holds something else
                inner.rmdir()
        if self.is_new:
            with suppress(OSError):
                self.folder.rmdir()

    def tell(self) -> None:
        """Write the manifest, where something is new."""
        if self._is_told:
            return
        began = time.monotonic()
        said = {
            "format": 1,
            "finished": self.is_finished,
            "recipe": self.recipe,
            "parts": {
                name: None if one is None else {"input": one.input, "output": one.output, "rows": one.rows}
                for name, one in sorted(self.records.items())
            },
        }
        write_text(self.folder / MANIFEST, json.dumps(said, indent=1, ensure_ascii=False) + "\n")
        self._is_told = True
        self._next = time.monotonic() + _SHARE * (time.monotonic() - began)


@contextmanager
def parts_folder(
    folder: Path, recipe: Mapping[str, Any], names: Sequence[str], *, force: bool = False
) -> Iterator[PartsFolder]:
    """Open a folder for parts: a new or empty one, or one that this very run began and did not finish.

    Parameters
    ----------
    folder
        Where the parts go.
    recipe
        What makes a part besides its input; JSON-safe.
    names
        Of the parts, as paths inside the folder.
    force
        Replace the parts of a run with another recipe, or of one that is finished.

    Raises
    ------
    OutputError
        When the folder holds files that no such run wrote, parts of another run (without ``force``), or is being
        written to.
    """
    is_new = make_folder(folder)
    with _alone(folder):
        made = _opened(folder, recipe, names, force=force)
        made.is_new = is_new
        for stray in folder.rglob(_TEMPORARY):  # of a run that was killed: nobody else writes here now
            stray.unlink(missing_ok=True)
        try:
            yield made
        finally:
            made.tell()


def _opened(folder: Path, recipe: Mapping[str, Any], names: Sequence[str], *, force: bool) -> PartsFolder:
    shown = str(folder)
    entries = _manifest(folder)
    own = set() if entries is None else set(entries["parts"])
    strange = sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST and not path.match(_TEMPORARY)
        and path.relative_to(folder).as_posix() not in own
    )  # fmt: skip
    if strange:
        what = f"holds files that no such run wrote ({', '.join(strange[:3])})"
        raise OutputError(Problem(where=shown, what=what, allowed="a new or empty folder", do="choose another name"))
    if entries is None:
        return PartsFolder(folder=folder, recipe=recipe)
    same = entries["recipe"] == json.loads(json.dumps(recipe))
    if not same and not force:
        other = ", ".join(key for key in recipe if entries["recipe"].get(key) != json.loads(json.dumps(recipe[key])))
        what = f"holds parts of another run (other {other or 'content'})"
        raise OutputError(Problem(where=shown, what=what, do="choose another folder, or say --force to replace them"))
    records = {name: PartRecord(**one) if one else None for name, one in entries["parts"].items()}
    if gone := sorted(set(records) - set(names)):
        if not force:
            what = f"holds parts of inputs that are no longer there ({', '.join(gone[:3])})"
            raise OutputError(Problem(where=shown, what=what, do="choose another folder, or say --force"))
        for name in gone:
            (folder / name).unlink(missing_ok=True)
            del records[name]
    if not same:
        records = dict.fromkeys(records)
    return PartsFolder(folder=folder, recipe=recipe, records=records, is_finished=entries["finished"] and same)


def _manifest(folder: Path) -> dict[str, Any] | None:
    """Return what an earlier run wrote about its parts; a damaged file is a fault, not an empty folder."""
    path = folder / MANIFEST
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        said = None
    if not _is_manifest(said):
        raise OutputError(Problem(where=str(path), what="does not say what made the parts beside it",
                                  do="choose another folder"))  # fmt: skip
    return said  # type: ignore[no-any-return]


def _is_manifest(said: Any) -> bool:
    """Whether this is what :meth:`PartsFolder.tell` writes; a name may not lead out of the folder."""
    if not isinstance(said, dict) or said.get("format") != 1 or not isinstance(said.get("finished"), bool):
        return False
    parts = said.get("parts")
    if not isinstance(said.get("recipe"), dict) or not isinstance(parts, dict):
        return False
    keys = {"input", "output", "rows"}
    return all(
        not Path(name).is_absolute()
        and ".." not in Path(name).parts
        and (one is None or (isinstance(one, dict) and set(one) == keys))
        for name, one in parts.items()
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder while parts are written, where the system can: two runs would take each other's files away."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise OutputError(Problem(where=str(folder), what="is being written to by another run",
                                      do="wait for it, or choose another folder")) from fault  # fmt: skip
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(handle)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises
    ------
    OutputError
        When it cannot be read.
    """
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                found.update(block)
    except OSError as fault:
        raise OutputError(Problem(where=str(path), what=f"cannot be read ({reason(fault)})")) from fault
    return found.hexdigest()
