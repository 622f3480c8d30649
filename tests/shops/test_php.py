"""PHP's habits: one value in many spellings, and a named error for what is none of them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from syncd.errors import BrokenAnswer
from syncd.shops.php import as_decimal, as_flag, as_int, as_list, as_map, as_text, nested


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"a": 1}, {"a": 1}), ([], {}), (None, {}), (["x", "y"], {"0": "x", "1": "y"})],
)
def test_a_map_comes_as_an_object_or_a_list(value: Any, expected: Any) -> None:
    """An empty map is [], and a map with keys from 0 becomes a list (contracts/cscart §1.7)."""
    assert as_map(value) == expected


@pytest.mark.parametrize(("value", "expected"), [([1], [1]), ({"5": "a", "7": "b"}, ["a", "b"]), (None, [])])
def test_a_list_comes_as_a_list_or_an_object(value: Any, expected: Any) -> None:
    """Some lists come keyed by id (contracts/cscart §1.7)."""
    assert as_list(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.50", "12.50"),
        (" 3 ", "3"),
        (3, "3"),
        (Decimal("1.10"), "1.10"),
        (0.1, "0.1"),
        ("-1e2", "-100"),
        ("0E-30", "0"),
    ],
)
def test_a_number_comes_as_number_or_text(value: Any, expected: str) -> None:
    """Database columns are strings (contracts/webasyst §2); a float is read by its digits."""
    assert as_decimal(value) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "expected"), [("10.000", 10), ("12", 12), (7, 7), ("-3", -3), (4294967295, 4294967295)]
)
def test_a_whole_number_may_have_empty_decimals(value: Any, expected: int) -> None:
    """Counts are decimals in Webasyst; ids exceed 32 bits in CS-Cart."""
    assert as_int(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), (None, ""), (5, "5"), (Decimal("2.50"), "2.5"), (True, "1"), (False, "")],
)
def test_a_text_is_what_php_prints(value: Any, expected: str) -> None:
    """null and false print nothing, true prints 1."""
    assert as_text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (1, True),
        ("1", True),
        ("Y", True),
        (False, False),
        (0, False),
        ("0", False),
        ("N", False),
        ("", False),
        (None, False),
    ],
)
def test_a_flag_has_many_spellings(value: Any, expected: bool) -> None:
    """CS-Cart says Y and N, Webasyst 1 and 0."""
    assert as_flag(value) is expected


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (as_map, "x"),
        (as_map, 0),
        (as_list, "x"),
        (as_decimal, ""),
        (as_decimal, None),
        (as_decimal, True),
        (as_decimal, "NaN"),
        (as_decimal, float("inf")),
        (as_decimal, "1e999999"),
        (as_decimal, "12,50"),
        (as_decimal, []),
        (as_int, "10.5"),
        (as_int, "x"),
        (as_text, []),
        (as_text, {}),
        (as_flag, "2"),
        (as_flag, []),
    ],
)
def test_another_kind_is_a_broken_answer_that_names_the_field(
    read: Callable[[Any, str], Any], value: Any
) -> None:
    """Nothing is guessed: the field's name and what came stand in the error."""
    with pytest.raises(BrokenAnswer, match=r"orders\.97\.total: .* was expected"):
        read(value, "orders.97.total")


def test_a_long_value_is_quoted_in_part() -> None:
    """An error stays readable whatever the shop sent."""
    with pytest.raises(BrokenAnswer) as caught:
        as_int("x" * 10_000)
    assert len(str(caught.value)) < 120


def test_nested_names_are_phps() -> None:
    """Maps and lists become brackets; true is 1, false is 0, null is empty (contracts/webasyst §2)."""
    value = {
        "a": {"b.c": 1},
        "list": ["x", None],
        "yes": True,
        "no": False,
        "price": Decimal("1.50"),
        "none": {},
    }
    assert nested("p", value) == [
        ("p[a][b.c]", "1"),
        ("p[list][0]", "x"),
        ("p[list][1]", ""),
        ("p[yes]", "1"),
        ("p[no]", "0"),
        ("p[price]", "1.5"),
    ]
    assert nested("p", "plain") == [("p", "plain")]
