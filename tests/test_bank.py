"""The room `bank`: strict YAML, plain faults at their lines, cross-references, fingerprints, wording, writing."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.bank import (
    Norm,
    NormScale,
    Quantile,
    bank_ids,
    bank_path,
    check_file,
    cite,
    dump,
    dump_norms,
    fingerprint,
    lay_over,
    load_bank,
    load_norm_file,
    load_norms,
    read_bank,
    reference,
    scales_folder,
    wording_bank,
)
from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.reference_list import read_references
from intimacy_scales.bank.strict import MOST_BYTES, place, plain_value, read_text
from intimacy_scales.base.errors import BankError, Problem, UnknownNameError

TOY = """\
format: 1
id: toy
version: "1.0.0"
name: Toy
measures: Nothing at all
rights: {status: original, holder: us, licence: CC0-1.0}
source: ["A full citation, 2020"]
languages: [en, de]
options:
  agree:
    - {code: 0, label: strongly disagree}
    - {code: 1, label: disagree}
    - {code: 2, label: neutral}
    - {code: 3, label: agree, spellings: [yes indeed], translations: {de: stimme zu}}
    - {code: 4, label: strongly agree}
forms:
  - {id: now, name: now, gloss: how it is}
  - {id: wished, name: wished, gloss: how it should be}
items:
  - {number: 1, gloss: one, options: agree}
  - {number: 2, gloss: two, options: agree, reverse: true}
  - {number: 3, gloss: three, options: agree, translations: {de: drei}}
scales:
  - id: total
    name: Total
    items: [1, 2, 3]
    combine: sum
    min_answered: 2
    min_answered_source: ours
    missing: prorate
    range: [0, 12]
    higher_means: more
derived:
  - {id: gap, name: gap, minuend: wished, subtrahend: now, positive_means: more, source: sinclair2005}
evidence:
  - {scale: total, kind: alpha, value: 0.8, sample: nobody, source: sinclair2005, certainty: reported}
norms:
  - id: some
    sample: nobody
    form: now
    source: sinclair2005
    certainty: computed
    scales:
      - {scale: total, n: 100, mean: 6.5, sd: 2.5, quantiles: [{score: 5, percentile: 25}, {score: 8, percentile: 75}]}
bands:
  - {scale: total, at_least: 6, label: some, source: sinclair2005, certainty: reported}
certainty: {map: confirmed, keys: confirmed, options: confirmed, gloss: confirmed, check: nothing}
cases:
  - name: keyed up
    source: constructed
    answers: {now: [4, 0, 4], wished: [4, 4, null]}
    scores: {now_total: 12, wished_total: 6, gap_total: -6}
"""


def toy(*changes: tuple[str, str]) -> str:
    """Return the toy bank's text with each of ``changes`` made in it exactly once."""
    text = TOY
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def faults(text: str) -> list[str]:
    with pytest.raises(BankError) as caught:
        read_bank(text, name="toy.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_the_toy_is_a_bank() -> None:
    bank = read_bank(TOY)
    assert len(bank) == 3
    assert repr(bank) == str(bank) == "<ItemBank toy 1.0.0: Toy; 3 items, 1 scale>"
    assert bank.ends(bank.item(2)) == (0, 4)
    assert bank.form_ids == ("now", "wished")
    assert bank.items[0].translations == {}
    assert bank.cases[0].answers["wished"] == (4, 4, None)


# --- strict YAML ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("0.5", 0.5),
        ("-1.25", -1.25),
        ("1e-05", 1e-05),
        ("true", True),
        ("false", False),
        ("null", None),
        ("agree", "agree"),
        ("1.0.0", "1.0.0"),
        ("CC0-1.0", "CC0-1.0"),
        ("n", "n"),
        ("1-2", "1-2"),
        ("nobody", "nobody"),
        ("80 %", "80 %"),
    ],
)
def test_plain_words_stand_for_what_they_look_like(word: str, value: object) -> None:
    found, why = plain_value(word)
    assert (found, why) == (value, "")
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "No",
        "NO",
        "yes",
        "on",
        "Off",
        "True",
        "FALSE",
        "012",
        "0o17",
        "0x1F",
        "0b11",
        "12:30",
        "1:02:03.5",
        "1_000",
        "+5",
        ".5",
        "5.",
        ".inf",
        "-.INF",
        ".nan",
        "2024-01-31",
        "2024-1-3 10:00:00",
        "~",
        "Null",
        "=",
        "<<",
        "9" * 40,
        "1e999",
    ],
)
def test_words_that_programs_read_differently_are_refused(word: str) -> None:
    assert plain_value(word)[1]
    page = read_text(f"a: 1\nb: {word}\n", name="f.yaml")
    assert [problem.where for problem in page.problems] == ["f.yaml:2: b"]
    assert "in quotes" in page.problems[0].do


