"""A model and a sample brought together: which rows, which means, which start, how many moments.

Where the search starts: centroid loadings, regressions by least squares, zero for what is left.

An ordinal model and its sample brought together: thresholds, response scales, starts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError, UnknownNameError
from intimacy_scales.statistics.sem import normal
from intimacy_scales.statistics.sem.matrices import Compiled, compile_model
from intimacy_scales.statistics.sem.normal import NormalObjective
from intimacy_scales.statistics.sem.ordinal import LeastSquares, OrdinalGroup, OrdinalSample, Parameterization, pairs
from intimacy_scales.statistics.sem.patterns import GroupSample, Patterns, patterns_of
from intimacy_scales.statistics.sem.results import Estimator, Setup
from intimacy_scales.statistics.sem.samples import Sample, saturate
from intimacy_scales.statistics.sem.spec import GroupedModel, Model, Parameter, with_means

FLOOR, CEILING = 0.2, 0.9  # communalities a start may have: away from both walls


def starts(model: Model, cov: FloatArray, mean: FloatArray) -> dict[tuple[str, str, str], float]:
    """Return a start for every cell of one group, given its sample moments."""
    names = {name: k for k, name in enumerate(model.observed)}
    sd = dict(zip(model.observed, np.sqrt(np.diag(cov)), strict=True))
    R = cov / np.outer(np.sqrt(np.diag(cov)), np.sqrt(np.diag(cov)))
    scale = {f: _latent_sd(model, f, R, names, sd) for f in model.latent}
    out: dict[tuple[str, str, str], float] = {}
    left = dict(zip(model.observed, np.diag(cov), strict=True))
    for latent in model.latent:
        for name, value in _centroid(model, latent, R, names).items():
            out[latent, "=~", name] = value * sd[name] / scale[latent]
            left[name] -= (value * sd[name]) ** 2
    for outcome in model.observed:
        for name, value in _least_squares(model, outcome, cov, names).items():
            out[outcome, "~", name] = value
            left[outcome] -= value * cov[names[outcome], names[name]]
    for parameter in model.parameters:
        if parameter.cell not in out:
            out[parameter.cell] = _rest(parameter, names, cov, mean, left, scale)
    return out


def _own(model: Model, latent: str, names: dict[str, int]) -> list[str]:
    return [p.rhs for p in model.parameters if p.op == "=~" and p.lhs == latent and p.rhs in names]


def _centroid(model: Model, latent: str, R: FloatArray, names: dict[str, int]) -> dict[str, float]:
    """Return first-centroid loadings on a standardized factor, shared when a variable has several factors."""
    own = _own(model, latent, names)
    if not own:
        return {}
    k = [names[name] for name in own]
    block = R[np.ix_(k, k)].copy()
    np.fill_diagonal(block, np.maximum(np.abs(block - np.eye(len(k))).max(axis=1), FLOOR))
    vector = np.linalg.eigh(block)
    loadings = vector.eigenvectors[:, -1] * np.sqrt(max(vector.eigenvalues[-1], FLOOR))
    loadings = loadings * (np.sign(loadings.sum()) or 1.0)
    size = np.clip(np.abs(loadings), FLOOR, CEILING) * np.where(loadings < 0, -1.0, 1.0)
    shared = [sum(p.op == "=~" and p.rhs == name for p in model.parameters) for name in own]
    return {name: float(value / np.sqrt(m)) for name, value, m in zip(own, size, shared, strict=True)}


def _latent_sd(model: Model, latent: str, R: FloatArray, names: dict[str, int], sd: dict[str, float]) -> float:
    """Return the standard deviation a latent variable gets from a fixed loading; 1 without one."""
    loadings = _centroid(model, latent, R, names)
    for p in model.parameters:
        if p.op == "=~" and p.lhs == latent and not p.free and p.value != 0 and p.rhs in loadings:
            return abs(loadings[p.rhs]) * sd[p.rhs] / abs(p.value)
    return 1.0


def _least_squares(model: Model, outcome: str, cov: FloatArray, names: dict[str, int]) -> dict[str, float]:
    """Regress an observed outcome on its observed predictors."""
    own = [p.rhs for p in model.parameters if p.op == "~" and p.lhs == outcome and p.rhs in names]
    k = [names[name] for name in own]
    if not k:
        return {}
    weights = np.linalg.lstsq(cov[np.ix_(k, k)], cov[k, names[outcome]], rcond=None)[0]
    return {name: float(w) for name, w in zip(own, weights, strict=True)}


def _rest(
    parameter: Parameter,
    names: dict[str, int],
    cov: FloatArray,
    mean: FloatArray,
    left: dict[str, float],
    scale: dict[str, float],
) -> float:
    """Return a start for variances, covariances, intercepts and everything between latent variables."""
    lhs, rhs = parameter.lhs, parameter.rhs
    if parameter.op == "~~" and lhs == rhs:
        return max(left[lhs], 0.1 * cov[names[lhs], names[lhs]]) if lhs in names else scale[lhs] ** 2
    if parameter.op == "~1":
        return float(mean[names[lhs]]) if lhs in names else 0.0
    if parameter.op == "=~":
        return 0.6 * scale.get(rhs, 1.0) / scale[lhs]
    return 1.0 if parameter.op == "~*~" else 0.0


def start_vectors(
    grouped: GroupedModel, compiled: Compiled, covs: tuple[FloatArray, ...], means: tuple[FloatArray, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return the start from the data (means over equal cells), and a plainer one should it fail."""
    total, count, plain = (np.zeros(compiled.n_params) for _ in range(3))
    for g, model in enumerate(grouped.models):
        chosen = starts(model, covs[g], means[g])
        for parameter in model.parameters:
            if parameter.free:
                at = compiled.index[g, parameter.cell]
                given = chosen[parameter.cell] if np.isnan(parameter.value) else parameter.value
                total[at] += given
                count[at] += 1
                plain[at] = 0.5 * given if parameter.op in {"=~", "~"} else given
    return total / count, plain


