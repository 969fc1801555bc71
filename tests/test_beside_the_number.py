"""What stands beside the number: counts, intervals, directions, privacy. Each test here kills a mutant by name.

``tests/tools/mutate.py`` makes the mutants and says which test file must notice each.
"""

from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import intimacy_scales as ims
from intimacy_scales.advice.scale_reading import idealised
from intimacy_scales.analysis.change.formulas import clinical_words, cutoff_of
from intimacy_scales.analysis.couples import variable
from intimacy_scales.analysis.norms import error_of
from intimacy_scales.bank import load_bank
from intimacy_scales.output.writing.formats import write_csv, write_tsv
from intimacy_scales.output.writing.sheet import Sheet
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.scoring import keyed, score_responses
from intimacy_scales.statistics.correlation import double_entry, fisher_interval, partial, pearson
from intimacy_scales.statistics.estimate import half_width
from intimacy_scales.statistics.icc import icc_table
from intimacy_scales.statistics.paired import paired_difference
from intimacy_scales.statistics.resampling import bca_interval, percentile_interval
from intimacy_scales.statistics.shares import exact_share, share
from making import small_bank, vouched
from report_pages import simulated
from small_banks import small_bank as forms_bank

EIS = load_bank("eis")


def test_keyed_leaves_answers_that_were_reversed_in_the_file():
    bank, rows = small_bank(), np.array([[1.0, 2, 4, 5]])
    part = vouched(bank, rows).answered[0]
    assert keyed(part).tolist() == [[1, 2, 2, 1]]
    from dataclasses import replace

    assert keyed(replace(part, already_reversed=True)).tolist() == [[1, 2, 4, 5]]
    assert keyed(replace(part, already_reversed=True), places=[2]).tolist() == [[4]]


def test_a_gap_counts_the_fewer_answers_of_its_two_halves():
    pair = load_bank("pair_style")
    row = {f"pair_style_{j}_now": 2 for j in range(1, 37)} | {f"pair_style_{j}_expected": 3 for j in range(1, 37)}
    first = [f"pair_style_{number}_now" for number in pair.scales[0].items[:1]]
    scores = ims.score(pd.DataFrame([row]).astype(float).assign(**dict.fromkeys(first, np.nan)), pair)
    gap = next(part for part in scores.parts if part.derived is not None and part.scale == pair.scales[0])
    assert gap.answered.tolist() == [5]
    assert {part.answered[0] for part in scores.parts if part.scale == pair.scales[1]} == {6}


@pytest.mark.parametrize(("complete", "basis"), [(29, "own answers"), (30, "sample")])
def test_a_samples_sem_needs_thirty_complete_rows_not_thirty_rows(complete, basis):
    rng = np.random.default_rng(5)
    rows = np.clip(np.rint(3 + rng.normal(size=(60, 1)) + 0.7 * rng.normal(size=(60, 5))), 1, 5)
    rows[complete:, 0] = np.nan
    bank = EIS.model_copy(update={"evidence": (), "norms": ()})
    scores = score_responses(vouched(bank, rows))
    assert (~np.isnan(scores.parts[0].values)).sum() == 60
    assert error_of(scores, scores.parts[0]).basis == basis


def test_exactly_at_the_cut_off_is_the_better_side():
    cut = cutoff_of(cutoff=15.0, clinical=None, functional=None)
    before, after = np.array([10.0, 10, 15, 15]), np.array([15.0, 14, 20, 10])
    words = clinical_words(
        before, after, ["improved", "improved", "improved", "deteriorated"], cut, higher_is_better=True
    )
    assert words == ["recovered", "improved", "improved", "deteriorated"]
    down = clinical_words(np.array([20.0, 15]), np.array([15.0, 10]), ["improved"] * 2, cut, higher_is_better=False)
    assert down == ["recovered", "improved"]


def test_double_entry_weighs_pairs_with_n_less_three_halves():
    pairs = np.random.default_rng(2).normal(size=(20, 2)) + np.random.default_rng(3).normal(size=(20, 1))
    found = double_entry(pairs)
    off = stats.norm.ppf(0.975) / np.sqrt(20 - 1.5)
    assert found.low == pytest.approx(np.tanh(np.arctanh(found.value) - off))
    assert found.high == pytest.approx(np.tanh(np.arctanh(found.value) + off))
    assert found.n == 20


