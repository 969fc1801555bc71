"""The two doors of the room: answers of any kind in, structure or a graded response model out."""

from __future__ import annotations

from typing import Any

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.factoring import Method, RotationName
from intimacy_scales.responses.model import Responses

from .graded_scale import GradedScale, graded_scale
from .graded_scores import ScoreMethod
from .model_data import Estimator, Missing, Variant
from .result import Structure
from .whole import structure_of


def structure(  # noqa: PLR0913 -- every one is a wish of the user, by name
    data: Any,
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
    **reading: Any,
) -> Structure:
    """Return suitability, number of factors, EFA, CFA of the bank's scales and invariance, from answers of any kind.

    Parameters
    ----------
    data
        An export's path; a pandas, polars or pyarrow frame (persons x columns); or vouched responses.
    bank
        One bank.
    estimator, missing, group, factors, rotation, extraction, variant, form, partner, time, irt, iterations, seed
        As in :func:`structure_of`, which holds what is computed, and when it misleads.
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes``, ``already_reversed`` ...).

    Returns
    -------
    Structure
        ``str()`` prints findings and one line an item; ``.table()`` is a frame, ``.apa()`` sentences, ``.to_dict()``
        JSON.

    Raises
    ------
    ExportError, ResponseError
        With every fault found, when the file or the answers cannot be used.
    UnknownNameError
        For an unknown estimator, rule, rotation, method, variant, form or column.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> ims.structure("export.csv", ims.load_bank("eis"), group="gender").apa()  # doctest: +SKIP
    """
    return structure_of(
        _responses(data, bank, reading), bank, estimator=estimator, missing=missing, group=group, factors=factors,
        rotation=rotation, extraction=extraction, variant=variant, form=form, partner=partner, time=time, irt=irt,
        iterations=iterations, seed=seed,
    )  # fmt: skip


def graded_model(
    data: Any,
    bank: ItemBank,
    *,
    scale: str | None = None,
    form: str | None = None,
    partner: str | None = None,
    time: str | None = None,
    group: str | None = None,
    method: ScoreMethod = "eap",
    **reading: Any,
) -> GradedScale:
    """Fit the graded response model to one scale of a bank: items, information, person scores, local dependence.

    ``P(answer >= c | theta) = 1 / (1 + exp(-a (theta - b_c)))``; see
    :func:`intimacy_scales.structure.graded_response` for the model, its metric, what was validated, and when it
    misleads.

    Parameters
    ----------
    data
        An export's path, a frame (persons x columns), or vouched responses. Missing answers: each person adds what
        they answered (missing at random).
    bank
        One bank.
    scale
        Id of the scale; may be left out when the bank has one.
    form, partner, time
        Which sitting; the first unless said.
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
    >>> graded_model("export.csv", bank, scale="total").table()  # doctest: +SKIP
    """
    return graded_scale(_responses(data, bank, reading), bank, scale=scale, form=form, partner=partner, time=time,
                        group=group, method=method)  # fmt: skip


def _responses(data: Any, bank: ItemBank, reading: dict[str, Any]) -> Responses:
    from intimacy_scales.responses import ready

    return ready(data, bank, reading)
