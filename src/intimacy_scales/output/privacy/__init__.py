"""For the one who answers for the data: a de-identified copy, where a person stands, a log of what was done."""

from __future__ import annotations

from intimacy_scales.output.privacy.forgetting import Found, Rewritten, forget
from intimacy_scales.output.privacy.pseudonyms import Pseudonymised, pseudonymise
from intimacy_scales.output.privacy.run_log import append_run, log_secret

__all__ = ["Found", "Pseudonymised", "Rewritten", "append_run", "forget", "log_secret", "pseudonymise"]
