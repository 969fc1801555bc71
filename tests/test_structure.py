"""Structure of a bank's answers through its public door: against R, on known structures, at the edges, in print."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pytest

from intimacy_scales.analysis.structure import graded_model, structure
from intimacy_scales.analysis.structure.invariance import _Ladder
from intimacy_scales.analysis.structure.invariance_results import verdict
from intimacy_scales.analysis.structure.item_answers import item_answers
from intimacy_scales.analysis.structure.model_data import GroupsTaken, data_of, model_of, ordinal_answers
from intimacy_scales.bank import load_bank
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.cli import main
from intimacy_scales.output.report.document import Document, Finding, Table
from intimacy_scales.output.report.rendering import to_html
from intimacy_scales.output.report.sample.structure import structure_sections
from intimacy_scales.reading.exports.table import Column, text_cells
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.statistics.sem import release_tests
from small_banks import small_bank, vouched

REFERENCE = Path(__file__).parent / "reference"
SHARED = Path(__file__).parents[1].parent / "shared"
FIT = {"chi2": "chisq", "df": "df", "p": "pvalue", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "srmr": "srmr"}


@pytest.fixture(scope="module")
def lavaan():
    """Figures of lavaan 0.6-14 and psych 2.2.9 (make_reference.R); the part of them that this file needs."""
    return json.loads((REFERENCE / "structure_public.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def eis():
    return load_bank("eis")


@pytest.fixture(scope="module")
def eis_answers(eis):
    return read_responses(REFERENCE / "eis.csv", [eis])


@pytest.fixture(scope="module")
def eis_found(eis, eis_answers):
    return structure(eis_answers, eis, group="group", irt=True, iterations=20)


@pytest.fixture(scope="module")
def pair_found():
    bank = load_bank("pair")
    return structure(pd.read_csv(REFERENCE / "pair_complete.csv"), bank, iterations=30)


def simulated(n=400, scales=2, k=4, *, seed=0, weight=0.7):
    """Answers 1-5 of correlated scales."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(n, scales)) + 0.5 * rng.normal(size=(n, 1))
    x = np.repeat(factors, k, axis=1) * weight + rng.normal(size=(n, scales * k)) * 0.7
    return np.clip(np.round(1.1 * x + 3), 1, 5)


def bank_of(scales=2, k=4, **more):
    return small_bank({f"s{i}": range(i * k + 1, (i + 1) * k + 1) for i in range(scales)}, **more)


def grouped(responses, labels, name="group"):
    column = Column(name=name, cells=text_cells(labels))
    return replace(responses, table=replace(responses.table, columns=(column,)))


def look(x, bank=None, **wishes):
    bank = bank or bank_of()
    return structure(vouched(bank, x), bank, iterations=5, **wishes)


def compare(x, labels, bank=None, **wishes):
    bank = bank or bank_of()
    return structure(grouped(vouched(bank, x), labels), bank, iterations=5, group="group", **wishes)


# against R


@pytest.mark.parametrize(("missing", "name"), [("listwise", "cfa_ml"), ("fiml", "cfa_fiml")])
def test_eis_is_lavaans_ml_and_fiml(eis, eis_answers, lavaan, missing, name):
    found = structure(eis_answers, eis, missing=missing, iterations=5).to_dict()["cfa"]
    figures = lavaan["eis"][name]
    for ours, theirs in {**FIT, "aic": "aic", "bic": "bic", "logl": "logl"}.items():
        assert found[ours] == pytest.approx(figures["fit"][theirs], abs=1e-4), ours
    assert found["rmsea_ci"][1] == pytest.approx(figures["fit"]["rmsea.ci.upper"], abs=1e-6)
    rows = [row for row in figures["est"] if row["op"] == "=~"]
    assert [one["name"] for one in found["loadings"]] == [row["rhs"] for row in rows]
    for one, row in zip(found["loadings"], rows, strict=True):
        assert one["est"] == pytest.approx(row["est"], abs=1e-4)
        assert one["se"] == pytest.approx(row["se"], abs=1e-4)
        assert one["std"] == pytest.approx(row["std.all"], abs=1e-4)
        assert one["factor"] == "total"
    # semTools divides by the observed variance, we by the implied one: they differ by the misfit
    assert found["composites"]["total"]["reliability"] == pytest.approx(figures["omega"], abs=2e-4)


