"""Models of couples: actor and partner effects, mediation, what couples share, and whether partners differ."""
