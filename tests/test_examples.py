"""The example data that ship: made by their script, as it stands; every study runs on its own, by one command."""

from __future__ import annotations

import pytest

import intimacy_scales as ims
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.cli import main
from intimacy_scales.simulation.examples import FOLDER, example_names
from intimacy_scales.simulation.examples.make_examples import write_daily_examples, write_examples, write_item_examples


def test_the_script_makes_the_files_that_ship(tmp_path):
    write_examples(tmp_path)
    write_item_examples(tmp_path)
    write_daily_examples(tmp_path)
    assert {made.stem for made in tmp_path.glob("*.csv")} == set(example_names())
    for made in tmp_path.glob("*.csv"):
        assert made.read_text(encoding="utf-8") == (FOLDER / made.name).read_text(encoding="utf-8"), made.name


def test_an_unknown_example_is_told_with_a_guess():
    with pytest.raises(UnknownNameError, match="did you mean 'pooling'"):
        ims.example("poolng")


def test_the_demo_leaves_the_studies_and_replaces_none_unasked(tmp_path, capsys):
    for ends in (0, 1):
        with pytest.raises(SystemExit) as ended:
            main(["demo", "--studies", "--out", str(tmp_path / "studies")])
        assert (ended.value.code or 0) == ends
    assert {file.stem for file in (tmp_path / "studies").glob("*.csv")} == set(example_names())
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["pool", "pooling.csv", "--moderator", "design"],
        ["pool", "pooling_dependent.csv", "--moderator", "reporter"],
        ["path", "technoference.csv", "--bank", "tdis", "--path", "conflict ~ tdis_total", "satisfaction ~ conflict"],
        ["diary", "diary.csv", "--outcome", "intimacy", "--within", "shared_hours", "stress", "--weekend"],
        ["diary", "interactions.csv", "--outcome", "intimacy", "--within", "self_disclosure", "--mediator",
         "responsiveness"],
        ["diary", "couples_diary.csv", "--outcome", "intimacy", "--within", "stress", "--couple", "couple",
         "--partner", "partner"],
        ["couples", "couples_over_time.csv", "--outcome", "success", "--predictor", "listening", "--occasion",
         "occasion"],
        ["validity", "validation.csv", "--bank", "eis", "--convergent", "close_1..close_6", "--groups", "group"],
        ["validity", "pair_forms.csv", "--bank", "pair", "--convergent", "adjustment_total", "--discriminant", "age"],
    ],
)  # fmt: skip
def test_each_study_runs_by_one_command(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main([words[0], str(FOLDER / words[1]), *words[2:]])
    assert (ended.value.code or 0) == 0
    assert "What this cannot say" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["couples_mediation.csv", "--predictor", "communication", "--mediator", "emotional", "sexual", "--outcome",
         "satisfaction"],
        ["emotional_skill.csv", "--bank", "tas20", "--predictor", "tas20_total", "--mediator", "intimacy_total",
         "--outcome", "adjustment_total"],
    ],
)  # fmt: skip
def test_each_study_of_couples_runs_by_one_command(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["couples", str(FOLDER / words[0]), *words[1:]])
    assert (ended.value.code or 0) == 0
    said = capsys.readouterr().out
    assert "percentile bootstrap" in said
    assert "prove no chain of causes" in said


def test_the_examples_with_items_hold_what_is_true_in_them():
    found = ims.validity(ims.example("pair_forms"), "pair", convergent="adjustment_total", discriminant="age",
                         reliability={"adjustment_total": 0.9}, bootstrap=0)  # fmt: skip
    pairs = {(one.score, one.other): one for one in found.correlations}
    for name, truth in (("emotional", 0.68), ("social", 0.46), ("sexual", 0.46), ("recreational", 0.46)):
        low, high = pairs["pair_now_" + name, "adjustment_total"].corrected_ci
        assert low < truth < high
    one = pairs["pair_now_emotional", "adjustment_total"]
    assert one.held.ci[0] < (0.68 - 0.40 * 0.36) / ((1 - 0.40**2) * (1 - 0.36**2)) ** 0.5 < one.held.ci[1]
    low, high = pairs["pair_now_emotional", "age"].r.ci
    assert low < 0 < high
    skill = ims.actor_partner(ims.example("emotional_skill"), "tas20", predictor="tas20_total", mediator="intimacy_total",
                              outcome="adjustment_total", bootstrap=500)  # fmt: skip
    own = [effect for effect in skill.mediation.effects if effect.kind == "actor-actor"]
    assert len(own) == 2
    for effect in own:
        assert effect.percentile[1] < 0


def test_the_examples_hold_what_is_true_in_them():
    pooled = ims.pool(ims.example("pooling"), moderator="design")
    assert [round(one.low, 3) < one.b < one.high for one in pooled.moderation.terms] == [True, True]
    assert pooled.moderation.terms[0].low < 0.37 < pooled.moderation.terms[0].high
    assert pooled.moderation.terms[1].low < -0.11 < pooled.moderation.terms[1].high
    three = ims.pool(ims.example("pooling_dependent"))
    assert three.mean.low < 0.33 < three.mean.high
    found = ims.validity(ims.example("validation"), "eis", convergent="close_1..close_6", bootstrap=200)
    low, high = found.correlations[0].corrected_ci
    assert low < 0.75 < high


def test_the_examples_over_days_hold_what_is_true_in_them():
    days = ims.diary(ims.example("diary"), outcome="intimacy", within=("shared_hours", "stress"), weekend=True,
                     moderator="stress")  # fmt: skip
    for term, truth in {
        "shared_hours_within": 1.6, "shared_hours_between": 2.5, "stress_within": -1.4, "weekend": 1.5,
        "shared_hours_within:stress_within": -0.4,
    }.items():  # fmt: skip
        one = days.effect(term)
        assert one.low < truth < one.high, term
    assert days.ar1.low < 0.3 < days.ar1.high
    assert days.random[1].low < 0.7 < days.random[1].high
    way = ims.diary(
        ims.example("interactions"), outcome="intimacy", within="self_disclosure", mediator="responsiveness"
    )
    assert way.mediation.low < 0.2175 < way.mediation.high
    two = ims.diary(
        ims.example("couples_diary"), outcome="intimacy", within="stress", couple="couple", partner="partner"
    )
    for (term, who), truth in {
        ("stress_own_within", "w"): -1.2, ("stress_own_within", "m"): -1.0, ("stress_partner_within", "w"): -0.6,
        ("stress_partner_within", "m"): -0.4,
    }.items():  # fmt: skip
        one = two.effect(term, who)
        assert one.low < truth < one.high, (term, who)
    assert two.residual_correlation.low < 0.3 < two.residual_correlation.high
    over = ims.lagged_couples(ims.example("couples_over_time"), outcome="success", predictor="listening")
    (model,) = over.random_intercept
    assert model.admissible
    truth = {("stability", "success"): 0.40, ("influence", "success"): 0.12, ("actor", "success"): 0.25,
             ("partner", "success"): 0.0, ("actor", "listening"): 0.10}  # fmt: skip
    for path in model.paths:
        if (path.kind, path.effect) in truth:
            assert path.low < truth[path.kind, path.effect] < path.high, path.name
