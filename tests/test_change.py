"""Change: agreement of two occasions, reliable change by five methods, joining, occasions, trends, words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import intimacy_scales as ims
from intimacy_scales.analysis.change import (
    Population,
    TwoOccasions,
    bland_altman,
    change_over_time,
    change_reliability,
    cutoff_of,
    days_of,
    edwards_nunnally,
    gulliksen_lord_novick,
    hageman_arrindell,
    jacobson_truax,
    practice_adjusted,
    reliable_change,
    retest_of,
    sem_of,
    smallest_detectable,
    times_of,
    trends_of,
)
from intimacy_scales.bank import load_bank
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.statistics.correlation import double_entry, partial, pearson, r_test
from intimacy_scales.statistics.effect_sizes import noncentral_ends
from intimacy_scales.statistics.icc import MCGRAW_WONG, icc_table, mean_squares
from intimacy_scales.statistics.paired import paired_difference
from intimacy_scales.statistics.shares import share
from making import scale_like, small_bank, vouched

HERE = Path(__file__).parent
SCALE_OF_ONE = {"id": "total", "name": "Total", "items": (1,), "combine": "sum", "min_answered": 1,
                "min_answered_source": "ours", "missing": "none", "range": (1, 5), "higher_means": "more"}  # fmt: skip
CASE_OF_ONE = {"name": "top", "source": "made for tests", "answers": {"-": (5,)}, "scores": {"total": 5}}
FILE = HERE / "reference" / "eis_retest.csv"
FIGURES = json.loads((HERE / "reference" / "retest.json").read_text(encoding="utf-8"))
EIS, PAIR, TDIS = load_bank("eis"), load_bank("pair"), load_bank("tdis")
ITEMS = [f"eis_{j}" for j in range(1, 6)]


def eis_frame(rows, ids, **more):
    return pd.DataFrame(rows, columns=ITEMS).assign(id=ids, **more)


def both_occasions():
    wide = pd.read_csv(FILE)
    halves = [wide[[f"{item}_{time}" for item in ITEMS]].set_axis(ITEMS, axis=1) for time in ("t1", "t2")]
    ids = [f"{n:03d}" for n in range(len(wide))]
    return [half.assign(id=ids) for half in halves]


def everyone(total):
    """Five answers that make this EIS total."""
    low = total // 5
    return [low + (j < total - 5 * low) for j in range(5)]


# --- agreement of two occasions ------------------------------------------------------------------------------------


def test_retest_figures_are_those_of_r():
    found = change_over_time(FILE, EIS)["eis_total"]
    r = found.retest
    assert r.r.value == pytest.approx(FIGURES["pearson"], abs=1e-9)
    assert r.sem_r / 5 == pytest.approx(FIGURES["sem_from_r"], abs=1e-9)
    assert found.sem == pytest.approx(r.sd_before * np.sqrt(1 - 0.85))  # the published retest goes before the sample's
    assert r.sd_before / 5 == pytest.approx(FIGURES["sd_t1"], abs=1e-9)
    assert len(r.icc) == 6
    for theirs in FIGURES["icc"]:
        ours = r.icc[theirs["type"]]
        assert ours.value == pytest.approx(theirs["ICC"], abs=1e-9)
        assert (ours.low, ours.high) == pytest.approx((theirs["lower bound"], theirs["upper bound"]), abs=1e-9)
        assert (ours.f, ours.df1, ours.df2) == pytest.approx((theirs["F"], theirs["df1"], theirs["df2"]))
        assert ours.p == pytest.approx(theirs["p"], rel=1e-6)


def test_icc_of_shrout_and_fleiss():
    judged = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
    )
    found = {name: round(icc.value, 2) for name, icc in icc_table(judged).items()}
    assert found == {"ICC1": 0.17, "ICC2": 0.29, "ICC3": 0.71, "ICC1k": 0.44, "ICC2k": 0.62, "ICC3k": 0.91}


@pytest.mark.filterwarnings("ignore")
def test_icc_agrees_with_pingouin_to_the_digits_it_keeps():
    import pingouin as pg

    rng = np.random.default_rng(3)
    table = rng.normal(size=(25, 1)) + rng.normal(scale=0.7, size=(25, 3)) + np.array([0, 0.3, 0.6])
    frame = pd.DataFrame(table).reset_index().melt(id_vars="index")
    theirs = pg.intraclass_corr(frame, targets="index", raters="variable", ratings="value")
    by_name = theirs.set_index("Type")
    ours = icc_table(table)
    for name, also in MCGRAW_WONG.items():
        row = by_name.loc[also if also in by_name.index else name]
        ends = row["CI95"] if "CI95" in by_name.columns else row["CI95%"]
        assert ours[name].value == pytest.approx(row["ICC"], abs=1e-9)
        assert [ours[name].low, ours[name].high] == pytest.approx(list(ends), abs=0.006)


def test_icc_leaves_out_incomplete_rows_and_knows_its_limits():
    table = np.array([[1, 2], [3, np.nan], [4, 5], [2, 2], [5, 3]], dtype=float)
    whole = table[~np.isnan(table).any(axis=1)]
    assert icc_table(table)["ICC2"] == icc_table(whole)["ICC2"]
    for nothing in (table[:2], np.ones((9, 2))):
        found = icc_table(nothing)
        assert list(found) == list(MCGRAW_WONG)
        assert all(np.isnan(icc.value) and str(icc) == "-" for icc in found.values())
    perfect = icc_table(np.column_stack([np.arange(5.0), np.arange(5.0)]))
    assert all(icc.value == pytest.approx(1) and icc.low == pytest.approx(1) for icc in perfect.values())


@given(st.integers(0, 10_000), st.floats(-50, 50), st.floats(0.1, 9))
@settings(max_examples=30, deadline=None)
def test_icc_is_invariant_under_a_linear_map_and_consistency_ignores_a_shift(seed, shift, stretch):
    table = np.random.default_rng(seed).normal(size=(12, 2)) + np.arange(12)[:, None] / 4
    plain, mapped = icc_table(table), icc_table(shift + stretch * table)
    moved = icc_table(table + np.array([0.0, shift]))
    for name in plain:
        assert mapped[name].value == pytest.approx(plain[name].value, abs=1e-7)
    assert moved["ICC3"].value == pytest.approx(plain["ICC3"].value, abs=1e-7)
    assert mean_squares(table).sem_consistency >= 0


def test_pearson_and_its_interval():
    rng = np.random.default_rng(1)
    x = rng.normal(size=40)
    y = x + rng.normal(size=40)
    theirs = stats.pearsonr(x, y)
    ends = theirs.confidence_interval(0.95)
    ours = pearson(x, y)
    assert (ours.value, ours.low, ours.high) == pytest.approx((theirs.statistic, ends.low, ends.high), abs=1e-9)
    assert np.isnan(pearson(np.ones(5), np.arange(5.0)).value)
    assert np.isnan(pearson(np.arange(3.0), np.array([1.0, 3, 2])).low)


def test_bland_altman_by_hand():
    before, after = np.array([10.0, 12, 14, 16]), np.array([11.0, 12, 16, 17])
    found = bland_altman(before, after)
    assert found.bias.value == pytest.approx(1.0)
    sd = np.std([1, 0, 2, 1], ddof=1)
    assert found.upper.value == pytest.approx(1 + 1.959964 * sd, abs=1e-5)
    t = stats.t.ppf(0.975, 3)
    assert found.bias.high == pytest.approx(1 + t * sd / 2)
    assert found.upper.high - found.upper.value == pytest.approx(t * sd * np.sqrt(1 / 4 + 1.959964**2 / 6), rel=1e-6)


def test_three_pairs_are_the_least():
    assert retest_of(np.array([1.0, 2, np.nan]), np.array([1.0, 3, 2])) is None


@pytest.mark.slow
def test_intervals_of_icc_r_and_effects_cover_as_often_as_they_say():
    """True ICC .6, true dz and dav known: 95 % of the intervals must hold them."""
    rng = np.random.default_rng(12)
    rounds, n, held = 4000, 40, {"ICC1": 0, "ICC2": 0, "ICC3": 0, "r": 0, "dav": 0, "dz": 0}
    for _ in range(rounds):
        table = np.sqrt(0.6) * rng.normal(size=(n, 1)) + np.sqrt(0.4) * rng.normal(size=(n, 2))
        found = retest_of(table[:, 0], table[:, 1])
        for name in ("ICC1", "ICC2", "ICC3"):
            held[name] += found.icc[name].low <= 0.6 <= found.icc[name].high
        held["r"] += found.r.low <= 0.6 <= found.r.high
        moved = paired_difference(table[:, 1] + 0.5, table[:, 0])
        held["dav"] += moved.dav.low <= 0.5 <= moved.dav.high
        held["dz"] += moved.dz.low <= 0.5 / np.sqrt(0.8) <= moved.dz.high
    for name, count in held.items():
        assert count / rounds == pytest.approx(0.95, abs=0.012), name


# --- reliable change, person by person -----------------------------------------------------------------------------


def test_jacobson_truax_example():
    """Their example: before 32.5, after 47.5, SD 7.5, reliability .80: SE of measurement 3.35, of a difference 4.74, RC 3.16."""
    assert sem_of(7.5, 0.80) == pytest.approx(3.35, abs=0.005)
    assert np.sqrt(2) * sem_of(7.5, 0.80) == pytest.approx(4.74, abs=0.005)
    assert jacobson_truax(np.array([32.5]), np.array([47.5]), sd=7.5, reliability=0.8)[0] == pytest.approx(
        3.16, abs=0.005
    )


@pytest.mark.parametrize(
    ("r", "sem", "difference", "change"),
    [
        (0.88, 0.3464, 0.4899, 0.9602),
        (0.85, 0.3873, 0.5477, 1.0735),
        (0.70, 0.5477, 0.7746, 1.5182),
        (0.726, 0.5235, 0.7403, 1.4509),
        (0.77, 0.4796, 0.6782, 1.3293),
        (0.80, 0.4472, 0.6325, 1.2396),
    ],
)
def test_the_table_of_least_reliable_changes_per_sd(r, sem, difference, change):
    assert sem_of(1, r) == pytest.approx(sem, abs=5e-5)
    assert np.sqrt(2) * sem_of(1, r) == pytest.approx(difference, abs=5e-5)
    assert smallest_detectable(sem_of(1, r)) == pytest.approx(change, abs=1.01e-4)


def test_the_other_four_by_hand():
    before, after = np.array([20.0]), np.array([30.0])
    # expected second score: 40 + .8 (20 - 40) = 24
    assert edwards_nunnally(before, after, sd=10, reliability=0.8, mean=40)[0] == pytest.approx(6 / (10 * 0.2**0.5))
    assert gulliksen_lord_novick(before, after, sd=10, reliability=0.8, mean=40)[0] == pytest.approx(6 / (10 * 0.6))
    sample = TwoOccasions(mean_before=40, mean_after=44, sd_before=10, sd_after=12, r=0.5)
    sem = sem_of(10, 0.8)
    spread = 100 + 144 - 2 * 0.5 * 120
    r11, r22 = 1 - sem**2 / 100, 1 - sem**2 / 144
    by_parts = (r11 * 100 + r22 * 144 - 2 * 0.5 * 120) / spread
    assert change_reliability(sample, sem=sem) == pytest.approx(by_parts)
    wanted = (10 * by_parts + 4 * (1 - by_parts)) / (np.sqrt(by_parts) * np.sqrt(2) * sem)
    assert hageman_arrindell(before, after, sem=sem, sample=sample)[0] == pytest.approx(wanted)
    assert practice_adjusted(before, after, sem_before=3, sem_after=4, practice=5)[0] == pytest.approx(1.0)


def test_no_error_means_no_index():
    assert np.isnan(jacobson_truax(np.array([1.0]), np.array([9.0]), sd=5, reliability=1.0)[0])
    alike = TwoOccasions(mean_before=0, mean_after=0, sd_before=1, sd_after=1, r=0.9)
    assert np.isnan(hageman_arrindell(np.array([0.0]), np.array([1.0]), sem=1.0, sample=alike)[0])


@given(st.floats(5, 25), st.floats(5, 25), st.floats(0.05, 0.95), st.floats(1, 8))
def test_swapping_before_and_after_turns_the_sign(x, y, r, sd):
    a, b = np.array([x]), np.array([y])
    assert jacobson_truax(a, b, sd=sd, reliability=r)[0] == pytest.approx(
        -jacobson_truax(b, a, sd=sd, reliability=r)[0]
    )


@pytest.mark.slow
def test_five_in_a_hundred_without_true_change_are_called_changed():
    rng = np.random.default_rng(9)
    true = rng.normal(size=200_000) * np.sqrt(0.8)
    before, after = (true + rng.normal(size=true.size) * np.sqrt(0.2) for _ in range(2))
    rate = np.mean(np.abs(jacobson_truax(before, after, sd=1, reliability=0.8)) > 1.96)
    assert rate == pytest.approx(0.05, abs=0.002)
    lord = np.mean(np.abs(gulliksen_lord_novick(before, after, sd=1, reliability=0.8, mean=0)) > 1.96)
    assert lord == pytest.approx(0.05, abs=0.002)


# --- whose reliability ----------------------------------------------------------------------------------------------


def test_the_users_figures_go_first_and_the_others_are_named():
    found = change_over_time(FILE, EIS, sd=4.0, reliability=0.9)["eis_total"].used
    assert (found.kind, found.reliability.value, found.sd.value) == ("user", 0.9, 4.0)
    assert len(found.not_used) == 4


def test_published_retest_before_alpha_before_the_samples_own_correlation():
    part = change_over_time(FILE, EIS)["eis_total"]
    assert part.used.kind == "published retest"
    assert "test-retest before alpha" in part.used.why
    assert any("taken for a like interval: say interval" in note for note in part.notes)
    assert [one.split(" ")[0] for one in part.used.not_used] == ["alpha", "internal-consistency", "test-retest"]
    said = part.to_dict()["reliability_used"]
    assert (said["value"], said["what"]) == (0.85, "test_retest")
    assert said["whose"].startswith("published: women with rheumatoid arthritis")
    assert said["why"]
    far = change_over_time(FILE, EIS, interval="2 years")["eis_total"].used
    assert far.kind == "sample alpha"
    assert far.reliability.value == pytest.approx(
        ims.reliability(both_occasions()[0], EIS, bootstrap=0)["eis.total"].alpha.value
    )


TREATED = HERE / "reference" / "eis_treated.csv"


def test_treated_persons_do_not_make_their_own_reliability():
    """Their before-after r of .48 hid change: 43 improved; with the published retest 60 did (shared case tx)."""
    part = change_over_time(TREATED, EIS)["eis_total"]
    assert part.retest.r.value == pytest.approx(0.478, abs=0.0005)
    assert part.used.reliability.value == 0.85
    assert [part.classes.count(one) for one in ("improved", "deteriorated", "no clear change")] == [60, 1, 19]
    assert not any("Hageman" in note for note in part.notes)


def test_the_samples_own_correlation_only_where_no_alpha_exists():
    bank = small_bank(items=small_bank().items[:1], scales=(SCALE_OF_ONE,), cases=(CASE_OF_ONE,))
    rng = np.random.default_rng(2)
    before = rng.integers(1, 6, 60).astype(float)
    after = np.clip(before + rng.integers(-1, 2, 60), 1, 5)
    used = reliable_change(vouched(bank, before[:, None]), vouched(bank, after[:, None]), by_row=True)[
        "small_total"
    ].used
    assert used.kind == "sample retest"
    assert used.reliability.value == pytest.approx(np.corrcoef(before, after)[0, 1])
    ratio = after.std(ddof=1) / before.std(ddof=1)
    assert f"SD after over SD before {ratio:.2f}" in used.why


def test_untreated_persons_tell_reliability_and_practice():
    part = change_over_time(TREATED, EIS, untreated=FILE, indices=True)["eis_total"]
    calm = change_over_time(FILE, EIS)["eis_total"].retest
    assert part.used.kind == "untreated retest"
    assert part.used.reliability.value == calm.r.value
    assert part.sem == pytest.approx(calm.sd_before * np.sqrt(1 - calm.r.value))
    adjusted = next(one for one in part.indices if one.method == "practice_adjusted")
    gain = calm.mean_after - calm.mean_before
    second = part.retest.sd_after * np.sqrt(1 - calm.r.value)
    np.testing.assert_allclose(adjusted.values, (part.after - part.before - gain) / np.hypot(part.sem, second))
    assert change_over_time(TREATED, EIS, untreated=FILE, reliability=0.9)["eis_total"].used.kind == "user"
    few = pd.read_csv(FILE).head(20)
    assert change_over_time(TREATED, EIS, untreated=few)["eis_total"].used.kind == "published retest"


def test_a_published_reliability_goes_with_the_sd_of_its_sample():
    entry = EIS.evidence[1].model_copy(update={"sd": 4.4})
    bank = EIS.model_copy(update={"evidence": (EIS.evidence[0], entry)})
    part = change_over_time(TREATED, bank)["eis_total"]
    assert part.used.sd.value == 4.4
    assert part.used.sd.whose == part.used.reliability.whose
    assert not any("different samples" in note for note in part.notes)
    plain = change_over_time(TREATED, EIS)["eis_total"]
    assert plain.used.sd.value == pytest.approx(plain.retest.sd_before)
    assert any("different samples" in note for note in plain.notes)


def test_an_sd_on_another_metric_is_doubted():
    assert any("is it on another metric?" in note for note in change_over_time(FILE, EIS, sd=0.7)["eis_total"].notes)
    assert any("is it on another metric?" in note for note in change_over_time(TREATED, EIS, sd=13)["eis_total"].notes)
    assert not any("metric" in note for note in change_over_time(FILE, EIS, sd=5.0)["eis_total"].notes)


def test_the_other_indices_are_shown_when_asked_for_and_always_held():
    plain, more = (change_over_time(FILE, EIS, indices=one)["eis_total"] for one in (False, True))
    assert "Hageman" not in str(plain)
    assert "Hageman-Arrindell" in str(more)
    assert plain.to_dict()["persons"] == more.to_dict()["persons"]
    assert "hageman_arrindell" in plain.to_dict()["persons"][0]


def test_the_same_file_twice_gives_figures_and_says_so():
    before, _ = both_occasions()
    found = reliable_change(before, before, EIS)["eis_total"]
    assert (found.retest.r.value, found.retest.icc["ICC2"].value) == (1, 1)
    assert set(found.classes) == {"no clear change"}
    assert "nobody's score changed at all: is the second occasion a copy of the first?" in found.notes
    assert "nan" not in str(found).casefold() + found.apa().casefold()
    moved = before.copy()
    moved[ITEMS] = moved[ITEMS].clip(upper=4) + 1
    clipped = before.copy()
    clipped[ITEMS] = clipped[ITEMS].clip(upper=4)
    shifted = reliable_change(clipped, moved, EIS)["eis_total"]
    assert shifted.retest.r.value == 1
    assert "the two occasions correlate 1: is the second made from the first?" in shifted.notes


def test_better_is_what_the_bank_says():
    for better, word in (
        ("higher", "improved"),
        ("lower", "deteriorated"),
        ("neither", "reliably higher"),
        (None, "reliably higher"),
    ):
        bank = scale_like(EIS, better=better)
        part = reliable_change([2] * 5, [5] * 5, bank, sd=4.0, reliability=0.85)["eis_total"]
        assert part.classes == (word,)
        assert part.to_dict()["persons"][0]["class"] == word
        assert (word in part.shares) or better == "lower"


def test_a_level_other_than_that_of_the_criterion_is_said():
    assert "|RC| > 1.96 is a 95 % rule; the intervals beside it are 90 %" in str(change_over_time(FILE, EIS, level=0.9))
    assert "rule; the intervals" not in str(change_over_time(FILE, EIS))


@pytest.mark.parametrize(
    ("interval", "kind", "value"),
    [
        (None, "published retest", 0.85),
        ("5 weeks", "published retest", 0.85),
        ("2 months", "published retest", 0.85),
        ("2 days", "published alpha", 0.88),
        ("1 year", "published alpha", 0.88),
    ],
)
def test_a_published_retest_counts_for_a_like_interval(interval, kind, value):
    found = reliable_change([2, 3, 2, 3, 2], [4, 4, 5, 4, 4], EIS, sd=4.0, interval=interval)["eis_total"]
    assert (found.used.kind, found.used.reliability.value) == (kind, value)
    assert found.rci[0] == pytest.approx(9 / (4 * np.sqrt(2) * np.sqrt(1 - value)))
    if kind == "published alpha":
        assert "not like" in " ".join(found.used.not_used)
        assert "liberal" in found.used.why


def test_without_an_sd_nothing_is_invented():
    found = reliable_change([2, 3, 2, 3, 2], [4, 4, 5, 4, 4], EIS)
    part = found["eis_total"]
    assert part.used is None
    assert part.classes == (None,)
    assert part.to_dict()["persons"][0]["rci"] is None
    assert "no SD" in str(found)
    assert "(sd, reliability)" in str(found)


def test_few_persons_tell_neither_reliability_nor_sd():
    before, after = both_occasions()
    part = reliable_change(before[:20], after[:20], EIS)["eis_total"]
    assert part.used is None
    assert part.retest.n == 20
    assert "20 persons" in part.notes[0]
    assert reliable_change(before[:30], after[:30], EIS)["eis_total"].used.kind == "published retest"


def test_a_sample_whose_occasions_do_not_hang_together_falls_back():
    before, after = both_occasions()
    turned = after.copy()
    turned[ITEMS] = 6 - turned[ITEMS]
    part = reliable_change(before, turned, EIS)["eis_total"]
    assert part.used.kind == "published retest"
    assert any("tells no measurement error" in one for one in part.used.not_used)


# --- words, direction, ends of the scale, cut-offs -----------------------------------------------------------------


def test_classes_follow_the_direction_of_the_scale():
    better = reliable_change([2] * 5, [5] * 5, EIS, sd=4.0, reliability=0.85)["eis_total"]
    worse = reliable_change([5] * 5, [2] * 5, EIS, sd=4.0, reliability=0.85)["eis_total"]
    same = reliable_change([3] * 5, [3, 3, 3, 3, 4], EIS, sd=4.0, reliability=0.85)["eis_total"]
    assert (better.classes, worse.classes, same.classes) == (("improved",), ("deteriorated",), ("no clear change",))
    column = f"tdis_{TDIS.scales[0].id}"
    more = reliable_change([0] * 4, [5] * 4, TDIS, sd=1.0, reliability=0.85)[column]
    assert more.classes == ("deteriorated",)
    ends = [EIS.scales[0].model_copy(update={"better": "neither"})]
    neither = EIS.model_copy(update={"scales": tuple(ends)})
    ideal = reliable_change([2] * 5, [5] * 5, neither, sd=4.0, reliability=0.85)["eis_total"]
    assert ideal.classes == ("reliably higher",)


def test_the_ceiling_is_told():
    """25 - 22 = 3 points of room; 1.96 sqrt(2) 4 sqrt(.15) = 4.29 are needed."""
    high = reliable_change(everyone(22), [5] * 5, EIS, sd=4.0, reliability=0.85)["eis_total"]
    assert high.no_room.tolist() == [True]
    assert "ceiling" in high.notes[-1]
    assert high.smallest_detectable == pytest.approx(4.2941, abs=1e-3)
    low = reliable_change(everyone(12), [5] * 5, EIS, sd=4.0, reliability=0.85)["eis_total"]
    assert low.no_room.tolist() == [False]


def test_cutoffs_by_their_formulas():
    clinical, functional = Population(mean=10, sd=2), Population(mean=20, sd=4)
    found = cutoff_of(cutoff=None, clinical=clinical, functional=functional)
    assert found.others == {"a": 14, "b": 12, "c": pytest.approx((2 * 20 + 4 * 10) / 6)}
    assert found.criterion == "c"
    assert cutoff_of(cutoff=None, clinical=clinical, functional=None).value == 14
    assert (
        cutoff_of(cutoff=None, clinical=None, functional=functional).value == 12
    )  # the functional SD, not the clinical
    assert cutoff_of(cutoff=13, clinical=clinical, functional=functional).value == 13
    assert cutoff_of(cutoff=None, clinical=None, functional=None) is None
    down = cutoff_of(cutoff=None, clinical=functional, functional=clinical, higher_is_better=False)
    assert down.others["a"] == 20 - 8
    assert down.others["b"] == 10 + 4
    for wrong in ((Population(mean=20, sd=2), clinical), (Population(mean=1, sd=0), clinical)):
        with pytest.raises(ResponseError, match=r"not higher|SD of 0"):
            cutoff_of(cutoff=None, clinical=wrong[0], functional=wrong[1])


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (10, 20, "recovered"),
        (6, 12, "improved"),
        (16, 24, "improved"),
        (20, 8, "deteriorated"),
        (14, 16, "unchanged"),
    ],
)
def test_clinically_significant_change(before, after, word):
    part = reliable_change(everyone(before), everyone(after), EIS, sd=4.0, reliability=0.85, cutoff=15)["eis_total"]
    assert part.clinical == (word,)
    assert part.to_dict()["cutoff"]["value"] == 15


def test_no_clinical_words_without_a_cutoff():
    part = reliable_change(everyone(10), everyone(20), EIS, sd=4.0, reliability=0.85)["eis_total"]
    assert part.clinical == ()
    assert "clinical" not in part.to_dict()["persons"][0]


# --- the group -------------------------------------------------------------------------------------------------------


def test_paired_difference():
    rng = np.random.default_rng(5)
    x = rng.normal(10, 3, size=35)
    y = x + rng.normal(1, 2, size=35)
    found, theirs = paired_difference(y, x), stats.ttest_rel(y, x)
    assert (found.t, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    d = y - x
    assert found.dz.value == pytest.approx(d.mean() / d.std(ddof=1))
    # Lakens' d_av: over the mean of the two SDs (not over the root of the mean variance)
    assert found.dav.value == pytest.approx(d.mean() / ((x.std(ddof=1) + y.std(ddof=1)) / 2))
    assert found.dav.low / found.dz.low == pytest.approx(found.dav.value / found.dz.value)
    assert found.df == found.mean.df == 34
    # the ends are the effects under which this t is the 2.5th and the 97.5th percentile
    for end, tail in ((found.dz.low, 0.975), (found.dz.high, 0.025)):
        assert stats.nct.cdf(found.t, 34, end * np.sqrt(35)) == pytest.approx(tail, abs=1e-6)
    assert found.gz.value == pytest.approx(found.dz.value * (1 - 3 / (4 * 34 - 1)), rel=1e-3)
    ends = theirs.confidence_interval(0.95)
    assert (found.mean.low, found.mean.high) == pytest.approx((ends.low, ends.high))
    assert paired_difference(x[:2], y[:2]) is None
    same = paired_difference(x + 1, x)
    assert (same.mean.value, same.mean.low, same.mean.high) == pytest.approx((1, 1, 1))
    assert np.isnan(same.t)
    assert np.isnan(same.dz.value)


def test_one_formula_of_dav_for_partners_and_occasions():
    pairs = np.array([[20.0, 12], [22, 16], [17, 17], [25, 14], [19, 18]])
    one, two = (paired_difference(*pairs[:, order].T).dav.value for order in ([0, 1], [1, 0]))
    assert one == -two == pytest.approx((pairs[:, 0] - pairs[:, 1]).mean() / pairs.std(axis=0, ddof=1).mean())


def test_effect_size_intervals_hold_for_large_and_small_t():
    """A root search gave up for a fifth of these; the ends put t at the two tails."""
    for df in (2, 4, 10, 34, 200):
        for t in (-20.0, -3.0, -0.1, 0.0, 1.0, 5.0, 12.0, 20.0):
            low, high = noncentral_ends(t, df, level=0.95)
            assert stats.nct.cdf(t, df, low) == pytest.approx(0.975, abs=1e-5)
            assert stats.nct.cdf(t, df, high) == pytest.approx(0.025, abs=1e-5)


def test_pearson_at_one_is_one_everywhere():
    x = np.arange(8.0)
    for found in (pearson(x, x), pearson(x, 0.1 * x + 3)):
        assert (found.value, found.low, found.high, found.p) == (1, 1, 1, 0)
    assert pearson(x, -x).ci == (-1, -1)
    assert double_entry(np.column_stack([x, x])).ci == (1, 1)
    assert np.isnan(pearson(x, np.full(8, 0.1)).value)


def test_degrees_of_freedom_of_correlations():
    """A variable held takes one: df n - 2 - q, Fisher's weight n - 3 - q; pairs both ways round n - 3/2."""
    rng = np.random.default_rng(2)
    table = rng.normal(size=(20, 4)) + rng.normal(size=(20, 1))
    held = partial(table[:, :2], table[:, 2:])
    assert held.df == 16
    t = held.value * np.sqrt(16 / (1 - held.value**2))
    assert held.p == pytest.approx(2 * stats.t.sf(abs(t), 16))
    assert held.high == pytest.approx(np.tanh(np.arctanh(held.value) + stats.norm.ppf(0.975) / np.sqrt(15)))
    plain = pearson(table[:, 0], table[:, 1])
    assert plain.df == 18
    assert plain.p == pytest.approx(stats.pearsonr(table[:, 0], table[:, 1]).pvalue)
    assert r_test(0.5, 0) != r_test(0.5, 0)  # no degrees of freedom, no p
    pairs = double_entry(table[:, :2], level=0.9)
    off = stats.norm.ppf(0.95) / np.sqrt(20 - 1.5)
    assert pairs.ci == pytest.approx((np.tanh(np.arctanh(pairs.value) - off), np.tanh(np.arctanh(pairs.value) + off)))


