"""Codings of several files compared: the same answers may be coded differently in each, and only labels tell."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.base.errors import Problem
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.evidence import map_line


def contradicting_files(codings: Sequence[Coding], names: Sequence[str] | None = None) -> list[Problem]:
    """Return a problem for every set of options that files of one call would read by different rules, on thin evidence.

    Files that hold labels for all their numbers are each read by their own. A file of bare numbers beside one whose
    labels turn or shift the numbers is a question: nobody knows which rule it follows.

    Parameters
    ----------
    codings
        The codings of all files.
    names
        What each coding's file is called (default: its own ``file``).
    """
    called = [coding.file for coding in codings] if names is None else list(names)
    groups: dict[tuple[str, str], list[tuple[str, Coding]]] = {}
    for name, coding in zip(called, codings, strict=True):
        groups.setdefault((coding.bank, coding.options), []).append((name, coding))
    problems = []
    for own in groups.values():
        turned = [(name, one) for name, one in own if one.rule.changes and one.learnt_from == "labels"]
        bare = [(name, one) for name, one in own if one.learnt_from == "numbers" and one.has_numbers and not one.chosen]
        if turned and bare:
            problems.append(_problem(turned[0], bare[0]))
    return problems


def _problem(turned: tuple[str, Coding], bare: tuple[str, Coding]) -> Problem:
    (labelled, coding), (unlabelled, plain) = turned, bare
    numbers = sorted({a.number for column in plain.columns for a in column.used if a.number is not None})
    same = map_line(coding.texts, {f"{number:g}": f"{coding.rule.code(number):g}" for number in numbers})
    return Problem(
        where=f"bank {coding.bank}, options {coding.options}",
        what=f"the files would be read by different rules: by the labels of {labelled}, {coding.rule}; {unlabelled} "
        "has numbers without labels",
        allowed="one coding, or labels in both",
        do=f"if {unlabelled} follows the same rule, say in a map (--map FILE): {same}; if its numbers are the bank's "
        "codes, --codes as-labels",
    )
