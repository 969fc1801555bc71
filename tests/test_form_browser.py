"""Forms filled in by clicking, tapping and typing in headless Chromium; skipped where there is none."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.bank import fingerprint, load_bank
from intimacy_scales.base.errors import ExportError
from intimacy_scales.cli import main
from intimacy_scales.output.form import make_form
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.responses import read_responses
from small_banks import small_bank

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALL = small_bank({"one": [1, 2, 3]})
FORMS = small_bank({"one": [1, 2, 3]}, forms=("now", "wished"))


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Filled:
    """A page open in the browser, and what a person does with it."""

    def __init__(self, page, folder: Path) -> None:
        self.page, self.folder = page, folder
        page.set_default_timeout(30_000)
        self.requests: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.faults.append(message.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())

    def press(self, name: str):
        self.page.get_by_role("button", name=name, exact=True).click()

    def heading(self) -> str:
        return self.page.inner_text("h1")

    def begin(self):
        """Agree, and start the first part."""
        self.press("I agree, begin")
        self.press("Start")

    def answer(self, codes):
        """Answer the statements of a part by mouse, without going on by itself: blank for ``None``."""
        for code in codes:
            if code is None:
                self.press("Leave blank")
            else:
                self.page.locator(f"input[value='{code}']").check()
                self.press("Next")

    def save(self, name: str = "Save the file") -> Path:
        with self.page.expect_download() as started:
            self.press(name)
        target = self.folder / started.value.suggested_filename
        started.value.save_as(target)
        return target

    def choose(self, text: str):
        self.page.get_by_role("radio", name=text).check()


@pytest.fixture
def fill(chromium, tmp_path):
    """Open a form; at the end: no request but for the page itself and what it saved, no fault in its console."""
    opened: list[Filled] = []

    def open_form(bank=SMALL, *, context=None, **wishes) -> Filled:
        file = make_form(bank, **wishes).save(tmp_path / f"form-{len(opened)}.html")
        made = chromium.new_context(offline=True, **(context or {}))
        one = Filled(made.new_page(), tmp_path)
        opened.append(one)
        one.page.goto(file.as_uri())
        return one

    yield open_form
    for one in opened:
        one.page.context.close()
        assert [url for url in one.requests if not url.startswith(("file:", "blob:", "about:"))] == []
        assert sum(url.startswith("file:") for url in one.requests) <= 2
        assert one.faults == []


def random_codes(bank, seed, forms=1):
    rng = random.Random(seed)
    return [[rng.choice([None, *(o.code for o in bank.options_of(item))]) for item in bank.items] for _ in range(forms)]


def floats(codes):
    return np.array([[np.nan if code is None else code for code in codes]])


# --- one person -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["CSV", "JSON"])
def test_what_was_clicked_is_what_is_read(fill, kind):
    form = fill(FORMS)
    now, wished = [4, None, 1], [5, 2, None]
    form.page.get_by_label("A code, if you were given one").fill(" k-7 ")
    form.begin()
    form.answer(now)
    assert form.heading() == "wished"
    form.press("Start")
    form.answer(wished)
    assert "You answered 4 of 6." in form.page.inner_text("main")
    form.press("I have finished")
    form.choose(kind)
    file = form.save()
    assert re.fullmatch(rf"answers-[0-9a-f]{{6}}\.{kind.lower()}", file.name)
    responses = read_responses(file, FORMS)
    assert responses.ids == ("k-7",)
    assert [part.administration.form for part in responses.answered] == ["now", "wished"]
    for part, codes in zip(responses.answered, (now, wished), strict=True):
        np.testing.assert_array_equal(part.block(), floats(codes))


def test_the_json_says_which_bank_was_asked_and_when(fill):
    form = fill(SMALL)
    form.begin()
    form.answer([3, 3, 3])
    form.press("I have finished")
    form.choose("JSON")
    said = json.loads(form.save().read_text())
    today = form.page.evaluate("new Date().toLocaleDateString('sv')")
    assert (said["tool"], said["command"], said["date"], said["language"]) == ("intimacy-scales", "form", today, "en")
    assert said["banks"] == {"small": {"version": "1.0.0", "fingerprint": fingerprint(SMALL)}}
    assert said["rows"] == [
        {"id": None, "recorded_date": today, "user_language": "en", "small_1": 3, "small_2": 3, "small_3": 3}
    ]


def test_score_reads_the_file_without_a_map(fill, capsys):
    """The whole inventory by keyboard alone, then the command: the scores are those of the answers."""
    bank = load_bank("pair_style")
    codes = random_codes(bank, 5, forms=2)
    form = fill(bank)
    keys = form.page.keyboard
    tab_to(form, "I agree, begin")
    keys.press("Enter")
    for part in codes:
        tab_to(form, "Start")
        keys.press("Enter")
        for code in part:
            if code is not None:
                keys.press(str(code + 1))
            keys.press("Enter")
    tab_to(form, "I have finished")
    keys.press("Enter")
    tab_to(form, "Save the file")
    with form.page.expect_download() as started:
        keys.press("Enter")
    file = form.folder / "answers.csv"
    started.value.save_as(file)
    out = form.folder / "scores.csv"
    with pytest.raises(SystemExit) as stop:
        main(["score", str(file), "--bank", "pair_style", "--out", str(out), "--quiet"])
    assert not stop.value.code, capsys.readouterr().err
    head, row = (line.split(",") for line in out.read_text().splitlines())
    scored = dict(zip(head, row, strict=True))
    expected = expected_scores(bank, codes)
    assert len(expected) == 12
    assert {name: scored[name] for name in expected} == expected


def tab_to(form, name):
    for _ in range(40):
        if form.page.evaluate("document.activeElement.textContent") == name:
            return
        form.page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {name!r}")


def expected_scores(bank, codes):
    """Scores worked out here anew: reversed by the declared ends, prorated, put on the scale's range."""
    found = {}
    for form, given in zip(bank.forms, codes, strict=True):
        ticked = {item.number: code for item, code in zip(bank.items, given, strict=True)}
        for scale in bank.scales:
            keyed = [4 - ticked[n] if bank.item(n).reverse else ticked[n] for n in scale.items if ticked[n] is not None]
            mean = sum(keyed) / len(keyed) if len(keyed) >= scale.min_answered else None
            value = "" if mean is None else f"{mean / 4 * 96:.10g}"
            found[f"pair_style_{form.id}_{scale.id}"] = value
    return found


