"""Small banks and tables for the tests of the responses room."""

from __future__ import annotations

import numpy as np
from hypothesis import settings

from intimacy_scales.bank import read_bank
from intimacy_scales.reading.exports import Column, NumberCells, RawTable, Source, text_cells

# a busy machine is no failure
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")

_LABELS = {1: "strongly disagree", 2: "disagree", 3: "neutral", 4: "agree", 5: "strongly agree"}
_GLOSSES = (
    "We listen to each other",
    "We laugh about the same things",
    "I keep my worries to myself",
    "We plan the future together",
    "I feel alone when we argue",
    "We are happy with our evenings",
)


def bank_text(bank_id: str = "duo", *, low: int = 1, forms: bool = False, reverse: tuple[int, ...] = (3, 5)) -> str:
    """Return a bank of six items, one scale, as YAML; codes run from ``low`` to ``low + 4``."""
    options = "\n".join(
        f"    - {{code: {low + place}, label: {label}, spellings: [{label} indeed], translations: {{de: {german}}}}}"
        for place, (label, german) in enumerate(
            zip(_LABELS.values(), ("gar nicht", "eher nicht", "teils teils", "eher ja", "ganz genau"), strict=True)
        )
    )
    items = "\n".join(
        f"  - {{number: {number}, gloss: {gloss}, options: agreement{', reverse: true' if number in reverse else ''}, "
        f"translations: {{de: Satz Nummer {number} auf Deutsch {gloss[3:8]}}}}}"
        for number, gloss in enumerate(_GLOSSES, start=1)
    )
    form_lines = (
        "forms:\n  - {id: now, name: now, gloss: How it is now}\n"
        "  - {id: wish, name: as I would like it, gloss: How I would like it}\n"
    )
    answers = f"[{', '.join([str(low)] * 6)}]"
    backward = len(reverse)
    total = low * (6 - backward) + (low + 4) * backward
    case = "now" if forms else "-"
    score = "now_total" if forms else "total"
    return f"""
format: 1
id: {bank_id}
version: "1.0.0"
name: Test of {bank_id}
measures: nothing
rights: {{status: original, holder: we ourselves, licence: CC0}}
source: [schaefer1981]
languages: [en, de]
options:
  agreement:
{options}
{form_lines if forms else ""}items:
{items}
scales:
  - {{id: total, name: Total, items: [1, 2, 3, 4, 5, 6], combine: sum, min_answered: 5, min_answered_source: ours,
     missing: prorate, range: [{6 * low}, {6 * (low + 4)}], higher_means: more of it}}
certainty: {{map: confirmed, keys: confirmed, options: confirmed, gloss: confirmed, check: nothing}}
cases:
  - {{name: all low, source: by hand, answers: {{"{case}": {answers}}}, scores: {{{score}: {total}}}}}
"""


def make_bank(bank_id: str = "duo", *, low: int = 1, forms: bool = False, reverse: tuple[int, ...] = (3, 5)):
    """Return the bank of :func:`bank_text`."""
    return read_bank(bank_text(bank_id, low=low, forms=forms, reverse=reverse), name=f"{bank_id}.yaml")


def table(columns, *, first_row: int = 2, **more) -> RawTable:
    """Return a table of columns given as name to numbers, texts, or a ready :class:`Column`."""
    made = []
    for name, cells in columns.items():
        if isinstance(cells, Column):
            made.append(cells)
        elif any(isinstance(cell, str) for cell in cells):
            made.append(Column(name=name, cells=text_cells([None if c is None else str(c) for c in cells])))
        else:
            numbers = np.array([np.nan if c is None else c for c in cells], dtype=np.float64)
            made.append(Column(name=name, cells=NumberCells(numbers=numbers)))
    rows = len(made[0].cells)
    return RawTable(
        columns=tuple(made), row_numbers=np.arange(first_row, first_row + rows), set_aside=(),
        source=Source(path="t.csv", platform="test", saw="a test"), **more,
    )  # fmt: skip


def answers(n: int = 60, *, low: int = 1, seed: int = 1, reverse: tuple[int, ...] = (3, 5)) -> np.ndarray:
    """Return n x 6 answers as ticked on one trait, the ``reverse`` items worded in reverse."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, 6))
    codes = np.clip(np.rint(2 + 1.2 * trait), 0, 4)
    for number in reverse:
        codes[:, number - 1] = 4 - codes[:, number - 1]
    return codes + low


def columns_of(values: np.ndarray, names: str = "duo_{}") -> dict[str, list[float]]:
    """Return columns named by item number."""
    return {names.format(j + 1): values[:, j].tolist() for j in range(values.shape[1])}


def said(error) -> str:
    """Return the message of a caught error."""
    return str(error.value)
