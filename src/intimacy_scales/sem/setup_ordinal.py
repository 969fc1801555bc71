"""An ordinal model and its sample brought together: thresholds, response scales, starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from intimacy_scales.errors import IntimacyScalesError, Problem
from intimacy_scales.sem.matrices import compile_model
from intimacy_scales.sem.ordinal import OrdinalGroup, OrdinalSample, pairs
from intimacy_scales.sem.results import Estimator, Setup
from intimacy_scales.sem.spec import GroupedModel, Model, Parameter
from intimacy_scales.sem.starts import start_vectors
from intimacy_scales.sem.wls import LeastSquares, Parameterization


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
