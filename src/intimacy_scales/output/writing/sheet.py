"""A table ready to be written: columns, and what each of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table ready to be written: columns of equal length, and what each of them is."""

    columns: Mapping[str, Sequence[Any]]
    labels: Mapping[str, str] = field(default_factory=dict)
    """Column to its description (variable label in SPSS and Stata, the codebook sheet in Excel)."""
    value_labels: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Column of coded answers to what each code means."""
    missing: Mapping[str, Mapping[float | str, str]] = field(default_factory=dict)
    """Column to its codes of missing (a number, or a letter of Stata: ``.a``) and what each means."""
    unanswered: Mapping[str, Sequence[float | str | None]] = field(default_factory=dict)
    """Column to the code of missing each row holds; ``None`` for an answer, or for nothing at all."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What made the table: software, banks, fingerprints, rules."""
