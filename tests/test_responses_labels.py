"""Answer texts, value labels and numbers into codes of the bank; what may not pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.base.errors import ResponseError, command_line
from intimacy_scales.reading.exports import Column, NumberCells
from intimacy_scales.reading.responses import examine, read_responses
from intimacy_scales.reading.responses.coding.option_texts import number_in, option_texts
from intimacy_scales.reading.responses.coding.raw_answers import rule_from
from response_banks import answers, columns_of, make_bank, said, table

DUO, ZERO = make_bank(), make_bank("zero", low=0)
LABELS = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]
NAN = float("nan")


def duo(**changed):
    """Return a table of good answers in which some columns are others."""
    rows = len(next(iter(changed.values()), [0] * 60))
    return table(columns_of(answers(rows)) | changed)


def coded(cells, item=3, bank=DUO, **more):
    """Return the codes read from one column."""
    data = columns_of(answers(len(cells), low=bank.ends(bank.items[0])[0]), bank.id + "_{}")
    found = read_responses(table(data | {f"{bank.id}_{item}": cells}), bank, **more).answered[0].answers[item - 1]
    return [None if np.isnan(x) else x for x in found.tolist()]


def problems(data, bank=DUO, **more):
    with command_line():
        return [str(problem) for problem in examine(data, bank, **more).problems]


def labelled(codes, labels, name="duo_3"):
    return Column(name=name, cells=NumberCells(numbers=np.array(codes, dtype=float)), labels=labels)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("agree", 4), ("Agree", 4), (" AGREE. ", 4), ("strongly  disagree", 1), ("strongly\u00a0agree", 5), ("<b>agree</b>", 4),
        ("agree indeed", 4), ("eher ja", 4), ("\u201cagree\u201d", 4), ("4", 4), ("4.0", 4), ("4,0", 4), (" 4 ", 4), ("4 - agree", 4),
        ("4 = agree", 4), ("4. agree", 4), ("(4) agree", 4), ("agree (4)", 4), ("agree [4]", 4), ("Strongly agree = 5", 5),
        ("4 agree", 4), ("agree: 4", 4), ("5 (strongly agree)", 5), ("4/agree", 4), ("4 \u2013 agree", 4), ("NA", None), ("n/a", None),
        (".", None), ("don't know", None), ("weiß nicht", None), ("9 - prefer not to say", None),
    ],
)  # fmt: skip
def test_a_text_is_its_code(text, code):
    assert coded([text, "1", "5"])[0] == code


@given(code=st.integers(1, 5), spaces=st.integers(0, 3), case=st.sampled_from([str.upper, str.title, str.lower]),
       end=st.sampled_from(["", ".", " ", "!", "\u2026"]))  # fmt: skip
def test_case_spaces_and_stops_do_not_count(code, spaces, case, end):
    text = " " * spaces + case(LABELS[code - 1]).replace(" ", " " * (spaces + 1)) + end
    assert option_texts(DUO, "agreement").label(text) == code


@given(st.text(max_size=30))
def test_no_text_makes_the_book_stumble(text):
    read = option_texts(DUO, "agreement").read(text)
    assert (read.how == "number") == (number_in(text) is not None)


def test_half_labelled_scales():
    ends = ["1 - not at all", "2", "3", "4", "5 - completely"]
    (one,) = problems(duo(duo_3=ends))
    assert "2 answers with labels that the bank does not know (1 'not at all' and 5 'completely')" in one
    assert '{format: 1, banks: {duo: {labels: {agreement: {"not at all": CODE, "completely": CODE}}}}}' in one
    assert coded(ends, codes="as-numbers") == [1, 2, 3, 4, 5]
    ends = ["1 - strongly disagree", "2", "3", "4", "5 - strongly agree"]
    found = read_responses(table({f"zero_{j}": ends for j in range(1, 7)}), ZERO).answered[0]
    assert found.answers[2].tolist() == [0, 1, 2, 3, 4]
    assert coded(["strongly disagree", "2", "3", "4", "strongly agree"]) == [1, 2, 3, 4, 5]


def test_labels_beside_the_same_numbers_are_a_question():
    ends = ["strongly disagree", "2", "3", "4", "strongly agree"]
    data = table({f"zero_{j}": ends for j in range(1, 7)})
    assert (
        "labels and numbers are mixed in one set of options, and '4' stands beside 'strongly agree'"
        in problems(data, ZERO)[0]
    )
    mapping = {"banks": {"zero": {"labels": {"agreement": {"2": 1, "3": 2, "4": 3}}}}}
    part = read_responses(data, ZERO, mapping=mapping).answered[0]
    assert part.answers[0].tolist() == [0, 1, 2, 3, 4]


def test_labels_beside_numbers_that_reach_both_ends_are_none():
    assert coded([*LABELS, "1", "2", "3", "4", "5"]) == [1, 2, 3, 4, 5] * 2


def test_unknown_texts_are_grouped_counted_and_given_the_closest_label():
    data = duo(duo_2=["agre"] * 3 + ["neutral"] * 57, duo_3=["agre"] * 2 + ["neutral"] * 57 + ["weird"])
    first, second = problems(data)
    assert first.startswith("columns duo_2 and duo_3: 5 answers of 'agre'; allowed 1 'strongly disagree'")
    assert "rows 2, 3 and 4; did you mean 'agree'?" in first
    assert '{format: 1, banks: {duo: {labels: {agreement: {"agre": CODE}}}}}' in first
    assert second.startswith("column duo_3: 1 answer of 'weird'")
    assert "row 61" in second
    assert "did you mean" not in second


def test_free_text_is_one_problem():
    (one,) = problems(duo(duo_3=[f"I feel like number {j}x" for j in range(60)]))
    assert "60 texts that no label of the bank explains" in one
    assert "is this item 3?" in one


def test_value_labels_of_the_export_count_more_than_its_codes():
    right = dict(enumerate(LABELS, 1))
    reversed_ = {6 - code: label for code, label in right.items()}
    odd = {10.0: "strongly disagree", 20.0: "disagree", 31.0: "neutral", 40.0: "agree", 52.0: "strongly agree"}
    assert coded(labelled([1, 2, NAN, 5], right).cells.numbers.tolist()) == [1, 2, None, 5]
    for codes, labels, wanted, note in (
        ([1, 2, NAN, 5], right, [1, 2, None, 5], None),
        ([1, 2, NAN, 5], reversed_, [5, 4, None, 1], "the codes run the other way"),
        ([0, 1, NAN, 4], {code - 1: label for code, label in right.items()}, [1, 2, None, 5], "the codes are shifted"),
        ([10, 31, NAN, 52], odd, [1, 3, None, 5], "10 is 1"),
        ([1, 2, NAN, 5], {1: "strongly agree", 5: "strongly disagree"}, [5, 4, None, 1], "run the other way"),
    ):
        columns = {f"duo_{j}": labelled(codes, labels, name=f"duo_{j}") for j in range(1, 7)}
        found = examine(table(columns), DUO)
        assert found.usable, found.problems
        read = found.responses.answered[0].answers[2].tolist()
        assert [None if np.isnan(x) else x for x in read] == wanted
        assert any(note in said for said in found.notes) if note else not any("labels" in said for said in found.notes)


def test_labels_that_follow_no_rule_are_a_question():
    labels = {1: "strongly agree", 2: "disagree"}
    (one,) = problems(table(columns_of(answers(4)) | {"duo_3": labelled([1, 2, 3, 4], labels)}))
    assert "its labels contradict the bank's codes (1 is 'strongly agree', 2 is 'disagree')" in one
    assert '{duo: {labels: {agreement: {"3": CODE, "4": CODE, "5": CODE}}}}' in one
    assert "--codes as-numbers" in one


def test_texts_with_labels_that_run_the_other_way():
    texts = [f"{6 - code} - {label}" for code, label in enumerate(LABELS, 1)]
    assert coded(texts) == [1, 2, 3, 4, 5]


def test_a_shift_against_the_labels_is_a_problem():
    data = table(columns_of(answers(4) - 1) | {"duo_3": labelled([1, 2, 3, 4], dict(enumerate(LABELS, 1)))})
    assert "its labels say there is none" in problems(data, shift=1)[0]


@given(sign=st.sampled_from([1, -1]), offset=st.integers(-5, 5), known=st.sets(st.integers(1, 5), min_size=2))
def test_labels_on_a_line_decide_for_the_numbers_between(sign, offset, known):
    pairs = {float(sign * (code - offset)): code for code in known}
    rule = rule_from(pairs, pairs, range(1, 6))
    for code in range(1, 6):
        assert rule.code(sign * (code - offset)) == code or (rule.kind == "same" and sign * (code - offset) == code)


def test_missing_codes_of_the_file_and_of_the_user():
    cells = NumberCells(numbers=np.array([1.0, 9, 8, 5]))
    own = Column(name="duo_3", cells=cells, missing={9: "refused"})
    assert problems(table(columns_of(answers(4)) | {"duo_3": own})) == [
        "column duo_3: 1 answer of 8; allowed 1 to 5; row 4; if 8 means no answer, say --missing-code 8"
    ]
    found = read_responses(table(columns_of(answers(4)) | {"duo_3": own}), DUO, missing_codes=[8])
    assert [None if np.isnan(x) else x for x in found.answered[0].answers[2]] == [1, None, None, 5]
    assert cells.numbers.tolist() == [1, 9, 8, 5]  # the caller's numbers are as they were
    assert coded(["agree", "99", "refused", "-9"], missing_codes=["99", "Refused", -9]) == [4, None, None, None]


@pytest.mark.parametrize("code", [-9, 9, 99, 999, -99, -1, 88, 0])
def test_probable_missing_codes_are_named(code):
    (one,) = problems(duo(duo_3=[code] * 4 + [5] * 56))
    wanted = f"column duo_3: 4 answers of {code}; allowed 1 to 5; rows 2, 3, 4 and 5; if {code} means no answer, say --missing-code {code}"
    assert one == wanted
    assert examine(duo(duo_3=[code] * 4 + [5] * 56), DUO, missing_codes=[code]).usable


def test_the_example_of_the_house():
    cells = [5.0] * 60
    for row in (10, 38, 39, *range(45, 56)):
        cells[row] = 9
    assert problems(duo(duo_3=cells)) == [
        "column duo_3: 14 answers of 9; allowed 1 to 5; rows 12, 40, 41 and 11 more; if 9 means no answer, say --missing-code 9"
    ]


def test_one_code_in_many_columns_is_one_problem():
    values = answers()
    values[3:5] = 99
    assert problems(table(columns_of(values))) == [
        "columns duo_1, duo_2, duo_3 and 3 more: 12 answers of 99; allowed 1 to 5; rows 5 and 6; if 99 means no answer, say --missing-code 99"
    ]


def test_parts_of_numbers_are_a_problem_and_whole_ones_with_a_point_are_not():
    assert coded([3.0, 4.0, 5.0]) == [3, 4, 5]
    (one,) = problems(duo(duo_3=[3.9, 2.5] + [4.0] * 58))
    assert one.startswith(
        "column duo_3: 2 answers that are no whole number (2.5 and 3.9); allowed 1 to 5; rows 2 and 3"
    )
    assert "no whole number (3.9)" in problems(duo(duo_3=["3,9", "agree", "5"]))[0]


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), 1e300])
def test_no_number_passes_by_being_large(value):
    assert "1 answer of" in problems(duo(duo_3=[value] + [4.0] * 59))[0]


def test_a_column_of_something_else_is_one_problem():
    (one,) = problems(duo(duo_3=[float(age) for age in range(20, 80)]))
    assert "60 answers outside the options (20 to 79)" in one


@pytest.mark.parametrize(
    ("bank", "by", "say"),
    [
        (ZERO, 1, "codes run 1 to 5, the bank's run 0 to 4"),
        (DUO, -1, "codes run 0 to 4, the bank's run 1 to 5"),
        (DUO, 2, "codes run 3 to 7"),
    ],
)
def test_shifted_codes_are_noticed_over_all_columns(bank, by, say):
    low = bank.ends(bank.items[0])[0]
    data = table(columns_of(answers(200, low=low + by), bank.id + "_{}"))
    (one,) = problems(data, bank)
    assert say in one
    assert f"say --shift {-by} (shift: {-by} in a map)" in one
    fixed = read_responses(data, bank, shift=-by).answered[0].block()
    assert (fixed == answers(200, low=low)).all()


def test_a_shift_and_a_missing_code_are_both_told():
    values = answers(200)
    values[7, 0] = 99
    first, second = problems(table(columns_of(values, "zero_{}")), ZERO)
    assert "say --shift -1" in first
    assert "column zero_1: 1 answer of 99" in second


def test_one_stray_answer_is_no_shift():
    values = answers(200, low=0)
    values[7, 0] = 5
    (one,) = problems(table(columns_of(values, "zero_{}")), ZERO)
    assert one.startswith("column zero_1: 1 answer of 5; allowed 0 to 4; row 9")


def test_after_a_shift_the_files_own_codes_are_named():
    values = answers(200)
    values[7, 0] = 7
    (one,) = problems(table(columns_of(values, "zero_{}")), ZERO, shift=-1)
    assert one.startswith("column zero_1: 1 answer of 7; allowed 1 to 5 (the bank's 0 to 4)")


def test_a_sample_without_any_zero_is_told_of_as_a_doubt():
    values = np.clip(answers(200, low=0), 1, 4)
    found = examine(table(columns_of(values, "zero_{}")), ZERO)
    assert found.usable
    assert any("none of 1,200 answers is 0" in note for note in found.notes)


def test_all_problems_come_at_once():
    with pytest.raises(ResponseError) as error:
        read_responses(table(columns_of(answers()) | {"duo_1": [9.0] * 60, "duo_2": ["x"] * 60, "duo_4": [2.5] * 60} | {"DUO_5": [1.0] * 60}),
                       [DUO, make_bank("trio")], id_column="nobody")  # fmt: skip
    text = said(error)
    for part in (
        "columns duo_5 and DUO_5",
        "bank trio: no column",
        "'nobody'",
        "answers of 9",
        "answers of 'x'",
        "no whole number",
    ):
        assert part in text, part


def test_options_with_a_gap_have_a_gap():
    from intimacy_scales.bank import read_bank
    from response_banks import bank_text

    text = bank_text("gap").replace(
        "    - {code: 3, label: neutral, spellings: [neutral indeed], translations: {de: teils teils}}\n", ""
    )
    bank = read_bank(text, name="gap.yaml")
    data = table(columns_of(np.full((6, 6), 3.0), "gap_{}"))
    assert "36 answers of 3; allowed 1, 2, 4, 5" in problems(data, bank)[0]


@pytest.mark.parametrize("value", [float("inf"), 1e300, 5000.0])
def test_a_column_of_enormous_numbers_is_no_shift(value):
    (one,) = problems(table(columns_of(np.full((4, 6), value))))
    assert "24 answers of" in one
    assert "shift" not in one


def test_what_a_map_says_about_numbers_holds_for_numbers_and_for_texts():
    mapping = {"banks": {"duo": {"labels": {"agreement": {"7": 5, "0": None}}}}}
    for cells in ([7.0, 0, 3, NAN], ["7", "0", "3", None], ["7.0", "0,0", "3", ""]):
        assert coded(cells, mapping=mapping) == [5, None, 3, None]


def test_the_files_own_word_for_a_wrong_code_is_told():
    data = table(columns_of(answers(4)) | {"duo_3": labelled([1, 2, 9, 4], {9: "rot"})})
    assert "column duo_3: 1 answer with labels that the bank does not know (9 'rot')" in problems(data)[0]
    data = table(columns_of(answers(4)) | {"duo_3": labelled([1, 2, 9, 4], {9: "weiss nicht"})})
    found = examine(data, DUO)
    assert found.usable
    assert "duo_3: 1 answer of 'weiss nicht' (9 in the file) count as no answer" in found.notes


cell = (
    st.none()
    | st.integers(-99, 99)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*LABELS, "3 - neutral", "99"])
)


@given(st.lists(st.lists(cell, min_size=4, max_size=4), min_size=6, max_size=6))
def test_no_table_makes_it_stumble(columns):
    found = examine(table({f"duo_{j + 1}": cells for j, cells in enumerate(columns)}), DUO)
    str(found)
    found.to_dict()
    found.map_text()
    if found.usable:
        block = found.responses.answered[0].block()
        assert block.shape == (4, 6)
        assert np.isin(block[~np.isnan(block)], [1, 2, 3, 4, 5]).all()
    else:
        assert all(str(problem) for problem in found.problems)
