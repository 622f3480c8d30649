"""Whatever comes in, the answer is one of a few, and only what is answered with 200 is kept."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from starlette.applications import Starlette

from syncd.state import schema
from syncd.state.database import Database
from syncd.web.body import LIMIT
from syncd.web.hooks import METHODS

from .asgi import say
from .conftest import SECRET, Hub

HOOK = f"/hooks/horoshop/{SECRET}"
ANSWERS = {200, 400, 404, 405, 413}
TEXTS = {b"ok", b"makes no sense", b"incomplete", b"too large", b"Not Found", b"Method Not Allowed"}

words = st.sampled_from(
    ["hooks", "horoshop", "mute", SECRET, "order_created", "", ".", "..", "%2F", "%00", "%FF"]
)
paths = st.lists(words | st.text(max_size=8), max_size=6).map("/".join).map("/{}".format)
right = st.sampled_from([HOOK, f"{HOOK}/", f"{HOOK}/order_created", f"{HOOK}/order_paid/"])
methods = st.sampled_from(["PUT", "POST", "DELETE", "GET", "HEAD", "put", "TRACE", "\u0416"])
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["order_id", "a"]), inner, max_size=2)
    ),
    max_leaves=6,
)
bodies = st.one_of(
    st.binary(max_size=300),
    trees.map(lambda tree: json.dumps(tree).encode()),
    st.dictionaries(st.just("order_id"), trees, min_size=1).map(lambda tree: json.dumps(tree).encode()),
    st.integers(0, 10**30).map(lambda number: b'\xef\xbb\xbf{"order_id": %d}' % number),
    st.integers(0, 10**30).map(lambda number: b"order_id=%d&items[0][id]=x" % number),
    st.integers(1, 30_000).map(lambda depth: b"[" * depth),
    st.integers(4000, 6000).map(lambda digits: b'{"order_id": ' + b"9" * digits + b"}"),
    st.integers(LIMIT - 2, LIMIT + 2).map(b'{"order_id": 5}'.ljust),
)
kinds = st.sampled_from(
    [
        b"application/json",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=1",
        b"text/plain; charset=x",
        b"",
    ]
)
lengths = st.none() | st.sampled_from(
    [b"0", b"5", b"-1", b"9" * 5000, b"1e3", b"\xb2", b"", str(LIMIT + 1).encode()]
)
queries = st.sampled_from([b"", b"order_id=7", b"order_id=%FF", b"=&&;\xff"])


def cut(body: bytes, places: list[int]) -> list[bytes]:
    """The body in chunks, empty ones included."""
    edges = sorted(place % (len(body) + 1) for place in places)
    return [body[start:end] for start, end in zip([0, *edges], [*edges, len(body)], strict=True)]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def app(hub: Hub) -> Starlette:
    return hub.intake().app()


def rows(db: Database) -> int:
    """How many calls are kept; they are forgotten with that."""
    count = select(func.count()).select_from(schema.inbox)
    found = db.run_sync(lambda conn: conn.scalar(count)) or 0
    db.run_sync(lambda conn: conn.execute(delete(schema.inbox)))
    return found


@dataclass
class Call:
    """A call from outside."""

    path: str
    method: str
    chunks: list[bytes]
    headers: list[tuple[bytes, bytes]]
    query: bytes
    finished: bool


calls = st.builds(
    Call,
    path=right | paths,
    method=methods,
    chunks=st.builds(cut, bodies, st.lists(st.integers(0, LIMIT), max_size=4)),
    headers=st.builds(
        lambda kind, length: [
            (b"content-type", kind),
            *([(b"content-length", length)] if length is not None else []),
        ],
        kinds,
        lengths,
    ),
    query=queries,
    finished=st.booleans(),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(call=calls)
def test_any_call_gets_a_proper_answer(runner: asyncio.Runner, app: Starlette, hub: Hub, call: Call) -> None:
    """Never a 5xx; nothing of the call is quoted; only what got 200 is kept, and that came in whole and within the limit."""
    answer = runner.run(
        say(app, call.method, call.path, call.chunks, call.headers, call.query, finished=call.finished)
    )
    assert answer.status in ANSWERS
    assert answer.body in TEXTS
    assert rows(hub.db) == len(hub.woken) == (answer.status == 200)
    hub.woken.clear()
    if answer.status == 200:
        assert call.path.startswith(HOOK) and call.method in METHODS
        assert call.finished and sum(map(len, call.chunks)) <= LIMIT


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    given_secret=st.text(max_size=40) | st.sampled_from([SECRET, SECRET.upper(), f" {SECRET}", f"{SECRET}\0"])
)
def test_only_the_secret_itself_opens(
    runner: asyncio.Runner, app: Starlette, hub: Hub, given_secret: str
) -> None:
    """Any other text, of any length and script, gets the same answer as an address that never was."""
    safe = given_secret.replace("%", "").replace("/", "")
    answer = runner.run(say(app, "PUT", f"/hooks/horoshop/{safe}/x", [b"order_id=5"]))
    nowhere = runner.run(say(app, "PUT", "/nowhere", [b""]))
    assert (answer.status == 200) == (safe == SECRET)
    if safe != SECRET:
        assert answer == nowhere


@pytest.mark.slow
def test_ten_thousand_hostile_bodies_leave_nothing_behind(
    runner: asyncio.Runner, app: Starlette, hub: Hub
) -> None:
    """Neither a 5xx, nor a row, nor memory: what ten thousand bodies cost is what a hundred cost."""
    dice = random.Random(7)
    makers = (
        lambda: dice.randbytes(dice.randrange(20_000)),
        lambda: b"[" * dice.randrange(1, 200_000),
        lambda: b'{"order_id":' * dice.randrange(1, 20_000),
        lambda: b'{"order_id": "' + dice.randbytes(50).hex().encode() + b'x"}',
        lambda: b'{"order_id": ' + b"9" * dice.randrange(5000, 9000) + b"}",
        lambda: b"a[" * dice.randrange(1, 5000) + b"=1",
        lambda: b"&".join(b"k%d=v" % n for n in range(dice.randrange(2000))),
        lambda: b" " * (LIMIT + dice.randrange(1, 100_000)),
        lambda: b"\xef\xbb\xbf" * dice.randrange(1, 1000),
    )

    def attack(times: int) -> None:
        for number in range(times):
            body = makers[number % len(makers)]()
            kind = dice.choice([b"application/json", b"text/plain"])
            chunks = cut(body, [dice.randrange(LIMIT) for _ in range(dice.randrange(4))])
            answer = runner.run(say(app, "POST", HOOK, chunks, [(b"content-type", kind)]))
            assert answer.status in (400, 413)

    attack(100)
    tracemalloc.start()
    try:
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        attack(10_000)
        gc.collect()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows(hub.db) == 0
    assert after - before < LIMIT
    assert peak - before < 8 * LIMIT
