"""A plain text read block by block gives what the careful reader gives: cells, notes, faults with their rows."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.reading.exports import NumberCells, RawTable, read_table
from intimacy_scales.reading.exports.arrow_texts import ArrowTexts
from intimacy_scales.reading.exports.files import frames, text_batches

pytest.importorskip("pyarrow")

WORDS = [
    "",
    " ",
    "1",
    "01",
    "3,5",
    "2.0",
    "NA",
    "n/a",
    ".",
    "DE",
    "AT",
    "mean",
    "ja",
    "ä ß",
    "a b",
    "'",
    "#N/A",
    "\u00a0",
]
ODD = ['"', "\n", "\r\n", "\r", ",", ";", "\t", "\0", "x", " ", "\ufeff", "\x1c"]
cells = st.one_of(
    st.sampled_from(WORDS), st.text(st.sampled_from(["a", "1", '"', "\n", "\r", ",", ";", "\t", " "]), max_size=6)
)
names = st.one_of(
    st.sampled_from(["id", "eis_1", "eis_2", "", "city", "comment", "id"]), st.text('abc \n"', max_size=3)
)


@st.composite
def texts(draw: Any) -> bytes:
    """A file as programs write it, sometimes damaged."""
    width = draw(st.integers(1, 5))
    separator = draw(st.sampled_from([",", ",", ";", "\t"]))
    header = draw(st.lists(names, min_size=width, max_size=width))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=12))
    if draw(st.booleans()):  # plain ones are what this is about
        rows = [[cell.replace("\r", "").replace("\0", "") for cell in row] for row in rows]
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    out = io.StringIO()
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=ends)
    if draw(st.integers(0, 5)) == 0:
        out.write("A title" + ends)
    writer.writerow(header)
    writer.writerows(rows)
    text = out.getvalue()
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from([*ODD, "\n\n", ",,"])) + text[at + draw(st.integers(0, 2)) :]
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "cp1252", "utf-16"]))
    mark = codecs.BOM_UTF8 if encoding == "utf-8" and draw(st.integers(0, 3)) == 0 else b""
    return mark + text.encode(encoding, "replace")


def found(table: RawTable) -> list[Any]:
    """What a table says, in comparable form."""
    columns = []
    for column in table.columns:
        cells = column.cells
        held: Any = (
            cells.numbers.tolist() if isinstance(cells, NumberCells) else (list(cells.values), cells.codes.tolist())
        )
        columns.append((column.name, column.kind, held))
    return [columns, table.row_numbers.tolist(), table.set_aside, table.notes, table.source]


def outcome(path: Path) -> list[Any]:
    try:
        return found(read_table(path))
    except IntimacyScalesError as fault:
        return [str(problem) for problem in fault.problems]


def both(path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> tuple[list[Any], list[Any]]:
    with monkeypatch.context() as here:
        here.setattr(text_batches, "LARGE", 0)
        here.setattr(text_batches, "BLOCK", block)
        plain = outcome(path)
    with monkeypatch.context() as here:
        here.setattr(text_batches, "LARGE", float("inf"))
        careful = outcome(path)
    return plain, careful


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=texts(), block=st.integers(8, 200))
def test_both_readers_say_the_same(body: bytes, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(body)
    plain, careful = both(path, monkeypatch, block)
    assert plain == careful


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    later=st.lists(st.tuples(st.integers(0, 59), st.sampled_from(["03", " 3", "3 ", "", "+3", "-3", "100", '"7"', "x", "3.0", '"0""3"'])),
                   max_size=4),
    block=st.integers(60, 300), ends=st.sampled_from(["\n", "\r\n"]),
)  # fmt: skip
def test_columns_of_digits_keep_their_spelling(
    later: list[tuple[int, str]], block: int, ends: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are parsed as numbers, and only where every cell is spelled as numbers are."""
    rows = [[f"P{i}", str(i % 5), str(3 * i % 14), ["Wien", '"Graz, ""W"""'][i % 2]] for i in range(60)]
    for at, cell in later:
        rows[at][1 + at % 2] = cell
    path = tmp_path / "digits.csv"
    path.write_bytes(ends.join(["id,eis_1,eis_2,city", *map(",".join, rows), ""]).encode())
    plain, careful = both(path, monkeypatch, block)
    assert plain == careful


ODD_CELLS = [None, "", " ", "NA", "n/a", ".", "AT", "DE", "x", " x", "3", "ä", "null"]


@given(cells=st.lists(st.sampled_from(ODD_CELLS), max_size=30), words=st.booleans(), large=st.booleans())
def test_texts_that_arrow_holds_are_read_like_lists_of_them(cells: list[str | None], words: bool, large: bool) -> None:
    import pyarrow as pa

    array = pa.array(cells, type=pa.large_string() if large else pa.string())
    made, listed = frames._arrow_cells(array, words=words), frames._texts(cells, words=words)
    assert list(made.values) == list(listed.values)
    assert made.codes.tolist() == listed.codes.tolist()


def test_many_texts_stay_with_arrow_and_blank_ones_are_blank() -> None:
    import pyarrow as pa

    cells = [f"P{i}" if i % 1000 else ["NA", " ", None][i // 1000 % 3] for i in range(20_000)]
    made, listed = frames._arrow_cells(pa.array(cells), words=True), frames._texts(cells, words=True)
    assert isinstance(made.values, ArrowTexts)
    assert list(made.values) == list(listed.values)
    assert made.codes.tolist() == listed.codes.tolist()
    assert made.texts() == listed.texts() == list(made.as_texts())
    assert (made.n_filled, made.n_distinct) == (listed.n_filled, listed.n_distinct) == (19_980, 19_980)
