"""Linear mixed models, two-level factors and variance components against nlme 3.1, lme4 1.1 and lavaan 0.6.

``reference/daily_life.json`` is what ``reference/make_daily_life.R`` wrote from the CSV files beside it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.statistics import multilevel as ml
from intimacy_scales.statistics.multilevel import residuals as residual_models

HERE = Path(__file__).parent / "reference"
R = json.loads((HERE / "daily_life.json").read_text(encoding="utf-8"))
OPEN = Path(__file__).parents[1].parent / "shared" / "data" / "answers"
needs_open_data = pytest.mark.skipif(not OPEN.is_dir(), reason="the open data do not lie beside the repo")
METHODS = ("REML", "ML")


def fit(y, X, Z, groups, *, members=None, days=None, **model):
    return ml.fit_mixed_model(ml.repeated_measures(y, X, Z, groups, members=members, days=days), **model)


def mediate(x, m, y, who, *, mediator_centred=None, covariates=None, **model):
    rows = ml.MediationRows(
        predictor=x, mediator=m, outcome=y, persons=who, mediator_centred=mediator_centred, covariates=covariates
    )
    return ml.within_mediation(rows, **model)


def within(frame, name, by):
    return (frame[name] - frame.groupby(by)[name].transform("mean")).to_numpy()


@cache
def persons():
    d = pd.read_csv(HERE / "diary_persons.csv").dropna(subset=["shared_hours", "stress", "intimacy"])
    for name, short in (("shared_hours", "hours"), ("stress", "stress")):
        means = d.groupby("person")[name].mean()
        d[f"{short}_w"] = within(d, name, "person")
        d[f"{short}_b"] = d.person.map(means) - means.mean()
    d["weekday"] = 1 - d.weekend
    centred = d.intimacy - d.groupby("person").intimacy.transform("mean")
    yesterday = d.assign(day=d.day + 1)
    for name, values in {"lag_intimacy": centred, "lag_hours": d.hours_w, "lag_raw": d.intimacy}.items():
        key = yesterday.assign(lagged=values)[["person", "day", "lagged"]]
        d[name] = d[["person", "day"]].merge(key, how="left").lagged.to_numpy()
    return d


@cache
def couples():
    d = pd.read_csv(HERE / "diary_couples.csv")
    other = d.assign(partner=d.partner.map({"w": "m", "m": "w"})).rename(columns={"stress": "partner_stress"})
    d = d.merge(other[["couple", "day", "partner", "partner_stress"]])
    by = ["couple", "partner"]
    means = d.groupby(by).stress.mean().mean()
    d["own_w"], d["par_w"] = within(d, "stress", by), within(d, "partner_stress", by)
    d["own_b"] = d.groupby(by).stress.transform("mean") - means
    d["par_b"] = d.groupby(by).partner_stress.transform("mean") - means
    d["w"] = (d.partner == "w").astype(float)
    d["m"] = 1 - d.w
    return d.sort_values(["couple", "partner", "day"])


def columns(d, terms):
    """Return the columns that R's formula terms name."""
    made = []
    for term in terms:
        column = np.ones(len(d))
        for part in [] if term == "(Intercept)" else term.split(":"):
            column = column * d[part].to_numpy(float)
        made.append(column)
    return np.column_stack(made)


def agrees(model, ref, *, members=("",), adjusted=True):
    """The tolerances named beside the reference figures; nlme's ML standard errors count the fixed effects."""
    n, p = model.n, len(model.fixed)
    factor = np.sqrt(n / (n - p)) if model.method == "ML" and adjusted else 1
    est, se = (np.array([row[name] for row in ref["fixed"]]) for name in ("est", "se"))
    assert model.converged
    assert model.fixed == pytest.approx(est, rel=1e-3, abs=1e-4)
    assert model.se * factor == pytest.approx(se, rel=1e-3)
    assert model.log_likelihood == pytest.approx(ref["logLik"], abs=1e-4)
    assert model.log_likelihood > ref["logLik"] - 2e-6
    assert model.n_parameters == ref["npar"]
    assert model.aic == pytest.approx(ref["AIC"], abs=1e-3)
    if "BIC" in ref:
        assert model.bic() == pytest.approx(ref["BIC"], abs=1e-3)
    if "random" in ref:
        sd = np.sqrt(np.diag(model.random_cov))
        assert sd == pytest.approx(np.atleast_1d(ref["random"]["sd"]), rel=1e-3)
        assert model.random_cov / np.outer(sd, sd) == pytest.approx(
            np.atleast_2d(ref["random"]["cor"]), rel=1e-3, abs=1e-4
        )
        ratios = ref["residual_sd_ratios"] or {"": 1}
        wanted = [ref["sigma"] * ratios.get(member, 1) for member in members]
        assert np.sqrt(np.diag(model.residual_cov)) == pytest.approx(wanted, rel=1e-3)
        for name, r in (ref["correlation"] or {}).items():
            S = model.residual_cov
            ours = model.phi if name.startswith("Phi") else S[0, 1] / np.sqrt(S[0, 0] * S[1, 1])
            assert ours == pytest.approx(r, rel=1e-3)


