"""Models of couples against lavaan and nlme; nothing of exchangeable couples hangs on who was put first."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as fdist
from scipy.stats import norm
from scipy.stats import t as tdist

import intimacy_scales as ims
from intimacy_scales.analysis.couples import (
    DyadModel,
    ModelOptions,
    Variable,
    analyse_couples,
    couples_of,
    distinguishability,
    dyadic_scores,
    exchangeable_surface,
    fit_actor_partner,
    fit_apim,
    fit_mediation,
)
from intimacy_scales.analysis.couples.agreement import scale_agreement
from intimacy_scales.analysis.couples.models.common_fate import common_fate
from intimacy_scales.analysis.couples.models.dyad_model import pattern_of
from intimacy_scales.analysis.couples.models.dyadic_factor import ScaleAnswers, dyadic_factor
from intimacy_scales.analysis.couples.models.latent_actor_partner import latent_actor_partner
from intimacy_scales.analysis.dyads import Composition
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.cli import main
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.statistics import sem
from intimacy_scales.statistics.correlation import pairwise_correlations
from intimacy_scales.statistics.icc import icc_table

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"
SHARED = HERE.parent.parent / "shared"
R = json.loads((REFERENCE / "couples_models.json").read_text(encoding="utf-8"))
NAMES = ("disclosure", "responsiveness", "satisfaction")


def variables(file, ends):
    table = pd.read_csv(REFERENCE / file)
    return {
        name: Variable(
            name=name,
            names=(f"{name}_{ends[0]}", f"{name}_{ends[1]}"),
            values=table[[f"{name}_{end}" for end in ends]].to_numpy(),
        )
        for name in NAMES
    }


ALIKE, APART = variables("exchangeable.csv", "ab"), variables("distinguishable.csv", "wm")


def estimate(block, label, group=None):
    """The first row of lavaan's table with a label."""
    return next(row for row in block["est"] if row.get("label") == label and row.get("group", group) == group)


def agrees(path, row, tolerance=1e-4):
    ours = (path.est, path.se, path.low, path.high)
    assert ours == pytest.approx([row[k] for k in ("est", "se", "ci.lower", "ci.upper")], rel=tolerance, abs=1e-5)
    if not np.isnan(path.std) and ":=" not in row["op"]:
        assert path.std == pytest.approx(row["std.all"], rel=tolerance, abs=1e-5)


def within(low, high, reference, share=0.01):
    width = reference["upper"] - reference["lower"]
    assert low == pytest.approx(reference["lower"], abs=share * width)
    assert high == pytest.approx(reference["upper"], abs=share * width)


# --- exchangeable


def test_exchangeable_actor_partner_model_equals_lavaan():
    made, theirs = fit_apim([ALIKE["disclosure"]], ALIKE["satisfaction"], exchangeable=True), R["exchangeable"]["apim"]
    actor, partner = made.paths
    agrees(actor, estimate(theirs, "a"))
    agrees(partner, estimate(theirs, "p"))
    m, wanted = made.free_fit.measures, theirs["adjusted"]
    assert (m.df, m.baseline_df) == (wanted["df_adjusted"], wanted["df_null_adjusted"])
    assert m.chisq == pytest.approx(0, abs=1e-8)
    assert m.baseline_chisq == pytest.approx(wanted["chisq_null_adjusted"], abs=1e-3)
    assert m.logl == pytest.approx(wanted["logl_model"], abs=1e-3)
    assert (m.aic, m.bic, m.n_params) == pytest.approx([theirs["fit"][k] for k in ("aic", "bic", "npar")], abs=1e-3)
    (k,) = made.k
    assert k.value == pytest.approx(estimate(theirs, "k")["est"], abs=1e-4)
    within(k.low, k.high, theirs["k_mc"])
    assert (k.pattern, k.draws, k.seed) == ("not decided", 20_000, 2005)
    said = made.to_dict()
    assert said["model"] == "exchangeable"
    assert said["equality"] is None
    assert said["fit"]["saturated"]
    assert said["fit"]["cfi"] is None
    assert [one["kind"] for one in said["paths"]] == ["actor", "partner"]
    assert "no fit is claimed" in str(made)


def test_raw_chi_squares_of_exchangeable_couples_are_what_i_sat_takes_off():
    theirs = R["exchangeable"]["apim"]["adjusted"]
    made = distinguishability({name: ALIKE[name].values for name in ("disclosure", "satisfaction")})
    assert (made.omnibus.chi2, made.omnibus.df) == pytest.approx(
        (theirs["isat"]["chisq"], theirs["isat"]["df"]), abs=1e-3
    )
    three = distinguishability({name: one.values for name, one in ALIKE.items()}).omnibus
    wanted = R["exchangeable"]["isat_three_variables"]
    assert (three.chi2, three.df, three.p) == pytest.approx((wanted["chisq"], wanted["df"], wanted["pvalue"]), abs=1e-3)


def test_exchangeable_mediation_equals_lavaan():
    made = fit_mediation([ALIKE["disclosure"]], [ALIKE["responsiveness"]], ALIKE["satisfaction"], exchangeable=True)
    theirs = R["exchangeable"]["mediation"]
    assert len(made.effects) == 6
    for one in made.effects:
        name = {"total actor": "total_ind_actor", "total partner": "total_ind_partner"}.get(
            one.kind, f"ind_{one.kind.replace('-', '_')}"
        )
        row = estimate(theirs, name)
        ours = (one.est, one.se, one.low, one.high)
        assert ours == pytest.approx([row[k] for k in ("est", "se", "ci.lower", "ci.upper")], abs=1e-5)
        within(one.mc_low, one.mc_high, theirs["monte_carlo"][name])
    said = made.to_dict()
    assert set(said) == {
        "n",
        "draws",
        "seed",
        "missing",
        "fit",
        "effects",
        "differences",
        "bootstrap",
        "level",
        "assumptions",
        "cannot_say",
        "notes",
    }
    assert (said["n"], said["draws"], said["seed"], said["missing"]) == (180, 20_000, 2005, "listwise")
    assert said["fit"]["saturated"]
    assert "180 couples (listwise)" in str(made)
    assert "seed 2005" in str(made)


def test_a_restricted_exchangeable_model_has_the_fit_that_is_left_of_i_sat():
    theirs = R["exchangeable"]["mediation_no_direct"]
    columns = [f"{name}_{end}" for name in NAMES for end in "ab"]
    data = sem.pair_sample(np.column_stack([ALIKE[n].values for n in NAMES]), columns, [1, 0, 3, 2, 5, 4])
    blocks = []
    for own, other in ("ab", "ba"):
        blocks += [
            sem.regression(f"responsiveness_{own}", {f"disclosure_{own}": "aa", f"disclosure_{other}": "ap"}),
            sem.regression(f"satisfaction_{own}", {f"responsiveness_{own}": "ba", f"responsiveness_{other}": "bp"}),
        ]
        for name in NAMES:
            blocks += [
                sem.covariance(f"{name}_{own}", {f"{name}_{own}": f"v {name}"}), sem.mean(f"{name}_{own}", f"m {name}")
            ]  # fmt: skip
    blocks += [sem.covariance(f"{name}_a", [f"{name}_b"]) for name in NAMES]
    made = sem.adjusted(sem.fit(sem.path_model(*blocks, means=True), data), 3)
    m, wanted = made.measures, theirs["adjusted"]
    assert (m.chisq, m.df, m.p) == pytest.approx(
        [wanted[k] for k in ("chisq_adjusted", "df_adjusted", "pvalue_adjusted")], abs=1e-4
    )
    assert (m.cfi, m.tli, m.rmsea) == pytest.approx(
        [wanted[k] for k in ("cfi_adjusted", "tli_adjusted", "rmsea_adjusted")], abs=1e-5
    )
    row = made.estimate("responsiveness_a~disclosure_a")
    agreed = estimate(theirs, "a_actor")
    assert (row.est, row.se, row.std) == pytest.approx((agreed["est"], agreed["se"], agreed["std.all"]), abs=1e-5)


