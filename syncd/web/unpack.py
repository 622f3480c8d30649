"""A call as its source reads it: without gzip, and a form in parts as a plain form.

PHP's curl sends a form in parts wherever it is given an array; no contract says that a shop does, and none that it does not.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from urllib.parse import quote_plus

from syncd.model.hook import BadHook, HookCall
from syncd.web.body import LIMIT, BodyTooLarge

FORM = "application/x-www-form-urlencoded"
MOST_PARTS = 10_000
"""As many as a plain form may have fields."""

_GZIP = zlib.MAX_WBITS | 16
_MAGIC = b"\x1f\x8b"


def without_gzip(body: bytes, encoding: str) -> bytes:
    """The body without gzip, where header and body both say so: a wrong header alone is no matter. Raises `BodyTooLarge` for
    what unfolds beyond the limit, and `BadHook` for broken gzip."""
    if encoding.strip().lower() not in {"gzip", "x-gzip"} or not body.startswith(_MAGIC):
        return body
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, LIMIT + 1)
    except zlib.error:
        raise BadHook("The body is broken gzip") from None
    if len(plain) > LIMIT:
        raise BodyTooLarge(len(plain))
    if not unpacker.eof:
        raise BadHook("The body is gzip without an end")
    return plain


def as_plain_form(call: HookCall) -> HookCall:
    """The same call with a plain form where it came with one in parts; files in it are left out. A body that is none,
    whatever its header says, stays as it is. Raises `BadHook` for more than 10,000 parts."""
    kind = call.content_type.strip()
    if not kind.lower().startswith("multipart/form-data"):
        return call
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    form = message_from_bytes(head + call.body)
    if not form.is_multipart():
        return call
    parts = form.get_payload()
    if len(parts) > MOST_PARTS:
        raise BadHook(f"The form has more than {MOST_PARTS} parts")
    fields = filter(None, map(_field, parts))
    return replace(call, body=b"&".join(fields), content_type=FORM)


def _field(part: Message) -> bytes:
    """One part as name and value; empty for a file, and for what is no field."""
    name = part.get_param("name", header="content-disposition")
    value = part.get_payload(decode=True)
    if not isinstance(name, str) or part.get_filename() is not None or not isinstance(value, bytes):
        return b""
    return f"{quote_plus(name)}={quote_plus(value)}".encode("utf-8", "surrogateescape")
