"""Every report: self-contained, escaped, accessible, the same bytes for the same input."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from intimacy_scales.bank import load_bank
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import OutputError, ResponseError, UnknownNameError
from intimacy_scales.output.report import build_report
from intimacy_scales.output.report.document import Figure, Table
from intimacy_scales.output.report.rendering import css_string, marked
from intimacy_scales.pictures.drawing import ROLES
from intimacy_scales.reading.exports.table import SetAside
from intimacy_scales.scoring import score_responses
from report_pages import DAY, HOSTILE, STYLE, Page, all_reports, blocks, eis_answers, eis_report, simulated


@pytest.fixture
def eis():
    return eis_answers()


@pytest.fixture
def eis_page():
    return eis_report()


@pytest.fixture
def pages():
    return all_reports()


def test_a_page_loads_nothing_and_runs_nothing(pages):
    for report in pages:
        page = Page(report.html)
        assert not page.all("script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "use")
        policy = page.all("meta")[1]
        assert policy["http-equiv"] == "Content-Security-Policy"
        assert policy["content"].startswith("default-src 'none'")
        for tag, attributes in page.tags:
            assert not {
                name for name in attributes if name.startswith("on") or name in {"src", "srcset", "xlink:href"}
            }, tag
        for anchor in page.all("a"):
            assert anchor["href"].startswith(("#", "https://"))
            if anchor["href"].startswith("https://"):
                assert anchor["rel"] == "noreferrer"
        assert "url(" not in report.html
        assert "@import" not in report.html


def test_every_tag_is_closed_where_it_was_opened(pages):
    for report in pages:
        assert Page(report.html).faults == []


def test_no_path_of_a_machine_and_no_id_stands_in_a_report(pages):
    for report in pages:
        assert "/home" not in report.html
        assert "secret-" not in report.html


def hostile_bank() -> ItemBank:
    bank = load_bank("eis")
    options = {
        name: tuple(o.model_copy(update={"label": f"{HOSTILE} {o.code}"}) for o in given)
        for name, given in bank.options.items()
    }
    items = tuple(item.model_copy(update={"gloss": f"{HOSTILE} {item.number}"}) for item in bank.items)
    scales = tuple(scale.model_copy(update={"name": HOSTILE, "measures": HOSTILE}) for scale in bank.scales)
    certainty = bank.certainty.model_copy(update={"check": HOSTILE})
    return bank.model_copy(update={"name": HOSTILE, "options": options, "items": items, "scales": scales, "certainty": certainty,
                                   "notes": (HOSTILE,), "source": ("sinclair2005",)})  # fmt: skip


@pytest.mark.parametrize("person", [None, "secret-0002"])
def test_text_of_others_is_never_markup(person):
    responses = simulated(hostile_bank(), n=40)
    responses = replace(responses, notes=(HOSTILE,), set_aside=(SetAside(row=3, why=HOSTILE),),
                        source=replace(responses.source, platform=HOSTILE, path=f"/x/{HOSTILE}", saw=HOSTILE))  # fmt: skip
    report = build_report(responses, person=person, when=DAY, title=HOSTILE)
    page = Page(report.html)
    assert page.faults == []
    assert not page.all("script", "img")
    assert len(page.all("title")) == 1 + len(page.all("svg"))
    assert len(page.all("style")) == 1
    assert "alert('x')" in page.text
    assert "<script" not in report.html.casefold()


def test_marked_text_is_escaped_before_it_is_marked():
    said = str(marked('*a<b>* https://doi.org/10.1/x"onmouseover="y & *p* < .05'))
    assert "<em>a&lt;b&gt;</em>" in said
    assert said.count("<a ") == 1
    assert '"onmouseover' not in said
    assert "<em>p</em>\u00a0&lt;\u00a0.05" in said


def test_a_css_string_holds_no_way_out():
    said = str(css_string('a"}</style>\n\\'))
    assert re.fullmatch(r'"[A-Za-z0-9 .,:()_\\-]*"', said)
    assert "\\3c " in said


def test_one_h1_and_headings_in_order(pages):
    for report in pages:
        levels = [int(tag[1]) for tag, _ in Page(report.html).tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks_language_and_skip_link(pages):
    for report in pages:
        page = Page(report.html)
        assert page.all("html")[0]["lang"] == "en"
        for landmark in ("header", "main", "nav", "footer"):
            assert len(page.all(landmark)) == 1, landmark
        assert page.all("a")[0]["href"] == "#answer"
        assert page.all("title")[0] == {}


def test_ids_are_unique_and_every_reference_to_one_holds(pages):
    for report in pages:
        tags = [attributes for _, attributes in Page(report.html).tags]
        ids = [one["id"] for one in tags if "id" in one]
        assert len(ids) == len(set(ids))
        named = [word for one in tags for word in (one.get("aria-labelledby") or "").split()]
        named += [one["href"][1:] for one in tags if (one.get("href") or "").startswith("#")]
        assert named
        assert set(named) <= set(ids)


def test_every_picture_has_a_title_an_alternative_and_a_table(pages):
    for report in pages:
        page = Page(report.html)
        figures = blocks(report, Figure)
        assert figures
        assert len(page.all("figure")) == len(figures)
        assert len(page.all("svg")) == 2 * len(figures)
        for svg in page.all("svg"):
            assert svg["role"] == "img"
            assert len(svg["aria-labelledby"].split()) == 2
        for one in figures:
            assert len(one.alt) > 20
            assert one.alt.endswith(".")
            assert one.table.rows
        folded = [
            path for (tag, _), path in zip(page.tags, page.paths, strict=True) if tag == "table" and "figure" in path
        ]
        kept = [
            path for (tag, _), path in zip(page.tags, page.paths, strict=True) if tag == "details" and "figure" in path
        ]
        assert len(kept) == len(figures)  # a table each, in blocks where it is wide
        assert len(folded) >= len(figures)
        assert all("details" in path for path in folded)


def test_every_table_has_a_caption_and_scoped_heads(pages):
    for report in pages:
        page = Page(report.html)
        assert len(page.all("caption")) == len(page.all("table")) > 0
        assert {head["scope"] for head in page.all("th")} == {"col", "row"}
        assert len({block.caption for block in blocks(report, Table)}) == len(blocks(report, Table))


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})", css))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "soft", "blue") for ground in ("paper", "ground")),
    *((f"on{k}", f"{side}{k}") for k in (1, 2, 3) for side in ("high", "low")),
    ("on-mid", "mid"),
]
MARK_PAIRS = [("blue", "paper"), ("grey", "paper"), ("high3", "paper"), ("low3", "paper"), ("orange", "paper")]


@pytest.mark.parametrize("theme", ["day", "night"])
def test_contrast_is_enough_by_day_and_by_night(theme):
    css = STYLE.read_text()
    day, night = css.split("prefers-color-scheme: dark", 1)
    found = colours(day) if theme == "day" else colours(night.split("}", 1)[0])
    for text, ground in TEXT_PAIRS:
        assert contrast(found[text], found[ground]) >= 4.5, (text, ground)
    for mark, ground in MARK_PAIRS:
        assert contrast(found[mark], found[ground]) >= 3, (mark, ground)
    assert set(ROLES) <= set(found)


def test_the_two_sides_are_told_apart_by_the_colour_blind():
    found = colours(STYLE.read_text().split("prefers-color-scheme: dark", 1)[0])
    for k in (1, 2, 3):
        red_one, red_other = (int(found[f"{side}{k}"][1:3], 16) for side in ("high", "low"))
        blue_one, blue_other = (int(found[f"{side}{k}"][5:7], 16) for side in ("high", "low"))
        assert red_other > red_one  # orange and blue lie apart on the axis that the colour-blind see
        assert blue_one > blue_other


def test_the_same_input_and_day_give_the_same_bytes(eis, eis_page):
    assert build_report(eis, when=DAY).html == eis_page.html
    assert build_report(score_responses(eis), when=DAY).html == eis_page.html
    assert build_report(eis, when=date(2026, 5, 13)).html != eis_page.html


def test_a_report_is_saved_whole_and_never_over_another(tmp_path, eis_page):
    target = eis_page.save(tmp_path / "report.html")
    assert target.read_text(encoding="utf-8") == eis_page.html
    with pytest.raises(OutputError, match="exists already"):
        eis_page.save(target)
    eis_page.save(target, force=True)
    with pytest.raises(OutputError, match="no report format"):
        eis_page.save(tmp_path / "report.docx")
    with pytest.raises(OutputError, match="does not exist"):
        eis_page.save(tmp_path / "none" / "report.html")
    with pytest.raises(OutputError, match="input itself"):
        eis_page.save(target, force=True, inputs=[target])
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(eis_page):
    page = Page(eis_page._repr_html_())
    assert page.all("iframe")[0]["srcdoc"] == eis_page.html
    assert str(eis_page).splitlines()[1] == "Can these scores be used?"


def test_the_room_itself_can_be_called(eis, eis_page):
    import intimacy_scales as ims

    assert ims.report(eis, when=DAY).html == eis_page.html
    alone = ims.report(
        {"eis_1": 4, "eis_2": 5, "eis_3": 4, "eis_4": 5, "eis_5": 4}, load_bank("eis"), person=0, when=DAY
    )
    assert alone.document.finding.question.startswith("How close")
    with pytest.raises(ResponseError, match="give a bank"):
        ims.report({"eis_1": 4})
    with pytest.raises(UnknownNameError, match="nonsense"):
        ims.report(eis, nonsense=1)
