"""Logging in with login and password, and the tokens that last ten minutes (contracts/sources §1.1)."""

from __future__ import annotations

import hmac
import random
from typing import Any

from syncd.sandbox.clock import Clock
from syncd.sandbox.horoshop.envelope import Refusal, envelope
from syncd.sandbox.horoshop.settings import Settings
from syncd.sandbox.wire import Response

LIFE = 600
TOKEN_LENGTH = 32


class Tokens:
    """Tokens that were given out, with the shop's time at which each ends."""

    def __init__(self, clock: Clock, rng: random.Random, login: str, password: str) -> None:
        """One administrator; ``rng`` makes the tokens."""
        self._clock = clock
        self._rng = rng
        self._login = login
        self._password = password
        self._ends: dict[str, float] = {}

    def log_in(self, data: dict[str, Any]) -> Response:
        """Answer ``auth/``; raises Refusal ``ERROR`` for a wrong login or password."""
        given = (str(data.get("login", "")), str(data.get("password", "")))
        right = hmac.compare_digest(given[1].encode(), self._password.encode())
        if given[0] != self._login or not right:
            raise Refusal("ERROR", "Invalid login or password")
        token = "".join(self._rng.choices("0123456789abcdef", k=TOKEN_LENGTH))
        self._ends[token] = self._clock.now() + LIFE
        return envelope("OK", {"token": token})

    def check(self, data: dict[str, Any], settings: Settings, *, hooks: bool) -> None:
        """Raise Refusal unless the payload has a token that is still good; ``hooks/*`` refuse with HTTP 401."""
        token = data.get("token")
        end = self._ends.get(token) if isinstance(token, str) else None
        if end is not None and self._clock.now() < end:
            return
        text = "invalid token" if end is None else "token expired"
        if hooks or settings.refusal == "HTTP 401":
            raise Refusal("UNAUTHORIZED", text, 401)
        raise Refusal(settings.refusal, text)

    def forget(self) -> int:
        """Make all tokens worthless at once; returns how many there were."""
        count = len(self._ends)
        self._ends = dict.fromkeys(self._ends, 0.0)
        return count