def test_arrow_keys_choose_and_a_digit_beyond_the_options_does_nothing(fill):
    form = fill()
    form.begin()
    form.page.clock.install()
    keys = form.page.keyboard
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    assert form.page.locator("input:checked").get_attribute("value") == "3"
    keys.press("ArrowUp")
    keys.press("9")
    assert form.page.locator("input:checked").get_attribute("value") == "2"
    form.page.clock.run_for(1000)
    assert form.page.inner_text("h1") == "gloss 1"  # choosing by key does not go on by itself
    keys.press("Enter")
    assert form.page.inner_text("h1") == "gloss 2"


def test_eleven_answers_have_no_digits(fill):
    form = fill(small_bank({"one": [1, 2]}, wide=[1, 2]))
    form.press("I agree, begin")
    assert form.page.locator(".keys").inner_text().startswith("Keyboard: arrow keys choose")
    form.press("Start")
    form.page.keyboard.press("1")
    assert form.page.locator("input:checked").count() == 0
    assert form.page.locator(".option").count() == 11


def test_a_tap_goes_on_by_itself_unless_one_says_no(fill):
    form = fill(context=PHONE)
    form.begin()
    form.page.locator(".option").nth(3).tap()
    form.page.get_by_role("heading", name="gloss 2").wait_for()
    form.press("Back")
    assert form.page.locator("input:checked").get_attribute("value") == "4"
    form.page.locator(".option").nth(3).tap()  # the same answer again goes on too
    form.page.get_by_role("heading", name="gloss 2").wait_for()
    form.press("Back")
    form.press("Back")
    form.page.get_by_role("checkbox").uncheck()
    form.press("Start")
    form.page.clock.install()
    form.page.locator(".option").nth(0).tap()
    form.page.clock.run_for(1000)
    assert form.heading() == "gloss 1"


