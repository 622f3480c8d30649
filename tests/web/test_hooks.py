"""A shop's call is checked, read, kept, and only then answered with 200; nothing else is kept."""

from __future__ import annotations

import asyncio
import gzip
import sqlite3
from contextlib import closing
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode

import pytest

from syncd.errors import StorageFailed
from syncd.model.hook import BadHook, HookCall, HookNews
from syncd.state import inbox
from syncd.state.database import Database
from syncd.web.body import LIMIT, PATIENCE
from syncd.web.hooks import HookSource
from tests.state.kept_calls import call_of

from .conftest import NOON, SECRET, Hub, listening, read_order, sample

pytestmark = pytest.mark.anyio
HOOK = f"/hooks/horoshop/{SECRET}"


def padded(size: int) -> bytes:
    """A good call of that many bytes."""
    return b'{"order_id": 5}'.ljust(size)


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("event", ["order_created", "order_paid", "order_update"])
async def test_contract_6_7_horoshop_may_put_and_post(live: Hub, method: str, event: str) -> None:
    """Each event is answered with 200 and kept byte by byte, with what it names (contract §1.6)."""
    body = sample(f"horoshop_{event}_webhook.json")
    answer = await live.call(f"{HOOK}/{event}", method, body)
    assert (answer.status, answer.body) == (200, b"ok")
    [entry] = await live.waiting()
    assert (entry.source, entry.event, len(entry.orders)) == ("horoshop", event, 1)
    assert (entry.received_at, entry.repeats) == (NOON, 1)
    assert await live.bodies() == [body]
    assert live.woken == ["horoshop"]


async def test_contract_6_7_a_removed_subscriber_is_an_alarm(live: Hub) -> None:
    """Horoshop deletes the address of a subscriber that is no more: that is kept, and a person is told (§1.6)."""
    answer = await live.call(HOOK, "DELETE", None)
    assert answer.status == 200
    alarms = await live.db.run(lambda conn: inbox.alarms(conn, "main"))
    assert alarms["horoshop"].text == "the shop has removed our subscription"


@pytest.mark.parametrize(
    "path",
    [
        f"/hooks/horoshop/{SECRET}x/order_created",
        f"/hooks/horoshop/{SECRET[:-1]}/order_created",
        "/hooks/horoshop/%D0%B6%FF/order_created",
        "/hooks/horoshop//order_created",
        "/hooks/horoshop",
        "/hooks/horoshop/order_created",
        f"/hooks/nobody/{SECRET}/order_created",
        "/hooks/mute//order_created",
        "/hooks/mute",
        f"/hooks/{SECRET}",
        "/hooks",
        "/hooks/",
        "/",
        f"{HOOK}/order/created",
        f"{HOOK}//order_created",
        f"{HOOK}/{'e' * 65}",
        f"{HOOK}/order%20created",
        f"{HOOK}/order.created",
        f"{HOOK}/order%0Acreated",
        f"/hooks/hooks/horoshop/{SECRET}",
        f"//hooks/horoshop/{SECRET}",
    ],
)
async def test_contract_6_7_every_wrong_address_gets_the_same_404(live: Hub, path: str) -> None:
    """A wrong secret, a source that may not call and an address that never was look alike, and nothing is kept."""
    wrong, nowhere = await live.call(path), await live.call("/never/was/here")
    assert wrong.status == 404
    assert wrong.body == nowhere.body
    assert {**wrong.headers, "date": ""} == {**nowhere.headers, "date": ""}
    assert await live.waiting() == [] and live.woken == []


async def test_the_secret_in_the_place_of_the_event_is_a_wrong_address(live: Hub) -> None:
    """It would be logged and kept as an event otherwise."""
    answer = await live.call(f"/hooks/horoshop/{SECRET}/{SECRET}")
    assert (answer.status, await live.waiting()) == (404, [])


async def test_what_is_kept_of_a_call_is_the_sources_choice(hub: Hub) -> None:
    """The call is read whole, and written down without what its source hides."""
    one = hub.sources["horoshop"]
    hub.sources["horoshop"] = replace(one, keep=lambda call: replace(call, body=b"kept"))
    async with listening(hub) as live:
        assert (await live.call()).status == 200
        assert await live.bodies() == [b"kept"]
        assert [entry.orders for entry in await live.waiting()] == [("1003",)]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused_without_a_look_at_the_secret(live: Hub, method: str) -> None:
    """They get the same answer whether the secret is right or wrong."""
    right, wrong = await live.call(HOOK, method, None), await live.call(f"{HOOK}x", method, None)
    assert right.status == wrong.status == 405
    assert right.body == wrong.body
    assert {**right.headers, "date": ""} == {**wrong.headers, "date": ""}
    assert await live.waiting() == []


