"""Everything about one scale, in order: its matrix, the coefficients, the intervals, the item table, the doubts.

Reliability of every scale in vouched answers: what may be asked for, and what comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.analysis.reliability.alpha import Alpha, alpha_of_answers, notes_on_intervals
from intimacy_scales.analysis.reliability.notes import differences_of, note_on_constant, notes_on
from intimacy_scales.analysis.reliability.results import Reliability, ScaleReliability, ScoreFigures
from intimacy_scales.analysis.reliability.sample_sums import SampleSums, ScaleSums, sample_sums
from intimacy_scales.analysis.reliability.scale_answers import (
    ComposedAlpha,
    ScaleAnswers,
    composed_alpha,
    scale_answers,
)
from intimacy_scales.analysis.reliability.sentences import model_notes
from intimacy_scales.analysis.reliability.totals import TotalReliability, total_reliability
from intimacy_scales.bank.options import MOST_CATEGORIES
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.wording import coefficient, counted, some
from intimacy_scales.reading.responses.model import Responses, clusters_of, partners_note
from intimacy_scales.scoring import ScaleScores, Scores, as_scores
from intimacy_scales.statistics.consistency.bounds import greatest_lower_bound
from intimacy_scales.statistics.consistency.categorical import OrdinalFigures, no_ordinal_figures, ordinal_figures
from intimacy_scales.statistics.consistency.coefficients import (
    ConditionalSem,
    alpha,
    average_r,
    conditional_sem,
    guttman,
    lambda6_standardized,
    median_r,
    standardized,
)
from intimacy_scales.statistics.consistency.intervals import standard_error
from intimacy_scales.statistics.consistency.items import item_table, kurtosis_of
from intimacy_scales.statistics.consistency.omega import Omega, one_factor_omega
from intimacy_scales.statistics.consistency.splits import best_split, split_half
from intimacy_scales.statistics.estimate import Estimate, t_width
from intimacy_scales.statistics.moments import MatrixRule, MissingRule
from intimacy_scales.statistics.resampling import Draws
from intimacy_scales.statistics.score_sums import ValueCounts
from intimacy_scales.statistics.threads import one_thread

FEW_CLUSTERS = 40  # below, cluster-robust standard errors are themselves unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityOptions:
    """What the user asked for."""

    missing: MissingRule
    level: float
    bootstrap: int
    seed: int
    cluster: str | None = None


def _omega(answers: ScaleAnswers, options: ReliabilityOptions) -> Omega | None:
    """Fit one factor to the one matrix; with ``fiml`` to every person's own answers."""
    omega = one_factor_omega(
        answers.moments.covariance, n=answers.moments.n_interval, level=options.level, rows=answers.rows,
        missing=answers.moments.missing, clusters=answers.clusters, names=[f"item {n}" for n in answers.numbers],
        by_pattern=answers.by_pattern,
    )  # fmt: skip
    if omega is None or omega.model is None or answers.rows is not None or answers.complete or answers.by_pattern:
        return omega
    return replace(omega, model=replace(omega.model, method="ML of pairwise covariances, complete rows counted"))


def _score_figures(
    sums: ScaleSums, options: ReliabilityOptions, scored: ScaleScores | None, clusters: Sequence[str] | None
) -> ScoreFigures:
    """Mean and SD of the scores; listwise those of the complete rows. ``scored``: with its rows, for clusters."""
    counts, possible, nan = sums.scores, sums.scored.possible, float("nan")
    n, sd, values = counts.n, counts.sd(), counts.values
    by_cluster = None if clusters is None or scored is None else _mean_by_cluster(scored, options, clusters)
    return ScoreFigures(
        n=n,
        mean=counts.mean,
        sd=sd,
        rule=str(sums.scored.rule),
        mean_interval=by_cluster or _mean(counts, options.level),
        skew=counts.moment(3) / sd**3 if sd > 0 else nan,
        kurtosis=kurtosis_of(counts.counts.astype(np.float64), values),
        floor=float(counts.counts[values <= possible[0]].sum() / n) if n else nan,
        ceiling=float(counts.counts[values >= possible[1]].sum() / n) if n else nan,
    )


def _mean(counts: ValueCounts, level: float) -> Estimate:
    """Mean with its t interval."""
    n, mean = counts.n, counts.mean
    if n < 2:
        return Estimate(value=mean, level=level, n=n, bounded=False)
    half = t_width(level, n - 1) * counts.sd() / n**0.5
    return Estimate(
        value=mean, low=mean - half, high=mean + half, level=level, n=n, df=n - 1, method="t", bounded=False
    )


