"""No number leaves the door that is not the true score without a word: what bare numbers, boxes and names leave open.

Every file is drawn from a known truth. Where figures can tell that something is wrong they must; where they cannot
(a scale turned as a whole, and nothing beside it) the limit stands in the test's own words.
"""

from __future__ import annotations

import csv
import re
import shlex

import numpy as np
import pandas as pd
import pytest

REVERSED = (8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36)  # pair's, as its bank has them


def ticks(n, k, low, high, *, mean=None, reverse=(), load=0.75, seed=3):
    """Answers of n persons to k items of one trait, as ticked."""
    draw = np.random.default_rng(seed)
    trait, rest = draw.normal(size=(n, 1)), draw.normal(size=(n, k))
    level = (low + high) / 2 if mean is None else mean
    own = load * trait + np.sqrt(1 - load**2) * rest
    codes = np.clip(np.rint(level + (high - low) / 4.5 * own), low, high).astype(int)
    for number in reverse:
        codes[:, number - 1] = low + high - codes[:, number - 1]
    return codes


def frame(codes, name):
    """A frame with an id and a column an item."""
    made = pd.DataFrame(codes, columns=[name.format(j) for j in range(1, codes.shape[1] + 1)])
    made.insert(0, "id", [f"p{i:03d}" for i in range(len(made))])
    return made


@pytest.fixture
def run(run):
    """Return a function that runs a command in a folder of its own; it returns the exit code and everything said."""

    def typed(*words):
        said = run(*words)
        return said.code, said.out + said.err

    return typed


@pytest.fixture
def score(run, tmp_path):
    """Score a frame; returns the rows written (``None`` when refused) and everything said."""

    def scored(table, *words, bank="eis", name="a.csv"):
        if isinstance(table, pd.DataFrame):
            table.to_csv(tmp_path / name, index=False)
            table = name
        out = tmp_path / "scored.csv"
        code, said = run("score", table, "--bank", *bank.split(), *words, "--out", out, "--force")
        if code:
            assert code == 1, said
            assert not out.exists()
            return None, said
        with out.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        out.unlink()
        return rows, said

    return scored


# boxes --------------------------------------------------------------------------------------------------------


def kobo_boxes(n=60):
    """KoBo's select_multiple ``tdis`` with four options: the ticked ones in one cell, and a column of 0 and 1 each."""
    ticked = (np.random.default_rng(1).random((n, 4)) < 0.4).astype(int)
    made = pd.DataFrame(ticked, columns=[f"tdis/{j}" for j in range(1, 5)])
    made.insert(0, "tdis", [" ".join(str(j + 1) for j in range(4) if row[j]) for row in ticked])
    made.insert(0, "start", "2026-01-01T10:00:00.000+00:00")
    for name, cells in {"_id": range(n), "_uuid": [f"u{i}" for i in range(n)], "_submission_time": ["2026-01-01"] * n,
                        "_index": range(1, n + 1)}.items():  # fmt: skip
        made[name] = cells
    return made


def test_the_boxes_of_select_multiple_are_no_answers(score):
    rows, said = score(kobo_boxes(), bank="tdis")
    assert rows is None
    assert "select_multiple" in said
    assert "tdis/1" in said


def test_bare_columns_of_nothing_but_0_and_1_are_doubted(score):
    ticked = (np.random.default_rng(1).random((60, 4)) < 0.4).astype(int)
    rows, said = score(frame(ticked, "tdis_{}"), bank="tdis")
    assert rows is not None
    assert "0 and 1 only" in said
    rows, said = score(frame(ticked, "eis_{}").assign(eis_5=1), "--shift", "1")
    assert rows is None or "0 and 1 only" in said


def test_codes_written_behind_a_dash_are_asked_about_and_the_map_shown_gives_the_truth(score, tmp_path):
    codes = ticks(60, 5, 1, 5, seed=21)
    made = frame(-codes, "eis_{}")
    rows, said = score(made)
    assert rows is None
    assert "--shift 6" in said
    line = re.search(r"\{format: 1, .*\}\}\}\}\}", " ".join(said.split()))
    assert line is not None, said
    (tmp_path / "map.yaml").write_text(line.group(0), encoding="utf-8")
    rows, said = score(made, "--map", "map.yaml")
    assert rows is not None, said
    assert [float(row["eis_total"]) for row in rows] == codes.sum(1).tolist()


