"""The report on one person, who asks: how close does this relationship feel, and how sure is that."""

from __future__ import annotations

from intimacy_scales.advice import PersonTips, Reading, Tips
from intimacy_scales.analysis.norms import Standings
from intimacy_scales.base.wording import capital, listed, sentence
from intimacy_scales.output.report import apa
from intimacy_scales.output.report.document import Block, Document, Figure, Finding, Notes, Paragraph, Section, Table
from intimacy_scales.output.report.person.pictures import label_of, rank_words, scores_figure, standing_figure
from intimacy_scales.output.report.person.view import Given, PersonView, view_of
from intimacy_scales.output.report.person.words import closeness_sentence, sure_sentence, wish_sentence
from intimacy_scales.output.report.sources import doubts_of, keys_of, references_section, untested_of
from intimacy_scales.output.report.tips_section import help_section, in_short, tips_section
from intimacy_scales.output.report.words import bank_line, quoted, software_version
from intimacy_scales.scoring import ScaleScores, Scores


def person_document(  # noqa: PLR0913 -- whose, on which occasion, and how it is called
    scores: Scores,
    row: int,
    standings: Standings | None,
    tips: Tips,
    *,
    partner: str | None,
    given: Given,
    title: str | None,
    when: str,
    time: str | None = None,
) -> Document:
    """Return the report on one row as a document.

    ``partner`` says on which of two, where a row holds both; ``time`` on which occasion, where it holds several (all,
    each named, when not said).
    """
    parts = [
        part
        for part in scores.parts
        if part.administration.partner == partner and time in {None, part.administration.occasion}
    ]
    own = [one for one in tips.of(row) if one.partner == partner and time in {None, one.time}]
    view = view_of(scores, row, standings, own, parts=parts, given=given)
    readings = tuple(reading for one in own for reading in one.readings)
    banks = tuple({part.bank.id: part.bank for part in parts}.values())
    closeness = _closeness(view)
    sections = [
        in_short(own),
        _scores_section(view, closeness),
        _readings_section(view, readings),
        *_strengths(own),
        *_others(view, closeness),
        *_norm(view, standings),
        tips_section(own),
        _limits(view, tips, standings),
        help_section(tips.help),
        _methods(view),
        references_section([*keys_of(banks), *_studies(own), *_works(view)]),
    ]
    sentences = (closeness_sentence(view, readings), wish_sentence(view), sure_sentence(view))
    return Document(
        title=title or "A reading of your answers on closeness",
        subtitle=f"{when} \u00b7 {listed([b.name for b in banks])}",
        finding=Finding(
            question="How close does this relationship feel, and how sure is that?",
            answer=tuple(text for text in sentences if text),
        ),
        sections=tuple(sections),
        footer=(*(bank_line(b) for b in banks), f"intimacy-scales {software_version()}", when),
    )


def _scores_section(view: PersonView, closeness: list[Figure]) -> Section:
    said = (
        "Each line is one area, over its whole range. The filled dot is your score now; the band around it shows where "
        "the score could well lie."
    )
    if view.gaps:
        said += (
            " The hollow dot is what you wish for. Where the two cannot be told apart for sure, they are grey: "
            "no clear difference."
        )
    blocks: list[Block | Section] = [Paragraph(text=said), *closeness[:1]]
    empty = [
        sentence(f"{label_of(score.part)}: no score ({score.withheld})") for score in view.scores if score.withheld
    ]
    return Section(
        title="Your answers, area by area", blocks=(*blocks, *([Notes(items=tuple(empty))] if empty else []))
    )


def _drawn(view: PersonView, *roles: str) -> list[Figure]:
    """Return one picture a bank and role."""
    banks, found = dict.fromkeys(score.part.bank.id for score in view.scores), []
    for bank_id in banks:
        for role in roles:
            own = [score for score in view.of_role(role) if score.part.bank.id == bank_id]
            drawn = scores_figure(view, own, _title(own[0].part, role, several=len(banks) > 1)) if own else None
            found += [drawn] if drawn else []
    return found


def _closeness(view: PersonView) -> list[Figure]:
    """Return the pictures of closeness, the bank with most areas first: that one stands on the first page."""
    return sorted(_drawn(view, "content"), key=lambda drawn: -len(drawn.table.rows))


def _others(view: PersonView, closeness: list[Figure]) -> list[Section]:
    """Return what does not stand on the first page: other banks, devices, how bright a picture the answers paint."""
    drawn = [*closeness[1:], *_drawn(view, "interference", "idealisation")]
    return [Section(title="More from your answers", blocks=tuple(drawn))] if drawn else []


def _title(part: ScaleScores, role: str, *, several: bool) -> str:
    about = (part.scale.measures or part.bank.measures).rstrip(".")
    if role == "content":
        return f"Closeness: {part.bank.name}" if several else "Closeness"
    return f"{capital(part.scale.name)}: {about[:1].lower()}{about[1:]}"


def _names(view: PersonView) -> dict[str, str]:
    """Return what each score is called on this page: with its bank where two share a name."""
    names = {score.part.column: label_of(score.part) for score in view.scores}
    twice = {name for name in names.values() if list(names.values()).count(name) > 1}
    return names | {
        score.part.column: f"{names[score.part.column]} ({score.part.bank.name})"
        for score in view.scores
        if names[score.part.column] in twice
    }


def _told_elsewhere(note: str, own: PersonTips) -> bool:
    """Return whether a note stands elsewhere: withheld scores beside the scores, what has no tip with the tips."""
    no_tip = own.outcome == "stands out, no tip" and any(note.startswith(one.said) for one in own.untold)
    return no_tip or "no score (" in note


