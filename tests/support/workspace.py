"""A project folder with a wiki beside it, and the command line run on them as a user would."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typer.main import get_command

from support.texts import TEXT
from wiki.hostile import TLS
from wikisync.cli.commands import app
from wikisync.cli.terminal import guard_log
from wikisync.state import State
from wikisync.state.bases import unpack_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wikisync.sandbox import Sandbox
    from wikisync.sandbox.app import SeenRequest

DATE: Final = "2020-12-16T06:49:25.724Z"
CREATED: Final = "2020-12-16T06:14:16.410Z"
PATIENCE: Final = 30.0
"""Seconds after which a process that says nothing is a failed test."""

_APP: Final = get_command(app)

_CLEAR: Final = (
    *("WIKISYNC_HEADERS", "WIKISYNC_CLIENT_CERT", "WIKISYNC_CLIENT_KEY"),
    *("WIKISYNC_URL", "WIKISYNC_CA_FILE", "NO_COLOR", "FORCE_COLOR", "HTTP_PROXY", "HTTPS_PROXY"),
    *("http_proxy", "https_proxy", "ALL_PROXY", "all_proxy", "PAGER", "WIKISYNC_PAGER", "LESS"),
)


def page(
    title: str = "A page",
    content: str = TEXT,
    *,
    tags: str = "",
    description: str = "",
    published: str = "true",
    more: str = "",
) -> str:
    """A file as Wiki.js's storage writes it. ``more`` are further header lines."""
    return (
        f"---\ntitle: {title}\ndescription: {description}\npublished: {published}\ndate: {DATE}\n"
        f"tags: {tags}\neditor: markdown\ndateCreated: {CREATED}\n{more}---\n\n{content}"
    )


