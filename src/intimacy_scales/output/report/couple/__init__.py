"""The page of a couple, and of one partner."""
