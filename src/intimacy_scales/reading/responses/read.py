"""The single door to answers: whatever was handed in, vouched for, or every reason why it cannot be.

Whatever a public function was handed, as vouched responses; options nobody knows are refused, not swallowed.

What a user says in a call, laid over the map: one thing then holds all that was said of a bank.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from intimacy_scales.bank import fingerprint
from intimacy_scales.bank.model import Banks, ItemBank
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.options import options_of, refuse_unknown
from intimacy_scales.base.row_rule import RowRule, parse_row_rule
from intimacy_scales.engines import BatchStream, engine_of, own_frame
from intimacy_scales.engines.files import is_parquet_folder
from intimacy_scales.engines.own_type import EAGER
from intimacy_scales.reading.exports.joining.joining import names_of_ids
from intimacy_scales.reading.exports.rows_apart import RowsApart
from intimacy_scales.reading.exports.table import NeedsWholeError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.coding.option_texts import number_in
from intimacy_scales.reading.responses.coding.raw_answers import CODES, CodesWord
from intimacy_scales.reading.responses.examination import Examination
from intimacy_scales.reading.responses.inspection import Inspection
from intimacy_scales.reading.responses.intake import banks_of, map_from, table_of
from intimacy_scales.reading.responses.mapping import ColumnMap
from intimacy_scales.reading.responses.model import Responses

if TYPE_CHECKING:
    from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream


def read_responses(
    data: Any,
    banks: Banks,
    **reading: Unpack[ReadingOptions],
) -> Responses:
    """Read answers, find their items, code and vouch for them.

    Parameters
    ----------
    data
        A path, a frame of any engine (pandas, polars, DuckDB, Spark ...), a table already read, an array of persons x
        items in item order, or one person: ``{"eis_1": 4}``, ``{1: 4}``, ``{"now": {...}, "expected": {...}}``, or a
        list of answers in item order; answers may be labels ("agree"). :class:`Responses` are handed back, restricted
        to the banks.
    banks
        One or several banks, ids of shipped ones, or paths.
    mapping
        What the user says about columns and labels: a file, or a dictionary of its shape.
    missing_codes
        Codes and texts of the file that are no answer (99, "refused"), besides those the file declares itself.
    already_reversed
        The reverse-keyed items were reversed in the file already: of every bank, or of the banks of these ids.
    shift
        Added to every code of the file: -1 when it counts from 1 and the bank from 0.
    id_column
        The column that names the rows (default: recognised).
    **reading
        For files: ``platform``, ``keep_unfinished``, ``sheet``, ``encoding``, ``progress`` and what else
        ``read_table`` knows. ``join="id"`` puts a list of files or frames side by side by
        that column (``join_as="waves"`` or ``"partners"`` tells their columns apart, ``join_how`` as in
        ``join_tables``); without ``join`` a list of paths is of a platform that writes a
        file a person.

    Returns
    -------
    Responses
        Codes of the bank as ticked, NaN where there is no answer; the same rows in the same order. Columns of
        numbers are copies: what becomes of the caller's own afterwards changes nothing.

    Raises
    ------
    ResponseError
        With every problem at once: items without a column, answers outside their options, parts of numbers, texts that
        are no label, codes shifted against the bank's.
    ExportError
        When a file cannot be read as a table.

    Examples
    --------
    >>> responses = read_responses({1: 4, 2: "agree", 3: 5, 4: 5, 5: None}, "eis")
    >>> responses.answered[0].block().tolist()
    [[4.0, 4.0, 5.0, 5.0, nan]]
    """
    refuse_unknown(reading, options_of(ReadingOptions))
    if isinstance(data, Inspection):
        data = vouched(data)
    if isinstance(data, Responses):
        return _restricted(data, banks_of(banks))
    return vouched(examine(data, banks, **reading))


def stream_responses(data: Any, banks: Banks, **reading: Unpack[ReadingOptions]) -> ResponsesStream:
    """Open the answers of a large table, to be read batch by batch and vouched for at the end.

    Parameters
    ----------
    data
        A plain text or a Parquet file, a folder of them, a frame of any engine, or a stream of its batches.
    banks, **reading
        As for :func:`read_responses`.

    Raises
    ------
    NeedsWholeError
        When its rows can only be judged all together.
    ExportError, ResponseError
        As :func:`read_responses` raises them.
    """
    from intimacy_scales.reading.exports.stream_sources import open_table_stream
    from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream

    refuse_unknown(reading, options_of(ReadingOptions))
    all_banks = banks_of(banks)
    said = with_words(map_from(reading.get("mapping")), all_banks, reading)
    of_table: dict[str, Any] = {name: reading[name] for name in STREAMED if name in reading}  # type: ignore[literal-required]
    table = open_table_stream(data, **of_table)
    if (rule := reading.get("where")) is not None:
        table = replace(table, apart=RowsApart(rule=_rule(rule)))
    return ResponsesStream(table, all_banks, said, reading.get("id_column"))


def _rule(text: str) -> RowRule:
    """Return a rule; what is wrong with one is told when the table was read."""
    try:
        return parse_row_rule(text)
    except ResponseError as fault:
        raise NeedsWholeError(fault.problems[0].what) from fault


STREAMED = ("platform", "progress", "encoding", "separator", "limit")
"""Options of tables that say something of files which are read batch by batch."""
LARGE_FILE = 4_000_000
"""Bytes of an export from which on it is read batch by batch: some two million answers."""
WHOLE_ONLY = ("survey", "join", "join_as", "join_how", "sheet", "include_set_aside", "keep_unfinished", "fill_down")
"""Options that need all rows at once."""


def may_stream(data: Any, reading: Mapping[str, Any]) -> bool:
    """Whether this is a large file, a folder of Parquet or an engine's frame, and nothing needs all rows at once.

    A frame of pandas, polars or pyarrow lies in memory already, and is read there.
    """
    if any(reading.get(name) for name in WHOLE_ONLY):
        return False
    if not isinstance(data, (str, os.PathLike)):
        return isinstance(data, BatchStream) or engine_of(own_frame(data)) not in (None, *EAGER)
    try:
        path = Path(data)
        return is_parquet_folder(path) or (path.is_file() and path.stat().st_size >= LARGE_FILE)
    except (OSError, ValueError):
        return False


def vouched(found: Inspection) -> Responses:
    """Return the responses of a reading; its problems are raised where it has none."""
    if found.responses is None:
        raise ResponseError(found.problems)
    return found.responses


def examine(
    data: Any,
    banks: Banks,
    **reading: Unpack[ReadingOptions],
) -> Inspection:
    """Find out everything about an export, without raising for what is wrong with its answers.

    Parameters
    ----------
    data, banks
        As for :func:`intimacy_scales.read_export`; answers that were read already are looked at again.
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes``, ``sheet`` ...).

    Returns
    -------
    Inspection
        Platform, rows kept and set aside, columns and items, texts and codes, keying, notes and problems;
        ``.responses`` where nothing stands in the way of scoring; ``.map_text()`` for ``--write-map``.

    Raises
    ------
    ExportError
        When a file cannot be read as a table.
    ResponseError
        When the map is faulty, or one person's answers name no item.
    UnknownKeywordError
        For an option that nobody knows.

    Notes
    -----
    Which column is which item is taken from names and texts and can be mistaken where two questionnaires share both;
    look before you score, and write down what you saw in a map.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({f"eis_{j}": [4, 5, 9] for j in range(1, 6)})
    >>> seen = examine(frame, "eis")
    >>> seen.responses is None, len(seen.problems)
    (True, 1)
    >>> examine(frame, "eis", missing_codes=[9]).responses.n_persons
    3
    """
    refuse_unknown(reading, options_of(ReadingOptions))
    if isinstance(data, (Responses, Inspection)):
        data = data.table if isinstance(data, Responses) else data.source_table
    all_banks = banks_of(banks)
    said = with_words(map_from(reading.get("mapping")), all_banks, reading)
    table = table_of(data, all_banks, reading)
    join = reading.get("join")
    joined = isinstance(join, str) and isinstance(data, (list, tuple))
    joined_by = names_of_ids(str(join), len(data))[0] if joined else None
    return Examination(table, all_banks, said, reading.get("id_column") or said.id or joined_by).run()


def _restricted(responses: Responses, banks: Sequence[ItemBank]) -> Responses:
    """Return responses of these banks only; a problem where one is not among them, or was another bank then."""
    problems, held = [], {bank.id: bank for bank in responses.banks}
    for bank in banks:
        if bank.id not in held:
            problems.append(
                Problem(
                    where=f"bank {bank.id}",
                    what="these responses were not read for it",
                    allowed=f"they hold: {', '.join(held)}",
                    do="read the data again with this bank",
                )
            )
        elif fingerprint(held[bank.id]) != fingerprint(bank):
            problems.append(
                Problem(
                    where=f"bank {bank.id}",
                    what=f"these responses were read with another {bank.id} (other fingerprint)",
                    do="read the data again with this bank",
                )
            )
    if problems:
        raise ResponseError(problems)
    wanted = [bank.id for bank in banks]
    parts = tuple(part for bank_id in wanted for part in responses.of(bank_id))
    return responses if len(parts) == len(responses.answered) else replace(responses, answered=parts)


def ready(
    data: Any,
    bank: Banks | None,
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
    UnknownKeywordError
        For an option that nobody knows, with the one that was perhaps meant.
    ResponseError
        For options of reading when the answers were read already, for answers without a bank, for no answers at all,
        and with the problems of what was inspected and cannot be scored.
    """
    refuse_unknown(reading, options_of(ReadingOptions))
    if data is None:
        allowed = "a path, a frame, an array, one person's answers, or what read_export gave"
        raise ResponseError(Problem(where="answers", what="None was given", allowed=allowed))
    if isinstance(data, Inspection):
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


