"""Two partners: matched, compared, and what couples show as a sample."""

from intimacy_scales.analysis.couples.agreement import ScaleAgreement
from intimacy_scales.analysis.couples.apim import Apim, fit_apim
from intimacy_scales.analysis.couples.couples_sample import Asked, study_couples
from intimacy_scales.analysis.couples.matching import couples_of
from intimacy_scales.analysis.couples.mediation import Mediation, fit_mediation
from intimacy_scales.analysis.couples.model import Couples, Unmatched
from intimacy_scales.analysis.couples.partners.comparison import Ground, compare_couple, compare_row, ground_of
from intimacy_scales.analysis.couples.partners.partner_view import PartnerView
from intimacy_scales.analysis.couples.partners.persons import compare_partners
from intimacy_scales.analysis.couples.partners.profiles import ProfileSimilarity
from intimacy_scales.analysis.couples.partners.two_partners import Gap, ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.couples.results import CouplesStudy
from intimacy_scales.analysis.couples.surface_analysis import ResponseSurface, response_surface
from intimacy_scales.analysis.couples.variables import Variable, variable

__all__ = [
    "Apim",
    "Asked",
    "Couples",
    "CouplesStudy",
    "Gap",
    "Ground",
    "Mediation",
    "PartnerView",
    "ProfileSimilarity",
    "ResponseSurface",
    "ScaleAgreement",
    "ScaleOfTwo",
    "TwoPartners",
    "Unmatched",
    "Variable",
    "compare_couple",
    "compare_partners",
    "compare_row",
    "couples_of",
    "fit_apim",
    "fit_mediation",
    "ground_of",
    "response_surface",
    "study_couples",
    "variable",
]
