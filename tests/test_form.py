"""Forms to fill in, without a browser: what the page may show, what it holds, what its files are read as."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import yaml

from intimacy_scales.advice import tip_file
from intimacy_scales.bank import bank_ids, fingerprint, load_bank
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import BankError, ExportError, OutputError, ResponseError, UnknownNameError
from intimacy_scales.output.form import HERE, SCRIPTS, SPOKEN, make_form, page_words
from intimacy_scales.output.form.content import columns_of, form_content, forms_of, languages_of
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.reading.responses.matching import names_of, read_name
from small_banks import small_bank

HOSTILE = """<script>alert('x')</script></script><!--<script> "q" & </style></title> \u2028 {{ 7 * 7 }} {n} \u4e2d"""


class Page(HTMLParser):
    """A page taken apart: its tags with attributes, and the text of style, scripts, title."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._open: str | None = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in ("style", "script", "title", "noscript"):
            self._open = tag
            self.inside.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        if tag == self._open:
            self._open = None

    def handle_data(self, data):
        if self._open:
            self.inside[self._open][-1] += data

    def policy(self) -> dict[str, str]:
        said = next(
            a["content"] for t, a in self.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"
        )
        return {name: value for name, _, value in (one.strip().partition(" ") for one in said.split(";"))}

    def form_content(self) -> dict:
        return json.loads(self.inside["script"][0])


