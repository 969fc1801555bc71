"""Which figures of a result other programs can compute, and from which numbers.

A second opinion: what pingouin, factor_analyzer and semopy make of the same numbers.

The door of the room: a result of ours in, what other programs say to it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from intimacy_scales.analysis.change import Change
from intimacy_scales.analysis.reliability import Reliability
from intimacy_scales.analysis.second_opinion.programs import (
    INSTALL_SEMOPY,
    Opinion,
    SecondOpinion,
    alpha_opinion,
    correlation_opinions,
    group_opinions,
    icc_opinions,
    model_opinions,
    paired_opinions,
    rotation_opinion,
    semopy_there,
    suitability_opinions,
)
from intimacy_scales.analysis.structure import Structure
from intimacy_scales.analysis.validity import Validity
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.exports.table import group_column
from intimacy_scales.scoring import Scores, as_scores
from intimacy_scales.scoring.study_table import StudyTable, StudyVariable, study_variable
from intimacy_scales.statistics.factoring import efa

__all__ = ["Opinion", "SecondOpinion", "second_opinion"]


def second_opinion(result: Any, data: Any = None) -> SecondOpinion:
    """Compute a result's figures with other programs too, and show the difference.

    pingouin: alpha, correlations, intraclass correlations, t tests, effect sizes. factor_analyzer: KMO, Bartlett's
    test, rotations. semopy (an optional extra): factor models of complete rows, maximum likelihood.

    Parameters
    ----------
    result
        What ``reliability``, ``structure``, ``reliable_change`` or ``validity`` gave.
    data
        The answers or scores it was made of; needed for reliability and validity.

    Returns
    -------
    SecondOpinion
        ``str()`` prints a line a figure: ours, theirs, the difference. ``.apart`` are those that differ.

    Raises
    ------
    ResponseError
        For another result, or without the data it needs.

    Notes
    -----
    Agreement says that two programs compute the same, not that the figure is the right one to look at. Where answers
    are missing the others take complete rows; where they round, the difference is no more than that.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> scores = ims.score(ims.example("validation"), "eis")
    >>> second_opinion(ims.reliability(scores), scores).apart
    ()
    """
    if isinstance(result, Structure):
        return structure_checked(result)
    if isinstance(result, Change):
        return change_checked(result)
    if isinstance(result, Reliability):
        return reliability_checked(result, _scores(data, "reliability"))
    if isinstance(result, Validity):
        return validity_checked(result, _scores(data, "validity"))
    raise ResponseError(
        Problem(
            where="second opinion",
            what=f"a {type(result).__name__} was given",
            allowed="a result of reliability, structure, reliable_change or validity",
        )
    )


def _scores(data: Any, of: str) -> Scores:
    if data is None:
        raise ResponseError(
            Problem(
                where="second opinion", what=f"a result of {of} holds no answers", do="give the scores it was made of"
            )
        )
    return as_scores(data)


FEWEST = 10  # complete rows for a structural model
MOST_ITEMS = 40  # above, semopy takes minutes


def reliability_checked(reliability: Reliability, scores: Scores) -> SecondOpinion:
    """Return alpha of every scale by pingouin, and omega's one-factor model by semopy."""
    opinions, notes = list[Opinion](), list[str]()
    if reliability.missing == "fiml":
        notes.append("alpha of an EM covariance matrix (fiml) is computed by none of the other programs")
    for part in scores.parts:
        if part.derived is not None or part.bank.id not in reliability.scales:
            continue
        one = reliability.scales[part.bank.id].get(part.key)
        items = scores.keyed(part)
        if one is None or items.shape[1] < 2 or reliability.missing == "fiml":
            continue
        kept = items[:, np.nanstd(items, axis=0) > 0]  # a constant item is left out of k: said on the result
        listwise = reliability.missing == "listwise"
        opinions.append(alpha_opinion(f"{part.column}: alpha", one.alpha.value, kept, listwise=listwise))
        names = [part.bank.item_column(number) for number in part.scale.items]
        opinions += _model(part.column, {part.column: names}, items, names, notes)
    return _joined_opinions(opinions, notes)


def structure_checked(structure: Structure) -> SecondOpinion:
    """Return KMO, Bartlett's test and the rotation by factor_analyzer, the bank's factor model by semopy."""
    opinions, notes = list[Opinion](), list[str]()
    answers, explored = structure.answers, structure.exploration
    whole = answers.keyed[~np.isnan(answers.keyed).any(axis=1)]
    if len(whole) < len(answers.keyed):
        notes.append(
            f"other programs take the {len(whole)} complete rows; ours may use all answers: figures may differ"
        )
    fit = explored.suitability
    if explored.correlations.kind == "polychoric":
        notes.append("polychoric correlations: factor_analyzer computes Pearson's, so nothing is compared there")
    elif fit is not None and len(whole) > whole.shape[1]:
        opinions += suitability_opinions(fit.kmo, fit.chi2, fit.p_value, whole)
    if explored.efa is not None:
        raw = efa(
            explored.correlations.correlations,
            explored.efa.loadings.shape[1],
            extraction=explored.efa.extraction,
            rotation="none",
            n_persons=round(explored.correlations.effective_n),
        )
        opinion = rotation_opinion(explored.efa.rotation, explored.efa.loadings, raw.loadings)
        opinions += [] if opinion is None else [opinion]
    factors = {name: list(items) for name, items in answers.factors.items()}
    opinions += _model("bank's factors", factors, answers.keyed, list(answers.names), notes)
    return _joined_opinions(opinions, notes)