def test_eis_is_lavaans_wlsmv(eis, eis_answers, lavaan):
    found = structure(eis_answers, eis, estimator="wlsmv", iterations=5).to_dict()["cfa"]
    figures = lavaan["eis"]["cfa_wlsmv"]
    assert found["chi2"] == pytest.approx(figures["fit"]["chisq.scaled"], abs=1e-3)
    assert found["unscaled"]["chi2"] == pytest.approx(figures["fit"]["chisq"], abs=1e-3)
    assert found["unscaled"]["tli"] == pytest.approx(figures["fit"]["tli"], abs=1e-3)
    assert found["srmr"] == pytest.approx(figures["fit"]["srmr"], abs=1e-5)
    for one, row in zip(found["loadings"], [r for r in figures["est"] if r["op"] == "=~"], strict=True):
        assert one["est"] == pytest.approx(row["est"], abs=1e-3)
        assert one["se"] == pytest.approx(row["se"], abs=1e-3)
    assert found["missing"] == "listwise"
    assert any("complete rows" in note for note in found["notes"])
    assert found["composites"]["total"]["reliability"] is None


def test_invariance_is_lavaans_from_a_frame(eis, lavaan):
    frame = pd.read_csv(REFERENCE / "eis.csv")
    found = structure(frame, eis, group="group", missing="listwise", iterations=5).to_dict()
    assert [level["level"] for level in found["invariance"]] == ["configural", "metric", "scalar", "strict"]
    for level in found["invariance"]:
        figures = lavaan["eis"]["invariance_by_group"][level["level"]]
        for ours, theirs in {**FIT, "aic": "aic", "bic": "bic"}.items():
            assert level[ours] == pytest.approx(figures[theirs], abs=1e-3), (level["level"], ours)
    chi2 = [level["chi2"] for level in found["invariance"]]
    assert [level["delta_chi2"] for level in found["invariance"][1:]] == pytest.approx(np.diff(chi2))
    assert found["invariance"][0]["delta_cfi"] is None
    assert found["groups"]["held"] == "strict"
    assert found["groups"]["groups"] == frame.dropna()["group"].value_counts().to_dict()


def test_pair_is_lavaans_and_psychs(pair_found, lavaan):
    figures, found = lavaan["pair"], pair_found.to_dict()
    for ours, theirs in {**FIT, "aic": "aic", "bic": "bic"}.items():
        assert found["cfa"][ours] == pytest.approx(figures["cfa_ml"]["fit"][theirs], abs=1e-3), ours
    theirs = {(row["lhs"], row["rhs"]): row for row in figures["cfa_ml"]["std_loadings"]}
    for one in found["cfa"]["loadings"]:
        row = theirs.pop((one["factor"], one["name"]))
        assert [one["est"], one["se"], one["std"]] == pytest.approx([row["est"], row["se"], row["std.all"]], abs=1e-4)
    assert not theirs
    names = list(found["scales"])
    ours = [[found["cfa"]["factor_correlations"][a][b] for b in names] for a in names]
    assert np.abs(np.array(ours) - np.array(figures["cfa_ml"]["latent_cor"])).max() < 1e-4
    for name, composite in found["cfa"]["composites"].items():
        assert composite["reliability"] == pytest.approx(figures["cfa_ml"]["omega"][name], abs=0.01)


def test_pair_suits_and_has_six_factors(pair_found, lavaan):
    figures, found = lavaan["pair"], pair_found.to_dict()
    assert found["kmo"]["overall"] == pytest.approx(figures["kmo"]["overall"], abs=1e-8)
    assert list(found["kmo"]["items"].values()) == pytest.approx(figures["kmo"]["items"], abs=1e-8)
    assert found["bartlett"]["chi2"] == pytest.approx(figures["bartlett"]["chisq"], abs=1e-6)
    assert found["bartlett"]["df"] == figures["bartlett"]["df"]
    assert found["parallel"]["factors"] == figures["parallel"]["nfact"] == 6
    assert found["parallel"]["components"] == figures["parallel"]["ncomp"] == 6
    assert found["map"]["original"] == found["ekc"]["factors"] == 6


def test_pair_efa_is_psychs_minres_oblimin(pair_found, lavaan):
    figures, found = lavaan["pair"]["fa_minres_oblimin"], pair_found.to_dict()["efa"]
    assert found["communality"] == pytest.approx(figures["communality"], abs=1e-4)
    ours, theirs = np.array(list(found["loadings"].values())), np.array(figures["loadings"])
    match = np.abs(ours.T @ theirs).argmax(axis=0)
    sign = np.sign(np.sum(ours[:, match] * theirs, axis=0))
    assert np.abs(ours[:, match] * sign - theirs).max() < 5e-4
    phi = np.array(found["phi"])[np.ix_(match, match)] * np.outer(sign, sign)
    assert np.abs(phi - np.array(figures["phi"])).max() < 5e-4
    assert {one["verdict"] for one in found["congruence"].values()} <= {"equal", "fair"}
    assert sorted(one["factor"] for one in found["congruence"].values()) == [1, 2, 3, 4, 5, 6]


