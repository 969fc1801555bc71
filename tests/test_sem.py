"""The structural-equation core against lavaan 0.6-14, published figures, semopy, and itself.

``reference/sem_lavaan.json`` is a part of what ``reference/make_reference.R`` wrote, from the CSV files beside it.
"""

from __future__ import annotations

import csv
import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.base.errors import IntimacyScalesError, ResponseError, UnknownNameError
from intimacy_scales.statistics import sem
from intimacy_scales.statistics.polychoric import polychoric
from intimacy_scales.statistics.sem.fitting import minimise
from intimacy_scales.statistics.sem.normal import NormalObjective
from intimacy_scales.statistics.sem.ordinal import bivariate_cdf

HERE = Path(__file__).parent / "reference"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "answers"
LAVAAN = json.loads((HERE / "sem_lavaan.json").read_text(encoding="utf-8"))
EIS = [f"eis_{k}" for k in range(1, 6)]
PAIR = [f"pair_{k}" for k in range(1, 37)]
REVERSED = (8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36)
SCALES = ("emotional", "social", "sexual", "intellectual", "recreational", "conventionality")
INDICES = {
    "chisq": "chisq",
    "df": "df",
    "pvalue": "p",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea.ci.lower": "rmsea_lower",
    "rmsea.ci.upper": "rmsea_upper",
    "srmr": "srmr",
    "aic": "aic",
    "bic": "bic",
    "logl": "logl",
}


def read(path):
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(table, names):
    return np.array([[float(x) if x not in {"", "NA"} else np.nan for x in table[name]] for name in names]).T


