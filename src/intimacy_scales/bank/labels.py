"""When two labels are the same label: one answer of the reader's file and one option of a bank, or two options.

Everything that compares texts of questionnaires compares them so: checks of banks, reading, fingerprints.

The fingerprint of a bank: the same for banks that give the same numbers, another for any that may not.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.bank.options import Number, NumberRow, Option, number_text

TAG = re.compile(r"<[A-Za-z/!][^<>]*>")
SPACE = re.compile(r"\s+")
QUOTES = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u00b4": "'", "\u0060": "'", "\u2032": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"', "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u200b": None, "\ufeff": None, "\u00ad": None, "\u200e": None, "\u200f": None,
})  # fmt: skip
ENDS = " .;:,!*\u2026\"'"


def plain(text: str) -> str:
    """Return a text as it is compared: no HTML, one space, plain quotes and dashes, no case, no full stop at its end.

    Examples
    --------
    >>> plain("  Strongly&nbsp;<b>agree</b>. ")
    'strongly agree'
    """
    bare = unescape(TAG.sub(" ", text)) if "<" in text or "&" in text else text
    same = unicodedata.normalize("NFKC", bare.translate(QUOTES)).translate(QUOTES)
    return SPACE.sub(" ", same).strip().strip(ENDS).casefold()


def two_meanings(options: Sequence[Option]) -> Iterator[tuple[int, str]]:
    """Yield the place of every option with a text that stands for another code too, and what is wrong in words."""
    meant: dict[str, Number] = {}
    for place, option in enumerate(options):
        for text in option.texts:
            code = meant.setdefault(plain(text), option.code)
            if code != option.code:
                yield place, f"{text!r} stands for {number_text(option.code)} and for {number_text(code)}"


#: letters of other alphabets that nobody tells from these Latin ones (small; capitals are compared as small letters)
LOOK_ALIKE = str.maketrans({
    "\u0430": "a", "\u0435": "e", "\u043e": "o", "\u0440": "p", "\u0441": "c", "\u0443": "y", "\u0445": "x",
    "\u0456": "i", "\u0458": "j", "\u0455": "s", "\u04bb": "h", "\u0501": "d", "\u0432": "b", "\u043a": "k",
    "\u043c": "m", "\u043d": "h", "\u0442": "t", "\u03b1": "a", "\u03bf": "o", "\u03bd": "v", "\u03c1": "p",
    "\u03b9": "i", "\u03ba": "k", "\u03c5": "u", "\u03c7": "x", "\u0131": "i",
})  # fmt: skip
LETTERS = re.compile(r"[^\W\d_]+")


def looked_alike(options: Sequence[Option]) -> Iterator[tuple[int, str]]:
    """Yield the place of every option with a text that looks like another's, or a word of letters of two alphabets.

    Answers in a file are written in one alphabet: such a label is never met, or is met by the wrong option.
    """
    seen: dict[str, str] = {}
    for place, option in enumerate(options):
        for text in option.texts:
            same = plain(text)
            other = seen.setdefault(same.translate(LOOK_ALIKE), same)
            if other != same:
                yield place, f"{text!r} looks like {other!r}, and is another text ({_strange(same, other)})"
            elif mixed := _mixed(text):
                yield place, f"{text!r} holds a letter that looks Latin and is not ({mixed})"


def _strange(text: str, other: str) -> str:
    odd = dict.fromkeys(sign for sign in text + other if ord(sign) in LOOK_ALIKE)
    return ", ".join(_named(sign) for sign in odd)


def _mixed(text: str) -> str:
    """Return the look-alikes of words that hold Latin letters beside them."""
    found = [
        sign
        for word in LETTERS.findall(text)
        if re.search("[a-zA-Z]", word)
        for sign in word
        if ord(sign.casefold()[0]) in LOOK_ALIKE and not sign.isascii() and sign != "\u0131"
    ]
    return ", ".join(_named(sign) for sign in dict.fromkeys(found))


def _named(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, 'without a name')}"


LENGTH = 16  # hex digits: 64 bits


def fingerprint(bank: ItemBank) -> str:
    """Return 16 hex digits over everything in a bank that can change a number.

    That is: its id; codes, their scores and every text that is read as a code (labels, spellings, translations of
    options); ends and steps of rows of numbers; forms in their order; number, name, options and reversal of items;
    items (or scales), weights, combine, rescale, round, min_answered and missing of scales; derived scores. Not:
    wording and glosses, names, notes, evidence, norms, certainty, cases, version, comments, the order of keys, of
    scales, or of the items in a scale. Item wording laid over a bank does not change it; option labels laid over do,
    because answers are then read by them.

    The hash is SHA-256 over canonical JSON (UTF-8, keys sorted, no spaces), cut to 64 bits.

    Examples
    --------
    >>> from intimacy_scales.bank import load_bank
    >>> fingerprint(load_bank("eis")) == fingerprint(load_bank("eis").model_copy(update={"name": "another"}))
    True
    """
    canonical = json.dumps(_content(bank), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()[:LENGTH]


def _content(bank: ItemBank) -> dict[str, Any]:
    return {
        "id": bank.id,
        "options": {name: _set(given) for name, given in bank.options.items()},
        "forms": [form.id for form in bank.forms],
        "items": [[item.number, item.options, item.reverse, *filter(None, [item.name])] for item in bank.items],
        "scales": sorted((_scale(scale) for scale in bank.scales), key=lambda scale: scale[0]),
        "derived": sorted([derived.id, derived.minuend, derived.subtrahend] for derived in bank.derived),
    }


def _set(given: tuple[Option, ...] | NumberRow) -> Any:
    if not isinstance(given, NumberRow):
        return sorted(_option(option) for option in given)
    labelled = [_option(option) for option in given.options if option.code in given.labels]
    return {"row": [float(given.low), float(given.high), float(given.step)], "labels": sorted(labelled)}


def _option(option: Option) -> list[Any]:
    said: list[Any] = [option.code, sorted({plain(text) for text in option.texts})]
    if not option.scored:
        return [*said, {"scored": False}]
    return said if option.value == option.code else [*said, {"score": option.value}]


def _scale(scale: Scale) -> list[Any]:
    rescale = None if scale.rescale is None else [float(end) for end in scale.rescale]
    said: list[Any] = [scale.id, sorted(scale.items), scale.combine, rescale, scale.min_answered, scale.missing]
    if scale.scales:
        said.append({"scales": sorted(scale.scales), "reverse": sorted(scale.reverse)})
    if scale.weights:  # by item, so that their order changes nothing; left out, the fingerprints of format 1 stay
        parts: tuple[int | str, ...] = scale.items or scale.scales
        said.append(sorted([one, float(weight)] for one, weight in zip(parts, scale.weights, strict=True)))
    return said if scale.round is None else [*said, {"round": scale.round}]
