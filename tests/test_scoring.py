"""The kernel, the rules and what scoring hands on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.scoring import keyed, rule_of, score_responses
from intimacy_scales.scoring.cases import failing_cases
from making import scale_like, small_bank, vouched

REFERENCE = Path(__file__).parent / "reference"
NAN = np.nan


def values(bank, rows, **wishes):
    return score_responses(vouched(bank, rows), **wishes).parts[0].values.tolist()


def test_reversal_uses_declared_ends_whatever_the_sample_uses():
    bank = small_bank()
    part = vouched(bank, [[1, 2, 3, 2], [2, 3, 4, 3]]).answered[0]  # nobody ticked 5
    assert keyed(part).tolist() == [[1, 2, 3, 4], [2, 3, 2, 3]]


def test_an_item_without_a_five_scores_as_it_would_with_one():
    bank = small_bank()
    without = values(bank, [[1, 2, 3, 2], [2, 3, 4, 3]])
    beside_a_five = values(bank, [[1, 2, 3, 2], [2, 3, 4, 3], [5, 5, 5, 5]])
    assert beside_a_five[:2] == without


def test_already_reversed_answers_are_left_as_they_are():
    responses = vouched(small_bank(), [[1, 2, 3, 2]])
    from dataclasses import replace

    responses = replace(responses, answered=(replace(responses.answered[0], already_reversed=True),))
    assert score_responses(responses).parts[0].values.tolist() == [8]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([5, 5, 1, 1], 20.0),
        ([1, 1, 5, 5], 4.0),
        ([5, 4, 2, None], (5 + 4 + 4) / 3 * 4),  # prorated: mean of the answered times four
        ([5, 4, None, None], None),  # two of four: under min_answered
        ([None, None, None, None], None),
    ],
)
def test_sum_is_prorated_down_to_min_answered(row, expected):
    (got,) = values(small_bank(), [row])
    assert np.isnan(got) if expected is None else got == pytest.approx(expected, abs=1e-12)


def test_none_wants_every_answer_and_min_answered_of_the_user_lifts_it():
    strict = scale_like(small_bank(), missing="none", min_answered=4)
    assert np.isnan(values(strict, [[5, 4, 2, None]])[0])
    assert values(strict, [[5, 4, 2, None]], min_answered=3)[0] == pytest.approx(13 / 3 * 4)


def test_mean_and_rescale():
    bank = small_bank()
    assert values(scale_like(bank, combine="mean", range=(1, 5)), [[5, 4, 2, None]])[0] == pytest.approx(13 / 3)
    rescaled = scale_like(bank, rescale=(0, 100), range=(0, 100))
    assert values(rescaled, [[5, 5, 1, 1], [1, 1, 5, 5], [3, 3, 3, 3]]) == [100.0, 0.0, 50.0]
    assert values(scale_like(bank, combine="mean", rescale=(0, 10)), [[5, 5, 1, 1], [3, 3, 3, 3]]) == [10.0, 5.0]


def test_combine_of_the_user_gives_plain_means_not_rescaled():
    rescaled = scale_like(small_bank(), rescale=(0, 100), range=(0, 100))
    scores = score_responses(vouched(rescaled, [[5, 5, 1, 2]]), combine="mean")
    assert scores.parts[0].values.tolist() == [4.75]
    assert scores.parts[0].possible == (1.0, 5.0)


def test_raising_min_answered_over_the_number_of_items_means_all_of_them():
    assert rule_of(small_bank(), small_bank().scales[0], min_answered=9).min_answered == 4


def test_nobody_is_scored_on_nothing():
    with pytest.raises(ResponseError, match="nobody is scored on nothing"):
        score_responses(vouched(small_bank(), [[1, 1, 1, 1]]), min_answered=0)
    assert np.isnan(values(small_bank(), [[None] * 4], min_answered=1)[0])


def test_why_a_score_was_withheld_is_said():
    scores = score_responses(vouched(small_bank(), [[5, 4, None, None], [5, 4, 3, 2]]))
    assert scores.parts[0].why_withheld(0) == "2 of 4 items answered; 3 are needed"
    assert scores.parts[0].why_withheld(1) is None


def test_blocks_give_what_one_pass_would(monkeypatch):
    rng = np.random.default_rng(5)
    rows = rng.integers(1, 6, (1000, 4)).astype(float)
    rows[rng.random(rows.shape) < 0.2] = NAN
    whole = values(small_bank(), rows)
    monkeypatch.setattr("intimacy_scales.scoring.kernel.BLOCK_ROWS", 7)
    np.testing.assert_array_equal(values(small_bank(), rows), whole)


def test_large_codes_are_added_exactly():
    options = tuple({"code": code, "label": str(code)} for code in (0, 16_777_217))
    bank = scale_like(small_bank(options={"agree": options}), range=(0, 4 * 16_777_217))
    assert values(bank, [[16_777_217, 16_777_217, 0, 0]]) == [4 * 16_777_217]


def test_gap_is_wished_minus_now_and_needs_both():
    pair = ims.load_bank("pair")
    low = [0 if not item.reverse else 4 for item in pair.items]
    high = [4 - code for code in low]
    scores = score_responses(vouched(pair, [low, low], {"expected": [high, [None] * 36]}))
    gap = scores["pair_gap_emotional"]
    assert gap.values[0] == 96
    assert np.isnan(gap.values[1])
    assert gap.possible == (-96.0, 96.0)
    assert "pair_gap_emotional" in scores.columns


def test_scores_equal_r_psych_on_the_reference_answers():
    expected = json.loads((REFERENCE / "scores.json").read_text(encoding="utf-8"))
    eis = ims.score(pd.read_csv(REFERENCE / "eis.csv"), ims.load_bank("eis"), min_answered=1, combine="mean")
    np.testing.assert_allclose(eis["eis_total"].values, np.array(expected["eis"], dtype=float), atol=1e-8)
    pair = ims.score(pd.read_csv(REFERENCE / "pair.csv"), ims.load_bank("pair"), min_answered=1, combine="mean")
    for scale, means in expected["pair"].items():
        np.testing.assert_allclose(pair[f"pair_now_{scale}"].values, np.array(means, dtype=float), atol=1e-8)


def test_unknown_score_is_answered_with_those_there_are():
    with pytest.raises(UnknownNameError, match="small_total"):
        score_responses(vouched(small_bank(), [[1, 1, 1, 1]]))["small_totl"]


def test_failing_case_is_told_with_both_figures():
    wrong = {"name": "top", "source": "made", "answers": {"-": (5, 5, 1, 1)}, "scores": {"total": 19, "none_such": 1}}
    told = [str(problem) for problem in failing_cases(small_bank(cases=(wrong,)))]
    assert told[0] == "case 'top': total: the engine gives 20; the case says 19; check the scale's rule or the case"
    assert "none_such" in told[1]
    assert failing_cases(small_bank()) == []


def test_summary_of_one_person_has_no_sd():
    summary = score_responses(vouched(small_bank(), [[5, 5, 1, 1]])).to_dict()
    assert summary == {
        "small": {
            "total": {
                "n": 1,
                "mean": 20.0,
                "sd": None,
                "min": 20.0,
                "max": 20.0,
                "unscored": 0,
                "possible": [4.0, 20.0],
            }
        }
    }


def test_a_result_and_a_bank_cannot_be_changed_in_place():
    bank = ims.load_bank("eis")
    with pytest.raises(TypeError, match="cannot be changed"):
        bank.options["agreement"] = ()
    scores = ims.score([1, 2, 3, 4, 5], bank)
    with pytest.raises(ValueError, match="read-only"):
        scores["eis_total"].values[0] = 99
    table = scores.table()
    table.loc[0, "eis_total"] = 99
    assert scores["eis_total"].values.tolist() == [15.0]


def test_an_option_nobody_knows_is_refused_not_swallowed():
    bank = ims.load_bank("eis")
    for call in (ims.score, ims.reliability, ims.report):
        with pytest.raises(UnknownNameError, match="already_reversed"):
            call([1, 2, 3, 4, 5], bank, alredy_reversed=True)
    with pytest.raises(ResponseError, match="read already"):
        ims.score(ims.read_export([1, 2, 3, 4, 5], bank), bank, already_reversed=True)


def test_a_bank_may_be_named_by_its_id():
    assert ims.score([1, 2, 3, 4, 5], "eis")["eis_total"].values.tolist() == [15.0]
    with pytest.raises(UnknownNameError, match="did you mean 'eis'"):
        ims.score([1, 2, 3, 4, 5], "eiss")


def test_truth_values_and_giant_numbers_are_no_codes():
    frame = pd.DataFrame({f"eis_{j}": [True, False] for j in range(1, 6)})
    with pytest.raises(ResponseError, match="True"):
        ims.score(frame, "eis")
    with pytest.raises(ResponseError, match="15 digits"):
        ims.score([10**400, 1, 2, 3, 4], "eis")


def test_more_answers_than_items_is_said_and_half_an_answer_refused():
    scores = ims.score([1, 2, 3, 4, 5], "eis", min_answered=9)
    assert "total (5 items)" in scores.notes[0]
    with pytest.raises(ResponseError, match="a whole number"):
        ims.score([1, 2, 3, 4, 5], "eis", min_answered=2.5)


def test_what_wants_scores_takes_answers_and_scores_them_once():
    frame = pd.DataFrame({f"eis_{j}": [1, 2] for j in range(1, 6)})
    for wants in (ims.standing, ims.suggest_tips):
        with pytest.raises(ResponseError, match="none was given to read these answers with"):
            wants(frame)
        scores, answers = ims.score(frame, "eis"), ims.read_export(frame, "eis")
        assert wants(answers).to_dict() == wants(scores).to_dict() == wants(frame, "eis").to_dict()


def test_a_rule_for_scores_that_are_made_already_is_refused():
    scores = ims.score([1, 2, 3, 4, 5], "eis", combine="mean")
    for wants in (ims.score, ims.report, ims.reliability):
        with pytest.raises(ResponseError, match="min_answered: came with scores that are made already"):
            wants(scores, min_answered=3)
    assert ims.score(scores) is scores
