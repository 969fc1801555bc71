"""Everything about one scale, in order: its matrix, the coefficients, the intervals, the item table, the doubts.

Reliability of every scale in vouched answers: what may be asked for, and what comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.analysis.reliability.composites import differences_of
from intimacy_scales.analysis.reliability.keyed_rows import ends_of, rows_of
from intimacy_scales.analysis.reliability.notes import notes_on
from intimacy_scales.analysis.reliability.results import Alpha, Reliability, ScaleReliability, ScoreFigures
from intimacy_scales.bank.model import Scale
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.responses.model import Answered, Responses
from intimacy_scales.scoring import ScaleScores, Scores, as_scores, keyed
from intimacy_scales.statistics.consistency.bounds import alpha_bounds
from intimacy_scales.statistics.consistency.categorical import OrdinalFigures, ordinal_figures
from intimacy_scales.statistics.consistency.coefficients import (
    alpha,
    average_r,
    guttman,
    lambda6_standardized,
    median_r,
    standardized,
)
from intimacy_scales.statistics.consistency.conditional import ConditionalSem, conditional_sem
from intimacy_scales.statistics.consistency.glb import greatest_lower_bound
from intimacy_scales.statistics.consistency.intervals import bootstrap_alpha, distribution_free, feldt
from intimacy_scales.statistics.consistency.items import ItemFigures, item_table
from intimacy_scales.statistics.consistency.omega import Omega, one_factor_omega
from intimacy_scales.statistics.consistency.splits import best_split, split_half
from intimacy_scales.statistics.moments import FloatArray, MatrixRule, MissingRule, Moments, gather
from intimacy_scales.statistics.threads import one_thread

BOOTSTRAP_ROWS = 20_000  # above, the bootstrap takes seconds a scale and says what Feldt's interval says
MOST_ROWS = 100_000  # above, what goes through every row again takes long: draw a sample of rows for it
_NO_BOOTSTRAP = f"more than {BOOTSTRAP_ROWS:,} rows: no bootstrap interval of alpha"
_TOO_MANY = (
    f"more than {MOST_ROWS:,} rows: no distribution-free interval, ordinal coefficients, conditional SEM or bounds of "
    "alpha; draw a sample of rows for them"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user asked for."""

    missing: MissingRule
    level: float
    bootstrap: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """The answers behind a scale's figures: ``described`` holds what items themselves show, ``moments`` the matrix."""

    places: list[int]
    codes: tuple[FloatArray, ...]
    ends: FloatArray
    described: Moments
    moments: Moments
    rows: FloatArray | None
    """Keyed answers as the rule for missing answers leaves them; ``None`` for very many rows."""
    notes: tuple[str, ...]


def _codes(part: Answered, places: Sequence[int]) -> tuple[FloatArray, ...]:
    """Return every item's keyed codes, ascending."""
    found = []
    for item in (part.bank.items[j] for j in places):
        low, high = part.bank.ends(item)
        given = sorted(option.code for option in part.bank.options_of(item))
        keyed_codes = [low + high - code for code in reversed(given)] if item.reverse else given
        found.append(np.array(keyed_codes, dtype=np.float64))
    return tuple(found)


def _answers(part: Answered, scale: Scale, missing: MissingRule) -> _Answers:
    at = {item.number: j for j, item in enumerate(part.bank.items)}
    places = [at[number] for number in scale.items]
    ends = ends_of(part, places)
    rule: MatrixRule = "listwise" if missing == "listwise" else "pairwise"
    described = moments = gather(rows_of(part, places), ends=ends, missing=rule)
    notes: tuple[str, ...] = ()
    if missing == "fiml":
        moments, notes = _by_em(described, keyed(part, places=places))
    rows = None
    if part.n_persons <= MOST_ROWS:
        rows = keyed(part, places=places)
        if missing == "listwise":
            rows = rows[~np.isnan(rows).any(axis=1)]
    return _Answers(
        places=places,
        codes=_codes(part, places),
        ends=ends,
        described=described,
        moments=moments,
        rows=rows,
        notes=notes,
    )


