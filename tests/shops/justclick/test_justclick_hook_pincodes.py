"""Pin codes are not kept with a call."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.hook import HookCall
from syncd.shops.justclick.form import parse_form
from syncd.shops.justclick.hook_pincodes import without_pincodes
from syncd.shops.justclick.query import build_query


def call(body: bytes, query: str = "") -> HookCall:
    return HookCall("paid", "POST", "application/x-www-form-urlencoded", body, query)


@pytest.mark.parametrize(
    "body",
    [
        b"id=1&items%5B0%5D%5Bpincode%5D=CANARY&items%5B0%5D%5Bsum%5D=5",
        b"id=1&items[0][pincode]=CANARY&items[0][sum]=5",
        b"id=1&items%5B0%5D%5BPin%63ode%5D=CANARY&items[0][sum]=5",
        b"id=1&pincode=CANARY=CANARY&sum=5",
        b'{"id": "1", "items": [{"pincode": "CANARY", "sum": 5}]}',
        b'\xef\xbb\xbf {"id": "1", "pincode": ["CANARY"], "sum": 5}',
    ],
)
def test_a_pin_code_is_hidden_and_nothing_else(body: bytes) -> None:
    """In any spelling of its field; the other fields stay."""
    kept = without_pincodes(call(body, "pincode=CANARY&id=1"))
    assert b"CANARY" not in kept.body
    assert kept.query == "pincode=***&id=1"
    assert b"sum" in kept.body
    assert b"id" in kept.body


def test_the_kept_json_is_json() -> None:
    """It can be read anew."""
    kept = without_pincodes(call(b'{"id": "1", "items": [{"pincode": "CANARY"}]}'))
    assert json.loads(kept.body) == {"id": "1", "items": [{"pincode": "***"}]}


@given(st.dictionaries(st.text("abcdi[]5 é", min_size=1), st.text()))
def test_a_call_without_pin_codes_is_kept_as_it_came(fields: dict[str, str]) -> None:
    """Byte by byte."""
    one = call(build_query(fields).encode())
    assert without_pincodes(one) == one


@given(st.dictionaries(st.text("ab", min_size=1), st.text()), st.text())
def test_the_other_fields_of_a_form_are_read_as_before(fields: dict[str, str], pincode: str) -> None:
    """A form with a pin code says the same for all others."""
    body = build_query({**fields, "pincode": pincode}).encode()
    kept = parse_form(without_pincodes(call(body)).body)
    assert kept == {**parse_form(body), "pincode": "***"}
