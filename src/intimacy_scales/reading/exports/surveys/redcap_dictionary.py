"""The data dictionary of REDCap: fields, choices, checkboxes, the status of every form."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from intimacy_scales.reading.exports.files.source import ByteSource
from intimacy_scales.reading.exports.files.text import find_encoding
from intimacy_scales.reading.exports.platforms.redcap import CHECKED, STATUS
from intimacy_scales.reading.exports.surveys.surveys import Question, Survey, faulty
from intimacy_scales.reading.exports.table import ColumnKind

WHAT = "data dictionary of REDCap (CSV)"

_NAMES = {
    "variablefieldname": "field", "fieldname": "field", "formname": "form", "fieldtype": "type", "fieldlabel": "label",
    "choicescalculationsorsliderlabels": "choices", "selectchoicesorcalculations": "choices",
    "identifier": "identifier",
    "textvalidationtypeorshowslidernumber": "validation",
}  # fmt: skip
_TWO: Mapping[str, Mapping[str, str]] = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_PRIVATE = frozenset(
    {
        "email",
        "phone",
        "phone_australia",
        "ssn",
        "mrn_10d",
        "mrn_generic",
        "vmrn",
        "zipcode",
        "postalcode_australia",
        "postalcode_canada",
        "postalcode_french",
        "postalcode_germany",
        "postalcode_uk",
    }
)


def recognise(source: ByteSource) -> bool:
    """Return whether a file begins with the columns of a data dictionary."""
    with source.open() as file:
        head = file.read(4096).decode("utf-8-sig", "replace")
    first = next(csv.reader(head.splitlines()[:1]), [])
    return {"field", "form", "type"} <= {_NAMES.get(_bare(name), "") for name in first}


def read(source: ByteSource, shown: str) -> Survey:
    """Read the columns that a project exports, in their order: fields, checkboxes, the status after every form.

    Raises
    ------
    ExportError
        When the file cannot be read as CSV.
    """
    coded = find_encoding(source, shown)
    try:
        with source.open() as raw, io.TextIOWrapper(raw, encoding=coded.name, errors=coded.errors, newline="") as file:
            records = [record for record in csv.reader(file, strict=True) if any(record)]
    except (csv.Error, UnicodeError) as fault:
        raise faulty(shown, WHAT, fault) from fault
    named = [_NAMES.get(_bare(name), "") for name in records[0]]
    fields = [dict(zip(named, record, strict=False)) for record in records[1:]]
    return Survey(shown=shown, what=WHAT, questions=tuple(_columns(fields)), notes=coded.notes)


def _columns(fields: Sequence[Mapping[str, str]]) -> Iterator[Question]:
    first = True
    for at, field in enumerate(fields):
        yield from _of(field, first=first)
        first = False
        form = field.get("form", "")
        if at + 1 == len(fields) or fields[at + 1].get("form", "") != form:
            yield Question(names=(f"{form}_complete",), texts=("Complete?",), choices=STATUS, kind="metadata")


def _of(field: Mapping[str, str], *, first: bool) -> Iterator[Question]:
    name, kind, label = field.get("field", "").strip(), field.get("type", ""), field.get("label", "")
    choices = (
        parse_choices(field.get("choices", "")) if kind in ("radio", "dropdown", "checkbox") else _TWO.get(kind, {})
    )
    if kind == "descriptive" or not name:
        return
    if kind == "checkbox":
        for code, choice in choices.items():
            yield Question(
                names=(f"{name}___{_coded(code)}",),
                choices=CHECKED,
                texts=(f"{label} (choice={choice})",),
                kind=_kind(field),
            )
        return
    yield Question(names=(name,), texts=(label,), choices=choices, kind="id" if first else _kind(field))


def _kind(field: Mapping[str, str]) -> ColumnKind | None:
    private = field.get("identifier", "").strip().casefold() in ("y", "yes") or field.get("validation", "") in _PRIVATE
    if private or field.get("type") in ("notes", "file", "signature"):
        return "personal"
    return "metadata" if field.get("validation", "").startswith(("date", "time")) else None


def parse_choices(text: str) -> dict[str, str]:
    """Return the choices of a field ("1, Not at all | 2, A little"), code to label.

    Examples
    --------
    >>> parse_choices("0, No | 1, Yes, always|dk, Don't know")
    {'0': 'No', '1': 'Yes, always', 'dk': "Don't know"}
    """
    found = {}
    for part in re.split(r"\||\\n", text):
        code, comma, label = part.partition(",")
        if comma and code.strip():
            found[code.strip()] = label.strip()
    return found


def _coded(code: str) -> str:
    """Return a code as REDCap writes it into the name of a checkbox (-1 becomes _1, letters small)."""
    return re.sub(r"[^a-z0-9]", "_", code.casefold())


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
