"""The bank's own scales as a structural model, and the answers as the core takes them.

Answers as ordered categories that every group uses, and the statistics that WLSMV is fitted to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from intimacy_scales.analysis.structure.item_answers import ItemAnswers, SumsInPoints
from intimacy_scales.bank.options import MOST_CATEGORIES
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.wording import some
from intimacy_scales.statistics.polychoric import polychoric
from intimacy_scales.statistics.sem import (
    Model,
    OrdinalSample,
    Parameter,
    Sample,
    bifactor_model,
    cfa_model,
    ordinal_sample,
    sample,
    sample_from_item_sums,
    second_order_model,
)
from intimacy_scales.statistics.sem.results import Estimator as CoreEstimator
from intimacy_scales.statistics.sem.samples import Missing as SampleRule


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalAnswers:
    """Statistics of ordinal answers, one entry a group, and how many thresholds each item has."""

    sample: OrdinalSample
    thresholds: dict[str, int]
    notes: tuple[str, ...]


def ordinal_answers(
    x: FloatArray,
    names: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    options: Sequence[Sequence[float]] = (),
    clusters: Sequence[str] | None = None,
) -> OrdinalAnswers:
    """Return thresholds, polychorics and their covariance of answers, categories numbered 0, 1, 2, ....

    Parameters
    ----------
    x : array, persons x items
        Keyed; NaN: no answer, each pair then takes the persons who answered both.
    groups : one a person; thresholds are compared between groups, so a category that one group never chose is merged
        with its less chosen neighbour in all of them, and that is said.
    options : the codes each item may have; used to say which nobody chose.
    clusters : what every person belongs to, where persons are not independent.

    Raises
    ------
    ResponseError
        When an item has fewer than two categories that every group uses.
    """
    labels = np.array([""] * len(x) if groups is None else list(groups))
    order = list(dict.fromkeys(sorted(labels.tolist())))
    if len(x) <= len(names):
        raise ResponseError(Problem(where="ordinal answers", what=f"{len(x)} usable rows for {len(names)} items",
                                    allowed="many more persons than items"))  # fmt: skip
    codes, notes = np.empty_like(x), []
    for j, name in enumerate(names):
        codes[:, j], said = _numbered(x[:, j], labels, order, name, options[j] if options else ())
        notes += said
    flat = [name for j, name in enumerate(names) if not np.nanmax(codes[:, j]) >= 1]
    if flat:
        raise ResponseError([Problem(where=name, what="fewer than two categories that every group chose",
                                     allowed="two or more", do="leave the item out") for name in flat])  # fmt: skip
    parts = [codes[labels == group] for group in order]
    fits = [polychoric(part, names=names) for part in parts]
    owners = None if clusters is None else [np.asarray(clusters)[labels == group].tolist() for group in order]
    sample = ordinal_sample(parts, [fit.thresholds for fit in fits], [fit.correlations for fit in fits], names,
                            groups=order, clusters=owners)  # fmt: skip
    said = [f"{f'group {group}: ' if group else ''}{note}" for group, fit in zip(order, fits, strict=True)
            for note in fit.notes]  # fmt: skip
    return OrdinalAnswers(sample=sample, notes=(*notes, *said),
                          thresholds={name: int(np.nanmax(codes[:, j])) for j, name in enumerate(names)})  # fmt: skip


def _numbered(
    item: FloatArray, labels: np.ndarray, order: Sequence[str], name: str, options: Sequence[float]
) -> tuple[FloatArray, list[str]]:
    """Category numbers of one item, and what was merged or never chosen."""
    used = np.unique(item[~np.isnan(item)])
    never = [code for code in options if code not in used]
    notes = [f"{name}: nobody chose {_codes(never)}; it has no threshold of its own"] if never else []
    if not len(used):
        return np.full(len(item), np.nan), notes
    bins: list[list[float]] = [[float(code)] for code in used]
    counts = np.array([[np.sum((item == code) & (labels == group)) for group in order] for code in used])
    merged = False
    while len(bins) > 1 and (counts == 0).any():
        empty = int(np.flatnonzero((counts == 0).any(axis=1))[0])
        near = [k for k in (empty - 1, empty + 1) if 0 <= k < len(bins)]
        into = min(near, key=lambda k: int(counts[k].sum()))
        low, high = min(empty, into), max(empty, into)
        bins[low] = bins[low] + bins.pop(high)
        counts[low] += counts[high]
        counts = np.delete(counts, high, axis=0)
        merged = True
    if merged:
        joined = "; ".join(_codes(one) for one in bins if len(one) > 1)
        notes.append(f"{name}: not every group chose every category; merged: {joined}")
    place = {code: k for k, one in enumerate(bins) for code in one}
    return np.array([place.get(float(code), np.nan) for code in item]), notes


def _codes(codes: Sequence[float]) -> str:
    return " and ".join(f"{code:g}" for code in codes)


Estimator = Literal["ml", "mlr", "wlsmv"]
Missing = Literal["fiml", "listwise", "pairwise"]
Variant = Literal["correlated", "bifactor", "second_order"]
ESTIMATORS: Mapping[str, CoreEstimator] = {"ml": "ML", "mlr": "MLR", "wlsmv": "WLSMV"}
MISSING: tuple[Missing, ...] = ("fiml", "listwise", "pairwise")
VARIANTS: tuple[Variant, ...] = ("correlated", "bifactor", "second_order")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsTaken:
    """Groups that are compared: their names, and of answers one by one the rows (0-based) and the group of each."""

    names: tuple[str, ...]
    rows: IntArray | None = field(repr=False, default=None)
    labels: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelData:
    """Answers ready for the core: ``thresholds`` an item for ordinal ones, ``None`` for continuous."""

    sample: Sample | OrdinalSample
    thresholds: dict[str, int] | None
    missing: Missing
    notes: tuple[str, ...] = ()


def model_of(factors: Mapping[str, Sequence[str]], variant: Variant, *, ordinal: bool = False) -> Model:
    """Return the model of a bank's scales.

    ``correlated``: every scale a factor, factors covary, variances 1. ``bifactor``: a general factor beside them, all
    uncorrelated. ``second_order``: a general factor behind them (first loadings 1).
    """
    if variant != "correlated" and len(factors) < (2 if variant == "bifactor" else 3):
        needed = "2 or more" if variant == "bifactor" else "3 or more"
        raise ResponseError(Problem(where=f"variant {variant}", what=f"the bank has {len(factors)} factor(s)",
                                    allowed=needed, do="take variant correlated"))  # fmt: skip
    if variant == "bifactor":
        return bifactor_model(general_name(factors), factors)
    if variant == "second_order":
        return second_order_model(general_name(factors), factors)
    return _with_single_items(cfa_model(factors), factors, ordinal=ordinal)


def general_name(factors: Mapping[str, Sequence[str]]) -> str:
    """Return a name for the general factor that no scale has."""
    return next(name for name in ("general", "general_factor", "g_of_all") if name not in factors)


def _with_single_items(model: Model, factors: Mapping[str, Sequence[str]], *, ordinal: bool) -> Model:
    """Let a factor of one item be that item, for the two cannot be told apart: no residual, or (ordinal) loading 1."""
    alone = {items[0] for items in factors.values() if len(items) == 1}
    alone -= {name for name in alone if sum(name in items for items in factors.values()) > 1}

    def settled(p: Parameter) -> Parameter:
        if ordinal and p.op == "=~" and p.rhs in alone:
            return replace(p, free=False, value=1.0)
        if not ordinal and p.op == "~~" and p.lhs == p.rhs and p.lhs in alone:
            return replace(p, free=False, value=0.0)
        return p

    return replace(model, parameters=tuple(map(settled, model.parameters)))


def data_of(
    answers: ItemAnswers, *, estimator: Estimator, missing: Missing, groups: GroupsTaken | None = None
) -> ModelData:
    """Return the answers (all, or those of these groups) as the estimator takes them.

    With ``fiml`` and no gap there is nothing to do for it: the covariances alone are fitted, as with ``listwise``.
    WLSMV takes complete rows, or with ``pairwise`` every pair of answers there is. Clusters come with the answers.
    """
    check_missing(missing, estimator)
    names = list(dict.fromkeys(name for items in answers.factors.values() for name in items))
    places = [answers.names.index(name) for name in names]
    if estimator == "ml" and answers.clusters is None and answers.sums is not None:
        return _from_sums(answers.sums, places, names, missing, groups)
    rows = None if groups is None else groups.rows
    x = answers.keyed[:, places] if rows is None else answers.keyed[np.ix_(rows, np.array(places))]
    clusters = answers.clusters if answers.clusters is None or rows is None else answers.clusters[rows]
    labels = None if groups is None else groups.labels
    gaps = np.isnan(x)
    some, whole = np.asarray(~gaps.all(axis=1)), np.asarray(~gaps.any(axis=1))
    if estimator == "wlsmv":
        kept = some if missing == "pairwise" else whole
        return _ordinal(answers, x, names, kept, labels, missing, clusters)
    rule: SampleRule = "listwise" if missing == "listwise" or whole[some].all() else "fiml"
    made = sample(x, names, groups=labels, missing=rule, clusters=None if clusters is None else clusters.tolist())
    return ModelData(sample=made, thresholds=None, missing=missing, notes=made.notes)


def _from_sums(
    sums: SumsInPoints, places: Sequence[int], names: Sequence[str], missing: Missing, groups: GroupsTaken | None
) -> ModelData:
    """Return sums of answers as the likelihood takes them; of groups the persons who can be used."""
    parts = {"": sums.items.of(places)}
    if groups is not None:
        of_groups = {name: sums.by_group[name].of(places) for name in groups.names}
        parts = {name: replace(own, n_rows=own.n_complete if missing == "listwise" else own.n)
                 for name, own in of_groups.items()}  # fmt: skip
    whole = all(own.n == own.n_complete for own in parts.values())
    rule: SampleRule = "listwise" if missing == "listwise" or whole else "fiml"
    made = sample_from_item_sums(parts, names, missing=rule, zero=sums.zero, step=sums.step)
    return ModelData(sample=made, thresholds=None, missing=missing, notes=made.notes)


def _ordinal(
    answers: ItemAnswers, x: FloatArray, names: Sequence[str], kept: np.ndarray, groups: Sequence[str] | None,
    missing: Missing, clusters: np.ndarray | None,
) -> ModelData:  # fmt: skip
    no_quantities(answers, names)
    labels = None if groups is None else [group for group, use in zip(groups, kept.tolist(), strict=True) if use]
    made = ordinal_answers(x[kept], names, groups=labels, options=_options(answers, names),
                           clusters=None if clusters is None else clusters[kept].tolist())  # fmt: skip
    notes = list(made.notes)
    gone = int((~kept).sum())
    if missing == "pairwise" and np.isnan(x[kept]).any():
        notes.insert(
            0, "WLSMV takes every pair of answers there is: right when answers are missing completely at random"
        )
    elif gone:
        text = " (FIML is not for ordinal answers)" if missing == "fiml" else ""
        more = "missing pairwise takes every pair of answers"
        notes.insert(0, f"WLSMV takes complete rows: {gone} of {len(x)} persons left out{text}; {more}")
    rule: Missing = "pairwise" if missing == "pairwise" else "listwise"
    return ModelData(sample=made.sample, thresholds=made.thresholds, missing=rule, notes=tuple(notes))


def _options(answers: ItemAnswers, names: Sequence[str]) -> list[list[float]]:
    """Return the keyed codes that each item may have."""
    bank, found = answers.bank, []
    for name in names:
        item = bank.item(answers.numbers[answers.names.index(name)])
        low, high = bank.ends(item)
        turned = item.reverse and not answers.part.already_reversed
        found.append(sorted(low + high - value if turned else value for value in bank.values_of(item)))
    return found


def no_quantities(answers: ItemAnswers, names: Sequence[str]) -> None:
    """Refuse to cut quantities (sliders, rows of many numbers) into ordered categories.

    Raises
    ------
    ResponseError
        With the items, and the estimators that take them as they are.
    """
    bank = answers.bank
    long = [name for name in names if bank.is_quantity(bank.item(answers.numbers[answers.names.index(name)]))]
    if long:
        raise ResponseError(Problem(
            where="estimator wlsmv", what=f"{some(long)} {'is' if len(long) == 1 else 'are'} answered on more than "
            f"{MOST_CATEGORIES} numbers: quantities, no ordered categories",
            allowed=f"items of at most {MOST_CATEGORIES} options",
            do="take estimator mlr, which takes them as they are",
        ))  # fmt: skip


def check_missing(missing: Missing, estimator: Estimator) -> None:
    """Refuse pairwise correlations for an estimator of covariances: the likelihood of persons is better, and there."""
    if missing == "pairwise" and estimator != "wlsmv":
        raise ResponseError(Problem(where="missing pairwise", what=f"the estimator is {estimator}",
                                    allowed="pairwise with wlsmv; fiml or listwise with ml and mlr",
                                    do="take fiml, which uses every answer too"))  # fmt: skip


def check_words(**given: tuple[str, Sequence[str]]) -> None:
    """Refuse a word that is not among those there are: ``estimator=("mk", ("ml", ...))``."""
    for kind, (word, known) in given.items():
        if word not in known:
            raise UnknownNameError.among(kind, word, list(known))
