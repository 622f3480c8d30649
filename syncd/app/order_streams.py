"""Building one cycle of the orders streams, both ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncd.app.feeds import Feed
from syncd.app.process import PAIR, SOURCE, Finished, Progress
from syncd.app.product_streams import ProductStreams
from syncd.app.shops import Shops
from syncd.state import inbox
from syncd.state.backfills import BEGINNING, Backfill
from syncd.sync.customers import UserMap
from syncd.sync.failing import SetAsideRecords
from syncd.sync.order_back_handling import OrderBackHandling
from syncd.sync.order_back_lines import LinesBack
from syncd.sync.order_back_status import StatusBack
from syncd.sync.order_back_tracking import TrackingBack
from syncd.sync.order_backfill import OrderBackfill
from syncd.sync.order_brake import OrderLookAhead
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_finish import OrderFinish
from syncd.sync.order_handling import OrderHandling
from syncd.sync.order_hints import OrderHints
from syncd.sync.order_moves import OrderMoves
from syncd.sync.order_settling import OrderSettling
from syncd.sync.order_watch import OrderWatch
from syncd.sync.order_writes import OrderWrites
from syncd.sync.orders import OrdersCycle
from syncd.sync.orders_back import OrdersBackCycle
from syncd.sync.outcome import Tally
from syncd.sync.pulse import Pulse
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.turns import Urgency


@dataclass(frozen=True, slots=True)
class OrderStreams:
    """The orders streams of a pair."""

    shops: Shops

    def orders(
        self,
        tally: Tally,
        progress: Progress,
        finished: Finished,
        pulse: Pulse,
        *,
        override: bool,
        since: datetime | None = None,
    ) -> OrdersCycle:
        """One cycle of the stream that the tally is named after; `override` lets it pass the brakes, `since` brings orders
        from before the start of the sync, too."""
        app, feed = self.shops.app, self.shops.feeds[tally.stream]
        policy = feed.policy if since is None else replace(feed.policy, since=since)
        brakes = self.shops.brakes(policy.stream, tally, override=override)
        failing = SetAsideRecords(app.db, PAIR, policy.stream, now=app.now)
        writes = self._order_writes(policy, tally, brakes)
        handling = OrderHandling(
            feed.source, self.shops.office, writes, failing, app.db, policy, tally, pulse, feed.crossing
        )
        watch = OrderWatch(self.shops.office, failing, app.db, PAIR, policy.stream, tally, app.now)
        settling = OrderSettling(
            handling,
            watch,
            feed.source,
            self.shops.office,
            writes,
            failing,
            app.db,
            policy,
            tally,
            app.now,
        )
        return OrdersCycle(
            source=feed.source,
            catalog=self.shops.catalog,
            handling=handling,
            settling=settling,
            watch=watch,
            failing=failing,
            brakes=brakes,
            look_ahead=OrderLookAhead(feed.source, brakes, app.db, policy),
            db=app.db,
            policy=policy,
            tally=tally,
            progress=progress,
            finished=finished,
            hints=OrderHints(app.db, PAIR, policy.source, handling, settling.settle_page, app.now),
            source_watch=feed.watch,
        )

    def backfill(self, fill: Backfill, progress: Progress, pulse: Pulse) -> OrderBackfill:
        """The work on a backfill of orders."""
        app, tally = self.shops.app, Tally(self.shops.order_policy().stream)

        known = fill.total

        def counted(done: int, total: int | None) -> None:
            """Later pages count only what is left, and tell once more what was placed in the second that they begin with."""
            nonlocal known
            known = known or total
            progress(fill.done + done if known is None else min(fill.done + done, known), known)

        cycle = self.orders(
            tally, counted, lambda conn: None, pulse, override=False, since=fill.since or BEGINNING
        )

        async def called() -> bool:
            return bool(await app.db.run(lambda conn: inbox.waiting(conn, PAIR, SOURCE, 1)))

        return OrderBackfill(self.shops.source, cycle.run_page, app.db, called, app.now)

    def orders_back(
        self, tally: Tally, progress: Progress, finished: Finished, pulse: Pulse, *, override: bool
    ) -> OrdersBackCycle:
        """One cycle of the way back that the tally is named after; `override` lets it pass the brakes."""
        app = self.shops.app
        feed = next(feed for feed in self.shops.feeds.values() if feed.policy.back == tally.stream)
        brakes = self.shops.brakes(tally.stream, tally, override=override)
        handling = self._order_back_handling(feed, brakes, tally, pulse)
        return OrdersBackCycle(
            office=self.shops.office,
            handling=handling,
            failing=handling.failing,
            forward=SetAsideRecords(app.db, PAIR, feed.policy.stream, now=app.now),
            brakes=brakes,
            db=app.db,
            policy=feed.policy,
            tally=tally,
            now=app.now,
            progress=progress,
            finished=finished,
        )

    def _order_back_handling(
        self, feed: Feed, brakes: StreamBrakes, tally: Tally, pulse: Pulse
    ) -> OrderBackHandling:
        """The handling of a feed that has a way back. Parcels and lines are told to the shop of the products only."""
        assert feed.back is not None
        app, policy, target = self.shops.app, feed.policy, self.shops.target
        writer = self.shops.writer(policy.back, Urgency.ORDERS)
        failing = SetAsideRecords(app.db, PAIR, policy.back, now=app.now)
        whole = policy.sells_our_stock
        return OrderBackHandling(
            office=self.shops.office,
            target=feed.back.target,
            status=StatusBack(
                feed.back.target, feed.back.letters, writer, failing, brakes, app.db, policy, tally, app.now
            ),
            tracking=TrackingBack(target, writer, app.db, tally, app.now) if whole else None,
            lines=LinesBack(target, writer, app.db, policy, tally, app.now) if whole else None,
            writer=writer,
            failing=failing,
            db=app.db,
            policy=policy,
            tally=tally,
            now=app.now,
            pulse=pulse,
            crossing=feed.crossing,
        )

    def _order_writes(self, policy: OrderPolicy, tally: Tally, brakes: StreamBrakes) -> OrderWrites:
        app = self.shops.app
        writer = self.shops.writer(policy.stream, Urgency.ORDERS)
        moves = OrderMoves(self.shops.office, writer, app.db, policy, tally, app.now, brakes)
        finisher = OrderFinish(self.shops.office, writer, app.db, policy, tally, app.now, moves)
        return OrderWrites(
            office=self.shops.office,
            catalog=self.shops.catalog,
            users=UserMap(app.db, self.shops.office, PAIR, policy.source),
            writer=writer,
            db=app.db,
            policy=policy,
            tally=tally,
            now=app.now,
            finisher=finisher,
            newcomers=app.newcomers,
            bring=self._bring(policy),
        )

    def _bring(self, policy: OrderPolicy) -> Callable[[Sequence[str]], Awaitable[None]] | None:
        """How an order's products get to the office that are not there yet: only where they are synced from its shop."""
        if not (policy.sells_our_stock and self.shops.app.settings.products.enabled):
            return None
        return ProductStreams(self.shops).bringer().bring
