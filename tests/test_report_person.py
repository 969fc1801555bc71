"""The report on a person: silent about everybody else, no verdict on anybody."""

from __future__ import annotations

import re
from dataclasses import replace
from math import nan

import pytest

from intimacy_scales.analysis.norms import error_of, norms_from
from intimacy_scales.bank import load_bank
from intimacy_scales.bank.model import Norm, NormScale
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.output.report import build_report
from intimacy_scales.output.report.build import respondent_of, row_of
from intimacy_scales.output.report.document import Figure, Paragraph, Table, TipBlock
from intimacy_scales.output.report.person.person_view import GivenErrors, view_of
from intimacy_scales.output.report.sentences import between
from intimacy_scales.pictures.drawing import trimmed
from intimacy_scales.reading.responses.model import keep_rows
from intimacy_scales.scoring import score_responses
from report_pages import (
    DAY,
    Page,
    all_reports,
    blocks,
    eis_answers,
    pair_answers,
    person_report,
    section,
    simulated,
    with_answers,
)


@pytest.fixture
def eis():
    return eis_answers()


@pytest.fixture
def pair():
    return pair_answers()


@pytest.fixture
def person_page():
    return person_report()


@pytest.fixture
def pages():
    return all_reports()


def test_a_person_report_rests_on_nobody_elses_answers():
    """With a norm that has a reliability, the others of the file change not one letter."""
    bank = load_bank("prqc")
    shipped = bank.norms[0]
    figures = tuple(
        NormScale(scale=s.id, n=200, mean=5.0, sd=1.2, reliability=0.9, reliability_kind="alpha") for s in bank.scales
    )
    norm = Norm(
        id="made",
        sample="200 made-up people",
        source="this test",
        certainty="computed",
        form=shipped.form,
        scales=figures,
    )
    everybody = simulated("prqc", n=60)
    alone = keep_rows(everybody, [7])
    alone = replace(alone, set_aside=everybody.set_aside)
    one = build_report(everybody, person="secret-0007", norm=norm, when=DAY)
    assert one.html == build_report(alone, person="secret-0007", norm=norm, when=DAY).html


def test_scores_of_a_person_are_drawn_with_their_interval(eis):
    scores = score_responses(eis)
    row = 4
    report = build_report(eis, person="secret-0004", when=DAY, level=0.8)
    value, sem = scores.parts[0].values[row], error_of(scores, scores.parts[0]).sem[row]
    shown = blocks(report, Figure)[0].table.rows[0]
    low, high = max(value - 1.2815515655446004 * sem, 5), min(value + 1.2815515655446004 * sem, 25)
    assert shown[1:] == (trimmed(value), between(low, high), "5 to 25")
    assert "Intervals are 80 % intervals" in Page(report.html).text


def test_gaps_within_their_error_are_no_clear_difference(pair):
    same = [2.0] * 36
    wishing = with_answers(with_answers(pair, 0, same), 0, same, place=1)
    report = build_report(wishing, person="secret-0000", when=DAY)
    figure_ = blocks(report, Figure)[0]
    assert {row[-1] for row in figure_.table.rows} == {"no clear difference"}
    assert {row[-3] for row in figure_.table.rows} == {"0"}
    assert "var(--grey)" in figure_.wide.body
    assert "var(--blue)" not in figure_.wide.body
    assert any("no clear difference in any area" in text for text in report.document.finding.answer)


def test_gaps_beyond_their_error_are_called_wishes(pair):
    bank = pair.banks[0]
    low, high = ([float(sum(bank.ends(i)) - c if i.reverse else c) for i, c in zip(bank.items, codes, strict=True)]
                 for codes in ([bank.ends(i)[0] for i in bank.items], [bank.ends(i)[1] for i in bank.items]))  # fmt: skip
    wishing = with_answers(with_answers(pair, 0, low), 0, high, place=1)
    report = build_report(wishing, person="secret-0000", when=DAY)
    assert {row[-1] for row in blocks(report, Figure)[0].table.rows} == {"you wish for more"}
    said = report.document.finding.answer
    assert said[:3] == (
        "In all 5 areas, your answers lie at the lowest end.",
        "Your answers say that you wish for more of all 5 areas.",
        "Each of these gaps is 96 points.",
    )
    assert [block.title for block in section(report, "Ideas to try").blocks if isinstance(block, TipBlock)]
    content = with_answers(with_answers(pair, 0, high), 0, low, place=1)
    less = build_report(content, person="secret-0000", when=DAY)
    assert {row[-1] for row in blocks(less, Figure)[0].table.rows} == {"you wish for less"}


