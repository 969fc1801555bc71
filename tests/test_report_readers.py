"""Three readers, three pages: what the client takes home, what the professional sees, what a reviewer reads."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.advice import tip_file
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.output.report import build_report
from intimacy_scales.output.report.document import Figure, Folded, Section, Table, TipBlock
from report_pages import DAY, Page, blocks, couple_answers, eis_answers, pair_answers, section, simulated

STYLE = ims.load_bank("pair_style")
BRIGHT = ("too good to be true", "bright", "idealis", "conventionality")
CLINICIANS = ("fingerprint", "SEM", "Measurement error", "answers as ticked", "critical", "Brennan")


def answers(bank, now, wish=None, *, form="now", wish_form="expected", **ticked):
    """One person's answers: every keyed answer ``now`` (and ``wish``), single items as ticked."""
    found = {}
    for name, keyed in ((form, now), (wish_form, wish)):
        if keyed is not None:
            for item in bank.items:
                found[f"{bank.id}_{item.number}_{name}"] = sum(bank.ends(item)) - keyed if item.reverse else keyed
    return found | ticked


@cache
def pages(audience):
    """A person, one at the floor with every wish, a couple, one partner, one over time."""
    before, after = simulated("pair_style", n=50, seed=5), simulated("pair_style", n=50, seed=6)
    how = {"audience": audience, "when": DAY}
    return (
        build_report(pair_answers(), person="secret-0011", **how),
        ims.report(answers(ims.load_bank("pair"), 0, 4), "pair", **how),
        ims.report([3, 3, 3, 3, 3], "eis", **how),
        build_report(couple_answers(), couple="secret-0003", **how),
        build_report(couple_answers(), couple="secret-0003", view="b", **how),
        build_report(before, person="secret-0004", after=after, **how),
    )


def test_what_belongs_to_the_professional_is_not_in_the_clients_file_at_all():
    for report in pages("client"):
        body = report.html.split("</style>", 1)[1]
        for word in (*BRIGHT, *CLINICIANS):
            assert word.casefold() not in body.casefold(), word
        assert not {"scores", "couple", "person"} & set(report.to_dict())


def test_the_professional_has_all_of_the_clients_page_and_more():
    for client, clinician in zip(pages("client"), pages("clinician"), strict=True):
        theirs = [one.title for one in clinician.document.sections]
        own = [one.title for one in client.document.sections]
        assert theirs[: len(own)] == own
        assert client.document.finding == clinician.document.finding
        assert {"How this was worked out", "References", "What this cannot say"} <= set(theirs)
        assert "fingerprint" in clinician.html


def test_help_stands_above_the_ideas_and_a_local_line_comes_first():
    for report in pages("client"):
        titles = [one.title for one in report.document.sections]
        ideas = next(title for title in titles if title.startswith("Ideas"))
        assert titles.index("Where to find help when closeness is not safe") < titles.index(ideas)
    report = ims.report([3] * 5, "eis", audience="client", help_line="Call 000 in Freedonia, at any hour")
    first = section(report, "Where to find help when closeness is not safe").blocks[1].items[0]
    assert first == "Call 000 in Freedonia, at any hour."


def test_at_most_three_ideas_each_with_one_line_of_evidence():
    for report in pages("client"):
        ideas = blocks(report, TipBlock)
        assert 1 <= len(ideas) <= 3
        for one in ideas:
            assert len(one.how_sure) == 1
            assert len(re.findall(r"[.!?](?:\s|$)", one.how_sure[0])) <= 2


def test_the_client_who_needs_it_most_is_told_so_and_gets_ideas():
    report = pages("client")[1]
    assert report.document.finding.answer[:3] == (
        "In all 5 areas, your answers lie at the lowest end.",
        "Your answers say that you wish for more of all 5 areas.",
        "Each of these gaps is 96 points.",
    )
    assert (
        next(one.why for one in blocks(report, TipBlock))
        == "You wish for more of emotional intimacy: now 0, wished 96."
    )