def test_intraclass_and_pairwise_correlations_equal_their_formulas():
    for name, wanted in R["exchangeable"]["icc"].items():
        one = icc_table(ALIKE[name].values)["ICC1"]
        assert (one.value, one.low, one.high, one.f) == pytest.approx(
            [wanted[k] for k in ("anova_icc1", "ci.lower", "ci.upper", "F")], abs=1e-8
        )
    made = pairwise_correlations(ALIKE["disclosure"].values, ALIKE["satisfaction"].values).to_dict()
    wanted = R["exchangeable"]["pairwise"]
    assert {name: made[name] for name in wanted} == pytest.approx(wanted, rel=1e-9)


def test_a_dyad_correlation_that_cannot_be_is_withheld():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(60, 1)) * np.array([1.0, -1.0])  # partners are opposites: no variance between couples
    made = pairwise_correlations(x, rng.normal(size=(60, 2)))
    assert np.isnan(made.dyad)
    assert made.to_dict()["r_dyad"] is None


def test_exchangeable_surface_is_least_squares_of_persons_with_the_jackknife_of_couples():
    x, y = ALIKE["disclosure"].values[:60], ALIKE["satisfaction"].values[:60]

    def coefficients(keep):
        own, other = (np.concatenate([x[keep, j], x[keep, 1 - j]]) - x.mean() for j in (0, 1))
        X = np.column_stack([np.ones(2 * len(keep)), own, other, own**2, own * other, other**2])
        return np.linalg.lstsq(X, np.concatenate([y[keep, 0], y[keep, 1]]), rcond=None)[0]

    made = exchangeable_surface(x, y)
    whole = coefficients(np.arange(60))
    assert [one.est for one in made.coefficients] == pytest.approx(whole)
    away = np.array([coefficients(np.delete(np.arange(60), c)) - whole for c in range(60)])
    vcov = 59 / 60 * away.T @ away
    assert [one.se for one in made.coefficients] == pytest.approx(np.sqrt(np.diag(vcov)))
    w = np.array([0, 0, 0, 1, -1, 1])
    a4 = next(one for one in made.surface if one.name == "a4")
    assert (a4.est, a4.se) == pytest.approx((w @ whole, np.sqrt(w @ vcov @ w)))
    assert made.f_curved == pytest.approx(whole[3:] @ np.linalg.solve(vcov[3:, 3:], whole[3:]) / 3)
    assert made.p_curved == pytest.approx(fdist.sf(made.f_curved, 3, 59))
    L = np.vstack([[0, 1, 1, 0, 0, 0], np.eye(6)[3:]])
    assert made.f_difference == pytest.approx(L @ whole @ np.linalg.solve(L @ vcov @ L.T, L @ whole) / 4)
    assert made.p_difference == pytest.approx(fdist.sf(made.f_difference, 4, 59))
    assert (a4.low, a4.high) == pytest.approx(a4.est + np.array([-1, 1]) * tdist.ppf(0.975, 59) * a4.se)
    z = y.T.ravel()
    linear = np.column_stack([np.ones(120), x.T.ravel(), x[:, ::-1].T.ravel()])
    rest = z - linear @ np.linalg.lstsq(linear, z, rcond=None)[0]
    assert made.r2_linear == pytest.approx(1 - rest @ rest / ((z - z.mean()) ** 2).sum())
    assert made.r2_linear < made.r2 < 1


@pytest.mark.parametrize("order", [0, 1, 2])
def test_the_same_couples_in_any_order_give_the_figures_of_lavaan(order, tmp_path, capsys):
    table = pd.read_csv(REFERENCE / "exchangeable_order1.csv")
    if order:
        turned(table, np.random.default_rng(order).random(len(table)) < 0.5).to_csv(tmp_path / "x.csv", index=False)
    else:
        table.to_csv(tmp_path / "x.csv", index=False)
    words = ["--predictor", "close", "--outcome", "sat", "--mediator", "talk", "--json", "-"]
    with pytest.raises(SystemExit):
        main(["couples", str(tmp_path / "x.csv"), "--couple", "couple", *words])
    found = json.loads(capsys.readouterr().out)["mediation"]
    effects = {one["kind"]: one for one in found["effects"]}
    wanted = {
        "actor-actor": (0.116, 0.020),
        "partner-partner": (0.015, 0.007),
        "actor-partner": (0.051, 0.018),
        "partner-actor": (0.035, 0.013),
    }
    for kind, figures in wanted.items():
        assert (effects[kind]["indirect"], effects[kind]["se"]) == pytest.approx(figures, abs=6e-4)
    assert found["n"] == 200


# --- no figure depends on who was put first


def turned(table, rows, ends=("_a", "_b")):
    """The table with both partners' columns changing places in these rows."""
    made = table.copy()
    for column in table:
        if column.endswith(ends[0]):
            other = column.removesuffix(ends[0]) + ends[1]
            made.loc[rows, column], made.loc[rows, other] = table.loc[rows, other], table.loc[rows, column]
    return made


def same(ours, theirs, at=""):
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys(), at
        for key in ours:
            same(ours[key], theirs[key], f"{at}.{key}")
    elif isinstance(ours, list):
        assert len(ours) == len(theirs), at
        for j, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            same(a, b, f"{at}[{j}]")
    elif isinstance(ours, float) and theirs is not None:
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-7), at
    else:
        assert ours == theirs, at


EXCHANGEABLE = pd.read_csv(REFERENCE / "exchangeable.csv").iloc[:70]
EIS = ims.load_bank("eis")
WHOLE = ModelOptions(
    predictor=["disclosure", "eis_total"],
    mediator=["responsiveness"],
    outcome="satisfaction",
    draws=500,
    structure=True,
)


def whole_study(table, missing="listwise"):
    from dataclasses import replace

    couples = couples_of(read_responses(table, EIS), couple="couple")
    return analyse_couples(couples, replace(WHOLE, missing=missing))


@settings(max_examples=6, deadline=None)
@given(st.lists(st.booleans(), min_size=70, max_size=70), st.sampled_from(["listwise", "fiml"]))
def test_swapping_partners_in_any_couples_changes_no_figure(rows, missing):
    table = EXCHANGEABLE.copy()
    table.loc[::9, "satisfaction_a"] = np.nan
    plain, swapped = whole_study(table, missing), whole_study(turned(table, np.array(rows)), missing)
    assert str(plain) == str(swapped)
    assert plain.apa() == swapped.apa()
    same(plain.to_dict(), swapped.to_dict())
    pd.testing.assert_frame_equal(plain.table(), swapped.table())
    pd.testing.assert_frame_equal(plain.couples_table(), swapped.couples_table())
    pd.testing.assert_frame_equal(plain.mediation.table(), swapped.mediation.table(), rtol=1e-5)
    pd.testing.assert_frame_equal(plain.apim.table(), swapped.apim.table(), rtol=1e-5)


# --- told apart


