"""Reliability of a total over several scales of a bank: for those who want one, and to see whether they should."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from intimacy_scales.analysis.reliability.sample_sums import TotalSums, content_scales, total_sums
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.base.results import Shown, json_safe
from intimacy_scales.base.wording import coefficient, figure, p_value
from intimacy_scales.reading.responses.model import Answered, Responses
from intimacy_scales.scoring import keyed
from intimacy_scales.statistics.consistency.categorical import OneFactorFit
from intimacy_scales.statistics.consistency.coefficients import alpha, standardized
from intimacy_scales.statistics.consistency.composites import (
    construct_replicability,
    stratified_alpha,
    uncontaminated_share,
)
from intimacy_scales.statistics.consistency.omega import MOST_ROWS_FACTORS, omega_of_factors, positive_definite
from intimacy_scales.statistics.moments import MatrixRule
from intimacy_scales.statistics.products import pair_covariance
from intimacy_scales.statistics.threads import one_thread

LITTLE_GENERAL = 0.5  # less than half of a total's variance from what all items share


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalReliability(Shown):
    """Reliability of the sum of all items of several scales, in one administration.

    ``omega_total`` counts what all factors make, ``omega_hierarchical`` only what is general to all items. Of the same
    Schmid-Leiman solution: ``explained_common_variance`` (ECV), the general factor's share of what is common, and
    ``h``, how well the general factor can be recovered from the items. ``puc`` is the share of item pairs from two
    scales. ``by_scale`` and ``average_variance_extracted`` are each scale's own. NaN where undefined (two scales define
    no general factor), ``notes`` say why.
    """

    bank_id: str
    administration: str
    n: int
    n_complete: int
    missing: MatrixRule
    alpha: float
    stratified_alpha: float
    omega_total: float
    omega_hierarchical: float
    explained_common_variance: float
    puc: float
    h: float
    by_scale: Mapping[str, float]
    average_variance_extracted: Mapping[str, float]
    model: OneFactorFit | None = None
    """Fit of the model of correlated factors behind ``omega_total`` and the scales' own figures."""
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, JSON-safe, full precision."""
        names = ("n", "n_complete", "missing", "alpha", "stratified_alpha", "omega_total", "omega_hierarchical",
                 "explained_common_variance", "puc", "h", "by_scale", "average_variance_extracted",
                 "notes")  # fmt: skip
        entries: dict[str, Any] = json_safe({name: getattr(self, name) for name in names})
        model = None if self.model is None else self.model.to_dict()
        return entries | {"ecv": entries["explained_common_variance"], "model": json_safe(model)}

    def table(self) -> Any:
        """Return the figures as a pandas frame of one row, full precision."""
        import pandas as pd

        return pd.DataFrame([{k: v for k, v in self.to_dict().items() if not isinstance(v, (dict, list))}])

    def apa(self) -> str:
        """Return the sentence of a paper."""
        where = f"{self.bank_id}, {self.administration}" if self.administration else self.bank_id
        return (
            f"Total of all scales ({where}; n = {self.n}): alpha = {coefficient(self.alpha)}, stratified alpha = "
            f"{coefficient(self.stratified_alpha)}, omega total = {coefficient(self.omega_total)}, omega hierarchical "
            f"= {coefficient(self.omega_hierarchical)}."
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the figures, rounded, one a line."""
        lines = [["total of all scales", "value"]]
        plain = ("alpha", "stratified_alpha", "omega_total", "omega_hierarchical", "explained_common_variance",
                 "puc", "h")  # fmt: skip
        lines += [[name.replace("_", " "), coefficient(getattr(self, name))] for name in plain]
        lines += [[f"composite reliability of {name}", coefficient(value)] for name, value in self.by_scale.items()]
        lines += [
            [f"average variance extracted by {name}", coefficient(value)]
            for name, value in self.average_variance_extracted.items()
        ]
        return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _General:
    hierarchical: float
    explained: float
    h: float
    notes: tuple[str, ...]


def _general(covariance: FloatArray, n_factors: int) -> _General:
    """Omega hierarchical with as many group factors as there are scales."""
    from intimacy_scales.statistics.factoring import hierarchical_omega

    nan = float("nan")
    nothing = _General(hierarchical=nan, explained=nan, h=nan, notes=())
    if n_factors < 3:
        return replace(nothing, notes=("two scales do not define a general factor: no omega hierarchical, ECV or H",))
    if not positive_definite(covariance):
        return nothing
    try:
        omega = hierarchical_omega(standardized(covariance), n_factors)
    except IntimacyScalesError as fault:
        return replace(nothing, notes=(f"no omega hierarchical: {fault}",))
    solution = omega.solution
    return _General(hierarchical=omega.omega_hierarchical, explained=solution.explained_common_variance,
                    h=construct_replicability(solution.general), notes=omega.notes)  # fmt: skip


