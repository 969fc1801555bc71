"""The actor-partner interdependence model: what a person's own score, and the partner's, go with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from intimacy_scales.analysis.couples.models.dyad_model import (
    DyadModel,
    Edge,
    Equal,
    Kind,
    Missing,
    PartnerActorRatio,
    couple_notes,
    ends_of,
    fit_dict,
    partner_actor_ratios,
)
from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.analysis.dyads import Composition
from intimacy_scales.base import wording
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.statistics.sem import DifferenceTest, Fit, difference_test

DRAWS = 20_000  # of every Monte Carlo interval
SEED = 2005


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One path: an actor path runs within a person, a partner path from one partner to the other.

    ``composition`` and ``person`` name the kind of couple and of person it is of, where the file holds several; an
    effect that several persons share (exchangeable partners, equal effects) stands once.
    """

    start: str
    end: str
    kind: Kind
    est: float
    se: float
    low: float
    high: float
    p: float
    std: float
    composition: str = ""
    person: str = ""

    @property
    def name(self) -> str:
        """The path as it is printed."""
        of = f" ({self.composition}: {self.person})" if self.composition else ""
        return f"{self.start} -> {self.end}{of}"

    def to_dict(self) -> dict[str, Any]:
        """Return the path JSON-safe."""
        of = {"composition": self.composition, "person": self.person} if self.composition else {}
        return json_dict(
            {
                "from": self.start,
                "to": self.end,
                "kind": self.kind,
                "est": self.est,
                "se": self.se,
                "ci": [self.low, self.high],
                "p": self.p,
                "std": self.std,
                **of,
            }
        )

    def cells(self) -> list[str]:
        """Return the path rounded for eyes."""
        return [
            self.name,
            self.kind,
            wording.figure(self.est, 3),
            wording.figure(self.se, 3),
            wording.between(self.low, self.high, 3),
            wording.p_cell(self.p),
            wording.figure(self.std, 3),
        ]


PATH_HEAD = ("path", "kind", "est", "SE", "interval", "p", "std")


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """Whether all kinds of person share one actor effect, one partner effect, and both."""

    both: DifferenceTest
    actor: DifferenceTest
    partner: DifferenceTest

    def to_dict(self) -> dict[str, Any]:
        """Return chi-square, df and p of the test of both, and of each by itself."""
        said = {name: _test_dict(getattr(self, name)) for name in ("actor", "partner")}
        return json_dict(_test_dict(self.both) | said)


def _test_dict(test: DifferenceTest) -> dict[str, Any]:
    return {"chi2": test.chisq, "df": test.df, "p": test.p}


