"""Figures as pages and pictures show them: those of ``base.wording`` with a true minus, and a dash for none."""

from __future__ import annotations

from intimacy_scales.base import wording
from intimacy_scales.base.translation import in_figures
from intimacy_scales.base.wording import MINUS, for_page
from intimacy_scales.base.wording import NO_FIGURE_ON_PAGE as NOTHING

__all__ = ["MINUS", "NOTHING", "coefficient", "figure", "trimmed"]


def figure(x: float | None, digits: int = 2) -> str:
    """Return a figure of ``digits`` decimals."""
    return in_figures(for_page(wording.figure(x, digits)))


def trimmed(x: float | None, digits: int = 2) -> str:
    """Return a figure without trailing zeros: scores that are whole numbers stay whole."""
    return in_figures(for_page(wording.score(x, digits)))


def coefficient(x: float | None) -> str:
    """Return a coefficient that cannot pass 1: two decimals, no leading zero."""
    return for_page(wording.coefficient(x))
