"""Answers for any bank from a known truth: for the course, the demo and the tests. Nobody gave them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.wording import percent
from intimacy_scales.simulation.drawing import draw
from intimacy_scales.simulation.parameters import CARELESS_KINDS, Group, PerItem
from intimacy_scales.simulation.plan import Days, Forms, Plan, SimulationOptions, plan_of
from intimacy_scales.simulation.results import Simulated

__all__ = ["CARELESS_KINDS", "Days", "Group", "Plan", "Simulated", "simulate"]


def simulate(  # noqa: PLR0913 -- what may be true of a sample are its arguments, each with a plain default
    bank: ItemBank | str | os.PathLike[str],
    n: int,
    *,
    seed: int,
    forms: Forms = None,
    loadings: PerItem = 0.7,
    difficulty: PerItem = 0.0,
    thresholds: Sequence[float] | Mapping[Any, Sequence[float]] | None = None,
    factor_correlations: float | Any = 0.3,
    form_correlation: float = 0.5,
    couples: bool = False,
    similarity: float = 0.3,
    groups: Mapping[str, float | Group] | None = None,
    occasions: int = 1,
    stability: float = 0.8,
    change: float = 0.0,
    missing: float = 0.0,
    fatigue: float = 0.0,
    careless: Mapping[str, float] | None = None,
    days: int | Days | None = None,
) -> Simulated:
    """Simulate answers to a bank from a graded response model (normal ogive).

    Each person has a standing ``theta_s`` on each scale s, normal with variance 1. An answer to item i is led by
    ``y = l_i theta_s + sqrt(1 - l_i^2) e``, e standard normal; the keyed answer is the option reached, the number of
    the item's cuts that y passes. Reverse-keyed items are ticked at the other end. In the parameters of item response
    theory: slope ``a = l / sqrt(1 - l^2)`` (times 1.702 for the logistic form), difficulties ``b_c = cut_c / l``.

    Parameters
    ----------
    bank
        Any bank, its id or its path.
    n
        Number of persons; of couples with ``couples=True``.
    seed
        The same seed gives the same answers; more missing or careless answers change none of the others.
    forms
        Which forms are asked (default: all), or form to latent mean: ``{"now": 0, "expected": 0.8}``.
    loadings
        Item quality, over -1 and under 1: one number, one an item, or by item number or scale id (others: 0.7). Average
        inter-item correlation of y is about their square. A negative one is an item that runs against its key.
    difficulty
        Added to an item's cuts, in latent SDs; given as ``loadings`` are.
    thresholds
        The cuts themselves, options - 1 rising numbers on y, for all items or by item number. Default: evenly from
        -1.5 to 1.5.
    factor_correlations
        Of the scales' latents: one number, a matrix in the bank's order, or pairs, as in
        ``{("emotional", "social"): 0.35}`` (others 0).
    form_correlation
        Of a person's standing in two forms.
    couples, similarity
        Two partners, a and b, whose standings correlate ``similarity`` (-1 to 1).
    groups
        Name to latent mean in SDs, or to a :class:`Group` (shares, differences by scale, items that work otherwise).
        With couples and two groups, partner a is of the first and b of the second.
    occasions, stability, change
        Number of occasions; correlation of the standing between neighbouring ones (its square two apart), and what
        the mean gains in SDs from one to the next. Errors of an item are independent between occasions.
    missing, fatigue
        Probability that an answer is missing: ``missing + fatigue * (position - 1) / (last - 1)``.
    careless
        Share of persons by kind, who answer no item by its content: ``straightline`` (one option down the page),
        ``random``, ``midpoint``, ``patterned`` (up and down the options like stairs).
    days
        A diary: the number of days, or :class:`Days` (share of variance between persons, autocorrelation, a daily
        predictor with everybody's slope, days missed). Rows are then persons and days, in place of occasions.

    Returns
    -------
    Simulated
        ``.frame()`` the answers as ticked, ``.responses`` vouched, ``.truth`` what is true of everybody.

    Raises
    ------
    ResponseError
        With everything asked for that cannot be.

    Notes
    -----
    An item in several scales follows the smallest; one in none has a trait of its own. Correlations over partners,
    occasions, forms and scales multiply: partner a's emotional standing now and partner b's social one as wished
    correlate similarity x form_correlation x their scales' correlation. Real people are not normal, skip items for
    reasons and drift in more ways than these: a method that works here may fail on them, one that fails here will.
    That reliability, factor correlations, stability, similarity and group differences come out again is tested over
    many samples (``pytest -m slow tests/test_simulate.py``).

    References
    ----------
    Samejima, F. (1969). Estimation of latent ability using a response pattern of graded scores. Psychometrika
    Monograph Supplement, No. 17.
    Takane, Y., & de Leeuw, J. (1987). On the relationship between item response theory and factor analysis of
    discretized variables. Psychometrika, 52, 393-408. https://doi.org/10.1007/BF02294363

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> made = simulate(ims.load_bank("eis"), 100, seed=1, missing=0.05)
    >>> made.frame().shape
    (100, 6)
    """
    from intimacy_scales.bank import load_bank

    given = bank if isinstance(bank, ItemBank) else load_bank(bank)
    options = SimulationOptions(
        forms=forms,
        loadings=loadings,
        difficulty=difficulty,
        thresholds=thresholds,
        factor_correlations=factor_correlations,
        form_correlation=form_correlation,
        couples=couples,
        similarity=similarity,
        groups=groups,
        occasions=occasions,
        stability=stability,
        change=change,
        missing=missing,
        fatigue=fatigue,
        careless=careless,
        days=days,
    )
    plan = plan_of(given, n, seed, options)
    return Simulated(plan=plan, drawn=draw(plan), notes=_notes(plan))


def _notes(plan: Plan) -> tuple[str, ...]:
    who = f"{plan.n} couples" if plan.couples else f"{plan.n} persons"
    kinds = ", ".join(f"{percent(share)} {kind}" for kind, share in plan.careless.items())
    what = f"{who}, bank {plan.bank.id} {plan.bank.version}, graded response model, seed {plan.seed}"
    notes = [f"simulated: nobody gave these answers ({what})"]
    if plan.days is not None:
        one = plan.days
        notes.append(
            f"a diary of {one.n} days: {percent(one.between)} of the variance of standings between persons, "
            f"autocorrelation {one.autocorrelation:g}, slope of {one.predictor} {one.slope:g} (SD {one.slope_sd:g}), "
            f"{percent(one.missed)} of days missed"
        )
    if plan.missing or plan.fatigue:
        rising = f", rising to {percent(plan.missing + plan.fatigue)} at the last item" if plan.fatigue else ""
        notes.append(f"answers missing at random: {percent(plan.missing)}{rising}")
    if kinds:
        notes.append(f"careless answering put in: {kinds}")
    return tuple(notes)
