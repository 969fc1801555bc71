"""Structure where a right kernel meets its assumptions' end: robust indices, clusters, improper solutions, cut-offs."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figure_cases import answers_of, responses_of
from intimacy_scales.analysis.structure import structure
from intimacy_scales.analysis.structure.dynamic_cutoffs import dynamic_cutoffs
from intimacy_scales.analysis.structure.invariance_results import Equivalence, beside_form
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.reading.exports.table import Column, text_cells
from intimacy_scales.statistics import sem
from intimacy_scales.statistics.irt.differential_functioning import differential_functioning
from intimacy_scales.statistics.polychoric import polychoric
from small_banks import small_bank, vouched

HERE = Path(__file__).parent / "reference"
R = json.loads((HERE / "gaps.json").read_text(encoding="utf-8"))
LAVAAN = {  # lavaan 0.6-14, live: ordinal6, one factor
    "mlr": {"rmsea_ci": (0.0568581, 0.1288479), "close": (0.0267482, 0.7354544), "robust": (0.0260822, 0.7752910)},
    "wlsmv": {"rmsea_ci": (0.0670461, 0.1408363), "close": (0.0094903, 0.8620164), "robust": (0.0062167, 0.9356382)},
}


def read(name: str, prefix: str) -> np.ndarray:
    """Return the items of a reference file, persons x items."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if column.startswith(prefix)]
    return np.array([[float(row[c]) if row[c] not in {"", "NA"} else np.nan for c in columns] for row in rows])


def column(responses, **columns):
    """Return the responses with further columns of text."""
    more = tuple(
        Column(name=name, cells=text_cells(list(map(str, cells))), kind="answer") for name, cells in columns.items()
    )
    return replace(responses, table=replace(responses.table, columns=(*responses.table.columns, *more)))


def look(answers, *, scales=None, codes=(1, 2, 3, 4, 5), columns=None, **options):
    bank = small_bank(scales or {"total": range(1, answers.shape[1] + 1)}, codes=codes)
    return structure(column(vouched(bank, answers), **(columns or {})), bank, iterations=5, **options)


def ordinal(answers: np.ndarray) -> sem.OrdinalSample:
    found = polychoric(answers)
    codes = np.column_stack([np.searchsorted(c, x) for c, x in zip(found.categories, answers.T, strict=True)])
    names = [f"x{j}" for j in range(answers.shape[1])]
    return sem.ordinal_sample([codes], [found.thresholds], [found.correlations], names)


# indices


@pytest.mark.parametrize(
    ("file", "prefix", "factors", "path"),
    [
        ("ordinal6", "o_", 1, ("ordinal6",)),
        ("twofactor", "t_", 1, ("twofactor", "one_factor")),
        ("twofactor", "t_", 2, ("twofactor", "two_factors")),
        ("hierarchical", "h_", 1, ("hierarchical", "one_factor")),
    ],
)
def test_robust_indices_of_ordinal_answers_are_lavaans(file, prefix, factors, path):
    answers = read(file, prefix)
    names = [f"x{j}" for j in range(answers.shape[1])]
    size = len(names) // factors
    model = sem.cfa_model({f"f{k}": names[k * size : (k + 1) * size] for k in range(factors)})
    found = sem.fit(model, ordinal(answers), estimator="WLSMV").measures.scaled
    expected = R["structure"]
    for key in path:
        expected = expected[key]
    expected = expected["wlsmv"]["fit"]
    assert found.chisq == pytest.approx(expected["chisq.scaled"], abs=1e-3)
    theirs = ("cfi.robust", "tli.robust", "rmsea.robust", "rmsea.ci.lower.robust", "rmsea.ci.upper.robust")
    ours = (found.robust_cfi, found.robust_tli, found.robust_rmsea, found.robust_rmsea_lower, found.robust_rmsea_upper)
    assert ours == pytest.approx([expected[name] for name in theirs], abs=1e-4)


