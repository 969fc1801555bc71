"""Structure of answers that stream by: sums of every batch, merged, and vouched for when all were seen."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from intimacy_scales.analysis.structure.results import Structure
from intimacy_scales.analysis.structure.structure_parts import StructureOptions, check_options, structure_of_sums
from intimacy_scales.analysis.structure.structure_sums import StructureSums, structure_sums
from intimacy_scales.bank.model import Bank
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.reading.exports.table import NeedsWholeError
from intimacy_scales.scoring.batches import FEW_ROWS, merged_beside, over_responses

if TYPE_CHECKING:
    from intimacy_scales.reading.responses.inspection import Inspection
    from intimacy_scales.reading.responses.model import Responses
    from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream


def structure_of_batches(
    data: Any, bank: Bank, reading: Mapping[str, Any], options: StructureOptions
) -> Structure | None:
    """Return the structure of a table of any size, read batch by batch, on a cluster where its rows lie.

    ``None`` where it has to be read whole: few rows, an option that needs every person, rows that can only be judged
    all together, a column or form that is not there (the whole is to say so).

    Parameters
    ----------
    data, bank, reading
        As for :func:`intimacy_scales.structure`.
    options
        What is asked for.

    Raises
    ------
    ExportError
        When the source fails, or can be read once only and would have to be read whole.
    """
    if not options.from_sums:
        return None
    made = over_responses(data, bank, reading, _work(options), merge=operator.add)
    return None if made is None or made.n_rows <= FEW_ROWS else structure_of_sums(made.value, options)


def _work(options: StructureOptions) -> Callable[[Responses], StructureSums]:
    """Return what is done with a batch; a worker of a cluster is sent this function."""
    return partial(_sums_of_batch, form=options.form, partner=options.partner, time=options.time, group=options.group)


def _sums_of_batch(responses: Responses, **where: str | None) -> StructureSums:
    if len(responses.banks) != 1:
        raise NeedsWholeError("structure looks at one bank")
    try:
        return structure_sums(responses, **where)
    except (ResponseError, UnknownNameError) as fault:
        raise NeedsWholeError(str(fault)) from fault


def streamed_structure(
    stream: ResponsesStream, options: StructureOptions, *, advance: Callable[[float], None] = lambda _: None
) -> tuple[Structure, Inspection] | None:
    """Return the structure of answers read batch by batch, and what vouching for all of them found.

    ``None`` where they are so few that figures which go through every person can be had, or what is asked for needs
    them: they are to be read whole.

    Raises
    ------
    NeedsWholeError
        When the answers can only be judged all together.
    """
    check_options(options)
    if not options.from_sums or (stream.table.n_rows is not None and stream.table.n_rows <= FEW_ROWS):
        return None
    sums = merged_beside(stream.batches(advance), _work(options), operator.add)
    found = stream.vouch()
    if sums is None or sums.n_rows <= FEW_ROWS:
        return None
    return structure_of_sums(sums, options), found
