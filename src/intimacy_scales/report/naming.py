"""What things are called in a report: scales, sittings, items, options, banks."""

from __future__ import annotations

from intimacy_scales import __version__
from intimacy_scales.bank import fingerprint
from intimacy_scales.bank.model import Item, ItemBank, Option
from intimacy_scales.report.words import capital
from intimacy_scales.responses.model import Sitting
from intimacy_scales.scoring import ScaleScores

SHORT = 12  # characters of a fingerprint that people compare


def sitting_name(bank: ItemBank, sitting: Sitting) -> str:
    """Return a sitting in words: ``now, partner a, t1``; nothing for a bank of one form."""
    names = {form.id: form.name for form in bank.forms} | {derived.id: derived.name for derived in bank.derived}
    said = [
        names.get(sitting.form, sitting.form) if sitting.form else "",
        f"partner {sitting.partner}" if sitting.partner else "",
        sitting.time or "",
    ]
    return ", ".join(part for part in said if part)


def scale_name(part: ScaleScores, *, with_bank: bool = False) -> str:
    """Return the name of a score: the scale, its sitting where there are several, its bank where asked."""
    where = sitting_name(part.bank, part.sitting)
    name = f"{capital(part.scale.name)} ({where})" if where else capital(part.scale.name)
    return f"{part.bank.name}: {name}" if with_bank else name


def item_name(bank: ItemBank, item: Item) -> str:
    """Return an item's number and its gloss (or the wording laid over), a reversed one marked."""
    return f"{item.number}. {bank.text(item)}{' (reversed)' if item.reverse else ''}"


def ordered_options(bank: ItemBank, item: Item) -> tuple[Option, ...]:
    """Return an item's options from the lowest code to the highest."""
    return tuple(sorted(bank.options_of(item), key=lambda option: option.code))


def bank_line(bank: ItemBank) -> str:
    """Return a bank with what tells it from every other: version and fingerprint."""
    return f"{bank.name} (bank {bank.id} {bank.version}, fingerprint {fingerprint(bank)[:SHORT]})"


def software_version() -> str:
    """Return the version of this software."""
    return __version__