# another set of answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "high"), [(1, 7), (1, 6), (0, 10)])
def test_a_longer_set_of_answers_is_not_cut_short_by_advice(score, low, high):
    rows, said = score(frame(ticks(80, 5, low, high, seed=2), "eis_{}"))
    assert rows is None
    assert "to drop them" not in said
    assert "another set of answers" in said
    assert said.count("intimacy-scales: ") == 1  # one fault, once


def test_codes_in_steps_are_one_problem_with_the_map_that_settles_it(score, tmp_path):
    codes = ticks(60, 5, 1, 5, seed=11)
    truth = codes.sum(axis=1)
    for stepped, name in ((codes * 10, "tens.csv"), ((codes - 1) * 25, "percent.csv")):
        rows, said = score(frame(stepped, "eis_{}"), name=name)
        assert rows is None
        assert "missing-code" not in said
        shown = re.search(r"\{format: 1, banks: .*?\}\}\}\}\}", said)[0]
        (tmp_path / "map.yaml").write_text(shown, encoding="utf-8")
        rows, _ = score(name, "--map", "map.yaml")
        assert [float(row["eis_total"]) for row in rows] == truth.tolist()


def test_a_shorter_set_of_answers_is_doubted_as_such(score):
    rows, said = score(frame(ticks(80, 18, 1, 5), "prqc_{}"), bank="prqc")
    assert rows is not None
    assert "another set of answers" in said


def test_a_shift_that_does_not_fit_is_taken_back_not_paid_with_answers(score):
    rows, said = score(frame(ticks(60, 5, 1, 5, mean=3.6, seed=8), "eis_{}"), "--shift", "1")
    assert rows is None
    assert "--missing-code" not in said
    assert "leave --shift out" in said


# words beside numbers --------------------------------------------------------------------------------------------

WORDS = np.array(["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"])


@pytest.mark.parametrize("numbered", [lambda c: c - 1, lambda c: 6 - c, lambda c: np.clip(c, 2, 5) - 1])
def test_columns_of_numbers_beside_columns_of_words_are_asked_about(score, numbered):
    codes = ticks(60, 5, 1, 5, seed=11)
    made = frame(codes, "eis_{}").astype(object)
    for j in (1, 2, 3):
        made[f"eis_{j}"] = WORDS[codes[:, j - 1] - 1]
    for j in (4, 5):
        made[f"eis_{j}"] = numbered(codes[:, j - 1])
    rows, said = score(made)
    assert rows is None or "hold numbers, the others words" in said
    if rows is None:
        assert "--codes as-numbers" in said or "--map" in said


# names ---------------------------------------------------------------------------------------------------------


def test_items_counted_from_zero_are_not_advised_away(score):
    made = frame(ticks(60, 5, 1, 5), "eis_{}").rename(columns={f"eis_{j}": f"eis_{j - 1}" for j in range(1, 6)})
    rows, said = score(made)
    assert rows is None
    assert "eis_0" in said
    assert "not_asked" not in said


def test_reversed_copies_are_named_not_advised_away(score, tmp_path):
    codes = ticks(80, 36, 0, 4, reverse=REVERSED)
    made = frame(codes, "pair_{}")
    plain, _ = score(made, bank="pair")
    for number in REVERSED:
        made[f"pair_{number}r"] = 4 - made.pop(f"pair_{number}")
    rows, said = score(made, bank="pair")
    assert rows is None
    assert "pair_8r" in said
    assert "not_asked" not in said
    shown = re.search(r"\{format: 1, banks: \{pair: \{.*?\}\}\}(?=[;.\s]|$)", said)[0]
    (tmp_path / "map.yaml").write_text(shown, encoding="utf-8")
    rows, _ = score("a.csv", "--map", "map.yaml", bank="pair")
    assert [row["pair_now_emotional"] for row in rows] == [row["pair_now_emotional"] for row in plain]


@pytest.mark.parametrize("other", ["pair_ideal_{}", "pair_{}_ideal", "pair2_{}", "pair_{}.1"])
def test_columns_called_like_items_and_not_read_are_told(score, other):
    now, wished = (ticks(60, 36, 0, 4, mean=m, reverse=REVERSED, seed=s) for m, s in ((2, 6), (3, 7)))
    made = pd.concat([frame(now, "pair_{}"), frame(wished, other).drop(columns="id")], axis=1)
    _, said = score(made, bank="pair")
    assert f"{other.format(1)}" in said
    assert "not read" in said


