"""Structure as it is read: lines and tables, and the sentences of a paper (APA, 7th edition); plain text.

The structure of one bank's answers as a result: data, and the ways it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.analysis.structure.confirmation import Confirmation, FitFigures
from intimacy_scales.analysis.structure.exploration import Exploration
from intimacy_scales.analysis.structure.graded_scale import GradedScale, item_bias_dict
from intimacy_scales.analysis.structure.invariance_results import Invariance
from intimacy_scales.analysis.structure.item_answers import ItemAnswers
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import Shown, html_table, json_dict, text_table
from intimacy_scales.base.wording import between, coefficient, counted, figure, p_value, percent
from intimacy_scales.statistics.irt.differential_functioning import DifferentialFunctioning
from intimacy_scales.statistics.validity.htmt import HtmtRatio

CFA_FIGURES = ("factor", "est", "se", "std", "p")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure(Shown):
    """Suitability, number of factors, exploratory and confirmatory model, invariance of one bank in one administration.

    Attributes
    ----------
    exploration : suitability, parallel analysis, MAP, empirical Kaiser criterion, EFA.
    cfa : the model of the bank's own scales; ``None`` where the answers do not allow it (a note says why).
    invariance : the ladder over the groups of a column; ``None`` without a column, or with a note.
    irt : graded response models by scale, where they were asked for.
    htmt : heterotrait-monotrait ratios of every pair of scales (``htmt_pairs``), with bootstrap intervals.
    dif : differential item functioning by scale over the groups, purified, where it was asked for.
    notes : everything to mind, of all parts.
    """

    bank: ItemBank = field(repr=False)
    answers: ItemAnswers = field(repr=False)
    exploration: Exploration
    cfa: Confirmation | None
    invariance: Invariance | None
    irt: Mapping[str, GradedScale]
    htmt: tuple[HtmtRatio, ...] = ()
    htmt_pairs: tuple[tuple[str, str], ...] = ()
    dif: Mapping[str, DifferentialFunctioning] = field(default_factory=dict)
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
        """Return everything as JSON holds it, full precision, NaN as ``None``.

        ``items`` say what the names ``BANK_NUMBER`` stand for, by which tables of items are keyed.
        """
        cfa, label = self.cfa, self.answers.label
        return json_dict({
            "bank": self.bank.id, "administration": self.answers.administration or None, "n": self.n,
            "n_complete": self.answers.n_complete, "items": [label(name) for name in self.items],
            "scales": {name: list(items) for name, items in self.answers.factors.items()},
            **self.exploration.to_dict(),
            "cfa": None if cfa is None else cfa.to_dict(label),
            "composites": {} if cfa is None else {one.factor: one.to_dict() for one in cfa.composites},
            "htmt": [
                {"scales": list(pair), "value": one.value, "ci": [one.low, one.high], "geometric": one.geometric,
                 "draws": one.draws, "seed": one.seed}
                for pair, one in zip(self.htmt_pairs, self.htmt, strict=True)
            ],
            "invariance": [] if self.invariance is None else self.invariance.to_list(),
            "groups": None if self.invariance is None else self.invariance.about(),
            "dif": {name: self._dif(one) for name, one in self.dif.items()},
            "irt": {name: one.to_dict() for name, one in self.irt.items()},
            "notes": list(self.notes),
        })  # fmt: skip

    def _dif(self, dif: DifferentialFunctioning) -> dict[str, Any]:
        return {
            "groups": dict(zip(dif.groups, dif.group_sizes, strict=True)), "matching": dif.matching,
            "purified": list(dif.purified), "notes": list(dif.notes),
            "items": [self.answers.label(item.name) | item_bias_dict(item) for item in dif.items],
        }  # fmt: skip

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line an item: KMO, exploratory loadings, communality, confirmatory loading."""
        return item_rows(self.answers, self.exploration, self.cfa)

    def table(self) -> Any:
        """Return one row an item as a pandas frame, full precision."""
        import pandas as pd

        found, rows = self.to_dict(), []
        by_item = {one["name"]: one for one in (found["cfa"] or {"loadings": []})["loadings"]
                   if one["factor"] in self.answers.factors}  # fmt: skip
        for name, number in zip(self.items, self.answers.numbers, strict=True):
            row: dict[str, Any] = {"item": name, "number": number, "gloss": self.answers.gloss(name)}
            row["kmo"] = None if found["kmo"] is None else found["kmo"]["items"][name]
            if found["efa"] is not None:
                row |= {f"efa_{k + 1}": value for k, value in enumerate(found["efa"]["loadings"][name])}
                row["communality"] = found["efa"]["communality"][name]
            row |= {f"cfa_{key}": value for key, value in by_item.get(name, {}).items() if key in CFA_FIGURES}
            rows.append(row)
        return pd.DataFrame(rows)

    def plot(self) -> Any:
        """Return the scree plot with parallel analysis as a matplotlib figure, the report's own.

        Raises
        ------
        ResponseError
            When the number of factors could not be looked at.
        """
        from intimacy_scales.pictures.curves import draw_scree
        from intimacy_scales.pictures.drawing import WIDE

        if self.exploration.parallel is None:
            raise ResponseError(Problem(where="structure", what="has no parallel analysis to draw", do="see the notes"))
        return draw_scree(self.exploration.parallel, width=WIDE).figure()

    def apa(self) -> str:
        """Return the sentences of a paper."""
        return structure_sentences(self)

    def __str__(self) -> str:
        parts = [*model_lines(self), text_table(self.rows_for_eyes()), *factor_tables(self)]
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


