"""Creations at the source whose answer got lost: found again by their code, and linked with what was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import Connection

from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.model.exchange import SourceDraft
from syncd.model.money import plain
from syncd.state import intents, product_links
from syncd.state.database import Database
from syncd.state.intents import Intent
from syncd.state.product_links import ProductLink
from syncd.sync.ports import ProductTarget
from syncd.sync.product_agreement import pair_up
from syncd.sync.product_base import office_texts, office_values, spell_flag
from syncd.sync.product_texts import source_text
from syncd.sync.source_writes import STREAM
from syncd.sync.writer import Writer

ACTION = "source.create"
_RECORD = "sku:"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SourceDoubts:
    """Settles creations at the source. Both streams of products do so before anything else: the one that goes to the
    office would take what was made for a stranger, whose values count."""

    target: ProductTarget
    writer: Writer
    db: Database
    pair: str
    now: Callable[[], datetime]
    waiting: set[int] = field(default_factory=set)
    """SKUs whose creation is in doubt: they are left alone until it cannot take effect any more."""

    async def settle(self) -> None:
        """What became of them: the shop has no key of ours to search by, but the code."""
        rows = await self.db.run(lambda conn: intents.all(conn, self.pair, STREAM))
        for row in rows:
            if row.action == ACTION:
                await self._settle(row)

    def link(self, payload: Mapping[str, Any], conn: Connection, key: str) -> None:
        """Tie both with what was sent; the other stream compares them once more, and whatever moved since is news."""
        now = self.now()
        link = ProductLink(
            source_key=key,
            sku_id=payload["sku_id"],
            product_id=payload["product_id"],
            base=payload["base"],
            dirty=True,
            dirty_back=False,
            pair=self.pair,
            linked_at=now,
            updated_at=now,
            texts=payload["texts"],
        )
        product_links.put_many(conn, [link])

    async def _settle(self, row: Intent) -> None:
        code, sku_id = row.payload["code"], row.payload["sku_id"]
        hits = [hit for hit in await self.target.products_with_code(code) if hit.code.strip() == code.strip()]
        if not hits and self.now() < row.settle_after:
            self.waiting.add(sku_id)
            return
        self.waiting.discard(sku_id)
        if len(hits) == 1:
            await self.db.run(lambda conn: self.link(row.payload, conn, hits[0].key))
            log.info("product.adopted_from_cscart", sku=code, cscart=hits[0].key)
        elif hits:
            # Which one is ours nobody knows: the other stream sets them all aside for their doubled code.
            log.warning("product.created_twice", sku=code, cscart=[hit.key for hit in hits])
        await self.writer.close(row.record_key)


def is_creation(record_key: str) -> bool:
    """Whether an intent's or failure's key is that of a creation: the source has none yet."""
    return record_key.startswith(_RECORD)


def record_of(sku_id: int) -> str:
    """The key that a creation's intent and failure go by."""
    return f"{_RECORD}{sku_id}"


def sent(
    product: OfficeProduct, sku: OfficeSku, draft: SourceDraft, noted: Mapping[str, Any]
) -> dict[str, Any]:
    """The payload of a creation's intent: where it belongs, and base (`noted` included) and texts of the link that it will
    make. When its answer gets lost, what staff edits meanwhile must not count as sent."""
    said = {
        "price": plain(draft.price),
        "list_price": plain(draft.list_price),
        "quantity": plain(Decimal(draft.quantity)),
        "visible": spell_flag(draft.visible),
    }
    stock = Decimal(draft.quantity)
    answered = office_values(sku.price, sku.compare_price, stock, shown=draft.visible)
    texts = office_texts(product)
    stored = {name: source_text(name, text) for name, text in {**texts, **draft.texts}.items()}
    return {
        "code": sku.code,
        "sku_id": sku.sku_id,
        "product_id": product.product_id,
        "base": {name: [said[name], answered[name]] for name in said} | dict(noted),
        "texts": pair_up(stored, texts),
    }
