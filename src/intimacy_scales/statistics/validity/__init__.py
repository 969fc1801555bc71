"""Kernels of a validation study: correlations corrected and compared, items and scales told apart."""