def test_an_answer_can_be_changed_and_taken_back(fill):
    form = fill()
    form.begin()
    form.answer([2])
    form.press("Back")
    form.page.locator("input[value='5']").check()
    form.press("Take back my answer")
    assert form.page.locator("input:checked").count() == 0
    form.page.locator("input[value='1']").check()
    form.press("Next")
    form.answer([None, 4])
    form.press("I have finished")
    np.testing.assert_array_equal(read_responses(form.save(), SMALL).answered[0].block(), [[1, np.nan, 4]])


def test_what_was_left_blank_is_listed_and_can_be_answered(fill):
    form = fill(FORMS)
    form.begin()
    form.answer([1, None, 3])
    form.press("Start")
    form.answer([1, 2, None])
    form.press("Part 1 of 2, statement 2")
    assert form.heading() == "gloss 2"
    form.answer([5])
    assert form.heading() == "That was the last statement"
    assert form.page.locator(".chip").all_inner_texts() == ["Part 2 of 2, statement 3"]
    form.press("Back")
    assert form.heading() == "gloss 3"


def test_a_code_that_could_harm_a_table_is_refused(fill):
    form = fill()
    form.page.get_by_label("A code, if you were given one").fill("=1+1")
    form.press("I agree, begin")
    assert form.page.get_by_role("alert").filter(has_text="Only letters").count() == 1
    assert form.page.evaluate("document.activeElement.id") == "code"
    form.page.get_by_label("A code, if you were given one").fill("x_1")
    form.press("I agree, begin")
    assert form.heading() == "How to answer"


def test_the_language_changes_on_the_way_and_answers_stay(fill):
    bank = load_bank("pair_style")
    form = fill(bank)
    form.begin()
    form.page.locator("input[value='3']").check()
    form.page.get_by_label("Language").select_option("de")
    assert form.heading() == bank.items[0].translations["de"]
    assert form.page.get_attribute("html", "lang") == "de"
    assert form.page.get_attribute("h1", "lang") == "de"
    assert form.page.locator("input:checked").get_attribute("value") == "3"
    form.press("Weiter")
    assert form.page.inner_text("#progress-text") == "Aussage 2 von 36 · Teil 1 von 2"


def test_hostile_texts_are_shown_as_they_are(fill):
    hostile = "<img src=x onerror=alert(1)></script><b>{n}</b> & \u2028 $1"
    bank = SMALL.model_copy(update={"items": (SMALL.items[0].model_copy(update={"gloss": hostile}), *SMALL.items[1:])})
    form = fill(bank, title=hostile)
    assert form.page.locator("h1").text_content() == hostile
    form.begin()
    assert form.page.locator("h1").text_content() == hostile
    assert form.page.locator("img, main b").count() == 0


# --- nothing leaves, nothing stays ------------------------------------------------------------------------


