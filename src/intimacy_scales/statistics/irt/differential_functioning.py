"""Differential item functioning: whether persons of one standing answer an item alike, whatever their group.

Ordinal (proportional odds) regression by maximum likelihood, on arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import Shown
from intimacy_scales.base.wording import coefficient, figure
from intimacy_scales.statistics.irt.estimation import SMALLEST, logistic
from intimacy_scales.statistics.polychoric.tables import as_answers, item_names

_MOST_STEPS = 200
_RUNAWAY = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalFit:
    """``P(answer >= c) = logistic(intercept_c + x'slope)``.

    ``covariance`` holds intercepts first, then slopes; NaN when the information is singular.
    """

    intercepts: FloatArray
    slopes: FloatArray
    covariance: FloatArray
    log_likelihood: float
    converged: bool


def ordinal_logit(codes: NDArray[np.intp], predictors: FloatArray) -> OrdinalFit:
    """Fit proportional odds by Fisher scoring with step halving.

    Parameters
    ----------
    codes : array, persons; categories 0, 1, ..., each of which occurs.
    predictors : array, persons x predictors (none: persons x 0), no constant column.

    Notes
    -----
    *Validated* against statsmodels 0.15.0 ``OrderedModel`` (logit), and the closed form without predictors.
    *Misleads* when a predictor separates the categories: the slope runs away and ``converged`` is False.

    References
    ----------
    McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society B, 42,
    109-142. https://doi.org/10.1111/j.2517-6161.1980.tb01109.x

    Examples
    --------
    >>> import numpy as np
    >>> fit = ordinal_logit(np.array([0, 0, 1, 1, 1, 2]), np.empty((6, 0)))
    >>> fit.intercepts.round(3).tolist()
    [0.693, -1.609]
    """
    counts = np.bincount(codes)
    if len(counts) < 2 or (counts == 0).any():
        raise ResponseError(
            [
                Problem(
                    where="answers",
                    what="categories that nobody chose, or one only",
                    allowed="two or more categories, all in use",
                )
            ]
        )
    above = np.cumsum(counts[::-1])[::-1][1:] / counts.sum()
    centre, scale = predictors.mean(axis=0), predictors.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    z = (predictors - centre) / scale  # steps of one size in every direction; undone below
    beta: FloatArray = np.concatenate([np.log(above / (1 - above)), np.zeros(z.shape[1])])
    value, gradient, information = _look(codes, z, beta, len(above))
    converged = False
    for _ in range(_MOST_STEPS):
        step: FloatArray = np.asarray(np.linalg.lstsq(information, gradient, rcond=1e-12)[0], dtype=np.float64)
        if float(gradient @ step) < 1e-12 * len(codes):
            converged = bool(np.abs(beta[len(above) :]).max(initial=0.0) < _RUNAWAY)
            break
        moved = _climb(codes, z, beta, step, value, len(above))
        if moved is None:
            break
        beta = moved
        value, gradient, information = _look(codes, z, beta, len(above))
    return _undone(beta, information, centre, scale, value, len(above), converged=converged)


def _climb(
    codes: NDArray[np.intp], z: FloatArray, beta: FloatArray, step: FloatArray, value: float, cuts: int
) -> FloatArray | None:
    for halving in range(40):
        new = beta + step / 2**halving
        if (np.diff(new[:cuts]) < 0).all() and _look(codes, z, new, cuts)[0] > value:
            return np.asarray(new)
    return None


def _look(codes: NDArray[np.intp], z: FloatArray, beta: FloatArray, cuts: int) -> tuple[float, FloatArray, FloatArray]:
    """Log-likelihood, its gradient, and the expected information."""
    n = len(codes)
    above = np.ones((n, cuts + 2))
    above[:, 1:-1] = logistic(beta[:cuts] + (z @ beta[cuts:])[:, None])
    above[:, -1] = 0.0
    p = np.maximum(above[:, :-1] - above[:, 1:], SMALLEST)
    bend = above * (1.0 - above)
    slopes = np.zeros((n, cuts + 1, len(beta)))
    for c in range(1, cuts + 1):
        slopes[:, c, c - 1], slopes[:, c - 1, c - 1] = bend[:, c], -bend[:, c]
    slopes[:, :, cuts:] = (bend[:, :-1] - bend[:, 1:])[:, :, None] * z[:, None, :]
    rows = np.arange(n)
    gradient = (slopes[rows, codes] / p[rows, codes][:, None]).sum(axis=0)
    flat = (slopes / np.sqrt(np.maximum(p, 1e-12))[:, :, None]).reshape(-1, len(beta))
    return float(np.log(p[rows, codes]).sum()), gradient, flat.T @ flat


def _undone(
    beta: FloatArray,
    information: FloatArray,
    centre: FloatArray,
    scale: FloatArray,
    value: float,
    cuts: int,
    *,
    converged: bool,
) -> OrdinalFit:
    """Back from standardized predictors to those given."""
    back = np.eye(len(beta))
    back[cuts:, cuts:] = np.diag(1.0 / scale)
    back[:cuts, cuts:] = -centre / scale
    lowest, highest = np.linalg.eigvalsh(information)[[0, -1]]
    singular = lowest <= 1e-10 * highest
    inverse = np.full(information.shape, np.nan) if singular else np.linalg.inv(information)
    own = back @ beta
    return OrdinalFit(
        intercepts=own[:cuts],
        slopes=own[cuts:],
        covariance=back @ inverse @ back.T,
        log_likelihood=value,
        converged=converged and not singular,
    )


# Jodoin and Gierl (2001), for Nagelkerke's R2: negligible below, moderate between, large above.
_NEGLIGIBLE, _LARGE = 0.035, 0.070
_FEWEST_A_GROUP = 30
_FEWEST_ANCHORS = 2  # items that are not flagged: with fewer there is no matching value


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBias:
    """One item: three nested models, and what each step adds.

    Attributes
    ----------
    n_persons : with an answer, a group and a matching value.
    chi2_total, df_total, p_total : group and interaction together (2 df with two groups); NaN when not fitted.
    chi2_uniform, df_uniform, p_uniform : the group's main effect.
    chi2_nonuniform, df_nonuniform, p_nonuniform : the interaction of group and matching value.
    p_adjusted : ``p_total`` after Holm over all items.
    nagelkerke_change, mcfadden_change : R2 of the full model minus that of the matching value alone.
    nagelkerke_uniform : the part of the first that the main effect makes.
    group_effects : one for each group but the first: log odds of a higher answer at the same matching value.
    size : "negligible", "moderate" or "large", by Jodoin and Gierl; "unknown" when not fitted.
    flagged : significant after Holm; read it with ``size`` and ``group_effects``.
    """

    name: str
    n_persons: int
    chi2_total: float
    df_total: int
    p_total: float
    p_adjusted: float
    chi2_uniform: float
    df_uniform: int
    p_uniform: float
    chi2_nonuniform: float
    df_nonuniform: int
    p_nonuniform: float
    nagelkerke_change: float
    nagelkerke_uniform: float
    mcfadden_change: float
    group_effects: tuple[float, ...]
    size: str
    flagged: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentialFunctioning(Shown):
    """All items of a scale; ``groups`` in order, the first is the one compared with.

    ``purified``: items taken out of the matching value, where that was asked for.
    """

    items: tuple[ItemBias, ...]
    groups: tuple[str, ...]
    group_sizes: tuple[int, ...]
    alpha: float
    matching: str
    notes: tuple[str, ...]
    purified: tuple[str, ...] = ()

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line an item: both steps, p after Holm, the size, who answers higher at the same standing."""
        head = ["item", "n", "chi2", "df", "p (Holm)", "uniform p", "nonuniform p", "change of R2", "size", "higher"]
        return [head, *(_line(item, self.groups) for item in self.items)]


def _line(item: ItemBias, groups: Sequence[str]) -> list[str]:
    figures = (item.p_adjusted, item.p_uniform, item.p_nonuniform, item.nagelkerke_change)
    shown = ["-" if np.isnan(v) else coefficient(v, 3) for v in figures]
    effects = [0.0, *item.group_effects]
    higher = groups[int(np.argmax(effects))] if item.flagged and item.group_effects else ""
    chi2 = "-" if np.isnan(item.chi2_total) else figure(item.chi2_total)
    size = f"{item.size}{', flagged' if item.flagged else ''}"
    return [item.name, str(item.n_persons), chi2, str(item.df_total), *shown, size, higher]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """Log-likelihoods of: nothing, matching, plus group, plus interaction."""

    n: int
    n_groups: int
    logs: tuple[float, float, float, float]
    effects: tuple[float, ...]
    note: str = ""


def differential_functioning(
    answers: ArrayLike,
    groups: Sequence[object],
    *,
    matching: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    alpha: float = 0.05,
    purify: bool = False,
) -> DifferentialFunctioning:
    r"""Differential item functioning by ordinal logistic regression, item by item.

    Three nested proportional-odds models of an item's answer: (1) the matching value m, (2) m and group, (3) m, group
    and m x group. (1) against (3) tests for any difference, (1) against (2) for a *uniform* one (one group answers
    higher throughout), (2) against (3) for a *nonuniform* one (it depends on the standing). The effect is the change
    in Nagelkerke's R2 from (1) to (3).

    Parameters
    ----------
    answers : array, persons x items, keyed; NaN: no answer.
    groups : one a person; None or NaN: left out. Two or more groups.
    matching : one a person: what "same standing" means, such as EAP thetas. When left out, the mean of all the
        person's answers on the scale, the item's own among them (Zumbo 1999).
    names : names of the items.
    alpha : of the flags, after Holm over all items.
    purify : take the item that differs most out of the matching value and test again, until no item left in it is
        flagged; an item's own answer stays in its own matching value. Only where ``matching`` is left out.

    Returns
    -------
    DifferentialFunctioning
        Chi-squares >= 0, changes in R2 from 0 to 1.

    Notes
    -----
    *Missing answers*: a person counts for the items they answered. *Misleads* when several items differ in one
    direction: the matching value is then off itself, and the fair items look unfair. In large samples trifles are
    significant, so a flag is read with its size; yet the marks of 0.035 and 0.070 were made for tests of right and
    wrong, and with ordered options a shift of a whole log odds can stay below them. A different slope is hard to see
    when the distances between categories differ with it: the groups share those in every model. Nothing here
    says that an item is unjust, only that it differs.

    *Validated* on simulated answers with uniform, nonuniform and no difference; the regression against statsmodels
    0.15.0 ``OrderedModel``.

    References
    ----------
    Zumbo, B. D. (1999). A handbook on the theory and methods of differential item functioning (DIF). Directorate of
    Human Resources Research and Evaluation, Department of National Defense.

    Jodoin, M. G., & Gierl, M. J. (2001). Evaluating type I error and power rates using an effect size measure with
    the logistic regression procedure for DIF detection. Applied Measurement in Education, 14, 329-349.
    https://doi.org/10.1207/S15324818AME1404_2

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> x = np.clip(np.round(2 + rng.normal(size=(300, 1)) + rng.normal(size=(300, 4)) * .7), 0, 4)
    >>> any(item.flagged for item in differential_functioning(x, ["a", "b"] * 150).items)
    False
    """
    x = as_answers(answers)
    labels = item_names(names, x.shape[1])
    order, codes = _grouped(groups, len(x))
    if not 0 < alpha < 1:
        raise ResponseError([Problem(where="alpha", what=f"{alpha:g}", allowed="between 0 and 1")])
    m, named = _matching(x, matching)
    items = _tested(x, codes, [m] * x.shape[1], labels, len(order), alpha)
    purified: tuple[str, ...] = ()
    texts: list[str] = []
    if purify and matching is None:
        items, purified, texts = _purified(x, codes, labels, len(order), alpha, items)
        named = "mean of the person's answers to the items that are not flagged, and to the item itself"
    sizes = tuple(int((codes == g).sum()) for g in range(len(order)))
    notes = [*texts, *(f"{item.name}: {item.note}" for item in items if item.note)]
    notes += [
        f"group {g}: {n} persons, fewer than {_FEWEST_A_GROUP}; differences are hardly visible"
        for g, n in zip(order, sizes, strict=True)
        if n < _FEWEST_A_GROUP
    ]
    if sum(item.flagged for item in items) > len(items) / 2:
        notes.append("more than half of the items differ: the matching value is doubtful itself")
    return DifferentialFunctioning(
        items=tuple(items), groups=order, group_sizes=sizes, alpha=alpha, matching=named, purified=purified,
        notes=tuple(notes),
    )  # fmt: skip


def _tested(
    x: FloatArray,
    codes: NDArray[np.intp],
    matching: Sequence[FloatArray],
    names: Sequence[str],
    n_groups: int,
    alpha: float,
) -> list[ItemBias]:
    """Test every item at its own matching value."""
    steps = [_three_models(x[:, j], codes, matching[j], n_groups) for j in range(x.shape[1])]
    return [_weighed(name, s, p, alpha) for name, s, p in zip(names, steps, _holm(steps), strict=True)]


def _purified(
    x: FloatArray, codes: NDArray[np.intp], names: Sequence[str], n_groups: int, alpha: float, items: list[ItemBias]
) -> tuple[list[ItemBias], tuple[str, ...], list[str]]:
    """Take the most different item out of the matching value and test again, until none of those left in it is flagged.

    One at a time: two unfair items make fair ones look unfair in the other direction, and all at once would take out
    everything. An item that went out and is not flagged in the end is matched by again in no other item's test.
    """
    k, out = x.shape[1], list[int]()
    while True:
        flagged = [j for j in range(k) if items[j].flagged and j not in out]
        if not flagged:
            return items, tuple(names[j] for j in sorted(out)), []
        if k - len(out) - 1 < _FEWEST_ANCHORS:
            left = f"only {k - len(out)} items are left to match by, and they differ too"
            return items, tuple(names[j] for j in sorted(out)), [f"purification stopped: {left}"]
        out.append(max(flagged, key=lambda j: items[j].nagelkerke_change))
        anchors = [j for j in range(k) if j not in out]
        matching = [_matching(x[:, sorted({*anchors, j})], None)[0] for j in range(k)]
        items = _tested(x, codes, matching, names, n_groups, alpha)


def _grouped(groups: Sequence[object], n: int) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Group names in sorted order and a number a person, -1 without a group."""
    missing = [g is None or g != g for g in groups]  # NaN alone differs from itself  # noqa: PLR0124
    named = ["" if gone else str(g) for g, gone in zip(groups, missing, strict=True)]
    order = tuple(sorted({name for name, gone in zip(named, missing, strict=True) if not gone}))
    problems = []
    if len(named) != n:
        problems.append(Problem(where="groups", what=f"{len(named)} values", allowed=f"{n}, one a person"))
    if len(order) < 2:
        problems.append(Problem(where="groups", what=f"{len(order)} group(s)", allowed="two or more"))
    if problems:
        raise ResponseError(problems)
    place = {name: i for i, name in enumerate(order)}
    return order, np.array([-1 if gone else place[v] for v, gone in zip(named, missing, strict=True)], dtype=np.intp)


def _matching(x: FloatArray, matching: ArrayLike | None) -> tuple[FloatArray, str]:
    if matching is None:
        given = (~np.isnan(x)).sum(axis=1)
        mean = np.where(given > 0, np.nansum(x, axis=1) / np.maximum(given, 1), np.nan)
        return mean, "mean of the person's answers"
    m = np.array(matching, dtype=np.float64)
    if m.shape != (len(x),):
        raise ResponseError([Problem(where="matching", what=f"shape {m.shape}", allowed=f"{len(x)}, one a person")])
    return m, "as given"


def _three_models(item: FloatArray, groups: NDArray[np.intp], m: FloatArray, n_groups: int) -> _Steps:
    use = np.isfinite(item) & (groups >= 0) & np.isfinite(m)
    nothing = (float("nan"),) * 4
    _, codes = np.unique(item[use], return_inverse=True)
    here = np.bincount(groups[use], minlength=n_groups)
    if not use.any() or codes.max() < 1 or np.ptp(m[use]) == 0 or (here == 0).any():
        return _Steps(
            n=int(use.sum()),
            n_groups=n_groups,
            logs=nothing,
            effects=(),
            note="not tested: no variation, or a group without answers",
        )
    dummies = (groups[use][:, None] == np.arange(1, n_groups)).astype(np.float64)
    own = m[use][:, None]
    fits = [
        ordinal_logit(codes, design)
        for design in (
            np.empty((len(codes), 0)),
            own,
            np.hstack([own, dummies]),
            np.hstack([own, dummies, own * dummies]),
        )
    ]
    return _Steps(
        n=len(codes),
        n_groups=n_groups,
        logs=_logs(fits),
        effects=tuple(map(float, fits[2].slopes[1:])),
        note="" if all(f.converged for f in fits) else "not converged; a predictor separates the answers",
    )


def _logs(fits: list[OrdinalFit]) -> tuple[float, float, float, float]:
    return (fits[0].log_likelihood, fits[1].log_likelihood, fits[2].log_likelihood, fits[3].log_likelihood)


def _tail(chi2: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, max(chi2, 0.0))) if np.isfinite(chi2) else float("nan")


def _holm(steps: list[_Steps]) -> list[float]:
    """Holm's adjusted p values; items that were not tested stay NaN and do not count."""
    p = np.array([_tail(2 * (s.logs[3] - s.logs[1]), 2 * (s.n_groups - 1)) for s in steps])
    tested = np.flatnonzero(np.isfinite(p))
    out, least = np.full(len(p), np.nan), 0.0
    for rank, i in enumerate(tested[np.argsort(p[tested])]):
        least = max(least, min(1.0, (len(tested) - rank) * p[i]))
        out[i] = least
    return [float(v) for v in out]


def _nagelkerke(null: float, fitted: float, n: int) -> float:
    return float((1 - np.exp(2 * (null - fitted) / n)) / (1 - np.exp(2 * null / n)))


def _weighed(name: str, s: _Steps, adjusted: float, alpha: float) -> ItemBias:
    null, base, main, full = s.logs
    df = s.n_groups - 1
    steps = (full - base, main - base, full - main)
    total, uniform, nonuniform = (max(0.0, 2 * d) if np.isfinite(d) else d for d in steps)
    r2 = [_nagelkerke(null, v, s.n) if np.isfinite(v) else float("nan") for v in (base, main, full)]
    change = r2[2] - r2[0]
    size = (
        "unknown"
        if not np.isfinite(change)
        else "negligible"
        if change < _NEGLIGIBLE
        else "moderate"
        if change < _LARGE
        else "large"
    )
    return ItemBias(
        name=name,
        n_persons=s.n,
        chi2_total=total,
        df_total=2 * df,
        p_total=_tail(total, 2 * df),
        p_adjusted=adjusted,
        chi2_uniform=uniform,
        df_uniform=df,
        p_uniform=_tail(uniform, df),
        chi2_nonuniform=nonuniform,
        df_nonuniform=df,
        p_nonuniform=_tail(nonuniform, df),
        nagelkerke_change=change,
        nagelkerke_uniform=r2[1] - r2[0],
        mcfadden_change=(full - base) / -null,
        group_effects=s.effects,
        size=size,
        flagged=bool(adjusted < alpha),
        note=s.note,
    )
