"""How many are needed: closed forms against the full analysis, the search, settings refused, what is shown."""

from __future__ import annotations

import json

import numpy as np
import pytest

import intimacy_scales as ims
from figure_cases import answers_of
from intimacy_scales.analysis.power import STUDIES, CoupleStudy, MediationStudy, power
from intimacy_scales.analysis.power.couples import effects_of, share_below_zero
from intimacy_scales.analysis.power.power_curve import CurvePoint, curve_of, search
from intimacy_scales.analysis.power.scales import scale_truth
from intimacy_scales.base.errors import IntimacyScalesError, ResponseError, UnknownNameError
from intimacy_scales.simulation.parameters import CoupleTruth, PathTruth
from intimacy_scales.statistics import sem
from intimacy_scales.statistics.consistency.coefficients import alpha
from intimacy_scales.statistics.consistency.intervals import feldt
from intimacy_scales.statistics.consistency.omega import one_factor_omega
from intimacy_scales.statistics.consistency.omega_many import omegas_of

# kernels


def test_many_omegas_are_the_one_omega():
    rng = np.random.default_rng(3)
    samples = [answers_of("se")[rng.integers(200, size=200), :5] for _ in range(20)]
    covariances = np.array([np.cov(x.T) for x in samples])
    found = omegas_of(covariances, n=200)
    for k, covariance in enumerate(covariances):
        one = one_factor_omega(covariance, n=200)
        assert found.values[k] == pytest.approx(one.value, abs=1e-6)
        assert found.errors[k] == pytest.approx(one.se, abs=1e-6)
    assert found.proper.all()
    improper = np.array([[1, 0.9, 0.8, 0.1], [0.9, 1, 0.55, 0.1], [0.8, 0.55, 1, 0.1], [0.1, 0.1, 0.1, 1.0]])
    assert not omegas_of(improper[None], n=500).proper[0]


def test_effects_are_those_of_the_actor_partner_model():
    truth = CoupleTruth(similarity=0.3, to_outcome=PathTruth(actor=0.4, partner=0.2, residual_similarity=0.3))
    x, y = truth.draw(1, 120, np.random.default_rng(5))
    data = sem.sample(np.column_stack([x[0], y[0]]), ["x1", "x2", "y1", "y2"])
    roles = sem.path_model(
        sem.regression("y1", {"x1": "a", "x2": "p"}), sem.regression("y2", {"x2": "a2", "x1": "p2"}),
        sem.covariance("y1", {"y2": ""}),
    )  # fmt: skip
    alike = sem.path_model(
        sem.regression("y1", {"x1": "a", "x2": "p"}), sem.regression("y2", {"x2": "a", "x1": "p"}),
        sem.covariance("y1", {"y2": ""}), sem.covariance("y1", {"y1": "v"}), sem.covariance("y2", {"y2": "v"}),
        sem.mean("y1", "i"), sem.mean("y2", "i"),
    )  # fmt: skip
    for model, distinguishable in ((roles, True), (alike, False)):
        found = effects_of([x], y, distinguishable=distinguishable)
        own = {row.label: row for row in sem.fit(model, data).estimates if row.label}
        assert found.values[0].tolist() == pytest.approx([own["a"].est, own["p"].est], abs=1e-6)
        assert found.errors[0].tolist() == pytest.approx([own["a"].se, own["p"].se], abs=1e-6)
    swapped = effects_of([x[:, :, ::-1]], y[:, :, ::-1], distinguishable=False)
    assert found.values == pytest.approx(swapped.values)  # nobody is first
    assert found.errors == pytest.approx(swapped.errors)


