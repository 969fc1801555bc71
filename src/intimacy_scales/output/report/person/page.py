"""The report on one person, who asks: how close does this relationship feel, and how sure is that.

A person's page to take home: finding, picture, strengths, help, at most three ideas, what anybody may try.
"""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.advice import PersonTips, ScaleReading, Suggestion, Tip, Tips
from intimacy_scales.advice.results import MOST
from intimacy_scales.analysis.norms import Standings
from intimacy_scales.base.translation import listing, tr
from intimacy_scales.base.wording import level_words, sentence
from intimacy_scales.output.report import apa
from intimacy_scales.output.report.answer_list import answers_section, critical_section
from intimacy_scales.output.report.article import anyone_ideas, article_section, help_section, idea_block, tips_section
from intimacy_scales.output.report.document import (
    Audience,
    Block,
    Document,
    Figure,
    Finding,
    Folded,
    Notes,
    Paragraph,
    Section,
    Table,
)
from intimacy_scales.output.report.person.person_view import GivenErrors, PersonScore, PersonView, view_of
from intimacy_scales.output.report.person.pictures import rank_words, scores_figure, standing_figure
from intimacy_scales.output.report.person.sentences import finding_sentences
from intimacy_scales.output.report.sentences import bank_line, quoted, short_name, software_version, withheld_words
from intimacy_scales.output.report.sources import doubts_of, keys_of, references_section, untested_of
from intimacy_scales.pictures.drawing import figure, trimmed
from intimacy_scales.scoring import Scores


