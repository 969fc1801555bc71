"""``path``: a path model of observed scores, with every indirect effect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Export, ExportOptions, Level, MinAnswered


class PathOptions(ExportOptions, total=False):
    """How the model is fitted."""

    bootstrap: Annotated[int | None, Option(metavar="N", help="Resamples of persons; 0: none (default: 2,000).")]
    seed: Annotated[int | None, Option(metavar="N", help="Of the bootstrap (default: 2005).")]
    missing: Annotated[
        str | None,
        Option(metavar="listwise|fiml", help="Persons with every value, or all there is (default: listwise)."),
    ]
    estimator: Annotated[str | None, Option(metavar="ml|mlr", help="mlr: robust standard errors (default: ml).")]
    min_answered: MinAnswered
    plot: Annotated[Path | None, Option(metavar="FILE", help="The path diagram: .png, .svg or .pdf.")]


def run(
    export: Export,
    /,
    *,
    path: Annotated[
        list[str],
        Option(metavar='"Y ~ X + M"...', help='Arrows from the right to the left; "Y ~~ Z": residuals covary.'),
    ],
    bank: Annotated[
        list[str] | None, Option(metavar="BANK...", help="Banks whose scores are named; none for plain columns.")
    ] = None,
    level: Level = 0.95,
    **options: Unpack[PathOptions],
) -> None:
    """Fit a path model of observed scores: paths, fit, every indirect effect with its bootstrap, a diagram.

    Names are columns of the file, or scores as BANK_SCALE.

    Examples
    --------
    intimacy-scales path export.csv --path "conflict ~ interference" "satisfaction ~ conflict + interference"
    intimacy-scales path export.csv --bank tdis --path "conflict ~ tdis_total" --path "satisfaction ~ conflict"
    """
    from intimacy_scales.analysis import path as room
    from intimacy_scales.cli.figures import vouch_picture, write_picture
    from intimacy_scales.cli.intake import inputs_of, own_options, read_answers, read_columns
    from intimacy_scales.cli.printing import printer_of
    from intimacy_scales.scoring import score_responses

    printer = printer_of("path", options, inputs_of(export, options))
    entries: dict[str, Any] = {name: value for name, value in own_options(options).items() if value is not None}
    picture, least = entries.pop("plot", None), entries.pop("min_answered", None)
    vouch_picture(picture, force=printer.force, inputs=printer.inputs)
    responses = read_answers(export, bank, options) if bank else read_columns(export, options)
    scores = score_responses(responses, min_answered=least) if bank else responses
    found = room.path(scores, path, level=level, **entries)
    printer.answers_read(responses)
    printer.result(found)
    printer.result(f"\n{found.apa()}")
    if picture is not None:
        write_picture(picture, found.plot, force=printer.force, inputs=printer.inputs)
    printer.json(found.to_dict(), responses=responses, warnings=found.notes)
