"""What would change if one more parameter were free: score tests, with the change expected.

Do two nested models differ? The chi-square difference, plain or scaled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem
from intimacy_scales.statistics.sem.indices import chi_p
from intimacy_scales.statistics.sem.matrices import Compiled, compile_model
from intimacy_scales.statistics.sem.normal import NormalObjective
from intimacy_scales.statistics.sem.ordinal import LeastSquares
from intimacy_scales.statistics.sem.results import Fit, Setup, headline
from intimacy_scales.statistics.sem.robust import least_squares_parts
from intimacy_scales.statistics.sem.spec import GroupedModel, Model, Op, Parameter

_Cell = tuple[int, tuple[str, str, str]]
"""A group's place, and a cell of its model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceTest:
    """Chi-square difference of a restricted model against a more general one, with changes of CFI and RMSEA.

    ``cfi_change`` and ``rmsea_change`` are restricted less general, of the indices a paper reports (see ``headline``):
    robust for MLR, scaled for WLSMV.
    """

    kind: str
    chisq: float
    df: int
    p: float
    cfi_change: float
    rmsea_change: float
    notes: tuple[str, ...]


def difference_test(restricted: Fit, general: Fit) -> DifferenceTest:
    """Test whether the restrictions of one model, nested in another, cost fit.

    Parameters
    ----------
    restricted, general : Fit
        Fits of nested models to the same persons with the same estimator; ``restricted`` has more degrees of
        freedom.

    Returns
    -------
    DifferenceTest

    Notes
    -----
    ML, DWLS: the difference of the chi-squares. MLR, MLM: divided by ``(df0 c0 - df1 c1) / (df0 - df1)``
    (Satorra and Bentler, 2001, https://doi.org/10.1007/BF02296192), which can be negative in small samples:
    then NaN, with a note. WLSMV: mean and variance adjusted after Satorra (2000), from the restrictions
    themselves. Nesting is not checked, only that data, estimator and degrees of freedom allow it. DWLS
    differences are not chi-square distributed: use WLSMV. Validated against ``lavTestLRT`` of lavaan 0.6-14 (MLR
    with missing answers, WLSMV, over groups; 5e-5).
    """
    _comparable(restricted, general)
    df = restricted.measures.df - general.measures.df
    raw = restricted.measures.chisq - general.measures.chisq
    chisq, kind, notes = raw, "chi-square difference", list[str]()
    if restricted.estimator in {"MLR", "MLM"}:
        chisq, kind = _satorra_bentler(restricted, general, raw, df), "Satorra-Bentler (2001)"
        if np.isnan(chisq):
            notes.append("the scaling of the difference is negative: compare with a larger sample, or by CFI")
    elif restricted.estimator == "WLSMV":
        chisq, kind = _satorra_2000(restricted, general, raw, df), "Satorra (2000), scaled and shifted"
    if raw < -1e-6 * max(general.measures.chisq, 1.0):
        notes.append("the restricted model fits better: the two are not nested, or one stopped early")
    a, b = (headline(fit.measures, fit.estimator) for fit in (restricted, general))
    return DifferenceTest(
        kind=kind,
        chisq=chisq,
        df=df,
        p=chi_p(chisq, df) if np.isfinite(chisq) else np.nan,
        cfi_change=a.cfi - b.cfi,
        rmsea_change=a.rmsea - b.rmsea,
        notes=tuple(notes),
    )


def _comparable(restricted: Fit, general: Fit) -> None:
    problems = []
    if restricted.n_by_group != general.n_by_group or restricted.estimator != general.estimator:
        problems.append(
            Problem(
                where="difference test",
                what=f"{restricted.estimator}, n {restricted.n}, against {general.estimator}, n {general.n}",
                allowed="the same persons and estimator",
            )
        )
    names = [tuple(sorted(m.observed)) for m in restricted.setup.grouped.models]
    if names != [tuple(sorted(m.observed)) for m in general.setup.grouped.models]:
        problems.append(
            Problem(where="difference test", what="the models have different variables", allowed="the same")
        )
    if restricted.measures.df <= general.measures.df:
        problems.append(
            Problem(
                where="difference test",
                what=f"{restricted.measures.df} and {general.measures.df} degrees of freedom",
                allowed="more in the restricted model, which comes first",
            )
        )
    if problems:
        raise IntimacyScalesError(problems)


def _satorra_bentler(restricted: Fit, general: Fit, raw: float, df: int) -> float:
    c0, c1 = (fit.measures.scaled.scaling if fit.measures.scaled else 1.0 for fit in (restricted, general))
    factor = (restricted.measures.df * c0 - general.measures.df * c1) / df
    return raw / factor if factor > 0 else np.nan


