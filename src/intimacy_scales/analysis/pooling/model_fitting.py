"""The arithmetic of pooling studies: which models are fitted to which effects.

Moderators as columns of a regression, named so that a reader knows what each coefficient says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.analysis.pooling.pooled_estimates import (
    Coefficient,
    Corrected,
    Dependent,
    LeftOut,
    MeanEffect,
    Moderation,
    ModeratorTest,
    Prediction,
    Scale,
    SmallStudies,
    mean_of,
    to_r,
)
from intimacy_scales.analysis.pooling.studies import Moderator, Studies
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics import pooling as kernels
from intimacy_scales.statistics.pooling import Effects, Estimator, PooledFit, Test
from intimacy_scales.statistics.pooling.model import quantile


def effects_of(studies: Studies, effect: Scale) -> Effects:
    """Return what is pooled: Fisher's z, or r itself."""
    return (kernels.fisher_z if effect == "z" else kernels.raw_r)(studies.r, studies.n)


def methods_of(effects: Effects, effect: Scale, level: float) -> dict[str, MeanEffect]:
    """Return the mean by every method that papers use, by name."""
    entries: dict[str, tuple[Estimator, Test]] = {
        "FE": ("FE", "z"), "DL": ("DL", "z"), "PM": ("PM", "z"), "ML": ("ML", "z"), "REML": ("REML", "z"),
        "REML_knha": ("REML", "knha"), "REML_adhoc": ("REML", "adhoc"),
    }  # fmt: skip
    return {
        name: mean_of(kernels.fit_effects(effects.y, effects.v, method=method, test=test, level=level), effect)
        for name, (method, test) in entries.items()
    }


def predictions_of(fit: PooledFit, effect: Scale) -> tuple[Prediction, Prediction]:
    """Return the prediction interval with t(k - 2), and with t(k - 1) as metafor has it."""
    found = []
    for df in (fit.k - 2, fit.k - 1):
        low, high = kernels.prediction_interval(fit, df=df if df > 0 else -1)
        found.append(Prediction(low=to_r(low, effect), high=to_r(high, effect), df=df))
    return found[0], found[1]


def dependent_predictions(fit: kernels.ThreeLevelFit, effect: Scale) -> tuple[Prediction, Prediction]:
    """Return where an effect of a new study is expected: t(studies - 2), and metafor's normal quantile."""
    wide, found = float(np.sqrt(fit.between + fit.within + fit.se[0] ** 2)), []
    for df in (fit.studies - 2, 0):
        half = quantile(fit.level, df) * wide
        found.append(Prediction(low=to_r(fit.b[0] - half, effect), high=to_r(fit.b[0] + half, effect), df=df))
    return found[0], found[1]


def dependent_of(studies: Studies, effects: Effects, effect: Scale, within_r: float, level: float) -> Dependent:
    """Return the three-level model of studies with several effects."""
    fit, robust = _three(studies, effects, within_r, level, intervals=True)
    others = {
        r: three_level_mean(*_three(studies, effects, r, level), effect) for r in (0.0, 0.3, 0.8) if r != within_r
    }
    egger = None
    if studies.n_studies >= kernels.LEAST_EGGER:
        X = np.column_stack([np.ones(studies.k), np.sqrt(effects.v)])
        _, slope = _three(studies, effects, within_r, level, X)
        b = slope.statistic[1] * slope.se[1]
        egger = (float(b), float(slope.se[1]), float(slope.df[1]), float(slope.p[1]))
    return Dependent(fit=fit, robust=robust, within_r=within_r, other_r=others, egger=egger)


def _three(
    studies: Studies,
    effects: Effects,
    within_r: float,
    level: float,
    X: FloatArray | None = None,
    *,
    intervals: bool = False,
) -> tuple[kernels.ThreeLevelFit, kernels.RobustErrors]:
    V = kernels.sampling_covariance(effects.v, studies.names, r=within_r)
    fit = kernels.fit_three_level(effects.y, V, studies.names, X, level=level, intervals=intervals)
    return fit, kernels.robust_errors(fit, level=level)


def three_level_mean(fit: kernels.ThreeLevelFit, robust: kernels.RobustErrors, effect: Scale) -> MeanEffect:
    """Return the mean of a three-level fit with its cluster-robust error."""
    return MeanEffect(
        method="REML, three levels",
        test=robust.correction,
        effect=effect,
        b=float(fit.b[0]),
        se=float(robust.se[0]),
        df=float(robust.df[0]),
        statistic=float(robust.statistic[0]),
        p=float(robust.p[0]),
        low=float(robust.low[0]),
        high=float(robust.high[0]),
    )


