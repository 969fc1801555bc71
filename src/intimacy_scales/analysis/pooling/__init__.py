"""Pooling studies: correlations of several studies, their mean, how they differ, and why."""

from intimacy_scales.analysis.pooling.door import pool
from intimacy_scales.analysis.pooling.result import PooledCorrelations

__all__ = ["PooledCorrelations", "pool"]