@pytest.mark.parametrize("names", [("disclosure", "satisfaction"), NAMES])
def test_test_of_distinguishability_equals_lavaan(names):
    made = distinguishability({name: APART[name].values for name in names})
    wanted = R["distinguishable"]["omnibus"]["+".join(names)]
    assert made.omnibus.df == len(names) * (len(names) + 1) == wanted["df"]
    assert (made.omnibus.chi2, made.omnibus.p) == pytest.approx((wanted["chisq"], wanted["pvalue"]), abs=1e-4)
    assert (made.cfi, made.rmsea) == pytest.approx((wanted["cfi"], wanted["rmsea"]), abs=1e-5)
    assert "partners differ" in made.verdict
    if len(names) == 3:
        parts = {"means": "means", "variances": "variances", "covariances within persons": "covariances_within",
                 "covariances between partners": "covariances_cross"}  # fmt: skip
        for ours, theirs in parts.items():
            row = R["distinguishable"]["omnibus_parts"][theirs]
            one = made.parts[ours]
            assert (one.chi2, one.df, one.p) == pytest.approx((row["chisq"], row["df"], row["pvalue"]), abs=1e-4)


def test_a_test_that_is_passed_shows_no_sameness():
    made = distinguishability({name: one.values for name, one in ALIKE.items()})
    assert made.omnibus.p > 0.05
    assert "no proof that there is none" in made.verdict


def test_actor_partner_model_of_partners_told_apart_equals_lavaan():
    made, theirs = fit_apim([APART["disclosure"]], APART["satisfaction"]), R["distinguishable"]
    for path, label in zip(made.paths, ("aw", "am", "pw", "pm"), strict=True):
        agrees(path, estimate(theirs["apim"], label))
    equal = {"aw": made.equal[0], "pw": made.equal[2]}
    for label, path in equal.items():
        agrees(path, estimate(theirs["apim_equal"], label))
    for test, name in ((made.equality.actor, "actor"), (made.equality.partner, "partner"), (made.equality.both, "")):
        row = theirs[f"apim_{name}_equal" if name else "apim_equal"]["lrt"]
        assert (test.chisq, test.df, test.p) == pytest.approx(
            [row[k] for k in ("chisq_diff", "df_diff", "pvalue")], abs=1e-4
        )
    w, m = made.k
    within(w.low, w.high, theirs["apim"]["k_mc"]["kw"])
    within(m.low, m.high, theirs["apim"]["k_mc"]["km"])
    assert (w.partner, w.pattern, m.partner, m.pattern) == ("w", "not decided", "m", "couple")
    assert made.free_fit.measures.aic == pytest.approx(theirs["apim"]["fit"]["aic"], abs=1e-3)
    said = made.to_dict()
    assert said["model"] == "distinguishable"
    assert set(said["equality"]) == {"chi2", "df", "p", "actor", "partner"}


def test_effects_held_equal_are_printed_where_asked():
    model = DyadModel(
        predictors=(APART["disclosure"],),
        outcome=APART["satisfaction"],
        compositions=(Composition(labels=("w", "m"), exchangeable=False, n=160),),
        of=np.zeros(160, dtype=np.int64),
    )
    made = fit_actor_partner(model, pooled=True)
    (k,) = made.k
    within(k.low, k.high, R["distinguishable"]["apim_equal"]["k_mc"]["k"])
    assert k.partner == "all"
    assert made.shown == made.equal


def test_no_ratio_is_given_where_the_actor_effect_may_be_nothing():
    rng = np.random.default_rng(8)
    noise = Variable(name="x", names=("x_w", "x_m"), values=rng.normal(size=(80, 2)))
    made = fit_apim([noise], Variable(name="y", names=("y_w", "y_m"), values=rng.normal(size=(80, 2))))
    for one, path in zip(made.k, made.paths[:2], strict=True):
        assert path.low < 0 < path.high
        assert np.isnan(one.value)
        assert one.to_dict()["ci"] == [None, None]
        assert "holds zero" in str(one)


@pytest.mark.parametrize(("ends", "name"), [
    ((-0.2, 0.3), "actor-only"), ((0.6, 1.3), "couple"), ((-1.4, -0.5), "contrast"), ((-0.1, 1.2), "not decided"),
    ((0.2, 0.8), "not decided"), ((-2, 2), "not decided"),
])  # fmt: skip
def test_a_pattern_is_named_where_exactly_one_lies_inside(ends, name):
    assert pattern_of(*ends) == name


def test_means_and_differences_equal_least_squares():
    made = dyadic_scores(APART["disclosure"].values, APART["satisfaction"].values)
    theirs = R["distinguishable"]["mean_and_difference"]
    rows = {
        ("mean_on_mean", 0): made.alone[0], ("difference_on_difference", 0): made.alone[1],
        ("mean_on_both", 0): made.both[0], ("mean_on_both", 1): made.both[1],
        ("difference_on_both", 0): made.both[2], ("difference_on_both", 1): made.both[3],
    }  # fmt: skip
    for (name, place), one in rows.items():
        row = theirs[name]["coef"][place + 1]
        assert (one.est, one.se, one.t, one.p) == pytest.approx([row[k] for k in ("est", "se", "t", "p")], abs=1e-8)
        assert one.df == theirs[name]["df"]
    assert (made.r_means, made.r_differences) == pytest.approx((theirs["r_means"], theirs["r_differences"]), abs=1e-8)


def test_differences_of_exchangeable_couples_go_through_zero():
    x, y = ALIKE["disclosure"].values, ALIKE["satisfaction"].values
    made = dyadic_scores(x, y, exchangeable=True)
    dx, dy = x[:, 0] - x[:, 1], y[:, 0] - y[:, 1]
    mean, difference = made.alone
    assert difference.est == pytest.approx(dx @ dy / (dx @ dx))
    assert difference.df == 179
    apim = fit_apim([ALIKE["disclosure"]], ALIKE["satisfaction"], exchangeable=True)
    actor, partner = (one.est for one in apim.paths)
    assert (mean.est, difference.est) == pytest.approx((actor + partner, actor - partner), abs=1e-6)
    assert made.both == ()


# --- several compositions


def read_table(table):
    from intimacy_scales.reading.exports import read_table as read
    from intimacy_scales.reading.responses.model import Responses

    made = read(table)
    return Responses(
        answered=(),
        id_column=None,
        ids=None,
        row_numbers=made.row_numbers,
        set_aside=(),
        source=made.source,
        table=made,
    )


@pytest.fixture(scope="module")
def mixed():
    return couples_of(read_table(pd.read_csv(REFERENCE / "mixed.csv")), couple="couple", partner="gender")


def test_couples_of_three_compositions_are_all_there(mixed):
    assert mixed.composition_counts() == {"w-m": 120, "w-w": 60, "m-m": 60}
    assert [one.exchangeable for one in mixed.compositions] == [False, True, True]
    assert len(mixed) == 240
    assert mixed.unmatched == ()
    assert len({mixed.labels_of(row) for row in range(240)}) == 3


