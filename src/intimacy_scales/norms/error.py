"""How far a score may lie from the true one: the standard error of measurement, and whose figures it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import NormScale
from intimacy_scales.norms.rough import rough_errors
from intimacy_scales.norms.sources import Basis, source_of
from intimacy_scales.results import json_dict
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.scoring.given import Figure, PerScore, check_given

FloatArray = NDArray[np.float64]

LEVEL = 0.90  # of every interval of this room unless said


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreError:
    """The standard error of measurement of one score column, and what it rests on.

    ``sem`` holds one value a person, on the metric of the score; NaN where none can be had.
    """

    column: str
    sem: FloatArray = field(repr=False)
    basis: Basis
    reliability: Figure | None = None
    sd: Figure | None = None
    notes: tuple[str, ...] = ()

    @property
    def rough(self) -> bool:
        """Whether the error comes from the person's own few answers only."""
        return self.basis == "own answers"

    def __str__(self) -> str:
        if self.reliability is not None and self.sd is not None:
            return f"SEM {_one(self.sem)} from {self.reliability} and {self.sd}"
        said = {
            "own answers": f"rough {_spread(self.sem)} from the spread of each person's own answers (Brennan, 1998)",
            "difference": f"{_spread(self.sem)} of a difference, from the errors of its two scores",
            "none": "no SEM",
        }
        return said.get(self.basis, self.basis)

    def to_dict(self) -> dict[str, Any]:
        """Return the error JSON-safe; ``sem`` is one number where it is the same for all."""
        return json_dict(
            {
                "sem": self.sem if self.rough or self.basis == "difference" else _one_value(self.sem),
                "basis": self.basis,
                "rough": self.rough,
                "notes": self.notes,
                "reliability": self.reliability.to_dict() if self.reliability else None,
                "sd": self.sd.to_dict() if self.sd else None,
            }
        )


def _one_value(sem: FloatArray) -> float:
    return float(sem[0]) if len(sem) else float("nan")


def _spread(sem: FloatArray) -> str:
    """Return the errors as a figure, or from the smallest to the largest with the middle one."""
    known = sem[np.isfinite(sem)]
    if not len(known):
        return "SEM"
    low, high = float(known.min()), float(known.max())
    if f"{low:.2f}" == f"{high:.2f}":
        return f"SEM {low:.2f}"
    return f"SEM {low:.2f} to {high:.2f} (median {float(np.median(known)):.2f})"


def _one(sem: FloatArray) -> str:
    return f"{_one_value(sem):.2f}"


def error_of(
    scores: Scores,
    part: ScaleScores,
    *,
    norm: NormScale | None = None,
    norm_name: str = "",
    sd: PerScore = None,
    reliability: PerScore = None,
) -> ScoreError:
    """Return the standard error of measurement of one score column, and whose figures it rests on.

    ``SEM = SD sqrt(1 - reliability)``. The first source that has both figures gives them: the norm used; the
    sample scored (30 complete rows at least; SD of the scores, Cronbach's alpha); the user; the bank's published pair.
    Where the user or the bank gives one half only, the norm or the sample fills in the other, and both are named.
    With none of them, each person's own conditional absolute error after Brennan (1998), called *rough*:
    :func:`~intimacy_scales.norms.rough.rough_errors`.

    Parameters
    ----------
    scores, part
        The scores (persons), and the column among them that is meant.
    norm, norm_name
        The norm's figures for this scale, and how to call it.
    sd, reliability
        Given by the user: one number, or score column to number. SD on the metric of the score.

    Returns
    -------
    ScoreError
        One SEM a person, on the metric of the score; NaN where the score was withheld, or where a rough error
        is all there is and the person's answers are all equal.

    Raises
    ------
    ResponseError
        When a reliability lies outside [0, 1] or an SD is not positive.

    Notes
    -----
    A derived score (wished minus now) takes ``sqrt(SEM1^2 + SEM2^2)`` of its two scores, errors taken as independent.
    Misleads where the sample is unlike the person: its SD and its reliability are then another population's.
    Reference: Brennan, R. L. (1998). Raw-score conditional standard errors of measurement in generalizability
    theory. *Applied Psychological Measurement, 22*(4), 307-331.

    Examples
    --------
    With SD 4 and reliability .84 the SEM is ``4 sqrt(.16) = 1.6``.
    """
    if part.derived is not None:
        return _error_of_difference(scores, part, sd=sd, reliability=reliability)
    check_given(scores, sd=sd, reliability=reliability)
    source = source_of(scores, part, norm=norm, norm_name=norm_name, sd=sd, reliability=reliability)
    found, withheld = source.pair, np.isnan(part.values)
    if found is None or found.reliability is None or found.sd is None:
        sem = np.where(withheld, np.nan, rough_errors(scores.responses, part))
        return ScoreError(
            column=part.column,
            sem=sem,
            basis="own answers" if np.isfinite(sem).any() else "none",
            notes=source.notes,
        )
    sem_one = found.sd.value * np.sqrt(1 - found.reliability.value)
    return ScoreError(
        column=part.column,
        sem=np.where(withheld, np.nan, sem_one),
        basis=found.basis,
        reliability=found.reliability,
        sd=found.sd,
        notes=source.notes,
    )


def _error_of_difference(scores: Scores, part: ScaleScores, *, sd: PerScore, reliability: PerScore) -> ScoreError:
    from intimacy_scales.norms.difference import difference_error, halves_of

    sides = [error_of(scores, half, sd=sd, reliability=reliability) for half in halves_of(scores, part)]
    rough = " (rough)" if any(side.rough for side in sides) else ""
    notes = tuple(dict.fromkeys(note for side in sides for note in side.notes))
    return ScoreError(
        column=part.column,
        sem=difference_error(sides[0].sem, sides[1].sem),
        basis="difference",
        notes=(*notes, *(f"{side.column}: {side}{rough if side.rough else ''}" for side in sides)),
    )
