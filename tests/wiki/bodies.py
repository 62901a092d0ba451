"""Answers as Wiki.js gives them, to be sent by a server that may then spoil them."""

from __future__ import annotations

from typing import Any

TIME = "2020-12-16T06:49:25.724Z"


def fault(message: str, *path: str, code: int | None = None) -> dict[str, Any]:
    exception = {} if code is None else {"code": code, "message": message}
    extensions = {"code": "INTERNAL_SERVER_ERROR", "exception": exception}
    return {"message": message, "path": list(path), "extensions": extensions}


def gone(*path: str) -> dict[str, Any]:
    return fault("This page does not exist.", *path, code=6003)


def hidden(*path: str) -> dict[str, Any]:
    return fault("You are not authorized to view this page.", *path, code=6013)


def forbidden(*path: str) -> dict[str, Any]:
    return fault("Forbidden", *path)


def item(page: int = 1, **other: Any) -> dict[str, Any]:
    """A page in the list."""
    return {
        "id": page,
        "path": f"p{page}",
        "locale": "en",
        "title": f"Page {page}",
        "description": "",
        "contentType": "markdown",
        "isPublished": True,
        "isPrivate": False,
        "createdAt": TIME,
        "updatedAt": TIME,
        "tags": [],
        **other,
    }


def connected(*items: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": {
            "users": {"profile": {"name": "Administrator"}},
            "localization": {
                "config": {"locale": "en", "namespacing": False},
                "locales": [
                    {"code": "de", "isInstalled": False},
                    {"code": "fr", "isInstalled": True},
                    {"code": "en", "isInstalled": True},
                ],
            },
            "pages": {"list": list(items)},
        }
    }


def whole(page: int = 1, **other: Any) -> dict[str, Any]:
    """A page read whole, without its tags."""
    listed = item(page)
    del listed["tags"]
    return {
        **listed,
        "editor": "markdown",
        "publishStartDate": "",
        "publishEndDate": "",
        "scriptCss": "",
        "scriptJs": "",
        "content": "# Heading\n",
        **other,
    }


def result(name: str, code: int = 0, slug: str = "ok", message: str = "") -> dict[str, Any]:
    """The answer of a mutation."""
    page = {"id": 7, "createdAt": TIME, "updatedAt": TIME} if code == 0 else None
    response = {"succeeded": code == 0, "errorCode": code, "slug": slug, "message": message}
    return {"data": {"pages": {name: {"responseResult": response, "page": page}}}}
