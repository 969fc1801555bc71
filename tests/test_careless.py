"""Careless answering: every index against a hand, a second program or the authors' own column; rules; nothing dropped unasked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import intimacy_scales as ims
from intimacy_scales.analysis.careless import KINDS, careless_flags, drop_careless, parse_rule
from intimacy_scales.analysis.careless.consistency import (
    even_odd,
    item_pairs,
    pair_consistency,
    person_total,
    personal_reliability,
    within_person,
)
from intimacy_scales.analysis.careless.patterns import (
    attention_of,
    inter_item_sd,
    intra_individual_sd,
    mahalanobis,
    runs_of,
    seconds_of,
)
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.reading.exports import Column, NumberCells
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.statistics.factoring.correlation_matrix import pairwise_pearson
from intimacy_scales.statistics.moments import pairwise_covariance
from response_banks import make_bank
from response_banks import table as raw_table
from small_banks import small_bank, vouched

SHARED = Path(__file__).parents[1].parent / "shared"
NAN = np.nan
needs_shared = pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the open data do not lie beside the repo")

ANSWERS = arrays(
    np.float64, st.tuples(st.integers(1, 6), st.integers(1, 8)), elements=st.sampled_from([1.0, 2, 3, NAN])
)


def answers(n=80, k=12, seed=5):
    random = np.random.default_rng(seed)
    return np.clip(np.rint(3 + random.normal(size=(n, 1)) + 0.8 * random.normal(size=(n, k))), 1, 5)


def six_scales(**more):
    return small_bank({name: [2 * j + 1, 2 * j + 2] for j, name in enumerate("abcdef")}, **more)


# runs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "longest", "average"),
    [
        ([1, 1, 1, 2, 2, 3], 3, 2.0),
        ([1, 2, 3, 4], 1, 1.0),
        ([4, 4, 4, 4], 4, 4.0),
        ([4, 4, NAN, 4, 4, 4], 3, 2.5),
        ([NAN, 5, NAN], 1, 1.0),
        ([NAN, NAN], NAN, NAN),
    ],
)
def test_runs_by_hand(row, longest, average):
    runs = runs_of(np.array([row], dtype=float))
    np.testing.assert_equal([runs.longest[0], runs.average[0]], [longest, average])


def test_a_run_begins_anew_on_a_new_page():
    x = np.full((1, 6), 2.0)
    assert runs_of(x, fresh=np.array([False, False, True, False, False, False])).longest[0] == 4


@given(ANSWERS)
def test_runs_are_those_of_groupby(x):
    from itertools import groupby

    runs = runs_of(x)
    for row, longest, average in zip(x, runs.longest, runs.average, strict=True):
        lengths = [
            len(list(own)) for key, own in groupby(row, key=lambda v: None if np.isnan(v) else v) if key is not None
        ]
        np.testing.assert_equal(longest, max(lengths) if lengths else NAN)
        np.testing.assert_allclose(average, np.mean(lengths) if lengths else NAN)


# correlations ------------------------------------------------------------------------------------------------


@given(ANSWERS)
def test_within_person_correlations_are_numpys(x):
    y = np.roll(x, 1, axis=1) + np.arange(x.shape[1])
    for one, a, b in zip(within_person(x, y), x, y, strict=True):
        both = ~(np.isnan(a) | np.isnan(b))
        if both.sum() < 3 or np.ptp(a[both]) == 0 or np.ptp(b[both]) == 0:
            assert np.isnan(one)
        else:
            assert one == pytest.approx(np.corrcoef(a[both], b[both])[0, 1], abs=1e-12)


def test_pairwise_moments_are_those_of_pandas():
    x = answers()
    x[::7, 3] = x[1::5, 8] = NAN
    frame = pd.DataFrame(x)
    np.testing.assert_allclose(pairwise_covariance(x), frame.cov().to_numpy(), atol=1e-12)
    np.testing.assert_allclose(pairwise_pearson(x), frame.corr().to_numpy(), atol=1e-12)


def test_even_odd_by_hand():
    """Odd items 1, 3; even items 2: halves (1.5, 2, 5) against (1, 3, 4), correlated and stepped up."""
    scales = [np.array([[1.0, 1, 2]]), np.array([[2.0, 3, 2]]), np.array([[5.0, 4, NAN]])]
    r = np.corrcoef([1.5, 2, 5], [1, 3, 4])[0, 1]
    assert even_odd(scales)[0] == pytest.approx(2 * r / (1 + r), abs=1e-12)


def test_even_odd_ends_at_minus_one_and_needs_three_scales_that_vary():
    against = [np.array([[1.0, 3]]), np.array([[2.0, 2]]), np.array([[3.0, 1]])]
    assert even_odd(against)[0] == -1
    assert np.isnan(even_odd(against[:2])[0])
    assert np.isnan(even_odd([np.array([[3.0, 3]])] * 3)[0])


def test_personal_reliability_is_one_for_who_answers_each_scale_in_one_way():
    scales = [np.full((1, 4), level) for level in (1.0, 2.0, 4.0)]
    assert personal_reliability(scales, splits=5, random=np.random.default_rng(1))[0] == pytest.approx(1)


def test_synonyms_are_the_pairs_that_run_together_and_antonyms_those_that_do_not():
    x = answers()
    x[:, 11] = 6 - x[:, 0]
    together, against = (item_pairs(x, beyond=0.5, kind=kind) for kind in ("synonyms", "antonyms"))
    r = np.corrcoef(x.T)
    expected = {(i, j) for i in range(12) for j in range(i) if r[i, j] > 0.5}
    assert set(zip(together.first.tolist(), together.second.tolist(), strict=True)) == expected
    assert (11, 0) in set(zip(against.first.tolist(), against.second.tolist(), strict=True))
    found = pair_consistency(x, together)
    by_hand = np.corrcoef(x[4, together.first], x[4, together.second])[0, 1]
    assert found[4] == pytest.approx(by_hand, abs=1e-12)


def test_person_total_leaves_the_person_out():
    x = np.array([[1.0, 2, 4, 5], [2, 2, 3, NAN], [1, 3, 5, 4]])
    others = [(2 + 1) / 2, (2 + 3) / 2, (3 + 5) / 2, 4]
    assert person_total(x)[0] == pytest.approx(np.corrcoef(x[0], others)[0, 1], abs=1e-12)


# spread ------------------------------------------------------------------------------------------------------


@given(ANSWERS)
def test_sd_of_a_person_is_that_of_pandas(x):
    np.testing.assert_allclose(intra_individual_sd(x), pd.DataFrame(x).std(axis=1, ddof=1).to_numpy(), atol=1e-12)


def test_isd_sums_over_scales_and_is_unknown_where_one_is():
    scales = [np.array([[1.0, 3], [1, 1]]), np.array([[2.0, 2, 5], [2, NAN, NAN]])]
    np.testing.assert_allclose(inter_item_sd(scales), [np.sqrt(2) + np.sqrt(3), NAN])


def test_mahalanobis_by_matrix_and_unmoved_by_reversal():
    from scipy.stats import chi2

    x = answers()
    away = x - x.mean(axis=0)
    d2 = np.diag(away @ np.linalg.inv(np.cov(x.T)) @ away.T)
    found = mahalanobis(x)
    np.testing.assert_allclose(found.d2, d2, rtol=1e-9)
    np.testing.assert_allclose(found.p, chi2.sf(d2, 12), rtol=1e-9)
    turned = x.copy()
    turned[:, ::3] = 6 - turned[:, ::3]
    np.testing.assert_allclose(mahalanobis(turned).d2, d2, rtol=1e-9)


def test_mahalanobis_ignores_what_never_varies_and_who_answered_nothing():
    x = np.column_stack([answers(k=4), np.full(80, 3.0), np.full(80, NAN)])
    x[7] = NAN
    found = mahalanobis(x)
    assert found.items == 4
    assert np.isnan(found.d2[7])
    assert np.isnan(found.p[7])
    assert not np.isnan(np.delete(found.d2, 7)).any()


@pytest.mark.parametrize(
    ("x", "why"),
    [
        (answers(5, 12), "5 persons with answers are too few for 12 items"),
        (np.full((20, 3), 2.0), "fewer than two items vary"),
        (np.column_stack([answers(k=3), answers(k=3)]), "cannot be inverted"),
    ],
)
def test_why_there_is_no_mahalanobis(x, why):
    found = mahalanobis(x)
    assert why in found.why_not
    assert np.isnan(found.d2).all()


# second programs ---------------------------------------------------------------------------------------------


@needs_shared
def test_r_agrees_on_distances_and_sd():
    """R 4.2.2, psych 2.2.9: outlier(); by solve() on the answered items where one is missing (see the docstring)."""
    frame = pd.read_csv(SHARED / "reference" / "eis.csv").filter(like="eis_")
    complete = mahalanobis(frame.dropna().to_numpy())
    expected = [7.125445067792763, 1.569948746189558, 10.775635515044232, 4.039600016841016, 4.897914935498465]
    np.testing.assert_allclose(complete.d2[:5], expected, rtol=1e-12)
    assert complete.d2.sum() == pytest.approx(1270, rel=1e-12)
    found = mahalanobis(frame.to_numpy())
    assert found.d2[0] == pytest.approx(9.662075200834925, rel=1e-12)
    assert found.p[0] == pytest.approx(0.04652141011228775, rel=1e-10)
    assert intra_individual_sd(frame.to_numpy())[0] == pytest.approx(1.0, rel=1e-12)


SUBSCALES = {"mania": 7, "depression": 7, "anxiety": 7, "artistic": 6, "greed": 6}
ATTENTION = {"mania_q08": 3, "depression_q08": 0, "anxiety_q08": 0, "artistic_q07": 3, "greed_q07": (4, 5, 6)}


def read_survey():
    """The open data as answers to a bank of their five scales, in the rows of the authors' own table."""
    folder = SHARED / "data" / "answers"
    survey, metrics = (pd.read_csv(folder / f"nivlab_r_{name}.csv") for name in ("surveys", "metrics"))
    survey = survey.set_index("subject").loc[metrics.subject].reset_index()
    columns, scales = {}, {}
    for name, count in SUBSCALES.items():
        scales[name] = [len(columns) + j for j in range(1, count + 1)]
        columns |= {f"{name}_q{j:02d}": {"item": len(columns) + j} for j in range(1, count + 1)}
    numbers = {name: place for place, name in enumerate(columns, start=1)}
    bank = small_bank(scales, codes=range(7))
    items = pd.read_csv(folder / "nivlab_r_items.csv").set_index("subject").loc[metrics.subject].reset_index()
    frame = items.merge(survey[["subject", *ATTENTION]], on="subject")
    mapping = {"id": "subject", "banks": {"small": {"columns": numbers}}}
    return read_responses(frame, bank, mapping=mapping), metrics


