"""The page about the architecture is true: its tree is that of the packages, module by module."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import wikisync
from support import manual

SOURCE: Final = Path(wikisync.__file__).parent
SECTIONS: Final = manual.sections(manual.text("reference/architecture.md"))
ROW: Final = re.compile(r"^\| `(?P<package>[\w.]+)` \|[^|]+\| (?P<modules>[^|]+) \|$", re.MULTILINE)


def packages() -> dict[str, set[str]]:
    """Package → its modules, both as the page names them."""
    found: dict[str, set[str]] = {}
    for file in SOURCE.rglob("*.py"):
        package = ".".join(file.parent.relative_to(SOURCE).parts) or "wikisync"
        modules = found.setdefault(package, set())
        if file.stem != "__init__":
            modules.add(file.stem)
    return found


def test_every_package_and_module_is_on_the_page_and_no_other() -> None:
    rows = [
        (row["package"], re.findall(r"`(\w+)`", row["modules"]))
        for row in ROW.finditer(SECTIONS["The packages"])
    ]
    assert {package: set(modules) for package, modules in rows} == packages()
    assert len(rows) == len(packages())
    assert [package for package, modules in rows if modules != sorted(modules)] == []


def test_every_module_that_the_page_names_elsewhere_is_there() -> None:
    known = {f"{package}.{module}" for package, modules in packages().items() for module in modules}
    text = " ".join(body for heading, body in SECTIONS.items() if heading != "The packages")
    named = {
        name
        for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", text)
        if name.partition(".")[0] in packages()
    }
    assert named
    assert named - known == set()
    for file in re.findall(r"`((?:tests|src)/[\w/.]+)`", "".join(SECTIONS.values())):
        assert (manual.ROOT / file).exists(), file