def test_the_page_may_not_send_load_or_run_anything(fill):
    form = fill()
    stopped = {}
    form.page.on("requestfailed", lambda request: stopped.update({request.url: request.failure}))
    blocked = form.page.evaluate("""async () => {
        const seen = [];
        document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
        try { await fetch("https://example.org/?answers"); } catch { seen.push("fetch failed"); }
        new Image().src = "https://example.org/a.png";
        const form = document.createElement("form");
        form.action = "https://example.org/"; document.body.append(form); form.submit();
        try { const code = document.createElement("script"); code.textContent = "window.ran = true"; document.body.append(code); }
        catch { seen.push("no script"); }
        try { document.body.innerHTML = "<b>x</b>"; } catch { seen.push("no markup"); }
        await new Promise((done) => setTimeout(done, 100));
        return [...seen, String(window.ran)];
    }""")
    assert {"connect-src", "img-src", "form-action", "fetch failed", "no markup", "undefined"} <= set(blocked)
    tried = [url for url in form.requests if "example.org" in url]
    assert {stopped[url] for url in tried} <= {"csp"}  # by the page's own policy, not for want of a network
    form.requests = [url for url in form.requests if url not in tried]
    form.faults.clear()  # the browser told each of these in its console


def test_nothing_is_stored_and_nothing_hangs_on_the_window(fill):
    form = fill()
    form.begin()
    form.answer([1, 2])
    kept = form.page.evaluate("""async () => {
        const plain = document.createElement("iframe");
        document.body.append(plain);
        const known = new Set(Object.getOwnPropertyNames(plain.contentWindow));
        const named = new Set([...document.querySelectorAll("[id]")].map((one) => one.id));
        const own = Object.getOwnPropertyNames(window).filter((name) => !known.has(name) && !named.has(name) && isNaN(name));
        return {own, local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
                state: history.state, bases: (await indexedDB.databases()).length, url: location.hash + location.search};
    }""")
    assert kept == {"own": [], "local": 0, "session": 0, "cookie": "", "state": None, "bases": 0, "url": ""}


def test_leaving_quickly_empties_the_page_at_once(fill):
    form = fill(context=PHONE)
    form.begin()
    form.answer([5])
    form.press("Leave now")
    form.page.wait_for_url("about:blank")
    assert form.page.content() == "<html><head></head><body></body></html>"


def test_escape_twice_leaves_once_does_not(fill):
    form = fill()
    form.begin()
    form.page.keyboard.press("Escape")
    assert form.heading() == "gloss 1"
    form.page.keyboard.press("Escape")
    form.page.wait_for_url("about:blank")


def test_going_back_in_the_browser_finds_no_answers(fill):
    form = fill()
    form.begin()
    form.answer([5])
    form.page.goto("about:blank")
    form.page.go_back()
    form.page.get_by_role("button", name="I agree, begin").wait_for()
    form.begin()
    assert form.page.locator("input:checked").count() == 0


def test_closing_with_unsaved_answers_asks_first_and_with_saved_ones_does_not(fill):
    form = fill()
    asked = []
    form.page.on("dialog", lambda dialog: asked.append(dialog.type))
    form.page.goto(form.page.url)
    assert asked == []
    form.begin()
    form.answer([5, 5, 5])
    form.press("I have finished")
    form.save()
    form.page.goto(form.page.url)
    assert asked == []
    form.requests.clear()
    form.begin()
    form.answer([5])
    form.page.goto(form.page.url)
    assert asked == ["beforeunload"]


def test_after_saving_the_page_is_emptied(fill):
    form = fill()
    form.begin()
    form.answer([5, 4, 5])
    form.press("I have finished")
    assert form.page.get_by_role("button", name="The file is there: empty this page").count() == 0
    form.save()
    form.press("The file is there: empty this page")
    assert form.heading() == "This page is empty"
    assert form.page.locator("main button, main input").count() == 0


# --- pause ------------------------------------------------------------------------------------------------


def test_a_pause_that_was_asked_for_goes_on_where_it_was(fill):
    form = fill(FORMS)
    form.page.get_by_label("A code, if you were given one").fill("k7")
    form.begin()
    form.answer([1, None, 3])
    form.press("Start")
    form.answer([5])
    form.press("Pause")
    file = form.save("Save a resume file")
    with pytest.raises(ExportError, match="somebody paused"):
        read_table(file)
    later = fill(FORMS)
    later.page.get_by_text("Go on from a resume file").click()
    later.page.set_input_files("#resume", file)
    later.page.get_by_role("heading", name="gloss 2").wait_for()
    later.answer([4, 4])
    later.press("I have finished")
    responses = read_responses(later.save(), FORMS)
    assert responses.ids == ("k7",)
    np.testing.assert_array_equal(responses.answered[0].block(), [[1, np.nan, 3]])
    np.testing.assert_array_equal(responses.answered[1].block(), [[5, 4, 4]])


