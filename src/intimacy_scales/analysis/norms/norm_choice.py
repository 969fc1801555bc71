"""Which norm a score is read in: one that was named or fits the person, of the same bank, form and metric; or none.

Which norm fits a person: the one of the narrowest group that the person belongs to, and why not the others.

Where groups must not be compared as they stand: what a bank knows of failed invariance.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from intimacy_scales.bank.model import ItemBank, Norm, NormScale
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.scoring import ScaleScores, Scores, rule_of

Attributes = Mapping[str, str | float]
"""What a person is said to be: ``{"gender": "woman", "age": 34}``; ``country`` and ``year`` are looked up too."""

_RANGE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(?:-|\u2013|to|bis)\s*(\d+(?:\.\d+)?)\s*$")
_FROM = re.compile(r"^\s*(?:(\d+(?:\.\d+)?)\s*(?:\+|and over|and older)|(?:>=|from|over)\s*(\d+(?:\.\d+)?))\s*$")
_UNTIL = re.compile(r"^\s*(?:<|under|below)\s*(\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a norm fits a person's attributes: ``shared`` in words; ``why_not`` is empty where it fits."""

    norm: Norm
    shared: tuple[str, ...]
    why_not: str = ""

    @property
    def rank(self) -> tuple[int, int, int]:
        """Order of preference: most attributes shared, newest, largest."""
        return len(self.shared), self.norm.year or 0, max(scale.n for scale in self.norm.scales)


def check_attributes(attributes: Attributes) -> None:
    """Refuse attributes without a name or a value.

    Raises
    ------
    ResponseError
        With every one of them.
    """
    problems = [
        Problem(where=f"attribute {name!r}", what="has no value", allowed="a text or a number", do="leave it out")
        for name, value in attributes.items()
        if not str(name).strip() or not str(value).strip() or value != value  # noqa: PLR0124 (NaN)
    ]
    if problems:
        raise ResponseError(problems)


def said(attributes: Attributes) -> str:
    """Return attributes in words: ``gender woman, age 34``."""
    return ", ".join(f"{name} {value}" for name, value in attributes.items())


def fit_of(norm: Norm, attributes: Attributes) -> Fit:
    """Return how a norm fits: every group that it names must be the person's.

    A group may be a range of numbers: ``30-39`` (both ends inside), ``65+``, ``under 18``. A country fits where both
    name one and it is the same; a norm that names none fits, though less closely. A norm of a group that was not said
    of the person does not fit: nobody is put into a group unasked.
    """
    known = {name.strip().casefold(): value for name, value in attributes.items()}
    shared: list[str] = []
    asked = dict(norm.group) | ({"country": norm.country} if norm.country else {})
    for name, group in asked.items():
        value = known.get(name.casefold())
        if value is None:
            if name == "country" and name not in norm.group:
                continue
            return Fit(norm=norm, shared=(), why_not=f"it is of {name} {group}, and no {name} was said")
        if not _belongs(value, group):
            return Fit(norm=norm, shared=(), why_not=f"it is of {name} {group}, not {value}")
        shared.append(f"{name} {value}" if str(value).casefold() == group.casefold() else f"{name} {value} in {group}")
    return Fit(norm=norm, shared=tuple(shared))


def _belongs(value: str | float, group: str) -> bool:
    if str(value).strip().casefold() == group.strip().casefold():
        return True
    try:
        number = float(value)
    except ValueError:
        return False
    if (couples := _RANGE.match(group)) is not None:
        low, high = float(couples.group(1)), float(couples.group(2))
        whole = low == int(low) and high == int(high)
        return low <= number < high + 1 if whole else low <= number <= high  # 39.5 is still of 30-39: ages in years
    if (couples := _FROM.match(group)) is not None:
        return number >= float(couples.group(1) or couples.group(2))
    if (couples := _UNTIL.match(group)) is not None:
        return number < float(couples.group(1))
    return _same_number(number, group)


def _same_number(number: float, group: str) -> bool:
    try:
        return number == float(group)
    except ValueError:
        return False


def ranked(norms: Sequence[Norm], attributes: Attributes) -> tuple[list[Fit], list[Fit]]:
    """Return the norms that fit, the narrowest first, and those that do not."""
    fits = [fit_of(norm, attributes) for norm in norms]
    good = sorted((fit for fit in fits if not fit.why_not), key=lambda fit: fit.rank, reverse=True)
    return good, [fit for fit in fits if fit.why_not]


