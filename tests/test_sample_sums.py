"""Reliability and norms of batches: any size, any order, the figures of the whole."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intimacy_scales as ims
from intimacy_scales.analysis.norms.sample import norm_sums
from intimacy_scales.analysis.reliability import scale_reliability
from intimacy_scales.analysis.reliability.sample_sums import sample_sums
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.statistics.products import merged
from small_banks import small_bank, vouched

TWO = small_bank({"a": range(1, 5), "b": range(5, 10)}, codes=range(1, 6), reverse=(2, 7))


def answers(n, *, missing=0.1, seed=1, constant=None):
    rng = np.random.default_rng(seed)
    x = np.clip(np.rint(3 + rng.normal(size=(n, 1)) + rng.normal(size=(n, 9))), 1, 5)
    x[:, [1, 6]] = 6 - x[:, [1, 6]]
    x[rng.random(x.shape) < missing] = np.nan
    if constant is not None:
        x[:, constant] = np.where(np.isnan(x[:, constant]), np.nan, 4)
    return x


def in_batches(scores, cuts, shuffled):
    order = [int(cut) for cut in cuts]
    edges = [0, *sorted(min(cut, len(scores)) for cut in order), len(scores)]
    batches = [np.arange(a, b) for a, b in itertools.pairwise(edges)]
    shuffled.shuffle(batches)
    return [scores.rows(rows) for rows in batches]


def close(one, other, where=""):
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            close(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other), where
        for place, (a, b) in enumerate(zip(one, other, strict=True)):
            close(a, b, f"{where}[{place}]")
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12, nan_ok=True), where
    else:
        assert one == other, where


@settings(deadline=None, max_examples=15)
@given(
    st.integers(35, 120), st.lists(st.integers(0, 120), max_size=5), st.randoms(use_true_random=False),
    st.sampled_from([0.0, 0.1, 0.5]), st.sampled_from(["pairwise", "listwise"]), st.sampled_from([None, 2]),
)  # fmt: skip
def test_reliability_of_batches_is_that_of_the_whole(n, cuts, shuffled, missing, rule, constant):
    scores = ims.score(vouched(TWO, answers(n, missing=missing, seed=n, constant=constant)))
    options = scale_reliability.ReliabilityOptions(missing=rule, level=0.95, bootstrap=0, seed=1)
    whole = scale_reliability.reliability_from(sample_sums(scores, missing=rule), options)
    parts = merged(sample_sums(part, missing=rule) for part in in_batches(scores, cuts, shuffled))
    made = scale_reliability.reliability_from(parts, options)
    close(made.to_dict(), whole.to_dict())
    close(made.composites_to_dict(), whole.composites_to_dict())
    assert str(made) == str(whole)


def test_sums_and_answers_in_memory_give_the_same_coefficients():
    scores = ims.score(vouched(TWO, answers(400)))
    plain = ims.reliability(scores, bootstrap=0)
    options = scale_reliability.ReliabilityOptions(missing="pairwise", level=0.95, bootstrap=0, seed=1)
    for one, other in zip(plain, scale_reliability.reliability_from(sample_sums(scores), options), strict=True):
        assert one.alpha.value == other.alpha.value
        assert one.alpha.feldt == other.alpha.feldt
        assert one.guttman == other.guttman
        assert one.omega.value == pytest.approx(other.omega.value, rel=1e-9)
        assert one.items == other.items
        assert one.score == other.score
        assert other.alpha.distribution_free is None
        assert any("kept one by one" in note for note in other.notes)


def test_a_change_of_columns_between_batches_is_refused():
    scores = ims.score(vouched(TWO, answers(40)))
    other = ims.score(ims.simulate("eis", 40, seed=1).responses)
    with pytest.raises(ResponseError, match="other scales"):
        sample_sums(scores) + sample_sums(other)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, 150), max_size=5), st.randoms(use_true_random=False), st.booleans(), st.booleans())
def test_norms_of_batches_are_those_of_the_whole(cuts, shuffled, weighted, grouped):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(ims.simulate("pair", 150, seed=2).frame())
    frame["city"] = rng.choice(["Graz", "Wien", ""], 150)
    frame["w"] = rng.uniform(0.2, 3, 150).round(3)
    scores = ims.score(frame, "pair")
    by, weights = ("city",) if grouped else (), "w" if weighted else None
    whole = norm_sums(scores, "pair", by=by, weights=weights)
    made = merged(norm_sums(part, "pair", by=by, weights=weights) for part in in_batches(scores, cuts, shuffled))
    assert (made.blank, made.weighed, [one.name for one in made.groups]) == (
        whole.blank, whole.weighed, [one.name for one in whole.groups]
    )  # fmt: skip
    for one, other in zip(made.groups, whole.groups, strict=True):
        for a, b in zip(one.scales, other.scales, strict=True):
            np.testing.assert_array_equal(a.scores.counts, b.scores.counts)
            assert a.scores.mean == pytest.approx(b.scores.mean, rel=1e-12)
            assert a.scores.sd() == pytest.approx(b.scores.sd(), rel=1e-12)
            np.testing.assert_array_equal(a.answers.over().products, b.answers.over().products)


@pytest.fixture
def few_are_many(monkeypatch):
    """Let a small file stand for a large one: no figure that goes through every person, and batches."""
    from intimacy_scales.analysis.reliability import scale_answers, streamed, totals
    from intimacy_scales.reading.responses import read

    monkeypatch.setattr(read, "LARGE_FILE", 1)
    for module in (scale_answers, streamed):
        monkeypatch.setattr(module, "MOST_ROWS", 50)
    monkeypatch.setattr(totals, "MOST_ROWS_FACTORS", 50)
    seen = []
    inner = streamed.reliability_from
    monkeypatch.setattr(streamed, "reliability_from", lambda *a, **k: (seen.append(a[0].n_rows), inner(*a, **k))[1])
    return seen


def couples_file(path, n=240, *, wrong=False):
    frame = pd.DataFrame(ims.simulate("pair", n, seed=4).frame()).astype(object)
    frame = frame.mask(np.random.default_rng(1).random(frame.shape) < 0.05, "")
    frame["couple"] = [row // 2 for row in range(n)]
    if wrong:
        frame.iloc[-1, 3] = 17
    if path.suffix == ".parquet":
        frame = frame.astype(str)
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("rule", ["pairwise", "listwise", "fiml"])
def test_a_large_file_streams_and_says_what_it_says_in_memory(tmp_path, few_are_many, suffix, rule):
    path = couples_file(tmp_path / f"export.{suffix}")
    made = ims.reliability(path, "pair", missing=rule)
    assert few_are_many == [240]
    plain = ims.reliability(ims.read_export(path, "pair"), missing=rule)
    close(made.to_dict(), plain.to_dict())
    close(made.composites_to_dict(), plain.composites_to_dict())
    assert str(made) == str(plain)
    assert "partners" in " ".join(made.notes)
    assert made.notes == plain.notes


@pytest.mark.parametrize("missing", [0.0, 0.1, 0.5])
def test_fiml_from_patterns_is_fiml_from_rows(missing):
    from intimacy_scales.statistics import sem
    from intimacy_scales.statistics.sums import answer_sums

    x = answers(300, missing=missing)[:, :5]
    names = [f"x{j}" for j in range(5)]
    kept = x[~np.isnan(x).all(axis=1)]
    rows = sem.sample(kept, names, missing="fiml")
    sums = sem.sample_from_sums(answer_sums(list(x.T), ends=[[1, 5]] * 5), names)
    assert sums.n == rows.n == len(kept)
    np.testing.assert_allclose(sums.data[0].mean, rows.data[0].mean, rtol=1e-8)
    np.testing.assert_allclose(sums.data[0].cov, rows.data[0].cov, rtol=1e-7, atol=1e-9)
    model = sem.cfa_model({"f": names})
    one, other = sem.fit(model, sums), sem.fit(model, rows)
    assert one.measures.chisq == pytest.approx(other.measures.chisq, abs=1e-5)
    for a, b in zip(one.estimates, other.estimates, strict=True):
        assert (a.est, a.se) == pytest.approx((b.est, b.se), abs=1e-6)


def test_sums_say_what_rows_would_of_what_cannot_be_fitted():
    from intimacy_scales.statistics import sem
    from intimacy_scales.statistics.sums import answer_sums

    x = answers(60)[:, :3]
    x[:, 1] = 4
    x[:30, 0], x[30:, 2] = np.nan, np.nan
    with pytest.raises(ResponseError) as rows:
        sem.sample(x, list("abc"), missing="fiml")
    with pytest.raises(ResponseError) as sums:
        sem.sample_from_sums(answer_sums(list(x.T), ends=[[1, 5]] * 3), list("abc"))
    assert str(sums.value) == str(rows.value)
    with pytest.raises(ResponseError, match="3 variables"):
        sem.sample_from_sums(answer_sums(list(x[:2].T), ends=[[1, 5]] * 3), list("abc"))


def test_fiml_of_many_rows_has_the_figures_of_fiml_and_says_whose_its_intervals_are(few_are_many):
    scores = ims.score(vouched(TWO, answers(400, missing=0.2)))
    made = ims.reliability(scores, missing="fiml")
    few_are_many.clear()
    with pytest.MonkeyPatch.context() as patch:
        from intimacy_scales.analysis.reliability import scale_answers

        patch.setattr(scale_answers, "MOST_ROWS", 1000)
        whole = ims.reliability(scores, missing="fiml")
    for one, other in zip(made, whole, strict=True):
        assert one.moments.missing == other.moments.missing == "fiml"
        assert one.alpha.value == pytest.approx(other.alpha.value, rel=1e-7)
        assert one.omega.value == pytest.approx(other.omega.value, rel=1e-6)
        assert one.omega.model.chi2 == pytest.approx(other.omega.model.chi2, abs=1e-4)
        assert one.alpha.interval.method == "delta (FIML, normal theory)"
        assert one.alpha.interval.low == pytest.approx(other.alpha.interval.low, abs=0.02)
        assert one.alpha.interval.n == other.alpha.interval.n
        assert any("normal theory" in note for note in one.notes)


def test_the_fit_of_one_factor_is_told_of_many_rows_with_gaps_too(few_are_many):
    scores = ims.score(vouched(TWO, answers(400, missing=0.2)))
    made = ims.reliability(scores)
    assert {one.omega.model.method for one in made} == {"FIML"}
    assert all(one.alpha.feldt is not None for one in made)


def test_clusters_and_few_rows_are_read_whole(tmp_path, few_are_many):
    path = couples_file(tmp_path / "export.csv")
    ims.reliability(path, "pair", cluster="couple")
    few = couples_file(tmp_path / "few.csv", 40)
    assert ims.reliability(few, "pair")["pair.now.emotional"].alpha.bootstrap is not None
    assert few_are_many == []


def test_a_fault_at_the_end_of_a_large_file_is_told_as_of_a_small_one(tmp_path, few_are_many):
    path = couples_file(tmp_path / "export.csv", wrong=True)
    with pytest.raises(ResponseError) as streamed:
        ims.reliability(path, "pair")
    with pytest.raises(ResponseError) as whole:
        ims.read_export(path, "pair")
    assert str(streamed.value) == str(whole.value)
    assert few_are_many == []


def test_the_command_says_the_same_of_a_large_file(tmp_path, few_are_many, capsys, monkeypatch):
    import json

    from intimacy_scales.cli import main
    from intimacy_scales.reading.responses import read

    path = couples_file(tmp_path / "export.csv")
    found = []
    for name, size in (("streamed", 1), ("whole", 10**9)):
        monkeypatch.setattr(read, "LARGE_FILE", size)
        out = tmp_path / f"{name}.json"
        with pytest.raises(SystemExit) as ended:
            main(["reliability", str(path), "--bank", "pair", "--json", str(out)])
        assert ended.value.code == 0
        told = json.loads(out.read_text(encoding="utf-8"))
        told.pop("run")
        found.append((capsys.readouterr().out, told))
    assert len(few_are_many) == 1
    assert found[0][0] == found[1][0]
    close(found[0][1], found[1][1])


def test_the_norms_of_a_large_file_are_those_in_memory(tmp_path, few_are_many, capsys, monkeypatch):
    from intimacy_scales.cli import main
    from intimacy_scales.cli.measures import norms
    from intimacy_scales.reading.responses import read

    path, found = couples_file(tmp_path / "export.csv"), []
    frame = pd.read_csv(path)
    frame["w"] = np.random.default_rng(1).uniform(0.5, 2, len(frame)).round(2)
    frame["half"] = np.where(frame.index < 120, "first", "second")
    frame.to_csv(path, index=False)
    seen, streamed = [], []
    inner = norms._streamed
    monkeypatch.setattr(norms, "_streamed", lambda *a: streamed.append(inner(*a)) or streamed[-1])
    for name, size in (("streamed", 1), ("whole", 10**9)):
        monkeypatch.setattr(read, "LARGE_FILE", size)
        out = tmp_path / f"{name}.yaml"
        with pytest.raises(SystemExit) as ended:
            main(["norms", str(path), "--bank", "pair", "--by", "half", "--weights", "w", "--out", str(out)])
        assert ended.value.code == 0
        found.append(out.read_text(encoding="utf-8"))
        seen.append(capsys.readouterr().out.replace(f"{name}.yaml", "norm.yaml"))
    assert [one is None for one in streamed] == [False, True]
    assert found[0] == found[1]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("rule", ["pairwise", "listwise", "fiml"])
@pytest.mark.parametrize("reading", [{}, {"already_reversed": True}], ids=["as ticked", "reversed already"])
@pytest.mark.parametrize("min_answered", [None, 2])
def test_scores_are_counted_by_combination_of_answers(monkeypatch, few_are_many, rule, reading, min_answered):
    import pyarrow as pa

    from intimacy_scales.analysis.reliability import streamed
    from intimacy_scales.engines import open_stream
    from intimacy_scales.reading.responses.read import stream_responses

    bank = small_bank({"a": range(1, 5), "b": range(5, 10)}, codes=range(1, 4), reverse=(2, 7))
    x = np.clip(answers(4_000, missing=0.05) - 1, 1, 3)  # ends are ticked
    x = np.where(np.isin(np.arange(9), (1, 6)) & bool(reading), 4 - x, x)
    table = pa.table({f"{bank.id}_{j + 1}": pa.array(x[:, j], from_pandas=True) for j in range(9)})
    tallied, inner = [], streamed._tallied

    def counting(*given_):
        made = inner(*given_)
        tallied.append(made is not None)
        return made

    monkeypatch.setattr(streamed, "_tallied", counting)
    stream = stream_responses(open_stream(table, batch_rows=1_300), bank, **reading)
    options = scale_reliability.ReliabilityOptions(missing=rule, level=0.95, bootstrap=0, seed=1, cluster=None)
    made, _ = streamed.streamed_reliability(stream, options, min_answered=min_answered)
    assert tallied == ([] if rule == "listwise" else [True, True, False])  # the last batch is small
    plain = ims.reliability(table, bank, missing=rule, bootstrap=0, min_answered=min_answered, **reading)
    close(made.to_dict(), plain.to_dict())
    close(made.composites_to_dict(), plain.composites_to_dict())
    assert str(made) == str(plain)