@pytest.mark.parametrize("word", ["no", "012", "12:30", "1.10", "2024-01-31", "null", "true"])
def test_quoted_words_are_text(word: str) -> None:
    page = read_text(f"a: '{word}'\nb: \"{word}\"\nc: |-\n  {word}\n", name="f")
    assert page.value == {"a": word, "b": word, "c": word}
    assert page.problems == ()


def test_a_doubled_key_is_named_with_both_lines() -> None:
    text = toy(("    name: Total\n", "    name: Total\n    name: Another\n"))
    line = line_of(text, "name: Another")
    assert faults(text) == [f"toy.yaml:{line}: scales[1].name: stands twice (first in line {line - 1}); once"]


def test_doubled_keys_of_numbers_too() -> None:
    page = read_text("1: a\n2: b\n1: c\n", name="f")
    assert [str(problem) for problem in page.problems] == ["f:3: 1: stands twice (first in line 1); once"]
    assert page.value == {1: "a", 2: "b"}


def test_aliases_anchors_merge_keys_and_tags_are_refused_all_at_once() -> None:
    text = "a: &x {k: 1}\nb: *x\nc:\n  <<: 1\nd: !!python/object:os.system {}\ne: !!str 1\n"
    page = read_text(text, name="f")
    assert [problem.where.split(":")[1] for problem in page.problems] == ["1", "2", "4", "5", "6"]
    said = " ".join(problem.what for problem in page.problems)
    for part in ("the anchor &x", "the alias *x", "<<", "tag tag:yaml.org,2002:python", "tag tag:yaml.org,2002:str"):
        assert part in said


def test_an_alias_bomb_is_not_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)]
    page = read_text("\n".join(lines), name="f")
    assert page.value["a39"] == (None,) * 9
    assert sum("alias" in problem.what for problem in page.problems) == 39 * 9
    with pytest.raises(BankError, match="alias"):
        read_bank("\n".join(lines))


def test_deep_nesting_stops_the_reading() -> None:
    page = read_text("a: " + "[" * 100_000, name="f")
    assert len(page.problems) == 1
    assert "nested deeper" in page.problems[0].what
    page = read_text("a: " + "{a: " * 50, name="f")
    assert "nested deeper" in page.problems[0].what


def test_broken_yaml_says_where() -> None:
    text = toy(("  - {number: 2, gloss: two", "  - {number: 2 gloss: two"))
    line = line_of(text, "number: 2 ")
    (fault,) = faults(text)
    assert re.match(rf"toy.yaml:{line}: is not YAML \(.+\); mend this place", fault)


@pytest.mark.parametrize("text", ["a: 1\n---\nb: 2\n", "--- a\n--- b\n", "%YAML 1.1\n---\na: 1\n"])
def test_one_document_no_directives(text: str) -> None:
    assert len(read_text(text, name="f").problems) == 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "just text\n", "- a\n- b\n"])
def test_a_file_without_keys_is_no_bank(text: str) -> None:
    (fault,) = faults(text)
    assert "holds no keys" in fault


def test_keys_must_be_words() -> None:
    page = read_text("true: 1\nnull: 2\n1.5: 3\nno: 4\n[a]: 5\n", name="f")
    assert sorted({int(problem.where.split(":")[1]) for problem in page.problems}) == [1, 2, 3, 4, 5]


def test_control_characters_are_not_yaml() -> None:
    assert "is not YAML" in read_text("a: \x07", name="f").problems[0].what


def test_places_count_from_one() -> None:
    assert place("f.yaml", 3, ("items", 0, "gloss")) == "f.yaml:3: items[1].gloss"
    assert place("f.yaml", 3, ()) == "f.yaml:3"


# --- files ---------------------------------------------------------------------------------------------------------


def test_files_that_cannot_be_read_are_said_plainly(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("a: 1\nb: Zärtlichkeit\n".encode("latin-1"))
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (MOST_BYTES + 1))
    told = {
        tmp_path / "none.yaml": "there is no such file",
        tmp_path: "is a folder",
        latin: "byte 0xe4 is not UTF-8",
        huge: "bytes; at most",
    }
    for path, part in told.items():
        with pytest.raises(BankError, match=part):
            load_bank(path)
        assert part in str(check_file(path)[0])
    assert str(check_file(latin)[0]).startswith(f"{latin}:2: ")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "toy.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + TOY.encode())
    assert load_bank(str(file)) == read_bank(TOY)
    assert check_file(file) == ()


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(UnknownNameError) as caught:
        load_bank("pairs")
    assert "did you mean 'pair'?" in str(caught.value)
    assert all(name in str(caught.value) for name in bank_ids())
    with pytest.raises(UnknownNameError):
        bank_path("references")


