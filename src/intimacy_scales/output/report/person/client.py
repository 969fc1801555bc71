"""A person's page to take home: finding, picture, strengths, help, at most three ideas, what anybody may try."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.advice import PersonTips, Suggestion, Tip, Tips
from intimacy_scales.advice.results import MOST
from intimacy_scales.base.translation import listing, tr
from intimacy_scales.base.wording import sentence
from intimacy_scales.output.report.article import anyone_ideas, article_section, help_section, idea_block
from intimacy_scales.output.report.document import Block, Figure, Folded, Notes, Paragraph, Section
from intimacy_scales.output.report.person.pictures import scores_figure
from intimacy_scales.output.report.person.view import PersonScore, PersonView
from intimacy_scales.output.report.words import quoted, short_name, withheld_words
from intimacy_scales.pictures.numbers import trimmed


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
    said = tr("Each line is one area. The filled dot is your score now. The band shows where it could well lie.")
    if view.gaps:
        said += " " + tr("The hollow dot is what you wish for. Where the two are grey, there is no clear difference.")
    figures = sorted(drawn(view, "content"), key=lambda one: -len(one.table.rows))
    empty = [
        tr("{area}: no score ({why}).", area=view.label(score), why=withheld_words(score.withheld))
        for score in view.scores
        if score.withheld and score.part.scale.role != "idealisation"
    ]
    blocks: list[Block | Section] = [Paragraph(text=said), *figures, *drawn(view, "interference")]
    blocks += [Notes(items=tuple(empty))] if empty else []
    return Section(title=tr("Your answers, area by area"), blocks=tuple(blocks))


def strengths_section(view: PersonView, own: Sequence[PersonTips]) -> list[Section]:
    """Return the areas that lie above the middle for sure."""
    said = tuple(
        tr("{area}: your answers lie {place}.", area=view.names[one.column],
           place=quoted(one.words) or tr("at {average}", average=trimmed(one.average, 1)))
        for person in own
        for one in person.strengths
    )  # fmt: skip
    if not said:
        return []
    intro = Paragraph(text=tr("Your answers lie clearly above the middle here. That is a good place to start from."))
    return [Section(title=tr("What is strong already"), blocks=(intro, Notes(items=said, kind="strength")))]


def given_ideas(own: Sequence[PersonTips]) -> tuple[Tip, ...]:
    """Return the ideas that the answers suggest, at most three."""
    found: list[Tip] = []
    for one in (one for person in own for one in person.suggestions):
        if one.tip not in found:
            found.append(one.tip)
    return tuple(found[:MOST])


def ideas_section(view: PersonView, own: Sequence[PersonTips]) -> Section:
    """Return at most three ideas with why, or ideas that anyone may try; what else is known, folded."""
    blocks: list[Block | Section | Folded] = [
        Paragraph(text=tr("Afraid of the other person? Read the part above first."))
    ]
    given = [one for person in own for one in person.suggestions]
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


def why_of(view: PersonView, given: Sequence[Suggestion], tip: object) -> str:
    """Return in a sentence why an idea was chosen, from the figures that the page shows."""
    one = next(one for one in given if one.tip is tip)
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
