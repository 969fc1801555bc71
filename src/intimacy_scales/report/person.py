"""The report on one person, who asks: how close does this relationship feel, and how sure is that."""

from __future__ import annotations

from intimacy_scales.bank import in_text
from intimacy_scales.norms import Standings
from intimacy_scales.report import apa
from intimacy_scales.report.document import Block, Document, Finding, Notes, Paragraph, Section, Table, TipBlock
from intimacy_scales.report.naming import bank_line, software_version
from intimacy_scales.report.person_pictures import label_of, scores_figure, standing_figure
from intimacy_scales.report.person_view import Given, PersonView, view_of
from intimacy_scales.report.person_words import closeness_sentence, quoted, sure_sentence, wish_sentence
from intimacy_scales.report.sources import doubts_of, keys_of, references_section
from intimacy_scales.report.words import capital, listed, sentence
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.tips import PersonTips, Reading, Suggestion, Tips


def person_document(
    scores: Scores,
    row: int,
    standings: Standings | None,
    tips: Tips,
    *,
    partner: str | None,
    given: Given,
    title: str | None,
    when: str,
) -> Document:
    """Return the report on one row (and, where a row holds both partners, on one of them) as a document."""
    parts = [part for part in scores.parts if part.sitting.partner == partner]
    own = [one for one in tips.of(row) if one.partner == partner]
    view = view_of(scores, row, standings, own, parts=parts, given=given)
    readings = tuple(reading for one in own for reading in one.readings)
    banks = tuple({part.bank.id: part.bank for part in parts}.values())
    sections = [
        _scores_section(view),
        _readings_section(view, readings),
        *_strengths(own),
        *_norm(view, standings),
        _tips_section(own),
        _limits(view, tips, standings),
        _help(tips),
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


def _scores_section(view: PersonView) -> Section:
    said = (
        "Each line is one area, over its whole range. The filled dot is your score now; the band around it shows where "
        "the score could well lie."
    )
    if view.gaps:
        said += (
            " The hollow dot is what you wish for. Where the two cannot be told apart for sure, they are grey: "
            "no clear difference."
        )
    blocks: list[Block | Section] = [Paragraph(text=said)]
    banks = dict.fromkeys(score.part.bank.id for score in view.scores)
    for bank_id in banks:
        for role in ("content", "interference", "idealisation"):
            own = [score for score in view.of_role(role) if score.part.bank.id == bank_id]
            drawn = scores_figure(view, own, _title(own[0].part, role, several=len(banks) > 1)) if own else None
            blocks += [drawn] if drawn else []
    empty = [
        sentence(f"{label_of(score.part)}: no score ({score.withheld})") for score in view.scores if score.withheld
    ]
    return Section(
        title="Your answers, area by area", blocks=(*blocks, *([Notes(items=tuple(empty))] if empty else []))
    )


def _title(part: ScaleScores, role: str, *, several: bool) -> str:
    about = (part.scale.measures or part.bank.measures).rstrip(".")
    if role == "content":
        return f"Closeness: {part.bank.name}" if several else "Closeness"
    return f"{capital(part.scale.name)}: {about[:1].lower()}{about[1:]}"


def _readings_section(view: PersonView, readings: tuple[Reading, ...]) -> Section:
    names = {score.part.column: label_of(score.part) for score in view.scores}
    twice = {name for name in names.values() if list(names.values()).count(name) > 1}
    names |= {
        score.part.column: f"{names[score.part.column]} ({score.part.bank.name})"
        for score in view.scores
        if names[score.part.column] in twice
    }
    rows = tuple(
        (
            names[one.column],
            quoted(one.words) or f"{one.average:.1f} on {one.ends[0]:g} to {one.ends[1]:g}",
            quoted(one.low_words) or "\u2013",
            quoted(one.high_words) or "\u2013",
        )
        for one in readings
    )
    cautions = tuple(sentence(note) for own in view.tips for note in own.notes if "no score (" not in note)
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
                Paragraph(text="These areas are highest by your answers. They are a good place to start from."),
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


def _tips_section(own: list[PersonTips]) -> Section:
    blocks: list[Block | Section] = []
    for person in own:
        where = f" ({person.time})" if person.time and len(own) > 1 else ""
        if person.outcome == "suggested":
            blocks.append(Paragraph(text=f"These ideas were chosen{where} because of {listed(_reasons(person))}."))
        else:
            blocks.append(Paragraph(text=f"{person.said()}{where}"))
        blocks += [_tip(one) for one in person.suggestions]
    return Section(title="Ideas to try", blocks=tuple(blocks))


def _reasons(person: PersonTips) -> list[str]:
    found = {
        1: "a clear gap between now and what you wish for",
        2: "where your answers stand in the group named",
        3: "an area that lies clearly below your other areas",
        4: "an average answer that lies clearly below the middle",
    }
    return list(dict.fromkeys(found[one.rule] for one in person.suggestions))


def _tip(one: Suggestion) -> TipBlock:
    sure = [
        f"{capital(e.strength)} ({in_text(e.study)}; {e.sample}). {sentence(e.found)} But: {sentence(e.limits)}"
        for e in one.evidence
    ]
    return TipBlock(
        title=one.tip.name,
        advice=one.tip.advice,
        why=one.why,
        try_this=one.tip.try_this,
        how_sure=(*sure, *([one.tip.no_study] if one.tip.no_study else [])),
        mind=" ".join(one.tip.never),
    )


def _limits(view: PersonView, tips: Tips, standings: Standings | None) -> Section:
    said = [
        "These are one person\u2019s answers on one day. The other person may see things another way.",
        "A score is an estimate. Small differences mean nothing.",
    ]
    if standings is None:
        said.append("Nothing here compares you with other people: no norm was named.")
    if any(score.error.rough for score in view.scores):
        said.append("The bands are rough: they rest on these few answers alone.")
    said += [sentence(text) for text in tips.never]
    banks = {score.part.bank.id: score.part.bank for score in view.scores}
    said += [doubt for bank in banks.values() for doubt in doubts_of(bank)]
    return Section(title="What this cannot say", blocks=(Notes(items=tuple(dict.fromkeys(said)), kind="remark"),))


def _help(tips: Tips) -> Section:
    return Section(
        title="Where to find help when closeness is not safe",
        blocks=(Paragraph(text=tips.help.when), Notes(items=tips.help.lines, kind="remark")),
    )


def _methods(view: PersonView) -> Section:
    blocks: list[Block | Section] = []
    banks = {score.part.bank.id: score.part.bank for score in view.scores}
    for bank in banks.values():
        parts = [s.part for s in view.scores if s.part.bank.id == bank.id]
        blocks.append(Paragraph(text=f"{bank.name}: {apa.scoring_sentences(bank, parts)}", kind="method"))
    rows = tuple((label_of(score.part), str(score.error)) for score in view.scores if not score.withheld)
    blocks.append(
        Paragraph(
            kind="method",
            text=(
                f"Intervals are {100 * view.level:.0f}% intervals, score \u00b1 *z* \u00d7 *SEM*, cut at the ends of "
                "the range. A difference is beyond measurement error "
                "when its interval, with *SE* = \u221a(*SEM*\u2081\u00b2 + *SEM*\u2082\u00b2), leaves out zero."
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
    return ["brennan1998"] * rough + ["crawford2002"] * bool(view.standings)
