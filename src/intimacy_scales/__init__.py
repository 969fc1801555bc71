"""intimacy-scales: from a survey export to scores, reliability, norms, couples and advice with its evidence.

>>> import intimacy_scales as ims
>>> bank = ims.load_bank("eis")
>>> scores = ims.score({"eis_1": 4, "eis_2": 5, "eis_3": 4, "eis_4": 5, "eis_5": 4}, bank)
>>> print(scores["eis_total"].values)
[22.]

Names are looked up in their rooms on first use, so that importing the package imports little else.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: public name -> the room it lives in
_ROOMS = {
    "load_bank": "bank",
    "bank_ids": "bank",
    "read_export": "responses",
    "inspect_export": "responses",
    "score": "scoring",
    "reliability": "reliability",
    "norms_from": "norms",
    "simulate": "simulate",
    "standing": "norms",
    "continuous_norms": "norms",
    "renorm": "norms",
    "reliable_change": "change",
    "change_over_time": "change",
    "compare_partners": "couples",
    "couples_of": "couples",
    "suggest_tips": "tips",
    "structure": "structure",
    "graded_model": "structure",
    "report": "report",
    "write_reports": "report",
    "make_form": "form",
    "ItemBank": "bank.model",
    "Responses": "responses.model",
    "Scores": "scoring",
    "IntimacyScalesError": "errors",
    "BankError": "errors",
    "ExportError": "errors",
    "ResponseError": "errors",
    "OutputError": "errors",
    "UnknownNameError": "errors",
}

__all__ = ["__version__", *_ROOMS]  # noqa: PLE0604 -- the names are strings


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    room = import_module(f"{__name__}.{_ROOMS[name]}")
    if _ROOMS[name] == name:  # a room that is called like its function is callable itself
        return room
    found = globals()[name] = getattr(room, name)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
