"""Links of products: one to one, with the database as the last word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from syncd.errors import SetAside, StorageFailed
from syncd.state import catalog, product_links
from syncd.state.database import Database
from syncd.state.link_taken import LinkTaken
from syncd.state.product_links import LinkSketch, ProductLink

from .samples import catalog_row, product_link


def put(db: Database, *links: ProductLink) -> None:
    db.run_sync(lambda conn: product_links.put_many(conn, links))


def test_a_link_is_found_from_both_sides(db: Database) -> None:
    """A link comes back whole by source product, SKU and office product; unknown keys are absent."""
    link = product_link()
    put(db, link)
    assert db.run_sync(lambda conn: product_links.get(conn, "main", "7")) == link
    assert db.run_sync(lambda conn: product_links.get(conn, "main", "8")) is None
    assert db.run_sync(lambda conn: product_links.by_sources(conn, "main", ["7", "8"])) == {"7": link}
    assert db.run_sync(lambda conn: product_links.by_skus(conn, "main", [1, 2])) == {1: link}
    assert db.run_sync(lambda conn: product_links.by_products(conn, "main", [10, 11])) == [link]
    assert db.run_sync(lambda conn: product_links.by_sources(conn, "other", ["7"])) == {}


def test_the_same_link_again_is_an_update(db: Database) -> None:
    """Putting a link a second time overwrites its base and marks, and does not double it."""
    put(db, product_link())
    newer = product_link(base={"price": "13.00"}, dirty=True, product_id=11)
    put(db, newer)
    assert db.run_sync(lambda conn: product_links.get(conn, "main", "7")) == newer
    assert db.run_sync(lambda conn: product_links.count(conn, "main")) == 1


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (product_link(source_key="8"), ["product 8", "SKU id 1", "linked to product 7"]),
        (product_link(sku_id=2), ["product 7", "SKU id 2", "linked to SKU id 1"]),
    ],
)
def test_neither_side_takes_a_second_partner(db: Database, second: ProductLink, told: list[str]) -> None:
    """A SKU of another product and a product with another SKU are refused, both records named."""
    put(db, product_link())
    with pytest.raises(LinkTaken) as refusal:
        put(db, second)
    assert all(words in str(refusal.value) for words in told)
    assert isinstance(refusal.value, SetAside)
    assert refusal.value.code == "link-taken"
    assert db.run_sync(lambda conn: product_links.by_products(conn, "main", [10])) == [product_link()]


def test_two_new_links_that_clash_with_each_other_are_refused(db: Database) -> None:
    """A clash inside one batch is told as well, and none of the batch is written."""
    with pytest.raises(LinkTaken, match=r"product 8 .* SKU id 1: the SKU is linked to product 7"):
        put(db, product_link(), product_link(source_key="8"))
    assert db.run_sync(lambda conn: product_links.count(conn, "main")) == 0


def test_a_refused_batch_leaves_the_rest_of_the_transaction(db: Database) -> None:
    """The caller may catch the refusal and go on in the same transaction; nothing of the batch is written."""
    put(db, product_link())

    def work(conn: Connection) -> None:
        product_links.put_many(conn, [product_link(source_key="20", sku_id=20)])
        with pytest.raises(LinkTaken):
            product_links.put_many(
                conn, [product_link(source_key="30", sku_id=30), product_link(source_key="31")]
            )

    db.run_sync(work)
    assert set(db.run_sync(lambda conn: product_links.by_skus(conn, "main", [1, 20, 30, 31]))) == {1, 20}


def test_a_removed_link_frees_both_sides(db: Database) -> None:
    """After its link is removed a SKU can be linked to another product."""
    put(db, product_link())
    assert db.run_sync(lambda conn: product_links.remove(conn, "main", ["7", "8"])) == 1
    put(db, product_link(source_key="8"))
    assert db.run_sync(lambda conn: product_links.by_skus(conn, "main", [1])) == {
        1: product_link(source_key="8")
    }


def test_the_same_ids_in_another_pair_are_free(db: Database) -> None:
    """Two pairs may each link the same keys."""
    put(db, product_link(), product_link(pair="second", source_key="8"))
    assert db.run_sync(lambda conn: product_links.count(conn, "second")) == 1


def test_dirty_links_are_told_in_order(db: Database) -> None:
    """Links are marked by SKU, unknown SKUs passed over; the mark of a link is gone when it is put without."""
    links = [product_link(source_key=str(number), sku_id=number) for number in (5, 3, 4, 9)]
    put(db, *links)
    db.run_sync(lambda conn: product_links.mark_dirty(conn, "main", [5, 3, 4, 777]))
    assert db.run_sync(lambda conn: product_links.dirty_keys(conn, "main")) == ["3", "4", "5"]
    put(db, product_link(source_key="3", sku_id=3))
    assert db.run_sync(lambda conn: product_links.dirty_keys(conn, "main")) == ["4", "5"]
    db.run_sync(lambda conn: product_links.mark_clean(conn, "main", ["4", "none"]))
    assert db.run_sync(lambda conn: product_links.dirty_keys(conn, "main")) == ["5"]
    assert db.run_sync(lambda conn: product_links.dirty_keys(conn, "other")) == []


def test_marking_twice_writes_once(db: Database) -> None:
    """A link that is marked already is not written again."""
    put(db, product_link())
    for mark in (
        lambda conn: product_links.mark_dirty(conn, "main", [1]),
        lambda conn: product_links.mark_back(conn, "main", ["7"], dirty=True),
    ):
        db.run_sync(mark)
        before = db.commits
        db.run_sync(mark)
        assert db.commits == before


def test_the_way_back_has_marks_of_its_own(db: Database) -> None:
    """Marked by product, told by SKU, and taken away again; the marks of the way to the office stay as they are."""
    put(db, *[product_link(source_key=str(number), sku_id=10 - number) for number in (1, 2, 3)])

    def mark(*keys: str, dirty: bool) -> None:
        db.run_sync(lambda conn: product_links.mark_back(conn, "main", keys, dirty=dirty))

    mark("1", "3", "none", dirty=True)
    assert db.run_sync(lambda conn: product_links.dirty_back_keys(conn, "main")) == ["3", "1"]
    assert db.run_sync(lambda conn: product_links.dirty_keys(conn, "main")) == []
    db.run_sync(lambda conn: product_links.mark_dirty(conn, "main", [9]))
    mark("1", "2", dirty=False)
    assert db.run_sync(lambda conn: product_links.dirty_back_keys(conn, "main")) == ["3"]
    assert db.run_sync(lambda conn: product_links.dirty_keys(conn, "main")) == ["1"]
    assert db.run_sync(lambda conn: product_links.dirty_back_keys(conn, "other")) == []


def test_a_sketch_is_the_small_part_of_a_link(db: Database) -> None:
    """It comes without the texts; products without a link are absent, and any number of keys is looked up."""
    link = product_link(dirty_back=True, texts={"name": ["a", "b", "Cup"]})
    put(db, link, product_link(source_key="8", sku_id=2))
    keys = ["7", *(f"none {number}" for number in range(2000))]
    found = db.run_sync(lambda conn: product_links.sketches(conn, "main", keys))
    assert found == {"7": LinkSketch("7", 1, 10, link.base, dirty=False, dirty_back=True)}
    assert type(found["7"]) is LinkSketch
    assert db.run_sync(lambda conn: product_links.sketches(conn, "other", ["7"])) == {}


def test_a_base_is_replaced_alone(db: Database) -> None:
    """Marks, texts and times stay; a product without a link is passed over."""
    link = product_link(dirty=True, dirty_back=True, texts={"name": ["a", "b", "Cup"]})
    other = product_link(source_key="8", sku_id=2)
    put(db, link, other)
    base = {"shelf": ["1", "2", "3", "0"]}
    db.run_sync(lambda conn: product_links.put_base(conn, "main", "7", base))
    db.run_sync(lambda conn: product_links.put_base(conn, "main", "9", base))
    found = db.run_sync(lambda conn: product_links.by_sources(conn, "main", ["7", "8", "9"]))
    assert found == {"7": replace(link, base=base), "8": other}


@pytest.mark.parametrize("forth", [True, False])
def test_what_the_way_back_agreed_on(db: Database, forth: bool) -> None:
    """Base and texts are replaced and its mark is gone; the other way's mark is set where asked for, never taken away."""
    put(db, product_link(dirty_back=True), product_link(source_key="8", sku_id=2, dirty=True))
    base, texts = {"price": ["1", "1"]}, {"name": ["a", "b", "Cup"]}

    def agree(conn: Connection) -> None:
        for key in ("7", "8"):
            product_links.agree_back(conn, "main", key, base=base, texts=texts, forth=forth)

    db.run_sync(agree)
    found = db.run_sync(lambda conn: product_links.by_sources(conn, "main", ["7", "8"]))
    assert found["7"] == product_link(base=base, texts=texts, dirty=forth)
    assert found["8"] == product_link(source_key="8", sku_id=2, base=base, texts=texts, dirty=True)