@pytest.mark.parametrize(("count", "n"), [(0, 10), (3, 40), (40, 40), (17, 90)])
def test_wilsons_interval(count, n):
    ends = stats.binomtest(count, n).proportion_ci(0.95, method="wilson")
    found = share(count, n)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=1e-9)


def test_shares_add_up_to_everybody_with_an_index():
    part = change_over_time(FILE, EIS)["eis_total"]
    assert sum(one.value for one in part.shares.values()) == pytest.approx(1)
    assert part.shares["improved"].value == pytest.approx(part.classes.count("improved") / 90)


# --- joining -----------------------------------------------------------------------------------------------------------


def test_joined_by_id_whatever_the_order_and_the_spaces():
    before, after = both_occasions()
    plain = change_over_time(FILE, EIS)["eis_total"]
    turned = after.sample(frac=1, random_state=4)
    turned["id"] = [f" {one} " for one in turned["id"]]
    joined = reliable_change(before, turned, EIS)["eis_total"]
    assert joined.rci == pytest.approx(plain.rci)
    assert joined.ids[0] == "000"


def test_unmatched_and_doubled_ids_are_left_out_and_told():
    before, after = both_occasions()
    after = pd.concat([after[5:], after[10:11]])
    found = reliable_change(before, after, EIS)
    assert len(found["eis_total"].ids) == 84
    said = " ".join(str(problem) for problem in found.problems)
    assert "1 ids stand in several rows: 010" in said
    assert "before: 6 ids stand only here: 000, 001, 002, 003, 004 and 1 more" in said