def test_a_partial_correlation_loses_a_degree_of_freedom_a_variable_held():
    table = np.random.default_rng(2).normal(size=(24, 4)) + np.random.default_rng(3).normal(size=(24, 1))
    found = partial(table[:, :2], table[:, 2:])
    assert found.df == 20
    t = found.value * np.sqrt(20 / (1 - found.value**2))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(t), 20))
    assert found.low == pytest.approx(fisher_interval(found.value, 24 - 2 - 3, 0.95)[0])


@pytest.mark.parametrize(("role", "more"), [("content", True), ("interference", False)])
def test_wishing_for_more_of_an_interference_is_no_wish_for_closeness(role, more):
    bank = load_bank("pair_style")
    first = bank.scales[0].model_copy(update={"role": role})
    bank = bank.model_copy(update={"scales": (first, *bank.scales[1:])})
    low = {f"{bank.id}_{i.number}_now": (4 if i.reverse else 0) for i in bank.items}
    top = {f"{bank.id}_{i.number}_expected": (0 if i.reverse else 4) for i in bank.items}
    two = ims.compare_partners(low | top, low | top, bank, sd=4.0, reliability=0.9)
    gap = two[f"{bank.id}_now_{first.id}"].gaps[0]
    assert gap.difference.value > 0
    assert (gap.more, gap.less) == (more, not more)


def test_idealisation_is_given_no_reading():
    scores = ims.score(ims.simulate("pair_style", 3, seed=2, forms={"now": 0.0, "expected": 0.5}).responses)
    for person in ims.suggest_tips(scores).people:
        assert person.readings
        assert all(one.scale.role != "idealisation" for one in person.readings)


@pytest.mark.parametrize("write", [write_csv, write_tsv])
def test_no_cell_of_a_text_table_is_a_formula_nor_is_its_head(tmp_path, write):
    sheet = Sheet(columns={"=cmd|' /C calc'!A0": ["=1+1", "plain"], "+x": [1.0, -2.0]}, labels={}, value_labels={},
                  missing={}, unanswered={}, about={})  # fmt: skip
    write(sheet, tmp_path / "out.txt")
    text = (tmp_path / "out.txt").read_text(encoding="utf-8")
    lines = list(csv.reader(text.splitlines(), delimiter="," if write is write_csv else "\t"))
    assert lines[0] == ["'=cmd|' /C calc'!A0", "'+x"]
    assert lines[1] == ["'=1+1", "1"]
    assert lines[2] == ["plain", "-2"]


def qualtrics(path, progress):
    """An export without a column Finished: progress alone says who came to the end."""
    names = ["StartDate", "Status", "Progress", "ResponseId", "eis_1"]
    ids = [json.dumps({"ImportId": one}) for one in ("startDate", "status", "progress", "_recordId", "QID1")]
    rows = [["2026-01-02 03:04:05", "0", str(one), f"R_{j}", "3"] for j, one in enumerate(progress)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, names, ids, *rows])
    return path


def test_progress_of_ninety_nine_is_not_finished(tmp_path):
    table = read_table(qualtrics(tmp_path / "q.csv", [100, 99, 98, 100]))
    assert table.row_numbers.tolist() == [4, 7]
    assert [one.row for one in table.set_aside] == [5, 6]


