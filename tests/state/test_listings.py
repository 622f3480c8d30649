"""What the source shop lists."""

from __future__ import annotations

from syncd.state import listings
from syncd.state.database import Database
from syncd.state.listings import ListingRow


def put(db: Database, *rows: ListingRow, scan: int = 1, source: str = "cscart") -> None:
    db.run_sync(lambda conn: listings.upsert_many(conn, "main", source, rows, scan))


def test_codes_at_several_products_are_told(db: Database) -> None:
    """A code is a double when several products of the same source have it."""
    put(db, ListingRow("1", "a", ""), ListingRow("2", "a", ""), ListingRow("3", "b", ""))
    put(db, ListingRow("9", "b", ""), source="other")
    assert db.run_sync(lambda conn: listings.duplicates(conn, "main", "cscart", ["a", "b", "c"])) == {
        "a": ["1", "2"]
    }


def test_a_product_takes_its_newest_code(db: Database) -> None:
    """A product that got another code is not a double any more."""
    put(db, ListingRow("1", "a", ""), ListingRow("2", "a", ""))
    put(db, ListingRow("2", "b", ""))
    assert db.run_sync(lambda conn: listings.duplicates(conn, "main", "cscart", ["a", "b"])) == {}
    assert db.run_sync(lambda conn: listings.count(conn, "main", "cscart")) == 2


def test_groups_are_known_from_both_sides(db: Database) -> None:
    """The group of a product and the products of a group; products without a group form none."""
    put(db, ListingRow("2", "b", "g"), ListingRow("1", "a", "g"), ListingRow("3", "c", ""))
    assert db.run_sync(lambda conn: listings.groups_of(conn, "main", "cscart", ["1", "3", "4"])) == {
        "1": "g",
        "3": "",
    }
    assert db.run_sync(lambda conn: listings.members(conn, "main", "cscart", ["g", "", "h"])) == {
        "g": ["1", "2"]
    }


def test_what_the_last_listing_lacked_has_vanished(db: Database) -> None:
    """Products of earlier scans are told until they are forgotten."""
    put(db, ListingRow("1", "a", ""), ListingRow("2", "b", ""))
    put(db, ListingRow("2", "b", ""), scan=2)
    assert db.run_sync(lambda conn: listings.vanished(conn, "main", "cscart", 2)) == ["1"]
    db.run_sync(lambda conn: listings.forget(conn, "main", "cscart", ["1"]))
    assert db.run_sync(lambda conn: listings.vanished(conn, "main", "cscart", 2)) == []
    assert db.run_sync(lambda conn: listings.count(conn, "main", "cscart")) == 1