def test_ids_written_in_two_ways_are_one_person_and_it_is_told():
    before, after = both_occasions()
    after = after.assign(id=[str(int(one)) for one in after["id"]])  # a spreadsheet has eaten the zeros
    found = reliable_change(before, after, EIS)
    assert len(found["eis_total"].ids) == 90
    assert found["eis_total"].rci == pytest.approx(change_over_time(FILE, EIS)["eis_total"].rci)
    assert "90 pairs were taken for one: '000' and '0' (leading zeros)" in str(found)
    both = pd.concat([after[:20], after[1:2].assign(id="01")])
    doubtful = reliable_change(before, both, EIS)
    assert "kept apart" in str(doubtful)
    assert "001" not in doubtful["eis_total"].ids


def test_nothing_in_common_is_a_question():
    before, after = both_occasions()
    with pytest.raises(ResponseError, match="no id in common"):
        reliable_change(before, after.assign(id=[f"x{one}" for one in after["id"]]), EIS)
    with pytest.raises(ResponseError, match="no column names"):
        reliable_change(before.drop(columns="id"), after.drop(columns="id"), EIS)
    rows = reliable_change(before.drop(columns="id"), after.drop(columns="id"), EIS, by_row=True)
    assert len(rows["eis_total"].ids) == 90
    with pytest.raises(ResponseError, match="90 and 89 rows"):
        reliable_change(before, after[1:], EIS, by_row=True)


