"""The map: written, edited, read again; strict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.base.errors import ResponseError
from intimacy_scales.reading.responses import (
    Administration,
    BankMap,
    Cell,
    ColumnMap,
    dump_map,
    examine,
    load_map,
    read_responses,
)
from response_banks import answers, columns_of, make_bank, said, table

DUO, FORMED = make_bank(), make_bank("duet", low=0, forms=True)

words = st.from_regex(r"[a-z][a-z0-9]{0,5}(_[a-z0-9]{1,4})?", fullmatch=True)
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
cells = st.builds(
    Cell,
    item=st.integers(1, 99),
    administration=st.builds(
        Administration, form=words | st.none(), partner=words | st.none(), occasion=words | st.none()
    ),
)
bank_maps = st.builds(
    BankMap, columns=st.dictionaries(names, cells | st.none(), max_size=3), not_asked=st.lists(st.integers(1, 99), max_size=3).map(tuple),
    labels=st.dictionaries(words, st.dictionaries(names, st.integers(-9, 9) | st.none(), max_size=2), max_size=2),
    missing=st.lists(st.integers(-99, 99) | names, max_size=3).map(tuple), already_reversed=st.booleans() | st.none(),
    shift=st.integers(-3, 3) | st.none(),
)  # fmt: skip
maps = st.builds(
    ColumnMap, banks=st.dictionaries(words, bank_maps, max_size=2), id=names | st.none(), couple=names | st.none(),
    partner=names | st.none(), missing=st.lists(st.integers(-99, 99) | names, max_size=3).map(tuple), name=st.just("map.yaml"),
)  # fmt: skip


@given(made=maps)
def test_a_map_written_is_the_map_read(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("maps") / "map.yaml"
    path.write_text(dump_map(made, remarks={"duo": ("a remark\nof two lines",)}), encoding="utf-8")
    read = load_map(path)
    assert (read.banks, read.id, read.couple, read.partner, read.missing) == (
        made.banks,
        made.id,
        made.couple,
        made.partner,
        made.missing,
    )


def write(tmp_path, text):
    path = tmp_path / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_fault_of_a_map_is_named_with_its_line(tmp_path):
    path = write(tmp_path, """format: 1
idd: x
missing: 99
banks:
  duo:
    columns:
      Q1: "No. one"
      Q2: {number: 2}
      Q3: {item: 3, form: "A B"}
    shift: 1.5
    already_reversed: 3
    labels:
      agreement: {"yes": maybe}
    not_asked: ["X 1"]
