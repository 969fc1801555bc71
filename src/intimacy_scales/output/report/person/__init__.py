"""The page of one person, once or over time."""
