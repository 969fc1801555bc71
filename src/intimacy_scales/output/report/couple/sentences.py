"""What a couple's report says, in plain words: agreement first, then differences, then wishes; no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

from intimacy_scales.advice import TipsForTwo
from intimacy_scales.analysis.couples import Couples, Gap, ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.couples.partners.answer_pairs import GUESS
from intimacy_scales.base.translation import listing, tr
from intimacy_scales.base.wording import capital
from intimacy_scales.output.report.person.person_view import AT_END
from intimacy_scales.output.report.person.sentences import unclear
from intimacy_scales.output.report.sentences import in_sentence, short_name, signed
from intimacy_scales.pictures.drawing import trimmed

AREAS = ("content", "interference")


def named_couples(couples: Couples) -> Couples:
    """Return couples whose partners are called so that a sentence can name them: ``Partner a``, ``woman``."""
    first, second = (f"Partner {label}" if len(label) < 3 or label.isdecimal() else label for label in couples.labels)
    return replace(couples, labels=(first, second))


def distinct_areas(comparison: TwoPartners) -> TwoPartners:
    """Return the comparison with areas of one name called by their questionnaire too, in the language spoken."""
    banks: dict[str, set[str]] = {}
    for scale in comparison.scales:
        banks.setdefault(scale.scale.name, set()).add(scale.bank.id)

    def named(one: ScaleOfTwo) -> ScaleOfTwo:
        name = tr(one.scale.name)
        if len(banks[one.scale.name]) > 1:
            name = f"{name} ({tr(short_name(one.bank))})"
        return one if name == one.scale.name else replace(one, scale=one.scale.model_copy(update={"name": name}))

    return replace(comparison, scales=tuple(map(named, comparison.scales)))


def is_wish(scale: ScaleOfTwo) -> bool:
    """Whether a score says how things are wished, or is a guess: not how they are."""
    form = scale.administration.form
    return form is not None and (form.startswith(GUESS) or form in {derived.minuend for derived in scale.bank.derived})


def label_of(scale: ScaleOfTwo) -> str:
    """Return a scale's name, with the occasion where the file says one."""
    return (
        f"{capital(scale.scale.name)}{f' ({scale.administration.occasion})' if scale.administration.occasion else ''}"
    )


def now_scales(comparison: TwoPartners, *roles: str) -> tuple[ScaleOfTwo, ...]:
    """Return the scores of how things are, of these roles."""
    return tuple(scale for scale in comparison.scales if not is_wish(scale) and scale.scale.role in roles)


def compared(comparison: TwoPartners) -> tuple[ScaleOfTwo, ...]:
    """Return the areas in which the two can be compared: both have a score, and its error is known."""
    return tuple(scale for scale in now_scales(comparison, *AREAS) if known(scale))


def known(scale: ScaleOfTwo) -> bool:
    """Whether a score of both can be compared."""
    return not isnan(scale.difference.value) and not isnan(scale.difference.se)


def wished_scales(comparison: TwoPartners) -> tuple[ScaleOfTwo, ...]:
    """Return the scores of how things are wished, where they can be compared."""
    return tuple(
        scale
        for scale in comparison.scales
        if scale.scale.role in AREAS
        and scale.administration.form in {derived.minuend for derived in scale.bank.derived}
        and known(scale)
    )


def _inside(scale: ScaleOfTwo) -> str:
    return in_sentence(label_of(scale))


def _named(scales: Sequence[ScaleOfTwo]) -> str:
    return listing([_inside(scale) for scale in scales])


def finding_sentences(comparison: TwoPartners, tips: TipsForTwo) -> tuple[str, ...]:
    """Return the answer of the first screen: where the two differ, agree, wish; ends reached; what cannot be told."""
    found = [
        *differ_sentences(comparison),
        *wish_sentences(comparison, tips),
        *end_sentences(comparison),
        *sure_sentences(comparison),
    ]
    return tuple(text for text in found if text)


def differ_sentences(comparison: TwoPartners) -> list[str]:
    """Return where the two differ by more than chance, the largest difference, and where they do not."""
    told, every = compared(comparison), now_scales(comparison, *AREAS)
    if not told:
        return [tr("From these answers it cannot be told where you agree and where you differ.")]
    apart = [one for one in told if one.difference.beyond]
    alike = [one for one in told if not one.difference.beyond]
    lines = []
    if not apart:
        lines.append(tr("In no area do your answers differ by more than chance."))
    else:
        lines.append(tr("Your answers differ by more than chance in {areas}.", areas=_named(apart)))
        lines.append(_largest(comparison, apart))
        if alike:
            lines.append(tr("They show no clear difference in {areas}.", areas=_named(alike)))
    if untold := [one for one in every if one not in told]:
        lines.append(tr("For {areas} it cannot be told.", areas=_named(untold)))
    return lines


def _largest(comparison: TwoPartners, apart: Sequence[ScaleOfTwo]) -> str:
    """Return the largest difference, seen as a share of its range, with both scores."""
    one = max(apart, key=_share)
    if sum(_share(other) > _share(one) - 1e-9 for other in apart) > 1:
        return ""
    if len(apart) == 1:
        return _both(comparison, one)
    return tr("The largest difference is in {area}.", area=_inside(one)) + " " + _both(comparison, one)


def _share(scale: ScaleOfTwo) -> float:
    return abs(scale.difference.value) / (scale.possible[1] - scale.possible[0])


def _both(comparison: TwoPartners, scale: ScaleOfTwo) -> str:
    first, second = comparison.labels
    return tr("It is {a} for {first} and {b} for {second}.", a=trimmed(scale.scores[0], 1), first=first,
              b=trimmed(scale.scores[1], 1), second=second)  # fmt: skip


