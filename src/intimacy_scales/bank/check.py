"""What one part of a bank says about another: looked at part by part, so that one bad field hides no other fault.

Every checker takes :class:`Readable`, the parts whose own fields are right, with their places in the file; what is
known of the rest is read from the raw values (an item whose gloss is missing still exists for the scale that names it).

Faults between options, items, scales, forms and derived scores.

Faults of what a bank cites and shows: evidence, norms, bands, sources and worked cases.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, pairwise

from intimacy_scales.bank.labels import looked_alike, two_meanings
from intimacy_scales.bank.model import Case, ItemBank, Norm, NormScale, Scale
from intimacy_scales.bank.readable import Readable, Told, one_of, readable
from intimacy_scales.bank.strict import Page, Spot
from intimacy_scales.base.errors import BankError, Problem


def check_options(parts: Readable) -> Told:
    """Codes once each, and no text that stands for two codes."""
    for name, options in parts.options.items():
        spot: Spot = ("options", name)
        for code, times in Counter(option.code for option in options).items():
            if times > 1:
                yield parts.page.problem(spot, f"the code {code} stands {times} times", "each code once")
        for place, said in two_meanings(options):
            yield parts.page.problem((*spot, place), said, "one code for a text, whatever its case and spacing")
        for place, said in looked_alike(options):
            yield parts.page.problem((*spot, place), said, "texts of one alphabet, typed anew")
    used = {item.options for _, item in parts.items}
    if len(parts.items) == len(parts.numbers):
        for name in parts.option_names:
            if name not in used:
                yield parts.page.problem(("options", name), "no item uses it", "options that an item names")


def check_items(parts: Readable) -> Told:
    """Items are numbered 1, 2, 3 ... in order, name options there are, and are reversed onto codes there are."""
    if len(parts.items) == len(parts.listed("items")):
        for place, (spot, item) in enumerate(parts.items, start=1):
            if item.number != place:
                yield parts.page.problem(
                    (*spot, "number"), f"is {item.number}", f"{place}: items stand in order, 1 to n"
                )
    languages = parts.listed("languages")
    for spot, item in parts.items:
        if item.options not in parts.option_names:
            yield parts.page.problem(
                (*spot, "options"), f"there are no options {item.options!r}", one_of(parts.option_names)
            )
        for language in item.translations:
            if languages and language not in languages:
                yield parts.page.problem(
                    (*spot, "translations", language), "is no language of the bank", one_of(languages)
                )
        codes = {option.code for option in parts.options.get(item.options, ())}
        if item.reverse and codes and {min(codes) + max(codes) - code for code in codes} != codes:
            yield parts.page.problem(
                (*spot, "reverse"),
                f"the codes {one_of(sorted(codes))[9:]} cannot be reversed",
                "codes that lie evenly between their ends",
            )


def check_scales(parts: Readable) -> Told:
    """Scales have ids of their own, name items there are, and a range that their rules really give."""
    yield from _once(parts, "scales", [(spot, scale.id) for spot, scale in parts.scales])
    for spot, numbers in parts.scale_items:
        for place, number in enumerate(numbers):
            if number not in parts.numbers:
                yield parts.page.problem((*spot, "items", place), f"there is no item {number}", _numbers(parts))
        for number, times in Counter(numbers).items():
            if times > 1:
                yield parts.page.problem((*spot, "items"), f"item {number} stands {times} times", "each item once")
    for spot, scale in parts.scales:
        yield from _rules(parts, spot, scale)


def _numbers(parts: Readable) -> str:
    known = sorted(parts.numbers)
    gapless = known == list(range(1, len(known) + 1))
    return f"item numbers 1 to {len(known)}" if gapless else one_of(known)


def _rules(parts: Readable, spot: Spot, scale: Scale) -> Told:
    k = len(scale.items)
    if scale.min_answered > k:
        yield parts.page.problem(
            (*spot, "min_answered"), f"is {scale.min_answered}", f"at most {k}, the items there are"
        )
    elif scale.missing == "none" and scale.min_answered < k:
        yield parts.page.problem(
            (*spot, "min_answered"),
            f"is {scale.min_answered} where missing is none",
            f"{k}: without prorating every item must be answered",
        )
    if scale.weights and len(scale.weights) != k:
        yield parts.page.problem((*spot, "weights"), f"are {len(scale.weights)}", f"{k}, one for each of the items")
    if scale.rescale and scale.rescale[0] >= scale.rescale[1]:
        yield parts.page.problem((*spot, "rescale"), f"is {list(scale.rescale)}", "the lower end first")
    possible = parts.possible(scale.id)
    if possible and any(abs(a - b) > 1e-9 for a, b in zip(possible, scale.range, strict=True)):
        low, high = possible
        yield parts.page.problem(
            (*spot, "range"), f"is {list(scale.range)}", f"[{low:g}, {high:g}], which options, combine and rescale give"
        )


OF_FORMAT_2: Mapping[str, frozenset[str]] = {
    "bank": frozenset({"short", "status"}),
    "items": frozenset({"column"}),
    "scales": frozenset({"weights", "round"}),
}
"""What a bank of format 1 may not say: software that reads only that format would pass over it."""


def check_format(parts: Readable) -> Told:
    """Return faults where a bank of format 1 says what only format 2 knows."""
    if parts.page.value.get("format") != 1:
        return
    for key in sorted(OF_FORMAT_2["bank"] & parts.page.value.keys()):
        yield parts.page.problem((key,), "is of format 2", "format: 2 in the first line")
    for part in ("items", "scales"):
        for place, one in enumerate(parts.listed(part)):
            for key in sorted(OF_FORMAT_2[part] & (one.keys() if isinstance(one, dict) else set())):
                yield parts.page.problem((part, place, key), "is of format 2", "format: 2 in the first line")


def check_forms(parts: Readable) -> Told:
    """Forms and derived scores have ids of their own; derived scores name two different forms there are."""
    yield from _once(parts, "forms", [(spot, form.id) for spot, form in parts.forms])
    yield from _once(parts, "derived", [(spot, derived.id) for spot, derived in parts.derived])
    for spot, derived in parts.derived:
        if derived.id in parts.form_ids:
            yield parts.page.problem((*spot, "id"), f"{derived.id!r} is a form already", "a name of its own")
        for field in ("minuend", "subtrahend"):
            form = getattr(derived, field)
            if form not in parts.form_ids:
                yield parts.page.problem((*spot, field), f"there is no form {form!r}", one_of(parts.form_ids))
        if derived.minuend == derived.subtrahend:
            yield parts.page.problem(
                (*spot, "subtrahend"), f"is {derived.subtrahend!r}, the minuend itself", "another form"
            )


def check_columns(parts: Readable) -> Told:
    """No two scores may get the same column name."""
    seen: dict[str, str] = {}
    sittings = [*parts.form_ids, *(derived.id for _, derived in parts.derived)] or [""]
    for place, scale_id in enumerate(parts.scale_ids):
        for form in sittings:
            name = f"{form}_{scale_id}".lstrip("_")
            for column in (name, f"{name}_answered"):
                if column in seen and seen[column] != scale_id:
                    yield parts.page.problem(
                        ("scales", place),
                        f"its column {column} is that of {seen[column]!r} too",
                        "ids that give every score its own column",
                    )
                seen.setdefault(column, scale_id)


def check_rights(parts: Readable) -> Told:
    """See that what is ours or licensed names its licence, and what is withheld says what."""
    rights = parts.page.value.get("rights")
    if not isinstance(rights, dict):
        return
    status = rights.get("status")
    if status in {"original", "licensed"} and not rights.get("licence"):
        yield parts.page.problem(("rights", "licence"), f"is missing, the status being {status}", "the licence's name")
    if status == "withheld" and not rights.get("withheld"):
        yield parts.page.problem(("rights", "withheld"), "is missing, the status being withheld", "what is withheld")


def _once(parts: Readable, name: str, ids: Iterable[tuple[Spot, str]]) -> Told:
    seen: set[str] = set()
    for spot, one in ids:
        if one in seen:
            yield parts.page.problem((*spot, "id"), f"{one!r} stands twice", f"each of the {name} has its own id")
        seen.add(one)


PART_CHECKS: tuple[Callable[[Readable], Told], ...] = (
    check_format,
    check_options,
    check_items,
    check_scales,
    check_forms,
    check_columns,
    check_rights,
)


def cross_problems(page: Page, bank: ItemBank | None) -> list[Problem]:
    """Return the faults between the parts of a bank; ``bank`` is the page's, where its fields are all right."""
    parts = readable(page, bank)
    checks: Iterable[Callable[[Readable], Told]] = (*PART_CHECKS, *FIGURE_CHECKS)
    return list(chain.from_iterable(check(parts) for check in checks))


