"""Files written whole or not at all, and never over one another unasked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from intimacy_scales.base.errors import OutputError, Problem


def may_write(
    target: str | os.PathLike[str], *, force: bool = False, inputs: Sequence[str | os.PathLike[str]] = ()
) -> Path:
    """Return ``target`` as a path that may be written now.

    Raises
    ------
    OutputError
        When its folder does not exist, when it is a folder, when it is one of the ``inputs`` (even with
        ``force``), or when it exists and ``force`` was not said.
    """
    path = Path(target)
    if path.is_dir():
        raise OutputError(
            Problem(where=str(path), what="is a folder", allowed="a file name", do=f"say --out {path / 'NAME'}")
        )
    if not path.parent.is_dir():
        raise OutputError(
            Problem(
                where=str(path), what=f"the folder {path.parent} does not exist", do="make it first, or choose another"
            )
        )
    for given in inputs:
        if path.exists() and Path(given).exists() and path.samefile(given):
            raise OutputError(Problem(where=str(path), what="is the input itself", do="choose another name"))
    if path.exists() and not force:
        raise OutputError(
            Problem(where=str(path), what="exists already", allowed="a new name", do="say --force to replace it")
        )
    return path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a new name beside ``path`` to write to; on success it becomes ``path``, on any failure it is gone."""
    handle, name = tempfile.mkstemp(prefix=".writing-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        beside.chmod(0o666 & ~_umask())
        yield beside
        beside.replace(path)
    except OSError as fault:
        raise OutputError(
            Problem(
                where=str(path),
                what=f"could not be written ({fault.strerror or fault})",
                do="nothing was changed; free some space or choose another folder",
            )
        ) from fault
    finally:
        beside.unlink(missing_ok=True)


def write_whole(path: Path, write: Callable[[Path], object]) -> Path:
    """Let ``write`` fill a new file and put it in the place of ``path`` in one step."""
    with whole_file(path) as beside:
        write(beside)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write UTF-8 text with plain line ends, whole or not at all."""
    return write_whole(path, lambda beside: beside.write_bytes(text.encode("utf-8")))


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
