"""The room's two ways in: two tables, or one table that holds several occasions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.change.compute import Wishes, change_of
from intimacy_scales.change.cutoffs import Population
from intimacy_scales.change.occasions import days_of
from intimacy_scales.change.one_table import panel_of_one
from intimacy_scales.change.panel import Panel, panel_of_two
from intimacy_scales.change.results import Change
from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.scoring import Scores, score
from intimacy_scales.scoring.given import PerScore, check_given, half_width


def reliable_change(  # noqa: PLR0913 (each is a figure of the user's own)
    before: Any,
    after: Any,
    bank: ItemBank | None = None,
    *,
    sd: PerScore = None,
    reliability: PerScore = None,
    mean: PerScore = None,
    practice: PerScore = None,
    interval: str | None = None,
    time: str | None = None,
    cutoff: PerScore = None,
    clinical: Population | None = None,
    functional: Population | None = None,
    level: float = 0.95,
    by_row: bool = False,
    names: tuple[str, str] = ("before", "after"),
    **reading: Any,
) -> Change:
    r"""Return who changed between two occasions by more than measurement error, and how far the occasions agree.

    The first index is Jacobson and Truax's, ``RC = (x2 - x1) / (s1 sqrt(2) sqrt(1 - r))``; ``|RC| > 1.96`` is a
    reliable change. Beside it stand Edwards and Nunnally's and Gulliksen, Lord and Novick's (both need a mean),
    Hageman and Arrindell's and the practice-adjusted one (both need 30 persons seen twice, or a ``practice`` given).
    For a sample: Pearson's r, all six ICCs, Bland and Altman's limits, paired effect sizes, each with its interval.

    Parameters
    ----------
    before, after
        What :func:`intimacy_scales.score` takes (a path, a frame, one person's dict or list), or scores.
    bank
        The bank; may be left out where both are scores.
    sd, reliability, mean
        Of a fitting sample on the metric of the score: one number, or score column to number. The user's figures
        go before all others.
    practice
        Mean change of persons to whom nothing happened between (a control group); else that of these persons.
    interval
        Time between the occasions in words ("6 weeks"): a published test-retest figure counts when its own is like it.
    time
        A column of both that says when: the interval is taken from it, and after must lie later than before.
    cutoff, clinical, functional
        For clinically significant change: a cut-off of the user's, or one or both :class:`Population`.
    level
        Of all intervals (the criterion of 1.96 stays).
    by_row
        Row i of both is the same person; else they are joined by id.
    names
        How sentences call the two.
    **reading
        Options of :func:`intimacy_scales.read_export` (``id_column``, ``mapping``, ``missing_codes`` ...).

    Returns
    -------
    Change
        ``str()``, ``.table()``, ``.apa()``, ``.to_dict()``; ``change["eis_total"]`` holds one score.

    Raises
    ------
    ExportError, ResponseError
        With every fault: an input that cannot be read, is empty, has no id in common; occasions out of order; a
        reliability outside 0 to 1.

    Notes
    -----
    A withheld score gives no index. Ids that differ in spaces, case or leading zeros are one where nobody could be
    mistaken; those, doubled and unmatched ids are told in ``problems``. Which reliability and SD were used, why, and
    which were not, stands in ``used``.
    Nobody's change has a cause here: the index tells measurement error from change, not one reason for it from another.
    ICCs and r validated against R psych 2.2.9 and pingouin 0.7.0; the indices by hand.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> bank = ims.load_bank("eis")
    >>> moved = reliable_change([2, 3, 2, 3, 2], [4, 4, 5, 4, 4], bank, sd=4.0, reliability=0.85)
    >>> moved["eis_total"].classes
    ('improved',)
    """
    half_width(level)
    first, second = (_scored(data, bank, reading, name) for data, name in zip((before, after), names, strict=True))
    panel = panel_of_two(first, second, time=time, by_row=by_row, names=names)
    wishes = Wishes(
        sd=sd,
        reliability=reliability,
        mean=mean,
        practice=practice,
        cutoff=cutoff,
        clinical=clinical,
        functional=functional,
        days=None if interval is None else days_of(interval),
        level=level,
    )
    return _change(panel, wishes, interval)


def change_over_time(  # noqa: PLR0913 (as above)
    data: Any,
    bank: ItemBank | None = None,
    *,
    time: str | None = None,
    sd: PerScore = None,
    reliability: PerScore = None,
    mean: PerScore = None,
    practice: PerScore = None,
    interval: str | None = None,
    cutoff: PerScore = None,
    clinical: Population | None = None,
    functional: Population | None = None,
    level: float = 0.95,
    **reading: Any,
) -> Change:
    """Return change over the occasions of one table: below each other (``time``), or side by side (``_t1``, ``_t2``).

    Before and after are the first and the last occasion (each person's own, where dates say when); over three
    occasions or more every person's slope with its interval is there too (:func:`trends_of`).

    Parameters
    ----------
    data
        What :func:`intimacy_scales.score` takes, or scores.
    time
        The column that says when: numbers, dates (YYYY-MM-DD), or names (t1, t2; before, after).
    bank, sd, reliability, mean, practice, interval, cutoff, clinical, functional, level, **reading
        As in :func:`reliable_change`.

    Raises
    ------
    ExportError, ResponseError
        As there; and where there is one occasion only, or times that cannot be read.

    Examples
    --------
    >>> change_over_time("answers.csv", bank, time="week", id_column="id")  # doctest: +SKIP
    """
    half_width(level)
    panel = panel_of_one(_scored(data, bank, reading, ""), time=time)
    wishes = Wishes(
        sd=sd,
        reliability=reliability,
        mean=mean,
        practice=practice,
        cutoff=cutoff,
        clinical=clinical,
        functional=functional,
        days=None if interval is None else days_of(interval),
        level=level,
    )
    return _change(panel, wishes, interval)


def _scored(data: Any, bank: ItemBank | None, reading: dict[str, Any], name: str) -> Scores:
    """Return scores of answers of any kind; faults say which of the two inputs they are in."""
    if isinstance(data, Scores):
        return data
    if bank is None:
        raise ResponseError(
            Problem(where="bank", what="was not given", allowed="the bank, or scores", do="give the bank too")
        )
    try:
        return score(data, bank, **reading)
    except ResponseError as fault:
        if not name:
            raise
        raise ResponseError([replace(one, where=f"{name}: {one.where}") for one in fault.problems]) from None


def _timeless(panel: Panel) -> Scores:
    """Return the first occasion's scores under the names without an occasion: those the user's figures go by."""
    first = panel.occasions[0]
    found = [first.part(key) for key in panel.held()]
    parts = tuple(replace(part, sitting=replace(part.sitting, time=None)) for part in found if part is not None)
    return replace(first.scores, parts=parts)


def _change(panel: Panel, wishes: Wishes, interval: str | None) -> Change:
    check_given(_timeless(panel), sd=wishes.sd, reliability=wishes.reliability)
    keys = panel.held()
    if not keys:
        raise ResponseError(
            Problem(
                where=" and ".join(occasion.name for occasion in panel.occasions),
                what="have no score in common",
                allowed="the same bank and form on every occasion",
            )
        )
    return Change(
        parts=tuple(change_of(panel, key, wishes) for key in keys),
        occasions=tuple(occasion.name for occasion in panel.occasions),
        level=wishes.level,
        interval=interval,
        problems=panel.problems,
    )