_KEY = re.compile(r"[A-Za-z0-9_.-]+")  # one word: meant as a key of references.yaml


def check_sources(parts: Readable) -> Told:
    """Every source is a key of references.yaml or a full citation (more than one word, or a web address)."""
    from intimacy_scales.bank.reference_list import references

    try:
        known = references()
    except BankError as error:
        yield from error.problems
        return
    for spot, source in _sources(parts):
        if _KEY.fullmatch(source) and source not in known:
            from difflib import get_close_matches

            close = get_close_matches(source, list(known), n=1)
            yield parts.page.problem(
                spot,
                f"there is no reference {source!r}",
                "a key of references.yaml, or the full citation",
                f"did you mean {close[0]}?" if close else "",
            )


def _sources(parts: Readable) -> Iterator[tuple[Spot, str]]:
    for place, source in enumerate(parts.listed("source")):
        if isinstance(source, str):
            yield ("source", place), source
    for group in (parts.derived, parts.evidence, parts.norms, parts.bands, parts.cautions):
        for spot, part in group:
            yield (*spot, "source"), part.source


def check_evidence(parts: Readable) -> Told:
    """Coefficients lie between -1 and 1, pairs run upwards, and their scale exists."""
    for spot, evidence in parts.evidence:
        if evidence.scale is not None:
            yield from _scale_known(parts, (*spot, "scale"), evidence.scale)
        values = evidence.value if isinstance(evidence.value, tuple) else (evidence.value,)
        if any(abs(value) > 1 for value in values) or list(values) != sorted(values):
            yield parts.page.problem((*spot, "value"), f"is {list(values)}", "-1 to 1, the lower one first")
        if (evidence.kind == "alpha_range") != (len(values) == 2):
            yield parts.page.problem(
                (*spot, "value"),
                f"is {len(values)} figures for the kind {evidence.kind}",
                "two figures for alpha_range, one for every other kind",
            )


