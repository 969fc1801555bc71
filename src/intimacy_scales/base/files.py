"""Files written whole or not at all, private, and never over one another unasked.

A new file is filled beside the target under a hidden name, checked, forced to the disk, and only then takes the
target's place. It can be read by its owner alone (mode 0600) unless ``share`` is said: answers about intimacy are in
it. Where the system has no such modes (Windows) the folder's own protection holds.

What one run of a command read and wrote, so that no output can take the place of an input, and a log can tell.

A library call has no session: then nothing is noted, and a writer guards the inputs it is given. The session is held
in a context variable, and is no option: nothing in it changes how anything is computed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from intimacy_scales.base.errors import OutputError, Problem

PRIVATE = 0o600
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def may_write(
    target: str | os.PathLike[str], *, force: bool = False, inputs: Sequence[str | os.PathLike[str]] = ()
) -> Path:
    """Return ``target`` as a path that may be written now.

    Raises
    ------
    OutputError
        When its name cannot be a file's, when its folder does not exist or cannot be written to, when it is a folder
        or a device, when it is one of the ``inputs`` or any file that this run has read or written (even with
        ``force``), or when it exists and ``force`` was not said.
    """
    path = Path(target)
    shown = str(path)
    try:
        found = _stat(path)
        if found is not None and stat.S_ISDIR(found.st_mode):
            _refuse(shown, "is a folder", "a file name", f"name a file in it: {path / 'NAME'}")
        if not path.parent.is_dir():
            _refuse(shown, f"the folder {path.parent} does not exist", do="make it first, or choose another")
        _refuse_files_of_this_run(path, inputs)
        if found is not None and not stat.S_ISREG(found.st_mode):
            _refuse(shown, "is a device or a pipe", "a file name", "say - where a result may go to the standard output")
        if found is not None and not force:
            _refuse(shown, "exists already", "a new name", "say --force to replace it")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            _refuse(shown, f"the folder {path.parent} cannot be written to", do="choose another folder")
    except (
        OSError,
        ValueError,
    ) as fault:  # a name that is too long, holds a NUL, lies in a folder that may not be read
        raise OutputError(Problem(where=shown, what=f"cannot be a file here ({reason(fault)})",
                                  do="choose another name or folder")) from fault  # fmt: skip
    return path


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _refuse(where: str, what: str, allowed: str = "", do: str = "") -> None:
    raise OutputError(Problem(where=where, what=what, allowed=allowed, do=do))


def _refuse_files_of_this_run(path: Path, inputs: Sequence[str | os.PathLike[str]]) -> None:
    run = current()
    for given in (*inputs, *(run.read if run else ())):
        if same_file(path, given):
            _refuse(str(path), "is the input itself", do="choose another name")
    for other in run.written if run else ():
        if same_file(path, other):
            _refuse(str(path), "was written a moment ago by this run", "a name for each output", "choose another name")


def same_file(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    """Return whether two names lead to one file: the same name, a link, or the same file by another name."""
    first, second = Path(one), Path(other)
    try:
        return first.samefile(second)
    except (OSError, ValueError):
        return os.path.normcase(first.absolute()) == os.path.normcase(second.absolute())


def reason(fault: BaseException) -> str:
    """Return why something failed, in the system's words without numbers and names."""
    return (fault.strerror if isinstance(fault, OSError) else None) or str(fault) or type(fault).__name__


@contextmanager
def whole_file(
    path: Path, *, force: bool = True, share: bool | None = None, verify: Callable[[Path], str | None] | None = None
) -> Iterator[Path]:
    """Give a new name beside ``path`` to write to; on success it becomes ``path``, on any failure it is gone.

    Parameters
    ----------
    path
        What :func:`may_write` returned.
    force
        Whether a file that stands there now, or comes in between, is replaced.
    share
        Whether others may read it, as the umask says; default: as the run says, else private.
    verify
        Says what is wrong with the new file, ``None`` when nothing is: some writers fill a full disk in silence.

    Raises
    ------
    OutputError
        When anything of it fails; what stood there before stands there still.
    """
    # named before it is made: a signal between the two must not leave a file that nobody knows of
    beside = path.parent / f".writing-{os.urandom(8).hex()}{path.suffix}"
    try:
        os.close(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE))
        yield beside
        if verify is not None and (wrong := verify(beside)):
            _refuse(str(path), f"could not be written ({wrong})", do=_ADVICE)
        _to_disk(beside)
        beside.chmod((0o666 & ~_umask()) if _shared(share) else PRIVATE)
        _put_in_place(beside, path, force=force)
        note_written(path)
    except OSError as fault:
        do = _ADVICE if fault.errno in _FULL else "nothing was changed; choose another folder"
        raise OutputError(Problem(where=str(path), what=f"could not be written ({reason(fault)})", do=do)) from fault
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