@needs_shared
def test_the_authors_own_columns():
    """Zorowitz et al. (2023), nivlab/sciops: infrequency equal, ISD to 1e-9, Mahalanobis D to 1e-8."""
    responses, metrics = read_survey()
    assert list(responses.ids) == metrics.subject.tolist()
    found = careless_flags(responses, attention=ATTENTION, only=["isd", "mahalanobis_d2", "mahalanobis_p", "attention"])
    np.testing.assert_array_equal(found["attention"].values, metrics.infreq)
    np.testing.assert_allclose(found["isd"].values, metrics.isd, rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.sqrt(found["mahalanobis_d2"].values), metrics.mahalanobis, rtol=0, atol=1e-8)
    each = attention_of(responses.table, ATTENTION)
    for column, failed in each.failed.items():
        np.testing.assert_array_equal(failed, metrics[f"infreq_{column.split('_')[0]}"])


@needs_shared
def test_the_authors_personal_reliability_with_their_own_chance():
    responses, metrics = read_survey()
    block = responses.answered[0].block()
    ends = np.cumsum(list(SUBSCALES.values()))
    scales = [block[:, end - size : end] for end, size in zip(ends, SUBSCALES.values(), strict=True)]
    found = personal_reliability(scales, splits=1000, random=np.random.RandomState(47404))
    np.testing.assert_allclose(found, metrics.reliability, rtol=0, atol=1e-9)