@pytest.mark.parametrize(("flag", "kept"), [("y", False), ("", True)])
def test_an_identifier_of_redcap_is_kept_by_nobody_who_asks_for_all(tmp_path, flag, kept):
    from intimacy_scales.cli.reading.scored_sheet import kept_columns

    head = ["field_name", "form_name", "field_type", "field_label", "select_choices_or_calculations", "field_note",
            "text_validation_type_or_show_slider_number", "identifier"]  # fmt: skip
    fields = [["record_id", "a", "text", "Record", "", "", "", ""],
              ["birthplace", "a", "text", "Where were you born?", "", "", "", flag],
              *([f"eis_{j}", "a", "radio", f"Item {j}", "1, 1 | 2, 2 | 3, 3 | 4, 4 | 5, 5", "", "", ""]
                for j in range(1, 6))]  # fmt: skip
    for name, rows in (("x_dictionary.csv", [head, *fields]),
                       ("x_DATA.csv", [["record_id", "birthplace", *(f"eis_{j}" for j in range(1, 6))],
                                       *([str(j), "Ulm", *"32434"] for j in range(1, 4))])):  # fmt: skip
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    read = read_responses(tmp_path / "x_DATA.csv", EIS, survey=tmp_path / "x_dictionary.csv")
    assert ("birthplace" in kept_columns(read, ["all"])) is kept


# --- what the mutants of the other floors would change


