"""The model of a diary of two: both partners' outcomes at one time, on one's own and on the partner's days."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from intimacy_scales.analysis.diary.diary_rows import DiaryRows, day_times, diary_rows
from intimacy_scales.analysis.diary.effects import (
    FixedEffect,
    ModelData,
    Spread,
    assumptions_of,
    autocorrelation,
    effects_from,
    spread,
)
from intimacy_scales.analysis.diary.reliability import day_reliability, reliability_items
from intimacy_scales.analysis.diary.request import DiaryRequest
from intimacy_scales.analysis.diary.results import BOTH, CouplesDiary
from intimacy_scales.analysis.diary.terms import INTERCEPT, fitted, person_means, split, varies_within
from intimacy_scales.analysis.dyads import says_nothing
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.base.wording import counted, listed
from intimacy_scales.scoring.study_table import StudyTable
from intimacy_scales.statistics import multilevel as ml
from intimacy_scales.statistics.estimate import ChiSquareTest

LEAST_COUPLES = 10
FEW_COUPLES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Columns of one partner's equation: (term, kind, variable) and values (rows x terms)."""

    named: tuple[tuple[str, str, str], ...]
    values: FloatArray = field(repr=False)
    slopes: tuple[int, ...]
    """Places of the columns whose slopes differ between couples; the intercept first."""


def couples_diary(table: StudyTable, request: DiaryRequest) -> CouplesDiary:
    """Fit the model of both partners.

    Raises
    ------
    ResponseError
        For one-person couples only, too few couples, and what :func:`persons_diary` refuses.
    """
    rows, left = _answered_by_both(diary_rows(table, request), request)
    _refuse(rows, request)
    exchangeable = request.exchangeable
    if exchangeable is None:
        exchangeable = says_nothing(request.partner or "", rows.labels)
    columns = _columns(rows, request)
    model = _fit(rows, request, columns, exchangeable=exchangeable)
    effects = _effects(model, columns, rows.labels, request.level, exchangeable=exchangeable)
    y, member = rows.values[request.outcome], _member(rows)
    X, Z = _designs(columns, member, exchangeable=exchangeable)
    return CouplesDiary(
        outcome=request.outcome,
        labels=(rows.labels[0], rows.labels[1]),
        exchangeable=exchangeable,
        n_couples=model.n_groups,
        n_days=len(set(zip(_couple(rows).tolist(), rows.day.tolist(), strict=True))),
        n_rows=model.n,
        level=request.level,
        effects=effects,
        random=_spreads(model, columns, rows.labels, request.level, exchangeable=exchangeable),
        random_correlations=_correlations(model, columns, rows.labels, request.level, exchangeable=exchangeable),
        residual_sds=_residual_sds(model, rows.labels, request.level, exchangeable=exchangeable),
        residual_correlation=spread("residuals", ml.residual_correlation(model, 0, 1, level=request.level)),
        ar1=autocorrelation(model, request.level),
        icc=_icc(rows, request, exchangeable=exchangeable),
        differences=_differences(model, columns, request.level, exchangeable=exchangeable),
        distinguishability=_distinguishability_test(rows, request, columns),
        compliance=rows.compliance,
        assumptions=assumptions_of(
            model,
            ModelData(y=y, X=X, Z=Z, groups=_couple(rows), days=rows.day),
            rows.compliance.days_and_outcome,
            who="couples",
        ),
        reliability=_reliability(table, request, rows.labels),
        model=model,
        notes=(*rows.notes, *_notes(request, model, left)),
    )


def _couple(rows: DiaryRows) -> IntArray:
    return rows.person if rows.couple is None else rows.couple


def _member(rows: DiaryRows) -> IntArray:
    return np.zeros(len(rows), int) if rows.member is None else rows.member


def _answered_by_both(rows: DiaryRows, request: DiaryRequest) -> tuple[DiaryRows, int]:
    """Return the days on which both partners answered, where the partner's day is a predictor."""
    if not request.within:
        return rows, 0
    keys = list(zip(_couple(rows).tolist(), rows.day.tolist(), strict=True))
    seen: dict[tuple[int, float], int] = {}
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
    keep = np.array([seen[key] == 2 for key in keys])
    if not keep.any():
        raise ResponseError(
            Problem(
                where="couples",
                what="on no day both partners of a couple answered",
                allowed="two rows a couple and day, one of each partner",
                do="check the couple, partner and day columns",
            )
        )
    return _rows_kept(rows, keep), int((~keep).sum())


def _rows_kept(rows: DiaryRows, keep: np.ndarray) -> DiaryRows:
    def of(ids: tuple[str, ...], places: IntArray) -> tuple[tuple[str, ...], IntArray]:
        held, place = np.unique(places[keep], return_inverse=True)
        return tuple(ids[one] for one in held), place

    ids, person = of(rows.ids, rows.person)
    couples, couple = of(rows.couples, _couple(rows))
    return replace(
        rows,
        ids=ids,
        person=person,
        day=rows.day[keep],
        values={name: values[keep] for name, values in rows.values.items()},
        couples=couples,
        couple=couple,
        member=_member(rows)[keep],
    )