# what the dictionary holds


def test_json_has_the_names_of_the_interface(eis_found):
    found = json.loads(json.dumps(eis_found.to_dict(), allow_nan=False))
    assert set(found["kmo"]) >= {"overall", "items"}
    assert set(found["bartlett"]) == {"chi2", "df", "p"}
    assert set(found["parallel"]) >= {"factors", "components"}
    assert set(found["efa"]) >= {"loadings", "communality", "phi"}
    assert set(found["cfa"]) >= {
        "estimator",
        "chi2",
        "df",
        "p",
        "cfi",
        "tli",
        "rmsea",
        "rmsea_ci",
        "srmr",
        "loadings",
        "factor_correlations",
    }
    assert set(found["cfa"]["loadings"][0]) >= {"factor", "item", "est", "se", "std"}
    assert all(set(level) >= {"level", "chi2", "df", "cfi", "rmsea", "delta_cfi", "p"} for level in found["invariance"])
    assert list(found["efa"]["loadings"]) == [f"eis_{k}" for k in range(1, 6)]


def test_the_seed_repeats_and_nothing_is_changed(eis):
    frame = pd.read_csv(REFERENCE / "eis.csv")
    before = frame.copy()
    one, two = (structure(frame, eis, seed=4, iterations=5).to_dict() for _ in range(2))
    assert one == two
    pd.testing.assert_frame_equal(frame, before)


def test_order_of_persons_changes_nothing(eis):
    frame = pd.read_csv(REFERENCE / "eis.csv")
    shuffled = frame.sample(frac=1, random_state=3)
    one, two = (structure(f, eis, group="group", iterations=5).to_dict() for f in (frame, shuffled))
    for key in ("chi2", "cfi", "srmr"):
        assert one["cfa"][key] == pytest.approx(two["cfa"][key], abs=1e-6)
        assert [a[key] for a in one["invariance"]] == pytest.approx([b[key] for b in two["invariance"]], abs=1e-5)
    assert one["groups"]["groups"] == two["groups"]["groups"]


def test_reversed_items_are_turned_by_their_declared_ends():
    x = simulated()
    turned = x.copy()
    turned[:, [1, 6]] = 6 - turned[:, [1, 6]]
    plain, keyed = look(x).to_dict(), look(turned, bank_of(reverse=(2, 7))).to_dict()
    assert plain["cfa"]["loadings"] == keyed["cfa"]["loadings"]
    assert plain["efa"]["loadings"] == keyed["efa"]["loadings"]


def test_fiml_without_gaps_is_ml(pair_found):
    assert pair_found.cfa.fit.missing == "listwise"
    assert pair_found.cfa.missing == "fiml"


# variants, wishes


def test_bifactor_and_second_order():
    x = simulated(600, 3)
    bank = bank_of(3)
    plain = look(x, bank).to_dict()["cfa"]
    second = look(x, bank, variant="second_order").to_dict()["cfa"]
    assert second["chi2"] == pytest.approx(plain["chi2"], abs=1e-4)  # three factors: the same model, told otherwise
    assert {one["name"] for one in second["loadings"] if one["factor"] == "general"} == {"s0", "s1", "s2"}
    both = look(x, bank, variant="bifactor").to_dict()["cfa"]
    assert both["df"] == 12 * 13 // 2 - 36
    assert 0 < both["bifactor"]["omega_hierarchical"] < both["bifactor"]["omega_total"] < 1
    assert sum(one["factor"] == "general" for one in both["loadings"]) == 12


def test_a_variant_that_the_bank_cannot_have_is_a_note(eis, eis_answers):
    found = structure(eis_answers, eis, variant="bifactor", iterations=5)
    assert found.cfa is None
    assert found.exploration.efa is not None
    assert any(note.startswith("CFA: not computed: variant bifactor: the bank has 1 factor") for note in found.notes)


def test_wishes_reach_the_efa():
    found = look(simulated(), factors=3, rotation="varimax", extraction="ml").to_dict()["efa"]
    assert (found["n_factors"], found["rotation"], found["extraction"]) == (3, "varimax", "ml")
    assert np.allclose(found["phi"], np.eye(3))
    assert found["chi2"] is not None


@pytest.mark.parametrize("wish", [{"estimator": "mk"}, {"missing": "pairwize"}, {"rotation": "round"},
                                  {"extraction": "teeth"}, {"variant": "trifactor"}, {"group": "nowhere"},
                                  {"form": "dreamed"}, {"partner": "c"}])  # fmt: skip
