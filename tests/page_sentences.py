"""What a page's tables say, worked out again from their cells: the sentences of the first screen must say the same."""

from __future__ import annotations

import re

import numpy as np

from intimacy_scales.output.report.document import Figure
from intimacy_scales.reading.exports.table import RawTable, Source
from intimacy_scales.reading.responses.model import Administration, Answered, Responses

UNCLEAR = {"en": "no clear difference", "de": "kein klarer Unterschied"}
MORE = {"en": "you wish for more", "de": "Sie wünschen sich mehr"}
LESS = {"en": "you wish for less", "de": "Sie wünschen sich weniger"}
UNKNOWN = {"en": "cannot be told", "de": "nicht zu sagen"}


def number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace("+", "").replace(",", "."))


def areas(document, language="en"):
    """Every area of the person's pictures, as its table has it: score, ends, wish, verdict."""
    found = {}
    for block in document.walk():
        if not isinstance(block, Figure) or len(block.table.head) not in {4, 8} or "bright" in block.title:
            continue
        for row in block.table.rows:
            one = {"now": number(row[1]), "could": row[2], "figure": block.title}
            if len(row) == 8:
                known = row[3] != "\u2013"
                one |= {"wished": number(row[3]) if known else None, "gap": number(row[5]) if known else None,
                        "verdict": row[7]}  # fmt: skip
            else:
                low, high = re.split(r" (?:to|bis) ", row[3])
                one |= {"low": number(low), "high": number(high)}
            found[row[0]] = one
    return found


def named(text: str, names) -> set[str]:
    """Which areas a sentence names."""
    return {name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)}


def answered(bank, rows, **administration):
    """Answers of a bank as ticked, a row a person."""
    table = np.asarray(rows, dtype=np.float64)
    return Answered(
        bank=bank,
        administration=Administration(**administration),
        answers=tuple(np.ascontiguousarray(column) for column in table.T),
        columns=(None,) * table.shape[1],
    )


def responses_of(*parts):
    """Vouched answers without ids, as if from a file."""
    n = parts[0].n_persons
    rows = np.arange(1, n + 1)
    source = Source(path=None, platform="made", saw="a test")
    table = RawTable(columns=(), row_numbers=rows, set_aside=(), source=source)
    return Responses(
        answered=parts, id_column=None, ids=None, row_numbers=rows, set_aside=(), source=source, table=table
    )
