"""The bundled example: a Qualtrics-shaped export of simulated couples, and the script that made it."""

from __future__ import annotations

from pathlib import Path

BANKS = ("eis", "pair_style", "tdis")
"""Banks that the example holds answers for."""


def example_export() -> Path:
    """Return the path of the example export. Its answers are simulated; no respondent is real."""
    return Path(__file__).parent / "couples_simulated.csv"


ID_COLUMN = "person_code"
