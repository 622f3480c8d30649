"""The one place that builds the objects from the settings: transports, clients, office, streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType

from sqlalchemy import Connection

from syncd.errors import Misconfigured, NotAuthorised
from syncd.model.owner import Field, Owner
from syncd.model.sku import SkuRule
from syncd.settings import Settings
from syncd.shops.cscart.client import CSCartClient, request_headers
from syncd.shops.cscart.source import CSCartSource
from syncd.shops.cscart.target import CSCartTarget
from syncd.shops.mask import Mask
from syncd.shops.request_log import RequestLog
from syncd.shops.transport import Transport
from syncd.shops.webasyst.client import WebasystClient, bearer
from syncd.shops.webasyst.office import WebasystOffice
from syncd.state import migrate, pairs, status_map
from syncd.state.database import Database
from syncd.state.pairs import Pair
from syncd.sync.brake import BrakeRule
from syncd.sync.catalog import Catalog
from syncd.sync.category_places import CategoryTrees, Places
from syncd.sync.customers import UserMap
from syncd.sync.failing import SetAsideRecords
from syncd.sync.letters import STREAM as ORDERS_BACK
from syncd.sync.letters import Letters
from syncd.sync.office_stock import OfficeStock
from syncd.sync.order_back_handling import OrderBackHandling
from syncd.sync.order_back_lines import LinesBack
from syncd.sync.order_back_status import StatusBack
from syncd.sync.order_back_tracking import TrackingBack
from syncd.sync.order_brake import OrderLookAhead
from syncd.sync.order_crossing import Crossing
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_finish import OrderFinish
from syncd.sync.order_handling import STREAM as ORDERS
from syncd.sync.order_handling import OrderHandling
from syncd.sync.order_settling import OrderSettling
from syncd.sync.order_watch import OrderWatch
from syncd.sync.order_writes import OrderWrites
from syncd.sync.orders import OrdersCycle
from syncd.sync.orders_back import OrdersBackCycle
from syncd.sync.outcome import Tally
from syncd.sync.pictures_back import PicturesBack
from syncd.sync.product_apply import ProductApply
from syncd.sync.product_batch import ProductBatch
from syncd.sync.product_bring import ProductBringer
from syncd.sync.product_create import ProductCreate
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.product_doubts import ProductDoubts
from syncd.sync.product_guard import ProductGuard
from syncd.sync.product_images import ProductImages
from syncd.sync.product_merge import MergeRule
from syncd.sync.product_missing import Missing
from syncd.sync.product_pictures import MERGED
from syncd.sync.product_plan import ProductPlanner
from syncd.sync.product_vanished import Vanished
from syncd.sync.product_writes import ProductWrites
from syncd.sync.products import STREAM as PRODUCTS
from syncd.sync.products import ProductsCycle
from syncd.sync.products_back import ProductsBackCycle
from syncd.sync.pulse import Pulse
from syncd.sync.reference import account_of
from syncd.sync.source_apply import SourceApply
from syncd.sync.source_create import SourceCreate
from syncd.sync.source_doubts import SourceDoubts
from syncd.sync.source_listing import SourceListing
from syncd.sync.source_writes import STREAM as PRODUCTS_BACK
from syncd.sync.source_writes import SourceWrites
from syncd.sync.stream_brakes import StreamBrakes
from syncd.sync.turns import Turns, Urgency
from syncd.sync.window import overlap
from syncd.sync.writer import Writer

PAIR = "main"
"""The key of the one pair that the settings describe."""

SOURCE = "cscart"

Progress = Callable[[int, int | None], None]
Finished = Callable[[Connection], None]


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def open_database(settings: Settings) -> Database:
    """The database of these settings, migrated to the newest form. Raises `StorageFailed`."""
    db = Database.open(settings.database)
    try:
        migrate.upgrade(db)
    except BaseException:
        db.close()
        raise
    return db


def request_log(settings: Settings) -> RequestLog | None:
    """The request log, when it is switched on."""
    if not settings.log.requests:
        return None
    secrets = (settings.cscart.api_key, settings.webasyst.token)
    mask = Mask([secret.get_secret_value() for secret in secrets], personal=settings.log.mask_personal)
    return RequestLog(settings.request_log, max_bytes=settings.log.max_bytes, mask=mask)


def owners_of(settings: Settings) -> dict[Field, Owner]:
    """Who owns each field of a product; pictures that are switched off are each shop's own."""
    owners = settings.products.owners
    return owners if settings.products.images else owners | {Field.IMAGES: Owner.NONE}


