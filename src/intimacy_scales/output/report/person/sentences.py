"""What a person's report says, in plain words: one idea a sentence, no verdict on anybody.

Every sentence is worked out from the figures that stand in the tables of the same page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import isnan

from intimacy_scales.advice import ScaleReading
from intimacy_scales.advice.comparison import level_of_each
from intimacy_scales.analysis.norms import Difference, difference_error, points_per_answer
from intimacy_scales.base.translation import listing, tr
from intimacy_scales.base.wording import capital
from intimacy_scales.output.report.person.person_view import PersonGap, PersonScore, PersonView
from intimacy_scales.output.report.sentences import between, quoted
from intimacy_scales.pictures.drawing import trimmed
from intimacy_scales.scoring import ScaleScores

AREAS = ("content", "interference")


def main_scores(view: PersonView) -> tuple[PersonScore, ...]:
    """Return the closeness scores of one bank and one metric, of which there are most: others are not comparable.

    A scale of scales is none of them: its scales are.
    """
    known = [score for score in view.of_role("content") if not isnan(score.value) and not score.part.scale.scales]
    counted = Counter(_metric(score) for score in known)
    most = counted.most_common(1)[0][0] if counted else None
    return tuple(score for score in known if _metric(score) == most)


def _metric(score: PersonScore) -> tuple[object, ...]:
    """Return what scores must share to be compared: the bank, the range of the score and that of an answer."""
    part = score.part
    return part.bank.id, part.possible, part.bank.answer_ends(part.scale)


def finding_sentences(view: PersonView, readings: Sequence[ScaleReading]) -> tuple[str, ...]:
    """Return the answer of the first screen: closeness, ends of the range, wishes, how sure."""
    found = (closeness_sentence(view, readings), *end_sentences(view), *wish_sentences(view), *sure_sentences(view))
    return tuple(text for text in found if text)


def closeness_sentence(view: PersonView, readings: Sequence[ScaleReading]) -> str:
    """Return how close the relationship feels by the answers: one average, or the areas that differ clearly."""
    content = {reading.column: reading for reading in readings if reading.scale.role == "content"}
    known = [score for score in main_scores(view) if score.part.column in content]
    if not known:
        return tr("Your answers are too few to say how close this relationship feels.")
    ends = {content[score.part.column].end for score in known}
    if len(known) == 1:
        others = [one for one in content.values() if one.bank == known[0].part.bank.id]
        return _one_area(content[known[0].part.column], view.name(known[0]) if len(others) > 1 else "")
    if len(ends) == 1 and "" not in ends:
        if ends == {"lowest"}:
            return tr("In all {n} areas{of}, your answers lie at the lowest end.", n=len(known), of=_of(view, known))
        return tr("In all {n} areas{of}, your answers lie at the highest end.", n=len(known), of=_of(view, known))
    if clear := _clear_areas(view, known):
        return clear
    span = _span(view, known, content)
    if all(score.sure for score in known):
        text = tr("Your answers show no clear difference between the {n} areas{of}.", n=len(known), of=_of(view, known))
    else:
        text = tr("Whether closeness differs between the {n} areas{of} cannot be told.", n=len(known),
                  of=_of(view, known))  # fmt: skip
    return f"{text} {span}"


def _of(view: PersonView, known: Sequence[PersonScore]) -> str:
    """Return whose areas, where several questionnaires ask about closeness."""
    several = {score.part.bank.id for score in view.of_role("content")} != {known[0].part.bank.id}
    return tr(" of the {bank}", bank=tr(known[0].part.bank.name)) if several else ""


def _one_area(reading: ScaleReading, area: str) -> str:
    """Return where the answers about closeness lie; of one area by its name, where others are on another range."""
    if area:
        text = "Your answers on {area} average {average} on {low} to {high}. The areas run on different ranges."
        average, (low, high) = trimmed(reading.average, 1), reading.ends
        return tr(text, area=area, average=average, low=f"{low:g}", high=f"{high:g}")
    if reading.end == "lowest":
        return tr("Your answers about closeness lie at the lowest end.")
    if reading.end == "highest":
        return tr("Your answers about closeness lie at the highest end.")
    if reading.words:
        return tr("Your answers about closeness lie {place}.", place=quoted(reading.words))
    return tr("Your answers about closeness average {average} on {low} to {high}.", average=trimmed(reading.average, 1),
              low=f"{reading.ends[0]:g}", high=f"{reading.ends[1]:g}")  # fmt: skip


def _clear_areas(view: PersonView, known: Sequence[PersonScore]) -> str:
    """Return which areas differ clearly: strongest or weakest only where clear of every other, else one clear pair.

    All pairs are looked at, so each is judged at the level that holds for all of them together.
    """
    sure = sorted((score for score in known if score.sure), key=lambda s: -s.average)
    each = level_of_each(view.level, len(sure) * (len(sure) - 1) // 2)
    if len(sure) < 2 or not _apart(sure[0], sure[-1], each).beyond:
        return ""
    top, low = view.name(sure[0]), view.name(sure[-1])
    whole = len(sure) == len(known) > 2
    strongest = whole and all(_apart(sure[0], other, each).beyond for other in sure[1:])
    weakest = whole and all(_apart(other, sure[-1], each).beyond for other in sure[:-1])
    if strongest and weakest:
        return tr("Your answers say that closeness is strongest in {top} and weakest in {low}.", top=top, low=low)
    if strongest:
        return tr("Your answers say that closeness is strongest in {top}.", top=top) + _weak(low)
    if weakest:
        return tr("Your answers say that closeness is weakest in {low}.", low=low)
    return tr("Your answers say that closeness is higher in {top} than in {low}.", top=top, low=low)


def _weak(low: str) -> str:
    return " " + tr("It is clearly lower in {low}.", low=low)


def _span(view: PersonView, known: Sequence[PersonScore], content: dict[str, ScaleReading]) -> str:
    """Return from where to where the averages reach, in the words of the options."""
    low, *_, high = sorted(known, key=lambda s: s.average)
    first, last = _place(content[low.part.column]), _place(content[high.part.column])
    if first == last:
        return tr("They all lie {place}.", place=first)
    return tr("They reach from {first} ({low}) to {last} ({high}).", first=first, low=view.name(low), last=last,
              high=view.name(high))  # fmt: skip


def _place(reading: ScaleReading) -> str:
    return quoted(reading.words) or trimmed(reading.average, 1)


def _apart(one: PersonScore, other: PersonScore, level: float) -> Difference:
    errors = [score.sem / points_per_answer(score.part) for score in (one, other)]
    return Difference(value=one.average - other.average, se=float(difference_error(*errors)), level=level)


def end_sentences(view: PersonView) -> list[str]:
    """Return which scores are the lowest or the highest there can be."""
    areas = [score for role in AREAS for score in view.of_role(role) if not isnan(score.value)]
    main = main_scores(view)
    lines = []
    for end, text in (
        ("lowest", "Your score is the lowest there can be in {areas}."),
        ("highest", "Your score is the highest there can be in {areas}."),
    ):
        there = [score for score in areas if score.end == end]
        if there and not (len(main) == len(there) and set(map(id, main)) == set(map(id, there))):
            lines.append(tr(text, areas=listing([view.name(score) for score in there])))
    return lines


def wish_sentences(view: PersonView) -> list[str]:
    """Return where the answers wish for clearly more (or less), and the largest such gap."""
    known = [gap for gap in view.gaps if gap.now.part.scale.role in AREAS and not isnan(gap.difference.value)]
    if not known:
        return []
    told = [gap for gap in known if not isnan(gap.difference.se)]
    clear = [gap for gap in told if gap.clear]
    more = _areas_of(view, [gap for gap in clear if gap.difference.value > 0], known)
    less = _areas_of(view, [gap for gap in clear if gap.difference.value < 0], known)
    lines = []
    if more and less:
        lines.append(tr("Your answers say that you wish for more of {more} and less of {less}.", more=more,
                        less=less))  # fmt: skip
    elif more:
        lines.append(tr("Your answers say that you wish for more of {more}.", more=more))
    elif less:
        lines.append(tr("Your answers say that you wish for less of {less}.", less=less))
    elif told:
        lines.append(tr("Between now and what you wish for, your answers show no clear difference in any area."))
    if len(clear) > 1:
        lines.append(_largest(view, clear))
    if len(told) < len(known):
        unknown = listing([view.name(gap.now) for gap in known if isnan(gap.difference.se)])
        lines.append(tr("How sure the gap is in {areas} cannot be told.", areas=unknown))
    return lines


def _areas_of(view: PersonView, gaps: Sequence[PersonGap], known: Sequence[PersonGap]) -> str:
    """Return areas by name; all of several as such."""
    if len(gaps) == len(known) > 2:
        return tr("all {n} areas", n=len(gaps))
    return listing([view.name(gap.now) for gap in gaps])


def _largest(view: PersonView, clear: Sequence[PersonGap]) -> str:
    """Return the largest clear gap, seen as a share of its range; all of them where several are equally large."""
    share = {id(gap): abs(gap.difference.value) / _range(gap.now) for gap in clear}
    top = max(share.values())
    largest = [gap for gap in clear if share[id(gap)] > top - 1e-9]
    if len(largest) == len(clear):
        same = {trimmed(abs(gap.difference.value), 1) for gap in largest}
        each = tr("Each of these gaps is {points} points.", points=same.pop()) if len(same) == 1 else ""
        return each or tr("These gaps are equally large.")
    names = listing([view.name(gap.now) for gap in largest])
    if len(largest) > 1:
        return tr("The largest gaps are in {areas}.", areas=names)
    gap = largest[0]
    return tr("The largest gap is in {area}: now {now}, wished {wished}.", area=names, now=trimmed(gap.now.value, 1),
              wished=trimmed(gap.wished.value, 1))  # fmt: skip


def _range(score: PersonScore) -> float:
    return score.part.possible[1] - score.part.possible[0]


def sure_sentences(view: PersonView) -> list[str]:
    """Return how far a score may lie from where it should."""
    main = main_scores(view)
    known = [score for score in main if score.sure]
    if not known:
        return [tr("How sure that is cannot be told from these answers alone.")] if main else []
    lines = [_reach(view, main, known)]
    if unsure := [score for score in main if not score.sure]:
        lines.append(tr("For {areas} it cannot be told.", areas=listing([view.name(score) for score in unsure])))
    if any(score.error.rough for score in known):
        lines.append(tr("This is a rough guess, made from these few answers alone."))
    groups = dict.fromkeys(first_clause(score.published) for score in known if score.published)
    if groups:
        lines.append(tr("That is reckoned from other people\u2019s answers: {group}.", group=listing(list(groups))))
    return lines


def _reach(view: PersonView, main: Sequence[PersonScore], known: Sequence[PersonScore]) -> str:
    """Return each score's own reach: from the least to the most, where scores share a range."""
    reaches = sorted({trimmed(score.reach, digits_of(score.part)) for score in known}, key=_number)
    how_far = reaches[0] if len(reaches) == 1 else tr("{least} to {most}", least=reaches[0], most=reaches[-1])
    low, high = known[0].part.possible
    where = {"of": _of(view, known), "points": how_far, "low": f"{low:g}", "high": f"{high:g}"}
    if len(main) == 1:
        return tr(
            "The score{of} could well lie {points} points higher or lower. It runs from {low} to {high}.", **where
        )
    if len(known) == len(main):
        return tr(
            "Each score{of} could well lie {points} points higher or lower. It runs from {low} to {high}.", **where
        )
    text = "A score{of} that has a band could well lie {points} points higher or lower. It runs from {low} to {high}."
    return tr(text, **where)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def first_clause(text: str) -> str:
    """Return a sample's description up to its first bracket, semicolon or full stop."""
    return re.split(r" \(|; |\.(?:\s|$)", text, maxsplit=1)[0]


