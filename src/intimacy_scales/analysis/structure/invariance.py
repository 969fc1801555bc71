"""Whether a scale measures the same in every group: configural, metric, scalar, strict; ordinal: thresholds.

Persons put into groups by a column of their export, for comparing how a scale works in each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.analysis.structure.confirmation import Change, figures_of, robust_to_clusters
from intimacy_scales.analysis.structure.invariance_results import (
    Equivalence,
    Invariance,
    LatentMean,
    Level,
    PartialLevel,
    broken_at,
    levels_held,
    verdict,
)
from intimacy_scales.analysis.structure.item_answers import ItemAnswers, SumsInPoints
from intimacy_scales.analysis.structure.model_data import (
    ESTIMATORS,
    Estimator,
    GroupsTaken,
    Missing,
    ModelData,
    Variant,
    data_of,
    model_of,
)
from intimacy_scales.base.arrays import BoolArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.statistics.sem import (
    Fit,
    GroupedModel,
    Model,
    ModificationIndex,
    difference_test,
    equality_tests,
    fit,
    invariance_ladder,
    release_tests,
)
from intimacy_scales.statistics.sem.indices import rmsea
from intimacy_scales.statistics.sem.results import Estimator as CoreEstimator
from intimacy_scales.statistics.sem.spec import Op, Parameter

FEWEST = 30  # persons a group: below, its covariances are hardly known
SMALL = 100  # below, differences between groups are hardly visible
MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Groups that are large enough, in the order of their names, and who is in them."""

    column: str
    taken: GroupsTaken = field(repr=False)
    sizes: tuple[int, ...]
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return self.taken.names


def grouped_by(responses: Responses, column: str, answered: BoolArray) -> Grouped:
    """Return the groups that a column makes; those under 30 persons are left out, and that is said.

    Parameters
    ----------
    answered : one a row, whether the person can be used (any answer, or every answer).

    Raises
    ------
    UnknownNameError
        When there is no such column.
    ResponseError
        When fewer than two groups are large enough.
    """
    texts = responses.table.column(column).labelled_texts()
    sizes = dict.fromkeys(sorted(set(texts) - {""}), 0)
    for text, use in zip(texts, answered.tolist(), strict=True):
        if text and use:
            sizes[text] += 1
    grouped = _large_enough(column, sizes, blank=sum(not text for text in texts), n=len(texts))
    fine = set(grouped.names)
    rows = [row for row, (text, use) in enumerate(zip(texts, answered.tolist(), strict=True)) if use and text in fine]
    return replace(grouped, taken=GroupsTaken(names=grouped.names, rows=np.array(rows, dtype=np.int64),
                                              labels=tuple(texts[row] for row in rows)))  # fmt: skip


def grouped_sums(sums: SumsInPoints, column: str, *, whole: bool) -> Grouped:
    """Return the same of answers whose sums are kept by group; ``whole``: persons with every answer can be used."""
    sizes = {name: own.n_complete if whole else own.n for name, own in sorted(sums.by_group.items()) if name}
    nowhere = sums.by_group.get("")
    return _large_enough(column, sizes, blank=0 if nowhere is None else nowhere.n_rows, n=sums.items.n_rows)


def _large_enough(column: str, sizes: Mapping[str, int], *, blank: int, n: int) -> Grouped:
    notes = [f"{blank} of {n} persons have no value in {column}; in no group"] if blank else []
    fine = [name for name, size in sizes.items() if size >= FEWEST]
    thin = [f"{name!r} ({size})" for name, size in sizes.items() if size < FEWEST]
    if thin:
        more = f" and {len(thin) - MOST_NAMED} more" if len(thin) > MOST_NAMED else ""
        notes.append(f"left out of the comparison, fewer than {FEWEST} usable persons: "
                     f"{', '.join(thin[:MOST_NAMED])}{more}")  # fmt: skip
    if len(fine) < 2:
        large = ", ".join(f"{name} ({sizes[name]})" for name in fine) or "none"
        raise ResponseError(Problem(where=f"group column {column}", what=f"groups that are large enough: {large}",
                                    allowed=f"two or more groups of {FEWEST} usable persons",
                                    do=f"{len(thin)} smaller group(s) cannot be compared" if thin else ""))  # fmt: skip
    notes += [f"group {name}: {sizes[name]} persons; differences are hardly visible in so few"
              for name in fine if sizes[name] < SMALL]  # fmt: skip
    return Grouped(column=column, taken=GroupsTaken(names=tuple(fine)), sizes=tuple(sizes[name] for name in fine),
                   notes=tuple(notes))  # fmt: skip