@pytest.mark.parametrize(("change", "told"), [
    (None, "cannot be read"),
    ({"command": "form"}, "was not saved by Pause"),
    ({"banks": {"small": {"version": "1.0.0", "fingerprint": "0"}}}, "another questionnaire"),
    ({"partner": "a"}, "another questionnaire"),
    ({"answers": [[1, 2, 9]]}, "do not fit"),
    ({"answers": [[1, 2]]}, "do not fit"),
    ({"answers": [["<b>", 2, 3]]}, "do not fit"),
    ({"item": 3}, "do not fit"),
    ({"id": "=x"}, "do not fit"),
])  # fmt: skip
def test_a_resume_file_that_does_not_fit_is_refused_with_the_reason(fill, change, told):
    form = fill()
    good = {"tool": "intimacy-scales", "command": "form-resume", "partner": None, "id": "", "forms": [None], "part": 0, "item": 1,
            "banks": {"small": {"version": "1.0.0", "fingerprint": fingerprint(SMALL)}}, "answers": [[1, None, None]]}  # fmt: skip
    text = "{" if change is None else json.dumps({**good, **change})
    form.page.get_by_text("Go on from a resume file").click()
    form.page.set_input_files("#resume", {"name": "r.json", "mimeType": "application/json", "buffer": text.encode()})
    form.page.get_by_role("alert").filter(has_text=told).wait_for()
    form.begin()
    assert form.page.locator("input:checked").count() == 0


# --- two partners -----------------------------------------------------------------------------------------


def first_partner(form, codes):
    form.begin()
    form.answer(codes)
    form.press("Seal my answers")


def test_sealed_answers_are_nowhere_in_the_page(fill):
    form = fill(two=True)
    first_partner(form, [5, None, 5])
    assert form.heading() == "Sealed. Now hand over."
    assert form.page.locator("main button").all_inner_texts() == ["I am partner B"]
    assert form.page.locator("input").count() == 0
    form.press("I am partner B")
    assert form.page.locator("main").get_by_role("button").all_inner_texts() == ["I agree, begin"]  # no code, no resume
    form.begin()
    for place in range(3):
        assert form.page.locator("input:checked").count() == 0
        assert form.heading() == f"gloss {place + 1}"
        form.press("Leave blank")
    assert "You answered 0 of 3." in form.page.inner_text("main")
    for _ in range(5):  # as far back as B can go
        back = form.page.get_by_role("button", name="Back", exact=True)
        if not back.count():
            break
        back.click()
        assert form.page.locator("input[type=radio]:checked").count() == 0
    assert "Partner A's answers are sealed." in form.page.inner_text("main")  # B's own first screen, and no way on back
    assert form.page.locator("main").get_by_role("button").all_inner_texts() == ["I agree, begin"]


def test_the_document_of_partner_b_does_not_depend_on_partner_as_answers(fill):
    seen = []
    for codes in ([5, 5, 5], [1, 1, 1]):
        form = fill(two=True)
        first_partner(form, codes)
        pages = [form.page.content()]
        form.press("I am partner B")
        pages.append(form.page.content())
        form.begin()
        pages.append(form.page.content())
        form.press("Pause")
        pages.append(form.page.content())
        seen.append(pages)
    assert seen[0] == seen[1]


