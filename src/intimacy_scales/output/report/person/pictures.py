"""The pictures of a person's report: scores on their range, now and wished, standings in a norm."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from intimacy_scales.analysis.norms import Standing
from intimacy_scales.analysis.norms.standings import draw_percentiles, percentile_row
from intimacy_scales.base.translation import listing, tr
from intimacy_scales.base.wording import capital
from intimacy_scales.output.report.document import Figure, Table
from intimacy_scales.output.report.person.person_view import PersonGap, PersonScore, PersonView
from intimacy_scales.output.report.person.sentences import gap_verdict, gap_words, label_of, score_words
from intimacy_scales.output.report.sentences import between, ends_of, signed
from intimacy_scales.pictures.drawing import NARROW, WIDE, figure, trimmed
from intimacy_scales.pictures.ranges import Axis, Link, Mark, RangeRow, draw_ranges


def _mark(score: PersonScore, *, hollow: bool = False) -> Mark:
    return Mark(
        at=score.value, low=score.low if score.sure else None, high=score.high if score.sure else None, hollow=hollow
    )


def scores_figure(view: PersonView, scores: Sequence[PersonScore], title: str) -> Figure | None:
    """Draw scores on their whole range, with what is wished where that is known; ``None`` where all were withheld."""
    known = [score for score in scores if not isnan(score.value)]
    if not known:
        return None
    rows = [_row(view, score) for score in known]
    axis = Axis(ends=ends_of([(score.part.bank, score.part.scale) for score in known]), mark_ends=True)
    wide, narrow = (draw_ranges(rows, axis, width=width) for width in (WIDE, NARROW))
    gaps = [gap for score in known if (gap := _known(view.gap_of(score)))]
    return Figure(title=title, alt=_alt(view, known, gaps), wide=wide, narrow=narrow, table=_table(known, view, title))


def _known(gap: PersonGap | None) -> PersonGap | None:
    return gap if gap is not None and not isnan(gap.difference.value) else None


def _row(view: PersonView, score: PersonScore) -> RangeRow:
    low, high = score.part.possible
    if (found := _known(view.gap_of(score))) is None:
        return RangeRow(label=view.label(score), low=low, high=high, marks=(_mark(score),), text=score_words(score))
    link: Link = "clear" if found.clear else "unclear"
    return RangeRow(
        label=view.label(score),
        low=low,
        high=high,
        link=link,
        text=gap_words(found),
        marks=(_mark(score), _mark(found.wished, hollow=True)),
    )


def _alt(view: PersonView, known: Sequence[PersonScore], gaps: Sequence[PersonGap]) -> str:
    if not gaps:
        return "; ".join(f"{view.label(score)}: {score_words(score)}" for score in known) + "."
    told = [gap for gap in gaps if not isnan(gap.difference.se)]
    clear = [f"{view.label(gap.now)} ({gap_words(gap)})" for gap in told if gap.clear]
    rest = len(told) - len(clear)
    found = [tr("A clear gap: {areas}.", areas=listing(clear))] if clear else []
    if rest:
        found.append(tr("No clear difference in {n} of {total}.", n=rest, total=len(gaps)))
    if len(told) < len(gaps):
        found.append(tr("In {n} of {total} it cannot be told.", n=len(gaps) - len(told), total=len(gaps)))
    return " ".join(found)


def _table(known: Sequence[PersonScore], view: PersonView, title: str) -> Table:
    if not any(_known(view.gap_of(score)) for score in known):
        rows = tuple((view.label(s), trimmed(s.value), _could(s), between(*s.part.possible)) for s in known)
        head = tuple(map(tr, ("Area", "Score", "Could be", "Range")))
        return Table(caption=tr("{title}: figures", title=title), head=head, rows=rows)
    heads = ("Area", "Now", "Now could be", "Wished", "Wished could be", "Gap", "Gap could be", "That is")
    return Table(
        caption=tr("{title}: figures", title=title),
        rows=tuple(_gap_row(view, score) for score in known),
        words=(7,),
        head=tuple(map(tr, heads)),
    )


def _could(score: PersonScore) -> str:
    return between(score.low, score.high) if score.sure else tr("cannot be told")


def _gap_row(view: PersonView, score: PersonScore) -> tuple[str, ...]:
    start = (view.label(score), trimmed(score.value), _could(score))
    if (found := _known(view.gap_of(score))) is None:
        return (*start, "\u2013", "\u2013", "\u2013", "\u2013", tr("no wish known"))
    d = found.difference
    could = tr("cannot be told")
    if not isnan(d.se):
        could = tr("{least} to {most}", least=signed(d.low), most=signed(d.high))
    return (*start, trimmed(found.wished.value), _could(found.wished), signed(d.value), could, gap_verdict(found))


def standing_figure(standings: Sequence[Standing], row: int, *, whose: str = "", second: bool = False) -> Figure:
    """Draw a person's percentiles in a named norm with both their intervals; ``whose`` tells two persons apart."""
    rows = [percentile_row(standing, row, label=label_of(standing.part), second=second) for standing in standings]
    wide, narrow = (draw_percentiles(rows, width) for width in (WIDE, NARROW))
    title = "Of 100 people in that group, about how many score lower"
    alt = "; ".join(f"{label_of(standing.part)}: {r.text}" for standing, r in zip(standings, rows, strict=True)) + "."
    title = f"{capital(whose)}: {title[:1].lower()}{title[1:]}" if whose else title
    return Figure(title=title, alt=alt, wide=wide, narrow=narrow, table=_standing_table(standings, row, whose))


