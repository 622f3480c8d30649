"""Comparing what is not linked: orders of the source that should stand in the office and do not, as far as syncd knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.state import failures, history
from syncd.state.database import Database
from syncd.sync.difference import ABSENT, ORDER, UNLINKED, Difference
from syncd.sync.order_decision import Create, OrderPolicy, decide
from syncd.sync.ports import OrderOffice
from syncd.sync.reference import reference
from syncd.sync.resync import Resync


@dataclass(frozen=True, slots=True)
class VerifyOrdersMissing:
    """Judges orders of one source that have no link; what a person had forgotten stays so."""

    office: OrderOffice
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
        if not wanted:
            return []
        there = await self._there(wanted)
        return await self.db.run(lambda conn: self._told(conn, wanted, there, fix=fix))

    async def _there(self, keys: Iterable[str]) -> dict[str, int]:
        """Those that stand in the office all the same, by their reference: only the link was lost."""
        names = {reference(self.policy.kind, self.policy.account, key): key for key in keys}
        hits = await self.office.orders_by_reference(list(names))
        return {names[hit.reference]: hit.order_id for hit in hits if hit.reference in names}

    def _told(
        self,
        conn: Connection,
        wanted: Mapping[str, tuple[str, str]],
        there: Mapping[str, int],
        *,
        fix: bool,
    ) -> list[Difference]:
        pair, source, stream = self.policy.pair, self.policy.source, self.policy.stream
        forgotten = history.forgotten(conn, pair, stream, list(wanted))
        found = []
        for key, (number, said) in wanted.items():
            if key in forgotten:
                continue
            failure = failures.get(conn, pair, stream, key)
            state = UNLINKED if key in there else ABSENT
            text = state if failure is None else f"{state} ({failure.code})"
            found.append(Difference(ORDER, source, key, number, there.get(key, 0), ORDER, said, text))
            if fix:
                Resync(conn, pair, source, self.now()).order(key, stream)
        return found
