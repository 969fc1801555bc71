"""``power``: how many persons or couples a study needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Level, OutputOptions


class PowerOptions(OutputOptions, total=False):
    """What is taken as true; each study takes its own."""

    bank: Annotated[
        str | None, Option(metavar="BANK", help="reliability, change: the bank that is answered (default: eis).")
    ]
    scale: Annotated[str | None, Option(metavar="SCALE", help="reliability, change: which scale of it.")]
    reliability: Annotated[
        float | None,
        Option(metavar="R", help="The alpha expected; couples, mediation: that of the measures."),
    ]
    loadings: Annotated[
        float | None, Option(metavar="L", help="reliability, change: loadings of the items instead (default: .7).")
    ]
    coefficient: Annotated[str | None, Option(metavar="alpha|omega", help="reliability: of which.")]
    width: Annotated[float | None, Option(metavar="W", help="reliability: widest interval, end to end (default: .1).")]
    change: Annotated[float | None, Option(metavar="D", help="change: what standings gain, in SDs (default: .5).")]
    stability: Annotated[float | None, Option(metavar="R", help="change: correlation of standings (default: .8).")]
    show: Annotated[
        str | None,
        Option(metavar="share|mean", help="change: more reliably higher than by error, or a mean gain."),
    ]
    effect: Annotated[
        str | None,
        Option(
            metavar="actor|partner|actor-actor|within|own...",
            help="The effect to be shown; with a mediator: predictor to mediator, mediator to outcome.",
        ),
    ]
    actor: Annotated[
        float | None, Option(metavar="B", help="couples: effect on the own outcome, standardized (default: .3).")
    ]
    partner: Annotated[
        float | None, Option(metavar="B", help="couples: effect on the partner's outcome (default: .15).")
    ]
    similarity: Annotated[
        float | None, Option(metavar="R", help="couples, mediation: correlation of partners' predictors (default: .3).")
    ]
    residual_similarity: Annotated[
        float | None,
        Option(metavar="R", help="couples, mediation: correlation of what is left of their outcomes (default: .3)."),
    ]
    distinguishable: Annotated[
        bool | None,
        Option(
            negative="--exchangeable",
            help="Partners have roles (default), or nothing tells them apart.",
        ),
    ]
    a_actor: Annotated[
        float | None, Option(metavar="B", help="mediation: own predictor to own mediator (default: .3).")
    ]
    a_partner: Annotated[
        float | None, Option(metavar="B", help="mediation: partner's predictor to own mediator (default: .1).")
    ]
    b_actor: Annotated[float | None, Option(metavar="B", help="mediation: own mediator to own outcome (default: .3).")]
    b_partner: Annotated[
        float | None, Option(metavar="B", help="mediation: partner's mediator to own outcome (default: .1).")
    ]
    direct_actor: Annotated[
        float | None, Option(metavar="B", help="mediation: own predictor beside the mediator (default: .1).")
    ]
    direct_partner: Annotated[
        float | None, Option(metavar="B", help="mediation: partner's predictor beside it (default: 0).")
    ]
    days: Annotated[int | None, Option(metavar="N", help="Diaries: days asked (default: 14).")]
    missed: Annotated[float | None, Option(metavar="SHARE", help="Diaries: share of days missed (default: .1).")]
    icc: Annotated[float | None, Option(metavar="R", help="Diaries: share of variance between persons (default: .4).")]
    autocorrelation: Annotated[
        float | None, Option(metavar="R", help="Diaries: correlation of neighbouring days' residuals (default: .2).")
    ]
    slope: Annotated[float | None, Option(metavar="B", help="diary: effect from day to day, in SDs (default: .15).")]
    slope_sd: Annotated[
        float | None,
        Option(metavar="SD", help="diary, daily-mediation: how slopes differ between persons (default: .15, .2)."),
    ]
    between_slope: Annotated[
        float | None, Option(metavar="B", help="diary: effect of persons' averages (default: .3).")
    ]
    own: Annotated[float | None, Option(metavar="B", help="couples-diary: effect of one's own day (default: .2).")]
    other: Annotated[float | None, Option(metavar="B", help="couples-diary: of the partner's day (default: .1).")]
    a: Annotated[float | None, Option(metavar="B", help="daily-mediation: predictor to mediator (default: .25).")]
    b: Annotated[float | None, Option(metavar="B", help="daily-mediation: mediator to outcome (default: .25).")]
    direct: Annotated[float | None, Option(metavar="B", help="daily-mediation: beside the mediator (default: .1).")]
    r_ab: Annotated[
        float | None, Option(metavar="R", help="daily-mediation: correlation of persons' a and b (default: 0).")
    ]
    plot: Annotated[Path | None, Option(metavar="FILE", help="The curve: .png, .svg or .pdf.")]


def run(
    study: Annotated[
        str,
        Option(
            metavar="STUDY", help="reliability, change, couples, mediation, diary, couples-diary or daily-mediation."
        ),
    ],
    /,
    *,
    n: Annotated[int | None, Option(metavar="N", help="What can so many show? (Default: how many are needed.)")] = None,
    target: Annotated[float, Option(metavar="SHARE", help="Power wanted.")] = 0.80,
    lost: Annotated[float, Option(metavar="SHARE", help="Share that drops out: added to those to be recruited.")] = 0.0,
    draws: Annotated[int, Option(metavar="N", help="Simulated studies a size near the answer.")] = 10_000,
    seed: Annotated[int, Option(metavar="N", help="Seed of the simulation.")] = 1,
    level: Level = 0.95,
    **options: Unpack[PowerOptions],
) -> None:
    """Say how many persons or couples a study needs, by simulation; or what so many can show.

    Examples
    --------
    intimacy-scales power reliability --bank eis --reliability 0.85 --width 0.08
    intimacy-scales power couples --effect partner --partner 0.2 --lost 0.15 --plot curve.png
    intimacy-scales power mediation --effect actor-partner --n 150 --exchangeable
    intimacy-scales power change --bank eis --change 0.4 --show mean
    intimacy-scales power diary --days 14 --slope 0.2 --plot curve.png
    """
    from intimacy_scales.analysis.power import power
    from intimacy_scales.cli.figures import vouch_picture, write_picture
    from intimacy_scales.cli.intake import own_options
    from intimacy_scales.cli.printing import printer_of

    printer = printer_of("power", options)
    entries: dict[str, Any] = {name: value for name, value in own_options(options).items() if value is not None}
    picture = entries.pop("plot", None)
    vouch_picture(picture, force=printer.force, inputs=printer.inputs)
    found = power(study, n=n, target=target, lost=lost, draws=draws, seed=seed, level=level, **entries)
    printer.result(found)
    if picture is not None:
        write_picture(picture, found.plot, force=printer.force, inputs=printer.inputs)
    printer.json({"power": found.to_dict(), "warnings": list(found.notes)})
