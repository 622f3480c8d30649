"""The request log: a line per request, no secret in any file, never larger than its cap."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd import correlation
from syncd.errors import InDoubt, Misconfigured, Refused, ShopUnavailable
from syncd.shops.mask import Mask
from syncd.shops.request_log import Exchange, RequestLog

from .conftest import TOKEN, Connect
from .wire import resets, says, wire

CARD = "4111111111111111"
BASIC = "canary-basic-key"


def log_at(folder: Path, *, max_bytes: int = 1_000_000, personal: bool = True) -> RequestLog:
    return RequestLog(
        folder / "requests.log", max_bytes=max_bytes, mask=Mask([TOKEN, BASIC], personal=personal)
    )


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "requests.log").read_text("ascii").splitlines()]


def exchange(**changes: Any) -> Exchange:
    usual = Exchange(shop="cscart", method="GET", url="https://h/api/orders", duration_ms=12)
    return replace(usual, **changes)


def test_a_line_tells_the_request_and_its_answer(tmp_path: Path) -> None:
    """Shop, method, path, status, time, duration, sizes, both bodies, and the record it belongs to."""
    log = log_at(tmp_path)
    with correlation.bound("order 97"):
        log.write(
            exchange(
                request_type="application/x-www-form-urlencoded",
                request_body=b"items%5B0%5D=1",
                request_bytes=14,
                status=200,
                answer_type="application/json",
                answer_body='\ufeff{"ok": "ä"}'.encode(),
            )
        )
    log.close()
    (line,) = lines(tmp_path)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "shop": "cscart",
        "method": "GET",
        "path": "https://h/api/orders",
        "status": 200,
        "duration_ms": 12,
        "request_bytes": 14,
        "response_bytes": 15,
        "correlation": "order 97",
        "request": "items[0]=1",
        "response": '{"ok":"ä"}',
    }


def test_the_outer_correlation_comes_back() -> None:
    """A record's id holds for its own calls only."""
    with correlation.bound("cycle"):
        with correlation.bound("order 97"):
            assert correlation.current() == "order 97"
        assert correlation.current() == "cycle"
    assert correlation.current() == ""


def test_pictures_and_long_bodies_are_not_written_out(tmp_path: Path) -> None:
    """Bytes of a picture are counted, a long body is cut."""
    log = log_at(tmp_path)
    log.write(exchange(answer_type="image/png", answer_body=b"\x89PNG"))
    log.write(exchange(answer_type="text/html", answer_body=b"x" * 100_000))
    log.close()
    picture, long = lines(tmp_path)
    assert picture["response"] == "(image/png, 4 bytes)"
    assert long["response_bytes"] == 100_000
    assert len(long["response"]) < 10_000


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    """Orders stand in it."""
    log = log_at(tmp_path)
    log.write(exchange())
    log.close()
    assert (tmp_path / "requests.log").stat().st_mode & 0o077 == 0


SIZES = st.lists(
    st.tuples(st.integers(0, 6000), st.integers(0, 6000), st.integers(0, 3000)), min_size=1, max_size=40
)


@given(SIZES, st.integers(10_000, 40_000))
def test_all_files_together_stay_below_the_cap(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[tuple[int, int, int]], cap: int
) -> None:
    """However large the bodies and addresses are, after every line the total is at most max_bytes, and each is JSON."""
    folder = tmp_path_factory.mktemp("log")
    log = log_at(folder, max_bytes=cap)
    for request, answer, address in sizes:
        log.write(
            exchange(
                url=f"https://h/{'a' * address}",
                request_body=b"q" * request,
                answer_body="ü".encode() * answer,
                error="e" * address,
            )
        )
        assert sum(file.stat().st_size for file in folder.iterdir()) <= cap
    log.close()
    written = [line for file in folder.iterdir() for line in file.read_text("ascii").splitlines()]
    assert all(json.loads(line)["time"] for line in written)


def test_older_lines_move_to_numbered_files(tmp_path: Path) -> None:
    """Four older files are kept; the newest lines are in the file without a number."""
    log = log_at(tmp_path, max_bytes=10_000)
    for number in range(200):
        log.write(exchange(url=f"https://h/{number}"))
    log.close()
    assert {file.name for file in tmp_path.iterdir()} == {
        "requests.log",
        *(f"requests.log.{n}" for n in (1, 2, 3, 4)),
    }
    assert lines(tmp_path)[-1]["path"] == "https://h/199"


def test_a_lowered_cap_holds_at_once(tmp_path: Path) -> None:
    """Files from the time of a larger cap do not count for ever."""
    log = log_at(tmp_path, max_bytes=200_000)
    for _ in range(200):
        log.write(exchange(answer_body=b"x" * 500))
    log.close()
    log_at(tmp_path, max_bytes=10_000).close()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 10_000


