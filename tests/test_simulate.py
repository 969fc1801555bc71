"""Simulated answers: declared codes only, seeds, forms, couples, groups, missing, careless; what is put in comes out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import intimacy_scales as ims
from intimacy_scales.analysis.careless import careless_flags
from intimacy_scales.base.errors import IntimacyScalesError, ResponseError, UnknownNameError
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.simulation import CARELESS_KINDS, Group, simulate
from intimacy_scales.statistics.polychoric import polychoric
from small_banks import small_bank

BANKS = ims.bank_ids()


def two_scales(**more):
    return small_bank({"a": [1, 2, 3, 4], "b": [5, 6, 7, 8]}, **more)


def items(frame):
    return frame.drop(columns=[c for c in ("id", "couple", "partner", "group") if c in frame])


# the face ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bank_id", BANKS)
def test_any_shipped_bank_is_answered_with_declared_codes_and_scored(bank_id):
    bank = ims.load_bank(bank_id)
    made = simulate(bank, 60, seed=2, missing=0.03, careless={"random": 0.1, "midpoint": 0.1})
    for part in made.responses.answered:
        for item, answers in zip(bank.items, part.answers, strict=True):
            declared = {option.code for option in bank.options_of(item)}
            assert set(answers[~np.isnan(answers)]) <= declared
    scores = ims.score(made.responses, bank)
    assert len(scores.table()) == 60
    assert {part.administration.form for part in made.responses.answered} == set(bank.form_ids)


def test_columns_of_every_layout():
    bank = two_scales(forms=("now", "wish"))
    wide = simulate(bank, 3, seed=1, couples=True, occasions=2).frame()
    assert wide.shape == (3, 1 + 8 * 2 * 2 * 2)
    assert list(wide.columns[[0, 1, 9, -1]]) == ["couple", "small_now_1_a_t1", "small_wish_1_a_t1", "small_wish_8_b_t2"]
    long = simulate(bank, 3, seed=1, couples=True, occasions=2).frame(layout="long")
    assert long.shape == (6, 3 + 8 * 2 * 2)
    assert long.iloc[:2, :3].to_numpy().tolist() == [["c001a", "c001", "a"], ["c001b", "c001", "b"]]
    assert long.loc[0, "small_now_1_t1"] == wide.loc[0, "small_now_1_a_t1"]
    assert long.loc[5, "small_wish_8_t2"] == wide.loc[2, "small_wish_8_b_t2"]
    assert list(simulate(two_scales(), 2, seed=1).frame().columns) == ["id", *(f"small_{j}" for j in range(1, 9))]


def test_responses_hold_every_sitting():
    made = simulate(two_scales(), 4, seed=1, couples=True, occasions=2)
    administrations = {part.administration for part in made.responses.answered}
    assert administrations == {Administration(partner=p, occasion=t) for p in "ab" for t in ("t1", "t2")}
    assert made.responses.ids == ("c001", "c002", "c003", "c004")


def test_everything_says_that_it_is_simulated():
    made = simulate("eis", 10, seed=4, missing=0.1, fatigue=0.1, careless={"random": 0.1})
    assert made.notes[0].startswith("simulated: nobody gave these answers (10 persons, bank eis")
    assert "10 %, rising to 20 % at the last item" in made.notes[1]
    assert "10 % random" in made.notes[2]
    assert "nobody gave these answers" in str(made)
    assert made.responses.notes[: len(made.notes)] == made.notes
    assert made.responses.source.platform == "simulated"
    assert made.to_dict()["simulated"] is True
    assert len(made) == 10


def test_the_same_seed_gives_the_same_answers_and_another_others():
    one, same, other = (simulate("pair_style", 30, seed=s).frame() for s in (7, 7, 8))
    assert one.equals(same)
    assert not one.equals(other)


def test_missing_and_careless_answers_change_none_of_the_others():
    plain = items(simulate("pair_style", 50, seed=7).frame())
    blank = items(simulate("pair_style", 50, seed=7, missing=0.2).frame())
    careless = simulate("pair_style", 50, seed=7, careless={"random": 0.2})
    assert (plain.to_numpy() == blank.to_numpy())[blank.notna().to_numpy()].all()
    reads = (careless.truth.careless == "").to_numpy()
    assert reads.sum() == 40
    assert plain[reads].equals(items(careless.frame())[reads])


# answers -----------------------------------------------------------------------------------------------------


def test_reversed_items_are_ticked_at_the_other_end():
    bank = two_scales(reverse=(2, 7))
    r = items(simulate(bank, 2000, seed=1).frame()).corr().to_numpy()
    plain = items(simulate(two_scales(), 2000, seed=1).frame()).corr().to_numpy()
    sign = np.where(np.isin(np.arange(1, 9), (2, 7)), -1, 1)
    np.testing.assert_allclose(r, plain * np.outer(sign, sign), atol=1e-12)
    assert r[0, 1] < -0.3 < 0.3 < r[0, 2]


def test_codes_with_gaps_stay_declared_when_reversed():
    bank = small_bank({"a": [1, 2]}, codes=(1, 2, 5), reverse=(2,))
    values = items(simulate(bank, 300, seed=1).frame())
    assert set(values["small_1"]) == set(values["small_2"]) == {1, 2, 5}
    assert values.corr().iloc[0, 1] < 0


def test_cuts_give_the_shares_of_the_normal_curve():
    made = simulate(two_scales(), 20000, seed=3, thresholds=[-1, 0, 0.5, 2], difficulty={1: 0.5})
    frame = made.frame()
    for column, shift in (("small_1", 0.5), ("small_2", 0.0)):
        expected = np.diff([0, *norm.cdf(np.array([-1, 0, 0.5, 2]) + shift), 1])
        shares = frame[column].value_counts(normalize=True).sort_index().to_numpy()
        np.testing.assert_allclose(shares, expected, atol=0.012)


def test_loadings_by_item_and_scale():
    made = simulate(two_scales(), 6000, seed=3, loadings={"a": 0.9, 4: 0.1, "b": 0.5})
    r = polychoric(items(made.frame()).to_numpy()).correlations
    assert r[0, 1] == pytest.approx(0.81, abs=0.03)
    assert r[0, 3] == pytest.approx(0.09, abs=0.05)
    assert r[4, 5] == pytest.approx(0.25, abs=0.05)


def test_a_negative_loading_is_an_item_against_its_key():
    made = simulate("eis", 400, seed=1, loadings=[0.7, 0.7, -0.7, 0.7, 0.7])
    r = items(made.frame()).corr().to_numpy()
    assert r[0, 1] > 0.2
    assert r[0, 2] < -0.2


def test_the_true_score_is_what_a_person_scores_on_average():
    """One person's standing, many administrations: with stability 1 only the errors differ."""
    bank = ims.load_bank("pair_style")
    made = simulate(bank, 1, seed=5, forms="now", occasions=300, stability=1.0, thresholds=[-1.2, -0.3, 0.2, 1.4])
    scores = ims.score(made.responses, bank)
    for s, scale in enumerate(bank.scales):
        true = made.drawn.true[0, 0, :, 0, s]
        assert np.ptp(true) == pytest.approx(0, abs=1e-6)
        got = np.array([part.values[0] for part in scores.parts if part.scale.id == scale.id])
        assert got.mean() == pytest.approx(true[0], abs=4 * got.std() / 300**0.5)


