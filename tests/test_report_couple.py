"""The report on a couple: both side by side, and each partner's own that cannot tell of the other."""

from __future__ import annotations

import json
from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import intimacy_scales as ims
from intimacy_scales.advice import suggest_for_two
from intimacy_scales.analysis.couples import compare_row, comparison_basis, couples_of
from intimacy_scales.bank import load_bank
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.output.report import build_report
from intimacy_scales.output.report.couple.partner import partner_document
from intimacy_scales.output.report.couple.pictures import _item_row, items_figure
from intimacy_scales.output.report.couple.sentences import (
    compared,
    differ_sentences,
    named_couples,
    now_scales,
    wish_sentences,
)
from intimacy_scales.output.report.document import Figure, Table, TipBlock
from report_pages import DAY, HOSTILE, Page, blocks, couple_answers, couple_report, section, simulated, with_answers


@pytest.fixture
def both():
    return couple_answers()


def two_of(responses, row=3):
    return compare_row(comparison_basis(named_couples(couples_of(responses))), row)


def keyed_ends(bank, *, high):
    return [float(bank.ends(i)[high != i.reverse]) for i in bank.items]


def test_the_first_screen_answers_the_three_questions(both):
    finding = couple_report().document.finding
    assert finding.question.startswith("Where do you agree, where do you differ more than chance")
    said = " ".join(finding.answer)
    for words in ("no clear difference", "more than chance", "oth of you"):
        assert words in said
    two = two_of(both)
    apart = [one.scale.name for one in compared(two) if one.difference.beyond]
    assert apart
    for name in apart:
        assert name.lower() in finding.answer[0].lower()


def test_scores_differences_and_verdicts_are_those_of_the_comparison(both):
    two = two_of(both)
    shown = blocks(couple_report(), Figure)[0].table
    content = now_scales(two, "content")
    assert len(shown.rows) == len(content)
    for row, one in zip(shown.rows, content, strict=True):
        assert float(row[1]) == pytest.approx(one.scores[0], abs=0.006)
        assert float(row[2]) == pytest.approx(one.scores[1], abs=0.006)
        assert (row[5] == "no clear difference") == (not one.difference.beyond)


def test_a_partner_keeps_colour_and_shape_and_what_is_within_error_is_grey(both):
    bank = both.banks[0]
    middle = [2.0] * len(bank)
    same = with_answers(with_answers(both, 0, middle), 0, middle, place=2)
    report = build_report(same, couple="secret-0000", when=DAY)
    drawn = blocks(report, Figure)[0]
    assert {row[-1] for row in drawn.table.rows} == {"no clear difference"}
    assert drawn.alt == "No clear difference in 5 of 5."
    for role in ("blue", "orange", "grey", "grey-soft"):
        assert f"var(--{role})" in drawn.wide.body, role
    assert "var(--blue-soft)" not in drawn.wide.body
    assert "var(--orange-soft)" not in drawn.wide.body
    assert report.document.finding.answer[0] == "In no area do your answers differ by more than chance."
    apart = with_answers(with_answers(both, 0, keyed_ends(bank, high=True)), 0, keyed_ends(bank, high=False), place=2)
    clear = blocks(build_report(apart, couple="secret-0000", when=DAY), Figure)[0]
    assert {row[-1] for row in clear.table.rows} == {"Partner a higher"}
    assert "var(--blue-soft)" in clear.wide.body
    assert "var(--orange-soft)" in clear.wide.body


def test_where_both_wish_for_more_is_said_and_gets_the_tip_first(both):
    bank = both.banks[0]
    low, high = (keyed_ends(bank, high=h) for h in (False, True))
    wishing = both
    for place, codes in enumerate((low, high, low, high)):
        wishing = with_answers(wishing, 0, codes, place=place)
    report = build_report(wishing, couple="secret-0000", when=DAY)
    said = "emotional intimacy, social intimacy, sexual intimacy, intellectual intimacy and recreational intimacy"
    assert f"Both of you wish for more: {said}." in report.document.finding.answer
    assert blocks(report, TipBlock)
    figure = section(report, "Who wishes for what").blocks[1]
    assert all("wishes for more" in cell for row in figure.table.rows for cell in row[1:])
    contents = build_report(with_answers(wishing, 0, low, place=1), couple="secret-0000", when=DAY)
    assert any(text.startswith("There is no area in which both") for text in contents.document.finding.answer)
    assert any(text.startswith("Partner b wishes for more: ") for text in contents.document.finding.answer)