# from responses ----------------------------------------------------------------------------------------------


def test_runs_follow_the_order_of_the_export_not_of_the_bank():
    bank = make_bank()
    values = {"duo_1": [1, 1], "duo_2": [5, 2], "duo_3": [1, 3], "duo_4": [5, 4], "duo_5": [1, 5], "duo_6": [5, 1]}
    odd_first = sorted(values, key=lambda name: (int(name[-1]) % 2 == 0, name))
    found = careless_flags(read_responses(raw_table({name: values[name] for name in odd_first}), bank))
    assert found["longstring"].values.tolist() == [3, 1]


def test_answers_reversed_in_the_file_are_turned_back_to_what_was_ticked():
    bank = make_bank(reverse=(2, 4, 6))
    ticked = np.full((3, 6), 2.0)
    file = ticked.copy()
    file[:, 1::2] = 4
    one = careless_flags(read_responses(ticked, bank))
    other = careless_flags(read_responses(file, bank, already_reversed=True))
    assert one["longstring"].values.tolist() == other["longstring"].values.tolist() == [6, 6, 6]
    assert one["isd"].values[0] == pytest.approx(other["isd"].values[0]) != 0


def test_other_options_begin_a_new_run():
    bank = small_bank({"a": [1, 2, 3, 4]}, wide=(3, 4))
    found = careless_flags(vouched(bank, np.full((4, 4), 3.0)))
    assert found["longstring"].values.tolist() == [2] * 4