def check_norms(parts: Readable) -> Told:
    """Norms have ids of their own, name form and scales there are, and figures that the scale can take."""
    seen: set[str] = set()
    for spot, norm in parts.norms:
        if norm.id in seen:
            yield parts.page.problem((*spot, "id"), f"{norm.id!r} stands twice", "each norm has its own id")
        seen.add(norm.id)
        yield from norm_problems(parts, spot, norm)


def norm_problems(parts: Readable, spot: Spot, norm: Norm) -> Told:
    """Yield what in one norm does not fit the bank."""
    if norm.form is None and parts.form_ids:
        yield parts.page.problem((*spot, "form"), "is missing", one_of(parts.form_ids))
    if norm.form is not None and norm.form not in parts.form_ids:
        yield parts.page.problem((*spot, "form"), f"there is no form {norm.form!r}", one_of(parts.form_ids))
    seen: set[str] = set()
    for place, figures in enumerate(norm.scales):
        inner = (*spot, "scales", place)
        yield from _scale_known(parts, (*inner, "scale"), figures.scale)
        if figures.scale in seen:
            yield parts.page.problem((*inner, "scale"), f"{figures.scale!r} stands twice", "each scale once a norm")
        seen.add(figures.scale)
        yield from _figures(parts, inner, figures)


def _figures(parts: Readable, spot: Spot, figures: NormScale) -> Told:
    possible = parts.possible(figures.scale)
    if figures.reliability is not None and abs(figures.reliability) > 1:
        yield parts.page.problem((*spot, "reliability"), f"is {figures.reliability}", "-1 to 1")
    if possible is not None:
        low, high = possible
        if not low <= figures.mean <= high:
            yield parts.page.problem((*spot, "mean"), f"is {figures.mean}", f"the scale's range, {low:g} to {high:g}")
        widest = (high - low) / 2 * (figures.n / (figures.n - 1)) ** 0.5
        if figures.sd > widest + 1e-9:
            yield parts.page.problem(
                (*spot, "sd"),
                f"is {figures.sd}",
                f"at most {widest:.4g}, half of them at either end of {low:g} to {high:g}",
            )
    lines = [(q.percentile, q.score) for q in figures.quantiles]
    if any(a[0] >= b[0] or a[1] > b[1] for a, b in pairwise(lines)):
        yield parts.page.problem((*spot, "quantiles"), "do not run upwards", "percentiles and scores that rise")
    for place, (percentile, score) in enumerate(lines):
        inner = (*spot, "quantiles", place)
        if not 0 <= percentile <= 100:
            yield parts.page.problem((*inner, "percentile"), f"is {percentile}", "0 to 100")
        if possible is not None and not possible[0] <= score <= possible[1]:
            yield parts.page.problem((*inner, "score"), f"is {score}", f"{possible[0]:g} to {possible[1]:g}")


