"""Keep it private."""

COMMANDS = ("pseudonymise", "forget")
