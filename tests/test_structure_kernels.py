"""Suitability, number of factors, extraction, rotation, Schmid-Leiman: against R, against truth, at the edges."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.analysis.structure import (
    correlate,
    empirical_kaiser,
    minimum_average_partial,
    parallel_analysis,
    scree,
)
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.statistics.factoring import (
    congruence,
    degrees_of_freedom,
    efa,
    extract,
    hierarchical_omega,
    rotate,
    schmid_leiman,
)
from intimacy_scales.statistics.factoring.extraction import least_squares, likelihood, minimise
from intimacy_scales.statistics.factoring.matrices import suitability

REFERENCE = Path(__file__).parent / "reference"
REVERSED = np.array([8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36]) - 1
SCALES = np.tile(np.eye(6), (6, 1))  # item i belongs to scale i mod 6


@pytest.fixture(scope="module")
def figures():
    return json.loads((REFERENCE / "structure.json").read_text(encoding="utf-8"))["pair"]


@pytest.fixture(scope="module")
def pair():
    x = np.genfromtxt(REFERENCE / "pair_complete.csv", delimiter=",", skip_header=1)
    x[:, REVERSED] = 4 - x[:, REVERSED]
    return x


@pytest.fixture(scope="module")
def r(pair):
    return correlate(pair).correlations


def aligned(found, target):
    """Columns of ``found`` in the order and with the signs of ``target``, and that order and those signs."""
    order = list(congruence(found, target).order)
    sign = np.sign(np.sum(found[:, order] * target, axis=0))
    return found[:, order] * sign, order, sign


def block(n_factors, n_items, loading, between=0.0):
    """Correlations of a perfect simple structure."""
    pattern = np.kron(np.eye(n_factors), np.full((n_items, 1), loading))
    phi = np.full((n_factors, n_factors), between) + (1 - between) * np.eye(n_factors)
    out = pattern @ phi @ pattern.T
    np.fill_diagonal(out, 1.0)
    return out


# correlations


def test_pearson_pairwise_is_pandas(pair):
    import pandas as pd

    x = np.where(np.random.default_rng(0).random(pair.shape) < 0.05, np.nan, pair)
    found = correlate(x)
    assert np.abs(found.correlations - pd.DataFrame(x).corr().to_numpy()).max() < 1e-12
    assert found.n_complete < found.effective_n < 400


def test_correlations_at_the_edges():
    x = np.array([[1, 1, 2, 1, np.nan], [2, 2, 2, 2, np.nan], [3, 3, 2, np.nan, 1], [1, 1, 2, np.nan, 2]])
    found = correlate(x)
    said = "\n".join(found.notes)
    assert "item 3: all answers are the same" in said
    assert "item 4 and item 5: nobody answered both" in said
    assert "item 1 and item 2: the same answers throughout" in said
    assert "4 persons for 5 items" in said
    assert np.isnan(found.correlations[2]).all()
    with pytest.raises(ResponseError) as caught:
        extract(found.correlations, 1)
    assert "item 3: all answers are the same" in str(caught.value)
    assert "items 4 and 5: no correlation" in str(caught.value)
    with pytest.raises(ResponseError, match="pearson, polychoric"):
        correlate(x, kind="kendall")


def test_indefinite_pairwise_correlations_are_smoothed_and_said():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(12, 6))
    x[rng.random(x.shape) < 0.4] = np.nan
    raw = correlate(x, smoothing=False).correlations
    assert np.linalg.eigvalsh(raw)[0] < 0
    found = correlate(x)
    assert np.linalg.eigvalsh(found.correlations)[0] > 0
    assert any("smoothed to positive definite" in note for note in found.notes)


# suitability


def test_suitability_is_psychs(r, figures):
    found = suitability(r, 400)
    assert abs(found.kmo - figures["kmo"]["overall"]) < 1e-10
    assert np.abs(found.kmo_items - figures["kmo"]["items"]).max() < 1e-10
    assert abs(found.chi2 - figures["bartlett"]["chisq"]) < 1e-8
    assert found.df == figures["bartlett"]["df"]
    assert found.p_value == 0.0
    assert found.determinant == pytest.approx(np.linalg.det(r))
    assert found.verdict == "meritorious"


def test_suitability_is_factor_analyzers(pair, r):
    import pandas as pd
    from factor_analyzer.factor_analyzer import calculate_bartlett_sphericity, calculate_kmo

    found = suitability(r, 400)
    items, whole = calculate_kmo(pd.DataFrame(pair))
    assert np.allclose(found.kmo_items, items)
    assert found.kmo == pytest.approx(whole)
    assert found.chi2 == pytest.approx(calculate_bartlett_sphericity(pd.DataFrame(pair))[0])


def test_suitability_of_nothing_and_of_copies():
    nothing = suitability(np.eye(4), 100)
    assert nothing.chi2 == 0.0
    assert nothing.p_value == 1.0
    assert "nothing to factor" in nothing.notes[0]
    copies = suitability([[1, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]], 100)
    assert "singular" in copies.notes[0]
    assert copies.determinant == pytest.approx(0.0, abs=1e-12)
    bad = suitability([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], 100)
    assert np.isnan([bad.chi2, bad.kmo]).all()
    assert bad.verdict == "unknown"
    assert "not positive definite" in bad.notes[0]
    with pytest.raises(ResponseError, match="n_persons"):
        suitability(np.eye(3), 1)


# number of factors


def test_scree_is_psychs(r, figures):
    found = scree(r)
    assert np.abs(found.components - figures["parallel"]["pc_values"]).max() < 1e-10
    assert np.abs(found.factors - figures["parallel"]["fa_values"]).max() < 1e-6


@pytest.mark.parametrize(
    "settings", [{"iterations": 40}, {"draws": "permuted", "iterations": 20}, {"kind": "polychoric", "iterations": 20}]
)
def test_parallel_analysis_finds_what_psych_finds(pair, figures, settings):
    found = parallel_analysis(pair, **settings)
    assert found.n_factors == figures["parallel"]["nfact"] == 6
    assert found.n_components == figures["parallel"]["ncomp"] == 6


def test_parallel_analysis_is_repeatable_and_keeps_the_holes(pair):
    x = np.where(np.random.default_rng(0).random(pair.shape) < 0.05, np.nan, pair)
    first, second = (parallel_analysis(x, iterations=5, seed=3) for _ in range(2))
    assert np.array_equal(first.random_factors, second.random_factors)
    assert not np.array_equal(first.random_factors, parallel_analysis(x, iterations=5, seed=4).random_factors)
    assert first.n_components == 6


def test_parallel_analysis_of_noise_finds_nothing():
    assert parallel_analysis(np.random.default_rng(2).normal(size=(300, 8)), seed=1).n_components == 0


@pytest.mark.parametrize(
    "settings", [{"draws": "rain"}, {"kind": "polychoric", "draws": "normal"}, {"iterations": 0}, {"percentile": 100}]
)
def test_parallel_analysis_refuses_by_name(pair, settings):
    with pytest.raises(ResponseError, match=list(settings)[-1]):
        parallel_analysis(pair, **settings)


def test_map_by_its_definition(r):
    """Partial correlations by regression on component scores, one m at a time."""
    found = minimum_average_partial(r)
    values, vectors = np.linalg.eigh(r)
    for m in (0, 1, 6):
        top = vectors[:, ::-1][:, :m]
        left = r - (top * values[::-1][:m]) @ top.T
        q = left / np.sqrt(np.outer(np.diag(left), np.diag(left)))
        off = q[np.triu_indices(36, 1)]
        assert found.original[m] == pytest.approx(np.mean(off**2))
        assert found.revised[m] == pytest.approx(np.mean(off**4))
    assert found.n_original == 6
    assert "the original MAP says 6, the revised 5" in found.notes


def test_empirical_kaiser_by_its_definition(r):
    found = empirical_kaiser(r, 400)
    values = np.sort(np.linalg.eigvalsh(r))[::-1]
    expected = [max(1.0, (36 - values[:j].sum()) / (36 - j) * (1 + np.sqrt(36 / 400)) ** 2) for j in range(36)]
    assert np.allclose(found.reference, expected)
    assert found.n_factors == 6


# extraction


@pytest.mark.parametrize("method", ["minres", "principal_axis"])
def test_minres_is_psychs(r, figures, method):
    found = extract(r, 6, method=method)
    reference = figures["fa_minres_oblimin"]
    assert np.abs(found.communalities - list(reference["communality"].values())).max() < 1e-5
    assert abs(found.rmsr - reference["rms"]) < 1e-9
    assert found.converged


def test_ml_is_psychs(r, figures):
    found = extract(r, 6, method="ml")
    assert np.abs(found.communalities - list(figures["fa_ml_varimax"]["communality"].values())).max() < 1e-5


@pytest.mark.parametrize("make", [least_squares, likelihood])
def test_slopes_and_curvatures_are_the_numerical_ones(r, make):
    look = make(r[:8, :8], 2)
    at = np.linspace(0.4, 0.8, 8) if make is least_squares else np.log(np.linspace(0.4, 0.8, 8))
    step = 1e-5 * np.eye(8)
    slope = [(look(at + s).value - look(at - s).value) / 2e-5 for s in step]
    curvature = [(look(at + s).slope - look(at - s).slope) / 2e-5 for s in step]
    assert np.allclose(look(at).slope, slope, atol=1e-8)
    assert np.allclose(look(at).curvature, curvature, atol=1e-7)


def test_newton_stops_at_limits():
    end = minimise(least_squares(block(1, 3, 1.0) * 0.9999 + 0.0001 * np.eye(3), 1), np.full(3, 0.5), 0.005, 1.0)
    assert np.allclose(end.x, 0.005)
    assert end.converged


@pytest.mark.parametrize("method", ["minres", "ml", "principal_axis"])
def test_a_perfect_structure_is_found_perfectly(method):
    found = extract(block(3, 4, 0.7), 3, method=method)
    assert np.allclose(found.communalities, 0.49, atol=1e-6)
    assert found.rmsr < 1e-6


def test_heywood_is_said():
    r = np.array([[1, 0.9, 0.8], [0.9, 1, 0.5], [0.8, 0.5, 1]])  # loading of the first: sqrt(.9 * .8 / .5) > 1
    found = extract(r, 1)
    assert found.heywood == (0,)
    assert any("item 1: Heywood case" in note for note in found.notes)


def test_two_identical_items_and_fewer_persons_than_items():
    x = np.random.default_rng(1).normal(size=(100, 5)) + np.random.default_rng(2).normal(size=(100, 1))
    twins = correlate(np.column_stack([x, x[:, 0]])).correlations
    assert any("singular" in note or "Heywood" in note for note in extract(twins, 1).notes)
    few = correlate(np.random.default_rng(3).normal(size=(5, 8)))
    assert any("5 persons for 8 items" in note for note in few.notes)
    assert np.isfinite(extract(few.correlations, 1).loadings).all()
    with pytest.raises(ResponseError, match="positive definite"):
        extract(np.kron([[1, 0.3], [0.3, 1]], np.ones((2, 2))), 1, method="ml")


@pytest.mark.parametrize(
    ("matrix", "m", "said"),
    [
        (np.eye(2), 1, "2 item"),
        (block(2, 3, 0.7), 4, "allowed|1 to 3"),
        (np.ones((2, 3)), 1, "shape"),
        ([[1, 0.2, 0.1], [0.3, 1, 0], [0, 0, 1]], 1, "not a correlation matrix"),
    ],
)
def test_extraction_refuses_by_name(matrix, m, said):
    with pytest.raises(ResponseError, match=said):
        extract(matrix, m)


def test_degrees_of_freedom():
    assert degrees_of_freedom(36, 6) == 429
    assert degrees_of_freedom(3, 1) == 0


# rotation


def test_oblimin_is_psychs(r, figures):
    found = efa(r, 6)
    reference = figures["fa_minres_oblimin"]
    loadings, order, sign = aligned(found.loadings, np.array(reference["loadings"]))
    assert np.abs(loadings - reference["loadings"]).max() < 1e-4
    assert np.abs(found.phi[np.ix_(order, order)] * np.outer(sign, sign) - reference["phi"]).max() < 1e-4
    assert np.allclose(found.structure, found.loadings @ found.phi)


def test_varimax_is_psychs(r, figures):
    found = efa(r, 6, extraction="ml", rotation="varimax", n_persons=400)
    reference = np.array(figures["fa_ml_varimax"]["loadings"])
    assert np.abs(aligned(found.loadings, reference)[0] - reference).max() < 1e-4
    assert found.chi2 == pytest.approx(458.92, abs=0.01)
    assert found.df == 429


@pytest.mark.parametrize(("method", "theirs"), [("oblimin", "oblimin"), ("geomin", "geomin_obl")])
@pytest.mark.parametrize("seed", range(3))
def test_gradient_projection_arrives_where_rotator_does(method, theirs, seed):
    from factor_analyzer.rotator import Rotator

    raw = np.random.default_rng(seed).normal(size=(12, 3)) * 0.4
    rotator = Rotator(method=theirs, delta=0.01, max_iter=5000, tol=1e-7)
    turned = rotator.fit_transform(raw)
    order = np.argsort(-np.diag(rotator.phi_ @ turned.T @ turned), kind="stable")
    sign = np.where(turned[:, order].sum(axis=0) < 0, -1.0, 1.0)
    ours = rotate(raw, method=method, starts=1)
    assert np.abs(ours.loadings - turned[:, order] * sign).max() < 1e-6
    assert np.abs(ours.phi - rotator.phi_[np.ix_(order, order)] * np.outer(sign, sign)).max() < 1e-6


def test_ten_starts_take_no_longer_than_a_blink():
    raw = np.random.default_rng(1).normal(size=(36, 6)) * 0.4  # nothing simple in it: Rotator went on for seconds
    began = time.process_time()
    found = rotate(raw, method="oblimin")
    assert time.process_time() - began < 2
    assert found.starts_at_best == 10


def test_promax_is_rotators(r):
    from factor_analyzer.rotator import Rotator

    raw = extract(r, 6).loadings
    rotator = Rotator(method="promax", normalize=True, tol=1e-14, max_iter=5000)
    theirs = rotator.fit_transform(raw)
    ours = rotate(raw, method="promax")
    loadings, order, sign = aligned(ours.loadings, theirs)
    assert np.abs(loadings - theirs).max() < 1e-6
    assert np.abs(ours.phi[np.ix_(order, order)] * np.outer(sign, sign) - rotator.phi_).max() < 1e-6


@pytest.mark.parametrize("method", ["varimax", "promax", "oblimin", "geomin"])
def test_every_rotation_finds_the_scales_and_keeps_the_communalities(r, method):
    raw = extract(r, 6)
    found = rotate(raw.loadings, method=method)
    assert np.allclose(found.communalities, raw.communalities, atol=1e-8)
    assert found.variance.sum() == pytest.approx(raw.communalities.sum())
    assert (np.diff(found.variance) <= 0).all()
    assert (found.loadings.sum(axis=0) > 0).all()
    assert np.allclose(np.diag(found.phi), 1.0)
    assert min(congruence(found.loadings, SCALES).matched) > 0.85
    assert found.starts_at_best == found.starts
    assert found.notes == ()


@pytest.mark.parametrize("method", ["varimax", "promax", "oblimin", "geomin"])
def test_two_simple_factors_come_back(method):
    """Rotator's own varimax stops short here."""
    simple = np.array([[0.8, 0], [0.7, 0], [0.6, 0], [0, 0.7], [0, 0.6], [0, 0.5]])
    turned = simple @ np.array([[0.8, -0.6], [0.6, 0.8]])
    assert np.allclose(rotate(turned, method=method).loadings, simple, atol=1e-6)


