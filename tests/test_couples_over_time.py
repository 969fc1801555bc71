"""Couples over occasions against lavaan 0.6-14, and what is refused; figures in ``reference/daily_life.json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.analysis.couples.over_time import lagged_couples
from intimacy_scales.analysis.couples.over_time.lagged_models import (
    Restrictions,
    alike,
    column,
    columns_of,
    lagged_model,
    moving,
    random_intercept_model,
    stable,
    with_starts,
)
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.statistics import sem

HERE = Path(__file__).parent / "reference"
LAGGED = HERE / "lagged.csv"
R = json.loads((HERE / "daily_life.json").read_text(encoding="utf-8"))["lagged"]
VARIABLES = ("listening", "reappraisal", "humour", "suppression", "success")
PARTNERS = {"w": 0, "m": 1}


@cache
def found():
    return ims.lagged_couples(LAGGED, outcome="success", predictor="listening")


def data(names):
    d = pd.read_csv(LAGGED)
    made = {}
    for name in names:
        variable, p, t = name.rsplit("_", 2)
        part = d[(d.partner == "wm"[int(p)]) & (d.occasion == int(t) + 1)].set_index("couple")[variable]
        made[name] = part
    frame = pd.DataFrame(made)
    return sem.sample(frame.to_numpy(float), list(frame.columns), missing="fiml")


def renamed(name):
    """Return our column of lavaan's: ``success_w3`` is ``success_0_2``; latent variables have their own names."""
    latent = {"rix": stable(0), "riy": stable(1)}
    if name in latent:
        return latent[name]
    if name[:2] in ("wx", "wy") and name[2:].isdigit():
        return moving("xy".index(name[1]), int(name[2:]) - 1)
    variable, end = name.rsplit("_", 1)
    return column(variable, PARTNERS[end[0]], int(end[1]) - 1)


def agrees(fit, ref):
    m, g = fit.measures, ref["fit"]
    assert (m.df, m.n_params) == (g["df"], g["npar"])
    for ours, theirs in ((m.chisq, "chisq"), (m.logl, "logl"), (m.aic, "aic"), (m.bic, "bic")):
        assert ours == pytest.approx(g[theirs], abs=1e-3)
    for ours, theirs in ((m.cfi, "cfi"), (m.tli, "tli"), (m.rmsea, "rmsea"), (m.srmr, "srmr")):
        assert ours == pytest.approx(g[theirs], abs=1e-4)
    there = {}
    for row in ref["est"]:
        if row["op"] in ("~", "~~") and row["se"] > 0:
            lhs, rhs = renamed(row["lhs"]), renamed(row["rhs"])
            there[lhs, row["op"], rhs] = row
            if row["op"] == "~~":
                there[rhs, "~~", lhs] = row
    compared = 0
    for one in fit.estimates:
        if one.free and (one.lhs, one.op, one.rhs) in there:
            row = there[one.lhs, one.op, one.rhs]
            assert one.est == pytest.approx(row["est"], abs=1e-4)
            assert one.se == pytest.approx(row["se"], rel=1e-3)
            compared += 1
    assert compared >= m.n_params - len([one for one in fit.estimates if one.op == "~1" and one.free])


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("free", Restrictions(over_time=False)),
        ("time_invariant", Restrictions()),
        ("time_invariant_partners_equal", Restrictions(partners=True)),
    ],
)
def test_stability_and_influence_as_lavaan(variable, name, held):
    fit = sem.fit(lagged_model([variable], 3, held), data(columns_of([variable], range(3))))
    agrees(fit, R["stability_influence"][variable][name])


def test_tests_of_what_is_held_equal():
    ref = R["stability_influence"]["success"]
    tests = dict(found().stability[0].tests)
    for name, block in (
        ("effects equal over time", "time_invariant"),
        ("effects equal for both partners", "time_invariant_partners_equal"),
    ):
        one, row = tests[name], ref[block]["lrt"]
        assert [one.chisq, one.df, one.p] == pytest.approx([row["chisq_diff"], row["df_diff"], row["pvalue"]], abs=1e-3)


def test_cross_lagged_as_lavaan():
    model = found().cross_lagged[0]
    agrees(model.fit, R["cross_lagged"])
    row = R["cross_lagged_partners_equal"]["lrt"]
    one = dict(model.tests)["effects equal for both partners"]
    assert [one.chisq, one.df] == pytest.approx([row["chisq_diff"], row["df_diff"]], abs=1e-3)
    names = columns_of(["listening", "success"], range(3))
    agrees(
        sem.fit(lagged_model(["listening", "success"], 3, Restrictions(partners=True)), data(names)),
        R["cross_lagged_partners_equal"],
    )
    label = {row["label"]: row["est"] for row in R["cross_lagged"]["est"] if row["label"]}
    for path in model.paths:
        kind = {"stability": "st", "influence": "in", "actor": "ca", "partner": "cp"}[path.kind]
        assert path.est == pytest.approx(label[f"{kind}_{path.effect}_{path.of}"], abs=1e-4)


