"""Synchronize a folder of Markdown pages with a Wiki.js 2.x wiki."""

__version__ = "0.1.0"