def test_one_factor_and_an_item_without_communality():
    one = rotate(-extract(block(1, 4, 0.6), 1).loadings, method="oblimin")
    assert np.allclose(one.loadings, 0.6)
    with_nothing = np.array([[0.8, 0.1], [0.7, 0.2], [0.1, 0.7], [0.2, 0.6], [0, 0]])
    for method in ("varimax", "promax", "oblimin", "geomin"):
        assert np.isfinite(rotate(with_nothing, method=method).loadings).all()


@pytest.mark.parametrize("settings", [{"method": "twist"}, {"starts": 0}])
def test_rotation_refuses_by_name(settings):
    with pytest.raises(ResponseError):
        rotate(np.ones((3, 2)), **settings)


def test_small_samples_and_residuals_are_said(r):
    assert any("fewer than 5 an item" in note for note in efa(r, 6, n_persons=100).notes)
    assert any("factors arbitrary" in note for note in efa(r, 6, n_persons=30).notes)
    assert any("residual correlation" in note for note in efa(r, 3).notes)


def test_congruence():
    found = congruence([[0.8, 0], [0.7, 0], [0, 0.6]], [[0, 1], [0, 1], [1, 0]])
    assert found.order == (1, 0)
    assert found.verdict == ("equal", "equal")
    assert congruence([[1.0], [0.0]], [[1, 0], [0, 1]]).order == (0, -1)
    with pytest.raises(ResponseError, match="same items"):
        congruence(np.eye(2), np.eye(3))


