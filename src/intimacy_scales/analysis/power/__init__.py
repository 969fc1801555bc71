"""How many persons or couples a study needs, by simulation from a known truth."""

from __future__ import annotations

import math
from typing import Any

from intimacy_scales.analysis.power.couples import CoupleStudy, MediationStudy
from intimacy_scales.analysis.power.diary import CouplesDiaryStudy, DailyMediationStudy, DiaryStudy
from intimacy_scales.analysis.power.power_curve import (
    CurvePoint,
    Power,
    PowerCurve,
    Study,
    curve_of,
    power_at,
    search,
    settings_of,
)
from intimacy_scales.analysis.power.scales import ChangeStudy, ReliabilityStudy
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError, UnknownNameError
from intimacy_scales.statistics.threads import one_thread

__all__ = [
    "STUDIES",
    "ChangeStudy",
    "CoupleStudy",
    "CouplesDiaryStudy",
    "CurvePoint",
    "DailyMediationStudy",
    "DiaryStudy",
    "MediationStudy",
    "Power",
    "PowerCurve",
    "ReliabilityStudy",
    "power",
]

#: name -> what can be planned
STUDIES: dict[str, type] = {
    "reliability": ReliabilityStudy,
    "change": ChangeStudy,
    "couples": CoupleStudy,
    "mediation": MediationStudy,
    "diary": DiaryStudy,
    "couples-diary": CouplesDiaryStudy,
    "daily-mediation": DailyMediationStudy,
}
STARTS = {
    "reliability": 100,
    "change": 50,
    "couples": 100,
    "mediation": 150,
    "diary": 50,
    "couples-diary": 50,
    "daily-mediation": 60,
}  # where the search begins
SHOWN_SIZES = (0.5, 0.7, 0.85, 1.15, 1.3, 1.5)  # of the curve drawn around a size asked about
FEWEST_DRAWS = 100


