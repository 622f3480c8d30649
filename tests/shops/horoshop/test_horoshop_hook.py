"""Calls of Horoshop: which order they speak of, whatever else they say (contracts/sources §6, 7)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.hook import BadHook, HookNews
from syncd.shops.horoshop.hook import read_hook
from tests.shops.samples import hook, sample_bytes

FORM = "application/x-www-form-urlencoded"
ORDER = HookNews(orders=("1001",))


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    ("event", "body", "order"),
    [
        ("order_created", "horoshop_order_created_webhook.json", "1001"),
        ("order_created", "horoshop_order_created_webhook_guest_ukrposhta_float.json", "1002"),
        ("order_paid", "horoshop_order_paid_webhook.json", "1001"),
        ("order_update", "horoshop_order_update_webhook.json", "1001"),
        ("", "horoshop_order_update_webhook.json", "1001"),
    ],
)
def test_put_and_post_tell_the_order(method: str, event: str, body: str, order: str) -> None:
    """Horoshop calls by PUT; a handler that took POST only never got an order. Only the number is taken."""
    assert read_hook(hook(event, sample_bytes(body), method=method)) == HookNews(orders=(order,))


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "text/plain", "", FORM]
)
def test_the_header_does_not_decide_what_the_body_is(kind: str) -> None:
    """JSON is JSON."""
    assert read_hook(hook("order_created", b'{"order_id": "1001"}', kind=kind)) == ORDER


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"order_id":1001}',
        b' \r\n{"order_id":1001}\n',
        b"order_id=1001",
        b"a=1&order_id=1001&b=",
    ],
)
def test_a_byte_order_mark_blanks_and_forms_are_fine(body: bytes) -> None:
    """A mark before the JSON, blanks around it, or a form with the number in it."""
    assert read_hook(hook("order_created", body, method="PUT")) == ORDER


def test_delete_is_an_alarm() -> None:
    """The subscription has ended: a person is told which one, whatever the body says."""
    news = read_hook(hook("order_paid", b"\xff", method="DELETE"))
    assert (news.orders, news.products) == ((), ())
    assert "order_paid" in news.alarm


@pytest.mark.parametrize("event", ["user_signup", "user_update", "request_call_me", "comments_created"])
def test_other_events_mean_nothing(event: str) -> None:
    """They are accepted, or the shop would send them ten times."""
    assert read_hook(hook(event, b'{"id": 1}', method="PUT")) == HookNews()


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_event_is_refused(method: str) -> None:
    """The event stands in our own address: an unknown one is a mistake there."""
    with pytest.raises(BadHook):
        read_hook(hook("order_deleted", b'{"order_id": 1001}', method=method))


@pytest.mark.parametrize("method", ["GET", "PATCH", "HEAD", ""])
def test_other_methods_are_refused(method: str) -> None:
    """Nothing else comes from the shop."""
    with pytest.raises(BadHook):
        read_hook(hook("order_created", b'{"order_id": 1001}', method=method))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"<html></html>",
        b"\xff\xfe",
        b"[1001]",
        b"1001",
        b'{"order_id": null}',
        b'{"order_id": true}',
        b'{"order_id": 0}',
        b'{"order_id": -5}',
        b'{"order_id": 1001.0}',
        b'{"order_id": 1e3}',
        b'{"order_id": NaN}',
        b'{"order_id": ""}',
        b'{"order_id": "1001; DROP TABLE"}',
        b'{"order_id": "../1001"}',
        b'{"order_id": "1001\\n"}',
        b'{"order_id": "\\u0661\\u0660"}',
        b'{"order_id": [1001]}',
        b'{"order_id": {"$gt": 0}}',
        b'{"order_id": 1' + b"0" * 18 + b"}",
        b'{"order_id": 1' + b"0" * 5000 + b"}",
        b'{"order_id":1001',
        b'{"id": 1001}',
        b"[" * 100_000,
        b"order_id=",
        b"order_id[]=5",
        b"&".join(b"a%d=1" % number for number in range(1001)) + b"&order_id=5",
    ],
)
def test_a_body_without_an_order_number_is_refused(body: bytes) -> None:
    """Not JSON, no object, no digits, too many of them: one error, which quotes nothing of the body."""
    with pytest.raises(BadHook) as raised:
        read_hook(hook("order_created", body, method="PUT"))
    assert "1001" not in str(raised.value)
    assert raised.value.__cause__ is None


@given(st.binary(max_size=200), st.text(max_size=9), st.sampled_from(["PUT", "POST", "DELETE"]))
def test_no_call_makes_another_error(body: bytes, event: str, method: str) -> None:
    """Whatever comes in, it is news or a bad call."""
    for word in ("order_created", event):
        with suppress(BadHook):
            read_hook(hook(word, body, method=method))
