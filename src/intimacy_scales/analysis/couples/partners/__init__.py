"""Two persons side by side: gaps, profiles, what one may see of the other."""
