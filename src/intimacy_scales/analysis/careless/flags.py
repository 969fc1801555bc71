"""All indices of careless answering in one pass over vouched responses.

Vouched responses seen person by person: answers as ticked in the order asked, keyed answers scale by scale.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from intimacy_scales.analysis.careless.consistency import (
    even_odd,
    item_pairs,
    pair_consistency,
    person_total,
    personal_reliability,
)
from intimacy_scales.analysis.careless.patterns import (
    Accepted,
    attention_of,
    inter_item_sd,
    intra_individual_sd,
    mahalanobis,
    runs_of,
    seconds_of,
)
from intimacy_scales.analysis.careless.results import (
    KINDS,
    LEAST_RUN,
    LEAST_SCALES,
    Careless,
    Cut,
    Index,
    Kind,
    Threshold,
    kinds_with,
)
from intimacy_scales.bank.options import scores_of_codes
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.responses.model import Answered, Responses
from intimacy_scales.scoring import keyed


@dataclass(frozen=True, slots=True, kw_only=True)
class TickedAnswers:
    """Everything one person answered on one occasion: all banks and forms of one partner at one time.

    Where a row holds two partners or two occasions, each has a block of its own, told apart by ``suffix``.
    ``ticked`` and ``even``: persons x items, in the order of the export. ``even`` holds the same answers, put on
    shares of their own range where the items' ends differ. ``scales``: keyed answers of each scale, made even in
    the same way; ``raw_scales``: not made even.
    """

    suffix: str
    ticked: FloatArray
    even: FloatArray
    columns: tuple[str, ...]
    new_options: BoolArray
    scales: tuple[FloatArray, ...]
    raw_scales: tuple[FloatArray, ...]
    has_reversed: bool
    """Any item is reverse-keyed: then the same answer everywhere contradicts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One item of one administration: where its column stands, what it is called, which options it has."""

    place: int
    column: str
    options: tuple[object, ...]
    answers: FloatArray
    ends: tuple[float, float]


def ticked_answers(responses: Responses) -> tuple[TickedAnswers, ...]:
    """Return the ticked answers of every partner and occasion, in the order of the responses."""
    groups: dict[str, list[Answered]] = {}
    for part in responses.answered:
        groups.setdefault(part.administration.suffix, []).append(part)
    order = {name: place for place, name in enumerate(responses.table.names)}
    return tuple(_ticked_in(suffix, parts, order) for suffix, parts in groups.items())


def _ticked_in(suffix: str, parts: Sequence[Answered], order: Mapping[str, int]) -> TickedAnswers:
    asked = sorted((one for part in parts for one in _items_asked(part, order)), key=lambda one: one.place)
    ticked = np.column_stack([one.answers for one in asked])
    same_ends = len({one.ends for one in asked}) == 1
    low, high = (np.array([one.ends[side] for one in asked], dtype=np.float64) for side in (0, 1))
    begins = [a.options != b.options for a, b in pairwise(asked)]
    return TickedAnswers(
        suffix=suffix,
        ticked=ticked,
        even=ticked if same_ends else (ticked - low) / (high - low),
        columns=tuple(one.column for one in asked),
        new_options=np.array([False, *begins]),
        scales=tuple(x for part in parts for x in _scales(part, even=not same_ends)),
        raw_scales=tuple(x for part in parts for x in _scales(part, even=False)),
        has_reversed=any(item.reverse for part in parts for item in part.bank.items),
    )


def _items_asked(part: Answered, order: Mapping[str, int]) -> list[_Asked]:
    """Return the items that have a column; all of them in bank order where the table does not say which."""
    bank, known = part.bank, any(name in order for name in part.columns if name)
    askeds = []
    for item, name, answers in zip(bank.items, part.columns, part.answers, strict=True):
        if known and (name is None or name not in order):
            continue
        ends, options = bank.ends(item), bank.options_of(item)
        turned = part.already_reversed and item.reverse  # the file holds them keyed: back to what was ticked
        values = scores_of_codes(options, answers)  # what is not scored lies on no row of options
        askeds.append(
            _Asked(
                place=order[name] if known and name is not None else len(order),
                column=name or bank.item_column(item),
                options=(bank.id, item.options),
                answers=sum(ends) - values if turned else values,
                ends=ends,
            )
        )
    return askeds


def _scales(part: Answered, *, even: bool) -> list[FloatArray]:
    bank = part.bank
    there = {item.number for item, x in zip(bank.items, part.answers, strict=True) if not np.isnan(x).all()}
    place = {item.number: j for j, item in enumerate(bank.items)}
    block = keyed(part)
    if even:
        ends = np.array([bank.ends(item) for item in bank.items], dtype=np.float64)
        block = (block - ends[:, 0]) / (ends[:, 1] - ends[:, 0])
    members = ([place[number] for number in scale.items if number in there] for scale in bank.item_scales)
    return [block[:, own] for own in members if len(own) > 1]


SPLITS = 100  # random halves: the mean moves by less than a hundredth after that
SEED = 1
SYNONYMS_BEYOND = 0.6  # Meade and Craig (2012)
LEAST_PAIRS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What is looked for, and what was found worth saying on the way."""

    pages: Mapping[str, Sequence[str]]
    wanted: Collection[str]
    notes: list[str] = field(default_factory=list)

    def note(self, block: TickedAnswers, what: str) -> None:
        self.notes.append(f"{block.suffix.strip('_')}: {what}" if block.suffix else what)


