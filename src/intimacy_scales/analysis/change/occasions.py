"""When answers were given: numbers, dates or names of occasions, put in order; never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.errors import Problem, ResponseError

Kind = Literal["numbers", "dates", "names"]
FloatArray = NDArray[np.float64]

SHOWN = 3  # examples in a sentence
#: names of occasions whose order everybody knows
KNOWN_ORDER = ("baseline", "before", "pre", "pretest", "during", "mid", "after", "post", "posttest", "followup")
_NUMBERED = re.compile(r"^\D*?(\d+(?:\.\d+)?)\D*$")
_LIKE_DATE = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """A time for every row (NaN: blank), what kind, and the unit that a slope is counted in."""

    kind: Kind
    values: FloatArray = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    unit: str


def times_of(texts: Sequence[str], *, column: str, numbers: Sequence[int]) -> Times:
    """Return the times that a column holds.

    Parameters
    ----------
    texts
        One cell a row; "" is blank.
    column, numbers
        Name of the column, and the rows' numbers, for what is said of them.

    Returns
    -------
    Times
        Dates (ISO, with or without a time of day) in days; numbers as they are; names (``t1``, ``wave 2``, ``before``,
        ``follow-up``) by the one number in each, or by the order that everybody knows.

    Raises
    ------
    ResponseError
        When nothing is there, dates are no dates or can be read in two ways, or names tell no order.

    Examples
    --------
    >>> times_of(["t1", "t2", "t10"], column="wave", numbers=[2, 3, 4]).values.tolist()
    [1.0, 2.0, 10.0]
    """
    known = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    where = f"column {column}"
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
    naive = read.replace(tzinfo=None)
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
    plain = {name: _plain(name) for name in known}
    if all(one in KNOWN_ORDER for one in plain.values()):
        place: dict[str, float] = {name: float(KNOWN_ORDER.index(one)) for name, one in plain.items()}
        ranks = {value: float(rank) for rank, value in enumerate(sorted(set(place.values())))}
        place = {name: ranks[value] for name, value in place.items()}
    else:
        found = {name: _NUMBERED.match(name) for name in known}
        if not all(found.values()):
            examples = ", ".join(repr(name) for name in known[:6])
            raise ResponseError(
                Problem(
                    where=where,
                    what=f"holds occasions whose order cannot be told: {examples}",
                    allowed="numbers, dates (YYYY-MM-DD), t1 and t2, or before and after",
                    do="rename them, or add a column with their number",
                )
            )
        place = {name: float(match.group(1)) for name, match in found.items() if match}
    values = np.array([place[t.strip()] if t.strip() else np.nan for t in texts], dtype=np.float64)
    return Times(kind="names", values=values, texts=tuple(texts), unit="occasion")
