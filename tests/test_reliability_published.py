"""Figures that others published for real answers: equal where their definition is ours, to the digits they print.

The answers stay where they are (they are not ours to ship); without them these tests are skipped.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.analysis.reliability import reliability_of
from intimacy_scales.statistics.consistency.coefficients import alpha, item_rest, standardized, without
from intimacy_scales.statistics.consistency.items import ItemLabels, item_table
from intimacy_scales.statistics.consistency.omega import omega_by_minres, one_factor_omega
from intimacy_scales.statistics.consistency.splits import split_half
from intimacy_scales.statistics.moments import Moments, pairwise_covariance
from small_banks import numbers_of, small_bank, vouched

ANSWERS = Path(__file__).parents[1].parent / "shared" / "data" / "answers"
pytestmark = pytest.mark.skipif(not ANSWERS.is_dir(), reason="the shared answers are not here")


def columns_like(text, pattern):
    names = [name.strip('"') for name in text.removeprefix("\ufeff").splitlines()[0].split(",")]
    return [name for name in names if re.fullmatch(pattern, name)]


def reliability(file, pattern, *, codes, reverse=(), wishes=None):
    """One scale of the columns that match, through a bank written for it."""
    text = (ANSWERS / file).read_text(encoding="utf-8")
    names = columns_like(text, pattern)
    bank = small_bank({"total": range(1, len(names) + 1)}, codes=codes, reverse=reverse)
    return reliability_of(vouched(bank, numbers_of(text, names)), bootstrap=0, **(wishes or {}))["small.total"]


ZELIONKAITE = {  # raw alpha, std alpha, G6, average r, mean, sd, median r
    r"GAD\d": (range(4), ".82 .81 .82 .38 .88 .54 .36"),
    r"PA\d+": (range(1, 6), ".83 .83 .84 .31 3.2 .54 .30"),
    r"NA\d+": (range(1, 6), ".87 .87 .89 .38 2.3 .65 .37"),
    r"TAS\d+D": (range(1, 6), ".74 .74 .72 .37 2.6 .89 .36"),
    r"TAS\d+I": (range(1, 6), ".71 .72 .73 .26 2.3 .72 .23"),
    r"TAS\d+EX": (range(1, 6), ".56 .55 .59 .13 2 .52 .10"),
    r"TAS\d+\w+": (range(1, 6), ".81 .81 .86 .17 2.3 .54 .18"),
    r"H\d+": (range(1, 6), ".74 .74 .78 .23 3.5 .62 .20"),
    r"E\d+": (range(1, 6), ".76 .77 .79 .25 3.1 .63 .22"),
    r"Ex\d+": (range(1, 6), ".85 .85 .87 .37 3.0 .72 .35"),
    r"A\d+": (range(1, 6), ".77 .77 .81 .26 3.2 .63 .25"),
    r"C\d+": (range(1, 6), ".75 .76 .79 .24 3.4 .59 .23"),
    # printed as .76 and .21 in the publication; R 4.2.2 with psych 2.2.9 gives .754992 and .203376 for this file
    r"O\d+": (range(1, 6), ".73 .73 .755 .21 3.7 .61 .203"),
}


def agrees(value, printed):
    """Whether a figure is what was printed, at the digits that were printed."""
    digits = len(printed.partition(".")[2])
    return abs(value - float(printed)) <= 0.5 * 10**-digits + 1e-9


@pytest.mark.parametrize("pattern", ZELIONKAITE)
def test_alpha_with_missing_answers(pattern):
    codes, printed = ZELIONKAITE[pattern]
    found = reliability("zelionkaite_metrics.csv", pattern, codes=tuple(codes))
    ours = (found.alpha.value, found.alpha_standardized, found.lambda6, found.average_r, found.score.mean,
            found.score.sd, found.median_r)  # fmt: skip
    assert [agrees(value, text) for value, text in zip(ours, printed.split(), strict=True)] == [True] * 7, ours


def test_item_table_of_the_gad():
    """Item-total and item-rest as R 4.2.2 with psych 2.2.9 gives them for this file.

    The published table has .83 and .81 for the item-total of items 2 and 3, and for item 7, in place of the item-rest r,
    what psych calls r.cor (.367): those three do not reproduce with psych 2.2.9 either.
    """
    found = reliability("zelionkaite_metrics.csv", r"GAD\d", codes=(0, 1, 2, 3))
    total = [0.8473330, 0.8239214, 0.8183050, 0.6517111, 0.5969430, 0.5552919, 0.4970792]
    rest = [0.7621017, 0.7348004, 0.7105748, 0.5117936, 0.4782024, 0.3848972, 0.3244518]
    assert [item.n for item in found.items] == [108, 108, 108, 106, 108, 107, 108]
    np.testing.assert_allclose([item.item_total_r for item in found.items], total, atol=1e-7)
    np.testing.assert_allclose([item.item_rest_r for item in found.items], rest, atol=1e-7)
    for item, printed in zip(found.items, [".75", ".76", ".76", ".80", ".80", ".82", ".83"], strict=True):
        assert agrees(item.alpha_if_dropped, printed)


def test_jasp_seven_questions():
    found = reliability("jasp_Reliability.csv", r"Question_(01|04|05|06|07|08|10)", codes=(1, 2, 3, 4, 5))
    assert found.alpha.value == pytest.approx(0.757381263545318, abs=1e-12)
    assert found.guttman.lambda2 == pytest.approx(0.764552908800386, abs=1e-12)
    assert found.score.mean == pytest.approx(2.50730677335111, abs=1e-10)
    dropped = [.727701679603248, .714226029693282, .724655278339561, .730026221541046, .704421830534527,
               .741268949281306, .748493326739936]  # fmt: skip
    rest = [.482407830305287, .53784756469237, .489045648668465, .473324346566247, .572648610122145, .407453391591579,
            .369190204284386]  # fmt: skip
    np.testing.assert_allclose([item.alpha_if_dropped for item in found.items], dropped, atol=1e-12)
    np.testing.assert_allclose([item.item_rest_r for item in found.items], rest, atol=1e-12)
    means = [2.37417347, 2.78607546, 2.72228704, 2.22714897, 2.92376507, 2.23687281, 2.28082459]
    sds = [0.828022143, 0.948548246, 0.964690421, 1.122002275, 1.102360035, 0.872570436, 0.877129349]
    np.testing.assert_allclose([item.mean for item in found.items], means, atol=1e-8)
    np.testing.assert_allclose([item.sd for item in found.items], sds, atol=1e-8)
    free = found.alpha.distribution_free
    assert free.se == pytest.approx(0.00761777174874793, abs=1e-12)
    assert free.interval.low == pytest.approx(0.742450675275325, abs=6e-4)  # JASP's is symmetric about alpha
    assert free.interval.high == pytest.approx(0.77231182181531, abs=6e-4)
    assert found.omega.value == pytest.approx(0.762830469875068, abs=1e-6)
    assert found.omega.se == pytest.approx(0.00715676502839475, abs=1e-6)
    # JASP's is symmetric about omega; ours lies on ln(1 - omega)
    np.testing.assert_allclose(list(found.omega.interval.ci), [0.748803468173598, 0.776857471576537], atol=6e-4)
    omegas = [.73831872363898, .725416778506327, .735857963823041, .735979687155174, .705632108445892,
              .747791822403911, .752113195750575]  # fmt: skip
    np.testing.assert_allclose([item.omega_if_dropped for item in found.items], omegas, atol=1e-6)


def test_jasp_asrm():
    found = reliability("jasp_asrm.csv", r"asrm_\d", codes=(0, 1, 2, 3, 4, 5), wishes={"level": 0.9})
    assert found.alpha.value == pytest.approx(0.789985434486178, abs=1e-12)
    assert found.guttman.lambda2 == pytest.approx(0.796033564448564, abs=1e-12)
    assert found.average_r == pytest.approx(0.430268419211834, abs=1e-12)
    assert 5 * found.score.mean == pytest.approx(12.5384615384615, abs=1e-10)
    assert 5 * found.score.sd == pytest.approx(3.27799553771123, abs=1e-10)
    dropped = [0.722847443345244, 0.731880726916123, 0.793001084660615, 0.765425655300394, 0.73282849740501]
    rest = [0.649992231778526, 0.630980009291163, 0.433320479366847, 0.519890282401405, 0.620653571262307]
    np.testing.assert_allclose([item.alpha_if_dropped for item in found.items], dropped, atol=1e-12)
    np.testing.assert_allclose([item.item_rest_r for item in found.items], rest, atol=1e-12)
    assert found.alpha.interval.level == 0.9
    assert split_half(found.moments.covariance).odd_even == pytest.approx(0.739928102144539, abs=1e-12)
    # JASP's interval of alpha for this file (standard error .0500543) is neither normal theory (.0378) nor
    # distribution-free (.0395, the one that JASP's other file gives exactly), nor of standardized answers (.0380), nor
    # the jackknife's (.0419) or the bootstrap's (.0419 over 20,000 samples; the spread of twenty is that large one time
    # in seven): it is not reproduced here


def test_jamovi_holzinger():
    """These answers are no codes, so the kernels take them without a bank."""
    text = (ANSWERS / "lavaan_HolzingerSwineford1939.csv").read_text(encoding="utf-8")
    answers = numbers_of(text, [f"x{i}" for i in range(1, 10)])
    n, k = answers.shape
    away = answers - answers.mean(axis=0)
    moments = Moments(
        missing="pairwise", covariance=pairwise_covariance(answers), pair_n=np.full((k, k), n),
        means=answers.mean(axis=0), third=(away**3).mean(axis=0), item_total=np.full(k, np.nan),
        counts=np.zeros((k, 0), dtype=int), answered=np.full(k, n), n_rows=n, n=n, n_complete=n,
    )  # fmt: skip
    assert alpha(moments.covariance) == pytest.approx(0.76049, abs=5e-6)
    assert answers.mean(axis=1).mean() == pytest.approx(4.216, abs=1e-3)
    table = item_table(moments, labels=[ItemLabels(number=n, name="", gloss="", reversed=False) for n in range(1, 10)],
                       codes=[()] * 9, covariance=moments.covariance)  # fmt: skip
    means = [4.936, 6.088, 2.25, 3.061, 4.341, 2.186, 4.186, 5.527, 5.374]
    sds = [1.167, 1.177, 1.131, 1.164, 1.29, 1.096, 1.09, 1.013, 1.009]
    rest = [0.522, 0.275, 0.37, 0.581, 0.525, 0.595, 0.246, 0.369, 0.495]
    dropped = [0.725, 0.764, 0.749, 0.715, 0.724, 0.714, 0.766, 0.748, 0.731]
    np.testing.assert_allclose([item.mean for item in table], means, atol=1e-3)
    np.testing.assert_allclose([item.sd for item in table], sds, atol=1e-3)
    np.testing.assert_allclose(item_rest(moments.covariance), rest, atol=1e-3)
    np.testing.assert_allclose([item.alpha_if_dropped for item in table], dropped, atol=1e-3)
    omegas = [0.743, 0.774, 0.764, 0.724, 0.731, 0.722, 0.776, 0.764, 0.750]
    correlation = standardized(moments.covariance)
    ours = [omega_by_minres(without(correlation, j)) for j in range(9)]
    np.testing.assert_allclose(ours, omegas, atol=1e-3)
    assert omega_by_minres(correlation) == pytest.approx(0.771, abs=1e-3)
    # three factors are forced into one here: by maximum likelihood it explains less
    assert one_factor_omega(moments.covariance, n=301).value == pytest.approx(0.738, abs=1e-3)
    assert table[0].frequencies == {}


@pytest.mark.parametrize(
    ("missing", "value", "ends"),
    [("pairwise", 0.732660835214447, (0.435, 0.909)), ("listwise", 0.8016949152542373, (0.581, 0.933))],
)
def test_pingouin_with_missing_answers(missing, value, ends):
    found = reliability("pingouin_cronbach_wide_missing.csv", r"Q\d+", codes=(0, 1), wishes={"missing": missing})
    assert found.alpha.value == pytest.approx(value, abs=1e-12)
    # pingouin counts the incomplete rows as well: its interval is too narrow
    assert found.alpha.interval.low < ends[0] - 0.005
    assert found.alpha.interval.high > ends[1]


def test_psych_bfi_unreversed_and_reversed():
    found = reliability("psych_bfi.csv", r"[ACENO]\d", codes=(1, 2, 3, 4, 5, 6))
    ours = (found.alpha.value, found.alpha_standardized, found.lambda6, found.average_r, found.score.mean,
            found.score.sd, found.median_r)  # fmt: skip
    assert all(
        agrees(v, t) for v, t in zip(ours, [".5345", ".5348", ".6859", ".0440", "3.769", ".408", ".0357"], strict=True)
    ), ours
    assert any(note.startswith("item 11 hardly goes with the scale") for note in found.notes)  # r = -.08: near zero
    found = reliability("psych_bfi.csv", r"A\d", codes=(1, 2, 3, 4, 5, 6), reverse=(1,))
    ours = (found.alpha.value, found.alpha_standardized, found.lambda6, found.average_r)
    assert all(agrees(v, t) for v, t in zip(ours, [".7030", ".7130", ".6828", ".3320"], strict=True)), ours
    for item, printed in zip(found.items, [".719", ".617", ".600", ".686", ".643"], strict=True):
        assert agrees(item.alpha_if_dropped, printed)
