"""How large a file may be before it is refused: an accident or an attack, not a survey. ``--limit`` lifts them all."""

from __future__ import annotations

from dataclasses import dataclass

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
