"""A sample's report: what people ticked, how the scores spread, what is missing, who was set aside."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.wording import capital, counted
from intimacy_scales.output.report.apa import (
    ItemCount,
    answered_with,
    count_items,
    missing_of,
    reasons_of,
    rows_in_words,
)
from intimacy_scales.output.report.document import Block, Figure, Paragraph, Section, Table
from intimacy_scales.output.report.sentences import item_name, numbered, percent, scale_name
from intimacy_scales.pictures.answers import ItemAnswers, common_reach, draw_answers
from intimacy_scales.pictures.drawing import NARROW, WIDE, figure, trimmed
from intimacy_scales.pictures.ranges import Spread, draw_spreads
from intimacy_scales.reading.responses.model import Answered, Responses
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.scoring.scores import administration_name, spread_of_score

MOST_OPTIONS = 11  # more segments than this tell nothing apart


def answers_section(responses: Responses) -> Section:
    """Return the section that shows every item's answers, scale by scale."""
    blocks: list[Block | Section] = [
        Paragraph(
            text=(
                "Each bar shows how the answers to one item fall, in percent of those who answered it. "
                "The neutral answer, where there "
                "is one, stands in the middle. A reversed item is shown twice: "
                "as people ticked it, and as it counts (keyed)."
            )
        )
    ]
    for bank in responses.banks:
        for part in answered_with(responses, bank):
            blocks += _of_administration(part, bank, with_bank=len(responses.banks) > 1)
    return Section(title="What people answered", blocks=tuple(blocks))


def _of_administration(part: Answered, bank: ItemBank, *, with_bank: bool) -> list[Block]:
    counted = [(scale, counts) for scale in bank.item_scales for counts in _alike(count_items(part, scale))]
    drawn = [(scale, [_drawn(c) for c in counts], counts) for scale, counts in counted]
    reach = common_reach([item for _, items, _ in drawn for item in items])
    where = administration_name(bank, part.administration)
    return [
        _answers_block(part, scale, items, counts, reach=reach, where=where, with_bank=with_bank)
        for scale, items, counts in drawn
    ]


def _alike(counts: tuple[ItemCount, ...]) -> list[tuple[ItemCount, ...]]:
    """Split the items of a scale into runs with the same options: a picture has one strip of options."""
    return [tuple(run) for _, run in groupby(counts, key=lambda c: c.labels)]


def _drawn(counted: ItemCount) -> ItemAnswers:
    mark = " (reversed)" if counted.item.reverse else ""
    return ItemAnswers(
        label=f"{numbered(counted.item)}{counted.item.gloss}{mark}",
        ticked=counted.shares,
        keyed=counted.shares[::-1] if counted.reversed_here else None,
    )


def _answers_block(
    part: Answered,
    scale: Scale,
    items: Sequence[ItemAnswers],
    counts: tuple[ItemCount, ...],
    *,
    reach: tuple[float, float],
    where: str,
    with_bank: bool,
) -> Block:
    bank, labels = part.bank, counts[0].labels
    name = f"{capital(scale.name)}{f' ({where})' if where else ''}"
    title = f"{bank.short_name}: {name}" if with_bank else name
    table = _answers_table(bank, counts, title)
    if len(labels) > MOST_OPTIONS:
        return table
    named = [
        ItemAnswers(label=item_name(bank, c.item), ticked=i.ticked, keyed=i.keyed)
        for i, c in zip(items, counts, strict=True)
    ]
    wide, narrow = (draw_answers(named, labels, width=width, reach=reach) for width in (WIDE, NARROW))
    return Figure(title=title, alt=_answers_alt(counts), wide=wide, narrow=narrow, table=table)


def _answers_alt(counts: Sequence[ItemCount]) -> str:
    known = [c for c in counts if c.n]
    if not known:
        return "Nobody answered these items."
    ups = sorted(known, key=_upper)
    low, high = ups[0], ups[-1]
    if low is high:
        return f"Item {low.item.id}: {percent(_upper(low))} of the answers lie on the side that raises the score."
    return (
        f"Of {len(counts)} items, item {high.item.id} has most answers on the side that raises the score "
        f"({percent(_upper(high))}), item {low.item.id} fewest ({percent(_upper(low))})."
    )