def digits_of(part: ScaleScores) -> int:
    """Return how many decimals an interval deserves: none on a wide range, one on a narrow one."""
    return 0 if part.possible[1] - part.possible[0] > 20 else 1


def score_words(score: PersonScore) -> str:
    """Return one score in figures a reader can use: ``58; could be 46 to 70``."""
    text = trimmed(score.value, 1)
    if not score.sure:
        return tr("{score}; how sure cannot be told", score=text)
    return tr("{score}; could be {span}", score=text, span=between(score.low, score.high, digits_of(score.part)))


def unclear() -> str:
    """Return what a difference within its error is called."""
    return tr("no clear difference")


def gap_verdict(gap: PersonGap) -> str:
    """Return what the difference between wished and now says, within its error."""
    found = gap.difference
    if isnan(found.se):
        return tr("how sure cannot be told")
    if not gap.clear:
        return unclear()
    return tr("you wish for more") if found.value > 0 else tr("you wish for less")


def gap_words(gap: PersonGap) -> str:
    """Return now, wished and the verdict on their difference."""
    return tr("now {now}, wished {wished}: {verdict}", now=trimmed(gap.now.value, 1),
              wished=trimmed(gap.wished.value, 1), verdict=gap_verdict(gap))  # fmt: skip


def label_of(part: ScaleScores) -> str:
    """Return a scale's name, with the occasion where the file says one."""
    when = f" ({part.administration.occasion})" if part.administration.occasion else ""
    return f"{capital(tr(part.scale.name))}{when}"
