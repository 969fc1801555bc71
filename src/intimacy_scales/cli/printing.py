"""What a command says: plain text for people, JSON for programs, both from the same results.

What fits a terminal: tables no wider than it, lines wrapped, notes that say the same said once.

``--second-opinion``: what other programs say to a result, printed and for JSON.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.base.errors import visible
from intimacy_scales.base.files import current, may_write, note_rows, write_text
from intimacy_scales.cli.options import OutputOptions
from intimacy_scales.cli.process import Working, complain, run_record, silence

if TYPE_CHECKING:
    from intimacy_scales.bank.model import ItemBank
    from intimacy_scales.cli.reading.streamed_score import StreamedAnswers, TableRead
    from intimacy_scales.reading.exports.table import RawTable, SetAside
    from intimacy_scales.reading.responses.model import Responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """Where what a command says goes: stdout for results, unless ``--json -`` has it or ``--quiet`` was said."""

    command: str = ""
    json_file: str | None = None
    quiet: bool = False
    force: bool = False
    inputs: tuple[Path, ...] = ()
    working: Working | None = field(default=None, repr=False, compare=False)

    def at(self, step: str) -> None:
        """Say what is being done now: on stderr, when the command takes longer than two seconds."""
        if self.working is not None:
            self.working.at(step)

    def ready(self) -> Printer:
        """Check before any work that the JSON file may be written; return self."""
        if self.json_file not in (None, "-"):
            may_write(str(self.json_file), force=self.force, inputs=self.inputs)
        return self

    def result(self, text: object) -> None:
        """Print a result for people: as wide as the terminal, notes that say the same once."""
        self._stop()
        if not self.quiet and self.json_file != "-":
            _say(fitted(with_grouped_notes(visible(str(text))), terminal_width()))

    def note(self, text: object) -> None:
        """Print something said on the way, on stderr."""
        self._stop()
        if not self.quiet:
            complain(visible(str(text)))

    def _stop(self) -> None:
        if self.working is not None:
            self.working.stop()

    def json(
        self,
        parts: Mapping[str, Any],
        *,
        responses: Responses | StreamedAnswers | None = None,
        warnings: Sequence[str] = (),
        somebody: bool = False,
    ) -> None:
        """Write the JSON that was asked for, whole or not at all: the head of every file, then these parts.

        Of ``responses`` the head names banks, file and rows, and their doubts stand among the warnings. A file of
        ``somebody`` (one person, one partner) tells nothing that depends on others.
        """
        self._stop()
        if self.json_file is None:
            return
        import json

        from intimacy_scales.base.results import json_safe

        start = head(self.command) if responses is None else responses_head(self.command, responses, warnings)
        start["run"] = run_record(self.inputs, somebody=somebody)
        if rule := start["run"]["options"].get("where"):
            start["where"] = rule
        text = json.dumps(json_safe({**start, **parts}), ensure_ascii=False, allow_nan=False, indent=2) + "\n"
        if self.json_file == "-":
            sys.stdout.write(text)
        else:
            write_text(may_write(self.json_file, force=self.force, inputs=self.inputs), text)

    def answers_read(self, responses: Responses | StreamedAnswers) -> None:
        """Say how many rows were read, and every doubt about them."""
        note_rows(responses.table.rows_read, responses.n_persons)
        self.result(rows_sentence(responses))
        if responses.notes:
            self.note(with_grouped_notes("\n".join(f"note: {note}" for note in responses.notes)))


def printer_of(command: str, options: OutputOptions, inputs: Sequence[Path] = ()) -> Printer:
    """Return where a command prints; refuse a ``--json`` file that may not be written before any work is done."""
    quiet = options.get("quiet", False)
    if (run := current()) is not None:
        run.share = options.get("share", False)
        run.log = options.get("log")
        if run.log is not None:
            from intimacy_scales.output.privacy import log_secret

            log_secret(run.log)  # refused before any work is done
    printer = Printer(
        command=command,
        json_file=options.get("json"),
        quiet=quiet,
        force=options.get("force", False),
        inputs=tuple(inputs),
        working=Working(step=command, quiet=quiet),
    ).ready()
    if printer.working is not None:
        printer.working.start()
    return printer


def _say(text: object) -> None:
    """Print on stdout; a reader who has seen enough (``| head``) ends the talking, not the work."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        silence(sys.stdout)


