"""Rows of a Qualtrics export that are no respondents.

The rules, in the order in which they are named; a row for which several hold is set aside once, with all of them.

==========  ==========================================================================================================
preview     ``Status`` has the bit 1 (1, 9, 17 ...) or speaks of a preview, or ``DistributionChannel`` is ``preview``
test        ``Status`` has the bit 2 or speaks of a test: answers that Qualtrics itself made up
spam        ``Status`` has the bit 8 or speaks of spam
refused     the consent question is answered by a text that refuses, or by 0 where only 0 and 1 stand
unfinished  ``Finished`` is false; where its word is not known, ``Progress`` below 100
duplicate   ``ResponseId`` stood in an earlier row
==========  ==========================================================================================================

Imported (4), offline (16) and EX (32) responses are people and stay. Where *every* row is a generated test, somebody is
trying the survey out: the rows stay, and a note says what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from intimacy_scales.exports.aside import REASONS, repeats, set_aside
from intimacy_scales.exports.header import is_number
from intimacy_scales.exports.table import Column, RawTable

_WORDS = {
    "preview": re.compile(r"preview|vorschau|aperçu|vista previa|prévisualisation|pré-visualiza|anteprima|voorbeeld|"
                          r"förhandsgranskning|forhåndsvisning|esikatselu|podgląd|プレビュー|预览|預覽"),
    "test": re.compile(r"\btest|umfragetest|テスト|测试"),
    "spam": re.compile(r"spam"),
}  # fmt: skip
_BITS = {"preview": 1, "test": 2, "spam": 8}
_FALSE = frozenset(
    {"0", "false", "falsch", "faux", "falso", "onwaar", "falskt", "falsk", "nein", "no", "non", "fałsz", "偽", "否"}
)
_TRUE = frozenset(
    {
        "1",
        "true",
        "wahr",
        "vrai",
        "verdadero",
        "verdadeiro",
        "vero",
        "waar",
        "sant",
        "sand",
        "ja",
        "yes",
        "oui",
        "prawda",
        "真",
        "是",
    }
)
_CONSENT = frozenset(
    {"consent", "informedconsent", "consentform", "consented", "einwilligung", "consentement", "consentimiento"}
)
_ASKED = re.compile(r"informed consent|consent\b.*\bparticipat|participat.*\bconsent", re.IGNORECASE | re.DOTALL)
_REFUSES = re.compile(
    r"no\b|nein\b|non\b|nee\b|nej\b|i (do not|don['’]t|decline|refuse|disagree|am not)\b|"
    r"(do not|don['’]t|decline|refuse|disagree)\b|"
    r"ich (stimme|willige|nehme|möchte) .*nicht|je (ne|refuse)\b",
    re.IGNORECASE,
)
_CHOICES = 6


def set_rows_aside(table: RawTable, include: Collection[str] | bool) -> RawTable:
    """Return the table without the rows that are no respondents, each with its reason."""
    notes: list[str] = []
    status = {reason: _by_status(table, reason) for reason in _BITS}
    if len(table) and len(status["test"]) == len(table):
        notes.append(
            f"all {len(table)} rows are test answers that Qualtrics made up: kept to try things out, nobody is in them"
        )
        status["test"] = {}
    found = [*status.items(), ("refused", refused_consent(table, notes)), ("unfinished", _unfinished(table))]
    before = {place for _, places in found for place in places}
    ids = [column for column in table.columns if _bare(column.name) in ("responseid", "recordid")]
    found.append(("duplicate", repeats(ids[0], table.row_numbers, before) if ids else {}))
    kept = set_aside(table, found, include)
    return _with_notes(kept, notes)


def _with_notes(table: RawTable, notes: list[str]) -> RawTable:
    from dataclasses import replace

    return replace(table, notes=(*table.notes, *notes))


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _find(table: RawTable, name: str) -> Column | None:
    return next((column for column in table.columns if _bare(column.name) == name), None)


def _where(column: Column | None, holds: Callable[[str], bool], words: str) -> dict[int, str]:
    """Return the places of rows whose cell ``holds``; every distinct text is looked at once."""
    if column is None:
        return {}
    texts = [text.strip() for text in column.cells.texts()]
    telling = {text for text in set(texts) if text and holds(_labelled(column, text).casefold())}
    return (
        {place: f"{words} ({column.name}: {text})" for place, text in enumerate(texts) if text in telling}
        if telling
        else {}
    )


def _labelled(column: Column, text: str) -> str:
    """Return the label of a code, where the export has one, else the cell."""
    return column.labels.get(float(text), text) if column.labels and is_number(text) and "," not in text else text


def _by_status(table: RawTable, reason: str) -> dict[int, str]:
    def holds(text: str) -> bool:
        return bool(int(text) & _BITS[reason]) if text.isdecimal() else bool(_WORDS[reason].search(text))

    found = _where(_find(table, "status"), holds, REASONS[reason])
    if reason == "preview":
        channel = _where(_find(table, "distributionchannel"), lambda text: text == "preview", REASONS[reason])
        found = {**channel, **found}
    return found


def _unfinished(table: RawTable) -> dict[int, str]:
    finished = _find(table, "finished")
    progress = _where(
        _find(table, "progress"),
        lambda text: is_number(text) and float(text.replace(",", ".")) < 100,
        REASONS["unfinished"],
    )
    if finished is None:
        return progress
    found = _where(finished, lambda text: text in _FALSE, REASONS["unfinished"])
    told = [_labelled(finished, text.strip()).casefold() in _TRUE for text in finished.cells.texts()]
    return {**{place: words for place, words in progress.items() if not told[place]}, **found}


def refused_consent(table: RawTable, notes: list[str]) -> dict[int, str]:
    """Return the rows that answered a question for consent by refusing; where that cannot be told, ``notes`` say so."""
    refused: dict[int, str] = {}
    for column in table.columns:
        named = _bare(column.name) in _CONSENT
        if column.kind in ("answer", "personal") and (named or _ASKED.search(column.question or "")):
            refused |= _refusals(column, notes, named=named)
    return refused


def _refusals(column: Column, notes: list[str], *, named: bool) -> dict[int, str]:
    said = {text.strip() for text in column.cells.texts()} - {""}
    if len(said) > _CHOICES:
        return {}
    if said == {"0", "1"} and named and not column.labels:
        return _where(column, lambda text: text == "0", REASONS["refused"])
    found = _where(column, lambda text: bool(_REFUSES.match(text)), REASONS["refused"])
    if not found and len(said) > 1:
        shown = ", ".join(repr(text[:40]) for text in sorted(said))
        notes.append(
            f"column {column.name} asks for consent and holds {shown}: "
            "which of them refuses is not known, nobody was set aside"
        )
    return found
