"""Norms: whose error, where a score stands, norms of one's own."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intimacy_scales as ims
from intimacy_scales.analysis.norms import (
    Difference,
    difference_error,
    difference_reliability,
    error_of,
    norms_from,
    quantile_table,
    standing,
    table_of,
    table_percentiles,
)
from intimacy_scales.analysis.norms.measurement_error import least_spread, rough_errors
from intimacy_scales.analysis.norms.percentile import normal_percentiles, normal_point
from intimacy_scales.bank import load_bank, load_norms
from intimacy_scales.bank.model import Evidence, Norm, NormScale, Quantile
from intimacy_scales.base.errors import BankError, OutputError, ResponseError, UnknownNameError
from intimacy_scales.reading.exports.table import Column, RawTable, Source, text_cells
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores, score_responses
from intimacy_scales.statistics.estimate import half_width
from making import answered

EIS, PAIR, PRQC = load_bank("eis"), load_bank("pair"), load_bank("prqc")
Z90 = 1.6448536269514722


def scored(*parts, native=None, more=None, **how) -> Scores:
    n = parts[0].n_persons
    source = Source(path=None, platform="frame", saw="made by a test", native=native)
    extra = tuple(Column(name=name, cells=text_cells(texts)) for name, texts in (more or {}).items())
    table = RawTable(columns=extra, row_numbers=np.arange(n), set_aside=(), source=source)
    responses = Responses(
        answered=parts, id_column=None, ids=None, row_numbers=np.arange(n), set_aside=(), source=source, table=table
    )
    return score_responses(responses, **how)


def sample_answers(n, *, seed=7, k=5, lo=1, hi=5):
    """Answers of n persons to k items that share one cause."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 1)) + rng.normal(scale=0.8, size=(n, k))
    return np.clip(np.round((lo + hi) / 2 + latent), lo, hi)


def figures(**changes) -> NormScale:
    return NormScale(**{"scale": "total", "n": 120, "mean": 18.0, "sd": 4.0} | changes)


def a_norm(*scales, **changes) -> Norm:
    return Norm(
        **{
            "id": "panel",
            "sample": "120 adults of a panel that a test made up",
            "source": "made by a test",
            "certainty": "computed",
            "scales": scales or (figures(),),
        }
        | changes
    )


# --- measurement error ---------------------------------------------------------------------------------------------


def test_rough_error_is_brennans_on_the_metric_of_the_score():
    # answers 2 3 4 3 3: mean 3, SD sqrt((1 + 1) / 4) = .70711; of the mean .70711 / sqrt(5) = .31623; of the sum x 5
    scores = scored(answered(EIS, [[2, 3, 4, 3, 3]]))
    error = error_of(scores, scores["eis_total"])
    assert error.sem[0] == pytest.approx(1.5811388300841898)
    assert error.rough
    assert error.basis == "own answers"
    assert "rough" in str(error)
    shown = re.search(r"SEM (\d+\.\d\d)(?: to (\d+\.\d\d) \(median \d+\.\d\d\))?", str(error))
    known = error.sem[np.isfinite(error.sem)]
    assert shown[1] == f"{known.min():.2f}"
    assert shown[2] == (f"{known.max():.2f}" if known.max() - known.min() > 0.01 else None)