""")  # fmt: skip
    with pytest.raises(ResponseError) as error:
        load_map(path)
    text = said(error)
    for place in (":2: idd", ":3: missing", ":7: banks.duo.columns.Q1", ":8: banks.duo.columns.Q2", ":9: banks.duo.columns.Q3.form",
                  ":10: banks.duo.shift", ":11: banks.duo.already_reversed", ":13: banks.duo.labels.agreement.yes", ":14: banks.duo.not_asked"):  # fmt: skip
        assert place in text, place


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("format: 1\nbanks: {duo: {columns: {Q1: 1, Q1: 2}}}\n", "stands twice"),
        ("format: 2\n", "format: 1"),
        ("banks: {}\n", "format: 1"),
        ("format: 1\nbanks: [duo]\n", "keys and values"),
        ("format: 1\nbanks:\n  duo:\n    columns: {Q1: no}\n", "read as false"),
        ("format: 1\nbanks: {duo: [\n", "is not YAML"),
    ],
)
def test_strict_as_a_bank_is(tmp_path, text, wanted):
    with pytest.raises(ResponseError, match=wanted):
        load_map(write(tmp_path, text))


def test_a_map_that_is_not_there(tmp_path):
    with pytest.raises(ResponseError, match="no such file"):
        load_map(tmp_path / "nowhere.yaml")


def test_stale_columns_wrong_items_and_forms_are_all_named():
    mapping = {"id": "who", "couple": "pairs", "banks": {"duet": {
        "columns": {"gone": 1, "duet_2": 9, "duet_3": {"item": 3, "form": "later"}}, "not_asked": [77], "labels": {"size": {"big": 1}}}}}  # fmt: skip
    text = " | ".join(map(str, examine(table(columns_of(answers(low=0), "duet_{}")), FORMED, mapping=mapping).problems))
    for part in ("columns.gone: the file has no such column", "item 9 is not in the bank", "no form 'later'", "item 77",
                 "labels.size: the bank has no such options", "column 'pairs'", "'who'"):  # fmt: skip
        assert part in text, part


def test_a_column_given_to_two_items_is_a_problem():
    mapping = {"banks": {"duo": {"columns": {"duo_1": 1}}, "trio": {"columns": {"duo_1": 1}}}}
    text = " | ".join(
        map(str, examine(table(columns_of(answers())), [DUO, make_bank("trio")], mapping=mapping).problems)
    )
    assert "column duo_1: is given to duo item 1 and trio item 1" in text


def test_inspect_writes_a_map_that_reads_the_file_the_same_way(tmp_path):
    values = answers(low=0)
    labels = ["gar nicht", "eher nicht", "teils teils", "eher ja", "ganz genau"]
    data = columns_of(values, "Now_Duet_{}") | {
        f"duet_wish_{j + 1}": [labels[int(code)] for code in values[:, j]] for j in range(6)
    } | {"who": list(range(60))}  # fmt: skip
    first = examine(table(data), FORMED, missing_codes=[99], id_column="who")
    path = write(tmp_path, first.map_text())
    renamed = table(data)
    again = examine(renamed, FORMED, mapping=path)
    assert first.usable
    assert {match.how for match in again.matches} == {"map"}
    assert again.id_column == "who"
    for one, two in zip(first.responses.answered, again.responses.answered, strict=True):
        assert one.administration == two.administration
        assert (one.block() == two.block()).all()
    assert again.to_map().banks == first.to_map().banks
    assert load_map(path).missing == (99,)


def test_what_a_person_must_decide_stands_in_the_map_as_a_remark():
    data = columns_of(answers()) | {"duo_6": ["agree", "agre"] * 30}
    text = examine(table(data), DUO).map_text()
    assert '"agre": CODE # unknown; 30 answers' in text


def test_labels_shift_missing_and_keying_of_a_map_are_used():
    values = answers(low=0)
    values[values == 4] = 8
    data = columns_of(values)
    data["duo_1"] = ["so la la"] * 30 + ["weg"] * 30
    mapping = {
        "banks": {
            "duo": {
                "labels": {"agreement": {"So la la": 3, "weg": None}},
                "shift": 1,
                "already_reversed": True,
                "missing": [8],
            }
        }
    }
    part = read_responses(table(data), DUO, mapping=mapping).answered[0]
    assert part.already_reversed
    assert set(part.answers[0][:30]) == {3.0}
    assert np.isnan(part.answers[0][30:]).all()
    kept = values[:, 1] != 8
    assert (part.answers[1][kept] == values[kept, 1] + 1).all()
    assert np.isnan(part.answers[1][~kept]).all()


def test_the_items_left_out_are_listed_whole_to_be_copied():
    from intimacy_scales.bank import load_bank

    found = examine(table({"pair_1": [1.0, 2.0]}), load_bank("pair"))
    whole = "not_asked: [" + ", ".join(map(str, range(2, 37))) + "]"
    assert any(whole in str(problem) for problem in found.problems)
    assert whole in found.map_text()


def test_a_number_that_a_map_gives_twice_is_named_as_such():
    data = table(columns_of(answers()))
    columns = {"duo_1": 1, "duo_2": 1}
    (problem,) = examine(data, DUO, mapping={"banks": {"duo": {"columns": columns}}}).problems
    assert problem.where == "map: banks.duo.columns"
    assert problem.what == "duo_1 and duo_2 are both given item 1"
    assert problem.do == "mend the numbers: no column is given 2"
    short = examine(table(columns_of(answers()[:, :5])), DUO, mapping={"banks": {"duo": {"columns": columns}}}).problems
    assert any("no column for items 2 and 6" in one.what for one in short)  # more are gone than were doubled


def test_columns_that_are_free_are_offered_where_items_lack_one(tmp_path):
    data = columns_of(answers()[:, :5]) | {"Q6": [3.0] * 60}
    text = examine(table(data), DUO).map_text()
    assert "# no column yet for items 6" in text
    assert "# if the survey left them out, say: not_asked: [6]" in text
    assert '"Q6": ITEM' in text
    edited = text.replace('      "duo_1": 1', '      "duo_1": 1\n      "Q6": 6')
    assert read_responses(table(data), DUO, mapping=write(tmp_path, edited)).answered[0].columns[5] == "Q6"
