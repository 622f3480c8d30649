"""The hooks: signed hints that nothing but an order's number is taken from (contracts/sources §2.6)."""

from __future__ import annotations

import json
from hashlib import md5
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.hook import BadHook, HookCall, HookNews
from syncd.shops.justclick.form import MOST_BYTES
from syncd.shops.justclick.hook import EVENTS, read_hook
from syncd.shops.justclick.query import build_query
from tests.shops.justclick.justclick_account import KEY, sample, vectors

FORM = "application/x-www-form-urlencoded"
NEWS = HookNews(orders=("102937",))


def call(body: str | bytes, event: str = "created", content_type: str = FORM) -> HookCall:
    return HookCall(event, "POST", content_type, body.encode() if isinstance(body, str) else body)


def sample_call(name: str) -> HookCall:
    hook = sample(f"webhook_{name}")
    return call(hook["body"], hook["path"].rpartition("/")[2])


def signed(order_id: str, email: str = "", stamp: str = "") -> str:
    return md5(f"{order_id}{email}{stamp}{KEY}".encode()).hexdigest()


@pytest.mark.parametrize("vector", vectors("webhook"), ids=lambda vector: vector["name"])
def test_point_5_vectors(vector: dict[str, Any]) -> None:
    """Every vector is taken, as a form and as JSON; with another key none is."""
    told = json.dumps(vector["fields"])
    for hook in (call(vector["body"]), call(told, content_type="application/json"), call(told)):
        assert read_hook(hook, key=vector["key"]) == NEWS
        with pytest.raises(BadHook, match="hash"):
            read_hook(hook, key="Y" * 40)


def test_the_header_does_not_matter() -> None:
    """A form under the header of JSON, JSON with a byte order mark under that of a form, and a query alone are all taken."""
    fields = {"id": "7", "email": "a@b.c", "hash": signed("7", "a@b.c")}
    form, told = build_query(fields), json.dumps(fields).encode()
    calls = [
        call(form, content_type="application/json"),
        call(form + "\r\n", content_type="text/plain"),
        call(b"\xef\xbb\xbf" + told),
        call(b"\xef\xbb\xbf" + form.encode()),
        HookCall("created", "POST", "", b"", form),
    ]
    for hook in calls:
        assert read_hook(hook, key=KEY).orders == ("7",)


@pytest.mark.parametrize("name", ["new_order", "new_order_empty_stamp"])
def test_point_5_created_with_both_stamps(name: str) -> None:
    """The docs sign a creation with its time, their sample without: both are taken."""
    assert read_hook(sample_call(name), key=KEY) == NEWS


def test_point_5_the_empty_stamp_beside_both_times() -> None:
    """A hash without a stamp is taken also where the call tells both times."""
    body = {"id": "7", "email": "a@b.c", "created": "1", "paid": "2", "hash": signed("7", "a@b.c")}
    assert read_hook(call(build_query(body)), key=KEY).orders == ("7",)


def test_json_beyond_the_bound() -> None:
    """A body that is too large is refused before it is read, signed or not."""
    body = json.dumps({"id": "7", "hash": signed("7")}).encode()
    assert read_hook(call(body), key=KEY).orders == ("7",)
    with pytest.raises(BadHook, match="bytes"):
        read_hook(call(body + b" " * MOST_BYTES), key=KEY)


@pytest.mark.parametrize("name", ["paid", "prepayment", "moneyback"])
def test_point_5_paid_stamps(name: str) -> None:
    """The others are signed with the time of payment."""
    assert read_hook(sample_call(name), key=KEY) == NEWS


def test_point_5_a_forged_id() -> None:
    """A number that was changed after signing is no hook."""
    with pytest.raises(BadHook, match=r"order 102999 is missing or wrong"):
        read_hook(sample_call("forged"), key=KEY)


def test_point_5_a_cancel_with_a_reused_hash_cancels_nothing() -> None:
    """A creation and a cancellation bear the same hash, so both say the same: look at the order."""
    created, cancelled = sample("webhook_new_order"), sample("webhook_cancel_order")
    assert created["fields_flat"]["hash"] == cancelled["fields_flat"]["hash"]
    assert read_hook(sample_call("cancel_order"), key=KEY) == NEWS
    assert read_hook(call(created["body"].replace("new_order", "cancel_order")), key=KEY) == NEWS


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_is_a_reason_to_look(event: str) -> None:
    """The event tells no more than the body: the order is read."""
    body = {"id": "7", "hash": signed("7")}
    assert read_hook(call(build_query(body), event), key=KEY) == HookNews(orders=("7",))