def test_unknown_words_are_refused_with_those_there_are(wish):
    with pytest.raises(UnknownNameError, match="there is"):
        look(simulated(60), **wish)


@pytest.mark.parametrize("wish", [{"factors": 0}, {"factors": -1}, {"missing": "pairwise"}, {"dif": True}])
def test_numbers_out_of_range_are_refused(wish):
    with pytest.raises(ResponseError, match=r"1 or more|pairwise with wlsmv|a column of groups"):
        look(simulated(60), **wish)


def test_too_many_factors_are_a_note():
    found = look(simulated(), factors=7)
    assert found.exploration.efa is None
    assert found.cfa is not None
    assert any(note.startswith("EFA: not computed") and "1 to 4" in note for note in found.notes)


def test_forms_and_partners():
    bank = bank_of(forms=("now", "wished"))
    x, y = simulated(seed=1), simulated(seed=2)
    administrations = (
        Administration(form="wished", partner="a"),
        Administration(form="now", partner="a"),
        Administration(form="now", partner="b"),
    )
    answers = vouched(bank, y, x, y, administrations=administrations)
    first = structure(answers, bank, iterations=5)
    assert first.to_dict()["administration"] == "now.a"
    assert any("not looked at" in note and "now.b" in note for note in first.notes)
    wished = structure(answers, bank, form="wished", iterations=5)
    other = structure(answers, bank, partner="b", iterations=5)
    assert wished.to_dict()["cfa"]["chi2"] == other.to_dict()["cfa"]["chi2"] != first.to_dict()["cfa"]["chi2"]


def test_a_total_over_other_scales_is_no_factor_beside_them():
    bank = small_bank({"a": range(1, 5), "b": range(5, 9), "total": range(1, 9)})
    found = look(simulated(), bank)
    assert list(found.answers.factors) == ["a", "b"]
    assert found.cfa is not None
    assert any("scale total holds other scales whole" in note for note in found.notes)


def test_mlr_scales_chi_square_and_keeps_estimates():
    rng = np.random.default_rng(0)
    x = np.clip(np.round(np.exp(0.5 * rng.normal(size=(300, 1)) + 0.5 * rng.normal(size=(300, 4)))), 1, 5)
    bank = bank_of(1)
    plain, robust = (look(x, bank, estimator=e).to_dict()["cfa"] for e in ("ml", "mlr"))
    assert [a["est"] for a in plain["loadings"]] == pytest.approx([a["est"] for a in robust["loadings"]], abs=1e-6)
    assert robust["unscaled"]["chi2"] == pytest.approx(plain["chi2"], abs=1e-6)
    assert robust["chi2"] == pytest.approx(plain["chi2"] / robust["scaled"]["scaling"], abs=1e-6)
    assert abs(robust["scaled"]["scaling"] - 1) > 0.02


# groups


def biased(*, seed=5, by=1.0, n=500):
    """Two groups; item 2 is answered higher in the second at the same standing."""
    rng = np.random.default_rng(seed)
    labels = ["a"] * n + ["b"] * n
    f = rng.normal(size=(2 * n, 1)) + 0.3 * np.repeat([[0.0], [1.0]], n, axis=0)
    x = f + 0.8 * rng.normal(size=(2 * n, 6))
    x[n:, 1] += by
    return np.clip(np.round(x + 3.5), 1, 7), labels


@pytest.mark.parametrize("estimator", ["ml", "mlr", "wlsmv"])
def test_an_item_with_another_intercept_is_found_by_name(estimator):
    x, labels = biased()
    found = compare(x, labels, bank_of(1, 6, codes=range(1, 8)), estimator=estimator)
    ladder = found.invariance
    # Wu and Estabrook: with thresholds equal an item's shift stands in its intercept
    assert ladder.held == "metric"
    scalar = next(level for level in ladder.levels if level.level == "scalar")
    assert scalar.suspects[0].parameter == "small_2~1"
    assert scalar.suspects[0].kind == "intercept"
    assert scalar.verdict.word == "fails"
    partial = next(level for level in ladder.partial if level.level == "scalar")
    assert partial.items == ("small_2",)
    assert partial.verdict.holds
    assert ladder.means_compare
    assert "partial invariance" in ladder.meaning
    strict = ladder.levels[-1]
    assert strict.level == "strict"
    assert strict.verdict.over == strict.to_dict()["above_failed"] == "scalar"
    assert "compared with a level that does not hold itself (scalar)" in strict.verdict.why
    said = {row[0]: row[-1] for row in ladder.rows_for_eyes()[1:]}
    assert said["scalar"] == "fails"
    assert said["strict"] == ("holds only beside scalar" if strict.verdict.holds else strict.verdict.word)
    assert not scalar.verdict.over
    difference = ladder.latent_means[0]
    assert difference.group == "b"
    assert difference.low < 0.3 < difference.high


