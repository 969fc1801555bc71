"""What is asked of a diary: who, when, what with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.multilevel import Method

Part = Literal["within", "between"]
Random = Literal["first", "all", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryRequest:
    """Columns by name, and how the model is made of them.

    ``within`` are split into a person's deviation of the day and the person's mean; ``covariate`` are taken as they
    are; ``between`` are of the person.
    """

    person: str | None = None
    day: str | None
    outcome: str
    within: tuple[str, ...] = ()
    moderator: str | None = None
    moderator_part: Part | None = None
    mediator: str | None = None
    between: tuple[str, ...] = ()
    covariate: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    couple: str | None = None
    partner: str | None = None
    exchangeable: bool | None = None
    weekend: bool = False
    trend: bool = False
    lag: bool = False
    lag_of: tuple[str, ...] = ()
    random: Random | tuple[str, ...] = "first"
    ar1: bool | None = None
    planned_days: int | None = None
    method: Method = "REML"
    level: float = 0.95
    draws: int = 100_000
    seed: int = 2005

    def __post_init__(self) -> None:
        problems = [*self._missing(), *self._doubled(), *self._impossible()]
        if problems:
            raise ResponseError(problems)

    @property
    def day_column(self) -> str:
        """The column of days."""
        return self.day or "day"

    @property
    def two(self) -> bool:
        """Whether two persons of a couple are asked about at one time."""
        return self.couple is not None

    @property
    def autocorrelated(self) -> bool:
        """Whether residuals follow each other: by default, unless yesterday's outcome is a predictor."""
        return not self.lag if self.ar1 is None else self.ar1

    @property
    def names(self) -> tuple[str, ...]:
        """Every column whose numbers the model needs."""
        more = [name for name in (self.moderator, self.mediator) if name is not None]
        names = (self.outcome, *self.within, *more, *self.covariate, *self.between, *self.lag_of)
        return tuple(dict.fromkeys(names))

    @property
    def slopes(self) -> tuple[str, ...]:
        """Names of the predictors whose slopes differ between persons."""
        if isinstance(self.random, tuple):
            return self.random
        if self.random == "all":
            return self.within
        return self.within[:1] if self.random == "first" and not self.two else ()

    def _missing(self) -> list[Problem]:
        problems = []
        if self.two != (self.partner is not None):
            problems.append(
                Problem(where="couple and partner", what="one was named without the other", do="say both columns")
            )
        if not self.two and self.person is None:
            problems.append(Problem(where="person", what="no column was named", do="say which column names the person"))
        if self.day is None:
            problems.append(Problem(where="day", what="no column was named", do="say which column names the day"))
        if self.mediator is not None and not self.within:
            problems.append(Problem(where="mediator", what="is named without a predictor", do="name one with within"))
        if self.moderator is not None and not self.within:
            problems.append(Problem(where="moderator", what="is named without a predictor", do="name one with within"))
        return problems

    def _doubled(self) -> list[Problem]:
        roles = [self.outcome, *self.within, *self.covariate, *self.between]
        roles += [name for name in (self.mediator,) if name is not None]
        roles += [
            name for name in (self.moderator,) if name is not None and name not in (*self.within, *self.covariate)
        ]
        twice = dict.fromkeys(name for name in roles if roles.count(name) > 1)
        return [
            Problem(where=f"column {name}", what="is named twice", allowed="one place in the model") for name in twice
        ]

    def _impossible(self) -> list[Problem]:
        problems = []
        if not 0.5 <= self.level < 1:
            problems.append(Problem(where="level", what=f"is {self.level:g}", allowed="from 0.5 to under 1"))
        if self.method not in ("REML", "ML"):
            problems.append(Problem(where="method", what=f"is {self.method!r}", allowed="REML or ML"))
        if self.moderator_part not in (None, "within", "between"):
            problems.append(
                Problem(where="moderator_part", what=f"is {self.moderator_part!r}", allowed="within or between")
            )
        if isinstance(self.random, str) and self.random not in ("first", "all", "none"):
            problems.append(
                Problem(where="random", what=f"is {self.random!r}", allowed="first, all, none, or names of predictors")
            )
        if isinstance(self.random, tuple):
            problems += [
                Problem(where=f"random {name}", what="is no within predictor", allowed=", ".join(self.within) or "none")
                for name in self.random
                if name not in self.within
            ]
        if self.two and (self.mediator is not None or self.moderator is not None):
            what = "of a diary of two persons is not made here"
            do = "run it for one partner (keep that partner's rows), without couple and partner"
            problems.append(Problem(where="mediator or moderator", what=what, do=do))
        if self.draws < 1000:
            problems.append(Problem(where="draws", what=f"is {self.draws}", allowed="1,000 or more"))
        return problems


def names_of(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return one name or several as a tuple."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def random_of(given: Random | Sequence[str]) -> Random | tuple[str, ...]:
    """Return which slopes are random: one of the three words, or names of predictors."""
    return cast("Random", given) if isinstance(given, str) else tuple(given)