def _satorra_2000(restricted: Fit, general: Fit, raw: float, df: int) -> float:
    one, zero = general.setup, restricted.setup
    if not isinstance(one.objective, LeastSquares) or not isinstance(zero.objective, LeastSquares):
        return np.nan
    parts = least_squares_parts(one, one.objective, general.theta)
    delta0 = np.concatenate([part.delta for part in least_squares_parts(zero, zero.objective, restricted.theta)])
    delta1 = np.concatenate([part.delta for part in parts])
    inside = np.linalg.lstsq(delta1, delta0, rcond=None)[0]
    A = np.linalg.svd(inside, full_matrices=True)[0][:, delta1.shape[1] - df :].T
    bread = np.linalg.inv(np.asarray(sum(part.delta.T @ part.weight @ part.delta for part in parts)))
    meat = np.asarray(sum(part.delta.T @ part.weight @ part.gamma @ part.weight @ part.delta for part in parts))
    core: FloatArray = np.linalg.solve(A @ bread @ A.T, A @ bread @ meat @ bread @ A.T)
    factor = np.sqrt(df / float(np.einsum("ij,ji->", core, core)))
    return float(factor * raw + df - factor * float(np.trace(core)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModificationIndex:
    """Expected fall of chi-square (1 df) and expected change of one parameter, were it free."""

    group: str
    lhs: str
    op: Op
    rhs: str
    index: float
    p: float
    change: float

    @property
    def name(self) -> str:
        """The parameter as a paper would write it."""
        return f"{self.lhs}{self.op}{self.rhs}"


def modification_indices(fit: Fit, *, minimum: float = 0.0) -> tuple[ModificationIndex, ...]:
    """Return modification indices of absent loadings and (residual) covariances, largest first.

    Parameters
    ----------
    fit : Fit
        Any fit.
    minimum : float, default 0
        Leave out smaller ones.

    Returns
    -------
    tuple of ModificationIndex

    Notes
    -----
    ``index = s^2 / (I_zz - I_zt I_tt^-1 I_tz)`` with the score s and the expected information I of the
    absent parameter z and the free ones t; ``change = s / (...)``. The largest of many indices is large by
    chance: a change made for its sake has to be replicated. Validated against lavaan's printed Holzinger
    example. Sorbom (1989), https://doi.org/10.1007/BF02294623
    """
    extra = [_absent(model) for model in fit.setup.grouped.models]
    taken = [{parameter.cell for parameter in more} for more in extra]
    models = tuple(
        replace(model, parameters=(*(p for p in model.parameters if p.cell not in cells), *more))
        for model, more, cells in zip(fit.setup.grouped.models, extra, taken, strict=True)
    )
    wanted = [(g, p) for g, more in enumerate(extra) for p in more]
    indexes = _score_tests(fit, models, wanted)
    return tuple(sorted((index for index in indexes if index.index >= minimum), key=lambda one: -one.index))


def equality_tests(
    fit: Fit, *, op: Op | None = None, groups: Sequence[str] | None = None
) -> tuple[ModificationIndex, ...]:
    """Return, for every parameter held equal to another, what letting it go would change, largest first.

    In several groups these say which item breaks invariance (partial invariance); the index is a score test
    with one degree of freedom, and ``change`` how far the parameter of that group would move from the common
    value. ``op`` and ``groups`` ask for parameters of one kind, of some groups only (of two groups one is
    enough: the index is the same).
    """
    shared = [
        at
        for at in range(fit.setup.compiled.n_params)
        if sum(value == at for value in fit.setup.compiled.index.values()) > 1
    ]
    held = [(g, p) for g, p in _free_ones(fit, op, groups) if fit.setup.compiled.index[g, p.cell] in shared]
    return _let_go(fit, {(g, p.cell): replace(p, label="") for g, p in held})


def _free_ones(fit: Fit, op: Op | None, groups: Sequence[str] | None) -> list[tuple[int, Parameter]]:
    """Return the free parameters of one kind, of some groups, with their groups' places."""
    return [(g, p) for g, model in enumerate(fit.setup.grouped.models) if groups is None or fit.groups[g] in groups
            for p in model.parameters if op in {None, p.op} and p.free]  # fmt: skip


def _let_go(fit: Fit, alone: Mapping[_Cell, Parameter]) -> tuple[ModificationIndex, ...]:
    """Test parameters put in the place of those of the fit, each by itself, the largest index first.

    A score test knows of each parameter its own slope and what it shares with those of the fit, so that of a likelihood
    all of them are let go at once. What ordinal answers imply depends on which variances are free: one at a time.
    """
    ordinal = isinstance(fit.setup.objective, LeastSquares)
    sets = [{at: new} for at, new in alone.items()] if ordinal else [dict(alone)]
    indexes = [index for to in sets for index in _score_tests(
        fit, _changed(fit, to), [(g, new) for (g, _), new in to.items()])]  # fmt: skip
    return tuple(sorted(indexes, key=lambda one: -one.index))


def _changed(fit: Fit, to: Mapping[_Cell, Parameter]) -> tuple[Model, ...]:
    return tuple(replace(model, parameters=tuple(to.get((g, p.cell), p) for p in model.parameters))
                 for g, model in enumerate(fit.setup.grouped.models))  # fmt: skip


def release_tests(fit: Fit, names: Sequence[str]) -> tuple[ModificationIndex, ...]:
    """Return, for parameters fixed to a value, what letting each go in one group would change, largest first.

    Parameters
    ----------
    fit : Fit
        A fit of several groups.
    names : sequence of str
        Such as ``"x1~1"``; looked at in every group but the first, which carries the metric, where they are
        fixed. With ordinal answers invariance of intercepts and residual variances is held by fixing them.
    """
    fixed = [(g, p) for g, model in list(enumerate(fit.setup.grouped.models))[1:] for p in model.parameters
             if not p.free and not p.from_sample and p.name in names]  # fmt: skip
    return _let_go(fit, {(g, p.cell): replace(p, free=True) for g, p in fixed})


def _absent(model: Model) -> list[Parameter]:
    """Return candidate cells fixed at zero: loadings of indicators, covariances that may be in the model."""
    there = {p.cell for p in model.parameters if p.free or p.from_sample or p.value != 0}
    indicators = [name for name in model.observed if any(p.op == "=~" and p.rhs == name for p in model.parameters)]
    out = [Parameter(lhs=f, op="=~", rhs=name, value=0.0) for f in model.latent for name in indicators]
    inside = [name for name in model.observed if name not in model.exogenous]
    out += [
        Parameter(lhs=a, op="~~", rhs=b, value=0.0)
        for names in (inside, model.latent)
        for a, b in combinations(names, 2)
    ]
    return [p for p in out if p.cell not in there]


def _score_tests(fit: Fit, models: tuple[Model, ...], wanted: list[tuple[int, Parameter]]) -> list[ModificationIndex]:
    if not wanted:
        return []
    setup = fit.setup
    grouped = replace(setup.grouped, models=models)
    objective = _rebuilt(setup, grouped)
    compiled = objective.compiled
    theta, old = _carry_over(fit, compiled)
    for g, p in wanted:
        if (g, p.cell) not in setup.compiled.index and np.isfinite(p.value):
            theta[compiled.index[g, p.cell]] = p.value
    slope, info = objective.gradient(theta), objective.information(theta)
    known = np.linalg.inv(old.T @ info @ old)
    at = [compiled.index[g, p.cell] for g, p in wanted]
    mixed = info[at] @ old
    left = info[at, at] - np.einsum("ij,jk,ik->i", mixed, known, mixed)
    safe = np.where(left > 1e-8 * np.maximum(info[at, at], 1e-300), left, np.nan)
    index, change = slope[at] ** 2 / safe, -slope[at] / safe
    return [
        ModificationIndex(
            group=grouped.groups[g],
            lhs=p.lhs,
            op=p.op,
            rhs=p.rhs,
            index=float(i),
            p=chi_p(float(i), 1),
            change=float(c),
        )
        for (g, p), i, c in zip(wanted, index, change, strict=True)
        if np.isfinite(i)
    ]


def _rebuilt(setup: Setup, grouped: GroupedModel) -> NormalObjective | LeastSquares:
    """Return the fit's objective with another model over the same data."""
    old = setup.objective
    if isinstance(old, LeastSquares):
        covs = tuple(group.correlations for group in old.data)
        return replace(old, compiled=compile_model(grouped, covs, tuple(np.zeros(len(cov)) for cov in covs)))
    compiled = compile_model(grouped, tuple(d.cov for d in old.data), tuple(d.mean for d in old.data))
    return replace(old, compiled=compiled, memo={})


def _carry_over(fit: Fit, compiled: Compiled) -> tuple[FloatArray, FloatArray]:
    """Return the fit's values in the larger model, and how its parameters move there (one column each)."""
    before = fit.setup.compiled
    theta, move = np.zeros(compiled.n_params), np.zeros((compiled.n_params, before.n_params))
    for key, at in compiled.index.items():
        if key in before.index:
            theta[at] = fit.theta[before.index[key]]
            move[at, before.index[key]] = 1.0
    return theta, move
