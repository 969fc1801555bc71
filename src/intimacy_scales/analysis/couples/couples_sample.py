"""Couples as a sample: agreement, discrepancy, and the models that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intimacy_scales.analysis.couples.agreement import ScaleAgreement, scale_agreement
from intimacy_scales.analysis.couples.apim import Apim, Missing, fit_apim
from intimacy_scales.analysis.couples.idealisation import idealisation_of
from intimacy_scales.analysis.couples.mediation import Mediation, fit_mediation
from intimacy_scales.analysis.couples.model import Couples
from intimacy_scales.analysis.couples.partners.comparison import Ground, ground_of
from intimacy_scales.analysis.couples.results import CouplesStudy, Sheet
from intimacy_scales.analysis.couples.surface_analysis import ResponseSurface, response_surface
from intimacy_scales.analysis.couples.tally import tally
from intimacy_scales.analysis.couples.variables import Variable, variable
from intimacy_scales.analysis.norms import LEVEL, PerScore
from intimacy_scales.base.errors import Problem, ResponseError


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which models were asked for: names of scores (``pair_now_emotional``) or columns, without a partner's suffix."""

    predictor: Sequence[str] = ()
    outcome: str | None = None
    mediator: Sequence[str] = ()
    covariate: Sequence[str] = ()
    missing: Missing = "listwise"
    """Couples with every value of a model, or (``"fiml"``) all there is."""
    seed: int = 2005
    """Of the Monte Carlo intervals."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every variable named."""
        outcome = () if self.outcome is None else (self.outcome,)
        return tuple(dict.fromkeys((*self.predictor, *self.mediator, *outcome, *self.covariate)))


def study_couples(
    couples: Couples,
    asked: Asked | None = None,
    *,
    level: float = 0.95,
    error_level: float = LEVEL,
    sd: PerScore = None,
    reliability: PerScore = None,
) -> CouplesStudy:
    """Return what couples show as a sample: agreement, discrepancy, and the models asked for.

    Parameters
    ----------
    couples
        Matched couples (:func:`~intimacy_scales.analysis.couples.couples_sample`).
    asked
        With a predictor and an outcome an actor-partner model, with a mediator its indirect effects too; with an
        outcome the response surface of each predictor (without one, of each content score).
    level
        Of the sample's intervals; ``error_level`` of each couple's difference.
    sd, reliability
        For the errors of single scores, where the sample is too small to tell (under 30 couples).

    Returns
    -------
    CouplesStudy

    Raises
    ------
    UnknownNameError
        For a variable that there is not.
    ResponseError
        When a model is asked for that its variables do not make.
    """
    wishes = asked or Asked()
    _refuse(wishes)
    ground = ground_of(couples, level=error_level, sd=sd, reliability=reliability)
    named = {name: variable(couples, ground.scores, name) for name in wishes.names}
    sheets = tuple(_sheets(ground, level))
    apim, mediation = _models(wishes, named, couples)
    surfaces = _surfaces(ground, wishes, named, level)
    return CouplesStudy(
        couples=couples,
        level=level,
        error_level=error_level,
        sheets=sheets,
        variables=tuple(_of_variables(named, ground, level)),
        headline=next((named[name].name for name in wishes.predictor), None),
        surfaces=surfaces.made,
        apim=apim,
        mediation=mediation,
        idealisation=idealisation_of(ground.pairs, level=level),
        notes=_notes(couples, ground, sheets, [*(one.note for one in named.values() if one.note), *surfaces.notes]),
    )


def _refuse(asked: Asked) -> None:
    problems = []
    if asked.predictor and asked.outcome is None:
        problems.append(Problem(where="predictor", what="is named without an outcome", do="say --outcome"))
    if asked.mediator and not (asked.predictor and asked.outcome):
        problems.append(
            Problem(
                where="mediator", what="is named without a predictor and an outcome", do="say --predictor, --outcome"
            )
        )
    roles = [*asked.predictor, *asked.mediator, *asked.covariate, *([asked.outcome] if asked.outcome else [])]
    problems += [
        Problem(where=f"variable {name}", what="is named twice", allowed="one place in the model")
        for name in dict.fromkeys(name for name in roles if roles.count(name) > 1)
    ]
    if problems:
        raise ResponseError(problems)


