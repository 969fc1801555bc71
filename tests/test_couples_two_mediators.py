"""Actor-partner models with two mediators: indirect effects compared, couples resampled, the diagram."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.analysis.couples import Variable, fit_mediation
from intimacy_scales.base.results import assumption, assumption_lines
from intimacy_scales.cli import main
from intimacy_scales.statistics.model_bootstrap import PairRows, resampled
from intimacy_scales.statistics.resampling import drawn_counts
from intimacy_scales.statistics.sem import fit, sample

FRAME = pd.read_csv(ims.example("couples_mediation"))
STEMS = ("communication", "emotional", "sexual", "satisfaction")


def of(stem: str, frame: pd.DataFrame = FRAME) -> Variable:
    names = (f"{stem}_w", f"{stem}_m")
    return Variable(name=stem, names=names, values=frame[list(names)].to_numpy())


def mediation(frame: pd.DataFrame = FRAME, **more):
    return fit_mediation(
        [of("communication", frame)], [of("emotional", frame), of("sexual", frame)], of("satisfaction", frame), **more
    )


@pytest.fixture(scope="module")
def told_apart():
    return mediation(bootstrap=1000)


def test_every_like_pair_of_ways_is_compared(told_apart):
    effects = {one.path: one.est for one in told_apart.effects}
    found = {one.path: one for one in told_apart.differences}
    assert len(found) == 12  # eight ways and four pairs of ends
    one = found["communication_w -> satisfaction_w, actor-actor"]
    assert (one.first, one.second) == ("emotional", "sexual")
    over = [effects[f"communication_w -> {m}_w -> satisfaction_w"] for m in ("emotional", "sexual")]
    assert one.est == pytest.approx(over[0] - over[1], abs=1e-10)
    whole = found["communication_w -> satisfaction_w, all ways"]
    ways = {
        m: sum(effects[f"communication_w -> {m}_{who} -> satisfaction_w"] for who in "wm")
        for m in ("emotional", "sexual")
    }
    assert whole.est == pytest.approx(ways["emotional"] - ways["sexual"], abs=1e-10)


def test_delta_error_of_a_difference_is_that_of_the_resamples(told_apart):
    for one in told_apart.differences:
        wide = (one.percentile[1] - one.percentile[0]) / 3.92
        assert one.se == pytest.approx(wide, rel=0.2)


def test_one_mediator_has_nothing_to_compare():
    made = fit_mediation([of("communication")], [of("emotional")], of("satisfaction"), bootstrap=0)
    assert made.differences == ()
    assert np.isnan(made.effects[0].percentile[0])
    assert made.to_dict()["effects"][0]["ci_percentile"] == [None, None]


def test_resampled_couples_told_apart_are_plain_refits(told_apart):
    fitted, names = told_apart.fit, [f"{stem}_{who}" for stem in STEMS for who in "wm"]
    theta = resampled(fitted, draws=4, seed=9)
    counts = drawn_counts(np.random.default_rng(9), len(FRAME), 4).astype(int)
    for row, ours in zip(counts, theta, strict=True):
        again = fit(fitted.setup.grouped, sample(np.repeat(FRAME[names].to_numpy(), row, axis=0), names))
        assert ours == pytest.approx(again.theta, abs=1e-5)


def test_resampled_exchangeable_couples_are_refits_and_free_of_order():
    made = mediation(exchangeable=True, bootstrap=0)
    names = [f"{stem}_{who}" for stem in STEMS for who in "wm"]
    pairs = PairRows(names=tuple(names), rows=FRAME[names].to_numpy(), swap=(1, 0, 3, 2, 5, 4, 7, 6))
    theta = resampled(made.fit, draws=3, seed=9, pairs=pairs)
    counts = drawn_counts(np.random.default_rng(9), len(FRAME), 3).astype(int)
    for row, ours in zip(counts, theta, strict=True):
        again = mediation(FRAME.loc[np.repeat(FRAME.index, row)].reset_index(drop=True), exchangeable=True, bootstrap=0)
        assert ours == pytest.approx(again.fit.theta, abs=1e-5)
    turned = FRAME.copy()
    turned.loc[::2, names] = FRAME.loc[::2, [names[j] for j in pairs.swap]].to_numpy()
    one, two = (mediation(frame, exchangeable=True, bootstrap=200) for frame in (FRAME, turned))
    for ours, theirs in zip(one.effects, two.effects, strict=True):
        assert ours.percentile == pytest.approx(theirs.percentile, abs=1e-5)


def test_every_face(told_apart, tmp_path):
    assert "emotional - sexual" in str(told_apart)
    assert "percentile bootstrap" in str(told_apart)
    json.dumps(told_apart.to_dict(), allow_nan=False)
    told_apart.plot().savefig(tmp_path / "diagram.png")
    assert (tmp_path / "diagram.png").stat().st_size > 10_000


@pytest.mark.parametrize("exchangeable", [False, True])
def test_each_regression_is_looked_at(exchangeable):
    bent = FRAME.copy()
    for who in "wm":
        bent[f"sexual_{who}"] = bent[f"communication_{who}"] ** 2 + bent[f"sexual_{who}"] / 4
    made = mediation(bent, exchangeable=exchangeable, bootstrap=0)
    doubted = {one.name for one in made.assumptions if one.verdict == "doubtful"}
    bends = {"sexual: straight lines"} if exchangeable else {"sexual_w: straight lines", "sexual_m: straight lines"}
    assert bends <= doubted
    told = {one.name: one.verdict for one in made.assumptions}
    assert told["emotional: straight lines" if exchangeable else "emotional_w: straight lines"] == "no sign against it"
    assert told["causes come before effects"] == "cannot be told"
    said = str(made)
    assert "What this cannot say" in said
    assert "straight lines" in said
    assert made.to_dict()["cannot_say"]
    assert "ll ways over emotional minus all ways over sexual: " in made.apa()


def test_assumptions_of_one_form_stand_together():
    fine = [
        assumption(name, "", doubtful=False) for name in ("a: even", "a: straight", "b: even", "b: straight", "all")
    ]
    assert assumption_lines(fine) == ["  no sign against: even, straight (a, b); all"]


def test_one_call_from_a_file_gives_the_same(told_apart):
    found = ims.actor_partner(
        ims.example("couples_mediation"), predictor="communication", mediator=["emotional", "sexual"],
        outcome="satisfaction", bootstrap=1000,
    )  # fmt: skip
    for one, other in zip(found.mediation.differences, told_apart.differences, strict=True):
        assert one.est == pytest.approx(other.est, abs=1e-6)
    assert {one.kind for one in found.apim.paths} == {"actor", "partner"}


def test_missing_answers_have_no_bootstrap_and_that_is_said():
    gone = FRAME.copy()
    gone.loc[:30, "sexual_w"] = np.nan
    made = mediation(gone, missing="fiml", draws=500)
    assert np.isnan(made.effects[0].percentile[0])
    assert any("take the Monte Carlo intervals" in note for note in made.notes)


def test_the_command_compares_two_mediators(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["couples", str(ims.example("couples_mediation")), "--predictor", "communication", "--mediator", "emotional",
              "sexual", "--outcome", "satisfaction", "--bootstrap", "300", "--distinguishable", "--json", "-"])  # fmt: skip
    assert (ended.value.code or 0) == 0
    found = json.loads(capsys.readouterr().out)["mediation"]
    assert found["bootstrap"] == 300
    assert len(found["differences"]) == 12


ACROSS = np.array([[0.35, 0.15], [0.2, 0.3]])  # of actor and of partner, into two mediators
ON = np.array([[0.4, 0.1], [0.25, 0.05]])


def simulated_couples(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Partners told apart; every way into a mediator, and on from it, of known size."""

    def two(r: float) -> np.ndarray:
        return rng.normal(size=(n, 2)) @ np.linalg.cholesky([[1, r], [r, 1]]).T

    def mixed(values: np.ndarray, actor: float, partner: float) -> np.ndarray:
        return actor * values + partner * values[:, ::-1]

    x = two(0.4)
    ways = [mixed(x, *step) + two(0.3) for step in ACROSS]
    y = mixed(x, 0.2, 0.1) + sum(mixed(m, *step) for m, step in zip(ways, ON, strict=True)) + two(0.3)
    together = np.column_stack([x, *ways, y])
    return pd.DataFrame(together, columns=[f"{stem}_{who}" for stem in STEMS for who in "wm"])


