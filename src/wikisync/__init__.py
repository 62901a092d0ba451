"""wikisync keeps a folder of Markdown pages and a Wiki.js 2.x wiki the same."""

__version__ = "0.1.0"
