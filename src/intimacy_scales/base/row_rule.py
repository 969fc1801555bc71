r"""The grammar of rules about rows, for ``--where`` and ``--drop-careless`` alike.

.. code-block:: text

    RULE      := ALL ("or" ALL)*
    ALL       := PART ("and" PART)*
    PART      := "not" PART | "(" RULE ")" | CONDITION
    CONDITION := NAME | NAME SIGN VALUE | NAME ["not"] "in" "(" VALUE ("," VALUE)* ")"
    SIGN      := == | = | != | <> | >= | <= | > | <
    NAME      := a word, or any text in `backticks`
    VALUE     := a number, a word, or any text in 'quotes' or "double quotes"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from intimacy_scales.base.errors import Problem, ResponseError

Sign = Literal["", "==", "!=", ">=", "<=", ">", "<"]
_TOKEN = re.compile(
    r"\s*(?:(?P<sign>==|!=|<>|>=|<=|≥|≤|=|>|<)|(?P<mark>[(),])|`(?P<name>[^`]+)`|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\""
    r"|(?P<word>[^\s()<>=!≥≤,'\"`]+))"
)
ALLOWED = "conditions such as wave == 1, age >= 18, consent != 'no', `filter_$` in (1, 2), joined with and, or, not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A name held against values: with one value a comparison, with several a list, with none the name alone."""

    name: str
    sign: Sign = ""
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = self.name if re.fullmatch(r"\w+", self.name) else f"`{self.name}`"
        values = [value if _number(value) is not None else f"'{value}'" for value in self.values]
        if len(values) > 1:
            return f"{name} {'in' if self.sign == '==' else 'not in'} ({', '.join(values)})"
        return f"{name} {self.sign} {values[0]}" if values else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """Rules of which all (``and``) or one (``or``) must hold, or the one that must not (``not``)."""

    how: Literal["and", "or", "not"]
    parts: tuple[RowRule, ...]

    def __str__(self) -> str:
        said = [f"({part})" if isinstance(part, Combined) and part.how != "not" else str(part) for part in self.parts]
        return f"not {said[0]}" if self.how == "not" else f" {self.how} ".join(said)


RowRule = Condition | Combined


def parse_row_rule(text: str, *, where: str = "--where", allowed: str = ALLOWED) -> RowRule:
    """Read a rule.

    Raises
    ------
    ResponseError
        When it is none; says where it breaks off.

    Examples
    --------
    >>> print(parse_row_rule("wave = 1 and consent != 'no'"))
    wave == 1 and consent != 'no'
    >>> print(parse_row_rule("not (age < 18 or `Q 1` in (2, 3))"))
    not (age < 18 or `Q 1` in (2, 3))
    """
    return _Parser(_tokens(text, where, allowed), text, where, allowed).rule()


def names_in(rule: RowRule) -> tuple[str, ...]:
    """Return the names that a rule speaks of, each once."""
    if isinstance(rule, Condition):
        return (rule.name,)
    return tuple(dict.fromkeys(name for part in rule.parts for name in names_in(part)))


def conditions_in(rule: RowRule) -> tuple[Condition, ...]:
    """Return the conditions of a rule, in the order in which they stand."""
    if isinstance(rule, Condition):
        return (rule,)
    return tuple(condition for part in rule.parts for condition in conditions_in(part))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: Literal["sign", "mark", "name", "text", "word"]
    text: str


def _tokens(text: str, where: str, allowed: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ResponseError(
                Problem(where=f"{where} {text!r}", what=f"breaks off at {text[at:].strip()[:20]!r}", allowed=allowed)
            )
        kind = str(match.lastgroup)
        quoted = kind in ("single", "double")
        found.append(_Token(kind="text" if quoted else kind, text=match[kind]))  # type: ignore[arg-type]
        at = match.end()
    return found


class _Parser:
    """Reads tokens from left to right."""

    def __init__(self, tokens: Sequence[_Token], text: str, where: str, allowed: str) -> None:
        self.tokens, self.text, self.where, self.allowed, self.at = tokens, text, where, allowed, 0

    def rule(self) -> RowRule:
        """Read the whole text as one rule."""
        made = self.combined("or")
        if self.at < len(self.tokens):
            self.refuse()
        return made

    def refuse(self, missing: str = "condition") -> None:
        """Say where the text is no rule any more."""
        left = " ".join(token.text for token in self.tokens[self.at :])
        what = f"is no comparison from {left[:30]!r} on" if left else f"is no {missing}: it breaks off there"
        raise ResponseError(Problem(where=f"{self.where} {self.text!r}", what=what, allowed=self.allowed))

    def is_word(self, *words: str) -> bool:
        """Whether the next token is one of these words."""
        if self.at >= len(self.tokens):
            return False
        token = self.tokens[self.at]
        return token.kind in ("word", "mark") and token.text.casefold() in words

    def combined(self, how: Literal["and", "or"]) -> RowRule:
        """Read parts joined by one word."""
        inner = self.part if how == "and" else lambda: self.combined("and")
        parts = [inner()]
        while self.is_word(how):
            self.at += 1
            parts.append(inner())
        return parts[0] if len(parts) == 1 else Combined(how=how, parts=tuple(parts))

    def part(self) -> RowRule:
        """Read a negation, brackets, or a condition."""
        if self.is_word("not"):
            self.at += 1
            return Combined(how="not", parts=(self.part(),))
        if self.is_word("("):
            self.at += 1
            made = self.combined("or")
            self.expect(")")
            return made
        return self.condition()

    def expect(self, mark: str) -> None:
        """Pass over a mark that must stand here."""
        if not self.is_word(mark):
            self.refuse()
        self.at += 1

    def take(self, *kinds: str) -> str:
        """Return the next token's text, which must be of one of these kinds."""
        if self.at >= len(self.tokens) or self.tokens[self.at].kind not in kinds:
            self.refuse("condition" if "name" in kinds else "comparison")
        self.at += 1
        return self.tokens[self.at - 1].text

    def condition(self) -> Condition:
        """Read a name and what it is held against."""
        if self.is_word("and", "or", "in"):
            self.refuse()
        name = self.take("word", "name")
        negated = self.is_word("not")
        if negated:
            self.at += 1
        if self.is_word("in"):
            self.at += 1
            return Condition(name=name, sign="!=" if negated else "==", values=self.values())
        if negated:
            self.refuse()
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "sign":
            sign = {"=": "==", "<>": "!=", "≥": ">=", "≤": "<="}.get(
                self.tokens[self.at].text, self.tokens[self.at].text
            )
            self.at += 1
            return Condition(name=name, sign=sign, values=(self.take("word", "text"),))  # type: ignore[arg-type]
        return Condition(name=name)

    def values(self) -> tuple[str, ...]:
        """Read a list in brackets."""
        self.expect("(")
        lines = [self.take("word", "text")]
        while self.is_word(","):
            self.at += 1
            lines.append(self.take("word", "text"))
        self.expect(")")
        return tuple(lines)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
