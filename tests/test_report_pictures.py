"""Pictures, words and APA sentences of the reports."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from itertools import combinations
from math import nan

import numpy as np
import pytest
from matplotlib.transforms import Affine2D

from intimacy_scales.analysis.reliability import reliability_of
from intimacy_scales.base.wording import counted, listed, sentence
from intimacy_scales.output.report.apa import alpha_phrase, sample_sentence, scoring_sentences
from intimacy_scales.output.report.document import Table
from intimacy_scales.output.report.sentences import percent, signed
from intimacy_scales.pictures.answers import ItemAnswers, common_reach, draw_answers, reach_of, shade_of
from intimacy_scales.pictures.drawing import (
    NARROW,
    ROLES,
    WIDE,
    box,
    coefficient,
    dot,
    figure,
    line,
    paint,
    say,
    square,
    trimmed,
)
from intimacy_scales.pictures.forest import ForestRow, Summary, draw_forest
from intimacy_scales.pictures.path_model import Arrow, Diagram, Node, PathPicture, draw_path_diagram, draw_path_model
from intimacy_scales.pictures.ranges import Axis, Mark, RangeRow, draw_ranges, draw_spreads, spread_of
from intimacy_scales.pictures.sheet import Stroke
from intimacy_scales.scoring import score_responses
from report_pages import eis_answers, pair_answers


@pytest.mark.parametrize("k", range(2, 12))
def test_shades_are_symmetrical_and_grow_towards_the_ends(k):
    shades = [shade_of(place, k) for place in range(k)]
    assert [shade.fill for shade in shades] == [
        {"h": f"low{shade.fill[-1]}", "l": f"high{shade.fill[-1]}", "m": "mid"}[shade.fill[0]] for shade in shades[::-1]
    ]
    assert (shades[k // 2].fill == "mid") == bool(k % 2)
    levels = [int(shade.fill[-1]) for shade in shades[(k + 1) // 2 :]]
    assert levels == sorted(levels)
    assert levels[-1] == 3
    assert {shade.fill for shade in shades} <= set(ROLES)
    assert {shade.on for shade in shades} <= set(ROLES)


def test_a_bar_is_centred_on_its_neutral_answer():
    assert reach_of((0.1, 0.2, 0.4, 0.2, 0.1)) == pytest.approx((0.5, 0.5))
    assert reach_of((0.0, 0.0, 0.4, 0.2, 0.4)) == pytest.approx((0.2, 0.8))
    assert reach_of((0.25, 0.25, 0.25, 0.25)) == pytest.approx((0.5, 0.5))
    item = ItemAnswers(label="a", ticked=(0.5, 0.5, 0.0), keyed=(0.0, 0.5, 0.5))
    assert common_reach([item]) == pytest.approx((0.75, 0.75))


@pytest.mark.parametrize("steps", [4, 20, 24, 48, 96, 400])
def test_a_spread_counts_everybody_once_and_makes_no_comb(steps):
    values = np.append(np.arange(steps + 1, dtype=float) * 2 - 3, nan)
    spread = spread_of("s", values, -3, 2 * steps - 3, steps=steps)
    assert sum(spread.counts) == spread.n == steps + 1
    assert len(set(spread.counts[:-1])) == 1  # every bar holds the same number of possible scores
    assert spread.left < -3 < 2 * steps - 3 < spread.right


def test_a_drawing_names_no_colour_no_id_and_no_day():
    drawing = draw_ranges(
        [RangeRow(label="$a$ <b>", low=0, high=1, marks=(Mark(at=0.5, low=0.2, high=0.9, inner=(0.4, 0.6)),), text="t")],
        Axis(ends=("none", "all"), ticks=((0.0, "0"), (1.0, "1")), mark_ends=True), width=720)  # fmt: skip
    assert not re.search(r"#[0-9a-f]{6}|\bid=|<!--|metadata|<style|DejaVu|clip-path|<defs", drawing.body)
    assert "$a$ &lt;b&gt;" in drawing.body
    assert "var(--blue)" in drawing.body


def test_words_in_other_scripts_are_drawn_without_a_warning():
    assert "\u4e2d\u6587" in paint(100, 20, lambda axes: say(axes, 0, 10, "\u4e2d\u6587")).body


@pytest.mark.parametrize("width", [720, 340])
def test_pictures_fit_their_sheet(width):
    shares = tuple(np.full(7, 1 / 7))
    drawn = [
        draw_answers([ItemAnswers(label="word " * 40, ticked=shares, keyed=shares)], [f"option number {i}" for i in range(7)], width=width),
        draw_spreads([spread_of("n", np.array([1.0, nan]), 0, 5, steps=5), spread_of("none", np.array([nan]), 0, 5, steps=5)], width=width),
        draw_ranges([RangeRow(label="l" * 90, low=0, high=5, marks=(), text="no score")], Axis(), width=width),
    ]  # fmt: skip
    for drawing in drawn:
        assert drawing.width == width
        xs = [float(x) for x in re.findall(r"[ML] (-?[\d.]+) -?[\d.]+", drawing.body)]
        ys = [float(y) for y in re.findall(r"[ML] -?[\d.]+ (-?[\d.]+)", drawing.body)]
        assert min(xs) >= -1
        assert max(xs) <= width + 1
        assert min(ys) >= -1
        assert max(ys) <= drawing.height + 1


def pictures():
    """One of everything that can be painted."""
    shares = (0.1, 0.2, 0.7)
    factors = {"one": [("item <a>", 0.7), ("b", -0.5)], "two": [("c", 0.3), ("d", 0.9)]}
    return [
        draw_answers([ItemAnswers(label="a & b", ticked=shares, keyed=shares)], ["no", "maybe", "yes"], width=720),
        draw_path_diagram(Diagram(factors=factors, correlations={("one", "two"): 0.4}), width=720),
        paint(200, 100, everything),
    ]


def everything(sheet):
    box(sheet, 1, 2, 30, 10, fill="track", edge="ink")
    line(sheet, (0, 100), (50, 50), role="line", dashed=True, behind=True)
    dot(sheet, 20, 30, role="blue")
    square(sheet, 40, 30, role="orange", hollow=True)
    say(sheet, 100, 30, "to the right <>", ha="right", bold=True)
    sheet.polygon([(0, 0), (10, 0), (5, 9)], fill="blue", order=4)
    sheet.polyline([(0, 0), (10, 5), (nan, nan), (20, 5), (30, 0)], Stroke(role="grey", width=2, join="round"))
    sheet.ellipse((60, 60), 30, 20, fill=None, stroke=Stroke(role="grey"), left_half=True)
    sheet.arrow((0, 80), (50, 60), (100, 80), Stroke(role="blue", width=2))
    sheet.two_headed((120, 20), (160, 50), (120, 80), Stroke(role="grey", dash=(4, 3)))


@pytest.mark.parametrize("place", range(3))
def test_a_page_and_a_figure_show_the_same(place):
    drawing = pictures()[place]
    texts = re.findall(
        r'text-anchor: (\w+); fill: var\(--([\w-]+)\)" x="([-.\d]+)" y="([-.\d]+)">([^<]*)<', drawing.body
    )
    axes = drawing.figure().axes[0]
    ha = {"left": "start", "center": "middle", "right": "end"}
    assert len(texts) == len(axes.texts) > 0
    for (anchor, role, x, y, text), drawn in zip(texts, axes.texts, strict=True):
        assert (anchor, ROLES[role], unescape(text)) == (ha[drawn.get_ha()], drawn.get_color(), drawn.get_text())
        assert (float(x), float(y)) == pytest.approx(drawn.get_position(), abs=0.006)
    heads = (0, 4, 3)[place]  # a figure's arrow has its heads itself
    assert drawing.body.count("<path") == len(axes.patches) + len(axes.lines) + heads
    xs, ys = zip(*[map(float, one) for one in re.findall(r"[ML] ([-.\d]+) ([-.\d]+)", drawing.body)], strict=True)
    assert min(xs) >= -1
    assert max(xs) <= drawing.width + 1
    assert min(ys) >= -1
    assert max(ys) <= drawing.height + 1


def test_what_is_behind_is_painted_first_and_a_broken_line_begins_anew():
    body = paint(200, 100, everything).body
    order = [body.index(text) for text in ("stroke-dasharray: 3,3", "fill: var(--track)", "stroke-linejoin: round",
                                           "M 0 0 L 10 0 L 5 9 z", "fill: var(--blue); stroke: var(--paper)", "<text")]  # fmt: skip
    assert order == sorted(order)
    assert "M 0 0 L 10 5 M 20 5 L 30 0" in body
    assert "A 15 10 0 0 1 60 50" in body
    assert "font-weight: bold; font-size: 14px; text-anchor: end; fill: var(--ink)" in body
    assert "&lt;&gt;" in body


def test_what_has_no_place_is_not_there():
    def nowhere(sheet):
        box(sheet, nan, 2, 30, 10, fill="track")
        line(sheet, (nan, nan), (1, 2), role="line")
        dot(sheet, 20, float("inf"), role="blue")
        say(sheet, nan, 10, "nowhere")

    assert paint(200, 100, nowhere).body == ""


def test_an_arrow_ends_where_it_points():
    def arrow(sheet):
        sheet.limits(-20, 80)
        sheet.arrow((0, 10), (50, 10), (100, 10), Stroke(role="blue", width=2))

    body = paint(200, 100, arrow).body
    corner, tip = (float(x) for x in re.findall(r"M ([\d.]+) [\d.]+ L ([\d.]+) 30 L", body)[0])
    assert tip == pytest.approx(100 - np.hypot(0.4, 0.2) / 0.2, abs=0.01)  # two edges of width 2 meet so far beyond
    assert tip - corner == pytest.approx(4.4, abs=0.01)
    assert "Q 50 30" in body


def test_a_report_is_made_without_the_drawing_library():
    code = (
        "import sys, intimacy_scales as ims\n"
        "page = ims.report({f'eis_{j}': 3 for j in range(1, 6)}, 'eis').html\n"
        "print(page.count('<svg'), 'matplotlib' in sys.modules, 'scipy.optimize' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.split() == ["2", "False", "False"]


def test_a_table_must_be_square():
    with pytest.raises(ValueError, match="under a head of 2"):
        Table(caption="c", head=("a", "b"), rows=(("1",),))


def test_figures_for_eyes():
    assert figure(-0.001) == "0.00"
    assert figure(-1.5, 1) == "\u22121.5"
    assert figure(None) == figure(nan) == "\u2013"
    assert [coefficient(x) for x in (0.834, -0.12, 1.0, 0.999, nan)] == [".83", "\u2212.12", "1.00", "1.00", "\u2013"]
    assert [trimmed(x) for x in (12.0, 0.5, 100.0, -3.25)] == ["12", "0.5", "100", "\u22123.25"]
    assert [percent(x) for x in (0.0, 0.001, 0.126, 1.0)] == ["0 %", "<1 %", "13 %", "100 %"]
    assert [signed(x) for x in (2.0, -2.0, 0.0)] == ["+2", "\u22122", "0"]
    assert [counted(n, "row") for n in (0, 1, 1204)] == ["0 rows", "1 row", "1,204 rows"]
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert sentence(" a thing ") == "A thing."
    assert sentence("Why?") == "Why?"


@pytest.fixture
def eis():
    return eis_answers()


@pytest.fixture
def pair():
    return pair_answers()


def test_alpha_is_printed_as_apa_prints_it(eis):
    scale = next(iter(reliability_of(eis, bootstrap=0)))
    low, high = scale.alpha.interval.low, scale.alpha.interval.high
    assert (
        alpha_phrase(scale)
        == f"\u03b1 = {coefficient(scale.alpha.value)}, 95% CI [{coefficient(low)}, {coefficient(high)}]"
    )
    assert not re.search(r"0\.\d", alpha_phrase(scale))


def test_the_sample_sentence_tells_who_was_left_out(eis):
    assert sample_sentence(eis) == ("Of 123 rows read, 3 were set aside: unfinished (*n* = 2) and survey preview (*n* = 1). "
                                    "The sample holds *N* = 120.")  # fmt: skip


def test_the_scoring_sentence_tells_the_rule(eis, pair):
    said = scoring_sentences(eis.banks[0], score_responses(eis).parts)
    assert said == ("Scores are the sum of the keyed answers; missing answers were prorated when at least 4 of 5 items "
                    "were answered.")  # fmt: skip
    turned = sum(item.reverse for item in pair.banks[0].items)
    assert f"{turned} reverse-keyed items of 36" in scoring_sentences(pair.banks[0], score_responses(pair).parts)
    strict = score_responses(eis, min_answered=5).parts
    assert "at least 5 of 5" in scoring_sentences(eis.banks[0], strict)


LONG = "M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller & Okonkwo-Featherstonehaugh, 2014, second sample of couples in counselling"
WIDE_LETTERS = "WWWWWWWW MMMMMMMMMMMM WWWWWWW 2001"
VARIABLES = ("perceived_partner_responsiveness_during_conflict_woman", "attachment_anxiety_man", "daily_support",
             "relationship_satisfaction_at_follow_up_after_two_years_man")  # fmt: skip


def extents(figure):
    """Return every text of a figure with its box in pixels of the page, in matplotlib's own, rather wide letters."""
    renderer = figure.canvas.get_renderer()
    scale = figure.dpi / 72
    return [(text.get_text(), text.get_window_extent(renderer).transformed(Affine2D().scale(1 / scale)))
            for text in figure.axes[0].texts if text.get_text()]  # fmt: skip