def grouped_labels(labels):
    return GroupsTaken(names=("a", "b"), rows=np.arange(len(labels)), labels=tuple(labels))


@pytest.mark.parametrize(("level", "names"), [("scalar", "small_{0}~1"), ("strict", "small_{0}~~small_{0}")])
def test_score_tests_of_ordinal_levels_are_what_letting_go_does(level, names):
    x, labels = biased(by=0.4)
    answers = item_answers(vouched(bank_of(1, 6, codes=range(1, 8)), x), bank_of(1, 6, codes=range(1, 8)))
    data = data_of(answers, estimator="wlsmv", missing="listwise", groups=grouped_labels(labels))
    work = _Ladder(model=model_of(answers.factors, "correlated"), groups=("a", "b"), data=data, estimator="WLSMV")
    held = work.fitted(level)
    tests = release_tests(held, [names.format(k) for k in range(1, 7)])
    assert len(tests) == 6
    for test in tests:
        free = work.fitted(level, [test.name])
        assert held.measures.df - free.measures.df == 1
        fall = held.measures.chisq - free.measures.chisq
        assert test.index == pytest.approx(fall, rel=0.1, abs=0.05)
        moved = free.estimate(test.name, "b").est - (level == "strict")
        assert np.sign(moved) == np.sign(test.change)


def test_an_item_with_another_loading_is_found_by_name():
    rng = np.random.default_rng(8)
    n = 600
    f = rng.normal(size=(2 * n, 1))
    weights = np.ones((2 * n, 6))
    weights[n:, 3] = 0.15
    x = np.clip(np.round(f * weights + 0.7 * rng.normal(size=(2 * n, 6)) + 3), 1, 5)
    ladder = compare(x, ["a"] * n + ["b"] * n, bank_of(1, 6, codes=range(1, 8))).invariance
    assert ladder.held == "configural"
    metric = ladder.partial[0]
    assert (metric.level, metric.items) == ("metric", ("small_4",))
    assert "small_4~1" in metric.freed  # without an equal loading no intercept compares


def test_without_scalar_invariance_means_are_warned_of():
    x, labels = biased(by=0.0)
    x[500:] = np.clip(x[500:] + np.array([0, 1, 2, -1, -2, 0]), 1, 7)
    found = compare(x, labels, bank_of(1, 6, codes=range(1, 8)))
    assert not found.invariance.means_compare
    assert any("means of the groups of group are not to be compared" in note for note in found.notes)
    assert "not to be compared" in found.apa()


def test_equal_groups_are_invariant_and_the_first_group_is_zero():
    x = simulated(600)
    found = compare(x, ["b", "a"] * 300)
    assert found.invariance.held == "strict"
    assert found.invariance.groups == ("a", "b")
    assert not found.invariance.partial
    assert all(one.group == "b" and abs(one.difference) < 3 * one.se for one in found.invariance.latent_means)


def test_small_groups_and_persons_without_one_are_told():
    x = simulated(300)
    labels = ["a"] * 140 + ["b"] * 120 + ["rare"] * 12 + [""] * 28
    found = compare(x, labels)
    assert found.invariance.sizes == (140, 120)
    assert any("28 of 300 persons have no value in group" in note for note in found.notes)
    assert any("'rare' (12)" in note for note in found.notes)


def test_groups_that_are_all_small_are_refused_in_a_note():
    found = compare(simulated(300), [str(k) for k in range(300)])
    assert found.invariance is None
    assert found.cfa is not None
    assert found.to_dict()["invariance"] == []
    note = next(note for note in found.notes if note.startswith("invariance over group"))
    assert "two or more groups of 30" in note
    assert len(note) < 300


def test_ordinal_ladder_has_thresholds_and_merges_what_one_group_never_chose():
    x, labels = biased(by=0.0)
    first = x[:500]
    first[first[:, 0] == 7, 0] = 6
    found = compare(np.vstack([first, x[500:]]), labels, bank_of(1, 6, codes=range(1, 8)), estimator="wlsmv")
    levels = [level.level for level in found.invariance.levels]
    assert levels == ["configural", "thresholds", "metric", "scalar", "strict"]
    assert any("small_1: not every group chose every category; merged: 6 and 7" in note for note in found.notes)


