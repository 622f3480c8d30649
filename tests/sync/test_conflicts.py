"""Conflicts of a product's fields: told when they begin, kept until they are settled on the side that they go to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from structlog.testing import capture_logs

from syncd.model.owner import Side
from syncd.state import conflicts
from syncd.state.conflicts import HeldConflict
from syncd.state.database import Database
from syncd.sync.conflicts import note_conflicts
from syncd.sync.product_base import text_mark
from syncd.sync.product_decision import ProductPlan
from tests.sync import builders as make

TEXTS = {"name": [text_mark("Coffee"), text_mark("Coffee"), "Coffee"]}


def plan(here: str = "Tea", there: str = "Chai", choice: str | None = None, **fields: Any) -> ProductPlan:
    """The plan of a product whose name both shops changed."""
    choices = {"name": Side(choice)} if choice else {}
    product = make.product(content=make.content(name=here))
    return make.plan(product, make.office_product(name=there), texts=TEXTS, choices=choices, **fields)


def note(db: Database, plan: ProductPlan, side: Side = Side.WEBASYST) -> list[Any]:
    with capture_logs() as logs:
        db.run_sync(lambda conn: note_conflicts(conn, plan, side, "main", make.NOON))
    return [(line["event"], line["field"]) for line in logs]


def choose(db: Database, choice: str) -> None:
    db.run_sync(lambda conn: conflicts.choose(conn, "main", "12", "name", choice))


def held(db: Database) -> list[HeldConflict]:
    return db.run_sync(lambda conn: conflicts.all(conn, "main"))


def test_a_conflict_is_held_with_what_everybody_said(db: Database) -> None:
    """Both values, the one agreed before, and the product's code."""
    note(db, plan())
    assert held(db) == [
        HeldConflict("main", "12", "name", "COF-1", "Coffee", "Tea", "Chai", None, make.NOON),
    ]


def test_it_is_told_once(db: Database) -> None:
    """When it begins; as long as it lasts its newest values are kept."""
    assert note(db, plan()) == [("product.conflict", "name")]
    assert note(db, plan(here="Mate"), Side.CSCART) == []
    assert [each.source_value for each in held(db)] == ["Mate"]


def test_one_that_is_over_is_forgotten(db: Database) -> None:
    """Both say the same by now, or the setting tells who wins."""
    for settled in (plan(there="Tea"), plan(rule=make.merge_rule("cscart"))):
        note(db, plan())
        note(db, settled)
        assert held(db) == []


def test_a_choice_is_kept_until_it_has_been_carried_there(db: Database) -> None:
    """The way that does not carry it leaves it to the other one."""
    ways = {"webasyst": (Side.WEBASYST, Side.CSCART), "cscart": (Side.CSCART, Side.WEBASYST)}
    for choice, (other, carrying) in ways.items():
        note(db, plan())
        choose(db, choice)
        chosen = plan(choice=choice)
        note(db, chosen, other)
        assert [each.choice for each in held(db)] == [choice]
        note(db, chosen, carrying)
        assert held(db) == []


def test_other_fields_of_the_product_stay(db: Database) -> None:
    """Each is settled for itself."""
    sku = make.office_sku(price=Decimal(8))
    known: dict[str, Any] = {"base": {"price": ["9", "9"]}, "texts": TEXTS}
    product = make.product(content=make.content(name="Tea"))
    both = make.plan(product, make.office_product(name="Chai", skus=(sku,)), **known)
    one = make.plan(product, make.office_product(name="Tea", skus=(sku,)), **known)
    assert note(db, both) == [("product.conflict", "price"), ("product.conflict", "name")]
    assert note(db, one) == []
    assert [each.field for each in held(db)] == ["price"]


def test_a_choice_survives_another_field_that_is_settled(db: Database) -> None:
    """What is over is forgotten, and what waits for the other way is not."""
    known: dict[str, Any] = {"base": {"price": ["9", "9"]}, "texts": TEXTS}
    product, sku = make.product(content=make.content(name="Tea")), make.office_sku(price=Decimal(8))
    note(db, make.plan(product, make.office_product(name="Chai", skus=(sku,)), **known))
    choose(db, "webasyst")
    note(db, make.plan(product, make.office_product(name="Chai"), choices={"name": Side.WEBASYST}, **known))
    assert [(each.field, each.choice) for each in held(db)] == [("name", "webasyst")]