def careless_flags(
    responses: Responses,
    *,
    attention: Mapping[str, Accepted] | None = None,
    thresholds: Mapping[str, Threshold] | None = None,
    pages: Mapping[str, Sequence[str]] | None = None,
    duration: str | None = None,
    only: Collection[str] | None = None,
) -> Careless:
    """Return signs of careless answering, person by person. They are flags: nobody is dropped.

    ======================== ============== ==============================================================
    index                    careless is    what it is
    ======================== ============== ==============================================================
    longstring               high           longest run of one answer, as ticked, in the order of the export
    longstring_page          high           the same within one page (where ``pages`` are given)
    averagestring            high           average length of runs
    irv                      low            SD of all answers of the person, as ticked
    isd                      high           SD among the keyed answers of each scale, summed over scales
    evenodd                  low            within-person correlation of scale halves, stepped up
    personal_reliability     low            the same over 100 random halves, not stepped up
    synonyms, antonyms       low, high      within-person correlation over item pairs with abs(r) > .60
    person_total             low            correlation with everybody else's item means
    mahalanobis_d2, _p       high, low      distance from the middle of the sample, and its p
    seconds_per_item         low            duration / items answered, where the platform wrote it
    attention                high           attention items answered wrongly
    ======================== ============== ==============================================================

    Parameters
    ----------
    responses
        Vouched answers (persons x items). Items the file holds already reversed are turned back to what was ticked.
    attention
        Column to accepted answers, as in ``attention_of``; by default those
        that the map of the responses declares (``attention:``).
    thresholds
        Index to cut in place of ours: a number, ``">=12"``, or ``None`` for no cut.
    pages
        Page to the columns that stood on it.
    duration
        Column of seconds (default: recognised).
    only
        Names of the indices wanted (default: all that the data allow).

    Returns
    -------
    Careless
        ``.table()`` holds the same rows in the caller's frame type; ``.flags`` counts indices beyond their cut.

    Raises
    ------
    ResponseError
        With every unknown index, column or cut.

    Notes
    -----
    A row with two partners or occasions gets each index twice (``longstring_a``). An item with other options than the
    one before it begins a new run. Where items have different ends, correlations take shares of each item's range.
    Missing answers are left out everywhere (see each kernel). Indices whose cut is ``-`` are told and never flag: no
    cut that holds from one questionnaire to the next is known to us. A long run has a cut of ours only where ten items
    or more with the same options follow each other: on five, half is a run of three, which 21 of 80
    respondents of one sample had, similar items answered alike. Even-odd consistency has one from ten scales up (with
    six, a fifth of simulated people who read every item fall below). One flag is a reason to look; the literature
    (Meade & Craig, 2012; Curran, 2016) uses several together.

    References
    ----------
    Meade, A. W., & Craig, S. B. (2012). Identifying careless responses in survey data. Psychological Methods, 17,
    437-455. https://doi.org/10.1037/a0028085
    Curran, P. G. (2016). Methods for the detection of carelessly invalid responses in survey data. Journal of
    Experimental Social Psychology, 66, 4-19. https://doi.org/10.1016/j.jesp.2015.07.006
    Huang, J. L., Curran, P. G., Keeney, J., Poposki, E. M., & DeShon, R. P. (2012). Detecting and deterring
    insufficient effort responding to surveys. Journal of Business and Psychology, 27, 99-114.
    https://doi.org/10.1007/s10869-011-9231-8

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> found = careless_flags(ims.read_export([3, 3, 3, 3, 3], ims.load_bank("eis")))
    >>> found["longstring"].values.tolist()
    [5.0]
    """
    kinds = kinds_with(thresholds or {})
    _vouch(responses, only, pages)
    search = _Search(pages=pages or {}, wanted=KINDS if only is None else only)
    indices = [
        Index(kind=kinds[name], suffix=block.suffix, values=values, cut=_own_cut(kinds[name], block))
        for block in ticked_answers(responses)
        for name, values in _values(block, search).items()
    ]
    rows = {**_seconds(responses, duration, search), **_attention(responses, attention or responses.attention, search)}
    indices += [Index(kind=kinds[name], suffix="", values=x, cut=kinds[name].cut) for name, x in rows.items()]
    return Careless(responses=responses, indices=tuple(indices), notes=tuple(search.notes))


