"""Pages: reports, forms, tips."""

COMMANDS = ("report", "form", "tips", "table")
