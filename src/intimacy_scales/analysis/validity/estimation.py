"""The arithmetic of a validation study: which figure is made of which persons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

import numpy as np

from intimacy_scales.analysis.change.retest import Retest, retest_of
from intimacy_scales.analysis.validity.evidence import (
    DependentPair,
    Distinctness,
    ItemScale,
    Kind,
    KnownGroups,
    ScaleModel,
    ValidityCorrelation,
)
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.base.wording import counted, listed
from intimacy_scales.reading.exports.table import RawTable, group_column
from intimacy_scales.scoring.study_table import StudyVariable
from intimacy_scales.statistics.consistency.coefficients import alpha
from intimacy_scales.statistics.correlation import partial, pearson, r_of
from intimacy_scales.statistics.effect_sizes import compare_groups
from intimacy_scales.statistics.estimate import Estimate
from intimacy_scales.statistics.sem import Fit, cfa_model, factor_sums, fit, sample
from intimacy_scales.statistics.validity.correlations import bootstrap_disattenuated, compare_dependent, disattenuate
from intimacy_scales.statistics.validity.htmt import htmt, multitrait_scaling

MOST_GROUPS = 6
NO_ENDS = (float("nan"), float("nan"))


def known_alpha(variable: StudyVariable, given: Mapping[str, float]) -> float:
    """Return the reliability of a variable: the user's, else alpha of its items' complete rows, else NaN."""
    if variable.name in given:
        return float(given[variable.name])
    if variable.items is None or variable.items.shape[1] < 2:
        return float("nan")
    whole = variable.items[~np.isnan(variable.items).any(axis=1)]
    return alpha(np.cov(whole, rowvar=False)) if len(whole) > 2 else float("nan")


def correlation_of(
    score: StudyVariable,
    other: StudyVariable,
    kind: Kind,
    *,
    reliabilities: tuple[float, float],
    held: StudyVariable | None,
    level: float,
    draws: int,
    seed: int,
) -> ValidityCorrelation:
    """Return one correlation with everything that stands beside it; persons with both values."""
    both = ~(np.isnan(score.values) | np.isnan(other.values))
    x, y = score.values[both], other.values[both]
    r = pearson(x, y, level=level)
    corrected = disattenuate(r.value, r.ci, *reliabilities)
    return ValidityCorrelation(
        score=score.name,
        other=other.name,
        kind=kind,
        r=r,
        spearman=r_of(_ranks(x), _ranks(y)) if len(x) > 2 else float("nan"),
        held=None if held is None else _held(score, other, held, level),
        reliability=reliabilities[0],
        other_reliability=reliabilities[1],
        corrected=corrected.value,
        corrected_ci=(corrected.low, corrected.high),
        bootstrap=NO_ENDS if corrected.withheld else _drawn(score, other, reliabilities[1], draws, seed, level),
        withheld=corrected.withheld,
    )  # fmt: skip


def _ranks(x: FloatArray) -> FloatArray:
    """Return mid-ranks."""
    values, at, counts = np.unique(x, return_inverse=True, return_counts=True)
    del values
    return (np.cumsum(counts) - (counts - 1) / 2.0)[at]


def _held(score: StudyVariable, other: StudyVariable, held: StudyVariable, level: float) -> Estimate:
    table = np.column_stack([score.values, other.values, held.values])
    whole = table[~np.isnan(table).any(axis=1)]
    return partial(whole[:, :2], whole[:, 2:], level=level)


def _drawn(
    score: StudyVariable, other: StudyVariable, known: float, draws: int, seed: int, level: float
) -> tuple[float, float]:
    """Return the bootstrap interval of a corrected r; NaN where the score's items are not there."""
    if score.items is None or score.items.shape[1] < 2 or draws < 1:
        return NO_ENDS
    Y = other.items if other.items is not None and other.items.shape[1] > 1 else other.values[:, None]
    table = np.column_stack([score.items, Y])
    whole = table[~np.isnan(table).any(axis=1)]
    k = score.items.shape[1]
    given = known if Y.shape[1] == 1 else None
    return bootstrap_disattenuated(whole[:, :k], whole[:, k:], reliability_y=given, draws=draws, seed=seed, level=level)


