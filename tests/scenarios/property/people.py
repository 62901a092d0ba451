"""Two people and what they write: one in the folder, one on the wiki, neither knowing of the other.

A page is called by its place (``places``). A page has two texts, far enough from each other to be
merged. Every text is written once in a lifetime, so that it can be told where it is now.
"""

from __future__ import annotations

import re
import shutil
from contextlib import closing, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from scenarios.property.places import Places
from wikisync.config import load
from wikisync.sandbox import ApiError
from wikisync.state import State
from wikisync.state.bases import unpack_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from wikisync.sandbox import Sandbox

USUAL: Final = Places()

_TEXT: Final = re.compile(r"text \d+")
_TAGS: Final = re.compile(r"^tags: .*$", re.MULTILINE)
_TITLE: Final = re.compile(r"^title: .*$", re.MULTILINE)
_BETWEEN: Final = "\none\n[two](two.md) ![](../img/two.png)\nthree `[two](two.md)`\nfour\n\n"


class People:
    """Both of them, with the folder and the wiki that they write to.

    ``written`` are the texts that must be found somewhere; ``touched`` the places where
    somebody wrote, deleted or moved, or had a run taken back for; ``latest`` what the one on the
    wiki last did to each page: the text written, None for anything else.
    """

    def __init__(
        self,
        root: Path,
        sandbox: Sandbox,
        jobs: int = 1,
        places: Places = USUAL,
        numbers: Iterator[int] | None = None,
    ) -> None:
        config = f'url = "{sandbox.url}"\njobs = {jobs}\n{places.settings}'
        self.places = places
        (root / "wikisync.toml").write_text(config, encoding="utf-8")
        self.sandbox = sandbox
        self.config = load(start=root, env={"WIKISYNC_TOKEN": sandbox.token})
        self.folder = self.config.folder
        self.folder.mkdir()
        self.written: set[str] = set()
        self.touched: set[str] = set()
        self.deleted_here: set[str] = set()
        self.latest: dict[str, str | None] = {}
        self._numbers = count(1) if numbers is None else numbers

    def text(self) -> str:
        text = f"text {next(self._numbers)}"
        self.written.add(text)
        return text

    # The one in the folder.

    def file(self, path: str) -> Path:
        """The file of a place as it is, or as it would be."""
        names = [self.folder / name for name in self.places.files(path)]
        return next((name for name in names if name.exists()), names[0])

    def write(self, path: str) -> None:
        """Other texts in a file, or a new file."""
        self.touched.add(path)
        file = self.file(path)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            date, tag = "2020-12-16T06:49:25.724Z", next(self._numbers)
            head = f"---\ntitle: {path}\ndate: {date}\ntags: new{tag}\n---\n"
            file.write_text(f"{head}\n{self._content()}", encoding="utf-8")
            return
        old = file.read_text(encoding="utf-8")
        self._forgo(old)
        head = old.rpartition("---\n")[0] + "---\n" if "---\n" in old else ""
        file.write_text(f"{head}\n{self._content()}", encoding="utf-8")

    def write_part(self, path: str, part: int) -> None:
        """Another text in place of one of a file's two."""
        if self.file(path).exists():
            self.touched.add(path)
            old = self.file(path).read_text(encoding="utf-8")
            self._forgo(_TEXT.findall(old)[-2:][part])
            self.file(path).write_text(self._other(old, part), encoding="utf-8")

    def rename(self, path: str, to: str) -> None:
        """Give a file another name, where none bears it."""
        if self.file(path).exists() and not self.file(to).exists():
            self.touched |= {path, to}
            self.deleted_here.add(path)
            self.file(to).parent.mkdir(parents=True, exist_ok=True)
            self.file(path).rename(self.file(to))

    def forget(self) -> None:
        """Lose the memory, as in a fresh clone, and with it all copies that were kept there."""
        self.written &= self.found(kept=False)
        shutil.rmtree(self.config.state, ignore_errors=True)

    def retag_here(self, path: str, tags: tuple[str, ...]) -> None:
        self._amend(path, _TAGS, f"tags: {', '.join(tags)}")

    def retitle_here(self, path: str, more: str = "") -> None:
        self._amend(path, _TITLE, f"title: Title {next(self._numbers)}{more}")

    def remove(self, path: str) -> None:
        if self.file(path).exists():
            self.touched.add(path)
            self.deleted_here.add(path)
            self._forgo(self.file(path).read_text(encoding="utf-8"))
            self.file(path).unlink()

    def check_out(self, commit: Mapping[str, bytes]) -> None:
        """Make the folder's pages what they were; a page that was not there then goes."""
        for name in self.files().keys() | commit.keys():
            file, new = self.folder / name, commit.get(name)
            old = file.read_bytes() if file.exists() else None
            if old == new:
                continue
            self.touched.add(self.places.of_file(name))
            if old is not None:
                self._forgo(old.decode())
            if new is None:
                self.deleted_here.add(self.places.of_file(name))
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(new)

    def _amend(self, path: str, line: re.Pattern[str], new: str) -> None:
        if self.file(path).exists():
            self.touched.add(path)
            text = self.file(path).read_text(encoding="utf-8")
            self.file(path).write_text(line.sub(new, text, count=1), encoding="utf-8")

    def _forgo(self, old: str) -> None:
        """Who overwrites a text that nobody else ever saw does not expect it to be kept."""
        self.written -= set(_TEXT.findall(old)) - self.found(files=False)

    def _content(self) -> str:
        return f"{self.text()}\n{_BETWEEN}{self.text()}\n"

    def _other(self, old: str, part: int) -> str:
        """A text with another one of its last two parts."""
        found = list(_TEXT.finditer(old))[-2:][part]
        return old[: found.start()] + self.text() + old[found.end() :]

    # The one on the wiki.

    def edit(self, path: str) -> None:
        """Another text on a page, or a new page."""
        self.touched.add(path)
        content = self._content()
        self.latest[path] = _TEXT.findall(content)[0]
        if self.page(path) is None:
            try:
                self.sandbox.create(*self.places.at(path), content=content)
            except ApiError:  # the wiki takes it for another page
                self.written -= set(_TEXT.findall(content))
                del self.latest[path]
        else:
            self.sandbox.edit(*self.places.at(path), content=content)

    def edit_part(self, path: str, part: int) -> None:
        """Another text in place of one of a page's two."""
        page = self.page(path)
        if page is not None:
            self.touched.add(path)
            content = self._other(page["content"], part)
            self.latest[path] = _TEXT.findall(content)[-2:][part]
            self.sandbox.edit(*self.places.at(path), content=content)

    def retag_there(self, path: str, tags: tuple[str, ...]) -> None:
        if self.page(path) is not None:
            self.touched.add(path)
            with suppress(ApiError):  # the wiki has one of them in another spelling
                self.sandbox.edit(*self.places.at(path), tags=list(tags))

    def retitle_there(self, path: str, more: str = "") -> None:
        if self.page(path) is not None:
            self.touched.add(path)
            self.sandbox.edit(*self.places.at(path), title=f"Title {next(self._numbers)}{more}")

    def delete(self, path: str) -> None:
        if self.page(path) is not None:
            self.touched.add(path)
            self.latest[path] = None
            self.sandbox.delete(*self.places.at(path))

    def move(self, path: str, to: str) -> None:
        if self.page(path) is not None:
            try:
                goal, to_locale = self.places.at(to)
                path_now, locale = self.places.at(path)
                self.sandbox.move(path_now, goal, locale, to_locale)
            except ApiError:
                return
            self.touched |= {path, to}
            self.latest |= {path: None, to: None}

    def leave(self, path: str, to: str) -> None:
        """Move a page to a path outside the root, where none is."""
        page = self.page(path)
        if page is not None and self.sandbox.page(to, page["locale"]) is None:
            self.touched.add(path)
            self.latest[path] = None
            self.sandbox.move(page["path"], to, page["locale"])

    def enter(self, path: str, row: Mapping[str, Any]) -> None:
        """Move a page from outside into the root, where none is."""
        if self.page(path) is None:
            goal, locale = self.places.at(path)
            self.touched.add(path)
            self.latest[path] = None
            self.sandbox.move(row["path"], goal, row["locale"], locale)

    def render(self, path: str) -> None:
        """Nobody's edit: the wiki renders a page again."""
        if self.page(path) is not None:
            self.sandbox.render(*self.places.at(path))

    # What is where.

    def page(self, place: str) -> dict[str, Any] | None:
        return self.sandbox.page(*self.places.at(place))

    def pages(self) -> list[dict[str, Any]]:
        """Every page of the wiki that the folder is to have."""
        return [row for row in self.sandbox.pages() if self.places.contains(row)]

    def files(self) -> dict[str, bytes]:
        """Every file below the folder, hidden ones too."""
        return {
            file.relative_to(self.folder).as_posix(): file.read_bytes()
            for file in self.folder.rglob("*")
            if file.is_file()
        }

    def found(self, *, files: bool = True, kept: bool = True) -> set[str]:
        """Every text that is on a side, in the wiki's history, or among the kept copies."""
        rows = self.sandbox.store.rows(
            "select content from pages union all select content from versions"
        )
        texts = [row["content"] for row in rows]
        if files:
            texts += [data.decode() for data in self.files().values()]
        if kept:
            texts += self._kept()
        return set(_TEXT.findall("\n".join(texts)))

    def _kept(self) -> list[str]:
        texts = []
        with closing(State.open(self.config.state, create=False)) as state:
            for run in state.journal.runs():
                for noted in state.journal.entries(run.number):
                    for what in ("before", "overtaken"):
                        data = state.backups.data(noted.number, what)
                        if data is None:
                            continue
                        here = noted.intent.side == "folder"
                        texts.append(data.decode() if here else unpack_page(data).content)
        return texts