# Schmid-Leiman


def test_hierarchical_omega_is_psychs(r, figures):
    found, reference = hierarchical_omega(r, 6), figures["omega"]
    assert abs(found.omega_hierarchical - reference["omega_h"]) < 1e-5
    assert abs(found.omega_total - reference["omega.tot"]) < 1e-7
    assert abs(found.omega_limit - reference["omega.lim"]) < 1e-5
    assert abs(found.alpha - reference["alpha"]) < 1e-10
    assert abs(found.lambda6 - reference["G6"]) < 1e-10


def test_schmid_leiman_of_a_known_hierarchy():
    found = schmid_leiman(block(3, 3, 0.7, between=0.36), 3)
    assert np.allclose(found.general, 0.42, atol=1e-5)
    assert np.allclose(np.sort(found.group, axis=1)[:, -1], 0.7 * 0.8, atol=1e-5)
    assert np.allclose(found.general**2 + (found.group**2).sum(axis=1) + found.uniquenesses, 1.0, atol=1e-6)
    assert found.explained_common_variance == pytest.approx(0.36, abs=1e-4)


def test_schmid_leiman_with_two_factors_and_with_none_in_common():
    two = schmid_leiman(block(2, 4, 0.7, between=0.49), 2)
    assert np.allclose(two.second_order, 0.7, atol=1e-4)
    assert "two group factors do not define a general one" in two.notes[-1]
    assert any("there is no general factor" in note for note in schmid_leiman(block(2, 4, 0.7, between=-0.2), 2).notes)
    with pytest.raises(ResponseError, match="2 or more group factors"):
        schmid_leiman(block(2, 4, 0.7), 1)
    with pytest.raises(ResponseError, match="promax, oblimin, geomin"):
        schmid_leiman(block(2, 4, 0.7), 2, rotation="varimax")


