"""Where groups must not be compared as they stand: what a bank knows of failed invariance."""

from __future__ import annotations

from collections.abc import Iterable

from intimacy_scales.bank.model import ItemBank


def cautions_for(bank: ItemBank, groups: Iterable[str], *, scale: str | None = None) -> tuple[str, ...]:
    """Return what is to be said when scores are read within, or across, groups of these columns.

    Parameters
    ----------
    bank
        Its ``cautions`` say across which groups the scores are known not to mean the same, on whose word.
    groups
        Names of the columns that make the groups (``gender``).
    scale
        Only what is said of this scale, or of all.
    """
    wanted = {group.strip().casefold() for group in groups}
    return tuple(
        f"caution across {caution.group}: {caution.what} (source: {caution.source})"
        for caution in bank.cautions
        if wanted & {name.casefold() for name in (caution.group, *caution.also)}
        and (caution.scale is None or scale is None or caution.scale == scale)
    )