@pytest.mark.parametrize("partner", ["w", "m"])
@pytest.mark.parametrize(("name", "over_time"), [("free", False), ("time_invariant", True)])
def test_random_intercepts_as_lavaan(partner, name, over_time):
    p = PARTNERS[partner]
    x, y = ([column(v, p, t) for t in range(3)] for v in ("listening", "success"))
    sample = data([*x, *y])
    rows = pd.read_csv(LAGGED).query("partner == @partner")
    wide = [rows.pivot_table(index="couple", columns="occasion", values=v).to_numpy() for v in ("listening", "success")]
    fit = sem.fit(with_starts(random_intercept_model([x, y], over_time=over_time), wide), sample)
    agrees(fit, R["ri_clpm"][partner][name])


def test_a_solution_that_is_none_is_flagged():
    """The stable parts of both partners' success would correlate 1.86: lavaan's own check fails as well."""
    alone = lagged_couples(LAGGED, outcome="success")
    model = alone.random_intercept[0]
    agrees(model.fit, R["ri_clpm_dyad_success"])
    assert R["ri_clpm_dyad_success"]["admissible"] is False
    assert model.admissible is False
    assert "NOT ADMISSIBLE" in str(alone)
    assert any("do not interpret it" in note for note in alone.notes)
    assert "not admissible and is not interpreted" in alone.apa()


def test_where_both_partners_model_is_none_each_partner_has_one():
    models = found().random_intercept
    assert [one.admissible for one in models] == [False, True, True]
    for model, partner in zip(models[1:], "wm", strict=True):
        agrees(model.fit, R["ri_clpm"][partner]["time_invariant"])
        assert model.name.endswith(f"of {partner}")
        assert all(0 < share < 1 for _, share in model.stable_share)


def test_regressed_change_as_lavaan():
    ref = R["regressed_change_listwise"]
    made = lagged_couples(
        LAGGED, outcome="success", predictor=VARIABLES[:4], missing="listwise",
    ).change  # fmt: skip
    assert made.fit.n == ref["nobs"]
    rows = {(row["lhs"], row["rhs"]): row for row in ref["est"] if row["op"] == "~"}
    for path in made.paths:
        own = path.kind in ("stability", "actor")
        cause = path.of if own else {"w": "m", "m": "w"}[path.of]
        row = rows[f"success_{path.of}3", f"{path.cause}_{cause}1"]
        assert path.est == pytest.approx(row["est"], abs=1e-4)
        assert path.se == pytest.approx(row["se"], rel=1e-3)


def test_exchangeable_partners_may_change_places():
    d = pd.read_csv(LAGGED).replace({"partner": {"w": "a", "m": "b"}})
    turned = d.assign(partner=np.where(d.couple % 2 == 0, d.partner.map({"a": "b", "b": "a"}), d.partner))
    one, other = (lagged_couples(rows, outcome="success", predictor="listening") for rows in (d, turned))
    assert one.exchangeable
    for a, b in zip(one.models, other.models, strict=True):
        assert a.fit.measures.chisq == pytest.approx(b.fit.measures.chisq, abs=1e-5)
        assert [p.est for p in a.paths] == pytest.approx([p.est for p in b.paths], abs=1e-5)
        assert [p.se for p in a.paths] == pytest.approx([p.se for p in b.paths], rel=1e-4)
    model = one.stability[0]
    assert [path.kind for path in model.paths] == ["stability", "influence"]
    mean = np.mean([p.est for p in found().stability[0].paths if p.kind == "stability"])
    assert model.paths[0].est == pytest.approx(mean, abs=0.02)


def test_alike_makes_what_changes_places_equal():
    names = columns_of(["y"], range(2))
    model = alike(
        lagged_model(["y"], 2, Restrictions()), {"y_0_0": "y_1_0", "y_1_0": "y_0_0", "y_0_1": "y_1_1", "y_1_1": "y_0_1"}
    )
    labels = {(one.lhs, one.op, one.rhs): one.label for one in model.parameters if one.free}
    assert len(names) == 4
    assert labels["y_0_1", "~", "y_0_0"] == labels["y_1_1", "~", "y_1_0"]
    assert labels["y_0_1", "~", "y_1_0"] == labels["y_1_1", "~", "y_0_0"]
    assert labels["y_0_1", "~", "y_0_0"] != labels["y_0_1", "~", "y_1_0"]
    assert labels["y_0_0", "~1", ""] == labels["y_1_0", "~1", ""]


def test_what_is_said():
    made = found()
    said = str(made)
    for words in ("120 couples (w and m), 3 occasions (1, 2 and 3), 111 with every value", "not cause",
                  "9 couples of 120 without an answer on the last occasion", "w: own listening -> success"):  # fmt: skip
        assert words in said
    held = json.loads(json.dumps(made.to_dict()))
    assert set(held["lagged"]) == {"stability_influence", "cross_lagged", "random_intercept", "change"}
    assert held["lagged"]["cross_lagged"][0]["fit"]["df"] == 32
    assert repr(made) == "LaggedCouples('success', 120 couples, 3 occasions)"
    assert "w: own listening -> success: b = 0.18" in made.apa()
    assert len(made.table()) == sum(len(model.paths) for model in made.models)
    assert any("-> success" in one.get_text() for one in made.plot().axes[0].texts)
    assert "<table>" in made._repr_html_()


