"""The scored table with what every column is: labels, value labels, declared missing, and the banks that made it.

Signs of careless answering in the words and columns of the command.

Which kind of missing stood where there is no answer: refused, not shown, 99.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import text_table
from intimacy_scales.base.wording import some
from intimacy_scales.output.writing import Sheet
from intimacy_scales.reading.exports.table import Column, NumberCells, TextCells

if TYPE_CHECKING:
    from intimacy_scales.analysis.careless import Careless
    from intimacy_scales.analysis.norms import Standings
    from intimacy_scales.analysis.norms.standings import Standing
    from intimacy_scales.reading.responses.model import Responses
    from intimacy_scales.scoring import Scores


@dataclass(slots=True, kw_only=True)
class _Told:
    """What is said of the columns so far."""

    labels: dict[str, str] = field(default_factory=dict)
    value_labels: dict[str, dict[Any, str]] = field(default_factory=dict)
    missing: dict[str, Mapping[float | str, str]] = field(default_factory=dict)
    unanswered: dict[str, Sequence[float | str | None]] = field(default_factory=dict)

    def add(self, name: str, left: Unanswered | None) -> None:
        if left is not None:
            self.missing[name], self.unanswered[name] = left.kinds, left.codes


def kept_columns(responses: Responses, wanted: Sequence[str]) -> list[str]:
    """Return the columns to keep: those named, or with ``all`` every one but the personal ones.

    The id column always comes along; answers of items come with ``--answers``, coded.
    """
    names = responses.table.names
    unknown = [name for name in wanted if name != "all" and name not in names]
    if unknown:
        raise UnknownNameError([p for name in unknown for p in UnknownNameError.among("column", name, names).problems])
    named = [name for name in wanted if name != "all"]
    if "all" in wanted:
        items = {column for part in responses.answered for column in part.columns}
        named += [c.name for c in responses.table.columns if c.kind != "personal" and c.name not in items]
    return [name for name in dict.fromkeys(named) if name != responses.id_column]


def kept_words(responses: Responses, wanted: Sequence[str]) -> list[str]:
    """Return what ``--keep all`` kept and what it left out, each with its reason; nothing where it was not said."""
    from intimacy_scales.reading.exports.kinds import kind_of

    if "all" not in wanted:
        return []
    kept = kept_columns(responses, wanted)
    left = [column.name for column in responses.table.columns if column.kind == "personal" and column.name not in kept]
    named = [name for name in left if kind_of(name) == "personal"]
    told = [
        f"{some(names, shown=12)} ({why})"
        for names, why in (
            (named, "personal by name"),
            ([name for name in left if name not in named], "holds addresses, phone numbers or free text"),
        )
        if names
    ]
    lines = [f"kept: {some(kept, shown=40)}"]
    return [*lines, f"left out: {'; '.join(told)}; --keep COLUMN keeps one all the same"] if told else lines


def scored_sheet(
    scores: Scores,
    *,
    keep: Sequence[str] = (),
    answers: bool = False,
    standings: Standings | None = None,
    careless: Careless | None = None,
    is_batch: bool = False,
) -> Sheet:
    """Return the table of scores with a description of every column.

    Kept columns of numbers stay numbers; what an export declares as missing is blank in them, and declared as missing
    again where the format has a way to say so (SPSS, Stata).
    """
    kept = kept_columns(scores.responses, keep)
    own, told = scores.data(answers=answers), _Told()
    ids = {scores.id_column: own.pop(scores.id_column)} if scores.ids is not None and scores.id_column else {}
    told.labels |= dict.fromkeys([*ids, *kept, *own], "as in the export")
    columns = ids | {name: _kept(scores.responses.table.column(name), told) for name in kept} | own
    if standings is not None:
        _standings_told(standings, columns, told)
    for part in scores.parts:
        told.labels[part.column] = f"{part.bank.name}: {part.scale.name}{_form(part)}; {part.rule}"
        verb = "scored" if part.scale.scales else "answered with a score" if part.not_scored is not None else "answered"
        told.labels[f"{part.column}_answered"] = f"{part.parts_named} {verb} of {part.n_parts}"
        if part.not_scored is not None:
            told.labels[f"{part.column}_not_scored"] = "answers that are not scored (no missing ones)"
    if answers:
        _answers_told(scores.responses, told)
    if careless is not None:
        columns |= careless_columns(careless, scores.responses)
        told.labels |= careless_labels(careless)
    return Sheet(
        columns=columns,
        labels=told.labels,
        value_labels=told.value_labels,
        missing=told.missing,
        unanswered=told.unanswered,
        about={} if is_batch else about(scores) | norms_told(standings),
    )


def _standings_told(standings: Standings, columns: dict[str, Any], told: _Told) -> None:
    """Add the columns of standings with the norm each was made with."""
    for part in standings.parts:
        own = {name: values for name, values in part.data().items() if name not in columns}
        columns |= own
        told.labels |= dict.fromkeys(own, f"of {part.column} in the norm {_norm_said(part)}")


def norms_told(standings: Standings | None) -> dict[str, str]:
    """Return the norm of every score that has a standing, and why another has none."""
    if standings is None:
        return {}
    norms = {
        f"norm of {part.column}": f"{_norm_said(part)}; mean {part.figures.mean:g}, SD {part.figures.sd:g}"
        for part in standings.parts
    }
    return norms | {f"no standing of {one.column}": one.why for one in standings.refused}


def _norm_said(part: Standing) -> str:
    return f"{part.norm.id}: {part.norm.sample}, n = {part.figures.n}"


def _kept(column: Column, told: _Told) -> Any:
    told.labels[column.name] = column.question or "as in the export"
    left = unanswered_in(column, None, valid=frozenset())
    told.add(column.name, left)
    if isinstance(column.cells, NumberCells):
        labels = {int(code): text for code, text in column.labels.items() if float(code).is_integer()}
        gone = {} if left is None else left.kinds
        told.value_labels[column.name] = {code: text for code, text in labels.items() if code not in gone}
    return without_missing(column)


def _answers_told(responses: Responses, told: _Told) -> None:
    from intimacy_scales.bank.options import plain_number
    from intimacy_scales.scoring import answer_column

    columns = {column.name: column for column in responses.table.columns}
    for part in responses.answered:
        turned = "; reversed in the export already" if part.already_reversed else ""
        for item, values, name in zip(part.bank.items, part.answers, part.columns, strict=True):
            own = answer_column(part, item)
            options = part.bank.options_of(item)
            reverse = f"; reverse-keyed{turned}" if item.reverse else ""
            row = part.bank.row_of(item)
            told.value_labels[own] = {
                plain_number(option.code): option.label
                for option in options
                if row is None or option.code in row.labels
            }
            told.labels[own] = f"{part.bank.name} item {item.id}: {item.gloss}{reverse}"
            if name is not None:
                valid = frozenset(float(option.code) for option in options)
                told.add(own, unanswered_in(columns[name], np.asarray(values), valid=valid))


def _form(part: Any) -> str:
    if part.derived is not None:
        return f", {part.derived.name}"
    return f", form {part.administration.form}" if part.administration.form else ""


def about(scores: Scores, *, n_rows: int | None = None) -> dict[str, str]:
    """Return what made the table: the software, each bank with its version, fingerprint, measure, rights, sources.

    ``n_rows`` where the scores are those of one batch of more.
    """
    from intimacy_scales.bank import fingerprint
    from intimacy_scales.base.version import __version__

    entries = {"software": f"intimacy-scales {__version__}"}
    for bank in scores.responses.banks:
        entries[f"bank {bank.id}"] = f"version {bank.version}, fingerprint {fingerprint(bank)}"
        entries[f"{bank.id} is"] = f"{bank.name}; measures {bank.measures}"
        entries[f"{bank.id} rights"] = f"{bank.rights.status}, {bank.rights.holder}"
        entries[f"{bank.id} source"] = ", ".join(bank.source)
    if scores.responses.source.path:
        entries["scored from"] = (
            f"{scores.responses.source.platform} export, {len(scores) if n_rows is None else n_rows:,} rows"
        )
    return entries


if TYPE_CHECKING:
    from intimacy_scales.analysis.careless import Careless
    from intimacy_scales.reading.responses.model import Responses

PREFIX = "careless_"
LEAST_PERSONS = 2  # of one person nothing can be said that the answers do not say


def careless_of(responses: Responses | None, *, brief: bool = False) -> Careless | None:
    """Return the signs of careless answering of a sample that may be scored; ``None`` where there is none.

    ``brief`` leaves out the indices without a cut of their own, some of which take long on large samples.
    """
    from intimacy_scales.analysis.careless import KINDS, careless_flags

    if responses is None or responses.n_persons < LEAST_PERSONS or not responses.answered:
        return None
    return careless_flags(responses, only=[name for name, kind in KINDS.items() if kind.cut] if brief else None)


def careless_said(careless: Careless) -> str:
    """Return one short paragraph: how many rows each index flags, and that nobody was dropped for it.

    Indices without a cut of their own (``synonyms``, ``isd``) flag nobody and are left to ``score --careless``.
    """
    counts = [f"{i.name} ({i.cut}): {int(i.flagged.sum()):,}" for i in careless.indices if i.cut is not None]
    several = int((careless.flags >= 2).sum())
    flagged = "; ".join(counts) or "no index has a cut"
    return (
        f"careless answering, rows of {len(careless):,} that each index flags: {flagged}. "
        f"Two flags or more: {several:,}. "
        "A flag is a reason to look; nothing was dropped (--drop-careless RULE drops)."
    )


def careless_table(careless: Careless) -> str:
    """Return the table of indices and the notes on them, for people."""
    notes = [f"note: {note}" for note in careless.notes]
    return "\n".join(
        ["careless answering (flags; nobody is dropped for them)", text_table(careless.rows_for_eyes()), *notes]
    )


def careless_columns(careless: Careless, responses: Responses) -> dict[str, Any]:
    """Return the flag columns for the rows of ``responses``: each index, how many are beyond their cut, and which.

    The indices were computed on every row read; rows set aside by ``--drop-careless`` since then are left out.
    """
    rows = np.isin(careless.responses.row_numbers, responses.row_numbers)
    columns: dict[str, Any] = {f"{PREFIX}{index.name}": index.values[rows] for index in careless.indices}
    columns[f"{PREFIX}flags"] = careless.flags[rows]
    by = np.array(
        [", ".join(i.name for i in careless.indices if i.flagged[row]) for row in range(len(careless))], dtype=object
    )
    columns[f"{PREFIX}flagged_by"] = by[rows].tolist()
    return columns


def careless_labels(careless: Careless) -> dict[str, str]:
    """Return what each flag column is, for the codebook."""
    labels = {
        f"{PREFIX}{index.name}": f"{index.kind.words}; {index.kind.direction} is careless; "
        + ("no cut" if index.cut is None else f"cut {index.cut}")
        for index in careless.indices
    }
    return {
        **labels,
        f"{PREFIX}flags": "signs of careless answering beyond their cut",
        f"{PREFIX}flagged_by": "which signs are beyond their cut",
    }


_NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Codes of missing in a column: what each means, and which one a row holds (``None``: an answer, or nothing)."""

    kinds: Mapping[float | str, str]
    """A number, or a letter of Stata (``.a``), to its meaning."""
    codes: tuple[float | str | None, ...] = field(repr=False)