def person_document(  # noqa: PLR0913 -- whose, on which occasion, for whom, and how it is called
    scores: Scores,
    row: int,
    standings: Standings | None,
    tips: Tips,
    *,
    partner: str | None,
    given: GivenErrors,
    title: str | None,
    when: str,
    time: str | None = None,
    audience: Audience = "clinician",
    help_line: str = "",
    own_only: bool = False,
) -> Document:
    """Return the report on one row as a document.

    ``partner`` says on which of two, where a row holds both; ``time`` on which occasion, where it holds several (all,
    each named, when not said). ``own_only``: it is one partner's, and says that nothing of the other stands in it.
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
    more = _own_only() if own_only else []
    sections = client_sections(view, own, tips, help_line=help_line, more=more) if audience != "research" else []
    if audience != "client":
        sections += [
            *critical_section(scores, row, parts),
            _readings_section(view, readings),
            *_others(view),
            *_norm(view, standings),
            *answers_section(scores, row, parts),
            tips_section(own),
            _limits(view, tips, standings),
            _methods(view),
            references_section([*keys_of(banks), *_studies(own), *_works(view)]),
        ]
    made_by = (f"intimacy-scales {software_version()}", when)
    return Document(
        title=title or tr("A reading of your answers on closeness"),
        subtitle=f"{when} \u00b7 {listing([tr(b.name) for b in banks])}",
        finding=Finding(
            question=tr("How close does this relationship feel, and how sure is that?"),
            answer=finding_sentences(view, readings),
        ),
        sections=tuple(sections),
        footer=made_by if audience == "client" else (*(bank_line(b) for b in banks), *made_by),
        audience=audience,
        name_line=tr("Code or name:") if audience != "research" else "",
    )


WHOSE_ANSWERS = "Whose answers these are"


def _own_only() -> list[Section]:
    text = tr("Only your own answers stand here. Nothing in it shows what your partner answered.")
    return [Section(title=tr(WHOSE_ANSWERS), blocks=(Paragraph(text=text),))]


def _others(view: PersonView) -> list[Section]:
    """Return how bright a picture the answers paint: for the professional alone."""
    figures = drawn(view, "idealisation")
    return [Section(title="More from your answers", blocks=tuple(figures))] if figures else []


def _names(view: PersonView) -> dict[str, str]:
    """Return what each score is called on this page."""
    return dict(view.names)


def _stands_elsewhere(note: str, own: PersonTips) -> bool:
    """Return whether a note stands elsewhere: withheld scores beside the scores, what has no tip with the tips."""
    no_tip = own.outcome == "stands out, no tip" and any(note.startswith(one.said) for one in own.untold)
    return no_tip or "no score (" in note


def _readings_section(view: PersonView, readings: tuple[ScaleReading, ...]) -> Section:
    names = _names(view)
    rows = tuple(
        (
            names[reading.column],
            quoted(reading.words) or f"{figure(reading.average, 1)} on {reading.ends[0]:g} to {reading.ends[1]:g}",
            quoted(reading.low_words).removeprefix("at ") or "\u2013",
            quoted(reading.high_words).removeprefix("at ") or "\u2013",
        )
        for reading in readings
    )
    cautions = tuple(
        sentence(quoted(note)) for own in view.tips for note in own.notes if not _stands_elsewhere(note, own)
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
    told = [*view.refused, *(note for standing in view.standings for note in standing.notes)]
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
    return Section(
        title="What the figures cannot say", blocks=(Notes(items=tuple(dict.fromkeys(said)), kind="remark"),)
    )


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
                f"Intervals are {level_words(view.level)} intervals, score \u00b1 *z* \u00d7 *SEM*, cut at the ends of "
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
    return [e.study for person in own for suggestion in person.suggestions for e in suggestion.evidence]


def _works(view: PersonView) -> list[str]:
    rough = any(score.error.rough for score in view.scores)
    several = len(view.scores) > 1
    return ["brennan1998"] * rough + ["crawford2002"] * bool(view.standings) + ["sidak1967"] * several


def client_sections(
    view: PersonView, own: Sequence[PersonTips], tips: Tips, *, help_line: str, more: Sequence[Section] = ()
) -> list[Section]:
    """Return what a person is shown, in reading order; ``more`` stands before the help."""
    return [
        scores_section(view),
        *strengths_section(view, own),
        *more,
        help_section(tips.help, line=help_line),
        ideas_section(view, own),
        limits_section(tips),
        article_section(given_ideas(own) or anyone_ideas()),
    ]


def drawn(view: PersonView, *roles: str) -> list[Figure]:
    """Return one picture a bank and role."""
    banks, found = dict.fromkeys(score.part.bank.id for score in view.scores), []
    for bank_id in banks:
        for role in roles:
            own = [score for score in view.of_role(role) if score.part.bank.id == bank_id]
            made = scores_figure(view, own, _title(own[0], role, several=len(banks) > 1)) if own else None
            found += [made] if made else []
    return found


def _title(score: PersonScore, role: str, *, several: bool) -> str:
    name = short_name(score.part.bank)
    if role == "content":
        return tr("Closeness: {bank}", bank=tr(name)) if several else tr("Closeness")
    return tr(score.part.scale.name) if role == "interference" else tr("How bright a picture the answers paint")


def scores_section(view: PersonView) -> Section:
    """Return the picture of every area, and which have no score."""
    text = tr("Each line is one area. The filled dot is your score now. The band shows where it could well lie.")
    if view.gaps:
        text += " " + tr("The hollow dot is what you wish for. Where the two are grey, there is no clear difference.")
    figures = sorted(drawn(view, "content"), key=lambda one: -len(one.table.rows))
    empty = [
        tr("{area}: no score ({why}).", area=view.label(score), why=withheld_words(score.withheld))
        for score in view.scores
        if score.withheld and score.part.scale.role != "idealisation"
    ]
    blocks: list[Block | Section] = [Paragraph(text=text), *figures, *drawn(view, "interference")]
    blocks += [Notes(items=tuple(empty))] if empty else []
    return Section(title=tr("Your answers, area by area"), blocks=tuple(blocks))


def strengths_section(view: PersonView, own: Sequence[PersonTips]) -> list[Section]:
    """Return the areas that lie above the middle for sure."""
    said = tuple(
        tr("{area}: your answers lie {place}.", area=view.names[strength.column],
           place=quoted(strength.words) or tr("at {average}", average=trimmed(strength.average, 1)))
        for person in own
        for strength in person.strengths
    )  # fmt: skip
    if not said:
        return []
    intro = Paragraph(text=tr("Your answers lie clearly above the middle here. That is a good place to start from."))
    return [Section(title=tr("What is strong already"), blocks=(intro, Notes(items=said, kind="strength")))]


def given_ideas(own: Sequence[PersonTips]) -> tuple[Tip, ...]:
    """Return the ideas that the answers suggest, at most three."""
    tips: list[Tip] = []
    for one in (one for person in own for one in person.suggestions):
        if one.tip not in tips:
            tips.append(one.tip)
    return tuple(tips[:MOST])


def ideas_section(view: PersonView, own: Sequence[PersonTips]) -> Section:
    """Return at most three ideas with why, or ideas that anyone may try; what else is known, folded."""
    blocks: list[Block | Section | Folded] = [
        Paragraph(text=tr("Afraid of the other person? Read the part above first."))
    ]
    given = [suggestion for person in own for suggestion in person.suggestions]
    out = list(dict.fromkeys(view.name_of(one.column) for person in own for one in person.untold))
    if out:
        blocks.append(Paragraph(text=tr("This stands out: {areas}. No idea here speaks to it.", areas=listing(out))))
    if given:
        blocks += [idea_block(tip, why_of(view, given, tip)) for tip in given_ideas(own)]
    else:
        known = any(person.outcome != "cannot tell" for person in own)
        none = tr("Nothing else stands out for sure.") if out else tr("Nothing stands out for sure.")
        blocks.append(Paragraph(text=(none if known else tr("Whether something stands out cannot be told."))
                                + " " + tr("These are ideas anyone may try.")))  # fmt: skip
        blocks += [idea_block(tip) for tip in anyone_ideas()]
    return Section(title=tr("Ideas to try"), blocks=tuple(blocks))


def why_of(view: PersonView, suggestions: Sequence[Suggestion], tip: object) -> str:
    """Return in a sentence why an idea was chosen, from the figures that the page shows."""
    one = next(suggestion for suggestion in suggestions if suggestion.tip is tip)
    more, area = one.difference.value > 0, view.name_of(one.column)
    if one.rule == 1:
        gap = next(gap for gap in view.gaps if gap.now.part.column == one.column)
        text = "You wish for more of {area}: now {now}, wished {wished}." if more else \
            "You wish for less of {area}: now {now}, wished {wished}."  # fmt: skip
        return tr(text, area=area, now=trimmed(gap.now.value, 1), wished=trimmed(gap.wished.value, 1))
    return tr(_WHY[one.rule, more], area=area)


_WHY = {
    (2, True): "Your score in {area} is high beside the group named.",
    (2, False): "Your score in {area} is low beside the group named.",
    (3, True): "Your score in {area} lies clearly above your other areas.",
    (3, False): "Your score in {area} lies clearly below your other areas.",
    (4, True): "Your answers on {area} lie clearly above the middle.",
    (4, False): "Your answers on {area} lie clearly below the middle.",
}


def limits_section(tips: Tips) -> Section:
    """Return what the page cannot say, in a few lines."""
    said = [
        tr("These are one person\u2019s answers on one day. The other person may see things another way."),
        *(sentence(tr(text)) for text in tips.never),
    ]
    return Section(title=tr("What this cannot say"), blocks=(Notes(items=tuple(said), kind="remark"),))