def test_items_of_several_scales_follow_the_smallest_and_of_none_themselves():
    bank = small_bank({"total": [1, 2, 3, 4], "part": [3, 4]})
    made = simulate(bank, 4000, seed=1, loadings=0.9, factor_correlations=0.0)
    r = items(made.frame()).corr().to_numpy()
    assert r[0, 1] > 0.5 < r[2, 3]
    assert abs(r[0, 2]) < 0.08
    alone = bank.model_copy(update={"scales": (bank.scales[1],)})
    r = items(simulate(alone, 4000, seed=1, loadings=0.9).frame()).corr().to_numpy()
    assert abs(r[0, 1]) < 0.08
    assert r[2, 3] > 0.5


# truth -------------------------------------------------------------------------------------------------------


def test_truth_stands_in_the_rows_of_the_answers():
    made = simulate(
        "pair_style", 40, seed=1, couples=True, groups={"women": 0.0, "men": -0.5}, careless={"midpoint": 0.1}
    )
    truth, frame = made.truth, made.frame()
    assert truth.couple.tolist() == frame.couple.tolist()
    assert {"group_a", "careless_b", "pair_style_now_emotional_latent_a", "pair_style_expected_social_true_b"} <= set(
        truth
    )
    long = made.truth_frame(layout="long")
    assert long["pair_style_now_emotional_latent"].iloc[1] == truth["pair_style_now_emotional_latent_b"].iloc[0]
    beside = made.frame(layout="long", truth=True)
    assert len(beside) == 80
    assert set(long) <= set(beside)


