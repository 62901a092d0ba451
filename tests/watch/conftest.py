"""What the tests of the loop share."""

from support.fixtures import no_waiting

__all__ = ["no_waiting"]
