"""Rows that may be no persons, whatever wrote the file: summary rows, refused consent, rows a filter leaves out.

Certain ones are set aside with the reason; the others are kept and told.

Rows that are no respondents: the reasons there are, and setting them aside.

Consent that was refused: to take part, or to the use of one's data.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.wording import some
from intimacy_scales.reading.exports.arrow_texts import ArrowTexts, bounds_of, row_array
from intimacy_scales.reading.exports.table import Cells, Column, NumberCells, RawTable

REASONS: Mapping[str, str] = {
    "preview": "a preview by the makers of the survey",
    "test": "a test answer made by the platform",
    "spam": "marked as spam by the platform",
    "refused": "consent refused",
    "unfinished": "not finished",
    "duplicate": "the same response again",
    "rejected": "rejected by the makers of the survey",
    "empty": "nothing answered in this row",
    "summary": "a summary row, no person",
}
"""Reason to its words. A blank row is set aside too, whatever the user includes: there is nobody in it."""


FALSE_WORDS = frozenset(
    ["0", "f", "false", "falsch", "faux", "falso", "onwaar", "falskt", "falsk", "nein", "no", "non", "nee",
     "nej", "fałsz", "nie", "偽", "否"]
)  # fmt: skip
"""What platforms write for "not so" (FINISHED: F), in their languages."""
TRUE_WORDS = frozenset(
    ["1", "t", "true", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "sant", "sand", "ja", "yes",
     "oui", "sí", "si", "sim", "prawda", "tak", "真", "是"]
)  # fmt: skip


def bare_name(name: str) -> str:
    """Return a column's name as letters and digits, without case."""
    return re.sub(r"[\W_]+", "", name.casefold())


def vouch_reasons(include: Collection[str] | bool) -> Collection[str] | bool:
    """Return the reasons as given, or say which are unknown."""
    if not isinstance(include, bool):
        include = (include,) if isinstance(include, str) else tuple(include)
        for name in include:
            if name not in REASONS:
                raise UnknownNameError.among("reason", name, tuple(REASONS))
    return include


def repeats(column: Column, row_numbers: Sequence[int] | np.ndarray, already: Collection[int] = ()) -> dict[int, str]:
    """Return the places of rows whose id stood in an earlier row, each with its words.

    Blank ids repeat nothing; rows at the places ``already`` (set aside for other reasons) are passed over.
    """
    first: dict[str, int] = {}
    again: dict[int, str] = {}
    for place, text in enumerate(column.cells.texts()):
        if text and place not in already and (before := first.setdefault(text, place)) != place:
            again[place] = f"{REASONS['duplicate']} ({column.name} {text} stands in row {row_numbers[before]} already)"
    return again


def set_aside(
    table: RawTable, found: Iterable[tuple[str, Mapping[int, str]]], include: Collection[str] | bool
) -> RawTable:
    """Set rows aside, each with every reason found; an included reason sets no row aside, and a note says so.

    Parameters
    ----------
    table : RawTable
        The table so far.
    found : iterable of (reason, {0-based place: words})
        In the order in which reasons count.
    include : bool or collection of str
        Reasons whose rows stay.
    """
    why: dict[int, str] = {}
    notes: list[str] = []
    for reason, places in found:
        if include is True or (include is not False and reason in include):
            if places:
                notes.append(f"rows kept that would be set aside: {len(places)} ({REASONS[reason]})")
            continue
        for place, words in places.items():
            why[place] = f"{why[place]}; {words}" if place in why else words
    return replace(table.without(why), notes=(*table.notes, *notes))


