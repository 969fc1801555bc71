"""Daily life: what goes with what from day to day within persons, between persons, and between two partners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from intimacy_scales.analysis.diary.diaries_of_couples import couples_diary
from intimacy_scales.analysis.diary.diaries_of_persons import persons_diary
from intimacy_scales.analysis.diary.diary_rows import Compliance
from intimacy_scales.analysis.diary.effects import FixedEffect, PersonSlopes, SimpleSlope, Spread
from intimacy_scales.analysis.diary.mediation import DailyMediation
from intimacy_scales.analysis.diary.reliability import DayReliability
from intimacy_scales.analysis.diary.request import DiaryRequest, Part, Random, names_of, random_of
from intimacy_scales.analysis.diary.results import CouplesDiary, Diary
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.scoring.study_table import Bank, StudyTable, own_column, study_table
from intimacy_scales.statistics.multilevel import Method

__all__ = [
    "Compliance",
    "CouplesDiary",
    "DailyMediation",
    "DayReliability",
    "Diary",
    "DiaryRequest",
    "FixedEffect",
    "PersonSlopes",
    "SimpleSlope",
    "Spread",
    "StudyTable",
    "diary",
    "diary_of",
]


def diary(  # noqa: PLR0913 -- what may stand in a model of days are its arguments, each with a plain default
    data: Any,
    bank: Bank | Sequence[Bank] | None = None,
    *,
    outcome: str,
    person: str | None = None,
    day: str | None = None,
    within: str | Sequence[str] = (),
    moderator: str | None = None,
    moderator_part: Part | None = None,
    mediator: str | None = None,
    between: str | Sequence[str] = (),
    covariate: str | Sequence[str] = (),
    items: str | Sequence[str] = (),
    couple: str | None = None,
    partner: str | None = None,
    exchangeable: bool | None = None,
    weekend: bool = False,
    trend: bool = False,
    lag: bool = False,
    lag_of: str | Sequence[str] = (),
    random: Random | Sequence[str] = "first",
    ar1: bool | None = None,
    planned_days: int | None = None,
    method: Method = "REML",
    level: float = 0.95,
    draws: int = 100_000,
    seed: int = 2005,
    min_answered: int | None = None,
    **reading: Unpack[ReadingOptions],
) -> Diary | CouplesDiary:
    """Fit a model of days: an outcome on what varies from day to day, within and between persons.

    ``y_it = b0 + b_w (x_it - mean_i) + b_b (mean_i - mean) + ... + u0_i + u1_i (x_it - mean_i) + e_it``, persons i on
    days t; ``(u0, u1)`` normal with a free covariance matrix, ``corr(e_is, e_it) = phi^|s - t|``.

    Parameters
    ----------
    data
        A path, a frame, or answers read or scored already; a row a person and day.
    bank
        Banks whose scores are named (``eis_total``); none is needed for columns the file has.
    outcome, within
        Columns or scores. Each of ``within`` is split into the day's deviation from the person's mean over the days
        used, and that mean less the mean of persons' means.
    person, day
        Columns that say who (not needed with couple and partner) and when: numbers, dates (YYYY-MM-DD), or names such
        as day 1; gaps count. By default the columns called person and day.
    moderator
        Changes the slope of the first predictor; simple slopes are told at both values of a moderator of two, else one
        SD below and above its average. One that varies within persons moderates by its deviation of the day, or by the
        persons' means with ``moderator_part="between"``.
    mediator
        1-1-1 mediation from the first predictor over it to the outcome, all slopes random.
    between, covariate
        Columns of the person; columns of the day taken as they are (a weekend column of 0 and 1).
    items
        Daily items for the reliability of days' scores (default: those behind an outcome that is a score).
    couple, partner
        Columns of a diary of two: one model for both partners.
    exchangeable
        Whether nothing tells the partners apart (default: as their labels say).
    weekend, trend
        Saturday or Sunday, from dates; a linear trend over days.
    lag, lag_of
        Yesterday's outcome, and yesterday's value of other columns, as predictors.
    random
        Predictors whose slopes differ between persons: the first, all, none, or names.
    ar1
        Autocorrelated residuals (default: unless ``lag``).
    planned_days
        Days everybody was asked for (default: the longest diary).
    method, level
        REML or ML; of the intervals.
    draws, seed
        Of the Monte Carlo interval of an indirect effect.
    min_answered
        Least answered items of a day's score (default: as the bank says).

    Returns
    -------
    Diary or CouplesDiary
        ``.effects`` with Satterthwaite's df, ``.random``, ``.slopes`` of single persons, ``.reliability``,
        ``.mediation``, ``.compliance``, ``.apa()``, ``.plot()``.

    Raises
    ------
    ResponseError
        For one day a person, no variance within persons, a constant mediator, days doubled, too few persons, a model
        that does not converge; all that is wrong at once.

    Notes
    -----
    Rows without every number of the model are left out first, and counted. Centring on observed means takes error of
    short diaries into the between part (Ludtke et al., 2008). Person-specific slopes are drawn towards the average.
    Validated against nlme 3.1 and lme4 1.1 on simulated diaries, and against Bolger and Laurenceau's printed chapters.
    References: Bolger, N., & Laurenceau, J.-P. (2013). *Intensive longitudinal methods*. Guilford. Curran, P. J., &
    Bauer, D. J. (2011). The disaggregation of within-person and between-person effects in longitudinal models of
    change. *Annual Review of Psychology, 62*, 583-619. https://doi.org/10.1146/annurev.psych.093008.100356

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> days = pd.DataFrame({"who": np.repeat(np.arange(40), 10), "day": np.tile(np.arange(10), 40)})
    >>> days["hours"] = rng.normal(3, 1, 400).round(1)
    >>> days["close"] = 5 + 0.5 * days["hours"] + rng.normal(0, 1, 400).round(2)
    >>> found = diary(days, person="who", day="day", outcome="close", within="hours")
    >>> bool(found.effect("hours_within").low > 0)
    True
    """
    table = study_table(data, bank, reading, min_answered=min_answered)
    request = DiaryRequest(
        person=own_column(table, person, "person"),
        day=own_column(table, day, "day"),
        outcome=outcome,
        within=names_of(within),
        moderator=moderator,
        moderator_part=moderator_part,
        mediator=mediator,
        between=names_of(between),
        covariate=names_of(covariate),
        items=names_of(items),
        couple=couple,
        partner=partner,
        exchangeable=exchangeable,
        weekend=weekend,
        trend=trend,
        lag=lag,
        lag_of=names_of(lag_of),
        random=random_of(random),
        ar1=ar1,
        planned_days=planned_days,
        method=method,
        level=level,
        draws=draws,
        seed=seed,
    )
    return diary_of(table, request)


def diary_of(table: StudyTable, request: DiaryRequest) -> Diary | CouplesDiary:
    """Fit what was asked of a table of days."""
    return couples_diary(table, request) if request.two else persons_diary(table, request)