_ADVICE = "nothing was changed; free some space or choose another folder"


def _shared(share: bool | None) -> bool:
    run = current()
    return share if share is not None else run.share if run else False


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _put_in_place(beside: Path, path: Path, *, force: bool) -> None:
    """Rename; without ``force`` by a link, which fails where a file came in between."""
    if force:
        beside.replace(path)
    else:
        try:
            os.link(beside, path)
        except FileExistsError:
            _refuse(str(path), "exists already: it came in between", "a new name", "say --force to replace it")
        except OSError:  # a file system without links
            if path.exists():
                _refuse(str(path), "exists already", "a new name", "say --force to replace it")
            beside.replace(path)
        else:
            beside.unlink()
    with suppress(OSError):  # the folder too, where the system lets us: else a power cut may forget the rename
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_whole(
    path: Path,
    write: Callable[[Path], object],
    *,
    force: bool = True,
    share: bool | None = None,
    verify: Callable[[Path], str | None] | None = None,
) -> Path:
    """Let ``write`` fill a new file and put it in the place of ``path`` in one step; see :func:`whole_file`."""
    with whole_file(path, force=force, share=share, verify=verify) as beside:
        write(beside)
    return path


def write_text(path: Path, text: str, *, force: bool = True, share: bool | None = None) -> Path:
    """Write UTF-8 text with plain line ends, whole or not at all; half a character is written as its escape."""
    return write_bytes(path, text.encode("utf-8", "backslashreplace"), force=force, share=share)


def write_bytes(path: Path, body: bytes, *, force: bool = True, share: bool | None = None) -> Path:
    """Write bytes, whole or not at all."""

    def verify(beside: Path) -> str | None:
        size = beside.stat().st_size
        return None if size == len(body) else f"{size} of {len(body)} bytes reached the disk"

    return write_whole(path, lambda beside: beside.write_bytes(body), force=force, share=share, verify=verify)


def make_folder(path: Path) -> bool:
    """Make a folder for outputs, private unless the run shares; return whether it is new."""
    try:
        path.mkdir(mode=0o777 if _shared(None) else 0o700)
    except FileExistsError:
        return False
    except (OSError, ValueError) as fault:
        raise OutputError(Problem(where=str(path), what=f"cannot be made ({reason(fault)})",
                                  do="make the folder above it first, or choose another")) from fault  # fmt: skip
    return True


def _umask() -> int:
    current_mask = os.umask(0)
    os.umask(current_mask)
    return current_mask


@dataclass(slots=True)
class Session:
    """The files of one run, in the order in which they were opened, and its rows."""

    read: list[Path] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    share: bool = False
    """Whether outputs get the modes of the umask; private (0600) without it."""
    log: Path | None = None
    """The file to which a line on this run is added."""
    options: dict[str, bool | str | list[str]] = field(default_factory=dict)
    """What was typed: option to ``True``, its word or its words."""
    rows_read: int | None = None
    rows_used: int | None = None


_CURRENT: ContextVar[Session | None] = ContextVar("session", default=None)


@contextmanager
def session(*, share: bool = False) -> Iterator[Session]:
    """Note every file read and written until the end of the block."""
    session = Session(share=share)
    token = _CURRENT.set(session)
    try:
        yield session
    finally:
        _CURRENT.reset(token)


def current() -> Session | None:
    """Return the session of this run, ``None`` in a plain library call."""
    return _CURRENT.get()


def note_read(path: str | os.PathLike[str]) -> None:
    """Note that a file of the user's was opened for reading."""
    made = _CURRENT.get()
    if made is not None and Path(path) not in made.read:
        made.read.append(Path(path))


def note_written(path: Path) -> None:
    """Note that a file was put in its place."""
    made = _CURRENT.get()
    if made is not None and path not in made.written:
        made.written.append(path)


def note_rows(read: int, used: int) -> None:
    """Note how many rows were read, and how many of them were used."""
    made = _CURRENT.get()
    if made is not None:
        made.rows_read, made.rows_used = (made.rows_read or 0) + read, (made.rows_used or 0) + used
