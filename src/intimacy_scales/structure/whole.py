"""The whole of a bank's structure, part by part; what the answers do not allow becomes a note."""

from __future__ import annotations

from functools import partial
from typing import Any

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.factoring import METHODS, ROTATIONS, Method, RotationName
from intimacy_scales.responses.model import Responses
from intimacy_scales.sem.threads import one_thread

from .confirmation import Confirmation, confirm
from .exploration import Exploration, Wishes, explore
from .graded_scale import GradedScale, graded_scale
from .invariance import compare_groups
from .invariance_results import Invariance
from .model_data import ESTIMATORS, MISSING, VARIANTS, Estimator, Missing, Variant, check_words
from .result import Structure
from .sheet import Attempt, Sheet, attempt, sheet_of

MOST_NOTES = 6  # of one graded response model; a small sample makes one a category


@one_thread
def structure_of(  # noqa: PLR0913 -- every one is a wish of the user, by name
    responses: Responses,
    bank: ItemBank,
    *,
    estimator: Estimator = "ml",
    missing: Missing = "fiml",
    group: str | None = None,
    factors: int | None = None,
    rotation: RotationName = "oblimin",
    extraction: Method = "minres",
    variant: Variant = "correlated",
    form: str | None = None,
    partner: str | None = None,
    time: str | None = None,
    irt: bool = False,
    iterations: int = 100,
    seed: int = 1,
) -> Structure:
    r"""Return the structure of a bank's answers: suitability, number of factors, EFA, CFA, invariance.

    The confirmatory model is the bank's own: each of its scales a factor, ``x_j = nu_j + lambda_j f + e_j``, factors
    with variance 1 that covary. Nothing has to be written for it.

    Parameters
    ----------
    responses
        Vouched answers (persons x items); reversed items are turned by their declared ends.
    bank
        One bank of them. With several forms the first, unless ``form`` says (``partner``, ``time`` alike).
    estimator
        ``"ml"``; ``"mlr"`` (ML with robust errors and chi-square); ``"wlsmv"`` for ordered options (polychoric
        correlations throughout).
    missing
        ``"fiml"``: full information for the models (unbiased when answers are missing at random, given the others),
        pairwise correlations for suitability, number of factors and EFA. ``"listwise"``: complete rows everywhere.
        WLSMV takes complete rows in either case, and says so.
    group
        A column of the export: the ladder of measurement invariance over its values.
    factors
        Of the EFA; as many as the bank has scales unless said.
    rotation, extraction
        See :func:`intimacy_scales.factoring.efa`.
    variant
        ``"correlated"``, ``"bifactor"`` (a general factor beside the scales; two scales or more) or
        ``"second_order"`` (one behind them; three or more).
    irt
        Fit a graded response model to every scale too (:func:`graded_model`).
    iterations, seed
        Of the parallel analysis; the seed makes the result repeatable.

    Returns
    -------
    Structure
        ``.to_dict()`` JSON, ``.table()`` one row an item, ``.apa()`` sentences. A part that the answers do not allow
        is ``None``, and a note says why; the others are there.

    Raises
    ------
    UnknownNameError
        For an unknown estimator, rule, rotation, method, variant, form or column.
    ResponseError
        When fewer than two items vary.

    Notes
    -----
    *With robust estimators* chi-square, CFI, TLI and RMSEA are the scaled ones, as papers report them (JSON holds the
    plain ones beside, under ``unscaled``).

    *Composite reliability* ``(sum l)^2 / ((sum l)^2 + sum t)`` takes the model-implied total (semTools divides by the
    observed variance: they differ where the model does not fit).

    *Misleads*: a chi-square grows with the sample, and fit indices depend on the estimator (WLSMV flatters); cut-offs
    are conventions. Modification indices invite to chase chance: a change made for their sake has to be replicated.
    Items that share wording or direction of keying make factors of their own.

    *Validated* against lavaan 0.6-14 (ML, FIML, WLSMV, invariance) and psych 2.2.9 (KMO, Bartlett, parallel analysis,
    minres with oblimin) under R 4.2.2; see the tests.

    References
    ----------
    Brown, T. A. (2015). Confirmatory factor analysis for applied research (2nd ed.). Guilford.

    Cheung, G. W., & Rensvold, R. B. (2002). Evaluating goodness-of-fit indexes for testing measurement invariance.
    Structural Equation Modeling, 9, 233-255. https://doi.org/10.1207/S15328007SEM0902_5

    Chen, F. F. (2007). Sensitivity of goodness of fit indexes to lack of measurement invariance. Structural Equation
    Modeling, 14, 464-504. https://doi.org/10.1080/10705510701301834

    Examples
    --------
    >>> structure_of(responses, bank, group="gender").invariance.held  # doctest: +SKIP
    'scalar'
    """
    check_words(
        estimator=(estimator, list(ESTIMATORS)), missing=(missing, MISSING), rotation=(rotation, ROTATIONS),
        extraction=(extraction, METHODS), variant=(variant, VARIANTS),
    )  # fmt: skip
    _check_numbers(factors, iterations)
    if group is not None:
        responses.table.column(group)  # a column that is not there is a slip of the pen, not a finding
    sheet = sheet_of(responses, bank, form=form, partner=partner, time=time)
    wishes = Wishes(
        kind="polychoric" if estimator == "wlsmv" else "pearson", listwise=missing == "listwise", factors=factors,
        extraction=extraction, rotation=rotation, iterations=iterations, seed=seed,
    )  # fmt: skip
    exploration = explore(sheet, wishes)
    cfa = attempt("CFA", lambda: confirm(sheet, estimator=estimator, missing=missing, variant=variant))
    levels: Attempt[Invariance | None] = attempt(f"invariance over {group}", lambda: None if group is None else (
        compare_groups(responses, sheet, group, estimator=estimator, missing=missing, variant=variant)))  # fmt: skip
    models = _graded(responses, sheet, group) if irt else {}
    return Structure(
        bank=bank, sheet=sheet, exploration=exploration, cfa=cfa.value, invariance=levels.value,
        irt={name: one.value for name, one in models.items() if one.value is not None},
        notes=_notes(sheet, exploration, cfa, levels, models),
    )  # fmt: skip


def _check_numbers(factors: int | None, iterations: int) -> None:
    wrong = [Problem(where=name, what=str(n), allowed="1 or more")
             for name, n in (("factors", factors), ("iterations", iterations)) if n is not None and n < 1]  # fmt: skip
    if wrong:
        raise ResponseError(wrong)


def _graded(responses: Responses, sheet: Sheet, group: str | None) -> dict[str, Attempt[GradedScale]]:
    where = sheet.part.sitting

    def one(scale_id: str) -> GradedScale:
        return graded_scale(
            responses,
            sheet.bank,
            scale=scale_id,
            form=where.form,
            partner=where.partner,
            time=where.time,
            group=group,
        )

    return {
        scale.id: attempt(f"graded response model of {scale.id}", partial(one, scale.id)) for scale in sheet.bank.scales
    }


def _notes(
    sheet: Sheet, exploration: Exploration, cfa: Attempt[Confirmation], levels: Attempt[Invariance | None], models: Any
) -> tuple[str, ...]:
    """Everything to mind, each once, in the order of the parts."""
    found = [*sheet.notes, *exploration.notes, *cfa.notes, *(cfa.value.notes if cfa.value else ()), *levels.notes]
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
