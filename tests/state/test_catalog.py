"""The mirror of the office's SKUs."""

from __future__ import annotations

from decimal import Decimal

from syncd.state import catalog
from syncd.state.database import Database

from .samples import catalog_row


def put(db: Database, *rows: catalog.CatalogRow, pair: str = "main") -> None:
    db.run_sync(lambda conn: catalog.upsert_many(conn, pair, rows))


def test_a_sku_is_found_by_code_id_and_product(db: Database) -> None:
    """One row comes back whole by each of its three keys; unknown keys are absent."""
    row = catalog_row(price=Decimal("1234567.8900"), stock=None)
    put(db, row)
    assert db.run_sync(lambda conn: catalog.by_codes(conn, "main", ["a-1", "nowhere"])) == {"a-1": [row]}
    assert db.run_sync(lambda conn: catalog.by_skus(conn, "main", [1, 99])) == {1: row}
    assert db.run_sync(lambda conn: catalog.by_products(conn, "main", [10, 99])) == {10: [row]}


def test_the_newest_sight_of_a_sku_counts(db: Database) -> None:
    """A SKU that is seen again is overwritten, not doubled."""
    put(db, catalog_row())
    newer = catalog_row(code_key="b-2", price=Decimal("99.00"), scan=2, visible=False)
    put(db, newer)
    assert db.run_sync(lambda conn: catalog.by_skus(conn, "main", [1])) == {1: newer}
    assert db.run_sync(lambda conn: catalog.by_codes(conn, "main", ["a-1"])) == {}
    assert db.run_sync(lambda conn: catalog.size(conn, "main")) == 1


def test_pictures_are_told_apart_by_the_main_one_and_their_number() -> None:
    """All that a scan tells of them without making its rows larger."""
    sketches = [catalog.picture_sketch(*each) for each in ((None, 0), (1, 1), (2, 1), (1, 2))]
    assert len(set(sketches)) == 4
    assert "" not in sketches


def test_what_a_scan_did_not_see_vanishes(db: Database) -> None:
    """Rows older than the scan are removed and told; rows of the scan or newer stay."""
    rows = [
        catalog_row(sku_id=number, code_key=f"c{number}", scan=scan)
        for number, scan in ((1, 4), (2, 5), (3, 6))
    ]
    put(db, *rows)
    assert db.run_sync(lambda conn: catalog.forget_older(conn, "main", 5)) == [rows[0]]
    assert db.run_sync(lambda conn: catalog.forget_older(conn, "main", 5)) == []
    assert set(db.run_sync(lambda conn: catalog.by_skus(conn, "main", [1, 2, 3]))) == {2, 3}


def test_codes_of_several_skus_are_told(db: Database) -> None:
    """A code that several SKUs share is reported with all of them; empty codes are not duplicates."""
    shared = [catalog_row(sku_id=1), catalog_row(sku_id=2)]
    nameless = [catalog_row(sku_id=number, code_key="", code="") for number in (3, 4)]
    put(db, *shared, *nameless, catalog_row(sku_id=5, code_key="own"))
    assert db.run_sync(lambda conn: catalog.duplicate_codes(conn, "main")) == {"a-1": shared}


def test_pairs_do_not_see_each_other(db: Database) -> None:
    """The same SKU id in another pair is another SKU."""
    mine, theirs = catalog_row(), catalog_row(code_key="other", scan=0)
    put(db, mine)
    put(db, theirs, pair="second")
    assert db.run_sync(lambda conn: catalog.forget_older(conn, "main", 1)) == []
    assert db.run_sync(lambda conn: catalog.by_codes(conn, "main", ["other"])) == {}
    assert db.run_sync(lambda conn: catalog.by_skus(conn, "second", [1])) == {1: theirs}
    assert db.run_sync(lambda conn: catalog.duplicate_codes(conn, "second")) == {}


def test_many_keys_are_asked_for_at_once(db: Database) -> None:
    """More keys than one statement takes are asked for in several, and a doubled key brings its rows once."""
    rows = [catalog_row(sku_id=number, product_id=number, code_key=f"c{number}") for number in range(2500)]
    put(db, *rows)
    keys = [row.code_key for row in rows] * 2
    found = db.run_sync(lambda conn: catalog.by_codes(conn, "main", keys))
    assert [found[row.code_key] for row in rows] == [[row] for row in rows]
    assert len(db.run_sync(lambda conn: catalog.by_skus(conn, "main", range(2500)))) == 2500


def test_an_empty_page_writes_nothing(db: Database) -> None:
    """Nothing to write is no commit."""
    put(db)
    put(db, catalog_row())
    before = db.commits
    put(db)
    assert db.commits == before
