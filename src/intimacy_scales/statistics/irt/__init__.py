"""Item response theory: the graded model, its information, scores, and what departs from it."""
