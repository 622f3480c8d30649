"""Building one cycle of the products streams, both ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from syncd.app.process import PAIR, SOURCE, Finished, Progress
from syncd.app.shops import Shops
from syncd.sync.category_places import Places
from syncd.sync.failing import SetAsideRecords
from syncd.sync.outcome import Tally
from syncd.sync.pictures_back import PicturesBack
from syncd.sync.product_apply import ProductApply
from syncd.sync.product_backfill import ProductBackfill
from syncd.sync.product_batch import ProductBatch
from syncd.sync.product_bring import ProductBringer
from syncd.sync.product_create import ProductCreate
from syncd.sync.product_decision import ProductPolicy
from syncd.sync.product_doubts import ProductDoubts
from syncd.sync.product_guard import ProductGuard
from syncd.sync.product_hints import ProductHints
from syncd.sync.product_images import ProductImages
from syncd.sync.product_missing import Missing
from syncd.sync.product_plan import ProductPlanner
from syncd.sync.product_vanished import Vanished
from syncd.sync.product_writes import ProductWrites
from syncd.sync.products import STREAM as PRODUCTS
from syncd.sync.products import ProductsCycle
from syncd.sync.products_back import ProductsBackCycle
from syncd.sync.pulse import Pulse
from syncd.sync.source_apply import SourceApply
from syncd.sync.source_create import SourceCreate
from syncd.sync.source_doubts import SourceDoubts
from syncd.sync.source_listing import SourceListing
from syncd.sync.source_writes import STREAM as PRODUCTS_BACK
from syncd.sync.source_writes import SourceWrites
from syncd.sync.turns import Urgency
from syncd.sync.window import overlap


@dataclass(frozen=True, slots=True)
class ProductStreams:
    """The products streams of a pair."""

    shops: Shops

    def products(
        self, tally: Tally, progress: Progress, finished: Finished, pulse: Pulse, *, override: bool
    ) -> ProductsCycle:
        """One cycle of the products stream; `override` lets it pass the brakes."""
        app, settings = self.shops.app, self.shops.app.settings
        apply = self._product_apply(tally, pulse, override=override)
        return ProductsCycle(
            source=self.shops.source,
            office=self.shops.office,
            catalog=self.shops.catalog,
            listing=self._listing(),
            apply=apply,
            doubts=self._product_doubts(apply),
            vanished=Vanished(
                self.shops.office,
                self.shops.catalog,
                apply.writes.writer,
                apply.brakes,
                app.db,
                apply.policy,
                tally,
            ),
            failing=apply.failing,
            db=app.db,
            policy=apply.policy,
            tally=tally,
            overlap=overlap(settings.products.update_time, settings.http.deadline),
            sweep_time=timedelta(seconds=settings.products.sweep_time),
            busy=self.shops.products_busy,
            now=app.now,
            progress=progress,
            finished=finished,
            source_doubts=self._source_doubts(),
            hints=ProductHints(app.db, PAIR, SOURCE),
        )

    def _product_apply(self, tally: Tally, pulse: Pulse, *, override: bool) -> ProductApply:
        app = self.shops.app
        policy = self.shops.product_policy()
        writer = self.shops.writer(PRODUCTS, Urgency.PRODUCTS)
        places = Places(self.shops.trees, policy)
        writes = ProductWrites(
            self.shops.office, self.shops.catalog, writer, app.db, policy, tally, app.now, places
        )
        images = ProductImages(self.shops.source, self.shops.office, writer, app.db, PAIR)
        guard = ProductGuard(SetAsideRecords(app.db, PAIR, PRODUCTS, now=app.now), tally, pulse)
        return ProductApply(
            planner=self._planner(policy, places),
            writes=writes,
            changes=ProductBatch(
                self.shops.office,
                self.shops.catalog,
                writer,
                writes,
                app.db,
                tally,
                app.preview.unplanned if app.preview is not None else None,
            ),
            create=ProductCreate(self.shops.source, self.shops.office, writes, images, guard, app.db, policy),
            guard=guard,
            brakes=self.shops.brakes(PRODUCTS, tally, override=override),
            db=app.db,
            policy=policy,
            tally=tally,
        )

    def products_back(
        self, tally: Tally, progress: Progress, finished: Finished, pulse: Pulse, *, override: bool
    ) -> ProductsBackCycle:
        """One cycle of the stream of product changes from the office to the source."""
        app, settings = self.shops.app, self.shops.app.settings
        policy = self.shops.product_policy()
        writer = self.shops.writer(PRODUCTS_BACK, Urgency.PRODUCTS)
        failing = SetAsideRecords(app.db, PAIR, PRODUCTS_BACK, now=app.now)
        places = Places(self.shops.trees, policy)
        brakes = self.shops.brakes(PRODUCTS_BACK, tally, override=override)
        create = SourceCreate(
            self.shops.office, self.shops.target, self.shops.catalog, writer, failing, app.db, policy, tally, pulse, places,
            wanted=settings.products.create_in_cscart,
            category_id=settings.cscart.category_id,
            doubts=self._source_doubts(),
            busy=self.shops.products_busy,
        )  # fmt: skip
        apply = SourceApply(
            planner=self._planner(policy, places),
            writes=SourceWrites(self.shops.source, self.shops.target, writer, app.db, PAIR, tally, app.now),
            pictures=PicturesBack(
                self.shops.source,
                self.shops.office,
                self.shops.target,
                writer,
                brakes,
                app.db,
                PAIR,
                tally,
                app.now,
            ),
            guard=ProductGuard(failing, tally, pulse),
            brakes=brakes,
            db=app.db,
            policy=policy,
            tally=tally,
        )
        return ProductsBackCycle(
            office=self.shops.office,
            catalog=self.shops.catalog,
            apply=apply,
            create=create,
            db=app.db,
            policy=policy,
            tally=tally,
            overlap=overlap(settings.products.update_time, settings.http.deadline),
            busy=self.shops.products_busy,
            now=app.now,
            progress=progress,
            finished=finished,
        )

    def planner(self) -> ProductPlanner:
        """Compares products and writes nothing."""
        policy = self.shops.product_policy()
        return self._planner(policy, Places(self.shops.trees, policy))

    def _planner(self, policy: ProductPolicy, places: Places) -> ProductPlanner:
        db, shops = self.shops.app.db, self.shops
        missing = Missing(shops.office, shops.catalog, db, policy)
        stock = shops.office_stock(policy)
        return ProductPlanner(shops.source, shops.office, shops.catalog, db, policy, missing, stock, places)

    def _source_doubts(self) -> SourceDoubts:
        app = self.shops.app
        writer = self.shops.writer(PRODUCTS_BACK, Urgency.PRODUCTS)
        return SourceDoubts(self.shops.target, writer, app.db, PAIR, app.now)

    def bringer(self) -> ProductBringer:
        """Brings products that an order needs before their own stream has come to them."""
        # A pulse of its own: what an order needs is brought whole, also when the cycle is asked to end.
        apply = self._product_apply(Tally(PRODUCTS), Pulse(), override=False)
        doubts = self._product_doubts(apply)
        return ProductBringer(apply, doubts, self.shops.source, self._listing(), self.shops.products_busy)

    def backfill(self) -> ProductBackfill:
        """The work on a backfill of products."""
        app = self.shops.app
        return ProductBackfill(self.bringer().compare, app.db, PAIR, SOURCE, app.now)

    def _product_doubts(self, apply: ProductApply) -> ProductDoubts:
        app = self.shops.app
        return ProductDoubts(
            self.shops.source, self.shops.office, apply.writes, app.db, PAIR, PRODUCTS, app.now
        )

    def _listing(self) -> SourceListing:
        return SourceListing(
            self.shops.app.db, self.shops.product_policy(), self.shops.catalog.rule, self.shops.app.now
        )