def published(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip("published data are not beside this repository")
    return read(path)


@pytest.fixture(scope="module")
def eis():
    return read(HERE / "eis.csv")


@pytest.fixture(scope="module")
def couples():
    table = read(HERE / "couples.csv")
    names = [name for name in table if name != "couple"]
    return sem.sample(numbers(table, names), names)


def agrees(fit, reference, rows="est", tolerance=1e-6):
    """Compare fit indices and every parameter with lavaan's."""
    for name, ours in INDICES.items():
        wanted = reference["fit"].get(name)
        if wanted is not None:
            assert getattr(fit.measures, ours) == pytest.approx(wanted, abs=max(tolerance, 2e-6)), name
    for row in reference.get(rows, []):
        if row.get("op") == ":=":
            mine = next(one for one in fit.defined if one.name == row["lhs"])
        elif row.get("op") == "~1" and not any(one.op == "~1" for one in fit.estimates):
            continue  # lavaan lists the sample's own means of fixed predictors
        else:
            mine = fit.estimate(row["lhs"] + row.get("op", "=~") + row["rhs"])
        assert mine.est == pytest.approx(row["est"], abs=tolerance)
        assert mine.se == pytest.approx(row["se"], abs=tolerance)
        assert mine.std == pytest.approx(row["std.all"], abs=tolerance)


# --- lavaan ---------------------------------------------------------------------------------------------------------


def test_one_factor_with_complete_answers(eis):
    agrees(sem.fit(sem.cfa_model({"f": EIS}), sem.sample(numbers(eis, EIS), EIS)), LAVAAN["eis"]["cfa_ml"])


def test_one_factor_with_missing_answers(eis):
    fit = sem.fit(sem.cfa_model({"f": EIS}), sem.sample(numbers(eis, EIS), EIS, missing="fiml"))
    agrees(fit, LAVAAN["eis"]["cfa_fiml"])
    assert fit.n == 300
    assert fit.information == "observed"


def ordinal(X, names, groups=None):
    labels = np.array([""] * len(X) if groups is None else groups)
    order = list(dict.fromkeys(labels.tolist()))
    parts = [X[labels == g] for g in order]
    found = [polychoric(part) for part in parts]
    codes = [
        np.column_stack([np.searchsorted(c, part[:, j]) for j, c in enumerate(p.categories)])
        for part, p in zip(parts, found, strict=True)
    ]
    return sem.ordinal_sample(
        codes, [p.thresholds for p in found], [p.correlations for p in found], names, groups=order
    )


def test_ordinal_answers_by_wlsmv(eis):
    X = numbers(eis, EIS)
    data = ordinal(X[~np.isnan(X).any(axis=1)], EIS)
    fit = sem.fit(sem.cfa_model({"f": EIS}), data)
    wanted = LAVAAN["eis"]["cfa_wlsmv"]
    rows = [row for row in wanted["est"] if row["op"] in {"=~", "|"}]
    agrees(fit, {"fit": {k: wanted["fit"][k] for k in ("chisq", "df", "cfi", "tli", "rmsea", "srmr")}, "est": rows})
    assert fit.measures.scaled.chisq == pytest.approx(wanted["fit"]["chisq.scaled"], abs=1e-5)
    assert fit.measures.scaled.cfi == wanted["fit"]["cfi.scaled"]
    assert fit.measures.scaled.rmsea == wanted["fit"]["rmsea.scaled"]
    left = {row["lhs"]: row["est"] for row in wanted["est"] if row["op"] == "~~" and row["lhs"] != "f"}
    for one in sem.r_squared(fit):
        assert 1 - one.r_squared == pytest.approx(left[one.variable], abs=1e-6)


def test_ordinal_fit_does_not_depend_on_the_parameterization(eis):
    X = numbers(eis, EIS)
    data = ordinal(X[~np.isnan(X).any(axis=1)], EIS)
    delta, theta = (sem.fit(sem.cfa_model({"f": EIS}), data, parameterization=p) for p in ("delta", "theta"))
    assert theta.measures.scaled.chisq == pytest.approx(delta.measures.scaled.chisq, abs=1e-6)
    assert theta.estimate("f=~eis_1").std == pytest.approx(delta.estimate("f=~eis_1").std, abs=1e-6)
    assert theta.estimate("f=~eis_1").std_se == pytest.approx(delta.estimate("f=~eis_1").std_se, abs=1e-6)


@pytest.mark.parametrize("identification", ["marker", "variance"])
def test_measurement_invariance(eis, identification):
    X = numbers(eis, EIS)
    data = sem.sample(X, EIS, groups=eis["group"])
    ladder = sem.invariance_ladder(sem.cfa_model({"f": EIS}, identification=identification), data.groups)
    fits = {name: sem.fit(model, data) for name, model in ladder.items()}
    for name, fit in fits.items():
        agrees(fit, {"fit": LAVAAN["eis"]["invariance_by_group"][name]})
    step = sem.difference_test(fits["metric"], fits["configural"])
    assert step.chisq == pytest.approx(6.579021845628 - 5.587135757469, abs=1e-6)
    assert step.df == 4


def pair_model():
    return sem.cfa_model({name: [f"pair_{k}" for k in range(first, 37, 6)] for first, name in enumerate(SCALES, 1)})


def pair_data():
    X = numbers(read(HERE / "pair_complete.csv"), PAIR)
    for k in REVERSED:
        X[:, k - 1] = 4 - X[:, k - 1]
    return X


def test_six_factors():
    fit = sem.fit(pair_model(), sem.sample(pair_data(), PAIR))
    agrees(fit, LAVAAN["pair"]["cfa_ml"], rows="std_loadings", tolerance=2e-6)
    found = sem.latent_correlations(fit)[0]
    assert found.names == SCALES
    np.testing.assert_allclose(found.correlations, LAVAAN["pair"]["cfa_ml"]["latent_cor"], atol=1e-6)


def apim(actor_m, partner_m):
    return sem.path_model(
        sem.regression("satisfaction_w", {"emotional_w": "aw", "emotional_m": "pw"}),
        sem.regression("satisfaction_m", {"emotional_m": actor_m, "emotional_w": partner_m}),
        sem.covariance("emotional_w", ["emotional_m"]),
        sem.covariance("satisfaction_w", ["satisfaction_m"]),
    )


def test_actor_partner_model(couples):
    free, equal = sem.fit(apim("am", "pm"), couples), sem.fit(apim("aw", "pw"), couples)
    agrees(free, LAVAAN["couples"]["apim"])
    agrees(equal, LAVAAN["couples"]["apim_equal"])
    step, wanted = sem.difference_test(equal, free), LAVAAN["couples"]["apim_equal"]["lrt"]
    assert (step.chisq, step.df, step.p) == pytest.approx((wanted["Chisq diff"], 2, wanted["Pr(>Chisq)"]), abs=1e-7)


def mediation():
    both = ("w", "m")
    blocks = []
    for k, (me, you) in enumerate((both, both[::-1])):
        one, two = (1, 2) if k == 0 else (3, 4)
        ways = [{f"communication_{me}": f"{x}{one}", f"communication_{you}": f"{x}{two}"} for x in "abe"]
        through = {
            f"{part}_{who}": f"{x}{n}"
            for part, x in (("emotional", "c"), ("sexual", "d"))
            for who, n in ((me, one), (you, two))
        }
        blocks += [
            sem.regression(f"emotional_{me}", ways[0]),
            sem.regression(f"sexual_{me}", ways[1]),
            sem.regression(f"satisfaction_{me}", through | ways[2]),
        ]
    blocks += [
        sem.covariance("emotional_w", ["emotional_m", "sexual_w", "sexual_m"]),
        sem.covariance("sexual_w", ["sexual_m"]),
        sem.covariance("emotional_m", ["sexual_m", "sexual_w"]),
        sem.covariance("satisfaction_w", ["satisfaction_m"]),
    ]
    return sem.path_model(
        *blocks,
        defined={
            "ind_w_emotional": "a1 * c1",
            "ind_m_emotional": "a3 * c3",
            "ind_w_sexual": "b1 * d1",
            "ind_m_sexual": "b3*d3",
        },
    )


def test_mediation_with_fixed_predictors_and_defined_effects(couples):
    fit = sem.fit(mediation(), couples)
    assert fit.setup.grouped.models[0].exogenous == ("communication_w", "communication_m")
    agrees(fit, LAVAAN["couples"]["mediation"])


# --- published figures ------------------------------------------------------------------------------------------------

HOLZINGER = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
X9 = [f"x{k}" for k in range(1, 10)]


def holzinger(**how):
    table = published("lavaan_HolzingerSwineford1939.csv")
    return sem.sample(numbers(table, X9), X9, **how)


def test_holzinger_as_the_lavaan_tutorial_prints_it():
    fit = sem.fit(sem.cfa_model(HOLZINGER, identification="marker"), holzinger())
    m = fit.measures
    assert [round(v, 3) for v in (m.chisq, m.cfi, m.tli, m.rmsea, m.rmsea_lower, m.rmsea_upper, m.srmr)] == [
        85.306,
        0.931,
        0.896,
        0.092,
        0.071,
        0.114,
        0.065,
    ]
    assert [round(v, 3) for v in (m.logl, m.logl_saturated, m.aic, m.bic)] == [-3737.745, -3695.092, 7517.490, 7595.339]
    x2 = fit.estimate("visual=~x2")
    assert (round(x2.est, 3), round(x2.se, 3), round(x2.std, 3)) == (0.554, 0.100, 0.424)
    top = [(one.name, round(one.index, 3), round(one.change, 3)) for one in sem.modification_indices(fit)[:4]]
    assert top == [
        ("visual=~x9", 36.411, 0.577),
        ("x7~~x8", 34.145, 0.536),
        ("visual=~x7", 18.631, -0.422),
        ("x8~~x9", 14.946, -0.423),
    ]


@pytest.mark.parametrize(("estimator", "chisq", "scaling"), [("MLR", 87.132, 0.979), ("MLM", 80.872, 1.055)])
def test_robust_holzinger_as_lavaan_prints_it(estimator, chisq, scaling):
    scaled = sem.fit(sem.cfa_model(HOLZINGER), holzinger(), estimator=estimator).measures.scaled
    assert (round(scaled.chisq, 3), round(scaled.scaling, 3)) == (chisq, scaling)


def test_holzinger_in_two_schools():
    table = published("lavaan_HolzingerSwineford1939.csv")
    data = sem.sample(numbers(table, X9), X9, groups=table["school"])
    fits = {
        name: sem.fit(model, data)
        for name, model in sem.invariance_ladder(sem.cfa_model(HOLZINGER), data.groups).items()
    }
    assert [(round(f.measures.chisq, 3), f.measures.df) for f in fits.values()] == [
        (115.851, 48),
        (124.044, 54),
        (164.103, 60),
        (181.511, 69),
    ]
    worst = sem.equality_tests(fits["scalar"])[0]
    assert worst.name == "x3~1"
    partial = sem.across_groups(sem.cfa_model(HOLZINGER), data.groups, equal=["loadings", "intercepts"], free=["x3~1"])
    better = sem.fit(partial, data).measures
    assert better.df == 59
    assert fits["scalar"].measures.chisq - better.chisq == pytest.approx(worst.index, rel=0.1)


def dyadic(women, men, equal):
    """Return the dyadic CFA of dySEM: same-item residuals covary; equal loadings, intercepts, residuals, variances."""

    def label(kind, k):
        return f"{kind}{k}" if kind in equal else None

    free = "v" not in equal
    blocks = [sem.covariance("W", ["M"])]
    for factor, items in (("W", women), ("M", men)):
        blocks.append(sem.loading(factor, {x: label("l", k) for k, x in enumerate(items)}))
        blocks += [sem.mean(x, label("i", k)) for k, x in enumerate(items)]
        blocks += [sem.covariance(x, {x: label("r", k)}) for k, x in enumerate(items)]
    blocks += [sem.covariance(a, [b]) for a, b in zip(women, men, strict=True)]
    blocks += [sem.covariance("M", {"M": None if free and "l" in equal else 1.0})]
    blocks += [sem.mean("W", 0.0), sem.mean("M", None if free and "i" in equal else 0.0)]
    return sem.path_model(*blocks, means=True)


def test_dyadic_ladder_of_satisfaction():
    table = published("dysem_commitmentM.csv")
    women, men = ([f"sat.g{k}_{who}" for k in range(1, 6)] for who in "fm")
    data = sem.sample(numbers(table, women + men), women + men)
    assert data.n == 276
    assert data.notes == ("6 of 282 persons left out: an answer is missing",)
    wanted = {
        "": (57.490, 29, 8205.656, 8335.991, 0.060, 0.993),
        "l": (63.944, 33, 8204.110, 8319.963, 0.058, 0.992),
        "li": (67.018, 37, 8199.185, 8300.556, 0.054, 0.992),
        "lir": (109.846, 42, 8232.013, 8315.282, 0.077, 0.983),
    }
    for equal, figures in wanted.items():
        fit = sem.fit(dyadic(women, men, equal), data)
        m = fit.measures
        assert tuple(round(v, 3) for v in (m.chisq, m.df, m.aic, m.bic, m.rmsea, m.cfi)) == figures
        if equal == "li":
            assert [round(one.std, 3) for one in fit.estimates if one.op == "=~"] == [
                0.960,
                0.824,
                0.941,
                0.967,
                0.942,
                0.920,
                0.834,
                0.941,
                0.961,
                0.903,
            ]


def test_dyadic_ladder_of_relationship_quality():
    table = published("dysem_DRES.csv")
    one, two = ([f"PRQC_{k}.{who}" for k in range(1, 10)] for who in "12")
    data = sem.sample(numbers(table, one + two), one + two)
    for equal, (chisq, df) in {
        "": (573.33, 125),
        "l": (583.09, 133),
        "li": (591.66, 141),
        "lir": (604.04, 150),
        "lirv": (605.97, 152),
    }.items():
        m = sem.fit(dyadic(one, two, equal), data).measures
        assert m.chisq == pytest.approx(chisq, abs=0.006)
        assert m.df == df


# --- a second program, and the core against itself --------------------------------------------------------------------


def test_semopy_agrees_on_complete_data():
    semopy = pytest.importorskip("semopy")
    pd = pytest.importorskip("pandas")
    X, names = pair_data()[:, :12], PAIR[:12]
    factors = {"f": names[::2], "g": names[1::2]}
    fit = sem.fit(sem.cfa_model(factors, identification="marker"), sem.sample(X, names))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the other program
        other = semopy.Model("\n".join(f"{f} =~ {' + '.join(items)}" for f, items in factors.items()))
        other.fit(pd.DataFrame(X, columns=names))
        table = other.inspect()
    for row in table.to_dict("records"):
        lhs, op, rhs = row["lval"], row["op"], row["rval"]
        mine = fit.estimate(f"{rhs}=~{lhs}" if op == "~" else f"{lhs}~~{rhs}")
        assert mine.est == pytest.approx(row["Estimate"], abs=2e-3)  # its search stops that early
        if row["Std. Err"] != "-":
            assert mine.se == pytest.approx(float(row["Std. Err"]), abs=1e-3)


def simulated(n, seed, missing=0.0, k=6, loading=0.7):
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=n)
    X = loading * np.repeat(factors, k // 2, axis=1) + np.sqrt(1 - loading**2) * rng.normal(size=(n, k))
    X[rng.random(X.shape) < missing] = np.nan
    return X


TWO = {"f": ["a", "b", "c"], "g": ["d", "e", "g1"]}
NAMES = [*TWO["f"], *TWO["g"]]


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_derivatives_are_those_of_the_value(missing):
    data = sem.sample(simulated(150, 1, missing), NAMES, missing="fiml")
    model = sem.path_model(
        sem.loading("f", {"a": None, "b": "same", "c": "same"}),
        sem.loading("g", TWO["g"]),
        sem.regression("g", ["f", "a"]),
        sem.covariance("b", ["d"]),
        means=True,
        fixed_x=False,
    )
    fit = sem.fit(model, data)
    objective, theta = fit.setup.objective, fit.theta + 0.05
    assert isinstance(objective, NormalObjective)
    step = 1e-5 * np.eye(len(theta))
    numeric = [(objective.value(theta + h) - objective.value(theta - h)) / 2e-5 for h in step]
    np.testing.assert_allclose(objective.gradient(theta), numeric, rtol=1e-5, atol=1e-5)
    curved = [(objective.gradient(theta + h) - objective.gradient(theta - h)) / 2e-5 for h in step]
    np.testing.assert_allclose(objective.hessian(theta), curved, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(np.sum(objective.scores(theta)[0], axis=0), -objective.gradient(theta), atol=1e-7)


def test_missing_answers_in_two_groups_add_up():
    parts = [simulated(200, seed, 0.1) for seed in (2, 3)]
    whole = sem.sample(np.concatenate(parts), NAMES, groups=["x"] * 200 + ["y"] * 200, missing="fiml")
    model = sem.cfa_model(TWO)
    both = sem.fit(sem.across_groups(model, ["x", "y"]), whole)
    alone = [sem.fit(model, sem.sample(part, NAMES, missing="fiml")) for part in parts]
    assert both.measures.chisq == pytest.approx(sum(one.measures.chisq for one in alone), abs=1e-6)
    assert both.estimate("f=~b", "y").se == pytest.approx(alone[1].estimate("f=~b").se, abs=1e-7)


def test_em_moments_maximise_the_likelihood():
    X = simulated(300, 4, 0.25)
    found = sem.em_moments(X)
    assert found.n_complete == int((~np.isnan(X)).all(axis=1).sum())
    fit = sem.fit(sem.cfa_model(TWO), sem.sample(X, NAMES, missing="fiml"))
    assert found.logl == pytest.approx(fit.measures.logl_saturated, abs=1e-7)
    complete = simulated(300, 4)
    plain = sem.em_moments(complete)
    np.testing.assert_allclose(plain.cov, np.cov(complete.T, ddof=0), atol=1e-10)
    assert plain.notes == ()


def test_moments_and_rows_give_the_same():
    X = simulated(300, 5)
    rows = sem.fit(sem.cfa_model(TWO), sem.sample(X, NAMES))
    moments = sem.fit(sem.cfa_model(TWO), sem.sample_from_moments(np.cov(X.T), 300, NAMES, mean=X.mean(axis=0)))
    assert moments.measures.chisq == pytest.approx(rows.measures.chisq, abs=1e-8)
    np.testing.assert_allclose(moments.theta, rows.theta, atol=1e-8)


def test_variables_left_aside_and_their_order_change_nothing():
    X = simulated(300, 6, 0.1)
    order = [5, 2, 0, 1, 4, 3]
    model = sem.cfa_model({"f": TWO["f"]})
    a = sem.fit(model, sem.sample(X[:, :3], NAMES[:3], missing="fiml"))
    b = sem.fit(model, sem.sample(X[:, order], [NAMES[k] for k in order], missing="fiml"))
    assert b.estimate("f=~c").est == pytest.approx(a.estimate("f=~c").est, abs=1e-7)


def test_bifactor_and_second_order_models():
    rng = np.random.default_rng(7)
    factors = {**TWO, "h": ["i", "j", "k"]}
    names = [item for items in factors.values() for item in items]
    middle = 0.7 * rng.normal(size=(800, 1)) + np.sqrt(0.51) * rng.normal(size=(800, 3))
    data = sem.sample(np.repeat(middle, 3, axis=1) + 0.7 * rng.normal(size=(800, 9)), names)
    oblique = sem.fit(sem.cfa_model(factors), data).measures
    for identification in ("marker", "variance"):
        second = sem.fit(sem.second_order_model("top", factors, identification=identification), data).measures
        assert (second.chisq, second.df) == pytest.approx((oblique.chisq, oblique.df), abs=1e-6)
    # proportional loadings make a second-order model a bifactor model: the larger one cannot fit worse
    bifactor = sem.fit(sem.bifactor_model("all", factors), data).measures
    assert bifactor.n_params == 27
    assert bifactor.chisq <= oblique.chisq + 1e-6


def test_standard_errors_of_standardized_values_are_free_of_the_scale():
    X = simulated(300, 9)
    variance, marker = (
        sem.fit(sem.cfa_model(TWO, identification=how), sem.sample(X * [1, 2, 3, 4, 5, 6], NAMES))
        for how in ("variance", "marker")
    )
    for name in ("f=~a", "g=~e", "a~~a", "f~~g"):
        one, two = variance.estimate(name), marker.estimate(name)
        assert (one.std, one.std_se) == pytest.approx((two.std, two.std_se), abs=1e-7)


def test_residuals_add_up():
    fit = sem.fit(sem.cfa_model({"f": NAMES}), sem.sample(simulated(300, 10), NAMES))
    left = sem.residuals(fit)[0]
    assert np.abs(left.raw[np.diag_indices(6)]).max() < 1e-6
    assert np.nanmax(np.abs(left.standardized)) > 5
    sd = np.sqrt(np.diag(fit.setup.objective.data[0].cov))
    np.testing.assert_allclose(left.correlation, left.raw / np.outer(sd, sd), atol=1e-6)


def test_modification_index_is_close_to_the_fall_of_chi_square():
    data = sem.sample(simulated(1000, 11), NAMES)
    model = sem.cfa_model({"f": NAMES})
    fit = sem.fit(model, data)
    top = sem.modification_indices(fit, minimum=10)[0]
    freed = sem.with_changes(model, add=(sem.Parameter(lhs=top.lhs, op=top.op, rhs=top.rhs),))
    assert fit.measures.chisq - sem.fit(freed, data).measures.chisq == pytest.approx(top.index, rel=0.35)


def test_monte_carlo_intervals_are_seeded_and_near_the_delta_method(couples):
    fit = sem.fit(mediation(), couples)
    drawn = sem.monte_carlo(fit, seed=1)
    assert drawn == sem.monte_carlo(fit, seed=1)
    assert drawn != sem.monte_carlo(fit, seed=2)
    for one, delta in zip(drawn, fit.defined, strict=True):
        assert (one.lower, one.upper) == pytest.approx((delta.lower, delta.upper), abs=0.02)


def test_defined_quantities_know_each_other_and_functions(couples):
    model = sem.path_model(
        sem.regression("satisfaction_w", {"emotional_w": "a", "emotional_m": "b"}),
        defined={"sum": "a + b", "share": "a / sum", "odd": "exp(-2 * log(sqrt(a) ** 2))"},
    )
    a, b = (next(e for e in sem.fit(model, couples).estimates if e.label == x).est for x in "ab")
    found = {one.name: one for one in sem.fit(model, couples).defined}
    assert found["share"].est == pytest.approx(a / (a + b))
    assert found["odd"].est == pytest.approx(a**-2)
    assert found["odd"].se == pytest.approx(
        2 * a**-3 * next(e for e in sem.fit(model, couples).estimates if e.label == "a").se
    )


def test_labels_of_groups():
    model = sem.path_model(sem.regression("b", {"a": "slope"}), defined={"twice": "2 * slope"})
    X = simulated(200, 12)[:, :2]
    data = sem.sample(X, ["a", "b"], groups=["u"] * 100 + ["v"] * 100)
    own = sem.fit(sem.across_groups(model, ["u", "v"], equal_labels=False), data)
    one = sem.fit(sem.across_groups(model, ["u", "v"]), data)
    assert [d.name for d in own.defined] == ["twice_u", "twice_v"]
    assert len(one.defined) == 1
    assert one.measures.df == own.measures.df + 1


def test_ordinal_invariance_counts_what_wu_and_estabrook_count():
    rng = np.random.default_rng(5)
    f = np.concatenate([rng.normal(size=(400, 1)), rng.normal(size=(400, 1)) * 1.3 + 0.5])
    y = 0.7 * f + np.sqrt(0.51) * rng.normal(size=(800, 4))
    X = (y[:, :, None] > [-1, -0.2, 0.9]).sum(axis=2).astype(float)
    names, groups = list("abcd"), ["u"] * 400 + ["v"] * 400
    data = ordinal(X, names, groups)
    ladder = sem.invariance_ladder(sem.cfa_model({"f": names}), ["u", "v"], thresholds=dict.fromkeys(names, 3))
    fits = {k: sem.fit(m, data, parameterization="theta") for k, m in ladder.items()}
    assert [fit.measures.df for fit in fits.values()] == [4, 8, 11, 14, 18]
    step = sem.difference_test(fits["metric"], fits["configural"])
    assert step.p > 0.001
    last = fits["strict"]
    assert last.estimate("f~1", "v").est / np.sqrt(0.51) == pytest.approx(0.5 / 0.51, abs=0.35)
    assert last.estimate("f~~f", "v").est == pytest.approx(1.69, abs=0.5)


def test_bivariate_normal_against_quadrature():
    from scipy.integrate import quad
    from scipy.special import ndtr

    for x, y, r in [(0.3, -0.7, 0.6), (0.0, 0.5, -0.4), (0.0, 0.0, 0.2), (-1.2, 0.0, 0.9), (2.0, 1.5, -0.95)]:
        wanted = quad(
            lambda t, y=y, r=r: np.exp(-t * t / 2) / np.sqrt(2 * np.pi) * ndtr((y - r * t) / np.sqrt(1 - r * r)), -9, x
        )[0]
        assert float(bivariate_cdf(x, y, r)) == pytest.approx(wanted, abs=1e-10)
    assert float(bivariate_cdf(np.inf, 0.4, 0.3)) == pytest.approx(float(ndtr(0.4)))


# --- degenerate input is said ---------------------------------------------------------------------------------------


def spoiled(how):
    X = simulated(120, 13)
    if how == "constant":
        X[:, 1] = 3
    elif how == "copy":
        X[:, 1] = X[:, 0]
    elif how == "sum":
        X[:, 2] = X[:, 0] + X[:, 1]
    elif how == "overlap":
        X[:60, 0] = X[60:, 1] = np.nan
    elif how == "few":
        X = X[:5]
    return X


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("constant", "column b: everybody gave the same answer"),
        ("copy", "columns a, b: one is a sum or a copy"),
        ("sum", "columns a, b, c: one is a sum"),
        ("overlap", "columns a and b: nobody answered both"),
        ("few", "5 usable persons for 6 variables"),
    ],
)
def test_bad_data_are_named(how, said):
    for attempt in (lambda: sem.sample(spoiled(how), NAMES, missing="fiml"), lambda: sem.em_moments(spoiled(how))):
        with pytest.raises(ResponseError) as caught:
            attempt()
    with pytest.raises(ResponseError) as caught:
        sem.sample(spoiled(how), NAMES, missing="fiml")
    assert said in str(caught.value)


