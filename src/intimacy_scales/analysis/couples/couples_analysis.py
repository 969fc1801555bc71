"""Couples as a sample: agreement, discrepancy, and the models that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.analysis.couples.agreement import (
    DyadicStructure,
    ScaleAgreement,
    dyadic_structure,
    scale_agreement,
)
from intimacy_scales.analysis.couples.couples import Couples
from intimacy_scales.analysis.couples.idealisation import idealisation_of
from intimacy_scales.analysis.couples.models.actor_partner import DRAWS, SEED, Apim, fit_actor_partner
from intimacy_scales.analysis.couples.models.distinguishability import Distinguishability, distinguishability
from intimacy_scales.analysis.couples.models.dyad_model import DyadModel, Missing
from intimacy_scales.analysis.couples.models.dyadic_score import DyadicScores, dyadic_scores
from intimacy_scales.analysis.couples.models.mediation import Mediation, fit_dyadic_mediation
from intimacy_scales.analysis.couples.partners.comparison import ComparisonBasis, comparison_basis
from intimacy_scales.analysis.couples.results import CompositionAgreement, CouplesAnalysis, ScoreSummary, couple_counts
from intimacy_scales.analysis.couples.surface_analysis import ResponseSurface, exchangeable_surface, response_surface
from intimacy_scales.analysis.couples.variables import Variable, variable
from intimacy_scales.analysis.dyads import LEAST_COUPLES
from intimacy_scales.analysis.norms import LEVEL, PerScore
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """Which models were asked for: names of scores (``pair_now_emotional``) or columns, without a partner's suffix."""

    predictor: Sequence[str] = ()
    outcome: str | None = None
    mediator: Sequence[str] = ()
    covariate: Sequence[str] = ()
    missing: Missing = "listwise"
    """Couples with every value of a model, or (``"fiml"``) all there is."""
    structure: bool = False
    """Factor models of every scale over both partners, invariance, latent actor-partner and common fate models."""
    pooled: bool = False
    """Print actor and partner effects held equal over all kinds of person, in place of each kind's own."""
    draws: int = DRAWS
    """Of the Monte Carlo intervals."""
    bootstrap: int = 2000
    """Resamples of couples for indirect effects; 0 for none."""
    seed: int = SEED
    """Of the Monte Carlo intervals and the resamples."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every variable named."""
        outcome = () if self.outcome is None else (self.outcome,)
        return tuple(dict.fromkeys((*self.predictor, *self.mediator, *outcome, *self.covariate)))


def analyse_couples(
    couples: Couples,
    asked: ModelOptions | None = None,
    *,
    level: float = 0.95,
    error_level: float = LEVEL,
    sd: PerScore = None,
    reliability: PerScore = None,
) -> CouplesAnalysis:
    """Return what couples show as a sample: agreement, discrepancy, and the models asked for.

    Parameters
    ----------
    couples
        Matched couples (:func:`~intimacy_scales.analysis.couples.couples_of`).
    asked
        With a predictor and an outcome an actor-partner model, with a mediator its indirect effects too; with an
        outcome the response surface of each predictor (without one, of each content score).
    level
        Of the sample's intervals; ``error_level`` of each couple's difference.
    sd, reliability
        For the errors of single scores, where the sample is too small to tell (under 30 couples).

    Returns
    -------
    CouplesAnalysis
        Agreement is there even where a model cannot be fitted; ``withheld`` then says why not.

    Raises
    ------
    UnknownNameError
        For a variable that there is not.
    ResponseError
        When a model is asked for that its variables do not make.

    Notes
    -----
    Where nothing tells the partners apart, or a file holds several compositions, every figure is the same whoever was
    put first. Compositions of fewer than 20 couples are described; no model is fitted to them.
    """
    asked = asked or ModelOptions()
    _refuse(asked)
    basis = comparison_basis(couples, level=error_level, sd=sd, reliability=reliability)
    explained = {*asked.mediator, *([asked.outcome] if asked.outcome else [])}
    named = {name: variable(couples, basis.scores, name, words=name not in explained) for name in asked.names}
    summaries = tuple(_summaries(basis, level))
    models = _models(asked, named, basis, level)
    surfaces = _surfaces(basis, asked, named, level)
    structure = _structure(asked, named, basis, level) if asked.structure else None
    more = [*(one.note for one in named.values() if one.note), *models.notes, *surfaces.notes]
    return CouplesAnalysis(
        couples=couples,
        level=level,
        error_level=error_level,
        summaries=summaries,
        variables=tuple(_of_variables(named, basis, level)),
        by_composition=tuple(_by_composition(basis, named, level)),
        headline=next((named[name].name for name in asked.predictor), None),
        surfaces=surfaces.made,
        distinguishability=models.distinguishability,
        apim=models.apim,
        mediation=models.mediation,
        dyadic_scores=models.dyadic_scores,
        structure=structure,
        withheld=models.withheld | (structure.withheld if structure is not None else {}),
        idealisation=idealisation_of(basis.pairs, level=level, exchangeable=couples.exchangeable),
        notes=_notes(couples, basis, summaries, [*_invariance_notes(basis, summaries, structure), *more]),
    )


