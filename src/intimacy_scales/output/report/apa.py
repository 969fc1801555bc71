"""Sentences as the Publication Manual of the APA (7th edition) has them; ``*...*`` is italics.

Statistics are in italics, Greek letters are not; what cannot pass 1 has no leading zero; an interval stands in
brackets.

Counts behind the pictures of a sample: answers per option, missing answers, rows set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

from intimacy_scales.analysis.reliability import Reliability, ScaleReliability
from intimacy_scales.bank.model import Item, ItemBank, Scale
from intimacy_scales.bank.options import not_scored, number_text, scores_of_codes
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.wording import capital, counted, for_page, listed
from intimacy_scales.output.report.sentences import bank_line, percent, software_version
from intimacy_scales.pictures.drawing import coefficient, figure
from intimacy_scales.reading.exports.table import SetAside
from intimacy_scales.reading.responses.model import Answered, Responses
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.scoring.scores import administration_name


def plain(text: str) -> str:
    """Return a sentence without its italics."""
    return text.replace("*", "")


def interval(low: float, high: float, level: float) -> str:
    """Return an interval of coefficients: ``95% CI [.79, .86]``."""
    return for_page(wording.interval(low, high, level, coefficients=True))


def alpha_phrase(scale: ScaleReliability) -> str:
    """Return a scale's alpha with its interval: ``α = .83, 95% CI [.79, .86]``; says where there is none."""
    found = scale.alpha
    if isnan(found.value):
        return "\u03b1 not determined"
    ci = found.interval
    return f"\u03b1 = {coefficient(found.value)}" + (f", {interval(ci.low, ci.high, ci.level)}" if ci else "")


def sample_sentence(responses: Responses) -> str:
    """Return who was used and who was set aside, with the reasons."""
    read, used, aside = responses.table.rows_read, responses.n_persons, len(responses.set_aside)
    if not aside:
        return f"All {counted(read, 'row')} read from the source were used (*N* = {used:,})."
    why = listed(
        [
            f"{capital(why)[0].lower()}{why[1:]} (*n* = {len(rows)})"
            for why, rows in reasons_of(responses.set_aside).items()
        ]
    )
    return f"Of {counted(read, 'row')} read, {aside:,} were set aside: {why}. The sample holds *N* = {used:,}."


def scoring_sentences(bank: ItemBank, parts: Sequence[ScaleScores]) -> str:
    """Return how the scales of a bank were scored; scales with the same rule are told together."""
    turned = [item.id for item in bank.items if item.reverse]
    keyed = (
        f"{counted(len(turned), 'reverse-keyed item')} of {len(bank)} were reversed by their declared ends. "
        if turned
        else ""
    )
    rules: dict[str, list[str]] = {}
    for part in parts:
        if part.derived is None:
            names = rules.setdefault(_rule(part), [])
            if part.scale.name not in names:
                names.append(part.scale.name)
    text = " ".join(f"{rule}{f' ({listed(names)})' if len(rules) > 1 else ''}." for rule, names in rules.items())
    gaps = {part.derived.id: part.derived for part in parts if part.derived is not None}
    extra = "".join(
        f" {capital(gap.name)} is the score {gap.minuend} minus the score {gap.subtrahend}." for gap in gaps.values()
    )
    return f"{keyed}{text}{extra}"


def _rule(part: ScaleScores) -> str:
    rule, k, made_of = part.rule, part.n_parts, part.parts_named.removesuffix("s")
    of_scales = bool(part.scale.scales)
    how = f"Scores are the {rule.combine} of " + (listed([one.name for one in part.bank.components(part.scale)])
                                                  if of_scales else "the keyed answers")  # fmt: skip
    if part.scale.reverse:
        how += f" ({listed([part.bank.scale(one).name for one in part.scale.reverse])} turned round)"
    if rule.rescale:
        how += f", rescaled to {rule.rescale[0]:g}\u2013{rule.rescale[1]:g}"
    if rule.missing == "none":
        return f"{how}; all {counted(k, made_of)} had to be {'scored' if of_scales else 'answered'}"
    if of_scales:
        return f"{how}; prorated when at least {rule.min_answered} of {counted(k, made_of)} had a score"
    apart = "; answers that are not scored counted as none" if part.not_scored is not None else ""
    return (
        f"{how}; missing answers were prorated when at least {rule.min_answered} of {counted(k, 'item')} were answered"
        f"{apart}"
    )


