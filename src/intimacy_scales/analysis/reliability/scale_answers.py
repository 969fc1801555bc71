"""The answers behind a scale's figures: which items count, their matrix, the rows that the missing rule leaves.

Alpha of one score column: what the scored sample itself says about a score's reliability.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.analysis.reliability.sample_sums import ComposedSums, ScaleSums, composed_sums, ends_of, sums_of
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.base.results import json_safe
from intimacy_scales.base.wording import coefficient, figure
from intimacy_scales.reading.responses.model import Answered
from intimacy_scales.scoring import ScaleScores, Scores, keyed
from intimacy_scales.statistics.consistency.items import ItemLabels
from intimacy_scales.statistics.consistency.omega import MOST_ROWS_FIML
from intimacy_scales.statistics.moments import MatrixRule, MissingRule, Moments, moments_of, restricted
from intimacy_scales.statistics.products import pair_covariance
from intimacy_scales.statistics.sums import AnswerSums

if TYPE_CHECKING:
    from intimacy_scales.statistics.sem.samples import Sample

MOST_ROWS = 100_000  # above, what goes through every row again takes long: draw a sample of rows for it


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleAnswers:
    """Answers to one scale: ``described`` is of all items, ``moments`` of those that vary.

    A constant item is left out of every coefficient (k counts the others), as SPSS and psych do; decided here, on the
    whole sample. ``rows`` are the keyed answers of the items in the matrix, of the persons that the rule for missing
    answers keeps (``kept``: which rows of the file); ``None`` for very many rows.
    """

    labels: tuple[ItemLabels, ...]
    used: tuple[int, ...]
    codes: tuple[FloatArray, ...]
    ends: FloatArray
    described: Moments
    moments: Moments
    rows: FloatArray | None = field(repr=False)
    kept: BoolArray | None = field(repr=False)
    clusters: tuple[str, ...] | None = field(repr=False)
    em: Sample | None = field(repr=False)
    """With ``fiml`` and gaps: the sample with its EM moments."""
    by_pattern: Sample | None = field(repr=False)
    """With gaps, and so many rows that likelihoods do not go through them: their sums by pattern of missing answers."""
    notes: tuple[str, ...]
    step: float = 1.0
    """Step in which the scores of the options run."""
    quantities: tuple[str, ...] = ()
    """Columns of items whose answers are quantities (sliders, rows of many numbers): no ordered categories."""
    not_scored: int = 0
    """Answers that count nothing ("does not apply")."""

    @property
    def constant(self) -> tuple[ItemLabels, ...]:
        """Items to which everybody gave the same answer."""
        return tuple(label for j, label in enumerate(self.labels) if j not in self.used)

    @property
    def numbers(self) -> list[int | str]:
        """Numbers or names of the items in the matrix."""
        return [self.labels[j].number for j in self.used]

    @property
    def used_codes(self) -> tuple[FloatArray, ...]:
        """Keyed codes of the items in the matrix."""
        return tuple(self.codes[j] for j in self.used)

    @property
    def complete(self) -> bool:
        """Whether the rows of the matrix have no gap."""
        return self.moments.n_complete == self.moments.n


def scale_answers(
    sums: ScaleSums, missing: MissingRule, *, part: Answered | None = None, clusters: Sequence[str] | None = None
) -> ScaleAnswers:
    """Return the answers to a scale, from their sums.

    ``part`` holds the answers themselves where they are at hand: figures that go through every person are made of them
    up to :data:`MOST_ROWS`; ``clusters`` names what every row of the file belongs to.
    """
    bank, answers = sums.scored.bank, sums.answers
    places = bank.places_of(sums.scored.scale)
    ends, (zero, step) = ends_of(bank, places), bank.grid_of(places)
    lowest = np.rint((ends[:, 0] - zero) / step).astype(np.int64)
    rule: MatrixRule = "listwise" if missing == "listwise" else "pairwise"
    described = _in_points(moments_of(answers, lowest=lowest, missing=rule), zero, step)
    varying = tuple(j for j, variance in enumerate(described.variances) if variance != 0)
    used = varying or tuple(range(len(places)))
    moments = described
    if len(used) < len(places):
        moments = _in_points(moments_of(answers, lowest=lowest, missing=rule, items=used), zero, step)
    rows = kept = None
    if part is not None and part.n_persons <= MOST_ROWS:
        everyone = keyed(part, places=[places[j] for j in used])
        gaps = np.isnan(everyone)
        kept = np.asarray(~(gaps.any(axis=1) if missing == "listwise" else gaps.all(axis=1)))
        rows = everyone[kept]
    own = None if clusters is None or kept is None else tuple(np.asarray(clusters)[kept].tolist())
    em: Sample | None = None
    notes = _without_rows(rows, answers.n_rows, clusters)
    by_pattern = None if rule == "listwise" else _by_pattern(restricted(answers, used), rows, zero, step)
    if missing == "fiml":
        moments, em, why = _by_em(moments, rows, own) if rows is not None else _from_patterns(moments, by_pattern)
        notes += why
    return ScaleAnswers(
        labels=_labels(bank, places), used=used, codes=_codes(bank, places), ends=ends, described=described,
        moments=moments, rows=rows, kept=kept, clusters=own, em=em, by_pattern=by_pattern, notes=notes, step=step,
        quantities=tuple(bank.item_column(bank.items[j]) for j in places if bank.is_quantity(bank.items[j])),
        not_scored=sums.not_scored,
    )  # fmt: skip


def _in_points(moments: Moments, zero: float, step: float) -> Moments:
    """Return moments of whole steps on the metric of the scores: ``score = zero + step x``."""
    if (zero, step) == (0.0, 1.0):
        return moments
    return replace(moments, covariance=moments.covariance * step**2, means=zero + moments.means * step,
                   third=moments.third * step**3)  # fmt: skip


def _by_pattern(sums: AnswerSums, rows: FloatArray | None, zero: float, step: float) -> Sample | None:
    """Return the sample by pattern of missing answers, where the rows are too many and there are gaps."""
    from intimacy_scales.statistics import sem

    few = rows is not None and len(rows) <= MOST_ROWS_FIML
    if few or sums.folded is not None or sums.n == sums.over().n:
        return None
    try:
        with np.errstate(invalid="raise"):
            return sem.sample_from_sums(sums, [f"x{j}" for j in range(sums.n_items)], zero=zero, step=step)
    except (IntimacyScalesError, FloatingPointError, np.linalg.LinAlgError):
        return None


def _from_patterns(moments: Moments, by_pattern: Sample | None) -> tuple[Moments, Sample | None, tuple[str, ...]]:
    """Return the moments by EM from sums by pattern; the pairwise ones, and why, where there are none."""
    if moments.n == moments.n_complete:
        return replace(moments, missing="fiml"), None, ()
    if by_pattern is None:
        why = "too many patterns of missing answers for FIML without the rows: pairwise covariances instead"
        return moments, None, (why,)
    found = by_pattern.data[0]
    covariance = found.cov * found.n / (found.n - 1)
    text = "FIML from sums by pattern of missing answers: intervals by normal theory (robust ones need every row)"
    return replace(moments, missing="fiml", covariance=covariance), by_pattern, (text,)


def _without_rows(rows: FloatArray | None, n_rows: int, clusters: Sequence[str] | None) -> tuple[str, ...]:
    """Return what cannot be had without the persons one by one, and why."""
    if rows is not None:
        return ()
    why = f"more than {MOST_ROWS:,} rows" if n_rows > MOST_ROWS else "the answers were not kept one by one"
    lost = "no distribution-free interval, ordinal coefficients, conditional SEM or bounds of alpha"
    lines = [f"{why}: {lost}, which go through every person; draw a sample of rows for them"]
    if clusters is not None:
        lines.append("intervals count rows as independent: cluster-robust ones go through every row")
    return tuple(lines)


def _labels(bank: ItemBank, places: Sequence[int]) -> tuple[ItemLabels, ...]:
    return tuple(
        ItemLabels(number=item.id, name=bank.item_column(item), gloss=str(item.gloss), reversed=item.reverse)
        for item in (bank.items[j] for j in places)
    )


def _codes(bank: ItemBank, places: Sequence[int]) -> tuple[FloatArray, ...]:
    """Return what every item's keyed answers may count, ascending."""
    valueses = []
    for item in (bank.items[j] for j in places):
        low, high = bank.ends(item)
        values = bank.values_of(item)
        valueses.append(np.array([low + high - value for value in reversed(values)] if item.reverse else values))
    return tuple(valueses)


