"""Which wording a form may show: our own, or what the user laid over; never a gloss in its stead."""

from __future__ import annotations

from intimacy_scales.bank.model import Item, ItemBank
from intimacy_scales.errors import BankError, Problem

_SHOWN = 12


def may_show(bank: ItemBank) -> ItemBank:
    """Return the bank if every item of it may be put before a person.

    That is: the bank's wording is ``original``, or the user laid wording over every item. A gloss tells readers of a
    report what an item is about; as a statement to agree with it would be another questionnaire.

    Raises
    ------
    BankError
        With the items whose wording is withheld, who to ask, and how a wording file looks.
    """
    gone = [item for item in bank.items if not _is_shown(bank, item)]
    if not gone:
        return bank
    rights = bank.rights
    asked = (rights.ask or "ask the holder for a copy").rstrip(".")
    over = "" if "--wording" in asked else "; lay its wording over with --wording FILE"
    raise BankError(
        Problem(
            where=f"bank {bank.id}",
            what=f"the wording of {_numbers(gone)} of {len(bank)} is not ours to show "
            f"(holder: {rights.holder.rstrip('.')})",
            allowed="a form shows original items, or the wording of your own copy for every item, never a gloss",
            do=f"{asked}{over}; FILE holds `bank: {bank.id}`, `items:` and for each item a line "
            f'`  {gone[0].number}: "the statement as printed"`',
        )
    )


def _is_shown(bank: ItemBank, item: Item) -> bool:
    return bank.rights.status == "original" or item.number in bank.wording


def _numbers(items: list[Item]) -> str:
    said = ", ".join(str(item.number) for item in items[:_SHOWN])
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return f"{'item' if len(items) == 1 else 'items'} {said}{more}"