def test_latent_correlations_are_those_asked_for():
    wanted = np.array([[1, 0.6, 0.2], [0.6, 1, -0.3], [0.2, -0.3, 1]])
    bank = small_bank({"a": [1], "b": [2], "c": [3]}, forms=("x", "y"))
    made = simulate(bank, 8000, seed=9, factor_correlations=wanted, form_correlation=0.5, couples=True, similarity=-0.4,
                    occasions=3, stability=0.7)  # fmt: skip
    latent = made.drawn.latent.reshape(8000, -1)
    at = np.abs(np.arange(3)[:, None] - np.arange(3))
    forms = np.array([[1, 0.5], [0.5, 1]])
    expected = np.kron(np.kron(np.kron([[1, -0.4], [-0.4, 1]], 0.7**at), forms), wanted)
    np.testing.assert_allclose(np.corrcoef(latent.T), expected, atol=0.05)


def test_pairs_of_scales_name_their_correlation():
    made = simulate("pair_style", 8000, seed=1, forms="now", factor_correlations={("emotional", "sexual"): 0.8})
    r = np.corrcoef(made.drawn.latent[:, 0, 0, 0].T)
    assert r[0, 2] == pytest.approx(0.8, abs=0.03)
    assert abs(r[0, 1]) < 0.05


def test_forms_can_be_chosen_and_have_means():
    made = simulate("pair_style", 3000, seed=1, forms={"expected": 1.0, "now": 0.0})
    assert made.plan.forms == ("expected", "now")
    latent = made.drawn.latent.mean(axis=(0, 1, 2, 4))
    assert latent[0] - latent[1] == pytest.approx(1.0, abs=0.06)
    assert "pair_style_now_1" not in simulate("pair_style", 3, seed=1, forms=["expected"]).frame()


def test_occasions_gain():
    made = simulate("eis", 4000, seed=1, occasions=3, change=0.5)
    np.testing.assert_allclose(made.drawn.latent.mean(axis=(0, 1, 3, 4)), [0, 0.5, 1], atol=0.06)


# groups and couples ------------------------------------------------------------------------------------------


def test_groups_have_their_shares_and_means():
    made = simulate("pair_style", 1000, seed=1, forms="now",
                    groups={"x": Group(mean={"social": 1.0}, share=0.25), "y": -0.5, "z": 0})  # fmt: skip
    truth = made.truth
    assert truth.group.value_counts().to_dict() == {"x": 250, "y": 375, "z": 375}
    means = truth.groupby("group")[["pair_style_now_social_latent", "pair_style_now_emotional_latent"]].mean()
    np.testing.assert_allclose(means.to_numpy(), [[1, 0], [-0.5, -0.5], [0, 0]], atol=0.2)


def test_a_couple_has_one_partner_of_each_of_two_groups():
    frame = simulate("eis", 10, seed=1, couples=True, groups={"women": 0.0, "men": 0.3}).frame()
    assert set(frame.group_a) == {"women"}
    assert set(frame.group_b) == {"men"}


def test_without_invariance_only_the_named_item_moves():
    groups = {"x": Group(), "y": Group(harder={2: 1.0})}
    frame = simulate("eis", 4000, seed=1, groups=groups).frame()
    gap = items(frame).groupby(frame.group).mean().diff().iloc[1]
    assert gap["eis_2"] < -0.5
    assert gap.drop("eis_2").abs().max() < 0.12


def test_an_item_can_load_otherwise_in_one_group():
    frame = simulate("eis", 3000, seed=1, loadings=0.8, groups={"x": 0.0, "y": Group(loadings={1: 0.0})}).frame()
    r = {name: own.drop(columns=["id", "group"]).corr().iloc[0, 1] for name, own in frame.groupby("group")}
    assert r["x"] > 0.4
    assert abs(r["y"]) < 0.1


@pytest.mark.parametrize("similarity", [-0.6, 0.0, 0.6])
def test_partners_are_as_alike_as_asked(similarity):
    made = simulate("eis", 3000, seed=1, couples=True, similarity=similarity)
    totals = ims.score(made.responses, made.plan.bank)
    r = np.corrcoef(totals["eis_total_a"].values, totals["eis_total_b"].values)[0, 1]
    assert (abs(r) < 0.06) if similarity == 0 else (np.sign(r) == np.sign(similarity) and abs(r) > 0.35)


# missing and careless ----------------------------------------------------------------------------------------


def test_missing_rates():
    flat = items(simulate("pair_style", 2000, seed=1, forms="now", missing=0.1).frame()).isna().mean()
    assert flat.mean() == pytest.approx(0.1, abs=0.005)
    tired = items(simulate("pair_style", 2000, seed=1, forms="now", missing=0.05, fatigue=0.3).frame()).isna().mean()
    np.testing.assert_allclose(tired.to_numpy(), 0.05 + 0.3 * np.arange(36) / 35, atol=0.04)
    assert not items(simulate("eis", 50, seed=1).frame()).isna().any().any()


