"""What a user writes, read by mypy in strict mode: see test_typed_face.py. Nothing here is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

import intimacy_scales as ims
from intimacy_scales.advice import Tips
from intimacy_scales.analysis.change import Change
from intimacy_scales.analysis.couples import Couples, TwoPartners
from intimacy_scales.analysis.norms import Standings
from intimacy_scales.analysis.reliability import Reliability
from intimacy_scales.analysis.structure import GradedScale, Structure
from intimacy_scales.output.report import Report

if TYPE_CHECKING:
    import pandas as pd


def right(frame: pd.DataFrame) -> None:
    """Every public function takes ids, paths and frames, and says what it returns."""
    bank = ims.load_bank("eis")
    assert_type(bank, ims.ItemBank)
    data = ims.read_export("export.csv", bank, missing_codes=[99], id_column="code")
    assert_type(data, ims.Responses)
    scores = ims.score(frame, "eis", min_answered=4)
    assert_type(scores, ims.Scores)
    assert_type(ims.reliability(Path("export.csv"), ["eis", "pair"], missing="fiml"), Reliability)
    assert_type(ims.structure("export.csv", Path("mine.yaml"), group="gender"), Structure)
    assert_type(ims.graded_model(frame, "eis"), GradedScale)
    assert_type(ims.couples_of("export.csv", "eis", couple="couple", partner="who"), Couples)
    assert_type(ims.compare_partners([4, 5, 4, 5, 4], {1: 2}, "eis"), TwoPartners)
    assert_type(ims.reliable_change(frame, frame, "eis", sd=4.0, reliability=0.85, id_column="code"), Change)
    assert_type(ims.standing(scores, norm="norm.yaml"), Standings)
    assert_type(ims.suggest_tips(scores, bank, devices=True), Tips)
    assert_type(ims.report("export.csv", "eis", person="17", sheet="answers"), Report)
    table: Any = scores.table()
    table.to_csv("scores.csv")


def wrong(frame: pd.DataFrame) -> None:
    """Every line here is an error of its own: an unused ``ignore`` fails the test."""
    ims.score(frame, bnk=3)  # type: ignore[call-arg]
    ims.score(frame, "eis", min_answered="four")  # type: ignore[arg-type]
    ims.read_export(frame, "eis", mising_codes=[3])  # type: ignore[call-arg]
    ims.inspect_export(frame, "eis", mising_codes=[3])  # type: ignore[call-arg]
    ims.reliability(frame, "eis", lvel=0.9)  # type: ignore[call-arg]
    ims.structure(frame, "eis", gruop="sex")  # type: ignore[call-arg]
    ims.graded_model(frame, "eis", scal="total")  # type: ignore[call-arg]
    ims.compare_partners(frame, frame, "eis", mising_codes=[3])  # type: ignore[call-arg]
    ims.reliable_change(frame, frame, "eis", reliabilty=0.9)  # type: ignore[call-arg]
    ims.report(frame, "eis", persn="17")  # type: ignore[call-arg]
    ims.write_reports(frame, "folder", "eis", lvel=0.9)  # type: ignore[call-arg]
    ims.suggest_tips(frame, "eis", devces=True)  # type: ignore[call-arg]
    ims.no_such_name  # type: ignore[attr-defined]  # noqa: B018