def test_a_badly_keyed_item_is_said(r):
    sign = np.ones(36)
    sign[4] = -1
    notes = hierarchical_omega(r * np.outer(sign, sign), 6).notes
    assert any("item 5 loads negatively on the general factor" in note for note in notes)


@pytest.mark.slow
@pytest.mark.parametrize("n", [150, 500])
def test_number_of_factors_recovers(n):
    rng = np.random.default_rng(9)
    root = np.linalg.cholesky(block(3, 5, 0.65, between=0.3))
    hits = np.zeros(4)
    for _ in range(100):
        x = np.clip(np.round(rng.normal(size=(n, 15)) @ root.T * 1.2), -2, 2)
        c = correlate(x).correlations
        pa = parallel_analysis(x, iterations=30)
        hits += [
            pa.n_components == 3,
            pa.n_factors == 3,
            minimum_average_partial(c).n_original == 3,
            empirical_kaiser(c, n).n_factors == 3,
        ]
    assert (hits > (85 if n > 200 else 70)).all(), hits


# more of psych, GPArotation and lavaan: reference/psych.json is what reference/make_psych.R wrote


@pytest.fixture(scope="module")
def psych():
    return json.loads((REFERENCE / "psych.json").read_text(encoding="utf-8"))


def test_minimum_average_partial_is_psychs(r, psych):
    """psych lists it from one component on; ours begins with none."""
    found = minimum_average_partial(r)
    np.testing.assert_allclose(found.original[1:13], psych["map"], atol=1e-10)
    assert found.n_original == 1 + int(np.argmin(psych["map"])) == 6


