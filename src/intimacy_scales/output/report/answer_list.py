"""One or two persons' answers one by one, as they were ticked, for the professional: critical items first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.advice.scale_reading import option_words
from intimacy_scales.bank.model import Item, ItemBank, Scale
from intimacy_scales.base.wording import capital
from intimacy_scales.output.report.document import Notes, Paragraph, Section, Table
from intimacy_scales.output.report.sentences import numbered, ordered_options
from intimacy_scales.pictures.drawing import NOTHING, trimmed
from intimacy_scales.reading.responses.model import Answered
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.scoring.scores import administration_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One answer of one person: as ticked (code), and keyed; NaN where there is none."""

    item: Item
    bank: ItemBank
    scale: Scale | None
    code: float

    @property
    def words(self) -> str:
        """What was ticked, in the words of the option."""
        if np.isnan(self.code):
            return "no answer"
        return next((option_words(one) for one in ordered_options(self.bank, self.item) if one.code == self.code),
                    trimmed(self.code))  # fmt: skip

    @property
    def concerning(self) -> bool:
        """Whether the keyed answer lies on the concerning side of the middle: low, on a scale of interference high."""
        low, high = self.bank.ends(self.item)
        value = next((one.value for one in self.bank.options_of(self.item) if one.code == self.code), float("nan"))
        off = (low + high - value if self.item.reverse else value) - (low + high) / 2
        return bool(off > 0 if self.scale is not None and self.scale.role == "interference" else off < 0)


def ticks_of(part: Answered, row: int) -> tuple[Tick, ...]:
    """Return one person's answers in one administration as they were ticked, item by item."""
    homes = {number: scale for scale in part.bank.item_scales for number in scale.items}
    ticks = []
    for item, answers in zip(part.bank.items, part.answers, strict=True):
        code = float(answers[row])
        if part.already_reversed and item.reverse:  # the file holds it turned round: turned back is what was ticked
            codes = [option.code for option in part.bank.options_of(item) if option.scored]
            code = min(codes) + max(codes) - code if code in codes else code
        ticks.append(Tick(item=item, bank=part.bank, scale=homes.get(item.number), code=code))
    return tuple(ticks)


def _answers_listed(scores: Scores, parts: Iterable[ScaleScores]) -> list[Answered]:
    """Return the answers behind these scores, but for wishes and guesses, one entry an administration."""
    found = {}
    for part in parts:
        wished = part.administration.form in {one.minuend for one in part.bank.derived}
        if part.derived is None and not wished:
            found[part.bank.id, part.administration] = scores.answered(part)
    return list(found.values())


def critical_ticks(scores: Scores, row: int, parts: Sequence[ScaleScores] | None = None) -> list[Tick]:
    """Return one person's answers to the items that a bank marks as critical."""
    shown = _answers_listed(scores, scores.parts if parts is None else parts)
    return [tick for part in shown for tick in ticks_of(part, row) if tick.item.critical]


def critical_section(scores: Scores, row: int, parts: Sequence[ScaleScores]) -> list[Section]:
    """Return the items that the bank marks as critical, those answered on the concerning side flagged."""
    return critical_of([("", tick) for tick in critical_ticks(scores, row, parts)])


def critical_of(ticks: Sequence[tuple[str, Tick]]) -> list[Section]:
    """Return the section on critical items, each with whose answer it is."""
    if not ticks:
        return []
    flagged = [(who, tick) for who, tick in ticks if tick.concerning]
    several = any(who for who, _ in ticks)
    rows = tuple(
        (_text(tick), *([capital(who)] if several else []), tick.words, "look at this first" if tick.concerning else
         "no answer" if np.isnan(tick.code) else "not flagged")
        for who, tick in [*flagged, *(tick for tick in ticks if tick not in flagged)]
    )  # fmt: skip
    head = ("Sentence", *(["Whose answer"] if several else []), "Answer as ticked", "That is")
    text = (
        "The questionnaire marks these sentences as critical: they may touch on safety or limits. An answer on the "
        "concerning side of the middle is flagged. It is no finding: ask, alone, before anything else."
    )
    table = Table(caption="Critical sentences", head=head, rows=rows, words=tuple(range(1, len(head))))
    note = [Notes(items=tuple(_flag(who, tick) for who, tick in flagged))] if flagged else []
    return [Section(title="To look at first", blocks=(Paragraph(text=text), *note, table), new_page=True)]


def _flag(who: str, tick: Tick) -> str:
    whose = f"{capital(who)}: " if who else ""
    return f"{whose}\u201c{_text(tick)}\u201d was answered \u201c{tick.words}\u201d."


def answers_section(scores: Scores, row: int, parts: Sequence[ScaleScores]) -> list[Section]:
    """Return every answer as it was ticked, critical items first."""
    tables = []
    for part in _answers_listed(scores, parts):
        ticks = sorted(ticks_of(part, row), key=lambda tick: not tick.item.critical)
        where = administration_name(part.bank, part.administration)
        tables.append(
            Table(
                caption=f"{part.bank.name}{f' ({where})' if where else ''}: answers as ticked",
                head=("Sentence", "Area", "Answer as ticked", "Worded"),
                rows=tuple(
                    (_text(tick), tick.scale.name if tick.scale else NOTHING, tick.words,
                     "the other way round" if tick.item.reverse else "straight")
                    for tick in ticks
                ),
                words=(1, 2, 3),
                folded=True,
            )
        )  # fmt: skip
    return [Section(title="Answer by answer", blocks=tuple(tables))] if tables else []


def _text(tick: Tick) -> str:
    return f"{numbered(tick.item)}{tick.bank.text(tick.item)}"
