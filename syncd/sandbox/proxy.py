"""A fault proxy on real sockets: it stands between a client and a shop and breaks connections on purpose.

It works on bytes, below HTTP: rules say which connections suffer (the n-th, or a random share with a seed), in which
direction, after how many bytes, and how:

=============== ============================================================================
``refuse``      the connection is closed at once, before the shop hears of it
``drop``        both sides are closed politely after ``after`` bytes
``reset``       the client gets a TCP reset after ``after`` bytes
``stall``       after ``after`` bytes nothing more goes through, the connection stays open
``drip``        after ``after`` bytes the rest goes one byte at a time, ``seconds`` apart
``truncate``    after ``after`` bytes the listener is told "the end" (half-close), the rest is swallowed
``delay``       the first byte waits ``seconds``
=============== ============================================================================
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from syncd.sandbox.connections import Connections, close
from syncd.sandbox.delivery import reset

KINDS = frozenset({"refuse", "drop", "reset", "stall", "drip", "truncate", "delay"})
CHUNK = 65536


@dataclass(slots=True)
class Rule:
    """One way in which connections break.

    ``direction`` is ``answer`` (from the shop) or ``request`` (to the shop); ``after`` counts bytes in it.
    The first ``skip`` connections are spared, then at most ``times`` are hit (None: no limit), each with
    ``probability``.
    """

    kind: str
    direction: str = "answer"
    after: int = 0
    skip: int = 0
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 0.01
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        """Check the rule; raises ValueError."""
        if self.kind not in KINDS:
            raise ValueError(f"proxy: kind {self.kind!r} is unknown; one of {', '.join(sorted(KINDS))}")
        if self.direction not in {"answer", "request"}:
            raise ValueError(f"proxy: direction must be answer or request, not {self.direction!r}")

    def takes(self, rng: random.Random) -> bool:
        """Count a connection and tell whether it suffers."""
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.hits >= self.times):
            return False
        if self.probability < 1.0 and rng.random() >= self.probability:
            return False
        self.hits += 1
        return True


class FaultProxy:
    """Passes connections on to a shop, except for those that a rule breaks. ``counts`` tells what happened."""

    def __init__(self, upstream: str, *, seed: int = 0) -> None:
        """``upstream`` is the address of the shop; ``seed`` decides all random choices."""
        parts = urlsplit(upstream)
        if parts.hostname is None or parts.port is None:
            raise ValueError(f"proxy: {upstream!r} has no host and port")
        self._upstream = (parts.hostname, parts.port)
        self._random = random.Random(seed)
        self._connections = Connections(self._serve)
        self.rules: list[Rule] = []
        self.counts: Counter[str] = Counter()
        self.url = ""

    def add(self, rule: Rule) -> Rule:
        """Add a rule; the first that takes a connection wins."""
        self.rules.append(rule)
        return rule

    async def start(self, port: int = 0) -> str:
        """Listen on loopback and return the address; raises OSError when the port is taken."""
        self.url = await self._connections.start(port)
        return self.url

    async def stop(self) -> None:
        """Stop listening and break all connections."""
        await self._connections.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counts["connections"] += 1
        rule = next((rule for rule in self.rules if rule.takes(self._random)), None)
        if rule is not None:
            self.counts[rule.kind] += 1
        if rule is None or rule.kind != "refuse":
            await self._relay(rule, reader, writer)

    async def _relay(
        self, rule: Rule | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, back = await asyncio.open_connection(*self._upstream)
        pipes = [
            asyncio.ensure_future(_pipe(reader, back, _for(rule, "request"), writer)),
            asyncio.ensure_future(_pipe(there, writer, _for(rule, "answer"), writer)),
        ]
        try:
            done, _ = await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
            for pipe in done:
                pipe.result()
        finally:
            back.close()  # before anything is waited for: a proxy that stops right now cancels the wait
            for pipe in pipes:
                pipe.cancel()
            await asyncio.gather(*pipes, return_exceptions=True)
            await close(back)


def _for(rule: Rule | None, direction: str) -> Rule | None:
    return rule if rule is not None and rule.direction == direction else None


async def _pipe(
    source: asyncio.StreamReader,
    target: asyncio.StreamWriter,
    rule: Rule | None,
    client: asyncio.StreamWriter,
) -> None:
    """Pass bytes on until the source ends or the rule strikes; returns when the connection is over."""
    passed = 0
    while data := await source.read(CHUNK):
        if rule is not None:
            if rule.kind == "delay" and passed == 0:
                await asyncio.sleep(rule.seconds)
            elif rule.kind != "delay" and passed + len(data) > rule.after:
                keep = max(0, rule.after - passed)
                await _send(target, data[:keep])
                await _strike(rule, source, target, data[keep:], client)
                return
        await _send(target, data)
        passed += len(data)


async def _strike(
    rule: Rule,
    source: asyncio.StreamReader,
    target: asyncio.StreamWriter,
    rest: bytes,
    client: asyncio.StreamWriter,
) -> None:
    if rule.kind == "reset":
        reset(client)
    elif rule.kind == "drip":
        while rest:
            for index in range(len(rest)):
                await _send(target, rest[index : index + 1])
                await asyncio.sleep(rule.seconds)
            rest = await source.read(CHUNK)
    elif rule.kind in {"stall", "truncate"}:
        if rule.kind == "truncate":
            target.write_eof()
        while await source.read(CHUNK):
            pass  # the rest is swallowed
        if rule.direction == "answer":
            await asyncio.Event().wait()  # until the client hangs up or the proxy stops


async def _send(target: asyncio.StreamWriter, data: bytes) -> None:
    if data:
        target.write(data)
        await target.drain()


@asynccontextmanager
async def fault_proxy(upstream: str, *, seed: int = 0) -> AsyncIterator[FaultProxy]:
    """Run a fault proxy before ``upstream`` for the length of the block."""
    proxy = FaultProxy(upstream, seed=seed)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
