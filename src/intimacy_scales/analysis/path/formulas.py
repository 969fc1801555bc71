"""Paths as a user writes them, ``conflict ~ interference + age``: read, vouched for, and followed to their ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import listed

_NAME = r"(?:`[^`]+`|[A-Za-z_]\w*(?:\.\w+)*)"
_STATEMENT = re.compile(rf"\s*({_NAME})\s*(~~?)\s*(.+?)\s*")
_TERM = re.compile(rf"\s*({_NAME})\s*")
MOST_EFFECTS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFormulas:
    """Directed paths (from, to) and pairs whose residuals covary, in the order given."""

    arrows: tuple[tuple[str, str], ...]
    covariances: tuple[tuple[str, str], ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable, causes before what they lead to."""
        return tuple(sorted(self._seen(), key=lambda name: (self.depth(name), self._seen().index(name))))

    def _seen(self) -> list[str]:
        return list(dict.fromkeys(name for pair in (*self.arrows, *self.covariances) for name in pair))

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Variables with an arrow to them."""
        ends = {end for _, end in self.arrows}
        return tuple(name for name in self.variables if name in ends)

    @property
    def exogenous(self) -> tuple[str, ...]:
        """Variables without an arrow to them."""
        ends = {end for _, end in self.arrows}
        return tuple(name for name in self.variables if name not in ends)

    def causes(self, name: str) -> tuple[str, ...]:
        """Return the variables with an arrow to this one."""
        return tuple(start for start, end in self.arrows if end == name)

    def depth(self, name: str) -> int:
        """Return how many arrows the longest way to a variable has."""
        return max((1 + self.depth(start) for start in self.causes(name)), default=0)

    def ways(self, start: str, end: str) -> list[tuple[str, ...]]:
        """Return every way along the arrows, the direct one among them."""
        if start == end:
            return [(end,)]
        return [(start, *rest) for a, b in self.arrows if a == start for rest in self.ways(b, end)]


def read_formulas(given: str | Sequence[str]) -> PathFormulas:
    """Read paths: ``y ~ a + b`` (arrows from a and b to y) and ``y ~~ z`` (their residuals covary).

    Several may stand in one text, parted by semicolons or line ends. A name with blanks stands in backticks.

    Raises
    ------
    ResponseError
        With every fault: a statement that is none, a path that stands twice, a circle, no arrow at all.
    """
    texts = [given] if isinstance(given, str) else list(given)
    statements = [one.strip() for text in texts for one in re.split(r"[;\n]", text) if one.strip()]
    arrows, covariances, problems = list[tuple[str, str]](), list[tuple[str, str]](), list[Problem]()
    for statement in statements:
        found = _STATEMENT.fullmatch(statement)
        terms = None if found is None else [_TERM.fullmatch(term) for term in found[3].split("+")]
        if found is None or terms is None or not all(terms):
            problems.append(_unread(statement))
            continue
        left = found[1].strip("`")
        for term in terms:
            right = term[1].strip("`") if term is not None else ""
            (arrows if found[2] == "~" else covariances).append((right, left))
    problems += _faults(arrows, covariances)
    if problems:
        raise ResponseError(problems)
    formulas = PathFormulas(arrows=tuple(arrows), covariances=tuple(covariances))
    if len(indirect_ways(formulas)) > MOST_EFFECTS:
        raise ResponseError(
            Problem(where="paths", what=f"over {MOST_EFFECTS} indirect effects", allowed="fewer", do="leave paths out")
        )
    return formulas


def _unread(statement: str) -> Problem:
    return Problem(
        where=f"path {statement!r}",
        what="cannot be read",
        allowed='"outcome ~ predictor + predictor" or "one ~~ other"',
        do="put names with blanks or other signs in backticks",
    )


def _faults(arrows: Sequence[tuple[str, str]], covariances: Sequence[tuple[str, str]]) -> list[Problem]:
    problems = [
        Problem(where=f"{end} ~ {start}", what="stands twice", allowed="once")
        for start, end in dict.fromkeys(pair for pair in arrows if list(arrows).count(pair) > 1)
    ]
    pairs = [frozenset(pair) for pair in covariances]
    problems += [
        Problem(where=" ~~ ".join(sorted(pair)), what="stands twice", allowed="once")
        for pair in dict.fromkeys(pair for pair in pairs if pairs.count(pair) > 1)
    ]
    problems += [
        Problem(where=f"{end} ~ {start}", what="leads from a variable to itself", allowed="two variables")
        for start, end in (*arrows, *covariances)
        if start == end
    ]
    if not arrows:
        problems.append(Problem(where="paths", what="hold no arrow", allowed='at least one "outcome ~ predictor"'))
    circle = _circle(arrows)
    if circle and not problems:
        problems.append(
            Problem(
                where="paths",
                what=f"run in a circle: {' -> '.join(circle)}",
                allowed="ways that never come back",
                do="say which comes first; influence both ways needs several occasions",
            )
        )
    return problems


def _circle(arrows: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names along a circle; nothing where there is none."""
    ends: dict[str, list[str]] = {}
    for start, end in arrows:
        ends.setdefault(start, []).append(end)
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for following in ends.get(name, []):
            lines = walk(following, [*way, name])
            if lines:
                return lines
        done.add(name)
        return []

    return next((found for name in list(ends) if (found := walk(name, []))), [])


def indirect_ways(formulas: PathFormulas) -> list[tuple[str, ...]]:
    """Return every way with a variable between, from causes to effects."""
    names = formulas.variables
    return [
        way for start in names for end in names if start != end for way in formulas.ways(start, end) if len(way) > 2
    ]


def way_words(way: Sequence[str]) -> str:
    """Return a way as ``a -> b -> c``."""
    return " -> ".join(way)


def named(names: Sequence[str]) -> str:
    """Return names as a list."""
    return listed(list(names))