def model_lines(found: Structure) -> list[str]:
    """Return what was found in a few lines, the tables apart."""
    e = found.exploration
    where = f" ({found.answers.administration})" if found.answers.administration else ""
    lines = [
        f"{found.bank.name}{where}: {len(found.items)} items, {found.n} persons, {found.answers.n_complete} complete"
    ]
    if e.suitability is not None:
        fit = e.suitability
        bartlett = f"Bartlett chi2 {figure(fit.chi2, 1)}, df {fit.df}, {p_value(fit.p_value)}"
        lines.append(f"suitability: KMO {coefficient(fit.kmo)} ({fit.verdict}); {bartlett}")
    lines += _factor_number_lines(found)
    if e.efa is not None:
        share = percent(float(e.efa.share.sum()))
        lines.append(f"EFA: {counted(e.efa.loadings.shape[1], 'factor')}, {e.efa.extraction}, {e.efa.rotation}, "
                     f"{e.correlations.kind} correlations; {share} of the variance explained")  # fmt: skip
    if found.cfa is not None:
        lines += _cfa_lines(found.cfa)
    return [*lines, ""]


def _factor_number_lines(structure: Structure) -> list[str]:
    e = structure.exploration
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
        [f"number of factors: {'; '.join(said)}; the bank has {counted(len(structure.answers.factors), 'scale')}"]
        if said
        else []
    )


def _cfa_lines(cfa: Confirmation) -> list[str]:
    lines = [f"CFA ({cfa.estimator}, {cfa.variant}, n = {cfa.n}{_clusters(cfa)}): {fit_text(cfa.figures)}"]
    scaled = cfa.fit.measures.scaled
    if cfa.figures.kind == "scaled" and scaled is not None and scaled.robust_cfi == scaled.robust_cfi:
        ends = between(scaled.robust_rmsea_lower, scaled.robust_rmsea_upper, 3, coefficients=True)
        cfi, tli, size = (coefficient(v, 3) for v in (scaled.robust_cfi, scaled.robust_tli, scaled.robust_rmsea))
        lines.append(f"  robust (Savalei, 2021): CFI {cfi}, TLI {tli}, RMSEA {size} {ends}")
    if cfa.figures.df > 0:
        lines.append(f"  close fit: RMSEA <= .05, {p_value(cfa.figures.close_p)}; RMSEA >= .08, "
                     f"{p_value(cfa.figures.not_close_p)}")  # fmt: skip
    return lines


