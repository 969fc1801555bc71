"""What a command says: plain text for people, JSON for programs, both from the same results."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.base.files import may_write, write_text
from intimacy_scales.base.session import current, note_rows
from intimacy_scales.base.visible import visible
from intimacy_scales.cli.options import OutputOptions
from intimacy_scales.cli.process import complain, silence
from intimacy_scales.cli.run_record import run_record
from intimacy_scales.cli.terminal import fitted, terminal_width, with_grouped_notes
from intimacy_scales.cli.working import Working

if TYPE_CHECKING:
    from intimacy_scales.bank.model import ItemBank
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
        responses: Responses | None = None,
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

    def answers_read(self, responses: Responses) -> None:
        """Say how many rows were read, and every doubt about them."""
        note_rows(responses.table.rows_read, responses.n_persons)
        self.result(rows_said(responses))
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
    made = Printer(
        command=command,
        json_file=options.get("json"),
        quiet=quiet,
        force=options.get("force", False),
        inputs=tuple(inputs),
        working=Working(step=command, quiet=quiet),
    ).ready()
    if made.working is not None:
        made.working.start()
    return made


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


def responses_head(command: str, responses: Responses, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return the head for a command that read answers, with every doubt among its warnings."""
    from intimacy_scales.reading.exports.row_filter import LEFT_OUT

    made = head(command, responses.banks, source=table_head(responses.table), warnings=[*responses.notes, *notes])
    rule = next((one.why.removeprefix(LEFT_OUT) for one in responses.set_aside if one.why.startswith(LEFT_OUT)), None)
    return made if rule is None else {**made, "where": rule}


def reasons(aside: Iterable[SetAside]) -> dict[str, int]:
    """Return reason to number of rows set aside for it, the commonest first."""
    counts: dict[str, int] = {}
    for row in aside:
        counts[row.why] = counts.get(row.why, 0) + 1
    return dict(sorted(counts.items(), key=lambda one: -one[1]))


def rows_said(responses: Responses) -> str:
    """Return one sentence on the rows read, and why some were set aside."""
    said = f"{responses.source.platform}: {responses.table.rows_read:,} rows read, {responses.n_persons:,} used"
    if not responses.set_aside:
        return said + "."
    why = "; ".join(f"{count:,} {reason}" for reason, count in reasons(responses.set_aside).items())
    return f"{said}, {len(responses.set_aside):,} set aside ({why})."


def table_head(table: RawTable) -> dict[str, Any]:
    """Return the ``input`` part of the JSON for a table as it was read."""
    return {
        "path": table.source.path,
        "platform": table.source.platform,
        "rows_read": table.rows_read,
        "rows_used": len(table),
        "rows_set_aside": [{"row": a.row, "why": a.why} for a in table.set_aside],
    }
