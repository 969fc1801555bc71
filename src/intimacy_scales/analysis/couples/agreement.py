"""Agreement and difference of partners over a sample, scale by scale.

What both partners' answers measure: factors of both, effects free of measurement error, what the couple shares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from intimacy_scales.analysis.couples.models.common_fate import CommonFate, common_fate
from intimacy_scales.analysis.couples.models.dyad_model import Missing
from intimacy_scales.analysis.couples.models.dyadic_factor import DyadicFactor, ScaleAnswers, dyadic_factor
from intimacy_scales.analysis.couples.models.latent_actor_partner import LatentApim, latent_actor_partner
from intimacy_scales.analysis.couples.partners.answer_pairs import ScorePair
from intimacy_scales.analysis.couples.partners.comparison import ComparisonBasis
from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.analysis.dyads import LEAST_COUPLES, Composition
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics.correlation import double_entry, pearson
from intimacy_scales.statistics.estimate import Estimate
from intimacy_scales.statistics.icc import MCGRAW_WONG, Icc, icc_table
from intimacy_scales.statistics.paired import PairedDifference, paired_difference

LEAST = 3  # couples; fewer have no interval
FREE_OF_ORDER = ("ICC1", "ICC1k")  # the others ask which partner is the first


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleAgreement:
    """How alike partners are on one score, over the couples in which both have it.

    ``icc`` is the one that fits: ICC1 for exchangeable partners, ICC2 (absolute agreement) for partners told apart.
    Where nothing tells partners apart, every figure is free of who was put first: one mean and one SD of all persons,
    no r and no signed difference (``r`` and ``difference`` are ``None``), absolute differences instead.
    """

    name: str
    column: str
    n: int
    n_incomplete: int
    exchangeable: bool
    means: tuple[float, ...]
    """Of each partner; one, of all persons, where nothing tells partners apart."""
    sds: tuple[float, ...]
    icc_name: str
    iccs: Mapping[str, Icc]
    pairwise: Estimate
    r: Estimate | None
    difference: PairedDifference | None
    mean_absolute: float
    sd_absolute: float
    sd_difference: float
    """SD of the signed differences; NaN where nothing tells partners apart."""
    share_beyond: float
    """Share of couples whose difference is more than measurement error; NaN where no error is known."""
    within_one_step: float
    """Mean share of items answered within one option; NaN for gaps and variables that are no scores."""
    places: Mapping[str, int]
    notes: tuple[str, ...] = ()

    @property
    def icc(self) -> Icc:
        """The intraclass correlation that fits these partners."""
        return self.iccs[self.icc_name]

    def apa(self) -> str:
        """Return the sentence of a results section."""
        alike = wording.estimate_words(self.icc_name, self.icc, level=self.icc.level)
        if self.r is None or self.difference is None:
            return wording.sentence(
                f"{self.name}: {self.n} couples whose partners nothing tells apart, {alike}; partners differed by "
                f"{wording.figure(self.mean_absolute)} on average (SD = {wording.figure(self.sd_absolute)})"
            )
        d, mean = self.difference, self.difference.mean
        return wording.sentence(
            f"{self.name}: partners' scores correlated r({self.n - 2}) = {wording.coefficient(self.r.value)}, "
            f"{wording.p_value(self.r.p)}; {alike}; mean difference {wording.figure(mean.value)}, "
            f"{wording.interval(mean.low, mean.high, mean.level)}, t({d.df}) = {wording.figure(d.t)}, "
            f"{wording.p_value(d.p)}, dz = {wording.figure(d.dz.value)}"
        )

    def agreement_dict(self) -> dict[str, Any]:
        """Return agreement JSON-safe: the coefficients."""
        r, d = self.r, self.difference
        return json_dict(
            {
                "score": self.column,
                "n": self.n,
                "n_incomplete": self.n_incomplete,
                "exchangeable": self.exchangeable,
                "icc": self.icc.value,
                "icc_name": self.icc_name,
                "icc_ci": [self.icc.low, self.icc.high],
                "iccs": {name: one.to_dict() for name, one in self.iccs.items()},
                "pairwise_icc": self.pairwise.to_dict(),
                "r": None if r is None else r.value,
                "r_ci": None if r is None else [r.low, r.high],
                "r_p": None if r is None else r.p,
                "mean_difference": None if d is None else d.mean.value,
                "mean_difference_ci": None if d is None else [d.mean.low, d.mean.high],
                "t": None if d is None else d.t,
                "df": None if d is None else d.df,
                "p": None if d is None else d.p,
                "dz": None if d is None else d.dz.value,
                "dz_ci": None if d is None else [d.dz.low, d.dz.high],
                "dav": None if d is None else d.dav.value,
                "dav_ci": None if d is None else list(d.dav.ci),
                "means": list(self.means),
                "sds": list(self.sds),
                "level": self.icc.level,
                "within_one_step": self.within_one_step,
                "notes": list(self.notes),
            }
        )

    def discrepancy_dict(self) -> dict[str, Any]:
        """Return discrepancy JSON-safe: how far apart couples are."""
        return json_dict(
            {
                "score": self.column,
                "n": self.n,
                "mean_absolute": self.mean_absolute,
                "sd_absolute": self.sd_absolute,
                "mean": None if self.difference is None else self.difference.mean.value,
                "sd": self.sd_difference,
                "share_beyond_error": self.share_beyond,
                "places": dict(self.places),
            }
        )


def scale_agreement(
    name: str,
    column: str,
    values: FloatArray,
    *,
    level: float,
    exchangeable: bool,
    share_beyond: float = np.nan,
    within_one_step: float = np.nan,
    places: Mapping[str, int] | None = None,
) -> ScaleAgreement | None:
    """Return the agreement of partners on couples x 2; ``None`` under three couples in which both have a value."""
    complete = values[~np.isnan(values).any(axis=1)]
    if len(complete) < LEAST:
        return None
    constant = (np.ptp(complete) if exchangeable else np.ptp(complete, axis=0).min()) < 1e-12
    notes = ["one partner's values do not vary: no correlation can be had"] if constant and not exchangeable else []
    notes += ["all values are the same: no correlation can be had"] if constant and exchangeable else []
    d = np.abs(complete[:, 0] - complete[:, 1])
    named = FREE_OF_ORDER if exchangeable else tuple(MCGRAW_WONG)
    side = complete.reshape(-1, 1) if exchangeable else complete
    difference = None if exchangeable else paired_difference(complete[:, 0], complete[:, 1], level=level)
    return ScaleAgreement(
        name=name,
        column=column,
        n=len(complete),
        n_incomplete=len(values) - len(complete),
        exchangeable=exchangeable,
        means=tuple(side.mean(axis=0).tolist()),
        sds=tuple(side.std(axis=0, ddof=1).tolist()),
        icc_name="ICC1" if exchangeable else "ICC2",
        iccs={name: one for name, one in icc_table(complete, level=level).items() if name in named},
        pairwise=double_entry(complete, level=level),
        r=None if exchangeable else pearson(complete[:, 0], complete[:, 1], level=level),
        difference=difference,
        mean_absolute=float(d.mean()),
        sd_absolute=float(d.std(ddof=1)),
        sd_difference=np.nan if exchangeable else float((complete[:, 0] - complete[:, 1]).std(ddof=1)),
        share_beyond=share_beyond,
        within_one_step=within_one_step,
        places=dict(places or {}),
        notes=tuple(notes),
    )


Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleFactor:
    """The dyadic factor model of one scale in one composition, under its bank and its key in JSON."""

    bank: str
    key: str
    factor: DyadicFactor


@dataclass(frozen=True, slots=True, kw_only=True)
class DyadicStructure:
    """Dyadic factor models of every scale; latent actor-partner and common fate models of what was asked for."""

    factors: tuple[ScaleFactor, ...]
    latent: tuple[LatentApim, ...]
    shared: tuple[CommonFate, ...]
    withheld: dict[str, str]

    @property
    def models(self) -> tuple[Any, ...]:
        """All of them, in the order in which they are printed."""
        return (*(factor.factor for factor in self.factors), *self.latent, *self.shared)

    def to_dict(self) -> dict[str, Any]:
        """Return ``dyadic_cfa`` and ``dyadic_invariance`` (BANK, then SCALE), ``latent_apim``, ``common_fate``."""
        cfa: dict[str, dict[str, Any]] = {}
        invariance: dict[str, dict[str, Any]] = {}
        for factor in self.factors:
            cfa.setdefault(factor.bank, {})[factor.key] = factor.factor.cfa_dict()
            invariance.setdefault(factor.bank, {})[factor.key] = factor.factor.invariance_dict()
        return {
            "dyadic_cfa": cfa,
            "dyadic_invariance": invariance,
            "latent_apim": [one.to_dict() for one in self.latent],
            "common_fate": [one.to_dict() for one in self.shared],
        }


def dyadic_structure(
    basis: ComparisonBasis,
    predictors: tuple[Variable, ...],
    outcome: Variable | None,
    *,
    missing: Missing,
    level: float = 0.95,
) -> DyadicStructure:
    """Return the structure over partners of every content score, in every composition of 20 couples or more.

    With an outcome, too: what goes with each predictor's factor (where it is a score of items), and with what couples
    share of it.
    """
    withheld: dict[str, str] = {}
    factors, latent, shared = list[ScaleFactor](), list[LatentApim](), list[CommonFate]()
    couples = basis.couples
    pairs = {pair.column: pair for pair in basis.pairs}
    for place, composition in enumerate(couples.compositions):
        if composition.n < LEAST_COUPLES:
            continue
        rows = couples.composition_of == place
        several = f" ({composition.name})" if len(couples.compositions) > 1 else ""
        for pair in _content(basis):
            answers = _answers(basis, pair).rows(rows)
            page = _tried(f"dyadic_cfa {pair.column}{several}", withheld, _factor(answers, composition, missing, level))
            if page is not None:
                factors.append(ScaleFactor(bank=pair.bank.id, key=f"{pair.key}{several}", factor=page))
        if outcome is None:
            continue
        end = _only(outcome, rows)
        for cause in predictors:
            fate = _tried(
                f"common_fate {cause.name}{several}",
                withheld,
                _fate(_only(cause, rows), end, composition, missing, level),
            )
            shared += [fate] if fate is not None else []
            if cause.name in pairs and not pairs[cause.name].derived:
                answers = _answers(basis, pairs[cause.name]).rows(rows)
                found = _tried(
                    f"latent_apim {cause.name}{several}", withheld, _latent(answers, end, composition, missing, level)
                )
                latent += [found] if found is not None else []
    return DyadicStructure(factors=tuple(factors), latent=tuple(latent), shared=tuple(shared), withheld=withheld)


def _content(basis: ComparisonBasis) -> Iterator[ScorePair]:
    """Yield scores of how things are; idealisation scales and wishes keep out."""
    yield from (
        p for p in basis.pairs if p.scale.role != "idealisation" and not (p.wish or p.derived or p.scale.scales)
    )


def _answers(basis: ComparisonBasis, pair: ScorePair) -> ScaleAnswers:
    answers = basis.answers_of(pair)
    places = answers.places(pair.scale)
    return ScaleAnswers(
        name=pair.scale.name,
        column=pair.column,
        items=tuple(pair.bank.item_column(number) for number in pair.scale.items),
        first=answers.a[:, places],
        second=answers.b[:, places],
    )


def _only(variable: Variable, rows: Any) -> Variable:
    return Variable(
        name=variable.name,
        names=variable.names,
        values=variable.values[rows],
        shared=variable.shared,
        note=variable.note,
    )


def _factor(
    answers: ScaleAnswers, composition: Composition, missing: Missing, level: float
) -> Callable[[], DyadicFactor]:
    return lambda: dyadic_factor(answers, composition, missing=missing, level=level)


def _fate(
    cause: Variable, end: Variable, composition: Composition, missing: Missing, level: float
) -> Callable[[], CommonFate]:
    return lambda: common_fate(cause, end, composition, missing=missing, level=level)


def _latent(
    answers: ScaleAnswers, end: Variable, composition: Composition, missing: Missing, level: float
) -> Callable[[], LatentApim]:
    return lambda: latent_actor_partner(answers, end, composition, missing=missing, level=level)


def _tried(name: str, withheld: dict[str, str], work: Callable[[], Made]) -> Made | None:
    """Return what a model gives; nothing, with the reason, where it cannot be fitted."""
    try:
        return work()
    except IntimacyScalesError as fault:
        withheld[name] = "; ".join(str(problem) for problem in fault.problems)
        return None