def test_couples_are_drawn_from_their_truth():
    truth = CoupleTruth(
        similarity=0.4, to_outcome=PathTruth(actor=0.1, partner=0.05), to_mediator=PathTruth(actor=0.4, partner=0.2),
        from_mediator=PathTruth(actor=0.3, partner=0.1, residual_similarity=0.2),
    )  # fmt: skip
    x, m, y = truth.draw(1, 200_000, np.random.default_rng(2))
    for one in (x, m, y):
        assert one.var() == pytest.approx(1, abs=0.01)
    assert np.corrcoef(x[0].T)[0, 1] == pytest.approx(0.4, abs=0.01)
    a, b = effects_of([x], m, distinguishable=True), effects_of([m, x], y, distinguishable=True)
    assert a.values[0].tolist() == pytest.approx([0.4, 0.2], abs=0.01)
    assert b.values[0].tolist() == pytest.approx([0.3, 0.1, 0.1, 0.05], abs=0.01)
    with pytest.raises(ResponseError, match="explain"):
        CoupleStudy(actor=0.9, partner=0.7)


def test_the_product_leaves_out_zero_as_monte_carlo_says():
    rng = np.random.default_rng(1)
    draws = (2.6 + rng.standard_normal(400_000)) * (2.2 + rng.standard_normal(400_000))
    assert share_below_zero(np.array([2.6]), np.array([2.2]))[0] == pytest.approx((draws < 0).mean(), abs=1e-3)


def test_a_loading_is_found_for_the_alpha_expected():
    truth = scale_truth("eis", None, reliability=0.85, loadings=0.7)
    assert truth.alpha == pytest.approx(0.85, abs=1e-9)
    drawn = truth.covariances(20_000, 1, np.random.default_rng(4))[0]
    assert alpha(drawn) == pytest.approx(0.85, abs=0.005)
    with pytest.raises(ResponseError, match="at most"):
        scale_truth("eis", None, reliability=0.989, loadings=0.7)
    with pytest.raises(ResponseError, match="say which"):
        scale_truth("pair", None, reliability=None, loadings=0.7)


# the search


def test_the_search_finds_a_known_size():
    from scipy.special import ndtr

    def trial(n, draws, rng):
        return rng.random(draws) < ndtr(-1 + 0.2 * np.sqrt(n))

    curve = search(trial, target=0.8, start=10, least=5, draws=4000, seed=1)
    exact = ((0.8416212 + 1) / 0.2) ** 2
    assert curve.needed(0.8) == pytest.approx(exact, rel=0.05)
    assert curve.at(curve.needed(0.8)) == pytest.approx(0.8, abs=0.01)
    low, high = curve.interval(exact)
    assert low < 0.8 < high
    assert high - low < 0.03
    assert search(trial, target=0.8, start=1000, least=5, draws=400, seed=1).needed(0.8) == pytest.approx(
        exact, rel=0.2
    )


def test_what_nothing_can_show_is_said():
    with pytest.raises(ResponseError, match="not enough"):
        search(lambda n, draws, rng: rng.random(draws) < 0.05, target=0.8, start=50_000, least=5, draws=100, seed=1)
    flat = curve_of((CurvePoint(n=10, hits=5, draws=100), CurvePoint(n=1000, hits=1, draws=100)))
    assert flat.needed(0.8) is None


# the door


def test_power_of_couples():
    found = ims.power("couples", effect="actor", actor=0.3, draws=1000, lost=0.2)
    assert 75 <= found.n <= 95
    assert found.recruited == int(np.ceil(found.n / 0.8))
    assert found.interval[0] < found.power < found.interval[1]
    again = ims.power("couples", effect="actor", actor=0.3, draws=1000, lost=0.2)
    assert found.to_dict() == again.to_dict()
    assert "couples" in found.apa()
    assert "actor .30" in found.apa()
    assert str(found.n) in str(found)
    assert list(found.table().columns) == ["n", "power", "curve", "draws"]
    json.dumps(found.to_dict(), allow_nan=False)
    figure = found.plot()
    assert figure.axes


def test_exchangeable_couples_need_fewer():
    roles, alike = (ims.power("couples", draws=1000, distinguishable=value).n for value in (True, False))
    assert alike < roles


