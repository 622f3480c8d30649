"""The two ways to write an address of the API, and which of them this shop understands (contracts/cscart §1.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from syncd.errors import BrokenAnswer, Misconfigured, ShopUnavailable
from syncd.shops.transport import Answer, Transport

Query = Sequence[tuple[str, str]]


class ApiAddress:
    """Calls resources of the API: by `api/orders`, or by `api.php?_d=orders` where the web server rewrites nothing."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._rewritten: bool | None = None

    async def read(self, resource: str, query: Query) -> Answer:
        """The answer to a GET of the resource, whatever its status.

        Until one form has answered as the API, a web page or a redirect leads to the other form: where nothing is rewritten,
        api/ is a 404, a refusal, or the storefront itself with 200. Afterwards a page is trouble of the web server and is
        returned. Raises `ShopUnavailable` when neither form is there, `Misconfigured` when neither is and api/ redirects.
        """
        if self._rewritten is not None:
            return await self._read(resource, query, rewritten=self._rewritten)
        pages: list[Answer] = []
        redirects: list[Misconfigured] = []
        for rewritten in (True, False):
            try:
                answer = await self._read(resource, query, rewritten=rewritten)
            except Misconfigured as error:
                redirects.append(error)
                continue
            if is_json(answer):
                self._rewritten = rewritten
                return answer
            if answer.status != HTTPStatus.NOT_FOUND:
                pages.append(answer)
        if redirects:
            raise redirects[0]
        if pages:
            return pages[0]
        raise ShopUnavailable(
            "CS-Cart: neither api/ nor api.php answers (404, a web page). If this lasts, check that SYNCD_CSCART__URL is "
            "the address of the storefront and that api.php lies in its folder."
        )

    async def write(self, method: Literal["POST", "PUT"], resource: str, body: Mapping[str, Any]) -> Answer:
        """The answer to a write, sent once in the form that the shop understands; which one, only a read may find out.

        Raises `ShopUnavailable` when that is not known, and nothing was sent; otherwise as `Transport.write`.
        """
        if self._rewritten is None:
            await self.read("version", ())
        if self._rewritten is None:
            raise ShopUnavailable(
                f"CS-Cart: {method} {resource} was not sent, because the API does not answer with JSON"
            )
        if self._rewritten:
            return await self._transport.write(method, f"api/{resource}", json=body)
        return await self._transport.write(method, "api.php", query=[("_d", resource)], json=body)

    async def _read(self, resource: str, query: Query, *, rewritten: bool) -> Answer:
        if rewritten:
            return await self._transport.read("GET", f"api/{resource}", query=query)
        return await self._transport.read("GET", "api.php", query=[("_d", resource), *query])


def is_json(answer: Answer) -> bool:
    """Whether the answer comes from the API: a firewall and the web server answer pages (contracts/cscart §7.1)."""
    try:
        answer.json()
    except BrokenAnswer:
        return False
    return True
