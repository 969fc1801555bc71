"""Missing answers, robust estimators, groups and ordinal ladders against lavaan 0.6-14 and semTools 0.5-6.

``reference/lavaan.json`` is what ``reference/make_lavaan.R`` wrote from the CSV files beside it.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.statistics import sem
from intimacy_scales.statistics.polychoric import polychoric

HERE = Path(__file__).parent / "reference"
R = json.loads((HERE / "lavaan.json").read_text(encoding="utf-8"))
SCALES = ("emotional", "social", "sexual", "intellectual", "recreational", "conventionality")
REVERSED = np.array((8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36)) - 1
NAMES = [f"pair_{k}" for k in range(1, 37)]
SIX = {scale: NAMES[first::6] for first, scale in enumerate(SCALES)}
THREE = {scale: SIX[scale] for scale in SCALES[:3]}
TWO = {scale: SIX[scale] for scale in ("emotional", "sexual")}
ORDINAL = [item for items in TWO.values() for item in items]
PLAIN = {
    "chisq": "chisq", "df": "df", "pvalue": "p", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "srmr": "srmr",
    "logl": "logl", "unrestricted.logl": "logl_saturated", "aic": "aic", "bic": "bic", "baseline.df": "baseline_df",
    "rmsea.ci.lower": "rmsea_lower", "rmsea.ci.upper": "rmsea_upper", "baseline.chisq": "baseline_chisq",
}  # fmt: skip
SCALED = {
    "chisq.scaled": "chisq", "chisq.scaling.factor": "scaling", "cfi.scaled": "cfi", "tli.scaled": "tli",
    "rmsea.scaled": "rmsea", "rmsea.ci.lower.scaled": "rmsea_lower", "rmsea.ci.upper.scaled": "rmsea_upper",
    "cfi.robust": "robust_cfi", "tli.robust": "robust_tli", "rmsea.robust": "robust_rmsea",
    "baseline.chisq.scaled": "baseline_chisq",
}  # fmt: skip
COARSE = ("rmsea.ci.lower", "rmsea.ci.upper", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled")  # R's root: 1e-4


def read(name):
    answers = np.genfromtxt(HERE / name, delimiter=",", skip_header=1, missing_values="NA")
    answers[:, REVERSED] = 4 - answers[:, REVERSED]
    return answers


@pytest.fixture(scope="module")
def whole():
    return sem.sample(read("pair_complete.csv"), NAMES)


@pytest.fixture(scope="module")
def gaps():
    return sem.sample(read("pair.csv"), NAMES, missing="fiml")


def agrees(fit, reference, groups=None):
    """Indices to 2e-5 (chi-squares 2e-7 of themselves), estimates to 5e-5, standard errors to 1e-5."""
    for name, wanted in reference["fit"].items():
        if wanted is None or (name.endswith(".robust") and fit.estimator in {"ML", "WLSMV"}):
            continue  # robust indices are given with robust estimators of continuous answers
        mine = getattr(fit.measures, PLAIN[name]) if name in PLAIN else getattr(fit.measures.scaled, SCALED[name])
        near = 1e-4 if name in COARSE else max(2e-5, 2e-7 * abs(wanted))
        assert mine == pytest.approx(wanted, abs=near), name
    assert len(reference["est"]) > 10
    for group, lhs, op, rhs, *values in reference["est"]:
        mine = fit.estimate(lhs + op + rhs, groups[int(group) - 1] if groups else None)
        est, se, std, std_se = map(float, values)
        assert (mine.est, mine.std) == pytest.approx((est, std), abs=5e-5), mine.name
        assert (mine.se, mine.std_se) == pytest.approx((se, std_se), abs=1e-5), mine.name


def same_step(restricted, general, wanted):
    found = sem.difference_test(restricted, general)
    assert (found.chisq, found.df, found.p) == pytest.approx((wanted["chisq"], wanted["df"], wanted["p"]), abs=5e-5)


@pytest.mark.parametrize(("name", "estimator"), [("fiml", "ML"), ("mlr_fiml", "MLR")])
def test_six_factors_with_missing_answers(gaps, name, estimator):
    agrees(sem.fit(sem.cfa_model(SIX), gaps, estimator=estimator), R[name])


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_six_factors_robust(whole, estimator):
    agrees(sem.fit(sem.cfa_model(SIX), whole, estimator=estimator), R[estimator.lower()])


def test_bifactor(whole):
    fit = sem.fit(sem.bifactor_model("general", SIX), whole)
    agrees(fit, R["bifactor"])
    sums = sem.factor_sums(fit)
    share = sums.by_factor["general"].true / (sums.true + sums.error)
    assert share == pytest.approx(R["bifactor_omega"]["hierarchical"], abs=1e-6)
    assert sums.reliability == pytest.approx(R["bifactor_omega"]["total"], abs=1e-6)


def test_second_order(whole, gaps):
    model = sem.second_order_model("all", SIX)
    agrees(sem.fit(model, whole), R["second_order"])
    fit = sem.fit(model, gaps, estimator="MLR")
    agrees(fit, R["second_order_fiml_mlr"])
    assert "all" not in sem.factor_sums(fit).by_factor  # nothing observed to sum


def test_composite_reliability_and_variance_extracted_are_those_of_semtools(whole, gaps):
    wanted = R["composite"]
    fit = sem.fit(sem.cfa_model(SIX), whole)
    sums = sem.factor_sums(fit)
    missing = sem.factor_sums(sem.fit(sem.cfa_model(SIX), gaps))
    for scale in SCALES:
        assert sums.by_factor[scale].reliability == pytest.approx(wanted["model_implied"][scale], abs=1e-6)
        # semTools weighs items by their variances, ours (Fornell and Larcker's, standardized) all alike
        squares = sum(fit.estimate(f"{scale}=~{item}").est ** 2 for item in SIX[scale])
        assert squares / (squares + sums.by_factor[scale].error) == pytest.approx(wanted["ave"][scale], abs=1e-6)
        assert sums.by_factor[scale].extracted == pytest.approx(wanted["ave"][scale], abs=5e-3)
        assert missing.by_factor[scale].reliability == pytest.approx(wanted["fiml_implied"][scale], abs=1e-6)
    assert sums.reliability == pytest.approx(wanted["total_implied"]["total"], abs=1e-6)


def test_scaled_difference_with_missing_answers(gaps):
    blocks = (sem.loading(scale, dict.fromkeys(items, f"e_{scale}")) for scale, items in THREE.items())
    free = sem.fit(sem.cfa_model(THREE), gaps, estimator="MLR")
    same_step(sem.fit(sem.path_model(*blocks), gaps, estimator="MLR"), free, R["mlr_fiml_difference"])


def grouped(answers):
    """Rows in the order of their groups, and these: who answered an item of another scale low or high."""
    answers = answers[~np.isnan(answers[:, 5])]
    labels = np.where(answers[:, 5] > 2, "high", "low")
    order = np.argsort(labels != "low", kind="stable")
    return answers[order], labels[order]


def test_invariance_with_missing_answers_and_robust_tests():
    answers, labels = grouped(read("pair.csv"))
    data = sem.sample(answers, NAMES, groups=labels, missing="fiml")
    before = None
    for level, model in sem.invariance_ladder(sem.cfa_model(THREE), data.groups).items():
        fit = sem.fit(model, data, estimator="MLR")
        agrees(fit, R["mlr_groups"][level], data.groups)
        if before is not None:
            same_step(fit, before, R["mlr_groups_steps"][level])
        before = fit


def ordinal(answers, labels):
    groups = list(dict.fromkeys(labels))
    answers = answers[:, [NAMES.index(name) for name in ORDINAL]]
    parts = [answers[np.array(labels) == group] for group in groups]
    found = [polychoric(part) for part in parts]
    codes = [np.column_stack([np.searchsorted(used, part[:, j]) for j, used in enumerate(one.categories)])
             for part, one in zip(parts, found, strict=True)]  # fmt: skip
    return sem.ordinal_sample(codes, [one.thresholds for one in found], [one.correlations for one in found], ORDINAL,
                              groups=groups)  # fmt: skip


def test_ordinal_answers_and_their_difference_test():
    data = ordinal(read("pair_complete.csv"), [""] * 400)
    free = sem.fit(sem.cfa_model(TWO), data)
    agrees(free, R["wlsmv"])
    half = sem.Parameter(lhs="emotional", op="~~", rhs="sexual", free=False, value=0.5)
    same_step(sem.fit(sem.with_changes(sem.cfa_model(TWO), add=(half,)), data), free, R["wlsmv_nested"])


def test_ordinal_ladder_is_that_of_wu_and_estabrook():
    """The syntax is semTools' ``measEq.syntax(ID.cat = "Wu.Estabrook.2016", ID.fac = "std.lv")``."""
    data = ordinal(*grouped(read("pair_complete.csv")))
    ladder = sem.invariance_ladder(sem.cfa_model(TWO), data.groups, thresholds=dict.fromkeys(ORDINAL, 4))
    before = None
    for level, model in ladder.items():
        fit = sem.fit(model, data, parameterization="theta")
        agrees(fit, R["wlsmv_groups"][level], data.groups)
        if before is not None:
            same_step(fit, before, R["wlsmv_groups_steps"][level])
        before = fit