def test_mlr_prints_robust_indices_and_lavaans_scaled_interval():
    found = look(read("ordinal6", "o_"), estimator="mlr")
    expected, cfa = R["structure"]["ordinal6"]["mlr"]["fit"], found.cfa.to_dict(found.answers.label)
    assert (cfa["cfi"], cfa["tli"], cfa["rmsea"]) == pytest.approx(
        [expected[name] for name in ("cfi.robust", "tli.robust", "rmsea.robust")], abs=1e-4
    )
    assert cfa["rmsea_ci"] == pytest.approx(
        [expected["rmsea.ci.lower.robust"], expected["rmsea.ci.upper.robust"]], abs=1e-4
    )
    assert cfa["scaled"]["rmsea_ci"] == pytest.approx(LAVAAN["mlr"]["rmsea_ci"], abs=1e-5)
    assert cfa["robust"]["cfi"] == cfa["cfi"]
    assert "chi2 scaled, indices robust" in str(found)


def test_tests_of_close_fit_are_lavaans():
    answers = read("ordinal6", "o_")
    names = [f"x{j}" for j in range(6)]
    model = sem.cfa_model({"f": names})
    for estimator, data in (("mlr", sem.sample(answers, names)), ("wlsmv", ordinal(answers))):
        found = sem.fit(model, data, estimator=estimator.upper()).measures
        assert (found.scaled.close_p, found.scaled.not_close_p) == pytest.approx(LAVAAN[estimator]["close"], abs=1e-5)
        robust = (found.scaled.robust_close_p, found.scaled.robust_not_close_p)
        assert robust == pytest.approx(LAVAAN[estimator]["robust"], abs=1e-5)
    assert "RMSEA <= .05, p = .026" in str(look(answers, estimator="mlr"))


# improper solutions


@pytest.mark.parametrize(
    ("name", "loading"), [("hw0", "eis_2 has a standardized loading 1.023"), ("deg_emptyitem", "1.104")]
)
def test_heywood_cases_of_wlsmv_are_told(name, loading):
    responses = responses_of(name)
    found = structure(responses, responses.banks[0], estimator="wlsmv", iterations=5)
    said = [note for note in found.cfa.notes if "improper solution (Heywood case)" in note]
    assert len(said) == 1
    assert loading.replace("eis", name) in said[0]
    assert said[0] in found.notes


def test_an_empty_cell_does_not_refuse_wlsmv():
    responses = responses_of("bi")
    found = structure(responses, responses.banks[0], estimator="wlsmv", iterations=5)
    assert found.cfa.figures.chi2 == pytest.approx(8.712, abs=1e-3)  # lavaan
    assert found.cfa.figures.df == 9
    robust = found.cfa.to_dict(found.answers.label)["robust"]
    assert (robust["cfi"], robust["rmsea"]) == pytest.approx((0.920, 0.203), abs=1e-3)
    assert any("the empty cell of the 2 x 2 table was given .5" in note for note in found.notes)


def test_kmo_and_bartlett_are_withheld_after_smoothing():
    responses = responses_of("sd")
    found = structure(responses, responses.banks[0], estimator="wlsmv", iterations=2)
    assert found.exploration.correlations.smoothed
    assert found.to_dict()["kmo"] is found.to_dict()["bartlett"] is None
    assert any("KMO and Bartlett's test" in note and "smoothed" in note for note in found.notes)


# clusters


def test_partners_as_rows_are_a_note_and_clusters_are_lavaans():
    with (HERE / "exchangeable.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    long = [
        ([float(v) if (v := row[f"eis_{j}_{side}"]) not in {"", "NA"} else np.nan for j in range(1, 6)], row["couple"])
        for row in rows
        for side in "ab"
    ]
    answers, couples = np.array([one for one, _ in long]), [couple for _, couple in long]
    plain = look(answers, columns={"couple": couples}, missing="listwise", estimator="mlr")
    assert any("cluster couple" in note for note in plain.notes)
    for missing, key in (("listwise", "cfa_mlr_cluster"), ("fiml", "cfa_mlr_cluster_fiml")):
        found = look(answers, columns={"couple": couples}, missing=missing, cluster="couple")  # ml becomes mlr
        expected, scaled = R["clustered"][key], found.cfa.fit.measures.scaled
        assert scaled.chisq == pytest.approx(expected["fit"]["chisq.scaled"], abs=1e-3)
        assert scaled.robust_cfi == pytest.approx(expected["fit"]["cfi.robust"], abs=1e-4)
        errors = [row["se"] for row in expected["est"] if row["op"] == "=~"]
        assert [one.se for one in found.cfa.loadings] == pytest.approx(errors, rel=1e-4)
        assert found.cfa.estimator == "mlr"
        assert found.cfa.cluster == {"column": "couple", "clusters": found.cfa.fit.setup.sample.n_clusters}
        assert found.to_dict()["cfa"]["cluster"]["clusters"] in {179, 180}


