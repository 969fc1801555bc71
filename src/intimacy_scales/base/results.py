"""What every result shares: tables for eyes, JSON-safe dictionaries, frames of the caller's own type.

What an analysis takes for granted, and what the data say to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np

from intimacy_scales.base.errors import spoken
from intimacy_scales.base.wording import cut, some

LONGEST_REPR = 100  # characters of names in a repr
HTML_ROWS = 40  # a notebook cell is no place for more; the frame of .table() holds all


def json_safe(value: Any) -> Any:
    """Return ``value`` in plain Python types, every NaN or infinity as ``None``, at full precision."""
    if isinstance(value, Mapping):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return json_safe(value.tolist())
    if isinstance(value, (list, tuple)):
        return [json_safe(item) for item in value]
    if isinstance(value, np.generic):
        return json_safe(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def json_dict(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping as :func:`json_safe` does, typed as what it is."""
    return {str(key): json_safe(item) for key, item in value.items()}


def text_table(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells (head first) as aligned text: columns of figures to the right, words to the left."""
    columns = list(zip(*lines, strict=True))
    widths = [max(map(len, column)) for column in columns]
    right = [j > 0 and all(_is_figure(cell) for cell in column[1:]) for j, column in enumerate(columns)]
    rows = [
        "  ".join(cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True))
        for line in lines
    ]
    return "\n".join(row.rstrip() for row in rows)


def _is_figure(cell: str) -> bool:
    """Whether a cell holds no words: digits, signs and brackets only."""
    return not any(letter.isalpha() for letter in cell)


def html_table(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells (head first) as a small HTML table, every cell escaped, long tables cut and said so."""
    head, body = lines[0], lines[1:]
    cells = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in head)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in body[:HTML_ROWS])
    more = f"<p>and {len(body) - HTML_ROWS} more rows</p>" if len(body) > HTML_ROWS else ""
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>{more}"


class Shown:
    """What every result has: ``str()``, a short ``repr()``, ``_repr_html_`` from ``rows_for_eyes()`` and ``notes``.

    A result adds ``table()``, ``to_dict()`` and ``apa()``; ``plot()`` where the report has a picture of it.
    """

    __slots__ = ()
    notes: tuple[str, ...]

    def __init_subclass__(cls) -> None:
        """Keep the short ``repr()``: what dataclass writes in its place prints every array there is."""
        super().__init_subclass__()
        if hasattr(cls.__dict__.get("__repr__"), "__wrapped__"):  # dataclass's own; one that was written stays
            cls.__repr__ = Shown.__repr__  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        """Say notes in the language of the door the result leaves by: options as they are typed, or keywords."""
        if "notes" in getattr(self, "__dataclass_fields__", ()):
            object.__setattr__(self, "notes", tuple(map(spoken, self.notes)))

    def rows_for_eyes(self) -> list[list[str]]:
        """Return rounded lines for eyes, the head first."""
        raise NotImplementedError

    def __repr__(self) -> str:
        _, *lines = self.rows_for_eyes()
        named = some([line[0] for line in lines if line])
        return f"<{type(self).__name__}: {cut(named, LONGEST_REPR)}>"

    def __str__(self) -> str:
        return spoken("\n".join([text_table(self.rows_for_eyes()), *(f"note: {note}" for note in self.notes)]))

    def _repr_html_(self) -> str:
        return html_table(self.rows_for_eyes()) + "".join(f"<p>note: {escape(spoken(note))}</p>" for note in self.notes)


Verdict = Literal["no sign against it", "doubtful", "cannot be told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One thing taken for granted: its name, what was looked at, and the verdict. Unknown is not no."""

    name: str
    finding: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.name}: {self.finding} ({self.verdict})"

    def to_dict(self) -> dict[str, Any]:
        """Return the assumption JSON-safe."""
        return json_dict({"assumption": self.name, "finding": self.finding, "verdict": self.verdict})


def assumption(name: str, finding: str, *, doubtful: bool | None) -> Assumption:
    """Return an assumption; ``doubtful`` is ``None`` where it cannot be told."""
    verdict: Verdict = "cannot be told" if doubtful is None else "doubtful" if doubtful else "no sign against it"
    return Assumption(name=name, finding=finding, verdict=verdict)


def assumption_lines(checked: Sequence[Assumption]) -> list[str]:
    """Return lines for a terminal: the doubtful and what cannot be told one by one, the others in one."""
    order = ("doubtful", "cannot be told")
    lines = [f"  {assumption}" for verdict in order for assumption in checked if assumption.verdict == verdict]
    fine = _together([assumption.name for assumption in checked if assumption.verdict not in order])
    return [*lines, f"  no sign against: {'; '.join(fine)}"] if fine else lines


def _together(names: Sequence[str]) -> list[str]:
    """Return names with those of one form ("emotional: even spread") put together by what they are of."""
    of: dict[str, list[str]] = {}
    for name in names:
        owner, _, what = name.rpartition(": ")
        of.setdefault(what, []).extend([owner] if owner else [])
    alike: dict[tuple[str, ...], list[str]] = {}
    for what, owners in of.items():
        alike.setdefault(tuple(owners), []).append(what)
    return [
        f"{', '.join(whats)} ({', '.join(owners)})" if owners else "; ".join(whats) for owners, whats in alike.items()
    ]
