"""Check a folder that is in memory alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wikisync.check_levels import Level, Rule, levels
from wikisync.checking.anchors import anchors_of
from wikisync.checking.facts import read_facts
from wikisync.checking.folder_facts import FolderFacts, content_type_of
from wikisync.checking.rules import all_findings
from wikisync.page.document import parse
from wikisync.page.model import Key
from wikisync.page.paths import EXTENSIONS, Layout, Locales, to_nfc
from wikisync.page.places import Places, page_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.checking.model import Finding

LAYOUT = Layout(Locales("en", ("en", "fr")))


@dataclass
class Memory:
    """A folder of these files; ``remote`` are pages that are known to be on the wiki."""

    files: Mapping[str, str | bytes]
    remote: tuple[Key, ...] = ()
    layout: Layout = LAYOUT
    levels: Mapping[Rule, Level] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def bytes(self) -> dict[str, bytes]:
        return {
            file: text if isinstance(text, bytes) else text.encode()
            for file, text in self.files.items()
        }

    @property
    def facts(self) -> FolderFacts:
        data = self.bytes
        pages = [file for file in data if file.endswith(tuple(EXTENSIONS))]
        by_page, shared = page_files(pages, self.layout)
        assets = {file: len(data[file]) for file in data if file not in pages}
        places = Places(self.layout, by_page, self.remote, assets, shared=shared)

        def anchors(file: str) -> frozenset[str] | None:
            kind = content_type_of(file)
            return anchors_of(parse(data[file], kind).file_content, kind)

        return FolderFacts(
            places,
            {to_nfc(file): read_facts(data[file], content_type_of(file)) for file in pages},
            levels(self.levels),
            self.remote,
            anchors=anchors,
            **self.more,
        )

    def findings(self) -> tuple[Finding, ...]:
        pages = [file for file in self.files if file.endswith(tuple(EXTENSIONS))]
        return all_findings(self.facts, pages)


def found(
    files: Mapping[str, str | bytes],
    *remote: Key,
    layout: Layout = LAYOUT,
    on: tuple[Rule, ...] = (),
    **more: Any,
) -> list[str]:
    """The findings as ``file:line:column rule``; the rules in ``on`` are warnings."""
    memory = Memory(files, remote, layout, dict.fromkeys(on, "warning"), more)
    return [
        f"{one.file}{f':{one.line}:{one.column}' if one.line else ''} {one.rule}"
        for one in memory.findings()
    ]
