"""Decide what should happen to each page. Pure."""
