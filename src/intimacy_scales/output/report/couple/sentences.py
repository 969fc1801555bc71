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
from intimacy_scales.output.report.person.sentences import unclear
from intimacy_scales.output.report.person.view import AT_END
from intimacy_scales.output.report.sentences import in_sentence, short_name, signed
from intimacy_scales.pictures.drawing import trimmed

AREAS = ("content", "interference")


def with_names(couples: Couples) -> Couples:
    """Return couples whose partners are called so that a sentence can name them: ``Partner a``, ``woman``."""
    first, second = (f"Partner {label}" if len(label) < 3 or label.isdecimal() else label for label in couples.labels)
    return replace(couples, labels=(first, second))


def told_apart(two: TwoPartners) -> TwoPartners:
    """Return the comparison with areas of one name called by their questionnaire too, in the language spoken."""
    banks: dict[str, set[str]] = {}
    for one in two.scales:
        banks.setdefault(one.scale.name, set()).add(one.bank.id)

    def named(one: ScaleOfTwo) -> ScaleOfTwo:
        name = tr(one.scale.name)
        if len(banks[one.scale.name]) > 1:
            name = f"{name} ({tr(short_name(one.bank))})"
        return one if name == one.scale.name else replace(one, scale=one.scale.model_copy(update={"name": name}))

    return replace(two, scales=tuple(map(named, two.scales)))


def is_wish(one: ScaleOfTwo) -> bool:
    """Whether a score says how things are wished, or is a guess: not how they are."""
    form = one.administration.form
    return form is not None and (form.startswith(GUESS) or form in {derived.minuend for derived in one.bank.derived})


def label_of(one: ScaleOfTwo) -> str:
    """Return a scale's name, with the occasion where the file says one."""
    return f"{capital(one.scale.name)}{f' ({one.administration.occasion})' if one.administration.occasion else ''}"


def now_scales(two: TwoPartners, *roles: str) -> tuple[ScaleOfTwo, ...]:
    """Return the scores of how things are, of these roles."""
    return tuple(one for one in two.scales if not is_wish(one) and one.scale.role in roles)


def compared(two: TwoPartners) -> tuple[ScaleOfTwo, ...]:
    """Return the areas in which the two can be compared: both have a score, and its error is known."""
    return tuple(one for one in now_scales(two, *AREAS) if known(one))


def known(one: ScaleOfTwo) -> bool:
    """Whether a score of both can be compared."""
    return not isnan(one.difference.value) and not isnan(one.difference.se)


def wished_scales(two: TwoPartners) -> tuple[ScaleOfTwo, ...]:
    """Return the scores of how things are wished, where they can be compared."""
    return tuple(
        one
        for one in two.scales
        if one.scale.role in AREAS
        and one.administration.form in {derived.minuend for derived in one.bank.derived}
        and known(one)
    )


def _inside(one: ScaleOfTwo) -> str:
    return in_sentence(label_of(one))


def _named(scales: Sequence[ScaleOfTwo]) -> str:
    return listing([_inside(one) for one in scales])


def finding_sentences(two: TwoPartners, tips: TipsForTwo) -> tuple[str, ...]:
    """Return the answer of the first screen: where the two differ, agree, wish; ends reached; what cannot be told."""
    found = [*differ_sentences(two), *wish_sentences(two, tips), *end_sentences(two), *sure_sentences(two)]
    return tuple(text for text in found if text)


def differ_sentences(two: TwoPartners) -> list[str]:
    """Return where the two differ by more than chance, the largest difference, and where they do not."""
    told, every = compared(two), now_scales(two, *AREAS)
    if not told:
        return [tr("From these answers it cannot be told where you agree and where you differ.")]
    apart = [one for one in told if one.difference.beyond]
    alike = [one for one in told if not one.difference.beyond]
    found = []
    if not apart:
        found.append(tr("In no area do your answers differ by more than chance."))
    else:
        found.append(tr("Your answers differ by more than chance in {areas}.", areas=_named(apart)))
        found.append(_largest(two, apart))
        if alike:
            found.append(tr("They show no clear difference in {areas}.", areas=_named(alike)))
    if untold := [one for one in every if one not in told]:
        found.append(tr("For {areas} it cannot be told.", areas=_named(untold)))
    return found


def _largest(two: TwoPartners, apart: Sequence[ScaleOfTwo]) -> str:
    """Return the largest difference, seen as a share of its range, with both scores."""
    one = max(apart, key=_share)
    if sum(_share(other) > _share(one) - 1e-9 for other in apart) > 1:
        return ""
    if len(apart) == 1:
        return _both(two, one)
    return tr("The largest difference is in {area}.", area=_inside(one)) + " " + _both(two, one)


def _share(one: ScaleOfTwo) -> float:
    return abs(one.difference.value) / (one.possible[1] - one.possible[0])


