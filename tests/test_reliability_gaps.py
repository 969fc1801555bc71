"""Reliability where a right kernel meets its assumptions' end: fit beside the figure, intervals that hold, bounds."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from figure_cases import answers_of, reliability_of_case, responses_of
from intimacy_scales.analysis.reliability import reliability_of, reliability_of_totals
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.reading.exports.table import Column, text_cells
from intimacy_scales.statistics.consistency.categorical import (
    CANNOT_BE_TESTED,
    DOES_NOT_FIT,
    OneFactorFit,
    ordinal_figures,
)
from intimacy_scales.statistics.consistency.composites import construct_replicability, uncontaminated_share
from intimacy_scales.statistics.consistency.intervals import on_log_error, standard_error, sums_by
from intimacy_scales.statistics.consistency.omega import one_factor_omega
from intimacy_scales.statistics.consistency.splits import split_half
from intimacy_scales.statistics.polychoric import polychoric
from small_banks import small_bank, vouched

HERE = Path(__file__).parent / "reference"
R = json.loads((HERE / "gaps.json").read_text(encoding="utf-8"))
ITEMS = ["item", "name", "gloss"]


def read(name: str, prefix: str) -> np.ndarray:
    """Return the items of a reference file, persons x items."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if column.startswith(prefix)]
    return np.array([[float(row[c]) if row[c] not in {"", "NA"} else np.nan for c in columns] for row in rows])


def one(answers: np.ndarray, *, codes: tuple[int, ...] = (1, 2, 3, 4, 5), **options: object):
    """Return the reliability of one scale of all columns."""
    bank = small_bank({"total": range(1, answers.shape[1] + 1)}, codes=codes, combine="sum")
    return reliability_of(vouched(bank, answers), **({"bootstrap": 0} | options))["small.total"]


# the fit of the model beside its figure


@pytest.mark.parametrize(
    ("name", "prefix", "key", "codes"),
    [("ordinal6", "o_", "ordinal6", (1, 2, 3, 4, 5)), ("twofactor", "t_", "twofactor", tuple(range(1, 8)))],
)
def test_the_one_factor_model_is_lavaans(name, prefix, key, codes):
    found = one(read(name, prefix), codes=codes)
    blocks = R["structure"][key] if key == "ordinal6" else R["structure"][key]["one_factor"]
    ml, wlsmv = blocks["ml"], blocks["wlsmv"]
    model = found.omega.model
    assert model.chi2 == pytest.approx(ml["fit"]["chisq"], abs=1e-3)
    assert model.df == ml["fit"]["df"]
    assert (model.p, model.cfi, model.rmsea) == pytest.approx(
        (ml["fit"]["pvalue"], ml["fit"]["cfi"], ml["fit"]["rmsea"]), abs=1e-4
    )
    ordinal = found.ordinal.model
    assert ordinal.chi2 == pytest.approx(wlsmv["fit"]["chisq.scaled"], rel=1e-4)
    assert ordinal.rmsea == pytest.approx(wlsmv["fit"]["rmsea.scaled"], abs=1e-4)
    assert found.alpha.value == pytest.approx(R["structure"][key]["alpha"], abs=1e-8)
    np.testing.assert_allclose(list(found.alpha.feldt.ci), R["structure"][key]["ci_feldt"], atol=1e-8)


def test_both_totals_of_both_omegas_are_semtools():
    found, expected = one(read("ordinal6", "o_")), R["structure"]["ordinal6"]
    assert found.omega.value == pytest.approx(expected["ml"]["omega"]["implied_total"], abs=1e-4)
    assert found.omega.value_observed == pytest.approx(expected["ml"]["omega"]["observed_total"], abs=1e-4)
    categorical = expected["wlsmv"]["omega_categorical_green_yang"]
    assert found.ordinal.omega_categorical == pytest.approx(categorical["observed_total"], abs=1e-4)
    assert found.ordinal.omega_categorical_implied == pytest.approx(categorical["implied_total"], abs=1e-4)
    assert found.ordinal.ordinal_alpha == pytest.approx(expected["ordinal_alpha"], abs=1e-4)


