"""``show``: one bank whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Unpack

from intimacy_scales.cli.options import BankName, OutputOptions, Wording

if TYPE_CHECKING:
    from intimacy_scales.bank.model import Evidence, ItemBank, Norm, Scale
    from intimacy_scales.bank.options import NumberRow, Option


def run(bank: BankName, /, *, wording: Wording = None, **options: Unpack[OutputOptions]) -> None:
    """Show one bank whole: items, keys, scales, rules, published figures, rights, references.

    Examples
    --------
    intimacy-scales show pair
    intimacy-scales show eis --wording my_copy.yaml
    """
    from intimacy_scales.cli.intake import banks_of
    from intimacy_scales.cli.printing import bank_heads, printer_of

    printer = printer_of("show", options)
    (found,) = banks_of([bank], wording)
    printer.result("\n".join(_bank_lines(found)))
    printer.json({"banks": bank_heads([found]), "bank": found.model_dump(mode="json", by_alias=True)})


def _bank_lines(bank: ItemBank) -> Iterator[str]:
    """Yield the lines that tell a bank: what it is, items, scales, figures, rights, references."""
    from intimacy_scales.bank import fingerprint

    yield f"{bank.name} ({bank.id} {bank.version}, fingerprint {fingerprint(bank)})"
    yield bank.measures
    yield from _section("Check before use", _certainty(bank))
    yield from _section("Answers", _options(bank))
    if bank.forms:
        yield from _section("Forms", [f"{form.id}: {form.gloss}" for form in bank.forms])
    yield from _section(
        "Items" if bank.wording or bank.rights.status == "original" else "Items (glosses in our own words)",
        _items(bank),
    )
    yield from _section("Scales", [line for scale in bank.scales for line in _scale(bank, scale)])
    yield from _section(
        "Derived scores",
        [f"{d.id}: {d.name} = {d.minuend} - {d.subtrahend}; positive means {d.positive_means}" for d in bank.derived],
    )
    yield from _section("Published reliability", [_evidence(e) for e in bank.evidence] or ["none found"])
    yield from _section(
        "Norms",
        [line for norm in bank.norms for line in _norm(norm)]
        or [
            (
                "none that could be shipped; make one of your own: intimacy-scales norms EXPORT --bank "
                f"{bank.id} --out norm.yaml"
            )
        ],
    )
    if bank.bands:
        yield from _section("Bands", [f"{b.scale} from {b.at_least:g}: {b.label} ({b.source})" for b in bank.bands])
    yield from _section("Rights", _rights(bank))
    yield from _section("Notes", list(bank.notes))
    yield from _section("References", _references(bank))


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"\n{title}"
        yield from (f"  {line}" for line in lines)


def _certainty(bank: ItemBank) -> list[str]:
    sure = bank.certainty
    graded = f"map {sure.map}, keys {sure.keys}, answers {sure.options}, glosses {sure.gloss}"
    return [graded, sure.check, *sure.notes]


def _options(bank: ItemBank) -> list[str]:
    from intimacy_scales.bank.options import NumberRow

    return [
        ": ".join(filter(None, [name, str(given) if isinstance(given, NumberRow) else "", _labels(given)]))
        for name, given in bank.options.items()
    ]


def _labels(given: tuple[Option, ...] | NumberRow) -> str:
    """Return the options of a set in words; of a row of numbers those that are labelled."""
    from intimacy_scales.bank.options import NumberRow

    if not isinstance(given, NumberRow):
        return ", ".join(map(_option, given))
    return ", ".join(_option(option) for option in given.options if option.code in given.labels)


def _option(option: Option) -> str:
    from intimacy_scales.bank.options import number_text

    code = number_text(option.code)
    said = option.label if option.label == code else f"{code} {option.label}"
    if not option.scored:
        return f"{said} (not scored)"
    return said if option.score is None else f"{said} (counts {number_text(option.score)})"


def _items(bank: ItemBank) -> list[str]:
    home = {number: scale.id for scale in bank.item_scales for number in scale.items}
    lines = [["no.", "scale", "key", "item"]]
    lines += [[f"{i.id:>3}", home.get(i.number, "-"), "-" if i.reverse else "+", bank.text(i)] for i in bank.items]
    widths = [max(len(line[j]) for line in lines) for j in range(3)]
    return [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:<{widths[2]}}  {text}" for a, b, c, text in lines]


def _scale(bank: ItemBank, scale: Scale) -> list[str]:
    names = [f"{one} (turned round)" if one in scale.reverse else one for one in scale.scales]
    made_of = f"scales {', '.join(names)}" if names else f"items {' '.join(str(bank.item(n).id) for n in scale.items)}"
    rescaled = f", rescaled to {scale.rescale[0]:g}-{scale.rescale[1]:g}" if scale.rescale else ""
    return [
        f"{scale.id}: {scale.name}, {made_of}",
        f"  {scale.combine}{rescaled}, {scale.range[0]:g} to {scale.range[1]:g}; higher means {scale.higher_means}",
        f"  missing answers: {scale.missing}, at least {scale.min_answered} answered ({scale.min_answered_source})",
    ]


def _evidence(entry: Evidence) -> str:
    value = f"{entry.value[0]:g} to {entry.value[1]:g}" if isinstance(entry.value, tuple) else f"{entry.value:g}"
    parts = [
        f"n = {entry.n}" if entry.n else "",
        entry.sample,
        entry.interval or "",
        f"{entry.source}, {entry.certainty}",
        entry.note or "",
    ]
    return f"{entry.scale or 'scales'}: {entry.kind.replace('_', ' ')} {value} ({'; '.join(p for p in parts if p)})"


def _norm(norm: Norm) -> list[str]:
    figures = [
        f"  {s.scale}: n {s.n}, mean {s.mean:g}, SD {s.sd:g}"
        + (f", reliability {s.reliability:g}" if s.reliability else "")
        for s in norm.scales
    ]
    return [f"{norm.id}: {norm.sample} ({norm.source}, {norm.certainty})", *figures]


def _rights(bank: ItemBank) -> list[str]:
    rights = bank.rights
    said = {
        "status": rights.status,
        "holder": rights.holder,
        "withheld": rights.withheld,
        "ask": rights.ask,
        "licence": rights.licence,
        "quote": rights.quote,
        "date": rights.date,
    }
    return [f"{name}: {text}" for name, text in said.items() if text]


def _references(bank: ItemBank) -> list[str]:
    """Return the works a bank rests on: of a key the entry with its note, of a full citation the citation."""
    from intimacy_scales.bank.reference_list import cite, references

    keys = [*bank.source, *(e.source for e in bank.evidence), *(n.source for n in bank.norms)]
    known, lines = references(), []
    for key in dict.fromkeys(keys):
        work = known.get(key)
        lines.append(cite(key) if work is None else f"[{key}] {work}")
        lines += [f"  {work.note}"] if work is not None and work.note else []
    return lines
