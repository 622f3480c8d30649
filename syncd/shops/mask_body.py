"""Masking a body as it stands on the wire: JSON of any depth, cut short, with rubbish around it, in one pass."""

from __future__ import annotations

import json
import re

from syncd.shops.mask import HIDDEN, Mask

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?P<end>"|\\?\Z)|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)

_START = re.compile(r'[{\[](?=\s{0,99}["{\[])')
_NAMES = 3


def mask_body(text: str, mask: Mask) -> str:
    """Any body, masked: JSON, a page, or both in turns, such as a PHP warning before the JSON. JSON loses its blanks.

    In JSON a masked name hides everything below it. The text may end anywhere: what is left of a secret there is masked too.
    """
    parts, at = [], 0
    while start := _START.search(text, at):
        walk = _Walk(mask)
        parts.append(mask.text(text[at : start.start()]))
        at = walk.run(text, start.start())
        parts.append(walk.masked())
    return "".join([*parts, mask.text(text[at:])])


class _Walk:
    """Reads token by token and knows the path of names above the current one."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._out: list[str] = []
        self._above: list[tuple[str, ...]] = [()]
        self._objects: list[bool] = []
        self._name: str | None = None
        self._hidden_below: int | None = None

    def run(self, text: str, start: int) -> int:
        """Reads until the outermost object or list is closed, or to the end of the text; answers how far it came."""
        for match in _TOKEN.finditer(text, start):
            self._take(match[0], whole=match["end"] != "")
            if match[0] in "}]" and not self._objects:
                return match.end()
        return len(text)

    def masked(self) -> str:
        """What was read, masked. Cut JSON may hold something else, so it is looked at once more as free text."""
        text = "".join(self._out)
        return self._mask.text(text) if self._objects else self._mask.known(text)

    def _take(self, token: str, *, whole: bool) -> None:
        if token in "{[":
            self._open(token)
        elif token in "}]":
            self._close(token)
        elif token == ",":
            self._name = None
            self._write(token)
        elif token == ":":
            self._write(token)
        elif self._in_object() and self._name is None:
            self._name = _plain(token)
            self._write(self._mask.known(token))
        else:
            self._value(token, whole=whole)

    def _open(self, token: str) -> None:
        if self._hidden_below is None and self._hides():
            self._write(f'"{HIDDEN}"')
            self._hidden_below = len(self._objects)
        self._write(token)
        self._above.append(self._names())
        self._objects.append(token == "{")
        self._name = None

    def _close(self, token: str) -> None:
        self._objects.pop()
        self._above.pop()
        self._name = ""
        self._write(token)
        if self._hidden_below is not None and len(self._objects) <= self._hidden_below:
            self._hidden_below = None

    def _value(self, token: str, *, whole: bool) -> None:
        if self._hides():
            self._write(f'"{HIDDEN}"' if whole else f'"{HIDDEN}')
        elif token.startswith('"'):
            inner = token[1:-1] if whole else token[1:]
            end = '"' if whole else ""
            self._write(f'"{self._mask.text(inner)}{end}')
        else:
            self._write(self._mask.text(token))

    def _write(self, text: str) -> None:
        if self._hidden_below is None:
            self._out.append(text)

    def _in_object(self) -> bool:
        return bool(self._objects) and self._objects[-1]

    def _hides(self) -> bool:
        return self._mask.hides(".".join(self._names()))

    def _names(self) -> tuple[str, ...]:
        """The last names above the current value and its own: a person's `name` is told by what stands above it."""
        return (*self._above[-1], self._name)[-_NAMES:] if self._name else self._above[-1]


def _plain(token: str) -> str:
    """A name without quotes and escapes."""
    try:
        return str(json.loads(token))
    except ValueError:
        return token.strip('"')
