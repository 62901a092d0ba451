"""Synchronize a folder of Markdown pages with a Wiki.js 2.x wiki.

Programs use the command line, its JSON and its exit codes. Of this package, ``__version__`` alone
is for them: the modules have no stable interface.
"""

__version__ = "0.1.0"