def forest(width):
    rows = [
        ForestRow(label=name, value=at, low=at - 0.3, high=at + 0.3, weight=50, text=f"{at:.2f} [{at - 0.3:.2f}, 9.99]")
        for name, at in ((LONG, -0.4), ("Ito, 2009", 0.2), (WIDE_LETTERS, 0.1))
    ]
    mean = Summary(label="Mean of all studies (random effects, REML)", value=0.1, low=0.0, high=0.2,
                   prediction=(-0.5, 0.7), text="-0.10 [-0.30, 0.20], 100.0 %")  # fmt: skip
    return draw_forest(rows, mean, width=width)


def path_model(width):
    start, other, between, end = VARIABLES
    nodes = [(start, 0, 0), (other, 0, 1), (between, 1, 0), (end, 2, 0)]
    arrows = [(start, between), (other, between), (between, end), (start, end)]
    return draw_path_model(
        PathPicture(
            nodes=tuple(Node(name=name, column=column, row=row, below="R2 = .31") for name, column, row in nodes),
            arrows=tuple(Arrow(start=a, end=b, std=0.4, clear=True) for a, b in arrows),
        ),
        width=width,
    )


def path_diagram(width):
    factor = "Intellectual and recreational intimacy as wished for by both"
    items = [("I can tell my partner what I think about almost anything at all", 0.7), ("two", 0.6)]
    found = {factor: items, "Emotional": [(WIDE_LETTERS, 0.5)]}
    return draw_path_diagram(Diagram(factors=found, correlations={(factor, "Emotional"): 0.4}), width=width)


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("picture", [forest, path_model, path_diagram])
def test_no_label_is_cut_or_runs_into_another(picture, width):
    """Long names of studies, variables and factors stand whole, within the sheet and beside each other."""
    drawing = picture(width)
    texts = extents(drawing.figure())
    assert all(box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= drawing.height for _, box in texts)
    over = [(a, b) for (a, one), (b, other) in combinations(texts, 2)
            if min(one.x1, other.x1) - max(one.x0, other.x0) > 1 and min(one.y1, other.y1) - max(one.y0, other.y0) > 4]  # fmt: skip
    assert over == []
    said = "".join(text for text, _ in texts).replace(" ", "")
    names = {forest: (LONG, WIDE_LETTERS), path_model: VARIABLES, path_diagram: (WIDE_LETTERS, "Intellectual")}[picture]
    assert [name for name in names if name.replace("_", " ").replace(" ", "") not in said] == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_name_stands_within_its_box(width):
    figure = path_model(width).figure()
    boxes = [patch.get_window_extent() for patch in figure.axes[0].patches if patch.get_edgecolor()[3] > 0.5]
    renderer = figure.canvas.get_renderer()
    names = [text for text in figure.axes[0].texts if text.get_weight() == "bold"]
    for text in names:
        own = text.get_window_extent(renderer)
        assert any(box.x0 <= own.x0 and own.x1 <= box.x1 and box.y0 <= own.y0 and own.y1 <= box.y1 for box in boxes)
