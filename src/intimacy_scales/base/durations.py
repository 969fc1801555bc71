"""Intervals of time in words, in days."""

from __future__ import annotations

import re

from intimacy_scales.base.errors import Problem, ResponseError

DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}


def days_of(interval: str) -> float:
    """Return an interval said in words, in days.

    Raises
    ------
    ResponseError
        When it is not a positive number with a unit from days to years.

    Examples
    --------
    >>> days_of("6 weeks")
    42.0
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*-?\s*(day|week|month|year)s?\s*", interval.casefold())
    if match is None or float(match.group(1)) <= 0:
        raise ResponseError(
            Problem(
                where="interval",
                what=f"is {interval!r}",
                allowed="a number and a unit: days, weeks, months or years",
                do='say "6 weeks"',
            )
        )
    return float(match.group(1)) * DAYS[match.group(2)]


def days_or_none(interval: str | None) -> float | None:
    """Return the same, ``None`` where nothing is said or it cannot be told."""
    try:
        return None if interval is None else days_of(interval)
    except ResponseError:
        return None
