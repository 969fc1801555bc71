"""What is wrong with a very large file is told batch by batch, word for word as of a file that is read whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from intimacy_scales.analysis.norms import continuous_norms
from intimacy_scales.analysis.reliability import scale_answers
from intimacy_scales.analysis.reliability import streamed as streamed_command
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.cli import intake, main
from intimacy_scales.reading.exports.table import NeedsWholeError
from intimacy_scales.reading.responses import read
from intimacy_scales.reading.responses.read import read_responses, stream_responses
from intimacy_scales.reading.responses.streaming.evidence_of_all import in_passes
from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream
from intimacy_scales.scoring import batches as scoring_batches
from test_responses_stream import small, write

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ITEMS = [f"eis_{j}" for j in range(1, 6)]
LABELS = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]
Table = dict[str, list[Any]]


def some_rows(draw: Any, n: int) -> list[int]:
    """Rows from anywhere on: one at the end most of the time, or many."""
    first = draw(st.sampled_from([n - 1, n - 1, n // 2, 0]))
    return list(range(first, n)) if draw(st.booleans()) else [first]


def wrong_answers(draw: Any, table: Table, n: int) -> None:
    names = draw(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=5, unique=True))
    answer = draw(st.sampled_from([9, 0, 6, -99, 2.5, 3.7, "maybe", "agre", "12.03.2024", "strongly", 1e9]))
    for name in names:
        for row in some_rows(draw, n):
            table[name][row] = answer


def many_texts(draw: Any, table: Table, n: int) -> None:
    name, many = draw(st.sampled_from(ITEMS)), draw(st.integers(2, 30))
    for row in range(n // 2, n):
        table[name][row] = f"word {row % many}"


def moved(draw: Any, table: Table, n: int) -> None:
    """Codes that count from elsewhere, in steps, or turned; of all rows or of the later ones."""
    by = draw(st.sampled_from([1, -1, 2, 10, -3]))
    times = draw(st.sampled_from([1, 1, 10]))
    rows = some_rows(draw, n) if draw(st.booleans()) else range(n)
    for name in ITEMS[: draw(st.sampled_from([1, 4, 5]))]:
        for row in rows:
            if isinstance(table[name][row], int):
                table[name][row] = times * table[name][row] + by


def unused_end(draw: Any, table: Table, n: int) -> None:
    low, high = draw(st.sampled_from([(1, 4), (2, 5), (2, 4)]))
    for name in ITEMS:
        table[name] = [min(max(x, low), high) if isinstance(x, int) else x for x in table[name]]


def turned(draw: Any, table: Table, n: int) -> None:
    for name in draw(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=3, unique=True)):
        table[name] = [6 - x if isinstance(x, int) else x for x in table[name]]


def labels_later(draw: Any, table: Table, n: int) -> None:
    """Labels, or both, from some row on; perhaps of another list of answers."""
    words = draw(st.sampled_from([LABELS, LABELS[::-1], ["a", "b", "c", "d", "e"], [f"{j} {w}" for j, w in enumerate(LABELS, 1)],
                                  [f"{j} {w}" for j, w in enumerate(LABELS[::-1], 1)]]))  # fmt: skip
    for name in ITEMS[: draw(st.sampled_from([1, 5]))]:
        for row in some_rows(draw, n):
            if isinstance(table[name][row], int) and 0 < table[name][row] < 6:
                table[name][row] = words[table[name][row] - 1]


def twice(draw: Any, table: Table, n: int) -> None:
    """One item in two columns: both filled, or never both."""
    table["EIS05"] = list(table["eis_5"])
    if draw(st.booleans()):
        cut = draw(st.integers(0, n))
        table["eis_5"] = [x if row < cut else None for row, x in enumerate(table["eis_5"])]
        table["EIS05"] = [None if row < cut else x for row, x in enumerate(table["EIS05"])]


def no_such(draw: Any, table: Table, n: int) -> None:
    for name in draw(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=5, unique=True)):
        table[f"other{name[-1]}"] = table.pop(name)


def commas(draw: Any, table: Table, n: int) -> None:
    """Numbers with commas, in answers or beside them; words, points and thousands among them."""
    later = draw(st.sampled_from(["7,5", "3.5", "1,000", "many", "NA", "4"]))
    beside = [f"{20 + row % 30},{row % 10}" for row in range(n)]
    kind = draw(st.sampled_from(["decimal", "thousands", "long", "text", "answers"]))
    if kind == "thousands":
        beside = [f"{1 + row % 9},000" for row in range(n)]
    elif kind == "long":
        beside = [f"{row},{row % 7}" for row in range(n)]
    elif kind == "text":
        beside = [f"well, {row}" for row in range(n)]
    elif kind == "answers":
        name = draw(st.sampled_from(ITEMS))
        table[name] = [f"{x},0" if isinstance(x, int) and row > n // 3 else x for row, x in enumerate(table[name])]
    table["hours"] = [*beside[:-1], later]


def odd_ids(draw: Any, table: Table, n: int) -> None:
    odd = draw(st.lists(st.sampled_from([None, "P1", "P2", "P1 ", "1E+15"]), min_size=1, max_size=4))
    table["id"] = [odd[row % len(odd)] if row >= n // 2 else f"P{row}" for row in range(n)]
    if draw(st.booleans()):
        kept = draw(st.sampled_from([0, 1, n]))  # digits
        table["id"] = [f"{10**16 + row * 7}" if row < kept else f"{10**16 + row * 10}" for row in range(n)]


def filtered(draw: Any, table: Table, n: int) -> None:
    table["filter_$"] = [int(row < n - 2) for row in range(n)]


def countries(draw: Any, table: Table, n: int) -> None:
    late = draw(st.sampled_from(["Austria", "BW"]))
    table["land"] = ["NA" if row < n // 2 else late if row == n - 1 else "DE" for row in range(n)]


def totals(draw: Any, table: Table, n: int) -> None:
    off = draw(st.sampled_from([0, 1]))
    rows = zip(*(table[name] for name in ITEMS), strict=True)
    table["eis_total"] = [sum(x if isinstance(x, int) else 3 for x in row) + off for row in rows]


def summaries(draw: Any, table: Table, n: int) -> None:
    """Rows at the end, or elsewhere, that name a statistic or are one; a mark of the end."""
    kind = draw(st.sampled_from(["mean", "sd", "sum", "no id", "median", "other", "end", "gender", "middle"]))
    if kind == "gender":
        table["gender"] = [("m", "f")[row % 2] for row in range(n)]
        return
    numbers = {name: np.array([x for x in table[name] if isinstance(x, int)] or [3]) for name in ITEMS}
    made: Any = {"mean": np.mean, "sd": np.std, "sum": np.sum, "no id": np.mean, "median": np.median, "middle": np.mean}
    digits = draw(st.sampled_from([1, 4]))
    row: Table = {name: [round(float(made.get(kind, np.max)(numbers[name])), digits)] for name in ITEMS}
    if kind == "end":
        row = {"id": ["END OF FILE"]}
    elif kind != "no id":
        row["id"] = [{"other": "Mean", "middle": "M"}.get(kind, kind.title())]
    at = n // 2 if kind == "middle" else n
    for name in table:
        table[name] = [*table[name][:at], *row.get(name, [None]), *table[name][at:]]


def consent(draw: Any, table: Table, n: int) -> None:
    words = draw(st.sampled_from([("yes", "no"), ("1", "0"), ("agreed", "declined"), ("ja", "ja"), ("x", "y")]))
    name = draw(st.sampled_from(["consent", "Informed consent", "data_consent"]))
    table[name] = [words[int(row % 7 == 3)] for row in range(n)]


FAULTS = (commas, summaries, summaries, consent, wrong_answers, wrong_answers, many_texts, moved, moved, unused_end, turned, labels_later, labels_later, twice, no_such,
          odd_ids, filtered, countries, totals)  # fmt: skip


@st.composite
def faulty(draw: Any) -> Table:
    """Answers to EIS with one or two things wrong somewhere."""
    n = draw(st.integers(2, 80))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    trait, missing = rng.normal(3, 0.8, n), draw(st.sampled_from([0.0, 0.0, 0.1]))
    table: Table = {"id": [f"P{row:04d}" for row in range(n)]}
    for name in ITEMS:
        codes = np.clip(np.round(trait + rng.normal(0, 0.7, n)), 1, 5).astype(int).tolist()
        table[name] = [None if rng.random() < missing else code for code in codes]
    table["city"] = rng.choice(["Wien", "Graz", ""], n).tolist()
    for fault in draw(st.lists(st.sampled_from(FAULTS), min_size=1, max_size=2)):
        if set(ITEMS) <= set(table):
            event(fault.__name__)
            fault(draw, table, len(table["id"]))
    return table


def everything(stream: ResponsesStream) -> tuple[Any, ...]:
    batches = list(stream)
    found = stream.vouch()
    answers = [np.concatenate([one.answered[at].answers[j] for one in batches])
               for at, part in enumerate(batches[0].answered) for j in range(len(part.answers))]  # fmt: skip
    ids = None if found.id_column is None else [name for one in batches for name in one.ids or ()]
    codings = [[line.to_dict() for line in one.lines] for one in found.codings]
    return (found.notes, codings, ids, tuple(stream.table.blank)), answers


def whole(path: Path, reading: Any) -> Any:
    try:
        found = read_responses(path, "eis", **reading)
    except IntimacyScalesError as fault:
        return [str(one) for one in fault.problems]
    answers = [one for part in found.answered for one in part.answers]
    ids = None if found.ids is None else list(found.ids)
    codings = [[line.to_dict() for line in one.lines] for one in found.codings]
    return (found.notes, codings, ids, found.set_aside), answers


@settings(
    max_examples=300,
    phases=(Phase.generate, Phase.shrink),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    table=faulty(), rows=st.integers(1, 90), suffix=st.sampled_from([".csv", ".parquet"]),
    name=st.sampled_from(["answers", "semicolon"]), reading=st.sampled_from([{}, {}, {}, {"missing_codes": [9]}, {"shift": 1}, {"codes": "as-numbers"}, {"codes": "as-labels"}, {"where": "city == 'Wien'"}, {"where": "eis_1 > 2 or city != Graz"},
                             {"mapping": {"banks": {"eis": {"columns": {"eis_4": 5, "eis_5": 4}}}}}]),
)  # fmt: skip
def test_what_is_wrong_is_told_as_of_the_whole(
    table: Table, rows: int, suffix: str, name: str, reading: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"{name}{suffix}"
    write(table, path)
    expected = whole(path, reading)
    with monkeypatch.context() as here:
        small(here, rows)
        try:
            found: Any = in_passes(stream_responses(path, "eis", **reading), everything)
        except NeedsWholeError as why:
            event(f"whole: {str(why)[:40]}")
            return
        except IntimacyScalesError as fault:
            found = [str(one) for one in fault.problems]
    if isinstance(expected, list) or isinstance(found, list):
        event("faulty")
        assert found == expected
        return
    event("scored")
    assert found[0] == expected[0]
    for one, other in zip(found[1], expected[1], strict=True):
        np.testing.assert_array_equal(one, other)


def body(rows: int, *last: str, header: str = "id,eis_1,eis_2,eis_3,eis_4,eis_5") -> str:
    """A file of answers without a fault, and its last rows."""
    rng = np.random.default_rng(3)
    trait = rng.normal(3, 0.8, rows)
    codes = np.clip(np.round(trait[:, None] + rng.normal(0, 0.7, (rows, 5))), 1, 5).astype(int)
    return "\n".join(
        [header, *(f"P{row:04d},{','.join(map(str, own))}" for row, own in enumerate(codes.tolist())), *last, ""]
    )


def refuse(*_: Any) -> None:
    pytest.fail("the file was read whole")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("outside", body(300, "X,9,9,1,2,3")),
        ("beyond", body(300, "X,1,2,6,2,3")),
        ("unknown text", body(300, "X,maybe,1,1,2,3")),
        ("many texts", body(300, "X,maybe,perhaps,why,2,3", "Y,a,b,c,d,e")),
        ("decimals", body(300, "X,1,2.5,3.25,4,5")),
        ("labels at the end", body(300, "X,agree,agree,neutral,neutral,agree")),
        ("ids twice", body(300, "P0001,1,2,3,4,5", "P0002,1,2,3,4,5")),
        ("many ids twice", body(300, *(f"P{row:04d},1,2,3,4,5" for row in range(0, 300, 7)))),
        ("ids blank", body(300, ",1,2,3,4,5", "P0300,1,2,3,4,5")),
        ("two columns", body(300, header="id,eis_1,eis_2,eis_3,eis_4,EIS04")),
        ("no such columns", body(300, header="id,a,b,c,d,e")),
        ("some columns", body(300, header="id,eis_1,eis_2,eis_3,eis_4,e")),
        ("from zero", body(300).replace("1", "0").replace("2", "1").replace("3", "2").replace("4", "3").replace("5", "4")),
        ("unused end", body(300).replace(",5", ",4")),
        ("a mean at the end", body(300, "Mean,3.02,2.98,3.05,2.97,3.01")),
        ("no id at the end", body(300, ",3.02,2.98,3.05,2.97,3.01")),
        ("the end", body(300, "END OF FILE,,,,,")),
        ("gender", body(300).replace("id,", "gender,").replace("P000", "f").replace("P00", "m").replace("P0", "m")),
        ("consent", body(300, "no,3,3,3,3,3").replace("id,", "consent,").replace("P000", "yes").replace("P0", "yes")),
        ("a stray six", body(300, "X,6,6,6,6,6", "Y,6,6,6,6,6")),
    ],
)  # fmt: skip
def test_the_command_tells_it_without_reading_the_file_whole(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export, out = tmp_path / f"{name}.csv", tmp_path / "scores.csv"
    export.write_text(text, "utf-8")
    said = []
    for command in (["score", "--out", str(out)], ["reliability"], ["norms", "--out", str(tmp_path / "norm.yaml")]):
        for large in (float("inf"), 0):
            out.unlink(missing_ok=True)
            (tmp_path / "norm.yaml").unlink(missing_ok=True)
            with monkeypatch.context() as here:
                small(here, 11)
                here.setattr(read, "LARGE_FILE", large)
                if not large and command[0] != "reliability":  # which reads a few rows whole
                    here.setattr(intake, "read_export_table", refuse)
                with pytest.raises(SystemExit) as ended:
                    main([command[0], str(export), "--bank", "eis", *command[1:]])
            told = capsys.readouterr()
            said.append((ended.value.code, told.out, told.err, out.read_bytes() if out.exists() else None))
        assert said[-1] == said[-2]


@pytest.mark.parametrize(
    "rule", ["city == Wien", "eis_1 >= 3 and id != P0003", "other == 1", "city", "city == Rom", "city =="]
)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_rule_leaves_rows_out_of_a_large_file(
    rule: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export, out, report = tmp_path / f"answers{suffix}", tmp_path / "scores.csv", tmp_path / "scores.json"
    rng = np.random.default_rng(5)
    table: Table = {"id": [f"P{row:04d}" for row in range(200)], "city": rng.choice(["Wien", "Graz", ""], 200).tolist()}
    write(table | {name: rng.integers(1, 6, 200).tolist() for name in ITEMS}, export)
    said = []
    for large in (float("inf"), 0):
        for made in (out, report):
            made.unlink(missing_ok=True)
        with monkeypatch.context() as here:
            small(here, 11)
            here.setattr(read, "LARGE_FILE", large)
            if not large and "=" in rule and "Rom" not in rule and "other" not in rule and not rule.endswith("=="):
                here.setattr(intake, "read_export_table", refuse)
            with pytest.raises(SystemExit) as ended:
                main(["score", str(export), "--bank", "eis", "--where", rule, "--keep", "city", "--out", str(out),
                      "--json", str(report)])  # fmt: skip
        told = capsys.readouterr()
        parts = json.loads(report.read_text("utf-8")) if report.exists() else {}
        parts.pop("run", None)
        for scale in parts.get("scores", {}).get("eis", {}).values():  # sums of batches differ in the last bit
            scale |= {name: round(scale[name], 10) for name in ("mean", "sd") if scale[name] is not None}
        said.append((ended.value.code, told.out, told.err, parts, out.read_bytes() if out.exists() else None))
    assert said[0] == said[1]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("ages", ["whole", "odd"])
def test_norms_over_age_of_a_large_file(
    suffix: str, ages: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export, out, report = tmp_path / f"answers{suffix}", tmp_path / "norm.yaml", tmp_path / "norm.json"
    rng, n = np.random.default_rng(7), 900
    years = rng.integers(18, 70, n)
    trait = 2 + years / 40 + rng.normal(0, 0.3 + years / 100, n)
    table: Table = {name: np.clip(np.round(trait + rng.normal(0, 0.7, n)), 1, 5).astype(int).tolist() for name in ITEMS}
    table["eis_2"][5] = table["eis_2"][700] = None
    whole_years = [None if row % 50 == 3 else int(year) for row, year in enumerate(years)]
    table["age"] = whole_years if ages == "whole" else [None if year is None else year + 0.25 for year in whole_years]
    write(table, export)
    said = []
    for large in (float("inf"), 0):
        for made in (out, report):
            made.unlink(missing_ok=True)
        with monkeypatch.context() as here:
            small(here, 40)
            here.setattr(read, "LARGE_FILE", large)
            if not large:
                here.setattr(intake, "read_export_table", refuse)
            with pytest.raises(SystemExit) as ended:
                main(["norms", str(export), "--bank", "eis", "--over", "age", "--out", str(out), "--json", str(report)])
        told = capsys.readouterr()
        parts = json.loads(report.read_text("utf-8"))
        parts.pop("run", None)
        said.append((ended.value.code, told.out, told.err, parts, out.read_bytes()))
    assert said[0] == said[1]
    norms = continuous_norms(export, "age", "eis", sample="a test")
    with monkeypatch.context() as here:
        small(here, 40)
        here.setattr(read, "LARGE_FILE", 0)
        here.setattr(scoring_batches, "FEW_ROWS", 10)
        assert continuous_norms(export, "age", "eis", sample="a test").to_dict() == norms.to_dict()


def test_a_folder_whose_folders_are_values_is_scored_whole_and_in_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, rng = tmp_path / "panel", np.random.default_rng(11)
    for year, land in ((2024, "AT"), (2024, "DE"), (2025, "AT")):
        own: Table = {"id": [f"{year}{land}{row:03d}" for row in range(60)]}
        own |= {name: rng.integers(1, 6, 60).tolist() for name in ITEMS} | {"consent": ["yes"] * 59 + ["no"]}
        place = folder / f"year={year}" / f"land={land}"
        place.mkdir(parents=True)
        write(own, place / "part-0.parquet")
    said = []
    out = tmp_path / "scores.csv"
    for streams in (False, True):
        out.unlink(missing_ok=True)
        with monkeypatch.context() as here:
            small(here, 13)
            if not streams:
                here.setattr(read, "is_parquet_folder", lambda _: False)
            else:
                here.setattr(intake, "read_export_table", refuse)
            with pytest.raises(SystemExit) as ended:
                main(["score", str(folder), "--bank", "eis", "--keep", "year", "land", "--out", str(out)])
        told = capsys.readouterr()
        said.append((ended.value.code, told.out, told.err, out.read_bytes() if out.exists() else b""))
    assert said[0] == said[1]
    assert b"2024AT000,2024,AT," in said[0][3]
    assert "177 used, 3 set aside (3 consent refused (consent: no))" in said[0][1]


@pytest.mark.parametrize("asked", ["file", "file and attributes", "no reliability", "no such norm", "attributes alone"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_standings_of_a_large_file(
    asked: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export, norm, out = tmp_path / "answers.csv", tmp_path / "norm.yaml", tmp_path / f"scores{suffix}"
    lines = body(400, "X,3,,,,", "Y,,,,,").split("\n")
    cities = ["city", *(("Wien", "Graz")[row % 2] for row in range(402))]
    export.write_text("\n".join([f"{line},{city}" for line, city in zip(lines, cities, strict=False)] + [""]), "utf-8")
    with pytest.raises(SystemExit):
        main(["norms", str(export), "--bank", "eis", "--out", str(norm), "--sample", "a test", "--by", "city"])
    text = norm.read_text("utf-8")
    if asked == "no reliability":
        norm.write_text("\n".join(line for line in text.split("\n") if "reliability" not in line), "utf-8")
    capsys.readouterr()
    more = {
        "file": ["--norm", f"{norm}#everyone"], "file and attributes": ["--norm", str(norm), "--attribute", "city=Wien"],
        "no reliability": ["--norm", f"{norm}#everyone"], "no such norm": ["--norm", "nobody"],
        "attributes alone": ["--attribute", "gender=woman"],
    }[asked]  # fmt: skip
    said = []
    for large in (float("inf"), 0):
        out.unlink(missing_ok=True)
        with monkeypatch.context() as here:
            small(here, 11)
            here.setattr(read, "LARGE_FILE", large)
            if not large and asked not in ("no reliability", "no such norm"):
                here.setattr(intake, "read_export_table", refuse)
            with pytest.raises(SystemExit) as ended:
                main(["score", str(export), "--bank", "eis", "--out", str(out), "--keep", "city", *more])
        told = capsys.readouterr()
        made: Any = None
        if out.exists():
            made = out.read_bytes() if suffix == ".csv" else pq.read_table(out)
        said.append((ended.value.code, told.out, told.err, made))
    assert said[0][:3] == said[1][:3]
    if suffix == ".parquet" and said[0][3] is not None:
        assert said[0][3].equals(said[1][3])
        assert said[0][3].schema.metadata == said[1][3].schema.metadata
    else:
        assert said[0][3] == said[1][3]


@pytest.mark.parametrize("rule", ["longstring >= 4", "irv <= 0 or longstring >= 5", "averagestring > 2 and not irv <= 0",
                                  "attention >= 1", "mahalanobis_p < .5", "longstring >= 1", "nonsense > 2"])  # fmt: skip
@pytest.mark.parametrize("command", ["score", "reliability", "norms"])
def test_careless_rows_of_a_large_file(
    rule: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export, out, report = tmp_path / "answers.csv", tmp_path / "made.csv", tmp_path / "made.json"
    lines = body(300, "X,3,3,3,3,3", "Y,,,,,", "Z,1,1,1,1,").split("\n")
    export.write_text(
        "\n".join(f"{line},{row % 3}" if row else f"{line},check" for row, line in enumerate(lines[:-1])), "utf-8"
    )
    mapping = tmp_path / "map.yaml"
    mapping.write_text("format: 1\nattention: {check: [0, 1]}\n", "utf-8")
    more = {"score": ["--out", str(out)], "reliability": [], "norms": ["--out", str(out.with_suffix(".yaml"))]}[command]
    said = []
    for large in (float("inf"), 0):
        for made in tmp_path.glob("made*"):
            made.unlink()
        with monkeypatch.context() as here:
            small(here, 11)
            here.setattr(read, "LARGE_FILE", large)
            here.setattr(scale_answers, "MOST_ROWS", 50)
            here.setattr(streamed_command, "MOST_ROWS", 50)
            if not large and not any(word in rule for word in ("mahalanobis", "nonsense", "longstring >= 1")):
                here.setattr(intake, "read_export_table", refuse)
            with pytest.raises(SystemExit) as ended:
                main([command, str(export), "--bank", "eis", "--map", str(mapping), "--drop-careless", rule, "--json",
                      str(report), *more])  # fmt: skip
        told = capsys.readouterr()
        parts = json.loads(report.read_text("utf-8")) if report.exists() else {}
        parts.pop("run", None)
        for scale in parts.get("scores", {}).get("eis", {}).values():  # sums of batches differ in the last bit
            scale |= {name: round(scale[name], 10) for name in ("mean", "sd") if scale[name] is not None}
        files = {made.name: made.read_bytes() for made in tmp_path.glob("made*") if made != report}
        said.append((ended.value.code, told.out, told.err, parts, files))
    assert said[0] == said[1]