def _mean_by_cluster(scored: ScaleScores, options: ReliabilityOptions, clusters: Sequence[str]) -> Estimate | None:
    """Mean with its interval from sums of residuals by cluster, G / (G - 1), t with G - 1 df; None under two scores."""
    kept = ~np.isnan(scored.values)
    if options.missing == "listwise":
        kept &= scored.answered == len(scored.scale.items)
    values, own = scored.values[kept], np.asarray(clusters)[kept].tolist()
    n = len(values)
    if n < 2:
        return None
    mean, df = float(values.mean()), len(set(own)) - 1
    half = t_width(options.level, df) * standard_error(values - mean, own)
    return Estimate(value=mean, low=mean - half, high=mean + half, level=options.level, n=n, df=df,
                    method="t, cluster-robust", bounded=False)  # fmt: skip


def _sem(sd: float, reliability: float) -> float:
    """Return ``sd sqrt(1 - reliability)``; NaN for a negative reliability, which is none."""
    return sd * float(np.sqrt(1 - reliability)) if 0 <= reliability <= 1 else float("nan")


def _along(answers: ScaleAnswers, scored: ScaleScores) -> ConditionalSem | None:
    """SEM along the score, on the bank's metric: the possible sums go onto the possible scores."""
    if answers.rows is None or answers.constant:
        return None
    least, most = answers.ends.sum(axis=0).tolist()
    low, high = scored.rule.possible
    unit = (high - low) / (most - least)
    return conditional_sem(answers.rows, unit=unit, origin=low - unit * least)


def _more_notes(
    answers: ScaleAnswers, of_alpha: Alpha, omega: Omega | None, ordinal: OrdinalFigures | None
) -> tuple[str, ...]:
    moments, found = answers.moments, [*answers.notes, *notes_on_intervals(answers, of_alpha)]
    if answers.not_scored:
        n = counted(answers.not_scored, "answer")
        found.append(f'{n} that count nothing ("does not apply") have no place in these figures, as if there were none')
    if omega is not None:
        found += omega.notes
        found += [f"omega total withheld: {omega.withheld}"] * bool(omega.withheld)
    elif moments.n_items > 2 and np.isfinite(moments.covariance).all():
        found.append("the one-factor model could not be fitted: no omega")
    found += model_notes(None if omega is None else omega.model, None if ordinal is None else ordinal.model)
    if ordinal is not None:
        found += ordinal.notes
        found += [f"categorical omega withheld: {ordinal.omega_withheld}"] * bool(ordinal.omega_withheld)
        found += [f"ordinal alpha withheld: {ordinal.alpha_withheld}"] * bool(ordinal.alpha_withheld)
    return tuple(found)


def scale_reliability(
    sums: ScaleSums, options: ReliabilityOptions, *, scores: Scores | None = None,
    clusters: Sequence[str] | None = None, draws: Draws | None = None,
) -> ScaleReliability:  # fmt: skip
    """Return everything about one scale in one administration, from its sums.

    ``scores`` are the same persons one by one, where they are at hand; ``clusters`` are what the file's rows belong to;
    ``draws`` are samples of persons that other scales take, too.
    """
    scored = sums.scored
    own = None if scores is None else scores[scored.column]
    part = None if scores is None or own is None else scores.answered(own)
    answers = scale_answers(sums, options.missing, part=part, clusters=clusters)
    covariance = answers.moments.covariance
    correlation, split = standardized(covariance), best_split(covariance)
    of_alpha = alpha_of_answers(answers, level=options.level, samples=options.bootstrap, seed=options.seed,
                                draws=draws)  # fmt: skip
    table = item_table(answers.described, labels=answers.labels, used=answers.used, covariance=covariance,
                       codes=[codes.tolist() for codes in answers.codes], step=answers.step)  # fmt: skip
    ordinal = None
    if answers.rows is not None and answers.quantities:
        ordinal = no_ordinal_figures(answers.rows, _why_no_categories(answers.quantities))
    elif answers.rows is not None:
        ordinal = ordinal_figures(answers.rows, names=[f"item {n}" for n in answers.numbers])
    omega, score = _omega(answers, options), _score_figures(sums, options, own, clusters)
    widths = (answers.ends[:, 1] - answers.ends[:, 0])[list(answers.used)]
    varying = [table[j] for j in answers.used]
    notes = notes_on(answers.moments, alpha=of_alpha.value, table=varying, widths=widths, exhaustive=split.exhaustive)
    return ScaleReliability(
        bank_id=scored.bank.id, key=scored.key, name=scored.scale.name, level=options.level, moments=answers.moments,
        alpha=of_alpha, alpha_standardized=alpha(correlation), average_r=average_r(correlation),
        median_r=median_r(correlation), guttman=guttman(covariance), lambda4=split,
        lambda6=lambda6_standardized(correlation), glb=greatest_lower_bound(covariance),
        split_half=split_half(covariance), omega=omega, ordinal=ordinal, score=score,
        sem=_sem(score.sd, of_alpha.value), conditional_sem=_along(answers, scored), items=table,
        left_out=answers.constant, cluster=_cluster(options, answers),
        notes=(*note_on_constant(answers.constant, len(answers.used)), *notes,
               *_more_notes(answers, of_alpha, omega, ordinal)),
    )  # fmt: skip


