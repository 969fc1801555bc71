"""Answers are scored once: whoever is handed scores uses them and their rule; each figure that once was wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.analysis.couples import analyse_couples, couples_of
from intimacy_scales.analysis.norms import error_of
from intimacy_scales.base.errors import ResponseError
from report_pages import DAY, simulated

SRC = Path(ims.__file__).parent
MAY_GO_BACK = {
    "output/report/sample/page.py": "pictures of the answers themselves, and rows set aside",
    "analysis/couples/partners/answer_pairs.py": "two columns of partners become one: the answers move with their scores",
    "analysis/reliability/scale_reliability.py": "covariances and totals are of the answers; mean, SD and SEM of the scores",
    "analysis/couples/wide_form.py": "two rows become one: the answers move with their scores",
    "analysis/reliability/sample_sums.py": "sums of the answers, which batches add up; mean, SD and SEM are of the scores",
    "analysis/reliability/streamed.py": "whether rows of a batch are partners: columns of names, no answers",
    "analysis/change/before_after.py": "how numbers were counted before and after; no score is made",
    "analysis/change/occasions_series.py": "how numbers were counted at each occasion; no score is made",
    "analysis/norms/local_norms.py": "scores without a row, for what they are called",
}


def sem_of(scores, column):
    part = scores[column]
    found = ims.reliability(scores, bootstrap=0).scales[part.bank.id][part.key]
    return found.sem, part.values[~np.isnan(part.values)].std(ddof=1) * np.sqrt(1 - found.alpha.value)


def sems_on(report):
    """The SEMs that a sample's report prints, scale by scale."""
    text = re.sub(r"<[^>]+>", "", report.html).replace("\N{NO-BREAK SPACE}", " ")
    return [float(one) for one in re.findall(r"SEM = ([0-9.]+[0-9])", text)]


@pytest.mark.parametrize("room", ["analysis", "advice", "output"])
def test_no_room_goes_back_to_the_answers(room):
    found = []
    for file in sorted((SRC / room).rglob("*.py")):
        name = file.relative_to(SRC).as_posix()
        text = file.read_text(encoding="utf-8")
        if name not in MAY_GO_BACK and re.search(r"scores\.responses\b(?!\.model)|\bscore_responses\(", text):
            found.append(name)
    assert found == []


def test_a_report_on_means_shows_the_sem_of_means():
    scores = ims.score(simulated("eis", n=100), combine="mean")
    shown = sems_on(ims.report(scores, when=DAY))
    plain = [part for part in scores.parts if part.derived is None]
    assert len(shown) == len(plain)
    for part, printed in zip(plain, shown, strict=True):
        own, expected = sem_of(scores, part.column)
        assert own == pytest.approx(expected)
        assert printed == pytest.approx(expected, abs=0.005)
        assert printed < 1  # of a score from 1 to 5


def test_min_answered_reaches_the_sem_of_a_report():
    answers = simulated("eis", n=150, missing=0.12, seed=3)
    loose, strict = (ims.score(answers, min_answered=least) for least in (3, 5))
    pages = [sems_on(ims.report(one, when=DAY)) for one in (loose, strict)]
    assert pages[0] != pages[1]
    assert pages[1] == sems_on(ims.report(answers, min_answered=5, when=DAY))
    assert sem_of(strict, "eis_total")[0] == pytest.approx(sem_of(strict, "eis_total")[1])


def test_partners_compared_keep_the_metric_of_their_scores():
    a, b = ims.score([4, 5, 4, 5, 4], "eis", combine="mean"), ims.score([2, 3, 2, 3, 3], "eis", combine="mean")
    two = ims.compare_partners(a, b, "eis")
    assert two["eis_total"].scores == pytest.approx((4.4, 2.6))
    assert two["eis_total"].difference.value == pytest.approx(1.8)
    assert two.for_partner("a").scores["eis_total"].values.tolist() == pytest.approx([4.4])


def test_partners_scored_with_fewer_answers_are_compared():
    a, b = (ims.score({1: 4, 2: 5, 3: x}, "eis", min_answered=3) for x in (3, 1))
    assert ims.compare_partners(a, b, "eis")["eis_total"].scores == pytest.approx((20, 50 / 3))
    raw = ims.compare_partners({1: 4, 2: 5, 3: 3}, {1: 4, 2: 5, 3: 1}, "eis", min_answered=3)
    assert raw["eis_total"].scores == pytest.approx((20, 50 / 3))


