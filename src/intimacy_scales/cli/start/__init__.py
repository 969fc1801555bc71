"""Start here."""

COMMANDS = ("demo",)
