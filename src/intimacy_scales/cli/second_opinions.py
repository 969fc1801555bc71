"""``--second-opinion``: what other programs say to a result, printed and for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.cli.printing import Printer


def second_opinion_of(printer: Printer, result: Any, data: Any = None, *, asked: bool) -> dict[str, Any]:
    """Print a second opinion where it was asked for; return its part of the JSON (nothing else)."""
    if not asked:
        return {}
    from intimacy_scales.analysis.second_opinion import second_opinion

    found = second_opinion(result, data)
    printer.result(f"\n{found}")
    return {"second_opinion": found.to_dict(), "second_opinion_notes": list(found.notes)}