def panel(n=40, occasions=(1, 2), seed=1):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame([(c, p, t) for c in range(n) for p in "wm" for t in occasions])
    rows.columns = ["couple", "partner", "occasion"]
    return rows.assign(y=rng.normal(4, 1, len(rows)), x=rng.normal(0, 1, len(rows)))


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        (lambda d: d[d.occasion == 1], {}, "holds one occasion"),
        (lambda d: d[d.partner == "w"], {}, "holds 1 value"),
        (lambda d: d.assign(partner=["w", "m", "x", "w"] * 40), {}, "holds 3 values"),
        (lambda d: pd.concat([d, d.iloc[:1]]), {}, "partner w stands in rows 0 and 160 on occasion 1"),
        (lambda d: d[d.couple < 9], {}, "couples: 9; 20 or more"),
        (lambda d: d.assign(y=3.0), {}, "is the same for everybody"),
        (lambda d: d.assign(occasion=range(len(d))), {}, "different occasions"),
        (lambda d: d.drop(columns="occasion"), {}, "occasion: no column was named"),
        (lambda d: d, {"predictor": "y"}, "is named twice"),
        (lambda d: d, {"missing": "pairwise"}, "fiml or listwise"),
        (lambda d: d, {"times": ("1", "9")}, "is not in the file"),
        (lambda d: d.assign(partner=np.where(d.couple % 2 == 0, "w", "m")).drop_duplicates(["couple", "occasion"]), {},
         "only one partner of each answered"),
    ],
)  # fmt: skip
def test_bad_panels_are_said(change, more, said):
    with pytest.raises(ResponseError, match=said):
        lagged_couples(change(panel()), outcome="y", **more)


def test_two_occasions_have_no_random_intercepts():
    made = lagged_couples(panel(), outcome="y", predictor="x")
    assert made.random_intercept == ()
    assert any("three occasions" in note for note in made.notes)
    assert "saturated, fit cannot be tested" in str(made)


def test_occasions_by_name_and_in_the_order_asked():
    d = panel(occasions=("before", "after"))
    assert lagged_couples(d, outcome="y").occasions == ("before", "after")
    assert lagged_couples(d, outcome="y", times=("after", "before")).occasions == ("after", "before")


@pytest.mark.slow
def test_recovery_of_lagged_effects_within_couples():
    """300 panels of 400 couples and four occasions: the random-intercept model finds the truth, its intervals hold it."""
    rng = np.random.default_rng(4)
    n, T, reps, inside, est = 400, 4, 300, np.zeros(2), []
    truth = np.array([0.4, 0.2])
    for _ in range(reps):
        stable = rng.multivariate_normal([0, 0], [[0.6, 0.3], [0.3, 0.6]], n)
        w = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], n)
        values = []
        for t in range(T):
            if t:
                w = truth[0] * w + truth[1] * w[:, ::-1] + rng.multivariate_normal([0, 0], [[0.7, 0.2], [0.2, 0.7]], n)
            values.append(4 + stable + w)
        laid = np.array(values)  # occasions x couples x partners
        rows = pd.DataFrame(
            {"couple": np.tile(np.repeat(np.arange(n), 2), T), "partner": np.tile(["w", "m"], n * T),
             "occasion": np.repeat(np.arange(T), 2 * n), "y": laid.reshape(T, -1).ravel()}
        )  # fmt: skip
        model = lagged_couples(rows, outcome="y").random_intercept[0]
        if not model.admissible:
            continue
        paths = {(p.of, p.kind): p for p in model.paths}
        two = [paths["w", "stability"], paths["w", "influence"]]
        est.append([p.est for p in two])
        inside += [p.low < value < p.high for p, value in zip(two, truth, strict=True)]
    assert len(est) > 0.9 * reps
    assert np.mean(est, axis=0) == pytest.approx(truth, abs=0.03)
    assert inside / len(est) == pytest.approx([0.95, 0.95], abs=0.03)


def test_the_command_couples_with_occasions(capsys, tmp_path, monkeypatch):
    from intimacy_scales.cli import main

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["couples", str(LAGGED), "--outcome", "success", "--predictor", "listening", "--occasion", "occasion",
              "--couple", "couple", "--partner", "partner", "--json", "f.json"])  # fmt: skip
    assert not stop.value.code
    said = capsys.readouterr().out
    assert "w: own listening -> success" in said
    assert "NOT ADMISSIBLE" in said
    held = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert held["command"] == "couples"
    paths = held["lagged"]["stability_influence"][0]["paths"]
    assert [one["kind"] for one in paths] == ["stability", "influence"] * 2