def dependent_of(
    score: StudyVariable, convergent: Sequence[StudyVariable], discriminant: Sequence[StudyVariable], level: float
) -> tuple[DependentPair, ...]:
    """Return every convergent correlation against every discriminant one, over persons with all three values."""
    pairs = []
    for one in convergent:
        for other in discriminant:
            table = np.column_stack([score.values, one.values, other.values])
            whole = table[~np.isnan(table).any(axis=1)]
            if len(whole) < 4:
                continue
            turned = []
            for j, variable in ((1, one), (2, other)):
                if r_of(whole[:, 0], whole[:, j]) < 0:
                    whole[:, j] *= -1
                    turned.append(variable.name)
            r12, r13, r23 = (r_of(whole[:, a], whole[:, b]) for a, b in ((0, 1), (0, 2), (1, 2)))
            comparison = compare_dependent(r12, r13, r23, n=len(whole), level=level)
            pairs.append(
                DependentPair(score=score.name, one=one.name, other=other.name, turned=tuple(turned), found=comparison)
            )
    return tuple(pairs)


def groups_of(
    table: RawTable, column: str | None, scores: Sequence[StudyVariable], level: float
) -> tuple[tuple[KnownGroups, ...], list[str]]:
    """Return every score in every pair of groups, the larger group first, and what is to be said.

    Raises
    ------
    ResponseError
        When the column names one group, or more than six.
    """
    if column is None:
        return (), []
    texts = np.array(group_column(table, column))
    sizes = Counter(text for text in texts.tolist() if text)
    small = [name for name, n in sizes.items() if n < 2]
    names = sorted((name for name in sizes if name not in small), key=lambda name: (-sizes[name], name))
    if not 2 <= len(names) <= MOST_GROUPS:
        raise ResponseError(
            Problem(
                where=f"column {column}",
                what=f"names {counted(len(names), 'group')} of two persons or more",
                allowed=f"2 to {MOST_GROUPS}",
                do="name the column of the known groups" if len(names) < 2 else "join groups, or keep fewer",
            )
        )
    notes = [f"groups: {listed(small)} left out (one person)"] if small else []
    found = []
    for score in scores:
        for one, two in combinations(names, 2):
            x, y = (score.values[(texts == name) & ~np.isnan(score.values)] for name in (one, two))
            if min(len(x), len(y)) < 2:
                notes.append(f"groups {one} and {two}: fewer than two persons with {score.name}")
                continue
            found.append(KnownGroups(score=score.name, groups=(one, two), found=compare_groups(x, y, level=level)))
    return tuple(found), notes


def retested(before: StudyVariable, after: FloatArray, level: float) -> Retest | None:
    """Return how far two occasions of a score agree; ``None`` under three persons with both."""
    return retest_of(before.values, after, level=level)


def model_of(variable: StudyVariable) -> tuple[ScaleModel | None, str]:
    """Return one factor fitted to a scale's items (robust maximum likelihood, every answer used), or why not."""
    if variable.items is None or len(variable.item_names) < 3:
        return None, ""
    made, why = _fitted({variable.name: list(variable.item_names)}, variable.items, variable.item_names, "MLR")
    if made is None:
        return None, f"{variable.name}: one-factor model not fitted: {why}"
    scaled, sums = made.measures.scaled, factor_sums(made).by_factor[variable.name]
    use = made.measures if scaled is None else scaled
    robust = scaled is not None and np.isfinite(scaled.robust_cfi)
    return ScaleModel(
        scale=variable.name,
        n=made.n,
        chi2=use.chisq,
        df=use.df,
        p=use.p,
        cfi=scaled.robust_cfi if robust and scaled is not None else use.cfi,
        tli=scaled.robust_tli if robust and scaled is not None else use.tli,
        rmsea=scaled.robust_rmsea if robust and scaled is not None else use.rmsea,
        rmsea_ci=(use.rmsea_lower, use.rmsea_upper),
        srmr=made.measures.srmr,
        loadings={row.rhs: row.std for row in made.estimates if row.op == "=~"},
        reliability=sums.reliability,
        ave=sums.extracted,
    ), "; ".join(made.notes)