def test_empty_before_or_after():
    before, after = both_occasions()
    with pytest.raises(ims.IntimacyScalesError, match="no "):
        reliable_change(before[:0], after, EIS)
    with pytest.raises(ResponseError, match=r"^after: answers: 0 in a list"):
        reliable_change([3] * 5, [], EIS)
    with pytest.raises(ResponseError, match=r"^before: bank eis: no column"):
        reliable_change({}, [3] * 5, EIS)


def test_one_person_as_two_dicts_and_as_scores():
    first, second = dict(zip(ITEMS, everyone(12), strict=True)), dict(zip(ITEMS, everyone(21), strict=True))
    by_dict = ims.reliable_change(first, second, EIS, sd=4.0, reliability=0.85)
    by_scores = ims.reliable_change(ims.score(first, EIS), ims.score(second, EIS), sd=4.0, reliability=0.85)
    assert by_dict.to_dict() == by_scores.to_dict()
    assert by_dict["eis_total"].rci[0] == pytest.approx(9 / (4 * np.sqrt(0.3)))
    assert by_dict["eis_total"].retest is None


def test_a_withheld_score_has_no_index():
    part = reliable_change([2, 3, None, None, 2], [4] * 5, EIS, sd=4.0, reliability=0.85)["eis_total"]
    assert part.classes == (None,)
    assert "1 of 1 person without a score before or after" in part.notes[0]


