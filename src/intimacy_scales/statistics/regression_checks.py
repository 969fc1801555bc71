"""What a regression takes for granted, looked at in its residuals: spread, curves, single persons, twins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import Assumption, assumption
from intimacy_scales.base.wording import figure, p_value


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionChecks:
    """Figures of one regression.

    ``vif`` the largest variance inflation factor; ``skew`` and ``kurtosis`` (excess) of residuals, moments of type 1;
    ``spread_p`` Koenker's studentized Breusch-Pagan test, ``curve_p`` Ramsey's RESET with the squared prediction;
    ``cook`` the largest Cook's distance and ``cook_row`` whose it is.
    """

    vif: float
    skew: float
    kurtosis: float
    spread_p: float
    curve_p: float
    cook: float
    cook_row: int


def check_regression(y: FloatArray, X: FloatArray) -> RegressionChecks:
    """Return the checks of a least-squares regression with a constant.

    Parameters
    ----------
    y
        Outcome, complete.
    X
        Predictors without the constant, persons x p; more persons than p + 3.

    Notes
    -----
    With hundreds of persons the tests find what does not matter, with few they find nothing. Validated against
    statsmodels (``het_breuschpagan``, ``linear_reset``, ``OLSInfluence``, ``variance_inflation_factor``).

    References
    ----------
    Koenker, R. (1981). A note on studentizing a test for heteroscedasticity. Journal of Econometrics, 17, 107-112.
    doi:10.1016/0304-4076(81)90062-2

    Ramsey, J. B. (1969). Tests for specification errors in classical linear least-squares regression analysis. Journal
    of the Royal Statistical Society B, 31, 350-371. doi:10.1111/j.2517-6161.1969.tb00796.x
    """
    from scipy.special import chdtrc, fdtrc

    n, p = X.shape
    design = np.column_stack([np.ones(n), X])
    fitted, rest = _least_squares(design, y)
    s2 = float(np.mean(rest**2))
    hat = np.einsum("ij,ji->i", design, np.linalg.pinv(design))
    cook = rest**2 * hat / ((p + 1) * (rest @ rest / (n - p - 1)) * (1 - hat) ** 2)
    of_square = rest**2
    explained = 1.0 - float(_least_squares(design, of_square)[1].var() / of_square.var())
    more = np.column_stack([design, fitted**2])
    after = _least_squares(more, y)[1]
    f = float((rest @ rest - after @ after) / (after @ after / (n - p - 2)))
    return RegressionChecks(
        vif=_largest_vif(X),
        skew=float(np.mean(rest**3)) / s2**1.5,
        kurtosis=float(np.mean(rest**4)) / s2**2 - 3.0,
        spread_p=float(chdtrc(p, n * explained)),
        curve_p=float(fdtrc(1, n - p - 2, max(f, 0.0))),
        cook=float(cook.max()),
        cook_row=int(cook.argmax()),
    )


def _least_squares(X: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return fitted values and residuals."""
    fitted = X @ np.linalg.lstsq(X, y, rcond=None)[0]
    return fitted, y - fitted


def _largest_vif(X: FloatArray) -> float:
    if X.shape[1] < 2:
        return 1.0
    return float(np.diag(np.linalg.inv(np.corrcoef(X, rowvar=False))).max())


def regression_assumptions(end: str, y: FloatArray, X: FloatArray) -> list[Assumption]:
    """Return what a regression of ``end`` takes for granted, and what complete rows say to it; none for too few."""
    if len(y) < X.shape[1] + 5:
        return []
    checks = check_regression(y, X)
    shape = f"residual skew {figure(checks.skew)}, excess kurtosis {figure(checks.kurtosis)}"
    assumptions = [
        assumption(f"{end}: straight lines", f"RESET {p_value(checks.curve_p)}", doubtful=checks.curve_p < 0.05),
        assumption(f"{end}: even spread", f"Breusch-Pagan {p_value(checks.spread_p)}", doubtful=checks.spread_p < 0.05),
        assumption(f"{end}: normal residuals", shape, doubtful=abs(checks.skew) > 1 or abs(checks.kurtosis) > 2),
        assumption(
            f"{end}: nobody carries it alone",
            f"largest Cook's distance {figure(checks.cook)}",
            doubtful=checks.cook > 0.5,
        ),
    ]
    if X.shape[1] > 1:
        assumptions.append(
            assumption(f"{end}: predictors differ", f"largest VIF {figure(checks.vif)}", doubtful=checks.vif > 5)
        )
    return assumptions