def unanswered_in(column: Column, coded: FloatArray | None, *, valid: frozenset[float]) -> Unanswered | None:
    """Return the codes of missing that a column holds; ``None`` where it holds none.

    Parameters
    ----------
    column
        The column as the export has it, with what it declares as missing.
    coded
        Its answers as they were coded: a number in a cell without an answer is a code of missing, whoever said so
        (the file, the map, ``--missing-code``). ``None`` for a column that is no item: declared codes only.
    valid
        Codes of the bank, which cannot stand for a missing answer at the same time.
    """
    if coded is None and not (column.missing or column.missing_texts):
        return None
    spelled = _numbers(column, coded) if isinstance(column.cells, NumberCells) else _texts(column, column.cells, coded)
    codes = tuple(None if code is None or code in valid else code for code in spelled)
    found = sorted({code for code in codes if code is not None}, key=lambda code: (isinstance(code, str), code))
    if not found:
        return None
    return Unanswered(kinds={code: _kind(column, code) for code in found}, codes=codes)


def _numbers(column: Column, coded: FloatArray | None) -> list[float | str | None]:
    numbers = column.cells.numbers if isinstance(column.cells, NumberCells) else np.empty(0)
    there = np.isin(numbers, list(column.missing)) if coded is None else ~np.isnan(numbers) & np.isnan(coded)
    return [float(number) if gone else None for number, gone in zip(numbers, there, strict=True)]


