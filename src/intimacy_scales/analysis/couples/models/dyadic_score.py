"""What goes with what couples share, and with how partners differ: mean and difference of every couple."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.statistics.correlation import PairwiseCorrelations, pairwise_correlations, r_of
from intimacy_scales.statistics.estimate import t_p, t_width

Level = Literal["mean", "difference"]
LEAST = 10  # couples


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """One coefficient of a regression of means or of differences."""

    outcome: Level
    predictor: str
    est: float
    se: float
    low: float
    high: float
    t: float
    df: int
    p: float

    def to_dict(self) -> dict[str, Any]:
        """Return the coefficient JSON-safe."""
        return json_dict(
            {
                "outcome": self.outcome,
                "predictor": self.predictor,
                "est": self.est,
                "se": self.se,
                "ci": [self.low, self.high],
                "t": self.t,
                "df": self.df,
                "p": self.p,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DyadicScores(Shown):
    """Couples' means and differences of a predictor and an outcome.

    ``alone``: mean on mean, difference on difference. ``both`` (partners told apart only): each on mean and difference
    of the predictor, the dyadic score model. ``pairwise`` (exchangeable only): correlations over what is a person's own
    and over what partners share.
    """

    predictor: str
    outcome: str
    composition: str
    n: int
    exchangeable: bool
    alone: tuple[Slope, ...]
    both: tuple[Slope, ...]
    r_means: float
    r_differences: float
    pairwise: PairwiseCorrelations | None
    level: float
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"DyadicScores({self.outcome!r} on {self.predictor!r}, {self.n} couples)"

    def to_dict(self) -> dict[str, Any]:
        """Return the figures JSON-safe."""
        return json_dict(
            {
                "predictor": self.predictor,
                "outcome": self.outcome,
                "composition": self.composition,
                "n": self.n,
                "exchangeable": self.exchangeable,
                "alone": [one.to_dict() for one in self.alone],
                "both": [one.to_dict() for one in self.both],
                "r_means": self.r_means,
                "r_differences": self.r_differences,
                "pairwise": None if self.pairwise is None else self.pairwise.to_dict(),
                "level": self.level,
                "notes": list(self.notes),
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a slope, then the correlations."""
        of = f" ({self.composition})" if self.composition else ""
        head = [f"{self.outcome} on {self.predictor}{of}", "est", "SE", "interval", "p"]
        lines = [
            [f"{slope.outcome} on {slope.predictor}{added}", wording.figure(slope.est, 3), wording.figure(slope.se, 3),
             wording.between(slope.low, slope.high, 3), wording.p_cell(slope.p)]
            for slopes, added in ((self.alone, ""), (self.both, ", both in"))
            for slope in slopes
        ]  # fmt: skip
        lines += [
            [f"r of {name}", wording.coefficient(r), "", "", ""]
            for name, r in (("means", self.r_means), ("differences", self.r_differences))
        ]
        if self.pairwise is not None:
            pair = self.pairwise
            lines += [
                [name, wording.coefficient(r, none="not determined"), "", "", ""]
                for name, r in (("r over persons (individual)", pair.individual), ("r over couples (dyad)", pair.dyad))
            ]
        return [head, *lines]

    def table(self) -> Any:
        """Return a pandas frame with a row a slope."""
        import pandas as pd

        return pd.DataFrame([one.to_dict() for one in (*self.alone, *self.both)])

    def apa(self) -> str:
        """Return the sentences of a results section."""
        return wording.sentence(
            "; ".join(
                f"{self.outcome} ({one.outcome}) on {self.predictor} ({one.predictor}): b = {wording.figure(one.est)}, "
                f"{wording.interval(one.low, one.high, self.level)}, t({one.df}) = {wording.figure(one.t)}, "
                f"{wording.p_value(one.p)}"
                for one in self.alone
            )
        )


def dyadic_scores(
    x: FloatArray,
    y: FloatArray,
    *,
    predictor: str = "predictor",
    outcome: str = "outcome",
    composition: str = "",
    exchangeable: bool = False,
    level: float = 0.95,
) -> DyadicScores:
    """Return how couples' means and differences of an outcome go with those of a predictor.

    Mean ``(first + second) / 2``, difference ``first - second``; least squares. With equal effects of both partners the
    slope of means is actor + partner, that of differences actor - partner. Exchangeable partners: the sign of a
    difference means nothing, so its regression goes through zero (n - 1 degrees of freedom), and mean and difference
    cannot go together.

    Parameters
    ----------
    x, y
        Couples x 2; couples with a missing value are left out.

    Raises
    ------
    ResponseError
        With fewer than ten complete couples, or a predictor that does not vary.

    References
    ----------
    Iida, M., Seidman, G., & Shrout, P. E. (2018). Models of interdependent individuals versus dyadic processes in
    relationship research. Journal of Social and Personal Relationships, 35, 59-88. doi:10.1177/0265407517725407
    """
    rows = ~np.isnan(np.column_stack([x, y])).any(axis=1)
    n = int(rows.sum())
    mx, my = (one[rows].mean(axis=1) for one in (x, y))
    dx, dy = (one[rows, 0] - one[rows, 1] for one in (x, y))
    if n < LEAST or not mx.std() > 1e-12 or not (dx**2).mean() > 1e-24:
        raise ResponseError(
            Problem(
                where=f"means and differences of {predictor}",
                what=f"{n} couples have all values" if n < LEAST else "do not vary",
                allowed=f"{LEAST} couples or more whose means and differences vary",
            )
        )
    one = np.ones(n)
    through = [] if exchangeable else [one]
    alone = (
        *_slopes("mean", my, [one, mx], ["mean"], level),
        *_slopes("difference", dy, [*through, dx], ["difference"], level),
    )
    together = [one, mx, dx]
    both = () if exchangeable else (
        *_slopes("mean", my, together, ["mean", "difference"], level),
        *_slopes("difference", dy, together, ["mean", "difference"], level),
    )  # fmt: skip
    r_differences = float(dx @ dy / np.sqrt((dx @ dx) * (dy @ dy))) if exchangeable else r_of(dx, dy)
    left = len(x) - n
    return DyadicScores(
        predictor=predictor,
        outcome=outcome,
        composition=composition,
        n=n,
        exchangeable=exchangeable,
        alone=alone,
        both=both,
        r_means=r_of(mx, my),
        r_differences=r_differences,
        pairwise=pairwise_correlations(x, y) if exchangeable else None,
        level=level,
        notes=(f"means and differences: {left} of {len(x)} couples left out: a value is missing",) if left else (),
    )


def _slopes(
    outcome: Level, z: FloatArray, columns: Sequence[FloatArray], names: Sequence[str], level: float
) -> tuple[Slope, ...]:
    X = np.column_stack(columns)
    b, *_ = np.linalg.lstsq(X, z, rcond=None)
    df = len(z) - X.shape[1]
    vcov = np.linalg.inv(X.T @ X) * float(((z - X @ b) ** 2).sum()) / df
    slopes = []
    for name, j in zip(names, range(X.shape[1] - len(names), X.shape[1]), strict=True):
        se = float(np.sqrt(vcov[j, j]))
        off, t = t_width(level, df) * se, float(b[j]) / se if se > 0 else np.nan
        slopes.append(
            Slope(
                outcome=outcome, predictor=name, est=float(b[j]), se=se, low=float(b[j]) - off, high=float(b[j]) + off,
                t=t, df=df, p=t_p(t, df),
            )
        )  # fmt: skip
    return tuple(slopes)
