"""A sample's report: how reliable the scores are, item by item, and whether the keying fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from math import isnan

from intimacy_scales.analysis.reliability import Interval, Reliability, ScaleReliability
from intimacy_scales.analysis.reliability.picture import alpha_in_words, draw_alphas
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.wording import capital, level_words, sentence
from intimacy_scales.output.report.apa import administration_of, label_of
from intimacy_scales.output.report.document import Block, Figure, Notes, Paragraph, Section, Table
from intimacy_scales.output.report.words import between_coefficients, item_name, percent
from intimacy_scales.pictures.drawing import NARROW, WIDE
from intimacy_scales.pictures.numbers import coefficient, figure

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|\.\d+")


def reliability_section(found: Reliability, banks: Sequence[ItemBank]) -> Section:
    """Return the section with every scale's alpha, its interval, and what to mind."""
    blocks: list[Block | Section] = [
        Paragraph(
            text=(
                "Reliability says which share of the differences between people is more than measurement error. "
                "The dot is "
                f"Cronbach\u2019s alpha; the band is its {level_words(found.level)} interval: the narrower, the surer."
            )
        )
    ]
    for bank in banks:
        scales = tuple(found.scales.get(bank.id, {}).values())
        for where in dict.fromkeys(administration_of(bank, scale) for scale in scales):
            own = [scale for scale in scales if administration_of(bank, scale) == where]
            names = [bank.name] * (len(banks) > 1) + [where] * bool(where)
            blocks.append(_figure(own, title=": ".join(["Reliability", *([", ".join(names)] if names else [])])))
        blocks += _notes(bank, scales)
    return Section(title="How reliable the scores are", blocks=tuple(blocks))


def _figure(scales: Sequence[ScaleReliability], *, title: str) -> Figure:
    wide, narrow = (draw_alphas(scales, width=width) for width in (WIDE, NARROW))
    return Figure(title=title, alt=_alt(scales), wide=wide, narrow=narrow, table=_table(scales, title))


def _alt(scales: Sequence[ScaleReliability]) -> str:
    known = sorted((s for s in scales if not isnan(s.alpha.value)), key=lambda s: s.alpha.value)
    if not known:
        return "No reliability could be determined."
    said = f"{capital(known[-1].name)}: alpha {alpha_in_words(known[-1])}."
    return (
        said
        if len(known) == 1
        else f"Highest, {said} Lowest, {capital(known[0].name)}: alpha {alpha_in_words(known[0])}."
    )


def _between(found: Interval | None) -> str:
    return between_coefficients(found.low, found.high) if found else "\u2013"


COLUMNS: dict[str, Callable[[ScaleReliability], str]] = {
    "Scale": lambda s: capital(s.name),
    "Items": lambda s: str(s.n_items),
    "n": lambda s: str(s.n),
    "Complete": lambda s: str(s.n_complete),
    "Alpha": lambda s: coefficient(s.alpha.value),
    "Interval (Feldt)": lambda s: _between(s.alpha.feldt),
    "Interval (bootstrap)": lambda s: _between(s.alpha.bootstrap.interval if s.alpha.bootstrap else None),
    "Standardized alpha": lambda s: coefficient(s.alpha_standardized),
    "Omega total": lambda s: coefficient(s.omega.value if s.omega else None),
    "Interval (omega)": lambda s: _between(s.omega.interval if s.omega else None),
    "Mean r": lambda s: coefficient(s.average_r),
    "Lambda 2 (covariances)": lambda s: coefficient(s.guttman.lambda2),
    "Lambda 6 (correlations)": lambda s: coefficient(s.lambda6),
    "SEM": lambda s: figure(s.sem),
}


def _table(scales: Sequence[ScaleReliability], title: str) -> Table:
    rows = tuple(tuple(cell(scale) for cell in COLUMNS.values()) for scale in scales)
    return Table(caption=f"{title}: figures", rows=rows, head=tuple(COLUMNS))


def _notes(bank: ItemBank, scales: Iterable[ScaleReliability]) -> list[Block]:
    """Tell every doubt once, with the scales it is about."""
    scales, about = tuple(scales), dict[str, list[str]]()
    shared = _shared([scale.notes for scale in scales])
    for scale in scales:
        for note in scale.notes:
            if _NUMBER.sub("#", note) not in shared:
                about.setdefault(note, []).append(label_of(bank, scale))
    said = [
        *(f"all scales: {note}" for note in shared.values()),
        *(f"{', '.join(names)}: {note}" for note, names in about.items()),
    ]
    return [Notes(items=tuple(sentence(note) for note in said))] if said else []


def _shared(notes: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the notes that all of several scales bear, once each; figures that differ are told as a span.

    Notes on items are left out: an item belongs to its scale.
    """
    forms = [{_NUMBER.sub("#", note): note for note in own if "item" not in note} for own in notes]
    everywhere = [form for form in forms[0] if all(form in other for other in forms)] if len(forms) > 1 else []
    return {form: _spanned([other[form] for other in forms]) for form in everywhere}


def _spanned(notes: Sequence[str]) -> str:
    columns = zip(*(_NUMBER.findall(note) for note in notes), strict=True)
    spans = iter([_span(column) for column in columns])
    return _NUMBER.sub(lambda _: next(spans), notes[0])


def _span(texts: Sequence[str]) -> str:
    low, *_, high = sorted(texts, key=lambda text: float(text.replace(",", "")))
    return low if len(set(texts)) == 1 else f"{low} to {high}"


def items_section(found: Reliability, banks: Sequence[ItemBank]) -> Section:
    """Return the item table of every scale; answers keyed, so that more is more of what the scale measures."""
    blocks: list[Block | Section] = [
        Paragraph(
            text=(
                "All figures are of keyed answers: reversed items are turned round first. "
                "Item-rest r is the correlation with the sum "
                "of the other items; an item that runs against its scale has a negative one."
            )
        )
    ]
    for bank in banks:
        scales = tuple(found.scales.get(bank.id, {}).values())
        blocks += [_item_table(bank, scale, with_bank=len(banks) > 1) for scale in scales]
    return Section(title="Items", blocks=tuple(blocks))


def _item_table(bank: ItemBank, scale: ScaleReliability, *, with_bank: bool) -> Table:
    rows = tuple(
        (
            item_name(bank, bank.item(i.item)),
            str(i.n),
            figure(i.mean),
            figure(i.sd),
            figure(i.skew),
            coefficient(i.item_total_r),
            coefficient(i.item_rest_r),
            coefficient(i.alpha_if_dropped),
        )
        for i in scale.items
    )
    name = f"{bank.name}: {label_of(bank, scale)}" if with_bank else label_of(bank, scale)
    return Table(
        caption=name,
        rows=rows,
        head=("Item", "n", "Mean", "SD", "Skew", "Item-total r", "Item-rest r", "Alpha if dropped"),
    )


def error_share(alpha: float) -> str:
    """Return the share of differences between people that is measurement error, ``1 - alpha``, in percent."""
    return percent(1 - alpha)
