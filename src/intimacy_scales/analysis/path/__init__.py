"""The door of the room: paths as text, data of any kind, and the fitted model out.

Path models of observed scores: estimates, fit, and every indirect effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack, get_args

import numpy as np

from intimacy_scales.analysis.path.formulas import read_formulas
from intimacy_scales.analysis.path.model import Estimator, Missing, assumptions_of, fit_paths
from intimacy_scales.analysis.path.results import PathAnalysis
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.model import partners_as_persons
from intimacy_scales.scoring.study_table import study_table, study_variables
from intimacy_scales.statistics.estimate import checked_level

__all__ = ["PathAnalysis", "path"]


def path(
    data: Any,
    paths: str | Sequence[str],
    bank: ItemBank | str | Sequence[ItemBank | str] | None = None,
    *,
    bootstrap: int = 2000,
    seed: int = 2005,
    missing: Missing = "listwise",
    estimator: Estimator = "ml",
    level: float = 0.95,
    **reading: Unpack[ReadingOptions],
) -> PathAnalysis:
    r"""Fit a path model of observed scores and return every indirect effect with its bootstrap.

    Each outcome is a regression on what has an arrow to it; all equations are fitted together by maximum likelihood.
    An indirect effect is the product of the paths along a way, ``a b c``; ways between the same two variables add up.

    Parameters
    ----------
    data
        A path, a frame (persons x columns), vouched responses or scores.
    paths
        ``"conflict ~ interference"``, ``"satisfaction ~ conflict + interference"``; ``"y ~~ z"`` lets residuals
        covary (those of last outcomes do anyway). Names are columns, or scores of ``bank`` (``tdis_total``).
    bank
        Banks whose scores are named in the paths; none for plain columns.
    bootstrap, seed
        Resamples of persons, all fitted side by side; 0 for none.
    missing
        ``"listwise"``: persons with every variable. ``"fiml"``: all there is, with Monte Carlo in place of the
        bootstrap.
    estimator
        ``"ml"``, or ``"mlr"`` with robust standard errors and chi-square.
    level
        Of the intervals of effects (paths have 95 %).
    **reading
        Options of :func:`intimacy_scales.read_export`.

    Returns
    -------
    PathAnalysis
        ``str()`` prints paths, fit, effects, assumptions; ``.table()`` a frame; ``.to_dict()`` JSON; ``.apa()`` a
        paragraph; ``.plot()`` the diagram.

    Raises
    ------
    ExportError, ResponseError
        For paths that cannot be read or run in a circle, constant variables, too few persons, no convergence.
    UnknownNameError
        For a variable or an option that there is not.

    Notes
    -----
    Asked at one time, "mediators" may as well come first: the model cannot tell. Partners of a couple are not
    independent persons: see ``couples``. Validated against R lavaan 0.6-14 (estimates 1e-4, standard errors 1e-3,
    chi-square 1e-3; bootstrap intervals within 10 % of their width, as seeds differ).

    References
    ----------
    Preacher, K. J., & Hayes, A. F. (2008). Asymptotic and resampling strategies for assessing and comparing indirect
    effects in multiple mediator models. Behavior Research Methods, 40, 879-891. doi:10.3758/BRM.40.3.879

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=100)
    >>> m = 0.5 * x + rng.normal(size=100)
    >>> frame = pd.DataFrame({"x": x, "m": m, "y": 0.5 * m + rng.normal(size=100)})
    >>> found = path(frame, ["m ~ x", "y ~ m + x"], bootstrap=500)
    >>> found.effects[0].path, round(found.effects[0].est, 2)
    ('x -> m -> y', 0.23)
    """
    _vouch(missing, estimator, bootstrap)
    formulas = read_formulas(paths)
    study = study_table(data, bank, reading)
    columns = study_variables(study, formulas.variables)
    X = np.column_stack([column.values for column in columns])
    fitted = fit_paths(
        formulas, X, missing=missing, estimator=estimator, draws=bootstrap, seed=seed, level=checked_level(level)
    )
    return PathAnalysis(
        formulas=formulas,
        paths=fitted.paths,
        effects=fitted.effects,
        r2=fitted.r2,
        fit=fitted.fit,
        n=fitted.fit.n,
        missing=missing,
        draws=bootstrap if missing == "listwise" else 0,
        seed=seed,
        level=level,
        assumptions=assumptions_of(formulas, X, fitted.fit),
        notes=(*partners_as_persons(study.table), *(column.note for column in columns if column.note), *fitted.notes),
    )


def _vouch(missing: str, estimator: str, bootstrap: int) -> None:
    for kind, value, known in (
        ("rule for missing answers", missing, get_args(Missing)),
        ("estimator", estimator, get_args(Estimator)),
    ):
        if value not in known:
            raise UnknownNameError.among(kind, str(value), known)
    if bootstrap < 0 or 0 < bootstrap < 100:
        raise ResponseError(
            Problem(
                where="bootstrap", what=f"is {bootstrap}", allowed="100 or more, or 0 for none", do="2,000 is usual"
            )
        )