ONE_PERSON = {
    "null": {"random": ()},
    "null_ar1": {"random": (), "ar1": True},
    "intercept_ar1": {"random": (), "ar1": True},
    "slope": {"random": ("hours_w",)},
    "slope_ar1": {"random": ("hours_w",), "ar1": True},
    "slope_car1": {"random": ("hours_w",), "ar1": True},
    "slope_uncorrelated_ar1": {"random": ("hours_w",), "ar1": True, "structure": ml.diagonal(2)},
    "moderation_weekend": {"random": ("hours_w",), "ar1": True},
    "moderation_weekday": {"random": ("hours_w",), "ar1": True},
    "moderation_stress": {"random": ("hours_w",), "ar1": True},
    "moderation_between": {"random": ("hours_w",), "ar1": True},
}


def fit_persons(ref, d, *, method, random=(), structure=None, ar1=False):
    return fit(
        d.intimacy.to_numpy(float),
        columns(d, [row["term"] for row in ref["fixed"]]),
        columns(d, ["(Intercept)", *random]),
        d.person.to_numpy(),
        days=d.day.to_numpy(float),
        random=structure,
        ar1=ar1,
        method=method,
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ONE_PERSON)
def test_diaries_of_persons_as_nlme(name, method):
    ref = R["diary_persons"][f"lme_{method}"][name]
    agrees(fit_persons(ref, persons(), method=method, **ONE_PERSON[name]), ref)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["intercept", "slope_of_hours", "with_yesterdays_hours", "uncentred_lag"])
def test_yesterdays_value_as_nlme(name, method):
    ref = R["diary_persons"][f"lagged_{method}"][name]
    d = persons().dropna(subset=["lag_intimacy"])
    assert len(d) == R["diary_persons"]["data"]["rows_with_day_before"] == ref["nobs"]
    agrees(fit_persons(ref, d, method=method, random=("hours_w",) if name == "slope_of_hours" else ()), ref)


@pytest.mark.parametrize("name", ["null", "intercept", "slope", "moderation_stress"])
def test_satterthwaite_degrees_of_freedom_as_lmertest(name):
    ref = R["diary_persons"]["lmer_REML"][name]
    rows = ref["fixed"]["Satterthwaite"]
    random = ("hours_w",) if name in {"slope", "moderation_stress"} else ()
    model = fit_persons({"fixed": rows}, persons(), method="REML", random=random)
    found = ml.effects(model)
    for ours, theirs, rel in (
        (found.est, "est", 1e-3),
        (found.se, "se", 1e-3),
        (found.df, "df", 1e-3),
        (found.t, "t", 1e-3),
    ):
        assert ours == pytest.approx([row[theirs] for row in rows], rel=rel)
    assert np.log(found.p) == pytest.approx(np.log([row["p"] for row in rows]), abs=1e-2)
    assert model.log_likelihood == pytest.approx(ref["logLik"], abs=1e-4)
    assert model.bic(rows="all") == pytest.approx(ref["BIC"], abs=1e-3)


def test_ml_standard_errors_as_lme4():
    ref = R["diary_persons"]["lmer_ML"]["slope"]
    terms = list(ref["fixed"])
    model = fit_persons({"fixed": [{"term": t} for t in terms]}, persons(), method="ML", random=("hours_w",))
    assert model.se == pytest.approx(list(ref["se"].values()), rel=1e-3)
    assert model.bic() == pytest.approx(ref["BIC"], abs=1e-3)


def test_the_first_diary_as_lme4():
    ref, d = R["diary_lme4"], pd.read_csv(HERE / "diary_lme4.csv")
    means = d.groupby("person").shared_time.mean()
    d["time_w"], d["time_b"] = within(d, "shared_time", "person"), d.person.map(means) - means.mean()
    model = fit(
        d.intimacy.to_numpy(), columns(d, ref["fixef"]), columns(d, ["(Intercept)", "time_w"]), d.person.to_numpy()
    )
    assert model.fixed == pytest.approx(list(ref["fixef"].values()), rel=1e-3)
    assert model.se == pytest.approx(list(ref["se"].values()), rel=1e-3)
    assert -2 * model.log_likelihood == pytest.approx(ref["reml"], abs=1e-4)
    sd = {(row["var1"], row["var2"]): row["sdcor"] for row in ref["varcorr"]}
    assert ml.random_sd(model, 1).est == pytest.approx(sd["time_w", None], rel=1e-3)
    assert ml.random_correlation(model, 0, 1).est == pytest.approx(sd["(Intercept)", "time_w"], rel=1e-3)