# turned as a whole ---------------------------------------------------------------------------------------------


def test_a_scale_that_runs_against_its_neighbour_is_doubted(score):
    close = ticks(120, 36, 0, 4, mean=2.7, reverse=REVERSED, seed=9)
    eis = ticks(120, 5, 1, 5, mean=3.8, seed=9)
    both = pd.concat([frame(6 - eis, "eis_{}"), frame(close, "pair_{}").drop(columns="id")], axis=1)
    rows, said = score(both, bank="eis pair")
    assert rows is not None
    assert "run against each other" in said
    both[[f"eis_{j}" for j in range(1, 6)]] = eis
    _, said = score(both, bank="eis pair")
    assert "run against each other" not in said


def test_a_mean_that_only_its_mirror_brings_to_the_norm_is_doubted(score):
    high = ticks(120, 18, 1, 7, mean=5.6, seed=10)
    _, said = score(frame(8 - high, "prqc_{}"), bank="prqc")
    assert "the other way" in said
    assert "norm" in said
    _, said = score(frame(high, "prqc_{}"), bank="prqc")
    assert "the other way" not in said


@pytest.mark.parametrize("joined", [False, True])
def test_an_occasion_that_runs_against_the_other_is_doubted(run, tmp_path, joined):
    first = ticks(60, 5, 1, 5, mean=3.6, seed=8)
    second = np.clip(first + np.random.default_rng(1).integers(-1, 2, first.shape), 2, 5)
    frame(first, "eis_{}").to_csv(tmp_path / "before.csv", index=False)
    frame(6 - second, "eis_{}").to_csv(tmp_path / "after.csv", index=False)
    if joined:
        words = ["score", "before.csv", "--join", "after.csv", "--on", "id", "--as", "waves", "--bank", "eis",
                 "--out", "o.csv"]  # fmt: skip
    else:
        words = ["change", "before.csv", "after.csv", "--bank", "eis", "--id", "id"]
    _, said = run(*words)
    assert "run against each other" in said


def test_a_column_that_lacks_the_end_its_sisters_use_is_doubted(score):
    codes = ticks(120, 5, 1, 5, mean=3.8, seed=9)
    codes[:, 2] = np.clip(codes[:, 2], 2, 5)
    _, said = score(frame(codes, "eis_{}"))
    assert "eis_3" not in said
    codes[:, 2] -= 1
    _, said = score(frame(codes, "eis_{}"))
    assert "eis_3" in said
    assert "counts from 0" in said


def test_the_advice_on_one_of_two_files_acts_on_that_file(run, tmp_path):
    first = ticks(60, 5, 1, 5, mean=3.6, seed=8)
    frame(first, "eis_{}").to_csv(tmp_path / "before.csv", index=False)
    frame(np.clip(first, 2, 5) - 1, "eis_{}").to_csv(tmp_path / "after.csv", index=False)
    code, said = run("change", "before.csv", "after.csv", "--bank", "eis", "--id", "id")
    assert code == 0
    assert "after.csv" in said
    line = re.search(r"`intimacy-scales (score after\.csv [^`]*)`", said)[1]
    code, said = run(*shlex.split(line))
    assert code == 0, said
    coded = shlex.split(line)[-1]
    code, said = run("change", "before.csv", coded, "--bank", "eis", "--id", "id")
    assert code == 0
    assert "0 deteriorated" in said


def test_an_item_that_hardly_belongs_is_no_turned_item_however_many_answered():
    import intimacy_scales as ims

    draw = np.random.default_rng(1)
    for loading, verdict in ((-0.05, "as keyed"), (-0.9, "suspect items")):
        trait = draw.normal(size=(20_000, 1))
        own = trait + 0.8 * draw.normal(size=(20_000, 5))
        own[:, 4] = loading * trait[:, 0] + draw.normal(size=20_000)
        codes = np.clip(np.rint(3 + own), 1, 5)
        found = ims.inspect_export(frame(codes, "eis_{}"), "eis")
        assert found.keying[0].verdict == verdict


