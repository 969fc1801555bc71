"""The keyed answers behind one score column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.responses.model import Answered, Responses
from intimacy_scales.scoring.key import keyed
from intimacy_scales.scoring.scores import ScaleScores


def keyed_answers(responses: Responses, part: ScaleScores) -> NDArray[np.float64]:
    """Return the keyed answers behind one score column, persons x items of the scale; NaN is no answer."""
    place = {item.number: j for j, item in enumerate(part.bank.items)}
    return keyed(_answered(responses, part), places=[place[number] for number in part.scale.items])


def _answered(responses: Responses, part: ScaleScores) -> Answered:
    return next(a for a in responses.of(part.bank.id) if a.sitting == part.sitting)
