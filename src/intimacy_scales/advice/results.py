"""What suggestions look like: one, one person's, everybody's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from intimacy_scales.advice.scale_reading import ScaleReading
from intimacy_scales.advice.tips_file import Help, Tip, TipEvidence
from intimacy_scales.analysis.norms import Difference
from intimacy_scales.bank import in_text
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import counted, level_words, listed
from intimacy_scales.engines.own_type import like_native
from intimacy_scales.scoring import ScaleScores, Scores

MOST = 3  # tips a person
Outcome = Literal["suggested", "stands out, no tip", "nothing stands out", "cannot tell"]
RULES = {
    1: "the gap between how it is now and how it is wished",
    2: "the standing in a named norm",
    3: "an area below the person's own other areas",
    4: "the average answer against the middle of the possible answers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A tip for one person: which score, against what, by how much, why, and on what evidence."""

    tip: Tip
    part: ScaleScores = field(repr=False)
    rule: int
    against: str
    difference: Difference
    why: str

    @property
    def column(self) -> str:
        """Name of the score column."""
        return self.part.column

    @property
    def evidence(self) -> tuple[TipEvidence, ...]:
        """Studies behind the tip; empty for general advice (``tip.no_study`` says so)."""
        return self.tip.evidence

    def to_dict(self) -> dict[str, Any]:
        """Return the suggestion JSON-safe at full precision."""
        tip = self.tip.model_dump(mode="json", exclude={"speaks_to", "needs", "wish_first"})
        return json_dict(
            {
                "tip": tip,
                "score": self.column,
                "rule": self.rule,
                "rule_words": RULES[self.rule],
                "against": self.against,
                "difference": self.difference.to_dict(),
                "why": self.why,
            }
        )

    def figures(self) -> str:
        """Return the difference that led here with its interval, at two decimals."""
        return f"{self.part.scale.name} against {self.against}: {_interval(self.difference)}"

    def lines(self, same_as: int | None = None) -> list[str]:
        """Return the suggestion in plain words; ``same_as`` is the number of an earlier tip with the same why."""
        sure = [
            f"How sure: {one.strength} ({in_text(one.study)}; {one.sample}). {one.found} But: {one.limits}"
            for one in self.evidence
        ]
        general = [f"How sure: {self.tip.no_study}"] if self.tip.no_study else []
        why = f"Why this tip: {self.why}" if same_as is None else f"Why this tip: for the same reason as tip {same_as}."
        never = [f"Mind: {' '.join(self.tip.never)}"] if self.tip.never else []
        return [
            f"{self.tip.name}. {self.tip.advice}",
            why,
            *([f"Figures: {self.figures()}"] if same_as is None else []),
            *sure,
            *general,
            f"To try this week: {self.tip.try_this}",
            *never,
        ]


