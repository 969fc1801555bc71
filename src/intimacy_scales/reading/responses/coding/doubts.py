"""Doubts about bare numbers: what the figures of a sample say against taking them for the bank's codes.

Nothing here changes a number. Each doubt is a note that names the figures and the line that settles it: boxes of a
question with several answers, a shift of all columns or of one, and numbers that run the wrong way as a whole. The last
cannot be seen inside a scale, which hangs together as before: it takes another scale, another occasion, or a norm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.wording import coefficient, figure, percent, some
from intimacy_scales.reading.exports.table import Column
from intimacy_scales.reading.responses.coding.coded_column import CodedColumn, CodedOptions
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.evidence import map_line
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts, option_texts
from intimacy_scales.reading.responses.coding.raw_answers import RawAnswer
from intimacy_scales.reading.responses.model import Administration, Answered
from intimacy_scales.statistics.correlation import fisher_interval, r_of

LEAST_ANSWERS = 200
LEAST_PERSONS = 30
LEAST_BOXES = 3  # columns of 0 and 1 that look like boxes, in a set of four answers or more
MOST_LISTED = 12  # options beyond which it is a row of numbers
LEAST_SISTERS = 3
LEAST_SHARE = 0.05  # of the sisters' answers at an end that a column never holds
LEAST_BESIDE = 3  # times that a number beside the codes is called no answer
LEAST_LABELS = 3  # of another column that must all be words of the options
MOST_CHANCE = 1e-4
CLOSER = 0.5  # a shifted column must lie this much closer to its sisters than as read


def coding_doubts(coded: CodedOptions, bank: ItemBank, *, alone: bool = True) -> list[str]:
    """Return what speaks against the numbers of one set of options: boxes, a shift of all, a shift of one column."""
    if coded.coding.learnt_from != "numbers":
        return []
    if found := _box_doubt(coded):
        return found
    shifts = shift_doubts(coded, bank, alone=alone)
    return [*shifts, *_column_doubts(coded, bank), *_no_answer_doubts(coded, alone=alone, told=bool(shifts))]


def _box_doubt(coded: CodedOptions) -> list[str]:
    """Return a note where nothing but 0 and 1 stands in the file: boxes that were ticked or not, perhaps."""
    there = [one for one in coded.columns if one.profile.answers]
    codes = coded.coding.texts.codes
    if (
        len(there) < LEAST_BOXES
        or not 4 <= len(codes) <= MOST_LISTED
        or sum(one.profile.answers for one in there) < 2 * LEAST_PERSONS
    ):
        return []
    raw = {one.raw(value) for one in there for value in (one.profile.low, one.profile.high)}
    if raw != {0.0, 1.0}:
        return []
    told = (
        f"{some([one.column for one in there])} hold 0 and 1 only: if they are boxes of a question with several "
        f"answers (ticked or not), they are no answers to {coded.coding.bank}, which has {len(codes)}: name the right "
        "columns in a map (--map FILE)"
    )
    return [told]


def shift_doubts(coded: CodedOptions, bank: ItemBank, *, alone: bool = True) -> list[str]:
    """Return a note for each shift by one that bare numbers leave open, with the mean that it would give.

    Among at least 200 answers of 30 persons nobody is at the highest code of a bank that starts at 1 (the file may
    count from 0), at the lowest of one that starts at 0 (the file may count from 1), at either of one that starts
    elsewhere. Said only of numbers that nothing but themselves explains, and of few options: nobody at the end of a
    slider is no sign of anything. Options that are not scored are no ends.
    """
    shifts, there = open_shifts(coded), [one for one in coded.columns if one.profile.answers]
    if not shifts or _persons(there) < LEAST_PERSONS:
        return []
    answers, codes = sum(one.profile.answers for one in there), coded.coding.texts.counted
    ends = {1: f"{codes[-1]}, the highest", -1: f"{codes[0]}, the lowest"}
    return [_note(coded, bank, answers, by, ends[by], alone=alone) for by in shifts]


def open_shifts(coded: CodedOptions) -> list[int]:
    """Return the shifts by one that the codes in use leave open, however few persons there are."""
    there = [one for one in coded.columns if one.profile.answers]
    if sum(one.profile.answers for one in there) < LEAST_ANSWERS:
        return []
    return _open(coded.coding, *_ends(there, coded.coding.texts))


def _open(coding: Coding, low: float, high: float) -> list[int]:
    """Return the shifts by one that a coding of bare numbers from ``low`` to ``high`` leaves open."""
    codes = coding.texts.counted
    if not coding.texts.shifts or coding.chosen:
        return []
    if coding.learnt_from != "numbers" or coding.rule.changes:
        return []
    up, down = codes[0] != 0 and high < codes[-1], codes[0] != 1 and low > codes[0]
    return [by for by, is_open in ((1, up), (-1, down)) if is_open]


def _ends(columns: Sequence[CodedColumn], texts: OptionTexts) -> tuple[float, float]:
    """Return the lowest and the highest answer that is scored; NaN where there is none."""
    if texts.counted == texts.codes:
        return min(one.profile.low for one in columns), max(one.profile.high for one in columns)
    scored = np.concatenate([one.values[np.isin(one.values, texts.counted)] for one in columns])
    return (float(scored.min()), float(scored.max())) if len(scored) else (np.nan, np.nan)


def shift_left_open(coding: Coding) -> list[int]:
    """Return the shifts by one that enough bare answers of enough persons leave open, from a coding alone."""
    counts = [_counts(coding, at) for at in range(len(coding.columns))]
    known = [one for one in counts if one]
    if sum(sum(one.values()) for one in known) < LEAST_ANSWERS:
        return []
    if max(sum(one.values()) for one in known) < LEAST_PERSONS:
        return []
    return _open(coding, min(map(min, known)), max(map(max, known)))


def _counts(coding: Coding, at: int) -> dict[float, int]:
    """Return how often each code occurs in a column of a coding."""
    found: dict[float, int] = {}
    for answer in coding.columns[at].used:
        code = coding.code(answer, coding.rules[at])
        if code is not None and code in coding.texts.counted:
            found[code] = found.get(code, 0) + answer.count
    return found


def _persons(columns: Sequence[CodedColumn]) -> int:
    """Return how many persons answered anything, at least: those of one column are enough where they are many."""
    most = max((one.profile.answers for one in columns), default=0)
    if most >= LEAST_PERSONS:
        return most
    return int(np.count_nonzero(~np.logical_and.reduce([np.isnan(one.values) for one in columns])))


def _note(coded: CodedOptions, bank: ItemBank, answers: int, by: int, end: str, *, alone: bool) -> str:
    codes = coded.coding.texts.counted
    option = f"--shift {'' if alone else f'{bank.id}='}{by}"
    means = [said for scale in bank.item_scales if (said := _means(coded, bank, scale, by))]
    would = f" ({some(means)})" if means else ""
    return (
        f"{bank.id}: none of {answers:,} answers is {end} code of {coded.coding.options}: if the file counts from "
        f"{codes[0] - by}, say {option}{would}; if it could not be ticked, this is another set of answers, whose "
        "scores are not the bank's"
    )


def _means(coded: CodedOptions, bank: ItemBank, scale: Scale, by: int) -> str:
    """Return a scale's mean over complete rows as read and as shifted; empty where it is made of other items too.

    Items stand once each here: the first administration, where there are several.
    """
    at: dict[int | str, CodedColumn] = {}
    for one in coded.columns:
        at.setdefault(one.item, one)
    items = [bank.item(number) for number in scale.items]
    apart = any(option.value != option.code for item in items for option in bank.options_of(item))
    if not {item.id for item in items} <= set(at) or scale.rescale is not None or apart:
        return ""
    answers = np.column_stack([at[item.id].values for item in items])
    answers = answers[~np.isnan(answers).any(axis=1)]
    if not len(answers):
        return ""
    signs = np.array([-1 if item.reverse else 1 for item in items])
    ends = np.array([sum(bank.ends(item)) if item.reverse else 0 for item in items])
    share = 1 if scale.combine == "sum" else 1 / len(items)
    mean = float((signs * answers + ends).sum(axis=1).mean()) * share
    return f"{bank.id}_{scale.id}: mean {figure(mean)} as read, {figure(mean + by * float(signs.sum()) * share)} then"


def _column_doubts(coded: CodedOptions, bank: ItemBank) -> list[str]:
    """Return a note on each column that never holds an end its sisters use, and would be like them shifted by one."""
    codes = coded.coding.texts.counted
    there = [one for one in coded.columns if one.profile.answers >= LEAST_PERSONS]
    if len(there) <= LEAST_SISTERS or coded.coding.chosen or not coded.coding.texts.shifts:
        return []
    notes = []
    for by in (1, -1):
        # a column is compared with those that are worded the same way: the others use the other end
        for way in (False, True):
            own = [one for one in there if bank.item(one.item).reverse == way]
            short = [one for one in own if (one.profile.high < codes[-1] if by > 0 else one.profile.low > codes[0])]
            if len(short) != 1 or len(own) <= LEAST_SISTERS:
                continue
            places = {one.column: at for at, one in enumerate(coded.columns)}
            shares = {one.column: _shares(_counts(coded.coding, places[one.column]), codes) for one in own}
            others = np.array([share for name, share in shares.items() if name != short[0].column])
            if _is_shifted(short[0], shares[short[0].column], others, by):
                notes.append(_column_note(short[0], others, codes, by))
    return notes


def _no_answer_doubts(coded: CodedOptions, *, alone: bool, told: bool) -> list[str]:
    """Return a note where the user calls the number beside one end no answer, and nobody is at the other end."""
    coding, codes = coded.coding, coded.coding.texts.counted
    # where nothing is called no answer there is no need to count what many rows hold
    plain = all(one.source.is_plain and not one.source.no_answer.numbers for one in coded.columns)
    if plain or coding.chosen or coding.rule.changes or not coding.texts.shifts or codes[0] not in {0, 1}:
        return []
    by = 1 if codes[0] == 1 else -1
    beside, end = (codes[0] - 1, codes[-1]) if by > 0 else (codes[-1] + 1, codes[0])
    own = [_counts(coding, at) for at in range(len(coded.columns))]
    named = [sum(raw.count for raw in one.source.used if _is_named(raw, beside)) for one in coded.columns]
    holders = [at for at, count in enumerate(named) if count and own[at]]
    total = sum(named[at] for at in holders)
    if total < LEAST_BESIDE or any(end in own[at] for at in holders):
        return []
    if len(holders) == 1 and len(coded.columns) > LEAST_SISTERS and any(end in one for one in own):
        if coded.columns[holders[0]].profile.answers < LEAST_PERSONS:
            return []
        name = coded.columns[holders[0]].column
        told_of = (
            f"{name} alone holds {beside:g} ({total:,} times, named as no answer), and none of its answers is {end:g}: "
            f"perhaps this column counts from {codes[0] - by:g}; if so, mend it in the file"
        )
        return [told_of]
    if told or any(end in one for one in own):
        return []
    bank = "" if alone else f"{coding.bank}="
    told_of = (
        f"{coding.bank}: {beside:g} is named as no answer ({total:,} times), and nobody is at {end:g}: perhaps the "
        f"file counts from {codes[0] - by:g}; if so, say --shift {bank}{by} in place of --missing-code"
    )
    return [told_of]


def _is_named(raw: RawAnswer, number: float) -> bool:
    """Whether the user, and no label of the file, calls this number no answer."""
    return raw.by == "no answer" and not raw.label and raw.text == f"{number:g}"


def _is_shifted(one: CodedColumn, share: FloatArray, others: FloatArray, by: int) -> bool:
    end = -1 if by > 0 else 0
    least = float(others[:, end].min())
    if share[end] > 0 or least < LEAST_SHARE or (1 - least) ** one.profile.answers > MOST_CHANCE:
        return False
    moved, together = np.roll(share, by), others.mean(axis=0)  # the end that rolls over is empty
    return _apart(moved, together) < CLOSER * _apart(share, together)


def _column_note(one: CodedColumn, others: FloatArray, codes: Sequence[float], by: int) -> str:
    end = -1 if by > 0 else 0
    return (
        f"{one.column}: none of {one.profile.answers:,} answers is {codes[end]}, which every sister column holds (in "
        f"{percent(float(others[:, end].min()))} of its answers or more): perhaps this column alone counts from "
        f"{codes[0] - by}; if so, mend it in the file"
    )


def administration_doubts(coded: CodedOptions, administrations: Sequence[Administration], bank: ItemBank) -> list[str]:
    """Return a note on each partner or occasion that lacks an end the others use, and is like them once shifted by one.

    Parameters
    ----------
    coded
        Columns that share an option set in one file.
    administrations
        Of each of these columns.
    bank
        Their bank.
    """
    coding, texts = coded.coding, coded.coding.texts
    if coding.learnt_from != "numbers" or coding.chosen or not texts.shifts or open_shifts(coded):
        return []
    at: dict[Administration, list[int]] = {}
    for place, administration in enumerate(administrations):
        at.setdefault(administration, []).append(place)
    notes = []
    for one, places in at.items():
        others = [place for other, own in at.items() if other != one and other.form == one.form for place in own]
        columns = [coded.columns[place] for place in places if coded.columns[place].profile.answers]
        answers = sum(column.profile.answers for column in columns)
        if not others or answers < LEAST_ANSWERS or _persons(columns) < LEAST_PERSONS:
            continue
        for by in _open(coding, *_ends(columns, texts)):
            own, rest = (_shares(_pooled(coding, group), texts.counted) for group in (places, others))
            end = -1 if by > 0 else 0
            moved = np.roll(own, by)  # the end that rolls over is empty
            unlikely = (1 - float(rest[end])) ** answers <= MOST_CHANCE
            if unlikely and _apart(moved, rest) < CLOSER * _apart(own, rest):
                notes.append(
                    f"{bank.id} {one.key('')}: none of {answers:,} answers is {texts.counted[end]:g}, and "
                    f"{percent(float(rest[end]))} of the others' are: perhaps its columns count from "
                    f"{texts.counted[0] - by:g}; if so, mend them in the file"
                )
    return notes


def label_doubts(coded: CodedOptions, others: Sequence[Column]) -> list[str]:
    """Return a note where bare numbers stand beside other columns whose value labels turn the same words around.

    Parameters
    ----------
    coded
        Columns that share an option set in one file.
    others
        The columns of the file that hold none of its items.
    """
    coding, texts = coded.coding, coded.coding.texts
    if coding.learnt_from != "numbers" or coding.chosen or not any(one.profile.answers for one in coded.columns):
        return []
    turned = []
    for column in others:
        pairs = {number: texts.label(label) for number, label in column.labels.items() if label.strip()}
        known = {number: float(code) for number, code in pairs.items() if code is not None}
        sums = {number + code for number, code in known.items()}
        if len(known) >= LEAST_LABELS and len(known) == len(pairs) and len(sums) == 1:
            turned.append(column.name)
    if not turned:
        return []
    low, high = texts.codes[0], texts.codes[-1]
    codes = {f"{code:g}": f"{low + high - code:g}" for code in texts.codes}
    told = (
        f"{coding.bank}: its numbers have no labels, and the labels of {some(turned)} run the other way round "
        f"({texts.labels[high]!r} is the lowest): if its do too, say in a map (--map FILE): {map_line(texts, codes)}"
    )
    return [told]


def rows_apart(
    parts: Sequence[Answered], codings: Sequence[Coding], groups: Sequence[Sequence[int]], names: Sequence[str]
) -> list[str]:
    """Return a sentence on each group of rows whose bare numbers lack an end the others use, and are like them shifted.

    Parameters
    ----------
    parts, codings
        Answers, and how they were coded.
    groups, names
        The 0-based rows of each occasion, and what it is called.
    """
    told = []
    for part in parts:
        own = [one for one in codings if one.bank == part.bank.id]
        if not own or any(one.learnt_from != "numbers" or one.chosen or not one.texts.shifts for one in own):
            continue
        codes = own[0].texts.counted
        held = [np.concatenate([answers[np.asarray(rows)] for answers in part.answers]) for rows in groups]
        shares = [np.array([np.count_nonzero(one == code) for code in codes], dtype=np.float64) for one in held]
        for at, (share, rows) in enumerate(zip(shares, groups, strict=True)):
            rest = np.sum([one for other, one in enumerate(shares) if other != at], axis=0)
            if share.sum() < LEAST_ANSWERS or len(rows) < LEAST_PERSONS or not rest.sum():
                continue
            mine, theirs = share / share.sum(), rest / rest.sum()
            for by in (1, -1) if codes[0] not in (0, 1) else (1,) if codes[0] == 1 else (-1,):
                end = -1 if by > 0 else 0
                unlikely = mine[end] == 0 and (1 - float(theirs[end])) ** share.sum() <= MOST_CHANCE
                if unlikely and _apart(np.roll(mine, by), theirs) < CLOSER * _apart(mine, theirs):
                    told.append(
                        f"{part.bank.id}: none of {int(share.sum()):,} answers of {names[at]} is {codes[end]:g}, and "
                        f"{percent(float(theirs[end]))} of the others' are: perhaps these rows count from "
                        f"{codes[0] - by:g}; if so, mend them in the file"
                    )
    return told


def _pooled(coding: Coding, places: Sequence[int]) -> dict[float, int]:
    """Return how often each code occurs in several columns of a coding."""
    found: dict[float, int] = {}
    for place in places:
        for code, count in _counts(coding, place).items():
            found[code] = found.get(code, 0) + count
    return found


def _shares(counts: Mapping[float, int], codes: Sequence[float]) -> FloatArray:
    """Return the share of each code among a column's answers."""
    found = [counts.get(float(code), 0) for code in codes]
    shares: FloatArray = np.array(found, dtype=np.float64) / max(sum(found), 1)
    return shares


