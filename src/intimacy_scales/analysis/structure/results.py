"""Structure in the sentences of a paper (APA, 7th edition), plain text.

Structure for eyes: one line a finding, one line an item; rounding happens here.

The structure of one bank's answers as a result: data, and the ways it is shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.analysis.structure.confirmation import Confirmation, FitFigures
from intimacy_scales.analysis.structure.exploration import Exploration
from intimacy_scales.analysis.structure.graded_scale import GradedScale
from intimacy_scales.analysis.structure.invariance_results import Invariance
from intimacy_scales.analysis.structure.item_answers import ItemAnswers
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.results import Shown, html_table, json_dict, text_table
from intimacy_scales.base.wording import coefficient


def model_lines(found: Structure) -> list[str]:
    """Return what was found in a few lines, the tables apart."""
    e = found.exploration
    where = f" ({found.answers.administration})" if found.answers.administration else ""
    lines = [
        f"{found.bank.name}{where}: {len(found.items)} items, {found.n} persons, {found.answers.n_complete} complete"
    ]
    if e.suitability is not None:
        fit = e.suitability
        lines.append(f"suitability: KMO {coefficient(fit.kmo)} ({fit.verdict}); Bartlett chi2 {fit.chi2:.1f}, df {fit.df}, "
                     f"p {p_text(fit.p_value)}")  # fmt: skip
    lines += _factor_number_lines(found)
    if e.efa is not None:
        lines.append(f"EFA: {counted(e.efa.loadings.shape[1], 'factor')}, {e.efa.extraction}, {e.efa.rotation}, "
                     f"{e.correlations.kind} correlations")  # fmt: skip
    if found.cfa is not None:
        lines.append(
            f"CFA ({found.cfa.estimator}, {found.cfa.variant}, n = {found.cfa.n}): {fit_text(found.cfa.figures)}"
        )
    return [*lines, ""]


def _factor_number_lines(found: Structure) -> list[str]:
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
        [f"number of factors: {'; '.join(said)}; the bank has {counted(len(found.answers.factors), 'scale')}"]
        if said
        else []
    )


def fit_text(own: FitFigures) -> str:
    """Return fit in one line."""
    return (f"chi2 {own.chi2:.2f}, df {own.df}, p {p_text(own.p)}, CFI {own.cfi:.3f}, TLI {own.tli:.3f}, "
            f"RMSEA {own.rmsea:.3f} [{own.rmsea_low:.3f}, {own.rmsea_high:.3f}], SRMR {own.srmr:.3f}")  # fmt: skip


def item_rows(answers: ItemAnswers, exploration: Exploration, cfa: Confirmation | None) -> list[list[str]]:
    """Return the item table: head, then one line an item."""
    efa, fit = exploration.efa, exploration.suitability
    factors = [] if efa is None else [f"F{k + 1}" for k in range(efa.loadings.shape[1])]
    loadings = {} if cfa is None else {one.item: one for one in cfa.loadings if one.factor in answers.factors}
    head = ["item", *(["KMO"] if fit else []), *factors, *(["h2"] if efa else [])]
    head += ["scale", "loading", "SE", "std"] if cfa is not None else []
    lines = [head]
    for j, name in enumerate(answers.names):
        line = [name]
        line += [coefficient(float(fit.kmo_items[j]))] if fit else []
        line += [coefficient(float(v)) for v in efa.loadings[j]] if efa else []
        line += [coefficient(float(efa.communalities[j]))] if efa else []
        if cfa is not None:
            one = loadings.get(name)
            line += (
                ["", "", "", ""]
                if one is None
                else [one.factor, f"{one.est:.2f}", f"{one.se:.2f}", coefficient(one.std)]
            )
        lines.append(line)
    return lines


def counted(n: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def p_text(p: float) -> str:
    """Return a p value as APA prints it: ``= .023``, ``< .001``."""
    if not math.isfinite(p):
        return "not defined"
    return "< .001" if p < 0.001 else f"= {p:.3f}".replace("0.", ".", 1)


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
        parts.append(_cfa(found.cfa, len(found.answers.factors)))
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
        f"The correlations were {fit.verdict} for factoring, KMO = {coefficient(fit.kmo)} (items {coefficient(low)} to {coefficient(high)}); "
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
            f"{counted(m, 'factor')} explained {share:.0f}% of the variance (RMSR = {coefficient(e.efa.rmsr)}).")  # fmt: skip


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
        f"Standardized loadings ranged from {coefficient(min(std))} to {coefficient(max(std))}."
    )
    known = [one for one in cfa.composites if one.reliability == one.reliability]  # NaN alone differs from itself
    if known:
        low, high = min(one.reliability for one in known), max(one.reliability for one in known)
        span = f"was {coefficient(low)}" if len(known) == 1 else f"was {coefficient(low)} to {coefficient(high)}"
        ave = [one.ave for one in cfa.composites]
        said += f" Composite reliability {span}, average variance extracted {coefficient(min(ave))}"
        said += f" to {coefficient(max(ave))}." if len(ave) > 1 else "."
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure(Shown):
    """Suitability, number of factors, exploratory and confirmatory model, invariance of one bank in one administration.

    Attributes
    ----------
    exploration : suitability, parallel analysis, MAP, empirical Kaiser criterion, EFA.
    cfa : the model of the bank's own scales; ``None`` where the answers do not allow it (a note says why).
    invariance : the ladder over the groups of a column; ``None`` without a column, or with a note.
    irt : graded response models by scale, where they were asked for.
    notes : everything to mind, of all parts.
    """

    bank: ItemBank = field(repr=False)
    answers: ItemAnswers = field(repr=False)
    exploration: Exploration
    cfa: Confirmation | None
    invariance: Invariance | None
    irt: Mapping[str, GradedScale]
    notes: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """Column names of the items."""
        return self.answers.names

    @property
    def n(self) -> int:
        """Persons with any answer."""
        return self.answers.n

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON holds it, full precision, NaN as ``None``; items are named ``BANK_NUMBER``."""
        return json_dict({
            "bank": self.bank.id, "administration": self.answers.administration or None, "n": self.n,
            "n_complete": self.answers.n_complete, "items": list(self.items),
            "scales": {name: list(items) for name, items in self.answers.factors.items()},
            **self.exploration.to_dict(),
            "cfa": None if self.cfa is None else self.cfa.to_dict(),
            "invariance": [] if self.invariance is None else self.invariance.to_list(),
            "groups": None if self.invariance is None else self.invariance.about(),
            "irt": {name: one.to_dict() for name, one in self.irt.items()},
            "notes": list(self.notes),
        })  # fmt: skip

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line an item: KMO, exploratory loadings, communality, confirmatory loading."""
        return item_rows(self.answers, self.exploration, self.cfa)

    def table(self) -> Any:
        """Return one row an item as a pandas frame, full precision."""
        import pandas as pd

        found, rows = self.to_dict(), []
        by_item = {one["item"]: one for one in (found["cfa"] or {"loadings": []})["loadings"]
                   if one["factor"] in self.answers.factors}  # fmt: skip
        for name, number in zip(self.items, self.answers.numbers, strict=True):
            row: dict[str, Any] = {"item": name, "number": number}
            row["kmo"] = None if found["kmo"] is None else found["kmo"]["items"][name]
            if found["efa"] is not None:
                row |= {f"efa_{k + 1}": value for k, value in enumerate(found["efa"]["loadings"][name])}
                row["communality"] = found["efa"]["communality"][name]
            row |= {f"cfa_{key}": value for key, value in by_item.get(name, {}).items() if key not in {"item", "ci"}}
            rows.append(row)
        return pd.DataFrame(rows)

    def apa(self) -> str:
        """Return the sentences of a paper."""
        return structure_sentences(self)

    def __str__(self) -> str:
        parts = [*model_lines(self), text_table(self.rows_for_eyes())]
        if self.invariance is not None:
            head = f"Invariance over {self.invariance.column} ({', '.join(self.invariance.groups)})"
            parts += ["", head, text_table(self.invariance.rows_for_eyes()), self.invariance.meaning]
        for name, one in self.irt.items():
            parts += ["", f"Graded response model of {name}", text_table(one.rows_for_eyes())]
        return "\n".join([*parts, *(f"note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        from html import escape

        lines = "".join(f"<p>{escape(line)}</p>" for line in model_lines(self) if line)
        groups = "" if self.invariance is None else self.invariance._repr_html_()
        notes = "".join(f"<p>note: {escape(note)}</p>" for note in self.notes)
        return lines + html_table(self.rows_for_eyes()) + groups + notes