Code = float | str
_OF_BANK = re.compile(r"([A-Za-z]\w*)=(.+)", re.DOTALL)


def with_words(mapping: ColumnMap, banks: Sequence[ItemBank], reading: ReadingOptions) -> ColumnMap:
    """Return the map with what was said in the call: per bank where it was said of one, else of every bank.

    Raises
    ------
    UnknownNameError
        When a bank is named that was not asked for.
    ResponseError
        When a shift is no whole number, or ``codes`` is no word there is.
    """
    asked = [bank.id for bank in banks]
    everywhere, missing = _by_bank(reading.get("missing_codes", ()), asked)
    shifts, word = _shifts(reading.get("shift", 0), asked), _word(reading.get("codes"))
    turned = _reversed(reading.get("already_reversed", False), asked)
    parts = dict(mapping.banks)
    for name in asked:
        part = mapping.of(name)
        parts[name] = replace(
            part,
            already_reversed=name in turned or part.already_reversed,
            shift=shifts.get(name, 0) or part.shift,
            codes=word or part.codes,
            missing=tuple(dict.fromkeys((*part.missing, *missing.get(name, ())))),
        )
    return replace(mapping, banks=parts, missing=tuple(dict.fromkeys((*mapping.missing, *everywhere))))


def _by_bank(
    given: Code | Iterable[Code] | Mapping[str, Iterable[Code]], asked: Sequence[str]
) -> tuple[list[Code], dict[str, list[Code]]]:
    """Return the codes said of every bank, and those said of one (``eis=99``)."""
    everywhere: list[Code] = []
    of_bank: dict[str, list[Code]] = {}
    if isinstance(given, Mapping):
        for name, codes in given.items():
            _known(name, asked)
            of_bank[name] = [codes] if isinstance(codes, (str, float, int)) else list(codes)
        return everywhere, of_bank
    for code in [given] if isinstance(given, (str, float, int)) else given:
        parted = _OF_BANK.fullmatch(code) if isinstance(code, str) else None
        if parted is None or (parted[1] not in asked and number_in(parted[2]) is None):
            everywhere.append(code)
            continue
        _known(parted[1], asked)
        number = number_in(parted[2])
        of_bank.setdefault(parted[1], []).append(parted[2] if number is None else number)
    return everywhere, of_bank