def test_the_line_that_drafts_a_bank_with_the_answers_of_the_file_gives_a_score(score, run, tmp_path):
    codes = ticks(80, 5, 1, 7, seed=2)
    _, said = score(frame(codes, "eis_{}"))
    line = re.search(r"`intimacy-scales (new FILE [^`]*)`", said)[1].replace("FILE", "a.csv").replace("NAME", "seven")
    code, told = run(*shlex.split(line))
    assert code == 0, told
    rows, _ = score("a.csv", bank="seven.yaml")
    assert [float(row["seven_total"]) for row in rows] == codes.sum(axis=1).tolist()


def test_numbers_in_columns_beside_words_are_settled_by_the_map_that_is_shown(score, tmp_path):
    codes = ticks(60, 5, 1, 5, seed=11)
    made = frame(codes, "eis_{}").astype(object)
    for j in (1, 2, 3):
        made[f"eis_{j}"] = WORDS[codes[:, j - 1] - 1]
    for j in (4, 5):
        made[f"eis_{j}"] = codes[:, j - 1] - 1
    rows, said = score(made)
    assert rows is None
    shown = re.search(r"\{format: 1, banks: .*?\}\}\}\}\}", said)[0]
    for number in range(5):
        shown = shown.replace(f'"{number}": CODE', f'"{number}": {number + 1}')
    assert "CODE" not in shown
    (tmp_path / "map.yaml").write_text(shown, encoding="utf-8")
    rows, _ = score("a.csv", "--map", "map.yaml")
    assert [float(row["eis_total"]) for row in rows] == codes.sum(axis=1).tolist()


def test_items_counted_from_zero_are_read_by_the_map_that_is_shown(score, tmp_path):
    codes = ticks(60, 5, 1, 5)
    made = frame(codes, "eis_{}").rename(columns={f"eis_{j}": f"eis_{j - 1}" for j in range(1, 6)})
    _, said = score(made)
    shown = re.search(r"\{format: 1, banks: \{eis: \{.*?\}\}\}\}\}", said)[0]
    (tmp_path / "map.yaml").write_text(shown, encoding="utf-8")
    rows, _ = score("a.csv", "--map", "map.yaml")
    assert [float(row["eis_total"]) for row in rows] == codes.sum(axis=1).tolist()


def test_the_map_that_turns_a_scale_turns_it(score, tmp_path):
    high = ticks(120, 18, 1, 7, mean=5.6, seed=10)
    right, _ = score(frame(high, "prqc_{}"), bank="prqc")
    _, said = score(frame(8 - high, "prqc_{}"), bank="prqc", name="turned.csv")
    shown = re.search(r"\{format: 1, banks: .*?\}\}\}\}\}", said)[0]
    (tmp_path / "map.yaml").write_text(shown, encoding="utf-8")
    rows, said = score("turned.csv", "--map", "map.yaml", bank="prqc")
    assert [row["prqc_love"] for row in rows] == [row["prqc_love"] for row in right]
    assert "the other way" not in said


@pytest.mark.parametrize("ending", ["b", "t2"])
def test_one_partner_or_occasion_counted_or_turned_otherwise_is_doubted(score, ending):
    first = ticks(60, 5, 1, 5, mean=3.6, seed=31)
    other = np.clip(first + np.random.default_rng(2).integers(-1, 2, first.shape), 1, 5)
    beside = "a" if ending == "b" else "t1"

    def both(second):
        left, right = frame(first, f"eis_{{}}_{beside}"), frame(second, f"eis_{{}}_{ending}").drop(columns="id")
        return pd.concat([left, right], axis=1)

    _, said = score(both(other))
    assert "note:" not in said
    _, said = score(both(np.clip(other, 2, 5) - 1))
    assert re.search(rf"eis {ending}: none of 300 answers is 5", said)
    _, said = score(both(6 - other))
    assert "run against each other" in said


def test_as_many_other_numbers_as_codes_are_asked_about_with_the_map(score, tmp_path):
    codes = ticks(80, 5, 1, 5, seed=51)
    rows, said = score(frame(np.array([1, 2, 3, 4, 6])[codes - 1], "eis_{}"))
    assert rows is None
    assert "as many as the bank has codes" in said
    assert "--missing-code" not in said
    shown = re.search(r"\{format: 1, banks: .*?\}\}\}\}\}", said)[0]
    (tmp_path / "map.yaml").write_text(shown, encoding="utf-8")
    rows, _ = score("a.csv", "--map", "map.yaml")
    assert [float(row["eis_total"]) for row in rows] == codes.sum(axis=1).tolist()


