"""Frames, workbooks, statistics files, and the room as a whole."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyreadstat
import pytest

from intimacy_scales.base.errors import ExportError, UnknownNameError
from intimacy_scales.reading.exports import guess_id_column, platform_names, read_table
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.table import NumberCells, TextCells


def problems(source, **options):
    with pytest.raises(ExportError) as caught:
        read_table(source, **options)
    return str(caught.value)


def fault_of(path):
    try:
        read_table(path)
    except ExportError as fault:
        return str(fault)
    return None


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


MOMENT = dt.datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001 -- sheets know no time zones
TABLE = [["id", "eis_1", "when", "said"], ["007", 1, dt.date(2026, 1, 2), "yes"], ["008", 2.5, MOMENT, None]]


class TestFrames:
    @pytest.fixture
    def frame(self):
        return pd.DataFrame({"id": ["a", "NA", None], "x": [1.0, np.nan, 3.0], "n": [1, 2, 3], "flag": [True, False, True],
                             "said": ["Agree", "", "NA"]})  # fmt: skip

    @pytest.mark.parametrize("to", [lambda f: f, pl.from_pandas, lambda f: pl.from_pandas(f).lazy(), pa.Table.from_pandas,
                                    lambda f: f.convert_dtypes()])  # fmt: skip
    def test_every_frame_gives_the_same(self, frame, to):
        table = read_table(to(frame))
        assert table.names == ("id", "x", "n", "flag", "said")
        assert table.column("id").cells.texts() == ["a", "NA", ""]
        np.testing.assert_array_equal(table.column("x").cells.numbers, [1, np.nan, 3])
        np.testing.assert_array_equal(table.column("n").cells.numbers, [1, 2, 3])
        assert table.column("flag").cells.texts() == ["True", "False", "True"]  # no code: looked up as a word
        assert table.column("said").cells.texts() == ["Agree", "", ""]
        assert table.row_numbers.tolist() == [0, 1, 2]
        assert table.set_aside == ()
        assert table.source.platform == "frame"

    def test_native_is_the_frame_as_it_was(self, frame):
        native = read_table(frame).source.native
        pd.testing.assert_frame_equal(native, frame)
        before = frame.index
        frame.index = list("xyz")
        assert native.index.equals(before)

    def test_what_becomes_of_a_pandas_frame_changes_nothing(self):
        frame = pd.DataFrame({"x": [1.0, 2, 3]})
        numbers = read_table(frame).column("x").cells.numbers
        frame.loc[0, "x"] = 1000.0
        assert numbers.tolist() == [1, 2, 3]
        with pytest.raises(ValueError, match="read-only"):
            numbers[0] = 7

    @pytest.mark.parametrize("to", [pl.from_pandas, pa.Table.from_pandas])
    def test_float_columns_of_frames_that_cannot_be_written_to_are_views(self, to):
        frame = to(pd.DataFrame({f"x{i}": np.arange(1000.0) for i in range(3)}))
        first, second = read_table(frame), read_table(frame)
        assert np.shares_memory(first.column("x1").cells.numbers, second.column("x1").cells.numbers)

    def test_nulls_and_nullable_integers(self):
        for frame in (pd.DataFrame({"n": pd.array([1, None, 3], dtype="Int64")}), pl.DataFrame({"n": [1, None, 3]}),
                      pa.table({"n": [1, None, 3]})):  # fmt: skip
            np.testing.assert_array_equal(read_table(frame).column("n").cells.numbers, [1, np.nan, 3])

    def test_categories(self):
        words = pd.DataFrame({"q": pd.Categorical(["b", None, "a"]), "n": pd.Categorical([3, 1, None])})
        table = read_table(words)
        assert table.column("q").cells.texts() == ["b", "", "a"]
        np.testing.assert_array_equal(table.column("n").cells.numbers, [3, 1, np.nan])
        assert read_table(pl.DataFrame({"q": pl.Series(["b", None], dtype=pl.Categorical)})).column(
            "q"
        ).cells.texts() == ["b", ""]

    def test_mixed_objects_are_texts_and_numbers_in_objects_are_numbers(self):
        frame = pd.DataFrame(
            {"q": pd.Series([1, "2", 3.0, None, 2.5], dtype=object), "n": pd.Series([1, 2.5, None, 4, 5], dtype=object)}
        )
        table = read_table(frame)
        assert table.column("q").cells.texts() == ["1", "2", "3", "", "2.5"]
        np.testing.assert_array_equal(table.column("n").cells.numbers, [1, 2.5, np.nan, 4, 5])

    def test_dates_are_texts(self):
        table = read_table(pd.DataFrame({"d": pd.to_datetime(["2026-01-02 03:04:05", None])}))
        assert table.column("d").cells.texts() == ["2026-01-02 03:04:05", ""]

    def test_names_that_are_numbers(self):
        table = read_table(pd.DataFrame([[1, 2], [3, 4]]))
        assert table.names == ("0", "1")
        np.testing.assert_array_equal(table.column("1").cells.numbers, [2, 4])

    @pytest.mark.parametrize("frame", [
        pd.DataFrame([[1, 2]], columns=["a", "a"]), pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=[1, "1"]),
    ])  # fmt: skip
    def test_doubled_names(self, frame):
        assert "stands 2 times" in problems(frame)

    @pytest.mark.parametrize("thing", [5, object(), np.zeros((2, 2)), [1, 2]])
    def test_no_frame(self, thing):
        assert "cannot be read as a table" in problems(thing)

    def test_rows_that_look_like_previews_stay(self):
        frame = pd.DataFrame(
            {"ResponseId": ["a", "a"], "Status": [1, 1], "Finished": [0, 0], "Progress": [1, 1], "q": [np.nan] * 2}
        )
        assert len(read_table(frame)) == 2

    def test_the_frame_is_not_touched(self, frame):
        before = frame.copy(deep=True)
        read_table(frame)
        pd.testing.assert_frame_equal(frame, before)


class TestWorkbooks:
    def test_twin_of_csv(self, tmp_path):
        table = read_table(workbook(tmp_path / "a.xlsx", {"Data": TABLE}))
        (tmp_path / "a.csv").write_text(
            "id,eis_1,when,said\n007,1,2026-01-02,yes\n008,2.5,2026-01-02 03:04:00,\n", encoding="utf-8"
        )
        twin = read_table(tmp_path / "a.csv")
        assert [c.cells.texts() for c in table.columns] == [c.cells.texts() for c in twin.columns]
        assert table.row_numbers.tolist() == twin.row_numbers.tolist() == [2, 3]
        assert table.notes == ()

    def test_the_only_filled_sheet_is_read_and_said(self, tmp_path):
        table = read_table(workbook(tmp_path / "a.xlsx", {"Empty": [], "Data": TABLE}))
        assert len(table) == 2
        assert "read the sheet 'Data'" in table.notes

    def test_several_sheets_are_a_question(self, tmp_path):
        path = workbook(tmp_path / "a.xlsx", {"Wave 1": TABLE, "Wave 2": TABLE[:2]})
        assert "2 filled sheets: 'Wave 1' (3 rows), 'Wave 2' (2 rows); say which: sheet=NAME" in problems(path)
        assert len(read_table(path, sheet="Wave 2")) == 1
        with pytest.raises(UnknownNameError, match="did you mean 'Wave 1'"):
            read_table(path, sheet="wave1")

    def test_qualtrics_in_a_workbook(self, tmp_path):
        names = ["StartDate", "Status", "Finished", "ResponseId", "Duration (in seconds)", "Q1"]
        ids = [
            f'{{"ImportId":"{one}"}}' for one in ("startDate", "status", "finished", "_recordId", "duration", "QID1")
        ]
        rows = [[MOMENT, 0, True, "R_1", 300, 4], [MOMENT, 1, True, "R_2", 300, 5],
                [MOMENT, 0, False, "R_3", 300, 1]]  # fmt: skip
        table = read_table(workbook(tmp_path / "a.xlsx", {"Sheet0": [names, names, ids, *rows]}))
        assert (table.source.platform, table.row_numbers.tolist()) == ("qualtrics", [4])
        assert table.column("Q1").cells.texts() == ["4"]
        assert [aside.row for aside in table.set_aside] == [5, 6]

    def test_title_and_blank_rows(self, tmp_path):
        rows = [["My study"], [], *TABLE[:2], [None] * 4, TABLE[2]]
        table = read_table(workbook(tmp_path / "a.xlsx", {"Data": rows}))
        assert table.row_numbers.tolist() == [4, 6]
        assert [aside.row for aside in table.set_aside] == [5]
        assert any("header is row 3" in note for note in table.notes)

    def test_a_workbook_by_another_name(self, tmp_path):
        path = workbook(tmp_path / "a.xlsx", {"Data": TABLE}).rename(tmp_path / "a.csv")
        table = read_table(path)
        assert len(table) == 2
        assert any("Excel workbook" in note for note in table.notes)

    def test_formulas_without_values_are_refused(self, tmp_path):
        path = workbook(tmp_path / "a.xlsx", {"Data": [["id", "a", "sum"], ["x", 1, "=B2+1"], ["y", 2, "=B3+1"]]})
        assert "C2, C3 hold formulas that were never computed" in problems(path)

    def test_empty_and_damaged(self, tmp_path):
        assert "holds no cells" in problems(workbook(tmp_path / "a.xlsx", {"Data": []}))
        path = workbook(tmp_path / "b.xlsx", {"Data": TABLE})
        path.write_bytes(path.read_bytes()[:-600])
        assert "damaged" in problems(path)

    def test_header_only_and_doubled_names(self, tmp_path):
        assert "no answers" in problems(workbook(tmp_path / "a.xlsx", {"Data": TABLE[:1]}))
        assert "column a: stands 2 times" in problems(workbook(tmp_path / "b.xlsx", {"Data": [["a", "a"], [1, 2]]}))


class TestStatisticsFiles:
    FRAME = pd.DataFrame({"id": ["007", "008", "009", "010"], "q1": [1.0, 5.0, 99.0, np.nan], "q2": [-1.0, 2.0, 3.0, -7.0],
                          "s": ["a", "Z", "", "b"]})  # fmt: skip

    @pytest.fixture
    def sav(self, tmp_path):
        path = tmp_path / "a.sav"
        pyreadstat.write_sav(
            self.FRAME, str(path), column_labels={"q1": "How close?"}, variable_value_labels={"q1": {1.0: "low", 5.0: "high", 99.0: "refused"}},
            missing_ranges={"q1": [99.0], "q2": [{"lo": -9.0, "hi": -1.0}], "s": ["Z"]},
        )  # fmt: skip
        return path

    def test_codes_labels_questions_and_missing(self, sav):
        table = read_table(sav)
        q1, q2, s = (table.column(name) for name in ("q1", "q2", "s"))
        assert table.source.platform == "spss"
        assert q1.question == "How close?"
        assert q1.labels == {1.0: "low", 5.0: "high", 99.0: "refused"}
        np.testing.assert_array_equal(q1.cells.numbers, [1, 5, 99, np.nan])
        assert q1.missing == {99.0: "user-missing"}
        assert q2.missing == {-1.0: "user-missing", -7.0: "user-missing"}
        assert s.missing_texts == {"Z": "user-missing"}
        assert table.column("id").cells.texts() == ["007", "008", "009", "010"]
        assert table.row_numbers.tolist() == [1, 2, 3, 4]

    def test_stata_is_the_twin_of_spss(self, sav, tmp_path):
        frame = self.FRAME.assign(q1=pd.Series([1, 5, "a", np.nan], dtype=object))
        pyreadstat.write_dta(frame, str(tmp_path / "a.dta"), variable_value_labels={"q1": {1: "low", 5: "high", "a": "refused"}},
                             missing_user_values={"q1": ["a"]}, column_labels=["", "How close?", "", ""])  # fmt: skip
        table, twin = read_table(tmp_path / "a.dta"), read_table(sav)
        q1 = table.column("q1")
        assert q1.cells.texts() == ["1", "5", ".a", ""]
        assert q1.missing_texts == {".a": "refused"}
        assert q1.labels == {1.0: "low", 5.0: "high"}
        assert q1.question == "How close?"
        for name in ("id", "q2", "s"):
            assert table.column(name).cells.texts() == twin.column(name).cells.texts()

    @pytest.mark.parametrize("kind", ["sav", "dta", "xpt"])
    def test_cut_and_empty(self, tmp_path, kind):
        path = tmp_path / f"a.{kind}"
        write = {"sav": pyreadstat.write_sav, "dta": pyreadstat.write_dta, "xpt": pyreadstat.write_xport}[kind]
        write(self.FRAME, str(path))
        assert len(read_table(path)) == 4
        path.write_bytes(path.read_bytes()[:120])
        problems(path)

    def test_dates_are_iso(self, tmp_path):
        frame = pd.DataFrame({"d": [dt.date(2026, 1, 2), None], "t": [MOMENT.replace(second=5), None], "x": [1.0, 2.0]})
        pyreadstat.write_sav(frame, str(tmp_path / "a.sav"))
        table = read_table(tmp_path / "a.sav")
        assert table.column("d").cells.texts() == ["2026-01-02", ""]
        assert table.column("t").cells.texts() == ["2026-01-02 03:04:05", ""]

    def test_qualtrics_writes_spss_too(self, tmp_path):
        frame = pd.DataFrame({"StartDate": ["x"] * 3, "Status": [0.0, 1.0, 0.0], "Finished": [1.0, 1.0, 0.0], "Progress": [100.0, 100, 50],
                              "ResponseId": ["R_1", "R_2", "R_3"], "DistributionChannel": ["a"] * 3, "Q1": [1.0, 2, 3]})  # fmt: skip
        pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), variable_value_labels={
            "Status": {0.0: "IP Address", 1.0: "Survey Preview"}, "Finished": {0.0: "False", 1.0: "True"}})  # fmt: skip
        table = read_table(tmp_path / "a.sav")
        assert (table.source.platform, table.row_numbers.tolist()) == ("qualtrics", [1])
        assert [aside.row for aside in table.set_aside] == [2, 3]


class TestKinds:
    @pytest.mark.parametrize(("name", "kind"), [
        ("ResponseId", "id"), ("record_id", "id"), ("Participant ID", "id"), ("session", "id"), ("E-Mail", "personal"), ("IP Address", "personal"),
        ("first_name", "personal"), ("Interview time", "timing"), ("groupTime12", "timing"), ("Q3_First Click", "timing"),
        ("submitdate", "metadata"), ("eis_1", "answer"), ("pair_36_expected", "answer"), ("Status", "answer"), ("age", "answer"),
    ])  # fmt: skip
    def test_by_name(self, name, kind):
        assert kind_of(name) == kind

    def test_by_what_stands_in_it(self):
        table = read_table(pd.DataFrame({
            "contact": [f"p{i}@example.org" for i in range(12)], "host": [f"10.0.0.{i}" for i in range(12)],
            "story": [f"a story that goes on for quite a while and is nobody else's, number {i}" for i in range(12)],
            "label": ["neither agree nor disagree with this long statement"] * 6 + ["agree completely with this long statement here"] * 6,
            "q": [str(i % 5) for i in range(12)],
        }))  # fmt: skip
        assert [column.kind for column in table.columns] == ["personal", "personal", "personal", "answer", "answer"]

    def test_id_column(self):
        base = {"couple": [1, 1, 2], "participant": ["a", "b", "c"], "q": [1, 2, 3]}
        assert guess_id_column(read_table(pd.DataFrame(base))) == "participant"
        assert guess_id_column(read_table(pd.DataFrame({**base, "participant": ["a", "a", "c"]}))) == "participant"
        assert guess_id_column(read_table(pd.DataFrame({"q": [1, 2]}))) is None
        assert guess_id_column(read_table(pd.DataFrame({**base, "participant": ["", "", "c"]}))) is None


def test_platform_names():
    assert {"qualtrics", "spss", "stata", "sas", "spreadsheet"} <= set(platform_names())


def test_what_is_asked_for_in_vain_is_said(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "has no sheets" in problems(tmp_path / "a.csv", sheet="Data")
    assert "there is no such file" in problems(tmp_path / "a.csv", survey=tmp_path / "a.qsf")


def test_platform_of_another_kind_of_file(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "which spss does not write" in problems(tmp_path / "a.csv", platform="spss")


def test_importing_the_room_imports_nothing_heavy():
    code = "import sys, intimacy_scales.reading.exports; print([m for m in ('pandas','openpyxl','pyreadstat','polars','narwhals','rich','scipy') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


SHARED = Path(__file__).parents[1].parent / "shared" / "data"
# file: platform, rows read, rows kept (REFERENCE.md section 5; the others counted from the files)
FILES = {
    "qualtrics/rec_course_numeric_with_previews.csv": ("qualtrics", 28, 26),
    "qualtrics/impressive_climate_prolific_choicetext.csv": ("qualtrics", 452, 452),
    "qualtrics/excluder_qualtrics_text.csv": ("qualtrics", 100, 92),
    "qualtrics/excluder_qualtrics_numeric.csv": ("qualtrics", 100, 92),
    "qualtrics/excluder_qualtrics_raw.csv": ("qualtrics", 100, 92),
    "qualtrics/qtools_comments_importid_singlequotes.csv": ("qualtrics", 10, 10),
    "qualtrics/qtools_many_insights3header.csv": ("qualtrics", 5, 5),
    "qualtrics/qtools_many_legacy2header.csv": ("qualtrics", 5, 5),
    "qualtrics/qtools_matrix_insights3header.csv": ("qualtrics", 5, 5),
    "qualtrics/qtools_matrix_legacy2header.csv": ("qualtrics", 5, 5),
    "qualtrics/qualtRics_sample.csv": ("qualtrics", 1, 1),
    "qualtrics/qualtRics_sample_legacy.csv": ("qualtrics", 1, 1),
    "spss/codebook_different_missings.sav": ("spss", 12, 11),
    "spss/foreign_testdata_labels_missing.sav": ("spss", 5, 5),
    "spss/greek_names_silence.sav": ("spss", 150, 150),
    "spss/gss_subset.sav": ("spss", 2903, 2903),
    "spss/pspp_hotel_likert.sav": ("spss", 17, 17),
    "spss/pyreadstat_missing_char.sav": ("spss", 2, 2),
    "spss/pyreadstat_missing_test.sav": ("spss", 2, 2),
    "spss/pyreadstat_sample_missing.sav": ("spss", 7, 7),
    "stata/esteem_panel.dta": ("stata", 5250, 5250),
    "stata/gss_subset.dta": ("stata", 2903, 2903),
    "stata/pyreadstat_missing_test.dta": ("stata", 1, 1),
}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
class TestRealFiles:
    @pytest.mark.parametrize("name", FILES)
    def test_platform_and_rows(self, name):
        table = read_table(SHARED / "exports" / name)
        assert (table.source.platform, table.rows_read, len(table)) == FILES[name]
        assert all(len(column.cells) == len(table) for column in table.columns)

    def test_no_export_makes_a_traceback(self):
        for path in sorted((SHARED / "exports").rglob("*.*")):
            fault = fault_of(path)
            assert fault is None or str(path) in fault

    def test_reasons_are_counted_as_in_the_reference(self):
        def count(name, word):
            table = read_table(SHARED / "exports/qualtrics" / name)
            return sum(word in aside.why for aside in table.set_aside)

        assert count("rec_course_numeric_with_previews.csv", "preview") == 2
        assert count("rec_course_numeric_with_previews.csv", "consent refused") == 1
        assert count("excluder_qualtrics_text.csv", "preview") == 2
        assert count("excluder_qualtrics_text.csv", "not finished") == 6

    @pytest.mark.parametrize("survey", ["many", "matrix"])
    def test_legacy_and_three_rows_are_twins(self, survey):
        new = read_table(SHARED / f"exports/qualtrics/qtools_{survey}_insights3header.csv")
        old = read_table(SHARED / f"exports/qualtrics/qtools_{survey}_legacy2header.csv")

        def answers(table):
            own = {"ResponseID", "ResponseSet", "Finished", "Status", "StartDate", "EndDate", "IPAddress", "ExternalDataReference",
                   "RecipientLastName", "RecipientFirstName", "RecipientEmail", "Name", "EmailAddress"}  # fmt: skip
            rows = zip(
                *(c.cells.texts() for c in table.columns if c.name not in own and not c.name.startswith("Location")),
                strict=True,
            )
            return dict(zip(table.column("ResponseID").cells.texts(), map(list, rows), strict=True))

        assert answers(new) == answers(old)

    def test_numeric_and_text_dress_of_one_survey(self):
        numeric, text = (
            read_table(SHARED / f"exports/qualtrics/excluder_qualtrics_{kind}.csv") for kind in ("numeric", "text")
        )
        for name in set(numeric.names) - {"Status", "Finished"}:
            assert numeric.column(name).cells.texts() == text.column(name).cells.texts()
        assert [a.row for a in numeric.set_aside] == [a.row for a in text.set_aside]

    def test_sav_and_dta_of_one_survey(self):
        sav, dta = (
            read_table(SHARED / "exports/spss/gss_subset.sav"),
            read_table(SHARED / "exports/stata/gss_subset.dta"),
        )
        assert sav.names == dta.names
        for name in sav.names:
            one, two = sav.column(name), dta.column(name)
            assert one.cells.texts() == [("" if text in two.missing_texts else text) for text in two.cells.texts()]
            assert dict(one.labels) == dict(two.labels)

    def test_user_missing_is_kept_and_told(self):
        column = read_table(SHARED / "exports/spss/codebook_different_missings.sav").column("val1")
        assert set(column.missing) == {99.0, 999.0}
        assert isinstance(column.cells, NumberCells)
        assert 99.0 in column.cells.numbers
        column = read_table(SHARED / "exports/spss/foreign_testdata_labels_missing.sav").column("string_miss")
        assert isinstance(column.cells, TextCells)
        assert set(column.missing_texts) <= {"a", "b"}
        assert column.missing_texts

    def test_packed_and_tab_separated(self):
        table = read_table(SHARED / "answers/openpsychometrics_RSE_48k.csv.gz")
        assert (len(table), table.source.separator) == (47974, "\t")