def _apart(one: FloatArray, other: FloatArray) -> float:
    """Return the largest distance of two distributions over the same codes (Kolmogorov-Smirnov)."""
    return float(np.abs(np.cumsum(one) - np.cumsum(other)).max())


AGAINST = -0.30  # below this the whole interval must lie: two good scales are rarely so opposed
FAR, NEAR = 1.5, 0.75  # SDs of a norm that the mean lies away from it, and its mirror image close to it


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionSums:
    """What scales that say what is better have in common with each other, in sums that merge over batches of rows.

    Each scale's score runs from 0 to 1. ``n[i, j]`` counts the rows that have both; over these rows stand the sums of
    ``i`` (``first``), of its squares (``squares``) and of the products (``products``).
    """

    parts: tuple[tuple[ItemBank, Administration, Scale], ...] = field(repr=False)
    n: FloatArray = field(repr=False)
    first: FloatArray = field(repr=False)
    squares: FloatArray = field(repr=False)
    products: FloatArray = field(repr=False)

    def __add__(self, other: DirectionSums) -> DirectionSums:
        return DirectionSums(
            parts=self.parts, n=self.n + other.n, first=self.first + other.first,
            squares=self.squares + other.squares, products=self.products + other.products,
        )  # fmt: skip

    def name(self, at: int) -> str:
        """Bank and key of a scale, for sentences."""
        bank, administration, scale = self.parts[at]
        return f"{bank.id} {administration.key(scale.id)}"

    def better_r(self, i: int, j: int) -> float:
        """Return the correlation of two scales, each turned so that more is better; NaN where one does not vary."""
        n, sums = self.n[i, j], (self.first[i, j], self.first[j, i])
        spread = (n * self.squares[i, j] - sums[0] ** 2, n * self.squares[j, i] - sums[1] ** 2)
        if min(spread) <= 1e-9 * max(n, 1):
            return math.nan
        sign = 1 if self.parts[i][2].better == self.parts[j][2].better else -1
        return float(sign * (n * self.products[i, j] - sums[0] * sums[1]) / math.sqrt(spread[0] * spread[1]))


