"""When answers were given: numbers, dates or names of occasions, put in order; never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import DAYS
from intimacy_scales.reading.exports.table import Column

Kind = Literal["numbers", "dates", "names"]

SHOWN = 3  # examples in a sentence
#: names of occasions whose order everybody knows
KNOWN_ORDER = ("baseline", "before", "pre", "pretest", "during", "mid", "after", "post", "posttest", "followup")
_NUMBERED = re.compile(r"^(\D*?)(\d+(?:\.\d+)?)(\D*)$")
_ARM = re.compile(r"(.+?)[_ ]*\(?arm[_ ]*\d+:?.*", re.IGNORECASE)
_UNITS = {
    "day": "days?|tage?|jours?|días?|dias?|giorn[oi]|dagen|dag|d",
    "week": "weeks?|wks?|wochen?|semaines?|semanas?|settiman[ae]|weken|w",
    "month": "months?|mos?|monate?|mois|mes(?:es)?|mes[ei]|maanden|maand|m",
    "year": "years?|yrs?|jahre?|ans?|années?|años?|ann[oi]|jaar|jaren|y",
}
_UNIT_FIRST, _UNIT_LAST = ("|".join(f"(?P<{name}{at}>{words})" for name, words in _UNITS.items()) for at in (1, 2))
_DURATION = re.compile(
    rf"(?:(?:{_UNIT_FIRST})[\W_]*(?P<n1>\d+(?:\.\d+)?)|(?P<n2>\d+(?:\.\d+)?)[\W_]*(?:{_UNIT_LAST}))"
    r"[\W_]*(?:follow[\W_]*up|fu|after|later|post|visit)?",
    re.IGNORECASE,
)
_START = frozenset({"baseline", "before", "pre", "pretest", "start", "intake"})
_LIKE_DATE = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """A time for every row (NaN: blank), what kind, and the unit that a slope is counted in."""

    kind: Kind
    values: FloatArray = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    unit: str


def times_of(texts: Sequence[str], *, column: str, numbers: Sequence[int], order: Sequence[str] = ()) -> Times:
    """Return the times that a column holds; never guessed.

    Parameters
    ----------
    texts
        One cell a row; "" is blank.
    column, numbers
        Name of the column, and the rows' numbers, for what is said of them.
    order
        The user's word: names of occasions, the first first; rows of others have no time.

    Returns
    -------
    Times
        Dates (ISO, with or without a time of day; zones compared in UTC) in days; numbers as they are; names by the one
        number in each where the rest of the name is the same (``t1``, ``wave 2``), by their durations (``Week 8``,
        ``Month 3``), as events of REDCap within their arm, or by the order that everybody knows (``before``,
        ``after``).

    Raises
    ------
    ResponseError
        When nothing is there, dates are no dates or can be read in two ways, or names tell no order.

    Examples
    --------
    >>> times_of(["t1", "t2", "t10"], column="wave", numbers=[2, 3, 4]).values.tolist()
    [0.0, 1.0, 2.0]
    """
    known = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    where = f"column {column}"
    if order:
        return _ranks_as_given(texts, known, order, where)
    if not known:
        raise ResponseError(
            Problem(where=where, what="is empty", allowed="when each row was answered", do="name another column")
        )
    for kind, reader in (("numbers", _number), ("dates", _date)):
        read = {text: reader(text) for text in known}
        good = [text for text, value in read.items() if value is not None]
        if len(good) == len(known):
            values = np.array([read[t.strip()] if t.strip() else np.nan for t in texts], dtype=np.float64)
            unit = "day" if kind == "dates" else f"unit of {column}"
            return Times(kind=kind, values=values, texts=tuple(texts), unit=unit)  # type: ignore[arg-type]
        if kind == "dates" and (good or any(_LIKE_DATE.match(text) for text in known)):
            bad = [text for text in known if read[text] is None]
            raise ResponseError(_no_dates(where, bad, texts, numbers))
    return _names(texts, known, where)


def occasion_words(column: Column, order: Sequence[str] = ()) -> tuple[list[str], tuple[str, ...]]:
    """Return the occasion of every row as people read it, and the order of its words where only the codes tell it.

    Value labels are the names of occasions ("before" for 1): where they tell an order it counts, whatever the codes
    say; where they tell none, the codes do.

    Parameters
    ----------
    column
        The column that says when.
    order
        The user's word; in the file's codes, or in its labels.
    """
    codes, words = column.known_texts(), column.labelled_texts()
    at = {word: code for code, word in zip(codes, words, strict=True) if word}
    of_codes = {code for code in codes if code}
    if words == codes or len(at) < len(of_codes) or (order and {*order} <= of_codes):
        return codes, tuple(order)
    if order or all(_number(word) is not None or _date(word) is not None for word in at):
        return words, tuple(order)
    if _events(list(at)) or _ranked(list(at)) or any(_number(code) is None for code in at.values()):
        return words, ()
    return words, tuple(sorted(at, key=lambda word: _number(at[word]) or 0.0))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _date(text: str) -> float | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    naive = (read if read.tzinfo is None else read.astimezone(UTC)).replace(tzinfo=None)
    seconds = (naive - datetime.combine(naive.date(), datetime.min.time())).total_seconds()
    return naive.date().toordinal() + seconds / 86400


def day_words(value: float) -> str:
    """Return a day as ISO text."""
    return date.fromordinal(int(value)).isoformat()


def _no_dates(where: str, bad: Sequence[str], texts: Sequence[str], numbers: Sequence[int]) -> Problem:
    wrong = set(bad)
    rows = [str(row) for row, text in zip(numbers, texts, strict=True) if text.strip() in wrong]
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    examples = ", ".join(repr(text) for text in bad[:SHOWN])
    return Problem(
        where=where,
        what=f"{len(rows)} cells are no plain dates: {examples} (row {', '.join(rows[:SHOWN])}{more})",
        allowed="dates as YYYY-MM-DD, or numbers, or names such as t1 and t2",
        do="write the dates as YYYY-MM-DD",
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


def _names(texts: Sequence[str], known: Sequence[str], where: str) -> Times:
    """Return the ranks of named occasions; a question where their order cannot be told."""
    place = _events(known) or _ranked(known)
    if place is None:
        examples = ", ".join(repr(name) for name in known[:6])
        raise ResponseError(
            Problem(
                where=where,
                what=f"holds occasions whose order cannot be told: {examples}",
                allowed="numbers, dates (YYYY-MM-DD), names that differ in a number only, durations, before and after",
                do=f"say it, the first first: --times {' '.join(_quoted(name) for name in known[:6])}",
            )
        )
    values = np.array([place[t.strip()] if t.strip() else np.nan for t in texts], dtype=np.float64)
    return Times(kind="names", values=values, texts=tuple(texts), unit="occasion")


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]+", name) else f'"{name}"'


def _ranks_as_given(texts: Sequence[str], known: Sequence[str], order: Sequence[str], where: str) -> Times:
    """Return the ranks of occasions in the order that the user gave."""
    plain = {_plain(name): float(rank) for rank, name in enumerate(order)}
    lost = [name for name in order if _plain(name) not in {_plain(text) for text in known}]
    if lost or len(plain) < 2:
        raise ResponseError(
            Problem(
                where=f"--times {' '.join(_quoted(name) for name in order)}",
                what=f"{where} holds no {', '.join(map(repr, lost))}" if lost else "names fewer than two occasions",
                allowed=f"it holds: {', '.join(known[:12])}",
            )
        )
    values = np.array([plain.get(_plain(t), np.nan) if t.strip() else np.nan for t in texts], dtype=np.float64)
    return Times(kind="names", values=values, texts=tuple(texts), unit="occasion")


def _events(known: Sequence[str]) -> dict[str, float] | None:
    """Return the rank of every event of REDCap within its arm; ``None`` where these are none."""
    found = {name: match for name in known if (match := _ARM.fullmatch(name))}
    if len(found) < len(known):
        return None
    events = {name: match[1].strip(" _") for name, match in found.items()}
    ranks = _ranked(list(dict.fromkeys(events.values())))
    return None if ranks is None else {name: ranks[event] for name, event in events.items()}


def _ranked(known: Sequence[str]) -> dict[str, float] | None:
    """Return the rank of every name: known words, durations, or numbers where the rest of the names is the same."""
    places = _known_places(known) or _durations(known) or _numbered(known)
    if places is None:
        return None
    ranks = {value: float(rank) for rank, value in enumerate(sorted(set(places.values())))}
    return {name: ranks[value] for name, value in places.items()}


def _known_places(known: Sequence[str]) -> dict[str, float] | None:
    parts = {name: re.findall(r"\w+", name.casefold()) for name in known}
    shared = set.intersection(*map(set, parts.values())) if len(known) > 1 else set()
    # "before therapy" and "after therapy" differ in a word that everybody knows
    plain = {name: _plain("".join(part for part in own if part not in shared)) for name, own in parts.items()}
    if not all(one in KNOWN_ORDER for one in plain.values()):
        return None
    return {name: float(KNOWN_ORDER.index(one)) for name, one in plain.items()}


def _durations(known: Sequence[str]) -> dict[str, float] | None:
    """Return days since the start, where every name is a duration with a unit, or the start itself."""
    entries: dict[str, float] = {}
    for name in known:
        match = _DURATION.fullmatch(name.strip())
        if match is not None:
            unit = next(one for one in DAYS if match[f"{one}1"] or match[f"{one}2"])
            entries[name] = float(match["n1"] or match["n2"]) * DAYS[unit]
        elif _plain(name) in _START:
            entries[name] = -1.0
        else:
            return None
    return entries


def _numbered(known: Sequence[str]) -> dict[str, float] | None:
    """Return the one number in every name, where the names differ in nothing else."""
    found = {name: _NUMBERED.match(name) for name in known}
    if not all(found.values()):
        return None
    rests = {(_plain(match[1]), _plain(match[3])) for match in found.values() if match}
    return {name: float(match[2]) for name, match in found.items() if match} if len(rests) == 1 else None
