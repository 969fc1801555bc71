"""A new user's two files, with the README alone: its commands are typed as they stand, and the scores are the true ones."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from new_user_study import OWN_REVERSED, own_scale, qualtrics_waves

README = Path(__file__).parents[1] / "README.md"
SECTION = README.read_text(encoding="utf-8").partition("### A first file of your own")[2].partition("### More")[0]
BLOCKS = [block.splitlines() for block in re.findall(r"^```sh\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE)]
REVERSED = (8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36)  # pair's, as its bank has them


@pytest.fixture
def typed(run):
    """Type a line of the README in a folder of its own; returns exit code and everything said."""

    def line_typed(line):
        program, *words = shlex.split(line, comments=True)
        assert program == "intimacy-scales"
        said = run(*words)
        return said.code, said.out + said.err

    return line_typed


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def emotional(codes):
    """PAIR's emotional score of codes 0 to 4: items 1, 7 ... 31, the reverse-keyed ones turned, on 0 to 96."""
    numbers = range(1, 37, 6)
    return 4 * sum(4 - codes[:, j - 1] if j in REVERSED else codes[:, j - 1] for j in numbers)


@pytest.mark.parametrize("texts", [False, True])
def test_a_survey_of_matrices_with_names_of_its_own_takes_three_commands_and_no_editing(typed, tmp_path, texts):
    _, _, truth = qualtrics_waves(tmp_path, texts=texts)
    inspect, score, change = BLOCKS[0]
    code, said = typed(inspect)  # where the cells hold texts, the shift has no number to act on
    assert code == 0, said
    written = (tmp_path / "map.yaml").read_text(encoding="utf-8")
    assert "confirmed: false" not in written
    assert "item 8: We mostly keep to ourselves [Mostly keeping to ourselves]" in written
    assert "as the one that is left" in written  # the form of the second block is said to be inferred
    code, said = typed(score)
    assert code == 0, said
    rows, order = rows_of("scores.csv"), truth["before order"]
    for form in ("now", "expected"):
        scores = [float(row[f"pair_{form}_emotional"]) for row in rows]
        assert scores == emotional(truth[f"before {form}"][order]).tolist()
    code, said = typed(change)
    assert code == 0, said
    line = re.search(r"^pair_now_emotional .*$", said, re.MULTILINE)[0]
    means = [f"{emotional(truth[f'{wave} now']).mean():.2f}" for wave in ("before", "after")]
    assert all(mean in line for mean in means)


def test_without_the_shift_the_refusal_names_it(typed, tmp_path):
    qualtrics_waves(tmp_path)
    inspect, score, _ = BLOCKS[0]
    typed(inspect)
    code, said = typed(score.replace(" --shift -1", ""))
    assert code == 1
    assert "say --shift -1" in said


def test_a_scale_of_ones_own_takes_three_commands(typed, tmp_path):
    _, codes = own_scale(tmp_path)
    inspect, new, score = BLOCKS[1]
    code, said = typed(inspect)
    assert code == 0
    assert "--columns 3..14" in said
    code, said = typed(new)
    assert code == 0, said
    code, said = typed(score)
    assert code == 0, said
    turned = np.array([j in OWN_REVERSED for j in range(1, 13)])
    truth = np.where(turned, 6 - codes, codes).sum(axis=1)
    assert [float(row["evenings_total"]) for row in rows_of("evenings_scores.csv")] == truth.tolist()
    assert typed("intimacy-scales check evenings.yaml")[0] == 0
