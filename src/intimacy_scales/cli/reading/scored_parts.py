"""``score FOLDER --out FOLDER``: a part out for each part in; interrupted, it leaves whole parts and goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from intimacy_scales.cli.options import ExportOptions

if TYPE_CHECKING:
    from intimacy_scales.cli.reading.streamed_score import ScoreOptions, StreamedScores
    from intimacy_scales.output.writing.parts import PartsFolder
    from intimacy_scales.reading.exports.stream_sources import PartStarts
    from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream
    from intimacy_scales.scoring import Scores

_IN_VAIN = ("survey", "join_files", "join", "join_as", "join_how", "sheet", "include_set_aside",
            "keep_unfinished", "drop_careless", "fill_down")  # fmt: skip
"""Options that look at all rows, or at more than one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsMade:
    """What is told of a folder that was scored: as of a file, and which parts were written or stood there already."""

    scores: StreamedScores
    written: tuple[str, ...]
    kept: tuple[str, ...]

    def __str__(self) -> str:
        from intimacy_scales.base.wording import counted

        there = f"; {counted(len(self.kept), 'part')} stood there whole, made by the same run" if self.kept else ""
        return f"written: {counted(len(self.written), 'part')}{there}"


def is_parts_run(export: Path, out: Path) -> bool:
    """Whether a folder is to be scored into a folder."""
    try:
        return export.is_dir() and (out.is_dir() or not out.suffix)
    except (OSError, ValueError):
        return False


def score_parts(
    export: Path, banks: Sequence[str], out: Path, options: ExportOptions, rule: ScoreOptions, *, refused: Sequence[str]
) -> PartsMade:
    """Score every file of a folder into one of the same name; all are vouched for together.

    Parameters
    ----------
    export, banks, out, options, rule
        As typed.
    refused
        Options of the command that cannot be had here, where they were said.

    Raises
    ------
    UsageError
        For options that need all rows at once.
    ResponseError, ExportError, OutputError
        With every fault found; no part of this run stands in the folder then.
    """
    from intimacy_scales.base.errors import ExportError, Problem, ResponseError, UnknownNameError, UsageError
    from intimacy_scales.cli.intake import told_of_export
    from intimacy_scales.output.writing.parts import parts_folder
    from intimacy_scales.reading.exports.table import NeedsWholeError
    from intimacy_scales.reading.responses.streaming.evidence_of_all import in_passes

    vain = [*refused, *(f"--{name.replace('_', '-')}" for name in _IN_VAIN if options.get(name))]
    if vain or "all" in rule.keep:
        named = " and ".join([*vain, *(["--keep all"] if "all" in rule.keep else [])])
        raise UsageError(Problem(where=named, what="cannot be had of a folder's parts: it looks at all rows at once",
                                 do="leave it out, or score one file"))  # fmt: skip
    if out.absolute().is_relative_to(export.absolute()):
        raise UsageError(Problem(where="--out", what="lies in the folder that is read", do="choose another folder"))

    def made(stream: ResponsesStream) -> PartsMade:
        names, recipe = _decided(export, stream.again(), starts, options, rule)
        with parts_folder(out, recipe, list(names), force=options.get("force", False)) as parts:
            try:
                return _scored(parts, names, rule, export, stream, starts, options)
            except (ExportError, ResponseError, UnknownNameError, NeedsWholeError):
                parts.discard()  # what the whole says stands against every part that was not vouched for
                raise

    try:
        with told_of_export(export):
            stream, starts = _opened(export, banks, options)
        return in_passes(stream, made, quiet=bool(options.get("quiet")), told=partial(told_of_export, export))
    except NeedsWholeError as fault:
        raise _whole_fault(export, banks, options, fault) from fault


