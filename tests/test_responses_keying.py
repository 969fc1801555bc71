"""The keying self-check: verdicts with their figures."""

from __future__ import annotations

import csv
import itertools
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.bank import load_bank, read_bank
from intimacy_scales.reading.responses import check_keying, examine, read_responses
from intimacy_scales.reading.responses.keying import checks_of, keying_sums
from intimacy_scales.statistics.products import merged
from response_banks import answers, columns_of, make_bank, table

REFERENCE = Path(__file__).parent / "reference"
DUO = make_bank()


def check(values, bank=DUO, **more):
    part = read_responses(table(columns_of(values, bank.id + "_{}")), bank, **more).answered[0]
    return check_keying(part)[0]


def turned(values, *numbers, low=1):
    found = values.copy()
    for number in numbers:
        found[:, number - 1] = 2 * low + 4 - found[:, number - 1]
    return found


def test_answers_as_ticked_are_as_keyed():
    found = check(answers())
    assert found.verdict == "as keyed"
    assert found.suspects == ()
    assert found.n == 60
    assert found.alpha > 0.8 > found.alpha_flipped


def test_a_file_reversed_already_is_told_and_advised():
    found = examine(table(columns_of(turned(answers(), 3, 5))), DUO)
    (one,) = found.keying
    assert one.verdict == "already reversed"
    assert [item.item for item in one.suspects] == [3, 5]
    assert one.alpha_flipped > one.alpha
    assert any("already reversed" in note and "already_reversed" in note for note in found.responses.notes)
    mended = check(turned(answers(), 3, 5), already_reversed=True)
    assert mended.verdict == "as keyed"
    assert mended.alpha == pytest.approx(check(answers()).alpha, abs=1e-12)


def test_the_verdict_never_changes_an_answer():
    values = turned(answers(), 3, 5)
    part = read_responses(table(columns_of(values)), DUO).answered[0]
    assert not part.already_reversed
    assert (part.block() == values).all()


def test_already_reversed_said_of_a_file_that_is_not():
    found = check(answers(), already_reversed=True)
    assert found.verdict == "not reversed yet"
    assert "leave already_reversed out" in str(found)


@pytest.mark.parametrize("item", [1, 3])
def test_one_item_the_other_way_is_named_alone(item):
    bank = make_bank("four", reverse=(2, 3, 5))
    values = turned(answers(200, reverse=(2, 3, 5)), item)
    found = check(values, bank)
    assert found.verdict == "suspect items"
    assert [one.item for one in found.suspects] == [item]
    assert f"item {item} ({'reverse-keyed' if item == 3 else 'keyed forward'}" in str(found)


def test_where_most_items_are_reverse_keyed_the_others_are_the_suspects():
    many = make_bank("many", reverse=(2, 3, 4, 5))
    values = turned(answers(200, reverse=(2, 3, 4, 5)), 2, 3, 4, 5)
    found = check(values, many)
    assert found.verdict == "already reversed"
    assert [one.item for one in found.suspects] == [1, 6]


def test_a_bank_without_reverse_keyed_items_is_never_already_reversed():
    plain = make_bank("plain", reverse=())
    assert check(answers(reverse=()), plain).verdict == "as keyed"
    assert check(turned(answers(reverse=()), 2), plain).verdict == "suspect items"


@pytest.mark.parametrize(("n", "verdict"), [(29, "cannot tell"), (30, "as keyed")])
def test_thirty_complete_rows_are_needed(n, verdict):
    values = np.vstack([answers(n), np.where(np.arange(6) == 2, np.nan, answers(50))])
    found = check(values)
    assert (found.n, found.verdict) == (n, verdict)


def test_answers_that_do_not_vary_tell_nothing():
    assert check(np.full((40, 6), 3.0)).verdict == "cannot tell"
    values = answers()
    values[:, 0] = 4
    found = check(values)
    assert found.verdict == "as keyed"
    assert math.isnan(found.items[0].r)
    assert found.to_dict()["items"][0]["ci"] == [None, None]
    json.dumps(found.to_dict(), allow_nan=False)