def test_a_bank_without_wishes_says_that_they_were_not_asked():
    two = ims.compare_partners([4, 5, 4, 5, 4], [2, 1, 2, 1, 2], "eis", sd=4.0, reliability=0.85)
    report = ims.report(two, when=DAY)
    assert "What you wish for was not asked." in " ".join(report.document.finding.answer)
    assert "Who wishes for what" not in {one.title for one in report.document.sections}
    assert "differ by more than chance in emotional intimacy" in report.document.finding.answer[0]


def test_missing_answers_of_one_are_said_with_their_reason():
    two = ims.compare_partners([4, None, None, None, 4], [2, 1, 2, 1, 2], "eis")
    report = ims.report(two, when=DAY)
    assert "cannot be told where you agree" in report.document.finding.answer[0]
    assert "2 of 5 items answered" in Page(report.html).text
    assert isnan(two["eis_total"].difference.value)
    assert Page(report.html).faults == []


def test_sentences_furthest_apart_come_first_and_all_stand_in_the_table(both):
    figure = section(couple_report(), "Sentence by sentence").blocks[1]
    assert len(figure.table.rows) == sum(
        1 for one in now_scales(two_of(both), "content", "interference") for pair in one.items if pair.steps is not None
    )
    far = sum(int(row[4]) > 1 for row in figure.table.rows)
    assert figure.alt.startswith(f"{far} of {len(figure.table.rows)} sentences")


def test_conventionality_stands_beside_and_corrects_nothing():
    one = section(couple_report(), "How bright the picture is")
    assert "No score was changed" in one.blocks[0].text
    assert any(isinstance(block, Table) for block in one.blocks)


def test_partners_are_called_by_the_words_of_the_file():
    found = couples_of(simulated("eis", n=4, partners=True))
    assert named_couples(found).labels == ("Partner a", "Partner b")
    assert named_couples(replace(found, labels=("woman", "man"))).labels == ("woman", "man")


def test_of_nothing_it_is_said_that_it_cannot_be_told(both):
    two = two_of(both)
    tips = suggest_for_two(two)
    assert differ_sentences(replace(two, scales=())) == [
        "From these answers it cannot be told where you agree and where you differ."
    ]
    assert "not asked" in wish_sentences(replace(two, scales=()), tips)[0]


def test_the_headline_tells_the_largest_fact_also_where_it_is_a_wish():
    """Now alike, wished far apart: 96 against 0 is told, with whose it is."""
    bank = load_bank("pair")
    now = {f"pair_{item.number}_now": 2 for item in bank.items}

    def wishing(high):
        return (
            now
            | {
                f"pair_{item.number}_expected": bank.ends(item)[high != item.reverse]
                for item in bank.items
                if item.number in bank.scale("sexual").items
            }
            | {
                f"pair_{item.number}_expected": 2
                for item in bank.items
                if item.number not in bank.scale("sexual").items
            }
        )

    said = ims.report(ims.compare_partners(wishing(True), wishing(False), bank), when=DAY).document.finding.answer
    assert "In no area do your answers differ by more than chance." in said
    assert "What you wish for differs by more than chance in sexual intimacy." in said
    assert "It is 96 for a and 0 for b." in said
    assert "A wishes for more: sexual intimacy." in said
    assert "B wishes for less: sexual intimacy." in said


