"""Small banks and vouched answers made of arrays, for tests that need neither a file nor a shipped bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.reading.exports.table import RawTable, Source
from intimacy_scales.reading.responses.model import Administration, Answered, Responses


def small_bank(
    scales: Mapping[str, Sequence[int]],
    *,
    codes: Sequence[int] = (1, 2, 3, 4, 5),
    reverse: Sequence[int] = (),
    wide: Sequence[int] = (),
    combine: str = "mean",
    bank_id: str = "small",
    forms: Sequence[str] = (),
    derived: tuple[str, str] | None = None,
    min_answered: int = 1,
) -> ItemBank:
    """Return a bank with these scales; items in ``wide`` are coded 0 to 10, all others ``codes``."""
    numbers = sorted({number for items in scales.values() for number in items})
    ends = {number: (0, 10) if number in wide else (min(codes), max(codes)) for number in numbers}
    return ItemBank.model_validate({
        "format": 1, "id": bank_id, "version": "1.0.0", "name": "Small", "measures": "nothing",
        "rights": {"status": "original", "holder": "us"}, "source": ("us",), "languages": ("en",),
        "options": {
            "agree": tuple({"code": code, "label": f"option {code}"} for code in codes),
            "wide": tuple({"code": code, "label": f"option {code}"} for code in range(11)),
        },
        "forms": tuple({"id": form, "name": form, "gloss": form} for form in forms),
        "items": tuple(
            {"number": n, "gloss": f"gloss {n}", "options": "wide" if n in wide else "agree", "reverse": n in reverse}
            for n in numbers
        ),
        "scales": tuple(
            {
                "id": name, "name": name, "items": tuple(items), "combine": combine, "min_answered": min_answered,
                "min_answered_source": "test", "missing": "prorate", "higher_means": "more",
                "range": (
                    sum(ends[i][0] for i in items) / (len(items) if combine == "mean" else 1),
                    sum(ends[i][1] for i in items) / (len(items) if combine == "mean" else 1),
                ),
            }
            for name, items in scales.items()
        ),
        "derived": () if derived is None else ({
            "id": "gap", "name": "gap", "minuend": derived[0], "subtrahend": derived[1], "positive_means": "more wished",
            "source": "test",
        },),
        "certainty": {"map": "confirmed", "keys": "confirmed", "options": "confirmed", "gloss": "confirmed", "check": "-"},
        "cases": ({"name": "none", "source": "test", "answers": {"-": tuple(None for _ in numbers)}, "scores": {}},),
    })  # fmt: skip


def vouched(
    bank: ItemBank, *answers: np.ndarray, administrations: Sequence[Administration] = (Administration(),)
) -> Responses:
    """Return responses of one bank: one persons x items array (bank order) an administration."""
    n = len(answers[0])
    parts = tuple(
        Answered(
            bank=bank,
            administration=administration,
            answers=tuple(np.asarray(block, dtype=np.float64).T.copy()),
            columns=tuple(f"{bank.id}_{item.number}" for item in bank.items),
        )
        for administration, block in zip(administrations, answers, strict=True)
    )
    source = Source(path=None, platform="test", saw="arrays")
    rows = np.arange(n, dtype=np.int64)
    table = RawTable(columns=(), row_numbers=rows, set_aside=(), source=source)
    return Responses(
        answered=parts, id_column=None, ids=None, row_numbers=rows, set_aside=(), source=source, table=table
    )


def numbers_of(text: str, columns: Sequence[str]) -> np.ndarray:
    """Return these columns of a CSV text as floats; blank and NA are NaN."""
    import csv
    import io

    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    return np.array([[float(line[c]) if line[c] not in {"", "NA"} else np.nan for c in columns] for line in lines])
