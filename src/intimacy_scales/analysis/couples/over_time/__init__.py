"""Couples over occasions: how stable each partner is, and who moves whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Unpack

from intimacy_scales.analysis.couples.over_time.fitting import LaggedRequest, lagged_couples_of
from intimacy_scales.analysis.couples.over_time.lagged_models import CouplePanel, PanelColumns, couple_panel
from intimacy_scales.analysis.couples.over_time.results import LaggedCouples, LaggedModel, LaggedPath
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.scoring.study_table import Bank, own_column, study_table

__all__ = [
    "CouplePanel",
    "LaggedCouples",
    "LaggedModel",
    "LaggedPath",
    "LaggedRequest",
    "PanelColumns",
    "couple_panel",
    "lagged_couples",
    "lagged_couples_of",
]


def lagged_couples(  # noqa: PLR0913 -- what may stand in the models are its arguments, each with a plain default
    data: Any,
    bank: Bank | Sequence[Bank] | None = None,
    *,
    outcome: str,
    predictor: str | Sequence[str] = (),
    couple: str | None = None,
    partner: str | None = None,
    occasion: str | None = None,
    times: Sequence[str] = (),
    exchangeable: bool | None = None,
    missing: Literal["fiml", "listwise"] = "fiml",
    min_answered: int | None = None,
    **reading: Unpack[ReadingOptions],
) -> LaggedCouples:
    """Fit lagged actor-partner models to couples who were asked on several occasions.

    *Stability and influence* of each variable: ``y[p, t] = stability[p] y[p, t-1] + influence[p] y[q, t-1] + e``. With
    a predictor the *cross-lagged* model: each partner's predictor and outcome on both partners' predictor and outcome
    one occasion before. With three occasions or more the *random-intercept* cross-lagged model, which takes lasting
    differences out: of predictor and outcome in each partner, and of the outcome in both partners. With predictors
    *regressed change*: the last outcome on the first and both partners' predictors of the first occasion.

    Parameters
    ----------
    data, bank
        A path, a frame, or answers read or scored already; a row a partner and occasion. Banks whose scores are named.
    outcome, predictor
        Columns or scores.
    couple, partner, occasion
        Columns; by default those called so.
    times
        Which occasions, in order (default: all).
    exchangeable
        Whether nothing tells the partners apart (default: as their labels say): parameters are then equal after
        swapping, and fit is Olsen and Kenny's.
    missing
        ``"fiml"``: all couples with any value; ``"listwise"``: those with every value of a model.
    min_answered
        As in :func:`intimacy_scales.score`, of answers that are yet to be scored.

    Returns
    -------
    LaggedCouples
        Effects are held equal over time; ``.tests`` of each model tell whether that, and equal partners, fit.

    Raises
    ------
    ResponseError
        For a partner twice on an occasion, one occasion, one-person couples, too few couples, constant variables.

    Notes
    -----
    A solution with negative variances or correlations beyond 1 is marked as not admissible. Validated against lavaan
    0.6-14 (estimates 1e-4, standard errors, chi-squares 1e-3).
    References: Cook, W. L., & Kenny, D. A. (2005). The actor-partner interdependence model: A model of bidirectional
    effects in developmental studies. *International Journal of Behavioral Development, 29*, 101-109.
    https://doi.org/10.1080/01650250444000405. Hamaker, E. L., Kuiper, R. M., & Grasman, R. P. P. P. (2015). A critique
    of the cross-lagged panel model. *Psychological Methods, 20*, 102-116. https://doi.org/10.1037/a0038889

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> rows = pd.DataFrame([(c, p, t) for c in range(60) for p in "wm" for t in (1, 2)])
    >>> rows.columns = ["couple", "partner", "occasion"]
    >>> rows["close"] = rng.normal(4, 1, 240).round(2)
    >>> lagged_couples(rows, outcome="close").stability[0].fit.n
    60
    """
    table = study_table(data, bank, reading, min_answered=min_answered)
    names = {name: own_column(table, said, name) for name, said in
             (("couple", couple), ("partner", partner), ("occasion", occasion))}  # fmt: skip
    request = LaggedRequest(
        outcome=outcome,
        predictors=(predictor,) if isinstance(predictor, str) else tuple(predictor),
        columns=names,
        times=tuple(times),
        exchangeable=exchangeable,
        missing=missing,
    )
    return lagged_couples_of(table, request)
