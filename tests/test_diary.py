"""Diaries: from a file to within, between, moderators, mediation, reliability, pictures, and what is refused.

Figures of nlme and lme4 stand in ``reference/daily_life.json`` (see ``test_multilevel.py``).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.base.errors import ResponseError, UnknownNameError

HERE = Path(__file__).parent / "reference"
R = json.loads((HERE / "daily_life.json").read_text(encoding="utf-8"))
PERSONS = HERE / "diary_persons.csv"
NAMES = {
    "(Intercept)": "(Intercept)", "hours_w": "shared_hours_within", "hours_b": "shared_hours_between",
    "stress_w": "stress_within", "stress_b": "stress_between", "weekend": "weekend",
    "lag_intimacy": "intimacy_yesterday", "lag_hours": "shared_hours_yesterday",
    "hours_w:weekend": "shared_hours_within:weekend", "hours_w:stress_w": "shared_hours_within:stress_within",
    "hours_w:stress_b": "shared_hours_within:stress_between",
}  # fmt: skip
MODEL = {
    "person": "person", "day": "day", "outcome": "intimacy", "within": ["shared_hours", "stress"], "covariate": "weekend",
}  # fmt: skip


@cache
def hours():
    return ims.diary(PERSONS, **MODEL, items=["di_1", "di_2", "di_3", "di_4"])


def agrees(found, ref):
    assert {one.term for one in found.effects} == {NAMES[row["term"]] for row in ref["fixed"]}
    for row in ref["fixed"]:
        one = found.effect(NAMES[row["term"]])
        assert one.est == pytest.approx(row["est"], rel=1e-3, abs=1e-4)
        assert one.se == pytest.approx(row["se"], rel=1e-3)
    assert [one.est for one in found.random] == pytest.approx(np.atleast_1d(ref["random"]["sd"]), rel=1e-3)
    assert found.residual_sd.est == pytest.approx(ref["sigma"], rel=1e-3)
    assert found.model.log_likelihood == pytest.approx(ref["logLik"], abs=1e-4)
    assert found.to_dict()["fit"]["aic"] == pytest.approx(ref["AIC"], abs=1e-3)
    assert found.to_dict()["fit"]["bic"] == pytest.approx(ref["BIC"], abs=1e-3)


def test_one_more_hour_as_nlme():
    ref = R["diary_persons"]["lme_REML"]["slope_ar1"]
    found = hours()
    agrees(found, ref)
    assert found.ar1.est == pytest.approx(ref["correlation"]["Phi1"], rel=1e-3)
    assert found.random_correlations[0].est == pytest.approx(ref["random"]["cor"][0][1], rel=1e-3)
    assert found.icc == pytest.approx(R["diary_persons"]["icc1_REML"], rel=1e-4)
    data = R["diary_persons"]["data"]
    assert (found.n_days, found.n_persons) == (data["rows_used"], data["persons"])
    days = found.compliance
    assert (days.rows, days.fewest, days.median, days.most) == (data["rows"], 9, 13, 14)
    assert days.without_answers == 35
    assert days.rate == pytest.approx(1009 / (80 * 14))


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("intercept_ar1", {"random": "none"}),
        ("slope", {"ar1": False}),
        ("moderation_weekend", {"moderator": "weekend"}),
        ("moderation_stress", {"moderator": "stress"}),
        ("moderation_between", {"moderator": "stress", "moderator_part": "between"}),
    ],
)
def test_other_models_as_nlme(name, more):
    for method in ("REML", "ML"):
        ref = R["diary_persons"][f"lme_{method}"][name]
        found = ims.diary(PERSONS, **MODEL, **more, method=method)
        if method == "ML":  # nlme counts the fixed effects in its ML standard errors; these are the plain ones
            n, p = ref["nobs"], len(ref["fixed"])
            ref = {**ref, "fixed": [{**row, "se": row["se"] * np.sqrt((n - p) / n)} for row in ref["fixed"]]}
        agrees(found, ref)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("intercept", {"random": "none"}),
        ("slope_of_hours", {}),
        ("with_yesterdays_hours", {"random": "none", "lag_of": "shared_hours"}),
    ],
)
def test_yesterday_as_nlme(name, more):
    found = ims.diary(PERSONS, **MODEL, lag=True, **more)
    agrees(found, R["diary_persons"]["lagged_REML"][name])
    assert found.ar1 is None
    assert any("Nickell" in note for note in found.notes)


@pytest.mark.parametrize("moderator", ["weekend", "stress"])
def test_simple_slopes_as_in_r(moderator):
    found = ims.diary(PERSONS, **MODEL, moderator=moderator)
    wanted = R["diary_persons"]["simple_slopes_REML"][moderator]
    assert len(found.simple_slopes) == len(wanted)
    for one, row in zip(found.simple_slopes, wanted, strict=True):
        assert [one.value, one.est, one.se] == pytest.approx([row["at"], row["slope"], row["se"]], rel=1e-3, abs=1e-6)


def test_satterthwaite_df_stand_beside_the_effects():
    rows = R["diary_persons"]["lmer_REML"]["slope"]["fixed"]["Satterthwaite"]
    found = ims.diary(PERSONS, **MODEL, ar1=False)
    for row in rows:
        one = found.effect(NAMES[row["term"]])
        assert one.df == pytest.approx(row["df"], rel=1e-3)
        assert one.p == pytest.approx(row["p"], rel=2e-2, abs=1e-12)


def test_reliability_of_days():
    found = hours().reliability
    ref = R["diary_persons"]
    by_hand, est = (
        ref["daily_items"]["by_hand_mean_days"],
        {row["label"]: row for row in ref["two_level_cfa"]["free"]["est"]},
    )
    assert found.between == pytest.approx(by_hand["RkF"], rel=1e-5)
    assert found.within == pytest.approx(by_hand["Rc"], rel=1e-5)
    assert found.omega_within == pytest.approx(est["omega_within"]["est"], rel=1e-4)
    assert found.omega_between == pytest.approx(est["omega_between"]["est"], rel=1e-4)
    assert found.fits
    held = hours().to_dict()["reliability"]
    assert {"between", "within", "omega_between", "omega_within"} <= set(held)


def test_a_bank_scores_the_days():
    """The outcome may be a score; the items behind it give the reliability of days."""
    made = ims.simulate("eis", 60, seed=3, occasions=1).frame()
    rng = np.random.default_rng(5)
    items = [name for name in made.columns if name.startswith("eis_")]
    base = made[items].to_numpy(float)
    days = []
    for day in range(1, 9):
        moved = np.clip(base + rng.integers(-1, 2, base.shape), 1, 5)
        days.append(pd.DataFrame(moved, columns=items).assign(who=range(60), day=day, calls=rng.integers(0, 4, 60)))
    found = ims.diary(pd.concat(days), "eis", person="who", day="day", outcome="eis_total", within="calls")
    assert found.n_days == 480
    assert found.reliability.n_items == 5
    assert found.reliability.n_days == 480
    with pytest.raises(UnknownNameError, match="eis_total"):
        ims.diary(pd.concat(days), "eis", person="who", day="day", outcome="eis_totl", within="calls")


def test_everybodys_slope_is_drawn_to_the_average():
    slopes = hours().slopes
    assert len(slopes.ids) == 80
    assert slopes.est.mean() == pytest.approx(slopes.average, abs=1e-6)
    assert slopes.est.std() < slopes.sd
    frame = slopes.table()
    assert ((frame.low < frame.slope) & (frame.slope < frame.high)).all()
    d = pd.read_csv(PERSONS).dropna(subset=["shared_hours", "stress", "intimacy"])
    assert list(frame.person) == [str(who) for who in d.person.unique()]
    alone = [np.polyfit(one.shared_hours, one.intimacy, 1)[0] for _, one in d.groupby("person", sort=False)]
    assert np.corrcoef(alone, slopes.est)[0, 1] > 0.5
    assert slopes.est.std() < np.std(alone)


def test_what_is_printed_says_how_it_was_made():
    found = hours()
    said = str(found)
    for words in ("1009 of 1044 rows used", "deviation from the person's own mean", "association, not cause",
                  "nothing is known of the days that were not", "reliability of 4 daily items"):  # fmt: skip
        assert words in said
    paragraph = found.apa()
    assert "b = 1.92, SE = 0.23, 95% CI [1.47, 2.37], t(94) = 8.52, p < .001" in paragraph
    assert "ICC = .53" in paragraph
    assert repr(found) == "Diary('intimacy', 80 persons, 1009 days, 6 fixed effects)"
    assert "<table>" in found._repr_html_()
    assert list(found.table().term)[1] == "shared_hours_within"
    held = json.loads(json.dumps(found.to_dict()))
    assert held["within"]["shared_hours"]["est"] == pytest.approx(1.9222, abs=1e-3)
    assert held["between"]["shared_hours"]["est"] == pytest.approx(2.7891, abs=1e-3)
    assert held["residual"]["ar1"] == pytest.approx(0.3461, abs=1e-3)
    assert {"fixed", "random", "icc", "n_persons", "n_days", "residual", "mediation"} <= set(held)


def texts_of(figure):
    return [one.get_text() for one in figure.axes[0].texts]


def test_pictures():
    figure = hours().plot()
    assert "average 1.92 [1.47, 2.37]" in " ".join(texts_of(figure))
    assert len(figure.axes[0].patches) == 81  # everybody's point, and the band of the average
    small = texts_of(hours().plot("persons"))
    assert sum(": " in one for one in small) == 12
    with pytest.raises(UnknownNameError, match="pie"):
        hours().plot("pie")
    with pytest.raises(ResponseError, match="no slope differs"):
        ims.diary(PERSONS, **MODEL, random="none").plot()


def test_mediation_from_day_to_day():
    ref = R["process"]["random_slopes_REML"]
    found = ims.diary(
        HERE / "process.csv", person="person", day="interaction", outcome="intimacy", within="self_disclosure",
        mediator="responsiveness",
    )  # fmt: skip
    one = found.mediation
    assert [one.a.est, one.b.est, one.direct.est] == pytest.approx([ref["a"], ref["b"], ref["c_prime"]], rel=1e-3)
    assert [one.cov_ab, one.indirect, one.se] == pytest.approx(
        [ref["cov_ab"], ref["average_indirect"], ref["se_indirect"]], rel=1e-3
    )
    assert one.r_ab == pytest.approx(ref["r_ab"], rel=1e-3)
    low, high = ref["ci_monte_carlo"]
    assert [one.low, one.high] == pytest.approx([low, high], abs=0.02 * (high - low))
    assert "+ cov(a, b) 0.037 = 0.206" in one.said()
    fixed = ims.diary(
        HERE / "process.csv", person="person", day="interaction", outcome="intimacy", within="self_disclosure",
        mediator="responsiveness", random="none",
    ).mediation  # fmt: skip
    assert fixed.indirect == pytest.approx(R["process"]["fixed_slopes_REML"]["indirect"], rel=1e-4)
    assert fixed.to_dict()["random_slopes"] is False


@cache
def days(n=30, T=8, seed=2):
    rng = np.random.default_rng(seed)
    d = pd.DataFrame({"who": np.repeat([f"p{i}" for i in range(n)], T), "day": np.tile(np.arange(1, T + 1), n)})
    d["x"] = rng.normal(3, 1, n * T)
    d["age"] = np.repeat(rng.integers(20, 60, n), T)
    d["m"] = 0.4 * d.x + rng.normal(0, 1, n * T)
    d["y"] = np.repeat(rng.normal(0, 1, n), T) + 0.5 * d.m + rng.normal(0, 1, n * T)
    d["date"] = pd.to_datetime("2024-03-01") + pd.to_timedelta(d.day, unit="D")
    return d


MINE = {"person": "who", "day": "day", "outcome": "y", "within": "x"}


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        (lambda d: d.drop_duplicates("who"), {}, "nobody has more than one day"),
        (lambda d: d.assign(x=d.age), {}, "is the same on all days of every person"),
        (lambda d: d.assign(y=4.0), {}, "outcome y: is the same on every row"),
        (lambda d: d.assign(m=1.0), {"mediator": "m"}, "mediator m: is the same on every row"),
        (lambda d: pd.concat([d, d.iloc[:2]]), {}, "2 days of a person with two rows or more: p0, 1"),
        (lambda d: d[d.who.isin(["p0", "p1", "p2"])], {}, "persons: 3"),
        (lambda d: d.assign(y=None), {}, "none has a person, a day and every number"),
        (lambda d: d.assign(y="good"), {}, "that are no numbers"),
        (lambda d: d, {"weekend": True}, "do not tell the day of the week"),
        (lambda d: d, {"between": "m"}, "differs between days of a person"),
        (lambda d: d.assign(c=1), {"covariate": "c"}, "column c: is the same on every row"),
        (lambda d: d, {"mediator": "x"}, "is named twice"),
        (lambda d: d, {"level": 1.2}, "level: is 1.2"),
        (lambda d: d, {"random": ("m",)}, "is no within predictor"),
        (lambda d: d, {"random": "some"}, "first, all, none"),
        (lambda d: d, {"moderator": "m", "within": ()}, "without a predictor"),
        (lambda d: d, {"couple": "who"}, "one was named without the other"),
        (lambda d: d, {"person": None}, "say which column names the person"),
        (lambda d: d.assign(z=d.x), {"within": ("x", "z"), "random": "none"}, "sum of others"),
    ],
)  # fmt: skip
def test_bad_input_is_said(change, more, said):
    with pytest.raises(ResponseError, match=said):
        ims.diary(change(days()), **{**MINE, **more})


def test_all_that_is_wrong_is_said_at_once():
    d = days().assign(x=days().age, y=4.0)
    with pytest.raises(ResponseError) as fault:
        ims.diary(d, **MINE)
    assert len(fault.value.problems) == 2


def test_unknown_names_are_refused_with_a_hint():
    with pytest.raises(UnknownNameError, match="did you mean"):
        ims.diary(days(), **{**MINE, "person": "whom"})
    with pytest.raises(UnknownNameError, match="did you mean 'platform'"):
        ims.diary(days(), **MINE, plattform="x")


def test_dates_are_days_and_tell_weekends():
    found = ims.diary(days(), **{**MINE, "day": "date"}, weekend=True)
    plain = ims.diary(days().assign(w=[int(one.weekday() >= 5) for one in days().date]), **MINE, covariate="w")
    assert found.effect("weekend").est == pytest.approx(plain.effect("w").est)
    assert found.ar1.est == pytest.approx(plain.ar1.est)
    trend = ims.diary(days(), **MINE, trend=True)
    assert trend.effect("day").kind == "trend"


def test_a_moderator_of_the_person_and_one_of_two_words():
    d = days().assign(kind=np.where(days().age > 40, "older", "younger"))
    found = ims.diary(d, **MINE, moderator="kind")
    assert [one.at for one in found.simple_slopes] == ["kind = 0", "kind = 1"]
    assert any("older is 0, younger is 1" in note for note in found.notes)
    age = ims.diary(d, **MINE, moderator="age")
    spread = d.drop_duplicates("who").age.std()
    assert [one.value for one in age.simple_slopes] == pytest.approx([-spread, 0, spread])


def test_notes_tell_few_persons_edges_and_missing_days_that_differ():
    few = ims.diary(days()[days().who.isin([f"p{i}" for i in range(9)])], **MINE)
    assert any("under 30 persons" in note for note in few.notes)
    d = days(n=40, seed=9).copy()
    means = d.groupby("who").y.transform("mean")
    d = d[(means > means.median()) | (d.day <= 3)]
    found = ims.diary(d, **MINE)
    assert any(one.name == "missing days like the others" and one.verdict == "doubtful" for one in found.assumptions)
    flat = ims.diary(days(seed=4), **MINE)
    if flat.model.singular:
        assert any("on their edge" in note for note in flat.notes)


def test_rows_in_any_order_and_any_frame_give_the_same():
    polars = pytest.importorskip("polars")
    d = days().drop(columns="date")
    one = ims.diary(d, **MINE)
    mixed = ims.diary(d.sample(frac=1, random_state=1), **MINE)
    other = ims.diary(polars.from_pandas(d), **MINE)
    for found in (mixed, other):
        assert [e.est for e in found.effects] == pytest.approx([e.est for e in one.effects], abs=1e-8)
    a, b = one.slopes.table(), mixed.slopes.table()
    assert a.sort_values("person").slope.to_numpy() == pytest.approx(b.sort_values("person").slope.to_numpy(), abs=1e-7)


COUPLES = HERE / "diary_couples.csv"
TWO = {"couple": "couple", "partner": "partner", "day": "day", "outcome": "intimacy", "within": "stress"}
PARTS = {
    "own_w": "stress_own_within", "par_w": "stress_partner_within", "own_b": "stress_own_between",
    "par_b": "stress_partner_between",
}  # fmt: skip


@cache
def two(**more):
    return ims.diary(COUPLES, **TWO, **more)


def of_partner(term):
    """Return (partner, our term) of a term of R: w, w:own_w, own_w:w, (Intercept), own_w."""
    parts = term.split(":")
    who = next((part for part in parts if part in ("w", "m")), None)
    what = [part for part in parts if part not in ("w", "m", "(Intercept)")]
    return who, PARTS[what[0]] if what else "(Intercept)"


def agrees_for_two(found, ref):
    for row in ref["fixed"]:
        who, term = of_partner(row["term"])
        one = found.effect(term, who)
        assert one.est == pytest.approx(row["est"], rel=1e-3, abs=1e-4)
        assert one.se == pytest.approx(row["se"], rel=1e-3)
    assert found.model.log_likelihood == pytest.approx(ref["logLik"], abs=1e-4)
    assert found.model.n_parameters == ref["npar"]


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_two_partners_told_apart(method):
    ref = R["diary_couples"][f"kronecker_{method}"]["distinguishable"]
    found = two(method=method)
    agrees_for_two(found, ref)
    assert [one.est for one in found.random] == pytest.approx(ref["sd_random"], rel=1e-3)
    assert found.random_correlations[0].est == pytest.approx(ref["r_intercepts"], rel=1e-3)
    assert [one.est for one in found.residual_sds] == pytest.approx(ref["sd_residual"], rel=1e-3)
    assert found.residual_correlation.est == pytest.approx(ref["r_same_day"], rel=1e-3)
    assert found.ar1.est == pytest.approx(ref["phi"], rel=1e-3)
    assert found.n_rows == R["diary_couples"]["rows_used"]
    assert found.n_couples == 70


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_two_partners_whom_nothing_tells_apart(method):
    ref = R["diary_couples"][f"kronecker_{method}"]["exchangeable"]
    found = two(method=method, exchangeable=True)
    agrees_for_two(found, ref)
    assert [found.random[0].est, found.random_correlations[0].est] == pytest.approx(
        [ref["sd_random"][0], ref["r_intercepts"]], rel=1e-3
    )
    assert len(found.random) == len(found.residual_sds) == 1
    assert not found.differences
    neutral = pd.read_csv(COUPLES).replace({"partner": {"w": "a", "m": "b"}})
    assert ims.diary(neutral, **TWO).exchangeable
    turned = neutral.assign(
        partner=np.where((neutral.couple % 2 == 0), neutral.partner.map({"a": "b", "b": "a"}), neutral.partner)
    )
    again = ims.diary(turned, **TWO, method=method)
    assert [e.est for _, e in again.effects] == pytest.approx([e.est for _, e in found.effects], abs=1e-6)


def test_same_day_correlation_without_autocorrelation_as_nlme():
    ref = R["diary_couples"]["lme_REML"]["same_day_correlation"]
    agrees_for_two(two(ar1=False), ref)
    agrees_for_two(two(ar1=False, exchangeable=True), R["diary_couples"]["lme_REML"]["exchangeable_same_day"])


def test_what_tells_the_partners_apart():
    """The test is the difference of the two models' log-likelihoods; each difference has its own interval."""
    block = R["diary_couples"]["kronecker_ML"]
    chi2 = 2 * (block["distinguishable"]["logLik"] - block["exchangeable"]["logLik"])
    found = two()
    assert found.distinguishability.chi2 == pytest.approx(chi2, abs=1e-3)
    assert found.distinguishability.df == block["distinguishable"]["npar"] - block["exchangeable"]["npar"] == 7
    one = next(d for d in found.differences if d.term == "stress_own_between")
    w, m = found.effect("stress_own_between", "w"), found.effect("stress_own_between", "m")
    assert one.est == pytest.approx(w.est - m.est)
    assert one.low < one.est < one.high
    assert w.df < 100  # not the thousands that a model without an intercept gives elsewhere