def test_a_stray_number_and_a_missing_code_are_still_told_as_such(score):
    for stray, how_many in ((6, 1), (99, 12), (8, 12)):
        codes = ticks(80, 5, 1, 5, seed=51)
        codes[:how_many, 0] = stray
        _, said = score(frame(codes, "eis_{}"))
        assert f"--missing-code {stray}" in said


def test_bare_numbers_beside_labels_that_turn_their_words_are_doubted(score, tmp_path):
    import pyreadstat

    codes = ticks(60, 5, 1, 5, seed=51)
    made = frame(6 - codes, "eis_{}").drop(columns="id").astype(float)
    made["life"] = codes[:, 0].astype(float)
    for labels, doubted in ((WORDS[::-1], True), (WORDS, False)):
        values = {"life": {number: str(label) for number, label in enumerate(labels, start=1)}}
        pyreadstat.write_sav(made, str(tmp_path / "a.sav"), variable_value_labels=values)
        rows, said = score("a.sav")
        assert rows is not None
        assert ("the labels of life run the other way round" in said) == doubted


def test_rows_of_one_occasion_counted_from_elsewhere_are_doubted(run, tmp_path):
    first = ticks(60, 5, 1, 5, mean=3.6, seed=8)
    second = np.clip(first + np.random.default_rng(1).integers(-1, 2, first.shape), 1, 5)
    for after, doubted in ((second, False), (np.clip(second, 2, 5) - 1, True)):
        both = pd.concat([frame(first, "eis_{}").assign(wave=1), frame(after, "eis_{}").assign(wave=2)])
        both.to_csv(tmp_path / "both.csv", index=False)
        code, said = run("change", "both.csv", "--bank", "eis", "--id", "id", "--occasion", "wave")
        assert code == 0, said
        assert ("perhaps these rows count from 0" in said) == doubted


# what the file holds beside ---------------------------------------------------------------------------------------


def test_an_item_nobody_answered_is_told(score):
    rows, said = score(frame(ticks(80, 5, 1, 5, seed=5), "eis_{}").assign(eis_4=np.nan))
    assert rows is not None
    assert "nobody answered eis_4" in said


def test_two_columns_that_are_copies_are_told(score):
    codes = ticks(80, 5, 1, 5, seed=5)
    made = frame(codes, "eis_{}")
    _, said = score(made)
    assert "note:" not in said
    _, said = score(made.assign(eis_2=made["eis_1"]))
    assert "eis_1 and eis_2 hold the same answers in every row (80 answers each)" in said
    _, said = score(made.assign(eis_2=made["eis_1"]).head(20))
    assert "the same answers" not in said  # too few to say so


@pytest.mark.parametrize("name", ["eis_total", "EIS.sum", "eis", "eis score"])
def test_a_total_of_the_file_that_its_answers_do_not_give_is_told(score, name):
    codes = ticks(80, 5, 1, 5, seed=5)
    made, total = frame(codes, "eis_{}"), codes.sum(1).astype(float)
    for own in (total, total / 5, (total / 5).round(1), (total - 5) * 5):  # sum, mean, mean of a paper, 0 to 100
        _, said = score(made.assign(**{name: own}))
        assert "the file's own" not in said
    _, said = score(made.assign(**{name: total - 5}))
    assert f"the file's own {name} is not what its answers give in 80 of 80 complete rows" in said
    _, said = score(made.assign(**{name: np.where(np.arange(80) == 7, total + 1, total)}))
    assert "in 1 of 80 complete rows (row 9:" in said


def test_a_scale_turned_as_a_whole_is_told_where_the_file_has_its_total(score):
    codes = ticks(80, 5, 1, 5, seed=5)
    _, said = score(frame(6 - codes, "eis_{}").assign(eis_total=codes.sum(1)))
    assert "runs the other way (r -1.00)" in said