_CONSENT = frozenset(
    ["consent", "informedconsent", "consentform", "consented", "consentdata", "dataconsent", "consentuse",
     "consenttouse", "einwilligung", "einverstaendnis", "einverständnis", "consentement", "consentimiento",
     "consenso", "toestemming", "zgoda", "samtycke"]
)  # fmt: skip
_ASKED = re.compile(r"informed consent|consent\b.*\bparticipat|participat.*\bconsent", re.IGNORECASE | re.DOTALL)
_AGREES = (
    r"(consent|agree|permi(t|ssion)|allow|accept|authori[sz]e|einverstanden|stimme .*zu|willige|einwilligung|j'accepte|"
    r"acepto|acconsento|toestemming)"
)
_DATA = r"(\bdata\b|my answers|my responses|\bdaten\b|meine antworten|données|\bdatos\b|\bdati\b|gegevens)"
_USED = (
    r"(use|research|stor|process|publish|shar|verwend|verarbeit|genutzt|gespeichert|veröffentlich|forschung|utilis|"
    r"recherche|usar|uso|investigaci|ricerca|gebruikt|onderzoek)"
)
_ASKED_DATA = re.compile(rf"(?=.*{_AGREES})(?=.*{_DATA})(?=.*{_USED})", re.IGNORECASE | re.DOTALL)
_REFUSES = re.compile(
    r"no\b|nein\b|non\b|nee\b|nej\b|nie\b|i (do not|don['’]t|decline|refuse|disagree|am not)\b|"
    r"(do not|don['’]t|decline|refuse|disagree)\b|"
    r"ich (stimme|willige|nehme|möchte) .*nicht|je (ne|refuse)\b",
    re.IGNORECASE,
)
_CHOICES = 6


def refused_consent(table: RawTable, notes: list[str]) -> dict[int, str]:
    """Return the rows that refused consent, to take part or to the use of their data; doubts go to ``notes``."""
    refused: dict[int, str] = {}
    for column in table.columns:
        refused |= where_text(column, refusing_texts(column, notes), REASONS["refused"])
    return refused


def may_refuse(column: Column) -> bool:
    """Whether a column asks for consent."""
    return column.kind in ("answer", "personal") and asks_for_consent(column.name, column.question)


def asks_for_consent(name: str, question: str | None) -> bool:
    """Whether a column asks for consent, by its name or by its question."""
    asked = question or (name if len(name.split()) > 2 else "")
    return bare_name(name) in _CONSENT or bool(_ASKED.search(asked) or _ASKED_DATA.search(asked))


def refusing_texts(column: Column, notes: list[str]) -> set[str]:
    """Return which texts of a column refuse consent; doubts go to ``notes``."""
    said = {text for text in column.known_texts() if text} if may_refuse(column) else set()
    if not said or len(said) > _CHOICES:
        return set()
    if said == {"0", "1"} and bare_name(column.name) in _CONSENT and not column.labels:
        return {"0"}
    found = _telling(column, lambda text: bool(_REFUSES.match(text)))
    if not found and len(said) > 1:
        shown = ", ".join(repr(text[:40]) for text in sorted(said))
        notes.append(
            f"column {column.name} asks for consent and holds {shown}: "
            "which of them refuses is not known, nobody was set aside"
        )
    return found


def _telling(column: Column, holds: Callable[[str], bool]) -> set[str]:
    """Return the texts (by their label, casefolded) that ``holds``; every one is looked at once."""
    texts = {text.strip() for text in set(column.cells.texts())}
    return {text for text in texts if text and holds(labelled(column, text).casefold())}


def where_cell(column: Column | None, holds: Callable[[str], bool], words: str) -> dict[int, str]:
    """Return the places of rows whose cell (by its label, casefolded) ``holds``."""
    return {} if column is None else where_text(column, _telling(column, holds), words)


def where_text(column: Column, wanted: Collection[str], words: str) -> dict[int, str]:
    """Return the places of rows whose cell holds one of these texts."""
    if not wanted:
        return {}
    texts = map(str.strip, column.cells.texts())
    return {place: f"{words} ({column.name}: {text})" for place, text in enumerate(texts) if text in wanted}


def labelled(column: Column, text: str) -> str:
    """Return the label of a code, where the export has one, else the cell."""
    from intimacy_scales.reading.exports.grid import is_number

    return column.labels.get(float(text), text) if column.labels and is_number(text) and "," not in text else text