def _by_em(described: Moments, rows: FloatArray) -> tuple[Moments, tuple[str, ...]]:
    """Return the moments with the covariance matrix by EM; all missing, and why, where there is none."""
    from intimacy_scales.statistics import sem

    nothing = replace(described, missing="fiml", covariance=np.full_like(described.covariance, np.nan))
    try:
        with np.errstate(invalid="raise"):
            found = sem.em_moments(rows)
    except IntimacyScalesError as fault:
        return nothing, (f"no covariances by EM: {'; '.join(str(problem) for problem in fault.problems)}",)
    except FloatingPointError:
        return nothing, ("no covariances by EM: too few answers in common",)
    covariance = found.cov * found.n / max(found.n - 1, 1)
    return replace(described, missing="fiml", covariance=covariance), ()


def _table(part: Answered, answers: _Answers) -> tuple[ItemFigures, ...]:
    items = [part.bank.items[j] for j in answers.places]
    return item_table(
        answers.described,
        numbers=[item.number for item in items],
        codes=[[int(code) for code in codes] for codes in answers.codes],
        turned=[item.reverse for item in items],
        covariance=answers.moments.covariance,
    )


def _alpha(answers: _Answers, wishes: Wishes) -> Alpha:
    value, moments, rows = alpha(answers.moments.covariance), answers.moments, answers.rows
    interval = feldt(value, n=moments.n_interval, n_items=moments.n_items, level=wishes.level)
    if rows is None or wishes.missing == "fiml":
        bounds = None if rows is None else alpha_bounds(rows, answers.codes)
        return Alpha(value=value, interval=interval, bootstrap=None, distribution_free=None, bounds=bounds)
    samples = wishes.bootstrap if len(rows) <= BOOTSTRAP_ROWS else 0
    return Alpha(
        value=value,
        interval=interval,
        bootstrap=bootstrap_alpha(rows, samples=samples, level=wishes.level, seed=wishes.seed),
        distribution_free=distribution_free(rows, alpha=value, level=wishes.level),
        bounds=alpha_bounds(rows, answers.codes) if np.isnan(rows).any() else None,
    )


def _omega(answers: _Answers, wishes: Wishes) -> Omega | None:
    """Fit one factor to the one matrix; with ``fiml`` to every person's own answers."""
    moments = answers.moments
    rows = answers.rows if wishes.missing == "fiml" else None
    if rows is not None:
        rows = rows[~np.isnan(rows).all(axis=1)]
    return one_factor_omega(moments.covariance, n=moments.n_interval, level=wishes.level, rows=rows)


def _score_figures(scored: ScaleScores, missing: MissingRule) -> ScoreFigures:
    """Mean and SD of the scores; listwise those of the complete rows."""
    values = scored.values
    if missing == "listwise":
        values = values[scored.answered == len(scored.scale.items)]
    values = values[~np.isnan(values)]
    n = len(values)
    return ScoreFigures(
        n=n,
        mean=float(values.mean()) if n else float("nan"),
        sd=float(values.std(ddof=1)) if n > 1 else float("nan"),
        rule=str(scored.rule),
    )


def _sem(sd: float, reliability: float) -> float:
    """Return ``sd sqrt(1 - reliability)``; NaN for a negative reliability, which is none."""
    return sd * float(np.sqrt(1 - reliability)) if 0 <= reliability <= 1 else float("nan")


def _along(rows: FloatArray, scored: ScaleScores, ends: FloatArray) -> ConditionalSem | None:
    """SEM along the score, on the bank's metric: the possible sums go onto the possible scores."""
    least, most = ends.sum(axis=0).tolist()
    low, high = scored.rule.possible
    unit = (high - low) / (most - least)
    return conditional_sem(rows, unit=unit, origin=low - unit * least)


def _more_notes(answers: _Answers, omega: Omega | None, ordinal: OrdinalFigures | None) -> tuple[str, ...]:
    found = [*answers.notes]
    if omega is not None:
        found += omega.notes
    elif answers.moments.n_items > 2 and np.isfinite(answers.moments.covariance).all():
        found.append("the one-factor model could not be fitted: no omega")
    if ordinal is not None:
        found += ordinal.notes
    if answers.described.n_rows > BOOTSTRAP_ROWS:
        found.append(_NO_BOOTSTRAP)
    if answers.rows is None:
        found.append(_TOO_MANY)
    return tuple(found)