def test_pages():
    bank = make_bank()
    responses = read_responses(np.array([[3.0, 3, 3, 3, 1, 1]] * 2), bank)
    pages = {"one": ["duo_1", "duo_2"], "two": ["duo_3", "duo_4", "duo_5", "duo_6"]}
    assert careless_flags(responses, pages=pages)["longstring_page"].values.tolist() == [2, 2]
    with pytest.raises(ResponseError, match="column on page one 'duo_9'"):
        careless_flags(responses, pages={"one": ["duo_9"]})


def test_a_long_run_has_no_cut_where_no_run_can_be_long():
    for n, wide, at in ((5, (), None), (9, (), None), (10, (), 5), (12, (6,), None), (12, (12,), 6)):
        bank = small_bank({"a": list(range(1, n + 1))}, wide=wide)
        found = careless_flags(vouched(bank, np.full((40, n), 3.0)))["longstring"]
        assert (None if found.cut is None else found.cut.at) == at, (n, wide)
        assert found.flagged.all() == (at is not None)
        assert found.values[0] >= 5  # the run itself is told
    short = vouched(small_bank({"a": [1, 2, 3, 4, 5]}), np.full((40, 5), 3.0))
    assert careless_flags(short, thresholds={"longstring": ">=4"})["longstring"].flagged.all()
    with pytest.raises(ResponseError, match="longstring has no cut for these answers; say where it begins"):
        drop_careless(short, "longstring")


def test_two_partners_in_a_row_are_two_persons():
    bank = small_bank({"a": [1, 2, 3, 4]}, reverse=(4,))
    her, him = np.full((5, 4), 2.0), np.tile([1.0, 2, 3, 4], (5, 1))
    found = careless_flags(
        vouched(bank, her, him, administrations=[Administration(partner="a"), Administration(partner="b")])
    )
    assert found["longstring_a"].values[0] == 4
    assert found["longstring_b"].values[0] == 1
    assert found.flags.tolist() == [1] * 5  # her lack of variation; four items are too few for a cut of runs
    assert "(a)" in found.why(0)[0]


