"""One line a run, appended: when, which version, which command with which options, what was read and written.

Values that may name a person are written as keyed hashes; the key lies beside the log, readable by its owner alone.
Lines are JSON. The log holds no answers and no scores.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from intimacy_scales.bank.shipped import scales_folder
from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.files import PRIVATE, Session, reason
from intimacy_scales.base.version import __version__
from intimacy_scales.output.privacy.pseudonyms import keyed_hash, new_secret, read_secret

HASHED = frozenset({"--person", "--couple-id", "--where", "--title", "--attribute", "--help-line"})
"""Options whose words may name somebody."""
_BLOCK = 1 << 20


def log_secret(path: Path) -> bytes:
    """Return the key of a log's hashes: that of the file beside it, made when there is none yet.

    Raises
    ------
    OutputError, ExportError
        When the log or its key cannot be written to: said before any work is done.
    """
    beside = _key_of(path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        os.close(handle)
    except (OSError, ValueError) as fault:
        raise OutputError(Problem(where=str(path), what=f"cannot be written to ({reason(fault)})",
                                  do="choose another file for --log")) from fault  # fmt: skip
    return read_secret(beside) if beside.exists() else new_secret(beside)


def _key_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.key")


def append_run(path: Path, secret: bytes, *, words: Sequence[str], session: Session, code: int, began: float) -> None:
    """Append a run to a log, as one line in one write.

    Raises
    ------
    OutputError
        When it cannot be written; what the log held before stands there still.
    """
    now = datetime.fromtimestamp(began, tz=UTC)
    line = {
        "time": now.isoformat(timespec="seconds"),
        "version": __version__,
        "command": words[0] if words else "",
        "words": hashed_words(words[1:], secret),
        "read": _files(file for file in session.read if file not in (path, _key_of(path))),
        "written": _files(file for file in session.written if file != _key_of(path)),
        "rows_read": session.rows_read,
        "rows_used": session.rows_used,
        "exit": code,
    }
    body = (json.dumps(line, ensure_ascii=True) + "\n").encode("ascii")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        try:
            os.write(handle, body)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as fault:
        raise OutputError(Problem(where=str(path), what=f"could not be added to ({reason(fault)})",
                                  do="the work itself is done; free some space")) from fault  # fmt: skip


def hashed_words(words: Sequence[str], secret: bytes) -> list[str]:
    """Return the words of a command line, those that may name a person as keyed hashes.

    Examples
    --------
    >>> hashed_words(["e.csv", "--person", "Anna", "--bank", "eis"], b"0" * 16)[2:]
    ['#51f22c20ad50', '--bank', 'eis']
    >>> hashed_words(["forget", "Anna", "--quiet"], b"0" * 16)
    ['forget', '#51f22c20ad50', '--quiet']
    """
    shown: list[str] = []
    hides, forgets = False, words[:1] == ["forget"]  # of forget every word is an id that is no file
    for word in words:
        name, equals, value = word.partition("=")
        if word.startswith("--"):
            hides = name in HASHED
            shown.append(f"{name}=#{_short(secret, value)}" if hides and equals else word)
            hides = hides and not equals
        else:
            hidden = hides or (forgets and bool(shown) and not Path(word).exists())
            shown.append(f"#{_short(secret, word)}" if hidden else word)
    return shown


def _short(secret: bytes, text: str) -> str:
    return keyed_hash(secret, "word", text)[:12]


def _files(files: Iterable[Path]) -> list[Mapping[str, object]]:
    return [{"name": file.name, "sha256": digest_of(file)} for file in files if _is_ours_to_tell(file)]


def _is_ours_to_tell(file: Path) -> bool:
    """Whether a file is the user's: shipped banks are told by the version."""
    return scales_folder().resolve() not in file.resolve().parents


def digest_of(file: Path) -> str | None:
    """Return the SHA-256 of a file's bytes; ``None`` when it is no longer there."""
    made = hashlib.sha256()
    try:
        with file.open("rb") as body:
            while block := body.read(_BLOCK):
                made.update(block)
    except OSError:
        return None
    return made.hexdigest()
