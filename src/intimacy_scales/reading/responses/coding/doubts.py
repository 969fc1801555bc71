"""Doubts about bare numbers: a whole sample in which nobody ticked the end behind which a shift by one would hide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.wording import figure, some
from intimacy_scales.reading.responses.coding.coded_column import CodedColumn, CodedOptions

LEAST_ANSWERS = 200
LEAST_PERSONS = 30


def shift_doubts(coded: CodedOptions, bank: ItemBank, *, alone: bool = True) -> list[str]:
    """Return a note for each shift by one that bare numbers leave open, with the mean that it would give.

    Among at least 200 answers of 30 persons nobody is at the highest code of a bank that starts at 1 (the file may
    count from 0), at the lowest of one that starts at 0 (the file may count from 1), at either of one that starts
    elsewhere. Said only of numbers that nothing but themselves explains.
    """
    there = [one for one in coded.columns if one.profile.answers]
    answers = sum(one.profile.answers for one in there)
    codes = coded.coding.texts.codes
    if answers < LEAST_ANSWERS or len(codes) != codes[-1] - codes[0] + 1 or coded.coding.chosen:
        return []
    if coded.coding.learnt_from != "numbers" or coded.coding.rule.changes or _persons(there) < LEAST_PERSONS:
        return []
    low, high = min(one.profile.low for one in there), max(one.profile.high for one in there)
    notes = []
    if codes[0] != 0 and high < codes[-1]:
        notes.append(_note(coded, bank, answers, 1, f"{codes[-1]}, the highest", alone=alone))
    if codes[0] != 1 and low > codes[0]:
        notes.append(_note(coded, bank, answers, -1, f"{codes[0]}, the lowest", alone=alone))
    return notes


def _persons(columns: Sequence[CodedColumn]) -> int:
    return int(np.count_nonzero(~np.logical_and.reduce([np.isnan(one.values) for one in columns])))


def _note(coded: CodedOptions, bank: ItemBank, answers: int, by: int, end: str, *, alone: bool) -> str:
    codes = coded.coding.texts.codes
    option = f"--shift {'' if alone else f'{bank.id}='}{by}"
    means = [said for scale in bank.scales if (said := _means(coded, bank, scale, by))]
    would = f" ({some(means)})" if means else ""
    return (
        f"{bank.id}: none of {answers:,} answers is {end} code of {coded.coding.options}: if the file counts from "
        f"{codes[0] - by}, say {option}{would}"
    )


def _means(coded: CodedOptions, bank: ItemBank, scale: Scale, by: int) -> str:
    """Return a scale's mean over complete rows as read and as shifted; empty where it is made of other items too.

    Items stand once each here: the first administration, where there are several.
    """
    at: dict[int, CodedColumn] = {}
    for one in coded.columns:
        at.setdefault(one.item, one)
    if not set(scale.items) <= set(at) or scale.rescale is not None:
        return ""
    items = [bank.item(number) for number in scale.items]
    answers = np.column_stack([at[item.number].values for item in items])
    answers = answers[~np.isnan(answers).any(axis=1)]
    if not len(answers):
        return ""
    signs = np.array([-1 if item.reverse else 1 for item in items])
    ends = np.array([sum(bank.ends(item)) if item.reverse else 0 for item in items])
    share = 1 if scale.combine == "sum" else 1 / len(items)
    mean = float((signs * answers + ends).sum(axis=1).mean()) * share
    return f"{bank.id}_{scale.id}: mean {figure(mean)} as read, {figure(mean + by * float(signs.sum()) * share)} then"
