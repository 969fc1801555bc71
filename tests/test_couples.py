"""Couples: who belongs to whom, what differs beyond error, what a sample shows, and what a partner may see."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intimacy_scales as ims
from intimacy_scales.advice import suggest_for_two, suggest_tips
from intimacy_scales.analysis.couples import (
    ModelOptions,
    Variable,
    analyse_couples,
    compare_couple,
    compare_partners,
    compare_row,
    comparison_basis,
    couples_of,
    fit_apim,
    fit_mediation,
    response_surface,
)
from intimacy_scales.analysis.couples.partners.items import item_pair
from intimacy_scales.base.errors import IntimacyScalesError, ResponseError, UnknownNameError
from intimacy_scales.cli import main
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.statistics import sem
from intimacy_scales.statistics.correlation import double_entry, partial, pearson
from intimacy_scales.statistics.icc import icc_table
from intimacy_scales.statistics.paired import paired_difference
from small_banks import small_bank

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
REFERENCE = json.loads((HERE / "reference" / "couples_icc.json").read_text(encoding="utf-8"))
LAVAAN = json.loads((HERE / "reference" / "sem_lavaan.json").read_text(encoding="utf-8"))["couples"]
EIS, PAIR, STYLE = (ims.load_bank(name) for name in ("eis", "pair", "pair_style"))
AREAS = ("emotional", "social", "sexual", "intellectual", "recreational")


def reference_columns() -> dict[str, np.ndarray]:
    with (HERE / "reference" / "couples.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


COLUMNS = reference_columns()


def of_two(stem: str) -> Variable:
    names = (f"{stem}_w", f"{stem}_m")
    return Variable(name=stem, names=names, values=np.column_stack([COLUMNS[name] for name in names]))


EMOTIONAL, SATISFACTION = of_two("emotional"), of_two("satisfaction")


def people(n=40, bank=EIS, seed=1, **more) -> pd.DataFrame:
    """A row a person: n couples whose partners answer somewhat alike."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=n)
    rows = []
    for couple in range(n):
        for who in "ab":
            level = 3 + 0.8 * shared[couple] + rng.normal(0, 0.5)
            answers = np.clip(np.rint(level + rng.normal(0, 0.6, len(bank))), 1, 5)
            rows.append(
                {"id": f"{couple}{who}", "couple": f"c{couple}", "who": who}
                | {f"{bank.id}_{item.number}": x for item, x in zip(bank.items, answers, strict=True)}
            )
    return pd.DataFrame(rows).assign(**more)


def wide(long: pd.DataFrame) -> pd.DataFrame:
    sides = [
        long[long.who == who].set_index("couple").drop(columns=["who", "id"]).add_suffix(f"_{who}") for who in "ab"
    ]
    return sides[0].join(sides[1], sort=False).reset_index()


def long_couples(frame: pd.DataFrame, **how):
    return couples_of(read_responses(frame, EIS), couple="couple", partner="who", **how)


# --- who belongs to whom


def test_long_and_wide_files_give_the_same_couples_and_the_same_study():
    long = people()
    one, two = long_couples(long), couples_of(read_responses(wide(long), EIS), couple="couple")
    assert one.ids == two.ids
    assert one.partners == two.partners == ("a", "b")
    first, second = analyse_couples(one).to_dict(), analyse_couples(two).to_dict()
    assert first["agreement"] == second["agreement"]
    assert [c["scores"] for c in first["discrepancy"]["couples"]] == [
        c["scores"] for c in second["discrepancy"]["couples"]
    ]


def test_shuffled_rows_keep_every_couples_identity():
    long = people(12)
    mixed = long.sample(frac=1, random_state=3)
    straight, shuffled = long_couples(long), long_couples(mixed)
    at = {name: j for j, name in enumerate(shuffled.ids)}
    ours, theirs = (analyse_couples(one).couples_table().set_index("couple") for one in (straight, shuffled))
    assert sorted(at) == sorted(straight.ids)
    for name in straight.ids:
        assert {ours.loc[name, "eis_total_lower"]} == {theirs.loc[name, "eis_total_lower"]}
    for place, (first, second) in enumerate(shuffled.rows):
        assert set(mixed.iloc[[first, second]].couple) == {shuffled.ids[place]}
        assert shuffled.person_ids[place] == tuple(mixed.iloc[[first, second]].id)


def test_rows_in_no_couple_are_listed_each_with_its_reason():
    long = people(8)
    long = long.drop(index=1)  # couple 0 has lost b
    long.loc[2, "couple"] = ""  # couple 1 has lost a, whose couple is empty
    long = pd.concat([long, long[long.couple == "c3"].tail(1)], ignore_index=True)  # three in couple 3
    long.loc[long.couple == "c4", "who"] = "a"
    long.loc[long.id == "5b", [c for c in long if c.startswith("eis_")]] = np.nan
    long.loc[long.id == "6a", "who"] = ""
    found = long_couples(long)
    assert found.ids == ("c2", "c4", "c7")  # both rows of c4 say a: labels without a role drop no couple
    why = {one.row: one.why for one in found.unmatched}
    named = {long.id[row]: said for row, said in why.items()}
    assert named["0a"] == "a couple of one: b is missing"
    assert named["1a"] == "couple is empty"
    assert named["1b"] == "a couple of one: a is missing"
    assert named["3a"].startswith("3 in a couple")
    assert named["5a"] == named["5b"] == "b gave no answer"
    assert named["6b"] == "who is empty for one of the two"
    assert len(why) + 2 * len(found) == len(long)
    assert any("both rows say who" in note for note in found.notes)
    apart = long_couples(long, exchangeable=False)
    assert "said to tell partners apart" in {long.id[one.row]: one.why for one in apart.unmatched}["4a"]
    assert any("3 in a couple" in note for note in found.notes)


def test_the_same_person_twice_is_no_couple_and_a_person_in_two_couples_is_told():
    long = people(20)
    long.loc[long.id == "3b", "id"] = "3a"
    long.loc[long.id == "5b", "id"] = "7b"
    found = couples_of(read_responses(long, EIS, id_column="id"), couple="couple", partner="who")
    assert {one.couple for one in found.unmatched} == {"c3"}
    assert all("same id 3a" in one.why for one in found.unmatched)
    assert any("id 7b stands in couples c5 and c7" in note for note in found.notes)


@pytest.mark.parametrize(("change", "said"), [
    (lambda t: t.assign(who=["a", "b", "c"] * 2 + ["a", "b"]), "holds 3 values: 'a' (3 rows), 'b' (3 rows) and 'c' (2 rows)"),
    (lambda t: t.assign(who=""), "holds 0 values"),
    (lambda t: t.assign(couple=range(8)), "a couple of one"),
    (lambda t: t.assign(couple="x"), "8 in a couple"),
    (lambda t: t.assign(couple=""), "couple is empty"),
])  # fmt: skip
def test_what_makes_no_couple_at_all_is_refused_in_sentences(change, said):
    with pytest.raises(ResponseError) as fault:
        long_couples(change(people(4)))
    assert said in str(fault.value)


