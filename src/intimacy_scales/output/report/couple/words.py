"""What a couple's report says, in plain words: agreement first, then differences, then wishes; no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

from intimacy_scales.advice import TipsForTwo
from intimacy_scales.analysis.couples import Couples, Gap, ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.couples.partners.answer_pairs import GUESS
from intimacy_scales.base.wording import capital, counted, listed
from intimacy_scales.output.report.person.words import UNCLEAR
from intimacy_scales.output.report.words import signed
from intimacy_scales.pictures.numbers import trimmed

NAMED = 3  # areas named in a sentence; more are counted


def with_names(couples: Couples) -> Couples:
    """Return couples whose partners are called so that a sentence can name them: ``Partner a``, ``woman``."""
    first, second = (f"Partner {label}" if len(label) < 3 or label.isdecimal() else label for label in couples.labels)
    return replace(couples, labels=(first, second))


def told_apart(two: TwoPartners) -> TwoPartners:
    """Return the comparison with areas of one name called by their questionnaire too."""
    banks: dict[str, set[str]] = {}
    for one in two.scales:
        banks.setdefault(one.scale.name, set()).add(one.bank.id)

    def named(one: ScaleOfTwo) -> ScaleOfTwo:
        if len(banks[one.scale.name]) < 2:
            return one
        name = f"{one.scale.name} ({one.bank.name})"
        return replace(one, scale=one.scale.model_copy(update={"name": name}))

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
    found = now_scales(two, "content", "interference")
    return tuple(one for one in found if not isnan(one.difference.value) and not isnan(one.difference.se))


def _named(scales: Sequence[ScaleOfTwo], of: int) -> str:
    if len(scales) == of > NAMED:
        return f"all {counted(of, 'area')}"
    if len(scales) > NAMED:
        return f"{len(scales)} of {of} areas"
    return listed([_inside(one) for one in scales])


def _inside(one: ScaleOfTwo) -> str:
    name = label_of(one)
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def agree_sentence(two: TwoPartners) -> str:
    """Return where the two sets of answers show no clear difference."""
    known = compared(two)
    if not known:
        return "From these answers it cannot be told where you agree and where you differ."
    alike = [one for one in known if not one.difference.beyond]
    if not alike:
        return "In no area do your answers lie close enough together to count as the same."
    return f"Your answers show no clear difference in {_named(alike, len(known))}."


def differ_sentence(two: TwoPartners) -> str:
    """Return where the two differ by more than chance."""
    known = compared(two)
    apart = [one for one in known if one.difference.beyond]
    if not known:
        return ""
    if not apart:
        return "In no area do they differ by more than chance."
    return f"They differ by more than chance in {_named(apart, len(known))}."


def wish_sentence(two: TwoPartners, tips: TipsForTwo) -> str:
    """Return where both wish for more; where wishes were not asked, where both answer on the side of a concern."""
    content = now_scales(two, "content")
    asked = any(one.gaps is not None for one in content)
    found = [area.score for area in tips.of("start here") if (area.by == "wishes") == asked]
    start = _named([one for one in found if one.scale.role == "content"], len(content))
    if asked:
        none = "There is no area in which both of you clearly wish for more."
        return f"Both of you wish for more {start}." if start else none
    below = f" Both of you answer below the middle in {start}." if start else ""
    return f"What you wish for was not asked.{below}"


def sure_sentence(two: TwoPartners) -> str:
    """Return how large a difference must be to count."""
    known = [one for one in compared(two) if one.scale.role == "content"] or list(compared(two))
    if not known:
        return ""
    widest = max(
        known, key=lambda one: (one.difference.high - one.difference.low) / (one.possible[1] - one.possible[0])
    )
    points = trimmed((widest.difference.high - widest.difference.low) / 2, digits_of_two(widest))
    span = trimmed(widest.possible[1] - widest.possible[0])
    rough = " This is a rough guess, made from these few answers alone." if any(one.rough for one in known) else ""
    return f"A difference must be larger than about {points} points (of {span}) to be more than chance.{rough}"


def digits_of_two(one: ScaleOfTwo) -> int:
    """Return how many decimals an interval deserves: none on a wide range, one on a narrow one."""
    return 0 if one.possible[1] - one.possible[0] > 20 else 1


def difference_verdict(one: ScaleOfTwo, labels: tuple[str, str]) -> str:
    """Return what the difference of the two says, within its error."""
    found = one.difference
    if isnan(found.value):
        return "no comparison"
    if isnan(found.se):
        return "how sure cannot be told"
    if not found.beyond:
        return UNCLEAR
    return f"{labels[0] if found.value > 0 else labels[1]} higher"


def difference_words(one: ScaleOfTwo, labels: tuple[str, str]) -> str:
    """Return both scores and the verdict: ``58 and 40: woman higher``."""
    first, second = (trimmed(score, 1) for score in one.scores)
    return f"{first} and {second}: {difference_verdict(one, labels)}"


def gap_words(gap: Gap) -> str:
    """Return what one partner wishes beyond what there is."""
    if isnan(gap.difference.value):
        return "no wish known"
    if isnan(gap.difference.se):
        return f"{signed(gap.difference.value)}; how sure cannot be told"
    verdict = UNCLEAR
    if gap.difference.beyond:
        verdict = "wishes for more" if gap.difference.value > 0 else "wishes for less"
    return f"{signed(gap.difference.value)}: {verdict}"
