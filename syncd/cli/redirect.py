"""The browser's way back: it is sent to an address of this machine with what Webasyst decided (contracts/webasyst §1.1)."""

from __future__ import annotations

import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syncd.errors import NotAuthorised, SyncdError

_DONE = "The access is allowed. You may close this page; go back to the terminal."
_REFUSED = "The access was refused. Go back to the terminal."
_IDLE = 10
"""Seconds that a connection may be silent; browsers open some just in case."""


class Redirect:
    """Listens on 127.0.0.1 for the block. Only who was told the address can answer: its path is a secret."""

    def __init__(self) -> None:
        self._answers: SimpleQueue[tuple[str, str]] = SimpleQueue()
        self._path = f"/{secrets.token_urlsafe(16)}"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._path, self._answers))
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}{self._path}"
        """What Webasyst is asked to send the browser to."""

    def __enter__(self) -> Redirect:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def code(self, seconds: float) -> str:
        """The code. Raises `NotAuthorised` when the access was refused, and `SyncdError` when nobody came in time."""
        try:
            code, refusal = self._answers.get(timeout=seconds)
        except Empty:
            raise SyncdError(
                f"no browser came back within {seconds / 60:.0f} minutes; run 'syncd login' again, or 'syncd login --paste' "
                "when the browser is on another machine"
            ) from None
        if refusal:
            raise NotAuthorised("the access was refused in Webasyst; run 'syncd login' again and press Allow")
        return code


def _handler(path: str, answers: SimpleQueue[tuple[str, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _IDLE

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            code, refusal = (query.get(name, [""])[0] for name in ("code", "error"))
            if not secrets.compare_digest(parts.path.encode(), path.encode()) or not (code or refusal):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            self._page(_REFUSED if refusal else _DONE)
            answers.put((code, refusal))

        def _page(self, text: str) -> None:
            body = f"<!doctype html><meta charset=utf-8><title>syncd</title><p>{text}</p>".encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the address holds the code."""

    return Handler
