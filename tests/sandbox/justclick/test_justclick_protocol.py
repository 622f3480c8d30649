"""The hash of requests and answers, error codes, spellings of methods (contracts/sources §2.1, §2.2, §2.4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.sandbox import php
from syncd.sandbox.justclick.signatures import hook_hash, request_hash, response_hash
from tests.sandbox.base.sources import sample, vectors
from tests.sandbox.justclick.client import FORM, KEY, Api, md5
from tests.sandbox.justclick.conftest import Start

VECTORS = vectors()
METHOD = {"GetOrders", "getOrdersWithGoods", "getOrderDetails", "UpdateOrderStatus"}


def named(rows: list[Any]) -> list[Any]:
    return [pytest.param(row, id=row.get("name") or row["mistake"]) for row in rows]


@pytest.mark.parametrize("vector", named(VECTORS["request"]))
def test_the_server_computes_the_hash_from_the_parsed_form(start: Start, vector: Any) -> None:
    """Every vector: the body is accepted, and with any other hash it is code 4."""
    api = start(login=vector["login"], key=vector["key"])
    params = php.parse_query(vector["query"])
    assert php.http_build_query(params) == vector["query"]
    assert request_hash(params, vector["login"], vector["key"]) == vector["hash"]
    good = api.raw("/api/GetAllGoods", vector["body"])
    assert good.json["error_code"] == 0
    for wrong in (vector["hash"].upper(), "0" * 32, vector["hash"][:-1]):
        body = vector["body"].replace(vector["hash"], wrong)
        if wrong != vector["hash"]:
            assert api.raw("/api/GetAllGoods", body).json["error_code"] == 4


@pytest.mark.parametrize("vector", named(VECTORS["request"]))
def test_query_building_follows_php(vector: Any) -> None:
    """From the typed parameters of a vector to its query: order, brackets, null, booleans, escapes."""
    params = php_array(vector["params"])
    assert php.http_build_query(params) == vector["query"]


def php_array(pairs: list[Any]) -> php.PhpArray:
    return {key: value for key, value in pairs}


@pytest.mark.parametrize("mistake", named(VECTORS["wrong_requests"]))
def test_known_mistakes_of_clients_are_code_4(start: Start, mistake: Any) -> None:
    """The hash of a wrongly built query, sent with the right body."""
    asked = mistake.get("for", "seed_example")
    right = next(row for row in VECTORS["request"] if row["name"] == asked)
    api = start(login="username", key=KEY)
    body = right["body"].replace(right["hash"], mistake["hash"])
    assert api.raw("/api/GetAllGoods", body).json["error_code"] == 4


@pytest.mark.parametrize(
    "query", ["goods[0]=1&goods[1]=2", "goods%5B%5D=1", "goods=1&goods=2", "a.b=1", "q=~"]
)
def test_a_query_that_php_writes_otherwise_is_refused(api: Api, query: str) -> None:
    """Bare brackets, no index, a repeated name, a dot in a name, a bare tilde: right for the client, wrong here."""
    assert api.signed("GetAllGoods", query).json["error_code"] == 4


def test_the_body_may_be_escaped_otherwise_than_the_hashed_text(api: Api) -> None:
    """%20 or +, %5B or a bracket: only the parsed form counts."""
    mark = md5(f"q=a+b&goods%5B0%5D=1::username::{KEY}")
    assert api.raw("/api/GetAllGoods", f"q=a%20b&goods[0]=1&hash={mark}").json["error_code"] == 0


NAMES = st.from_regex(r"[a-z_]{1,5}", fullmatch=True)
VALUES = st.recursive(
    st.text(),
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner, min_size=1, max_size=3),
        st.lists(inner, min_size=1, max_size=3).map(lambda rows: dict(enumerate(rows))),
    ),
    max_leaves=5,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_a_form_that_was_built_is_read_alike(params: dict[str, Any]) -> None:
    """Nested, any text: the server sees what the client has hashed, in its order."""
    read = php.parse_query(php.http_build_query(params))
    assert read == params
    assert list(read) == list(params)


@pytest.mark.parametrize("vector", named(VECTORS["response"]))
def test_the_hash_of_an_answer(vector: Any) -> None:
    """Code and text, the word of the code as PHP writes it; the vectors that are wrong on purpose differ."""
    found = response_hash(int(vector["error_code"]), vector["error_text"], vector["key"])
    assert found == vector["hash"]
    assert (found == vector["response_hash"]) is vector["valid"]


@pytest.mark.parametrize("vector", named(VECTORS["webhook"]))
def test_the_hash_of_a_hook(vector: Any) -> None:
    """Number, e-mail, stamp and key without separators."""
    fields = vector["fields"]
    stamp = fields.get(vector["stamp_field"], "")
    assert hook_hash(fields["id"], fields["email"], stamp, vector["key"]) == vector["hash"] == fields["hash"]


def test_requests_of_the_samples_are_accepted(start: Start) -> None:
    """Their hashes are right; nobody has ordered in those days."""
    api = start(key=KEY)
    for name in ("justclick_get_orders_request", "justclick_get_orders_with_goods_request"):
        request = sample(name)
        answer = api.raw(request["path"], request["body"], request["method"])
        assert answer.json == sample("justclick_no_orders_401")


def test_errors_of_the_samples(start: Start) -> None:
    """A wrong hash, a refused address, too many calls: HTTP 200, no result, a hash of their own."""
    api = start(key=KEY)
    answer = api.raw("/api/GetOrders", "a=1&hash=" + "0" * 32)
    assert (answer.status, answer.json) == (200, sample("justclick_incorrect_hash"))
    api.edit("refuse", code=8)
    assert api.call("GetOrders") == sample("justclick_rate_limited")
    api.edit("refuse", code=6)
    body = api.call("GetOrders")
    expected = sample("justclick_ip_denied")
    assert body["error_code"] == expected["error_code"] and body.keys() == expected.keys()
    assert body["error_text"].startswith("Permission denied for IP ")


@pytest.mark.parametrize("code", [5, 6, 7, 8])
def test_an_account_may_be_refused_until_further_notice(api: Api, code: int) -> None:
    """Every method gets the code, and nothing else, until it ends."""
    number = api.place()
    api.edit("refuse", code=code)
    for method in METHOD:
        body = api.call(method, bill_id=number, status="cancel")
        assert body["error_code"] == code and "result" not in body
    api.edit("refuse", code=0)
    assert api.order(number)["pay_status"] == "waiting"


def test_a_request_without_a_hash_is_code_1(api: Api) -> None:
    """Also a GET, JSON, an empty body, an empty hash; a list instead of a hash is a wrong one."""
    right = md5(f"::username::{KEY}")
    for body in ("", "a=1", "hash="):
        assert api.raw("/api/GetOrders", body).json["error_code"] == 1
    assert api.raw("/api/GetOrders", f"hash={right}", "GET").json["error_code"] == 1
    assert api.raw("/api/GetOrders", f"hash={right}", Content_Type="application/json").json["error_code"] == 1
    assert api.raw("/api/GetOrders", f"hash[]={right}").json["error_code"] == 4


def test_the_login_is_the_sub_domain(api: Api) -> None:
    """Another one is no user; the own one, and loopback, are."""
    body = "hash=" + md5(f"::username::{KEY}")
    for host, code in (("other.justclick.ru", 5), ("username.justclick.io", 0), ("127.0.0.1", 0)):
        assert api.raw("/api/GetAllGoods", body, Host=host).json["error_code"] == code


def test_login_and_key_are_part_of_the_hash(api: Api) -> None:
    """Another login or key is a wrong hash."""
    for login, key in (("other", KEY), ("username", "Y" * 40)):
        assert api.raw("/api/GetAllGoods", "hash=" + md5(f"::{login}::{key}")).json["error_code"] == 4


@pytest.mark.parametrize("name", ["getorders", "GETORDERS", "getOrders", "GetOrdersWithGoods"])
def test_another_spelling_of_a_method_redirects(api: Api, name: str) -> None:
    """307 to the spelling of the documentation, without any JSON."""
    answer = api.signed(name, "")
    assert (answer.status, answer.body) == (307, b"")
    assert answer.headers["location"] in {"/api/GetOrders", "/api/getOrdersWithGoods"} - {f"/api/{name}"}
    assert answer.headers["location"].casefold() == f"/api/{name}".casefold()


def test_an_unknown_method_is_code_2(api: Api) -> None:
    """The code of a function that is switched off; other pages are no API."""
    assert api.call("CreateOrder")["error_code"] == 2
    assert api.raw("/", "").status == 404


def test_calls_are_counted_by_method(api: Api) -> None:
    """Only what changes something is a write."""
    api.call("GetOrders")
    api.call("UpdateGood")
    api.raw("/", "", Content_Type=FORM)
    assert api.running.counters.by_method == {"GetOrders": 1, "UpdateGood": 1, "page": 1}
    assert api.running.counters.writes == 1


def test_credentials_are_login_and_key(start: Start) -> None:
    """A key has 40 characters; the same seed makes the same one."""
    first, again, other = (start(key=None, seed=seed).shop.credentials() for seed in (1, 1, 2))
    assert first == again != other and len(first["key"]) == 40 and first["login"] == "username"
