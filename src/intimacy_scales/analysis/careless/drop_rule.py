"""The rule by which careless answers are set aside, when somebody asks for it: ``longstring>=12 or attention``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.analysis.careless.results import KINDS, Careless, Cut, Index, read_cut
from intimacy_scales.base.arrays import BoolArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.row_rule import Condition, RowRule, conditions_in, parse_row_rule
from intimacy_scales.engines.own_type import rows_of
from intimacy_scales.reading.responses.model import Responses

FLAGS = "flags"
_CLAUSE = re.compile(r"\s*([A-Za-z_]\w*)\s*(.*?)\s*", re.DOTALL)
_ALLOWED = (
    "INDEX, INDEX>=NUMBER (>=, >, <=, <) or flags>=NUMBER, joined with or, and, not, as in "
    "'longstring>=12 or attention'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition: an index (of every partner or occasion, or of the one its suffix names) and its cut."""

    index: str
    suffix: str = ""
    cut: Cut | None = None
    """``None``: the index's own cut."""

    def __str__(self) -> str:
        return self.index + self.suffix + ("" if self.cut is None else f"{self.cut.sign}{self.cut.at:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Conditions of which one is enough, unless ``tree`` says how they hang together."""

    clauses: tuple[Clause, ...]
    tree: RowRule | None = None
    """The rule as it was read, where it joins its conditions by more than ``or``."""

    @property
    def indices(self) -> tuple[str, ...] | None:
        """Which indices it needs; ``None`` for all (``flags`` counts them)."""
        names = tuple(dict.fromkeys(clause.index for clause in self.clauses))
        return None if FLAGS in names else names

    def __str__(self) -> str:
        return " or ".join(str(clause) for clause in self.clauses) if self.tree is None else str(self.tree)


def parse_rule(text: str) -> Rule:
    """Read a rule, in the grammar of ``--where`` (:mod:`intimacy_scales.base.row_rule`).

    A condition is ``NAME [SIGN NUMBER]``. NAME is an index of ``careless_flags``, with a partner's or occasion's suffix
    where only that one counts (``longstring_a``), or ``flags``, the number of indices beyond their cut. Without a
    number the index's own cut holds.

    Parameters
    ----------
    text
        As after ``--drop-careless``.

    Returns
    -------
    Rule

    Raises
    ------
    ResponseError
        With every clause that cannot be read.

    Examples
    --------
    >>> print(parse_rule("longstring >= 12 or mahalanobis_p < .001 or attention"))
    longstring>=12 or mahalanobis_p<0.001 or attention
    """
    tree = parse_row_rule(text, where="--drop-careless", allowed=_ALLOWED)
    clauses: list[Clause] = []
    problems: list[Problem] = []
    for condition in conditions_in(tree):
        try:
            clauses.append(_clause_of(condition))
        except (ResponseError, UnknownNameError) as fault:
            problems += fault.problems
    if problems:
        raise ResponseError(problems)
    plain = isinstance(tree, Condition) or (
        tree.how == "or" and all(isinstance(part, Condition) for part in tree.parts)
    )
    return Rule(clauses=tuple(clauses), tree=None if plain else tree)


def _clause_of(condition: Condition) -> Clause:
    if len(condition.values) > 1 or condition.sign in ("==", "!="):
        where = f"rule {str(condition)!r}"
        raise ResponseError(
            Problem(where=where, what="is no comparison of an index, with == or a list", allowed=_ALLOWED)
        )
    return _clause(f"{condition.name}{condition.sign}{''.join(condition.values)}")


def _clause(text: str) -> Clause:
    where = f"rule {text.strip()!r}"
    found = _CLAUSE.fullmatch(text)
    if found is None:
        raise ResponseError(Problem(where=where, what="is no condition", allowed=_ALLOWED))
    name, rest = found[1].casefold(), found[2]
    index = max(
        (known for known in (*KINDS, FLAGS) if name == known or name.startswith(f"{known}_")), key=len, default=""
    )
    if not index:
        raise UnknownNameError.among("index", name, [*KINDS, FLAGS])
    try:
        cut = read_cut(rest, where=where, source="the rule") if rest else None
    except ResponseError as fault:
        raise ResponseError([replace(problem, allowed=_ALLOWED) for problem in fault.problems]) from None
    if cut is None and (index == FLAGS or KINDS[index].cut is None):
        raise ResponseError(
            Problem(where=where, what=f"{index} has no cut of its own", do=f"say where it begins, as in {index}>=2")
        )
    return Clause(index=index, suffix=name.removeprefix(index), cut=cut)


_ROW_BY_ROW = frozenset({"longstring", "averagestring", "irv", "attention"})
"""Indices that hold a person against nobody else."""


def acts_row_by_row(rule: Rule) -> bool:
    """Whether a rule asks of every row only what the row holds itself."""
    return rule.indices is not None and set(rule.indices) <= _ROW_BY_ROW


def careless_rows(responses: Responses, rule: Rule) -> dict[int, str]:
    """Return the 0-based rows of a batch that meet a rule which acts row by row, each with the reason in words."""
    from intimacy_scales.analysis.careless.flags import careless_flags

    return rows_meeting(rule, careless_flags(responses, only=rule.indices))


def dropped_note(rule: Rule, n: int, of: int) -> str:
    """Return the note on rows that were set aside by a rule."""
    return f"careless answering: {n} of {of} rows set aside (rule {rule})"


def rows_meeting(rule: Rule, careless: Careless) -> dict[int, str]:
    """Return the 0-based rows that meet a rule, each with the reason in words.

    Raises
    ------
    ResponseError
        When an index the rule names could not be computed (no attention items declared, no duration in the file).
    """
    if rule.tree is None:
        return _rows_meeting_any(rule.clauses, careless)
    return _rows_meeting(rule.tree, careless, len(careless.flags))


def _rows_meeting(tree: RowRule, careless: Careless, n_rows: int) -> dict[int, str]:
    """Return the rows that meet a rule of several levels; of several reasons the first stands."""
    if isinstance(tree, Condition):
        return _rows_meeting_any((_clause_of(tree),), careless)
    parts = [_rows_meeting(part, careless, n_rows) for part in tree.parts]
    if tree.how == "not":
        return {row: f"careless answering (rule {tree})" for row in range(n_rows) if row not in parts[0]}
    rows = set(parts[0]).intersection(*parts[1:]) if tree.how == "and" else set().union(*parts)
    return {row: next(part[row] for part in parts if row in part) for row in sorted(rows)}


def _rows_meeting_any(clauses: Sequence[Clause], careless: Careless) -> dict[int, str]:
    problems: list[Problem] = []
    why: dict[int, str] = {}
    for clause in clauses:
        chosen = _chosen(clause, careless)
        if clause.index != FLAGS and not chosen:
            problems.append(_not_there(clause, careless))
        problems += [_no_cut(clause, index) for index in chosen if clause.cut is None and index.cut is None]
        for index in chosen:
            for row in np.flatnonzero(_met(clause, index)).tolist():
                why.setdefault(row, _reason(clause, index, row))
        if clause.index == FLAGS and clause.cut is not None:
            for row in np.flatnonzero(clause.cut.beyond(careless.flags.astype(np.float64))).tolist():
                why.setdefault(row, f"careless answering: {careless.flags[row]} flags (rule {clause})")
    if problems:
        raise ResponseError(problems)
    return why


def _chosen(clause: Clause, careless: Careless) -> list[Index]:
    return [i for i in careless.indices if i.kind.name == clause.index and clause.suffix in ("", i.suffix)]


def _met(clause: Clause, index: Index) -> BoolArray:
    return index.flagged if clause.cut is None else clause.cut.beyond(index.values)


def _reason(clause: Clause, index: Index, row: int) -> str:
    said = clause if clause.cut is not None or index.cut is None else f"{clause}{index.cut.sign}{index.cut.at:g}"
    whose = f" {index.suffix.strip('_').replace('_', ', ')}" if index.suffix else ""
    return f"careless answering{whose}: {index.kind.words} is {index.values[row]:.3g} (rule {said})"


def _no_cut(clause: Clause, index: Index) -> Problem:
    return Problem(
        where=f"rule '{clause}'",
        what=f"{index.name} has no cut for these answers",
        do=f"say where it begins, as in {index.name}{'<' if index.kind.direction == 'low' else '>='}NUMBER",
    )


def _not_there(clause: Clause, careless: Careless) -> Problem:
    helps = {
        "attention": "declare attention items in the map: attention: {COLUMN: [right answers]}",
        "seconds_per_item": "name the column that holds the seconds",
        "longstring_page": "say which columns stood on which page",
    }
    return Problem(
        where=f"rule '{clause}'",
        what=f"{clause.index}{clause.suffix} is not known of these answers",
        allowed=f"known here: {', '.join((*careless.names, FLAGS))}",
        do=helps.get(clause.index, "; ".join(careless.notes)),
    )


def set_aside(responses: Responses, why: dict[int, str], *, note: str) -> Responses:
    """Return the responses without these 0-based rows, each told with its reason; a frame keeps its own index."""
    from intimacy_scales.reading.responses.model import keep_rows

    if not why:
        return responses
    keep = [row for row in range(responses.n_persons) if row not in why]
    table = responses.table.without(why)
    kept = keep_rows(responses, keep)
    source = replace(responses.source, native=rows_of(responses.native, keep))
    notes = (*responses.notes, note)
    return replace(kept, table=replace(table, source=source), source=source, set_aside=table.set_aside, notes=notes)
