"""Correlations of ordinal answers: polychoric between items, polyserial with a continuous variable."""

from intimacy_scales.statistics.polychoric.correlations import Polychoric, polychoric, shuffled_correlations
from intimacy_scales.statistics.polychoric.polyserial_pairs import Polyserial, polyserial
from intimacy_scales.statistics.polychoric.tables import Smoothed, smooth

__all__ = ["Polychoric", "Polyserial", "Smoothed", "polychoric", "polyserial", "shuffled_correlations", "smooth"]
