"""syncd as the daemon runs it: one connection for many cycles, until somebody restarts it.

Both shops answer on sockets of the same event loop, which turns while syncd is at work only: nothing is handed from
thread to thread, and many stories can be played in a minute.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, ExitStack
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from syncd.app import PAIR, App, Shops, open_database
from syncd.daemon.cycle import Cycles, Report
from syncd.daemon.streams import PAIR_STREAMS as STREAMS
from syncd.errors import SyncdError
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.running import RunningShop, running
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.sandbox.wire import Shop
from syncd.state import failures
from syncd.state.database import Database
from syncd.state.failures import Failure
from tests.scenarios.shops import Pair

ResultT = TypeVar("ResultT")


class Living:
    """One syncd between two shops; it connects when a cycle first needs it, as the daemon does."""

    def __init__(
        self, cscart: CSCartShop, webasyst: WebasystShop, data_dir: Path, *, template: Path | None = None
    ) -> None:
        """`template` is an empty database that is migrated already, to be copied."""
        self._stack = ExitStack()
        self._runner = self._stack.enter_context(asyncio.Runner())
        self._shops = AsyncExitStack()
        left, right = self._runner.run(self._open(cscart, webasyst))
        self.pair = Pair(left, right, data_dir)
        self._db: Database | None = None
        self._app: App | None = None
        self._cycles: Cycles | None = None
        if template is not None:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy(template, data_dir / "syncd.db")

    async def _open(self, *shops: Shop) -> list[RunningShop]:
        return [await self._shops.enter_async_context(running(shop)) for shop in shops]

    def cycle(self, *streams: str, retry_all: bool = False) -> dict[str, Report]:
        """One cycle of each of these streams, or of all; empty when a shop would not even let syncd connect."""
        return self._runner.run(self._run(streams or STREAMS, retry_all=retry_all))

    def at_once(self, work: Callable[[Cycles], Coroutine[Any, Any, ResultT]]) -> ResultT:
        """Anything else over the connection. Raises `SyncdError` when there is none to be had."""

        async def run() -> ResultT:
            return await work(await self._connected())

        return self._runner.run(run())

    def restart(self) -> None:
        """A new syncd on the same data: everything that was in memory is gone."""
        self._runner.run(self._disconnect())

    def close(self) -> None:
        """The end."""
        self.restart()
        self._runner.run(self._shops.aclose())
        self._stack.close()

    def read(self, work: Callable[[Connection], ResultT]) -> ResultT:
        """Look into syncd's database."""
        return self._database().run_sync(work)

    def failures(self) -> list[Failure]:
        """What is set aside."""
        return self.read(lambda conn: failures.all(conn, PAIR))

    def _database(self) -> Database:
        if self._db is None:
            self._db = open_database(self.pair.settings())
        return self._db

    async def _run(self, streams: Sequence[str], *, retry_all: bool) -> dict[str, Report]:
        try:
            cycles = await self._connected()
        except SyncdError:
            return {}
        return {stream: await cycles.run(stream, retry_all=retry_all) for stream in streams}

    async def _connected(self) -> Cycles:
        if self._cycles is None:
            if self._app is None:
                self._app = App(self.pair.settings(), self._database(), now=self.pair.now)
                await self._app.__aenter__()
            self._cycles = Cycles(await Shops.connect(self._app))
        return self._cycles

    async def _disconnect(self) -> None:
        if self._app is not None:
            await self._app.__aexit__(None, None, None)
        if self._db is not None:
            self._db.close()
        self._app = self._cycles = self._db = None


@cache
def template() -> Path:
    """An empty database, migrated once for all stories of this process."""
    living = Living(CSCartShop(products=0), WebasystShop(products=0), Path(tempfile.mkdtemp()))
    living.read(lambda conn: None)
    living.close()
    return living.pair.data_dir / "syncd.db"
