"""Tips for two: where both wish for more, where one does, where both are content.

What tips for two look like: an area of both partners, and all areas.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from intimacy_scales.advice.comparison import LEAST_ANSWERS
from intimacy_scales.advice.results import MOST
from intimacy_scales.advice.scale_reading import idealised, wish_words
from intimacy_scales.advice.tips_file import Help, Tip, tip_file
from intimacy_scales.analysis.couples.partners.comparison import CONSENT
from intimacy_scales.analysis.couples.partners.items import side_of
from intimacy_scales.analysis.couples.partners.two_partners import Gap, ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.norms import Difference
from intimacy_scales.bank import in_text
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import figure

Status = Literal["start here", "talk about it", "keep", "nothing stands out", "cannot tell"]
#: the four things that can be said of an area, in the order in which they are told
ORDER: tuple[Status, ...] = ("start here", "talk about it", "keep", "nothing stands out", "cannot tell")


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaForTwo:
    """One area of two partners: what is said of it, why, and the tips that speak to it."""

    score: ScaleOfTwo = field(repr=False)
    status: Status
    by: Literal["wishes", "average answers"]
    who: tuple[str, ...]
    """Partners whose answers stand out (wish for more, or lie on the concerning side)."""
    said: str
    why: str
    urgency: float
    tips: tuple[Tip, ...] = ()

    @property
    def column(self) -> str:
        """Name of the score without a partner's suffix."""
        return self.score.column

    def lines(self) -> list[str]:
        """Return the area in plain words, each tip with its evidence and its limits."""
        lines = [f"{self.score.scale.name}. {self.said} {self.why}".rstrip()]
        for tip in self.tips:
            lines.append(f"   {tip.name}. {tip.advice}")
            lines += [
                f"   How sure: {one.strength} ({in_text(one.study)}; {one.sample}). {one.found} But: {one.limits}"
                for one in tip.evidence
            ]
            lines += [f"   How sure: {tip.no_study}"] if tip.no_study else []
            lines.append(f"   To try this week: {tip.try_this}")
            lines += [f"   Mind: {' '.join(tip.minded(two=True))}"] if tip.minded(two=True) else []
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Return the area JSON-safe at full precision."""
        return json_dict(
            {
                "score": self.column,
                "name": self.score.scale.name,
                "status": self.status,
                "by": self.by,
                "who": list(self.who),
                "said": self.said,
                "why": self.why,
                "tips": [
                    tip.model_dump(mode="json", exclude={"speaks_to", "needs", "wish_first"}) for tip in self.tips
                ],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TipsForTwo(Shown):
    """What two partners may do together. It speaks of both: for both to read, and for whoever works with them."""

    areas: tuple[AreaForTwo, ...]
    help: Help = field(repr=False)
    never: tuple[str, ...] = field(repr=False)
    level: float
    notes: tuple[str, ...] = ()

    def of(self, status: Status) -> tuple[AreaForTwo, ...]:
        """Return the areas of which this is said."""
        return tuple(area for area in self.areas if area.status == status)

    @property
    def tips(self) -> tuple[Tip, ...]:
        """Every tip given, at most three."""
        return tuple(tip for area in self.areas for tip in area.tips)

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        return json_dict(
            {
                "level": self.level,
                "areas": [area.to_dict() for area in self.areas],
                "notes": list(self.notes),
                "help": self.help.model_dump(mode="json"),
                "never": list(self.never),
            }
        )

    def table(self) -> Any:
        """Return one row an area as a pandas frame."""
        import pandas as pd

        rows = [area.to_dict() | {"tips": [tip.id for tip in area.tips]} for area in self.areas]
        return pd.DataFrame(rows)

    def apa(self) -> str:
        """Return a sentence an area: what is said of both."""
        return "\n".join(f"{area.score.name}: {area.status}." for area in self.areas) or "No area could be compared."

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line an area."""
        lines = [[area.score.scale.name, area.status, ", ".join(tip.name for tip in area.tips)] for area in self.areas]
        return [["area", "for two", "tips"], *lines]

    def __str__(self) -> str:
        lines = [line for area in self.areas for line in area.lines()]
        safety = [self.help.when, *(f"- {line}" for line in self.help.lines)]
        return "\n".join([*lines, *safety, *self.never, *(f"note: {note}" for note in self.notes)])


_TALK = "talk about it before you change anything."
_PLAIN: dict[Status, str] = {
    "keep": "The answers of both lie on the good side here: keep what you do.",
    "nothing stands out": "Nothing stands out for sure.",
    "cannot tell": "From these answers it cannot be told.",
}