def test_partners_and_occasions_scored_by_two_rules_are_refused():
    mean, total = ims.score([4, 5, 4, 5, 4], "eis", combine="mean"), ims.score([2, 3, 2, 3, 3], "eis")
    with pytest.raises(ResponseError, match="eis_total: is scored by two rules: mean of the keyed answers"):
        ims.compare_partners(mean, total, "eis")
    with pytest.raises(ResponseError, match=r"before and after: is scored by two rules"):
        ims.reliable_change(mean, total)


def test_a_couples_report_on_means_shows_means():
    answers = simulated("eis", n=60, partners=True)
    scores = ims.score(answers, combine="mean")
    facts = ims.report(scores, couple="secret-0003", when=DAY).facts["couple"]
    own = [scores[f"eis_total_{partner}"].values[3] for partner in ("a", "b")]
    assert own == pytest.approx([3.2, 5.0])
    shown = facts["scales"]["eis"]["total"]
    assert shown["scores"] == own
    assert shown["possible"] == [1, 5]
    assert shown["difference"]["value"] == pytest.approx(-1.8)
    both = [scores[f"eis_total_{partner}"] for partner in "ab"]  # a and b are exchangeable: errors from all persons
    spread = np.nanstd(np.concatenate([part.values for part in both]), ddof=1)
    keyed = pd.DataFrame(np.concatenate([scores.keyed(part) for part in both])).cov().to_numpy()  # pairwise
    alpha = 5 / 4 * (1 - np.trace(keyed) / keyed.sum())
    for sem in shown["sem"]:
        assert sem == pytest.approx(spread * np.sqrt(1 - alpha))
        assert sem < 1
    assert max(analyse_couples(couples_of(scores)).agreements[0].means) <= 5


def test_couples_rows_are_taken_over_not_scored_anew():
    import pandas as pd

    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.integers(1, 6, (80, 5)), columns=[f"eis_{j}" for j in range(1, 6)])
    frame["couple"], frame["who"] = [f"c{j // 2}" for j in range(80)], ["w", "m"] * 40
    scores = ims.score(frame, "eis", combine="mean")
    couples = couples_of(scores, couple="couple", partner="who")
    np.testing.assert_array_equal(couples.scores["eis_total_w"].values, scores["eis_total"].values[::2])
    np.testing.assert_array_equal(couples.scores["eis_total_m"].values, scores["eis_total"].values[1::2])


def test_a_reliability_of_other_scores_is_refused_in_a_report():
    answers = simulated("eis", n=60)
    with pytest.raises(ResponseError, match="one rule in one report"):
        ims.report(ims.score(answers, combine="mean"), reliability=ims.reliability(answers, bootstrap=0))


def test_rows_of_scores_are_these_scores():
    scores = ims.score(simulated("eis", n=40), combine="mean")
    some = scores.rows([5, 2])
    assert len(some) == 2
    assert some["eis_total"].values.tolist() == scores["eis_total"].values[[5, 2]].tolist()
    assert some.ids == ("secret-0005", "secret-0002")
    with pytest.raises(ValueError, match="read-only"):
        some["eis_total"].values[0] = 0


def test_the_error_of_a_score_is_on_its_metric():
    answers = simulated("eis", n=120)
    total, mean = (ims.score(answers, combine=how) for how in ("sum", "mean"))
    one, other = (error_of(scores, scores["eis_total"]).sem[0] for scores in (total, mean))
    assert other == pytest.approx(one / 5)


def test_every_command_that_scores_hears_min_answered(tmp_path):
    """reliability and report print the SEM of the scores that --min-answered leaves."""
    from intimacy_scales.cli import main

    answers = simulated("eis", n=120, missing=0.12, seed=3)
    frame = pd.DataFrame(dict(zip((f"eis_{j}" for j in range(1, 6)), answers.answered[0].answers, strict=True)))
    frame.to_csv(tmp_path / "m.csv", index=False)
    for least in (3, 5):
        expected = sem_of(ims.score(frame, "eis", min_answered=least), "eis_total")[1]
        out = tmp_path / f"rel{least}.json"
        common = [str(tmp_path / "m.csv"), "--bank", "eis", "--min-answered", str(least), "--quiet"]
        with pytest.raises(SystemExit, match=r"^0$"):
            main(["reliability", *common, "--json", str(out)])
        assert json.loads(out.read_text())["reliability"]["eis"]["total"]["sem"] == pytest.approx(expected)
        page = tmp_path / f"page{least}.html"
        with pytest.raises(SystemExit, match=r"^0$"):
            main(["report", *common, "--for", "research", "--out", str(page)])
        text = re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")).replace("\N{NO-BREAK SPACE}", " ")
        assert f"SEM = {expected:.2f})" in text
