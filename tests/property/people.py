"""Two people and what they write: one in the folder, one on the wiki, neither knowing of the other.

Every text is written once in a lifetime, so that it can be told where it is now.
"""

from __future__ import annotations

import re
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, Final

from wikisync.config import load
from wikisync.sandbox import Refused
from wikisync.state import State
from wikisync.state.bases import unpack_page

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

_TEXT: Final = re.compile(r"text \d+")
_TAGS: Final = re.compile(r"^tags: .*$", re.MULTILINE)
_TITLE: Final = re.compile(r"^title: .*$", re.MULTILINE)


class People:
    """Both of them, with the folder and the wiki that they write to.

    ``written`` are the texts that must be found somewhere; ``touched`` the pages (by path) that
    somebody wrote or deleted, or had a run taken back for; ``latest`` what the one on the wiki last
    did to each page: the text written, None for anything else.
    """

    def __init__(self, root: Path, box: Sandbox) -> None:
        (root / "wikisync.toml").write_text(f'url = "{box.url}"\njobs = 1\n', encoding="utf-8")
        self.box = box
        self.config = load(start=root, env={"WIKISYNC_TOKEN": box.token})
        self.folder = self.config.folder
        self.folder.mkdir()
        self.written: set[str] = set()
        self.touched: set[str] = set()
        self.deleted_here: set[str] = set()
        self.latest: dict[str, str | None] = {}
        self._numbers = count(1)

    def text(self) -> str:
        text = f"text {next(self._numbers)}"
        self.written.add(text)
        return text

    # The one in the folder.

    def file(self, path: str) -> Path:
        return self.folder / f"{path}.md"

    def write(self, path: str) -> None:
        """Another text in a file, or a new file."""
        self.touched.add(path)
        file = self.file(path)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            date, tag = "2020-12-16T06:49:25.724Z", next(self._numbers)
            head = f"---\ntitle: {path}\ndate: {date}\ntags: new{tag}\n---\n"
            file.write_text(f"{head}\n{self.text()}\n", encoding="utf-8")
            return
        self._forgo(path)
        old = file.read_text(encoding="utf-8")
        head = old.rpartition("---\n")[0] + "---\n" if "---\n" in old else ""
        file.write_text(f"{head}\n{self.text()}\n", encoding="utf-8")

    def retag_here(self, path: str, tags: tuple[str, ...]) -> None:
        self._amend(path, _TAGS, f"tags: {', '.join(tags)}")

    def retitle_here(self, path: str) -> None:
        self._amend(path, _TITLE, f"title: Title {next(self._numbers)}")

    def remove(self, path: str) -> None:
        if self.file(path).exists():
            self.touched.add(path)
            self.deleted_here.add(path)
            self._forgo(path)
            self.file(path).unlink()

    def _amend(self, path: str, line: re.Pattern[str], new: str) -> None:
        if self.file(path).exists():
            self.touched.add(path)
            text = self.file(path).read_text(encoding="utf-8")
            self.file(path).write_text(line.sub(new, text, count=1), encoding="utf-8")

    def _forgo(self, path: str) -> None:
        """Who overwrites a text that nobody else ever saw does not expect it to be kept."""
        own = set(_TEXT.findall(self.file(path).read_text(encoding="utf-8")))
        self.written -= own - self.found(files=False)

    # The one on the wiki.

    def edit(self, path: str) -> None:
        """Another text on a page, or a new page."""
        self.touched.add(path)
        self.latest[path] = text = self.text()
        if self.box.page(path) is None:
            self.box.create(path, content=f"{text}\n")
        else:
            self.box.edit(path, content=f"{text}\n")

    def retag_there(self, path: str, tags: tuple[str, ...]) -> None:
        if self.box.page(path) is not None:
            self.touched.add(path)
            self.box.edit(path, tags=list(tags))

    def retitle_there(self, path: str) -> None:
        if self.box.page(path) is not None:
            self.touched.add(path)
            self.box.edit(path, title=f"Title {next(self._numbers)}")

    def delete(self, path: str) -> None:
        if self.box.page(path) is not None:
            self.touched.add(path)
            self.latest[path] = None
            self.box.delete(path)

    def move(self, path: str, to: str) -> None:
        if self.box.page(path) is not None:
            try:
                self.box.move(path, to)
            except Refused:
                return
            self.touched |= {path, to}
            self.latest |= {path: None, to: None}

    def render(self, path: str) -> None:
        """Nobody's edit: the wiki renders a page again."""
        if self.box.page(path) is not None:
            self.box.render(path)

    # What is where.

    def files(self) -> dict[str, bytes]:
        """Every file below the folder, hidden ones too."""
        return {
            file.relative_to(self.folder).as_posix(): file.read_bytes()
            for file in self.folder.rglob("*")
            if file.is_file()
        }

    def found(self, *, files: bool = True) -> set[str]:
        """Every text that is on a side, in the wiki's history, or among the kept copies."""
        rows = self.box.store.rows(
            "select content from pages union all select content from versions"
        )
        texts = [row["content"] for row in rows]
        if files:
            texts += [data.decode() for data in self.files().values()]
        return set(_TEXT.findall("\n".join([*texts, *self._kept()])))

    def _kept(self) -> list[str]:
        texts = []
        with closing(State.open(self.config.state, create=False)) as state:
            for run in state.journal.runs():
                for noted in state.journal.of(run.number):
                    for what in ("before", "overtaken"):
                        data = state.journal.kept(noted.number, what)
                        if data is None:
                            continue
                        here = noted.intent.side == "folder"
                        texts.append(data.decode() if here else unpack_page(data).content)
        return texts