def _clusters(cfa: Confirmation) -> str:
    return "" if cfa.cluster is None else f", {cfa.cluster['clusters']} clusters of {cfa.cluster['column']}"


def fit_text(own: FitFigures) -> str:
    """Return fit in one line."""
    c = coefficient
    kind = {"plain": "", "robust": " (chi2 scaled, indices robust)", "scaled": " (scaled)"}[own.kind]
    return (f"chi2 {figure(own.chi2)}, df {own.df}, {p_value(own.p)}, CFI {c(own.cfi, 3)}, TLI {c(own.tli, 3)}, RMSEA "
            f"{c(own.rmsea, 3)} {between(own.rmsea_low, own.rmsea_high, 3, coefficients=True)}, SRMR "
            f"{c(own.srmr, 3)}{kind}")  # fmt: skip


def item_rows(answers: ItemAnswers, exploration: Exploration, cfa: Confirmation | None) -> list[list[str]]:
    """Return the item table: head, then one line an item."""
    efa, fit = exploration.efa, exploration.suitability
    factors = [] if efa is None else [f"F{k + 1}" for k in range(efa.loadings.shape[1])]
    loadings = (
        {} if cfa is None else {loading.item: loading for loading in cfa.loadings if loading.factor in answers.factors}
    )
    head = ["item", "gloss", *(["KMO"] if fit else []), *factors, *(["h2"] if efa else [])]
    head += ["scale", "loading", "SE", "std"] if cfa is not None else []
    lines = [head]
    for j, name in enumerate(answers.names):
        line = [name, answers.gloss(name)]
        line += [coefficient(float(fit.kmo_items[j]))] if fit else []
        line += [coefficient(float(v)) for v in efa.loadings[j]] if efa else []
        line += [coefficient(float(efa.communalities[j]))] if efa else []
        if cfa is not None:
            one = loadings.get(name)
            line += ["", "", "", ""] if one is None else [one.factor, figure(one.est), figure(one.se),
                                                          coefficient(one.std)]  # fmt: skip
        lines.append(line)
    return lines


def factor_tables(structure: Structure) -> list[str]:
    """Return variance explained and correlations of exploratory factors and of scales, HTMT, made cut-offs, DIF."""
    parts = [*_efa_tables(structure.exploration), *_scale_tables(structure)]
    if structure.cfa is not None and structure.cfa.cutoffs is not None:
        made = structure.cfa.cutoffs
        how = f"{made.draws} samples a line, seed {made.seed}; - where an index cannot tell"
        head = f"Cut-offs made for this model and n = {made.n} ({how})"
        parts += ["", head, text_table(made.rows_for_eyes())]
    for name, one in structure.dif.items():
        by = " and ".join(one.groups)
        parts += ["", f"Differential item functioning of {name} between {by} (matched by {one.matching})",
                  text_table(_with_gloss(structure.answers, one.rows_for_eyes()))]  # fmt: skip
    return parts


def _with_gloss(answers: ItemAnswers, lines: Sequence[Sequence[str]]) -> list[list[str]]:
    head, *rows = lines
    return [[head[0], "gloss", *head[1:]], *([row[0], answers.gloss(row[0]), *row[1:]] for row in rows)]


def _efa_tables(e: Exploration) -> list[str]:
    if e.efa is None:
        return []
    m = e.efa.loadings.shape[1]
    names = [f"F{k + 1}" for k in range(m)]
    lines = [["factor", "variance", "share"]]
    lines += [[name, figure(float(v)), percent(float(s))]
              for name, v, s in zip(names, e.efa.variance, e.efa.share, strict=True)]  # fmt: skip
    if m > 1 and e.efa.phi is not None:
        lines[0] += [f"r {name}" for name in names]
        for row, own in zip(lines[1:], e.efa.phi, strict=True):
            row += [coefficient(float(r)) for r in own]
    return ["", "Exploratory factors", text_table(lines)]