async def test_a_secret_may_be_any_text(live: Hub) -> None:
    """Compared as bytes, so that letters of any script and slashes' neighbours work, percent-encoded in the address."""
    odd = "Ключ ~+%/ß".replace("/", "")
    live.sources["horoshop"] = HookSource("horoshop", odd, read_order)
    assert (await live.call(f"/hooks/horoshop/{quote(odd)}/paid")).status == 200
    assert (await live.call(f"/hooks/horoshop/{quote(odd[:-1])}/paid")).status == 404


@pytest.mark.parametrize(
    ("tail", "event"), [("", ""), ("/", ""), ("/order_paid", "order_paid"), ("/a-B9_/", "a-B9_")]
)
async def test_the_event_is_the_last_word_of_the_address(live: Hub, tail: str, event: str) -> None:
    """It may be left out, and a slash may follow."""
    assert (await live.call(HOOK + tail)).status == 200
    assert [entry.event for entry in await live.waiting()] == [event]


async def test_contract_6_7_a_bom_is_no_matter(live: Hub) -> None:
    """A body reaches its source as it came, with a BOM too."""
    body = b"\xef\xbb\xbf" + sample("horoshop_order_created_webhook.json")
    assert (await live.call(body=body)).status == 200
    assert await live.bodies() == [body]


@pytest.mark.parametrize(
    ("kind", "body", "query"),
    [
        ("application/x-www-form-urlencoded", urlencode({"order_id": 7}).encode(), ""),
        ("text/plain", b"", "?order_id=7"),
        ("", b"order_id=7", ""),
        ("application/json; charset=utf-8", b'{"order_id": "7"}', ""),
    ],
)
async def test_any_kind_of_body_reaches_the_source(live: Hub, kind: str, body: bytes, query: str) -> None:
    """JSON, a form, or the query string: the source's own reading decides (§3.1)."""
    assert (await live.call(HOOK + query, "POST", body, kind)).status == 200
    assert [entry.orders for entry in await live.waiting()] == [("7",)]


def in_parts(*fields: tuple[str, str], border: str = "B0rder") -> bytes:
    """A form as PHP's curl sends an array."""
    parts = [
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    ]
    return "".join([*parts, f"--{border}--\r\n"]).encode()


PARTS = "multipart/form-data; boundary=B0rder"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (PARTS, in_parts(("a b[0]", "x&y=1\r\n--B"), ("order_id", "7"))),
        ('Multipart/Form-Data; charset=utf-8; boundary="B0rder"', in_parts(("order_id", "7"))),
        ("multipart/form-data; boundary=", b"order_id=7"),
        (PARTS, b"order_id=7"),
    ],
)
async def test_a_form_in_parts_is_a_form(live: Hub, kind: str, body: bytes) -> None:
    """PHP sends one where curl is given an array; a header that is wrong is no matter."""
    assert (await live.call(HOOK, "POST", body, kind)).status == 200
    assert [entry.orders for entry in await live.waiting()] == [("7",)]


async def test_a_form_in_parts_is_kept_as_a_plain_one(live: Hub) -> None:
    """Names and values are kept to the byte, files are not: what reads and masks a form knows only one spelling."""
    file = '"; filename="x.txt'
    body = in_parts(("items[0][id]", "Книга &="), (f"upload{file}", "canary"), ("order_id", "7"))
    assert (await live.call(HOOK, "POST", body, PARTS)).status == 200
    [kept] = await live.bodies()
    assert parse_qsl(kept.decode()) == [("items[0][id]", "Книга &="), ("order_id", "7")]


async def test_too_many_parts_make_no_sense(live: Hub) -> None:
    """As many as a plain form may have fields are taken, and no more."""
    body = in_parts(("order_id", "7"), *[("a", "1")] * 10_000)
    assert (await live.call(HOOK, "POST", body, PARTS)).status == 400


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", " GZIP"])
async def test_a_packed_body_is_unpacked(live: Hub, encoding: str) -> None:
    """Before it is read and kept."""
    body = b'{"order_id": 7}'
    assert (await live.call(HOOK, "POST", gzip.compress(body), Content_Encoding=encoding)).status == 200
    assert await live.bodies() == [body]