def direction_sums(parts: Sequence[Answered]) -> DirectionSums | None:
    """Return the sums of the scales that can be held against something outside them; ``None`` where there is nothing.

    Parameters
    ----------
    parts
        Vouched answers of all banks and administrations; rows with an answer missing in a scale do not count for it.
    """
    own = [
        (part, one)
        for part in parts
        for one in part.bank.item_scales
        if one.better in ("higher", "lower") and counts_as_coded(part.bank, one)
    ]
    named = tuple((part.bank, part.administration, scale) for part, scale in own)
    pairs = any(_kind(one, other) for one, other in combinations(named, 2))
    if not own or not (pairs or any(part.bank.norms for part, _ in own)):
        return None
    shares = np.column_stack([_share(part, scale) for part, scale in own])
    there = ~np.isnan(shares)
    filled, held = np.where(there, shares, 0.0), there.astype(np.float64)
    return DirectionSums(
        parts=named, n=held.T @ held, first=filled.T @ held, squares=(filled * filled).T @ held,
        products=filled.T @ filled,
    )  # fmt: skip


def counts_as_coded(bank: ItemBank, scale: Scale) -> bool:
    """Whether every answer of the scale counts what its code says."""
    options = [option for number in scale.items for option in bank.options_of(bank.item(number))]
    return all(one.scored and one.value == one.code for one in options)


