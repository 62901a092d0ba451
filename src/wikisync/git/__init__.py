"""Run git, and read the history of the folder's files."""