#: Operator of the parameters that a level is the first to hold equal.
HELD: Mapping[str, Op] = {"thresholds": "|", "metric": "=~", "scalar": "~1", "strict": "~~"}
KINDS = {"|": "threshold", "=~": "loading", "~1": "intercept", "~~": "residual variance"}
MOST_FREED = 0.5  # a scale of which more than half the items differ is not the same scale
FREED_P = 0.05  # an item is let go only when its own test, corrected for their number, says so


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rung:
    """A fitted level: what it is compared with, and which parameters were let go on the way."""

    name: str
    fit: Fit = field(repr=False)
    freed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ladder:
    """What every level needs."""

    model: Model
    groups: tuple[str, ...]
    data: ModelData
    estimator: CoreEstimator

    def fitted(self, level: str, freed: Sequence[str] = ()) -> Fit:
        """Fit one level with these parameters let go."""
        ladder = invariance_ladder(self.model, self.groups, free=tuple(freed), thresholds=self.data.thresholds)
        ordinal = self.data.thresholds is not None
        model = _released(ladder[level], freed) if ordinal else ladder[level]
        with np.errstate(all="ignore"):
            return fit(model, self.data.sample, estimator=self.estimator,
                       parameterization="theta" if ordinal else "delta")  # fmt: skip


def _released(grouped: GroupedModel, freed: Sequence[str]) -> GroupedModel:
    """Let go, in every group but the first, of what ordinal levels hold equal by fixing it."""

    def let_go(p: Parameter, group: str) -> Parameter:
        if p.free or p.name not in freed:
            return p
        # without a label of its own the core would take a free residual variance for one that it fixes itself
        return replace(p, free=True, label=f"{p.name}.{group}")

    models = tuple(
        replace(model, parameters=tuple(let_go(p, group) for p in model.parameters)) if g > 0 else model
        for g, (group, model) in enumerate(zip(grouped.groups, grouped.models, strict=True))
    )
    return replace(grouped, models=models)


def _at_hand(responses: Responses | None) -> Responses:
    if responses is None:
        raise ResponseError(Problem(where="groups", what="the answers were not kept one by one"))
    return responses


def compare_groups(
    responses: Responses | None,
    answers: ItemAnswers,
    column: str,
    *,
    estimator: Estimator,
    missing: Missing,
    variant: Variant,
) -> Invariance:  # fmt: skip
    """Fit the ladder of invariance over the groups of a column.

    Levels, each held against the one before: *configural* (same factors, all parameters free), *metric* (equal
    loadings), *scalar* (equal intercepts too), *strict* (equal residual variances too); for WLSMV *thresholds* comes
    first, after Wu and Estabrook (2016).

    Raises
    ------
    UnknownNameError
        No such column.
    ResponseError
        Fewer than two groups of 30 persons, or an item that does not vary in one of them.
    """
    whole = missing == "listwise" or (estimator == "wlsmv" and missing != "pairwise")
    estimator, said = robust_to_clusters(estimator, answers)
    if estimator == "ml" and answers.sums is not None:
        grouped = grouped_sums(answers.sums, column, whole=whole)
    else:
        gaps = np.isnan(answers.keyed)
        usable = np.asarray(~(gaps.any(axis=1) if whole else gaps.all(axis=1)))
        grouped = grouped_by(_at_hand(responses), column, usable)
    data = data_of(answers, estimator=estimator, missing=missing, groups=grouped.taken)
    model = model_of(answers.factors, variant, ordinal=data.thresholds is not None)
    ladder = _Ladder(model=model, groups=grouped.names, data=data, estimator=ESTIMATORS[estimator])
    invariance = _climbed(answers, grouped, ladder)
    return replace(invariance, notes=(*said, *invariance.notes))