def _sheets(ground: Ground, level: float) -> list[Sheet]:
    found = []
    for pair in ground.pairs:
        counted = tally(ground, pair)
        name = pair.scale.name if pair.a.derived is None else f"{pair.scale.name}, {pair.a.derived.name}"
        made = scale_agreement(
            name,
            pair.column,
            pair.values,
            level=level,
            exchangeable=ground.couples.exchangeable,
            share_beyond=counted.share_beyond,
            within_one_step=counted.within_one_step,
            places={str(place): n for place, n in counted.places.items()},
        )
        found.append(Sheet(pair=pair, tally=counted, agreement=made))
    return found


def _of_variables(named: dict[str, Variable], ground: Ground, level: float) -> list[ScaleAgreement]:
    """Return the agreement on variables that are columns of the file."""
    known = {pair.column for pair in ground.pairs}
    made = [
        scale_agreement(name, name, one.values, level=level, exchangeable=ground.couples.exchangeable)
        for name, one in named.items()
        if name not in known and not one.shared
    ]
    return [one for one in made if one is not None]


def _models(asked: Asked, named: dict[str, Variable], couples: Couples) -> tuple[Apim | None, Mediation | None]:
    if asked.outcome is None or not asked.predictor:
        return None, None
    predictors, covariates = ([named[name] for name in group] for group in (asked.predictor, asked.covariate))
    outcome, mediators = named[asked.outcome], [named[name] for name in asked.mediator]
    same = [one.name for one in (*predictors, outcome, *mediators) if one.shared]
    if same:
        raise ResponseError(
            Problem(
                where=f"variable {', '.join(same)}",
                what="is the same for both partners of every couple",
                allowed="a value of each partner",
                do="name it as a covariate",
            )
        )
    missing = asked.missing
    apim = fit_apim(predictors, outcome, covariates=covariates, missing=missing, exchangeable=couples.exchangeable)
    if not mediators:
        return apim, None
    return apim, fit_mediation(predictors, mediators, outcome, covariates=covariates, missing=missing, seed=asked.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surfaces:
    made: tuple[ResponseSurface, ...]
    notes: tuple[str, ...]


def _surfaces(ground: Ground, asked: Asked, named: dict[str, Variable], level: float) -> _Surfaces:
    if asked.outcome is None:
        return _Surfaces(made=(), notes=())
    outcome = named[asked.outcome]
    made, notes = [], []
    for one, centre in _predictors(ground, asked, named):
        if one.shared or one.name == outcome.name:
            continue
        for side, end in enumerate(outcome.names):
            try:
                made.append(
                    response_surface(
                        one.values,
                        outcome.values[:, side],
                        predictor_name=one.name,
                        outcome_name=outcome.name if outcome.shared else end,
                        names=one.names,
                        centre=centre,
                        level=level,
                    )
                )
            except ResponseError as fault:
                notes += [str(problem) for problem in fault.problems]
            if outcome.shared:
                break
    if made and ground.couples.exchangeable:
        notes.append("response surfaces: nothing tells the partners apart, so a3 and a5 hang on who was put first")
    return _Surfaces(made=tuple(made), notes=tuple(dict.fromkeys(notes)))


def _predictors(ground: Ground, asked: Asked, named: dict[str, Variable]) -> list[tuple[Variable, float | None]]:
    """Return the predictors of the surfaces with the middle of their possible range, where it is known."""
    middles = {pair.column: sum(pair.possible) / 2 for pair in ground.pairs}
    if asked.predictor:
        return [(named[name], middles.get(name)) for name in asked.predictor]
    content = [p for p in ground.pairs if p.scale.role == "content" and not p.wish and not p.derived]
    return [(variable(ground.couples, ground.scores, pair.column), middles[pair.column]) for pair in content]


def _notes(couples: Couples, ground: Ground, sheets: Sequence[Sheet], more: Sequence[str]) -> tuple[str, ...]:
    notes = [*couples.notes, *ground.notes]
    few = [sheet.pair.column for sheet in sheets if sheet.agreement is None]
    if few:
        notes.append(f"no agreement of {', '.join(few)}: fewer than three couples have both scores")
    if sheets and not couples.exchangeable:
        notes.append(
            "mean differences suppose that a scale measures the same in both partners (invariance); it was not tested "
            "here, so do not read them as differences between women and men"
        )
    return tuple(dict.fromkeys([*notes, *more]))
