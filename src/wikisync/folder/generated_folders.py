"""Recognize folders that a program made: dependencies, environments, build output, caches.

Only what is certain counts: a name that nothing else has, a file inside that its program puts
there, or the file beside it of the program whose output has that name. ``build/`` alone may be a
folder of pages about building (files.md, *What is left out*).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.folder.directory import Directory
    from wikisync.planning.model import IgnoreReason

BY_NAME: Final[dict[str, IgnoreReason]] = {
    "node_modules": "dependencies",
    "bower_components": "dependencies",
    "__pycache__": "build",
}
"""Names of folders that are left out wherever they are."""

_BESIDE: Final[tuple[tuple[str, IgnoreReason, tuple[str, ...]], ...]] = (
    ("target", "build", ("Cargo.toml", "pom.xml", "build.sbt")),
    ("build", "build", ("build.gradle", "build.gradle.kts", "CMakeLists.txt")),
    ("build", "build", ("package.json", "pyproject.toml", "setup.py")),
    ("dist", "build", ("package.json", "pyproject.toml", "setup.py")),
    ("site", "build", ("mkdocs.yml", "mkdocs.yaml")),
    ("_site", "build", ("_config.yml", "_config.yaml", "eleventy.config.js", ".eleventy.js")),
    ("_build", "build", ("conf.py", "_config.yml", "mix.exs")),
    ("public", "build", ("hugo.toml", "hugo.yaml", "gatsby-config.js", "gatsby-config.ts")),
    ("book", "build", ("book.toml",)),
    ("vendor", "dependencies", ("go.mod", "composer.json", "Gemfile")),
    ("deps", "dependencies", ("mix.exs",)),
    ("Pods", "dependencies", ("Podfile",)),
)
"""Name of a folder, why it is left out, and files beside it one of which must be there."""

_CACHE_TAG: Final = "CACHEDIR.TAG"
_CACHE_SIGNATURE: Final = b"Signature: 8a477f597d28d172789f06886806bc55"
"""From the *Cache Directory Tagging Specification*."""


def reason_inside(names: Collection[str], directory: Directory) -> IgnoreReason | None:
    """Return why a directory that has these names is left out, or None."""
    if ".git" in names:
        return "repository"
    if "pyvenv.cfg" in names or "conda-meta" in names:
        return "environment"
    if _CACHE_TAG in names:
        try:
            tagged = directory.read(_CACHE_TAG).startswith(_CACHE_SIGNATURE)
        except OSError:
            return None
        return "build" if tagged else None
    return None


def reason_beside(names: Collection[str]) -> dict[str, IgnoreReason]:
    """Return which folders among these names are left out for a file beside them, and why."""
    return {
        name: reason
        for name, reason, markers in _BESIDE
        if name in names and any(marker in names for marker in markers)
    }