def test_what_a_couples_diary_says():
    found = two()
    held = json.loads(json.dumps(found.to_dict()))
    assert held["fixed"]["w"]["stress_partner_within"]["est"] == pytest.approx(-0.9103, abs=1e-3)
    assert held["residual_correlation"]["est"] == pytest.approx(0.29, abs=0.01)
    assert held["within"]["partner"]["w"]["stress"]["se"] > 0
    assert set(held["icc"]) == {"w", "m"}
    said = str(found)
    assert "88 rows of days that only one partner answered" in said
    assert "association, not cause" in said
    assert "On partner w, stress partner within: b = -0.91, SE = 0.23, 95% CI [-1.36, -0.46]" in found.apa()
    assert repr(found) == "CouplesDiary('intimacy', 70 couples (w and m), 864 days)"
    assert len(found.table()) == 10
    assert "w: stress_partner_within" in texts_of(found.plot())


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        (lambda d: d[d.partner == "w"], {}, "holds 1 value"),
        (lambda d: d[(d.couple % 2 == 0) == (d.partner == "w")], {}, "on no day both partners"),
        (lambda d: d[d.couple < 5], {}, "4 with days both answered"),
        (lambda d: pd.concat([d, d.iloc[:1]]), {}, "1 day of a person with two rows or more: 1 w, 1"),
        (lambda d: d, {"lag": True}, "is not made for two persons"),
        (lambda d: d.assign(m=d.stress), {"mediator": "m"}, "of a diary of two persons is not made here"),
        (lambda d: d.assign(stress=d.couple), {}, "is the same on all days of every person"),
    ],
)
def test_bad_couples_are_said(change, more, said):
    with pytest.raises(ResponseError, match=said):
        ims.diary(change(pd.read_csv(COUPLES)), **TWO, **more)


