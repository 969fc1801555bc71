"""Pages in another language: whole for the client, said where not, German as easy to read as English."""

from __future__ import annotations

import re
from functools import cache

import pytest

import intimacy_scales as ims
from intimacy_scales.base import translation
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.translation import catalogue, day_in_words, in_figures, languages, read_po, speaking, tr
from intimacy_scales.output.report import build_report
from intimacy_scales.output.report.document import Section, TipBlock
from report_pages import DAY, Page, couple_answers, pair_answers, simulated
from test_report_readers import answers
from test_report_words import said

EASY = 7.0  # Wiener Sachtextformel: seventh year of school


@cache
def pages(language="de"):
    before, after = simulated("pair_style", n=50, seed=5), simulated("pair_style", n=50, seed=6)
    how = {"audience": "client", "language": language, "when": DAY}
    return (
        build_report(pair_answers(), person="secret-0011", **how),
        ims.report(answers(ims.load_bank("pair"), 0, 4), "pair", **how),
        ims.report([3, 3, 3, 3, 3], "eis", **how),
        build_report(couple_answers(), couple="secret-0003", **how),
        build_report(couple_answers(), couple="secret-0003", view="b", **how),
        build_report(before, person="secret-0004", after=after, **how),
    )


@pytest.mark.parametrize("place", range(6))
def test_a_clients_page_is_whole_in_german(place):
    report = pages()[place]
    assert (report.document.lang, report.document.direction) == ("de", "ltr")
    text = Page(report.html).text
    assert "Nicht übersetzt" not in text
    assert "12. Mai 2026" in text
    for word in (" the ", " your ", " and ", " with ", "closeness", "intimacy "):
        assert word not in re.sub(r"Emotional Intimacy Scale|Personal Assessment of Intimacy in Relationships|"
                                  r"Technology Device Interference Scale", "", text), word  # fmt: skip


def test_the_same_figures_stand_in_both_languages():
    for german, english in zip(pages("de"), pages("en"), strict=True):
        figures = [re.findall(r"\d+(?:[.,]\d+)?", " ".join(one.document.finding.answer)) for one in (german, english)]
        assert sorted(x.replace(",", ".") for x in figures[0]) == sorted(figures[1])


def test_what_is_not_translated_is_said(monkeypatch):
    short = catalogue("de").texts.copy()
    del short["What this cannot say"]
    less = translation.Catalogue(code="de", comma=True, texts=short)
    monkeypatch.setattr(translation, "catalogue", lambda _: less)
    report = ims.report([3] * 5, "eis", audience="client", language="de", when=DAY)
    assert "Nicht übersetzt: 1 Texte." in report.document.footer


def test_the_part_for_professionals_says_that_it_is_english():
    report = ims.report([3] * 5, "eis", language="de", when=DAY)
    assert "Der Teil für Fachleute ist auf Englisch." in report.document.footer


def syllables(word: str) -> int:
    return max(len(re.findall(r"ei|au|eu|äu|ie|[aeiouyäöü]", word.casefold())), 1)


def wiener(text: str) -> float:
    """Return the first Wiener Sachtextformel: long words and long sentences make a text hard."""
    sentences = [one for one in re.split(r"(?<=[.!?:;])\s+", text) if re.search(r"[A-Za-zÄÖÜäöü]{2}", one)]
    words = re.findall(r"[A-Za-zÄÖÜäöüß]+", text)
    counts = [syllables(word) for word in words]
    n = len(words)
    long_ones, one_syllable = sum(c >= 3 for c in counts) / n, sum(c == 1 for c in counts) / n
    letters = sum(len(word) > 6 for word in words) / n
    return (
        0.1935 * 100 * long_ones
        + 0.1672 * n / len(sentences)
        + 0.1297 * 100 * letters
        - 0.0327 * 100 * one_syllable
        - 0.875
    )


def told(report) -> str:
    """Full sentences of a page, names of scales left out."""
    found = said(report.document.finding)
    for section in report.document.sections:
        found += said(section)
        found += [x for block in section.blocks if isinstance(block, TipBlock) for x in block.how_sure]
    names = re.compile(r"(Emotionale|Soziale|Sexuelle|Geistige) Nähe|Nähe in der Freizeit|Störung durch Geräte|Emotional Intimacy "
                       r"Scale|Personal Assessment of Intimacy in Relationships|Technology Device Interference Scale")  # fmt: skip
    return " ".join(text if text[-1:] in ".!?" else f"{text}." for text in (names.sub("", x) for x in found) if text)


def test_the_formula_is_vienna_s():
    easy = wiener("Das Haus ist rot. Der Hund ist da.")
    assert easy == pytest.approx(0.1672 * 4 - 0.0327 * 100 - 0.875)
    assert wiener("Psychometrische Interpretationen erfordern wissenschaftliche Zurückhaltung.") > 14


@pytest.mark.parametrize("place", range(6))
def test_german_pages_are_easy(place):
    assert wiener(told(pages()[place])) <= EASY


# --- the machinery ---------------------------------------------------------------------------------------------------


def test_a_po_file_is_read_with_its_header_and_escapes():
    made = read_po(
        'msgid ""\nmsgstr ""\n"X-Direction: rtl\\n"\n"X-Decimal: comma\\n"\n\n'
        'msgid "Say \\"yes\\" "\n"now"\nmsgstr "\u05db\u05df"\n\nmsgid "left"\nmsgstr ""\n',
        "xx",
    )
    assert made.direction == "rtl"
    assert made.comma
    assert made.texts == {'Say "yes" now': "\u05db\u05df"}


def test_a_language_that_runs_from_right_to_left_turns_the_page(monkeypatch):
    monkeypatch.setattr(translation, "catalogue", lambda _: translation.Catalogue(code="he", direction="rtl"))
    report = ims.report([3] * 5, "eis", audience="client", language="he", when=DAY)
    assert 'dir="rtl"' in report.html
    assert '[dir="rtl"]' in report.html


def test_a_language_nobody_has_is_refused_and_english_is_the_rule():
    with pytest.raises(UnknownNameError, match="de"):
        ims.report([3] * 5, "eis", language="fr")
    assert languages() == ("en", "de")
    assert tr("{n} areas", n=3) == "3 areas"
    with speaking("de") as missing:
        assert in_figures("1.5") == "1,5"
        assert day_in_words(DAY) == "12. Mai 2026"
        assert tr("never said") == "never said"
        assert list(missing) == ["never said"]
    assert in_figures("1.5") == "1.5"


def test_every_translation_has_the_parts_of_its_text():
    for english, german in catalogue("de").texts.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", german)), english


def test_sections_are_found_whatever_the_language():
    for report in pages():
        assert all(isinstance(one, Section) and one.title for one in report.document.sections)