def test_text_that_looks_like_a_path_is_one(tmp_path: Path) -> None:
    assert bank_path("eis") == scales_folder() / "eis.yaml"
    assert bank_path("./eis") == Path("./eis")
    assert bank_path("mine.yaml") == Path("mine.yaml")
    assert bank_path(Path("eis")) == Path("eis")
    with pytest.raises(BankError, match="no such file"):
        load_bank(str(tmp_path / "eis"))


# --- faults of fields ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version: "1.0.0"', "version: 1.10", "version: is the number 1.10; text; write it in quotes"),
        ('version: "1.0.0"', 'version: "1.0"', "version: is the text '1.0'; three whole numbers in quotes"),
        ("id: toy", "id: My Toy", "id: is the text 'My Toy'; small letters"),
        ("format: 1", "format: 3", "format: is the number 3; allowed: 1 or 2"),
        ("name: Toy\n", "name:\n", "name: is empty; text"),
        ("name: Toy\n", "name: '  '\n", "name: is empty text; some text"),
        ("combine: sum", "combine: median", "scales[1].combine: is the text 'median'; allowed: 'sum' or 'mean'"),
        ("combine: sum", "combin: sum", "did you mean combine?"),
        ("reverse: true", "reverse: maybe", "items[2].reverse: is the text 'maybe'; true or false"),
        ("reverse: true", "reverse: 1", "items[2].reverse: is the number 1; true or false"),
        ("reverse: true", "reverse: no", "items[2].reverse: is no, which some programs read as false"),
        ("number: 2,", "number: 2.5,", "items[2].number: is the number 2.5; a whole number"),
        ("number: 2,", "number: '2',", "items[2].number: is the text '2'; a whole number"),
        ("items: [1, 2, 3]", "items: 3", "scales[1].items: is the number 3; a list"),
        ("items: [1, 2, 3]", "items: []", "scales[1].items: is a list of 0; at least 1"),
        ("range: [0, 12]", "range: [0]", "scales[1].range: is missing"),
        ("range: [0, 12]", "range: [0, 12, 13]", "scales[1].range: is a list of 3; at most 2"),
        ("range: [0, 12]", "range: [0, x]", "scales[1].range[2]: is the text 'x'; a whole number or a number"),
        ("value: 0.8", "value: high", "evidence[1].value: is the text 'high'; a whole number or a number or a list"),
        ("sd: 2.5", "sd: 0", "norms[1].scales[1].sd: is the number 0; more than 0"),
        ("n: 100", "n: 1", "norms[1].scales[1].n: is the number 1; 2 or more"),
        (
            "certainty: reported}\nnorms",
            "certainty: unconfirmed}\nnorms",
            "evidence[1].certainty: is the text 'unconfirmed'",
        ),
        ("  agree:\n", "  Agree:\n", "options.Agree: the key 'Agree' does not fit; small letters"),
        ("gloss: one, ", "", "items[1].gloss: is missing"),
        ("rights: {status", "wording: {1: official}\nrights: {status", "wording: stands in a bank; glosses only"),
        (
            "certainty: {map: confirmed",
            "certainty: {map: sure",
            "certainty.map: is the text 'sure'; allowed: 'confirmed'",
        ),
    ],
)
def test_each_fault_has_its_line_and_plain_words(old: str, new: str, said: str) -> None:
    text = toy((old, new))
    found = faults(text)
    hits = [fault for fault in found if said in fault]
    assert len(hits) == 1, found
    assert hits[0].startswith(f"toy.yaml:{line_of(text, new or 'number: 1')}: ")
    assert not any(
        word in " ".join(found) for word in ("pydantic", "Input should", "validation", "type=", "model_type")
    )


def test_all_faults_come_at_once_in_the_order_of_lines() -> None:
    text = toy(
        ("format: 1", "format: 9"),
        ("gloss: two", "glos: two"),
        ("items: [1, 2, 3]", "items: [1, 2, 7]"),
        ("minuend: wished", "minuend: hoped"),
        ("mean: 6.5", "mean: 65"),
        ("now: [4, 0, 4]", "now: [4, 9, 4]"),
    )
    found = faults(text)
    lines = [int(fault.split(":")[1]) for fault in found]
    assert lines == sorted(lines)
    for part in (
        "format: is the number 9",
        "items[2].glos: is an unknown key",
        "items[2].gloss: is missing",
        "there is no item 7; item numbers 1 to 3",
        "there is no form 'hoped'; allowed: now, wished",
    ):
        assert any(part in fault for fault in found), part
    assert not any("there is no item 2" in fault for fault in found)  # its gloss is missing; it exists


