"""The steps of Wiki.js's own Git storage, in its mode "sync", with real git and a sandbox as wiki.

As the server of 2.5.314 does them: a commit for each write of the API, with the time that the page
had before it was rendered; on a schedule ``git pull --rebase``, ``git push``, and the import of
what came in, which reads the header as YAML and knows no ``published``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import yaml

from support.git_repository import Repo, repository

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

RENDERING: Final = timedelta(seconds=1.4)
_HEADER: Final = re.compile(r"^---\n(.*?)\n---\s*\n(.*)$", re.S)


@dataclass
class GitStorage:
    """The storage's clone ``repo``, and the bare repository ``origin`` that it shares with people.

    ``imported`` has the files that were read back into the wiki.
    """

    sandbox: Sandbox
    repo: Repo
    origin: Path
    imported: list[str]

    def commit(self, verb: str, path: str) -> None:
        """Commit a page as the storage does after a write of the API."""
        row = self.sandbox.page(path)
        assert row is not None
        self.repo.write(f"{path}.md", stored(row))
        self.repo.git("add", "-A")
        self.repo.git("commit", "-q", "-m", f"docs: {verb} {path}")

    def sync(self) -> None:
        """Pull, push and import. Raises AssertionError where git fails; the storage stops too."""
        before = self.repo.git("rev-parse", "HEAD")
        self.repo.git("pull", "-q", "--rebase", "origin", "main")
        self.repo.git("push", "-q", "origin", "main")
        changed = self.repo.git("diff", "--name-only", "--diff-filter=AM", before, "HEAD")
        for file in changed.splitlines():
            if file.endswith(".md"):
                self.imported.append(file)
                self._import(file)

    def _import(self, file: str) -> None:
        path, text = file.removesuffix(".md"), (self.repo.root / file).read_text("utf-8")
        fields: dict[str, Any] = {"content": text}
        if found := _HEADER.match(text):
            header = yaml.safe_load(found[1])
            fields = {
                "content": found[2],
                "title": header["title"],
                "description": header["description"] or "",
                "tags": [tag for tag in (header["tags"] or "").split(", ") if tag],
            }
        if self.sandbox.page(path) is None:
            self.sandbox.create(path, **{"title": path.rpartition("/")[2], **fields})
        else:
            self.sandbox.edit(path, **fields)


def stored(row: dict[str, Any]) -> str:
    """A page's file as the storage writes it, with the time before rendering."""
    late = datetime.fromisoformat(row["updatedAt"])
    date = (late - RENDERING).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        f"---\ntitle: {row['title']}\ndescription: {row['description']}\n"
        f"published: {'true' if row['isPublished'] else 'false'}\ndate: {date}\n"
        f"tags: {', '.join(row['tags'])}\neditor: markdown\n"
        f"dateCreated: {row['createdAt']}\n---\n\n{row['content']}"
    )


def git_storage(sandbox: Sandbox, root: Path, *paths: str) -> GitStorage:
    """A storage that has committed these pages, and pushed them."""
    repo = repository(root / "storage")
    made = GitStorage(sandbox, repo, root / "origin.git", [])
    for path in paths:
        made.commit("create", path)
    repo.git("clone", "-q", "--bare", str(repo.root), str(made.origin))
    repo.git("remote", "add", "origin", str(made.origin))
    return made
