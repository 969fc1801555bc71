"""Validity: what speaks for reading a score as what it is said to measure."""

from intimacy_scales.analysis.validity.door import validity
from intimacy_scales.analysis.validity.result import Validity

__all__ = ["Validity", "validity"]
