"""Which column is which item: names, questions, and what is asked back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.bank.labels import plain
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.base.wording import some
from intimacy_scales.reading.exports import Column
from intimacy_scales.reading.responses import Administration, examine, read_responses
from intimacy_scales.reading.responses.columns import match_columns
from intimacy_scales.reading.responses.matching import names_of, read_name
from intimacy_scales.reading.responses.questions import only_spelling, parts_of, word
from response_banks import answers, columns_of, make_bank, said, table

DUO, FORMED = make_bank(), make_bank("duet", low=0, forms=True)
GLOSSES = [item.gloss for item in DUO.items]


def read(name, *banks):
    named = read_name(name, [names_of(bank) for bank in banks or (DUO, FORMED)])
    return (
        None
        if named is None
        else (
            named.bank,
            named.item,
            named.administration.form,
            named.administration.partner,
            named.administration.occasion,
        )
    )


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("duo_1", ("duo", 1, None, None, None)),
        ("DUO1", ("duo", 1, None, None, None)),
        ("duo01", ("duo", 1, None, None, None)),
        ("Duo.006", ("duo", 6, None, None, None)),
        ("duo 2", ("duo", 2, None, None, None)),
        ("duo-2", ("duo", 2, None, None, None)),
        ("duo_item_3", ("duo", 3, None, None, None)),
        ("duo[SQ003]", ("duo", 3, None, None, None)),
        ("duo_q3", ("duo", 3, None, None, None)),
        ("duet_1_now", ("duet", 1, "now", None, None)),
        ("now_duet_1", ("duet", 1, "now", None, None)),
        ("duet_now_1", ("duet", 1, "now", None, None)),
        ("DUET_WISH_1", ("duet", 1, "wish", None, None)),
        ("duet.1.as.I.would.like.it", ("duet", 1, "wish", None, None)),
        ("duet_1_wish_b_t2", ("duet", 1, "wish", "b", "t2")),
        ("t2_a_wish_duet_04", ("duet", 4, "wish", "a", "t2")),
        ("duo_1_a", ("duo", 1, None, "a", None)),
        ("duo_1a", ("duo", 1, None, "a", None)),
        ("duo_1_p2", ("duo", 1, None, "b", None)),
        ("partner1_duo_1", ("duo", 1, None, "a", None)),
        ("duo_1_t1", ("duo", 1, None, None, "t1")),
        ("duo_t01_1", ("duo", 1, None, None, "t1")),
        ("duo_1_wave2", ("duo", 1, None, None, "w2")),
        ("duo_1_pre", ("duo", 1, None, None, "pre")),
        ("Test of duo 4", ("duo", 4, None, None, None)),
    ],
)
def test_a_name_is_read(name, wanted):
    assert read(name) == wanted


@pytest.mark.parametrize(
    "name", ["duo", "duo_total", "duo_1_2", "duo.1_7", "duo_1_label", "studio_1", "aduo_1", "duo_1_now", "duo_1_a_b",
             "duo_1_t1_t2", "Q1", "1", "", "duo__", "duo_12345"]
)  # fmt: skip
def test_a_name_that_could_be_anything_is_not_read(name):
    assert read(name, DUO) is None


def test_the_longest_bank_id_that_knows_a_name_has_it():
    short, long = make_bank("pair", reverse=()), make_bank("pair_style", reverse=())
    for order in ((short, long), (long, short)):
        assert read("pair_style_2", *order) == ("pair_style", 2, None, None, None)
        assert read("PairStyle2", *order)[0] == "pair_style"
        assert read("pair_2", *order)[0] == "pair"
    assert read("pair_style_2", short) is None


@given(
    number=st.integers(1, 6), zeros=st.integers(0, 2), separator=st.sampled_from(["_", ".", "-", " ", ""]),
    upper=st.booleans(), form=st.sampled_from(["now", "wish", None]), partner=st.sampled_from(["a", "b", None]),
    time=st.sampled_from(["t1", "t3", None]), before=st.booleans(),
)  # fmt: skip
def test_every_spelling_of_a_name_says_the_same(number, zeros, separator, upper, form, partner, time, before):
    words = [part for part in (form, partner, time) if part]
    middle = separator.join(["duet", "0" * zeros + str(number)])
    glue = separator or "_"
    name = glue.join([*words, middle] if before else [middle, *words])
    assert read(name.upper() if upper else name, FORMED) == ("duet", number, form, partner, time)


@given(st.text(max_size=30))
def test_no_text_makes_the_grammar_stumble(name):
    read(name)
    plain(name)
    parts_of(name)
    assert word(word(name)) == word(name)


def test_a_form_of_one_bank_may_be_the_id_of_another():
    other = make_bank("duet_wish")
    for order in ((FORMED, other), (other, FORMED)):
        assert read("duet_wish_3", *order) == ("duet_wish", 3, None, None, None)
    assert read("duet_wish_3", FORMED) == ("duet", 3, "wish", None, None)


def test_answers_without_a_form_belong_to_the_first_form():
    found = match_columns(table(columns_of(answers(), "duet_{}")), [FORMED])
    assert {match.administration for match in found.matches} == {Administration(form="now")}
    assert found.problems == ()


def test_all_sittings_are_found_side_by_side():
    values = answers(low=0)
    data = {
        name: cells
        for stem in ("duet_{}_a", "duet_{}_wish_a", "duet_{}_b_t2")
        for name, cells in columns_of(values, stem).items()
    }
    parts = read_responses(table(data), FORMED).answered
    assert [part.administration for part in parts] == [
        Administration(form="now", partner="a"), Administration(form="wish", partner="a"), Administration(form="now", partner="b", occasion="t2"),
    ]  # fmt: skip
    assert parts[1].columns == tuple(f"duet_{number}_wish_a" for number in range(1, 7))


def test_half_of_the_columns_is_a_problem_that_names_the_others():
    with pytest.raises(ResponseError, match="no column for items 4, 5 and 6") as error:
        read_responses(table(columns_of(answers()[:, :3])), DUO)
    assert "found 3 of 6 (duo_1, duo_2 and duo_3)" in said(error)
    assert "not_asked: [4, 5, 6]" in said(error)


def test_items_that_a_map_calls_not_asked_are_missing_answers():
    found = read_responses(
        table(columns_of(answers()[:, :3])), DUO, mapping={"banks": {"duo": {"not_asked": [4, 5, 6]}}}
    )
    part = found.answered[0]
    assert part.columns[3:] == (None, None, None)
    assert np.isnan(part.block()[:, 3:]).all()
    assert (part.block()[:, :3] == answers()[:, :3]).all()


def test_a_sitting_that_is_half_there_is_a_problem_of_that_sitting_only():
    data = columns_of(answers(low=0), "duet_{}") | columns_of(answers(low=0)[:, :2], "duet_{}_wish")
    problems = examine(table(data), FORMED).problems
    assert [problem.where for problem in problems] == ["bank duet (form wish)"]


def test_no_column_of_the_bank_says_what_was_looked_for_and_what_there_is():
    with pytest.raises(ResponseError) as error:
        read_responses(table({"age": [30, 40], "duo_1_2": [1, 2]}), DUO)
    text = said(error)
    assert "bank duo: no column of it was found" in text
    assert "duo_1_2 begin" in text
    assert "looked for duo_1 to duo_6" in text
    assert "age and duo_1_2" in text
    assert "--write-map map.yaml" in text


def test_two_columns_of_one_item_are_a_problem_and_a_map_settles_it():
    data = table(columns_of(answers()) | {"DUO01": answers()[:, 0].tolist()})
    with pytest.raises(ResponseError, match="columns duo_1 and DUO01 are both item 1"):
        read_responses(data, DUO)
    assert (
        read_responses(data, DUO, mapping={"banks": {"duo": {"columns": {"DUO01": None}}}}).answered[0].columns[0]
        == "duo_1"
    )
    chosen = examine(data, DUO, mapping={"banks": {"duo": {"columns": {"DUO01": 1}}}})
    assert chosen.usable
    assert any("duo_1 was left alone" in note for note in chosen.notes)


def test_a_number_the_bank_does_not_have_is_left_alone_and_said():
    found = examine(table(columns_of(answers()) | {"duo_7": [1.0] * 60}), DUO)
    assert found.usable
    assert any("duo_7" in note and "no item 7" in note for note in found.notes)


@pytest.mark.parametrize("kind", ["id", "metadata", "timing", "personal"])
def test_columns_of_other_kinds_are_never_items_but_are_named(kind):
    data = columns_of(answers())
    data["duo_3"] = Column(name="duo_3", cells=table({"x": data["duo_3"]}).columns[0].cells, kind=kind)
    problems = examine(table(data), DUO).problems
    assert f"'duo_3' (looks like {kind} data)" in str(problems[0])


def asked(questions, names=None):
    values = answers()
    return table({
        name: Column(name=name, cells=table({"x": values[:, j].tolist()}).columns[0].cells, question=question)
        for j, (name, question) in enumerate(zip(names or [f"Q12_{j + 1}" for j in range(6)], questions, strict=True))
    })  # fmt: skip


@pytest.mark.parametrize(
    "dress",
    ["{}", "{}.", "  {}  ", "<p>{}</p>", "Please rate: - {}", "How is it? {}", "Statements [{}]", "3. {}", "Stem text - {}",
     "Stem-{}", "<b>Please&nbsp;rate</b> | {}"],
)  # fmt: skip
def test_a_question_in_any_dress_is_its_item(dress):
    found = match_columns(asked([dress.format(gloss.upper()) for gloss in GLOSSES]), [DUO])
    assert [(match.column, match.item, match.how) for match in found.matches] == [
        (f"Q12_{number}", number, "question") for number in range(1, 7)
    ]
    assert found.problems == ()


def test_questions_count_and_not_the_numbers_of_platform_names():
    backwards = match_columns(asked(GLOSSES[::-1]), [DUO])
    assert {match.column: match.item for match in backwards.matches} == {f"Q12_{j + 1}": 6 - j for j in range(6)}


def test_translations_and_sentences_as_names_are_known():
    german = match_columns(asked([item.translations["de"] for item in DUO.items]), [DUO])
    assert [match.item for match in german.matches] == [1, 2, 3, 4, 5, 6]
    bare = table({gloss: answers()[:, j].tolist() for j, gloss in enumerate(GLOSSES)})
    assert [match.item for match in match_columns(bare, [DUO]).matches] == [1, 2, 3, 4, 5, 6]


def test_the_first_word_of_a_sentence_is_no_partner():
    named = "A partner who listens"
    bank = make_bank()
    data = table({named: Column(name=named, cells=table({"x": [1.0, 2]}).columns[0].cells, question=GLOSSES[0])})
    assert match_columns(data, [bank]).matches[0].administration == Administration()


def test_form_partner_and_time_of_a_question_come_from_its_stem_or_its_name():
    bank = FORMED
    names = [f"Q1_{j}" for j in range(1, 7)] + [f"Q2_{j}_b" for j in range(1, 7)]
    questions = [f"How it is now - {g}" for g in GLOSSES] + [f"As I would like it: {g}" for g in GLOSSES]
    values = answers(low=0)
    data = table({
        name: Column(name=name, cells=table({"x": values[:, j % 6].tolist()}).columns[0].cells, question=question)
        for j, (name, question) in enumerate(zip(names, questions, strict=True))
    })  # fmt: skip
    assert [part.administration for part in read_responses(data, bank).answered] == [
        Administration(form="now"), Administration(form="wish", partner="b"),
    ]  # fmt: skip


def test_a_spelling_mistake_is_applied_and_shown_with_its_certainty():
    questions = [GLOSSES[0].replace("listen", "listten"), *GLOSSES[1:]]
    first = match_columns(asked(questions), [DUO]).matches[0]
    assert (first.item, first.how) == (1, "close question")
    assert 0.95 <= first.certainty < 1


def test_much_misspelt_is_only_suggested():
    questions = ["I keap my worryes to my selv" if gloss == GLOSSES[2] else gloss for gloss in GLOSSES]
    questions[4] = "I feal alonne when we arguue"
    found = match_columns(asked(questions), [DUO])
    assert [match.item for match in found.matches] == [1, 2, 4, 6]
    assert {one.item for one in found.suggestions} == {3, 5}
    assert all(0.7 <= one.certainty < 0.95 for one in found.suggestions)


def test_what_is_only_like_an_item_is_suggested_never_applied():
    questions = ["We are unhappy with our evenings" if gloss == GLOSSES[5] else gloss for gloss in GLOSSES]
    found = match_columns(asked(questions), [DUO])
    assert [match.item for match in found.matches] == [1, 2, 3, 4, 5]
    assert [(one.column, one.item) for one in found.suggestions] == [("Q12_6", 6)]
    assert "no column for item 6; perhaps 'Q12_6'" in str(found.problems[0])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("we lisen to each other", "we listen to each other", True),
        ("we can talk openly", "we can't talk openly", False),
        ("we are happy together", "we are unhappy together", False),
        ("we always talk", "we never talk", False),
        ("I do talk", "I do not talk", False),
        ("we met 5 times before", "we met 6 times before", False),
        ("feel close", "feel close", True),
        ("we have dogs", "we have dog", False),
    ],
)
def test_only_spelling_may_differ(one, other, same):
    assert only_spelling(one, other) is same


def test_name_and_question_that_contradict_each_other_are_a_question():
    names = [f"duo_{j}" for j in (1, 2, 3, 4, 6, 5)]
    with pytest.raises(ResponseError, match="its name says item 6 of duo, its question is that of item 5"):
        read_responses(asked(GLOSSES, names), DUO)
    mapping = {"banks": {"duo": {"columns": {"duo_6": 5, "duo_5": 6}}}}
    assert read_responses(asked(GLOSSES, names), DUO, mapping=mapping).answered[0].columns[4] == "duo_6"


def test_a_question_two_banks_share_is_a_question():
    with pytest.raises(ResponseError, match="its question is in banks duo and trio"):
        read_responses(asked(GLOSSES), [DUO, make_bank("trio")])


def test_a_question_that_a_named_column_answers_already_is_left_alone():
    values = answers()
    data = columns_of(values)
    data["Q3"] = Column(name="Q3", cells=table({"x": values[:, 2].tolist()}).columns[0].cells, question=GLOSSES[2])
    found = examine(table(data), DUO)
    assert found.usable
    assert any("Q3 asks what duo_3 holds already" in note for note in found.notes)


def test_other_names_of_a_column_count():
    values = answers()
    data = {
        f"V{j}": Column(
            name=f"V{j}", cells=table({"x": values[:, j].tolist()}).columns[0].cells, other_names=(f"duo_{j + 1}",)
        )
        for j in range(6)
    }
    assert read_responses(table(data), DUO).answered[0].columns[0] == "V0"


def test_lists_for_eyes():
    assert some([]) == "none"
    assert some([1]) == "1"
    assert some([1, 2, 3, 4]) == "1, 2, 3 and 4"
    assert some(range(5)) == "0, 1, 2 and 2 more"