def test_no_gap_is_made_of_an_idealisation_scale(pair, person_page):
    ideal = [scale for scale in pair.banks[0].scales if scale.role == "idealisation"]
    shown = [one for one in blocks(person_page, Figure) if one.title == "How bright a picture the answers paint"]
    assert len(shown) == len(ideal) == 1
    assert all("Wished" not in one.table.head for one in shown)


def test_a_withheld_score_of_a_person_is_said_with_its_reason(eis):
    report = build_report(with_answers(eis, 0, [5, nan, nan, nan, 4]), person="secret-0000", when=DAY)
    text = Page(report.html).text
    assert "no score (2 of 5 items answered; 4 are needed)" in text
    assert report.document.finding.answer[0].startswith("Your answers are too few")
    assert Page(report.html).faults == []


def test_one_person_alone_gets_a_rough_interval():
    alone = keep_rows(simulated("eis", missing=0), [0])
    rough = build_report(with_answers(alone, 0, [2, 3, 4, 3, 4]), person="secret-0000", when=DAY)
    assert "rough guess" in rough.document.finding.answer[-1]
    assert "Brennan" in rough.html
    flat = build_report(with_answers(alone, 0, [4] * 5), person="secret-0000", when=DAY)
    assert "rough guess" in flat.document.finding.answer[-1]
    off = 1.6448536 * 5 * 0.5 / 5**0.5  # half a step of error an answer, five answers
    assert blocks(flat, Figure)[0].table.rows[0][2] == between(20 - off, 20 + off)


def test_both_intervals_of_a_standing_are_shown(pages):
    report = pages[3]
    one = section(report, "Compared with other people")
    drawn = next(block for block in one.blocks if isinstance(block, Figure))
    assert drawn.table.head[2:4] == ("By the score\u2019s error", "By the norm\u2019s size")
    assert load_bank("prqc").norms[0].sample.rstrip(".") in Page(report.html).text
    assert all(re.search(r"\d+ to \d+", row[2]) for row in drawn.table.rows)


def test_without_a_norm_nothing_is_compared(person_page):
    assert "no norm was named" in Page(person_page.html).text
    assert "Compared with other people" not in {one.title for one in person_page.document.sections}


def said_to_a_person(report) -> str:
    """Everything a report says of the reader: without the help section, the tips' own words, and the method."""
    told = [report.document.title, *report.document.finding.answer]
    for one in report.document.sections:
        if not one.technical and "help" not in one.title and one.title not in {"Ideas to try", "Why these ideas"}:
            told += [text for block in one.blocks for text in _texts(block)]
    return " ".join(told).casefold()


def _texts(block) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text]
    if isinstance(block, Figure):
        return [block.title, block.alt, *(cell for row in block.table.rows for cell in row)]
    if isinstance(block, Table):
        return [cell for row in block.rows for cell in row]
    return list(getattr(block, "items", ()))


@pytest.mark.parametrize("place", [2, 3])
def test_answers_speak_and_nobody_is_judged(pages, place):
    said = said_to_a_person(pages[place])
    for word in ("you are ", "you're", "unhealthy", "healthy", "abnormal", "disorder", "dysfunction", "symptom", "deficit", "toxic",
                 "poor relationship", "good relationship", "severe", "patient"):  # fmt: skip
        assert word not in said, word
    assert said.count("diagnosis") == said.count("no diagnosis") == 2  # on the client's part and in the limits
    assert "your answers" in said


def test_strengths_before_ideas_and_help_above_them(person_page):
    titles = [one.title for one in person_page.document.sections]
    if "What is strong already" in titles:
        assert titles.index("What is strong already") < titles.index("Ideas to try")
    assert titles.index("Where to find help when closeness is not safe") < titles.index("Ideas to try")
    assert "emergency number" in person_page.html


def test_first_sentences_are_short(pages):
    for report in pages[2:]:
        for text in report.document.finding.answer:
            for one in text.split(". "):
                assert len(one.split()) <= 26, one


def test_the_row_is_found_by_id_or_by_number(eis):
    responses, eis = eis, score_responses(eis)
    assert row_of(eis, "secret-0005") == 5
    assert row_of(eis, 9) == 5
    assert row_of(replace(eis, responses=replace(responses, ids=None, id_column=None)), "9") == 5
    with pytest.raises(UnknownNameError, match="is not among the 120 rows used"):
        row_of(eis, "nobody")
    doubled = replace(eis, responses=replace(responses, ids=("secret-0001", *eis.ids[1:])))
    with pytest.raises(UnknownNameError, match="stands in rows 4, 5"):
        row_of(doubled, "secret-0001")


