"""``score`` of a file that is too large to be held: read, scored and written batch by batch, or not at all.

What acts row by row, or can be decided from counts of all rows, streams (README: *What is read in batches, and what is
not*); for the rest, named in :data:`_WHOLE_ONLY` and in ``reading.responses.read.WHOLE_ONLY`` or told by
:class:`NeedsWholeError`, the file is read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.cli.options import ExportOptions

if TYPE_CHECKING:
    from intimacy_scales.analysis.careless import Rule
    from intimacy_scales.analysis.norms.standings_of_batches import BatchStandings, StandingRule
    from intimacy_scales.reading.exports.table import SetAside, Source
    from intimacy_scales.reading.responses.inspection import Inspection
    from intimacy_scales.reading.responses.model import Responses
    from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream
    from intimacy_scales.scoring import Combine, Scores
    from intimacy_scales.scoring.summaries import ScoreSummaries

SAID_FROM = 200_000_000
"""Bytes of an export from which on it is said that it is held in memory."""
_WHOLE_ONLY = ("join_files",)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """What is told of a table that went by: its source, its rows, those set aside."""

    source: Source
    n_rows: int
    set_aside: Sequence[SetAside]

    def __len__(self) -> int:
        return self.n_rows

    @property
    def rows_read(self) -> int:
        """Rows below the header: kept and set aside."""
        return self.n_rows + len(self.set_aside)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedAnswers:
    """What is told of answers that went by batch by batch."""

    found: Inspection
    table: TableRead
    dropped: tuple[str, ...] = ()
    """What is told of rows that were set aside as careless."""

    @property
    def banks(self) -> tuple[Any, ...]:
        """The banks."""
        return self.found.banks

    @property
    def notes(self) -> tuple[str, ...]:
        """Every doubt about the answers."""
        return (*self.found.notes, *self.dropped)

    @property
    def source(self) -> Source:
        """Where they came from."""
        return self.table.source

    @property
    def set_aside(self) -> Sequence[SetAside]:
        """Rows that are no respondents."""
        return self.table.set_aside

    @property
    def n_persons(self) -> int:
        """Number of rows read as persons."""
        return len(self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedScores(StreamedAnswers):
    """The same of answers that were scored on the way."""

    summaries: ScoreSummaries
    standings: str = ""
    """What is told of standings in a norm, where they were asked for."""


def answers_of(stream: ResponsesStream, inspection: Inspection) -> StreamedAnswers:
    """Return what is told of a stream that was vouched for."""
    gone, read = len(stream.sieved), stream.n_persons
    aside = stream.table.blank.merged(stream.sieved)
    table = TableRead(source=stream.table.source, n_rows=read - gone, set_aside=aside)
    return StreamedAnswers(found=inspection, table=table, dropped=_dropped(stream, gone, read))


def _dropped(stream: ResponsesStream, gone: int, read: int) -> tuple[str, ...]:
    from intimacy_scales.analysis.careless import dropped_note

    return (dropped_note(stream.sieve.rule, gone, read),) if isinstance(stream.sieve, CarelessSieve) and gone else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CarelessSieve:
    """Sets rows of a batch aside that answered carelessly, by a rule that acts row by row."""

    rule: Rule

    def __call__(self, responses: Responses) -> dict[int, str]:
        """Return these rows, each with the reason; what is wrong with the rule is told of the whole table."""
        from intimacy_scales.analysis.careless import careless_rows
        from intimacy_scales.base.errors import ResponseError
        from intimacy_scales.reading.exports.table import NeedsWholeError

        try:
            return careless_rows(responses, self.rule)
        except ResponseError as fault:
            raise NeedsWholeError(fault.problems[0].what) from fault


def stream_of_export(export: Path, banks: Sequence[str], options: ExportOptions) -> ResponsesStream:
    """Open the answers of a large export, to be read batch by batch."""
    from intimacy_scales.cli.intake import banks_of, reading_options, told_of_export
    from intimacy_scales.reading.responses.read import stream_responses

    with told_of_export(export):
        stream = stream_responses(export, banks_of(banks, options.get("wording")), **reading_options(options))
    if (rule := options.get("drop_careless")) is not None:
        from intimacy_scales.analysis.careless import parse_rule

        stream.sieve = CarelessSieve(rule=parse_rule(rule))
    return stream


def _careless_in_batches(rule: str | None) -> bool:
    """Whether there is no rule of careless answering, or one that acts row by row."""
    if rule is None:
        return True
    from intimacy_scales.analysis.careless import parse_rule
    from intimacy_scales.analysis.careless.drop_rule import acts_row_by_row
    from intimacy_scales.base.errors import IntimacyScalesError

    try:
        return acts_row_by_row(parse_rule(rule))
    except IntimacyScalesError:  # told where the file is read
        return False


def may_stream(export: Path, out: Path, options: ExportOptions, keep: Sequence[str]) -> bool:
    """Whether an export is large, and nothing was asked that needs all of its rows at once."""
    from intimacy_scales.output.writing.formats import STREAMED

    return may_read_in_batches(export, options) and out.suffix.casefold() in STREAMED and "all" not in keep


def may_read_in_batches(export: Path, options: ExportOptions) -> bool:
    """Whether an export is large, and no option of reading needs all of its rows at once."""
    from intimacy_scales.reading.responses.read import may_stream as large

    if any(options.get(name) for name in _WHOLE_ONLY) or not large(export, options):
        return False
    return _careless_in_batches(options.get("drop_careless"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOptions:
    """How answers are scored, and what is written beside the scores."""

    combine: Combine
    min_answered: int | None
    keep: Sequence[str] = ()
    answers: bool = False
    standing: StandingRule | None = None


def streamed_scores(
    export: Path,
    banks: Sequence[str],
    out: Path,
    options: ExportOptions,
    rule: ScoreOptions,
    *,
    say: Callable[[str], None],
) -> StreamedScores | None:
    """Score an export batch by batch into a file; ``None``, and no file, where it has to be read whole.

    What the answers mean is decided from the first batch and again from all of them; the file takes its place only
    when both say the same and nothing stands against it. Where they do not, it is read once more by what all say. Of a
    very large file that is read whole ``say`` is told why.

    Raises
    ------
    ResponseError
        With everything that is wrong with the answers, as of a file that is read whole.
    """
    from intimacy_scales.cli.intake import told_of_export
    from intimacy_scales.reading.exports.table import NeedsWholeError
    from intimacy_scales.reading.responses.streaming.evidence_of_all import in_passes

    def written(stream: ResponsesStream) -> StreamedScores:
        return _written(stream, export, out, options, rule)

    try:
        stream = stream_of_export(export, banks, options)
        quiet = bool(options.get("quiet"))
        return in_passes(stream, written, quiet=quiet, told=partial(told_of_export, export))
    except NeedsWholeError as why:
        say_whole(export, why, say)
        return None


def say_whole(export: Path, why: object, say: Callable[[str], None]) -> None:
    """Tell why a very large file is read whole; of a smaller one nothing."""
    from intimacy_scales.base import wording

    size = export.stat().st_size
    if size >= SAID_FROM:
        what = f"({wording.figure(size / 1e9, 1)} GB) is read whole, which needs memory for all of its rows"
        say(f"note: {export.name} {what}: {why}")


def _written(
    stream: ResponsesStream, export: Path, out: Path, options: ExportOptions, rule: ScoreOptions
) -> StreamedScores:
    from intimacy_scales.base.files import may_write, whole_file
    from intimacy_scales.base.progress import Progress
    from intimacy_scales.cli.intake import inputs_of
    from intimacy_scales.cli.reading.scored_sheet import about, norms_told, scored_sheet
    from intimacy_scales.output.writing.formats import batch_writer
    from intimacy_scales.output.writing.verification import FAULTS
    from intimacy_scales.reading.exports.table import NeedsWholeError
    from intimacy_scales.scoring import score_responses
    from intimacy_scales.scoring.summaries import summaries_of

    suffix = out.suffix.casefold()
    force = options.get("force", False)
    target = may_write(out, force=force, inputs=inputs_of(export, options))
    summaries: ScoreSummaries | None = None
    last: Scores | None = None
    placing = _placing(rule)
    with (
        whole_file(target, force=force, verify=FAULTS[suffix]) as beside,
        batch_writer(beside, suffix) as writer,
        Progress(f"scoring {export.name}", total=stream.table.size, quiet=bool(options.get("quiet"))) as bar,
    ):
        for responses in stream.batches(bar.advance):
            last = score_responses(responses, min_answered=rule.min_answered, combine=rule.combine)
            bar.count(len(last))
            standings = None if placing is None else placing.place(last)
            sheet = scored_sheet(last, keep=rule.keep, answers=rule.answers, standings=standings, is_batch=True)
            writer.write(sheet)
            own = summaries_of(last)
            summaries = own if summaries is None else summaries + own
        found = stream.vouch()
        if last is None or summaries is None:
            raise NeedsWholeError("there are no rows")
        read = answers_of(stream, found)
        if placing is not None:
            placing.vouch()
        told = {} if placing is None else norms_told(placing.last)
        writer.finish(about(last, n_rows=read.n_persons) | told)
    said = "" if placing is None else str(placing)
    return StreamedScores(found=found, table=read.table, dropped=read.dropped, summaries=summaries, standings=said)


def _placing(rule: ScoreOptions) -> BatchStandings | None:
    if rule.standing is None:
        return None
    from intimacy_scales.analysis.norms.standings_of_batches import BatchStandings

    return BatchStandings(rule.standing)
