"""Figures and lists in words: rounding for eyes happens here and nowhere else in the room.

What things are called in a report: scales, administrations, items, options, banks.

What stands at both ends of a range: the options' words of answers as ticked, or what a keyed score speaks for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from intimacy_scales.advice.scale_reading import option_words, options_of_scale
from intimacy_scales.bank import fingerprint
from intimacy_scales.bank.model import Item, ItemBank, Scale
from intimacy_scales.bank.options import Option
from intimacy_scales.base import wording
from intimacy_scales.base.translation import ENGLISH, spoken, tr
from intimacy_scales.base.version import __version__
from intimacy_scales.base.wording import capital, for_page
from intimacy_scales.pictures.drawing import MINUS, NOTHING, coefficient, trimmed
from intimacy_scales.scoring import ScaleScores
from intimacy_scales.scoring.scores import score_name


def between_coefficients(low: float | None, high: float | None) -> str:
    """Return an interval of coefficients in plain words."""
    return f"{coefficient(low)} to {coefficient(high)}"


def percent(share: float | None) -> str:
    """Return a share as whole percent; what is there but rounds away is ``<1 %`` or ``>99 %``."""
    return for_page(wording.percent(share))


def signed(x: float | None, digits: int = 1) -> str:
    """Return a difference with its sign."""
    text = trimmed(x, digits)
    return text if text == NOTHING or text.startswith(MINUS) or text == "0" else f"+{text}"


def short_name(bank: ItemBank) -> str:
    """Return what a bank is called where there is little room."""
    return bank.short_name


def in_sentence(name: str) -> str:
    """Return a scale's name as it stands inside a sentence: small where it is no abbreviation, and English."""
    return name if name[1:2].isupper() or spoken().code != ENGLISH else name[:1].lower() + name[1:]


def names_of(parts: Sequence[ScaleScores]) -> dict[str, str]:
    """Return what each score column is called, capital first: the scale, its occasion, its bank where two are alike."""
    entries = {}
    names = [(part.column, capital(tr(part.scale.name)), part) for part in parts]
    for column, name, part in names:
        others = {other.bank.id for _, same, other in names if same == name}
        said = [part.administration.occasion] * bool(part.administration.occasion)
        said += [short_name(part.bank)] * (len(others) > 1)
        entries[column] = f"{name} ({', '.join(map(str, said))})" if said else name
    return entries


def between(low: float | None, high: float | None, digits: int = 1) -> str:
    """Return an interval in plain words."""
    return tr("{least} to {most}", least=trimmed(low, digits), most=trimmed(high, digits))


def quoted(text: str) -> str:
    """Return words with an option's label in typographic quotes."""
    opening, closing = ("\u201e", "\u201c") if spoken().code == "de" else ("\u201c", "\u201d")
    return re.sub(r"(?<!\w)'(.*?)'(?!\w)", rf"{opening}\1{closing}", text)


_WITHHELD = re.compile(
    r"(\d+) of (\d+) items answered; (\d+) are needed( \(\d+ answers? that (?:is|are) not scored\))?"
)


def withheld_words(why: str | None) -> str:
    """Return why a score was withheld, in the language that is spoken."""
    if (hit := _WITHHELD.fullmatch(why or "")) is None:
        return tr(why or "")
    text = "{n} of {k} items answered; {needed} are needed"
    return tr(text, n=hit.group(1), k=hit.group(2), needed=hit.group(3))


SHORT = 12  # characters of a fingerprint that people compare


def scale_name(part: ScaleScores, *, with_bank: bool = False) -> str:
    """Return the name of a score: the scale, its administration where there are several, its bank where asked."""
    return score_name(part.bank, part.scale, part.administration, with_bank=with_bank)


def item_name(bank: ItemBank, item: Item) -> str:
    """Return an item's number and its gloss (or the wording laid over), a reversed one marked."""
    return f"{numbered(item)}{bank.text(item)}{' (reversed)' if item.reverse else ''}"


def numbered(item: Item) -> str:
    """Return what stands before an item's text: its number; nothing where it has a name of its own."""
    return "" if item.name is not None else f"{item.number}. "


def ordered_options(bank: ItemBank, item: Item) -> tuple[Option, ...]:
    """Return an item's options from the lowest code to the highest."""
    return tuple(sorted(bank.options_of(item), key=lambda option: option.code))


def bank_line(bank: ItemBank) -> str:
    """Return a bank with what tells it from every other: version and fingerprint."""
    return f"{bank.name} (bank {bank.id} {bank.version}, fingerprint {fingerprint(bank)[:SHORT]})"


def software_version() -> str:
    """Return the version of this software."""
    return __version__


def option_ends(scales: Sequence[tuple[ItemBank, Scale]]) -> tuple[str, str] | None:
    """Return the words of the first and the last option, where all these scales have the same."""
    options = [options_of_scale(bank, scale) for bank, scale in scales]
    found = {(option_words(option[0]), option_words(option[-1])) if option else None for option in options}
    return found.pop() if len(found) == 1 else None


def ends_of(scales: Sequence[tuple[ItemBank, Scale]]) -> tuple[str, str] | None:
    """Return the words at both ends of scores: the options', or what they speak for where an item is turned round."""
    turned = any(bank.item(number).reverse for bank, scale in scales for number in scale.items)
    if not turned:
        return option_ends(scales)
    if {scale.role for _, scale in scales} == {"content"}:
        return tr("speaks against closeness"), tr("speaks for closeness")
    return tr("lowest"), tr("highest")
