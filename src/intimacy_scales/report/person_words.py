"""What a person's report says, in plain words: one idea a sentence, no verdict on anybody."""

from __future__ import annotations

import re
from collections import Counter
from math import isnan

from intimacy_scales.norms import Difference, difference_error, points_per_answer
from intimacy_scales.report.person_view import PersonGap, PersonScore, PersonView
from intimacy_scales.report.words import between, count, listed, trimmed
from intimacy_scales.scoring import ScaleScores
from intimacy_scales.tips import Reading

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
    high, low = (pick(known, key=lambda s: s.average) for pick in (max, min))
    if not _apart(high, low, view.level).beyond:
        return f"Your answers say that closeness feels about the same in {_all(known)}: {_span(known, content)}."
    return f"Your answers say that closeness is strongest in {name_of(high.part)} and weakest in {name_of(low.part)}."


def quoted(words: str) -> str:
    """Return words with an option's label in typographic quotes."""
    return re.sub(r"(?<!\w)'(.*?)'(?!\w)", "\u201c\\1\u201d", words)


def _all(known: list[PersonScore]) -> str:
    return "both areas" if len(known) == 2 else f"all {count(len(known), 'area')}"


def _span(known: list[PersonScore], content: dict[str, Reading]) -> str:
    middle = sorted(known, key=lambda s: s.average)[len(known) // 2]
    return f"on the whole {_words(content[middle.part.column])}"


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
    more = [name_of(gap.now.part) for gap in known if gap.difference.beyond and gap.difference.value > 0]
    less = [name_of(gap.now.part) for gap in known if gap.difference.beyond and gap.difference.value < 0]
    if not more and not less:
        return "Between now and what you wish for, your answers show no clear difference in any area."
    wishes = [f"clearly more of {listed(more)}"] * bool(more) + [f"less of {listed(less)}"] * bool(less)
    return f"Your answers wish for {listed(wishes)}."


def sure_sentence(view: PersonView) -> str:
    """Return how far a score may lie from where it should."""
    known = [score for score in main_scores(view) if score.sure]
    if not known:
        return "How sure that is cannot be told from these answers alone."
    widest = max(known, key=lambda s: s.reach / (s.part.possible[1] - s.part.possible[0]))
    which = "The score" if len(known) == 1 else "Each score"
    rough = " This is a rough guess, made from these few answers alone." if any(s.error.rough for s in known) else ""
    return (
        f"{which} could well lie up to {trimmed(widest.reach, digits_of(widest.part))} points higher or lower, "
        f"on a range from "
        f"{between(*widest.part.possible)}.{rough}"
    )


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
    if not found.beyond:
        return UNCLEAR
    return "you wish for more" if found.value > 0 else "you wish for less"


def gap_words(gap: PersonGap) -> str:
    """Return now, wished and the verdict on their difference."""
    return f"now {trimmed(gap.now.value, 1)}, wished {trimmed(gap.wished.value, 1)}: {gap_verdict(gap)}"