def _climbed(answers: ItemAnswers, grouped: Grouped, ladder: _Ladder) -> Invariance:
    names = ["configural", *(["thresholds"] if ladder.data.thresholds else []), "metric", "scalar", "strict"]
    levels: list[Level] = []
    partial: list[PartialLevel] = []
    told = set(ladder.data.notes)
    notes: list[str] = [*grouped.notes, *ladder.data.notes, *_two_only(ladder.data)]
    before: Fit | None = None
    below: _Rung | None = None  # the partial ladder's last level
    climbing = True  # the partial ladder ends where no few items can be let go
    for name in names:
        try:
            found = ladder.fitted(name)
        except (IntimacyScalesError, np.linalg.LinAlgError) as fault:
            notes.append(f"{name}: not computed: {fault}".replace("\n", "; "))
            break
        level = _level(name, found, before, grouped, answers)
        if broken := broken_at(levels):
            level = replace(level, verdict=level.verdict.above(broken))
        notes += [f"{name}: {note}" for note in found.notes if note not in told]
        told.update(found.notes)
        levels.append(level)
        rung = _partial(name, level, found, below, ladder, answers) if climbing else None
        if rung is not None and rung.freed and below is not None:
            partial.append(_as_partial(rung, below, grouped, answers))
        climbing, before, below = rung is not None, found, rung or below
    return Invariance(
        column=grouped.column, groups=grouped.names, sizes=grouped.sizes, levels=tuple(levels), partial=tuple(partial),
        latent_means=_latent_means(ladder, levels, below, answers), notes=tuple(dict.fromkeys(notes)),
        held=levels_held(levels), n_factors=len(answers.factors),
    )  # fmt: skip


def _two_only(data: ModelData) -> list[str]:
    """Say that items of two categories cannot be taken up the ladder for ordinal answers."""
    two = [name for name, n in (data.thresholds or {}).items() if n < 2]
    return [f"{', '.join(two)}: two categories only; equal thresholds alone cannot be told there"] if two else []


def _level(name: str, found: Fit, before: Fit | None, grouped: Grouped, answers: ItemAnswers) -> Level:
    own = figures_of(found)
    if before is None:
        return Level(level=name, figures=own, aic=found.measures.aic, bic=found.measures.bic, step=None,
                     verdict=verdict(name, own, None, grouped.sizes), suspects=(),
                     equivalence=Equivalence(t_size=own.rmsea_high if own.df > 0 else float("nan")))  # fmt: skip
    step = difference_test(found, before)
    bound = rmsea(step.chisq, step.df, found.n, len(grouped.names))[2] if np.isfinite(step.chisq) else float("nan")
    return Level(
        level=name, figures=own, aic=found.measures.aic, bic=found.measures.bic, step=step,
        verdict=verdict(name, own, step, grouped.sizes, delta_srmr=own.srmr - figures_of(before).srmr),
        suspects=suspects_of(found, name, answers), equivalence=Equivalence(t_size=bound),
    )  # fmt: skip


def suspects_of(found: Fit, level: str, answers: ItemAnswers) -> tuple[Change, ...]:
    """Return what this level holds equal and a group would not, item by item, the worst first (score tests)."""
    fixed = [f"{name}~1" if level == "scalar" else f"{name}~~{name}" for name in answers.names]
    by_fixing = found.estimator == "WLSMV" and level in {"scalar", "strict"}
    try:
        with np.errstate(all="ignore"):
            tests = release_tests(found, fixed) if by_fixing else _held_equal(found, HELD[level])
    except (IntimacyScalesError, np.linalg.LinAlgError):
        return ()
    out: dict[str, Change] = {}
    for test in tests:
        of_items = test.rhs in answers.names if test.op == "=~" else test.lhs in answers.names
        if test.op == HELD[level] and of_items and test.name not in out:
            out[test.name] = Change(parameter=test.name, kind=KINDS[test.op], index=test.index, p=test.p,
                                    expected=test.change, group=test.group)  # fmt: skip
    return tuple(out.values())


