"""A sample's report: whether the answers run the way the keys say."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.wording import capital, counted, listed, sentence
from intimacy_scales.output.report.apa import shared_name
from intimacy_scales.output.report.document import Block, Fact, Notes, Paragraph, Section, Table
from intimacy_scales.output.report.words import between_coefficients
from intimacy_scales.pictures.numbers import coefficient
from intimacy_scales.reading.responses.keying import KeyingCheck, check_keying, keying_notes
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring.names import administration_name

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
    name = f"{bank.name}: {name}" if shared_name(bank, scale, banks) else name
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
