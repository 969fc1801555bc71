"""Whatever a public function was handed, as vouched responses; options nobody knows are refused, not swallowed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.responses.intake import ReadingOptions
from intimacy_scales.responses.model import Responses
from intimacy_scales.responses.read import read_responses, vouched
from intimacy_scales.responses.reading import Reading

OPTIONS = (
    "mapping",
    "missing_codes",
    "already_reversed",
    "shift",
    "id_column",
    *ReadingOptions.__annotations__,
)


def ready(
    data: Any,
    bank: ItemBank | str | os.PathLike[str] | Iterable[ItemBank | str | os.PathLike[str]] | None,
    reading: Mapping[str, Any],
) -> Responses:
    """Return responses: those given (of the banks asked for), or read from what was given.

    Parameters
    ----------
    data
        What :func:`intimacy_scales.read_export` takes, or what it or :func:`intimacy_scales.inspect_export` gave.
    bank
        One bank or several; ``None`` is enough for responses, which know theirs.
    reading
        Options of :func:`intimacy_scales.read_export`.

    Raises
    ------
    UnknownNameError
        For an option that nobody knows, with the one that was perhaps meant.
    ResponseError
        For options of reading when the answers were read already, for answers without a bank, for no answers at all,
        and with the problems of what was inspected and cannot be scored.
    """
    unknown = [name for name in reading if name not in OPTIONS]
    if unknown:
        raise UnknownNameError(
            [p for name in unknown for p in UnknownNameError.among("option", name, OPTIONS).problems]
        )
    if data is None:
        allowed = "a path, a frame, an array, one person's answers, or what read_export gave"
        raise ResponseError(Problem(where="answers", what="None was given", allowed=allowed))
    if isinstance(data, Reading):
        data = vouched(data)
    if isinstance(data, Responses):
        if reading:
            what = f"came with {', '.join(reading)}, but the answers were read already"
            raise ResponseError(Problem(where="options of reading", what=what, do="give them to read_export"))
        return data if bank is None else read_responses(data, bank)
    if bank is None:
        raise ResponseError(
            Problem(
                where="bank", what="none was given to read these answers with", do="give a bank, as in load_bank('eis')"
            )
        )
    return read_responses(data, bank, **reading)
