"""Any script, any line end, any spelling of a header: it goes there and back, and stays."""

from __future__ import annotations

from typing import Any

import pytest

from support.workspace import DATE, Workspace, page

TEXTS = {
    "chinese": (
        "2020「年」 安装指南",
        "怎样安装",
        "安装, 中文 标签",
        "# 安装\n\n> 一 > 二\n\n[^1]: 注\n",
    ),
    "russian": (
        "Установка: шаг №1",
        "Как установить «это»",
        "установка, ёж",
        "# Установка\n\nЁж.\n",
    ),
    "mixed": ("é ≠ é 👩‍👩‍👧", "ﬁn", "tägs", "a\u0301 á\n\n<!-- 注释 -->\n"),
}


def there(workspace: Workspace, path: str, locale: str = "en") -> dict[str, Any]:
    found = workspace.sandbox.page(path, locale)
    assert found is not None
    return dict(found)


@pytest.mark.parametrize("name", TEXTS)
def test_a_page_in_any_script_goes_there_and_back_unchanged(
    workspace: Workspace, name: str
) -> None:
    title, description, tags, content = TEXTS[name]
    shown = f"'{title}'" if ": " in title else title
    workspace.push(**{name: page(shown, content, tags=tags, description=description)})
    found = there(workspace, name)
    assert (found["title"], found["description"]) == (title, description)
    assert (found["content"], sorted(found["tags"])) == (content, sorted(tags.split(", ")))
    pushed = workspace.raw(f"{name}.md")
    workspace.remove(f"{name}.md")
    workspace.write("other.md", page("Other"))
    workspace.sandbox.edit(name, isPublished=False)
    workspace.run("pull", "--prefer", "wiki", "--yes").ok()
    pulled = workspace.read(f"{name}.md")
    assert f"{title}" in pulled
    assert pulled.endswith(content)
    assert len(pulled.splitlines()) == len(pushed.decode().splitlines())


def test_names_in_any_script_are_pages_too(workspace: Workspace) -> None:
    workspace.push(**{"指南/安装": page("安装"), "руководство": page("Руководство")})
    assert sorted(found["path"] for found in workspace.sandbox.pages()) == [
        "руководство",
        "指南/安装",
    ]
    assert workspace.run("status", "指南/安装", "--json").ok().json["counts"]["in_sync"] == 1
    workspace.sandbox.create("目录/新页", title="新页")
    workspace.run("pull", "--yes").ok()
    assert "目录/新页.md" in workspace.files()
    assert len(workspace.run("sync").ok().asked) == 1


def test_pages_of_another_locale_lie_below_its_folder(workspace: Workspace) -> None:
    workspace.push(home=page("Home"), fr__home=page("Accueil"))
    assert there(workspace, "home")["title"] == "Home"
    assert there(workspace, "home", "fr")["title"] == "Accueil"
    workspace.sandbox.edit("home", "fr", content="Bonjour.\n")
    workspace.sandbox.create("guide/neuf", "fr", title="Neuf")
    result = workspace.run("pull", "--yes", "--json").ok()
    found = [
        (action["locale"], action["path"], action["file"]) for action in result.json["actions"]
    ]
    assert found == [("fr", "guide/neuf", "fr/guide/neuf.md"), ("fr", "home", "fr/home.md")]
    assert workspace.read("fr/home.md").endswith("Bonjour.\n")
    assert len(workspace.run("sync").ok().asked) == 1


def test_a_crlf_file_stays_crlf_after_a_pull_of_a_new_title(workspace: Workspace) -> None:
    text = page("Home", "One\nTwo\n").replace("\n", "\r\n")
    workspace.push(home=text)
    workspace.sandbox.edit("home", title="House")
    workspace.run("pull", "--yes").ok()
    updated = there(workspace, "home")["updatedAt"]
    expected = text.replace("title: Home", "title: House").replace(DATE, updated)
    assert workspace.raw("home.md") == expected.encode()