def test_an_unknown_event_is_told() -> None:
    """An address that somebody mistyped still brings the order; the words of the body are no event."""
    body = build_query({"id": "7", "status": "moneyback", "hash": signed("7")})
    news = read_hook(call(body, "cancelled" + "x" * 500), key=KEY)
    assert news.orders == ("7",)
    assert "unknown event" in news.alarm
    assert "canceled, created, moneyback, paid, prepaid" in news.alarm
    assert len(news.alarm) < 300
    assert read_hook(call(body, ""), key=KEY).alarm == ""


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"hash": ""},
        {"hash": signed("7").upper()},
        {"hash": signed("7")[:31]},
        {"hash": signed("7") + "0"},
        {"hash": " " + signed("7")},
        {"hash": [signed("7")]},
        {"hash": {"x": signed("7")}},
        {"hash": True},
        {"hash": "٣" * 32},
    ],
)
def test_any_other_hash_is_refused(told: dict[str, Any]) -> None:
    """Missing, empty, upper case, cut, longer, nested, in another script: none of them is the hash."""
    for hook in (call(build_query({"id": "7"} | told)), call(json.dumps({"id": "7"} | told))):
        with pytest.raises(BadHook, match="hash"):
            read_hook(hook, key=KEY)


@pytest.mark.parametrize(
    "order_id", ["", "0", "x", "-7", "7.0", "7 ", "٣", "²", "1e3", "9" * 19, "7;8", "../7"]
)
def test_a_number_that_is_none(order_id: str) -> None:
    """Only the digits of a number lead to an order, signed or not."""
    with pytest.raises(BadHook, match="names no order"):
        read_hook(call(build_query({"id": order_id, "hash": signed(order_id)})), key=KEY)


def test_numbers_in_json_are_their_digits() -> None:
    """`7` and "7" are one order; a number with zeros before it too."""
    assert read_hook(
        call(json.dumps({"id": 7, "created": 17, "hash": signed("7", "", "17")})), key=KEY
    ).orders == ("7",)
    assert read_hook(call(build_query({"id": "007", "hash": signed("007")})), key=KEY).orders == ("7",)


@pytest.mark.parametrize("field", ["id", "email", "created", "paid"])
def test_a_signed_field_that_is_no_text(field: str) -> None:
    """An array in the place of a signed field is no hook."""
    body = {"id": "7", "hash": signed("7")} | {field: {"x": "7"}}
    for hook in (call(build_query(body)), call(json.dumps(body))):
        with pytest.raises(BadHook):
            read_hook(hook, key=KEY)


def test_an_email_that_is_no_utf_8() -> None:
    """The bytes that were signed are the bytes that came."""
    raw = "иван@пример.рф".encode("cp1251")
    told = md5(b"7" + raw + KEY.encode()).hexdigest().encode()
    assert read_hook(call(b"id=7&email=" + raw + b"&hash=" + told), key=KEY).orders == ("7",)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"null", b"\xff{", b'{"id": ' + b"[" * 200_000, b"{" + b" " * MOST_BYTES, b"{}"],
)
def test_json_that_is_no_hook(body: bytes) -> None:
    """Cut, deep, large or of another kind: refused, never an error of another class."""
    with pytest.raises(BadHook):
        read_hook(call(body, content_type="application/json; charset=utf-8"), key=KEY)


@given(
    st.binary(max_size=120) | st.text(alphabet='{}[]":,&=idhash0123456789', max_size=60).map(str.encode),
    st.sampled_from([FORM, "application/json", "", "multipart/form-data; boundary=x"]),
)
def test_any_call_is_refused_without_the_key(body: bytes, content_type: str) -> None:
    """Nobody without the key gets a call taken, and nothing but a bad hook comes of it."""
    with pytest.raises(BadHook):
        read_hook(call(body, content_type=content_type), key=KEY)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@given(
    st.fixed_dictionaries(
        {}, optional={name: JSON for name in ("id", "email", "created", "paid", "hash", "items")}
    )
)
def test_any_fields_are_refused_without_the_key(fields: dict[str, Any]) -> None:
    """Whatever stands in the signed fields."""
    with pytest.raises(BadHook):
        read_hook(call(json.dumps(fields), content_type="application/json"), key=KEY)


@given(
    st.integers(1, 10**15).map(str),
    st.emails(),
    st.sampled_from(["created", "paid", ""]),
    st.integers(0, 2**31).map(str),
)
def test_whoever_has_the_key_is_heard(order_id: str, email: str, stamp: str, moment: str) -> None:
    """A call that is signed with any of the stamps names its order."""
    fields = {"id": order_id, "email": email, stamp or "other": moment}
    told = signed(order_id, email, moment if stamp else "")
    assert read_hook(call(build_query(fields | {"hash": told})), key=KEY).orders == (order_id,)


def test_the_message_holds_neither_key_nor_hash() -> None:
    """What is refused is told without what would make it right."""
    body = build_query({"id": "7", "hash": "0" * 32})
    with pytest.raises(BadHook) as refused:
        read_hook(call(body), key=KEY)
    assert KEY not in str(refused.value)
    assert signed("7") not in str(refused.value)
