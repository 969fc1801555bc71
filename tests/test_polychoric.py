"""Polychoric and polyserial correlations: against R, against simulated truth, and at the edges."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.base.errors import ResponseError
from intimacy_scales.statistics.polychoric import polychoric, polyserial, smooth
from intimacy_scales.statistics.polychoric.tables import bivariate_cdf, bivariate_pdf

REFERENCE = Path(__file__).parent / "reference"
REVERSED = np.array([8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36]) - 1


@pytest.fixture(scope="module")
def figures():
    return json.loads((REFERENCE / "structure.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def eis():
    x = np.genfromtxt(REFERENCE / "eis.csv", delimiter=",", skip_header=1)[:, 2:]
    return x[~np.isnan(x).any(axis=1)]


@pytest.fixture(scope="module")
def pair():
    x = np.genfromtxt(REFERENCE / "pair_complete.csv", delimiter=",", skip_header=1)
    x[:, REVERSED] = 4 - x[:, REVERSED]
    return x


def cut(rng, n, rho=0.5):
    z = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=n)
    return np.column_stack([np.digitize(z[:, 0], [-1, 0, 0.8]), np.digitize(z[:, 1], [-0.5, 1.0])]).astype(float)


# against other programs


def test_eis_is_psychs(eis, figures):
    found = polychoric(eis)
    assert np.abs(found.correlations - figures["eis"]["polychoric"]).max() < 2e-5
    assert np.abs(np.array(found.thresholds) - figures["eis"]["polychoric_tau"]).max() < 1e-10


def test_pair_is_psychs(pair, figures):
    assert np.abs(polychoric(pair).correlations - figures["pair"]["polychoric"]).max() < 3e-5


def test_the_likelihood_is_at_its_top(eis):
    """Brute force: no correlation nearby makes the first table likelier, with scipy's own bivariate normal."""
    from scipy.stats import multivariate_normal

    found = polychoric(eis[:, :2])
    edges = [np.concatenate([[-8], tau, [8]]) for tau in found.thresholds]
    table = np.array([[((eis[:, 0] == a) & (eis[:, 1] == b)).sum() for b in range(1, 6)] for a in range(1, 6)])

    def likelihood(rho):
        normal = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
        cdf = np.array([[normal.cdf([h, k]) for k in edges[1]] for h in edges[0]])
        return float((table * np.log(np.maximum(np.diff(np.diff(cdf, axis=0), axis=1), 1e-12))).sum())

    top = float(found.correlations[0, 1])
    assert likelihood(top) > max(likelihood(top - 0.005), likelihood(top + 0.005))


def test_bivariate_normal_known_values():
    zero = np.zeros(1)
    for rho in (-0.9, -0.3, 0.0, 0.5, 0.99):
        assert bivariate_cdf(zero, zero, np.array([rho]))[0] == pytest.approx(
            0.25 + np.arcsin(rho) / (2 * np.pi), abs=1e-14
        )
    assert bivariate_cdf(zero, np.ones(1), zero)[0] == pytest.approx(0.5 * 0.8413447460685429, abs=1e-14)
    h, k, step = np.array([0.4]), np.array([-1.1]), 1e-5
    slope = (bivariate_cdf(h, k, np.array([0.3 + step])) - bivariate_cdf(h, k, np.array([0.3 - step]))) / (2 * step)
    assert slope[0] == pytest.approx(bivariate_pdf(h, k, np.array([0.3]))[0], rel=1e-7)


# laws


def test_order_of_persons_and_items_and_spacing_of_codes_do_not_matter(eis):
    base = polychoric(eis).correlations
    rng = np.random.default_rng(3)
    rows, columns = rng.permutation(len(eis)), rng.permutation(5)
    assert np.allclose(polychoric(eis[rows][:, columns]).correlations, base[np.ix_(columns, columns)], atol=1e-9)
    assert np.allclose(polychoric(eis**3).correlations, base, atol=1e-12)
    flipped = polychoric(np.column_stack([eis[:, :4], 6 - eis[:, 4]])).correlations
    assert np.allclose(flipped[4, :4], -base[4, :4], atol=1e-8)


def test_input_is_not_touched(eis):
    before = eis.copy()
    polychoric(eis)
    assert np.array_equal(before, eis)