def _of_model(model: OneFactorFit | None) -> list[str]:
    """Return the fit of the model of correlated factors, and what it says against omega total."""
    if model is None:
        return ["the fit of the bank's scales as correlated factors, on which omega total rests, was not tested"]
    text = (f"omega total rests on the bank's scales as correlated factors ({model.method}, n = {model.n}): chi2 "
            f"{figure(model.chi2)}, df {model.df}, "
            f"{p_value(model.p)}, CFI {coefficient(model.cfi, 3)}, RMSEA {coefficient(model.rmsea, 3)}")  # fmt: skip
    return [f"{text}: they do not fit" if model.fits is False else text]


def total_reliability(sums: TotalSums, missing: MatrixRule, *, part: Answered | None = None) -> TotalReliability:
    """Return the figures of one total; ``part`` holds the answers themselves where they are at hand."""
    scales, places = content_scales(sums.bank), list(sums.places)
    strata = {scale.id: [places.index(j) for j in sums.bank.places_of(scale)] for scale in scales}
    complete = sums.answers.over()
    n, n_any = complete.n, complete.n if missing == "listwise" else sums.answers.n
    pairs = sums.answers.pairs()
    covariance = complete.covariance() if missing == "listwise" else pair_covariance(
        pairs.pair_n, pairs.common, pairs.products
    )  # fmt: skip
    covariance = covariance * sums.bank.grid_of(places)[1] ** 2
    general, factors = _general(covariance, len(scales)), None
    if n > len(places):
        gaps = missing == "pairwise" and n < n_any
        rows = keyed(part, places=places) if gaps and part is not None and n_any <= MOST_ROWS_FACTORS else None
        rows = None if rows is None else rows[~np.isnan(rows).all(axis=1)]
        factors = omega_of_factors(covariance, strata, n=n, gaps=gaps, rows=rows)
    notes = [*general.notes]
    if factors is None:
        notes.append("the model of correlated factors could not be fitted: no omega total")
    else:
        notes += [*factors.notes, *_of_model(factors.model)]
        if not factors.proper:
            notes.append("omega total of all scales withheld: the model of correlated factors is improper")
            factors = replace(factors, total=float("nan"))
    if general.hierarchical < LITTLE_GENERAL:
        notes.append("less than half of a total's variance is general: score the scales, not a total")
    return TotalReliability(
        bank_id=sums.bank.id, administration=sums.administration.key("total"), n=n_any, n_complete=n,
        missing=missing,
        alpha=alpha(covariance), stratified_alpha=stratified_alpha(covariance, list(strata.values())),
        omega_total=float("nan") if factors is None else factors.total, omega_hierarchical=general.hierarchical,
        explained_common_variance=general.explained, h=general.h,
        puc=uncontaminated_share([len(scale.items) for scale in scales]),
        by_scale={} if factors is None else factors.by_factor,
        average_variance_extracted={} if factors is None else factors.average_variance_extracted,
        model=None if factors is None else factors.model, notes=tuple(notes),
    )  # fmt: skip


@one_thread
def reliability_of_totals(responses: Responses, *, missing: MatrixRule = "pairwise") -> tuple[TotalReliability, ...]:
    r"""Return the reliability of a total over the content scales, for every bank and administration with several.

    Stratified alpha and omega total answer "how reliable is the sum of everything"; omega hierarchical (Schmid-Leiman,
    as many group factors as scales) answers "how much of that sum is *one* thing". Only the second speaks for a total.

    Parameters
    ----------
    responses
        Vouched answers, persons x items.
    missing
        ``"pairwise"`` or ``"listwise"`` covariances of keyed items.

    Returns
    -------
    tuple of TotalReliability
        One a bank and administration with at least two content scales that share no item; empty where there is none.

    Raises
    ------
    ResponseError
        For another rule for missing answers.

    Notes
    -----
    A bank may say that no total is to be scored (PAIR has none): these figures do not overrule it. Validated against
    semTools 0.5-6 ``compRelSEM`` (by scale, 36 items) and psych 2.2.9 ``omega``.

    References
    ----------
    Zinbarg, R. E., Revelle, W., Yovel, I., & Li, W. (2005). Cronbach's alpha, Revelle's beta, and McDonald's omega_H.
    Psychometrika, 70, 123-133. doi:10.1007/s11336-003-0974-7
    """
    if missing not in ("pairwise", "listwise"):
        raise ResponseError(Problem(where="missing", what=f"is {missing!r}", allowed="pairwise or listwise for totals"))
    own = [(total_sums(part), part) for part in responses.answered]
    return tuple(total_reliability(sums, missing, part=part) for sums, part in own if sums is not None)
