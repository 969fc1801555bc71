"""Every kind of report in headless Chromium: nothing is asked of the network, nothing is wider than a telephone."""

from __future__ import annotations

import shutil

import pytest

from report_pages import all_reports

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
KINDS = ("sample", "forms", "person", "norm", "couple", "partner", "over time", "couples")


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


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
