"""What the tests of the Webasyst client share: recordings of a real shop, and a shop that answers with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import respx

from syncd.shops.answer import Answer
from syncd.shops.transport import Transport
from syncd.shops.webasyst.client import WebasystClient, bearer
from syncd.shops.webasyst.office import WebasystOffice

URL = "https://shop.example"
RECORDINGS = Path(__file__).parents[2] / "data" / "webasyst" / "fixtures"
DATE = "Sat, 21 Nov 2026 04:26:13 GMT"


@cache
def _group(name: str) -> Mapping[str, Any]:
    recordings: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))
    return recordings


def recorded(name: str) -> Any:
    """The body of a recorded answer, `group/name`."""
    group, _, member = name.partition("/")
    return _group(group)[member]["response"]["body"]


def recorded_form(name: str) -> list[tuple[str, str]]:
    """The form of a recorded request."""
    group, _, member = name.partition("/")
    return [(key, value) for key, value in _group(group)[member]["request"]["form"]]


def recorded_answer(name: str) -> Answer:
    """A recorded answer as the transport hands it over."""
    group, _, member = name.partition("/")
    response = _group(group)[member]["response"]
    body = response["body"]
    raw = body if isinstance(body, str) and not response.get("body_is_json") else json.dumps(body)
    return answer(response["status"], raw)


def answer(status: int, body: str) -> Answer:
    return Answer(status, {}, body.encode(), None)


class Shop:
    """A shop whose answers are laid out beforehand, one queue per method; keeps what it was asked."""

    def __init__(self, router: respx.MockRouter) -> None:
        self.router = router
        self._routes: dict[str, respx.Route] = {}

    def says(self, method: str, *bodies: Any, status: int = 200, clock: str = DATE) -> None:
        """The method answers these JSON bodies in turn."""
        replies = [
            respx.MockResponse(
                status, content=json.dumps(body, default=str).encode(), headers={"Date": clock}
            )
            for body in bodies
        ]
        self.says_raw(method, *replies)

    def says_raw(self, method: str, *replies: respx.MockResponse) -> None:
        """The method answers exactly this in turn."""
        route = self.router.route(url__startswith=f"{URL}/api.php/{method}", path=f"/api.php/{method}")
        self._routes[method] = route.mock(side_effect=list(replies))

    def calls(self, method: str) -> int:
        return int(self._routes[method].call_count)

    def query(self, method: str, call: int = -1) -> dict[str, str]:
        return dict(parse_qsl(self._request(method, call).url.query.decode(), keep_blank_values=True))

    def form(self, method: str, call: int = -1) -> list[tuple[str, str]]:
        return parse_qsl(self._request(method, call).content.decode(), keep_blank_values=True)

    def _request(self, method: str, call: int) -> Any:
        return self._routes[method].calls[call].request

    def request(self, method: str) -> Any:
        return self._request(method, -1)


def office(
    *,
    stock_id: int | None = None,
    category_id: int | None = None,
    type_id: int | None = None,
    details: Sequence[str] = (),
) -> WebasystOffice:
    """An office over a real transport; the network below it is laid out by `Shop`."""
    transport = Transport(
        shop="webasyst",
        base_url=URL,
        headers=bearer("secret-token-1234567890"),
        auth=None,
        calls_per_second=1000,
        deadline=5,
        log=None,
    )
    return WebasystOffice(
        WebasystClient(transport),
        stock_id=stock_id,
        category_id=category_id,
        type_id=type_id,
        details=details,
    )


def at(text: str) -> datetime:
    """An aware UTC time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
