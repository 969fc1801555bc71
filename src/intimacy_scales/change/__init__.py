"""Change: how far two occasions agree, and who changed by more than measurement error."""

from __future__ import annotations

from intimacy_scales.change.compute import classes_of, direction_of
from intimacy_scales.change.cutoffs import Cutoff, Population, cutoff_of
from intimacy_scales.change.effects import PairedEffects, hedges_factor, paired_effects, share
from intimacy_scales.change.formulas import (
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
from intimacy_scales.change.icc import MCGRAW_WONG, Icc, MeanSquares, icc_table, mean_squares
from intimacy_scales.change.moving import change_over_time, reliable_change
from intimacy_scales.change.occasions import days_of, times_of
from intimacy_scales.change.results import Change, Index, ScaleChange
from intimacy_scales.change.retest import BlandAltman, Estimate, Retest, bland_altman, pearson, retest_of
from intimacy_scales.change.sources import LEAST_SAMPLE, Used
from intimacy_scales.change.trend import Trends, trends_of

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
