"""The only place that rounds and spells: figures, coefficients, intervals, p, levels and shares as they are read.

===============================  =====================  ==================================================
call                             gives                  for
===============================  =====================  ==================================================
``figure(12.3456)``              ``12.35``              what may pass 1: scores, means, SDs, d, chi-square
``score(12.50)``                 ``12.5``               one person's score: no trailing zeros
``signed(0.3)``                  ``+0.30``              a difference of scores
``coefficient(0.834)``           ``.83``                what cannot pass 1: r, alpha, omega, ICC, CFI
``between(2.1, 3)``              ``[2.10, 3.00]``       an interval; ``coefficients=True``: ``[.21, .30]``
``interval(.7, .8, .95)``        ``95% CI [.70, .80]``  the same with its level, as APA prints it
``estimate_words("r", e)``       ``r = .41, 95% CI ..`` an estimate in a sentence
``p_value(0.0004)``              ``p < .001``           in a sentence
``p_cell(0.0204)``               ``.020``               in a table
``percent(0.123)``               ``12 %``               a share
``level_words(0.995)``           ``99.5 %``             the level of an interval in plain words
``counted(14, "answer")``        ``14 answers``         a number with its noun
``listed(["a", "b", "c"])``      ``a, b and c``         a list as one would say it
``some(["a", ...])``             ``a, b and 12 more``   a long list, cut
``capital``, ``sentence``        ``A sentence.``        the start and the end of a text
``for_page(text)``               true minus signs       HTML pages; terminals and files keep ``-``
===============================  =====================  ==================================================

Rules (Publication Manual of the APA, 7th edition): what cannot pass 1 in size has no zero before its point; nothing is
``-0.00``; p has three decimals and is never 0; a level is told exactly. What is not there is ``-``. Full precision
stays in results; no other module formats a figure.

Intervals of time in words, in days.

Cells of a table that a spreadsheet may open: none of them runs as a formula.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Protocol

from intimacy_scales.base.errors import Problem, ResponseError

NONE = "-"
MINUS = "\u2212"
NO_FIGURE_ON_PAGE = "\u2013"


class Ranged(Protocol):
    """A figure with its interval: :class:`intimacy_scales.statistics.estimate.Estimate` and what is like it."""

    @property
    def value(self) -> float:
        """The figure."""

    @property
    def low(self) -> float:
        """Lower end; NaN where there is no interval."""

    @property
    def high(self) -> float:
        """Upper end."""


def figure(x: float | None, digits: int = 2, *, none: str = NONE) -> str:
    """Return a figure that may pass 1, with ``digits`` decimals; ``none`` where there is none.

    Examples
    --------
    >>> figure(0.5), figure(-0.001), figure(float("nan")), figure(1234.5, 1)
    ('0.50', '0.00', '-', '1234.5')
    """
    if x is None or not math.isfinite(x):
        return none
    text = f"{x:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def score(x: float | None, digits: int = 2, *, none: str = NONE) -> str:
    """Return a score with at most ``digits`` decimals: whole scores stay whole.

    Examples
    --------
    >>> score(18.0), score(4.40), score(-0.001)
    ('18', '4.4', '0')
    """
    text = figure(x, digits, none=none)
    return text.rstrip("0").rstrip(".") if "." in text and text != none else text


def signed(x: float | None, digits: int = 2, *, none: str = NONE) -> str:
    """Return a difference with its sign; zero has none.

    Examples
    --------
    >>> signed(0.3), signed(-0.3), signed(0.001)
    ('+0.30', '-0.30', '0.00')
    """
    text = figure(x, digits, none=none)
    return text if text == none or text.startswith("-") or float(text) == 0 else f"+{text}"


def coefficient(x: float | None, digits: int = 2, *, none: str = NONE) -> str:
    """Return what cannot pass 1 in size, without the zero before its point.

    Examples
    --------
    >>> coefficient(0.834), coefficient(-0.12), coefficient(-0.001), coefficient(0.999), coefficient(1.2)
    ('.83', '-.12', '.00', '1.00', '1.20')
    """
    text = figure(x, digits, none=none)
    return re.sub(r"^(-?)0\.", r"\1.", text)


def signed_coefficient(x: float | None, digits: int = 2, *, none: str = NONE) -> str:
    """Return a difference of coefficients with its sign: ``+.013``, ``-.02``."""
    text = coefficient(x, digits, none=none)
    return text if text == none or text.startswith("-") or float(text) == 0 else f"+{text}"


def between(
    low: float | None, high: float | None, digits: int = 2, *, coefficients: bool = False, none: str = NONE
) -> str:
    """Return an interval in brackets; ``none`` where it has no ends.

    Examples
    --------
    >>> between(2.1, 3), between(0.21, 0.3, coefficients=True), between(float("nan"), float("nan"))
    ('[2.10, 3.00]', '[.21, .30]', '-')
    """
    spell = coefficient if coefficients else figure
    if not _known(low) and not _known(high):
        return none
    return f"[{spell(low, digits)}, {spell(high, digits)}]"


def to(low: float | None, high: float | None, digits: int = 2, *, coefficients: bool = False, none: str = NONE) -> str:
    """Return an interval in plain words: ``2.1 to 3``, ``.21 to .30``.

    Examples
    --------
    >>> to(2.1, 3), to(0.21, 0.3, coefficients=True)
    ('2.1 to 3', '.21 to .30')
    """
    spell = coefficient if coefficients else score
    if not _known(low) and not _known(high):
        return none
    return f"{spell(low, digits)} to {spell(high, digits)}"


def interval(
    low: float | None, high: float | None, level: float, digits: int = 2, *, coefficients: bool = False
) -> str:
    """Return an interval with its level, as APA prints it; words where there is none.

    Examples
    --------
    >>> interval(0.7, 0.8, 0.95, coefficients=True), interval(1.5, 2.25, 0.995)
    ('95% CI [.70, .80]', '99.5% CI [1.50, 2.25]')
    """
    ends = between(low, high, digits, coefficients=coefficients, none="")
    return f"{_level(level)}% CI {ends}" if ends else "no interval"


def estimate(estimate: Ranged, digits: int = 2, *, coefficients: bool = True) -> str:
    """Return a figure with its interval for a table: ``.83 [.79, .86]``; the figure alone where it has none."""
    spell = coefficient if coefficients else figure
    ends = between(estimate.low, estimate.high, digits, coefficients=coefficients, none="")
    return f"{spell(estimate.value, digits)} {ends}".rstrip()


def estimate_words(
    symbol: str, estimate: Ranged, *, level: float | None = None, digits: int = 2, coefficients: bool = True
) -> str:
    """Return a figure with its interval for a sentence: ``r = .41, 95% CI [.30, .52]``; says where it is not there."""
    if not _known(estimate.value):
        return f"{symbol} not determined"
    spell = coefficient if coefficients else figure
    text = f"{symbol} = {spell(estimate.value, digits)}"
    if level is None or not (_known(estimate.low) or _known(estimate.high)):
        return text
    return f"{text}, {interval(estimate.low, estimate.high, level, digits, coefficients=coefficients)}"


def p_cell(p: float | None, *, none: str = NONE) -> str:
    """Return p for a table: three decimals, ``< .001`` and ``> .999`` at the ends.

    Examples
    --------
    >>> p_cell(0.0204), p_cell(0.0004), p_cell(1.0)
    ('.020', '< .001', '> .999')
    """
    if not _known(p):
        return none
    if p < 0.001:  # type: ignore[operator]
        return "< .001"
    if p > 0.999:  # type: ignore[operator]
        return "> .999"
    return coefficient(p, 3)


def p_value(p: float | None) -> str:
    """Return p for a sentence.

    Examples
    --------
    >>> p_value(0.0204), p_value(0.0), p_value(float("nan"))
    ('p = .020', 'p < .001', 'p not determined')
    """
    cell = p_cell(p, none="")
    if not cell:
        return "p not determined"
    return f"p {cell}" if cell[0] in "<>" else f"p = {cell}"


def percent(share: float | None, *, none: str = NONE) -> str:
    """Return a share as whole percent; what is there, or lacks, but rounds away is ``<1 %`` or ``>99 %``.

    Examples
    --------
    >>> percent(0.123), percent(0.001), percent(0.999), percent(1.0), percent(0.0)
    ('12 %', '<1 %', '>99 %', '100 %', '0 %')
    """
    if share is None or not _known(share):
        return none
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def level_words(level: float) -> str:
    """Return the level of an interval, exactly: ``95 %``, ``99.5 %``.

    Examples
    --------
    >>> level_words(0.95), level_words(0.995), level_words(0.9)
    ('95 %', '99.5 %', '90 %')
    """
    return f"{_level(level)} %"


def degrees(df: float) -> str:
    """Return degrees of freedom: whole ones whole, others with two decimals."""
    return score(df, 2)


def counted(n: int, text: str, many: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "answer"), counted(1204, "row"), counted(2, "couple of women", "couples of women")
    ('1 answer', '1,204 rows', '2 couples of women')
    """
    return f"{n:,} {text if n == 1 else many or text + 's'}"


