"""Several files of one study into one table."""
