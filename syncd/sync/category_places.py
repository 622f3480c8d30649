"""Where products belong in the other shop's menu: both trees, read now and then, and what is told about them in a cycle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from syncd.model.owner import Field, Owner
from syncd.state.product_links import LinkSketch
from syncd.sync.categories import Counterparts, match
from syncd.sync.ports import ProductOffice, ProductSource
from syncd.sync.product_categories import carried, lonely
from syncd.sync.product_decision import ProductPlan, ProductPolicy

BELIEVED = timedelta(hours=1)
"""How long the trees are believed; they change by a person's hand only."""

log = structlog.get_logger(__name__)


class CategoryTrees:
    """The categories of both shops, read when they are needed, once an hour at most; one per process."""

    def __init__(self, source: ProductSource, office: ProductOffice, *, now: Callable[[], datetime]) -> None:
        self._source = source
        self._office = office
        self._now = now
        self._known: tuple[datetime, Counterparts] | None = None
        self._reading = asyncio.Lock()

    async def counterparts(self) -> Counterparts:
        """Which categories are the same. Raises `RetryLater` when a shop is unwell."""
        async with self._reading:
            now = self._now()
            if self._known is None or now - self._known[0] >= BELIEVED:
                found = match(await self._source.categories(), await self._office.categories())
                self._known = now, found
            return self._known[1]


@dataclass(slots=True)
class Places:
    """The same for one cycle. Where the setting leaves categories to each shop, no tree is ever read."""

    trees: CategoryTrees
    policy: ProductPolicy
    told: set[tuple[str, int]] = field(default_factory=set)
    """Categories without a counterpart that the log has named in this cycle."""
    known: Counterparts | None = None
    """What `counterparts` answered last."""

    @property
    def owner(self) -> Owner:
        """Whose categories count."""
        return self.policy.merge.owners[Field.CATEGORY]

    async def counterparts(self) -> Counterparts | None:
        """Which categories are the same; `None` where neither shop's count."""
        self.known = None if self.owner is Owner.NONE else await self.trees.counterparts()
        return self.known

    async def in_office(self, ids: Sequence[int]) -> tuple[int, ...]:
        """The office's categories of a product that is created there, the main one first."""
        known = await self.counterparts()
        return () if known is None else carried(ids, known.forth, own=(), matched=())

    async def at_source(self, ids: Sequence[int]) -> tuple[int, ...]:
        """The source's categories of a product that is created there, the main one first."""
        known = await self.counterparts()
        return () if known is None else carried(ids, known.back, own=(), matched=())

    async def paired_since(self, links: Mapping[str, LinkSketch]) -> set[str]:
        """The products among the links one of whose categories has found its counterpart since they were compared."""
        if self.owner is Owner.NONE:
            return set()
        alone = {key: lonely(link.base) for key, link in links.items()}
        if not any(here or there for here, there in alone.values()):
            return set()
        known = await self.trees.counterparts()
        return {
            key
            for key, (here, there) in alone.items()
            if not (here.isdisjoint(known.forth) and there.isdisjoint(known.back))
        }

    async def tell(self, plans: Iterable[ProductPlan]) -> None:
        """Name categories that cannot be carried over, each once: somebody may want to create them in the other shop."""
        known = await self.counterparts()
        if known is None:
            return
        for plan in plans:
            here, there = plan.product.category_ids, plan.sides.office.category_ids
            if plan.leads and self.owner is not Owner.WEBASYST:
                self._tell("CS-Cart", here, known.forth, known.source_paths)
            if plan.leads and self.owner is not Owner.CSCART:
                self._tell("Webasyst", there, known.back, known.office_paths)

    def _tell(
        self, shop: str, ids: Sequence[int], matched: Mapping[int, int], paths: Mapping[int, str]
    ) -> None:
        for number in ids:
            if number not in matched and (shop, number) not in self.told:
                self.told.add((shop, number))
                log.warning("category.no_counterpart", shop=shop, category=paths.get(number, str(number)))