def test_without_any_word_on_couples_it_asks():
    with pytest.raises(ResponseError, match="couple=COLUMN partner=COLUMN"):
        couples_of(read_responses(people(4), EIS))
    with pytest.raises(UnknownNameError, match="copule"):
        couples_of(read_responses(people(4), EIS), couple="copule", partner="who")
    with pytest.raises(ResponseError, match="leave partner out"):
        couples_of(read_responses(wide(people(4)), EIS), couple="couple", partner="eis_1_a")


def test_without_a_partner_column_two_rows_are_taken_in_their_order_as_exchangeable():
    found = couples_of(read_responses(people(10), EIS), couple="couple")
    assert found.exchangeable
    assert found.partners == ("1", "2")
    assert any("order of their rows" in note for note in found.notes)


@pytest.mark.parametrize(("labels", "column", "same"), [
    ("ab", "who", True), ("12", "who", True), (("wife", "husband"), "who", False), ("12", "gender", False),
])  # fmt: skip
def test_labels_or_their_column_tell_partners_apart(labels, column, same):
    long = people(6)
    long[column] = [labels["ab".index(w)] for w in long.who]
    found = couples_of(read_responses(long, EIS), couple="couple", partner=column)
    assert found.exchangeable is same
    assert (
        couples_of(read_responses(long, EIS), couple="couple", partner=column, exchangeable=not same).exchangeable
        is not same
    )


