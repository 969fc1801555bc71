"""Actor-partner models in one call: couples of any kind in, paths, indirect effects and their comparison out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from intimacy_scales.analysis.couples.couples_analysis import ModelOptions, analyse_couples
from intimacy_scales.analysis.couples.matching import couples_of
from intimacy_scales.analysis.couples.models.actor_partner import DRAWS, SEED
from intimacy_scales.analysis.couples.models.dyad_model import Missing
from intimacy_scales.analysis.couples.results import CouplesAnalysis
from intimacy_scales.bank.model import Banks
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.model import columns_only
from intimacy_scales.scoring.study_table import own_column, study_table


def actor_partner(  # noqa: PLR0913 -- who, what, and how it is fitted: every one by name
    data: Any,
    bank: Banks | None = None,
    *,
    predictor: str | Sequence[str],
    outcome: str,
    mediator: str | Sequence[str] = (),
    covariate: str | Sequence[str] = (),
    couple: str | None = None,
    partner: str | None = None,
    exchangeable: bool | None = None,
    missing: Missing = "listwise",
    structure: bool = False,
    pooled: bool = False,
    bootstrap: int = 2000,
    draws: int = DRAWS,
    seed: int = SEED,
    level: float = 0.95,
    **reading: Unpack[ReadingOptions],
) -> CouplesAnalysis:
    """Fit an actor-partner model, with mediators its indirect effects, resampled and compared, in one call.

    Parameters
    ----------
    data
        An export's path, a frame, responses or scores: a row a person with columns of couple and partner, or a row a
        couple whose columns end in the partner (``communication_w``, ``communication_m``).
    bank
        Banks whose scores are named; none for plain columns.
    predictor, outcome, mediator, covariate
        Names of scores or columns, without a partner's suffix.
    couple, partner, exchangeable
        As in :func:`intimacy_scales.couples_of`; columns of the names ``couple`` and ``partner`` are found.
    missing
        ``"listwise"`` or ``"fiml"``.
    structure
        Factor models of every scale over both partners, latent actor-partner and common fate models, too.
    pooled
        Print effects held equal over all kinds of person (roles, compositions), in place of each kind's own.
    bootstrap, draws, seed
        Resamples of couples for indirect effects (0: none), draws of Monte Carlo intervals, and the seed of both.
    level
        Of the intervals of agreement.
    **reading
        Options of :func:`intimacy_scales.read_export`.

    Returns
    -------
    CouplesAnalysis
        ``.apim`` the paths, ``.mediation`` the indirect effects, with ``.differences`` between mediators and
        ``.plot()``.

    Raises
    ------
    ExportError, ResponseError
        For couples that cannot be told, constant variables, too few couples, no convergence.
    UnknownNameError
        For a variable that there is not.

    Notes
    -----
    See :func:`~intimacy_scales.analysis.couples.fit_dyadic_mediation`: with everything asked at one time, an indirect
    effect takes an association apart and proves no chain of causes.

    References
    ----------
    Ledermann, T., Macho, S., & Kenny, D. A. (2011). Assessing mediation in dyadic data using the actor-partner
    interdependence model. Structural Equation Modeling, 18, 595-612. doi:10.1080/10705511.2011.607099

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> found = actor_partner(ims.example("couples_mediation"), predictor="communication",
    ...                       mediator=["emotional", "sexual"], outcome="satisfaction", bootstrap=0)
    >>> len(found.mediation.differences)
    12
    """
    options = ModelOptions(
        predictor=_names(predictor),
        outcome=outcome,
        mediator=_names(mediator),
        covariate=_names(covariate),
        missing=missing,
        structure=structure,
        pooled=pooled,
        draws=draws,
        bootstrap=bootstrap,
        seed=seed,
    )
    table = study_table(data, bank, reading)
    couples = couples_of(
        columns_only(table.table) if table.scores is None else table.scores,
        couple=own_column(table, couple, "couple"),
        partner=own_column(table, partner, "partner"),
        exchangeable=exchangeable,
        variables=(*options.predictor, *options.mediator, outcome),
    )
    return analyse_couples(couples, options, level=level)


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