def test_collinear_variables_hidden_by_missing_answers():
    X = spoiled("sum")
    X[np.random.default_rng(1).random(X.shape) < 0.3] = np.nan
    with pytest.raises(ResponseError, match=r"copy|singular|copies"):
        sem.em_moments(X)


@pytest.mark.parametrize("seed", [33, 63, 159, 229, 236, 245, 719, 980])
def test_em_on_its_way_to_a_singular_matrix_says_so(seed):
    """A dozen persons with gaps: a variance falls below zero by rounding; that is said, without a warning of numpy's."""
    rng = np.random.default_rng(seed)
    n, k = rng.integers(1, 15), rng.integers(1, 6)
    X = rng.integers(1, rng.integers(3, 7), (n, k)).astype(float)
    X[rng.random((n, k)) < rng.choice([0, 0.2, 0.6])] = np.nan
    with pytest.raises(ResponseError, match="singular"):
        sem.em_moments(X)


def test_an_indefinite_matrix_is_refused():
    with pytest.raises(ResponseError, match="contradict"):
        sem.sample_from_moments([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], 100, list("abc"))


def test_a_negative_variance_is_a_note():
    R = np.array([[1, 0.8, 0.6, 0.1], [0.8, 1, 0.9, 0.1], [0.6, 0.9, 1, 0.1], [0.1, 0.1, 0.1, 1]])
    fit = sem.fit(sem.cfa_model({"f": list("abcd")}), sem.sample_from_moments(R, 200, list("abcd")))
    assert any("Heywood" in note and "b = -" in note for note in fit.notes)
    assert "Heywood" in str(fit)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (lambda: sem.cfa_model({"f": ["a", "b"]}), "4 free parameters for 3 moments"),
        (lambda: sem.second_order_model("top", {"f": ["a", "b", "c"], "g": ["d", "e", "g1"]}), "not identified"),
        (lambda: sem.cfa_model({"f": ["a", "a", "b"]}), "given 2 times"),
        (lambda: sem.cfa_model({"f": []}), "has no variables"),
        (lambda: sem.path_model(sem.regression("a", {"b": "k"}), defined={"z": "__import__('os')"}), "cannot read"),
        (lambda: sem.across_groups(sem.cfa_model(TWO), ["u", "v"]), "a model of 2 group"),
    ],
)
def test_bad_models_are_named(model, said):
    with pytest.raises(IntimacyScalesError) as caught:
        sem.fit(model(), sem.sample(simulated(200, 14), NAMES))
    assert said in str(caught.value)


