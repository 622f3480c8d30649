"""Logging in, the envelope, and what the shop answers to calls that are wrong (contracts/sources §1.1, §1.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.base.sources import sample, sample_text
from tests.sandbox.horoshop.client import Api
from tests.sandbox.horoshop.conftest import Start


def test_a_login_gives_a_token_of_32_characters(api: Api) -> None:
    """Every login gives another one, and an older one stays good."""
    first, second = api.log_in(), api.log_in()
    assert len(first) == len(second) == 32 and first != second
    for token in (first, second):
        assert api.send("orders/get", token=token).json["status"] == "EMPTY"


@pytest.mark.parametrize("change", [{"login": "other"}, {"password": "wrong"}, {"password": None}])
def test_a_wrong_login_is_an_error(api: Api, change: dict[str, Any]) -> None:
    """The envelope says ERROR, HTTP says 200."""
    answer = api.send("auth", **{**api.shop.credentials(), **change})
    assert (answer.status, answer.json) == (200, sample("horoshop_auth_error"))


def test_the_login_of_the_samples(start: Start) -> None:
    """The request of the sample is taken, the answer has its shape."""
    body = sample("horoshop_auth_request")
    answer = start(login=body["login"], password=body["password"]).send("auth", **body)
    token = answer.json["response"]["token"]
    assert answer.json == {"status": "OK", "response": {"token": token}}
    assert len(token) == len(sample("horoshop_auth_ok")["response"]["token"])


def test_a_token_lives_ten_minutes_of_the_shops_clock(api: Api) -> None:
    """One second before the end it is good, at the end it is not; a new login helps."""
    api.call("orders/get")
    api.shop.clock.advance(599)
    assert api.call("orders/get").json["status"] == "EMPTY"
    api.shop.clock.advance(1)
    answer = api.call("orders/get")
    assert (answer.status, answer.json) == (200, sample("horoshop_unauthorized"))
    assert api.send("orders/get", token=api.log_in()).json["status"] == "EMPTY"


@pytest.mark.parametrize("token", [None, "", "f" * 32, 5, ["x"]])
def test_a_token_that_was_never_given_out_is_refused(api: Api, token: Any) -> None:
    """Also for functions that change something."""
    for function in ("orders/get", "orders/update", "catalog/export"):
        assert api.send(function, token=token, orders=[]).json["status"] == "UNAUTHORIZED"


@pytest.mark.parametrize("refusal", ["UNAUTHORIZED", "AUTHORIZATION_ERROR", "ERROR", "EXCEPTION"])
def test_a_worn_out_token_has_several_answers(api: Api, refusal: str) -> None:
    """The word in the envelope is set; the text always names the token."""
    api.edit("setting", refusal=refusal)
    api.call("orders/get")
    assert api.edit("expire_tokens") == 1
    answer = api.call("orders/get")
    assert (answer.status, answer.json["status"]) == (200, refusal)
    assert answer.json["response"] == {"message": "token expired"}


def test_a_worn_out_token_as_http_401(api: Api) -> None:
    """The status of HTTP may say it too; hooks/* always do."""
    assert api.send("hooks/subscribe", event="order_created", target_url="http://127.0.0.1/").status == 401
    assert api.send("orders/get").status == 200
    api.edit("setting", refusal="HTTP 401")
    assert api.send("orders/get").status == 401


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf{}", b"{", b"", b"[]", b"null", b'{"a": "\xff"}', b"login=x"])
def test_what_is_no_json_object_is_refused(api: Api, body: bytes) -> None:
    """A BOM, broken JSON, another type, bytes that are not UTF-8, a form."""
    answer = api.raw("/api/auth/", body)
    assert (answer.status, answer.json) == (200, sample("horoshop_http_error"))


def test_only_a_post_of_json_is_taken(api: Api) -> None:
    """GET and forms are deprecated: a client that still uses them is told at once."""
    body = json.dumps(api.shop.credentials()).encode()
    assert api.raw("/api/auth/", body, "GET").json["status"] == "HTTP_ERROR"
    assert api.raw("/api/auth/", body, Content_Type="text/plain").json["status"] == "HTTP_ERROR"
    kind = "application/json; charset=utf-8"
    assert api.raw("/api/auth/", body, Content_Type=kind).json["status"] == "OK"


@pytest.mark.parametrize("path", ["/api/orders/list/", "/api/orders/get", "/api/", "/api/Orders/get/"])
def test_an_unknown_function_has_an_empty_response(api: Api, path: str) -> None:
    """Also a known one without the slash at its end."""
    answer = api.raw(path, b"{}")
    assert (answer.status, answer.json) == (200, sample("horoshop_undefined_function"))


def test_an_older_shop_has_no_list_of_statuses(start: Start) -> None:
    """Before 4.0 the function is unknown."""
    assert start(version="3.38").call("orders/get_available_statuses").json["status"] == "UNDEFINED_FUNCTION"
    assert start(version="4.0").call("orders/get_available_statuses").json["status"] == "OK"


def test_the_anti_bot_page_comes_with_http_200(api: Api) -> None:
    """Always, or unless the User-Agent looks like a browser's; then it ends."""
    api.edit("challenge")
    for _ in range(2):
        answer = api.send("auth", **api.shop.credentials())
        assert (answer.status, answer.body.decode()) == (
            200,
            sample_text("horoshop_html_challenge.txt").strip(),
        )
        assert answer.headers["content-type"].startswith("text/html")
    api.edit("challenge", when="unless_browser")
    body = json.dumps(api.shop.credentials()).encode()
    assert api.raw("/api/auth/", body).body.startswith(b"<html>")
    assert api.raw("/api/auth/", body, User_Agent="Mozilla/5.0").json["status"] == "OK"
    api.edit("challenge", when="never")
    assert api.raw("/api/auth/", body).json["status"] == "OK"


def test_other_pages_are_no_api(api: Api) -> None:
    """The shop's site is not part of the sandbox."""
    assert api.raw("/", b"{}").status == 404


def test_calls_are_counted_by_function(api: Api) -> None:
    """Only functions that change something are writes."""
    api.call("orders/get")
    api.call("orders/update", orders=[])
    api.raw("/", b"")
    counters = api.running.counters
    assert counters.by_method == {"auth": 1, "orders/get": 1, "orders/update": 1, "page": 1}
    assert counters.writes == 1


def test_a_fault_can_be_an_exception_of_the_shop(api: Api) -> None:
    """Any answer of the contract that the shop itself never gives is made by a fault."""
    body = json.dumps(sample("horoshop_exception"))
    api.running.faults.add(
        {"when": "before", "kind": "status", "status": 200, "body": body, "content_type": "application/json"}
    )
    assert api.send("orders/get").json == {"status": "EXCEPTION", "response": {"message": "internal error"}}