def _share(part: Answered, scale: Scale) -> FloatArray:
    """Return a scale's score from 0 to 1 in every row, NaN where an answer is missing."""
    bank = part.bank
    total: FloatArray = np.zeros(part.n_persons)
    for number, place in zip(scale.items, bank.places_of(scale), strict=True):
        low, high = bank.ends(bank.item(number))
        turned = bank.item(number).reverse and not part.already_reversed
        total += (high - part.answers[place] if turned else part.answers[place] - low) / (high - low)
    return total / len(scale.items)


def direction_doubts(sums: DirectionSums | None, codings: Sequence[Coding]) -> list[str]:
    """Return a note for every bank whose bare numbers run against what else is known of these persons.

    Parameters
    ----------
    sums
        Of :func:`direction_sums`.
    codings
        How the answers were coded: where labels say what a number means, nothing is doubted.

    Notes
    -----
    Scales of which the banks say what is better are compared where banks, occasions or partners differ: with each part
    scored so that more is better, the 95 % interval of their correlation lies below -.30. A mean is held against the
    bank's norms: more than 1.5 SD away, and after turning at most .75 SD. Both need 30 persons.
    """
    bare = {one.bank for one in codings if one.learnt_from == "numbers" and not one.chosen}
    if sums is None or not bare:
        return []
    notes, told = [], set[tuple[str, ...]]()
    for i, j in combinations(range(len(sums.parts)), 2):
        key = _kind(sums.parts[i], sums.parts[j])
        if key is None or key in told or not bare & {sums.parts[i][0].id, sums.parts[j][0].id}:
            continue
        if said := _against(sums.better_r(i, j), int(sums.n[i, j])):
            told.add(key)
            banks = {one[0].id: one[0] for one in (sums.parts[i], sums.parts[j])}
            own = [bank for name, bank in banks.items() if name in bare]
            do = turned_map(own) if len(banks) > 1 else "if so, turn the columns of that one in its file"
            notes.append(
                f"{sums.name(i)} and {sums.name(j)} run against each other ({said}), although more of both should go "
                f"together: the numbers of one may run the other way; {do}"
            )
    return [*notes, *_norm_doubts(sums, bare)]