def _why_no_categories(columns: Sequence[str]) -> str:
    """Return why there are no ordinal coefficients: polychoric correlations are of ordered categories."""
    verb = "is" if len(columns) == 1 else "are"
    return (
        f"{some(list(columns))} {verb} answered on more than {MOST_CATEGORIES} numbers: quantities, which are no "
        "ordered categories; alpha and omega total take them as they are"
    )


def _cluster(options: ReliabilityOptions, answers: ScaleAnswers) -> dict[str, object] | None:
    if answers.clusters is None:
        return None
    return {"column": options.cluster, "clusters": len(set(answers.clusters))}


Missing = MissingRule
RULES: tuple[MissingRule, ...] = ("pairwise", "listwise", "fiml")


def check_options(options: ReliabilityOptions) -> None:
    """Refuse what cannot be asked for, all at once."""
    missing, level, bootstrap = options.missing, options.level, options.bootstrap
    if missing not in RULES:
        raise UnknownNameError.among("rule for missing answers", missing, RULES)
    problems = []
    if not 0 < level < 1:
        problems.append(Problem(where="level", what=f"is {level:g}", allowed="between 0 and 1", do="say 0.95 for 95 %"))
    if bootstrap < 0:
        problems.append(Problem(where="bootstrap", what=f"is {bootstrap}", allowed="0 (none) or more samples"))
    if problems:
        raise ResponseError(problems)


@one_thread
def reliability_of(
    data: Responses | Scores,
    *,
    missing: MissingRule = "pairwise",
    level: float = 0.95,
    bootstrap: int = 2000,
    seed: int = 1,
    cluster: str | None = None,
) -> Reliability:
    r"""Return the reliability of every scale, in every bank, form and administration.

    One covariance matrix of the keyed items of a scale feeds everything: alpha, the standardized alpha (that matrix
    standardized), Guttman's lambdas, the greatest lower bound, split halves, the average inter-item r, the item-rest r,
    alpha and omega if an item is dropped, and omega by the one-factor model. Ordinal alpha and categorical omega are of
    polychoric correlations.

    Parameters
    ----------
    data
        Vouched answers, persons x items, as :func:`intimacy_scales.read_export` returns them; or scores, whose own
        rule then makes the mean, SD and standard error of measurement that stand beside the coefficients.
    missing
        ``"pairwise"`` (default): each covariance from the persons who answered both items; Feldt's interval of alpha
        from the complete rows, and the bootstrap's printed where these are under 90 % of the persons. ``"listwise"``:
        persons who answered every item of the scale, for everything, mean and SD of the score included. ``"fiml"``:
        covariances by EM and omega from every person's own answers, intervals by the delta method with observed
        information and Huber-White from all who answered anything; no bootstrap.
    level
        Confidence of the intervals.
    bootstrap
        Samples of persons for the BCa interval; 0 for none.
    seed
        Of the bootstrap; it stands in the result.
    cluster
        A column of the export that says which rows belong together (the couple): intervals of alpha, omega and the mean
        are then cluster-robust.

    Returns
    -------
    Reliability
        ``.scales[BANK][KEY]``; :meth:`~Reliability.to_dict` is what ``--json`` holds.

    Raises
    ------
    UnknownNameError
        For another rule than those above, or an unknown column.
    ResponseError
        When ``level`` or ``bootstrap`` is out of range.

    Notes
    -----
    Alpha is a lower bound to reliability when errors are uncorrelated, says nothing of one dimension, and rises with
    the number of items; see each kernel for its formula and source. Beside every omega stands the fit of its one-factor
    model; where one factor does not fit, the figure is marked, and an improper solution is withheld with the reason.
    Items to which everybody gave the same answer are left out of k. Doubts about a figure are notes on the result.
    Above 20,000 rows the bootstrap is left out, above 100,000 also what goes through every row again; notes say so.
    FIML and the fit of one factor are then made of sums by pattern of missing answers: the same figures, intervals by
    normal theory.
    Validated against R psych 2.2.9, JASP and jamovi (covariance-based coefficients to 1e-8), lavaan 0.6-14 with
    semTools 0.5-6 (omegas, fit) and pingouin 0.7.0; intervals by their coverage over simulated samples.

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate
    >>> found = reliability_of(simulate("eis", 200, seed=1).responses, bootstrap=200)
    >>> round(found["eis.total"].alpha.value, 2)
    0.78
    """
    options = ReliabilityOptions(missing=missing, level=level, bootstrap=bootstrap, seed=seed, cluster=cluster)
    check_options(options)
    scores = as_scores(data)
    clusters = None if cluster is None else clusters_of(scores.responses, cluster)
    notes = _whole_notes(scores.responses, clusters, cluster)
    sums = sample_sums(scores, missing=missing)
    return reliability_from(sums, options, notes=notes, scores=scores, clusters=clusters)