def test_rough_error_follows_rescaling_reversal_and_missing_answers():
    # PAIR emotional: items 1 7 13r 19 25r 31r on 0-4, sum x 4 = 0-96. Keyed 4 3 (4-1) 2 - (4-3): mean 2.6, five answers
    row = np.full(36, 2.0)
    row[[0, 6, 12, 18, 24, 30]] = [4, 3, 1, 2, np.nan, 3]
    scores = scored(answered(PAIR, [row], form="now"))
    keyed = np.array([4, 3, 3, 2, 1])
    # squares of all six scales over 29 degrees of freedom: those of the five others are 0 (all answers are 2)
    pooled = np.sqrt(((keyed - keyed.mean()) ** 2).sum() / (4 + 5 * 5))
    assert pooled == pytest.approx(0.42346, abs=1e-5)  # below half a step of .5
    expected = 24 * 0.5 / np.sqrt(5)  # a point of the average answer is worth 96 / 4 = 24
    assert error_of(scores, scores["pair_now_emotional"]).sem[0] == pytest.approx(expected)
    assert error_of(scores, scores["pair_now_social"]).sem[0] == pytest.approx(24 * 0.5 / np.sqrt(6))
    row[[1, 7, 13, 19, 25, 31]] = [4, 0, 4, 0, 4, 0]  # social: keyed 4 4 0 0 4 4
    wider = scored(answered(PAIR, [row], form="now"))
    pooled = np.sqrt((((keyed - keyed.mean()) ** 2).sum() + 6 * 4 * 8 / 9) / 29)
    assert error_of(wider, wider["pair_now_emotional"]).sem[0] == pytest.approx(24 * pooled / np.sqrt(5))
    assert error_of(wider, wider["pair_now_sexual"]).sem[0] == pytest.approx(24 * pooled / np.sqrt(6))


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5])
def test_equal_answers_leave_an_error_of_half_a_step_and_a_withheld_score_none(code):
    scores = scored(answered(EIS, [[code] * 5, [1, 2, np.nan, np.nan, 3]]))
    error = error_of(scores, scores["eis_total"])
    assert error.sem[0] == pytest.approx(5 * 0.5 / np.sqrt(5))
    assert np.isnan(error.sem[1])
    assert error.basis == "own answers"


def test_many_options_leave_an_error_of_a_twelfth_of_the_range():
    seven = scored(answered(PRQC, [[4.0] * 18]))  # 1 to 7: half a step is .5, a twelfth of 6 is .5
    bare = PRQC.model_copy(update={"norms": (), "evidence": ()})
    assert least_spread(seven["prqc_love"]) == 0.5
    assert rough_errors(scored(answered(bare, [[4.0] * 18])), seven["prqc_love"])[0] == pytest.approx(0.5 / np.sqrt(3))


def test_the_order_of_sources_norm_sample_user_published():
    many = scored(answered(EIS, sample_answers(60)))
    part = many["eis_total"]
    norm = figures(reliability=0.84, reliability_kind="alpha")
    by_norm = error_of(many, part, norm=norm, norm_name="panel", sd=9.0, reliability=0.5)
    assert by_norm.sem[0] == pytest.approx(1.6)  # 4 sqrt(1 - .84)
    assert by_norm.reliability.whose == "norm panel"
    assert "not used" in by_norm.notes[0]
    by_sample = error_of(many, part, sd=9.0, reliability=0.5)
    assert by_sample.basis == "sample"
    assert by_sample.sd.value == pytest.approx(part.values.std(ddof=1))
    few = scored(answered(EIS, sample_answers(29)))
    by_user = error_of(few, few["eis_total"], sd=9.0, reliability=0.75)
    assert by_user.basis == "user"
    assert by_user.sem[0] == pytest.approx(4.5)  # 9 sqrt(.25)
    one = scored(answered(PRQC, sample_answers(1, k=18, lo=1, hi=7)))
    published = error_of(one, one["prqc_intimacy"])
    carried = PRQC.norms[0]
    entry = next(s for s in carried.scales if s.scale == "intimacy")
    assert published.basis == "published"
    assert published.sem[0] == pytest.approx(entry.sd * np.sqrt(1 - entry.reliability))


def test_sample_alpha_is_the_covariance_formula():
    answers = sample_answers(80, seed=3)
    scores = scored(answered(EIS, answers))
    c = np.cov(answers, rowvar=False)
    alpha = 5 / 4 * (1 - np.trace(c) / c.sum())
    error = error_of(scores, scores["eis_total"])
    assert error.reliability.value == pytest.approx(alpha, abs=1e-12)
    assert error.sem[0] == pytest.approx(answers.sum(axis=1).std(ddof=1) * np.sqrt(1 - alpha))


def test_a_sample_that_contradicts_itself_tells_no_error_and_says_so():
    rng = np.random.default_rng(1)
    first = rng.integers(1, 6, size=(50, 1))
    against = np.hstack([first, 6 - first, first, 6 - first, rng.integers(1, 6, size=(50, 1))])
    scores = scored(answered(EIS.model_copy(update={"evidence": ()}), against))
    error = error_of(scores, scores["eis_total"])
    assert error.rough
    assert "check the keying" in error.notes[0]
    made = norms_from(scores, sample="s").norms[0]
    assert made.scales[0].reliability is None
    assert "check the keying" in made.notes[-1]


