"""Read and write plan files, which contain a plan for review.

A file has the object of ``--json``, the preconditions of each action, and the text of both sides.
It has no secrets. ``apply`` makes the plan again and compares it (``planning.reviewed``).
"""

from wikisync.planfile.file import check, foreign_plan, load, save, settings_of
from wikisync.planfile.format import ReviewedPlan
from wikisync.planfile.selection import select

__all__ = ["ReviewedPlan", "check", "foreign_plan", "load", "save", "select", "settings_of"]