def prepare_ordinal(
    grouped: GroupedModel, data: OrdinalSample, estimator: Estimator, parameterization: Parameterization
) -> Setup:
    """Lay out an ordinal model: statistics of its variables, thresholds added, thresholds as starts."""
    groups = tuple(
        _pick(data.data[data.groups.index(name) if name in data.groups else 0], data.names, model.observed)
        for name, model in zip(grouped.groups, grouped.models, strict=True)
    )
    models = tuple(
        _with_thresholds(model, group, parameterization) for model, group in zip(grouped.models, groups, strict=True)
    )
    grouped = replace(grouped, models=models)
    covs = tuple(group.correlations for group in groups)
    means = tuple(np.zeros(len(model.observed)) for model in models)
    compiled = compile_model(grouped, covs, means)
    first, simple = start_vectors(grouped, compiled, covs, means)
    cuts = [(g, p) for g, model in enumerate(models) for p in model.parameters if p.op == "|" and p.free]
    for g, p in cuts:
        at = compiled.index[g, p.cell]
        own = groups[g].thresholds[groups[g].threshold_of == models[g].observed.index(p.lhs)]
        first[at] = simple[at] = own[int(p.rhs[1:]) - 1]
    return Setup(
        grouped=grouped,
        compiled=compiled,
        objective=LeastSquares(compiled=compiled, data=groups, parameterization=parameterization),
        sample=data,
        estimator=estimator,
        has_means=True,
        parameterization=parameterization,
        start=first,
        simple_start=simple,
        n_moments=sum(len(g.gamma) for g in groups),
        saturated=0.0,
        exogenous_value=0.0,
    )


def _pick(group: OrdinalGroup, names: tuple[str, ...], wanted: tuple[str, ...]) -> OrdinalGroup:
    """Return the statistics of the wanted variables only, in their order."""
    if names == wanted:
        return group
    k = [names.index(name) for name in wanted]
    cuts = [np.flatnonzero(group.threshold_of == j) for j in k]
    table = np.zeros((len(names),) * 2, dtype=np.intp)
    i, j = pairs(len(names))
    table[i, j] = table[j, i] = len(group.thresholds) + np.arange(len(i))
    new_i, new_j = pairs(len(k))
    at = np.concatenate([*cuts, table[np.array(k)[new_i], np.array(k)[new_j]]])
    return OrdinalGroup(
        thresholds=group.thresholds[np.concatenate(cuts)],
        n=group.n,
        gamma=group.gamma[np.ix_(at, at)],
        threshold_of=np.repeat(np.arange(len(k)), [len(c) for c in cuts]).astype(np.intp),
        correlations=group.correlations[np.ix_(k, k)],
    )


