"""Two scores compared: the error of their difference, and whether it is more than measurement error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.responses.model import Sitting
from intimacy_scales.results import json_dict
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.scoring.given import half_width

FloatArray = NDArray[np.float64]


def difference_error(sem1: FloatArray | float, sem2: FloatArray | float) -> FloatArray:
    """Return ``sqrt(SEM1^2 + SEM2^2)``, the standard error of a difference of two scores with independent errors.

    Examples
    --------
    >>> float(difference_error(3.0, 4.0))
    5.0
    """
    return np.hypot(np.asarray(sem1, dtype=np.float64), np.asarray(sem2, dtype=np.float64))


def difference_reliability(r11: float, r22: float, r12: float, *, sd1: float = 1.0, sd2: float = 1.0) -> float:
    """Return the reliability of the difference of two scores.

    ``(r11 s1^2 + r22 s2^2 - 2 r12 s1 s2) / (s1^2 + s2^2 - 2 r12 s1 s2)``: ``r11``, ``r22`` the reliabilities of the
    scores, ``r12`` their correlation, ``s1``, ``s2`` their SDs.

    Raises
    ------
    ResponseError
        When the difference has no variance (equal SDs and a correlation of 1).

    Examples
    --------
    >>> round(difference_reliability(.726, .726, .5), 3)
    0.452
    """
    from intimacy_scales.reliability.composites import composite_reliability

    both = r12 * sd1 * sd2
    found = composite_reliability([1, -1], np.array([[sd1**2, both], [both, sd2**2]]), (r11, r22))
    if np.isnan(found):
        raise ResponseError(Problem(where="difference", what="has no variance", allowed="two scores that differ"))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference with its standard error and interval. *Beyond measurement error*: the interval leaves out zero."""

    value: float
    se: float
    level: float

    @property
    def low(self) -> float:
        """Lower end of the interval; NaN where there is no error to build it from."""
        return self.value - half_width(self.level) * self.se

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.value + half_width(self.level) * self.se

    @property
    def beyond(self) -> bool:
        """Whether the interval leaves out zero; False where no interval can be had."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        if np.isnan(self.se):
            return f"{self.value:+.2f} (no interval)"
        return f"{self.value:+.2f} [{self.low:.2f}, {self.high:.2f}]"

    def to_dict(self) -> dict[str, Any]:
        """Return the difference JSON-safe at full precision."""
        return json_dict(
            {
                "value": self.value,
                "se": self.se,
                "ci": [self.low, self.high],
                "level": self.level,
                "beyond": self.beyond,
            }
        )


def halves_of(scores: Scores, part: ScaleScores) -> tuple[ScaleScores, ScaleScores]:
    """Return the two scores of a derived one: minuend (wished), subtrahend (now)."""
    if part.derived is None:
        raise ResponseError(Problem(where=part.column, what="is no difference of two forms"))
    first, second = (
        Sitting(form=form, partner=part.sitting.partner, time=part.sitting.time).column(part.bank.id, part.scale.id)
        for form in (part.derived.minuend, part.derived.subtrahend)
    )
    return scores[first], scores[second]
