"""Whether two partners' answers rise and fall together over the items, more than any two people's would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.model import FloatArray
from intimacy_scales.analysis.couples.partners.answer_pairs import AnswerPair
from intimacy_scales.base.results import json_dict

LEAST_ITEMS = 5
LEAST_COUPLES = 10  # fewer make no stereotype


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSimilarity:
    """Profile similarity of one couple over the items of one bank and administration."""

    bank: str
    form: str | None
    time: str | None
    n_items: int
    raw: float
    corrected: float
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the similarity JSON-safe."""
        return json_dict(
            {
                "bank": self.bank,
                "form": self.form,
                "time": self.time,
                "n_items": self.n_items,
                "raw": self.raw,
                "corrected": self.corrected,
                "note": self.note,
            }
        )


def profile_arrays(pair: AnswerPair) -> tuple[FloatArray, FloatArray]:
    """Return both partners' profiles (couples x items): keyed answers as shares of their options, idealisation out."""
    out = {number for scale in pair.bank.scales if scale.role == "idealisation" for number in scale.items}
    take = [j for j, item in enumerate(pair.bank.items) if item.number not in out]
    ends = np.array([pair.bank.ends(pair.bank.items[j]) for j in take], dtype=np.float64).reshape(-1, 2)
    low, span = ends[:, 0], ends[:, 1] - ends[:, 0]
    return (pair.a[:, take] - low) / span, (pair.b[:, take] - low) / span


def stereotype(profile: FloatArray) -> FloatArray | None:
    """Return the sample's mean profile of one partner; ``None`` under ten persons."""
    counts = (~np.isnan(profile)).sum(axis=0)
    if not counts.size or counts.min() < LEAST_COUPLES:
        return None
    mean: FloatArray = np.where(np.isnan(profile), 0.0, profile).sum(axis=0) / counts
    return mean


def correlation(x: FloatArray, y: FloatArray) -> float:
    """Return Pearson's r over what both have; NaN where one does not vary."""
    both = ~(np.isnan(x) | np.isnan(y))
    if both.sum() < LEAST_ITEMS:
        return np.nan
    u, v = x[both] - x[both].mean(), y[both] - y[both].mean()
    size = float(np.sqrt((u @ u) * (v @ v)))
    return float(np.clip(u @ v / size, -1, 1)) if size > 1e-12 else np.nan


def similarity(
    pair: AnswerPair, profiles: tuple[FloatArray, FloatArray], stereotypes: tuple[FloatArray | None, FloatArray | None],
    row: int,
) -> ProfileSimilarity:  # fmt: skip
    """Return the profile similarity of one couple, raw and corrected for the stereotype.

    ``raw``: Pearson's r of the two profiles over the items both answered. ``corrected``: the same after each
    partner's sample mean profile is taken off, item by item: what is left is what the two share beyond what most
    people answer. At least five items; the correction needs ten couples.

    Notes
    -----
    Any two people correlate in raw profiles, because some items are agreed to by most: two strangers may look alike.
    Items of an idealisation scale are left out, reversed items are keyed. Range -1 to 1; the level and the spread of
    the answers do not enter. With few items r is very uncertain.
    References: Cronbach, L. J., & Gleser, G. C. (1953). Assessing similarity between profiles. *Psychological
    Bulletin, 50*, 456-473. Kenny, D. A., Kashy, D. A., & Cook, W. L. (2006). *Dyadic data analysis* (ch. 12).
    Guilford.
    """
    x, y = profiles[0][row], profiles[1][row]
    n = int((~(np.isnan(x) | np.isnan(y))).sum())
    raw = correlation(x, y)
    first, second = stereotypes
    corrected, note = np.nan, ""
    if n < LEAST_ITEMS:
        note = f"both answered {n} items; {LEAST_ITEMS} are needed"
    elif np.isnan(raw):
        note = "one partner gave the same answer everywhere: there is no profile"
    if first is None or second is None:
        note = note or f"not corrected for what most people answer: that takes {LEAST_COUPLES} couples"
    else:
        corrected = correlation(x - first, y - second)
    return ProfileSimilarity(
        bank=pair.bank.id,
        form=pair.administration.form,
        time=pair.administration.occasion,
        n_items=n,
        raw=raw,
        corrected=corrected,
        note=note,
    )
