"""Factoring a correlation matrix: extraction, rotation, Schmid-Leiman. Knows matrices, not questionnaires."""

from intimacy_scales.statistics.factoring.extraction import METHODS, Extraction, Method, degrees_of_freedom, extract
from intimacy_scales.statistics.factoring.rotation import OBLIQUE, ROTATIONS, Rotation, RotationName, rotate
from intimacy_scales.statistics.factoring.solution import (
    Congruence,
    FactorSolution,
    HierarchicalOmega,
    SchmidLeiman,
    congruence,
    efa,
    hierarchical_omega,
    schmid_leiman,
)

__all__ = [
    "METHODS",
    "OBLIQUE",
    "ROTATIONS",
    "Congruence",
    "Extraction",
    "FactorSolution",
    "HierarchicalOmega",
    "Method",
    "Rotation",
    "RotationName",
    "SchmidLeiman",
    "congruence",
    "degrees_of_freedom",
    "efa",
    "extract",
    "hierarchical_omega",
    "rotate",
    "schmid_leiman",
]
