"""Tables for the paper: figures against R, files that hold the same figures, nothing that runs in a spreadsheet."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.base.errors import OutputError, ResponseError, UnknownNameError
from intimacy_scales.output.tables import PaperTable, save_table, write_table
from intimacy_scales.output.tables.paper_table import SUFFIXES, as_html, as_markdown, as_tex

X = [3, 1, 4, 1, 5, 2, 4, 3, 5, 2, 3, 4, 2, 5, 1, 3, 4, 2, 3, 5]
Y = [2, 1, 5, 2, 4, 2, 3, 3, 5, 1, 4, 4, 2, 4, 1, 2, 5, 3, 3, 4]


def frame(n=200, seed=0):
    rng = np.random.default_rng(seed)
    g = rng.normal(size=n)
    eis = {f"eis_{j}": np.clip(np.round(3 + g + rng.normal(size=n) * 0.8), 1, 5) for j in range(1, 6)}
    tdis = {f"tdis_{j}": np.clip(np.round(2.5 - g * 0.5 + rng.normal(size=n)), 0, 5) for j in range(1, 5)}
    return pd.DataFrame(eis | tdis | {"age": rng.integers(20, 60, n)})


def one_pair(method):
    """EIS totals 5 X (all five items alike) and a column Y."""
    data = pd.DataFrame({f"eis_{j}": X for j in range(1, 6)} | {"y": Y})
    return ims.table(data, "eis", columns=["y"], method=method).pair("eis_total", "y").r


@pytest.mark.parametrize(("method", "r", "low", "high", "p"), [
    # R 4.2: cor.test(x, y); cor(method = "spearman") with Bonett and Wright's se; psych 2.2.9 polychoric(correct = 0)
    ("pearson", 0.831221993986, 0.614871095912, 0.931212194539, 5.62083739855e-06),
    ("spearman", 0.839090515898, 0.581916848890, 0.943700138436, None),
    ("polychoric", 0.873554846354, None, None, None),
])  # fmt: skip
def test_correlations_are_those_of_r(method, r, low, high, p):
    found = one_pair(method)
    assert found.value == pytest.approx(r, abs=1e-4 if method == "polychoric" else 1e-7)
    if low is not None:
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-7), pytest.approx(high, abs=1e-7))
    if p is not None:
        assert found.p == pytest.approx(p, rel=1e-6)
    assert found.n == 20


def test_the_table_holds_n_mean_sd_alpha_and_corrected_correlations():
    data = frame()
    found = ims.table(data, ["eis", "tdis"], columns=["age"], corrected=True)
    total = data[[f"eis_{j}" for j in range(1, 6)]].sum(axis=1)
    eis, tdis, age = found.variables
    assert (eis.n, eis.mean, eis.sd) == (200, pytest.approx(total.mean()), pytest.approx(total.std()))
    alpha = ims.reliability(data, "eis")["eis.total"].alpha.value
    assert eis.alpha == pytest.approx(alpha)
    assert np.isnan(age.alpha)
    pair = found.pair("tdis_total", "eis_total")
    root = (eis.alpha * tdis.alpha) ** 0.5
    assert pair.corrected.value == pytest.approx(pair.r.value / root)
    assert pair.corrected.high == pytest.approx(pair.r.high / root)
    assert np.isnan(found.pair("eis_total", "age").corrected.value)
    lines = found.rows_for_eyes()
    assert lines[1][4] == "(.88)"
    assert lines[2][4].startswith("-.56 [")
    assert lines[1][5].startswith("-.95 [")


def test_a_correlation_above_one_after_correction_is_withheld():
    data = frame(60)
    data["tdis_4"] = 5 - data["tdis_4"]  # alpha falls: the correction would pass 1
    data["tdis_3"] = 5 - data["tdis_3"]
    found = ims.table(data, ["eis", "tdis"], corrected=True).pair("eis_total", "tdis_total")
    assert np.isnan(found.corrected.value) or abs(found.corrected.value) <= 1


def test_stars_only_where_asked_for():
    data = frame()
    assert "*" not in "".join(cell for row in ims.table(data, ["eis", "tdis"]).rows_for_eyes() for cell in row)
    assert "-.56***" in ims.table(data, ["eis", "tdis"], stars=True).rows_for_eyes()[2][4]


def test_missing_values_are_pairwise_and_partners_are_noted():
    data = frame(50)
    data.loc[:9, "age"] = np.nan
    found = ims.table(data, "eis", columns=["age"])
    assert found.pair("eis_total", "age").r.n == 40
    assert found.variables[1].n == 40
    both = data.assign(couple=np.arange(50) // 2, partner=["a", "b"] * 25)
    assert any("not independent" in note for note in ims.table(both, "eis").notes)


def test_scores_of_ones_own_rule_keep_it():
    scores = ims.score(frame(), "eis", combine="mean")
    found = ims.table(scores)
    assert found.variables[0].mean == pytest.approx(float(np.nanmean(scores["eis_total"].values)))
    assert "mean of the keyed answers" in found.methods()


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ResponseError, match="pearson, spearman, polychoric"):
        ims.table(frame(), "eis", method="kendall")
    with pytest.raises(ResponseError, match="up to 12"):
        ims.table(frame(), "eis", columns=["age"], method="polychoric")
    with pytest.raises(UnknownNameError, match="agee"):
        ims.table(frame(), "eis", columns=["agee"])


# --- files -----------------------------------------------------------------------------------------------------------


def cells_of_docx(path):
    docx = pytest.importorskip("docx")
    (made,) = docx.Document(str(path)).tables
    return [[cell.text for cell in row.cells] for row in made.rows]


def test_every_file_holds_the_figures_of_the_json(tmp_path):
    found = ims.table(frame(), ["eis", "tdis"], columns=["age"], corrected=True)
    printed = found.rows_for_eyes()
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    for suffix in SUFFIXES:
        found.save(tmp_path / f"t{suffix}")
    minus = [[cell.replace("-", "\u2212") if re.match(r"-\.?\d", cell) else cell for cell in row] for row in printed]
    word = cells_of_docx(tmp_path / "t.docx")
    assert word[0] == printed[0]
    assert [row[1:4] for row in word[1:]] == [row[1:4] for row in minus[1:]]
    assert word[2][4] == "\u2212.56 [\u2212.65, \u2212.46]"
    table = pd.read_csv(tmp_path / "t.csv")
    sheet = pd.read_excel(tmp_path / "t.xlsx")
    for pair in told["correlations"]:
        row = table.set_index("variable").loc[pair["first"]]
        assert row[f"r_{pair['second']}"] == pytest.approx(pair["r"]["value"], rel=1e-12)
        assert sheet.set_index("variable").loc[pair["first"], f"low_{pair['second']}"] == pytest.approx(
            pair["r"]["ci"][0], rel=1e-12
        )
    for suffix in (".tex", ".md", ".html"):
        text = (tmp_path / f"t{suffix}").read_text(encoding="utf-8").replace("$-$", "\u2212")
        for row in minus[1:]:
            for cell in row[1:4]:
                assert cell in text
        assert "\u2212.56 [\u2212.65, \u2212.46]" in text


def test_markup_and_formulas_in_names_stay_text(tmp_path):
    hostile = "=1+1 | <b>&_%$#{}~^\\ *x*"
    made = PaperTable.of([["Variable", "n"], [hostile, "3"]], caption=hostile, note=hostile)
    assert "<b>" not in as_html(made)
    assert "\\|" in as_markdown(made)
    tex = as_tex(made)
    assert r"\&\_\%\$\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}" in tex
    for suffix in SUFFIXES:
        write_table(made, tmp_path / f"t{suffix}")
    assert pd.read_csv(tmp_path / "t.csv").iloc[0, 0].startswith("'=1+1")
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_any_results_table_is_written(tmp_path):
    data = frame()
    results = {"rel": ims.reliability(data, ["eis", "tdis"]), "tips": ims.tips(), "scores": ims.score(data, "eis")}
    for name, result in results.items():
        for suffix in SUFFIXES:
            assert save_table(result, tmp_path / f"{name}{suffix}").stat().st_size > 50
    assert "(" not in (tmp_path / "tips.md").read_text(encoding="utf-8")[:2]
    with pytest.raises(OutputError, match="prints no table"):
        save_table(3, tmp_path / "x.md")
    with pytest.raises(OutputError, match=r"\.docx"):
        save_table(ims.tips(), tmp_path / "x.rtf")
    with pytest.raises(OutputError, match="exists"):
        save_table(ims.tips(), tmp_path / "tips.md")


def test_the_methods_paragraph_names_versions_and_choices():
    said = ims.table(frame(), "eis", method="spearman", corrected=True).methods()
    assert "bank eis, version" in said
    assert "Spearman" in said
    assert "corrected for unreliability" in said
    assert re.search(r"intimacy-scales \d+\.\d+\.\d+ and numpy \d", said)


@pytest.mark.slow
def test_libreoffice_opens_the_word_file(tmp_path):
    office = shutil.which("soffice") or shutil.which("libreoffice") or pytest.skip("no LibreOffice on this machine")
    file = ims.table(frame(), ["eis", "tdis"]).save(tmp_path / "t.docx")
    subprocess.run([office, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, file], check=True)
    assert (tmp_path / "t.pdf").stat().st_size > 1000


def test_a_wide_table_lies_on_its_side_in_blocks_that_hold_every_column(tmp_path):
    from docx import Document

    from intimacy_scales.output.tables.paper_table import BLOCK, PaperTable, write_docx

    head = ("Variable", *(f"h{j}" for j in range(17)))
    rows = tuple((f"name {i}", *(f"{i}.{j}" for j in range(17))) for i in range(3))
    write_docx(PaperTable(caption="Wide", head=head, rows=rows, note="n"), tmp_path / "t.docx")
    document = Document(str(tmp_path / "t.docx"))
    blocks = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    assert all(len(block[0]) <= BLOCK and block[0][0] == "Variable" for block in blocks)
    assert [cell for block in blocks for cell in block[0][1:]] == list(head[1:])
    assert [cell for block in blocks for cell in block[2][1:]] == list(rows[1][1:])
    assert document.sections[0].page_width > document.sections[0].page_height
