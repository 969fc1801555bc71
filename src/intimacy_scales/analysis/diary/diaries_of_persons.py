"""The model of a diary of single persons, from its rows to its result."""

from __future__ import annotations

from typing import Any

import numpy as np

from intimacy_scales.analysis.diary.diary_rows import DiaryRows, day_times, diary_rows
from intimacy_scales.analysis.diary.effects import (
    ModelData,
    PersonSlopes,
    SimpleSlope,
    Spread,
    assumptions_of,
    autocorrelation,
    fixed_effects,
    spread,
)
from intimacy_scales.analysis.diary.mediation import daily_mediation
from intimacy_scales.analysis.diary.reliability import DayReliability, day_reliability, reliability_items
from intimacy_scales.analysis.diary.request import DiaryRequest
from intimacy_scales.analysis.diary.results import Diary
from intimacy_scales.analysis.diary.terms import INTERCEPT, WITHIN, Terms, diary_terms, fitted
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.base.wording import level_words
from intimacy_scales.scoring.study_table import StudyTable
from intimacy_scales.statistics import multilevel as ml
from intimacy_scales.statistics.estimate import half_width

FEW = 30  # persons below which between-person effects and variances are told to be uncertain


def persons_diary(table: StudyTable, request: DiaryRequest) -> Diary:
    """Fit the model and everything that was asked beside it."""
    rows = diary_rows(table, request)
    terms = diary_terms(rows, request)
    _refuse_few(rows, terms)
    slopes = tuple(name + WITHIN for name in request.slopes)
    data = ModelData(
        y=rows.values[request.outcome][terms.rows],
        X=terms.matrix(),
        Z=terms.matrix((INTERCEPT, *slopes)),
        groups=rows.person[terms.rows],
        days=rows.day[terms.rows],
    )
    model = fitted(ml.repeated_measures(data.y, data.X, data.Z, data.groups, days=data.days), request)
    reliability, why = _reliability(table, request)
    return Diary(
        outcome=request.outcome,
        n_persons=model.n_groups,
        n_days=model.n,
        level=request.level,
        effects=fixed_effects(model, terms.named, request.level),
        random=_random(model, slopes, request.level),
        random_correlations=_random_correlations(model, slopes, request.level),
        residual_sd=spread("residual", ml.residual_sd(model, 0, level=request.level)),
        ar1=autocorrelation(model, request.level),
        icc=_icc(rows, request),
        compliance=rows.compliance,
        assumptions=assumptions_of(model, data, rows.compliance.days_and_outcome, who="persons"),
        simple_slopes=_simple_slopes(model, terms, request.level),
        slopes=_person_slopes(model, rows, terms, request),
        mediation=None if request.mediator is None else daily_mediation(rows, request),
        reliability=reliability,
        model=model,
        points=_points(rows, request, terms),
        notes=(*rows.notes, *terms.notes, *_notes(rows, request, model), *why),
    )


def _refuse_few(rows: DiaryRows, terms: Terms) -> None:
    n_between = 1 + sum(term.kind == "between" for term in terms.terms)
    n_persons = len(np.unique(rows.person[terms.rows]))
    if n_persons < max(5, n_between + 3):
        raise ResponseError(
            Problem(
                where="persons",
                what=f"{n_persons}",
                allowed=f"{max(5, n_between + 3)} or more for {n_between} effects of persons",
                do="collect more persons, or name fewer predictors",
            )
        )


def _random(model: ml.MixedModel, slopes: tuple[str, ...], level: float) -> tuple[Spread, ...]:
    names = ("intercept", *(name.removesuffix(WITHIN) for name in slopes))
    return tuple(spread(name, ml.random_sd(model, j, level=level)) for j, name in enumerate(names))


def _random_correlations(model: ml.MixedModel, slopes: tuple[str, ...], level: float) -> tuple[Spread, ...]:
    names = ("intercept", *(name.removesuffix(WITHIN) for name in slopes))
    return tuple(
        spread(f"r({names[i]}, {names[j]})", ml.random_correlation(model, i, j, level=level))
        for j in range(len(names))
        for i in range(j)
    )