def test_a_missing_half_is_filled_in_and_both_owners_are_named():
    one = scored(answered(EIS, [[1, 2, 3, 2, 2]]))
    error = error_of(one, one["eis_total"], norm=figures(), norm_name="panel", reliability=0.91)
    assert error.sem[0] == pytest.approx(1.2)  # the norm's 4, the user's .91
    assert (error.sd.whose, error.reliability.whose) == ("norm panel", "given by the user")
    assert "different samples" in error.notes[0]
    published = error_of(one, one["eis_total"], norm=figures(), norm_name="panel")
    entry = next(e for e in EIS.evidence if e.kind in {"alpha", "internal_consistency"})
    assert published.reliability.value == entry.value
    assert published.sem[0] == pytest.approx(4 * np.sqrt(1 - entry.value))


def test_half_a_pair_alone_gives_no_sem_and_says_so():
    bank = PAIR.model_copy(update={"evidence": ()})
    one = scored(answered(bank, [np.tile([1, 2, 3], 12)], form="now"))
    error = error_of(one, one["pair_now_emotional"], reliability=0.8)
    assert error.rough
    assert "give both" in error.notes[0]


def test_a_published_range_is_no_reliability():
    entry = Evidence(kind="alpha_range", value=(0.7, 0.77), sample="s", source="t", certainty="reported")
    bank = EIS.model_copy(update={"evidence": (entry,)})
    one = scored(answered(bank, [[1, 2, 3, 2, 2]]))
    assert error_of(one, one["eis_total"], sd=4.0).rough


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"reliability": 1.2}, "reliability"),
        ({"reliability": -0.1}, "reliability"),
        ({"sd": 0.0}, "sd"),
        ({"reliability": {"eis_total": 2.0}}, "eis_total"),
        ({"sd": 15.0}, "at most 14.14"),
        ({"sd": {"eis": 4.0}}, "no such score"),
        ({"reliability": float("nan")}, "reliability"),
    ],
)
def test_figures_that_cannot_be_are_refused(given, word):
    one = scored(answered(EIS, [[1, 2, 3, 2, 2]]))
    with pytest.raises(ResponseError, match=word):
        standing(one, norm=None, **given)


def test_one_sd_for_different_metrics_is_refused():
    scores = scored(answered(EIS, [[1, 2, 3, 2, 2]]), answered(PRQC, sample_answers(1, k=18)))
    with pytest.raises(ResponseError, match="2 different metrics"):
        standing(scores, sd=4.0, reliability=0.9)
    given = {"sd": {"eis_total": 4.0}, "reliability": 0.91}
    assert error_of(scores, scores["eis_total"], **given).sem[0] == pytest.approx(1.2)


def test_per_score_figures_go_to_their_score_only():
    rows = [np.tile([1, 2, 3, 0, 4, 2], 6)[::-1]]
    one = scored(answered(PAIR, rows, form="now"))
    given = {"sd": {"pair_now_social": 15.0}, "reliability": {"pair_now_social": 0.64}}
    assert error_of(one, one["pair_now_social"], **given).sem[0] == pytest.approx(9.0)
    assert error_of(one, one["pair_now_emotional"], **given).basis != "user"


# --- differences ---------------------------------------------------------------------------------------------------


def test_difference_of_two_scores():
    assert difference_error(3.0, 4.0) == pytest.approx(5.0)
    inside = Difference(value=8.0, se=5.0, level=0.90)
    assert (inside.low, inside.high) == (pytest.approx(8 - Z90 * 5), pytest.approx(8 + Z90 * 5))
    assert not inside.beyond
    assert Difference(value=8.3, se=5.0, level=0.90).beyond  # 8.3 > 1.645 x 5 = 8.22
    assert not Difference(value=8.3, se=5.0, level=0.95).beyond
    assert not Difference(value=8.3, se=float("nan"), level=0.9).beyond
    assert Difference(value=8.3, se=float("nan"), level=0.9).to_dict()["ci"] == [None, None]


