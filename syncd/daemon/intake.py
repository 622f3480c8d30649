"""The daemon's ear: the server for hooks, when any shop may call, and which stream a call wakes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from syncd.app import PAIR, SOURCE, utc_now
from syncd.app.feeds import PREFIX, hook_keeper, hook_reader
from syncd.daemon.streams import ORDERS, PRODUCTS
from syncd.settings import Settings
from syncd.shops.cscart.hook import read_hook as read_cscart
from syncd.state.database import Database
from syncd.web.hooks import HookSource, Intake
from syncd.web.server import serving

log = structlog.get_logger(__name__)


def callers(settings: Settings) -> dict[str, HookSource]:
    """The shops that may call, by the name in the address: those with a secret."""
    secret = settings.cscart.hook_secret
    known = {} if secret is None else {SOURCE: HookSource(SOURCE, secret.get_secret_value(), read_cscart)}
    for entry in settings.sources:
        if entry.hook_secret is not None:
            known[entry.name] = HookSource(
                entry.name, entry.hook_secret.get_secret_value(), hook_reader(entry), hook_keeper(entry)
            )
    return known


def woken_by(source: str) -> tuple[str, ...]:
    """The streams that a call of this source concerns."""
    return (ORDERS, PRODUCTS) if source == SOURCE else (PREFIX + source,)


@asynccontextmanager
async def listening(settings: Settings, db: Database, wake: Callable[[str], None]) -> AsyncIterator[None]:
    """Take calls in for the block, where any shop may call. `wake` is called with the name of a stream.

    Raises `Misconfigured` when the address cannot be had.
    """
    sources = callers(settings)
    if not sources:
        yield
        return

    def arrived(source: str) -> None:
        for stream in woken_by(source):
            wake(stream)

    intake = Intake(db, PAIR, sources, now=utc_now, arrived=arrived)
    async with serving(intake.app(), settings.http.host, settings.http.port) as (host, port):
        log.info("hooks.listening", host=host, port=port, sources=sorted(sources))
        yield