def _refuse(rows: DiaryRows, request: DiaryRequest) -> None:
    problems = []
    if len(rows.couples) < LEAST_COUPLES:
        problems.append(
            Problem(
                where="couples", what=f"{len(rows.couples)} with days both answered", allowed=f"{LEAST_COUPLES} or more"
            )
        )
    problems += [
        Problem(
            where=f"within predictor {name}",
            what="is the same on all days of every person",
            allowed="something that varies from day to day",
            do="name it with between",
        )
        for name in request.within
        if not varies_within(rows.values[name], rows.person)
    ]
    if not varies_within(rows.values[request.outcome], rows.person):
        problems.append(
            Problem(
                where=f"outcome {request.outcome}",
                what="is the same on all days of every person",
                allowed="days that differ",
            )
        )
    if request.lag or request.lag_of:
        problems.append(
            Problem(
                where="lag", what="is not made for two persons at one time", do="autocorrelation stands in the model"
            )
        )
    if problems:
        raise ResponseError(problems)


def _columns(rows: DiaryRows, request: DiaryRequest) -> _Columns:
    """Return the columns of an equation: own and partner's deviation of the day, own and partner's average."""
    other = _partner_rows(rows)
    named: list[tuple[str, str, str]] = [(INTERCEPT, "intercept", "")]
    values: list[Any] = [np.ones(len(rows))]
    slopes = [0]
    for name in request.within:
        own, mean = split(rows.values[name], rows.person)
        for whose, deviation in (("own", own), ("partner", own[other])):
            if name in request.slopes:
                slopes.append(len(named))
            named.append((f"{name}_{whose}_within", f"{whose} within", name))
            values.append(deviation)
        for whose, average in (("own", mean), ("partner", mean[other])):
            named.append((f"{name}_{whose}_between", f"{whose} between", name))
            values.append(average)
    for name in request.between:
        average = person_means(rows.values[name], rows.person)
        named.append((name, "between", name))
        values.append((average - average.mean())[rows.person])
    for name in request.covariate:
        named.append((name, "covariate", name))
        values.append(rows.values[name])
    if request.weekend:
        named.append(("weekend", "covariate", "weekend"))
        values.append(rows.weekend())
    if request.trend:
        named.append(("day", "trend", request.day_column))
        values.append(rows.day - np.unique(rows.day).mean())
    return _Columns(named=tuple(named), values=np.column_stack(values), slopes=tuple(slopes))


def _partner_rows(rows: DiaryRows) -> IntArray:
    """Return for each row the place of the partner's row of that day (its own place where there is none)."""
    keys = zip(_couple(rows).tolist(), rows.day.tolist(), _member(rows).tolist(), strict=True)
    place = {key: i for i, key in enumerate(keys)}
    return np.array([place.get((c, d, 1 - m), i) for (c, d, m), i in place.items()])


def _designs(columns: _Columns, member: IntArray, *, exchangeable: bool) -> tuple[FloatArray, FloatArray]:
    gates = [(member == m).astype(float)[:, None] for m in (0, 1)]
    both = np.column_stack([columns.values * gate for gate in gates])
    Z = np.column_stack([columns.values[:, list(columns.slopes)] * gate for gate in gates])
    return (columns.values if exchangeable else both), Z


def _fit(rows: DiaryRows, request: DiaryRequest, columns: _Columns, *, exchangeable: bool) -> ml.MixedModel:
    X, Z = _designs(columns, _member(rows), exchangeable=exchangeable)
    measures = ml.repeated_measures(
        rows.values[request.outcome], X, Z, _couple(rows), members=_member(rows), days=rows.day
    )
    if exchangeable:
        return fitted(measures, request, random=ml.exchangeable(2, len(columns.slopes)), residual="exchangeable")
    return fitted(measures, request, residual="unstructured")


def _effects(
    model: ml.MixedModel, columns: _Columns, labels: tuple[str, ...], level: float, *, exchangeable: bool
) -> tuple[tuple[str, FixedEffect], ...]:
    who = (BOTH,) if exchangeable else labels
    named = columns.named * len(who)
    effects = effects_from(ml.effects(model, level=level), named)
    return tuple(zip([one for one in who for _ in columns.named], effects, strict=True))


def _slope_names(columns: _Columns, labels: tuple[str, ...], *, exchangeable: bool) -> list[str]:
    """Return the names of the random effects, member by member."""
    names = ["intercept" if place == 0 else columns.named[place][0] for place in columns.slopes]
    if exchangeable:
        return [*names, *(f"partner's {name}" for name in names)]
    return [f"{name} ({label})" for label in labels for name in names]


