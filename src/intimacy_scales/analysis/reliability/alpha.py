"""Cronbach's alpha of one scale with its intervals, and which of them is the one to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.analysis.reliability.scale_answers import ScaleAnswers
from intimacy_scales.base.wording import percent
from intimacy_scales.statistics.consistency.bounds import AlphaBounds, alpha_bounds
from intimacy_scales.statistics.consistency.coefficients import alpha
from intimacy_scales.statistics.consistency.intervals import (
    Bootstrap,
    DistributionFree,
    alpha_gradient,
    bootstrap_alpha,
    distribution_free,
    feldt,
    on_log_error,
    saturated_error,
    saturated_influences,
    standard_error,
    sums_by,
)
from intimacy_scales.statistics.estimate import Estimate
from intimacy_scales.statistics.resampling import Draws

BOOTSTRAP_ROWS = 20_000  # above, the bootstrap takes seconds a scale and says what Feldt's interval says
MOSTLY_COMPLETE = 0.90  # below this share of complete rows Feldt's interval counts far too few persons


@dataclass(frozen=True, slots=True, kw_only=True)
class Alpha:
    """Cronbach's alpha of the one covariance matrix, with its intervals.

    ``interval`` is the one to print: Feldt's; the bootstrap with pairwise covariances where the complete rows are under
    90 % of the persons; with ``fiml`` the delta method (observed information, Huber-White); with clusters the
    cluster-robust one.
    """

    value: float
    interval: Estimate | None
    feldt: Estimate | None
    """From the complete rows; ``None`` with ``fiml`` and with clusters."""
    bootstrap: Bootstrap | None
    """``None`` where it was not asked for, with ``fiml``, clusters, or for very many rows (a note says so)."""
    distribution_free: DistributionFree | None
    bounds: AlphaBounds | None
    """What alpha could have been, whatever the missing answers; ``None`` without any missing."""

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"value", "ci", "n", "method"}`` of the printed interval, the other intervals beside."""
        printed = self.interval
        entries: dict[str, Any] = {
            "value": self.value,
            "ci": None if printed is None else list(printed.ci),
            "n": None if printed is None else printed.n,
            "method": None if printed is None else printed.method,
            "bootstrap": None,
        }
        if self.feldt is not None:
            entries["feldt"] = {"ci": list(self.feldt.ci), "n": self.feldt.n}
        if self.bootstrap is not None:
            b = self.bootstrap
            entries["bootstrap"] = {
                "ci": list(b.ci), "n": b.n, "method": "BCa", "samples": b.samples, "seed": b.seed,
                "se": b.se,
            }  # fmt: skip
        if self.distribution_free is not None:
            free = self.distribution_free
            entries["distribution_free"] = {
                "ci": None if free.interval is None else list(free.interval.ci), "se": free.se,
            }  # fmt: skip
        if self.bounds is not None:
            entries["bounds"] = {"low": self.bounds.low, "high": self.bounds.high, "n_missing": self.bounds.n_missing}
        return entries


def alpha_of_answers(
    answers: ScaleAnswers, *, level: float, samples: int, seed: int, draws: Draws | None = None
) -> Alpha:
    """Return alpha with every interval that the answers allow; ``draws``: those samples, for several scales."""
    moments, rows = answers.moments, answers.rows
    value = alpha(moments.covariance)
    bounds = None
    if rows is not None and (moments.missing == "fiml" or np.isnan(rows).any()):
        bounds = alpha_bounds(rows, answers.used_codes)
    free = _delta(answers, value, level)
    if answers.clusters is not None or (moments.missing == "fiml" and rows is not None):
        return Alpha(value=value, interval=None if free is None else free.interval, feldt=None, bootstrap=None,
                     distribution_free=free, bounds=bounds)  # fmt: skip
    if answers.em is not None and rows is None:
        return Alpha(value=value, interval=_by_information(answers, value, level), feldt=None, bootstrap=None,
                     distribution_free=None, bounds=None)  # fmt: skip
    of_feldt = feldt(value, n=moments.n_complete, n_items=moments.n_items, level=level)
    drawn = None
    if rows is not None and len(rows) <= BOOTSTRAP_ROWS:
        drawn = bootstrap_alpha(rows, samples=samples, level=level, seed=seed, draws=draws)
    printed = of_feldt
    if moments.n_complete < MOSTLY_COMPLETE * moments.n and drawn is not None:
        printed = drawn
    return Alpha(value=value, interval=printed, feldt=of_feldt, bootstrap=drawn, distribution_free=free, bounds=bounds)


def notes_on_intervals(answers: ScaleAnswers, found: Alpha) -> list[str]:
    """Return which interval is printed and why, where it is not Feldt's; and why there is no bootstrap."""
    moments = answers.moments
    if found.bootstrap is not None and found.interval is found.bootstrap:
        return [(f"under {percent(MOSTLY_COMPLETE)} of the persons answered everything: the interval printed is the "
                "bootstrap's; Feldt's stands beside it")]  # fmt: skip
    return [f"more than {BOOTSTRAP_ROWS:,} rows: no bootstrap interval of alpha"] * (moments.n_rows > BOOTSTRAP_ROWS)


def _by_information(answers: ScaleAnswers, value: float, level: float) -> Estimate | None:
    """Return the interval of FIML without the persons one by one: observed information, normal theory."""
    gradient = alpha_gradient(answers.moments.covariance)
    if gradient is None or answers.em is None:
        return None
    se = saturated_error(answers.em, gradient)
    return on_log_error(value, se, level=level, n=answers.moments.n, method="delta (FIML, normal theory)")


def _delta(answers: ScaleAnswers, value: float, level: float) -> DistributionFree | None:
    """Return the interval from every person's influence: on the EM matrix with gaps and ``fiml``, else pairwise."""
    rows, clusters = answers.rows, answers.clusters
    if rows is None or answers.em is None:
        return None if rows is None else distribution_free(rows, alpha=value, level=level, clusters=clusters)
    gradient = alpha_gradient(answers.moments.covariance)
    found = None if gradient is None else saturated_influences(answers.em, gradient)
    if found is None:
        return None
    g = None if clusters is None else len(sums_by(clusters, found))
    se = float(np.sqrt((found**2).sum())) if clusters is None else standard_error(found, clusters) * len(found)
    text = "delta (FIML, Huber-White)" if clusters is None else "delta (FIML, cluster-robust)"
    interval = on_log_error(value, se, level=level, n=len(found), method=text, clusters=g)
    return DistributionFree(interval=interval, se=se)