def test_in_the_second_turn_there_is_no_resume_file(fill):
    form = fill(two=True)
    form.begin()
    form.press("Pause")
    assert form.page.get_by_role("button", name="Save a resume file").count() == 1
    form.press("Go on now")
    form.answer([1, 2, 3])
    form.press("Seal my answers")
    form.press("I am partner B")
    form.begin()
    form.press("Pause")
    assert form.page.get_by_role("button", name="Save a resume file").count() == 0
    assert "sealed" in form.page.inner_text("main")


@pytest.mark.parametrize("kind", ["CSV", "JSON"])
def test_one_file_for_both_holds_both_side_by_side(fill, kind):
    form = fill(two=True)
    first_partner(form, [5, None, 4])
    form.press("I am partner B")
    form.begin()
    form.answer([1, 2, None])
    form.press("I have finished")
    assert form.page.get_by_role("radio", name="A file each").is_checked()  # nobody reads the other unasked
    form.choose("One file for both")
    form.choose(kind)
    responses = read_responses(form.save(), SMALL)
    blocks = {part.administration.partner: part.block() for part in responses.answered}
    np.testing.assert_array_equal(blocks["a"], [[5, np.nan, 4]])
    np.testing.assert_array_equal(blocks["b"], [[1, 2, np.nan]])


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_file_each_holds_one_partner_and_a_shared_code(fill, kind):
    form = fill(two=True)
    first_partner(form, [5, 5, 5])
    form.press("I am partner B")
    form.begin()
    form.answer([1, 2, 1])
    form.press("I have finished")
    form.choose("A file each")
    form.choose(kind.upper())
    a = form.save("Save partner A's file")
    assert form.page.get_by_role("button", name="Both files are there: empty this page").count() == 0
    b = form.save("Save partner B's file")
    assert a.name.endswith(f"-a.{kind}")
    assert b.name == a.name.replace("-a.", "-b.")
    tables = [read_table(file) for file in (a, b)]
    codes = {table.column("couple").cells.texts()[0] for table in tables}
    assert len(codes) == 1
    assert re.fullmatch("[0-9a-f]{6}", codes.pop())
    assert [table.column("partner").cells.texts() for table in tables] == [["a"], ["b"]]
    for file, ticked, other in ((a, [5, 5, 5], "1"), (b, [1, 2, 1], "5")):
        part = read_responses(file, SMALL).answered[0]
        np.testing.assert_array_equal(part.block(), [ticked])
        if kind == "csv":
            cells = file.read_text().splitlines()[1].split(",")[-3:]
            assert other not in cells
    form.press("Both files are there: empty this page")
    assert form.heading() == "This page is empty"


def test_leaving_in_the_second_turn_wipes_the_sealed_answers_too(fill):
    form = fill(two=True)
    first_partner(form, [5, 5, 5])
    asked = []
    form.page.on("dialog", lambda dialog: asked.append(dialog.type))
    form.press("Leave now")
    form.page.wait_for_url("about:blank")
    assert asked == []  # quick means quick
    form.page.go_back()
    form.page.wait_for_load_state()
    assert form.page.locator("input:checked").count() == 0


# --- for everybody ----------------------------------------------------------------------------------------


def every_screen(form):
    """Walk through the form of two; yield on every kind of screen."""
    yield "welcome"
    form.press("I agree, begin")
    yield "part"
    form.press("Start")
    yield "question"
    form.page.locator("input[value='2']").check()
    yield "answered"
    form.press("Pause")
    yield "pause"
    form.press("Go on now")
    form.press("Next")
    form.answer([None, 3])
    yield "review"
    form.press("Seal my answers")
    yield "hand over"
    form.press("I am partner B")
    form.begin()
    form.answer([1, 1, 1])
    form.press("I have finished")
    yield "save"
    form.choose("A file each")
    form.save("Save partner A's file")
    form.save("Save partner B's file")
    yield "saved"
    form.press("Both files are there: empty this page")
    yield "done"