def test_reliability_of_a_difference():
    # facts, 5.3: .726 and .726 correlated .50: (.726 - .5) / (1 - .5) = .452
    assert difference_reliability(0.726, 0.726, 0.5) == pytest.approx(0.452)
    with pytest.raises(ResponseError, match="no variance"):
        difference_reliability(0.8, 0.8, 1.0)


def test_a_gap_takes_the_errors_of_both_forms():
    rng = np.random.default_rng(2)
    now, wish = rng.integers(0, 5, (1, 36)), rng.integers(0, 5, (1, 36))
    scores = scored(answered(PAIR, now, form="now"), answered(PAIR, wish, form="expected"))
    sems = [error_of(scores, scores[f"pair_{form}_social"]).sem[0] for form in ("now", "expected")]
    gap = error_of(scores, scores["pair_gap_social"])
    assert gap.sem[0] == pytest.approx(np.hypot(*sems))
    assert sum("rough" in note for note in gap.notes) == 2


@pytest.mark.parametrize("level", [0.0, 1.0, 90.0, -1.0])
def test_levels_that_cannot_be(level):
    with pytest.raises(ResponseError, match="level"):
        half_width(level)


# --- percentiles ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [5, 20, 117, 2000])
@pytest.mark.parametrize("z", [-2.3, -0.7, 0.0, 1.4])
def test_crawford_garthwaite_against_scipys_distributions(n, z):
    from scipy import optimize, stats

    mean, sd = 18.0, 4.0
    found = normal_percentiles(np.array([mean + z * sd]), mean=mean, sd=sd, n=n, level=0.9)
    assert found.point[0] == pytest.approx(100 * stats.t.cdf(z / np.sqrt((n + 1) / n), n - 1), abs=1e-9)
    here = float(z * np.sqrt(n))
    for end, p in ((found.low[0], 0.95), (found.high[0], 0.05)):
        delta = optimize.brentq(lambda d, p=p: stats.nct.sf(here, n - 1, d) - (1 - p), here - 12, here + 12, xtol=1e-12)
        assert end == pytest.approx(100 * stats.norm.cdf(delta / np.sqrt(n)), abs=1e-3)


def test_at_the_mean_the_interval_is_known_in_closed_form():
    # c = 0: a noncentral t is below 0 with probability Phi(-delta), so delta = -+ 1.645 and the ends are Phi(-+ 1.645 / sqrt(n))
    from scipy.stats import norm

    found = normal_percentiles(np.array([10.0]), mean=10.0, sd=3.0, n=25, level=0.9)
    assert found.point[0] == pytest.approx(50.0)
    assert found.low[0] == pytest.approx(100 * norm.cdf(-Z90 / 5), abs=1e-6)
    assert found.high[0] == pytest.approx(100 * norm.cdf(Z90 / 5), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-60, 60), min_size=2, max_size=12), st.integers(2, 3000))
def test_percentile_never_falls_as_the_score_rises(values, n):
    x = np.sort(np.array(values))
    found = normal_percentiles(x, mean=0.0, sd=15.0, n=n, level=0.9)
    for line in (found.point, found.low, found.high):
        assert (np.diff(line) >= -1e-6).all()
    assert ((found.low <= found.high) & (found.low >= 0) & (found.high <= 100)).all()


@settings(max_examples=30, deadline=None)
@given(st.floats(-3, 3), st.integers(5, 400))
def test_the_norms_interval_widens_as_its_sample_shrinks(z, n):
    width = [
        float(f.high[0] - f.low[0])
        for f in (normal_percentiles(np.array([z]), mean=0.0, sd=1.0, n=size, level=0.9) for size in (n, 2 * n))
    ]
    assert width[0] > width[1]


def test_mid_rank_by_hand():
    # 1 2 2 3: at 2 one of four lies below and two at it: 25 + 50 / 2; between 2 and 3 three lie below; above 3 all
    norm = figures(n=4, mean=2.0, sd=0.8, quantiles=table_of(np.array([2.0, 1.0, 3.0, 2.0]), level=0.9))
    x = np.array([0.5, 1.0, 2.0, 2.5, 3.0, 4.0, np.nan])
    found = table_percentiles(x, norm, level=0.9)
    assert found.point == pytest.approx([0, 12.5, 50, 75, 87.5, 100, np.nan], nan_ok=True)
    assert (found.low[:6] <= found.point[:6]).all()
    assert (found.high[:6] >= found.point[:6]).all()
    assert found.low[0] == 0
    assert found.high[0] == pytest.approx(100 * (1 - 0.05 ** (1 / 4)))  # none of four: 1 - .05^(1/n)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 24), min_size=2, max_size=60))
