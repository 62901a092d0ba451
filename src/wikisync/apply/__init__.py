"""From a plan to its effects, one page at a time.

Each write is: the side looked at again and held against the lease, what stands there kept, the
intent noted, the write, the result read back, the base and the end of the intent recorded
together (promises 1, 3, 4, 5). A page that fails stops no other.
"""

from wikisync.apply.executor import apply
from wikisync.apply.result import ActionResult
from wikisync.apply.transaction import ApplyContext

__all__ = ["ActionResult", "ApplyContext", "apply"]