def test_two_categories_are_tetrachoric():
    """Median splits have the closed form rho = sin(pi / 2 (4 p11 - 1))."""
    x = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [40, 10, 10, 40], axis=0)
    assert polychoric(x).correlations[0, 1] == pytest.approx(np.sin(np.pi / 2 * (4 * 0.4 - 1)), abs=1e-8)


def test_missing_answers_are_left_out_pairwise():
    x = cut(np.random.default_rng(1), 300)
    x[::5, 0] = np.nan
    found = polychoric(x)
    assert found.n.tolist() == [[240, 240], [240, 300]]
    assert abs(found.correlations[0, 1] - 0.5) < 0.15


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_standard_errors_are_the_spread_over_samples(missing):
    rng = np.random.default_rng(7)
    estimates, errors = [], []
    for _ in range(300):
        x = cut(rng, 200)
        x[rng.random(200) < missing, 0] = np.nan
        found = polychoric(x)
        estimates.append(found.correlations[0, 1])
        errors.append(found.se[0, 1])
    assert np.mean(estimates) == pytest.approx(0.5, abs=0.015)
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.12)


@pytest.mark.slow
@pytest.mark.parametrize("n", [60, 300])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7])
def test_intervals_cover_what_they_promise(n, rho):
    rng = np.random.default_rng(11)
    inside = []
    for _ in range(2000):
        found = polychoric(cut(rng, n, rho))
        inside.append(found.lower[0, 1] < rho < found.upper[0, 1])
    assert abs(np.mean(inside) - 0.95) < (0.02 if n > 60 else 0.03)  # n = 60, rho = .7: .93, as the docstring says


# edges, said


def test_empty_cells_are_said_and_correction_is_a_choice(eis):
    plain, corrected = polychoric(eis), polychoric(eis, correct=0.5)
    assert "51 cells); left as they are" in plain.notes[0]
    assert "0.5 added to each" in corrected.notes[0]
    assert corrected.correlations[0, 1] < plain.correlations[0, 1]


def test_constant_identical_and_unconnected_items():
    rng = np.random.default_rng(2)
    a = rng.integers(0, 4, 50).astype(float)
    first, second = np.arange(50) < 25, np.arange(50) >= 25
    x = np.column_stack([a, a, np.ones(50), np.where(first, a, np.nan), np.where(second, a, np.nan)])
    found = polychoric(x)
    assert found.correlations[0, 1] > 0.999
    assert np.isnan(found.se[0, 1])
    assert np.isnan(found.correlations[2]).all()
    assert np.isnan(found.correlations[3, 4])
    assert np.isnan(found.smallest_eigenvalue)
    said = "\n".join(found.notes)
    assert "item 3: all answers are the same" in said
    assert "item 4 and item 5: nobody answered both" in said
    assert "item 1 and item 2: the likelihood rises towards +1" in said
    assert str(found).endswith("note: " + found.notes[-1])


def test_unused_categories_are_said():
    x = np.array([[1, 1], [2, 2], [4, 3], [5, 4], [1, 2], [2, 1]])
    assert "item 1: never answered 3" in polychoric(x).notes[0]
    with_options = polychoric(x, options=range(1, 6))
    assert "item 2: never answered 5" in with_options.notes[1]
    with pytest.raises(ResponseError, match=r"item 1: answers 4, 5; options 1, 2, 3"):
        polychoric(x, options=[1, 2, 3])


def test_nobody_and_one_item():
    assert np.isnan(polychoric(np.full((3, 2), np.nan)).correlations).all()
    assert polychoric([[1], [2], [1]]).correlations.tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (np.zeros((2, 2, 2)), "persons x items"),
        (np.array([[1.0, np.inf]]), "infinite"),
        (np.empty((0, 2)), "no persons"),
        (np.arange(60.0).reshape(30, 2), "30 different answers"),
    ],
)
def test_wrong_input_is_named(wrong, said):
    with pytest.raises(ResponseError, match=said):
        polychoric(wrong)


def test_wrong_settings_are_named(eis):
    with pytest.raises(ResponseError, match="correct"):
        polychoric(eis, correct=-1)
    with pytest.raises(ResponseError, match="2 names"):
        polychoric(eis, names=["a", "b"])