def _texts(column: Column, cells: TextCells, coded: FloatArray | None) -> list[float | str | None]:
    """Look at every distinct text once; in a column of answers, only where the row has none."""
    told = [_code(text.strip(), column, declared=coded is None) for text in cells.values]
    rows = [told[at] if at >= 0 else None for at in cells.codes.tolist()]
    return rows if coded is None else [code if np.isnan(x) else None for code, x in zip(rows, coded, strict=True)]


def _code(text: str, column: Column, *, declared: bool) -> float | str | None:
    if len(text) == 2 and text.startswith(".") and text in column.missing_texts:  # .a to .z
        return text
    try:
        code = float(text)
    except ValueError:
        return None
    if not np.isfinite(code):
        return None
    return code if not declared or code in column.missing or text in column.missing_texts else None


def _kind(column: Column, code: float | str) -> str:
    if isinstance(code, str):
        return column.missing_texts[code]
    written = f"{code:g}"
    return column.labels.get(code) or column.missing.get(code) or column.missing_texts.get(written) or _NO_ANSWER


def without_missing(column: Column) -> Any:
    """Return the cells of a kept column, blank where the export declares them as missing; numbers stay numbers."""
    if isinstance(column.cells, NumberCells):
        numbers = column.cells.numbers
        return np.where(np.isin(numbers, list(column.missing)), np.nan, numbers) if column.missing else numbers
    return column.known_texts() if column.missing_texts else column.cells.as_texts()