def _refuse(options: ModelOptions) -> None:
    problems = []
    if options.predictor and options.outcome is None:
        problems.append(Problem(where="predictor", what="is named without an outcome", do="say --outcome"))
    if options.mediator and not (options.predictor and options.outcome):
        problems.append(
            Problem(
                where="mediator", what="is named without a predictor and an outcome", do="say --predictor, --outcome"
            )
        )
    roles = [*options.predictor, *options.mediator, *options.covariate, *([options.outcome] if options.outcome else [])]
    problems += [
        Problem(where=f"variable {name}", what="is named twice", allowed="one place in the model")
        for name in dict.fromkeys(name for name in roles if roles.count(name) > 1)
    ]
    if problems:
        raise ResponseError(problems)


def _summaries(basis: ComparisonBasis, level: float) -> list[ScoreSummary]:
    summaries = []
    for pair in basis.pairs:
        counted = couple_counts(basis, pair)
        name = pair.scale.name if pair.a.derived is None else f"{pair.scale.name}, {pair.a.derived.name}"
        agreement = scale_agreement(
            name,
            pair.column,
            pair.values,
            level=level,
            exchangeable=basis.couples.exchangeable,
            share_beyond=counted.share_beyond,
            within_one_step=counted.within_one_step,
            places={str(place): n for place, n in counted.places.items()},
        )
        summaries.append(ScoreSummary(pair=pair, counts=counted, agreement=agreement))
    return summaries


def _of_variables(named: dict[str, Variable], basis: ComparisonBasis, level: float) -> list[ScaleAgreement]:
    """Return the agreement on variables that are columns of the file."""
    known = {pair.column for pair in basis.pairs}
    made = [
        scale_agreement(name, name, one.values, level=level, exchangeable=basis.couples.exchangeable)
        for name, one in named.items()
        if name not in known and not one.shared
    ]
    return [one for one in made if one is not None]


def _by_composition(basis: ComparisonBasis, named: dict[str, Variable], level: float) -> list[CompositionAgreement]:
    """Return agreement within each composition, where the file holds several."""
    couples = basis.couples
    if len(couples.compositions) < 2:
        return []
    scores = {pair.column: (pair.scale.name, pair.values) for pair in basis.pairs}
    columns = {name: (name, one.values) for name, one in named.items() if name not in scores and not one.shared}
    found = []
    for place, composition in enumerate(couples.compositions):
        rows = couples.composition_of == place
        made = [
            scale_agreement(name, column, values[rows], level=level, exchangeable=composition.exchangeable)
            for column, (name, values) in (scores | columns).items()
        ]
        agreements = tuple(one for one in made if one is not None)
        found.append(CompositionAgreement(composition=composition, agreements=agreements))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Models:
    distinguishability: tuple[Distinguishability, ...] = ()
    apim: Apim | None = None
    mediation: Mediation | None = None
    dyadic_scores: tuple[DyadicScores, ...] = ()
    withheld: dict[str, str]
    notes: tuple[str, ...] = ()


def _models(options: ModelOptions, named: dict[str, Variable], basis: ComparisonBasis, level: float) -> _Models:
    """Fit what was asked for; a model that cannot be fitted is withheld, with the reason."""
    withheld: dict[str, str] = {}
    variables = _tested(options, named, basis)
    model, notes = _dyad_model(options, named, basis.couples)
    tests = _distinguishability(options, variables, basis.couples, withheld)
    if options.outcome is None or not options.predictor:
        return _Models(distinguishability=tests, withheld=withheld)
    if model is None:
        withheld["apim"] = "no composition has 20 couples with the values of the model"
        return _Models(distinguishability=tests, withheld=withheld, notes=notes)
    apim: Apim | None = None
    mediation: Mediation | None = None
    try:
        direct = _without_mediators(model)
        apim = fit_actor_partner(
            direct, missing=options.missing, pooled=options.pooled, draws=options.draws, seed=options.seed, level=level
        )
    except IntimacyScalesError as fault:
        withheld["apim"] = _why(fault)
    if options.mediator:
        try:
            mediation = fit_dyadic_mediation(
                model,
                missing=options.missing,
                draws=options.draws,
                seed=options.seed,
                bootstrap=options.bootstrap,
                level=level,
            )
        except IntimacyScalesError as fault:
            withheld["mediation"] = _why(fault)
    return _Models(
        distinguishability=tests,
        apim=apim,
        mediation=mediation,
        dyadic_scores=tuple(_dyadic_scores(model, level, withheld)),
        withheld=withheld,
        notes=notes,
    )


