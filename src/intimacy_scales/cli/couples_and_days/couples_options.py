"""The options of ``couples``."""

from __future__ import annotations

from typing import Annotated

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import CoupleColumn, ExportOptions, MinAnswered, Occasion, PartnerColumn

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
