"""Change: how far two occasions agree, and who changed by more than measurement error."""

from __future__ import annotations

from intimacy_scales.analysis.change.before_after import classes_of, direction_of
from intimacy_scales.analysis.change.cutoffs import Cutoff, Population, cutoff_of
from intimacy_scales.analysis.change.effects import PairedEffects, hedges_factor, paired_effects, share
from intimacy_scales.analysis.change.formulas import (
    CRITICAL,
    TwoOccasions,
    change_reliability,
    edwards_nunnally,
    gulliksen_lord_novick,
    hageman_arrindell,
    jacobson_truax,
    practice_adjusted,
    sem_of,
    smallest_detectable,
)
from intimacy_scales.analysis.change.occasions import days_of, times_of
from intimacy_scales.analysis.change.occasions_series import change_over_time, reliable_change
from intimacy_scales.analysis.change.reliability_sources import LEAST_SAMPLE, Used
from intimacy_scales.analysis.change.results import Change, Index, ScaleChange
from intimacy_scales.analysis.change.retest import BlandAltman, Estimate, Retest, bland_altman, pearson, retest_of
from intimacy_scales.analysis.change.trend import Trends, trends_of
from intimacy_scales.statistics.icc import MCGRAW_WONG, Icc, MeanSquares, icc_table, mean_squares

__all__ = [
    "CRITICAL",
    "LEAST_SAMPLE",
    "MCGRAW_WONG",
    "BlandAltman",
    "Change",
    "Cutoff",
    "Estimate",
    "Icc",
    "Index",
    "MeanSquares",
    "PairedEffects",
    "Population",
    "Retest",
    "ScaleChange",
    "Trends",
    "TwoOccasions",
    "Used",
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
    "hedges_factor",
    "icc_table",
    "jacobson_truax",
    "mean_squares",
    "paired_effects",
    "pearson",
    "practice_adjusted",
    "reliable_change",
    "retest_of",
    "sem_of",
    "share",
    "smallest_detectable",
    "times_of",
    "trends_of",
]
