"""The validation study of a bank: figures of R, one call, every face of the result, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.base.errors import ResponseError, UnknownNameError

FOLDER = Path(__file__).parent / "reference"
FILE = FOLDER / "validation.csv"
REFERENCE = json.loads((FOLDER / "validation.json").read_text(encoding="utf-8"))
NAMES = {"close": "close_1..close_6", "support_total": "support_total", "lonely": "lonely_1..lonely_5",
         "desirability_total": "desirability_total"}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return ims.validity(
        FILE,
        "eis",
        convergent=[NAMES["close"], "support_total"],
        discriminant=[NAMES["lonely"], "desirability_total"],
        groups="group",
        reliability={"support_total": 0.85, "desirability_total": 0.72},
    )


@pytest.mark.parametrize("name", list(NAMES))
def test_correlations_as_r(found, name):
    one, told = next(c for c in found.to_dict()["correlations"] if c["with"] == name), REFERENCE["correlations"][name]
    assert one["r"] == pytest.approx(told["r"], abs=1e-9)
    assert one["ci"] == pytest.approx(told["ci_fisher"], abs=1e-9)
    assert one["p"] == pytest.approx(told["p"], rel=1e-6)
    assert one["spearman"] == pytest.approx(told["spearman"], abs=1e-9)
    assert one["corrected"] == pytest.approx(told["disattenuated"], abs=1e-9)
    assert one["corrected_ci"] == pytest.approx(told["ci_reliabilities_known"], abs=1e-9)
    low, high = told["ci_bootstrap_percentile"]
    assert one["corrected_ci_bootstrap"] == pytest.approx([low, high], abs=0.1 * (high - low))
    assert one["kind"] == ("convergent" if name in {"close", "support_total"} else "discriminant")
    assert one["n"] == 220


def test_dependent_correlations_as_psych_turned_round_where_negative(found):
    pairs = {(one["of"][0], one["of"][1]): one for one in found.to_dict()["dependent"]}
    turned = pairs["close", "lonely"]
    told = REFERENCE["dependent"]["close_against_lonely_reversed"]
    assert turned["turned_round"] == ["lonely"]
    assert turned["williams_t"] == pytest.approx(told["williams_t"], rel=1e-8)
    assert turned["ci"] == pytest.approx(told["zou_ci"], abs=1e-9)
    told = REFERENCE["dependent"]["close_against_desirability"]
    assert pairs["close", "desirability_total"]["steiger_z"] == pytest.approx(told["steiger_z_pooled"], rel=1e-8)


def test_known_groups_as_r(found):
    (one,), told = found.to_dict()["groups"], REFERENCE["known_groups"]
    assert one["groups"] == ["community", "distressed"]
    assert [one["d"], one["g"]] == pytest.approx([told["d"], told["g"]], abs=1e-9)
    assert one["ci"] == pytest.approx(told["ci_g_noncentral"], abs=1e-6)
    assert one["welch"]["df"] == pytest.approx(told["welch"]["df"], abs=1e-6)
    assert one["superiority"] == pytest.approx(told["probability_of_superiority"], abs=1e-9)


def test_retest_of_a_second_occasion_in_the_file_as_psych(found):
    one, told = found.to_dict()["retest"]["eis_total"], REFERENCE["retest"]
    assert one["n"] == told["n"]
    assert one["r"]["value"] == pytest.approx(told["pearson"], abs=1e-9)
    for row in told["icc"]:
        assert one["icc"][row["type"]]["value"] == pytest.approx(row["ICC"], abs=1e-8)
        assert one["icc"][row["type"]]["ci"] == pytest.approx([row["lower"], row["upper"]], abs=1e-6)


def test_model_htmt_and_latent_correlations_as_lavaan_and_semtools(found):
    (model,), told = found.to_dict()["models"], REFERENCE["cfa_eis_mlr"]["fit"]
    assert [model["chi2"], model["df"]] == pytest.approx([told["chisq.scaled"], told["df"]], abs=1e-3)
    assert model["cfi"] == pytest.approx(told["cfi.robust"], abs=1e-4)
    three, ratios = REFERENCE["cfa_three"], REFERENCE["htmt"]["arithmetic_absolute"]
    latent = {(row["lhs"], row["rhs"]): row for row in three["latent_correlations"]}
    for one in found.to_dict()["htmt"]:
        a, b = (name.removesuffix("_total") for name in one["scales"])
        assert one["htmt"] == pytest.approx(ratios[f"{a}_{b}"], abs=1e-8)
        assert one["latent_r"] == pytest.approx(latent[a, b]["est.std"], abs=1e-4)
        assert one["latent_ci"] == pytest.approx([latent[a, b]["ci.lower"], latent[a, b]["ci.upper"]], abs=1e-3)
    passes = {tuple(one["scales"]): one["fornell_larcker"] for one in found.to_dict()["htmt"]}
    assert passes == {("eis_total", "close"): False, ("eis_total", "lonely"): True, ("close", "lonely"): True}


def test_every_face_of_the_result(found):
    text = str(found)
    for said in (
        "Reliability",
        "One factor",
        "Known groups",
        "Retest",
        "Distinct",
        "Assumptions",
        "makes a questionnaire valid",
    ):
        assert said in text
    assert repr(found) == "Validity(eis, n=220, 4 correlations)"
    assert len(found.table()) == 4
    assert "g = 0.92, 95% CI [0.61, 1.24]" in found.apa()
    assert "<table" in found._repr_html_()
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_picture_is_a_matplotlib_figure(found, tmp_path):
    found.plot().savefig(tmp_path / "validity.png")
    assert (tmp_path / "validity.png").stat().st_size > 5000
    with pytest.raises(ResponseError, match="no correlation was asked for"):
        ims.validity(FILE, "eis", bootstrap=50).plot()


def test_without_a_reliability_nothing_is_corrected_and_that_is_said():
    found = ims.validity(FILE, "eis", convergent="support_total", bootstrap=50)
    assert found.to_dict()["correlations"][0]["corrected"] is None
    assert any("not corrected for unreliability: support_total" in note for note in found.notes)


def test_retest_from_another_file_by_id():
    frame = pd.read_csv(FILE, dtype={"id": str})
    items = [f"eis_{j}" for j in range(1, 6)]
    later = frame[["id", *(f"{name}_t2" for name in items)]].dropna()
    later.columns = ["id", *items]
    shuffled = later.sample(frac=1, random_state=3)
    found = ims.validity(frame[["id", *items]], "eis", retest=shuffled, id_column="id", bootstrap=50)
    told = REFERENCE["retest"]
    assert found.retest["eis_total"].n == told["n"]
    assert found.retest["eis_total"].r.value == pytest.approx(told["pearson"], abs=1e-9)
    with pytest.raises(ResponseError, match="an id stands in two rows"):
        ims.validity(frame[["id", *items]], "eis", retest=pd.concat([later, later[:1]]), id_column="id", bootstrap=50)
    with pytest.raises(ResponseError, match="fewer than three persons have eis_total twice"):
        ims.validity(frame[["id", *items]][:2], "eis", retest=later[:2], id_column="id", bootstrap=50)


@pytest.fixture(scope="module")
def pair():
    made = ims.simulate("pair", 300, seed=7, factor_correlations=0.4)
    frame = made.frame()
    frame["age"] = np.random.default_rng(1).normal(40, 9, len(frame))
    return ims.validity(frame, "pair", discriminant="age", bootstrap=100)


def test_a_bank_of_several_scales_and_forms_gets_items_gap_and_idealisation(pair):
    assert {one.scale for one in pair.items} == {
        f"pair_now_{area}" for area in ("emotional", "social", "sexual", "intellectual", "recreational")
    }
    assert sum(one.verdict != "failure" for one in pair.items) > 25
    kinds = {(one.score, one.kind) for one in pair.correlations}
    assert ("pair_now_emotional", "idealisation") in kinds
    assert ("pair_gap_emotional", "discriminant") in kinds
    assert not any(one.score.endswith("conventionality") for one in pair.correlations)
    held = [one for one in pair.correlations if one.kind == "discriminant"]
    assert all(one.held is not None for one in held)
    assert len(pair.distinct) == 10
    assert "With idealising answers held constant" in str(pair)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"convergent": "suport_total"}, "did you mean 'support_total'"),
        ({"convergent": "close_6..close_1"}, "runs backwards"),
        ({"convergent": "close_1..close_9"}, "did you mean 'close_"),
        ({"groups": "id"}, "220 groups|0 groups"),
        ({"groups": "grup"}, "did you mean 'group'"),
        ({"convergent": "support_total", "discriminant": "support_total"}, "as convergent and as discriminant"),
        ({"convergent": "support_total", "reliability": {"support_total": 1.4}}, "is 1.4; above 0, at most 1"),
        ({"convergent": "support_total", "reliability": {"suport": 0.8}}, "did you mean 'support_total'"),
        ({"convergence": "support_total"}, "'convergence'"),
        ({"level": 1.2}, "level"),
    ],
)
def test_bad_wishes_are_said(options, said):
    with pytest.raises((ResponseError, UnknownNameError), match=said):
        ims.validity(FILE, "eis", bootstrap=50, **options)


def test_a_corrected_correlation_beyond_one_is_withheld_with_its_reason():
    found = ims.validity(FILE, "eis", convergent=NAMES["close"], reliability={"close": 0.3}, bootstrap=50)
    assert found.to_dict()["correlations"][0]["corrected"] is None
    assert any("beyond 1" in note for note in found.notes)


def test_texts_in_a_variable_are_named_with_their_rows():
    frame = pd.read_csv(FILE).astype({"support_total": object})
    frame.loc[4, "support_total"] = "many"
    with pytest.raises(ResponseError, match="column support_total: 1 cell that is no number"):
        ims.validity(frame, "eis", convergent="support_total", bootstrap=50)


def test_persons_in_another_order_give_the_same_figures():
    frame = pd.read_csv(FILE)
    one, two = (
        ims.validity(each, "eis", convergent="support_total", groups="group", bootstrap=0)
        for each in (frame, frame.sample(frac=1, random_state=9))
    )
    assert one.correlations[0].r.value == pytest.approx(two.correlations[0].r.value, abs=1e-12)
    assert one.groups[0].found.g == pytest.approx(two.groups[0].found.g, abs=1e-12)


def test_a_variable_that_does_not_vary_has_no_correlation():
    frame = pd.read_csv(FILE).assign(constant=3)
    found = ims.validity(frame, "eis", convergent="constant", bootstrap=50)
    assert found.to_dict()["correlations"][0]["r"] is None


def test_without_a_bootstrap_nothing_else_is_lost():
    found = ims.validity(FILE, "eis", convergent=NAMES["close"], bootstrap=0).to_dict()
    assert found["htmt"][0]["ci"] == [None, None]
    assert found["correlations"][0]["corrected_ci_bootstrap"] == [None, None]
    assert found["htmt"][0]["htmt"] == pytest.approx(REFERENCE["htmt"]["arithmetic_absolute"]["eis_close"], abs=1e-8)


def test_very_many_rows_take_no_bootstrap_and_that_is_said(monkeypatch):
    monkeypatch.setattr("intimacy_scales.analysis.validity.MOST_RESAMPLED", 100)
    found = ims.validity(FILE, "eis", convergent=NAMES["close"])
    assert any("no bootstrap intervals" in note for note in found.notes)
