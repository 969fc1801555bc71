"""From columns to the terms of a model: what varies within persons, what between them, who moderates what.

One model of days fitted, or refused with what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from intimacy_scales.analysis.diary.diary_rows import DiaryRows
from intimacy_scales.analysis.diary.request import DiaryRequest
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.statistics import multilevel as ml

Kind = Literal["intercept", "within", "between", "covariate", "moderator", "interaction", "lag", "trend"]

WITHIN, BETWEEN, INTERCEPT = "_within", "_between", "(Intercept)"
SAME = 1e-10  # share of a column's spread below which it does not vary


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One column of a model; ``of`` is the variable it is made of."""

    name: str
    kind: Kind
    of: str
    values: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """Which term changes which slope, and at which values of it simple slopes are told."""

    predictor: str
    moderator: str
    interaction: str
    points: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All terms of a diary's model, with the rows that have them all (``rows``, places among those used)."""

    terms: tuple[Term, ...]
    rows: IntArray = field(repr=False)
    moderation: Moderation | None = None
    notes: tuple[str, ...] = ()

    def matrix(self, names: tuple[str, ...] | None = None) -> FloatArray:
        """Return the columns, all or those named (rows x terms)."""
        there = {term.name: term.values for term in self.terms}
        wanted = tuple(there) if names is None else names
        return np.column_stack([there[name][self.rows] for name in wanted])

    @property
    def named(self) -> tuple[tuple[str, str, str], ...]:
        """Term, kind and variable of each."""
        return tuple((term.name, term.kind, term.of) for term in self.terms)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the terms in order."""
        return tuple(term.name for term in self.terms)


def person_means(values: FloatArray, person: IntArray) -> FloatArray:
    """Return each person's mean over the rows (persons)."""
    found: FloatArray = np.bincount(person, weights=values) / np.bincount(person)
    return found


