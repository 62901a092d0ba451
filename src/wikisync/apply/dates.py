"""After a write to the wiki: the file's ``date`` line follows the wiki's time (design, *Dates*)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.folder.folder import digest_of
from wikisync.page.document import update
from wikisync.page.model import parse_instant

if TYPE_CHECKING:
    from wikisync.apply.context import ApplyContext, ParsedFile
    from wikisync.page.model import Record


def update_date_line(
    run: ApplyContext, file: str, opened: ParsedFile, record: Record
) -> bytes | None:
    """Bring the ``date`` line of a file to the time of its page.

    Returns the digest that the file then has; None where it stays as it is: it has no such line, or
    one that says something else than a date, which is somebody's. The caller notes it (``rewrote``)
    together with the base. Raises FileMoved and FolderError; the file is then as it was.
    """
    document = opened.document
    if not run.write_back or document.date is None or parse_instant(document.date) is None:
        return None
    data = update(document, date=record.updated_at).data
    if data == document.data:
        return None
    digest = digest_of(data)
    if (file, opened.digest) in run.files_written:
        # Whoever takes this run back must know the file, wherever the run is stopped.
        run.state.journal.begin_date_rewrite(
            run.number, record.id, opened.digest.hex(), digest.hex()
        )
    run.folder.write(file, data, opened.digest)
    return digest
