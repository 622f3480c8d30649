"""Bringing the office's pictures to the source: never without need, never by an address that does not answer, and never on
when the source turns out to lose them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from syncd.errors import Held
from syncd.model.product import Product
from syncd.state import conflicts, history, product_links
from syncd.state.database import Database
from syncd.state.history import HistoryEntry
from syncd.sync.brake import Kind, Pull
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductOffice, ProductSource, ProductTarget
from syncd.sync.product_decision import PICTURES, ProductPlan
from syncd.sync.product_pictures import arrived, base_while_sending, base_with_theirs
from syncd.sync.source_writes import STREAM
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.writer import Step, Writer

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class PicturesBack:
    """Writes pictures to the source."""

    source: ProductSource
    office: ProductOffice
    target: ProductTarget
    writer: Writer
    brakes: StreamBrakes
    db: Database
    pair: str
    tally: Tally
    now: Callable[[], datetime]

    @property
    def braked(self) -> bool:
        """Whether pictures have to wait for a person."""
        return Kind.TEXT in self.brakes.blocked

    async def replace(self, plan: ProductPlan) -> None:
        """Put the office's pictures in place of the source's, and read them back.

        Raises `Held` when one of them cannot be fetched, before anything is sent, or when the source did not take them
        all; `InDoubt` when the answer was lost: then the product is compared anew once the call must have ended, and what
        has arrived is not sent again.
        """
        key, office = plan.product.key, plan.sides.office
        if arrived(plan.sides.base, plan.product, office):
            await self._agree(plan, plan.product)
            return
        addresses = await self.office.image_addresses(office.product_id)
        if not addresses:
            return  # taken away meanwhile: the next comparison says what that means
        await self._keep(key, lambda base: base_while_sending(office, base))

        def done(conn: Connection, _: None) -> None:
            event = HistoryEntry(self.pair, STREAM, key, self.now(), "pictures", {"number": len(addresses)})
            history.add(conn, event)

        step = Step(_record(key), "source.update", payload={"keys": [key]})
        await self.writer.run(step, lambda: self.target.replace_images(key, addresses), done)
        await self._check(plan, addresses)

    async def _check(self, plan: ProductPlan, addresses: Sequence[str]) -> None:
        """The shop answers yes to addresses that it cannot fetch (contracts/cscart §3.5): only what stands there counts."""
        page = await self.source.products([plan.product.key])
        there = next(iter(page.records), None)
        number = 0 if there is None else len(there.images)
        if there is not None and number == len(addresses):
            await self._agree(plan, there)
            return
        error = _not_taken(plan, number, addresses)
        if not number:
            # It cannot fetch anything from there: every further product would lose its pictures, too.
            await self.brakes.pull(Pull(Kind.TEXT, str(error), tuple(addresses)))
        raise error

    async def _agree(self, plan: ProductPlan, there: Product) -> None:
        await self._keep(there.key, lambda base: base_with_theirs(there, plan.sides.office, base), done=True)
        self.tally.add(Event.UPDATED)
        log.info(
            "product.pictures_taken_back",
            sku=plan.product.code,
            cscart=there.key,
            number=len(there.images),
        )

    async def _keep(
        self,
        key: str,
        change: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        *,
        done: bool = False,
    ) -> None:
        """Change a link's base; once pictures are `done`, nothing waits for them any more, nor does a person's choice."""

        def keep(conn: Connection) -> None:
            link = product_links.get(conn, self.pair, key)
            if link is not None:
                product_links.put_base(conn, self.pair, key, change(link.base))
            if done:
                product_links.mark_back(conn, self.pair, [key], dirty=False)
                self.writer.settled(conn, _record(key))
                held = conflicts.of_products(conn, self.pair, [key]).get(key, {})
                conflicts.settled(conn, self.pair, key, held.keys() - {PICTURES})

        await self.db.run(keep)


def _record(key: str) -> str:
    """The key of the intent: a product's fields are written by another one."""
    return f"{key}:pictures"


def _not_taken(plan: ProductPlan, number: int, addresses: Sequence[str]) -> Held:
    return Held(
        f"product {plan.product.code}: CS-Cart took {number} of {len(addresses)} pictures of its product "
        f"{plan.product.key}; see whether CS-Cart's server can fetch each of {', '.join(addresses)}, then run "
        "'syncd run --once products', or give the product its pictures in CS-Cart",
        code="not-taken",
    )