def test_a_level_reaches_every_interval():
    x = np.random.default_rng(1).normal(size=50)
    y = x + np.random.default_rng(2).normal(size=50)
    wide, narrow = pearson(x, y, level=0.99), pearson(x, y, level=0.5)
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    assert (wide.level, narrow.level) == (0.99, 0.5)
    assert half_width(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert share(5, 50, level=0.99).low < share(5, 50, level=0.5).low
    assert paired_difference(x, y, level=0.99).mean.low < paired_difference(x, y, level=0.5).mean.low


def test_exact_shares_are_scipys():
    for count, n in ((0, 12), (5, 12), (12, 12)):
        ends = stats.binomtest(count, n).proportion_ci(0.9, method="exact")
        low, high = exact_share(count, n, level=0.9)
        assert (float(low), float(high)) == pytest.approx((ends.low, ends.high))
    low, high = exact_share(np.array([3, np.nan]), 12)
    assert np.isnan(low[1])
    assert np.isnan(high[1])


def test_bootstrap_intervals_by_hand():
    drawn = np.arange(1.0, 100.0)  # B = 99: the order statistics 5 and 95 of a 90 % interval
    assert percentile_interval(drawn, 0.9) == pytest.approx((5.0, 95.0))
    assert percentile_interval(np.append(drawn, np.nan), 0.9) == pytest.approx((5.0, 95.0))
    left = np.array([1.0, 2, 3, 2, 2])
    assert bca_interval(50.0, drawn, left, 0.9) == pytest.approx(tuple(np.quantile(drawn, [0.05, 0.95])), abs=0.5)
    skewed = bca_interval(30.0, drawn, np.array([1.0, 1, 1, 9]), 0.9)
    assert skewed[0] < 5
    assert skewed[1] < 95


def test_six_icc_tell_their_degrees_of_freedom():
    table = np.random.default_rng(4).normal(size=(10, 3)) + np.random.default_rng(5).normal(size=(10, 1))
    found = icc_table(table)
    assert {name: (one.df1, one.df2, one.n) for name, one in found.items()} == {
        "ICC1": (9, 20, 10), "ICC2": (9, 18, 10), "ICC3": (9, 18, 10),
        "ICC1k": (9, 20, 10), "ICC2k": (9, 18, 10), "ICC3k": (9, 18, 10),
    }  # fmt: skip
    for one in found.values():
        assert one.p == pytest.approx(stats.f.sf(one.f, one.df1, one.df2))


def test_a_withheld_score_says_how_many_answers_are_needed():
    scores = ims.score({1: 4, 2: 5, 3: 4}, "eis")
    assert scores.parts[0].why_withheld(0) == "3 of 5 items answered; 4 are needed"
    assert ims.score({1: 4, 2: 5, 3: 4, 4: 2}, "eis").parts[0].why_withheld(0) is None


def test_a_diary_counts_days_left_out_between_two_answered():
    rng = np.random.default_rng(1)
    days = [(p, d) for p in range(12) for d in range(1, 9) if not (p == 0 and d in {3, 4}) and not (p == 5 and d == 6)]
    frame = pd.DataFrame(days, columns=["person", "day"]).assign(
        close=rng.normal(size=len(days)), hours=rng.normal(size=len(days))
    )
    found = ims.diary(frame, person="person", day="day", outcome="close", within="hours").to_dict()["days"]
    assert found["gaps"] == 2


@pytest.mark.parametrize(("pairs", "there"), [(3, True), (2, False)])
def test_three_pairs_of_synonyms_are_enough_and_two_are_not(pairs, there):
    from intimacy_scales.analysis.careless import careless_flags

    rng = np.random.default_rng(7)
    latent = rng.normal(size=(200, 6))
    for j in range(pairs):
        latent[:, 2 * j + 1] = latent[:, 2 * j] + 0.3 * rng.normal(size=200)
    rows = np.clip(np.rint(3 + 1.2 * latent), 1, 5)
    bank = forms_bank({"s": [1, 2, 3, 4, 5, 6]}, codes=range(1, 6), bank_id="six")
    frame = pd.DataFrame(rows, columns=[f"six_{j}" for j in range(1, 7)])
    assert ("synonyms" in careless_flags(ims.read_export(frame, bank)).names) is there


def intervals(thing, at=""):
    """Yield the place and the width of every interval in a result's JSON."""
    if isinstance(thing, dict):
        for key, one in thing.items():
            if key == "ci" and isinstance(one, list) and len(one) == 2 and None not in one:
                yield at, one[1] - one[0]
            elif not (isinstance(one, list) and len(one) > 20):
                yield from intervals(one, f"{at}.{key}")
    elif isinstance(thing, list):
        for place, one in enumerate(thing):
            yield from intervals(one, f"{at}[{place}]")


def of_reliability(level):
    return ims.reliability(simulated("eis", n=60), level=level, bootstrap=200)


def of_change(level):
    return ims.change_over_time("tests/reference/eis_retest.csv", "eis", level=level)


def of_a_diary_of_two(level):
    two = pd.read_csv(ims.example("couples_diary"))
    some = two[two["couple"].isin(two["couple"].unique()[:30])]
    return ims.diary(
        some, couple="couple", partner="partner", day="day", outcome="intimacy", within="stress", level=level
    )


def of_validity(level):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(np.clip(np.rint(3 + rng.normal(size=(60, 1)) + rng.normal(size=(60, 5))), 1, 5))
    frame.columns = [f"eis_{j}" for j in range(1, 6)]
    frame = frame.assign(near=frame.mean(axis=1) + rng.normal(size=60), group=["a", "b"] * 30)
    return ims.validity(frame, "eis", convergent="near", groups="group", level=level, bootstrap=200)


@pytest.mark.parametrize("make", [of_reliability, of_change, of_a_diary_of_two, of_validity])
def test_a_level_reaches_every_interval_of_a_result(make):
    wide, narrow = (dict(intervals(make(level).to_dict())) for level in (0.99, 0.5))
    assert narrow
    same = [at for at in narrow if at in wide and not wide[at] > narrow[at] and wide[at] > 0]
    assert same == []


def test_the_mean_standing_of_a_norms_own_sample_is_nought():
    scores = ims.score(simulated("eis", n=60))
    local = ims.norms_from(scores, sample="simulated")
    said = ims.standing(scores, norm=local.norms[0]).apa()
    n = int((~np.isnan(scores["eis_total"].values)).sum())
    assert f"mean z = 0.00 of {n} persons" in said
    lower = ims.standing(scores.rows(np.flatnonzero(scores["eis_total"].values < 12)), norm=local.norms[0]).apa()
    assert "mean z = -" in lower


@pytest.mark.parametrize(("n", "made"), [(10, True), (9, False)])
def test_dyadic_scores_begin_at_ten_couples(n, made):
    from intimacy_scales.analysis.couples import dyadic_scores
    from intimacy_scales.base.errors import ResponseError

    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(n, 2)), rng.normal(size=(n, 2))
    if made:
        assert dyadic_scores(x, y).n == 10
    else:
        with pytest.raises(ResponseError, match="9 couples have all values"):
            dyadic_scores(x, y)