def missing_sentence(responses: Responses) -> str:
    """Return the share of missing answers among those who were asked, over all banks and administrations.

    An item that the file has no column of was not asked, nor was anything of a person without any answer to a
    questionnaire.
    """
    answers, missing, nobody = 0, 0, 0
    for part in responses.answered:
        named = any(part.columns)  # answers that came as arrays name no columns: all of them were asked
        asked = [x for x, name in zip(part.answers, part.columns, strict=True) if name or not named]
        gone = np.column_stack([np.isnan(x) for x in asked])
        there = ~gone.all(axis=1)
        answers, missing = answers + gone[there].size, missing + int(gone[there].sum())
        nobody += int(np.count_nonzero(~there))
    share = percent(missing / answers if answers else 0.0)
    left = f"; {counted(nobody, 'row')} without any answer to a questionnaire not counted" if nobody else ""
    return f"{share} of the answers that were asked for were missing ({missing:,} of {answers:,}{left})."


def reliability_sentences(reliability: Reliability, banks: Iterable[ItemBank]) -> str:
    """Return internal consistency as a paper reports it, scale by scale."""
    rule = {
        "pairwise": "pairwise covariances; intervals count complete rows only",
        "listwise": "complete rows only",
        "fiml": "full-information maximum likelihood",
    }
    banks = tuple(banks)
    told = [
        f"{label_of(bank, scale, among=banks)}: {alpha_phrase(scale)}{_omega_phrase(scale)} "
        f"(*n* = {scale.n:,}, complete {scale.n_complete:,}; "
        f"mean inter-item *r* = {coefficient(scale.average_r)}; *SEM* = {figure(scale.sem)})"
        for bank in banks
        for scale in reliability.scales.get(bank.id, {}).values()
    ]
    how = rule.get(reliability.missing, reliability.missing)
    head = f"Internal consistency is Cronbach\u2019s (1951) \u03b1 {_intervals_of(reliability)} ({how})."
    return " ".join([head, *_more_coefficients(reliability), f"{'; '.join(told)}."])


def _intervals_of(reliability: Reliability) -> str:
    """Return whose interval of alpha is printed."""
    words = {"Feldt": "Feldt\u2019s (1965) interval", "bootstrap BCa": "a bootstrap interval (BCa; Efron, 1987)"}
    methods = dict.fromkeys(scale.alpha.interval.method for scale in reliability if scale.alpha.interval is not None)
    return (
        f"with {' or '.join(words.get(method, f'an interval by the {method} method') for method in methods)}"
        if methods
        else ""
    )


def _omega_phrase(scale: ScaleReliability) -> str:
    if scale.omega is None or isnan(scale.omega.value):
        return ""
    ci, fit = scale.omega.interval, scale.omega.model
    ends = f", {interval(ci.low, ci.high, ci.level)}" if ci else ""
    mark = f" ({fit.doubt})" if fit is not None and fit.doubt else ""
    return f"; \u03c9 = {coefficient(scale.omega.value)}{ends}{mark}"


def _more_coefficients(reliability: Reliability) -> list[str]:
    """Return what else the tables show, and how it was made."""
    lines = []
    drawn = next((scale.alpha.bootstrap for scale in reliability if scale.alpha.bootstrap is not None), None)
    if drawn is not None:
        lines.append(
            "A second interval of \u03b1 is the bias-corrected and accelerated bootstrap (BCa; Efron, 1987): "
            f"{drawn.samples:,} samples of persons, seed {drawn.seed}."
        )
    if any(scale.omega is not None for scale in reliability):
        lines.append(
            "\u03c9 total (McDonald, 1999) is from the one-factor model, fitted by maximum likelihood to the same "
            "covariances, with a delta-method interval on the logarithm of what is error."
        )
    lines.append(
        "Of Guttman\u2019s (1945) lower bounds, \u03bb2 is from the covariance matrix, as \u03b1 is; \u03bb6 is from "
        "the correlation matrix, as the standardized \u03b1 is."
    )
    return lines


def works_of(reliability: Reliability) -> list[str]:
    """Return the works that the reliabilities of a report rest on."""
    boot = any(scale.alpha.bootstrap is not None for scale in reliability)
    omega = any(scale.omega is not None for scale in reliability)
    return ["cronbach1951", "feldt1965", "guttman1945", *["efron1987"] * boot, *["mcdonald1999"] * omega]


def label_of(bank: ItemBank, scale: ScaleReliability, *, among: Iterable[ItemBank] = ()) -> str:
    """Return a reliability's scale in words: ``Emotional intimacy (now)``; its bank where another has this name."""
    said = administration_of(bank, scale)
    name = f"{capital(scale.name)} ({said})" if said else capital(scale.name)
    return f"{bank.short_name}: {name}" if shared_name(bank, scale.name, among) else name


def shared_name(bank: ItemBank, name: str, among: Iterable[ItemBank]) -> bool:
    """Return whether another bank has a scale of this name."""
    return any(other.id != bank.id and name.casefold() in {s.name.casefold() for s in other.scales} for other in among)


