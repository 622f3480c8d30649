"""Calls of the CS-Cart API that syncd uses, one method each; what they are for is decided elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from syncd.errors import BrokenAnswer, SetAside, ShopUnavailable
from syncd.shops.cscart.address import ApiAddress, Query
from syncd.shops.cscart.judge import answer_of_write, judge_write, says, trouble_of_read
from syncd.shops.cscart.listing import Listing
from syncd.shops.row import Row
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
    """The API of one CS-Cart shop.

    Every method raises `NotAuthorised` for a refused key or a missing privilege. A read raises `BrokenAnswer` for an answer
    that is not JSON of the promised shape (after one repetition), and `ShopUnavailable` or `Throttled` when the shop is
    unwell. A write is sent once; it raises `ShopUnavailable` or `Throttled` when it surely was not done, `Refused` when the
    shop rejected it, and `InDoubt` when its outcome is unknown.
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

    async def categories(self, query: Query) -> Listing:
        """`GET categories`: flat; past its end the last page comes again (contracts/cscart §1.9, §5)."""
        return await self._listing("categories", query, "view_catalog")

    async def statuses(self, query: Query) -> Listing:
        """`GET statuses`: by default those of orders (contracts/cscart §5)."""
        return await self._listing("statuses", query, "manage_order_statuses")

    async def shipments(self, query: Query) -> Listing:
        """`GET shipments` (contracts/cscart §5)."""
        return await self._listing("shipments", query, "view_orders")

    async def companies(self) -> Listing | None:
        """`GET stores`, in Multi-Vendor `GET vendors`: the first 500 (contracts/cscart §1.10, §5); `None` for a shop with
        neither."""
        for entity in ("stores", "vendors"):
            reply = await self._get(entity, (("page", "1"), ("items_per_page", "500")), f"view_{entity}")
            if reply is not None:
                return Listing.of(reply.value, entity, reply.clock)
        return None

    async def update_product(self, product_id: str, body: Mapping[str, Any]) -> None:
        """`PUT products/{id}`: the given fields change (contracts/cscart §3.4). `Refused` with code "gone" when there is no
        such product, or it is in no category."""
        await self._update("products", product_id, body, "product_id", "manage_catalog")

    async def create_product(self, body: Mapping[str, Any]) -> str:
        """`POST products`: a new product; answers its id (contracts/cscart §3.3). Not idempotent."""
        return await self._create("products", body, "product_id", "manage_catalog")

    async def update_order(self, order_id: str, body: Mapping[str, Any]) -> None:
        """`PUT orders/{id}`: a status change, or for any other key a rebuild of the whole order (contracts/cscart §4.6)."""
        await self._update("orders", order_id, body, "order_id", "edit_order and update_status")

    async def create_shipment(self, body: Mapping[str, Any]) -> str:
        """`POST shipments`: a new shipment; answers its id (contracts/cscart §5). Not idempotent."""
        return await self._create("shipments", body, "shipment_id", "edit_order")

    async def update_shipment(self, shipment_id: str, body: Mapping[str, Any]) -> None:
        """`PUT shipments/{id}` (contracts/cscart §5); a shop may answer 200 to what it did not allow (§10)."""
        await self._write("PUT", f"shipments/{shipment_id}", body, "edit_order")

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

    async def _create(self, resource: str, body: Mapping[str, Any], field: str, privilege: str) -> str:
        value = await self._write("POST", resource, body, privilege)
        with answer_of_write(f"POST {resource}"):
            return Row.of(value, resource).identifier(field)

    async def _update(
        self, resource: str, key: str, body: Mapping[str, Any], field: str, privilege: str
    ) -> None:
        """A PUT that must answer with the id of the record: it is that record's proof (contracts/cscart §1.7)."""
        call = f"{resource}/{key}"
        value = await self._write("PUT", call, body, privilege)
        with answer_of_write(f"PUT {call}"):
            if (told := Row.of(value, resource).identifier(field)) != key:
                raise BrokenAnswer(f"{field} is {told}")

    async def _write(
        self, method: Literal["POST", "PUT"], resource: str, body: Mapping[str, Any], privilege: str
    ) -> Any:
        answer = await self._address.write(method, resource, body)
        self._note_clock(answer)
        return judge_write(answer, f"{method} {resource}", privilege)

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
        if says(answer, HTTPStatus.NOT_FOUND):
            return None
        raise trouble_of_read(answer, resource, privilege)

    async def _read(self, resource: str, query: Query) -> Answer:
        answer = await self._address.read(resource, query)
        self._note_clock(answer)
        return answer

    def _note_clock(self, answer: Answer) -> None:
        if answer.clock is not None:
            self._clock = (answer.clock, time.monotonic())


def _reply(answer: Answer) -> Reply:
    return Reply(answer.json(), answer.clock or datetime.now(UTC))