_STATISTICS: Mapping[str, Callable[[FloatArray], float]] = {
    "mean": np.mean,
    "median": np.median,
    "min": np.min,
    "max": np.max,
    "sd": lambda x: float(np.std(x, ddof=1)) if len(x) > 1 else 0.0,
    "sum": np.sum,
    "count": len,
}
_CALLED: Mapping[str, tuple[str, ...]] = {
    "mean": ("mean", "average", "avg", "m", "mittelwert", "mw", "durchschnitt", "moyenne", "media", "promedio",
             "gemiddelde", "średnia"),
    "median": ("median", "mdn", "md", "médiane", "mediana", "mediaan", "medián"),
    "min": ("min", "minimum", "mínimo", "minimo"),
    "max": ("max", "maximum", "máximo", "massimo"),
    "sd": ("sd", "std", "stdev", "std dev", "std. dev", "standard deviation", "standardabweichung", "stabw",
           "écart-type", "ecart type", "desviación estándar", "deviazione standard", "standaarddeviatie"),
    "sum": ("sum", "total", "summe", "gesamt", "somme", "suma", "somma", "totaal"),
    "count": ("count", "n", "anzahl", "nombre", "numero", "aantal"),
}  # fmt: skip
_NAMED = {word: statistic for statistic, words in _CALLED.items() for word in words}
_CLOSE = 0.011  # statistics in a sheet may be rounded to two decimals
_LAST_ROWS = 7  # rows without an id at the end of a table that may be statistics
_LEAST_EQUAL = 3  # numbers that must all be a statistic of their columns
_MOSTLY = 0.8  # of a row's numbers that must equal the statistic it names
_FILTER = re.compile(r"filter_?\$?", re.IGNORECASE)
_STATUS = frozenset(
    ["status", "responsestatus", "completionstatus", "completed", "complete", "finished", "submitted",
     "abgeschlossen", "beendet"]
)  # fmt: skip
_UNFINISHED = re.compile(
    r"incomplete|in ?complete|not (complete|finish|submit)|unfinished|partial|returned|timed?[- ]?out|rejected|"
    r"disqualif|screen(ed)?[- ]?out|abgebrochen|unvollständig|incomplet|incompleto|onvolledig|test|preview|spam",
    re.IGNORECASE,
)
_LONGEST = 60  # bytes of the name of a statistic, with spaces and signs around it
_FEW = 8  # distinct words beyond which a column holds no status


def doubtful_rows(table: RawTable, include: Collection[str] | bool, *, knows_consent: bool) -> RawTable:
    """Return the table without summary rows and refused consent; what is not certain stays, with a note.

    Parameters
    ----------
    table
        What a platform's reader handed on.
    include
        Reasons whose rows stay.
    knows_consent
        The platform's reader looked at consent itself.
    """
    notes: list[str] = []
    found = [("summary", {**end_marks(table), **_summary_rows(table, notes)})]
    if not knows_consent:
        found.append(("refused", refused_consent(table, notes)))
    notes += [*_filter_notes(table), *_status_notes(table)]
    table = replace(table, notes=(*table.notes, *notes))
    return set_aside(table, found, include)


def end_marks(table: RawTable) -> dict[int, str]:
    """Return the last row where it holds nothing but Gorilla's END OF FILE."""
    last = np.array([len(table) - 1], dtype=np.int64)
    held = [column.cells.take(last).texts()[0].strip() for column in table.columns] if len(table) else []
    there = [text for text in held if text]
    return {len(table) - 1: "the mark of the file's end, no person"} if there == ["END OF FILE"] else {}


Held: TypeAlias = tuple[float, Callable[[str], float]]
"""A number of a row, and what returns a statistic (by its name) of the other rows of its column."""


def _held(numbers: Iterable[FloatArray], row: int, others: IntArray) -> list[Held]:
    there = ((float(one[row]), _there(one[others])) for one in numbers if not np.isnan(one[row]))
    return [(value, partial(_statistic, rest)) for value, rest in there if len(rest)]


def _statistic(values: FloatArray, name: str) -> float:
    return float(_STATISTICS[name](values))


def is_summary(statistic: str, held: Sequence[Held]) -> bool:
    """Whether the numbers of a row are the statistic that it names."""
    equal = sum(abs(value - of_rest(statistic)) <= _CLOSE for value, of_rest in held)
    return len(held) >= 2 and equal >= _MOSTLY * len(held)


