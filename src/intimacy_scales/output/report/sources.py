"""What a report rests on: how sure the banks are, which works are cited, what made it."""

from __future__ import annotations

from collections.abc import Iterable

from intimacy_scales.bank import apa, references
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import spoken
from intimacy_scales.base.wording import capital, listed, sentence
from intimacy_scales.output.report.document import Block, Notes, Paragraph, References, Section, Table

MEANING = {
    "confirmed": "read in the source named",
    "reported": "quoted by another work",
    "computed": "worked out from open data",
    "unconfirmed": "common knowledge of the field, not read in a source",
}
PARTS = {
    "map": "which item belongs to which scale",
    "keys": "which items are reversed",
    "options": "the answer options",
    "gloss": "what the items ask",
}


def certainty_section(banks: Iterable[ItemBank]) -> Section:
    """Return what each bank says about itself: how sure it is, what to check, who holds the wording."""
    blocks: list[Block | Section] = []
    for bank in banks:
        blocks.append(_certainty_table(bank))
        if doubts_of(bank):
            blocks.append(Notes(items=doubts_of(bank)))
        remarks = [sentence(text) for text in (*bank.certainty.notes, *bank.notes)]
        if remarks:
            blocks.append(Notes(items=tuple(dict.fromkeys(remarks)), kind="remark"))
        blocks.append(Paragraph(text=_rights(bank), kind="quiet"))
    return Section(title="How sure the questionnaire file is", blocks=tuple(blocks))


def doubts_of(bank: ItemBank) -> tuple[str, ...]:
    """Return the warning that goes wherever an unconfirmed bank is used; nothing when all is known."""
    unsure = [PARTS[name] for name in PARTS if getattr(bank.certainty, name) == "unconfirmed"]
    if not unsure:
        return ()
    return (f"Not confirmed in a source for {bank.name}: {listed(unsure)}. {sentence(bank.certainty.check)}",)


def untested_of(bank: ItemBank) -> tuple[str, ...]:
    """Return that a questionnaire of the developers' own is not tested; nothing for one with studies behind it."""
    if bank.rights.status != "original" or bank.norms or bank.evidence:
        return ()
    text = f"The {bank.name} is new and not validated: {_inside(bank.rights.holder)} wrote it."
    return (f"{text} No study has yet tested whether it measures what it is meant to.",)


def _inside(text: str) -> str:
    """Return a name as it stands inside a sentence: an article in small letters."""
    return f"the {text[4:]}" if text.startswith("The ") else text


def short_doubt(bank: ItemBank) -> tuple[str, ...]:
    """Return the same warning in one sentence, for the first screen."""
    unsure = [
        {"keys": "keys", "gloss": "item contents"}.get(name, name)
        for name in PARTS
        if getattr(bank.certainty, name) == "unconfirmed"
    ]
    if not unsure:
        return ()
    return (
        f"{capital(listed(unsure))} of {bank.name} are not confirmed in a source: check map and key against your copy.",
    )


def _certainty_table(bank: ItemBank) -> Table:
    own = {"confirmed": "laid down by those who wrote it"} if bank.rights.status == "original" else {}
    rows = tuple(
        (capital(name), getattr(bank.certainty, key), (MEANING | own)[getattr(bank.certainty, key)])
        for key, name in PARTS.items()
    )
    return Table(caption=f"{bank.name}: how sure", head=("What", "Certainty", "That is"), rows=rows, words=(1, 2))


def _rights(bank: ItemBank) -> str:
    said = [f"Wording: {bank.rights.status}, held by {_inside(bank.rights.holder)}"]
    if bank.rights.withheld:
        said.append(f"Withheld here: {bank.rights.withheld}")
    if bank.rights.ask:
        said.append(spoken(f"Whom to ask: {bank.rights.ask}"))
    if bank.rights.licence:
        said.append(f"Licence: {bank.rights.licence}")
    if bank.wording:
        said.append("The items are shown in the wording you laid over")
    elif bank.rights.status == "original":
        said.append("The items are shown in full, in their own wording")
    else:
        said.append("The items are shown as short glosses in our own words")
    return " ".join(sentence(text) for text in said)


def references_section(keys: Iterable[str]) -> Section:
    """Return the reference list of these keys, in alphabetical order, each once; a full citation stands for itself.

    Sources that only quote others are no reference of a paper: they stay with the figures that come from them.
    """
    known = references()
    entries = {apa(known[key]) if key in known else key for key in keys if key not in known or not known[key].secondary}
    return Section(title="References", technical=True, blocks=(References(entries=tuple(sorted(entries, key=_order))),))


def more_references(section: Section, keys: Iterable[str]) -> Section:
    """Return a reference list with these works put in."""
    held = [entry for block in section.blocks if isinstance(block, References) for entry in block.entries]
    return references_section([*held, *keys])


def _order(entry: str) -> str:
    return entry.replace("*", "").casefold()


def keys_of(banks: Iterable[ItemBank]) -> list[str]:
    """Return the works that these banks name as where they come from."""
    return [key for bank in banks for key in bank.source]
