"""A call as its source reads it: without gzip, and a form in parts as a plain form.

PHP's curl sends a form in parts wherever it is given an array; no contract says that a shop does, and none that it does not.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from urllib.parse import quote_plus

from syncd.model.hook import BadHook, HookCall
from syncd.web.body import LIMIT, BodyTooLarge

FORM = "application/x-www-form-urlencoded"
MOST_PARTS = 10_000
"""As many as a plain form may have fields."""

_GZIP = zlib.MAX_WBITS | 16
_MAGIC = b"\x1f\x8b"
_PARTS = re.compile(
    r"multipart/form-data\s*;.{0,200}?\bboundary=(?:\"([^\"]{1,70})\"|([^\s;,\"]{1,70}))", re.IGNORECASE
)
_NAME = re.compile(
    rb"content-disposition:\s{0,9}form-data\s{0,9};.{0,200}?\bname=\"([^\"\r\n]{0,1000})\"", re.IGNORECASE
)
_FILE = re.compile(rb"\bfilename\*?=", re.IGNORECASE)
_LONGEST_HEAD = 4096


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
    whatever its header says, stays as it is. Raises `BadHook` for more
    than 10,000 parts."""
    found = _PARTS.match(call.content_type.strip())
    if found is None:
        return call
    border = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    parts = call.body.count(border)
    if not parts:
        return call
    if parts > MOST_PARTS:
        raise BadHook(f"The form has more than {MOST_PARTS} parts")
    fields = filter(None, map(_field, call.body.split(border)[1:]))
    return replace(call, body=b"&".join(fields), content_type=FORM)


def _field(part: bytes) -> bytes:
    """One part as name and value; empty for a file, and for what is no field."""
    end = part.find(b"\r\n\r\n", 0, _LONGEST_HEAD)
    name = _NAME.search(part, 0, max(end, 0))
    if name is None or _FILE.search(part, 0, end):
        return b""
    value = part[end + 4 :].removesuffix(b"\r\n")
    return f"{quote_plus(name[1])}={quote_plus(value)}".encode()
