"""``couples --occasion``: couples who were asked several times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from intimacy_scales.base.errors import Problem, ResponseError

if TYPE_CHECKING:
    from typing import Literal

    from intimacy_scales.cli.couples_and_days.couples_options import CouplesOptions

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
    found = lagged_couples(
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
    printer.result(found)
    printer.result(f"\n{found.apa()}")
    printer.json(found.to_dict(), responses=responses, warnings=found.notes)