def test_slopes_of_couples_may_differ():
    found = two(random=("stress",))
    assert len(found.random) == 6
    assert found.model.log_likelihood > two().model.log_likelihood
    alike = two(random=("stress",), exchangeable=True)
    assert len(alike.random) == 3
    assert len(alike.random_correlations) == 9


def test_the_command_says_and_writes_what_the_function_found(run, tmp_path):
    code, out, _ = run(
        "diary", PERSONS, "--outcome", "intimacy", "--within", "shared_hours", "stress", "--covariate", "weekend",
        "--json", "found.json",
    )  # fmt: skip
    assert code == 0
    assert "shared_hours_within                  1.922  0.226    [1.474, 2.370]   94.0  < .001" in out
    assert "association, not cause" in out
    held = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert held["command"] == "diary"
    assert held["input"]["rows_used"] == 1044
    assert held["within"]["shared_hours"]["est"] == pytest.approx(hours().effect("shared_hours_within").est)
    assert held["random"]["shared_hours"]["sd"] == pytest.approx(0.7023, abs=1e-3)
    code, out, _ = run("diary", COUPLES, "--outcome", "intimacy", "--within", "stress", "--couple", "couple",
                       "--partner", "partner", "--independent-days", "--random", "none")  # fmt: skip
    assert code == 0
    assert "autocorrelation" not in out
    assert "w: stress_partner_within" in out


