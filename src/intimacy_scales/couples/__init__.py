"""Two partners: matched, compared, and what couples show as a sample."""

from intimacy_scales.couples.agreement import PairedDifference, ScaleAgreement, paired_difference
from intimacy_scales.couples.apim import Apim, fit_apim
from intimacy_scales.couples.compare import Ground, compare_couple, compare_row, ground_of
from intimacy_scales.couples.found import CouplesStudy
from intimacy_scales.couples.icc import double_entry, icc_table, partial, pearson
from intimacy_scales.couples.match import couples_of
from intimacy_scales.couples.mediation import Mediation, fit_mediation
from intimacy_scales.couples.model import Couples, Unmatched
from intimacy_scales.couples.persons import compare_partners
from intimacy_scales.couples.profiles import ProfileSimilarity
from intimacy_scales.couples.study import Asked, study_couples
from intimacy_scales.couples.surface import ResponseSurface, response_surface
from intimacy_scales.couples.two import Gap, ScaleOfTwo, TwoPartners
from intimacy_scales.couples.variables import Variable, variable
from intimacy_scales.couples.view import PartnerView

__all__ = [
    "Apim",
    "Asked",
    "Couples",
    "CouplesStudy",
    "Gap",
    "Ground",
    "Mediation",
    "PairedDifference",
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
    "double_entry",
    "fit_apim",
    "fit_mediation",
    "ground_of",
    "icc_table",
    "paired_difference",
    "partial",
    "pearson",
    "response_surface",
    "study_couples",
    "variable",
]
