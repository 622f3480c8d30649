"""Fields that wait for a person: held with their values, chosen for, and forgotten when settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from syncd.state import conflicts
from syncd.state.conflicts import HeldConflict
from syncd.state.database import Database

from .samples import NOON

HELD = HeldConflict("main", "7", "name", "A-1", "Cup", "Mug", "Чашка", None, NOON)


def hold(db: Database, *held: HeldConflict) -> None:
    def work(conn: Connection) -> None:
        for each in held:
            conflicts.hold(conn, each)

    db.run_sync(work)


def everything(db: Database, pair: str = "main") -> list[HeldConflict]:
    return db.run_sync(lambda conn: conflicts.all(conn, pair))


def test_a_conflict_comes_back_whole(db: Database) -> None:
    """With both values, what was agreed before, and when it began; an unknown base stays unknown."""
    unknown = replace(HELD, field="price", base_value=None, choice="cscart")
    hold(db, HELD, unknown)
    assert everything(db) == [HELD, unknown]
    assert everything(db, "other") == []


def test_the_oldest_come_first(db: Database) -> None:
    """Then by product and field."""
    late = replace(HELD, source_key="1", at=NOON + timedelta(minutes=1))
    hold(db, late, replace(HELD, field="price"), HELD)
    assert [(each.source_key, each.field) for each in everything(db)] == [
        ("7", "name"),
        ("7", "price"),
        ("1", "name"),
    ]


def test_held_again_it_keeps_its_beginning_and_the_choice(db: Database) -> None:
    """The values are the newest, also the code; what a person said and since when it is held stay."""
    hold(db, HELD)
    db.run_sync(lambda conn: conflicts.choose(conn, "main", "7", "name", "cscart"))
    newer = replace(
        HELD,
        code="A-2",
        base_value="other",
        source_value="Beaker",
        office_value="Becher",
        at=NOON + timedelta(hours=1),
    )
    hold(db, newer)
    expected = replace(HELD, code="A-2", source_value="Beaker", office_value="Becher", choice="cscart")
    assert everything(db) == [expected]


def test_conflicts_of_some_products(db: Database) -> None:
    """By product and field; products without one are absent, and more keys than fit into one query are no matter."""
    price = replace(HELD, field="price")
    hold(db, HELD, price, replace(HELD, source_key="8"), replace(HELD, pair="other"))
    keys = ["7", *(f"none {number}" for number in range(2000))]
    found = db.run_sync(lambda conn: conflicts.of_products(conn, "main", keys))
    assert found == {"7": {"name": HELD, "price": price}}


def test_one_field_is_chosen_for_or_all(db: Database) -> None:
    """The answer says how many that settles; other products and pairs are left alone."""
    hold(db, HELD, replace(HELD, field="price"), replace(HELD, source_key="8"), replace(HELD, pair="other"))

    def choose(field: str | None, choice: str) -> int:
        return db.run_sync(lambda conn: conflicts.choose(conn, "main", "7", field, choice))

    def choices() -> dict[tuple[str, str], str | None]:
        return {(each.source_key, each.field): each.choice for each in everything(db)}

    assert choose("name", "webasyst") == 1
    assert choices() == {("7", "name"): "webasyst", ("7", "price"): None, ("8", "name"): None}
    assert choose(None, "cscart") == 2
    assert choices() == {("7", "name"): "cscart", ("7", "price"): "cscart", ("8", "name"): None}
    assert choose("summary", "cscart") == 0
    assert everything(db, "other")[0].choice is None


def test_what_is_settled_is_forgotten(db: Database) -> None:
    """Fields that are still held stay, and so do other products and pairs."""
    hold(db, HELD, replace(HELD, field="price"), replace(HELD, source_key="8"), replace(HELD, pair="other"))
    db.run_sync(lambda conn: conflicts.settled(conn, "main", "7", ["price", "summary"]))
    assert [(each.source_key, each.field) for each in everything(db)] == [("7", "price"), ("8", "name")]
    db.run_sync(lambda conn: conflicts.settled(conn, "main", "7", []))
    assert [each.source_key for each in everything(db)] == ["8"]
    assert len(everything(db, "other")) == 1
