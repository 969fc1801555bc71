"""Alpha of one score column: what the scored sample itself says about a score's reliability."""

from __future__ import annotations

import math
from dataclasses import dataclass

from intimacy_scales.responses.model import Responses
from intimacy_scales.scoring import ScaleScores
from intimacy_scales.scoring.behind import keyed_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAlpha:
    """Cronbach's alpha of a sample (pairwise covariances) and the number of complete rows behind it."""

    value: float
    n_complete: int


def alpha_of(responses: Responses, part: ScaleScores) -> SampleAlpha | None:
    """Return alpha of the answers behind a score column; ``None`` for a single item or where it is not defined."""
    from intimacy_scales.reliability.coefficients import alpha
    from intimacy_scales.reliability.moments import blocks_of, gather

    moments = gather(blocks_of(keyed_answers(responses, part)))
    value = alpha(moments.covariance)
    return None if math.isnan(value) else SampleAlpha(value=value, n_complete=moments.n_complete)