def test_unknown_names_say_what_was_meant():
    data = sem.sample(simulated(200, 14), NAMES)
    with pytest.raises(UnknownNameError, match="did you mean 'g1'"):
        sem.fit(sem.cfa_model({"f": ["a", "b", "g2"]}), data)
    with pytest.raises(UnknownNameError):
        sem.fit(sem.cfa_model(TWO), data).estimate("f=~nothing")
    with pytest.raises(UnknownNameError):
        sem.across_groups(sem.cfa_model(TWO), ["u", "v"], free=["f=~nothing"])


def test_estimators_say_what_they_need():
    data = sem.sample_from_moments(np.eye(6) + 0.3, 100, NAMES)
    for estimator in ("MLR", "MLM", "WLSMV"):
        with pytest.raises(IntimacyScalesError, match=r"use estimator ML|continuous"):
            sem.fit(sem.cfa_model(TWO), data, estimator=estimator)
    incomplete = sem.sample(simulated(200, 15, 0.1), NAMES, missing="fiml")
    with pytest.raises(ResponseError, match="use estimator MLR"):
        sem.fit(sem.cfa_model(TWO), incomplete, estimator="MLM")
    with pytest.raises(ResponseError, match="fixed_x=False"):
        sem.fit(sem.path_model(sem.regression("a", ["b"])), incomplete)
    assert sem.fit(sem.path_model(sem.regression("a", ["b"]), fixed_x=False), incomplete).n == 200