def test_clusters_of_ordinal_answers_widen_errors():
    rng = np.random.default_rng(8)
    shared = np.repeat(rng.normal(size=(150, 1)), 2, axis=0)
    latent = 0.8 * shared + 0.6 * rng.normal(size=(300, 1)) + rng.normal(size=(300, 4))
    answers = np.digitize(latent, [-1.2, 0, 1.2]) + 1.0
    couples = np.repeat(np.arange(150), 2)
    alone, together = (
        look(answers, columns={"pair": couples}, estimator="wlsmv", **option).cfa
        for option in ({}, {"cluster": "pair"})
    )
    assert together.cluster["clusters"] == 150
    assert together.figures.chi2 != alone.figures.chi2
    assert [one.est for one in together.loadings] == pytest.approx([one.est for one in alone.loadings], rel=0.02)


# missing answers


def test_pairwise_wlsmv_is_lavaans():
    rng = np.random.default_rng(4)
    answers = read("ordinal6", "o_")
    answers[rng.random(answers.shape) < 0.15] = np.nan
    pairwise, complete = (look(answers, estimator="wlsmv", missing=rule) for rule in ("pairwise", "listwise"))
    assert pairwise.cfa.n == 260 > complete.cfa.n
    assert pairwise.cfa.missing == "pairwise"
    assert any("every pair of answers" in note for note in pairwise.notes)
    with pytest.raises(ResponseError, match="pairwise with wlsmv"):
        look(answers, missing="pairwise")


# what is printed


def test_factor_correlations_explained_variance_and_htmt_are_printed():
    scales = {"a": (1, 2, 3, 4), "b": (5, 6, 7, 8)}
    found = look(read("twofactor", "t_"), scales=scales, codes=range(1, 8))
    text = str(found)
    assert "Correlations of the factors (CFA)" in text
    assert "of the variance explained" in text
    assert "Heterotrait-monotrait" in text
    assert "gloss 5" in text
    (ratio,) = found.to_dict()["htmt"]
    assert ratio["scales"] == ["a", "b"]
    assert ratio["ci"][0] < ratio["value"] < ratio["ci"][1] < 0.6
    labels = found.to_dict()["items"]
    assert labels[4] == {"item": 5, "name": "small_5", "gloss": "gloss 5"}
    loading = found.to_dict()["cfa"]["loadings"][4]
    assert (loading["item"], loading["name"], loading["gloss"]) == (5, "small_5", "gloss 5")
    assert set(found.to_dict()["composites"]) == {"a", "b"}


# invariance


def test_a_verdict_carries_the_fit_of_its_configural_model():
    answers = read("twofactor", "t_")
    groups = np.where(np.arange(300) % 2, "x", "y")
    found = look(answers, codes=range(1, 8), columns={"group": groups}, group="group")  # one factor: does not fit
    assert "The factors themselves do not fit" in found.invariance.meaning
    assert "Configural model: CFI .6" in found.invariance.meaning
    fine = look(answers, scales={"a": (1, 2, 3, 4), "b": (5, 6, 7, 8)}, codes=range(1, 8), columns={"group": groups},
                group="group")  # fmt: skip
    assert fine.invariance.held == "strict"
    assert "Configural model: CFI " in fine.invariance.meaning
    doubtful = replace(fine.invariance.levels[0], verdict=replace(fine.invariance.levels[0].verdict, word="doubtful"))
    said = beside_form("Means compare.", doubtful, 6)
    assert said.startswith("Would hold, if the 6 factors were accepted (they fit poorly: configural model: CFI")


