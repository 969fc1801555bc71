"""Everything the article advises, with its evidence: every tip, the reasons, the questions, where to find help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.advice.tips_file import Question, Reason, Tip, TipEvidence, TipFile, tip_file
from intimacy_scales.bank import in_text, load_bank
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import capital, counted, sentence

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
        told = f"{counted(len(self.tips), 'tip')}, {studied} of them with a study behind them"
        return f"{told}; none was tested as a treatment."

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe."""
        whole = self.file.model_dump(mode="json")
        return json_dict(whole | {"tips": [tip.model_dump(mode="json") for tip in self.tips], "scales": self.scales})

    def __str__(self) -> str:
        lines = [self.file.about, "", f"What closeness is. {self.file.closeness.text}"]
        for number, tip in enumerate(self.tips, start=1):
            lines += ["", f"{number}. {tip.name} ({tip.id}). {tip.advice}", f"   To try this week: {tip.try_this}",
                      f"   Speaks to: {self._where(tip)}"]  # fmt: skip
            lines += [f"   How sure: {evidence_said(one)}" for one in tip.evidence]
            lines += [f"   How sure: {tip.no_study}"] if tip.no_study else []
            lines += [f"   Mind: {' '.join(tip.minded(two=True))}"] if tip.minded(two=True) else []
        lines += ["", "Why it matters"]
        lines += [line for reason in self.file.reasons for line in _reason(reason)]
        lines += [line for question in self.file.questions for line in ("", *_question(question))]
        lines += ["", self.file.help.when, *(f"- {line}" for line in self.file.help.lines), "", *self.file.never]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def _strength(tip: Tip) -> str:
    return "; ".join(dict.fromkeys(one.strength for one in tip.evidence)) or GENERAL


def evidence_said(one: TipEvidence) -> str:
    """Return a study behind advice in words: how strong, who took part, what was found, what it cannot say."""
    found, limits = sentence(one.found), sentence(one.limits)
    return f"{capital(one.strength)} ({in_text(one.study)}; {one.sample}). {found} But: {limits}"


def _reason(reason: Reason) -> list[str]:
    return [f"- {reason.name}. {reason.text}", *(f"   {evidence_said(one)}" for one in reason.evidence)]


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