def test_compositions_side_by_side_equal_lavaan(mixed):
    found = analyse_couples(mixed, ModelOptions(predictor=["disclosure"], outcome="satisfaction"))
    made, theirs = found.apim, R["mixed"]["multigroup"]
    labels = ["aw", "am", "aww", "amm", "pw", "pm", "pww", "pmm"]
    for path, label in zip(made.paths, labels, strict=True):
        group = {"aww": 2, "pww": 2, "amm": 3, "pmm": 3}.get(label, 1)
        agrees(path, estimate(theirs["role_specific"], label, group))
    assert (made.n, made.n_by_composition) == (240, (120, 60, 60))
    assert made.free_fit.measures.logl == pytest.approx(theirs["role_specific"]["fit"]["logl"], abs=1e-3)
    assert made.free_fit.measures.aic == pytest.approx(theirs["role_specific"]["fit"]["aic"], abs=1e-3)
    assert made.free_fit.measures.df == 0
    pooled = theirs["pooled"]["lrt"]
    assert (made.equality.both.chisq, made.equality.both.df) == pytest.approx(
        (pooled["chisq_diff"], pooled["df_diff"]), abs=1e-4
    )
    agrees(made.equal[0], estimate(theirs["pooled"], "a", 1))
    agrees(made.equal[1], estimate(theirs["pooled"], "p", 1))
    assert (made.equality.actor.df, made.equality.partner.df) == (3, 3)
    said = found.to_dict()
    assert said["composition"] == {"w-m": 120, "w-w": 60, "m-m": 60}
    assert said["apim"]["model"] == "mixed"
    assert said["distinguishability"]["df"] == 6
    assert said["distinguishability"]["composition"] == "w-m"
    assert {one["partner"] for one in said["apim"]["k"]} == {"w-m: w", "w-m: m", "w-w: w", "m-m: m"}


@pytest.mark.parametrize(("equal", "name"), [("composition", "composition_specific"), ("label", "actor_by_gender")])
def test_effects_equal_over_a_composition_or_a_label_equal_lavaan(mixed, equal, name):
    found = analyse_couples(mixed, ModelOptions(predictor=["disclosure"], outcome="satisfaction"))
    x, y = (
        Variable(name=n, names=(f"{n}_a", f"{n}_b"), values=np.column_stack(
            [mixed.scores.table_read.column(f"{n}_{end}").cells.numbers for end in "ab"]))
        for n in ("disclosure", "satisfaction")
    )  # fmt: skip
    model = DyadModel(predictors=(x,), outcome=y, compositions=mixed.compositions, of=mixed.composition_of)
    data = model.sample("listwise")
    test = sem.difference_test(model.fit(data, equal), found.apim.free_fit)
    wanted = R["mixed"]["multigroup"][name]["lrt"]
    assert (test.chisq, test.df) == pytest.approx((wanted["chisq_diff"], wanted["df_diff"]), abs=1e-4)


def test_agreement_within_each_composition(mixed):
    found = analyse_couples(mixed, ModelOptions(predictor=["disclosure"], outcome="satisfaction"))
    for one in found.by_composition:
        wanted = R["mixed"]["icc"][one.composition.name.replace("-", "")]
        for agreement in one.agreements:
            row = wanted[agreement.column]
            assert agreement.iccs["ICC1"].value == pytest.approx(row["anova_icc1"], abs=1e-8)
            assert agreement.pairwise.value == pytest.approx(row["pairwise"], abs=1e-8)
            if one.composition.exchangeable:
                assert agreement.r is None
            else:
                assert agreement.r.value == pytest.approx(row["pearson"], abs=1e-8)
    assert found["disclosure"].r is None  # over several compositions nobody is the first


def test_rows_of_a_couple_may_stand_in_any_order(mixed):
    table = pd.read_csv(REFERENCE / "mixed.csv")
    back = table.iloc[::-1].sort_values("couple", kind="stable").reset_index(drop=True)
    asked = ModelOptions(predictor=["disclosure"], outcome="satisfaction", draws=500)
    plain = analyse_couples(mixed, asked)
    other = analyse_couples(couples_of(read_table(back), couple="couple", partner="gender"), asked)
    assert str(plain).replace("rows in no couple", "") == str(other).replace("rows in no couple", "")
    same(plain.to_dict()["apim"], other.to_dict()["apim"])


def test_a_small_composition_is_described_and_not_fitted():
    table = pd.read_csv(REFERENCE / "mixed.csv")
    few = table[(table.kind != "mm") | table.couple.isin(table[table.kind == "mm"].couple.unique()[:12])]
    couples = couples_of(read_table(few), couple="couple", partner="gender")
    found = analyse_couples(couples, ModelOptions(predictor=["disclosure"], outcome="satisfaction"))
    assert [one.name for one in found.apim.compositions] == ["w-m", "w-w"]
    assert any("m-m: 12 couples" in note and "no model is fitted" in note for note in found.notes)
    assert [one.agreements[0].n for one in found.by_composition] == [120, 60, 12]
    only = table[table.kind == "mm"].iloc[:24]
    alone = analyse_couples(couples_of(read_table(only), couple="couple", partner="gender"), ModelOptions(
        predictor=["disclosure"], outcome="satisfaction"))  # fmt: skip
    assert alone.apim is None
    assert "20 couples" in alone.withheld["apim"]
    assert alone["disclosure"].n == 12


def test_roles_may_stand_in_columns_of_a_file_with_a_row_a_couple():
    long = pd.read_csv(REFERENCE / "mixed.csv")
    long["who"] = np.tile(["a", "b"], 240)
    wide = long.pivot_table(index="couple", columns="who", values=["gender", "disclosure", "satisfaction"],
                            aggfunc="first")  # fmt: skip
    wide.columns = [f"{name}_{end}" for name, end in wide.columns]
    asked = ModelOptions(predictor=["disclosure"], outcome="satisfaction", draws=500)
    ours = couples_of(read_table(wide.reset_index()), couple="couple", partner="gender", variables=["disclosure"])
    theirs = couples_of(read_table(long), couple="couple", partner="gender")
    assert ours.composition_counts() == theirs.composition_counts()
    same(analyse_couples(ours, asked).to_dict()["apim"], analyse_couples(theirs, asked).to_dict()["apim"])


def test_three_compositions_of_dyadmlm_equal_nlme():
    folder = SHARED / "data"
    if not (folder / "dyads_cross_reference.json").exists():
        pytest.skip("the answers of other studies are not here")
    reference = json.loads((folder / "dyads_cross_reference.json").read_text(encoding="utf-8"))
    table = pd.read_csv(folder / "answers" / "dyadMLM_dyads_cross.csv")
    couples = couples_of(read_table(table), couple="coupleID", partner="gender")
    assert couples.composition_counts() == {"female-male": 120, "female-female": 120, "male-male": 120}
    found = analyse_couples(couples, ModelOptions(predictor=["provided_support"], outcome="closeness"))
    # nlme counts persons less fixed effects, lavaan couples: its SEs are larger by sqrt(N / (N - p))
    paths = {(one.composition, one.person, one.kind): one for one in found.apim.paths}
    for name in ("female-female", "male-male"):
        kind = reference[name.replace("-", "_x_")]
        loose = np.sqrt(240 / 237)
        for ours, theirs in (("actor", "provided_support"), ("partner", "partner_support")):
            one = paths[name, name.split("-")[0], ours]
            assert one.est == pytest.approx(kind["exchangeable"]["coef"][theirs], abs=1e-4)
            assert one.se * loose == pytest.approx(kind["exchangeable"]["se"][theirs], abs=1e-4)
    told = reference["female_x_male"]["distinguishable"]
    for who in ("female", "male"):
        for ours, theirs in (("actor", "provided_support"), ("partner", "partner_support")):
            one = paths["female-male", who, ours]
            assert one.est == pytest.approx(told["coef"][f"gender{who}:{theirs}"], abs=1e-4)
            assert one.se * np.sqrt(240 / 234) == pytest.approx(told["se"][f"gender{who}:{theirs}"], abs=1e-4)
    for one in found.by_composition:
        name = one.composition.name.replace("-", "_x_")
        icc = {score.column: score.iccs["ICC1"].value for score in one.agreements}["closeness"]
        assert icc == pytest.approx(reference[name]["icc1"], abs=1e-4)
    forced = couples_of(read_table(table[table.dyad_composition == "female_x_male"]), couple="coupleID",
                        partner="gender", exchangeable=True)  # fmt: skip
    made = analyse_couples(forced, ModelOptions(predictor=["provided_support"], outcome="closeness")).apim
    kind = reference["female_x_male"]["exchangeable"]
    assert [one.est for one in made.paths] == pytest.approx(
        [kind["coef"]["provided_support"], kind["coef"]["partner_support"]], abs=1e-4
    )
    residual = made.free_fit.estimate("closeness_female~~closeness_male").std
    assert residual == pytest.approx(kind["rho"], abs=1e-4)