def test_two_factors_are_marked_wherever_the_figure_goes():
    found = reliability_of(
        vouched(small_bank({"total": range(1, 9)}, codes=range(1, 8)), read("twofactor", "t_")), bootstrap=0
    )
    scale = found["small.total"]
    assert scale.to_dict()["omega_total"]["model"]["fits"] is False
    assert scale.to_dict()["marked"] == {"omega_total": DOES_NOT_FIT, "omega_categorical": DOES_NOT_FIT}
    assert DOES_NOT_FIT in scale.apa()
    assert DOES_NOT_FIT in str(scale)
    assert DOES_NOT_FIT in str(found)
    assert any(DOES_NOT_FIT in note for note in scale.notes)  # what the report tells
    assert found.rows_for_eyes()[1][6].endswith("*")


def test_a_model_that_fits_is_not_marked():
    scale = one(read("ordinal6", "o_"))  # chi2 is significant; CFI and RMSEA are inside the conventions
    assert scale.omega.model.fits is True
    assert scale.to_dict()["marked"] == {"omega_categorical": DOES_NOT_FIT}  # its scaled RMSEA is .103
    assert "one-factor model, ML: chi2(9) = 31.30, p < .001, CFI = .954, RMSEA = .098)" in scale.apa()


def test_three_items_cannot_be_tested():
    scale = one(read("ordinal6", "o_")[:, :3])
    assert scale.omega.model.df == 0
    assert scale.omega.model.fits is None
    assert scale.to_dict()["omega_total"]["model"]["cfi"] is None
    assert CANNOT_BE_TESTED in scale.apa()
    assert CANNOT_BE_TESTED in str(scale)


@pytest.mark.parametrize(
    ("p", "cfi", "rmsea", "fits"),
    [(0.04, 0.89, 0.05, False), (0.04, 0.95, 0.11, False), (0.06, 0.5, 0.5, True), (0.04, 0.91, 0.09, True)],
)
def test_the_rule_of_the_mark(p, cfi, rmsea, fits):
    assert OneFactorFit(chi2=9.0, df=5, p=p, cfi=cfi, rmsea=rmsea, n=100, method="ML").fits is fits


def test_gaps_are_fitted_by_fiml():
    answers = read("fiml20", "eis")
    pairwise, fiml = one(answers), one(answers, missing="fiml")
    expected = R["structure"]["fiml20"]
    for found in (pairwise, fiml):
        assert found.omega.model.method == "FIML"
        assert found.omega.model.chi2 == pytest.approx(expected["cfa_fiml"]["fit"]["chisq"], abs=1e-3)
        assert found.omega.model.cfi == pytest.approx(expected["cfa_fiml"]["fit"]["cfi"], abs=1e-4)
    assert fiml.omega.value == pytest.approx(expected["cfa_fiml"]["omega_implied"], abs=1e-4)
    assert fiml.omega.value_observed == pytest.approx(expected["cfa_fiml"]["omega_observed"], abs=1e-4)


def test_omega_of_one_factor_withheld_when_improper():
    scale = reliability_of_case("w1")
    assert scale.to_dict()["omega_categorical"]["value"] is None
    assert "1.202 is above 1" in scale.withheld["omega_categorical"]
    model = scale.to_dict()["omega_categorical"]["model"]
    assert model["chi2"] == pytest.approx(462.378, abs=1e-2)  # lavaan 0.6-14, WLSMV
    assert model["df"] == 9
    assert model["rmsea"] == pytest.approx(0.410, abs=1e-3)
    assert any("withheld" in note for note in scale.notes)
    r = np.array([[1, 0.9, 0.8, 0.1], [0.9, 1, 0.55, 0.1], [0.8, 0.55, 1, 0.1], [0.1, 0.1, 0.1, 1.0]])
    found = one_factor_omega(r, n=500, names=["item 7", "b", "c", "d"])
    assert np.isnan(found.value)
    assert found.interval is None
    assert found.withheld.startswith("improper: the one-factor model gives item 7 a residual variance of -")


def test_three_omegas_of_one_scale_are_explained():
    scale = reliability_of_case("wo")
    assert scale.omega.model.chi2 == pytest.approx(257.23, abs=0.05)  # lavaan, ML
    assert scale.omega.model.df == 9
    assert scale.omega.model.cfi == pytest.approx(0.582, abs=1e-3)
    assert set(scale.marks) == {"omega_total", "omega_categorical"}
    assert "categorical omega .90 (observed polychoric total; implied total .80)" in str(scale)


# intervals


