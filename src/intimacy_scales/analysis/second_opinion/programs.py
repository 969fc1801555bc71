"""What pingouin, factor_analyzer and semopy make of arrays: the calls, each in one place.

One figure from two programs: ours, theirs, and the difference.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import counted, figure, listed
from intimacy_scales.statistics.sem import cfa_model, fit, sample

PINGOUIN, FACTOR_ANALYZER, SEMOPY = "pingouin", "factor_analyzer", "semopy"
SEARCHED = 1e-3  # semopy's search stops early: its loadings lie up to some 1e-4 from lavaan's
SHROUT_FLEISS = {"ICC1": "ICC(1,1)", "ICC2": "ICC(A,1)", "ICC3": "ICC(C,1)", "ICC1k": "ICC(1,k)", "ICC2k": "ICC(A,k)",
                 "ICC3k": "ICC(C,k)"}  # fmt: skip


def alpha_opinion(what: str, ours: float, items: FloatArray, *, listwise: bool = False) -> Opinion:
    """Return Cronbach's alpha of keyed items (persons x items)."""
    import pandas as pd
    from pingouin import cronbach_alpha

    with quietly():
        frame = pd.DataFrame(items[~np.isnan(items).all(axis=1)])
        theirs, _ = cronbach_alpha(frame, nan_policy="listwise" if listwise else "pairwise")
    return Opinion(what=what, ours=ours, theirs=float(theirs), program=program(PINGOUIN))


def correlation_opinions(what: str, ours: Mapping[str, float], x: FloatArray, y: FloatArray) -> list[Opinion]:
    """Return Pearson's r with p, and Spearman's rank correlation; ``ours``: r, p, spearman."""
    from pingouin import corr

    with quietly():
        plain, ranks = corr(x, y), corr(x, y, method="spearman")
    theirs = {"r": plain["r"].iloc[0], "p": plain["p_val"].iloc[0], "spearman": ranks["r"].iloc[0]}
    return [
        Opinion(what=f"{what}: {name}", ours=value, theirs=float(theirs[name]), program=program(PINGOUIN))
        for name, value in ours.items()
    ]


def icc_opinions(what: str, ours: Mapping[str, float], scores: FloatArray) -> list[Opinion]:
    """Return the six intraclass correlations of persons x occasions, complete rows."""
    import pandas as pd
    from pingouin import intraclass_corr

    n, k = scores.shape
    long = pd.DataFrame({"person": np.repeat(np.arange(n), k), "time": np.tile(np.arange(k), n), "y": scores.ravel()})
    with quietly():
        found = intraclass_corr(long, targets="person", raters="time", ratings="y").set_index("Type")["ICC"]
    return [
        Opinion(what=f"{what}: {name}", ours=value, theirs=float(found[SHROUT_FLEISS[name]]), program=program(PINGOUIN))
        for name, value in ours.items()
    ]


def group_opinions(what: str, ours: Mapping[str, float], values: FloatArray, two: FloatArray) -> list[Opinion]:
    """Return Cohen's d, Hedges' g, Welch's t, df and p of two groups."""
    from pingouin import compute_effsize, ttest

    with quietly():
        welch = ttest(values, two, correction=True)
        theirs = {
            "d": compute_effsize(values, two, eftype="cohen"),
            "g": compute_effsize(values, two, eftype="hedges"),
            "welch t": welch["T"].iloc[0],
            "welch df": welch["dof"].iloc[0],
            "welch p": welch["p_val"].iloc[0],
        }
    approximate = "its small-sample factor is approximate"
    return [
        Opinion(what=f"{what}: {name}", ours=value, theirs=float(theirs[name]), program=program(PINGOUIN),
                note=approximate if name == "g" else "")
        for name, value in ours.items()
    ]  # fmt: skip


def paired_opinions(what: str, ours: Mapping[str, float], before: FloatArray, after: FloatArray) -> list[Opinion]:
    """Return the paired t test's t and p, and d by the mean of both SDs (pingouin: of both variances)."""
    from pingouin import ttest

    with quietly():
        found = ttest(after, before, paired=True)
    theirs = {"paired t": found["T"].iloc[0], "paired p": found["p_val"].iloc[0]}
    return [
        Opinion(what=f"{what}: {name}", ours=value, theirs=float(theirs[name]), program=program(PINGOUIN))
        for name, value in ours.items()
    ]


def suitability_opinions(kmo: float, chi2: float, p: float, X: FloatArray) -> list[Opinion]:
    """Return KMO and Bartlett's test of complete rows."""
    from factor_analyzer.factor_analyzer import calculate_bartlett_sphericity, calculate_kmo

    with quietly():
        theirs = (calculate_kmo(X)[1], *calculate_bartlett_sphericity(X))
    names = ("KMO", "Bartlett chi2", "Bartlett p")
    return [
        Opinion(what=name, ours=mine, theirs=float(other), program=program(FACTOR_ANALYZER))
        for name, mine, other in zip(names, (kmo, chi2, p), theirs, strict=True)
    ]


