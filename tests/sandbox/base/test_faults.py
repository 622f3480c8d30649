"""Fault rules, through real sockets."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from typing import Any

import pytest

from syncd.sandbox.faults import FaultPlan
from syncd.sandbox.running import RunningShop
from syncd.sandbox.wire import Request
from tests.sandbox.base.toyshop import ToyShop
from tests.sandbox.base.web import Answer, ask

NO_ANSWER = (http.client.RemoteDisconnected, ConnectionResetError)


def fault(shop: RunningShop, **rule: Any) -> None:
    shop.faults.add(rule)


@pytest.mark.parametrize("kind", ["drop", "reset"])
@pytest.mark.parametrize(("when", "worked"), [("before", 0), ("after", 1)])
def test_no_answer_comes_before_or_after_the_work(
    shop: RunningShop, toy: ToyShop, kind: str, when: str, worked: int
) -> None:
    """A dropped or reset connection leaves the work undone before it and done after it."""
    fault(shop, when=when, kind=kind)
    with pytest.raises(ConnectionResetError if kind == "reset" else NO_ANSWER):
        ask(f"{shop.url}/a", "POST", b"x")
    assert toy.worked == worked
    assert shop.counters.journal[0].status == 0


@pytest.mark.parametrize(("when", "worked"), [("before", 0), ("after", 1)])
def test_a_status_fault_replaces_the_answer(shop: RunningShop, toy: ToyShop, when: str, worked: int) -> None:
    """Status, body, type and headers are those of the rule."""
    fault(shop, when=when, kind="status", status=503, body="<p>busy", headers={"Retry-After": "7"})
    answer = ask(f"{shop.url}/a")
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, b"<p>busy", "7")
    assert answer.headers["content-type"] == "text/html"
    assert toy.worked == worked


def damaged(shop: RunningShop, kind: str, **more: Any) -> tuple[Answer, bytes]:
    whole = ask(f"{shop.url}/a").body
    fault(shop, when="answer", kind=kind, **more)
    return ask(f"{shop.url}/a"), whole


def test_a_truncated_answer_looks_complete(shop: RunningShop) -> None:
    """Half of the body arrives with a matching content length."""
    answer, whole = damaged(shop, "truncate")
    assert answer.body == whole[: len(whole) // 2]
    assert answer.headers["content-length"] == str(len(answer.body))


def test_a_cut_answer_breaks_off(shop: RunningShop) -> None:
    """The connection ends in the middle of the announced body."""
    with pytest.raises(http.client.IncompleteRead):
        damaged(shop, "cut")


def test_foreign_text_around_the_json(shop: RunningShop) -> None:
    """A byte order mark or a PHP warning stands before the JSON; a page replaces it; or there is nothing."""
    answer, whole = damaged(shop, "bom")
    assert answer.body == b"\xef\xbb\xbf" + whole
    answer, whole = damaged(shop, "warning")
    assert answer.body.endswith(whole) and b"<b>Warning</b>" in answer.body
    answer, _ = damaged(shop, "html")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/html")
    answer, _ = damaged(shop, "empty")
    assert (answer.status, answer.body) == (200, b"")


def test_a_gzip_bomb_unpacks_to_much_more(shop: RunningShop) -> None:
    """A small gzip body unpacks to the asked size."""
    answer, _ = damaged(shop, "gzip_bomb", size=5_000_000)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.body) < 50_000 and len(gzip.decompress(answer.body)) == 5_000_000


def test_a_dripping_answer_arrives_whole(shop: RunningShop) -> None:
    """Byte by byte, everything comes."""
    answer, whole = damaged(shop, "drip", seconds=0.0)
    assert answer.body == whole


def test_a_stalled_answer_sends_the_head_and_nothing_more(shop: RunningShop) -> None:
    """Headers come, the body never does; the connection stays open."""
    fault(shop, when="answer", kind="stall")
    with pytest.raises(TimeoutError):
        ask(f"{shop.url}/a", timeout=0.2)
    assert ask(f"{shop.url}/a").status == 200


def test_an_endless_answer_never_ends(shop: RunningShop) -> None:
    """Chunk after chunk arrives until the client hangs up."""
    fault(shop, when="answer", kind="endless")
    host, port = shop.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        sock.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        received = 0
        while received < 2_000_000:
            received += len(sock.recv(65536))
    assert ask(f"{shop.url}/a").status == 200


def test_a_delay_holds_up_only_its_own_connection(shop: RunningShop, toy: ToyShop) -> None:
    """Others are answered while one waits."""
    fault(shop, when="before", kind="delay", seconds=600, match={"path": "^/slow"})
    host, port = shop.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        sock.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        while not shop.faults.describe()[0]["hits"]:
            assert ask(f"{shop.url}/quick").status == 200
        before = toy.worked
        assert ask(f"{shop.url}/quick").status == 200
        assert toy.worked == before + 1


def request(method: str = "GET", path: str = "/a", query: str = "", body: bytes = b"") -> Request:
    return Request(method, path, query, {}, body)


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({}, True),
        ({"method": "post"}, True),
        ({"method": "GET"}, False),
        ({"path": r"/a\?page=2$"}, True),
        ({"path": "^/b"}, False),
        ({"name": "POST a"}, True),
        ({"name": "GET a"}, False),
        ({"body": '"total"'}, True),
        ({"body": "nothing"}, False),
    ],
)
def test_a_rule_matches_method_target_name_and_body(match: dict[str, str], hit: bool) -> None:
    """All given conditions must fit."""
    plan = FaultPlan()
    plan.add({"when": "before", "kind": "drop", "match": match})
    struck = plan.strike("before", request("POST", "/a", "page=2", b'{"total":1}'), "POST a")
    assert (struck is not None) is hit


def test_skip_and_times_count_matching_requests() -> None:
    """The first are spared, then so many are hit, then none."""
    plan = FaultPlan()
    plan.add({"when": "before", "kind": "drop", "skip": 1, "times": 2, "match": {"path": "^/a"}})
    plan.strike("before", request(path="/b"), "GET b")
    hits = [plan.strike("before", request(), "GET a") is not None for _ in range(5)]
    assert hits == [False, True, True, False, False]
    assert plan.describe()[0]["hits"] == 2


def test_chance_depends_on_the_seed_only() -> None:
    """The same seed strikes the same requests; the share is about the probability."""

    def strikes(seed: int) -> list[bool]:
        plan = FaultPlan(seed)
        plan.add({"when": "after", "kind": "drop", "times": None, "probability": 0.3})
        return [plan.strike("after", request(), "x") is not None for _ in range(500)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 100 < sum(strikes(1)) < 200


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"when": "never", "kind": "drop"}, "'when' must be"),
        ({"when": "before", "kind": "truncate"}, "unknown before"),
        ({"when": "answer", "kind": "drop"}, "unknown answer"),
        ({"when": "before", "kind": "drop", "match": {"colour": "x"}}, "cannot match by colour"),
        ({"when": "before", "kind": "drop", "match": {"path": "("}}, "pattern for path is broken"),
        ({"when": "before", "kind": "drop", "often": 3}, "unexpected keyword"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, Any], text: str) -> None:
    """The error names the wrong part."""
    with pytest.raises(ValueError, match=text.replace("(", r"\(")):
        FaultPlan().add(json.loads(json.dumps(rule)))
