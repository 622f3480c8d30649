"""The words in which a sandbox shop and the server around it talk: Request, Response and the Shop protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from syncd.sandbox.clock import Clock


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came from the socket.

    ``method`` is upper case, ``path`` is raw (not decoded, without the query), ``query`` is the raw text after the
    first question mark, ``headers`` have lower-case names.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """Path and query as one text, the way fault rules match it."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: status, headers in order, and the body exactly as it goes out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Shop(Protocol):
    """What the server, the control API and tests need from a shop.

    All methods are synchronous and are called under one lock. A shop that has to wait for the network inside
    ``handle`` may offer that lock as an attribute ``lock`` (``syncd.sandbox.lock.ShopLock``) and let go of it meanwhile.
    """

    name: str
    clock: Clock

    def handle(self, request: Request) -> Response:
        """Answer one request of the shop's public API."""
        ...

    def method_of(self, request: Request) -> str:
        """Name of the called method for counters and fault rules, e.g. ``GET products`` or ``shop.order.add``."""
        ...

    def is_write(self, request: Request) -> bool:
        """Tell whether the request asks to change something."""
        ...

    def edit(self, op: str, args: dict[str, Any]) -> Any:
        """Do what a customer or the staff does in the shop itself; raises ValueError with a clear text."""
        ...

    def dump(self) -> dict[str, Any]:
        """Plain state of the shop, fit for JSON, in natural field names."""
        ...

    def credentials(self) -> dict[str, str]:
        """What a client needs to log in: ``{"email", "api_key"}`` or ``{"token"}``."""
        ...
