"""Change: how far two occasions agree, and who changed by more than measurement error."""

from __future__ import annotations

from intimacy_scales.analysis.change.before_after import classes_of, direction_of
from intimacy_scales.analysis.change.formulas import (
    CRITICAL,
    Cutoff,
    Population,
    TwoOccasions,
    change_reliability,
    cutoff_of,
    edwards_nunnally,
    gulliksen_lord_novick,
    hageman_arrindell,
    jacobson_truax,
    practice_adjusted,
    sem_of,
    smallest_detectable,
)
from intimacy_scales.analysis.change.occasions import times_of
from intimacy_scales.analysis.change.occasions_series import change_over_time, reliable_change
from intimacy_scales.analysis.change.results import Change, Index, ScaleChange
from intimacy_scales.analysis.change.retest import BlandAltman, ReliabilityUsed, Retest, bland_altman, retest_of
from intimacy_scales.analysis.change.trend import Trends, trends_of
from intimacy_scales.base.wording import days_of

__all__ = [
    "CRITICAL",
    "BlandAltman",
    "Change",
    "Cutoff",
    "Index",
    "Population",
    "ReliabilityUsed",
    "Retest",
    "ScaleChange",
    "Trends",
    "TwoOccasions",
    "bland_altman",
    "change_over_time",
    "change_reliability",
    "classes_of",
    "cutoff_of",
    "days_of",
    "direction_of",
    "edwards_nunnally",
    "gulliksen_lord_novick",
    "hageman_arrindell",
    "jacobson_truax",
    "practice_adjusted",
    "reliable_change",
    "retest_of",
    "sem_of",
    "smallest_detectable",
    "times_of",
    "trends_of",
]