def _by_em(
    moments: Moments, rows: FloatArray | None, clusters: Sequence[str] | None
) -> tuple[Moments, Sample | None, tuple[str, ...]]:
    """Return the moments with the covariance matrix by EM; all missing, and why, where there is none.

    Without gaps there is nothing to estimate: the plain covariances are the maximum likelihood ones.
    """
    from intimacy_scales.statistics import sem

    if rows is None or not np.isnan(rows).any():
        return replace(moments, missing="fiml" if rows is not None else moments.missing), None, ()
    nothing = replace(moments, missing="fiml", covariance=np.full_like(moments.covariance, np.nan))
    try:
        with np.errstate(invalid="raise"):
            data = sem.sample(rows, [f"x{j}" for j in range(rows.shape[1])], missing="fiml", clusters=clusters)
    except IntimacyScalesError as fault:
        return nothing, None, (f"no covariances by EM: {'; '.join(str(problem) for problem in fault.problems)}",)
    except (FloatingPointError, np.linalg.LinAlgError):
        return nothing, None, ("no covariances by EM: too few answers in common",)
    found = data.data[0]
    return replace(moments, missing="fiml", covariance=found.cov * found.n / max(found.n - 1, 1)), data, ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAlpha:
    """Cronbach's alpha of a sample (pairwise covariances) and the number of complete rows behind it."""

    value: float
    n_complete: int
    what: str = "alpha"
    """Of a scale of scales: stratified alpha."""


