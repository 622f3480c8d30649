"""The way back of orders over two shops in memory and a real database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Connection

from syncd.model.backoffice import OfficeLine, OfficeOrder
from syncd.model.money import ZERO
from syncd.model.order import Order
from syncd.model.status import Target
from syncd.state import cursors, failures, history, intents, order_links, order_stock, product_links
from syncd.state.database import Database
from syncd.state.failures import Failure
from syncd.state.intents import Intent
from syncd.state.order_links import OrderLink
from syncd.state.order_stock import Demand
from syncd.state.product_links import ProductLink
from syncd.sync.brake import BrakeRule
from syncd.sync.facets import Facet
from syncd.sync.failing import SetAsideRecords
from syncd.sync.letters import STREAM, Letters
from syncd.sync.order_back_handling import OrderBackHandling
from syncd.sync.order_back_lines import LinesBack
from syncd.sync.order_back_status import StatusBack
from syncd.sync.order_back_tracking import TrackingBack
from syncd.sync.order_crossing import Crossing
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_edit import agree
from syncd.sync.orders_back import OrdersBackCycle
from syncd.sync.outcome import Tally
from syncd.sync.ports import OrderOffice
from syncd.sync.pulse import Pulse
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.turns import Turns, Urgency
from syncd.sync.writer import Writer
from tests.sync import builders as make
from tests.sync.memory import Clock, OfficeInMemory, SourceInMemory

DEADLINE = timedelta(seconds=30)
STATUSES = {"P": Target.PROCESSED, "S": Target.SHIPPED, "C": Target.COMPLETED, "I": Target.DELETED}
BACK = {"processing": "P", "shipped": "S", "completed": "C", "deleted": "I"}


@dataclass(slots=True)
class WayBack:
    """Two shops, what is known of them, and cycles of the way back."""

    db: Database
    clock: Clock = field(default_factory=Clock)
    source: SourceInMemory = field(init=False)
    office: OfficeInMemory = field(init=False)
    policy: OrderPolicy = field(
        default_factory=lambda: make.order_policy(statuses=STATUSES, states_back=BACK)
    )
    crossing: Crossing = field(default_factory=Crossing)
    letters: Letters = field(init=False)
    rule: BrakeRule = field(default_factory=lambda: BrakeRule(0.3, 50))
    pulse: Pulse = field(default_factory=Pulse)

    def __post_init__(self) -> None:
        self.source = SourceInMemory(self.clock)
        self.office = OfficeInMemory(self.clock)
        self.letters = Letters(self.source, self.clock)

    def sells(self, key: str = "98", order_id: int = 501, **changes: Any) -> tuple[Order, OfficeOrder]:
        """An order stands in both shops, which agree on it; SKU 4 is the source's product 12."""
        order = make.order(key=key, number=key, shipping_id="2", **changes)
        lines = (OfficeLine(1, 4, 3, "Coffee", "COF-1", Decimal("2.000"), Decimal("10.5000")),)
        there = make.office_order(
            order_id=order_id,
            lines=lines,
            shipping=Decimal(5),
            total=Decimal(26),
            params={"syncd_ref": f"cscart:shop.example:{key}"},
        )
        self.source.orders[key] = order
        self.office.orders[order_id] = there
        base = agree(order, {}, there, frozenset(Facet))
        self.put(
            make.order_link(order, order_id=order_id, base=base, carried="new", reference=there.reference)
        )
        return order, there

    def knows_product(self) -> None:
        """SKU 4 is linked to the source's product 12."""
        row = ProductLink(
            pair="main",
            source_key="12",
            sku_id=4,
            product_id=3,
            base={},
            dirty=False,
            dirty_back=False,
            linked_at=make.NOON,
            updated_at=make.NOON,
        )
        self.db.run_sync(lambda conn: product_links.put_many(conn, [row]))

    async def run(self, *, retry_all: bool = False, override: bool = False) -> Tally:
        """One cycle."""
        tally = Tally(STREAM)
        await self.cycle(tally, override=override).run(retry_all=retry_all)
        return tally

    def cycle(self, tally: Tally, *, override: bool = False) -> OrdersBackCycle:
        """A cycle, built as the app builds it."""
        failing = SetAsideRecords(self.db, "main", STREAM, now=self.clock)
        brakes = StreamBrakes(self.db, "main", STREAM, self.rule, tally, self.clock, override)
        writer = Writer(
            self.db, "main", STREAM, turns=Turns(), urgency=Urgency.ORDERS, deadline=DEADLINE, now=self.clock
        )
        office = cast(OrderOffice, self.office)
        status = StatusBack(
            self.source, self.letters, writer, failing, brakes, self.db, self.policy, tally, self.clock
        )
        handling = OrderBackHandling(
            office=office,
            target=self.source,
            status=status,
            tracking=TrackingBack(self.source, writer, self.db, tally, self.clock),
            lines=LinesBack(self.source, writer, self.db, self.policy, tally, self.clock),
            writer=writer,
            failing=failing,
            db=self.db,
            policy=self.policy,
            tally=tally,
            now=self.clock,
            pulse=self.pulse,
            crossing=self.crossing,
        )
        return OrdersBackCycle(
            office=office,
            handling=handling,
            failing=failing,
            forward=SetAsideRecords(self.db, "main", "orders", now=self.clock),
            brakes=brakes,
            db=self.db,
            policy=self.policy,
            tally=tally,
            now=self.clock,
            progress=lambda done, total: None,
            finished=lambda conn: None,
        )

    def put(self, link: OrderLink) -> None:
        """What is known of an order."""
        self.db.run_sync(lambda conn: order_links.put(conn, link))

    def change_link(self, key: str = "98", **changes: Any) -> None:
        """Something else is known of an order."""
        self.put(replace(self.link(key), **changes))

    def link(self, key: str = "98") -> OrderLink:
        """What is known of an order."""
        found = self.db.run_sync(lambda conn: order_links.get(conn, "main", "cscart", key))
        assert found is not None
        return found

    def failures(self) -> dict[str, Failure]:
        """What is set aside, by order."""
        rows = self.db.run_sync(lambda conn: failures.all(conn, "main", STREAM))
        return {row.record_key: row for row in rows}

    def reasons(self) -> dict[str, str]:
        """The codes of what is set aside."""
        return {key: row.code for key, row in self.failures().items()}

    def doubts(self) -> list[Intent]:
        """Open intents."""
        return self.db.run_sync(lambda conn: intents.all(conn, "main", STREAM))

    def demand(self, sku_id: int = 4) -> Demand:
        """What linked orders ask of a SKU."""
        found = self.db.run_sync(lambda conn: order_stock.demand(conn, "main", [sku_id]))
        return found.get(sku_id, Demand())

    def events(self, key: str = "98") -> list[str]:
        """What the history says of an order."""
        return [entry.event for entry in self.db.run_sync(lambda conn: history.of(conn, "main", key))]

    def cursor(self) -> Any:
        """How far the way back has read."""
        row = self.db.run_sync(lambda conn: cursors.get(conn, "main", f"{STREAM}.cscart"))
        return row.position if row else None

    def run_sync(self, work: Any) -> Any:
        """A unit of work in the database."""

        def call(conn: Connection) -> Any:
            return work(conn)

        return self.db.run_sync(call)


def edited(order: OfficeOrder, *lines: OfficeLine, discount: Decimal = ZERO) -> dict[str, Any]:
    """The changes of an office order whose lines and discount staff edits."""
    worth = sum((line.price * line.quantity for line in lines), ZERO)
    return {"lines": lines, "discount": discount, "total": worth + order.shipping - discount}
