"""PHP's habits, as far as the shops show them on the wire."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from syncd.sandbox import php


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2", {"a": "2"}),
        ("a[]=x&a[]=y", {"a": {0: "x", 1: "y"}}),
        ("a[5]=x&a[]=y", {"a": {5: "x", 6: "y"}}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[0][]=1&a[01]=2", {"a": {0: {0: "1"}, "01": "2"}}),
        ("a.b=1&c+d=2", {"a_b": "1", "c_d": "2"}),
        ("a[x.y]=1", {"a": {"x.y": "1"}}),
        ("a=1&a[]=2", {"a": {0: "2"}}),
        ("a[]=1&a=2", {"a": "2"}),
        ("a[b=1", {"a_b": "1"}),
        ("[a]=1", {"_a]": "1"}),
        ("a[b]c=1", {"a": {"b": "1"}}),
        ("flag&=x&&n=%D0%96%26", {"flag": "", "n": "Ж&"}),
        ("%66ilter[product_code][]=A%2BB", {"filter": {"product_code": {0: "A+B"}}}),
    ],
)
def test_query_names_nest_like_in_php(query: str, expected: dict[Any, Any]) -> None:
    """Nested names, appended values and odd characters come out as parse_str makes them."""
    assert php.parse_query(query) == expected


def test_variables_beyond_the_limit_are_dropped_silently() -> None:
    """max_input_vars cuts the input without an error; None switches the limit off."""
    query = "&".join(f"a[]={number}" for number in range(1005))
    assert len(php.parse_query(query)["a"]) == 1000
    assert len(php.parse_query(query, max_input_vars=10)["a"]) == 10
    assert len(php.parse_query(query, max_input_vars=None)["a"]) == 1005


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (300.0, "300"),
        (Decimal("300.00"), "300"),
        (Decimal("83.33"), "83.33"),
        (1746.0000000000002, "1746.0000000000002"),
        ({}, "[]"),
        ([], "[]"),
        ({0: "a", 1: "b"}, '["a","b"]'),
        ({"0": "a", "1": "b"}, '["a","b"]'),
        ({1: "a", 0: "b"}, '{"1":"a","0":"b"}'),
        ({1: "a"}, '{"1":"a"}'),
        (php.PhpObject(), "{}"),
        ({"p": php.PhpObject({"0": 1})}, '{"p":{"0":1}}'),
        ("a/b", '"a\\/b"'),
        ("Ж😀", '"\\u0416\\ud83d\\ude00"'),
        ([True, None, (1, 2)], "[true,null,[1,2]]"),
        (2**32 - 1, "4294967295"),
    ],
)
def test_json_is_written_as_php_writes_it(value: Any, expected: str) -> None:
    """Whole floats print as integers, maps 0..n-1 as lists, slashes and non-ASCII are escaped."""
    assert php.json_encode(value) == expected


def test_unescaped_unicode_keeps_letters_but_not_line_separators() -> None:
    """With JSON_UNESCAPED_UNICODE only U+2028 and U+2029 stay escaped."""
    assert php.json_encode("Ж/\u2028", unescaped_unicode=True) == '"Ж\\/\\u2028"'
    assert php.json_encode("a/b", unescaped_slashes=True) == '"a/b"'


@pytest.mark.parametrize("unescaped", [True, False])
def test_text_that_is_not_utf8_cannot_be_encoded(unescaped: bool) -> None:
    """Bytes that are not UTF-8 survive parsing and make json_encode fail, as in PHP."""
    broken = php.parse_query("a=%FF")["a"]
    with pytest.raises(php.JsonEncodeError):
        php.json_encode({"a": broken}, unescaped_unicode=unescaped)
    assert json.loads(php.json_encode("\\udcff as plain text")) == "\\udcff as plain text"


@pytest.mark.parametrize(
    ("value", "whole", "number", "numeric", "true"),
    [
        ("12", 12, 12.0, True, True),
        (" 12abc", 12, 12.0, False, True),
        ("10,50", 10, 10.0, False, True),
        ("1e3", 1000, 1000.0, True, True),
        ("-0.9", 0, -0.9, True, True),
        (".5 ", 0, 0.5, True, True),
        ("2026-02-24", 2026, 2026.0, False, True),
        ("", 0, 0.0, False, False),
        ("0", 0, 0.0, True, False),
        ("N", 0, 0.0, False, True),
        (None, 0, 0.0, False, False),
        (True, 1, 1.0, False, True),
        ({}, 0, 0.0, False, False),
        ({0: 1}, 1, 1.0, False, True),
        ("99999999999999999999", 2**63 - 1, 1e20, True, True),
    ],
)
def test_casts_follow_php(value: Any, whole: int, number: float, numeric: bool, true: bool) -> None:
    """(int), (float), is_numeric and truth of a value are PHP's."""
    assert php.to_int(value) == whole
    assert php.to_float(value) == number
    assert php.is_numeric(value) is numeric
    assert php.truthy(value) is true


def test_texts_of_values_follow_php() -> None:
    """Booleans, nulls, arrays and floats turn into text the way PHP prints them."""
    values: list[Any] = [True, False, None, 5, 2.0, 2.5, {}, "x"]
    assert [php.to_str(value) for value in values] == ["1", "", "", "5", "2", "2.5", "Array", "x"]


def test_escaping_for_urls_and_pages() -> None:
    """urlencode escapes the tilde and turns spaces into plus; quotes become entities in HTML."""
    assert php.urlencode("a b~Ж-_.") == "a+b%7E%D0%96-_."
    assert php.urldecode("a+b%7E%zz") == "a b~%zz"
    assert php.htmlspecialchars("<a href='x'>\"&") == "&lt;a href=&#039;x&#039;&gt;&quot;&amp;"


def test_decimals_round_halves_away_from_zero() -> None:
    """DECIMAL columns round 0.125 to 0.13 and -0.125 to -0.13."""
    assert php.fixed("0.125") == "0.13"
    assert php.fixed(Decimal("-0.125")) == "-0.13"
    assert php.fixed(5, 3) == "5.000"
