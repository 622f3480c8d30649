"""The CS-Cart sandbox shop: what the server around it calls."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import unquote

from syncd.sandbox.clock import Clock
from syncd.sandbox.cscart import fixtures, seed
from syncd.sandbox.cscart.call import resource_of
from syncd.sandbox.cscart.catalogue import entities
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.dispatch import answer
from syncd.sandbox.cscart.dump import dump
from syncd.sandbox.cscart.edits import run_edit
from syncd.sandbox.cscart.login import check_login
from syncd.sandbox.cscart.network import Network
from syncd.sandbox.cscart.pictures import media_type
from syncd.sandbox.cscart.product_images import read_file
from syncd.sandbox.cscart.replies import (
    ApiError,
    PhpCrash,
    crash_reply,
    error_reply,
    html_reply,
    json_reply,
)  # fmt: skip
from syncd.sandbox.cscart.store import Store
from syncd.sandbox.lock import ShopLock
from syncd.sandbox.php import PhpArray, is_numeric
from syncd.sandbox.wire import Request, Response

CLOSED_PAGE = "<!DOCTYPE html><html><body>Store closed</body></html>"
KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class CSCartShop:
    """A CS-Cart 4.20 shop in memory (contracts/cscart).

    The same ``seed`` makes the same goods and orders. ``companies`` counts storefronts (``edition="ULTIMATE"``) or
    vendors (``edition="MULTIVENDOR"``). ``duplicate_codes`` and ``empty_codes`` add such SKUs; ``base_path`` puts
    the shop below a path; ``timezone`` rules named periods; the first of ``languages`` is the default.
    """

    name = "cscart"

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 1,
        products: int = 20,
        orders: int = 0,
        companies: int = 1,
        email: str | None = None,
        api_key: str | None = None,
        timezone: str = "UTC",
        edition: str = "ULTIMATE",
        languages: tuple[str, ...] = ("en", "ru"),
        duplicate_codes: bool = False,
        empty_codes: bool = False,
        variations: bool = True,
        base_path: str = "",
    ) -> None:
        """Build and fill the shop; raises ValueError for an unknown edition."""
        if edition not in {"ULTIMATE", "MULTIVENDOR"}:
            raise ValueError(f"edition must be ULTIMATE or MULTIVENDOR, not {edition!r}")
        rng = random.Random(seed)
        self.clock = clock or Clock()
        self.lock = ShopLock()
        self.random = rng
        self.email = email or "admin@example.test"
        self.api_key = api_key or "".join(rng.choices(KEY_LETTERS, k=32))
        self.base_path = base_path.rstrip("/")
        self._entities = entities(edition)
        self.store = Store(self.clock, edition, languages, timezone)
        self.context = Context(self.store, Network(self.lock), self.lock, "http://127.0.0.1")
        self._fill(companies, products, orders, (duplicate_codes, empty_codes, variations))

    def _fill(self, companies: int, products: int, orders: int, oddities: tuple[bool, bool, bool]) -> None:
        fixtures.fill(self.store, companies, self.email)
        seed.seed_shop(self.store, seed.Plan(products, orders, *oddities), self.random)

    @property
    def url(self) -> str:
        """The address of the shop, below which images and the API are found."""
        return self.context.url

    @url.setter
    def url(self, url: str) -> None:
        self.context.url = url + self.base_path

    def credentials(self) -> dict[str, str]:
        """Return e-mail and API key."""
        return {"email": self.email, "api_key": self.api_key}

    def method_of(self, request: Request) -> str:
        """Return e.g. ``GET products`` or ``PUT orders``; pictures are ``GET image``."""
        parsed = resource_of(request, self.base_path, rewrite=True)
        if parsed is None:
            is_image = request.path.removeprefix(self.base_path).startswith("/images/")
            return f"{request.method} {'image' if is_image else 'page'}"
        segments = [part for part in parsed[0].split("/") if part]
        if segments and is_numeric(segments[0]):
            segments.pop(0)
        name = next(iter([*segments[2:3], *segments[:1]]), "api")
        return f"{self._method(request, parsed[1])} {name}"

    def _method(self, request: Request, params: PhpArray) -> str:
        override = params.get("_METHOD")
        return override if request.method == "POST" and isinstance(override, str) else request.method

    def is_write(self, request: Request) -> bool:
        """Tell whether the request asks to change something."""
        return request.method in {"POST", "PUT", "DELETE", "PATCH"}

    def handle(self, request: Request) -> Response:
        """Answer one request of the public side."""
        settings = self.store.settings
        if settings.closed:
            return html_reply(503, CLOSED_PAGE, (("Retry-After", "300"),))
        parsed = resource_of(request, self.base_path, rewrite=settings.rewrite)
        if parsed is None:
            return self._page(request)
        try:
            return self._api(request, *parsed)
        except ApiError as error:
            return error_reply(error)
        except PhpCrash as crash:
            return crash_reply(crash)

    def _api(self, request: Request, resource: str, params: PhpArray) -> Response:
        check_login(request, self.store.settings, self.email, self.api_key)
        if params.get("version") == "":
            return html_reply(200, f"CS-Cart 4.20.1 {self.store.edition}")
        status, data, plain_text = answer(self.context, self._entities, request, resource, params)
        if plain_text:
            return Response(status, (("Content-type", "text/plain"),), b"Array")
        return json_reply(status, data)

    def _page(self, request: Request) -> Response:
        path = unquote(request.path).removeprefix(self.base_path)
        if path.startswith("/images/"):
            data = read_file(self.store, path.removeprefix("/images/"))
            if data is not None:
                return Response(200, (("Content-Type", media_type(path)),), data)
        return html_reply(404, "<!DOCTYPE html><html><body><h1>404 Page not found</h1></body></html>")

    def edit(self, op: str, args: dict[str, Any]) -> Any:
        """Do what customers and staff do in the shop; see ``syncd.sandbox.cscart.edits`` for the table."""
        return run_edit(self, op, args)

    def dump(self) -> dict[str, Any]:
        """Return the whole state, fit for JSON."""
        return dump(self.store)
