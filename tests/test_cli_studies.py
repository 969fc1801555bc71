"""The commands pool, path and validity: what they print, what --json holds, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from intimacy_scales.cli import main

FOLDER = Path(__file__).parent / "reference"


def run(capsys, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    said = capsys.readouterr()
    return ended.value.code or 0, said.out, said.err


def test_pool_prints_writes_json_and_pictures(capsys, tmp_path):
    files = [tmp_path / name for name in ("pooled.json", "forest.png", "funnel.svg")]
    code, out, _ = run(capsys, "pool", str(FOLDER / "meta2.csv"), "--moderator", "year", "sample", "--json", str(files[0]),
                       "--plot", str(files[1]), "--funnel", str(files[2]))  # fmt: skip
    assert code == 0
    assert "45 rows read, 45 used" in out
    assert "k = 45 correlations" in out
    found = json.loads(files[0].read_text(encoding="utf-8"))
    assert found["command"] == "pool"
    assert found["pooled"]["r"] == pytest.approx(0.3212481382, abs=1e-6)
    assert {"tau2", "i2", "q", "prediction_interval", "moderators"} <= set(found)
    assert all(file.stat().st_size > 5000 for file in files[1:])


def test_pool_refuses_bad_studies_and_pictures_with_all_reasons(capsys, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("study,r,n\na,1.3,40\nb,0.2,3\nc,0.3,50\n", encoding="utf-8")
    code, out, err = run(capsys, "pool", str(bad))
    assert (code, out) == (1, "")
    assert "column r: 1.3 in row 2" in err
    assert "column n: 3 in row 3" in err
    code, _, err = run(capsys, "pool", str(FOLDER / "meta.csv"), "--plot", str(tmp_path / "forest.bmp"))
    assert code == 1
    assert "no picture by its suffix" in err
    code, _, err = run(capsys, "pool", str(FOLDER / "meta.csv"), "--moderater", "year")
    assert code == 2


def test_path_of_plain_columns(capsys, tmp_path):
    file = tmp_path / "path.json"
    code, out, _ = run(capsys, "path", str(FOLDER / "technoference.csv"), "--path", "conflict ~ interference",
                       "--path", "satisfaction ~ conflict + interference", "--bootstrap", "300", "--json", str(file),
                       "--plot", str(tmp_path / "path.pdf"))  # fmt: skip
    assert code == 0
    assert "interference -> conflict -> satisfaction" in out
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["draws"] == 300
    assert found["effects"][0]["est"] == pytest.approx(-0.2808359, abs=1e-5)
    assert (tmp_path / "path.pdf").read_bytes().startswith(b"%PDF")


def test_path_of_scores_of_a_bank(capsys, tmp_path):
    import intimacy_scales as ims

    frame = ims.simulate("tdis", 80, seed=2).frame()
    frame["conflict"] = frame["tdis_1"] + frame["tdis_2"].to_numpy()[::-1]
    file = tmp_path / "export.csv"
    frame.to_csv(file, index=False)
    code, out, _ = run(capsys, "path", str(file), "--bank", "tdis", "--path", "conflict ~ tdis_total")
    assert code == 0
    assert "tdis_total -> conflict" in out
    code, _, err = run(capsys, "path", str(file), "--path", "conflict ~ tdis_totl")
    assert code == 1
    assert "column 'tdis_totl'" in err


def test_validity_in_one_command(capsys, tmp_path):
    file = tmp_path / "validity.json"
    code, out, _ = run(capsys, "validity", str(FOLDER / "validation.csv"), "--bank", "eis", "--convergent",
                       "close_1..close_6", "support_total", "--discriminant", "lonely_1..lonely_5", "--groups", "group",
                       "--reliability", "support_total=.85", "--bootstrap", "200", "--json", str(file))  # fmt: skip
    assert code == 0
    assert "Known groups (group)" in out
    found = json.loads(file.read_text(encoding="utf-8"))
    assert {"correlations", "groups", "retest", "htmt", "dependent"} <= set(found)
    first = found["correlations"][0]
    assert {"with", "kind", "r", "ci", "corrected", "corrected_ci", "n"} <= set(first)
    assert first["corrected"] == pytest.approx(0.7327927174, abs=1e-8)


def test_validity_with_a_retest_in_another_file(capsys, tmp_path):
    import pandas as pd

    frame = pd.read_csv(FOLDER / "validation.csv", dtype=str)
    items = [f"eis_{j}" for j in range(1, 6)]
    now, later = tmp_path / "now.csv", tmp_path / "later.csv"
    frame[["id", *items]].to_csv(now, index=False)
    again = frame[["id", *(f"{name}_t2" for name in items)]].dropna()
    again.columns = ["id", *items]
    again.to_csv(later, index=False)
    file = tmp_path / "validity.json"
    code, _, _ = run(capsys, "validity", str(now), "--bank", "eis", "--retest", str(later), "--id", "id", "--bootstrap",
                     "0", "--json", str(file))  # fmt: skip
    assert code == 0
    assert json.loads(file.read_text(encoding="utf-8"))["retest"]["eis_total"]["n"] == 92
    code, _, err = run(capsys, "validity", str(now), "--bank", "eis", "--reliability", ".8")
    assert code == 1
    assert "NAME=R" in err
