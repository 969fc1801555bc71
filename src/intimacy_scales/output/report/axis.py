"""What stands at both ends of a range: the options' words of answers as ticked, or what a keyed score speaks for."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.advice.scale_reading import option_words, options_of_scale
from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.translation import tr


def option_ends(scales: Sequence[tuple[ItemBank, Scale]]) -> tuple[str, str] | None:
    """Return the words of the first and the last option, where all these scales have the same."""
    options = [options_of_scale(bank, scale) for bank, scale in scales]
    found = {(option_words(one[0]), option_words(one[-1])) if one else None for one in options}
    return found.pop() if len(found) == 1 else None


def ends_of(scales: Sequence[tuple[ItemBank, Scale]]) -> tuple[str, str] | None:
    """Return the words at both ends of scores: the options', or what they speak for where an item is turned round."""
    turned = any(bank.item(number).reverse for bank, scale in scales for number in scale.items)
    if not turned:
        return option_ends(scales)
    if {scale.role for _, scale in scales} == {"content"}:
        return tr("speaks against closeness"), tr("speaks for closeness")
    return tr("lowest"), tr("highest")
