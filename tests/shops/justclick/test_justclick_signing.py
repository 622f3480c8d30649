"""The three hashes and the query under them, against PHP's own results (contracts/sources §2.2, §2.4, §2.6)."""

from __future__ import annotations

import re
from collections import OrderedDict
from decimal import Decimal
from hashlib import md5
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.shops.justclick.query import build_query, php_text
from syncd.shops.justclick.signing import same_hash, sign_hook, sign_request, sign_response, signed_form
from tests.shops.justclick.justclick_account import KEY, LOGIN, sample, vectors

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.integers(0, 9), inner, max_size=3)
    ),
    max_leaves=8,
)
PARAMS = st.lists(st.tuples(st.text(min_size=1, max_size=5), VALUES), max_size=5)


@pytest.mark.parametrize("vector", vectors("request"), ids=lambda vector: vector["name"])
def test_point_1_request_vectors(vector: dict[str, Any]) -> None:
    """Query, hash and body are PHP's to the byte, from pairs and from a mapping alike."""
    login, key = vector["login"], vector["key"]
    for params in (vector["params"], dict(vector["params"]), OrderedDict(vector["params"])):
        assert build_query(params) == vector["query"]
        assert sign_request(params, login=login, key=key) == vector["hash"]
        assert signed_form(params, login=login, key=key) == vector["body"]


@pytest.mark.parametrize("vector", vectors("response"), ids=lambda vector: vector["name"])
def test_point_1_response_vectors(vector: dict[str, Any]) -> None:
    """The hash is PHP's, and the told one is taken only when it is exactly this one."""
    expected = sign_response(vector["error_code"], vector["error_text"], key=vector["key"])
    assert expected == vector["hash"]
    assert same_hash(vector["response_hash"], expected) is vector["valid"]


@pytest.mark.parametrize("vector", vectors("webhook"), ids=lambda vector: vector["name"])
def test_point_1_hook_vectors(vector: dict[str, Any]) -> None:
    """The hash of a hook is that of its id, e-mail and stamp."""
    fields = vector["fields"]
    stamp = fields.get(vector["stamp_field"], "")
    assert sign_hook(fields["id"], fields["email"], stamp, key=vector["key"]) == vector["hash"]
    assert sign_hook(int(fields["id"]), fields["email"], stamp, key=vector["key"]) == vector["hash"]


def test_an_absent_part_of_a_hook_is_empty() -> None:
    """As PHP puts null into a text: a call of a creation is signed with a payment that is not there."""
    assert sign_hook("7", "a@b.example", None, key=KEY) == sign_hook("7", "a@b.example", "", key=KEY)
    assert sign_hook("7", None, "5", key=KEY) == sign_hook("7", "", "5", key=KEY)


@pytest.mark.parametrize("wrong", vectors("wrong_requests"), ids=lambda wrong: wrong["mistake"])
def test_point_1_known_mistakes_are_not_made(wrong: dict[str, Any]) -> None:
    """No vector is signed as the clients sign it that are known to be wrong."""
    name = wrong.get("for", "seed_example")
    vector = next(each for each in vectors("request") if each["name"] == name)
    assert build_query(vector["params"]) != wrong["query"]
    assert sign_request(vector["params"], login=LOGIN, key=KEY) != wrong["hash"]


@pytest.mark.parametrize("name", ["get_orders_request", "get_orders_with_goods_request"])
def test_sample_requests(name: str) -> None:
    """A sample's body comes out again from its fields."""
    request = sample(name)
    fields = parse_qsl(request["body"], keep_blank_values=True)
    assert signed_form(fields, login=request["login"], key=request["key"]) == request["body"]


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [(0, None, "0::"), (0, False, "0::"), (False, True, "::1"), (None, "", "::"), ("0", 1.0, "0::1")],
)
def test_an_answer_as_php_spells_it(code: Any, text: Any, said: str) -> None:
    """Inside a PHP text null and false are empty, true is 1."""
    assert sign_response(code, text, key=KEY) == md5(f"{said}::{KEY}".encode()).hexdigest()


def test_nothing_to_send() -> None:
    """Without fields the body is the hash alone, over the empty query."""
    expected = md5(f"::{LOGIN}::{KEY}".encode()).hexdigest()
    assert signed_form([], login=LOGIN, key=KEY) == f"hash={expected}"
    assert signed_form({"goods": [], "paid": None}, login=LOGIN, key=KEY) == f"hash={expected}"