def test_a_crlf_file_stays_crlf_after_a_pull_of_new_content(workspace: Workspace) -> None:
    workspace.push(home=page("Home", "One\nTwo\n").replace("\n", "\r\n"))
    workspace.sandbox.edit("home", content="One\nThree\n")
    workspace.run("pull", "--yes").ok()
    data = workspace.raw("home.md")
    assert data.endswith(b"One\r\nThree\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert len(workspace.run("push").ok().asked) == 1


def test_a_pull_changes_only_the_lines_concerned(workspace: Workspace) -> None:
    text = (
        "---\n# ours\ntags: [ 'b' , a ]\ntitle:   \"Home\"   # the start\nlayout: wide\n"
        "published:  1\n---\nText  \n\n\n"
    )
    workspace.push(home=text)
    workspace.sandbox.edit("home", title="House")
    workspace.run("pull", "--yes").ok()
    assert workspace.read("home.md") == text.replace('"Home"', '"House"')


def test_a_push_sends_what_an_odd_header_means(workspace: Workspace) -> None:
    headers = {
        "colon": ("title: A: b", "A: b"),
        "quote": ('title: "A" and b', '"A" and b'),
        "star": ("title: *A*", "*A*"),
        "hash": ("title: A #1", "A #1"),
        "number": ("title: 2020", "2020"),
        "date": ("title: 2020-01-01", "2020-01-01"),
    }
    workspace.push(**{name: f"---\n{line}\n---\n\nText.\n" for name, (line, _) in headers.items()})
    for name, (line, title) in headers.items():
        assert there(workspace, name)["title"] == title
        assert workspace.read(f"{name}.md") == f"---\n{line}\n---\n\nText.\n"
    assert len(workspace.run("sync").ok().asked) == 1


def test_a_title_that_would_not_load_back_is_quoted_in_a_new_file(workspace: Workspace) -> None:
    titles = ("A: b", "*A*", "2020", "# A", "'A'", "true")
    for n, title in enumerate(titles):
        workspace.sandbox.create(f"page-{n}", title=title)
    workspace.run("pull", "--yes").ok()
    for file in workspace.files():
        workspace.change(file, "# page", "# Page")
    workspace.run("push", "--yes").ok()
    assert tuple(there(workspace, f"page-{n}")["title"] for n in range(len(titles))) == titles


def test_a_file_without_a_header_is_a_page_with_a_title_of_its_own(workspace: Workspace) -> None:
    workspace.push(guide__setup="# Setting up\n\nText.\n", plain="Just text.\n")
    assert there(workspace, "guide/setup")["title"] == "Setting up"
    assert there(workspace, "plain")["title"] == "plain"
    assert workspace.read("plain.md") == "Just text.\n"
    assert len(workspace.run("sync").ok().asked) == 1


def test_html_and_asciidoc_files_are_pages_too(workspace: Workspace) -> None:
    html = "<!--\ntitle: Web\ndescription: \npublished: true\ntags: \neditor: ckeditor\n-->\n\n<p>x</p>\n"  # noqa: E501
    workspace.write("web.html", html)
    workspace.write("doc.adoc", "= Doc\n\nText.\n")
    workspace.run("push", "--yes").ok()
    assert (there(workspace, "web")["title"], there(workspace, "web")["editor"]) == (
        "Web",
        "ckeditor",
    )
    assert (there(workspace, "doc")["content"], there(workspace, "doc")["editor"]) == (
        "= Doc\n\nText.\n",
        "asciidoc",
    )
    workspace.sandbox.edit("web", content="<p>y</p>\n", title="New")
    workspace.sandbox.edit("doc", content="= Doc\n\nOther.\n")
    workspace.run("pull", "--yes").ok()
    assert workspace.read("web.html") == html.replace("Web", "New").replace("x</p>", "y</p>")
    assert workspace.read("doc.adoc") == "= Doc\n\nOther.\n"
    assert len(workspace.run("sync").ok().asked) == 1


def test_a_date_created_never_moves_later(workspace: Workspace) -> None:
    workspace.push(home=page("Home"))
    workspace.sandbox.edit("home", content="New.\n")
    workspace.run("pull", "--yes").ok()
    assert "dateCreated: 2020-12-16T06:14:16.410Z\n" in workspace.read("home.md")
    assert f"\ndate: {there(workspace, 'home')['updatedAt']}\n" in workspace.read("home.md")