def test_intervals_under_fiml_are_those_of_the_bootstrap():
    for name, expected in (("fiml20", R["structure"]["fiml20"]), ("fiml50", R["structure"]["fiml50"])):
        found = one(read(name, "eis"), missing="fiml")
        assert found.alpha.value == pytest.approx(expected["alpha_fiml"], abs=1e-5)
        assert found.alpha.interval.method == "delta (FIML, Huber-White)"
        assert found.alpha.feldt is None
        assert found.alpha.distribution_free.se == pytest.approx(expected["bootstrap"]["se"], rel=0.1)
        low, high = expected["bootstrap"]["percentile"]
        tolerance = 0.15 * (high - low)
        assert list(found.alpha.interval.ci) == pytest.approx([low, high], abs=tolerance)
    fi = reliability_of_case("fi", missing="fiml").alpha.interval
    assert [fi.low, fi.high] == pytest.approx([0.765, 0.869], abs=0.01)


def test_pairwise_with_few_complete_rows_prints_the_bootstrap():
    found = reliability_of_case("fi", bootstrap=500)
    said = found.to_dict()["alpha"]
    assert said["method"] == "bootstrap BCa"
    assert said["ci"] == said["bootstrap"]["ci"]
    assert said["feldt"]["n"] == found.n_complete == 3
    assert found.omega is not None  # three complete rows were too few for any omega
    assert found.omega.interval.n == found.n
    assert any("bootstrap" in note for note in found.notes)
    nearly = one(read("ordinal6", "o_"), bootstrap=100).to_dict()["alpha"]
    assert nearly["method"] == "Feldt"
    assert nearly["bootstrap"]["ci"]


@pytest.mark.slow
def test_pairwise_influences_of_omega_agree_with_resampling():
    answers = read("fiml20", "eis")
    found = one(answers).omega
    rng, drawn = np.random.default_rng(4), []
    for _ in range(300):
        sample = one(answers[rng.integers(len(answers), size=len(answers))]).omega
        drawn.append(sample.value)
    assert found.se == pytest.approx(np.std(drawn, ddof=1), rel=0.15)


def test_no_interval_leaves_its_bounds():
    found = reliability_of_case("sc", bootstrap=200)  # 12 persons: the symmetric one ended at 1.003
    assert found.alpha.distribution_free.interval.high < 1
    assert found.alpha.interval.high < 1
    assert found.omega.interval.high < 1
    assert on_log_error(1.0, 0.1, level=0.95, n=10, method="") is None
    assert on_log_error(0.9, float("nan"), level=0.95, n=10, method="") is None
    below = on_log_error(-0.2, 0.3, level=0.95, n=10, method="")
    assert below.low < -0.2 < below.high < 1


# constant, doubled and empty


def test_a_constant_item_is_left_out_of_k():
    found = reliability_of_case("se", bootstrap=100)
    assert found.alpha.value == pytest.approx(0.7655183178, abs=1e-8)  # psych::alpha
    assert found.n_items == 5
    assert found.to_dict()["left_out"] == [{"item": 6, "name": "se_6", "gloss": "gloss 6"}]
    assert len(found.items) == 6
    assert np.isnan(found.items[5].item_rest_r)
    assert found.omega is not None
    assert any("item 6: everybody gave the same answer; left out" in note for note in found.notes)
    assert "5 items of 6; 1 constant item left out" in found.apa()
    without = one(answers_of("se")[:, :5], bootstrap=100)
    assert found.alpha.bootstrap == without.alpha.bootstrap


@pytest.mark.parametrize("name", ["se", "sf"])
def test_fiml_of_complete_answers_with_a_constant_or_a_copy(name):
    fiml, pairwise = reliability_of_case(name, missing="fiml"), reliability_of_case(name)
    assert fiml.alpha.value == pytest.approx(pairwise.alpha.value, abs=1e-12)
    assert fiml.alpha.interval is not None
    assert np.isfinite(fiml.items[0].item_rest_r)


def test_one_empty_cell_of_two_by_two_takes_a_half():
    found = reliability_of_case("bi")
    assert found.ordinal.ordinal_alpha == pytest.approx(0.909493, abs=1e-6)  # psych of lavCor
    assert found.ordinal.model.chi2 == pytest.approx(8.712, abs=1e-3)
    assert found.ordinal.model.df == 9
    assert any("item 5 and item 6: the empty cell" in note for note in found.notes)
    r = polychoric(answers_of("bi"))
    np.testing.assert_allclose(r.correlations[5, :5], [0.662, 0.511, 0.356, 0.494, 0.737], atol=6e-4)  # lavCor
    copies = np.array([[0, 0], [0, 0], [1, 1], [1, 1]])
    assert polychoric(copies).correlations[0, 1] > 0.999  # two empty cells: a copy stays a copy


