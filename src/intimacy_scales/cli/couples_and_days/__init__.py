"""Couples, days, models and studies."""

COMMANDS = ("couples", "diary", "path", "pool")