def test_cross_references_are_told_beside_wrong_fields_where_they_can_be() -> None:
    found = faults(toy(("name: Toy\n", "name: 5\n"), ("mean: 6.5", "mean: 65"), ("now: [4, 0, 4]", "now: [4, 9, 4]")))
    assert len(found) == 3
    assert "name: is the number 5" in found[0]
    assert "mean: is 65; the scale's range, 0 to 12" in found[1]
    assert "item 2 is answered 9; allowed: 0, 1, 2, 3, 4, null" in found[2]


def test_a_wrong_field_hides_no_fault_of_its_part_and_echoes_nowhere() -> None:
    found = faults(
        toy(
            ("gloss: two, options: agree, reverse: true", "gloss: 2, options: agre, reverse: no"),
            ("    combine: sum\n", "    combine: median\n"),
            ("items: [1, 2, 3]", "items: [1, 2, 9]"),
            ("sample: nobody, source: sinclair2005", "sample: 7, source: nowhere"),
        )
    )
    assert [fault.split(": ", 1)[1].split("; ")[0] for fault in found] == [
        "items[2].reverse: is no, which some programs read as false",
        "items[2].gloss: is the number 2",
        "items[2].options: there are no options 'agre'",
        "scales[1].items[3]: there is no item 9",
        "scales[1].combine: is the text 'median'",
        "evidence[1].sample: is the number 7",
        "evidence[1].source: there is no reference 'nowhere'",
    ]


# --- cross-references ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("number: 3", "number: 4", "items[3].number: is 4; 3: items stand in order"),
        ("number: 2,", "number: 1,", "items[2].number: is 1; 2: items stand in order"),
        ("gloss: three, options: agree", "gloss: three, options: agre", "there are no options 'agre'; allowed: agree"),
        ("{de: drei}", "{fr: trois}", "items[3].translations.fr: is no language of the bank; allowed: en, de"),
        ("items: [1, 2, 3]", "items: [1, 2, 2]", "item 2 stands 2 times"),
        ("items: [1, 2, 3]", "items: [1, 2, 9]", "scales[1].items[3]: there is no item 9; item numbers 1 to 3"),
        ("min_answered: 2", "min_answered: 4", "min_answered: is 4; at most 3"),
        ("missing: prorate", "missing: none", "is 2 where missing is none; 3"),
        ("range: [0, 12]", "range: [0, 15]", "range: is [0, 15]; [0, 12], which options, combine and rescale give"),
        ("combine: sum", "combine: mean", "range: is [0, 12]; [0, 4]"),
        ("range: [0, 12]", "range: [0, 12]\n    rescale: [0, 96]", "range: is [0, 12]; [0, 96]"),
        ("range: [0, 12]", "range: [9, 0]\n    rescale: [9, 0]", "rescale: is [9, 0]; the lower end first"),
        ("code: 1", "code: 0", "the code 0 stands 2 times"),
        ("code: 1", "code: -1", "the codes -1, 0, 2, 3, 4 cannot be reversed"),
        ("[yes indeed]", "[Strongly   AGREE]", "'strongly agree' stands for 4 and for 3"),
        ("{de: stimme zu}", "{de: neutral}", "'neutral' stands for 3 and for 2"),
        ("id: wished", "id: now", "'now' stands twice; each of the forms has its own id"),
        ("{id: gap", "{id: now", "'now' is a form already"),
        ("minuend: wished", "minuend: now", "subtrahend: is 'now', the minuend itself"),
        ("minuend: wished", "minuend: then", "there is no form 'then'"),
        ("{scale: total, kind", "{scale: totl, kind", "evidence[1].scale: there is no scale 'totl'; allowed: total"),
        ("value: 0.8", "value: 8.0", "value: is [8.0]; -1 to 1"),
        ("value: 0.8", "value: [0.7, 0.8]", "is 2 figures for the kind alpha"),
        ("nobody, source: sinclair2005", "nobody, source: sinclair2006", "did you mean sinclair2005?"),
        (
            "source: sinclair2005}\nevidence",
            "source: nowhere}\nevidence",
            "derived[1].source: there is no reference 'nowhere'",
        ),
        ('source: ["A full citation, 2020"]', "source: [nowhere]", "source[1]: there is no reference 'nowhere'"),
        ("form: now", "form: then", "norms[1].form: there is no form 'then'"),
        ("    form: now\n", "", "norms[1].form: is missing; allowed: now, wished"),
        ("{scale: total, n", "{scale: all, n", "norms[1].scales[1].scale: there is no scale 'all'"),
        ("mean: 6.5", "mean: -1", "mean: is -1; the scale's range, 0 to 12"),
        ("sd: 2.5", "sd: 7", "sd: is 7; at most 6.03"),
        ("sd: 2.5", "sd: 2.5, reliability: 1.5", "reliability: is 1.5; -1 to 1"),
        ("percentile: 75", "percentile: 25", "quantiles: do not run upwards"),
        ("{score: 8", "{score: 13", "quantiles[2].score: is 13; 0 to 12"),
        ("percentile: 75", "percentile: 175", "percentile: is 175; 0 to 100"),
        ("at_least: 6", "at_least: 60", "bands[1].at_least: is 60; 0 to 12"),
        ("{scale: total, at_least", "{scale: none, at_least", "bands[1].scale: there is no scale 'none'"),
        ("now: [4, 0, 4]", "now: [4, 0]", "cases[1].answers.now: has 2 answers; 3, one for each item"),
        ("now: [4, 0, 4]", "then: [4, 0, 4]", "answers.then: there is no form 'then'"),
        (
            "{now_total: 12",
            "{total: 12",
            "scores.total: this case gives no such score; allowed: now_total, wished_total, gap_total",
        ),
        ("{now_total: 12", "{now_total: 13", "scores.now_total: is 13; 0 to 12"),
        ("gap_total: -6", "gap_total: -13", "scores.gap_total: is -13; -12 to 12"),
        ("licence: CC0-1.0", "ask: nobody", "rights.licence: is missing, the status being original"),
        ("status: original", "status: withheld", "rights.withheld: is missing, the status being withheld"),
    ],
)
def test_what_parts_say_of_one_another(old: str, new: str, said: str) -> None:
    text = toy((old, new))
    found = faults(text)
    hits = [fault for fault in found if said in fault]
    assert hits, found
    assert re.match(r"toy\.yaml:\d+: ", hits[0])