def _interval(difference: Difference) -> str:
    return f"{difference}, {level_words(difference.level)} interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsOut:
    """What stands out, by a rule, without a tip that speaks to it."""

    part: ScaleScores = field(repr=False)
    rule: int
    against: str
    difference: Difference
    said: str
    """In plain words."""

    @property
    def column(self) -> str:
        """Name of the score column."""
        return self.part.column

    def figures(self) -> str:
        """Return the difference with its interval, at two decimals."""
        return f"{self.part.scale.name} against {self.against}: {_interval(self.difference)}"

    def to_dict(self) -> dict[str, Any]:
        """Return what stands out JSON-safe at full precision."""
        return json_dict(
            {
                "score": self.column,
                "rule": self.rule,
                "rule_words": RULES[self.rule],
                "against": self.against,
                "difference": self.difference.to_dict(),
                "said": self.said,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTips:
    """What one person's answers suggest, in one administration."""

    row: int
    """0-based place among the rows scored."""
    id: str | None
    partner: str | None
    time: str | None
    outcome: Outcome
    rule: int | None
    suggestions: tuple[Suggestion, ...]
    strengths: tuple[ScaleReading, ...]
    readings: tuple[ScaleReading, ...] = field(repr=False)
    notes: tuple[str, ...] = ()
    untold: tuple[StandsOut, ...] = ()
    """What stands out, and no tip speaks to it."""

    def __repr__(self) -> str:
        return f"<PersonTips: {self.outcome}; {counted(len(self.suggestions), 'tip')}>"

    def said(self) -> str:
        """Return the outcome in a sentence."""
        if self.outcome == "suggested" and self.rule is not None:
            return f"By {RULES[self.rule]}:"
        if self.outcome == "cannot tell":
            return "From these answers it cannot be told whether an area stands out."
        more = self.strong()
        more = f" {more}" if more else ""
        if self.outcome == "stands out, no tip":
            return f"{' '.join(f'{one.said}.' for one in self.untold)} No tip here speaks to that.{more}"
        return f"Nothing stands out for sure, so no tip is suggested.{more}"

    def strong(self) -> str:
        """Return the strengths in a sentence; "" where none is sure."""
        named = listed([strength.scale.name for strength in self.strengths])
        return f"Clearly above the middle of the possible answers: {named}." if named else ""

    def __str__(self) -> str:
        lines = [str(reading) for reading in self.readings]
        if self.strengths and self.outcome == "suggested":
            lines.append(self.strong())
        lines.append(self.said())
        entries: dict[str, int] = {}
        for number, suggestion in enumerate(self.suggestions, start=1):
            first, *rest = suggestion.lines(entries.get(suggestion.why))
            entries.setdefault(suggestion.why, number)
            lines += [f"{number}. {first}", *(f"   {line}" for line in rest)]
        lines += [f"Figures: {one.figures()}" for one in self.untold]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def to_dict(self) -> dict[str, Any]:
        """Return the person's tips JSON-safe at full precision."""
        return json_dict(
            {
                "row": self.row,
                "id": self.id,
                "partner": self.partner,
                "time": self.time,
                "outcome": self.outcome,
                "rule": self.rule,
                "said": self.said(),
                "suggestions": [suggestion.to_dict() for suggestion in self.suggestions],
                "strengths": [strength.to_dict() for strength in self.strengths],
                "readings": [reading.to_dict() for reading in self.readings],
                "untold": [one.to_dict() for one in self.untold],
                "notes": self.notes,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tips(Shown):
    """Tips of every person asked for; where to find help and what the tips are not stand beside them."""

    scores: Scores = field(repr=False)
    people: tuple[PersonTips, ...]
    help: Help = field(repr=False)
    never: tuple[str, ...] = field(repr=False)
    level: float
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.people)

    def of(self, row: int) -> tuple[PersonTips, ...]:
        """Return the tips of a 0-based row: one entry a respondent (partner, occasion) in it."""
        return tuple(one for one in self.people if one.row == row)

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Every suggestion of everybody."""
        return tuple(suggestion for person in self.people for suggestion in person.suggestions)

    def data(self, *, keep: Sequence[str] = ()) -> dict[str, Any]:
        """Return the columns of the table: id, kept columns, then outcome, rule and tips of each respondent."""
        kept = self.scores.data(keep=keep)
        endings = ("", "_answered", "_not_scored")
        skip = {f"{part.column}{ending}" for part in self.scores.parts for ending in endings}
        entries = {name: column for name, column in kept.items() if name not in skip}
        n = len(self.scores)
        for suffix in dict.fromkeys(_suffix(person) for person in self.people):
            columns: dict[str, list[Any]] = {name: [""] * n for name in ("outcome", "rule", *_TIP_COLUMNS)}
            for person in (one for one in self.people if _suffix(one) == suffix):
                columns["outcome"][person.row] = person.outcome
                columns["rule"][person.row] = "" if person.rule is None else RULES[person.rule]
                for name, suggestion in zip(_TIP_COLUMNS, person.suggestions, strict=False):
                    columns[name][person.row] = suggestion.tip.id
            entries |= {f"tips_{name}{suffix}": column for name, column in columns.items()}
        return entries

    def table(self, *, keep: Sequence[str] = ()) -> Any:
        """Return one row a respondent in the caller's own frame type, with its index and rows."""
        return like_native(self.data(keep=keep), self.scores.native)

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        return json_dict(
            {
                "level": self.level,
                "people": [one.to_dict() for one in self.people],
                "notes": self.notes,
                "help": self.help.model_dump(mode="json"),
                "never": list(self.never),
            }
        )

    def apa(self) -> str:
        """Return a sentence: to how many a tip is suggested, by which rules, from which scores."""
        given, asked = [person for person in self.people if person.suggestions], counted(len(self.people), "person")
        if not given:
            return f"Of {asked}, nobody's scores suggest a tip."
        names = listed(list(dict.fromkeys(suggestion.part.label for suggestion in self.suggestions)))
        rules = listed([RULES[rule] for rule in sorted({suggestion.rule for suggestion in self.suggestions})])
        return f"Of {asked}, {len(given)} had scores that suggest a tip ({names}), by {rules}."

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a suggestion for one person; a line a tip, with how many it is suggested to, for many."""
        if len(self.people) == 1:
            head = ["tip", "score", "against", "difference", "rule"]
            return [
                head,
                *(
                    [
                        suggestion.tip.name,
                        suggestion.column,
                        suggestion.against,
                        str(suggestion.difference),
                        RULES[suggestion.rule],
                    ]
                    for suggestion in self.people[0].suggestions
                ),
            ]
        counts = Counter(suggestion.tip.name for suggestion in self.suggestions)
        outcomes = Counter(person.outcome for person in self.people)
        return [
            ["tip", "persons"],
            *([name, str(count)] for name, count in counts.most_common()),
            *([f"({name})", str(count)] for name, count in outcomes.most_common() if name != "suggested"),
        ]

    def __str__(self) -> str:
        if len(self.people) > 1:
            return Shown.__str__(self)
        safety = [self.help.when, *(f"- {line}" for line in self.help.lines)]
        return "\n".join(
            [*(str(one) for one in self.people), *safety, *self.never, *(f"note: {note}" for note in self.notes)]
        )


_TIP_COLUMNS = tuple(str(number + 1) for number in range(MOST))


def _suffix(person: PersonTips) -> str:
    return "".join(f"_{part}" for part in (person.partner, person.time) if part)
