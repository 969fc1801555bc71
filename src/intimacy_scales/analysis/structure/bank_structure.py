"""The whole of a bank's structure, part by part; what the answers do not allow becomes a note.

The two doors of the room: answers of any kind in, structure or a graded response model out.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Unpack

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
from intimacy_scales.bank.model import Bank
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.model import Responses, partners_note
from intimacy_scales.scoring import Scores
from intimacy_scales.statistics.factoring import METHODS, ROTATIONS, Method, RotationName
from intimacy_scales.statistics.irt.differential_functioning import DifferentialFunctioning
from intimacy_scales.statistics.irt.person_scores import ScoreMethod
from intimacy_scales.statistics.threads import one_thread

MOST_NOTES = 6  # of one graded response model; a small sample makes one a category


@one_thread
def structure(  # noqa: PLR0913 -- every one is a wish of the user, by name
    data: Any,
    bank: Bank | None = None,
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
    cluster: str | None = None,
    dif: bool = False,
    dynamic_cutoffs: bool = False,
    iterations: int = 100,
    seed: int = 1,
    **reading: Unpack[ReadingOptions],
) -> Structure:
    r"""Return suitability, number of factors, EFA, CFA of the bank's scales and invariance, from answers of any kind.

    The confirmatory model is the bank's own: each of its scales a factor, ``x_j = nu_j + lambda_j f + e_j``, factors
    with variance 1 that covary. Nothing has to be written for it.

    Parameters
    ----------
    data
        An export's path; a frame of any engine (pandas, polars, DuckDB, Spark ...; persons x columns); vouched
        responses, or scores of them. Reversed items are turned by their declared ends.
    bank
        One bank, the id of a shipped one, or a path; not needed for answers of one bank that were read already. With
        several forms the first, unless ``form`` says (``partner``, ``time`` alike).
    estimator
        ``"ml"``; ``"mlr"`` (ML with robust errors and chi-square); ``"wlsmv"`` for ordered options (polychoric
        correlations throughout).
    missing
        ``"fiml"``: full information for the models (unbiased when answers are missing at random, given the others),
        pairwise correlations for suitability, number of factors and EFA. ``"listwise"``: complete rows everywhere.
        WLSMV takes complete rows in either case, and says so; ``"pairwise"`` lets it take every pair of answers.
    group
        A column of the export: the ladder of measurement invariance over its values.
    factors
        Of the EFA; as many as the bank has scales unless said.
    rotation, extraction
        See :func:`intimacy_scales.statistics.factoring.efa`.
    variant
        ``"correlated"``, ``"bifactor"`` (a general factor beside the scales; two scales or more) or
        ``"second_order"`` (one behind them; three or more).
    irt
        Fit a graded response model to every scale too (:func:`graded_model`).
    cluster
        A column that says which rows belong together (the couple): estimator mlr for ml, standard errors and tests of
        the models robust to it.
    dif
        Differential item functioning of every scale over ``group``, flagged items taken out of what is matched by.
    dynamic_cutoffs
        Make cut-offs of CFI, RMSEA and SRMR for this model and sample size, by simulation (ml and mlr).
    iterations, seed
        Of the parallel analysis, and the seed of what else is drawn; it makes the result repeatable.
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes``, ``already_reversed`` ...).

    Returns
    -------
    Structure
        ``str()`` prints findings and one line an item; ``.to_dict()`` JSON, ``.table()`` a frame, ``.apa()`` sentences.
        A part that the answers do not allow is ``None``, and a note says why; the others are there.

    Raises
    ------
    ExportError, ResponseError
        With every fault found, when the file or the answers cannot be used, or fewer than two items vary.
    UnknownNameError
        For an unknown estimator, rule, rotation, method, variant, form or column.

    Notes
    -----
    *With robust estimators* chi-square is the scaled one. CFI, TLI and RMSEA are for MLR the robust ones
    (population-consistent), for WLSMV the scaled ones, with the robust ones of Savalei (2021) beside; JSON holds all
    three, ``unscaled``, ``scaled`` and ``robust``.

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
    >>> import intimacy_scales as ims
    >>> found = ims.structure(ims.simulate("eis", 200, seed=1).frame(), "eis", iterations=10)
    >>> found.exploration.factors
    ('total',)
    """
    check_words(
        estimator=(estimator, list(ESTIMATORS)), missing=(missing, MISSING), rotation=(rotation, ROTATIONS),
        extraction=(extraction, METHODS), variant=(variant, VARIANTS),
    )  # fmt: skip
    responses = _of_one_bank(data, bank, reading)
    _check_numbers(factors, iterations, dif=dif, group=group)
    check_missing(missing, estimator)
    if group is not None:
        responses.table.column(group)  # a column that is not there is a slip of the pen, not a finding
    answers = item_answers(responses, responses.banks[0], form=form, partner=partner, time=time, cluster=cluster)
    options = ExplorationOptions(
        kind="polychoric" if estimator == "wlsmv" else "pearson", listwise=missing == "listwise", factors=factors,
        extraction=extraction, rotation=rotation, iterations=iterations, seed=seed,
    )  # fmt: skip
    if estimator == "wlsmv":
        no_quantities(answers, answers.names)
    exploration = explore(answers, options)
    cfa = attempt("CFA", lambda: confirm(answers, estimator=estimator, missing=missing, variant=variant,
                                         cutoffs=dynamic_cutoffs, seed=seed))  # fmt: skip
    levels: Attempt[Invariance | None] = attempt(f"invariance over {group}", lambda: None if group is None else (
        compare_groups(responses, answers, group, estimator=estimator, missing=missing, variant=variant)))  # fmt: skip
    models = _graded(responses, answers, group) if irt else {}
    between = attempt("HTMT", lambda: scale_ratios(answers, seed=seed))
    ratios = between.value or ScaleRatios(pairs=(), values=())
    differing = _differing(responses, answers, group) if dif and group is not None else {}
    said = () if cluster is not None else partners_note(responses)
    return Structure(
        bank=answers.bank, answers=answers, exploration=exploration, cfa=cfa.value, invariance=levels.value,
        irt={name: one.value for name, one in models.items() if one.value is not None},
        htmt=ratios.values, htmt_pairs=ratios.pairs,
        dif={name: one.value for name, one in differing.items() if one.value is not None},
        notes=(*said, *_notes(answers, exploration, cfa, levels, models), *between.notes,
               *(f"{name}: {note}" for name, one in differing.items() for note in (
                   *one.notes, *(one.value.notes if one.value else ())))),
    )  # fmt: skip


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


def graded_model(
    data: Any,
    bank: Bank | None = None,
    *,
    scale: str | None = None,
    form: str | None = None,
    partner: str | None = None,
    time: str | None = None,
    group: str | None = None,
    method: ScoreMethod = "eap",
    **reading: Unpack[ReadingOptions],
) -> GradedScale:
    """Fit the graded response model to one scale of a bank: items, information, person scores, local dependence.

    ``P(answer >= c | theta) = 1 / (1 + exp(-a (theta - b_c)))``; see
    ``graded_response`` for the model, its metric, what was validated, and when it
    misleads.

    Parameters
    ----------
    data
        An export's path, a frame (persons x columns), vouched responses, or scores of them. Missing answers: each
        person adds what they answered (missing at random).
    bank
        One bank, the id of a shipped one, or a path; not needed for answers of one bank that were read already.
    scale
        Id of the scale; may be left out when the bank has one.
    form, partner, time
        Which administration; the first unless said.
    group
        A column of the export: differential item functioning between its values (ordinal logistic regression).
    method
        Of the person scores: ``"eap"`` or ``"ml"``.
    **reading
        Options of :func:`intimacy_scales.read_export`.

    Returns
    -------
    GradedScale
        ``.items()`` item parameters; ``.table()`` a score and its standard error a person, in the caller's frame type
        and rows; ``.information``, ``.curves(item)``, ``.dependence``, ``.bias``.

    Raises
    ------
    ResponseError
        Fewer than three items that vary, or no scale named where the bank has several.
    UnknownNameError
        For an unknown scale, form or column.

    References
    ----------
    Samejima, F. (1969). Estimation of latent ability using a response pattern of graded scores. Psychometrika
    Monograph Supplement, 17. https://doi.org/10.1007/BF03372160

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate
    >>> found = graded_model(simulate("eis", 200, seed=1).frame(), "eis")
    >>> found.items()["item"].tolist()
    ['eis_1', 'eis_2', 'eis_3', 'eis_4', 'eis_5']
    """
    responses = _of_one_bank(data, bank, reading)
    return graded_scale(responses, responses.banks[0], scale=scale, form=form, partner=partner, time=time,
                        group=group, method=method)  # fmt: skip


def _of_one_bank(data: Any, bank: Bank | None, reading: ReadingOptions) -> Responses:
    """Return answers of any kind of one bank: the one named, or the only one they hold."""
    from intimacy_scales.reading.responses import ready

    responses = ready(data.responses if isinstance(data, Scores) else data, bank, reading)
    if len(responses.banks) != 1:
        held = ", ".join(one.id for one in responses.banks)
        raise ResponseError(Problem(where="bank", what=f"the answers are of {held}", allowed="one bank", do="name it"))
    return responses
