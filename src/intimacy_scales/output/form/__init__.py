"""A bank as one offline page to fill in: no network, nothing kept unless somebody saves a file."""

from intimacy_scales.output.form.page import FormPage, make_form

__all__ = ["FormPage", "make_form"]