def test_pictures_that_are_still_to_be_sent_keep_the_mark_of_the_way_back(db: Database) -> None:
    """Everything else is agreed; a crash before they are sent forgets nothing."""
    put(db, product_link())
    db.run_sync(
        lambda conn: product_links.agree_back(conn, "main", "7", base={}, texts={}, forth=False, back=True)
    )
    assert db.run_sync(lambda conn: product_links.dirty_back_keys(conn, "main")) == ["7"]


def test_linked_skus_that_the_mirror_has(db: Database) -> None:
    """Those of this pair only."""
    put(db, product_link(), product_link(source_key="8", sku_id=2), product_link(pair="other"))
    assert db.run_sync(lambda conn: product_links.standing(conn, "main")) == 0
    rows = [catalog_row(sku_id=1), catalog_row(sku_id=3)]
    db.run_sync(lambda conn: catalog.upsert_many(conn, "main", rows))
    assert db.run_sync(lambda conn: product_links.standing(conn, "main")) == 1
    assert db.run_sync(lambda conn: product_links.standing(conn, "other")) == 0


def test_a_broken_rule_other_than_uniqueness_is_not_called_a_taken_link(db: Database) -> None:
    """A missing value stays the storage error that it is."""
    with pytest.raises(StorageFailed, match="Next step"):
        put(db, product_link(linked_at=None))
