"""The two shops of a pair, and what the streams share between them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from syncd.app.feeds import Back, Feed, watch_of
from syncd.app.process import PAIR, SOURCE, App, owners_of
from syncd.errors import Misconfigured, NotAuthorised
from syncd.model.owner import Field, Owner
from syncd.model.sku import SkuRule
from syncd.settings import Settings
from syncd.shops.cscart.source import CSCartSource
from syncd.shops.cscart.target import CSCartTarget
from syncd.shops.webasyst.office import WebasystOffice
from syncd.state.pairs import Pair
from syncd.sync.brake import BrakeRule
from syncd.sync.catalog import Catalog
from syncd.sync.category_places import CategoryTrees
from syncd.sync.letters import STREAM as ORDERS_BACK
from syncd.sync.letters import Letters
from syncd.sync.office_stock import OfficeStock
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_handling import STREAM as ORDERS
from syncd.sync.outcome import Tally
from syncd.sync.ports import Office, ShopSource, Target
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.product_merge import MergeRule
from syncd.sync.source_writes import STREAM as PRODUCTS_BACK
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.turns import Urgency
from syncd.sync.window import overlap
from syncd.sync.writer import Writer

_UNPLACED = frozenset("NT")
"""Letters of every CS-Cart: an order whose customer has not finished it, and a parent of suborders. They are never listed,
but a call of the shop or a person may name such an order, and it creates nothing whatever the settings skip
(contracts/cscart §4.3, §4.4)."""


async def check_rights(office: WebasystOffice) -> None:
    """Without rights Webasyst answers "ok" and does nothing (contracts/webasyst §7). Raises `NotAuthorised`."""
    missing = await office.missing_rights()
    if missing:
        raise NotAuthorised(
            f"the user of the Webasyst token lacks the Webasyst rights {', '.join(missing)}; give them to the user "
            "in the Team app, or make the token as an administrator"
        )


async def _currency(settings: Settings, office: WebasystOffice) -> str:
    """CS-Cart's primary currency, by its setting or Webasyst's own. Raises `Misconfigured` for one Webasyst lacks."""
    rates = (await office.profile()).rates
    currency = settings.cscart.currency or rates.primary
    if not rates.knows(currency):
        raise Misconfigured(
            f"Webasyst has no currency {currency}: add it there under Store > Settings > Currencies, or correct "
            "SYNCD_CSCART__CURRENCY"
        )
    return currency


@dataclass(slots=True)
class Shops:
    """The two shops of a pair, and what is known about them; one per process."""

    app: App
    pair: Pair
    source: ShopSource
    target: Target
    office: Office
    catalog: Catalog
    trees: CategoryTrees
    currency: str
    feeds: dict[str, Feed] = field(default_factory=dict)
    """Where orders come from, by the stream that brings them."""
    products_busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def connect(cls, app: App) -> Shops:
        """Build the clients; asks Webasyst for its primary currency where the settings do not name CS-Cart's."""
        client = app.cscart()
        pair = await app.pair(client)
        office = app.office()
        await check_rights(office)
        currency = await _currency(app.settings, office)
        rule = SkuRule(case_sensitive=app.settings.products.sku_case)
        source, target, seen = cls._seen(
            app, app.source(client, currency), app.target(client, currency), office
        )
        catalog = Catalog(app.db, seen, PAIR, rule, now=app.now)
        trees = CategoryTrees(source, seen, now=app.now)
        letters = Letters(target, app.now)
        shops = cls(app, pair, source, target, seen, catalog, trees, currency)
        policy = shops.order_policy()
        watch = watch_of(app, policy, hooked=app.settings.cscart.hook_secret is not None)
        shops.feeds = {ORDERS: Feed(policy, source, watch, Back(target, letters))}
        for entry in app.settings.sources:
            # Only who has further sources waits for their code to load.
            from syncd.app.further import feed_of  # noqa: PLC0415

            feed = await feed_of(app, entry)
            if app.preview is not None and feed.back is not None:
                feed.source, feed.back.target = app.preview.further(
                    feed.source, feed.back.target, feed.policy.shop, app.now
                )
            shops.feeds[feed.policy.stream] = feed
        return shops

    @staticmethod
    def _seen(
        app: App, source: CSCartSource, target: CSCartTarget, office: WebasystOffice
    ) -> tuple[ShopSource, Target, Office]:
        """The shops as the streams see them."""
        if app.preview is None:
            return source, target, office
        return app.preview.between(source, target, office, app.now)

    def office_stock(self, policy: ProductPolicy) -> OfficeStock | None:
        """What linked orders ask of the office's stock; of no interest where stock is a copy of the source's."""
        if policy.merge.owners[Field.QUANTITY] in (Owner.CSCART, Owner.NONE):
            return None
        look_back = self.order_policy().overlap
        return OfficeStock(self.office, self.app.db, PAIR, SOURCE, look_back, self.app.now)

    def brakes(self, stream: str, tally: Tally, *, override: bool) -> StreamBrakes:
        """The brakes of a stream, by the settings."""
        settings = self.app.settings.brakes
        rule = BrakeRule(float(settings.share), settings.min)
        return StreamBrakes(self.app.db, PAIR, stream, rule, tally, self.app.now, override)

    def writer(self, stream: str, urgency: Urgency) -> Writer:
        """The writer of a stream. One write at a time goes to each shop; those to the two shops do not wait for each
        other."""
        app = self.app
        deadline = timedelta(seconds=float(app.settings.http.deadline))
        turns = app.source_turns if stream == PRODUCTS_BACK or stream.startswith(ORDERS_BACK) else app.turns
        return Writer(app.db, PAIR, stream, turns=turns, urgency=urgency, deadline=deadline, now=app.now)

    def order_policy(self) -> OrderPolicy:
        """The settings that steer the streams of orders of the shop whose products are synced."""
        settings = self.app.settings
        return OrderPolicy(
            pair=PAIR,
            source=SOURCE,
            kind=SOURCE,
            shop="CS-Cart",
            stream=ORDERS,
            back=ORDERS_BACK,
            account=self.pair.account,
            company=self._company,
            since=settings.orders.since or self.pair.since,
            discounts=settings.orders.discounts,
            hold_unknown=settings.orders.unknown_sku == "hold",
            skip_statuses=settings.orders.skip_statuses | _UNPLACED,
            statuses=settings.statuses,
            overlap=overlap(settings.orders.update_time, settings.http.deadline),
            states_back=settings.statuses_back,
            notify=frozenset(settings.orders.notify),
        )

    def product_policy(self) -> ProductPolicy:
        """The settings that steer the products streams."""
        products = self.app.settings.products
        return ProductPolicy(
            pair=PAIR,
            source=SOURCE,
            account=self.pair.account,
            company=self._company,
            currency=self.currency,
            create_missing=products.create_missing,
            # Where Webasyst owns them, too: a product that is created there brings its pictures along.
            images=owners_of(self.app.settings)[Field.IMAGES] is not Owner.NONE,
            group_variations=products.group_variations,
            merge=MergeRule(owners_of(self.app.settings), products.conflict),
            zero_vanished=products.vanished == "zero",
        )

    @property
    def _company(self) -> str | None:
        company = self.app.settings.cscart.company_id
        return str(company) if company is not None else None
