"""Two partners: matched, compared, and what couples show as a sample.

The models are imported when they are asked for: a page on one person compares nobody and fits nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intimacy_scales.base.lazy import lazily

if TYPE_CHECKING:
    from intimacy_scales.analysis.couples.actor_partner_study import actor_partner as actor_partner
    from intimacy_scales.analysis.couples.agreement import ScaleAgreement as ScaleAgreement
    from intimacy_scales.analysis.couples.couples import Couples as Couples
    from intimacy_scales.analysis.couples.couples import Unmatched as Unmatched
    from intimacy_scales.analysis.couples.couples_analysis import ModelOptions as ModelOptions
    from intimacy_scales.analysis.couples.couples_analysis import analyse_couples as analyse_couples
    from intimacy_scales.analysis.couples.matching import couples_of as couples_of
    from intimacy_scales.analysis.couples.models.actor_partner import Apim as Apim
    from intimacy_scales.analysis.couples.models.actor_partner import fit_actor_partner as fit_actor_partner
    from intimacy_scales.analysis.couples.models.actor_partner import fit_apim as fit_apim
    from intimacy_scales.analysis.couples.models.distinguishability import Distinguishability as Distinguishability
    from intimacy_scales.analysis.couples.models.distinguishability import distinguishability as distinguishability
    from intimacy_scales.analysis.couples.models.dyad_model import DyadModel as DyadModel
    from intimacy_scales.analysis.couples.models.dyadic_score import DyadicScores as DyadicScores
    from intimacy_scales.analysis.couples.models.dyadic_score import dyadic_scores as dyadic_scores
    from intimacy_scales.analysis.couples.models.mediation import Mediation as Mediation
    from intimacy_scales.analysis.couples.models.mediation import fit_dyadic_mediation as fit_dyadic_mediation
    from intimacy_scales.analysis.couples.models.mediation import fit_mediation as fit_mediation
    from intimacy_scales.analysis.couples.partners.answer_pairs import ProfileSimilarity as ProfileSimilarity
    from intimacy_scales.analysis.couples.partners.comparison import ComparisonBasis as ComparisonBasis
    from intimacy_scales.analysis.couples.partners.comparison import compare_couple as compare_couple
    from intimacy_scales.analysis.couples.partners.comparison import compare_row as compare_row
    from intimacy_scales.analysis.couples.partners.comparison import comparison_basis as comparison_basis
    from intimacy_scales.analysis.couples.partners.partner_view import PartnerView as PartnerView
    from intimacy_scales.analysis.couples.partners.persons import compare_partners as compare_partners
    from intimacy_scales.analysis.couples.partners.two_partners import Gap as Gap
    from intimacy_scales.analysis.couples.partners.two_partners import ScaleOfTwo as ScaleOfTwo
    from intimacy_scales.analysis.couples.partners.two_partners import TwoPartners as TwoPartners
    from intimacy_scales.analysis.couples.results import CouplesAnalysis as CouplesAnalysis
    from intimacy_scales.analysis.couples.surface_analysis import ResponseSurface as ResponseSurface
    from intimacy_scales.analysis.couples.surface_analysis import exchangeable_surface as exchangeable_surface
    from intimacy_scales.analysis.couples.surface_analysis import response_surface as response_surface
    from intimacy_scales.analysis.couples.variables import Variable as Variable
    from intimacy_scales.analysis.couples.variables import variable as variable

_MODULES = {
    "Apim": "models.actor_partner",
    "ComparisonBasis": "partners.comparison",
    "Couples": "couples",
    "CouplesAnalysis": "results",
    "Distinguishability": "models.distinguishability",
    "DyadModel": "models.dyad_model",
    "DyadicScores": "models.dyadic_score",
    "Gap": "partners.two_partners",
    "Mediation": "models.mediation",
    "ModelOptions": "couples_analysis",
    "PartnerView": "partners.partner_view",
    "ProfileSimilarity": "partners.answer_pairs",
    "ResponseSurface": "surface_analysis",
    "ScaleAgreement": "agreement",
    "ScaleOfTwo": "partners.two_partners",
    "TwoPartners": "partners.two_partners",
    "Unmatched": "couples",
    "Variable": "variables",
    "actor_partner": "actor_partner_study",
    "analyse_couples": "couples_analysis",
    "compare_couple": "partners.comparison",
    "compare_partners": "partners.persons",
    "compare_row": "partners.comparison",
    "comparison_basis": "partners.comparison",
    "couples_of": "matching",
    "distinguishability": "models.distinguishability",
    "dyadic_scores": "models.dyadic_score",
    "exchangeable_surface": "surface_analysis",
    "fit_actor_partner": "models.actor_partner",
    "fit_apim": "models.actor_partner",
    "fit_dyadic_mediation": "models.mediation",
    "fit_mediation": "models.mediation",
    "response_surface": "surface_analysis",
    "variable": "variables",
}

__all__ = [*_MODULES]  # noqa: PLE0604 -- the names are strings

if not TYPE_CHECKING:  # a type checker would take it for a module that has every name
    __getattr__ = lazily(__name__, _MODULES)