def _upper(counted: ItemCount) -> float:
    keyed = counted.shares[::-1] if counted.reversed_here else counted.shares
    return sum(keyed[(len(keyed) + 1) // 2 :])


def _answers_table(bank: ItemBank, counts: Sequence[ItemCount], title: str) -> Table:
    beside = any(not option.scored for c in counts for option in bank.options_of(c.item))
    rows = tuple(
        (item_name(bank, c.item), *(percent(s) if c.n else "\u2013" for s in c.shares), str(c.n),
         *([str(c.not_scored)] if beside else []), str(c.missing))
        for c in counts
    )  # fmt: skip
    return Table(
        caption=f"{title}: answers as ticked, percent of those who answered"
        + (" with an answer that is scored" * beside),
        head=("Item", *counts[0].labels, "n", *(["not scored"] if beside else []), "missing"),
        rows=rows,
    )


def scores_section(scores: Scores) -> Section:
    """Return the section with every scale's distribution on its whole possible range, and its figures."""
    several = len(scores.banks) > 1
    blocks: list[Block | Section] = [
        Paragraph(
            text=(
                "Each small picture runs over the scale's whole possible range. "
                "The dot is the mean; the band beside it is one "
                "standard deviation to each side."
            )
        )
    ]
    for bank in scores.banks:
        parts = [part for part in scores.of(bank.id) if not np.isnan(part.values).all()]
        for administration in dict.fromkeys(part.administration for part in parts):
            where = administration_name(bank, administration)
            names = [bank.short_name] * several + [where] * bool(where)
            own = [part for part in parts if part.administration == administration]
            blocks.append(_spread_figure(own, ": ".join(["Scores", *([", ".join(names)] if names else [])])))
    blocks += _withheld(scores)
    return Section(title="Scores", blocks=tuple(blocks))


def _spread_figure(parts: Sequence[ScaleScores], title: str) -> Figure:
    spreads = [
        spread_of_score(capital(p.scale.name), p.values, p.possible, bank=p.bank, scale=p.scale, derived=p.derived)
        for p in parts
    ]
    wide, narrow = (draw_spreads(spreads, width=width) for width in (WIDE, NARROW))
    return Figure(title=title, alt=_spread_alt(spreads), wide=wide, narrow=narrow, table=scores_table(parts, title))


def _spread_alt(spreads: Sequence[Spread]) -> str:
    known = [s for s in spreads if s.n]
    share = sorted(known, key=lambda s: (s.mean - s.low) / (s.high - s.low))
    said = [
        f"{s.label}: mean {figure(s.mean, 1)} of {trimmed(s.low)} to {trimmed(s.high)}, SD {figure(s.sd, 1)}"
        for s in ((share[0],) if len(share) == 1 else (share[-1], share[0]))
    ]
    return said[0] + "." if len(said) == 1 else f"Highest on its range, {said[0]}. Lowest, {said[1]}."


def scores_table(parts: Sequence[ScaleScores], title: str) -> Table:
    """Return n, mean, SD, ends, number without a score and the possible range of every score."""
    rows = []
    for part in parts:
        d = part.to_dict()
        rows.append(
            (
                capital(part.scale.name),
                str(d["n"]),
                *(figure(d[key]) for key in ("mean", "sd", "min", "max")),
                str(d["unscored"]),
                f"{trimmed(part.possible[0])} to {trimmed(part.possible[1])}",
            )
        )
    return Table(
        caption=f"{title}: figures",
        rows=tuple(rows),
        head=("Scale", "n", "Mean", "SD", "Lowest", "Highest", "No score", "Possible"),
    )


def _withheld(scores: Scores) -> list[Block]:
    short = [(part, int(np.isnan(part.values).sum())) for part in scores.parts if part.derived is None]
    total, most = sum(n for _, n in short), max(short, key=lambda pair: pair[1])
    if not total:
        return [Paragraph(text="No score was withheld: everybody answered enough.")]
    many = f" (most often {scale_name(most[0])}, {most[1]:,})" if total > most[1] else f" ({scale_name(most[0])})"
    return [
        Paragraph(
            text=f"{counted(total, 'score')}{many} {'was' if total == 1 else 'were'} "
            f"withheld because too few items were answered. "
            "A withheld score is left empty, never guessed."
        )
    ]


def missing_section(responses: Responses) -> Section:
    """Return the section on missing answers, item by item."""
    blocks: list[Block | Section] = []
    for bank in responses.banks:
        for part in answered_with(responses, bank):
            blocks += _missing_blocks(part, bank)
    return Section(title="Missing answers", blocks=tuple(blocks))


def _missing_blocks(part: Answered, bank: ItemBank) -> list[Block]:
    found, where = missing_of(part), administration_name(bank, part.administration)
    name = f"{bank.name}{f' ({where})' if where else ''}"
    text = (
        f"{name}: {found.missing:,} of {found.answers:,} answers are missing ({percent(found.share)}); "
        f"{found.complete_rows:,} of {counted(part.n_persons, 'person', 'people')} answered every item."
    )
    if not found.missing:
        return [Paragraph(text=text)]
    worst = sorted(zip(bank.items, found.by_item, strict=True), key=lambda pair: (-pair[1], pair[0].number))
    rows = tuple((item_name(bank, item), str(n), percent(n / part.n_persons)) for item, n in worst if n)
    most = f"Most often left out: item {worst[0][0].id} ({counted(worst[0][1], 'time')})."
    table = Table(
        caption=f"{name}: missing answers by item, most first",
        head=("Item", "Missing", "Share"),
        rows=rows,
        folded=len(rows) > 6,
        notes=() if len(rows) == len(bank.items) else ("Items not listed have none.",),
    )
    return [Paragraph(text=f"{text} {most}"), table]


def aside_section(responses: Responses) -> Section:
    """Return the section on rows that are no respondents, and why; rows by number only."""
    read, used = responses.table.rows_read, responses.n_persons
    reasons = reasons_of(responses.set_aside)
    text = f"Of {counted(read, 'row')} read, {used:,} were used"
    if not reasons:
        return Section(title="Rows set aside", blocks=(Paragraph(text=f"{text}; none was set aside."),))
    rows = tuple((capital(why), str(len(places)), rows_in_words(places)) for why, places in reasons.items())
    table = Table(caption="Rows set aside, and why", head=("Why", "Rows", "Row numbers"), rows=rows, words=(2,))
    return Section(
        title="Rows set aside",
        blocks=(
            Paragraph(text=f"{text} and {len(responses.set_aside):,} set aside. Row numbers are those of the source."),
            table,
        ),
    )