def fit_couples(ref, *, method, exchangeable=False, **more):
    d = couples()
    return fit(
        d.intimacy.to_numpy(float),
        columns(d, [row["term"] for row in ref["fixed"]]),
        columns(d, ["w", "m"]),
        d.couple.to_numpy(),
        members=d.m.to_numpy(int),
        days=d.day.to_numpy(float),
        random=ml.exchangeable(2) if exchangeable else None,
        method=method,
        **more,
    )


COUPLES = {
    "independent_residuals": {"residual": "diagonal"},
    "same_day_correlation": {"residual": "unstructured"},
    "ar1_within_partner": {"residual": "diagonal", "ar1": True},
    "exchangeable_same_day": {"residual": "exchangeable", "exchangeable": True},
    "exchangeable_ar1": {"residual": "equal", "ar1": True, "exchangeable": True},
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", COUPLES)
def test_diaries_of_couples_as_nlme(name, method):
    ref = R["diary_couples"][f"lme_{method}"][name]
    agrees(fit_couples(ref, method=method, **COUPLES[name]), ref, members=("w", "m"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["distinguishable", "exchangeable"])
def test_partners_and_days_at_once(kind, method):
    """Same-day correlation and autocorrelation together, which nlme cannot have: the reference is a direct maximiser."""
    ref = R["diary_couples"][f"kronecker_{method}"][kind]
    alike = kind == "exchangeable"
    residual = "exchangeable" if alike else "unstructured"
    model = fit_couples(ref, method=method, exchangeable=alike, residual=residual, ar1=True)
    agrees(model, ref, adjusted=False)
    assert model.random_cov == pytest.approx(np.array(ref["random_cov"]), rel=1e-3)
    assert model.residual_cov == pytest.approx(np.array(ref["residual_cov"]), rel=1e-3)
    assert model.phi == pytest.approx(ref["phi"], rel=1e-3)
    still = fit_couples(ref, method=method, exchangeable=alike, residual=residual)
    assert still.log_likelihood == pytest.approx(ref["logLik_with_phi_0"], abs=1e-4)


def test_exchangeable_partners_may_change_places():
    ref = R["diary_couples"]["kronecker_REML"]["exchangeable"]
    d = couples()
    turn = np.where(d.couple % 2 == 0, d.w, d.m).astype(int)
    X = columns(d, [row["term"] for row in ref["fixed"]])
    found = [
        fit(
            d.intimacy.to_numpy(float), X, np.column_stack([1 - member, member]).astype(float), d.couple.to_numpy(),
            members=member, days=d.day.to_numpy(float), random=ml.exchangeable(2), residual="exchangeable", ar1=True,
        )
        for member in (d.m.to_numpy(int), turn)
    ]  # fmt: skip
    assert found[0].log_likelihood == pytest.approx(found[1].log_likelihood, abs=1e-8)
    assert found[0].fixed == pytest.approx(found[1].fixed, abs=1e-7)
    assert found[0].se == pytest.approx(found[1].se, rel=1e-6)


def test_dense_and_summed_residuals_say_the_same():
    """On complete days both ways hold; cross products, derivatives by Sigma and by phi must agree."""
    d = couples()
    X = columns(d, ["w", "m", "own_w"])
    rows = ml.repeated_measures(
        d.intimacy.to_numpy(float),
        X,
        X[:, :2],
        d.couple.to_numpy(),
        members=d.m.to_numpy(int),
        days=d.day.to_numpy(float),
    )
    summed = residual_models.residuals_of(rows, ml.unstructured(2), ar1=True)
    dense = residual_models.DenseResiduals.of(rows)
    assert isinstance(summed, residual_models.SummedResiduals)
    Sigma, phi = np.array([[60.0, 12.0], [12.0, 90.0]]), -0.35
    one, other = (model.cross_products(Sigma, phi) for model in (summed, dense))
    for name in ("zz", "zu", "uu", "log_det"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9, abs=1e-9)
    rng = np.random.default_rng(3)
    zz, uu = rng.standard_normal(one.zz.shape), rng.standard_normal(one.uu.shape)
    weights = residual_models.Weights(zz=zz + zz.transpose(0, 2, 1), zu=rng.standard_normal(one.zu.shape), uu=uu + uu.T)
    by_sigma, by_phi = summed.slope(Sigma, phi, weights)
    by_sigma_dense, by_phi_dense = dense.slope(Sigma, phi, weights)
    assert by_sigma == pytest.approx(by_sigma_dense, rel=1e-8)
    assert by_phi == pytest.approx(by_phi_dense, rel=1e-8)


def test_days_that_one_partner_missed_are_used():
    """A direct evaluation of the likelihood, couple by couple, at the estimates and beside them."""
    d = pd.read_csv(HERE / "diary_couples.csv").query("couple <= 25")
    w = (d.partner == "w").to_numpy(float)
    X = np.column_stack([w, 1 - w, d.stress])
    y, member = d.intimacy.to_numpy(float), (1 - w).astype(int)
    model = fit(
        y,
        X,
        X[:, :2],
        d.couple.to_numpy(),
        members=member,
        days=d.day.to_numpy(float),
        residual="unstructured",
        ar1=True,
    )
    assert len(np.unique(d.groupby(["couple", "day"]).size())) == 2

    def deviance(G, S, phi):
        A, b, c, log_det = 0, 0, 0, 0
        for _, rows in d.reset_index().groupby("couple"):
            i = rows.index
            lag = np.abs(np.subtract.outer(rows.day.to_numpy(), rows.day.to_numpy()))
            V = X[i, :2] @ G @ X[i, :2].T + S[np.ix_(member[i], member[i])] * phi**lag
            W = np.linalg.solve(V, np.column_stack([X[i], y[i]]))
            A, b, c = A + X[i].T @ W[:, :-1], b + X[i].T @ W[:, -1], c + y[i] @ W[:, -1]
            log_det += np.linalg.slogdet(V)[1]
        return log_det + c - b @ np.linalg.solve(A, b) + np.linalg.slogdet(A)[1] + (len(y) - 3) * np.log(2 * np.pi)

    best = deviance(model.random_cov, model.residual_cov, model.phi)
    assert best == pytest.approx(-2 * model.log_likelihood, abs=1e-8)
    for factor in (0.97, 1.03):
        assert deviance(model.random_cov * factor, model.residual_cov, model.phi) > best
        assert deviance(model.random_cov, model.residual_cov * factor, model.phi) > best
        assert deviance(model.random_cov, model.residual_cov, model.phi * factor) > best


def test_days_apart_in_parts_of_a_day():
    """Times that are no whole days go the dense way; multiplied by a whole number they are the same model."""
    d = persons()
    X = columns(d, ["(Intercept)", "hours_w"])
    y, who, day = d.intimacy.to_numpy(float), d.person.to_numpy(), d.day.to_numpy(float)
    whole = fit(y, X, X[:, :1], who, days=day, ar1=True)
    half = fit(y, X, X[:, :1], who, days=day / 2, ar1=True)
    assert half.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-7)
    assert half.phi**0.5 == pytest.approx(whole.phi, rel=1e-5)
    jitter = day + np.random.default_rng(1).uniform(-0.2, 0.2, len(day))
    odd = fit(y, X, X[:, :1], who, days=jitter, ar1=True)
    assert odd.converged
    assert odd.phi == pytest.approx(whole.phi, abs=0.05)


@pytest.mark.parametrize("method", METHODS)
def test_single_persons_given_the_data(method):
    """The effects of persons as the textbook's matrices give them, person by person."""
    d = persons()
    ref = R["diary_persons"][f"lme_{method}"]["slope"]
    model = fit_persons(ref, d, method=method, random=("hours_w",))
    X, Z = columns(d, [row["term"] for row in ref["fixed"]]), columns(d, ["(Intercept)", "hours_w"])
    G, s2, V = model.random_cov, model.residual_cov[0, 0], model.fixed_cov
    own = ml.group_effects(model, 1, 1)
    for place in (0, 17, 79):
        i = np.flatnonzero(d.person == np.unique(d.person)[place])
        inverse = np.linalg.inv(Z[i] @ G @ Z[i].T + s2 * np.eye(len(i)))
        gain = G @ Z[i].T @ inverse
        u = gain @ (d.intimacy.to_numpy()[i] - X[i] @ model.fixed)
        error = G - gain @ Z[i] @ G + gain @ X[i] @ V @ X[i].T @ gain.T
        assert model.effects[place] == pytest.approx(u)
        assert model.effects_cov[place] == pytest.approx(error)
        variance = V[1, 1] + error[1, 1] - 2 * (gain @ X[i] @ V)[1, 1]
        assert own.est[place] == pytest.approx(model.fixed[1] + u[1])
        assert own.se[place] == pytest.approx(np.sqrt(variance))


def test_intervals_of_variances_are_near_nlmes():
    """nlme's come from numerical second derivatives: good to two digits."""
    ref = R["diary_persons"]["lme_REML"]["slope_car1"]["intervals_approximate"]
    model = fit_persons(
        R["diary_persons"]["lme_REML"]["slope_ar1"], persons(), method="REML", random=("hours_w",), ar1=True
    )
    rows = {row["what"]: row for row in ref["random"]}
    sd = ml.random_sd(model, 0)
    assert [sd.low, sd.high] == pytest.approx([rows["sd((Intercept))"][end] for end in ("lower", "upper")], rel=1e-2)
    phi = ml.autocorrelation(model)
    assert [phi.low, phi.high] == pytest.approx([ref["correlation"][0][end] for end in ("lower", "upper")], rel=3e-2)
    sigma = ml.residual_sd(model, 0)
    assert [sigma.low, sigma.high] == pytest.approx([ref["sigma"][end] for end in ("lower", "upper")], rel=1e-2)


@cache
def process():
    d = pd.read_csv(HERE / "process.csv")
    return d, within(d, "self_disclosure", "person")


@pytest.mark.parametrize("method", METHODS)
def test_mediation_within_persons_with_random_slopes(method):
    ref, (d, x) = R["process"][f"random_slopes_{method}"], process()
    found = mediate(
        x, d.responsiveness.to_numpy(), d.intimacy.to_numpy(), d.person.to_numpy(), method=method, draws=400_000
    )
    agrees(found.model, ref, members=("m", "y"))
    for ours, theirs in (
        (found.a, "a"), (found.b, "b"), (found.direct, "c_prime"), (found.cov_ab, "cov_ab"),
        (found.cov_ab_se, "se_cov_ab"), (found.indirect, "average_indirect"), (found.indirect_se, "se_indirect"),
        (found.total, "average_total"), (found.indirect_sd**2, "var_of_random_indirect"),
    ):  # fmt: skip
        assert ours == pytest.approx(ref[theirs], rel=1e-3)
    low, high = ref["ci_monte_carlo"]
    assert [found.low, found.high] == pytest.approx([low, high], abs=0.01 * (high - low))


@pytest.mark.parametrize("method", METHODS)
def test_mediation_within_persons_with_fixed_slopes(method):
    ref, (d, x) = R["process"][f"fixed_slopes_{method}"], process()
    found = mediate(
        x, d.responsiveness.to_numpy(), d.intimacy.to_numpy(), d.person.to_numpy(),
        random_slopes=False, method=method, draws=400_000,
    )  # fmt: skip
    agrees(found.model, ref, members=("m", "y"))
    assert found.indirect == pytest.approx(ref["indirect"], rel=1e-4)
    assert found.indirect_se == pytest.approx(ref["se_second_order"], rel=1e-3)
    low, high = ref["ci_monte_carlo"]
    assert [found.low, found.high] == pytest.approx([low, high], abs=0.01 * (high - low))


def test_several_within_predictors_as_lmertest():
    ref, (d, _) = R["process"]["lmer_with_both_disclosures"], process()
    X = np.column_stack([
        np.ones(len(d)), *(within(d, name, "person") for name in ("self_disclosure", "partner_disclosure", "responsiveness"))
    ])  # fmt: skip
    model = fit(d.intimacy.to_numpy(), X, X[:, :1], d.person.to_numpy())
    found, rows = ml.effects(model), ref["fixed"]["Satterthwaite"]
    for ours, theirs in ((found.est, "est"), (found.se, "se"), (found.df, "df")):
        assert ours == pytest.approx([row[theirs] for row in rows], rel=1e-3)


@cache
def items():
    d = pd.read_csv(HERE / "diary_persons.csv").dropna(subset=["di_1", "di_2", "di_3", "di_4"])
    return d.filter(like="di_").to_numpy(float), d.person.to_numpy(), d.day.to_numpy(float)


def test_components_of_daily_items_as_lme4_and_nlme():
    ref, found = R["diary_persons"]["daily_items"], ml.daily_items(*items())
    names = {
        "p": "person", "t": "day", "it": "item", "p:t": "person_day", "p:it": "person_item", "t:it": "day_item",
        "Residual": "residual",
    }  # fmt: skip
    for theirs, ours in names.items():
        assert getattr(found.crossed, ours) == pytest.approx(ref["components"][theirs], rel=1e-3, abs=1e-6)
    nested = ref["components_nested"]
    assert found.nested.person == pytest.approx(nested["person"], rel=1e-3)
    assert found.nested.person_day == pytest.approx(nested["day_within_person"], rel=1e-3)
    assert found.nested.residual == pytest.approx(nested["residual"], rel=1e-3)
    assert found.converged
    for days, block in ((14, "by_hand_all_days"), (None, "by_hand_mean_days"), (12.5136297, "by_hand_harmonic_days")):
        made, wanted = found.reliability(days), ref[block]
        assert [
            made.days, made.between_fixed, made.between_one_day, made.between_random, made.change,
            made.between_nested, made.change_nested,
        ] == pytest.approx([wanted[k] for k in ("days", "RkF", "R1R", "RkR", "Rc", "RkRn", "Rcn")], rel=1e-5)  # fmt: skip


@pytest.mark.parametrize(("equal", "name"), [(False, "free"), (True, "loadings_equal_across_levels")])
def test_two_level_factor_as_lavaan(equal, name):
    ref = R["diary_persons"]["two_level_cfa"][name]
    answers, who, _ = items()
    found = ml.two_level_factor(answers, who, equal_loadings=equal)
    fit = ref["fit"]
    assert found.converged
    assert found.proper
    assert (found.df, found.n_parameters) == (fit["df"], fit["npar"])
    assert found.chi2 == pytest.approx(fit["chisq"], abs=1e-3)
    assert found.log_likelihood == pytest.approx(fit["logl"], abs=1e-3)
    assert found.log_likelihood_unrestricted >= fit["unrestricted.logl"]  # lavaan's EM stops a little early
    assert [found.cfi, found.rmsea, found.p] == pytest.approx([fit["cfi"], fit["rmsea"], fit["pvalue"]], abs=1e-4)
    est = {row["label"]: row for row in ref["est"] if row["label"]}
    assert found.omega == pytest.approx([est["omega_within"]["est"], est["omega_between"]["est"]], rel=1e-4)
    assert found.omega_se == pytest.approx([est["omega_within"]["se"], est["omega_between"]["se"]], rel=1e-3)
    two = R["diary_persons"]["two_level_alpha"]
    assert found.alpha == pytest.approx([two["within"], two["between"]], abs=1e-4)


@needs_open_data
def test_bolger_and_laurenceau_chapter_4():
    d = pd.read_csv(OPEN / "bl_ch4_intimacy_timecourse.csv")
    X = np.column_stack([np.ones(len(d)), d.time01, d.treatment, d.time01 * d.treatment])
    model = fit(d.intimacy.to_numpy(), X, X[:, :2], d.id.to_numpy(), days=d.time.to_numpy(float), ar1=True)
    assert model.fixed == pytest.approx([2.89897, 0.73520, -0.05644, 0.92144], abs=2e-5)
    assert model.se == pytest.approx([0.20703, 0.34720, 0.29279, 0.49102], abs=2e-5)


@needs_open_data
def test_bolger_and_laurenceau_chapter_5():
    d = pd.read_csv(OPEN / "bl_ch5_intimacy_conflict_process.csv")
    X = np.column_stack([
        np.ones(len(d)), d.time7c, d.confcw, d.relqual, d.confcb, d.confcw * d.relqual, d.relqual * d.confcb
    ])  # fmt: skip
    model = fit(d.intimacy.to_numpy(), X, X[:, [0, 2]], d.id.to_numpy(), days=d.time.to_numpy(float), ar1=True)
    assert model.fixed[[0, 3, 2, 5]] == pytest.approx([4.53219977, 0.64726123, -2.01061871, 1.01641068], abs=2e-5)
    assert model.fixed[[1, 4, 6]] == pytest.approx([-0.02788, -0.84093, 2.52734], abs=5e-5)
    sd = np.sqrt(np.diag(model.random_cov))
    assert [*sd, np.sqrt(model.residual_cov[0, 0]), model.phi] == pytest.approx([0.901, 1.647, 1.892, -0.046], abs=6e-4)


@needs_open_data
def test_bolger_and_laurenceau_chapter_8():
    d = pd.read_csv(OPEN / "bl_ch8_dyads_long.csv")
    parts, stress = [], {s: (d[f"{s}_wrkstrsc_w"], d[f"{s}_wrkstrsc_b"]) for s in "fm"}
    for own, other in (("f", "m"), ("m", "f")):
        is_f = float(own == "f")
        gate = [is_f, 1 - is_f]
        own_part = [np.ones(len(d)), stress[own][0], stress[other][0], stress[own][1], stress[other][1]]
        block = [column * g for g in gate for column in own_part]
        parts.append((d[f"{own}_reldis"], np.column_stack(block)))
    y, X = np.concatenate([p[0] for p in parts]), np.vstack([p[1] for p in parts])
    model = fit(
        y, X, X[:, [0, 1, 2, 5, 6, 7]], np.tile(d.coupleid, 2), members=np.repeat([0, 1], len(d)),
        days=np.tile(d.time.astype(float), 2), residual="unstructured",
    )  # fmt: skip
    order = [0, 5, 1, 2, 6, 7, 3, 4, 8, 9]
    est = [4.641936, 5.094219, 0.161184, -0.007262, 0.109398, 0.016108, 0.763597, 0.471148, 0.072782, 0.631484]
    se = [0.0991324, 0.1035640, 0.0253139, 0.0227571, 0.0256369, 0.0198907, 0.4395660, 0.4197285, 0.4502500, 0.4725361]
    # the best covariance matrix of six effects is singular; nlme stopped on the way: -6022.281, with other settings
    # -6022.274, ours is .177 higher (checked without any of our shortcuts) and moves no estimate by .04 of its SE
    assert model.singular
    assert model.log_likelihood == pytest.approx(-6022.1038, abs=1e-3)
    assert model.log_likelihood == pytest.approx(directly(model, y, X, [0, 1, 2, 5, 6, 7], len(d), d), abs=1e-6)
    assert np.abs((model.fixed[order] - est) / se).max() < 0.04
    assert model.se[order] == pytest.approx(se, rel=1e-2)
    assert ml.residual_correlation(model, 0, 1).est == pytest.approx(0.07005602, abs=1e-3)
    assert (model.n_parameters, model.n, model.n_groups) == (34, 4200, 100)


def directly(model, y, X, random, n, d):
    """The restricted log-likelihood couple by couple, from whole matrices."""
    A, b, c, log_det = 0, 0, 0, 0
    couple, time, member = np.tile(d.coupleid, 2), np.tile(d.time, 2), np.repeat([0, 1], n)
    for one in np.unique(couple):
        i = np.flatnonzero(couple == one)
        same = time[i][:, None] == time[i]
        V = X[np.ix_(i, random)] @ model.random_cov @ X[np.ix_(i, random)].T
        V = V + model.residual_cov[np.ix_(member[i], member[i])] * same
        W = np.linalg.solve(V, np.column_stack([X[i], y[i]]))
        A, b, c = A + X[i].T @ W[:, :-1], b + X[i].T @ W[:, -1], c + y[i] @ W[:, -1]
        log_det += np.linalg.slogdet(V)[1]
    rest = (len(y) - len(b)) * np.log(2 * np.pi)
    return -(log_det + c - b @ np.linalg.solve(A, b) + np.linalg.slogdet(A)[1] + rest) / 2


@needs_open_data
def test_bolger_and_laurenceau_chapter_9():
    d = pd.read_csv(OPEN / "bl_ch9_mediation.csv")
    found = mediate(
        d.fwkstrcw.to_numpy(), d.fwkdis.to_numpy(), d.freldis.to_numpy(), d.id.to_numpy(),
        mediator_centred=d.fwkdiscw.to_numpy(), covariates=d[["timec"]].to_numpy(float),
    )  # fmt: skip
    # five random effects, the best covariance matrix is singular; nlme stopped at -6431.052, ours is higher
    assert found.model.singular
    assert found.model.log_likelihood == pytest.approx(-6430.7783, abs=1e-3)
    ours, theirs = (found.a, found.b, found.direct), (0.18947, 0.15037, 0.10473)
    se = (0.03550, 0.02909, 0.02280)
    assert np.abs((np.array(ours) - theirs) / se).max() < 0.02
    assert [found.a_se, found.b_se, found.direct_se] == pytest.approx(se, rel=2e-2)
    assert found.model.fixed[[0, 2]] == pytest.approx([5.23066, 4.63526], abs=2e-5)
    G = found.model.random_cov
    assert [G[1, 1], G[3, 3], found.cov_ab] == pytest.approx([0.064555, 0.048551, 0.029899], rel=3e-2)
    assert np.sqrt(found.model.residual_cov[1, 1]) == pytest.approx(0.94819, rel=1e-3)
    assert found.indirect == pytest.approx(0.05839, abs=5e-5)
    assert found.a * found.b == pytest.approx(0.02849, abs=2e-4)


def test_order_of_rows_and_labels_of_groups_do_not_matter():
    d = persons()
    X = columns(d, ["(Intercept)", "hours_w"])
    y, who, day = d.intimacy.to_numpy(float), d.person.to_numpy(), d.day.to_numpy(float)
    mixed = np.random.default_rng(1).permutation(len(d))
    one = fit(y, X, X, who, days=day, ar1=True)
    other = fit(y[mixed], X[mixed], X[mixed], who[mixed].astype(str), days=day[mixed], ar1=True)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-9)
    assert one.fixed == pytest.approx(other.fixed, abs=1e-8)


