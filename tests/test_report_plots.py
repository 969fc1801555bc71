"""The pictures of a report as files: whole SVG, fixed colours, title and text alternative."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

import intimacy_scales as ims
from intimacy_scales.analysis.change.results import track_of
from intimacy_scales.base.errors import OutputError
from intimacy_scales.output.report.build import write_plots


@pytest.fixture(scope="module")
def report():
    responses = ims.simulate(ims.load_bank("eis"), 60, seed=4).responses
    return ims.report(responses)


def test_every_picture_is_an_svg_file_with_its_title_and_alternative(report, tmp_path):
    paths = write_plots(report, tmp_path)
    assert len(paths) >= 3
    assert [p.name[:2] for p in paths] == [f"{j:02d}" for j in range(1, len(paths) + 1)]
    for path in paths:
        text = path.read_text(encoding="utf-8")
        root = ET.fromstring(text)
        assert root.find("{*}title").text
        assert len(root.find("{*}desc").text) > 20
        assert "var(" not in text


def test_nothing_is_replaced_unasked(report, tmp_path):
    write_plots(report, tmp_path)
    with pytest.raises(OutputError, match="exists already"):
        write_plots(report, tmp_path)
    assert write_plots(report, tmp_path, force=True)


def test_results_draw_the_reports_own_pictures_as_matplotlib_figures(tmp_path):
    """Each result's .plot() is a figure that writes itself, with the figures' texts on it."""
    import intimacy_scales as ims
    from report_pages import simulated

    data = simulated("eis", n=40)
    two = ims.compare_partners([4, 5, 4, 5, 4], [2, 1, 2, 1, 2], "eis")
    drawn = {"scores": ims.score(data), "reliability": ims.reliability(data), "two": two}
    for name, result in drawn.items():
        figure = result.plot()
        figure.savefig(tmp_path / f"{name}.png", dpi=100)
        assert (tmp_path / f"{name}.png").stat().st_size > 2000
        said = " ".join(text.get_text() for text in figure.axes[0].texts)
        assert "Emotional intimacy" in said, name
    assert "a 22, b 8" in " ".join(text.get_text() for text in two.plot().axes[0].texts)


def texts_on(figure) -> str:
    return " ".join(text.get_text() for text in figure.axes[0].texts)


def test_a_standing_draws_the_percentile_of_the_reports_page():
    """One person: the words of the report's own picture; a sample: a histogram a score; nobody: refused."""
    sample = ims.simulate("eis", 120, seed=1).responses
    norm = ims.norms_from(sample, sample="simulated").norms[0]
    one = ims.standing([4, 5, 4, 3, 4], "eis", norm=norm)
    figure, percentile = one.plot(), one["eis_total"].percentile[0]
    said = texts_on(figure)
    assert f"about {percentile:.0f} of 100" in said.replace("\n", " ")
    assert "lower than others" in said
    many = texts_on(ims.standing(sample, norm=norm).plot())
    assert "Emotional intimacy: percentile" in many
    assert "mean 50" in many
    with pytest.raises(ims.ResponseError, match="plot"):
        ims.standing([4, 5, None, None, None], "eis", norm=norm).plot()
    with pytest.raises(ims.ResponseError, match="plot"):
        ims.standing([4, 5, 4, 3, 4], "eis").plot()


def test_change_draws_before_and_after_with_what_is_no_clear_change():
    one = ims.reliable_change([2] * 5, [5] * 5, "eis", sd=4.0, reliability=0.85)
    assert "10, then 25: improved" in texts_on(one.plot())
    track = track_of(one.parts[0], one.occasions, one.level)
    assert track.clear
    assert track.smallest == pytest.approx(1.96 * 2**0.5 * 4 * 0.15**0.5)
    assert track.stops[0].low == pytest.approx(10 - 1.959964 * 4 * 0.15**0.5)
    assert track.stops[1].high == 25  # the scale's end, not beyond
    still = ims.reliable_change([3] * 5, [3, 3, 3, 3, 4], "eis", sd=4.0, reliability=0.85)
    assert not track_of(still.parts[0], still.occasions, still.level).clear
    frame = ims.simulate("eis", 60, seed=2).frame().assign(id=range(60))
    later = frame.assign(eis_1=(frame["eis_1"] + 1).clip(upper=5))
    many = ims.reliable_change(frame, later, "eis", id_column="id")
    part = many["eis_total"]
    mean = track_of(part, many.occasions, many.level)
    assert mean.stops[1].value - mean.stops[0].value == pytest.approx(part.effects.mean.value)
    se = part.before.std(ddof=1) / 60**0.5
    assert mean.stops[0].high - mean.stops[0].value == pytest.approx(2.000995 * se, rel=1e-5)
    assert (mean.smallest, mean.clear) == (None, True)
    assert "60 persons" in texts_on(many.plot())
