"""What a structural model says: named variables and the parameters between them. Data only, no arithmetic.

Operators are those of the field: ``=~`` a latent variable is measured by, ``~`` an outcome is regressed on,
``~~`` a (residual) variance or covariance, ``~1`` a mean or intercept, ``|`` a threshold, ``~*~`` the scale
of an ordinal variable's response.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from intimacy_scales.errors import IntimacyScalesError, Problem, UnknownNameError

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
    found: list[Problem] = []
    for parameter in model.parameters:
        ends = (parameter.lhs,) if parameter.op in {"~1", "|", "~*~"} else (parameter.lhs, parameter.rhs)
        found += [
            Problem(
                where=f"parameter {parameter.name}",
                what=f"no variable is called {end!r}",
                allowed=f"there is: {', '.join((*model.observed, *model.latent))}",
            )
            for end in ends
            if end not in known
        ]
    return found


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
