"""Structure of very many rows: from sums that merge, the same for any size and order of batches, and for the rows."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intimacy_scales as ims
from intimacy_scales.analysis.structure import streamed, structure_parts
from intimacy_scales.analysis.structure.structure_parts import StructureOptions, structure_of_sums
from intimacy_scales.analysis.structure.structure_sums import structure_sums
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.reading.responses import read
from intimacy_scales.statistics.factoring.correlation_matrix import correlate, correlations_of_sums
from intimacy_scales.statistics.factoring.random_correlations import AnsweredPatterns, of_patterns, of_persons
from intimacy_scales.statistics.item_sums import item_sums
from intimacy_scales.statistics.polychoric import polychoric, shuffled_correlations
from intimacy_scales.statistics.products import merged
from intimacy_scales.statistics.sem import (
    cfa_model,
    equality_tests,
    fit,
    invariance_ladder,
    measures_of_covariance,
    ordinal_sample,
    sample,
    sample_from_item_sums,
    sample_from_moments,
)
from intimacy_scales.statistics.sem.normal import terms
from intimacy_scales.statistics.sem.patterns import patterns_of
from small_banks import small_bank, vouched
from test_engines import FRAMES
from test_sample_sums import close

TWO = small_bank({"a": range(1, 5), "b": range(5, 10)}, codes=range(1, 6), reverse=(2, 7))
ENDS = np.array([[1, 5]] * 9)
TURNED = np.isin(np.arange(1, 10), [2, 7])
QUICK = StructureOptions(iterations=5)


def answers(n, *, missing=0.1, seed=1, constant=None):
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, 2))[:, [0] * 4 + [1] * 5]
    x = np.clip(np.rint(3 + factor + rng.normal(size=(n, 9))), 1, 5)
    x[:, [1, 6]] = 6 - x[:, [1, 6]]
    x[rng.random(x.shape) < missing] = np.nan
    if constant is not None:
        x[:, constant] = np.where(np.isnan(x[:, constant]), np.nan, 4)
    return x


def keyed(x):
    return np.where(TURNED, 6 - x, x)


def parts_of(x, cuts, shuffled):
    edges = [0, *sorted(min(cut, len(x)) for cut in cuts), len(x)]
    parts = [x[a:b] for a, b in itertools.pairwise(edges)]
    shuffled.shuffle(parts)
    return parts


@settings(deadline=None, max_examples=30)
@given(
    st.integers(2, 150), st.lists(st.integers(0, 150), max_size=5), st.randoms(use_true_random=False),
    st.sampled_from([0.0, 0.1, 0.6]), st.sets(st.integers(0, 8), min_size=2),
)  # fmt: skip
def test_item_sums_merge_exactly_and_are_those_of_the_rows(n, cuts, shuffled, missing, items):
    x, places = answers(n, missing=missing, seed=n), sorted(items)
    made = merged(item_sums(list(part.T), ends=ENDS, turned=TURNED) for part in parts_of(x, cuts, shuffled)).of(places)
    rows = keyed(x)[:, places]
    rows = rows[~np.isnan(rows).all(axis=1)]
    seen = ~np.isnan(rows)
    assert (made.n_rows, made.n, made.n_complete) == (n, len(rows), seen.all(axis=1).sum())
    np.testing.assert_array_equal(made.pairs().pair_n, seen.T.astype(int) @ seen)
    np.testing.assert_array_equal(made.pairs().products, np.where(seen, rows - 1, 0).T @ np.where(seen, rows - 1, 0))
    varies = [seen[:, j].any() and np.ptp(rows[seen[:, j], j]) > 0 for j in range(len(places))]
    assert made.varying().tolist() == varies
    if len(rows):
        patterns, _ = patterns_of(rows)
        own = made.patterns()
        np.testing.assert_array_equal(own.mask, patterns.mask)
        np.testing.assert_array_equal(own.n, patterns.n)
        np.testing.assert_allclose(own.means, patterns.mean, rtol=1e-14)
        np.testing.assert_array_equal(own.several, patterns.several)
        np.testing.assert_allclose(own.covariance, patterns.cov, atol=1e-14)
        mask, counts = made.answered()
        np.testing.assert_array_equal(mask, own.mask)
        np.testing.assert_array_equal(counts, own.n)
        r = correlate(rows, smoothing=False).correlations
        if np.isfinite(r).all():
            np.testing.assert_array_equal(correlations_of_sums(made, ["i"] * len(places)).n_complete, made.n_complete)
            np.testing.assert_allclose(correlations_of_sums(made, ["i"] * len(places)).correlations,
                                       correlate(rows).correlations, atol=1e-14)  # fmt: skip


def test_sums_of_other_items_and_sums_too_large_are_refused():
    one = item_sums([np.array([1.0])] * 2, ends=[[1, 5]] * 2)
    with pytest.raises(ResponseError, match="of other items"):
        one + item_sums([np.array([1.0])] * 3, ends=[[1, 5]] * 3)
    with pytest.raises(ResponseError, match="too large to be summed exactly"):
        item_sums([np.array([1.0, 2.0])] * 2, ends=[[0, 2**31]] * 2)


def test_many_items_have_patterns_of_several_words():
    rng = np.random.default_rng(1)
    x = np.where(rng.random((60, 130)) < 0.02, np.nan, rng.integers(0, 3, (60, 130)))
    own, (patterns, _) = item_sums(list(x.T), ends=[[0, 2]] * 130).patterns(), patterns_of(x)
    np.testing.assert_array_equal(own.mask, patterns.mask)
    np.testing.assert_allclose(own.means, patterns.mean, rtol=1e-14)


def figures(found):
    """Everything but what is drawn of persons one by one."""
    told = found.to_dict()
    told["parallel"] = {name: value for name, value in told["parallel"].items() if not name.startswith("random")}
    for one in told["htmt"]:
        for name in ("ci", "draws", "seed"):
            one.pop(name)
    told["notes"] = [note for note in told["notes"] if not note.startswith("HTMT: ")]
    return told


@settings(deadline=None, max_examples=8)
@given(
    st.integers(60, 200), st.lists(st.integers(0, 200), max_size=5), st.randoms(use_true_random=False),
    st.sampled_from([0.0, 0.05, 0.3]), st.sampled_from(["fiml", "listwise"]), st.sampled_from([None, 2]),
)  # fmt: skip
def test_structure_of_batches_is_that_of_the_whole(n, cuts, shuffled, missing, rule, constant):
    x = answers(n, missing=missing, seed=n, constant=constant)
    options = StructureOptions(iterations=3, missing=rule)
    whole = structure_of_sums(structure_sums(vouched(TWO, x)), options)
    parts = merged(structure_sums(vouched(TWO, part)) for part in parts_of(x, cuts, shuffled))
    assert json.dumps(structure_of_sums(parts, options).to_dict()) == json.dumps(whole.to_dict())
    assert str(structure_of_sums(parts, options)) == str(whole)


@pytest.mark.parametrize("rule", ["fiml", "listwise"])
@pytest.mark.parametrize("variant", ["correlated", "bifactor"])
@pytest.mark.parametrize("missing", [0.0, 0.05])
def test_sums_give_the_figures_of_the_rows(rule, variant, missing):
    responses = vouched(TWO, answers(400, missing=missing, constant=None))
    rows = ims.structure(responses, iterations=5, missing=rule, variant=variant)
    sums = structure_of_sums(structure_sums(responses), StructureOptions(iterations=5, missing=rule, variant=variant))
    for part in (one := figures(sums)):
        near = 1e-6 if part == "cfa" and variant == "bifactor" else 1e-9  # flat near its minimum
        same(one[part], figures(rows)[part], part, near)
    assert sums.n == rows.n
    assert all(np.isnan(one.low) and one.draws == 0 for one in sums.htmt)
    assert any("without an interval" in note for note in sums.notes)


def same(one, other, where, near):
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            same(one[key], other[key], f"{where}.{key}", near)
    elif isinstance(one, list):
        assert len(one) == len(other), where
        for a, b in zip(one, other, strict=True):
            same(a, b, where, near)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=near, abs=near, nan_ok=True), where
    else:
        assert one == other, where


def test_groups_of_sums_are_those_of_the_rows():
    frame = pd.DataFrame(ims.simulate("eis", 400, seed=3).frame())
    frame["city"] = np.random.default_rng(2).choice(["Graz", "Wien", "Linz", ""], 400, p=[0.45, 0.45, 0.05, 0.05])
    frame.iloc[::7, 2] = None
    responses = ims.read_export(frame, "eis")
    rows = ims.structure(responses, group="city", iterations=5).to_dict()
    made = structure_of_sums(structure_sums(responses, group="city"), StructureOptions(group="city", iterations=5))
    same(made.to_dict()["invariance"], rows["invariance"], "invariance", 1e-7)
    same(made.to_dict()["groups"], rows["groups"], "groups", 1e-6)
    told = [note for note in rows["notes"] if not note.startswith("HTMT")]
    assert [note for note in made.notes if not note.startswith("HTMT")] == told
    assert any("have no value in city" in note for note in told)
    assert any("'Linz'" in note for note in told)


def test_a_column_of_everybodys_own_is_no_column_of_groups(monkeypatch):
    monkeypatch.setattr("intimacy_scales.analysis.structure.structure_sums.MOST_GROUPS", 20)
    frame = pd.DataFrame(ims.simulate("eis", 60, seed=3).frame())
    frame["own"] = [f"p{row}" for row in range(60)]
    with pytest.raises(ResponseError, match="more than 20 different values"):
        structure_sums(ims.read_export(frame, "eis"), group="own")
    halves = [ims.read_export(frame[a:b], "eis") for a, b in ((0, 15), (15, 30))]
    with pytest.raises(ResponseError, match="more than 20 different values"):
        merged(structure_sums(half, group="own") for half in halves)


@pytest.fixture
def few_are_many(monkeypatch):
    """Let a small file stand for a large one; return how many rows went by as sums, one entry a structure."""
    monkeypatch.setattr(read, "LARGE_FILE", 1)
    for module in (structure_parts, streamed):
        monkeypatch.setattr(module, "FEW_ROWS", 50)
    seen, inner = [], streamed.structure_of_sums
    monkeypatch.setattr(
        streamed, "structure_of_sums", lambda sums, asked: (seen.append(sums.n_rows), inner(sums, asked))[1]
    )
    return seen


def sample_frame(n=240, bank="pair"):
    frame = pd.DataFrame(ims.simulate(bank, n, seed=4).frame()).astype(object)
    frame = frame.mask(np.random.default_rng(1).random(frame.shape) < 0.01, "")
    frame["city"] = np.random.default_rng(2).choice(["Graz", "Wien"], n)
    return frame


@pytest.mark.parametrize("options", [(), ("--missing", "listwise", "--factors", "3"), ("--group", "city")])
def test_the_command_says_the_same_of_a_large_file(tmp_path, few_are_many, run, monkeypatch, options):
    bank = "eis" if options[:1] == ("--group",) else "pair"
    sample_frame(bank=bank).to_csv(tmp_path / "export.csv", index=False)
    found = []
    for name, size in (("streamed", 1), ("whole", 10**9)):
        monkeypatch.setattr(read, "LARGE_FILE", size)
        said = run("structure", "export.csv", "--bank", bank, *options, "--json", f"{name}.json")
        assert said.code == 0, said
        told = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        told.pop("run")
        found.append((said.out, json.dumps(told)))
    assert few_are_many == [240]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "engine", sorted(set(FRAMES) - {"pandas", "polars", "pyarrow table", "narwhals v1", "narwhals v2"})
)
def test_every_engine_gives_the_structure_of_the_whole(engine, few_are_many, monkeypatch):
    import pyarrow as pa

    monkeypatch.setattr("intimacy_scales.engines.batch_stream.MOST_ROWS", 60)
    monkeypatch.setattr("intimacy_scales.engines.batch_stream.CELLS_A_BATCH", 7 * 1024)
    monkeypatch.setattr("intimacy_scales.scoring.batches.FEW_ROWS", 50)
    frame = pd.DataFrame(ims.simulate("eis", 160, seed=2).frame())
    frame["id"] = [f"p{row}" for row in range(160)]
    table = pa.Table.from_pandas(frame, preserve_index=False)
    whole = ims.structure(table, "eis", iterations=2).to_dict()
    assert few_are_many == []
    made = ims.structure(FRAMES[engine](table), "eis", iterations=2).to_dict()
    assert few_are_many == [160]
    close(made, whole)


@pytest.mark.parametrize("wish", [{"estimator": "mlr"}, {"estimator": "wlsmv"}, {"cluster": "city"}, {"irt": True}])
def test_what_needs_every_person_is_read_whole(tmp_path, few_are_many, wish):
    path = tmp_path / "export.csv"
    frame = pd.DataFrame(ims.simulate("eis", 200, seed=2).frame())
    frame["city"] = np.random.default_rng(2).choice(list("abcdefghij"), 200)
    frame.to_csv(path, index=False)
    made = ims.structure(path, "eis", iterations=3, **wish)
    assert few_are_many == []
    assert made.cfa is not None
    assert made.cfa.estimator == wish.get("estimator", "mlr" if "cluster" in wish else "ml")
    assert len(made.answers.keyed) == 200


def test_faults_are_those_of_the_whole(tmp_path, few_are_many):
    path = tmp_path / "export.csv"
    frame = sample_frame()
    frame.iloc[-1, 3] = 17
    frame.to_csv(path, index=False)
    with pytest.raises(ResponseError, match=r"17"):
        ims.structure(path, "pair")
    sample_frame().to_csv(path, index=False)
    with pytest.raises(UnknownNameError, match="town"):
        ims.structure(path, "pair", group="town")
    with pytest.raises(UnknownNameError, match="estimator"):
        ims.structure(path, "pair", estimator="mk")
    assert few_are_many == []


def test_answers_that_went_by_are_not_there_any_more(tmp_path, few_are_many):
    path = tmp_path / "export.csv"
    sample_frame().to_csv(path, index=False)
    went_by, at_hand = (
        ims.structure(path, "pair", iterations=3),
        ims.structure(ims.read_export(path, "pair"), iterations=3),
    )
    assert few_are_many == [240]
    with pytest.raises(ResponseError, match="not kept one by one"):
        went_by.answers.keyed  # noqa: B018
    assert at_hand.answers.keyed.shape == (240, 36)
    assert str(went_by) == str(at_hand)
    assert went_by.table().shape == at_hand.table().shape


def test_a_sample_of_sums_is_refused_as_one_of_rows():
    x = answers(60, missing=0.1)
    x[:, 3] = np.where(np.isnan(x[:, 3]), np.nan, 2.0)
    x[np.arange(60) % 2 == 0, 0] = np.nan
    x[np.arange(60) % 2 == 1, 1] = np.nan
    names = [f"i{j}" for j in range(9)]
    sums = item_sums(list(x.T), ends=ENDS)
    with pytest.raises(ResponseError) as of_rows:
        sample(x, names, missing="fiml")
    with pytest.raises(ResponseError) as of_sums:
        sample_from_item_sums({"": sums}, names, missing="fiml")
    assert str(of_sums.value) == str(of_rows.value)
    with pytest.raises(ResponseError, match="usable persons for 9 variables"):
        sample_from_item_sums({"": sums}, names)


def test_a_sample_of_sums_says_who_was_left_out():
    x = answers(200, missing=0.05)
    x[:3] = np.nan
    names, sums = [f"i{j}" for j in range(9)], item_sums(list(x.T), ends=ENDS, turned=TURNED)
    for rule in ("fiml", "listwise"):
        made, rows = sample_from_item_sums({"": sums}, names, missing=rule), sample(keyed(x), names, missing=rule)
        assert (made.notes, made.n) == (rows.notes, rows.n)
        model = cfa_model({"f": names[:4], "g": names[4:]})
        ours, theirs = fit(model, made), fit(model, rows)
        np.testing.assert_allclose(ours.theta, theirs.theta, atol=1e-9)
        np.testing.assert_allclose(ours.vcov, theirs.vcov, atol=1e-9)


def drawn(draw, seed, n=1500):
    rng = np.random.default_rng(seed)
    return np.array([np.linalg.eigvalsh(draw(rng)) for _ in range(n)])


def test_random_sums_have_the_distribution_of_random_persons():
    rng = np.random.default_rng(1)
    seen = rng.random((600, 6)) > 0.1
    seen[:200] = True
    mask, counts = np.unique(seen, axis=0, return_counts=True)
    assert 1 < (counts > 12).sum() < len(counts)  # some patterns are drawn as sums, others person by person
    persons = drawn(of_persons(seen), 1)
    sums = drawn(of_patterns(AnsweredPatterns(mask=mask, n=counts)), 2)
    error = persons.std(axis=0) * np.sqrt(2 / 1500)
    assert (np.abs(persons.mean(axis=0) - sums.mean(axis=0)) < 4 * error).all()
    np.testing.assert_allclose(sums.std(axis=0), persons.std(axis=0), rtol=0.1)
    np.testing.assert_allclose(np.percentile(sums, 95, axis=0), np.percentile(persons, 95, axis=0), atol=0.01)


def test_random_sums_of_complete_answers_are_wishart():
    draw = of_patterns(AnsweredPatterns(mask=np.ones((1, 5), dtype=bool), n=np.array([1_000_000])))
    rng = np.random.default_rng(3)
    r = np.array([draw(rng)[np.triu_indices(5, 1)] for _ in range(800)])
    np.testing.assert_allclose(r.std(axis=0), 1e-3, rtol=0.1)
    assert (np.abs(r.mean(axis=0)) < 2e-4).all()


def numbers_by(values, at, step=1e-5):
    """Central differences of a function at a point."""
    return np.array([(values(at + step * e) - values(at - step * e)) / (2 * step) for e in np.eye(len(at))])


@pytest.mark.parametrize("missing", [0.1, 0.6])
@pytest.mark.parametrize("route", ["pairs", "cells"])
def test_the_information_of_incomplete_answers_is_the_slope_of_its_gradient(missing, route, monkeypatch):
    from intimacy_scales.statistics.sem import normal

    monkeypatch.setattr(normal, "_pays", lambda *_, **__: route == "pairs")
    x = keyed(answers(300, missing=missing, seed=5))
    names = [f"i{j}" for j in range(9)]
    found = fit(cfa_model({"f": names[:4], "g": names[4:]}), sample(x, names, missing="fiml"))
    objective, theta = found.setup.objective, found.theta + 0.02
    numeric = numbers_by(objective.gradient, theta)
    np.testing.assert_allclose(objective.hessian(theta), (numeric + numeric.T) / 2, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(objective.gradient(theta), numbers_by(objective.value, theta), rtol=1e-4, atol=1e-4)


def test_inverses_are_corrected_or_made_anew():
    rng = np.random.default_rng(2)
    a = rng.normal(size=(12, 12))
    sigma, x = a @ a.T + np.eye(12), rng.normal(size=(200, 12))
    x[rng.random(x.shape) < 0.25] = np.nan
    patterns, _ = patterns_of(x[~np.isnan(x).all(axis=1)])
    at = terms(patterns, np.zeros(12), sigma)
    assert at is not None
    for V, seen in zip(at.V, patterns.mask, strict=True):
        np.testing.assert_allclose(
            V[np.ix_(seen, seen)], np.linalg.inv(sigma[np.ix_(seen, seen)]), rtol=1e-8, atol=1e-9
        )
        assert (V[~seen] == 0).all()
        assert (V[:, ~seen] == 0).all()
    logl = 0.0
    for row in x:
        seen = ~np.isnan(row)
        part = sigma[np.ix_(seen, seen)]
        logl += (seen.sum() * np.log(2 * np.pi) + np.linalg.slogdet(part)[1]
                 + row[seen] @ np.linalg.solve(part, row[seen])) / 2  # fmt: skip
    assert at.value == pytest.approx(logl, rel=1e-12)
    indefinite = sigma.copy()
    indefinite[0, 1] = indefinite[1, 0] = 100.0
    assert terms(patterns, np.zeros(12), indefinite) is None


@pytest.mark.parametrize("rule", ["listwise", "fiml"])
def test_measures_of_other_covariances_are_those_of_a_whole_fit(rule):
    x = keyed(answers(300, missing=0.05 if rule == "fiml" else 0.0, seed=4))
    names = [f"i{j}" for j in range(9)]
    found = fit(cfa_model({"f": names[:4], "g": names[4:]}), sample(x, names, missing=rule))
    other = np.cov(keyed(answers(300, missing=0.0, seed=9)).T)
    made = measures_of_covariance(found, other)
    whole = fit(found.setup.grouped.models[0], sample_from_moments(other, found.n, names)).measures
    for name in (
        "chisq",
        "df",
        "p",
        "cfi",
        "tli",
        "rmsea",
        "rmsea_upper",
        "srmr",
        "baseline_chisq",
        "baseline_df",
        "logl",
    ):
        assert getattr(made, name) == pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-9), name


def test_shuffled_ordinal_answers_correlate_as_polychoric_says():
    x = answers(200, missing=0.1, seed=6)
    made = shuffled_correlations(x)(np.random.default_rng(3))
    rng, by_hand = np.random.default_rng(3), x.copy()
    for j in range(9):
        given = np.flatnonzero(~np.isnan(x[:, j]))
        by_hand[given, j] = x[rng.permutation(given), j]
    np.testing.assert_allclose(made, polychoric(by_hand).correlations, atol=1e-12)


@pytest.mark.parametrize("clusters", [False, True])
def test_ordinal_covariances_do_not_depend_on_blocks(clusters, monkeypatch):
    from intimacy_scales.statistics.sem import ordinal

    x = answers(300, missing=0.1, seed=6) - 1
    fitted, names = polychoric(x), [f"i{j}" for j in range(9)]
    owners = [[row // 2 for row in range(300)]] if clusters else None
    made = [ordinal_sample([x], [fitted.thresholds], [fitted.correlations], names, clusters=owners).data[0].gamma]
    monkeypatch.setattr(ordinal, "BLOCK_ROWS", 7)
    monkeypatch.setattr(ordinal, "_distinct", lambda rows, _: (rows, np.ones(len(rows))))
    made.append(ordinal_sample([x], [fitted.thresholds], [fitted.correlations], names, clusters=owners).data[0].gamma)
    np.testing.assert_allclose(made[0], made[1], rtol=1e-9, atol=1e-9)
    spread = np.sqrt(np.diag(made[0])[-36:] / 300)  # standard errors of the correlations, as polychoric has them
    below = fitted.se[np.triu_indices(9, 1)]
    if not clusters:
        np.testing.assert_allclose(np.sort(spread), np.sort(below), rtol=0.25)


def test_equalities_let_go_together_are_tested_as_one_by_one():
    rng = np.random.default_rng(5)
    labels = ["a", "b", "c"] * 100
    x = rng.normal(size=(300, 1)) + rng.normal(size=(300, 6))
    x[1::3, 2] += 0.8
    names = [f"i{j}" for j in range(6)]
    ladder = invariance_ladder(cfa_model({"f": names}), ("a", "b", "c"))
    found = fit(ladder["scalar"], sample(x, names, groups=labels, missing="fiml"))
    together = equality_tests(found, op="~1")
    assert {one.group for one in together} == {"a", "b", "c"}
    for one in together[:4]:
        alone = equality_tests(found, op="~1", groups=[one.group])
        (again,) = [other for other in alone if other.name == one.name]
        assert (again.index, again.change) == pytest.approx((one.index, one.change), rel=1e-9)
    freed = fit(
        invariance_ladder(cfa_model({"f": names}), ("a", "b", "c"), free=("i2~1",))["scalar"], found.setup.sample
    )
    assert together[0].name == "i2~1"
    assert together[0].index == pytest.approx(found.measures.chisq - freed.measures.chisq, rel=0.25)


@pytest.mark.parametrize("wish", [{}, {"estimator": "wlsmv"}, {"factors": 7}])
def test_exploring_beside_fitting_changes_nothing(monkeypatch, wish):
    responses = vouched(TWO, answers(150, missing=0.02))
    apart = ims.structure(responses, iterations=3, **wish)
    monkeypatch.setattr(structure_parts, "MANY_ROWS", 10)
    beside = ims.structure(responses, iterations=3, **wish)
    assert json.dumps(beside.to_dict()) == json.dumps(apart.to_dict())
    assert beside.notes == apart.notes


def test_what_goes_wrong_beside_is_raised(monkeypatch):
    def fails(*_):
        raise UnknownNameError.among("rotation", "x", ["oblimin"])

    monkeypatch.setattr(structure_parts, "MANY_ROWS", 10)
    monkeypatch.setattr(structure_parts, "explore", fails)
    with pytest.raises(UnknownNameError, match="rotation"):
        ims.structure(vouched(TWO, answers(150)), iterations=3)


@pytest.mark.parametrize(("words", "why"), [
    (("--estimator", "mlr"), "estimator mlr needs every person"),
    (("--irt",), "a graded response model needs every person"),
    (("--cluster", "city"), "what belongs together needs every person"),
])  # fmt: skip
def test_of_a_very_large_file_it_is_said_why_it_is_read_whole(tmp_path, few_are_many, run, monkeypatch, words, why):
    from intimacy_scales.cli.reading import streamed_score

    sample_frame(bank="eis").to_csv(tmp_path / "export.csv", index=False)
    assert "read whole" not in run("structure", "export.csv", "--bank", "eis", *words).err
    monkeypatch.setattr(streamed_score, "SAID_FROM", 0)
    said = run("structure", "export.csv", "--bank", "eis", *words)
    assert said.code == 0
    assert f"is read whole, which needs memory for all of its rows: {why}" in said.err
    assert few_are_many == []


def test_sums_hold_no_row_of_their_batch():
    sums = structure_sums(vouched(TWO, answers(50, missing=0.0)))
    assert all(column.base is None and not len(column) for column in sums.part.answers)
    assert sums.items.gaps == ()
    import pickle

    assert len(pickle.dumps(sums.items)) < 3000