def _scale_tables(found: Structure) -> list[str]:
    cfa, parts = found.cfa, list[str]()
    if cfa is None:
        return parts
    names = list(cfa.latent.names)
    if len(names) > 1:
        head = ["factor", *names]
        rows = [[name, *(coefficient(float(r)) for r in row)]
                for name, row in zip(names, cfa.latent.correlations, strict=True)]  # fmt: skip
        parts += ["", "Correlations of the factors (CFA)", text_table([head, *rows])]
    if cfa.composites:
        rows = [[one.factor, coefficient(one.reliability), coefficient(one.ave), coefficient(one.largest_squared_r)]
                for one in cfa.composites]  # fmt: skip
        head = ["scale", "composite reliability", "average variance extracted", "largest squared r"]
        parts += ["", text_table([head, *rows])]
    if found.htmt:
        head = ["scales", "HTMT", f"{percent(found.htmt[0].level)} CI"]
        rows = [[" and ".join(pair), coefficient(one.value), between(one.low, one.high, coefficients=True)]
                for pair, one in zip(found.htmt_pairs, found.htmt, strict=True)]  # fmt: skip
        parts += ["", "Heterotrait-monotrait ratios (complete rows; near 1: hardly two things)",
                  text_table([head, *rows])]  # fmt: skip
    return parts


ESTIMATOR_WORDS = {
    "ml": "maximum likelihood",
    "mlr": "robust maximum likelihood (MLR)",
    "wlsmv": "diagonally weighted least squares with a mean- and variance-adjusted test (WLSMV)",
}
VARIANT_WORDS = {"correlated": "", "bifactor": " with a general factor beside the scales (bifactor)",
                 "second_order": " with a second-order general factor"}  # fmt: skip
CAUTION = "Means of these groups are not to be compared without saying so: scalar invariance did not hold."


def structure_sentences(structure: Structure) -> str:
    """Return suitability, number of factors, CFA and invariance, a paragraph each; what was not found is not told."""
    parts = [_suitability(structure.exploration), _numbers(structure.exploration), _efa(structure.exploration)]
    if structure.cfa is not None:
        parts.append(_cfa(structure.cfa, len(structure.answers.factors)))
    if structure.invariance is not None and structure.invariance.levels:
        parts.append(_invariance(structure.invariance))
    parts += [_dif(structure.answers, name, one) for name, one in structure.dif.items()]
    parts += [one.apa() for one in structure.irt.values()]
    return "\n".join(part for part in parts if part)


def _suitability(e: Exploration) -> str:
    fit = e.suitability
    if fit is None:
        return ""
    low, high = float(fit.kmo_items.min()), float(fit.kmo_items.max())
    return (
        f"The correlations were {fit.verdict} for factoring, KMO = {coefficient(fit.kmo)} (items {coefficient(low)} to "
        f"{coefficient(high)}); Bartlett's test of sphericity, chi2({fit.df}) = {figure(fit.chi2)}, "
        f"{p_value(fit.p_value)}."
    )


def _numbers(e: Exploration) -> str:
    found = e.parallel
    if found is None:
        return ""
    text = (
        f"Parallel analysis ({found.iterations} {found.draws} data sets, {figure(found.percentile, 0)}th percentile, "
        f"seed {found.seed}) suggested {counted(found.n_factors, 'factor')} and "
        f"{counted(found.n_components, 'component')}"
    )
    if e.map is not None:
        text += f"; Velicer's MAP {e.map.n_original}"
    if e.ekc is not None:
        text += f"; the empirical Kaiser criterion {e.ekc.n_factors}"
    return f"{text}."


