"""Faults of what a bank cites and shows: evidence, norms, bands, sources and worked cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from intimacy_scales.bank.model import Case, Norm, NormScale
from intimacy_scales.bank.readable import Readable, Told, one_of
from intimacy_scales.bank.strict import Spot
from intimacy_scales.base.errors import BankError

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