def _standing_table(standings: Sequence[Standing], row: int, whose: str) -> Table:
    ranked = any(standing.ranks is not None for standing in standings)
    rows = tuple(
        (
            label_of(standing.part),
            figure(float(standing.percentile[row]), 0),
            f"{figure(float(standing.error_low[row]), 0)} to {figure(float(standing.error_high[row]), 0)}",
            f"{figure(float(standing.norm_low[row]), 0)} to {figure(float(standing.norm_high[row]), 0)}",
            figure(float(standing.z[row])),
            figure(float(standing.t[row]), 1),
            str(standing.figures.n),
            *(_rank(standing, row) if ranked else ()),
        )
        for standing in standings
    )
    return Table(
        caption=f"Standing in the norm{f', {whose}' if whose else ''}",
        rows=rows,
        head=(
            "Area",
            "Percentile",
            "By the score\u2019s error",
            "By the norm\u2019s size",
            "z",
            "T",
            "n of the norm",
            *(("Percentile by rank", "By the norm\u2019s size, rank") if ranked else ()),
        ),
        notes=("Percentile: from the norm\u2019s mean, SD and n, after Crawford and Garthwaite (2002).",)
        + ("Percentile by rank: counted in the norm\u2019s own table, ties by half.",) * ranked,
    )


def _rank(standing: Standing, row: int) -> tuple[str, str]:
    """Return the percentile by rank in the norm's own table, with the interval of the norm's size."""
    if standing.ranks is None:
        return "\u2013", "\u2013"
    point, low, high = (float(a[row]) for a in (standing.ranks.point, standing.ranks.low, standing.ranks.high))
    return figure(point, 0), f"{figure(low, 0)} to {figure(high, 0)}"


def rank_words(standings: Sequence[Standing], row: int) -> str:
    """Return the ranks counted in a norm's own table, in plain words; "" where it has none."""
    known = [
        standing for standing in standings if standing.ranks is not None and not isnan(float(standing.ranks.point[row]))
    ]
    said = [f"{label_of(one.part)}, about {_rank(one, row)[0]} of 100" for one in known]
    return f"Counted in the group\u2019s own list of scores, so many score lower: {'; '.join(said)}." if said else ""
