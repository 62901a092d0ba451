"""Format each finding of ``wikisync check`` as a sentence that says what readers would see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.report.layout_messages import misplaced_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.checking.model import Finding, Step


RULES: Final[dict[str, str]] = {
    "header": "A header that cannot be read, or a file that cannot.",
    "header-key": (
        "A key of a header that is nearly one of wikisync's, such as publishd, and says nothing."
    ),
    "encoding": "A file that is not UTF-8, or has a NUL.",
    "length": "A title or a description that is too long, or an empty page.",
    "conflict-marks": "Git's conflict markers that the page did not have before.",
    "name": "A name that the wiki refuses, or files that contradict locale_folders.",
    "name-case": "A page whose name differs from another's only in upper and lower case.",
    "duplicate": "A second file of one page, such as a.html beside a.md.",
    "reserved-name": "A new page that no browser could open, such as login.",
    "dead-link": (
        "A link to a page that does not exist, or to the file of a page that the wiki has"
        " elsewhere: one in .adoc, or an index file."
    ),
    "dead-anchor": "A link to a heading that the page does not have. Not for AsciiDoc.",
    "dead-asset": (
        "An image or a file that does not exist, or is read from another place on the wiki."
    ),
    "case-link": "A link that differs from a page's or a file's name only in upper and lower case.",
    "child-link": (
        "A link without an ending that leads below the page on the wiki, where a file shows"
        " what was meant."
    ),
    "wiki-link": "[[page]], which Wiki.js shows as text.",
    "folder-only-link": "A link to what is in the folder alone: a folder, or a file outside of it.",
    "wiki-only-link": "A link that is right on the wiki alone, such as /guide/two.",
    "asset-name": "An image or file whose name the wiki would change.",
    "asset-unreadable": "An image or file that nobody could open on the wiki.",
    "asset-size": "An image or file that is larger than the wiki takes.",
    "unused-asset": "An image or file that no page refers to.",
    "no-title": "A page without a title and without a heading.",
    "no-header": "A file without a header.",
}
"""What each rule finds, as the manual says it."""


def finding_message(finding: Finding) -> str:
    """Return what is wrong, and what readers of the wiki would see of it."""
    words = _WORDS.get(finding.kind)
    if words is not None:
        return words.format_map(finding.facts)
    return _other(finding)


def fix_message(finding: Finding) -> str:
    """Return what to do instead; "" if that is not known."""
    if finding.fix is None:
        return ""
    if finding.line is None:
        return f"Rename it to {finding.fix}."
    return f"Write {finding.fix}"


def step_message(step: Step, *, planned: bool) -> Iterator[str]:
    """Yield what a step of ``--fix`` did, or would do, as lines."""
    if step.failed:
        yield f"{step.file}: not changed: {step.failed}."
        return
    if step.new_name:
        yield f"{step.file}: {'would be renamed' if planned else 'renamed'} to {step.new_name}"
    for line, old, new in step.targets:
        verb = "would become" if planned else "became"
        yield f"{step.new_name or step.file}:{line}: {old} {verb} {new}"


_WORDS: Final = {
    "unread": "The page would not be published: it cannot be read: {what}.",
    "header": "The header cannot be read, so the page would not be published: {what}.",
    "header-key": "{key} says nothing to wikisync or the wiki. Probably {meant} is meant.",
    "encoding": "The page would not be published: {what}.",
    "length": "The page would not be published: {what}.",
    "conflict-marks": (
        "Readers would see both versions of a conflict and its marks (<<<<<<<). Choose one."
    ),
    "name": "The page would not be published under this name: {what}.",
    "reserved-name": "This page cannot be created: {what}.",
    "name-case": (
        "The page {page} differs from {other} only in upper and lower case: on some wikis and file"
        " systems the two are one page."
    ),
    "duplicate": "{other} is the same page, {page}: neither would be published. Keep one.",
    "same-name": (
        "Two files have this name, and differ only in how Unicode composes the letters: neither"
        " would be published. Keep one."
    ),
    "dead-link": "Readers who follow {target} see that the page {page} does not exist.",
    "dead-link-below": (
        "Readers who follow {target} see that the page {page} does not exist: on the wiki, a link"
        " without a slash in front or an ending leads below this page."
    ),
    "other-page": (
        "Readers who follow {target} do not see {file}: on the wiki that is the page {own}, and"
        " this leads to {page}."
    ),
    "dead-anchor": (
        "Readers who follow {target} see the top of {page}: it has no heading #{anchor}."
    ),
    "dead-asset": "Readers who follow {target} see an error: there is no file {path}.",
    "dead-image": "Readers see a broken image instead of {target}: there is no file {path}.",
    "other-asset": ("Readers do not see {file} here: on the wiki, {target} is read from /{path}."),
    "case-link": (
        "On most wikis, readers who follow {target} see that the page does not exist: it is spelt"
        " {other}."
    ),
    "case-asset": (
        "Readers do not see {target}: the file's name is spelt {other}, and case counts on the"
        " wiki."
    ),
    "child-link": (
        "Readers who follow {target} are led below this page, to {page}, which does not exist."
        " Probably {meant} is meant."
    ),
    "wiki-link": "Readers see {text} as it stands: Wiki.js makes no link of it.",
    "folder-only-link": (
        "{target} leads to something in the folder alone: on the wiki, readers see an error."
    ),
    "wiki-only-link": (
        "{target} works on the wiki alone: readers of the folder, as on GitHub, find no file there."
    ),
    "asset-changed": (
        "The wiki would store the file as {stored}, so what refers to it would show nothing."
    ),
    "asset-nameless": "The wiki cannot store a file of this name.",
    "asset-unreadable": "Readers could not open this file on the wiki: {what}.",
    "unused-asset": "No page refers to this file.",
    "no-title": "Readers see {name} as the page's title: it has no title and no heading.",
    "no-header": "The file has no header: title, description and tags come from elsewhere.",
}


def _other(finding: Finding) -> str:
    facts = finding.facts
    match finding.kind:
        case "asset-size":
            size, limit = facts["size"] / 2**20, facts["limit"] / 2**20
            return (
                f"The wiki would refuse this file: it has {size:.1f} MiB, and the limit is"
                f" {limit:g} MiB."
            )
        case "misplaced":
            text, hint = misplaced_message(facts["error"])
            return f"{text} {hint}"
    raise ValueError(finding.kind)
