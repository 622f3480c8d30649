"""Masking: what never leaves the process in clear text, in logs and in error texts.

Secrets (tokens, keys, passwords, card and licence data) are masked always; personal data (names, e-mails, phones, addresses,
comments) by default. The values of our own credentials are masked wherever they stand, whatever the field is called.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus, unquote_plus

from syncd.shops.mask_names import is_personal, is_secret

HIDDEN = "***"

_SHORTEST_SECRET = 6
"""Shorter values are told by their field's name only: masking every "1" would hide the log itself."""
_USERINFO = re.compile(r"(?<=://)[^/\s@\"'<>]+@")
_SCHEME = re.compile(r"\b(Bearer|Basic)(\s+|%20)[A-Za-z0-9._~+/=%-]{6,}", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,255}(?:@|%40|\\u0040)(?:[\w-]{1,63}\.)+\w{2,24}", re.IGNORECASE)
_PHONE = re.compile(r"\+\d[\d\s().-]{6,17}\d")
_CARD = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){14,18}(?![\w.,-])")
# The look-behind lets a match begin at the beginning of a word only: else a long word costs the square of its length.
_NAMED = re.compile(r"""(?<![\w.\]\[-])(?P<name>[\w.\]\[-]{1,200})["']?\s{0,9}(?:=>|[=:]|%3D)\s{0,9}""")
_VALUE = re.compile(r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s&"'<>,;}{]+""", re.DOTALL)


class Mask:
    """Replaces secrets, and personal data if `personal`, by three stars. `values` are the credentials in use."""

    def __init__(self, values: Iterable[str] = (), *, personal: bool = True) -> None:
        spellings = {spelling for value in values for spelling in _spellings(value)}
        longest_first = sorted(spellings, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        self._personal = personal

    def hides(self, name: str) -> bool:
        """Whether the value of a field of this name is masked."""
        return is_secret(name) or (self._personal and is_personal(name))

    def text(self, text: str) -> str:
        """Free text, such as an excerpt in an error: whatever looks like a secret or a person's data."""
        text = _SCHEME.sub(rf"\1 {HIDDEN}", _USERINFO.sub(f"{HIDDEN}@", text))
        text = self._named(text)
        text = _CARD.sub(HIDDEN, text)
        if self._personal:
            text = _PHONE.sub(HIDDEN, _EMAIL.sub(HIDDEN, text))
        return self.known(text)

    def known(self, text: str) -> str:
        """The text without the credentials in use."""
        return self._values.sub(HIDDEN, text) if self._values else text

    def form(self, encoded: str) -> str:
        """A query string or form, readable: decoded, the values of telling names masked, the others as free text."""
        pairs = (field.partition("=") for field in encoded.split("&") if field)
        return "&".join(self._field(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers, those with credentials or cookies masked."""
        return {name: HIDDEN if is_secret(name) else self.text(value) for name, value in headers.items()}

    def url(self, url: str) -> str:
        """An address with its query; a user and password in it are masked."""
        path, question, query = url.partition("?")
        return self.text(path) + (f"?{self.form(query)}" if question else "")

    def _field(self, name: str, value: str) -> str:
        return f"{self.known(name)}={HIDDEN if value and self.hides(name) else self.text(value)}"

    def _named(self, text: str) -> str:
        """Values that follow a telling name and `=`, `:` or `=>`."""
        parts, at = [], 0
        for match in _NAMED.finditer(text):
            if match.start() < at or not self.hides(match["name"]):
                continue
            if value := _VALUE.match(text, match.end()):
                quote_mark = value[0][0] if value[0][0] in "\"'" else ""
                parts += [text[at : match.end()], quote_mark, HIDDEN, quote_mark]
                at = value.end()
        return "".join([*parts, text[at:]])


def _spellings(value: str) -> set[str]:
    """A secret as it may appear: plain, in a query, in JSON, in Basic authorization."""
    if len(value) < _SHORTEST_SECRET:
        return set()
    plain = value.removeprefix("Bearer ")
    encoded = base64.b64encode(plain.encode("utf-8", "replace")).decode()
    escaped = json.dumps(plain)[1:-1]
    return {plain, quote(plain, safe=""), quote_plus(plain), escaped, escaped.replace("/", r"\/"), encoded}
