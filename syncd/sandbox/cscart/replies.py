"""Answers of the API: JSON in PHP's handwriting, error bodies, and the HTML pages of a broken PHP (cscart §1.5, §1.6)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.wire import Response

REASONS = {
    200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 415: "Unsupported Media Type",
    500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip
JSON_TYPE = (("Content-type", "application/json"),)
HTML_TYPE = (("Content-type", "text/html; charset=utf-8"),)
EXCEPTION_PAGE = (
    "<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><h1>Service<br/> unavailable</h1>"
    "<p>Sorry, service is temporarily unavailable.</p></body></html>\n<!-- {text} -->"
)
BROKEN_MARK = "__broken__"
"""A key that makes the JSON of an answer unreadable on purpose (edit ``order.break``)."""


class ApiError(Exception):
    """The API refuses: a status with ``messages`` and ``errors`` as the real body lists them (cscart §1.6)."""

    def __init__(
        self, status: int, *messages: str, errors: tuple[str, ...] = (), empty_map: bool = False
    ) -> None:
        """``empty_map`` makes ``messages`` the odd object ``{"message": ""}``."""
        super().__init__(status, messages, errors)
        self.status = status
        self.messages = messages
        self.errors = errors
        self.empty_map = empty_map

    def body(self) -> dict[str, Any]:
        """Return the error body."""
        reason = REASONS[self.status]
        text = ". ".join((*self.errors, *self.messages))
        body: dict[str, Any] = {"message": f"{reason}: {text}" if text or self.empty_map else reason}
        if self.empty_map:
            body["messages"] = {"message": ""}
        elif self.messages:
            body["messages"] = list(self.messages)
        if self.errors:
            body["errors"] = list(self.errors)
        body["status"] = self.status
        return body


class PhpCrash(Exception):
    """An uncaught PHP exception or TypeError: an HTML page with status 500; the text goes into a comment."""


def json_reply(status: int, data: Any, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """Answer with JSON; text that is not UTF-8 makes PHP send nothing at all (cscart §1.5)."""
    if status == HTTPStatus.NO_CONTENT:
        return Response(204, JSON_TYPE + headers, b"")
    try:
        text = php.json_encode(data)
    except php.JsonEncodeError:
        text = ""
    text = text.replace(f'"{BROKEN_MARK}":1', '"broken":')
    return Response(status, JSON_TYPE + headers, text.encode())


def error_reply(error: ApiError) -> Response:
    """Answer with an error body; 401 says how to log in."""
    login = (
        (("WWW-Authenticate", 'Basic realm="User email/API key"'),)
        if error.status == HTTPStatus.UNAUTHORIZED
        else ()
    )
    return json_reply(error.status, error.body(), login)


def html_reply(status: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """Answer with an HTML page."""
    return Response(status, HTML_TYPE + headers, text.encode())


def crash_reply(crash: PhpCrash) -> Response:
    """Answer like PHP after an uncaught exception."""
    return html_reply(500, EXCEPTION_PAGE.format(text=str(crash).replace("--", "- -")))