def test_doubled_ids_bands_and_unused_options() -> None:
    extra = "  spare:\n    - {code: 0, label: a}\n    - {code: 1, label: b}\nforms:\n"
    assert any("options.spare: no item uses it" in fault for fault in faults(toy(("forms:\n", extra))))
    band = "  - {scale: total, at_least: 6, label: some, source: sinclair2005, certainty: reported}\n"
    assert any("two bands begin at 6" in fault for fault in faults(toy((band, band + band))))
    norm = TOY[TOY.index("  - id: some") : TOY.index("bands:")]
    assert any("norms[2].id: 'some' stands twice" in fault for fault in faults(toy((norm, norm + norm))))
    scale = TOY[TOY.index("  - id: total") : TOY.index("derived:")]
    assert any("'total' stands twice" in fault for fault in faults(toy((scale, scale + scale))))
    clash = scale + scale.replace("id: total", "id: total_answered")
    assert any("column now_total_answered is that of" in fault for fault in faults(toy((scale, clash))))


def test_the_line_of_a_cross_fault_is_that_of_the_part() -> None:
    text = toy(("{de: drei}", "{fr: trois}"), ("at_least: 6", "at_least: 60"))
    lines = [int(fault.split(":")[1]) for fault in faults(text)]
    assert lines == [line_of(text, "{fr: trois}"), line_of(text, "at_least: 60")]


# --- fingerprint ---------------------------------------------------------------------------------------------------

SAME = [
    ("name: Toy\n", "name: Another\n"),
    ("gloss: one", "gloss: another"),
    ('version: "1.0.0"', 'version: "2.0.0"'),
    ("value: 0.8", "value: 0.7"),
    ("mean: 6.5", "mean: 6.0"),
    ("id: toy\n", "id: toy  # a comment\n"),
    ("    combine: sum\n    min_answered: 2\n", "    min_answered: 2\n    combine: sum\n"),
    ("label: neutral", "label: NEUTRAL"),
    ("higher_means: more", "higher_means: less"),
    ("{de: drei}", "{de: vier}"),
    ("items: [1, 2, 3]", "items: [3, 1, 2]"),
]
OTHER = [
    ("missing: prorate\n    range: [0, 12]", "missing: prorate\n    range: [0, 96]\n    rescale: [0, 96]"),
    (
        "combine: sum\n    min_answered: 2\n    min_answered_source: ours\n    missing: prorate\n    range: [0, 12]",
        "combine: mean\n    min_answered: 2\n    min_answered_source: ours\n    missing: prorate\n    range: [0, 4]",
    ),
    ("min_answered: 2", "min_answered: 3"),
    ("gloss: one, options: agree", "gloss: one, options: agree, reverse: true"),
    ("options: agree, reverse: true", "options: agree"),
    ("[yes indeed]", "[yes, indeed]".replace("yes,", "very much,")),
    ("label: neutral", "label: undecided"),
    ("{de: stimme zu}", "{de: ja}"),
    ("minuend: wished, subtrahend: now", "minuend: now, subtrahend: wished"),
    ("id: toy\n", "id: toys\n"),
]


def mark(text: str) -> str:
    """Return the fingerprint of a text, its cases and norms taken out, as changes may no longer fit them."""
    text = re.sub(r"scores: \{.*\}", "scores: {}", text)
    text = text[: text.index("norms:")] + text[text.index("certainty: {map") :]
    return fingerprint(read_bank(text))