def test_correlations_that_contradict_each_other_give_no_ordinal_figure():
    found = ordinal_figures(answers_of("sd"))
    assert np.isnan(found.ordinal_alpha)
    assert "contradict each other" in found.alpha_withheld
    assert found.omega_withheld == found.alpha_withheld


def test_no_numpy_warning_reaches_anybody():
    for name in ("w1", "wo", "bi", "sd", "sc", "se", "sf", "deg_emptyitem"):
        json.dumps(reliability_of_case(name).to_dict(), allow_nan=False)  # warnings are errors here


# the item table and the score


def test_shape_floor_and_ceiling_are_psychs_type_three():
    found = one(read("ordinal6", "o_"))
    for item, expected in zip(found.items, R["structure"]["ordinal6"]["items"].values(), strict=True):
        assert item.skew == pytest.approx(expected["skew_type3"], abs=1e-8)
        assert item.kurtosis == pytest.approx(expected["kurtosis_type3"], abs=1e-8)
        assert (item.floor, item.ceiling) == pytest.approx((expected["floor"], expected["ceiling"]), abs=1e-8)
    total = R["structure"]["ordinal6"]["total"]
    assert found.score.skew == pytest.approx(total["skew_type3"], abs=1e-8)
    assert found.score.kurtosis == pytest.approx(total["kurtosis_type3"], abs=1e-8)
    assert found.score.ceiling == pytest.approx(total["ceiling_at_possible_maximum"], abs=1e-10)
    assert found.to_dict()["items"][0]["shape_type"] == 3
    assert list(found.to_dict()["items"][0])[:3] == ITEMS
    assert found.to_dict()["items"][1]["name"] == "small_2"
    assert "type 3" in str(found)


def test_halves_of_unequal_length():
    odd = split_half(np.cov(read("ordinal6", "o_")[:, :5].T))
    assert odd.sizes == (3, 2)
    assert odd.horst.mean > odd.spearman_brown.mean  # Spearman-Brown takes 3 and 2 items as equally long
    even = split_half(np.cov(read("ordinal6", "o_").T))
    assert even.horst.mean == pytest.approx(even.spearman_brown.mean, abs=1e-12)
    parallel = split_half(np.full((5, 5), 0.4) + 0.6 * np.eye(5))  # parallel items: every split is the whole's
    assert (parallel.horst.min, parallel.horst.max) == pytest.approx((0.4 * 5 / 2.6, 0.4 * 5 / 2.6))


# totals over scales


def test_a_total_over_three_scales_is_psychs():
    bank = small_bank({"a": (1, 2, 3), "b": (4, 5, 6), "c": (7, 8, 9)}, codes=range(1, 8))
    responses = vouched(bank, read("hierarchical", "h_"))
    (found,) = reliability_of_totals(responses)
    expected = R["structure"]["hierarchical"]["psych_omega"]
    assert found.omega_hierarchical == pytest.approx(expected["omega_h"], abs=1e-5)
    assert found.explained_common_variance == pytest.approx(expected["ECV_psych"], abs=1e-5)
    assert found.h == pytest.approx(expected["H_general"], abs=1e-5)
    assert found.puc == pytest.approx(expected["PUC"])
    figures = reliability_of(responses, bootstrap=0).composites_to_dict()["small"]
    assert {"omega_hierarchical", "stratified_alpha", "ecv", "puc", "h"} <= set(figures)


def test_two_scales_define_no_general_factor():
    bank = small_bank({"a": (1, 2, 3, 4), "b": (5, 6, 7, 8)}, codes=range(1, 8))
    (found,) = reliability_of_totals(vouched(bank, read("twofactor", "t_")))
    assert np.isnan(found.omega_hierarchical)
    assert found.stratified_alpha > found.alpha
    assert any("do not define a general factor" in note for note in found.notes)


