"""Plans in files, for review: what was decided, with its leases, both sides' texts and the diff.

The object is the one that ``--json`` prints, and what it takes to hold it against both sides later.
No secret is in it. Whoever applies a plan file makes the plan anew and compares (``reviewed``).
"""

from wikisync.planfile.file import check, foreign_plan, load, save, settings_of
from wikisync.planfile.format import ReviewedPlan

__all__ = ["ReviewedPlan", "check", "foreign_plan", "load", "save", "settings_of"]
