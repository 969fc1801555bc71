"""A bank of rows of numbers, scores apart, "does not apply", names and a scale of scales, walked through as a user would."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.analysis.careless.flags import careless_flags, ticked_answers
from intimacy_scales.analysis.couples.partners.items import steps_of_item
from intimacy_scales.analysis.reliability.sample_sums import sample_sums
from intimacy_scales.analysis.reliability.scale_answers import composed_alpha
from intimacy_scales.analysis.reliability.scale_reliability import ReliabilityOptions, reliability_from
from intimacy_scales.bank import fingerprint, load_bank, read_bank
from intimacy_scales.base.errors import ExportError, ResponseError
from intimacy_scales.cli import main
from intimacy_scales.output.form.content import form_content
from intimacy_scales.reading.drafting import draft_bank, row_said
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.responses.read import stream_responses
from intimacy_scales.scoring import keyed, score_responses
from intimacy_scales.scoring.cases import failing_cases
from intimacy_scales.statistics.consistency.composites import stratified_alpha
from test_format2_options import EVENING, NAMES, TEXT, evenings

WORDS = {1: "never", 2: "once", 3: "a few times", 4: "every evening", 9: "does not apply to us"}


@pytest.fixture(scope="module")
def bank():
    return load_bank(EVENING)


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """Write an export as a survey platform would: labels for the list, numbers for rows, one column of its own name."""
    table = pd.DataFrame(evenings(150, seed=3, blank=0.02), columns=[f"evening_{name}" for name in NAMES])
    for name in ("cook", "walk", "read_aloud"):
        table[f"evening_{name}"] = table[f"evening_{name}"].map(WORDS)
    table = table.rename(columns={"evening_heavy": "Schweigen"})
    table.insert(0, "id", [f"p{row:03d}" for row in range(150)])
    path = tmp_path_factory.mktemp("evening") / "e.csv"
    table.to_csv(path, index=False)
    return path


def run(*words):
    with pytest.raises(SystemExit) as end:
        main([*map(str, words)])
    return end.value.code


# reading --------------------------------------------------------------------------------------------------------------


def test_names_columns_of_ones_own_and_labels_are_found(export, bank):
    data = ims.read_export(export, bank)
    (part,) = data.answered
    assert part.columns[4] == "Schweigen"
    assert [np.nanmax(answers) for answers in part.answers[6:9]] == [4, 4, 9]
    bare = pd.read_csv(export).rename(columns={f"evening_{name}": name for name in NAMES})
    np.testing.assert_array_equal(
        ims.score(bare, bank)["evening_evening"].values, ims.score(export, bank)["evening_evening"].values
    )


def test_forms_and_partners_stand_around_names():
    text = TEXT.replace(
        "items:\n  - {name: near",
        "forms:\n  - {id: now, name: now, gloss: now}\n  - {id: wished, name: wished, gloss: wished}\nitems:\n  - {name: near",
        1,
    )
    bank = read_bank(text)
    row = dict(zip(NAMES, evenings(1)[0], strict=True))
    frame = pd.DataFrame(
        [
            {
                f"evening_{form}_{name}_{who}": value
                for form in ("now", "wished")
                for who in "ab"
                for name, value in row.items()
            }
        ]
    )
    found = {(p.administration.form, p.administration.partner) for p in ims.read_export(frame, bank).answered}
    assert found == {("now", "a"), ("now", "b"), ("wished", "a"), ("wished", "b")}


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("evening_near", 101, "1 answer of 101; allowed 0 to 100"),
        ("evening_near", 37.5, "1 answer that is no whole number (37.5); allowed 0 to 100"),
        ("evening_calm", 7.3, "1 answer of 7.3; allowed 0 to 10 in steps of 0.5"),
        ("evening_cook", "sometimes", "1 answer of 'sometimes'; allowed 1 'never', 2 'once'"),
    ],
)
def test_an_answer_off_the_row_or_list_is_a_named_problem(export, bank, column, value, said):
    frame = pd.read_csv(export)
    frame[column] = frame[column].astype(object)
    frame.loc[3, column] = value
    with pytest.raises(ResponseError) as told:
        ims.read_export(frame, bank)
    assert said in str(told.value)


def test_the_dust_of_decimals_is_no_other_answer(bank):
    text = TEXT.replace("to: 10, step: 0.5", "to: 10, step: 0.1")
    frame = pd.DataFrame(evenings(40), columns=[f"evening_{name}" for name in NAMES])
    frame["evening_calm"] = 0.1 * np.arange(40)  # 0.30000000000000004 and its like
    answers = ims.read_export(frame, read_bank(text)).answered[0].answers[3]
    assert answers.tolist() == [float(f"{at / 10:.1f}") for at in range(40)]


def test_nobody_at_the_end_of_a_slider_is_no_doubt_about_a_shift(bank):
    frame = pd.DataFrame(np.clip(evenings(300), None, 9), columns=[f"evening_{name}" for name in NAMES])
    frame[[f"evening_{name}" for name in ("near", "apart", "warm", "quarrel", "sulk")]] += 40
    assert not [note for note in ims.read_export(frame, bank).notes if "shift" in note]


def test_a_map_names_items_and_is_written_with_names(export, bank, tmp_path, capsys):
    frame = pd.read_csv(export)
    frame.columns = ["id", *(f"Q{at}" for at in range(1, 12))]
    frame.to_csv(tmp_path / "q.csv", index=False)
    said = ", ".join(NAMES)
    path = tmp_path / "map.yaml"
    path.write_text(
        f"format: 1\nbanks: {{evening: {{columns: {{Q1: near, Q2..Q11: {{items: [{said.removeprefix('near, ')}]}}}}}}}}\n",
        encoding="utf-8",
    )
    np.testing.assert_array_equal(
        ims.score(tmp_path / "q.csv", bank, mapping=path)["evening_ease"].values,
        ims.score(export, bank)["evening_ease"].values,
    )
    assert run("inspect", export, "--bank", EVENING, "--write-map", tmp_path / "written.yaml") == 0
    assert "{items: [near, apart, warm, calm" in (tmp_path / "written.yaml").read_text(encoding="utf-8")
    assert ims.score(export, bank, mapping=tmp_path / "written.yaml")["evening_ease"].values.shape == (150,)
    path.write_text("format: 1\nbanks: {evening: {columns: {Q1: neer}}}\n", encoding="utf-8")
    with pytest.raises(ResponseError, match="item neer is not in the bank; evening has items near, apart"):
        ims.score(tmp_path / "q.csv", bank, mapping=path)


def test_what_inspect_prints_of_a_slider_is_one_line(export, capsys):
    assert run("inspect", export, "--bank", EVENING) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if "evening slider" in line]) < 6
    assert any("numbers)" in line and "numbers of the row, as they are" in line for line in lines)


def test_keying_is_checked_on_what_answers_count(export, bank):
    checks = {check.scale: check for check in ims.inspect_export(export, bank).keying}
    assert set(checks) == {"nearness", "ease", "together", "strain"}
    assert {check.verdict for check in checks.values()} == {"as keyed"}
    data = ims.read_export(export, bank)
    x = keyed(data.answered[0], places=[3, 4, 5])
    whole = x[~np.isnan(x).any(axis=1)]
    c = np.cov(whole, rowvar=False)
    assert checks["ease"].alpha == pytest.approx(1.5 * (1 - np.trace(c) / c.sum()), abs=1e-12)
    turned = pd.read_csv(export)
    turned["Schweigen"] = 10 - turned["Schweigen"]
    wrong = {check.scale: check for check in ims.inspect_export(turned, bank).keying}["ease"]
    assert wrong.verdict == "already reversed"
    assert [item.item for item in wrong.suspects] == ["heavy"]


# figures --------------------------------------------------------------------------------------------------------------


def test_reliability_of_halves_is_that_of_the_same_answers_doubled(export, bank):
    doubled = read_bank(
        TEXT.replace(
            "halves: {from: 0, to: 10, step: 0.5, labels: {0: tense, 2.5: rather tense, 10: at ease}}",
            "halves: {from: 0, to: 20}",
        )
    )
    frame = pd.read_csv(export)
    twice = frame.assign(
        evening_calm=frame.evening_calm * 2, Schweigen=frame.Schweigen * 2, evening_light=frame.evening_light * 2
    )
    one, two = (
        ims.reliability(data, own, bootstrap=0)["evening.ease"] for data, own in ((frame, bank), (twice, doubled))
    )
    assert one.alpha.value == pytest.approx(two.alpha.value, abs=1e-13)
    assert one.sem == pytest.approx(two.sem, abs=1e-12)  # both scores run from 0 to 100
    assert [item.mean for item in one.items] == pytest.approx([item.mean / 2 for item in two.items], abs=1e-12)
    assert [item.sd for item in one.items] == pytest.approx([item.sd / 2 for item in two.items], abs=1e-12)
    assert [list(item.frequencies.values()) for item in one.items] == [
        list(item.frequencies.values()) for item in two.items
    ]
    assert list(one.items[0].frequencies)[:3] == [0, 0.5, 1]


def test_item_figures_are_of_scores_not_of_codes(export, bank):
    found = ims.reliability(export, bank, bootstrap=0)["evening.together"]
    x = keyed(ims.read_export(export, bank).answered[0], places=[6, 7, 8])
    assert [item.mean for item in found.items] == pytest.approx(np.nanmean(x, axis=0).tolist(), abs=1e-12)
    assert [item.sd for item in found.items] == pytest.approx(np.nanstd(x, axis=0, ddof=1).tolist(), abs=1e-12)
    assert list(found.items[0].frequencies) == [0, 1, 2.5, 7]
    assert any("32 answers that count nothing" in note for note in found.notes)
    assert found.ordinal.omega_withheld == ""


def test_sliders_go_through_no_polychoric_correlation_and_that_is_said(export, bank):
    found = ims.reliability(export, bank, bootstrap=0)["evening.nearness"]
    assert "quantities, which are no ordered categories" in found.withheld["ordinal_alpha"]
    assert np.isnan(found.ordinal.ordinal_alpha)
    with pytest.raises(ResponseError, match=r"estimator wlsmv: evening_near, evening_apart.* take estimator mlr"):
        ims.structure(export, bank, estimator="wlsmv")
    made = ims.structure(export, bank)
    assert set(made.answers.factors) == {"nearness", "ease", "together", "strain"}
    assert any("scale evening is made of nearness and ease and strain; not a factor" in note for note in made.notes)


def test_reliability_of_a_scale_of_scales_is_stratified_alpha(bank):
    text = TEXT.replace("combine: mean, better", "combine: sum, better").replace(
        "combine: mean, rescale: [0, 100]", "combine: sum"
    )
    text = text.replace("combine: mean, role", "combine: sum, role").replace(
        "combine: mean, reverse", "combine: sum, reverse"
    )
    plain, x = read_bank(text), evenings(200, seed=8)
    scores = ims.score(x, plain)
    (own,) = sample_sums(scores).composed
    found = composed_alpha(own)
    signs = np.array([1, -1, 1, 1, -1, 1, -1, -1.0])
    covariance = np.cov(x[:, [0, 1, 2, 3, 4, 5, 9, 10]] * signs, rowvar=False)
    assert found.value == pytest.approx(stratified_alpha(covariance, [[0, 1, 2], [3, 4, 5], [6, 7]]), abs=1e-12)
    assert found.sem == pytest.approx(
        scores["evening_evening"].values.std(ddof=1) * np.sqrt(1 - found.value), abs=1e-12
    )
    made = ims.reliability(x, plain, bootstrap=0)
    assert made.composed["evening"]["evening"].value == found.value
    assert "evening.evening: Evening: made of scales" in str(made)
    assert "evening.evening" not in [f"evening.{one.key}" for one in made]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("items: [quarrel, sulk],", "items: [near, sulk],", "share items"),
        ("items: [quarrel, sulk],", "items: [sulk],", "strain has one item: no alpha is known"),
    ],
)
def test_it_is_withheld_with_the_reason_where_its_definition_does_not_hold(old, new, why):
    made = ims.reliability(evenings(80), read_bank(TEXT.replace(old, new)), bootstrap=0)
    one = made.composed["evening"]["evening"]
    assert why in one.why
    assert np.isnan(one.value)
    assert made.composed_to_dict()["evening"]["evening"]["stratified_alpha"] is None


def test_sums_of_parts_of_a_sample_give_the_figures_of_the_whole(export, bank):
    frame = pd.read_csv(export)
    whole = ims.reliability(frame, bank, bootstrap=0)
    parts = [sample_sums(ims.score(frame.iloc[a:b], bank)) for a, b in ((100, 150), (0, 33), (33, 100))]
    merged = reliability_from(
        parts[0] + parts[1] + parts[2], ReliabilityOptions(missing="pairwise", level=0.95, bootstrap=0, seed=1)
    )
    for one in whole:
        assert merged.scales["evening"][one.key].alpha.value == one.alpha.value
    assert merged.composed["evening"]["evening"].value == pytest.approx(
        whole.composed["evening"]["evening"].value, abs=1e-12
    )


def test_a_norm_names_its_definition_and_change_rests_on_it(bank):
    x = evenings(120, seed=4)
    (norm,) = ims.norms_from(x, bank, sample="drawn").norms
    kinds = {one.scale: one.reliability_kind.partition(",")[0] for one in norm.scales}
    assert kinds == {
        "nearness": "alpha",
        "ease": "alpha",
        "together": "alpha",
        "strain": "alpha",
        "evening": "stratified alpha",
    }
    frame = pd.DataFrame(x, columns=[f"evening_{name}" for name in NAMES]).assign(id=range(120))
    moved = ims.reliable_change(frame, frame, bank, id_column="id")
    assert "SEM" in str(moved)
    assert re.search(r"evening_evening: SEM [0-9.]+ from stratified alpha", str(moved))


def test_rough_errors_of_a_scale_of_scales_follow_from_its_scales(bank):
    from intimacy_scales.analysis.norms.measurement_error import rough_errors

    scores = ims.score(evenings(5), bank)
    sem = {part.scale.id: rough_errors(scores, part) for part in scores.parts}
    expected = np.sqrt(sem["nearness"] ** 2 + sem["ease"] ** 2 + sem["strain"] ** 2) / 3
    np.testing.assert_allclose(sem["evening"], expected, rtol=1e-12)


def test_two_partners_differ_on_a_slider_by_tenths_of_its_row(bank):
    assert steps_of_item(bank, bank.item("near")) == tuple(range(0, 101, 10))
    assert steps_of_item(bank, bank.item("cook")) == (0, 1, 2.5, 7)
    a, b = evenings(1, seed=1)[0], evenings(1, seed=1)[0]
    a[0], b[0] = 40, 46
    two = ims.compare_partners(a, b, bank)
    first = two["evening_nearness"].items[0]
    assert (first.steps, first.agrees, first.to_dict()["item"]) == (1, True, "near")
    assert two["evening_evening"].items == ()
    assert two["evening_evening"].averages[0] == pytest.approx(ims.score(a, bank)["evening_evening"].values[0])


def test_careless_flags_look_at_what_was_ticked_without_what_counts_nothing(bank):
    codes = evenings(100, seed=2)
    codes[0, 6:9] = [9, 9, 9]
    (block,) = ticked_answers(ims.read_export(codes, bank))
    assert np.isnan(block.ticked[0, 6:9]).all()
    assert np.nanmax(block.even) <= 1
    assert len(careless_flags(ims.read_export(codes, bank))) == 100


def test_simulated_answers_are_answers_of_the_bank(bank):
    made = ims.simulate(bank, 300, seed=4)
    part = made.responses.answered[0]
    for item, answers in zip(bank.items, part.answers, strict=True):
        assert set(np.unique(answers)) <= {float(option.code) for option in bank.scored_options(item)}
    alphas = [one.alpha.value for one in ims.reliability(made.responses, bootstrap=0)]
    assert min(alphas) > 0.5
    assert list(made.table())[:3] == ["id", "evening_near", "evening_apart"]


# what is written ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".sav", ".dta", ".xlsx", ".parquet", ".json"])
def test_scored_files_of_every_kind_hold_scores_answers_and_labels(export, bank, tmp_path, suffix):
    out = tmp_path / f"scored{suffix}"
    assert run("score", export, "--bank", EVENING, "--out", out, "--answers") == 0
    again = ims.score(out, bank)
    np.testing.assert_allclose(
        again["evening_evening"].values, ims.score(export, bank)["evening_evening"].values, atol=1e-9
    )
    np.testing.assert_array_equal(
        again["evening_together"].not_scored, ims.score(export, bank)["evening_together"].not_scored
    )


def test_the_labels_of_a_statistics_file_are_the_banks(export, tmp_path):
    import pyreadstat

    assert run("score", export, "--bank", EVENING, "--out", tmp_path / "s.sav", "--answers") == 0
    _, meta = pyreadstat.read_sav(str(tmp_path / "s.sav"))
    assert meta.variable_value_labels["evening_near"] == {0.0: "not at all", 100.0: "completely"}
    assert meta.variable_value_labels["evening_calm"] == {0.0: "tense", 2.5: "rather tense", 10.0: "at ease"}
    assert meta.variable_value_labels["evening_read_aloud"][9.0] == "does not apply to us"
    labels = meta.column_names_to_labels
    assert labels["evening_together_not_scored"] == "answers that are not scored (no missing ones)"
    assert labels["evening_evening_answered"] == "scales scored of 3"
    assert labels["evening_apart"].startswith("Evenings together item apart: ")


def test_json_names_items_and_holds_the_scale_of_scales(export, tmp_path):
    assert run("reliability", export, "--bank", EVENING, "--json", tmp_path / "r.json") == 0
    made = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    items = made["reliability"]["evening"]["ease"]["items"]
    assert [(one["item"], one["name"]) for one in items] == [
        ("calm", "evening_calm"),
        ("heavy", "evening_heavy"),
        ("light", "evening_light"),
    ]
    assert set(made["composed"]["evening"]["evening"]["alphas"]) == {"nearness", "ease", "strain"}
    assert run("score", export, "--bank", EVENING, "--out", tmp_path / "s.csv", "--json", tmp_path / "s.json") == 0
    assert (
        json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["scores"]["evening"]["together"][
            "answers_not_scored"
        ]
        == 32
    )


def test_show_tells_rows_scores_and_what_a_scale_is_made_of(capsys):
    assert run("show", EVENING) == 0
    said = capsys.readouterr().out
    assert "halves: 0 to 10 in steps of 0.5: 0 tense, 2.5 rather tense, 10 at ease" in said
    assert "4 every evening (counts 7), 9 does not apply to us (not scored)" in said
    assert "evening: Evening, scales nearness, ease, strain (turned round)" in said
    assert "nearness: Nearness, items near apart warm" in said


def test_a_sample_report_draws_sliders_by_tenths_and_says_what_was_withheld(export, bank):
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", ims.report(export, bank).html))
    assert "about 0 about 10 about 20 about 30" in page
    assert "not scored" in page
    assert "quantities, which are no ordered categories" in page
    assert "stratified alpha .95" in page
    assert (
        "Scores are the mean of Nearness, Ease and Strain (Strain turned round); prorated when at least 2 of 3 scales had a score"
        in page
    )
    assert "answers that are not scored counted as none" in page


def test_a_persons_page_compares_no_areas_of_different_ranges(export, bank):
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", ims.report(export, bank, person="p003").html))
    assert "The areas run on different ranges." in page
    assert "lower in together" not in page.casefold()
    assert "Your answers say that closeness" not in page


def test_a_form_shows_long_rows_as_sliders_and_saves_under_the_items_names(bank):
    said = form_content(bank, (None,), ("en", "de"))
    assert said["rows"] == {"slider": {"from": 0, "to": 100, "step": 1}, "halves": {"from": 0, "to": 10, "step": 0.5}}
    assert [one["code"] for one in said["options"]["halves"]] == [0, 2.5, 10]
    assert said["options"]["slider"][1]["texts"] == {"en": "completely", "de": "ganz"}
    assert len(said["options"]["often"]) == 5
    assert said["forms"][0]["columns"] == [f"evening_{name}" for name in NAMES]
    page = ims.make_form(bank).html
    assert fingerprint(bank) in page
    assert "sliderOf(row, options, now, choose)" in page


def test_the_bank_of_the_readme_is_good_and_scores(capsys):
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    own = read_bank(re.search(r"```yaml\n(format: 2.*?)```", text, re.DOTALL)[1])
    assert not failing_cases(own)
    assert [part.values[0] for part in ims.score([80, 20, 2, 9], own).parts] == pytest.approx([80, 100, 90])


# drafts ---------------------------------------------------------------------------------------------------------------


def test_a_draft_asks_for_the_row_of_a_slider_and_takes_it(export, bank, tmp_path):
    table = read_table(export)
    with pytest.raises(ExportError) as told:
        draft_bank(table, bank_id="mine", columns=["evening_near..evening_light"])
    (problem,) = told.value.problems
    assert problem.where == "columns evening_near, evening_apart, evening_warm and 3 more"
    assert "say --row 0..100 (halves: --row 0..10/0.5)" in problem.do
    rows = [row_said("0..100"), row_said("0..10/0.5")]
    draft = draft_bank(table, bank_id="mine", columns=["evening_near..evening_light"], rows=rows)
    assert [str(draft.bank.row_of(item)) for item in draft.bank.items] == ["0 to 100"] * 3 + [
        "0 to 10 in steps of 0.5"
    ] * 3
    assert draft.bank.items[4].name == "schweigen"
    assert draft.bank.items[4].column == "Schweigen"
    assert len(ims.score(export, draft.bank)) == 150
    with pytest.raises(ExportError, match=r"runs? from 0 to 100, which is not on one of the rows 0 to 50"):
        draft_bank(table, bank_id="mine", columns=["evening_near..evening_warm"], rows=[row_said("0..50")])


@pytest.mark.parametrize("text", ["0-100", "100..0", "0..10/0.3", "0..1/0", "a..b"])
def test_a_row_that_cannot_be_is_told(text):
    with pytest.raises(ExportError, match="row"):
        row_said(text)


def test_a_draft_scores_no_label_that_means_not_applicable(tmp_path):
    import pyreadstat

    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.integers(1, 6, (60, 4)).astype(float), columns=["glad", "calm", "sad", "tired"])
    frame.iloc[:5, 0] = 9
    frame.iloc[5:8, 1] = 8
    labels = {1.0: "never", 5.0: "always", 8.0: "refused", 9.0: "not applicable"}
    path = tmp_path / "e.sav"
    pyreadstat.write_sav(frame, str(path), variable_value_labels=dict.fromkeys(frame.columns, labels))
    draft = draft_bank(read_table(path), bank_id="mood", columns=["glad..tired"])
    assert draft.bank.ends(draft.bank.item("glad")) == (1, 5)
    assert [option.code for option in draft.bank.options_of(draft.bank.item("glad")) if not option.scored] == [9]
    assert 8 not in [option.code for option in draft.bank.options_of(draft.bank.item("glad"))]
    assert ims.score(path, draft.bank)["mood_total"].not_scored.sum() == 5
    assert [item.id for item in draft.bank.items] == ["glad", "calm", "sad", "tired"]


def test_new_with_a_row_from_the_command_line(export, tmp_path, capsys):
    out = tmp_path / "mine.yaml"
    words = (
        "new",
        export,
        "--columns",
        "evening_near..evening_warm",
        "evening_quarrel",
        "evening_sulk",
        "--id",
        "mine",
        "--out",
        out,
    )
    assert run(*words) == 1
    assert run(*words, "--row", "0..100") == 0
    assert run("check", out) == 0
    assert run("score", export, "--bank", out, "--out", tmp_path / "s.csv") == 0


def test_a_couples_page_says_what_a_step_on_a_slider_is(bank):
    a, b = evenings(2, seed=5)
    page = re.sub(r"<[^>]+>", " ", ims.report(ims.compare_partners(a, b, bank)).html)
    assert "On a slider a step is a tenth of it." in page
    assert "Feeling near to each other at supper" in page
    assert "1. Feeling near" not in page


def test_batches_of_a_large_file_give_the_same_scores_and_verdicts(export, bank, tmp_path):
    frame = pd.concat([pd.read_csv(export)] * 20, ignore_index=True).assign(id=[f"q{row}" for row in range(3000)])
    path = tmp_path / "large.csv"
    frame.to_csv(path, index=False)
    stream = stream_responses(path, [bank])
    parts = [score_responses(batch) for batch in stream.batches(lambda *_: None)]
    whole = ims.score(path, bank)
    for column in whole.columns:
        np.testing.assert_array_equal(np.concatenate([part[column].values for part in parts]), whole[column].values)
    verdicts = [(check.scale, check.verdict, check.alpha) for check in stream.vouch().keying]
    assert verdicts == [(check.scale, check.verdict, check.alpha) for check in ims.inspect_export(path, bank).keying]
