"""Indirect effects of two mediators compared: does one way carry more than the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics.model_bootstrap import BootstrapInterval

NO_ENDS = (float("nan"), float("nan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An indirect effect of a model: its parameter's expression, and which way it takes.

    ``ends``: whose predictor and whose outcome, in words; ``steps``: actor or partner, and actor or partner.
    """

    path: str
    kind: str
    expression: str
    composition: str
    ends: tuple[str, str] = ("", "")
    mediator: str = ""
    steps: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDifference:
    """The way over one mediator minus the like way over another, with its intervals (bootstrap NaN where none)."""

    path: str
    first: str
    second: str
    est: float
    se: float
    p: float
    monte_carlo: tuple[float, float]
    percentile: tuple[float, float]
    bias_corrected: tuple[float, float]
    composition: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the difference JSON-safe."""
        of = {"composition": self.composition} if self.composition else {}
        return json_dict(
            {
                "path": self.path,
                "over": [self.first, self.second],
                "difference": self.est,
                "se": self.se,
                "p": self.p,
                "ci_monte_carlo": self.monte_carlo,
                "ci_percentile": self.percentile,
                "ci_bias_corrected": self.bias_corrected,
                **of,
            }
        )


def differences_of(routes: Mapping[str, Route], group: int) -> dict[str, Route]:
    """Return the differences of like ways over two mediators, as routes whose expression is a difference.

    Like: the same predictor and outcome, and the same steps; and over all steps of each mediator together.
    """
    like: dict[tuple[tuple[str, str], str], dict[str, list[str]]] = {}
    for name, one in routes.items():
        if one.mediator:
            like.setdefault((one.ends, one.steps), {}).setdefault(one.mediator, []).append(name)
            like.setdefault((one.ends, "all ways"), {}).setdefault(one.mediator, []).append(name)
    entries: dict[str, Route] = {}
    for (ends, steps), over in like.items():
        for first, second in combinations(over, 2):
            expression = f"{' + '.join(over[first])} - {' - '.join(over[second])}"
            entries[f"d{group}_{len(entries)}"] = Route(
                path=f"{ends[0]} -> {ends[1]}, {steps}",
                kind="difference",
                expression=expression,
                composition=next(routes[name].composition for name in over[first]),
                ends=(first, second),
            )
    return entries


def bootstrap_ends(
    drawn: Mapping[str, BootstrapInterval], name: str
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the percentile and the bias-corrected interval of a quantity; NaN where there was no bootstrap."""
    one = drawn.get(name)
    return (NO_ENDS, NO_ENDS) if one is None else (one.percentile, one.bias_corrected)


def difference_rows(found: Sequence[RouteDifference]) -> list[list[str]]:
    """Return a line a difference, the bootstrap's interval where there is one."""
    from intimacy_scales.base.wording import between, figure, p_cell

    rows = [["compared", "over", "difference", "SE", "Monte Carlo", "percentile", "p"]]
    for one in found:
        of = f" ({one.composition})" if one.composition else ""
        rows.append([f"{one.path}{of}", f"{one.first} - {one.second}", figure(one.est, 3), figure(one.se, 3),
                     between(*one.monte_carlo, 3), between(*one.percentile, 3), p_cell(one.p)])  # fmt: skip
    return rows


def difference_sentences(found: Sequence[RouteDifference], level: float) -> list[str]:
    """Return a sentence on each pair of mediators, all ways of each taken together."""
    from intimacy_scales.base.wording import figure, interval, p_value, sentence

    said: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        ends, _, steps = one.path.rpartition(", ")
        if steps == "all ways":
            of = f" ({one.composition})" if one.composition else ""
            said.setdefault((one.first, one.second, of), []).append(
                f"{ends}: {figure(one.est)}, Monte Carlo {interval(*one.monte_carlo, level)}, {p_value(one.p)}"
            )
    return [
        sentence(f"all ways over {first} minus all ways over {second}{of}: {'; '.join(each)}")
        for (first, second, of), each in said.items()
    ]
