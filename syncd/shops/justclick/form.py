"""PHP's `parse_str`: forms with nested names, as the hooks of JustClick send them (contracts/sources §2.6).

It follows PHP 8 where that matters: the last of equal names counts, `items[]` takes the next index, blanks and dots in
a first name become `_`, a name ends at a NUL, what follows a closing bracket is ignored. Unlike PHP it refuses what is too
large instead of dropping the rest in silence.
"""

from __future__ import annotations

import re
from typing import Union

from syncd.model.hook import BadHook

MOST_BYTES = 1024 * 1024
MOST_FIELDS = 10_000
"""PHP itself stops at 1000, which an order of 200 pieces has."""
DEEPEST = 8
"""Levels of brackets; the deepest name of a hook, `items[0][partners][0][id]`, has four. Deeper fields are dropped, as
PHP drops them at its own limit."""

_NUMBER = re.compile(rb"0|-?[1-9][0-9]{0,18}")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_MOST = 2**63 - 1
_MANGLED = bytes.maketrans(b" .[", b"___")

FormValue = Union[str, "PhpArray"]


class PhpArray(dict[str, FormValue]):
    """An array of PHP: values by text key in the order of their first coming; numeric keys count for the next index."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        super().__init__()
        self._next = 0

    def put(self, key: bytes | None, value: FormValue) -> None:
        """Set a value; without a key at the next free index. Nothing happens when there is no further index."""
        if key is None:
            if self._next > _MOST:
                return
            key = b"%d" % self._next
        if _NUMBER.fullmatch(key) and self._next <= int(key) <= _MOST:
            self._next = int(key) + 1
        self[_text(key)] = value

    def inner(self, key: bytes | None) -> PhpArray:
        """The array under a key, made where there is none; a text in its place is lost."""
        known = None if key is None else self.get(_text(key))
        if isinstance(known, PhpArray):
            return known
        made = PhpArray()
        self.put(key, made)
        return made


def parse_form(body: bytes) -> PhpArray:
    """The fields of a form by name. Bytes that are no UTF-8 are kept (`surrogateescape`), for they were signed.

    Raises `BadHook` for more than 1 MB or 10,000 fields.
    """
    if len(body) > MOST_BYTES:
        raise BadHook(f"the form has {len(body)} bytes, more than {MOST_BYTES}")
    if body.count(b"&") >= MOST_FIELDS:
        raise BadHook(f"the form has more than {MOST_FIELDS} fields")
    fields = PhpArray()
    for field in filter(None, body.split(b"&")):
        name, _, value = field.partition(b"=")
        path = _path(_unquoted(name))
        if path:
            _put(fields, path, _text(_unquoted(value)))
    return fields


def _put(fields: PhpArray, path: list[bytes | None], value: str) -> None:
    *above, last = path
    for key in above:
        fields = fields.inner(key)
    fields.put(last, value)


def _path(name: bytes) -> list[bytes | None]:
    """The keys that a name leads through, `None` for `[]`; empty when the field is to be dropped."""
    name = name.partition(b"\0")[0].lstrip(b" ")
    head, bracket, rest = name.partition(b"[")
    if not head:
        return []
    path: list[bytes | None] = [head.translate(_MANGLED)]
    while bracket:
        if len(path) > DEEPEST:
            return []
        start = 1 if rest[:1].isspace() else 0
        end = rest.find(b"]", start)
        if end < 0:
            # Not an index: PHP takes the bracket for a letter of a plain name, and ignores it after an index.
            return path if len(path) > 1 else [name.translate(_MANGLED)]
        path.append(None if end == start else rest[:end])
        bracket, rest = rest[end + 1 : end + 2], rest[end + 2 :]
        if bracket != b"[":
            break
    return path


def _unquoted(text: bytes) -> bytes:
    """Without percent signs. The library's way takes 200 bytes of memory for every stray one."""
    return _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), text.replace(b"+", b" "))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