def _with_thresholds(model: Model, group: OrdinalGroup, parameterization: Parameterization) -> Model:
    """Add thresholds and zero means; drop residual variances (delta) or fix them at 1 (theta)."""
    _check_ordinal(model)
    own = {name: int((group.threshold_of == k).sum()) for k, name in enumerate(model.observed)}
    there = {p.cell for p in model.parameters}
    kept = [
        p
        for p in model.parameters
        if not (
            p.op == "~~"
            and p.lhs == p.rhs
            and p.lhs in model.observed
            and (parameterization == "delta" or (p.free and not p.label))
        )
    ]
    extra = [Parameter(lhs=name, op="|", rhs=f"t{t + 1}") for name, count in own.items() for t in range(count)]
    extra += [Parameter(lhs=name, op="~1", free=False, value=0.0) for name in (*model.observed, *model.latent)]
    kept_cells = {p.cell for p in kept}
    if parameterization == "theta":
        extra += [
            q
            for q in (Parameter(lhs=name, op="~~", rhs=name, free=False, value=1.0) for name in model.observed)
            if q.cell not in kept_cells
        ]
        return replace(model, parameters=(*kept, *(q for q in extra if q.cell not in kept_cells)))
    return replace(model, parameters=(*kept, *(q for q in extra if q.cell not in there)))


def _check_ordinal(model: Model) -> None:
    causes = sorted({p.rhs for p in model.parameters if p.op == "~" and p.rhs in model.observed})
    if causes or model.exogenous:
        raise IntimacyScalesError(
            [
                Problem(
                    where=f"variable {name}",
                    what="an ordinal variable predicts another",
                    allowed="ordinal variables as indicators or outcomes",
                    do="put it behind a latent variable, or treat it as continuous",
                )
                for name in causes or model.exogenous
            ]
        )


Data = Sample | OrdinalSample


def prepare(grouped: GroupedModel, data: Data, estimator: Estimator, parameterization: Parameterization) -> Setup:
    """Match groups and variables, add what the estimator needs to the model, and lay everything out."""
    _check_groups(grouped, data)
    if isinstance(data, OrdinalSample):
        return prepare_ordinal(grouped, data, estimator, parameterization)
    return _prepare_normal(grouped, data, estimator)


def _check_groups(grouped: GroupedModel, data: Data) -> None:
    if len(grouped.groups) != len(data.groups):
        raise IntimacyScalesError(
            Problem(
                where="fit",
                what=f"a model of {len(grouped.groups)} group(s), data of {len(data.groups)}",
                allowed="one model a group",
                do="use across_groups(model, groups=..., equal=...)",
            )
        )
    for name in grouped.groups if len(grouped.groups) > 1 else ():
        if name not in data.groups:
            raise UnknownNameError.among("group", name, data.groups)
    for model in grouped.models:
        for name in model.observed:
            if name not in data.names:
                raise UnknownNameError.among("variable", name, data.names)


def _prepare_normal(grouped: GroupedModel, data: Sample, estimator: Estimator) -> Setup:
    several = len(grouped.groups) > 1
    asked = any(model.has_means for model in grouped.models)
    has_means = data.missing == "fiml" or several or asked or data.n_clusters is not None
    models = tuple(with_means(model) if has_means else model for model in grouped.models)
    grouped = replace(grouped, models=models)
    groups = tuple(
        _columns(_of_group(data, name), data.names, model.observed)
        for name, model in zip(grouped.groups, models, strict=True)
    )
    for model, group in zip(models, groups, strict=True):
        _check_exogenous(model, group)
    covs, means = tuple(g.cov for g in groups), tuple(g.mean for g in groups)
    compiled = compile_model(grouped, covs, means)
    first, simple = start_vectors(grouped, compiled, covs, means)
    moments = sum(_count(len(m.observed), has_means) - _count(len(m.exogenous), has_means) for m in models)
    return Setup(
        grouped=grouped,
        compiled=compiled,
        objective=NormalObjective(compiled=compiled, data=groups, has_means=has_means),
        sample=_as_fitted(data, grouped, groups),
        estimator=estimator,
        has_means=has_means,
        parameterization="delta",
        start=first,
        simple_start=simple,
        n_moments=moments,
        saturated=sum(_value(g.patterns, g.mean, g.cov) for g in groups),
        exogenous_value=sum(_exogenous_value(m, g) for m, g in zip(models, groups, strict=True)),
    )