def test_answers_of_two_are_drawn_as_they_were_ticked():
    """Item 5 of the small bank is reversed: ticked 5 and 1, keyed 1 and 5."""
    bank = load_bank("pair_style")
    number = next(item.number for item in bank.items if item.reverse and item.number in bank.scale("emotional").items)
    a, b = ({f"pair_style_{item.number}_now": 2 for item in bank.items} for _ in "ab")
    a[f"pair_style_{number}_now"], b[f"pair_style_{number}_now"] = 4, 0  # strongly agree, strongly disagree
    report = ims.report(ims.compare_partners(a, b, bank), when=DAY)
    figure = section(report, "Sentence by sentence").blocks[1]
    row = next(row for row in figure.table.rows if row[0].startswith(f"{number}. "))
    assert row[2:] == ("strongly agree", "strongly disagree", "4", "against closeness")
    drawn = items_figure(ims.compare_partners(a, b, bank), now_scales(ims.compare_partners(a, b, bank), "content"))
    assert drawn.table.rows == figure.table.rows
    first = _item_row(*next((s, p) for s in now_scales(ims.compare_partners(a, b, bank), "content") for p in s.items
                            if p.item.number == number))  # fmt: skip
    assert [mark.at for mark in first.marks] == [4, 0]


def test_a_couple_in_a_norm_has_both_places():
    found = simulated("prqc", n=40, partners=True)
    report = build_report(found, couple="secret-0002", norm=load_bank("prqc").norms[0], when=DAY)
    one = section(report, "Compared with other people")
    first, second = (block for block in one.blocks if isinstance(block, Figure))
    assert "var(--orange)" not in first.wide.body
    assert "var(--blue)" not in second.wide.body
    assert first.table.caption != second.table.caption
    own = build_report(
        found, couple="secret-0002", view="b", norm=load_bank("prqc").norms[0], when=DAY, audience="clinician"
    )
    assert section(own, "Compared with other people").blocks[1].table.rows == second.table.rows


def test_what_cannot_be_asked_is_refused(both):
    with pytest.raises(UnknownNameError, match="couple 'nobody'"):
        build_report(both, couple="nobody")
    with pytest.raises(ResponseError, match="both, a, b"):
        build_report(both, couple="secret-0003", view="c")
    with pytest.raises(ResponseError, match="a person and for a couple"):
        build_report(both, couple="secret-0003", person="secret-0003:a")
    with pytest.raises(ResponseError, match="no couple is asked for"):
        build_report(both, view="a")


# --- one partner's own report cannot tell of the other ----------------------------------------------------


def everything(report):
    return report.html + json.dumps(report.to_dict(), ensure_ascii=False)


@pytest.mark.parametrize("view", ["a", "b"])
def test_a_partners_report_is_made_from_the_partners_view_alone(both, view):
    two = two_of(both)
    document, facts = partner_document(two.for_partner(view), title=None, when="12 May 2026")
    report = couple_report(view)
    assert document == report.document
    assert facts == report.facts["partner"]
    assert "couple" not in report.facts


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), row=st.integers(0, 7), view=st.sampled_from(["a", "b"]))
def test_whatever_the_other_answers_a_partners_report_stays_the_same(seed, row, view):
    """Random couples: other answers of the other change not one byte of page or JSON."""
    couples = simulated("eis", "tdis", n=8, seed=seed, partners=True)
    rng = np.random.default_rng(seed + 1)
    before = build_report(couples, couple=f"secret-{row:04d}", view=view, when=DAY)
    changed = couples
    for place, part in enumerate(couples.answered):
        if part.administration.partner != view:
            codes = [float(rng.integers(*part.bank.ends(item), endpoint=True)) for item in part.bank.items]
            changed = with_answers(changed, row, codes, place=place)
    after = build_report(changed, couple=f"secret-{row:04d}", view=view, when=DAY)
    assert everything(after) == everything(before)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_id_name_or_number_of_the_other_stands_in_a_partners_report(seed):
    """Partners named as in a file with a row a person; the other's scores are drawn so that no own figure equals them."""
    import pandas as pd

    rng = np.random.default_rng(seed)
    rows = []
    for couple in range(4):
        for name in ("Rosalind", "Orlando"):
            codes = rng.integers(1, 6, size=5)
            rows.append({"pid": f"zq{couple}{name[0]}x", "pair": f"couple-{couple}-hh", "who": name}
                        | {f"eis_{j + 1}": int(code) for j, code in enumerate(codes)})  # fmt: skip
    data = ims.read_export(pd.DataFrame(rows), load_bank("eis"), id_column="pid")
    both = {"couple_column": "pair", "partner_column": "who", "when": DAY}
    for view, own, other in (("a", "Rosalind", "Orlando"), ("b", "Orlando", "Rosalind")):
        said = everything(build_report(data, couple="couple-2-hh", view=view, **both))
        for secret in (own, other, "couple-2-hh", "zq2Rx", "zq2Ox"):
            assert secret not in said, secret
    told = everything(build_report(data, couple="couple-2-hh", **both))
    assert "Rosalind" in told
    assert "Orlando" in told


