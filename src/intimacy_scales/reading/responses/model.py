"""What the single door hands on: answers that were vouched for, on the bank's own codes, not yet reversed.

Rows that belong together: partners of a couple who stand as two rows are not two independent persons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.bank.options import scores_of_codes
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import spoken
from intimacy_scales.base.wording import counted
from intimacy_scales.reading.exports.arrow_texts import ArrowTexts
from intimacy_scales.reading.exports.kinds import names_a_group
from intimacy_scales.reading.exports.table import RawTable, SetAside, Source
from intimacy_scales.reading.responses.coding.coding import Coding


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """What a set of columns holds of a bank: its form, and a partner or occasion where the file says so."""

    form: str | None = None
    partner: str | None = None
    """``a`` / ``b`` (or as a mapping names them)."""
    occasion: str | None = None
    """``t1``, ``t2`` ..."""

    @property
    def suffix(self) -> str:
        """Suffix of result columns: ``""``, ``_a``, ``_t1``, ``_a_t1``."""
        return "".join(f"_{part}" for part in (self.partner, self.occasion) if part)

    def column(self, bank_id: str, scale_id: str) -> str:
        """Return the name of a score column: ``BANK[_FORM]_SCALE[_PARTNER][_TIME]``."""
        return "_".join(part for part in (bank_id, self.form, scale_id) if part) + self.suffix

    def key(self, scale_id: str) -> str:
        """Return the key in JSON: ``[FORM.][PARTNER.][TIME.]SCALE``."""
        return ".".join(part for part in (self.form, self.partner, self.occasion, scale_id) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersInSteps:
    """What answers to some items count, in whole steps: ``score = zero + step x``; one array an item, NaN for none."""

    columns: tuple[FloatArray, ...]
    ends: FloatArray
    """Declared ends of the items, in steps, items x 2."""
    zero: float = 0.0
    step: float = 1.0
    is_as_ticked: bool = False
    """They are the codes themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One bank in one administration: for every item, in bank order, its answers as ticked.

    ``answers[j]`` holds the codes of item ``bank.items[j]``, one float64 a person, NaN where there is no answer.
    The arrays are never written to, and nobody outside can. ``columns[j]`` is the source
    column, ``None`` where the export has none for the item (its answers are all NaN).
    """

    bank: ItemBank
    administration: Administration
    answers: tuple[FloatArray, ...]
    columns: tuple[str | None, ...]
    already_reversed: bool = False
    """The reverse-keyed items were reversed in the file already; keying leaves them as they are."""

    @property
    def n_persons(self) -> int:
        """Number of rows."""
        return len(self.answers[0])

    def in_steps(self, places: Sequence[int]) -> AnswersInSteps:
        """Return what the answers to the items at these 0-based places count, in whole steps of their options' scores.

        Sums of whole numbers merge exactly; halves and tenths would not. Whole scores come back as they are.
        """
        items = [self.bank.items[j] for j in places]
        columns = [
            scores_of_codes(self.bank.options_of(item), self.answers[j]) for item, j in zip(items, places, strict=True)
        ]
        ends = np.array([self.bank.ends(item) for item in items], dtype=np.float64).reshape(-1, 2)
        zero, step = self.bank.grid_of(places)
        if (zero, step) == (0.0, 1.0):
            own = all(column is self.answers[j] for column, j in zip(columns, places, strict=True))
            return AnswersInSteps(columns=tuple(columns), ends=ends, is_as_ticked=own)
        return AnswersInSteps(columns=tuple(np.rint((column - zero) / step) for column in columns),
                              ends=np.rint((ends - zero) / step), zero=zero, step=step)  # fmt: skip

    def block(self, start: int = 0, stop: int | None = None) -> FloatArray:
        """Return a fresh persons x items array of the rows ``start:stop``."""
        return np.column_stack([item[start:stop] for item in self.answers])


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """Vouched answers of one or several banks in all their administrations, row by row as in the source."""

    answered: tuple[Answered, ...]
    id_column: str | None
    ids: Sequence[str] | None
    """Id of each row as text (leading zeros kept), where the export has an id column."""
    row_numbers: IntArray
    set_aside: Sequence[SetAside]
    source: Source
    table: RawTable = field(repr=False)
    """The whole table, for ``--keep`` and ``--by``."""
    notes: tuple[str, ...] = ()
    """Doubts worth telling ("id 17 stands in rows 20 and 31", keying verdicts); no error among them."""

    codings: tuple[Coding, ...] = field(default=(), repr=False)
    """Which raw answer is which code, for every set of options of every bank."""

    attention: Mapping[str, tuple[float | str, ...]] = field(default_factory=dict)
    """Column of an attention item to the answers that are right, as a map says it; used by ``careless``."""

    def __post_init__(self) -> None:
        """Say notes in the language of the door: options as they are typed, or keywords."""
        object.__setattr__(self, "notes", tuple(map(spoken, self.notes)))

    def __repr__(self) -> str:
        banks = ", ".join(bank.id for bank in self.banks) or "no bank"
        return f"<Responses: {counted(self.n_persons, 'row')} of {banks}>"  # and nobody's answers

    @property
    def n_persons(self) -> int:
        """Number of respondents (rows out)."""
        return len(self.row_numbers)

    @property
    def banks(self) -> tuple[ItemBank, ...]:
        """The banks, each once, in the order asked for."""
        return tuple({part.bank.id: part.bank for part in self.answered}.values())

    def of(self, bank_id: str) -> tuple[Answered, ...]:
        """Return every administration of a bank."""
        return tuple(part for part in self.answered if part.bank.id == bank_id)

    @property
    def native(self) -> Any:
        """The caller's own frame, or ``None`` when the answers came from a file, a dict or a list."""
        return self.source.native


