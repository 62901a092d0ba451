"""Format each result of ``wikisync doctor``: what was found, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from wikisync.report.error_messages import NEW_KEY, Message, error_message, in_the_clear
from wikisync.report.text import plural, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from wikisync.doctor.model import Check

_FEW: Final = 3

_GROUP = "Administration → Groups"

Facts = Mapping[str, Any]
Words = tuple[str, str]

_MESSAGES: Final[dict[str, tuple[str, str]]] = {
    "address": ("{url}", ""),
    "no-proxy": ("none; requests go straight to the wiki.", ""),
    "proxy": ("requests go through {host}:{port}, as HTTPS_PROXY or its like says.", ""),
    "connection": ("{host}, port {port}.", ""),
    "no-tls": ("none, since the address begins with http://.", ""),
    "behind-proxy": (
        "cannot be read through a proxy. The next check fails if it is not trusted.",
        "",
    ),
    "wiki": ("it answers like Wiki.js.", ""),
    "no-clock": ("the wiki's answers have no date.", ""),
    "clock": ("this machine and the wiki agree.", ""),
    "clock-wiki": (
        "this machine's clock is {detail} the wiki's.",
        "Set the clock of whichever is wrong. Until then no old backup is deleted.",
    ),
    "api": ("enabled.", ""),
    "api-unseen": ("cannot be seen without a key that the wiki accepts.", ""),
    "revoked": ("the wiki says that it was revoked, or belongs to another wiki.", NEW_KEY),
    "no-jwt": (
        "WIKISYNC_TOKEN is no API key of Wiki.js, which is three parts with a dot between them.",
        "Copy the whole key, or create a new one (Administration → API Access).",
    ),
    "no-expiry": ("the key does not say when it expires.", ""),
    "version": ("Wiki.js {version}, the version that wikisync was tested with.", ""),
    "version-near": ("Wiki.js {version}; wikisync was tested with {measured}.", ""),
    "version-other": (
        "Wiki.js {version} is not known to wikisync, which was tested with {measured}.",
        "Try it first on a copy of the wiki, or use Wiki.js 2.5.",
    ),
    "version-unseen": (
        "only a key of an administrator may see it; wikisync was tested with {measured}.",
        "",
    ),
    "no-page": ("there is no page to try it on.", ""),
    "read-api": ("pages can be read: status, diff, pull and plan work.", ""),
    "read-files": (
        "pages can be read by their files: status, diff, pull and plan work. Publish dates, styles"
        " and scripts are not seen.",
        "",
    ),
    "read-none": (
        "the key may list pages and not read them: it lacks read:source.",
        f"Give its group read:source, and a page rule with it ({_GROUP}).",
    ),
    "read-only": (
        "the key may only read, since its group lacks write:pages. push and sync do not work.",
        f"To publish, give its group write:pages and manage:pages ({_GROUP}).",
    ),
    "write-none": (
        "the group has write:pages, and its page rules allow it for no page that was tried.",
        f"Add write:pages and manage:pages to the page rules of these paths ({_GROUP}).",
    ),
    "write-unruled": (
        "the group has write:pages. There is no page yet to try its page rules on.",
        "",
    ),
    "write": ("pages can be changed: push and sync work.", ""),
    "delete": ("pages can be deleted, with --delete.", ""),
    "no-delete": (
        "the key may not delete pages: --delete does not work on the wiki.",
        f"If it should, give its group delete:pages, and a page rule with it ({_GROUP}).",
    ),
    "delete-locales": (
        "the group has delete:pages, but Wiki.js lets no group delete whose page rules name"
        " locales.",
        "If it should, use page rules for all locales.",
    ),
    "delete-unseen": (
        "cannot be tried without deleting, and this key may not see its group.",
        f"Look there for delete:pages ({_GROUP}).",
    ),
    "history": ("the history of pages can be read.", ""),
    "no-history": (
        "the key may not read the history of pages. An edit made at the same moment as a write"
        " cannot be saved, and a fresh clone finds out from Git alone which side changed.",
        f"Give its group read:history, and a page rule with it ({_GROUP}).",
    ),
    "styles": ("styles and scripts of pages can be changed.", ""),
    "styles-unseen": (
        "cannot be tried without writing, and this key may not see its group. Without write:styles"
        " and write:scripts, those of a page stay as they are.",
        "",
    ),
    "assets-off": ('not synced, as assets = "none" says.', ""),
    "assets": ("images and files can be read.", ""),
    "no-assets": (
        "the key may not read images and files: they are left out.",
        f"Give its group read:assets, and a page rule with it ({_GROUP}).",
    ),
    "assets-write": ("images and files can be sent, renamed and deleted.", ""),
    "limit-unseen": (
        "this key may not see how large a file the wiki takes.",
        "It is in Administration → Security → Uploads. max_asset_size in wikisync.toml should be"
        " the same.",
    ),
    "assets-unseen": (
        "cannot be tried without writing, and this key may not see its group.",
        f"Look there for write:assets, and for renaming and deleting manage:assets ({_GROUP}).",
    ),
    "no-uploads": (
        "images and files cannot be sent while WIKISYNC_HEADERS has Authorization: Wiki.js takes"
        " the key for an upload in that header alone.",
        "Let the gateway accept another header, or let requests to /u through.",
    ),
    "no-root": ("none: the folder stands for the whole wiki.", ""),
    "no-git": ("the folder is in no Git repository; wikisync needs none.", ""),
    "git": ("the repository has its whole history.", ""),
    "shallow": (
        "the clone is shallow, so a fresh clone cannot find out from it which side changed a page.",
        "Fetch the rest: git fetch --unshallow (on GitHub: fetch-depth: 0).",
    ),
    "git-failed": ("git cannot read the repository: {reason}.", ""),
    "no-state": ("there has been no run yet.", ""),
    "state-url": (
        "it is of {then}, and the configuration says {now}.",
        "If the wiki moved, run with --allow foreign-state once. For another wiki, use a project"
        " folder of its own.",
    ),
    "state-folder": (
        "the last run used the folder {then}/, and the configuration says {now}/.",
        "If you renamed it, run with --allow foreign-state once.",
    ),
    "state-root": (
        'the last run had root = "{then}", and the configuration says "{now}".',
        "Set it back, or use a project folder of its own for each part of the wiki.",
    ),
    "no-folder": ("{folder}/ does not exist.", "wikisync pull creates it, or set another folder."),
    "may-write": ("a run for the event {event}, which may write.", ""),
    "may-not-write": (
        "a run for the event {event}, which may not write: anybody can cause it.",
        "Use the command plan here, and publish in a run for pushes to your branch.",
    ),
}


def check_message(check: Check) -> Message:
    """Return the message of a check."""
    if check.error is not None:
        message = error_message(check.error)
        return Message(f"{message.text}{_shown_certificate(check.facts)}", message.hint)
    if check.finding in _MESSAGES:
        text, hint = _MESSAGES[check.finding]
        return Message(text.format(**check.facts), hint)
    return Message(*_COUNTED[check.finding](check.facts))


def _shown_certificate(facts: Facts) -> str:
    if not facts:
        return ""
    return f" The server shows one of “{facts['subject']}”, signed by “{facts['issuer']}”."


def _not_tried(facts: Facts) -> Words:
    return f"not tried, since the check {facts['because']} fails.", ""


def _in_the_clear(facts: Facts) -> Words:
    warning = in_the_clear(facts["url"])
    return (warning.text, warning.hint) if warning else (facts["url"], "")


def _configuration(facts: Facts) -> Words:
    where = facts["file"] or "no wikisync.toml; all settings are from the environment"
    return f"{where} (Python {facts['python']})", ""


def _certificate_ends(facts: Facts) -> Words:
    hint = "Have it renewed by those who run the wiki."
    return f"signed by {facts['issuer']}, and ends soon{_until(facts['date'])}.", hint


def _clock_differs(facts: Facts) -> Words:
    side = "ahead of" if facts["seconds"] > 0 else "behind"
    return f"this machine is {abs(facts['seconds']):,} s {side} the wiki.", ""


def _read_some(facts: Facts) -> Words:
    text = f"{_pages(facts['pages'])} cannot be read, of {facts['tried']} that were tried."
    return text, f"Add read:source to the page rules of these paths ({_GROUP})."


def _no_manage(facts: Facts) -> Words:
    text = f"{_pages(facts['pages'])} can be changed, and not read through the API."
    return text, f"Give its group manage:pages, and a page rule with it ({_GROUP})."


def _write_some(facts: Facts) -> Words:
    text = f"{_pages(facts['pages'])} cannot be changed, of {facts['tried']} that were tried."
    return text, f"Add write:pages to the page rules of these paths ({_GROUP})."


def _no_styles(facts: Facts) -> Words:
    needs = " and ".join(facts["needs"])
    return f"the group lacks {needs}: those of pages stay as they are.", ""


def _no_assets_write(facts: Facts) -> Words:
    needs = " and ".join(facts["needs"])
    what = "sent, renamed or deleted" if len(facts["needs"]) > 1 else "sent"
    if facts["needs"] == ["manage:assets"]:
        what = "renamed or deleted"
    return (
        f"the group lacks {needs}: images and files cannot be {what}.",
        f"Give its group {needs}, and a page rule with it ({_GROUP}).",
    )


def _root_empty(facts: Facts) -> Words:
    text = f"the key sees no page below {facts['root']}, of {facts['visible']} that it sees"
    return (
        f"{text}: there is none, or its page rules hide it.",
        f"Check the spelling of root, and the page rules for that path ({_GROUP}).",
    )


def _locales(facts: Facts) -> Words:
    names = ", ".join(facts["locales"])
    spaces = "with" if facts["namespacing"] else "without"
    text = f"{names}; the default is {facts['default']}, and addresses are {spaces} locales."
    return text, ""


def _state(facts: Facts) -> Words:
    return f"sound, with {plural(facts['pages'], 'page')}{_last(facts['last'])}.", ""


def _state_interrupted(facts: Facts) -> Words:
    text = f"sound, but the last run was interrupted{_last(facts['last'])}."
    return text, "The next run that writes looks what became of it."


def _key(facts: Facts) -> Words:
    if facts["group"]:
        group = f" of the group {facts['group']}"
    elif facts.get("number"):
        group = f" of the group with the number {facts['number']}"
    else:
        group = ""
    signed = f", and signs edits as {facts['user']}" if facts["user"] else ""
    return f"the wiki accepts the key{group}{signed}.", ""


def _list(facts: Facts) -> Words:
    text = f"{plural(facts['pages'], 'page')} can be listed."
    if not facts["hidden"]:
        return text, ""
    hidden = f"{plural(facts['hidden'], 'page')} of the last run exist, and this key may not see"
    return f"{text} {hidden} them.", f"Check the page rules of its group ({_GROUP})."


def _pages(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_FEW])
    more = len(names) - _FEW
    return f"{shown} and {more} more" if more > 0 else shown


def _until(date: datetime | None) -> str:
    return f", valid until {_day(date)}" if date else ""


def _day(date: datetime) -> str:
    return date.date().isoformat()


def _last(last: str | None) -> str:
    return f"; the last run was on {last[:10]}" if last else ""


_COUNTED: Final[dict[str, Callable[[Facts], Words]]] = {
    "not-tried": _not_tried,
    "in-the-clear": _in_the_clear,
    "configuration": _configuration,
    "name": lambda facts: (f"{facts['host']} is {', '.join(facts['addresses'][:_FEW])}.", ""),
    "certificate": lambda facts: (
        f"trusted, signed by {facts['issuer']}{_until(facts['date'])}.",
        "",
    ),
    "certificate-ends": _certificate_ends,
    "clock-differs": _clock_differs,
    "key": _key,
    "expires": lambda facts: (f"it is valid until {_day(facts['date'])}.", ""),
    "expires-soon": lambda facts: (f"it expires soon, on {_day(facts['date'])}.", NEW_KEY),
    "expired": lambda facts: (f"it expired on {_day(facts['date'])}.", NEW_KEY),
    "list": _list,
    "read-some": _read_some,
    "no-manage": _no_manage,
    "write-some": _write_some,
    "no-styles": _no_styles,
    "no-assets-write": _no_assets_write,
    "limit": lambda facts: (
        f"the wiki takes files of up to {size_text(facts['limit'])}, as max_asset_size says.",
        "",
    ),
    "limit-higher": lambda facts: (
        f"the wiki takes files of up to {size_text(facts['limit'])}, and max_asset_size is"
        f" {size_text(facts['setting'])}: larger ones are not sent.",
        "",
    ),
    "limit-lower": lambda facts: (
        f"the wiki takes files of up to {size_text(facts['limit'])}, and max_asset_size is"
        f" {size_text(facts['setting'])}: files between the two are refused by the wiki.",
        f"Write max_asset_size = {facts['limit']} into wikisync.toml.",
    ),
    "files-over-limit": lambda facts: (
        f"the wiki takes files of up to {size_text(facts['limit'])}, and the folder has larger"
        f" ones: {_pages(facts['files'])}.",
        "Make them smaller, or raise the limit: Administration → Security → Uploads on the wiki,"
        " then max_asset_size in wikisync.toml.",
    ),
    "root": lambda facts: (f"{plural(facts['pages'], 'page')} below {facts['root']}.", ""),
    "root-empty": _root_empty,
    "locales": _locales,
    "layout": lambda facts: (
        f'the files are as locale_folders = "{facts["setting"]}" says.',
        "",
    ),
    "state": _state,
    "state-interrupted": _state_interrupted,
    "folder": lambda facts: (
        f"{facts['folder']}/ has {plural(facts['files'], 'file')} that may be pages.",
        "",
    ),
}
