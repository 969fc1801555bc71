"""Tips and help, in every report on people: what to try, why this, how sure the evidence is, where to find help."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.advice import Help, PersonTips, Tip
from intimacy_scales.advice.results import StandsOut, Suggestion
from intimacy_scales.bank import in_text
from intimacy_scales.base.wording import capital, listed, sentence
from intimacy_scales.output.report.document import Block, Notes, Paragraph, Section, Table, TipBlock
from intimacy_scales.output.report.words import between, quoted, signed

SAFE = "Afraid of the other person? Read \u201cWhere to find help\u201d first, near the end."
ONE_DAY = "Each score is a guess at the truth. Small differences mean nothing."


def tip_block(tip: Tip, why: str) -> TipBlock:
    """Return one tip with its evidence and its limits."""
    sure = [
        f"{capital(e.strength)} ({in_text(e.study)}; {e.sample}). {sentence(e.found)} But: {sentence(e.limits)}"
        for e in tip.evidence
    ]
    return TipBlock(
        title=tip.name,
        advice=tip.advice,
        why=why,
        try_this=tip.try_this,
        how_sure=(*sure, *([tip.no_study] if tip.no_study else [])),
        mind=" ".join(tip.never),
    )


def in_short(own: Sequence[PersonTips]) -> Section:
    """Return what a person takes along when only the first page is handed over: strengths, then ideas, then safety."""
    strong = list(dict.fromkeys(one.scale.name for person in own for one in person.strengths))
    ideas = list(dict.fromkeys(one.tip.name for person in own for one in person.suggestions))
    said = [f"Your highest scores are in {listed(strong)}."] if strong else []
    said += [f"You could try: {listed([f'“{name}”' for name in ideas])}."] if ideas else []
    out = list(dict.fromkeys(one.part.scale.name for person in own for one in person.untold))
    if own and not ideas:
        clear = f"{listed(out)} {'stands' if len(out) == 1 else 'stand'} out, but no tip here speaks to that."
        said.append(clear if out else "No tip stands out from these answers.")
    return Section(title="In short", blocks=(Notes(items=(*said, ONE_DAY, SAFE), kind="remark"),))


def tips_section(own: Sequence[PersonTips]) -> Section:
    """Return the tips that one person's answers suggest, or that none stands out."""
    blocks: list[Block | Section] = []
    for person in own:
        where = f" ({person.time})" if person.time and len(own) > 1 else ""
        if person.outcome == "suggested":
            blocks.append(Paragraph(text=f"These ideas were chosen{where} because of {listed(_reasons(person))}."))
        else:
            blocks.append(Paragraph(text=f"{quoted(person.said())}{where}"))
        blocks += [tip_block(one.tip, one.why) for one in person.suggestions]
        blocks += _figures(person, where)
    return Section(title="Ideas to try", blocks=tuple(blocks))


def _figures(person: PersonTips, where: str) -> list[Table]:
    """Return the differences behind the ideas, folded: who wants figures finds them."""
    found: list[Suggestion | StandsOut] = [*person.suggestions, *person.untold]
    told = dict.fromkeys((capital(one.part.scale.name), one.against, one.difference) for one in found)
    rows = tuple(
        (name, against, signed(d.value, 2), between(d.low, d.high, 2), f"{100 * d.level:.0f} %")
        for name, against, d in told
    )
    caption = f"The figures behind this{where}"
    head = ("Area", "Against", "Difference", "Interval", "Level")
    return [Table(caption=caption, head=head, rows=rows, words=(1,), folded=True)] if rows else []


def _reasons(person: PersonTips) -> list[str]:
    found = {
        1: "a clear gap between now and what you wish for",
        2: "where your answers stand in the group named",
        3: "an area that lies clearly below your other areas",
        4: "an average answer that lies clearly below the middle",
    }
    return list(dict.fromkeys(found[one.rule] for one in person.suggestions))


def help_section(found: Help) -> Section:
    """Return where to find help."""
    return Section(
        title="Where to find help when closeness is not safe",
        blocks=(Paragraph(text=found.when), Notes(items=found.lines, kind="remark")),
    )