def alpha_of(scores: Scores, part: ScaleScores, *, rows: Sequence[int] | IntArray | None = None) -> SampleAlpha | None:
    """Return alpha of the answers behind a score column; ``None`` for a single item or where it is not defined.

    Of a scale of scales, stratified alpha (:func:`composed_alpha`). ``rows``: 0-based rows of a group; all of them
    unless said.
    """
    if part.scale.scales:
        return stratified_of(composed_sums(scores, part, rows=rows))
    return alpha_of_sums(sums_of(scores.answered(part), part.bank.places_of(part.scale), rows=rows, by_code=False))


def stratified_of(sums: ComposedSums) -> SampleAlpha | None:
    """Return stratified alpha of a scale of scales as the reliability of its score; ``None`` where it is withheld."""
    made = composed_alpha(sums)
    return None if made.why else SampleAlpha(value=made.value, n_complete=made.n, what="stratified alpha")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedAlpha:
    """Reliability of a scale of scales in a sample: stratified alpha, from the alphas of its scales."""

    name: str
    value: float
    """NaN where it is withheld: ``why`` says the reason."""
    sem: float
    sd: float
    mean: float
    n: int
    """Persons in whom every one of its scales is scored."""
    alphas: Mapping[str, float]
    """Scale to its own alpha."""
    why: str = ""

    def __str__(self) -> str:
        made_of = ", ".join(f"{name} {coefficient(value)}" for name, value in self.alphas.items())
        if self.why:
            return f"{self.name}: made of scales (alpha: {made_of}); no reliability: {self.why}"
        return (f"{self.name}: made of scales (alpha: {made_of}); stratified alpha {coefficient(self.value)}, SEM "
                f"{figure(self.sem)} (n = {self.n})")  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return the figures, JSON-safe, with the definition."""
        entries: dict[str, Any] = json_safe(
            {
                "stratified_alpha": self.value,
                "definition": "1 - sum w^2 s^2 (1 - alpha) / s_total^2 over its scales",
                "sem": self.sem,
                "sd": self.sd,
                "mean": self.mean,
                "n": self.n,
                "alphas": dict(self.alphas),
                "withheld": self.why or None,
            }
        )
        return entries


def composed_alpha(sums: ComposedSums) -> ComposedAlpha:
    """Return the reliability of a scale of scales, by its definition.

    With w the weight of a scale, s its SD, alpha its own alpha, and s_total the SD of their (weighted) sum, over the
    persons in whom all of them are scored::

        stratified alpha = 1 - sum w^2 s^2 (1 - alpha) / s_total^2

    Errors of the scales are taken as independent: withheld where two scales share an item, where a scale has one item
    (no alpha), or an alpha that is none. Alpha over the scales as if they were items would count as error what each
    has of its own. No interval is known for it here.

    References
    ----------
    Cronbach, L. J., Schoenemann, P., & McKie, D. (1965). Alpha coefficients for stratified-parallel tests. Educational
    and Psychological Measurement, 25, 291-312. doi:10.1177/001316446502500201

    Mosier, C. I. (1943). On the reliability of a weighted composite. Psychometrika, 8, 161-168. doi:10.1007/BF02288700
    """
    from intimacy_scales.statistics.consistency.composites import composite_reliability

    scale = sums.scored.scale
    alphas = {name: alpha_of_sums(own) for name, own in sums.parts.items()}
    values = {name: math.nan if one is None else one.value for name, one in alphas.items()}
    n, sd = sums.scores.n, sums.scores.sd()
    why, value = _why_no_composed(sums.scored, values, n), math.nan
    if not why:
        weights = [float(weight) for weight in scale.weights or (1,) * len(scale.scales)]
        value = composite_reliability(weights, sums.components.covariance(), list(values.values()))
        why = "" if 0 <= value <= 1 else "the scales together do not vary as their alphas say"
    return ComposedAlpha(
        name=scale.name, value=math.nan if why else value, sem=math.nan if why else sd * math.sqrt(1 - value),
        sd=sd, mean=sums.scores.mean, n=n, alphas=values, why=why,
    )  # fmt: skip


def _why_no_composed(part: ScaleScores, alphas: Mapping[str, float], n: int) -> str:
    made_of = part.bank.components(part.scale)
    items = [number for scale in made_of for number in scale.items]
    single = [scale.id for scale in made_of if len(scale.items) == 1]
    unknown = [name for name, value in alphas.items() if not 0 <= value <= 1]
    if len(set(items)) < len(items):
        return "two of its scales share items, so that their errors go together"
    if single:
        return f"{' and '.join(single)} {'has' if len(single) == 1 else 'have'} one item: no alpha is known"
    if unknown:
        return f"alpha of {' and '.join(unknown)} tells no measurement error"
    return "" if n > len(alphas) else f"{n} persons in whom all of its scales are scored"


def alpha_of_sums(sums: AnswerSums) -> SampleAlpha | None:
    """Return the same of sums of keyed answers."""
    from intimacy_scales.statistics.consistency.coefficients import alpha

    pairs = sums.pairs()
    value = alpha(pair_covariance(pairs.pair_n, pairs.common, pairs.products))
    return None if math.isnan(value) else SampleAlpha(value=value, n_complete=sums.over().n)
