"""Reading the shipments of one order."""

from __future__ import annotations

from functools import partial

from syncd.model.exchange import Shipment
from syncd.model.product import BrokenRecord
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.decode_shipments import decode_shipment
from syncd.shops.cscart.listing import Portion, Walk
from syncd.shops.cscart.scope import BY_SHIPMENT, Scope, part

_PAGE = 100


class ShipmentReader:
    """Shipments of one shop."""

    def __init__(self, client: CSCartClient, scope: Scope) -> None:
        self._client = client
        self._scope = scope

    async def of_order(self, key: str) -> list[Shipment]:
        """Every shipment of the order, by id. The shop repeats its last page for ever; what comes again ends the reading.

        Raises `BrokenAnswer` when one cannot be read: shipping it again would be worse than waiting.
        """
        walk = Walk(partial(self._portion, key), _PAGE, set())
        return [shipment async for page in walk.run() for shipment in page.records]

    async def _portion(self, key: str, page: int, size: int) -> Portion[Shipment]:
        query = (("order_id", key), *part(page, size, BY_SHIPMENT), *self._scope.words)
        listing = await self._client.shipments(query)
        found: dict[str, Shipment | BrokenRecord | None] = {}
        for owner, shipment in map(decode_shipment, listing.rows):
            found[shipment.shipment_id] = shipment if owner == key else None
        return Portion(found, listing.total, listing.clock, listing.ends(page, size))
