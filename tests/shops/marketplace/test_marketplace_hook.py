"""Calls of the Marketplace: an order number in any of the tolerated shapes, and nothing else (contracts/sources §6, 12)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.hook import BadHook, HookNews
from syncd.shops.marketplace.hook import read_hook, without_licences
from tests.shops.samples import hook, names, sample_bytes

FORM = "application/x-www-form-urlencoded"
NEWS = HookNews(orders=("50231",))
GOOD = ("cscart_mkt_webhook.json", "cscart_mkt_webhook_string.json", "cscart_mkt_webhook_bare.json")


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("kind", ["application/json", FORM, ""])
@pytest.mark.parametrize("event", ["", "license_issued"])
def test_the_samples_tell_their_order(name: str, kind: str, event: str) -> None:
    """An object with a number or a text, or a bare number, whatever header and address say."""
    assert read_hook(hook(event, sample_bytes(name), kind=kind)) == NEWS


def test_garbage_is_refused() -> None:
    """An object where a number should be is never a part of an address."""
    (name,) = names("cscart_mkt_webhook") - set(GOOD)
    with pytest.raises(BadHook):
        read_hook(hook("", sample_bytes(name)))


@pytest.mark.parametrize(
    ("body", "query"),
    [
        (b"order_id=50231", ""),
        (b"a=b&order_id=50231", ""),
        (b"", "order_id=50231"),
        (b" ", "x=1&order_id=50231"),
        (b'"50231"', ""),
        (b"[50231]", ""),
        (b'[{"order_id": "50231"}]', ""),
        (b"\xef\xbb\xbf50231\n", ""),
        (b'{"order_id": "0050231"}', ""),
    ],
)
def test_other_shapes_are_tolerated(body: bytes, query: str) -> None:
    """A form, a query, a text of digits, a list of one, a byte order mark."""
    assert read_hook(hook("", body, query=query)) == NEWS
    assert read_hook(hook("", body, query=query, method="PUT")) == NEWS


@pytest.mark.parametrize(
    ("body", "query"),
    [
        (b"", ""),
        (b"", "order_id=50231/../1"),
        (b"", "number=5"),
        (b"{}", ""),
        (b"null", ""),
        (b"true", ""),
        (b"[]", ""),
        (b"[1, 2]", ""),
        (b"[[50231]]", ""),
        (b"50231.0", ""),
        (b"-50231", ""),
        (b"0", ""),
        (b'" 50231"', ""),
        (b'{"order_id": "50231 or 1=1"}', ""),
        (b'{"order_id": "50231?x=1"}', ""),
        (b'{"order_id": "%35"}', ""),
        (b"order_id=50231%2F..", ""),
        (b"\xff", "order_id=50231"),
    ],
)
def test_anything_but_digits_is_refused(body: bytes, query: str) -> None:
    """Injection, fractions, several numbers, nothing."""
    with pytest.raises(BadHook):
        read_hook(hook("", body, query=query))


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_other_methods_are_refused(method: str) -> None:
    """The Marketplace sends."""
    with pytest.raises(BadHook):
        read_hook(hook("", b"50231", method=method))


@given(st.binary(max_size=200), st.text(max_size=50))
def test_no_call_makes_another_error(body: bytes, query: str) -> None:
    """Whatever comes in, it is one order number of digits or a bad call."""
    with suppress(BadHook):
        (key,) = read_hook(hook("", body, query=query)).orders
        assert key.isascii()
        assert key.isdigit()


@pytest.mark.parametrize(
    "body", [*map(sample_bytes, GOOD), b"[50231]", b'[{"order_id": "50231"}]', b"order_id=50231"]
)
def test_a_call_that_tells_an_order_and_no_more_is_kept_as_it_came(body: bytes) -> None:
    """Byte by byte; in a query, too."""
    assert without_licences(hook("", body)) == hook("", body)
    in_query = hook("", b"", query="order_id=50231")
    assert without_licences(in_query) == in_query


@pytest.mark.parametrize(
    ("body", "query"),
    [
        (b'{"order_id": "50231", "license_number": "CANARY"}', ""),
        (b'[{"license": {"CANARY": 1}, "order_id": 50231}]', ""),
        (b"license_number=CANARY&order_id=50231", ""),
        (b"", "order_id=50231&license_number=CANARY"),
        (b"50231", "license_number=CANARY"),
    ],
)
def test_what_stands_beside_the_order_is_not_kept(body: bytes, query: str) -> None:
    """A licence number may come with the call; the order is the same afterwards."""
    kept = without_licences(hook("", body, query=query))
    assert (b"CANARY" in kept.body, "CANARY" in kept.query) == (False, False)
    assert read_hook(kept) == NEWS
