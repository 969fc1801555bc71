"""One figure from two programs: ours, theirs, and the difference."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import counted, figure, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A figure as we and as another program have it; ``room`` is how far its own search or rounding may be off."""

    what: str
    ours: float
    theirs: float
    program: str
    room: float = 1e-4
    note: str = ""

    @property
    def difference(self) -> float:
        """Ours less theirs."""
        return self.ours - self.theirs

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than ``room`` (of the figure, where it is above 1)."""
        if math.isnan(self.difference):
            return math.isnan(self.ours) and math.isnan(self.theirs)
        return abs(self.difference) <= self.room * max(1.0, abs(self.theirs))

    def to_dict(self) -> dict[str, Any]:
        """Return the figure JSON-safe."""
        return json_dict({"what": self.what, "ours": self.ours, "theirs": self.theirs, "difference": self.difference,
                          "program": self.program, "agrees": self.agrees, "note": self.note or None})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SecondOpinion(Shown):
    """Figures that other programs can compute too, side by side with ours."""

    opinions: tuple[Opinion, ...]
    notes: tuple[str, ...] = ()

    @property
    def apart(self) -> tuple[Opinion, ...]:
        """Figures in which the two differ by more than rounding."""
        return tuple(one for one in self.opinions if not one.agrees)

    def __repr__(self) -> str:
        return f"SecondOpinion({counted(len(self.opinions), 'figure')}, {len(self.apart)} apart)"

    def __str__(self) -> str:
        return f"Second opinion\n{Shown.__str__(self)}\n{self.apa()}"

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a figure."""
        head = ["figure", "ours", "theirs", "difference", "program", ""]
        return [head, *(_cells(one) for one in self.opinions)]

    def table(self) -> Any:
        """Return a pandas frame with a row a figure, full precision."""
        import pandas as pd

        return pd.DataFrame([one.to_dict() for one in self.opinions])

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the figures, a list, JSON-safe."""
        return [one.to_dict() for one in self.opinions]

    def apa(self) -> str:
        """Return a sentence on how far the programs agree."""
        programs = list(dict.fromkeys(one.program for one in self.opinions))
        if not programs:
            return "No other program computed a figure of this result."
        apart = self.apart
        said = f"{counted(len(self.opinions), 'figure')} computed again with {listed(programs)}"
        if not apart:
            return f"{said}: all agree to the digits that both give."
        named = listed([one.what for one in apart[:6]]) + (" and more" if len(apart) > 6 else "")
        return f"{said}: {len(apart)} differ ({named})."


def _cells(one: Opinion) -> list[str]:
    said = one.note or ("" if one.agrees else "differs")
    return [one.what, figure(one.ours, 4), figure(one.theirs, 4), f"{one.difference:.1e}", one.program, said]


def program(name: str) -> str:
    """Return a program with its version: ``pingouin 0.7.0``."""
    return f"{name} {version(name)}"


def semopy_there() -> bool:
    """Whether semopy, an optional extra, is installed."""
    try:
        version("semopy")
    except PackageNotFoundError:
        return False
    return True


INSTALL_SEMOPY = "no structural models: semopy is not installed; install intimacy-scales[second-opinion], or semopy"


@contextmanager
def quietly() -> Iterator[None]:
    """Keep what other programs warn of on the way to themselves: their figures speak."""
    import numpy as np

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