def test_the_verdict_names_both_conventions():
    step = SimpleNamespace(cfi_change=-0.012, rmsea_change=0.001, chisq=9.0, df=4, p=0.06)
    doubt = verdict("metric", None, step, (300, 300))
    assert doubt.word == "doubtful"
    assert "CFI speaks against it" in doubt.why
    step.rmsea_change = 0.02
    assert verdict("metric", None, step, (300, 300)).word == "fails"
    step.cfi_change, step.rmsea_change, step.p = -0.007, 0.0, 0.001
    careful = verdict("metric", None, step, (100, 90))
    assert careful.holds
    assert "stricter marks" in careful.why
    assert "says otherwise" in careful.why


def test_merging_takes_the_less_chosen_neighbour():
    x = np.array([[1.0], [2], [2], [4], [5], [1], [2], [3], [4], [5], [5]] * 10)
    made = ordinal_answers(np.hstack([x, np.roll(x, 1), np.roll(x, 3)]), ["p", "q", "r"],
                           groups=(["a"] * 5 + ["b"] * 6) * 10, options=[[1, 2, 3, 4, 5]] * 3)  # fmt: skip
    assert any(note.startswith("p: not every group chose every category; merged: 3 and 4") for note in made.notes)
    assert made.thresholds["p"] == 3


# answers that allow little


def broken(kind):
    x = simulated(300)
    if kind == "constant":
        x[:, 0] = 3
    elif kind == "copy":
        x[:, 1] = x[:, 0]
    elif kind == "few":
        x = x[:6]
    elif kind == "no overlap":
        x[:150, 0] = np.nan
        x[150:, 1] = np.nan
    elif kind == "one item left":
        x[:, 5:] = np.nan
    elif kind == "noise":
        x = np.random.default_rng(1).integers(1, 6, size=(200, 8)).astype(float)
    return x


@pytest.mark.parametrize("estimator", ["ml", "wlsmv"])
@pytest.mark.parametrize(("kind", "said", "cfa", "efa"), [
    ("constant", "small_1: everybody gave the same answer; left out", True, True),
    ("copy", "small_1 and small_2", False, True),
    ("few", "6 .*8 items", False, True),
    ("no overlap", "small_1 and small_2: nobody answered both", False, False),
    ("one item left", "factor s1 has one item", True, True),
    ("noise", "no convergence", False, True),
])  # fmt: skip
def test_what_can_be_had_is_given_and_the_rest_is_told(kind, said, cfa, efa, estimator):
    found = look(broken(kind), estimator=estimator)
    assert any(re.search(said, note) for note in found.notes), found.notes
    assert (found.cfa is not None, found.exploration.efa is not None) == (cfa, efa)
    assert (found.to_dict()["cfa"] is None) == (not cfa)
    if not cfa:
        assert any(note.startswith("CFA: not computed") for note in found.notes)
    json.dumps(found.to_dict(), allow_nan=False)
    for shown in (str(found), found._repr_html_(), found.apa()):
        assert not re.search(r"\bnan\b", shown, re.IGNORECASE)
    assert len(found.table()) == len(found.items)


def test_fewer_than_two_items_that_vary_are_refused():
    with pytest.raises(ResponseError, match=r"0 item\(s\) that vary.*small_1: nobody answered it"):
        look(np.full((50, 8), np.nan))


def test_a_heywood_case_is_named():
    rng = np.random.default_rng(6)
    f = rng.normal(size=(60, 1))
    x = np.hstack([f + 0.15 * rng.normal(size=(60, 1)), f + 1.3 * rng.normal(size=(60, 2)), rng.normal(size=(60, 1))])
    found = None
    for seed in range(40):  # a sample in which the first residual variance turns negative
        x = np.random.default_rng(seed).normal(size=(40, 4)) + np.random.default_rng(seed + 99).normal(size=(40, 1)) * [
            1.5,
            0.5,
            0.5,
            0.1,
        ]
        found = look(np.clip(np.round(x + 3), 1, 5), bank_of(1))
        if any("Heywood" in note for note in found.notes):
            break
    assert any(
        re.search(r"negative variance \(Heywood case\): small_\d", n) or "Heywood case, its" in n for n in found.notes
    )


def test_an_item_that_runs_against_its_scale_is_named():
    x = simulated()
    x[:, 2] = 6 - x[:, 2]
    assert any("small_3 runs against s0" in note and "keying" in note for note in look(x).notes)


def test_an_option_that_nobody_chose_is_told():
    x = simulated()
    x[x[:, 4] == 3, 4] = 2
    found = look(x, estimator="wlsmv")
    assert any("small_5: nobody chose 3" in note for note in found.notes)
    assert found.cfa is not None


def test_notes_name_items_as_the_bank_does():
    found = look(broken("few"))
    assert not [note for note in found.notes if re.search(r"\bitem \d", note)]


# item response theory


