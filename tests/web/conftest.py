"""An intake on a real socket, with a source whose calls name an order by JSON, form or query."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from syncd.model.hook import BadHook, HookCall, HookNews
from syncd.state import inbox, migrate
from syncd.state.database import Database
from syncd.state.inbox import Entry
from syncd.web.hooks import HookSource, Intake
from syncd.web.protocol import Limits
from syncd.web.server import serving
from tests.sandbox.base.web import Answer, ask
from tests.state.kept_calls import call_of

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRET = "canary-0f93b1c7e2d84a55"
SAMPLES = Path(__file__).parents[1] / "data" / "sources" / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def read_order(call: HookCall) -> HookNews:
    """The order that a call names; a DELETE is an alarm."""
    if call.method == "DELETE":
        return HookNews(alarm="the shop has removed our subscription")
    try:
        text = call.body.decode("utf-8-sig")
        found = json.loads(text)["order_id"] if "json" in call.content_type else None
    except (ValueError, TypeError, KeyError):
        raise BadHook("no order number in the call") from None
    number = str(found or "".join(parse_qs(f"{text}&{call.query}").get("order_id", [])))
    if not (number.isascii() and number.isdigit()):
        raise BadHook("no order number in the call")
    return HookNews(orders=(number,))


@dataclass
class Hub:
    """An intake that is listened to, and what it did."""

    db: Database
    url: str = ""
    sources: dict[str, HookSource] = field(default_factory=dict)
    woken: list[str] = field(default_factory=list)
    on_arrival: Callable[[], None] = lambda: None

    def intake(self) -> Intake:
        return Intake(self.db, "main", self.sources, now=lambda: NOON, arrived=self._arrived)

    def _arrived(self, source: str) -> None:
        self.woken.append(source)
        self.on_arrival()

    async def call(
        self,
        path: str = f"/hooks/horoshop/{SECRET}/order_created",
        method: str = "PUT",
        body: bytes | None = b'{"order_id": 1003}',
        kind: str = "application/json",
        **headers: str,
    ) -> Answer:
        """Make a call from outside."""
        sent = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await asyncio.to_thread(ask, self.url + path, method, body, sent)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to send anything on."""
        host, port = self.url.removeprefix("http://").split(":")
        return await asyncio.open_connection(host, int(port))

    async def waiting(self, source: str = "horoshop") -> list[Entry]:
        return await self.db.run(lambda conn: inbox.waiting(conn, "main", source, 1000))

    async def bodies(self) -> list[bytes]:
        """What is kept, byte by byte."""
        calls = [
            await self.db.run(lambda conn, one=one: call_of(conn, one.id))  # type: ignore[misc]
            for one in await self.waiting()
        ]
        return [call.body for call in calls if call is not None]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(f"sqlite:///{tmp_path}/syncd.db")
    migrate.upgrade(database)
    yield database
    database.close()


@pytest.fixture
def hub(db: Database) -> Hub:
    """A hub that nobody listens to yet: one source may call, one has no secret."""
    sources = (HookSource("horoshop", SECRET, read_order), HookSource("mute", "", read_order))
    return Hub(db, sources={source.name: source for source in sources})


@asynccontextmanager
async def listening(hub: Hub, limits: Limits | None = None) -> AsyncIterator[Hub]:
    async with serving(hub.intake().app(), "127.0.0.1", 0, limits=limits) as (host, port):
        hub.url = f"http://{host}:{port}"
        yield hub


@pytest.fixture
async def live(hub: Hub) -> AsyncIterator[Hub]:
    """A hub that is listened to."""
    async with listening(hub):
        yield hub