def test_different_ends_are_made_even_for_correlations_only():
    bank = small_bank({"a": [1, 2], "b": [3, 4], "c": [5, 6]}, wide=(3, 4))
    x = np.array([[1.0, 1, 10, 10, 1, 1], [1, 2, 5, 5, 4, 4]])
    found = careless_flags(vouched(bank, x))
    scales = [(x[:, :2] - 1) / 4, x[:, 2:4] / 10, (x[:, 4:] - 1) / 4]
    np.testing.assert_allclose(found["evenodd"].values, even_odd(scales))
    np.testing.assert_allclose(found["isd"].values, inter_item_sd([x[:, :2], x[:, 2:4], x[:, 4:]]))


def careless_sample():
    """Eighty who read, and three who do not."""
    bank = six_scales(reverse=(2, 4, 6))
    x = answers(83, 12)
    x[:, [1, 3, 5]] = 6 - x[:, [1, 3, 5]]
    x[80] = 4
    x[81] = [1, 2, 3, 4, 5, 4, 3, 2, 1, 2, 3, 4]
    x[82] = NAN
    return vouched(bank, x)


def test_flags_say_what_way_where_and_why():
    found = careless_flags(careless_sample())
    assert found["longstring"].flagged[80]
    assert found["longstring"].cut.at == 6
    assert found["irv"].values[80] == 0
    assert np.isnan(found["longstring"].values[82])
    assert found.flags[82] == 0
    assert any("longest run of one answer (items): 12 (cut >= 6)" in why for why in found.why(80))
    assert "longstring" in str(found)
    assert "Mahalanobis distance over 12 items" in str(found)
    d = found.to_dict()
    assert d["indices"]["evenodd"]["careless_is"] == "low"
    assert d["indices"]["isd"]["cut"] is None
    assert 80 in [row["row"] for row in d["rows"]]
    assert len(found) == 83


def test_nothing_is_dropped_and_the_callers_frame_comes_back():
    bank = make_bank()
    frame = pd.DataFrame({f"duo_{j}": [1, 2, 3, 4] for j in range(1, 7)}, index=list("wxyz"))
    frame["who"] = ["p", "q", "r", "s"]
    before = frame.copy()
    made = careless_flags(read_responses(frame, bank)).table(keep=["who"])
    assert list(made.index) == list("wxyz")
    assert made["who"].tolist() == ["p", "q", "r", "s"]
    assert (made["flagged_by"] == "irv").all()
    pd.testing.assert_frame_equal(frame, before)


def test_a_polars_frame_comes_back_as_one():
    import polars as pl

    bank = make_bank()
    frame = pl.DataFrame({f"duo_{j}": [1, 5, j % 5 + 1] for j in range(1, 7)})
    found = careless_flags(read_responses(frame, bank))
    assert isinstance(found.table(), pl.DataFrame)
    kept = drop_careless(read_responses(frame, bank), "longstring>=6")
    assert ims.score(kept, bank).table().height == 1


def test_one_person_gets_what_one_person_can():
    found = careless_flags(read_responses([3, 3, 3, 3, 3], "eis"))
    assert found["longstring"].values.tolist() == [5]
    assert found["irv"].values.tolist() == [0]
    assert not {"evenodd", "mahalanobis_p", "person_total"} & set(found.names)
    assert any("three scales" in note for note in found.notes)
    assert any("too few" in note for note in found.notes)


def test_only_and_unknown_names():
    found = careless_flags(careless_sample(), only=["irv"])
    assert found.names == ("irv",)
    with pytest.raises(ResponseError, match="did you mean 'longstring'"):
        careless_flags(careless_sample(), only=["longstrin"])
    with pytest.raises(UnknownNameError, match="irv"):
        _ = found["longstring"]