def _opened(
    export: Path, banks: Sequence[str], options: ExportOptions
) -> tuple[ResponsesStream, PartStarts]:  # fmt: skip
    from intimacy_scales.cli.intake import banks_of, reading_options
    from intimacy_scales.reading.exports.stream_sources import stream_of_folder
    from intimacy_scales.reading.responses.read import STREAMED, stream_responses

    reading = reading_options(options)
    of_table: dict[str, Any] = {name: value for name, value in reading.items() if name in STREAMED}
    table, starts = stream_of_folder(export, **of_table)
    return stream_responses(table, banks_of(banks, options.get("wording")), **reading), starts


def _decided(
    export: Path, stream: ResponsesStream, starts: PartStarts, options: ExportOptions, rule: ScoreOptions
) -> tuple[dict[str, Path], dict[str, Any]]:
    """Return the parts by the names of what is made of them, and what makes these besides."""
    from intimacy_scales.bank import fingerprint
    from intimacy_scales.base.version import __version__
    from intimacy_scales.output.writing.parts import digest
    from intimacy_scales.reading.responses.streaming.batch_evidence import first_decided

    first_decided(stream)
    names = {_name_of(part, export): part for part in starts.parts}
    entries: dict[str, Any] = {
        "keep": list(rule.keep), "answers": rule.answers, "combine": rule.combine, "min_answered": rule.min_answered,
        **{name: _word(value) for name, value in sorted(options.items()) if name not in _OF_OUTPUT},
    }  # fmt: skip
    for name in ("mapping", "wording"):
        files = options.get(name) or ()
        given = files if isinstance(files, list | tuple) else [files]
        entries[name] = [digest(Path(file)) for file in given if isinstance(file, str | Path)]
    codings = stream.first.codings if stream.first is not None else ()
    recipe = {
        "software": f"intimacy-scales {__version__}",
        "command": "score",
        "banks": {bank.id: fingerprint(bank) for bank in stream.banks},
        "options": entries,
        "columns": _hashed([list(stream.table.names), [str(match) for match in stream.first.matches]]
                           if stream.first is not None else []),
        "codings": _hashed([[column.name, repr(one)] for coding in codings
                            for column, one in zip(coding.columns, coding.rules, strict=True)]),
    }  # fmt: skip
    return names, recipe


_OF_OUTPUT = ("json", "quiet", "force", "share", "log", "progress")


def _name_of(part: Path, folder: Path) -> str:
    inner = part.relative_to(folder)
    return (inner.with_suffix(".parquet") if inner.suffix.casefold() == ".pq" else inner).as_posix()


