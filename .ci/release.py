"""Check a release, and say what its tag means. Needs only Python 3.11.

release.py check TAG     fail unless TAG is the version of the project and CHANGELOG.md has it
release.py notes TAG     print what CHANGELOG.md says of it
release.py major TAG     print the tag of the Action that moves with it: v1 for v1.2.3
release.py newest TAG    fail if stdin, a tag a line, has a higher version of the same major
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
SECTION = r"^## \[?{}\]? - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)"


def main() -> None:
    """Do what the arguments say."""
    match sys.argv[1:]:
        case ["check", tag]:
            check(tag)
        case ["notes", tag]:
            sys.stdout.write(notes(tag))
        case ["major", tag]:
            sys.stdout.write(f"v{parse(tag)[0]}\n")
        case ["newest", tag]:
            newest(tag, sys.stdin.read().split())
        case _:
            sys.exit(__doc__)


def parse(tag: str) -> tuple[int, ...]:
    """Return the numbers of a tag such as v1.2.3."""
    found = TAG.fullmatch(tag)
    if found is None:
        sys.exit(f"{tag} is not the tag of a release, such as v1.2.3")
    return tuple(map(int, found.groups()))


def check(tag: str) -> None:
    """Fail unless the tag, the version and the changelog belong together."""
    parse(tag)
    text = (ROOT / "src/wikisync/__init__.py").read_text(encoding="utf-8")
    found = VERSION.search(text)
    if found is None or tag != f"v{found[1]}":
        version = found[1] if found else "missing"
        sys.exit(f"The tag is {tag}, but __version__ in src/wikisync/__init__.py is {version}")
    notes(tag)


def notes(tag: str) -> str:
    """Return the section of a version in CHANGELOG.md."""
    version = ".".join(map(str, parse(tag)))
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(SECTION.format(re.escape(version)), text, re.MULTILINE | re.DOTALL)
    if found is None or not found[1].strip():
        sys.exit(f"CHANGELOG.md has no section '## [{version}] - YYYY-MM-DD' with text")
    return found[1].strip() + "\n"


def newest(tag: str, tags: list[str]) -> None:
    """Fail if one of the tags is a higher version of the same major."""
    own = parse(tag)
    known = [parse(each) for each in tags if TAG.fullmatch(each)]
    if higher := [each for each in known if each[0] == own[0] and each > own]:
        sys.exit(f"v{'.'.join(map(str, max(higher)))} is newer: its tag stays where it is")


if __name__ == "__main__":
    main()
