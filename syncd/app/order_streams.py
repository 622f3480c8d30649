"""Building one cycle of the orders streams, both ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from syncd.app.process import PAIR, Finished, Progress
from syncd.app.product_streams import ProductStreams
from syncd.app.shops import Shops
from syncd.sync.customers import UserMap
from syncd.sync.failing import SetAsideRecords
from syncd.sync.letters import STREAM as ORDERS_BACK
from syncd.sync.order_back_handling import OrderBackHandling
from syncd.sync.order_back_lines import LinesBack
from syncd.sync.order_back_status import StatusBack
from syncd.sync.order_back_tracking import TrackingBack
from syncd.sync.order_brake import OrderLookAhead
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_finish import OrderFinish
from syncd.sync.order_handling import STREAM as ORDERS
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
        self, tally: Tally, progress: Progress, finished: Finished, pulse: Pulse, *, override: bool
    ) -> OrdersCycle:
        """One cycle of the stream that the tally is named after; `override` lets it pass the brakes."""
        app, feed = self.shops.app, self.shops.feeds[tally.stream]
        policy = feed.policy
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
        )

    def orders_back(
        self, tally: Tally, progress: Progress, finished: Finished, pulse: Pulse, *, override: bool
    ) -> OrdersBackCycle:
        """One cycle of the way back of orders; `override` lets it pass the brakes."""
        app, policy = self.shops.app, self.shops.order_policy()
        brakes = self.shops.brakes(ORDERS_BACK, tally, override=override)
        handling = self._order_back_handling(policy, brakes, tally, pulse)
        return OrdersBackCycle(
            office=self.shops.office,
            handling=handling,
            failing=handling.failing,
            forward=SetAsideRecords(app.db, PAIR, ORDERS, now=app.now),
            brakes=brakes,
            db=app.db,
            policy=policy,
            tally=tally,
            now=app.now,
            progress=progress,
            finished=finished,
        )

    def _order_back_handling(
        self, policy: OrderPolicy, brakes: StreamBrakes, tally: Tally, pulse: Pulse
    ) -> OrderBackHandling:
        app, target = self.shops.app, self.shops.target
        writer = self.shops.writer(ORDERS_BACK, Urgency.ORDERS)
        failing = SetAsideRecords(app.db, PAIR, ORDERS_BACK, now=app.now)
        return OrderBackHandling(
            office=self.shops.office,
            target=target,
            status=StatusBack(
                target, self.shops.letters, writer, failing, brakes, app.db, policy, tally, app.now
            ),
            tracking=TrackingBack(target, writer, app.db, tally, app.now),
            lines=LinesBack(target, writer, app.db, policy, tally, app.now),
            writer=writer,
            failing=failing,
            db=app.db,
            policy=policy,
            tally=tally,
            now=app.now,
            pulse=pulse,
            crossing=self.shops.feeds[ORDERS].crossing,
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
