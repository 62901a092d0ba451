"""``python -m wikisync`` is ``wikisync``."""

from wikisync.cli import main

main()
