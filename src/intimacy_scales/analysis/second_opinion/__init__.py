"""A second opinion: what pingouin, factor_analyzer and semopy make of the same numbers."""

from intimacy_scales.analysis.second_opinion.comparison import Opinion, SecondOpinion
from intimacy_scales.analysis.second_opinion.door import second_opinion

__all__ = ["Opinion", "SecondOpinion", "second_opinion"]
