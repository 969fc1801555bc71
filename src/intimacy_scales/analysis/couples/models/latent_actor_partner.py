"""The actor-partner model of factors: what goes with a scale itself, free of its measurement error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.models.actor_partner import PATH_HEAD, Equality, Path
from intimacy_scales.analysis.couples.models.dyad_model import (
    Kind,
    Missing,
    couple_notes,
    ends_of,
    improper_in,
    model_dict,
)
from intimacy_scales.analysis.couples.models.dyadic_factor import ScaleAnswers, factor_blocks
from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.analysis.dyads import Composition
from intimacy_scales.base import wording
from intimacy_scales.base.results import Shown
from intimacy_scales.statistics.sem import (
    Fit,
    Parameter,
    adjusted,
    covariance,
    difference_test,
    fit,
    mean,
    pair_sample,
    path_model,
    regression,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentApim(Shown):
    """Actor and partner effects of a factor of both partners on an observed outcome."""

    predictor: str
    outcome: str
    composition: str
    exchangeable: bool
    n: int
    missing: Missing
    paths: tuple[Path, ...]
    equality: Equality | None
    level: float
    fit: Fit = field(repr=False)
    improper: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"LatentApim({self.outcome!r} on {self.predictor!r}, {self.n} couples)"

    def to_dict(self) -> dict[str, Any]:
        """Return the model JSON-safe."""
        return model_dict(
            self,
            {
                "paths": [path.to_dict() for path in self.paths],
                "equality": None if self.equality is None else self.equality.to_dict(),
            },
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a path."""
        return [list(PATH_HEAD), *(path.cells() for path in self.paths)]

    def __str__(self) -> str:
        m = self.fit.measures
        cfi, rmsea = (wording.coefficient(x, 3) for x in (m.cfi, m.rmsea))
        head = (
            f"latent actor-partner model ({self.composition}): {wording.counted(self.n, 'couple')}, chi2({m.df}) "
            f"{wording.figure(m.chisq)}, p {wording.p_cell(m.p)}, CFI {cfi}, RMSEA {rmsea}"
        )
        said = [f"improper solution: {one}" for one in self.improper]
        if self.equality is not None:
            both = self.equality.both
            chi2 = f"chi2({both.df}) {wording.figure(both.chisq)}"
            said.append(f"equal for both? {chi2}, {wording.p_value(both.p)}")
        return "\n".join([head, Shown.__str__(self), *said])

    def apa(self) -> str:
        """Return the sentences of a results section."""
        return wording.sentence(
            "; ".join(
                f"latent {path.kind} path {path.name}: b = {wording.figure(path.est)}, "
                f"{wording.interval(path.low, path.high, self.level)}, beta = {wording.figure(path.std)}"
                for path in self.paths
            )
        )

    def table(self) -> Any:
        """Return a pandas frame with a row a path."""
        import pandas as pd

        return pd.DataFrame([path.to_dict() for path in self.paths])


def latent_actor_partner(
    answers: ScaleAnswers,
    outcome: Variable,
    composition: Composition,
    *,
    missing: Missing = "listwise",
    level: float = 0.95,
) -> LatentApim:
    """Fit the actor-partner model with a factor of each partner as predictor.

    Measurement as in :func:`~intimacy_scales.analysis.couples.models.dyadic_factor.dyadic_factor` with equal loadings
    (so that actor and partner effects are on one metric; the first partner's factor variance is 1) and same-item
    residuals correlated; exchangeable partners: everything equal after swapping, factor variances 1.

    Parameters
    ----------
    answers
        Keyed answers to the predictor's items.
    outcome
        Observed, couples x 2.

    Notes
    -----
    The effects are those of the construct: as a rule larger than those of its score, with wider intervals. A solution
    with a negative variance or a correlation beyond 1 is improper, and told. Validated against lavaan 0.6-14.
    """
    k, alike, names = len(answers.items), composition.exchangeable, answers.columns
    data = pair_sample(
        np.column_stack([answers.first, answers.second, outcome.values]),
        [*names[0], *names[1], *outcome.names],
        [*range(k, 2 * k), *range(k), 2 * k + 1, 2 * k],
        exchangeable=("",) if alike else (),
        missing=missing,
    )

    def fitted(actor: bool = False, partner: bool = False) -> Fit:
        blocks = _blocks(answers, outcome, alike=alike, actor=actor, partner=partner)
        made = fit(path_model(*blocks, means=True, covary=False), data)
        return adjusted(made, k + 1) if alike else made

    made = fitted()
    equality = None
    if not alike:
        both, actor, partner = (
            difference_test(fitted(actor=a, partner=p), made) for a, p in ((True, True), (True, False), (False, True))
        )
        equality = Equality(both=both, actor=actor, partner=partner)
    return LatentApim(
        predictor=answers.column,
        outcome=outcome.name,
        composition=composition.name,
        exchangeable=alike,
        n=made.n,
        missing=missing,
        paths=_paths(made, answers, outcome, composition, level),
        equality=equality,
        level=level,
        fit=made,
        improper=improper_in([made], answers.own_names),
        notes=tuple(couple_notes(made, f"latent {answers.column}")),
    )


def _blocks(
    answers: ScaleAnswers, outcome: Variable, *, alike: bool, actor: bool, partner: bool
) -> list[tuple[Parameter, ...]]:
    blocks = factor_blocks(answers.columns, 5 if alike else 1)
    for side, end in enumerate(outcome.names):
        own, other = f"f{side + 1}", f"f{2 - side}"
        blocks.append(
            regression(
                end,
                {
                    own: "actor" if alike or actor else f"actor {side}",
                    other: "partner" if alike or partner else f"partner {side}",
                },
            )
        )
        blocks.append(covariance(end, {end: "rest" if alike else None}))
        blocks.append(mean(end, "intercept" if alike else None))
    blocks.append(covariance(outcome.names[0], [outcome.names[1]]))
    return blocks


def _paths(
    made: Fit, answers: ScaleAnswers, outcome: Variable, composition: Composition, level: float
) -> tuple[Path, ...]:
    alike, found = composition.exchangeable, []
    kinds: tuple[Kind, ...] = ("actor", "partner")
    for kind in kinds:
        for side, end in enumerate(outcome.names[: 1 if alike else 2]):
            cause = side if kind == "actor" else 1 - side
            row = made.estimate(f"{end}~f{cause + 1}")
            low, high = ends_of(row.est, row.se, level)
            start = f"{answers.column}_{composition.keys[cause]}"
            if alike:
                start = answers.column if kind == "actor" else f"partner's {answers.column}"
            found.append(
                Path(
                    start=start, end=outcome.name if alike else end, kind=kind, est=row.est, se=row.se, low=low,
                    high=high, p=row.p, std=row.std,
                )
            )  # fmt: skip
    return tuple(found)