def _spreads(
    model: ml.MixedModel, columns: _Columns, labels: tuple[str, ...], level: float, *, exchangeable: bool
) -> tuple[Spread, ...]:
    names = _slope_names(columns, labels, exchangeable=exchangeable)
    shown = names[: len(columns.slopes)] if exchangeable else names
    return tuple(spread(name, ml.random_sd(model, j, level=level)) for j, name in enumerate(shown))


def _correlations(
    model: ml.MixedModel, columns: _Columns, labels: tuple[str, ...], level: float, *, exchangeable: bool
) -> tuple[Spread, ...]:
    """Return each correlation once: between exchangeable partners (i, j) and (j, i) are the same."""
    names, k = _slope_names(columns, labels, exchangeable=exchangeable), len(columns.slopes)
    pairs = [(i, j) for j in range(2 * k) for i in range(j)]
    if exchangeable:
        pairs = [(i, j) for i, j in pairs if i < k and (j < k or i <= j - k)]
    return tuple(
        spread(f"r({names[i]}, {names[j]})", ml.random_correlation(model, i, j, level=level)) for i, j in pairs
    )


def _residual_sds(
    model: ml.MixedModel, labels: tuple[str, ...], level: float, *, exchangeable: bool
) -> tuple[Spread, ...]:
    who = (BOTH,) if exchangeable else labels
    return tuple(spread(label, ml.residual_sd(model, j, level=level)) for j, label in enumerate(who))


def _icc(rows: DiaryRows, request: DiaryRequest, *, exchangeable: bool) -> tuple[tuple[str, float], ...]:
    """Share of each partner's variance that lies between persons: intercepts only, days unrelated."""
    empty = _Columns(named=((INTERCEPT, "intercept", ""),), values=np.ones((len(rows), 1)), slopes=(0,))
    model = _fit(rows, replace(request, ar1=False), empty, exchangeable=exchangeable)
    G, S = np.diag(model.random_cov), np.diag(model.residual_cov)
    share = (G / (G + S)).tolist()
    return ((BOTH, share[0]),) if exchangeable else tuple(zip(rows.labels, share, strict=True))


def _differences(
    model: ml.MixedModel, columns: _Columns, level: float, *, exchangeable: bool
) -> tuple[FixedEffect, ...]:
    """Return first partner's minus second partner's effects."""
    if exchangeable:
        return ()
    k = len(columns.named)
    contrasts = np.hstack([np.eye(k), -np.eye(k)])
    return effects_from(ml.effects(model, contrasts, level=level), columns.named)


def _distinguishability_test(rows: DiaryRows, request: DiaryRequest, columns: _Columns) -> ChiSquareTest:
    """Compare partners told apart with exchangeable ones, both by maximum likelihood."""
    from scipy.stats import chi2

    plain = replace(request, method="ML")
    free, same = (_fit(rows, plain, columns, exchangeable=one) for one in (False, True))
    value, df = 2 * (free.log_likelihood - same.log_likelihood), free.n_parameters - same.n_parameters
    return ChiSquareTest(chi2=float(value), df=df, p=float(chi2.sf(max(value, 0.0), df)))


def _reliability(table: StudyTable, request: DiaryRequest, labels: tuple[str, ...]) -> tuple[Any, ...]:
    """Return the reliability of each partner's daily scores; persons of one label only stand in one figure."""
    wanted = reliability_items(table, request)
    if wanted is None:
        return ()
    items, said = wanted
    couple = np.array([text.strip() for text in table.texts(request.couple or "")])
    partner = np.array([text.strip() for text in table.table.column(request.partner or "").labelled_texts()])
    times = day_times(table, request.day_column).values
    found = []
    for label in labels:
        keep = (couple != "") & (partner == label) & np.isfinite(times)
        whose = np.unique(couple[keep], return_inverse=True)[1]
        try:
            found.append((label, day_reliability(items[keep], whose, times[keep])))
        except IntimacyScalesError as fault:
            if said:
                raise ResponseError(fault.problems) from fault
    return tuple(found)


def _notes(asked: DiaryRequest, model: ml.MixedModel, left: int) -> list[str]:
    notes = []
    if asked.within:
        notes.append(
            f"{listed(asked.within)}: own and the partner's deviation of the day from each person's mean (within), and "
            "those means less the mean of all persons' means (between); days both answered"
        )
    if left:
        notes.append(
            f"{counted(left, 'row')} of days that only one partner answered (or of one-person couples) left out"
        )
    if model.n_groups < FEW_COUPLES:
        notes.append(f"{model.n_groups} couples: effects between persons and all variances are uncertain")
    if model.singular:
        notes.append(
            "the variances lie on their edge (an SD of 0 or a correlation of 1): the data do not show that couples "
            "differ in everything asked for, and intervals of their SDs and correlations are not to be relied on"
        )
    return notes
