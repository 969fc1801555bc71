"""Norms that run with age: mean and SD as smooth functions of it, instead of a small group for every band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np

from intimacy_scales.analysis.norms.local_norms import bank_of, made_from, scores_for, undated
from intimacy_scales.analysis.norms.local_results import LocalNorms, TooFew
from intimacy_scales.analysis.norms.measurement_error import LEVEL
from intimacy_scales.analysis.norms.sample import numbers_in
from intimacy_scales.bank.model import ItemBank, Norm, NormScale
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.scoring import ScaleScores, rule_of

LEAST = 100  # persons for a regression norm: ours; a curve and an SD that changes are four figures or more
LARGEST_DEGREE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A score's mean and log SD over age: polynomials of the centred, scaled age ``(age - centre) / width``."""

    n: int
    centre: float
    width: float
    mean: FloatArray = field(repr=False)
    log_sd: FloatArray = field(repr=False)
    inverse: FloatArray = field(repr=False)
    """``(X'X)^-1`` of the mean's design, for the standard error at an age."""

    @property
    def degree(self) -> int:
        """Degree of the mean's polynomial: 0 (age does not matter), 1 or 2."""
        return len(self.mean) - 1

    def at(self, age: float) -> tuple[float, float, int]:
        """Return mean, SD and effective n at an age: n such that ``SD^2 / n`` is the variance of the mean there."""
        x = (age - self.centre) / self.width
        row = x ** np.arange(len(self.mean))
        leverage = float(row @ self.inverse @ row)
        sd = float(np.exp(np.polynomial.polynomial.polyval(x, self.log_sd)))
        return float(row @ self.mean), sd, max(int(1 / leverage), 2)


def curve_of(scores: FloatArray, ages: FloatArray) -> Curve:
    r"""Return mean and SD of a score as functions of age.

    The mean is a polynomial of degree 0, 1 or 2 by least squares, the degree of the smallest BIC,
    ``n log(RSS / n) + (degree + 2) log n``. The SD is constant, or log-linear in age where the residuals say so:
    ``log SD = c0 + c1 x`` by regression of ``log |e|``, taken only if its slope is more than 1.96 of its standard
    errors from 0; it is then scaled so that the standardized residuals have unit variance.

    Parameters
    ----------
    scores, ages
        One a person, none missing.

    References
    ----------
    Van Breukelen, G. J. P., & Vlaeyen, J. W. S. (2005). Norming clinical questionnaires with multiple regression: The
    Pain Cognition List. Psychological Assessment, 17, 336-344. doi:10.1037/1040-3590.17.3.336
    """
    n, centre, width = len(scores), float(ages.mean()), float(ages.std()) or 1.0
    x = (ages - centre) / width
    fits = []
    for degree in range(LARGEST_DEGREE + 1):
        design = x[:, None] ** np.arange(degree + 1)
        beta = np.linalg.lstsq(design, scores, rcond=None)[0]
        rss = float(((scores - design @ beta) ** 2).sum())
        fits.append((n * np.log(max(rss, 1e-300) / n) + (degree + 2) * np.log(n), design, beta))
    _, design, beta = min(fits, key=lambda fit: float(fit[0]))
    residuals = scores - design @ beta
    inverse = np.linalg.inv(design.T @ design)
    log_sd = _log_sd(residuals, x, n - len(beta))
    mean = np.asarray(beta, dtype=np.float64)
    return Curve(
        n=n, centre=centre, width=width, mean=mean, log_sd=log_sd, inverse=np.asarray(inverse, dtype=np.float64)
    )


def _log_sd(residuals: FloatArray, x: FloatArray, df: int) -> FloatArray:
    constant = np.array([0.5 * np.log((residuals**2).sum() / df)])
    size = np.log(np.maximum(np.abs(residuals), 1e-3 * np.abs(residuals).mean()))
    centred = x - x.mean()
    slope = float(centred @ size / (centred @ centred))
    off = size - size.mean() - slope * centred
    se = float(np.sqrt((off @ off) / (len(x) - 2) / (centred @ centred)))
    if abs(slope) <= 1.96 * se:
        return constant
    level = 0.5 * np.log((residuals**2 / np.exp(2 * slope * x)).sum() / df)
    return np.array([level, slope])