def moderation_of(
    studies: Studies, effects: Effects, effect: Scale, method: Estimator, test: Test, level: float
) -> Moderation | None:
    """Return the regression of independent effects on all moderators at once, and each group's own mean."""
    if not studies.moderators:
        return None
    design = design_of(studies.moderators, studies.k)
    fit = kernels.fit_effects(effects.y, effects.v, design.X, method=method, test=test, level=level)
    terms = _terms(design, fit.b, fit.se, fit.statistic, np.full(len(fit.b), float(fit.df)), fit.p, (fit.low, fit.high))
    whole = fit.moderation
    if whole is None:
        return None
    return Moderation(
        terms=terms,
        tests=_tests(design, fit.b, fit.vcov, fit.df),
        all=ModeratorTest(name="all", statistic=whole.statistic, df=whole.df, df2=whole.df2, p=whole.p),
        r2=whole.r2,
        tau2=fit.heterogeneity.tau2,
        q=fit.heterogeneity.q,
        q_p=fit.heterogeneity.p,
        groups=_groups(studies, effects, effect, method, test, level),
        notes=design.notes,
    )


def dependent_moderation(studies: Studies, effects: Effects, within_r: float, level: float) -> Moderation | None:
    """Return the regression of dependent effects on moderators: three levels, cluster-robust errors."""
    if not studies.moderators:
        return None
    design = design_of(studies.moderators, studies.k)
    fit, robust = _three(studies, effects, within_r, level, design.X)
    plain, _ = _three(studies, effects, within_r, level)
    statistic, p = fit.moderators
    before, after = plain.between + plain.within, fit.between + fit.within
    terms = _terms(design, fit.b, robust.se, robust.statistic, robust.df, robust.p, (robust.low, robust.high))
    return Moderation(
        terms=terms,
        tests=_tests(design, fit.b, fit.vcov, 0),
        all=ModeratorTest(name="all", statistic=statistic, df=design.X.shape[1] - 1, df2=0, p=p),
        r2=100.0 * max(0.0, (before - after) / before) if before > 0 else float("nan"),
        tau2=after,
        q=fit.q,
        q_p=fit.q_p,
        groups={},
        notes=(*design.notes, "coefficients: cluster-robust (CR2); the chi2 tests of moderators: model-based"),
    )


def _terms(
    design: Design,
    b: FloatArray,
    se: FloatArray,
    statistic: FloatArray,
    df: FloatArray,
    p: FloatArray,
    ends: tuple[FloatArray, FloatArray],
) -> tuple[Coefficient, ...]:
    return tuple(
        Coefficient(
            term=term,
            b=float(b[j]),
            se=float(se[j]),
            statistic=float(statistic[j]),
            df=float(df[j]),
            p=float(p[j]),
            low=float(ends[0][j]),
            high=float(ends[1][j]),
        )
        for j, term in enumerate(design.terms)
    )


def _tests(design: Design, b: FloatArray, vcov: FloatArray, df2: int) -> tuple[ModeratorTest, ...]:
    tests = []
    for name, columns in design.columns.items():
        statistic, p = kernels.wald(b, vcov, columns, df2)
        tests.append(ModeratorTest(name=name, statistic=statistic, df=len(columns), df2=df2, p=p))
    return tuple(tests)


def _groups(
    studies: Studies, effects: Effects, effect: Scale, method: Estimator, test: Test, level: float
) -> dict[str, dict[str, MeanEffect | None]]:
    """Return the mean of each group's own studies, with a tau2 of its own; none where it has one study only."""
    entries: dict[str, dict[str, MeanEffect | None]] = {}
    for moderator in studies.moderators:
        if moderator.values is not None:
            continue
        groups = np.array(moderator.groups)
        entries[moderator.name] = {}
        for level_name in moderator.levels:
            at = groups == level_name
            entries[moderator.name][level_name] = (
                mean_of(
                    kernels.fit_effects(effects.y[at], effects.v[at], method=method, test=test, level=level), effect
                )
                if at.sum() > 1
                else None
            )
    return entries


def small_studies_of(studies: Studies, method: Estimator, level: float) -> SmallStudies | None:
    """Return the tests of the funnel, on Fisher's z; none under ten effects."""
    if studies.k < kernels.LEAST_EGGER:
        return None
    z = effects_of(studies, "z")
    pet, peese = kernels.pet_peese(z.y, z.v, level=level)
    filled = kernels.trim_and_fill(z.y, z.v, method=method, level=level)

    def back(fit: PooledFit) -> tuple[float, float, float]:
        return tuple(float(np.tanh(one[0])) for one in (fit.b, fit.low, fit.high))  # type: ignore[return-value]

    return SmallStudies(
        egger=kernels.egger(z.y, z.v, method=method, level=level),
        egger_classic=kernels.egger(z.y, z.v, kind="classic", level=level),
        rank=kernels.rank_test(z.y, z.v),
        pet=back(pet),
        peese=back(peese),
        filled=filled,
        filled_r=back(filled.fit),
        failsafe=kernels.failsafe_n(z.y, z.v),
    )


