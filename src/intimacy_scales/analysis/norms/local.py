"""Norms of one's own: what a sample says of its scores, in the form a bank carries, group by group.

Columns of an export that norms are made with: weights of persons, and ages.

Persons put into groups by columns of their export.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np

from intimacy_scales.analysis.norms.choice import cautions_for
from intimacy_scales.analysis.norms.local_results import SMALL, LocalNorms, TooFew, refusals
from intimacy_scales.analysis.norms.measurement_error import LEVEL
from intimacy_scales.analysis.norms.percentile import LEAST_IN_A_STEP, effective_n, table_of
from intimacy_scales.bank.model import ItemBank, Norm, NormScale
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.model import Responses, partners_as_persons
from intimacy_scales.scoring import ScaleScores, Scores, as_scores, rule_of
from intimacy_scales.statistics.estimate import half_width

SHOWN = 3


def numbers_in(scores: Scores, column: str) -> FloatArray:
    """Return a column's numbers, one a row, NaN where a cell is blank.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    ResponseError
        When a cell is no number, with its row.
    """
    texts = scores.other_column(column).known_texts()
    found, wrong = np.full(len(texts), np.nan), []
    for row, text in enumerate(texts):
        if not text:
            continue
        try:
            found[row] = float(text)
        except ValueError:
            wrong.append(row)
    if wrong:
        rows = ", ".join(str(scores.row_numbers[row]) for row in wrong[:SHOWN])
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        what = f"{len(wrong)} cells are no numbers, as {texts[wrong[0]]!r} (row {rows}{more})"
        raise ResponseError(Problem(where=f"column {column}", what=what, allowed="numbers", do="name another column"))
    return found


def weights_in(scores: Scores, column: str) -> FloatArray:
    """Return a column of weights, all above 0; a blank one is NaN and its person counts for nothing.

    Raises
    ------
    ResponseError
        When a weight is not above 0, or none is there.
    """
    weights = numbers_in(scores, column)
    known = weights[~np.isnan(weights)]
    if not len(known) or not (known > 0).all() or not np.isfinite(known).all():
        bad = int((~(known > 0)).sum())
        what = "holds no weights" if not len(known) else f"{bad or 'some'} weights are not above 0"
        raise ResponseError(Problem(where=f"column {column}", what=what, allowed="a number above 0 for each person"))
    return weights


EVERYONE = "everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows (0-based) of one group; ``values`` maps column to value, empty for everyone."""

    name: str
    values: Mapping[str, str]
    rows: IntArray = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Everyone first, then each group in the order of its values, and what was noticed."""

    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()


def groups_of(scores: Scores, by: Sequence[str]) -> Grouping:
    """Return everyone, and the groups that the values of ``by`` columns make (crossed).

    A row without a value in one of the columns belongs to no group.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    """
    everyone = Group(name=EVERYONE, values={}, rows=np.arange(len(scores), dtype=np.int64))
    if not by:
        return Grouping(groups=(everyone,))
    columns = [scores.other_column(name).labelled_texts() for name in by]
    rows: dict[tuple[str, ...], list[int]] = {}
    blank = 0
    for row, texts in enumerate(zip(*columns, strict=True)):
        values = tuple(text.strip() for text in texts)
        if all(values):
            rows.setdefault(values, []).append(row)
        else:
            blank += 1
    groups = [
        Group(
            name="_".join(f"{name} {value}" for name, value in zip(by, values, strict=True)),
            values=dict(zip(by, values, strict=True)),
            rows=np.array(rows[values], dtype=np.int64),
        )
        for values in sorted(rows)
    ]
    notes = (f"{blank} rows have no value in {', '.join(by)} and belong to no group",) if blank else ()
    return Grouping(groups=(everyone, *groups), notes=notes)


LEAST = 30  # refused below: definitions of the house


def norms_from(  # noqa: PLR0913 (a norm says where it comes from)
    data: Any,
    bank: ItemBank | str | None = None,
    *,
    sample: str,
    by: Sequence[str] = (),
    source: str | None = None,
    year: int | None = None,
    country: str | None = None,
    min_n: int = LEAST,
    weights: str | None = None,
    level: float = LEVEL,
    **reading: Unpack[ReadingOptions],
) -> LocalNorms:
    """Return norms from a sample: n, mean, SD, alpha and a percentile table of every scale, for everyone and by group.

    Parameters
    ----------
    data
        Scores of the sample, by the bank's own rule; or answers of any kind, which are scored once, here.
    bank
        Which bank, where the scores are of several.
    by
        Columns of the export (kept as text) whose values make groups, several crossed. Rows without a value are in no
        group. Everyone is a norm too.
    sample
        The sample in words: who they are, how they were found. A norm names its sample.
    source
        Where the figures come from; when not said, that they were computed from an export. No file is named unasked.
    year, country
        When and where the answers were given.
    min_n
        Fewest scored persons a group and scale; under 30 is never allowed.
    weights
        A column that weights persons to a population (numbers above 0). Mean, SD and shares are weighted, and n is
        Kish's effective number, ``(sum w)^2 / sum w^2``; alpha is not weighted, and says so.
    level
        Of the intervals of shares and quantiles.
    **reading
        Options of :func:`intimacy_scales.read_export`, where answers are yet to be read.

    Returns
    -------
    LocalNorms
        Norms in the form a bank carries. Groups that are too small stand in ``refused``, those under 100 are marked
        *small*.

    Raises
    ------
    ResponseError
        When no group is large enough, ``min_n`` is under 30, or the scores are not on the bank's metric.
    UnknownNameError
        When a ``by`` column is not there.

    Notes
    -----
    Missing answers: a person counts for a scale when the bank's rule gives a score. Shares carry exact binomial
    intervals, quantiles order-statistic intervals (``quantile_table``), so that
    neither needs a normal curve. A sample that came by itself (volunteers, patients, students) stands for itself only.
    Derived scores (wished minus now) get no norm: they are read against the person's own wish.
    Partners of couples and repeated occasions, which a file may hold side by side, become groups of their own.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> sample = ims.simulate("eis", 200, seed=1).responses
    >>> norms = norms_from(sample, sample="200 simulated persons", year=2024)
    >>> norms.norms[0].scales[0].n
    200
    """
    half_width(level)
    scores = scores_for(data, bank, reading)
    one_bank = bank_of(scores, bank)
    parts = [part for part in scores.of(one_bank.id) if part.derived is None]
    _check(parts, sample=sample, min_n=min_n)
    said = {"sample": sample.strip(), "source": (source or made_from(scores)).strip(), "year": year, "country": country}
    norms: list[Norm] = []
    refused: list[TooFew] = []
    grouping = groups_of(scores, by)
    rule = NormRule(min_n=min_n, level=level, weights=None if weights is None else weights_in(scores, weights))
    for group in grouping.groups:
        made, left = _norms_of_group(scores, parts, group, said, rule)
        norms += made
        refused += left
    if not norms:
        do = "collect more answers, or make wider groups"
        raise ResponseError([Problem(where="norms", what=line, do=do) for line in refusals(refused)])
    return LocalNorms(
        bank=one_bank,
        norms=tuple(norms),
        refused=tuple(refused),
        level=level,
        notes=(*_notes(one_bank, grouping, by, weights), *partners_as_persons(scores.table_read)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NormRule:
    """How a norm is made: fewest persons, level of intervals, weights (one a row; NaN counts for nothing)."""

    min_n: int
    level: float
    weights: FloatArray | None = None


def _notes(bank: ItemBank, grouping: Grouping, by: Sequence[str], weights: str | None) -> tuple[str, ...]:
    weighted = (f"weighted by {weights}: n is the effective number of persons",) if weights else ()
    return (*grouping.notes, *weighted, *cautions_for(bank, by))


def scores_for(data: Any, bank: ItemBank | str | None, reading: Mapping[str, Any]) -> Scores:
    """Return the scores that norms are made of: those given whole (see :func:`bank_of`), or answers read and scored."""
    return as_scores(data, None if isinstance(data, (Responses, Scores)) else bank, reading)


def bank_of(scores: Scores, bank: ItemBank | str | None) -> ItemBank:
    """Return the bank that was named, or the only one; a problem where that cannot be."""
    banks = {one.id: one for one in scores.banks}
    if bank is None and len(banks) == 1:
        return next(iter(banks.values()))
    name = bank.id if isinstance(bank, ItemBank) else bank
    if name not in banks:
        what = f"scores of {len(banks)} banks" if bank is None else f"no scores of {name}"
        raise ResponseError(
            Problem(where="norms", what=what, allowed=f"one of {', '.join(banks)}", do="say which bank")
        )
    return banks[name]


def made_from(scores: Scores) -> str:
    """Return what norms were computed from; no file is named unasked: its name may tell of people."""
    kind = "a table handed over" if scores.source.path is None else f"an export ({scores.source.platform})"
    return f"computed from the answers in {kind}"


def undated(year: int | None) -> tuple[str, ...]:
    """Return the note of a norm that does not say when its sample answered."""
    return () if year is not None else ("when the answers were given is not said",)


def _check(parts: Sequence[ScaleScores], *, sample: str, min_n: int) -> None:
    problems = []
    if not sample.strip():
        problems.append(
            Problem(where="sample", what="is empty", allowed="the sample in words", do="a norm names its sample")
        )
    if min_n < LEAST:
        problems.append(Problem(where="min_n", what=f"is {min_n}", allowed=f"{LEAST} or more"))
    for part in parts:
        own = rule_of(part.bank, part.scale)
        if (own.combine, own.rescale) != (part.rule.combine, part.rule.rescale):
            problems.append(
                Problem(
                    where=part.column,
                    what=f"is scored as {part.rule}",
                    allowed=str(own),
                    do="score by the bank's rule: a norm is on the bank's metric",
                )
            )
    if problems:
        raise ResponseError(problems)


def _norms_of_group(
    scores: Scores,
    parts: Sequence[ScaleScores],
    group: Group,
    said: dict[str, Any],
    rule: NormRule,
) -> tuple[list[Norm], list[TooFew]]:
    from intimacy_scales.bank import fingerprint

    norms: list[Norm] = []
    refused: list[TooFew] = []
    administrations = list(dict.fromkeys(part.administration for part in parts))
    for administration in administrations:
        figures = []
        for part in (one for one in parts if one.administration == administration):
            made = _norm_scale(scores, part, group, rule)
            if isinstance(made, TooFew):
                refused.append(made)
            else:
                figures.append(made)
        if not figures:
            continue
        more = {
            name: text
            for name, text in (("partner", administration.partner), ("time", administration.occasion))
            if text
        }
        small = (f"small: under {SMALL} persons",) if min(one.n for one in figures) < SMALL else ()
        norms.append(
            Norm(
                **said,
                id=_norm_id(
                    [group.name, administration.form, administration.partner, administration.occasion],
                    [norm.id for norm in norms],
                ),
                form=administration.form,
                group={**group.values, **more},
                certainty="computed",
                missing=str(_rules(parts, administration)),
                fingerprint=fingerprint(parts[0].bank),
                scales=tuple(figures),
                notes=(*small, *undated(said["year"]), *_without_alpha(figures)),
            )
        )
    return norms, refused


def _without_alpha(figures: Sequence[NormScale]) -> tuple[str, ...]:
    names = [one.scale for one in figures if one.reliability is None]
    said = "alpha is below 0 or not defined, so no reliability is carried; check the keying"
    return (f"{', '.join(names)}: {said}",) if names else ()


def _rules(parts: Sequence[ScaleScores], administration: object) -> str:
    return "; ".join(dict.fromkeys(str(part.rule) for part in parts if part.administration == administration))


def _norm_scale(scores: Scores, part: ScaleScores, group: Group, rule: NormRule) -> NormScale | TooFew:
    values: FloatArray = part.values[group.rows]
    mass = np.ones(len(values)) if rule.weights is None else rule.weights[group.rows]
    there = ~(np.isnan(values) | np.isnan(mass))
    known, mass = values[there], mass[there]
    n = len(known) if rule.weights is None or not len(known) else effective_n(mass)
    if n < rule.min_n:
        kind = "scored persons" if rule.weights is None else "effective persons after weighting"
        return TooFew(group=group.name, column=part.column, n=n, why=f"{n} {kind}; {rule.min_n} are needed")
    if known.std() < 1e-12:
        return TooFew(group=group.name, column=part.column, n=n, why=f"all {n} scores are equal: no SD, no norm")
    from intimacy_scales.analysis.reliability.scale_answers import alpha_of

    alpha = alpha_of(scores, part, rows=group.rows)
    if alpha is not None and not 0 <= alpha.value <= 1:
        alpha = None
    weights = None if rule.weights is None else mass
    table = table_of(known, level=rule.level, weights=weights, least=LEAST_IN_A_STEP)
    share, unweighted = mass / mass.sum(), "" if rule.weights is None else ", not weighted"
    mean = float(share @ known)
    return NormScale(
        scale=part.scale.id,
        n=n,
        mean=mean,
        sd=float(np.sqrt(share @ (known - mean) ** 2 * n / (n - 1))),
        reliability=None if alpha is None else alpha.value,
        reliability_kind=None if alpha is None else f"alpha, pairwise, {alpha.n_complete} complete rows{unweighted}",
        quantiles=table,
        joined=len(table) < len(np.unique(np.round(known, 10))),
        weighted=rule.weights is not None,
    )


def _norm_id(parts: Sequence[str | None], taken: Sequence[str]) -> str:
    """Return a name that an identifier may be, unlike those taken."""
    words = [re.sub(r"[^a-z0-9]+", "_", part.casefold()).strip("_") for part in parts if part]
    name = "_".join(word for word in words if word) or "group"
    name = name if name[0].isalpha() else f"g_{name}"
    return name if name not in taken else f"{name}_{len(taken) + 1}"