def head(
    command: str,
    banks: Iterable[ItemBank] = (),
    *,
    source: Mapping[str, Any] | None = None,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the beginning of every JSON file: who made it, from what."""
    from intimacy_scales.base.version import __version__

    return {
        "tool": "intimacy-scales",
        "version": __version__,
        "command": command,
        "banks": bank_heads(banks),
        "input": dict(source) if source is not None else None,
        "warnings": list(warnings),
    }


def bank_heads(banks: Iterable[ItemBank]) -> dict[str, dict[str, str]]:
    """Return which banks, in which version, made a file."""
    from intimacy_scales.bank import fingerprint

    return {bank.id: {"version": bank.version, "fingerprint": fingerprint(bank)} for bank in banks}


def responses_head(command: str, responses: Responses | StreamedAnswers, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return the head for a command that read answers, with every doubt among its warnings."""
    from intimacy_scales.reading.exports.row_filter import LEFT_OUT
    from intimacy_scales.reading.exports.table import why_set_aside

    made = head(command, responses.banks, source=table_head(responses.table), warnings=[*responses.notes, *notes])
    whys = why_set_aside(responses.set_aside)
    rule = next((why.removeprefix(LEFT_OUT) for why in whys if why.startswith(LEFT_OUT)), None)
    return made if rule is None else {**made, "where": rule}


def reasons(aside: Iterable[SetAside]) -> dict[str, int]:
    """Return reason to number of rows set aside for it, the commonest first."""
    from intimacy_scales.reading.exports.table import why_set_aside

    return dict(sorted(why_set_aside(aside).items(), key=lambda one: -one[1]))


def rows_sentence(responses: Responses | StreamedAnswers) -> str:
    """Return one sentence on the rows read, and why some were set aside."""
    text = f"{responses.source.platform}: {responses.table.rows_read:,} rows read, {responses.n_persons:,} used"
    if not responses.set_aside:
        return text + "."
    why = "; ".join(f"{count:,} {reason}" for reason, count in reasons(responses.set_aside).items())
    return f"{text}, {len(responses.set_aside):,} set aside ({why})."


def table_head(table: RawTable | TableRead) -> dict[str, Any]:
    """Return the ``input`` part of the JSON for a table as it was read."""
    return {
        "path": table.source.path,
        "platform": table.source.platform,
        "rows_read": table.rows_read,
        "rows_used": len(table),
        "rows_set_aside": [{"row": a.row, "why": a.why} for a in table.set_aside],
    }


MOST_NAMED = 3  # scales that a note on many names
NARROWEST = 40  # columns: below, nothing is gained by breaking lines
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?![\w.]*\w)|(?<!\w)\.\d+")
_CELLS = re.compile(r"\S {2,}\S")


def terminal_width() -> int | None:
    """Return the width to keep to; ``None`` for files and pipes, whose lines stay whole."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return None
    return max(shutil.get_terminal_size().columns, NARROWEST)


def fitted(text: str, width: int | None) -> str:
    r"""Return a text whose lines fit: tables are continued below with their first column, sentences wrapped.

    Examples
    --------
    >>> print(fitted("scale      alpha  a column that is wide\na.total      .80                     12", 36))
    scale    alpha
    a.total    .80
    <BLANKLINE>
    scale    a column that is wide
    a.total                     12
    """
    if width is None:
        return text
    lines: list[str] = []
    for block in _blocks(text.split("\n")):
        if max(map(len, block)) <= width:
            lines += block
        elif len(block) > 1:
            lines += _table(block, width)
        else:
            lines += _wrapped(block[0], width)
    return "\n".join(lines)


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield tables (lines of cells two spaces apart that stand one below the other) whole, all else line by line."""
    table: list[str] = []
    for line in lines:
        if _CELLS.search(line) and (not table or len(_spans([*table, line])) > 1):
            table.append(line)
            continue
        if table:
            yield table
        table = [line] if _CELLS.search(line) else []
        if not table:
            yield [line]
    if table:
        yield table


