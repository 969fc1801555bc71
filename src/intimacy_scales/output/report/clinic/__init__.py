"""The clinic: everybody over time on one page, from a file or a folder of sessions."""
