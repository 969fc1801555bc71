"""The report on one person over time, who asks: what has changed, and how sure is that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

from intimacy_scales.norms import half_width
from intimacy_scales.report.course import LEVEL, Line
from intimacy_scales.report.document import Block, Document, Figure, Finding, Notes, Paragraph, Section, Table
from intimacy_scales.report.drawing import NARROW, WIDE
from intimacy_scales.report.person_words import digits_of, name_of
from intimacy_scales.report.pictures.course import Stop, Track, draw_courses
from intimacy_scales.report.sources import more_references
from intimacy_scales.report.words import between, capital, count, figure, listed, sentence, signed, trimmed

QUESTION = "What has changed, and how sure is that?"
MOST_NAMED = 3


def over_time_document(last: Document, lines: Sequence[Line], *, title: str | None) -> Document:
    """Return the report on one person's last occasion, opened by what has changed since the first.

    Parameters
    ----------
    last
        The report on the last occasion.
    lines
        Every score of the same person over the occasions.
    title
        In place of the one the report makes.
    """
    now = [line for line in lines if not _wished(line) and len(line.known) > 1]
    finding = Finding(
        question=QUESTION, answer=tuple(text for text in (_changed(now), _same(now), _sure(now), *_today(last)) if text)
    )
    sections = []
    for one in last.sections:
        if one.title == "Your answers, area by area":
            sections += [_section(now), replace(one, title="Your answers on the last occasion", new_page=True)]
        elif one.title == "What that means in words":
            sections.append(replace(one, new_page=False))
        elif one.title == "How this was worked out":
            sections.append(replace(one, blocks=(*_methods(now), *one.blocks)))
        elif one.title == "References":
            sections.append(more_references(one, ["jacobson1991"]))
        else:
            sections.append(one)
    return replace(last, title=title or "Your answers over time", finding=finding, sections=tuple(sections))


def _wished(line: Line) -> bool:
    return line.part.sitting.form in {derived.minuend for derived in line.part.bank.derived}


def _today(last: Document) -> tuple[str, ...]:
    return last.finding.answer[:1]


def _areas(now: Sequence[Line]) -> list[Line]:
    return [line for line in now if line.part.scale.role in {"content", "interference"}]


def _changed(now: Sequence[Line]) -> str:
    areas = _areas(now)
    if not areas:
        return "There are not enough answers to say what has changed."
    higher = [name_of(line.part) for line in areas if line.verdict == "clearly higher"]
    lower = [name_of(line.part) for line in areas if line.verdict == "clearly lower"]
    if not higher and not lower:
        told = any(line.verdict == "no clear change" for line in areas)
        return "Your answers show no clear change in any area." if told else "From these answers no change can be told."
    said = [f"clearly higher in {listed(higher)}"] * bool(higher) + [f"clearly lower in {listed(lower)}"] * bool(lower)
    return f"Compared with the first time, your answers are {listed(said)}."


def _same(now: Sequence[Line]) -> str:
    areas = _areas(now)
    same = [name_of(line.part) for line in areas if line.verdict == "no clear change"]
    if not same or len(same) == len(areas):
        return ""
    named = listed(same) if len(same) <= MOST_NAMED else count(len(same), "area")
    return f"There is no clear change in {named}."


def _sure(now: Sequence[Line]) -> str:
    known = [line for line in _areas(now) if line.smallest is not None]
    if known:
        widest = max(known, key=lambda line: (line.smallest or 0) / (line.part.possible[1] - line.part.possible[0]))
        points = trimmed(widest.smallest, digits_of(widest.part))
        span = between(*widest.part.possible)
        return f"A change must be larger than about {points} points, on a range from {span}, to count."
    if any(line.rough is not None and not isnan(line.rough.se) for line in now):
        return "How sure that is can only be guessed: it rests on these few answers alone."
    return "How sure that is cannot be told from these answers alone."


def _section(now: Sequence[Line]) -> Section:
    said = (
        "Each dot is your score on one occasion, over the whole range. The bar around it shows where the score could "
        "well lie. The grey band lies around your first score: a later score inside it is no clear change."
    )
    blocks: list[Block | Section] = [Paragraph(text=said)]
    banks = list(dict.fromkeys(line.part.bank.id for line in now))
    for bank in banks:
        own = [line for line in now if line.part.bank.id == bank]
        title = f"Over time: {own[0].part.bank.name}" if len(banks) > 1 else "Over time"
        blocks.append(_figure(own, title))
    blocks.append(Notes(items=("A change does not say what brought it about.",), kind="remark"))
    return Section(title="What has changed", blocks=tuple(blocks))


def _figure(own: Sequence[Line], title: str) -> Figure:
    tracks = [_track(line) for line in own]
    wide, narrow = (draw_courses(tracks, width=width) for width in (WIDE, NARROW))
    alt = f"{'; '.join(f'{track.label}: {track.text}' for track in tracks)}."
    rows = tuple(row for line in own for row in _rows(line))
    table = Table(
        caption=f"{title}: figures", head=("Area", "When", "Score", "Could be", "Since the first", "That is"),
        rows=rows, words=(1, 5),
    )  # fmt: skip
    return Figure(title=title, alt=alt, wide=wide, narrow=narrow, table=table)


def _span(line: Line, value: float, sem: float) -> tuple[float, float]:
    off = half_width(LEVEL) * sem
    least, most = line.part.possible
    return (max(value - off, least), min(value + off, most)) if not isnan(off) else (value, value)


def _track(line: Line) -> Track:
    stops = []
    for one in line.known:
        low, high = _span(line, one.value, one.sem)
        stops.append(Stop(name=one.occasion, at=one.at, value=one.value, low=low, high=high))
    first, last = line.known[0].value, line.known[-1].value
    return Track(
        label=capital(line.part.scale.name),
        text=f"{trimmed(first, 1)}, then {trimmed(last, 1)}: {_said(line)}",
        low=line.part.possible[0],
        high=line.part.possible[1],
        stops=tuple(stops),
        smallest=line.smallest,
        clear=line.verdict.startswith("clearly"),
    )


def _said(line: Line) -> str:
    return line.verdict if line.verdict != "cannot be told" else "how sure cannot be told"


def _rows(line: Line) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    first = line.known[0]
    for one in line.known:
        low, high = _span(line, one.value, one.sem)
        could = "cannot be told" if isnan(one.sem) else between(low, high, digits_of(line.part))
        since = "" if one is first else signed(one.value - first.value)
        word = _said(line) if one is line.known[-1] else ""
        found.append((capital(line.part.scale.name), one.occasion, trimmed(one.value), could, since, word))
    return found


def _methods(now: Sequence[Line]) -> list[Block | Section]:
    rows = [
        (
            capital(line.part.scale.name),
            figure(line.rci),
            trimmed(line.smallest),
            "the person\u2019s own answers (rough)" if line.change.used is None else str(line.change.used),
        )
        for line in now
    ]
    said = (
        "Change between the first and the last occasion: reliable change index after Jacobson and Truax (1991), "
        "*RC* = (*x*\u2082 \u2212 *x*\u2081) / (*SD* \u221a2 \u221a(1 \u2212 *r*)); clear when |*RC*| > 1.96. The "
        "smallest change that counts is 1.96 \u221a2 *SEM*. Bands are 95% intervals. Where no *SD* and no "
        "reliability fit, the person\u2019s own rough errors are used."
    )
    slopes = [
        sentence(
            f"{capital(line.part.scale.name)}: slope {signed(line.slope[0], 2)} a {line.slope[3]} "
            f"({signed(line.slope[1], 2)} to {signed(line.slope[2], 2)})"
        )
        for line in now
        if line.slope is not None
    ]
    table = Table(
        caption="Change of each score",
        head=("Area", "RC", "Smallest that counts", "Rests on"),
        rows=tuple(rows),
        words=(3,),
    )
    more = [Notes(items=tuple(slopes), kind="remark")] if slopes else []
    return [Paragraph(text=said, kind="method"), table, *more]