def true_effect(path: str, kind: str) -> float:
    first, second = (way == "partner" for way in kind.split("-"))
    place = 0 if "emotional" in path else 1
    return ACROSS[place, int(first)] * ON[place, int(second)]


def covered(true: float, low: float, high: float) -> bool:
    return low <= true <= high


@pytest.mark.slow
@pytest.mark.parametrize("exchangeable", [False, True])
def test_intervals_cover_indirect_effects_and_their_differences(exchangeable):
    rng, runs = np.random.default_rng(2013), 150 if exchangeable else 200
    hits: dict[str, list[bool]] = {}
    for run in range(runs):
        drawn = simulated_couples(rng, 150)
        made = mediation(drawn, exchangeable=exchangeable, bootstrap=500, draws=2000, seed=run)
        for one in (effect for effect in made.effects if not effect.kind.startswith("total")):
            true = true_effect(one.path, one.kind)
            hits.setdefault("delta", []).append(covered(true, one.low, one.high))
            hits.setdefault("Monte Carlo", []).append(covered(true, one.mc_low, one.mc_high))
            hits.setdefault("percentile", []).append(covered(true, *one.percentile))
            hits.setdefault("bias-corrected", []).append(covered(true, *one.bias_corrected))
        for one in (route for route in made.differences if not route.path.endswith("all ways")):
            kind = one.path.rpartition(", ")[2]
            true = true_effect(one.first, kind) - true_effect(one.second, kind)
            hits.setdefault("difference", []).append(covered(true, *one.percentile))
    shares = {name: 100 * float(np.mean(found)) for name, found in hits.items()}
    assert all(abs(share - 95) < 2.5 for share in shares.values()), shares
