"""Masking inside JSON as it stands on the wire: cut short, with rubbish before it, of any depth, in one pass."""

from __future__ import annotations

import json
import re

from syncd.shops.mask import HIDDEN, Mask

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?P<end>"|\\?$)|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def mask_json(text: str, mask: Mask) -> str:
    """The JSON text with every masked field's value replaced, what hangs below it included; blanks are dropped.

    The text may end anywhere: what is left of a secret there is masked like the whole.
    """
    return _Walk(mask).run(text)


class _Walk:
    """Reads token by token and knows the path of names above the current one."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._out: list[str] = []
        self._path: list[str] = []
        self._objects: list[bool] = []
        self._name: str | None = None
        self._hidden_below: int | None = None

    def run(self, text: str) -> str:
        for match in _TOKEN.finditer(text):
            self._take(match[0], whole=match["end"] != "")
        return self._mask.known("".join(self._out))

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
        self._path.append(self._name or "")
        self._objects.append(token == "{")
        self._name = None

    def _close(self, token: str) -> None:
        if self._objects:
            self._objects.pop()
            self._name = self._path.pop()
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
        names = [name for name in (*self._path, self._name) if name]
        return bool(names) and self._mask.hides(".".join(names[-3:]))


def _plain(token: str) -> str:
    """A name without quotes and escapes."""
    try:
        return str(json.loads(token))
    except ValueError:
        return token.strip('"')
