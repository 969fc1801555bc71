"""The pictures of a couple's report: a partner keeps a colour and a shape; filled is now, hollow is wished."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from intimacy_scales.advice.reading import options_of_scale
from intimacy_scales.analysis.couples import ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.couples.partners.items import ItemPair
from intimacy_scales.base.wording import capital, listed
from intimacy_scales.output.report.couple.words import difference_verdict, difference_words, gap_words, label_of
from intimacy_scales.output.report.document import Figure, Table
from intimacy_scales.output.report.words import item_name, percent, signed
from intimacy_scales.pictures.drawing import NARROW, WIDE
from intimacy_scales.pictures.numbers import trimmed
from intimacy_scales.pictures.ranges import Axis, Link, Mark, RangeRow, draw_ranges
from intimacy_scales.statistics.estimate import half_width

MOST_ITEMS = 10  # sentences in the picture; the table holds all


def ends_of(scales: Sequence[ScaleOfTwo]) -> tuple[str, str] | None:
    """Return the words at both ends of the range, where all these scales have the same options."""
    options = [options_of_scale(one.bank, one.scale) for one in scales]
    found = {(one[0].label, one[-1].label) if one else None for one in options}
    return found.pop() if len(found) == 1 else None


def _mark(one: ScaleOfTwo, side: int, level: float, *, hollow: bool = False) -> Mark:
    value, off = one.scores[side], half_width(level) * one.sems[side]
    low, high = (min(max(end, one.possible[0]), one.possible[1]) for end in (value - off, value + off))
    known = not isnan(off)
    return Mark(at=value, low=low if known else None, high=high if known else None, hollow=hollow, second=side == 1)


def side_by_side(two: TwoPartners, scales: Sequence[ScaleOfTwo], title: str) -> Figure | None:
    """Draw both partners' scores on the whole range of each scale; ``None`` where nothing can be compared."""
    known = [one for one in scales if not any(map(isnan, one.scores))]
    if not known:
        return None
    rows = [_row_of_two(two, one) for one in known]
    axis = Axis(ends=ends_of(known), mark_ends=True)
    wide, narrow = (draw_ranges(rows, axis, width=width) for width in (WIDE, NARROW))
    apart = [f"{label_of(one)} ({difference_words(one, two.labels)})" for one in known if one.difference.beyond]
    rest = len(known) - len(apart)
    alt = f"More than chance: {listed(apart)}." if apart else "No difference is more than chance."
    alt += f" No clear difference in {rest} of {len(known)}." if apart and rest else ""
    return Figure(title=title, alt=alt, wide=wide, narrow=narrow, table=_scores_table(two, known, title))


def _row_of_two(two: TwoPartners, one: ScaleOfTwo) -> RangeRow:
    link: Link = "clear" if one.difference.beyond else "unclear"
    return RangeRow(
        label=label_of(one),
        low=one.possible[0],
        high=one.possible[1],
        marks=(_mark(one, 0, two.level), _mark(one, 1, two.level)),
        text=difference_words(one, two.labels),
        link=link,
        apart=True,
    )


def _scores_table(two: TwoPartners, known: Sequence[ScaleOfTwo], title: str) -> Table:
    rows = []
    for one in known:
        d = one.difference
        span = "cannot be told" if isnan(d.se) else f"{signed(d.low)} to {signed(d.high)}"
        scores = (trimmed(score) for score in one.scores)
        rows.append((label_of(one), *scores, signed(d.value), span, difference_verdict(one, two.labels)))
    head = ("Area", *map(capital, two.labels), "Difference", "Could be", "That is")
    return Table(caption=f"{title}: figures", head=head, rows=tuple(rows), words=(5,))


def wishes_figure(two: TwoPartners, scales: Sequence[ScaleOfTwo], title: str) -> Figure | None:
    """Draw now (filled) and wished (hollow) of each partner; ``None`` where no wish is known."""
    known = [one for one in scales if one.gaps is not None and not all(isnan(g.difference.value) for g in one.gaps)]
    if not known:
        return None
    rows = [row for one in known for side in (0, 1) if (row := _wish_row(two, one, side))]
    axis = Axis(ends=ends_of(known), mark_ends=True)
    wide, narrow = (draw_ranges(rows, axis, width=width) for width in (WIDE, NARROW))
    both = [label_of(one) for one in known if one.gaps and all(gap.difference.low > 0 for gap in one.gaps)]
    alt = f"Both wish for more: {listed(both)}." if both else "In no area do both wish for clearly more."
    table = Table(
        caption=f"{title}: figures",
        head=("Area", *(f"{capital(label)}: wished minus now" for label in two.labels)),
        rows=tuple((label_of(one), *(gap_words(gap) for gap in one.gaps or ())) for one in known),
        words=(1, 2),
    )
    return Figure(title=title, alt=alt, wide=wide, narrow=narrow, table=table)


