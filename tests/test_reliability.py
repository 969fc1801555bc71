"""Internal consistency: equal to R on the reference data, sane at the edges, honest in its notes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.analysis.reliability import reliability_of
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.statistics.consistency.coefficients import (
    alpha,
    guttman,
    item_rest,
    lambda6_standardized,
    smc,
    spearman_brown,
    standardized,
)
from intimacy_scales.statistics.consistency.intervals import bootstrap_alpha, feldt
from intimacy_scales.statistics.consistency.splits import best_split
from intimacy_scales.statistics.moments import pairwise_covariance
from small_banks import numbers_of, small_bank, vouched

HERE = Path(__file__).parent / "reference"
R = json.loads((HERE / "reliability.json").read_text(encoding="utf-8"))
PAIR_SCALES = ("emotional", "social", "sexual", "intellectual", "recreational", "conventionality")
PAIR_REVERSED = (8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36)
EIS = small_bank({"total": range(1, 6)})
PAIR = small_bank(
    {name: range(s + 1, 37, 6) for s, name in enumerate(PAIR_SCALES)}, codes=(0, 1, 2, 3, 4), reverse=PAIR_REVERSED
)


def eis_answers():
    return numbers_of((HERE / "eis.csv").read_text(), [f"eis_{i}" for i in range(1, 6)])


def pair_answers(name="pair.csv"):
    return numbers_of((HERE / name).read_text(), [f"pair_{i}" for i in range(1, 37)])


def simulated(n=200, k=6, *, seed=7, missing=0.0):
    rng = np.random.default_rng(seed)
    latent = 0.7 * rng.standard_normal((n, 1)) + 0.7 * rng.standard_normal((n, k))
    answers = np.digitize(latent, [-1.4, -0.6, 0.2, 1.1]) + 1.0
    answers[rng.random((n, k)) < missing] = np.nan
    return answers


def one_scale(answers, *, bank=None, **wishes):
    k = answers.shape[1]
    bank = bank or small_bank({"total": range(1, k + 1)})
    return reliability_of(vouched(bank, answers), bootstrap=0, **wishes)["small.total"]


def check_against_psych(found, r):
    total = r["total"]
    ours = [found.alpha.value, found.alpha_standardized, found.lambda6, found.average_r, found.median_r]
    theirs = [total[name] for name in ("raw_alpha", "std.alpha", "G6(smc)", "average_r", "median_r")]
    np.testing.assert_allclose(ours, theirs, atol=1e-8)
    np.testing.assert_allclose([found.score.mean, found.score.sd], [total["mean"], total["sd"]], atol=1e-8)
    for item, stats, drop in zip(found.items, r["item.stats"], r["alpha.drop"], strict=True):
        assert item.n == stats["n"]
        np.testing.assert_allclose(
            [item.mean, item.sd, item.item_total_r, item.item_rest_r],
            [stats[name] for name in ("mean", "sd", "raw.r", "r.drop")],
            atol=1e-8,
        )
        d = item.dropped
        np.testing.assert_allclose(
            [d.alpha, d.alpha_standardized, d.lambda6, d.average_r],
            [drop[name] for name in ("raw_alpha", "std.alpha", "G6(smc)", "average_r")],
            atol=1e-8,
        )
    frequencies = [[*item.frequencies.values()] for item in found.items]
    np.testing.assert_allclose(frequencies, [row[:-1] for row in r["response.freq"]], atol=1e-8)


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_eis_equals_psych(missing):
    found = one_scale(eis_answers(), missing=missing)
    check_against_psych(found, R["eis"][f"alpha_{missing}"])
    assert (found.n_complete, found.n_items) == (255, 5)
    assert found.n == (300 if missing == "pairwise" else 255)


@pytest.mark.parametrize("name", PAIR_SCALES)
def test_pair_equals_psych_pairwise_and_complete(name):
    for file, key in (("pair.csv", "subscale_alpha_pairwise"), ("pair_complete.csv", "subscale_alpha_complete")):
        found = reliability_of(vouched(PAIR, pair_answers(file)), bootstrap=0)[f"small.{name}"]
        check_against_psych(found, R["pair"][key][name])
        assert [item.reversed for item in found.items] == [item.item in PAIR_REVERSED for item in found.items]


def test_feldt_counts_the_rows_it_used():
    listwise, pairwise = (one_scale(eis_answers(), missing=rule) for rule in ("listwise", "pairwise"))
    theirs = R["eis"]["alpha_listwise"]["feldt"]
    interval = listwise.alpha.interval
    np.testing.assert_allclose(interval.low, theirs["lower.ci"][0]["raw_alpha"], atol=1e-8)
    np.testing.assert_allclose(interval.high, theirs["upper.ci"][0]["raw_alpha"], atol=1e-8)
    # psych counts all 300 rows for the pairwise interval; ours counts the 255 complete ones and is wider
    too_narrow = R["eis"]["alpha_pairwise"]["feldt"]
    assert pairwise.alpha.interval.n == 255
    assert pairwise.alpha.interval.low < too_narrow["lower.ci"][0]["raw_alpha"]
    assert pairwise.alpha.interval.high > too_narrow["upper.ci"][0]["raw_alpha"]
    assert any("255 complete rows" in note for note in pairwise.notes)


def test_guttman_on_correlations_equals_psych():
    answers = eis_answers()
    covariance = pairwise_covariance(answers[~np.isnan(answers).any(axis=1)])
    correlation = standardized(covariance)
    theirs, ours = R["eis"]["guttman"], guttman(correlation)
    for number in (1, 2, 3, 5, 6):
        assert getattr(ours, f"lambda{number}") == pytest.approx(theirs[f"lambda.{number}"], abs=1e-8)
    # psych leaves an uneven split out: the best of all is higher
    assert best_split(correlation).value > theirs["lambda.4"] + 1e-3
    assert best_split(correlation).value == pytest.approx(0.8168, abs=5e-5)


def test_guttman_against_plain_sums():
    c = np.cov(simulated(), rowvar=False)
    k, v = len(c), c.sum()
    first = 1 - np.trace(c) / v
    squares = (c**2).sum(axis=0) - np.diag(c) ** 2
    errors = [c[j, j] - c[j, rest] @ np.linalg.solve(c[np.ix_(rest, rest)], c[rest, j])
              for j in range(k) for rest in [[i for i in range(k) if i != j]]]  # fmt: skip
    found = guttman(c)
    assert found.lambda1 == pytest.approx(first, abs=1e-12)
    assert found.lambda2 == pytest.approx(first + np.sqrt(k / (k - 1) * squares.sum()) / v, abs=1e-12)
    assert found.lambda3 == pytest.approx(alpha(c), abs=1e-12)
    assert found.lambda5 == pytest.approx(first + 2 * np.sqrt(squares.max()) / v, abs=1e-12)
    assert found.lambda6 == pytest.approx(1 - sum(errors) / v, abs=1e-12)


def brute_lambda4(c):
    k, best = len(c), -np.inf
    for size in range(1, k // 2 + 1):
        for half in itertools.combinations(range(k), size):
            other = [j for j in range(k) if j not in half]
            best = max(best, 4 * c[np.ix_(half, other)].sum() / c.sum())
    return best


@pytest.mark.parametrize("k", [2, 3, 5, 8])
def test_lambda4_is_the_best_of_every_split(k):
    c = np.cov(simulated(k=k, seed=k), rowvar=False)
    found = best_split(c)
    assert found.value == pytest.approx(brute_lambda4(c), abs=1e-12)
    half, other = list(found.half), [j for j in range(k) if j not in found.half]
    assert found.value == pytest.approx(4 * c[np.ix_(half, other)].sum() / c.sum(), abs=1e-12)
    assert found.exhaustive


def test_lambda4_beyond_sixteen_items_is_a_search_and_says_so(monkeypatch):
    answers = simulated(n=300, k=12)
    c = np.cov(answers, rowvar=False)
    every = best_split(c).value
    monkeypatch.setattr("intimacy_scales.statistics.consistency.splits.EVERY_SPLIT", 4)
    searched = best_split(c)
    assert not searched.exhaustive
    assert searched.value == pytest.approx(every, abs=1e-12)
    assert any("search of many starts" in note for note in one_scale(answers).notes)


def test_pairwise_covariance_is_that_of_r():
    answers = simulated(n=60, k=4, missing=0.3)
    found, plain = one_scale(answers).moments, pairwise_covariance(answers)
    for i, j in itertools.product(range(4), repeat=2):
        both = ~np.isnan(answers[:, i]) & ~np.isnan(answers[:, j])
        assert found.pair_n[i, j] == both.sum()
        expected = np.cov(answers[both, i], answers[both, j])[0, 1]
        assert found.covariance[i, j] == pytest.approx(expected, abs=1e-12)
        assert plain[i, j] == pytest.approx(expected, abs=1e-12)


def test_skew_is_type_three():
    answers = simulated(n=90, k=3, missing=0.1)
    for item, column in zip(one_scale(answers).items, answers.T, strict=True):
        x = column[~np.isnan(column)]
        expected = ((x - x.mean()) ** 3).mean() / x.std(ddof=1) ** 3
        assert item.skew == pytest.approx(expected, abs=1e-10)
        assert sum(item.frequencies.values()) == pytest.approx(1)


def test_the_sums_of_a_reversed_item_are_those_of_the_turned_one():
    few = simulated(n=480, k=3, missing=0.1)
    bank = small_bank({"total": (1, 2, 3)}, reverse=(2,))
    turned = few.copy()
    turned[:, 1] = 6 - turned[:, 1]
    for missing, rows in (("pairwise", turned), ("listwise", turned[~np.isnan(turned).any(axis=1)])):
        found = one_scale(few, bank=bank, missing=missing)
        np.testing.assert_allclose(found.moments.covariance, pairwise_covariance(rows), atol=1e-12)
        np.testing.assert_allclose(found.moments.means, np.nanmean(rows, axis=0), atol=1e-12)
        assert found.n_complete == int((~np.isnan(turned)).all(axis=1).sum())


def test_pingouin_agrees_on_complete_rows():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        import pingouin as pg

        answers = simulated(n=80, k=5)
        value, ends = pg.cronbach_alpha(pd.DataFrame(answers))
    found = one_scale(answers)
    assert found.alpha.value == pytest.approx(value, abs=1e-12)
    np.testing.assert_allclose(list(found.alpha.interval.ci), ends, atol=6e-4)  # pingouin rounds to three digits


def test_bootstrap_agrees_with_scipy_and_repeats_itself():
    from scipy import stats

    answers = simulated(n=120, k=4)
    ours = bootstrap_alpha(answers, samples=4000, seed=3)
    again = bootstrap_alpha(answers, samples=4000, seed=3)
    theirs = stats.bootstrap(
        tuple(answers.T), lambda *items: alpha(np.cov(np.array(items))), paired=True, vectorized=False,
        n_resamples=2000, rng=np.random.default_rng(5),
    )  # fmt: skip
    assert ours == again
    np.testing.assert_allclose(list(ours.ci), [*theirs.confidence_interval], atol=0.006)
    assert ours.se == pytest.approx(theirs.standard_error, rel=0.08)


def test_bootstrap_of_rows_with_gaps_draws_whole_persons():
    answers = simulated(n=150, k=4, missing=0.1)
    ours = bootstrap_alpha(answers, samples=3000, seed=3)
    rng = np.random.default_rng(11)
    drawn = [alpha(pairwise_covariance(answers[rng.integers(150, size=150)])) for _ in range(600)]
    assert ours.se == pytest.approx(np.std(drawn), rel=0.12)
    assert ours.low < alpha(pairwise_covariance(answers)) < ours.high


def test_bootstrap_limits(monkeypatch):
    responses = vouched(small_bank({"total": range(1, 7)}), simulated())
    found = reliability_of(responses, bootstrap=50, seed=9)["small.total"]
    assert found.to_dict()["alpha"]["bootstrap"]["seed"] == 9
    monkeypatch.setattr("intimacy_scales.analysis.reliability.alpha.BOOTSTRAP_ROWS", 100)
    found = reliability_of(responses, bootstrap=50)["small.total"]
    assert found.alpha.bootstrap is None
    assert found.alpha.distribution_free is not None
    monkeypatch.setattr("intimacy_scales.analysis.reliability.scale_answers.MOST_ROWS", 100)
    found = reliability_of(responses, bootstrap=50)["small.total"]
    assert found.alpha.bootstrap is found.alpha.distribution_free is found.ordinal is found.conditional_sem is None
    assert any("no bootstrap" in note for note in found.notes)
    assert np.isfinite([found.alpha.value, found.omega.value, found.glb.value]).all()
    assert bootstrap_alpha(np.ones((20, 3))) is None
    assert bootstrap_alpha(np.full((20, 3), np.nan)) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 9), st.floats(-50, 50))
def test_alpha_does_not_mind_the_metric_or_the_order(seed, slope, shift):
    answers = simulated(n=40, k=4, seed=seed, missing=0.05)
    c = pairwise_covariance(answers)
    moved = pairwise_covariance(slope * answers + shift)
    rng = np.random.default_rng(seed)
    shuffled = pairwise_covariance(answers[rng.permutation(40)][:, rng.permutation(4)])
    assert alpha(moved) == pytest.approx(alpha(c), abs=1e-8)
    assert alpha(shuffled) == pytest.approx(alpha(c), abs=1e-8)
    assert best_split(shuffled).value == pytest.approx(best_split(c).value, abs=1e-8)


def test_reversed_item_enters_turned_round():
    answers = simulated()
    turned = answers.copy()
    turned[:, 2] = 6 - turned[:, 2]
    plain = one_scale(answers)
    reverse = one_scale(turned, bank=small_bank({"total": range(1, 7)}, reverse=(3,)))
    assert plain.alpha.value == pytest.approx(reverse.alpha.value, abs=1e-12)
    assert plain.items[2].frequencies == pytest.approx(reverse.items[2].frequencies)
    wrong = one_scale(turned)
    assert any("item 3 runs against the scale" in note for note in wrong.notes)


def test_a_correlation_about_zero_is_no_item_that_runs_against_the_scale():
    """The rule of the keying check: the whole 95 % interval lies below zero."""
    from intimacy_scales.reading.responses.keying import item_rest_interval

    answers = simulated()
    for seed in range(200):
        answers[:, 5] = np.random.default_rng(seed).integers(1, 6, len(answers))
        found = one_scale(answers)
        r = found.items[5].item_rest_r
        if r < 0 < item_rest_interval(r, len(answers))[1]:
            break
    said = [note for note in found.notes if note.startswith("item 6")]
    assert "hardly goes with the scale (item-rest r = -." in said[0]
    assert not any("runs against" in note for note in found.notes)
    assert np.isnan(item_rest_interval(float("nan"), 50)[1])
    assert np.isnan(item_rest_interval(-0.5, 3)[1])


NOTES = {
    "constant": (lambda x: np.column_stack([x[:, :4], np.full(len(x), 3.0)]), "item 5: everybody gave the same answer"),
    "identical": (lambda x: np.column_stack([x[:, :4], x[:, 0]]), "items 1 and 5 have identical answers"),
    "two items": (lambda x: x[:, :2], "Spearman-Brown coefficient"),
    "one item": (lambda x: x[:, :1], "one item only"),
    "few": (lambda x: x[:20], "20 complete rows: too few"),
    "negative": (lambda x: np.column_stack([x[:, 0], 6 - x[:, 0], x[:, 1], 6 - x[:, 2]]), "alpha is negative"),
    "nothing left": (lambda x: np.column_stack([x[:, 0], 6 - x[:, 0]]), "no variance: alpha is not defined"),
    "empty item": (lambda x: np.column_stack([x[:, :3], np.full(len(x), np.nan)]), "item 4: no answers at all"),
    "copies": (lambda x: np.column_stack([x[:, 0]] * 2 + [x[:, 1]] * 2), "items 1 and 2 have identical answers"),
    "half missing": (lambda x: np.where(np.arange(x.size).reshape(x.shape) % 5 < 2, np.nan, x), "% of the answers"),
}


@pytest.mark.parametrize("case", NOTES)
def test_notes_where_a_figure_misleads(case):
    make, expected = NOTES[case]
    found = one_scale(make(simulated()))
    assert any(expected in note for note in found.notes), found.notes
    json.dumps(found.to_dict(), allow_nan=False)
    assert str(found)
    assert found.apa().endswith(".")


def test_no_overlap_no_complete_rows_and_indefinite_matrix():
    apart = simulated(n=100, k=3)
    apart[:50, 0] = np.nan
    apart[50:, 1] = np.nan
    found = one_scale(apart)
    assert np.isnan(found.alpha.value)
    assert any("items 1 and 2 were answered together by fewer than two persons" in note for note in found.notes)
    assert any("no row is complete" in note for note in found.notes)
    x = np.array([1.0, 2, 3, 4, 5] * 4)
    nothing = np.full(20, np.nan)
    against = np.column_stack([np.r_[x, x, nothing], np.r_[x, nothing, x], np.r_[nothing, x, 6 - x]])
    found = one_scale(against)
    assert any("negative eigenvalue" in note for note in found.notes)
    assert np.isnan(found.lambda6)


def test_mixed_ranges_are_said():
    answers = simulated(k=3)
    answers[:, 2] *= 2
    found = one_scale(answers, bank=small_bank({"total": (1, 2, 3)}, wide=(3,)))
    assert any("different ranges" in note for note in found.notes)
    assert list(found.items[2].frequencies) == list(range(11))


def test_nobody_and_one_row():
    for rows in (np.empty((0, 3)), np.full((4, 3), np.nan), np.array([[1.0, 2, 3]])):
        found = one_scale(rows)
        assert np.isnan(found.alpha.value)
        assert found.alpha.interval is None
        json.dumps(found.to_dict(), allow_nan=False)


def test_sem_is_of_the_scored_scale():
    found = one_scale(eis_answers())
    assert found.sem == pytest.approx(found.score.sd * np.sqrt(1 - found.alpha.value), abs=1e-12)
    summed = one_scale(eis_answers(), bank=small_bank({"total": range(1, 6)}, combine="sum"))
    assert summed.sem == pytest.approx(5 * found.sem, abs=1e-9)
    for mean, total in zip(found.conditional_sem.steps, summed.conditional_sem.steps, strict=True):
        assert total.sem == pytest.approx(5 * mean.sem, abs=1e-9)
        assert total.mean == pytest.approx(5 * mean.mean, abs=1e-9)


def test_kernels_at_their_limits():
    assert np.isnan(alpha(np.array([[1.0]])))
    assert np.isnan(item_rest(np.array([[1.0]]))).all()
    assert np.isnan(smc(np.ones((2, 2)))).all()
    assert np.isnan(lambda6_standardized(np.array([[1.0]])))
    assert np.isnan(best_split(np.array([[1.0]])).value)
    assert spearman_brown(0.5) == pytest.approx(2 / 3)
    assert feldt(float("nan"), n=100, n_items=5) is None
    assert feldt(0.8, n=1, n_items=5) is None


@pytest.mark.parametrize("wish", [{"level": 0}, {"level": 95}, {"bootstrap": -1}])
def test_what_cannot_be_asked_for(wish):
    with pytest.raises(ResponseError, match="is "):
        reliability_of(vouched(EIS, eis_answers()), **wish)


def test_unknown_rule_is_named():
    with pytest.raises(UnknownNameError, match="did you mean 'pairwise'"):
        reliability_of(vouched(EIS, eis_answers()), missing="pairwize")


def test_json_has_the_fixed_names():
    found = reliability_of(vouched(EIS, eis_answers()), bootstrap=100).to_dict()["small"]["total"]
    expected = {"n", "n_complete", "n_items", "missing", "alpha", "alpha_standardized", "lambda2", "lambda4", "lambda6",
                "average_r", "sem", "mean", "sd", "items", "glb", "omega_total", "omega_categorical", "ordinal_alpha",
                "split_half"}  # fmt: skip
    assert {"value", "ci"} <= set(found["omega_total"])
    assert {"min", "mean", "max"} <= set(found["split_half"])
    assert expected <= set(found)
    assert {"value", "ci", "method"} <= set(found["alpha"])
    assert {"value", "ci", "value_observed", "definition", "model"} <= set(found["omega_total"])
    assert {"chi2", "df", "p", "cfi", "rmsea", "fits"} <= set(found["omega_total"]["model"])
    assert {"value", "value_implied", "definition", "model"} <= set(found["omega_categorical"])
    assert set(found["items"][0]) == {"item", "name", "gloss", "n", "mean", "sd", "skew", "kurtosis", "shape_type", "floor",
                                      "ceiling", "frequencies", "item_total_r", "item_rest_r", "alpha_if_dropped",
                                      "omega_if_dropped", "reversed"}  # fmt: skip
    assert set(found["items"][0]["frequencies"]) == {"1", "2", "3", "4", "5"}


def test_forms_and_sittings_have_their_own_keys():
    bank = small_bank({"total": range(1, 7)}, forms=("now", "wished"), derived=("wished", "now"))
    administrations = (
        Administration(form="now"),
        Administration(form="wished"),
        Administration(form="now", partner="a"),
    )
    found = reliability_of(
        vouched(bank, *(simulated(seed=seed) for seed in (1, 2, 3)), administrations=administrations), bootstrap=0
    )  # fmt: skip
    assert list(found.scales["small"]) == ["now.total", "wished.total", "now.a.total"]
    assert len(found) == 3
    with pytest.raises(UnknownNameError, match="did you mean"):
        found["small.now.totl"]


def test_what_people_see():
    found = reliability_of(vouched(EIS, eis_answers()), bootstrap=0)
    assert ".83" in str(found)
    assert "<table>" in found._repr_html_()
    assert found.table().loc[0, "alpha"] == found["small.total"].alpha.value
    assert list(found["small.total"].table()["item"]) == [1, 2, 3, 4, 5]
    assert found.apa() == (
        "Cronbach's alpha of total (5 items) was .83, 95% CI [.80, .86] (N = 300, pairwise covariances); "
        "McDonald's omega was .84, 95% CI [.80, .86] (one-factor model, FIML: chi2(5) = 2.65, p = .754, CFI = 1.000, "
        "RMSEA = .000); mean inter-item r = .50, SEM = 0.31."
    )
