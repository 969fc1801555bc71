"""Structure for eyes: one line a finding, one line an item; rounding happens here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .confirmation import Confirmation, FitFigures
from .exploration import Exploration
from .sheet import Sheet

if TYPE_CHECKING:
    from .result import Structure


def model_lines(found: Structure) -> list[str]:
    """Return what was found in a few lines, the tables apart."""
    e = found.exploration
    where = f" ({found.sheet.sitting})" if found.sheet.sitting else ""
    lines = [
        f"{found.bank.name}{where}: {len(found.items)} items, {found.n} persons, {found.sheet.n_complete} complete"
    ]
    if e.suitability is not None:
        fit = e.suitability
        lines.append(f"suitability: KMO {two(fit.kmo)} ({fit.verdict}); Bartlett chi2 {fit.chi2:.1f}, df {fit.df}, "
                     f"p {p_text(fit.p_value)}")  # fmt: skip
    lines += _numbers(found)
    if e.efa is not None:
        lines.append(f"EFA: {counted(e.efa.loadings.shape[1], 'factor')}, {e.efa.extraction}, {e.efa.rotation}, "
                     f"{e.correlations.kind} correlations")  # fmt: skip
    if found.cfa is not None:
        lines.append(
            f"CFA ({found.cfa.estimator}, {found.cfa.variant}, n = {found.cfa.n}): {fit_text(found.cfa.figures)}"
        )
    return [*lines, ""]


def _numbers(found: Structure) -> list[str]:
    e = found.exploration
    said = []
    if e.parallel is not None:
        found_in = e.parallel
        said.append(f"parallel analysis {counted(found_in.n_factors, 'factor')}, "
                    f"{counted(found_in.n_components, 'component')}")  # fmt: skip
    if e.map is not None:
        said.append(f"MAP {e.map.n_original} (revised {e.map.n_revised})")
    if e.ekc is not None:
        said.append(f"empirical Kaiser {e.ekc.n_factors}")
    return (
        [f"number of factors: {'; '.join(said)}; the bank has {counted(len(found.sheet.factors), 'scale')}"]
        if said
        else []
    )


def fit_text(own: FitFigures) -> str:
    """Return fit in one line."""
    return (f"chi2 {own.chi2:.2f}, df {own.df}, p {p_text(own.p)}, CFI {own.cfi:.3f}, TLI {own.tli:.3f}, "
            f"RMSEA {own.rmsea:.3f} [{own.rmsea_low:.3f}, {own.rmsea_high:.3f}], SRMR {own.srmr:.3f}")  # fmt: skip


def item_rows(sheet: Sheet, exploration: Exploration, cfa: Confirmation | None) -> list[list[str]]:
    """Return the item table: head, then one line an item."""
    efa, fit = exploration.efa, exploration.suitability
    factors = [] if efa is None else [f"F{k + 1}" for k in range(efa.loadings.shape[1])]
    loadings = {} if cfa is None else {one.item: one for one in cfa.loadings if one.factor in sheet.factors}
    head = ["item", *(["KMO"] if fit else []), *factors, *(["h2"] if efa else [])]
    head += ["scale", "loading", "SE", "std"] if cfa is not None else []
    lines = [head]
    for j, name in enumerate(sheet.names):
        line = [name]
        line += [two(float(fit.kmo_items[j]))] if fit else []
        line += [two(float(v)) for v in efa.loadings[j]] if efa else []
        line += [two(float(efa.communalities[j]))] if efa else []
        if cfa is not None:
            one = loadings.get(name)
            line += ["", "", "", ""] if one is None else [one.factor, f"{one.est:.2f}", f"{one.se:.2f}", two(one.std)]
        lines.append(line)
    return lines


def counted(n: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def two(value: float) -> str:
    """Return a coefficient with two decimals and no leading zero."""
    if not math.isfinite(value):
        return "-"
    text = f"{value:.2f}"
    text = text.lstrip("-") if float(text) == 0 else text
    return text.replace("0.", ".", 1) if abs(value) < 0.995 else text


def p_text(p: float) -> str:
    """Return a p value as APA prints it: ``= .023``, ``< .001``."""
    if not math.isfinite(p):
        return "not defined"
    return "< .001" if p < 0.001 else f"= {p:.3f}".replace("0.", ".", 1)
