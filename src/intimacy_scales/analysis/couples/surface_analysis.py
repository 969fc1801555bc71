"""Whether likeness of partners matters for an outcome: a response surface, in place of a difference score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import Shown, json_dict, json_safe

TERMS = ("intercept", "first", "second", "first squared", "first x second", "second squared")
#: surface parameter -> weights of the six coefficients
SURFACE: Mapping[str, tuple[float, ...]] = {
    "a1": (0, 1, 1, 0, 0, 0),
    "a2": (0, 0, 0, 1, 1, 1),
    "a3": (0, 1, -1, 0, 0, 0),
    "a4": (0, 0, 0, 1, -1, 1),
    "a5": (0, 0, 0, 1, 0, -1),
}
MEANING = {
    "a1": "slope of the line on which both are equal",
    "a2": "curve of the line on which both are equal",
    "a3": "slope of the line on which they are opposite",
    "a4": "curve of the line on which they are opposite: likeness matters where it is below zero",
    "a5": "whether the ridge runs along the line on which both are equal (then zero)",
}
LEAST_PER_TERM = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient, or a sum of coefficients, with its t test."""

    name: str
    est: float
    se: float
    low: float
    high: float
    t: float
    p: float

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict(
            {"est": self.est, "se": self.se, "ci": [self.low, self.high], "t": self.t, "p": self.p, "name": self.name}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSurface(Shown):
    """A response surface of one outcome over both partners' scores."""

    predictor: str
    outcome: str
    names: tuple[str, str]
    n: int
    centre: float
    coefficients: tuple[Coefficient, ...]
    surface: tuple[Coefficient, ...]
    r2: float
    r2_linear: float
    f_curved: float
    """F of the three curved terms together."""
    p_curved: float
    f_difference: float
    """F of what a difference score would force: equal and opposite slopes, no curves."""
    p_difference: float
    level: float
    exchangeable: bool = False
    """Whether every couple is entered both ways round: first is own, second the partner's score."""
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"ResponseSurface({self.outcome!r} over {self.predictor!r}, {self.n} couples)"

    def apa(self) -> str:
        """Return the sentence of a results section."""
        said = [
            f"{one.name} = {wording.figure(one.est)}, {wording.interval(one.low, one.high, self.level)}, "
            f"{wording.p_value(one.p)}"
            for one in self.surface
        ]
        return wording.sentence(f"response surface of {self.outcome} over {self.predictor}: {'; '.join(said)}")

    def table(self) -> Any:
        """Return a pandas frame with a row a coefficient, then a row a surface parameter."""
        import pandas as pd

        return pd.DataFrame([one.to_dict() for one in (*self.coefficients, *self.surface)])

    def to_dict(self) -> dict[str, Any]:
        """Return the surface JSON-safe."""
        return json_dict(
            {
                "predictor": self.predictor,
                "outcome": self.outcome,
                "n": self.n,
                "centre": self.centre,
                "coefficients": [coefficient.to_dict() for coefficient in self.coefficients],
                "surface": {one.name: json_safe({**one.to_dict(), "means": MEANING[one.name]}) for one in self.surface},
                "r2": self.r2,
                "r2_linear": self.r2_linear,
                "curved": {"f": self.f_curved, "p": self.p_curved},
                "against_difference_score": {"f": self.f_difference, "p": self.p_difference},
                "level": self.level,
                "exchangeable": self.exchangeable,
                "notes": list(self.notes),
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a surface parameter."""
        head = [f"surface of {self.outcome}", "est", "SE", "interval", "p", "is"]
        return [
            head,
            *(
                [one.name, wording.figure(one.est, 3), wording.figure(one.se, 3), wording.between(one.low, one.high, 3),
                 wording.p_cell(one.p), MEANING[one.name]]
                for one in self.surface
            ),
        ]  # fmt: skip


def response_surface(
    predictors: FloatArray,
    outcome: FloatArray,
    *,
    predictor_name: str = "predictor",
    outcome_name: str = "outcome",
    names: tuple[str, str] = ("first", "second"),
    centre: float | None = None,
    level: float = 0.95,
) -> ResponseSurface:
    """Fit a response surface: an outcome over the scores of both partners, with squares and product.

    ``Z = b0 + b1 X + b2 Y + b3 X^2 + b4 XY + b5 Y^2 + e`` by least squares, X and Y (the partners' scores) less one
    common ``centre``. On the line X = Y the surface has slope ``a1 = b1 + b2`` and curve ``a2 = b3 + b4 + b5``; on the
    line X = -Y slope ``a3 = b1 - b2`` and curve ``a4 = b3 - b4 + b5``; ``a5 = b3 - b5``. Standard errors from the
    covariance of the coefficients, t with n - 6 degrees of freedom.

    Parameters
    ----------
    predictors
        Couples x 2, both on one metric.
    outcome
        One value a couple. Couples with a missing value are left out, and counted.
    centre
        Taken from both predictors (the middle of the possible range); default: the mean of all.
    level
        Of the intervals.

    Returns
    -------
    ResponseSurface

    Raises
    ------
    ResponseError
        With fewer than 30 complete couples, or predictors that do not let the six terms be told apart.

    Notes
    -----
    *Why not a difference score*: X - Y, its square or its absolute value force equal and opposite weights on the two
    scores, mix up who is higher with how far apart they are, and are less reliable than either score. Here these are
    hypotheses that can fail: ``f_difference`` tests what an algebraic difference would force (b1 = -b2, no curves).
    *Likeness matters* takes more than one figure: a4 below zero, a5, a3 and a1 about zero (Humberg, Nestler and Back,
    2019). Squares are fickle in small and in skewed samples, and nothing here is causal. Ordinary least squares, so
    the outcomes of both partners are two separate fits. Validated against statsmodels OLS.
    References: Edwards, J. R. (1994). The study of congruence in organizational behavior research: Critique and a
    proposed alternative. *Organizational Behavior and Human Decision Processes, 58*, 51-100. Schönbrodt, F. D.,
    Humberg, S., & Nestler, S. (2018). Testing similarity effects with dyadic response surface analysis. *European
    Journal of Personality, 32*, 627-641. Humberg, S., Nestler, S., & Back, M. D. (2019). Response surface analysis in
    personality and social psychology. *Social Psychological and Personality Science, 10*, 409-419.
    """
    rows = ~(np.isnan(predictors).any(axis=1) | np.isnan(outcome))
    middle = float(np.nanmean(predictors)) if centre is None else centre
    x, y = (predictors[rows] - middle).T
    z = outcome[rows]
    X = np.column_stack([np.ones(len(z)), x, y, x * x, x * y, y * y])
    _refuse(X, predictor_name)
    _refuse_constant(z, outcome_name)
    n, k = X.shape
    inverse = np.linalg.inv(X.T @ X)
    b = inverse @ (X.T @ z)
    rss = float(((z - X @ b) ** 2).sum())
    vcov = inverse * rss / (n - k)
    total = float(((z - z.mean()) ** 2).sum())
    linear = _rss(X[:, :3], z)
    difference = _rss(np.column_stack([np.ones(n), x - y]), z)
    unit = np.eye(6)
    notes = [f"{int((~rows).sum())} of {len(rows)} couples left out: a value is missing"] if not rows.all() else []
    return ResponseSurface(
        predictor=predictor_name,
        outcome=outcome_name,
        names=names,
        n=n,
        centre=middle,
        coefficients=tuple(_test(name, unit[j], b, vcov, n - k, level) for j, name in enumerate(TERMS)),
        surface=tuple(_test(name, np.array(w, float), b, vcov, n - k, level) for name, w in SURFACE.items()),
        r2=1 - rss / total,
        r2_linear=1 - linear / total,
        f_curved=_f(linear, rss, 3, n - k),
        p_curved=_f_p(linear, rss, 3, n - k),
        f_difference=_f(difference, rss, 4, n - k),
        p_difference=_f_p(difference, rss, 4, n - k),
        level=level,
        notes=(*notes, "least squares on observed scores: measurement error makes curves look flatter than they are"),
    )


def exchangeable_surface(
    predictors: FloatArray,
    outcome: FloatArray,
    *,
    predictor_name: str = "predictor",
    outcome_name: str = "outcome",
    centre: float | None = None,
    level: float = 0.95,
) -> ResponseSurface:
    """Fit the response surface of partners whom nothing tells apart: every couple both ways round.

    A row is a person, X the person's own score and Y the partner's; coefficients by least squares as in
    :func:`response_surface`, standard errors by leaving out one couple at a time (the jackknife, CR3):
    ``(G - 1) / G sum_c (b_(c) - b)(b_(c) - b)'`` for G couples; t with G - 1 degrees of freedom, Wald's F with q and
    G - 1.

    Parameters
    ----------
    predictors
        Couples x 2.
    outcome
        Couples x 2, of each partner.

    Notes
    -----
    The surface is the same whoever is put first. With 100 couples the plain sandwich of couples is too sure of squares
    (92 % for 95 %, whatever the partners' similarity); the jackknife covers 93 to 96 %. Validated against statsmodels
    (estimates) and fits without each couple.
    Reference: Bell, R. M., & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with
    multi-stage samples. *Survey Methodology, 28*, 169-181.
    """
    rows = ~np.isnan(np.column_stack([predictors, outcome])).any(axis=1)
    middle = float(np.nanmean(predictors)) if centre is None else centre
    own, other = (np.concatenate([predictors[rows, j], predictors[rows, 1 - j]]) - middle for j in (0, 1))
    z = np.concatenate([outcome[rows, 0], outcome[rows, 1]])
    G = int(rows.sum())
    X = np.column_stack([np.ones(2 * G), own, other, own * own, own * other, other * other])
    _refuse(X[:G], predictor_name)
    _refuse_constant(z, outcome_name)
    inverse = np.linalg.inv(X.T @ X)
    b = inverse @ (X.T @ z)
    vcov = _without_each_couple(X, z - X @ b, inverse)
    total, rss = float(((z - z.mean()) ** 2).sum()), float(((z - X @ b) ** 2).sum())
    unit = np.eye(6)
    curved, difference = unit[3:], np.array([[0, 1, 1, 0, 0, 0], *unit[3:].tolist()])
    left = int((~rows).sum())
    notes = [f"{left} of {len(outcome)} couples left out: a value is missing"] if left else []
    return ResponseSurface(
        predictor=predictor_name,
        outcome=outcome_name,
        names=(f"own {predictor_name}", f"partner's {predictor_name}"),
        n=G,
        centre=middle,
        coefficients=tuple(_test(name, unit[j], b, vcov, G - 1, level) for j, name in enumerate(TERMS)),
        surface=tuple(_test(name, np.array(w, float), b, vcov, G - 1, level) for name, w in SURFACE.items()),
        r2=1 - rss / total,
        r2_linear=1 - _rss(X[:, :3], z) / total,
        f_curved=_wald(curved, b, vcov),
        p_curved=_wald_p(curved, b, vcov, G - 1),
        f_difference=_wald(difference, b, vcov),
        p_difference=_wald_p(difference, b, vcov, G - 1),
        level=level,
        exchangeable=True,
        notes=(
            *notes,
            "every couple both ways round (own and partner's score), standard errors robust to couples",
            "least squares on observed scores: measurement error makes curves look flatter than they are",
        ),
    )


def _without_each_couple(X: FloatArray, rest: FloatArray, inverse: FloatArray) -> FloatArray:
    """Return the jackknife covariance of coefficients; rows c and G + c of X are a couple's.

    Leaving out couple c moves b by ``-(X'X)^-1 X_c' (I - H_cc)^-1 e_c``.
    """
    G = len(X) // 2
    pairs, left = np.stack([X[:G], X[G:]], axis=1), np.stack([rest[:G], rest[G:]], axis=1)
    hat = np.einsum("gik,kl,gjl->gij", pairs, inverse, pairs)
    moved = np.einsum("gik,gi->gk", pairs, np.linalg.solve(np.eye(2) - hat, left[:, :, None])[:, :, 0]) @ inverse
    return np.asarray((G - 1) / G * moved.T @ moved)


def _wald(weights: FloatArray, b: FloatArray, vcov: FloatArray) -> float:
    w = weights @ b
    return float(w @ np.linalg.solve(weights @ vcov @ weights.T, w)) / len(weights)


def _wald_p(weights: FloatArray, b: FloatArray, vcov: FloatArray, df: int) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(len(weights), df, _wald(weights, b, vcov)))


def _refuse(X: FloatArray, name: str) -> None:
    least = LEAST_PER_TERM * X.shape[1]
    if len(X) < least:
        raise ResponseError(
            Problem(
                where=f"response surface of {name}",
                what=f"{len(X)} couples have all values",
                allowed=f"{least} or more for six terms",
            )
        )
    scaled = X / np.maximum(np.linalg.norm(X, axis=0), 1e-300)
    if np.linalg.matrix_rank(scaled) < X.shape[1]:
        raise ResponseError(
            Problem(
                where=f"response surface of {name}",
                what="the six terms cannot be told apart (partners answer alike, or take too few values)",
                allowed="scores that vary within couples",
            )
        )


def _refuse_constant(z: FloatArray, name: str) -> None:
    if np.ptp(z) == 0:
        raise ResponseError(
            Problem(
                where=f"response surface of {name}",
                what="every outcome has the same value",
                allowed="an outcome that varies",
            )
        )


def _rss(X: FloatArray, z: FloatArray) -> float:
    return float(((z - X @ np.linalg.lstsq(X, z, rcond=None)[0]) ** 2).sum())


def _f(restricted: float, full: float, terms: int, df: int) -> float:
    return (restricted - full) / terms / (full / df) if full > 0 else np.nan


def _f_p(restricted: float, full: float, terms: int, df: int) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(terms, df, _f(restricted, full, terms, df))) if full > 0 else np.nan


def _test(name: str, weights: FloatArray, b: FloatArray, vcov: FloatArray, df: int, level: float) -> Coefficient:
    from scipy.special import stdtr, stdtrit

    est, se = float(weights @ b), float(np.sqrt(weights @ vcov @ weights))
    width = float(stdtrit(df, (1 + level) / 2)) * se
    t = est / se if se > 0 else np.nan
    p = float(2 * stdtr(df, -abs(t))) if se > 0 else np.nan
    return Coefficient(name=name, est=est, se=se, low=est - width, high=est + width, t=t, p=p)
