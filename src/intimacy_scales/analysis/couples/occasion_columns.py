"""Which column tells the occasions of couples apart that have more than two rows each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from intimacy_scales.base.errors import Problem
from intimacy_scales.base.wording import some
from intimacy_scales.reading.exports.table import RawTable

MOST = 60  # more different values are no occasions of couples (days of a diary are fewer)
CLEAR = 0.8  # share of couples in which the column tells all rows of a partner apart
_CALLED = re.compile(r"wave|time|occasion|welle|zeit|measure|month|day|session|visit", re.IGNORECASE)


def occasion_problem(
    table: RawTable, members: Sequence[Sequence[int]], says: Sequence[str], skip: set[str | None]
) -> Problem | None:
    """Return the question for a file of couples x occasions; ``None`` where nothing speaks for occasions.

    ``members``: the rows of every couple; ``says``: what each row says of its partner.
    """
    several = [rows for rows in members if len(rows) > 2]
    if len(several) < max(2, len(members) / 4):
        return None
    found = [name for name in table.names if name not in skip and _tells(table, name, several, says)]
    if not found:
        return None
    found.sort(key=lambda name: not _CALLED.search(name))
    best = found[0]
    values = list(dict.fromkeys(text.strip() for text in table.column(best).cells.texts() if text.strip()))
    return Problem(
        where="couples",
        what=f"{len(several)} of {len(members)} couples have more than two rows, and column {best} tells them apart "
        f"({some(values)})" + (f"; so would {some(found[1:])}" if found[1:] else ""),
        allowed="two rows a couple, or a column that says which occasion a row is of",
        do=f"say --occasion {best} for models over time, or take one occasion: --where \"{best} == '{values[0]}'\"",
    )


def _tells(table: RawTable, name: str, couples: Sequence[Sequence[int]], says: Sequence[str]) -> bool:
    """Whether a column has a value of its own for every row of a partner, and the same few values in most couples."""
    column = table.column(name)
    if column.kind == "personal":
        return False
    texts = [text.strip() for text in column.cells.texts()]
    if not 2 <= len({text for text in texts if text}) <= MOST:
        return False
    clear = 0
    for rows in couples:
        counts = Counter((says[row], texts[row]) for row in rows)
        by_value = Counter(texts[row] for row in rows)
        clear += all(n == 1 for n in counts.values()) and "" not in by_value and max(by_value.values()) <= 2
    each = Counter(text for rows in couples for text in {texts[row] for row in rows})
    common = sum(n >= len(couples) / 4 for n in each.values())
    return clear >= CLEAR * len(couples) and common >= 2 and common >= len(each) / 2