@pytest.mark.parametrize("to_frame", [pd.DataFrame, pl.DataFrame, lambda d: pl.DataFrame(d).to_arrow()])
def test_person_scores_come_back_in_the_callers_frame(eis, to_frame):
    table = pd.read_csv(REFERENCE / "eis.csv").head(120)
    data = {name: table[name].astype(object).where(table[name].notna(), None).tolist() for name in table}
    frame = to_frame(data)
    scores = graded_model(frame, eis).table()
    assert type(scores) is type(frame)
    assert len(scores) == 120
    theta = np.array(
        scores["eis_total_theta"].to_numpy()
        if hasattr(scores["eis_total_theta"], "to_numpy")
        else scores["eis_total_theta"]
    )
    mean = table[[f"eis_{k}" for k in range(1, 6)]].mean(axis=1).to_numpy()
    assert np.corrcoef(theta, mean)[0, 1] > 0.95


def test_rows_stay_in_place_when_a_person_answered_nothing(eis):
    frame = pd.read_csv(REFERENCE / "eis.csv").set_index("id", drop=False)
    frame.loc[7, [f"eis_{k}" for k in range(1, 6)]] = np.nan
    scores = graded_model(frame, eis).table()
    assert list(scores.index) == list(frame.index)
    assert np.isnan(scores.loc[7, "eis_total_theta"])
    assert scores.loc[7, "eis_total_answered"] == 0
    assert scores["eis_total_theta"].notna().sum() == 299


def test_graded_model_of_a_scale(eis, eis_answers):
    found = graded_model(eis_answers, eis, group="group")
    assert found.column == "eis_total"
    assert found.curves(3).sum(axis=1) == pytest.approx(np.ones(81))
    assert found.curves("eis_3").shape == (81, 5)
    assert found.bias.groups == ("men", "women")
    assert found.dependence.q3.shape == (5, 5)
    assert len(found.items()) == 5
    assert "Differential item functioning between men and women" in found.apa()
    json.dumps(found.to_dict(), allow_nan=False)
    with pytest.raises(UnknownNameError, match="eis_9"):
        found.curves(9)


def test_graded_model_flags_the_item_that_differs():
    x, labels = biased()
    bank = bank_of(1, 6, codes=range(1, 8))
    found = graded_model(grouped(vouched(bank, x), labels), bank, group="group")
    worst = max(found.bias.items, key=lambda one: one.nagelkerke_change)
    assert worst.name == "small_2"
    assert worst.flagged


def test_graded_model_asks_which_scale_and_refuses_two_items():
    bank = bank_of()
    with pytest.raises(ResponseError, match="s0, s1"):
        graded_model(vouched(bank, simulated(80)), bank)
    small = small_bank({"pairs": (1, 2)})
    with pytest.raises(ResponseError, match="3 or more"):
        graded_model(vouched(small, simulated(80, 1, 2)), small)
    with pytest.raises(UnknownNameError, match="s0"):
        graded_model(vouched(bank, simulated(80)), bank, scale="s9")


# in print


def test_words_for_eyes(eis_found):
    said = str(eis_found)
    for part in ("KMO .86 (meritorious)", "CFA (ml, correlated, n = 300): chi2 2.65, df 5", "Invariance over group (men, women)",
                 "Graded response model of total", "parallel analysis 1 factor, 1 component"):  # fmt: skip
        assert part in said
    assert len(eis_found.rows_for_eyes()) == 6
    assert "<script" not in eis_found._repr_html_()


def test_apa_sentences(eis_found, pair_found):
    said = eis_found.apa()
    assert "chi2(5) = 2.65, p = .754, CFI = 1.000" in said
    assert "KMO = .86" in said
    assert "Invariance over group (men (n = 165), women (n = 135))" in said
    assert "6 factors and 6 components" in pair_found.apa()
    assert "oblimin" not in said  # one factor is not rotated
    assert "oblimin" in pair_found.apa()


def test_table_has_one_row_an_item_at_full_precision(pair_found):
    table = pair_found.table()
    assert list(table["item"]) == list(pair_found.items)
    assert table["efa_6"].notna().all()
    first = next(one for one in pair_found.cfa.loadings if one.item == "pair_1")
    assert table.loc[0, "cfa_std"] == first.std


def test_report_sections_and_their_pictures(eis_found, pair_found):
    for found, pictures in ((eis_found, 5), (pair_found, 3)):
        sections = structure_sections(found)
        document = Document(title="t", subtitle="s", finding=Finding(question="q", answer=("a",)), sections=sections,
                            footer=("f",))  # fmt: skip
        page = to_html(document)
        figures = [block for block in document.walk() if hasattr(block, "wide")]
        assert len(figures) == pictures
        assert all(figure.alt and figure.table.rows for figure in figures)
        assert all(figure.narrow.width < figure.wide.width for figure in figures)
        assert "nan" not in " ".join(figure.wide.body for figure in figures)
        assert page.count("<svg") >= pictures