def _wish_row(two: TwoPartners, one: ScaleOfTwo, side: int) -> RangeRow | None:
    wished = wished_of(two, one)
    gap = None if one.gaps is None else one.gaps[side]
    if gap is None or wished is None or isnan(gap.difference.value):
        return None
    return RangeRow(
        label=f"{label_of(one)}, {two.labels[side]}",
        low=one.possible[0],
        high=one.possible[1],
        marks=(_mark(one, side, two.level), _mark(wished, side, two.level, hollow=True)),
        text=gap_words(gap),
        link="clear" if gap.difference.beyond else "unclear",
    )


def wished_of(two: TwoPartners, now: ScaleOfTwo) -> ScaleOfTwo | None:
    """Return the wished score that belongs to one of now."""
    forms = {one.minuend for one in now.bank.derived if one.subtrahend == now.administration.form}
    for one in two.scales:
        same = (
            one.bank.id == now.bank.id
            and one.scale.id == now.scale.id
            and one.administration.occasion == now.administration.occasion
        )
        if same and one.administration.form in forms:
            return one
    return None


def items_figure(two: TwoPartners, scales: Sequence[ScaleOfTwo]) -> Figure | None:
    """Draw the sentences that were answered furthest apart; the table holds every sentence both answered."""
    pairs = [(one, pair) for one in scales for pair in one.items if pair.steps is not None]
    if not pairs:
        return None
    far = sorted((p for p in pairs if (p[1].steps or 0) > 1), key=lambda p: -(p[1].steps or 0))[:MOST_ITEMS]
    drawn = far or pairs[:1]
    rows = [_item_row(one, pair) for one, pair in drawn]
    ends = ends_of([one for one, _ in drawn])
    wide, narrow = (draw_ranges(rows, Axis(ends=ends, mark_ends=True), width=width) for width in (WIDE, NARROW))
    n = sum(1 for _, pair in pairs if (pair.steps or 0) > 1)
    alt = f"{n} of {len(pairs)} sentences were answered more than one step apart." if n else \
        f"All {len(pairs)} sentences were answered within one step of each other."  # fmt: skip
    title = "Sentences answered furthest apart" if far else "No sentence was answered more than one step apart"
    return Figure(title=title, alt=alt, wide=wide, narrow=narrow, table=_items_table(two, pairs))


def _item_row(one: ScaleOfTwo, pair: ItemPair) -> RangeRow:
    low, high = one.bank.ends(pair.item)
    marks = (Mark(at=pair.a), Mark(at=pair.b, second=True))
    step = "step" if pair.steps == 1 else "steps"
    return RangeRow(
        label=_item_label(one, pair),
        low=low,
        high=high,
        marks=marks,
        text=f"{label_of(one)}: {pair.steps} {step} apart",
        link="clear" if (pair.steps or 0) > 1 else "unclear",
        apart=True,
    )


def _item_label(one: ScaleOfTwo, pair: ItemPair) -> str:
    return item_name(one.bank, pair.item).replace(" (reversed)", " (turned round)")


def _items_table(two: TwoPartners, pairs: Sequence[tuple[ScaleOfTwo, ItemPair]]) -> Table:
    rows = tuple(
        (_item_label(one, pair), label_of(one), trimmed(pair.a), trimmed(pair.b), str(pair.steps))
        for one, pair in pairs
    )
    return Table(
        caption="Every sentence both answered",
        head=("Sentence", "Area", *map(capital, two.labels), "Steps apart"),
        rows=rows,
        words=(1,),
        notes=("Sentences worded the other way round are turned round, so that a higher answer always means more.",),
    )


def agreement_table(two: TwoPartners, scales: Sequence[ScaleOfTwo]) -> Table:
    """Return agreement area by area: sentences within one step, answered the same, where both stand."""
    rows = tuple(
        (
            label_of(one),
            str(one.agreement.n_items),
            percent(one.agreement.within_one_step),
            percent(one.agreement.same),
            _place(one, two.labels),
        )
        for one in scales
    )
    head = ("Area", "Sentences", "Within one step", "The same", "Where you stand")
    return Table(caption="Agreement, area by area", head=head, rows=rows, words=(4,))


def _place(one: ScaleOfTwo, labels: tuple[str, str]) -> str:
    if one.place == "differing":
        first = one.averages[0] > one.midpoint
        return f"{labels[0] if first else labels[1]} above the middle, {labels[1] if first else labels[0]} below"
    return one.place if one.place not in {"unknown", "not asked"} else "cannot be told"
