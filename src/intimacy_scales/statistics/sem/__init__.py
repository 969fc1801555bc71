"""One model in several groups: what is held equal, and what that frees, as lavaan's ``group.equal``.

A small structural-equation core: matrices and named variables, no questionnaires.

A :class:`Model` (built by :func:`cfa_model`, :func:`path_model` and friends) and a :class:`Sample` (made by
:func:`sample`, :func:`sample_from_moments` or :func:`ordinal_sample`) go into :func:`fit`; the :class:`Fit`
that comes out answers the rest: modification indices, residuals, difference tests, Monte Carlo intervals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, get_args

from intimacy_scales.base.errors import IntimacyScalesError, Problem, UnknownNameError
from intimacy_scales.statistics.sem.derived_parameters import MonteCarloInterval, monte_carlo, monte_carlo_of
from intimacy_scales.statistics.sem.diagnostics import (
    Explained,
    FactorSum,
    FactorSums,
    LatentCorrelations,
    Residuals,
    factor_sums,
    latent_correlations,
    r_squared,
    residuals,
)
from intimacy_scales.statistics.sem.fitting import fit, measures_of_covariance
from intimacy_scales.statistics.sem.indices import adjusted, swapping_equalities
from intimacy_scales.statistics.sem.model_tests import (
    DifferenceTest,
    ModificationIndex,
    difference_test,
    equality_tests,
    modification_indices,
    release_tests,
)
from intimacy_scales.statistics.sem.ordinal import OrdinalSample, ordinal_sample
from intimacy_scales.statistics.sem.results import DefinedEstimate, Fit, FitMeasures, ParameterEstimate, ScaledMeasures
from intimacy_scales.statistics.sem.samples import (
    Moments,
    Sample,
    em_moments,
    pair_sample,
    sample,
    sample_from_moments,
)
from intimacy_scales.statistics.sem.samples_of_sums import sample_from_item_sums, sample_from_sums
from intimacy_scales.statistics.sem.spec import (
    Defined,
    GroupedModel,
    Model,
    Parameter,
    bifactor_model,
    cfa_model,
    covariance,
    loading,
    mean,
    path_model,
    regression,
    second_order_model,
    threshold,
    with_changes,
    with_means,
)

__all__ = [
    "Defined",
    "DefinedEstimate",
    "DifferenceTest",
    "Explained",
    "FactorSum",
    "FactorSums",
    "Fit",
    "FitMeasures",
    "GroupedModel",
    "LatentCorrelations",
    "Model",
    "ModificationIndex",
    "Moments",
    "MonteCarloInterval",
    "OrdinalSample",
    "Parameter",
    "ParameterEstimate",
    "Residuals",
    "Sample",
    "ScaledMeasures",
    "across_groups",
    "adjusted",
    "bifactor_model",
    "cfa_model",
    "covariance",
    "difference_test",
    "em_moments",
    "equality_tests",
    "factor_sums",
    "fit",
    "invariance_ladder",
    "latent_correlations",
    "loading",
    "mean",
    "measures_of_covariance",
    "modification_indices",
    "monte_carlo",
    "monte_carlo_of",
    "ordinal_sample",
    "pair_sample",
    "path_model",
    "r_squared",
    "regression",
    "release_tests",
    "residuals",
    "sample",
    "sample_from_item_sums",
    "sample_from_moments",
    "sample_from_sums",
    "second_order_model",
    "swapping_equalities",
    "threshold",
    "with_changes",
    "with_means",
]

Equal = Literal[
    "loadings",
    "intercepts",
    "means",
    "residuals",
    "residual covariances",
    "latent variances",
    "latent covariances",
    "regressions",
    "thresholds",
]
LADDER: Mapping[str, tuple[Equal, ...]] = MappingProxyType(
    {
        "configural": (),
        "metric": ("loadings",),
        "scalar": ("loadings", "intercepts"),
        "strict": ("loadings", "intercepts", "residuals"),
    }
)
# ordinal answers: thresholds first, without them nothing is comparable (Wu and Estabrook, 2016)
ORDINAL_LADDER: Mapping[str, tuple[Equal, ...]] = MappingProxyType(
    {
        "configural": (),
        "thresholds": ("thresholds",),
        "metric": ("thresholds", "loadings"),
        "scalar": ("thresholds", "loadings", "intercepts"),
        "strict": ("thresholds", "loadings", "intercepts", "residuals"),
    }
)


def across_groups(
    model: Model,
    groups: Sequence[str],
    *,
    equal: Sequence[Equal] = (),
    free: Sequence[str] = (),
    equal_labels: bool = True,
    thresholds: Mapping[str, int] | None = None,
) -> GroupedModel:
    """Put one model in several groups, some kinds of parameters equal.

    Parameters
    ----------
    model : Model
        The model of every group.
    groups : sequence of str
        Their names; the first is the one others are compared with.
    equal : sequence of str
        Kinds held equal: loadings, intercepts, means, residuals, residual covariances, latent variances,
        latent covariances, regressions, thresholds.
    free : sequence of str
        Exceptions by name, as ``"f=~x1"`` or ``"x1~1"`` (partial invariance).
    equal_labels : bool, default True
        Whether parameters with a label of their own are one parameter in all groups; else each group has its
        own (``"a"`` becomes ``"a_men"``, also in defined quantities).
    thresholds : mapping from variable to number of thresholds, optional
        Makes the model one of ordinal answers, to be fitted with ``parameterization="theta"``.

    Returns
    -------
    GroupedModel

    Notes
    -----
    Equal loadings free the latent variances that were fixed to 1, in all groups but the first; equal
    intercepts free the latent means there (of latent variables that are not themselves indicators). Ordinal:
    equal thresholds free intercepts and residual variances in all groups but the first; equal intercepts and
    residuals fix them again (Wu and Estabrook, 2016, https://doi.org/10.1007/s11336-016-9506-0), which needs
    at least two thresholds a variable. Validated against lavaan 0.6-14 (configural to strict; ordinal: semTools 0.5-6
    ``measEq.syntax(ID.cat="Wu.Estabrook.2016")``).

    Examples
    --------
    >>> from intimacy_scales.statistics.sem import cfa_model
    >>> both = across_groups(cfa_model({"f": ["a", "b", "c", "d"]}), ["women", "men"], equal=["loadings"])
    >>> sum(p.free for m in both.models for p in m.parameters if p.lhs == p.rhs == "f")
    1
    """
    for kind in equal:
        if kind not in get_args(Equal):
            raise UnknownNameError.among("kind of parameter", kind, get_args(Equal))
    whole = _ordinal(model, thresholds) if thresholds else with_means(model)
    names = [p.name for p in whole.parameters]
    for name in free:
        if name not in names:
            raise UnknownNameError.among("parameter", name, names)
    if len(set(groups)) != len(groups) or len(groups) < 2:
        raise IntimacyScalesError(
            Problem(where="groups", what=", ".join(groups), allowed="two or more different names")
        )
    models = tuple(
        _one_group(
            whole,
            group,
            g == 0,
            tuple(equal),
            tuple(free),
            equal_labels=equal_labels,
            ordinal=bool(thresholds),
        )
        for g, group in enumerate(groups)
    )
    return GroupedModel(groups=tuple(groups), models=models)


def invariance_ladder(
    model: Model,
    groups: Sequence[str],
    *,
    free: Sequence[str] = (),
    thresholds: Mapping[str, int] | None = None,
) -> dict[str, GroupedModel]:
    """Return the models of measurement invariance by name, each nested in the one before.

    Configural, metric, scalar, strict; for ordinal answers (``thresholds``) configural, thresholds, metric,
    scalar, strict. ``free`` names exceptions; see :func:`across_groups`.
    """
    ladder = ORDINAL_LADDER if thresholds else LADDER
    return {
        name: across_groups(model, groups, equal=equal, free=free, thresholds=thresholds)
        for name, equal in ladder.items()
    }


def _kind(parameter: Parameter, model: Model) -> Equal | None:
    """Return what a parameter is called in ``equal``; nothing for the moments of exogenous predictors."""
    if parameter.from_sample:
        return None
    latent, own = parameter.lhs in model.latent, parameter.lhs == parameter.rhs
    kinds: dict[str, tuple[Equal, Equal]] = {
        "=~": ("loadings", "loadings"),
        "~": ("regressions", "regressions"),
        "|": ("thresholds", "thresholds"),
        "~1": ("intercepts", "means"),
        "~~": ("residuals", "latent variances") if own else ("residual covariances", "latent covariances"),
    }
    return kinds[parameter.op][latent] if parameter.op in kinds else None


def _one_group(
    model: Model,
    group: str,
    first: bool,
    equal: tuple[Equal, ...],
    free: tuple[str, ...],
    *,
    equal_labels: bool,
    ordinal: bool,
) -> Model:
    out = []
    for parameter in model.parameters:
        changed = parameter if first else _release(parameter, model, equal, ordinal=ordinal)
        if changed.free:
            changed = _label(
                changed, model, group, equal, free, equal_labels=equal_labels, released=changed != parameter
            )
        out.append(changed)
    defined = model.defined if equal_labels else _rename(model, group)
    return replace(model, parameters=tuple(out), defined=defined)


def _label(
    parameter: Parameter,
    model: Model,
    group: str,
    equal: tuple[Equal, ...],
    free: tuple[str, ...],
    *,
    equal_labels: bool,
    released: bool,
) -> Parameter:
    if released:
        return replace(parameter, label=f"{parameter.name}.{group}" if parameter.op == "~~" else "")
    if _kind(parameter, model) in equal:
        if parameter.name in free:
            return replace(parameter, label="")
        return replace(parameter, label=parameter.label or parameter.name)
    return parameter if equal_labels or not parameter.label else replace(parameter, label=f"{parameter.label}_{group}")


def _release(parameter: Parameter, model: Model, equal: tuple[Equal, ...], *, ordinal: bool) -> Parameter:
    """Free, in a later group, what equality elsewhere identifies."""
    if parameter.free or parameter.from_sample:
        return parameter
    kind = _kind(parameter, model)
    indicators = {p.rhs for p in model.parameters if p.op == "=~"}
    by_intercepts = "intercepts" in equal and parameter.lhs not in indicators
    free = (
        (kind == "latent variances" and parameter.value == 1.0 and "loadings" in equal)
        or (kind == "means" and parameter.value == 0.0 and by_intercepts)
        or (ordinal and kind == "intercepts" and "thresholds" in equal and "intercepts" not in equal)
        or (ordinal and kind == "residuals" and "thresholds" in equal and "residuals" not in equal)
    )
    return replace(parameter, free=True, value=parameter.value) if free else parameter


def _rename(model: Model, group: str) -> tuple[Defined, ...]:
    """Give labels in defined quantities, and the quantities, the group's own names."""
    labels = {p.label for p in model.parameters if p.label} | {one.name for one in model.defined}
    if not labels:
        return model.defined
    word = re.compile(r"\b(" + "|".join(map(re.escape, sorted(labels, key=len, reverse=True))) + r")\b")
    return tuple(
        replace(one, name=f"{one.name}_{group}", expression=word.sub(rf"\1_{group}", one.expression))
        for one in model.defined
    )


def _ordinal(model: Model, thresholds: Mapping[str, int]) -> Model:
    """Spell out an ordinal model under theta: thresholds free, intercepts 0, residual variances 1."""
    kept = tuple(
        p
        for p in model.parameters
        if not (p.op == "~1" or (p.op == "~~" and p.lhs == p.rhs and p.lhs in model.observed))
    )
    cuts = tuple(
        Parameter(lhs=name, op="|", rhs=f"t{k + 1}") for name in model.observed for k in range(thresholds[name])
    )
    zero = tuple(Parameter(lhs=name, op="~1", free=False, value=0.0) for name in (*model.observed, *model.latent))
    one = tuple(Parameter(lhs=name, op="~~", rhs=name, free=False, value=1.0) for name in model.observed)
    return replace(model, parameters=kept + cuts + zero + one)