def test_random_answers_are_not_called_as_keyed():
    rng, plain = np.random.default_rng(11), make_bank("plain", reverse=())
    found = [check(rng.integers(1, 6, (80, 6)).astype(float), plain) for _ in range(60)]
    verdicts = [one.verdict for one in found]
    assert verdicts.count("as keyed") <= 5  # 2.5 % of 60 expected
    told = next(one for one in found if one.verdict == "cannot tell" and one.alpha < -0.1)
    assert f"alpha {told.alpha:.2f}".replace("-0.", "-.") in str(told)
    assert "do not hang together" in str(told)
    assert told.to_dict()["alpha"] == told.alpha


def test_noise_is_not_called_suspect_more_often_than_chance():
    rng = np.random.default_rng(5)
    plain = make_bank("plain", reverse=())
    wrong = sum(len(check(rng.integers(1, 6, (60, 6)).astype(float), plain).suspects) for _ in range(100))
    assert wrong / 600 < 0.06  # 2.5 % of items expected


@given(st.integers(0, 10_000), st.permutations(range(60)))
def test_the_order_of_rows_does_not_count(seed, order):
    values = answers(60, seed=seed)
    one, two = check(values), check(values[list(order)])
    assert one.verdict == two.verdict
    assert one.alpha == pytest.approx(two.alpha, abs=1e-12)


def test_every_complete_row_counts_however_many():
    values = answers(45_000)
    values[::9, 2] = np.nan
    found = check(values)
    assert found.n == 40_000
    assert found.verdict == "as keyed"
    rows = values[~np.isnan(values).any(axis=1)]
    keyed = turned(rows, 3, 5)
    rest = keyed.sum(axis=1)
    for place, item in enumerate(found.items):
        assert item.r == pytest.approx(np.corrcoef(keyed[:, place], rest - keyed[:, place])[0, 1], abs=1e-12)


@given(st.lists(st.integers(0, 90), max_size=4), st.booleans(), st.randoms(use_true_random=False))
def test_the_verdict_of_merged_batches_is_that_of_the_whole(cuts, blank, shuffled):
    values = answers(90)
    values[::7, 1] = np.nan
    if blank:
        values[:, 3] = np.nan
        values[:20, 0] = np.nan  # a batch in which an item that was asked elsewhere is blank
    whole = read_responses(table(columns_of(values)), DUO).answered[0]
    parts = [
        keying_sums(replace(whole, answers=tuple(column[a:b] for column in whole.answers)))
        for a, b in itertools.pairwise([0, *sorted(cuts), 90])
    ]
    shuffled.shuffle(parts)
    assert repr(checks_of(merged(parts))) == repr(check_keying(whole))


def test_no_check_of_answers_that_may_not_pass():
    values = answers()
    values[0, 0] = 9
    assert examine(table(columns_of(values)), DUO).keying == ()


def pair_rows(name="pair.csv"):
    with (REFERENCE / name).open() as file:
        return [[float(cell) if cell else None for cell in row] for row in list(csv.reader(file))[1:]]


def write_pair(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"pair_{number}" for number in range(1, 37)])
        writer.writerows([["" if cell is None else int(cell) for cell in row] for row in rows])
    return path


def test_pair_as_it_is():
    found = examine(REFERENCE / "pair.csv", "pair")
    assert found.usable
    assert {one.verdict for one in found.keying} == {"as keyed"}
    assert len(found.keying) == 6
    assert len(found.responses.ids or ()) == 0


def test_pair_reversed_already_in_the_file(tmp_path):
    bank = load_bank("pair")
    backward = {item.number for item in bank.items if item.reverse}
    rows = [
        [4 - cell if cell is not None and j + 1 in backward else cell for j, cell in enumerate(row)]
        for row in pair_rows()
    ]
    path = write_pair(tmp_path / "reversed.csv", rows)
    assert {one.verdict for one in examine(path, "pair").keying} == {"already reversed"}
    mended = examine(path, "pair", already_reversed=["pair"])
    assert {one.verdict for one in mended.keying} == {"as keyed"}
    plain = examine(REFERENCE / "pair.csv", "pair")
    for one, two in zip(mended.keying, plain.keying, strict=True):
        assert one.alpha == pytest.approx(two.alpha, abs=1e-12)


