"""What the tests of the reports share: simulated answers, finished reports, a page taken apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser

import numpy as np

from intimacy_scales.bank import load_bank
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.output.report import Report, build_report
from intimacy_scales.output.report.document import Section
from intimacy_scales.output.report.rendering import HERE
from intimacy_scales.reading.exports.table import Column, RawTable, SetAside, Source, text_cells
from intimacy_scales.reading.responses.model import Administration, Answered, Responses

DAY = date(2026, 5, 12)
HOSTILE = """<script>alert('x')</script><img src=x onerror=y> $\\frac{1}{2}$ & "q" </style></title> \u4e2d"""
STYLE = HERE / "style.css"


def _answers(bank: ItemBank, rng: np.random.Generator, general: np.ndarray, lift: float) -> list[np.ndarray]:
    """Answers that hang together scale by scale; a reversed item is ticked the other way round."""
    n = len(general)
    own = {scale.id: 0.6 * general + 0.6 * rng.normal(size=n) for scale in bank.scales}
    home = {number: scale.id for scale in bank.scales for number in scale.items}
    found = []
    for item in bank.items:
        low, high = bank.ends(item)
        drawn = own[home[item.number]] + rng.normal(size=n) * 0.7
        ticked = np.clip(np.round((low + high) / 2 + lift + drawn * (high - low) / 4), low, high)
        found.append(low + high - ticked if item.reverse else ticked)
    return found


def simulated(
    *banks: str | ItemBank, n: int = 120, seed: int = 5, missing: float = 0.02, partners: bool = False
) -> Responses:
    rng = np.random.default_rng(seed)
    general = rng.normal(size=n)
    parts = []
    for name in banks:
        bank = load_bank(name) if isinstance(name, str) else name
        for partner in ("a", "b") if partners else (None,):
            for place, form in enumerate(bank.form_ids):
                answers = _answers(bank, rng, general, 0.3 + 0.8 * place)
                for column in answers:
                    column[rng.random(n) < missing] = np.nan
                columns = tuple(f"{bank.id}_{item.number}" for item in bank.items)
                administration = Administration(form=form, partner=partner)
                parts.append(
                    Answered(bank=bank, administration=administration, answers=tuple(answers), columns=columns)
                )
    ids = tuple(f"secret-{i:04d}" for i in range(n))
    aside = (
        SetAside(row=3, why="survey preview"),
        SetAside(row=900, why="unfinished"),
        SetAside(row=901, why="unfinished"),
    )
    source = Source(path="/home/someone/private/export.csv", platform="qualtrics", saw="three header rows")
    rows = np.arange(4, n + 4)
    table = RawTable(
        columns=(Column(name="id", cells=text_cells(ids), kind="id"),), row_numbers=rows, set_aside=aside, source=source
    )
    return Responses(
        answered=tuple(parts), id_column="id", ids=ids, row_numbers=rows, set_aside=aside, source=source, table=table
    )


def with_answers(responses: Responses, row: int, codes: list[float], *, place: int = 0) -> Responses:
    """Replace one person's answers in one administration."""
    part = responses.answered[place]
    columns = []
    for column, code in zip(part.answers, codes, strict=True):
        new = column.copy()
        new[row] = code
        columns.append(new)
    changed = replace(part, answers=tuple(columns))
    return replace(responses, answered=(*responses.answered[:place], changed, *responses.answered[place + 1 :]))


@cache
def eis_answers() -> Responses:
    return simulated("eis")


@cache
def pair_answers() -> Responses:
    return simulated("pair_style")


@cache
def eis_report() -> Report:
    return build_report(eis_answers(), when=DAY)


@cache
def pair_report() -> Report:
    return build_report(pair_answers(), when=DAY)


@cache
def person_report() -> Report:
    return build_report(pair_answers(), person="secret-0011", when=DAY)


@cache
def couple_answers() -> Responses:
    return simulated("pair_style", "tdis", n=40, partners=True)


@cache
def couple_report(view: str = "both") -> Report:
    return build_report(couple_answers(), couple="secret-0003", view=view, when=DAY)


@cache
def over_time_report() -> Report:
    before, after = simulated("pair_style", n=50, seed=5), simulated("pair_style", n=50, seed=6)
    return build_report(before, person="secret-0004", after=after, when=DAY)


@cache
def couples_sample_report() -> Report:
    return build_report(simulated("eis", n=40, partners=True), couple_column="id", when=DAY)


@cache
def all_reports() -> tuple[Report, ...]:
    """A sample, a sample with forms, a person with forms, a person in a norm, a couple, a partner, over time, couples."""
    norm = build_report(simulated("prqc"), person="secret-0003", norm=load_bank("prqc").norms[0], when=DAY)
    people = (eis_report(), pair_report(), person_report(), norm)
    return (*people, couple_report(), couple_report("b"), over_time_report(), couples_sample_report())


def people_reports() -> tuple[Report, ...]:
    """Those that people read of themselves."""
    return all_reports()[2:7]


class Page(HTMLParser):
    """A page taken apart: tags with attributes, headings, text, and whether every tag is closed."""

    VOID = ("meta", "br", "img", "link", "hr", "input")

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.paths: list[tuple[str, ...]] = []
        self.open: list[str] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.faults: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.paths.append(tuple(self.open))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.paths.append(tuple(self.open))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"{tag} closes {self.open[-1:] or 'nothing'}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if data.strip():
            self.texts.append((tuple(self.open), data))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def text(self) -> str:
        return " ".join(" ".join(said for path, said in self.texts if "style" not in path).split())


def blocks(report, kind):
    return [block for block in report.document.walk() if isinstance(block, kind)]


def section(report, title) -> Section:
    return next(one for one in report.document.sections if one.title == title)
