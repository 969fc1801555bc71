"""Why the ideas of a page were chosen: the rule and the figures, for the professional."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.advice import PersonTips
from intimacy_scales.advice.results import StandsOut, Suggestion
from intimacy_scales.base.wording import capital, level_words, listed
from intimacy_scales.output.report.document import Block, Notes, Paragraph, Section, Table
from intimacy_scales.output.report.words import between, quoted, signed


def tips_section(own: Sequence[PersonTips]) -> Section:
    """Return by which rule the ideas were chosen, and the figures behind each: for the professional."""
    blocks: list[Block | Section] = []
    for person in own:
        where = f" ({person.time})" if person.time and len(own) > 1 else ""
        if person.outcome == "suggested":
            blocks.append(Paragraph(text=f"The ideas were chosen{where} because of {listed(_reasons(person))}."))
            blocks.append(Notes(items=tuple(f"{one.tip.name}. {one.why}" for one in person.suggestions), kind="remark"))
        else:
            blocks.append(Paragraph(text=f"{quoted(person.said())}{where}"))
        blocks += _figures(person, where)
    return Section(title="Why these ideas", blocks=tuple(blocks))


def _figures(person: PersonTips, where: str) -> list[Table]:
    """Return the differences behind the ideas, folded: who wants figures finds them."""
    found: list[Suggestion | StandsOut] = [*person.suggestions, *person.untold]
    told = dict.fromkeys((capital(one.part.scale.name), one.against, one.difference) for one in found)
    rows = tuple(
        (name, against, signed(d.value, 2), between(d.low, d.high, 2), level_words(d.level))
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