# --- what goes wrong


def test_agreement_is_shown_where_a_model_cannot_be_fitted():
    table = pd.read_csv(REFERENCE / "distinguishable.csv")
    table["satisfaction_m"] = 4.0
    couples = couples_of(read_table(table), couple="couple", variables=["disclosure"])
    found = analyse_couples(couples, ModelOptions(predictor=["disclosure"], outcome="satisfaction"))
    assert found.apim is None
    assert "satisfaction_m" in found.withheld["apim"]
    assert found["disclosure"].n == 160
    assert "not fitted: apim:" in str(found)
    assert found.to_dict()["withheld"]["apim"]


@pytest.mark.parametrize("role", ["outcome", "mediator"])
def test_a_column_of_words_is_explained_by_no_model(role):
    table = pd.read_csv(REFERENCE / "distinguishable.csv")
    for end in "wm":
        table[f"together_{end}"] = np.where(table[f"satisfaction_{end}"] > 5, "yes", "no")
    couples = couples_of(read_table(table), couple="couple", variables=["disclosure"])
    wished = {"predictor": ["disclosure"], "outcome": "satisfaction", role: "together"}
    if role == "mediator":
        wished["mediator"] = ["together"]
    with pytest.raises(ResponseError, match="together: is explained by the model, but its column holds two words"):
        analyse_couples(couples, ModelOptions(**wished))


def test_every_model_says_how_many_couples_it_took(tmp_path, capsys):
    words = ["--predictor", "close", "--outcome", "sat", "--mediator", "talk"]
    with pytest.raises(SystemExit):
        main(["couples", str(REFERENCE / "couples_missing.csv"), "--couple", "couple", *words])
    said = capsys.readouterr().out
    assert "actor-partner model (distinguishable): 148 couples" in said
    assert "actor-partner mediation: 123 couples" in said
    assert "actor-partner model: 52 of 200 couples left out" in said
    assert "mediation: 77 of 200 couples left out" in said


# --- structure over partners

ITEMS = tuple(f"eis_{j}" for j in range(1, 6))
WM = Composition(labels=("w", "m"), exchangeable=False, n=160)
AB = Composition(labels=("a", "b"), exchangeable=True, n=180)