def test_the_command_asks_for_what_it_lacks(run):
    code, _, err = run("diary", COUPLES, "--outcome", "intimacy", "--within", "stress")
    assert code == 1
    assert "person: no column was named" in err
    assert "Traceback" not in err
    code, _, err = run("diary", PERSONS, "--outcome", "intimcy", "--within", "stress")
    assert code == 1
    assert "did you mean 'intimacy'" in err


def test_options_of_answers_need_a_bank():
    with pytest.raises(ResponseError, match="no bank was named"):
        ims.diary(days(), **MINE, shift=1)


def test_simulated_diaries_have_the_truth_that_was_asked_for():
    from intimacy_scales.simulation import Days

    about = Days(n=20, between=0.6, autocorrelation=0.35, slope=0.4, slope_sd=0.15, between_slope=0.25, missed=0.1)
    made = ims.simulate("eis", 250, seed=1, days=about)
    frame = made.frame(truth=True)
    found = ims.diary(frame, person="id", outcome="eis_total_latent", within="shared_hours")
    within, between = found.effect("shared_hours_within"), found.effect("shared_hours_between")
    assert within.low < 0.4 < within.high
    assert between.low < 0.25 < between.high
    assert found.ar1.low < 0.35 < found.ar1.high
    assert found.random[1].low < 0.15 < found.random[1].high
    assert found.random[0].est ** 2 == pytest.approx(0.6, abs=0.1)
    assert len(frame) == pytest.approx(250 * 20 * 0.9, rel=0.02)
    drawn = found.slopes.table().set_index("person").slope
    true = frame.drop_duplicates("id").set_index("id").slope
    assert np.corrcoef(drawn, true.loc[drawn.index])[0, 1] > 0.6
    scored = ims.diary(made.frame(), "eis", person="id", outcome="eis_total", within="shared_hours")
    assert scored.reliability.within == pytest.approx(0.73, abs=0.05)
    assert np.isnan(scored.reliability.omega_between)  # items carry nothing of their own between persons here
    assert scored.reliability.omega_within > 0.6
    assert "between persons a residual variance is not above 0" in str(scored)
    assert any("a diary of 20 days" in note for note in made.notes)
    assert made.to_dict()["days"]["slope"] == 0.4