@pytest.mark.parametrize(
    ("given", "sign", "at"), [(9, ">=", 9), (">3", ">", 3), ("≤ .5", "<=", 0.5), ("<1e-2", "<", 0.01)]
)
def test_cuts_can_be_overridden(given, sign, at):
    cut = careless_flags(careless_sample(), thresholds={"longstring": given})["longstring"].cut
    assert (cut.sign, cut.at, cut.source) == (sign, at, "given")


def test_even_odd_flags_from_ten_scales_up_unless_a_cut_is_given():
    few, many = (small_bank({f"s{i}": [2 * i + 1, 2 * i + 2] for i in range(k)}) for k in (9, 10))
    x = answers(k=20)
    assert careless_flags(vouched(few, x[:, :18]))["evenodd"].cut is None
    assert careless_flags(vouched(few, x[:, :18]), thresholds={"evenodd": "<0.1"})["evenodd"].cut.at == 0.1
    assert careless_flags(vouched(many, x))["evenodd"].cut.at == 0.3


def test_a_cut_can_be_taken_away_and_a_low_index_is_cut_below():
    found = careless_flags(careless_sample(), thresholds={"longstring": None, "irv": 0.4})
    assert found["longstring"].cut is None
    assert not found["longstring"].flagged.any()
    assert found["irv"].cut.sign == "<="


def test_every_wrong_cut_is_told_at_once():
    with pytest.raises(ResponseError) as error:
        careless_flags(careless_sample(), thresholds={"irv": "about 3", "speed": 2, "isd": NAN})
    assert len(error.value.problems) == 3


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_cut_points_the_way_of_its_index(kind):
    if kind.cut is not None:
        assert (kind.cut.sign in (">=", ">")) == (kind.direction == "high")
        assert kind.cut.source


# attention and time ------------------------------------------------------------------------------------------


def test_attention_by_code_text_and_label():
    labelled = Column(
        name="c",
        cells=NumberCells(numbers=np.array([1.0, 4, NAN, 99])),
        labels={4.0: "Agree"},
        missing={99.0: "refused"},
    )
    made = raw_table(
        {"a": [1, 2, None, 3], "b": ["Agree ", "agree.", None, "no"], "c": labelled, "d": ["4", "x", "4.0", None]}
    )
    found = attention_of(made, {"a": (1, 2), "b": "agree", "c": "AGREE", "d": 4})
    np.testing.assert_equal(found.failed["a"], [0, 0, NAN, 1])
    np.testing.assert_equal(found.failed["b"], [0, 0, NAN, 1])
    np.testing.assert_equal(found.failed["c"], [1, 0, NAN, NAN])
    np.testing.assert_equal(found.failed["d"], [0, 1, 0, NAN])
    assert found.count.tolist() == [1, 1, 0, 2]


def test_a_label_in_the_file_stands_for_its_code():
    text = replace(raw_table({"a": ["yes", "no"]}).columns[0], labels={1.0: "yes", 2.0: "no"})
    np.testing.assert_equal(attention_of(raw_table({"a": text}), {"a": 1}).count, [0, 1])


def test_who_answered_no_attention_item_has_no_figure():
    assert np.isnan(attention_of(raw_table({"a": [None, 1]}), {"a": 1}).count[0])


def test_attention_columns_that_are_not_there_are_told_at_once():
    with pytest.raises(ResponseError) as error:
        attention_of(raw_table({"chek": [1]}), {"check": 1, "chek": (), "other": 2})
    assert len(error.value.problems) == 3
    assert "did you mean 'chek'" in str(error.value)


def test_seconds_where_the_platform_wrote_them():
    timed = raw_table(
        {"Duration (in seconds)": [60, 6], **{f"duo_{j}": [1, 2 if j < 6 else None] for j in range(1, 7)}}
    )
    timed = replace(timed, columns=(replace(timed.columns[0], kind="timing"), *timed.columns[1:]))
    found = careless_flags(read_responses(timed, make_bank()))
    np.testing.assert_allclose(found["seconds_per_item"].values, [10, 1.2])
    assert found["seconds_per_item"].flagged.tolist() == [False, True]


