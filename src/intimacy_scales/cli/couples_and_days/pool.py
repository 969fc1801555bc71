"""``pool``: correlations of several studies, their mean, how they differ, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import ExportOptions, Level


class PoolOptions(ExportOptions, total=False):
    """Which columns hold what, and how they are pooled."""

    moderator: Annotated[
        list[str] | None, Option(metavar="COLUMN...", help="Features of studies that may explain how they differ.")
    ]
    study: Annotated[str | None, Option(metavar="COLUMN", help="The column that names the study (default: study).")]
    r: Annotated[str | None, Option(metavar="COLUMN", help="The column of correlations (default: r).")]
    n: Annotated[str | None, Option(metavar="COLUMN", help="The column of sample sizes (default: n).")]
    reliability_x: Annotated[
        str | None,
        Option(metavar="COLUMN", help="Reliability of the first measure (default: reliability_x, if there)."),
    ]
    reliability_y: Annotated[
        str | None, Option(metavar="COLUMN", help="Reliability of the second (default: reliability_y, if there).")
    ]
    effect: Annotated[str | None, Option(metavar="z|r", help="Pool Fisher's z or r itself (default: z).")]
    method: Annotated[
        str | None, Option(metavar="REML|DL|PM|ML|FE...", help="Estimator of the variance between (default: REML).")
    ]
    test: Annotated[
        str | None,
        Option(metavar="knha|adhoc|z", help="Hartung and Knapp, the same never narrower, or normal (default: knha)."),
    ]
    within_r: Annotated[
        float | None,
        Option(metavar="R", help="What errors of one study's effects are taken to correlate (default: .5)."),
    ]
    plot: Annotated[Path | None, Option(metavar="FILE", help="The forest plot: .png, .svg or .pdf.")]
    funnel: Annotated[Path | None, Option(metavar="FILE", help="The funnel plot: .png, .svg or .pdf.")]


def run(
    file: Annotated[Path, Option(metavar="FILE", help="A table, a row a correlation: study, r, n ...")],
    /,
    *,
    level: Level = 0.95,
    **options: Unpack[PoolOptions],
) -> None:
    """Pool correlations of several studies: mean, heterogeneity, moderators, small studies, corrections.

    Examples
    --------
    intimacy-scales pool studies.csv
    intimacy-scales pool studies.csv --moderator year sample --json pooled.json --plot forest.png
    """
    from intimacy_scales.analysis.pooling import pool
    from intimacy_scales.cli.figures import vouch_picture, write_picture
    from intimacy_scales.cli.intake import inputs_of, own_options, read_columns
    from intimacy_scales.cli.printing import printer_of

    printer = printer_of("pool", options, inputs_of(file, options))
    entries: dict[str, Any] = {name: value for name, value in own_options(options).items() if value is not None}
    forest, funnel = entries.pop("plot", None), entries.pop("funnel", None)
    for picture in (forest, funnel):
        vouch_picture(picture, force=printer.force, inputs=printer.inputs)
    table = read_columns(file, options)
    correlations = pool(table, level=level, **entries)
    printer.answers_read(table)
    printer.result(correlations)
    printer.result(f"\n{correlations.apa()}")
    if forest is not None:
        write_picture(forest, correlations.plot, force=printer.force, inputs=printer.inputs)
    if funnel is not None:
        write_picture(funnel, lambda: correlations.plot("funnel"), force=printer.force, inputs=printer.inputs)
    printer.json(correlations.to_dict(), responses=table, warnings=correlations.notes)
