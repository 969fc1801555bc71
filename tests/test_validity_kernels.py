"""Kernels of a validation study: dependent correlations, disattenuation, known groups, HTMT."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.statistics.effect_sizes import compare_groups, small_sample_factor
from intimacy_scales.statistics.resampling import drawn_counts
from intimacy_scales.statistics.validity.correlations import compare_dependent, disattenuate
from intimacy_scales.statistics.validity.htmt import htmt, htmt_ratios

FOLDER = Path(__file__).parent / "reference"
REFERENCE = json.loads((FOLDER / "validation.json").read_text(encoding="utf-8"))
with (FOLDER / "validation.csv").open(encoding="utf-8") as opened:
    ROWS = list(csv.DictReader(opened))


def answers(stem: str, k: int) -> np.ndarray:
    return np.array([[float(row[f"{stem}_{j}"]) for j in range(1, k + 1)] for row in ROWS])


EIS, CLOSE, LONELY = answers("eis", 5), answers("close", 6), answers("lonely", 5)
GROUP = np.array([row["group"] for row in ROWS])


@pytest.mark.parametrize("name", list(REFERENCE["dependent"]))
def test_dependent_correlations_as_psych_and_by_hand(name):
    told = REFERENCE["dependent"][name]
    found = compare_dependent(told["r12"], told["r13"], told["r23"], n=220)
    for ours, theirs in (
        ("williams_t", "williams_t_psych"),
        ("p_williams", "p_psych"),
        ("steiger_z", "steiger_z_pooled"),
        ("p_steiger", "p_steiger"),
        ("meng_z", "meng_z"),
        ("p_meng", "p_meng"),
    ):
        assert getattr(found, ours) == pytest.approx(told[theirs], rel=1e-7), ours
    assert [found.low, found.high] == pytest.approx(told["zou_ci"], rel=1e-8)
    assert found.df == told["df"]


def test_dependent_correlations_turned_round_change_sign_only():
    one, two = compare_dependent(0.5, 0.3, 0.2, n=80), compare_dependent(0.3, 0.5, 0.2, n=80)
    assert one.williams_t == pytest.approx(-two.williams_t)
    assert (one.low, one.high) == pytest.approx((-two.high, -two.low))


@pytest.mark.parametrize(("r12", "r13", "r23", "n"), [(1.0, 0.3, 0.2, 50), (0.9, -0.9, 0.9, 50), (0.5, 0.3, 0.2, 3)])
def test_dependent_correlations_that_cannot_be_are_nan(r12, r13, r23, n):
    found = compare_dependent(r12, r13, r23, n=n)
    assert np.isnan([found.williams_t, found.steiger_z, found.meng_z, found.low]).all()


@pytest.mark.parametrize("name", list(REFERENCE["correlations"]))
def test_disattenuation_as_by_hand(name):
    told, rel = REFERENCE["correlations"][name], REFERENCE["reliabilities"]
    found = disattenuate(told["r"], tuple(told["ci_fisher"]), rel["eis"], rel[name])
    assert found.value == pytest.approx(told["disattenuated"], abs=1e-9)
    assert [found.low, found.high] == pytest.approx(told["ci_reliabilities_known"], abs=1e-9)


def test_a_corrected_correlation_above_one_is_withheld():
    found = disattenuate(0.8, (0.7, 0.9), 0.6, 0.7)
    assert np.isnan(found.value)
    assert "1.23" in found.withheld
    assert "not known" in disattenuate(0.5, (0.4, 0.6), np.nan, 0.8).withheld
    assert "not above zero" in disattenuate(0.5, (0.4, 0.6), -0.2, 0.8).withheld
    assert "above 1" in disattenuate(0.5, (0.4, 0.6), 1.2, 0.8).withheld


def test_known_groups_as_r():
    told, score = REFERENCE["known_groups"], EIS.mean(axis=1)
    found = compare_groups(score[GROUP == "community"], score[GROUP == "distressed"])
    assert [*found.means, *found.sds, *found.n] == pytest.approx([*told["means"], *told["sds"], *told["n"]], abs=1e-8)
    assert [found.pooled_sd, found.d, found.g] == pytest.approx([told["pooled_sd"], told["d"], told["g"]], abs=1e-9)
    assert found.d_ci == pytest.approx(told["ci_d_noncentral"], abs=1e-6)
    assert found.g_ci == pytest.approx(told["ci_g_noncentral"], abs=1e-6)
    assert found.glass[0] == pytest.approx(told["glass_delta_community_sd"], abs=1e-9)
    assert found.student == pytest.approx([told["student"][key] for key in ("t", "df", "p")], rel=1e-7)
    assert found.welch == pytest.approx([told["welch"][key] for key in ("t", "df", "p")], rel=1e-7)
    assert found.welch_ci == pytest.approx(told["welch"]["ci"], abs=1e-8)
    assert found.superiority == pytest.approx(told["probability_of_superiority"], abs=1e-9)
    assert small_sample_factor(218) == pytest.approx(told["J_exact"], abs=1e-9)


def test_groups_without_spread_have_no_effect_size():
    found = compare_groups(np.full(5, 3.0), np.full(4, 2.0))
    assert np.isnan([found.d, found.g, *found.g_ci, found.welch[0], found.glass[0]]).all()
    assert found.superiority == 1.0


ALL, SCALES = np.hstack([EIS, CLOSE, LONELY]), (range(5), range(5, 11), range(11, 16))


def test_htmt_as_semtools():
    told = REFERENCE["htmt"]
    found = htmt(ALL, SCALES, draws=4000)
    for one, name in zip(found, told["arithmetic_absolute"], strict=True):
        assert one.value == pytest.approx(told["semTools_htmt2_FALSE"][name], abs=1e-8)
        assert one.geometric == pytest.approx(told["semTools_htmt2_TRUE_its_default"][name], abs=1e-8)
        low, high = told["bootstrap_percentile_arithmetic_absolute"][name]
        assert abs(one.low - low) < 0.1 * (high - low)
        assert abs(one.high - high) < 0.1 * (high - low)
    assert found[0].negative == told["negative_heterotrait_correlations"]
    assert found[1].negative > 0


def test_htmt_bootstrap_is_that_of_copied_resamples():
    rng = np.random.default_rng(2005)
    counts = drawn_counts(rng, len(ALL), 500).astype(int)
    slow = [htmt_ratios(np.corrcoef(np.repeat(ALL, row, axis=0), rowvar=False), SCALES) for row in counts]
    low, high = np.quantile(slow, [0.025, 0.975], axis=0, method="weibull")
    found = htmt(ALL, SCALES, draws=500, seed=2005)
    assert [one.low for one in found] == pytest.approx(low, abs=1e-10)
    assert [one.high for one in found] == pytest.approx(high, abs=1e-10)


@pytest.mark.slow
def test_interval_of_g_covers():
    rng = np.random.default_rng(1981)
    runs, hits = 1500, 0
    for _ in range(runs):
        found = compare_groups(rng.normal(0.7, 1, 22), rng.normal(0, 1, 15))
        hits += bool(found.d_ci[0] <= 0.7 <= found.d_ci[1])
    assert abs(100 * hits / runs - 95) < 2


@pytest.mark.slow
def test_zous_interval_covers():
    rng = np.random.default_rng(2007)
    S = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    L, runs, hits = np.linalg.cholesky(S), 3000, 0
    for _ in range(runs):
        R = np.corrcoef(rng.normal(size=(60, 3)) @ L.T, rowvar=False)
        found = compare_dependent(R[0, 1], R[0, 2], R[1, 2], n=60)
        hits += bool(found.low <= 0.2 <= found.high)
    assert abs(100 * hits / runs - 95) < 2