def test_fatigue_goes_on_from_form_to_form():
    tired = items(simulate("pair_style", 2000, seed=1, fatigue=0.5).frame()).isna().mean().to_numpy()
    assert tired[:36].mean() < 0.16
    assert tired[36:].mean() > 0.34


def rows_of(kind, bank="pair_style", n=40, **more):
    made = simulate(bank, n, seed=6, careless={kind: 0.5}, **more)
    return items(made.frame())[made.truth.careless == kind].to_numpy()


def test_kinds_of_careless_answering_look_as_they_are_called():
    straight, middle, stairs, chance = (rows_of(kind) for kind in ("straightline", "midpoint", "patterned", "random"))
    assert (np.ptp(straight, axis=1) == 0).all()
    assert len(np.unique(straight[:, 0])) > 2
    assert (middle == 2).all()
    assert (np.abs(np.diff(stairs, axis=1)) == 1).all()
    assert len(np.unique(stairs)) == 5
    np.testing.assert_allclose([np.mean(chance == code) for code in range(5)], 0.2, atol=0.04)
    assert set(CARELESS_KINDS) == {"straightline", "midpoint", "patterned", "random"}
    assert {len(x) for x in (straight, middle, stairs, chance)} == {20}


def test_the_middle_of_an_even_number_of_options_is_either_of_two():
    bank = small_bank({"a": [1, 2, 3, 4]}, codes=(1, 2, 3, 4))
    assert set(rows_of("midpoint", bank).ravel()) == {2, 3}


def test_options_of_other_lengths_are_answered_in_the_same_place():
    bank = small_bank({"a": [1, 2, 3, 4]}, wide=(3, 4))
    rows = rows_of("straightline", bank, n=200)
    np.testing.assert_array_equal(rows[:, 0], rows[:, 1])
    np.testing.assert_array_equal(rows[:, 2], rows[:, 3])
    assert np.corrcoef(rows[:, 0], rows[:, 2])[0, 1] > 0.95
    stairs = rows_of("patterned", bank, n=200)
    assert stairs[:, 2:].max() <= 10
    assert stairs[:, :2].max() <= 5


def test_careless_answerers_are_found():
    made = simulate(
        "pair_style", 400, seed=11, forms="now", loadings=0.8, careless={"straightline": 0.05, "random": 0.05}
    )
    found = careless_flags(made.responses)
    kind = made.truth.careless.to_numpy()
    assert found["longstring"].flagged[kind == "straightline"].all()
    assert found["longstring"].flagged[kind == ""].mean() < 0.01
    assert found["mahalanobis_p"].flagged[kind == "random"].mean() > 0.6
    assert found["mahalanobis_p"].flagged[kind == ""].mean() < 0.02


# what cannot be ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"n": 0}, "n: is 0"),
        ({"n": 2.5}, "n: is 2.5"),
        ({"seed": -1}, "seed: is -1"),
        ({"seed": True}, "seed: is True"),
        ({"loadings": 1.0}, "loadings: reach 1"),
        ({"loadings": [0.5] * 3}, "loadings: holds 3 values"),
        ({"loadings": {"c": 0.5}}, "item or scale of small 'c'"),
        ({"thresholds": [1, 0, 2, 3]}, "thresholds of item 1: are 1, 0, 2, 3"),
        ({"thresholds": {9: [0]}}, "thresholds: item of small '9'"),
        ({"thresholds": {2: [0, 1]}}, "4 rising numbers"),
        ({"factor_correlations": 1.5}, "factor_correlations: cannot be together"),
        ({"factor_correlations": np.ones((3, 3))}, "is 3 x 3"),
        ({"factor_correlations": [[1, 0.2], [0.3, 1]]}, "is no correlation matrix"),
        ({"factor_correlations": {("a", "z"): 0.2}}, "scale of small 'z'"),
        ({"similarity": 2}, "similarity: is 2"),
        ({"stability": -1.2}, "stability: is -1.2"),
        ({"occasions": 0}, "occasions: is 0"),
        ({"missing": 0.7, "fatigue": 0.5}, r"missing \+ fatigue: is 1.2"),
        ({"careless": {"sleepy": 0.1}}, "kind of careless answering 'sleepy'"),
        ({"careless": {"random": 0.7, "midpoint": 0.6}}, "all kinds: is 1.3"),
        ({"groups": {"x": Group(share=0.7), "y": Group(share=0.7)}}, "shares of 1.4"),
        ({"groups": {"x": Group(harder={12: 1})}}, "item of small '12'"),
        ({"groups": {"x": Group(mean={"z": 1})}}, "scale of small 'z'"),
        ({"forms": "now"}, "form of bank small 'now'"),
        ({"forms": []}, "forms: are none"),
    ],
)
def test_what_cannot_be_is_said(more, said):
    with pytest.raises(ResponseError, match=said):
        simulate(two_scales(), **{"n": 5, "seed": 1, **more})