@pytest.mark.parametrize(("old", "new"), [change for change in SAME if "mean" not in change[0]])
def test_what_changes_no_number_keeps_the_fingerprint(old: str, new: str) -> None:
    assert mark(toy((old, new))) == mark(TOY)


@pytest.mark.parametrize(("old", "new"), OTHER)
def test_what_may_change_a_number_changes_the_fingerprint(old: str, new: str) -> None:
    assert mark(toy((old, new))) != mark(TOY)


def test_fingerprints_are_short_hex_and_see_norms_not() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", mark(TOY))
    assert fingerprint(read_bank(TOY)) == mark(TOY) == fingerprint(read_bank(toy(("mean: 6.5", "mean: 6.0"))))


def test_every_mutation_of_the_scoring_gives_another_fingerprint() -> None:
    marks = [mark(toy(change)) for change in OTHER]
    assert len({*marks, mark(TOY)}) == len(OTHER) + 1


# --- writing -------------------------------------------------------------------------------------------------------


def test_a_bank_written_reads_back_the_same() -> None:
    bank = read_bank(TOY)
    assert read_bank(dump(bank)) == bank
    assert fingerprint(read_bank(dump(bank))) == fingerprint(bank)


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "012",
        "1.10",
        "12:30",
        "2024-01-31",
        "null",
        "~",
        "+5",
        "1e5",
        "a: b",
        "# x",
        "é ’",
        "- a",
        "{a}",
        "*a",
        "&a",
        "line\nbreak",
        "'",
        '"',
        "=",
        "0x1F",
        "tab\there",
        "😀",
        "\\n",
    ],
)
def test_any_text_survives_being_written(word: str) -> None:
    bank = read_bank(TOY).model_copy(update={"name": word})
    assert read_bank(dump(bank)).name == word


def test_writing_leaves_the_wording_out(tmp_path: Path) -> None:
    laid = lay_over(read_bank(TOY), overlay(tmp_path, "bank: toy\nitems: {1: official text}\n"))
    assert "official" not in dump(laid)
    assert read_bank(dump(laid)) == read_bank(TOY)


# --- norms in files ------------------------------------------------------------------------------------------------


def a_norm(**changes: object) -> Norm:
    figures = {
        "scale": "total",
        "n": 120,
        "mean": 6.123456789012345,
        "sd": 2.0,
        "quantiles": (Quantile(score=4.5, percentile=10), Quantile(score=8, percentile=90, low=7.5, high=8.5)),
    }
    figures |= changes
    return Norm(
        id="local",
        sample="students, 2024",
        form="now",
        source="own sample, file answers.csv",
        year=2024,
        certainty="computed",
        group={"gender": "f"},
        scales=(NormScale(**figures),),
    )


def test_norms_written_read_back_with_their_fingerprint(tmp_path: Path) -> None:
    bank, file = read_bank(TOY), tmp_path / "norm.yaml"
    file.write_text(dump_norms(bank, [a_norm()]), encoding="utf-8")
    (norm,) = load_norms(file, bank)
    assert norm.scales == a_norm().scales
    assert norm.fingerprint == fingerprint(bank)
    whole = load_norm_file(file)
    assert (whole.bank, whole.fingerprint) == ("toy", fingerprint(bank))
    assert load_norms(file) == load_norms(file, bank)


def test_norms_of_another_bank_or_beyond_the_scale_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "norm.yaml"
    file.write_text(dump_norms(read_bank(TOY), [a_norm()]), encoding="utf-8")
    with pytest.raises(BankError, match=r"norm.yaml:2: bank: these norms are for 'toy'; norms for 'eis'"):
        load_norms(file, load_bank("eis"))
    file.write_text(dump_norms(read_bank(TOY), [a_norm(mean=99), a_norm(scale="totl")]), encoding="utf-8")
    with pytest.raises(BankError) as caught:
        load_norms(file, read_bank(TOY))
    assert len(caught.value.problems) == 2
    file.write_text("format: 1\nbank: toy\nnorms: []\nextra: 1\n", encoding="utf-8")
    with pytest.raises(BankError) as caught:
        load_norm_file(file)
    said = str(caught.value)
    assert "fingerprint: is missing" in said
    assert "norms: is a list of 0; at least 1" in said
    assert "extra: is an unknown key" in said


def test_a_norm_of_another_state_of_the_bank_can_be_told(tmp_path: Path) -> None:
    file = tmp_path / "norm.yaml"
    file.write_text(dump_norms(read_bank(TOY), [a_norm()]), encoding="utf-8")
    changed = read_bank(
        toy(("min_answered: 2", "min_answered: 3"), ("wished_total: 6, gap_total: -6", "wished_total: null"))
    )
    (norm,) = load_norms(file, changed)
    assert norm.fingerprint != fingerprint(changed)


