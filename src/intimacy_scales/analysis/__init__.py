"""Banks and scores in, results out; the figures come from statistics."""