def test_simulated_diaries_of_couples_and_what_cannot_be():
    from intimacy_scales.simulation import Days

    made = ims.simulate("eis", 40, seed=2, days=7, couples=True, similarity=0.6)
    frame = made.frame()
    assert list(frame.columns[:5]) == ["id", "couple", "partner", "day", "shared_hours"]
    found = ims.diary(frame, "eis", couple="couple", partner="partner", outcome="eis_total", within="shared_hours")
    assert found.exchangeable
    assert found.residual_correlation.est > 0.2
    assert set(made.truth.columns) >= {"id", "day", "slope", "eis_total_latent"}
    same = ims.simulate("eis", 40, seed=2, days=7, couples=True, similarity=0.6).frame()
    pd.testing.assert_frame_equal(frame, same)
    for days, said in (
        (1, "from 2 to 400"),
        (Days(n=5, between=1.2), "between"),
        (Days(n=5, predictor="day"), "predictor"),
    ):
        with pytest.raises(ResponseError, match=said):
            ims.simulate("eis", 10, seed=1, days=days)
    with pytest.raises(ResponseError, match="one of them"):
        ims.simulate("eis", 10, seed=1, days=5, occasions=2)


@pytest.mark.slow
def test_recovery_and_coverage_of_the_diary_of_two():
    """600 diaries of 50 couples x 10 days: intervals of own and partner's effects, of r and phi hold the truth."""
    rng = np.random.default_rng(21)
    N, T, reps = 50, 10, 600
    root = np.linalg.cholesky([[1.0, 0.3], [0.3, 1.2]])
    truth = {("x_own_within", "w"): -0.4, ("x_partner_within", "w"): -0.2, ("x_own_within", "m"): -0.3,
             ("x_partner_within", "m"): -0.1, ("x_own_between", "w"): 0.2}  # fmt: skip
    hits, r_hits, phi_hits, est = dict.fromkeys(truth, 0), 0, 0, []
    g, day, p = (a.ravel() for a in np.meshgrid(np.arange(N), np.arange(T), [0, 1], indexing="ij"))
    for _ in range(reps):
        x = rng.standard_normal((N, T, 2)) + rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], N)[:, None, :]
        means = x.mean(axis=1, keepdims=True)
        w = x - means
        e = np.empty((N, T, 2))
        e[:, 0] = rng.standard_normal((N, 2)) @ root.T
        for t in range(1, T):
            e[:, t] = 0.25 * e[:, t - 1] + np.sqrt(1 - 0.0625) * rng.standard_normal((N, 2)) @ root.T
        y = np.array([6.0, 5.8]) + rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1.2]], N)[:, None, :] + e
        y = y + w * [-0.4, -0.3] + w[:, :, ::-1] * [-0.2, -0.1] + means * [0.2, 0.2]
        rows = pd.DataFrame(
            {"couple": g, "partner": np.where(p == 0, "w", "m"), "day": day, "x": x.ravel(), "y": y.ravel()}
        )
        found = ims.diary(rows, couple="couple", partner="partner", outcome="y", within="x")
        for key, value in truth.items():
            one = found.effect(*key)
            hits[key] += one.low < value < one.high
        r = found.residual_correlation
        r_hits += r.low < 0.3 / np.sqrt(1.2) < r.high
        phi_hits += found.ar1.low < 0.25 < found.ar1.high
        est.append([found.effect(*key).est for key in truth])
    shares = [count / reps for count in (*hits.values(), r_hits, phi_hits)]
    assert shares == pytest.approx([0.95] * len(shares), abs=0.022)
    assert np.mean(est, axis=0) == pytest.approx(list(truth.values()), abs=0.02)