@dataclass(frozen=True)
class Result:
    """What a command printed and ended with, and what it asked of the wiki."""

    args: tuple[str, ...]
    code: int
    out: str
    err: str
    error: BaseException | None = None
    asked: tuple[SeenRequest, ...] = ()

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout, with nothing beside it."""
        assert self.out.startswith("{"), self
        assert self.out.count("\n") == 1, self
        assert self.out.endswith("\n"), self
        value = json.loads(self.out)
        assert isinstance(value, dict), self
        return value

    def action(self, path: str) -> dict[str, Any]:
        """The one action on a page, from the JSON."""
        (found,) = (action for action in self.json["actions"] if action["path"] == path)
        assert isinstance(found, dict)
        return found

    def done(self) -> list[tuple[str, str, str]]:
        """(action, side, path) of every action with the outcome ``done``."""
        return self._with("done")

    def planned(self) -> list[tuple[str, str, str]]:
        return self._with("planned")

    def _with(self, outcome: str) -> list[tuple[str, str, str]]:
        return [
            (action["action"], action["side"], action["path"])
            for action in self.json["actions"]
            if action["outcome"] == outcome
        ]

    def ok(self) -> Result:
        """Itself, where all went well."""
        assert self.code == 0, self
        return self


@dataclass
class Workspace:
    """A folder with a ``wikisync.toml``, its pages, and a wiki of its own."""

    root: Path
    sandbox: Sandbox
    env: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # One authority loads twenty times faster than all of the system's.
        given = {"WIKISYNC_TOKEN": self.sandbox.token, "SSL_CERT_FILE": str(TLS / "cert.pem")}
        self.env = {**dict.fromkeys(_CLEAR), "PAGER": "cat", **given, **self.env}
        self.configure()
        self.folder.mkdir()

    @property
    def folder(self) -> Path:
        return self.root / "pages"

    @property
    def state(self) -> Path:
        return self.root / ".wikisync"

    def configure(self, **settings: object) -> None:
        """Write ``wikisync.toml``: the wiki's address, and these settings."""
        lines = {"url": self.sandbox.url, **settings}
        # JSON's texts, numbers, flags and lists are TOML's too.
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
        (self.root / "wikisync.toml").write_text(text, encoding="utf-8")

    def write(self, name: str, text: str | bytes) -> None:
        """A file below the folder, as an editor would save it."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, name: str) -> str:
        return self.raw(name).decode()

    def raw(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def change(self, name: str, old: str, new: str) -> None:
        """An edit in a file."""
        text = self.read(name)
        assert old in text, text
        self.write(name, text.replace(old, new))

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def files(self) -> dict[str, bytes]:
        """Every file below the folder, with its bytes."""
        return tree(self.folder)

    def push(self, **pages: str) -> None:
        """Write these pages (``guide__a`` is ``guide/a``), and push the folder."""
        for name, text in pages.items():
            self.write(f"{name.replace('__', '/')}.md", text)
        self.run("push", "--yes").ok()

    def run(
        self,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
    ) -> Result:
        """A command, in this process and off any terminal."""
        before = self.sandbox.requests[-1].number if self.sandbox.requests else 0
        with chdir(cwd or self.root), environment({**self.env, **(env or {})}):
            code, out, err, error = called(args)
        asked = tuple(seen for seen in list(self.sandbox.requests) if seen.number > before)
        assert "Traceback" not in out + err, out + err
        return Result(args, code, out, err, error, asked)

    def process(self, *args: str, env: Mapping[str, str | None] | None = None) -> Result:
        """A command as a process of its own, off any terminal."""
        got = subprocess.run(
            command(*args),
            cwd=self.root,
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return Result(args, got.returncode, got.stdout.decode(), got.stderr.decode())

    def environment(self, env: Mapping[str, str | None] | None = None) -> dict[str, str]:
        """The environment of a process: this one's, with what the workspace and ``env`` say."""
        both = {**os.environ, "TERM": "xterm-256color", **self.env, **(env or {})}
        return {name: value for name, value in both.items() if value is not None}

    def bases(self) -> list[str]:
        """The paths that the state knows."""
        with closing(State.open(self.state, create=False)) as state:
            return sorted(key.path for key in state.bases.load())

    def kept(self) -> list[tuple[str, str, str, str]]:
        """(verb, side, path, what stood there): all that was kept, the latest run's first.

        What stood there is a file's text here, a page's content on the wiki.
        """
        found: list[tuple[str, str, str, str]] = []
        with closing(State.open(self.state, create=False)) as state:
            for run in state.journal.runs():
                for noted in state.journal.entries(run.number):
                    data, what = state.backups.data(noted.number), noted.intent
                    if data is not None:
                        text = unpack_page(data).content if what.side == "wiki" else data.decode()
                        found.append((what.verb, what.side, what.key.path, text))
        return found

    def snapshot(self) -> tuple[dict[str, bytes], dict[str, bytes], list[Any]]:
        """All there is: folder, state, wiki."""
        return self.files(), tree(self.state), self.sandbox.pages()

    def both_sides(self) -> tuple[dict[str, bytes], list[Any]]:
        """Folder and wiki."""
        return self.files(), self.sandbox.pages()


@contextmanager
def environment(changes: Mapping[str, str | None]) -> Iterator[None]:
    """This process's environment, changed; None takes a variable out."""
    before = dict(os.environ)
    os.environ.update({name: value for name, value in changes.items() if value is not None})
    for name in changes.keys() & os.environ.keys():
        if changes[name] is None:
            del os.environ[name]
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def called(args: Sequence[str]) -> tuple[int, str, str, BaseException | None]:
    """The command line, called: exit code, stdout, stderr, and what ended it."""
    out, err = io.StringIO(), io.StringIO()
    code, error, stdin = 0, None, sys.stdin
    sys.stdin = io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            guard_log()  # as the program begins
            _APP(list(args), prog_name="wikisync")
    except SystemExit as ending:
        code, error = ending.code if isinstance(ending.code, int) else 1, ending
    finally:
        sys.stdin = stdin
    return code, out.getvalue(), err.getvalue(), error


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "wikisync", *args]
