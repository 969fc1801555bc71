"""Example data that ship: simulated studies with effects of our choosing, one file each; nobody in them is real.

======================  ================================================================================
name                    holds
======================  ================================================================================
``validation``          240 persons: EIS now and again, closeness and loneliness items, two totals, groups
``pair_forms``          240 persons: PAIR as it is and as it is wished, adjustment, age
``emotional_skill``     120 couples: difficulty with feelings (TAS-20 items), intimacy, adjustment
``technoference``       180 women: TDIS items, conflict, satisfaction, depression, life satisfaction
``couples_mediation``   200 couples: communication, emotional and sexual intimacy, satisfaction of both
``pooling``             48 studies: r, n, year, design, reliabilities
``pooling_dependent``   26 studies with one to four correlations each
``diary``               90 persons x 14 days: shared hours, stress, intimacy, four daily items, weekends
``interactions``        100 persons x 12 interactions: self-disclosure, responsiveness, intimacy
``couples_diary``       70 couples x 14 days: stress and intimacy of both partners
``couples_over_time``   160 couples on four occasions: listening and success in calming each other
======================  ================================================================================

``make_examples.py`` made them and says what is true in them.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def example_names() -> tuple[str, ...]:
    """Return the names of the examples."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.csv")))


def example(name: str) -> Path:
    """Return the path of an example's CSV file.

    Parameters
    ----------
    name
        One of :func:`example_names`.

    Returns
    -------
    Path
        Of a file of simulated answers, for the functions and the command to read.

    Raises
    ------
    UnknownNameError
        When there is no such example.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> round(ims.pool(ims.example("pooling")).mean.r, 2)
    0.33
    """
    from intimacy_scales.base.errors import UnknownNameError

    if name not in example_names():
        raise UnknownNameError.among("example", name, example_names())
    return FOLDER / f"{name}.csv"