def test_forms_and_gaps_change_too():
    now = {f"pair_{j}_now": 2 for j in range(1, 37)}
    wish = {f"pair_{j}_expected": 3 for j in range(1, 37)}
    later = dict.fromkeys(now, 3)
    found = reliable_change(now | wish, later | wish, PAIR, sd={"pair_now_emotional": 15.0}, reliability=0.7)
    assert found["pair_now_emotional"].used is not None
    assert found["pair_now_social"].used is None
    assert found["pair_gap_emotional"].direction == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reliability": 1.2}, "a number from 0 to 1"),
        ({"reliability": -0.1}, "a number from 0 to 1"),
        ({"sd": -1.0}, "above 0"),
        ({"sd": {"eis": 3.0}}, "no such score"),
        ({"level": 1.0}, "between 0 and 1"),
        ({"interval": "soon"}, "a number and a unit"),
        ({"interval": "0 days"}, "a number and a unit"),
    ],
)
def test_figures_that_cannot_be(given, said):
    with pytest.raises(ResponseError, match=said):
        reliable_change([2] * 5, [4] * 5, EIS, **given)


def test_one_sd_for_scores_on_different_metrics_is_a_clear_sentence():
    both = [EIS, TDIS]
    first = {f"eis_{j}": 3 for j in range(1, 6)} | {f"tdis_{j}": 2 for j in range(1, 5)}
    with pytest.raises(ResponseError, match=r"eis_total runs from 5 to 25, tdis_\w+ runs from .*; one SD a score"):
        reliable_change(ims.score(first, both), ims.score(first, both), sd=4.0, reliability=0.8)


