"""Whatever a shop puts into its fields, reading it ends in a record or in `BrokenAnswer` (contracts/cscart §1.7)."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer
from syncd.shops.cscart.decode_orders import decode_order
from syncd.shops.cscart.decode_products import decode_amounts, decode_product
from syncd.shops.cscart.decode_statuses import decode_statuses
from syncd.shops.cscart.listing import Listing
from syncd.shops.excerpt import excerpt
from tests.shops.cscart.cscart_shop import an_order, sample

ORDER = an_order(98)
PRODUCT = sample("product_242_child_variation.json") | {
    "image_pairs": sample("product_12.json")["image_pairs"]
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ODD = st.sampled_from(
    [
        "1e99",
        "-0",
        "NaN",
        "Infinity",
        "\ud800",
        "\0",
        "٣",
        "1_0",
        10**30,
        Decimal("1e-99"),
        Decimal("1e999999"),
    ]
)
VALUES = st.recursive(
    SCALARS | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [prefix, *(path for key, item in items for path in paths(item, (*prefix, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with another one at that place."""
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = replaced(value[path[0]], path[1:], new)
    return copied


@given(path=st.sampled_from(paths(ORDER)), new=VALUES)
def test_any_value_anywhere_in_an_order(path: tuple[Any, ...], new: Any) -> None:
    """An order either is read or is broken, and its excerpt can always be kept."""
    value = replaced(ORDER, path, new)
    with suppress(BrokenAnswer):
        order = decode_order(value, "RUB")
        assert order.unexplained.is_finite()
        json.dumps([order.comment, order.lines[:1]], default=str).encode()
    excerpt(value)


@given(path=st.sampled_from(paths(PRODUCT)), new=VALUES)
def test_any_value_anywhere_in_a_product(path: tuple[Any, ...], new: Any) -> None:
    """A product either is read or is broken."""
    value = replaced(PRODUCT, path, new)
    for decode in (decode_product, decode_amounts):
        with suppress(BrokenAnswer):
            assert decode(value).price.is_finite()


@given(VALUES)
def test_any_answer_to_a_list(value: Any) -> None:
    """A list either has rows or is broken."""
    for answer in (value, {"orders": value}, {"orders": [], "params": value}):
        with suppress(BrokenAnswer):
            assert isinstance(Listing.of(answer, "orders", datetime.now(UTC)).rows, list)
    with suppress(BrokenAnswer):
        decode_statuses([value])


def test_an_excerpt_holds_no_secret() -> None:
    """Payment data and licences are never kept with a failure, however deep they lie."""
    order = an_order(98, payment_info={"card_number": "4111"}, extra=[{"license_number": "A1B2C"}])
    text = excerpt({"payment_info": "4111", "deep": [{"license_number": "A1B2C"}]}) + excerpt(order)
    assert "4111" not in text
    assert "A1B2C" not in text
    assert "order_id" in text


@pytest.mark.parametrize("depth", [5, 900])
def test_a_deep_value_is_cut(depth: int) -> None:
    """Depth does not end the reading."""
    value: Any = "end"
    for _ in range(depth):
        value = [value]
    assert ("end" in excerpt(value)) is (depth == 5)
