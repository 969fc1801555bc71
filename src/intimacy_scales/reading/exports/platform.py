"""What a recogniser is shown, what it answers, and what a reader is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.files.source import USUAL, ByteSource, Limits
from intimacy_scales.reading.exports.files.statistics.data import StatisticsData
from intimacy_scales.reading.exports.grid import Grid
from intimacy_scales.reading.exports.table import RawTable

Sure = Literal["certain", "likely", "assumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the user wants an export read."""

    sheet: str | None = None
    survey: Path | None = None
    """The survey's own file (.qsf, .lss, data dictionary), where the user has one."""
    include: Collection[str] | bool = False
    """Reasons for which rows would be set aside but shall be kept (:data:`~.exclusion.REASONS`); ``True``: all."""
    quiet: bool = False
    encoding: str | None = None
    separator: str | None = None
    limits: Limits = USUAL
    by_head: bool = False
    """The encoding of a text is told from its beginning; its reader sees whether the rest is like it."""

    def keeps(self, reason: str) -> bool:
        """Return whether rows of this reason stay in the table."""
        return self.include if isinstance(self.include, bool) else reason in self.include


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFile:
    """The beginning of an export."""

    source: ByteSource
    """The bytes to read (unpacked on the way)."""
    shown: str
    """The name the user knows it by."""
    kind: FileKind
    names: tuple[str, ...]
    """First row of a text or sheet; variable names of a statistics file; none of JSON and markup."""
    head: tuple[tuple[str, ...], ...] = ()
    """The first records of a text or sheet, the first row among them; empty for statistics files."""
    grid: Grid | None = field(default=None, repr=False)
    """All records, for a reader; ``None`` for statistics files."""
    statistics: StatisticsData | None = field(default=None, repr=False)
    """What a statistics file holds: it is parsed once."""
    begins: str = ""
    """First characters of a JSON or markup file."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """That an export is of a platform: what was seen, and how sure that is."""

    saw: str
    sure: Sure


class Platform(Protocol):
    """What a module must offer to be a platform."""

    NAME: str
    KINDS: frozenset[FileKind]
    """Kinds of file the platform writes."""

    def recognise(self, file: ExportFile) -> Recognition | None:
        """Return what tells this platform, or ``None``."""

    def read(self, file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
        """Read the whole export."""
