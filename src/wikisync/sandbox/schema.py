"""Build the API's schema with its resolvers and permission checks."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLError, GraphQLObjectType, build_schema, default_field_resolver

from wikisync.sandbox import resolvers
from wikisync.sandbox.asset_resolvers import ASSET_RESOLVERS

if TYPE_CHECKING:
    from graphql import GraphQLField, GraphQLSchema

    from wikisync.sandbox.resolvers import Info, Resolver

RESOLVERS: Final = {**resolvers.PAGE_RESOLVERS, **resolvers.ADMIN_RESOLVERS, **ASSET_RESOLVERS}


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    """Return the schema of ``schema.graphql``, built once per process."""
    text = files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8")
    built = build_schema(text, assume_valid=True)
    for root in (built.query_type, built.mutation_type):
        for group in (root.fields if root else {}).values():
            group.resolve = _group
    for name, kind in built.type_map.items():
        if isinstance(kind, GraphQLObjectType):
            for field_name, definition in kind.fields.items():
                _set_resolver(definition, RESOLVERS.get(name, {}).get(field_name))
    return built


def _group(_: object, __: Info) -> dict[str, Any]:
    """Resolve ``pages``, ``users`` …, which have fields and no values."""
    return {}


def _set_resolver(definition: GraphQLField, resolver: Resolver | None) -> None:
    """Set a field's resolver, with a check of the permissions in its ``@auth``."""
    rights = _required_permissions(definition)
    if resolver is None and rights is None:
        return
    act = resolver or default_field_resolver
    definition.resolve = act if rights is None else _with_permission_check(act, rights)


def _with_permission_check(act: Resolver, rights: frozenset[str]) -> Resolver:
    def resolve(source: object, info: Info, **sent: Any) -> Any:
        if not info.context.principal.has(rights):
            raise GraphQLError("Forbidden")
        return act(source, info, **sent)

    return resolve


def _required_permissions(definition: GraphQLField) -> frozenset[str] | None:
    node = definition.ast_node
    for directive in (node.directives if node else None) or ():
        if directive.name.value == "auth":
            values: Any = [argument.value for argument in directive.arguments or ()]
            return frozenset(right.value for value in values for right in value.values)
    return None
