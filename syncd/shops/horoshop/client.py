"""Calls of the Horoshop API that syncd uses, one method each; what they are for is decided elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.errors import BrokenAnswer, NotAuthorised
from syncd.shops.horoshop.envelope import EMPTY, Envelope
from syncd.shops.horoshop.session import Session
from syncd.shops.php import as_list
from syncd.shops.row import Row
from syncd.shops.transport import Answer, Transport

_TRIES = 2
Send = Callable[..., Awaitable[Answer]]


def request_headers(user_agent: str | None) -> dict[str, str]:
    """The headers of every call. Some shops let nothing but browsers in (contracts/sources §1.2)."""
    return {"Accept": "application/json"} | ({"User-Agent": user_agent} if user_agent else {})


@dataclass(frozen=True, slots=True)
class Reply:
    """Rows as they came, and the shop's clock when it told them."""

    rows: list[Any]
    clock: datetime


class HoroshopClient:
    """The API of one shop; the transport's root is the shop's address, such as `https://shop.example`.

    Every method raises `NotAuthorised` when the login or, twice, a new token is refused, and `Misconfigured` for a function
    that the shop does not know. A read raises `ShopUnavailable`, `Throttled` or `BrokenAnswer` when the shop is unwell. A
    write is sent once, and again only when the token was refused; it raises `ShopUnavailable` when it surely was not done,
    `Refused` when the shop rejected it, and `InDoubt` when its outcome is unknown. `now` is our own clock, aware UTC.
    """

    def __init__(
        self, transport: Transport, *, login: str, password: str, now: Callable[[], datetime]
    ) -> None:
        self._transport = transport
        self._session = Session(transport, login=login, password=password, now=now)
        self._now = now

    async def orders_created(self, start: str, end: str, *, limit: int, offset: int) -> Reply:
        """`orders/get` by time of creation, both ends inclusive, in the shop's local time `YYYY-MM-DD HH:MM:SS`
        (contracts/sources §1.3). A shop before 3.30 ignores `limit` and `offset`."""
        window = {"from": start, "to": end, "additionalData": True, "limit": limit, "offset": offset}
        return await self._orders(window)

    async def orders_numbered(self, numbers: Sequence[int]) -> Reply:
        """`orders/get` by order numbers; those that the shop does not have are just absent."""
        return await self._orders({"ids": list(numbers), "additionalData": True})

    async def statuses(self) -> Row:
        """`orders/get_available_statuses`: an object keyed by id, in the field `statuses` (contracts/sources §1.5)."""
        return (await self._read("orders/get_available_statuses", {}))[0]

    async def update_order(self, order: Mapping[str, Any]) -> Row:
        """`orders/update` of one order; answers the shop's word about it: `status`, and `message` or `messages` in the log,
        which is positional (contracts/sources §1.5). Empty where the shop says no more than OK."""
        function = "orders/update"
        envelope = await self._call(self._transport.write, function, {"orders": [order]})
        log = envelope.written(function, self.hide).raw("log")
        word = log[0] if isinstance(log, list) and log else None
        return Row(word if isinstance(word, dict) else {}, function)

    async def hook(self, function: str, url: str, body: Mapping[str, Any]) -> Envelope:
        """`hooks/subscribe` or `hooks/unSubscribe` of our address `url`, a secret; their answers have no envelope
        (contracts/sources §1.6)."""
        return await self._call(self._transport.write, f"hooks/{function}", {**body, "target_url": url}, url)

    def hide(self, text: str, *further: str) -> str:
        """The text without our credentials and without `further` secrets."""
        return self._session.hide(text, *further)

    async def _orders(self, body: Mapping[str, Any]) -> Reply:
        row, envelope = await self._read("orders/get", body)
        clock = envelope.answer.clock or self._now()
        if envelope.status == EMPTY:
            return Reply([], clock)
        if not isinstance(row.raw("orders"), list | dict):
            raise BrokenAnswer("Horoshop: the answer to orders/get has no list of orders")
        return Reply(as_list(row.raw("orders")), clock)

    async def _read(self, function: str, body: Mapping[str, Any]) -> tuple[Row, Envelope]:
        envelope = await self._call(self._transport.read, function, body)
        return envelope.read(function, self.hide), envelope

    async def _call(self, send: Send, function: str, body: Mapping[str, Any], *secrets: str) -> Envelope:
        """Sends with the token in the body; `secrets` are those in `body`. A refused token means that nothing was done:
        one login, one repetition."""
        for _ in range(_TRIES):
            token = await self._session.token()
            answer = await send("POST", f"api/{function}/", json={"token": token, **body})
            envelope = Envelope.of(answer)
            if not envelope.unauthorised:
                return envelope
            self._session.drop(token)
        told = envelope.told(lambda text: self.hide(text, *secrets))
        raise NotAuthorised(
            f"Horoshop refuses {function} with a new token too ({told}). Check the rights of the "
            "administrator of the Horoshop source."
        )