@dataclass(frozen=True, slots=True, kw_only=True)
class Apim(Shown):
    """A fitted actor-partner model.

    ``paths``: of every kind of person (exchangeable partners have one of each); ``equal``: with actor and partner
    paths held equal over all kinds of person, empty where there is one kind; ``pooled``: whether the equal ones were
    asked for and are printed. ``k``: partner over actor effect.
    """

    predictors: tuple[str, ...]
    outcome: str
    covariates: tuple[str, ...]
    compositions: tuple[Composition, ...]
    n: int
    n_by_composition: tuple[int, ...]
    missing: Missing
    paths: tuple[Path, ...]
    equal: tuple[Path, ...]
    equality: Equality | None
    pooled: bool
    k: tuple[PartnerActorRatio, ...]
    level: float
    free_fit: Fit = field(repr=False)
    equal_fit: Fit | None = field(repr=False)
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Apim({self.outcome!r} on {', '.join(self.predictors)}, {self.model}, {self.n} couples)"

    def plot(self) -> Any:
        """Return actor and partner effects with their intervals as a matplotlib figure."""
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.over_time import EffectRow, draw_effects

        rows = [
            EffectRow(label=one.name, group=one.kind, value=one.est, low=one.low, high=one.high)
            for one in self.shown
            if one.kind != "covariate"
        ]
        label = "actor (blue) and partner (orange) effects, with 95 % interval"
        return draw_effects(rows, label=label, width=WIDE).figure()

    @property
    def exchangeable(self) -> bool:
        """Whether nothing tells any of the partners apart."""
        return all(composition.exchangeable for composition in self.compositions)

    @property
    def model(self) -> str:
        """What kind of model it is: ``distinguishable``, ``exchangeable``, or ``mixed`` compositions."""
        kinds = {composition.exchangeable for composition in self.compositions}
        if len(kinds) == 2:
            return "mixed"
        return "exchangeable" if kinds == {True} else "distinguishable"

    @property
    def shown(self) -> tuple[Path, ...]:
        """The paths that are printed."""
        return self.equal if self.pooled and self.equal else self.paths

    def to_dict(self) -> dict[str, Any]:
        """Return the model JSON-safe at full precision."""
        return json_dict(
            {
                "predictor": self.predictors[0] if len(self.predictors) == 1 else list(self.predictors),
                "outcome": self.outcome,
                "covariates": list(self.covariates),
                "n": self.n,
                "n_by_composition": self._counts(),
                "missing": self.missing,
                "estimator": self.free_fit.estimator,
                "model": self.model,
                "exchangeable": self.exchangeable,
                "paths": [path.to_dict() for path in self.paths],
                "fit": fit_dict(self.free_fit),
                "equality": None if self.equality is None else self.equality.to_dict(),
                "pooled": self.pooled,
                "equal_paths": [one.to_dict() for one in self.equal],
                "equal_fit": None if self.equal_fit is None else fit_dict(self.equal_fit),
                "k": [one.to_dict() for one in self.k],
                "level": self.level,
                "notes": list(self.notes),
            }
        )

    def _counts(self) -> dict[str, int]:
        return {composition.name: n for composition, n in zip(self.compositions, self.n_by_composition, strict=True)}

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a path, then the tests of equal effects."""
        tests = self.equality
        lines = [list(PATH_HEAD), *(one.cells() for one in self.shown)]
        if tests is not None:
            for name, test in (("actor", tests.actor), ("partner", tests.partner), ("both", tests.both)):
                chi2 = f"chi2({test.df}) {wording.figure(test.chisq)}"
                lines.append([f"equal for all? {name}", "", chi2, "", "", wording.p_cell(test.p), ""])
        return lines

    def __str__(self) -> str:
        counts = ", ".join(f"{n} {name}" for name, n in self._counts().items())
        head = f"actor-partner model ({self.model}): {wording.counted(self.n, 'couple')} ({counts})"
        ratios = [f"k (partner/actor): {one}" for one in self.k]
        return "\n".join([head, Shown.__str__(replace(self, notes=())), *ratios, *(f"note: {n}" for n in self.notes)])

    def apa(self) -> str:
        """Return the sentences of a results section."""
        phrases = [
            f"{one.kind} path {one.name}: b = {wording.figure(one.est)}, SE = {wording.figure(one.se)}, "
            f"{wording.interval(one.low, one.high, self.level)}, {wording.p_value(one.p)}, "
            f"beta = {wording.figure(one.std)}"
            for one in self.shown
            if one.kind != "covariate"
        ]
        if self.equality is not None:
            test = self.equality.both
            phrases.append(
                f"equality over all kinds of person: chi2({test.df}, N = {self.n}) = {wording.figure(test.chisq)}, "
                f"{wording.p_value(test.p)}"
            )
        return wording.sentence("; ".join(phrases))

    def table(self) -> Any:
        """Return a pandas frame with a row a path."""
        import pandas as pd

        return pd.DataFrame([one.to_dict() for one in self.shown])


def fit_actor_partner(
    model: DyadModel,
    *,
    missing: Missing = "listwise",
    pooled: bool = False,
    draws: int = DRAWS,
    seed: int = SEED,
    level: float = 0.95,
) -> Apim:
    """Fit an actor-partner interdependence model to couples of one or several compositions.

    ``Y1 = actor1 X1 + partner12 X2 + e1``, ``Y2 = actor2 X2 + partner21 X1 + e2``; X1 with X2 and e1 with e2 covary.
    Partners told apart have effects of their own; of exchangeable partners every parameter is the same after swapping
    (Olsen and Kenny). Compositions are groups of one model (maximum likelihood), each kind of person with its own
    actor and partner effect; the tests of equality compare with models in which all kinds share their actor effect,
    their partner effect, or both.

    Parameters
    ----------
    model
        Variables (couples x 2) and compositions.
    missing
        ``"listwise"``: couples with every value; ``"fiml"``: all there is, by full information maximum likelihood.
    pooled
        Print (and take k from) the effects held equal over all kinds of person.
    draws, seed
        Of the Monte Carlo interval of k.
    level
        Of every interval.

    Returns
    -------
    Apim
        Estimates, standard errors, intervals, p (normal), standardized paths (each variable by its own SD).

    Raises
    ------
    ResponseError, IntimacyScalesError
        For constant variables, too few couples, or a model that cannot be fitted.

    Notes
    -----
    The fit of exchangeable couples is chi-square less that of I-SAT, with CFI and TLI against I-NULL; a model with no
    degrees of freedom left is saturated, and no fit is claimed. Means and variances of predictors are parameters and
    count in AIC and BIC. Nothing here is causal: a path is a regression weight in data that were mostly asked at one
    time. Actor paths share the person's way of answering; partner paths do not. Standardized paths of the two partners
    must not be compared with each other. Whether the scales measure the same in both partners is not tested here.
    Validated against lavaan 0.6-14 (estimates, SE, chi-square differences; one and three compositions) to 1e-5.
    References: Kenny, D. A., Kashy, D. A., & Cook, W. L. (2006). *Dyadic data analysis*. Guilford. Olsen, J. A., &
    Kenny, D. A. (2006). Structural equation modeling with interchangeable dyads. *Psychological Methods, 11*, 127-141.
    https://doi.org/10.1037/1082-989X.11.2.127
    """
    data = model.sample(missing)
    free = model.fit(data)
    kinds = sum(len(composition.persons) for composition in model.compositions)
    restricted: dict[Equal, Fit] = {how: model.fit(data, how) for how in _EACH} if kinds > 1 else {}
    equality = None
    if restricted:
        tests = {how: difference_test(restricted[how], free) for how in _EACH}
        equality = Equality(both=tests["both"], actor=tests["actor"], partner=tests["partner"])
    asked, pooled = pooled, pooled and equality is not None
    equal_fit = restricted.get("both")
    ratios = partner_actor_ratios(model, equal_fit if pooled and equal_fit else free, "both" if pooled else "",
                                  draws=draws, seed=seed, level=level)  # fmt: skip
    return Apim(
        predictors=tuple(predictor.name for predictor in model.predictors),
        outcome=model.outcome.name,
        covariates=tuple(covariate.name for covariate in model.covariates),
        compositions=model.compositions,
        n=free.n,
        n_by_composition=free.n_by_group,
        missing=missing,
        paths=tuple(paths_of(model, free, level=level)),
        equal=() if equal_fit is None else tuple(paths_of(model, equal_fit, "both", level=level)),
        equality=equality,
        pooled=pooled,
        k=ratios,
        level=level,
        free_fit=free,
        equal_fit=equal_fit,
        notes=(*_notes(model, free), *(("there is one kind of person: nothing to pool",) if asked > pooled else ())),
    )


_EACH: tuple[Equal, ...] = ("actor", "partner", "both")


def _notes(model: DyadModel, free: Fit) -> tuple[str, ...]:
    notes = [
        *couple_notes(free, "actor-partner model"),
        "maximum likelihood; p and intervals from the normal distribution; nothing here is causal",
    ]
    if free.measures.df == 0:
        notes.append("the actor-partner model is saturated: it fits any data, so no fit is claimed")
    if not model.exchangeable:
        notes.append("paths of different persons compare only where the scale measures the same in them")
    return tuple(dict.fromkeys(notes))


def paths_of(model: DyadModel, fit: Fit, equal: Equal = "", *, level: float = 0.95) -> Iterator[Path]:
    """Yield every path to the outcome: actor paths, partner paths, covariates.

    One parameter stands once, but for partners told apart of a single composition, whose columns are listed each.
    """
    once = len(model.compositions) > 1 or model.exchangeable
    edges = [
        (group, edge, model.label(edge, group, equal))
        for group in range(len(model.compositions))
        for edge in model.edges(model.outcome)
        if edge.cause in model.inputs
    ]
    for kind in ("actor", "partner", "covariate"):
        seen: set[str] = set()
        for group, edge, label in edges:
            if edge.kind != kind or (once and label in seen):
                continue
            seen.add(label)
            over_all = bool(equal) and kind != "covariate"
            yield _path(model, fit, edge, group, over_all=over_all, level=level)


def _path(model: DyadModel, fit: Fit, edge: Edge, group: int, *, over_all: bool, level: float) -> Path:
    """Return one path; ``over_all``: of all kinds of person, where there are several compositions."""
    composition = model.compositions[group]
    row = fit.estimate(f"{edge.end}~{edge.start}", fit.groups[group])
    several = len(model.compositions) > 1
    start, end = edge.start, edge.end
    if composition.exchangeable or (several and over_all):
        start, end = _of_anyone(edge), edge.effect.name
    elif several:
        start, end = _named(edge, composition), f"{edge.effect.name}_{composition.keys[edge.side]}"
    low, high = ends_of(row.est, row.se, level)
    kind_of_person = composition.persons[edge.side if len(composition.persons) == 2 else 0]
    return Path(
        start=start,
        end=end,
        kind=edge.kind,
        est=row.est,
        se=row.se,
        low=low,
        high=high,
        p=row.p,
        std=row.std,
        composition="" if not several else "all" if over_all else composition.name,
        person="" if not several else "all" if over_all else kind_of_person,
    )


def _of_anyone(edge: Edge) -> str:
    """Return how the cause is called where nothing tells partners apart."""
    if edge.cause.shared:
        return edge.cause.name
    return edge.cause.name if edge.own else f"partner's {edge.cause.name}"


def _named(edge: Edge, composition: Composition) -> str:
    if edge.cause.shared:
        return edge.cause.name
    return f"{edge.cause.name}_{composition.keys[edge.side if edge.own else 1 - edge.side]}"


def fit_apim(
    predictors: Sequence[Variable],
    outcome: Variable,
    *,
    covariates: Sequence[Variable] = (),
    missing: Missing = "listwise",
    exchangeable: bool = False,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Apim:
    """Fit an actor-partner model to couples of one composition: see :func:`fit_actor_partner`."""
    model = single_composition(predictors, outcome, covariates=covariates, exchangeable=exchangeable)
    return fit_actor_partner(model, missing=missing, draws=draws, seed=seed)


def single_composition(
    predictors: Sequence[Variable],
    outcome: Variable,
    *,
    mediators: Sequence[Variable] = (),
    covariates: Sequence[Variable] = (),
    exchangeable: bool,
) -> DyadModel:
    """Return the model of couples that are all of one composition, their labels taken from the outcome's columns."""
    import numpy as np

    first, second = (name.removeprefix(outcome.name).lstrip("_.") or name for name in outcome.names)
    n = len(outcome.values)
    return DyadModel(
        predictors=tuple(predictors),
        outcome=outcome,
        mediators=tuple(mediators),
        covariates=tuple(covariates),
        compositions=(Composition(labels=(first, second), exchangeable=exchangeable, n=n),),
        of=np.zeros(n, dtype=np.int64),
    )
