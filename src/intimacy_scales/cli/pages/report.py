"""``report``: one self-contained page of the sample, a person or a couple; or one for each of them."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack, cast

from intimacy_scales.base.options import Option, with_defaults
from intimacy_scales.cli.options import (
    Banks,
    CoupleColumn,
    Export,
    ExportOptions,
    Level,
    MinAnswered,
    NormName,
    Occasion,
    PartnerColumn,
    ReliabilityFigure,
    SdFigure,
)

if TYPE_CHECKING:
    from intimacy_scales.analysis.structure import Structure
    from intimacy_scales.cli.printing import Printer
    from intimacy_scales.output.report import Report
    from intimacy_scales.reading.responses.model import Responses

EACH = ("person", "couple")
VIEWS = ("both", "a", "b", "each")


SecondFile = Annotated[Path | None, Option(metavar="EXPORT", help="The other partner's file: a couple's report.")]


class ReportOptions(ExportOptions, total=False):
    """Whose report, and what its figures may rest on."""

    out: Annotated[
        Path | None,
        Option(
            metavar="FILE|DIR",
            help="The report, .html or .pdf (default: a new name that reveals nothing); a folder for --each.",
        ),
    ]
    person: Annotated[str | None, Option(metavar="ID", help="A report for the person of this id.")]
    couple_id: Annotated[str | None, Option(metavar="ID", help="A report for the couple of this id.")]
    each: Annotated[str | None, Option(metavar="person|couple", help="One report for each, into the folder --out DIR.")]
    key: Annotated[Path | None, Option(metavar="FILE", help="With --each: write a CSV that says which file is whose.")]
    couple: CoupleColumn
    partner: PartnerColumn
    view: Annotated[
        str,
        Option(
            metavar="both|a|b|each",
            default="both",
            help="Of a couple: both partners' answers, or one partner's own (each: with --each couple).",
        ),
    ]
    after: Annotated[Path | None, Option(metavar="FILE", help="The same persons later: a report over time.")]
    occasion: Occasion
    structure: Annotated[
        bool, Option(default=False, help="Of a sample: add whether its items belong together as the bank says.")
    ]
    group: Annotated[str | None, Option(metavar="COLUMN", help="With --structure: compare these groups.")]
    norm: NormName
    devices: Annotated[
        bool, Option(default=False, help="Devices play a part, says the person: the tip on them may come.")
    ]
    sd: SdFigure
    reliability: ReliabilityFigure
    min_answered: MinAnswered
    audience: Annotated[
        str | None,
        Option(
            name="--for",
            metavar="client|clinician|research",
            help="For whom (in Python audience=): a page to take home, the professional's, a reviewer's "
            "(default: clinician of a person or couple, research of a sample).",
        ),
    ]
    help_line: Annotated[
        str, Option(metavar="TEXT", default="", help="A local help line, put first where help is named.")
    ]
    language: Annotated[
        str, Option(metavar="en|de", default="en", help="Language of the page; parts for professionals stay English.")
    ]
    brief: Annotated[bool, Option(default=False, help="Of a sample: the two-page version.")]
    caseload: Annotated[
        bool,
        Option(default=False, help="One page of everybody over time: who changed reliably, who is overdue, courses."),
    ]
    due: Annotated[
        int, Option(metavar="DAYS", default=90, help="With --caseload: days after which somebody is overdue.")
    ]
    pdf: Annotated[bool, Option(default=False, help="Write PDF where --out does not say so (--each).")]


def run(
    export: Export, second: SecondFile = None, /, *, bank: Banks, level: Level = 0.9, **options: Unpack[ReportOptions]
) -> None:
    """Write one self-contained report (HTML or PDF): of the sample, a person, a person over time, or a couple.

    Examples
    --------
    intimacy-scales report export.csv --bank pair --out report.html
    intimacy-scales report export.csv --bank pair --id code --person 17
    intimacy-scales report export.csv --bank eis --couple couple_code --partner partner --couple-id 012
    intimacy-scales report anna.json ben.json --bank pair --for client
    intimacy-scales report export.csv --bank eis --id code --each person --out reports --key key.csv
    intimacy-scales report sessions.csv --bank eis --id code --occasion date --caseload
    """
    from intimacy_scales.base.files import may_write
    from intimacy_scales.cli.intake import inputs_of
    from intimacy_scales.cli.printing import printer_of

    asked = with_defaults(options, ReportOptions) | {"level": level}
    _refuse(asked)
    printer = printer_of("report", options, (*inputs_of(export, options), *([second] if second else [])))
    if asked["each"] is not None:
        _run_each(export, bank, options, asked, printer)
        return
    suffix = ".pdf" if asked["pdf"] else ".html"
    out = asked["out"] or Path(f"report-{secrets.token_hex(8)}{suffix}")  # a name that reveals nobody
    may_write(out, force=printer.force, inputs=printer.inputs)
    figures = _figures(asked)
    printer.at(f"reading {export.name}")
    if asked["caseload"] and export.is_dir():
        responses, after, asked["occasion"] = *_sessions(export, bank, options), options.get("occasion")
        asked["occasion"] = asked["occasion"] or _when(responses)
        options = cast("ReportOptions", options | {"occasion": asked["occasion"]})
    else:
        responses, after = _read(export, bank, options)
    if second is not None:
        printer.at("writing the report")
        report = _of_two(responses, second, bank, options, asked | figures)
    else:
        columns = _columns(responses, options)
        structures = _structures(responses, asked, printer)
        printer.at("writing the report")
        report = _built(responses, after, asked, figures | columns | {"structure": structures})
    written = report.save(out, force=printer.force, inputs=printer.inputs)
    printer.answers_read(responses)
    printer.result(report)
    printer.result(f"written: {written}")
    _record(printer, responses, asked, report, written)


def _read(export: Path, bank: list[str], options: ReportOptions) -> tuple[Responses, Responses | None]:
    from intimacy_scales.cli.intake import read_answers

    after = options.get("after")
    later = None if after is None else read_answers(after, bank, options)
    return read_answers(export, bank, options), later


def _columns(responses: Responses, options: ReportOptions) -> dict[str, Any]:
    """Return the columns that name couple, partner and occasion; an id where a column should stand is refused."""
    from intimacy_scales.base.errors import Problem, UnknownNameError
    from intimacy_scales.cli.intake import couple_columns

    column = options.get("couple")
    if column is not None and column not in responses.table.names and options.get("couple_id") is None:
        raise UnknownNameError(
            Problem(
                where="--couple",
                what=f"names the column of couples, and no column is called {column!r}",
                allowed=f"there is: {', '.join(responses.table.names)}",
                do=f"for a report on the couple of that id say --couple-id {column}",
            )
        )
    wanted = options.get("couple_id") is not None or options.get("each") == "couple"
    couple, partner = couple_columns(responses, options, look=wanted)
    return {"couple_column": couple, "partner_column": partner, "time": options.get("occasion")}


def _figures(asked: dict[str, Any]) -> dict[str, Any]:
    from intimacy_scales.cli.figures import per_score

    return {
        "sd": per_score("--sd", asked["sd"]),
        "reliability": per_score("--reliability", asked["reliability"]),
    }


def _sessions(folder: Path, bank: list[str], options: ReportOptions) -> tuple[Responses, None]:
    """Return the answers of a folder of sessions as one table."""
    from intimacy_scales.cli.intake import banks_of
    from intimacy_scales.output.report.caseload import sessions_in

    reading: Any = {"id_column": options["id_column"]} if options.get("id_column") else {}
    return sessions_in(folder, banks_of(bank, options.get("wording")), reading, None)[0], None


def _when(responses: Responses) -> str | None:
    from intimacy_scales.output.report.caseload import DATE

    return DATE if DATE in responses.table.names else None


def _of_two(
    responses: Responses, second: Path, bank: list[str], options: ReportOptions, asked: dict[str, Any]
) -> Report:
    """Return the report on two partners, a file each."""
    from intimacy_scales.analysis.couples import compare_partners
    from intimacy_scales.cli.intake import read_answers
    from intimacy_scales.output.report import build_report, same_couple

    other = read_answers(second, bank, options)
    same_couple([responses, other])
    figures = {name: asked[name] for name in ("level", "sd", "reliability")}
    comparison = compare_partners(responses, other, list(responses.banks), **figures)
    return build_report(comparison, view=asked["view"], norm=asked["norm"], devices=asked["devices"], **_page(asked))


def _built(responses: Responses, after: Responses | None, asked: dict[str, Any], more: dict[str, Any]) -> Report:
    from intimacy_scales.output.report import build_report, subject_of
    from intimacy_scales.scoring import score_responses

    figures = {"error_reliability" if name == "reliability" else name: value for name, value in more.items()}
    scores = score_responses(responses, min_answered=asked["min_answered"])
    later = None if after is None else score_responses(after, min_answered=asked["min_answered"])
    whom = {"person": asked["person"], "couple": asked["couple_id"]}
    if whom == {"person": None, "couple": None} and later is None and not asked["caseload"]:
        whom |= subject_of(scores) if not figures["couple_column"] else {}
    return build_report(
        scores,
        after=later,
        brief=asked["brief"],
        caseload=asked["caseload"],
        due=asked["due"],
        view=asked["view"],
        norm=asked["norm"],
        level=asked["level"],
        devices=asked["devices"],
        **_page(asked),
        **(figures | whom),
    )


def _page(asked: dict[str, Any]) -> dict[str, Any]:
    """Return for whom the page is, and in which language."""
    return {name: asked[name] for name in ("audience", "help_line", "language")}


def _structures(responses: Responses, asked: dict[str, Any], printer: Printer) -> list[Structure]:
    """Return the structure of every bank in its first administration, where it was asked for."""
    if not asked["structure"]:
        return []
    from intimacy_scales.analysis.structure import structure

    structures = []
    for bank in responses.banks:
        printer.at(f"structure of {bank.id}")
        structures.append(structure(responses, bank, group=asked["group"]))
    return structures


def _run_each(export: Path, bank: list[str], options: ReportOptions, asked: dict[str, Any], printer: Printer) -> None:
    from intimacy_scales.base.errors import Problem, ResponseError
    from intimacy_scales.output.report import write_reports
    from intimacy_scales.scoring import score_responses

    if asked["out"] is None:
        raise ResponseError(Problem(where="--each", what="needs a folder", do="say --out DIR"))
    figures = _figures(asked)
    printer.at(f"reading {export.name}")
    responses, after = _read(export, bank, options)
    printer.at(f"writing a report for each {asked['each']}")
    scores = score_responses(responses, min_answered=asked["min_answered"])
    written = write_reports(
        scores,
        asked["out"],
        who=cast("Any", f"{asked['each']}s"),
        suffix=".pdf" if asked["pdf"] else ".html",
        key=asked["key"],
        view=asked["view"],
        after=None if after is None else score_responses(after, min_answered=asked["min_answered"]),
        quiet=printer.quiet,
        norm=asked["norm"],
        level=asked["level"],
        devices=asked["devices"],
        **_page(asked),
        **figures,
        **_columns(responses, options),
    )
    printer.answers_read(responses)
    printer.result(written)
    printer.json({"written": [str(path) for path in written.files]}, responses=responses)


def _refuse(asked: dict[str, Any]) -> None:
    """Refuse options that do not go together, all at once."""
    from intimacy_scales.base.errors import Problem, ResponseError

    each, view, one = asked["each"], asked["view"], _of_somebody(asked)
    problems = []
    if each is not None and each not in EACH:
        problems.append(Problem(where="--each", what=f"is {each!r}", allowed=" or ".join(EACH)))
    if view not in VIEWS:
        problems.append(Problem(where="--view", what=f"is {view!r}", allowed=", ".join(VIEWS)))
    elif view == "each" and each != "couple":
        problems.append(Problem(where="--view each", what="is for --each couple", allowed="both, a or b"))
    if each is not None and one:
        problems.append(Problem(where="--each", what="asks for all, and one was named", allowed="one of the two"))
    if asked["key"] is not None and each is None:
        problems.append(Problem(where="--key", what="is for --each", allowed="with --each person or couple"))
    if asked["structure"] and (one or each is not None):
        problems.append(Problem(where="--structure", what="is for a sample", allowed="without --person or --couple-id"))
    out = asked["out"]
    if asked["pdf"] and out is not None and each is None and out.suffix.lower() != ".pdf":
        problems.append(Problem(where=str(out), what="is no name of a PDF", allowed="a name that ends in .pdf"))
    if problems:
        raise ResponseError(problems)


def _of_somebody(asked: dict[str, Any]) -> bool:
    """Whether it is a person's or a couple's report: its JSON tells of nobody else."""
    return asked["person"] is not None or asked["couple_id"] is not None


def _record(printer: Printer, responses: Responses, asked: dict[str, Any], report: Report, written: Path) -> None:
    """Write the JSON: of a sample its scores' summary, of a person or couple only what their report may show."""
    from intimacy_scales.cli.printing import table_head

    hidden: dict[str, Any] = {}
    if _of_somebody(asked):
        # a person's file tells of nobody else: no remarks on other rows, and no name of a file that may name both
        source = table_head(responses.table) | {"rows_set_aside": []}
        hidden = {"input": source | ({"path": None} if asked["view"] != "both" else {}), "warnings": []}
    printer.json({**hidden, "written": str(written), **report.facts}, responses=responses, somebody=bool(hidden))