TOO_SMALL = """[...document.querySelectorAll("button, select, summary, label.option, input[type=text], input[type=file]")]
    .filter((one) => one.offsetParent !== null)
    .map((one) => [one.textContent || one.id, one.getBoundingClientRect()])
    .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_targets_are_large_and_nothing_runs_out_of_the_page(fill, width):
    form = fill(two=True, context={"viewport": {"width": width, "height": 800}})
    for screen in every_screen(form):
        assert form.page.evaluate(TOO_SMALL) == [], screen
        wide = form.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, screen


def test_every_screen_has_one_heading_and_the_focus_where_it_begins(fill):
    form = fill(two=True)
    for screen in every_screen(form):
        assert form.page.locator("h1").count() == 1, screen
        focused = form.page.evaluate("document.activeElement.tagName + (document.activeElement.type || '')")
        if screen in ("part", "review", "hand over", "save", "done"):
            assert focused == "H1", screen
        elif screen in ("question", "answered"):
            assert focused == "INPUTradio", screen


def test_a_screen_reader_is_told_question_answers_and_place(fill):
    form = fill(FORMS)
    form.begin()
    group = form.page.get_by_role("group", name="gloss 1")
    assert group.get_by_role("radio").count() == 5
    assert (
        form.page.evaluate(
            "document.getElementById(document.querySelector('fieldset').getAttribute('aria-describedby')).textContent"
        )
        == "now"
    )
    live = form.page.get_by_role("status").first
    assert live.get_attribute("aria-live") == "polite"
    assert live.inner_text() == "Statement 1 of 3 · Part 1 of 2"
    assert form.page.get_by_role("progressbar").evaluate("bar => bar.value") == pytest.approx(1 / 6)
    form.answer([1, 1, 1])
    form.press("Start")
    assert form.page.get_by_role("progressbar").evaluate("bar => bar.value") == pytest.approx(4 / 6)


def test_dark_light_and_still(fill):
    grounds = set()
    for scheme in ("light", "dark"):
        form = fill(context={"color_scheme": scheme, "reduced_motion": "reduce"})
        grounds.add(form.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        moving = "[...document.querySelectorAll('*')].filter((one) => getComputedStyle(one).transitionDuration !== '0s').length"
        assert form.page.evaluate(moving) == 0
    assert len(grounds) == 2


EVENING = Path(__file__).parent / "cases" / "format2" / "evening.yaml"


def test_a_slider_holds_no_answer_until_it_is_touched_and_saves_decimals(fill):
    bank = load_bank(EVENING)
    one = fill(bank)
    one.begin()
    slider = one.page.locator("#slider")
    assert slider.get_attribute("min") == "0"
    assert slider.get_attribute("aria-valuetext") == "not answered yet"
    one.press("Leave blank")
    slider.focus()
    slider.press(" ")  # where it stands
    assert one.page.inner_text("output") == "50"
    slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "51"
    one.press("Take back my answer")
    assert one.page.inner_text("output") == "not answered yet"
    slider.press("End")
    one.press("Next")
    one.press("Leave blank")
    slider.fill("7.5")  # calm, in halves
    one.press("Next")
    one.answer([None, None])
    one.page.get_by_role("radio", name="does not apply to us").check()
    one.press("Next")
    one.answer([None] * 4)
    one.press("I have finished")
    file = one.save()
    answers = [column[0] for column in read_responses(file, bank).answered[0].answers]
    expected = [np.nan, 100, np.nan, 7.5, np.nan, np.nan, 9, *[np.nan] * 4]
    np.testing.assert_array_equal(answers, expected)


def test_a_pause_keeps_the_answers_of_sliders(fill):
    bank = load_bank(EVENING)
    one = fill(bank)
    one.begin()
    one.page.locator("#slider").fill("33")
    one.press("Next")
    one.press("Pause")
    file = one.save("Save a resume file")
    other = fill(bank)
    other.page.set_input_files("#resume", file)
    other.press("Back")
    assert other.page.inner_text("output") == "33"