def _held_equal(found: Fit, op: Op) -> tuple[ModificationIndex, ...]:
    """Test one kind of parameter; of two groups the second is enough, for the first has the same index."""
    return equality_tests(found, op=op, groups=found.groups[1:] if len(found.groups) == 2 else None)


def _partial(
    name: str, level: Level, found: Fit, below: _Rung | None, ladder: _Ladder, answers: ItemAnswers
) -> _Rung | None:
    """Return the level's model with as few items let go as the conventions ask for."""
    if below is None:
        return _Rung(name=name, fit=found, freed=())
    if level.verdict.holds and not below.freed:
        return _Rung(name=name, fit=found, freed=())
    freed = list(below.freed)
    now = found
    try:
        if freed:
            now = ladder.fitted(name, freed)
        while not verdict(name, figures_of(now), difference_test(now, below.fit), now.n_by_group).holds:
            guilty = _guiltiest(suspects_of(now, name, answers), freed)
            freed += guilty
            if not guilty or _items_of(freed, answers) > MOST_FREED * len(answers.names):
                return None
            now = ladder.fitted(name, freed)
    except (IntimacyScalesError, np.linalg.LinAlgError):
        return None
    return _Rung(name=name, fit=now, freed=tuple(freed))


def _guiltiest(suspects: Sequence[Change], freed: Sequence[str]) -> list[str]:
    """Return the worst parameter, with what falls with it: without an equal loading no intercept compares."""
    left = [suspect for suspect in suspects if suspect.parameter not in freed]
    if not left or left[0].p * len(left) > FREED_P:
        return []
    name = left[0].parameter
    factor_item = name.partition("=~")
    return [name, f"{factor_item[2]}~1"] if factor_item[1] else [name]


def _items_of(freed: Sequence[str], answers: ItemAnswers) -> int:
    """How many items have a parameter let go."""
    return sum(any(_is_of(text, name, op) for text in freed for op in HELD.values()) for name in answers.names)


def _as_partial(rung: _Rung, below: _Rung, grouped: Grouped, answers: ItemAnswers) -> PartialLevel:
    own = figures_of(rung.fit)
    step = difference_test(rung.fit, below.fit) if rung.fit.measures.df > below.fit.measures.df else None
    op = HELD[rung.name]
    items = tuple(name for name in answers.names if any(_is_of(parameter, name, op) for parameter in rung.freed))
    return PartialLevel(level=rung.name, freed=rung.freed, items=items, figures=own, step=step,
                        verdict=verdict(rung.name, own, step, grouped.sizes))  # fmt: skip


def _is_of(parameter: str, item: str, op: str) -> bool:
    if op == "=~":
        return parameter.endswith(f"=~{item}")
    return parameter.startswith(f"{item}{op}")


def _latent_means(
    ladder: _Ladder, levels: Sequence[Level], partial: _Rung | None, answers: ItemAnswers
) -> tuple[LatentMean, ...]:
    """Return the groups' factor means where intercepts are equal, in full or in part; the first group is zero."""
    scalar = next((level for level in levels if level.level == "scalar"), None)
    if scalar is None:
        return ()
    freed = partial.freed if partial is not None and not scalar.verdict.holds else ()
    try:
        found = ladder.fitted("scalar", freed)
    except (IntimacyScalesError, np.linalg.LinAlgError):
        return ()
    return tuple(
        LatentMean(
            factor=row.lhs, group=row.group, difference=row.est, se=row.se, p=row.p, low=row.lower, high=row.upper
        )
        for row in found.estimates
        if row.op == "~1" and row.lhs not in answers.names and row.free
    )
