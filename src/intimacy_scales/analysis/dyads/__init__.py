"""Pairs of persons: who they are to each other, and whether anything tells them apart."""

from intimacy_scales.analysis.dyads.compositions import (
    LEAST_COUPLES,
    MOST_ROLES,
    NEUTRAL,
    Composition,
    Pairing,
    keys_of,
    pair_up,
    says_nothing,
)

__all__ = [
    "LEAST_COUPLES",
    "MOST_ROLES",
    "NEUTRAL",
    "Composition",
    "Pairing",
    "keys_of",
    "pair_up",
    "says_nothing",
]
