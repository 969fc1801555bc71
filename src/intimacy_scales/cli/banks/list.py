"""``list``: the banks that are shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from intimacy_scales.cli.options import OutputOptions

if TYPE_CHECKING:
    from intimacy_scales.bank.model import ItemBank


def run(**options: Unpack[OutputOptions]) -> None:
    """List the banks that are shipped.

    Examples
    --------
    intimacy-scales list
    intimacy-scales list --json banks.json
    """
    from intimacy_scales.bank import bank_ids, load_bank
    from intimacy_scales.base.results import text_table
    from intimacy_scales.cli.printing import bank_heads, printer_of

    printer = printer_of("list", options)
    banks = [load_bank(name) for name in bank_ids()]
    lines = [["bank", "items", "scales", "answers", "wording", "name"]]
    lines += [[b.id, str(len(b)), str(len(b.scales)), _answers(b), b.rights.status, b.name] for b in banks]
    printer.result(text_table(lines))
    printer.result("\nintimacy-scales show BANK tells all of one; wording that is withheld is its holder's.")
    listed = [
        {
            "id": b.id,
            "name": b.name,
            "items": len(b),
            "scales": [s.id for s in b.scales],
            "forms": [f.id for f in b.forms],
            "rights": b.rights.status,
        }
        for b in banks
    ]
    printer.json({"banks": bank_heads(banks), "list": listed})


def _answers(bank: ItemBank) -> str:
    from intimacy_scales.bank.options import number_text

    ends = {bank.ends(item) for item in bank.items}
    return ", ".join(f"{number_text(low)}-{number_text(high)}" for low, high in sorted(ends))
