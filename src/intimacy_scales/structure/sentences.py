"""Structure in the sentences of a paper (APA, 7th edition), plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .confirmation import Confirmation, FitFigures
from .exploration import Exploration
from .invariance_results import Invariance
from .result_rows import counted, p_text, two

if TYPE_CHECKING:
    from .result import Structure

ESTIMATOR_WORDS = {
    "ml": "maximum likelihood",
    "mlr": "robust maximum likelihood (MLR)",
    "wlsmv": "diagonally weighted least squares with a mean- and variance-adjusted test (WLSMV)",
}
VARIANT_WORDS = {"correlated": "", "bifactor": " with a general factor beside the scales (bifactor)",
                 "second_order": " with a second-order general factor"}  # fmt: skip
CAUTION = "Means of these groups are not to be compared without saying so: scalar invariance did not hold."


def structure_sentences(found: Structure) -> str:
    """Return suitability, number of factors, CFA and invariance, a paragraph each; what was not found is not told."""
    parts = [_suitability(found.exploration), _numbers(found.exploration), _efa(found.exploration)]
    if found.cfa is not None:
        parts.append(_cfa(found.cfa, len(found.sheet.factors)))
    if found.invariance is not None and found.invariance.levels:
        parts.append(_invariance(found.invariance))
    parts += [one.apa() for one in found.irt.values()]
    return "\n".join(part for part in parts if part)


def _suitability(e: Exploration) -> str:
    fit = e.suitability
    if fit is None:
        return ""
    low, high = float(fit.kmo_items.min()), float(fit.kmo_items.max())
    return (
        f"The correlations were {fit.verdict} for factoring, KMO = {two(fit.kmo)} (items {two(low)} to {two(high)}); "
        f"Bartlett's test of sphericity, chi2({fit.df}) = {fit.chi2:.2f}, "
        f"p {p_text(fit.p_value)}."
    )


def _numbers(e: Exploration) -> str:
    found = e.parallel
    if found is None:
        return ""
    said = (
        f"Parallel analysis ({found.iterations} {found.draws} data sets, {found.percentile:.0f}th percentile, seed "
        f"{found.seed}) suggested {counted(found.n_factors, 'factor')} and {counted(found.n_components, 'component')}"
    )
    if e.map is not None:
        said += f"; Velicer's MAP {e.map.n_original}"
    if e.ekc is not None:
        said += f"; the empirical Kaiser criterion {e.ekc.n_factors}"
    return f"{said}."


def _efa(e: Exploration) -> str:
    if e.efa is None:
        return ""
    share = 100 * float(e.efa.share.sum())
    m = e.efa.loadings.shape[1]
    turned = "" if m == 1 or e.efa.rotation == "none" else f", {e.efa.rotation} rotation"
    kind = "polychoric" if e.correlations.kind == "polychoric" else "Pearson"
    return (f"An exploratory factor analysis of the {kind} correlations ({e.efa.extraction}{turned}) with "
            f"{counted(m, 'factor')} explained {share:.0f}% of the variance (RMSR = {two(e.efa.rmsr)}).")  # fmt: skip


def fit_phrase(own: FitFigures) -> str:
    """Return fit as a paper has it."""
    return (f"chi2({own.df}) = {own.chi2:.2f}, p {p_text(own.p)}, CFI = {_three(own.cfi)}, TLI = {_three(own.tli)}, "
            f"RMSEA = {_three(own.rmsea)}, 90% CI [{_three(own.rmsea_low)}, {_three(own.rmsea_high)}], "
            f"SRMR = {_three(own.srmr)}")  # fmt: skip


def _cfa(cfa: Confirmation, n_factors: int) -> str:
    rule = {"fiml": "full information for missing answers", "listwise": "complete rows"}[cfa.missing]
    std = [one.std for one in cfa.loadings]
    said = (
        f"A confirmatory factor analysis of {counted(n_factors, 'scale')}{VARIANT_WORDS[cfa.variant]} by "
        f"{ESTIMATOR_WORDS[cfa.estimator]} ({rule}, N = {cfa.n}): {fit_phrase(cfa.figures)}. "
        f"Standardized loadings ranged from {two(min(std))} to {two(max(std))}."
    )
    known = [one for one in cfa.composites if one.reliability == one.reliability]  # NaN alone differs from itself
    if known:
        low, high = min(one.reliability for one in known), max(one.reliability for one in known)
        span = f"was {two(low)}" if len(known) == 1 else f"was {two(low)} to {two(high)}"
        ave = [one.ave for one in cfa.composites]
        said += f" Composite reliability {span}, average variance extracted {two(min(ave))}"
        said += f" to {two(max(ave))}." if len(ave) > 1 else "."
    return said


def _invariance(found: Invariance) -> str:
    groups = ", ".join(f"{name} (n = {n})" for name, n in zip(found.groups, found.sizes, strict=True))
    levels = []
    for one in found.levels:
        own = one.figures
        fit = f"chi2({own.df}) = {own.chi2:.2f}, CFI = {_three(own.cfi)}, RMSEA = {_three(own.rmsea)}"
        step = one.step
        moved = "" if step is None else (f", delta CFI = {_three(step.cfi_change)}, delta chi2({step.df}) = "
                                         f"{step.chisq:.2f}, p {p_text(step.p)}")  # fmt: skip
        levels.append(f"{one.level}, {fit}{moved}")
    said = f"Invariance over {found.column} ({groups}): {'; '.join(levels)}. {found.meaning}"
    for part in found.partial:
        if part.items:
            said += f" Let go for partial {part.level} invariance: {', '.join(part.items)}."
    return said if found.means_compare else f"{said} {CAUTION}"


def _three(value: float) -> str:
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 0.9995 else text