def corrected_of(studies: Studies, method: Estimator, test: Test, level: float) -> tuple[Corrected | None, list[str]]:
    """Return the mean corrected for unreliability, and what is to be said of it."""
    if not studies.has_reliabilities:
        return None, []
    A = np.sqrt(studies.reliability_x * studies.reliability_y)
    at = ~np.isnan(A)
    r, n, A = studies.r[at], studies.n[at], A[at]
    beyond = int(np.sum(np.abs(r) >= A))
    effects = kernels.corrected_r(r, n, A)
    fit = kernels.fit_effects(effects.y, effects.v, method=method, test=test, level=level)
    notes = (
        [f"corrected for unreliability: {len(r)} of {studies.k} effects give both reliabilities"]
        if len(r) < studies.k
        else []
    )
    if beyond:
        notes.append(
            f"corrected correlations of 1 or beyond: {beyond}; there a reliability is too low for its correlation"
        )
    return Corrected(
        k=len(r),
        bare=kernels.bare_bones(studies.r, studies.n),
        individual=kernels.individually_corrected(r, n, A),
        artifacts=kernels.artifact_distributions(studies.r, studies.n, studies.reliability_x, studies.reliability_y),
        weighted=mean_of(fit, "r"),
    ), notes


def left_out_of(
    studies: Studies, effects: Effects, effect: Scale, method: Estimator, test: Test, level: float
) -> tuple[LeftOut, ...]:
    """Return the mean without each study in turn; nothing under three."""
    if studies.k < 3:
        return ()
    fits = kernels.leave_one_out(effects.y, effects.v, method=method, test=test, level=level)
    return tuple(
        LeftOut(
            study=name,
            r=to_r(float(fit.b[0]), effect),
            low=to_r(float(fit.low[0]), effect),
            high=to_r(float(fit.high[0]), effect),
            tau2=fit.heterogeneity.tau2,
            i2=fit.heterogeneity.i2,
        )
        for name, fit in zip(studies.names, fits, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """X (k x p), its terms, and which columns belong to which moderator."""

    X: FloatArray
    terms: tuple[str, ...]
    columns: dict[str, list[int]]
    notes: tuple[str, ...]


def design_of(moderators: Sequence[Moderator], k: int) -> Design:
    """Return the design: a constant, numbers centred at their mean (0/1 left as they are), groups against the largest.

    Raises
    ------
    ResponseError
        For a moderator that is the same in all studies, and for more coefficients than studies can carry.
    """
    problems = [_constant(moderator) for moderator in moderators if _is_constant(moderator)]
    if problems:
        raise ResponseError(problems)
    X: list[FloatArray] = [np.ones(k)]
    terms, columns, notes = ["intercept"], dict[str, list[int]](), list[str]()
    for one in moderators:
        made, names, note = _numeric(one) if one.values is not None else _grouped(one)
        columns[one.name] = list(range(len(X), len(X) + len(made)))
        X, terms = [*X, *made], [*terms, *names]
        notes.append(note)
    if k < len(X) + 2:
        raise ResponseError(
            Problem(
                where="moderators",
                what=f"{len(X)} coefficients for {k} effects",
                allowed=f"at least {len(X) + 2} effects",
                do="take fewer moderators, or join small groups",
            )
        )
    return Design(X=np.column_stack(X), terms=tuple(terms), columns=columns, notes=tuple(notes))


def _is_constant(moderator: Moderator) -> bool:
    return len(moderator.levels) < 2 if moderator.values is None else bool(np.ptp(moderator.values) == 0)


def _constant(moderator: Moderator) -> Problem:
    return Problem(
        where=f"moderator {moderator.name}",
        what="is the same in every study",
        allowed="a feature in which studies differ",
        do="leave it out",
    )


def _numeric(moderator: Moderator) -> tuple[list[FloatArray], list[str], str]:
    values = np.asarray(moderator.values)
    if set(np.unique(values)) <= {0.0, 1.0}:
        return [values], [moderator.name], f"{moderator.name}: 1 against 0; the intercept speaks of 0"
    mean = float(values.mean())
    return (
        [values - mean],
        [moderator.name],
        f"{moderator.name}: a step of one; the intercept speaks of its mean, {mean:.4g}",
    )


def _grouped(moderator: Moderator) -> tuple[list[FloatArray], list[str], str]:
    groups, rest = np.array(moderator.groups), moderator.levels[1:]
    return (
        [(groups == level).astype(np.float64) for level in rest],
        [f"{moderator.name}: {level}" for level in rest],
        f"{moderator.name}: each group against {moderator.levels[0]!r}, the largest",
    )