def test_mid_rank_is_monotone_and_averages_fifty(values):
    x = np.array(values, dtype=float)
    norm = figures(n=len(x), mean=12.0, sd=1.0, quantiles=table_of(x, level=0.9))
    ranks = table_percentiles(x, norm, level=0.9).point
    assert ranks.mean() == pytest.approx(50.0)
    assert (np.diff(table_percentiles(np.arange(25.0), norm, level=0.9).point) >= -1e-9).all()


def test_a_table_of_chosen_percentiles_is_read_in_straight_lines_and_no_further():
    lines = tuple(Quantile(score=s, percentile=p) for s, p in ((10, 10), (14, 25), (18, 50)))
    found = table_percentiles(np.array([8.0, 10.0, 16.0, 19.0]), figures(quantiles=lines), level=0.9).point
    assert found == pytest.approx([np.nan, 10, 37.5, np.nan], nan_ok=True)


def test_order_statistic_interval_of_a_median_by_hand():
    # B(10, 1/2): P(B <= 1) = .011, P(B <= 2) = .055 -> rank 2; P(B <= 7) = .945, P(B <= 8) = .989 -> rank 9
    x = np.arange(1.0, 11.0) * 10
    norm = figures(n=10, quantiles=table_of(x, level=0.9))
    median, extreme = quantile_table(norm, (50.0, 5.0), level=0.9)
    assert (median.score, median.low, median.high) == (50.0, 20.0, 90.0)
    assert extreme.low is None  # ten persons cannot bound the 5th percentile from below


def test_table_merges_rounding_dust_of_prorated_scores():
    table = table_of(np.array([18.0, 17.999999999999996, 18.000000000000004, 12.0]), level=0.9)
    assert [line.score for line in table] == [12.0, 18.0]
    assert [line.percentile for line in table] == [25.0, 100.0]


# --- standing ------------------------------------------------------------------------------------------------------


def test_standing_by_hand():
    one = scored(answered(EIS, [[1, 2, 3, 2, 2]]))  # 10 on 5 to 25; the norm's mean 18, SD 4
    found = standing(one, norm=a_norm(figures(reliability=0.84)))["eis_total"]
    assert found.z[0] == pytest.approx(-2.0)
    assert found.t[0] == pytest.approx(30.0)
    assert found.error.sem[0] == pytest.approx(1.6)
    ends = normal_point(10 + np.array([-1, 1]) * Z90 * 1.6, mean=18.0, sd=4.0, n=120)
    assert [found.error_low[0], found.error_high[0]] == pytest.approx(ends)
    assert found.norm_low[0] < found.percentile[0] < found.norm_high[0]


def test_nothing_is_chosen_when_no_norm_is_named():
    one = scored(answered(PRQC, sample_answers(1, k=18)), answered(EIS, [[1, 2, 3, 2, 2]]))
    found = standing(one)
    assert not found.parts
    why = {part.column: part.why for part in found.refused}
    assert "No norm is published for Emotional Intimacy Scale" in why["eis_total"]
    assert "norms" in why["eis_total"]
    assert all(norm.id in why["prqc_intimacy"] for norm in PRQC.norms)
    assert "No norm is published" in str(found)


def test_a_norm_of_the_bank_by_its_name():
    one = scored(answered(PRQC, sample_answers(1, k=18)), answered(EIS, [[1, 2, 3, 2, 2]]))
    name = PRQC.norms[0].id
    found = standing(one, norm=name)
    assert {part.norm.id for part in found.parts} == {name}
    assert {part.column for part in found.refused} == {"eis_total"} | {
        p.column for p in one.of("prqc") if p.scale.id not in {s.scale for s in PRQC.norms[0].scales}
    }
    with pytest.raises(UnknownNameError, match=name):
        standing(one, norm=name + "x")
    with pytest.raises(UnknownNameError, match="No norm is published"):
        standing(scored(answered(EIS, [[1, 2, 3, 2, 2]])), norm="panel")


