"""Sums that merge: any batches in any order give the figures of the whole; and these are numpy's."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.base.errors import ResponseError
from intimacy_scales.statistics import sums as sums_module
from intimacy_scales.statistics.factoring.correlation_matrix import pairwise_pearson, pearson_of
from intimacy_scales.statistics.moments import moments_of
from intimacy_scales.statistics.products import merged
from intimacy_scales.statistics.score_sums import AnswerTally, counted_answers, decimal_sums, value_counts
from intimacy_scales.statistics.sums import answer_sums

FIELDS = ("covariance", "pair_n", "means", "third", "item_total", "counts", "answered", "n_rows", "n", "n_complete")


def drawn(n, k, *, low=0, high=4, missing=0.1, seed=1):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    x = np.clip(np.rint((low + high) / 2 + common + rng.normal(size=(n, k))), low, high)
    x[rng.random(x.shape) < missing] = np.nan
    return x


def sums_of(x, low=0, high=4, **options):
    return answer_sums(list(np.asarray(x, dtype=float).T), ends=[[low, high]] * np.shape(x)[1], **options)


def by_pandas(x, low, high, rule):
    """Every moment from the rows, in another way."""
    frame, whole = pd.DataFrame(x), pd.DataFrame(x[~np.isnan(x).any(axis=1)])
    own = whole if rule == "listwise" else frame
    there, means = own.notna().to_numpy(), own.mean()
    codes = range(low, high + 1)
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        item_total = own.corrwith(own.mean(axis=1)).to_numpy() if len(own) > 1 else np.full(x.shape[1], np.nan)
    return {
        "covariance": own.cov(min_periods=2).to_numpy(), "pair_n": there.T.astype(int) @ there.astype(int),
        "means": means.to_numpy(), "third": ((own - means) ** 3).mean().to_numpy(), "item_total": item_total,
        "counts": np.array([[(own[j] == code).sum() for code in codes] for j in own]),
        "answered": frame.notna().sum().to_numpy(), "n_rows": len(x), "n_complete": len(whole),
        "n": len(whole) if rule == "listwise" else int(frame.notna().any(axis=1).sum()),
    }  # fmt: skip


def same(one, other):
    assert (one.n_rows, one.n, set(one.patterns)) == (other.n_rows, other.n, set(other.patterns))
    assert (one.folded is None) == (other.folded is None)
    for name in ("counts", "complete_counts"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for key, of in one.patterns.items():
        assert of.n == other.patterns[key].n
        np.testing.assert_array_equal(of.sums, other.patterns[key].sums)
        np.testing.assert_array_equal(of.products, other.patterns[key].products)
    for rule in ("pairwise", "listwise"):
        lows = [one.origin] * one.n_items
        left, right = (moments_of(part, lowest=lows, missing=rule) for part in (one, other))
        for name in FIELDS:
            np.testing.assert_array_equal(getattr(left, name), getattr(right, name))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 60), st.integers(1, 6), st.lists(st.integers(0, 60), max_size=6), st.randoms(use_true_random=False),
    st.sampled_from([0.0, 0.1, 0.6, 1.0]), st.booleans(),
)  # fmt: skip
def test_any_batches_in_any_order_give_the_whole_to_the_last_digit(n, k, cuts, shuffled, missing, small):
    x = drawn(n, k, missing=missing, seed=n * 7 + k)
    most = sums_module.MOST_PRODUCTS
    sums_module.MOST_PRODUCTS = 2 * k * k if small else most  # few patterns are kept: the others are folded
    try:
        parts = [sums_of(part) for part in np.split(x, sorted(min(cut, n) for cut in cuts))]
        whole = sums_of(x)
        shuffled.shuffle(parts)
        same(whole, merged(parts))
        while len(parts) > 1:  # another way of putting brackets
            parts.append(parts.pop(0) + parts.pop(0))
        same(whole, parts[0])
    finally:
        sums_module.MOST_PRODUCTS = most


@pytest.mark.parametrize("rule", ["pairwise", "listwise"])
@pytest.mark.parametrize(("n", "k", "low", "high", "missing"), [
    (400, 5, 1, 5, 0.1), (400, 5, 1, 5, 0.0), (3, 3, 0, 4, 0.5), (500, 30, 1, 7, 0.05), (300, 4, 0, 100, 0.3),
    (300, 70, 0, 4, 0.01), (40, 12, -3, 3, 0.6), (33_000, 3, 0, 40, 0.02),
])  # fmt: skip
def test_moments_are_those_of_the_answers(rule, n, k, low, high, missing):
    x = drawn(n, k, low=low, high=high, missing=missing)
    made = moments_of(sums_of(x, low, high), lowest=[low] * k, missing=rule)
    plain = by_pandas(x, low, high, rule)
    for name in FIELDS:
        np.testing.assert_allclose(getattr(made, name), plain[name], rtol=1e-10, atol=1e-10, err_msg=name)


def test_complete_rows_have_numpys_covariances_and_each_pair_its_own_rows():
    x = drawn(200, 4)
    whole = x[~np.isnan(x).any(axis=1)]
    np.testing.assert_allclose(sums_of(x).over().covariance(), np.cov(whole, rowvar=False), rtol=1e-13)
    pairwise = moments_of(sums_of(x), lowest=[0] * 4).covariance
    for i, j in itertools.combinations(range(4), 2):
        both = x[~np.isnan(x[:, [i, j]]).any(axis=1)]
        assert pairwise[i, j] == pytest.approx(np.cov(both[:, i], both[:, j])[0, 1], rel=1e-13)


def test_some_items_are_as_if_the_others_had_not_been_asked():
    x = drawn(300, 6, missing=0.3)
    places = [1, 4, 5]
    own = moments_of(sums_of(x), lowest=[0] * 6, items=places)
    alone = moments_of(sums_of(x[:, places]), lowest=[0] * 3)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(own, name), getattr(alone, name))
    np.testing.assert_array_equal(sums_of(x).over(places).products, sums_of(x[:, places]).over().products)


def test_reversed_items_are_turned_about_their_own_ends():
    x = drawn(50, 3, low=1, high=5)
    turned = answer_sums(list(x.T), ends=[[1, 5], [1, 5], [0, 6]], turned=[True, False, True])
    plain = answer_sums([6 - x[:, 0], x[:, 1], 6 - x[:, 2]], ends=[[1, 5], [1, 5], [0, 6]])
    same(turned, plain)
    assert moments_of(turned, lowest=[1, 1, 0]).counts.shape == (3, 7)


def test_a_constant_item_has_no_variance_not_even_dust():
    x = drawn(1000, 3, missing=0.2)
    x[:, 1] = np.where(np.isnan(x[:, 1]), np.nan, 3)
    made = moments_of(sums_of(x), lowest=[0] * 3)
    assert (made.covariance[1] == 0).all()
    assert np.isnan(made.item_total[1])


def test_no_rows_and_no_answers_are_no_traceback():
    nothing = moments_of(sums_of(np.empty((0, 3))), lowest=[0] * 3)
    assert (nothing.n_rows, nothing.n, nothing.n_complete) == (0, 0, 0)
    assert np.isnan(nothing.covariance).all()
    blank = moments_of(sums_of(np.full((5, 3), np.nan)), lowest=[0] * 3)
    assert (blank.n_rows, blank.n) == (5, 0)


def test_what_is_no_whole_code_is_refused_and_so_are_sums_of_other_items():
    for wrong in (2.5, 5.0, -1.0):
        with pytest.raises(ResponseError, match="no whole codes"):
            sums_of([[1.0], [wrong]])
    with pytest.raises(ResponseError, match="no whole codes"):
        sums_of([[1.0], [30.5]], high=60)
    with pytest.raises(ResponseError, match="other items"):
        sums_of([[1.0]]) + sums_of([[1.0, 2.0]])


def test_reprs_are_short():
    made = sums_of(drawn(100, 4))
    assert repr(made).startswith("<AnswerSums: 100 rows, 4 items")
    assert all(len(repr(one)) < 60 for one in (made, made.over(), made.pairs()))
    assert repr(value_counts(np.array([1.0, np.nan]))) == "<ValueCounts: 1 rows, 1 values, 1 without>"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=60), st.integers(0, 60), st.booleans())
def test_scores_counted_in_parts_are_the_scores_counted_at_once(values, cut, weighted):
    x = np.array(values, dtype=float)
    w = np.linspace(0.1, 2, len(x)) if weighted else None
    parts = [value_counts(x[rows], None if w is None else w[rows]) for rows in (slice(cut), slice(cut, None))]
    whole, made = value_counts(x, w), parts[1] + parts[0]
    np.testing.assert_array_equal(made.values, whole.values)
    np.testing.assert_array_equal(made.counts, whole.counts)
    assert made.blank == whole.blank == int(np.isnan(x).sum())
    if whole.n > 1:
        known = x[~np.isnan(x)]
        size = np.abs(known).max() + 1e-300
        own = None if w is None else w[~np.isnan(x)]
        assert made.mean == pytest.approx(whole.mean, rel=1e-12, abs=1e-12 * size)
        assert made.mean == pytest.approx(np.average(known, weights=own), rel=1e-12, abs=1e-12 * size)
        if not weighted:
            assert made.sd() == pytest.approx(known.std(ddof=1), rel=1e-9, abs=1e-12 * size)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 40), st.lists(st.integers(0, 40), max_size=5), st.floats(-1e5, 1e5), st.sampled_from([0.0, 0.4]))
def test_decimals_merge_to_the_last_digits(n, cuts, away, missing):
    rng = np.random.default_rng(n)
    x = rng.normal(size=(2, n)) + np.array([[away], [0.0]])
    x[rng.random(x.shape) < missing] = np.nan
    parts = [decimal_sums(list(part)) for part in np.split(x, sorted(min(c, n) for c in cuts), axis=1)]
    whole = decimal_sums(list(x))
    for made in (merged(parts), merged(parts[::-1])):
        np.testing.assert_array_equal(made.n, whole.n)
        np.testing.assert_allclose(made.means, whole.means, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(made.covariance(), whole.covariance(), rtol=1e-9, atol=1e-12 * (1 + abs(away)))
    one, other = (parts[0] + parts[-1]).products, (parts[-1] + parts[0]).products
    np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-13)  # decimals: to the rounding of the last digit
    if n > 2 and not missing:
        np.testing.assert_allclose(whole.covariance(), np.cov(x), rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.integers(3, 60), st.lists(st.integers(0, 60), max_size=4), st.sampled_from([0.0, 0.3]), st.booleans())
def test_correlations_of_merged_batches_are_numpys_pair_by_pair(n, cuts, missing, small):
    x = drawn(n, 4, missing=missing, seed=n)
    most = sums_module.MOST_PRODUCTS
    sums_module.MOST_PRODUCTS = 20 if small else most
    try:
        parts = [sums_of(part) for part in np.split(x, sorted(min(cut, n) for cut in cuts))]
        r = pearson_of(merged(parts[::-1]).pairs())
    finally:
        sums_module.MOST_PRODUCTS = most
    np.testing.assert_array_equal(r, pairwise_pearson(x))
    for i, j in itertools.combinations(range(4), 2):
        both = x[~np.isnan(x[:, [i, j]]).any(axis=1)][:, [i, j]]
        if len(both) and (both.std(axis=0) > 0).all():
            assert r[i, j] == pytest.approx(np.corrcoef(both.T)[0, 1], abs=1e-12)
        else:
            assert np.isnan(r[i, j])


def test_correlations_of_numbers_with_decimals_are_those_of_whole_ones():
    x = drawn(80, 3, missing=0.2)
    np.testing.assert_allclose(pairwise_pearson(x / 3 + 0.1), pairwise_pearson(x), atol=1e-12)


def test_wide_rows_of_numbers_are_summed_exactly_and_too_wide_ones_are_refused():
    x = np.random.default_rng(1).integers(0, 90_001, (3_000, 12)).astype(float)
    x[::3, 5] = np.nan
    made = answer_sums(list(x.T), ends=[[0, 90_000]] * 12, by_code=False)
    whole = x[~np.isnan(x).any(axis=1)].astype(np.int64).astype(object)
    assert (made.over().products == whole.T @ whole).all()
    pairs = made.pairs()
    rows = [[int(v) for v in row if not np.isnan(v)] for row in x]
    assert pairs.item_tt[12, 0] == sum(sum(row) ** 2 for row in rows if len(row) == 12)
    with pytest.raises(ResponseError, match="too large"):
        answer_sums(list(x.T), ends=[[0, 10**9]] * 12, by_code=False)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 400), st.integers(1, 4), st.integers(1, 4), st.integers(-2, 2), st.lists(st.integers(0, 400), max_size=5),
    st.sampled_from([0.0, 0.1, 0.6, 1.0]), st.randoms(use_true_random=False),
)  # fmt: skip
def test_combinations_of_answers_hold_the_same_sums(n, k, wide, low, cuts, missing, shuffled):
    x = drawn(n, k, low=low, high=low + wide, missing=missing, seed=n * 7 + k)
    ends, turned = np.array([[low, low + wide]] * k), [shuffled.random() < 0.5 for _ in range(k)]

    def tallied(part):
        return counted_answers(list(part.T), ends=ends, turned=turned)

    def sums(made):
        return made.sums() if isinstance(made, AnswerTally) else made

    whole = answer_sums(list(x.T), ends=ends, turned=turned)
    same(whole, sums(tallied(x)))
    parts = [tallied(part) for part in np.split(x, sorted(min(cut, n) for cut in cuts))]
    shuffled.shuffle(parts)
    tallies = [part for part in parts if isinstance(part, AnswerTally)]
    sumses = [part for part in parts if not isinstance(part, AnswerTally)]
    same(whole, merged([*([merged(tallies).sums()] if tallies else []), *sumses]))


@pytest.mark.parametrize("odd", [0.0, 6.0, -1.0, 1e300, np.inf])
def test_what_is_beyond_the_ends_is_not_counted(odd):
    columns = [np.tile([1.0, 2.0, 5.0, np.nan], 20) for _ in range(2)]
    columns[1][17] = odd
    for turned in ([False, False], [True, True]):
        with pytest.raises(ResponseError, match="no whole codes between the ends"):
            counted_answers(columns, ends=np.array([[1, 5], [1, 5]]), turned=turned)


def test_combinations_of_other_items_do_not_merge():
    ends = np.array([[0, 1], [0, 1]])
    one = counted_answers([np.ones(30), np.zeros(30)], ends=ends, turned=[False, False])
    other = counted_answers([np.ones(30), np.ones(30)], ends=ends + 1, turned=[False, False])
    assert isinstance(one, AnswerTally)
    assert repr(one) == "AnswerTally(origin=0, n_codes=2, n_items=2)"
    with pytest.raises(ResponseError, match="counts of the same items"):
        one + other


@pytest.mark.parametrize(("k", "high", "missing"), [(20, 4, 0.1), (130, 2, 0.02), (14, 60, 0.3), (40, 1, 0.9)])
def test_many_patterns_are_folded_alike_in_small_and_large_blocks(k, high, missing):
    x = drawn(9_000, k, high=high, missing=missing)
    large = sums_of(x, 0, high)
    assert large.folded is not None
    same(large, merged([sums_of(part, 0, high) for part in np.split(x, [50, 3000, 3001])]))
    there = ~np.isnan(x)
    count, total = there.sum(axis=1), np.nansum(x, axis=1)
    some = (count > 0) & (count < k)
    for c in np.unique(count[some]):
        rows = some & (count == c)
        for name, by in (("item_n", total * 0 + 1), ("item_t", total), ("item_tt", total**2)):
            np.testing.assert_array_equal(getattr(large.folded, name)[c], by[rows] @ there[rows], err_msg=name)
        np.testing.assert_array_equal(large.folded.item_xt[c], total[rows] @ np.nan_to_num(x[rows]))