def test_a_partners_own_answers_and_scores_are_all_there(both):
    report = couple_report("b")
    view = report.facts["partner"]["view"]
    part = both.answered[2]
    assert part.administration.partner == "b"
    assert view["answers"]["pair_style_now_1"] == part.answers[0][3]
    assert "Only your own answers stand here" in Page(report.html).text
    assert "Partner a" not in report.html
    shown = blocks(report, Figure)[0].table.rows[0]
    assert float(shown[1]) == pytest.approx(view["scores"][0]["value"], abs=0.006)


def test_errors_of_a_partners_report_are_those_of_the_comparison(both):
    two = two_of(both)
    one = two.for_partner("a").own[0]
    shown = blocks(couple_report("a"), Figure)[0].table.rows[0]
    low = float(shown[2].split(" to ")[0])
    assert low == pytest.approx(one.score - 1.6448536 * one.sem, abs=0.06)
    assert (
        "worked out with the answers of a group"
        in build_report(both, couple="secret-0003", view="a", audience="clinician", when=DAY).html
    )


def test_only_what_both_agreed_to_share_is_shared():
    two = ims.compare_partners([4, 5, 4, 5, 4], [4, 4, 5, 4, 5], "eis", shared=["eis_total"])
    report = ims.report(two, view="a", when=DAY)
    assert "What you both share" in {one.title for one in report.document.sections}
    alone = ims.compare_partners([4, 5, 4, 5, 4], [4, 4, 5, 4, 5], "eis")
    assert "What you both share" not in ims.report(alone, view="a", when=DAY).html


def test_names_of_partners_are_never_markup():
    found = named_couples(couples_of(simulated("eis", n=3, partners=True)))
    hostile = replace(found, labels=(f"{HOSTILE} 1", f"{HOSTILE} 2"), ids=(HOSTILE, "b", "c"))
    report = build_report(compare_row(comparison_basis(hostile), 0), when=DAY, title=HOSTILE)
    page = Page(report.html)
    assert page.faults == []
    assert not page.all("script", "img")
    assert "<script" not in report.html.casefold()
    assert "alert('x')" in page.text


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([None] * 5, [4, 4, 4, 4, 4]),
        ([None] * 5, [None] * 5),
        ([3] * 5, [3] * 5),
        ([1, 1, 1, 1, 1], [5, 5, 5, 5, 5]),
        ([1, 5, 1, 5, 1], [5, 1, 5, 1, 5]),
    ],
)
def test_whatever_two_answer_there_is_a_report(a, b):
    two = ims.compare_partners(a, b, "eis")
    for view in ("both", "a", "b"):
        report = ims.report(two, view=view, when=DAY)
        assert Page(report.html).faults == []
        assert "nan" not in Page(report.html).text.casefold().split()
        json.dumps(report.to_dict(), allow_nan=False)


def test_areas_of_one_name_are_told_apart_by_their_questionnaire():
    report = build_report(simulated("eis", "pair_style", n=32, partners=True), couple="secret-0001", when=DAY)
    table = next(block for block in section(report, "How far you agree").blocks if isinstance(block, Table))
    names = [row[0] for row in table.rows]
    assert len(names) == len(set(names)) == 6
    assert "Emotional intimacy (EIS)" in names
    first, *others = (
        block for block in section(report, "Your answers side by side").blocks if isinstance(block, Figure)
    )
    assert len(first.table.rows) == 5
    assert [figure.title for figure in others] == ["Closeness: EIS"]
    assert {one["score"] for one in report.facts["tips"]["areas"]} >= {"eis_total", "pair_style_now_emotional"}
    assert len({block.caption for block in blocks(report, Table)}) == len(blocks(report, Table))
