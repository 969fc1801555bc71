"""The pictures of a report as files: whole SVG, fixed colours, title and text alternative."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

import intimacy_scales as ims
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