def test_the_whole_article_is_on_every_clients_page():
    file = tip_file()
    facts = [file.closeness.text, *(part for one in file.reasons for part in (one.name, one.text))]
    facts += [text for one in file.reasons for e in one.evidence for text in (e.found, e.limits, e.sample)]
    facts += [text for one in file.questions for text in (one.question, one.answer, one.no_study)]
    for report in pages("client"):
        said = Page(report.html).text.casefold()
        for fact in facts:
            assert fact.rstrip(".").casefold() in said, fact
        (fold,) = [one for part in report.document.sections for one in part.blocks if isinstance(one, Folded)]
        assert fold.title == "What else is known about closeness"
    assert "r from .07 to .21" in Page(pages("client")[0].html).text


def open_words(document) -> int:
    """Words that stand open on a page: what is folded is not counted, nor the table under a picture."""

    def said(block):
        if isinstance(block, (Folded, Table)):
            return []
        if isinstance(block, Section):
            return [block.title, *(text for one in block.blocks for text in said(one))]
        if isinstance(block, Figure):
            return [block.title, *(row[-1] for row in block.table.rows)]
        if isinstance(block, TipBlock):
            return [block.title, block.advice, block.why, block.try_this, block.mind, *block.how_sure]
        return [getattr(block, "text", ""), *getattr(block, "items", ())]

    finding = [document.title, document.finding.question, *document.finding.answer]
    return len(
        re.findall(r"\w[\w\u2019'-]*", " ".join([*finding, *(x for one in document.sections for x in said(one))]))
    )


@pytest.mark.parametrize("place", range(6))
def test_a_clients_page_is_short(place):
    assert open_words(pages("client")[place].document) <= 600


def number_of_pages(report) -> int:
    weasyprint = pytest.importorskip("weasyprint")
    from intimacy_scales.output.report.rendering import for_paper

    return len(weasyprint.HTML(string=for_paper(report.html)).render().pages)


@pytest.mark.parametrize("place", range(6))
def test_a_clients_page_fits_two_sides_of_paper_and_three_for_two(place):
    assert number_of_pages(pages("client")[place]) <= (3 if place == 3 else 2)


def test_a_brief_report_on_a_sample_has_two_pages():
    assert number_of_pages(build_report(eis_answers(), when=DAY, brief=True)) <= 2
    brief = build_report(pair_answers(), when=DAY, brief=True)
    assert not blocks(brief, Figure)
    assert number_of_pages(brief) < number_of_pages(build_report(pair_answers(), when=DAY))


# --- critical items --------------------------------------------------------------------------------------------------


def critical(a, b=None, **how):
    """PAIR-like: item 33 (sexual limits respected) as ticked, all other answers at 3 of 4."""
    one, other = (answers(STYLE, 3, pair_style_33_now=code) for code in (a, a if b is None else b))
    return ims.report(one, STYLE, when=DAY, **how) if b is None else ims.report(
        ims.compare_partners(one, other, STYLE, labels=("Ann", "Ben")), when=DAY, **how)  # fmt: skip


def test_critical_answers_are_flagged_to_the_professional_and_to_nobody_else():
    flagged = section(critical(0), "To look at first")
    assert flagged.blocks[1].items == (
        "\u201c33. My partner respects my sexual limits\u201d was answered \u201cstrongly disagree\u201d.",
    )
    fine = section(critical(4), "To look at first")
    assert not any(getattr(block, "kind", "") == "note" for block in fine.blocks)
    both = section(critical(0, 0), "To look at first")
    assert [text.split(":")[0] for text in both.blocks[1].items] == ["Ann", "Ben"]
    one = section(critical(4, 0), "To look at first")
    assert [text.split(":")[0] for text in one.blocks[1].items] == ["Ben"]
    for client in (critical(0, audience="client"), critical(0, 0, audience="client")):
        assert "sexual limits" not in client.html
        assert "To look at first" not in client.html


def test_answers_are_listed_as_ticked_critical_ones_first():
    (table,) = section(critical(0), "Answer by answer").blocks
    assert table.rows[0][0] == "33. My partner respects my sexual limits"
    assert table.rows[0][2] == "strongly disagree"
    reverse = next(row for row in table.rows if row[0].startswith("7. "))
    assert reverse[2:] == ("disagree", "the other way round")  # keyed 3 of 0 to 4


def test_an_answer_that_the_file_turned_round_is_shown_as_it_was_ticked():
    frame = pd.DataFrame([answers(STYLE, 3)])
    turned = frame.copy()
    for item in STYLE.items:
        if item.reverse:
            turned[f"pair_style_{item.number}_now"] = 3
    plain = ims.report(frame, STYLE, when=DAY)
    already = ims.report(turned, STYLE, already_reversed=True, when=DAY)
    rows = [section(one, "Answer by answer").blocks[0].rows for one in (plain, already)]
    assert rows[0] == rows[1]