def continuous_norms(  # noqa: PLR0913 (a norm says where it comes from)
    data: Any,
    over: str,
    bank: ItemBank | str | None = None,
    *,
    sample: str,
    step: float = 5,
    source: str | None = None,
    year: int | None = None,
    country: str | None = None,
    level: float = LEVEL,
    **reading: Unpack[ReadingOptions],
) -> LocalNorms:
    r"""Return norms by regression over age (or any number): one for every step, each taken from the whole sample.

    A norm at an age has the mean and SD that :func:`curve_of` gives in the middle of its step, and as n the effective
    number ``SD^2 / SE(mean at that age)^2``, so that the percentile's interval is wide where the sample is thin. Every
    norm has the group ``{over: "30-34"}`` and is found by ``attributes={over: 34}``.

    Parameters
    ----------
    data
        Scores of the sample, by the bank's own rule; or answers of any kind, which are scored once, here.
    over
        A column of numbers: age in years, years together.
    bank, sample, source, year, country
        As for :func:`~intimacy_scales.analysis.norms.norms_from`.
    step
        Width of a step in the column's unit, whole and at least 1.
    level
        Kept in the result.
    **reading
        Options of :func:`intimacy_scales.read_export`, where answers are yet to be read.

    Returns
    -------
    LocalNorms
        A norm a step, in the form a bank carries; scores that gave none stand in ``refused``.

    Raises
    ------
    ResponseError
        When no score has 100 persons with an age, or ages do not differ.

    Notes
    -----
    Nothing is said beyond the youngest and oldest person. Without a percentile table the reading rests on a normal
    shape about the curve, which scores near the ceiling do not have; look at the standardized residuals. A person
    without the number or the score is left out.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> frame = ims.simulate("eis", 300, seed=1).frame().assign(age=[20 + row % 40 for row in range(300)])
    >>> norms = ims.continuous_norms(frame, "age", "eis", step=10, sample="300 simulated persons")
    >>> [norm.group["age"] for norm in norms.norms]
    ['20-29', '30-39', '40-49', '50-59']
    """
    _check(sample, step)
    scores = scores_for(data, bank, reading)
    ages = numbers_in(scores, over)
    one_bank = bank_of(scores, bank)
    said = {"sample": sample.strip(), "source": (source or made_from(scores)).strip(), "year": year, "country": country}
    curves, refused = _curves(scores.of(one_bank.id), ages)
    if not curves:
        raise ResponseError([Problem(where=one.column, what=one.why, do="collect more answers") for one in refused])
    norms = _steps(one_bank, curves, ages, over, int(step), said)
    notes = tuple(_words(part, curve, over) for part, curve in curves)
    return LocalNorms(bank=one_bank, norms=norms, refused=tuple(refused), level=level, notes=notes)


def _check(sample: str, step: float) -> None:
    problems = []
    if not sample.strip():
        problems.append(
            Problem(where="sample", what="is empty", allowed="the sample in words", do="a norm names its sample")
        )
    if step < 1 or step != int(step):
        problems.append(Problem(where="step", what=f"is {step:g}", allowed="a whole number, 1 or more"))
    if problems:
        raise ResponseError(problems)


def _curves(parts: Sequence[ScaleScores], ages: FloatArray) -> tuple[list[tuple[ScaleScores, Curve]], list[TooFew]]:
    curves, refused = [], []
    for part in parts:
        own = rule_of(part.bank, part.scale)
        if part.derived is not None:
            continue
        there = ~(np.isnan(part.values) | np.isnan(ages))
        n = int(there.sum())
        why = f"{n} persons with a score and an age; {LEAST} are needed" if n < LEAST else ""
        if (own.combine, own.rescale) != (part.rule.combine, part.rule.rescale):
            why = f"is scored as {part.rule}; a norm is on the bank's metric ({own})"
        elif not why and (ages[there].std() < 1e-9 or part.values[there].std() < 1e-9):
            why = "ages or scores do not differ"
        if why:
            refused.append(TooFew(group="everyone", column=part.column, n=n, why=why))
        else:
            curves.append((part, curve_of(part.values[there], ages[there])))
    return curves, refused


def _steps(
    bank: ItemBank,
    curves: list[tuple[ScaleScores, Curve]],
    ages: FloatArray,
    over: str,
    step: int,
    entries: dict[str, Any],
) -> tuple[Norm, ...]:
    from intimacy_scales.bank import fingerprint

    youngest, oldest = float(np.nanmin(ages)), float(np.nanmax(ages))
    first = int(np.floor(youngest / step)) * step
    mark, found = fingerprint(bank), []
    for administration in dict.fromkeys(part.administration for part, _ in curves):
        own = [(part, curve) for part, curve in curves if part.administration == administration]
        more = {
            name: text
            for name, text in (("partner", administration.partner), ("time", administration.occasion))
            if text
        }
        suffix = "".join(f"_{word}" for word in (administration.form, *more.values()) if word)
        for low in range(first, int(np.floor(oldest)) + 1, step):
            middle = float(np.clip(low + step / 2, youngest, oldest))
            band = f"{low}-{low + step - 1}" if step > 1 else str(low)
            found.append(
                Norm(
                    **entries,
                    id=f"{_identifier(over)}_{band.replace('-', '_')}{suffix}",
                    form=administration.form,
                    group={over: band, **more},
                    certainty="computed",
                    missing=str(own[0][0].rule),
                    fingerprint=mark,
                    scales=tuple(_scale(part, curve, middle) for part, curve in own),
                    notes=(
                        f"from a regression on {over} over the whole sample, read at {middle:g}; n is effective",
                        *undated(entries["year"]),
                    ),
                )
            )
    return tuple(found)


def _identifier(name: str) -> str:
    import re

    word = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "over"
    return word if word[0].isalpha() else f"g_{word}"


def _scale(part: ScaleScores, curve: Curve, age: float) -> NormScale:
    mean, sd, n = curve.at(age)
    low, high = part.possible
    return NormScale(scale=part.scale.id, n=n, mean=float(np.clip(mean, low, high)), sd=sd)


def _words(part: ScaleScores, curve: Curve, over: str) -> str:
    shape = ("does not change with", "changes in a straight line with", "changes in a curve with")[curve.degree]
    spread = "the SD changes too" if len(curve.log_sd) > 1 else "the SD is one for all"
    return f"{part.column}: the mean {shape} {over}; {spread} ({curve.n} persons)"
