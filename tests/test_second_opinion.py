"""The second opinion: other programs agree, differences are told, what is missing is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import intimacy_scales as ims
from intimacy_scales.analysis.second_opinion import programs as comparison
from intimacy_scales.analysis.second_opinion.programs import Opinion, SecondOpinion
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.cli import main

SCORES = ims.score(ims.example("validation"), "eis")


def agreed(found: SecondOpinion, programs: set[str]) -> None:
    assert found.opinions
    assert found.apart == ()
    assert {one.program.split()[0] for one in found.opinions} == programs
    json.dumps(found.to_dict(), allow_nan=False)


def test_reliability_agrees_with_pingouin_and_semopy():
    found = ims.second_opinion(ims.reliability(SCORES), SCORES)
    agreed(found, {"pingouin", "semopy"})
    alphas = [one for one in found.opinions if one.what.endswith("alpha")]
    assert all(abs(one.difference) < 1e-12 for one in alphas)


def test_structure_agrees_with_factor_analyzer_and_semopy():
    frame = ims.simulate("pair", 250, seed=7, factor_correlations=0.4, forms={"now": 0}).frame()
    found = ims.second_opinion(ims.structure(frame, ims.load_bank("pair"), iterations=20))
    agreed(found, {"factor_analyzer", "semopy"})
    names = [one.what for one in found.opinions]
    assert {"KMO", "Bartlett chi2", "oblimin: largest difference of a loading", "bank's factors: chi2"} <= set(names)


def test_change_agrees_with_pingouin():
    frame = ims.simulate("eis", 90, seed=3, occasions=2).frame()
    found = ims.second_opinion(ims.change_over_time(frame, "eis"))
    agreed(found, {"pingouin"})
    assert {"eis_total: ICC2", "eis_total: paired t"} <= {one.what for one in found.opinions}


def test_validity_agrees_with_pingouin_and_semopy():
    made = ims.validity(SCORES, convergent=["close_1..close_6", "support_total"], groups="group", bootstrap=50)
    found = ims.second_opinion(made, SCORES)
    agreed(found, {"pingouin", "semopy"})
    assert "eis_total with close: spearman" in {one.what for one in found.opinions}


def test_a_difference_is_told_not_hidden():
    one = Opinion(what="alpha", ours=0.80, theirs=0.85, program="pingouin 0")
    found = SecondOpinion(opinions=(one,))
    assert found.apart == (one,)
    assert "1 differ (alpha)" in found.apa()
    assert "differs" in str(found)
    assert "No other program" in SecondOpinion(opinions=()).apa()


def test_missing_answers_are_said_where_others_take_complete_rows():
    frame = ims.simulate("eis", 120, seed=4, missing=0.05).frame()
    found = ims.second_opinion(ims.structure(frame, ims.load_bank("eis"), iterations=20))
    assert any("complete rows" in note for note in found.notes)
    pairwise = ims.score(frame, "eis")
    opinion = ims.second_opinion(ims.reliability(pairwise), pairwise)
    assert opinion.opinions[0].agrees  # pingouin's pairwise alpha is ours


def test_without_semopy_what_to_install_is_said(monkeypatch):
    monkeypatch.setattr("intimacy_scales.analysis.second_opinion.semopy_there", lambda: False)
    found = ims.second_opinion(ims.reliability(SCORES), SCORES)
    assert {one.program.split()[0] for one in found.opinions} == {"pingouin"}
    assert any("second-opinion" in note for note in found.notes)


def test_semopy_is_looked_for_without_being_imported(monkeypatch):
    def gone(name: str) -> str:
        raise comparison.PackageNotFoundError(name)

    monkeypatch.setattr(comparison, "version", gone)
    assert not comparison.semopy_there()


@pytest.mark.parametrize(("result", "said"), [(3, "a int was given"), (ims.reliability(SCORES), "holds no answers")])
def test_what_has_no_second_opinion_is_said(result, said):
    with pytest.raises(ResponseError, match=said):
        ims.second_opinion(result)


@pytest.mark.parametrize(
    "words",
    [
        ["reliability", "--bank", "eis"],
        ["structure", "--bank", "eis"],
        ["validity", "--bank", "eis", "--convergent", "support_total", "--bootstrap", "0"],
    ],
)
def test_the_commands_take_a_second_opinion(words, capsys, tmp_path):
    file = tmp_path / "found.json"
    with pytest.raises(SystemExit) as ended:
        main([words[0], str(ims.example("validation")), *words[1:], "--second-opinion", "--json", str(file)])
    assert (ended.value.code or 0) == 0
    assert "Second opinion" in capsys.readouterr().out
    found = json.loads(Path(file).read_text(encoding="utf-8"))["second_opinion"]
    assert all(np.isfinite(one["difference"]) for one in found)


def test_change_on_the_command_line_takes_one_too(capsys, tmp_path):
    frame = ims.simulate("eis", 60, seed=3, occasions=2).frame()
    both = tmp_path / "both.csv"
    frame.to_csv(both, index=False)
    with pytest.raises(SystemExit) as ended:
        main(["change", str(both), "--bank", "eis", "--second-opinion"])
    assert (ended.value.code or 0) == 0
    assert "ICC2" in capsys.readouterr().out
