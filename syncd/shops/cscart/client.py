"""Calls of the CS-Cart API that syncd uses, one method each; what they are for is decided elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from syncd.errors import BrokenAnswer, NotAuthorised, SetAside, ShopUnavailable
from syncd.shops.cscart.address import ApiAddress, Query, is_json
from syncd.shops.cscart.listing import Listing
from syncd.shops.cscart.row import Row
from syncd.shops.transport import Answer, Transport


def request_headers(language: str | None) -> dict[str, str]:
    """The headers of every call. Orders are told in the language of `sl` or of this header (contracts/cscart §1.10);
    a Content-Type on a GET is never sent (§1.4)."""
    return {"Accept": "application/json"} | ({"Accept-Language": language} if language else {})


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON value and the shop's clock when it was told."""

    value: Any
    clock: datetime


class CSCartClient:
    """The API of one CS-Cart shop, reading only.

    Every method raises `NotAuthorised` for a refused key or a missing privilege, `BrokenAnswer` for an answer that is not
    JSON of the promised shape (after one repetition), and `ShopUnavailable` or `Throttled` when the shop is unwell.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._address = ApiAddress(transport)
        self._clock: tuple[datetime, float] | None = None

    async def version(self) -> str:
        """`GET version`: the version of the API, not of the shop (contracts/cscart §1.1)."""
        reply = await self._needed("version", (), "any")
        return Row.of(reply.value, "version").needed_text("Version")

    async def orders(self, query: Query) -> Listing:
        """`GET orders` (contracts/cscart §4.1)."""
        return await self._listing("orders", query, "view_orders")

    async def order(self, order_id: str, query: Query) -> Reply | None:
        """`GET orders/{id}` (contracts/cscart §4.3); `None` when there is no such order."""
        return await self._get(f"orders/{order_id}", query, "view_orders")

    async def products(self, query: Query) -> Listing:
        """`GET products` (contracts/cscart §3.1)."""
        return await self._listing("products", query, "view_catalog")

    async def product(self, product_id: str, query: Query) -> Reply | None:
        """`GET products/{id}` (contracts/cscart §3.2); `None` when there is none or it is in no category."""
        return await self._get(f"products/{product_id}", query, "view_catalog")

    async def statuses(self, query: Query) -> Listing:
        """`GET statuses`: by default those of orders (contracts/cscart §5)."""
        return await self._listing("statuses", query, "manage_order_statuses")

    async def picture(self, url: str, max_bytes: int) -> bytes:
        """The bytes behind an address, absolute or below the shop's own. Raises `SetAside` when they cannot be had."""
        parts = urlsplit(url)
        if parts.scheme:
            return await self._transport.download(url, max_bytes=max_bytes)
        answer = await self._transport.read("GET", parts.path, query=parse_qsl(parts.query))
        if answer.status != HTTPStatus.OK or len(answer.body) > max_bytes:
            raise SetAside(
                f"the picture {url} cannot be had: status {answer.status}, {len(answer.body)} bytes",
                code="image",
            )
        return answer.body

    async def clock(self) -> tuple[datetime, bool]:
        """What the shop's clock shows now, and whether that was measured by a Date header or is only our own clock.

        A header is cut to whole seconds and is older than its arrival: the real clock may be ahead by a little.
        """
        if self._clock is None:
            await self.version()
        if self._clock is None:
            return datetime.now(UTC), False
        told, arrived = self._clock
        return told + timedelta(seconds=time.monotonic() - arrived), True

    async def _listing(self, resource: str, query: Query, privilege: str) -> Listing:
        reply = await self._needed(resource, query, privilege)
        return Listing.of(reply.value, resource, reply.clock)

    async def _needed(self, resource: str, query: Query, privilege: str) -> Reply:
        reply = await self._get(resource, query, privilege)
        if reply is None:
            raise ShopUnavailable(f"CS-Cart: the API answers 404 to {resource}, which every shop has")
        return reply

    async def _get(self, resource: str, query: Query, privilege: str) -> Reply | None:
        """The value of a resource, or `None` for a 404 of the API itself. A broken answer is asked for once more: a cut body
        comes whole the second time."""
        answer = await self._read(resource, query)
        if answer.status == HTTPStatus.OK:
            try:
                return _reply(answer)
            except BrokenAnswer:
                answer = await self._read(resource, query)
        if answer.status == HTTPStatus.OK:
            return _reply(answer)
        if _says(answer, HTTPStatus.NOT_FOUND):
            return None
        raise _trouble(answer, resource, privilege)

    async def _read(self, resource: str, query: Query) -> Answer:
        answer = await self._address.read(resource, query)
        if answer.clock is not None:
            self._clock = (answer.clock, time.monotonic())
        return answer


def _reply(answer: Answer) -> Reply:
    return Reply(answer.json(), answer.clock or datetime.now(UTC))


def _trouble(answer: Answer, resource: str, privilege: str) -> Exception:
    """What a status that is not a success means (contracts/cscart §1.2, §1.3, §1.6)."""
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return NotAuthorised(
            "CS-Cart refuses the key (401). Check SYNCD_CSCART__EMAIL (an active administrator) and SYNCD_CSCART__API_KEY. "
            "If both are right, the web server loses the Authorization header before PHP sees it: keep the rule for it of "
            "the stock .htaccess, or pass the header on in the CGI/FastCGI settings."
        )
    if _says(answer, HTTPStatus.FORBIDDEN):
        return NotAuthorised(
            f"CS-Cart refuses {resource} (403: {_message(answer)}). The administrator behind SYNCD_CSCART__EMAIL needs the "
            f"privilege {privilege} in its user group; if the message speaks of HTTPS, SYNCD_CSCART__URL must begin with "
            "https://."
        )
    kind = "API" if is_json(answer) else "web server or a firewall, not the API,"
    return ShopUnavailable(
        f"CS-Cart: the {kind} answered {answer.status} to {resource}: {_message(answer)}. It is asked again later; if a "
        "firewall blocks the calls, allow them there."
    )


def _says(answer: Answer, status: HTTPStatus) -> bool:
    """Whether the API itself answers with this status: its errors repeat it in the body (contracts/cscart §1.6). Whatever
    else answers it is a web server or a firewall, and says nothing about records (§7.1)."""
    if answer.status != status:
        return False
    try:
        body = answer.json()
    except BrokenAnswer:
        return False
    return isinstance(body, dict) and str(body.get("status")) == str(int(status))


def _message(answer: Answer) -> str:
    """The API's own words, in the shop's language; a page is not repeated."""
    try:
        body = answer.json()
    except BrokenAnswer:
        return "a web page"
    text = body.get("message") if isinstance(body, dict) else None
    return text[:200] if isinstance(text, str) else "no message"
