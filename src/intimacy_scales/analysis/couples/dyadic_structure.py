"""What both partners' answers measure: factors of both, effects free of measurement error, what the couple shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from intimacy_scales.analysis.couples.models.common_fate import CommonFate, common_fate
from intimacy_scales.analysis.couples.models.dyad_model import Missing
from intimacy_scales.analysis.couples.models.dyadic_factor import DyadicFactor, ScaleAnswers, dyadic_factor
from intimacy_scales.analysis.couples.models.latent_actor_partner import LatentApim, latent_actor_partner
from intimacy_scales.analysis.couples.partners.answer_pairs import ScorePair
from intimacy_scales.analysis.couples.partners.comparison import ComparisonBasis
from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.analysis.dyads import LEAST_COUPLES, Composition
from intimacy_scales.base.errors import IntimacyScalesError

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
        return (*(one.factor for one in self.factors), *self.latent, *self.shared)

    def to_dict(self) -> dict[str, Any]:
        """Return ``dyadic_cfa`` and ``dyadic_invariance`` (BANK, then SCALE), ``latent_apim``, ``common_fate``."""
        cfa: dict[str, dict[str, Any]] = {}
        invariance: dict[str, dict[str, Any]] = {}
        for one in self.factors:
            cfa.setdefault(one.bank, {})[one.key] = one.factor.cfa_dict()
            invariance.setdefault(one.bank, {})[one.key] = one.factor.invariance_dict()
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
    for place, one in enumerate(couples.compositions):
        if one.n < LEAST_COUPLES:
            continue
        rows = couples.composition_of == place
        several = f" ({one.name})" if len(couples.compositions) > 1 else ""
        for pair in _content(basis):
            answers = _answers(basis, pair).rows(rows)
            made = _tried(f"dyadic_cfa {pair.column}{several}", withheld, _factor(answers, one, missing, level))
            if made is not None:
                factors.append(ScaleFactor(bank=pair.bank.id, key=f"{pair.key}{several}", factor=made))
        if outcome is None:
            continue
        end = _only(outcome, rows)
        for cause in predictors:
            fate = _tried(
                f"common_fate {cause.name}{several}", withheld, _fate(_only(cause, rows), end, one, missing, level)
            )
            shared += [fate] if fate is not None else []
            if cause.name in pairs and not pairs[cause.name].derived:
                answers = _answers(basis, pairs[cause.name]).rows(rows)
                found = _tried(
                    f"latent_apim {cause.name}{several}", withheld, _latent(answers, end, one, missing, level)
                )
                latent += [found] if found is not None else []
    return DyadicStructure(factors=tuple(factors), latent=tuple(latent), shared=tuple(shared), withheld=withheld)


def _content(basis: ComparisonBasis) -> Iterator[ScorePair]:
    """Yield scores of how things are; idealisation scales and wishes keep out."""
    yield from (p for p in basis.pairs if p.scale.role != "idealisation" and not p.wish and not p.derived)


def _answers(basis: ComparisonBasis, pair: ScorePair) -> ScaleAnswers:
    answers = basis.answers_of(pair)
    places = answers.places(pair.scale)
    return ScaleAnswers(
        name=pair.scale.name,
        column=pair.column,
        items=tuple(f"{pair.bank.id}_{number}" for number in pair.scale.items),
        first=answers.a[:, places],
        second=answers.b[:, places],
    )


def _only(one: Variable, rows: Any) -> Variable:
    return Variable(name=one.name, names=one.names, values=one.values[rows], shared=one.shared, note=one.note)


def _factor(answers: ScaleAnswers, one: Composition, missing: Missing, level: float) -> Callable[[], DyadicFactor]:
    return lambda: dyadic_factor(answers, one, missing=missing, level=level)


def _fate(cause: Variable, end: Variable, one: Composition, missing: Missing, level: float) -> Callable[[], CommonFate]:
    return lambda: common_fate(cause, end, one, missing=missing, level=level)


def _latent(
    answers: ScaleAnswers, end: Variable, one: Composition, missing: Missing, level: float
) -> Callable[[], LatentApim]:
    return lambda: latent_actor_partner(answers, end, one, missing=missing, level=level)


def _tried(name: str, withheld: dict[str, str], work: Callable[[], Made]) -> Made | None:
    """Return what a model gives; nothing, with the reason, where it cannot be fitted."""
    try:
        return work()
    except IntimacyScalesError as fault:
        withheld[name] = "; ".join(str(problem) for problem in fault.problems)
        return None
