"""Bodies of POST requests: url-encoded and multipart forms, as PHP reads them (contracts/webasyst §2)."""

from __future__ import annotations

import re

from syncd.sandbox import php
from syncd.sandbox.wire import Request

from .call import Upload

MAX_INPUT_VARS = 1000
_NAME = re.compile(rb'[; ]name="((?:[^"\\]|\\.)*)"')
_FILE = re.compile(rb'filename="((?:[^"\\]|\\.)*)"')


def read_form(request: Request) -> tuple[php.PhpArray, list[Upload]]:
    """Variables and files; a JSON body looks like an empty form; variables beyond 1000 vanish silently."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        text = request.body.decode("utf-8", "surrogateescape")
        return php.parse_query(text, max_input_vars=MAX_INPUT_VARS), []
    found = re.search(r'boundary="?([^";]+)', kind)
    if kind.startswith("multipart/form-data") and found:
        return _multipart(request.body, found[1].encode())
    return {}, []


def _multipart(body: bytes, boundary: bytes) -> tuple[php.PhpArray, list[Upload]]:
    values: php.PhpArray = {}
    files: list[Upload] = []
    count = 0
    for part in body.split(b"--" + boundary)[1:]:
        head, _, content = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is None:
            continue
        content = content.removesuffix(b"\r\n")
        field = name[1].decode("utf-8", "surrogateescape")
        file = _FILE.search(head)
        if file is not None:
            files.append(Upload(field, file[1].decode("utf-8", "surrogateescape"), content))
        elif count < MAX_INPUT_VARS:
            php.put_variable(values, field, content.decode("utf-8", "surrogateescape"))
            count += 1
    return values, files