@one_thread
def power(  # noqa: PLR0913 -- every one is a wish of the user, by name
    study: str,
    *,
    n: int | None = None,
    target: float = 0.80,
    lost: float = 0.0,
    draws: int = 10_000,
    seed: int = 1,
    level: float | None = None,
    bank: ItemBank | str | None = None,
    scale: str | None = None,
    coefficient: str | None = None,
    width: float | None = None,
    reliability: float | None = None,
    loadings: float | None = None,
    change: float | None = None,
    stability: float | None = None,
    show: str | None = None,
    actor: float | None = None,
    partner: float | None = None,
    effect: str | None = None,
    similarity: float | None = None,
    residual_similarity: float | None = None,
    distinguishable: bool | None = None,
    a_actor: float | None = None,
    a_partner: float | None = None,
    b_actor: float | None = None,
    b_partner: float | None = None,
    direct_actor: float | None = None,
    direct_partner: float | None = None,
    days: int | None = None,
    slope: float | None = None,
    slope_sd: float | None = None,
    between_slope: float | None = None,
    own: float | None = None,
    other: float | None = None,
    a: float | None = None,
    b: float | None = None,
    direct: float | None = None,
    r_ab: float | None = None,
    icc: float | None = None,
    autocorrelation: float | None = None,
    missed: float | None = None,
) -> Power:
    r"""Return how many persons or couples a study needs, or what so many can show.

    Whole studies are simulated (``intimacy_scales.simulation``), analysed as this package analyses them, and counted:
    power is the share that succeeds. A curve, ``Phi(a + b sqrt(n))``, is put through the sizes tried; the answer is the
    least size at which it reaches the target.

    Parameters
    ----------
    study
        ``"reliability"``: persons for an interval of ``coefficient`` (alpha, omega) no wider than ``width``.
        ``"change"``: persons so that more are reliably higher than error alone makes (``show="share"``), or the mean
        rises (``show="mean"``). ``"couples"``: couples for an ``effect`` (actor, partner). ``"mediation"``: couples for
        an indirect ``effect`` (actor-actor, partner-partner, actor-partner, partner-actor: predictor to mediator, then
        mediator to outcome).
    n
        Ask what so many can show, in place of how many are needed.
    target
        Power wanted.
    lost
        Share that drops out, or answers too little: added to those to be recruited.
    draws
        Simulated studies a size near the answer. 10,000 leave about a third of a point of power.
    seed
        The same seed gives the same answer.
    level
        Of the interval, or 1 - the risk of a false alarm (two-sided; ``change`` by shares: one-sided). Default .95.
    bank, scale, reliability, loadings
        *reliability, change*: the scale answered (default EIS), and how good its items are: the alpha expected, or
        their loadings (default .7). *couples, mediation*: ``reliability`` of the measures (default 1).
    coefficient, width
        *reliability*: alpha or omega; widest interval, from end to end (default .10).
    change, stability, show
        *change*: what the standing gains in SDs (default .5); correlation of standings (default .8).
    actor, partner, effect, similarity, residual_similarity, distinguishable
        *couples*: standardized effects (defaults .3, .15), the one to be shown (default partner), how alike partners
        are in the predictor and in what is left (default .3), and whether they have roles.
    a_actor, a_partner, b_actor, b_partner, direct_actor, direct_partner
        *mediation*: standardized effects on the mediator (.3, .1), of the mediator (.3, .1), beside it (.1, 0).
    days, missed, icc, autocorrelation
        *diary, couples-diary, daily-mediation*: days asked (14), share of them missed (.1); share of the outcome's
        variance between persons (.4), correlation of neighbouring days (.2).
    slope, slope_sd, between_slope
        *diary* (persons; ``effect`` within or between): effect from day to day in SDs (.15), its SD between persons
        (.15), effect of persons' averages (.3).
    own, other
        *couples-diary* (couples; ``effect`` own or other): effects of one's own (.2) and of the partner's day (.1).
    a, b, direct, r_ab
        *daily-mediation* (persons): predictor to mediator and mediator to outcome from day to day (.25), beside it
        (.1), correlation of persons' a and b (0); ``slope_sd`` is that of all three (.2).

    Returns
    -------
    Power
        ``.n``, ``.power`` with the simulation's own interval, ``.recruited``, ``.curve``; ``.plot()`` draws it.

    Raises
    ------
    UnknownNameError
        For an unknown study, effect, coefficient or scale.
    ResponseError
        For settings out of range, or of another study; when a million units are not enough.

    Notes
    -----
    The answer is as good as the effects that are put in: a published effect is usually larger than the true one.
    Complete data are simulated; normal standings, answers by a graded response model with even cuts. Tested against
    2,000 simulated samples analysed in full (within 2 points of power).

    References
    ----------
    Ackerman, R. A., & Kenny, D. A. (2016). APIMPower: An interactive tool for actor-partner interdependence model power
    analysis. https://robert-a-ackerman.shinyapps.io/apimpower/

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> found = ims.power("couples", effect="actor", actor=0.3, draws=400)
    >>> 60 < found.n < 120
    True
    """
    if study not in STUDIES:
        raise UnknownNameError.among("study", study, list(STUDIES))
    given = {"level": level, "bank": bank, "scale": scale, "coefficient": coefficient, "width": width,
             "reliability": reliability, "loadings": loadings, "change": change, "stability": stability, "show": show,
             "actor": actor, "partner": partner, "effect": effect, "similarity": similarity,
             "residual_similarity": residual_similarity, "distinguishable": distinguishable, "a_actor": a_actor,
             "a_partner": a_partner, "b_actor": b_actor, "b_partner": b_partner, "direct_actor": direct_actor,
             "direct_partner": direct_partner, "days": days, "slope": slope, "slope_sd": slope_sd,
             "between_slope": between_slope, "own": own, "other": other, "a": a, "b": b, "direct": direct,
             "r_ab": r_ab, "icc": icc, "autocorrelation": autocorrelation, "missed": missed}  # fmt: skip
    planned = _study(study, {name: value for name, value in given.items() if value is not None})
    _check(n=n, target=target, lost=lost, draws=draws, least=planned.least)
    if n is None:
        curve = search(planned.trial, target=target, start=STARTS[study], least=planned.least, draws=draws, seed=seed)
        found = max(curve.needed(target) or planned.least, planned.least)
    else:
        curve, found = _around(planned, n, draws, seed), n
    return Power(
        study=study, unit=planned.unit, question=planned.question, n=found, power=curve.at(found),
        interval=curve.interval(found), target=target if n is None else None, lost=lost,
        recruited=math.ceil(found / (1 - lost)), draws=draws, seed=seed, truth=planned.truth(), curve=curve,
        notes=planned.notes,
    )  # fmt: skip


def _study(name: str, given: dict[str, Any]) -> Study:
    """Return the study with these settings; those of other studies are refused, all at once."""
    kind = STUDIES[name]
    known = settings_of(kind)
    wrong = [Problem(where=word, what=f"is no setting of a study of {name}", allowed=", ".join(known))
             for word in given if word not in known]  # fmt: skip
    if wrong:
        raise ResponseError(wrong)
    study: Study = kind(**given)
    return study


def _check(*, n: int | None, target: float, lost: float, draws: int, least: int) -> None:
    wrong = []
    if n is not None and n < least:
        wrong.append(Problem(where="n", what=f"is {n}", allowed=f"{least} or more"))
    if not 0.05 < target < 0.995:
        wrong.append(Problem(where="target", what=f"is {target:g}", allowed="between .05 and .995", do="say 0.8"))
    if not 0 <= lost < 1:
        wrong.append(Problem(where="lost", what=f"is {lost:g}", allowed="a share from 0 to under 1"))
    if draws < FEWEST_DRAWS:
        wrong.append(Problem(where="draws", what=f"is {draws}", allowed=f"{FEWEST_DRAWS} or more"))
    if wrong:
        raise IntimacyScalesError(wrong)


def _around(planned: Study, n: int, draws: int, seed: int) -> PowerCurve:
    """Simulate the size asked about, and some around it for the curve."""
    sizes = sorted({max(round(n * share), planned.least) for share in SHOWN_SIZES} | {n})
    points = [power_at(planned.trial, size, draws if size == n else max(draws // 4, FEWEST_DRAWS), seed)
              for size in sizes]  # fmt: skip
    return curve_of(tuple(points))
