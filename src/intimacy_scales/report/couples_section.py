"""A sample's part on couples: how alike partners are, and how far apart; no couple is named."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from intimacy_scales.couples import Couples, study_couples
from intimacy_scales.couples.agreement import ScaleAgreement
from intimacy_scales.report.document import Block, Figure, Notes, Paragraph, Section, Table
from intimacy_scales.report.drawing import NARROW, WIDE
from intimacy_scales.report.pictures.ranges import Axis, Mark, RangeRow, draw_ranges
from intimacy_scales.report.words import (
    between_coefficients,
    capital,
    coefficient,
    count,
    figure,
    listed,
    percent,
    sentence,
)

if TYPE_CHECKING:
    from intimacy_scales.report.making import Wish


def couples_section(couples: Couples, wish: Wish) -> Section:
    """Return agreement and difference of partners over the sample, scale by scale."""
    found = study_couples(couples, sd=wish.sd, reliability=wish.reliability, min_answered=wish.min_answered)
    aside = count(len(couples.unmatched), "row")
    how = "told apart" if not couples.exchangeable else "not told apart"
    first, second = couples.labels
    text = (
        f"{count(len(couples), 'couple')} were matched; {aside} stand in no couple. The partners are {first} and "
        f"{second}, {how}."
    )
    blocks: list[Block | Section] = [Paragraph(text=sentence(text))]
    shown = [one for one in found.agreements if not isnan(one.icc.value)]
    if shown:
        blocks += [_figure(shown), _table(shown, couples)]
        notes = dict.fromkeys(sentence(note) for one in shown for note in one.notes)
        blocks += [Notes(items=tuple(notes), kind="remark")] if notes else []
    else:
        blocks.append(Paragraph(text="Too few couples to say how alike partners are."))
    return Section(title="Partners side by side", blocks=tuple(blocks))


def _figure(shown: list[ScaleAgreement]) -> Figure:
    names = names_of(shown)
    rows = [
        RangeRow(
            label=name,
            low=-1.0 if min(o.icc.low for o in shown) < 0 else 0.0,
            high=1.0,
            marks=(Mark(at=one.icc.value, low=one.icc.low, high=one.icc.high),),
            text=f"{coefficient(one.icc.value)}; could be {between_coefficients(one.icc.low, one.icc.high)}",
        )
        for name, one in zip(names, shown, strict=True)
    ]
    low = rows[0].low
    axis = Axis(ends=("not alike", "alike"), ticks=tuple((x, f"{x:g}") for x in (low, (low + 1) / 2, 1.0)))
    wide, narrow = (draw_ranges(rows, axis, width=width) for width in (WIDE, NARROW))
    kind = shown[0].icc_name
    alt = listed([f"{name}: {row.text}" for name, row in zip(names, rows, strict=True)])
    table = Table(
        caption=f"Agreement of partners ({kind})",
        head=("Score", "Couples", kind, f"{100 * shown[0].icc.level:.0f} % interval", "r"),
        rows=tuple(
            (name, str(one.n), coefficient(one.icc.value), between_coefficients(one.icc.low, one.icc.high),
             coefficient(one.r.value))
            for name, one in zip(names, shown, strict=True)
        ),
    )  # fmt: skip
    return Figure(title=f"How alike partners are ({kind})", alt=f"{alt}.", wide=wide, narrow=narrow, table=table)


def _table(shown: list[ScaleAgreement], couples: Couples) -> Table:
    rows = tuple(
        (
            name,
            *(figure(mean) for mean in one.means),
            figure(one.difference.mean),
            f"{figure(one.difference.low)} to {figure(one.difference.high)}",
            figure(one.mean_absolute),
            percent(one.share_beyond),
            percent(one.within_one_step),
        )
        for name, one in zip(names_of(shown), shown, strict=True)
    )
    first, second = (f"Mean, {label}" for label in couples.labels)
    return Table(
        caption="How far partners are apart",
        head=("Score", first, second, "Difference", "95 % interval", "Mean gap", "Beyond error", "Within one step"),
        rows=rows,
    )


def names_of(shown: list[ScaleAgreement]) -> list[str]:
    """Return what the scores are called: the scale; with the score's column where several are called alike."""
    names = [capital(one.name) for one in shown]
    return [f"{name} ({one.column})" if names.count(name) > 1 else name for name, one in zip(names, shown, strict=True)]