def sha(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def changed(bank: ItemBank, **items) -> ItemBank:
    """Return the bank with the first item changed."""
    first = bank.items[0].model_copy(update=items)
    return bank.model_copy(update={"items": (first, *bank.items[1:])})


@pytest.fixture
def small() -> ItemBank:
    return small_bank({"one": [1, 2, 3]}, forms=("now", "wished"))


def wording(folder: Path, bank: ItemBank, numbers=None, **more) -> Path:
    file = folder / f"{bank.id}-wording.yaml"
    items = {n: f"laid over {n}" for n in (numbers or [item.number for item in bank.items])}
    file.write_text(yaml.safe_dump({"bank": bank.id, "items": items, **more}), encoding="utf-8")
    return file


# --- the page ---------------------------------------------------------------------------------------------


def test_the_policy_allows_nothing_but_the_pages_own_style_and_script_by_hash():
    page = Page(make_form("pair_style").html)
    policy = page.policy()
    assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert policy["style-src"] == sha(page.inside["style"][0])
    assert policy["script-src"] == sha(page.inside["script"][1])
    assert "unsafe" not in str(policy)
    assert page.tags[3][0] == "meta"  # html, head, charset, then the policy: before anything it must govern
    assert page.tags[3][1]["http-equiv"] == "Content-Security-Policy"


def test_nothing_is_loaded_from_outside_and_no_element_carries_code_or_style():
    page = Page(make_form("pair_style", two=True).html)
    for tag, attributes in page.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "a"), tag
        assert not [name for name in attributes if name in ("src", "href", "style", "action") or name.startswith("on")]
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(", page.inside["style"][0] + page.inside["script"][1])


def test_the_script_keeps_nothing_sends_nothing_and_builds_no_markup_from_strings():
    code = "".join((HERE / "script" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    forbidden = ("localStorage", "sessionStorage", "indexedDB", "cookie", "fetch(", "XMLHttpRequest", "sendBeacon", "WebSocket",
                 "EventSource", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
                 "postMessage", "serviceWorker", "console.", "pushState")  # fmt: skip
    assert not [word for word in forbidden if word in code]


def test_every_script_file_is_in_the_page_once():
    assert sorted(SCRIPTS) == sorted(file.stem for file in (HERE / "script").glob("*.js"))


def test_the_same_wishes_give_the_same_bytes(small):
    assert make_form(small, two=True).html == make_form(small, two=True).html
    assert make_form("pair_style").html == make_form("pair_style").html
    assert not re.search(r"20\d\d-\d\d-\d\d", make_form("pair_style").html)


def test_hostile_texts_stay_texts(small):
    bank = changed(small.model_copy(update={"name": HOSTILE}), gloss=HOSTILE)
    page = Page(make_form(bank).html)
    assert [t for t, _ in page.tags].count("script") == 2
    assert page.inside["title"] == [HOSTILE]
    assert page.form_content()["items"][0]["texts"]["en"] == HOSTILE
    assert page.form_content()["title"] == HOSTILE
    data = make_form(bank, title=HOSTILE).html.split('id="content">')[1].split("</script>")[0]
    assert not set("<>&\u2028") & set(data)


def test_the_title_is_the_banks_name_unless_said(small):
    assert make_form(small).title == "Small"
    assert make_form(small, title="  ").title == "Small"
    said = make_form(small, title="Us & ours")
    assert said.title == "Us & ours"
    assert "<title>Us &amp; ours</title>" in said.html


def test_the_content_holds_what_is_asked_and_no_key_of_scoring():
    bank = load_bank("pair_style")
    said = Page(make_form(bank).html).form_content()
    assert said["bank"] == {"id": bank.id, "version": bank.version, "fingerprint": fingerprint(bank), "name": bank.name}
    assert [item["number"] for item in said["items"]] == [item.number for item in bank.items]
    assert [one["code"] for one in said["options"]["agreement"]] == [0, 1, 2, 3, 4]
    assert "reverse" not in json.dumps(said["items"])
    assert "ideal" not in json.dumps({**said, "words": None})  # a person told which items are a check answers otherwise


def test_a_page_that_cannot_run_its_script_says_what_to_do():
    assert page_words("en")["noscript"] in Page(make_form("pair_style").html).inside["noscript"][0]
    assert page_words("de")["noscript"] in Page(make_form("pair_style", lang="de").html).inside["noscript"][0]


# --- whose wording ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bank_id", ["eis", "pair", "prqc", "tdis"])
def test_withheld_wording_is_refused_with_what_is_withheld_and_how_to_lay_it_over(bank_id):
    bank = load_bank(bank_id)
    with pytest.raises(BankError) as caught:
        make_form(bank_id)
    said = str(caught.value)
    assert said.startswith(f"bank {bank_id}: the wording of items 1, 2, 3, 4")
    assert "wording=FILE" in said
    assert f"`bank: {bank_id}`" in said
    assert "never a gloss" in said
    assert bank.rights.holder.rstrip(".") in said
    assert len(caught.value.problems) == 1


def test_a_gloss_of_a_withheld_bank_never_reaches_a_page(tmp_path):
    bank = load_bank("eis")
    page = make_form("eis", wording=wording(tmp_path, bank)).html
    assert all(f"laid over {item.number}" in page for item in bank.items)
    assert not [item.gloss for item in bank.items if item.gloss in page]


def test_one_item_without_wording_is_enough_to_refuse(tmp_path):
    with pytest.raises(BankError, match=r"the wording of item 4 of 5 is not ours"):
        make_form("eis", wording=wording(tmp_path, load_bank("eis"), numbers=[1, 2, 3, 5]))


def test_many_withheld_items_are_counted():
    with pytest.raises(BankError, match=r"10, 11, 12 and 24 more of 36"):
        make_form("pair")


def test_licensed_is_not_original(small):
    bank = small.model_copy(update={"rights": small.rights.model_copy(update={"status": "licensed"})})
    with pytest.raises(BankError, match="ask the holder for a copy; lay its wording over with wording=FILE"):
        make_form(bank)


def test_every_shipped_bank_either_makes_a_form_or_says_why_not():
    made = set()
    for bank_id in bank_ids():
        try:
            made.add(make_form(bank_id).bank.id)
        except BankError:
            assert load_bank(bank_id).rights.status != "original"
    assert "pair_style" in made


# --- languages and forms ----------------------------------------------------------------------------------


def test_a_language_counts_only_when_all_of_it_is_there():
    bank = load_bank("pair_style")
    assert languages_of(bank) == ("en", "de")
    assert languages_of(changed(bank, translations={})) == ("en",)
    unnamed = bank.forms[0].model_copy(update={"translations": {}})
    assert languages_of(bank.model_copy(update={"forms": (unnamed, *bank.forms[1:])})) == ("en",)


def test_every_text_is_there_in_every_language():
    bank = load_bank("pair_style")
    said = form_content(bank, bank.forms, ("en", "de"))
    for item, shown in zip(bank.items, said["items"], strict=True):
        assert shown["texts"] == {"en": item.gloss, "de": item.translations["de"]}
    assert said["forms"][1]["texts"]["de"] == bank.forms[1].translations["de"]
    assert said["options"]["agreement"][0]["texts"]["de"] == bank.options["agreement"][0].translations["de"]


def test_laid_over_wording_is_shown_in_its_own_language_only(tmp_path):
    bank = load_bank("eis")
    file = wording(tmp_path, bank, language="nl", options={"agreement": {5: "helemaal mee eens"}})
    page = make_form("eis", wording=file)
    assert page.languages == ("nl",)
    said = Page(page.html).form_content()
    assert said["items"][0]["texts"] == {"nl": "laid over 1"}
    assert said["options"]["agreement"][4]["texts"] == {"nl": "helemaal mee eens"}
    assert set(said["words"]) == {"en"}  # the page itself speaks no Dutch


def test_wording_over_an_original_bank_changes_its_language_and_leaves_the_other(tmp_path):
    bank = load_bank("pair_style")
    said = Page(make_form(bank, wording=wording(tmp_path, bank, numbers=[1], language="de")).html).form_content()
    assert said["items"][0]["texts"] == {"en": bank.items[0].gloss, "de": "laid over 1"}
    assert said["items"][1]["texts"]["de"] == bank.items[1].translations["de"]


def test_the_language_it_opens_in():
    assert '<html lang="de"' in make_form("pair_style", lang="de").html
    assert '<html lang="en"' in make_form("pair_style").html
    with pytest.raises(UnknownNameError, match="there is: en, de"):
        make_form("pair_style", lang="fr")


def test_forms_are_asked_in_the_banks_order_and_must_exist(small):
    assert make_form(small).forms == ("now", "wished")
    assert make_form(small, forms=["wished", "now"]).forms == ("now", "wished")
    assert make_form(small, forms=["wished"]).columns == ("small_wished_1", "small_wished_2", "small_wished_3")
    with pytest.raises(UnknownNameError) as caught:
        make_form(small, forms=["nwo", "then"])
    assert len(caught.value.problems) == 2
    assert "did you mean 'now'?" in str(caught.value)
    with pytest.raises(UnknownNameError):
        make_form(small_bank({"one": [1]}), forms=["now"])


def test_a_bank_without_forms_is_asked_once():
    bank = small_bank({"one": [1, 2]})
    assert forms_of(bank) == (None,)
    page = make_form(bank)
    assert page.forms == (None,)
    assert page.columns == ("small_1", "small_2")
    assert Page(page.html).form_content()["forms"][0]["texts"] == {"en": None}


@pytest.mark.parametrize("bank_id", bank_ids())
def test_the_door_knows_every_column_by_its_name(bank_id):
    bank = load_bank(bank_id)
    grammars = [names_of(load_bank(one)) for one in bank_ids()]  # a name must be this bank's among all
    for form in forms_of(bank):
        for item, name in zip(bank.items, columns_of(bank, form), strict=True):
            for suffix, partner in (("", None), ("_a", "a"), ("_b", "b")):
                named = read_name(name + suffix, grammars)
                assert (named.bank, named.item, named.administration.partner) == (bank_id, item.number, partner)
                assert named.administration.form == (form.id if form else None)


# --- words ------------------------------------------------------------------------------------------------


def placeholders(said) -> dict[str, set[str]]:
    return {key: set(re.findall(r"\{(\w+)\}", str(text))) for key, text in said.items()}


def test_all_languages_say_the_same_things():
    english = page_words("en")
    for language in SPOKEN:
        said = page_words(language)
        assert set(said) == set(english)
        assert placeholders(said) == placeholders(english)
        assert {key: len(text) for key, text in said.items() if isinstance(text, list)} == {
            key: len(text) for key, text in english.items() if isinstance(text, list)
        }
        assert all(text for text in said.values())


def test_where_to_find_help_is_that_of_the_tips():
    assert tuple(page_words("en")["help_lines"]) == tip_file().help.lines
    assert len(page_words("de")["help_lines"]) == len(tip_file().help.lines)


def test_every_word_that_the_script_asks_for_is_there_and_none_is_left_over():
    code = "".join((HERE / "script" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    known = {key for key in page_words("en") if key not in ("language_name", "noscript")}
    quoted = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', code))
    asked = {key for key in known if key in quoted or (key.startswith("resume_why_") and "resume_why_" in code)}
    assert known - asked == set()
    called = set(re.findall(r'say\("(\w+)"', code))
    assert called <= known


def test_the_page_passes_no_verdict():
    for language in SPOKEN:
        text = " ".join(map(str, page_words(language).values())).casefold()
        assert not re.search(r"\b(healthy|unhealthy|toxic|gesund|krank|normal)\b", text)


# --- the file and the command -----------------------------------------------------------------------------


def test_saving_does_not_replace_unasked(small, tmp_path):
    page = make_form(small)
    out = tmp_path / "form.html"
    assert page.save(out) == out
    assert out.read_bytes() == page.html.encode()
    with pytest.raises(OutputError, match="exists already"):
        page.save(out)
    page.save(out, force=True)


def test_what_the_page_says_of_itself(small):
    assert str(make_form(small, two=True)) == (
        "Small: a form for two partners, one after the other; 6 answers (3 items, asked for: now, wished); in en"
    )
    assert str(make_form(small_bank({"one": [1, 2]}))) == "Small: a form for one person; 2 answers; in en"


def test_the_command_writes_the_page_and_says_how_to_score_it(run):
    code, out, err = run(
        "form",
        "pair_style",
        "--out",
        "f.html",
        "--two",
        "--form",
        "now",
        "expected",
        "--lang",
        "de",
        "--json",
        "f.json",
    )
    assert (code, err) == (0, "")
    assert "intimacy-scales score FILE --bank pair_style" in out
    assert Path("f.html").read_text(encoding="utf-8") == make_form("pair_style", two=True, lang="de").html
    said = json.loads(Path("f.json").read_text())
    assert (said["command"], said["two"], said["forms"]) == ("form", True, ["now", "expected"])
    assert said["banks"]["pair_style"]["fingerprint"] == fingerprint(load_bank("pair_style"))
    assert run("form", "pair_style", "--out", "f.html")[0] == 1
    assert run("form", "pair_style", "--out", "f.html", "--force", "--quiet")[:2] == (0, "")


def test_the_command_takes_wording_and_a_title(run, tmp_path):
    file = wording(tmp_path, load_bank("eis"))
    code, out, _ = run("form", "eis", "--wording", file, "--out", "f.html", "--title", "Close to one person")
    assert code == 0
    assert out.startswith("Close to one person: a form for one person; 5 answers; in en")


@pytest.mark.parametrize(("words_said", "told"), [
    (("eis",), "never a gloss"),
    (("pair_style", "--form", "then"), "form of bank pair_style 'then'"),
    (("pair_style", "--lang", "xx"), "there is: en, de"),
    (("nothing_like_it",), "nothing_like_it"),
    (("eis,tdis",), "2 banks were named"),
])  # fmt: skip
def test_the_command_refuses_in_sentences_and_writes_nothing(run, words_said, told):
    code, out, err = run("form", *words_said, "--out", "f.html")
    assert (code, out) == (1, "")
    assert told in err
    assert not list(Path().iterdir())


def test_the_command_does_not_write_over_the_bank_or_the_wording(run, tmp_path):
    file = wording(tmp_path, load_bank("eis"))
    before = file.read_bytes()
    code, _, err = run("form", "eis", "--wording", file, "--out", file, "--force")
    assert (code, file.read_bytes()) == (1, before)
    assert "is the input itself" in err


# --- the JSON a page saves --------------------------------------------------------------------------------

BANK = {"version": "1.0.0", "fingerprint": "0123456789abcdef"}


def saved(path: Path, **changes) -> Path:
    row = {
        "id": "k7",
        "recorded_date": "2026-05-12",
        "user_language": "en",
        "small_1": 4,
        "small_2": None,
        "small_3": 2,
    }
    said = {"tool": "intimacy-scales", "version": "0.1.0", "command": "form", "banks": {"small": BANK},
            "date": "2026-05-12", "language": "en", "forms": [], "rows": [row], **changes}  # fmt: skip
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def test_saved_json_is_a_table_that_says_what_was_asked(tmp_path):
    table = read_table(saved(tmp_path / "a.json"))
    assert table.source.platform == "form"
    assert [column.kind for column in table.columns] == ["id", "metadata", "metadata", "answer", "answer", "answer"]
    assert table.notes == ("filled in with small 1.0.0, fingerprint 0123456789abcdef",)
    bank = small_bank({"one": [1, 2, 3]})
    responses = read_responses(tmp_path / "a.json", bank)
    assert responses.ids == ("k7",)
    np.testing.assert_array_equal(responses.answered[0].block(), [[4, np.nan, 2]])


def test_rows_of_saved_json_may_differ_in_their_columns(tmp_path):
    rows = [{"partner": "a", "small_1": 1}, {"partner": "b", "small_1": 2, "small_2": 3}]
    table = read_table(saved(tmp_path / "a.json", rows=rows))
    assert table.names == ("partner", "small_1", "small_2")
    np.testing.assert_array_equal(table.column("small_2").cells.numbers, [np.nan, 3])


@pytest.mark.parametrize(("changes", "told"), [
    ({"command": "form-resume"}, "somebody paused"),
    ({"rows": []}, "holds no rows"),
    ({"rows": [3]}, "holds no rows"),
    ({"rows": [{}]}, "holds no rows"),
    ({"rows": {"small_1": 4}}, "holds no rows"),
    ({"rows": [{"small_1": [4]}, {"small_2": True}]}, "row 1: small_1: holds list"),
])  # fmt: skip
def test_what_a_page_did_not_save_is_refused(tmp_path, changes, told):
    with pytest.raises(ExportError, match=re.escape(told)):
        read_table(saved(tmp_path / "a.json", **changes))


def test_all_cells_that_are_no_answers_are_told(tmp_path):
    with pytest.raises(ExportError) as caught:
        read_table(saved(tmp_path / "a.json", rows=[{"small_1": [4]}, {"small_2": True}]))
    assert len(caught.value.problems) == 2


def test_a_broken_file_is_told(tmp_path):
    file = saved(tmp_path / "a.json")
    file.write_text(file.read_text()[:-9], encoding="utf-8")
    with pytest.raises(ExportError, match="is a broken file of a form"):
        read_table(file)


def test_other_json_is_not_taken_for_a_form(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('{"tool": "another", "command": "form", "rows": [{"small_1": 4}]}', encoding="utf-8")
    with pytest.raises(ExportError):
        read_table(file)


def test_codes_outside_the_options_are_refused_at_the_door(tmp_path):
    file = saved(tmp_path / "a.json", rows=[{"small_1": 4, "small_2": 9, "small_3": 2}])
    with pytest.raises(ResponseError, match="small_2"):
        read_responses(file, small_bank({"one": [1, 2, 3]}))