def _spans(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the columns of a table begin and end: they are parted by two blanks in every line."""
    width = max(map(len, lines))
    used = [any(at < len(line) and line[at] != " " for line in lines) for at in range(width)]
    spans: list[tuple[int, int]] = []
    start = None
    for at in range(width + 2):
        if at < width and used[at]:
            start = at if start is None else start
        elif start is not None and not any(used[at : at + 2]):
            spans.append((start, at))
            start = None
    return spans


def _table(lines: Sequence[str], width: int) -> list[str]:
    spans = _spans(lines)
    first, *others = spans
    wide = first[1] - first[0]
    parts: list[list[tuple[int, int]]] = [[]]
    room = width - wide
    for span in others:
        needed = 2 + span[1] - span[0]
        if needed > room and parts[-1]:
            parts.append([])
            room = width - wide
        parts[-1].append(span)
        room -= needed
    texts: list[str] = []
    for number, part in enumerate(parts):
        texts += [""] if number else []
        texts += ["  ".join(line[a:b].ljust(b - a) for a, b in (first, *part)).rstrip() for line in lines]
    return texts


def _wrapped(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    ) or [line]


def grouped_notes(notes: Iterable[tuple[str, str]]) -> list[str]:
    """Return notes on several scales, those that say the same once, with the range of numbers that differ.

    Examples
    --------
    >>> grouped_notes([("a", "only 12 complete rows"), ("b", "only 9 complete rows"), ("b", "two items")])
    ['a, b: only 9 to 12 complete rows', 'b: two items']
    """
    same: dict[str, list[tuple[str, str]]] = {}
    for scale, note in notes:
        same.setdefault(_NUMBER.sub("#", note), []).append((scale, note))
    return [f"{_named(list(dict.fromkeys(scale for scale, _ in one)))}: {_ranged(one)}" for one in same.values()]


def _named(scales: Sequence[str]) -> str:
    most = scales if len(scales) <= MOST_NAMED else scales[: MOST_NAMED - 1]
    more = len(scales) - len(most)
    return ", ".join(most) + (f" and {more} more" if more else "")


def _ranged(group: Sequence[tuple[str, str]]) -> str:
    """Return one note for all of a group: where their numbers differ, the lowest and the highest."""
    texts = [note for _, note in group]
    slots = list(zip(*(_NUMBER.findall(text) for text in texts), strict=True))
    said = iter([_range(numbers) for numbers in slots])
    return _NUMBER.sub(lambda _: next(said), texts[0])


def _range(numbers: Sequence[str]) -> str:
    ordered = sorted(set(numbers), key=lambda number: float(number.replace(",", "")))
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def with_grouped_notes(text: str) -> str:
    r"""Return a text in which neighbouring lines ``note: SCALE: ...`` that say the same are one.

    Examples
    --------
    >>> print(with_grouped_notes("note: eis_total: few answers\nnote: pair_social: few answers\nnote: alone"))
    note: eis_total, pair_social: few answers
    note: alone
    """
    lines: list[str] = []
    notes: list[tuple[str, str]] = []
    for line in [*text.split("\n"), None]:
        named = None if line is None else re.fullmatch(r"note: ([\w.]+): (.+)", line)
        if named is not None:
            notes.append((named[1], named[2]))
            continue
        lines += [f"note: {note}" for note in grouped_notes(notes)]
        notes = []
        if line is not None:
            lines.append(line)
    return "\n".join(lines)


def second_opinion_of(printer: Printer, result: Any, data: Any = None, *, asked: bool) -> dict[str, Any]:
    """Print a second opinion where it was asked for; return its part of the JSON (nothing else)."""
    if not asked:
        return {}
    from intimacy_scales.analysis.second_opinion import second_opinion

    opinion = second_opinion(result, data)
    printer.result(f"\n{opinion}")
    return {"second_opinion": opinion.to_dict(), "second_opinion_notes": list(opinion.notes)}