@pytest.mark.slow
def test_intervals_of_single_persons_hold_their_true_slopes():
    """200 simulated diaries of 60 persons: each person's interval holds the person's own slope, on average 95 %."""
    from intimacy_scales.simulation import Days

    inside = []
    for seed in range(200):
        made = ims.simulate("eis", 60, seed=seed, days=Days(n=14, slope=0.4, slope_sd=0.25, missed=0.05))
        frame = made.frame(truth=True)
        found = ims.diary(frame, person="id", outcome="eis_total_latent", within="shared_hours")
        table = found.slopes.table().set_index("person")
        true = frame.drop_duplicates("id").set_index("id").slope.loc[table.index]
        inside.append(((table.low < true) & (true < table.high)).mean())
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)


def test_missing_codes_and_days_with_names(run, tmp_path):
    d = days().drop(columns="date").assign(day=lambda one: "Day " + one.day.astype(str))
    holes = d.index % 17 == 3
    gone = d[~holes]
    coded = d.assign(y=d.y.where(~holes, 99))
    wanted = ims.diary(gone, **MINE)
    for found in (ims.diary(coded, **MINE, missing_codes=[99]), ims.diary(d.assign(y=d.y.where(~holes)), **MINE)):
        assert found.effect("x_within").est == pytest.approx(wanted.effect("x_within").est)
        assert found.ar1.est == pytest.approx(wanted.ar1.est)
    assert any("Day 3 = 3" in note for note in wanted.notes)
    assert wanted.compliance.gaps > 0
    coded.to_csv("coded.csv", index=False)
    code, out, _ = run(
        "diary", "coded.csv", "--person", "who", "--outcome", "y", "--within", "x", "--missing-code", "99"
    )
    assert code == 0
    assert f"{len(gone)} of {len(d)} rows used" in out


def test_several_moments_a_day():
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"person": np.repeat(np.arange(25), 20)})
    rows["day"] = np.tile(np.repeat(np.arange(5), 4) + np.tile([0.35, 0.5, 0.7, 0.9], 5), 25)
    rows["x"] = rng.normal(size=500)
    rows["y"] = np.repeat(rng.normal(size=25), 20) + 0.4 * rows.x + rng.normal(size=500)
    found = ims.diary(rows, outcome="y", within="x", random="none")
    assert found.effect("x_within").low < 0.4 < found.effect("x_within").high
    assert found.compliance.planned == 20
    assert found.compliance.rate == 1
    assert found.ar1.est < 0.3