def _why(fault: IntimacyScalesError) -> str:
    return "; ".join(str(problem) for problem in fault.problems)


def _without_mediators(model: DyadModel) -> DyadModel:
    from dataclasses import replace

    return replace(model, mediators=())


def _dyad_model(
    options: ModelOptions, named: dict[str, Variable], couples: Couples
) -> tuple[DyadModel | None, tuple[str, ...]]:
    """Return the model of the compositions that are large enough, and what is said of the others."""
    if options.outcome is None or not options.predictor:
        return None, ()
    outcome = named[options.outcome]
    predictors, mediators, covariates = (
        tuple(named[name] for name in group) for group in (options.predictor, options.mediator, options.covariate)
    )
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
    table = np.column_stack([one.values for one in (*predictors, *mediators, outcome, *covariates)])
    there = ~np.isnan(table)
    usable = np.asarray(there.all(axis=1) if options.missing == "listwise" else there.any(axis=1))
    counts = [int(usable[couples.composition_of == j].sum()) for j in range(len(couples.compositions))]
    fitted = [j for j, n in enumerate(counts) if n >= LEAST_COUPLES]
    notes = tuple(
        f"{couples.compositions[j].name}: {wording.counted(n, 'couple')} with the values of the model; described only, "
        f"no model is fitted to fewer than {LEAST_COUPLES}"
        for j, n in enumerate(counts)
        if j not in fitted
    )
    if not fitted:
        return None, notes
    place = np.full(len(couples.compositions), -1, dtype=np.int64)
    place[fitted] = np.arange(len(fitted))
    return (
        DyadModel(
            predictors=predictors,
            outcome=outcome,
            mediators=mediators,
            covariates=covariates,
            compositions=tuple(couples.compositions[j] for j in fitted),
            of=place[couples.composition_of],
        ),
        notes,
    )


def _tested(options: ModelOptions, named: dict[str, Variable], basis: ComparisonBasis) -> dict[str, FloatArray]:
    """Return what partners are compared in: the variables of the model, or all content scores of how things are."""
    if options.outcome is not None and options.predictor:
        names = (*options.predictor, *options.mediator, options.outcome)
        return {named[name].name: named[name].values for name in names if not named[name].shared}
    content = [p for p in basis.pairs if p.scale.role == "content" and not p.wish and not p.derived]
    return {pair.column: pair.values for pair in content}


def _structure(
    options: ModelOptions, named: dict[str, Variable], basis: ComparisonBasis, level: float
) -> DyadicStructure:
    outcome = None if options.outcome is None else named[options.outcome]
    causes = tuple(named[name] for name in options.predictor if not named[name].shared)
    return dyadic_structure(basis, causes, outcome, missing=options.missing, level=level)


def _distinguishability(
    options: ModelOptions, variables: dict[str, FloatArray], couples: Couples, withheld: dict[str, str]
) -> tuple[Distinguishability, ...]:
    distinguishabilities = []
    for place, composition in enumerate(couples.compositions):
        if composition.exchangeable or composition.n < LEAST_COUPLES or not variables:
            continue
        rows = couples.composition_of == place
        inside = {name: values[rows] for name, values in variables.items()}
        try:
            distinguishabilities.append(
                distinguishability(inside, composition=composition.name, missing=options.missing)
            )
        except IntimacyScalesError as fault:
            withheld["distinguishability"] = _why(fault)
    return tuple(distinguishabilities)


def _dyadic_scores(model: DyadModel, level: float, withheld: dict[str, str]) -> list[DyadicScores]:
    scores = []
    for place, composition in enumerate(model.compositions):
        rows = model.of == place
        for predictor in model.predictors:
            try:
                scores.append(
                    dyadic_scores(
                        predictor.values[rows],
                        model.outcome.values[rows],
                        predictor=predictor.name,
                        outcome=model.outcome.name,
                        composition=composition.name,
                        exchangeable=composition.exchangeable,
                        level=level,
                    )
                )
            except ResponseError as fault:
                withheld["dyadic_scores"] = _why(fault)
    return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surfaces:
    made: tuple[ResponseSurface, ...]
    notes: tuple[str, ...]


