"""Laws of names: there and back, and never out of the folder (promise 9)."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import event, given
from hypothesis import strategies as st

from wikisync.errors import BadName
from wikisync.page.model import ContentType, Key
from wikisync.page.paths import EXTENSIONS, Layout, Locales, file_of, key_of

LAYOUT = Layout(Locales("en", ("en", "fr", "zh-tw", "sr-latn")))

names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
odd = st.text(min_size=1, max_size=12) | st.sampled_from(
    ("..", ".", "guide", "a", "fr", "en", "login", "C:", "zh-tw", "sr-latn", "Größe", "花札", "~")
)
paths = (
    st.lists(names, min_size=1, max_size=4).map("/".join)
    | st.lists(names | odd, min_size=1, max_size=4).map("/".join)
    | st.text(max_size=40)
)
keys = st.builds(Key, st.sampled_from(("en", "fr", "zh-tw", "sr-latn", "de", "..")), paths)
kinds: st.SearchStrategy[ContentType] = st.sampled_from(tuple(EXTENSIONS.values()))


@given(keys, kinds)
def test_a_pages_file_leads_back_to_it_and_stays_in_the_folder(key: Key, kind: ContentType) -> None:
    try:
        file = file_of(key, kind, LAYOUT)
    except BadName as bad:
        event(f"refused: {bad.rule[:20]}")
        return
    assert key_of(file, LAYOUT) == key
    assert not PurePosixPath(file).is_absolute()
    parts = file.split("/")
    assert all(part and not part.startswith(".") and len(part.encode()) <= 255 for part in parts)
    assert not any(ord(char) < 32 or char in '\\:"' for char in file)


@given(paths, st.sampled_from(tuple(EXTENSIONS)))
def test_a_files_page_leads_back_to_it_or_it_is_refused(path: str, suffix: str) -> None:
    try:
        key = key_of(path + suffix, LAYOUT)
    except BadName as bad:
        event(f"refused: {bad.rule[:20]}")
        return
    assert file_of(key, EXTENSIONS[suffix], LAYOUT) == path + suffix