def administration_of(bank: ItemBank, scale: ScaleReliability) -> str:
    """Return the administration of a reliability in words; nothing for a bank of one form."""
    *where, _ = scale.key.split(".")
    names = {form.id: form.name for form in bank.forms}
    return ", ".join(names.get(part, part) for part in where)


def software_sentence(banks: Iterable[ItemBank]) -> str:
    """Return what computed the scores, from which bank."""
    from_banks = listed([bank_line(bank) for bank in banks])
    return f"Scores were computed with intimacy-scales {software_version()} from {from_banks}."


def administrations_sentence(scores: Scores) -> str:
    """Return the administrations there are, where there are several; nothing else."""
    found = dict.fromkeys(
        administration_name(part.bank, part.administration) for part in scores.parts if part.derived is None
    )
    named = [f"\u201c{name}\u201d" for name in found if name]
    return f"The items were answered {len(named)} times over: {listed(named)}." if len(named) > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCount:
    """How often each option of an item was ticked, from the lowest code up, and how often nothing was."""

    item: Item
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    """Of the options that are scored, from the one that counts least; of a slider by tenths of its row."""
    missing: int
    reversed_here: bool
    """Whether keying turns the item's answers: reverse-keyed, and not reversed in the file already."""
    not_scored: int = 0
    """Answers that count nothing ("does not apply")."""

    @property
    def n(self) -> int:
        """Number of persons whose answer is scored."""
        return sum(self.counts)

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of those who answered, option by option; zeros when nobody did."""
        return tuple(count / self.n if self.n else 0.0 for count in self.counts)


def count_items(part: Answered, scale: Scale) -> tuple[ItemCount, ...]:
    """Count the answers to the items of one scale in one administration."""
    return tuple(_count(part, part.bank.items[j], j) for j in part.bank.places_of(scale))


def _count(part: Answered, item: Item, j: int) -> ItemCount:
    bank, answers = part.bank, part.answers[j]
    made = _by_tenths(bank, item, answers) if bank.is_quantity(item) else [
        (option.label, int((answers == option.code).sum())) for option in bank.scored_options(item)
    ]  # fmt: skip
    return ItemCount(
        item=item,
        labels=tuple(label for label, _ in made),
        counts=tuple(count for _, count in made),
        missing=int(np.isnan(answers).sum()),
        reversed_here=item.reverse and not part.already_reversed,
        not_scored=int(not_scored(bank.options_of(item), answers).sum()),
    )


TENTHS = 10


def _by_tenths(bank: ItemBank, item: Item, answers: FloatArray) -> list[tuple[str, int]]:
    """Return the answers on a slider rounded to the nearest tenth of its row: "about 30", how many."""
    low, high = bank.ends(item)
    known = scores_of_codes(bank.options_of(item), answers)
    places = np.rint(TENTHS * (known[~np.isnan(known)] - low) / (high - low)).astype(np.int64)
    counts = np.bincount(places, minlength=TENTHS + 1).tolist()
    return [(f"about {number_text(low + (high - low) * at / TENTHS)}", n) for at, n in enumerate(counts)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Missing answers of one bank in one administration."""

    answers: int
    missing: int
    complete_rows: int
    by_item: tuple[int, ...]

    @property
    def share(self) -> float:
        """Share of all answers that are missing."""
        return self.missing / self.answers if self.answers else 0.0


def missing_of(part: Answered) -> Missing:
    """Count missing answers item by item, and rows without any."""
    by_item = tuple(int(np.isnan(answers).sum()) for answers in part.answers)
    whole = np.ones(part.n_persons, dtype=bool)
    for answers in part.answers:
        whole &= ~np.isnan(answers)
    return Missing(
        answers=part.n_persons * len(part.answers),
        missing=sum(by_item),
        complete_rows=int(whole.sum()),
        by_item=by_item,
    )


def reasons_of(set_aside: Sequence[SetAside]) -> dict[str, tuple[int, ...]]:
    """Return every reason for which rows were set aside, with the rows, most frequent first."""
    entries: dict[str, list[int]] = {}
    for aside in set_aside:
        entries.setdefault(aside.why, []).append(aside.row)
    return {why: tuple(rows) for why, rows in sorted(entries.items(), key=lambda pair: (-len(pair[1]), pair[0]))}


def rows_in_words(rows: Sequence[int], most: int = 12) -> str:
    """Return row numbers as a list that stays short: ``12, 40, 41 and 11 more``."""
    text = ", ".join(str(row) for row in rows[:most])
    return f"{text} and {len(rows) - most} more" if len(rows) > most else text


def answered_with(responses: Responses, bank: ItemBank) -> tuple[Answered, ...]:
    """Return the administrations of a bank in which anything was answered."""
    return tuple(part for part in responses.of(bank.id) if not all(np.isnan(a).all() for a in part.answers))
