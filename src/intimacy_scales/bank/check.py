"""What one part of a bank says about another: looked at part by part, so that one bad field hides no other fault.

Every checker takes :class:`Readable`, the parts whose own fields are right, with their places in the file; what is
known of the rest is read from the raw values (an item whose gloss is missing still exists for the scale that names it).

Faults between options, items, scales, forms and derived scores.

Faults of what a bank cites and shows: evidence, norms, bands, sources and worked cases.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, pairwise

from intimacy_scales.bank.labels import looked_alike, two_meanings
from intimacy_scales.bank.model import Case, Item, ItemBank, Norm, NormScale, Scale
from intimacy_scales.bank.options import MOST_STEPS, NumberRow, Option, ends_of
from intimacy_scales.bank.readable import Readable, Told, one_of, readable
from intimacy_scales.bank.reference_list import check_sources
from intimacy_scales.bank.strict import Page, Spot
from intimacy_scales.base.errors import Problem


def check_options(parts: Readable) -> Told:
    """Codes once each, and no text that stands for two codes; something to score; rows whose steps can be."""
    for name, row in parts.rows.items():
        yield from _row(parts, name, row)
    for name, options in parts.options.items():
        spot: Spot = ("options", name)
        yield from _scored(parts, spot, options)
        own = parts.rows.get(name)
        yield from _texts(parts, spot, options) if own is None else _texts(parts, (*spot, "labels"), _labelled(own))
    used = {item.options for _, item in parts.items}
    if len(parts.items) == len(parts.numbers):
        for name in parts.option_names:
            if name not in used:
                yield parts.page.problem(("options", name), "no item uses it", "options that an item names")


def _texts(parts: Readable, spot: Spot, options: Sequence[Option]) -> Told:
    """Yield codes that stand twice, and texts that stand for two codes or look as if they did."""
    for code, times in Counter(option.code for option in options).items():
        if times > 1:
            yield parts.page.problem(spot, f"the code {code} stands {times} times", "each code once")
    for place, said in two_meanings(options):
        yield parts.page.problem((*spot, place), said, "one code for a text, whatever its case and spacing")
    for place, said in looked_alike(options):
        yield parts.page.problem((*spot, place), said, "texts of one alphabet, typed anew")


def _labelled(row: NumberRow) -> tuple[Option, ...]:
    return tuple(option for option in row.options if option.code in row.labels)


def _row(parts: Readable, name: str, row: NumberRow) -> Told:
    """Yield what is wrong with a row of numbers: its ends, its steps, labels beside it."""
    spot: Spot = ("options", name)
    if row.high <= row.low:
        yield parts.page.problem((*spot, "to"), f"is {row.high}", f"more than from, {row.low}")
    elif not row.can_be:
        leads = f"a step that leads from {row.low} to {row.high}"
        yield parts.page.problem((*spot, "step"), f"is {row.step}: {row.n_steps:.6g} steps",
                                 f"{leads}, in at most {MOST_STEPS:,} steps", "step: 1")  # fmt: skip
    for code in row.labels:
        inner = (*spot, "labels", str(code))
        if row.can_be and code not in row.codes:
            yield parts.page.problem(inner, "is no number of the row", f"{row}")
        said = row.labels[code]
        number = _number(said if isinstance(said, str) else said.label)
        if number is not None and number != code:
            yield parts.page.problem(inner, f"is labelled as another number, {number:g}", "words, or the number itself")


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text.strip()) else None


def _scored(parts: Readable, spot: Spot, options: Sequence[Option]) -> Told:
    """Yield options with a score that are not scored, and sets that tell nobody from anybody."""
    for place, option in enumerate(options):
        if not option.scored and option.score is not None:
            yield parts.page.problem((*spot, place), f"has the score {option.score:g}, and scored: false",
                                     "a score, or none", "leave one of the two out")  # fmt: skip
    ends = ends_of(options)
    if options and (ends is None or ends[0] == ends[1]):
        yield parts.page.problem(spot, "has fewer than two different scores", "two options or more that are scored")


def check_items(parts: Readable) -> Told:
    """Items have numbers or names of their own, name options there are, and are reversed onto scores there are."""
    yield from _item_numbers(parts)
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
        yield from _turned_round(parts, spot, item)


def _item_numbers(parts: Readable) -> Told:
    """Yield numbers and names that stand twice; of format 1, numbers that do not run from 1 to n."""
    in_order = parts.page.value.get("format") == 1 and len(parts.items) == len(parts.listed("items"))
    numbers, names = Counter[int](), Counter[str]()
    for place, (spot, item) in enumerate(parts.items, start=1):
        numbers[item.number] += 1
        if in_order and item.number != place:
            what = f"{place}: items stand in order, 1 to n (of format 2 they need not)"
            yield parts.page.problem((*spot, "number"), f"is {item.number}", what)
        elif numbers[item.number] == 2:
            yield parts.page.problem((*spot, "number"), f"{item.number} stands more than once", "each number once")
        if item.name is None:
            continue
        names[item.name] += 1
        if names[item.name] == 2:
            yield parts.page.problem((*spot, "name"), f"{item.name!r} stands more than once", "each name once")
        ending = item.name.rpartition("_")[2]
        if _ENDING.fullmatch(ending) or item.name in parts.form_ids or ending in parts.form_ids:
            yield parts.page.problem(
                (*spot, "name"), f"is {item.name!r}, and {ending!r} names a form, a partner or an occasion in columns",
                "a name that does not end so",
            )  # fmt: skip


_ENDING = re.compile(r"a|b|p[ab12]|(?:t|w)\d{1,2}|pre|post|baseline|followup")


def _turned_round(parts: Readable, spot: Spot, item: Item) -> Told:
    options = [option for option in parts.options.get(item.options, ()) if option.scored]
    scores = {option.code if option.score is None else option.score for option in options}
    if not item.reverse or not scores or item.options in parts.rows:
        return  # a row runs in equal steps
    if {round(min(scores) + max(scores) - score, 9) for score in scores} != {round(score, 9) for score in scores}:
        own = any(option.score is not None for option in options)
        yield parts.page.problem(
            (*spot, "reverse"),
            f"the {'scores' if own else 'codes'} {one_of(sorted(scores))[9:]} cannot be reversed",
            f"{'scores' if own else 'codes'} that lie evenly between their ends",
            "leave reverse out, and give the item options of its own whose scores are turned round",
        )


def check_scales(parts: Readable) -> Told:
    """Scales have ids of their own, name items there are, and a range that their rules really give."""
    yield from _once(parts, "scales", [(spot, scale.id) for spot, scale in parts.scales])
    for spot, numbers in parts.scale_items:
        for place, number in enumerate(numbers):
            if number not in parts.numbers:
                yield parts.page.problem((*spot, "items", place), f"there is no item {number}", _numbers(parts))
        called = {item.number: item.id for _, item in parts.items}
        for number, times in Counter(numbers).items():
            if times > 1:
                what = f"item {called.get(number, number)} stands {times} times"
                yield parts.page.problem((*spot, "items"), what, "each item once")
    for spot, scale in parts.scales:
        yield from _made_of(parts, spot, scale)
        yield from _rules(parts, spot, scale)


def _made_of(parts: Readable, spot: Spot, scale: Scale) -> Told:
    """Yield what is wrong with what a scale is made of: nothing, a turned item, scales that cannot be."""
    given = parts.listed("scales")[int(spot[-1])]
    named = given.get("items", given.get("scales"))
    if named == ():
        yield parts.page.problem((*spot, "items"), "is a list of 0", "at least 1")
    elif named is None:
        yield parts.page.problem(
            spot, "has no items", "numbers or names of items, or ids of scales", "items: [1, 2, 3]"
        )
    if scale.scales:
        yield from _made_of_scales(parts, spot, scale)
    elif scale.reverse:
        yield parts.page.problem((*spot, "reverse"), "is of scales of scales",
                                 "items are reversed where they stand", "reverse: true at the item")  # fmt: skip


def _made_of_scales(parts: Readable, spot: Spot, scale: Scale) -> Told:
    composed = {one.id for _, one in parts.scales if one.scales}
    of_items = [name for name in parts.scale_ids if name not in composed]
    if len(scale.scales) == 1:
        yield parts.page.problem((*spot, "items"), "is one scale", "two or more")
    for place, one in enumerate(scale.scales):
        if one not in of_items:
            yield parts.page.problem((*spot, "items", place), f"{one!r} is a scale of scales itself", one_of(of_items))
    for one, times in Counter(scale.scales).items():
        if times > 1:
            yield parts.page.problem((*spot, "items"), f"{one!r} stands {times} times", "each scale once")
    for place, one in enumerate(scale.reverse):
        if one not in scale.scales:
            yield parts.page.problem((*spot, "reverse", place), f"{one!r} is none of its scales", one_of(scale.scales))


def _numbers(parts: Readable) -> str:
    names = [item.id for _, item in parts.items]
    if any(isinstance(name, str) for name in names):
        return one_of(names)
    known = sorted(parts.numbers)
    gapless = known == list(range(1, len(known) + 1))
    return f"item numbers 1 to {len(known)}" if gapless else one_of(known)


def _rules(parts: Readable, spot: Spot, scale: Scale) -> Told:
    k, parts_named = len(scale.items or scale.scales), "scales" if scale.scales else "items"
    if not k:
        return
    if scale.min_answered > k:
        yield parts.page.problem(
            (*spot, "min_answered"), f"is {scale.min_answered}", f"at most {k}, the {parts_named} there are"
        )
    elif scale.missing == "none" and scale.min_answered < k:
        yield parts.page.problem(
            (*spot, "min_answered"),
            f"is {scale.min_answered} where missing is none",
            f"{k}: without prorating every one of its {parts_named} must be there",
        )
    if scale.weights and len(scale.weights) != k:
        yield parts.page.problem(
            (*spot, "weights"), f"are {len(scale.weights)}", f"{k}, one for each of the {parts_named}"
        )
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
    "items": frozenset({"column", "name"}),
    "scales": frozenset({"weights", "round", "scales", "reverse"}),
}
"""What a bank of format 1 may not say: software that reads only that format would pass over it."""


def check_format(parts: Readable) -> Told:
    """Return faults where a bank of format 1 says what only format 2 knows."""
    if parts.page.value.get("format") != 1:
        return
    spots: list[Spot] = [(key,) for key in sorted(OF_FORMAT_2["bank"] & parts.page.value.keys())]
    for part in ("items", "scales"):
        for place, one in enumerate(parts.listed(part)):
            known = one.keys() if isinstance(one, dict) else set()
            spots += [(part, place, "items" if key == "scales" else key) for key in sorted(OF_FORMAT_2[part] & known)]
    for name, options in parts.options.items():
        if name in parts.rows:
            spots.append(("options", name))
            continue
        for at, option in enumerate(options):
            spots += [("options", name, at, "code")] * isinstance(option.code, float)
            spots += [("options", name, at, key) for key in sorted(option.model_fields_set & {"score", "scored"})]
    for spot in spots:
        yield parts.page.problem(spot, "is of format 2", "format: 2 in the first line")


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
    """No two scores may get the same column name, nor a score that of an item's answers."""
    sittings = [*parts.form_ids, *(derived.id for _, derived in parts.derived)] or [""]
    names = [item.name for _, item in parts.items if item.name is not None]
    seen: dict[str, str] = {f"{form}_{name}".lstrip("_"): f"item {name}" for form in sittings for name in names}
    for place, scale_id in enumerate(parts.scale_ids):
        for form in sittings:
            name = f"{form}_{scale_id}".lstrip("_")
            for column in (name, f"{name}_answered", f"{name}_not_scored"):
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
        if len(answers) != len(parts.listed("items")):
            asked = len(parts.listed("items"))
            yield parts.page.problem(inner, f"has {len(answers)} answers", f"{asked}, one for each item")
            continue
        for at, item in parts.items:
            codes, place = [option.code for option in parts.options.get(item.options, ())], int(at[-1])
            given, row = answers[place], parts.rows.get(item.options)
            if codes and given is not None and given not in codes:
                allowed = one_of([*codes, "null"]) if row is None else f"allowed: {row}, null"
                yield parts.page.problem((*inner, place), f"item {item.id} is answered {given}", allowed)


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
