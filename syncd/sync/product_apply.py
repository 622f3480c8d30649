"""Writing a planned batch of products, with everything that goes wrong kept to the product it belongs to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy import Connection

from syncd import correlation
from syncd.errors import (
    InDoubt,
    Misconfigured,
    RetryLater,
    SetAside,
    StopStream,
    StorageFailed,
    Throttled,
)
from syncd.model.backoffice import OfficeProduct
from syncd.model.product import Product
from syncd.state import product_links
from syncd.state.database import Database
from syncd.state.link_taken import LinkTaken
from syncd.sync.brake import Overview
from syncd.sync.facets import digest
from syncd.sync.failing import SetAsideRecords
from syncd.sync.outcome import Event, Tally
from syncd.sync.ports import ProductSource
from syncd.sync.product_batch import ProductBatch
from syncd.sync.product_decision import ProductPlan, ProductPolicy, base_of, images_digest
from syncd.sync.product_images import ProductImages
from syncd.sync.product_overview import overview, without
from syncd.sync.product_plan import BatchPlan, ProductPlanner
from syncd.sync.product_writes import ProductWrites
from syncd.sync.pulse import Pulse
from syncd.sync.stream_brakes import StreamBrakes

TROUBLES_IN_A_ROW = 3
"""So many products in a row without a usable answer, and the shop is taken to be unwell: the stream stops."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ProductApply:
    """The doing half of the products cycle."""

    planner: ProductPlanner
    writes: ProductWrites
    changes: ProductBatch
    images: ProductImages
    source: ProductSource
    failing: SetAsideRecords
    brakes: StreamBrakes
    db: Database
    policy: ProductPolicy
    tally: Tally
    pulse: Pulse = field(default_factory=Pulse)
    ready: dict[tuple[str, ...], BatchPlan] = field(default_factory=dict)
    troubles: int = 0

    async def begin(self) -> None:
        """Read the stream's failures and brakes. Raises `StopStream` while nothing may be written at all."""
        await self.failing.load()
        await self.brakes.load()

    def waits(self, product: Product) -> bool:
        """Whether this very version of the product failed before and its pause is not over."""
        return product.key in self.failing and self.failing.waits(product.key, self.version_of(product))

    def version_of(self, product: Product) -> str:
        """The fingerprint of a product for its failure: a new version is tried at once."""
        return digest([base_of(product), product.code, images_digest(product)])

    async def look_ahead(self, batches: Sequence[Sequence[str]]) -> None:
        """Plan everything without writing and let the brakes judge the whole.

        The plan of a single batch is kept and written as it is; with more the batches are planned again when their turn
        comes, so that memory stays flat and what is compared is fresh.
        """
        whole = Overview(existing=await self.db.run(lambda conn: product_links.count(conn, self.policy.pair)))
        for keys in batches:
            plan = await self.planner.plan(keys)
            overview(plan.plans, whole)
            whole.existing += sum(1 for item in plan.plans if not item.linked)
            if len(batches) == 1:
                self.ready[tuple(keys)] = plan
        for pull in self.brakes.judge(whole):
            await self.brakes.pull(pull)

    async def batch(self, keys: Sequence[str]) -> None:
        """Write one batch. Raises `RetryLater` when a shop is unwell and `Misconfigured` when a person must act."""
        plan = self.ready.pop(tuple(keys), None) or await self.planner.plan(keys)
        for broken in plan.broken:
            self.tally.add(Event.FAILED)
            await self.failing.broken(broken)
        for product, error in plan.aside:
            await self.set_aside(product, error)
        for key in plan.gone:
            await self.failing.clear(key)
        await self._change(plan.plans)
        for members in plan.creations:
            await self._guard(members[0], partial(self._create, members))
        for product, home in plan.additions:
            await self._guard(product, partial(self.writes.add_sku, product, home))

    async def set_aside(self, product: Product, error: Exception) -> None:
        """Keep a product back with its reason."""
        log.warning("product.set_aside", product=product.key, sku=product.code, reason=str(error))
        self.tally.add(Event.FAILED)
        await self.failing.record(product.key, error, version=self.version_of(product), payload=product)

    async def _missed(self, product: Product, error: Exception) -> None:
        if isinstance(error, InDoubt):
            await self._in_doubt(product, error)
        else:
            await self.set_aside(product, error)

    async def _in_doubt(self, product: Product, doubt: InDoubt) -> None:
        """The intent tells what to look for; the failure makes the pauses grow when the same happens again."""
        log.warning("product.in_doubt", product=product.key, reason=str(doubt))
        self.tally.add(Event.DOUBTFUL)
        await self.failing.record(product.key, doubt, version=self.version_of(product), payload=product)

    async def _change(self, plans: Sequence[ProductPlan]) -> None:
        """Prices, stock and flags of the whole batch first, then texts one product at a time."""
        allowed = {plan.product.key: without(plan, self.brakes.blocked) for plan in plans}
        missed = await self.changes.send(list(allowed.values()))
        done: list[ProductPlan] = []
        braked: list[ProductPlan] = []
        for plan in plans:
            key = plan.product.key
            if key in missed:
                await self._missed(plan.product, missed[key])
                continue
            if not await self._guard(plan.product, partial(self._content, allowed[key])):
                continue
            (done if allowed[key] == plan else braked).append(plan)
        await self._agree(done, braked)

    async def _agree(self, done: Sequence[ProductPlan], braked: Sequence[ProductPlan]) -> None:
        """Braked products stay dirty: after the release they are compared again. One that may not be linked does not
        keep the others from it."""

        def commit(conn: Connection) -> None:
            self.writes.agree(conn, done)
            self.writes.tie(conn, braked)

        try:
            await self.db.run(commit)
        except LinkTaken as taken:
            if len(done) + len(braked) == 1:
                await self.set_aside([*done, *braked][0].product, taken)
                return
            for plan in done:
                await self._agree([plan], [])
            for plan in braked:
                await self._agree([], [plan])

    async def _content(self, plan: ProductPlan) -> None:
        fields = dict(plan.texts)
        if plan.product_visible is not None:
            fields["status"] = "1" if plan.product_visible else "0"
        if fields:
            await self.writes.change_product(plan, fields)
        if plan.linked and self.policy.images and plan.images_changed:
            await self._send_images(plan.product, plan.sku.product_id)

    async def _create(self, members: Sequence[Product]) -> None:
        """One office product for these rows; the first one tells the texts, with its page address."""
        detail = await self.source.product(members[0].key)
        lead = detail if isinstance(detail, Product) else members[0]
        made = await self.writes.create([lead, *members[1:]], lead)
        await self._pictures_of_new([lead, *members[1:]], made)

    async def _pictures_of_new(self, members: Sequence[Product], made: OfficeProduct) -> None:
        if self.policy.images:
            for member in members:
                await self._send_images(member, made.product_id, fresh=True)

    async def _send_images(self, product: Product, product_id: int, *, fresh: bool = False) -> None:
        """Pictures must not hold the product back: what cannot be had is set aside and tried again."""
        await self.images.send(product, product_id, fresh=fresh)
        await self.db.run(lambda conn: self.writes.pictures_agreed(conn, product))

    async def _guard(self, product: Product, work: Callable[[], Awaitable[None]]) -> bool:
        """Run the work of one product and give every error its place; whether it went through."""
        self.pulse.beat()
        try:
            with correlation.bound(f"products/{product.key}"):
                await work()
        except InDoubt as doubt:
            await self._in_doubt(product, doubt)
            return False
        except SetAside as error:
            await self.set_aside(product, error)
            return False
        except (Misconfigured, StopStream, StorageFailed, Throttled):
            raise
        except RetryLater as error:
            await self.set_aside(product, error)
            self.troubles += 1
            if self.troubles >= TROUBLES_IN_A_ROW:
                raise
            return False
        except Exception as error:
            log.exception("product.unexpected", product=product.key)
            await self.set_aside(product, error)
            return False
        self.troubles = 0
        await self.failing.clear(product.key)
        return True
