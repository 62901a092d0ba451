"""Refuse requests that would take minutes, before they are validated or run.

Wiki.js has no such limits. These are far above what a client needs: the largest request of wikisync
has 6,580 tokens and 1,700 fields.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from graphql import FieldNode, FragmentSpreadNode, GraphQLError, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import DocumentNode, SelectionSetNode

MAX_TOKENS: Final = 15_000
MAX_FIELDS: Final = 4_000
MAX_SPREADS: Final = 100
MAX_REPEATED: Final = 10
"""How often one name may occur in a selection: validation compares each with each."""
MAX_DEPTH: Final = 20
MAX_OPERATIONS: Final = 100
"""Operations of one request, sent as an array."""
MAX_ARRAY: Final = 200_000
"""Characters of all operations of an array together, without variables."""
MAX_ASKED: Final = 500
"""Fields such as ``pages.list`` that one request may have."""


def parse_query(query: str) -> DocumentNode:
    """Parse a query. Raises GraphQLError if it is invalid, too large or nested too deep."""
    try:
        document = parse(query, max_tokens=MAX_TOKENS)
    except RecursionError:
        raise GraphQLError("The sandbox takes no query that nests so deep.") from None
    _check(document)
    return document


def reason_too_many(queries: Sequence[str]) -> str | None:
    """Return why an array of operations is refused; None if it is not."""
    if len(queries) > MAX_OPERATIONS:
        return f"The sandbox takes no more than {MAX_OPERATIONS} operations in a request."
    if len(queries) > 1 and sum(map(len, queries)) > MAX_ARRAY:
        return f"The sandbox takes no more than {MAX_ARRAY:,} characters of operations in an array."
    return None


def _check(document: DocumentNode) -> None:
    fields = spreads = 0
    level = [
        found
        for definition in document.definitions
        if (found := getattr(definition, "selection_set", None)) is not None
    ]
    for _ in range(MAX_DEPTH):
        below: list[SelectionSetNode] = []
        for selection in level:
            names: Counter[str] = Counter()
            for node in selection.selections:
                if isinstance(node, FieldNode):
                    fields += 1
                    names[node.alias.value if node.alias else node.name.value] += 1
                spreads += isinstance(node, FragmentSpreadNode)
                inner = getattr(node, "selection_set", None)
                if inner is not None:
                    below.append(inner)
            if max(names.values(), default=0) > MAX_REPEATED:
                raise GraphQLError("The sandbox takes no query that repeats a field so often.")
        if fields > MAX_FIELDS or spreads > MAX_SPREADS:
            raise GraphQLError(f"The sandbox takes no more than {MAX_FIELDS:,} fields in a query.")
        level = below
    if level:
        raise GraphQLError(f"The sandbox takes no query deeper than {MAX_DEPTH} levels.")
