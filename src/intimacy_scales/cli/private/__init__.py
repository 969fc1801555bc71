"""Keep it private."""

COMMANDS = ()
