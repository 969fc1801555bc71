"""What two partners' answers say side by side: scores, differences with their error, wishes, likeness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.partners.answer_pairs import ProfileSimilarity
from intimacy_scales.analysis.couples.partners.items import ItemAgreement, ItemPair, Place
from intimacy_scales.analysis.couples.partners.partner_view import PartnerView
from intimacy_scales.analysis.norms import Difference
from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import figure, interval, percent
from intimacy_scales.reading.responses.model import Administration

_PLACES = {"differing": "one above the middle and one below"}  # in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What one partner wishes beyond what there is now, on one scale: wished minus now, with its error."""

    difference: Difference
    more: bool
    """Whether the partner wishes for more closeness (on a scale of interference: for less), beyond its error."""
    less: bool
    rough: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the gap JSON-safe."""
        return json_dict(
            {**self.difference.to_dict(), "wishes_more": self.more, "wishes_less": self.less, "rough": self.rough}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleOfTwo:
    """One score of both partners; ``difference`` is first minus second."""

    bank: ItemBank = field(repr=False)
    scale: Scale = field(repr=False)
    administration: Administration
    scores: tuple[float, float]
    withheld: tuple[str | None, str | None]
    possible: tuple[float, float]
    sems: tuple[float, float]
    basis: str
    """What the errors rest on."""
    rough: bool
    difference: Difference
    averages: tuple[float, float]
    """Average keyed answer of each."""
    midpoint: float
    """Middle of the options, on the metric of an answer."""
    place: Place
    sures: tuple[bool, bool]
    """Whether the interval of each average leaves out the midpoint."""
    agreement: ItemAgreement
    items: tuple[ItemPair, ...] = field(repr=False)
    gaps: tuple[Gap, Gap] | None = None
    """What each wishes beyond now; only beside the scores now of a bank that asks for both."""

    @property
    def name(self) -> str:
        """Name of the scale, with the form where the bank has several (``Emotional intimacy (now)``)."""
        form = next(
            (one.name for one in self.bank.forms if one.id == self.administration.form), self.administration.form
        )
        return self.scale.name if form is None else f"{self.scale.name} ({form})"

    @property
    def both_well(self) -> bool:
        """Whether the answers of both lie on the good side of the middle: above it, of interference below."""
        return self.place == f"both {'below' if self.scale.role == 'interference' else 'above'} the middle"

    @property
    def column(self) -> str:
        """Name of the score without a partner's suffix."""
        return self.administration.column(self.bank.id, self.scale.id)

    @property
    def key(self) -> str:
        """Key in JSON (``now.emotional``)."""
        return self.administration.key(self.scale.id)

    def sentence(self, labels: tuple[str, str]) -> str:
        """Return the comparison in a sentence."""
        if np.isnan(self.scores).any():
            who = [f"{label} ({why})" for label, why in zip(labels, self.withheld, strict=True) if why]
            return f"{self.name}: no comparison; no score of {' and '.join(who)}."
        first, second = (f"{label} {figure(value, 1)}" for label, value in zip(labels, self.scores, strict=True))
        low, high = self.possible
        sure = "; how sure that is cannot be told" if np.isnan(self.difference.se) else ""
        text = "more than measurement error" if self.difference.beyond else "no clear difference"
        place = f", {_PLACES.get(self.place, self.place)}" if self.place not in {"unknown", "not asked"} else ""
        return (
            f"{self.name}: {first}, {second} on {low:g} to {high:g}{place}. Difference {self.difference}: "
            f"{'no interval' if sure else text}{sure}{' (rough)' if self.rough and not sure else ''}."
            f"{self._wishes(labels)}"
        )

    def _wishes(self, labels: tuple[str, str]) -> str:
        """Return who wishes for more than there is, beyond the error of the gap; empty where nobody does."""
        said = [
            f"{label} wishes for {'more' if gap.more else 'less'} ({gap.difference}{', rough' if gap.rough else ''})"
            for label, gap in zip(labels, self.gaps or (), strict=False)
            if gap.more or gap.less
        ]
        return f" Wished against now: {'; '.join(said)}." if said else ""

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        return json_dict(
            {
                "score": self.column,
                "name": self.scale.name,
                "scores": list(self.scores),
                "withheld": list(self.withheld),
                "possible": list(self.possible),
                "sem": list(self.sems),
                "basis": self.basis,
                "rough": self.rough,
                "difference": self.difference.to_dict(),
                "averages": list(self.averages),
                "midpoint": self.midpoint,
                "place": self.place,
                "both_well": self.both_well,
                "sure": list(self.sures),
                "agreement": self.agreement.to_dict(),
                "gaps": None if self.gaps is None else [gap.to_dict() for gap in self.gaps],
                "items": [item.to_dict() for item in self.items],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessOfPartner:
    """Whether one partner knows what the other answers (wishes): their guess against the other's own answer."""

    scale: str
    name: str
    of: str
    """Form that is guessed (``expected``)."""
    who: str
    guess: float
    truth: float
    difference: Difference

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe; ``difference`` is guess minus the other's own answer."""
        return json_dict(
            {
                "scale": self.scale,
                "of": self.of,
                "who": self.who,
                "guess": self.guess,
                "truth": self.truth,
                "difference": self.difference.to_dict(),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPartners(Shown):
    """Two partners compared. For one partner's eyes take :meth:`for_partner`: this object holds the answers of both."""

    couple: str
    partners: tuple[str, str]
    labels: tuple[str, str]
    level: float
    scales: tuple[ScaleOfTwo, ...]
    profiles: tuple[ProfileSimilarity, ...]
    guesses: tuple[GuessOfPartner, ...]
    idealisation: tuple[str, ...]
    """Statements on scales of idealisation; no score is corrected for them."""
    views: tuple[PartnerView, PartnerView] = field(repr=False)
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"TwoPartners({self.couple!r}, {len(self.scales)} scores)"

    def __getitem__(self, column: str) -> ScaleOfTwo:
        """Return a score of both by its name (``pair_now_emotional``)."""
        for scale in self.scales:
            if scale.column == column:
                return scale
        raise UnknownNameError.among("score", column, [one.column for one in self.scales])

    def for_partner(self, partner: str) -> PartnerView:
        """Return what this partner may see: own answers, scores and wishes, and nothing of the other.

        ``partner`` is ``"a"`` / ``"b"`` (the first, the second), a partner's suffix or label.

        Raises
        ------
        UnknownNameError
            When there is no such partner.
        """
        for names in (self.partners, self.labels, ("a", "b")):
            if partner in names:
                return self.views[names.index(partner)]
        raise UnknownNameError.among("partner", partner, self.partners)

    def sentences(self) -> list[str]:
        """Return every scale in a sentence, then what goes beyond."""
        return [*(scale.sentence(self.labels) for scale in self.scales), *self.idealisation]

    def plot(self) -> Any:
        """Return both partners' scores on the whole range of each scale as a matplotlib figure: a dot and a square."""
        from intimacy_scales.analysis.couples.partners.partner_view import draw_two
        from intimacy_scales.pictures.drawing import WIDE

        return draw_two(self.scales, self.labels, self.level, width=WIDE).figure()

    def apa(self) -> str:
        """Return the comparison as a paper or case report would say it."""
        parts = []
        for scale in self.scales:
            d = scale.difference
            if np.isfinite(d.value):
                ends = "no interval" if np.isnan(d.se) else interval(d.low, d.high, d.level)
                first, second = (figure(score) for score in scale.scores)
                parts.append(f"{scale.name}: {first} and {second}, d = {figure(d.value)}, {ends}")
        return f"{'; '.join(parts)}." if parts else "No score of both could be compared."

    def table(self) -> Any:
        """Return a pandas frame with a row a score."""
        import pandas as pd

        return pd.DataFrame(list(_lines(self.scales, self.partners)))

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision. It holds the answers of both partners."""
        scales: dict[str, dict[str, Any]] = {}
        for scale in self.scales:
            scales.setdefault(scale.bank.id, {})[scale.key] = scale.to_dict()
        return json_dict(
            {
                "couple": self.couple,
                "partners": list(self.partners),
                "labels": list(self.labels),
                "level": self.level,
                "scales": scales,
                "profiles": [profile.to_dict() for profile in self.profiles],
                "knows": [guess.to_dict() for guess in self.guesses],
                "idealisation": list(self.idealisation),
                "notes": list(self.notes),
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a score."""
        head = ["score", *self.labels, "possible", "difference", "within one step", "together"]
        lines = []
        for scale in self.scales:
            share = scale.agreement.within_one_step
            lines.append(
                [
                    scale.column,
                    *("" if np.isnan(score) else figure(score) for score in scale.scores),
                    f"{scale.possible[0]:g} to {scale.possible[1]:g}",
                    "" if np.isnan(scale.difference.value) else str(scale.difference),
                    "" if np.isnan(share) else f"{percent(share)} of {scale.agreement.n_items}",
                    scale.place if scale.place != "not asked" else "",
                ]
            )
        return [head, *lines]

    def __str__(self) -> str:
        return "\n".join([Shown.__str__(self), *self.idealisation])


def _lines(scales: Iterable[ScaleOfTwo], partners: tuple[str, str]) -> Iterable[dict[str, Any]]:
    for scale in scales:
        first, second = (
            (scale.gaps[0].difference.value, scale.gaps[1].difference.value) if scale.gaps else (np.nan, np.nan)
        )
        yield {
            "score": scale.column,
            partners[0]: scale.scores[0],
            partners[1]: scale.scores[1],
            "difference": scale.difference.value,
            "se": scale.difference.se,
            "low": scale.difference.low,
            "high": scale.difference.high,
            "beyond": scale.difference.beyond,
            "within_one_step": scale.agreement.within_one_step,
            "place": scale.place,
            f"gap_{partners[0]}": first,
            f"gap_{partners[1]}": second,
        }
