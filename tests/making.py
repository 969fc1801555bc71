"""Small things that tests make: banks without a file, vouched answers without a reader, simulated answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.reading.exports.table import RawTable, Source
from intimacy_scales.reading.responses.model import Administration, Answered, Responses


def small_bank(**changes: Any) -> ItemBank:
    """A bank of four items 1-5 (the last two reversed) in one scale, with every field open to change."""
    options = tuple({"code": code, "label": f"label {code}"} for code in range(1, 6))
    items = tuple({"number": n, "gloss": f"gloss {n}", "options": "agree", "reverse": n > 2} for n in range(1, 5))
    scale = {
        "id": "total",
        "name": "Total",
        "items": (1, 2, 3, 4),
        "combine": "sum",
        "min_answered": 3,
        "min_answered_source": "ours",
        "missing": "prorate",
        "range": (4, 20),
        "higher_means": "more",
    }
    plain = {
        "format": 1,
        "id": "small",
        "version": "1.0.0",
        "name": "Small",
        "measures": "nothing",
        "rights": {"status": "original", "holder": "us", "licence": "CC0-1.0"},
        "source": ("schaefer_olson_1981",),
        "languages": ("en",),
        "options": {"agree": options},
        "items": items,
        "scales": (scale,),
        "certainty": {
            "map": "confirmed",
            "keys": "confirmed",
            "options": "confirmed",
            "gloss": "confirmed",
            "check": "nothing to check",
        },
        "cases": (
            {"name": "top", "source": "made for tests", "answers": {"-": (5, 5, 1, 1)}, "scores": {"total": 20}},
        ),
    }
    return ItemBank.model_validate({**plain, **changes})


def scale_like(bank: ItemBank, **changes: Any) -> ItemBank:
    """The same bank with its first scale changed."""
    first = bank.scales[0].model_copy(update=changes)
    return bank.model_copy(update={"scales": (first, *bank.scales[1:])})


def vouched(
    bank: ItemBank,
    rows: Sequence[Sequence[float | None]] | np.ndarray,
    more: Mapping[str, Sequence[Sequence[float | None]]] | None = None,
) -> Responses:
    """Responses of one bank: ``rows`` are persons x items (first form); ``more`` holds further forms."""
    administrations = {bank.form_ids[0]: rows, **(more or {})}
    answered = tuple(
        Answered(
            bank=bank,
            administration=Administration(form=form),
            answers=tuple(np.array(block, dtype=float).T),
            columns=(None,) * len(bank),
        )
        for form, block in administrations.items()
    )
    numbers = np.arange(answered[0].n_persons)
    source = Source(path=None, platform="test", saw="made for a test")
    return Responses(
        answered=answered,
        id_column=None,
        ids=None,
        row_numbers=numbers,
        set_aside=(),
        source=source,
        table=RawTable(columns=(), row_numbers=numbers, set_aside=(), source=source),
    )


def answered(bank: ItemBank, rows: Any, **administration: Any) -> Answered:
    """Return vouched answers of a bank, a row a person, in one administration."""
    block = np.asarray(rows, dtype=float).reshape(len(rows), -1)
    columns = tuple(f"{bank.id}_{j + 1}" for j in range(block.shape[1]))
    return Answered(
        bank=bank, administration=Administration(**administration), answers=tuple(block.T.copy()), columns=columns
    )
