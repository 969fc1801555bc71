"""Joining files of one study, and wide to long and back: nobody is lost, nobody is swapped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.base.errors import ExportError, UnknownNameError
from intimacy_scales.reading.exports import Column, NumberCells, SetAside, read_table, text_cells
from intimacy_scales.reading.exports.joining.cells import filled, interleave, spread
from intimacy_scales.reading.exports.joining.ids import match_ids
from intimacy_scales.reading.exports.joining.joining import join_tables
from intimacy_scales.reading.exports.joining.reshaping import lengthen, widen
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.reading.responses.model import Sitting
from response_banks import make_bank, table


def texts(one, name):
    return one.column(name).cells.texts()


def file(columns, path, **more):
    made = table(columns, **more)
    return replace(made, source=replace(made.source, path=path))


# ids ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("P1", " P1 ", None),
        ("P 1", "P  1", None),
        ("P1", "p1", "case"),
        ("007", "7", "leading zeros"),
        ("7", "7.0", "leading zeros"),
    ],
)
def test_ids_that_differ_in_writing_only_are_one(one, other, why):
    found = match_ids([[one], [other]])
    assert found.keys[0] == found.keys[1]
    assert [said.why for said in found.alike] == ([why] if why else [])
    assert not found.doubtful


def test_zeros_are_kept_where_one_file_tells_007_from_7():
    found = match_ids([["007", "7"], ["7", "07"]])
    assert found.keys == (("007", "7"), ("7", "07"))
    assert [set(said.ids) for said in found.doubtful] == [{"007", "7", "07"}]


def test_case_is_kept_where_one_file_tells_small_from_large():
    found = match_ids([["a1", "A1"], ["A1"]])
    assert found.keys == (("a1", "A1"), ("A1",))
    assert found.doubtful[0].why == "case"


@pytest.mark.parametrize(("one", "other"), [("P07", "P7"), ("7a", "07a"), ("70", "7"), ("0", "00x"), ("12", "1 2")])
def test_other_differences_are_other_persons(one, other):
    found = match_ids([[one], [other]])
    assert found.keys[0] != found.keys[1]


def test_zero_itself_is_an_id():
    assert match_ids([["000"], ["0"]]).keys == (("000",), ("000",))


@given(st.lists(st.lists(st.text("aA01 .", max_size=4), max_size=6), min_size=2, max_size=3))
def test_matching_never_makes_two_persons_of_one_file_one(tables):
    found = match_ids(tables)
    for ids, keys in zip(tables, found.keys, strict=True):
        bare = [" ".join(text.split()) for text in ids]
        assert [not key for key in keys] == [not text for text in bare]
        assert len(set(bare)) == len(set(keys))


# joining -----------------------------------------------------------------------------------------------------


def waves():
    first = file({"id": ["a", "b", "c"], "eis_1": [1, 2, 3]}, "w1.csv")
    second = file({"id": ["c", "A ", "d"], "eis_1": [30, 10, 40]}, "w2.csv", first_row=12)
    return first, second


def test_two_waves_stand_side_by_side_and_nobody_is_lost():
    joined = join_tables(waves(), "id", suffixes="waves")
    made = joined.table
    assert texts(made, "id") == ["a", "b", "c", "d"]
    assert texts(made, "eis_1_t1") == ["1", "2", "3", ""]
    assert texts(made, "eis_1_t2") == ["10", "", "30", "40"]
    assert texts(made, "source_row_t2") == ["13", "", "12", "14"]
    assert joined.matched == 2
    assert {one.id: one.missing for one in joined.unmatched} == {"b": ("w2.csv",), "d": ("w1.csv",)}
    assert [one.ids for one in joined.alike] == [("a", "A")]
    assert made.row_numbers.tolist() == [2, 3, 4, 5]
    assert any("'b' only in w1.csv" in note for note in made.notes)


@pytest.mark.parametrize(
    ("how", "kept", "gone"), [("outer", "abcd", []), ("left", "abc", [14]), ("inner", "ac", [3, 14])]
)
def test_who_stays(how, kept, gone):
    made = join_tables(waves(), "id", suffixes="waves", how=how).table
    assert "".join(texts(made, "id")) == kept
    assert [aside.row for aside in made.set_aside] == gone
    assert all("does not stand in" in aside.why for aside in made.set_aside)


def test_questionnaires_of_one_sitting_keep_their_names():
    one = table({"id": ["1", "2"], "eis_1": [1, 2], "gender": ["f", None]})
    other = table({"code": ["2", "1"], "tdis_1": [20, 10], "gender": ["m", "f"]})
    joined = join_tables([one, other], ["id", "code"])
    assert joined.table.names == ("id", "eis_1", "gender", "source_row_1", "tdis_1", "source_row_2")
    assert texts(joined.table, "tdis_1") == ["10", "20"]
    assert texts(joined.table, "gender") == ["f", "m"]
    assert any("gender stands in" in note for note in joined.table.notes)


def test_a_name_with_two_contents_wants_suffixes():
    with pytest.raises(
        ExportError, match=r"column eis_1: stands in w1.csv and in w2.csv with different contents in 2 rows"
    ):
        join_tables(waves(), "id")


def test_same_numbers_with_other_labels_are_not_the_same():
    numbers = NumberCells(numbers=np.array([1.0]))
    one, other = (
        table({"id": ["1"], "sex": Column(name="sex", cells=numbers, labels=labels)})
        for labels in ({1.0: "woman"}, {1.0: "man"})
    )
    with pytest.raises(ExportError, match="cannot be one column"):
        join_tables([one, other], "id")


def test_an_id_twice_is_a_problem_that_names_the_rows_of_every_file():
    one = file({"id": ["a", "b", "a"]}, "w1.csv")
    other = file({"id": ["c", "C", "c"], "x": [1, 2, 3]}, "w2.csv")
    with pytest.raises(ExportError) as error:
        join_tables([one, other], "id", suffixes="waves")
    assert len(error.value.problems) == 2
    assert "'a' in rows 2, 4" in str(error.value)
    assert "'c' in rows 2, 4" in str(error.value)


def test_rows_without_an_id_match_nobody_and_stay():
    one = table({"id": ["a", None], "x": [1, 2]})
    other = table({"id": [None, "a"], "y": [3, 4]})
    joined = join_tables([one, other], "id")
    assert texts(joined.table, "x") == ["1", "2", ""]
    assert texts(joined.table, "y") == ["4", "", "3"]
    assert joined.without_id == ("t.csv (1) row 3", "t.csv (2) row 2")
    assert join_tables([one, other], "id", how="inner").table.rows_read == 3


def test_rows_set_aside_before_are_still_told():
    first, second = waves()
    first = replace(first, set_aside=(SetAside(row=9, why="a preview"),), notes=("a note",))
    made = join_tables([first, second], "id", suffixes="waves").table
    assert [(a.row, a.why) for a in made.set_aside] == [(9, "w1.csv: a preview")]
    assert "w1.csv: a note" in made.notes


def test_two_partners_by_their_couple():
    she = table({"couple": ["1", "2"], "duo_1": [1, 2]})
    he = table({"couple": ["2", "1"], "duo_1": [4, 5]})
    made = join_tables([she, he], "couple", suffixes="partners").table
    assert texts(made, "duo_1_a") == ["1", "2"]
    assert texts(made, "duo_1_b") == ["5", "4"]


def test_id_columns_are_recognised():
    ids = [Column(name=name, cells=text_cells(["a", "b"]), kind="id") for name in ("pid", "code")]
    made = join_tables([table({"pid": ids[0], "x": [1, 2]}), table({"code": ids[1], "y": [3, 4]})]).table
    assert (made.columns[0].name, made.columns[0].kind) == ("pid", "id")
    assert texts(made, "y") == ["3", "4"]


def test_three_waves_and_a_column_that_has_its_suffix_already():
    three = [table({"id": ["x"], f"q_t{w}": [w], "v": [w]}) for w in (1, 2, 3)]
    made = join_tables(three, "id", suffixes="waves").table
    assert {"q_t1", "q_t2", "q_t3", "v_t1", "v_t3"} <= set(made.names)


def test_the_joined_waves_are_read_as_sittings():
    bank = make_bank()
    answers = {f"duo_{j}": [1 + j % 5, 2] for j in range(1, 7)}
    one, two = table({"id": ["a", "b"], **answers}), table({"id": ["b", "a"], **answers})
    responses = read_responses(join_tables([one, two], "id", suffixes="waves").table, bank)
    assert {part.sitting for part in responses.answered} == {Sitting(time="t1"), Sitting(time="t2")}
    assert responses.ids == ("a", "b")


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"on": "nr"}, UnknownNameError, "nr"),
        ({"on": ["id"]}, ExportError, "1 id columns"),
        ({"how": "right"}, UnknownNameError, "outer"),
        ({"suffixes": ("_x", "_x")}, ExportError, "different ones"),
        ({"suffixes": ("_x",)}, ExportError, "2 different"),
        ({"suffixes": "weeks"}, UnknownNameError, "waves"),
    ],
)
def test_what_cannot_be_joined_is_said(more, error, said):
    with pytest.raises(error, match=said):
        join_tables(waves(), **{"on": "id", **more})


def test_one_table_and_no_id_column():
    with pytest.raises(ExportError, match="two or more"):
        join_tables([table({"id": ["a"]})])
    with pytest.raises(ExportError, match="no column names the rows"):
        join_tables([table({"x": [1]}), table({"y": [1]})])


_IDS = st.lists(st.integers(0, 30).map(str), unique=True, max_size=8)


@given(_IDS, _IDS)
def test_every_answer_finds_its_id_and_only_its_id(left, right):
    one = table({"id": [f"p{i}" for i in left] or [None], "x": [float(i) for i in left] or [None]})
    other = table({"id": [f"P{i}" for i in right] or [None], "y": [float(i) for i in right] or [None]})
    joined = join_tables([one, other], "id")
    for key, x, y in zip(*(texts(joined.table, name) for name in ("id", "x", "y")), strict=True):
        assert x in ("", key[1:])
        assert y in ("", key[1:])
    assert [x for x in texts(joined.table, "x") if x] == left
    assert sorted(y for y in texts(joined.table, "y") if y) == sorted(right)


# wide and long -----------------------------------------------------------------------------------------------


def long_table():
    return table({
        "couple": ["1", "2", "1", "3"], "partner": ["A", "A", "B", "B"], "duo_1": [1, 2, 3, 4],
        "years": [10, 5, None, 7], "word": ["x", None, "y", "z"],
    })  # fmt: skip


def test_widen_makes_one_row_a_couple():
    made = widen(long_table(), "couple", "partner", same=["years"])
    assert texts(made, "couple") == ["1", "2", "3"]
    assert texts(made, "years") == ["10", "5", "7"]
    assert texts(made, "duo_1_a") == ["1", "2", ""]
    assert texts(made, "duo_1_b") == ["3", "", "4"]
    assert texts(made, "word_b") == ["y", "", "z"]
    assert texts(made, "source_row_b") == ["4", "", "5"]
    assert made.row_numbers.tolist() == [2, 3, 5]


def test_lengthen_undoes_it():
    made = lengthen(widen(long_table(), "couple", "partner", same=["years"]), ("_a", "_b"), by="partner")
    assert texts(made, "couple") == ["1", "1", "2", "3"]
    assert texts(made, "partner") == ["a", "b", "a", "b"]
    assert texts(made, "duo_1") == ["1", "3", "2", "4"]
    assert made.row_numbers.tolist() == [2, 4, 3, 5]
    assert "source_row" not in made.names


def test_the_widened_couples_are_read_as_partners():
    bank = make_bank()
    long = table({"couple": ["1", "1"], "partner": [2, 1], **{f"duo_{j}": [5, 1] for j in range(1, 7)}})
    read = read_responses(widen(long, "couple", "partner"), bank)
    assert {part.sitting.partner: part.answers[0][0] for part in read.answered} == {"a": 1.0, "b": 5.0}


@pytest.mark.parametrize(
    ("by", "values", "ends"),
    [
        ("wave", [1, 2], ("_t1", "_t2")),
        ("partner", [1, 2], ("_a", "_b")),
        ("role", ["Her", "Him"], ("_her", "_him")),
        ("wave", ["Pre test", "Post"], ("_pre_test", "_post")),
    ],
)
def test_suffixes_follow_from_the_values(by, values, ends):
    made = widen(table({"id": ["x", "x"], by: values, "q": [1, 2]}), "id", by)
    assert {f"q{end}" for end in ends} <= set(made.names)


def test_suffixes_that_do_not_follow_are_asked_for_and_can_be_given():
    long = table({"id": ["x", "x"], "cell": [1, 2], "q": [1, 2]})
    with pytest.raises(ExportError, match="says no suffix"):
        widen(long, "id", "cell")
    assert texts(widen(long, "id", "cell", suffixes={"2": "_b", "1": "_a"}), "q_b") == ["2"]
    with pytest.raises(ExportError, match="holds 2"):
        widen(long, "id", "cell", suffixes={"1": "_a"})


def test_what_cannot_be_widened_is_said():
    twice = table({"couple": ["1", "1"], "partner": ["a", "a"], "q": [1, 2]})
    with pytest.raises(ExportError, match=r"couple '1', partner 'a' in rows 2, 3"):
        widen(twice, "couple", "partner")
    apart = table({"couple": ["1", "1"], "partner": ["a", "b"], "years": [1, 2]})
    with pytest.raises(ExportError, match="years: differs within 1 units"):
        widen(apart, "couple", "partner", same=["years"])
    with pytest.raises(UnknownNameError, match="partner"):
        widen(apart, "couple", "partnr")
    with pytest.raises(ExportError, match="no row holds both"):
        widen(table({"couple": [None, "1"], "partner": ["a", None]}), "couple", "partner")


def test_rows_that_cannot_be_placed_are_set_aside_with_the_reason():
    long = table({"couple": ["1", None, "2"], "partner": ["a", "b", None], "q": [1, 2, 3]})
    made = widen(long, "couple", "partner")
    assert [(a.row, a.why.split(":")[0]) for a in made.set_aside] == [(3, "couple is empty"), (4, "partner is empty")]
    assert made.rows_read == 3


def test_lengthen_says_what_is_wrong():
    wide = table({"couple": ["1"], "q_a": [1], "q_b": [2], "q": [3]})
    with pytest.raises(ExportError, match="no column ends in _x or _y"):
        lengthen(wide, ("_x", "_y"), by="partner")
    with pytest.raises(ExportError, match="q would stand twice"):
        lengthen(wide, ("_a", "_b"), by="partner")
    one = NumberCells(numbers=np.array([1.0]))
    odd = table(
        {
            "q_a": Column(name="q_a", cells=one, labels={1.0: "no"}),
            "q_b": Column(name="q_b", cells=one, labels={1.0: "yes"}),
        }
    )
    with pytest.raises(ExportError, match="mean different things"):
        lengthen(odd, ("_a", "_b"), by="partner")


def test_lengthen_mixes_numbers_and_texts_without_changing_them():
    made = lengthen(table({"q_a": [1, 2.5], "q_b": ["x", None], "r_b": [None, 7]}), ("_a", "_b"), by="partner")
    assert texts(made, "q") == ["1", "x", "2.5", ""]
    assert texts(made, "r") == ["", "", "", "7"]


def test_a_row_with_nobody_in_it_is_told():
    made = lengthen(table({"c": ["1", "2"], "q_a": [1, None], "q_b": [2, None]}), ("_a", "_b"), by="partner")
    assert len(made) == 2
    assert [aside.row for aside in made.set_aside] == [3]


_CELL = st.one_of(st.none(), st.integers(-5, 99).map(float))


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 5), st.sampled_from("ab")),
        st.tuples(_CELL, _CELL, st.sampled_from(["x", "y", None])),
        min_size=1,
    ),
    st.randoms(use_true_random=False),
)
def test_long_to_wide_to_long_gives_the_same_rows_back(cells, random):
    keys = list(cells)
    random.shuffle(keys)
    long = table({
        "couple": [str(c) for c, _ in keys], "partner": [p for _, p in keys],
        "q1": [cells[k][0] for k in keys], "q2": [cells[k][1] for k in keys], "w": [cells[k][2] for k in keys],
    })  # fmt: skip
    made = lengthen(widen(long, "couple", "partner", suffixes={"a": "_a", "b": "_b"}), ("_a", "_b"), by="partner")
    names = ("couple", "partner", "q1", "q2", "w")

    def rows(one):
        return sorted(zip(one.row_numbers.tolist(), *(texts(one, name) for name in names), strict=True))

    assert rows(made) == rows(long)


# real files --------------------------------------------------------------------------------------------------

SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the open data do not lie beside the repo")
def test_one_study_published_long_and_pairwise_is_the_same_either_way():
    """Acitelli's couples: 148 in one file a row each, in the other each partner beside the other (wives first)."""
    folder = SHARED / "data" / "answers"
    single, pairs = (read_table(folder / f"acitelli_{name}.csv") for name in ("individual", "acipair"))
    husbands = {row: "husband" for row, text in enumerate(texts(pairs, "Partnum")) if text == "2"}
    wives_first = pairs.without(husbands)
    wide = widen(single, "cuplid", "gender", suffixes={"-1": "_A", "1": "_P"}, same=["Yearsmar"])
    assert texts(wide, "cuplid") == texts(wives_first, "CoupleID")
    with pytest.raises(ExportError, match="Gender would stand twice"):
        lengthen(wives_first, ("_A", "_P"), by="partner")
    wives_first = replace(wives_first, columns=tuple(c for c in wives_first.columns if c.name != "Gender"))
    long = lengthen(wives_first, ("_A", "_P"), by="partner")
    assert len(long) == len(single) == 296
    for ours, theirs in (("satisfaction", "Satisfaction"), ("tension", "Tension"), ("self_pos", "SelfPos")):
        for end in ("_A", "_P"):
            one, other = (
                np.array(texts(t, n), dtype=float) for t, n in ((wide, ours + end), (wives_first, theirs + end))
            )
            np.testing.assert_allclose(one, other, atol=1e-8)
        one, other = (np.array(texts(t, n), dtype=float) for t, n in ((single, ours), (long, theirs)))
        np.testing.assert_allclose(one, other, atol=1e-8)


# cells -------------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=6), st.data())
def test_spread_puts_every_cell_where_it_is_told(values, data):
    places = np.array(data.draw(st.lists(st.integers(-1, len(values) - 1), max_size=8)), dtype=np.int64)
    expected = ["" if p < 0 else values[p] or "" for p in places.tolist()]
    assert spread(text_cells(values), places).texts() == expected


def test_cells_of_no_rows_and_of_two_kinds():
    assert spread(text_cells([]), np.array([-1, -1])).texts() == ["", ""]
    numbers = NumberCells(numbers=np.array([1.0, np.nan]))
    assert filled(numbers, text_cells(["x", "y"])).texts() == ["1", "y"]
    assert isinstance(interleave([numbers, text_cells([None, None])]), NumberCells)
