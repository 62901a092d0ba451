"""Run one operation: from a query and its variables to the JSON object of the answer.

Statuses, error codes and messages are those of Wiki.js's GraphQL library (Apollo). graphql-core
differs in quotes and in some messages, which ``_apollo_message`` replaces.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    validate,
    value_from_ast_untyped,
)
from graphql.language import FragmentDefinitionNode

from wikisync.sandbox import request_limits
from wikisync.sandbox.schema import schema
from wikisync.sandbox.validation import UNCODED, ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import DocumentNode, SelectionSetNode

    from wikisync.sandbox.resolvers import Request

PARSE: Final = "GRAPHQL_PARSE_FAILED"
VALIDATE: Final = "GRAPHQL_VALIDATION_FAILED"
OTHER: Final = "INTERNAL_SERVER_ERROR"
INPUT: Final = "BAD_USER_INPUT"

QUOTED: Final = re.compile(r"'([^']*)'")
ARGUMENT: Final = re.compile(r'Argument "\w+\.(\w+)\((\w+):\)" of type')
VARIABLE: Final = re.compile(r'(Variable "\$(\w+)") has invalid value: (.*)\Z', re.DOTALL)
INVALID: Final = re.compile(r'Variable "\$\w+" got invalid value ')
MISSING: Final = re.compile(r'Expected a value of non-null type ("[^"]+") to be provided\.')
NULL: Final = re.compile(r'Expected value of non-null type ("[^"]+") not to be None\.')


@dataclass(frozen=True)
class Operation:
    """Hold one operation of a request."""

    query: str
    variables: dict[str, Any]
    name: str | None


@dataclass(frozen=True)
class RequestedField:
    """Hold one field that an operation requests, such as ``pages.single``, with its arguments."""

    field: str
    path: tuple[str, ...]
    arguments: dict[str, Any]
    is_mutation: bool

    @property
    def name(self) -> str:
        """The field's own name: ``single``."""
        return self.field.rpartition(".")[2]


def run(operation: Operation, request: Request) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the answer. The status is 400 if nothing was executed."""
    try:
        document, errors = _read(operation.query)
    except GraphQLError as error:
        return 400, {"errors": [_format_error(error, PARSE, operation)]}
    if errors:
        return 400, {"errors": [_format_error(error, VALIDATE, operation) for error in errors]}
    result = execute_sync(
        schema(),
        document,
        context_value=request,
        variable_values=operation.variables,
        operation_name=operation.name,
    )
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [_format_error(error, OTHER, operation) for error in result.errors]
    started = result.data is not None or any(error.path for error in result.errors or ())
    if not started:
        return 400, answer
    return 200, {**answer, "data": result.data}


def requested_fields(operation: Operation) -> list[RequestedField]:
    """Return the fields below ``pages``, ``users`` …, in order; none if the query is invalid."""
    try:
        document, errors = _read(operation.query)
    except GraphQLError:
        return []
    chosen = _select_operation(document, operation.name)
    if errors or chosen is None:
        return []
    fragments = {
        node.name.value: node.selection_set
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    is_mutation = chosen.operation is OperationType.MUTATION
    found = []
    for group in _fields(chosen.selection_set, fragments):
        for node in _fields(group.selection_set, fragments):
            arguments = {
                argument.name.value: value_from_ast_untyped(argument.value, operation.variables)
                for argument in node.arguments or ()
            }
            name = f"{group.name.value}.{node.name.value}"
            found.append(RequestedField(name, (_key(group), _key(node)), arguments, is_mutation))
    return found


@lru_cache(maxsize=256)
def _read(query: str) -> tuple[DocumentNode, list[GraphQLError]]:
    document = request_limits.parse_query(query)
    return document, validate(schema(), document)


def _select_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and (
            name is None or (node.name is not None and node.name.value == name)
        ):
            return node
    return None


def _fields(
    selection: SelectionSetNode | None,
    fragments: dict[str, SelectionSetNode],
    seen: set[str] | None = None,
) -> Iterator[FieldNode]:
    """Yield the fields of a selection; a fragment is only followed once."""
    seen = set() if seen is None else seen
    for node in selection.selections if selection else ():
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode():
                yield from _fields(node.selection_set, fragments, seen)
            case FragmentSpreadNode() if node.name.value not in seen:
                seen.add(node.name.value)
                yield from _fields(fragments[node.name.value], fragments, seen)


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


def _format_error(error: GraphQLError, code: str, operation: Operation) -> dict[str, Any]:
    """Return an error as Apollo Server 2 formats it.

    The code and message of a named error are in its extensions too.
    """
    shown: dict[str, Any] = dict(error.formatted)
    cause = error.original_error
    exception: dict[str, Any] = {}
    if isinstance(cause, ApiError):
        shown["message"] = cause.message
        if cause.code != UNCODED:
            exception = {"code": cause.code, "message": cause.message}
    else:
        shown["message"] = _apollo_message(error.message, operation.variables)
        if INVALID.match(shown["message"]):
            code = INPUT
    shown["extensions"] = {"code": code, "exception": exception}
    return shown


def _apollo_message(message: str, variables: dict[str, Any]) -> str:
    """Return Apollo's wording of a message of graphql-core."""
    text = QUOTED.sub(r'"\1"', message)
    text = ARGUMENT.sub(r'Field "\1" argument "\2" of type', text)
    found = VARIABLE.match(text)
    if not found:
        return text
    start, name, complaint = found.groups()
    if missing := MISSING.match(complaint):
        return f"{start} of required type {missing[1]} was not provided."
    if null := NULL.match(complaint):
        return f"{start} of non-null type {null[1]} must not be null."
    value = json.dumps(variables.get(name), ensure_ascii=False)
    return f"{start} got invalid value {value}; {complaint}"