def test_report_says_what_the_ladder_allows(eis_found):
    section = next(one for one in structure_sections(eis_found) if "every group" in one.title)
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["configural", "metric", "scalar", "strict"]
    assert section.blocks[0].text == eis_found.invariance.meaning


def test_report_without_anything_computed_is_empty_or_says_why():
    found = look(broken("no overlap"))
    assert structure_sections(found) == ()


# the command


def said_by(capsys, *words):
    with pytest.raises(SystemExit) as stopped:
        main(["structure", *map(str, words)])
    return stopped.value.code, capsys.readouterr()


def test_command_writes_json_and_words(capsys, tmp_path, lavaan):
    out = tmp_path / "found.json"
    code, said = said_by(capsys, REFERENCE / "eis.csv", "--bank", "eis", "--group", "group", "--irt", "--json", out)
    assert code == 0
    assert "Invariance over group" in said.out
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["tool"], found["command"]) == ("intimacy-scales", "structure")
    assert found["cfa"]["chi2"] == pytest.approx(lavaan["eis"]["cfa_fiml"]["fit"]["chisq"], abs=1e-4)
    assert set(found["irt"]) == {"total"}
    assert len(found["invariance"]) == 4
    assert found["input"]["rows_used"] == 300


def test_command_takes_json_alone_to_stdout(capsys):
    code, said = said_by(capsys, REFERENCE / "eis.csv", "--bank", "eis", "--estimator", "wlsmv", "--missing", "listwise",
                         "--factors", 2, "--rotation", "promax", "--extraction", "ml", "--seed", 3, "--json", "-")  # fmt: skip
    assert code == 0
    found = json.loads(said.out)
    assert (found["cfa"]["estimator"], found["efa"]["n_factors"], found["parallel"]["seed"]) == ("wlsmv", 2, 3)


@pytest.mark.parametrize(("words", "code", "what"), [
    (("--estimator", "mk"), 1, "ml, mlr, wlsmv"),
    (("--group", "nowhere"), 1, "column 'nowhere'"),
    (("--form", "dreamed"), 1, "form"),
    (("--bank", "pair"), 2, "one bank at a time"),
])  # fmt: skip
def test_command_says_what_is_wrong(capsys, words, code, what):
    found, said = said_by(capsys, REFERENCE / "eis.csv", "--bank", "eis", *words)
    assert found == code
    assert what in said.err
    assert "Traceback" not in said.err


# data of other people


@pytest.mark.skipif(not (SHARED / "data" / "answers" / "psych_bfi.csv").exists(), reason="no shared data")
def test_five_factors_of_the_bfi():
    frame = pd.read_csv(SHARED / "data" / "answers" / "psych_bfi.csv")
    columns = [f"{trait}{k}" for trait in "ACENO" for k in range(1, 6)]
    x = frame[columns].to_numpy(float)
    reverse = [columns.index(name) + 1 for name in ("A1", "C4", "C5", "E1", "E2", "O2", "O5")]
    bank = bank_of(5, 5, codes=range(1, 7), reverse=reverse)
    found = look(x, bank)
    assert found.exploration.suitability.kmo == pytest.approx(0.85, abs=0.01)
    assert min(found.exploration.alike.matched) > 0.8
    assert found.cfa.figures.df == 265
    assert 0.7 < found.cfa.figures.cfi < 0.85  # five clean factors are known not to fit these items


@pytest.mark.skipif(
    not (SHARED / "data" / "answers" / "lavaan_HolzingerSwineford1939.csv").exists(), reason="no shared data"
)
def test_holzingers_three_factors():
    """Textbook figures, printed by lavaan: chi-square 85.306 with 24 degrees of freedom."""
    frame = pd.read_csv(SHARED / "data" / "answers" / "lavaan_HolzingerSwineford1939.csv")
    bank = small_bank({"visual": (1, 2, 3), "textual": (4, 5, 6), "speed": (7, 8, 9)}, wide=range(1, 10))
    found = look(frame[[f"x{k}" for k in range(1, 10)]].to_numpy(float), bank).cfa.figures
    assert (found.chi2, found.df) == (pytest.approx(85.306, abs=1e-3), 24)
    assert (found.cfi, found.tli) == (pytest.approx(0.931, abs=5e-4), pytest.approx(0.896, abs=5e-4))
    assert (found.rmsea, found.srmr) == (pytest.approx(0.092, abs=5e-4), pytest.approx(0.065, abs=6e-4))