# --- wording -------------------------------------------------------------------------------------------------------


def overlay(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    file = folder / name
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def overlay_faults(path: Path) -> list[str]:
    with pytest.raises(BankError) as caught:
        lay_over(read_bank(TOY), path)
    return [str(problem) for problem in caught.value.problems]


def test_wording_is_laid_over_and_the_bank_stays_as_it_was(tmp_path: Path) -> None:
    bank = read_bank(TOY)
    path = overlay(
        tmp_path,
        """\
        bank: toy
        language: en
        items:
          1: The first statement
        options:
          agree: {0: not at all}
        """,
    )
    laid = lay_over(bank, path)
    assert laid.text(laid.item(1)) == "The first statement"
    assert laid.text(laid.item(2)) == "two"
    assert laid.wording_language == "en"
    first = laid.options["agree"][0]
    assert (first.label, first.spellings) == ("not at all", ("strongly disagree",))
    assert bank == read_bank(TOY)
    assert bank.text(bank.item(1)) == "one"


def test_item_wording_does_not_touch_the_fingerprint_and_labels_do(tmp_path: Path) -> None:
    bank = read_bank(TOY)
    items = lay_over(bank, overlay(tmp_path, "bank: toy\nitems: {1: Something else}\n"))
    labels = lay_over(bank, overlay(tmp_path, "bank: toy\noptions: {agree: {0: not at all}}\n"))
    assert fingerprint(items) == fingerprint(bank) != fingerprint(labels)


def test_wording_from_a_csv_beside_it(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_bytes('\ufeffitem,text,note\n1,"First, with comma",x\n3,Third,\n'.encode())
    laid = lay_over(read_bank(TOY), overlay(tmp_path, "bank: toy\nfile: items.csv\n"))
    assert dict(laid.wording) == {1: "First, with comma", 3: "Third"}


def test_faults_of_a_wording_come_at_once(tmp_path: Path) -> None:
    found = overlay_faults(
        overlay(
            tmp_path,
            """\
        bank: toy
        items:
          1: ""
          2: good
          9: too far
        options:
          agree: {7: beyond, 1: neutral}
          other: {1: x}
        """,
        )
    )
    assert any("items.1: is empty text" in fault for fault in found)
    path = overlay(
        tmp_path,
        """\
        bank: toy
        items:
          2: good
          9: too far
        options:
          agree: {7: beyond, 1: neutral}
          other: {1: x}
        """,
    )
    found = overlay_faults(path)
    for part in (
        f"{path}:4: items.9: toy has no item 9; 1 to 3",
        f"{path}:6: options.agree.7: there is no code 7",
        "'neutral' stands for 2 and for 1",
        f"{path}:7: options.other: toy has no options 'other'; agree",
    ):
        assert any(part in fault for fault in found), (part, found)


def test_a_key_nobody_knows_hides_no_wrong_number_and_a_format_may_be_said(tmp_path: Path) -> None:
    path = overlay(tmp_path, "bank: toy\nauthor: me\nitems: {99: a}\n")
    said = "\n".join(overlay_faults(path))
    assert "author" in said
    assert "toy has no item 99" in said
    assert wording_bank(path) == "toy"  # so that everything is told by one look
    laid = lay_over(read_bank(TOY), overlay(tmp_path, "format: 1\nbank: toy\nitems: {1: As printed}\n"))
    assert laid.wording[1] == "As printed"
    assert "format" in overlay_faults(overlay(tmp_path, "format: 2\nbank: toy\nitems: {1: a}\n"))[0]


def test_wording_for_another_bank_or_none_at_all(tmp_path: Path) -> None:
    assert "this wording is for 'eis'" in overlay_faults(overlay(tmp_path, "bank: eis\nitems: {1: a}\n"))[0]
    assert "holds no wording" in overlay_faults(overlay(tmp_path, "bank: toy\n"))[0]
    assert "bank: is missing" in overlay_faults(overlay(tmp_path, "items: {1: a}\n"))[0]
    faults = overlay_faults(overlay(tmp_path, "bank: toy\nitems: {one: a}\n"))
    assert "items.one: toy has no item one; 1 to 3" in faults[0]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv",
        "/etc/passwd",
        "sub/../../secret.csv",
        "..\\secret.csv",
        "C:\\secret.csv",
        "\\\\host\\share\\x.csv",
        "link.csv",
        "linked/secret.csv",
    ],
)
def test_a_wording_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("item,text\n1,stolen\n", encoding="utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link.csv").symlink_to(secret)
    (inner / "linked").symlink_to(tmp_path)
    (fault,) = overlay_faults(overlay(inner, f"bank: toy\nfile: '{name}'\n"))
    assert "leads out of the folder" in fault


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"item,text\n9,a\n1,\n2,x\n2,y\nx,z\n",
            [
                "csv:2: toy has no item '9'",
                "csv:3: item 1 has no text",
                "csv:5: item 2 stands twice",
                "csv:6: toy has no item 'x'",
            ],
        ),
        (b"number,text\n1,a\n", ["csv:1: has the columns number, text; the columns item and text"]),
        (b"", ["has the columns none"]),
        (b"item,text\n1,\xe4\n", ["is not UTF-8"]),
    ],
)
def test_faults_of_the_csv(tmp_path: Path, content: bytes, said: list[str]) -> None:
    (tmp_path / "items.csv").write_bytes(content)
    found = overlay_faults(overlay(tmp_path, "bank: toy\nfile: items.csv\n"))
    assert len(found) == len(said)
    assert all(part in fault for part, fault in zip(said, found, strict=True))


