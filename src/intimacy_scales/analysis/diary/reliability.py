"""How reliable the scores of single days are, and the averages of persons over days."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.diary.request import DiaryRequest
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import coefficient
from intimacy_scales.scoring.study_table import StudyTable
from intimacy_scales.statistics.multilevel import (
    DailyItems,
    DailyReliability,
    TwoLevelFactor,
    daily_items,
    two_level_factor,
)

FITS_P, FITS_CFI, FITS_RMSEA = 0.05, 0.90, 0.10  # conventions, as for omega of one occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReliability:
    """Reliability of daily scores.

    ``between`` is that of persons' averages over the days they answered (RkF), ``within`` that of day-to-day change
    (Rc), both from the variance components of persons, days and items; ``omega_between`` and ``omega_within`` are of
    the two-level one-factor model (NaN where it is withheld, ``why`` says why).
    """

    n_items: int
    n_days: int
    n_persons: int
    figures: DailyReliability
    components: DailyItems = field(repr=False)
    factor: TwoLevelFactor | None = field(repr=False)
    why: str = ""

    @property
    def between(self) -> float:
        """Reliability of persons' averages."""
        return self.figures.between_fixed

    @property
    def within(self) -> float:
        """Reliability of day-to-day change within persons."""
        return self.figures.change

    @property
    def omega_within(self) -> float:
        """Omega of the days' scores within persons."""
        return self._omega(0)

    @property
    def omega_between(self) -> float:
        """Omega of the persons' averages."""
        return self._omega(1)

    def _omega(self, level: int) -> float:
        """Return omega of a level; NaN where a residual variance of that level is not above 0."""
        one = self.factor
        if one is None or not (one.uniquenesses[level] > 0).all():
            return float("nan")
        return float(one.omega[level])

    @property
    def fits(self) -> bool | None:
        """Whether one factor on each level fits, by the usual conventions; ``None`` where that cannot be told."""
        one = self.factor
        if one is None or one.df == 0:
            return None
        return not (one.p < FITS_P and (one.cfi < FITS_CFI or one.rmsea > FITS_RMSEA))

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        f, one = self.figures, self.factor
        model = None
        if one is not None:
            model = {
                "chi2": one.chi2, "df": one.df, "p": one.p, "cfi": one.cfi, "rmsea": one.rmsea, "fits": self.fits,
                "omega_within_se": one.omega_se[0], "omega_between_se": one.omega_se[1],
                "alpha_within": one.alpha[0], "alpha_between": one.alpha[1],
            }  # fmt: skip
        return json_dict(
            {
                "between": self.between,
                "within": self.within,
                "omega_between": self.omega_between,
                "omega_within": self.omega_within,
                "definitions": {
                    "between": "persons' averages over the days answered, days fixed (RkF; Cranford et al., 2006)",
                    "within": "day-to-day change within persons (Rc; Cranford et al., 2006)",
                    "omega": "two-level one-factor model, model-implied total (Geldhof et al., 2014)",
                },
                "all": {
                    "RkF": f.between_fixed, "R1R": f.between_one_day, "RkR": f.between_random, "Rc": f.change,
                    "RkRn": f.between_nested, "Rcn": f.change_nested, "days": f.days,
                },
                "components": asdict(self.components.crossed),
                "model": model,
                "withheld": self.why or None,
                "n_items": self.n_items,
                "n_days": self.n_days,
                "n_persons": self.n_persons,
            }
        )  # fmt: skip

    def said(self) -> str:
        """Return it in a sentence."""
        known = [
            f"{name} {coefficient(value)}"
            for name, value in (("within", self.omega_within), ("between", self.omega_between))
            if np.isfinite(value)
        ]
        doubt = " (one factor does not fit: no reliability of one thing)" if known and self.fits is False else ""
        omega = f"; omega {', '.join(known)}{doubt}" if known else ""
        omega += f"; omega withheld: {self.why}" if self.why else ""
        return (
            f"reliability of {self.n_items} daily items: averages of persons {coefficient(self.between)}, change from "
            f"day to day {coefficient(self.within)}{omega} ({self.n_days} complete days of {self.n_persons} persons)"
        )


def day_reliability(items: FloatArray, person: IntArray, day: FloatArray) -> DayReliability:
    """Return the reliability of daily scores made of items, from the rows on which all of them were answered.

    Raises
    ------
    IntimacyScalesError
        Where there are too few items, persons or days.
    """
    full = np.isfinite(items).all(axis=1)
    answers, who, when = items[full], person[full], day[full]
    components = daily_items(answers, who, when)
    factor, why = _factor(answers, who)
    return DayReliability(
        n_items=items.shape[1],
        n_days=components.n,
        n_persons=components.n_persons,
        figures=components.reliability(),
        components=components,
        factor=factor,
        why=why,
    )


def _factor(answers: FloatArray, who: IntArray) -> tuple[TwoLevelFactor | None, str]:
    """Return the two-level factor model, or why its omegas are withheld."""
    try:
        factor = two_level_factor(answers, who)
    except IntimacyScalesError as fault:
        return None, str(fault)
    if not factor.converged:
        return None, "the two-level model did not converge"
    edges = [
        name
        for name, residuals in zip(("within", "between"), factor.uniquenesses, strict=True)
        if not (residuals > 0).all()
    ]
    return factor, f"{' and '.join(edges)} persons a residual variance is not above 0" if edges else ""


def reliability_items(table: StudyTable, request: DiaryRequest) -> tuple[FloatArray, tuple[str, ...]] | None:
    """Return the items of all rows: those named, else those behind the outcome where it is a score."""
    if request.items:
        return np.column_stack([table.numbers(name).values for name in request.items]), request.items
    values = table.items_of(request.outcome)
    return None if values is None or values.shape[1] < 2 else (values, ())
