"""The sandbox's schema is a part of the recorded one: nothing in it is of our own making."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, build_client_schema

from wikisync.sandbox.schema import schema

RECORDED = build_client_schema(
    json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))["data"]
)
OURS = {name: kind for name, kind in schema().type_map.items() if not name.startswith("__")}


@pytest.mark.parametrize("name", OURS)
def test_a_type_is_as_the_real_one_has_it(name: str) -> None:
    ours: Any = OURS[name]
    real: Any = RECORDED.type_map[name]
    assert type(ours) is type(real)
    if isinstance(ours, GraphQLObjectType | GraphQLInputObjectType):
        for field_name, field in ours.fields.items():
            assert str(field.type) == str(real.fields[field_name].type), field_name
            assert _arguments(field) == _arguments(real.fields[field_name]), field_name
    if isinstance(ours, GraphQLInputObjectType):
        assert list(ours.fields) == list(real.fields)
    if hasattr(ours, "values"):
        assert list(ours.values) == list(real.values)


def _arguments(field: Any) -> dict[str, str]:
    return {name: str(argument.type) for name, argument in getattr(field, "args", {}).items()}