def _vouch(responses: Responses, only: Collection[str] | None, pages: Mapping[str, Sequence[str]] | None) -> None:
    problems: list[Problem] = []
    for name in only or ():
        if name not in KINDS:
            problems += UnknownNameError.among("index", name, list(KINDS)).problems
    items = [name for part in responses.answered for name in part.columns if name]
    for page, columns in (pages or {}).items():
        for column in columns:
            if column not in items:
                problems += UnknownNameError.among(f"column on page {page}", column, items).problems
    if problems:
        raise ResponseError(problems)


def _own_cut(kind: Kind, block: TickedAnswers) -> Cut | None:
    """Return the cut that holds for these answers: half of its items; none for short runs and too few scales."""
    if kind.cut is not None and kind.cut == KINDS[kind.name].cut:
        if np.isnan(kind.cut.at):
            if longest_run_possible(block) < LEAST_RUN:
                return None
            return replace(kind.cut, at=float(int(np.ceil(block.ticked.shape[1] / 2))))
        if kind.name == "irv" and block.ticked.shape[1] < LEAST_RUN and not block.has_reversed:
            return None  # five equal answers at the top end are what the closest couples give
        if kind.name == "evenodd" and len(block.scales) < LEAST_SCALES:
            return None
    return kind.cut


def longest_run_possible(block: TickedAnswers) -> int:
    """Return how many items stand in the longest row of equal options, which a run cannot pass."""
    starts = [j for j in range(block.ticked.shape[1]) if j == 0 or block.new_options[j]]
    return max((b - a for a, b in pairwise([*starts, block.ticked.shape[1]])), default=0)


def _values(block: TickedAnswers, search: _Search) -> dict[str, FloatArray]:
    """Return the values of every wanted index that these answers allows."""
    makers: dict[Callable[[TickedAnswers, _Search], dict[str, FloatArray]], tuple[str, ...]] = {
        _strings: ("longstring", "longstring_page", "averagestring"),
        _spreads: ("irv", "isd"),
        _halves: ("evenodd", "personal_reliability"),
        _pairs: ("synonyms", "antonyms"),
        _totals: ("person_total",),
        _distances: ("mahalanobis_d2", "mahalanobis_p"),
    }
    entries: dict[str, FloatArray] = {}
    for maker, names in makers.items():
        if set(names) & set(search.wanted):
            entries |= maker(block, search)
    return {name: values for name, values in entries.items() if name in search.wanted}