def test_equivalence_bounds_the_misfit():
    answers, groups = read("ordinal6", "o_"), np.where(np.arange(260) % 2, "x", "y")
    levels = look(answers, columns={"group": groups}, group="group").to_dict()["invariance"]
    assert all(one["equivalence"]["t_size_rmsea"] > one["rmsea"] for one in levels[:1])
    assert levels[0]["equivalence"]["t_size_rmsea"] == pytest.approx(levels[0]["rmsea_ci"][1])
    assert Equivalence(t_size=0.07).within == 0.08
    assert Equivalence(t_size=0.2).within is None
    assert Equivalence(t_size=math.nan).within is None


# differential item functioning


def simulated_dif(n: int = 800, *, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Eight items, two of which are harder for group b in one direction."""
    rng = np.random.default_rng(seed)
    group = np.where(np.arange(n) % 2, "a", "b")
    latent = rng.normal(size=(n, 1)) + rng.normal(size=(n, 8)) * 0.8
    latent[:, :2] -= 1.0 * (group == "b")[:, None]
    return np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]) + 1.0, group


def test_purification_clears_the_items_that_only_look_unfair():
    answers, group = simulated_dif()
    raw = differential_functioning(answers, group.tolist())
    pure = differential_functioning(answers, group.tolist(), purify=True)
    assert [j for j, one in enumerate(pure.items) if one.flagged] == [0, 1]
    assert sum(one.flagged for one in raw.items) > 2  # the matching value carries the two items' difference
    assert pure.purified == (pure.items[0].name, pure.items[1].name)
    assert abs(pure.items[0].group_effects[0]) > abs(raw.items[0].group_effects[0])
    assert "not flagged" in pure.matching


def test_structure_tests_items_over_groups():
    answers, group = simulated_dif()
    found = look(answers, columns={"group": group}, group="group", dif=True)
    items = found.to_dict()["dif"]["total"]["items"]
    assert [one["item"] for one in items if one["flagged"]] == [1, 2]
    assert "Differential item functioning of total between a and b" in str(found)
    assert "small_1 (gloss 1;" in found.apa()


def test_purification_stops_where_nothing_is_left_to_match_by():
    rng = np.random.default_rng(2)
    group = np.where(np.arange(600) % 2, "a", "b")
    base = rng.normal(size=600)
    shift = np.array([0.0, 1.5, 3.0])
    answers = np.digitize(base[:, None] + shift * (group == "b")[:, None] + rng.normal(size=(600, 3)) * 0.5, [-1, 0, 1])
    found = differential_functioning(answers.astype(float), group.tolist(), purify=True)
    assert any("purification stopped" in note for note in found.notes)


# cut-offs


def test_dynamic_cutoffs_tell_true_from_wrong_models():
    answers = read("hierarchical", "h_")
    names = [f"x{j}" for j in range(9)]
    model = sem.cfa_model({"a": names[:3], "b": names[3:6], "c": names[6:]})
    found = sem.fit(model, sem.sample_from_moments(np.cov(answers.T), 1000, names))
    made = dynamic_cutoffs(found, draws=60, seed=3)
    assert str(made) == str(dynamic_cutoffs(found, draws=60, seed=3))
    assert [one.level for one in made.levels] == [1, 2, 3]
    worst = made.levels[-1]
    assert 0.95 < worst.cfi < 1
    assert 0 < worst.rmsea < 0.08
    assert len(worst.wrong) == 3
    assert "CFI at least" in str(made)
    json.dumps(made.to_dict(), allow_nan=False)
    with pytest.raises(ResponseError, match="estimator ml or mlr"):
        dynamic_cutoffs(sem.fit(sem.cfa_model({"f": names}), ordinal(answers), estimator="WLSMV"))


def test_cutoffs_come_with_structure_where_asked():
    found = look(answers_of("se")[:, :5], dynamic_cutoffs=True, seed=2)
    assert found.cfa.cutoffs.n == found.cfa.n
    assert "Cut-offs made for this model" in str(found)
    ordinal_found = look(answers_of("se")[:, :5], dynamic_cutoffs=True, estimator="wlsmv")
    assert ordinal_found.cfa.cutoffs is None
    assert any("dynamic cut-offs: not computed" in note for note in ordinal_found.notes)
