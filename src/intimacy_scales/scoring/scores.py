"""What scoring hands on: scores of every person, the rule and the counts behind each, and all that later rooms need.

Answers are scored once. Whoever is handed :class:`Scores` finds here whose they are, what else the file says about
these rows, and the keyed answers behind each score; nobody goes back to the answers to score them anew.

What scores are called in sentences: the scale, its form, partner and occasion, and its bank where asked.

Scores as pictures take them: how those of every scale spread over its possible range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import Derived, ItemBank, Scale
from intimacy_scales.bank.options import grid_step
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import capital
from intimacy_scales.engines.own_type import like_native
from intimacy_scales.pictures.ranges import Spread, spread_of
from intimacy_scales.reading.exports.arrow_texts import ArrowTexts
from intimacy_scales.reading.exports.table import Column, RawTable, Source
from intimacy_scales.reading.responses.model import Administration, Answered, Responses, keep_rows
from intimacy_scales.scoring.kernel import Component, Rule, answer_column, keyed

CountArray = NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleScores:
    """Scores of one scale in one administration, a value a person; NaN where it was withheld.

    A derived score (PAIR's gap) has ``derived`` set and the derived id as the administration's form.
    """

    bank: ItemBank
    administration: Administration
    scale: Scale
    rule: Rule
    values: FloatArray = field(repr=False)
    answered: CountArray = field(repr=False)
    possible: tuple[float, float]
    derived: Derived | None = None
    not_scored: CountArray | None = field(default=None, repr=False)
    """Answers that count nothing ("does not apply"), a number a person; ``None`` where the bank has no such option."""

    def __repr__(self) -> str:
        return f"<ScaleScores {self.column}: {wording.counted(len(self.values), 'person')}>"

    @property
    def column(self) -> str:
        """Name of the score's column (``pair_now_emotional``)."""
        return self.administration.column(self.bank.id, self.scale.id)

    @property
    def label(self) -> str:
        """Name of the score in sentences (``Emotional intimacy (now)``)."""
        return score_name(self.bank, self.scale, self.administration)

    @property
    def key(self) -> str:
        """Key in JSON (``now.emotional``)."""
        return self.administration.key(self.scale.id)

    def why_withheld(self, row: int) -> str | None:
        """Return why this row has no score, ``None`` where it has one."""
        if not np.isnan(self.values[row]):
            return None
        needed = self.n_parts if self.rule.missing == "none" else self.rule.min_answered
        what = f"{self.parts_named} {'scored' if self.scale.scales else 'answered'}"
        text = f"{int(self.answered[row])} of {self.n_parts} {what}; {needed} are needed"
        beside = 0 if self.not_scored is None else int(self.not_scored[row])
        return f"{text} ({wording.counted(beside, 'answer')} that are not scored)" if beside else text

    @property
    def n_parts(self) -> int:
        """Number of its items; of a scale of scales, of its scales."""
        return len(self.scale.scales or self.scale.items)

    @property
    def parts_named(self) -> str:
        """What it is made of: ``items`` or ``scales``."""
        return "scales" if self.scale.scales else "items"

    def rows(self, rows: IntArray) -> ScaleScores:
        """Return the scores of these 0-based rows; copies, so that nothing leads back to the others."""
        beside = None if self.not_scored is None else _fixed(self.not_scored[rows])
        return replace(self, values=_fixed(self.values[rows]), answered=_fixed(self.answered[rows]), not_scored=beside)

    def to_dict(self) -> dict[str, Any]:
        """Return n, mean, SD, ends, number unscored and the possible range; SD is ``None`` under two scores."""
        known = self.values[~np.isnan(self.values)]
        n = len(known)
        return json_dict(
            {
                "n": n,
                "mean": known.mean() if n else None,
                "sd": known.std(ddof=1) if n > 1 else None,
                "min": known.min() if n else None,
                "max": known.max() if n else None,
                "unscored": len(self.values) - n,
                "possible": list(self.possible),
                **({} if self.not_scored is None else {"answers_not_scored": int(self.not_scored.sum())}),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores(Shown):
    """Scores of every person on every scale of every bank and administration, row by row as the answers came in."""

    responses: Responses = field(repr=False)
    """The answers these scores were made from. Only pictures of the answers themselves go back to them."""
    parts: tuple[ScaleScores, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.responses.n_persons

    @property
    def banks(self) -> tuple[ItemBank, ...]:
        """The banks, each once, in the order asked for."""
        return self.responses.banks

    @property
    def ids(self) -> Sequence[str] | None:
        """Id of each row as text, where the file has an id column."""
        return self.responses.ids

    @property
    def id_column(self) -> str | None:
        """Name of the id column."""
        return self.responses.id_column

    @property
    def row_numbers(self) -> IntArray:
        """Number by which the source knows each row."""
        return self.responses.row_numbers

    @property
    def source(self) -> Source:
        """Where the answers came from."""
        return self.responses.source

    @property
    def native(self) -> Any:
        """The caller's own frame, or ``None`` when the answers came from a file, a dict or a list."""
        return self.responses.native

    @property
    def reading_notes(self) -> tuple[str, ...]:
        """Doubts about the answers that reading left."""
        return self.responses.notes

    @property
    def table_read(self) -> RawTable:
        """The file's table, items and all, as it was read."""
        return self.responses.table

    @property
    def other_columns(self) -> tuple[str, ...]:
        """Names of all columns of the file, items among them."""
        return self.responses.table.names

    def other_column(self, name: str) -> Column:
        """Return a column of the file these rows came from (an age, a group, a couple).

        Raises
        ------
        UnknownNameError
            When there is none of this name.
        """
        return self.responses.table.column(name)

    def texts(self, name: str) -> list[str]:
        """Return a column of the file as texts, one a row; blank where it is empty."""
        return self.other_column(name).cells.texts()

    def answered(self, part: ScaleScores) -> Answered:
        """Return the answers as ticked behind a score (of a bank in one administration)."""
        return next(a for a in self.responses.of(part.bank.id) if a.administration == part.administration)

    def answers_of(self, partner: str | None) -> tuple[Answered, ...]:
        """Return the answers as ticked of one partner, every bank and administration; of everybody for ``None``."""
        return tuple(a for a in self.responses.answered if a.administration.partner == partner)

    def components(self, part: ScaleScores) -> tuple[Component, ...]:
        """Return the scores that a scale of scales is made of, as they count; none of a scale of items."""
        beside = {one.scale.id: one for one in self.parts
                  if (one.bank.id, one.administration) == (part.bank.id, part.administration)}  # fmt: skip
        return components_of(part.scale, beside)

    def keyed(self, part: ScaleScores) -> FloatArray:
        """Return the keyed answers behind one score, persons x items of the scale; NaN is no answer.

        Of a scale of scales: the scores of its scales, turned ones turned round.
        """
        if part.scale.scales:
            return np.column_stack([one.keyed for one in self.components(part)])
        return keyed(self.answered(part), places=part.bank.places_of(part.scale))

    def rows(self, rows: Sequence[int] | IntArray) -> Scores:
        """Return the scores of these 0-based rows, in this order: the same scores, not made anew."""
        take = np.asarray(rows, dtype=np.int64)
        return replace(self, responses=keep_rows(self.responses, take), parts=tuple(p.rows(take) for p in self.parts))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the score columns."""
        return tuple(part.column for part in self.parts)

    def __getitem__(self, column: str) -> ScaleScores:
        """Return the scores of a column (``pair_now_emotional``)."""
        for part in self.parts:
            if part.column == column:
                return part
        raise UnknownNameError.among("score", column, self.columns)

    def of(self, bank_id: str) -> tuple[ScaleScores, ...]:
        """Return the parts of one bank."""
        return tuple(part for part in self.parts if part.bank.id == bank_id)

    def data(self, *, keep: Sequence[str] = (), answers: bool = False) -> dict[str, Any]:
        """Return the columns of the scored table: id, kept columns, scores, numbers answered, coded answers."""
        entries: dict[str, Any] = {}
        if self.ids is not None and self.id_column is not None:
            entries[self.id_column] = self.ids if isinstance(self.ids, ArrowTexts) else list(self.ids)
        for name in keep:
            entries[name] = self.other_column(name).cells.as_texts()
        for part in self.parts:
            entries[part.column] = part.values
            entries[f"{part.column}_answered"] = part.answered
            if part.not_scored is not None:
                entries[f"{part.column}_not_scored"] = part.not_scored
        if answers:
            entries.update(_answer_columns(self.responses))
        return entries

    def table(self, *, keep: Sequence[str] = (), answers: bool = False) -> Any:
        """Return the scores in the caller's own frame type, with its index and rows (pandas for files)."""
        return like_native(self.data(keep=keep, answers=answers), self.native)

    def to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {SCALE: {n, mean, sd, min, max, unscored, possible}}}``, JSON-safe, full precision."""
        entries: dict[str, dict[str, Any]] = {}
        for part in self.parts:
            entries.setdefault(part.bank.id, {})[part.key] = part.to_dict()
        return entries

    def apa(self) -> str:
        """Return a sentence a score: of a sample n, mean and SD; of one person the score, or why there is none."""
        return "\n".join(self._sentence(part) for part in self.parts)

    def _sentence(self, part: ScaleScores) -> str:
        found, span = part.to_dict(), f"possible {range_words(part)}"
        if len(self) == 1:
            withheld = part.why_withheld(0)
            return f"{part.label}: {'no score, ' + withheld if withheld else wording.score(part.values[0])} ({span})."
        if not found["n"]:
            return f"{part.label}: nobody could be scored."
        missing = f"; {found['unscored']} without a score" if found["unscored"] else ""
        spread = "" if found["sd"] is None else f", SD = {wording.figure(found['sd'])}"
        return f"{part.label}: M = {wording.figure(found['mean'])}{spread} (n = {found['n']}, {span}{missing})."

    def plot(self) -> Any:
        """Return the scores as a matplotlib figure, the report's own: a small histogram a scale, the mean a dot."""
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.ranges import draw_spreads

        several = len(self.banks) > 1
        spreads = [
            spread_of_score(
                score_name(part.bank, part.scale, part.administration, with_bank=several), part.values, part.possible,
                bank=part.bank, scale=part.scale, derived=part.derived,
            )
            for part in self.parts
        ]  # fmt: skip
        return draw_spreads(spreads, width=WIDE).figure()

    def rows_for_eyes(self) -> list[list[str]]:
        """Return what a person reads, rounded: of a sample one summary a scale, of one person the scores themselves."""
        return self._of_one() if len(self) == 1 else self._of_many()

    def _of_one(self) -> list[list[str]]:
        lines = [["scale", "score", "possible", "answered", ""]]
        for part in self.parts:
            withheld = part.why_withheld(0)
            shown = "none" if withheld else wording.figure(part.values[0])
            counted = f"{int(part.answered[0])} of {part.n_parts}"
            lines.append([part.column, shown, range_words(part), counted, withheld or ""])
        return lines

    def _of_many(self) -> list[list[str]]:
        lines = [["scale", "n", "mean", "SD", "min", "max", "unscored", "possible"]]
        for part in self.parts:
            found = part.to_dict()
            figures = [wording.figure(found[name], none="") for name in ("mean", "sd", "min", "max")]
            lines.append([part.column, str(found["n"]), *figures, str(found["unscored"]), range_words(part)])
        return lines


def components_of(scale: Scale, scored: Mapping[str, ScaleScores]) -> tuple[Component, ...]:
    """Return what a scale of scales is made of: each scale's scores, its range, its weight, whether it is turned."""
    weights = scale.weights or (1.0,) * len(scale.scales)
    return tuple(
        Component(
            values=scored[one].values, possible=scored[one].possible, weight=float(weight), turned=one in scale.reverse
        )
        for one, weight in zip(scale.scales, weights, strict=True)
    )


def _fixed(values: Any) -> Any:
    """Return an array that nobody can change."""
    values.flags.writeable = False
    return values


class _Ranged(Protocol):
    @property
    def possible(self) -> tuple[float, float]: ...


def range_words(part: _Ranged) -> str:
    """Return the possible range of a score in words."""
    return f"{part.possible[0]:g} to {part.possible[1]:g}"


def _answer_columns(responses: Responses) -> Mapping[str, FloatArray]:
    return {
        answer_column(part, item): answers
        for part in responses.answered
        for item, answers in zip(part.bank.items, part.answers, strict=True)
    }


def administration_name(bank: ItemBank, administration: Administration) -> str:
    """Return an administration in words: ``now, partner a, t1``; nothing for a bank of one form."""
    names = {form.id: form.name for form in bank.forms} | {derived.id: derived.name for derived in bank.derived}
    phrases = [
        names.get(administration.form, administration.form) if administration.form else "",
        f"partner {administration.partner}" if administration.partner else "",
        administration.occasion or "",
    ]
    return ", ".join(part for part in phrases if part)


def score_name(bank: ItemBank, scale: Scale, administration: Administration, *, with_bank: bool = False) -> str:
    """Return the name of a score: the scale, its administration where it has one, its bank where asked.

    Two scores of one bank never share it: ``Emotional intimacy (now)``, ``Emotional intimacy (as I would like it)``.
    """
    where = administration_name(bank, administration)
    name = f"{capital(scale.name)} ({where})" if where else capital(scale.name)
    return f"{bank.short_name}: {name}" if with_bank else name


MOST_STEPS = 100
"""Steps beyond which a picture shows scores as a quantity."""


def steps_of(bank: ItemBank, scale: Scale, derived: Derived | None) -> int:
    """Return how many steps of one answer option lead from the lowest score to the highest (a difference: twice).

    Scales of sliders, and scales of scales, have more than anybody sees: :data:`MOST_STEPS`.
    """
    low, high = bank.sum_ends(scale)
    if scale.scales:
        return MOST_STEPS * (1 if derived is None else 2)
    step = grid_step(value for number in scale.items for value in bank.values_of(bank.item(number)))
    return min(round((high - low) / step), MOST_STEPS) * (1 if derived is None else 2)


def spread_of_score(
    label: str,
    values: FloatArray,
    possible: Sequence[float],
    *,
    bank: ItemBank,
    scale: Scale,
    derived: Derived | None,
) -> Spread:
    """Return the counts of one score column over its possible range."""
    return spread_of(label, values, possible[0], possible[1], steps=steps_of(bank, scale, derived))
