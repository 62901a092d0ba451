"""Word how the folder and the settings of its layout disagree, and what is outside the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.report.text import named, plural

if TYPE_CHECKING:
    from wikisync.errors import MisplacedFiles
    from wikisync.planning.notes import Note


def misplaced_message(error: MisplacedFiles) -> tuple[str, str]:
    """Return the text and the hint for files that are laid out otherwise than the setting says."""
    files, folder = named(error.files), f"{error.locale}/"
    are = "is" if len(error.files) == 1 else "are"
    if error.setting == "others" and error.usual:
        return (
            f"This folder keeps the pages of the wiki's default locale in {folder}"
            f" ({plural(len(error.files), 'file')}), and wikisync.toml does not say so: nothing is"
            " written or deleted for these pages.",
            f'Set locale_folders = "all" in wikisync.toml, or move the files out of {folder}.',
        )
    if error.setting == "others":
        return (
            f"{files} {are} in {folder}, and the other pages of the wiki's default locale are at"
            " the top of the folder: nothing is written or deleted for these pages.",
            f"Move {'it' if len(error.files) == 1 else 'them'} out of {folder}. If the wiki has"
            " another default locale now, move the former one's files into a folder of its name.",
        )
    if error.usual:
        return (
            'wikisync.toml says locale_folders = "all", and this folder keeps the pages of the'
            f" wiki's default locale outside of {folder} ({plural(len(error.files), 'file')}):"
            " nothing is written or deleted for these pages.",
            f"Remove locale_folders from wikisync.toml, or move the files into {folder}.",
        )
    return (
        f'{files} {are} in no folder of a locale, as locale_folders = "all" wants it: nothing is'
        " written or deleted for these pages.",
        f"Move the files of pages into {folder} or another locale's folder, and add other files to"
        " `ignore` in wikisync.toml.",
    )


def root_message(note: Note, files: str) -> tuple[str, str]:
    """Return the text and the hint of a note about ``files`` of pages at or outside the root."""
    if note.kind == "root-page":
        return (
            f"The page {note.detail} itself has no file here: the folder has the pages below it.",
            'With index = "README" in wikisync.toml it is README.md.',
        )
    one = note.pages == 1
    return (
        f"{plural(note.pages, 'page')} {'was' if one else 'were'} moved out of {note.detail} on the"
        f" wiki, and so {'counts' if one else 'count'} as deleted here: {files}.",
        "To delete the files too: wikisync pull --delete. To go on with the pages, move them back.",
    )
