"""The API's schema, with its resolvers and its permission checks in place."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLError, GraphQLObjectType, build_schema, default_field_resolver

from wikisync.sandbox import resolvers

if TYPE_CHECKING:
    from graphql import GraphQLField, GraphQLSchema

    from wikisync.sandbox.resolvers import Info, Resolver

RESOLVERS: Final = {**resolvers.PAGE_RESOLVERS, **resolvers.ADMIN_RESOLVERS}


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    """The schema of ``schema.graphql``, made once per process."""
    text = files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8")
    built = build_schema(text, assume_valid=True)
    for root in (built.query_type, built.mutation_type):
        for group in (root.fields if root else {}).values():
            group.resolve = _group
    for name, kind in built.type_map.items():
        if isinstance(kind, GraphQLObjectType):
            for field_name, definition in kind.fields.items():
                _wire(definition, RESOLVERS.get(name, {}).get(field_name))
    return built


def _group(_: object, __: Info) -> dict[str, Any]:
    """``pages``, ``users`` …: they hold fields and nothing else."""
    return {}


def _wire(definition: GraphQLField, resolver: Resolver | None) -> None:
    """Set a field's resolver, behind the check of the rights that its ``@auth`` names."""
    rights = _rights(definition)
    if resolver is None and rights is None:
        return
    act = resolver or default_field_resolver
    definition.resolve = act if rights is None else _guarded(act, rights)


def _guarded(act: Resolver, rights: frozenset[str]) -> Resolver:
    def resolve(source: object, info: Info, **sent: Any) -> Any:
        if not info.context.who.has(rights):
            raise GraphQLError("Forbidden")
        return act(source, info, **sent)

    return resolve


def _rights(definition: GraphQLField) -> frozenset[str] | None:
    node = definition.ast_node
    for directive in (node.directives if node else None) or ():
        if directive.name.value == "auth":
            values: Any = [argument.value for argument in directive.arguments or ()]
            return frozenset(right.value for value in values for right in value.values)
    return None
