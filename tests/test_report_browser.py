"""Every kind of report in headless Chromium: nothing is asked of the network, nothing is wider than a telephone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import intimacy_scales as ims
from report_pages import DAY, all_reports, couple_answers, eis_answers, pair_answers
from test_report_readers import pages, sessions

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
KINDS = ("sample", "forms", "person", "norm", "couple", "partner", "over time", "couples")
CUT = """() => [...document.querySelectorAll('main *, header *')].filter(e => {
  const style = getComputedStyle(e);
  return e.clientWidth && e.scrollWidth > e.clientWidth + 1 && style.display !== 'inline' && !e.closest('svg')
    && !['auto', 'scroll'].includes(style.overflowX) && !e.closest('.scroll');
}).map(e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 60))"""
OUT = """() => [...document.querySelectorAll('svg text')].filter(e => e.closest('svg').getBoundingClientRect().width > 0).filter(e => {
  const box = e.getBoundingClientRect();
  return box.left < -1 || box.right > window.innerWidth + 1;
}).map(e => e.textContent)"""


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def readers():
    """A page of every reader: clients in both languages, a caseload, the brief version."""
    from intimacy_scales.output.report import build_report

    yield from (("client", report) for report in pages("client"))
    yield "german", build_report(pair_answers(), person="secret-0011", audience="client", language="de", when=DAY)
    yield (
        "german couple",
        build_report(couple_answers(), couple="secret-0003", audience="client", language="de", when=DAY),
    )
    yield "caseload", ims.report(sessions(), "eis", caseload=True, time="date", id_column="id", when=DAY)
    yield "brief", build_report(eis_answers(), brief=True, when=DAY)


@pytest.mark.parametrize("place", [1, 3, *(pytest.param(j, marks=pytest.mark.slow) for j in (0, 2, 4, 5, 6, 7, 8, 9))])
def test_nothing_is_cut_on_any_readers_page(chromium, place, tmp_path):
    """No element is wider than its room, no word of a picture passes the edge: telephone, tablet and desktop."""
    kind, report = list(readers())[place]
    path = report.save(tmp_path / "r.html")
    for width in (1200, 760, 390, 320):
        page = chromium.new_page(viewport={"width": width, "height": 844})
        page.goto(path.as_uri())
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate(CUT) == [], (kind, width)
        assert page.evaluate(OUT) == [], (kind, width)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (kind, width)
        page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_no_request_leaves_the_page_and_nothing_overflows(chromium, kind, tmp_path):
    path = all_reports()[KINDS.index(kind)].save(tmp_path / "r.html")
    for width, scheme in ((1200, "light"), (390, "dark")):
        # without the page's own policy: even then there is nothing that it would load
        context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        asked: list[str] = []
        faults: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda message, faults=faults: faults.append(message.text))
        page.goto(path.as_uri())
        for summary in page.locator("summary").all():
            summary.click()
        assert asked == [path.as_uri()]
        assert faults == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.locator("svg:visible").count() == page.locator("figure").count()
        context.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium, scheme, tmp_path):
    """axe-core is no dependency: AXE_CORE names its axe.min.js where somebody has it."""
    script = os.environ.get("AXE_CORE")
    if not script:
        pytest.skip("AXE_CORE names no axe.min.js")
    for name, report in [*readers(), *zip(KINDS, all_reports(), strict=True)]:
        context = chromium.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(report.save(tmp_path / "r.html", force=True).as_uri())
        for summary in page.locator("summary").all():
            summary.click()
        page.evaluate(Path(script).read_text(encoding="utf-8"))
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:90]) for one in found] == [], name
        context.close()
