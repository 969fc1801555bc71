"""Read and score an export."""

COMMANDS = ("inspect", "score")