@dataclass(slots=True)
class App:
    """Everything one pair of shops needs, open for use inside `async with`."""

    settings: Settings
    db: Database
    now: Callable[[], datetime] = utc_now
    turns: Turns = field(default_factory=Turns)
    """Writes to the office."""
    source_turns: Turns = field(default_factory=Turns)
    """Writes to the source: what was just read there must not wait for the office."""
    _transports: list[Transport] = field(default_factory=list)
    _log: RequestLog | None = None

    async def __aenter__(self) -> App:
        self._log = request_log(self.settings)
        await self.db.run(self._note_statuses)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for transport in self._transports:
            await transport.close()
        self._transports.clear()
        if self._log is not None:
            self._log.close()

    def _note_statuses(self, conn: Connection) -> None:
        """The status map's table follows the settings."""
        mapping = {letter: str(target) for letter, target in self.settings.statuses.items()}
        if status_map.get(conn, PAIR, SOURCE) != mapping:
            status_map.replace(conn, PAIR, SOURCE, mapping)

    async def pair(self, client: CSCartClient) -> Pair:
        """The pair's account name and its first start in the shop's clock; both are written once, at that start."""
        known = await self.db.run(lambda conn: pairs.get(conn, PAIR))
        if known is not None:
            return known
        clock, _ = await client.clock()
        new = Pair(PAIR, account_of(self.settings.cscart.url), clock, self.now())
        return await self.db.run(lambda conn: pairs.put(conn, new))

    def cscart(self) -> CSCartClient:
        """Calls to the CS-Cart shop."""
        cscart = self.settings.cscart
        key = cscart.api_key.get_secret_value()
        headers = request_headers(cscart.language)
        return CSCartClient(self._transport("cscart", cscart.url, headers, auth=(cscart.email, key)))

    def source(self, client: CSCartClient, currency: str) -> CSCartSource:
        """The CS-Cart shop; `currency` is the one its amounts are in."""
        cscart = self.settings.cscart
        company = str(cscart.company_id) if cscart.company_id is not None else None
        return CSCartSource(client, company=company, language=cscart.language, currency=currency)

    def target(self, client: CSCartClient, currency: str) -> CSCartTarget:
        """The same shop, to be written to."""
        cscart = self.settings.cscart
        company = str(cscart.company_id) if cscart.company_id is not None else None
        return CSCartTarget(client, company=company, language=cscart.language, currency=currency)

    def office(self) -> WebasystOffice:
        """The Webasyst account."""
        webasyst = self.settings.webasyst
        headers = bearer(webasyst.token.get_secret_value())
        client = WebasystClient(self._transport("webasyst", webasyst.url, headers, auth=None))
        return WebasystOffice(
            client,
            stock_id=webasyst.stock_id,
            category_id=webasyst.category_id,
            type_id=webasyst.type_id,
            details=self._details(),
        )

    def _details(self) -> list[str]:
        """What products are read with beyond the usual: pictures and categories where the office's count."""
        owners = owners_of(self.settings)
        asked = {
            "images": owners[Field.IMAGES] in MERGED,
            "category_ids": owners[Field.CATEGORY] is not Owner.NONE,
        }
        return [name for name, wanted in asked.items() if wanted]

    def _transport(
        self, shop: str, url: str, headers: Mapping[str, str], *, auth: tuple[str, str] | None
    ) -> Transport:
        http = self.settings.http
        transport = Transport(
            shop=shop,
            base_url=url,
            headers=headers,
            auth=auth,
            calls_per_second=float(http.calls_per_second),
            deadline=float(http.deadline),
            log=self._log,
        )
        self._transports.append(transport)
        return transport


