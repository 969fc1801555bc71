"""Doubts about bare numbers: what the figures of a sample say against taking them for the bank's codes.

Nothing here changes a number. Each doubt is a note that names the figures and the line that settles it: boxes of a
question with several answers, a shift of all columns or of one, and numbers that run the wrong way as a whole. The last
cannot be seen inside a scale, which hangs together as before: it takes another scale, another occasion, or a norm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.wording import figure, percent, some
from intimacy_scales.reading.exports.table import Column, NeedsWholeError
from intimacy_scales.reading.responses.coding.coded_column import CodedColumn, CodedOptions
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.evidence import map_line
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts
from intimacy_scales.reading.responses.coding.raw_answers import RawAnswer
from intimacy_scales.reading.responses.model import Administration, Answered

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
    scored = [value for one in columns for value in one.counts if value in texts.counted]
    return (min(scored), max(scored)) if scored else (np.nan, np.nan)


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
    if any(one.counted is not None for one in columns):
        raise NeedsWholeError("how many persons answered can only be told row by row")
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
    n, sums = coded.sums_of(scale, [at[item.id] for item in items])
    if not n:
        return ""
    signs = np.array([-1 if item.reverse else 1 for item in items])
    ends = np.array([sum(bank.ends(item)) if item.reverse else 0 for item in items])
    share = 1 if scale.combine == "sum" else 1 / len(items)
    mean = float(((signs * sums).sum() + n * ends.sum()) / n) * share
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
