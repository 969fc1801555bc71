"""The door of the room: a table of correlations in, the pooled result out.

Pooling studies: correlations of several studies, their mean, how they differ, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack, cast, get_args

import numpy as np

from intimacy_scales.analysis.pooling.model_fitting import (
    corrected_of,
    dependent_moderation,
    dependent_of,
    dependent_predictions,
    effects_of,
    left_out_of,
    methods_of,
    moderation_of,
    predictions_of,
    small_studies_of,
    three_level_mean,
)
from intimacy_scales.analysis.pooling.pooled_estimates import Scale, SmallStudies, mean_of
from intimacy_scales.analysis.pooling.results import PooledCorrelations
from intimacy_scales.analysis.pooling.studies import Columns, Studies, studies_of
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import Assumption, assumption
from intimacy_scales.base.wording import coefficient, figure, p_value
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.scoring.study_table import study_table
from intimacy_scales.statistics import pooling as kernels
from intimacy_scales.statistics.pooling import ESTIMATORS, Estimator, Heterogeneity, Test, ThreeLevelFit

__all__ = ["PooledCorrelations", "pool"]


def pool(  # noqa: PLR0913 -- every one is a wish of the user, by name
    data: Any,
    *,
    moderator: str | Sequence[str] = (),
    study: str = "study",
    r: str = "r",
    n: str = "n",
    reliability_x: str | None = None,
    reliability_y: str | None = None,
    effect: Scale = "z",
    method: Estimator = "REML",
    test: Test = "knha",
    within_r: float = 0.5,
    level: float = 0.95,
    **reading: Unpack[ReadingOptions],
) -> PooledCorrelations:
    r"""Pool correlations of several studies.

    With effects ``y_i`` (Fisher's z, variance ``1/(n - 3)``), ``mean = sum w y / sum w``, ``w = 1/(v + tau2)``;
    heterogeneity, prediction interval, moderators, small studies, corrections for unreliability. Where a study gives
    several correlations a three-level model with cluster-robust errors (CR2) takes its place.

    Parameters
    ----------
    data
        A path or a frame: a row a correlation, with columns of study, r and n; reliabilities and moderators where
        there are any.
    moderator
        Columns that may explain why studies differ. Numbers are centred at their mean (0/1 stay); texts are groups,
        each against the largest.
    study, r, n, reliability_x, reliability_y
        Names of the columns. Reliabilities are found as ``reliability_x`` and ``reliability_y``.
    effect
        ``"z"`` pools Fisher's z (printed as r), ``"r"`` the correlations themselves, variance
        ``(1 - r^2)^2/(n - 1)``.
    method
        Estimator of tau2: ``FE DL HE SJ PM EB HS ML REML``.
    test
        ``"knha"`` Hartung and Knapp's t (as metafor), ``"adhoc"`` the same but never narrower than ``"z"``, normal.
    within_r
        What sampling errors of one study's effects are taken to correlate; others are printed beside it.
    level
        Of every interval.
    **reading
        Options of reading a file (``sheet``, ``encoding`` ...).

    Returns
    -------
    PooledCorrelations
        ``str()`` prints everything; ``.table()`` a row an effect; ``.to_dict()`` JSON; ``.apa()`` a paragraph;
        ``.plot("forest")``, ``.plot("funnel")``.

    Raises
    ------
    ExportError, ResponseError
        For correlations beyond 1, n under 4, rows that stand twice, one study only, constant moderators.
    UnknownNameError
        For a column, a method or an option that there is not.

    Notes
    -----
    Rows without r or n are left out and told. The prediction interval takes t(k - 2) (Higgins et al., 2009), metafor's
    t(k - 1) stands beside it; it is rough under about ten studies. Egger and its kin are not printed under ten
    effects. A pooled correlation is an association; studies of like quality may be wrong alike. Validated against R
    metafor 3.8 and clubSandwich (1e-6; 1e-8 where metafor's own search is made sharp).

    References
    ----------
    Viechtbauer, W. (2010). Conducting meta-analyses in R with the metafor package. Journal of Statistical Software,
    36(3). doi:10.18637/jss.v036.i03

    Higgins, J. P. T., Thompson, S. G., & Spiegelhalter, D. J. (2009). A re-evaluation of random-effects meta-analysis.
    Journal of the Royal Statistical Society A, 172, 137-159. doi:10.1111/j.1467-985X.2008.00552.x

    Examples
    --------
    >>> import pandas as pd
    >>> found = pool(pd.DataFrame({"study": list("abcd"), "r": [0.3, 0.4, 0.25, 0.5], "n": [80, 120, 200, 60]}))
    >>> round(found.mean.r, 3)
    0.346
    """
    table = study_table(data, None, reading).table
    chosen = _vouched(effect, method, test, within_r, level)
    names = (moderator,) if isinstance(moderator, str) else tuple(moderator)
    columns = Columns(study=study, r=r, n=n, reliability_x=reliability_x, reliability_y=reliability_y, moderator=names)
    studies = studies_of(table, columns)
    if studies.n_studies < 2:
        raise ResponseError(
            Problem(
                where="studies", what=f"{studies.n_studies} can be pooled", allowed="two at least", do="add studies"
            )
        )
    if studies.dependent:
        return _dependent(studies, effect, within_r, level)
    return _independent(studies, effect, chosen, test, level)


def _vouched(effect: str, method: str, test: str, within_r: float, level: float) -> Estimator:
    chosen = str(method).upper()
    for kind, value, known in (
        ("effect", effect, get_args(Scale)),
        ("method", chosen, ESTIMATORS),
        ("test", test, get_args(Test)),
    ):
        if value not in known:
            raise UnknownNameError.among(kind, str(value), known)
    problems = []
    if not 0 <= within_r < 1:
        problems.append(Problem(where="within_r", what=f"is {within_r:g}", allowed="0 or more, under 1"))
    if not 0 < level < 1:
        problems.append(Problem(where="level", what=f"is {level:g}", allowed="between 0 and 1, such as .95"))
    if problems:
        raise ResponseError(problems)
    return cast("Estimator", chosen)


def _independent(studies: Studies, effect: Scale, method: Estimator, test: Test, level: float) -> PooledCorrelations:
    effects = effects_of(studies, effect)
    fit = kernels.fit_effects(effects.y, effects.v, method=method, test=test, level=level)
    corrected, notes = corrected_of(studies, method, test, level)
    small = small_studies_of(studies, method, level)
    near, far = predictions_of(fit, effect)
    influence = kernels.influence(effects.y, effects.v, method=method) if studies.k > 2 else None
    heavy = () if influence is None else influence.influential
    return PooledCorrelations(
        studies=studies,
        effects=effects,
        effect=effect,
        level=level,
        mean=mean_of(fit, effect),
        methods=methods_of(effects, effect, level),
        heterogeneity=fit.heterogeneity,
        prediction=near,
        prediction_metafor=far,
        moderation=moderation_of(studies, effects, effect, method, test, level),
        small_studies=small,
        corrected=corrected,
        dependent=None,
        left_out=left_out_of(studies, effects, effect, method, test, level),
        weights=tuple(fit.weights.tolist()),
        influential=tuple(name for name, one in zip(studies.names, heavy, strict=False) if one),
        assumptions=_assumptions(studies, influence, small),
        notes=(*studies.notes, *notes, *_few(studies)),
    )


def _dependent(studies: Studies, effect: Scale, within_r: float, level: float) -> PooledCorrelations:
    effects = effects_of(studies, effect)
    found = dependent_of(studies, effects, effect, within_r, level)
    near, far = dependent_predictions(found.fit, effect)
    weight = 1 / (effects.v + found.fit.between + found.fit.within)
    return PooledCorrelations(
        studies=studies,
        effects=effects,
        effect=effect,
        level=level,
        mean=three_level_mean(found.fit, found.robust, effect),
        methods={},
        heterogeneity=_spread_of(found.fit),
        prediction=near,
        prediction_metafor=far,
        moderation=dependent_moderation(studies, effects, within_r, level),
        small_studies=None,
        corrected=None,
        dependent=found,
        left_out=(),
        weights=tuple((100 * weight / weight.sum()).tolist()),
        influential=(),
        assumptions=_dependent_assumptions(studies, found.within_r),
        notes=(*studies.notes, _several(studies), *_few(studies)),
    )


def _several(studies: Studies) -> str:
    more = studies.k - studies.n_studies
    what = "three levels, cluster-robust errors; no methods for independent ones"
    return f"{more} effects share a study with another: {what}"


def _spread_of(fit: ThreeLevelFit) -> Heterogeneity:
    none, total = (float("nan"), float("nan")), fit.between + fit.within
    share = fit.i2_between + fit.i2_within
    return Heterogeneity(q=fit.q, df=fit.k - 1, p=fit.q_p, tau2=total, tau2_se=float("nan"), tau2_ci=none, i2=share,
                         i2_ci=none, h2=100 / (100 - share), h2_ci=none)  # fmt: skip


def _few(studies: Studies) -> list[str]:
    few = studies.n_studies
    return [f"{few} studies: heterogeneity and its interval are hardly known with so few"] if few < 10 else []


def _assumptions(
    studies: Studies, influence: kernels.Influence | None, small: SmallStudies | None
) -> tuple[Assumption, ...]:
    assumptions = [_sizes(studies), assumption("effects are independent", "each study gives one", doubtful=False)]
    if influence is not None:
        far = int(np.sum(np.abs(influence.rstudent) > 1.96))
        expected = 0.05 * studies.k
        assumptions.append(
            assumption(
                "true effects are normally distributed",
                f"{far} of {studies.k} effects lie beyond 1.96 standard errors; {figure(expected, 1)} are expected",
                doubtful=None if studies.k < kernels.LEAST_EGGER else far > expected + 2 * expected**0.5 + 1,
            )
        )
        heavy = [name for name, one in zip(studies.names, influence.influential, strict=True) if one]
        assumptions.append(
            assumption(
                "no study carries the result alone", f"{', '.join(heavy) or 'none'} stand out", doubtful=bool(heavy)
            )
        )
    p = None if small is None else small.egger.p
    assumptions.append(
        assumption(
            "small studies show the same as large ones",
            "fewer than ten effects" if p is None else f"Egger {p_value(p)}",
            doubtful=None if p is None else p < 0.10,
        )
    )
    return tuple(assumptions)


def _sizes(studies: Studies) -> Assumption:
    least = int(studies.n.min())
    return assumption("sampling variances are known", f"smallest n {least}", doubtful=least < 20)


def _dependent_assumptions(studies: Studies, within_r: float) -> tuple[Assumption, ...]:
    return (
        _sizes(studies),
        assumption(
            "errors of one study correlate as assumed",
            f"r = {coefficient(within_r, 1)} is an assumption; cluster-robust errors hold without it",
            doubtful=None,
        ),
        assumption(
            "enough studies for cluster-robust errors", f"{studies.n_studies} studies", doubtful=studies.n_studies < 10
        ),
    )
