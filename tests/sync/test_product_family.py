"""The source products that share one office product."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from syncd.model.backoffice import OfficeProduct
from syncd.state import listings, product_links
from syncd.state.database import Database
from syncd.state.listings import ListingRow
from syncd.state.order_stock import Demand
from syncd.state.product_links import ProductLink
from syncd.sync.product_family import Family, Partner, families
from tests.sync import builders as make

SKUS = tuple(make.office_sku(sku_id=number, code=f"COF-{number}") for number in (4, 5, 6))
OFFICE = make.office_product(skus=SKUS)


def link(key: str, sku_id: int, visible: str | None) -> ProductLink:
    base: dict[str, Any] = {} if visible is None else {"visible": [visible, "shown"]}
    return ProductLink(key, sku_id, 3, base, False, False, "main", make.NOON, make.NOON)


def partner(key: str, sku: int, **fields: Any) -> Partner:
    return Partner(make.product(key=key, **fields), OFFICE, SKUS[sku], None)


def family(db: Database, partners: list[Partner], listed: dict[str, str], *links: ProductLink) -> Family:
    """The family of the office product, with these links and what the source lists: key -> group."""
    rows = [ListingRow(key, f"cof-{key}", group) for key, group in listed.items()]
    db.run_sync(lambda conn: listings.upsert_many(conn, "main", "cscart", rows, 1))
    db.run_sync(lambda conn: product_links.put_many(conn, links))
    return db.run_sync(lambda conn: families(conn, "main", "cscart", partners))[3]


def test_who_is_hidden_is_known_from_the_base_or_the_product_itself(db: Database) -> None:
    """A link that agreed on nothing tells nothing; what was read just now counts more than what was agreed."""
    found = family(
        db,
        [partner("12", 0), partner("14", 2, visible=False)],
        {"12": "G", "13": "G", "14": "G"},
        link("12", 4, "hidden"),
        link("13", 5, "hidden"),
        link("14", 6, "shown"),
    )
    assert found.visible == {"12": True, "13": False, "14": False}
    assert found.hidden("12") == {5, 6}
    assert found.hidden("13") == {6}
    unknown = replace(found, visible={"12": None, "13": True, "14": None})
    assert unknown.hidden("13") == set()


def test_an_unknown_flag_is_neither(db: Database) -> None:
    """Nobody is hidden on a guess."""
    found = family(
        db, [partner("12", 0)], {"12": "G", "13": "G"}, link("12", 4, "shown"), link("13", 5, None)
    )
    assert found.visible == {"12": True, "13": None}
    assert found.hidden("12") == set()


@pytest.mark.parametrize(("groups", "leader"), [({"12": "G", "9": "G"}, "9"), ({"12": "G", "9": ""}, None)])
def test_the_first_of_the_only_group_leads(db: Database, groups: dict[str, str], leader: str | None) -> None:
    """By number; where two do not belong together, nobody speaks for the office product."""
    found = family(db, [partner("12", 0), partner("9", 1)], groups)
    assert [key for key in groups if found.leads(key)] == ([leader] if leader else [])


def test_what_the_source_does_not_list_any_more_is_gone(db: Database) -> None:
    """It leads nobody, and its SKU still counts as having been the source's."""
    found = family(db, [partner("13", 1)], {"13": "G"}, link("12", 4, "shown"), link("13", 5, "shown"))
    assert found.gone == {4: "12"}
    assert found.leads("13")
    assert not found.holds(OFFICE)
    assert found.holds(replace(OFFICE, skus=SKUS[:2]))


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (Demand(), {}, False),
        (Demand(taken=Decimal(3)), {4: Demand(taken=Decimal(3))}, False),
        (Demand(), {4: Demand(taken=Decimal(3))}, True),
        (Demand(taken=Decimal(3)), {}, True),
        (Demand(), {5: Demand(taken=Decimal(3))}, False),
        (None, {4: Demand(taken=Decimal(3))}, False),
    ],
)
def test_orders_may_move_a_sku_while_it_is_read(
    before: Demand | None, after: dict[int, Demand], moved: bool
) -> None:
    """Then nobody knows which state of the orders its stock belongs to; at first contact it does not matter."""
    office: OfficeProduct = OFFICE
    assert Partner(make.product(), office, SKUS[0], None, before).moved(after) == moved
