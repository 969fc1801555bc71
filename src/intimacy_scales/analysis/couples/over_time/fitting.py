"""From a panel of couples to the fitted models and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from intimacy_scales.analysis.couples.over_time.lagged_models import (
    LEAST_COUPLES,
    CouplePanel,
    PanelColumns,
    Restrictions,
    alike,
    change_model,
    column,
    columns_of,
    couple_panel,
    lagged_model,
    moving,
    random_intercept_model,
    stable,
    with_starts,
)
from intimacy_scales.analysis.couples.over_time.results import Kind, LaggedCouples, LaggedModel, LaggedPath
from intimacy_scales.analysis.dyads import says_nothing
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.base.wording import counted, figure
from intimacy_scales.scoring.study_table import StudyTable
from intimacy_scales.statistics import sem

BOTH = "each partner"
MOST_SERIES = 4  # of one random-intercept model: two variables of two partners
Named = dict[tuple[str, str], tuple[Kind, str, str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggedRequest:
    """Which variables, whose and when."""

    outcome: str
    predictors: tuple[str, ...] = ()
    columns: Mapping[str, str | None] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    exchangeable: bool | None = None
    missing: Literal["fiml", "listwise"] = "fiml"

    def __post_init__(self) -> None:
        lacking = [name for name, said in self.columns.items() if said is None]
        problems = [
            Problem(where=name, what="no column was named", do=f"say which column names the {name}") for name in lacking
        ]
        names = (self.outcome, *self.predictors)
        problems += [
            Problem(where=f"variable {name}", what="is named twice", allowed="one place in the model")
            for name in dict.fromkeys(name for name in names if names.count(name) > 1)
        ]
        if self.missing not in ("fiml", "listwise"):
            problems.append(Problem(where="missing", what=f"is {self.missing!r}", allowed="fiml or listwise"))
        if problems:
            raise ResponseError(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """A panel, and how models are fitted to it."""

    panel: CouplePanel
    exchangeable: bool
    missing: Literal["fiml", "listwise"]

    @property
    def who(self) -> tuple[str, ...]:
        """Whose effects are told: each partner's, or those of both at one time."""
        return (BOTH,) if self.exchangeable else self.panel.labels

    def data(self, names: Sequence[str]) -> FloatArray:
        """Return columns by their names."""
        found = []
        for name in names:
            variable, partner, occasion = name.rsplit("_", 2)
            found.append(self.panel.values[variable][:, int(partner), int(occasion)])
        return np.column_stack(found)

    def fit(self, model: sem.Model, names: Sequence[str]) -> sem.Fit:
        """Fit a model of both partners; of exchangeable ones with equal parameters after swapping."""
        if not self.exchangeable:
            return sem.fit(model, sem.sample(self.data(names), list(names), missing=self.missing))
        swap = {name: _turned(name) for name in names}
        places = [list(names).index(swap[name]) for name in names]
        sample = sem.pair_sample(self.data(names), list(names), places, missing=self.missing)
        for j in range(MOST_SERIES):  # partners' series stand side by side
            other = j + 1 if j % 2 == 0 else j - 1
            swap[stable(j)] = stable(other)
            swap |= {moving(j, t): moving(other, t) for t in range(self.panel.n_occasions)}
        return sem.adjusted(sem.fit(alike(model, swap), sample), len(names) // 2)


def _turned(name: str) -> str:
    variable, partner, occasion = name.rsplit("_", 2)
    return column(variable, 1 - int(partner), int(occasion))


def lagged_couples_of(table: StudyTable, request: LaggedRequest) -> LaggedCouples:
    """Fit every model that the variables and occasions allow."""
    columns = PanelColumns(**{name: said or name for name, said in request.columns.items()})
    variables = (request.outcome, *request.predictors)
    panel = couple_panel(table, columns, variables, request.times)
    _refuse(panel, variables)
    exchangeable = request.exchangeable
    if exchangeable is None:
        exchangeable = says_nothing(columns.partner, panel.labels)
    setting = _Setting(panel=panel, exchangeable=exchangeable, missing=request.missing)
    notes: list[str] = []
    intercepts = _random_intercepts(setting, request, notes)
    return LaggedCouples(
        outcome=request.outcome,
        predictors=request.predictors,
        labels=panel.labels,
        occasions=panel.occasions,
        exchangeable=exchangeable,
        n_couples=len(panel.couples),
        n_complete=panel.complete(),
        missing="all couples (FIML)" if request.missing == "fiml" else "couples with every value of a model",
        stability=tuple(_lagged(setting, [name], f"stability and influence: {name}") for name in variables),
        cross_lagged=tuple(
            _lagged(setting, [name, request.outcome], f"cross-lagged: {name} and {request.outcome}")
            for name in request.predictors
        ),
        random_intercept=intercepts,
        change=_change(setting, request) if request.predictors else None,
        notes=(*panel.notes, *_attrition(panel, request.outcome), *notes),
    )


def _refuse(panel: CouplePanel, variables: Sequence[str]) -> None:
    problems = []
    if len(panel.couples) < LEAST_COUPLES:
        problems.append(
            Problem(where="couples", what=str(len(panel.couples)), allowed=f"{LEAST_COUPLES} or more for a model")
        )
    one = np.isfinite(panel.values[variables[0]]).any(axis=2).sum(axis=1) == 1
    if one.all():
        problems.append(Problem(where="couples", what="only one partner of each answered", allowed="both partners"))
    for name in variables:
        for p, label in enumerate(panel.labels):
            for t, occasion in enumerate(panel.occasions):
                values = panel.values[name][:, p, t]
                there = values[np.isfinite(values)]
                if len(there) < LEAST_COUPLES or np.ptp(there) == 0:
                    what = f"has {len(there)} values" if len(there) < LEAST_COUPLES else "is the same for everybody"
                    problems.append(Problem(where=f"{name} of {label} on occasion {occasion}", what=what))
    if problems:
        raise ResponseError(problems[:6])


def _lagged(setting: _Setting, variables: Sequence[str], name: str) -> LaggedModel:
    """Fit the lagged model with effects held equal over time, and test what is held equal."""
    T = setting.panel.n_occasions
    names = columns_of(variables, range(T))
    found = setting.fit(lagged_model(variables, T, Restrictions()), names)
    tests = []
    if T > 2:
        free = setting.fit(lagged_model(variables, T, Restrictions(over_time=False)), names)
        tests.append(("effects equal over time", sem.difference_test(found, free)))
    if not setting.exchangeable:
        same = setting.fit(lagged_model(variables, T, Restrictions(partners=True)), names)
        tests.append(("effects equal for both partners", sem.difference_test(same, found)))
    named: Named = {}
    for p, who in enumerate(setting.who):
        for effect in variables:
            for cause in variables:
                for q in (p, 1 - p):
                    kind = _kind(own=q == p, same=cause == effect)
                    named[column(effect, p, 1), column(cause, q, 0)] = (kind, cause, effect, who, "")
    return LaggedModel(name=name, paths=_paths(found, named), tests=tuple(tests), fit=found, admissible=_proper(found))


def _kind(*, own: bool, same: bool) -> Kind:
    if same:
        return "stability" if own else "influence"
    return "actor" if own else "partner"


def _paths(fit: sem.Fit, named: Named) -> tuple[LaggedPath, ...]:
    """Return the effects named (outcome, cause), standardized as from the first occasion to the second."""
    there = {(estimate.lhs, estimate.rhs): estimate for estimate in fit.estimates if estimate.op == "~"}
    return tuple(
        LaggedPath(
            kind=kind,
            cause=cause,
            effect=effect,
            of=who,
            est=there[key].est,
            se=there[key].se,
            low=there[key].lower,
            high=there[key].upper,
            p=there[key].p,
            std=there[key].std,
            step=step,
        )
        for key, (kind, cause, effect, who, step) in named.items()
    )


def _proper(fit: sem.Fit) -> bool:
    """Whether no variance is negative and no correlation beyond 1."""
    return not any("negative variance" in note or "beyond 1" in note for note in fit.notes)


Series = tuple[str, int]
"""A variable of a partner."""


def _random_intercepts(setting: _Setting, request: LaggedRequest, notes: list[str]) -> tuple[LaggedModel, ...]:
    """Fit random-intercept models of predictor and outcome of both partners, else of the outcome of both.

    Where the model of both partners cannot be fitted or is none, each partner's own takes its place.
    """
    if setting.panel.n_occasions < 3:
        notes.append("a random-intercept model needs three occasions or more")
        return ()
    models = []
    for name in request.predictors or (request.outcome,):
        variables = (name, request.outcome) if request.predictors else (request.outcome,)
        called = " and ".join(variables)
        both = _intercepts_of(
            setting, f"random intercepts: {called} of both partners", [(v, p) for v in variables for p in (0, 1)], notes
        )
        models += both
        if request.predictors and not setting.exchangeable and not any(one.admissible for one in both):
            for p, label in enumerate(setting.panel.labels):
                models += _intercepts_of(
                    setting, f"random intercepts: {called} of {label}", [(v, p) for v in variables], notes
                )
    return tuple(models)


def _intercepts_of(setting: _Setting, name: str, series: Sequence[Series], notes: list[str]) -> list[LaggedModel]:
    """Return the model in a list; nothing but a note where it cannot be fitted."""
    try:
        model = _random_intercept(setting, name, series)
    except IntimacyScalesError as fault:
        notes.append(f"{name}: not fitted ({'; '.join(str(problem) for problem in fault.problems)})")
        return []
    if not model.admissible:
        why = "; ".join(model.fit.notes)
        notes.append(f"{name}: the solution is not admissible ({why}); do not interpret it")
    return [model]


def _random_intercept(setting: _Setting, name: str, series: Sequence[Series]) -> LaggedModel:
    T = setting.panel.n_occasions
    columns = [[column(variable, p, t) for t in range(T)] for variable, p in series]
    values = [setting.panel.values[variable][:, p, :] for variable, p in series]
    both = len({p for _, p in series}) == 2
    fits = []
    for over_time in (True, False):
        model = with_starts(random_intercept_model(columns, over_time=over_time), values)
        if both:
            names = [one for t in range(T) for one in (series_of[t] for series_of in columns)]
            fits.append(setting.fit(model, names))
        else:
            names = [one for series_of in columns for one in series_of]
            fits.append(sem.fit(model, sem.sample(setting.data(names), names, missing=setting.missing)))
    held, free = fits
    return LaggedModel(
        name=name,
        paths=_paths(held, _intercept_names(setting, series)),
        tests=(("effects equal over time", sem.difference_test(held, free)),),
        fit=held,
        admissible=_proper(held),
        stable_share=_stable_shares(setting, held, series),
    )


def _intercept_names(setting: _Setting, series: Sequence[Series]) -> Named:
    named: Named = {}
    variables = list(dict.fromkeys(variable for variable, _ in series))
    for j, (effect, p) in enumerate(series):
        if setting.exchangeable and p == 1:
            continue
        who = BOTH if setting.exchangeable else setting.panel.labels[p]
        own_first = sorted((variables.index(cause), q != p, i) for i, (cause, q) in enumerate(series))
        for i in [place for _, _, place in own_first]:
            cause, q = series[i]
            named[moving(j, 1), moving(i, 0)] = (_kind(own=q == p, same=cause == effect), cause, effect, who, "")
    return named


def _stable_shares(setting: _Setting, fit: sem.Fit, series: Sequence[Series]) -> tuple[tuple[str, float], ...]:
    """Return the share of each series' variance on the first occasion that is lasting."""
    variance = {
        estimate.lhs: estimate.est for estimate in fit.estimates if estimate.op == "~~" and estimate.lhs == estimate.rhs
    }
    return tuple(
        (
            f"{variable} of {BOTH if setting.exchangeable else setting.panel.labels[p]}",
            variance[stable(j)] / (variance[stable(j)] + variance[moving(j, 0)]),
        )
        for j, (variable, p) in enumerate(series)
        if not (setting.exchangeable and p == 1)
    )


def _change(setting: _Setting, request: LaggedRequest) -> LaggedModel:
    """Fit the change of the outcome from the first to the last occasion."""
    last = setting.panel.n_occasions - 1
    names = columns_of([request.outcome, *request.predictors], [0]) + columns_of([request.outcome], [last])
    found = setting.fit(change_model(request.outcome, request.predictors, last), names)
    step = f"{setting.panel.occasions[0]} to {setting.panel.occasions[last]}"
    named: Named = {}
    for p, who in enumerate(setting.who):
        end = column(request.outcome, p, last)
        named[end, column(request.outcome, p, 0)] = ("stability", request.outcome, request.outcome, who, step)
        for name in request.predictors:
            for q in (p, 1 - p):
                kind = _kind(own=q == p, same=False)
                named[end, column(name, q, 0)] = (kind, name, request.outcome, who, step)
    return LaggedModel(
        name=f"change of {request.outcome}", paths=_paths(found, named), tests=(), fit=found, admissible=_proper(found)
    )


def _attrition(panel: CouplePanel, outcome: str) -> list[str]:
    """Return how many couples lack the last occasion, and how they differed on the first."""
    means = panel.values[outcome].mean(axis=1)  # of both partners, couples x occasions; NaN where one lacks
    first, stayed = means[:, 0], np.isfinite(means[:, -1])
    known = np.isfinite(first)
    gone = known & ~stayed
    if stayed.all():
        return []
    text = f"{counted(int((~stayed).sum()), 'couple')} of {len(stayed)} without an answer on the last occasion"
    if gone.sum() > 2 and np.ptp(first[known]) > 0:
        apart = float((first[gone].mean() - first[known & stayed].mean()) / first[known].std(ddof=1))
        text += f"; on the first their {outcome} was {figure(abs(apart))} SD {'higher' if apart > 0 else 'lower'}"
    return [f"{text}: FIML supposes that what was answered tells why"]