def _readings_section(view: PersonView, readings: tuple[Reading, ...]) -> Section:
    names = _names(view)
    rows = tuple(
        (
            names[one.column],
            quoted(one.words) or f"{one.average:.1f} on {one.ends[0]:g} to {one.ends[1]:g}",
            quoted(one.low_words).removeprefix("at ") or "\u2013",
            quoted(one.high_words).removeprefix("at ") or "\u2013",
        )
        for one in readings
    )
    cautions = tuple(
        sentence(quoted(note)) for own in view.tips for note in own.notes if not _told_elsewhere(note, own)
    )
    table = Table(
        caption="Where your average answer lies",
        head=("Area", "Your answers", "As low as", "As high as"),
        rows=rows,
        words=(1, 2, 3),
    )
    intro = Paragraph(
        text="This is your average answer, put in the words of the questionnaire. Sentences that were worded the other "
        "way round are turned round first."
    )
    return Section(
        title="What that means in words",
        new_page=True,
        blocks=(intro, *([table] if rows else []), *([Notes(items=cautions)] if cautions else [])),
    )


def _strengths(own: list[PersonTips]) -> list[Section]:
    said = tuple(
        f"{capital(one.scale.name)}: your answers lie {quoted(one.words) or f'at {one.average:.1f}'}."
        for person in own
        for one in person.strengths
    )
    if not said:
        return []
    return [
        Section(
            title="What is strong already",
            blocks=(
                Paragraph(
                    text="Your scores are highest here, though not always clearly higher than elsewhere. "
                    "They are a good place to start from."
                ),
                Notes(items=said, kind="strength"),
            ),
        )
    ]


def _norm(view: PersonView, standings: Standings | None) -> list[Section]:
    if standings is None:
        return []
    blocks: list[Block | Section] = []
    if view.standings:
        norm = view.standings[0].norm
        blocks.append(
            Paragraph(
                text=f"The group (norm {norm.id}): {sentence(norm.sample)} A place in this group says nothing about "
                "people unlike them."
            )
        )
        blocks.append(standing_figure(view.standings, view.row))
        if ranks := rank_words(view.standings, view.row):
            blocks.append(Paragraph(text=ranks, kind="quiet"))
        blocks.append(
            Paragraph(
                kind="quiet",
                text=(
                    "The wide band shows how far the score itself is unsure; "
                    "the thin line shows how far the size of the group leaves it open."
                ),
            )
        )
    told = [*view.refused, *(note for one in view.standings for note in one.notes)]
    if told:
        blocks.append(Notes(items=tuple(dict.fromkeys(sentence(text) for text in told)), kind="remark"))
    return [Section(title="Compared with other people", blocks=tuple(blocks))]


def _limits(view: PersonView, tips: Tips, standings: Standings | None) -> Section:
    said = [
        "These are one person\u2019s answers on one day. The other person may see things another way.",
        "A score is an estimate. Small differences mean nothing.",
    ]
    if standings is None:
        said.append("Nothing here compares you with other people: no norm was named.")
    if any(score.error.rough for score in view.scores):
        said.append("The bands are rough: they rest on these few answers alone.")
    said += _published(view)
    said += [sentence(text) for text in tips.never]
    banks = {score.part.bank.id: score.part.bank for score in view.scores}
    said += [doubt for bank in banks.values() for doubt in (*untested_of(bank), *doubts_of(bank))]
    return Section(title="What this cannot say", blocks=(Notes(items=tuple(dict.fromkeys(said)), kind="remark"),))


def _published(view: PersonView) -> list[str]:
    """Return whose answers the bands rest on, where they come from figures that a bank carries."""
    groups = dict.fromkeys(score.published.rstrip(".") for score in view.scores if score.published)
    return [
        f"How wide the bands are was worked out in other people: {group}. "
        "For people unlike them, the bands may be wrong."
        for group in groups
    ]


def _methods(view: PersonView) -> Section:
    blocks: list[Block | Section] = []
    banks = {score.part.bank.id: score.part.bank for score in view.scores}
    for bank in banks.values():
        parts = [s.part for s in view.scores if s.part.bank.id == bank.id]
        blocks.append(Paragraph(text=f"{bank.name}: {apa.scoring_sentences(bank, parts)}", kind="method"))
    names = _names(view)
    rows = tuple((names[score.part.column], score.basis) for score in view.scores if not score.withheld)
    blocks.append(
        Paragraph(
            kind="method",
            text=(
                f"Intervals are {100 * view.level:.0f}% intervals, score \u00b1 *z* \u00d7 *SEM*, cut at the ends of "
                "the range. A difference is beyond measurement error "
                "when its interval, with *SE* = \u221a(*SEM*\u2081\u00b2 + *SEM*\u2082\u00b2), leaves out zero. "
                "Where *m* gaps, or *m* pairs of areas, are looked at together, one is called clear only when its "
                f"interval at the level {view.level:g}^(1/*m*) leaves out zero (\u0160id\u00e1k, 1967), so that the "
                "level holds for all of them; the intervals shown are each by itself."
            ),
        )
    )
    if rows:
        blocks.append(Table(caption="Measurement error of each score", head=("Area", "From"), rows=rows, words=(1,)))
    blocks.append(Paragraph(text=apa.software_sentence(banks.values()), kind="method"))
    return Section(title="How this was worked out", technical=True, blocks=tuple(blocks))


def _studies(own: list[PersonTips]) -> list[str]:
    return [e.study for person in own for one in person.suggestions for e in one.evidence]


def _works(view: PersonView) -> list[str]:
    rough = any(score.error.rough for score in view.scores)
    several = len(view.scores) > 1
    return ["brennan1998"] * rough + ["crawford2002"] * bool(view.standings) + ["sidak1967"] * several
