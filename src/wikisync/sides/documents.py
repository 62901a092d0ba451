"""The GraphQL documents that are sent: texts from ``queries/``, and the batch that is built.

Nothing is parsed or sent here; that is ``wire``'s job.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_FRAGMENT = "whole"


@cache
def document(name: str) -> str:
    """The text of ``queries/<name>.graphql``, with the fragment that it spreads, if any."""
    text = (files(__package__) / "queries" / f"{name}.graphql").read_text("utf-8")
    return text + document(_FRAGMENT) if "...Whole" in text else text


@cache
def batch(size: int) -> str:
    """A query of ``size`` pages at once: ``$i0``… are their ids, ``p0``… the answers' names.

    Without tags: see ``whole.graphql``. The ids are variables, so that a text is parsed once.
    """
    ids = ", ".join(f"$i{n}: Int!" for n in range(size))
    pages = "\n".join(f"    p{n}: single(id: $i{n}) {{ ...Whole }}" for n in range(size))
    return f"query Batch({ids}) {{\n  pages {{\n{pages}\n  }}\n}}\n{document(_FRAGMENT)}"