def suggest_for_two(comparison: TwoPartners, *, devices: bool = False, banks: Sequence[str] = ()) -> TipsForTwo:
    """Return what two partners may start with, talk about and keep, from the answers of both.

    *Start here*: both wish for more than they have, each gap (wished minus now) beyond its measurement error. *Talk
    about it*: one does (or one wishes for less). *Keep*: neither does, and the intervals of both averages lie on the
    good side of the options' midpoint. Where a bank asks for no wishes, the average answers speak: *start* where the
    intervals of both lie on the concerning side of the midpoint, *talk* where one does, *keep* where both lie on the
    good side.

    Parameters
    ----------
    comparison
        Two partners compared (:func:`intimacy_scales.compare_partners`).
    devices
        The partners' word that devices play a part.
    banks
        Ids of the banks that tips may follow from; all when empty.

    Returns
    -------
    TipsForTwo
        Areas in the order start, talk, keep; at most three tips, each with its studies and their limits.

    Notes
    -----
    A tip that goes by wishes (the physical one) is never given where only one partner's answers ask for it, nor where
    one wishes for less. A scale of idealisation suggests nothing. Gaps within error are not told apart from none: with
    few items an interval is wide, and "nothing stands out" is no proof of contentment. Which tip speaks to which area
    is this project's proposal; no study tested it, nor tips for two.

    Examples
    --------
    >>> from intimacy_scales.analysis.couples import compare_partners
    >>> tips = suggest_for_two(compare_partners([4, 5, 4, 5, 4], [2, 3, 2, 3, 3], "eis"))
    >>> len(tips.areas)
    1
    """
    tips = tip_file()
    areas = [_area(scale, comparison) for scale in comparison.scales if _speaks(scale, banks)]
    areas.sort(key=lambda area: (ORDER.index(area.status), -area.urgency))
    return TipsForTwo(
        areas=tuple(_with_tips(areas, tips.tips, devices=devices or _devices(areas))),
        help=tips.help,
        never=tips.never,
        level=comparison.level,
        notes=tuple(_notes(comparison)),
    )


def _speaks(scale: ScaleOfTwo, banks: Sequence[str]) -> bool:
    form = scale.administration.form
    wish = form is not None and (form.startswith("partner_") or form in {d.minuend for d in scale.bank.derived})
    return not wish and scale.scale.role != "idealisation" and (not banks or scale.bank.id in banks)


def _area(scale: ScaleOfTwo, comparison: TwoPartners) -> AreaForTwo:
    if min(_answered(scale)) < LEAST_ANSWERS:
        why = "Too few items were answered by one of you."
        return AreaForTwo(
            score=scale,
            status="cannot tell",
            by="average answers",
            who=(),
            said=_PLAIN["cannot tell"],
            why=why,
            urgency=0.0,
        )
    if scale.gaps is not None and np.isfinite([gap.difference.value for gap in scale.gaps]).all():
        return _by_wishes(scale, comparison)
    return _by_averages(scale, comparison)


def _answered(scale: ScaleOfTwo) -> tuple[int, int]:
    """Return how many items of the scale each partner answered."""
    return sum(not np.isnan(item.a) for item in scale.items), sum(not np.isnan(item.b) for item in scale.items)


def _by_wishes(scale: ScaleOfTwo, comparison: TwoPartners) -> AreaForTwo:
    gaps = scale.gaps or ()
    more = [label for label, gap in zip(comparison.labels, gaps, strict=True) if gap.more]
    less = [label for label, gap in zip(comparison.labels, gaps, strict=True) if gap.less]
    known = all(np.isfinite(gap.difference.se) for gap in gaps)
    status: Status = "nothing stands out" if known else "cannot tell"
    if len(more) == 2:
        status = "start here"
    elif more or less:
        status = "talk about it"
    elif known and scale.both_well and all(scale.sures):
        status = "keep"
    low, high = scale.possible
    reverse = -1.0 if scale.scale.role == "interference" else 1.0
    return AreaForTwo(
        score=scale,
        status=status,
        by="wishes",
        who=tuple(dict.fromkeys([*more, *less])),
        said=_area_sentence(
            status, "wish for more than there is", [_wish(*one) for one in zip(comparison.labels, gaps, strict=True)]
        ),
        why="; ".join(
            wish_words(label, gap.difference, scale.possible)
            for label, gap in zip(comparison.labels, gaps, strict=True)
        )
        + f", on a range from {low:g} to {high:g}.{_rough(any(gap.rough for gap in gaps))}",
        urgency=float(sum(reverse * gap.difference.value for gap in gaps) / (high - low)),
    )