# --- whose report, without being told --------------------------------------------------------------------------------


ROW = {f"eis_{j}": code for j, code in enumerate([4, 5, 4, 5, 4], start=1)}


def test_one_row_is_a_person_two_partners_a_couple_two_files_too(tmp_path):
    file = tmp_path / "one.csv"
    pd.DataFrame([ROW]).to_csv(file, index=False)
    assert ims.report(file, "eis", when=DAY).document.title == "A reading of your answers on closeness"
    two = [{"couple": "x", "partner": p, **ROW} for p in "ab"]
    both = tmp_path / "both.csv"
    pd.DataFrame(two).to_csv(both, index=False)
    assert ims.report(both, "eis", when=DAY).document.title == "Two readings of one relationship"
    files = []
    for one in two:
        files.append(tmp_path / f"{one['partner']}.csv")
        pd.DataFrame([one]).to_csv(files[-1], index=False)
    assert ims.report(files, "eis", when=DAY).document.title == "Two readings of one relationship"
    pd.DataFrame([two[1] | {"couple": "y"}]).to_csv(files[1], index=False)
    with pytest.raises(ResponseError, match="two couples: x and y"):
        ims.report(files, "eis")


def test_the_obvious_call_for_a_partners_page_works():
    two = ims.compare_partners([4, 5, 4, 5, 4], [2, 1, 2, 1, 2], "eis")
    report = ims.report(two.for_partner("a"), when=DAY)
    assert report.html == ims.report(two, view="a", when=DAY).html
    assert report.document.audience == "client"


def test_a_reader_nobody_knows_is_refused():
    with pytest.raises(UnknownNameError, match="client"):
        ims.report([3] * 5, "eis", audience="clients")
    with pytest.raises(ResponseError, match="sample's report"):
        build_report(eis_answers(), audience="client")


# --- the caseload ----------------------------------------------------------------------------------------------------


def sessions():
    """A goes up, B stays, C goes down and was last seen in January; one note."""
    courses = {"A": (2, 3, 5), "B": (3, 3, 3), "C": (5, 2)}
    days = ("2026-01-10", "2026-02-20", "2026-04-20")
    return pd.DataFrame(
        {"id": code, "date": day, "note": "began therapy" if (code, j) == ("A", 1) else "",
         **{f"eis_{i}": min(max(level + (i % 2), 1), 5) for i in range(1, 6)}}
        for code, levels in courses.items() for j, (level, day) in enumerate(zip(levels, days, strict=False))
    )  # fmt: skip


def test_a_caseload_tells_who_changed_who_is_overdue_and_draws_each_course():
    report = ims.report(sessions(), "eis", caseload=True, time="date", id_column="id", when=date(2026, 5, 12), due=60)
    assert report.document.finding.answer == (
        "Clearly higher in at least one area: A.",
        "Clearly lower in at least one area: C.",
        "Last seen more than 60 days ago: C.",
    )
    table = section(report, "Who has changed, who is overdue").blocks[0]
    assert [row[:4] for row in table.rows] == [
        ("A", "2026-04-20", "22", "in time"),
        ("B", "2026-04-20", "22", "in time"),
        ("C", "2026-02-20", "81", "overdue"),
    ]
    (figure,) = blocks(report, Figure)
    assert len(figure.table.rows) == 3
    assert "2026-01-10" in figure.wide.body
    assert section(report, "Notes on the axis").blocks[0].items == ("A, 1 (2026-02-20): began therapy",)
    assert [case["code"] for case in report.facts["caseload"]["cases"]] == ["A", "B", "C"]


def test_a_folder_of_sessions_is_a_caseload(tmp_path):
    table = sessions().rename(columns={"date": "recorded_date"})
    for place, row in enumerate(table.to_dict("records")):
        pd.DataFrame([row]).to_csv(tmp_path / f"session-{place}.csv", index=False)
    how = {"caseload": True, "when": date(2026, 5, 12), "due": 60}
    whole = ims.report(table, "eis", time="recorded_date", id_column="id", **how)
    folder = ims.report(tmp_path, "eis", **how)
    assert folder.document.finding == whole.document.finding
    assert folder.facts["caseload"] == whole.facts["caseload"]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ResponseError, match="holds no file"):
        ims.report(empty, "eis", caseload=True)


