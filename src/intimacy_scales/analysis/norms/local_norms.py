"""Norms of one's own: what a sample says of its scores, in the form a bank carries, group by group."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, Unpack

import numpy as np

from intimacy_scales.analysis.norms.local_results import SMALL, LocalNorms, TooFew, refusals
from intimacy_scales.analysis.norms.measurement_error import LEVEL
from intimacy_scales.analysis.norms.norm_choice import cautions_for
from intimacy_scales.analysis.norms.percentile import LEAST_IN_A_STEP, effective_n, table_of_counts
from intimacy_scales.analysis.norms.sample import GroupSums, NormSums, norm_sums, notes_on_blank, refuse_no_weights
from intimacy_scales.analysis.reliability.sample_sums import ScaleSums
from intimacy_scales.bank.model import ItemBank, Norm, NormScale
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.exports.table import NeedsWholeError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.model import GroupCounts, Responses, group_counts, partners_as_persons
from intimacy_scales.reading.responses.read import may_stream
from intimacy_scales.scoring import ScaleScores, Scores, as_scores, rule_of, score_responses
from intimacy_scales.scoring.batches import held_if_few, is_read_once, over_batches
from intimacy_scales.statistics.estimate import half_width

Batch = TypeVar("Batch")
LEAST = 30  # refused below: definitions of the house
ALL_EQUAL = 1e-12  # scores nearer to each other than this are one score


def norms_from(  # noqa: PLR0913 (a norm says where it comes from)
    data: Any,
    bank: ItemBank | str | None = None,
    *,
    sample: str,
    by: Sequence[str] = (),
    source: str | None = None,
    year: int | None = None,
    country: str | None = None,
    min_n: int = LEAST,
    weights: str | None = None,
    level: float = LEVEL,
    **reading: Unpack[ReadingOptions],
) -> LocalNorms:
    """Return norms from a sample: n, mean, SD, alpha and a percentile table of every scale, for everyone and by group.

    Parameters
    ----------
    data
        Scores of the sample, by the bank's own rule; or answers of any kind, which are scored once, here.
    bank
        Which bank, where the scores are of several.
    by
        Columns of the export (kept as text) whose values make groups, several crossed. Rows without a value are in no
        group. Everyone is a norm too.
    sample
        The sample in words: who they are, how they were found. A norm names its sample.
    source
        Where the figures come from; when not said, that they were computed from an export. No file is named unasked.
    year, country
        When and where the answers were given.
    min_n
        Fewest scored persons a group and scale; under 30 is never allowed.
    weights
        A column that weights persons to a population (numbers above 0). Mean, SD and shares are weighted, and n is
        Kish's effective number, ``(sum w)^2 / sum w^2``; alpha is not weighted, and says so.
    level
        Of the intervals of shares and quantiles.
    **reading
        Options of :func:`intimacy_scales.read_export`, where answers are yet to be read.

    Returns
    -------
    LocalNorms
        Norms in the form a bank carries. Groups that are too small stand in ``refused``, those under 100 are marked
        *small*.

    Raises
    ------
    ResponseError
        When no group is large enough, ``min_n`` is under 30, or the scores are not on the bank's metric.
    UnknownNameError
        When a ``by`` column is not there.

    Notes
    -----
    Missing answers: a person counts for a scale when the bank's rule gives a score. Shares carry exact binomial
    intervals, quantiles order-statistic intervals (``quantile_table``), so that
    neither needs a normal curve. A sample that came by itself (volunteers, patients, students) stands for itself only.
    Derived scores (wished minus now) get no norm: they are read against the person's own wish.
    Partners of couples and repeated occasions, which a file may hold side by side, become groups of their own.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> sample = ims.simulate("eis", 200, seed=1).responses
    >>> norms = norms_from(sample, sample="200 simulated persons", year=2024)
    >>> norms.norms[0].scales[0].n
    200
    """
    half_width(level)
    if bank is not None and may_stream(data, reading):
        data = held_if_few(data)
    work = partial(norm_batch, bank=bank, by=tuple(by), weights=weights)
    streamed = batches_added_up(data, bank, reading, work if is_read_once(data) else partial(for_whole, work=work))
    scores = scores_for(data, bank, reading) if streamed is None else streamed[1]
    made = work(scores) if streamed is None else streamed[0]
    said = NormSource(sample=sample, source=source, year=year, country=country)
    return norms_of_batch(made, scores, said, NormRule(min_n=min_n, level=level))


@dataclass(frozen=True, slots=True, kw_only=True)
class NormSource:
    """Where a norm comes from: its sample in words, from what it was computed, when and where they answered."""

    sample: str
    source: str | None = None
    year: int | None = None
    country: str | None = None


def norms_of_batch(made: NormBatch, scores: Scores, said: NormSource, rule: NormRule) -> LocalNorms:
    """Return the norms of a sample from what its batches add up to; ``scores`` may have no row left."""
    parts = [part for part in scores.of(made.sums.bank.id) if part.derived is None]
    _check(parts, sample=said.sample, min_n=rule.min_n)
    words = {"sample": said.sample.strip(), "source": (said.source or made_from(scores)).strip(), "year": said.year,
             "country": said.country}  # fmt: skip
    return _norms_of(made.sums, rule, words, partners_as_persons(made.groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class NormBatch:
    """What norms are made of, and whether rows are partners; batches add up to the whole."""

    sums: NormSums
    groups: GroupCounts

    def __add__(self, other: NormBatch) -> NormBatch:
        return NormBatch(sums=self.sums + other.sums, groups=self.groups + other.groups)


def norm_batch(scores: Scores, *, bank: ItemBank | str | None, by: Sequence[str], weights: str | None) -> NormBatch:
    """Return what the norms of a batch of scores are made of."""
    sums = norm_sums(scores, bank_of(scores, bank).id, by=by, weights=weights)
    return NormBatch(sums=sums, groups=group_counts(scores.table_read))


@contextmanager
def told_of_whole() -> Iterator[None]:
    """Have what is wrong with weights or groups in a batch told of the whole table, which is read for it."""
    try:
        yield
    except (ResponseError, UnknownNameError) as fault:
        raise NeedsWholeError(fault.problems[0].what) from fault


def for_whole(scores: Scores, *, work: Callable[[Scores], Batch]) -> Batch:
    """Make something of a batch of scores; what is wrong in it is told of the whole table, which is read for it."""
    with told_of_whole():
        return work(scores)


def batches_added_up(
    data: Any, bank: ItemBank | str | None, reading: Mapping[str, Any], work: Callable[[Scores], Batch]
) -> tuple[Batch, Scores] | None:
    """Return what was made of a large source batch by batch, and its scores without a row; ``None``: read it whole.

    ``work`` makes of the scores of a batch what adds up.
    """
    if bank is None or not may_stream(data, reading):
        return None
    made = over_batches(data, bank, reading, work, merge=operator.add)
    if made is None or made.found.responses is None:
        return None
    return made.value, score_responses(made.found.responses)


def _norms_of(sums: NormSums, rule: NormRule, entries: dict[str, Any], notes: Sequence[str]) -> LocalNorms:
    """Return the norms of a sample from its sums."""
    refuse_no_weights(sums)
    norms: list[Norm] = []
    refused: list[TooFew] = []
    for group in sums.groups:
        made, left = _norms_of_group(group, sums, entries, rule)
        norms += made
        refused += left
    if not norms:
        do = "collect more answers, or make wider groups"
        raise ResponseError([Problem(where="norms", what=line, do=do) for line in refusals(refused)])
    return LocalNorms(
        bank=sums.bank, norms=tuple(norms), refused=tuple(refused), level=rule.level, notes=(*_notes(sums), *notes),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NormRule:
    """How a norm is made: fewest persons, level of intervals."""

    min_n: int
    level: float


def _notes(sums: NormSums) -> tuple[str, ...]:
    weighted = (f"weighted by {sums.weights}: n is the effective number of persons",) if sums.weights else ()
    return (*notes_on_blank(sums.blank, sums.by), *weighted, *cautions_for(sums.bank, sums.by))


def scores_for(data: Any, bank: ItemBank | str | None, reading: Mapping[str, Any]) -> Scores:
    """Return the scores that norms are made of: those given whole (see :func:`bank_of`), or answers read and scored."""
    return as_scores(data, None if isinstance(data, (Responses, Scores)) else bank, reading)


def bank_of(scores: Scores, bank: ItemBank | str | None) -> ItemBank:
    """Return the bank that was named, or the only one; a problem where that cannot be."""
    banks = {one.id: one for one in scores.banks}
    if bank is None and len(banks) == 1:
        return next(iter(banks.values()))
    name = bank.id if isinstance(bank, ItemBank) else bank
    if name not in banks:
        what = f"scores of {len(banks)} banks" if bank is None else f"no scores of {name}"
        raise ResponseError(
            Problem(where="norms", what=what, allowed=f"one of {', '.join(banks)}", do="say which bank")
        )
    return banks[name]


def made_from(scores: Scores) -> str:
    """Return what norms were computed from; no file is named unasked: its name may tell of people."""
    kind = "a table handed over" if scores.source.path is None else f"an export ({scores.source.platform})"
    return f"computed from the answers in {kind}"


def undated(year: int | None) -> tuple[str, ...]:
    """Return the note of a norm that does not say when its sample answered."""
    return () if year is not None else ("when the answers were given is not said",)


def _check(parts: Sequence[ScaleScores], *, sample: str, min_n: int) -> None:
    problems = []
    if not sample.strip():
        problems.append(
            Problem(where="sample", what="is empty", allowed="the sample in words", do="a norm names its sample")
        )
    if min_n < LEAST:
        problems.append(Problem(where="min_n", what=f"is {min_n}", allowed=f"{LEAST} or more"))
    for part in parts:
        own = rule_of(part.bank, part.scale)
        if (own.combine, own.rescale) != (part.rule.combine, part.rule.rescale):
            problems.append(
                Problem(
                    where=part.column,
                    what=f"is scored as {part.rule}",
                    allowed=str(own),
                    do="score by the bank's rule: a norm is on the bank's metric",
                )
            )
    if problems:
        raise ResponseError(problems)


def _norms_of_group(
    group: GroupSums, sums: NormSums, entries: dict[str, Any], rule: NormRule
) -> tuple[list[Norm], list[TooFew]]:
    from intimacy_scales.bank import fingerprint

    norms: list[Norm] = []
    refused: list[TooFew] = []
    administrations = list(dict.fromkeys(scale.scored.administration for scale in group.scales))
    for administration in administrations:
        figures = []
        for one in (scale for scale in group.scales if scale.scored.administration == administration):
            made = _norm_scale(one, group.name, rule)
            if isinstance(made, TooFew):
                refused.append(made)
            else:
                figures.append(made)
        if not figures:
            continue
        more = {
            name: text
            for name, text in (("partner", administration.partner), ("time", administration.occasion))
            if text
        }
        small = (f"small: under {SMALL} persons",) if min(figure.n for figure in figures) < SMALL else ()
        norms.append(
            Norm(
                **entries,
                id=_norm_id(
                    [group.name, administration.form, administration.partner, administration.occasion],
                    [norm.id for norm in norms],
                ),
                form=administration.form,
                group={**group.values, **more},
                certainty="computed",
                missing=_rules(group, administration),
                fingerprint=fingerprint(sums.bank),
                scales=tuple(figures),
                notes=(*small, *undated(entries["year"]), *_without_alpha(figures)),
            )
        )
    return norms, refused


def _without_alpha(figures: Sequence[NormScale]) -> tuple[str, ...]:
    names = [figure.scale for figure in figures if figure.reliability is None]
    text = "alpha is below 0 or not defined, so no reliability is carried; check the keying"
    return (f"{', '.join(names)}: {text}",) if names else ()


def _rules(group: GroupSums, administration: object) -> str:
    own = [scale.scored for scale in group.scales if scale.scored.administration == administration]
    return "; ".join(dict.fromkeys(str(part.rule) for part in own))


def _norm_scale(sums: ScaleSums, group: str, rule: NormRule) -> NormScale | TooFew:
    part, counts = sums.scored, sums.scores
    weighted = counts.mass is not None
    n = effective_n(counts)
    if n < rule.min_n:
        kind = "effective persons after weighting" if weighted else "scored persons"
        return TooFew(group=group, column=part.column, n=n, why=f"{n} {kind}; {rule.min_n} are needed")
    if counts.values[-1] - counts.values[0] < ALL_EQUAL:
        return TooFew(group=group, column=part.column, n=n, why=f"all {n} scores are equal: no SD, no norm")
    from intimacy_scales.analysis.reliability.scale_answers import alpha_of_sums, stratified_of

    alpha = alpha_of_sums(sums.answers) if sums.composed is None else stratified_of(sums.composed)
    if alpha is not None and not 0 <= alpha.value <= 1:
        alpha = None
    table, unweighted = table_of_counts(counts, level=rule.level, least=LEAST_IN_A_STEP), ", not weighted" * weighted
    return NormScale(
        scale=part.scale.id,
        n=n,
        mean=counts.mean,
        sd=counts.sd(n),
        reliability=None if alpha is None else alpha.value,
        reliability_kind=None
        if alpha is None
        else f"{alpha.what}, pairwise, {alpha.n_complete} complete rows{unweighted}",
        quantiles=table,
        joined=len(table) < len(np.unique(np.round(counts.values, 10))),
        weighted=weighted,
    )


def _norm_id(parts: Sequence[str | None], taken: Sequence[str]) -> str:
    """Return a name that an identifier may be, unlike those taken."""
    words = [re.sub(r"[^a-z0-9]+", "_", part.casefold()).strip("_") for part in parts if part]
    name = "_".join(word for word in words if word) or "group"
    name = name if name[0].isalpha() else f"g_{name}"
    return name if name not in taken else f"{name}_{len(taken) + 1}"
