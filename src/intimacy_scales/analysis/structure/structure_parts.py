"""The whole of a bank's structure, part by part; what the answers do not allow becomes a note."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from intimacy_scales.analysis.structure.confirmation import Confirmation, confirm
from intimacy_scales.analysis.structure.exploration import Exploration, ExplorationOptions, explore
from intimacy_scales.analysis.structure.graded_scale import GradedScale, differences, graded_scale
from intimacy_scales.analysis.structure.invariance import compare_groups
from intimacy_scales.analysis.structure.invariance_results import Invariance
from intimacy_scales.analysis.structure.item_answers import (
    Attempt,
    ItemAnswers,
    ScaleRatios,
    attempt,
    chosen_part,
    item_answers,
    scale_ratios,
)
from intimacy_scales.analysis.structure.model_data import (
    ESTIMATORS,
    MISSING,
    VARIANTS,
    Estimator,
    Missing,
    Variant,
    check_missing,
    check_words,
    no_quantities,
)
from intimacy_scales.analysis.structure.results import Structure
from intimacy_scales.analysis.structure.structure_sums import StructureSums, answers_from, structure_sums
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.responses.model import Responses, partners_note, partners_said
from intimacy_scales.scoring.batches import FEW_ROWS
from intimacy_scales.statistics.factoring import METHODS, ROTATIONS, Method, RotationName
from intimacy_scales.statistics.irt.differential_functioning import DifferentialFunctioning
from intimacy_scales.statistics.threads import one_thread

T = TypeVar("T")
MANY_ROWS = 5_000  # beyond, exploring and fitting each take so long that they are done side by side
MOST_NOTES = 6  # of one graded response model; a small sample makes one a category


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureOptions:
    """What :func:`intimacy_scales.structure` is asked for, each as its keyword there."""

    estimator: Estimator = "ml"
    missing: Missing = "fiml"
    group: str | None = None
    factors: int | None = None
    rotation: RotationName = "oblimin"
    extraction: Method = "minres"
    variant: Variant = "correlated"
    form: str | None = None
    partner: str | None = None
    time: str | None = None
    irt: bool = False
    cluster: str | None = None
    dif: bool = False
    dynamic_cutoffs: bool = False
    iterations: int = 100
    seed: int = 1

    @property
    def from_sums(self) -> bool:
        """Whether sums of the answers say all that is asked for; else every person is needed."""
        return not self.need_of_rows

    @property
    def need_of_rows(self) -> str:
        """What needs every person, in words; empty where sums are enough."""
        needs = {
            f"estimator {self.estimator}": self.estimator != "ml", "a graded response model": self.irt,
            "what belongs together": self.cluster is not None, "differential functioning": self.dif,
        }  # fmt: skip
        return next((name for name, needed in needs.items() if needed), "")


def check_options(options: StructureOptions) -> None:
    """Refuse words and numbers that there are not, all at once.

    Raises
    ------
    UnknownNameError
        For an unknown estimator, rule, rotation, method or variant.
    ResponseError
        For numbers out of range, and options that do not go together.
    """
    check_words(
        estimator=(options.estimator, list(ESTIMATORS)), missing=(options.missing, MISSING),
        rotation=(options.rotation, ROTATIONS), extraction=(options.extraction, METHODS),
        variant=(options.variant, VARIANTS),
    )  # fmt: skip
    _check_numbers(options.factors, options.iterations, dif=options.dif, group=options.group)
    check_missing(options.missing, options.estimator)


def structure_of_responses(responses: Responses, options: StructureOptions) -> Structure:
    """Return the structure of answers of one bank that are at hand; of very many rows from their sums.

    Raises
    ------
    UnknownNameError
        When there is no such form, partner, time or column.
    ResponseError
        When fewer than two items vary.
    """
    where: dict[str, Any] = {"form": options.form, "partner": options.partner, "time": options.time}
    if options.group is not None:
        responses.table.column(options.group)  # a column that is not there is a slip of the pen, not a finding
    if responses.n_persons <= FEW_ROWS:
        answers = item_answers(responses, responses.banks[0], **where, cluster=options.cluster)
        return structure_from(answers, options, responses=responses, notes=_of_partners(responses, options))
    sums = structure_sums(responses, **where, group=options.group if options.from_sums else None)
    answers = replace(answers_from(sums), part=chosen_part(responses, responses.banks[0], **where)[0])
    if not options.from_sums:
        rows = item_answers(responses, responses.banks[0], **where, cluster=options.cluster)
        answers = replace(rows, sums=answers.sums)
    return structure_from(answers, options, responses=responses, notes=_of_partners(responses, options))


def _of_partners(responses: Responses, options: StructureOptions) -> tuple[str, ...]:
    return () if options.cluster is not None else partners_note(responses)


def structure_of_sums(sums: StructureSums, options: StructureOptions) -> Structure:
    """Return the structure of answers that went by, from their sums.

    Raises
    ------
    ResponseError
        When fewer than two items vary.
    """
    return structure_from(answers_from(sums), options, notes=partners_said(sums.couples.column))


@one_thread
def structure_from(
    answers: ItemAnswers, options: StructureOptions, *, responses: Responses | None = None, notes: tuple[str, ...] = ()
) -> Structure:
    """Return every part that the answers allow; ``responses`` are asked where every person is needed."""
    estimator, missing, variant, group = options.estimator, options.missing, options.variant, options.group
    if estimator == "wlsmv":
        no_quantities(answers, answers.names)
    exploring = partial(explore, answers, ExplorationOptions(
        kind="polychoric" if estimator == "wlsmv" else "pearson", listwise=missing == "listwise",
        factors=options.factors, extraction=options.extraction, rotation=options.rotation,
        iterations=options.iterations, seed=options.seed,
    ))  # fmt: skip
    with _started(exploring, beside=answers.n > MANY_ROWS) as exploration_of:
        cfa = attempt("CFA", lambda: confirm(answers, estimator=estimator, missing=missing, variant=variant,
                                             cutoffs=options.dynamic_cutoffs, seed=options.seed))  # fmt: skip
        compared = partial(compare_groups, responses, answers, estimator=estimator, missing=missing, variant=variant)
        levels: Attempt[Invariance | None] = attempt(
            f"invariance over {group}", lambda: None if group is None else compared(group)
        )
        models = _graded(responses, answers, group) if options.irt and responses is not None else {}
        between = attempt("HTMT", lambda: scale_ratios(answers, seed=options.seed))
        asked = responses if options.dif else None
        differing = {} if asked is None or group is None else _differing(asked, answers, group)
        exploration = exploration_of()
    ratios = between.value or ScaleRatios(pairs=(), values=())
    return Structure(
        bank=answers.bank, answers=answers, exploration=exploration, cfa=cfa.value, invariance=levels.value,
        irt={name: one.value for name, one in models.items() if one.value is not None},
        htmt=ratios.values, htmt_pairs=ratios.pairs,
        dif={name: one.value for name, one in differing.items() if one.value is not None},
        notes=(*notes, *_notes(answers, exploration, cfa, levels, models), *between.notes, *ratios.notes,
               *(f"{name}: {note}" for name, one in differing.items() for note in (
                   *one.notes, *(one.value.notes if one.value else ())))),
    )  # fmt: skip


@contextmanager
def _started(work: Callable[[], T], *, beside: bool) -> Iterator[Callable[[], T]]:
    """Start some work in a thread of its own, or (not ``beside``) do it at once; what is given waits for its result.

    What takes long here (drawing, products of matrices) lets other threads run, so that each has a processor.
    """
    if not beside:
        made = work()
        yield lambda: made
        return
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(copy_context().run, work).result


def _check_numbers(factors: int | None, iterations: int, *, dif: bool, group: str | None) -> None:
    wrong = [Problem(where=name, what=str(n), allowed="1 or more")
             for name, n in (("factors", factors), ("iterations", iterations)) if n is not None and n < 1]  # fmt: skip
    if dif and group is None:
        wrong.append(Problem(where="dif", what="no groups to compare", allowed="a column of groups",
                             do="name it with group"))  # fmt: skip
    if wrong:
        raise ResponseError(wrong)


def _differing(responses: Responses, answers: ItemAnswers, group: str) -> dict[str, Attempt[DifferentialFunctioning]]:
    """Test the items of every scale for differential functioning over the groups of a column."""
    return {
        name: attempt("differential item functioning", partial(differences, responses, answers, group, items))
        for name, items in answers.factors.items()
    }


def _graded(responses: Responses, answers: ItemAnswers, group: str | None) -> dict[str, Attempt[GradedScale]]:
    where = answers.part.administration

    def one(scale_id: str) -> GradedScale:
        return graded_scale(
            responses,
            answers.bank,
            scale=scale_id,
            form=where.form,
            partner=where.partner,
            time=where.occasion,
            group=group,
        )

    return {
        scale.id: attempt(f"graded response model of {scale.id}", partial(one, scale.id))
        for scale in answers.bank.item_scales
    }


def _notes(
    answers: ItemAnswers,
    exploration: Exploration,
    cfa: Attempt[Confirmation],
    levels: Attempt[Invariance | None],
    models: Any,
) -> tuple[str, ...]:
    """Everything to mind, each once, in the order of the parts."""
    found = [*answers.notes, *exploration.notes, *cfa.notes, *(cfa.value.notes if cfa.value else ()), *levels.notes]
    if levels.value is not None:
        found += levels.value.notes
        if not levels.value.means_compare:
            found.append(f"means of the groups of {levels.value.column} are not to be compared: "
                         "scalar invariance did not hold")  # fmt: skip
    for name, one in models.items():
        own = one.value.notes if one.value else ()
        found += [*one.notes, *(f"{name}: {note}" for note in own[:MOST_NOTES])]
        if len(own) > MOST_NOTES:
            found.append(f"{name}: {len(own) - MOST_NOTES} more notes stand on its graded response model")
    return tuple(dict.fromkeys(found))