def test_what_so_many_can_show():
    found = ims.power("mediation", n=150, draws=400)
    assert found.target is None
    assert found.n == 150
    assert "150 couples give a power" in found.apa()
    assert 0.6 < found.power < 0.95


def test_power_of_change_and_of_omega():
    mean = ims.power("change", show="mean", change=0.3, draws=400)
    share = ims.power("change", show="share", change=0.3, draws=400)
    assert mean.n != share.n
    omega = ims.power("reliability", coefficient="omega", width=0.15, draws=200)
    assert 60 < omega.n < 130


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"study": "reliability", "actor": 0.3}, "is no setting of a study of reliability"),
        ({"study": "couples", "n": 3}, "10 or more"),
        ({"study": "couples", "target": 1.0}, "between .05 and .995"),
        ({"study": "couples", "lost": 1.0}, "a share"),
        ({"study": "couples", "draws": 3}, "100 or more"),
        ({"study": "couples", "actor": 1.5}, "-0.99 to 0.99"),
    ],
)
def test_settings_out_of_range_are_refused(wish, said):
    with pytest.raises(IntimacyScalesError, match=said):
        power(**wish)


def test_unknown_words_are_refused():
    for wish in ({"study": "couple"}, {"study": "couples", "effect": "indirect"}, {"study": "mediation", "effect": "a"},
                 {"study": "reliability", "coefficient": "beta"}, {"study": "change", "show": "all"}):  # fmt: skip
        with pytest.raises(UnknownNameError):
            power(**wish)
    assert set(STUDIES) >= {"reliability", "change", "couples", "mediation"}


# against the full analysis (slow)


@pytest.mark.slow
def test_width_of_alpha_agrees_with_2000_samples():
    found = ims.power("reliability", width=0.08, reliability=0.85)
    truth, hits = scale_truth("eis", None, reliability=0.85, loadings=0.7), 0
    for sample in range(2000):
        x = truth.answers(found.n, 1, np.random.default_rng([99, sample]))[0, :, 0]
        interval = feldt(alpha(np.cov(x.T)), n=found.n, n_items=5)
        hits += interval.high - interval.low <= 0.08
    assert hits / 2000 == pytest.approx(found.power, abs=0.02)
    assert found.power == pytest.approx(0.8, abs=0.02)


@pytest.mark.slow
def test_a_partner_effect_agrees_with_2000_fitted_models():
    found = ims.power("couples", effect="partner", partner=0.2)
    study = CoupleStudy(partner=0.2)
    model = sem.path_model(
        sem.regression("y1", {"x1": "a", "x2": "p"}), sem.regression("y2", {"x2": "a2", "x1": "p2"}),
        sem.covariance("y1", {"y2": ""}),
    )  # fmt: skip
    hits = 0
    for sample in range(2000):
        x, y = study.couples.draw(1, found.n, np.random.default_rng([77, sample]))
        fit = sem.fit(model, sem.sample(np.column_stack([x[0], y[0]]), ["x1", "x2", "y1", "y2"]))
        hits += next(row.p for row in fit.estimates if row.label == "p") < 0.05
    assert hits / 2000 == pytest.approx(found.power, abs=0.02)


@pytest.mark.slow
def test_an_indirect_effect_agrees_with_2000_monte_carlo_intervals():
    found = ims.power("mediation", effect="actor-actor")
    study, hits = MediationStudy(), 0
    for sample in range(2000):
        rng = np.random.default_rng([55, sample])
        x, m, y = study.couples.draw(1, found.n, rng)
        a, b = effects_of([x], m, distinguishable=True), effects_of([m, x], y, distinguishable=True)
        draws = (a.values[0, 0] + a.errors[0, 0] * rng.standard_normal(20_000)) * (
            b.values[0, 0] + b.errors[0, 0] * rng.standard_normal(20_000)
        )
        low, high = np.quantile(draws, [0.025, 0.975])
        hits += low > 0 or high < 0
    assert hits / 2000 == pytest.approx(found.power, abs=0.02)