def test_a_page_timer_or_milliseconds_are_no_duration_unless_it_is_named():
    made = raw_table({"Q1_Page Submit": ["1,5", "x"], "time_elapsed": [251981, 254013]})
    made = replace(made, columns=tuple(replace(column, kind="timing") for column in made.columns))
    assert seconds_of(made, None) is None
    np.testing.assert_equal(seconds_of(made, "Q1_Page Submit"), [1.5, NAN])
    with pytest.raises(UnknownNameError):
        seconds_of(made, "Dauer")


# rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("longstring>=12", "longstring>=12"),
        ("LongString ≥ 12", "longstring>=12"),
        ("mahalanobis_p<.001", "mahalanobis_p<0.001"),
        ("attention", "attention"),
        ("longstring_a>=3 or flags>=2 OR irv <= 0", "longstring_a>=3 or flags>=2 or irv<=0"),
        ("longstring_page>4", "longstring_page>4"),
    ],
)
def test_rules_are_read(text, said):
    assert str(parse_rule(text)) == said
    assert parse_rule(said) == parse_rule(text)


def test_the_longest_name_wins_over_a_suffix():
    assert parse_rule("longstring_page>4").clauses[0].suffix == ""
    assert parse_rule("longstring_a_t1>4").clauses[0].suffix == "_a_t1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no condition"),
        ("longstring>=", "no comparison"),
        ("longstring=12", "no comparison"),
        ("longstring>=12 or", "is no condition"),
        ("longstring>=12, irv<=0", "no comparison"),
        ("speed<2", "index 'speed'"),
        ("longstrin>=12", "did you mean 'longstring'"),
        ("isd", "isd has no cut of its own"),
        ("flags", "as in flags>=2"),
    ],
)
def test_rules_that_cannot_be_read_are_told(text, said):
    with pytest.raises(ResponseError, match=said):
        parse_rule(text)


def test_rules_join_conditions_by_and_and_not():
    bank = small_bank({"a": [1, 2, 3, 4]})
    rows = np.array([[2.0, 2, 2, 2], [2, 2, 2, 3], [1, 5, 1, 5]])
    responses = vouched(bank, rows)
    assert [a.row for a in drop_careless(responses, "longstring>=3 and irv>0").set_aside] == [1]
    assert [a.row for a in drop_careless(responses, "not (longstring>=3 or irv<=0)").set_aside] == [2]


def test_every_wrong_clause_is_told_at_once():
    with pytest.raises(ResponseError) as error:
        parse_rule("speed<2 or isd or irv<=0 or 7")
    assert len(error.value.problems) == 3


def test_rows_that_meet_the_rule_are_set_aside_with_the_reason():
    responses = careless_sample()
    kept = drop_careless(responses, "longstring>=12 or irv<=0")
    assert kept.n_persons == 82
    assert [(a.row, a.why) for a in kept.set_aside] == [
        (80, "careless answering: longest run of one answer (items) is 12 (rule longstring>=12)")
    ]
    assert len(kept.table) == 82
    assert 80 not in kept.row_numbers
    np.testing.assert_array_equal(kept.answered[0].block()[80], responses.answered[0].block()[81])
    assert responses.n_persons == 83
    assert kept.notes[-1] == "careless answering: 1 of 83 rows set aside (rule longstring>=12 or irv<=0)"


def test_a_rule_nobody_meets_changes_nothing():
    responses = careless_sample()
    assert drop_careless(responses, "longstring>40") is responses


def test_the_callers_index_survives():
    bank = make_bank()
    frame = pd.DataFrame({f"duo_{j}": [1, j % 5 + 1, 2] for j in range(1, 7)}, index=["k", "l", "m"])
    kept = drop_careless(read_responses(frame, bank), "longstring>=6")
    assert list(ims.score(kept, bank).table().index) == ["l"]
    assert [aside.row for aside in kept.set_aside] == [0, 2]