def reliability_from(
    sums: SampleSums, options: ReliabilityOptions, *, notes: tuple[str, ...] = (), scores: Scores | None = None,
    clusters: Sequence[str] | None = None,
) -> Reliability:  # fmt: skip
    """Return the reliability of a sample from its sums, and from ``scores`` what goes through every person."""
    entries: dict[str, dict[str, ScaleReliability]] = {}
    draws = Draws(samples=options.bootstrap, seed=options.seed)
    for scale in sums.scales:
        made = scale_reliability(scale, options, scores=scores, clusters=clusters, draws=draws)
        entries.setdefault(scale.scored.bank.id, {})[scale.scored.key] = made
    composed: dict[str, dict[str, ComposedAlpha]] = {}
    for own in sums.composed:
        composed.setdefault(own.scored.bank.id, {})[own.scored.key] = composed_alpha(own)
    composites = _composites(sums, None if scores is None else scores.responses)
    return Reliability(
        composed=composed,
        scales=_beside_totals(entries, composites), missing=options.missing, level=options.level, seed=options.seed,
        differences=differences_of(sums.differences, entries), composites=composites, notes=notes,
    )  # fmt: skip


def _composites(sums: SampleSums, responses: Responses | None) -> dict[str, tuple[TotalReliability, ...]]:
    """Return the totals over scales of every bank that has several."""
    entries: dict[str, list[TotalReliability]] = {}
    rule: MatrixRule = "listwise" if sums.missing == "listwise" else "pairwise"
    for one in sums.totals:
        own = [] if responses is None else [
            p for p in responses.of(one.bank.id) if p.administration == one.administration
        ]  # fmt: skip
        total = total_reliability(one, rule, part=next(iter(own), None))
        entries.setdefault(one.bank.id, []).append(total)
    return {bank: tuple(totals) for bank, totals in entries.items()}


def _beside_totals(
    entries: dict[str, dict[str, ScaleReliability]], composites: dict[str, tuple[TotalReliability, ...]]
) -> dict[str, dict[str, ScaleReliability]]:
    """Put omega hierarchical beside every scale that one factor does not fit, where the bank has three scales."""
    told: dict[str, dict[str, ScaleReliability]] = {}
    for bank, scales in entries.items():
        known = [one for one in composites.get(bank, ()) if np.isfinite(one.omega_hierarchical)]
        beside = tuple(f"of the total over all scales ({one.administration}), omega hierarchical is "
                       f"{coefficient(one.omega_hierarchical)}" for one in known)  # fmt: skip
        told[bank] = {
            key: replace(scale, notes=(*scale.notes, *beside)) if scale.marks and beside else scale
            for key, scale in scales.items()
        }
    return told


def _whole_notes(responses: Responses, clusters: Sequence[str] | None, cluster: str | None) -> tuple[str, ...]:
    if clusters is None:
        return partners_note(responses)
    n = len(set(clusters))
    if n >= FEW_CLUSTERS:
        return ()
    return (f"{n} clusters of {cluster}: cluster-robust intervals of so few (under {FEW_CLUSTERS}) are too narrow",)
