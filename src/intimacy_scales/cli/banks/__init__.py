"""Questionnaires (banks)."""

COMMANDS = ("list", "show", "check", "new")