def _kind(
    one: tuple[ItemBank, Administration, Scale], other: tuple[ItemBank, Administration, Scale]
) -> tuple[str, ...] | None:
    """Return what is compared: two banks at one time, one scale at two, or of two partners; ``None``: nothing."""
    a, b = one[1], other[1]
    if one[0].id != other[0].id:
        return (one[0].id, other[0].id) if (a.partner, a.occasion) == (b.partner, b.occasion) else None
    apart = (a.partner != b.partner) + (a.occasion != b.occasion)
    if one[2].id != other[2].id or a.form != b.form or apart != 1:
        return None
    return (one[0].id, *(str(part) for part in (a.partner, a.occasion, b.partner, b.occasion)))


def _against(r: float, n: int) -> str:
    """Return r with its interval and n where it lies beyond doubt below -.30; empty where not."""
    if n < LEAST_PERSONS or math.isnan(r):
        return ""
    low, high = fisher_interval(r, n - 3, 0.95)
    return f"r = {coefficient(r)} [{coefficient(low)}, {coefficient(high)}], n = {n:,}" if high < AGAINST else ""


def runs_against(one: FloatArray, other: FloatArray) -> str:
    """Return r with its interval and n where two scores run against each other beyond doubt; empty where not."""
    both = ~(np.isnan(one) | np.isnan(other))
    n = int(np.count_nonzero(both))
    if n < LEAST_PERSONS or one[both].std() == 0 or other[both].std() == 0:
        return ""
    return _against(r_of(one[both], other[both]), n)


