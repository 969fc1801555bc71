"""What a person's report says, in plain words: one idea a sentence, no verdict on anybody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import isnan

from intimacy_scales.advice import Reading
from intimacy_scales.advice.comparison import level_of_each
from intimacy_scales.analysis.norms import Difference, difference_error, points_per_answer
from intimacy_scales.base.wording import counted, listed
from intimacy_scales.output.report.person.view import PersonGap, PersonScore, PersonView
from intimacy_scales.output.report.words import between, quoted
from intimacy_scales.pictures.numbers import trimmed
from intimacy_scales.scoring import ScaleScores

CLEAR, UNCLEAR = "clear", "no clear difference"


def name_of(part: ScaleScores) -> str:
    """Return a scale's name as it stands inside a sentence."""
    name = part.scale.name
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def main_scores(view: PersonView) -> tuple[PersonScore, ...]:
    """Return the closeness scores of one bank, the one with most of them: banks are not compared with each other."""
    known = [score for score in view.of_role("content") if not isnan(score.value)]
    counted = Counter(score.part.bank.id for score in known)
    most = counted.most_common(1)[0][0] if counted else None
    return tuple(score for score in known if score.part.bank.id == most)


def closeness_sentence(view: PersonView, readings: tuple[Reading, ...]) -> str:
    """Return how close the relationship feels by the answers: one average, or the areas that differ clearly."""
    content = {one.column: one for one in readings if one.scale.role == "content"}
    known = [score for score in main_scores(view) if score.part.column in content and not isnan(score.value)]
    if not known:
        return "Your answers are too few to say how close this relationship feels."
    if len(known) == 1:
        return f"Your answers about closeness {_lie(content[known[0].part.column])}."
    if clear := _clear_areas(known, view.level):
        return f"Your answers say that closeness is {clear}."
    if all(score.sure for score in known):
        return f"Your answers show no clear difference between the {len(known)} areas: {_span(known, content)}."
    return f"Whether closeness differs between the {len(known)} areas cannot be told; {_span(known, content)}."


