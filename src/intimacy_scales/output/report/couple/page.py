"""The detail of a couple's report: agreement, sentences, wishes, guesses, a bright picture, limits, method.

The report on two partners for both to read: where they agree, where they differ, where both want more.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from intimacy_scales.advice import AreaForTwo, TipsForTwo
from intimacy_scales.analysis.couples import ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.couples.partners.profiles import ProfileSimilarity
from intimacy_scales.analysis.norms import Standings
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.wording import capital, listed, sentence
from intimacy_scales.output.report import apa
from intimacy_scales.output.report.couple.pictures import agreement_table, items_figure, side_by_side, wishes_figure
from intimacy_scales.output.report.couple.words import (
    agree_sentence,
    compared,
    differ_sentence,
    is_wish,
    label_of,
    now_scales,
    sure_sentence,
    wish_sentence,
)
from intimacy_scales.output.report.document import Block, Document, Figure, Finding, Notes, Paragraph, Section, Table
from intimacy_scales.output.report.person.pictures import standing_figure
from intimacy_scales.output.report.person.words import UNCLEAR
from intimacy_scales.output.report.sources import doubts_of, keys_of, references_section
from intimacy_scales.output.report.tips_section import ONE_DAY, SAFE, help_section, tip_block
from intimacy_scales.output.report.words import bank_line, signed, software_version
from intimacy_scales.pictures.numbers import coefficient, trimmed

AREAS = ("content", "interference")
BASES = {
    "norm": "the norm",
    "sample": "all who were scored",
    "user": "figures given by the user",
    "published": "published figures",
    "own answers": "each one\u2019s own answers (rough)",
    "none": "nothing that would do",
}


def agreement_sections(two: TwoPartners, more: Sequence[Figure]) -> list[Section]:
    """Return agreement area by area, then what does not stand on the first page: the first of the detail."""
    intro = Paragraph(
        text="Two answers agree when they lie at most one step apart. Where you stand goes by the middle of the "
        "possible answers. It says nothing about other couples."
    )
    table = agreement_table(two, now_scales(two, *AREAS))
    found = [Section(title="How far you agree", blocks=(intro, table), new_page=True)]
    return [*found, Section(title="More areas side by side", blocks=tuple(more))] if more else found


def items_section(two: TwoPartners) -> Section:
    """Return the sentences that were answered furthest apart."""
    drawn = items_figure(two, now_scales(two, *AREAS))
    text = (
        "A single sentence is a weak sign. It can be a good place to begin to talk: ask what the other thought of."
        if drawn
        else "No sentence was answered by both of you."
    )
    return Section(title="Sentence by sentence", blocks=(Paragraph(text=text), *([drawn] if drawn else [])))


def wishes_section(two: TwoPartners) -> list[Section]:
    """Return now and wished of both, where a bank asks for wishes."""
    drawn = wishes_figure(two, now_scales(two, *AREAS), "Now and wished")
    if drawn is None:
        return []
    said = (
        "The filled mark is how it is now, the hollow one how it is wished. Where the two cannot be told apart for "
        "sure, they are grey: no clear difference. A wish of one of you is no duty of the other."
    )
    return [Section(title="Who wishes for what", blocks=(Paragraph(text=said), drawn))]


def knows_section(two: TwoPartners) -> list[Section]:
    """Return what each thinks the other answers, beside what the other did answer."""
    rows = tuple(
        (capital(one.name), one.who, trimmed(one.guess), trimmed(one.truth), signed(one.difference.value),
         "how sure cannot be told" if isnan(one.difference.se) else
         "clearly off" if one.difference.beyond else UNCLEAR)
        for one in two.knows if not isnan(one.difference.value)
    )  # fmt: skip
    if not rows:
        return []
    table = Table(
        caption="What each thinks the other answers",
        head=("Area", "Who guesses", "Guess", "The other\u2019s answer", "Guess minus answer", "That is"),
        rows=rows,
        words=(1, 5),
    )
    return [Section(title="Do you know what the other wishes?", blocks=(table,))]


def bright_section(two: TwoPartners) -> list[Section]:
    """Return the scales that tell how bright a picture the answers paint; nothing is corrected for them."""
    scales = [one for one in now_scales(two, "idealisation") if not all(map(isnan, one.averages))]
    if not scales:
        return []
    rows = tuple(
        (label_of(one), *(trimmed(mean, 1) for mean in one.averages), f"{low:g} to {high:g}")
        for one in scales
        for low, high in [_ends(one)]
    )
    text = (
        "These sentences are almost too good to be true. The more of them are agreed to, the more the other answers "
        "may paint a brighter picture than there is. No score was changed for it."
    )
    table = Table(
        caption="Average answer to such sentences",
        head=("Area", *map(capital, two.labels), "Possible"),
        rows=rows,
    )
    return [Section(title="How bright the picture is", blocks=(Paragraph(text=text), table))]


def _ends(one: ScaleOfTwo) -> tuple[float, float]:
    ends = [one.bank.ends(one.bank.item(number)) for number in one.scale.items]
    return min(low for low, _ in ends), max(high for _, high in ends)


def norm_sections(two: TwoPartners, standings: tuple[Standings, Standings] | None) -> list[Section]:
    """Return where each partner stands in a named norm; nothing without one."""
    if standings is None:
        return []
    blocks: list[Block | Section] = []
    for label, found in zip(two.labels, standings, strict=True):
        own = [part for part in found.parts if not isnan(float(part.z[0]))]
        if own:
            norm = own[0].norm
            blocks.append(Paragraph(text=f"{capital(label)}, in the group of norm {norm.id}: {sentence(norm.sample)}"))
            blocks.append(standing_figure(own, 0, whose=label, second=label == two.labels[1]))
        told = [*(one.why for one in found.refused), *(note for part in own for note in part.notes)]
        if told:
            blocks.append(Notes(items=tuple(dict.fromkeys(map(sentence, told))), kind="remark"))
    return [Section(title="Compared with other people", blocks=tuple(blocks))]


def limits_section(
    two: TwoPartners, tips: TipsForTwo, banks: Sequence[ItemBank], standings: tuple[Standings, Standings] | None
) -> Section:
    """Return what a couple's report cannot say."""
    said = [
        "Two people may see one relationship in two ways. A difference does not say who is right.",
        "A score is an estimate. Small differences mean nothing.",
        "No difference in the scores does not mean that both of you think of the same things.",
        "Each area is looked at by itself. With many areas, some stand out by chance.",
    ]
    if standings is None:
        said.append("Nothing here compares you with other couples: no norm was named.")
    if any(one.rough for one in compared(two)):
        said.append("The bands are rough: they rest on these few answers alone.")
    said += [sentence(text) for text in tips.never]
    said += [doubt for bank in banks for doubt in doubts_of(bank)]
    return Section(title="What this cannot say", blocks=(Notes(items=tuple(dict.fromkeys(said)), kind="remark"),))