def turned_map(banks: Sequence[ItemBank]) -> str:
    """Return the maps that turn the numbers of these banks, one of which may be meant."""
    shown = []
    for bank in banks:
        name = bank.items[0].options
        texts = option_texts(bank, name)
        codes = {f"{code:g}": f"{texts.codes[0] + texts.codes[-1] - code:g}" for code in texts.codes}
        shown.append(f"if those of {bank.id} do, say in a map (--map FILE): {map_line(texts, codes)}")
    return "; ".join(shown)


def _norm_doubts(sums: DirectionSums, bare: set[str]) -> list[str]:
    """Return a note for a bank most of whose means lie far from its norms, and close to them once turned."""
    notes = []
    for bank in {one[0].id: one[0] for one in sums.parts if one[0].id in bare}.values():
        own = [at for at, one in enumerate(sums.parts) if one[0].id == bank.id]
        own = [at for at in own if sums.parts[at][1] == sums.parts[own[0]][1] and sums.n[at, at] >= LEAST_PERSONS]
        for norm in bank.norms:
            held = {figures.scale: figures for figures in norm.scales}
            seen = [at for at in own if sums.parts[at][2].id in held]
            odd = []
            for at in seen:
                scale, figures = sums.parts[at][2], held[sums.parts[at][2].id]
                low, high = scale.range
                mean = low + float(sums.first[at, at] / sums.n[at, at]) * (high - low)
                away, mirrored = (abs(m - figures.mean) / figures.sd for m in (mean, low + high - mean))
                if away >= FAR and mirrored <= NEAR:
                    odd.append(f"{scale.id} {figure(mean)}, the norm's {figure(figures.mean)}")
            if odd and 2 * len(odd) > len(seen):
                notes.append(
                    f"{bank.id}: the means lie far from the norm {norm.id} ({some(odd)}), and close to it if the "
                    f"numbers run the other way; {turned_map([bank])}"
                )
                break
    return notes