def _both(two: TwoPartners, one: ScaleOfTwo) -> str:
    first, second = two.labels
    return tr("It is {a} for {first} and {b} for {second}.", a=trimmed(one.scores[0], 1), first=first,
              b=trimmed(one.scores[1], 1), second=second)  # fmt: skip


def wish_sentences(two: TwoPartners, tips: TipsForTwo) -> list[str]:
    """Return who wishes for more (or less) of what, and where the wishes themselves differ most."""
    areas = now_scales(two, *AREAS)
    if not any(one.gaps is not None for one in areas):
        low = [area.score for area in tips.of("start here") if area.score.scale.role == "content"]
        below = tr("Both of you answer below the middle in {areas}.", areas=_named(low)) if low else ""
        return [tr("What you wish for was not asked."), below]
    both = [
        one
        for one in areas
        if one.scale.role == "content" and one.gaps and all(_wishes(gap, up=True) for gap in one.gaps)
    ]
    found = [tr("Both of you wish for more: {areas}.", areas=_named(both))] if both else \
        [tr("There is no area in which both of you clearly wish for more.")]  # fmt: skip
    for side, label in enumerate(two.labels):
        rest = [one for one in areas if one not in both and one.gaps]
        more = [one for one in rest if one.gaps and _wishes(one.gaps[side], up=True)]
        less = [one for one in rest if one.gaps and _wishes(one.gaps[side], up=False)]
        if more:
            found.append(tr("{who} wishes for more: {areas}.", who=capital(label), areas=_named(more)))
        if less:
            found.append(tr("{who} wishes for less: {areas}.", who=capital(label), areas=_named(less)))
    return [*found, *_wishes_apart(two)]


def _wishes(gap: Gap, *, up: bool) -> bool:
    return gap.difference.beyond and (gap.difference.value > 0) is up


def _wishes_apart(two: TwoPartners) -> list[str]:
    """Return where what the two wish for differs by more than chance, and the largest such difference."""
    apart = sorted((one for one in wished_scales(two) if one.difference.beyond), key=lambda one: -_share(one))
    if not apart:
        return []
    said = tr("What you wish for differs by more than chance in {areas}.", areas=_named(apart))
    if len(apart) > 1 and _share(apart[1]) > _share(apart[0]) - 1e-9:
        return [said]
    if len(apart) == 1:
        return [said, _both(two, apart[0])]
    return [said, tr("The largest is in {area}.", area=_inside(apart[0])) + " " + _both(two, apart[0])]


def end_sentences(two: TwoPartners) -> list[str]:
    """Return whose score is the lowest or the highest there can be, and in what."""
    found = []
    for side, label in enumerate(two.labels):
        for end, text in (
            (0, "{who} has the lowest score there can be in {areas}."),
            (1, "{who} has the highest score there can be in {areas}."),
        ):
            there = [one for one in now_scales(two, *AREAS) if abs(one.scores[side] - one.possible[end]) < AT_END]
            if there:
                found.append(tr(text, who=capital(label), areas=_named(there)))
    return found


def sure_sentences(two: TwoPartners) -> list[str]:
    """Return how large a difference must be to count: from the least to the most of the areas, of one range each."""
    areas = [one for one in compared(two) if one.scale.role == "content"] or list(compared(two))
    if not areas:
        return []
    found = []
    spans = dict.fromkeys(one.possible for one in areas)
    for span in spans:
        own = [one for one in areas if one.possible == span]
        digits = digits_of_two(own[0])
        needed = sorted((one.difference.high - one.difference.low) / 2 for one in own)
        least, most = trimmed(needed[0], digits), trimmed(needed[-1], digits)
        which = tr(" in {areas}", areas=_named(own)) if len(spans) > 1 else ""
        text = "A difference{which} must be larger than about {least} points (of {span}) to be more than chance."
        if least != most:
            text = "How large a difference{which} must be differs by area: from {least} to {most} points (of {span})."
        found.append(tr(text, which=which, least=least, most=most, span=trimmed(span[1] - span[0])))
    if any(one.rough for one in areas):
        found.append(tr("This is a rough guess, made from these few answers alone."))
    return found


def digits_of_two(one: ScaleOfTwo) -> int:
    """Return how many decimals an interval deserves: none on a wide range, one on a narrow one."""
    return 0 if one.possible[1] - one.possible[0] > 20 else 1


def difference_verdict(one: ScaleOfTwo, labels: tuple[str, str]) -> str:
    """Return what the difference of the two says, within its error."""
    found = one.difference
    if isnan(found.value):
        return tr("no comparison")
    if isnan(found.se):
        return tr("how sure cannot be told")
    if not found.beyond:
        return unclear()
    return tr("{who} higher", who=labels[0] if found.value > 0 else labels[1])


def difference_words(one: ScaleOfTwo, labels: tuple[str, str]) -> str:
    """Return both scores and the verdict: ``58 and 40: woman higher``."""
    first, second = (trimmed(score, 1) for score in one.scores)
    return tr("{a} and {b}: {verdict}", a=first, b=second, verdict=difference_verdict(one, labels))


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
