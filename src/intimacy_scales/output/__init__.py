"""Pages, files and forms: what leaves the house."""
