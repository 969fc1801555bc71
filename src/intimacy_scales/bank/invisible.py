"""The fingerprint of a bank: the same for banks that give the same numbers, another for any that may not."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.model import ItemBank, Option, Scale

LENGTH = 16  # hex digits: 64 bits


def fingerprint(bank: ItemBank) -> str:
    """Return 16 hex digits over everything in a bank that can change a number.

    That is: its id; codes and every text that is read as a code (labels, spellings, translations of options); forms in
    their order; number, options and reversal of items; items, combine, rescale, min_answered and missing of
    scales; derived scores. Not: wording and glosses, names, notes, evidence, norms, certainty, cases, version,
    comments, the order of keys, of scales, or of the items in a scale. Item wording laid over a bank does not change
    it; option labels laid over do, because answers are then read by them.

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
        "options": {name: sorted(_option(option) for option in options) for name, options in bank.options.items()},
        "forms": [form.id for form in bank.forms],
        "items": [[item.number, item.options, item.reverse] for item in bank.items],
        "scales": sorted((_scale(scale) for scale in bank.scales), key=lambda scale: scale[0]),
        "derived": sorted([derived.id, derived.minuend, derived.subtrahend] for derived in bank.derived),
    }


def _option(option: Option) -> list[Any]:
    return [option.code, sorted({plain(text) for text in option.texts})]


def _scale(scale: Scale) -> list[Any]:
    rescale = None if scale.rescale is None else [float(end) for end in scale.rescale]
    said: list[Any] = [scale.id, sorted(scale.items), scale.combine, rescale, scale.min_answered, scale.missing]
    if scale.weights:  # by item, so that their order changes nothing; left out, the fingerprints of format 1 stay
        said.append(sorted([item, float(weight)] for item, weight in zip(scale.items, scale.weights, strict=True)))
    return said if scale.round is None else [*said, {"round": scale.round}]
