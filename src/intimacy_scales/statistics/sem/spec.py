"""Models without a syntax to learn: blocks of parameters, and builders that complete them.

A block is made by :func:`loading`, :func:`regression`, :func:`covariance` or :func:`mean`; its terms are
names, or a mapping from a name to a label (text: equal labels are held equal), a number (fixed) or ``None``
(free).

What a structural model says: named variables and the parameters between them. Data only, no arithmetic.

Operators are those of the field: ``=~`` a latent variable is measured by, ``~`` an outcome is regressed on,
``~~`` a (residual) variance or covariance, ``~1`` a mean or intercept, ``|`` a threshold, ``~*~`` the scale
of an ordinal variable's response.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from intimacy_scales.base.errors import IntimacyScalesError, Problem, UnknownNameError

Op = Literal["=~", "~", "~~", "~1", "|", "~*~"]
EMPTY = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One cell of the model: free, or fixed to a value.

    Parameters
    ----------
    lhs, rhs : str
        The two variables; ``rhs`` is empty for ``~1`` and ``t1``, ``t2``, ... for thresholds.
    op : str
        The operator (see the module).
    free : bool, default True
        Whether it is estimated.
    value : float, default nan
        The fixed value, or the start of a free one (NaN: chosen from the data).
    label : str, default ""
        Parameters with the same label are held equal, also across groups.
    from_sample : bool, default False
        Fixed to the sample's own moment (the variances of exogenous predictors).
    """

    lhs: str
    op: Op
    rhs: str = ""
    free: bool = True
    value: float = EMPTY
    label: str = ""
    from_sample: bool = False

    @property
    def name(self) -> str:
        """The parameter as a paper would write it, ``f=~x1``."""
        return f"{self.lhs}{self.op}{self.rhs}"

    @property
    def cell(self) -> tuple[str, str, str]:
        """What makes two parameters the same cell: covariances have no direction."""
        if self.op == "~~" and self.rhs < self.lhs:
            return (self.rhs, self.op, self.lhs)
        return (self.lhs, self.op, self.rhs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A quantity computed from labelled parameters: ``Defined(name="indirect", expression="a * b")``."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A structural model of one group. Build it with :func:`cfa_model` or :func:`path_model`.

    Attributes
    ----------
    observed, latent : tuple of str
        The variables, in the order of the matrices.
    parameters : tuple of Parameter
        Every cell that is free or fixed; what is not listed is zero.
    exogenous : tuple of str
        Observed predictors whose means and covariances are taken from the sample as they are.
    defined : tuple of Defined
        Functions of labelled parameters.
    """

    observed: tuple[str, ...]
    latent: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    exogenous: tuple[str, ...] = ()
    defined: tuple[Defined, ...] = ()

    def __post_init__(self) -> None:
        problems = [*_names(self), *_doubles(self)]
        if problems:
            raise IntimacyScalesError(problems)

    @property
    def has_means(self) -> bool:
        """Whether means or intercepts are part of the model."""
        return any(parameter.op == "~1" for parameter in self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedModel:
    """One model a group; equal labels in different groups are one parameter. See :func:`across_groups`."""

    groups: tuple[str, ...]
    models: tuple[Model, ...]

    def __post_init__(self) -> None:
        if len(self.groups) != len(self.models) or not self.groups:
            raise IntimacyScalesError(
                Problem(
                    where="grouped model",
                    what=f"{len(self.groups)} groups but {len(self.models)} models",
                    allowed="one model a group",
                )
            )


def as_grouped(model: Model | GroupedModel) -> GroupedModel:
    """Return a single-group model as a grouped one with one nameless group."""
    return model if isinstance(model, GroupedModel) else GroupedModel(groups=("",), models=(model,))


def _names(model: Model) -> list[Problem]:
    """Variables that a parameter mentions and the model does not have."""
    known = {*model.observed, *model.latent}
    problems: list[Problem] = []
    for parameter in model.parameters:
        ends = (parameter.lhs,) if parameter.op in {"~1", "|", "~*~"} else (parameter.lhs, parameter.rhs)
        problems += [
            Problem(
                where=f"parameter {parameter.name}",
                what=f"no variable is called {end!r}",
                allowed=f"there is: {', '.join((*model.observed, *model.latent))}",
            )
            for end in ends
            if end not in known
        ]
    return problems


def _doubles(model: Model) -> list[Problem]:
    """Cells and names that are given twice."""
    cells = Counter(parameter.cell for parameter in model.parameters)
    names = Counter((*model.observed, *model.latent))
    return [
        Problem(where=f"parameter {''.join(cell)}", what=f"given {n} times", allowed="once")
        for cell, n in cells.items()
        if n > 1
    ] + [
        Problem(where=f"variable {name!r}", what=f"named {n} times", allowed="once")
        for name, n in names.items()
        if n > 1
    ]


def with_changes(model: Model, *, add: tuple[Parameter, ...] = (), drop: tuple[str, ...] = ()) -> Model:
    """Return ``model`` with parameters added (or replaced, cell by cell) and others dropped by name.

    Parameters
    ----------
    model : Model
        The model to start from; it is not changed.
    add : tuple of Parameter
        New cells; one that is there already is replaced.
    drop : tuple of str
        Names such as ``"x1~~x2"``.

    Returns
    -------
    Model
        The new model.
    """
    names = [parameter.name for parameter in model.parameters]
    for name in drop:
        if name not in names:
            raise UnknownNameError.among("parameter", name, names)
    new = {parameter.cell for parameter in add}
    kept = tuple(p for p in model.parameters if p.name not in drop and p.cell not in new)
    return replace(model, parameters=kept + add)


Terms = Mapping[str, "str | float | None"] | Sequence[str]
Block = tuple[Parameter, ...]
Identification = Literal["variance", "marker"]


def _block(lhs: str, op: Op, terms: Terms) -> Block:
    if isinstance(terms, Mapping):
        return tuple(_term(lhs, op, rhs, how) for rhs, how in terms.items())
    return tuple(_term(lhs, op, rhs, None) for rhs in ((terms,) if isinstance(terms, str) else terms))


def _term(lhs: str, op: Op, rhs: str, how: str | float | None) -> Parameter:
    if how is None or isinstance(how, str):
        return Parameter(lhs=lhs, op=op, rhs=rhs, label=how or "")
    return Parameter(lhs=lhs, op=op, rhs=rhs, free=False, value=float(how))


def loading(latent: str, indicators: Terms) -> Block:
    """Return the block "``latent`` is measured by ``indicators``"."""
    return _block(latent, "=~", indicators)


def regression(outcome: str, predictors: Terms) -> Block:
    """Return the block "``outcome`` is regressed on ``predictors``"."""
    return _block(outcome, "~", predictors)


def covariance(text: str, others: Terms) -> Block:
    """Return the block of (residual) covariances of ``text`` with ``others``; with itself, its variance."""
    return _block(text, "~~", others)


def mean(variable: str, how: str | float | None = None) -> Block:
    """Return the mean or intercept of ``variable``: free, labelled or fixed."""
    return (_term(variable, "~1", "", how),)


def threshold(variable: str, labels: Sequence[str | float | None]) -> Block:
    """Return the thresholds of an ordinal ``variable``, one entry each: ``None``, a label, a value."""
    return tuple(_term(variable, "|", f"t{k + 1}", how) for k, how in enumerate(labels))


def path_model(
    *blocks: Block,
    identification: Identification = "variance",
    fixed_x: bool = True,
    means: bool = False,
    covary: bool = True,
    defined: Mapping[str, str] | None = None,
) -> Model:
    """Build a structural model from blocks and complete it as the field does.

    Residual variances are added for every variable; latent variables are given a scale; exogenous latent
    variables covary, and so do the residuals of final outcomes (``covary``).

    Parameters
    ----------
    *blocks : tuple of Parameter
        From :func:`loading`, :func:`regression`, :func:`covariance`, :func:`mean`.
    identification : {"variance", "marker"}
        How a latent variable gets its scale: its (residual) variance is 1, or its first loading is 1.
    fixed_x : bool, default True
        Take moments of observed predictors from the sample (no parameters of theirs are counted), unless a
        block speaks of their variances, covariances or means.
    means : bool, default False
        Add intercepts; missing answers, groups and robust estimators add them anyway.
    covary : bool, default True
        Add covariances among exogenous latent variables and among final outcomes.
    defined : mapping from name to expression, optional
        Functions of labels, as ``{"indirect": "a * b"}``.

    Returns
    -------
    Model
        The completed model.

    Notes
    -----
    The defaults are those of ``lavaan::sem`` (validated against lavaan 0.6-14), except that latent variances
    are 1 unless ``identification="marker"``. An indicator that is itself latent makes a second-order factor.

    Examples
    --------
    >>> model = path_model(regression("y", {"x": "a", "m": "b"}), regression("m", {"x": "c"}),
    ...                    defined={"indirect": "c * b"})
    >>> model.exogenous
    ('x',)
    """
    given = [parameter for block in blocks for parameter in block]
    latent = tuple(dict.fromkeys(p.lhs for p in given if p.op == "=~"))
    seen = _in_order(given)
    observed = tuple(name for name in seen if name not in latent)
    exogenous = _exogenous(given, observed) if fixed_x else ()
    scaled = _scaled(given, latent, identification)
    cells = {p.cell: p for p in scaled}
    twice = [p for p in scaled if cells[p.cell] is not p]
    for extra in _completions(given, (*observed, *latent), exogenous, latent, covary):
        cells.setdefault(extra.cell, extra)
    model = Model(
        observed=observed,
        latent=latent,
        parameters=(*cells.values(), *twice),
        exogenous=exogenous,
        defined=tuple(Defined(name=k, expression=v) for k, v in (defined or {}).items()),
    )
    return with_means(model) if means else model


def _in_order(parameters: Sequence[Parameter]) -> tuple[str, ...]:
    """Variables in order of appearance, indicators and outcomes before predictors, as tables list them."""
    names: dict[str, None] = {}
    for ops in (("=~",), ("~",), ("~~", "~1", "|", "~*~")):
        names.update(dict.fromkeys(p.rhs if p.op == "=~" else p.lhs for p in parameters if p.op in ops))
    names.update(dict.fromkeys(p.rhs for p in parameters if p.op in {"~", "~~"}))
    return tuple(names)


def _exogenous(parameters: Sequence[Parameter], observed: tuple[str, ...]) -> tuple[str, ...]:
    caused = {p.lhs for p in parameters if p.op == "~"} | {p.rhs for p in parameters if p.op == "=~"}
    predictors = {p.rhs for p in parameters if p.op == "~"}
    outside = tuple(name for name in observed if name in predictors - caused)
    spoken = {end for p in parameters if p.op in {"~~", "~1"} for end in (p.lhs, p.rhs)} & set(outside)
    return () if spoken else outside


def _scaled(
    parameters: Sequence[Parameter], latent: tuple[str, ...], identification: Identification
) -> list[Parameter]:
    """Fix the first loading, or the variance, of each latent variable that has no scale yet."""
    out = list(parameters)
    for name in latent:
        own = [k for k, p in enumerate(out) if p.op == "=~" and p.lhs == name]
        variance = [p for p in out if p.op == "~~" and p.lhs == p.rhs == name]
        has_scale = any(not out[k].free and out[k].value != 0 for k in own) or any(not p.free for p in variance)
        if has_scale:
            continue
        if identification == "marker":
            out[own[0]] = replace(out[own[0]], free=False, value=1.0, label="")
        elif not variance:
            out.append(Parameter(lhs=name, op="~~", rhs=name, free=False, value=1.0))
    return out


def _completions(
    parameters: Sequence[Parameter],
    names: tuple[str, ...],
    exogenous: tuple[str, ...],
    latent: tuple[str, ...],
    covary: bool,
) -> list[Parameter]:
    """Residual variances, moments of predictors, covariances of latent predictors and final outcomes."""
    out = [
        Parameter(lhs=a, op="~~", rhs=b, free=False, from_sample=True)
        for k, a in enumerate(exogenous)
        for b in exogenous[k:]
    ]
    out += [Parameter(lhs=name, op="~~", rhs=name) for name in names if name not in exogenous]
    if not covary:
        return out
    outcomes = {p.lhs for p in parameters if p.op == "~"}
    indicators = {p.rhs for p in parameters if p.op == "=~"}
    predictors = {p.rhs for p in parameters if p.op == "~"}
    parents = {p.lhs for p in parameters if p.op == "=~" and p.rhs in latent}
    free_x = [name for name in names if name in latent and name not in outcomes | indicators]
    last = [name for name in names if name in outcomes - predictors - indicators - parents]
    return out + [Parameter(lhs=a, op="~~", rhs=b) for group in (free_x, last) for a, b in combinations(group, 2)]


def with_means(model: Model) -> Model:
    """Return ``model`` with every intercept: observed free, exogenous the sample's, latent zero."""
    there = {p.lhs for p in model.parameters if p.op == "~1"}
    add = tuple(_intercept(name, model) for name in (*model.observed, *model.latent) if name not in there)
    return replace(model, parameters=model.parameters + add)


def _intercept(name: str, model: Model) -> Parameter:
    if name in model.latent:
        return Parameter(lhs=name, op="~1", free=False, value=0.0)
    exogenous = name in model.exogenous
    return Parameter(lhs=name, op="~1", free=not exogenous, value=EMPTY, from_sample=exogenous)


def cfa_model(
    factors: Mapping[str, Sequence[str]],
    *,
    identification: Identification = "variance",
    correlated: bool = True,
    residual_covariances: Sequence[tuple[str, str]] = (),
    means: bool = False,
) -> Model:
    """Build a confirmatory factor model: which factor is measured by which variables.

    Parameters
    ----------
    factors : mapping from factor to observed variables
        A variable may stand under several factors.
    identification : {"variance", "marker"}
        Factor variances 1 (all loadings free), or first loadings 1.
    correlated : bool, default True
        Whether factors covary.
    residual_covariances : sequence of pairs
        Residuals that covary beyond the factors.
    means : bool, default False
        Add intercepts.

    Returns
    -------
    Model

    Examples
    --------
    >>> len(cfa_model({"f": ["x1", "x2", "x3"]}).parameters)
    7
    """
    empty = [name for name, items in factors.items() if not items]
    if empty or not factors:
        raise IntimacyScalesError(
            Problem(
                where=f"factor {', '.join(empty)}",
                what="has no variables",
                allowed="at least one variable a factor",
            )
        )
    return path_model(
        *(loading(name, list(items)) for name, items in factors.items()),
        *(covariance(a, [b]) for a, b in residual_covariances),
        identification=identification,
        means=means,
        covary=correlated,
    )


def bifactor_model(general: str, factors: Mapping[str, Sequence[str]], *, means: bool = False) -> Model:
    """Build a bifactor model: every variable on ``general`` and on its own factor, all factors uncorrelated.

    Each specific factor needs three variables (two with equal loadings) to be identified.
    """
    items = list(dict.fromkeys(item for group in factors.values() for item in group))
    return cfa_model({general: items, **factors}, correlated=False, means=means)


def second_order_model(
    general: str,
    factors: Mapping[str, Sequence[str]],
    *,
    means: bool = False,
    identification: Identification = "marker",
) -> Model:
    """Build a second-order model: ``general`` is measured by the factors, the factors by their variables.

    Two first-order factors do not identify the second order; three make it as good as correlated factors.
    """
    return path_model(
        *(loading(name, list(items)) for name, items in factors.items()),
        loading(general, list(factors)),
        identification=identification,
        means=means,
    )
