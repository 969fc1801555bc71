"""The detail of a couple's report: agreement, sentences, wishes, guesses, a bright picture, limits, method."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.couples import ScaleOfTwo, TwoPartners
from intimacy_scales.couples.profiles import ProfileSimilarity
from intimacy_scales.norms import Standings
from intimacy_scales.report import apa
from intimacy_scales.report.couple_pictures import agreement_table, items_figure, wishes_figure
from intimacy_scales.report.couple_words import compared, is_wish, label_of, now_scales
from intimacy_scales.report.document import Block, Figure, Notes, Paragraph, Section, Table
from intimacy_scales.report.person_pictures import standing_figure
from intimacy_scales.report.person_words import UNCLEAR
from intimacy_scales.report.sources import doubts_of
from intimacy_scales.report.words import capital, coefficient, sentence, signed, trimmed
from intimacy_scales.tips import TipsForTwo

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
