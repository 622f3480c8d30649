"""What the log says of a call names source, event, size and outcome, and never a secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from syncd.errors import StorageFailed
from syncd.model.hook import BadHook, HookCall, HookNews
from syncd.state.database import Database
from syncd.web.body import LIMIT

from .conftest import SECRET, Hub

pytestmark = pytest.mark.anyio
HOOK = f"/hooks/horoshop/{SECRET}"
CANARY = "canary-licence-4711"
BODY = json.dumps({"order_id": 7, "license_number": CANARY, "pincode": CANARY, "hash": CANARY}).encode()


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[Any]]:
    """Our own lines, with those of all libraries at their most talkative."""
    caplog.set_level(logging.DEBUG)
    for name in ("uvicorn", "uvicorn.access", "uvicorn.asgi", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    capture, before = LogCapture(), structlog.get_config()
    structlog.configure(processors=[structlog.processors.format_exc_info, capture])
    yield capture.entries
    structlog.configure(**before)


def heard(lines: list[Any], caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join([*map(repr, lines), caplog.text])


async def test_a_kept_call_is_one_line(live: Hub, lines: list[Any]) -> None:
    """With its source, event, size and outcome; again is another outcome."""
    for _ in range(2):
        await live.call(f"{HOOK}/order_created", body=BODY)
    kept = {
        "source": "horoshop",
        "hook": "order_created",
        "size": len(BODY),
        "event": "hook.taken",
        "log_level": "info",
    }
    assert lines == [{**kept, "outcome": "new"}, {**kept, "outcome": "again"}]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (f"/hooks/horoshop/x{SECRET}", "horoshop"),
        (f"/hooks/horoshop/order_created/{SECRET}", "horoshop"),
        (f"/hooks/{SECRET}/horoshop", ""),
        (f"{HOOK}/{SECRET}/{SECRET}", "horoshop"),
    ],
)
async def test_a_wrong_address_is_not_quoted(live: Hub, lines: list[Any], path: str, source: str) -> None:
    """The secret may stand in the wrong place of it."""
    assert (await live.call(path)).status == 404
    assert [(line["event"], line["source"], line["outcome"]) for line in lines] == [
        ("hook.refused", source, "unknown address or wrong secret")
    ]
    assert SECRET not in repr(lines)


async def test_contract_6_19_no_secret_is_in_any_line(
    live: Hub, lines: list[Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the address's nor those of the body, whatever becomes of the call; errors come with their place."""

    def bug(call: HookCall) -> HookNews:
        raise ValueError(call.body)

    def bad(call: HookCall) -> HookNews:
        raise BadHook("no order number")

    def unstorable(call: HookCall) -> HookNews:
        return HookNews(orders=(object(),))  # type: ignore[arg-type]

    good = live.sources["horoshop"]
    statuses = []
    for read in (good.read, bug, bad, unstorable):
        live.sources["horoshop"] = replace(good, read=read)
        statuses.append((await live.call(f"{HOOK}/paid?key={CANARY}", body=BODY)).status)
    live.sources["horoshop"] = good
    statuses.append((await live.call(HOOK, body=BODY.ljust(LIMIT + 1))).status)
    statuses.append((await live.call(HOOK, "GET")).status)

    async def fail(*_: object) -> None:
        raise StorageFailed("the disk is full. Next step: free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "run", fail)
        statuses.append((await live.call(HOOK, body=BODY)).status)
    reader, writer = await live.open()
    writer.write(f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nX: {CANARY}\r\nContent-Length: zz\r\n\r\n".encode())
    await reader.read()
    writer.close()
    assert statuses == [200, 503, 400, 503, 413, 405, 503]
    text = heard(lines, caplog)
    assert SECRET not in text and CANARY not in text
    assert "ValueError" in text and "in bug" in text
    assert {line["outcome"]: line["reason"] for line in lines if "reason" in line} == {
        "makes no sense": "no order number",
        "storage failed": "the disk is full. Next step: free some space.",
    }


async def test_an_error_when_waking_is_told_with_its_place(live: Hub, lines: list[Any]) -> None:
    """The call was kept, and the next poll of the source finds what it hints at."""

    def fall() -> None:
        raise KeyError("stream")

    live.on_arrival = fall
    await live.call()
    assert [line["event"] for line in lines] == ["hook.taken", "hook.wakes_nobody"]
    assert "in fall" in lines[1]["exception"] and "KeyError" in lines[1]["exception"]


def test_a_source_shown_in_a_message_keeps_its_secret(hub: Hub) -> None:
    """The representation leaves it out."""
    assert SECRET not in repr(hub.sources)
