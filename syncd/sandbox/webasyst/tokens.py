"""Access tokens: one per user and client, without expiry unless set (contracts/webasyst §1)."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from typing import Any

from .errors import ApiError, denied

APPS = ("shop", "webasyst")
CODE_SECONDS = 180


@dataclass(slots=True)
class Token:
    """A token with its scope; `expires` is unix time or None."""

    value: str
    contact_id: int
    client_id: str
    scope: tuple[str, ...] = APPS
    expires: float | None = None


@dataclass(slots=True)
class Code:
    """An authorization code; it may be exchanged again and again while it lives (contracts/webasyst §1.1)."""

    value: str
    contact_id: int
    client_id: str
    scope: tuple[str, ...]
    created: float


@dataclass(slots=True)
class Tokens:
    """All tokens and codes of the installation."""

    source: random.Random
    by_value: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)

    def issue(
        self, contact_id: int, client_id: str, scope: tuple[str, ...], value: str | None = None
    ) -> Token:
        """The token of this user and client; authorising again keeps it and overwrites the scope."""
        for token in self.by_value.values():
            if token.contact_id == contact_id and token.client_id == client_id and value is None:
                token.scope = scope
                return token
        token = Token(value or self._random(), contact_id, client_id, scope)
        self.by_value[token.value] = token
        return token

    def new_code(self, contact_id: int, client_id: str, scope: tuple[str, ...], now: float) -> Code:
        """A fresh authorization code."""
        code = Code(self._random(), contact_id, client_id, scope, now)
        self.codes[code.value] = code
        return code

    def _random(self) -> str:
        return f"{self.source.getrandbits(128):032x}"

    def check(self, sent: str | None, now: float) -> Token:
        """The token that was sent, or the error of contracts/webasyst §1.5."""
        if sent is None or sent == "":
            raise ApiError(400, "token_required", "Access token is missing")
        token = self.by_value.get(sent)
        if token is None:
            digest = hashlib.sha256(sent.encode("utf-8", "surrogateescape")).hexdigest()
            raise ApiError(401, "invalid_token", "Invalid access token", sha256=digest)
        if token.expires is not None and token.expires < now:
            raise ApiError(401, "invalid_token", "Access token has expired")
        return token


def sent_token(query: dict[Any, Any], post: dict[Any, Any], headers: Any) -> str | None:
    """Where a token may be: the parameter, "Bearer TOKEN", or the bare header, in this order."""
    for source in (query, post):
        value = source.get("access_token")
        if isinstance(value, str) and value:
            return value
    header: str | None = headers.get("authorization")
    if header is None:
        return None
    return header.strip().removeprefix("Bearer ").strip()


def check_app(app: str, token: Token, backend: bool) -> None:
    """The app must be installed, open to the user, and in the token's scope."""
    if app not in APPS:
        raise ApiError(400, "app_not_installed", f"App is not installed ({app})", app=app)
    if not backend or app not in token.scope:
        raise denied()
