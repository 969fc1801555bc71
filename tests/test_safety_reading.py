"""Damaged, hostile and huge files end in a sentence or a result, never in a traceback, a hang or a full memory."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import intimacy_scales as ims
from intimacy_scales.bank import check_file
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.exports.files.sheet_layout import column_letters, without_strays
from intimacy_scales.reading.exports.files.source import Limits
from intimacy_scales.reading.exports.files.statistics import statfile
from intimacy_scales.reading.exports.surveys.surveys import read_survey

CASES = Path(__file__).parent / "cases" / "safety"
SURVEYS = (".qsf", ".lss")
SAID = {
    "bad-7-215.qsf": "damaged survey file of Qualtrics",
    "bad-7-548.qsf": "damaged survey file of Qualtrics",
    "u16.lss": "it defines entities",
    "bad-7-2167.zip": "damaged archive",
    "bad-7-4768.zip": "damaged archive",
    "bad-7-3481.xlsx": "damaged archive",
    "bad-7-949.xlsx": "damaged archive",
    "bad-7-2506.dta": "cannot be read as Stata",
    "bad-7-355.dta": "cannot be read as Stata",
    "bad-7-3810.sav": "broke down on it",
    "bad-7-4982.sav": "broke down on it",
    "nest.csv.gz": "archive in an archive in an archive",
    "wide.xlsx": "numbers only",
    "farrow.xlsx": "numbers only",
}
HELD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.exports.surveys.surveys import read_survey
from pathlib import Path
try:
    path = Path(sys.argv[1])
    found = read_survey(path) if path.suffix in (".qsf", ".lss") else read_table(path)
    print("read")
except IntimacyScalesError as fault:
    print(fault)
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="bounds of memory are Linux's here")
@pytest.mark.parametrize("name", sorted(p.name for p in CASES.iterdir() if p.suffix != ".yaml"))
def test_a_damaged_or_hostile_file_ends_in_a_sentence_or_a_result(name):
    ran = subprocess.run(
        [sys.executable, "-c", HELD, str(CASES / name)], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    said, peak = ran.stdout.rsplit("peak", 1)
    assert SAID.get(name, "read") in said
    assert len(said) < 1000
    assert int(peak) < 1_000_000


def test_a_hostile_bank_is_refused_or_read_as_plain_data():
    problems = check_file(CASES / "evil.yaml")
    assert all(problem.where for problem in problems)
    assert len(problems) < 500


# workbooks -----------------------------------------------------------------------------------------------------------

_BOOK = {
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(path, rows, more=None):
    """Write a workbook by hand from the XML of its rows."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _BOOK.items():
            book.writestr(name, text)
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(
                b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            )
            for row in rows:
                sheet.write(row)
            sheet.write(b"</sheetData></worksheet>")
        for name, blocks in (more or {}).items():
            with book.open(name, "w") as member:
                for block in blocks:
                    member.write(block)
    return path


def test_ten_million_rows_are_refused_before_they_are_read(tmp_path):
    path = workbook(tmp_path / "rows.xlsx", (b"<row><c><v>1</v></c></row>" * 1000 for _ in range(1100)))
    with pytest.raises(IntimacyScalesError, match=r"more than 1,048,576 rows.*limit=10"):
        read_table(path)


def test_texts_that_unpack_to_gigabytes_are_refused_before_they_are_read(tmp_path):
    more = {"xl/sharedStrings.xml": (b" " * 1_000_000 for _ in range(201))}
    path = workbook(tmp_path / "texts.xlsx", [b"<row><c><v>1</v></c></row>"], more)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(IntimacyScalesError, match="list of texts unpacks to 201,000,000 bytes"):
        read_table(path)


def test_limits_are_lifted_on_request():
    lifted = Limits.lifted(10)
    assert lifted.rows == 10 * Limits().rows
    assert lifted.nesting == Limits().nesting


def test_stray_cells_cost_nothing_and_are_told():
    table = [("eis_1", "eis_2"), ("1", "2"), ("3", "4")]
    kept, notes = without_strays([*table, *[()] * 5000, ("", "x")])
    assert kept == tuple(table)
    assert notes == ("a cell far below the table left out: B5004",)
    kept, notes = without_strays([table[0], {0: "1", 1: "2", 16383: "x"}, table[2]])
    assert kept == tuple(table)
    assert notes == ("a cell far right of the table left out: XFD2",)
    assert column_letters(701) == "ZZ"


def test_a_second_table_is_no_stray_and_a_band_of_blank_columns_is_told():
    far = [{0: "a", 600: "b"}] * 30
    kept, notes = without_strays(far)
    assert kept == (("a", "b"),) * 30
    assert notes == ("blank columns left out: B to WB",)
    low, notes = without_strays([("a",), *[()] * 2000, *[("b",)] * 30])
    assert len(low) == 2031
    assert not notes


# archives ------------------------------------------------------------------------------------------------------------

CSV = "id,eis_1,eis_2,eis_3,eis_4,eis_5\n" + "".join(f"p{i},{1 + i % 5},2,3,4,5\n" for i in range(40))


