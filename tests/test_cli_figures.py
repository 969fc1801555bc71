"""Reliability, structure and power from the command line: what stands in the JSON, and what people read."""

from __future__ import annotations

import contextlib
import csv
import json
from pathlib import Path

import pytest

from intimacy_scales.cli import main

CASES = Path(__file__).parent / "reference" / "cases"
BANK = """format: 1
id: {name}
version: "1.0.0"
name: {name}
measures: a case
rights: {{status: original, holder: us, licence: CC0}}
source: [sinclair2005]
languages: [en]
options:
  a: [{options}]
items:
{items}
scales:
  - {{id: total, name: total, items: [{numbers}], combine: sum, range: [{low}, {high}], min_answered: {k},
     min_answered_source: a test, missing: none, higher_means: more}}
certainty: {{map: confirmed, keys: confirmed, options: confirmed, gloss: confirmed, check: "-"}}
cases:
  - {{name: low, source: a test, answers: {{"-": [{lows}]}}, scores: {{total: {low}}}}}
"""


def bank_of(name: str, k: int, codes: range, folder: Path) -> Path:
    """Write a bank of k items with these codes."""
    path = folder / f"{name}.yaml"
    text = BANK.format(
        name=name, options=", ".join(f"{{code: {c}, label: l{c}}}" for c in codes), k=k,
        items="\n".join(f"  - {{number: {j}, gloss: gloss {j}, options: a}}" for j in range(1, k + 1)),
        numbers=", ".join(map(str, range(1, k + 1))), low=codes[0] * k, high=codes[-1] * k,
        lows=", ".join([str(codes[0])] * k),
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def command(*words):
        capsys.readouterr()
        with contextlib.suppress(SystemExit):  # a command that fails writes no JSON, and the next line says so
            main([*map(str, words), "--json", "out.json", "--force"])
        said = capsys.readouterr()
        assert Path("out.json").exists(), said.err
        return json.loads(Path("out.json").read_text(encoding="utf-8")), said.out + said.err

    return command


def test_an_improper_omega_is_withheld_and_said(run, tmp_path):
    found, said = run("reliability", CASES / "w1.csv", "--bank", bank_of("w1", 6, range(1, 6), tmp_path))
    scale = found["reliability"]["w1"]["total"]
    assert scale["omega_categorical"]["value"] is None
    assert scale["omega_categorical"]["model"]["chi2"] == pytest.approx(462.4, abs=0.1)
    assert "is above 1" in scale["withheld"]["omega_categorical"]
    assert scale["omega_total"]["model"]["fits"] is False
    assert "one factor does not fit" in said
    assert scale["items"][0] | {"name": "w1_1", "gloss": "gloss 1"} == scale["items"][0]


def test_fiml_and_a_constant_item(run, tmp_path):
    found, said = run(
        "reliability", CASES / "se.csv", "--bank", bank_of("se", 6, range(1, 6), tmp_path), "--missing", "fiml"
    )
    scale = found["reliability"]["se"]["total"]
    assert scale["alpha"]["value"] == pytest.approx(0.7655, abs=1e-4)
    assert scale["left_out"][0]["item"] == 6
    assert "left out of the coefficients" in said


def test_partners_as_rows(run):
    found, said = run("reliability", CASES / "clus.csv", "--bank", "eis")
    assert "--cluster couple" in said
    found, said = run("reliability", CASES / "clus.csv", "--bank", "eis", "--cluster", "couple")
    assert found["reliability"]["eis"]["total"]["cluster"] == {"column": "couple", "clusters": 300}
    assert "--cluster couple" not in said
    found, said = run(
        "structure", CASES / "clus.csv", "--bank", "eis", "--cluster", "couple", "--group", "partner", "--dif"
    )
    assert found["cfa"]["cluster"] == {"column": "couple", "clusters": 300}
    assert found["cfa"]["estimator"] == "mlr"
    assert found["cfa"]["loadings"][0]["se"] == pytest.approx(0.0401, abs=1e-4)  # lavaan
    assert set(found["dif"]) == {"total"}
    assert "robust" in found["cfa"]
    found, said = run("structure", CASES / "clus.csv", "--bank", "eis", "--estimator", "mlr", "--group", "partner")
    assert "--cluster couple" in said
    assert any("partners" in note for note in found["warnings"])


@pytest.mark.parametrize("name", ["hw0", "deg_emptyitem"])
def test_improper_solutions_are_told(run, name):
    found, said = run("structure", CASES / f"{name}.csv", "--bank", "eis", "--estimator", "wlsmv")
    assert any("Heywood" in note and "beyond 1" in note for note in found["cfa"]["notes"])
    assert "beyond 1" in said


def test_power(run):
    found, said = run("power", "couples", "--effect", "actor", "--draws", "400", "--lost", "0.1", "--plot", "curve.svg")
    assert 60 < found["power"]["n"] < 120
    assert found["power"]["curve"]
    assert "couples" in said
    assert Path("curve.svg").stat().st_size > 1000
    found, _ = run("power", "reliability", "--n", "150", "--draws", "200", "--width", "0.1")
    assert found["power"]["target"] is None
    assert 0 < found["power"]["power"] < 1


def test_the_case_of_clusters_is_what_it_says():
    with (CASES / "clus.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 600
    assert len({row["couple"] for row in rows}) == 300
