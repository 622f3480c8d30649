"""What is told about a source as a whole: statuses that the map says nothing about, and calls that stay away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from syncd.errors import Misconfigured, NotAuthorised, ShopUnavailable
from syncd.model.hook import HookCall, HookNews
from syncd.state import cursors, inbox
from syncd.state.database import Database
from syncd.sync.source_watch import AGAIN, SILENCE, SourceWatch
from tests.sync.builders import NOON, order_policy

pytestmark = pytest.mark.anyio

POLICY = order_policy(source="horoshop", known_statuses=frozenset("1234"))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def said() -> Iterator[list[EventDict]]:
    with capture_logs() as lines:
        yield lines


class Watched:
    """A source that began before, at a time of our own; `trouble` is what asking it for its statuses raises."""

    def __init__(self, db: Database, *, hooked: bool = True) -> None:
        self.db = db
        self.now = NOON
        self.trouble: Exception | None = None
        self.asked = 0
        self.watch = SourceWatch(db, POLICY, lambda: self.now, self.statuses, hooked)
        db.run_sync(lambda conn: cursors.put(conn, "main", POLICY.cursor, NOON))

    async def statuses(self) -> Mapping[str, str]:
        """What the shop says."""
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        return {"1": "New", "17": "Waits for a prepayment"}

    async def finds(self, orders: int, after: timedelta) -> None:
        """A cycle ends so much later."""
        self.now += after
        await self.watch.found(orders)

    def calls(self, at: datetime | None = None) -> None:
        """The shop calls."""
        when = at or self.now
        call = HookCall("order_created", "PUT", "", b"", f"at={when.timestamp()}")
        self.db.run_sync(
            lambda conn: inbox.put(conn, "main", "horoshop", call, HookNews(orders=("1",)), when)
        )


def of(said: list[EventDict], event: str) -> list[EventDict]:
    return [line for line in said if line["event"] == event]


async def test_statuses_without_a_meaning_are_told_now_and_then(db: Database, said: list[EventDict]) -> None:
    """With number and word, at the start and after half a day, not with every cycle."""
    watched = Watched(db)
    for after in (timedelta(), MINUTE, AGAIN):
        watched.now += after
        await watched.watch.look()
    assert [line["statuses"] for line in of(said, "source.unmapped_statuses")] == [
        "17 (Waits for a prepayment)"
    ] * 2
    assert watched.asked == 2


@pytest.mark.parametrize("error", [Misconfigured("too old"), ShopUnavailable("away")])
async def test_a_source_that_cannot_tell_its_statuses_is_no_trouble(
    db: Database, said: list[EventDict], error: Exception
) -> None:
    """Shops before 4.0 do not know the function: orders are read all the same."""
    watched = Watched(db)
    watched.trouble = error
    await watched.watch.look()
    assert [line["log_level"] for line in said] == ["info"]


async def test_refused_credentials_are_trouble(db: Database) -> None:
    """Nothing else will be answered either."""
    watched = Watched(db)
    watched.trouble = NotAuthorised("no")
    with pytest.raises(NotAuthorised):
        await watched.watch.look()


async def test_orders_that_nobody_calls_about_are_told(db: Database, said: list[EventDict]) -> None:
    """Polling has found an order, and half a day later no call has come: on small tariffs none ever does. It is told once,
    and again only after further orders."""
    watched = Watched(db)
    watched.calls(NOON - 2 * SILENCE)
    await watched.finds(1, MINUTE)
    await watched.finds(3, SILENCE - MINUTE)
    assert of(said, "source.hooks_silent") == []
    await watched.finds(0, MINUTE)
    [line] = of(said, "source.hooks_silent")
    assert (line["log_level"], line["last_call"]) == ("warning", (NOON - 2 * SILENCE).isoformat())
    await watched.finds(0, 2 * SILENCE)
    assert len(of(said, "source.hooks_silent")) == 1
    await watched.finds(1, MINUTE)
    await watched.finds(0, SILENCE)
    assert len(of(said, "source.hooks_silent")) == 2


@pytest.mark.parametrize("late", [-1, 0, 5, 110])
async def test_a_call_may_come_around_the_cycle_that_finds_its_order(
    db: Database, said: list[EventDict], late: int
) -> None:
    """A shop that sells once a day, whose call comes a minute before the cycle ends, or minutes after it, is well."""
    watched = Watched(db)
    for _ in range(3):
        await watched.finds(1, timedelta(days=1))
        watched.calls(watched.now + late * MINUTE)
        await watched.finds(0, SILENCE)
    assert of(said, "source.hooks_silent") == []


async def test_what_a_first_cycle_finds_nobody_calls_about(db: Database, said: list[EventDict]) -> None:
    """Orders from before the hooks were set up tell nothing about them; nor does a source without an address."""
    first, without = Watched(db), Watched(db, hooked=False)
    db.run_sync(lambda conn: cursors.reset(conn, "main", POLICY.cursor))
    await first.finds(9, MINUTE)
    db.run_sync(lambda conn: cursors.put(conn, "main", POLICY.cursor, NOON))
    await first.finds(0, SILENCE)
    await without.finds(1, MINUTE)
    await without.finds(1, SILENCE)
    assert said == []