async def _check_rights(office: WebasystOffice) -> None:
    """Without rights Webasyst answers "ok" and does nothing (contracts/webasyst §7). Raises `NotAuthorised`."""
    missing = await office.missing_rights()
    if missing:
        raise NotAuthorised(
            f"the user of SYNCD_WEBASYST__TOKEN lacks the Webasyst rights {', '.join(missing)}; give them to the user "
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
    source: CSCartSource
    target: CSCartTarget
    office: WebasystOffice
    catalog: Catalog
    trees: CategoryTrees
    currency: str
    letters: Letters
    products_busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    crossing: Crossing = field(default_factory=Crossing)

    @classmethod
    async def connect(cls, app: App) -> Shops:
        """Build the clients; asks Webasyst for its primary currency where the settings do not name CS-Cart's."""
        client = app.cscart()
        pair = await app.pair(client)
        office = app.office()
        await _check_rights(office)
        currency = await _currency(app.settings, office)
        rule = SkuRule(case_sensitive=app.settings.products.sku_case)
        catalog = Catalog(app.db, office, PAIR, rule, now=app.now)
        source, target = app.source(client, currency), app.target(client, currency)
        trees = CategoryTrees(source, office, now=app.now)
        letters = Letters(target, app.now)
        return cls(app, pair, source, target, office, catalog, trees, currency, letters)

    def orders(
        self, tally: Tally, progress: Progress, finished: Finished, pulse: Pulse, *, override: bool
    ) -> OrdersCycle:
        """One cycle of the orders stream; `override` lets it pass the brakes."""
        app = self.app
        policy = self._order_policy()
        brakes = self._brakes(ORDERS, tally, override=override)
        failing = SetAsideRecords(app.db, PAIR, ORDERS, now=app.now)
        writes = self._order_writes(policy, tally, brakes)
        handling = OrderHandling(
            self.source, self.office, writes, failing, app.db, policy, tally, pulse, self.crossing
        )
        watch = OrderWatch(self.office, failing, app.db, PAIR, tally, app.now)
        settling = OrderSettling(
            handling, watch, self.source, self.office, writes, failing, app.db, policy, tally, app.now
        )
        return OrdersCycle(
            source=self.source,
            catalog=self.catalog,
            handling=handling,
            settling=settling,
            watch=watch,
            failing=failing,
            brakes=brakes,
            look_ahead=OrderLookAhead(self.source, brakes, app.db, policy),
            db=app.db,
            policy=policy,
            tally=tally,
            progress=progress,
            finished=finished,
        )

    def orders_back(
        self, tally: Tally, progress: Progress, finished: Finished, pulse: Pulse, *, override: bool
    ) -> OrdersBackCycle:
        """One cycle of the way back of orders; `override` lets it pass the brakes."""
        app, policy = self.app, self._order_policy()
        brakes = self._brakes(ORDERS_BACK, tally, override=override)
        handling = self._order_back_handling(policy, brakes, tally, pulse)
        return OrdersBackCycle(
            office=self.office,
            handling=handling,
            failing=handling.failing,
            forward=SetAsideRecords(app.db, PAIR, ORDERS, now=app.now),
            brakes=brakes,
            db=app.db,
            policy=policy,
            tally=tally,
            now=app.now,
            progress=progress,
            finished=finished,
        )

    def _order_back_handling(
        self, policy: OrderPolicy, brakes: StreamBrakes, tally: Tally, pulse: Pulse
    ) -> OrderBackHandling:
        app, target = self.app, self.target
        writer = self._writer(ORDERS_BACK, Urgency.ORDERS)
        failing = SetAsideRecords(app.db, PAIR, ORDERS_BACK, now=app.now)
        return OrderBackHandling(
            office=self.office,
            target=target,
            status=StatusBack(target, self.letters, writer, failing, brakes, app.db, policy, tally, app.now),
            tracking=TrackingBack(target, writer, app.db, tally, app.now),
            lines=LinesBack(target, writer, app.db, policy, tally, app.now),
            writer=writer,
            failing=failing,
            db=app.db,
            policy=policy,
            tally=tally,
            now=app.now,
            pulse=pulse,
            crossing=self.crossing,
        )

    def office_stock(self, policy: ProductPolicy) -> OfficeStock | None:
        """What linked orders ask of the office's stock; of no interest where stock is a copy of the source's."""
        if policy.merge.owners[Field.QUANTITY] in (Owner.CSCART, Owner.NONE):
            return None
        look_back = self._order_policy().overlap
        return OfficeStock(self.office, self.app.db, PAIR, SOURCE, look_back, self.app.now)

    def _order_writes(self, policy: OrderPolicy, tally: Tally, brakes: StreamBrakes) -> OrderWrites:
        app = self.app
        writer = self._writer(ORDERS, Urgency.ORDERS)
        finisher = OrderFinish(self.office, writer, app.db, policy, tally, app.now, brakes)
        return OrderWrites(
            office=self.office,
            catalog=self.catalog,
            users=UserMap(app.db, self.office, PAIR, SOURCE),
            writer=writer,
            db=app.db,
            policy=policy,
            tally=tally,
            now=app.now,
            finisher=finisher,
            bring=self._bringer().bring if app.settings.products.enabled else None,
        )

    def _brakes(self, stream: str, tally: Tally, *, override: bool) -> StreamBrakes:
        settings = self.app.settings.brakes
        rule = BrakeRule(float(settings.share), settings.min)
        return StreamBrakes(self.app.db, PAIR, stream, rule, tally, self.app.now, override)

    def products(
        self, tally: Tally, progress: Progress, finished: Finished, pulse: Pulse, *, override: bool
    ) -> ProductsCycle:
        """One cycle of the products stream; `override` lets it pass the brakes."""
        app, settings = self.app, self.app.settings
        apply = self._product_apply(tally, pulse, override=override)
        return ProductsCycle(
            source=self.source,
            office=self.office,
            catalog=self.catalog,
            listing=self._listing(),
            apply=apply,
            doubts=self._product_doubts(apply),
            vanished=Vanished(
                self.office, self.catalog, apply.writes.writer, apply.brakes, app.db, apply.policy, tally
            ),
            failing=apply.failing,
            db=app.db,
            policy=apply.policy,
            tally=tally,
            overlap=overlap(settings.products.update_time, settings.http.deadline),
            sweep_time=timedelta(seconds=settings.products.sweep_time),
            busy=self.products_busy,
            now=app.now,
            progress=progress,
            finished=finished,
            source_doubts=self._source_doubts(),
        )

    def _product_apply(self, tally: Tally, pulse: Pulse, *, override: bool) -> ProductApply:
        app = self.app
        policy = self._product_policy()
        writer = self._writer(PRODUCTS, Urgency.PRODUCTS)
        places = Places(self.trees, policy)
        writes = ProductWrites(self.office, self.catalog, writer, app.db, policy, tally, app.now, places)
        images = ProductImages(self.source, self.office, writer, app.db, PAIR)
        guard = ProductGuard(SetAsideRecords(app.db, PAIR, PRODUCTS, now=app.now), tally, pulse)
        return ProductApply(
            planner=self._planner(policy, places),
            writes=writes,
            changes=ProductBatch(self.office, self.catalog, writer, writes, app.db, tally),
            create=ProductCreate(self.source, self.office, writes, images, guard, app.db, policy),
            guard=guard,
            brakes=self._brakes(PRODUCTS, tally, override=override),
            db=app.db,
            policy=policy,
            tally=tally,
        )

    def products_back(
        self, tally: Tally, progress: Progress, finished: Finished, pulse: Pulse, *, override: bool
    ) -> ProductsBackCycle:
        """One cycle of the stream of product changes from the office to the source."""
        app, settings = self.app, self.app.settings
        policy = self._product_policy()
        writer = self._writer(PRODUCTS_BACK, Urgency.PRODUCTS)
        failing = SetAsideRecords(app.db, PAIR, PRODUCTS_BACK, now=app.now)
        places = Places(self.trees, policy)
        brakes = self._brakes(PRODUCTS_BACK, tally, override=override)
        create = SourceCreate(
            self.office, self.target, self.catalog, writer, failing, app.db, policy, tally, pulse, places,
            wanted=settings.products.create_in_cscart,
            category_id=settings.cscart.category_id,
            doubts=self._source_doubts(),
        )  # fmt: skip
        apply = SourceApply(
            planner=self._planner(policy, places),
            writes=SourceWrites(self.source, self.target, writer, app.db, PAIR, tally, app.now),
            pictures=PicturesBack(
                self.source, self.office, self.target, writer, brakes, app.db, PAIR, tally, app.now
            ),
            guard=ProductGuard(failing, tally, pulse),
            brakes=brakes,
            db=app.db,
            policy=policy,
            tally=tally,
        )
        return ProductsBackCycle(
            office=self.office,
            catalog=self.catalog,
            apply=apply,
            create=create,
            db=app.db,
            policy=policy,
            tally=tally,
            overlap=overlap(settings.products.update_time, settings.http.deadline),
            busy=self.products_busy,
            now=app.now,
            progress=progress,
            finished=finished,
        )

    def _planner(self, policy: ProductPolicy, places: Places) -> ProductPlanner:
        app, missing = self.app, Missing(self.office, self.catalog, self.app.db, policy)
        stock = self.office_stock(policy)
        return ProductPlanner(self.source, self.office, self.catalog, app.db, policy, missing, stock, places)

    def _source_doubts(self) -> SourceDoubts:
        app = self.app
        writer = self._writer(PRODUCTS_BACK, Urgency.PRODUCTS)
        return SourceDoubts(self.target, writer, app.db, PAIR, app.now)

    def _bringer(self) -> ProductBringer:
        # A pulse of its own: what an order needs is brought whole, also when the cycle is asked to end.
        apply = self._product_apply(Tally(PRODUCTS), Pulse(), override=False)
        doubts = self._product_doubts(apply)
        return ProductBringer(apply, doubts, self.source, self._listing(), self.products_busy)

    def _product_doubts(self, apply: ProductApply) -> ProductDoubts:
        app = self.app
        return ProductDoubts(self.source, self.office, apply.writes, app.db, PAIR, PRODUCTS, app.now)

    def _listing(self) -> SourceListing:
        return SourceListing(self.app.db, self._product_policy(), self.catalog.rule, self.app.now)

    def _writer(self, stream: str, urgency: Urgency) -> Writer:
        app = self.app
        deadline = timedelta(seconds=float(app.settings.http.deadline))
        turns = app.source_turns if stream in (ORDERS_BACK, PRODUCTS_BACK) else app.turns
        return Writer(app.db, PAIR, stream, turns=turns, urgency=urgency, deadline=deadline, now=app.now)

    def _order_policy(self) -> OrderPolicy:
        settings = self.app.settings
        return OrderPolicy(
            pair=PAIR,
            source=SOURCE,
            account=self.pair.account,
            company=self._company,
            since=settings.orders.since or self.pair.since,
            discounts=settings.orders.discounts,
            hold_unknown=settings.orders.unknown_sku == "hold",
            skip_statuses=settings.orders.skip_statuses,
            statuses=settings.statuses,
            overlap=overlap(settings.orders.update_time, settings.http.deadline),
            states_back=settings.statuses_back,
            notify=frozenset(settings.orders.notify),
        )

    def _product_policy(self) -> ProductPolicy:
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