def scale_reliability(part: Answered, scored: ScaleScores, wishes: Wishes) -> ScaleReliability:
    """Return everything about one scale in one administration."""
    scale, answers = scored.scale, _answers(part, scored.scale, wishes.missing)
    moments, rows = answers.moments, answers.rows
    covariance, correlation = moments.covariance, standardized(moments.covariance)
    of_alpha, split, table = _alpha(answers, wishes), best_split(covariance), _table(part, answers)
    omega, ordinal = _omega(answers, wishes), None if rows is None else ordinal_figures(rows)
    score = _score_figures(scored, wishes.missing)
    notes = notes_on(moments, alpha=of_alpha.value, table=table, widths=answers.ends[:, 1] - answers.ends[:, 0],
                     exhaustive=split.exhaustive)  # fmt: skip
    return ScaleReliability(
        bank_id=part.bank.id, key=scored.key, name=scale.name, level=wishes.level, moments=moments, alpha=of_alpha,
        alpha_standardized=alpha(correlation), average_r=average_r(correlation), median_r=median_r(correlation),
        guttman=guttman(covariance), lambda4=split, lambda6=lambda6_standardized(correlation),
        glb=greatest_lower_bound(covariance), split_half=split_half(covariance), omega=omega, ordinal=ordinal,
        score=score, sem=_sem(score.sd, of_alpha.value),
        conditional_sem=None if rows is None else _along(rows, scored, answers.ends),
        items=table, notes=notes + _more_notes(answers, omega, ordinal),
    )  # fmt: skip


Missing = MissingRule
RULES: tuple[MissingRule, ...] = ("pairwise", "listwise", "fiml")


def _check(missing: str, level: float, bootstrap: int) -> None:
    """Refuse what cannot be asked for, all at once."""
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
        ``"pairwise"`` (default): each covariance from the persons who answered both items, intervals from the
        complete rows only (conservative). ``"listwise"``: persons who answered every item of the scale, for
        everything, mean and SD of the score included. ``"fiml"``: covariances by EM and omega from every person's own
        answers, intervals from all who answered anything; no bootstrap.
    level
        Confidence of the intervals.
    bootstrap
        Samples of persons for the BCa interval; 0 for none.
    seed
        Of the bootstrap; it stands in the result.

    Returns
    -------
    Reliability
        ``.scales[BANK][KEY]``; :meth:`~Reliability.to_dict` is what ``--json`` holds.

    Raises
    ------
    UnknownNameError
        For another rule than those above.
    ResponseError
        When ``level`` or ``bootstrap`` is out of range.

    Notes
    -----
    Alpha is a lower bound to reliability when errors are uncorrelated, says nothing of one dimension, and rises with
    the number of items; see each kernel for its formula and source. Doubts about a figure are notes on the result.
    Above 20,000 rows the bootstrap is left out, above 100,000 also what goes through every row again; notes say so.
    Validated against R psych 2.2.9, JASP and jamovi (covariance-based coefficients to 1e-8), lavaan 0.6-14 with
    semTools 0.5-6 (omegas) and pingouin 0.7.0.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> found = ims.reliability("export.csv", ims.load_bank("eis"))  # doctest: +SKIP
    >>> print(found.apa())  # doctest: +SKIP
    """
    _check(missing, level, bootstrap)
    wishes = Wishes(missing=missing, level=level, bootstrap=bootstrap, seed=seed)
    scores = as_scores(data)
    parts = scores.parts
    found: dict[str, dict[str, ScaleReliability]] = {}
    for scored in parts:
        if scored.derived is None:
            one = scale_reliability(scores.answered(scored), scored, wishes)
            found.setdefault(scored.bank.id, {})[scored.key] = one
    return Reliability(scales=found, missing=missing, level=level, seed=seed, differences=differences_of(parts, found))
