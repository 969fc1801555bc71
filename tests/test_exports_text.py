"""Delimited text: every dress reads the same, and what cannot be read is said."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intimacy_scales.base.errors import ExportError, UnknownNameError
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.exports.column_builders import ColumnBuilder, PackedTexts
from intimacy_scales.reading.exports.files import sheet_layout
from intimacy_scales.reading.exports.files.containers import open_file
from intimacy_scales.reading.exports.files.text import find_separator
from intimacy_scales.reading.exports.grid import BLANK_WORDS, is_blank

HEADER = ["record", "eis_1", "eis_2", "größe", "remark"]
ROWS = [
    ["007", "1", "5", "klein", "ok"],
    ["008", "2", "", "groß", 'she said "no, never"; then left'],
    ["009", "3", "4", "süß", "two\nlines"],
    ["010", "", "1", "é, è", "tab\there | pipe"],
]


def dress(path, rows, *, encoding="utf-8", separator=",", end="\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if end == "\r" else quoting  # the writer would leave a bare line feed unquoted
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def cells(table):
    return [list(column) for column in zip(*(column.cells.texts() for column in table.columns), strict=True)]


def problems(source, **options):
    with pytest.raises(ExportError) as caught:
        read_table(source, **options)
    return str(caught.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "utf-32"]
)
def test_every_dress_reads_the_same(tmp_path, encoding, separator, end):
    table = read_table(dress(tmp_path / "a.csv", [HEADER, *ROWS], encoding=encoding, separator=separator, end=end))
    assert table.names == tuple(HEADER)
    assert cells(table) == ROWS
    assert table.row_numbers.tolist() == [2, 3, 4, 5]
    assert table.source.separator == separator
    assert table.source.platform == "spreadsheet"


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"),
                                                ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252")])  # fmt: skip
def test_encoding_is_named(tmp_path, encoding, name):
    assert read_table(dress(tmp_path / "a.csv", [HEADER, *ROWS], encoding=encoding)).source.encoding == name


def test_a_guessed_encoding_is_said(tmp_path):
    table = read_table(dress(tmp_path / "a.csv", [HEADER, *ROWS], encoding="cp1252"))
    assert any("guess" in note for note in table.notes)
    assert not read_table(dress(tmp_path / "b.csv", [HEADER, *ROWS])).notes


def test_greek_utf16_without_a_mark(tmp_path):
    rows = [["φύλο", "ηλικία", "απάντηση"], *([["γυναίκα", "34", "συμφωνώ απολύτως"]] * 5)]
    table = read_table(dress(tmp_path / "a.csv", rows, encoding="utf-16-le"))
    assert table.names == ("φύλο", "ηλικία", "απάντηση")
    assert len(table) == 5


def test_few_damaged_bytes_do_not_turn_a_utf8_file_into_another(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"wort,zahl\n" + "größe süß äöü ßßß,1\n".encode() * 5 + b"bad\xff,2\n")
    table = read_table(path)
    assert table.column("wort").cells.texts()[0] == "größe süß äöü ßßß"
    assert table.column("wort").cells.texts()[-1] == "bad\N{REPLACEMENT CHARACTER}"
    assert any("damaged" in note for note in table.notes)


def test_a_forced_encoding_is_obeyed_or_refused(tmp_path):
    path = dress(tmp_path / "a.csv", [["a", "b"], ["ü", "1"]], encoding="cp1252")
    assert read_table(path, encoding="latin-1").column("a").cells.texts() == ["ü"]
    assert "UTF-8 throughout" in problems(path, encoding="utf-8")
    assert "not known" in problems(path, encoding="no-such-code")


def test_zero_characters_are_taken_out_and_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,\x002\n" + b"3,4\n" * 50)
    table = read_table(path)
    assert table.column("b").cells.texts()[0] == "2"
    assert any("zero characters" in note for note in table.notes)


def test_sep_line_of_excel(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sep=;\na;b\n1;2\n", encoding="utf-8")
    table = read_table(path)
    assert (table.names, table.row_numbers.tolist()) == (("a", "b"), [2])


@pytest.mark.parametrize(("text", "separator"), [
    ("id;x;y\n1;3,0;2,5\n2;1,5;4,0\n", ";"),
    ('name,comment\na,"x;y"\nb,"u;v;w"\n', ","),
    ("something\nthat\ntests\n", ","),
    ("a\tb, c\n1\t2, 3\n", "\t"),
    ("a|b\n1|2,5\n", "|"),
    ('q;"a,b,c"\n1;"x,y,z"\n', ";"),
])  # fmt: skip
def test_separator(text, separator):
    assert find_separator(text) == separator


def test_decimal_comma_only_where_semicolons_separate(tmp_path):
    table = read_table(
        dress(tmp_path / "a.csv", [["id", "x", "y"], ["1", "3,0", "2"], ["2", "2,5", "4"]], separator=";")
    )
    assert table.column("x").cells.texts() == ["3.0", "2.5"]
    assert table.column("y").cells.texts() == ["2", "4"]
    assert any("decimal comma" in note and "x" in note for note in table.notes)
    comma = read_table(dress(tmp_path / "b.csv", [["id", "x"], ["1", "3,0"], ["2", "2,5"]]))
    assert comma.column("x").cells.texts() == ["3,0", "2,5"]


@pytest.mark.parametrize(("values", "word"), [(["1,5", "2.5"], "side by side"), (["1,250", "3,125"], "thousands")])
def test_an_ambiguous_comma_is_left_and_said(tmp_path, values, word):
    table = read_table(
        dress(tmp_path / "a.csv", [["k", "x"], *([str(i), v] for i, v in enumerate(values))], separator=";")
    )
    assert table.column("x").cells.texts() == values
    assert any(word in note for note in table.notes)


def test_blank_words_are_blank_but_not_in_ids(tmp_path):
    words = sorted(BLANK_WORDS)
    table = read_table(dress(tmp_path / "a.csv", [["id", "x"], *([word, word] for word in words), ["1", "None"]]))
    assert table.column("x").cells.texts() == [""] * len(words) + ["None"]
    assert table.column("id").cells.texts() == [*words, "1"]


def test_spaces_are_blank():
    assert is_blank("  ")
    assert not is_blank("NA", words=False)
    assert not is_blank("0")


def test_blank_rows_are_set_aside_and_last_lines_are_not_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n ,\n\n3,4\n,\n\n\n", encoding="utf-8")
    table = read_table(path)
    assert table.row_numbers.tolist() == [2, 5]
    assert [(aside.row, aside.why) for aside in table.set_aside] == [
        (3, "blank row"),
        (4, "blank row"),
        (6, "blank row"),
    ]
    assert table.rows_read == 5


def test_row_numbers_pass_over_line_breaks_in_quotes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"one\ntwo\nthree",2\n3,4\n', encoding="utf-8")
    assert read_table(path).row_numbers.tolist() == [2, 3]


def test_title_rows_are_passed_over_and_said(tmp_path):
    rows = [["Study of closeness", "", "", ""], ["", "", "", ""], ["id", "a", "b", "c"], ["1", "2", "3", "4"]]
    table = read_table(dress(tmp_path / "a.csv", rows))
    assert table.names == ("id", "a", "b", "c")
    assert table.row_numbers.tolist() == [4]
    assert any("header is row 3" in note and "Study of closeness" in note for note in table.notes)


def test_title_line_without_separators(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Study of closeness\nid,a,b,c\n1,2,3,4\n2,,,\n", encoding="utf-8")
    assert cells(read_table(path)) == [["1", "2", "3", "4"], ["2", "", "", ""]]


def test_bands_of_merged_cells_tell_doubled_names_apart(tmp_path):
    rows = [
        ["", "Partner A", "", "Partner B", ""],
        ["couple", "eis_1", "eis_2", "eis_1", "eis_2"],
        ["1", "2", "3", "4", "5"],
    ]
    table = read_table(dress(tmp_path / "a.csv", rows))
    assert table.names == ("couple", "Partner A_eis_1", "Partner A_eis_2", "Partner B_eis_1", "Partner B_eis_2")


def test_a_trailing_separator_everywhere_is_fine(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b,\n1,2,\n3,4,\n", encoding="utf-8")
    assert read_table(path).names == ("a", "b")
    path.write_text("a,b\n1,2,\n3,4,\n", encoding="utf-8")
    assert cells(read_table(path)) == [["1", "2"], ["3", "4"]]


def test_a_column_without_a_name_is_named_and_said(tmp_path):
    table = read_table(dress(tmp_path / "a.csv", [["", "x"], ["1", "5"], ["2", "4"]]))
    assert table.names == ("column_1", "x")
    assert any("no name" in note for note in table.notes)


class TestBadInput:
    def test_missing(self, tmp_path):
        assert "no such file" in problems(tmp_path / "gone.csv")

    def test_folder(self, tmp_path):
        assert "is a folder" in problems(tmp_path)

    def test_empty(self, tmp_path):
        (tmp_path / "a.csv").write_bytes(b"")
        assert "is empty" in problems(tmp_path / "a.csv")

    @pytest.mark.parametrize("content", [b"\n\n\n", b"   \n", b"\xef\xbb\xbf", b"\xff\xfe"])
    def test_nothing_but_blanks(self, tmp_path, content):
        (tmp_path / "a.csv").write_bytes(content)
        assert "nothing but blank lines" in problems(tmp_path / "a.csv")

    def test_header_only(self, tmp_path):
        (tmp_path / "a.csv").write_text("a,b\n", encoding="utf-8")
        assert "no answers below" in problems(tmp_path / "a.csv")

    def test_no_header(self, tmp_path):
        (tmp_path / "a.csv").write_text("1,2,5\n3,4,4\n", encoding="utf-8")
        assert "row 1: holds numbers only" in problems(tmp_path / "a.csv")

    def test_counted_header_is_a_header(self, tmp_path):
        (tmp_path / "a.csv").write_text("1,2,3\n5,4,4\n", encoding="utf-8")
        assert read_table(tmp_path / "a.csv").names == ("1", "2", "3")

    @pytest.mark.parametrize("content", [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"%PDF-1.7\n...", bytes(range(256)) * 40, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"PAR1" + bytes(40), bytes(5000), b"Rar!\x1a\x07\x00" + bytes(50), b"\x7fELF" + bytes(range(200)) * 9,
    ])  # fmt: skip
    def test_binary(self, tmp_path, content):
        (tmp_path / "a.csv").write_bytes(content)
        problems(tmp_path / "a.csv")

    def test_utf16_cut_in_the_middle(self, tmp_path):
        (tmp_path / "a.csv").write_bytes("a,b\n1,2\n".encode("utf-16")[:-1])
        assert "breaks off" in problems(tmp_path / "a.csv")

    def test_ragged_rows_all_at_once(self, tmp_path):
        rows = ["a,b,c", "1,2,3", "1,2", "1,2,3,4", "1,2,3", "1,2", "1,2,3"]
        (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")
        said = problems(tmp_path / "a.csv")
        assert "rows 3, 6: hold 2 cells; the header has 3" in said
        assert "row 4: holds 4 cells" in said

    def test_many_ragged_rows_are_counted(self, tmp_path):
        (tmp_path / "a.csv").write_text("a,b,c\n" + "1,2,3\n" * 50 + "1,2\n" * 40, encoding="utf-8")
        assert "and 30 more" in problems(tmp_path / "a.csv")

    def test_doubled_names_all_at_once(self, tmp_path):
        (tmp_path / "a.csv").write_text("a,b,a,b,c\n1,2,3,4,5\n", encoding="utf-8")
        said = problems(tmp_path / "a.csv")
        assert "column a: stands 2 times in the header (columns 1, 3)" in said
        assert "column b: stands 2 times in the header (columns 2, 4)" in said

    def test_unclosed_quotation_mark(self, tmp_path):
        (tmp_path / "a.csv").write_text('a,b\n1,2\n3,"4\n5,6\n7,8\n', encoding="utf-8")
        assert "row 3: a quotation mark opens a cell and is never closed" in problems(tmp_path / "a.csv")

    def test_quotation_mark_not_doubled(self, tmp_path):
        (tmp_path / "a.csv").write_text('a,b\n1,2\n"x "y" z",4\n', encoding="utf-8")
        assert "row 3: a quotation mark inside a quoted cell is not doubled" in problems(tmp_path / "a.csv")

    @pytest.mark.parametrize(("content", "word"), [
        ('{"SurveyEntry":{"SurveyID":"SV_1"}}', ".qsf"), ("<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
        ('<?xml version="1.0"?><document/>', "XML"), ('[{"rt": 5}]', "JSON"),
    ])  # fmt: skip
    def test_documents_that_are_no_tables(self, tmp_path, content, word):
        (tmp_path / "a.csv").write_text(content, encoding="utf-8")
        assert word in problems(tmp_path / "a.csv")

    def test_separator_that_cannot_be(self, tmp_path):
        (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        assert "cannot separate" in problems(tmp_path / "a.csv", separator="ab")


class TestPacked:
    def test_gz(self, tmp_path):
        plain = dress(tmp_path / "a.csv", [HEADER, *ROWS])
        (tmp_path / "a.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
        table = read_table(tmp_path / "a.csv.gz")
        assert cells(table) == ROWS
        assert table.source.path == str(tmp_path / "a.csv.gz")

    def test_zip_of_one_table_is_read_and_said(self, tmp_path):
        plain = dress(tmp_path / "a.csv", [HEADER, *ROWS])
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.write(plain, "Survey_1.csv")
        table = read_table(tmp_path / "a.zip")
        assert cells(table) == ROWS
        assert "read Survey_1.csv out of the archive" in table.notes

    def test_zip_of_several_is_a_question(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("one.csv", "a,b\n1,2\n")
            archive.writestr("two.csv", "a,b\n1,2\n")
        assert "archive of 2 files (one.csv, two.csv)" in problems(tmp_path / "a.zip")

    @pytest.mark.parametrize("name", ["a.zip", "a.csv.gz"])
    def test_cut_archives(self, tmp_path, name):
        raw = io.BytesIO()
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("one.csv", "a,b\n" + "1,2\n" * 500)
        packed = raw.getvalue() if name == "a.zip" else gzip.compress(b"a,b\n" + b"1,2\n" * 500)
        (tmp_path / name).write_bytes(packed[: len(packed) // 2])
        assert "damaged archive" in problems(tmp_path / name)


class TestColumns:
    def test_builder_gives_back_what_it_was_given_however_many_texts(self):
        for distinct in (3, 127, 128, 129, 40_000):
            texts = [f"R_{place % distinct}" if place % 7 else "" for place in range(50_000)]
            builder = ColumnBuilder()
            for start in range(0, len(texts), 4096):
                builder.add(tuple(texts[start : start + 4096]))
            found = builder.finish()
            assert found.texts() == texts
            assert len(set(found.values)) == len(found.values)

    def test_packed_texts_are_a_sequence(self):
        texts = ["", "a", "ü", "x" * 300, "end"]
        packed = PackedTexts(texts)
        assert (list(packed), packed[-1], packed[1:3], len(packed)) == (texts, "end", ("a", "ü"), 5)
        assert packed == texts
        with pytest.raises(IndexError):
            packed[5]


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t,;|\"'= "), max_size=12
).filter(lambda text: text == "" or not (is_blank(text) or re.fullmatch(r"\s*[+-]?[0-9]*,[0-9]+\s*", text)))
CODE = st.sampled_from(["", "1", "2", "3", "4", "5"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(CODE, CODE, CELL, CODE), min_size=1, max_size=12),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    blank=st.integers(0, 3),
)
def test_fuzz(tmp_path, rows, encoding, separator, end, quoting, blank):
    """Whatever stands in the cells: all rows come back, in order, each under its own number; or a clear error."""
    given_rows = [[f"p{place}", *row] for place, row in enumerate(rows)]
    header = ["subject", "item_one", "item_two", "words", "item_three"]
    path = dress(tmp_path / "fuzz.csv", [header, *([[""] * 5] * blank), *given_rows], encoding=encoding,
                 separator=separator, end=end, quoting=quoting)  # fmt: skip
    table = read_table(path)
    assert table.names == tuple(header)
    assert cells(table) == given_rows
    assert table.row_numbers.tolist() == list(range(2 + blank, 2 + blank + len(rows)))
    assert [aside.row for aside in table.set_aside] == list(range(2, 2 + blank))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CODE, CODE, CELL.filter(lambda text: not text.startswith("="))), min_size=1, max_size=8))
def test_fuzz_workbooks(tmp_path, rows):
    book = openpyxl.Workbook()
    book.active.append(["subject", "item_one", "item_two", "words"])
    for place, (one, two, words) in enumerate(rows):
        book.active.append([f"p{place}", int(one) if one else None, two or None, words or None])
    book.save(tmp_path / "fuzz.xlsx")
    table = read_table(tmp_path / "fuzz.xlsx")
    assert cells(table) == [[f"p{place}", *row] for place, row in enumerate(rows)]
    assert table.row_numbers.tolist() == list(range(2, 2 + len(rows)))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(
    st.binary(max_size=200),
    st.text('ab1,;\t"\n\r|= {<\0\ufeff', max_size=60).map(str.encode),
    st.binary(max_size=60).map(lambda tail: b"a,b\n1,2\n" + tail),
    st.binary(max_size=60).map(lambda tail: b"PK\x03\x04" + tail),
    st.binary(max_size=60).map(lambda tail: b"$FL2@(#) SPSS" + tail),
))  # fmt: skip
def test_no_bytes_make_a_traceback(tmp_path, content):
    path = tmp_path / "bytes.csv"
    path.write_bytes(content)
    try:
        table, fault = read_table(path), None
    except ExportError as caught:
        table, fault = None, caught
    if table is None:
        assert str(path) in str(fault)
    else:
        assert len(table) == len(table.columns[0].cells) > 0
        assert np.all(np.diff(table.row_numbers) > 0)


def test_unknown_platform_is_said_before_the_file_is_opened(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'qualtrics'"):
        read_table(tmp_path / "gone.csv", platform="qualtrix")


def test_a_workbook_is_read_through_once_and_its_layout_does_not_depend_on_the_block(tmp_path, monkeypatch):
    """Rows, hidden rows, merged cells and formulas, with every tag cut at every place by the end of a block."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in range(1, 9):
        sheet.append([f"row {row}", row, "=1+1" if row == 5 else "x"])
    sheet.merge_cells("A3:A5")
    sheet.row_dimensions[4].hidden = sheet.row_dimensions[7].hidden = True
    file = tmp_path / "layout.xlsx"
    book.save(file)
    opened = []
    seen = zipfile.ZipFile.open

    def counted(self, name, *more, **how):
        return opened.append(name) or seen(self, name, *more, **how)

    monkeypatch.setattr(zipfile.ZipFile, "open", counted)
    want = sheet_layout.SheetLayout(hidden=(4, 7), merged=((0, 2, 4),), formulas=True)
    for block in (7, 13, 64, 1 << 20):
        monkeypatch.setattr(sheet_layout, "_BLOCK", block)
        assert sheet_layout.layouts_of(open_file(file).source) == {"xl/worksheets/sheet1.xml": want}
    assert opened.count("xl/worksheets/sheet1.xml") == 4