def why_chosen(best: Fit, others: Sequence[Fit], refused: Sequence[Fit]) -> str:
    """Return the sentence that explains a choice."""
    shares = f"shares {', '.join(best.shared)}" if best.shared else "is of no particular group"
    text = f"norm {best.norm.id} was chosen: it {shares}"
    if others:
        text += "; it goes before " + ", ".join(f"{fit.norm.id} ({_less(best, fit)})" for fit in others)
    if refused:
        text += "; not taken: " + "; ".join(f"{fit.norm.id} ({fit.why_not})" for fit in refused[:4])
        text += f" and {len(refused) - 4} more" if len(refused) > 4 else ""
    return text


def _less(best: Fit, other: Fit) -> str:
    if len(best.shared) > len(other.shared):
        return "which shares less"
    return "which is older" if (best.norm.year or 0) > (other.norm.year or 0) else "which is smaller"


def cautions_for(bank: ItemBank, groups: Iterable[str], *, scale: str | None = None) -> tuple[str, ...]:
    """Return what is to be said when scores are read within, or across, groups of these columns.

    Parameters
    ----------
    bank
        Its ``cautions`` say across which groups the scores are known not to mean the same, on whose word.
    groups
        Names of the columns that make the groups (``gender``).
    scale
        Only what is said of this scale, or of all.
    """
    wanted = {group.strip().casefold() for group in groups}
    return tuple(
        f"caution across {caution.group}: {caution.what} (source: {caution.source})"
        for caution in bank.cautions
        if wanted & {name.casefold() for name in (caution.group, *caution.also)}
        and (caution.scale is None or scale is None or caution.scale == scale)
    )


NormChoice = str | os.PathLike[str] | Norm | Sequence[Norm]
"""A name among the banks' norms, a norm file (``FILE`` or ``FILE#NAME``), or norms themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedNorms:
    """The norms a user named, or (with attributes) those to choose among; ``named`` is ``None`` when nothing was."""

    norms: tuple[Norm, ...] = field(repr=False)
    named: str | None
    attributes: Attributes | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenNorm:
    """The norm of one score column, and its figures for the scale; ``why`` explains a choice by attributes."""

    norm: Norm
    figures: NormScale
    notes: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A score column without a standing, and why."""

    column: str
    why: str

    def to_dict(self) -> dict[str, str]:
        """Return column and reason."""
        return {"column": self.column, "why": self.why}


def norms_named(scores: Scores, choice: NormChoice | None, attributes: Attributes | None = None) -> NamedNorms:
    """Return the norms that a user's choice names; with attributes, all of them to choose among.

    Raises
    ------
    UnknownNameError
        When no bank of these scores carries a norm of this name.
    BankError
        When a norm file is faulty.
    ResponseError
        When a norm file holds only groups, and none was named.
    """
    if attributes:
        return _to_choose_among(scores, choice, attributes)
    if choice is None:
        return NamedNorms(norms=(), named=None)
    if isinstance(choice, Norm):
        return NamedNorms(norms=(choice,), named=choice.id)
    if isinstance(choice, (str, os.PathLike)):
        text = os.fspath(choice)
        file, _, name = text.partition("#")
        if not isinstance(choice, str) or _is_file(file):
            return _from_file(scores, file, name)
        return _from_banks(scores, text)
    norms = tuple(choice)
    return _everyone(norms, ", ".join(dict.fromkeys(norm.id for norm in norms)), "the norms given")


def _to_choose_among(scores: Scores, choice: NormChoice | None, attributes: Attributes) -> NamedNorms:
    """Return every norm of the banks, of a file, or of those given: the person's attributes decide, score by score."""
    check_attributes(attributes)
    named = said(attributes)
    if choice is None:
        norms = tuple(norm for bank in scores.banks for norm in bank.norms)
    elif isinstance(choice, Norm):
        norms = (choice,)
    elif not isinstance(choice, (str, os.PathLike)):
        norms = tuple(choice)
    else:
        file, _, name = os.fspath(choice).partition("#")
        whole = not name and (not isinstance(choice, str) or _is_file(file))
        norms = _norms_of_file(scores, file) if whole else norms_named(scores, choice).norms
    return NamedNorms(norms=norms, named=named, attributes=attributes)


def _is_file(text: str) -> bool:
    return Path(text).name != text or text.endswith((".yaml", ".yml"))


