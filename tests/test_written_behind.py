"""A table that is written in a thread: in order, whole, and a fault in the thread is a fault of the run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.output.writing import formats
from intimacy_scales.output.writing.sheet import Sheet

pa = pytest.importorskip("pyarrow")


class Kept:
    """A writer that keeps what it is given, and fails at a batch."""

    def __init__(self, *, fails_at: int | None = None) -> None:
        self.fails_at, self.rows, self.told, self.closed = fails_at, list[float](), dict[str, str](), False

    def __enter__(self) -> Self:
        return self

    def write(self, sheet: Sheet) -> None:
        if len(self.rows) == self.fails_at:
            raise OSError(28, "No space left on device")
        self.rows.append(float(sheet.columns["x"][0]))

    def finish(self, about: Mapping[str, str]) -> None:
        self.told = dict(about)

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed = True


def sheet(number: float) -> Sheet:
    return Sheet(columns={"x": np.array([number])}, labels={}, about={})


def test_batches_come_in_order_and_all_of_them_before_the_end_is_told() -> None:
    kept = Kept()
    with formats.WrittenBehind(kept) as writer:
        for number in range(50):
            writer.write(sheet(number))
        writer.finish({"rows": "50"})
    assert kept.rows == list(range(50))
    assert kept.told == {"rows": "50"}
    assert kept.closed


def write_all(kept: Kept, n: int, *, stopped: bool = False) -> None:
    with formats.WrittenBehind(kept) as writer:
        for number in range(n):
            writer.write(sheet(number))
        if stopped:
            raise KeyboardInterrupt
        writer.finish({"rows": str(n)})


@pytest.mark.parametrize("n", [1, 2, 30])
def test_a_fault_of_the_thread_is_raised_and_nothing_is_told_or_written_after_it(n: int) -> None:
    kept = Kept(fails_at=0)
    with pytest.raises(OSError, match="No space left"):
        write_all(kept, n)
    assert (kept.rows, kept.told, kept.closed) == ([], {}, True)


def test_a_run_that_is_stopped_closes_the_file_and_keeps_its_own_fault() -> None:
    kept = Kept()
    with pytest.raises(KeyboardInterrupt):
        write_all(kept, 1, stopped=True)
    assert kept.closed
    assert kept.told == {}


@pytest.mark.parametrize("suffix", formats.STREAMED)
def test_what_is_written_behind_is_what_is_written_at_once(suffix: str, tmp_path: Path) -> None:
    sheets = [Sheet(columns={"id": ["a", "b"], "x": np.array([k, np.nan])}, labels={}, about={}) for k in range(5)]
    behind, once = tmp_path / f"behind{suffix}", tmp_path / f"once{suffix}"
    writer = formats.batch_writer(behind, suffix)
    plain = (
        formats.ParquetBatches(once)
        if suffix == ".parquet"
        else formats.TextBatches(once, "\t" if suffix == ".tsv" else ",")
    )
    for one in (writer, plain):
        with one as opened:
            for batch in sheets:
                opened.write(batch)
            opened.finish({"bank": "eis"})
    assert behind.read_bytes() == once.read_bytes()


@given(st.lists(st.integers(-127, 127), min_size=1, max_size=60), st.sampled_from([np.int8, np.int16, np.int64]))
def test_numbers_are_counted_as_they_occur(numbers: list[int], kind: type) -> None:
    from intimacy_scales.reading.exports.arrow_texts import counts_between

    low, high = min(numbers), max(numbers)
    found = counts_between(np.array(numbers, dtype=kind), low, high)
    assert found.tolist() == [numbers.count(number) for number in range(low, high + 1)]


@given(st.lists(st.none() | st.integers(-200, 5000) | st.integers(1, 5), min_size=1, max_size=60),
       st.sampled_from(["int8", "int16", "int32", "int64", "uint8", "uint16"]))  # fmt: skip
def test_whole_numbers_of_a_batch_are_counted_without_those_that_are_missing(
    cells: list[int | None], kind: str
) -> None:
    from intimacy_scales.reading.exports.arrow_cells import number_cells
    from intimacy_scales.reading.exports.table import WholeCells
    from intimacy_scales.reading.responses.streaming.responses_stream import whole_counts

    span = np.iinfo(kind)
    cells = [None if cell is None else min(max(cell, span.min), span.max) for cell in cells]
    made = number_cells(pa.array(cells, type=kind), "x")
    there = [cell for cell in cells if cell is not None]
    np.testing.assert_array_equal(made.numbers, np.array([np.nan if cell is None else cell for cell in cells]))
    assert isinstance(made, WholeCells) == bool(there)
    if isinstance(made, WholeCells):
        assert whole_counts(made) == {float(number): there.count(number) for number in set(there)}
