"""Links of orders: one to one, with the database as the last word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.errors import StorageFailed
from syncd.state import order_links
from syncd.state.database import Database
from syncd.state.link_taken import LinkTaken
from syncd.state.order_links import OrderLink

from .samples import NOON, order_link


def put(db: Database, *links: OrderLink) -> None:
    for link in links:
        db.run_sync(lambda conn, link=link: order_links.put(conn, link))  # type: ignore[misc]


def test_a_link_is_found_from_both_sides(db: Database) -> None:
    """A link comes back whole by source order and by office order; unknown keys are absent."""
    link = order_link(base={"lines": [["1", "2.000", "Чай"]], "facets": {"total": "9.90"}})
    put(db, link)
    assert db.run_sync(lambda conn: order_links.get(conn, "main", "cscart", "1001")) == link
    assert db.run_sync(lambda conn: order_links.get(conn, "main", "other", "1001")) is None
    assert db.run_sync(lambda conn: order_links.by_sources(conn, "main", "cscart", ["1", "1001"])) == {
        "1001": link
    }
    assert db.run_sync(lambda conn: order_links.by_orders(conn, "main", [1, 501])) == {501: link}
    assert db.run_sync(lambda conn: order_links.by_orders(conn, "other", [501])) == {}


def test_the_same_link_again_is_an_update(db: Database) -> None:
    """Putting a link a second time overwrites what was known and does not double it."""
    newer = order_link(state="paid", confirmed=False, flag="look", version="v2")
    put(db, order_link(), newer)
    assert db.run_sync(lambda conn: order_links.get(conn, "main", "cscart", "1001")) == newer
    assert db.run_sync(lambda conn: order_links.count(conn, "main")) == 1


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (
            order_link(source_key="1002"),
            ["cscart order 1002", "office order 501", "linked to cscart order 1001"],
        ),
        (order_link(source="other"), ["other order 1001", "office order 501", "linked to cscart order 1001"]),
        (order_link(order_id=502), ["cscart order 1001", "office order 502", "linked to office order 501"]),
    ],
)
def test_neither_side_takes_a_second_partner(db: Database, second: OrderLink, told: list[str]) -> None:
    """An office order of another source order and a second office order are refused, both records named."""
    put(db, order_link())
    with pytest.raises(LinkTaken) as refusal:
        put(db, second)
    assert all(words in str(refusal.value) for words in told)
    assert db.run_sync(lambda conn: order_links.by_orders(conn, "main", [501, 502])) == {501: order_link()}


def test_the_same_ids_in_another_pair_are_free(db: Database) -> None:
    """Two pairs may each link the same order ids."""
    put(db, order_link(), order_link(pair="second", source_key="77"))
    assert db.run_sync(lambda conn: order_links.count(conn, "second")) == 1


def test_flagged_orders_come_longest_waiting_first(db: Database) -> None:
    """Only orders with a flag are told, by the time of their last change."""
    links = [
        order_link(
            source_key=str(number), order_id=number, flag=flag, updated_at=NOON + timedelta(minutes=minute)
        )
        for number, flag, minute in ((1, "late", 5), (2, None, 0), (3, "early", 1))
    ]
    put(db, *links)
    assert [link.flag for link in db.run_sync(lambda conn: order_links.flagged(conn, "main"))] == [
        "early",
        "late",
    ]


def test_unfinished_orders_are_pending_in_the_order_of_their_links(db: Database) -> None:
    """An order that was never agreed on, or whose version is not known, is pending for its source."""
    put(
        db,
        order_link(source_key="1", order_id=1, version="", linked_at=NOON + timedelta(seconds=1)),
        order_link(source_key="2", order_id=2, confirmed=False),
        order_link(source_key="3", order_id=3),
        order_link(source_key="4", order_id=4, confirmed=False, source="other"),
    )
    assert db.run_sync(lambda conn: order_links.pending(conn, "main", "cscart")) == ["2", "1"]


def test_a_broken_rule_other_than_uniqueness_is_not_called_a_taken_link(db: Database) -> None:
    """A missing value stays the storage error that it is."""
    with pytest.raises(StorageFailed, match="Next step"):
        put(db, order_link(linked_at=None))


def test_orders_whose_state_the_source_does_not_know_are_found(db: Database) -> None:
    """Finished ones of this source only: an unfinished order is told nothing of."""
    put(
        db,
        order_link(source_key="1", order_id=1, state="shipped", carried="new", confirmed=True),
        order_link(source_key="2", order_id=2, state="shipped", carried="shipped", confirmed=True),
        order_link(source_key="3", order_id=3, state="shipped", carried="new", confirmed=False),
        order_link(source="other", source_key="4", order_id=4, state="paid", carried="new", confirmed=True),
    )
    found = db.run_sync(lambda conn: order_links.moved(conn, "main", "cscart"))
    assert [link.source_key for link in found] == ["1"]


def test_all_references_of_a_source_are_told(db: Database) -> None:
    """In the order of the office's orders."""
    put(
        db,
        order_link(source_key="2", order_id=2, reference="b"),
        order_link(source_key="1", order_id=1, reference="a"),
        order_link(source="other", source_key="4", order_id=4, reference="c"),
    )
    assert db.run_sync(lambda conn: order_links.references(conn, "main", "cscart")) == ["a", "b"]