def check_bands(parts: Readable) -> Told:
    """Bands begin inside the range of a scale there is, each somewhere else."""
    seen: set[tuple[str, float]] = set()
    for spot, band in parts.bands:
        yield from _scale_known(parts, (*spot, "scale"), band.scale)
        possible = parts.possible(band.scale)
        if possible is not None and not possible[0] <= band.at_least <= possible[1]:
            yield parts.page.problem((*spot, "at_least"), f"is {band.at_least}", f"{possible[0]:g} to {possible[1]:g}")
        if (band.scale, band.at_least) in seen:
            yield parts.page.problem((*spot, "at_least"), f"two bands begin at {band.at_least}", "one band at a score")
        seen.add((band.scale, band.at_least))


def check_cautions(parts: Readable) -> Told:
    """Cautions speak of scales there are."""
    for spot, caution in parts.cautions:
        if caution.scale is not None:
            yield from _scale_known(parts, (*spot, "scale"), caution.scale)


def check_cases(parts: Readable) -> Told:
    """Cases answer every item of forms there are with codes there are, and name scores there are."""
    for spot, case in parts.cases:
        yield from _case_answers(parts, spot, case)
        allowed = _score_names(parts, case)
        for name, score in case.scores.items():
            if name not in allowed:
                yield parts.page.problem((*spot, "scores", name), "this case gives no such score", one_of(allowed))
                continue
            possible = _possible_of(parts, name)
            if score is not None and possible and not possible[0] - 1e-9 <= score <= possible[1] + 1e-9:
                yield parts.page.problem((*spot, "scores", name), f"is {score}", f"{possible[0]:g} to {possible[1]:g}")


def _case_answers(parts: Readable, spot: Spot, case: Case) -> Told:
    forms = parts.form_ids or ("-",)
    for form, answers in case.answers.items():
        inner = (*spot, "answers", form)
        if form not in forms:
            yield parts.page.problem(inner, f"there is no form {form!r}", one_of(forms))
        if len(answers) != len(parts.numbers):
            yield parts.page.problem(inner, f"has {len(answers)} answers", f"{len(parts.numbers)}, one for each item")
            continue
        for _, item in parts.items:
            codes = [option.code for option in parts.options.get(item.options, ())]
            given = answers[item.number - 1] if item.number <= len(answers) else None
            if codes and given is not None and given not in codes:
                yield parts.page.problem(
                    (*inner, item.number - 1), f"item {item.number} is answered {given}", one_of([*codes, "null"])
                )


def _score_names(parts: Readable, case: Case) -> list[str]:
    if not parts.form_ids:
        return list(parts.scale_ids)
    sittings = [form for form in parts.form_ids if form in case.answers]
    sittings += [d.id for _, d in parts.derived if {d.minuend, d.subtrahend} <= case.answers.keys()]
    return [f"{sitting}_{scale}" for sitting in sittings for scale in parts.scale_ids]


def _possible_of(parts: Readable, name: str) -> tuple[float, float] | None:
    for scale in parts.scale_ids:
        for sitting in (*parts.form_ids, ""):
            if name == f"{sitting}_{scale}".lstrip("_"):
                return parts.possible(scale)
    for scale in parts.scale_ids:  # a difference of two forms
        if name.endswith(f"_{scale}") and (possible := parts.possible(scale)):
            return possible[0] - possible[1], possible[1] - possible[0]
    return None


def _scale_known(parts: Readable, spot: Spot, scale: str) -> Told:
    if scale not in parts.scale_ids:
        yield parts.page.problem(spot, f"there is no scale {scale!r}", one_of(parts.scale_ids))


FIGURE_CHECKS: tuple[Callable[[Readable], Told], ...] = (
    check_sources,
    check_evidence,
    check_norms,
    check_bands,
    check_cautions,
    check_cases,
)