def listed(parts: Sequence[str], *, last: str = "and") -> str:
    """Return words as a list a person would say: ``a``, ``a and b``, ``a, b and c``."""
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)


SHOWN = 3  # things named before "and N more"


def some(
    things: Sequence[object], *, shown: int = SHOWN, many: str = "more", none: str = "none", total: int | None = None
) -> str:
    """Return a list for eyes, cut where it is long; one thing more than ``shown`` is named rather than counted.

    ``total`` where there are more than are at hand: at least one more than ``shown`` are.

    Examples
    --------
    >>> some([12, 40, 41, 50, 51]), some([12, 40, 41, 50]), some([])
    ('12, 40, 41 and 2 more', '12, 40, 41 and 50', 'none')
    """
    said = [str(thing) for thing in things]
    n = len(said) if total is None else total
    if n <= shown + 1:
        return listed(said) if said else none
    return f"{', '.join(said[:shown])} and {n - shown:,} {many}"


def cut(text: str, most: int = 60) -> str:
    """Return a text short enough for a line of a message, on one line."""
    one = " ".join(text.split())
    return one if len(one) <= most else one[: most - 3].rstrip() + "..."


def capital(text: str) -> str:
    """Return the text with a capital first letter and nothing else changed."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return the text as a sentence: a capital first, a full stop last."""
    text = capital(text.strip())
    return text if not text or text[-1] in ".!?" else f"{text}."


