"""The rule by which careless answers are set aside, when somebody asks for it: ``longstring>=12 or attention``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.analysis.careless.cuts import KINDS, Cut, read_cut
from intimacy_scales.analysis.careless.results import Careless, Index
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.responses.model import Responses

FLAGS = "flags"
_CLAUSE = re.compile(r"\s*([A-Za-z_]\w*)\s*(.*?)\s*", re.DOTALL)
_ALLOWED = (
    "INDEX, INDEX>=NUMBER (>=, >, <=, <) or flags>=NUMBER, several joined with or, as in 'longstring>=12 or attention'"
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
    """Conditions of which one is enough."""

    clauses: tuple[Clause, ...]

    @property
    def indices(self) -> tuple[str, ...] | None:
        """Which indices it needs; ``None`` for all (``flags`` counts them)."""
        names = tuple(dict.fromkeys(clause.index for clause in self.clauses))
        return None if FLAGS in names else names

    def __str__(self) -> str:
        return " or ".join(str(clause) for clause in self.clauses)


def parse_rule(text: str) -> Rule:
    """Read a rule.

    ``RULE := CLAUSE ("or" CLAUSE)*``; ``CLAUSE := NAME [SIGN NUMBER]``. NAME is an index of
    ``careless_flags``, with a partner's or occasion's suffix where only that one counts
    (``longstring_a``), or ``flags``, the number of indices beyond their cut.
    Without a number the index's own cut holds.

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
    clauses: list[Clause] = []
    problems: list[Problem] = []
    for part in re.split(r"\bor\b", text, flags=re.IGNORECASE):
        try:
            clauses.append(_clause(part))
        except (ResponseError, UnknownNameError) as fault:
            problems += fault.problems
    if problems:
        raise ResponseError(problems)
    return Rule(clauses=tuple(clauses))


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


def rows_meeting(rule: Rule, found: Careless) -> dict[int, str]:
    """Return the 0-based rows that meet a rule, each with the reason in words.

    Raises
    ------
    ResponseError
        When an index the rule names could not be computed (no attention items declared, no duration in the file).
    """
    problems: list[Problem] = []
    why: dict[int, str] = {}
    for clause in rule.clauses:
        chosen = _chosen(clause, found)
        if clause.index != FLAGS and not chosen:
            problems.append(_not_there(clause, found))
        problems += [_no_cut(clause, index) for index in chosen if clause.cut is None and index.cut is None]
        for index in chosen:
            for row in np.flatnonzero(_met(clause, index)).tolist():
                why.setdefault(row, _reason(clause, index, row))
        if clause.index == FLAGS and clause.cut is not None:
            for row in np.flatnonzero(clause.cut.beyond(found.flags.astype(np.float64))).tolist():
                why.setdefault(row, f"careless answering: {found.flags[row]} flags (rule {clause})")
    if problems:
        raise ResponseError(problems)
    return why


def _chosen(clause: Clause, found: Careless) -> list[Index]:
    return [i for i in found.indices if i.kind.name == clause.index and clause.suffix in ("", i.suffix)]


def _met(clause: Clause, index: Index) -> NDArray[np.bool_]:
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


def _not_there(clause: Clause, found: Careless) -> Problem:
    helps = {
        "attention": "declare attention items in the map: attention: {COLUMN: [right answers]}",
        "seconds_per_item": "name the column that holds the seconds",
        "longstring_page": "say which columns stood on which page",
    }
    return Problem(
        where=f"rule '{clause}'",
        what=f"{clause.index}{clause.suffix} is not known of these answers",
        allowed=f"known here: {', '.join((*found.names, FLAGS))}",
        do=helps.get(clause.index, "; ".join(found.notes)),
    )


def set_aside(responses: Responses, why: dict[int, str], *, note: str) -> Responses:
    """Return the responses without these 0-based rows, each told with its reason; a frame keeps its own index."""
    from intimacy_scales.reading.responses.model import keep_rows

    if not why:
        return responses
    keep = [row for row in range(responses.n_persons) if row not in why]
    table = responses.table.without(why)
    kept = keep_rows(responses, keep)
    source = replace(responses.source, native=_taken(responses.native, keep))
    notes = (*responses.notes, note)
    return replace(kept, table=replace(table, source=source), source=source, set_aside=table.set_aside, notes=notes)


def _taken(native: object, keep: list[int]) -> object:
    if native is None:
        return None
    import narwhals.stable.v2 as nw

    return nw.from_native(native, eager_only=True)[keep].to_native()  # type: ignore[call-overload]
