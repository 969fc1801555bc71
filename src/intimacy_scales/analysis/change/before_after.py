"""From a panel of persons and occasions to the change of every score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.analysis.change.formulas import (
    CRITICAL,
    Cutoff,
    Method,
    Population,
    TwoOccasions,
    clinical_words,
    cutoff_of,
    edwards_nunnally,
    gulliksen_lord_novick,
    hageman_arrindell,
    jacobson_truax,
    practice_adjusted,
    sem_of,
    smallest_detectable,
)
from intimacy_scales.analysis.change.panel import Panel
from intimacy_scales.analysis.change.results import Index, ScaleChange
from intimacy_scales.analysis.change.retest import ReliabilityUsed, Retest, retest_of, used_of
from intimacy_scales.analysis.change.trend import Trends, trends_of
from intimacy_scales.analysis.reliability.sources import (
    LEAST_SAMPLE,
    Chosen,
    Source,
    TwoTimes,
    of_sample,
    of_untreated,
    of_user,
    pair_for_change,
)
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.wording import DAYS, counted, figure
from intimacy_scales.reading.responses.coding.directions import runs_against, turned_map
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.scoring import ScaleScores
from intimacy_scales.scoring.given_figures import PerScore, given_for
from intimacy_scales.scoring.scores import score_name
from intimacy_scales.statistics.estimate import Estimate
from intimacy_scales.statistics.paired import paired_difference
from intimacy_scales.statistics.shares import share

Key = tuple[str, Administration, str]
"""Bank, administration (its occasion left out) and scale of a score."""
DIRECTIONS: Mapping[str | None, Literal[-1, 0, 1]] = {"higher": 1, "lower": -1, "neither": 0, None: 0}
NO_CHANGE = "no clear change"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOptions:
    """What the user gave besides the answers."""

    sd: PerScore = None
    reliability: PerScore = None
    mean: PerScore = None
    practice: PerScore = None
    cutoff: PerScore = None
    clinical: Population | None = None
    functional: Population | None = None
    days: float | None = None
    level: float = 0.95
    untreated: Panel | None = None
    """Persons to whom nothing was done between: their retest is the reliability, their mean change the practice."""
    indices: bool = False
    """Show the other four methods beside Jacobson and Truax's."""


def direction_of(part: ScaleScores) -> Literal[-1, 0, 1]:
    """Return which way is better: 1 up, -1 down, 0 where the bank does not say, or neither (a gap, idealisation)."""
    return 0 if part.derived is not None else DIRECTIONS[part.scale.better]


def change_of(panel: Panel, key: Key, options: ChangeOptions) -> ScaleChange:
    """Return the change of one score between the first and the last occasion, and its trend over more than two."""
    part = panel.occasions[0].part(key)
    if part is None:
        raise KeyError(key)
    scores = _table(panel, key)
    before, after = scores[:, 0], _last(scores, panel)
    retest = retest_of(before, after, level=options.level)
    untreated = _untreated(options.untreated, key, options.level)
    chosen = _chosen(panel, part, key, options, retest, untreated)
    used = used_of(chosen)
    indices = () if used is None else _indices(before, after, used, retest, _practice(options, key, untreated))
    words = direction_of(part)
    named = tuple(Index(method=name, values=x, classes=classes_of(x, words)) for name, x in indices)
    cutoff = _cutoff(options, _column(key), words)
    told = (
        *_turned_note(panel, part, before, after),
        *chosen.notes,
        *_notes(part, before, after, used, indices if options.indices else indices[:1], retest),
    )
    return ScaleChange(
        bank=part.bank,
        key=key[1].key(key[2]),
        column=_column(key),
        label=score_name(part.bank, part.scale, key[1]),
        higher_means=part.derived.positive_means if part.derived is not None else part.scale.higher_means,
        direction=words,
        ids=panel.ids,
        before=before,
        after=after,
        used=used,
        indices=named,
        show_indices=options.indices,
        retest=retest,
        effects=paired_difference(after, before, level=options.level),
        shares=_shares(named, words, options.level),
        no_room=_no_room(part, before, used, words),
        possible=part.possible,
        cutoff=cutoff,
        clinical=_clinical(before, after, named, cutoff, words),
        trends=_trends(panel, scores, used, options.level),
        notes=told,
    )


def _practice(options: ChangeOptions, key: Key, untreated: Retest | None) -> float | None:
    """Return the change that nothing but time makes: as given, or the mean change of the untreated."""
    practice = given_for(options.practice, _column(key))
    return untreated.limits.bias.value if practice is None and untreated is not None else practice


def _chosen(
    panel: Panel, part: ScaleScores, key: Key, options: ChangeOptions, retest: Retest | None, untreated: Retest | None
) -> Chosen:
    """Return whose reliability and SD these changes are held against."""
    column = _column(key)
    given = {name: given_for(getattr(options, name), column) for name in ("sd", "reliability", "mean")}
    return pair_for_change(
        part,
        user=of_user(**given),
        sample=_sample(panel, part),
        retest=_two_times(retest),
        untreated=of_untreated(_two_times(untreated)),
        days=options.days if options.days is not None else _days(panel),
    )


