"""Careless answering: flags with their direction, cut and source; rows are set aside on request only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from intimacy_scales.analysis.careless.drop_rule import (
    Rule,
    careless_rows,
    dropped_note,
    parse_rule,
    rows_meeting,
    set_aside,
)
from intimacy_scales.analysis.careless.flags import careless_flags
from intimacy_scales.analysis.careless.patterns import Accepted
from intimacy_scales.analysis.careless.results import KINDS, Careless, Cut, Index, Kind, Threshold
from intimacy_scales.reading.responses.model import Responses

__all__ = [
    "KINDS",
    "Accepted",
    "Careless",
    "Cut",
    "Index",
    "Kind",
    "Rule",
    "Threshold",
    "careless_flags",
    "careless_rows",
    "drop_careless",
    "dropped_note",
    "parse_rule",
]


def drop_careless(
    responses: Responses,
    rule: Rule | str,
    *,
    attention: Mapping[str, Accepted] | None = None,
    thresholds: Mapping[str, Threshold] | None = None,
    pages: Mapping[str, Sequence[str]] | None = None,
    duration: str | None = None,
) -> Responses:
    """Set aside the rows that meet a rule; each stands in ``set_aside`` with the reason.

    Parameters
    ----------
    responses
        Vouched answers. A row with two partners goes as a whole when one of them meets the rule.
    rule
        ``"longstring>=12 or mahalanobis_p<.001 or attention"``, as :func:`parse_rule` reads it.
    attention, thresholds, pages, duration
        As in :func:`careless_flags`.

    Returns
    -------
    Responses
        The other rows in the same order, with the caller's index.

    Raises
    ------
    ResponseError
        When the rule cannot be read, names an index that these answers do not allow, or leaves nobody.

    Notes
    -----
    Dropping changes the sample: say the rule and the number in the paper, and report the results with and without.

    Examples
    --------
    >>> import pandas as pd
    >>> from intimacy_scales.reading.responses import read_responses
    >>> frame = pd.DataFrame({f"eis_{j}": [j, 3, 6 - j] for j in range(1, 6)})
    >>> drop_careless(read_responses(frame, "eis"), "irv<=0").n_persons
    2
    """
    from intimacy_scales.base.errors import Problem, ResponseError

    wanted = parse_rule(rule) if isinstance(rule, str) else rule
    careless = careless_flags(
        responses,
        attention=attention,
        thresholds=thresholds,
        pages=pages,
        duration=duration,
        only=wanted.indices,
    )
    why = rows_meeting(wanted, careless)
    if len(why) == responses.n_persons:
        raise ResponseError(
            Problem(where=f"rule '{wanted}'", what=f"all {len(why)} rows meet it", do="choose one that keeps somebody")
        )
    return set_aside(responses, why, note=dropped_note(wanted, len(why), responses.n_persons))