def test_a_csv_that_is_not_there_and_one_that_repeats(tmp_path: Path) -> None:
    assert "there is no file 'none.csv'" in overlay_faults(overlay(tmp_path, "bank: toy\nfile: none.csv\n"))[0]
    (tmp_path / "items.csv").write_text("item,text\n1,a\n", encoding="utf-8")
    found = overlay_faults(overlay(tmp_path, "bank: toy\nfile: items.csv\nitems: {1: b}\n"))
    assert "items.1: is given here and in the CSV" in found[0]


def test_a_wording_file_names_its_bank(tmp_path: Path) -> None:
    assert wording_bank(overlay(tmp_path, "bank: toy\nitems: {1: a}\n")) == "toy"
    with pytest.raises(BankError, match="bank: is missing"):
        wording_bank(overlay(tmp_path, "items: {1: a}\n"))


def test_load_bank_lays_the_wording_over(tmp_path: Path) -> None:
    bank = load_bank("eis", wording=overlay(tmp_path, "bank: eis\nitems: {1: As printed}\n"))
    assert bank.text(bank.item(1)) == "As printed"


# --- references ----------------------------------------------------------------------------------------------------


def test_references_are_found_or_named() -> None:
    entry = reference("proulx2007")
    assert entry.doi == "10.1111/j.1741-3737.2007.00393.x"
    assert str(entry).endswith("https://doi.org/10.1111/j.1741-3737.2007.00393.x")
    assert "*" in entry.apa
    assert "*" not in cite("proulx2007")
    assert cite("A full citation, 2020") == "A full citation, 2020"
    with pytest.raises(UnknownNameError, match="did you mean 'milek2015'"):
        reference("milek2014")


def test_faulty_references_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "references.yaml"
    file.write_text("a1:\n  apa: ''\nb2:\n  doi: 10.1\n", encoding="utf-8")
    with pytest.raises(BankError) as caught:
        read_references(file)
    found = [str(problem) for problem in caught.value.problems]
    assert [
        part in fault
        for part, fault in zip(["a1.apa: is empty text", "b2.apa: is missing", "b2.doi"], found, strict=True)
    ]
    assert len(found) == 3


def test_labels_are_compared_without_case_space_and_width() -> None:
    assert plain(" Strongly\u00a0 AGREE") == plain("strongly agree") == "strongly agree"
    assert plain("Straße") == plain("STRASSE")


# --- whatever is done to a bank file -------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_bank_is_refused_in_words_or_is_a_bank(data: st.DataObject) -> None:
    lines = TOY.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        damage = data.draw(st.sampled_from(["drop", "double", "swap", "cut", "word"]))
        if damage == "drop":
            lines[at] = ""
        elif damage == "double":
            lines[at] *= 2
        elif damage == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif damage == "cut":
            lines[at] = lines[at][: len(lines[at]) // 2] + "\n"
        else:
            word = data.draw(st.sampled_from([": 5", ": no", ": []", ": {}", ": null", ": [null]", ": -1", ": {a: 1}"]))
            lines[at] = re.sub(r": .*", word, lines[at])
    text = "".join(lines)
    told: tuple[Problem, ...] = ()
    try:
        bank = read_bank(text, name="toy.yaml")
    except BankError as error:
        told = error.problems
    else:
        assert read_bank(dump(bank)) == bank
        return
    assert told
    for problem in told:
        assert problem.where.startswith("toy.yaml")
        assert not any(word in str(problem) for word in ("Input should", "[type=", "pydantic"))


def test_without_the_fast_parser_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    broken = toy(("gloss: two", "gloss two"), ("name: Toy\n", "name: no\n"))
    bomb = "a: &a [x]\nb: *a\nc: " + "[" * 5000
    fast = [read_text(text, name="f") for text in (TOY, bomb)]
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert [read_text(text, name="f") for text in (TOY, bomb)] == fast
    assert faults(broken)
