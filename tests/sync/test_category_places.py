"""The category trees of both shops: when they are read, and what follows from them."""

from __future__ import annotations

from typing import Any, cast

import pytest

from syncd.model.category import Category
from syncd.state.product_links import LinkSketch
from syncd.sync.category_places import CategoryTrees, Places
from syncd.sync.ports import ProductOffice, ProductSource
from syncd.sync.product_categories import created_categories
from tests.sync import builders as make
from tests.sync.memory import Clock

pytestmark = pytest.mark.anyio


class Tree:
    """A shop that has categories, and counts how often they are read."""

    def __init__(self, *names: str, first: int) -> None:
        self.names = list(names)
        self.first = first
        self.reads = 0

    async def categories(self) -> list[Category]:
        self.reads += 1
        return [Category(self.first + place, (name,)) for place, name in enumerate(self.names)]


class Shops:
    """Tea in both shops; Sale (2) only at the source, New (20) only in the office."""

    def __init__(self, owner: str = "both") -> None:
        self.clock = Clock()
        self.source, self.office = Tree("Tea", "Sale", first=1), Tree("Tea", "New", first=10)
        source, office = cast(ProductSource, self.source), cast(ProductOffice, self.office)
        self.trees = CategoryTrees(source, office, now=self.clock)
        self.places = Places(self.trees, make.product_policy(merge=make.merge_rule(category=owner)))

    def link(self, here: tuple[int, ...], there: tuple[int, ...]) -> LinkSketch:
        """A link that agreed on these while only Tea had a counterpart."""
        assert self.places.known is not None
        base: dict[str, Any] = created_categories(here, there, self.places.known)
        return LinkSketch("12", 4, 3, base, False, False)


async def test_they_are_read_once_an_hour_at_most() -> None:
    """However many products ask."""
    shops = Shops()
    for _ in range(3):
        await shops.places.counterparts()
    assert (shops.source.reads, shops.office.reads) == (1, 1)
    shops.clock.later(minutes=59)
    await shops.trees.counterparts()
    assert shops.source.reads == 1
    shops.clock.later(minutes=1)
    await shops.trees.counterparts()
    assert (shops.source.reads, shops.office.reads) == (2, 2)


async def test_they_are_never_read_where_neither_shops_count() -> None:
    """Not even for a new product."""
    shops = Shops(owner="none")
    assert await shops.places.counterparts() is None
    assert await shops.places.in_office((1,)) == ()
    assert await shops.places.at_source((10,)) == ()
    await shops.places.tell([make.plan()])
    assert (
        await shops.places.paired_since(
            {"12": LinkSketch("12", 4, 3, {"category": ["2!", ""]}, False, False)}
        )
        == set()
    )
    assert (shops.source.reads, shops.office.reads) == (0, 0)


async def test_a_new_product_goes_where_its_counterparts_are() -> None:
    """Without any it goes nowhere in particular."""
    shops = Shops()
    assert await shops.places.in_office((2, 1)) == (10,)
    assert await shops.places.in_office((2,)) == ()
    assert await shops.places.at_source((10, 11)) == (1,)


async def test_a_sweep_finds_products_whose_category_has_found_its_counterpart() -> None:
    """The trees are asked only for products that had one alone."""
    shops = Shops()
    await shops.places.counterparts()
    links = {
        "paired": shops.link((1,), (10,)),
        "here": shops.link((1, 2), (10,)),
        "there": shops.link((1,), (10, 11)),
    }
    shops.clock.later(hours=2)
    assert await shops.places.paired_since({"paired": links["paired"]}) == set()
    assert shops.source.reads == 1
    assert await shops.places.paired_since(links) == set()
    shops.office.names.append("sale")
    shops.clock.later(hours=2)
    assert await shops.places.paired_since(links) == {"here"}
    shops.source.names.append("new")
    shops.clock.later(hours=2)
    assert await shops.places.paired_since(links) == {"here", "there"}
