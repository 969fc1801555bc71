"""Small files that once gave wrong or unmarked figures, read without a bank file: column k is item k."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from intimacy_scales.analysis.reliability import ScaleReliability, reliability_of
from intimacy_scales.reading.responses.model import Responses
from small_banks import small_bank, vouched

CASES = Path(__file__).parent / "reference" / "cases"


def answers_of(name: str) -> np.ndarray:
    """Return the answers of a case, persons x items; persons without any answer are left out."""
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if "_" in column]
    table = np.array([[float(row[column] or "nan") for column in columns] for row in rows])
    return table[~np.isnan(table).all(axis=1)]


def responses_of(name: str) -> Responses:
    """Return a case as vouched answers of a bank with one scale."""
    answers = answers_of(name)
    codes = (0, 1) if np.nanmax(answers) == 1 else (1, 2, 3, 4, 5)
    bank = small_bank({"total": range(1, answers.shape[1] + 1)}, codes=codes, combine="sum", bank_id=name)
    return vouched(bank, answers)


def reliability_of_case(name: str, **options: object) -> ScaleReliability:
    """Return the reliability of a case's one scale."""
    return reliability_of(responses_of(name), **({"bootstrap": 0} | options))[f"{name}.total"]  # type: ignore[arg-type]