def test_of_two_partners_one_must_be_named_and_the_other_keeps_silent():
    both = simulated("eis", partners=True, n=40)
    with pytest.raises(UnknownNameError, match=r"holds 2 partners.*secret-0001:a, secret-0001:b"):
        respondent_of(score_responses(both), "secret-0001")
    before = build_report(both, person="secret-0001:a", when=DAY)
    other = with_answers(both, 1, [1, 5, 1, 5, 2], place=1)
    assert build_report(other, person="secret-0001:a", when=DAY).html == before.html
    assert build_report(other, person="secret-0001:b", when=DAY).html != before.html


def test_the_view_holds_one_row_only(pair):
    scores = score_responses(pair)
    view = view_of(scores, 3, None, (), parts=scores.parts, given=GivenErrors())
    assert [score.value for score in view.scores] == [
        pytest.approx(part.values[3], nan_ok=True)
        for part in scores.parts
        if part.derived is None and part.administration.form == "now"
    ]
    for gap in view.gaps:
        part = next(p for p in scores.parts if p.derived is not None and p.scale.id == gap.now.part.scale.id)
        assert gap.difference.value == pytest.approx(part.values[3], nan_ok=True)


def test_the_users_own_figures_make_the_interval():
    alone = keep_rows(simulated("eis", missing=0), [0])
    report = build_report(
        with_answers(alone, 0, [2, 3, 4, 3, 4]), person="secret-0000", when=DAY, sd=4.0, error_reliability=0.75
    )
    off = 1.6448536269514722 * 4.0 * 0.5
    assert blocks(report, Figure)[0].table.rows[0][2] == between(16 - off, 16 + off)
    assert "given by the user" in report.html


def test_several_banks_each_have_their_own_pictures():
    report = build_report(simulated("eis", "pair_style", "tdis", n=60), person="secret-0002", when=DAY)
    captions = [one.table.caption for one in blocks(report, Figure)]
    assert len(captions) == len(set(captions)) == 4
    assert Page(report.html).faults == []
    rows = next(block for block in section(report, "What that means in words").blocks if isinstance(block, Table)).rows
    names = [row[0] for row in rows]
    assert len(names) == len(set(names))
    assert "Emotional intimacy (EIS)" in names


# --- what may be said, and of whom -----------------------------------------------------------------------------------


def alone_pair(**areas):
    """One person's answers to the six areas: keyed codes an area, 2 2 2 2 2 3 where none is given."""
    bank = load_bank("pair_style")
    codes = [2.0] * 36
    for scale in bank.scales:
        for number, code in zip(scale.items, areas.get(scale.id, [2, 2, 2, 2, 2, 3]), strict=True):
            item = bank.item(number)
            codes[number - 1] = float(sum(bank.ends(item)) - code if item.reverse else code)
    alone = keep_rows(simulated("pair_style", missing=0), [0])
    one_form = replace(alone, answered=alone.answered[:1])
    return with_answers(one_form, 0, codes)


FIXED = {"sd": 16.0, "error_reliability": 0.75}  # SEM 8; ten pairs: 2.56 x 11.3 = 29 points make a clear difference


def first_sentence(**areas):
    return build_report(alone_pair(**areas), person="secret-0000", when=DAY, **FIXED).document.finding.answer[0]


def test_strongest_and_weakest_only_where_clear_of_the_next():
    assert "no clear difference between the 5 areas" in first_sentence(social=[2, 2, 3, 3, 3, 3])
    assert first_sentence(social=[4] * 6) == (
        "Your answers say that closeness is strongest in social intimacy. It is clearly lower in recreational intimacy."
    )
    low = [0] * 6
    assert first_sentence(sexual=low) == "Your answers say that closeness is weakest in sexual intimacy."
    both = first_sentence(social=[4] * 6, sexual=low)
    assert both == "Your answers say that closeness is strongest in social intimacy and weakest in sexual intimacy."
    pair_only = first_sentence(social=[3] * 6, emotional=[3] * 6, sexual=[1] * 6, intellectual=[1] * 6)
    assert "strongest" not in pair_only
    assert "weakest" not in pair_only
    assert "closeness is higher in" in pair_only


def test_equal_answers_are_told_with_their_end():
    alone = keep_rows(simulated("eis", missing=0), [0])
    said = build_report(with_answers(alone, 0, [1] * 5), person="secret-0000", when=DAY).document.finding.answer
    assert said[0] == "Your answers about closeness lie at the lowest end."
    assert "cannot be told" not in " ".join(said)