def zipped(name, body):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return held.getvalue()


@pytest.mark.parametrize("kind", ["zip", "gz", "zip in gz", "sav in zip", "xlsx in zip", "parquet in gz"])
def test_what_lies_in_an_archive_is_read_without_being_laid_down(tmp_path, monkeypatch, kind):
    frame = pd.read_csv(io.StringIO(CSV)).drop(columns="id")
    body = CSV.encode()
    if kind.startswith("sav"):
        pyreadstat.write_sav(frame, str(tmp_path / "a.sav"))
        body = zipped("a.sav", (tmp_path / "a.sav").read_bytes())
    elif kind.startswith("xlsx"):
        frame.to_excel(tmp_path / "a.xlsx", index=False)
        body = zipped("a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    elif kind.startswith("parquet"):
        frame.to_parquet(tmp_path / "a.parquet")
        body = gzip.compress((tmp_path / "a.parquet").read_bytes())
    elif kind == "zip":
        body = zipped("a.csv", body)
    elif kind == "gz":
        body = gzip.compress(body)
    else:
        body = gzip.compress(zipped("a.csv", body))
    path = tmp_path / "packed.bin"
    path.write_bytes(body)
    empty = tmp_path / "tmp"
    empty.mkdir(mode=0o500)
    monkeypatch.setenv("TMPDIR", str(empty))
    monkeypatch.setattr("tempfile.tempdir", None)
    scores = ims.score(path, "eis")["eis_total"].values
    np.testing.assert_array_equal(scores, frame.sum(axis=1).to_numpy(float))
    assert not list(empty.iterdir())


def test_a_bomb_stops_at_the_ratio(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as bomb:
        for _ in range(300):
            bomb.write(b"\n" * 1_000_000)
    with pytest.raises(IntimacyScalesError, match=r"unpacks to more than \d+ times its size"):
        read_table(path)


def test_a_pipe_is_refused_and_a_missing_file_named(tmp_path):
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(IntimacyScalesError, match="read only once"):
            read_table(tmp_path / "pipe")
    for name in ("none.csv", "x" * 300 + ".csv", "a\0b.csv"):
        with pytest.raises(IntimacyScalesError):
            read_table(tmp_path / name)


# the process of its own ----------------------------------------------------------------------------------------------


def sav(tmp_path):
    frame = pd.DataFrame({f"eis_{i}": [1.0, 5.0, np.nan] for i in range(1, 6)} | {"name": ["a", "", "ü"]})
    pyreadstat.write_sav(
        frame, str(tmp_path / "a.sav"), variable_value_labels={"eis_1": {1.0: "low"}}, missing_ranges={"eis_2": [9.0]}
    )
    return tmp_path / "a.sav"


def facts(table):
    return [(c.name, c.question, c.labels, c.missing, c.kind) for c in table.columns]


def test_the_process_gives_what_parsing_here_gives(tmp_path, monkeypatch):
    path = sav(tmp_path)
    apart = read_table(path)
    monkeypatch.setattr(
        statfile.subprocess, "Popen", lambda *_given, **_more: (_ for _ in ()).throw(OSError("no processes"))
    )
    here = read_table(path)
    assert facts(apart) == facts(here)
    assert statfile.IN_PROCESS in here.notes
    assert statfile.IN_PROCESS not in apart.notes
    for one, other in zip(apart.columns, here.columns, strict=True):
        assert repr(one.cells) == repr(other.cells)


def test_a_process_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(statfile, "_PATIENCE", 0.0)
    monkeypatch.setattr(statfile, "_BYTES_A_SECOND", 1e12)
    with pytest.raises(IntimacyScalesError, match="does not end"):
        read_table(sav(tmp_path))


def test_surveys_packed_in_an_archive_are_read_too(tmp_path):
    path = tmp_path / "survey.zip"
    path.write_bytes(zipped("s.qsf", b'{"SurveyEntry": {}, "SurveyElements": []}'))
    with pytest.raises(IntimacyScalesError, match="holds no questions"):
        read_survey(path)


def test_a_key_that_stands_twice_in_json_is_refused(tmp_path):
    path = tmp_path / "form.json"
    path.write_text('{"tool": "intimacy-scales", "command": "form", "eis_1": 1, "eis_1": 5}', encoding="utf-8")
    with pytest.raises(IntimacyScalesError, match="broken file of a form"):
        read_table(path)


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT, np.datetime64("NaT"), np.float32("nan"), ""])
def test_no_answer_of_one_person_in_any_spelling(nothing):
    scores = ims.score({"eis_1": nothing, "eis_2": 2, "eis_3": 3, "eis_4": 4, "eis_5": 5}, "eis")
    assert scores["eis_total"].answered.tolist() == [4]


@pytest.mark.parametrize("value", [object(), b"4", {4}, lambda: 4])
def test_what_is_no_answer_is_refused_and_not_taken_for_none(value):
    with pytest.raises(IntimacyScalesError, match="a code, a label, or None"):
        ims.score({"eis_1": value, "eis_2": 2, "eis_3": 3, "eis_4": 4, "eis_5": 5}, "eis")