@pytest.mark.parametrize(
    ("norm", "why"),
    [
        (a_norm(figures(scale="intimacy")), "no scale total"),
        (a_norm(form="now"), "form now"),
        (a_norm(fingerprint="0123456789abcdef"), "fingerprint"),
    ],
)
def test_norms_that_do_not_fit_are_refused_with_the_reason(norm, why):
    found = standing(scored(answered(EIS, [[1, 2, 3, 2, 2]])), norm=norm)
    assert not found.parts
    assert why in found.refused[0].why


def test_another_form_and_a_gap_have_no_standing():
    rows = sample_answers(1, k=36, lo=0, hi=4)
    scores = scored(answered(PAIR, rows, form="now"), answered(PAIR, rows, form="expected"))
    norm = a_norm(figures(scale="social", mean=60.0, sd=15.0), form="now")
    found = standing(scores, norm=norm)
    assert [part.column for part in found.parts] == ["pair_now_social"]
    why = {part.column: part.why for part in found.refused}
    assert "form now" in why["pair_expected_social"]
    assert "own wish" in why["pair_gap_social"]


def test_scores_on_another_metric_are_refused():
    found = standing(scored(answered(EIS, [[1, 2, 3, 2, 2]]), combine="mean"), norm=a_norm())
    assert "metric" in found.refused[0].why


def test_per_person_columns_keep_frame_type_rows_and_withheld_scores():
    import polars as pl

    native = pl.DataFrame({"who": ["a", "b", "c"]})
    scores = scored(answered(EIS, [[1, 2, 3, 2, 2], [np.nan] * 5, [5, 5, 5, 5, 5]]), native=native)
    table = standing(scores, norm=a_norm(figures(reliability=0.9))).table()
    assert isinstance(table, pl.DataFrame)
    assert table["eis_total_t"].to_list() == [pytest.approx(30.0), None, pytest.approx(67.5)]
    assert table["eis_total_percentile"][1] is None


def test_standing_is_json_safe_and_printed():
    one = scored(answered(EIS, [[1, 2, 3, 2, 2]]))
    found = standing(one, norm=a_norm(figures(reliability=0.84)))
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["standing"]["eis_total"]["t"] == [30.0]
    assert told["standing"]["eis_total"]["norm"]["sample"].startswith("120 adults")
    assert "30.0" in str(found)
    assert "<table>" in found._repr_html_()


# --- norms of one's own --------------------------------------------------------------------------------------------


def local(n=130, by=("gender",), genders="fm", **how):
    answers = sample_answers(n, seed=11)
    scores = scored(answered(EIS, answers), more={"gender": [genders[i % len(genders)] for i in range(n)]})
    return scores, norms_from(scores, by=by, sample="a sample that a test made up", year=2024, **how)


def test_figures_of_a_local_norm():
    scores, made = local()
    x = scores["eis_total"].values
    whole, women, men = (norm.scales[0] for norm in made.norms)
    assert (whole.n, whole.mean, whole.sd) == (130, pytest.approx(x.mean()), pytest.approx(x.std(ddof=1)))
    assert (women.n, men.n) == (65, 65)
    assert women.mean == pytest.approx(x[::2].mean())
    assert made.norms[1].group == {"gender": "f"}
    assert whole.quantiles[-1].percentile == 100
    assert "small" not in " ".join(made.norms[0].notes)
    assert "small" in made.norms[1].notes[0]
    assert made.norms[0].year == 2024
    assert "at least 4 answered" in made.norms[0].missing
    assert json.dumps(made.to_dict(), allow_nan=False)
    assert "small" in str(made)


def test_groups_under_thirty_are_refused_and_said():
    _, made = local(n=89, genders="ffm")
    assert [norm.id for norm in made.norms] == ["everyone", "gender_f"]
    assert made.refused[0].why == "29 scored persons; 30 are needed"
    assert "refused" in str(made)
    with pytest.raises(ResponseError, match="29 scored persons"):
        local(n=29, by=())