def _clear_areas(known: Sequence[PersonScore], level: float) -> str:
    """Return which areas differ clearly: strongest or weakest only where clear of every other, else one clear pair.

    All pairs are looked at, so each is judged at the level that holds for all of them together.
    """
    sure = sorted((score for score in known if score.sure), key=lambda s: -s.average)
    each = level_of_each(level, len(sure) * (len(sure) - 1) // 2)
    if len(sure) < 2 or not _apart(sure[0], sure[-1], each).beyond:
        return ""
    top, low = name_of(sure[0].part), name_of(sure[-1].part)
    whole = len(sure) == len(known) > 2
    strongest = whole and all(_apart(sure[0], other, each).beyond for other in sure[1:])
    weakest = whole and all(_apart(other, sure[-1], each).beyond for other in sure[:-1])
    if not strongest and not weakest:
        return f"higher in {top} than in {low}"
    return " and ".join([f"strongest in {top}"] * strongest + [f"weakest in {low}"] * weakest)


def _all(known: list[PersonScore]) -> str:
    return "both areas" if len(known) == 2 else f"all {counted(len(known), 'area')}"


def _span(known: list[PersonScore], content: dict[str, Reading]) -> str:
    middle = sorted(known, key=lambda s: s.average)[len(known) // 2]
    return f"on the whole they {_lie(content[middle.part.column])}"


def _words(one: Reading) -> str:
    return quoted(one.words) or f"{one.average:.1f} on {one.ends[0]:g} to {one.ends[1]:g}"


def _lie(one: Reading) -> str:
    return f"lie {quoted(one.words)}" if one.words else f"average {_words(one)}"


def _apart(one: PersonScore, other: PersonScore, level: float) -> Difference:
    errors = [score.sem / points_per_answer(score.part) for score in (one, other)]
    return Difference(value=one.average - other.average, se=float(difference_error(*errors)), level=level)


def wish_sentence(view: PersonView) -> str:
    """Return where the answers wish for clearly more (or less); nothing where no wish is known."""
    known = [gap for gap in view.gaps if gap.now.part.scale.role == "content" and not isnan(gap.difference.value)]
    if not known:
        return ""
    more = [name_of(gap.now.part) for gap in known if gap.clear and gap.difference.value > 0]
    less = [name_of(gap.now.part) for gap in known if gap.clear and gap.difference.value < 0]
    if not more and not less:
        return "Between now and what you wish for, your answers show no clear difference in any area."
    wishes = [f"clearly more of {listed(more)}"] * bool(more) + [f"less of {listed(less)}"] * bool(less)
    return f"Your answers say that you wish for {listed(wishes)}."


def sure_sentence(view: PersonView) -> str:
    """Return how far a score may lie from where it should."""
    main = main_scores(view)
    known = [score for score in main if score.sure]
    if not known:
        return "How sure that is cannot be told from these answers alone."
    widest = max(known, key=lambda s: s.reach / (s.part.possible[1] - s.part.possible[0]))
    reach = trimmed(widest.reach, digits_of(widest.part))
    how_far = f"could well lie up to {reach} points higher or lower, on a range from {between(*widest.part.possible)}."
    return " ".join(
        [
            f"{_which(view, main, known)} {how_far}",
            *_untold([score for score in main if not score.sure], view.row),
            *["This is a rough guess, made from these few answers alone."] * any(s.error.rough for s in known),
            *_others(known),
        ]
    )


def _which(view: PersonView, main: Sequence[PersonScore], known: Sequence[PersonScore]) -> str:
    """Return which scores are spoken of: those with an interval, of the one bank, named where there are several."""
    bank = known[0].part.bank
    of = f" of the {bank.name}" if any(score.part.bank.id != bank.id for score in view.scores) else ""
    if len(main) == 1:
        return f"The score{of}"
    return f"Each score{of}" if len(known) == len(main) else f"A score{of} that has a band"


def _untold(unsure: Sequence[PersonScore], row: int) -> list[str]:
    named = listed([name_of(score.part) for score in unsure])
    equal = ": all answers there are equal" if all(score.part.answered[row] > 1 for score in unsure) else ""
    return [f"For {named} it cannot be told{equal}."] if unsure else []


def _others(known: Sequence[PersonScore]) -> list[str]:
    """Return whose published figures say so, where no answer of this reader does."""
    groups = dict.fromkeys(first_clause(score.published) for score in known if score.published)
    return [f"That is reckoned from other people\u2019s answers: {listed(list(groups))}."] if groups else []


def first_clause(text: str) -> str:
    """Return a sample's description up to its first bracket, semicolon or full stop."""
    return re.split(r" \(|; |\.(?:\s|$)", text, maxsplit=1)[0]


def digits_of(part: ScaleScores) -> int:
    """Return how many decimals an interval deserves: none on a wide range, one on a narrow one."""
    return 0 if part.possible[1] - part.possible[0] > 20 else 1


def score_words(score: PersonScore) -> str:
    """Return one score in figures a reader can use: ``58; could be 46 to 70``."""
    said = trimmed(score.value, 1)
    return (
        f"{said}; could be {between(score.low, score.high, digits_of(score.part))}"
        if score.sure
        else f"{said}; how sure cannot be told"
    )


def gap_verdict(gap: PersonGap) -> str:
    """Return what the difference between wished and now says, within its error."""
    found = gap.difference
    if isnan(found.se):
        return "how sure cannot be told"
    if not gap.clear:
        return UNCLEAR
    return "you wish for more" if found.value > 0 else "you wish for less"


def gap_words(gap: PersonGap) -> str:
    """Return now, wished and the verdict on their difference."""
    return f"now {trimmed(gap.now.value, 1)}, wished {trimmed(gap.wished.value, 1)}: {gap_verdict(gap)}"