def test_a_level_reaches_both_intervals_of_a_standing():
    scores = ims.score(simulated("eis", n=60))
    norm = ims.norms_from(scores, sample="simulated").norms[0]
    wide, narrow = (ims.standing(scores.rows([3]), norm=norm, level=level).parts[0] for level in (0.99, 0.5))
    for low, high in (("norm_low", "norm_high"), ("error_low", "error_high"), ("score_low", "score_high")):
        assert getattr(wide, low)[0] < getattr(narrow, low)[0] < getattr(narrow, high)[0] < getattr(wide, high)[0]


@pytest.mark.parametrize(("n", "kind"), [(30, "untreated retest"), (29, "published retest")])
def test_thirty_untreated_persons_tell_a_reliability(n, kind):
    file = "tests/reference/eis_retest.csv"
    calm = pd.read_csv(file).head(n)
    assert ims.change_over_time(file, "eis", untreated=calm)["eis_total"].used.kind == kind


def test_the_persons_of_a_structure_are_those_with_any_answer():
    answers = simulated("eis", n=60, missing=0)
    rows = np.column_stack(answers.answered[0].answers)
    rows[:4] = np.nan
    rows[4:9, 0] = np.nan
    frame = pd.DataFrame(rows, columns=[f"eis_{j}" for j in range(1, 6)])
    found = ims.structure(frame, "eis", iterations=2).to_dict()
    assert (found["n"], found["n_complete"]) == (56, 51)


def test_et_al_begins_with_three_authors():
    from intimacy_scales.bank.reference_list import in_text, reference, references

    for key in references():
        authors = reference(key).apa.partition(" (")[0]
        n = authors.count("., ") + 1
        said = in_text(key)
        assert ("et al." in said) is (n > 2), (key, said)
        assert (" & " in said) is (n == 2), (key, said)


def test_labels_are_the_same_to_the_check_of_a_bank_and_to_reading():
    """``agree`` and ``agree!`` were two labels to the check and one to reading, which then refused both."""
    from intimacy_scales.bank.labels import plain, two_meanings
    from intimacy_scales.bank.options import Option

    said = list(two_meanings([Option(code=1, label="agree"), Option(code=2, label="Agree!")]))
    assert said == [(1, "'Agree!' stands for 2 and for 1")]
    assert plain("\N{LEFT DOUBLE QUOTATION MARK}Agree\N{RIGHT DOUBLE QUOTATION MARK} ") == plain("agree.") == "agree"


def test_a_total_of_one_item_has_no_uncontaminated_share():
    from intimacy_scales.statistics.consistency.composites import uncontaminated_share

    assert np.isnan(uncontaminated_share([1]))
    assert uncontaminated_share([1, 1]) == 1


def test_two_persons_make_no_correlation():
    assert np.isnan(pearson(np.array([1.0, 2]), np.array([2.0, 5])).value)
    assert pearson(np.array([1.0, 2, 4]), np.array([2.0, 5, 6])).value == pytest.approx(0.8910, abs=1e-4)


@pytest.mark.parametrize(
    ("codes", "average", "told"), [((1, 2), 2.0, False), ((1, 2, 3), 2.5, True), ((1, 2, 3), 2.0, False)]
)
def test_three_options_are_enough_to_be_idealised_and_two_are_not(codes, average, told):
    """Without an option of that label, "agree" is the one below the highest; of two it would be the lowest."""
    bank = forms_bank({"bright": (1, 2)}, codes=codes)
    scale = bank.scales[0].model_copy(update={"role": "idealisation"})
    assert idealised(bank, scale, average) is told


@pytest.mark.parametrize(
    ("one", "other", "shared"), [(4.0, 4.0, True), (4.0, None, True), (4.0, 5.0, False), (None, None, True)]
)
def test_a_variable_is_the_couples_where_both_who_answered_say_the_same(one, other, shared):
    """A partner who left it out contradicts nobody; one couple that differs makes it each partner's own."""
    answers = {f"eis_{item}": [2, 3, 4, 5, 3, 4] for item in range(1, 6)}
    frame = pd.DataFrame(
        {"couple": list("aabbcc"), "partner": list("xyxyxy"), **answers, "years": [7.0, 7.0, 2.0, 2.0, one, other]}
    )
    couples = ims.couples_of(frame, "eis", couple="couple", partner="partner")
    assert variable(couples, couples.scores, "years").shared is shared