# --- occasions -----------------------------------------------------------------------------------------------------------


def long_table():
    before, after = both_occasions()
    return pd.concat([before.assign(wave="t1"), after.assign(wave="t2")]).sample(frac=1, random_state=2)


def test_one_long_table_gives_the_same_as_two():
    found = change_over_time(long_table(), EIS, time="wave")
    wide = change_over_time(FILE, EIS)["eis_total"]
    part = found["eis_total"]
    assert found.occasions == ("t1", "t2")
    assert part.retest.icc["ICC2"].value == pytest.approx(wide.retest.icc["ICC2"].value)
    order = np.argsort(part.ids)
    assert part.rci[order] == pytest.approx(wide.rci)


def test_a_person_twice_at_one_time_is_left_out_and_told():
    table = long_table()
    table = pd.concat([table, table[(table["id"] == "007") & (table["wave"] == "t1")]])
    found = change_over_time(table, EIS, time="wave")
    assert "1 persons stand twice at one time: 007" in str(found.problems[0])
    part = found["eis_total"]
    assert np.isnan(part.rci[part.ids.index("007")])


def test_names_of_occasions_find_their_order():
    def order(*names):
        read = times_of(names, column="wave", numbers=range(len(names)))
        return [names[j] for j in np.argsort(read.values)]

    assert order("t10", "t2", "t1") == ["t1", "t2", "t10"]
    assert order("post", "Pre") == ["Pre", "post"]
    assert order("Follow-up", "baseline", "after") == ["baseline", "after", "Follow-up"]
    assert times_of(["2024-03-01", "2024-02-01 10:30"], column="d", numbers=[0, 1]).kind == "dates"
    with pytest.raises(ResponseError, match="order cannot be told"):
        order("spring", "autumn")
    with pytest.raises(ResponseError, match="is empty"):
        order("", " ")