def test_a_model_on_its_edge_is_marked():
    rng = np.random.default_rng(5)
    who = np.repeat(np.arange(30), 8)
    X = np.column_stack([np.ones(240), rng.standard_normal(240)])
    model = fit(rng.standard_normal(240), X, X, who)
    assert model.singular
    assert np.isfinite(model.se).all()
    assert np.isfinite(ml.effects(model).df).all()


def test_awkward_designs_converge():
    """Few persons and days, slopes a thousandfold the residual or none at all, units from .01 to 100."""
    rng = np.random.default_rng(11)
    for _ in range(60):
        N, T = int(rng.integers(8, 40)), int(rng.integers(4, 12))
        slope, height, unit = rng.choice([0, 0.05, 2]), rng.choice([0, 1, 5]), rng.choice([0.01, 1, 100])
        x = rng.standard_normal((N, T)) * rng.choice([0.1, 1, 30])
        x -= x.mean(axis=1, keepdims=True)
        e = rng.standard_normal((N, T))
        e[:, 1:] += rng.choice([-0.3, 0, 0.5]) * e[:, :-1]
        y = unit * (5 + height * rng.standard_normal((N, 1)) + (0.4 + slope * rng.standard_normal((N, 1))) * x + e)
        kept = rng.random(N * T) > 0.15
        X = np.column_stack([np.ones(N * T), x.ravel()])[kept]
        who, day = np.repeat(np.arange(N), T)[kept], np.tile(np.arange(T, dtype=float), N)[kept]
        model = fit(y.ravel()[kept], X, X, who, days=day, ar1=True)
        assert model.converged
        assert np.isfinite(ml.effects(model).df).all()
        assert ml.random_sd(model, 1).est >= 0


