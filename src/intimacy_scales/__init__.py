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
from typing import TYPE_CHECKING, Any

from intimacy_scales.base.options import door
from intimacy_scales.base.version import __version__

if TYPE_CHECKING:  # for type checkers and editors; at run time each name is looked up on first use
    from intimacy_scales.advice import suggest_tips as suggest_tips
    from intimacy_scales.advice import tips as tips
    from intimacy_scales.analysis.change import change_over_time as change_over_time
    from intimacy_scales.analysis.change import reliable_change as reliable_change
    from intimacy_scales.analysis.couples import actor_partner as actor_partner
    from intimacy_scales.analysis.couples import compare_partners as compare_partners
    from intimacy_scales.analysis.couples import couples_of as couples_of
    from intimacy_scales.analysis.couples.over_time import lagged_couples as lagged_couples
    from intimacy_scales.analysis.diary import diary as diary
    from intimacy_scales.analysis.norms import continuous_norms as continuous_norms
    from intimacy_scales.analysis.norms import norms_from as norms_from
    from intimacy_scales.analysis.norms import renorm as renorm
    from intimacy_scales.analysis.norms import standing as standing
    from intimacy_scales.analysis.path import path as path
    from intimacy_scales.analysis.pooling import pool as pool
    from intimacy_scales.analysis.power import power as power
    from intimacy_scales.analysis.reliability import reliability as reliability
    from intimacy_scales.analysis.second_opinion import second_opinion as second_opinion
    from intimacy_scales.analysis.structure import graded_model as graded_model
    from intimacy_scales.analysis.structure import structure as structure
    from intimacy_scales.analysis.validity import validity as validity
    from intimacy_scales.bank import bank_ids as bank_ids
    from intimacy_scales.bank import load_bank as load_bank
    from intimacy_scales.bank.model import ItemBank as ItemBank
    from intimacy_scales.base.errors import BankError as BankError
    from intimacy_scales.base.errors import ExportError as ExportError
    from intimacy_scales.base.errors import IntimacyScalesError as IntimacyScalesError
    from intimacy_scales.base.errors import OutputError as OutputError
    from intimacy_scales.base.errors import ResponseError as ResponseError
    from intimacy_scales.base.errors import UnknownNameError as UnknownNameError
    from intimacy_scales.output.form import make_form as make_form
    from intimacy_scales.output.report import report as report
    from intimacy_scales.output.report import write_reports as write_reports
    from intimacy_scales.output.tables import save_table as save_table
    from intimacy_scales.output.tables import table as table
    from intimacy_scales.reading.responses import inspect_export as inspect_export
    from intimacy_scales.reading.responses import read_export as read_export
    from intimacy_scales.reading.responses.model import Responses as Responses
    from intimacy_scales.scoring import Scores as Scores
    from intimacy_scales.scoring import score as score
    from intimacy_scales.scoring.batches import score_batches as score_batches
    from intimacy_scales.simulation import simulate as simulate
    from intimacy_scales.simulation.examples import example as example

#: public name -> the room it lives in
_ROOMS = {
    "load_bank": "bank",
    "bank_ids": "bank",
    "read_export": "reading.responses",
    "inspect_export": "reading.responses",
    "score": "scoring",
    "score_batches": "scoring.batches",
    "reliability": "analysis.reliability",
    "norms_from": "analysis.norms",
    "simulate": "simulation",
    "example": "simulation.examples",
    "standing": "analysis.norms",
    "continuous_norms": "analysis.norms",
    "renorm": "analysis.norms",
    "reliable_change": "analysis.change",
    "change_over_time": "analysis.change",
    "actor_partner": "analysis.couples",
    "compare_partners": "analysis.couples",
    "couples_of": "analysis.couples",
    "diary": "analysis.diary",
    "lagged_couples": "analysis.couples.over_time",
    "suggest_tips": "advice",
    "tips": "advice",
    "structure": "analysis.structure",
    "graded_model": "analysis.structure",
    "path": "analysis.path",
    "power": "analysis.power",
    "second_opinion": "analysis.second_opinion",
    "pool": "analysis.pooling",
    "validity": "analysis.validity",
    "report": "output.report",
    "table": "output.tables",
    "save_table": "output.tables",
    "write_reports": "output.report",
    "make_form": "output.form",
    "ItemBank": "bank.model",
    "Responses": "reading.responses.model",
    "Scores": "scoring",
    "IntimacyScalesError": "base.errors",
    "BankError": "base.errors",
    "ExportError": "base.errors",
    "ResponseError": "base.errors",
    "OutputError": "base.errors",
    "UnknownNameError": "base.errors",
}

__all__ = ["__version__", *_ROOMS]  # noqa: PLE0604 -- the names are strings


if not TYPE_CHECKING:  # a type checker would take it for a module that has every name

    def __getattr__(name: str) -> Any:
        if name not in _ROOMS:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        found = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
        globals()[name] = found if isinstance(found, type) else door(found, name)
        return globals()[name]


def __dir__() -> list[str]:
    return sorted(__all__)