def test_what_a_norm_needs():
    scores, _ = local()
    for how, word in (({"sample": " "}, "sample"), ({"sample": "s", "min_n": 10}, "min_n")):
        with pytest.raises(ResponseError, match=word):
            norms_from(scores, **how)
    with pytest.raises(UnknownNameError, match="gender"):
        norms_from(scores, sample="s", by=["gendre"])
    same = scored(answered(EIS, np.full((40, 5), 3)))
    with pytest.raises(ResponseError, match="equal"):
        norms_from(same, sample="s")
    with pytest.raises(ResponseError, match="metric"):
        norms_from(scored(answered(EIS, sample_answers(50)), combine="mean"), sample="s")
    two = scored(answered(EIS, sample_answers(50)), answered(PRQC, sample_answers(50, k=18)))
    with pytest.raises(ResponseError, match="say which bank"):
        norms_from(two, sample="s")
    assert norms_from(two, "eis", sample="s").bank.id == "eis"


def test_blank_groups_belong_to_nobody():
    scores = scored(answered(EIS, sample_answers(80)), more={"g": ["a", ""] * 40})
    made = norms_from(scores, sample="s", by=["g"])
    assert [norm.scales[0].n for norm in made.norms] == [80, 40]
    assert "40 rows" in made.notes[0]


def test_thirty_are_enough_and_crossed_groups_need_every_value():
    assert local(n=30, by=())[1].norms[0].scales[0].n == 30
    scores = scored(answered(EIS, sample_answers(120)), more={"g": ["a", "a", "b"] * 40, "h": ["x", "", "y"] * 40})
    made = norms_from(scores, sample="s", by=["g", "h"])
    assert [dict(norm.group) for norm in made.norms] == [{}, {"g": "a", "h": "x"}, {"g": "b", "h": "y"}]
    assert "40 rows" in made.notes[0]


def test_a_norm_file_is_usable_at_once(tmp_path):
    scores, made = local()
    file = made.save(tmp_path / "norms.yaml")
    assert load_norms(file, EIS) == made.norms
    by_file, by_hand = standing(scores, norm=str(file)), standing(scores, norm=made.norms)
    assert np.array_equal(by_file["eis_total"].percentile, by_hand["eis_total"].percentile)
    assert by_file["eis_total"].norm.id == "everyone"
    assert "gender_f" in by_file.notes[0]
    women = standing(scores, norm=f"{file}#gender_f")["eis_total"]
    assert women.norm.group == {"gender": "f"}
    assert np.nanmean(by_file["eis_total"].ranks.point) == pytest.approx(50)
    assert by_file["eis_total"].error.basis == "norm"
    with pytest.raises(UnknownNameError, match="gender_f"):
        standing(scores, norm=f"{file}#gender_x")
    with pytest.raises(OutputError, match="exists"):
        made.save(file)


def test_a_norm_file_of_another_bank_or_state_is_refused(tmp_path):
    scores, made = local()
    file = made.save(tmp_path / "norms.yaml")
    other = scored(answered(PRQC, sample_answers(1, k=18)))
    with pytest.raises(ResponseError, match="'eis'"):
        standing(other, norm=file)
    stricter = EIS.model_copy(update={"scales": (EIS.scales[0].model_copy(update={"min_answered": 5}),)})
    found = standing(scored(answered(stricter, [[1, 2, 3, 2, 2]])), norm=file)
    assert "fingerprint" in found.refused[0].why
    with pytest.raises(BankError, match="no such file"):
        standing(scores, norm=tmp_path / "none.yaml")


def test_forms_and_partners_get_norms_of_their_own(tmp_path):
    rows = [sample_answers(40, k=36, lo=0, hi=4, seed=s) for s in (1, 2, 3)]
    scores = scored(answered(PAIR, rows[0], form="now"), answered(PAIR, rows[1], form="expected"))
    made = norms_from(scores, sample="s")
    assert [norm.form for norm in made.norms] == ["now", "expected"]
    found = standing(scores, norm=made.save(tmp_path / "pair.yaml"))
    assert {part.norm.form for part in found.parts} == {"now", "expected"}
    couples = scored(
        answered(EIS, sample_answers(40), partner="a"), answered(EIS, sample_answers(40, seed=9), partner="b")
    )
    assert [dict(norm.group) for norm in norms_from(couples, sample="s").norms] == [{"partner": "a"}, {"partner": "b"}]


