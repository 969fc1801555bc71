"""The door of the room: a result of ours in, what other programs say to it out."""

from __future__ import annotations

from typing import Any

from intimacy_scales.analysis.change import Change
from intimacy_scales.analysis.reliability import Reliability
from intimacy_scales.analysis.second_opinion.comparison import SecondOpinion
from intimacy_scales.analysis.second_opinion.results_checked import (
    change_checked,
    reliability_checked,
    structure_checked,
    validity_checked,
)
from intimacy_scales.analysis.structure import Structure
from intimacy_scales.analysis.validity import Validity
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.scoring import Scores, as_scores


def second_opinion(result: Any, data: Any = None) -> SecondOpinion:
    """Compute a result's figures with other programs too, and show the difference.

    pingouin: alpha, correlations, intraclass correlations, t tests, effect sizes. factor_analyzer: KMO, Bartlett's
    test, rotations. semopy (an optional extra): factor models of complete rows, maximum likelihood.

    Parameters
    ----------
    result
        What ``reliability``, ``structure``, ``reliable_change`` or ``validity`` gave.
    data
        The answers or scores it was made of; needed for reliability and validity.

    Returns
    -------
    SecondOpinion
        ``str()`` prints a line a figure: ours, theirs, the difference. ``.apart`` are those that differ.

    Raises
    ------
    ResponseError
        For another result, or without the data it needs.

    Notes
    -----
    Agreement says that two programs compute the same, not that the figure is the right one to look at. Where answers
    are missing the others take complete rows; where they round, the difference is no more than that.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> scores = ims.score(ims.example("validation"), "eis")
    >>> second_opinion(ims.reliability(scores), scores).apart
    ()
    """
    if isinstance(result, Structure):
        return structure_checked(result)
    if isinstance(result, Change):
        return change_checked(result)
    if isinstance(result, Reliability):
        return reliability_checked(result, _scores(data, "reliability"))
    if isinstance(result, Validity):
        return validity_checked(result, _scores(data, "validity"))
    raise ResponseError(
        Problem(
            where="second opinion",
            what=f"a {type(result).__name__} was given",
            allowed="a result of reliability, structure, reliable_change or validity",
        )
    )


def _scores(data: Any, of: str) -> Scores:
    if data is None:
        raise ResponseError(
            Problem(
                where="second opinion", what=f"a result of {of} holds no answers", do="give the scores it was made of"
            )
        )
    return as_scores(data)