def for_page(text: str) -> str:
    """Return figures as a page prints them: a true minus before a figure, a dash alone for what is not there.

    Examples
    --------
    >>> for_page("-.12") == MINUS + ".12", for_page("-") == NO_FIGURE_ON_PAGE, for_page("self-esteem 4")
    (True, True, 'self-esteem 4')
    """
    return NO_FIGURE_ON_PAGE if text == NONE else re.sub(r"(?<![\w.])-(?=\.?\d)", MINUS, text)


def _known(x: float | None) -> bool:
    return x is not None and math.isfinite(x)


def _level(level: float) -> str:
    """Return 100 times a level without the dust of binary fractions: .995 is 99.5."""
    return f"{round(100 * level, 6):g}"


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


FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also the full-width ones


def safe_text(cell: str) -> str:
    """Return text that no spreadsheet runs as a formula: a leading ``= + - @`` is shielded by an apostrophe.

    Blanks, tabs and line ends before the sign do not hide it: some spreadsheets strip them. A text that begins with a
    tab or a carriage return is shielded whatever follows.

    Examples
    --------
    >>> safe_text("=1+1")
    "'=1+1"
    """
    begins = cell.lstrip()
    runs = begins.startswith(FORMULA_STARTS) or cell.startswith(("\t", "\r"))
    return f"'{cell}" if runs and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
