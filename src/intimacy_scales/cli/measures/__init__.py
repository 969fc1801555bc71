"""How well it measures, where a score stands, who changed."""

COMMANDS = ("reliability", "structure", "validity", "norms", "change", "power")