def test_omega_hierarchical_stands_beside_a_marked_omega():
    bank = small_bank({"a": (1, 2, 3, 4, 5, 6), "b": (7,), "c": (8, 9)}, codes=range(1, 8))
    answers = read("hierarchical", "h_")
    answers[:, 3:6] = answers[::-1, 3:6]  # two things in one scale
    found = reliability_of(vouched(bank, answers), bootstrap=0)["small.a"]
    assert found.marks
    assert any("omega hierarchical" in note for note in found.notes)


def test_share_of_pairs_and_h():
    assert uncontaminated_share([3, 3, 3]) == 0.75
    assert np.isnan(uncontaminated_share([1]))
    assert np.isnan(construct_replicability(np.array([1.0, 0.5])))


# partners as rows


def couples() -> tuple[np.ndarray, list[str]]:
    """Return the clustered reference: complete rows, partners as rows, and their couples."""
    with (HERE / "exchangeable.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    answers, of = [], []
    for row in rows:
        for side in "ab":
            values = [row[f"eis_{j}_{side}"] for j in range(1, 6)]
            if all(value not in {"", "NA"} for value in values):
                answers.append([float(value) for value in values])
                of.append(row["couple"])
    return np.array(answers), of


def clustered_responses():
    from dataclasses import replace

    answers, of = couples()
    made = vouched(small_bank({"total": range(1, 6)}, combine="mean"), answers)
    column = Column(name="couple", cells=text_cells(of), kind="id")
    return replace(made, table=replace(made.table, columns=(column,)))


def test_partners_as_rows_are_told_and_can_be_named():
    responses, expected = clustered_responses(), R["clustered"]
    plain = reliability_of(responses, bootstrap=0)
    assert any("say cluster couple" in note for note in plain.notes)  # the option as Python names it
    found = reliability_of(responses, bootstrap=0, cluster="couple")
    scale = found["small.total"]
    assert not any("cluster couple" in note for note in found.notes)
    assert scale.cluster == {"column": "couple", "clusters": 179}
    assert scale.score.mean == pytest.approx(expected["mean"]["mean"], abs=1e-8)
    low, high = scale.score.mean_interval.ci
    assert (high - low) / 2 / 1.973381 == pytest.approx(expected["mean"]["CR1S"], rel=1e-5)  # t(178)
    assert scale.alpha.value == pytest.approx(expected["alpha"]["alpha"], abs=1e-8)
    bootstrap = expected["alpha"]["cluster_bootstrap"]
    assert scale.alpha.distribution_free.se == pytest.approx(bootstrap["se"], rel=0.03)
    width = bootstrap["upper"] - bootstrap["lower"]
    assert list(scale.alpha.interval.ci) == pytest.approx([bootstrap["lower"], bootstrap["upper"]], abs=0.1 * width)
    assert scale.alpha.feldt is scale.alpha.bootstrap is None
    assert "cluster-robust" in scale.omega.interval.method
    assert scale.omega.interval.high - scale.omega.interval.low > 0.05
    assert "179 clusters of couple" in scale.apa()
    with pytest.raises(UnknownNameError):
        reliability_of(responses, cluster="cuople")


def test_cluster_sums():
    values = np.array([1.0, -1.0, 2.0, -2.0])
    assert sums_by(["a", "a", "b", "b"], values).tolist() == [0.0, 0.0]
    assert standard_error(values, ["a", "a", "b", "b"]) == 0
    assert np.isnan(standard_error(values, ["a"] * 4))
    assert responses_of("fi").n_persons == 240


def test_a_scores_interval_is_cut_at_its_range():
    import intimacy_scales as ims

    found = ims.standing(ims.score({"prqc": [7] * 18}, "prqc"), norm="partner_1", sd=1.0, reliability=0.5)
    for part in found.parts:
        least, most = part.part.rule.possible
        assert least <= part.score_low[0] <= part.score_high[0] <= most
        assert part.true is None or part.true.high[0] <= most
        assert any("cut at its end" in note for note in part.notes)


def test_ties_of_a_few_complete_rows_do_not_refuse_fiml():
    """Simulated as fiml50: the eight complete rows happen to be collinear, the answers are not."""
    answers = read("fiml50_ties", "eis")
    complete = answers[~np.isnan(answers).any(axis=1)]
    assert len(complete) > 5 > np.linalg.matrix_rank(complete - complete.mean(axis=0))
    found = one(answers, missing="fiml")
    assert found.omega.model.chi2 == pytest.approx(3.546830, abs=1e-3)  # lavaan 0.6-14
    assert found.alpha.interval is not None