def change_checked(change: Change) -> SecondOpinion:
    """Return r, intraclass correlations and the paired t test of every score by pingouin."""
    opinions: list[Opinion] = []
    for part in change.parts:
        table = np.column_stack([part.before, part.after])
        whole = table[~np.isnan(table).any(axis=1)]
        if part.retest is None or len(whole) < 5 or not (whole.std(axis=0) > 0).all():
            continue
        retest = part.retest
        opinions += correlation_opinions(part.column, {"r": retest.r.value}, whole[:, 0], whole[:, 1])
        opinions += icc_opinions(part.column, {name: one.value for name, one in retest.icc.items()}, whole)
        if part.effects is not None and np.isfinite(part.effects.t):
            ours = {"paired t": part.effects.t, "paired p": part.effects.p}
            opinions += paired_opinions(part.column, ours, whole[:, 0], whole[:, 1])
    return _joined_opinions(opinions, [])


def validity_checked(validity: Validity, scores: Scores) -> SecondOpinion:
    """Return correlations, groups and alphas by pingouin, one factor a scale by semopy."""
    study = StudyTable(table=scores.table_read, scores=scores)
    known: dict[str, StudyVariable] = {}
    opinions, notes = list[Opinion](), list[str]()
    for correlation in validity.correlations:
        score, other = (
            known.setdefault(name, _study_variable(study, name, validity))
            for name in (correlation.score, correlation.other)
        )
        both = ~(np.isnan(score.values) | np.isnan(other.values))
        if np.isfinite(correlation.r.value):
            ours = {"r": correlation.r.value, "p": float(correlation.r.p or 0.0), "spearman": correlation.spearman}
            what = f"{correlation.score} with {correlation.other}"
            opinions += correlation_opinions(what, ours, score.values[both], other.values[both])
    opinions += _groups(validity, scores, known, study)
    for model in validity.models:
        score = known.setdefault(model.scale, _study_variable(study, model.scale, validity))
        if score.items is not None:
            names = list(score.item_names)
            opinions += _model(model.scale, {model.scale: names}, score.items, names, notes)
    return _joined_opinions(opinions, notes)


def _study_variable(study: StudyTable, name: str, validity: Validity) -> StudyVariable:
    """Return a variable by the name that the result has for it: ranges of columns by the columns they held."""
    spec = validity.variables.get(name, name)
    return study_variable(study, spec)


def _groups(
    validity: Validity, scores: Scores, known: dict[str, StudyVariable], study: StudyTable
) -> Iterable[Opinion]:
    if validity.group_column is None:
        return []
    texts = np.array(group_column(scores.table_read, validity.group_column))
    opinions: list[Opinion] = []
    for pair in validity.groups:
        score = known.setdefault(pair.score, _study_variable(study, pair.score, validity))
        one, two = (score.values[(texts == name) & ~np.isnan(score.values)] for name in pair.groups)
        g = pair.found
        ours = {"d": g.d, "g": g.g, "welch t": g.welch[0], "welch df": g.welch[1], "welch p": g.welch[2]}
        opinions += group_opinions(f"{pair.score}, {' / '.join(pair.groups)}", ours, one, two)
    return opinions


def _model(
    what: str, factors: dict[str, list[str]], X: FloatArray, names: list[str], notes: list[str]
) -> list[Opinion]:
    """Return a factor model by semopy, or note why not."""
    whole = int((~np.isnan(X).any(axis=1)).sum())
    if min(map(len, factors.values()), default=0) < 3 or whole < max(FEWEST, X.shape[1] + 1):
        return []
    if X.shape[1] > MOST_ITEMS:
        notes.append(f"{what}: no structural model of {X.shape[1]} items by semopy: it would take minutes")
        return []
    if not semopy_there():
        notes.append(INSTALL_SEMOPY)
        return []
    try:
        return model_opinions(what, factors, X, names)
    except Exception as fault:  # noqa: BLE001 -- another program's failure is told, not passed on
        notes.append(f"{what}: semopy did not fit the model ({type(fault).__name__})")
        return []


def _joined_opinions(opinions: list[Opinion], notes: list[str]) -> SecondOpinion:
    return SecondOpinion(opinions=tuple(opinions), notes=tuple(dict.fromkeys(notes)))
