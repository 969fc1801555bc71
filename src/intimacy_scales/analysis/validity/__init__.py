"""The door of the room: answers and variables beside them in, the validation study of a scale out.

Validity: what speaks for reading a score as what it is said to measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np

from intimacy_scales.analysis.change.retest import Retest
from intimacy_scales.analysis.reliability import Reliability, reliability_of
from intimacy_scales.analysis.validity.estimation import (
    correlation_of,
    dependent_of,
    distinct_of,
    groups_of,
    item_scales,
    known_alpha,
    model_of,
    retested,
)
from intimacy_scales.analysis.validity.evidence import Kind, ValidityCorrelation
from intimacy_scales.analysis.validity.results import Validity
from intimacy_scales.bank.model import Banks, ItemBank
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import Assumption, assumption
from intimacy_scales.base.wording import coefficient, figure, listed, percent
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses import Responses
from intimacy_scales.reading.responses.model import partners_as_persons
from intimacy_scales.scoring import ScaleScores, Scores, as_scores
from intimacy_scales.scoring.study_table import StudyTable, StudyVariable, study_variables, variable_of
from intimacy_scales.statistics.estimate import checked_level

__all__ = ["Validity", "validity"]

MOST_RESAMPLED = 20_000  # rows; above, every interval is narrow and a bootstrap takes minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user wants beside the answers."""

    convergent: tuple[str, ...]
    discriminant: tuple[str, ...]
    groups: str | None
    reliability: Mapping[str, float]
    level: float
    bootstrap: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The bank under study: its scales, gaps and idealisation in the first administration."""

    bank: ItemBank
    scales: tuple[StudyVariable, ...]
    gaps: tuple[StudyVariable, ...]
    idealisation: StudyVariable | None
    notes: tuple[str, ...]

    @property
    def studied(self) -> tuple[StudyVariable, ...]:
        """Scores whose validity is asked for."""
        return (*self.scales, *self.gaps)


def validity(  # noqa: PLR0913 -- every one is a wish of the user, by name
    data: Any,
    bank: Banks | None = None,
    *,
    convergent: str | Sequence[str] = (),
    discriminant: str | Sequence[str] = (),
    groups: str | None = None,
    retest: Any = None,
    reliability: Mapping[str, float] | None = None,
    level: float = 0.95,
    bootstrap: int = 2000,
    seed: int = 2005,
    **reading: Unpack[ReadingOptions],
) -> Validity:
    r"""Return the validation study of a bank's scales: the validation table of a paper in one call.

    Reliability and a one-factor model of each scale; convergent and discriminant correlations, also corrected for
    unreliability (``r / sqrt(rxx ryy)``), each with its interval; correlations compared (Williams, Steiger); HTMT and
    latent correlations; known groups (Hedges' g); retest; for banks of several scales the items against their own and
    the other scales; where a bank measures idealising answers, correlations with these held constant.

    Parameters
    ----------
    data
        An export's path, a frame (persons x columns), vouched responses, or scores, whose own rule is kept.
    bank
        The bank under study; further banks in the same file may be named among the variables.
    convergent, discriminant
        Variables the score should, and should not, go with: a column (``support_total``), a score of another bank
        (``tdis_total``), or a range of columns taken as one scale (``close_1..close_6``, ``name=first..last``).
    groups
        A column of known groups; every pair is compared, the larger group first.
    retest
        The same persons later: a path, a frame or responses, matched by id (``id_column``). An export that holds a
        second occasion of the bank needs none.
    reliability
        Reliabilities by name for variables without items (``{"support_total": 0.85}``), taken as known.
    level, bootstrap, seed
        Of the intervals, and of the bootstrap of HTMT and corrected correlations.
    **reading
        Options of :func:`intimacy_scales.read_export`.

    Returns
    -------
    Validity
        ``str()`` prints the tables; ``.table()`` the correlations as a frame; ``.to_dict()`` JSON; ``.apa()`` a
        paragraph; ``.plot()`` the correlations as a picture.

    Raises
    ------
    ExportError, ResponseError
        For answers that cannot be used, groups that are none, a retest that shares fewer than three persons.
    UnknownNameError
        For a variable, column or option that there is not.

    Notes
    -----
    Persons with both values count for a correlation. A corrected one takes reliabilities as known and errors as
    independent; above 1 it is withheld. Self-reports share the way of answering. Validity is of a use
    of scores in a population, never a property of a questionnaire; no figure here makes it "valid". Validated against
    R 4.2 with psych 2.2.9, lavaan 0.6-14 and semTools 0.5-6.

    References
    ----------
    Campbell, D. T., & Fiske, D. W. (1959). Convergent and discriminant validation by the multitrait-multimethod
    matrix. Psychological Bulletin, 56, 81-105. doi:10.1037/h0046016

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> import numpy as np, pandas as pd
    >>> answers = np.random.default_rng(1).normal(size=(60, 1)) + np.random.default_rng(2).normal(size=(60, 6))
    >>> frame = pd.DataFrame(np.clip(np.rint(3 + answers[:, :5]), 1, 5), columns=[f"eis_{j}" for j in range(1, 6)])
    >>> frame["support"] = answers[:, 5]
    >>> found = validity(frame, "eis", convergent="support", bootstrap=200)
    >>> round(found.correlations[0].r.value, 3)
    0.598
    """
    asked = Asked(
        convergent=_names(convergent),
        discriminant=_names(discriminant),
        groups=groups,
        reliability=dict(reliability or {}),
        level=checked_level(level),
        bootstrap=bootstrap,
        seed=seed,
    )
    _vouch(asked)
    scores = as_scores(data, bank, reading)
    later = None if retest is None else _later(retest, scores.banks[0], reading)
    return _study(scores, asked, later)


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _vouch(asked: Asked) -> None:
    problems = [
        Problem(where=f"reliability of {name}", what=f"is {value:g}", allowed="above 0, at most 1")
        for name, value in asked.reliability.items()
        if not 0 < value <= 1
    ]
    twice = set(asked.convergent) & set(asked.discriminant)
    problems += [
        Problem(where=name, what="is named as convergent and as discriminant", allowed="one of the two")
        for name in sorted(twice)
    ]
    if problems:
        raise ResponseError(problems)


def _later(retest: Any, bank: ItemBank, reading: ReadingOptions) -> Scores:
    return as_scores(retest, bank, {} if isinstance(retest, (Responses, Scores)) else reading)


def _study(scores: Scores, asked: Asked, later: Scores | None) -> Validity:
    subject = _subject(scores)
    asked, large = _without_resampling(asked, len(scores))
    study = StudyTable(table=scores.table_read, scores=scores)
    near, far = (study_variables(study, names) for names in (asked.convergent, asked.discriminant))
    _vouch_reliabilities(asked, subject, [*near, *far])
    own = reliability_of(as_scores(scores, subject.bank), level=asked.level, bootstrap=asked.bootstrap)
    correlations = _correlations(subject, near, far, replace(asked, reliability=_with_gaps(asked, subject, own)))
    compared = tuple(pair for one in subject.studied for pair in dependent_of(one, near, far, asked.level))
    groups, group_notes = (
        ((), []) if asked.groups is None else groups_of(scores.table_read, asked.groups, subject.studied, asked.level)
    )
    retests, retest_notes = _retests(scores, subject, later, asked.level)
    models, model_notes = _models(subject)
    distinct, distinct_notes = distinct_of(
        [*subject.scales, *near, *far], draws=asked.bootstrap, seed=asked.seed, level=asked.level
    )
    return Validity(
        bank=subject.bank,
        n=len(scores),
        level=asked.level,
        reliability=own,
        models=models,
        correlations=correlations,
        dependent=compared,
        groups=groups,
        group_column=asked.groups,
        retest=retests,
        distinct=distinct,
        items=item_scales(subject.scales),
        variables=dict(zip([one.name for one in (*near, *far)], (*asked.convergent, *asked.discriminant), strict=True)),
        assumptions=_assumptions(subject, correlations, groups, models),
        notes=tuple(dict.fromkeys((
            *large, *subject.notes, *partners_as_persons(scores.table_read),
            *(one.note for one in (*near, *far) if one.note), *group_notes, *retest_notes, *model_notes,
            *distinct_notes, *_withheld(correlations),
        ))),
    )  # fmt: skip


def _without_resampling(asked: Asked, n: int) -> tuple[Asked, list[str]]:
    """Return what was asked, without bootstraps for very many rows, and a note that says so."""
    if n <= MOST_RESAMPLED or not asked.bootstrap:
        return asked, []
    return replace(asked, bootstrap=0), [f"more than {MOST_RESAMPLED:,} rows: no bootstrap intervals"]


def _subject(scores: Scores) -> Subject:
    bank = scores.banks[0]
    parts = scores.of(bank.id)
    order = {form: place for place, form in enumerate(bank.form_ids)}
    plain = sorted((part for part in parts if part.derived is None), key=lambda p: order.get(p.administration.form, 0))
    first = plain[0].administration
    chosen = [part for part in plain if part.administration == first]
    gaps = [p for p in parts if p.derived is not None and _same_but_form(p, chosen[0]) and p.scale.role == "content"]
    ideal = next((part for part in chosen if part.scale.role == "idealisation"), None)
    notes = []
    if len({part.administration.partner for part in plain}) > 1:
        notes.append(f"partner {first.partner} alone is looked at: partners of a couple are not independent persons")
    return Subject(
        bank=bank,
        scales=tuple(variable_of(scores, part) for part in chosen if part.scale.role != "idealisation"),
        gaps=tuple(variable_of(scores, part) for part in gaps),
        idealisation=None if ideal is None else variable_of(scores, ideal),
        notes=tuple(notes),
    )


def _same_but_form(part: ScaleScores, other: ScaleScores) -> bool:
    a, b = part.administration, other.administration
    return (a.partner, a.occasion) == (b.partner, b.occasion)


def _vouch_reliabilities(asked: Asked, subject: Subject, others: Sequence[StudyVariable]) -> None:
    known = [one.name for one in (*subject.studied, *others)]
    unknown = [name for name in asked.reliability if name not in known]
    if unknown:
        raise UnknownNameError(
            [p for name in unknown for p in UnknownNameError.among("variable with a reliability", name, known).problems]
        )


def _with_gaps(asked: Asked, subject: Subject, own: Reliability) -> dict[str, float]:
    """Return the user's reliabilities, and those of gaps: of a difference of two scores."""
    differences = own.differences.get(subject.bank.id, {})
    known = {f"{subject.bank.id}_{key.replace('.', '_')}": one.value for key, one in differences.items()}
    gaps = {gap.name: known[gap.name] for gap in subject.gaps if gap.name in known}
    return {**gaps, **asked.reliability}


def _correlations(
    subject: Subject, near: Sequence[StudyVariable], far: Sequence[StudyVariable], asked: Asked
) -> tuple[ValidityCorrelation, ...]:
    ideal = subject.idealisation
    wanted: list[tuple[StudyVariable, Kind]] = [(variable, "convergent") for variable in near]
    wanted += [(variable, "discriminant") for variable in far]
    wanted += [(ideal, "idealisation")] if ideal is not None else []
    return tuple(
        correlation_of(
            score,
            other,
            kind,
            reliabilities=(
                known_alpha(score, asked.reliability),
                known_alpha(other, asked.reliability),
            ),
            held=None if kind == "idealisation" else ideal,
            level=asked.level,
            draws=asked.bootstrap,
            seed=asked.seed,
        )
        for score in subject.studied
        for other, kind in wanted
        if score.name != other.name
    )


def _retests(
    scores: Scores, subject: Subject, later: Scores | None, level: float
) -> tuple[dict[str, Retest], list[str]]:
    """Return the retest of every scale: of another file by id, or of a second occasion in this one."""
    found, notes = dict[str, Retest](), list[str]()
    pairs = _second_occasion(scores, subject) if later is None else _matched(scores, later, subject)
    for one, after in pairs:
        retest = retested(one, after, level)
        if retest is None:
            raise ResponseError(
                Problem(
                    where="retest",
                    what=f"fewer than three persons have {one.name} twice",
                    allowed="three or more",
                    do="name the column that holds the persons' ids (--id COLUMN)",
                )
            )
        found[one.name] = retest
    return found, notes


def _second_occasion(scores: Scores, subject: Subject) -> list[tuple[StudyVariable, FloatArray]]:
    parts = [part for part in scores.of(subject.bank.id) if part.derived is None]
    first = {part.column: part for part in parts}
    found = []
    for scale in subject.scales:
        own = first[scale.name]
        again = [
            part
            for part in parts
            if part.scale.id == own.scale.id
            and (part.administration.form, part.administration.partner)
            == (own.administration.form, own.administration.partner)
            and part.administration.occasion != own.administration.occasion
        ]
        if again:
            found.append((scale, again[0].values))
    return found


def _matched(scores: Scores, later: Scores, subject: Subject) -> list[tuple[StudyVariable, FloatArray]]:
    before, after = scores.ids, later.ids
    if before is None or after is None:
        raise ResponseError(
            Problem(
                where="retest",
                what="one of the two files has no column of ids",
                allowed="the same ids in both",
                do="name the column (--id COLUMN)",
            )
        )
    at = {name: row for row, name in enumerate(after)}
    if len(at) < len(after):
        raise ResponseError(
            Problem(where="retest", what="an id stands in two rows", allowed="each person once", do="delete one row")
        )
    rows = np.array([at.get(name, -1) for name in before])
    found = []
    for scale in subject.scales:
        part = next((p for p in later.of(subject.bank.id) if p.column == scale.name), None)
        if part is not None:
            found.append((scale, np.where(rows >= 0, part.values[rows], np.nan)))
    return found


def _models(subject: Subject) -> tuple[tuple[Any, ...], list[str]]:
    made = [model_of(scale) for scale in subject.scales]
    return tuple(model for model, _ in made if model is not None), [why for _, why in made if why]


def _withheld(correlations: Sequence[ValidityCorrelation]) -> list[str]:
    unknown = sorted({correlation.other for correlation in correlations if np.isnan(correlation.other_reliability)})
    notes = (
        [f"not corrected for unreliability: {listed(unknown)} (no reliability is known; give one)"] if unknown else []
    )
    notes += [
        f"{correlation.score} with {correlation.other}: no corrected correlation: {correlation.withheld}"
        for correlation in correlations
        if correlation.withheld and correlation.other not in unknown
    ]
    return notes


def _assumptions(
    subject: Subject, correlations: Sequence[ValidityCorrelation], groups: Sequence[Any], models: Sequence[Any]
) -> tuple[Assumption, ...]:
    assumptions = []
    apart = [correlation for correlation in correlations if abs(correlation.r.value - correlation.spearman) > 0.10]
    if correlations:
        assumptions.append(
            assumption(
                "relations are straight lines",
                "ranks and scores correlate alike"
                if not apart
                else "ranks and scores correlate differently: "
                + listed([f"{one.score} with {one.other}" for one in apart]),
                doubtful=bool(apart),
            )
        )
    for scale in subject.scales:
        known = scale.values[~np.isnan(scale.values)]
        if len(known):
            most = max(float(np.mean(known == known.max())), float(np.mean(known == known.min())))
            assumptions.append(
                assumption(
                    f"{scale.name} is not piled up at an end", f"{percent(most)} at one end", doubtful=most > 0.15
                )
            )
    for model in models:
        poor = bool(model.p < 0.05 and (model.cfi < 0.90 or model.rmsea > 0.10))
        text = f"CFI {coefficient(model.cfi, 3)}, RMSEA {coefficient(model.rmsea, 3)}"
        assumptions.append(
            assumption(f"one factor stands behind {model.scale}", text, doubtful=None if model.df == 0 else poor)
        )
    for pair in groups:
        sds = pair.found.sds
        ratio = max(sds) / min(sds) if min(sds) > 0 else float("inf")
        assumptions.append(
            assumption(
                f"{pair.score}: {pair.groups[0]} and {pair.groups[1]} spread alike",
                f"ratio of SDs {figure(ratio)}; Welch's test does not need it, g does",
                doubtful=ratio > 1.5,
            )
        )
    return tuple(assumptions)
