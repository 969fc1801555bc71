"""``couples``: how alike partners are, where they differ, and what goes with what across them.

The options of ``couples``.

``couples --occasion``: couples who were asked several times.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Unpack, cast

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import CoupleColumn, Export, ExportOptions, Level, MinAnswered, Occasion, PartnerColumn

if TYPE_CHECKING:
    from intimacy_scales.analysis.couples import Couples, ModelOptions, TwoPartners
    from intimacy_scales.analysis.couples.models.dyad_model import Missing

MOST_SINGLE = 2  # couples that are shown one by one: a sample begins at three
MISSING = ("listwise", "fiml")


def run(
    export: Export,
    /,
    *,
    bank: Annotated[
        list[str] | None,
        Option(metavar="BANK...", help="Banks to score; none is needed for models of columns the file has."),
    ] = None,
    level: Level = 0.95,
    **options: Unpack[CouplesOptions],
) -> None:
    """Compare partners: agreement, discrepancy, actor-partner models; partners in rows or in columns.

    Examples
    --------
    intimacy-scales couples export.csv --bank pair --couple couple_id --partner gender
    intimacy-scales couples export.csv --bank eis tdis --predictor tdis_total --outcome eis_total
    intimacy-scales couples export.csv --bank eis --couple couple --partner gender --structure
    intimacy-scales couples export.csv --occasion wave --predictor listening --outcome success
    """
    if options.get("occasion") is not None:
        tell_lagged(export, bank, options)
        return
    from intimacy_scales.analysis.couples import analyse_couples, couples_of
    from intimacy_scales.cli.intake import couple_columns, inputs_of, read_answers, read_columns
    from intimacy_scales.cli.printing import printer_of

    printer = printer_of("couples", options, inputs_of(export, options))
    asked = _model_options(options)
    responses = read_answers(export, bank, options) if bank else read_columns(export, options)
    couple, partner = couple_columns(responses, options)
    couples = couples_of(
        responses,
        couple=couple,
        partner=partner,
        exchangeable=options.get("exchangeable"),
        variables=_of_each(options),
        min_answered=options.get("min_answered"),
    )
    sd, reliability = options.get("sd"), options.get("reliability")
    analysis = analyse_couples(couples, asked, level=level, sd=sd, reliability=reliability)
    printer.answers_read(responses)
    printer.result(analysis)
    one_by_one = _few(couples, options)
    for two in one_by_one:
        printer.result(f"\ncouple {two.couple}\n{two}")
    more = {"comparisons": [two.to_dict() for two in one_by_one]} if one_by_one else {}
    printer.json({**analysis.to_dict(), **more}, responses=responses, warnings=analysis.notes)


def _model_options(options: CouplesOptions) -> ModelOptions:
    from intimacy_scales.analysis.couples import ModelOptions
    from intimacy_scales.base.errors import Problem, ResponseError

    missing = options.get("missing", "listwise")
    if missing not in MISSING:
        raise ResponseError(Problem(where="--missing", what=f"is {missing!r}", allowed=" or ".join(MISSING)))
    return ModelOptions(
        predictor=tuple(options.get("predictor") or ()),
        outcome=options.get("outcome"),
        mediator=tuple(options.get("mediator") or ()),
        covariate=tuple(options.get("covariate") or ()),
        missing=cast("Missing", missing),
        structure=options.get("structure", False),
        pooled=options.get("pooled", False),
        draws=options.get("draws", 20_000),
        seed=options.get("seed", 2005),
        bootstrap=options.get("bootstrap", 2000),
    )


def _few(couples: Couples, options: CouplesOptions) -> list[TwoPartners]:
    """Return every couple compared, where there are too few for a sample."""
    from intimacy_scales.analysis.couples import compare_row, comparison_basis

    if len(couples) > MOST_SINGLE or not couples.scores.parts:
        return []
    basis = comparison_basis(couples, sd=options.get("sd"), reliability=options.get("reliability"))
    return [compare_row(basis, row) for row in range(len(couples))]


def _of_each(options: CouplesOptions) -> tuple[str, ...]:
    """Return the variables that each partner has a column of (a covariate may be the couple's)."""
    outcome = options.get("outcome")
    named = [*(options.get("predictor") or ()), *(options.get("mediator") or ())]
    return (*named, *(() if outcome is None else (outcome,)))


_NAMED = "a column, or a score as BANK_SCALE, without a partner's suffix"


class CouplesOptions(ExportOptions, total=False):
    """Who belongs to whom, and which models are asked for."""

    couple: CoupleColumn
    partner: PartnerColumn
    occasion: Occasion
    times: Annotated[list[str] | None, Option(metavar="A B...", help="Which occasions, in order (default: all).")]
    predictor: Annotated[list[str] | None, Option(metavar="NAME...", help=f"Of the actor-partner model: {_NAMED}.")]
    outcome: Annotated[
        str | None, Option(metavar="NAME", help="Outcome of the actor-partner model and the response surface.")
    ]
    mediator: Annotated[list[str] | None, Option(metavar="NAME...", help="Between predictor and outcome.")]
    covariate: Annotated[list[str] | None, Option(metavar="NAME...", help="Held in the model.")]
    exchangeable: Annotated[
        bool | None,
        Option(
            negative="--distinguishable",
            help="Whether nothing tells the partners apart (default: as their labels say).",
        ),
    ]
    structure: Annotated[
        bool,
        Option(
            help="Factor models of every scale over both partners: is it the same construct in both? Also effects "
            "free of measurement error, and what couples share."
        ),
    ]
    pooled: Annotated[
        bool, Option(help="Print actor and partner effects held equal over all kinds of person, and their ratio.")
    ]
    missing: Annotated[str, Option(metavar="listwise|fiml", default="listwise", help="Which couples the models use.")]
    sd: Annotated[float | None, Option(metavar="SD", help="SD of a fitting sample, for the errors of scores.")]
    reliability: Annotated[float | None, Option(metavar="R", help="Reliability in that sample.")]
    draws: Annotated[int, Option(metavar="N", default=20_000, help="Of the Monte Carlo intervals.")]
    seed: Annotated[int, Option(metavar="N", default=2005, help="Seed of the Monte Carlo intervals.")]
    bootstrap: Annotated[
        int, Option(metavar="N", default=2000, at_least=0, help="Resamples of couples for indirect effects; 0: none.")
    ]
    min_answered: MinAnswered


if TYPE_CHECKING:
    from typing import Literal


ONE_OCCASION = ("mediator", "covariate", "sd", "reliability")


def tell_lagged(export: Path, bank: list[str] | None, options: CouplesOptions) -> None:
    """Fit the lagged models and print them."""
    from intimacy_scales.analysis.couples.over_time import lagged_couples
    from intimacy_scales.cli.intake import couple_columns, inputs_of, read_answers, read_columns
    from intimacy_scales.cli.printing import printer_of
    from intimacy_scales.scoring.study_table import study_table

    printer = printer_of("couples", options, inputs_of(export, options))
    outcome = options.get("outcome")
    vain = [f"--{name}" for name in ONE_OCCASION if options.get(name)]
    problems = [
        Problem(where=name, what="is of one occasion", do="leave it out, or leave out --occasion") for name in vain
    ]
    if outcome is None:
        problems.append(Problem(where="--occasion", what="was said without an outcome", do="say --outcome"))
    if outcome is None or problems:
        raise ResponseError(problems)
    responses = read_answers(export, bank, options) if bank else read_columns(export, options)
    couple, partner = couple_columns(responses, options)
    couples = lagged_couples(
        study_table(responses, None, {}, missing_codes=options.get("missing_codes") or ()),
        outcome=outcome,
        predictor=tuple(options.get("predictor") or ()),
        couple=couple,
        partner=partner,
        occasion=options.get("occasion"),
        times=tuple(options.get("times") or ()),
        exchangeable=options.get("exchangeable"),
        missing=cast("Literal['fiml', 'listwise']", options.get("missing", "fiml")),
    )
    printer.answers_read(responses)
    printer.result(couples)
    printer.result(f"\n{couples.apa()}")
    printer.json(couples.to_dict(), responses=responses, warnings=couples.notes)
