"""The pictures of a couple's report: a partner keeps a colour and a shape; filled is now, hollow is wished."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from intimacy_scales.advice.scale_reading import option_words
from intimacy_scales.analysis.couples import ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.couples.partners.items import ItemPair
from intimacy_scales.analysis.couples.partners.partner_view import mark_of_two
from intimacy_scales.base.translation import listing, tr
from intimacy_scales.base.wording import capital
from intimacy_scales.output.report.couple.sentences import difference_verdict, difference_words, gap_words, label_of
from intimacy_scales.output.report.document import Figure, Table
from intimacy_scales.output.report.sentences import ends_of, numbered, option_ends, percent, signed
from intimacy_scales.pictures.drawing import NARROW, WIDE, trimmed
from intimacy_scales.pictures.ranges import Axis, Link, Mark, RangeRow, draw_ranges

MOST_ITEMS = 10  # sentences in the picture; the table holds all


def side_by_side(comparison: TwoPartners, scales: Sequence[ScaleOfTwo], title: str) -> Figure | None:
    """Draw both partners' scores on the whole range of each scale; ``None`` where nothing can be compared."""
    known = [scale for scale in scales if not any(map(isnan, scale.scores))]
    if not known:
        return None
    rows = [_row_of_two(comparison, one) for one in known]
    axis = Axis(ends=ends_of([(one.bank, one.scale) for one in known]), mark_ends=True)
    wide, narrow = (draw_ranges(rows, axis, width=width) for width in (WIDE, NARROW))
    apart = [f"{label_of(one)} ({difference_words(one, comparison.labels)})" for one in known if one.difference.beyond]
    untold = [label_of(one) for one in known if isnan(one.difference.se)]
    rest = len(known) - len(apart) - len(untold)
    sentences = [tr("More than chance: {areas}.", areas=listing(apart))] if apart else []
    sentences += [tr("No clear difference in {n} of {total}.", n=rest, total=len(known))] if rest else []
    sentences += [tr("It cannot be told in {areas}.", areas=listing(untold))] if untold else []
    alt = " ".join(sentences)
    return Figure(title=title, alt=alt, wide=wide, narrow=narrow, table=_scores_table(comparison, known, title))


def _row_of_two(comparison: TwoPartners, scale: ScaleOfTwo) -> RangeRow:
    link: Link = "clear" if scale.difference.beyond else "unclear"
    return RangeRow(
        label=label_of(scale),
        low=scale.possible[0],
        high=scale.possible[1],
        marks=(mark_of_two(scale, 0, comparison.level), mark_of_two(scale, 1, comparison.level)),
        text=difference_words(scale, comparison.labels),
        link=link,
        apart=True,
    )


def _scores_table(comparison: TwoPartners, known: Sequence[ScaleOfTwo], title: str) -> Table:
    rows = []
    for scale in known:
        d = scale.difference
        span = tr("cannot be told")
        if not isnan(d.se):
            span = tr("{least} to {most}", least=signed(d.low), most=signed(d.high))
        scores = (trimmed(score) for score in scale.scores)
        rows.append((label_of(scale), *scores, signed(d.value), span, difference_verdict(scale, comparison.labels)))
    head = (tr("Area"), *map(capital, comparison.labels), tr("Difference"), tr("Could be"), tr("That is"))
    return Table(caption=tr("{title}: figures", title=title), head=head, rows=tuple(rows), words=(5,))


def wishes_figure(comparison: TwoPartners, scales: Sequence[ScaleOfTwo], title: str) -> Figure | None:
    """Draw now (filled) and wished (hollow) of each partner; ``None`` where no wish is known."""
    known = [
        scale for scale in scales if scale.gaps is not None and not all(isnan(g.difference.value) for g in scale.gaps)
    ]
    if not known:
        return None
    rows = [row for one in known for side in (0, 1) if (row := _wish_row(comparison, one, side))]
    axis = Axis(ends=ends_of([(one.bank, one.scale) for one in known]), mark_ends=True)
    wide, narrow = (draw_ranges(rows, axis, width=width) for width in (WIDE, NARROW))
    both = [label_of(one) for one in known if one.gaps and all(gap.difference.low > 0 for gap in one.gaps)]
    alt = tr("Both wish for more: {areas}.", areas=listing(both)) if both else tr("In no area do both wish for more.")
    table = Table(
        caption=tr("{title}: figures", title=title),
        head=(tr("Area"), *(tr("{who}: wished minus now", who=capital(label)) for label in comparison.labels)),
        rows=tuple((label_of(one), *(gap_words(gap) for gap in one.gaps or ())) for one in known),
        words=(1, 2),
    )
    return Figure(title=title, alt=alt, wide=wide, narrow=narrow, table=table)


