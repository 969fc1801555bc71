"""Reliability from models and beyond alpha: omegas, ordinal answers, bounds, halves, differences, totals."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intimacy_scales.analysis.reliability import reliability_of, reliability_of_totals
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.statistics import sem
from intimacy_scales.statistics.consistency.bounds import alpha_bounds, greatest_lower_bound
from intimacy_scales.statistics.consistency.categorical import green_yang, ordinal_figures
from intimacy_scales.statistics.consistency.coefficients import (
    alpha,
    conditional_sem,
    error_variances,
    guttman,
    standardized,
)
from intimacy_scales.statistics.consistency.composites import (
    composite_reliability,
    difference_reliability,
    stratified_alpha,
)
from intimacy_scales.statistics.consistency.intervals import bootstrap_alpha, distribution_free
from intimacy_scales.statistics.consistency.omega import omega_of_factors, omega_without_each, one_factor_omega
from intimacy_scales.statistics.consistency.splits import best_split, split_half
from intimacy_scales.statistics.factoring import hierarchical_omega
from intimacy_scales.statistics.moments import pairwise_covariance
from small_banks import small_bank, vouched
from test_reliability import (
    EIS,
    HERE,
    PAIR,
    PAIR_REVERSED,
    PAIR_SCALES,
    R,
    brute_lambda4,
    eis_answers,
    one_scale,
    pair_answers,
    simulated,
)


def complete(answers):
    return answers[~np.isnan(answers).any(axis=1)]


def pair_keyed():
    answers = pair_answers("pair_complete.csv")
    for number in PAIR_REVERSED:
        answers[:, number - 1] = 4 - answers[:, number - 1]
    return answers


# omega


def test_omega_equals_semtools_on_the_observed_total():
    found = one_scale(eis_answers(), missing="listwise").omega
    assert found.value_observed == pytest.approx(R["eis"]["cfa_ml"]["omega"], abs=1e-7)
    assert found.chisq == pytest.approx(R["eis"]["cfa_ml"]["fit"]["chisq"], abs=1e-4)
    assert found.value == pytest.approx(found.loadings.sum() ** 2 / (found.loadings.sum() ** 2 + found.residuals.sum()))


def test_omega_by_fiml_equals_semtools():
    found = one_scale(eis_answers(), missing="fiml").omega
    assert found.value_observed == pytest.approx(R["eis"]["cfa_fiml"]["omega"], abs=1e-6)
    assert found.interval.n == 300


def test_omega_of_a_population_is_exact_and_alpha_is_below():
    loadings, errors = np.array([0.9, 0.7, 0.5, 0.3]), np.array([0.4, 0.5, 0.6, 0.7])
    c = np.outer(loadings, loadings) + np.diag(errors)
    true = loadings.sum() ** 2 / c.sum()
    found = one_factor_omega(c, n=100_000)
    assert found.value == pytest.approx(true, abs=1e-6)
    assert alpha(c) < true
    without = omega_without_each(c)
    for j in range(4):
        rest = np.delete(np.arange(4), j)
        assert without[j] == pytest.approx(loadings[rest].sum() ** 2 / c[np.ix_(rest, rest)].sum(), abs=1e-6)


def test_omega_where_there_is_none():
    assert one_factor_omega(np.eye(2), n=100) is None
    assert one_factor_omega(np.ones((4, 4)), n=100) is None
    assert one_factor_omega(np.eye(4) + 0.3, n=4) is None
    assert np.isnan(omega_without_each(np.eye(3) + 0.3)).all()
    found = one_scale(simulated(k=2))
    assert found.omega is None
    assert found.to_dict()["omega_total"]["value"] is found.to_dict()["omega_total"]["ci"] is None


def test_heywood_case_is_said():
    r = np.array([[1, 0.9, 0.8, 0.1], [0.9, 1, 0.3, 0.1], [0.8, 0.3, 1, 0.1], [0.1, 0.1, 0.1, 1.0]])
    r = r + 0.2 * np.eye(4)
    found = one_factor_omega(r, n=500)
    assert found is None or not (found.residuals < 0).any() or "Heywood" in found.withheld
    assert found is not None
    assert (found.residuals < 0).any()


def test_omegas_of_six_factors_equal_semtools():
    places = {name: list(range(s, 36, 6)) for s, name in enumerate(PAIR_SCALES)}
    found = omega_of_factors(np.cov(pair_keyed(), rowvar=False), places, n=400)
    for name in PAIR_SCALES:
        assert found.by_factor[name] == pytest.approx(R["pair"]["cfa_ml_omega"][name], abs=1e-5)
        assert 0 < found.average_variance_extracted[name] < 1
    assert max(found.by_factor.values()) < found.total < 1
    np.testing.assert_allclose(found.factor_correlations, found.factor_correlations.T)
    assert omega_of_factors(np.ones((4, 4)), {"a": [0, 1], "b": [2, 3]}, n=100) is None


def test_totals_equal_psych_omega():
    """R: psych::omega(nfactors = 6); a total that PAIR does not have, and the note says why."""
    (found,) = reliability_of_totals(vouched(PAIR, pair_answers("pair_complete.csv")))
    assert found.omega_hierarchical == pytest.approx(R["pair"]["omega"]["omega_h"], abs=1e-5)
    assert found.stratified_alpha > found.alpha > found.omega_hierarchical
    assert found.by_scale.keys() == set(PAIR_SCALES)
    json.dumps(found.to_dict(), allow_nan=False)
    assert "omega hierarchical" in str(found)
    assert reliability_of_totals(vouched(EIS, eis_answers())) == ()


def test_a_total_with_little_in_common_is_spoken_against():
    rng = np.random.default_rng(2)
    answers = np.hstack([simulated(n=400, k=3, seed=seed) for seed in (1, 2, 3)])[rng.permutation(400)]
    bank = small_bank({"a": (1, 2, 3), "b": (4, 5, 6), "c": (7, 8, 9)})
    (found,) = reliability_of_totals(vouched(bank, answers))
    assert any("score the scales, not a total" in note for note in found.notes)


def test_jensen_weng_population():
    """The example of Jensen and Weng (1994): general loadings .72 .63 .54 .56 .48 .40 .42 .35 .28."""
    first, second = np.array([[.8, .7, .6], [.7, .6, .5], [.6, .5, .4]]), np.array([.9, .8, .7])  # fmt: skip
    pattern = np.zeros((9, 3))
    for f in range(3):
        pattern[3 * f : 3 * f + 3, f] = first[f]
    phi = np.outer(second, second)
    np.fill_diagonal(phi, 1)
    r = pattern @ phi @ pattern.T
    np.fill_diagonal(r, 1)
    found = hierarchical_omega(r, 3)
    general = pattern @ second
    np.testing.assert_allclose(general, [.72, .63, .54, .56, .48, .40, .42, .35, .28], atol=1e-12)  # fmt: skip
    np.testing.assert_allclose(found.solution.general, general, atol=1e-6)
    assert found.omega_hierarchical == pytest.approx(general.sum() ** 2 / r.sum(), abs=1e-6)


# ordinal answers


def test_ordinal_alpha_and_categorical_omega_equal_r():
    found = ordinal_figures(complete(eis_answers()))
    assert found.ordinal_alpha == pytest.approx(R["eis"]["ordinal_alpha"], abs=1e-5)
    assert found.omega_categorical == pytest.approx(R["eis"]["cfa_wlsmv"]["omega_categorical"], abs=1e-5)
    assert found.ordinal_alpha > found.omega_categorical


def test_green_yang_is_the_reliability_of_simulated_sums():
    rng = np.random.default_rng(4)
    loadings, cuts = (
        np.array([0.8, 0.7, 0.6, 0.5]),
        [np.array([-1.0, 0.3]), np.array([0.0]), np.array([-0.5, 0.5, 1.2])],
    )
    cuts.append(np.array([0.8]))
    n = 300_000
    f = rng.standard_normal((n, 1))

    def administration():
        latent = loadings * f + np.sqrt(1 - loadings**2) * rng.standard_normal((n, 4))
        return sum(np.digitize(latent[:, j], cuts[j]) for j in range(4))

    retest = np.corrcoef(administration(), administration())[0, 1]
    implied = np.outer(loadings, loadings)
    np.fill_diagonal(implied, 1)
    assert green_yang(loadings, cuts, implied) == pytest.approx(retest, abs=0.004)


def test_ordinal_figures_where_there_are_none():
    constant = np.column_stack([simulated(k=3), np.ones(200)])
    assert np.isnan(ordinal_figures(constant).ordinal_alpha)
    assert np.isnan(ordinal_figures(simulated(k=1)).ordinal_alpha)
    two = ordinal_figures(simulated(k=2))
    assert np.isfinite(two.ordinal_alpha)
    assert np.isnan(two.omega_categorical)


# the greatest lower bound, halves


@pytest.mark.parametrize("k", [2, 3, 5, 9])
def test_glb_is_feasible_optimal_and_above_every_lambda(k):
    c = np.cov(simulated(n=150, k=k, seed=k), rowvar=False)
    found = greatest_lower_bound(c)
    assert (found.errors > 0).all()
    assert np.linalg.eigvalsh(c - np.diag(found.errors))[0] > -1e-12
    assert found.gap < 1e-9
    others = guttman(c)
    lambdas = [others.lambda1, others.lambda2, others.lambda3, others.lambda5, others.lambda6, best_split(c).value]
    assert found.value >= max(lambdas) - 1e-9
    rng = np.random.default_rng(k)
    for _ in range(200):  # nothing feasible leaves more error
        e = found.errors * rng.uniform(0.7, 1.3, k)
        if np.linalg.eigvalsh(c - np.diag(e))[0] >= 0:
            assert e.sum() <= found.errors.sum() + 1e-8


def test_glb_of_items_that_all_but_repeat_each_other():
    rng = np.random.default_rng(1)
    for tiny in 10.0 ** -np.arange(1, 7):
        answers = rng.standard_normal((100, 5)) + rng.standard_normal((100, 1))
        answers[:, 1] = answers[:, 0] + tiny * rng.standard_normal(100)
        c = np.cov(answers, rowvar=False)
        found = greatest_lower_bound(c)
        if found is not None:
            assert found.gap < 1e-6
            assert alpha(c) < found.value < 1
            assert np.linalg.eigvalsh(c - np.diag(found.errors))[0] > -1e-9


def test_glb_of_known_matrices():
    assert greatest_lower_bound(np.array([[1, 0.5], [0.5, 1]])).value == pytest.approx(2 / 3, abs=1e-9)
    parallel = np.full((4, 4), 0.6) + 0.4 * np.eye(4)
    assert greatest_lower_bound(parallel).value == pytest.approx(alpha(parallel), abs=1e-9)
    assert greatest_lower_bound(np.ones((3, 3))) is None
    assert greatest_lower_bound(np.eye(1)) is None
    # psych's glb.fa is an approximation from above
    assert greatest_lower_bound(np.cov(complete(eis_answers()), rowvar=False)).value < R["eis"]["glb_fa"]


@pytest.mark.parametrize("k", [2, 4, 5, 7])
def test_split_halves_against_the_persons_half_scores(k):
    answers = simulated(k=k, seed=k)
    c = np.cov(answers, rowvar=False)
    rulon, brown = [], []
    for half in itertools.combinations(range(k), k // 2):
        other = [j for j in range(k) if j not in half]
        a, b = answers[:, half].sum(axis=1), answers[:, other].sum(axis=1)
        rulon.append(1 - np.var(a - b, ddof=1) / np.var(a + b, ddof=1))
        r = np.corrcoef(a, b)[0, 1]
        brown.append(2 * r / (1 + r))
    found = split_half(c)
    for ours, theirs in ((found.rulon, rulon), (found.spearman_brown, brown)):
        np.testing.assert_allclose([ours.min, ours.mean, ours.max], [min(theirs), np.mean(theirs), max(theirs)])
    if k % 2 == 0:
        assert found.rulon.mean == pytest.approx(alpha(c), abs=1e-12)
        assert found.n_splits == len(rulon) // 2
    assert found.rulon.max <= brute_lambda4(c) + 1e-12


def test_split_half_matches_psych_where_it_counts_every_split():
    found = split_half(standardized(np.cov(complete(eis_answers()), rowvar=False)))
    assert found.rulon.min == pytest.approx(R["eis"]["splitHalf"]["minrb"], abs=1e-8)


def test_split_half_of_many_items_is_sampled():
    c = np.cov(simulated(n=300, k=18), rowvar=False)
    found = split_half(c, seed=4)
    assert not found.exhaustive
    assert found.rulon.mean == pytest.approx(alpha(c), abs=1e-3)
    assert found == split_half(c, seed=4)
    assert split_half(np.eye(1)) is None


# intervals, bounds


def test_distribution_free_se_agrees_with_the_bootstrap():
    for missing in (0.0, 0.1):
        answers = simulated(n=400, k=5, missing=missing)
        value = alpha(pairwise_covariance(answers))
        found = distribution_free(answers, alpha=value)
        assert found.se == pytest.approx(bootstrap_alpha(answers, samples=4000).se, rel=0.06)
        assert found.interval.low < value < found.interval.high
    assert distribution_free(np.ones((20, 3)), alpha=1.0) is None
    assert distribution_free(np.ones((2, 3)), alpha=1.0) is None


@pytest.mark.parametrize("seed", range(6))
def test_bounds_equal_trying_every_filling(seed):
    rng = np.random.default_rng(seed)
    answers = simulated(n=8, k=3, seed=seed)
    answers.ravel()[rng.choice(24, 4, replace=False)] = np.nan
    answers = answers[~np.isnan(answers).all(axis=1)]
    gaps = np.argwhere(np.isnan(answers))
    tried = []
    for filling in itertools.product([1.0, 2, 3, 4, 5], repeat=len(gaps)):
        filled = answers.copy()
        filled[gaps[:, 0], gaps[:, 1]] = filling
        tried.append(alpha(np.cov(filled, rowvar=False)))
    found = alpha_bounds(answers, (np.arange(1, 6.0),) * 3)
    assert found.low == pytest.approx(np.nanmin(tried), abs=1e-9)
    assert found.high == pytest.approx(np.nanmax(tried), abs=1e-9)


def test_bounds_hold_the_truth_and_leave_the_input_alone():
    whole = simulated(n=300, k=5)
    answers = whole.copy()
    answers[np.random.default_rng(0).random(whole.shape) < 0.06] = np.nan
    before = answers.copy()
    found = alpha_bounds(answers, (np.arange(1, 6.0),) * 5)
    np.testing.assert_array_equal(answers, before)
    answered = whole[~np.isnan(answers).all(axis=1)]
    assert found.low < alpha(np.cov(answered, rowvar=False)) < found.high
    full = alpha_bounds(whole, (np.arange(1, 6.0),) * 5)
    assert full.low == full.high == pytest.approx(alpha(np.cov(whole, rowvar=False)), abs=1e-12)
    assert alpha_bounds(whole[:, :1], (np.arange(1, 6.0),)) is None
    assert alpha_bounds(np.ones((5, 3)), (np.arange(1, 6.0),) * 3) is None


# composites, differences, error along the score


def test_stratified_alpha_and_mosier_agree():
    answers = np.hstack([simulated(n=300, k=3, seed=1), simulated(n=300, k=4, seed=2)])
    c = np.cov(answers, rowvar=False)
    strata = [[0, 1, 2], [3, 4, 5, 6]]
    scores = np.cov([answers[:, s].sum(axis=1) for s in strata])
    alphas = [alpha(c[np.ix_(s, s)]) for s in strata]
    assert stratified_alpha(c, strata) == pytest.approx(composite_reliability([1, 1], scores, alphas), abs=1e-12)
    assert stratified_alpha(c, [list(range(7))]) == pytest.approx(alpha(c), abs=1e-12)
    assert np.isnan(stratified_alpha(np.zeros((2, 2)), [[0, 1]]))
    assert np.isnan(composite_reliability([1, -1], np.ones((2, 2)), [0.8, 0.8]))


def test_reliability_of_a_difference():
    rng = np.random.default_rng(3)
    a = rng.standard_normal(500)
    b = 0.7 * a + rng.standard_normal(500)
    b[:50] = np.nan
    found = difference_reliability(a, b, (0.8, 0.7))
    s1, s2, r = a[50:].std(ddof=1), b[50:].std(ddof=1), np.corrcoef(a[50:], b[50:])[0, 1]
    below = s1**2 + s2**2 - 2 * r * s1 * s2
    assert found.value == pytest.approx((0.8 * s1**2 + 0.7 * s2**2 - 2 * r * s1 * s2) / below, abs=1e-12)
    assert found.sem == pytest.approx(np.sqrt(s1**2 * 0.2 + s2**2 * 0.3), abs=1e-12)
    assert found.sem == pytest.approx(found.sd * np.sqrt(1 - found.value), abs=1e-12)
    assert found.n == 450
    assert np.isnan(difference_reliability(a[:1], a[:1], (0.8, 0.8)).value)


def test_forms_and_partners_have_the_reliability_of_their_difference():
    bank = small_bank({"total": range(1, 7)}, forms=("now", "wished"), derived=("wished", "now"))
    administrations = (
        Administration(form="now", partner="a"),
        Administration(form="wished", partner="a"),
        Administration(form="now", partner="b"),
    )
    answers = [simulated(seed=seed, missing=0.02) for seed in (1, 2, 3)]
    found = reliability_of(vouched(bank, *answers, administrations=administrations), bootstrap=0)
    assert set(found.differences["small"]) == {"gap.a.total", "now.a_minus_b.total"}
    gap = found.differences["small"]["gap.a.total"]
    alphas = tuple(found[f"small.{form}.a.total"].alpha.value for form in ("now", "wished"))
    assert gap.reliabilities == alphas
    assert found.differences_to_dict()["small"]["gap.a.total"]["n"] == gap.n
    assert "wished.a.total" in gap.which


def test_error_along_the_score_adds_up_to_alpha():
    answers = simulated(n=250, k=6)
    c = np.cov(answers, rowvar=False)
    whole = np.sqrt(c.sum() * (1 - alpha(c)))
    found = conditional_sem(answers)
    assert found.overall == pytest.approx(whole, abs=1e-10)
    assert np.sqrt(sum(s.n * s.sem**2 for s in found.steps) / found.n) == pytest.approx(whole, abs=1e-10)
    assert sum(s.n for s in found.steps) == 250
    assert all(a.high < b.low for a, b in itertools.pairwise(found.steps))
    assert conditional_sem(answers, unit=1 / 6).overall == pytest.approx(whole / 6, abs=1e-10)
    assert error_variances(answers).shape == (250,)
    assert conditional_sem(answers[:, :1]) is None
    assert conditional_sem(answers[:5]) is None


# missing answers by EM


def test_fiml_alpha_is_that_of_the_em_covariances():
    answers = eis_answers()
    found = one_scale(answers, missing="fiml")
    assert found.alpha.value == pytest.approx(alpha(sem.em_moments(answers).cov), abs=1e-10)
    assert found.alpha.interval.n == found.n == 300
    assert found.alpha.bootstrap is None
    assert found.to_dict()["missing"] == "fiml"
    assert found.items[0].n == 292
    assert "FIML" in found.apa()


def test_fiml_of_complete_answers_is_listwise():
    answers = complete(eis_answers())
    by_em, listwise = (one_scale(answers, missing=rule) for rule in ("fiml", "listwise"))
    assert by_em.alpha.value == pytest.approx(listwise.alpha.value, abs=1e-8)
    assert by_em.omega.value == pytest.approx(listwise.omega.value, abs=1e-6)
    assert by_em.items[1].item_rest_r == pytest.approx(listwise.items[1].item_rest_r, abs=1e-8)


def test_fiml_says_why_it_cannot():
    answers = simulated(k=3, missing=0.05)
    copied = np.column_stack([answers, answers[:, 0]])
    found = one_scale(copied, missing="fiml")
    assert np.isnan(found.alpha.value)
    assert any("no covariances by EM" in note for note in found.notes)
    json.dumps(found.to_dict(), allow_nan=False)


# whatever comes


@settings(max_examples=30, deadline=None)
@example(206, "fiml")  # a matrix that became singular on the way
@example(16, "listwise")  # two items that correlate -1
@given(st.integers(0, 10_000), st.sampled_from(["pairwise", "listwise", "fiml"]))
@example(1734, "pairwise")  # without any one of its persons no alpha is left
def test_no_answers_are_too_odd_to_be_told_about(seed, missing):
    """Few persons, constants, copies, gaps: figures or notes, never an exception, never a NaN in JSON."""
    rng = np.random.default_rng(seed)
    n, k = rng.integers(1, 15), rng.integers(1, 6)
    answers = rng.integers(1, rng.integers(3, 7), (n, k)).astype(float)
    answers[rng.random((n, k)) < rng.choice([0, 0.2, 0.6])] = np.nan
    if rng.random() < 0.3:
        answers[:, 0] = answers[:, -1]
    if rng.random() < 0.3:
        answers[:, rng.integers(k)] = 3
    found = reliability_of(vouched(small_bank({"total": range(1, k + 1)}), answers), missing=missing, bootstrap=20)
    scale = found["small.total"]
    json.dumps(found.to_dict(), allow_nan=False)
    assert str(found)
    assert str(scale)
    assert scale.apa().endswith(".")
    assert np.isfinite(scale.alpha.value) or scale.notes
    interval = scale.alpha.interval
    assert interval is None or interval.low <= scale.alpha.value + 1e-12


# split halves of psych, from covariances; reference/psych.json is what reference/make_psych.R wrote


def test_split_halves_and_ordinal_alpha_are_psychs():
    """Six items: every split. Five: psych leaves out half of the ten splits (its ends are right here, its mean not)."""
    psych = json.loads((HERE / "psych.json").read_text(encoding="utf-8"))
    six, five = pair_keyed()[:, 0::6], complete(eis_answers())
    wanted, part = psych["reliability_emotional"], psych["reliability_eis"]
    found = split_half(np.cov(six, rowvar=False))
    assert found.n_splits == wanted["split_cov"]["n"] == 10
    for name in ("min", "mean", "max"):
        assert getattr(found.rulon, name) == pytest.approx(wanted["split_cov"][name], abs=1e-10)
    odd = split_half(np.cov(five, rowvar=False))
    assert (odd.n_splits, part["split_cov"]["n"]) == (10, 5)
    assert odd.rulon.min == pytest.approx(part["split_cov"]["min"], abs=1e-10)
    assert odd.rulon.max == pytest.approx(part["split_cov"]["max"], abs=1e-10)
    for answers, figures in ((six, wanted), (five, part)):
        assert ordinal_figures(answers).ordinal_alpha == pytest.approx(figures["ordinal_alpha"], abs=1e-5)


def test_greatest_lower_bound_is_that_of_psych_algebraic():
    """R: ``psych::glb.algebraic`` (by Rcsdp) of the six scales, of all 36 items, and of the EIS."""
    psych = json.loads((HERE / "psych.json").read_text(encoding="utf-8"))
    items = pair_keyed()
    blocks = [*(items[:, first::6] for first in range(6)), items, complete(eis_answers())]
    found = [greatest_lower_bound(np.cov(block, rowvar=False)).value for block in blocks]
    np.testing.assert_allclose(found, psych["glb_algebraic"], atol=2e-9)
