"""Reliability of every scale in vouched answers: what may be asked for, and what comes back."""

from __future__ import annotations

from intimacy_scales.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.responses.model import Responses
from intimacy_scales.scoring import score_responses
from intimacy_scales.sem.threads import one_thread

from .differences import differences_of
from .moments import MissingRule
from .one_scale import Wishes, scale_reliability
from .results import Reliability
from .scale import ScaleReliability

Missing = MissingRule
RULES: tuple[MissingRule, ...] = ("pairwise", "listwise", "fiml")


def _check(missing: str, level: float, bootstrap: int) -> None:
    """Refuse what cannot be asked for, all at once."""
    if missing not in RULES:
        raise UnknownNameError.among("rule for missing answers", missing, RULES)
    problems = []
    if not 0 < level < 1:
        problems.append(Problem(where="level", what=f"is {level:g}", allowed="between 0 and 1", do="say 0.95 for 95 %"))
    if bootstrap < 0:
        problems.append(Problem(where="bootstrap", what=f"is {bootstrap}", allowed="0 (none) or more samples"))
    if problems:
        raise ResponseError(problems)


@one_thread
def reliability_of(
    responses: Responses,
    *,
    missing: MissingRule = "pairwise",
    level: float = 0.95,
    bootstrap: int = 2000,
    seed: int = 1,
) -> Reliability:
    r"""Return the reliability of every scale, in every bank, form and sitting.

    One covariance matrix of the keyed items of a scale feeds everything: alpha, the standardized alpha (that matrix
    standardized), Guttman's lambdas, the greatest lower bound, split halves, the average inter-item r, the item-rest r,
    alpha and omega if an item is dropped, and omega by the one-factor model. Ordinal alpha and categorical omega are of
    polychoric correlations.

    Parameters
    ----------
    responses
        Vouched answers, persons x items, as :func:`intimacy_scales.read_export` returns them.
    missing
        ``"pairwise"`` (default): each covariance from the persons who answered both items, intervals from the
        complete rows only (conservative). ``"listwise"``: persons who answered every item of the scale, for
        everything, mean and SD of the score included. ``"fiml"``: covariances by EM and omega from every person's own
        answers, intervals from all who answered anything; no bootstrap.
    level
        Confidence of the intervals.
    bootstrap
        Samples of persons for the BCa interval; 0 for none.
    seed
        Of the bootstrap; it stands in the result.

    Returns
    -------
    Reliability
        ``.scales[BANK][KEY]``; :meth:`~Reliability.to_dict` is what ``--json`` holds.

    Raises
    ------
    UnknownNameError
        For another rule than those above.
    ResponseError
        When ``level`` or ``bootstrap`` is out of range.

    Notes
    -----
    Alpha is a lower bound to reliability when errors are uncorrelated, says nothing of one dimension, and rises with
    the number of items; see each kernel for its formula and source. Doubts about a figure are notes on the result.
    Above 20,000 rows the bootstrap is left out, above 100,000 also what goes through every row again; notes say so.
    Validated against R psych 2.2.9, JASP and jamovi (covariance-based coefficients to 1e-8), lavaan 0.6-14 with
    semTools 0.5-6 (omegas) and pingouin 0.7.0.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> found = ims.reliability("export.csv", ims.load_bank("eis"))  # doctest: +SKIP
    >>> print(found.apa())  # doctest: +SKIP
    """
    _check(missing, level, bootstrap)
    wishes = Wishes(missing=missing, level=level, bootstrap=bootstrap, seed=seed)
    at = {(part.bank.id, part.sitting): part for part in responses.answered}
    parts = score_responses(responses).parts
    found: dict[str, dict[str, ScaleReliability]] = {}
    for scored in parts:
        if scored.derived is None:
            one = scale_reliability(at[scored.bank.id, scored.sitting], scored, wishes)
            found.setdefault(scored.bank.id, {})[scored.key] = one
    return Reliability(scales=found, missing=missing, level=level, seed=seed, differences=differences_of(parts, found))
