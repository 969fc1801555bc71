"""Whether anything tells the partners apart: equal means, variances and covariances of both, tested at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.couples.models.dyad_model import Missing, couple_notes
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.statistics.estimate import ChiSquareTest
from intimacy_scales.statistics.sem import Fit, Model, Parameter, Sample, covariance, fit, mean, path_model, sample

Part = Literal["means", "variances", "covariances within persons", "covariances between partners"]
PARTS: tuple[Part, ...] = ("means", "variances", "covariances within persons", "covariances between partners")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinguishability(Shown):
    """The omnibus test of distinguishability, and its parts, each by itself (they do not add up)."""

    composition: str
    variables: tuple[str, ...]
    n: int
    missing: Missing
    omnibus: ChiSquareTest
    parts: Mapping[Part, ChiSquareTest]
    cfi: float
    rmsea: float
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        chi2 = f"chi2({self.omnibus.df}) {wording.figure(self.omnibus.chi2)}"
        return f"Distinguishability({self.composition!r}, {chi2}, {self.n} couples)"

    @property
    def verdict(self) -> str:
        """What the test says, in words; a test that is passed shows no sameness."""
        if self.omnibus.p < 0.05:
            return "the partners differ in their means, variances or covariances"
        return "no difference between the partners was found; that is no proof that there is none"

    def to_dict(self) -> dict[str, Any]:
        """Return the test JSON-safe."""
        return json_dict(
            {
                **self.omnibus.to_dict(),
                "n": self.n,
                "composition": self.composition,
                "variables": list(self.variables),
                "missing": self.missing,
                "cfi": self.cfi,
                "rmsea": self.rmsea,
                "parts": {name.replace(" ", "_"): test.to_dict() for name, test in self.parts.items()},
                "verdict": self.verdict,
                "notes": list(self.notes),
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a test."""
        of = f" ({self.composition})" if self.composition else ""
        head = [f"do partners differ?{of}", "chi2", "df", "p"]
        tests: dict[str, ChiSquareTest] = {f"all ({', '.join(self.variables)})": self.omnibus}
        tests |= {str(name): one for name, one in self.parts.items()}
        return [
            head,
            *([name, wording.figure(one.chi2), str(one.df), wording.p_cell(one.p)] for name, one in tests.items()),
        ]

    def __str__(self) -> str:
        return f"{Shown.__str__(self)}\n{self.verdict}"

    def apa(self) -> str:
        """Return the sentence of a results section."""
        one = self.omnibus
        return wording.sentence(
            f"test of distinguishability of {', '.join(self.variables)}: chi2({one.df}, N = {self.n}) = "
            f"{wording.figure(one.chi2)}, {wording.p_value(one.p)}; {self.verdict}"
        )

    def table(self) -> Any:
        """Return a pandas frame with a row a test."""
        import pandas as pd

        tests: dict[str, ChiSquareTest] = {"all": self.omnibus}
        tests |= {str(name): one for name, one in self.parts.items()}
        return pd.DataFrame([{"equal": name} | one.to_dict() for name, one in tests.items()])


def distinguishability(
    variables: Mapping[str, FloatArray], *, composition: str = "", missing: Missing = "listwise"
) -> Distinguishability:
    """Test whether the partners of couples can be told apart by the moments of these variables.

    The model in which swapping partners changes nothing (equal means, variances, covariances within a person and
    between partners: I-SAT) against the saturated one, by maximum likelihood: chi-square with ``2p + p (p - 1)``
    degrees of freedom for p variables (p = 2: 6). Its parts impose one kind of equality each.

    Parameters
    ----------
    variables
        Name to couples x 2.
    composition
        What the couples are called.
    missing
        Which couples count.

    Returns
    -------
    Distinguishability

    Raises
    ------
    ResponseError, IntimacyScalesError
        For constant variables, or fewer couples than variables.

    Notes
    -----
    Large samples find small differences; small ones none. That a test is not significant does not make partners
    exchangeable. Validated against lavaan 0.6-14 (1e-5).
    Reference: Gonzalez, R., & Griffin, D. (1999). The correlational analysis of dyad-level data in the distinguishable
    case. *Personal Relationships, 6*, 449-469. Kenny, Kashy, & Cook (2006), ch. 6.
    """
    names = [(f"{name}|1", f"{name}|2") for name in variables]
    table = np.column_stack(list(variables.values()))
    data = sample(table, [column for pair in names for column in pair], missing=missing)
    whole = fit(_equal_moments(names, PARTS), data)
    present = [part for part in PARTS if len(names) > 1 or not part.startswith("covariances")]
    return Distinguishability(
        composition=composition,
        variables=tuple(variables),
        n=whole.n,
        missing=missing,
        omnibus=_test(whole),
        parts={part: _test(_part(names, part, data)) for part in present},
        cfi=whole.measures.cfi,
        rmsea=whole.measures.rmsea,
        notes=tuple(couple_notes(whole, "test of distinguishability")),
    )


def _part(names: Sequence[tuple[str, str]], part: Part, data: Sample) -> Fit:
    return fit(_equal_moments(names, (part,)), data)


def _test(made: Fit) -> ChiSquareTest:
    m = made.measures
    return ChiSquareTest(chi2=m.chisq, df=m.df, p=m.p)


def _equal_moments(names: Sequence[tuple[str, str]], equal: Collection[Part]) -> Model:
    """Return the saturated model of both partners' variables with some kinds of moments equal after swapping."""
    columns = [(j, side, name) for j, pair in enumerate(names) for side, name in enumerate(pair)]
    blocks: list[tuple[Parameter, ...]] = []
    for at, (j, side, name) in enumerate(columns):
        terms: dict[str, str | float | None] = {}
        for k, other_side, other in columns[at:]:
            terms[other] = _moment(j, k, side == other_side) if _held(j, k, side == other_side) in equal else None
        blocks += [covariance(name, terms), mean(name, f"mean {j}" if "means" in equal else None)]
    return path_model(*blocks, means=True, covary=False)


def _held(j: int, k: int, same: bool) -> Part | None:
    if j == k:
        return "variances" if same else None
    return "covariances within persons" if same else "covariances between partners"


def _moment(j: int, k: int, same: bool) -> str:
    return f"{'own' if same else 'other'} {min(j, k)} {max(j, k)}"
