"""Calls of the Marketplace's API that syncd uses, one method each; what they are for is decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from syncd.errors import BrokenAnswer, NotAuthorised, ShopUnavailable
from syncd.shops.answer import Answer
from syncd.shops.transport import Transport

Query = Sequence[tuple[str, str]]
_ABSENT = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_LICENCES = ("4.0/licenses", "licenses")
"""Below the API's root; the second one where the root itself is `api/4.0/` (contracts/sources §3.1)."""


def request_headers() -> dict[str, str]:
    """The headers of every call (contracts/sources §3.1)."""
    return {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON value, and the Marketplace's clock where it told it."""

    value: Any
    clock: datetime | None


class MarketplaceClient:
    """The API of the Marketplace as a developer sees it.

    The transport's root is the API itself, such as `https://marketplace.cs-cart.com/api/`, its credentials are the
    developer's e-mail and access token. Every method raises `NotAuthorised` for refused credentials, `BrokenAnswer` for an
    answer that is not JSON, and `ShopUnavailable` or `Throttled` when the Marketplace is unwell.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def orders(self, query: Query) -> Reply:
        """`GET orders`: ten rows a page where the query does not say (contracts/sources §3.1)."""
        answer = await self._transport.read("GET", "orders", query=query)
        if answer.status == HTTPStatus.FORBIDDEN and _speaks(answer):
            raise NotAuthorised(
                "The Marketplace does not let this user list orders (403). The access token must be one of a developer's "
                "administrator."
            )
        return _needed(answer, "orders")

    async def order(self, order_id: str) -> Reply | None:
        """`GET orders/{id}`: a CS-Cart order; `None` when there is none or it is another developer's."""
        answer = await self._transport.read("GET", f"orders/{order_id}")
        if answer.status in _ABSENT and _speaks(answer):
            return None
        return _needed(answer, f"orders/{order_id}")

    async def licences(self, query: Query) -> Reply | None:
        """`GET licenses` (contracts/sources §3.4); `None` where the user may not see them or there is no such resource."""
        for path in _LICENCES:
            answer = await self._transport.read("GET", path, query=query)
            if answer.status not in _ABSENT:
                return _needed(answer, "licenses")
        return None


def _needed(answer: Answer, resource: str) -> Reply:
    if answer.status == HTTPStatus.OK:
        return Reply(answer.json(), answer.clock)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        raise NotAuthorised(
            "The Marketplace refuses the credentials (401). Check e-mail and access token of the Marketplace source; a new "
            "token is made on the tab API access of the developer's administrator."
        )
    kind = "the API" if _speaks(answer) else "a web server or a firewall, not the API,"
    raise ShopUnavailable(
        f"Marketplace: {kind} answered {answer.status} to {resource}; it is asked again later"
    )


def _speaks(answer: Answer) -> bool:
    """Whether the API itself answers: it repeats its status in the body; a page says nothing about records
    (contracts/cscart §1.6, §7.1)."""
    try:
        body = answer.json()
    except BrokenAnswer:
        return False
    return isinstance(body, dict) and str(body.get("status")) == str(answer.status)