def test_a_full_disk_warns_once_and_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log serves the sync, not the other way round."""
    log = log_at(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log._handler, "flush", full)
    with caplog.at_level(logging.WARNING):
        log.write(exchange())
        log.write(exchange())
    assert len([record for record in caplog.records if "cannot be written" in record.message]) == 1
    monkeypatch.undo()
    log.close()


def test_a_log_that_cannot_be_opened_warns_once_and_is_written_when_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder without room or rights is no reason to leave orders where they are."""
    (tmp_path / "requests.log").mkdir()
    with caplog.at_level(logging.WARNING):
        log = log_at(tmp_path)
        log.write(exchange())
        log.write(exchange())
    assert len([record for record in caplog.records if "cannot be written" in record.message]) == 1
    (tmp_path / "requests.log").rmdir()
    log.write(exchange())
    log.close()
    assert len(lines(tmp_path)) == 1


def test_a_full_disk_stops_nobody_at_the_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Closing the file writes once more what did not fit, and a run's outcome must be told all the same."""
    (tmp_path / "requests.log").symlink_to("/dev/full")
    log = log_at(tmp_path)
    with caplog.at_level(logging.WARNING):
        log.write(exchange())
    log.close()
    assert "cannot be written" in caplog.text


@pytest.mark.parametrize("there", [True, False], ids=["a file", "below a file"])
def test_a_log_without_a_folder_stops_nobody(tmp_path: Path, there: bool) -> None:
    """Nor does one whose folder cannot be made."""
    (tmp_path / "taken").write_text("")
    log = log_at(tmp_path / "taken" if there else tmp_path / "taken" / "logs")
    log.write(exchange())
    log.close()


@pytest.mark.anyio
async def test_no_canary_is_found_in_any_file(tmp_path: Path, connect: Connect) -> None:
    """Secrets planted in headers, addresses, forms, JSON, errors and excerpts stand in no file and in no error."""
    log = log_at(tmp_path)
    page = f'<b>Bearer {TOKEN}</b> access_token=canary-a password="canary-b" https://u:canary-c@h/ card {CARD}'.encode()
    body = json.dumps(
        {"data": [{"payment_info": {"x": "canary-d"}, "api_key": "canary-e", "note": TOKEN}]}
    ).encode()
    told: list[str] = []
    async with wire(
        says(200, body, "Set-Cookie: sid=canary-f", "X-Api-Key: canary-g"),
        says(200, page, kind="text/html"),
        *[says(500, page, kind="text/html")] * 5,
        says(500, body),
        says(301, b"", "Location: https://u:canary-h@h/?access_token=canary-i"),
        resets(),
        says(404, page),
    ) as shop:
        transport = connect(shop.url, log=log, auth=("admin@shop.example", BASIC))
        query = [("access_token", "canary-j"), ("hash", f"search/token={TOKEN}"), ("x", BASIC)]
        form = [("contact[password]", "canary-k"), ("params[card_number]", CARD), ("comment", TOKEN)]
        await transport.read("GET", "/a", query=query)
        await transport.write("POST", "/b", query=query, form=form)
        with pytest.raises(ShopUnavailable) as caught:
            await transport.read("GET", "/c", query=query)
        told.append(str(caught.value))
        await transport.write("PUT", "/d", json={"processor_params": ["canary-l"], "license": "canary-m"})
        with pytest.raises(Misconfigured) as redirected:
            await transport.read("GET", "/e")
        told.append(str(redirected.value))
        with pytest.raises(InDoubt) as doubt:
            await transport.write("POST", "/f", form=form, files=[("file", "a.png", b"canary-n")])
        told.append(str(doubt.value))
        with pytest.raises(Refused) as refused:
            await transport.download(
                shop.url.replace("://", "://u:canary-o@") + "/g?token=canary-p", max_bytes=99
            )
        told.append(str(refused.value))
    log.close()
    everything = "".join(file.read_text() for file in tmp_path.iterdir()) + "".join(told)
    assert len(lines(tmp_path)) == len(shop.requests) == 11
    for secret in ("canary", CARD, "Y2FuYXJ5"):
        assert secret not in everything


@pytest.mark.anyio
async def test_personal_data_is_masked_by_default_and_readable_when_switched_off(
    tmp_path: Path, connect: Connect
) -> None:
    """One order's customer, seen with and without the setting."""
    body = b'{"email":"jane@mail.example","firstname":"Jane","total":"12.00"}'
    for personal, folder in ((True, tmp_path / "masked"), (False, tmp_path / "open")):
        log = log_at(folder, personal=personal)
        async with wire(says(200, body)) as shop:
            transport = connect(shop.url, log=log)
            await transport.write("POST", "/a", form=[("contact[lastname]", "Doe"), ("total", "12")])
        log.close()
    (masked,), (readable,) = lines(tmp_path / "masked"), lines(tmp_path / "open")
    assert (masked["request"], readable["request"]) == (
        "contact[lastname]=***&total=12",
        "contact[lastname]=Doe&total=12",
    )
    assert masked["response"] == '{"email":"***","firstname":"***","total":"12.00"}'
    assert "jane@mail.example" in readable["response"]


@pytest.mark.anyio
async def test_every_attempt_has_its_line(tmp_path: Path, connect: Connect) -> None:
    """A repeated read shows what went wrong before."""
    log = log_at(tmp_path)
    async with wire(says(503), resets(), says()) as shop:
        await connect(shop.url, log=log).read("GET", "/a")
    log.close()
    first, second, third = lines(tmp_path)
    assert (first["status"], third["status"]) == (503, 200)
    assert "status" not in second and second["error"]
