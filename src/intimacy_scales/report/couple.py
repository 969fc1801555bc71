"""The report on two partners for both to read: where they agree, where they differ, where both want more."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.couples import ScaleOfTwo, TwoPartners
from intimacy_scales.norms import Standings
from intimacy_scales.report.couple_detail import (
    agreement_sections,
    bright_section,
    items_section,
    knows_section,
    limits_section,
    methods_section,
    norm_sections,
    wishes_section,
)
from intimacy_scales.report.couple_pictures import side_by_side
from intimacy_scales.report.couple_words import (
    agree_sentence,
    differ_sentence,
    label_of,
    now_scales,
    sure_sentence,
    wish_sentence,
)
from intimacy_scales.report.document import Block, Document, Figure, Finding, Notes, Paragraph, Section
from intimacy_scales.report.naming import bank_line, software_version
from intimacy_scales.report.sources import keys_of, references_section
from intimacy_scales.report.tips_section import ONE_DAY, SAFE, help_section, tip_block
from intimacy_scales.report.words import capital, listed, sentence
from intimacy_scales.tips import AreaForTwo, TipsForTwo

QUESTION = "Where do you agree, where do you differ more than chance, where do both want more?"
BOTH = "This page shows the answers of both. Share it only if both agree."


def couple_document(
    two: TwoPartners,
    tips: TipsForTwo,
    standings: tuple[Standings, Standings] | None = None,
    *,
    title: str | None,
    when: str,
) -> Document:
    """Return the report on two partners as a document. It shows the answers of both.

    For one partner's eyes there is :func:`intimacy_scales.report.partner.partner_document`.
    """
    banks = tuple({one.bank.id: one.bank for one in two.scales}.values())
    sentences = (agree_sentence(two), differ_sentence(two), wish_sentence(two, tips), sure_sentence(two))
    closeness = _closeness(two)
    sections = [
        _in_short(tips),
        _scores_section(two, closeness),
        *agreement_sections(two, [*closeness[1:], *_drawn(two, "interference")]),
        items_section(two),
        *wishes_section(two),
        *knows_section(two),
        *bright_section(two),
        *norm_sections(two, standings),
        _tips_section(tips),
        limits_section(two, tips, banks, standings),
        help_section(tips.help),
        methods_section(two, banks),
        references_section([*keys_of(banks), *_works(two, tips)]),
    ]
    return Document(
        title=title or "Two readings of one relationship",
        subtitle=f"{when} \u00b7 {listed([bank.name for bank in banks])}",
        finding=Finding(question=QUESTION, answer=tuple(text for text in sentences if text)),
        sections=tuple(sections),
        footer=(*(bank_line(bank) for bank in banks), f"intimacy-scales {software_version()}", when),
    )


def _in_short(tips: TipsForTwo) -> Section:
    said = [
        _areas("Keep what you do in", tips.of("keep")),
        _areas("Start with", tips.of("start here")),
        _areas("Talk first about", tips.of("talk about it")),
    ]
    ideas = [f"\u201c{tip.name}\u201d" for tip in tips.tips]
    said += [f"You could try: {listed(ideas)}."] if ideas else []
    return Section(
        title="In short",
        blocks=(Notes(items=(*(text for text in said if text), ONE_DAY, SAFE, BOTH), kind="remark"),),
    )


def _areas(begin: str, areas: Sequence[AreaForTwo]) -> str:
    return f"{begin} {listed([_name(area.score) for area in areas])}." if areas else ""


def _name(one: ScaleOfTwo) -> str:
    name = label_of(one)
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _scores_section(two: TwoPartners, closeness: list[Figure]) -> Section:
    first, second = two.labels
    said = (
        f"Each line is one area, over its whole range. {capital(first)} is the blue dot, {second} the orange square. "
        "The band around each shows where the score could well lie. Where the two cannot be told apart for sure, "
        "bands and line are grey: no clear difference."
    )
    blocks: list[Block | Section] = [Paragraph(text=said), *closeness[:1]]
    told = [text for one in two.scales for text in _withheld(one, two.labels)]
    return Section(
        title="Your answers side by side",
        blocks=(*blocks, *([Notes(items=tuple(dict.fromkeys(told)))] if told else [])),
    )


def _closeness(two: TwoPartners) -> list[Figure]:
    """Return the pictures of closeness, the bank with most areas first: that one stands on the first page."""
    return sorted(_drawn(two, "content"), key=lambda drawn: -len(drawn.table.rows))


def _drawn(two: TwoPartners, role: str) -> list[Figure]:
    """Return one picture a bank."""
    several, found = len({one.bank.id for one in two.scales}) > 1, []
    for bank in dict.fromkeys(one.bank.id for one in two.scales):
        own = [one for one in now_scales(two, role) if one.bank.id == bank]
        drawn = side_by_side(two, own, _title(own[0], role, several=several)) if own else None
        found += [drawn] if drawn else []
    return found


def _title(one: ScaleOfTwo, role: str, *, several: bool) -> str:
    if role == "content":
        return f"Closeness: {one.bank.name}" if several else "Closeness"
    about = (one.scale.measures or one.bank.measures).rstrip(".")
    return f"{capital(one.scale.name)}: {about[:1].lower()}{about[1:]}"


def _withheld(one: ScaleOfTwo, labels: tuple[str, str]) -> list[str]:
    return [
        sentence(f"{label_of(one)}, {label}: no score ({why})")
        for label, why in zip(labels, one.withheld, strict=True)
        if why
    ]


def _tips_section(tips: TipsForTwo) -> Section:
    blocks: list[Block | Section] = []
    for area in tips.areas:
        if area.status in {"start here", "talk about it", "keep"}:
            blocks.append(Paragraph(text=f"{label_of(area.score)}. {sentence(area.said)}"))
        blocks += [tip_block(tip, f"{sentence(area.said)} {sentence(area.why)}") for tip in area.tips]
    if not blocks:
        blocks.append(Paragraph(text="Nothing stands out for both of you, so no tip is suggested."))
    return Section(title="Ideas for the two of you", blocks=tuple(blocks))


def _works(two: TwoPartners, tips: TipsForTwo) -> list[str]:
    rough = any(one.rough for one in two.scales)
    return [e.study for tip in tips.tips for e in tip.evidence] + ["brennan1998"] * rough