def _summary_rows(table: RawTable, notes: list[str]) -> dict[int, str]:
    """Return the rows whose label names a statistic and whose numbers are that statistic of the other rows."""
    candidates = _named_rows(table)
    if not candidates:
        return _unnamed_statistics(table, notes)
    others = np.array([row for row in range(len(table)) if row not in candidates], dtype=np.int64)
    numbers = [one for column in table.columns if column.kind == "answer" and (one := _numbers(column)) is not None]
    certain: dict[int, str] = {}
    doubtful: list[int] = []
    for row, (word, statistic) in candidates.items():
        if is_summary(statistic, _held(numbers, row, others)):
            certain[row] = f"a summary row ({word}), no person"
        else:
            doubtful.append(int(table.row_numbers[row]))
    if doubtful:
        notes.append(f"rows {some(doubtful)} carry the name of a statistic, and other numbers: they are kept")
    return certain


def rows_without_ids(table: RawTable) -> int | None:
    """Return the place of the first of the last rows that have no id; ``None`` where none is, or all are."""
    first = len(table)
    ids = [column.cells.take(np.arange(max(first - _LAST_ROWS - 1, 0), first)).texts()
           for column in table.columns if column.kind == "id"]  # fmt: skip
    least = max(first - _LAST_ROWS, 0)
    begins = max(first - _LAST_ROWS - 1, 0)
    while ids and first > least and not any(own[first - 1 - begins].strip() for own in ids):
        first -= 1
    if not ids or first == len(table) or first < 1 or not any(own[first - 1 - begins].strip() for own in ids):
        return None
    return first


def _unnamed_statistics(table: RawTable, notes: list[str]) -> dict[int, str]:
    """Return the last rows without an id whose numbers are the means, deviations or sums of all rows above them.

    Least, greatest and middle answers a person can tick: such a row is kept, and told.
    """
    first = rows_without_ids(table)
    if first is None or first < 2:
        return {}
    above = np.arange(first)
    numbers = [one for column in table.columns if column.kind == "answer" and (one := _numbers(column)) is not None]
    certain: dict[int, str] = {}
    for row in range(first, len(table)):
        told, note = unnamed_statistic(int(table.row_numbers[row]), _held(numbers, row, above))
        certain |= {row: told} if told else {}
        notes += [note] if note else []
    return certain


def unnamed_statistic(number: int, held: Sequence[Held]) -> tuple[str, str]:
    """Return why a row without an id is a statistic of the others, or a note that it may be one; empty texts else."""
    for word in _STATISTICS:
        if len(held) < _LEAST_EQUAL or any(abs(value - of_rest(word)) > _CLOSE for value, of_rest in held):
            continue
        if word in ("mean", "sd", "sum") and any(not value.is_integer() or word == "sum" for value, _ in held):
            return f"no id, and its numbers are the {word} of every column: no person", ""
        return "", f"row {number} has no id and holds the {word} of every column: kept; is it a person?"
    return "", ""


def _there(values: FloatArray) -> FloatArray:
    return values[~np.isnan(values)]


def _named_rows(table: RawTable) -> dict[int, tuple[str, str]]:
    """Return the rows in which an id or a label is the name of a statistic: the word and which one it is.

    A column that holds such words in more than one row in ten holds answers.
    """
    found: dict[int, tuple[str, str]] = {}
    for column in table.columns:
        if isinstance(column.cells, NumberCells) or column.kind not in ("id", "answer", "metadata"):
            continue
        named = statistics_named(column.cells.values)
        rows = np.flatnonzero(np.isin(column.cells.codes, list(named))).tolist() if named else []
        if rows and may_be_summaries(len(rows), rows[0], len(table)):
            texts = column.cells.texts()
            found |= {row: (texts[row].strip(), named[int(column.cells.codes[row])]) for row in rows}
    return found


def may_be_summaries(rows: int, first: int, n: int) -> bool:
    """Whether so many rows with the name of a statistic, the first at this place of ``n``, are no answers."""
    return rows <= max(7, 0.1 * n) and first >= n // 2


def statistics_named(texts: Sequence[str]) -> dict[int, str]:
    """Return the places of texts that are the name of a statistic, and which one each is."""
    if not isinstance(texts, ArrowTexts):
        return {at: statistic for at, text in enumerate(texts) if (statistic := statistic_named(text)) is not None}
    block, starts, stops = bounds_of(texts.array)
    last = block[np.clip(stops - 1, 0, len(block) - 1)]  # no name of a statistic ends with a digit
    worded = np.flatnonzero((stops - starts <= _LONGEST) & ((last < 48) | (last > 57)))
    if not len(worded):
        return {}
    named = statistics_named(texts.array.take(row_array(worded)).to_pylist())
    return {int(worded[at]): statistic for at, statistic in named.items()}