@pytest.mark.parametrize("bad", ["2024-02-30", "31/12/2024", "12.03.2024", "soon"])
def test_dates_that_are_not(bad):
    with pytest.raises(ResponseError, match=r"1 cells are no plain dates.*row 8.*YYYY-MM-DD"):
        times_of(["2024-01-01", bad], column="day", numbers=[7, 8])


def test_dates_tell_the_interval_and_refuse_the_wrong_order():
    before, after = both_occasions()
    dated = [before.assign(day="2024-01-01"), after.assign(day="2024-02-12")]
    part = reliable_change(*dated, EIS, time="day", sd=4.0)["eis_total"]
    assert part.used.why == "test-retest before alpha, over a like interval"
    late = dated[1].copy()
    late.loc[3, "day"] = "2023-12-31"
    with pytest.raises(ResponseError, match=r"1 persons are out of order: 003 \(2024-01-01, then 2023-12-31\)"):
        reliable_change(dated[0], late, EIS, time="day")
    with pytest.raises(ResponseError, match="swapped"):
        reliable_change(dated[1], dated[0], EIS, time="day")


def test_an_interval_from_dates_decides_on_the_published_figure():
    first = pd.DataFrame([dict(zip(ITEMS, everyone(12), strict=True)) | {"id": "a", "day": "2024-01-01"}])
    for day, kind in (("2024-02-12", "published retest"), ("2024-01-03", "published alpha")):
        second = first.assign(eis_1=5, eis_2=5, day=day)
        assert reliable_change(first, second, EIS, time="day", sd=4.0)["eis_total"].used.kind == kind


def test_days():
    assert [days_of(text) for text in ("6 weeks", "1 day", "6-week", "2 Years")] == [42, 1, 42, 730.5]


def test_one_occasion_is_not_enough():
    before, _ = both_occasions()
    with pytest.raises(ResponseError, match="no occasions"):
        change_over_time(before, EIS)
    with pytest.raises(ResponseError, match="one occasion"):
        change_over_time(before.assign(wave="t1"), EIS, time="wave")


# --- many occasions -----------------------------------------------------------------------------------------------------


def test_slopes_are_least_squares_with_both_kinds_of_interval():
    times = np.array([[0.0, 1, 2, 4, np.nan], [0, 2, 4, 6, 8]])
    scores = np.array([[10.0, 12, 11, 16, 3], [20, 19, np.nan, 15, 16]])
    found = trends_of(scores, times, ids=("a", "b"), unit="week", sem=None)
    for i in range(2):
        use = ~np.isnan(times[i]) & ~np.isnan(scores[i])
        line = stats.linregress(times[i][use], scores[i][use])
        off = stats.t.ppf(0.975, use.sum() - 2) * line.stderr
        assert found.slope[i] == pytest.approx(line.slope)
        assert (found.low[i], found.high[i]) == pytest.approx((line.slope - off, line.slope + off))
    known = trends_of(scores, times, ids=("a", "b"), unit="week", sem=1.5)
    spread = np.sum((times[0][:4] - times[0][:4].mean()) ** 2)
    assert known.high[0] - known.slope[0] == pytest.approx(1.959964 * 1.5 / np.sqrt(spread), rel=1e-6)
    assert known.mean.value == pytest.approx(known.slope.mean())


def test_many_dates_of_one_person():
    days = ["2024-01-01", "2024-01-15", "2024-01-08", "2024-01-22"]
    table = eis_frame([everyone(total) for total in (10, 14, 12, 16)], ["a"] * 4, day=days)
    found = change_over_time(table, EIS, time="day", sd=4.0, reliability=0.85)
    part = found["eis_total"]
    assert (part.before[0], part.after[0]) == (10, 16)
    assert part.trends.slope[0] == pytest.approx(2.0)  # points a week
    assert part.trends.unit == "week"
    assert "slope 2.00 [0.64, 3.36] points a week" in str(found)
    assert part.to_dict()["trend"]["persons"][0]["ci"][0] < 2 < part.to_dict()["trend"]["persons"][0]["ci"][1]


