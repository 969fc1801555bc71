"""Reports as files: PDF through an extra, batches under names that reveal nothing, the key apart from them."""

from __future__ import annotations

import contextlib
import csv
import re
import sys
import zlib

import pytest

from intimacy_scales.base.errors import OutputError, ResponseError
from intimacy_scales.output.report import write_reports
from intimacy_scales.output.report.document import Figure
from intimacy_scales.output.report.rendering import colours, for_paper
from report_pages import DAY, Page, blocks, couple_report, eis_report, over_time_report, person_report, simulated


def inflated(pdf: bytes) -> bytes:
    """Return the file with every stream that can be read as it was before compression."""
    found = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            found.append(zlib.decompress(stream))
    return b"\n".join(found)


@pytest.mark.parametrize("report", [eis_report, person_report, couple_report, over_time_report])
def test_a_pdf_is_tagged_and_has_its_pages(report, tmp_path):
    pytest.importorskip("weasyprint")
    target = report().save(tmp_path / "r.pdf")
    held = inflated(target.read_bytes())
    assert held.startswith(b"%PDF-1.7")
    assert b"pdfuaid" in held
    assert b"/StructTreeRoot" in held
    assert len(re.findall(rb"/Type /Page\b", held)) > 2
    assert held.count(b"/S /Figure") == len(blocks(report(), Figure))
    with pytest.raises(OutputError, match="exists already"):
        report().save(target)


def test_without_weasyprint_the_way_to_get_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(OutputError, match=r"pip install 'intimacy-scales\[pdf\]'.*libpangoft2-1\.0-0"):
        person_report().save(tmp_path / "r.pdf")
    with pytest.raises(OutputError, match="libpango-1"):
        write_reports(simulated("eis", n=3), tmp_path / "many", suffix=".pdf")
    assert not list(tmp_path.iterdir())


def test_drawings_on_paper_have_their_colours_and_words():
    html = for_paper(couple_report().html)
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(drawings) == len(re.findall(r'<svg class="wide"', couple_report().html)) > 3
    assert not [one for one in drawings if "var(--" in one or "<desc" in one]
    assert colours()["blue"] in html
    assert all(re.search(r"<title>[^<]{20,}</title>", one) for one in drawings)


def test_what_stands_on_each_page_of_paper():
    for report in (person_report(), couple_report(), over_time_report()):
        css = report.html.split("<style>")[1].split("</style>")[0]
        assert "counter(page)" in css
        foot = css.rsplit("@bottom-left", 1)[1]
        assert re.search(r"pair_style \d+\.\d+\.\d+ \([0-9a-f]{12}\)", foot)  # version and fingerprint, on one line
        assert "12 May 2026" in css.rsplit("@bottom-left", 1)[1]
        assert 'class="level-2 new-page"' in report.html


def test_a_batch_writes_one_file_a_person_under_names_that_reveal_nothing(tmp_path):
    people = simulated("eis", n=4)
    written = write_reports(people, tmp_path / "out", when=DAY, quiet=True)
    names = [path.name for path in written.files]
    assert len(set(names)) == 4 == len(list((tmp_path / "out").iterdir()))
    assert all(re.fullmatch(r"report-[0-9a-f]{16}\.html", name) for name in names)
    assert written.key is None
    assert not list(tmp_path.glob("*.csv"))
    again = write_reports(people, tmp_path / "out", when=DAY, quiet=True)
    assert not set(names) & {path.name for path in again.files}
    assert len(list((tmp_path / "out").iterdir())) == 8
    for path in written.files:
        assert "secret-" not in path.read_text(encoding="utf-8")


def test_a_batch_says_of_each_what_a_single_report_says(tmp_path):
    from intimacy_scales.output.report import build_report

    people = simulated("pair_style", n=32)
    files = write_reports(people, tmp_path / "out", when=DAY, quiet=True).files
    assert list(files) == sorted(files)  # an order that tells nothing
    wanted = build_report(people, person="secret-0005", when=DAY).html
    assert [one.read_text(encoding="utf-8") for one in files].count(wanted) == 1


def test_the_key_is_written_only_when_asked_and_never_among_the_reports(tmp_path):
    people = simulated("eis", n=3)
    with pytest.raises(OutputError, match="keep the key apart"):
        write_reports(people, tmp_path / "out", key=tmp_path / "out" / "key.csv")
    assert not (tmp_path / "out").exists()
    written = write_reports(people, tmp_path / "out", key=tmp_path / "key.csv", when=DAY, quiet=True)
    rows = list(csv.DictReader((tmp_path / "key.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["id"] for row in rows] == ["secret-0000", "secret-0001", "secret-0002"]
    assert {row["file"] for row in rows} == {path.name for path in written.files}
    with pytest.raises(OutputError, match="exists already"):
        write_reports(people, tmp_path / "more", key=tmp_path / "key.csv")
    assert not (tmp_path / "more").exists()


def test_couples_in_a_batch_together_or_each_partner_apart(tmp_path):
    couples = simulated("eis", n=3, partners=True)
    both = write_reports(couples, tmp_path / "both", who="couples", when=DAY, quiet=True)
    assert len(both.files) == 3
    assert "Where do you agree" in both.files[0].read_text(encoding="utf-8")
    each = write_reports(
        couples, tmp_path / "each", who="couples", view="each", key=tmp_path / "k.csv", when=DAY, quiet=True
    )
    assert len(each.files) == 6
    assert all("Only your own answers" in path.read_text(encoding="utf-8") for path in each.files)
    rows = list(csv.DictReader((tmp_path / "k.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["id"], row["partner"]) for row in rows][:2] == [
        ("secret-0000", "Partner a"),
        ("secret-0000", "Partner b"),
    ]


def test_over_time_in_a_batch(tmp_path):
    before, after = simulated("eis", n=3, seed=1), simulated("eis", n=3, seed=2)
    written = write_reports(before, tmp_path / "out", after=after, when=DAY, quiet=True)
    assert [Page(path.read_text(encoding="utf-8")).faults for path in written.files] == [[], [], []]
    assert "What has changed" in written.files[2].read_text(encoding="utf-8")


def test_a_batch_that_cannot_be_written_writes_nothing(tmp_path):
    people = simulated("eis", n=2)
    with pytest.raises(OutputError, match="does not exist"):
        write_reports(people, tmp_path / "none" / "out")
    with pytest.raises(OutputError, match=r"\.html or \.pdf"):
        write_reports(people, tmp_path / "out", suffix=".docx")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is a file"):
        write_reports(people, tmp_path / "file")
    with pytest.raises(ResponseError, match="persons, couples"):
        write_reports(people, tmp_path / "out", who="everybody")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_cell_of_the_key_is_no_formula(tmp_path):
    from dataclasses import replace

    people = replace(simulated("eis", n=1), ids=("=1+1",))
    write_reports(people, tmp_path / "out", key=tmp_path / "key.csv", when=DAY, quiet=True)
    assert "'=1+1" in (tmp_path / "key.csv").read_text()
