"""Strict YAML: what stands in the file is what is read, and every line is remembered.

Works on the parser's events, so that nothing is expanded, resolved or merged behind the reader's back: anchors,
aliases, tags, doubled keys and the old words of YAML 1.1 (``no``, ``012``, ``12:30``) are faults, never values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intimacy_scales.base.errors import BankError, Problem
from intimacy_scales.base.files import note_read, reason

MOST_BYTES = 4_000_000  # a bank has some 50 kB, a norm with long percentile tables some 500 kB
MOST_DEPTH = 16  # a bank needs 6
MOST_DIGITS = 18  # whole numbers beyond have no business in a questionnaire

Step = str | int
Spot = tuple[Step, ...]

_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_OLD_BOOL = re.compile(r"yes|no|on|off|true|false", re.IGNORECASE)
_NUMBERLIKE = re.compile(
    r"[-+]?(0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0b[01_]+|[0-9][0-9_]*(:[0-9]{1,2})+(\.[0-9_]*)?"
    r"|[0-9][0-9_]*\.?[0-9_]*([eE][-+]?[0-9]+)?|\.[0-9_]+([eE][-+]?[0-9]+)?|\.(inf|nan))",
    re.IGNORECASE,
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A YAML file as plain values, with the line of everything in it and the faults of its writing.

    ``value`` holds dictionaries, tuples, text, numbers, booleans and ``None``; ``lines`` and ``raw`` give, for a
    path such as ``("items", 3, "gloss")``, its line (from 1) and a scalar as it is typed there.
    """

    name: str
    value: Any
    lines: dict[Spot, int]
    raw: dict[Spot, str]
    problems: tuple[Problem, ...]

    def line(self, spot: Spot) -> int:
        """Return the line of a path, or of the nearest thing around it."""
        while spot and spot not in self.lines:
            spot = spot[:-1]
        return self.lines.get(spot, 1)

    def problem(self, spot: Spot, what: str, allowed: str = "", do: str = "") -> Problem:
        """Return a :class:`~intimacy_scales.base.errors.Problem` at a path: ``file:line: path``."""
        return Problem(where=place(self.name, self.line(spot), spot), what=what, allowed=allowed, do=do)