def _efa(e: Exploration) -> str:
    if e.efa is None:
        return ""
    m = e.efa.loadings.shape[1]
    turned = "" if m == 1 or e.efa.rotation == "none" else f", {e.efa.rotation} rotation"
    kind = "polychoric" if e.correlations.kind == "polychoric" else "Pearson"
    return (f"An exploratory factor analysis of the {kind} correlations ({e.efa.extraction}{turned}) with "
            f"{counted(m, 'factor')} explained {percent(float(e.efa.share.sum()))} of the variance (RMSR = "
            f"{coefficient(e.efa.rmsr)}).")  # fmt: skip


def fit_phrase(own: FitFigures) -> str:
    """Return fit as a paper has it."""
    c = coefficient
    kind = {"plain": "", "robust": ", chi-square scaled, indices robust", "scaled": ", scaled"}[own.kind]
    return (f"chi2({own.df}) = {figure(own.chi2)}, {p_value(own.p)}, CFI = {c(own.cfi, 3)}, TLI = {c(own.tli, 3)}, "
            f"RMSEA = {c(own.rmsea, 3)}, 90% CI {between(own.rmsea_low, own.rmsea_high, 3, coefficients=True)}, "
            f"SRMR = {c(own.srmr, 3)}{kind}")  # fmt: skip


def _cfa(cfa: Confirmation, n_factors: int) -> str:
    rule = {"fiml": "full information for missing answers", "listwise": "complete rows",
            "pairwise": "pairwise correlations"}[cfa.missing]  # fmt: skip
    std = [loading.std for loading in cfa.loadings]
    text = (
        f"A confirmatory factor analysis of {counted(n_factors, 'scale')}{VARIANT_WORDS[cfa.variant]} by "
        f"{ESTIMATOR_WORDS[cfa.estimator]} ({rule}, N = {cfa.n}{_clusters(cfa)}): {fit_phrase(cfa.figures)}. "
        f"Standardized loadings ranged from {coefficient(min(std))} to {coefficient(max(std))}."
    )
    known = [
        composite for composite in cfa.composites if composite.reliability == composite.reliability
    ]  # NaN alone differs from itself
    if known:
        low, high = min(one.reliability for one in known), max(one.reliability for one in known)
        span = f"was {coefficient(low)}" if len(known) == 1 else f"was {coefficient(low)} to {coefficient(high)}"
        ave = [composite.ave for composite in cfa.composites]
        text += f" Composite reliability {span}, average variance extracted {coefficient(min(ave))}"
        text += f" to {coefficient(max(ave))}." if len(ave) > 1 else "."
    return text


def _invariance(invariance: Invariance) -> str:
    groups = ", ".join(f"{name} (n = {n})" for name, n in zip(invariance.groups, invariance.sizes, strict=True))
    levels = []
    for level in invariance.levels:
        own = level.figures
        fit = (f"chi2({own.df}) = {figure(own.chi2)}, CFI = {coefficient(own.cfi, 3)}, RMSEA = "
               f"{coefficient(own.rmsea, 3)}")  # fmt: skip
        step = level.step
        moved = "" if step is None else (f", delta CFI = {coefficient(step.cfi_change, 3)}, delta chi2({step.df}) = "
                                         f"{figure(step.chisq)}, {p_value(step.p)}")  # fmt: skip
        levels.append(f"{level.level}, {fit}{moved}")
    text = f"Invariance over {invariance.column} ({groups}): {'; '.join(levels)}. {invariance.meaning}"
    for part in invariance.partial:
        if part.items:
            text += f" Let go for partial {part.level} invariance: {', '.join(part.items)}."
    return text if invariance.means_compare else f"{text} {CAUTION}"


def _dif(answers: ItemAnswers, name: str, found: Any) -> str:
    flagged = [f"{item.name} ({answers.gloss(item.name)}; {item.size})" for item in found.items if item.flagged]
    what = ", ".join(flagged) if flagged else "no item was flagged"
    how = "ordinal logistic regression with purified matching, Holm-corrected"
    return f"Differential item functioning of {name} between {' and '.join(found.groups)} ({how}): {what}."
