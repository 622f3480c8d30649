"""Further sources of orders by their kind: clients, policies, feeds and what their calls mean. Imported only where there is
one, because the shops' code takes a while to load."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from syncd.app.feeds import BACK, PREFIX, Back, Feed, watch_of
from syncd.app.process import PAIR, App
from syncd.app.silence import KeptSilence
from syncd.model.hook import HookCall, HookNews
from syncd.model.status import TERMINAL
from syncd.settings.sources import AnySource, HoroshopSource, JustClickSource, MarketplaceSource
from syncd.shops.horoshop import client as horoshop
from syncd.shops.horoshop.hook import read_hook as read_horoshop
from syncd.shops.horoshop.order_target import HoroshopOrderTarget
from syncd.shops.horoshop.source import HoroshopSource as HoroshopOrders
from syncd.shops.horoshop.target import HoroshopTarget
from syncd.shops.justclick.client import JustClickClient
from syncd.shops.justclick.hook import read_hook as read_justclick
from syncd.shops.justclick.hook_pincodes import without_pincodes
from syncd.shops.justclick.source import JustClickSource as JustClickOrders
from syncd.shops.marketplace import client as marketplace
from syncd.shops.marketplace.hook import read_hook as read_marketplace
from syncd.shops.marketplace.hook import without_licences
from syncd.shops.marketplace.source import MarketplaceSource as MarketplaceOrders
from syncd.state import inbox, order_links
from syncd.sync.letters import Letters
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.ports import OrderSource
from syncd.sync.reference import account_of
from syncd.sync.window import overlap

_ENDS = TERMINAL | {"completed"}
_FOLLOWED = timedelta(days=90)
"""How long an order that nothing happens to is asked for again."""
_SHOWN = {"marketplace": "the CS-Cart Marketplace", "horoshop": "Horoshop", "justclick": "JustClick"}

OpenOrders = Callable[[], Awaitable[Sequence[str]]]


async def feed_of(app: App, entry: AnySource) -> Feed:
    """The feed of a further source. Nothing is asked of its shop yet."""
    policy = await _policy(app, entry)
    if isinstance(entry, HoroshopSource):
        return _horoshop(app, entry, policy)
    return Feed(policy, _source(app, entry), watch_of(app, policy, hooked=entry.hook_secret is not None))


def _horoshop(app: App, entry: HoroshopSource, policy: OrderPolicy) -> Feed:
    client = horoshop_client(app, entry)
    source = HoroshopOrders(
        client,
        zone=ZoneInfo(entry.zone),
        currency=entry.currency,
        open_orders=_open_orders(app, entry.name),
        calls=lambda keys: app.db.run(lambda conn: inbox.calls_of(conn, PAIR, entry.name, keys)),
        now=app.now,
    )
    watch = watch_of(app, policy, hooked=entry.hook_secret is not None)
    watch.statuses = source.statuses
    if not entry.statuses_back:
        return Feed(policy, source, watch)
    target = HoroshopOrderTarget(source, HoroshopTarget(client, cancel=entry.cancel_back))
    setting = f"statuses_back of the source {entry.name}"
    letters = Letters(target, app.now, shop=policy.shop, setting=setting)
    return Feed(policy, source, watch, Back(target, letters))


def hook_reader(entry: AnySource) -> Callable[[HookCall], HookNews]:
    """What a call of this source means."""
    if isinstance(entry, JustClickSource):
        key = entry.key.get_secret_value()
        return lambda call: read_justclick(call, key=key)
    return read_horoshop if isinstance(entry, HoroshopSource) else read_marketplace


def hook_keeper(entry: AnySource) -> Callable[[HookCall], HookCall]:
    """What may be kept of a call of this source."""
    if isinstance(entry, JustClickSource):
        return without_pincodes
    return without_licences if isinstance(entry, MarketplaceSource) else lambda call: call


async def _policy(app: App, entry: AnySource) -> OrderPolicy:
    settings = app.settings
    return OrderPolicy(
        pair=PAIR,
        source=entry.name,
        kind=entry.kind,
        shop=_shown(entry),
        stream=PREFIX + entry.name,
        back=BACK + entry.name,
        account=entry.account or account_of(entry.url),
        company=None,
        since=entry.since or await app.first_seen(entry.name),
        discounts=settings.orders.discounts,
        hold_unknown=entry.unknown_sku == "hold",
        skip_statuses=entry.skipped,
        statuses=entry.targets,
        overlap=overlap(entry.update_time, settings.http.deadline),
        states_back=entry.statuses_back if isinstance(entry, HoroshopSource) else {},
        notify=frozenset(),
        known_statuses=frozenset(entry.statuses),
        licences=entry.licences if isinstance(entry, MarketplaceSource) else frozenset(),
        sells_our_stock=False,
    )


def _shown(entry: AnySource) -> str:
    return _SHOWN[entry.kind] if entry.name == entry.kind else f"{_SHOWN[entry.kind]} ({entry.name})"


def _source(app: App, entry: MarketplaceSource | JustClickSource) -> OrderSource:
    if isinstance(entry, MarketplaceSource):
        client = marketplace_client(app, entry)
        return MarketplaceOrders(client, currency=entry.currency, sku_map=entry.skus, now=app.now)
    return JustClickOrders(
        justclick_client(app, entry),
        currency=entry.currency,
        open_orders=_open_orders(app, entry.name),
        now=app.now,
        zone=ZoneInfo(entry.zone),
    )


def marketplace_client(app: App, entry: MarketplaceSource) -> marketplace.MarketplaceClient:
    """Calls to the Marketplace."""
    auth = (entry.email, entry.token.get_secret_value())
    return marketplace.MarketplaceClient(app.further(entry, marketplace.request_headers(), auth=auth))


def justclick_client(app: App, entry: JustClickSource) -> JustClickClient:
    """Calls to a JustClick account."""
    return JustClickClient(
        app.further(entry, {}),
        login=entry.login,
        key=entry.key.get_secret_value(),
        silence=KeptSilence(app.db, entry.name),
        now=app.now,
    )


def horoshop_client(app: App, entry: HoroshopSource) -> horoshop.HoroshopClient:
    """Calls to a Horoshop shop."""
    transport = app.further(entry, horoshop.request_headers(entry.user_agent or None))
    password = entry.password.get_secret_value()
    return horoshop.HoroshopClient(transport, login=entry.login, password=password, now=app.now)


def _open_orders(app: App, name: str) -> OpenOrders:
    """Orders that are not final in the office; their shop has no way to ask for what changed."""

    async def read() -> list[str]:
        since = app.now() - _FOLLOWED
        return await app.db.run(lambda conn: order_links.open_keys(conn, PAIR, name, _ENDS, since))

    return read
