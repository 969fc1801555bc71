"""Items that share more than the trait: Yen's Q3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.wording import coefficient
from intimacy_scales.statistics.correlation_matrix import Array, pairwise_pearson
from intimacy_scales.statistics.irt.curves import probabilities
from intimacy_scales.statistics.irt.graded import GradedModel
from intimacy_scales.statistics.irt.person_scores import encode_like, person_thetas
from intimacy_scales.statistics.polychoric.tables import as_answers

# Christensen, Makransky and Horton (2017): this far above the average Q3.
_ABOVE_AVERAGE = 0.20


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentPair:
    """Two items whose residuals go together."""

    first: str
    second: str
    q3: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDependence:
    """Residual correlations of all items.

    ``q3``: items x items, 1 on the diagonal. ``average``: of all pairs. ``cut``: what a pair must exceed to be named
    in ``pairs`` (``average + 0.20``), largest first.
    """

    q3: Array
    average: float
    cut: float
    pairs: tuple[DependentPair, ...]
    notes: tuple[str, ...]


def local_dependence(model: GradedModel, answers: ArrayLike) -> LocalDependence:
    """Yen's Q3: correlations of the residuals ``answer - E(answer | theta)`` at each person's EAP theta.

    Parameters
    ----------
    model : GradedModel.
    answers : array, persons x items as in the fit; NaN: no answer.

    Notes
    -----
    Answers count as category numbers. Q3 of independent items averages about ``-1 / (items - 1)``, so pairs are
    judged against the average, not against 0. *Missing answers*: pairwise.

    *Misleads* with very few items: the residuals are then bound to each other.

    *Validated* on simulated answers with and without a doubled item.

    References
    ----------
    Yen, W. M. (1984). Effects of local item dependence on the fit and equating performance of the three-parameter
    logistic model. Applied Psychological Measurement, 8, 125-145. https://doi.org/10.1177/014662168400800201

    Christensen, K. B., Makransky, G., & Horton, M. (2017). Critical values for Yen's Q3. Applied Psychological
    Measurement, 41, 178-194. https://doi.org/10.1177/0146621616677520

    Examples
    --------
    >>> import numpy as np
    >>> from intimacy_scales.statistics.irt.graded import graded_response
    >>> rng = np.random.default_rng(1)
    >>> x = np.clip(np.round(2 + rng.normal(size=(300, 1)) + rng.normal(size=(300, 4)) * .7), 0, 4)
    >>> local_dependence(graded_response(x), x).pairs
    ()
    """
    x = as_answers(answers)
    codes = encode_like(model, x)
    theta = person_thetas(model, x).theta
    known = ~np.isnan(theta)
    p = probabilities(model.curves, theta[known])
    expected = np.einsum("jkn,k->nj", p, np.arange(p.shape[1], dtype=np.float64))
    residuals = np.where(codes[known] >= 0, codes[known] - expected, np.nan)
    q3 = pairwise_pearson(residuals)
    rows, columns = np.triu_indices(len(q3), 1)
    values = q3[rows, columns]
    fine = np.isfinite(values)
    average = float(values[fine].mean()) if fine.any() else float("nan")
    cut = average + _ABOVE_AVERAGE
    order = [i for i in np.argsort(-np.where(fine, values, -np.inf)) if fine[i] and values[i] > cut]
    pairs = tuple(
        DependentPair(first=model.names[rows[i]], second=model.names[columns[i]], q3=float(values[i])) for i in order
    )
    notes = [
        f"{pair.first} and {pair.second} share more than the trait (Q3 {coefficient(pair.q3)}, average "
        f"{coefficient(average)})"
        for pair in pairs
    ]
    if not fine.all():
        notes.append(f"{int((~fine).sum())} pairs have no Q3: too few persons answered both")
    return LocalDependence(q3=q3, average=average, cut=cut, pairs=pairs, notes=tuple(notes))
