"""Surveys' own files beside an export: questions, labels and codes."""
