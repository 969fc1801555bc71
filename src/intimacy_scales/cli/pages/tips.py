"""``tips``: every tip with its evidence, and what the article says besides."""

from __future__ import annotations

from typing import Annotated, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import OutputOptions


def run(
    bank: Annotated[
        list[str] | None, Option(metavar="BANK...", help="Only the tips that speak to these banks.")
    ] = None,
    /,
    **options: Unpack[OutputOptions],
) -> None:
    """List every tip with its evidence and its limits, and what the article says besides.

    Examples
    --------
    intimacy-scales tips
    intimacy-scales tips eis prqc --json tips.json
    """
    from intimacy_scales.advice import tips
    from intimacy_scales.cli.printing import printer_of

    printer = printer_of("tips", options)
    found = tips(bank)
    printer.result(found)
    printer.json({"tips": found.to_dict()})