def test_how_far_a_score_reaches_is_said_of_its_own_questionnaire():
    report = build_report(simulated("eis", "pair_style", "tdis", n=60), person="secret-0002", when=DAY)
    said = report.document.finding.answer
    assert any(text.startswith("Each score of the Six-area intimacy inventory could well lie") for text in said)
    plain = build_report(simulated("pair_style", n=60), person="secret-0002", when=DAY).document.finding.answer
    assert any(text.startswith("Each score could well lie") for text in plain)


def test_the_reach_is_that_of_the_side_which_is_not_cut():
    alone = keep_rows(simulated("eis", missing=0), [0])
    top = build_report(
        with_answers(alone, 0, [5, 5, 5, 5, 4]), person="secret-0000", when=DAY, sd=4.0, error_reliability=0.75
    )
    assert "lie 3.3 points" in top.document.finding.answer[-1]  # 1.645 x 2, though the range ends one point higher


def test_a_published_pair_says_whose_it_is():
    codes = [5, 6, 7, 2, 3, 4, 7, 7, 1, 6, 5, 6, 4, 4, 4, 1, 1, 4]
    alone = keep_rows(simulated("prqc", missing=0), [0])
    report = build_report(with_answers(alone, 0, codes), person="secret-0000", when=DAY)
    assert "other people\u2019s answers: Partner 1 of 118 LGBTQ+ couples." in report.document.finding.answer[-1]
    text = Page(report.html).text
    assert "in this sample" not in text
    assert "worked out in other people: " + load_bank("prqc").norms[0].sample.rstrip(".") in text
    assert "Nothing stands out" not in text


def test_an_untested_questionnaire_is_called_that(person_page):
    assert "not validated" in said_to_a_person(person_page)
    assert "not validated" not in said_to_a_person(build_report(eis_answers(), person="secret-0004", when=DAY))


def test_the_rank_of_a_norms_table_stands_beside_the_other_percentile(eis):
    (norm,) = norms_from(score_responses(eis), sample="the people of this test").norms
    report = build_report(eis, person="secret-0004", norm=norm, when=DAY)
    table = next(
        block for block in section(report, "Compared with other people").blocks if isinstance(block, Figure)
    ).table
    assert table.head[-2:] == ("Percentile by rank", "By the norm\u2019s size, rank")
    assert any("Crawford and Garthwaite" in note for note in table.notes)
    assert re.fullmatch(r"\d+", table.rows[0][-2])
    assert "Counted in the group\u2019s own list of scores" in Page(report.html).text


def test_technical_words_stay_in_the_method_and_the_folded_tables(person_page):
    told = said_to_a_person(person_page).replace("folded", "")
    ideas = [block for block in section(person_page, "Ideas to try").blocks if hasattr(block, "why")]
    assert ideas
    for one in ideas:
        assert not re.search(r"interval|measurement error|\[|\(|%", one.why)
    assert "measurement error" not in told
    tables = [block for block in section(person_page, "Why these ideas").blocks if isinstance(block, Table)]
    assert tables[0].folded
    assert tables[0].head[-2:] == ("Interval", "Level")


def test_what_stands_out_without_a_tip_is_said_and_ideas_for_anyone_are_offered():
    codes = [5, 6, 7, 2, 3, 4, 7, 7, 1, 6, 5, 6, 4, 4, 4, 1, 1, 4]
    alone = keep_rows(simulated("prqc", missing=0), [0])
    report = build_report(with_answers(alone, 0, codes), person="secret-0000", when=DAY)
    ideas = section(report, "Ideas to try").blocks
    said = [block.text for block in ideas if isinstance(block, Paragraph)]
    assert "This stands out: love and commitment. No idea here speaks to it." in said
    assert "Nothing else stands out for sure. These are ideas anyone may try." in said
    assert len([block for block in ideas if isinstance(block, TipBlock)]) == 3
    figures = [block for block in section(report, "Why these ideas").blocks if isinstance(block, Table)]
    assert [row[0] for row in figures[0].rows] == ["Love", "Commitment"]


def test_on_paper_a_heading_stays_with_what_it_announces(person_page):
    paper = person_page.html[person_page.html.index("@media print") :]
    together = re.search(r"([^{};]*)\{ break-after: avoid; \}", paper).group(1)
    assert {"h2", "h3", "h2 + p", "caption", ".tip dt"} <= {one.strip() for one in together.split(",")}
    whole = re.search(r"([^{};]*)\{ break-inside: avoid; \}", paper).group(1)
    assert {"h2 + p", "svg", ".scroll", ".tip .try", "tr"} <= {one.strip() for one in whole.split(",")}