def test_without_dates_nobody_is_called_overdue():
    table = sessions().replace({"2026-01-10": "t1", "2026-02-20": "t2", "2026-04-20": "t3"})
    report = ims.report(table, "eis", caseload=True, time="date", id_column="id", when=date(2026, 5, 12))
    assert report.document.finding.answer[-1] == "Who is overdue cannot be told: the occasions have no dates."
    assert {row[3] for row in section(report, "Who has changed, who is overdue").blocks[0].rows} == {"cannot be told"}


# --- paper: nothing cut ----------------------------------------------------------------------------------------------


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


@pytest.mark.parametrize("kind", ["sample", "clinician", "couple"])
def test_every_cell_of_every_table_is_on_paper_and_no_word_passes_the_edge(kind, tmp_path):
    pytest.importorskip("weasyprint")
    pdftotext = shutil.which("pdftotext") or pytest.skip("no pdftotext on this machine")
    report = {"sample": lambda: build_report(pair_answers(), when=DAY), "clinician": lambda: pages("clinician")[0],
              "couple": lambda: pages("clinician")[3]}[kind]()  # fmt: skip
    file = tmp_path / "r.pdf"
    file.write_bytes(report.pdf())
    text = subprocess.run([pdftotext, file, "-"], capture_output=True, check=True, text=True).stdout
    boxes = subprocess.run([pdftotext, "-bbox", file, "-"], capture_output=True, check=True, text=True).stdout
    width, height = map(float, re.search(r'<page width="([\d.]+)" height="([\d.]+)"', boxes).groups())
    for left, top, right, bottom in re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"', boxes
    ):
        assert 0 <= float(left) <= float(right) <= width
        assert 0 <= float(top) <= float(bottom) <= height
    whole = squeezed(text)
    for table in (*blocks(report, Table), *(one.table for one in blocks(report, Figure))):
        for cell in (*table.head, *(cell for row in table.rows for cell in row)):
            assert squeezed(cell) in whole, (table.caption, cell)


def test_a_wide_table_is_broken_into_blocks_that_repeat_its_first_column():
    wide = Table(caption="w", head=tuple(f"Column {j}" for j in range(14)), rows=(tuple(["a name"] + ["0.12"] * 13),))
    parts = wide.blocks()
    assert len(parts) > 1
    assert all(part[0] == 0 for part in parts)
    assert [j for part in parts for j in part[1:]] == list(range(1, 14))
    assert Table(caption="n", head=("A", "B"), rows=(("x", "1"),)).blocks() == ((0, 1),)


def test_the_figures_of_a_caseload_are_those_of_the_change():
    frame = sessions()
    report = ims.report(frame, "eis", caseload=True, time="date", id_column="id", when=date(2026, 5, 12))
    case = report.facts["caseload"]["cases"][0]["areas"][0]
    mine = frame[frame["id"] == "A"][[f"eis_{i}" for i in range(1, 6)]].to_numpy().sum(axis=1)
    assert np.allclose([one["score"] for one in case["occasions"]], mine)


def test_never_because_of_one_partner_alone_is_said_only_where_both_were_heard():
    """One person's physical tip follows from that person's answers: the sentence would be untrue there."""
    sentence = "never because of one partner's answers alone"
    bank = ims.load_bank("pair")
    low = {item.number: bank.ends(item)[not item.reverse] for item in bank.items}

    def wishing(areas):
        found = answers(bank, 2, 2)
        for item in bank.items:
            if any(item.number in bank.scale(area).items for area in areas):
                found[f"pair_{item.number}_now"] = sum(bank.ends(item)) - low[item.number]
                found[f"pair_{item.number}_expected"] = low[item.number]
        return found

    one = ims.report(wishing(["sexual"]), bank, when=DAY)
    assert "Speak about wishes and limits" in one.html
    assert sentence not in one.html
    both = ims.report(ims.compare_partners(wishing(["sexual"]), wishing(["sexual"]), bank), when=DAY)
    assert sentence.replace("'", "&#39;") in both.html
    alone = ims.report(ims.compare_partners(wishing(["sexual"]), wishing([]), bank), when=DAY)
    assert "Speak about wishes and limits" not in alone.html
