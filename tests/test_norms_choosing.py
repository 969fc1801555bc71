"""Norms chosen by a person's attributes, smoothed, weighted, run over age, replaced; true scores and stanines."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import intimacy_scales as ims
from intimacy_scales.analysis.norms import (
    cautions_for,
    continuous_norms,
    curve_of,
    norms_from,
    renorm,
    smooth_percentiles,
    standing,
    table_of,
    table_percentiles,
)
from intimacy_scales.analysis.norms.norm_choice import fit_of
from intimacy_scales.analysis.norms.percentile import effective_n, is_whole_table
from intimacy_scales.bank import fingerprint, load_bank
from intimacy_scales.bank.model import Caution, Norm, NormScale, Quantile
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.reading.exports.table import Column, RawTable, Source, text_cells
from intimacy_scales.reading.responses.model import Administration, Answered, Responses
from intimacy_scales.scoring import score_responses
from intimacy_scales.statistics.score_sums import value_counts

EIS, PAIR = load_bank("eis"), load_bank("pair")


def scored(rows, *, bank=EIS, more=None, form=None):
    block = np.asarray(rows, dtype=float).reshape(len(rows), -1)
    part = Answered(
        bank=bank,
        administration=Administration(form=form),
        answers=tuple(block.T.copy()),
        columns=("",) * block.shape[1],
    )
    extra = tuple(Column(name=name, cells=text_cells(texts)) for name, texts in (more or {}).items())
    source = Source(path=None, platform="frame", saw="made by a test")
    numbers = np.arange(len(block))
    table = RawTable(columns=extra, row_numbers=numbers, set_aside=(), source=source)
    return score_responses(
        Responses(
            answered=(part,), id_column=None, ids=None, row_numbers=numbers, set_aside=(), source=source, table=table
        )
    )


def answers(n, *, seed=7, k=5, shift=0.0):
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 1)) + rng.normal(scale=0.8, size=(n, k)) + np.asarray(shift).reshape(-1, 1)
    return np.clip(np.round(3 + latent), 1, 5)


def figures(**changes):
    return NormScale(**{"scale": "total", "n": 120, "mean": 18.0, "sd": 4.0, "reliability": 0.8} | changes)


def norm(name, group=None, **changes):
    return Norm(
        **{
            "id": name,
            "sample": f"{name} of a test",
            "source": "made by a test",
            "certainty": "computed",
            "group": group or {},
            "scales": (figures(**changes.pop("figures", {})),),
        }
        | changes
    )


EVERYONE = norm("everyone")
WOMEN = norm("women", {"gender": "woman"}, figures={"mean": 19.0})
YOUNG = norm("young_women", {"gender": "woman", "age": "18-29"}, figures={"mean": 20.0})
THIRTIES = norm("thirties", {"gender": "woman", "age": "30-39"}, figures={"mean": 18.5})
MEN = norm("men", {"gender": "man"})
ALL = (EVERYONE, WOMEN, YOUNG, THIRTIES, MEN)
ONE = scored([[4, 4, 4, 4, 4]])


# --- chosen by attributes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ({"gender": "woman", "age": 34}, "thirties"),
        ({"gender": "Woman", "age": 29.9}, "young_women"),
        ({"gender": "woman", "age": 50}, "women"),
        ({"gender": "woman"}, "women"),
        ({"gender": "man", "age": 34}, "men"),
        ({"age": 34}, "everyone"),
        ({"Gender": "nonbinary"}, "everyone"),
        ({"age": "34"}, "everyone"),
    ],
)
def test_the_narrowest_group_a_person_belongs_to(who, name):
    found = standing(ONE, norm=ALL, attributes=who)["eis_total"]
    assert found.norm.id == name
    assert f"norm {name} was chosen" in found.why
    assert found.to_dict()["why"] == found.why
    assert found.why in str(standing(ONE, norm=ALL, attributes=who))


def test_the_choice_is_explained_and_nobody_is_put_in_a_group_unasked():
    why = standing(ONE, norm=ALL, attributes={"gender": "woman", "age": 34})["eis_total"].why
    assert "shares gender woman, age 34 in 30-39" in why
    assert "women (which shares less)" in why
    assert "men (it is of gender man, not woman)" in why
    assert "young_women (it is of age 18-29, not 34)" in why
    refused = standing(ONE, norm=(WOMEN, MEN), attributes={"age": 34})
    assert refused.get("eis_total") is None
    assert "no norm fits age 34" in refused.refused[0].why
    assert "no gender was said" in refused.refused[0].why


def test_refused_with_reasons_when_nothing_fits():
    none = standing(ONE, attributes={"gender": "woman"})
    assert "No norm is published" in none.refused[0].why
    form = norm("other", form="now")
    assert "of form now" in standing(ONE, norm=(form,), attributes={"gender": "woman"}).refused[0].why
    for bad in ({"gender": ""}, {"age": float("nan")}):
        with pytest.raises(ResponseError, match="has no value"):
            standing(ONE, norm=ALL, attributes=bad)


def test_a_newer_then_a_larger_norm_among_equals():
    old, new = norm("old", year=1990), norm("new", year=2020)
    found = standing(ONE, norm=(old, new), attributes={"age": 40})["eis_total"]
    assert found.norm.id == "new"
    assert "old (which is older)" in found.why
    large = norm("large", year=2020, figures={"n": 500})
    assert standing(ONE, norm=(new, large), attributes={"age": 40})["eis_total"].norm.id == "large"


@pytest.mark.parametrize(
    ("group", "age", "fits"),
    [
        ("30-39", 39.5, True),
        ("30-39", 40, False),
        ("30 to 39", 30, True),
        ("65+", 65, True),
        ("65 and over", 64.9, False),
        ("under 18", 17.9, True),
        ("<18", 18, False),
        (">=30", 30, True),
        ("34", 34, True),
        ("30.5-31.5", 31.5, True),
        ("30-39", "thirty", False),
    ],
)
def test_groups_that_are_ranges(group, age, fits):
    assert (fit_of(norm("n", {"age": group}), {"age": age}).why_not == "") is fits


def test_country_counts_where_both_name_one():
    here, there = norm("here", country="Portugal"), norm("there", country="France")
    found = standing(ONE, norm=(EVERYONE, here, there), attributes={"country": "Portugal"})["eis_total"]
    assert found.norm.id == "here"
    assert fit_of(there, {"country": "Portugal"}).why_not == "it is of country France, not Portugal"
    assert fit_of(there, {"age": 3}).why_not == ""


def test_attributes_choose_in_a_file_and_among_a_banks_norms(tmp_path):
    sample = scored(answers(160), more={"gender": ["woman", "man"] * 80})
    made = norms_from(sample, by=["gender"], sample="a test's sample")
    path = made.save(tmp_path / "n.yaml")
    found = standing(ONE, norm=str(path), attributes={"gender": "man"})["eis_total"]
    assert found.norm.group == {"gender": "man"}
    assert standing(ONE, norm=path, attributes={"age": 3})["eis_total"].norm.group == {}
    carried = EIS.model_copy(update={"norms": ALL})
    assert standing(scored([[4] * 5], bank=carried), attributes={"gender": "man"})["eis_total"].norm.id == "men"


# --- cautions ------------------------------------------------------------------------------------------------------------


def test_failed_invariance_is_said_beside_a_norm_of_such_a_group():
    assert PAIR.cautions[0].group == "gender"
    said = cautions_for(PAIR, ["Sex"])
    assert len(said) == 1
    assert "metric and scalar invariance" in said[0]
    assert cautions_for(PAIR, ["age"]) == ()
    assert cautions_for(EIS, ["gender"]) == ()
    women = norm("women", {"sex": "f"}, form="now", figures={"scale": "emotional", "mean": 60.0, "sd": 18.0})
    where = standing(scored([[2] * 36], bank=PAIR, form="now"), norm=women)
    assert any("caution across gender" in note for note in where["pair_now_emotional"].notes)
    plain = women.model_copy(update={"group": {}})
    assert not any(
        "caution" in n
        for n in standing(scored([[2] * 36], bank=PAIR, form="now"), norm=plain)["pair_now_emotional"].notes
    )
    sample = scored(
        np.clip(np.round(np.random.default_rng(1).normal(2, 1, (80, 36))), 0, 4),
        bank=PAIR,
        form="now",
        more={"gender": ["f", "m"] * 40},
    )
    assert any("caution" in note for note in norms_from(sample, by=["gender"], sample="a test").notes)


def test_a_caution_does_not_change_the_fingerprint_and_may_speak_of_one_scale():
    caution = Caution(group="age", scale="total", what="it failed", source="made by a test", certainty="reported")
    bank = EIS.model_copy(update={"cautions": (caution,)})
    assert fingerprint(bank) == fingerprint(EIS)
    assert cautions_for(bank, ["age"], scale="total")
    assert cautions_for(bank, ["age"], scale="other") == ()


# --- stanines, true scores ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("z", "nine"),
    [(-3, 1), (-1.76, 1), (-1.74, 2), (-0.26, 4), (-0.24, 5), (0.24, 5), (0.26, 6), (1.74, 8), (1.76, 9), (4, 9)],
)
def test_stanines_are_half_an_sd_wide(z, nine):
    part = standing(
        ONE,
        norm=norm("n", figures={"mean": 20.0 - 2 * z if abs(z) < 2 else 20.0 - z, "sd": 2.0 if abs(z) < 2 else 1.0}),
    )
    assert part["eis_total"].stanine[0] == nine


def test_a_withheld_score_has_no_stanine_and_no_true_score():
    part = standing(scored([[4, np.nan, np.nan, np.nan, 4]]), norm=EVERYONE)["eis_total"]
    assert np.isnan(part.stanine[0])
    assert np.isnan(part.true.point[0])


def test_kelleys_true_score_beside_the_sem_interval():
    """.8 x 20 + .2 x 18 = 19.6; SE 4 sqrt(.8 x .2) = 1.6; SEM 4 sqrt(.2) = 1.789."""
    part = standing(ONE, norm=EVERYONE, level=0.9)["eis_total"]
    z = stats.norm.ppf(0.95)
    assert part.true.point[0] == pytest.approx(19.6)
    assert part.true.high[0] - 19.6 == pytest.approx(z * 1.6)
    assert part.score_high[0] - 20 == pytest.approx(z * 4 * np.sqrt(0.2))
    assert {"eis_total_true", "eis_total_true_low", "eis_total_stanine", "eis_total_low"} <= set(part.data())
    unknown = standing(ONE, norm=norm("n", figures={"reliability": None}))["eis_total"]
    assert unknown.true is None or unknown.error.reliability is not None


@pytest.mark.slow
def test_both_intervals_cover_a_true_score_as_often_as_they_say():
    rng = np.random.default_rng(5)
    r, n = 0.8, 200_000
    true = 18 + 4 * np.sqrt(r) * rng.normal(size=n)
    seen = true + 4 * np.sqrt(1 - r) * rng.normal(size=n)
    z = stats.norm.ppf(0.95)
    point, off = r * seen + (1 - r) * 18, z * 4 * np.sqrt(r * (1 - r))
    assert np.mean(np.abs(point - true) < off) == pytest.approx(0.9, abs=0.004)
    assert np.mean(np.abs(seen - true) < z * 4 * np.sqrt(1 - r)) == pytest.approx(0.9, abs=0.004)
    high = seen > 26  # at the ends only Kelley's covers
    assert np.mean(np.abs(point - true)[high] < off) == pytest.approx(0.9, abs=0.01)
    assert np.mean(np.abs(seen - true)[high] < z * 4 * np.sqrt(1 - r)) < 0.87


# --- smoothed percentiles ---------------------------------------------------------------------------------------------


def from_scores(values, **changes):
    values = np.asarray(values, dtype=float)
    return figures(
        n=len(values),
        mean=float(values.mean()),
        sd=float(values.std(ddof=1)),
        quantiles=table_of(values, level=0.9),
        **changes,
    )


def test_smoothing_is_scipys_kernel_estimate_shrunk_to_keep_the_variance():
    rng = np.random.default_rng(3)
    values = np.round(rng.normal(15, 4, size=80))
    own = from_scores(values)
    h = 1.3
    a = np.sqrt(values.var() / (values.var() + h**2))
    shrunk = a * values + (1 - a) * values.mean()
    kde = stats.gaussian_kde(shrunk, bw_method=a * h / shrunk.std(ddof=1))
    at = np.array([8.0, 15, 19])
    ours = smooth_percentiles(at, own, level=0.9, bandwidth=h)
    assert ours.point == pytest.approx([100 * kde.integrate_box_1d(-np.inf, x) for x in at], abs=1e-8)
    grid = np.linspace(-20, 50, 7001)
    density = np.gradient(smooth_percentiles(grid, own, level=0.9, bandwidth=h).point / 100, grid)
    mean = np.trapezoid(density * grid, grid)
    assert mean == pytest.approx(values.mean(), abs=1e-3)
    assert np.trapezoid(density * (grid - mean) ** 2, grid) == pytest.approx(values.var(), rel=1e-3)


@given(st.lists(st.integers(5, 25), min_size=30, max_size=90).filter(lambda v: len(set(v)) > 1))
@settings(max_examples=40, deadline=None)
def test_smoothed_percentiles_rise_and_stay_inside(values):
    found = smooth_percentiles(np.arange(5.0, 26), from_scores(values), level=0.9)
    assert (np.diff(found.point) > -1e-9).all()
    assert ((found.point >= 0) & (found.point <= 100 + 1e-9)).all()
    assert ((found.low <= found.point + 1e-9) & (found.point <= found.high + 1e-9)).all()


def test_a_little_bandwidth_gives_back_the_mid_ranks():
    values = np.random.default_rng(8).integers(5, 26, size=200)
    own, at = from_scores(values), np.arange(5.0, 26)
    assert smooth_percentiles(at, own, level=0.9, bandwidth=1e-3).point == pytest.approx(
        table_percentiles(at, own, level=0.9).point, abs=1e-3
    )


@pytest.mark.slow
def test_smoothing_comes_nearer_to_the_population_than_ranks_do():
    rng = np.random.default_rng(4)
    at, far = np.arange(8.0, 23), {"smooth": 0.0, "rank": 0.0}
    truth = 100 * stats.norm.cdf(at, 15, 4)
    for _ in range(300):
        own = from_scores(np.clip(np.round(rng.normal(15, 4, size=50)), 5, 25))
        far["smooth"] += np.mean((smooth_percentiles(at, own, level=0.9).point - truth) ** 2)
        far["rank"] += np.mean((table_percentiles(at, own, level=0.9).point - truth) ** 2)
    assert far["smooth"] < far["rank"]


def test_a_table_of_chosen_percentiles_is_not_smoothed():
    few = figures(quantiles=(Quantile(score=15, percentile=25), Quantile(score=20, percentile=75)))
    assert smooth_percentiles(np.array([18.0]), few, level=0.9) is None
    assert standing(ONE, norm=norm("n"))["eis_total"].smooth is None


# --- weights ---------------------------------------------------------------------------------------------------------------


def test_weights_of_one_change_nothing_but_the_mark():
    rows = answers(90)
    plain = norms_from(scored(rows), sample="a test").norms[0].scales[0]
    ones = norms_from(scored(rows, more={"w": ["1"] * 90}), sample="a test", weights="w").norms[0].scales[0]
    assert (ones.n, ones.weighted) == (90, True)
    assert (ones.mean, ones.sd) == pytest.approx((plain.mean, plain.sd))
    at = np.arange(5.0, 26)
    assert table_percentiles(at, ones, level=0.9).point == pytest.approx(table_percentiles(at, plain, level=0.9).point)


def test_whole_weights_are_persons_counted_more_than_once():
    rows = answers(80)
    times = np.random.default_rng(2).integers(1, 4, size=80)
    weighted = (
        norms_from(scored(rows, more={"w": [str(t) for t in times]}), sample="a test", weights="w").norms[0].scales[0]
    )
    repeated = norms_from(scored(np.repeat(rows, times, axis=0)), sample="a test").norms[0].scales[0]
    assert weighted.mean == pytest.approx(repeated.mean)
    assert (
        weighted.n
        == int(times.sum() ** 2 / (times**2).sum())
        == effective_n(value_counts(np.zeros(80), times.astype(float)))
    )
    at, values = np.arange(5.0, 26), scored(rows).parts[0].values
    single = {"quantiles": table_of(values, level=0.9, weights=times.astype(float)), "joined": False}
    doubled = {"quantiles": table_of(np.repeat(values, times), level=0.9), "joined": False}
    assert is_whole_table(weighted)
    assert table_percentiles(at, weighted.model_copy(update=single), level=0.9).point == pytest.approx(
        table_percentiles(at, repeated.model_copy(update=doubled), level=0.9).point
    )
    assert weighted.reliability_kind.endswith("not weighted")


def test_weighted_norms_can_be_saved_and_read(tmp_path):
    made = norms_from(scored(answers(80), more={"w": ["0.5", "1.7"] * 40}), sample="a test", weights="w")
    path = made.save(tmp_path / "w.yaml")
    found = standing(ONE, norm=str(path))["eis_total"]
    assert found.figures == made.norms[0].scales[0]
    assert not np.isnan(found.ranks.point[0])
    assert "effective" in made.notes[0]


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (["1", "x"], "no numbers, as 'x' \\(row 1"),
        (["1", "0"], "not above 0"),
        (["1", "-2"], "not above 0"),
        (["", ""], "no weights"),
    ],
)
def test_weights_that_cannot_be(weights, said):
    with pytest.raises(ResponseError, match=said):
        norms_from(scored(answers(40), more={"w": weights * 20}), sample="a test", weights="w")
    with pytest.raises(UnknownNameError):
        norms_from(scored(answers(40)), sample="a test", weights="w")


def test_few_effective_persons_are_refused():
    heavy = ["1000"] + ["1"] * 59
    with pytest.raises(ResponseError, match="effective persons"):
        norms_from(scored(answers(60), more={"w": heavy}), sample="a test", weights="w")


# --- over age ----------------------------------------------------------------------------------------------------------


def aged(n=600, *, slope=0.0, seed=3):
    rng = np.random.default_rng(seed)
    ages = rng.uniform(20, 69, size=n)
    return scored(answers(n, shift=slope * (ages - 45), seed=seed), more={"age": [f"{age:.1f}" for age in ages]})


def test_a_curve_finds_the_line_the_curve_and_the_spread():
    rng = np.random.default_rng(1)
    ages = rng.uniform(20, 70, size=4000)
    flat = curve_of(rng.normal(10, 2, 4000), ages)
    assert flat.degree == 0
    assert flat.at(30)[:2] == pytest.approx((10, 2), abs=0.1)
    line = curve_of(10 + 0.1 * ages + rng.normal(size=4000), ages)
    assert line.degree == 1
    assert line.at(30)[0] == pytest.approx(13, abs=0.1)
    bent = curve_of(10 + 0.01 * (ages - 45) ** 2 + np.exp(0.02 * (ages - 45)) * rng.normal(size=4000), ages)
    assert bent.degree == 2
    for age in (25, 45, 65):
        mean, sd, n = bent.at(age)
        assert mean == pytest.approx(10 + 0.01 * (age - 45) ** 2, abs=0.2)
        assert sd == pytest.approx(np.exp(0.02 * (age - 45)), rel=0.08)
        assert 100 < n < 4000


def test_effective_n_is_that_of_the_mean_at_an_age():
    ages = np.random.default_rng(1).uniform(20, 70, size=500)
    values = 5 + 0.3 * ages + np.random.default_rng(2).normal(size=500)
    curve = curve_of(values, ages)
    line = np.polyfit(ages, values, 1)
    x = np.column_stack([np.ones(500), ages])
    row = np.array([1, 60.0])
    assert curve.at(60)[0] == pytest.approx(np.polyval(line, 60))
    assert curve.at(60)[2] == int(1 / (row @ np.linalg.inv(x.T @ x) @ row))


def test_norms_over_age_are_found_by_age(tmp_path):
    made = continuous_norms(aged(slope=0.03), "age", sample="a test's sample", step=10)
    assert [one.group["age"] for one in made.norms] == ["20-29", "30-39", "40-49", "50-59", "60-69"]
    means = [one.scales[0].mean for one in made.norms]
    assert means == sorted(means)
    assert "in a straight line" in made.notes[0] or "in a curve" in made.notes[0]
    path = made.save(tmp_path / "age.yaml")
    young, old = (standing(ONE, norm=str(path), attributes={"age": age})["eis_total"] for age in (25, 65))
    assert young.percentile[0] > old.percentile[0]
    assert "age 25 in 20-29" in young.why
    beyond = standing(ONE, norm=str(path), attributes={"age": 90})
    assert "not 90" in beyond.refused[0].why


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"step": 0}, "whole number"),
        ({"step": 2.5}, "whole number"),
        ({"sample": " "}, "names its sample"),
    ],
)
def test_what_a_norm_over_age_needs(how, said):
    with pytest.raises(ResponseError, match=said):
        continuous_norms(aged(120), "age", **{"sample": "a test"} | how)
    with pytest.raises(ResponseError, match="100 are needed"):
        continuous_norms(aged(99), "age", sample="a test")
    with pytest.raises(ResponseError, match="do not differ"):
        continuous_norms(scored(answers(120), more={"age": ["30"] * 120}), "age", sample="a test")


# --- replaced ---------------------------------------------------------------------------------------------------------------


def test_renorm_tells_what_moved_and_who_is_read_differently():
    persons = scored([[4] * 5, [3] * 5, [5] * 5, [4, np.nan, np.nan, np.nan, 1]])
    new = norm("newer", figures={"mean": 16.0})
    found = renorm(persons, EVERYONE, new)
    moved = found["eis_total"]
    assert moved.z[:3] == pytest.approx([0.5] * 3)
    old_rank, new_rank = moved.old.percentile, moved.new.percentile
    assert moved.percentile[:3] == pytest.approx((new_rank - old_rank)[:3])
    assert moved.crossed.tolist() == [True, True, False, False]
    assert moved.beyond.tolist()[3] is False
    assert "2 of 3" in str(found)
    assert json.dumps(found.to_dict(), allow_nan=False)
    assert "eis_total_percentile_shift" in found.table().columns
    same = renorm(persons, EVERYONE, EVERYONE)["eis_total"]
    assert np.nanmax(np.abs(same.percentile)) == 0
    assert not same.crossed.any()


def test_renorm_says_which_scores_a_norm_does_not_speak_of():
    found = renorm(ONE, EVERYONE, norm("other", form="now"))
    assert found.parts == ()
    assert "of form now" in str(found)
    with pytest.raises(UnknownNameError):
        found["eis_total"]


def test_norms_over_age_and_a_replaced_norm_take_answers_of_any_kind(tmp_path):
    frame = ims.simulate("eis", 150, seed=1).frame().assign(age=[20 + row % 40 for row in range(150)])
    file = tmp_path / "answers.csv"
    frame.to_csv(file, index=False)
    responses = ims.read_export(frame, "eis")
    kinds = [(frame, "eis"), (file, "eis"), (str(file), ims.load_bank("eis")), (responses, None)]
    scores = ims.score(responses)
    made = ims.continuous_norms(scores, "age", sample="a test").to_dict()["norms"]
    other = norm("newer", figures={"mean": 16.0})
    moved = ims.renorm(scores, EVERYONE, other).to_dict()
    where = ims.standing(scores, norm=EVERYONE).to_dict()["standing"]
    for data, bank in kinds:
        found = ims.continuous_norms(data, "age", bank, sample="a test").to_dict()["norms"]
        assert [one["scales"] for one in found] == [one["scales"] for one in made]
        assert ims.renorm(data, EVERYONE, other, bank).to_dict() == moved
        assert ims.standing(data, bank, norm=EVERYONE).to_dict()["standing"] == where
    coded = frame.assign(eis_1=frame["eis_1"].replace(1, 99))
    blank = ims.continuous_norms(coded, "age", "eis", sample="a test", missing_codes=[99])
    n = blank.norms[0].scales[0].n
    assert n == ims.continuous_norms(frame.mask(coded == 99), "age", "eis", sample="a test").norms[0].scales[0].n
    assert ims.renorm(coded, EVERYONE, other, "eis", missing_codes=[99]).parts


def test_public_names():
    assert inspect.unwrap(ims.renorm) is renorm
    assert inspect.unwrap(ims.norms_from) is norms_from
    assert inspect.unwrap(ims.continuous_norms) is continuous_norms
    assert replace(ONE.parts[0]).column == "eis_total"


# --- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command in a folder that holds a sample and one person; return exit code, stdout, stderr."""
    import pandas as pd

    from intimacy_scales.cli import main

    monkeypatch.chdir(tmp_path)
    sample = pd.DataFrame(answers(240), columns=[f"eis_{j}" for j in range(1, 6)]).astype(int)
    sample.assign(gender=["woman", "man"] * 120, age=[20 + j % 50 for j in range(240)], w=["0.5", "2"] * 120).to_csv(
        "in.csv", index=False
    )
    sample[:3].to_csv("one.csv", index=False)

    def call(*words):
        code = 0
        try:
            main(list(words))
        except SystemExit as stopped:
            code = stopped.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_norms_by_group_weighted_and_over_age_are_found_by_attributes(run, tmp_path):
    code, out, err = run(
        "norms", "in.csv", "--bank", "eis", "--by", "gender", "--weights", "w", "--out", "g.yaml", "--sample", "a test"
    )
    assert code == 0, err
    assert "weighted by w" in out
    code, out, err = run(
        "score", "one.csv", "--bank", "eis", "--norm", "g.yaml", "--attribute", "gender=man", "age=34", "--out", "s.csv"
    )
    assert code == 0, err
    assert "was chosen: it shares gender man" in out
    assert "eis_total_stanine" in (tmp_path / "s.csv").read_text(encoding="utf-8").splitlines()[0]
    code, out, err = run(
        "norms", "in.csv", "--bank", "eis", "--over", "age", "--step", "10", "--out", "a.yaml", "--sample", "a test"
    )
    assert code == 0, err
    code, out, err = run(
        "score", "one.csv", "--bank", "eis", "--norm", "a.yaml", "--attribute", "age=34", "--out", "t.csv"
    )
    assert "age 34 in 30-39" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("norms", "in.csv", "--bank", "eis", "--out", "n.yaml", "--over", "age", "--by", "gender"),
            "one way of making norms",
        ),
        (("norms", "in.csv", "--bank", "eis", "--out", "n.yaml", "--weights", "gender"), "no numbers, as 'woman'"),
        (("score", "in.csv", "--bank", "eis", "--out", "n.yaml.csv", "--attribute", "woman"), "NAME=VALUE"),
        (("report", "in.csv", "--bank", "eis", "prqc", "--out", "n.html", "--sd", "x"), "SCORE=NUMBER"),
    ],
)
def test_the_command_says_what_is_wrong(run, words, said, tmp_path):
    code, _, err = run(*words)
    assert code == 1
    assert said in err
    assert not list(tmp_path.glob("n.*"))


def test_one_sd_for_banks_on_different_metrics_is_a_sentence_in_the_command(run):
    import pandas as pd

    frame = pd.read_csv("in.csv").assign(**{f"tdis_{j}": 2 for j in range(1, 5)})
    frame.to_csv("two.csv", index=False)
    code, _, err = run(
        "report",
        "two.csv",
        "--bank",
        "eis",
        "tdis",
        "--out",
        "n.html",
        "--sd",
        "4",
        "--reliability",
        "0.9",
        "--person",
        "2",
    )
    assert code == 1
    assert "Traceback" not in err
