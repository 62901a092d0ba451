"""Receive the form of an upload, and read what it asks for.

The file goes to disk as it arrives, up to the limit; what comes after that is dropped, as Wiki.js
does, which answers when the whole form has arrived.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wikisync.sandbox import asset_store
from wikisync.sandbox.multipart import FormParser, MalformedForm, Part, boundary_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from wikisync.sandbox.asset_store import Spool

FIELD: Final = "mediaUpload"
"""The name of both parts: the JSON with the folder, and the file."""

MAX_TEXT: Final = 1024 * 1024
DEFAULT_LIMIT: Final = 5 * 1024 * 1024
MAX_FILES: Final = 10
CUT: Final = "Unexpected end of multipart data"


class FormRefused(Exception):
    """The form is refused with an error page. ``message`` is on the page."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadFolder(Exception):
    """The form has no folder, or one that is no number. ``message`` is that of Wiki.js."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass
class UploadForm:
    """Hold what was sent. ``files`` is how many files, of which ``data`` is the first."""

    data: Spool = field(default_factory=asset_store.new_spool)
    filename: str = ""
    mime: str = ""
    files: int = 0
    texts: list[str] = field(default_factory=list)
    size: int = 0
    refused: str | None = None

    def folder(self) -> int | None:
        """Return the id of the folder, None for the root. Raises BadFolder."""
        text = self.texts[0] if len(self.texts) == 1 else ""
        try:
            sent = json.loads(text)
        except (ValueError, RecursionError):
            raise BadFolder("Missing upload folder metadata.") from None
        number = sent.get("folderId") if isinstance(sent, dict) else None
        if not number:
            return None
        try:
            return int(number) if abs(int(number)) < 2**31 else -1
        except (TypeError, ValueError, OverflowError):
            raise BadFolder("Failed to fetch folder hierarchy.") from None


async def receive(request: Request, limit: int) -> UploadForm:
    """Return the form of a request; close its ``data``. Its problem, if any, is in ``refused``."""
    form = UploadForm()
    try:
        await _receive(request, form, limit)
    except BaseException:
        form.data.close()
        raise
    return form


async def _receive(request: Request, form: UploadForm, limit: int) -> None:
    parser: FormParser | None = None
    receiver = _Receiver(form, limit)
    try:
        parser = FormParser(boundary_of(request.headers.get("content-type", "")))
    except MalformedForm:
        form.refused = "Multipart: Boundary not found"
    async for piece in request.stream():
        form.size += len(piece)
        if form.refused is None and parser is not None:
            try:
                for found in parser.feed(piece):
                    receiver.take(found)
            except MalformedForm:
                form.refused = CUT
            except FormRefused as problem:
                form.refused = problem.message
    if form.refused is None and parser is not None:
        try:
            parser.end()
        except MalformedForm:
            form.refused = CUT
    receiver.finish()


class _Receiver:
    """Put the parts of a form where they belong."""

    def __init__(self, form: UploadForm, limit: int) -> None:
        self._form = form
        self._limit = limit
        self._part: Part | None = None
        self._length = 0
        self._text = bytearray()

    def take(self, found: Part | bytes) -> None:
        """Take the headers of a part or its next bytes. Raises FormRefused."""
        if isinstance(found, Part):
            self.finish()
            self._begin(found)
        elif self._part is not None and self._part.filename is not None:
            self._length += len(found)
            if self._length > self._limit:
                raise FormRefused("File too large")
            if self._form.files == 1:
                self._form.data.write(found)
        elif self._part is not None:
            self._text += found
            if len(self._text) > MAX_TEXT:
                raise FormRefused("Field value too long")

    def finish(self) -> None:
        """Keep the text field that ends here."""
        if self._part is not None and self._part.filename is None and self._part.name == FIELD:
            self._form.texts.append(self._text.decode("utf-8", "replace"))
        self._part = None

    def _begin(self, part: Part) -> None:
        self._part, self._length, self._text = part, 0, bytearray()
        if part.filename is None:
            return
        if part.name != FIELD:
            raise FormRefused("Unexpected field")
        self._form.files += 1
        if self._form.files > MAX_FILES:
            raise FormRefused("Too many files")
        if self._form.files == 1:
            self._form.filename, self._form.mime = part.filename, part.mime