def methods_section(two: TwoPartners, banks: Sequence[ItemBank]) -> Section:
    """Return how it was worked out: intervals, errors, likeness of profiles, remarks."""
    level = f"{100 * two.level:.0f}%"
    said = (
        f"Intervals are {level} intervals, score \u00b1 *z* \u00d7 *SEM*, cut at the ends of the range. A difference "
        "is more than chance when its interval, with *SE* = \u221a(*SEM*\u2081\u00b2 + *SEM*\u2082\u00b2) and errors "
        "taken as independent, leaves out zero. A gap is wished minus now in keyed scores. Answers of one item agree "
        "when they lie at most one option apart."
    )
    errors = Table(
        caption="Measurement error of each score",
        head=("Score", *map(capital, two.labels), "Rests on"),
        rows=tuple(
            (f"{label_of(one)}{' (wished)' if is_wish(one) else ''}{_of_bank(one, banks)}",
             *(trimmed(sem) for sem in one.sems), _basis(one))
            for one in two.scales
        ),
        words=(3,),
    )  # fmt: skip
    blocks: list[Block | Section] = [Paragraph(text=said, kind="method"), errors, *_profiles(two)]
    if two.notes or two.views[0].notes:
        blocks.append(Notes(items=tuple(dict.fromkeys(map(sentence, two.notes))), kind="remark"))
    blocks.append(Paragraph(text=apa.software_sentence(banks), kind="method"))
    return Section(title="How this was worked out", technical=True, blocks=tuple(blocks))


def _basis(one: ScaleOfTwo) -> str:
    return "; ".join(BASES.get(name, name) for name in one.basis.split("; "))


def _of_bank(one: ScaleOfTwo, banks: Sequence[ItemBank]) -> str:
    return f", {one.bank.id}" if len(banks) > 1 else ""


def _profiles(two: TwoPartners) -> list[Block | Section]:
    known = [one for one in two.profiles if not isnan(one.raw)]
    if not known:
        return []
    table = Table(
        caption="Likeness of the two profiles of answers",
        head=("Answers", "Sentences", "r", "r beyond what most answer"),
        rows=tuple(
            (_profile(one), str(one.n_items), coefficient(one.raw), coefficient(one.corrected)) for one in known
        ),
        notes=tuple(dict.fromkeys(sentence(one.note) for one in known if one.note)),
    )
    text = (
        "Any two people are alike in their raw profiles, because most people agree to some sentences. Only what is "
        "left after the average profile is taken off is theirs."
    )
    return [Paragraph(text=text, kind="method"), table]


def _profile(one: ProfileSimilarity) -> str:
    return ", ".join(part for part in (one.bank, one.form, one.time) if part)


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

    For one partner's eyes there is :func:`intimacy_scales.output.report.couple.partner.partner_document`.
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
