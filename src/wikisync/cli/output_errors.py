"""Say that the output could not be written, as where it goes to a file on a full disk."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from wikisync.cli.terminal import print_message

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


@contextmanager
def output_boundary() -> Iterator[None]:
    """Print a message and exit with 1 where the output cannot be written.

    What a run did is in the journal all the same.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        # Python would try to write the rest at its exit, and report that failure in its own words.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        with suppress(OSError):  # stderr may be on that disk too
            print_message(
                f"wikisync: cannot write the output: {os.strerror(error.errno).lower()}.",
                "What a run did: wikisync log.",
            )
        sys.exit(1)
