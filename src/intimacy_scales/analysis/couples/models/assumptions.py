"""What a model of couples takes for granted, looked at in each partner's regressions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from intimacy_scales.analysis.couples.model import FloatArray
from intimacy_scales.analysis.couples.models.dyad_model import DyadModel
from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.base.assumption import Assumption, assumption
from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.regression_checks import regression_assumptions
from intimacy_scales.statistics.sem import Fit

CANNOT_SAY = (
    "which comes first: asked at one time, a mediator may as well lead to the predictor",
    "whether something that was not asked leads to both",
    "whether it holds among couples other than these",
)


def couple_assumptions(model: DyadModel, made: Fit) -> tuple[Assumption, ...]:
    """Return what a mediation model of couples takes for granted; regressions are checked in complete couples.

    Partners told apart are checked each; of exchangeable partners both persons' rows stand under each other, so the
    tests' p-values are rough there.
    """
    per = made.n / (2 * len((*model.mediators, *model.inputs)))
    found = [
        assumption("causes come before effects", "the data hold no order in time", doubtful=None),
        assumption("a scale measures the same in both partners", "not tested here", doubtful=None),
        assumption("enough couples", f"{figure(per, 1)} couples a path into the outcome", doubtful=per < 10),
    ]
    for group in range(len(model.compositions)):
        for effect in model.effects:
            for end, y, X in _regressions(model, effect, group):
                complete = ~np.isnan(np.column_stack([y, X])).any(axis=1)
                found += regression_assumptions(end, y[complete], X[complete])
    return tuple(found)


def _regressions(model: DyadModel, effect: Variable, group: int) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    """Yield the name, the values and the causes of each regression of a variable in one composition."""
    rows, one = model.of == group, model.compositions[group]
    of = f" ({one.name})" if len(model.compositions) > 1 else ""
    inputs = (*model.mediators, *model.inputs) if effect is model.outcome else model.inputs
    sides = [(effect.values[rows, side], _causes(inputs, side)[rows]) for side in (0, 1)]
    if one.exchangeable:
        y, X = (np.concatenate(both) for both in zip(*sides, strict=True))
        yield f"{effect.name}{of}", y, X
        return
    for name, (y, X) in zip(effect.names, sides, strict=True):
        yield f"{name}{of}", y, X


def _causes(inputs: tuple[Variable, ...], side: int) -> FloatArray:
    """Return a person's own and the partner's values of each cause; of what the couple shares, one."""
    columns = [
        values
        for cause in inputs
        for values in ((cause.values[:, 0],) if cause.shared else (cause.values[:, side], cause.values[:, 1 - side]))
    ]
    return np.column_stack(columns)
