"""What a form asks, language by language, in the shape in which the page's script reads it.

Which wording a form may show: our own, or what the user laid over; never a gloss in its stead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from intimacy_scales.bank import fingerprint
from intimacy_scales.bank.model import Form, Item, ItemBank
from intimacy_scales.bank.options import MOST_CATEGORIES, NumberRow, Option, options_in
from intimacy_scales.base.errors import BankError, Problem, UnknownNameError

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
            f'`  {gone[0].id}: "the statement as printed"`',
        )
    )


def _is_shown(bank: ItemBank, item: Item) -> bool:
    return bank.rights.status == "original" or item.number in bank.wording


def _numbers(items: list[Item]) -> str:
    text = ", ".join(str(item.id) for item in items[:_SHOWN])
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return f"{'item' if len(items) == 1 else 'items'} {text}{more}"


def languages_of(bank: ItemBank) -> tuple[str, ...]:
    """Return the languages in which the whole form can be shown, the bank's own order.

    A language counts when every item, every answer and every form is there in it. Where official wording was laid
    over a bank that withholds its own, its language is the only one: the others would show glosses.
    """
    own = bank.wording_language or bank.languages[0]
    if bank.rights.status != "original":
        return (own,)
    whole = [language for language in bank.languages if language == bank.languages[0] or _is_whole(bank, language)]
    return tuple(dict.fromkeys([*whole, own] if bank.wording else whole))


def _is_whole(bank: ItemBank, language: str) -> bool:
    used = {item.options for item in bank.items}
    parts: list[Item | Form | Option] = [
        *bank.items,
        *bank.forms,
        *(o for name in sorted(used) for o in _with_words(bank.options[name])),
    ]
    return all(language in part.translations for part in parts)


def _with_words(given: tuple[Option, ...] | NumberRow) -> list[Option]:
    """Return the options that have a label to be said in a language: a bare number needs none."""
    if isinstance(given, NumberRow):
        return [option for option in given.options if option.code in given.labels]
    return list(given)


def forms_of(bank: ItemBank, wanted: Sequence[str] = ()) -> tuple[Form | None, ...]:
    """Return the forms asked for, in the bank's order; ``(None,)`` for a bank without forms.

    Raises
    ------
    UnknownNameError
        For a form that the bank has not.
    """
    known = [form.id for form in bank.forms]
    asked = list(dict.fromkeys(part for name in wanted for part in name.split(",") if part))
    unknown = [problem for name in asked if name not in known
               for problem in UnknownNameError.among(f"form of bank {bank.id}", name, known).problems]  # fmt: skip
    if unknown:
        raise UnknownNameError(unknown)
    return tuple(form for form in bank.forms if not asked or form.id in asked) or (None,)


def columns_of(bank: ItemBank, form: Form | None) -> list[str]:
    """Return the names under which a form's answers are saved: ``BANK[_FORM]_NUMBER``, as the door reads them.

    Examples
    --------
    >>> from intimacy_scales.bank import load_bank
    >>> columns_of(load_bank("eis"), None)[:2]
    ['eis_1', 'eis_2']
    """
    stem = "_".join(part for part in (bank.id, form.id if form else None) if part)
    return [f"{stem}_{item.id}" for item in bank.items]


def form_content(bank: ItemBank, forms: Sequence[Form | None], languages: Sequence[str]) -> dict[str, Any]:
    """Return all that the page knows of the bank: texts a language, codes, columns, and what it is."""
    used = dict.fromkeys(item.options for item in bank.items)
    return {
        "bank": {"id": bank.id, "version": bank.version, "fingerprint": fingerprint(bank), "name": bank.name},
        "languages": list(languages),
        "forms": [
            {"id": form.id if form else None, "texts": _form(bank, form, languages), "columns": columns_of(bank, form)}
            for form in forms
        ],
        "items": [
            {"number": item.id, "options": item.options, "texts": _item(bank, item, languages)} for item in bank.items
        ],
        "options": {
            name: [{"code": one.code, "texts": _option(bank, one, languages)} for one in _ticked(bank.options[name])]
            for name in used
        },
        "rows": {name: _row(given) for name in used if _is_slider(given := bank.options[name])},
    }


def _is_slider(given: tuple[Option, ...] | NumberRow) -> bool:
    """Whether the page shows a row of numbers as a slider: where it is too long for a button each."""
    return isinstance(given, NumberRow) and len(given.codes) > MOST_CATEGORIES


def _ticked(given: tuple[Option, ...] | NumberRow) -> list[Option]:
    """Return the options that the page shows with a label: all of them; of a slider those that have one."""
    return _with_words(given) if _is_slider(given) else list(options_in(given))


def _row(given: tuple[Option, ...] | NumberRow) -> dict[str, float]:
    row = cast("NumberRow", given)
    return {"from": row.low, "to": row.high, "step": row.step}


def _form(bank: ItemBank, form: Form | None, languages: Sequence[str]) -> dict[str, str | None]:
    if form is None:
        return dict.fromkeys(languages)
    return {language: _in(language, bank, form.gloss, form.translations) for language in languages}


def _item(bank: ItemBank, item: Item, languages: Sequence[str]) -> dict[str, str]:
    laid_over = bank.wording.get(item.number)
    own = bank.wording_language or bank.languages[0]
    return {
        language: laid_over if laid_over and language == own else _in(language, bank, item.gloss, item.translations)
        for language in languages
    }


def _option(bank: ItemBank, option: Option, languages: Sequence[str]) -> dict[str, str]:
    laid_over = bank.wording_language  # a label that a wording file replaced is in that file's language
    return {
        language: option.label if language == laid_over and language not in option.translations
        else _in(language, bank, option.label, option.translations)
        for language in languages
    }  # fmt: skip


def _in(language: str, bank: ItemBank, text: str, translations: Mapping[str, str]) -> str:
    """Return a text in a language; the bank's first language is that of the text itself."""
    return text if language == bank.languages[0] else translations.get(language, text)
