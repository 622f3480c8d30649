"""Both shops in memory, with the traps that matter to the way back of orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from syncd.errors import InDoubt, ShopUnavailable
from syncd.model.backoffice import OfficeOrder, OfficeProfile
from syncd.model.exchange import Page, Shipment, SourceLine
from syncd.model.money import Rates
from syncd.model.order import LineKind, Order
from syncd.model.product import BrokenRecord
from tests.sync import builders as make

LETTERS = {"O": "Open", "P": "Paid", "S": "Shipped", "C": "Complete", "I": "Canceled", "B": "Backordered"}


class Clock:
    """The time of both shops and of syncd's machine."""

    def __init__(self) -> None:
        self.time = make.NOON

    def __call__(self) -> datetime:
        return self.time

    def later(self, **amount: float) -> None:
        """Let time pass."""
        self.time += timedelta(**amount)


@dataclass
class SourceInMemory:
    """CS-Cart's orders. Every write answers yes; what came of it must be read back (contracts/cscart §4.6)."""

    clock: Clock
    orders: dict[str, Order] = field(default_factory=dict)
    parcels: dict[str, Shipment] = field(default_factory=dict)
    """Shipments of all orders; `owners` says whose they are."""
    owners: dict[str, str] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=lambda: dict(LETTERS))
    calls: list[str] = field(default_factory=list)
    mailed: list[frozenset[str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    short_of_stock: bool = False
    may_set_status: bool = True
    vetoes: bool = False
    """Whether an add-on keeps statuses as they are."""
    may_edit_shipments: bool = True
    rate: Decimal | None = None
    """What shipping costs when an order is recalculated; `None` leaves it."""
    lose: str = ""
    """What becomes of the next write: `before` loses the call, `after` its answer, `late` lets it come in afterwards."""
    blind: bool = False
    """Whether reads fail."""
    waiting: list[Callable[[], None]] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """The writes that were sent."""
        return [call for call in self.calls if not call.startswith(("order ", "statuses", "shipments "))]

    def moves(self, key: str, letter: str) -> None:
        """The shop's own people move an order."""
        self.orders[key] = replace(self.orders[key], status=letter, updated_at=self.clock.time)

    async def order(self, key: str) -> Order | BrokenRecord | None:
        self.calls.append(f"order {key}")
        if self.blind:
            raise ShopUnavailable("CS-Cart answered status 503")
        if key in self.broken:
            return BrokenRecord(key, "total: a number was expected")
        return self.orders.get(key)

    async def statuses(self) -> dict[str, str]:
        self.calls.append("statuses")
        return dict(self.letters)

    async def set_status(self, key: str, letter: str, notify: frozenset[str]) -> None:
        def work() -> None:
            order = self.orders[key]
            if self.vetoes:
                return
            if not self.may_set_status:
                self.orders[key] = self._recalculated(order)
                return
            stands = "B" if self.short_of_stock and letter != "I" else letter
            self.mailed.append(notify)
            self.moves(key, stands)

        self._write(f"status {key} {letter}", work)

    async def shipments(self, key: str) -> list[Shipment]:
        self.calls.append(f"shipments {key}")
        if self.blind:
            raise ShopUnavailable("CS-Cart answered status 503")
        return [parcel for parcel in self.parcels.values() if self.owners[parcel.shipment_id] == key]

    async def add_shipment(self, key: str, shipping_id: str, tracking_number: str) -> str:
        number = str(len(self.parcels) + 1)

        def work() -> None:
            made = Shipment(str(len(self.parcels) + 1), tracking_number, {"1": Decimal(2)})
            self.parcels[made.shipment_id] = made
            self.owners[made.shipment_id] = key

        self._write(f"ship {key} by {shipping_id}: {tracking_number}", work)
        return number

    async def change_shipment(self, shipment_id: str, tracking_number: str) -> None:
        def work() -> None:
            if self.may_edit_shipments:
                parcel = self.parcels[shipment_id]
                self.parcels[shipment_id] = replace(parcel, tracking_number=tracking_number)

        self._write(f"renumber {shipment_id}: {tracking_number}", work)

    async def write_lines(self, key: str, lines: Sequence[SourceLine], discount: Decimal) -> None:
        def work() -> None:
            kind = LineKind.PRODUCT
            rows = tuple(
                replace(
                    make.line(kind=kind),
                    name=line.name,
                    quantity=Decimal(line.quantity),
                    unit_price=line.price,
                )
                for line in lines
            )
            self.orders[key] = self._recalculated(replace(self.orders[key], lines=rows, discount=discount))

        told = ", ".join(f"{line.quantity} x {line.product_key} at {line.price}" for line in lines)
        self._write(f"lines {key}: {told}; discount {discount}", work)

    def _recalculated(self, order: Order) -> Order:
        rated = order if self.rate is None else replace(order, shipping_cost=self.rate)
        return replace(rated, total=rated.total - rated.unexplained, updated_at=self.clock.time)

    def _write(self, told: str, work: Callable[[], None]) -> None:
        self.calls.append(told)
        fate, self.lose = self.lose, ""
        if fate == "late":
            self.waiting.append(work)
        elif fate != "before":
            work()
        if fate:
            raise InDoubt("CS-Cart: the connection broke", ended=False)


@dataclass(slots=True)
class OfficeInMemory:
    """Webasyst's orders, as far as the way back asks for them."""

    clock: Clock
    orders: dict[int, OfficeOrder] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    down: bool = False
    calls: list[str] = field(default_factory=list)
    offset: float = 0.0

    def moves(self, order_id: int, state: str = "", **changes: object) -> OfficeOrder:
        """Staff does something to an order, which stamps it."""
        order = self.orders[order_id]
        moved = replace(order, state=state or order.state, updated_at=self.clock.time)
        self.orders[order_id] = replace(moved, **changes)  # type: ignore[arg-type]
        return self.orders[order_id]

    async def profile(self) -> OfficeProfile:
        return OfficeProfile(Rates("USD", {}), "UTC", self.offset, "processing", {}, ())

    async def orders_touched_since(self, since: datetime) -> Page[OfficeOrder]:
        self._called(f"touched since {since:%H:%M}")
        rows = [row for row in self.orders.values() if row.updated_at and row.updated_at >= since]
        records = [row for row in rows if row.order_id not in self.broken]
        bad = [BrokenRecord(str(row.order_id), "total: ?") for row in rows if row.order_id in self.broken]
        return Page(records, bad, self.clock.time + timedelta(seconds=self.offset), len(rows))

    async def order(self, order_id: int) -> OfficeOrder | None:
        self._called(f"order {order_id}")
        if order_id in self.broken:
            raise ShopUnavailable("total: ?")
        return self.orders.get(order_id)

    async def orders_by_reference(self, references: Sequence[str]) -> list[OfficeOrder]:
        self._called("by reference")
        return [order for order in self.orders.values() if order.reference in references]

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.down:
            raise ShopUnavailable("Webasyst answered status 502")
