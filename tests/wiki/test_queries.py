"""What is sent is what the schema allows, and never what is known to do harm."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_client_schema, parse, validate
from graphql.language import FieldNode, Visitor, visit

from wikisync.wiki.queries import (
    FRAGMENTS,
    connect_with_folders,
    document,
    folders,
    may_write_pages,
    pages,
    version_lists,
    versions,
)

SCHEMA = Path(__file__).parents[1] / "scenarios" / "contract" / "schema.json"
NAMES = sorted(
    file.name.removesuffix(".graphql")
    for file in files("wikisync.wiki.queries").iterdir()
    if file.name.endswith(".graphql")
)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    told = json.loads(SCHEMA.read_text("utf-8"))
    return build_client_schema(told.get("data", told))


def arguments(text: str) -> dict[str, set[str]]:
    """The arguments of each field in ``text``."""
    found: dict[str, set[str]] = {}

    class Collect(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            found[node.name.value] = {argument.name.value for argument in node.arguments or ()}

    visit(parse(text), Collect())
    return found


@pytest.mark.parametrize("name", [name for name in NAMES if name not in FRAGMENTS.values()])
def test_each_document_is_valid(name: str, schema: GraphQLSchema) -> None:
    assert validate(schema, parse(document(name))) == []


@pytest.mark.parametrize(
    "many", [pages, may_write_pages, version_lists, versions, folders, connect_with_folders]
)
@pytest.mark.parametrize("size", [1, 2, 50])
def test_a_batch_of_any_size_is_valid(
    many: Callable[[int], str], size: int, schema: GraphQLSchema
) -> None:
    assert validate(schema, parse(many(size))) == []


def test_the_list_is_asked_for_whole() -> None:
    assert arguments(document("connect"))["list"] == set()
    assert arguments(folders(1))["list"] == {"folderId", "kind"}


def test_a_batch_asks_for_no_tags_and_a_single_page_does() -> None:
    assert "tags" not in arguments(pages(2))
    assert "tags" in arguments(document("read_one"))
    assert "tags" in arguments(document("find"))


@pytest.mark.parametrize(("name", "besides"), [("create", set()), ("update", {"id"})])
def test_a_write_leaves_nothing_out(name: str, besides: set[str], schema: GraphQLSchema) -> None:
    mutations = schema.type_map["PageMutation"].fields  # type: ignore[attr-defined]
    assert arguments(document(name))[name] == set(mutations[name].args)
    assert len(mutations[name].args) == 13 + len(besides)
