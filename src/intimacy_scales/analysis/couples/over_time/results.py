"""What couples over occasions show: stability, influence, cross-lagged effects, with and without what is lasting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from intimacy_scales.base.results import Assumption, Shown, assumption, assumption_lines, json_dict, text_table
from intimacy_scales.base.wording import between, coefficient, figure, interval, listed, p_cell, p_value
from intimacy_scales.statistics.sem import DifferenceTest, Fit

Kind = Literal["stability", "influence", "actor", "partner"]

_CAUSE = (
    "association over time, not cause: what is not in the model may move both, and the time between occasions decides "
    "what can be seen"
)
_MIXED = (
    "stability and cross-lagged effects of the models without random intercepts mix lasting differences between "
    "couples with change within them"
)
CANNOT_SAY = (_CAUSE, _MIXED)
HEAD = ("effect of one occasion on the next", "kind", "est", "SE", "95 % interval", "std", "p")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggedPath:
    """One effect from an occasion to the next. ``of`` is the partner whose later value it is."""

    kind: Kind
    cause: str
    effect: str
    of: str
    est: float
    se: float
    low: float
    high: float
    p: float
    std: float
    step: str = ""
    """Which occasions, where effects differ over time; empty where they are held equal."""

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict(
            {
                "kind": self.kind,
                "from": self.cause,
                "to": self.effect,
                "of": self.of,
                "est": self.est,
                "se": self.se,
                "ci": [self.low, self.high],
                "p": self.p,
                "std": self.std,
                "step": self.step or None,
            }
        )

    @property
    def name(self) -> str:
        """Whose effect on what: ``w: partner's listening -> success``."""
        whose = "own" if self.kind in ("stability", "actor") else "partner's"
        return f"{self.of}: {whose} {self.cause} -> {self.effect}{f' ({self.step})' if self.step else ''}"

    def cells(self) -> list[str]:
        """Return a line for eyes."""
        ends = between(self.low, self.high, 3)
        return [
            self.name,
            self.kind,
            figure(self.est, 3),
            figure(self.se, 3),
            ends,
            coefficient(self.std),
            p_cell(self.p),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggedModel:
    """One fitted model of couples over occasions. ``tests`` compare it with models that hold more, or less, equal."""

    name: str
    paths: tuple[LaggedPath, ...]
    tests: tuple[tuple[str, DifferenceTest], ...]
    fit: Fit = field(repr=False)
    admissible: bool = True
    stable_share: tuple[tuple[str, float], ...] = ()
    """Share of each variable's variance on the first occasion that is stable (random-intercept models)."""

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        m = self.fit.measures
        return json_dict(
            {
                "name": self.name,
                "n": self.fit.n,
                "paths": [path.to_dict() for path in self.paths],
                "tests": {name: {"chi2": one.chisq, "df": one.df, "p": one.p} for name, one in self.tests},
                "fit": {
                    "chi2": m.chisq, "df": m.df, "p": m.p, "cfi": m.cfi, "tli": m.tli, "rmsea": m.rmsea,
                    "rmsea_ci": [m.rmsea_lower, m.rmsea_upper], "srmr": m.srmr, "aic": m.aic, "bic": m.bic,
                    "logLik": m.logl,
                },
                "admissible": self.admissible,
                "stable_share": dict(self.stable_share) or None,
            }
        )  # fmt: skip

    def fit_words(self) -> str:
        """Return the fit in words."""
        m = self.fit.measures
        if m.df == 0:
            return "saturated, fit cannot be tested"
        test = f"chi2({m.df}) = {figure(m.chisq)}, {p_value(m.p)}"
        return f"{test}, CFI = {coefficient(m.cfi)}, RMSEA = {coefficient(m.rmsea)}"

    def head(self) -> str:
        """Return the model's name with its fit."""
        doubt = "" if self.admissible else "; NOT ADMISSIBLE, not to be interpreted"
        return f"{self.name} ({self.fit_words()}{doubt})"

    def tests_said(self) -> list[str]:
        """Return the tests in words."""
        return [f"{name}: chi2({one.df}) = {figure(one.chisq)}, {p_value(one.p)}" for name, one in self.tests]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggedCouples(Shown):
    """Couples over occasions."""

    outcome: str
    predictors: tuple[str, ...]
    labels: tuple[str, str]
    occasions: tuple[str, ...]
    exchangeable: bool
    n_couples: int
    n_complete: int
    missing: str
    stability: tuple[LaggedModel, ...]
    cross_lagged: tuple[LaggedModel, ...]
    random_intercept: tuple[LaggedModel, ...]
    change: LaggedModel | None
    cannot_say: tuple[str, ...] = CANNOT_SAY
    notes: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[LaggedModel, ...]:
        """Every model fitted."""
        change = () if self.change is None else (self.change,)
        return (*self.stability, *self.cross_lagged, *self.random_intercept, *change)

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What the models take for granted, by their own tests and fit."""
        assumptions = []
        for model in self.models:
            m = model.fit.measures
            if m.df > 0:
                poor = m.p < 0.05 and (m.cfi < 0.95 or m.rmsea > 0.08)
                assumptions.append(assumption(f"{model.name}: the model fits", model.fit_words(), doubtful=poor))
            if not model.admissible:
                assumptions.append(assumption(f"{model.name}: a solution", "not admissible", doubtful=True))
            assumptions += [
                assumption(f"{model.name}: {name}", p_value(one.p), doubtful=one.p < 0.05)
                for name, one in model.tests
                if name.endswith("over time")
            ]
        return tuple(assumptions)

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        return json_dict(
            {
                "outcome": self.outcome,
                "predictors": list(self.predictors),
                "partners": list(self.labels),
                "occasions": list(self.occasions),
                "exchangeable": self.exchangeable,
                "n_couples": self.n_couples,
                "n_complete": self.n_complete,
                "missing": self.missing,
                "lagged": {
                    "stability_influence": [one.to_dict() for one in self.stability],
                    "cross_lagged": [one.to_dict() for one in self.cross_lagged],
                    "random_intercept": [one.to_dict() for one in self.random_intercept],
                    "change": None if self.change is None else self.change.to_dict(),
                },
                "assumptions": [one.to_dict() for one in self.assumptions],
                "cannot_say": list(self.cannot_say),
                "notes": list(self.notes),
            }
        )

    def table(self) -> Any:
        """Return a pandas frame with a row a path, the model beside it."""
        import pandas as pd

        rows = [{"model": model.name, **path.to_dict()} for model in self.models for path in model.paths]
        return pd.DataFrame(rows)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return every model's paths."""
        return [[*HEAD, "model"], *([*path.cells(), model.name] for model in self.models for path in model.paths)]

    def __str__(self) -> str:
        kind = "exchangeable" if self.exchangeable else listed(self.labels)
        opening = (
            f"{self.n_couples} couples ({kind}), {len(self.occasions)} occasions ({listed(self.occasions)}), "
            f"{self.n_complete} with every value; {self.missing}"
        )
        blocks = [
            "\n".join(
                [model.head(), text_table([list(HEAD), *(path.cells() for path in model.paths)]), *model.tests_said()]
            )
            for model in self.models
        ]
        lines = [f"note: {note}" for note in self.notes]
        lines.append("Assumptions\n" + "\n".join(assumption_lines(self.assumptions)))
        lines.append("What this cannot say\n" + "\n".join(f"  {line}" for line in self.cannot_say))
        return "\n\n".join([opening, *blocks, "\n".join(lines)])

    def __repr__(self) -> str:
        return f"LaggedCouples({self.outcome!r}, {self.n_couples} couples, {len(self.occasions)} occasions)"

    def apa(self) -> str:
        """Return the paragraph of a results section."""
        sentences = [
            f"{self.n_couples} couples were asked on {len(self.occasions)} occasions ({self.n_complete} complete)."
        ]
        for model in self.models:
            if not model.admissible:
                sentences.append(f"{model.name}: the solution was not admissible and is not interpreted.")
                continue
            effects = "; ".join(
                f"{path.name}: b = {figure(path.est)}, SE = {figure(path.se)}, {interval(path.low, path.high, 0.95)}, "
                f"beta = {coefficient(path.std)}, {p_value(path.p)}"
                for path in model.paths
            )
            sentences.append(f"{model.name} ({model.fit_words()}): {effects}.")
        return " ".join([*sentences, "Association over time, not cause."])

    def plot(self) -> Any:
        """Return a matplotlib figure: effects of one occasion on the next with their intervals, model by model."""
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.over_time import EffectRow, draw_effects

        rows = [
            EffectRow(label=path.name, group=model.name, value=path.est, low=path.low, high=path.high)
            for model in (*self.stability[:1], *self.cross_lagged)
            for path in model.paths
        ]
        return draw_effects(rows, label="effect of one occasion on the next, with 95 % interval", width=WIDE).figure()