def answers_of(file, ends):
    table = pd.read_csv(REFERENCE / file)
    first, second = (table[[f"{item}_{end}" for item in ITEMS]].to_numpy() for end in ends)
    return ScaleAnswers(name="EIS", column="eis_total", items=ITEMS, first=first, second=second)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_dyadic_factor_models_equal_lavaan(missing):
    made = dyadic_factor(answers_of("distinguishable.csv", "wm"), WM, missing=missing)
    theirs = R["distinguishable"][f"dyadic_cfa_{missing}"]
    assert made.n == theirs["n"]
    for one in made.steps:
        name, m = one.name.replace(" ", "_"), one.fit.measures
        wanted = theirs["steps"][name]["fit"]
        assert (m.df, m.n_params) == (wanted["df"], wanted["npar"])
        assert (m.chisq, m.p, m.cfi, m.tli, m.rmsea, m.srmr, m.aic) == pytest.approx(
            [wanted[k] for k in ("chisq", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic")], abs=1e-4
        )
        if one.step is not None:
            step = theirs["steps_lrt"][name]
            assert (one.step.chisq, one.step.df, one.step.p) == pytest.approx(
                [step[k] for k in ("chisq_diff", "df_diff", "pvalue")], abs=1e-4
            )
        if name in theirs["latent_correlation"]:
            r, latent = theirs["latent_correlation"][name], one.latent_r
            assert (latent.value, latent.se, latent.low, latent.high, *latent.fisher) == pytest.approx(
                [r["r"], r["se"], r["ci.lower"], r["ci.upper"], *r["ci.fisher"]], abs=1e-4
            )
    for one, row in zip(made.loadings[:5], theirs["steps"]["configural"]["est"][:5], strict=True):
        assert (one.est, one.se, one.std) == pytest.approx([row[k] for k in ("est", "se", "std.all")], abs=1e-4)
    intercepts = made.steps[2]
    assert intercepts.verdict.word == "fails"
    assert intercepts.suspects == ("eis_4",)  # its threshold was made lower for men
    assert made.held == "loadings"
    assert "holds only beside intercepts" in str(made)
    if missing == "listwise":
        icc = R["distinguishable"]["latent_icc_listwise"][0]
        assert (made.latent_icc.value, made.latent_icc.se) == pytest.approx((icc["est"], icc["se"]), abs=1e-5)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_dyadic_factor_model_of_exchangeable_partners_equals_lavaan(missing):
    made = dyadic_factor(answers_of("exchangeable.csv", "ab"), AB, missing=missing)
    theirs = R["exchangeable"][f"cfa_{missing}"]
    (step,) = made.steps
    m, wanted = step.fit.measures, theirs["adjusted"]
    assert (m.chisq, m.df, m.p) == pytest.approx(
        [wanted[k] for k in ("chisq_adjusted", "df_adjusted", "pvalue_adjusted")], abs=1e-4
    )
    assert (m.baseline_chisq, m.baseline_df) == pytest.approx(
        (wanted["chisq_null_adjusted"], wanted["df_null_adjusted"]), abs=1e-3
    )
    assert (m.cfi, m.tli, m.rmsea, m.aic) == pytest.approx(
        (wanted["cfi_adjusted"], wanted["tli_adjusted"], wanted["rmsea_adjusted"], theirs["fit"]["aic"]), abs=1e-3
    )
    r = estimate(theirs, "latent_r")
    assert (step.latent_r.value, step.latent_r.se) == pytest.approx((r["est"], r["se"]), abs=1e-4)
    for one, label in zip(made.loadings, ("l1", "l2", "l3", "l4", "l5"), strict=True):
        row = estimate(theirs, label)
        assert (one.est, one.se, one.std) == pytest.approx([row[k] for k in ("est", "se", "std.all")], abs=1e-4)
    assert made.invariance_dict() is None


def test_common_fate_equals_lavaan():
    made = common_fate(APART["disclosure"], APART["satisfaction"], WM)
    theirs = R["distinguishable"]["common_fate"]
    row = next(row for row in theirs["est"] if row["op"] == "~")
    agrees(made.path, row)
    m = made.fit.measures
    assert (m.chisq, m.df, m.aic) == pytest.approx([theirs["fit"][k] for k in ("chisq", "df", "aic")], abs=1e-3)
    std = {row["rhs"]: row["std.all"] for row in theirs["est"] if row["op"] == "=~"}
    assert made.shares == pytest.approx({name: x**2 for name, x in std.items()}, abs=1e-4)
    assert made.improper == ()


def test_common_fate_without_residual_covariances_equals_lavaan():
    made = common_fate(APART["disclosure"], APART["satisfaction"], WM, residual_covariances=False)
    theirs = R["distinguishable"]["common_fate_no_residual_covariances"]
    m = made.fit.measures
    assert (m.chisq, m.df) == pytest.approx((theirs["fit"]["chisq"], theirs["fit"]["df"]), abs=1e-3)
    agrees(made.path, next(row for row in theirs["est"] if row["op"] == "~"))
    negative = [row for row in theirs["est"] if row["op"] == "~~" and row["lhs"] == row["rhs"] and row["est"] < 0]
    assert bool(made.improper) == bool(negative)


def test_effects_of_least_squares_with_equal_correlation_are_the_same():
    """nlme's gls: the same estimates; its standard errors count persons less fixed effects."""
    theirs = {row["term"]: row for row in R["exchangeable"]["apim_gls_ML"]["fixed"]}
    made = fit_apim([ALIKE["disclosure"]], ALIKE["satisfaction"], exchangeable=True)
    for path, term in zip(made.paths, ("disclosure", "partner_disclosure"), strict=True):
        assert path.est == pytest.approx(theirs[term]["est"], abs=1e-4)
        assert path.se * np.sqrt(360 / 357) == pytest.approx(theirs[term]["se"], abs=1e-4)
    rest = made.free_fit.estimate("satisfaction_a~~satisfaction_b").std
    assert rest == pytest.approx(R["exchangeable"]["apim_gls_ML"]["correlation"]["Rho"], abs=1e-4)
    theirs = {row["term"]: row for row in R["distinguishable"]["apim_gls_ML"]["fixed"]}
    paths = {(one.kind, one.end[-1]): one for one in fit_apim([APART["disclosure"]], APART["satisfaction"]).paths}
    for (kind, who), one in paths.items():
        row = theirs[f"role{who}:{'disclosure' if kind == 'actor' else 'partner_disclosure'}"]
        assert one.est == pytest.approx(row["est"], abs=1e-4)
        assert one.se * np.sqrt(320 / 314) == pytest.approx(row["se"], abs=1e-4)


@pytest.mark.parametrize("held", ["actor", "partner"])
def test_one_effect_held_equal_equals_lavaan(held):
    model = DyadModel(predictors=(APART["disclosure"],), outcome=APART["satisfaction"], compositions=(WM,),
                      of=np.zeros(160, dtype=np.int64))  # fmt: skip
    made, theirs = model.fit(model.sample("listwise"), held), R["distinguishable"][f"apim_{held}_equal"]
    for row in (row for row in theirs["est"] if row["op"] == "~"):
        ours = made.estimate(f"{row['lhs']}~{row['rhs']}")
        assert (ours.est, ours.se, ours.std) == pytest.approx([row[k] for k in ("est", "se", "std.all")], abs=1e-4)
    m = made.measures
    assert (m.chisq, m.cfi, m.tli, m.rmsea, m.srmr) == pytest.approx(
        [theirs["fit"][k] for k in ("chisq", "cfi", "tli", "rmsea", "srmr")], abs=1e-4
    )


def test_an_improper_common_fate_is_told():
    rng = np.random.default_rng(2)
    own = rng.normal(size=(90, 2))
    x = Variable(name="x", names=("x_w", "x_m"), values=own - 0.5 * own[:, ::-1])  # partners are unlike each other
    y = Variable(name="y", names=("y_w", "y_m"), values=x.values + rng.normal(size=(90, 2)))
    made = common_fate(x, y, WM)
    assert any("negative variance" in one for one in made.improper)
    assert "do not report" in str(made)
    assert "improper" in made.apa()
    assert made.to_dict()["improper"]


def test_latent_actor_partner_model_equals_lavaan():
    made = latent_actor_partner(answers_of("distinguishable.csv", "wm"), APART["satisfaction"], WM)
    theirs = R["distinguishable"]["latent_apim"]
    rows = {(row["lhs"], row["rhs"]): row for row in theirs["est"] if row["op"] == "~"}
    wanted = [
        ("satisfaction_w", "fw"), ("satisfaction_m", "fm"), ("satisfaction_w", "fm"), ("satisfaction_m", "fw")
    ]  # fmt: skip
    for path, key in zip(made.paths, wanted, strict=True):
        agrees(path, rows[key])
    m = made.fit.measures
    assert (m.chisq, m.df, m.cfi, m.aic) == pytest.approx(
        [theirs["fit"][k] for k in ("chisq", "df", "cfi", "aic")], abs=1e-3
    )
    step = R["distinguishable"]["latent_apim_equal"]["lrt"]
    both = made.equality.both
    assert (both.chisq, both.df, both.p) == pytest.approx(
        [step[k] for k in ("chisq_diff", "df_diff", "pvalue")], abs=1e-4
    )


def test_two_items_make_no_dyadic_factor():
    whole = answers_of("exchangeable.csv", "ab")
    two = ScaleAnswers(name="x", column="x", items=ITEMS[:2], first=whole.first[:, :2], second=whole.second[:, :2])
    with pytest.raises(ResponseError, match="the scale has 2 items"):
        dyadic_factor(two, AB)


def test_structure_is_there_where_it_is_asked_for():
    couples = couples_of(read_responses(EXCHANGEABLE, EIS), couple="couple")
    asked = ModelOptions(predictor=["eis_total"], outcome="satisfaction", structure=True, draws=500)
    said = analyse_couples(couples, asked).to_dict()
    cfa = said["dyadic_cfa"]["eis"]["total"]
    assert cfa["df"] == 14
    assert {one["item"] for one in cfa["loadings"]} == set(ITEMS)
    assert said["dyadic_invariance"]["eis"]["total"] is None
    assert [one["kind"] for one in said["latent_apim"][0]["paths"]] == ["actor", "partner"]
    assert said["common_fate"][0]["exchangeable"]
    apart = couples_of(read_responses(EXCHANGEABLE, EIS), couple="couple", exchangeable=False)
    ladder = analyse_couples(apart, ModelOptions(structure=True)).to_dict()["dyadic_invariance"]["eis"]["total"]
    assert [one["level"] for one in ladder["steps"]] == [
        "configural", "loadings", "intercepts", "residuals", "latent variances", "latent means"
    ]  # fmt: skip
    plain = analyse_couples(couples).to_dict()
    assert plain["dyadic_cfa"] is None
    assert plain["common_fate"] is None


# --- couples who were asked several times


def test_couples_at_several_occasions_are_asked_about():
    rng = np.random.default_rng(1)
    rows = [
        {"couple": c, "partner": p, "wave": t, "day": f"2024-0{t}-{c % 28 + 1:02d}"}
        | {f"eis_{j}": int(rng.integers(1, 6)) for j in range(1, 6)}
        for c in range(40)
        for p in (0, 1)
        for t in (1, 2, 3)
        if not (c < 6 and t > 1)
    ]
    responses = read_responses(pd.DataFrame(rows), EIS)
    with pytest.raises(ResponseError) as fault:
        couples_of(responses, couple="couple", partner="partner")
    said = str(fault.value)
    assert "34 of 40 couples have more than two rows, and column wave tells them apart (1, 2 and 3)" in said
    assert "occasion" in said
    assert "wave == '1'" in said


def test_three_in_a_couple_without_occasions_are_no_question():
    table = pd.DataFrame(
        [{"couple": c, "partner": p} | {f"eis_{j}": 3 + (c + j) % 2 for j in range(1, 6)}
         for c in range(20) for p in ("a", "b", *(["b"] if c == 3 else []))]
    )  # fmt: skip
    found = couples_of(read_responses(table, EIS), couple="couple", partner="partner")
    assert len(found) == 19


# --- partners as rows of other analyses


def test_partners_who_stand_as_persons_elsewhere_are_told():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(1, 6, (80, 5)), columns=list(ITEMS))
    frame["couple"], frame["x"] = np.repeat(np.arange(40), 2), rng.normal(size=80)
    frame["y"] = frame.x + rng.normal(size=80)
    found = [
        ims.norms_from(frame, "eis", sample="a sample"),
        ims.validity(frame, "eis", convergent=["x"]),
        ims.path(frame, ["y ~ x"], bootstrap=0),
        ims.reliability(frame, "eis", bootstrap=0),
    ]
    alone = [
        ims.norms_from(frame.drop(columns="couple"), "eis", sample="a sample"),
        ims.reliability(frame.drop(columns="couple"), "eis", bootstrap=0),
    ]
    for one in found:
        assert any("rows share values of couple" in note for note in one.notes)
    for one in alone:
        assert not any("rows share" in note for note in one.notes)


# --- what every result has


def test_results_of_couples_are_short_in_a_shell_and_whole_elsewhere():
    couples = couples_of(read_responses(EXCHANGEABLE, EIS), couple="couple")
    asked = ModelOptions(predictor=["eis_total"], mediator=["responsiveness"], outcome="satisfaction", structure=True,
                         draws=300)  # fmt: skip
    found = analyse_couples(couples, asked)
    apart = analyse_couples(couples_of(read_responses(EXCHANGEABLE, EIS), couple="couple", exchangeable=False), asked)
    results = [
        found, couples, found.apim, found.mediation, *found.dyadic_scores, *found.structure.models, *found.surfaces,
        *apart.distinguishability, apart.apim, *apart.structure.models, *apart.surfaces,
    ]  # fmt: skip
    assert len({type(one) for one in results}) == 10
    for one in results:
        assert len(repr(one)) < 120, repr(one)
        assert one.apa().endswith(".")
        assert len(one.table())
        assert "<table>" in one._repr_html_()
        json.dumps(one.to_dict(), allow_nan=False)
        assert "nan" not in str(one).lower().split()


def test_pictures_of_couples_are_drawn():
    couples = couples_of(read_responses(EXCHANGEABLE, EIS), couple="couple", exchangeable=False)
    asked = ModelOptions(predictor=["eis_total"], mediator=["responsiveness"], outcome="satisfaction", structure=True,
                         draws=300)  # fmt: skip
    found = analyse_couples(couples, asked)
    for one in (found, found.apim, found.mediation, found.structure.factors[0].factor):
        assert one.plot().axes


# --- coverage


def drawn_couples(rng, n, *, similarity=0.3, actor=0.4, partner=0.2, mediated=True):
    """Couples of exchangeable partners from a known truth: X, M and Y of both."""

    def pairs(sd=1.0):
        shared = rng.normal(size=(n, 1)) * np.sqrt(similarity)
        return sd * (shared + rng.normal(size=(n, 2)) * np.sqrt(1 - similarity))

    x = pairs()
    m = 0.5 * x + 0.2 * x[:, ::-1] + pairs(0.8)
    y = actor * x + partner * x[:, ::-1] + (0.4 * m + 0.1 * m[:, ::-1] if mediated else 0) + pairs(0.8)
    return tuple(
        Variable(name=name, names=(f"{name}_a", f"{name}_b"), values=v)
        for name, v in zip("xmy", (x, m, y), strict=True)
    )


@pytest.mark.slow
def test_intervals_of_exchangeable_effects_cover_what_they_say():
    rng, inside = np.random.default_rng(11), []
    for _ in range(2000):
        x, _, y = drawn_couples(rng, 100, mediated=False)
        made = fit_apim([x], y, exchangeable=True, draws=400)
        k = made.k[0]
        inside.append(
            [one.low <= true <= one.high for one, true in zip(made.paths, (0.4, 0.2), strict=True)]
            + [k.low <= 0.5 <= k.high]
        )
    assert np.mean(inside, axis=0) == pytest.approx(0.95, abs=0.02)


@pytest.mark.slow
def test_intervals_of_exchangeable_indirect_effects_cover_what_they_say():
    rng, inside = np.random.default_rng(12), []
    true = {"actor-actor": 0.20, "partner-partner": 0.02, "actor-partner": 0.05, "partner-actor": 0.08,
            "total actor": 0.22, "total partner": 0.13}  # fmt: skip
    for _ in range(2000):
        x, m, y = drawn_couples(rng, 100)
        made = fit_mediation([x], [m], y, exchangeable=True, bootstrap=0)
        inside.append([one.mc_low <= true[one.kind] <= one.mc_high for one in made.effects])
    assert np.mean(inside, axis=0) == pytest.approx(0.95, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("similarity", [0.0, 0.4, 0.8])
def test_surfaces_robust_to_couples_cover_what_they_say(similarity):
    rng, inside = np.random.default_rng(13), []
    for _ in range(2000):
        x, _, y = drawn_couples(rng, 100, similarity=similarity, mediated=False)
        made = exchangeable_surface(x.values, y.values, centre=0.0)
        true = {"a1": 0.6, "a2": 0.0, "a3": 0.2, "a4": 0.0, "a5": 0.0}
        inside.append([one.low <= true[one.name] <= one.high for one in made.surface])
    assert np.mean(inside, axis=0) == pytest.approx(0.95, abs=0.025)


@pytest.mark.slow
def test_the_test_of_distinguishability_errs_as_often_as_it_says():
    rng = np.random.default_rng(14)
    p = []
    for _ in range(2000):
        x, _, y = drawn_couples(rng, 150, mediated=False)
        p.append(distinguishability({"x": x.values, "y": y.values}).omnibus.p)
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize(("n", "fitted"), [(19, False), (20, True)])
def test_twenty_couples_are_enough_for_a_model(n, fitted):
    table = pd.read_csv(REFERENCE / "mixed.csv")
    some = table[table.kind == "ww"].iloc[: 2 * n]
    asked = ModelOptions(predictor=["disclosure"], outcome="satisfaction", draws=200)
    found = analyse_couples(couples_of(read_table(some), couple="couple", partner="gender"), asked)
    assert (found.apim is not None) is fitted
    more = table[table.kind == "ww"].iloc[:44].copy()
    more.loc[more.index[:6:2], "disclosure"] = np.nan  # 22 couples, of which three lack a value
    couples = couples_of(read_table(more), couple="couple", partner="gender")
    assert analyse_couples(couples, asked).apim is None
    whole = ModelOptions(predictor=["disclosure"], outcome="satisfaction", draws=200, missing="fiml")
    assert analyse_couples(couples, whole).apim.n == 22


def test_effects_of_one_kind_of_person_cannot_be_pooled_and_it_is_said():
    couples = couples_of(read_responses(EXCHANGEABLE, EIS), couple="couple")
    asked = ModelOptions(predictor=["eis_total"], outcome="satisfaction", draws=200, pooled=True)
    made = analyse_couples(couples, asked).apim
    assert not made.pooled
    assert any("one kind of person" in note for note in made.notes)


def test_errors_of_exchangeable_partners_come_from_all_persons():
    couples = couples_of(read_responses(EXCHANGEABLE, EIS), couple="couple")
    (summary,) = analyse_couples(couples).summaries
    values = np.concatenate([summary.pair.a.values, summary.pair.b.values])
    items = np.concatenate([EXCHANGEABLE[[f"{item}_{end}" for item in ITEMS]].to_numpy() for end in "ab"])
    cov = pd.DataFrame(items).cov().to_numpy()
    sem_one = np.nanstd(values, ddof=1) * np.sqrt(1 - 5 / 4 * (1 - np.trace(cov) / cov.sum()))
    assert np.unique(np.round(summary.counts.se, 9)) == pytest.approx([sem_one * np.sqrt(2)])


def test_models_with_covariates_of_exchangeable_couples_are_saturated_too():
    years = np.random.default_rng(1).normal(size=180)
    shared = Variable(name="years", names=("y_a", "y_b"), values=np.column_stack([years, years]), shared=True)
    made = fit_apim(
        [ALIKE["disclosure"]], ALIKE["satisfaction"], covariates=[shared, ALIKE["responsiveness"]], exchangeable=True
    )
    assert made.free_fit.measures.df == 0
    assert made.free_fit.measures.chisq == pytest.approx(0, abs=1e-8)
    assert [one.kind for one in made.paths] == ["actor", "partner", "covariate", "covariate", "covariate"]


def test_what_a_mean_difference_supposes_is_said_as_it_was_tested():
    table = pd.read_csv(REFERENCE / "distinguishable.csv").rename(
        columns=lambda c: c.replace("_w", "_a").replace("_m", "_b")
    )
    couples = couples_of(read_responses(table, EIS), couple="couple", exchangeable=False)
    plain = analyse_couples(couples).notes
    assert any("invariance); it was not tested here" in note for note in plain)
    tested = analyse_couples(couples, ModelOptions(structure=True)).notes
    assert not any("not tested here" in note for note in tested)
    assert any(
        "eis_total: equal intercepts over the partners do not hold (loadings at most)" in note for note in tested
    )


def test_partners_told_apart_have_r_icc_and_the_paired_test_of_r():
    for name, wanted in R["distinguishable"]["icc"].items():
        made = scale_agreement(name, name, APART[name].values, level=0.95, exchangeable=False)
        one, paired = made.iccs["ICC1"], wanted["paired_t"]
        assert (one.value, one.low, one.high) == pytest.approx(
            [wanted[k] for k in ("anova_icc1", "ci.lower", "ci.upper")], abs=1e-8
        )
        assert (made.pairwise.value, made.r.value) == pytest.approx((wanted["pairwise"], wanted["pearson"]), abs=1e-8)
        d = made.difference
        assert (d.t, d.df, d.p, d.mean.value) == pytest.approx(
            [paired[k] for k in ("statistic", "parameter", "p.value", "estimate")], abs=1e-8
        )
        assert list(d.mean.ci) == pytest.approx(paired["conf.int"], abs=1e-8)


def test_one_call_takes_compositions_structure_and_pooled_effects():
    table = pd.read_csv(REFERENCE / "mixed.csv")
    found = ims.actor_partner(table, predictor="disclosure", outcome="satisfaction", couple="couple", partner="gender",
                              pooled=True, structure=True, draws=300)  # fmt: skip
    assert found.apim.pooled
    assert [one.composition for one in found.apim.shown] == ["all", "all"]
    assert [one.composition for one in found.structure.shared] == ["w-m", "w-w", "m-m"]


def bright_answers(n=60, seed=5):
    """Rows of couples who answered PAIR's style bank; the brighter, the higher."""
    bank, rng = ims.load_bank("pair_style"), np.random.default_rng(seed)
    shared = rng.normal(size=n)
    rows = []
    for couple in range(n):
        for who in (0, 1):
            level = 2 + 0.6 * shared[couple] + rng.normal(0, 0.6)
            row = {"couple": couple, "who": "ab"[who]}
            for item in bank.items:
                code = int(np.clip(np.rint(level + rng.normal(0, 0.7)), 0, 4))
                row[f"pair_style_{item.number}"] = sum(bank.ends(item)) - code if item.reverse else code
            rows.append(row)
    return pd.DataFrame(rows), bank


def test_idealisation_of_exchangeable_partners_is_one_figure_over_all_persons():
    table, bank = bright_answers()
    couples = couples_of(read_responses(table, bank), couple="couple", partner="who")
    found = analyse_couples(couples)
    one = found.idealisation[0]
    pairs = {summary.pair.column: summary.pair for summary in found.summaries}
    score, ideal = pairs[one.column].values, pairs[one.idealisation].values
    (r,) = one.with_idealisation
    assert r.value == pytest.approx(np.corrcoef(score.ravel(), ideal.ravel())[0, 1])
    assert (r.low, r.high) == pytest.approx(np.tanh(np.arctanh(r.value) + np.array([-1, 1]) * 1.959964 / np.sqrt(57)))
    both, other = (np.concatenate([x, x[:, ::-1]]) for x in (score, ideal))
    X = np.column_stack([np.ones(len(both)), other])
    rest = both - X @ np.linalg.lstsq(X, both, rcond=None)[0]
    held = np.corrcoef(rest.T)[0, 1]
    assert one.partial.value == pytest.approx(held)
    ends = np.tanh(np.arctanh(held) + np.array([-1, 1]) * 1.959964 / np.sqrt(60 - 3.5))
    assert (one.partial.low, one.partial.high) == pytest.approx(ends)
    apart = couples_of(read_responses(table, bank), couple="couple", partner="who", exchangeable=False)
    first = analyse_couples(apart).idealisation[0]
    assert [r.value for r in first.with_idealisation] == pytest.approx(
        [np.corrcoef(score[:, j], ideal[:, j])[0, 1] for j in (0, 1)]
    )


def test_the_level_asked_for_reaches_every_interval_of_a_model():
    couples = couples_of(read_responses(EXCHANGEABLE, EIS), couple="couple", exchangeable=False)
    asked = ModelOptions(predictor=["eis_total"], mediator=["responsiveness"], outcome="satisfaction", structure=True,
                         draws=2000, bootstrap=200)  # fmt: skip
    wide, narrow = (analyse_couples(couples, asked, level=level) for level in (0.95, 0.8))
    z = norm.ppf(0.9)
    for path in (*narrow.apim.paths, *narrow.structure.latent[0].paths, narrow.structure.shared[0].path):
        assert (path.low, path.high) == pytest.approx((path.est - z * path.se, path.est + z * path.se))
    r = narrow.structure.factors[0].factor.first.latent_r
    assert (r.low, r.high) == pytest.approx((r.value - z * r.se, r.value + z * r.se))
    for one, other in zip(narrow.mediation.effects, wide.mediation.effects, strict=True):
        assert (one.low, one.high) == pytest.approx((one.est - z * one.se, one.est + z * one.se))
        assert other.mc_low < one.mc_low < one.mc_high < other.mc_high
        assert other.percentile[0] < one.percentile[0] < one.percentile[1] < other.percentile[1]
    for one in narrow.apim.k:
        assert one.level == 0.8
    for model in (narrow.apim, narrow.mediation, narrow.structure.latent[0], narrow.structure.shared[0]):
        assert model.to_dict()["level"] == 0.8
        assert "80% CI" in model.apa()
        assert "95%" not in model.apa()