@pytest.mark.parametrize(("method", "atol"), [("principal_axis", 1e-8), ("ml", 2e-5)])
def test_extraction_is_psychs(r, psych, method, atol):
    found = extract(r, 6, method=method)
    np.testing.assert_allclose(found.communalities, psych[method]["communality"], atol=atol)
    loadings, _, _ = aligned(found.loadings, np.array(psych[method]["loadings"]))
    np.testing.assert_allclose(loadings, psych[method]["loadings"], atol=atol)


@pytest.mark.parametrize(
    ("method", "name", "atol"),
    [
        ("geomin", "geomin", 1e-6),
        ("oblimin", "oblimin", 1e-6),
        ("varimax", "varimax", 1e-7),
        ("promax", "promax_psych", 5e-5),
    ],
)
def test_rotation_is_that_of_gparotation_and_psych(psych, method, name, atol):
    """The same unrotated loadings; geomin and oblimin the best of several starts there, too."""
    wanted = psych[name]
    found = rotate(np.array(psych["unrotated"]), method=method)
    loadings, order, sign = aligned(found.loadings, np.array(wanted["loadings"]))
    np.testing.assert_allclose(loadings, wanted["loadings"], atol=atol)
    if "phi" in wanted:
        np.testing.assert_allclose(found.phi[np.ix_(order, order)] * np.outer(sign, sign), wanted["phi"], atol=atol)
    if "criterion" in wanted:
        assert found.criterion == pytest.approx(wanted["criterion"], abs=1e-10)


