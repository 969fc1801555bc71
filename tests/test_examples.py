"""The example data that ship: made by their script, as it stands; every study runs on its own, by one command."""

from __future__ import annotations

import pytest

import intimacy_scales as ims
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.cli import main
from intimacy_scales.simulation.examples import FOLDER, example_names
from intimacy_scales.simulation.examples.make_examples import write_examples


def test_the_script_makes_the_files_that_ship(tmp_path):
    write_examples(tmp_path)
    for made in tmp_path.glob("*.csv"):
        assert made.read_text(encoding="utf-8") == (FOLDER / made.name).read_text(encoding="utf-8"), made.name


def test_an_unknown_example_is_told_with_a_guess():
    with pytest.raises(UnknownNameError, match="did you mean 'pooling'"):
        ims.example("poolng")


def test_the_demo_leaves_the_studies_and_replaces_none_unasked(tmp_path, capsys):
    for ends in (0, 1):
        with pytest.raises(SystemExit) as ended:
            main(["demo", "--studies", "--out", str(tmp_path / "studies")])
        assert (ended.value.code or 0) == ends
    assert {file.stem for file in (tmp_path / "studies").glob("*.csv")} == set(example_names())
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["pool", "pooling.csv", "--moderator", "design"],
        ["pool", "pooling_dependent.csv", "--moderator", "reporter"],
        ["path", "technoference.csv", "--bank", "tdis", "--path", "conflict ~ tdis_total", "satisfaction ~ conflict"],
        ["validity", "validation.csv", "--bank", "eis", "--convergent", "close_1..close_6", "--groups", "group"],
    ],
)
def test_each_study_runs_by_one_command(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main([words[0], str(FOLDER / words[1]), *words[2:]])
    assert (ended.value.code or 0) == 0
    assert "What this cannot say" in capsys.readouterr().out


def test_the_examples_hold_what_is_true_in_them():
    pooled = ims.pool(ims.example("pooling"), moderator="design")
    assert [round(one.low, 3) < one.b < one.high for one in pooled.moderation.terms] == [True, True]
    assert pooled.moderation.terms[0].low < 0.37 < pooled.moderation.terms[0].high
    assert pooled.moderation.terms[1].low < -0.11 < pooled.moderation.terms[1].high
    three = ims.pool(ims.example("pooling_dependent"))
    assert three.mean.low < 0.33 < three.mean.high
    found = ims.validity(ims.example("validation"), "eis", convergent="close_1..close_6", bootstrap=200)
    low, high = found.correlations[0].corrected_ci
    assert low < 0.75 < high
