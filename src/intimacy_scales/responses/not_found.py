"""What is said of items without a column, and of a bank of which no column was found."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.errors import Problem
from intimacy_scales.exports.table import RawTable
from intimacy_scales.responses.matches import Suggestion
from intimacy_scales.responses.model import Sitting
from intimacy_scales.responses.names import near_name
from intimacy_scales.responses.text import some


def nothing_found(table: RawTable, bank: ItemBank, suggestions: Sequence[Suggestion]) -> Problem:
    """Return the problem of a bank none of whose columns are there: what was looked for, what is like it."""
    near = [c.name for c in table.columns if near_name(c.name, bank)]
    perhaps = [str(s) for s in suggestions if s.bank == bank.id]
    first, last = bank.items[0].number, bank.items[-1].number
    what = "no column of it was found"
    if near:
        what += (
            f"; {some(near)} begin like it, but what follows is not one item's number "
            "with a form, a partner (_a, _b) or a time (_t1)"
        )
    if perhaps:
        what += f"; perhaps {some(perhaps)}"
    return Problem(
        where=f"bank {bank.id}",
        what=what,
        allowed=f"looked for {bank.id}_{first} to {bank.id}_{last} "
        f"(also {bank.id.upper()}{first}, {bank.id}0{first}, with a form, partner or time) "
        "and for questions worded like its items; "
        f"the columns are: {some(table.names, shown=12)}",
        do=f"write a map with `intimacy-scales inspect FILE --bank {bank.id} --write-map map.yaml`, "
        "edit it, and say --map map.yaml",
    )


def said_of(sitting: Sitting) -> str:
    """Return form, partner and time in brackets, as far as there are any."""
    parts = (("form", sitting.form), ("partner", sitting.partner), ("time", sitting.time))
    said = ", ".join(f"{kind} {value}" for kind, value in parts if value)
    return f" ({said})" if said else ""


def listed(numbers: Sequence[int]) -> str:
    """Return numbers as a map writes them, whole: they are there to be copied."""
    return "[" + ", ".join(map(str, numbers)) + "]"


def items_said(bank: ItemBank) -> str:
    """Return which numbers a bank's items have."""
    return f"{bank.id} has items {bank.items[0].number} to {bank.items[-1].number}"
