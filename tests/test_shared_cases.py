"""Cases that no other test reads as a user would: the same couples in any order, the same file twice, a ceiling, waves."""

from __future__ import annotations

from pathlib import Path

import pytest

from intimacy_scales.cli import main

HERE = Path(__file__).parent
FIGURES, DOOR = HERE / "reference" / "cases", HERE / "cases" / "door"


def said(capsys, *words):
    with pytest.raises(SystemExit) as end:
        main([*map(str, words)])
    told = capsys.readouterr()
    return end.value.code, told.out, told.err


def test_the_order_of_partners_changes_no_printed_figure(capsys):
    options = ("--predictor", "close", "--outcome", "sat", "--mediator", "talk", "--couple", "couple")
    files = [HERE / "reference" / "exchangeable_order1.csv"]
    files += [FIGURES / name for name in ("exchangeable_order2.csv", "exchangeable_order3.csv")]
    first, *others = [said(capsys, "couples", file, *options) for file in files]
    assert first[0] == 0
    assert ".116" in first[1]
    assert [other[:2] for other in others] == [first[:2]] * 2


def test_the_same_file_twice_is_no_traceback(capsys):
    files = (DOOR / "k19_same_twice_a.csv", DOOR / "k19_same_twice_b.csv")
    code, out, err = said(capsys, "change", *files, "--bank", "eis", "--id", "pid")
    assert code == 0, err
    assert "0 improved, 0 deteriorated" in out


def test_a_ceiling_is_described(capsys):
    code, out, err = said(capsys, "reliability", FIGURES / "deg_ceiling.csv", "--bank", "eis")
    assert code == 0, err
    assert "eis.total" in out


def test_couples_at_several_waves_are_asked_about(capsys):
    _, out, err = said(capsys, "couples", DOOR / "couples_waves.csv", "--bank", "eis")
    assert "wave" in out + err
    assert "--occasion" in out + err
    assert "--where" in out + err
