"""Forms as PHP reads them: nested names, and bounds for hostile ones (contracts/sources §2.6)."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.hook import BadHook
from syncd.shops.justclick.form import DEEPEST, MOST_BYTES, MOST_FIELDS, PhpArray, parse_form
from syncd.shops.justclick.query import build_query
from tests.shops.justclick.justclick_account import sample, vectors

WORDS = st.from_regex(r"[a-z\u0430-\u044f][a-z\u0430-\u044f0-9]{0,4}", fullmatch=True)
TREES = st.recursive(
    st.text(max_size=5),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(WORDS, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)
HOOKS = ("new_order", "new_order_empty_stamp", "cancel_order", "paid", "prepayment", "moneyback", "forged")
"""Samples of hooks by the end of their names."""


def by_key(value: Any) -> Any:
    """Lists as PHP has them: by index."""
    if isinstance(value, list):
        return {str(index): by_key(item) for index, item in enumerate(value)}
    return {key: by_key(item) for key, item in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("vector", vectors("webhook"), ids=lambda vector: vector["name"])
def test_point_6_bodies_of_the_hook_vectors(vector: dict[str, Any]) -> None:
    """The body is its fields."""
    assert parse_form(vector["body"].encode()) == by_key(vector["fields"])


@pytest.mark.parametrize("name", HOOKS)
def test_point_6_bodies_of_the_samples(name: str) -> None:
    """Every flat name of a sample leads to its value."""
    hook = sample(f"webhook_{name}")
    fields = parse_form(hook["body"].encode())
    for flat_name, value in hook["fields_flat"].items():
        found: Any = fields
        for step in flat_name.replace("]", "").split("["):
            found = found[step]
        assert found == value


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"items[0][sum]=5&items[10][sum]=7", {"items": {"0": {"sum": "5"}, "10": {"sum": "7"}}}),
        (
            b"items[10]=a&items[]=b&items[x]=c&items[]=d",
            {"items": {"10": "a", "11": "b", "x": "c", "12": "d"}},
        ),
        (b"items[]=a&items[]=b", {"items": {"0": "a", "1": "b"}}),
        (b"items[][id]=a&items[][id]=b", {"items": {"0": {"id": "a"}, "1": {"id": "b"}}}),
        (b"a[-5]=x&a[]=y", {"a": {"-5": "x", "0": "y"}}),
        (b"a[05]=x&a[]=y", {"a": {"05": "x", "0": "y"}}),
        (b"a[ ]=x&a[\t]=y", {"a": {"0": "x", "1": "y"}}),
        (b"a[ b]=x", {"a": {" b": "x"}}),
    ],
)
def test_point_6_indices(body: bytes, fields: dict[str, Any]) -> None:
    """`[10]` is an index of its own, `[]` the next one behind the greatest."""
    assert parse_form(body) == fields


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"id=1&id=2", {"id": "2"}),
        (b"id=1&id[x]=2", {"id": {"x": "2"}}),
        (b"id[x]=1&id=2", {"id": "2"}),
        (b"a[x]=1&a[x]=2&a[y]=3", {"a": {"x": "2", "y": "3"}}),
        (b"a.b=1&a b=2&a_b=3", {"a_b": "3"}),
    ],
)
def test_point_6_repeated_keys(body: bytes, fields: dict[str, Any]) -> None:
    """Of equal names the last one counts, whatever its kind; blanks and dots of a first name are `_`."""
    assert parse_form(body) == fields


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", {}),
        (b"&&&", {}),
        (b"=1", {}),
        (b"[x]=1", {}),
        (b"a", {"a": ""}),
        (b"a=b=c", {"a": "b=c"}),
        (b"  a=1", {"a": "1"}),
        (b"a%00b=1", {"a": "1"}),
        (b"a[b=1", {"a_b": "1"}),
        (b"a[b.c d[=1", {"a_b_c_d_": "1"}),
        (b"a[b][c=1", {"a": {"b": "1"}}),
        (b"a[b]c[d]=1", {"a": {"b": "1"}}),
        (b"a]b=1", {"a]b": "1"}),
        (b"a[b.c]=1", {"a": {"b.c": "1"}}),
        (b"a%5Bb%5D=x%20y+z%2B%zz", {"a": {"b": "x y z+%zz"}}),
        (b"a=%FF", {"a": "\udcff"}),
        (b"a[9223372036854775807]=1&a[]=2&a[][x]=3", {"a": {"9223372036854775807": "1"}}),
        (b"a[9223372036854775808]=1&a[]=2", {"a": {"9223372036854775808": "1", "0": "2"}}),
        (b"__proto__[x]=1&__class__=2", {"__proto__": {"x": "1"}, "__class__": "2"}),
    ],
)
def test_point_6_hostile_names(body: bytes, fields: dict[str, Any]) -> None:
    """Names without a beginning or an end, with NULs and rubbish, are read as PHP reads them."""
    assert parse_form(body) == fields


def test_point_6_a_thousand_fields_and_more() -> None:
    """More fields than PHP takes by itself are all there; beyond our own bound the form is refused."""
    body = b"&".join(b"items[%d][id]=%d" % (number, number) for number in range(1500))
    items = parse_form(body)["items"]
    assert isinstance(items, PhpArray)
    assert len(items) == 1500
    assert items["1499"] == {"id": "1499"}
    assert len(parse_form(b"&".join(b"a%d" % number for number in range(MOST_FIELDS)))) == MOST_FIELDS
    with pytest.raises(BadHook, match="fields"):
        parse_form(b"a&" * MOST_FIELDS)


def test_too_many_bytes() -> None:
    """A body beyond the bound is refused before it is read."""
    assert parse_form(b"a=" + b"x" * (MOST_BYTES - 2))
    with pytest.raises(BadHook, match="bytes"):
        parse_form(b"x" * (MOST_BYTES + 1))


def test_a_field_that_is_nested_too_deeply_is_dropped() -> None:
    """As PHP does at its own limit; the others stay."""
    most = b"a" + b"[x]" * DEEPEST
    assert parse_form(most + b"=1") != {}
    assert parse_form(most + b"[x]=1&id=7") == {"id": "7"}


@pytest.mark.parametrize(
    "body",
    [
        b"a" + b"[x]" * (MOST_BYTES // 3 - 1),
        b"a" + b"[" * (MOST_BYTES - 1),
        b"a[" + b"]" * (MOST_BYTES - 2),
        b"&".join([b"a" + b"[]" * DEEPEST] * (MOST_FIELDS - 1)),
        b"&".join([b"a[][%s]=1" % (b"9" * 80)] * (MOST_FIELDS - 1)),
        b"%" * MOST_BYTES,
        b"+" * MOST_BYTES,
    ],
    ids=["deep", "open", "closed", "appended", "numbers", "percent", "plus"],
)
def test_a_hostile_form_takes_bounded_memory(body: bytes) -> None:
    """A form of the greatest size never takes more than a few dozen times its bytes."""
    tracemalloc.start()
    try:
        parse_form(body)
        assert tracemalloc.get_traced_memory()[1] < 64 * MOST_BYTES
    finally:
        tracemalloc.stop()


@given(st.dictionaries(WORDS, TREES, max_size=4))
def test_what_is_built_is_read_again(fields: dict[str, Any]) -> None:
    """Reading is the inverse of `build_query` for names that PHP leaves as they are."""
    assert parse_form(build_query(fields).encode()) == by_key(fields)


@given(st.binary(max_size=200) | st.text(alphabet="ab[]&=. %0\0+", max_size=60).map(str.encode))
def test_any_bytes_are_read(body: bytes) -> None:
    """Whatever comes is read or refused as a bad hook; every value is a text or an array of such."""

    def check(value: Any, depth: int) -> None:
        assert depth <= DEEPEST + 1
        if isinstance(value, dict):
            for key, item in value.items():
                assert isinstance(key, str)
                check(item, depth + 1)
        else:
            assert isinstance(value, str)

    check(parse_form(body), 0)
