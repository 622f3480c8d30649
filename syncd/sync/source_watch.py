"""What a person should know about a further source as a whole: statuses without a meaning, and hooks that never come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from syncd.errors import Misconfigured, NotAuthorised, RetryLater
from syncd.state import cursors, inbox
from syncd.state.database import Database
from syncd.sync.order_decision import OrderPolicy

SILENCE = timedelta(hours=12)
"""How long no call comes after orders were found by polling before it is suspicious (contracts/sources §1.6)."""
EARLIER = timedelta(hours=1)
"""How much earlier than its order was found a call may have come: one that meets a cycle at work finds its order made."""
AGAIN = timedelta(hours=12)
"""How often statuses without a meaning are looked for."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SourceWatch:
    """One per source and process. `statuses` reads the source's own, where it can tell them; `hooked` tells whether it has
    our address."""

    db: Database
    policy: OrderPolicy
    now: Callable[[], datetime]
    statuses: Callable[[], Awaitable[Mapping[str, str]]] | None
    hooked: bool
    _looked_at: datetime | None = None
    _found_at: datetime | None = None
    """When polling found an order first of which no call has told yet."""

    async def look(self) -> None:
        """Tell which of the source's statuses the map says nothing about. A source that cannot tell is no trouble."""
        known = self.policy.known_statuses
        if self.statuses is None or known is None or self._recent(self._looked_at):
            return
        try:
            words = await self.statuses()
        except NotAuthorised:
            raise
        except (RetryLater, Misconfigured) as error:
            log.info("source.statuses_unknown", source=self.policy.source, reason=str(error))
            words = {}
        self._looked_at = self.now()
        missing = [f"{raw} ({word})" for raw, word in words.items() if raw not in known]
        if missing:
            log.warning(
                "source.unmapped_statuses",
                source=self.policy.source,
                statuses=", ".join(missing),
                next="say what they mean in the statuses of its entry in SYNCD_SOURCES",
            )

    async def found(self, orders: int) -> None:
        """Polling made so many orders in this cycle: do calls still come?

        A call may well be later than the cycle that finds its order: Horoshop flushes its queue every five minutes, and
        repeats for two hours. So it is waited for; and what a first cycle finds, nobody calls about.
        """
        pair, source = self.policy.pair, self.policy.source
        if not self.hooked:
            return
        if self._found_at is None:
            began = await self.db.run(lambda conn: cursors.get(conn, pair, self.policy.cursor))
            self._found_at = self.now() if orders and began is not None else None
        if self._found_at is None or self.now() - self._found_at < SILENCE:
            return
        calls = await self.db.run(lambda conn: inbox.traffic(conn, pair))
        last = calls[source].last_at if source in calls else None
        if last is None or last < self._found_at - EARLIER:
            log.warning(
                "source.hooks_silent",
                source=source,
                last_call=last.isoformat() if last else "never",
                next="see whether the shop still has the address of 'syncd hooks list', and whether its tariff has hooks",
            )
        self._found_at = None

    def _recent(self, moment: datetime | None) -> bool:
        return moment is not None and self.now() - moment < AGAIN