def _column(key: Key) -> str:
    return key[1].column(key[0], key[2])


def _table(panel: Panel, key: Key) -> FloatArray:
    """Return scores, persons x occasions."""
    columns = []
    for occasion in panel.occasions:
        part = occasion.part(key)
        columns.append(np.full(len(panel.ids), np.nan) if part is None else occasion.values(part))
    return np.column_stack(columns)


def _last(scores: FloatArray, panel: Panel) -> FloatArray:
    """Return the scores of the last occasion; of each person's own last one where occasions are each one's own."""
    if not panel.by_rank:
        return scores[:, -1]
    there = np.column_stack([occasion.rows >= 0 for occasion in panel.occasions])
    last = there.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)
    found = scores[np.arange(len(scores)), last]
    return np.where(last > 0, found, np.nan)


def _days(panel: Panel) -> float | None:
    """Return the median interval between first and last occasion in days, where dates say so."""
    if panel.kind != "dates":
        return None
    gaps = np.nanmax(panel.times, axis=1) - np.nanmin(panel.times, axis=1)
    return float(np.median(gaps[gaps > 0])) if (gaps > 0).any() else None


def _sample(panel: Panel, part: ScaleScores) -> Source:
    """Return alpha, SD and mean of these persons on the first occasion."""
    first = panel.occasions[0]
    return of_sample(first.scores, part, rows=first.rows[first.rows >= 0], whose="persons before")


def _two_times(retest: Retest | None) -> TwoTimes | None:
    if retest is None:
        return None
    return TwoTimes(
        n=retest.n,
        r=retest.r.value,
        mean_before=retest.mean_before,
        mean_after=retest.mean_after,
        sd_before=retest.sd_before,
        sd_after=retest.sd_after,
    )


def _untreated(panel: Panel | None, key: Key, level: float) -> Retest | None:
    """Return what two occasions of untreated persons say of one score."""
    if panel is None or key not in panel.held():
        return None
    scores = _table(panel, key)
    return retest_of(scores[:, 0], _last(scores, panel), level=level)


def _indices(
    before: FloatArray, after: FloatArray, used: ReliabilityUsed, retest: Retest | None, practice: float | None
) -> tuple[tuple[Method, FloatArray], ...]:
    """Return every method's index that can be had, Jacobson and Truax's first."""
    sd, r = used.sd.value, used.reliability.value
    found: list[tuple[Method, FloatArray]] = [("jacobson_truax", jacobson_truax(before, after, sd=sd, reliability=r))]
    if used.mean is not None:
        mean = used.mean.value
        found += [
            ("edwards_nunnally", edwards_nunnally(before, after, sd=sd, reliability=r, mean=mean)),
            ("gulliksen_lord_novick", gulliksen_lord_novick(before, after, sd=sd, reliability=r, mean=mean)),
        ]
    sample = None if retest is None or retest.n < LEAST_SAMPLE else retest
    if sample is not None:
        occasions = TwoOccasions(
            mean_before=sample.mean_before,
            mean_after=sample.mean_after,
            sd_before=sample.sd_before,
            sd_after=sample.sd_after,
            r=sample.r.value,
        )
        found.append(("hageman_arrindell", hageman_arrindell(before, after, sem=used.sem, sample=occasions)))
    gain = practice if practice is not None else (None if sample is None else sample.limits.bias.value)
    if gain is not None:
        second = used.sem if sample is None else sem_of(sample.sd_after, r)
        adjusted = practice_adjusted(before, after, sem_before=used.sem, sem_after=second, practice=gain)
        found.append(("practice_adjusted", adjusted))
    return tuple(found)


def classes_of(values: FloatArray, direction: int) -> tuple[str | None, ...]:
    """Return the word for every index (``None`` without one): reliably higher or lower, or no clear change.

    In their place improved or deteriorated, where the bank says which way is better.
    """
    up, down = _words(direction)

    def word(value: float) -> str | None:
        if np.isnan(value):
            return None
        return up if value > CRITICAL else down if value < -CRITICAL else NO_CHANGE

    return tuple(word(value) for value in values.tolist())


def _words(direction: int) -> tuple[str, str]:
    if direction == 0:
        return "reliably higher", "reliably lower"
    return ("improved", "deteriorated") if direction > 0 else ("deteriorated", "improved")


def _shares(indices: tuple[Index, ...], direction: int, level: float) -> dict[str, Estimate]:
    """Return the share of every word by Jacobson and Truax's index, among those with an index."""
    if not indices:
        return {}
    classes = [one for one in indices[0].classes if one is not None]
    words = ("improved", "deteriorated") if direction else _words(0)
    return {word: share(classes.count(word), len(classes), level=level) for word in (*words, NO_CHANGE)}


