"""Do two nested models differ? The chi-square difference, plain or scaled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.errors import IntimacyScalesError, Problem
from intimacy_scales.sem.indices import chi_p
from intimacy_scales.sem.matrices import Floats
from intimacy_scales.sem.results import Fit
from intimacy_scales.sem.robust import least_squares_parts
from intimacy_scales.sem.wls import LeastSquares


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceTest:
    """Chi-square difference of a restricted model against a more general one, with changes of CFI and RMSEA.

    ``cfi_change`` and ``rmsea_change`` are restricted less general, from the scaled indices where there are.
    """

    kind: str
    chisq: float
    df: int
    p: float
    cfi_change: float
    rmsea_change: float
    notes: tuple[str, ...]


def difference_test(restricted: Fit, general: Fit) -> DifferenceTest:
    """Test whether the restrictions of one model, nested in another, cost fit.

    Parameters
    ----------
    restricted, general : Fit
        Fits of nested models to the same persons with the same estimator; ``restricted`` has more degrees of
        freedom.

    Returns
    -------
    DifferenceTest

    Notes
    -----
    ML, DWLS: the difference of the chi-squares. MLR, MLM: divided by ``(df0 c0 - df1 c1) / (df0 - df1)``
    (Satorra and Bentler, 2001, https://doi.org/10.1007/BF02296192), which can be negative in small samples:
    then NaN, with a note. WLSMV: mean and variance adjusted after Satorra (2000), from the restrictions
    themselves. Nesting is not checked, only that data, estimator and degrees of freedom allow it. DWLS
    differences are not chi-square distributed: use WLSMV. Validated against ``lavTestLRT`` of lavaan 0.6-14 (MLR
    with missing answers, WLSMV, over groups; 5e-5).
    """
    _comparable(restricted, general)
    df = restricted.measures.df - general.measures.df
    raw = restricted.measures.chisq - general.measures.chisq
    chisq, kind, notes = raw, "chi-square difference", list[str]()
    if restricted.estimator in {"MLR", "MLM"}:
        chisq, kind = _satorra_bentler(restricted, general, raw, df), "Satorra-Bentler (2001)"
        if np.isnan(chisq):
            notes.append("the scaling of the difference is negative: compare with a larger sample, or by CFI")
    elif restricted.estimator == "WLSMV":
        chisq, kind = _satorra_2000(restricted, general, raw, df), "Satorra (2000), scaled and shifted"
    if raw < -1e-6 * max(general.measures.chisq, 1.0):
        notes.append("the restricted model fits better: the two are not nested, or one stopped early")
    a, b = (fit.measures.scaled or fit.measures for fit in (restricted, general))
    return DifferenceTest(
        kind=kind,
        chisq=chisq,
        df=df,
        p=chi_p(chisq, df) if np.isfinite(chisq) else np.nan,
        cfi_change=a.cfi - b.cfi,
        rmsea_change=a.rmsea - b.rmsea,
        notes=tuple(notes),
    )


def _comparable(restricted: Fit, general: Fit) -> None:
    problems = []
    if restricted.n_by_group != general.n_by_group or restricted.estimator != general.estimator:
        problems.append(
            Problem(
                where="difference test",
                what=f"{restricted.estimator}, n {restricted.n}, against {general.estimator}, n {general.n}",
                allowed="the same persons and estimator",
            )
        )
    names = [tuple(sorted(m.observed)) for m in restricted.setup.grouped.models]
    if names != [tuple(sorted(m.observed)) for m in general.setup.grouped.models]:
        problems.append(
            Problem(where="difference test", what="the models have different variables", allowed="the same")
        )
    if restricted.measures.df <= general.measures.df:
        problems.append(
            Problem(
                where="difference test",
                what=f"{restricted.measures.df} and {general.measures.df} degrees of freedom",
                allowed="more in the restricted model, which comes first",
            )
        )
    if problems:
        raise IntimacyScalesError(problems)


def _satorra_bentler(restricted: Fit, general: Fit, raw: float, df: int) -> float:
    c0, c1 = (fit.measures.scaled.scaling if fit.measures.scaled else 1.0 for fit in (restricted, general))
    factor = (restricted.measures.df * c0 - general.measures.df * c1) / df
    return raw / factor if factor > 0 else np.nan


def _satorra_2000(restricted: Fit, general: Fit, raw: float, df: int) -> float:
    one, zero = general.setup, restricted.setup
    if not isinstance(one.objective, LeastSquares) or not isinstance(zero.objective, LeastSquares):
        return np.nan
    parts = least_squares_parts(one, one.objective, general.theta)
    delta0 = np.concatenate([part.delta for part in least_squares_parts(zero, zero.objective, restricted.theta)])
    delta1 = np.concatenate([part.delta for part in parts])
    inside = np.linalg.lstsq(delta1, delta0, rcond=None)[0]
    A = np.linalg.svd(inside, full_matrices=True)[0][:, delta1.shape[1] - df :].T
    bread = np.linalg.inv(np.asarray(sum(part.delta.T @ part.weight @ part.delta for part in parts)))
    meat = np.asarray(sum(part.delta.T @ part.weight @ part.gamma @ part.weight @ part.delta for part in parts))
    core: Floats = np.linalg.solve(A @ bread @ A.T, A @ bread @ meat @ bread @ A.T)
    factor = np.sqrt(df / float(np.einsum("ij,ji->", core, core)))
    return float(factor * raw + df - factor * float(np.trace(core)))