def wish_sentences(comparison: TwoPartners, tips: TipsForTwo) -> list[str]:
    """Return who wishes for more (or less) of what, and where the wishes themselves differ most."""
    areas = now_scales(comparison, *AREAS)
    if not any(area.gaps is not None for area in areas):
        low = [area.score for area in tips.of("start here") if area.score.scale.role == "content"]
        below = tr("Both of you answer below the middle in {areas}.", areas=_named(low)) if low else ""
        return [tr("What you wish for was not asked."), below]
    both = [
        area
        for area in areas
        if area.scale.role == "content" and area.gaps and all(_wishes(gap, up=True) for gap in area.gaps)
    ]
    found = [tr("Both of you wish for more: {areas}.", areas=_named(both))] if both else \
        [tr("There is no area in which both of you clearly wish for more.")]  # fmt: skip
    for side, label in enumerate(comparison.labels):
        rest = [area for area in areas if area not in both and area.gaps]
        more = [one for one in rest if one.gaps and _wishes(one.gaps[side], up=True)]
        less = [one for one in rest if one.gaps and _wishes(one.gaps[side], up=False)]
        if more:
            found.append(tr("{who} wishes for more: {areas}.", who=capital(label), areas=_named(more)))
        if less:
            found.append(tr("{who} wishes for less: {areas}.", who=capital(label), areas=_named(less)))
    return [*found, *_wish_differences(comparison)]


def _wishes(gap: Gap, *, up: bool) -> bool:
    return gap.difference.beyond and (gap.difference.value > 0) is up


def _wish_differences(comparison: TwoPartners) -> list[str]:
    """Return where what the two wish for differs by more than chance, and the largest such difference."""
    apart = sorted(
        (scale for scale in wished_scales(comparison) if scale.difference.beyond), key=lambda one: -_share(one)
    )
    if not apart:
        return []
    text = tr("What you wish for differs by more than chance in {areas}.", areas=_named(apart))
    if len(apart) > 1 and _share(apart[1]) > _share(apart[0]) - 1e-9:
        return [text]
    if len(apart) == 1:
        return [text, _both(comparison, apart[0])]
    return [text, tr("The largest is in {area}.", area=_inside(apart[0])) + " " + _both(comparison, apart[0])]


def end_sentences(comparison: TwoPartners) -> list[str]:
    """Return whose score is the lowest or the highest there can be, and in what."""
    lines = []
    for side, label in enumerate(comparison.labels):
        for end, text in (
            (0, "{who} has the lowest score there can be in {areas}."),
            (1, "{who} has the highest score there can be in {areas}."),
        ):
            there = [
                scale
                for scale in now_scales(comparison, *AREAS)
                if abs(scale.scores[side] - scale.possible[end]) < AT_END
            ]
            if there:
                lines.append(tr(text, who=capital(label), areas=_named(there)))
    return lines


def sure_sentences(comparison: TwoPartners) -> list[str]:
    """Return how large a difference must be to count: from the least to the most of the areas, of one range each."""
    areas = [scale for scale in compared(comparison) if scale.scale.role == "content"] or list(compared(comparison))
    if not areas:
        return []
    lines = []
    spans = dict.fromkeys(area.possible for area in areas)
    for span in spans:
        own = [area for area in areas if area.possible == span]
        digits = digits_of_two(own[0])
        needed = sorted((one.difference.high - one.difference.low) / 2 for one in own)
        least, most = trimmed(needed[0], digits), trimmed(needed[-1], digits)
        which = tr(" in {areas}", areas=_named(own)) if len(spans) > 1 else ""
        text = "A difference{which} must be larger than about {least} points (of {span}) to be more than chance."
        if least != most:
            text = "How large a difference{which} must be differs by area: from {least} to {most} points (of {span})."
        lines.append(tr(text, which=which, least=least, most=most, span=trimmed(span[1] - span[0])))
    if any(area.rough for area in areas):
        lines.append(tr("This is a rough guess, made from these few answers alone."))
    return lines


def digits_of_two(scale: ScaleOfTwo) -> int:
    """Return how many decimals an interval deserves: none on a wide range, one on a narrow one."""
    return 0 if scale.possible[1] - scale.possible[0] > 20 else 1


def difference_verdict(scale: ScaleOfTwo, labels: tuple[str, str]) -> str:
    """Return what the difference of the two says, within its error."""
    found = scale.difference
    if isnan(found.value):
        return tr("no comparison")
    if isnan(found.se):
        return tr("how sure cannot be told")
    if not found.beyond:
        return unclear()
    return tr("{who} higher", who=labels[0] if found.value > 0 else labels[1])


def difference_words(scale: ScaleOfTwo, labels: tuple[str, str]) -> str:
    """Return both scores and the verdict: ``58 and 40: woman higher``."""
    first, second = (trimmed(score, 1) for score in scale.scores)
    return tr("{a} and {b}: {verdict}", a=first, b=second, verdict=difference_verdict(scale, labels))


def gap_words(gap: Gap) -> str:
    """Return what one partner wishes beyond what there is."""
    if isnan(gap.difference.value):
        return tr("no wish known")
    points = signed(gap.difference.value)
    if isnan(gap.difference.se):
        return tr("{points}; how sure cannot be told", points=points)
    verdict = unclear()
    if gap.difference.beyond:
        verdict = tr("wishes for more") if gap.difference.value > 0 else tr("wishes for less")
    return tr("{points}: {verdict}", points=points, verdict=verdict)