def test_persons_with_dates_of_their_own_end_where_they_end():
    table = eis_frame(
        [everyone(t) for t in (10, 15, 20, 12, 18, 9)],
        ["a", "a", "a", "b", "b", "c"],
        day=["2024-01-01", "2024-02-01", "2024-03-01", "2024-01-05", "2024-01-09", "2024-01-01"],
    )
    part = change_over_time(table, EIS, time="day", sd=4.0, reliability=0.85)["eis_total"]
    assert part.after[:2].tolist() == [20, 18]
    assert np.isnan(part.after[2])


@pytest.mark.slow
def test_the_interval_of_a_slope_covers_as_often_as_it_says():
    rng = np.random.default_rng(2)
    times = np.tile(np.arange(5.0), (20_000, 1))
    scores = 10 + 0.7 * times + rng.normal(scale=2, size=times.shape)
    for sem in (None, 2.0):
        found = trends_of(scores, times, ids=("",) * len(times), unit="week", sem=sem, level=0.9)
        assert np.mean((found.low < 0.7) & (found.high > 0.7)) == pytest.approx(0.9, abs=0.01)


# --- what comes out ---------------------------------------------------------------------------------------------------


def test_json_is_as_the_interface_says():
    made = change_over_time(FILE, EIS).to_dict()
    json.dumps(made, allow_nan=False)
    scale = made["eis"]["total"]
    assert {"r", "icc", "sem", "reliability_used", "persons"} <= set(scale)
    assert set(scale["icc"]) == {"ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"}
    assert {"value", "ci"} <= set(scale["icc"]["ICC2"])
    assert {"id", "before", "after", "change", "rci", "class"} <= set(scale["persons"][0])
    assert isinstance(scale["r"], float)


def test_words_tables_and_sentences():
    found = change_over_time(FILE, EIS)
    assert "test-retest .85 (published: women" in str(found)
    assert "occasions in their order: t1, t2; compared: t1 with t2" in str(found)
    assert "say interval" in str(found)  # a keyword in Python, an option at the command line
    assert "--" not in str(found)
    assert "<table>" in found._repr_html_()
    assert "ICC(A,1) = .79, 95% CI [.69, .86]" in found.apa()
    assert len(found.table()) == 90
    assert {"rci", "hageman_arrindell", "practice_adjusted", "score"} <= set(found.table().columns)
    assert "Jacobson-Truax" in str(found["eis_total"])
    one = reliable_change([2] * 5, [5] * 5, EIS, sd=4.0, reliability=0.85)
    assert "improved" in str(one)
    assert "RC = 6.85: improved" in one.apa()
    with pytest.raises(ims.UnknownNameError, match="eis_total"):
        found["eis_totl"]


def test_inputs_are_not_touched():
    before, after = both_occasions()
    copies = before.copy(), after.copy()
    reliable_change(before, after, EIS)
    pd.testing.assert_frame_equal(before, copies[0])
    pd.testing.assert_frame_equal(after, copies[1])


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command in an empty folder that holds the two occasions; return exit code, stdout, stderr."""
    from intimacy_scales.cli import main

    before, after = both_occasions()
    for frame, name in ((before, "before.csv"), (after, "after.csv"), (before[:0], "empty.csv")):
        frame.to_csv(tmp_path / name, index=False)
    long_table().to_csv(tmp_path / "long.csv", index=False)
    monkeypatch.chdir(tmp_path)

    def call(*words):
        with pytest.raises(SystemExit) as stopped:
            main(list(words))
        said = capsys.readouterr()
        return stopped.value.code or 0, said.out, said.err

    return call


@pytest.mark.parametrize(
    "words",
    [
        ("change", "before.csv", "after.csv", "--bank", "eis", "--id", "id"),
        ("change", "--bank", "eis", "--id", "id", "before.csv", "after.csv"),
        ("change", "before.csv", "--bank", "eis", "after.csv", "--id", "id"),
        ("change", "long.csv", "--bank", "eis", "--id", "id", "--time", "wave"),
        ("change", str(FILE), "--bank", "eis"),
    ],
)
def test_the_command_in_every_way_gives_the_same(run, words):
    code, out, _ = run(*words, "--json", "-")
    found = json.loads(out)
    assert code == 0
    assert found["command"] == "change"
    assert found["change"]["eis"]["total"]["icc"]["ICC2"]["value"] == pytest.approx(FIGURES["icc"][1]["ICC"], abs=1e-9)
    assert len(found["change"]["eis"]["total"]["persons"]) == 90


def test_the_command_tells_people(run):
    code, out, _ = run(
        "change",
        "before.csv",
        "after.csv",
        "--bank",
        "eis",
        "--id",
        "id",
        "--sd",
        "eis_total=4",
        "--reliability",
        "0.85",
        "--interval",
        "6 weeks",
        "--clinical",
        "12,3",
        "--functional",
        "20,3",
        "--persons",
    )
    assert code == 0
    assert "least reliable" in out
    assert "person by person" in out
    assert len(out.partition("person by person\n")[2].splitlines()) == 1 + 90
    assert "clinical" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("before.csv", "empty.csv"), "empty.csv"),
        (("before.csv", "nowhere.csv"), "nowhere.csv"),
        (("before.csv",), "_t1, _t2"),
        (("before.csv", "after.csv", "--reliability", "1.3"), "from 0 to 1"),
        (("before.csv", "after.csv", "--sd", "much"), "SCORE=NUMBER"),
        (("before.csv", "after.csv", "--clinical", "12"), "MEAN,SD"),
        (("before.csv", "after.csv", "--interval", "soon"), "6 weeks"),
        (("long.csv", "--time", "when"), "when"),
        (("before.csv", "after.csv", "--id", "eis_1"), "no id in common"),
    ],
)
def test_the_command_says_what_is_wrong(run, words, said, tmp_path):
    more = () if "--id" in words else ("--id", "id")
    code, out, err = run("change", *words, "--bank", "eis", *more, "--json", "found.json")
    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "found.json").exists()