def test_robust_indices_of_missing_answers_are_the_usual_ones_when_nothing_is_missing():
    """The correction for missing answers, asked for where there are none, changes nothing."""
    from intimacy_scales.statistics.sem.robust import complete_chi

    answers = read("pair_complete.csv")[:, :12:2]
    names = NAMES[:12:2]
    model = sem.cfa_model({"f": names}, means=True)
    fit = sem.fit(model, sem.sample(answers, names, missing="fiml"), estimator="MLR")
    found = complete_chi(fit.setup, fit.theta)
    assert found.value == pytest.approx(fit.measures.chisq, abs=1e-8)
    mlm = sem.fit(model, sem.sample(answers, names), estimator="MLM")
    assert found.scaling == pytest.approx(mlm.measures.scaled.scaling, rel=0.05)
    assert np.isnan(complete_chi(sem.fit(sem.cfa_model({"f": ORDINAL}), ordinal(read("pair_complete.csv"), [""] * 400)).setup,
                                 fit.theta).value)  # fmt: skip


def test_one_thread_gives_back_what_was_set():
    from threadpoolctl import threadpool_info, threadpool_limits

    from intimacy_scales.statistics.threads import one_thread

    def threads():
        return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}

    with threadpool_limits(2, user_api="blas"):
        before = threads()
        assert one_thread(threads)() == {1}
        assert threads() == before
