"""The choices of a question laid over its answers: codes get labels, codes that are words become their labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from intimacy_scales.exports.surveys import unmarked
from intimacy_scales.exports.table import Column, TextCells
from intimacy_scales.exports.tabular import texts_in

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_LETTERED = re.compile(r"([A-Za-z]{1,3})0*(\d{1,3})")
_FORMS: Mapping[str, tuple[str, ...]] = {
    "don't know": (
        r"(i )?(don'?t|do not) know( ?/ ?((can'?t|cannot) (answer|say)|not sure))?", "dk", "unknown",
        "weiß (ich )?nicht", "je ne sais pas", "ne sait pas", "no s[eé]", "no sabe", "weet (ik )?niet", "non so",
        "não sei",
    ),
    "refused": (
        r"(i )?(prefer|would rather|rather) not( to)? (say|answer|disclose)", "refused?( to answer)?",
        "declined?( to answer)?", r"(i )?(do not|don'?t) (want|wish) to answer", "keine angabe",
        "ne souhaite pas répondre", "prefiero no (decir|responder)", "no contesta", "preferisco non rispondere",
    ),
    "not applicable": ("not applicable", "n/?a", "does not apply( to me)?"),
    "no answer": ("no ?answer", "no response", "not answered", "missing", "seen but not answered", "geen antwoord"),
}  # fmt: skip
_KINDS = {kind: re.compile("|".join(forms)) for kind, forms in _FORMS.items()}


def with_choices(column: Column, choices: Mapping[str, str], notes: list[str] | None = None) -> Column:
    """Return a column with what a survey file says of its codes.

    Codes that are numbers get labels; ``A1`` and the like with one letter in front of different numbers are read
    as these numbers; all other codes are replaced by their labels, which answers are then read by. Labels such as
    "prefer not to say" make their codes a kind of missing.

    Parameters
    ----------
    column : Column
        A column of codes or of labels.
    choices : mapping
        Code to label.
    notes : list of str, optional
        What was decided is added here.
    """
    shown = {code.strip(): unmarked(label) for code, label in choices.items()}
    numbers = {code: float(code) for code in shown if _NUMBER.fullmatch(code)}
    if not numbers:
        numbers = _lettered(shown)
    words = {code: label for code, label in shown.items() if code not in numbers and label}
    labels = {number: shown[code] for code, number in numbers.items() if shown[code]}
    gone = {number: kind for number, label in labels.items() if (kind := missing_kind(label))}
    gone_texts = {label: kind for label in shown.values() if (kind := missing_kind(label))}
    column = _respelled(column, {**{code: f"{number:g}" for code, number in numbers.items()}, **words})
    present = {*texts_in(column)}
    if notes is not None and gone | gone_texts:
        said = ", ".join(repr(label) for label in gone_texts)
        notes.append(f"by the survey file these are no answers but kinds of missing: {said}")
    return replace(
        column,
        labels={**column.labels, **labels},
        missing={**column.missing, **gone},
        missing_texts={**column.missing_texts, **{text: kind for text, kind in gone_texts.items() if text in present}},
    )


def missing_kind(label: str) -> str | None:
    """Return the kind of missing that a label names, ``None`` for an answer.

    Examples
    --------
    >>> missing_kind("Prefer not to say"), missing_kind("Not at all")
    ('refused', None)
    """
    said = " ".join(label.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold().split()).strip(" .;:()-")
    return next((kind for kind, form in _KINDS.items() if form.fullmatch(said)), None)


def _lettered(choices: Mapping[str, str]) -> dict[str, float]:
    """Return A1, A2 ... as their numbers: one letter (or two, three) for all, no number twice."""
    found = {code: match for code in choices if (match := _LETTERED.fullmatch(code))}
    numbers = {code: float(match[2]) for code, match in found.items()}
    letters = {match[1].casefold() for match in found.values()}
    return (
        numbers if len(found) == len(choices) and len(letters) == 1 and len({*numbers.values()}) == len(found) else {}
    )


def _respelled(column: Column, spelling: Mapping[str, str]) -> Column:
    """Write other texts for some texts, unless two different ones would become one."""
    cells = column.cells
    if not isinstance(cells, TextCells):
        return column
    changed = {text: spelling[text.strip()] for text in cells.values if text.strip() in spelling}
    changed = {text: new for text, new in changed.items() if new != text.strip()}
    others = {text for text in texts_in(column) if text not in changed}
    if not changed or len({*changed.values()}) < len(changed) or others & {*changed.values()}:
        return column
    values = tuple(changed.get(text, text) for text in cells.values)
    return replace(column, cells=TextCells(values=values, codes=cells.codes))
