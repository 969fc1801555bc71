"""What scores are called in sentences: the scale, its form, partner and occasion, and its bank where asked."""

from __future__ import annotations

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.wording import capital
from intimacy_scales.reading.responses.model import Administration


def administration_name(bank: ItemBank, administration: Administration) -> str:
    """Return an administration in words: ``now, partner a, t1``; nothing for a bank of one form."""
    names = {form.id: form.name for form in bank.forms} | {derived.id: derived.name for derived in bank.derived}
    said = [
        names.get(administration.form, administration.form) if administration.form else "",
        f"partner {administration.partner}" if administration.partner else "",
        administration.occasion or "",
    ]
    return ", ".join(part for part in said if part)


def score_name(bank: ItemBank, scale: Scale, administration: Administration, *, with_bank: bool = False) -> str:
    """Return the name of a score: the scale, its administration where it has one, its bank where asked.

    Two scores of one bank never share it: ``Emotional intimacy (now)``, ``Emotional intimacy (as I would like it)``.
    """
    where = administration_name(bank, administration)
    name = f"{capital(scale.name)} ({where})" if where else capital(scale.name)
    return f"{bank.name}: {name}" if with_bank else name