def columns_only(table: RawTable) -> Responses:
    """Return a table's columns without any bank's answers, for models of what a file holds itself."""
    return Responses(
        answered=(),
        id_column=None,
        ids=None,
        row_numbers=table.row_numbers,
        set_aside=table.set_aside,
        source=table.source,
        table=table,
        notes=table.notes,
    )


def keep_rows(responses: Responses, rows: Sequence[int] | IntArray) -> Responses:
    """Return the responses of these 0-based rows only (for groups and single persons), in this order."""
    from dataclasses import replace

    take = np.asarray(rows, dtype=np.int64)
    table = replace(
        responses.table,
        row_numbers=responses.table.row_numbers[take],
        columns=tuple(replace(c, cells=c.cells.take(take)) for c in responses.table.columns),
    )
    return replace(
        responses,
        table=table,
        row_numbers=responses.row_numbers[take],
        ids=_ids_of(responses.ids, take),
        answered=tuple(replace(part, answers=tuple(a[take] for a in part.answers)) for part in responses.answered),
        source=replace(responses.source, native=None),
    )


MOSTLY = 0.5  # share of the groups that must have two rows or more before rows are called partners


def clusters_of(responses: Responses, column: str) -> tuple[str, ...]:
    """Return what every row belongs to, by a column of the export; a row without a value stands for itself.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    """
    texts = responses.table.column(column).known_texts()
    return tuple(text or f"row {number} alone" for text, number in zip(texts, responses.row_numbers, strict=True))


def couple_column(responses: Responses) -> str | None:
    """Return the column that shows that rows are partners: named like a couple, and most of its values stand twice."""
    return column_of_couples(responses.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCounts:
    """Which values columns named like a couple hold, as hashes; batches add up to the whole."""

    values: Mapping[str, tuple[IntArray, ...]] = field(default_factory=dict, repr=False)

    def __add__(self, other: GroupCounts) -> GroupCounts:
        names = dict.fromkeys([*self.values, *other.values])
        return GroupCounts(values={n: (*self.values.get(n, ()), *other.values.get(n, ())) for n in names})

    @property
    def column(self) -> str | None:
        """The column that shows that rows are partners: most of its values stand twice."""
        for name, parts in self.values.items():
            sizes = np.unique(np.concatenate(parts), return_counts=True)[1]
            if len(sizes) and np.count_nonzero(sizes > 1) >= MOSTLY * len(sizes):
                return name
        return None


def group_counts(table: RawTable) -> GroupCounts:
    """Return what the columns of a table, or of a batch of it, that are named like a couple hold."""
    named = {name: [text for text in table.column(name).known_texts() if text] for name in table.names
             if names_a_group(name)}  # fmt: skip
    return GroupCounts(values={name: (_hashed(texts),) for name, texts in named.items()})


def _hashed(texts: Sequence[str]) -> IntArray:
    """Return a hash of each text: the same in every process, so that workers of a cluster agree."""
    from hashlib import blake2b

    of = {text: int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)
          for text in dict.fromkeys(texts)}  # fmt: skip
    return np.array([of[text] for text in texts], dtype=np.int64)


def column_of_couples(table: RawTable) -> str | None:
    """Return the same for the table that was read."""
    return group_counts(table).column


def partners_note(responses: Responses) -> tuple[str, ...]:
    """Return the note that rows are partners, where they seem to be."""
    return partners_said(couple_column(responses))


def partners_said(column: str | None) -> tuple[str, ...]:
    """Return the same note for the column that shows it; none for ``None``."""
    if column is None:
        return ()
    return (
        (
            f"rows share values of {column}: partners (or a family) stand as rows, their answers are not independent; "
            f"intervals and tests that count them as such are too sure: say --cluster {column}"
        ),
    )


def partners_as_persons(rows: RawTable | GroupCounts) -> tuple[str, ...]:
    """Return the same note for an analysis that cannot take partners together: it says which ones can."""
    column = rows.column if isinstance(rows, GroupCounts) else column_of_couples(rows)
    if column is None:
        return ()
    return (
        (
            f"rows share values of {column}: partners (or a family) stand as rows and are counted here as independent "
            f"persons, so intervals and tests are too sure; reliability and structure take --cluster {column}, couples "
            f"take --couple {column}"
        ),
    )


def _ids_of(ids: Sequence[str] | None, rows: IntArray) -> Sequence[str] | None:
    if ids is None or isinstance(ids, ArrowTexts):
        return None if ids is None else ids.rows(rows)
    return tuple(ids[row] for row in rows.tolist())
