"""The office with every write told to a ledger before it is made. Reads go straight through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.model.backoffice import OfficeImage, OfficeOrder, OfficeProduct, OfficeSku
from syncd.model.exchange import DraftSku, OrderChanges, OrderDraft, ProductDraft, SkuChange
from syncd.model.status import ACTION_OF, STATE_OF
from syncd.sync.ports import Office
from syncd.sync.preview import words
from syncd.sync.preview.ledger import Ledger, at_hand, of_product
from syncd.sync.preview.pictures import PictureBook
from syncd.sync.preview.writes import Field, Write, changed

_LEADS_TO = {action: STATE_OF[status] for status, action in ACTION_OF.items()}


class WatchedOffice:
    """Tells what is about to be written, with what stands there now, which is read for it."""

    def __init__(self, office: Office, ledger: Ledger, pictures: PictureBook) -> None:
        self._office = office
        self._ledger = ledger
        self._pictures = pictures
        self._made: dict[int, Mapping[str, str]] = {}
        """Orders that this run made, with what was asked for: the saves that complete them are part of their making."""

    def __getattr__(self, name: str) -> Any:
        """Everything that writes nothing."""
        return getattr(self._office, name)

    async def add_order(self, draft: OrderDraft) -> OfficeOrder:
        """As `OrderOffice.add_order`."""
        wanted = self._new_order(draft)
        made = await self._office.add_order(draft)
        self._name_order(made, draft, wanted)
        return made

    async def save_new_order(self, draft: OrderDraft) -> None:
        """As `OrderOffice.save_new_order`."""
        wanted = self._new_order(draft)
        await self._office.save_new_order(draft)
        for made in await self._office.orders_by_reference([draft.params["syncd_ref"]]):
            self._name_order(made, draft, wanted)

    async def save_order(self, order_id: int, changes: OrderChanges) -> None:
        """As `OrderOffice.save_order`."""
        names = self._ledger.names
        wanted = words.order_changes(changes, names)
        made = self._made.get(order_id)
        if made is None or any(made.get(name, "") != value for name, value in wanted.items()):
            actual = await self._office.order(order_id)
            before = {} if actual is None else words.office_order(actual, names)
            self._note("order.save", f"order {names.of('order', order_id)}", changed(before, wanted))
        await self._office.save_order(order_id, changes)

    async def act(self, order_id: int, action: str, text: str = "") -> str:
        """As `OrderOffice.act`."""
        actual = await self._office.order(order_id)
        state = "" if actual is None else actual.state
        fields = (Field("state", state, f"{_LEADS_TO.get(action, '?')} (action '{action}')"),)
        self._note("order.action", f"order {self._ledger.names.of('order', order_id)}", fields)
        return await self._office.act(order_id, action, text)

    async def add_product(self, draft: ProductDraft) -> OfficeProduct:
        """As `ProductOffice.add_product`."""
        self._note("product.create", "new product", changed({}, words.product_draft(draft)))
        made = await self._office.add_product(draft)
        lead = draft.skus[0].code
        self._ledger.names.give("product", made.product_id, f"of {lead}")
        for sku in made.skus:
            self._ledger.names.give("sku", sku.sku_id, sku.code.strip())
        return made

    async def add_sku(self, product_id: int, draft: DraftSku) -> int:
        """As `ProductOffice.add_sku`."""
        fields = (Field(f"SKU {draft.code}", "", words.sku_draft(draft)),)
        self._note("sku.create", self._product(product_id), fields)
        sku_id = await self._office.add_sku(product_id, draft)
        self._ledger.names.give("sku", sku_id, draft.code.strip())
        return sku_id

    async def change_skus(self, changes: Sequence[SkuChange]) -> None:
        """As `ProductOffice.change_skus`; each SKU is told apart."""
        writes = await self._sku_writes(changes)
        for write in writes:
            if not self._ledger.allows(write):
                raise self._ledger.refuse(write)
        for write in writes:
            self._ledger.note(write)
        await self._office.change_skus(changes)

    async def unplanned(self, changes: Sequence[SkuChange]) -> set[int]:
        """The SKUs whose change would not pass; what passes is not used up."""
        writes = await self._sku_writes(changes)
        pairs = zip(changes, writes, strict=True)
        left = [(change, write) for change, write in pairs if not self._ledger.allows(write)]
        for _, write in left:
            self._ledger.refuse(write)
        return {change.sku_id for change, _ in left}

    async def update_product(
        self, product_id: int, fields: Mapping[str, str], category_ids: Sequence[int] | None = None
    ) -> OfficeProduct:
        """As `ProductOffice.update_product`."""
        wanted = words.product_columns(fields)
        if category_ids:
            wanted["categories"] = words.numbers(category_ids)
        there = await self._office.products([product_id])
        before = words.office_product(there[0]) if there else {}
        self._note("product.update", self._product(product_id), changed(before, wanted))
        return await self._office.update_product(product_id, fields, category_ids)

    async def add_image(
        self, product_id: int, content: bytes, file_name: str, description: str
    ) -> OfficeImage:
        """As `ProductOffice.add_image`."""
        url = self._pictures.address_of(content)
        wanted = {"picture": url, "description": words.text(description)}
        self._note("image.create", self._product(product_id), changed({}, wanted), of_product())
        return await self._office.add_image(product_id, content, file_name, description)

    def _note(self, action: str, target: str, fields: Sequence[Field], record: str | None = None) -> None:
        self._ledger.note(at_hand(action, f"Webasyst {target}", fields, record))

    def _product(self, product_id: int) -> str:
        return f"product {self._ledger.names.of('product', product_id)}"

    def _new_order(self, draft: OrderDraft) -> dict[str, str]:
        wanted = words.order_draft(draft, self._ledger.names)
        self._note("order.create", "new order", changed({}, wanted))
        return wanted

    def _name_order(self, made: OfficeOrder, draft: OrderDraft, wanted: Mapping[str, str]) -> None:
        reference = draft.params["syncd_ref"]
        self._ledger.names.give("order", made.order_id, f"of {reference}")
        if draft.contact is not None:
            self._ledger.names.give("contact", made.contact_id, f"of {reference}")
        self._made[made.order_id] = wanted

    async def _sku_writes(self, changes: Sequence[SkuChange]) -> list[Write]:
        products = await self._office.products(sorted({change.product_id for change in changes}))
        there = {sku.sku_id: sku for product in products for sku in product.skus}
        stock_id = await self._office.stock_id()
        return [self._sku_write(change, there.get(change.sku_id), stock_id) for change in changes]

    def _sku_write(self, change: SkuChange, sku: OfficeSku | None, stock_id: int | None) -> Write:
        wanted = words.sku_change(change)
        before = {} if sku is None else words.office_sku(sku, stock_id)
        code = f"SKU {change.sku_id}" if sku is None else sku.code.strip()
        name = self._ledger.names.of("sku", change.sku_id)
        return at_hand("sku.change", f"Webasyst SKU {name}", changed(before, wanted), record=code)
