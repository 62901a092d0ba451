"""Implement the commands: one module for each use case, from opening both sides to the report."""
