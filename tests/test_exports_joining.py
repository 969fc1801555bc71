"""Joining files of one study, and wide to long and back: nobody is lost, nobody is swapped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.base.errors import ExportError, UnknownNameError
from intimacy_scales.reading.exports import Column, NumberCells, SetAside, text_cells
from intimacy_scales.reading.exports.joining.ids import match_ids
from intimacy_scales.reading.exports.joining.joining import join_tables
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.reading.responses.model import Administration
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
    assert {part.administration for part in responses.answered} == {
        Administration(occasion="t1"),
        Administration(occasion="t2"),
    }
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
