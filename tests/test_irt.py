"""Graded response model, person scores, information, local dependence, differential functioning."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.analysis.structure import (
    category_curves,
    differential_functioning,
    graded_response,
    information,
    person_thetas,
)
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.statistics.irt.differential_functioning import ordinal_logit
from intimacy_scales.statistics.irt.estimation import probabilities, shifted, slopes_by_theta, slopes_of
from intimacy_scales.statistics.irt.person_scores import local_dependence

REFERENCE = Path(__file__).parent / "reference"
SLOPES = np.array([0.8, 1.2, 1.6, 2.0, 2.4, 1.4])
THRESHOLDS = np.array([-1.5, -0.5, 0.5, 1.5]) + np.array([[-0.3], [-0.1], [0.0], [0.1], [0.2], [0.4]])


def simulated(rng, n, slopes=SLOPES, thresholds=THRESHOLDS, theta=None):
    theta = rng.normal(size=n) if theta is None else theta
    above = 1 / (1 + np.exp(-slopes[:, None] * (theta[:, None, None] - thresholds)))
    return (rng.random((n, len(slopes), 1)) < above).sum(axis=2).astype(float), theta


@pytest.fixture(scope="module")
def theirs():
    return json.loads((REFERENCE / "irt.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def table():
    return np.genfromtxt(REFERENCE / "eis.csv", delimiter=",", skip_header=1, dtype=str)


@pytest.fixture(scope="module")
def eis(table):
    return np.array([[float(v) if v not in ("", "NA") else np.nan for v in row] for row in table[:, 2:]])


@pytest.fixture(scope="module")
def complete(eis):
    return eis[~np.isnan(eis).any(axis=1)]


@pytest.fixture(scope="module")
def model(complete):
    return graded_response(complete)


# against other programs


def test_estimates_and_standard_errors_are_mirts(model, theirs):
    mirt = theirs["mirt"]
    assert np.abs(model.slopes - mirt["slopes"]).max() < 5e-4
    assert np.abs(np.array(model.thresholds) - mirt["thresholds"]).max() < 5e-4
    assert np.abs(model.slope_se - mirt["slope_se"]).max() < 1e-3
    assert np.abs(np.array(model.threshold_se) - mirt["threshold_se"]).max() < 1e-3
    assert model.log_likelihood == pytest.approx(mirt["log_likelihood"], abs=1e-5)
    assert model.log_likelihood >= mirt["log_likelihood"]


def test_estimates_are_near_girths(model, theirs):
    """Girth stops earlier: it is a second witness, not a standard."""
    assert np.abs(model.slopes - theirs["girth"]["slopes"]).max() < 0.02
    assert np.abs(np.array(model.thresholds) - theirs["girth"]["thresholds"]).max() < 0.08


def test_person_scores_are_mirts(model, complete, theirs):
    eap, ml = (person_thetas(model, complete[:40], method=method) for method in ("eap", "ml"))
    assert np.abs(eap.theta - np.ravel(theirs["mirt"]["eap"]["theta"])).max() < 1e-3
    assert np.abs(eap.se - np.ravel(theirs["mirt"]["eap"]["se"])).max() < 1e-3
    reference = np.ravel(theirs["mirt"]["ml"]["theta"])
    inside = np.abs(reference) < 5.9  # mirt stops at 6 where there is no maximum
    assert np.abs(ml.theta[inside] - reference[inside]).max() < 1e-3
    assert np.isnan(ml.theta[~inside]).all()


def test_ordinal_logit_is_statsmodels(complete, table, eis, theirs):
    women = (table[~np.isnan(eis).any(axis=1), 1] == "women").astype(float)
    codes = complete.astype(int) - 1
    mean = codes.mean(axis=1)
    for name, columns in {
        "matching": [mean],
        "group": [mean, women],
        "interaction": [mean, women, mean * women],
    }.items():
        fit = ordinal_logit(codes[:, 0].astype(np.intp), np.column_stack(columns))
        assert fit.converged
        assert fit.log_likelihood == pytest.approx(theirs["ordered_model"][name]["log_likelihood"], abs=1e-6)
        assert np.allclose(fit.slopes, theirs["ordered_model"][name]["slopes"], atol=1e-3)
        se = np.sqrt(np.diag(fit.covariance))[-len(columns) :]  # expected information; theirs is the observed one
        assert np.allclose(se, theirs["ordered_model"][name]["se"], rtol=0.08)


# derivatives


def test_slopes_of_the_curves_are_the_numerical_ones(model):
    theta, step = np.linspace(-2, 2, 5), 1e-6
    exact = slopes_of(model.curves, theta)
    for d in range(exact.shape[2]):
        unit = np.zeros((5, exact.shape[2]))
        unit[:, d] = step
        ahead, behind = (probabilities(shifted(model.curves, s * unit), theta) for s in (1, -1))
        assert np.allclose((ahead - behind) / (2 * step), exact[:, :, d], atol=1e-8)
    by_theta = (probabilities(model.curves, theta + step) - probabilities(model.curves, theta - step)) / (2 * step)
    assert np.allclose(by_theta, slopes_by_theta(model.curves, theta), atol=1e-8)


def test_information_is_the_expected_curvature(model):
    theta, step = np.array([-1.0, 0.3]), 1e-4
    p = probabilities(model.curves, theta)
    logs = [np.log(probabilities(model.curves, theta + s)) for s in (-step, 0.0, step)]
    curvature = -(p * (logs[0] - 2 * logs[1] + logs[2]) / step**2).sum(axis=1)
    found = information(model, theta)
    assert np.allclose(found.items.T, curvature, rtol=1e-4)
    assert np.allclose(found.test, found.items.sum(axis=1))
    assert np.allclose(found.se, 1 / np.sqrt(found.test))


# recovery


def test_parameters_come_back():
    rng = np.random.default_rng(1)
    x, _ = simulated(rng, 4000)
    found = graded_response(x)
    assert found.converged
    assert (np.abs(found.slopes - SLOPES) < 4 * found.slope_se).all()
    assert (np.abs(np.array(found.thresholds) - THRESHOLDS) < 4 * np.array(found.threshold_se)).all()


def test_missing_answers_cost_precision_not_truth():
    rng = np.random.default_rng(2)
    x, _ = simulated(rng, 3000)
    x[rng.random(x.shape) < 0.2] = np.nan
    x[0] = np.nan
    found = graded_response(x, se="empirical")
    assert (np.abs(found.slopes - SLOPES) < 4 * found.slope_se).all()
    assert found.n_persons == int((~np.isnan(x)).any(axis=1).sum())
    assert any("gave no answer; left out" in note for note in found.notes)


def test_more_points_change_nothing_and_both_errors_agree(complete, model):
    assert np.abs(graded_response(complete, points=121).slopes - model.slopes).max() < 1e-4
    assert np.allclose(graded_response(complete, se="empirical").slope_se, model.slope_se, rtol=0.3)


def test_items_may_differ_in_their_categories():
    rng = np.random.default_rng(3)
    x, _ = simulated(rng, 2000)
    x[:, 1] = np.minimum(x[:, 1], 2)
    x[:, 2] = x[:, 2] > 1
    found = graded_response(x)
    assert [len(t) for t in found.thresholds] == [4, 2, 1, 4, 4, 4]
    assert np.abs(found.thresholds[2][0] - THRESHOLDS[2, 1]) < 4 * found.threshold_se[2][0]
    assert found.n_parameters == 6 + 19
    assert category_curves(found, 2).shape == (81, 2)
    assert np.allclose(category_curves(found, 1).sum(axis=1), 1.0)


def test_order_of_persons_and_codes_do_not_matter(complete, model):
    rows = np.random.default_rng(4).permutation(len(complete))
    other = graded_response(2 * complete[rows] + 1, se="empirical")
    assert np.allclose(other.slopes, model.slopes, atol=1e-4)


def test_scores_recover_and_say_how_well():
    rng = np.random.default_rng(5)
    x, theta = simulated(rng, 2000)
    fitted = graded_response(x, se="empirical")
    for method in ("eap", "ml"):
        found = person_thetas(fitted, x, method=method)
        known = ~np.isnan(found.theta)
        assert np.mean(np.abs(found.theta - theta)[known] < 1.96 * found.se[known]) == pytest.approx(0.95, abs=0.02)
        assert np.corrcoef(found.theta[known], theta[known])[0, 1] ** 2 == pytest.approx(found.reliability, abs=0.03)
    assert person_thetas(fitted, x).reliability == pytest.approx(information(fitted).marginal_reliability, abs=0.03)


def test_rows_stay_in_place_and_nobody_is_scored_on_nothing(model):
    rows = np.array([[np.nan] * 5, [5] * 5, [1, np.nan, 2, np.nan, np.nan]])
    eap, ml = person_thetas(model, rows), person_thetas(model, rows, method="ml")
    assert np.isnan(eap.theta).tolist() == [True, False, False]
    assert np.isnan(ml.theta).tolist() == [True, True, False]
    assert eap.n_answered.tolist() == [0, 5, 2]
    assert "1 persons answered at one end throughout" in ml.notes[1]


# edges, said


def test_unused_and_rare_categories_are_said():
    rng = np.random.default_rng(6)
    x, _ = simulated(rng, 500)
    x[x[:, 0] == 2, 0] = 3
    x[0, 3] = 7
    found = graded_response(x, se="empirical")
    said = "\n".join(found.notes)
    assert "item 1: never answered 2" in said
    assert "item 4: category 7 was chosen 1 time(s)" in said
    with pytest.raises(ResponseError, match="item 1: answers 2; 0, 1, 3, 4, the categories in the fit"):
        person_thetas(found, [[2, 0, 0, 0, 0, 0]])


def test_two_identical_items_are_said():
    rng = np.random.default_rng(7)
    x, _ = simulated(rng, 300)
    found = graded_response(np.column_stack([x, x[:, 2]]), max_iterations=300)
    assert np.isfinite(found.log_likelihood)
    assert any("limit" in note or "not converged" in note for note in found.notes)


def test_no_convergence_is_said(complete):
    found = graded_response(complete, max_iterations=2)
    assert not found.converged
    assert any("not converged after 2 steps" in note for note in found.notes)


def test_fewer_persons_than_parameters_is_said():
    x, _ = simulated(np.random.default_rng(8), 12)
    found = graded_response(x, max_iterations=200, se="empirical")
    assert any("no standard errors" in note for note in found.notes)
    assert np.isnan(found.slope_se).all()


def test_a_badly_keyed_item_is_said(complete):
    x = complete.copy()
    x[:, 1] = 6 - x[:, 1]
    found = graded_response(x, se="empirical")
    assert found.slopes[1] < 0
    assert "item 2: negative slope; check its keying" in found.notes


def test_all_faults_come_at_once():
    with pytest.raises(ResponseError) as caught:
        graded_response(np.array([[1, 2], [1, 3], [1, 2]]), points=21, se="guess")
    said = str(caught.value)
    for part in ("item 1: all answers are the same", "2 item(s)", "points: 21; 61 or more", "observed, empirical"):
        assert part in said


def test_wrong_requests_are_named(model):
    for call in (
        lambda: person_thetas(model, [[1, 2]]),
        lambda: person_thetas(model, [[1] * 5], method="mode"),
        lambda: information(model, [np.nan]),
        lambda: category_curves(model, 9),
    ):
        with pytest.raises(ResponseError):
            call()


# local dependence


def test_a_doubled_item_is_found():
    rng = np.random.default_rng(9)
    x, _ = simulated(rng, 2000)
    noise, _ = simulated(rng, 2000)
    doubled = np.where(rng.random(2000) < 0.5, x[:, 5], noise[:, 0])
    clean = local_dependence(graded_response(x, se="empirical"), x)
    assert clean.pairs == ()
    assert clean.average == pytest.approx(-1 / 6, abs=0.05)
    y = np.column_stack([x, doubled])
    found = local_dependence(graded_response(y, se="empirical"), y)
    assert [(pair.first, pair.second) for pair in found.pairs] == [("item 6", "item 7")]
    assert "share more than the trait" in found.notes[0]


# differential functioning


def two_groups(rng, n, *, shift=0.0, steeper=1.0, impact=0.0):
    slopes, thresholds = SLOPES.copy(), THRESHOLDS.copy()
    slopes[2] *= steeper
    thresholds[2] = thresholds[2] / steeper + shift  # intercepts stay: only the slope differs
    first, _ = simulated(rng, n)
    second, _ = simulated(rng, n, slopes, thresholds, theta=rng.normal(size=n) + impact)
    return np.vstack([first, second]), ["a"] * n + ["b"] * n


def test_uniform_difference_is_found_where_it_is():
    x, groups = two_groups(np.random.default_rng(10), 800, shift=0.6)
    found = differential_functioning(x, groups)
    item = found.items[2]
    assert item.flagged
    assert item.p_uniform < 1e-6
    assert item.p_nonuniform > 0.01
    assert item.group_effects[0] < -0.5
    assert max(i.nagelkerke_change for i in found.items if i is not item) < item.nagelkerke_change / 3
    assert item.chi2_total == pytest.approx(item.chi2_uniform + item.chi2_nonuniform)
    lines = found.rows_for_eyes()
    assert len(lines) == 1 + len(found.items)
    assert lines[3][0] == item.name
    assert lines[3][2] == f"{item.chi2_total:.2f}"
    assert lines[3][-2] == f"{item.size}, flagged"
    assert lines[3][-1] == "a"  # group b answers lower at the same standing
    assert item.name in str(found)
    assert "<table>" in found._repr_html_()


def test_nonuniform_difference_is_found():
    x, groups = two_groups(np.random.default_rng(11), 1500, steeper=0.4)
    item = differential_functioning(x, groups).items[2]
    assert item.flagged
    assert item.p_nonuniform < 1e-4


def test_a_difference_of_the_groups_is_not_one_of_the_items():
    rng = np.random.default_rng(12)
    x, groups = two_groups(rng, 600, impact=0.8)
    theta = person_thetas(graded_response(x, se="empirical"), x).theta
    for matching in (None, theta):
        found = differential_functioning(x, groups, matching=matching)
        assert all(item.size == "negligible" for item in found.items)


def test_groups_may_be_three_and_may_be_missing(eis):
    groups = np.array(["u", "v", "w"] * 100, dtype=object)
    groups[:5] = None
    groups[5] = np.nan
    found = differential_functioning(eis, groups)
    assert found.groups == ("u", "v", "w")
    assert sum(found.group_sizes) == 294
    assert found.items[0].df_total == 4
    assert len(found.items[0].group_effects) == 2


def test_differential_functioning_at_the_edges():
    rng = np.random.default_rng(13)
    x, groups = two_groups(rng, 20)
    x[:, 0] = 1
    x[:20, 1] = np.nan
    found = differential_functioning(x, groups)
    assert np.isnan(found.items[0].p_total)
    assert found.items[0].size == found.items[1].size == "unknown"
    assert not found.items[0].flagged
    said = "\n".join(found.notes)
    assert "item 1: not tested" in said
    assert found.rows_for_eyes()[1][2:] == ["-", "2", "-", "-", "-", "-", "unknown", ""]
    assert "note: item 1: not tested" in str(found)
    assert "group a: 20 persons, fewer than 30" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"groups": ["a"] * 40}, "two or more"),
        ({"groups": ["a", "b"]}, "2 values"),
        ({"alpha": 2}, "alpha"),
        ({"matching": [1.0]}, "one a person"),
    ],
)
def test_differential_functioning_refuses_by_name(changes, said):
    x, groups = two_groups(np.random.default_rng(14), 20)
    with pytest.raises(ResponseError, match=said):
        differential_functioning(x, **{"groups": groups, **changes})


def test_ordinal_logit_at_the_edges():
    codes = np.array([0, 0, 0, 1, 1, 1], dtype=np.intp)
    assert not ordinal_logit(codes, np.arange(6.0)[:, None]).converged  # separated
    shares = ordinal_logit(np.array([0, 1, 1, 2], dtype=np.intp), np.empty((4, 0)))
    assert np.allclose(1 / (1 + np.exp(-shares.intercepts)), [0.75, 0.25])
    with pytest.raises(ResponseError, match="two or more categories"):
        ordinal_logit(np.zeros(4, dtype=np.intp), np.empty((4, 0)))


@pytest.mark.slow
@pytest.mark.parametrize("n", [300, 1000])
@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_intervals_of_the_slopes_cover(n, missing):
    rng = np.random.default_rng(15)
    inside, deviation = [], []
    for _ in range(200):
        x, _ = simulated(rng, n)
        x[rng.random(x.shape) < missing] = np.nan
        found = graded_response(x)
        inside.append(np.abs(found.slopes - SLOPES) < 1.96 * found.slope_se)
        deviation.append(found.slopes - SLOPES)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)
    assert np.abs(np.mean(deviation)) < 0.05


@pytest.mark.slow
def test_differential_functioning_keeps_its_level():
    rng = np.random.default_rng(16)
    flagged = [any(i.flagged for i in differential_functioning(*two_groups(rng, 200)).items) for _ in range(300)]
    assert np.mean(flagged) < 0.08
