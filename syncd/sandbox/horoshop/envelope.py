"""Requests and answers of the API: JSON in, ``{"status", "response"}`` out (contracts/sources §1.1, §1.2)."""

from __future__ import annotations

import json
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.wire import Request, Response

JSON_TYPE = (("Content-Type", "application/json; charset=utf-8"),)
HTML_TYPE = (("Content-Type", "text/html; charset=utf-8"),)
CHALLENGE = "<html><script>document.cookie='c=1';location.reload()</script></html>"
API = "/api/"


class Refusal(Exception):
    """The API refuses; ``response`` is the answer as it goes out."""

    def __init__(self, status: str, text: str, http_status: int = 200, **details: Any) -> None:
        """``status`` is the word in the envelope, ``text`` the message, ``details`` come before it."""
        super().__init__(status, text)
        self.response = envelope(status, {**details, "message": text}, http_status)


def envelope(status: str, response: Any, http_status: int = 200) -> Response:
    """Return an answer in its envelope."""
    return bare({"status": status, "response": response}, http_status)


def bare(data: Any, http_status: int) -> Response:
    """Return an answer without an envelope, as ``hooks/*`` give them."""
    return Response(http_status, JSON_TYPE, php.json_encode(data).encode())


def page(text: str, http_status: int) -> Response:
    """Return an HTML page."""
    return Response(http_status, HTML_TYPE, text.encode())


def function_of(request: Request) -> str | None:
    """Return the name of the called function, e.g. ``orders/get``; None for a page that is no API."""
    if not request.path.startswith(API):
        return None
    return request.path.removeprefix(API).removesuffix("/")


def read_body(request: Request) -> dict[str, Any]:
    """Decode the payload; raises Refusal ``HTTP_ERROR`` for anything but a JSON object in UTF-8 without BOM."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        value = json.loads(request.body.decode("utf-8"))
    except ValueError:
        value = None
    if request.method != "POST" or kind != "application/json" or not isinstance(value, dict):
        raise Refusal("HTTP_ERROR", "payload is not json", code=400)
    return value
