"""Calls made to an application without a socket, so that their chunks, lengths and headers may be anything."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp


@dataclass
class Heard:
    """The answer."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


async def say(  # noqa: PLR0917
    app: ASGIApp,
    method: str,
    path: str,
    chunks: Iterable[bytes] = (b"",),
    headers: Iterable[tuple[bytes, bytes]] = (),
    query: bytes = b"",
    *,
    finished: bool = True,
) -> Heard:
    """Send the chunks one by one, then hang up; unless `finished`, in the middle of the body."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "root_path": "",
        "query_string": query,
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "state": {},
    }
    left, heard = list(chunks), Heard()

    async def receive() -> dict[str, Any]:
        if not left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or not finished}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            assert heard.status == 0, "answered twice"
            heard.status, heard.headers = message["status"], dict(message["headers"])
        else:
            heard.body += message["body"]

    await app(scope, receive, send)
    return heard