def test_bad_rows_are_refused():
    y, X, who = np.arange(6.0), np.ones((6, 1)), np.repeat([1, 2], 3)
    with pytest.raises(IntimacyScalesError, match="second rows of a day"):
        fit(y, X, X, who, days=np.array([1, 1, 2, 1, 2, 3.0]))
    with pytest.raises(IntimacyScalesError, match="missing values"):
        fit(np.r_[np.nan, y[1:]], X, X, who)
    with pytest.raises(IntimacyScalesError, match="sum of others"):
        fit(y, np.ones((6, 2)), X, who)
    with pytest.raises(IntimacyScalesError, match="is none"):
        fit(y, X, X, who, residual="banded")
    with pytest.raises(IntimacyScalesError, match="three or more"):
        ml.two_level_factor(np.zeros((6, 2)), who)
    with pytest.raises(IntimacyScalesError, match="nobody has two complete days"):
        ml.daily_items(np.random.default_rng(1).standard_normal((4, 3)), np.arange(4), np.array([1, 2, 1, 2.0]))


@pytest.mark.slow
def test_recovery_and_coverage_of_the_diary_model():
    """2,500 diaries of 60 persons x 14 days: the intervals of the fixed effects hold what they should, 95 +- 2 %."""
    rng = np.random.default_rng(7)
    N, T, reps = 60, 14, 2500
    truth = np.array([5.0, 0.4, 0.3])
    who, day = np.repeat(np.arange(N), T), np.tile(np.arange(T, dtype=float), N)
    inside, phi, sd = np.zeros(3), [], []
    for _ in range(reps):
        x = rng.standard_normal((N, T))
        mean = rng.standard_normal(N)
        x = x - x.mean(axis=1, keepdims=True)
        u = rng.multivariate_normal([0, 0], [[1, 0.1], [0.1, 0.09]], N)
        e = np.empty((N, T))
        e[:, 0] = rng.standard_normal(N)
        for t in range(1, T):
            e[:, t] = 0.3 * e[:, t - 1] + np.sqrt(1 - 0.09) * rng.standard_normal(N)
        y = truth[0] + u[:, :1] + (truth[1] + u[:, 1:]) * x + truth[2] * mean[:, None] + e
        X = np.column_stack([np.ones(N * T), x.ravel(), np.repeat(mean, T)])
        model = fit(y.ravel(), X, X[:, :2], who, days=day, ar1=True)
        found = ml.effects(model)
        inside += (found.low < truth) & (truth < found.high)
        phi.append(model.phi)
        sd.append(np.sqrt(np.diag(model.random_cov)))
    assert inside / reps == pytest.approx([0.95] * 3, abs=0.02)
    assert np.mean(phi) == pytest.approx(0.3, abs=0.01)
    assert np.mean(sd, axis=0) == pytest.approx([1.0, 0.3], abs=0.02)


@pytest.mark.slow
def test_coverage_of_the_indirect_effect():
    """400 studies of 80 persons x 15 days with a random indirect effect, true average .3 x .4 + .03."""
    rng = np.random.default_rng(8)
    N, T, reps, inside = 80, 15, 400, 0
    who = np.repeat(np.arange(N), T)
    for _ in range(reps):
        ab = rng.multivariate_normal([0.3, 0.4], [[0.06, 0.03], [0.03, 0.06]], N)
        x = rng.standard_normal((N, T))
        x -= x.mean(axis=1, keepdims=True)
        m = rng.standard_normal((N, 1)) * 0.6 + ab[:, :1] * x + 0.7 * rng.standard_normal((N, T))
        mw = m - m.mean(axis=1, keepdims=True)
        y = rng.standard_normal((N, 1)) * 0.6 + ab[:, 1:] * mw + 0.1 * x + 0.7 * rng.standard_normal((N, T))
        found = mediate(x.ravel(), m.ravel(), y.ravel(), who, draws=20_000)
        inside += found.low < 0.15 < found.high
    assert inside / reps == pytest.approx(0.95, abs=0.022)
