"""The two doors of the room: answers of any kind in, structure or a graded response model out."""

from __future__ import annotations

from typing import Any, Unpack

from intimacy_scales.analysis.structure.graded_scale import GradedScale, graded_scale
from intimacy_scales.analysis.structure.model_data import Estimator, Missing, Variant
from intimacy_scales.analysis.structure.results import Structure
from intimacy_scales.analysis.structure.structure_parts import StructureOptions, check_options, structure_of_responses
from intimacy_scales.bank.model import Bank
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.reading.responses.read import may_stream
from intimacy_scales.scoring import Scores
from intimacy_scales.statistics.factoring import Method, RotationName
from intimacy_scales.statistics.irt.person_scores import ScoreMethod


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
    *Very many rows* (more than 100,000): figures are made of sums that merge, the same whatever the order and size of
    the batches they are read in; large files and engines are read batch by batch, and answers are not kept. The random
    data of the parallel analysis are then drawn as sums, with the same distribution, and HTMT has no interval. Robust
    estimators, clusters, graded models and differential functioning need every person and are computed whole.

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
    options = StructureOptions(
        estimator=estimator, missing=missing, group=group, factors=factors, rotation=rotation, extraction=extraction,
        variant=variant, form=form, partner=partner, time=time, irt=irt, cluster=cluster, dif=dif,
        dynamic_cutoffs=dynamic_cutoffs, iterations=iterations, seed=seed,
    )  # fmt: skip
    check_options(options)
    if bank is not None and options.from_sums and may_stream(data, reading):
        from intimacy_scales.analysis.structure.streamed import structure_of_batches
        from intimacy_scales.scoring.batches import held_if_few

        data = held_if_few(data)
        streamed = structure_of_batches(data, bank, reading, options)
        if streamed is not None:
            return streamed
    return structure_of_responses(_of_one_bank(data, bank, reading), options)


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
