"""A first meeting of the two sides: bases for pages that nothing is remembered of.

In a fresh clone there is no state. Where a page then differs on the two sides, git's history of the
file and the wiki's history of the page tell what both once had (``sync.ancestry``): that is a base
like any other. Nothing is written here.
"""

from wikisync.meet.meeting import RecoveredBases, recover_bases

__all__ = ["RecoveredBases", "recover_bases"]
