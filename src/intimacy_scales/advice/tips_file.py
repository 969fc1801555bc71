"""The tips file, read as strictly as a bank.

What the tips file is: the tips, the reasons, the questions, each with its evidence and that evidence's limits.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from intimacy_scales.bank import references, scales_folder
from intimacy_scales.bank.faults import model_of
from intimacy_scales.bank.model import Area, Identifier, Part, Scale, Text, Version
from intimacy_scales.bank.strict import Page, Spot, read_page
from intimacy_scales.base.errors import BankError, Problem


class TipEvidence(Part):
    """One study behind a tip: who took part, what was found, what was not, and how strong that is in words."""

    study: Identifier
    sample: Text
    found: Text
    limits: Text
    strength: Text


class Tip(Part):
    """One piece of advice, one thing to try this week, and what it rests on.

    ``needs`` names what must be known before the tip may be given; ``wish_first`` keeps it away where the person's own
    wish, as far as it is known, is not above what they have.
    """

    id: Identifier
    kind: Literal["build", "habit"]
    name: Text
    advice: Text
    try_this: Text
    speaks_to: tuple[Area, ...]
    """Areas that a scale may measure: which tip helps with which is a proposal of this project, tested by no study."""
    needs: Literal["devices"] | None = None
    wish_first: bool = False
    in_short: Text
    """The evidence in one plain sentence, for whoever reads no more."""
    evidence: tuple[TipEvidence, ...] = ()
    no_study: Text | None = None
    never: tuple[Text, ...] = ()
    never_for_two: tuple[Text, ...] = ()
    """What holds of tips for two only, where both partners' answers were heard."""

    def speaks(self, scale: Scale) -> bool:
        """Return whether the tip speaks to what a scale measures; a scale that does not say gets no tip."""
        return scale.area is not None and scale.area in self.speaks_to

    def minded(self, *, two: bool = False) -> tuple[str, ...]:
        """Return what to mind, for one reader or for two."""
        return (*self.never, *(self.never_for_two if two else ()))


class Reason(Part):
    """Why closeness matters, with its evidence."""

    id: Identifier
    name: Text
    text: Text
    evidence: tuple[TipEvidence, ...]


class Question(Part):
    """A question people ask, with a general answer."""

    id: Identifier
    question: Text
    answer: Text
    no_study: Text
    sources: tuple[Identifier, ...] = ()


class Closeness(Part):
    """What emotional closeness is."""

    text: Text
    sources: tuple[Identifier, ...]


class Help(Part):
    """Where to find help when closeness is unsafe."""

    when: Text
    lines: tuple[Text, ...]


class TipFile(Part):
    """The tips file whole."""

    format: Literal[1]
    version: Version
    about: Text
    closeness: Closeness
    tips: tuple[Tip, ...]
    reasons: tuple[Reason, ...]
    questions: tuple[Question, ...]
    help: Help
    never: tuple[Text, ...]

    def tip(self, tip_id: str) -> Tip:
        """Return the tip of this id; :class:`~intimacy_scales.base.errors.UnknownNameError` when there is none."""
        from intimacy_scales.base.errors import UnknownNameError

        for tip in self.tips:
            if tip.id == tip_id:
                return tip
        raise UnknownNameError.among("tip", tip_id, [tip.id for tip in self.tips])

    @property
    def studies(self) -> tuple[str, ...]:
        """Keys of every study named, each once, in the order of the file."""
        parts: tuple[Tip | Reason, ...] = (*self.tips, *self.reasons)
        named = [one.study for part in parts for one in part.evidence]
        named += [key for question in self.questions for key in question.sources]
        return tuple(dict.fromkeys([*self.closeness.sources, *named]))


@cache
def tip_file() -> TipFile:
    """Return the shipped tips. Read once; nothing in it can be changed.

    Examples
    --------
    >>> tip_file().tip("take_interest").kind
    'habit'
    """
    return read_tips(scales_folder() / "tips.yaml")


def read_tips(path: str | os.PathLike[str]) -> TipFile:
    """Return a tips file.

    Raises
    ------
    BankError
        With all faults at once, each as ``file:line: path``: of writing, of fields, studies that references.yaml
        does not hold, tips without evidence that do not say so, ids that stand twice.
    """
    page = read_page(Path(path))
    made, problems = model_of(page, TipFile)
    if made is not None:
        problems += _cross(page, made)
    if made is None or problems:
        raise BankError(problems)
    return made


def _cross(page: Page, made: TipFile) -> Iterator[Problem]:
    known = references()
    for spot, study in _studies(made):
        if study not in known:
            yield page.problem(spot, f"there is no reference {study!r}", "a key of references.yaml")
    seen: set[str] = set()
    for place, tip in enumerate(made.tips):
        if tip.id in seen:
            yield page.problem(("tips", place, "id"), f"{tip.id!r} stands twice", "each tip has its own id")
        seen.add(tip.id)
        if not tip.evidence and not tip.no_study:
            yield page.problem(("tips", place), "names no study", "evidence, or no_study that says so")


def _studies(made: TipFile) -> Iterator[tuple[Spot, str]]:
    groups: tuple[tuple[str, tuple[Tip | Reason, ...]], ...] = (("tips", made.tips), ("reasons", made.reasons))
    for name, parts in groups:
        for place, part in enumerate(parts):
            for line, one in enumerate(part.evidence):
                yield (name, place, "evidence", line, "study"), one.study
    for place, question in enumerate(made.questions):
        for line, key in enumerate(question.sources):
            yield ("questions", place, "sources", line), key
    for line, key in enumerate(made.closeness.sources):
        yield ("closeness", "sources", line), key


def check_tips(path: str | os.PathLike[str] | None = None) -> tuple[Problem, ...]:
    """Return everything wrong with a tips file; empty when nothing is."""
    file = Path(path) if path is not None else scales_folder() / "tips.yaml"
    try:
        read_tips(file)
    except BankError as error:
        return error.problems
    return ()
