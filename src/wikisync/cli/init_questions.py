"""Ask at a terminal for what ``init`` needs: address, key, folder, layout.

Each question proposes an answer, which Enter takes. Questions go to stderr.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeGuard
from urllib.parse import urlsplit

import typer

from wikisync.cli import terminal
from wikisync.config import FILE, Secret, check_root
from wikisync.errors import (
    BadConfig,
    CertificateError,
    FolderError,
    Redirected,
    TokenInFile,
    Unauthenticated,
    UnexpectedResponse,
    Unreachable,
)
from wikisync.report.error_messages import error_message
from wikisync.report.text import plural
from wikisync.settings import holds_token
from wikisync.wiki.endpoint import normalize_url
from wikisync.workflow.init import check_new_folder, find_index_name, init, propose_folder

if TYPE_CHECKING:
    from wikisync.config import Config
    from wikisync.errors import WikisyncError
    from wikisync.workflow.init import InitResult

_WHERE: Final = "An API key is made on the wiki: Administration → API Access → New API Key."
_KEY: Final = "API key (it is not shown, and kept nowhere; Enter: none yet)"
_LOCAL: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)")
_TOKEN: Final = "WIKISYNC_TOKEN"  # noqa: S105  (the name of a variable)
_WRONG_ADDRESS: Final = (Unreachable, UnexpectedResponse, Redirected, CertificateError)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the user gave: None or empty what was not given."""

    url: str | None = None
    folder: str | None = None
    root: str = ""
    index: str = ""
    key: str = field(default="", repr=False)


def begin(given: Answers) -> tuple[InitResult, bool]:
    """Ask for what is missing and carry out ``init``. Return the result, and if a key was asked.

    A rejected key is asked for again, and the address of a wiki that does not answer, unless it is
    of a configuration that was there. Raises typer.Exit where the user ends it.
    """
    there = (Path.cwd() / FILE).exists()
    try:
        with redirect_stdout(sys.stderr):  # else the spaces after the questions go to stdout
            return _begin(given, there=there)
    except typer.Abort:
        typer.echo(err=True)
        written = not there and (Path.cwd() / FILE).exists()
        left = (
            f"{FILE} was written; to go on: wikisync init." if written else "Nothing was written."
        )
        terminal.print_message(f"Cancelled. {left}")
        raise typer.Exit(130) from None


def _begin(answers: Answers, *, there: bool) -> tuple[InitResult, bool]:
    if not there:
        answers = _ask_place(answers)
    if not os.environ.get(_TOKEN, "").strip():
        terminal.print_message(_WHERE)
        answers = replace(answers, key=_ask_key(_KEY))
    while True:
        result = _initialize(answers, there=there)
        error = result.error
        if isinstance(error, Unauthenticated) or _is_bad_key(error):
            terminal.print_message(error_message(error).text)
            answers = replace(answers, key=_ask_key("Another API key (Enter: none)"))
            if not answers.key:
                return result, False
        elif isinstance(error, _WRONG_ADDRESS) and not there:
            terminal.print_message(str(error_message(error)))
            proposal = answers.url or ""
            if isinstance(error, UnexpectedResponse | Redirected):
                proposal = site_of(proposal)
            answers = replace(answers, url=_ask_url(proposal))
        else:
            return result, bool(answers.key)


def site_of(url: str) -> str:
    """Return the address of a site without the path of a page on it, as in a browser's bar."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_bad_key(error: WikisyncError | None) -> TypeGuard[BadConfig]:
    """Return if a key has characters that none has, as where a whole command was pasted."""
    return isinstance(error, BadConfig) and error.key == "token"


def _initialize(answers: Answers, *, there: bool) -> InitResult:
    def load(file: Path) -> Config:
        config = terminal.load_without_token(file)
        return replace(config, token=Secret(answers.key)) if answers.key else config

    with terminal.progress(terminal.OutputOptions())("Connecting"):
        result = init(answers.url, answers.folder, answers.root, load, answers.index)
    return replace(result, wrote=result.wrote or not there)


def _ask_place(answers: Answers) -> Answers:
    """Ask for the address, the folder and the index, where there is no configuration."""
    if answers.root:
        check_root("--root", answers.root)
    if answers.url is None:
        answers = replace(answers, url=_ask_url(os.environ.get("WIKISYNC_URL", "")))
    if answers.folder is None:
        answers = replace(answers, folder=_ask_folder())
    pages = check_new_folder(Path.cwd(), answers.folder or "pages")
    if found := find_index_name(pages):
        name, count = found
        files = f"{plural(count, 'file')} here {'is' if count == 1 else 'are'} named {name}.md."
        each = "it the page" if count == 1 else "each the page"
        if typer.confirm(f"{files} Is {each} of its folder?", default=True, err=True):
            answers = replace(answers, index=name)
    return answers


def _ask_url(proposal: str) -> str:
    """Return a valid address; one without ``https://`` gets it."""
    while True:
        text = "Address of the wiki" + ("" if proposal else ", such as https://wiki.example.com")
        answer = str(typer.prompt(text, default=proposal or None, err=True)).strip()
        if "://" not in answer and "@" not in answer:
            answer = f"{'http' if _LOCAL.match(answer) else 'https'}://{answer}"
        if holds_token(answer):
            terminal.print_message("This looks like an API key; it is asked for next.")
            continue
        try:
            return normalize_url(answer)
        except BadConfig as error:
            _explain(error)


def _ask_folder() -> str:
    name, files = propose_folder(Path.cwd())
    if files:
        terminal.print_message(f"{name}/ has {plural(files, 'file')} that may be pages.")
    while True:
        answer = str(typer.prompt("Folder of the pages", default=name, err=True)).strip()
        try:
            check_new_folder(Path.cwd(), answer)
        except (BadConfig, FolderError, TokenInFile) as error:
            _explain(error)
        else:
            return answer


def _ask_key(text: str) -> str:
    """Return a key that is typed or pasted without being shown; empty where there is none."""
    try:
        key = getpass(f"{text}: ").strip()  # asks once nothing is echoed any more
    except (EOFError, KeyboardInterrupt):
        raise typer.Abort from None
    return key[7:].strip() if key[:7].lower() == "bearer " else key


def _explain(error: WikisyncError) -> None:
    message = error_message(error)
    terminal.print_message(message.text, message.hint)
