"""Asking further sources whether they let us in, and what their statuses are. Only reads."""

from __future__ import annotations

from syncd.app import App
from syncd.app.further import horoshop_client, justclick_client, marketplace_client
from syncd.doctor import sources
from syncd.doctor.finding import Finding, trouble
from syncd.errors import Misconfigured, NotAuthorised, SyncdError
from syncd.settings.sources import AnySource, HoroshopSource, JustClickSource, MarketplaceSource
from syncd.shops.horoshop.decode_statuses import decode_statuses

_ONE = (("items_per_page", "1"),)


async def look(app: App, entry: AnySource) -> list[Finding]:
    """One source."""
    try:
        if isinstance(entry, HoroshopSource):
            return await _horoshop(app, entry)
        if isinstance(entry, JustClickSource):
            return await _justclick(app, entry)
        return await _marketplace(app, entry)
    except SyncdError as error:
        return [trouble(entry.name, "authentication", error, "Its orders are not taken.")]


async def _horoshop(app: App, entry: HoroshopSource) -> list[Finding]:
    """The list of statuses needs a login; a shop before 4.0 has none (contracts/sources §1.5)."""
    reached = sources.reached(entry.name, "the login is accepted")
    try:
        shop = decode_statuses(await horoshop_client(app, entry).statuses())
    except NotAuthorised:
        raise
    except Misconfigured as error:
        return [reached, sources.no_statuses(entry.name, str(error))]
    return [reached, *sources.statuses(entry.name, shop, entry.statuses, entry.statuses_back.values())]


async def _justclick(app: App, entry: JustClickSource) -> list[Finding]:
    """The answer's hash is checked with the key, so it proves both directions (contracts/sources §2.2)."""
    goods = await justclick_client(app, entry).goods()
    return [
        sources.reached(
            entry.name, f"login and key are accepted, the answer's hash is right; {len(goods.rows)} goods"
        )
    ]


async def _marketplace(app: App, entry: MarketplaceSource) -> list[Finding]:
    client = marketplace_client(app, entry)
    await client.orders(_ONE)
    found = [sources.reached(entry.name, "e-mail and token are accepted")]
    if entry.licences:
        found.append(sources.licences(entry.name, shown=await client.licences(_ONE) is not None))
    return found
