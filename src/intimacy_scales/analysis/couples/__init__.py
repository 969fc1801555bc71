"""Two partners: matched, compared, and what couples show as a sample."""

from intimacy_scales.analysis.couples.actor_partner_study import actor_partner
from intimacy_scales.analysis.couples.agreement import ScaleAgreement
from intimacy_scales.analysis.couples.couples_analysis import ModelOptions, analyse_couples
from intimacy_scales.analysis.couples.matching import couples_of
from intimacy_scales.analysis.couples.model import Couples, Unmatched
from intimacy_scales.analysis.couples.models.actor_partner import Apim, fit_actor_partner, fit_apim
from intimacy_scales.analysis.couples.models.distinguishability import Distinguishability, distinguishability
from intimacy_scales.analysis.couples.models.dyad_model import DyadModel
from intimacy_scales.analysis.couples.models.dyadic_score import DyadicScores, dyadic_scores
from intimacy_scales.analysis.couples.models.mediation import Mediation, fit_dyadic_mediation, fit_mediation
from intimacy_scales.analysis.couples.partners.comparison import (
    ComparisonBasis,
    compare_couple,
    compare_row,
    comparison_basis,
)
from intimacy_scales.analysis.couples.partners.partner_view import PartnerView
from intimacy_scales.analysis.couples.partners.persons import compare_partners
from intimacy_scales.analysis.couples.partners.profiles import ProfileSimilarity
from intimacy_scales.analysis.couples.partners.two_partners import Gap, ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.couples.results import CouplesAnalysis
from intimacy_scales.analysis.couples.surface_analysis import ResponseSurface, exchangeable_surface, response_surface
from intimacy_scales.analysis.couples.variables import Variable, variable

__all__ = [
    "Apim",
    "ComparisonBasis",
    "Couples",
    "CouplesAnalysis",
    "Distinguishability",
    "DyadModel",
    "DyadicScores",
    "Gap",
    "Mediation",
    "ModelOptions",
    "PartnerView",
    "ProfileSimilarity",
    "ResponseSurface",
    "ScaleAgreement",
    "ScaleOfTwo",
    "TwoPartners",
    "Unmatched",
    "Variable",
    "actor_partner",
    "analyse_couples",
    "compare_couple",
    "compare_partners",
    "compare_row",
    "comparison_basis",
    "couples_of",
    "distinguishability",
    "dyadic_scores",
    "exchangeable_surface",
    "fit_actor_partner",
    "fit_apim",
    "fit_dyadic_mediation",
    "fit_mediation",
    "response_surface",
    "variable",
]