def _icc(rows: DiaryRows, request: DiaryRequest) -> float:
    """Share of the outcome's variance that lies between persons: the model without predictors, days unrelated."""
    one = np.ones((len(rows), 1))
    model = ml.fit_mixed_model(
        ml.repeated_measures(rows.values[request.outcome], one, one, rows.person), method=request.method
    )
    between = float(model.random_cov[0, 0])
    return between / (between + float(model.residual_cov[0, 0]))


def _simple_slopes(model: ml.MixedModel, terms: Terms, level: float) -> tuple[SimpleSlope, ...]:
    from scipy.stats import norm

    if terms.moderation is None:
        return ()
    names, found = terms.names, terms.moderation
    slope, product = names.index(found.predictor), names.index(found.interaction)
    slopes = []
    for said, value in found.points:
        weights = np.zeros(len(names))
        weights[slope], weights[product] = 1, value
        est = float(weights @ model.fixed)
        se = float(np.sqrt(weights @ model.fixed_cov @ weights))
        wide = half_width(level) * se
        p = float(2 * norm.sf(abs(est) / se))
        slopes.append(SimpleSlope(at=said, value=value, est=est, se=se, low=est - wide, high=est + wide, p=p))
    return tuple(slopes)


def _person_slopes(model: ml.MixedModel, rows: DiaryRows, terms: Terms, request: DiaryRequest) -> PersonSlopes | None:
    from scipy.stats import norm

    if not request.slopes:
        return None
    name = request.slopes[0]
    fixed = terms.names.index(name + WITHIN)
    effects = ml.group_effects(model, fixed, 1, level=request.level)
    groups = np.unique(rows.person[terms.rows])
    average, sd = float(model.fixed[fixed]), float(np.sqrt(model.random_cov[1, 1]))
    return PersonSlopes(
        predictor=name,
        ids=tuple(rows.ids[g] for g in groups),
        est=effects.est,
        low=effects.low,
        high=effects.high,
        average=average,
        sd=sd,
        share_above=float(norm.cdf(average / sd)) if sd > 0 else float(average > 0),
    )


def _reliability(table: StudyTable, request: DiaryRequest) -> tuple[DayReliability | None, tuple[str, ...]]:
    """Return the reliability of daily scores, or why there is none."""
    wanted = reliability_items(table, request)
    if wanted is None:
        return None, ()
    items, _ = wanted
    whose = [text.strip() for text in table.texts(request.person or "")]
    times = day_times(table, request.day_column).values
    keep = np.array([bool(one) for one in whose]) & np.isfinite(times)
    person = np.unique([one for one, kept in zip(whose, keep, strict=True) if kept], return_inverse=True)[1]
    try:
        return day_reliability(items[keep], person, times[keep]), ()
    except IntimacyScalesError as fault:
        if request.items:
            raise ResponseError(fault.problems) from fault
        return None, tuple(f"no reliability of daily scores: {problem}" for problem in fault.problems)


def _points(rows: DiaryRows, request: DiaryRequest, terms: Terms) -> dict[str, Any]:
    """Return what the pictures draw: the first predictor within persons, the outcome, whose, and everybody's mean."""
    if not request.slopes:
        return {}
    i = terms.rows
    person = np.unique(rows.person[i], return_inverse=True)[1]
    y = rows.values[request.outcome][i]
    x = terms.matrix((request.slopes[0] + WITHIN,))[:, 0]
    return {"x": x, "y": y, "person": person, "height": np.bincount(person, weights=y) / np.bincount(person)}


def _notes(rows: DiaryRows, request: DiaryRequest, model: ml.MixedModel) -> list[str]:
    notes = []
    days = rows.compliance
    if model.n_groups < FEW:
        notes.append(
            f"{model.n_groups} persons: effects between persons and all variances are uncertain (under {FEW} persons)"
        )
    if days.one_day:
        notes.append(f"{days.one_day} persons have one day: they say nothing about change within persons")
    if model.singular:
        notes.append(
            "the variances lie on their edge (an SD of 0 or a correlation of 1): the data do not show that persons "
            "differ in everything asked for, and intervals of their SDs and correlations are not to be relied on"
        )
    if request.level != 0.95:
        notes.append(f"intervals are of {level_words(request.level)}")
    return notes