@pytest.mark.parametrize("encoding", ["gzip", "utf-8", "identity"])
async def test_a_wrong_encoding_in_the_header_is_no_matter(live: Hub, encoding: str) -> None:
    """What is plain stays plain."""
    assert (await live.call(HOOK, "POST", b'{"order_id": 7}', Content_Encoding=encoding)).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (gzip.compress(padded(LIMIT)), 200),
        (gzip.compress(padded(LIMIT + 1)), 413),
        (gzip.compress(padded(100 * LIMIT)), 413),
        (gzip.compress(b'{"order_id": 7}')[:-4], 400),
        (gzip.compress(b'{"order_id": 7}')[:4] + b"\xff" * 20, 400),
    ],
    ids=["the limit", "more", "a bomb", "cut off", "broken"],
)
async def test_a_packed_body_counts_unpacked(live: Hub, body: bytes, status: int) -> None:
    """A small call must not fill the memory or the disk."""
    assert (await live.call(HOOK, "POST", body, Content_Encoding="gzip")).status == status


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>canary-body</html>", b'{"order_id": "canary-body"}', b"[" * 100_000, b"\xff\xfe{"],
    ids=["empty", "html", "no number", "deep", "no text"],
)
async def test_contract_6_7_what_makes_no_sense_gets_400_and_is_forgotten(live: Hub, body: bytes) -> None:
    """The answer quotes nothing of the call."""
    answer = await live.call(body=body)
    assert (answer.status, answer.body) == (400, b"makes no sense")
    assert await live.waiting() == [] and live.woken == []


async def test_a_body_of_the_limit_is_kept(live: Hub) -> None:
    """To the last byte."""
    assert (await live.call(body=padded(LIMIT))).status == 200
    assert [len(body) for body in await live.bodies()] == [LIMIT]


@pytest.mark.parametrize("size", [LIMIT + 1, 3 * LIMIT, PATIENCE + 3 * LIMIT])
async def test_contract_6_7_a_body_beyond_the_limit_gets_413(live: Hub, size: int) -> None:
    """Told by its length, it is not kept; the caller hears why, also when it reads only after it has sent all."""
    assert (await live.call(body=padded(size))).status == 413
    assert await live.waiting() == []
    assert (await live.call()).status == 200


@pytest.mark.parametrize("close", [b"", b"Connection: close\r\n"], ids=["keep-alive", "close"])
async def test_a_body_without_a_length_is_counted_as_it_comes(live: Hub, close: bytes) -> None:
    """Chunks that add up to more than the limit get 413, before their end and whatever becomes of the connection."""
    reader, writer = await live.open()
    writer.write(b"POST " + HOOK.encode() + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + close)
    writer.write(b"\r\n" + b"10000\r\n" + b" " * 0x10000 + b"\r\n")
    for _ in range(60):
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"413"
    writer.close()
    assert await live.waiting() == []


async def test_who_closes_afterwards_hears_why_too(live: Hub) -> None:
    """The body is read to its end before the answer, so that the answer is not lost with the connection."""
    reader, writer = await live.open()
    size = 3 * LIMIT
    writer.write(
        f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n".encode()
    )
    for _ in range(size // 0x10000):
        writer.write(b" " * 0x10000)
        await writer.drain()
    assert (await reader.readline()).split()[1] == b"413"
    writer.close()
    assert await live.waiting() == []


async def test_a_body_without_an_end_is_answered_all_the_same(live: Hub) -> None:
    """Nobody is listened to for more than a few megabytes."""
    reader, writer = await live.open()
    writer.write(f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    answer = asyncio.create_task(reader.readline())
    async with asyncio.timeout(60):
        while not answer.done():
            writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)
    assert answer.result().split()[1] == b"413"
    writer.close()


async def test_a_caller_that_waits_to_be_asked_is_not_asked_for_too_much(live: Hub) -> None:
    """With `Expect: 100-continue` the 413 comes before the body was sent."""
    reader, writer = await live.open()
    head = f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {LIMIT + 1}\r\n\r\n"
    writer.write(head.encode())
    assert (await reader.readline()).split()[1] == b"413"
    writer.close()


async def test_a_length_that_promises_more_than_comes_keeps_nothing(live: Hub) -> None:
    """The caller hangs up in the middle: the next call finds an empty inbox."""
    body = b'{"order_id": 5}'
    reader, writer = await live.open()
    writer.write(f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body) + 1}\r\n\r\n".encode() + body)
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    assert (await live.call(body=b'{"order_id": 6}', kind="application/json")).status == 200
    assert [entry.orders for entry in await live.waiting()] == [("6",)]


async def test_a_length_that_promises_less_than_comes_ends_the_body(live: Hub) -> None:
    """What is left is no call; only the promised bytes are read."""
    reader, writer = await live.open()
    writer.write(
        f"POST {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n".encode()
        + b'{"order_id": 5}  rest'
    )
    answers = await reader.read()
    assert answers.startswith(b"HTTP/1.1 200") and b"HTTP/1.1 400" in answers
    writer.close()
    assert await live.bodies() == [b'{"order_id": 5}']


async def test_a_caller_that_does_not_wait_for_the_answer_is_heard(live: Hub) -> None:
    """A call that came in whole is kept, also when its sender hangs up at once."""
    arrived = asyncio.Event()
    live.on_arrival = arrived.set
    _, writer = await live.open()
    body = b'{"order_id": 5}'
    head = f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    writer.close()
    await asyncio.wait_for(arrived.wait(), 20)
    assert [entry.orders for entry in await live.waiting()] == [("5",)]


async def test_a_call_is_committed_before_anybody_is_told(live: Hub) -> None:
    """When the source's stream is woken, another connection to the database sees the row already."""
    seen: list[int] = []

    def look() -> None:
        with closing(sqlite3.connect(str(live.db.path))) as raw:
            seen.extend(raw.execute("SELECT count(*) FROM inbox").fetchone())

    live.on_arrival = look
    assert (await live.call()).status == 200
    assert seen == [1]


async def test_contract_6_14_the_same_hook_twenty_times_in_parallel_is_one_row(live: Hub) -> None:
    """Every one of them is answered with 200; the row counts them."""
    body = sample("horoshop_order_created_webhook.json")
    answers = await asyncio.gather(*(live.call(body=body) for _ in range(20)))
    assert [answer.status for answer in answers] == [200] * 20
    [entry] = await live.waiting()
    assert entry.repeats == 20


async def test_a_hook_repeated_after_the_work_is_one_row(live: Hub) -> None:
    """It is answered with 200 and waits again, for something may have happened since."""
    await live.call()
    entries = await live.waiting()
    await live.db.run(lambda conn: inbox.done(conn, entries, "read", NOON))
    assert (await live.call()).status == 200
    assert [entry.repeats for entry in await live.waiting()] == [2]
    assert live.woken == ["horoshop"] * 2


async def test_what_is_read_of_a_call_is_given_whole(live: Hub) -> None:
    """Event, method, kind of body, body and query reach the source as they came."""
    calls: list[HookCall] = []

    def note(call: HookCall) -> HookNews:
        calls.append(call)
        return HookNews()

    live.sources["horoshop"] = replace(live.sources["horoshop"], read=note)
    await live.call(f"{HOOK}/paid?a=%20b&a[]=1", "POST", b"\0\xff", "text/plain; charset=x")
    assert calls == [HookCall("paid", "POST", "text/plain; charset=x", b"\0\xff", "a=%20b&a[]=1")]
    [entry] = await live.waiting()
    assert await live.db.run(lambda conn: call_of(conn, entry.id)) == calls[0]


async def test_what_cannot_be_stored_is_to_be_sent_again(live: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that fails makes 503 with `Retry-After`; nobody is woken; when it works again, so does the intake."""

    async def fail(*_: object) -> None:
        raise StorageFailed("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "run", fail)
        answer = await live.call()
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    assert live.woken == []
    assert (await live.call()).status == 200


async def test_a_locked_database_makes_503(hub: Hub, live: Hub) -> None:
    """Another process that holds the lock does not make us say yes."""
    live.db.run_sync(lambda conn: conn.exec_driver_sql("PRAGMA busy_timeout = 1"))
    with closing(sqlite3.connect(str(live.db.path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = await live.call()
        other.execute("ROLLBACK")
    assert answer.status == 503
    assert await live.waiting() == []


async def test_an_error_in_the_reading_is_not_the_callers(live: Hub) -> None:
    """A source that raises what it should not makes 503 and keeps nothing."""

    def broken(call: HookCall) -> HookNews:
        raise ValueError(call.body)

    live.sources["horoshop"] = replace(live.sources["horoshop"], read=broken)
    answer = await live.call()
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    assert await live.waiting() == []


async def test_an_error_in_what_is_woken_does_not_undo_the_call(live: Hub) -> None:
    """The call is kept, so its sender hears 200."""

    def fall() -> None:
        raise KeyError("stream")

    live.on_arrival = fall
    assert (await live.call()).status == 200
    assert len(await live.waiting()) == 1


async def test_a_call_that_means_nothing_is_kept_all_the_same(live: Hub) -> None:
    """Accepted is accepted: it can be looked at afterwards."""
    live.sources["horoshop"] = replace(live.sources["horoshop"], read=lambda call: HookNews())
    assert (await live.call(body=b"anything")).status == 200
    assert await live.bodies() == [b"anything"]


async def test_a_reason_is_for_the_log_only(live: Hub) -> None:
    """The caller is not told why its call makes no sense."""

    def refuse(call: HookCall) -> HookNews:
        raise BadHook("the signature is wrong")

    live.sources["horoshop"] = replace(live.sources["horoshop"], read=refuse)
    answer = await live.call()
    assert (answer.status, answer.body) == (400, b"makes no sense")
