"""Subscribing to a shop's hooks: noted before the call, so that a lost answer leaves a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from syncd.app.further import horoshop_client
from syncd.app.process import PAIR, SOURCE, App
from syncd.errors import Misconfigured, Refused
from syncd.settings import Settings
from syncd.settings.sources import AnySource, HoroshopSource
from syncd.shops.horoshop.subscriptions import HoroshopSubscriptions
from syncd.state import inbox, subscriptions
from syncd.state.subscriptions import Subscription

EVENTS = ("order_created", "order_update", "order_paid")
"""What Horoshop can tell of orders; shops before 4.26 refuse the last one (contracts/sources §1.6)."""


def address(base: str, source: str, secret: str, event: str = "") -> str:
    """Where a shop must call: behind `base`, the public address that leads to `SYNCD_HTTP__HOST` and `PORT`."""
    return f"{base.rstrip('/')}/hooks/{source}/{secret}" + (f"/{event}" if event else "")


def secret_of(settings: Settings, source: str) -> str | None:
    """The secret in a source's address; `None` where none is set. Raises `Misconfigured` for an unknown source."""
    secret = settings.cscart.hook_secret if source == SOURCE else _entry(settings, source).hook_secret
    return None if secret is None else secret.get_secret_value()


@dataclass(frozen=True, slots=True)
class Subscribing:
    """Makes and ends subscriptions of one source; only Horoshop can be asked for them."""

    app: App
    source: str

    async def subscribe(self, base: str, events: Sequence[str]) -> list[Subscription]:
        """Have the shop call us at these events; those that we have for the same address already are left alone, unless the
        shop has told since that it removed them.

        Raises `Misconfigured` for a source that must be told by hand, and what `HoroshopSubscriptions` raises.
        """
        shop, secret = self._shop(), self._secret()
        known = {one.event: one for one in await self._of() if one.base == base and one.number}
        made = []
        for event in events:
            if event in known:
                if not await self._removed(known[event]):
                    made.append(known[event])
                    continue
                await self._end(shop, known[event], secret)
            asked = Subscription(PAIR, self.source, event, base, "", self.app.now())
            await self._put(asked)
            try:
                number = await shop.subscribe(event, address(base, self.source, secret, event))
            except Refused:
                await self._remove(asked)
                raise
            made.append(replace(asked, number=number))
            await self._put(made[-1])
        return made

    async def unsubscribe(self) -> list[Subscription]:
        """End every subscription of the source, those too that the shop has removed; answers those that were ended."""
        shop, secret = self._shop(), self._secret()
        ended = []
        for one in await self._of():
            if one.number:
                await self._end(shop, one, secret)
                ended.append(one)
            await self._remove(one)
        return ended

    async def _end(self, shop: HoroshopSubscriptions, one: Subscription, secret: str) -> None:
        """End a subscription. The shop refuses where it has none any more, which is as good where it has told so; its
        word is not enough by itself: it may be about an earlier one for the same address."""
        try:
            await shop.unsubscribe(one.number, address(one.base, self.source, secret, one.event))
        except Refused:
            if not await self._removed(one):
                raise

    async def _removed(self, one: Subscription) -> bool:
        """Whether the shop has told that it removed its subscriber, after this one was made (contracts/sources §1.6)."""
        told = await self.app.db.run(lambda conn: inbox.alarmed(conn, PAIR, self.source))
        return one.event in told and told[one.event] > one.asked_at

    def _shop(self) -> HoroshopSubscriptions:
        entry = _entry(self.app.settings, self.source)
        if not isinstance(entry, HoroshopSource):
            raise Misconfigured(
                f"{self.source} has no call to subscribe by: enter the address in its back office, "
                "'syncd hooks list --show-secrets' prints it"
            )
        return HoroshopSubscriptions(horoshop_client(self.app, entry))

    def _secret(self) -> str:
        secret = secret_of(self.app.settings, self.source)
        if secret is None:
            raise Misconfigured(
                f"the source {self.source} has no hook_secret: add one to its entry in SYNCD_SOURCES "
                "(make it with: openssl rand -hex 24) and restart syncd"
            )
        return secret

    async def _of(self) -> list[Subscription]:
        return await self.app.db.run(lambda conn: subscriptions.of(conn, PAIR, self.source))

    async def _put(self, one: Subscription) -> None:
        await self.app.db.run(lambda conn: subscriptions.put(conn, one))

    async def _remove(self, one: Subscription) -> None:
        await self.app.db.run(lambda conn: subscriptions.remove(conn, one))


def _entry(settings: Settings, source: str) -> AnySource:
    for entry in settings.sources:
        if entry.name == source:
            return entry
    known = ", ".join(entry.name for entry in settings.sources) or "none"
    raise Misconfigured(f"SYNCD_SOURCES has no entry with the name {source}; it has: {known}")
