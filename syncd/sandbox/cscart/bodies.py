"""Reading request bodies and headers: content types, Accept, PHP's own parsers (cscart §1.4)."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.wire import Request

JSON_TYPES = frozenset({"application/json", "application/javascript"})
FORM_TYPES = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})


def wants_plain_text(request: Request) -> bool:
    """Choose the answer's type; True for ``text/plain``; raises ApiError 406 for a GET with only unknown types."""
    accept = request.headers.get("accept", "")
    types = [part.split(";")[0].strip().lower() for part in accept.split(",") if part.strip()]
    for name in types:
        if name in {"*/*", "application/json", "application/*"}:
            return False
        if name == "text/plain":
            return True
    if types and request.method == "GET":
        raise ApiError(406)
    return False


def decode_body(request: Request, method: str) -> php.PhpArray:
    """Decode the body the way the API does; raises ApiError 400 for bad JSON and 415 for unknown types."""
    kind = request.headers.get("content-type", "text/plain").split(";")[0].strip().lower()
    if kind in JSON_TYPES:
        return _decode_json(request.body)
    if kind == "text/plain":
        return php.parse_query(request.body.decode("utf-8", "surrogateescape"))
    if kind not in FORM_TYPES:
        raise ApiError(415)
    if method != "POST":
        return {}  # PHP fills $_POST for POST only
    if kind == "multipart/form-data":
        return _decode_multipart(request)
    return php.parse_query(request.body.decode("utf-8", "surrogateescape"))


def _decode_json(body: bytes) -> php.PhpArray:
    try:
        value = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise ApiError(400, "Syntax error") from error
    return array(value) if isinstance(value, dict | list) else {}


def array(value: Any) -> Any:
    """Turn decoded JSON into PHP arrays: lists become maps 0..n-1, integer-like keys become ints."""
    if isinstance(value, dict):
        return {php.array_key(key): array(item) for key, item in value.items()}
    if isinstance(value, list):
        return {index: array(item) for index, item in enumerate(value)}
    return value


def _decode_multipart(request: Request) -> php.PhpArray:
    head = b"Content-Type: " + request.headers["content-type"].encode("latin-1") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    result: php.PhpArray = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and part.get_filename() is None:
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "surrogateescape") if isinstance(payload, bytes) else ""
            php.put_variable(result, name, text)
    return result
