"""A sample's report: how reliable the scores are, item by item, and whether the keying fits.

A sample's report: whether the answers run the way the keys say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from math import isnan

from intimacy_scales.analysis.reliability import Reliability, ScaleReliability
from intimacy_scales.analysis.reliability.results import alpha_in_words, draw_alphas
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.wording import capital, counted, level_words, listed, sentence
from intimacy_scales.output.report.apa import administration_of, label_of, shared_name
from intimacy_scales.output.report.document import Block, Fact, Figure, Notes, Paragraph, Section, Table
from intimacy_scales.output.report.sentences import between_coefficients, item_name, percent
from intimacy_scales.pictures.drawing import NARROW, WIDE, coefficient, figure
from intimacy_scales.reading.responses.keying import KeyingCheck, check_keying, keying_notes
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring.scores import administration_name
from intimacy_scales.statistics.estimate import Estimate

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
            names = [bank.short_name] * (len(banks) > 1) + [where] * bool(where)
            blocks.append(_figure(own, title=": ".join(["Reliability", *([", ".join(names)] if names else [])])))
        blocks += _notes(bank, scales)
        made = found.composed.get(bank.id, {}).values()
        blocks += [Notes(items=tuple(sentence(str(one)) for one in made))] if made else []
    return Section(title="How reliable the scores are", blocks=tuple(blocks))


def _figure(scales: Sequence[ScaleReliability], *, title: str) -> Figure:
    wide, narrow = (draw_alphas(scales, width=width) for width in (WIDE, NARROW))
    return Figure(title=title, alt=_alt(scales), wide=wide, narrow=narrow, table=_table(scales, title))


def _alt(scales: Sequence[ScaleReliability]) -> str:
    known = sorted((s for s in scales if not isnan(s.alpha.value)), key=lambda s: s.alpha.value)
    if not known:
        return "No reliability could be determined."
    text = f"{capital(known[-1].name)}: alpha {alpha_in_words(known[-1])}."
    return (
        text
        if len(known) == 1
        else f"Highest, {text} Lowest, {capital(known[0].name)}: alpha {alpha_in_words(known[0])}."
    )


def _between(interval: Estimate | None) -> str:
    return between_coefficients(interval.low, interval.high) if interval else "\u2013"


COLUMNS: dict[str, Callable[[ScaleReliability], str]] = {
    "Scale": lambda s: capital(s.name),
    "Items": lambda s: str(s.n_items),
    "n": lambda s: str(s.n),
    "Complete": lambda s: str(s.n_complete),
    "Alpha": lambda s: coefficient(s.alpha.value),
    "Interval (Feldt)": lambda s: _between(s.alpha.feldt),
    "Interval (bootstrap)": lambda s: _between(s.alpha.bootstrap),
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


def items_section(reliability: Reliability, banks: Sequence[ItemBank]) -> Section:
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
        scales = tuple(reliability.scales.get(bank.id, {}).values())
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
    name = f"{bank.short_name}: {label_of(bank, scale)}" if with_bank else label_of(bank, scale)
    return Table(
        caption=name,
        rows=rows,
        head=("Item", "n", "Mean", "SD", "Skew", "Item-total r", "Item-rest r", "Alpha if dropped"),
    )


def error_share(alpha: float) -> str:
    """Return the share of differences between people that is measurement error, ``1 - alpha``, in percent."""
    return percent(1 - alpha)


WORDS = {
    "as keyed": "fits",
    "already reversed": "looks reversed in the file already",
    "not reversed yet": "looks not reversed in the file",
    "suspect items": "some items run against the scale",
    "cannot tell": "cannot tell",
}


def checks_of(responses: Responses) -> tuple[KeyingCheck, ...]:
    """Return the keying check of every scale in every administration."""
    return tuple(check for part in responses.answered for check in check_keying(part))


def doubtful(checks: Sequence[KeyingCheck]) -> list[KeyingCheck]:
    """Return the scales whose keying looks wrong."""
    return [check for check in checks if check.verdict not in {"as keyed", "cannot tell"}]


def keying_fact(checks: Sequence[KeyingCheck]) -> Fact:
    """Return the verdict on the keying for the first screen."""
    wrong, unsure = doubtful(checks), [check for check in checks if check.verdict == "cannot tell"]
    if wrong:
        items = sum(len(check.suspects) for check in wrong)
        return Fact(
            name="Keying",
            value="check it",
            about=f"{counted(items, 'item')} in {counted(len(wrong), 'scale')} run the wrong way",
        )
    if len(unsure) == len(checks):
        about = "too few complete rows, or items that do not hang together"
        return Fact(name="Keying", value="cannot tell", about=about)
    some = f"; cannot tell for {counted(len(unsure), 'scale')}" if unsure else ""
    return Fact(name="Keying", value="fits", about=f"no item runs against its scale{some}")


def keying_section(checks: Sequence[KeyingCheck], banks: Sequence[ItemBank]) -> Section:
    """Return the section that shows the keying check, scale by scale, with its figures."""
    named = {bank.id: bank for bank in banks}
    blocks: list[Block | Section] = [
        Paragraph(
            text=(
                "An item runs against its scale when the whole 95 % interval of its correlation with the other items, "
                "as keyed, lies "
                "below zero. This is a verdict with its figures; nothing was corrected."
            )
        )
    ]
    wrong = [sentence(_without_head(note)) for note in keying_notes(checks)]
    if wrong:
        blocks.append(Notes(items=tuple(capital(note) for note in wrong)))
    rows = tuple(_row(check, named[check.bank], banks) for check in checks)
    blocks.append(
        Table(
            caption="Keying check, scale by scale",
            rows=rows,
            words=(1, 5),
            head=(
                "Scale",
                "Verdict",
                "Complete rows",
                "Alpha as keyed",
                "Alpha, reversed items turned",
                "Items against the scale",
            ),
        )
    )
    return Section(title="Keying check", blocks=tuple(blocks))


def _without_head(note: str) -> str:
    return note.removeprefix("keying: ")


def _row(check: KeyingCheck, bank: ItemBank, banks: Sequence[ItemBank]) -> tuple[str, ...]:
    where = administration_name(bank, check.administration)
    scale = bank.scale(check.scale).name
    name = f"{capital(scale)}{f' ({where})' if where else ''}"
    name = f"{bank.short_name}: {name}" if shared_name(bank, scale, banks) else name
    turned = any(item.reverse for item in check.items)
    against = listed(
        [f"{i.item} (r {coefficient(i.r)}, {between_coefficients(i.low, i.high)})" for i in check.suspects]
    )
    return (
        name,
        WORDS[check.verdict],
        f"{check.n:,}",
        coefficient(check.alpha),
        coefficient(check.alpha_flipped) if turned else "\u2013",
        against or "none",
    )
