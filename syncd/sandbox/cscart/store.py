"""The tables of the shop in memory."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from syncd.sandbox.clock import Clock
from syncd.sandbox.cscart.records import (
    Category,
    Company,
    Hook,
    Image,
    Option,
    Order,
    Payment,
    Product,
    Promotion,
    Shipment,
    Shipping,
    Status,
    Tax,
    User,
    VariationGroup,
)  # fmt: skip
from syncd.sandbox.cscart.settings import Settings

CACHE_SIZE = 8


class Store:
    """All rows of the shop. ``version`` moves with every change of products, so that sorted lists can be kept."""

    def __init__(self, clock: Clock, edition: str, languages: tuple[str, ...], timezone: str = "UTC") -> None:
        """Start empty. ``edition`` is ``ULTIMATE`` or ``MULTIVENDOR``; the first language is the default."""
        self.clock = clock
        self.edition = edition
        self.languages = languages
        self.timezone = timezone
        self.settings = Settings()
        self.products: dict[int, Product] = {}
        self.options: dict[int, list[Option]] = {}
        self.groups: dict[int, VariationGroup] = {}
        self.orders: dict[int, Order] = {}
        self.users: dict[int, User] = {}
        self.categories: dict[int, Category] = {}
        self.companies: dict[int, Company] = {}
        self.statuses: list[Status] = []
        self.payments: dict[int, Payment] = {}
        self.shippings: dict[int, Shipping] = {}
        self.taxes: dict[int, Tax] = {}
        self.promotions: dict[int, Promotion] = {}
        self.shipments: dict[int, Shipment] = {}
        self.hooks: dict[int, Hook] = {}
        self.config: dict[int, dict[str, str]] = {}
        self.files: dict[str, bytes | None] = {}
        self.broken: dict[int, dict[str, Any]] = {}
        self.hidden_orders: set[int] = set()
        self.version = 0
        self._next: dict[str, int] = {}
        self._by_code: dict[str, list[int]] = {}
        self._lists: dict[Any, list[Product]] = {}
        self._lists_version = -1

    @property
    def now(self) -> int:
        """The shop's time in whole unix seconds."""
        return int(self.clock.now())

    @property
    def default_language(self) -> str:
        """The back-office default language."""
        return self.languages[0]

    def language(self, code: str) -> str:
        """Return a known language, or the default one."""
        return code if code in self.languages else self.default_language

    def next_id(self, name: str, start: int = 1) -> int:
        """Return the next auto-increment number of a table; numbers never come back."""
        number = max(self._next.get(name, start), start)
        self._next[name] = number + 1
        return number

    def reserve(self, name: str, used: int) -> None:
        """Note that the numbers of a table up to ``used`` are taken."""
        self._next[name] = max(used + 1, self._next.get(name, 1))

    def touch_products(self) -> None:
        """Note that some product changed, so that sorted lists are made anew."""
        self.version += 1

    def add_product(self, product: Product) -> None:
        """Put a product into its table and into the index of codes."""
        self.products[product.product_id] = product
        self.set_code(product, product.code)
        self.touch_products()

    def set_code(self, product: Product, code: str) -> None:
        """Give a product a code; the index only ever grows, ``by_code`` checks what it finds."""
        product.code = code
        numbers = self._by_code.setdefault(fold(code), [])
        if product.product_id not in numbers:
            numbers.append(product.product_id)

    def by_code(self, code: str) -> list[Product]:
        """Return the products with this code; letter case and trailing spaces do not matter (cscart §3.1)."""
        wanted = fold(code)
        found = (self.products.get(number) for number in self._by_code.get(wanted, ()))
        return [product for product in found if product is not None and fold(product.code) == wanted]

    def kept_list(self, key: Any) -> list[Product] | None:
        """Return a sorted list made earlier when no product changed since."""
        if self._lists_version != self.version:
            self._lists.clear()
            self._lists_version = self.version
        return self._lists.get(key)

    def keep_list(self, key: Any, products: list[Product]) -> None:
        """Keep a sorted list for the next page."""
        if len(self._lists) >= CACHE_SIZE:
            self._lists.pop(next(iter(self._lists)))
        self._lists[key] = products

    def status(self, letter: str, kind: str = "O") -> Status | None:
        """Return the status with this letter, or None for a letter the shop does not know."""
        return next((row for row in self.statuses if row.letter == letter and row.kind == kind), None)

    def inventory(self, letter: str) -> str:
        """Return what a status means for stock: ``D`` taken, ``I`` given back, empty for unknown letters."""
        if letter == "N":
            return "I"
        status = self.status(letter)
        return status.params.get("inventory", "") if status is not None else ""

    def discount_for(self, product: Product) -> tuple[Promotion, Decimal] | None:
        """Return the active catalog promotion of a product and the discount per unit."""
        for promotion in self.promotions.values():
            if (
                promotion.zone == "catalog"
                and promotion.active
                and promotion.percent
                and promotion.covers(product)
            ):
                return promotion, (product.price * promotion.percent / 100).quantize(Decimal("0.01"))
        return None

    def images_of(self, product: Product) -> Iterator[Image]:
        """Return the main and the additional images."""
        if product.main_image is not None:
            yield product.main_image
        yield from product.images or ()

    def visible(self, product: Product) -> bool:
        """Tell whether the API sees a product: without a category it is invisible (cscart §3.1)."""
        return any(number in self.categories for number in product.category_ids)


def fold(code: str) -> str:
    """Compare codes like the database: case-insensitive, trailing spaces ignored."""
    return code.rstrip(" ").casefold()