def statistic_named(text: str) -> str | None:
    """Return the statistic whose name a cell holds, ``None`` where it is none's."""
    return _NAMED.get(text.strip().casefold().rstrip(".:"))


def _numbers(column: Column) -> FloatArray | None:
    """Return a column as numbers, NaN where there is none; ``None`` where it holds none at all."""
    return numbers_in_cells(column.cells)


def numbers_in_cells(cells: Cells) -> FloatArray | None:
    """Return cells as numbers, NaN where there is none; ``None`` where texts hold none at all."""
    if isinstance(cells, NumberCells):
        return cells.numbers
    read = np.array([_number(text) for text in cells.values] + [np.nan])
    values: FloatArray = read[cells.codes]
    return None if np.isnan(values).all() else values


def _number(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return np.nan


def is_filter(name: str) -> bool:
    """Whether SPSS calls a column so that holds which rows are selected."""
    return _FILTER.fullmatch(name) is not None


def is_status(name: str) -> bool:
    """Whether a column is called like the status of a response."""
    return bare_name(name) in _STATUS


def _filter_notes(table: RawTable) -> list[str]:
    """Return a note on a filter that SPSS left in the file: its rows are all still here."""
    notes = []
    for column in table.columns:
        numbers = _numbers(column) if is_filter(column.name) else None
        if numbers is not None:
            found, counts = np.unique(_there(numbers), return_counts=True)
            notes += filter_note(column.name, dict(zip(found.tolist(), counts.tolist(), strict=True)), len(table))
    return notes


def number_counts(texts: Iterable[tuple[str, int]]) -> dict[float, int]:
    """Return how often each number stands among counted texts; what is no number is left out."""
    found: dict[float, int] = {}
    for text, count in texts:
        if not np.isnan(number := _number(text)):
            found[number] = found.get(number, 0) + count
    return found


def filter_note(name: str, counts: Mapping[float, int], n_rows: int) -> list[str]:
    """Return a note on a filter in which each number stands so often; none where it leaves nobody out."""
    out = counts.get(0.0, 0)
    if not out or not set(counts) <= {0.0, 1.0}:
        return []
    shown = name if name.isidentifier() else f"`{name}`"
    told = f"{name} marks {out:,} of {n_rows:,} rows as not selected, and they are kept"
    return [f"{told}: --where '{shown} == 1' leaves them out"]


def _status_notes(table: RawTable) -> list[str]:
    """Return a note on a status column that tells of rows which were not finished, and which are kept."""
    notes = []
    for column in table.columns:
        if is_status(column.name):
            notes += status_note(column, Counter(text for text in column.known_texts() if text))
    return notes


def status_note(column: Column, counts: Counter[str]) -> list[str]:
    """Return a note on a status column whose texts stand there so often, where one of them tells of the unfinished."""
    if not 1 < len(counts) <= _FEW or not any(_tells(text, column, counts) for text in counts):
        return []
    shown = ", ".join(f"{text!r} {count:,}" for text, count in counts.most_common())
    return [f"column {column.name} holds {shown}: all are kept; --where says which stay"]


def _tells(text: str, column: Column, held: Collection[str]) -> bool:
    """Whether a word of a status column tells of an unfinished response; of two truth values, the false one does."""
    label = _label(text, column)
    if _UNFINISHED.search(label):
        return True
    words = {_label(one, column).casefold() for one in held}
    return label.casefold() in FALSE_WORDS and words <= FALSE_WORDS | TRUE_WORDS


def _label(text: str, column: Column) -> str:
    number = _number(text)
    return text if np.isnan(number) else column.labels.get(number, text)


def unknown_words_note(column: Column, known: Collection[str], what: str) -> str:
    """Return a note on words of a platform's own column that nobody here knows, counted; empty where there are none."""
    counts = Counter(text for text in column.known_texts() if text and _label(text, column).casefold() not in known)
    if not counts:
        return ""
    shown = ", ".join(f"{text!r} {count:,}" for text, count in counts.most_common(_FEW))
    return f"column {column.name} holds words that are not known as {what} or not ({shown}): these rows are kept"