def _by_averages(scale: ScaleOfTwo, comparison: TwoPartners) -> AreaForTwo:
    sides = [side_of(mean, scale.midpoint, scale.scale) for mean in scale.averages]
    sure = [side if known else "unsure" for side, known in zip(sides, scale.sures, strict=True)]
    who = [label for label, side in zip(comparison.labels, sure, strict=True) if side == "concerned"]
    known = np.isfinite(scale.sems).all()
    status: Status = "nothing stands out" if known else "cannot tell"
    if len(who) == 2:
        status = "start here"
    elif who and "unknown" not in sides:
        status = "talk about it"
    elif sure == ["satisfied", "satisfied"]:
        status = "keep"
    means = "; ".join(
        f"{label} {figure(mean, 1)}" for label, mean in zip(comparison.labels, scale.averages, strict=True)
    )
    off = [
        abs(mean - scale.midpoint)
        for mean, label in zip(scale.averages, comparison.labels, strict=True)
        if label in who
    ]
    return AreaForTwo(
        score=scale,
        status=status,
        by="average answers",
        who=tuple(who),
        said=_area_sentence(status, f"answer {_low_side(scale)}", _places(scale, comparison, sure)),
        why=f"Average answers: {means}; the middle of the options is {scale.midpoint:g}.{_rough(scale.rough)}",
        urgency=float(sum(off)),
    )


def _area_sentence(status: Status, both: str, each: Sequence[str]) -> str:
    if status == "start here":
        return f"Both of you {both}: start here."
    if status == "talk about it":
        return f"{'; '.join(each)}: {_TALK}"
    return _PLAIN[status]


def _wish(label: str, gap: Gap) -> str:
    """Return what one partner's gap says, no more than it can."""
    if gap.more or gap.less:
        return f"{label} wishes for {'more' if gap.more else 'less'} than there is"
    return f"{label} shows no clear wish" if np.isfinite(gap.difference.se) else f"{label}'s wish cannot be told"


def _low_side(scale: ScaleOfTwo) -> str:
    return f"{'above' if scale.scale.role == 'interference' else 'below'} the middle of the options"


def _places(scale: ScaleOfTwo, comparison: TwoPartners, sure: Sequence[str]) -> list[str]:
    """Return what each partner's average answer says."""
    said = {"concerned": f"lie {_low_side(scale)}", "satisfied": "lie on the good side of the middle"}
    return [
        f"{label}'s answers {said.get(side, 'tell no clear side')}"
        for label, side in zip(comparison.labels, sure, strict=True)
    ]


def _rough(rough: bool) -> str:
    return " The intervals are rough: they rest on each person's own few answers." if rough else ""


def _devices(areas: Iterable[AreaForTwo]) -> bool:
    """Return whether a scale of interference stands out for anybody."""
    return any(area.score.scale.role == "interference" and area.status in ORDER[:2] for area in areas)


def _with_tips(areas: Sequence[AreaForTwo], tips: Sequence[Tip], *, devices: bool) -> list[AreaForTwo]:
    """Give each area that stands out one tip, then each a second, until there are three."""
    waiting = [[tip for tip in tips if _may(tip, area, devices=devices)] for area in areas]
    given: list[list[Tip]] = [[] for _ in areas]
    taken: set[str] = set()
    while len(taken) < MOST and any(tip.id not in taken for group in waiting for tip in group):
        for mine, group in zip(given, waiting, strict=True):
            tip = next((tip for tip in group if tip.id not in taken), None)
            if tip is not None and len(taken) < MOST:
                mine.append(tip)
                taken.add(tip.id)
    return [replace(area, tips=tuple(mine)) for area, mine in zip(areas, given, strict=True)]


def _may(tip: Tip, area: AreaForTwo, *, devices: bool) -> bool:
    """Return whether a tip may be given: what goes by wishes only where both stand out, and none wishes for less."""
    if area.status not in ORDER[:2] or not tip.speaks(area.score.scale):
        return False
    if tip.needs == "devices" and not devices:
        return False
    if not tip.wish_first:
        return True
    gaps: tuple[Difference, ...] = tuple(gap.difference for gap in area.score.gaps or ())
    return area.status == "start here" and all(not gap.value <= 0 for gap in gaps)


def _notes(comparison: TwoPartners) -> Iterable[str]:
    yield "each comparison is made by itself: among many areas, some stand out by chance"
    yield CONSENT
    yield "which tip speaks to which area is a proposal; no study tested tips for two"
    for scale in comparison.scales:
        form = scale.administration.form
        if form is not None and form in {derived.minuend for derived in scale.bank.derived}:
            continue
        for label, mean in zip(comparison.labels, scale.averages, strict=True):
            if idealised(scale.bank, scale.scale, mean):
                yield f"{scale.scale.name}: {label}'s answers paint a very bright picture, so they may be idealised"