def _from_file(scores: Scores, file: str, name: str) -> NamedNorms:
    norms = _norms_of_file(scores, file)
    if name:
        kept = _of_name(norms, name)
        if not kept:
            raise UnknownNameError.among(f"norm of {file}", name, [norm.id for norm in norms])
        return NamedNorms(norms=kept, named=f"{file}#{name}")
    return _everyone(norms, file, file)


def _norms_of_file(scores: Scores, file: str) -> tuple[Norm, ...]:
    from intimacy_scales.bank import load_norm_file, load_norms

    banks = {bank.id: bank for bank in scores.banks}
    made = load_norm_file(file)
    if made.bank not in banks:
        raise ResponseError(
            Problem(where=file, what=f"these norms are for {made.bank!r}", allowed=f"norms for {' or '.join(banks)}")
        )
    return load_norms(file, banks[made.bank])


def _everyone(norms: tuple[Norm, ...], named: str, where: str) -> NamedNorms:
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
    return NamedNorms(norms=whole or norms, named=named, notes=(note,) if whole and others else ())


def _of_name(norms: Sequence[Norm], name: str) -> tuple[Norm, ...]:
    """Return the norms of a name; one name stands for the norms of all forms (``everyone`` for ``everyone_now``)."""
    return tuple(norm for norm in norms if norm.id in {name, f"{name}_{norm.form}"})


def _from_banks(scores: Scores, name: str) -> NamedNorms:
    banks = scores.banks
    known = [norm.id for bank in banks for norm in bank.norms]
    kept = tuple(norm for bank in banks for norm in _of_name(bank.norms, name))
    if kept:
        return NamedNorms(norms=kept, named=name)
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


def norm_for(part: ScaleScores, named: NamedNorms) -> ChosenNorm | Refused:
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
    fitting = [one for one in tried if isinstance(one, ChosenNorm)]
    if named.attributes is not None:
        return _by_attributes(part, fitting, named.attributes, [one for one in tried if isinstance(one, str)])
    if fitting:
        return _with_cautions(part, fitting[0])
    reasons = dict.fromkeys(one for one in tried if isinstance(one, str))
    return Refused(column=part.column, why="; ".join(reasons) or f"{named.named} holds no norm")


def _by_attributes(
    part: ScaleScores, fitting: Sequence[ChosenNorm], attributes: Attributes, reasons: Sequence[str]
) -> ChosenNorm | Refused:
    """Return the narrowest norm that the attributes fit, with the explanation; or every reason why none does."""
    good, others = ranked([norm.norm for norm in fitting], attributes)
    if not good:
        why = [f"norm {fit.norm.id}: {fit.why_not}" for fit in others] + list(dict.fromkeys(reasons))
        told = "; ".join(why) or none_published(part.bank)
        return Refused(column=part.column, why=f"no norm fits {said(attributes)}: {told}")
    best = next(norm for norm in fitting if norm.norm is good[0].norm)
    return _with_cautions(part, replace(best, why=why_chosen(good[0], good[1:], others)))


def _with_cautions(part: ScaleScores, chosen: ChosenNorm) -> ChosenNorm:
    """Return the choice with what the bank says against comparing across the norm's groups."""
    texts = cautions_for(part.bank, chosen.norm.group, scale=part.scale.id)
    return replace(chosen, notes=(*chosen.notes, *texts)) if texts else chosen


def _fits(part: ScaleScores, norm: Norm) -> ChosenNorm | str:
    from intimacy_scales.bank import fingerprint

    bank, form = part.bank, part.administration.form
    carried = norm in bank.norms
    if norm.fingerprint is not None and norm.fingerprint != fingerprint(bank):
        return f"norm {norm.id} was made with another bank, or another version of {bank.id}: its fingerprint is another"
    if norm.fingerprint is None and not carried and any(n.id == norm.id for n in bank.norms):
        return f"norm {norm.id} is not the one that bank {bank.id} carries"
    if norm.form != form:
        return f"norm {norm.id} is of {_form_words(norm.form)}, this score of {_form_words(form)}"
    figures = next((scale for scale in norm.scales if scale.scale == part.scale.id), None)
    if figures is None:
        return f"norm {norm.id} has no scale {part.scale.id}"
    notes = [] if carried or norm.fingerprint else [f"norm {norm.id} does not say for which bank it was made"]
    if part.rule.min_answered != part.scale.min_answered:
        notes.append(f"these scores need {part.rule.min_answered} answers, the bank's rule {part.scale.min_answered}")
    return ChosenNorm(norm=norm, figures=figures, notes=tuple(notes))


def _form_words(form: str | None) -> str:
    return f"form {form}" if form else "no form"
