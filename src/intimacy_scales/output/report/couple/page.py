"""The detail of a couple's report: agreement, sentences, wishes, guesses, a bright picture, limits, method.

The report on two partners for both to read: where they agree, where they differ, where both want more.

A couple's page to take home: where they agree and differ, what each wishes for, help, at most three ideas.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from intimacy_scales.advice import AreaForTwo, TipsForTwo
from intimacy_scales.analysis.couples import Gap, ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.couples.partners.answer_pairs import ProfileSimilarity
from intimacy_scales.analysis.norms import Standings
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.translation import listing, tr
from intimacy_scales.base.wording import capital, level_words, sentence
from intimacy_scales.output.report import apa
from intimacy_scales.output.report.answer_list import critical_of, critical_ticks
from intimacy_scales.output.report.article import anyone_ideas, article_section, help_section, idea_block
from intimacy_scales.output.report.couple.pictures import agreement_table, items_figure, side_by_side, wishes_figure
from intimacy_scales.output.report.couple.sentences import (
    AREAS,
    compared,
    finding_sentences,
    is_wish,
    label_of,
    now_scales,
)
from intimacy_scales.output.report.document import (
    Audience,
    Block,
    Document,
    Figure,
    Finding,
    Notes,
    Paragraph,
    Section,
    Table,
)
from intimacy_scales.output.report.person.pictures import standing_figure
from intimacy_scales.output.report.person.sentences import unclear
from intimacy_scales.output.report.sentences import (
    bank_line,
    in_sentence,
    short_name,
    signed,
    software_version,
    withheld_words,
)
from intimacy_scales.output.report.sources import doubts_of, keys_of, references_section
from intimacy_scales.pictures.drawing import coefficient, trimmed

BASES = {
    "norm": "the norm",
    "sample": "all who were scored",
    "user": "figures given by the user",
    "published": "published figures",
    "own answers": "each one\u2019s own answers (rough)",
    "none": "nothing that would do",
}


def agreement_section(comparison: TwoPartners) -> Section:
    """Return agreement area by area: the first of the detail."""
    sliders = any(scale.bank.is_quantity(pair.item) for scale in comparison.scales for pair in scale.items)
    intro = Paragraph(
        text="Two answers agree when they lie at most one step apart. "
        + ("On a slider a step is a tenth of it. " * sliders)
        + "Where you stand goes by the middle of the possible answers. It says nothing about other couples."
    )
    table = agreement_table(comparison, now_scales(comparison, *AREAS))
    return Section(title="How far you agree", blocks=(intro, table), new_page=True)


def critical_sections(comparison: TwoPartners) -> list[Section]:
    """Return the items that the banks mark as critical, with the answers of both: for the professional alone."""
    ticks = [
        (label, tick)
        for label, view in zip(comparison.labels, comparison.views, strict=True)
        for tick in critical_ticks(view.scores, 0)
    ]
    return critical_of(ticks)


def items_section(comparison: TwoPartners) -> Section:
    """Return the sentences that were answered furthest apart."""
    drawn = items_figure(comparison, now_scales(comparison, *AREAS))
    text = (
        "A single sentence is a weak sign. It can be a good place to begin to talk: ask what the other thought of."
        if drawn
        else "No sentence was answered by both of you."
    )
    return Section(title="Sentence by sentence", blocks=(Paragraph(text=text), *([drawn] if drawn else [])))


def knows_section(comparison: TwoPartners) -> list[Section]:
    """Return what each thinks the other answers, beside what the other did answer."""
    rows = tuple(
        (capital(guess.name), guess.who, trimmed(guess.guess), trimmed(guess.truth), signed(guess.difference.value),
         "how sure cannot be told" if isnan(guess.difference.se) else
         "clearly off" if guess.difference.beyond else unclear())
        for guess in comparison.guesses if not isnan(guess.difference.value)
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


def bright_section(comparison: TwoPartners) -> list[Section]:
    """Return the scales that tell how bright a picture the answers paint; nothing is corrected for them."""
    scales = [scale for scale in now_scales(comparison, "idealisation") if not all(map(isnan, scale.averages))]
    if not scales:
        return []
    rows = tuple(
        (label_of(scale), *(trimmed(mean, 1) for mean in scale.averages), f"{low:g} to {high:g}")
        for scale in scales
        for low, high in [_ends(scale)]
    )
    text = (
        "These sentences are almost too good to be true. The more of them are agreed to, the more the other answers "
        "may paint a brighter picture than there is. No score was changed for it."
    )
    table = Table(
        caption="Average answer to such sentences",
        head=("Area", *map(capital, comparison.labels), "Possible"),
        rows=rows,
    )
    return [Section(title="How bright the picture is", blocks=(Paragraph(text=text), table))]


def _ends(scale: ScaleOfTwo) -> tuple[float, float]:
    ends = [scale.bank.ends(scale.bank.item(number)) for number in scale.scale.items] or [
        scale.bank.answer_ends(scale.scale)
    ]
    return min(low for low, _ in ends), max(high for _, high in ends)


def norm_sections(comparison: TwoPartners, standings: tuple[Standings, Standings] | None) -> list[Section]:
    """Return where each partner stands in a named norm; nothing without one."""
    if standings is None:
        return []
    blocks: list[Block | Section] = []
    for label, standing in zip(comparison.labels, standings, strict=True):
        own = [part for part in standing.parts if not isnan(float(part.z[0]))]
        if own:
            norm = own[0].norm
            blocks.append(Paragraph(text=f"{capital(label)}, in the group of norm {norm.id}: {sentence(norm.sample)}"))
            blocks.append(standing_figure(own, 0, whose=label, second=label == comparison.labels[1]))
        told = [*(one.why for one in standing.refused), *(note for part in own for note in part.notes)]
        if told:
            blocks.append(Notes(items=tuple(dict.fromkeys(map(sentence, told))), kind="remark"))
    return [Section(title="Compared with other people", blocks=tuple(blocks))]


def limits_section(
    comparison: TwoPartners, tips: TipsForTwo, banks: Sequence[ItemBank], standings: tuple[Standings, Standings] | None
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
    if any(scale.rough for scale in compared(comparison)):
        said.append("The bands are rough: they rest on these few answers alone.")
    said += [sentence(text) for text in tips.never]
    said += [doubt for bank in banks for doubt in doubts_of(bank)]
    return Section(
        title="What the figures cannot say", blocks=(Notes(items=tuple(dict.fromkeys(said)), kind="remark"),)
    )


def methods_section(comparison: TwoPartners, banks: Sequence[ItemBank]) -> Section:
    """Return how it was worked out: intervals, errors, likeness of profiles, remarks."""
    level = level_words(comparison.level)
    text = (
        f"Intervals are {level} intervals, score \u00b1 *z* \u00d7 *SEM*, cut at the ends of the range. A difference "
        "is more than chance when its interval, with *SE* = \u221a(*SEM*\u2081\u00b2 + *SEM*\u2082\u00b2) and errors "
        "taken as independent, leaves out zero. A gap is wished minus now in keyed scores. Answers of one item agree "
        "when they lie at most one option apart."
    )
    errors = Table(
        caption="Measurement error of each score",
        head=("Score", *map(capital, comparison.labels), "Rests on"),
        rows=tuple(
            (f"{label_of(scale)}{' (wished)' if is_wish(scale) else ''}{_of_bank(scale, banks)}",
             *(trimmed(sem) for sem in scale.sems), _basis(scale))
            for scale in comparison.scales
        ),
        words=(3,),
    )  # fmt: skip
    blocks: list[Block | Section] = [Paragraph(text=text, kind="method"), errors, *_profiles(comparison)]
    if comparison.notes or comparison.views[0].notes:
        blocks.append(Notes(items=tuple(dict.fromkeys(map(sentence, comparison.notes))), kind="remark"))
    blocks.append(Paragraph(text=apa.software_sentence(banks), kind="method"))
    return Section(title="How this was worked out", technical=True, blocks=tuple(blocks))


def _basis(scale: ScaleOfTwo) -> str:
    return "; ".join(BASES.get(name, name) for name in scale.basis.split("; "))


def _of_bank(scale: ScaleOfTwo, banks: Sequence[ItemBank]) -> str:
    return f", {scale.bank.id}" if len(banks) > 1 else ""


def _profiles(comparison: TwoPartners) -> list[Block | Section]:
    known = [profile for profile in comparison.profiles if not isnan(profile.raw)]
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


def _profile(similarity: ProfileSimilarity) -> str:
    return ", ".join(part for part in (similarity.bank, similarity.form, similarity.time) if part)


QUESTION = "Where do you agree, where do you differ more than chance, where do both want more?"


def couple_document(
    comparison: TwoPartners,
    tips: TipsForTwo,
    standings: tuple[Standings, Standings] | None = None,
    *,
    title: str | None,
    when: str,
    audience: Audience = "clinician",
    help_line: str = "",
) -> Document:
    """Return the report on two partners as a document. It shows the answers of both.

    For one partner's eyes there is :func:`intimacy_scales.output.report.couple.partner.partner_document`.
    """
    banks = tuple({scale.bank.id: scale.bank for scale in comparison.scales}.values())
    sections = client_sections(comparison, tips, help_line=help_line) if audience != "research" else []
    if audience != "client":
        sections += [
            *critical_sections(comparison),
            agreement_section(comparison),
            items_section(comparison),
            *knows_section(comparison),
            *bright_section(comparison),
            *norm_sections(comparison, standings),
            _why_section(tips),
            limits_section(comparison, tips, banks, standings),
            methods_section(comparison, banks),
            references_section([*keys_of(banks), *_works(comparison, tips)]),
        ]
    made_by = (f"intimacy-scales {software_version()}", when)
    return Document(
        title=title or tr("Two readings of one relationship"),
        subtitle=f"{when} \u00b7 {listing([tr(bank.name) for bank in banks])}",
        finding=Finding(question=tr(QUESTION), answer=finding_sentences(comparison, tips)),
        sections=tuple(sections),
        footer=made_by if audience == "client" else (*(bank_line(bank) for bank in banks), *made_by),
        audience=audience,
        name_line=tr("Code or name:") if audience != "research" else "",
    )


def _why_section(tips: TipsForTwo) -> Section:
    """Return what is said of each area, and by which figures: for the professional."""
    texts = area_sentences(tips.areas)
    blocks = (Notes(items=tuple(texts), kind="remark"),) if texts else (Paragraph(text="Nothing stands out."),)
    return Section(title="Why these ideas", blocks=blocks)


def _works(comparison: TwoPartners, tips: TipsForTwo) -> list[str]:
    rough = any(scale.rough for scale in comparison.scales)
    return [e.study for tip in tips.tips for e in tip.evidence] + ["brennan1998"] * rough


def client_sections(comparison: TwoPartners, tips: TipsForTwo, *, help_line: str) -> list[Section]:
    """Return what a couple is shown, in reading order."""
    return [
        _scores_section(comparison),
        *wishes_section(comparison),
        *_keep_section(tips),
        help_section(tips.help, line=help_line),
        _ideas_section(comparison, tips),
        _limits_section(tips),
        article_section(tips.tips or anyone_ideas()),
    ]


def drawn(comparison: TwoPartners, role: str) -> list[Figure]:
    """Return one picture a bank, the bank with most areas first."""
    several, found = len({scale.bank.id for scale in comparison.scales}) > 1, []
    for bank in dict.fromkeys(scale.bank.id for scale in comparison.scales):
        own = [scale for scale in now_scales(comparison, role) if scale.bank.id == bank]
        figure = side_by_side(comparison, own, _title(own[0], role, several=several)) if own else None
        found += [figure] if figure else []
    return sorted(found, key=lambda one: -len(one.table.rows))


def _title(scale: ScaleOfTwo, role: str, *, several: bool) -> str:
    if role == "content":
        return tr("Closeness: {bank}", bank=tr(short_name(scale.bank))) if several else tr("Closeness")
    return label_of(scale)


def _scores_section(comparison: TwoPartners) -> Section:
    first, second = comparison.labels
    text = tr(
        "Each line is one area. {first} is the blue dot, {second} the orange square. The band shows where each score "
        "could well lie. Where bands and line are grey, there is no clear difference.",
        first=capital(first),
        second=second,
    )
    both = tr("This page shows the answers of both. Share it only if both agree.")
    told = [
        tr("{area}, {who}: no score ({why}).", area=label_of(scale), who=label, why=withheld_words(why))
        for scale in now_scales(comparison, *AREAS)
        for label, why in zip(comparison.labels, scale.withheld, strict=True)
        if why
    ]
    blocks: list[Block | Section] = [Paragraph(text=f"{both} {text}"), *drawn(comparison, "content")]
    blocks += drawn(comparison, "interference")
    blocks += [Notes(items=tuple(dict.fromkeys(told)))] if told else []
    return Section(title=tr("Your answers side by side"), blocks=tuple(blocks))


def wishes_section(comparison: TwoPartners) -> list[Section]:
    """Return now and wished of both, where a bank asks for wishes."""
    figure = wishes_figure(comparison, now_scales(comparison, *AREAS), tr("Now and wished"))
    if figure is None:
        return []
    text = tr(
        "The filled mark is how it is now, the hollow one how it is wished. Where the two are grey, there is no clear "
        "difference. A wish of one of you is no duty of the other."
    )
    return [Section(title=tr("Who wishes for what"), blocks=(Paragraph(text=text), figure))]


def _keep_section(tips: TipsForTwo) -> list[Section]:
    keep = [in_sentence(label_of(area.score)) for area in tips.of("keep")]
    if not keep:
        return []
    text = tr("The answers of both lie clearly on the good side in {areas}. Keep what you do.", areas=listing(keep))
    return [Section(title=tr("What is strong already"), blocks=(Notes(items=(text,), kind="strength"),))]


def _ideas_section(comparison: TwoPartners, tips: TipsForTwo) -> Section:
    blocks: list[Block | Section] = [Paragraph(text=tr("Afraid of the other person? Read the part above first."))]
    if talk := [in_sentence(label_of(area.score)) for area in tips.of("talk about it")]:
        text = "Only one of you stands out in {areas}. Talk about it before you change anything."
        blocks.append(Paragraph(text=tr(text, areas=listing(talk))))
    for area in tips.areas:
        blocks += [idea_block(tip, why_of(comparison, area), two=True) for tip in area.tips]
    if not tips.tips:
        none = "Nothing stands out for both of you. These are ideas anyone may try."
        blocks.append(Paragraph(text=tr(none)))
        blocks += [idea_block(tip) for tip in anyone_ideas()]
    return Section(title=tr("Ideas for the two of you"), blocks=tuple(blocks))


def why_of(comparison: TwoPartners, area: AreaForTwo) -> str:
    """Return why an idea was chosen for two, from the figures that the page shows."""
    name = in_sentence(label_of(area.score))
    if area.by == "wishes" and area.score.gaps is not None:
        each = [
            tr("{who} {points}", who=label, points=_gap(gap))
            for label, gap in zip(comparison.labels, area.score.gaps, strict=True)
        ]
        return tr("Wished minus now in {area}: {each}.", area=name, each=listing(each))
    each = [
        tr("{who} {points}", who=label, points=trimmed(mean, 1))
        for label, mean in zip(comparison.labels, area.score.averages, strict=True)
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


def area_sentences(areas: Sequence[AreaForTwo]) -> list[str]:
    """Return what is said of each area that stands out, in a sentence: for the professional."""
    told = [area for area in areas if area.status in {"start here", "talk about it", "keep"}]
    return [f"{label_of(area.score)}. {sentence(area.said)} {sentence(area.why)}" for area in told]
