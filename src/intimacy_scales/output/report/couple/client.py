"""A couple's page to take home: where they agree and differ, what each wishes for, help, at most three ideas."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from intimacy_scales.advice import AreaForTwo, TipsForTwo
from intimacy_scales.analysis.couples import Gap, ScaleOfTwo, TwoPartners
from intimacy_scales.base.translation import listing, tr
from intimacy_scales.base.wording import capital, sentence
from intimacy_scales.output.report.article import anyone_ideas, article_section, help_section, idea_block
from intimacy_scales.output.report.couple.pictures import side_by_side, wishes_figure
from intimacy_scales.output.report.couple.words import AREAS, label_of, now_scales
from intimacy_scales.output.report.document import Block, Figure, Notes, Paragraph, Section
from intimacy_scales.output.report.words import in_sentence, short_name, withheld_words
from intimacy_scales.pictures.numbers import trimmed


def client_sections(two: TwoPartners, tips: TipsForTwo, *, help_line: str) -> list[Section]:
    """Return what a couple is shown, in reading order."""
    return [
        _scores_section(two),
        *wishes_section(two),
        *_keep_section(tips),
        help_section(tips.help, line=help_line),
        _ideas_section(two, tips),
        _limits_section(tips),
        article_section(tips.tips or anyone_ideas()),
    ]


def drawn(two: TwoPartners, role: str) -> list[Figure]:
    """Return one picture a bank, the bank with most areas first."""
    several, found = len({one.bank.id for one in two.scales}) > 1, []
    for bank in dict.fromkeys(one.bank.id for one in two.scales):
        own = [one for one in now_scales(two, role) if one.bank.id == bank]
        made = side_by_side(two, own, _title(own[0], role, several=several)) if own else None
        found += [made] if made else []
    return sorted(found, key=lambda one: -len(one.table.rows))


def _title(one: ScaleOfTwo, role: str, *, several: bool) -> str:
    if role == "content":
        return tr("Closeness: {bank}", bank=tr(short_name(one.bank))) if several else tr("Closeness")
    return label_of(one)


def _scores_section(two: TwoPartners) -> Section:
    first, second = two.labels
    said = tr(
        "Each line is one area. {first} is the blue dot, {second} the orange square. The band shows where each score "
        "could well lie. Where bands and line are grey, there is no clear difference.",
        first=capital(first),
        second=second,
    )
    both = tr("This page shows the answers of both. Share it only if both agree.")
    told = [
        tr("{area}, {who}: no score ({why}).", area=label_of(one), who=label, why=withheld_words(why))
        for one in now_scales(two, *AREAS)
        for label, why in zip(two.labels, one.withheld, strict=True)
        if why
    ]
    blocks: list[Block | Section] = [Paragraph(text=f"{both} {said}"), *drawn(two, "content")]
    blocks += drawn(two, "interference")
    blocks += [Notes(items=tuple(dict.fromkeys(told)))] if told else []
    return Section(title=tr("Your answers side by side"), blocks=tuple(blocks))


def wishes_section(two: TwoPartners) -> list[Section]:
    """Return now and wished of both, where a bank asks for wishes."""
    made = wishes_figure(two, now_scales(two, *AREAS), tr("Now and wished"))
    if made is None:
        return []
    said = tr(
        "The filled mark is how it is now, the hollow one how it is wished. Where the two are grey, there is no clear "
        "difference. A wish of one of you is no duty of the other."
    )
    return [Section(title=tr("Who wishes for what"), blocks=(Paragraph(text=said), made))]


def _keep_section(tips: TipsForTwo) -> list[Section]:
    keep = [in_sentence(label_of(area.score)) for area in tips.of("keep")]
    if not keep:
        return []
    said = tr("The answers of both lie clearly on the good side in {areas}. Keep what you do.", areas=listing(keep))
    return [Section(title=tr("What is strong already"), blocks=(Notes(items=(said,), kind="strength"),))]


def _ideas_section(two: TwoPartners, tips: TipsForTwo) -> Section:
    blocks: list[Block | Section] = [Paragraph(text=tr("Afraid of the other person? Read the part above first."))]
    if talk := [in_sentence(label_of(area.score)) for area in tips.of("talk about it")]:
        text = "Only one of you stands out in {areas}. Talk about it before you change anything."
        blocks.append(Paragraph(text=tr(text, areas=listing(talk))))
    for area in tips.areas:
        blocks += [idea_block(tip, why_of(two, area), two=True) for tip in area.tips]
    if not tips.tips:
        none = "Nothing stands out for both of you. These are ideas anyone may try."
        blocks.append(Paragraph(text=tr(none)))
        blocks += [idea_block(tip) for tip in anyone_ideas()]
    return Section(title=tr("Ideas for the two of you"), blocks=tuple(blocks))


def why_of(two: TwoPartners, area: AreaForTwo) -> str:
    """Return why an idea was chosen for two, from the figures that the page shows."""
    name = in_sentence(label_of(area.score))
    if area.by == "wishes" and area.score.gaps is not None:
        each = [
            tr("{who} {points}", who=label, points=_gap(gap))
            for label, gap in zip(two.labels, area.score.gaps, strict=True)
        ]
        return tr("Wished minus now in {area}: {each}.", area=name, each=listing(each))
    each = [
        tr("{who} {points}", who=label, points=trimmed(mean, 1))
        for label, mean in zip(two.labels, area.score.averages, strict=True)
    ]
    return tr("Average answers on {area}: {each}. The middle is {middle}.", area=name, each=listing(each),
              middle=trimmed(area.score.midpoint, 1))  # fmt: skip


def _gap(gap: Gap) -> str:
    value = trimmed(gap.difference.value, 1)
    return value if gap.difference.value <= 0 or isnan(gap.difference.value) else f"+{value}"


def _limits_section(tips: TipsForTwo) -> Section:
    said = [
        tr("Two people may see one relationship in two ways. A difference does not say who is right."),
        *(sentence(tr(text)) for text in tips.never),
    ]
    return Section(title=tr("What this cannot say"), blocks=(Notes(items=tuple(said), kind="remark"),))


def areas_said(areas: Sequence[AreaForTwo]) -> list[str]:
    """Return what is said of each area that stands out, in a sentence: for the professional."""
    told = [area for area in areas if area.status in {"start here", "talk about it", "keep"}]
    return [f"{label_of(area.score)}. {sentence(area.said)} {sentence(area.why)}" for area in told]