def split(values: FloatArray, person: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return a day's deviation from the person's mean, and that mean less the mean of the persons' means."""
    means = person_means(values, person)
    return values - means[person], (means - means.mean())[person]


def varies_within(values: FloatArray, person: IntArray) -> bool:
    """Whether a column differs between days of anybody."""
    deviation, _ = split(values, person)
    scale = max(float(np.abs(values).max()), 1e-300)
    return bool(np.abs(deviation).max() > SAME * scale)


def diary_terms(rows: DiaryRows, request: DiaryRequest) -> Terms:
    """Return the terms of the model of single persons.

    Raises
    ------
    ResponseError
        For predictors without variance where they should have some.
    """
    _refuse_constants(rows, request)
    found = [Term(name=INTERCEPT, kind="intercept", of="", values=np.ones(len(rows)))]
    between: list[Term] = []
    for name in request.within:
        deviation, mean = split(rows.values[name], rows.person)
        found.append(Term(name=name + WITHIN, kind="within", of=name, values=deviation))
        between.append(Term(name=name + BETWEEN, kind="between", of=name, values=mean))
    found += between
    found += [
        Term(name=name, kind="between", of=name, values=_of_person(rows.values[name], rows.person))
        for name in request.between
    ]
    found += [Term(name=name, kind="covariate", of=name, values=rows.values[name]) for name in request.covariate]
    if request.weekend:
        found.append(Term(name="weekend", kind="covariate", of="weekend", values=rows.weekend()))
    if request.trend:
        found.append(
            Term(name="day", kind="trend", of=request.day_column, values=rows.day - np.unique(rows.day).mean())
        )
    moderation = None
    if request.moderator is not None:
        more, moderation = _moderated(rows, request, found)
        found += more
    lagged = _lagged(rows, request)
    keep = np.isfinite(np.column_stack([np.zeros(len(rows)), *(term.values for term in lagged)])).all(axis=1)
    if lagged and keep.sum() < 10:
        raise ResponseError(
            Problem(where="lag", what=f"{int(keep.sum())} days follow an answered day", allowed="days in a row")
        )
    return Terms(
        terms=(found[0], *lagged, *found[1:]),
        rows=np.flatnonzero(keep),
        moderation=moderation,
        notes=_notes(rows, request, int(keep.sum())),
    )


def _of_person(values: FloatArray, person: IntArray) -> FloatArray:
    means = person_means(values, person)
    found: FloatArray = (means - means.mean())[person]
    return found


def _refuse_constants(rows: DiaryRows, request: DiaryRequest) -> None:
    if np.bincount(rows.person).max() < 2:
        raise ResponseError(
            Problem(
                where="days",
                what="nobody has more than one day with all numbers",
                allowed="several days a person: what varies within persons is the question",
                do="check the person and day columns",
            )
        )
    problems = [*_without_change(rows, request), *_of_the_wrong_level(rows, request)]
    if problems:
        raise ResponseError(problems)


def _without_change(rows: DiaryRows, request: DiaryRequest) -> list[Problem]:
    """Return what should vary from day to day and does not."""
    problems = []
    inside = [(name, "within predictor") for name in request.within]
    inside += [(request.outcome, "outcome")]
    inside += [(request.mediator, "mediator")] if request.mediator is not None else []
    for name, role in inside:
        if not varies_within(rows.values[name], rows.person):
            constant = np.ptp(rows.values[name]) == 0
            same = "is the same on every row" if constant else "is the same on all days of every person"
            do = "name it with between" if role == "within predictor" and not constant else ""
            problems.append(
                Problem(where=f"{role} {name}", what=same, allowed="something that varies from day to day", do=do)
            )
    return problems


def _of_the_wrong_level(rows: DiaryRows, request: DiaryRequest) -> list[Problem]:
    """Return what should be one a person and is not, and columns that never vary."""
    problems = [
        Problem(
            where=f"between {name}",
            what="differs between days of a person",
            allowed="one value a person",
            do="name it with within",
        )
        for name in request.between
        if varies_within(rows.values[name], rows.person)
    ]
    problems += [
        Problem(where=f"column {name}", what="is the same on every row", do="leave it out")
        for name in (*request.covariate, *request.between)
        if np.ptp(rows.values[name]) == 0
    ]
    return problems


def _moderated(rows: DiaryRows, request: DiaryRequest, terms: list[Term]) -> tuple[list[Term], Moderation]:
    """Return the moderator's own terms, the product with the first predictor, and where simple slopes are told."""
    name = request.moderator or ""
    predictor = request.within[0] + WITHIN
    there = {term.name: term for term in terms}
    values = rows.values[name]
    more: list[Term] = []
    if name in request.covariate or len(np.unique(values)) == 2:
        moderator, points = name, tuple((f"{name} = {x:g}", float(x)) for x in np.unique(values)[:2])
        if len(np.unique(values)) > 2:
            points = _around(name, float(values.mean()), float(values.std(ddof=1)))
        if name not in there:
            more.append(Term(name=name, kind="moderator", of=name, values=values))
    elif not varies_within(values, rows.person):
        moderator = name
        centred = _of_person(values, rows.person)
        points = _around(name, 0.0, float(np.std(person_means(values, rows.person), ddof=1)))
        if name not in there:
            more.append(Term(name=name, kind="moderator", of=name, values=centred))
    else:
        deviation, mean = split(values, rows.person)
        part = request.moderator_part or "within"
        moderator = name + (WITHIN if part == "within" else BETWEEN)
        spread = deviation if part == "within" else person_means(values, rows.person)
        points = _around(moderator, 0.0, float(np.std(spread, ddof=1)))
        more += [
            Term(name=one, kind="moderator", of=name, values=column)
            for one, column in ((name + WITHIN, deviation), (name + BETWEEN, mean))
            if one not in there
        ]
    held = {**there, **{term.name: term for term in more}}
    product = held[predictor].values * held[moderator].values
    interaction = Term(name=f"{predictor}:{moderator}", kind="interaction", of=request.within[0], values=product)
    return [*more, interaction], Moderation(
        predictor=predictor, moderator=moderator, interaction=interaction.name, points=points
    )


def _around(name: str, mean: float, sd: float) -> tuple[tuple[str, float], ...]:
    return (f"{name} 1 SD below", mean - sd), (f"{name} average", mean), (f"{name} 1 SD above", mean + sd)


def _lagged(rows: DiaryRows, request: DiaryRequest) -> list[Term]:
    """Return yesterday's values, centred on the person's mean over all days used; NaN where yesterday has none."""
    names = ((request.outcome,) if request.lag else ()) + request.lag_of
    if not names:
        return []
    place = {key: i for i, key in enumerate(zip(rows.person.tolist(), rows.day.tolist(), strict=True))}
    before = [place.get((p, d - 1), -1) for p, d in zip(rows.person.tolist(), rows.day.tolist(), strict=True)]
    yesterday = np.array(before)
    terms = []
    for name in dict.fromkeys(names):
        deviation, _ = split(rows.values[name], rows.person)
        values = np.where(yesterday >= 0, deviation[yesterday], np.nan)
        terms.append(Term(name=f"{name}_yesterday", kind="lag", of=name, values=values))
    return terms


def _notes(rows: DiaryRows, asked: DiaryRequest, kept: int) -> tuple[str, ...]:
    notes = []
    if asked.within:
        notes.append(
            f"{', '.join(asked.within)}: split into the day's deviation from the person's own mean over the days used "
            "(within) and that mean, less the mean of all persons' means (between)"
        )
    if asked.lag:
        notes.append(
            f"{asked.outcome}_yesterday: {kept} of {len(rows)} days follow an answered day and are used; yesterday's "
            "outcome, centred on a mean that it is part of, is estimated too low (Nickell), the more so the fewer days"
        )
    return tuple(notes)


def fitted(
    rows: ml.RepeatedMeasures,
    request: DiaryRequest,
    *,
    random: ml.CovarianceStructure | None = None,
    residual: str | None = None,
) -> ml.MixedModel:
    """Fit a model of days.

    Raises
    ------
    ResponseError
        When predictors say the same thing, or the model does not converge.
    """
    try:
        model = ml.fit_mixed_model(
            rows, random=random, residual=residual, ar1=request.autocorrelated, method=request.method
        )
    except IntimacyScalesError as fault:
        raise ResponseError(fault.problems) from fault
    except np.linalg.LinAlgError as fault:
        raise ResponseError(Problem(where="model", what="cannot be computed from these days")) from fault
    if not model.converged:
        raise ResponseError(
            Problem(
                where="model",
                what="no convergence: the data do not say how large its variances are",
                do="ask for fewer random slopes (random none), or without autocorrelation (ar1 false)",
            )
        )
    return model
