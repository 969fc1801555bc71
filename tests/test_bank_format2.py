"""Bank format 2: private banks, weights, rounding, columns of their own; prorating by share of range; drafts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.bank import fingerprint, read_bank
from intimacy_scales.base.errors import BankError, ExportError, UnknownNameError
from intimacy_scales.cli import main
from intimacy_scales.reading.drafting import draft_bank, read_keys
from intimacy_scales.reading.exports import read_table
from intimacy_scales.scoring.cases import failing_cases

CSI = """format: 2
id: four
status: private
options:
  seven: [{code: 0, label: a}, {code: 6, label: g}, {code: 1, label: b}, {code: 2, label: c}, {code: 3, label: d}, {code: 4, label: e}, {code: 5, label: f}]
  six: [{code: 0, label: a}, {code: 1, label: b}, {code: 2, label: c}, {code: 3, label: d}, {code: 4, label: e}, {code: 5, label: f}]
items:
  - {gloss: one, options: seven}
  - {gloss: two, options: six}
  - {gloss: three, options: six}
  - {gloss: four, options: six}
scales:
  - {id: total, items: [1, 2, 3, 4], min_answered: 3}
"""


def total(bank, answers):
    return float(ims.score(answers, bank).parts[0].values[0])


# prorating -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "score"),
    [([6, 0, 0, 0], 6), ([6, 5, 5, None], 21), ([0, 0, None, 0], 0), ([None, 5, 5, 5], 21), ([3, 2, 1, 4], 10)],
)
def test_unequal_ranges_count_by_their_share(answers, score):
    assert total(read_bank(CSI), answers) == pytest.approx(score)


def test_a_prorated_score_never_leaves_the_possible_range():
    bank, random = read_bank(CSI), np.random.default_rng(1)
    rows = np.column_stack([random.integers(0, 7, 500), *random.integers(0, 6, (3, 500))]).astype(float)
    rows[random.random(rows.shape) < 0.2] = np.nan
    part = ims.score(rows, bank).parts[0]
    known = part.values[~np.isnan(part.values)]
    assert part.possible == (0, 21)
    assert known.min() >= 0
    assert known.max() <= 21
    complete = ~np.isnan(rows).any(axis=1)
    np.testing.assert_allclose(part.values[complete], rows[complete].sum(axis=1), rtol=1e-14)


def test_equal_ranges_give_the_old_figure():
    assert total(ims.load_bank("eis"), [4, 5, None, 5, 4]) == pytest.approx(18 / 4 * 5)


def test_weights_count_each_item_as_often_and_the_range_follows():
    bank = read_bank(CSI.replace("items: [1, 2, 3, 4],", "items: [1, 2, 3, 4], weights: [1, 2, 1, 0.5],"))
    assert bank.scales[0].range == (0, 6 + 10 + 5 + 2.5)
    assert total(bank, [1, 2, 3, 4]) == pytest.approx(1 + 4 + 3 + 2)
    assert total(bank, [6, 5, None, 5]) == pytest.approx(23.5)
    assert fingerprint(bank) != fingerprint(read_bank(CSI))


def test_a_mean_of_weighted_items_stays_on_the_metric_of_an_answer():
    bank = read_bank(CSI.replace("min_answered: 3", "min_answered: 3, combine: mean, weights: [2, 1, 1, 1]"))
    assert bank.scales[0].range == pytest.approx((0, 27 / 5))
    assert total(bank, [6, 5, 5, 5]) == pytest.approx(27 / 5)


@pytest.mark.parametrize(("decimals", "score"), [(0, 12), (1, 11.5)])
def test_rounding_comes_last_and_half_away_from_zero(decimals, score):
    bank = read_bank(
        CSI.replace("min_answered: 3", f"min_answered: 1, combine: mean, rescale: [0, 23], round: {decimals}")
    )
    assert total(bank, [3, 2.0, 3, None]) == pytest.approx({0: np.floor(23 * 8 / 16 + 0.5), 1: 11.5}[decimals])
    assert score in (11.5, 12)


# private banks -------------------------------------------------------------------------------------------------------


def test_a_private_bank_says_only_what_a_score_needs_and_its_cases_hold():
    bank = read_bank(CSI)
    assert (bank.version, bank.scales[0].min_answered, bank.scales[0].missing) == ("0.1.0", 3, "prorate")
    assert [case.scores["total"] for case in bank.cases] == [21, 0]
    assert not failing_cases(bank)
    assert bank.certainty.keys == "unconfirmed"


def test_its_pages_say_that_nobody_confirmed_it():
    page = ims.report(np.array([[3.0, 2, 3, 4]] * 20 + [[1.0, 1, 2, 5]] * 20), read_bank(CSI))
    assert "nobody confirmed" in page.html


def test_a_public_bank_must_still_say_everything():
    with pytest.raises(BankError) as told:
        read_bank(CSI.replace("status: private\n", ""))
    said = str(told.value)
    assert all(field in said for field in ("rights", "source", "certainty", "cases", "version"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format: 2", "format: 1", "status: is of format 2"),
        ("items: [1, 2, 3, 4],", "items: [1, 2, 3, 4], weights: [1, 2],", "weights: are 2; 4, one for each"),
        ("items: [1, 2, 3, 4],", "items: [1, 2, 3, 4], weights: [1, 2, 0, 1],", "weights"),
        ("items: [1, 2, 3, 4],", "items: [1, 2, 3, 9],", "there is no item 9"),
        ("options: six}\n  - {gloss: four", "options: sixx}\n  - {gloss: four", "sixx"),
        ("status: private", "status: secret", "status"),
    ],
)
def test_faults_have_their_line(old, new, said):
    with pytest.raises(BankError) as told:
        read_bank(CSI.replace(old, new), name="four.yaml")
    assert said in str(told.value)
    assert "four.yaml:" in str(told.value)


def test_an_item_is_found_by_its_own_column_with_words_around_it():
    bank = read_bank(CSI.replace("gloss: one,", "gloss: one, column: Zufriedenheit,"))
    frame = pd.DataFrame({"Zufriedenheit": [6, 1], "four_2": [5, 1], "four_3": [5, 1], "four_4": [5, 1]})
    assert ims.score(frame, bank).parts[0].values.tolist() == [21, 4]
    waves = pd.DataFrame({f"{name}_t{t}": [t, t] for t in (1, 2) for name in frame})
    assert [part.administration.occasion for part in ims.score(waves, bank).parts] == ["t1", "t2"]


# drafts --------------------------------------------------------------------------------------------------------------


def answers(seed, *, k=10, n=200, alpha=0.8):
    random = np.random.default_rng(seed)
    turned = random.random(k) < 0.35
    if turned.sum() * 2 >= k:
        turned[:] = False
        turned[: k // 3] = True
    r = alpha / (k - alpha * (k - 1))
    z = random.normal(size=(n, 1)) * np.sqrt(r) + random.normal(size=(n, k)) * np.sqrt(1 - r)
    codes = np.clip(np.floor(np.where(turned, -z, z) * 1.1 + 3.5), 1, 5)
    return pd.DataFrame(codes.astype(int), columns=[f"Q7_{j + 1}" for j in range(k)]), turned


def share_right(seeds):
    right = 0
    for seed in seeds:
        frame, turned = answers(seed)
        draft = draft_bank(read_table(frame), bank_id="mine", columns=["Q7_1..Q7_10"])
        right += [item.reverse for item in draft.items] == turned.tolist()
    return right / len(seeds)


def test_proposed_keys_are_those_that_made_the_answers():
    assert share_right(range(20)) >= 0.95


@pytest.mark.slow
def test_proposed_keys_are_right_in_ninety_five_banks_of_a_hundred():
    assert share_right(range(100, 500)) >= 0.95


def test_a_draft_takes_labels_and_questions_from_the_file_and_scores_at_once(tmp_path):
    import pyreadstat

    frame, _ = answers(3)
    labels = {1.0: "never", 5.0: "always"}
    path = tmp_path / "e.sav"
    pyreadstat.write_sav(frame.astype(float), str(path), column_labels={"Q7_1": "We talk"},
                         variable_value_labels=dict.fromkeys(frame.columns, labels))  # fmt: skip
    draft = draft_bank(read_table(path), bank_id="My Bank", columns=["Q7_1..Q7_10"])
    assert draft.bank.id == "my_bank"
    assert draft.bank.items[0].gloss == "We talk"
    assert [option.label for option in draft.bank.options_of(draft.bank.items[0])] == ["never", "2", "3", "4", "always"]
    assert len(ims.score(path, draft.bank)) == len(frame)
    assert "# turned, r with the rest ." in draft.text


def test_a_key_sheet_is_followed_and_few_rows_propose_nothing(tmp_path):
    sheet = tmp_path / "keys.csv"
    sheet.write_text("item,reverse,scale\nQ7_1,yes,Warmth\nQ7_2,no,Warmth\nQ7_3,x,Talk\nQ7_4,,Talk\n", encoding="utf-8")
    frame, _ = answers(3, n=10)
    draft = draft_bank(read_table(frame), bank_id="mine", columns=(), keys=read_keys(sheet))
    assert [item.reverse for item in draft.items] == [True, False, True, False]
    assert [scale.id for scale in draft.bank.scales] == ["warmth", "talk"]
    bare = draft_bank(read_table(frame), bank_id="mine", columns=["Q7_1..Q7_4"])
    assert "no keys were proposed" in str(bare)
    sheet.write_text("item,reverse\nQ7_1,maybe\n,yes\n", encoding="utf-8")
    with pytest.raises(ExportError) as told:
        read_keys(sheet)
    assert len(told.value.problems) == 2


def test_columns_that_are_no_items_are_named_all_at_once():
    frame = answers(3)[0].assign(age=range(200), note=["some words"] * 200)
    with pytest.raises(ExportError) as told:
        draft_bank(read_table(frame), bank_id="mine", columns=["Q7_1", "age", "note"])
    assert [problem.where for problem in told.value.problems] == ["column age", "column note"]
    with pytest.raises(UnknownNameError, match="Q8_1"):
        draft_bank(read_table(frame), bank_id="mine", columns=["Q8_1..Q7_3"])


def test_the_command_writes_a_bank_that_check_finds_good(tmp_path, capsys):
    answers(3)[0].to_csv(tmp_path / "e.csv", index=False)
    for words in (
        ("new", tmp_path / "e.csv", "--columns", "Q7_1..Q7_10", "--id", "mine", "--out", tmp_path / "mine.yaml"),
        ("check", tmp_path / "mine.yaml"),
        ("score", tmp_path / "e.csv", "--bank", tmp_path / "mine.yaml", "--out", tmp_path / "s.csv"),
    ):
        with pytest.raises(SystemExit) as end:
            main([*map(str, words)])
        assert end.value.code == 0, capsys.readouterr().err
    with pytest.raises(SystemExit) as end:
        main(["new", str(tmp_path / "e.csv"), "--id", "mine", "--out", str(tmp_path / "b.yaml")])
    assert end.value.code == 2