def test_the_hash_is_never_part_of_what_is_hashed() -> None:
    """A field `hash` is left out, so that a body that came in can be checked by its fields."""
    assert sign_request({"a": 1, "hash": "x"}, login=LOGIN, key=KEY) == sign_request(
        [("a", 1)], login=LOGIN, key=KEY
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (1 / 3, "0.33333333333333"),
        (0.1 + 0.2, "0.3"),
        (1e13, "10000000000000"),
        (1e14, "1.0E+14"),
        (123456789012345.0, "1.2345678901234E+14"),
        (0.0001, "0.0001"),
        (0.00001, "1.0E-5"),
        (-0.5, "-0.5"),
        (-0.0, "-0"),
        (1.5e100, "1.5E+100"),
        (float("inf"), "INF"),
        (float("-inf"), "-INF"),
        (float("nan"), "NAN"),
        (Decimal("1245.00"), "1245.00"),
    ],
)
def test_numbers_as_php_writes_them(number: float | Decimal, text: str) -> None:
    """Floats have 14 digits and PHP's exponent; a Decimal goes out as it stands."""
    assert php_text(number) == text


def test_a_name_that_comes_twice() -> None:
    """A PHP array has a name once: in its first place, with its last value; 5 and "5" are one name."""
    assert build_query([("a", 1), ("b", 2), ("a", 3)]) == "a=3&b=2"
    assert build_query({"m": {5: "x", "5": "y"}}) == "m%5B5%5D=y"


def test_a_list_inside_itself_is_left_out() -> None:
    """As in PHP; and no depth is too much."""
    loop: list[Any] = ["x"]
    loop.append(loop)
    assert build_query({"a": loop}) == "a%5B0%5D=x"
    deep: Any = "x"
    for _ in range(2000):
        deep = [deep]
    assert build_query({"a": deep}) == f"a{'%5B0%5D' * 2000}=x"


def test_the_same_list_twice_is_no_loop() -> None:
    """What stands in two places is written in both."""
    twice = ["x"]
    assert build_query([("a", twice), ("b", [twice])]) == "a%5B0%5D=x&b%5B0%5D%5B0%5D=x"


def test_what_php_has_no_text_for() -> None:
    """Anything else is a mistake of the caller, never a `repr` on the wire."""
    for value in (object(), b"bytes", {1, 2}):
        with pytest.raises(TypeError, match="cannot stand in a query"):
            build_query({"a": value})


@given(st.text())
def test_encoding_is_reversible_and_plain(text: str) -> None:
    """Only letters, digits and `-_.` stay; everything else is `+` or upper-case hex of UTF-8."""
    encoded = build_query([("q", text)]).removeprefix("q=")
    assert re.fullmatch(r"(?:[A-Za-z0-9_.+-]|%[0-9A-F]{2})*", encoded)
    assert unquote_plus(encoded) == text


def flat(name: str, value: Any) -> list[tuple[str, str]]:
    """Fields by the rules in words: nothing is dropped, indices are explicit, yes and no are 1 and 0."""
    if isinstance(value, dict):
        texts: dict[str, Any] = {}
        for key, item in value.items():
            texts[str(key)] = item
        return [pair for key, item in texts.items() for pair in flat(f"{name}[{key}]", item)]
    if isinstance(value, list):
        return [pair for index, item in enumerate(value) for pair in flat(f"{name}[{index}]", item)]
    if value is None:
        return []
    return [(name, str(int(value)) if isinstance(value, int) else value)]


@given(PARAMS)
def test_names_and_values_of_any_fields(params: list[tuple[str, Any]]) -> None:
    """Decoded, the query is the fields in their order, each with its whole path."""
    expected = [pair for name, value in dict(params).items() for pair in flat(name, value)]
    assert parse_qsl(build_query(params), keep_blank_values=True, separator="&") == expected


@given(PARAMS, st.text(max_size=8), st.text(max_size=8))
def test_the_body_holds_what_was_hashed(params: list[tuple[str, Any]], login: str, key: str) -> None:
    """Whatever is signed: the body without its last field is what was hashed, byte for byte."""
    body = signed_form(params, login=login, key=key)
    query, _, told = body.rpartition("hash=")
    raw = f"{query.removesuffix('&')}::{login}::{key}".encode()
    assert told == md5(raw).hexdigest()


@given(st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()))
def test_only_the_very_hash_is_the_hash(other: Any) -> None:
    """Nothing but the same text is the hash: no prefix, no other kind, no other script, and nothing raises."""
    expected = sign_response(0, "OK", key=KEY)
    assert same_hash(other, expected) is (other == expected)
    assert not same_hash("٣" * 32, expected)
    assert not same_hash("\ud800", expected)
