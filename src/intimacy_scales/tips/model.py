"""What the tips file is: the tips, the reasons, the questions, each with its evidence and that evidence's limits."""

from __future__ import annotations

from typing import Literal

from intimacy_scales.bank.model import Identifier, Part, Text, Version


class TipEvidence(Part):
    """One study behind a tip: who took part, what was found, what was not, and how strong that is in words."""

    study: Identifier
    sample: Text
    found: Text
    limits: Text
    strength: Text


class SpeaksTo(Part):
    """Scales of a bank that a tip speaks to: a proposal of this project, tested by no study."""

    bank: Identifier
    scales: tuple[Identifier, ...]


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
    speaks_to: tuple[SpeaksTo, ...]
    needs: Literal["devices"] | None = None
    wish_first: bool = False
    evidence: tuple[TipEvidence, ...] = ()
    no_study: Text | None = None
    never: tuple[Text, ...] = ()

    def speaks(self, bank_id: str, scale_id: str) -> bool:
        """Return whether the tip speaks to a scale."""
        return any(one.bank == bank_id and scale_id in one.scales for one in self.speaks_to)


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
        """Return the tip of this id; :class:`~intimacy_scales.errors.UnknownNameError` when there is none."""
        from intimacy_scales.errors import UnknownNameError

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
