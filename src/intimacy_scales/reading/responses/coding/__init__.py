"""Raw answer to code: one coding for each set of options of a bank in one file, from labels, words and numbers."""
