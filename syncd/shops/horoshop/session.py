"""The token of one administrator: taken by login and password, renewed before its end, by one login for all callers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from syncd.errors import BrokenAnswer, NotAuthorised, ShopUnavailable
from syncd.shops.horoshop.envelope import Envelope
from syncd.shops.mask import Mask
from syncd.shops.transport import Transport

_LIFE = timedelta(seconds=600)
_EARLY = timedelta(seconds=30)
"""A token is renewed before its end, so that none runs out on the way (contracts/sources §1.1)."""
_REMEMBERED = 4
"""Tokens that an answer may still repeat."""


class Session:
    """Logs in when a token is needed and there is none, or the one at hand is about to end. `now` is our own clock."""

    def __init__(
        self, transport: Transport, *, login: str, password: str, now: Callable[[], datetime]
    ) -> None:
        self._transport = transport
        self._login = login
        self._password = password
        self._now = now
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self._tokens: deque[str] = deque(maxlen=_REMEMBERED)
        self._taken = now()

    async def token(self) -> str:
        """A token that lives. Raises `NotAuthorised` when the shop refuses the login, `RetryLater` when it is unwell."""
        async with self._lock:
            if self._token is None or not self._fresh():
                self._token = None
                self._taken = self._now()
                self._token = await self._log_in()
                self._tokens.append(self._token)
            return self._token

    def drop(self, token: str) -> None:
        """The shop did not take this token. Where another caller has a newer one already, that one stays."""
        if self._token == token:
            self._token = None

    def hide(self, text: str, *further: str) -> str:
        """The text without login, password and tokens, the refused ones too, and without `further` secrets: shops repeat
        what they were sent."""
        return Mask((self._login, self._password, *self._tokens, *further)).text(text)

    def _fresh(self) -> bool:
        """Whether the token lives for a while yet; one from the future (our clock was put back) tells nothing."""
        return self._taken <= self._now() < self._taken + _LIFE - _EARLY

    async def _log_in(self) -> str:
        """`auth/` (contracts/sources §1.1). ERROR is the shop's answer to a wrong password in any language."""
        credentials = {"login": self._login, "password": self._password}
        envelope = Envelope.of(await self._transport.read("POST", "api/auth/", json=credentials))
        if envelope.status == "OK":
            try:
                return envelope.fields("auth").needed_text("token")
            except BrokenAnswer:
                raise BrokenAnswer("Horoshop: the answer to auth has no token") from None
        if envelope.unauthorised or envelope.status == "ERROR":
            raise NotAuthorised(
                f"Horoshop refuses the login ({envelope.told(self.hide)}). Check login and password of the Horoshop source: "
                "they are those of an administrator of the shop."
            )
        raise envelope.trouble("auth", self.hide) or ShopUnavailable(
            f"Horoshop answered {envelope.status} to auth; it is asked again later"
        )
