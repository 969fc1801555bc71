"""What the page itself says, in the languages it speaks."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from intimacy_scales.tips import tip_file

SPOKEN = ("en", "de")
"""Languages of the page's own words; in any other the items speak theirs and the page English."""
_HERE = Path(__file__).parent / "words"


@cache
def words(language: str) -> dict[str, Any]:
    """Return the page's own words: key to text, with ``{name}`` where the script puts something in.

    Where to find help stands in the tips file, in English; other languages bring their own translation of it.
    """
    said: dict[str, Any] = json.loads((_HERE / f"{language}.json").read_text(encoding="utf-8"))
    return said if "help_lines" in said else {**said, "help_lines": list(tip_file().help.lines)}