def test_scores_of_a_bank_with_a_metric_of_its_own_are_held_against_it(run, score, tmp_path):
    made = frame(ticks(120, 36, 0, 4, mean=2.7, reverse=REVERSED, seed=9), "pair_{}")
    made.to_csv(tmp_path / "a.csv", index=False)
    code, said = run("score", "a.csv", "--bank", "pair", "--out", "b.csv")
    assert code == 0, said
    both = made.merge(pd.read_csv(tmp_path / "b.csv").drop(columns=made.columns[1:], errors="ignore"), on="id")
    assert "pair_now_social" in both
    _, said = score(both, bank="pair")
    assert "the file's own" not in said
    both["pair_8"] = 4 - both["pair_8"]
    _, said = score(both, bank="pair")
    assert "the file's own pair_now_social is not what its answers give" in said
    assert "the file's own pair_now_sexual" not in said


def test_a_wave_that_is_the_one_before_once_more_is_told_in_one_note(score):
    codes = ticks(80, 5, 1, 5, seed=5)
    both = pd.concat([frame(codes, "eis_{}_t1"), frame(codes, "eis_{}_t2").drop(columns="id")], axis=1)
    _, said = score(both.assign(eis_total_t1=codes.sum(1), eis_total_t2=30 - codes.sum(1)))
    assert said.count("copies of one another") == 1
    assert "eis_1_t1 = eis_1_t2" in said
    assert "eis_total_t2 is not what its answers give" in said
    assert "were not read" not in said


def test_a_0_called_no_answer_where_nobody_is_at_the_end_is_doubted(score):
    codes = ticks(80, 5, 1, 4, seed=5) + 1
    made = frame(codes, "eis_{}")
    own = made.assign(eis_1=made["eis_1"] - 2)
    own["eis_1"] = own["eis_1"].where(own["eis_1"] >= 0, 0)
    rows, said = score(own)
    assert rows is None
    assert "eis_1 has no 5: if it alone counts from 0, mend it in the file" in " ".join(said.split())
    rows, said = score(own, "--missing-code", "0")
    assert rows is not None
    assert "eis_1 alone holds 0" in said
    few = frame(codes - 1, "eis_{}").head(20)
    few.iloc[:4, 1] = 0
    rows, said = score(few, "--missing-code", "0")
    assert "nobody is at 5: perhaps the file counts from 0; if so, say --shift 1 in place" in " ".join(said.split())
    few.iloc[5, 2] = 5
    _, said = score(few, "--missing-code", "0")
    assert "note:" not in said


def test_a_second_column_of_the_same_name_as_pandas_calls_it_is_told(score):
    made = frame(ticks(80, 5, 1, 5, seed=5), "eis_{}")
    rows, said = score(made.assign(**{"eis_1.1": 3}))
    assert rows is not None
    assert "eis_1.1 was not read" in said


@pytest.mark.parametrize(
    "kind", ["turned beside another", "turned against the norm", "boxes", "least below", "ids cut", "beside"]
)
def test_a_file_that_is_read_in_batches_is_doubted_in_the_same_words(run, tmp_path, monkeypatch, kind):
    from intimacy_scales.reading.responses import read

    bank = "eis"
    if kind == "turned beside another":
        bank, close = "eis pair", ticks(120, 36, 0, 4, mean=2.7, reverse=REVERSED, seed=9)
        eis = frame(6 - ticks(120, 5, 1, 5, mean=3.8, seed=9), "eis_{}")
        made = pd.concat([eis, frame(close, "pair_{}").drop(columns="id")], axis=1)
    elif kind == "turned against the norm":
        bank, made = "prqc", frame(8 - ticks(120, 18, 1, 7, mean=5.6, seed=10), "prqc_{}")
    elif kind == "boxes":
        bank, made = "tdis", kobo_boxes()
    elif kind == "beside":
        made = frame(ticks(60, 5, 1, 5, seed=11), "eis_{}").assign(eis_total=12.5)
        made["eis_2"] = made["eis_1"]
    elif kind == "least below":
        made = frame(ticks(60, 5, 1, 5, seed=11), "eis_{}")
        made = pd.concat([made, pd.DataFrame([{"id": "", **made.filter(like="eis").min()}])])
    else:
        made = frame(ticks(60, 5, 1, 5, seed=11), "eis_{}").assign(id=[f"1.{23457 + i}E+15" for i in range(60)])
    made.to_csv(tmp_path / "a.csv", index=False)
    said = []
    for large in (float("inf"), 0):
        monkeypatch.setattr(read, "LARGE_FILE", large)
        said.append(run("score", "a.csv", "--bank", *bank.split(), "--out", "o.csv", "--force"))
    assert said[0] == said[1]
    assert "note:" in said[0][1] or said[0][0] == 1
