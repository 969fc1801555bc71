"""Path models of observed scores: estimates, fit, and every indirect effect."""

from intimacy_scales.analysis.path.door import path
from intimacy_scales.analysis.path.result import PathAnalysis

__all__ = ["PathAnalysis", "path"]