def test_ordinal_input_is_checked():
    codes = np.array([[0, 1], [1, 0], [1, 1], [0, 0]] * 20)
    cut = [np.array([0.0])] * 2
    with pytest.raises(ResponseError, match="polychoric correlation of 1"):
        sem.ordinal_sample([codes], [cut], [np.ones((2, 2))], ["a", "b"])
    with pytest.raises(ResponseError, match="codes do not match"):
        sem.ordinal_sample([codes + 1], [cut], [np.eye(2)], ["a", "b"])


def test_a_search_that_cannot_end_is_said():
    class Endless:  # falls for ever, ever less steeply
        def value(self, theta):
            return float(np.exp(-theta[0]))

        def gradient(self, theta):
            return -np.exp(-theta)

        def information(self, theta):
            return np.array([[1.0]])

        def hessian(self, theta):
            return None

    assert not minimise(Endless(), np.zeros(1)).converged


def test_importing_the_room_is_light():
    import subprocess
    import sys

    code = "import sys, intimacy_scales.statistics.sem as s; print([m for m in sys.modules if m.startswith('scipy')])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_results_are_plain():
    fit = sem.fit(sem.cfa_model(TWO), sem.sample(simulated(200, 17), NAMES))
    rows = fit.table()
    assert len(rows) == len(fit.estimates)
    assert json.dumps(rows[0]["est"])
    assert len(fit.theta) == len(fit.free_names) == fit.measures.n_params
    assert "<table>" in fit._repr_html_()