def _as_fitted(data: Sample, grouped: GroupedModel, groups: tuple[GroupSample, ...]) -> Sample:
    """Return the sample as these models see it, so that the baseline need not pick columns again."""
    names = {model.observed for model in grouped.models}
    if len(names) > 1:
        return data
    return replace(data, names=names.pop(), groups=grouped.groups, data=groups)


def _of_group(data: Sample, name: str) -> GroupSample:
    return data.data[data.groups.index(name) if name in data.groups else 0]


def _count(p: int, has_means: bool) -> int:
    return p * (p + 1) // 2 + p * has_means


def _value(patterns: Patterns, mean: FloatArray, cov: FloatArray) -> float:
    at = normal.terms(patterns, mean, cov)
    if at is None:
        raise ResponseError(
            Problem(
                where="sample",
                what="the covariance matrix is not positive definite",
                allowed="variables that are not copies of each other",
                do="leave one out",
            )
        )
    return at.value


def _columns(group: GroupSample, names: tuple[str, ...], wanted: tuple[str, ...]) -> GroupSample:
    """Return the sample of the wanted variables only, in their order."""
    if names == wanted:
        return group
    k = [names.index(name) for name in wanted]
    if group.rows is None or group.patterns.complete or len(wanted) == len(names):
        return _picked(group, k)
    rows = group.rows[:, k]
    some = ~np.isnan(rows).all(axis=1)
    rows = rows[some]
    patterns, of = patterns_of(rows)
    mean, cov = (patterns.mean[0], patterns.cov[0]) if patterns.complete else saturate(patterns)[:2]
    clusters = None if group.clusters is None else group.clusters[some]
    return GroupSample(patterns=patterns, n=len(rows), mean=mean, cov=cov, rows=rows, pattern_of=of, clusters=clusters)


def _picked(group: GroupSample, k: list[int]) -> GroupSample:
    """Return columns of statistics that stay as they are: nothing is missing, or nothing left aside."""
    old = group.patterns
    return replace(
        group,
        patterns=replace(old, mask=old.mask[:, k], mean=old.mean[:, k], cov=old.cov[:, k][:, :, k]),
        mean=group.mean[k],
        cov=group.cov[np.ix_(k, k)],
        rows=None if group.rows is None else group.rows[:, k],
    )


def _check_exogenous(model: Model, group: GroupSample) -> None:
    k = [model.observed.index(name) for name in model.exogenous]
    gaps = [name for name, j in zip(model.exogenous, k, strict=True) if not group.patterns.mask[:, j].all()]
    if gaps:
        raise ResponseError(
            [
                Problem(
                    where=f"column {name}",
                    what="a predictor fixed to the sample has missing answers",
                    allowed="complete predictors",
                    do="build the model with fixed_x=False",
                )
                for name in gaps
            ]
        )


def _exogenous_value(model: Model, group: GroupSample) -> float:
    """Return minus the log-likelihood of the predictors alone: what fixing them takes out."""
    k = [model.observed.index(name) for name in model.exogenous]
    if not k:
        return 0.0
    patterns = Patterns(
        mask=np.ones((1, len(k)), dtype=bool),
        n=np.array([float(group.n)]),
        mean=group.mean[None, k],
        several=np.array([0], dtype=np.intp),
        cov=group.cov[np.ix_(k, k)][None],
    )
    return _value(patterns, group.mean[k], group.cov[np.ix_(k, k)])