def _word(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _hashed(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


def _scored(
    parts: PartsFolder, names: Mapping[str, Path], rule: ScoreOptions,
    export: Path, stream: ResponsesStream, found: PartStarts, options: ExportOptions,
) -> PartsMade:  # fmt: skip
    """Read all parts, write those that are not whole, and vouch for all of them."""
    from intimacy_scales.base.errors import OutputError, Problem
    from intimacy_scales.base.progress import Progress
    from intimacy_scales.base.wording import counted
    from intimacy_scales.cli.reading.streamed_score import StreamedScores, answers_of
    from intimacy_scales.scoring import score_responses
    from intimacy_scales.scoring.summaries import ScoreSummaries, summaries_of

    whole = {name for name, source in names.items() if parts.is_whole(name, source)}
    if parts.is_finished and len(whole) < len(names) and not options.get("force"):
        what = (
            f"is finished, and {counted(len(names) - len(whole), 'part')} would be made anew: its input is another now"
        )
        raise OutputError(Problem(where=str(parts.folder), what=what, do="choose another folder, or say --force"))
    parts.begin(list(names), whole=whole)
    summaries: ScoreSummaries | None = None
    with (
        _PartWriter(parts=parts, names=list(names.items()), whole=whole, rule=rule) as writer,
        Progress(f"scoring {export.name}", total=stream.table.size, quiet=bool(options.get("quiet"))) as bar,
    ):
        for responses in stream.batches(bar.advance):
            scores = score_responses(responses, min_answered=rule.min_answered, combine=rule.combine)
            bar.count(len(scores))
            writer.write(scores, found, first_row=stream.table.first_row)
            own = summaries_of(scores)
            summaries = own if summaries is None else summaries + own
        writer.finish()
    vouched = stream.vouch()
    parts.close()
    if summaries is None:
        raise OutputError(Problem(where=str(export), what="holds no rows of answers"))
    told = StreamedScores(found=vouched, table=answers_of(stream, vouched).table, summaries=summaries)
    written = tuple(name for name in names if name not in whole)
    return PartsMade(scores=told, written=written, kept=tuple(name for name in names if name in whole))


@dataclass(slots=True, kw_only=True)
class _PartWriter:
    """Writes the rows of a stream into the parts they came from, one after another."""

    parts: PartsFolder
    names: Sequence[tuple[str, Path]]
    whole: set[str]
    rule: ScoreOptions
    at: int = -1
    """The part that is being written."""
    rows: int = 0
    last: Scores | None = None
    _stack: ExitStack | None = None
    _writer: Any = field(default=None, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stack is not None:  # the half-written part is gone
            self._stack.__exit__(kind, fault, trace)
            self._stack = None

    def write(self, scores: Scores, starts: PartStarts, *, first_row: int) -> None:
        """Write a batch, whose rows may be of several parts."""
        for place, rows in _by_part(scores.row_numbers - first_row, starts):
            while self.at < place:
                self._end(scores)
                self._begin()
            own = scores if len(rows) == len(scores) else scores.rows(rows)
            self.last = own
            self.rows += len(own)
            if self._writer is not None:
                self._writer.write(self._sheet(own))

    def finish(self) -> None:
        """End the last part; those behind it have no rows."""
        if self.last is not None:
            while self.at < len(self.names) - 1:
                self._end(self.last)
                self._begin()
            self._end(self.last)

    def _sheet(self, scores: Scores) -> Any:
        from intimacy_scales.cli.reading.scored_sheet import scored_sheet

        return scored_sheet(scores, keep=self.rule.keep, answers=self.rule.answers, is_batch=True)

    def _begin(self) -> None:
        from intimacy_scales.base.files import whole_file
        from intimacy_scales.output.writing.formats import batch_writer
        from intimacy_scales.output.writing.verification import FAULTS

        self.at += 1
        self.rows = 0
        name = self.names[self.at][0]
        if name in self.whole:
            return
        target = self.parts.place(name)
        suffix = target.suffix.casefold()
        self._stack = ExitStack()
        beside = self._stack.enter_context(whole_file(target, verify=FAULTS[suffix]))
        self._writer = self._stack.enter_context(batch_writer(beside, suffix))

    def _end(self, scores: Scores) -> None:
        """End the part that is being written; one without any row gets its header."""
        from intimacy_scales.cli.reading.scored_sheet import about

        if self._stack is None:
            return
        if not self.rows:
            self._writer.write(self._sheet(scores.rows([])))
        self._writer.finish(about(scores, n_rows=self.rows))
        stack, self._stack, self._writer = self._stack, None, None
        stack.close()
        name, source = self.names[self.at]
        self.parts.finish(name, source, self.rows)


def _by_part(places: Any, found: PartStarts) -> Iterator[tuple[int, Any]]:
    """Yield the parts in which these 0-based rows stand, in order, each with its rows of the batch."""
    of = found.parts_at(places)
    for place in np.unique(of).tolist():
        yield place, np.flatnonzero(of == place)


def _whole_fault(export: Path, banks: Sequence[str], options: ExportOptions, fault: Exception) -> Exception:
    """Return why a folder could not be scored part by part: what is wrong with its answers, or how they are read."""
    from intimacy_scales.base.errors import ExportError, IntimacyScalesError, Problem
    from intimacy_scales.cli.intake import read_answers
    from intimacy_scales.engines.files import is_parquet_folder

    if is_parquet_folder(export):
        try:
            read_answers(export, banks, options)
        except IntimacyScalesError as found:
            return found
    return ExportError(Problem(where=str(export), what=f"can only be judged as a whole ({fault})",
                               do="put its parts together in one file, and score that"))  # fmt: skip
