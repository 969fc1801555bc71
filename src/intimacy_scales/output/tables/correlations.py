"""The paper's first table: n, M, SD, reliability on the diagonal, correlations with intervals."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan, sqrt
from pathlib import Path
from typing import Any, Literal, Unpack

import numpy as np

from intimacy_scales.analysis.reliability import reliability_of
from intimacy_scales.bank.model import Banks, ItemBank
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.version import __version__
from intimacy_scales.output.tables.paper_table import PaperTable, write_table
from intimacy_scales.reading.exports.table import number_column
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.scoring import Scores, as_scores
from intimacy_scales.scoring.scores import score_name
from intimacy_scales.statistics.correlation import fisher_interval, pearson, r_of, r_test
from intimacy_scales.statistics.estimate import Estimate, half_width

Method = Literal["pearson", "spearman", "polychoric"]
METHODS = ("pearson", "spearman", "polychoric")
MOST_CATEGORIES = 12  # a polychoric correlation cuts a normal variable; scores of more steps are not categories
STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A row of the table: a score or a column, with what describes it."""

    column: str
    name: str
    n: int
    mean: float
    sd: float
    alpha: float
    """Cronbach's alpha in this sample; NaN for what has no items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two variables: their correlation, and the same corrected for unreliability (NaN where that is not defined)."""

    first: str
    second: str
    r: Estimate
    corrected: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return the pair JSON-safe at full precision."""
        return json_dict({"first": self.first, "second": self.second, "r": self.r.to_dict(),
                          "corrected": self.corrected.to_dict()})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationTable(Shown):
    """The table of a paper, with the figures it is printed from."""

    variables: tuple[Variable, ...]
    pairs: tuple[Pair, ...] = field(repr=False)
    method: Method
    level: float
    corrected: bool
    stars: bool
    banks: tuple[ItemBank, ...] = field(repr=False)
    rule: str
    notes: tuple[str, ...] = ()

    def pair(self, first: str, second: str) -> Pair:
        """Return two variables' pair, by the names of their columns, in any order."""
        return next(pair for pair in self.pairs if {pair.first, pair.second} == {first, second})

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the printed table, the head first: correlations below the diagonal, corrected ones above it."""
        head = ["Variable", "n", "M", "SD", *(str(j + 1) for j in range(len(self.variables)))]
        return [head, *(self._row(i) for i in range(len(self.variables)))]

    def _row(self, i: int) -> list[str]:
        one = self.variables[i]
        cells = [self._cell(i, j) for j in range(len(self.variables))]
        return [f"{i + 1}. {one.name}", str(one.n), wording.figure(one.mean), wording.figure(one.sd), *cells]

    def _cell(self, i: int, j: int) -> str:
        if i == j:
            alpha = self.variables[i].alpha
            return wording.NONE if isnan(alpha) else f"({wording.coefficient(alpha)})"
        pair = self.pair(self.variables[i].column, self.variables[j].column)
        if j > i:
            return _estimate_cell(pair.corrected, "") if self.corrected else ""
        return _estimate_cell(pair.r, _starred(pair.r.p) if self.stars else "")

    def note(self) -> str:
        """Return the note under the table."""
        share = wording.level_words(self.level)
        sentences = [f"{self.method.capitalize()} correlations below the diagonal, {share} intervals in brackets."]
        sentences.append("Cronbach's alpha in this sample on the diagonal, in parentheses.")
        if self.corrected:
            sentences.append("Above the diagonal: corrected for unreliability, reliabilities taken as fixed.")
        if self.stars:
            sentences.append("* p < .05. ** p < .01. *** p < .001.")
        return " ".join([*sentences, *(wording.sentence(note) for note in self.notes)])

    def printed(self, caption: str = "Means, standard deviations, reliabilities and correlations") -> PaperTable:
        """Return the table as a paper prints it."""
        head, *rows = self.rows_for_eyes()
        italic = [head[0], *(f"*{name}*" for name in head[1:4]), *head[4:]]
        return PaperTable.of([italic, *rows], caption=caption, note=self.note())

    def save(
        self, path: str | os.PathLike[str], *, force: bool = False, inputs: Sequence[str | os.PathLike[str]] = ()
    ) -> Path:
        """Write the table: .docx .tex .md .html as printed, .csv and .xlsx at full precision.

        Raises
        ------
        OutputError
            As :func:`~intimacy_scales.output.tables.write_table`.
        """
        return write_table(self.printed(), path, force=force, inputs=inputs, figures=self.table())

    def table(self) -> Any:
        """Return a pandas frame at full precision: a row a variable, with its r with each other."""
        import pandas as pd

        rows = []
        for one in self.variables:
            row: dict[str, Any] = {"variable": one.column, "name": one.name, "n": one.n, "mean": one.mean,
                                   "sd": one.sd, "alpha": one.alpha}  # fmt: skip
            for other in self.variables:
                if other is not one:
                    found = self.pair(one.column, other.column)
                    row |= {f"r_{other.column}": found.r.value, f"low_{other.column}": found.r.low,
                            f"high_{other.column}": found.r.high, f"p_{other.column}": found.r.p,
                            f"corrected_{other.column}": found.corrected.value}  # fmt: skip
            rows.append(row)
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        variables = [
            {"column": v.column, "name": v.name, "n": v.n, "mean": v.mean, "sd": v.sd, "alpha": v.alpha}
            for v in self.variables
        ]
        return json_dict(
            {
                "method": self.method,
                "level": self.level,
                "rule": self.rule,
                "variables": variables,
                "correlations": [pair.to_dict() for pair in self.pairs],
                "notes": list(self.notes),
            }
        )

    def apa(self) -> str:
        """Return the correlations as sentences, each pair named."""
        names = {variable.column: variable.name for variable in self.variables}
        symbol = {"pearson": "r", "spearman": "rho", "polychoric": "polychoric r"}[self.method]
        said = [f"{names[pair.first]} with {names[pair.second]}: {pair.r.words(symbol)}" for pair in self.pairs]
        return f"{'; '.join(said)}."

    def methods(self) -> str:
        """Return the paragraph for the methods part: scales, scoring, coefficients, versions."""
        banks = wording.listed([f"{bank.name} (bank {bank.id}, version {bank.version})" for bank in self.banks])
        how = {
            "pearson": "Pearson correlations with Fisher's z intervals",
            "spearman": "Spearman rank correlations with intervals on Fisher's z (Bonett & Wright, 2000)",
            "polychoric": "polychoric correlations (two-step maximum likelihood) with intervals on Fisher's z",
        }[self.method]
        more = " Correlations were also corrected for unreliability, reliabilities taken as known."
        corrected = more if self.corrected else ""
        return (
            f"We scored {banks} ({self.rule}). Reliability is Cronbach's alpha in this sample. We report {how} "
            f"({wording.level_words(self.level)}), each from the persons who have both values.{corrected} "
            f"Figures were computed with intimacy-scales {__version__} and numpy {np.__version__}."
        )

    def __str__(self) -> str:
        return "\n".join([Shown.__str__(self), self.note(), "", self.methods()])


def _estimate_cell(estimate: Estimate, stars: str) -> str:
    if isnan(estimate.value):
        return wording.NONE
    ends = wording.between(estimate.low, estimate.high, coefficients=True, none="")
    return f"{wording.coefficient(estimate.value)}{stars} {ends}".strip()


def _starred(p: float | None) -> str:
    return next((stars for limit, stars in STARS if p is not None and p < limit), "")


def table(
    data: Any,
    bank: Banks | None = None,
    *,
    columns: Sequence[str] = (),
    method: Method = "pearson",
    corrected: bool = False,
    stars: bool = False,
    level: float = 0.95,
    min_answered: int | None = None,
    **reading: Unpack[ReadingOptions],
) -> CorrelationTable:
    r"""Return the paper's first table: n, M, SD, reliability on the diagonal, correlations with intervals.

    Parameters
    ----------
    data
        An export's path, a frame (persons x columns), vouched answers, or scores, whose own rule is kept.
    bank
        One bank or several; all their scores are rows, differences of forms left out.
    columns
        Further columns of numbers (``--with`` at the command line), such as an age or another total.
    method
        ``pearson``; ``spearman`` (Pearson's r of mid-ranks); ``polychoric``, for variables of at most 12 values.
    corrected
        Correlations corrected for unreliability above the diagonal: ``r / sqrt(alpha_x alpha_y)``, the interval's ends
        over the same root, reliabilities taken as fixed; above 1 in size it is withheld.
    stars
        Stars for p < .05, .01, .001: only where asked for.
    level, min_answered, **reading
        Of the intervals; as in :func:`intimacy_scales.score`; as in :func:`intimacy_scales.read_export`.

    Returns
    -------
    CorrelationTable
        ``.save("table1.docx")`` (also .tex .md .html .csv .xlsx), ``.methods()`` the paragraph, ``.to_dict()`` JSON.

    Raises
    ------
    ExportError, ResponseError
        For answers that cannot be used, a method nobody knows, a column that holds no numbers, too many values.
    UnknownNameError
        For a column that there is not.

    Notes
    -----
    Missing values: each pair uses the persons who have both (n differs over pairs; JSON holds each). Intervals:
    ``tanh(atanh r -+ z se)``, se ``1 / sqrt(n - 3)`` for Pearson, ``sqrt((1 + r^2 / 2) / (n - 3))`` for Spearman
    (Bonett & Wright, 2000), the estimate's own for polychoric. They mislead where scores crowd at an end, and where
    partners or days stand as rows. Validated against R 4.2 (``cor.test``, psych's ``polychoric``).
    Reference: Bonett, D. G., & Wright, T. A. (2000). Sample size requirements for estimating Pearson, Kendall and
    Spearman correlations. *Psychometrika, 65*(1), 23-28. https://doi.org/10.1007/BF02294183

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({f"eis_{j}": [1, 2, 3, 4, 5, 3] for j in range(1, 6)} | {"age": [20, 31, 44, 52, 60, 39]})
    >>> found = table(frame, "eis", columns=["age"])
    >>> round(found.pair("eis_total", "age").r.value, 2)
    0.99
    """
    half_width(level)
    if method not in METHODS:
        raise ResponseError(Problem(where="method", what=f"is {method!r}", allowed=", ".join(METHODS)))
    scores = as_scores(data, bank, reading, min_answered=min_answered)
    values = _values(scores, columns)
    alphas = _alphas(scores)
    variables = tuple(
        Variable(column=column, name=name, n=int((~np.isnan(x)).sum()), mean=_mean(x), sd=_sd(x),
                 alpha=alphas.get(column, float("nan")))
        for column, (name, x) in values.items()
    )  # fmt: skip
    of = {"pearson": _pearson, "spearman": _spearman, "polychoric": _polychoric}[method]
    pairs = []
    for i, one in enumerate(variables):
        for other in variables[i + 1 :]:
            x, y = values[one.column][1], values[other.column][1]
            both = ~np.isnan(x) & ~np.isnan(y)
            r = of(x[both], y[both], level=level, names=(one.name, other.name))
            pairs.append(Pair(first=one.column, second=other.column, r=r, corrected=_corrected(r, one, other)))
    return CorrelationTable(
        variables=variables, pairs=tuple(pairs), method=method, level=level, corrected=corrected, stars=stars,
        banks=tuple(scores.banks), rule=_rule(scores), notes=_notes(scores),
    )  # fmt: skip


def _values(scores: Scores, columns: Sequence[str]) -> dict[str, tuple[str, FloatArray]]:
    several = len(scores.banks) > 1
    entries = {
        part.column: (score_name(part.bank, part.scale, part.administration, with_bank=several), part.values)
        for part in scores.parts
        if part.derived is None
    }
    for name in columns:
        if name not in scores.other_columns:
            raise UnknownNameError.among("column", name, scores.other_columns)
        entries[name] = (name, number_column(scores.table_read, name).values)
    return entries


def _alphas(scores: Scores) -> dict[str, float]:
    known = reliability_of(scores, bootstrap=0)
    return {
        part.column: found.alpha.value
        for part in scores.parts
        if part.derived is None and (found := known.scales.get(part.bank.id, {}).get(part.key)) is not None
    }


def _mean(x: FloatArray) -> float:
    known = x[~np.isnan(x)]
    return float(known.mean()) if len(known) else float("nan")


def _sd(x: FloatArray) -> float:
    known = x[~np.isnan(x)]
    return float(known.std(ddof=1)) if len(known) > 1 else float("nan")


def _pearson(x: FloatArray, y: FloatArray, *, level: float, names: tuple[str, str]) -> Estimate:  # noqa: ARG001
    return pearson(x, y, level=level)


def _spearman(x: FloatArray, y: FloatArray, *, level: float, names: tuple[str, str]) -> Estimate:  # noqa: ARG001
    from scipy.stats import rankdata

    n = len(x)
    r = r_of(rankdata(x), rankdata(y)) if n > 2 else float("nan")
    low, high = fisher_interval(r, (n - 3) / (1 + r * r / 2) if not isnan(r) else 0.0, level)
    return Estimate(value=r, low=low, high=high, level=level, n=n, df=n - 2, p=r_test(r, n - 2),
                    method="Fisher z, Bonett and Wright's se")  # fmt: skip


def _polychoric(x: FloatArray, y: FloatArray, *, level: float, names: tuple[str, str]) -> Estimate:
    from statistics import NormalDist

    from intimacy_scales.statistics.polychoric import polychoric

    for name, values in zip(names, (x, y), strict=True):
        if len(np.unique(values)) > MOST_CATEGORIES:
            what = f"takes {len(np.unique(values))} values"
            raise ResponseError(
                Problem(where=name, what=what, allowed=f"up to {MOST_CATEGORIES} for a polychoric correlation",
                        do="take pearson or spearman")
            )  # fmt: skip
    found = polychoric(np.column_stack([x, y]), names=list(names), level=level)
    r, se = float(found.correlations[0, 1]), float(found.se[0, 1])
    p = 2 * (1 - NormalDist().cdf(abs(r) / se)) if se > 0 else float("nan")
    return Estimate(value=r, low=float(found.lower[0, 1]), high=float(found.upper[0, 1]), level=level, n=len(x), p=p,
                    method="Fisher z")  # fmt: skip


def _corrected(r: Estimate, variable: Variable, other: Variable) -> Estimate:
    product = variable.alpha * other.alpha
    root = sqrt(product) if product > 0 and variable.alpha > 0 else float("nan")
    if isnan(root) or isnan(r.value) or abs(r.value / root) > 1:
        return Estimate(value=float("nan"), level=r.level, n=r.n)
    ends = [min(max(end / root, -1.0), 1.0) for end in (r.low, r.high)]
    return Estimate(value=r.value / root, low=ends[0], high=ends[1], level=r.level, n=r.n,
                    method="ends of r over the same root; reliabilities as fixed")  # fmt: skip


def _rule(scores: Scores) -> str:
    said = dict.fromkeys(str(part.rule) for part in scores.parts if part.derived is None)
    return "; ".join(said)


def _notes(scores: Scores) -> tuple[str, ...]:
    partners = {part.administration.partner for part in scores.parts} - {None}
    columns = {name.casefold() for name in scores.other_columns}
    if len(partners) > 1 or {"couple", "partner"} <= columns:
        return ("partners stand in this file: rows of one couple are not independent, and intervals may be too narrow",)
    return ()