def test_everything_wrong_is_told_at_once_and_other_names_are_asked_for():
    with pytest.raises(ResponseError) as error:
        simulate(two_scales(), 0, seed=-1, missing=2, similarity=3)
    assert len(error.value.problems) >= 4
    with pytest.raises(UnknownNameError, match="wide, long"):
        simulate("eis", 2, seed=1).frame(layout="tall")
    with pytest.raises(IntimacyScalesError):
        simulate("no_such_bank", 2, seed=1)


# what is put in comes out (slow) -----------------------------------------------------------------------------

SAMPLES = 150


def within(estimates, truth):
    """Whether the mean of many estimates is the truth, within three standard errors and a hundredth."""
    estimates = np.asarray(estimates)
    return abs(estimates.mean() - truth) < 3 * estimates.std() / np.sqrt(len(estimates)) + 0.01


@pytest.mark.slow
def test_reliability_comes_out():
    """Parallel items: alpha is the squared correlation of true and observed scores; Feldt's interval covers it."""
    bank = ims.load_bank("eis")
    big = simulate(bank, 200_000, seed=1)
    observed = items(big.frame()).sum(axis=1)
    truth = np.corrcoef(observed, big.truth["eis_total_true"])[0, 1] ** 2
    found = [
        ims.reliability(simulate(bank, 150, seed=s).responses, bank, bootstrap=0)["eis.total"].alpha
        for s in range(SAMPLES)
    ]
    assert within([one.value for one in found], truth)
    assert 0.88 < np.mean([one.interval.low <= truth <= one.interval.high for one in found]) < 0.995


def cross_loading(frame, left, right):
    """Mean polychoric correlation between two sets of columns, each item with loading .7: r / .49 is the latents'."""
    r = polychoric(frame[[*left, *right]].to_numpy()).correlations
    return r[: len(left), len(left) :].mean() / 0.49


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wish", "left", "right", "truth"),
    [
        ({"factor_correlations": 0.55}, "small_{}", "small_{}", 0.55),
        ({"occasions": 2, "stability": 0.75}, "small_{}_t1", "small_{}_t2", 0.75),
        ({"couples": True, "similarity": 0.4}, "small_{}_a", "small_{}_b", 0.4),
        ({"couples": True, "similarity": -0.3}, "small_{}_a", "small_{}_b", -0.3),
    ],
)
def test_latent_correlations_come_out(wish, left, right, truth):
    bank = two_scales(reverse=(2, 6))
    other = (5, 6, 7, 8) if left == right else (1, 2, 3, 4)
    found = []
    for seed in range(60):
        frame = items(simulate(bank, 400, seed=seed, **wish).frame())
        frame = frame.apply(lambda x: 6 - x if x.name.split("_")[1] in "26" else x)
        found.append(cross_loading(frame, [left.format(j) for j in (1, 2, 3, 4)], [right.format(j) for j in other]))
    assert within(found, truth)


@pytest.mark.slow
def test_a_group_difference_comes_out():
    bank, groups = ims.load_bank("eis"), {"x": 0.0, "y": 0.5}
    big = simulate(bank, 200_000, seed=1, groups=groups).truth
    truth = big.groupby("group")["eis_total_true"].mean().diff().iloc[1]
    covered = []
    for seed in range(SAMPLES):
        frame = simulate(bank, 200, seed=seed, groups=groups).frame()
        totals = items(frame).sum(axis=1).groupby(frame.group)
        mean, error = totals.mean().diff().iloc[1], np.sqrt((totals.var() / totals.size()).sum())
        covered.append(abs(mean - truth) < 1.96 * error)
    assert 0.89 < np.mean(covered) < 0.995


@pytest.mark.slow
def test_without_invariance_the_difference_is_of_the_item_not_of_people():
    groups = {"x": Group(), "y": Group(harder=dict.fromkeys((1, 2, 3), 0.5))}
    made = simulate("eis", 200_000, seed=1, groups=groups)
    means = (
        pd.concat([items(made.frame()).sum(axis=1), made.truth["eis_total_latent"]], axis=1)
        .groupby(made.truth.group)
        .mean()
    )
    gap = means.diff().iloc[1]
    assert gap.iloc[0] < -0.9
    assert abs(gap.iloc[1]) < 0.02
