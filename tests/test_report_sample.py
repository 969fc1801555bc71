"""The report on a sample: true to the results, and honest about what they are worth."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np
import pytest

from intimacy_scales.analysis.reliability import reliability_of
from intimacy_scales.bank import load_bank
from intimacy_scales.base.wording import counted
from intimacy_scales.output.report import build_report
from intimacy_scales.output.report.apa import count_items, missing_of, reasons_of, rows_in_words
from intimacy_scales.output.report.document import Figure, Table
from intimacy_scales.output.report.sentences import percent
from intimacy_scales.pictures.drawing import coefficient, figure
from intimacy_scales.reading.exports.table import SetAside
from intimacy_scales.scoring import score_responses
from report_pages import (
    DAY,
    Page,
    all_reports,
    blocks,
    eis_answers,
    eis_report,
    pair_answers,
    pair_report,
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
def eis_page():
    return eis_report()


@pytest.fixture
def pair_page():
    return pair_report()


@pytest.fixture
def pages():
    return all_reports()


def test_reliability_shown_is_the_reliability_computed(pair, pair_page):
    found = reliability_of(pair)
    rows = {
        (table.caption, row[0]): row
        for table in blocks(pair_page, Figure)
        for table in [table.table]
        for row in table.rows
    }
    shown = [row for (caption, _), row in rows.items() if "Alpha" in _head(pair_page, caption)]
    assert len(shown) == len(found)
    for row, scale in zip(shown, found, strict=True):
        assert row[1:4] == (str(scale.n_items), str(scale.n), str(scale.n_complete))
        assert row[4] == coefficient(scale.alpha.value)
        assert row[5] == f"{coefficient(scale.alpha.feldt.low)} to {coefficient(scale.alpha.feldt.high)}"
        head = _head(pair_page, "Reliability: now: figures")
        assert row[head.index("SEM")] == figure(scale.sem)
        assert row[head.index("Omega total")] == coefficient(scale.omega.value)
    values = sorted(scale.alpha.value for scale in found)
    facts = {fact.name: fact.value for fact in pair_page.document.finding.facts}
    assert facts["Lowest alpha"] == coefficient(values[0])
    assert facts["Highest alpha"] == coefficient(values[-1])
    assert facts["People"] == "120"


def _head(report, caption):
    return next(f.table.head for f in blocks(report, Figure) if f.table.caption == caption)


def test_a_reliability_given_is_used_as_it_is(eis):
    given = reliability_of(eis, missing="listwise", level=0.8, bootstrap=0)
    report = build_report(eis, reliability=given, when=DAY)
    assert "80% CI [" in report.html
    assert "complete rows only)." in Page(report.html).text


def test_item_table_shows_the_item_figures(eis, eis_page):
    scale = next(iter(reliability_of(eis, bootstrap=0)))
    table = next(block for block in section(eis_page, "Items").blocks if isinstance(block, Table))
    for row, item in zip(table.rows, scale.items, strict=True):
        assert row[1:] == (str(item.n), figure(item.mean), figure(item.sd), figure(item.skew), coefficient(item.item_total_r),
                           coefficient(item.item_rest_r), coefficient(item.alpha_if_dropped))  # fmt: skip


def test_scores_shown_are_the_scores(eis, eis_page):
    part = score_responses(eis).parts[0]
    d = part.to_dict()
    row = blocks(eis_page, Figure)[1].table.rows[0]
    assert row == (part.scale.name.capitalize(), str(d["n"]), figure(d["mean"]), figure(d["sd"]), figure(d["min"]), figure(d["max"]),
                   str(d["unscored"]), "5 to 25")  # fmt: skip


def test_answers_are_counted_as_ticked_and_drawn_as_keyed_too(pair, pair_page):
    part = pair.answered[0]
    bank = part.bank
    scale = bank.scales[0]
    counted = count_items(part, scale)
    shown = blocks(pair_page, Figure)[0]
    for row, one, number in zip(shown.table.rows, counted, scale.items, strict=True):
        column = part.answers[[item.number for item in bank.items].index(number)]
        codes = sorted(option.code for option in bank.options_of(bank.item(number)))
        assert one.counts == tuple(int((column == code).sum()) for code in codes)
        assert one.missing == int(np.isnan(column).sum())
        assert row[1:-2] == tuple(percent(c / sum(one.counts)) for c in one.counts)
        assert row[0].endswith("(reversed)") == bank.item(number).reverse
    turned = sum(bank.item(number).reverse for number in scale.items)
    assert turned > 0
    assert shown.wide.body.count(">keyed<") == shown.wide.body.count(">ticked<") == turned


def test_answers_reversed_in_the_file_are_not_shown_turned_once_more(pair):
    part = replace(pair.answered[0], already_reversed=True)
    assert not any(one.reversed_here for one in count_items(part, part.bank.scales[0]))


def test_withheld_scores_are_said(eis):
    report = build_report(with_answers(eis, 0, [5, nan, nan, nan, 4]), when=DAY)
    part = score_responses(with_answers(eis, 0, [5, nan, nan, nan, 4])).parts[0]
    gone = int(np.isnan(part.values).sum())
    assert f"{counted(gone, 'score')} (Emotional intimacy) w" in Page(report.html).text
    assert "because too few items were answered" in Page(report.html).text
    whole = build_report(simulated("eis", missing=0), when=DAY)
    assert "No score was withheld" in whole.html


def test_missing_answers_are_counted_item_by_item(eis, eis_page):
    found = missing_of(eis.answered[0])
    assert found.missing == sum(int(np.isnan(column).sum()) for column in eis.answered[0].answers)
    table = next(block for block in section(eis_page, "Missing answers").blocks if isinstance(block, Table))
    shown = [int(row[1]) for row in table.rows]
    assert shown == sorted((n for n in found.by_item if n), reverse=True)


def test_rows_set_aside_are_grouped_with_their_numbers(eis_page):
    table = next(block for block in section(eis_page, "Rows set aside").blocks if isinstance(block, Table))
    assert table.rows == (("Unfinished", "2", "900, 901"), ("Survey preview", "1", "3"))
    assert "Of 123 rows read, 120 were used and 3 set aside" in Page(eis_page.html).text
    assert "3 of 123 rows were set aside; the keying fits" in eis_page.document.finding.answer[1]


def test_many_row_numbers_are_cut_short():
    assert rows_in_words(range(15)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more"
    assert reasons_of([SetAside(row=2, why="b"), SetAside(row=1, why="a"), SetAside(row=5, why="b")]) == {
        "b": (2, 5),
        "a": (1,),
    }


def test_an_unconfirmed_bank_is_told_on_the_first_screen(eis_page, pair_page):
    assert "not confirmed in a source: check map and key against your copy" in " ".join(
        eis_page.document.finding.answer
    )
    assert load_bank("eis").certainty.check.rstrip(".") in Page(eis_page.html).text
    assert not any("not confirmed" in text for text in pair_page.document.finding.answer)


def test_what_made_the_report_stands_in_it(eis, eis_page):
    from intimacy_scales.bank import fingerprint

    bank = eis.banks[0]
    footer = " ".join(eis_page.document.footer)
    assert f"{bank.id} {bank.version}, fingerprint {fingerprint(bank)[:12]}" in footer
    assert "12 May 2026" in footer
    assert "@bottom-left { content: " in eis_page.html
    assert "counter(page)" in eis_page.html


def test_already_reversed_answers_are_not_yet_usable(pair):
    turned = []
    for part in pair.answered:
        columns = [
            sum(part.bank.ends(item)) - a if item.reverse else a
            for item, a in zip(part.bank.items, part.answers, strict=True)
        ]
        turned.append(replace(part, answers=tuple(columns)))
    report = build_report(replace(pair, answered=tuple(turned)), when=DAY)
    finding = report.document.finding
    assert finding.answer[0].startswith("Not yet: in ")
    assert {fact.name: fact.value for fact in finding.facts}["Keying"] == "check it"
    assert "looks reversed in the file already" in Page(report.html).text
    assert "say already_reversed=True" in Page(report.html).text  # a page made in Python speaks Python


def test_few_people_are_too_few_to_tell():
    report = build_report(simulated("eis", n=12), when=DAY)
    assert report.document.finding.answer[0].startswith("Too few people to tell")
    assert {fact.name: fact.value for fact in report.document.finding.facts}["Keying"] == "cannot tell"


def test_noise_is_said_to_be_noise():
    rng = np.random.default_rng(3)
    responses = simulated("eis", n=80)
    noise = tuple(
        np.where(rng.random(80) < 0.8, rng.integers(1, 6, 80), column).astype(float)
        for column in responses.answered[0].answers
    )
    report = build_report(replace(responses, answered=(replace(responses.answered[0], answers=noise),)), when=DAY)
    assert report.document.finding.answer[0].startswith(("With care", "Not yet"))


def test_answers_that_do_not_vary_give_no_reliability():
    responses = simulated("eis", n=40)
    same = tuple(np.full(40, 4.0) for _ in responses.answered[0].answers)
    report = build_report(replace(responses, answered=(replace(responses.answered[0], answers=same),)), when=DAY)
    assert report.document.finding.answer[0].startswith("No: the reliability of no scale")
    assert Page(report.html).faults == []


def test_alpha_in_the_verdict_is_the_share_of_error(eis, eis_page):
    alpha = next(iter(reliability_of(eis, bootstrap=0))).alpha.value
    assert (
        eis_page.document.finding.answer[0]
        == f"Yes: about {percent(1 - alpha)} of the differences between people are measurement error."
    )


def test_doubts_that_all_scales_share_are_told_once(pair_page):
    text = Page(pair_page.html).text
    assert text.count("the interval by Feldt counts only") == 1
    assert "All scales: coefficients use every pair of answers" in text


def test_several_banks_in_one_report():
    report = build_report(simulated("eis", "tdis", n=60), when=DAY)
    titles = [one.title for one in blocks(report, Figure)]
    assert len(titles) == len(set(titles))
    assert Page(report.html).faults == []
    assert [len(report.document.footer), report.document.footer[-1]] == [4, "12 May 2026"]


def test_a_sample_in_a_named_norm(pages):
    bank = load_bank("prqc")
    responses = simulated("prqc", n=60)
    report = build_report(responses, norm=bank.norms[0], when=DAY)
    table = next(block for block in section(report, "Compared with a norm").blocks if isinstance(block, Table))
    values = score_responses(responses).parts[0].values
    figures = bank.norms[0].scales[0]
    known = values[~np.isnan(values)]
    assert table.rows[0][3] == figure(known.mean())
    assert table.rows[0][6] == figure(((known - figures.mean) / figures.sd).mean())
    assert "Compared with a norm" not in {one.title for one in pages[0].document.sections}


def test_derived_scores_have_their_own_picture(pair_page):
    captions = [one.table.caption for one in blocks(pair_page, Figure)]
    gaps = [caption for caption in captions if "gap" in caption.casefold()]
    assert len(gaps) == 1


def test_methods_and_references_stand_last(pages):
    for report in (one for one in pages if one.document.audience != "client"):
        assert [one.title for one in report.document.sections][-1] == "References"
        assert report.document.sections[-2].technical
        assert report.document.sections[-1].technical


def test_a_weak_scale_among_sound_ones_is_named(pair):
    rng = np.random.default_rng(8)
    part = pair.answered[0]
    scale = part.bank.scales[1]
    columns = [
        rng.integers(0, 5, pair.n_persons).astype(float) if item.number in scale.items else column
        for item, column in zip(part.bank.items, part.answers, strict=True)
    ]
    report = build_report(replace(pair, answered=(replace(part, answers=tuple(columns)), *pair.answered[1:])), when=DAY)
    first = report.document.finding.answer[0]
    assert first.startswith(f"With care: in {scale.name} (now), half or more")
    assert "; in the other 11 scales, between " in first


def test_remarks_name_rows_and_nobody(eis):
    doubled = replace(eis, ids=("17", "17", "A 9", "A 9", *eis.ids[4:]), notes=(
        "id 17 stands in rows 4 and 17: every row is kept",
        "2 values of id stand in more than one row (17 in rows 4 and 17; A 9 in rows 6 and 7): every row is kept"))  # fmt: skip
    text = Page(build_report(doubled, when=DAY).html).text
    assert "Id (an id) stands in rows 4 and 17: every row is kept." in text
    assert "((an id) in rows 4 and 17; (an id) in rows 6 and 7)" in text
    assert "A 9" not in text


def test_the_method_names_every_coefficient_the_table_shows_with_its_work(pair_page):
    text = Page(pair_page.html).text
    for said in ("BCa; Efron, 1987", "2,000 samples of persons, seed", "McDonald, 1999", "Guttman\u2019s (1945)",
                 "\u03bb2 is from the covariance matrix", "\u03bb6 is from the correlation matrix", "\u03c9 = ."):  # fmt: skip
        assert said in text, said
    listed = " ".join(entry for block in section(pair_page, "References").blocks for entry in block.entries)
    for author in ("Cronbach", "Feldt", "Guttman", "Efron", "McDonald"):
        assert author in listed, author
    plain = build_report(eis_answers(), reliability=reliability_of(eis_answers(), bootstrap=0), when=DAY)
    assert "Efron" not in plain.html


def test_two_scales_of_one_name_are_told_apart():
    report = build_report(simulated("eis", "pair_style", n=60), when=DAY)
    text = Page(report.html).text
    assert "EIS: Emotional intimacy: \u03b1 = " in text
    assert "Six-area inventory: Emotional intimacy (now): \u03b1 = " in text
    keying = next(b for b in section(report, "Keying check").blocks if isinstance(b, Table)).rows
    names = [row[0] for row in keying]
    assert len(names) == len(set(names))
    assert "EIS: Emotional intimacy" in names
    assert "Social intimacy (now)" in names
    one = build_report(simulated("eis", "pair_style", n=60), person="secret-0002", when=DAY)
    errors = next(b for b in blocks(one, Table) if b.caption == "Measurement error of each score").rows
    assert len({row[0] for row in errors}) == len(errors)


def test_forms_are_told_in_order_and_words(pair_page):
    text = Page(pair_page.html).text
    assert "The items were answered 2 times over: \u201cnow\u201d and \u201cas I would like it\u201d." in text
    assert "Sittings:" not in text


def test_a_column_keeps_its_spelling_at_the_start_of_a_remark(eis):
    noted = replace(eis, notes=("person_code: 2 values stand twice", "two rows are alike"))
    notes = section(build_report(noted, when=DAY), "Remarks on the file").blocks[0].items
    assert notes[0] == "person_code: 2 values stand twice."
    assert "Two rows are alike." in notes


def test_what_a_bank_says_of_itself_is_true_of_it(pages, pair_page):
    prqc, own = Page(pages[3].html).text, Page(pair_page.html).text
    norm = Page(build_report(simulated("prqc", n=60), when=DAY).html).text
    assert "read in the source named" in norm
    assert "held by the authors and the publisher" in norm
    for slip in (".;", "..", "held by The", ",."):
        assert slip not in norm.replace("...", ""), slip
    assert "read in the original source" not in prqc + own + norm
    assert "The items are shown in full, in their own wording." in own
    assert "short glosses" not in own
    assert "laid down by those who wrote it" in own
    assert "short glosses" in norm


def test_references_are_primary_sources():
    said = build_report(simulated("prqc", "pair", n=40), when=DAY)
    (entries,) = [block.entries for block in section(said, "References").blocks]
    whole = " ".join(entries).casefold()
    assert "schaefer" in whole
    assert "fletcher" in whole
    for word in ("essay", "thesis", "ipl.org", "1library"):
        assert word not in whole