# --- simulations ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("estimator", "missing"), [("ML", 0.0), ("MLR", 0.0), ("MLM", 0.0), ("ML", 0.1), ("MLR", 0.1)])
def test_intervals_cover_and_tests_keep_their_level(estimator, missing):
    covered, rejected, rounds = 0, 0, 1000
    for seed in range(rounds):
        data = sem.sample(simulated(300, 10_000 + seed, missing), NAMES, missing="fiml" if missing else "listwise")
        fit = sem.fit(sem.cfa_model(TWO), data, estimator=estimator)
        covered += sum(one.lower < 0.7 < one.upper for one in fit.estimates if one.op == "=~")
        rejected += (fit.measures.scaled or fit.measures).p < 0.05
    assert 0.935 < covered / rounds / 6 < 0.965
    assert 0.03 < rejected / rounds < 0.085


@pytest.mark.slow
def test_wlsmv_covers_and_keeps_its_level():
    covered, rejected, rounds = 0, 0, 500
    for seed in range(rounds):
        X = (simulated(400, 20_000 + seed)[:, :, None] > [-1, 0, 1]).sum(axis=2).astype(float)
        fit = sem.fit(sem.cfa_model(TWO), ordinal(X, NAMES))
        covered += sum(one.lower < 0.7 < one.upper for one in fit.estimates if one.op == "=~")
        rejected += fit.measures.scaled.p < 0.05
    assert 0.93 < covered / rounds / 6 < 0.965
    assert 0.025 < rejected / rounds < 0.08
