"""The laws of the house, for any answers."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import intimacy_scales as ims
from intimacy_scales.analysis.norms import error_of
from intimacy_scales.scoring import keyed, score_responses
from making import scale_like, small_bank, vouched

BANK = small_bank()
CODES = st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])
ANSWERS = st.integers(1, 30).flatmap(lambda n: arrays(float, (n, 4), elements=CODES))


def scores_of(rows, bank=BANK, **wishes):
    return score_responses(vouched(bank, rows), **wishes).parts[0].values


@given(ANSWERS)
def test_reversal_is_its_own_inverse(rows):
    once = keyed(vouched(BANK, rows).answered[0])
    np.testing.assert_array_equal(keyed(vouched(BANK, once).answered[0]), rows)


@given(ANSWERS, st.randoms())
def test_the_order_of_persons_changes_no_score(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    np.testing.assert_array_equal(scores_of(rows[order]), scores_of(rows)[order])


@given(ANSWERS, st.permutations([1, 2, 3, 4]))
def test_the_order_of_items_in_a_scale_changes_no_score(rows, order):
    np.testing.assert_array_equal(scores_of(rows, scale_like(BANK, items=tuple(order))), scores_of(rows))


@given(ANSWERS, st.integers(1, 4))
def test_raising_min_answered_never_adds_scores(rows, least):
    looser, stricter = scores_of(rows, min_answered=least), scores_of(rows, min_answered=least + 1)
    assert not np.any(np.isnan(looser) & ~np.isnan(stricter))


@given(ANSWERS)
def test_every_score_lies_in_the_possible_range(rows):
    part = score_responses(vouched(BANK, rows), min_answered=1).parts[0]
    known = part.values[~np.isnan(part.values)]
    assert np.all((known >= part.possible[0]) & (known <= part.possible[1]))


@given(ANSWERS, st.integers(0, 30))
def test_a_batch_split_anywhere_gives_the_same(rows, cut):
    cut = min(cut, len(rows))
    halves = [scores_of(half) for half in (rows[:cut], rows[cut:]) if len(half)]
    np.testing.assert_array_equal(np.concatenate(halves), scores_of(rows))


@given(ANSWERS)
def test_turning_every_answer_turns_the_score(rows):
    turned = 6 - rows
    np.testing.assert_allclose(scores_of(turned), 24 - scores_of(rows), atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(ANSWERS.filter(lambda rows: not np.isnan(rows).all()))
def test_every_frame_type_gives_the_same_scores_in_its_own_type(rows):
    columns = {f"small_{j + 1}": [None if np.isnan(x) else int(x) for x in rows[:, j]] for j in range(4)}
    frames = {
        "float": pd.DataFrame(rows, columns=list(columns)),
        "nullable": pd.DataFrame({name: pd.array(cells, dtype="Int64") for name, cells in columns.items()}),
        "polars": pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Int64)),
        "arrow": pa.table({name: pa.array(cells, type=pa.int64()) for name, cells in columns.items()}),
    }
    expected = scores_of(rows)
    for name, frame in frames.items():
        table = ims.score(frame, BANK).table()
        assert type(table) is type(frame), name
        got = table["small_total"].to_pandas() if name == "arrow" else table["small_total"]
        np.testing.assert_array_equal(np.array(got, dtype=float), expected, err_msg=name)


def test_a_pandas_frame_keeps_its_index_and_is_not_written_to():
    frame = pd.DataFrame(
        [[5, 5, 1, 1], [np.nan] * 4, [1, 1, 5, 5]], index=["c", "a", "b"], columns=[f"small_{j}" for j in range(1, 5)]
    )
    before = frame.copy(deep=True)
    table = ims.score(frame, BANK).table()
    assert table.index.tolist() == ["c", "a", "b"]
    pd.testing.assert_frame_equal(frame, before)
    assert table["small_total"].isna().tolist() == [False, True, False]


def test_polars_says_null_not_nan_for_a_missing_score():
    frame = pl.DataFrame({f"small_{j}": [5, None] for j in range(1, 5)})
    assert ims.score(frame, BANK).table()["small_total"].null_count() == 1


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA])
def test_nan_null_and_blank_are_the_same(missing):
    frame = pd.DataFrame({f"small_{j}": pd.Series([5, missing, 1], dtype="object") for j in range(1, 5)})
    assert np.isnan(ims.score(frame, BANK)["small_total"].values).tolist() == [False, True, False]


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 40),
    combine=st.sampled_from(["bank", "sum", "mean"]),
    least=st.integers(1, 4),
    missing=st.sampled_from([0.0, 0.1, 0.3]),
)
def test_a_report_on_scores_made_by_any_rule_shows_the_sem_of_those_scores(seed, combine, least, missing):
    """SEM = SD sqrt(1 - r), the SD of the scores that were handed over, in reliability, error and on the page."""
    rng = np.random.default_rng(seed)
    rows = np.clip(np.round(3 + rng.normal(size=(60, 1)) + 0.8 * rng.normal(size=(60, 4))), 1, 5)
    rows[:, 2:] = 6 - rows[:, 2:]
    rows[rng.random(rows.shape) < missing] = np.nan
    scores = score_responses(vouched(BANK, rows), min_answered=least, combine=combine)
    known = scores.parts[0].values[~np.isnan(scores.parts[0].values)]
    own = ims.reliability(scores, bootstrap=0)["small.total"]
    expected = known.std(ddof=1) * np.sqrt(1 - own.alpha.value)
    assert own.sem == pytest.approx(expected)
    error = error_of(scores, scores.parts[0])
    if error.basis == "sample":  # 30 complete rows
        assert np.nanmax(np.abs(error.sem - expected)) < 1e-9
    text = re.sub(r"<[^>]+>", "", ims.report(scores).html).replace("\N{NO-BREAK SPACE}", " ")
    assert f"SEM = {expected:.2f})" in text
