"""What a key may do is judged from what queries showed; what they cannot show is unknown."""

from __future__ import annotations

import pytest

from wikisync.doctor.remote import MAX_SAMPLES, check_version, samples_of
from wikisync.doctor.rights import AssetRights, RightsFound, Sample, judge, judge_assets
from wikisync.page.model import Key, Listed
from wikisync.page.paths import Layout
from wikisync.report.doctor_messages import check_message
from wikisync.wiki.key_details import Group, PageRule

A, B = Key("en", "a"), Key("fr", "b")
ALL = ("read:pages", "read:source", "write:pages", "manage:pages", "delete:pages")
STYLES = ("write:styles", "write:scripts")


def group(*permissions: str, deny: bool = False, locales: tuple[str, ...] = ()) -> Group:
    return Group("Writers", frozenset(permissions), (PageRule(deny, permissions, locales),))


def states(found: RightsFound) -> dict[str, tuple[str, str]]:
    return {check.name: (check.state, check.finding) for check in judge(found)}


def test_a_key_with_all_rights_works_and_deletion_is_unknown_as_long_as_its_group_is_unseen() -> (
    None
):
    found = states(RightsFound((Sample(A, "api", True),), True, True, None))
    assert {name: state for name, (state, _) in found.items()} == {
        "read": "works",
        "write": "works",
        "delete": "unknown",
        "history": "works",
        "styles": "unknown",
    }


@pytest.mark.parametrize(
    ("seen", "delete", "styles"),
    [
        (group(*ALL), "works", "warning"),
        (group(*ALL, *STYLES), "works", "works"),
        (group("read:pages"), "warning", "warning"),
        (group(*ALL, *STYLES, deny=True), "warning", "warning"),
        (group("manage:system"), "works", "works"),
    ],
)
def test_a_group_that_is_seen_decides(seen: Group, delete: str, styles: str) -> None:
    found = states(RightsFound((Sample(A, "api", True),), True, True, seen))
    assert (found["delete"][0], found["styles"][0]) == (delete, styles)


def test_page_rules_that_name_locales_deny_every_deletion() -> None:
    found = states(RightsFound((Sample(A, "api", True),), True, True, group(*ALL, locales=("en",))))
    assert found["delete"] == ("warning", "delete-locales")


def test_a_key_that_may_only_read_is_a_warning_and_one_that_may_not_fails() -> None:
    reader = states(RightsFound((Sample(A, "file", None),), False, False, None))
    assert reader["read"] == ("works", "read-files")
    assert reader["write"] == ("warning", "read-only")
    assert reader["delete"] == ("warning", "no-delete")
    assert reader["history"] == ("warning", "no-history")
    lister = states(RightsFound((Sample(A, "no", None),), False, False, None))
    assert lister["read"] == ("fails", "read-none")


def test_page_rules_of_a_part_are_named_with_the_pages_left_out() -> None:
    partly = RightsFound((Sample(A, "api", True), Sample(B, "api", False)), True, True, None)
    (write,) = (check for check in judge(partly) if check.name == "write")
    assert (write.state, write.finding, write.facts["pages"]) == ("warning", "write-some", [str(B)])
    unread = RightsFound((Sample(A, "api", True), Sample(B, "no", True)), True, True, None)
    (read,) = (check for check in judge(unread) if check.name == "read")
    assert (read.state, read.finding, read.facts["pages"]) == ("warning", "read-some", [str(B)])


def test_a_key_that_may_write_and_not_manage_cannot_push() -> None:
    found = states(RightsFound((Sample(A, "file", True),), True, True, None))
    assert found["write"] == ("fails", "no-manage")
    nowhere = states(RightsFound((Sample(A, "api", False),), True, True, None))
    assert nowhere["write"] == ("fails", "write-none")


def test_without_a_page_nothing_is_claimed_about_page_rules() -> None:
    found = states(RightsFound((), True, None, None))
    assert found["read"] == ("unknown", "no-page")
    assert found["write"] == ("works", "write-unruled")
    assert found["history"] == ("unknown", "no-page")


def listed(number: int, locale: str, path: str) -> Listed:
    times = "2026-01-01T00:00:00.000Z"
    key = Key(locale, path)
    return Listed(number, key, "T", "", "markdown", True, False, times, times, ())


def test_rights_are_tried_on_one_page_of_each_locale_and_top_folder_below_the_root() -> None:
    paths = ("p/a", "p/b", "p/guide/a", "p/guide/b", "p/guide/deep/c")
    pages = [listed(n, "en", path) for n, path in enumerate(paths)] + [listed(9, "fr", "p/a")]
    chosen = samples_of(pages, Layout(root="p"))
    assert [str(page.key) for page in chosen] == [
        str(Key("en", "p/a")),
        str(Key("en", "p/guide/a")),
        str(Key("fr", "p/a")),
    ]
    many = [listed(n, "en", f"f{n}/a") for n in range(100)]
    assert len(samples_of(many, Layout())) == MAX_SAMPLES


def test_a_version_that_nobody_tried_is_a_warning() -> None:
    assert check_version("2.5.314").state == "works"
    assert check_version("2.5.307").state == "works"
    assert check_version("3.0.0-alpha").state == "warning"
    assert check_version(None).state == "unknown"


@pytest.mark.parametrize(
    ("found", "read", "write"),
    [
        (AssetRights(False, False, True, None), "assets-off", "assets-off"),
        (AssetRights(True, True, True, None), "assets", "assets-unseen"),
        (AssetRights(True, False, True, None), "no-assets", "assets-unseen"),
        (AssetRights(True, True, False, group("write:assets")), "assets", "no-uploads"),
        (AssetRights(True, True, True, group("read:pages")), "assets", "no-assets-write"),
        (
            AssetRights(True, True, True, group("write:assets", "manage:assets")),
            "assets",
            "assets-write",
        ),
    ],
)
def test_rights_on_images_and_files_are_judged_apart(
    found: AssetRights, read: str, write: str
) -> None:
    assert [check.finding for check in judge_assets(found)] == [read, write]


@pytest.mark.parametrize(
    ("has", "words"),
    [
        ((), "write:assets and manage:assets: images and files cannot be sent, renamed or"),
        (("manage:assets",), "lacks write:assets: images and files cannot be sent."),
        (("write:assets",), "lacks manage:assets: images and files cannot be renamed or deleted."),
    ],
)
def test_a_missing_right_on_images_says_what_does_not_work(
    has: tuple[str, ...], words: str
) -> None:
    *_, check = judge_assets(AssetRights(True, True, True, group(*has)))
    assert words in check_message(check).text
