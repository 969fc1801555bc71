"""The report on one person over time: nothing is called a change that measurement error explains."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.bank import load_bank
from intimacy_scales.base.errors import ResponseError, UnknownNameError
from intimacy_scales.output.report import build_report
from intimacy_scales.output.report.document import Figure
from intimacy_scales.output.report.person.over_time import course_of, lines_of
from intimacy_scales.output.report.person.person_view import GivenErrors
from intimacy_scales.pictures.over_time import Stop, Track, draw_courses
from intimacy_scales.reading.responses.model import keep_rows
from intimacy_scales.scoring import score_responses
from report_pages import DAY, Page, blocks, over_time_report, section, simulated, with_answers

FIGURES = {"sd": 4.0, "error_reliability": 0.85}


def alone(codes):
    return with_answers(keep_rows(simulated("eis", missing=0), [0]), 0, codes)


def test_a_clear_change_and_none_by_jacobson_and_truax():
    """SD 4, r .85: SEM 1.549, smallest detectable change 4.294."""
    up = build_report(alone([2, 3, 2, 3, 2]), person="secret-0000", after=alone([4, 4, 4, 4, 4]), when=DAY, **FIGURES)
    assert up.facts["over_time"][0]["verdict"] == "clearly higher"
    assert up.facts["over_time"][0]["smallest_detectable_change"] == pytest.approx(4.2941, abs=1e-3)
    assert "clearly higher in emotional intimacy" in up.document.finding.answer[0]
    assert "larger than 4.3 points" in " ".join(up.document.finding.answer)
    same = build_report(alone([2, 3, 2, 3, 2]), person="secret-0000", after=alone([3, 3, 3, 3, 3]), when=DAY, **FIGURES)
    assert same.facts["over_time"][0]["verdict"] == "no clear change"
    assert same.document.finding.answer[0] == "Your answers show no clear change in any area."
    figure = blocks(same, Figure)[0]
    assert "var(--grey)" in figure.wide.body
    assert "var(--blue)" not in figure.wide.body
    assert "no clear change" in figure.alt
    down = build_report(alone([4] * 5), person="secret-0000", after=alone([2, 2, 2, 3, 2]), when=DAY, **FIGURES)
    assert down.facts["over_time"][0]["verdict"] == "clearly lower"


def test_without_an_sd_the_rough_errors_decide_and_it_is_said():
    report = build_report(alone([2, 3, 2, 3, 1]), person="secret-0000", after=alone([5, 4, 5, 4, 5]), when=DAY)
    line = report.facts["over_time"][0]
    assert line["rough_difference"]["value"] == 12
    assert line["verdict"] == "clearly higher"
    assert line["rci"] is None
    assert "a rough guess" in " ".join(report.document.finding.answer)
    flat = build_report(alone([2] * 5), person="secret-0000", after=alone([4] * 5), when=DAY)
    assert flat.facts["over_time"][0]["verdict"] == "clearly higher"  # equal answers leave half a step of error
    assert flat.facts["over_time"][0]["rough_difference"]["se"] == pytest.approx(2**0.5 * 5 * 0.5 / 5**0.5)


def test_the_last_occasion_is_the_person_and_nobody_else_stands_there():
    report = over_time_report()
    assert "secret-" not in report.html
    after = score_responses(simulated("pair_style", n=50, seed=6))
    shown = section(report, "Your answers on the last occasion").blocks[2].table.rows[0]
    assert float(shown[1]) == pytest.approx(after["pair_style_now_emotional"].values[4], abs=0.006)
    assert {"What has changed", "Ideas to try", "What this cannot say"} <= {
        one.title for one in report.document.sections
    }


def test_each_area_has_its_own_limit_and_a_counted_change_passes_it():
    report = over_time_report()
    said = " ".join(report.document.finding.answer)
    rows = [row for row in section(report, "What has changed").blocks[1].table.rows if row[5]]
    limits = [float(row[5]) for row in rows if row[0] != "Idealisation"]
    assert f"from {min(limits):.0f} to {max(limits):.0f} points" in said
    for row in rows:
        assert row[6].startswith("clearly") == (abs(float(row[4].replace("\u2212", "-"))) > float(row[5])), row


def test_wishes_over_time_are_no_areas_of_their_own():
    figure = section(over_time_report(), "What has changed").blocks[1]
    names = [row[0] for row in figure.table.rows]
    assert len(names) == 2 * len(set(names)) == 12


def long_table(times):
    rng = np.random.default_rng(3)
    rows = []
    for person in range(35):
        level = rng.normal(3, 0.8)
        for place, when in enumerate(times):
            codes = np.clip(np.round(level + 0.4 * place + rng.normal(size=5) * 0.6), 1, 5).astype(int)
            rows.append({"pid": f"p{person:02d}", "when": when} | {f"eis_{j + 1}": int(c) for j, c in enumerate(codes)})
    return pd.DataFrame(rows)


@pytest.mark.parametrize("times", [("t1", "t2", "t3"), (0, 4, 8), ("2026-01-01", "2026-02-01", "2026-04-01")])
def test_several_occasions_in_one_table(times):
    data = ims.read_export(long_table(times), load_bank("eis"), id_column="pid")
    report = build_report(data, person="p07", time="when", when=DAY)
    line = report.facts["over_time"][0]
    assert [one["occasion"] for one in line["occasions"]] == [str(t) for t in times]
    assert line["slope"]["ci"][0] < line["slope"]["value"] < line["slope"]["ci"][1]
    assert "slope" in Page(report.html).text
    with pytest.raises(UnknownNameError, match="'nobody'"):
        build_report(data, person="nobody", time="when")


def test_occasions_side_by_side_make_a_report_over_time():
    now = simulated("eis", n=40, missing=0)
    other = simulated("eis", n=40, missing=0, seed=8)
    parts = tuple(
        replace(part, administration=replace(part.administration, occasion=time))
        for time, one in (("t1", now), ("t2", other))
        for part in one.answered
    )
    report = build_report(replace(now, answered=parts), person="secret-0005", when=DAY)
    assert report.document.finding.question.startswith("What has changed")
    assert [one["occasion"] for one in report.facts["over_time"][0]["occasions"]] == ["t1", "t2"]


def test_lines_hold_one_person_only():
    before, after = (score_responses(simulated("eis", n=40, missing=0, seed=s)) for s in (5, 6))
    course = course_of(before, after, given=GivenErrors())
    line = lines_of(course, course.place("secret-0011"))[0]
    assert [one.value for one in line.points] == [before["eis_total"].values[11], after["eis_total"].values[11]]
    assert course.place("row:15") == 11


def test_over_time_needs_a_person_and_something_in_common():
    with pytest.raises(ResponseError, match="whose report"):
        build_report(simulated("eis"), after=simulated("eis"))
    with pytest.raises(ResponseError, match="no score in common"):
        build_report(simulated("eis"), person="secret-0001", after=simulated("tdis"))


def test_the_picture_draws_the_smallest_change_and_every_occasion():
    stops = tuple(Stop(name=f"t{k}", at=float(k), value=10.0 + k, low=9.0, high=12.0 + k) for k in range(3))
    track = Track(label="Closeness", text="10, then 12", low=5, high=25, stops=stops, smallest=4.0, clear=False)
    drawn = draw_courses([track, replace(track, smallest=None)], width=720)
    assert drawn.body.count("t0") == 2
    assert drawn.body.count("t1") == 2
    one = draw_courses([replace(track, stops=stops[:1])], width=340)
    assert one.height > 100


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([np.nan] * 5, [4, 4, 4, 4, 4]),
        ([4, 3, 4, 4, 4], [np.nan] * 5),
        ([np.nan] * 5, [np.nan] * 5),
        ([1] * 5, [5] * 5),
    ],
)
def test_whatever_is_missing_there_is_a_report(before, after):
    for figures in ({}, FIGURES):
        report = build_report(alone(before), person="secret-0000", after=alone(after), when=DAY, **figures)
        assert Page(report.html).faults == []
        assert "nan" not in Page(report.html).text.casefold().split()
        json.dumps(report.to_dict(), allow_nan=False)


def test_who_was_not_there_on_the_last_occasion_is_read_on_the_one_before():
    table = long_table(("t1", "t2", "t3"))
    table = table[~((table["pid"] == "p07") & (table["when"] == "t3"))]
    data = ims.read_export(table, load_bank("eis"), id_column="pid")
    report = build_report(data, person="p07", time="when", when=DAY)
    line = report.facts["over_time"][0]
    first, last = line["occasions"]
    assert (first["occasion"], last["occasion"]) == ("t1", "t2")
    assert line["rci"] == pytest.approx((last["score"] - first["score"]) / (2**0.5 * last["sem"]))
    assert line["verdict"] != "cannot be told"
    assert Page(report.html).faults == []