def _fitted(
    factors: Mapping[str, list[str]], X: FloatArray, names: Sequence[str], estimator: str
) -> tuple[Fit | None, str]:
    try:
        data = sample(X, list(names), missing="fiml" if estimator == "MLR" else "listwise")
        with np.errstate(all="ignore"):
            return fit(cfa_model(factors), data, estimator=estimator), ""  # type: ignore[arg-type]
    except (IntimacyScalesError, np.linalg.LinAlgError) as fault:
        return None, str(fault)


def distinct_of(
    sets: Sequence[StudyVariable], *, draws: int, seed: int, level: float
) -> tuple[tuple[Distinctness, ...], list[str]]:
    """Return HTMT and latent correlations of every pair of item sets, over complete rows."""
    usable = [one for one in sets if one.items is not None and one.items.shape[1] > 1]
    if len(usable) < 2:
        return (), []
    X = np.column_stack([one.items for one in usable if one.items is not None])
    whole = ~np.isnan(X).any(axis=1)
    spread = X[whole].std(axis=0) if whole.sum() > 3 else np.zeros(X.shape[1])
    if whole.sum() < 10 or (spread < 1e-12).any():
        return (), ["HTMT: fewer than ten complete rows, or an item that does not vary"]
    ends = np.cumsum([0, *(one.items.shape[1] for one in usable if one.items is not None)]).tolist()
    places = [list(range(a, b)) for a, b in pairwise(ends)]
    ratios = htmt(X[whole], places, draws=draws, seed=seed, level=level)
    names = [name for one in usable for name in one.item_names]
    factors = {one.name: list(one.item_names) for one in usable}
    made, why = (
        _fitted(factors, X[whole], names, "ML") if len(set(names)) == len(names) else (None, "an item is in two")
    )
    notes = [f"latent correlations not estimated: {why}"] if made is None else list(made.notes)
    found = []
    for ratio in ratios:
        pair = (usable[ratio.scales[0]].name, usable[ratio.scales[1]].name)
        latent, larcker = (None, None) if made is None else (_latent(made, *pair), _larcker(made, *pair))
        found.append(Distinctness(scales=pair, htmt=ratio, latent=latent, fornell_larcker=larcker))
    return tuple(found), notes


def _latent(made: Fit, text: str, two: str) -> Estimate:
    row = made.estimate(f"{text}~~{two}")
    return Estimate(value=row.est, low=row.lower, high=row.upper, n=made.n, p=row.p, method="maximum likelihood")


def _larcker(made: Fit, text: str, two: str) -> bool:
    """Return whether both scales' average variance extracted exceeds what they share (Fornell and Larcker, 1981)."""
    sums, r = factor_sums(made).by_factor, made.estimate(f"{text}~~{two}").est
    return min(sums[text].extracted, sums[two].extracted) > r * r


def item_scales(scales: Sequence[StudyVariable]) -> tuple[ItemScale, ...]:
    """Return multitrait scaling of a bank's own scales, over complete rows; nothing for one scale."""
    usable = [scale for scale in scales if scale.items is not None and scale.items.shape[1] > 1]
    if len(usable) < 2:
        return ()
    X = np.column_stack([one.items for one in usable if one.items is not None])
    whole = X[~np.isnan(X).any(axis=1)]
    if len(whole) < 10:
        return ()
    ends = np.cumsum([0, *(one.items.shape[1] for one in usable if one.items is not None)]).tolist()
    places = [list(range(a, b)) for a, b in pairwise(ends)]
    names = [name for one in usable for name in one.item_names]
    return tuple(
        ItemScale(
            item=names[scaling.item],
            scale=usable[scaling.scale].name,
            own=scaling.own,
            other=scaling.other,
            other_scale=usable[scaling.other_scale].name,
            verdict=scaling.verdict,
        )
        for scaling in multitrait_scaling(whole, places)
    )