@pytest.mark.parametrize("item", [1, 13])
def test_pair_with_one_item_turned(tmp_path, item):
    rows = [
        [4 - cell if cell is not None and j + 1 == item else cell for j, cell in enumerate(row)] for row in pair_rows()
    ]
    found = examine(write_pair(tmp_path / "one.csv", rows), "pair")
    wrong = [one for one in found.keying if one.verdict != "as keyed"]
    assert [one.administration.key(one.scale) for one in wrong] == ["now.emotional"]
    assert [one.item for one in wrong[0].suspects] == [item]
    assert wrong[0].verdict == "suspect items"


def test_pair_with_one_scale_reversed_says_that_the_others_are_not(tmp_path):
    rows = [
        [4 - cell if cell is not None and j + 1 in (13, 25, 31) else cell for j, cell in enumerate(row)]
        for row in pair_rows()
    ]
    found = examine(write_pair(tmp_path / "scale.csv", rows), "pair")
    assert any("1 of 6 scales with reverse-keyed items look so, the others do not" in note for note in found.notes)


def test_alpha_and_item_rest_equal_those_of_psych_on_complete_rows():
    found = examine(REFERENCE / "eis.csv", "eis").keying[0]
    block = json.loads((REFERENCE / "reliability.json").read_text())["eis"]["alpha_listwise"]
    assert found.alpha == pytest.approx(block["total"]["raw_alpha"], abs=1e-10)
    assert [one.r for one in found.items] == pytest.approx([row["r.drop"] for row in block["item.stats"]], abs=1e-10)
    assert found.n == block["item.stats"][0]["n"]


BFI = Path(__file__).parents[1].parent / "shared" / "data" / "answers" / "psych_bfi.csv"


def bfi_bank(*reverse):
    """Return a bank for five items of the open bfi data, codes 1 to 6, without any wording."""
    options = "".join(f"    - {{code: {code}, label: step {code}}}\n" for code in range(1, 7))
    items = "".join(
        f"  - {{number: {j}, gloss: agreeable {j}, options: six{', reverse: true' if j in reverse else ''}}}\n"
        for j in range(1, 6)
    )
    text = (
        "format: 1\nid: a\nversion: '1.0.0'\nname: Five open items\nmeasures: agreeableness\n"
        "rights: {status: original, holder: public domain, licence: CC0}\nsource: [schaefer1981]\nlanguages: [en]\n"
        f"options:\n  six:\n{options}items:\n{items}"
        "scales:\n  - {id: total, name: T, items: [1, 2, 3, 4, 5], combine: sum, min_answered: 4, min_answered_source: ours,\n"
        "     missing: prorate, range: [5, 30], higher_means: more}\n"
        "certainty: {map: confirmed, keys: confirmed, options: confirmed, gloss: confirmed, check: nothing}\n"
        f"cases:\n  - {{name: low, source: by hand, answers: {{'-': [1, 1, 1, 1, 1]}}, scores: {{total: {5 + 5 * len(reverse)}}}}}\n"
    )
    return read_bank(text, name="a.yaml")


@pytest.mark.skipif(not BFI.is_file(), reason="the open data are not here")
def test_open_data_with_a_right_and_a_forgotten_key():
    right = examine(BFI, bfi_bank(1)).keying[0]
    assert (right.verdict, right.n > 2500) == ("as keyed", True)
    forgotten = examine(BFI, bfi_bank()).keying[0]
    assert forgotten.verdict == "suspect items"
    assert [item.item for item in forgotten.suspects] == [1]
    wrong = examine(BFI, bfi_bank(1), already_reversed=True).keying[0]
    assert wrong.verdict == "not reversed yet"