def test_swapped_partners_are_suspected_only_with_evidence():
    long = people(30)
    long["role"] = np.where(long.who == "a", "wife", "husband")
    long["gender"] = np.where(long.who == "a", "woman", "man")

    def swaps(frame):
        found = couples_of(read_responses(frame, EIS), couple="couple", partner="role")
        return [note for note in found.notes if "swapped" in note]

    assert not swaps(long)
    turned = long.couple.isin(["c4"])
    long.loc[turned, "gender"] = np.where(long.who[turned] == "a", "man", "woman")
    (note,) = swaps(long)
    assert "in 29 couples gender is woman for wife and man for husband, in 1 the other way round" in note
    half = long.assign(gender=np.where(np.arange(60) // 2 % 2 == (long.who == "a"), "x", "y"))
    assert not swaps(half)
    found = couples_of(read_responses(wide(long), EIS), couple="couple", exchangeable=False)
    (again,) = [note for note in found.notes if "swapped" in note and "gender" in note]
    assert "in 29 couples gender" in again


def test_a_column_that_differs_within_every_exchangeable_couple_is_named():
    long = people(30)
    long["gender"] = np.where(long.who == "a", "woman", "man")
    turned = long.couple.isin(["c4", "c9"])
    long.loc[turned, "gender"] = np.where(long.who[turned] == "a", "man", "woman")
    for found in (long_couples(long), couples_of(read_responses(wide(long), EIS), couple="couple")):
        assert found.exchangeable
        (note,) = [note for note in found.notes if "gender" in note]
        assert "partner gender would tell them apart" in note
        assert "swapped" not in note  # where a and b mean nothing, nothing can be swapped
    half = long.assign(gender=np.where(np.arange(60) // 2 % 2 == (long.who == "a"), "x", "y"))
    assert not [note for note in long_couples(half.assign(gender="x")).notes if "gender" in note]


def test_other_frames_occasions_and_forms_go_through():
    pl = pytest.importorskip("polars")
    long = people(12)
    found = couples_of(read_responses(pl.from_pandas(long), EIS), couple="couple", partner="who")
    assert found.ids == long_couples(long).ids
    for time in ("t1", "t2"):
        long = long.rename(columns={f"eis_{j}": f"eis_{j}_t1" for j in range(1, 6)})
        long = long.assign(**{f"eis_{j}_{time}": long[f"eis_{j}_t1"] for j in range(1, 6)})
    two = analyse_couples(long_couples(long))
    assert [one.column for one in two.agreements] == ["eis_total_t1", "eis_total_t2"]
    assert two["eis_total_t1"].icc.value == two["eis_total_t2"].icc.value
    assert list(two.to_dict()["agreement"]["scales"]["eis"]) == ["t1.total", "t2.total"]


# --- one couple


def test_difference_has_the_error_of_a_difference_and_is_antisymmetric():
    a, b = [4, 5, 4, 5, 4], [2, 3, 2, 3, 3]
    two = compare_partners(a, b, EIS, sd=4.0, reliability=0.84)
    one = two["eis_total"]
    assert one.difference.value == 9
    assert one.difference.se == pytest.approx(np.hypot(1.6, 1.6))
    assert one.difference.beyond
    assert not one.rough
    back = compare_partners(b, a, EIS, sd=4.0, reliability=0.84)["eis_total"]
    assert back.difference.value == -9
    assert back.difference.low == pytest.approx(-one.difference.high)
    same = compare_partners(a, a, EIS, sd=4.0, reliability=0.84)["eis_total"]
    assert not same.difference.beyond
    assert same.agreement.same == same.agreement.within_one_step == 1


def test_without_figures_the_error_is_rough_and_said_so():
    two = compare_partners([4, 5, 4, 5, 4], [2, 3, 2, 3, 3], EIS)
    assert two["eis_total"].rough
    assert any("rough" in note for note in two.notes)
    flat = compare_partners([4, 4, 4, 4, 4], [2, 3, 2, 3, 3], EIS)
    b_alone = np.array([2, 3, 2, 3, 3]).std(ddof=1)  # .548, above half a step
    se = np.hypot(5 * 0.5 / np.sqrt(5), 5 * b_alone / np.sqrt(5))
    assert flat["eis_total"].difference.se == pytest.approx(se)
    assert "(rough)" in flat["eis_total"].sentence(("a", "b"))


@pytest.mark.parametrize(("a", "b", "place"), [
    (3, 5, "one above the middle, one in it"),
    (1, 3, "one below the middle, one in it"),
    (3, 3, "both in the middle"),
    (1, 5, "differing"),
    (5, 5, "both above the middle"),
])  # fmt: skip
def test_an_end_is_never_called_the_middle(a, b, place):
    assert compare_partners([a] * 5, [b] * 5, EIS)["eis_total"].place == place


def test_items_agree_within_one_step_and_stand_on_a_side_of_the_midpoint():
    two = compare_partners([4, 5, 1, 3, 4], [5, 2, 2, 3, None], EIS)
    one = two["eis_total"]
    assert [item.steps for item in one.items] == [1, 3, 1, 0, None]
    assert one.agreement.n_items == 4
    assert one.agreement.within_one_step == 0.75
    assert [item.place for item in one.items] == [
        "both above the middle",
        "differing",
        "both below the middle",
        "both in the middle",
        "unknown",
    ]


def test_reversed_items_are_keyed_and_interference_concerns_where_it_is_high():
    bank = small_bank({"s": [1, 2, 3]}, reverse=[2])
    two = compare_partners([5, 1, 5], [4, 2, 5], bank)
    assert [item.place for item in two["small_s"].items] == ["both above the middle"] * 3
    tdis = ims.load_bank("tdis")
    top = [max(tdis.ends(item)) for item in tdis.items]
    high = compare_partners(top, top, tdis)["tdis_total"]
    assert high.place == "both above the middle"  # which is no good of interference
    assert not high.both_well
    low = compare_partners([min(tdis.ends(i)) for i in tdis.items], [min(tdis.ends(i)) for i in tdis.items], tdis)
    assert low["tdis_total"].place == "both below the middle"
    assert low["tdis_total"].both_well


def test_a_sentence_names_the_form_and_who_wishes_for_more():
    keyed_top = [0 if item.reverse else 4 for item in PAIR.items]
    keyed_high = [1 if item.reverse else 3 for item in PAIR.items]
    two = compare_partners(
        {"now": keyed_high, "expected": keyed_top}, {"now": keyed_high, "expected": keyed_high}, PAIR,
        labels=("Ana", "Ben"), sd=10, reliability=0.9,
    )  # fmt: skip
    said = two["pair_now_emotional"].sentence(two.labels)
    assert said.startswith("Emotional intimacy (now): Ana")
    assert "both above the middle" in said
    assert "Ana wishes for more (" in said
    assert "Ben" not in said.partition("Wished against now")[2]
    assert "satisfied" not in " ".join(two.sentences())
    assert sum(line.startswith("Emotional intimacy (as I would like it)") for line in two.sentences()) == 1
    assert two["pair_now_emotional"].to_dict()["both_well"]


def test_options_that_skip_codes_count_steps_not_codes():
    bank = small_bank({"s": [1, 2]}, codes=(0, 10, 20))
    found = item_pair(bank, bank.scales[0], bank.items[0], (0.0, 10.0), wish=False)
    assert found.steps == 1
    assert found.agrees


def test_withheld_scores_say_why_and_make_no_comparison():
    two = compare_partners([4, None, None, None, None], [2, 3, 2, 3, 3], EIS)
    one = two["eis_total"]
    assert one.withheld[0] == "1 of 5 items answered; 4 are needed"
    assert "no comparison; no score of a" in one.sentence(("a", "b"))
    assert one.place == "unknown"
    assert two.to_dict()["scales"]["eis"]["total"]["scores"][0] is None


@pytest.mark.parametrize("make", [
    lambda row: row,
    lambda row: {f"eis_{j + 1}": x for j, x in enumerate(row)},
    lambda row: pd.DataFrame([row], columns=[f"eis_{j}" for j in range(1, 6)]),
    lambda row: ims.score(row, EIS),
    lambda row: read_responses(row, EIS),
])  # fmt: skip
def test_partners_come_in_any_shape(make):
    two = compare_partners(make([4, 5, 4, 5, 4]), make([2, 3, 2, 3, 3]), EIS)
    assert two["eis_total"].scores == (22, 13)


def test_bad_partners_are_refused_in_sentences():
    with pytest.raises(ResponseError, match="partner Ann: holds 2 persons"):
        compare_partners(people(1).filter(like="eis_"), [1] * 5, EIS, labels=("Ann", "Ben"))
    with pytest.raises(ResponseError, match="answers of both partners"):
        compare_partners(wide(people(1)), [1] * 5, EIS)
    with pytest.raises(ResponseError, match="share no questionnaire"):
        compare_partners({"now": [2] * 36}, {"expected": [2] * 36}, PAIR)
    with pytest.raises(UnknownNameError, match="did you mean 'eis_total'"):
        compare_partners([1] * 5, [1] * 5, EIS, shared=["eis_totl"])
    with pytest.raises(UnknownNameError, match="partner 'c'"):
        compare_partners([1] * 5, [1] * 5, EIS).for_partner("c")
    with pytest.raises(ResponseError, match="level"):
        compare_partners([1] * 5, [1] * 5, EIS, level=2)


def forms(bank=PAIR, now=None, wish=None, jitter=True):
    """Answers whose keyed codes are as given for each area (2 elsewhere), one item a step off so that an error is known."""
    made = {}
    for form, areas in (("now", now or {}), ("expected", wish or {})):
        row = [0] * len(bank)
        for scale in bank.scales:
            for place, number in enumerate(scale.items):
                item = bank.item(number)
                low, high = bank.ends(item)
                code = areas.get(scale.id, 2)
                code += (1 if code < high else -1) if jitter and place == 0 else 0
                row[number - 1] = low + high - code if item.reverse else code
        made[form] = row
    return made


def test_gaps_are_beside_the_scores_now_and_only_there():
    two = compare_partners(forms(wish=dict.fromkeys(AREAS, 4)), forms(), PAIR)
    gaps = two["pair_now_emotional"].gaps
    assert gaps[0].more
    assert gaps[0].difference.value == 40  # five items two steps up, one at the top already a step off: 4 x (5 x 2 + 0)
    assert not gaps[1].more
    assert two["pair_expected_emotional"].gaps is None
    assert two["pair_expected_emotional"].place == "not asked"
    assert two["pair_now_emotional"].to_dict()["gaps"][0]["wishes_more"] is True


def test_the_note_on_five_points_comes_with_its_bank_only():
    assert any("5 points between two partners" in note for note in compare_partners(forms(), forms(), PAIR).notes)
    assert not any("5 points" in note for note in compare_partners([3] * 5, [3] * 5, EIS).notes)


def test_guesses_of_the_other_are_compared_where_the_bank_asks_for_them():
    bank = small_bank({"s": [1, 2, 3]}, forms=["now", "wish", "partner_wish"], derived=("wish", "now"))
    a = {"now": [2, 2, 3], "wish": [4, 5, 4], "partner_wish": [2, 2, 3]}
    b = {"now": [3, 3, 2], "wish": [2, 2, 3], "partner_wish": [1, 1, 2]}
    two = compare_partners(a, b, bank, labels=("Ann", "Ben"))
    said = {one.who: one for one in two.guesses}
    assert said["Ann"].difference.value == pytest.approx(0)
    assert said["Ann"].of == "wish"
    assert said["Ben"].difference.value == pytest.approx(-3)
    assert not compare_partners(forms(), forms(), PAIR).guesses


def test_idealisation_is_told_and_changes_no_score():
    bright, plain = forms(now={"conventionality": 4}), forms()
    two = compare_partners(bright, plain, PAIR, labels=("Ann", "Ben"))
    (said,) = two.idealisation
    assert said.startswith("Conventionality: average answer Ann 3.8 and Ben 2.2 on 0 to 4.")
    assert "no score was changed" in said
    assert two["pair_now_emotional"].scores[0] == two["pair_now_emotional"].scores[1]
    assert two["pair_now_conventionality"].place == "not asked"


def test_one_couple_of_a_sample_is_found_by_its_id():
    couples = long_couples(people(35))
    two = compare_couple(couples, "c7")
    assert two.couple == "c7"
    assert two.to_dict() == compare_row(comparison_basis(couples), 7).to_dict()
    with pytest.raises(UnknownNameError, match="couple 'c99'"):
        compare_couple(couples, "c99")


def test_the_interval_of_a_difference_covers_what_it_says():
    """True scores differ as they like; only error may put the true difference outside."""
    bank = small_bank({"s": range(1, 11)}, wide=range(1, 11))
    rng = np.random.default_rng(21)
    n, spread = 1200, 1.5
    truth = rng.normal(5, 0.7, (n, 2))
    block = np.rint(np.clip(truth[:, :, None] + rng.normal(0, spread, (n, 2, 10)), 0, 10))
    table = pd.DataFrame(block.reshape(2 * n, 10), columns=[f"small_{j}" for j in range(1, 11)])
    table["couple"], table["who"] = np.repeat(range(n), 2), ["a", "b"] * n
    basis = comparison_basis(couples_of(read_responses(table, bank), couple="couple", partner="who"), level=0.9)
    found = [compare_row(basis, row)["small_s"].difference for row in range(n)]
    inside = np.mean([d.low <= x <= d.high for d, x in zip(found, truth[:, 0] - truth[:, 1], strict=True)])
    assert 0.87 <= inside <= 0.93


def test_profiles_correlate_raw_and_beyond_what_most_people_answer():
    bank = small_bank({"s": range(1, 9)})
    rng = np.random.default_rng(3)
    typical = np.array([1, 5, 2, 4, 1, 5, 2, 4])
    block = np.clip(typical + rng.integers(-1, 2, (60, 8)), 1, 5)
    table = pd.DataFrame(block, columns=[f"small_{j}" for j in range(1, 9)])
    table["couple"], table["who"] = np.repeat(range(30), 2), ["a", "b"] * 30
    basis = comparison_basis(couples_of(read_responses(table, bank), couple="couple", partner="who"))
    found = [compare_row(basis, row).profiles[0] for row in range(30)]
    assert np.mean([one.raw for one in found]) > 0.7  # strangers who all answer as most people do
    assert abs(np.mean([one.corrected for one in found])) < 0.2
    x, y = block[0] / 4 - 0.25, block[1] / 4 - 0.25
    assert found[0].raw == pytest.approx(np.corrcoef(x, y)[0, 1])
    everybody = (block / 4 - 0.25).mean(axis=0)  # a and b tell nobody apart: one profile of all persons
    assert found[0].corrected == pytest.approx(np.corrcoef(x - everybody, y - everybody)[0, 1])
    apart = couples_of(read_responses(table, bank), couple="couple", partner="who", exchangeable=False)
    each = [side - rows.mean(axis=0) for side, rows in ((x, block[::2] / 4 - 0.25), (y, block[1::2] / 4 - 0.25))]
    one = compare_row(comparison_basis(apart), 0).profiles[0]
    assert one.corrected == pytest.approx(np.corrcoef(*each)[0, 1])


def test_a_single_couple_has_no_corrected_profile_and_a_flat_one_none_at_all():
    two = compare_partners(forms(), forms(), PAIR)
    assert np.isnan(two.profiles[0].corrected)
    assert "10 couples" in two.profiles[0].note
    flat = compare_partners([3] * 5, [1, 2, 3, 4, 5], EIS).profiles[0]
    assert np.isnan(flat.raw)
    assert "same answer everywhere" in flat.note


def test_results_read_well_and_are_json_safe():
    two = compare_partners(forms(wish=dict.fromkeys(AREAS, 4)), forms(), PAIR, labels=("Ann", "Ben"))
    assert "Ann" in str(two)
    assert "<table>" in two._repr_html_()
    assert len(two.table()) == len(two.scales) == 12
    assert "90% CI" in two.apa()
    assert json.loads(json.dumps(two.to_dict(), allow_nan=False))["labels"] == ["Ann", "Ben"]
    with pytest.raises(UnknownNameError):
        two["pair_now_emotionall"]


# --- what one partner may see


answers = st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=5, max_size=5)


@settings(max_examples=60, deadline=None)
@given(answers, answers, answers)
def test_a_view_does_not_change_with_the_others_answers(mine, yours, others):
    one, two = (compare_partners(mine, other, EIS, labels=("Ann", "Zebulon"), shared=()).for_partner("a")
                for other in (yours, others))  # fmt: skip
    assert one.to_dict() == two.to_dict()
    assert (str(one), repr(one), one._repr_html_()) == (str(two), repr(two), two._repr_html_())
    assert "Zebulon" not in str(one) + repr(one) + json.dumps(one.to_dict()) + repr(one.scores.responses) + repr(
        one.scores
    )


def test_views_of_random_couples_hold_neither_id_nor_answer_of_the_other():
    rng = np.random.default_rng(7)
    long = people(40, seed=7)
    long["id"] = [f"secret{j}" for j in range(80)]
    long["couple"] = [f"pairname{j // 2}" for j in range(80)]
    long["name"] = [f"Name{j}" for j in range(80)]
    basis = comparison_basis(couples_of(read_responses(long, EIS, id_column="id"), couple="couple", partner="who"))
    changed = long.copy()
    items = [c for c in long if c.startswith("eis_")]
    changed.loc[changed.who == "b", items] = rng.integers(1, 6, (40, 5))
    other = comparison_basis(couples_of(read_responses(changed, EIS, id_column="id"), couple="couple", partner="who"))
    for row in range(40):
        view, same = (compare_row(one, row).for_partner("a") for one in (basis, other))
        said = str(view) + repr(view) + json.dumps(view.to_dict()) + repr(view.scores.responses) + repr(view.scores)
        assert view.to_dict() == same.to_dict()
        assert not any(word in said for word in ("secret", "pairname", "Name"))
        assert view.answers == {f"eis_{j}": long.iloc[2 * row][f"eis_{j}"] for j in range(1, 6)}
        assert view.scores.responses.n_persons == 1
        assert all(part.administration.partner is None for part in view.scores.responses.answered)
        assert view.scores.responses.table.columns == ()
        assert not hasattr(view, "couple")


def test_own_tips_and_scores_come_from_a_view_as_from_one_person_alone():
    ann, ben = forms(wish=dict.fromkeys(AREAS, 4)), forms()
    two = compare_partners(ann, ben, PAIR)
    for mine, name in ((ann, "a"), (ben, "b")):
        view, alone = two.for_partner(name).scores, ims.score(mine, PAIR)
        assert {part.column: part.values[0] for part in view.parts} == {p.column: p.values[0] for p in alone.parts}
        assert suggest_tips(view).to_dict()["people"] == suggest_tips(alone).to_dict()["people"]
    assert two.for_partner("a").own[0].gap.value == 40


def test_what_both_agreed_to_share_comes_in_words_only():
    two = compare_partners([4, 5, 4, 5, 4], [2, 3, 2, 3, 3], EIS, shared=["eis_total"])
    view = two.for_partner("b")
    assert view.shared == ("Emotional intimacy: differing",)
    assert "22" not in str(view)
    assert compare_partners([4] * 5, [2] * 5, EIS).for_partner("b").shared == ()


# --- tips for two


def test_start_where_both_wish_talk_where_one_does_keep_where_none_does():
    both = {"emotional": 4}
    ann = forms(now={"recreational": 4}, wish={**both, "social": 4, "recreational": 4})
    ben = forms(now={"recreational": 4}, wish={**both, "recreational": 4})
    found = suggest_for_two(compare_partners(ann, ben, PAIR, labels=("Ann", "Ben")))
    status = {area.score.scale.id: area.status for area in found.areas}
    assert status == {
        "emotional": "start here",
        "social": "talk about it",
        "recreational": "keep",
        "intellectual": "nothing stands out",
        "sexual": "nothing stands out",
    }
    (area,) = found.of("talk about it")
    assert area.who == ("Ann",)
    assert "Ann wishes for more than there is; Ben shows no clear wish" in area.said
    assert found.areas[0].status == "start here"
    assert len(found.tips) <= 3
    assert all(tip.evidence or tip.no_study for tip in found.tips)
    assert found.help.lines[0] in str(found)
    assert "But:" in str(found)
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize(("ann", "ben", "given"), [(4, 4, True), (4, 2, False), (2, 4, False), (4, 0, False)])
def test_the_physical_tip_never_follows_from_one_partners_answers(ann, ben, given):
    two = compare_partners(forms(wish={"sexual": ann}), forms(wish={"sexual": ben}), PAIR)
    tips = {tip.id for tip in suggest_for_two(two).tips if tip.wish_first}
    assert bool(tips) is given
    assert {area.status for area in suggest_for_two(two).areas if area.column == "pair_now_sexual"} == {
        "start here" if given else "talk about it"
    }


def test_an_idealisation_scale_suggests_nothing_and_is_told_where_it_is_high():
    ann = forms(now={"conventionality": 4}, wish={"conventionality": 0})
    found = suggest_for_two(compare_partners(ann, ann, PAIR, labels=("Ann", "Ben")))
    assert not [area for area in found.areas if area.score.scale.role == "idealisation"]
    assert sum("may be idealised" in note for note in found.notes) == 2


@pytest.mark.parametrize(("a", "b", "status"), [
    ([1, 2, 1, 2, 1], [2, 1, 1, 2, 1], "start here"),
    ([1, 2, 1, 2, 1], [5, 4, 5, 4, 5], "talk about it"),
    ([5, 4, 5, 4, 4], [5, 4, 5, 4, 5], "keep"),
    ([3, 3, 3, 2, 4], [5, 4, 5, 4, 5], "nothing stands out"),
    ([3, 3, 3, 3, 3], [5, 4, 5, 4, 5], "nothing stands out"),
    ([1, 1, 1, 1, 1], [1, 1, 1, 1, 1], "start here"),
    ([3, None, None, None, None], [5, 4, 5, 4, 5], "cannot tell"),
])  # fmt: skip
def test_without_wishes_the_average_answers_speak(a, b, status):
    (area,) = suggest_for_two(compare_partners(a, b, EIS)).areas
    assert area.status == status
    assert area.by == "average answers"
    assert bool(area.tips) is (status in {"start here", "talk about it"})


def test_the_device_tip_needs_devices():
    both = compare_partners(forms(wish=dict.fromkeys(AREAS, 4)), forms(wish=dict.fromkeys(AREAS, 4)), PAIR)
    assert not [tip for tip in suggest_for_two(both).tips if tip.needs == "devices"]
    said = suggest_for_two(both, devices=True)
    assert any(tip.needs == "devices" for tip in said.tips)


# --- a sample


@pytest.mark.parametrize("row", REFERENCE["icc"], ids=lambda row: row["type"])
def test_six_intraclass_correlations_equal_psych(row):
    ours = icc_table(EMOTIONAL.values)[row["type"]]
    assert (ours.value, ours.low, ours.high) == pytest.approx(
        (row["ICC"], row["lower bound"], row["upper bound"]), abs=1e-6
    )
    assert ours.p == pytest.approx(row["p"], rel=1e-6)


def test_r_and_the_paired_t_test_equal_r():
    assert pearson(*EMOTIONAL.values.T).value == pytest.approx(REFERENCE["pearson"], abs=1e-9)
    ours, theirs = paired_difference(*EMOTIONAL.values.T), REFERENCE["paired_t"]
    assert ours.t == pytest.approx(theirs["statistic"], abs=1e-9)
    assert ours.p == pytest.approx(theirs["p.value"], abs=1e-9)
    assert list(ours.mean.ci) == pytest.approx(theirs["conf.int"], abs=1e-9)


def test_partners_who_answer_alike_agree_wholly_and_constant_ones_not_at_all():
    same = np.column_stack([EMOTIONAL.values[:, 0]] * 2)
    table = icc_table(same)
    assert [table[name].value for name in table] == pytest.approx([1.0] * 6)
    perfect = pearson(*same.T)
    assert (perfect.value, perfect.low, perfect.high, perfect.p) == (1, 1, 1, 0)
    assert np.isnan(paired_difference(*same.T).t)
    assert paired_difference(*same.T).mean.value == 0
    flat = np.column_stack([np.full(20, 3.0)] * 2)
    assert np.isnan(icc_table(flat)["ICC1"].value)
    assert np.isnan(pearson(*flat.T).value)


def test_shifting_one_partner_lowers_agreement_but_not_consistency():
    v = EMOTIONAL.values
    plain, shifted = icc_table(v), icc_table(v + np.array([2.0, 0.0]))
    assert shifted["ICC3"].value == pytest.approx(plain["ICC3"].value)
    assert shifted["ICC2"].value < plain["ICC2"].value - 0.2
    assert shifted["ICC1"].value < plain["ICC1"].value - 0.2


def test_double_entry_is_the_correlation_of_every_couple_both_ways_round():
    v = EMOTIONAL.values
    both = np.vstack([v, v[:, ::-1]])
    ours = double_entry(v)
    assert ours.value == pytest.approx(np.corrcoef(both.T)[0, 1])
    assert double_entry(v[:, ::-1]).value == pytest.approx(ours.value)
    assert icc_table(v[:, ::-1])["ICC1"].value == pytest.approx(icc_table(v)["ICC1"].value)
    assert ours.low < ours.value < ours.high


def test_effect_size_interval_holds_the_t_at_its_tails():
    from scipy.stats import nct

    d = paired_difference(*(EMOTIONAL.values + np.array([0.3, 0])).T, level=0.9)
    root = np.sqrt(len(EMOTIONAL.values))
    assert nct.sf(d.t, d.df, d.dz.low * root) == pytest.approx(0.05, abs=1e-6)
    assert nct.cdf(d.t, d.df, d.dz.high * root) == pytest.approx(0.05, abs=1e-6)


def test_partial_correlation_equals_the_formula():
    v, held = EMOTIONAL.values, SATISFACTION.values[:, :1]
    r = np.corrcoef(np.column_stack([v, held]).T)
    wanted = (r[0, 1] - r[0, 2] * r[1, 2]) / np.sqrt((1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2))
    assert partial(v, held).value == pytest.approx(wanted)


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_intervals_cover_what_they_say(rho):
    rng = np.random.default_rng(11)
    draws = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=(500, 40))
    for how in (lambda v: icc_table(v)["ICC1"], lambda v: icc_table(v)["ICC3"], double_entry, lambda v: pearson(*v.T)):
        inside = np.mean([one.low <= rho <= one.high for one in map(how, draws)])
        assert 0.92 <= inside <= 0.98


def test_the_study_of_prqc_couples_equals_what_others_found():
    file = SHARED / "data" / "answers" / "dysem_prqcQ.csv"
    if not file.exists():
        pytest.skip("the answers of other studies are not here")
    bank = small_bank({"intimacy": [7, 8, 9]}, codes=range(1, 8), bank_id="inti", min_answered=3)
    cells = {f"prqc.{p + 1}_{i}": {"item": i, "partner": "ab"[p]} for p in (0, 1) for i in (7, 8, 9)}
    responses = ims.read_export(file, bank, mapping={"banks": {"inti": {"columns": cells}}})
    found = analyse_couples(couples_of(responses))
    one = found["inti_intimacy"]
    assert one.n == 116
    assert one.r is None  # a and b are in no order: the pairwise r instead, a little below ICC1
    assert one.icc.value - 0.005 < one.pairwise.value < one.icc.value
    assert one.icc_name == "ICC1"
    assert one.icc.value == pytest.approx(0.7294, abs=5e-5)
    assert one.mean_absolute == pytest.approx(0.7069, abs=5e-5)
    assert one.n_incomplete == 2
    rel = ims.reliability(responses, bank).to_dict()
    alphas = [scale["alpha"]["value"] for scale in rel["inti"].values()]
    assert alphas == pytest.approx([0.8633, 0.8716], abs=5e-5)
    said = found.to_dict()
    assert said["agreement"]["icc"] == one.icc.value
    assert said["discrepancy"]["mean_absolute"] == one.mean_absolute
    assert said["agreement"]["scales"]["inti"]["intimacy"]["r"] is None


def test_acitelli_couples_are_the_same_from_both_shapes_of_the_file():
    folder = SHARED / "data" / "answers"
    if not folder.exists():
        pytest.skip("the answers of other studies are not here")
    person = pd.read_csv(folder / "acitelli_individual.csv")
    pairs = pd.read_csv(folder / "acitelli_acipair.csv")
    x = person.pivot_table(index="cuplid", columns="gender", values="satisfaction").to_numpy()
    wives = pairs[pairs.Gender_A == "Wife"].sort_values("CoupleID")
    y = wives[["Satisfaction_A", "Satisfaction_P"]].to_numpy()
    assert x == pytest.approx(y, abs=1e-6)
    assert len(x) == 148
    ours, theirs = icc_table(x)["ICC1"].value, double_entry(y).value
    assert ours == pytest.approx(theirs, abs=0.01)
    assert pearson(*x.T).value == pytest.approx(np.corrcoef(y.T)[0, 1])


def test_study_counts_what_single_comparisons_say():
    couples = long_couples(people(35))
    basis, found = comparison_basis(couples), analyse_couples(couples)
    each = [compare_row(basis, row)["eis_total"] for row in range(35)]
    one = found["eis_total"]
    assert one.share_beyond == pytest.approx(np.mean([c.difference.beyond for c in each]))
    assert one.within_one_step == pytest.approx(np.mean([c.agreement.within_one_step for c in each]))
    assert one.places["both above the middle"] == sum(c.place == "both above the middle" for c in each)
    assert sum(one.places.values()) == 35
    assert one.mean_absolute == pytest.approx(np.mean([abs(c.difference.value) for c in each]))
    assert not each[0].rough  # 35 couples tell the sample's reliability
    assert {"agreement", "discrepancy", "apim", "mediation"} <= set(found.to_dict())
    assert len(found.table()) == 1
    assert "nothing tells apart, ICC1 =" in found.apa()
    assert "r(" not in found.apa()


def test_idealisation_in_a_sample_is_correlated_and_partialled():
    rng = np.random.default_rng(5)
    n = 80
    bright = rng.normal(size=(n, 2))
    rows = []
    for couple in range(n):
        for who in (0, 1):
            row = {"couple": couple, "who": "wm"[who]}
            for item in STYLE.items:
                code = int(np.clip(np.rint(2 + bright[couple, who] + rng.normal(0, 0.6)), 0, 4))
                low, high = STYLE.ends(item)
                row[f"pair_style_{item.number}"] = low + high - code if item.reverse else code
            rows.append(row)
    found = analyse_couples(couples_of(read_responses(pd.DataFrame(rows), STYLE), couple="couple", partner="who"))
    assert len(found.idealisation) == 5
    one = found.idealisation[0]
    assert one.with_idealisation[0].value > 0.5
    assert "No score was corrected" in one.sentence()
    assert any("invariance" in note for note in found.notes)


# --- models


def agrees(paths, wanted, names=("est", "se", "ci.lower", "ci.upper", "std.all")):
    found = {(one.end, one.start): one for one in paths}
    rows = [row for row in wanted["est"] if row["op"] == "~"]
    assert rows
    for row in rows:
        one = found[row["lhs"], row["rhs"]]
        ours = (one.est, one.se, one.low, one.high, one.std)
        assert ours == pytest.approx([row[name] for name in names], abs=1e-5)
        assert one.p == pytest.approx(row["pvalue"], abs=1e-5)


def test_actor_partner_model_equals_lavaan():
    made = fit_apim([EMOTIONAL], SATISFACTION)
    agrees(made.paths, LAVAAN["apim"])
    agrees(made.equal, LAVAAN["apim_equal"])
    step = LAVAAN["apim_equal"]["lrt"]
    assert made.equality.both.chisq == pytest.approx(step["Chisq diff"], abs=1e-4)
    assert (made.equality.both.df, made.n) == (step["Df diff"], 250)
    assert made.equality.both.p == pytest.approx(step["Pr(>Chisq)"], abs=1e-5)
    said = made.to_dict()
    assert [one["kind"] for one in said["paths"]] == ["actor", "actor", "partner", "partner"]
    assert set(said["paths"][0]) == {"from", "to", "kind", "est", "se", "ci", "p", "std"}
    assert said["equal_fit"]["cfi"] == pytest.approx(LAVAAN["apim_equal"]["fit"]["cfi"], abs=1e-6)
    # means of all four variables are parameters here (as in the second reference), of none in the first: 2 x 4 more
    assert said["fit"]["aic"] == pytest.approx(LAVAAN["apim"]["fit"]["aic"] + 8, abs=1e-4)
    assert said["fit"]["cfi"] is None  # saturated: no fit is claimed
    assert said["fit"]["saturated"]


def test_mediation_equals_lavaan():
    made = fit_mediation([of_two("communication")], [EMOTIONAL, of_two("sexual")], SATISFACTION)
    ours = {one.path: one for one in made.effects}
    wanted = {
        "ind_w_emotional": ("w", "emotional"),
        "ind_m_emotional": ("m", "emotional"),
        "ind_w_sexual": ("w", "sexual"),
        "ind_m_sexual": ("m", "sexual"),
    }
    rows = [row for row in LAVAAN["mediation"]["est"] if row["op"] == ":="]
    assert len(rows) == 4
    for row in rows:
        who, over = wanted[row["lhs"]]
        one = ours[f"communication_{who} -> {over}_{who} -> satisfaction_{who}"]
        assert one.kind == "actor-actor"
        assert (one.est, one.se, one.low, one.high, one.std) == pytest.approx(
            [row[name] for name in ("est", "se", "ci.lower", "ci.upper", "std.all")], abs=1e-5
        )
        assert one.mc_low == pytest.approx(one.low, abs=0.01)
        assert one.mc_low > one.low  # a product of two positive paths is skewed to the right
    totals = [one for one in made.effects if one.kind == "total"]
    for total in totals:
        start, end = total.path.split(" -> ")[::2]
        parts = [
            one.est
            for one in made.effects
            if one.kind != "total" and one.path.startswith(start) and one.path.endswith(end)
        ]
        assert total.est == pytest.approx(sum(parts))
    assert len(made.effects) == 20


def test_exchangeable_paths_are_those_of_sums_and_differences():
    made = fit_apim([EMOTIONAL], SATISFACTION, exchangeable=True)
    x, y = EMOTIONAL.values, SATISFACTION.values
    sx, sy, dx, dy = x.sum(1), y.sum(1), x[:, 0] - x[:, 1], y[:, 0] - y[:, 1]
    between = np.cov(sx, sy)[0, 1] / sx.var(ddof=1)
    within = (dx @ dy) / (dx @ dx)
    actor, partner = (
        {one.est for one in made.paths if one.kind == "actor"},
        [one.est for one in made.paths if one.kind == "partner"],
    )
    assert max(actor) == pytest.approx((between + within) / 2, abs=1e-6)
    assert partner[0] == pytest.approx((between - within) / 2, abs=1e-6)
    flipped = np.arange(250) % 3 == 0
    turn = [
        Variable(name=v.name, names=v.names, values=np.where(flipped[:, None], v.values[:, ::-1], v.values))
        for v in (EMOTIONAL, SATISFACTION)
    ]
    again = fit_apim(turn[:1], turn[1], exchangeable=True)
    assert [one.est for one in again.paths] == pytest.approx([one.est for one in made.paths], abs=1e-6)
    assert [one.se for one in again.paths] == pytest.approx([one.se for one in made.paths], abs=1e-6)


@pytest.mark.parametrize("exchangeable", [False, True])
def test_covariates_of_the_couple_and_of_persons_are_held(exchangeable):
    years = np.random.default_rng(1).normal(size=250)
    shared = Variable(name="years", names=("years_w", "years_m"), values=np.column_stack([years, years]), shared=True)
    made = fit_apim([EMOTIONAL], SATISFACTION, covariates=[shared, of_two("sexual")], exchangeable=exchangeable)
    kinds = [one.kind for one in made.paths]
    each = 1 if exchangeable else 2
    assert kinds == ["actor"] * each + ["partner"] * each + ["covariate"] * 3 * each
    if exchangeable:
        assert made.equality is None
        return
    assert made.equality.both.df == 2
    X = np.column_stack([np.ones(250), EMOTIONAL.values, years, of_two("sexual").values])
    b = np.linalg.lstsq(X, SATISFACTION.values[:, 0], rcond=None)[0]
    assert made.paths[0].est == pytest.approx(b[1], abs=1e-6)


def test_missing_values_leave_out_couples_or_go_into_the_likelihood():
    values = SATISFACTION.values.copy()
    values[:30, 0] = np.nan
    gone = Variable(name="satisfaction", names=SATISFACTION.names, values=values)
    listwise, fiml = fit_apim([EMOTIONAL], gone), fit_apim([EMOTIONAL], gone, missing="fiml")
    assert (listwise.n, fiml.n) == (220, 250)
    assert any("30 of 250" in note for note in listwise.notes)
    assert fiml.to_dict()["missing"] == "fiml"
    model = fit_mediation([of_two("communication")], [EMOTIONAL], gone, missing="fiml", draws=200)
    assert model.n == 250


def test_response_surface_finds_a_surface_that_is_there_exactly():
    x, y = EMOTIONAL.values.T
    c = 0.5
    z = 1 + 2 * (x - c) - (y - c) + 0.5 * (x - c) ** 2 - 3 * (x - c) * (y - c) + 0.25 * (y - c) ** 2
    made = response_surface(EMOTIONAL.values, z, centre=c)
    found = {one.name: one.est for one in made.surface}
    assert found == pytest.approx({"a1": 1, "a2": -2.25, "a3": 3, "a4": 3.75, "a5": 0.25})
    assert made.r2 == pytest.approx(1)


def test_response_surface_equals_least_squares_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    x, y = (EMOTIONAL.values - EMOTIONAL.values.mean()).T
    X = sm.add_constant(np.column_stack([x, y, x * x, x * y, y * y]))
    theirs = sm.OLS(SATISFACTION.values[:, 0], X).fit()
    ours = response_surface(EMOTIONAL.values, SATISFACTION.values[:, 0])
    assert [one.est for one in ours.coefficients] == pytest.approx(theirs.params)
    assert [one.se for one in ours.coefficients] == pytest.approx(theirs.bse)
    weights = {"a1": [0, 1, 1, 0, 0, 0], "a2": [0, 0, 0, 1, 1, 1], "a3": [0, 1, -1, 0, 0, 0], "a4": [0, 0, 0, 1, -1, 1]}
    for one in ours.surface[:4]:
        test = theirs.t_test(weights[one.name])
        assert (one.est, one.se, one.p) == pytest.approx((test.effect[0], test.sd[0, 0], float(test.pvalue)), abs=1e-10)
        assert [one.low, one.high] == pytest.approx(test.conf_int()[0])
    plain = theirs.f_test(np.eye(6)[3:])
    assert (ours.f_curved, ours.p_curved) == pytest.approx((float(plain.fvalue), float(plain.pvalue)))


def test_a_response_surface_needs_couples_and_terms_that_differ():
    with pytest.raises(ResponseError, match="30 or more"):
        response_surface(EMOTIONAL.values[:20], SATISFACTION.values[:20, 0])
    same = np.column_stack([EMOTIONAL.values[:, 0]] * 2)
    with pytest.raises(ResponseError, match="cannot be told apart"):
        response_surface(same, SATISFACTION.values[:, 0])


def test_models_may_name_scores_and_columns():
    long = people(60, years=np.repeat(np.arange(60), 2))
    long["happy"] = long.filter(like="eis_").sum(axis=1) + np.random.default_rng(2).normal(0, 2, 120)
    couples = long_couples(long)
    found = analyse_couples(couples, ModelOptions(predictor=["eis_total"], outcome="happy", covariate=["years"]))
    assert found.apim.paths[0].start == "eis_total"
    assert found.apim.paths[0].est > 0.5
    assert found.apim.exchangeable
    assert len(found.surfaces) == 1  # of a person's own outcome, couples both ways round
    assert found.surfaces[0].centre == 15  # the middle of 5 to 25
    assert found.to_dict()["agreement"]["score"] == "eis_total"
    assert found["happy"].n == 60
    said = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert said["discrepancy"]["response_surface"][0]["surface"]["a4"]["est"] is not None


@pytest.mark.parametrize(("asked", "said"), [
    (ModelOptions(predictor=["eis_total"]), "without an outcome"),
    (ModelOptions(mediator=["eis_total"], outcome="years"), "without a predictor"),
    (ModelOptions(predictor=["eis_total"], outcome="eis_total"), "named twice"),
    (ModelOptions(predictor=["years"], outcome="eis_total"), "same for both partners"),
    (ModelOptions(predictor=["eis_totl"], outcome="eis_total"), "did you mean 'eis_total'"),
    (ModelOptions(predictor=["word"], outcome="eis_total"), "no numbers"),
])  # fmt: skip
def test_models_that_cannot_be_are_refused_in_sentences(asked, said):
    words = [f"text {j}" for j in range(80)]
    couples = long_couples(people(40, years=np.repeat(np.arange(40), 2), word=words))
    with pytest.raises(IntimacyScalesError) as fault:
        analyse_couples(couples, asked)
    assert said in str(fault.value)


def test_a_score_named_without_its_form_is_of_the_first_form():
    rng = np.random.default_rng(9)
    base = np.repeat(rng.normal(size=60), 2)
    table = pd.DataFrame({"couple": np.repeat(range(60), 2), "who": ["w", "m"] * 60})
    for item in STYLE.items:
        code = np.clip(np.rint(2 + base + rng.normal(0, 0.8, 120)), 0, 4)
        table[f"pair_style_{item.number}"] = sum(STYLE.ends(item)) - code if item.reverse else code
    couples = couples_of(read_responses(table, STYLE), couple="couple", partner="who")
    found = analyse_couples(couples, ModelOptions(predictor=["pair_style_social"], outcome="pair_style_emotional"))
    assert found.apim.paths[0].start == "pair_style_now_social_w"
    assert found.to_dict()["agreement"]["score"] == "pair_style_now_social"


def test_two_words_in_a_column_become_numbers_and_it_is_said():
    long = people(40)
    long["happy"] = long.filter(like="eis_").sum(axis=1)
    long["mood"] = np.where(np.random.default_rng(4).random(80) < 0.5, "low", "bright")
    found = analyse_couples(
        long_couples(long), ModelOptions(predictor=["eis_1"], outcome="eis_total", covariate=["mood"])
    )
    assert "mood: bright is 0, low is 1" in found.notes
    assert sum(one.kind == "covariate" for one in found.apim.paths) == 2  # own and partner's


def test_fits_come_from_the_core_of_structural_models():
    made = fit_apim([EMOTIONAL], SATISFACTION)
    assert isinstance(made.free_fit, sem.Fit)
    assert made.free_fit.measures.df == 0
    assert "equal for all? both" in str(made)
    assert "beta" in made.apa()
    assert len(made.table()) == 4


# --- the command


def run(capsys, *words):
    try:
        main(list(map(str, words)))
        code = 0
    except SystemExit as end:
        code = end.code or 0
    said = capsys.readouterr()
    return code, said.out, said.err


def test_command_studies_a_file_with_a_row_a_person(tmp_path, capsys):
    file, out = tmp_path / "long.csv", tmp_path / "found.json"
    people(40).to_csv(file, index=False)
    code, said, _ = run(
        capsys, "couples", file, "--bank", "eis", "--couple", "couple", "--partner", "who", "--json", out
    )
    assert code == 0
    assert "eis_total" in said
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["command"] == "couples"
    assert found["banks"]["eis"]["fingerprint"]
    assert found["couples"]["n_couples"] == 40
    assert found["agreement"]["icc"] == pytest.approx(found["agreement"]["scales"]["eis"]["total"]["icc"])
    assert found["apim"] is None


def test_command_fits_models_of_columns_without_any_bank(capsys):
    code, said, _ = run(
        capsys,
        "couples",
        HERE / "reference" / "couples.csv",
        "--couple",
        "couple",
        "--predictor",
        "communication",
        "--mediator",
        "emotional",
        "sexual",
        "--outcome",
        "satisfaction",
        "--json",
        "-",
    )
    assert code == 0
    found = json.loads(said)
    rows = {row["lhs"]: row for row in LAVAAN["mediation"]["est"] if row["op"] == ":="}
    assert (found["mediation"]["n"], found["mediation"]["draws"], found["mediation"]["seed"]) == (250, 20_000, 2005)
    paths = {one["path"]: one for one in found["mediation"]["effects"]}
    assert paths["communication_w -> emotional_w -> satisfaction_w"]["indirect"] == pytest.approx(
        rows["ind_w_emotional"]["est"], abs=1e-6
    )
    assert found["banks"] == {}
    assert not found["couples"]["exchangeable"]


def test_command_shows_a_single_couple_and_lists_the_rows_in_none(tmp_path, capsys):
    file = tmp_path / "few.csv"
    people(2).drop(index=3).to_csv(file, index=False)
    code, said, _ = run(capsys, "couples", file, "--bank", "eis", "--couple", "couple", "--partner", "who")
    assert code == 0
    assert "couple c0" in said
    assert "a couple of one: b is missing (row 4)" in said or "row 4 (couple c1): a couple of one: b is missing" in said


@pytest.mark.parametrize(("words", "said"), [
    (("--couple", "couple", "--partner", "eis_1"), "values"),
    (("--couple", "cuple", "--partner", "who"), "did you mean 'couple'"),
    (("--couple", "couple", "--partner", "who", "--missing", "never"), "listwise or fiml"),
    (("--couple", "couple", "--partner", "who", "--predictor", "eis_total"), "--outcome"),
])  # fmt: skip
def test_command_refuses_in_sentences(tmp_path, capsys, words, said):
    file = tmp_path / "long.csv"
    people(6).to_csv(file, index=False)
    code, _, err = run(capsys, "couples", file, "--bank", "eis", *words)
    assert code == 1
    assert said in err
    assert "Traceback" not in err


def test_columns_called_couple_and_partner_are_found_and_others_asked_for(tmp_path, capsys):
    file = tmp_path / "long.csv"
    people(6).rename(columns={"who": "partner"}).to_csv(file, index=False)
    code, plain, _ = run(capsys, "couples", file, "--bank", "eis")
    assert code == 0
    named = run(capsys, "couples", file, "--bank", "eis", "--couple", "couple", "--partner", "partner")[1]
    assert plain == named
    assert "a and b" in plain
    people(6).rename(columns={"couple": "dyad"}).to_csv(file, index=False)
    code, _, err = run(capsys, "couples", file, "--bank", "eis")
    assert code == 1
    assert "--couple COLUMN" in err


def test_command_takes_the_couples_columns_from_a_map(tmp_path, capsys):
    file, mapping = tmp_path / "long.csv", tmp_path / "map.yaml"
    people(6).to_csv(file, index=False)
    mapping.write_text("format: 1\ncouple: couple\npartner: who\n", encoding="utf-8")
    code, said, _ = run(capsys, "couples", file, "--bank", "eis", "--map", mapping)
    assert code == 0
    assert "a and b" in said
