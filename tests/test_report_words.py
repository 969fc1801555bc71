"""Plain words: a reading age of about twelve, no verdict, in every report that people read of themselves."""

from __future__ import annotations

import re

import pytest

from intimacy_scales.output.report.document import Figure, Finding, Notes, Paragraph, Section, Table, TipBlock
from report_pages import over_time_report, people_reports

GRADE = 7.0  # of school: children of about twelve
VERDICTS = (
    "you are ", "you're", "unhealthy", "abnormal", "disorder", "dysfunction", "symptom", "deficit", "toxic", "poor relationship",
    "good relationship", "severe", "patient", "incompatible", "mismatch", "at risk", "improved", "deteriorated", "worse",
)  # fmt: skip


def syllables(word: str) -> int:
    """Count groups of vowels; a silent e at the end does not count."""
    word = re.sub(r"[^a-z]", "", word.casefold())
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = (word.endswith("e") and not word.endswith(("le", "ee", "ye"))) or (
        word.endswith("es") and not word.endswith(("ses", "ces", "ges", "xes", "shes", "ches"))
    )
    silent = silent or (word.endswith("ed") and not word.endswith(("ted", "ded")))
    return max(groups - bool(silent and groups > 1), 1)


def grade(text: str) -> float:
    """Return Flesch and Kincaid's grade: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    sentences = [one for one in re.split(r"(?<=[.!?:;])\s+", text) if re.search(r"[A-Za-z]{2}", one)]
    words = re.findall(r"[A-Za-z][A-Za-z'\u2019-]*", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def said(block) -> list[str]:
    if isinstance(block, Finding):
        return [block.question, *block.answer]
    if isinstance(block, Paragraph):
        return [block.text]
    if isinstance(block, Notes):
        return list(block.items)
    if isinstance(block, TipBlock):
        return [block.advice, block.why, block.try_this, block.mind]
    if isinstance(block, Section):
        return [text for one in block.blocks for text in said(one)]
    return []


def told(report) -> list[str]:
    """Everything that is said in sentences, without the method part and the sources' own doubts on a bank."""
    found = said(report.document.finding)
    for one in report.document.sections:
        if not one.technical and one.title != "Compared with other people":
            found += [text for text in said(one) if "Not confirmed in a source" not in text]
    return [text if text[-1:] in ".!?" else f"{text}." for text in found if text]


def test_the_formula_is_flesch_and_kincaids():
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert [syllables(word) for word in ("closeness", "answer", "area", "wished", "people", "intimacy")] == [
        3,
        2,
        2,
        1,
        2,
        4,
    ]
    assert (
        grade(
            "Notwithstanding considerable methodological heterogeneity, psychometric interpretation necessitates caution."
        )
        > 12
    )


@pytest.mark.parametrize("place", range(5))
def test_people_of_twelve_can_read_it(place):
    assert grade(" ".join(told(people_reports()[place]))) <= GRADE


@pytest.mark.parametrize("place", range(5))
def test_nobody_is_judged(place):
    report = people_reports()[place]
    text = " ".join([report.document.title, *told(report), *(alts(report))]).casefold()
    text = text.replace("if you are afraid", "")  # where to find help speaks to whoever is afraid
    for word in VERDICTS:
        assert word not in text, word
    assert text.count("diagnosis") == text.count("no diagnosis")


def alts(report):
    for block in report.document.walk():
        if isinstance(block, Figure):
            yield block.alt
        elif isinstance(block, Table):
            yield block.caption


def test_first_sentences_of_every_kind_are_short():
    for report in people_reports():
        for text in report.document.finding.answer:
            for one in text.split(". "):
                assert len(one.split()) <= 26, one


def test_a_change_is_never_given_a_cause():
    assert "A change does not say what brought it about." in told(over_time_report())