def _no_room(part: ScaleScores, before: FloatArray, used: ReliabilityUsed | None, direction: int) -> BoolArray:
    """Return who stands so near the better end that no reliable improvement is possible."""
    if used is None or direction == 0:
        return np.zeros(len(before), dtype=np.bool_)
    low, high = part.possible
    room = high - before if direction > 0 else before - low
    return np.asarray(room < smallest_detectable(used.sem), dtype=np.bool_)  # NaN compares as False


def _cutoff(options: ChangeOptions, column: str, direction: int) -> Cutoff | None:
    value = given_for(options.cutoff, column)
    if direction == 0 or (value is None and options.clinical is None and options.functional is None):
        return None
    return cutoff_of(
        cutoff=value, clinical=options.clinical, functional=options.functional, higher_is_better=direction > 0
    )


def _clinical(
    before: FloatArray, after: FloatArray, indices: tuple[Index, ...], cutoff: Cutoff | None, direction: int
) -> tuple[str | None, ...]:
    if cutoff is None or not indices:
        return ()
    return tuple(clinical_words(before, after, list(indices[0].classes), cutoff, higher_is_better=direction > 0))


def _trends(panel: Panel, scores: FloatArray, used: ReliabilityUsed | None, level: float) -> Trends | None:
    """Return slopes where somebody has three occasions or more; dates are counted in weeks."""
    if scores.shape[1] < 3 or (~np.isnan(scores)).sum(axis=1).max() < 3:
        return None
    weeks = panel.kind == "dates"
    times = panel.times / DAYS["week"] if weeks else panel.times
    sem = None if used is None else used.sem
    return trends_of(scores, times, ids=panel.ids, unit="week" if weeks else panel.unit, sem=sem, level=level)


def _notes(
    part: ScaleScores,
    before: FloatArray,
    after: FloatArray,
    used: ReliabilityUsed | None,
    indices: tuple[tuple[Method, FloatArray], ...],
    retest: Retest | None,
) -> tuple[str, ...]:
    lines = []
    unscored = int((np.isnan(before) | np.isnan(after)).sum())
    if unscored:
        lines.append(f"{unscored} of {counted(len(before), 'person')} without a score before or after")
    lines += _notes_on_agreement(before, after, retest)
    if used is not None:
        lines += _notes_on_error(part, before, used, indices)
    return tuple(lines)


def _turned_note(panel: Panel, part: ScaleScores, before: FloatArray, after: FloatArray) -> tuple[str, ...]:
    """Return a note where the occasions run against each other and bare numbers leave open which way they run."""
    if part.derived is not None or not (text := runs_against(before, after)):
        return ()
    codings = [coding for occasion in panel.occasions for coding in occasion.scores.responses.codings]
    if not any(c.bank == part.bank.id and c.learnt_from == "numbers" and not c.chosen for c in codings):
        return ()
    told = (
        f"before and after run against each other ({text}): the numbers of one occasion may run the other way; "
        f"{turned_map([part.bank])}, for that file alone: score it with --answers, and give what it wrote"
    )
    return (told,)


def _notes_on_agreement(before: FloatArray, after: FloatArray, retest: Retest | None) -> list[str]:
    moved = (after - before)[~np.isnan(after - before)]
    if len(moved) > 1 and not moved.any():
        return ["nobody's score changed at all: is the second occasion a copy of the first?"]
    if retest is None or not np.isfinite(retest.r.value):
        return []
    if retest.r.value == 1:
        return ["the two occasions correlate 1: is the second made from the first?"]
    r = retest.limits.slope_r
    if r.low * r.high > 0:
        return [f"the change goes with the level of the score (r = {r}): the limits are not one for all"]
    return []


def _notes_on_error(
    part: ScaleScores, before: FloatArray, used: ReliabilityUsed, indices: tuple[tuple[Method, FloatArray], ...]
) -> list[str]:
    lines = []
    least = smallest_detectable(used.sem)
    if used.sem <= 1e-12:
        lines.append("a reliability of 1 leaves no error to compare a change with")
    no_room = int(_no_room(part, before, used, direction_of(part)).sum())
    if no_room:
        end = "ceiling" if direction_of(part) > 0 else "floor"
        lines.append(
            f"{no_room} of {len(before)} persons began so near the {end} that a reliable improvement "
            f"({figure(least)} points) is impossible for them"
        )
    if used.kind == "sample retest" and any(name == "hageman_arrindell" for name, _ in indices):
        lines.append(
            "Hageman-Arrindell says little here: with the correlation of the two occasions as reliability, that of "
            "the change is near 0 by construction; give a reliability (--reliability)"
        )
    if any(name == "hageman_arrindell" and np.isnan(values).all() for name, values in indices):
        lines.append("Hageman-Arrindell cannot be had: the changes differ no more than error alone would make them")
    return lines
