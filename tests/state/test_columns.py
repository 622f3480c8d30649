"""Values come back exactly as they went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Column, Integer, MetaData, Table, delete, insert, select
from sqlalchemy.exc import StatementError

from syncd.state.columns import Exact, Plain, UtcDateTime
from syncd.state.database import Database

samples = Table(
    "samples",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime),
    Column("amount", Exact),
    Column("words", Plain),
    Column("tree", JSON),
)
same_fixture = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones)
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def table(db: Database) -> Database:
    db.run_sync(samples.create)
    return db


def stored(db: Database, *rows: dict[str, object]) -> list[object]:
    """What comes back of one column after the rows were written, in the order of its values."""
    column = next(iter(rows[0]))

    def work(conn):  # type: ignore[no-untyped-def]
        conn.execute(delete(samples))
        conn.execute(insert(samples), [{"id": number, **row} for number, row in enumerate(rows)])
        order = samples.c[column] if len(rows) > 1 else samples.c.id
        return list(conn.scalars(select(samples.c[column]).order_by(order)))

    return list(db.run_sync(work))


@same_fixture
@given(at=times)
def test_a_time_comes_back_in_utc_to_the_microsecond(table: Database, at: datetime) -> None:
    """An aware time of any zone comes back as the same instant in UTC."""
    [back] = stored(table, {"at": at})
    assert isinstance(back, datetime)
    assert back == at
    assert back.tzinfo is UTC


@same_fixture
@given(first=times, second=times)
def test_times_sort_as_instants(table: Database, first: datetime, second: datetime) -> None:
    """The order of the stored text is the order of time, whatever the zones were."""
    assert stored(table, {"at": first}, {"at": second}) == sorted([first, second])


@same_fixture
@given(amount=st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_comes_back_with_its_digits(table: Database, amount: Decimal) -> None:
    """Digits, sign and exponent of a decimal survive; 1.50 does not become 1.5."""
    [back] = stored(table, {"amount": amount})
    assert isinstance(back, Decimal)
    assert back.as_tuple() == amount.as_tuple()


@same_fixture
@given(words=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_text_comes_back_unchanged(table: Database, words: str) -> None:
    """Text of any script comes back as it was."""
    assert stored(table, {"words": words}) == [words]


def test_what_no_database_can_hold_is_replaced(table: Database) -> None:
    """NUL and lone surrogates, which PHP shops send, become the replacement character instead of an error."""
    assert stored(table, {"words": "a\x00b\ud83dc"}) == ["a\ufffdb\ufffdc"]


@same_fixture
@given(tree=trees)
def test_a_json_tree_comes_back_unchanged(table: Database, tree: object) -> None:
    """JSON comes back as it was, control characters included."""
    assert stored(table, {"tree": tree}) == [tree]


def test_nothing_stays_nothing(table: Database) -> None:
    """A missing time, decimal or text is None again."""
    for name in ("at", "amount", "words"):
        assert stored(table, {name: None}) == [None]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"at": datetime(2026, 1, 1)}, "no time zone"),
        ({"amount": 1.5}, "not a Decimal"),
        ({"amount": 1}, "not a Decimal"),
        ({"amount": Decimal("NaN")}, "no amount"),
        ({"amount": Decimal("Infinity")}, "no amount"),
    ],
)
def test_what_would_lose_its_meaning_is_refused(table: Database, row: dict[str, object], reason: str) -> None:
    """Times without a zone, floats and NaN are refused before anything is written."""
    with pytest.raises(StatementError, match=reason):
        stored(table, row)
