"""Correlations of ordinal answers: polychoric between items, polyserial with a continuous variable."""

from .correlations import Polychoric, polychoric
from .polyserial import Polyserial, polyserial
from .smoothing import Smoothed, smooth

__all__ = ["Polychoric", "Polyserial", "Smoothed", "polychoric", "polyserial", "smooth"]