@pytest.mark.parametrize("n_factors", [3, 6])
def test_omega_hierarchical_is_psychs(r, psych, n_factors):
    wanted = psych[f"omega_{n_factors}"]
    found = hierarchical_omega(r, n_factors)
    assert found.omega_hierarchical == pytest.approx(wanted["hierarchical"], abs=2e-6)
    assert found.omega_total == pytest.approx(wanted["total"], abs=1e-7)
    assert found.solution.explained_common_variance == pytest.approx(wanted["ecv"], abs=2e-6)
    np.testing.assert_allclose(found.solution.general, wanted["g"], atol=2e-5)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (5, 5), (1, 1)])
def test_factors_are_paired_for_the_largest_sum_of_congruence(shape):
    from itertools import permutations

    for seed in range(30):
        rng = np.random.default_rng(seed)
        a, b = rng.normal(size=(9, shape[0])), rng.normal(size=(9, shape[1]))
        found = congruence(a, b)
        size = np.abs(found.coefficients)
        m, few = max(shape), min(shape)
        wide = size if shape[0] >= shape[1] else size.T
        best = max(sum(wide[f, t] for t, f in enumerate(one)) for one in permutations(range(m), few))
        assert np.nansum(found.matched) == pytest.approx(best, rel=1e-12)
        taken = [factor for factor in found.order if factor >= 0]
        assert len(taken) == len(set(taken)) == few
