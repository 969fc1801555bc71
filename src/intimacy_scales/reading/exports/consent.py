"""Consent that was refused: to take part, or to the use of one's data."""

from __future__ import annotations

import re
from collections.abc import Callable

from intimacy_scales.reading.exports.exclusion import REASONS, bare_name
from intimacy_scales.reading.exports.table import Column, RawTable

_CONSENT = frozenset(
    [
        "consent",
        "informedconsent",
        "consentform",
        "consented",
        "consentdata",
        "dataconsent",
        "consentuse",
        "consenttouse",
        "einwilligung",
        "einverstaendnis",
        "einverständnis",
        "consentement",
        "consentimiento",
        "consenso",
        "toestemming",
        "zgoda",
        "samtycke",
    ]
)
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
        named = bare_name(column.name) in _CONSENT
        question = column.question or (column.name if len(column.name.split()) > 2 else "")
        asked = named or _ASKED.search(question) or _ASKED_DATA.search(question)
        if column.kind in ("answer", "personal") and asked:
            refused |= _refusals(column, notes, named=named)
    return refused


def _refusals(column: Column, notes: list[str], *, named: bool) -> dict[int, str]:
    said = {text for text in column.known_texts() if text}
    if len(said) > _CHOICES:
        return {}
    if said == {"0", "1"} and named and not column.labels:
        return where_cell(column, lambda text: text == "0", REASONS["refused"])
    found = where_cell(column, lambda text: bool(_REFUSES.match(text)), REASONS["refused"])
    if not found and len(said) > 1:
        shown = ", ".join(repr(text[:40]) for text in sorted(said))
        notes.append(
            f"column {column.name} asks for consent and holds {shown}: "
            "which of them refuses is not known, nobody was set aside"
        )
    return found


def where_cell(column: Column | None, holds: Callable[[str], bool], words: str) -> dict[int, str]:
    """Return the places of rows whose cell (by its label, casefolded) ``holds``; every text is looked at once."""
    if column is None:
        return {}
    texts = [text.strip() for text in column.cells.texts()]
    telling = {text for text in set(texts) if text and holds(labelled(column, text).casefold())}
    if not telling:
        return {}
    return {place: f"{words} ({column.name}: {text})" for place, text in enumerate(texts) if text in telling}


def labelled(column: Column, text: str) -> str:
    """Return the label of a code, where the export has one, else the cell."""
    from intimacy_scales.reading.exports.header import is_number

    return column.labels.get(float(text), text) if column.labels and is_number(text) and "," not in text else text