def _strings(block: TickedAnswers, search: _Search) -> dict[str, FloatArray]:
    runs = runs_of(block.ticked, fresh=block.new_options)
    entries = {"longstring": runs.longest, "averagestring": runs.average}
    places = [[block.columns.index(c) for c in own if c in block.columns] for own in search.pages.values()]
    longest = [runs_of(block.ticked[:, own], fresh=block.new_options[own]).longest for own in places if own]
    if longest:
        entries["longstring_page"] = np.fmax.reduce(longest)
    return entries


def _spreads(block: TickedAnswers, _: _Search) -> dict[str, FloatArray]:
    entries = {"irv": intra_individual_sd(block.ticked)}
    if block.raw_scales:
        entries["isd"] = inter_item_sd(block.raw_scales)
    return entries


def _halves(block: TickedAnswers, search: _Search) -> dict[str, FloatArray]:
    if len(block.scales) < LEAST_PAIRS:
        search.note(block, f"even-odd consistency needs three scales of two items or more; here: {len(block.scales)}")
        return {}
    if len(block.scales) < LEAST_SCALES:
        text = f"even-odd consistency rests on {len(block.scales)} scales: too rough for a cut of ours"
        search.note(block, f"{text} (it takes {LEAST_SCALES})")
    random = np.random.default_rng(SEED)
    entries = {"evenodd": even_odd(block.scales)}
    if "personal_reliability" in search.wanted:
        entries["personal_reliability"] = personal_reliability(block.scales, splits=SPLITS, random=random)
    return entries


def _pairs(block: TickedAnswers, search: _Search) -> dict[str, FloatArray]:
    entries: dict[str, FloatArray] = {}
    kinds: tuple[Literal["synonyms", "antonyms"], ...] = ("synonyms", "antonyms")
    for kind in kinds:
        pairs = item_pairs(block.ticked, beyond=SYNONYMS_BEYOND, kind=kind)
        if kind not in search.wanted:
            continue
        if len(pairs) < LEAST_PAIRS:
            search.note(block, f"{len(pairs)} pairs of items are {kind} (abs(r) > {SYNONYMS_BEYOND}); three are needed")
            continue
        entries[kind] = pair_consistency(block.even, pairs)
        search.note(block, f"{kind}: {len(pairs)} pairs of items")
    return entries


def _totals(block: TickedAnswers, search: _Search) -> dict[str, FloatArray]:
    if len(block.ticked) < LEAST_PAIRS:
        search.note(block, "too few persons to compare one with the others")
        return {}
    return {"person_total": person_total(block.even)}


def _distances(block: TickedAnswers, search: _Search) -> dict[str, FloatArray]:
    distances = mahalanobis(block.ticked)
    if distances.why_not:
        search.note(block, f"no Mahalanobis distance: {distances.why_not}")
        return {}
    search.note(block, f"Mahalanobis distance over {distances.items} items, covariances pairwise complete")
    return {"mahalanobis_d2": distances.d2, "mahalanobis_p": distances.p}


def _seconds(responses: Responses, duration: str | None, search: _Search) -> dict[str, FloatArray]:
    if "seconds_per_item" not in search.wanted:
        return {}
    seconds = seconds_of(responses.table, duration)
    if seconds is None:
        return {}
    answered = np.sum([~np.isnan(x) for part in responses.answered for x in part.answers], axis=0)
    search.notes.append(
        "seconds per item: the whole duration over the items of the banks; other questions count as time"
    )
    return {"seconds_per_item": seconds / np.where(answered == 0, np.nan, answered)}


def _attention(responses: Responses, accepted: Mapping[str, Accepted] | None, search: _Search) -> dict[str, FloatArray]:
    if not accepted or "attention" not in search.wanted:
        return {}
    attention = attention_of(responses.table, accepted)
    text = ", ".join(f"{name}: {int(np.nansum(failed))} wrong" for name, failed in attention.failed.items())
    search.notes.append(f"attention items: {text}")
    return {"attention": attention.count}