def test_flags_counts_and_names_a_partner():
    bank = small_bank({"a": [1, 2, 3, 4]}, reverse=(4,))
    her, him = np.tile([1.0, 2, 3, 4], (3, 1)), np.tile([1.0, 2, 3, 4], (3, 1))
    her[1], him[2] = 2, 5
    responses = vouched(bank, her, him, administrations=[Administration(partner="a"), Administration(partner="b")])
    assert [a.row for a in drop_careless(responses, "flags>=1").set_aside] == [1, 2]
    only_him = drop_careless(responses, "longstring_b>=4")
    assert [a.row for a in only_him.set_aside] == [2]
    assert "answering b:" in only_him.set_aside[0].why


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("attention", "declare attention items"),
        ("seconds_per_item", "name the column"),
        ("longstring_b>=2", "known here: longstring, flags"),
        ("longstring>=1 or irv>=0", "all"),
        ("evenodd", "evenodd has no cut for these answers"),
    ],
)
def test_rules_these_answers_cannot_meet_are_told(rule, said):
    responses = vouched(six_scales(), answers())
    with pytest.raises(ResponseError, match=said):
        drop_careless(responses, rule)


def test_attention_as_a_rule():
    bank = make_bank()
    made = raw_table({**{f"duo_{j}": [1, 2, 3] for j in range(1, 7)}, "check": [4, 4, 1]})
    kept = drop_careless(read_responses(made, bank), "attention", attention={"check": 4})
    assert [a.row for a in kept.set_aside] == [4]
    assert "attention items answered wrongly is 1 (rule attention>=1)" in kept.set_aside[0].why


# laws --------------------------------------------------------------------------------------------------------


@given(st.permutations(range(20)), st.permutations(range(12)))
def test_neither_the_order_of_persons_nor_where_it_does_not_belong_of_items_matters(persons, items):
    bank = small_bank({"all": list(range(1, 13))})
    x = answers(20, 12)
    names = ["irv", "isd", "mahalanobis_d2", "person_total", "longstring"]
    before, after = careless_flags(vouched(bank, x), only=names), careless_flags(vouched(bank, x[persons]), only=names)
    for name in names:
        np.testing.assert_allclose(after[name].values, before[name].values[persons], rtol=1e-8, atol=1e-9)
    moved = careless_flags(vouched(bank, x[:, items]), only=names[:4])
    for name in names[:4]:
        np.testing.assert_allclose(moved[name].values, before[name].values, rtol=1e-6, atol=1e-9)


def test_dropping_in_two_steps_is_dropping_in_one():
    bank = make_bank()
    frame = pd.DataFrame({f"duo_{j}": [1, j % 5 + 1, 2, 1 + j // 4] for j in range(1, 7)}, index=list("klmn"))
    responses = read_responses(frame, bank)
    once = drop_careless(responses, "longstring>=6 or irv<0.6")
    twice = drop_careless(drop_careless(responses, "longstring>=6"), "irv<0.6")
    assert list(once.native.index) == list(twice.native.index) == ["l"]
    assert [aside.row for aside in once.set_aside] == [aside.row for aside in twice.set_aside] == [0, 2, 3]


def test_five_equal_answers_at_the_top_are_not_flagged_for_lack_of_variation():
    """Five items, none reverse-keyed: equal answers are what the closest couples give. Ten items, or one turned, tell."""
    equal = np.full((30, 5), 5.0)
    assert careless_flags(vouched(small_bank({"a": [1, 2, 3, 4, 5]}), equal)).flags.sum() == 0
    assert careless_flags(vouched(small_bank({"a": [1, 2, 3, 4, 5]}, reverse=(5,)), equal)).flags.min() == 1
    assert careless_flags(vouched(small_bank({"a": list(range(1, 11))}), np.full((30, 10), 5.0))).flags.min() >= 1
