"""How many persons, couples and days for a diary: settings, directions, and whole fitted studies beside them."""

from __future__ import annotations

import numpy as np
import pytest

import intimacy_scales as ims
from intimacy_scales.analysis.power import CouplesDiaryStudy, DailyMediationStudy, DiaryStudy
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.statistics import multilevel as ml

DRAWS = 2000


def share(study, n, draws=4000, seed=1):
    return float(study.trial(n, draws, np.random.default_rng(seed)).mean())


def test_more_days_persons_and_effect_show_more():
    study = DiaryStudy()
    assert share(study, 30) < share(study, 60) < share(DiaryStudy(slope=0.25), 60)
    assert share(DiaryStudy(days=7), 40) < share(DiaryStudy(days=28), 40)
    assert share(DiaryStudy(slope_sd=0.4), 40) < share(DiaryStudy(slope_sd=0.05), 40)
    assert share(DiaryStudy(missed=0.5), 40) < share(study, 40)
    between = DiaryStudy(effect="between")
    assert share(between, 40) < share(between, 100)
    assert abs(share(between, 60) - share(DiaryStudy(effect="between", days=28), 60)) < 0.12  # days help it little
    assert share(CouplesDiaryStudy(effect="own"), 30) > share(CouplesDiaryStudy(effect="other"), 30)
    assert share(DailyMediationStudy(r_ab=0.5), 40) > share(DailyMediationStudy(), 40)


def test_no_effect_is_shown_as_often_as_chance_has_it():
    assert share(DiaryStudy(slope=0.0), 40, 20_000) == pytest.approx(0.05, abs=0.01)
    assert share(CouplesDiaryStudy(other=0.0), 40, 20_000) == pytest.approx(0.05, abs=0.01)
    assert share(DailyMediationStudy(a=0.0, b=0.0), 60, 20_000) < 0.05  # no step at all: less than chance


def test_the_answer_and_the_curve():
    found = ims.power("diary", slope=0.2, draws=1000)
    assert (found.unit, found.study) == ("person", "diary")
    assert found.power == pytest.approx(0.8, abs=0.03)
    assert share(DiaryStudy(slope=0.2), found.n, 10_000) == pytest.approx(0.8, abs=0.03)
    assert "over 14 days" in found.apa()
    two = ims.power("couples-diary", n=40, draws=1000)
    assert two.unit == "couple"
    assert two.power == pytest.approx(share(CouplesDiaryStudy(), 40, 10_000), abs=0.04)
    way = ims.power("daily-mediation", a=0.4, b=0.4, draws=1000)
    assert way.n < ims.power("daily-mediation", draws=1000).n
    assert "a b + cov(a, b)" in str(way)


@pytest.mark.parametrize(
    ("study", "wish", "said"),
    [
        ("diary", {"days": 2}, "days: is 2"),
        ("diary", {"icc": 1.5}, "icc: is 1.5"),
        ("couples-diary", {"slope": 0.2}, "is no setting of a study of couples-diary"),
        ("daily-mediation", {"r_ab": 2.0}, "r_ab: is 2"),
    ],
)
def test_settings_out_of_range_are_refused(study, wish, said):
    with pytest.raises(ResponseError, match=said):
        ims.power(study, **wish)
    with pytest.raises(UnknownNameError):
        DiaryStudy(effect="actor")


def residuals(study, group, rng):
    return np.linalg.cholesky(study.variances.covariance(group)) @ rng.standard_normal(len(group.days))


def fitted(groups, outcomes, random, **model):
    who = np.repeat(np.arange(len(groups)), [len(one.days) for one in groups])
    X = np.vstack([one.X for one in groups])
    rows = ml.repeated_measures(
        np.concatenate(outcomes), X, X[:, random], who,
        members=np.concatenate([one.members for one in groups]), days=np.concatenate([one.days for one in groups]),
    )  # fmt: skip
    return ml.effects(ml.fit_mixed_model(rows, **model))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("study", "n", "place"), [(DiaryStudy(), 40, 1), (DiaryStudy(effect="between", days=7), 80, 2)]
)
def test_a_diary_agrees_with_2000_fitted_models(study, n, place):
    rng, hits = np.random.default_rng(3), 0
    beta = np.array([0.0, study.slope, study.between_slope])
    for _ in range(DRAWS):
        groups = [study.person(float(rng.standard_normal()), rng) for _ in range(n)]
        found = fitted(groups, [one.X @ beta + residuals(study, one, rng) for one in groups], [0, 1], ar1=True)
        hits += not found.low[place] < 0 < found.high[place]
    assert hits / DRAWS == pytest.approx(share(study, n, 20_000), abs=0.022)


@pytest.mark.slow
def test_a_diary_of_two_agrees_with_2000_fitted_models():
    study, rng, hits = CouplesDiaryStudy(days=10), np.random.default_rng(4), 0
    beta = np.array([0, study.own, study.other, 0, study.own, study.other])
    for _ in range(DRAWS):
        groups = [study.couple(rng) for _ in range(50)]
        found = fitted(
            groups, [one.X @ beta + residuals(study, one, rng) for one in groups], [0, 3],
            residual="unstructured", ar1=True,
        )  # fmt: skip
        hits += not found.low[2] < 0 < found.high[2]
    assert hits / DRAWS == pytest.approx(share(study, 50, 20_000), abs=0.022)


@pytest.mark.slow
def test_daily_mediation_agrees_with_400_fitted_models():
    study, rng, hits, n, reps = DailyMediationStudy(r_ab=0.3), np.random.default_rng(5), 0, 45, 400
    spread = study.slope_sd**2 * np.array([[1, study.r_ab], [study.r_ab, 1]])
    for _ in range(reps):
        parts = []
        for i in range(n):
            T = len(study.person(rng).days) // 2
            x = rng.standard_normal(T)
            x -= x.mean()
            a, b = rng.multivariate_normal([study.a, study.b], spread)
            m = a * x + rng.standard_normal(T)
            direct = study.direct + study.slope_sd * rng.standard_normal()
            y = b * (m - m.mean()) + direct * x + rng.standard_normal(T)
            heights = np.sqrt(0.5) * rng.standard_normal(2)
            parts.append((x, m + heights[0], y + heights[1], np.full(T, i)))
        x, m, y, who = (np.concatenate(one) for one in zip(*parts, strict=True))
        rows = ml.MediationRows(predictor=x, mediator=m, outcome=y, persons=who)
        found = ml.within_mediation(rows, draws=10_000)
        hits += not found.low < 0 < found.high
    assert hits / reps == pytest.approx(share(study, n, 20_000), abs=0.06)
