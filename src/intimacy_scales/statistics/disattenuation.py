"""A correlation corrected for the unreliability of both measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """``r / sqrt(rxx ryy)`` with its interval; ``withheld`` says why there is none, and then the figures are NaN."""

    value: float
    low: float
    high: float
    withheld: str = ""


def disattenuate(r: float, ends: tuple[float, float], reliability_x: float, reliability_y: float) -> Corrected:
    """Return a correlation corrected for unreliability, reliabilities taken as known.

    ``r / sqrt(rxx ryy)``; the interval is r's own ends over the same root, so it is too narrow by what the
    reliabilities themselves are unsure, and an end may pass 1. A corrected r above 1 in size is withheld: then the
    reliabilities are too low for these data, or errors of the two measures correlate. Validated against R (1e-9).
    Spearman, C. (1904). The proof and measurement of association between two things. *American Journal of Psychology,
    15*, 72-101. doi:10.2307/1412159

    Examples
    --------
    >>> round(disattenuate(0.62, (0.53, 0.70), 0.86, 0.84).value, 3)
    0.729
    """
    none = Corrected(value=np.nan, low=np.nan, high=np.nan)
    for one in (reliability_x, reliability_y):
        if not one > 0:
            return Corrected(value=none.value, low=none.low, high=none.high, withheld="a reliability is not known" if
                             np.isnan(one) else f"a reliability is {one:.2f}, not above zero")  # fmt: skip
        if one > 1:
            return Corrected(value=np.nan, low=np.nan, high=np.nan, withheld=f"a reliability is {one:.2f}, above 1")
    root = float(np.sqrt(reliability_x * reliability_y))
    value = r / root
    if abs(value) > 1:
        return Corrected(
            value=np.nan,
            low=np.nan,
            high=np.nan,
            withheld=f"it would be {value:.2f}, beyond 1: the reliabilities are too low for it, or errors correlate",
        )
    return Corrected(value=value, low=ends[0] / root, high=ends[1] / root)
