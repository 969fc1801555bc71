"""Small simulated files of the kinds that gave silent wrong numbers, each with what is right (tests/cases/door)."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from intimacy_scales.cli import main

CASES = Path(__file__).parent / "cases" / "door"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Type a command; files of the cases are named by their names alone. Returns exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def typed(*words: object):
        named = [
            str(CASES / word) if isinstance(word, str) and (CASES / word).is_file() else str(word) for word in words
        ]
        capsys.readouterr()
        try:
            main(named)
        except SystemExit as stop:
            code = int(stop.code or 0)
        else:
            code = 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return typed


@pytest.fixture
def score(run, tmp_path):
    """Score a case; returns its rows, or the refusal."""

    def scored(file: str, *words: object, bank: object = "eis", answers: bool = False):
        out = tmp_path / "scored.csv"
        more = ["--answers"] if answers else []
        code, said, refused = run("score", file, "--bank", bank, *words, *more, "--out", out, "--force")
        if code:
            assert code == 1
            assert not out.exists()
            return refused
        with out.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        out.unlink()
        return rows, said + refused

    return scored


def mean(rows, column="eis_total"):
    values = [float(row[column]) for row in rows if row[column]]
    return sum(values) / len(values)


def map_in(refusal: str, codes: dict[str, object]) -> str:
    """The map that a refusal shows, filled in."""
    shown = re.search(r"\{format: 1, banks: .*?\}\}\}\}\}", refusal)[0]
    for label, code in codes.items():
        shown = shown.replace(
            f"{json.dumps(label, ensure_ascii=False)}: CODE", f"{json.dumps(label)}: {json.dumps(code)}"
        )
    assert "CODE" not in shown
    return shown


# labels and numbers -------------------------------------------------------------------------------------------


def test_labels_that_are_numbers_are_read_as_labels(score):
    rows, _ = score("k1_reversed_number_labels.sav", bank="prqc")
    assert float(rows[0]["prqc_satisfaction"]) == pytest.approx(20 / 3)
    rows, _ = score("k1_choice_ids.csv", "--survey", "k1_choice_ids.qsf", bank="prqc", answers=True)
    assert [rows[2][f"prqc_{j}"] for j in (1, 2, 3)] == ["6", "5", "4"]
    assert float(rows[0]["prqc_satisfaction"]) == pytest.approx(20 / 3)


GERMAN = ["trifft voll zu", "trifft eher zu", "teils/teils", "trifft eher nicht zu", "trifft gar nicht zu"]


@pytest.mark.parametrize(
    "files",
    [["k2_german_reversed.sav"], ["k2_german_reversed_DATA.csv", "--survey", "k2_german_reversed_dictionary.csv"]],
)
def test_labels_of_another_language_are_asked_about_in_their_order(score, tmp_path, files):
    refused = score(*files)
    assert ", ".join(f"{at} '{label}'" for at, label in enumerate(GERMAN[:4], start=1)) in refused
    assert "--codes as-numbers" in refused
    (tmp_path / "map.yaml").write_text(
        map_in(refused, dict(zip(GERMAN, range(5, 0, -1), strict=True))), encoding="utf-8"
    )
    rows, _ = score(*files, "--map", tmp_path / "map.yaml")
    assert rows[1]["eis_total"] == "21"
    rows, _ = score(*files, "--codes", "as-numbers")
    assert rows[1]["eis_total"] == "9"


def test_german_labels_of_another_file_are_asked_about(score):
    assert "labels that the bank does not know" in score("value_labels_of_another_language.sav")


def test_another_set_of_answers_is_a_problem_and_dont_know_no_answer(score):
    refused = score("k2_four_points_and_dont_know.sav")
    assert "1 'nie', 2 'selten', 3 'oft' and 4 'immer'" in refused
    assert "weiss nicht" not in refused.split("allowed")[0]


def test_a_zero_that_means_not_applicable_is_no_answer(score):
    rows, said = score("k2b_zero_is_not_applicable.sav", bank="tdis")
    assert "25 answers of 'Not applicable' (0 in the file) count as no answer" in said
    assert [row["tdis_total"] for row in rows[:2]] == ["", ""]


@pytest.mark.parametrize("file", ["k3_seven_point.csv", "k3_seven_point.sav"])
def test_two_answers_do_not_become_one_code(score, file):
    refused = score(file)
    for pair in (("Disagree", "Somewhat disagree"), ("Somewhat agree", "Agree")):
        assert all(repr(label) in refused for label in pair)
    assert "would both be 4" in refused


def test_half_labelled_columns_follow_one_rule(score):
    rows, _ = score("k4_half_labelled_zero_based.csv")
    assert rows[0]["eis_total"] == "15"
    rows, _ = score("k4_half_labelled_reversed_24.csv")
    assert rows[0]["eis_total"] == "8"


def test_two_files_are_not_read_by_different_rules(run, tmp_path):
    words = ["change", "k4_before_labelled.sav", "k4_after_unlabelled.csv", "--bank", "eis", "--id", "pid"]
    code, _, refused = run(*words)
    assert code == 1
    assert "the files would be read by different rules" in refused
    (tmp_path / "map.yaml").write_text(map_in(refused, {}), encoding="utf-8")
    code, said, _ = run(*words, "--map", tmp_path / "map.yaml")
    assert code == 0
    assert "0 deteriorated" in said


def test_a_sample_without_the_end_behind_which_a_shift_hides_is_doubted(score):
    rows, said = score("k6_eis_zero_based.csv")
    assert mean(rows) == pytest.approx(11.49, abs=0.005)
    assert "say --shift 1 (eis_total: mean 11.49 as read, 16.49 then)" in said
    rows, _ = score("k6_eis_zero_based.csv", "--shift", "1")
    assert mean(rows) == pytest.approx(16.495, abs=0.001)


def test_no_number_is_picked_out_of_a_text(score):
    assert "'3 - 4', which holds two numbers" in score("k7_between_two.csv", bank="prqc")
    refused = score("k8_excel_dates.csv")
    for text in ("2-Jan", "1-Feb", "03. Apr"):
        assert f"{text!r} (1, looks like a date that a spreadsheet made)" in refused


def test_codes_around_zero_are_shifted_not_dropped(score):
    refused = score("k9_minus2_to_2.csv")
    assert "say --shift 3" in refused
    assert "--missing-code" not in refused
    rows, _ = score("k9_minus2_to_2.csv", "--shift", "3")
    assert mean(rows) == pytest.approx(16.70, abs=0.005)


def test_a_missing_code_that_is_an_option_is_asked_about(score, tmp_path):
    refused = score("k13_zero_declared_missing.sav", bank="pair")
    assert "286 answers of 0 ('strongly disagree'), which the file declares missing" in refused
    (tmp_path / "map.yaml").write_text(map_in(refused, {}), encoding="utf-8")
    rows, _ = score("k13_zero_declared_missing.sav", "--map", tmp_path / "map.yaml", bank="pair")
    assert not [row for row in rows if not row["pair_now_emotional"]]


def test_clear_labels_are_read(score):
    for file in ("k14_letters.sav", "k15_number_then_label_in_brackets.csv"):
        rows, _ = score(file)
        assert rows[0]["eis_total"] == "15"
        assert rows[1]["eis_total"] == "21"


def test_a_label_that_is_a_digit_wins_among_words_and_is_asked_about_beside_its_rival(score, run, tmp_path):
    rows, _ = score("numeric_label_ignored.csv", bank="numeric_label_ignored.yaml", answers=True)
    assert [rows[1][f"nl_{j}"] for j in (1, 2, 3)] == ["3", "5", "2"]
    forgets = ["map_forgets_disputed_label.csv", "--map", "map_forgets_disputed_label.map.yaml"]
    refused = score(*forgets, bank="map_forgets_disputed_label.yaml")
    assert "6 is the label of code 5, and a code itself" in refused
    written = tmp_path / "written.yaml"
    run("inspect", forgets[0], "--bank", "map_forgets_disputed_label.yaml", "--write-map", written)
    assert '# "6": CODE' in re.sub(r"# +", "# ", written.read_text(encoding="utf-8"))
    assert "code itself" in score(forgets[0], "--map", written, bank="map_forgets_disputed_label.yaml")
    (tmp_path / "map.yaml").write_text(map_in(refused, {"6": 5}), encoding="utf-8")
    rows, _ = score(forgets[0], "--map", tmp_path / "map.yaml", bank="map_forgets_disputed_label.yaml", answers=True)
    assert rows[1]["nl_2"] == "5"


def test_glued_labels_are_one_problem(score):
    refused = score("label_with_glued_code.csv")
    assert refused.count("\n") == 1
    assert "150 answers of 5 texts" in refused


# missing codes ------------------------------------------------------------------------------------------------


def test_advice_on_a_stray_code_touches_its_bank_only(score):
    banks = ["--bank", CASES / "stray_code.yaml", "eis"]
    refused = score("stray_code.csv", *banks[2:], bank=banks[1])
    assert "say --missing-code four=5" in refused
    for code in ("four=5", "5"):
        rows, _ = score("stray_code.csv", "eis", "--missing-code", code, bank=banks[1])
        assert len([row for row in rows if row["eis_total"]]) == 50
        assert mean(rows) == pytest.approx(21.20, abs=0.005)
    assert "is an answer of bank eis" in score("stray_code.csv", "eis", "--missing-code", "eis=5", bank=banks[1])


# rows ---------------------------------------------------------------------------------------------------------


def test_na_is_a_word_in_a_column_of_words(score, run, tmp_path):
    rows, _ = score("k10_namibia.csv", "--keep", "country")
    assert [row["country"] for row in rows[:2]] == ["NA", "ZA"]
    _, said, _ = run("norms", "k10_namibia.csv", "--bank", "eis", "--by", "country", "--out", tmp_path / "n.yaml")
    assert "country_na" in said


def test_the_visible_sheet_the_portable_file_and_ids_under_two_names(score):
    rows, said = score("k16_hidden_sheet.xlsx")
    assert len(rows) == 40
    assert "hidden sheets were passed over: 'lists'" in said
    assert len(score("k16_portable.por")[0]) == 40
    rows, _ = score(
        "k16_survey.csv", "--join", "k16_prolific_export.csv", "--on", "PROLIFIC_PID=Participant id", "--keep", "Age"
    )
    assert rows[0]["Age"] == "30"


def test_summary_rows_are_no_persons(score):
    rows, said = score("k17_summary_rows.csv")
    assert len(rows) == 60
    assert "a summary row (Median), no person" in said


def test_a_filter_of_spss_is_told_and_where_applies_it(score):
    rows, said = score("k18_filter.sav")
    assert len(rows) == 60
    assert "filter_$ marks 20 of 60 rows as not selected" in said
    rule = re.search(r"--where '(.*?)'", said)[1]
    rows, said = score("k18_filter.sav", "--where", rule)
    assert len(rows) == 40
    assert "20 left out by --where" in said


def test_one_question_in_two_branches_is_one_item(score):
    rows, said = score("k12_two_branches.csv")
    assert [row["eis_total"] for row in rows[:2]] == ["15", "21"]
    assert "columns eis_1.1 and eis_1.2 are both item 1 and never both hold an answer: read as one" in said


def test_the_rule_that_kept_rows_stands_in_the_json(run, tmp_path):
    rule = "id <= 10 and not (eis_1 == 1 or eis_1 in (2, 3))"
    words = ["score", "k17_summary_rows.csv", "--bank", "eis", "--where", rule, "--out", tmp_path / "o.csv"]
    assert run(*words, "--json", tmp_path / "o.json")[0] == 0
    found = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    assert found["where"] == rule
    assert found["input"]["rows_read"] == 63
    code, _, refused = run(*words[:5], "idd == 1", *words[6:], "--force")
    assert code == 1
    assert "did you mean 'id'?" in refused


def test_unfinished_interviews_and_refused_consent(score):
    assert len(score("sosci_unfinished.csv", "--map", "sosci_unfinished.map.yaml")[0]) == 6
    rows, said = score("consent_to_use_of_data.csv")
    assert len(rows) == 5
    assert "consent refused (Q1: No)" in said


# occasions ----------------------------------------------------------------------------------------------------


def test_occasions_come_in_their_order_or_are_asked_for(run):
    words = ["--bank", "eis", "--id", "pid", "--occasion", "when"]
    code, said, _ = run("change", "k5_week8_month3.csv", *words)
    assert code == 0
    assert "Week 8, Month 3; compared: Week 8 with Month 3" in said
    assert "31 improved, 0 deteriorated" in said
    code, _, refused = run("change", "k5_15jan_3feb.csv", *words)
    assert code == 1
    assert '--times "15 Jan" "3 Feb"' in refused
    code, said, _ = run("change", "k5_15jan_3feb.csv", *words, "--times", "15 Jan", "3 Feb")
    assert "31 improved, 0 deteriorated" in said


def test_events_of_redcap_are_occasions(run):
    code, said, _ = run("change", "k11_baseline_followup_DATA.csv", "--bank", "eis", "--occasion", "redcap_event_name")
    assert code == 0
    assert "compared: baseline_arm_1 with followup_arm_1" in said
    assert "0 deteriorated" in said


# keying and careless answers ----------------------------------------------------------------------------------


def test_an_unreversed_pair_and_a_half_reversed_twice_are_told(run):
    _, said, _ = run("inspect", "unreversed_pair.csv", "--bank", "unreversed_pair.yaml")
    assert "items 3 and 4 run against items 1, 2 and 5 together" in said
    assert "alpha .35 as keyed, .76 with one side turned" in said
    _, said, _ = run("inspect", "half_reversed_twice.csv", "--bank", "half_reversed_twice.yaml")
    assert "alpha -.02 as keyed, .75 with one side turned" in said
    assert "--already-reversed" in said


def test_top_scorers_are_not_flagged(run, tmp_path):
    run("score", "irv_flags_top_scorers.csv", "--bank", "eis", "--careless", "--out", tmp_path / "o.csv",
        "--json", tmp_path / "o.json")  # fmt: skip
    found = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))["careless"]["indices"]
    assert found["irv"]["flagged"] == 0


# columns ------------------------------------------------------------------------------------------------------


def test_partner_endings_are_proposed_as_a_finished_map(run, score, tmp_path):
    refused = score("partner_suffix_f_m.csv")
    assert "f and m look like two partners" in refused
    typed = re.search(r"`intimacy-scales (.*?)`", refused)[1].replace("FILE", "partner_suffix_f_m.csv").split()
    run(*typed)
    rows, _ = score("partner_suffix_f_m.csv", "--map", "map.yaml")
    assert [rows[0]["eis_total_f"], rows[0]["eis_total_m"]] == ["17", "10"]


def test_one_fault_in_many_columns_is_told_once_with_the_lines_that_settle_it(run, score, tmp_path):
    with (CASES / "k20_loop_and_merge.csv").open(encoding="utf-8", newline="") as file:
        asked = list(csv.reader(file))[1]
    texts = {at: text.split(" - ", 1)[1] for at, text in enumerate(asked[10:46], start=1)}
    wording = tmp_path / "wording.yaml"
    lines = ["bank: pair", "items:", *(f"  {at}: {json.dumps(text)}" for at, text in texts.items())]
    wording.write_text("\n".join(lines), encoding="utf-8")
    refused = score("k20_loop_and_merge.csv", "--wording", wording, bank="pair")
    assert refused.count("\n") == 1
    assert "are both item 1 (form now), and so for 35 more items" in refused
    shown = re.search(r"\{format: 1, banks: .*\}\}\}", refused)[0]
    (tmp_path / "map.yaml").write_text(shown, encoding="utf-8")
    rows, _ = score("k20_loop_and_merge.csv", "--wording", wording, "--map", tmp_path / "map.yaml", bank="pair")
    assert {"pair_now_emotional_t1", "pair_now_emotional_t2"} <= set(rows[0])


def test_blocks_are_proposed_with_stem_and_statements_and_taken_as_written(run, score, tmp_path):
    refused = score("k20_loop_and_merge.csv", bank="pair")
    assert "--wording FILE finds columns by their text" in refused
    assert "which proposes 1_Q5_1..1_Q5_36 and 2_Q5_1..2_Q5_36" in refused
    run("inspect", "k20_loop_and_merge.csv", "--bank", "pair", "--write-map", "map.yaml")
    written = (tmp_path / "map.yaml").read_text(encoding="utf-8")
    assert "# asked: Think of person 1." in written
    assert "# item 1: I can show my partner when I am sad [" in written
    taken = written.replace("    # columns:", "    columns:")
    for place in (1, 2):
        line = f'"{place}_Q5_1..{place}_Q5_36": {{items: 1..36}}'
        assert line in taken
        taken = taken.replace(f"#   {line}", f"  {line}".replace("1..36}", f"1..36, occasion: t{place}}}"))
    (tmp_path / "taken.yaml").write_text(taken, encoding="utf-8")
    rows, _ = score("k20_loop_and_merge.csv", "--map", tmp_path / "taken.yaml", bank="pair")
    assert rows[0]["pair_now_emotional_t1_answered"] == "6"


@pytest.mark.parametrize("words", [
    ["k2_german_reversed.sav"], ["k2_four_points_and_dont_know.sav"], ["k3_seven_point.csv"], ["k3_seven_point.sav"],
    ["k7_between_two.csv", "--bank", "prqc"], ["k8_excel_dates.csv"], ["k9_minus2_to_2.csv"], ["stray_code.csv", "--bank", "stray_code.yaml", "eis"],
    ["k13_zero_declared_missing.sav", "--bank", "pair"], ["label_with_glued_code.csv"], ["partner_suffix_f_m.csv"],
    ["k20_loop_and_merge.csv", "--bank", "pair"], ["map_forgets_disputed_label.csv", "--bank", "map_forgets_disputed_label.yaml"],
])  # fmt: skip
def test_every_refusal_ends_with_what_to_type(run, tmp_path, words):
    words = words if "--bank" in words else [*words, "--bank", "eis"]
    code, _, refused = run("score", *words, "--out", tmp_path / "o.csv")
    assert code == 1
    options = re.findall(r"--(shift|codes|missing-code) (\S+?)(?=[;, )\n]|$)", refused)
    maps = re.findall(r"\{format: 1, banks: .*?\}\}\}\}\}", refused)
    typed = re.findall(r"`intimacy-scales (.*?)`", refused)
    assert options or maps or typed
    for name, value in options[:1]:
        assert run("score", *words, f"--{name}", value, "--out", tmp_path / "p.csv")[0] == 0 or name == "codes"
    for line in maps[:1]:
        (tmp_path / "map.yaml").write_text(line.replace("CODE", "null"), encoding="utf-8")
        again = run("score", *words, "--map", tmp_path / "map.yaml", "--out", tmp_path / "q.csv", "--force")
        assert again[0] == 0 or again[2] != refused
    for line in typed[:1]:
        assert run(*line.replace("FILE", str(words[0])).split())[0] == 0


def test_keep_all_says_what_it_kept_and_left_out(score):
    rows, said = score("free_text_with_no.csv", "--keep", "all")
    assert "Q9" not in rows[0]
    assert "left out: Q9 (holds addresses, phone numbers or free text)" in said


def test_merged_couple_cells_long_ids_and_hidden_rows_of_a_workbook(score, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["couple", "id", *[f"eis_{j}" for j in range(1, 6)]])
    for row in range(4):
        sheet.append([f"c{row // 2}" if row % 2 == 0 else None, 1234567890123456 + row, 3, 3, 3, 3, row + 1])
    for top in (2, 4):
        sheet.merge_cells(f"A{top}:A{top + 1}")
    sheet.row_dimensions[3].hidden = True
    book.save(tmp_path / "merged.xlsx")
    rows, said = score(str(tmp_path / "merged.xlsx"), "--keep", "couple", "--id", "id")
    assert [row["couple"] for row in rows] == ["c0", "c0", "c1", "c1"]
    assert rows[0]["id"] == "1234567890123456"
    assert "1 rows are hidden in the sheet" in said


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("Event Index,Participant Private ID,Question Key,Response", "Gorilla's long form"),
        ("trials.thisN,participant,psychopyVersion,frameRate,expName", "PsychoPy (Pavlovia)"),
    ],
)
def test_files_of_trials_say_what_to_do(score, tmp_path, header, wanted):
    (tmp_path / "a.csv").write_text(f"{header}\n" + ",".join("1" for _ in header.split(",")) + "\n", encoding="utf-8")
    refused = score(str(tmp_path / "a.csv"))
    assert wanted in refused
    assert "a row a person" in refused


def test_a_bank_is_found_however_it_is_written(score):
    assert score("k14_letters.sav", bank="EIS")[0][0]["eis_total"] == "15"


LIME = ["2026-01-02 03:04:05", "4", "en", "123456789"]
STATEMENTS = [
    "I like tea a lot",
    "I like coffee, all of it",
    "I drink cocoa ...",
    "I have water at hand",
    "I share juice",
]


def dressed(dress: str) -> list[list[str]]:
    """Five statements under one stem, as a platform writes them."""
    body = [[str((row + j) % 5 + 1) for j in range(5)] for row in range(6)]
    asked = [f"How is it now? [{text}]" for text in STATEMENTS]
    if dress == "surveymonkey":
        own = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address"]
        head = [[*own, "How is it now?", "", "", "", ""], ["", "", "", "", "", *STATEMENTS]]
        return head + [
            [str(10_000_000_000 + at), "123", "01/02/2026", "01/02/2026", "", *row] for at, row in enumerate(body)
        ]
    if dress == "google":
        return [["Timestamp", *asked], *([f"2026/01/0{at + 1} 9:30:00 PM GMT+1", *row] for at, row in enumerate(body))]
    codes, texts = ["id", "submitdate", "lastpage", "startlanguage", "seed"], [
        "Response ID", "Date submitted", "Last page", "Start language", "Seed"]  # fmt: skip
    names, own = {
        "limesurvey codes": ([f"G1Q2[SQ00{j}]" for j in range(1, 6)], codes),
        "limesurvey both": ([f"G1Q2[SQ00{j}]. {text}" for j, text in enumerate(asked, start=1)],
                            [f"{code}. {text}" for code, text in zip(codes, texts, strict=True)]),
        "limesurvey texts": (asked, texts),
    }[dress]  # fmt: skip
    return [[*own, *names], *([str(at), *LIME, *row] for at, row in enumerate(body, start=1))]


@pytest.mark.parametrize("dress", ["limesurvey codes", "limesurvey both", "limesurvey texts", "surveymonkey", "google"])
def test_blocks_are_proposed_in_the_dress_of_other_platforms(run, score, tmp_path, dress):
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(dressed(dress))
    run("inspect", path, "--bank", "eis", "--write-map", "map.yaml")
    written = (tmp_path / "map.yaml").read_text(encoding="utf-8")
    assert any(one.endswith(": {items: 1..5}") for one in written.splitlines())
    if dress != "limesurvey codes":
        assert "# asked: How is it now?" in written
        assert "# item 2: I like coffee, all of it [" in written
    refused = score(str(path), "--map", "map.yaml")
    assert "confirmed: is false" in refused
    taken = written.replace("confirmed: false", "confirmed: true")  # the one line to edit
    (tmp_path / "taken.yaml").write_text(taken, encoding="utf-8")
    rows, _ = score(str(path), "--map", tmp_path / "taken.yaml")
    assert [row["eis_total"] for row in rows] == ["15"] * 6