# smoothing


def test_smoothing_leaves_a_good_matrix_alone(eis):
    r = polychoric(eis).correlations
    assert smooth(r).largest_change == 0.0
    assert smooth(r).notes == ()


def test_smoothing_is_said_and_positive_definite():
    bad = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    found = smooth(bad)
    assert np.linalg.eigvalsh(found.correlations)[0] > 0
    assert np.allclose(np.diag(found.correlations), 1)
    assert found.smallest_eigenvalue == pytest.approx(-0.8)
    assert np.isfinite(found.largest_change)
    assert "1 eigenvalue(s) below zero, smallest -0.8000" in found.notes[0]
    with pytest.raises(ResponseError, match="without NaN"):
        smooth([[1, np.nan], [np.nan, 1]])


# polyserial


def test_polyserial_recovers_and_its_standard_error_is_the_spread():
    rng = np.random.default_rng(3)
    estimates, errors = [], []
    for _ in range(200):
        z = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=200)
        found = polyserial(np.digitize(z[:, 0], [-1, 0, 0.8]), 3 * z[:, 1] + 1)
        estimates.append(found.correlations[0, 0])
        errors.append(found.se[0, 0])
    assert np.mean(estimates) == pytest.approx(0.6, abs=0.012)
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.15)


def test_polyserial_is_the_limit_of_polychoric():
    """A variable in 25 bins is nearly continuous."""
    z = np.random.default_rng(4).multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=3000)
    item = np.digitize(z[:, 0], [-1, 0, 1])
    bins = np.digitize(z[:, 1], np.quantile(z[:, 1], np.arange(1, 25) / 25))
    assert polyserial(item, z[:, 1]).correlations[0, 0] == pytest.approx(
        polychoric(np.column_stack([item, bins])).correlations[0, 1], abs=0.01
    )


def test_polyserial_at_the_edges():
    found = polyserial([[1, 1], [1, 2], [1, 3], [1, np.nan]], [1.0, 2.0, 3.0, np.nan])
    assert np.isnan(found.correlations[0, 0])
    assert "item 1: the 3 persons with both do not vary" in found.notes[0]
    assert found.n.tolist() == [[3], [3]]
    with pytest.raises(ResponseError, match="3 persons; 2"):
        polyserial([[1], [2]], [1.0, 2.0, 3.0])


def test_two_step_estimates_are_lavaans_and_its_errors_of_the_same_size():
    """lavaan's bread is the sum of squared scores, ours the expected information: single errors differ by a fifth,
    their average over samples does not; the covariance that WLSMV takes (sem) is lavaan's."""
    figures = json.loads((REFERENCE / "psych.json").read_text(encoding="utf-8"))
    x = np.genfromtxt(REFERENCE / "pair_complete.csv", delimiter=",", skip_header=1)
    x = np.where(np.isin(np.arange(36), np.array([13, 25, 31]) - 1), 4 - x, x)[:, 0::6]
    names = [f"pair_{k}" for k in range(1, 37, 6)]
    found = polychoric(x, names=names)
    ratio = []
    for row in figures["polychoric"]:
        i, j = names.index(row["lhs"]), names.index(row["rhs"])
        assert found.correlations[i, j] == pytest.approx(row["est"], abs=1e-7)
        ratio.append(found.se[i, j] / row["se"])
    assert 0.75 < min(ratio) < max(ratio) < 1.25
    assert np.mean(ratio) == pytest.approx(1, abs=0.06)


def test_polyserial_is_lavaans():
    figures = json.loads((REFERENCE / "psych.json").read_text(encoding="utf-8"))
    x = np.genfromtxt(REFERENCE / "eis.csv", delimiter=",", skip_header=1, missing_values="NA")[:, 2:]
    x = x[~np.isnan(x).any(axis=1)]
    found = polyserial(x[:, :3], x[:, 3] + x[:, 4])
    for j, row in enumerate(figures["polyserial"]):
        assert found.correlations[j, 0] == pytest.approx(row["est"], abs=1e-6)
        assert found.se[j, 0] == pytest.approx(row["se"], rel=0.15)
