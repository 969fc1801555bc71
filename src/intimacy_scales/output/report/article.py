"""What the article says besides its tips: what closeness is, why it matters, whether it can be built again.

Why the ideas of a page were chosen: the rule and the figures, for the professional.
"""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.advice import Help, PersonTips, Tip, TipEvidence, tip_file
from intimacy_scales.advice.results import StandsOut, Suggestion
from intimacy_scales.bank import in_text
from intimacy_scales.base.translation import tr
from intimacy_scales.base.wording import capital, level_words, listed, sentence
from intimacy_scales.output.report.document import Block, Folded, Notes, Paragraph, Section, Table, TipBlock
from intimacy_scales.output.report.sentences import between, quoted, signed

ANYONE = 3  # ideas that anyone may try


def evidence_words(evidence: TipEvidence) -> str:
    """Return a study behind a piece of advice: how strong, who took part, what was found, what it cannot say."""
    return tr("{strength} ({study}; {sample}). {found} But: {limits}", strength=capital(tr(evidence.strength)),
              study=in_text(evidence.study), sample=tr(evidence.sample), found=sentence(tr(evidence.found)),
              limits=sentence(tr(evidence.limits)))  # fmt: skip


def evidence_of(tip: Tip) -> tuple[str, ...]:
    """Return a tip's evidence, or that there is none."""
    return (*map(evidence_words, tip.evidence), *([tr(tip.no_study)] if tip.no_study else []))


def idea_block(tip: Tip, why: str = "", *, two: bool = False) -> TipBlock:
    """Return one idea for whoever takes it home: the evidence in one line."""
    return TipBlock(
        title=tr(tip.name),
        advice=tr(tip.advice),
        why=why,
        try_this=tr(tip.try_this),
        how_sure=(tr(tip.in_short),),
        mind=" ".join(map(tr, tip.minded(two=two))),
    )


def anyone_ideas() -> tuple[Tip, ...]:
    """Return ideas that anyone may try: habits that need nothing to be known first, and nothing to be minded."""
    plain = [tip for tip in tip_file().tips if tip.kind == "habit" and not tip.never and tip.needs is None]
    return tuple(plain[:ANYONE])


def article_section(tips: Sequence[Tip] = ()) -> Section:
    """Return what the article says besides, folded, with the whole evidence of the tips that were given."""
    file = tip_file()
    blocks: list[Paragraph | Notes] = [
        Paragraph(text=tr("What closeness is."), kind="topic"),
        Paragraph(text=tr(file.closeness.text)),
        Paragraph(text=tr("Why it matters."), kind="topic"),
    ]
    for reason in file.reasons:
        blocks.append(Paragraph(text=f"{tr(reason.name)}. {tr(reason.text)}"))
        blocks.append(Notes(items=tuple(map(evidence_words, reason.evidence)), kind="remark"))
    for question in file.questions:
        blocks.append(Paragraph(text=tr(question.question), kind="topic"))
        blocks.append(Paragraph(text=f"{tr(question.answer)} {tr(question.no_study)}"))
    if tips:
        blocks.append(Paragraph(text=tr("How sure the ideas are."), kind="topic on-screen"))
        blocks.append(Notes(items=tuple(_with_name(tip) for tip in tips), kind="remarks on-screen"))
    fold = Folded(title=tr("What else is known about closeness"), blocks=tuple(blocks))
    return Section(title=tr("More to read"), blocks=(fold,))


def _with_name(tip: Tip) -> str:
    return f"{tr(tip.name)}: {' '.join(evidence_of(tip))}"


def help_section(found: Help, *, line: str = "") -> Section:
    """Return where to find help; ``line`` is a local help line that the professional names."""
    items = (*([sentence(line)] if line else []), *map(tr, found.lines))
    return Section(
        title=tr("Where to find help when closeness is not safe"),
        blocks=(Paragraph(text=tr(found.when)), Notes(items=items, kind="remark")),
    )


def tips_section(own: Sequence[PersonTips]) -> Section:
    """Return by which rule the ideas were chosen, and the figures behind each: for the professional."""
    blocks: list[Block | Section] = []
    for person in own:
        where = f" ({person.time})" if person.time and len(own) > 1 else ""
        if person.outcome == "suggested":
            blocks.append(Paragraph(text=f"The ideas were chosen{where} because of {listed(_reasons(person))}."))
            blocks.append(
                Notes(
                    items=tuple(f"{suggestion.tip.name}. {suggestion.why}" for suggestion in person.suggestions),
                    kind="remark",
                )
            )
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
    return list(dict.fromkeys(found[suggestion.rule] for suggestion in person.suggestions))