def _wish_row(comparison: TwoPartners, scale: ScaleOfTwo, side: int) -> RangeRow | None:
    wished = wished_of(comparison, scale)
    gap = None if scale.gaps is None else scale.gaps[side]
    if gap is None or wished is None or isnan(gap.difference.value):
        return None
    return RangeRow(
        label=f"{label_of(scale)}, {comparison.labels[side]}",
        low=scale.possible[0],
        high=scale.possible[1],
        marks=(mark_of_two(scale, side, comparison.level), mark_of_two(wished, side, comparison.level, hollow=True)),
        text=gap_words(gap),
        link="clear" if gap.difference.beyond else "unclear",
    )


def wished_of(comparison: TwoPartners, now: ScaleOfTwo) -> ScaleOfTwo | None:
    """Return the wished score that belongs to one of now."""
    forms = {one.minuend for one in now.bank.derived if one.subtrahend == now.administration.form}
    for scale in comparison.scales:
        same = (
            scale.bank.id == now.bank.id
            and scale.scale.id == now.scale.id
            and scale.administration.occasion == now.administration.occasion
        )
        if same and scale.administration.form in forms:
            return scale
    return None


def items_figure(comparison: TwoPartners, scales: Sequence[ScaleOfTwo]) -> Figure | None:
    """Draw the sentences that were answered furthest apart, as ticked; the table holds every sentence both answered."""
    pairs = [(scale, pair) for scale in scales for pair in scale.items if pair.steps is not None]
    if not pairs:
        return None
    far = sorted((p for p in pairs if (p[1].steps or 0) > 1), key=lambda p: -(p[1].steps or 0))[:MOST_ITEMS]
    shown = far or pairs[:1]
    rows = [_item_row(one, pair) for one, pair in shown]
    ends = option_ends([(one.bank, one.scale) for one, _ in shown])
    wide, narrow = (draw_ranges(rows, Axis(ends=ends, mark_ends=True), width=width) for width in (WIDE, NARROW))
    n = sum(1 for _, pair in pairs if (pair.steps or 0) > 1)
    alt = f"{n} of {len(pairs)} sentences were answered more than one step apart." if n else \
        f"All {len(pairs)} sentences were answered within one step of each other."  # fmt: skip
    title = "Sentences answered furthest apart" if far else "No sentence was answered more than one step apart"
    return Figure(title=title, alt=alt, wide=wide, narrow=narrow, table=_items_table(comparison, pairs))


def _ticked(scale: ScaleOfTwo, pair: ItemPair) -> tuple[float, float]:
    """Return both answers as they were ticked: a reversed item turned back."""
    low, high = scale.bank.ends(pair.item)
    return (low + high - pair.a, low + high - pair.b) if pair.item.reverse else (pair.a, pair.b)


def _item_row(scale: ScaleOfTwo, pair: ItemPair) -> RangeRow:
    low, high = scale.bank.ends(pair.item)
    first, second = _ticked(scale, pair)
    step = "step" if pair.steps == 1 else "steps"
    return RangeRow(
        label=_text(scale, pair),
        low=low,
        high=high,
        marks=(Mark(at=first), Mark(at=second, second=True)),
        text=f"{label_of(scale)}: {pair.steps} {step} apart",
        link="clear" if (pair.steps or 0) > 1 else "unclear",
        apart=True,
    )


def _text(scale: ScaleOfTwo, pair: ItemPair) -> str:
    return f"{numbered(pair.item)}{scale.bank.text(pair.item)}"


def _items_table(comparison: TwoPartners, pairs: Sequence[tuple[ScaleOfTwo, ItemPair]]) -> Table:
    rows = tuple(
        (_text(one, pair), label_of(one), *(_words(one, pair, code) for code in _ticked(one, pair)), str(pair.steps),
         "against closeness" if pair.item.reverse else "for closeness")
        for one, pair in pairs
    )  # fmt: skip
    return Table(
        caption="Every sentence both answered, as ticked",
        head=("Sentence", "Area", *map(capital, comparison.labels), "Steps apart", "To agree speaks"),
        rows=rows,
        words=(1, 2, 3, 5),
    )


def _words(scale: ScaleOfTwo, pair: ItemPair, value: float) -> str:
    options = scale.bank.scored_options(pair.item)
    return next((option_words(option) for option in options if option.value == value), trimmed(value))


def agreement_table(comparison: TwoPartners, scales: Sequence[ScaleOfTwo]) -> Table:
    """Return agreement area by area: sentences within one step, answered the same, where both stand."""
    rows = tuple(
        (
            label_of(scale),
            str(scale.agreement.n_items),
            percent(scale.agreement.within_one_step),
            percent(scale.agreement.same),
            _place(scale, comparison.labels),
        )
        for scale in scales
    )
    head = ("Area", "Sentences", "Within one step", "The same", "Where you stand")
    return Table(caption="Agreement, area by area", head=head, rows=rows, words=(4,))


def _place(scale: ScaleOfTwo, labels: tuple[str, str]) -> str:
    if scale.place == "differing":
        first = scale.averages[0] > scale.midpoint
        return f"{labels[0] if first else labels[1]} above the middle, {labels[1] if first else labels[0]} below"
    return scale.place if scale.place not in {"unknown", "not asked"} else "cannot be told"
