"""The single door: files, frames, tables, persons; views, rows, notes; the reading that ``inspect`` shows."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import intimacy_scales as ims
from intimacy_scales.bank import load_bank
from intimacy_scales.base.errors import ExportError, ResponseError, UnknownNameError
from intimacy_scales.reading.responses import Administration, Answered, examine, keep_rows, read_responses
from intimacy_scales.reading.responses.coding.raw_answers import PIECE, profile
from response_banks import answers, bank_text, columns_of, make_bank, said, table

DUO, FORMED = make_bank(), make_bank("duet", low=0, forms=True)
LABELS = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]


def holes(n=60, **more):
    values = answers(n, **more)
    values[np.random.default_rng(3).random(values.shape) < 0.1] = np.nan
    return values


def frame(values, names="duo_{}"):
    return pd.DataFrame(columns_of(values, names))


def same(one, two):
    return np.array_equal(one, two, equal_nan=True)


def test_every_way_in_gives_the_same_answers(tmp_path):
    values = holes()
    pandas = frame(values)
    path = tmp_path / "answers.csv"
    pandas.to_csv(path, index=False)
    whole = pd.DataFrame({name: column.astype("Int64") for name, column in pandas.items()})
    texts = {name: [None if np.isnan(x) else LABELS[int(x) - 1] for x in column] for name, column in pandas.items()}
    labels = pd.DataFrame(texts)
    for data in (
        pandas, whole, labels, labels.astype("category"), pl.from_pandas(pandas), pl.DataFrame(texts),
        pa.Table.from_pandas(pandas), path, str(path), table(columns_of(values)), values,
    ):  # fmt: skip
        found = read_responses(data, DUO)
        assert same(found.answered[0].block(), values), type(data)
        assert found.n_persons == 60


def test_frames_come_back_as_themselves_and_unchanged():
    pandas = frame(holes()).set_index(pd.Index([f"r{j}" for j in range(60)]))
    before = pandas.copy(deep=True)
    found = read_responses(pandas, DUO)
    pd.testing.assert_frame_equal(found.native, pandas)
    assert found.row_numbers.tolist() == list(range(60))
    pd.testing.assert_frame_equal(pandas, before)


def test_what_becomes_of_the_callers_own_changes_nothing_we_hold():
    array = np.full((3, 5), 3.0)
    read = ims.read_export(array, "eis")
    array[0, 0] = 1000
    assert ims.score(read)["eis_total"].values.tolist() == [15, 15, 15]
    columns = {f"duo_{j + 1}": answers()[:, j].copy() for j in range(6)}
    pandas = pd.DataFrame(columns, copy=False)
    part = read_responses(pandas, DUO).answered[0]
    for name, got in zip(columns, part.answers, strict=True):
        assert not np.shares_memory(pandas[name].to_numpy(), got)
        assert not np.shares_memory(columns[name], got)
        with pytest.raises(ValueError, match="read-only"):
            got[0] = 4


def test_what_is_changed_is_a_copy():
    pandas = frame(answers(low=2))
    before = pandas.copy(deep=True)
    read_responses(pandas, DUO, shift=-1)
    read_responses(pandas.replace({6: 5, 2: 9}), DUO, missing_codes=[9])
    pd.testing.assert_frame_equal(pandas, before)


@given(st.lists(st.floats(allow_infinity=True) | st.integers(-5, 9), max_size=30), st.integers(0, 2))
def test_a_profile_says_what_numpy_says(cells, blocks):
    values = np.array([*cells, *[1.0] * (blocks * PIECE)], dtype=float)
    blank = np.ones(len(values), dtype=bool)
    found = profile(values, blank)
    there = values[~np.isnan(values)]
    assert found.answers == len(there)
    assert found.all_whole == bool((np.rint(there) == there).all())
    assert (blank == np.isnan(values)).all()
    if len(there):
        assert (found.low, found.high) == (there.min(), there.max())


ONE = [4, 3, 2, 5, 1, None]


@pytest.mark.parametrize(
    "data",
    [
        {f"duo_{j}": x for j, x in enumerate(ONE, 1)}, dict(enumerate(ONE, 1)), {str(j): x for j, x in enumerate(ONE, 1)}, ONE,
        tuple(ONE), np.array([4, 3, 2, 5, 1, np.nan]), {"duo": ONE}, {"duo": dict(enumerate(ONE, 1))},
        {1: "agree", 2: "neutral", 3: "Disagree.", 4: "strongly agree", 5: "1", 6: ""}, {1: 4, 2: 3, 3: 2, 4: 5, 5: 1},
        {1: 4.0, 2: np.int64(3), 3: np.float64(2), 4: 5, 5: 1, 6: float("nan")}, ["agree", 3, 2, "ganz genau", 1, None],
        pd.Series({f"duo_{j}": x for j, x in enumerate(ONE, 1)}), {"DUO1": 4, "duo 2": 3, "duo.3": 2, "duo_04": 5, "duo_5": 1, "age": 31},
    ],
)  # fmt: skip
def test_one_person(data):
    found = read_responses(data, DUO)
    assert same(found.answered[0].block(), np.array([[4, 3, 2, 5, 1, np.nan]]))
    assert found.source.platform == "person"
    assert found.native is None


def test_one_persons_forms_and_banks():
    nested = {"now": dict.fromkeys(range(1, 7), 2), "wish": [4] * 6}
    parts = read_responses(nested, FORMED).answered
    assert [(part.administration.form, part.block().tolist()[0][0]) for part in parts] == [("now", 2.0), ("wish", 4.0)]
    both = read_responses({"duo": ONE, "duet": nested}, [DUO, FORMED])
    assert [part.bank.id for part in both.answered] == ["duo", "duet", "duet"]
    assert read_responses([2] * 6, FORMED).answered[0].administration == Administration(form="now")


def test_items_a_person_left_out_are_told():
    assert any("items 5 and 6 were not given" in note for note in read_responses({1: 4, 2: 3, 3: 2, 4: 5}, DUO).notes)


@pytest.mark.parametrize(
    ("data", "banks", "wanted"),
    [
        ({7: 3}, DUO, "'duo_7': is no item of duo; items 1 to 6"),
        ({"duo_x": 3, "duo_1": 3}, DUO, "'duo_x': is no item of duo"),
        ([1, 2, 3], DUO, "3 in a list; 6 for bank duo"),
        ([1] * 12, FORMED, "give {FORM: [...]}"),
        ([1] * 6, [DUO, FORMED], "does not say whose they are"),
        ({1: 3}, [DUO, FORMED], "could be of any bank"),
        ({"duo_1": [1, 2, 3]}, DUO, "holds several answers"),
        ({1: 9}, DUO, "1 answer of 9; allowed 1 to 5; if 9 means"),
        ({1: 3.5}, DUO, "no whole number"),
        ({1: "perhaps"}, DUO, "1 answer of 'perhaps'"),
        ({1: True}, DUO, "1 answer of 'True'"),
        ({"age": 30}, DUO, "no column of it was found"),
        ({}, DUO, "no"),
        (np.ones((4, 5)), DUO, "an array of 4 x 5"),
    ],
)
def test_one_persons_mistakes(data, banks, wanted):
    with pytest.raises(ResponseError) as error:
        read_responses(data, banks)
    assert wanted in said(error)
    assert "row " not in said(error)


def test_ids_keep_zeros_and_doubled_ones_are_told():
    data = columns_of(answers()) | {"id": ["007", " 7", *[f"p{j}" for j in range(57)], "007"]}
    found = read_responses(table(data), DUO, id_column="id")
    assert found.ids[:2] == ("007", "7")
    assert found.n_persons == 60
    assert any("id 007 stands in rows 2 and 61" in note for note in found.notes)
    with pytest.raises(ResponseError, match=r"id column 'idd'.*did you mean 'id'"):
        read_responses(table(data), DUO, id_column="idd")


def test_many_doubled_ids_are_counted():
    data = columns_of(answers()) | {"person": [float(j // 3) for j in range(60)]}
    notes = read_responses(table(data), DUO, id_column="person").notes
    assert any(
        note.startswith("20 values of person stand in more than one row (0 in rows 2, 3 and 4;") and "17 more" in note
        for note in notes
    )


def test_ids_are_recognised_in_a_frame():
    found = read_responses(frame(answers()).assign(id=range(60)), DUO)
    assert found.id_column == "id"
    assert found.ids[:2] == ("0", "1")


def test_blank_rows_and_constant_columns_stay_and_are_told():
    values = answers()
    values[[4, 8]] = np.nan
    values[:, 3] = 2
    found = read_responses(table(columns_of(values)), DUO)
    assert found.n_persons == 60
    assert (
        any(note.startswith("2 rows without any answer (rows 6 and 10)") for note in found.notes) is False
    )  # item 4 is there
    assert any("nothing varies in duo_4 (always 2)" in note for note in found.notes)
    values[[4, 8], 3] = np.nan
    notes = read_responses(table(columns_of(values)), DUO).notes
    assert any(note.startswith("2 rows without any answer (rows 6 and 10)") for note in notes)


def test_a_row_is_blank_only_when_all_banks_are():
    other = make_bank("trio")
    values = answers()
    blank = values.copy()
    blank[4] = np.nan
    found = read_responses(table(columns_of(blank) | columns_of(values, "trio_{}")), [DUO, other])
    assert not any("without any answer" in note for note in found.notes)


def test_nobody_is_a_problem():
    with pytest.raises(ResponseError, match="holds no respondent"):
        read_responses(table({f"duo_{j}": [] for j in range(1, 7)}), DUO)


def test_several_banks_in_one_pass_in_the_order_asked_for():
    data = table(columns_of(answers()) | columns_of(answers(low=0), "duet_{}"))
    assert [bank.id for bank in read_responses(data, [FORMED, DUO]).banks] == ["duet", "duo"]
    assert read_responses(data, [FORMED, DUO], already_reversed=["duo"]).of("duo")[0].already_reversed
    assert not read_responses(data, [FORMED, DUO], already_reversed=["duo"]).of("duet")[0].already_reversed


def test_banks_by_id_by_path_and_doubtful_ones(tmp_path):
    path = tmp_path / "duo.yaml"
    path.write_text(bank_text(), encoding="utf-8")
    assert read_responses(table(columns_of(answers())), path).banks == (DUO,)
    assert read_responses(table(columns_of(answers(), "eis_{}")), "eis").banks[0].id == "eis"
    with pytest.raises(UnknownNameError, match="eis"):
        read_responses(table(columns_of(answers())), "eiss")
    with pytest.raises(ResponseError, match="none was given"):
        read_responses(table(columns_of(answers())), [])
    with pytest.raises(ResponseError, match="twice, and differently"):
        read_responses(table(columns_of(answers())), [DUO, make_bank(reverse=())])


def test_responses_pass_through_when_they_are_of_this_bank():
    data = table(columns_of(answers()) | columns_of(answers(low=0), "duet_{}"))
    found = read_responses(data, [DUO, FORMED])
    assert read_responses(found, [DUO, FORMED]) is found
    assert [part.bank.id for part in read_responses(found, FORMED).answered] == ["duet"]
    with pytest.raises(ResponseError, match="not read for it"):
        read_responses(found, make_bank("trio"))
    with pytest.raises(ResponseError, match="other fingerprint"):
        read_responses(found, make_bank(reverse=()))


def test_unknown_names_of_reversed_banks_and_maps_for_other_banks():
    data = table(columns_of(answers()))
    with pytest.raises(UnknownNameError, match="did you mean 'duo'"):
        read_responses(data, DUO, already_reversed=["duoo"])
    assert read_responses(data, DUO, already_reversed="duo").answered[0].already_reversed
    notes = read_responses(data, DUO, mapping={"banks": {"other": {}, "eis": {}, "duoo": {}}}).notes
    assert "map speaks of bank other, which was not asked for (duo): nothing that it says of it was used; " in notes[0]
    assert "no bank of that name is shipped" in notes[0]
    assert notes[1].endswith("was used")  # eis is shipped
    assert notes[2].endswith("did you mean 'duo'?")
    strange = table({f"Q{j}": column for j, column in enumerate(answers().T, start=1)})
    with pytest.raises(
        ResponseError, match=r"map: speaks of bank duoo, which was not asked for .* did you mean 'duo'"
    ) as caught:
        read_responses(strange, DUO, mapping={"banks": {"duoo": {"columns": {"Q1": 1}}}})
    assert "no column of it was found" in str(caught.value)


def test_what_was_inspected_is_scored_or_says_its_problems():
    import intimacy_scales as ims

    good = examine(table(columns_of(answers())), DUO)
    assert ims.score(good)["duo_total"].values.tolist() == ims.score(good.responses)["duo_total"].values.tolist()
    assert read_responses(good, DUO) is good.responses
    assert len(ims.reliability(good).scales) == 1
    bad = examine(table(columns_of(answers()[:, :5])), DUO)
    for use in (ims.score, ims.reliability, ims.report):
        with pytest.raises(ResponseError, match="no column for item 6") as caught:
            use(bad)
        assert list(caught.value.problems) == list(bad.problems)


@pytest.mark.parametrize(
    ("data", "said"), [(None, "answers: None was given; a path, a frame"), (5, "a int: cannot be read")]
)
def test_no_data_is_a_sentence_without_a_foreign_traceback(data, said):
    import intimacy_scales as ims

    with pytest.raises(ims.IntimacyScalesError) as caught:
        ims.score(data, DUO)
    assert str(caught.value).startswith(said)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_lazy_frame_is_scored_and_a_frame_without_rows_is_a_sentence():
    import polars as pl

    import intimacy_scales as ims

    frame = pl.DataFrame(columns_of(answers()))
    assert ims.score(frame.lazy(), DUO).table().equals(ims.score(frame, DUO).table())
    for empty in (frame[:0], frame[:0].lazy(), frame[:0].to_pandas()):
        with pytest.raises(ResponseError, match=r"^data: holds no respondent; one row or more$"):
            ims.score(empty, DUO)


def test_responses_can_be_examined_again():
    found = read_responses(table(columns_of(answers())), DUO)
    assert examine(found, DUO).usable


def test_a_file_that_is_not_there_is_an_export_error(tmp_path):
    with pytest.raises(ExportError):
        read_responses(tmp_path / "nowhere.csv", DUO)


def test_an_empty_file_without_rows_names_the_bank_columns_it_has(tmp_path):
    path = tmp_path / "head.csv"
    path.write_text(",".join(columns_of(answers())) + "\n", encoding="utf-8")
    with pytest.raises((ResponseError, ExportError)):
        read_responses(path, DUO)


@given(st.permutations(range(6)), st.permutations(range(20)))
def test_the_order_of_columns_and_rows_does_not_count(columns, rows):
    values = holes(20)
    names = [f"duo_{j + 1}" for j in range(6)]
    data = {names[j]: values[list(rows), j].tolist() for j in columns}
    assert same(read_responses(table(data), DUO).answered[0].block(), values[list(rows)])


def test_keep_rows_keeps_ids_with_their_answers():
    data = columns_of(answers()) | {"id": [f"p{j}" for j in range(60)]}
    part = keep_rows(read_responses(table(data), DUO, id_column="id"), [7, 3])
    assert part.ids == ("p7", "p3")
    assert part.row_numbers.tolist() == [9, 5]
    assert (part.answered[0].block() == answers()[[7, 3]]).all()


def test_a_reading_shows_what_was_found():
    data = columns_of(answers()) | {"duo_2": ["agree", "4", "neutral"] * 20, "note": ["x"] * 60}
    found = examine(table(data), DUO)
    text = str(found)
    for part in (
        "test (certain: a test); 60 rows read, 60 kept",
        "duo_1",
        "name",
        "100 %",
        "agree",
        "ready to be scored",
    ):
        assert part in text or not found.usable, part
    assert "&lt;" not in found._repr_html_()
    assert found.unmatched == ["note"]
    held = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert set(held) == {
        "platform",
        "rows",
        "id",
        "usable",
        "columns",
        "unmatched",
        "codes",
        "coding",
        "suggestions",
        "keying",
        "problems",
        "notes",
    }
    assert held["columns"][0] == {"column": "duo_1", "bank": "duo", "item": 1, "form": None, "partner": None, "occasion": None,
                                  "how": "name", "certainty": 1.0}  # fmt: skip


def test_a_reading_never_raises_for_answers_and_lists_what_is_wrong():
    data = columns_of(answers()) | {"duo_2": ["agree", "oh", "neutral"] * 20}
    found = examine(table(data), [DUO, make_bank("trio")])
    assert not found.usable
    assert found.responses is None
    assert len(found.problems) == 2
    uses = {use.text: (use.code, use.label, use.count, use.how) for use in found.codes if use.how != "number"}
    assert uses == {
        "agree": (4, "agree", 20, "label"),
        "neutral": (3, "neutral", 20, "label"),
        "oh": (None, None, 20, "unknown"),
    }
    assert "problem: bank trio" in str(found)


def test_rows_set_aside_are_counted_by_reason():
    whole = table(columns_of(answers())).without({0: "a preview", 1: "a preview", 5: "unfinished"})
    found = examine(whole, DUO)
    assert found.why_set_aside == {"a preview": 2, "unfinished": 1}
    assert "60 rows read, 57 kept" in str(found)
    assert "2 set aside: a preview" in str(found)
    assert found.responses.set_aside == whole.set_aside
    assert found.responses.row_numbers[0] == 4


def test_qualtrics_choice_text_end_to_end(tmp_path):
    values = answers(40)
    lines = [["ResponseId", "Status", "Finished", *[f"Q7_{j}" for j in range(1, 7)]]]
    lines.append(
        ["Response ID", "Response Type", "Finished", *[f"How much do you agree? - {item.gloss}" for item in DUO.items]]
    )
    lines.append(
        [
            json.dumps({"ImportId": name})
            for name in ("_recordId", "status", "finished", *[f"QID7_{j}" for j in range(1, 7)])
        ]
    )
    for row, person in enumerate(values):
        status = "Survey Preview" if row < 2 else "IP Address"
        lines.append([f"R_{row}", status, "True", *[LABELS[int(code) - 1] for code in person]])
    path = tmp_path / "q.csv"
    pd.DataFrame(lines).to_csv(path, index=False, header=False)
    found = read_responses(path, DUO)
    assert found.source.platform == "qualtrics"
    assert same(found.answered[0].block(), values[2:])
    assert found.id_column == "ResponseId"
    assert found.ids[0] == "R_2"
    assert len(found.set_aside) == 2


def test_shipped_banks_read_their_own_labels_and_glosses():
    for bank_id in ("eis", "pair"):
        bank = load_bank(bank_id)
        person = {f"{bank_id}_{item.number}": bank.options_of(item)[-1].label for item in bank.items}
        part = read_responses(person, bank).answered[0]
        assert part.block().tolist()[0] == [float(bank.ends(item)[1]) for item in bank.items]
        sentences = pd.DataFrame({item.gloss: [bank.ends(item)[0]] * 3 for item in bank.items})
        assert isinstance(read_responses(sentences, bank).answered[0], Answered)
