"""The tips file, read as strictly as a bank.

What the tips file is: the tips, the reasons, the questions, each with its evidence and that evidence's limits.

Everything the article advises, with its evidence: every tip, the reasons, the questions, where to find help.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from intimacy_scales.bank import in_text, load_bank, references, scales_folder
from intimacy_scales.bank.faults import model_of
from intimacy_scales.bank.model import Area, ItemBank, Scale, Version
from intimacy_scales.bank.options import Identifier, Part, Text
from intimacy_scales.bank.strict import Page, Spot, read_page
from intimacy_scales.base.errors import BankError, Problem
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import capital, counted, sentence


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


def _cross(page: Page, file: TipFile) -> Iterator[Problem]:
    known = references()
    for spot, study in _studies(file):
        if study not in known:
            yield page.problem(spot, f"there is no reference {study!r}", "a key of references.yaml")
    seen: set[str] = set()
    for place, tip in enumerate(file.tips):
        if tip.id in seen:
            yield page.problem(("tips", place, "id"), f"{tip.id!r} stands twice", "each tip has its own id")
        seen.add(tip.id)
        if not tip.evidence and not tip.no_study:
            yield page.problem(("tips", place), "names no study", "evidence, or no_study that says so")


def _studies(file: TipFile) -> Iterator[tuple[Spot, str]]:
    groups: tuple[tuple[str, tuple[Tip | Reason, ...]], ...] = (("tips", file.tips), ("reasons", file.reasons))
    for name, parts in groups:
        for place, part in enumerate(parts):
            for line, one in enumerate(part.evidence):
                yield (name, place, "evidence", line, "study"), one.study
    for place, question in enumerate(file.questions):
        for line, key in enumerate(question.sources):
            yield ("questions", place, "sources", line), key
    for line, key in enumerate(file.closeness.sources):
        yield ("closeness", "sources", line), key


def check_tips(path: str | os.PathLike[str] | None = None) -> tuple[Problem, ...]:
    """Return everything wrong with a tips file; empty when nothing is."""
    file = Path(path) if path is not None else scales_folder() / "tips.yaml"
    try:
        read_tips(file)
    except BankError as error:
        return error.problems
    return ()


GENERAL = "no study"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Shown):
    """Tips with their evidence, and what the article says besides: closeness, reasons, questions, help."""

    tips: tuple[Tip, ...]
    scales: dict[str, tuple[str, ...]]
    """Tip to the scales that it speaks to (``pair.emotional``), of the banks asked for."""
    file: TipFile = field(repr=False)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.tips)

    def __repr__(self) -> str:
        return f"Article({len(self.tips)} tips, {len(self.file.reasons)} reasons, {len(self.file.questions)} questions)"

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a tip: what it is called, how strong the evidence is, which areas it speaks to."""
        head = ["tip", "name", "speaks to", "evidence"]
        return [head, *([tip.id, tip.name, self._where(tip), _strength(tip)] for tip in self.tips)]

    def _where(self, tip: Tip) -> str:
        return ", ".join(self.scales.get(tip.id, ()) or tip.speaks_to)

    def table(self) -> Any:
        """Return a pandas frame, a row a study behind a tip (one row for a tip without a study)."""
        import pandas as pd

        rows = []
        for tip in self.tips:
            own = {"tip": tip.id, "name": tip.name, "advice": tip.advice, "try_this": tip.try_this}
            rows += [own | one.model_dump() for one in tip.evidence] or [
                own | {"study": None, "sample": None, "found": None, "limits": tip.no_study, "strength": GENERAL}
            ]
        return pd.DataFrame(rows)

    def apa(self) -> str:
        """Return a sentence: how many tips there are, and how many rest on a study."""
        studied = sum(bool(tip.evidence) for tip in self.tips)
        text = f"{counted(len(self.tips), 'tip')}, {studied} of them with a study behind them"
        return f"{text}; none was tested as a treatment."

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe."""
        whole = self.file.model_dump(mode="json")
        return json_dict(whole | {"tips": [tip.model_dump(mode="json") for tip in self.tips], "scales": self.scales})

    def __str__(self) -> str:
        lines = [self.file.about, "", f"What closeness is. {self.file.closeness.text}"]
        for number, tip in enumerate(self.tips, start=1):
            lines += ["", f"{number}. {tip.name} ({tip.id}). {tip.advice}", f"   To try this week: {tip.try_this}",
                      f"   Speaks to: {self._where(tip)}"]  # fmt: skip
            lines += [f"   How sure: {evidence_sentence(one)}" for one in tip.evidence]
            lines += [f"   How sure: {tip.no_study}"] if tip.no_study else []
            lines += [f"   Mind: {' '.join(tip.minded(two=True))}"] if tip.minded(two=True) else []
        lines += ["", "Why it matters"]
        lines += [line for reason in self.file.reasons for line in _reason(reason)]
        lines += [line for question in self.file.questions for line in ("", *_question(question))]
        lines += ["", self.file.help.when, *(f"- {line}" for line in self.file.help.lines), "", *self.file.never]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def _strength(tip: Tip) -> str:
    return "; ".join(dict.fromkeys(one.strength for one in tip.evidence)) or GENERAL


def evidence_sentence(evidence: TipEvidence) -> str:
    """Return a study behind advice in words: how strong, who took part, what was found, what it cannot say."""
    found, limits = sentence(evidence.found), sentence(evidence.limits)
    return f"{capital(evidence.strength)} ({in_text(evidence.study)}; {evidence.sample}). {found} But: {limits}"


def _reason(reason: Reason) -> list[str]:
    return [f"- {reason.name}. {reason.text}", *(f"   {evidence_sentence(one)}" for one in reason.evidence)]


def _question(question: Question) -> list[str]:
    return [question.question, f"   {question.answer} {question.no_study}"]


def tips(bank: ItemBank | str | Iterable[ItemBank | str] | None = None) -> Article:
    """Return every tip with its evidence and its limits, and what the article says besides.

    Parameters
    ----------
    bank
        A bank or several: only the tips that speak to one of their scales, by the area that a scale says it measures.
        Which tip speaks to which area is a proposal; no study tested it.

    Returns
    -------
    Article
        ``str()`` tells it all; ``.table()`` a row a study; ``.to_dict()`` JSON-safe.

    Raises
    ------
    UnknownNameError, BankError
        As :func:`intimacy_scales.load_bank`.

    Examples
    --------
    >>> len(tips())
    8
    >>> [tip.id for tip in tips("tdis").tips]
    ['unplug']
    """
    file = tip_file()
    given = () if bank is None else (bank,) if isinstance(bank, (ItemBank, str)) else tuple(bank)
    banks = [one if isinstance(one, ItemBank) else load_bank(one) for one in given]
    if not banks:
        return Article(tips=file.tips, scales={}, file=file)
    spoken = {
        tip.id: tuple(f"{one.id}.{scale.id}" for one in banks for scale in one.scales if tip.speaks(scale))
        for tip in file.tips
    }
    silent = [one.id for one in banks if not any(tip.speaks(scale) for tip in file.tips for scale in one.scales)]
    note = (f"no tip speaks to {', '.join(silent)}: its scales name no area (`area:`) that a tip speaks to",)
    return Article(
        tips=tuple(tip for tip in file.tips if spoken[tip.id]),
        scales=spoken,
        file=file,
        notes=note if silent else (),
    )
