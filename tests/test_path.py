"""Path models: figures of lavaan, the bootstrap against plain refits, every face of the result, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.analysis.path.formulas import indirect_ways, read_formulas
from intimacy_scales.base.errors import IntimacyScalesError, ResponseError, UnknownNameError
from intimacy_scales.statistics.model_bootstrap import bootstrap, resampled
from intimacy_scales.statistics.regression_checks import check_regression
from intimacy_scales.statistics.resampling import drawn_counts
from intimacy_scales.statistics.sem import covariance, fit, path_model, regression, sample, sample_from_moments

FOLDER = Path(__file__).parent / "reference"
FILE = FOLDER / "technoference.csv"
REFERENCE = json.loads((FOLDER / "technoference.json").read_text(encoding="utf-8"))
PATHS = ["conflict ~ interference", "satisfaction ~ conflict + interference", "depression ~ satisfaction",
         "life_satisfaction ~ satisfaction"]  # fmt: skip
EFFECTS = {
    "ind_satisfaction": "interference -> conflict -> satisfaction",
    "ind_depression": "interference -> conflict -> satisfaction -> depression",
    "ind_life": "interference -> conflict -> satisfaction -> life_satisfaction",
    "all_depression": "interference -> ... -> depression",
    "all_life": "interference -> ... -> life_satisfaction",
    "conflict_depression": "conflict -> satisfaction -> depression",
    "conflict_life": "conflict -> satisfaction -> life_satisfaction",
}


@pytest.fixture(scope="module")
def found():
    return ims.path(FILE, PATHS)


def test_fit_and_r2_as_lavaan(found):
    fitted, told = found.to_dict()["fit"], REFERENCE["fit"]
    pairs = {"chi2": "chisq", "df": "df", "p": "pvalue", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "srmr": "srmr",
             "aic": "aic", "bic": "bic", "logl": "logl", "n_params": "npar"}  # fmt: skip
    for ours, theirs in pairs.items():
        assert fitted[ours] == pytest.approx(told[theirs], abs=1e-3), ours
    for name, value in REFERENCE["r2"].items():
        assert found.r2[name] == pytest.approx(value, abs=1e-5)


def test_paths_as_lavaan(found):
    told = {(row["lhs"], row["rhs"]): row for row in REFERENCE["est"] if row["op"] == "~"}
    assert len(found.paths) == len(told)
    for one in found.paths:
        row = told[one.end, one.start]
        assert [one.est, one.std] == pytest.approx([row["est"], row["std.all"]], abs=1e-4)
        assert [one.se, one.low, one.high] == pytest.approx([row["se"], row["ci.lower"], row["ci.upper"]], abs=1e-3)


@pytest.mark.parametrize("name", list(EFFECTS))
def test_every_indirect_effect_with_its_bootstrap_as_lavaan(found, name):
    one = next(effect for effect in found.effects if effect.path == EFFECTS[name])
    told = REFERENCE["bootstrap"][name]
    delta = next(row for row in REFERENCE["est"] if row["op"] == ":=" and row["lhs"] == name)
    assert one.est == pytest.approx(told["est"], abs=1e-4)
    assert one.se == pytest.approx(delta["se"], abs=1e-3)
    width = told["percentile"][1] - told["percentile"][0]
    assert one.percentile == pytest.approx(told["percentile"], abs=0.1 * width)
    assert one.bias_corrected == pytest.approx(told["bias_corrected"], abs=0.1 * width)
    assert one.boot_se == pytest.approx(told["se"], rel=0.06)
    if name in REFERENCE["monte_carlo"]:
        limits = REFERENCE["monte_carlo"][name]
        assert one.monte_carlo == pytest.approx([limits["lower"], limits["upper"]], abs=0.03 * width)


def test_robust_estimator_as_lavaan():
    made, told = ims.path(FILE, PATHS, estimator="mlr", bootstrap=0).to_dict(), REFERENCE["mlr"]
    assert made["fit"]["chi2"] == pytest.approx(told["fit"]["chisq.scaled"], abs=1e-3)
    rows = {(row["lhs"], row["rhs"]): row for row in told["est"] if row["op"] == "~"}
    for one in made["paths"]:
        assert one["se"] == pytest.approx(rows[one["to"], one["from"]]["se"], abs=1e-3)


def two_mediators(n=90, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2)) @ np.array([[1, 0.4], [0, 0.9]])
    m = 0.5 * x + 0.2 * x[:, ::-1] + rng.normal(size=(n, 2))
    y = 0.4 * m[:, 0] + 0.3 * m[:, 1] + 0.2 * x[:, 0] + rng.normal(size=n)
    return np.column_stack([x, m, y]), ["x1", "x2", "m1", "m2", "y"]


@pytest.mark.parametrize("held_equal", [False, True])
def test_the_bootstrap_is_that_of_plain_refits(held_equal):
    X, names = two_mediators()
    b = {"m1": "b", "m2": "b"} if held_equal else {"m1": "b1", "m2": "b2"}
    model = path_model(
        regression("m1", {"x1": "a1", "x2": None}), regression("m2", {"x1": None, "x2": "a2"}),
        regression("y", b | {"x1": None}), covariance("m1", ["m2"]), defined={"one": f"a1 * {b['m1']}"},
    )  # fmt: skip
    made = fit(model, sample(X, names))
    theta = resampled(made, draws=12, seed=4)
    counts = drawn_counts(np.random.default_rng(4), len(X), 12).astype(int)
    for row, ours in zip(counts, theta, strict=True):
        again = fit(model, sample(np.repeat(X, row, axis=0), names))
        assert ours == pytest.approx(again.theta, abs=1e-6)


def test_the_bootstrap_needs_rows_of_complete_answers():
    X, names = two_mediators()
    model = path_model(regression("y", {"m1": "b"}), regression("m1", {"x1": "a"}), defined={"i": "a * b"})
    moments = fit(model, sample_from_moments(np.cov(X, rowvar=False), 90, names))
    with pytest.raises(IntimacyScalesError, match="no complete rows"):
        bootstrap(moments)


def test_more_resamples_of_one_seed_go_on_from_the_fewer():
    one, two = (ims.path(FILE, PATHS, bootstrap=500, seed=seed).effects[0].percentile for seed in (1, 1))
    assert one == two
    assert one != ims.path(FILE, PATHS, bootstrap=500, seed=2).effects[0].percentile


def test_every_face_of_the_result(found, tmp_path):
    text = str(found)
    for said in (
        "beta",
        "percentile",
        "bias-corrected",
        "proof of cause",
        "causes come before effects",
        "R2 of conflict",
    ):
        assert said in text
    assert repr(found) == "PathAnalysis(5 paths, 10 effects, n=143)"
    assert "percentile bootstrap, 2,000 resamples" in found.apa()
    assert len(found.table()) == 15
    assert "<table" in found._repr_html_()
    json.dumps(found.to_dict(), allow_nan=False)
    found.plot().savefig(tmp_path / "path.png")
    assert (tmp_path / "path.png").stat().st_size > 5000


def test_scores_of_banks_and_columns_stand_in_one_model():
    frame = ims.simulate("tdis", 120, seed=5).frame()
    rng = np.random.default_rng(6)
    total = frame[[f"tdis_{j}" for j in range(1, 5)]].mean(axis=1)
    frame["conflict"] = 0.5 * total + rng.normal(size=120)
    frame["satisfaction"] = -0.5 * frame["conflict"] + rng.normal(size=120)
    made = ims.path(frame, ["conflict ~ tdis_total", "satisfaction ~ conflict + tdis_total"], "tdis", bootstrap=200)
    assert made.effects[0].path == "tdis_total -> conflict -> satisfaction"
    by_hand = np.polyfit(total, frame["conflict"], 1)[0]
    assert made.paths[0].est == pytest.approx(by_hand, abs=1e-6)


def test_missing_answers_listwise_or_all_there_is():
    frame = pd.read_csv(FILE)
    frame.loc[:20, "depression"] = np.nan
    less, all_there = (ims.path(frame, PATHS, bootstrap=200, missing=rule) for rule in ("listwise", "fiml"))
    assert (less.n, all_there.n) == (122, 143)
    assert any("21 of 143 persons left out" in note for note in less.notes)
    assert any("Monte Carlo" in note for note in all_there.notes)
    assert np.isnan(all_there.effects[0].percentile[0])
    assert "Monte Carlo" in str(all_there)


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ("conflict = interference", "cannot be read"),
        (["conflict ~ "], "cannot be read"),
        (["a ~~ b"], "hold no arrow"),
        (["conflict ~ interference", "interference ~ conflict"], "run in a circle"),
        (["conflict ~ conflict"], "to itself"),
        (["conflict ~ interference + interference"], "stands twice"),
    ],
)
def test_paths_that_make_no_model_are_refused(paths, said):
    with pytest.raises(ResponseError, match=said):
        ims.path(FILE, paths)


def test_all_unknown_names_are_told_with_a_guess():
    with pytest.raises(UnknownNameError) as caught:
        ims.path(FILE, ["conflct ~ interference", "satisfactoin ~ conflct"])
    assert len(caught.value.problems) == 2
    assert "did you mean 'conflict'" in str(caught.value)
    with pytest.raises(UnknownNameError, match="'bootstraps'"):
        ims.path(FILE, PATHS, bootstraps=10)
    with pytest.raises(UnknownNameError, match="did you mean 'fiml'"):
        ims.path(FILE, PATHS, missing="fimll")


def test_a_constant_mediator_and_too_few_persons_are_said():
    frame = pd.read_csv(FILE)
    with pytest.raises(ResponseError, match="conflict"):
        ims.path(frame.assign(conflict=2.0), PATHS)
    with pytest.raises(IntimacyScalesError, match="persons"):
        ims.path(frame[:4], PATHS)
    with pytest.raises(ResponseError, match="100 or more"):
        ims.path(frame, PATHS, bootstrap=20)


def test_a_saturated_model_claims_no_fit():
    made = ims.path(FILE, ["conflict ~ interference"])
    assert "fit cannot be tested" in str(made)
    assert not made.effects


def test_ways_are_followed_and_names_with_blanks_stand_in_backticks():
    formulas = read_formulas("m1 ~ x; m2 ~ x + m1\ny ~ m1 + m2 + x")
    assert formulas.variables == ("x", "m1", "m2", "y")
    assert {" ".join(way) for way in indirect_ways(formulas)} == {"x m1 m2", "x m1 y", "x m1 m2 y", "x m2 y", "m1 m2 y"}
    assert read_formulas("`my conflict` ~ `time together` + age").arrows[0] == ("time together", "my conflict")


def test_checks_of_a_regression_as_statsmodels():
    import statsmodels.api as sm
    from statsmodels.stats.diagnostic import het_breuschpagan, linear_reset
    from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor

    rng = np.random.default_rng(1)
    X = rng.normal(size=(70, 2)) @ np.array([[1, 0.6], [0, 0.8]])
    y = X[:, 0] + 0.3 * X[:, 1] ** 2 + (1 + 0.4 * np.abs(X[:, 0])) * rng.normal(size=70)
    found, design = check_regression(y, X), sm.add_constant(X)
    model = sm.OLS(y, design).fit()
    assert found.spread_p == pytest.approx(het_breuschpagan(model.resid, design)[1], rel=1e-8)
    assert found.curve_p == pytest.approx(float(linear_reset(model, power=2, use_f=True).pvalue), rel=1e-8)
    assert found.cook == pytest.approx(OLSInfluence(model).cooks_distance[0].max(), rel=1e-8)
    assert found.vif == pytest.approx(max(variance_inflation_factor(design, j) for j in (1, 2)), rel=1e-8)


@pytest.mark.slow
def test_the_bootstrap_covers_an_indirect_effect():
    rng = np.random.default_rng(2016)
    runs, hits = 600, np.zeros(2)
    for run in range(runs):
        x = rng.normal(size=120)
        m = 0.4 * x + rng.normal(size=120)
        y = 0.4 * m + 0.2 * x + rng.normal(size=120)
        made = ims.path(pd.DataFrame({"x": x, "m": m, "y": y}), ["m ~ x", "y ~ m + x"], bootstrap=500, seed=run)
        one = made.effects[0]
        hits += [one.percentile[0] <= 0.16 <= one.percentile[1], one.bias_corrected[0] <= 0.16 <= one.bias_corrected[1]]
    assert np.all(np.abs(100 * hits / runs - 95) < 2.5), hits / runs
