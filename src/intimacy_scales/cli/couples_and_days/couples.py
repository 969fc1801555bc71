"""``couples``: how alike partners are, where they differ, and what goes with what across them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Unpack, cast

from intimacy_scales.base.options import Option
from intimacy_scales.cli.couples_and_days.couples_options import CouplesOptions
from intimacy_scales.cli.options import (
    Export,
    Level,
)

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
        from intimacy_scales.cli.couples_and_days.lagged import tell_lagged

        tell_lagged(export, bank, options)
        return
    from intimacy_scales.analysis.couples import analyse_couples, couples_of
    from intimacy_scales.cli.intake import couple_columns, inputs_of, read_answers, read_columns
    from intimacy_scales.cli.printing import printer_of

    printer = printer_of("couples", options, inputs_of(export, options))
    asked = _asked(options)
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
    found = analyse_couples(couples, asked, level=level, sd=sd, reliability=reliability)
    printer.answers_read(responses)
    printer.result(found)
    one_by_one = _few(couples, options)
    for two in one_by_one:
        printer.result(f"\ncouple {two.couple}\n{two}")
    more = {"comparisons": [two.to_dict() for two in one_by_one]} if one_by_one else {}
    printer.json({**found.to_dict(), **more}, responses=responses, warnings=found.notes)


def _asked(options: CouplesOptions) -> ModelOptions:
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