def _surfaces(basis: ComparisonBasis, options: ModelOptions, named: dict[str, Variable], level: float) -> _Surfaces:
    if options.outcome is None:
        return _Surfaces(made=(), notes=())
    outcome = named[options.outcome]
    made, notes = [], []
    for one, centre in _predictors(basis, options, named):
        if one.shared or one.name == outcome.name:
            continue
        try:
            made += _surfaces_of(one, outcome, centre, level, alike=basis.couples.exchangeable)
        except ResponseError as fault:
            notes += [str(problem) for problem in fault.problems]
    return _Surfaces(made=tuple(made), notes=tuple(dict.fromkeys(notes)))


def _surfaces_of(
    one: Variable, outcome: Variable, centre: float | None, level: float, *, alike: bool
) -> list[ResponseSurface]:
    """Return the surface of each partner's outcome; one, of a person's own, where nothing tells partners apart."""
    if alike and not outcome.shared:
        return [
            exchangeable_surface(
                one.values,
                outcome.values,
                predictor_name=one.name,
                outcome_name=outcome.name,
                centre=centre,
                level=level,
            )
        ]
    if alike:
        raise ResponseError(
            Problem(
                where=f"response surface of {one.name}",
                what=f"{outcome.name} is one value for the couple, and nothing tells the partners apart",
                allowed="an outcome of each partner, or partners told apart",
            )
        )
    return [
        response_surface(
            one.values,
            outcome.values[:, side],
            predictor_name=one.name,
            outcome_name=outcome.name if outcome.shared else end,
            names=one.names,
            centre=centre,
            level=level,
        )
        for side, end in enumerate(outcome.names)
        if not (outcome.shared and side)
    ]


def _predictors(
    basis: ComparisonBasis, options: ModelOptions, named: dict[str, Variable]
) -> list[tuple[Variable, float | None]]:
    """Return the predictors of the surfaces with the middle of their possible range, where it is known."""
    middles = {pair.column: sum(pair.possible) / 2 for pair in basis.pairs}
    if options.predictor:
        return [(named[name], middles.get(name)) for name in options.predictor]
    content = [p for p in basis.pairs if p.scale.role == "content" and not p.wish and not p.derived]
    return [(variable(basis.couples, basis.scores, pair.column), middles[pair.column]) for pair in content]


def _notes(
    couples: Couples, basis: ComparisonBasis, summaries: Sequence[ScoreSummary], more: Sequence[str]
) -> tuple[str, ...]:
    notes = [*couples.notes, *basis.notes]
    few = [summary.pair.column for summary in summaries if summary.agreement is None]
    if few:
        notes.append(f"no agreement of {', '.join(few)}: fewer than three couples have both scores")
    if couples.exchangeable and summaries:
        several = "the file holds several compositions" if len(couples.compositions) > 1 else ""
        why = several or "nothing tells the partners apart"
        notes.append(f"{why}: ICC1 in place of r, absolute differences, no figure that asks who was put first")
    return tuple(dict.fromkeys([*notes, *more]))


MEANS_COMPARE = ("intercepts", "residuals", "latent variances", "latent means")


def _invariance_notes(
    basis: ComparisonBasis, summaries: Sequence[ScoreSummary], structure: DyadicStructure | None
) -> list[str]:
    """Return what a mean difference of partners supposes: not tested, tested and held, or tested and broken."""
    if not summaries or basis.couples.exchangeable:
        return []
    tested = {one.factor.column: one.factor for one in (structure.factors if structure is not None else ())}
    open_ones = [
        summary.pair.column for summary in summaries if not summary.pair.derived and summary.pair.column not in tested
    ]
    notes = [
        f"{name}: equal intercepts over the partners do not hold ({factor.held} at most): its mean difference may be "
        "the items', not the partners'"
        for name, factor in tested.items()
        if factor.held not in MEANS_COMPARE
    ]
    if open_ones:
        which = "" if not tested else f" of {', '.join(open_ones)}"
        notes.append(
            f"mean differences{which} suppose that a scale measures the same in both partners (invariance); it was not "
            "tested here, so do not read them as differences between the partners themselves"
        )
    return notes
