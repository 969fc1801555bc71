"""Which norm a score is read in: one that was named, of the same bank, form and metric; otherwise none, and why."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from intimacy_scales.bank.model import ItemBank, Norm, NormScale
from intimacy_scales.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.scoring import ScaleScores, Scores, rule_of

NormChoice = str | os.PathLike[str] | Norm | Sequence[Norm]
"""A name among the banks' norms, a norm file (``FILE`` or ``FILE#NAME``), or norms themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The norms a user named; ``named`` is ``None`` when nothing was."""

    norms: tuple[Norm, ...] = field(repr=False)
    named: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The norm of one score column, and its figures for the scale."""

    norm: Norm
    figures: NormScale
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A score column without a standing, and why."""

    column: str
    why: str

    def to_dict(self) -> dict[str, str]:
        """Return column and reason."""
        return {"column": self.column, "why": self.why}


def norms_named(scores: Scores, choice: NormChoice | None) -> Named:
    """Return the norms that a user's choice names.

    Raises
    ------
    UnknownNameError
        When no bank of these scores carries a norm of this name.
    BankError
        When a norm file is faulty.
    ResponseError
        When a norm file holds only groups, and none was named.
    """
    if choice is None:
        return Named(norms=(), named=None)
    if isinstance(choice, Norm):
        return Named(norms=(choice,), named=choice.id)
    if isinstance(choice, (str, os.PathLike)):
        text = os.fspath(choice)
        file, _, name = text.partition("#")
        if not isinstance(choice, str) or Path(file).name != file or file.endswith((".yaml", ".yml")):
            return _from_file(scores, file, name)
        return _from_banks(scores, text)
    norms = tuple(choice)
    return _everyone(norms, ", ".join(dict.fromkeys(norm.id for norm in norms)), "the norms given")


def _from_file(scores: Scores, file: str, name: str) -> Named:
    from intimacy_scales.bank import load_norm_file, load_norms

    banks = {bank.id: bank for bank in scores.responses.banks}
    made = load_norm_file(file)
    if made.bank not in banks:
        raise ResponseError(
            Problem(where=file, what=f"these norms are for {made.bank!r}", allowed=f"norms for {' or '.join(banks)}")
        )
    norms = load_norms(file, banks[made.bank])
    if name:
        kept = _of_name(norms, name)
        if not kept:
            raise UnknownNameError.among(f"norm of {file}", name, [norm.id for norm in norms])
        return Named(norms=kept, named=f"{file}#{name}")
    return _everyone(norms, file, file)


def _everyone(norms: tuple[Norm, ...], named: str, where: str) -> Named:
    """Return the norms of no particular group; the groups there are besides stand in a note."""
    whole = tuple(norm for norm in norms if not norm.group)
    others = [norm.id for norm in norms if norm.group]
    if not whole and len({tuple(sorted(norm.group.items())) for norm in norms}) > 1:
        raise ResponseError(
            Problem(
                where=where,
                what="holds norms of several groups and none of everyone",
                allowed=f"there is: {', '.join(others)}",
                do="name one: FILE#NAME",
            )
        )
    note = f"{where} also holds norms of groups: {', '.join(others)}; name one with FILE#NAME"
    return Named(norms=whole or norms, named=named, notes=(note,) if whole and others else ())


def _of_name(norms: Sequence[Norm], name: str) -> tuple[Norm, ...]:
    """Return the norms of a name; one name stands for the norms of all forms (``everyone`` for ``everyone_now``)."""
    return tuple(norm for norm in norms if norm.id in {name, f"{name}_{norm.form}"})


def _from_banks(scores: Scores, name: str) -> Named:
    banks = scores.responses.banks
    known = [norm.id for bank in banks for norm in bank.norms]
    kept = tuple(norm for bank in banks for norm in _of_name(bank.norms, name))
    if kept:
        return Named(norms=kept, named=name)
    if not known:
        raise UnknownNameError(
            Problem(
                where=f"norm {name!r}",
                what=" ".join(none_published(bank) for bank in banks),
                do="for a norm of your own give its file: FILE.yaml",
            )
        )
    raise UnknownNameError.among("norm", name, known)


def none_published(bank: ItemBank) -> str:
    """Say that a bank carries no norm, and what to do."""
    return f"No norm is published for {bank.name} that could be shipped; make one of your own with norms."


def norm_for(part: ScaleScores, named: Named) -> Chosen | Refused:
    """Return the norm for a score column, or why none of those named will do."""
    if part.derived is not None:
        return Refused(column=part.column, why="a gap is read against the person's own wish, not in a norm")
    bank = part.bank
    if named.named is None:
        have = ", ".join(f"{norm.id} ({norm.sample})" for norm in bank.norms)
        why = f"no norm was named; there is: {have}" if have else none_published(bank)
        return Refused(column=part.column, why=why)
    own = rule_of(bank, part.scale)
    if (own.combine, own.rescale) != (part.rule.combine, part.rule.rescale):
        return Refused(column=part.column, why=f"the norm is on the bank's metric ({own}); this score is {part.rule}")
    tried = [_fits(part, norm) for norm in named.norms]
    found = next((one for one in tried if isinstance(one, Chosen)), None)
    if found is not None:
        return found
    reasons = dict.fromkeys(one for one in tried if isinstance(one, str))
    return Refused(column=part.column, why="; ".join(reasons) or f"{named.named} holds no norm")


def _fits(part: ScaleScores, norm: Norm) -> Chosen | str:
    from intimacy_scales.bank import fingerprint

    bank, form = part.bank, part.sitting.form
    carried = norm in bank.norms
    if norm.fingerprint is not None and norm.fingerprint != fingerprint(bank):
        return f"norm {norm.id} was made with another bank, or another version of {bank.id}: its fingerprint is another"
    if norm.fingerprint is None and not carried and any(n.id == norm.id for n in bank.norms):
        return f"norm {norm.id} is not the one that bank {bank.id} carries"
    if norm.form != form:
        return f"norm {norm.id} is of {_form_words(norm.form)}, this score of {_form_words(form)}"
    figures = next((one for one in norm.scales if one.scale == part.scale.id), None)
    if figures is None:
        return f"norm {norm.id} has no scale {part.scale.id}"
    notes = [] if carried or norm.fingerprint else [f"norm {norm.id} does not say for which bank it was made"]
    if part.rule.min_answered != part.scale.min_answered:
        notes.append(f"these scores need {part.rule.min_answered} answers, the bank's rule {part.scale.min_answered}")
    return Chosen(norm=norm, figures=figures, notes=tuple(notes))


def _form_words(form: str | None) -> str:
    return f"form {form}" if form else "no form"
