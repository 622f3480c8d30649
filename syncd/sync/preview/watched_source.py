"""The source shop with every write told to a ledger before it is made. Reads go straight through."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from syncd.model.exchange import SourceChange, SourceDraft, SourceLine
from syncd.model.money import to_cents
from syncd.model.order import Order
from syncd.sync.ports import ShopSource, Target
from syncd.sync.preview import words
from syncd.sync.preview.ledger import Ledger, at_hand
from syncd.sync.preview.pictures import PictureBook
from syncd.sync.preview.writes import Field, changed


class WatchedTarget:
    """Tells what is about to be written, with what stands there now, which is read for it."""

    def __init__(self, target: Target, source: ShopSource, ledger: Ledger, *, shop: str) -> None:
        self._shop = shop
        self._target = target
        self._source = source
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        """Everything that writes nothing."""
        return getattr(self._target, name)

    async def change_product(self, change: SourceChange) -> None:
        """As `ProductTarget.change_product`."""
        before = await self._product(change.key)
        self._note("source.update", f"product {change.key}", changed(before, words.source_change(change)))
        await self._target.change_product(change)

    async def create_product(self, draft: SourceDraft) -> str:
        """As `ProductTarget.create_product`."""
        self._note("source.create", "new product", changed({}, words.source_draft(draft)))
        return await self._target.create_product(draft)

    async def replace_images(self, key: str, urls: Sequence[str]) -> None:
        """As `ProductTarget.replace_images`."""
        before = await self._product(key)
        self._note("source.pictures", f"product {key}", changed(before, {"pictures": words.pictures(urls)}))
        await self._target.replace_images(key, urls)

    async def set_status(self, key: str, letter: str, notify: frozenset[str]) -> None:
        """As `OrderTarget.set_status`."""
        wanted = {"status": letter, "mails to": ", ".join(sorted(notify))}
        self._note("order.status", f"order {key}", changed(await self._order(key), wanted))
        await self._target.set_status(key, letter, notify)

    async def add_shipment(self, key: str, shipping_id: str, tracking_number: str) -> str:
        """As `OrderTarget.add_shipment`."""
        wanted = {"shipping method": shipping_id, "tracking number": tracking_number}
        self._note("shipment.create", f"order {key}", changed({}, wanted))
        return await self._target.add_shipment(key, shipping_id, tracking_number)

    async def change_shipment(self, shipment_id: str, tracking_number: str) -> None:
        """As `OrderTarget.change_shipment`."""
        fields = (Field("tracking number", "", tracking_number),)
        self._note("shipment.update", f"shipment {shipment_id}", fields)
        await self._target.change_shipment(shipment_id, tracking_number)

    async def write_lines(self, key: str, lines: Sequence[SourceLine], discount: Decimal) -> None:
        """As `OrderTarget.write_lines`."""
        wanted = {"lines": words.source_lines(lines), "discount": str(to_cents(discount))}
        self._note("order.lines", f"order {key}", changed(await self._order(key), wanted))
        await self._target.write_lines(key, lines, discount)

    def _note(self, action: str, target: str, fields: Sequence[Field]) -> None:
        self._ledger.note(at_hand(action, f"{self._shop} {target}", fields))

    async def _product(self, key: str) -> dict[str, str]:
        page = await self._source.products([key])
        return words.source_product(page.records[0]) if page.records else {}

    async def _order(self, key: str) -> dict[str, str]:
        found = await self._target.order(key)
        return words.source_order(found) if isinstance(found, Order) else {}


class WatchedPictures:
    """The source with a note of where each picture came from."""

    def __init__(self, source: ShopSource, pictures: PictureBook) -> None:
        self._source = source
        self._pictures = pictures

    def __getattr__(self, name: str) -> Any:
        """Everything else."""
        return getattr(self._source, name)

    async def image(self, url: str) -> tuple[bytes, str]:
        """As `ProductSource.image`."""
        content, name = await self._source.image(url)
        self._pictures.keep(url, content)
        return content, name