def _known(name: str, asked: Sequence[str]) -> None:
    if name not in asked:
        raise UnknownNameError.among("bank", name, asked)


def _shifts(given: int | str | Mapping[str, int], asked: Sequence[str]) -> dict[str, int]:
    if isinstance(given, Mapping):
        for name in given:
            _known(name, asked)
        return dict(given)
    if isinstance(given, str):
        found: dict[str, int] = {}
        for part in given.split(","):
            name, _, by = part.rpartition("=")
            if name:
                _known(name, asked)
            found |= dict.fromkeys([name] if name else asked, _whole(by))
        return found
    return dict.fromkeys(asked, given)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ResponseError(
            Problem(where="--shift", what=f"is {text!r}", allowed="a whole number, or BANK=N for one bank")
        ) from None


def _reversed(given: bool | Collection[str], asked: Sequence[str]) -> set[str]:
    if isinstance(given, bool):
        return set(asked) if given else set()
    names = {given} if isinstance(given, str) else set(given)
    for name in sorted(names - set(asked)):
        raise UnknownNameError.among("already reversed bank", name, asked)
    return names


def _word(codes: CodesWord | str | None) -> CodesWord | None:
    if codes is None:
        return None
    if codes not in CODES:
        raise ResponseError(Problem(where="--codes", what=f"is {codes!r}", allowed=" or ".join(CODES)))
    return codes