def place(name: str, line: int, spot: Spot) -> str:
    """Return ``file:line: path``; lists are counted from 1: ``items[4].gloss``.

    Examples
    --------
    >>> place("eis.yaml", 12, ("items", 3, "gloss"))
    'eis.yaml:12: items[4].gloss'
    """
    path = ""
    for step in spot:
        path += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return f"{name}:{line}: {path.lstrip('.')}" if spot else f"{name}:{line}"


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What is known halfway through a file."""

    name: str
    lines: dict[Spot, int] = field(default_factory=dict)
    raw: dict[Spot, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def fault(self, event: Any, spot: Spot, what: str, allowed: str = "", do: str = "") -> None:
        where = place(self.name, event.start_mark.line + 1, spot)
        self.problems.append(Problem(where=where, what=what, allowed=allowed, do=do))


class _TooDeepError(Exception):
    """Nested beyond :data:`MOST_DEPTH`: reading stops."""


def plain_value(text: str) -> tuple[Any, str]:
    """Return what an unquoted word stands for, and why it may not stand there (empty when it may).

    Only ``null``, ``true``, ``false``, plain decimal numbers and text are known.

    Examples
    --------
    >>> plain_value("0.5"), plain_value("agree")
    ((0.5, ''), ('agree', ''))
    >>> plain_value("no")[1]
    'is no, which some programs read as false'
    """
    if text in {"", "null"}:
        return None, ""
    if text in {"true", "false"}:
        return text == "true", ""
    if _INT.fullmatch(text) and len(text) <= MOST_DIGITS:
        return int(text), ""
    if _FLOAT.fullmatch(text) and not _INT.fullmatch(text) and abs(float(text)) < float("inf"):
        return float(text), ""
    return text, _why_not(text)


def _why_not(text: str) -> str:
    if _OLD_BOOL.fullmatch(text):
        truth = text.lower() in {"yes", "on", "true"}
        return f"is {text}, which some programs read as {str(truth).lower()}"
    if text in {"~", "Null", "NULL"}:
        return f"is {text}, which some programs read as null"
    if _DATE.fullmatch(text):
        return f"is {text}, which some programs read as a date"
    if _NUMBERLIKE.fullmatch(text):
        return f"is {text}, which programs read as different numbers"
    if text in {"=", "<<"}:
        return f"is {text}, which has a meaning of its own in YAML"
    return ""


def read_page(path: Path) -> Page:
    """Read a YAML file strictly.

    Raises
    ------
    BankError
        When there is no such file, it is a folder, too large, cannot be read or is not UTF-8. What is wrong *in*
        the file stands in ``Page.problems``.
    """
    name = str(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise BankError(Problem(where=name, what="is a folder", allowed="a YAML file"))
        if size > MOST_BYTES:
            raise BankError(Problem(where=name, what=f"has {size:,} bytes", allowed=f"at most {MOST_BYTES:,}"))
        content = path.read_bytes()
        note_read(path)
    except FileNotFoundError:
        raise BankError(Problem(where=name, what="there is no such file")) from None
    except (OSError, ValueError) as fault:
        raise BankError(Problem(where=name, what=f"cannot be read ({reason(fault)})")) from fault
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise BankError(
            Problem(
                where=f"{name}:{line}",
                what=f"byte {content[fault.start]:#04x} is not UTF-8",
                allowed="a text file in UTF-8",
                do="save it again with that encoding",
            )
        ) from None
    return read_text(text, name=name)


def read_text(text: str, *, name: str) -> Page:
    """Read YAML text strictly; ``name`` is what faults call it."""
    import yaml

    return _read(text, name, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _read(text: str, name: str, loader: Any) -> Page:
    import yaml

    reading = _Reading(name=name)
    value = None
    try:
        value = _document(iter(yaml.parse(text, Loader=loader)), reading)
    except yaml.MarkedYAMLError as fault:
        if loader is not yaml.SafeLoader and "nesting depth" in str(fault.problem):
            return _read(text, name, yaml.SafeLoader)  # a newer fast parser gives up before we can say where
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else 1
        said = ", ".join(part for part in (fault.problem, fault.context) if part)
        reading.problems.append(
            Problem(
                where=f"{name}:{line}", what=f"is not YAML ({said})", do="mend this place; what follows it was not read"
            )
        )
    except yaml.YAMLError as fault:
        said = str(fault).splitlines()[0]
        reading.problems.append(Problem(where=f"{name}:1", what=f"is not YAML ({said})"))
    except _TooDeepError:
        pass
    return Page(name=name, value=value, lines=reading.lines, raw=reading.raw, problems=tuple(reading.problems))


def _document(events: Iterator[Any], reading: _Reading) -> Any:
    import yaml

    value, seen = None, 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            seen += 1
            if seen > 1:
                reading.fault(event, (), "a second document begins", "one document a file")
                return value
            if event.version or event.tags:
                reading.fault(event, (), "a % directive", "none")
        elif isinstance(event, yaml.NodeEvent):
            value = _node(event, events, (), reading)
    return value


def _node(event: Any, events: Iterator[Any], spot: Spot, reading: _Reading) -> Any:
    import yaml

    reading.lines.setdefault(spot, event.start_mark.line + 1)
    if isinstance(event, yaml.AliasEvent):
        reading.fault(event, spot, f"is the alias *{event.anchor}", "values written out", "no anchors, no aliases")
        return None
    if event.anchor is not None:
        reading.fault(event, spot, f"has the anchor &{event.anchor}", "values written out", "no anchors, no aliases")
    if event.tag is not None:
        reading.fault(event, spot, f"has the tag {event.tag}", "no tags")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event, spot, reading)
    if len(spot) >= MOST_DEPTH:
        reading.fault(event, spot[:3], f"is nested deeper than {MOST_DEPTH} levels", "a bank needs 6")
        raise _TooDeepError
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, spot, reading)
    return _mapping(events, spot, reading)


def _scalar(event: Any, spot: Spot, reading: _Reading) -> Any:
    reading.raw[spot] = event.value
    if not event.implicit[0]:  # quoted, or a block of text
        return event.value
    value, why = plain_value(event.value)
    if why:
        reading.fault(
            event, spot, why, "null, true, false, plain numbers, text", f'write "{event.value}" in quotes if it is text'
        )
    return value


def _sequence(events: Iterator[Any], spot: Spot, reading: _Reading) -> tuple[Any, ...]:
    import yaml

    found: list[Any] = []
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            break
        found.append(_node(event, events, (*spot, len(found)), reading))
    return tuple(found)


def _mapping(events: Iterator[Any], spot: Spot, reading: _Reading) -> dict[Step | float, Any]:
    import yaml

    found: dict[Step | float, Any] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        key = _node(event, events, (*spot, "?"), reading)
        reading.lines.pop((*spot, "?"), None)
        known = (str, int, float) if spot[:1] == ("options",) else (str, int)  # a code may be 2.5
        if isinstance(key, bool) or not isinstance(key, known):
            reading.fault(event, spot, "a key that is not a word", "text or a whole number", "write it in quotes")
            key = f"?{len(found)}"
        inner = (*spot, str(key))
        twice = key in found
        if twice:
            reading.fault(event, inner, f"stands twice (first in line {reading.lines[inner]})", "once")
            inner = (*inner, "?")  # what the second one holds is read, and counts for nothing
        reading.lines.setdefault(inner, event.start_mark.line + 1)
        value = _node(next(events), events, inner, reading)
        if not twice:
            found[key] = value
    return found
