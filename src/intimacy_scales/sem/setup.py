"""A model and a sample brought together: which rows, which means, which start, how many moments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from intimacy_scales.errors import IntimacyScalesError, Problem, ResponseError, UnknownNameError
from intimacy_scales.sem import normal
from intimacy_scales.sem.build import with_means
from intimacy_scales.sem.likelihood import NormalObjective
from intimacy_scales.sem.matrices import Floats, compile_model
from intimacy_scales.sem.ordinal import OrdinalSample
from intimacy_scales.sem.patterns import GroupSample, Patterns, patterns_of
from intimacy_scales.sem.results import Estimator, Setup
from intimacy_scales.sem.samples import Sample
from intimacy_scales.sem.saturated import saturate
from intimacy_scales.sem.setup_ordinal import prepare_ordinal
from intimacy_scales.sem.spec import GroupedModel, Model
from intimacy_scales.sem.starts import start_vectors
from intimacy_scales.sem.wls import Parameterization

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
    has_means = data.missing == "fiml" or several or any(model.has_means for model in grouped.models)
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


def _value(patterns: Patterns, mean: Floats, cov: Floats) -> float:
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
    rows = rows[~np.isnan(rows).all(axis=1)]
    patterns, of = patterns_of(rows)
    mean, cov = (patterns.mean[0], patterns.cov[0]) if patterns.complete else saturate(patterns)[:2]
    return GroupSample(patterns=patterns, n=len(rows), mean=mean, cov=cov, rows=rows, pattern_of=of)


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
