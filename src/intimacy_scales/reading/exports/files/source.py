"""The bytes of a user's file, on the disk or inside an archive, as a stream that can be opened again and again.

What lies in an archive is never laid down on the disk: it would stay there if the machine stopped.

How large a file may be before it is refused: an accident or an attack, not a survey. ``--limit`` lifts them all.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.base.files import reason

EXCEL_ROWS = 1_048_576
EXCEL_COLUMNS = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what is read. Each is far beyond any study: Excel's own, or what a machine of everyday size holds."""

    rows: int = EXCEL_ROWS
    """Rows of a sheet."""
    columns: int = EXCEL_COLUMNS
    """Columns of any table."""
    cells: int = EXCEL_ROWS * 20
    """Filled cells of a sheet."""
    shared_texts: int = 200_000_000
    """Bytes of a workbook's list of texts, unpacked: it is held in memory as a whole."""
    sheet: int = 4_000_000_000
    """Bytes of a workbook's sheet, unpacked."""
    unpacked: int = 64_000_000_000
    """Bytes that a packed text may unpack to."""
    ratio: int = 250
    """How many times its packed size a text may unpack to, once it passes ``ratio_from``."""
    ratio_from: int = 250_000_000
    nesting: int = 2
    """Archives inside archives."""
    document: int = 500_000_000
    """Bytes of a document that is held in memory as a whole (JSON, XML, what lies packed in an archive)."""

    @classmethod
    def lifted(cls, times: float) -> Limits:
        """Return the limits, each ``times`` as large; nesting stays."""
        usual = cls()
        more = {name: int(getattr(usual, name) * times) for name in cls.__slots__ if name != "nesting"}
        return cls(**more)


USUAL = Limits()

ARCHIVE_FAULTS = (
    OSError, ValueError, EOFError, NotImplementedError, RuntimeError, IndexError, KeyError, OverflowError,
    zipfile.BadZipFile, zlib.error, MemoryError,
)  # fmt: skip
"""What zipfile and gzip raise for a damaged archive, found by damaging some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteSource:
    """A file, or a member of an archive (or of an archive in an archive)."""

    path: Path
    """The file on the disk."""
    members: tuple[str | None, ...] = ()
    """From the outermost archive inwards: a name inside a .zip; ``None`` for a .gz, which holds one file."""
    shown: str
    limits: Limits = field(default=USUAL, repr=False)

    @property
    def name(self) -> str:
        """The last name, which the suffix is taken from."""
        names = [self.path.name]
        for member in self.members:
            bare = names[-1].removesuffix(".gz").removesuffix(".GZ")
            names.append(bare if member is None else member.replace("\\", "/").rsplit("/", 1)[-1])
        return names[-1]

    @property
    def suffix(self) -> str:
        """The suffix of :attr:`name`, in small letters."""
        return Path(self.name.replace("\0", "")).suffix.casefold()

    @property
    def on_disk(self) -> Path | None:
        """The path, where the bytes lie on the disk as they are."""
        return None if self.members else self.path

    @property
    def size(self) -> int:
        """Bytes on the disk; of an archive, those of the archive."""
        return self.path.stat().st_size

    @property
    def unpacked_size(self) -> int:
        """Bytes that will come, as far as the archive tells; for progress bars only."""
        if not self.members:
            return self.size
        member = self.members[-1]
        if member is None:
            return 10 * self.size  # a .gz tells its size only modulo 4 GB, and only at its end
        outer = ByteSource(path=self.path, members=self.members[:-1], shown=self.shown, limits=self.limits)
        with outer.seekable() as packed, zipfile.ZipFile(packed) as archive:
            return archive.getinfo(member).file_size

    def inside(self, member: str | None) -> ByteSource:
        """Return what lies inside this archive.

        Raises
        ------
        ExportError
            When archives are nested deeper than the limit.
        """
        if len(self.members) >= self.limits.nesting:
            raise ExportError(Problem(where=self.shown, what="is an archive in an archive in an archive",
                                      allowed="at most one in another", do="unpack it first"))  # fmt: skip
        shown = self.shown if member is None else f"{self.shown} > {member}"
        return ByteSource(path=self.path, members=(*self.members, member), shown=shown, limits=self.limits)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open the bytes for reading; faults of a damaged archive become sentences wherever they appear."""
        with ExitStack() as stack:
            yield self._opened(stack)

    def _opened(self, stack: ExitStack) -> IO[bytes]:
        if not self.members:
            return stack.enter_context(self.path.open("rb"))
        outer = ByteSource(path=self.path, members=self.members[:-1], shown=self.shown, limits=self.limits)
        packed = outer._opened(stack)
        try:
            member = self.members[-1]
            if member is None:
                inner: IO[bytes] = cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=packed)))
            else:
                whole = packed if not outer.members else io.BytesIO(outer.read())  # a directory at the end: no stream
                archive = stack.enter_context(zipfile.ZipFile(whole))
                inner = stack.enter_context(archive.open(member))
        except ARCHIVE_FAULTS as fault:
            raise damaged_archive(self.shown, fault) from fault
        return cast("IO[bytes]", stack.enter_context(_Unpacked(inner, self)))

    def read(self, most: int | None = None) -> bytes:
        """Return all bytes.

        Raises
        ------
        ExportError
            When they are more than ``most`` (default: the limit of a document), or the archive is damaged.
        """
        most = self.limits.document if most is None else most
        with self.open() as file:
            body = file.read(most + 1)
        if len(body) > most:
            raise ExportError(Problem(where=self.shown, what=f"holds more than {most:,} bytes",
                                      allowed="what fits into memory", do="say --limit 10 if it is yours"))  # fmt: skip
        return body

    def read_text(self) -> str:
        """Return all of it as UTF-8 text, with or without a byte order mark; faults are the caller's to tell."""
        return self.read().decode("utf-8-sig")

    def seekable(self) -> IO[bytes]:
        """Return the bytes as a file one may move about in: the file itself, or a copy in memory."""
        return self.path.open("rb") if not self.members else io.BytesIO(self.read())


class _Unpacked(io.RawIOBase):
    """A stream out of an archive: counts what comes, stops at the limits, tells damage in our words."""

    def __init__(self, inner: IO[bytes], source: ByteSource) -> None:
        self._inner, self._source, self._done = inner, source, 0
        self._packed = max(source.size, 1)

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        try:
            block = self._inner.read(size)
        except ARCHIVE_FAULTS as fault:
            raise damaged_archive(self._source.shown, fault) from fault
        self._done += len(block)
        self._check()
        return block

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def tell(self) -> int:
        return self._done

    def _check(self) -> None:
        limits = self._source.limits
        bomb = self._done > limits.ratio_from and self._done > limits.ratio * self._packed
        if bomb or self._done > limits.unpacked:
            raise ExportError(Problem(where=self._source.shown,
                                      what=f"unpacks to more than {round(self._done / self._packed):,} times its size",
                                      allowed=f"{limits.ratio} times", do="say --limit 10 if it is yours"))  # fmt: skip


def damaged_archive(shown: str, fault: BaseException) -> ExportError:
    """Return the error for an archive that cannot be read."""
    said = reason(fault)
    if isinstance(fault, RuntimeError) and ("password" in said or "encrypted" in said):
        return ExportError(Problem(where=shown, what="is an archive behind a password", do="unpack it first"))
    return ExportError(Problem(where=shown, what=f"is a damaged archive ({said})", do="download it again"))
