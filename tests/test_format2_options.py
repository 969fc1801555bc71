"""Bank format 2: rows of numbers, scores apart from codes, answers that are not scored, names, scales of scales."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intimacy_scales as ims
from intimacy_scales.bank import dump, fingerprint, lay_over, load_bank, read_bank
from intimacy_scales.base.errors import BankError
from intimacy_scales.scoring import key_of, keyed, score_responses
from intimacy_scales.scoring.cases import failing_cases
from small_banks import vouched

EVENING = Path(__file__).parent / "cases" / "format2" / "evening.yaml"
TEXT = EVENING.read_text(encoding="utf-8")
NAMES = ["near", "apart", "warm", "calm", "heavy", "light", "cook", "walk", "read_aloud", "quarrel", "sulk"]


@pytest.fixture(scope="module")
def bank():
    return load_bank(EVENING)


def evenings(n, seed=1, *, blank=0.0):
    """Return answers as ticked: persons x items of the bank, one thing behind those of a scale."""
    random = np.random.default_rng(seed)
    felt = random.normal(size=(n, 1))
    z = 0.8 * felt + 0.6 * random.normal(size=(n, 11))
    z[:, [1, 4, 9, 10]] *= -1
    codes = np.column_stack([
        np.clip(np.rint(50 + 20 * z[:, :3]), 0, 100),
        np.clip(np.rint(2 * (5 + 2 * z[:, 3:6])) / 2, 0, 10),
        np.clip(np.rint(2.5 + z[:, 6:9]), 1, 4),
        np.clip(np.rint(50 + 20 * z[:, 9:]), 0, 100),
    ])  # fmt: skip
    codes[:, 8] = np.where(random.random(n) < 0.2, 9, codes[:, 8])
    codes[random.random(codes.shape) < blank] = np.nan
    return codes


def frame(n=120, **more):
    return pd.DataFrame(evenings(n, **more), columns=[f"evening_{name}" for name in NAMES])


# what the file says ---------------------------------------------------------------------------------------------------


def test_the_worked_bank_reads_and_its_cases_hold(bank):
    assert [item.id for item in bank.items] == NAMES
    assert not failing_cases(bank)
    assert bank.scale("nearness").items == (1, 2, 3)
    assert bank.scale("evening").scales == ("nearness", "ease", "strain")
    assert bank.scale("together").range == (0, 21)
    assert bank.scale("evening").range == (0, 100)


def test_it_is_written_and_read_back_as_the_same(bank):
    assert read_bank(dump(bank)) == bank
    assert fingerprint(read_bank(dump(bank))) == fingerprint(bank)
    assert "items: [nearness, ease, strain]" in dump(bank)
    assert "items: [near, apart, warm]" in dump(bank)


def test_a_row_is_exact_decimals_with_its_ends_and_its_labels(bank):
    halves = bank.row_of(bank.item("calm"))
    assert halves.codes == tuple(at / 2 for at in range(21))
    assert str(halves) == "0 to 10 in steps of 0.5"
    tenths = read_bank(TEXT.replace("to: 10, step: 0.5", "to: 10, step: 0.1")).row_of(bank.item("calm"))
    assert tenths.codes == tuple(float(f"{at / 10:.1f}") for at in range(101))
    assert [option.label for option in bank.options_of(bank.item("calm"))][:6] == ["tense", "0.5", "1", "1.5", "2", "rather tense"]  # fmt: skip
    assert bank.ends(bank.item("calm")) == (0, 10)


def test_ends_are_those_of_scores_not_of_codes(bank):
    assert bank.ends(bank.item("cook")) == (0, 7)
    assert [option.value for option in bank.options_of(bank.item("cook"))][:4] == [0, 1, 2.5, 7]
    assert np.isnan(bank.options_of(bank.item("cook"))[4].value)


@pytest.mark.parametrize(
    ("old", "new", "spot", "said"),
    [
        ("format: 2", "format: 1", ": options.slider", "is of format 2; format: 2 in the first line"),
        ("format: 2", "format: 1", "items[1].name", "is of format 2"),
        ("format: 2", "format: 1", "scales[5].items", "is of format 2"),
        ("to: 10, step", "to: 0, step", "options.halves.to", "is 0; more than from, 0"),
        ("step: 0.5", "step: 0.3", "options.halves.step", "33.3333 steps; a step that leads from 0 to 10"),
        ("step: 0.5", "step: -1", "options.halves.step", "is the number -1; more than 0"),
        ("step: 0.5", "step: 0.0001", "options.halves.step", "in at most 10,000 steps; step: 1"),
        ("2.5: rather tense", "2.6: rather tense", "options.halves.labels.2.6", "is no number of the row; 0 to 10 in"),
        ("2.5: rather tense", '2.5: "3"', "options.halves.labels.2.5", "is labelled as another number, 3"),
        ("2.5: rather tense", "2.5: tense", "options.halves.labels", "'tense' stands for 2.5 and for 0"),
        ("step: 0.5", "stepp: 0.5", "options.halves.stepp", "allowed: from, to, step, labels; did you mean step?"),
        ("from: 0, to: 10", "to: 10", "options.halves.from", "is missing"),
        ("score: 2.5", "scor: 2.5", "options.often[3].scor", "did you mean score?"),
        ("score: 2.5", "score: many", "options.often[3].score", "is the text 'many'; a whole number or a number"),
        ("scored: false", "scored: false, score: 3", "options.often[5]", "has the score 3, and scored: false"),
        ("name: walk", "name: cook", "items[8].name", "'cook' stands more than once; each name once"),
        ("name: walk", "name: walk_t1", "items[8].name", "'t1' names a form, a partner or an occasion"),
        ("name: walk", "name: evening", "scales[5]", "its column evening is that of 'item evening' too"),
        ("items: [cook, walk, read_aloud]", "items: [cook, wlak, read_aloud]", "scales[3].items[2]", "there is no item or scale 'wlak'"),
        ("items: [cook, walk, read_aloud]", "items: [cook, wlak, read_aloud]", "scales[3].items[2]", "did you mean walk?"),
        ("items: [near, apart, warm]", "items: [near, 2, warm]", "scales[1].items[2]", "item 2 has a name of its own; its name, apart"),
        ("items: [near, apart, warm]", "items: [near, near, warm]", "scales[1].items", "item near stands 2 times; each item once"),
        ("items: [nearness, ease, strain]", "items: [nearness, ease, sulk]", "scales[5].items[1]", "'nearness' is a scale, and not all of these are"),
        ("items: [nearness, ease, strain]", "items: [nearness, ease, evening]", "scales[5].items[3]", "'evening' is a scale of scales itself"),
        ("items: [nearness, ease, strain]", "items: [nearness, ease, ease]", "scales[5].items", "'ease' stands 2 times"),
        ("items: [nearness, ease, strain]", "items: [strain]", "scales[5].items", "is one scale; two or more"),
        ("reverse: [strain]", "reverse: [together]", "scales[5].reverse[1]", "'together' is none of its scales; allowed: nearness, ease, strain"),
        ("items: [quarrel, sulk],", "items: [quarrel, sulk], reverse: [ease],", "scales[4].reverse", "reverse: true at the item"),
        ("reverse: [strain], min_answered: 2", "reverse: [strain], min_answered: 4", "scales[5].min_answered", "at most 3, the scales there are"),
        ("reverse: [strain]", "weights: [1, 2]", "scales[5].weights", "are 2; 3, one for each of the scales"),
        ("reverse: [strain]", "range: [0, 90]", "scales[5].range", "[0, 100], which options, combine and rescale give"),
        ("items: [quarrel, sulk], ", "", "scales[4]", "has no items; numbers or names of items, or ids of scales; items: [1, 2, 3]"),
        ("name: cook, gloss: Cooking together, options: often", "name: cook, gloss: Cooking together, options: often, reverse: true",
         "items[7].reverse", "the scores 0, 1, 2.5, 7 cannot be reversed; scores that lie evenly between their ends; leave reverse out"),
    ],
)  # fmt: skip
def test_faults_have_their_line_their_place_and_what_to_do(old, new, spot, said):
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(BankError) as told:
        read_bank(text, name="evening.yaml")
    own = [problem for problem in told.value.problems if spot in problem.where and said in str(problem)]
    assert own, str(told.value)
    lines = zip(TEXT.splitlines(), text.splitlines(), strict=True)
    changed = {at for at, (before, after) in enumerate(lines, start=1) if before != after}
    if old != "format: 2" and "column" not in said:  # else the line is that of what does not fit any longer
        assert {int(problem.where.split(":")[1]) for problem in own} == changed


def test_options_that_tell_nobody_from_anybody_are_a_fault():
    flat = TEXT.replace("score: 1,", "score: 0,").replace("score: 2.5,", "score: 0,").replace("score: 7,", "score: 0,")
    with pytest.raises(BankError, match=r"options\.often: has fewer than two different scores"):
        read_bank(flat)


def test_one_fault_is_told_once():
    with pytest.raises(BankError) as told:
        read_bank(TEXT.replace("step: 0.5", "step: 0.3"))
    assert [problem.where for problem in told.value.problems] == ["bank:16: options.halves.step"]
    with pytest.raises(BankError) as told:
        read_bank(TEXT.replace("[cook, walk, read_aloud]", "[cook, wlak, read_aloud]"))
    assert len(told.value.problems) == 1


def test_items_may_have_numbers_of_their_own_in_format_2_alone():
    text = TEXT
    for at, name in enumerate(NAMES):
        text = text.replace(f"name: {name},", f"number: {at * 3 + 2},").replace(f"[{name},", f"[{at * 3 + 2},")
        text = text.replace(f" {name},", f" {at * 3 + 2},").replace(f" {name}]", f" {at * 3 + 2}]")
    bank = read_bank(text)
    assert [item.id for item in bank.items] == list(range(2, 35, 3))
    row = dict(zip((f"evening_{n}" for n in range(2, 35, 3)), evenings(1)[0], strict=True))
    assert ims.score(row, bank).parts[0].values == ims.score(list(evenings(1)[0]), bank).parts[0].values
    with pytest.raises(BankError, match="items stand in order"):
        read_bank(text.replace("format: 2", "format: 1"))


def test_what_can_change_a_number_changes_the_fingerprint_and_glosses_do_not(bank):
    marks = [fingerprint(read_bank(TEXT.replace(old, new))) for old, new in [
        ("step: 0.5", "step: 0.25"), ("score: 2.5", "score: 2"), ("reverse: [strain]", "weights: [1, 1, 1]"),
        ("to: 100", "to: 100\n    step: 5"), ("rather tense", "a bit tense"), ("name: sulk", "name: brood"),
    ] if old != "name: sulk"]  # fmt: skip
    assert len({*marks, fingerprint(bank)}) == 6
    assert fingerprint(read_bank(TEXT.replace("gloss: Sulking until bedtime", "gloss: Sulking"))) == fingerprint(bank)
    assert fingerprint(read_bank(TEXT.replace("short: Evenings", "short: E"))) == fingerprint(bank)


def test_wording_is_laid_over_by_name_and_over_labels_of_a_row(bank, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        'bank: evening\nitems: {near: "We were near."}\noptions: {slider: {0: never, 50: half}, halves: {7.5: easy}}\n',
        encoding="utf-8",
    )
    laid = lay_over(bank, path)
    assert laid.text(laid.item("near")) == "We were near."
    row = {option.code: option for option in laid.options_of(laid.item("near"))}
    assert (row[0].label, row[0].spellings, row[50].label, row[100].label) == (
        "never",
        ("not at all",),
        "half",
        "completely",
    )
    path.write_text(
        'bank: evening\nitems: {neer: "x", near: "a", 1: "b"}\noptions: {halves: {7.3: easy}}\n', encoding="utf-8"
    )
    with pytest.raises(BankError) as told:
        lay_over(bank, path)
    said = str(told.value)
    assert "evening has no item neer; near, apart" in said
    assert "evening has no item 1; near, apart" in said
    assert "there is no code 7.3; 0 to 10 in steps of 0.5" in said


# scores ---------------------------------------------------------------------------------------------------------------


def by_hand(codes):
    """Return the five scores of one person, worked out with plain arithmetic."""
    score = {1: 0.0, 2: 1.0, 3: 2.5, 4: 7.0}
    near = [codes[0], 100 - codes[1], codes[2]]
    ease = [codes[3], 10 - codes[4], codes[5]]
    done = [score[code] for code in codes[6:9] if code in score]
    nearness, strain = np.mean(near), np.mean(codes[9:])
    together = np.floor(10 * np.mean(done) * 3 + 0.5) / 10 if len(done) >= 2 else np.nan
    return [nearness, 10 * np.mean(ease), together, strain, (nearness + 10 * np.mean(ease) + 100 - strain) / 3]


def test_scores_are_those_worked_out_by_hand(bank):
    rows = evenings(200)
    scores = ims.score(rows, bank)
    found = np.column_stack([part.values for part in scores.parts])
    np.testing.assert_allclose(found, [by_hand(row.tolist()) for row in rows], rtol=1e-12, atol=1e-12)


def test_an_answer_that_is_not_scored_is_no_missing_one_and_counts_nothing(bank):
    person = [50, 50, 50, 5, 5, 5, 4, 3, 9, 50, 50]
    part = ims.score(person, bank)["evening_together"]
    assert part.values[0] == pytest.approx(14.3)  # (7 + 2.5) / 2 x 3, rounded half up to one decimal
    assert (part.answered[0], part.not_scored[0]) == (2, 1)
    person[7] = 9
    part = ims.score(person, bank)["evening_together"]
    assert np.isnan(part.values[0])
    assert part.why_withheld(0) == "1 of 3 items answered; 2 are needed (2 answers that are not scored)"
    table = ims.score(frame(50), bank).table()
    assert table["evening_together_not_scored"].sum() == (frame(50)["evening_read_aloud"] == 9).sum()
    assert "evening_nearness_not_scored" not in table.columns


def test_nobody_is_scored_on_answers_that_are_not_scored(bank):
    person = [50, 50, 50, 5, 5, 5, 9, 9, 9, 50, 50]
    part = ims.score(person, bank, min_answered=1)["evening_together"]
    assert np.isnan(part.values[0])
    assert (part.answered[0], part.not_scored[0]) == (0, 3)


def test_a_scale_of_scales_counts_each_by_its_share_of_its_range():
    unequal = TEXT.replace("combine: mean, rescale: [0, 100], better: higher", "combine: sum, better: higher")
    whole = read_bank(unequal)
    assert whole.scale("ease").range == (0, 30)
    assert whole.scale("evening").range == pytest.approx((0, 230 / 3))
    person = [100, 0, 100, 10, 0, 10, 4, 4, 4, None, None]
    scores = ims.score(person, whole)
    assert scores["evening_evening"].values[0] == pytest.approx(230 / 3)  # both that are scored are at their best
    assert scores["evening_evening"].answered[0] == 2
    person[0] = None
    part = ims.score(person, whole)["evening_evening"]
    assert part.why_withheld(0) == "1 of 3 scales scored; 2 are needed"


def test_a_mean_of_answers_acts_on_scales_of_scales_as_on_their_scales(bank):
    person = [100, 0, 100, 10, 0, 10, 4, 4, 4, 0, 0]
    scores = ims.score(person, bank, combine="mean")
    assert [part.values[0] for part in scores.parts] == pytest.approx([100, 10, 7, 0, (100 + 10 + 100) / 3])
    assert scores.parts[4].possible == pytest.approx((0, 70))
    assert scores.parts[4].rule.parts == "scales"


# properties -----------------------------------------------------------------------------------------------------------


@st.composite
def banks(draw):
    """Draw a private bank of rows of numbers and of lists with scores, and answers that may be given to it."""
    low = draw(st.integers(-3, 5))
    step = draw(st.sampled_from(["1", "0.5", "0.1", "0.25", "2"]))
    steps = draw(st.integers(2, 60))
    high = low + steps * float(step)
    scores = draw(st.lists(st.integers(-4, 9), min_size=3, max_size=5, unique=True))
    k = draw(st.integers(2, 5))
    rows = draw(st.lists(st.booleans(), min_size=k, max_size=k))
    turned = draw(st.lists(st.booleans(), min_size=k, max_size=k))
    how, missing = draw(st.sampled_from(["sum", "mean"])), draw(st.sampled_from(["prorate", "none"]))
    options = [f"{{code: {at}, label: option {at}, score: {score}}}" for at, score in enumerate(scores)]
    options.append("{code: 99, label: does not apply, scored: false}")
    items = [f"  - {{name: i{j}_x, gloss: item {j}, options: {'row' if row else 'list'}{', reverse: true' if row and back else ''}}}"
             for j, (row, back) in enumerate(zip(rows, turned, strict=True))]  # fmt: skip
    used = [f"  row: {{from: {low}, to: {high:g}, step: {step}}}"] * any(rows)
    used += [f"  list: [{', '.join(options)}]"] * (not all(rows))
    names = ", ".join(f"i{j}_x" for j in range(k))
    needed = k if missing == "none" else draw(st.integers(1, k))
    text = "\n".join(["format: 2", "id: drawn", "status: private", "options:", *used, "items:", *items, "scales:",
                      f"  - {{id: one, items: [{names}], combine: {how}, missing: {missing}, min_answered: {needed}}}",
                      f"  - {{id: other, items: [{names}], combine: mean}}",
                      "  - {id: both, items: [one, other], combine: sum, reverse: [other], min_answered: 1}"])  # fmt: skip
    bank = read_bank(text)
    offered = [[*(option.code for option in bank.options_of(item)), None] for item in bank.items]
    n = draw(st.integers(1, 6))
    answers = [[draw(st.sampled_from(codes)) for codes in offered] for _ in range(n)]
    return bank, np.array(answers, dtype=np.float64)


@settings(max_examples=150, deadline=None)
@given(banks())
def test_laws_of_drawn_banks(drawn):
    bank, answers = drawn
    assert read_bank(dump(bank)) == bank
    assert not failing_cases(bank)
    responses = vouched(bank, answers)
    scores = score_responses(responses)
    part, key = responses.answered[0], key_of(bank)
    once = keyed(part)
    low, high = key.low, key.high
    known = once[~np.isnan(once)]
    assert np.all((once >= low - 1e-9) & (once <= high + 1e-9) | np.isnan(once)), known
    back = np.where(key.turned, low + high - once, once)  # keyed(keyed(x)) = x
    np.testing.assert_allclose(np.where(key.turned, low + high - back, back), once, atol=1e-9)
    np.testing.assert_allclose(
        back,
        np.column_stack([[option_value(bank, j, code) for code in answers[:, j]] for j in range(len(bank))]),
        atol=1e-9,
    )
    for one in scores.parts:
        values = one.values[~np.isnan(one.values)]
        assert one.possible == pytest.approx(one.scale.range)
        assert np.all((values >= one.possible[0] - 1e-9) & (values <= one.possible[1] + 1e-9))
        needed = one.n_parts if one.rule.missing == "none" else one.rule.min_answered
        assert np.array_equal(np.isnan(one.values), one.answered < needed)
    first = scores.parts[0]
    share = np.nansum(once - low, axis=1) / np.where(np.isnan(once), 0.0, high - low).sum(axis=1).clip(1e-300)
    expected = first.possible[0] + share * (first.possible[1] - first.possible[0])
    there = ~np.isnan(first.values)
    np.testing.assert_allclose(first.values[there], expected[there], atol=1e-9)
    one, other, both = (p.values for p in scores.parts)
    turned = sum(scores.parts[1].possible) - other
    complete = ~np.isnan(one + other)
    np.testing.assert_allclose(both[complete], (one + turned)[complete], atol=1e-9)


def option_value(bank, j, code):
    if np.isnan(code):
        return np.nan
    return next(option.value for option in bank.options_of(bank.items[j]) if option.code == code)


@settings(max_examples=60, deadline=None)
@given(st.integers(-50, 50), st.integers(1, 400), st.sampled_from(["1", "0.5", "0.1", "0.05", "2.5", "10"]))
def test_every_number_of_a_row_is_as_a_person_types_it(low, steps, step):
    from decimal import Decimal

    high = Decimal(low) + steps * Decimal(step)
    bank = read_bank(TEXT.replace("{from: 0, to: 10, step: 0.5, labels: {0: tense, 2.5: rather tense, 10: at ease}}",
                                  f"{{from: {low}, to: {high}, step: {step}}}"))  # fmt: skip
    codes = bank.row_of(bank.item("calm")).codes
    assert codes == tuple(float(str(Decimal(low) + at * Decimal(step))) for at in range(steps + 1))


def test_a_mangled_file_is_faults_or_a_bank_that_reads_back():
    import random
    import re

    pieces = re.findall(r"\s+|[\w.]+|[^\w\s]", TEXT)
    others = [
        "0",
        "-3",
        "2.5",
        "true",
        "null",
        "near",
        "nearness",
        "[]",
        "{}",
        "[1, 2]",
        "{from: 0, to: 1}",
        "0.1",
        "reverse",
        "items",
    ]
    good = 0
    for seed in range(400):
        chance, made = random.Random(seed), list(pieces)
        for _ in range(chance.choice([1, 1, 2, 3])):
            made[chance.randrange(len(made))] = chance.choice(["", chance.choice(pieces), chance.choice(others)])
        try:
            bank = read_bank("".join(made))
        except BankError:
            continue
        good += 1
        assert read_bank(dump(bank)) == bank
        failing_cases(bank)
    assert good > 20