def rotation_opinion(rotation: str, ours: FloatArray, unrotated: FloatArray) -> Opinion | None:
    """Return the largest loading difference after the other's rotation, columns and signs matched."""
    from factor_analyzer.rotator import POSSIBLE_ROTATIONS, Rotator

    method = {"geomin": "geomin_obl"}.get(rotation, rotation)
    if method not in POSSIBLE_ROTATIONS or unrotated.shape[1] < 2:
        return None
    with quietly():
        theirs = np.asarray(Rotator(method=method).fit_transform(unrotated))
    apart = float(np.max(np.abs(_matched(theirs, ours) - ours)))
    what = f"{rotation}: largest difference of a loading"
    return Opinion(what=what, ours=0.0, theirs=apart, program=program(FACTOR_ANALYZER))


def _matched(theirs: FloatArray, ours: FloatArray) -> FloatArray:
    """Return columns in our order and with our signs."""
    from scipy.optimize import linear_sum_assignment

    likeness = theirs.T @ ours
    rows, columns = linear_sum_assignment(-np.abs(likeness))
    out = np.empty_like(ours)
    for row, column in zip(rows, columns, strict=True):
        out[:, column] = theirs[:, row] * np.sign(likeness[row, column])
    return out


def model_opinions(
    what: str, factors: Mapping[str, Sequence[str]], X: FloatArray, names: Sequence[str]
) -> list[Opinion]:
    """Return a confirmatory model of complete rows, maximum likelihood in both: chi2, df, CFI, RMSEA, loadings."""
    import pandas as pd
    import semopy

    whole = X[~np.isnan(X).any(axis=1)]
    ours = fit(cfa_model(factors), sample(whole, list(names)))
    with quietly():
        model = semopy.Model("\n".join(f"{name} =~ {' + '.join(items)}" for name, items in factors.items()))
        model.fit(pd.DataFrame(whole, columns=list(names)))
        measures, rows = semopy.calc_stats(model).T["Value"], model.inspect(std_est=True)
    m = ours.measures
    figures = {
        "chi2": (m.chisq, "chi2"), "df": (float(m.df), "DoF"), "CFI": (m.cfi, "CFI"), "RMSEA": (m.rmsea, "RMSEA"),
    }  # fmt: skip
    made = [_index(f"{what}: {name}", mine, float(measures[theirs])) for name, (mine, theirs) in figures.items()]
    loaded = {(row["rval"], row["lval"]): float(row["Est. Std"]) for _, row in rows.iterrows() if row["op"] == "~"}
    return made + [
        Opinion(
            what=f"{what}: {row.rhs} on {row.lhs} (std.)",
            ours=abs(row.std),
            theirs=abs(loaded[row.lhs, row.rhs]),
            program=program(SEMOPY),
            room=SEARCHED,
        )
        for row in ours.estimates
        if row.op == "=~" and (row.lhs, row.rhs) in loaded
    ]


def _index(what: str, ours: float, theirs: float) -> Opinion:
    above = what.endswith("CFI") and theirs > 1
    return Opinion(what=what, ours=ours, theirs=min(theirs, 1.0) if above else theirs, program=program(SEMOPY),
                   room=SEARCHED, note="it prints above 1" if above else "")  # fmt: skip


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
        return tuple(opinion for opinion in self.opinions if not opinion.agrees)

    def __repr__(self) -> str:
        return f"SecondOpinion({counted(len(self.opinions), 'figure')}, {len(self.apart)} apart)"

    def __str__(self) -> str:
        return f"Second opinion\n{Shown.__str__(self)}\n{self.apa()}"

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a figure."""
        head = ["figure", "ours", "theirs", "difference", "program", ""]
        return [head, *(_cells(opinion) for opinion in self.opinions)]

    def table(self) -> Any:
        """Return a pandas frame with a row a figure, full precision."""
        import pandas as pd

        return pd.DataFrame([opinion.to_dict() for opinion in self.opinions])

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the figures, a list, JSON-safe."""
        return [opinion.to_dict() for opinion in self.opinions]

    def apa(self) -> str:
        """Return a sentence on how far the programs agree."""
        programs = list(dict.fromkeys(opinion.program for opinion in self.opinions))
        if not programs:
            return "No other program computed a figure of this result."
        apart = self.apart
        text = f"{counted(len(self.opinions), 'figure')} computed again with {listed(programs)}"
        if not apart:
            return f"{text}: all agree to the digits that both give."
        named = listed([one.what for one in apart[:6]]) + (" and more" if len(apart) > 6 else "")
        return f"{text}: {len(apart)} differ ({named})."


def _cells(opinion: Opinion) -> list[str]:
    said = opinion.note or ("" if opinion.agrees else "differs")
    return [
        opinion.what,
        figure(opinion.ours, 4),
        figure(opinion.theirs, 4),
        f"{opinion.difference:.1e}",
        opinion.program,
        said,
    ]


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
