"""Codings of several files compared: the same answers may be coded differently in each, and only labels tell."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.base.errors import Problem
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.evidence import map_line
from intimacy_scales.reading.responses.coding.rule import rule_from


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
        labelled = [(name, one) for name, one in own if one.learnt_from == "labels" and not one.chosen]
        bare = [(name, one) for name, one in own if one.learnt_from == "numbers" and one.has_numbers and not one.chosen]
        found = [problem for first in labelled for second in bare if (problem := _problem(first, second)) is not None]
        problems += found[:1]
    return problems


def _problem(first: tuple[str, Coding], second: tuple[str, Coding]) -> Problem | None:
    """Return the problem of bare numbers beside labels by which they would be other codes, or might be."""
    (labelled, coding), (unlabelled, plain) = first, second
    numbers = {answer.number for column in plain.columns for answer in column.used if answer.number is not None}
    answers = [answer for column in coding.columns for answer in column.answers if answer.number is not None]
    pairs = {answer.number: answer.code for answer in answers if answer.code is not None and answer.number is not None}
    rule = rule_from(
        pairs, numbers | {a.number for a in answers if a.count and a.number is not None}, coding.texts.codes
    )
    if not rule.changes and rule.kind != "contradiction":
        return None
    open_ = rule.kind == "contradiction"
    codes = {f"{number:g}": "CODE" if open_ else f"{rule.code(number):g}" for number in sorted(numbers)}
    same = map_line(coding.texts, codes)
    said = "they leave open what the numbers mean" if open_ else str(rule)
    return Problem(
        where=f"bank {coding.bank}, options {coding.options}",
        what=f"the files would be read by different rules: by the labels of {labelled}, {said}; {unlabelled} "
        "has numbers without labels",
        allowed="one coding, or labels in both",
        do=f"if {unlabelled} follows the same rule, say in a map (--map FILE): {same}; if its numbers are the bank's "
        "codes, --codes as-labels",
    )