def test_results_are_frozen_and_inputs_untouched():
    scores, made = local()
    before = [a.copy() for a in scores.responses.answered[0].answers]
    found = standing(scores, norm=made.norms)
    assert all(np.array_equal(a, b) for a, b in zip(before, scores.responses.answered[0].answers, strict=True))
    with pytest.raises(AttributeError):
        found.level = 0.5
    assert replace(found, level=0.5).level == 0.5


# --- coverage ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("z", [-1.8, -0.5, 0.9])
def test_crawford_garthwaite_interval_covers_as_often_as_it_says(z):
    from scipy.stats import norm

    rng, n, runs = np.random.default_rng(5), 15, 4000
    samples = rng.normal(size=(runs, n))
    true = 100 * norm.cdf(z)
    inside = 0
    for row in samples:
        found = normal_percentiles(np.array([z]), mean=float(row.mean()), sd=float(row.std(ddof=1)), n=n, level=0.9)
        inside += bool(found.low[0] <= true <= found.high[0])
    assert inside / runs == pytest.approx(0.90, abs=0.015)  # three standard errors: 3 sqrt(.9 x .1 / 4000) = .014


@pytest.mark.slow
def test_order_statistic_interval_covers_at_least_as_often_as_it_says():
    rng, runs = np.random.default_rng(6), 2000
    true, inside = np.log(4 / 3), 0  # the 25th percentile of the exponential distribution
    for _ in range(runs):
        x = rng.exponential(size=60)
        norm = figures(n=60, quantiles=table_of(x, level=0.9))
        (quarter,) = quantile_table(norm, (25.0,), level=0.9)
        inside += quarter.low <= true <= quarter.high
    assert inside / runs >= 0.88


# --- nobody stands alone in a norm file --------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(5, 25), min_size=30, max_size=200).filter(lambda scores: len(set(scores)) > 1))
def test_no_line_of_a_norm_file_tells_of_fewer_than_five(scores):
    values = np.array(scores, dtype=float)
    table = table_of(values, level=0.9, least=5)
    persons = np.diff([0.0, *(line.percentile for line in table)]) * len(values) / 100
    assert persons.min() > 4.999
    assert table[-1].percentile == pytest.approx(100)


def test_every_score_of_a_step_has_the_percentile_of_the_step():
    values = np.array([5.0, 6, 7, 8, 9] * 2 + [20.0] * 10)
    figures = NormScale(
        scale="total", n=20, mean=13.5, sd=6.5, quantiles=table_of(values, level=0.9, least=5), joined=True
    )
    assert [line.score for line in figures.quantiles] == [7, 20]
    at = np.array([4.0, 5, 7, 8, 19, 20, 21])
    assert table_percentiles(at, figures, level=0.9).point == pytest.approx([15, 15, 15, 65, 65, 65, 100])


def test_a_norm_file_names_no_input_file_unasked(tmp_path):
    frame = pd.DataFrame({f"eis_{i}": [1 + (row * i) % 5 for row in range(40)] for i in range(1, 6)})
    path = tmp_path / "anna_and_bert.csv"
    frame.to_csv(path, index=False)
    assert "anna" not in ims.norms_from(path, "eis", sample="40 adults").dumps()


def test_groups_are_crossed_in_the_order_of_their_values_with_their_own_rows():
    import pandas as pd

    from intimacy_scales.analysis.norms.sample import groups_of

    frame = pd.DataFrame({f"eis_{j}": [4] * 6 for j in range(1, 6)})
    frame["city"] = ["Wien", "Graz", " Wien ", None, "Graz", "Wien"]
    frame["wave"] = [2, 10, 2, 1, 10, None]
    found = groups_of(ims.score(frame, "eis"), ["city", "wave"])
    assert [(dict(one.values), one.rows.tolist()) for one in found.groups] == [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"city": "Graz", "wave": "10"}, [1, 4]),
        ({"city": "Wien", "wave": "2"}, [0, 2]),
    ]
    assert found.blank == 2
    assert [one.name for one in groups_of(ims.score(frame, "eis"), ["wave"]).groups][1:] == [
        "wave 1", "wave 10", "wave 2",
    ]  # fmt: skip
