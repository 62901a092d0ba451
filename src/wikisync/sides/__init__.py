"""The two sides: the folder on disk and the wiki behind its API."""
