"""How the numbers of a file become codes of the bank: as they are, by a table, or along a line of slope 1 or -1."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How an export's numbers become the bank's codes: by a table, or ``sign * number + offset``."""

    kind: Literal["same", "table", "line", "contradiction"]
    table: Mapping[float, float] = field(default_factory=dict)
    sign: int = 1
    offset: float = 0.0

    def code(self, number: float) -> float:
        """Return the bank's code of an export's number."""
        if number in self.table:
            return float(self.table[number])
        return self.sign * number + self.offset

    def number(self, code: float) -> float:
        """Return the number in the file that becomes a code, as far as the rule is a line."""
        return (code - self.offset) / self.sign if self.kind == "line" else code

    @property
    def changes(self) -> bool:
        """Whether any number becomes another."""
        return self.kind == "line" or any(number != code for number, code in self.table.items())

    def __str__(self) -> str:
        if self.kind == "same":
            return "the codes are the bank's"
        if self.kind != "line":
            return ", ".join(f"{number:g} is {code:g}" for number, code in sorted(self.table.items()))
        if self.sign < 0:
            return f"the codes run the other way (code = {self.offset:g} - number)"
        return f"the codes are shifted (code = number {self.offset:+g})"


def rule_from(pairs: Mapping[float, float], numbers: Iterable[float], codes: Collection[float]) -> Rule:
    r"""Return the rule that labels give.

    With pairs of a number :math:`x` and the code :math:`c` of its label, and all numbers that occur: where every number
    has a label, the labels decide. Otherwise the numbers without a label follow the one line :math:`c = \pm x + b` that
    goes through every pair and leads the numbers to codes; two such lines, or none, are a contradiction that only a
    person can settle.

    Parameters
    ----------
    pairs
        Number to the code of its label.
    numbers
        All numbers that occur.
    codes
        The codes there are.
    """
    used, known = set(numbers), set(codes)
    if not pairs:
        return Rule(kind="same")
    if used <= set(pairs):
        return _exact(pairs)
    fits = {line: sum(line[0] * x + line[1] in known for x in used) for line in _lines(pairs)}
    best = [line for line, inside in fits.items() if inside == max(fits.values())]
    if len(best) != 1:
        return Rule(kind="contradiction", table=dict(pairs))
    sign, offset = best[0]
    return Rule(kind="same") if (sign, offset) == (1, 0) else Rule(kind="line", sign=sign, offset=offset)


def _exact(pairs: Mapping[float, float]) -> Rule:
    if all(x == code for x, code in pairs.items()):
        return Rule(kind="same")
    lines = _lines(pairs)
    if len(lines) == 1:
        return Rule(kind="line", sign=lines[0][0], offset=lines[0][1])
    return Rule(kind="table", table=dict(pairs))


def _lines(pairs: Mapping[float, float]) -> list[tuple[int, float]]:
    """Return sign and offset of every line through all pairs: two through one pair, at most one through several."""
    found = []
    for sign in (1, -1):
        offsets = {code - sign * x for x, code in pairs.items()}
        if len(offsets) == 1:
            found.append((sign, offsets.pop()))
    return found
