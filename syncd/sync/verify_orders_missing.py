"""Comparing what is not linked: orders of the source that should stand in the office and do not, as far as syncd knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.state import failures, history
from syncd.state.database import Database
from syncd.sync.difference import ABSENT, ORDER, Difference
from syncd.sync.order_decision import Create, OrderPolicy, decide
from syncd.sync.resync import Resync


@dataclass(frozen=True, slots=True)
class VerifyOrdersMissing:
    """Judges orders of one source that have no link; what a person had forgotten stays so."""

    db: Database
    policy: OrderPolicy
    now: Callable[[], datetime]

    async def differences(
        self, orders: Sequence[Order], broken: Sequence[BrokenRecord], *, fix: bool
    ) -> list[Difference]:
        """Those that the stream would make, and those that nobody can read; with `fix` its next cycle reads them anew."""
        wanted = {
            order.key: (order.number, order.status)
            for order in orders
            if decide(order, None, self.policy) == Create()
        }
        wanted |= {record.key: (record.key, f"cannot be read: {record.reason}") for record in broken}
        return await self.db.run(lambda conn: self._told(conn, wanted, fix=fix)) if wanted else []

    def _told(
        self, conn: Connection, wanted: Mapping[str, tuple[str, str]], *, fix: bool
    ) -> list[Difference]:
        pair, source, stream = self.policy.pair, self.policy.source, self.policy.stream
        forgotten = history.forgotten(conn, pair, stream, list(wanted))
        found = []
        for key, (number, said) in wanted.items():
            if key in forgotten:
                continue
            failure = failures.get(conn, pair, stream, key)
            text = ABSENT if failure is None else f"{ABSENT} ({failure.code})"
            found.append(Difference(ORDER, source, key, number, 0, ORDER, said, text))
            if fix:
                Resync(conn, pair, source, self.now()).order(key, stream)
        return found
