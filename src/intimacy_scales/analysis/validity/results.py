"""The validation study of a bank's scales as one result: tables, a frame, JSON, a paragraph, a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intimacy_scales.analysis.change.retest import Retest
from intimacy_scales.analysis.reliability import Reliability, ScaleReliability
from intimacy_scales.analysis.validity.evidence import (
    DependentPair,
    Distinctness,
    ItemScale,
    KnownGroups,
    ScaleModel,
    ValidityCorrelation,
)
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.results import Assumption, Shown, assumption_lines, json_dict, text_table
from intimacy_scales.base.wording import between, coefficient, degrees, figure, interval, p_cell, p_value, to

CANNOT_SAY = (
    "validity belongs to a use of scores among certain people; no figure here makes a questionnaire valid",
    "correlations of self-reports share the way of answering, which alone makes them alike",
    "known groups that differ in other ways too differ by those as well",
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Validity(Shown):
    """The validation study of a bank's scales.

    ``reliability`` of every scale; ``models`` one factor each; ``correlations``; ``dependent`` correlations compared;
    ``groups``; ``retest`` by score; ``distinct`` HTMT and latent correlations; ``items`` against their own and other
    scales (banks of several scales).
    """

    bank: ItemBank
    n: int
    level: float
    reliability: Reliability
    models: tuple[ScaleModel, ...]
    correlations: tuple[ValidityCorrelation, ...]
    dependent: tuple[DependentPair, ...]
    groups: tuple[KnownGroups, ...]
    group_column: str | None
    retest: Mapping[str, Retest]
    distinct: tuple[Distinctness, ...]
    items: tuple[ItemScale, ...]
    assumptions: tuple[Assumption, ...]
    variables: Mapping[str, str]
    """Name of each variable to how it was asked for (``close_1..close_6``)."""
    cannot_say: tuple[str, ...] = CANNOT_SAY
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Validity({self.bank.id}, n={self.n}, {len(self.correlations)} correlations)"

    def __str__(self) -> str:
        parts = [f"{self.bank.name}: {self.n} persons", "Reliability\n" + text_table(self.reliability.rows_for_eyes())]
        parts += _blocks(self)
        parts.append("Assumptions\n" + "\n".join(assumption_lines(self.assumptions)))
        parts.append("What this cannot say\n" + "\n".join(f"  {line}" for line in self.cannot_say))
        if self.notes:
            parts.append("\n".join(f"note: {note}" for note in self.notes))
        return "\n\n".join(parts)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a correlation."""
        ci = f"{100 * self.level:g}% CI"
        head = ["score", "with", "kind", "r", ci, "p", "n", "corrected", ci]
        return [head, *(_correlation_cells(correlation) for correlation in self.correlations)]

    def table(self) -> Any:
        """Return a pandas frame with a row a correlation, full precision."""
        import pandas as pd

        rows = []
        for correlation in self.correlations:
            plain = correlation.to_dict()
            low, high = plain.pop("ci")
            c_low, c_high = plain.pop("corrected_ci")
            for name in ("idealisation_held", "reliabilities", "corrected_ci_bootstrap"):
                plain.pop(name)
            rows.append({**plain, "low": low, "high": high, "corrected_low": c_low, "corrected_high": c_high})
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe, full precision."""
        return json_dict(
            {
                "n": self.n,
                "reliability": self.reliability.to_dict(),
                "models": [model.to_dict() for model in self.models],
                "correlations": [correlation.to_dict() for correlation in self.correlations],
                "dependent": [one.to_dict() for one in self.dependent],
                "groups": [group.to_dict() for group in self.groups],
                "group_column": self.group_column,
                "retest": {
                    name: {**one.to_dict(), "icc": {kind: icc.to_dict() for kind, icc in one.icc.items()}}
                    for name, one in self.retest.items()
                },
                "htmt": [one.to_dict() for one in self.distinct],
                "items": [item.to_dict() for item in self.items],
                "assumptions": [assumption.to_dict() for assumption in self.assumptions],
                "cannot_say": list(self.cannot_say),
                "level": self.level,
            }
        )

    def apa(self) -> str:
        """Return the paragraph of a results section."""
        return " ".join(_sentences(self))

    def plot(self) -> Any:
        """Return the correlations as a matplotlib figure: filled as seen, hollow corrected for unreliability.

        Raises
        ------
        ResponseError
            When no variable was named to correlate with.
        """
        from intimacy_scales.analysis.validity.evidence import correlations_plot

        return correlations_plot(self.correlations)


def _correlation_cells(one: ValidityCorrelation) -> list[str]:
    return [one.score, one.other, one.kind, coefficient(one.r.value), between(*one.r.ci, coefficients=True),
            p_cell(one.r.p), str(one.r.n), coefficient(one.corrected),
            between(*one.corrected_ci, coefficients=True)]  # fmt: skip


def _blocks(validity: Validity) -> list[str]:
    parts = []
    if validity.models:
        parts.append("One factor a scale (MLR, every answer used)\n" + text_table(_model_rows(validity.models)))
    if validity.correlations:
        parts.append("Correlations, also corrected for unreliability\n" + text_table(validity.rows_for_eyes()))
        held = [correlation for correlation in validity.correlations if correlation.held is not None]
        if held:
            parts.append("With idealising answers held constant\n" + text_table(_held_rows(held)))
    if validity.dependent:
        parts.append("Correlations compared (sizes)\n" + text_table(_dependent_rows(validity.dependent)))
    if validity.distinct:
        parts.append("Distinct from each other?\n" + text_table(_distinct_rows(validity.distinct)))
    if validity.groups:
        parts.append(f"Known groups ({validity.group_column})\n" + text_table(_group_rows(validity.groups)))
    if validity.retest:
        parts.append("Retest\n" + text_table(_retest_rows(validity.retest)))
    if validity.items:
        parts.append("Items with their own scale and with others\n" + text_table(_item_rows(validity.items)))
    return parts


def _model_rows(models: tuple[ScaleModel, ...]) -> list[list[str]]:
    head = ["scale", "n", "chi2", "df", "p", "CFI", "RMSEA", "SRMR", "omega", "AVE", "loadings"]
    return [head, *(_model_cells(model) for model in models)]


def _model_cells(one: ScaleModel) -> list[str]:
    loadings = one.loadings.values()
    indices = [coefficient(x, 3) for x in (one.cfi, one.rmsea, one.srmr)]
    return [one.scale, str(one.n), figure(one.chi2), str(one.df), p_cell(one.p), *indices, coefficient(one.reliability),
            coefficient(one.ave), to(min(loadings), max(loadings), coefficients=True)]  # fmt: skip


def _held_rows(rows: list[ValidityCorrelation]) -> list[list[str]]:
    return [["score", "with", "r", "held constant", "CI"], *(
        [row.score, row.other, coefficient(row.r.value), coefficient(row.held.value),
         between(*row.held.ci, coefficients=True)] for row in rows if row.held is not None)]  # fmt: skip


def _dependent_rows(rows: tuple[DependentPair, ...]) -> list[list[str]]:
    out = [["score", "r with", "against", "difference", "CI", "Williams' t", "p", "Steiger's z", "p"]]
    for row in rows:
        f = row.found
        names = [name + (" (turned)" if name in row.turned else "") for name in (row.one, row.other)]
        out.append([row.score, f"{names[0]} {coefficient(f.r12)}", f"{names[1]} {coefficient(f.r13)}",
                    coefficient(f.difference), between(f.low, f.high, coefficients=True),
                    f"{figure(f.williams_t)} ({f.df})", p_cell(f.p_williams), figure(f.steiger_z),
                    p_cell(f.p_steiger)])  # fmt: skip
    return out


def _distinct_rows(rows: tuple[Distinctness, ...]) -> list[list[str]]:
    out = [["scales", "HTMT", "CI", "latent r", "CI", "Fornell-Larcker"]]
    for row in rows:
        latent = (
            ["-", "-"]
            if row.latent is None
            else [coefficient(row.latent.value), between(*row.latent.ci, coefficients=True)]
        )
        larcker = "cannot be told" if row.fornell_larcker is None else "passes" if row.fornell_larcker else "fails"
        out.append([" with ".join(row.scales), coefficient(row.htmt.value),
                    between(row.htmt.low, row.htmt.high, coefficients=True), *latent, larcker])  # fmt: skip
    return out


def _group_rows(rows: tuple[KnownGroups, ...]) -> list[list[str]]:
    out = [["score", "groups", "n", "means", "SDs", "g", "CI", "Welch's t", "p", "higher in"]]
    for row in rows:
        f = row.found
        pairs = [" / ".join(map(figure, pair)) for pair in (f.means, f.sds)]
        out.append([row.score, " / ".join(row.groups), f"{f.n[0]} / {f.n[1]}", *pairs, figure(f.g), between(*f.g_ci),
                    f"{figure(f.welch[0])} ({degrees(f.welch[1])})", p_cell(f.welch[2]),
                    f"{coefficient(f.superiority)} of pairs"])  # fmt: skip
    return out


def _retest_rows(entries: Mapping[str, Retest]) -> list[list[str]]:
    out = [["score", "n", "r", "CI", "ICC(A,1)", "CI", "SEM", "means"]]
    for name, one in entries.items():
        icc = one.icc.get("ICC2")
        r = _estimate_cells((one.r.value, one.r.low, one.r.high))
        agreement = _estimate_cells(None if icc is None else (icc.value, icc.low, icc.high))
        means = f"{figure(one.mean_before)} / {figure(one.mean_after)}"
        out.append([name, str(one.n), *r, *agreement, figure(one.squares.sem_agreement), means])
    return out


def _estimate_cells(found: tuple[float, float, float] | None) -> list[str]:
    return ["-", "-"] if found is None else [coefficient(found[0]), between(*found[1:], coefficients=True)]


def _item_rows(items: tuple[ItemScale, ...]) -> list[list[str]]:
    return [["item", "scale", "own", "most other", "", "verdict"], *(
        [item.item, item.scale, coefficient(item.own), item.other_scale, coefficient(item.other), item.verdict]
        for item in items)]  # fmt: skip


def _sentences(found: Validity) -> list[str]:
    own = [one for one in found.reliability if one.bank_id == found.bank.id][:6]
    if len({one.n for one in own}) == 1:
        said = [f"In {own[0].n} persons, {'; '.join(_alpha(one) for one in own)}."]
    else:
        said = [f"In {one.n} persons, {_alpha(one)}." for one in own]
    said += [
        f"One factor for {one.scale}: chi2({one.df}, N = {one.n}) = {figure(one.chi2)}, {p_value(one.p)}, CFI = "
        f"{coefficient(one.cfi, 3)}, RMSEA = {coefficient(one.rmsea, 3)}, SRMR = {coefficient(one.srmr, 3)}."
        for one in found.models
    ]
    said += _correlation_sentences(found)
    for pair in found.dependent:
        f = pair.found
        ends = interval(f.low, f.high, found.level, coefficients=True)
        said.append(
            f"The correlations of {pair.score} with {pair.one} and {pair.other} differed by "
            f"{coefficient(f.difference)}, {ends}, t({f.df}) = {figure(f.williams_t)}, {p_value(f.p_williams)}."
        )
    for group in found.groups:
        g = group.found
        who = f"{group.groups[0]} (n = {g.n[0]}) and {group.groups[1]} (n = {g.n[1]})"
        said.append(f"{who} differed in {group.score}: g = {figure(g.g)}, {interval(*g.g_ci, found.level)}.")
    for name, again in found.retest.items():
        icc = again.icc.get("ICC2")
        agreement = "" if icc is None else f", ICC(A,1) = {coefficient(icc.value)}, " + interval(
            icc.low, icc.high, found.level, coefficients=True)  # fmt: skip
        said.append(f"Retest of {name} (n = {again.n}): r = {coefficient(again.r.value)}{agreement}.")
    return said


def _correlation_sentences(validity: Validity) -> list[str]:
    """Return a sentence a variable that the scores were correlated with."""
    lines = []
    for other, kind in dict.fromkeys((correlation.other, correlation.kind) for correlation in validity.correlations):
        here = [
            correlation
            for correlation in validity.correlations
            if (correlation.other, correlation.kind) == (other, kind)
        ]
        if len(here) == 1:
            lines.append(f"{here[0].score} correlated with {other} ({kind}) {_correlation_words(here[0])}.")
        else:
            each = "; ".join(f"{one.score} {_correlation_words(one)}" for one in here)
            lines.append(f"Correlations with {other} ({kind}): {each}.")
    return lines


def _correlation_words(correlation: ValidityCorrelation) -> str:
    corrected = "" if correlation.withheld else f" ({coefficient(correlation.corrected)} corrected for unreliability)"
    return f"{correlation.r.words('r')}, {p_value(correlation.r.p)}{corrected}"


def _alpha(scale: ScaleReliability) -> str:
    ci = scale.alpha.interval
    ends = "" if ci is None else f", {interval(ci.low, ci.high, ci.level, coefficients=True)}"
    return f"alpha of {scale.bank_id}.{scale.key} was {coefficient(scale.alpha.value)}{ends}"
