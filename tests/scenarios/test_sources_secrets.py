"""No secret of a further source is written down anywhere but where it belongs (contracts/sources §6, 19)."""

from __future__ import annotations

import asyncio
import json

import pytest

from syncd.app import PAIR
from syncd.state import failures
from tests.scenarios.sources import HOROSHOP, JUSTCLICK, MARKETPLACE, SOURCES, World, hook_secret, listening
from tests.scenarios.test_secrets import written

PINCODE = "PIN-canary-8842"
LICENCES = ("CSC-CNR1-9QX2-0001", "CSC-CNR2-9QX2-0002", "CSC-CNR3-9QX2-0003")
HTML = {"when": "answer", "kind": "html", "times": 2}


def canaries(world: World) -> list[str]:
    """Every secret of the sources: of the accounts, of the addresses, and those that are sold."""
    names = ("password", "token", "key")
    keys = [
        shop.credentials[name]
        for shop in world.sources.values()
        for name in names
        if name in shop.credentials
    ]
    tokens = list(world.sources["horoshop"].shop.tokens._ends)  # type: ignore[attr-defined]
    sold = [part for number in LICENCES for part in (number, number.split("-", 1)[1])]
    return [*keys, *tokens, *map(hook_secret, SOURCES), PINCODE, *sold]


@pytest.mark.anyio
async def test_19_no_secret_of_a_source_is_written_down(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    """Orders that arrive, that fail, that cannot be read, and calls of all kinds: no file and no line has a secret."""
    world.set(log={"requests": True})
    for source in SOURCES:
        world.let(source, update_time=1, unknown_sku="hold")
    async with listening(world) as daemon:
        events = ("created", "paid", "prepaid", "canceled", "moneyback")
        world.at("justclick", "hook_urls", **{name: daemon.address("justclick", name) for name in events})
        world.at("marketplace", "setting", hook_url=daemon.address("marketplace"))
        pin, nowhere = {"sku": "A", "pincode": PINCODE}, {"title": "Lost", "price": "5"}
        paid = [
            world.buy("justclick", pin),
            world.buy("justclick", {"sku": "NOWHERE", **nowhere, "pincode": PINCODE}),
        ]
        for number in paid:
            world.at("justclick", "pay", order_id=number)
        good = world.buy("marketplace", status="P")
        held = world.buy("marketplace", {"sku": "B", "external_id": "NOWHERE"}, status="P")
        for number, licence in zip((good, held), LICENCES, strict=False):
            world.at("marketplace", "issue_licence", order_id=number, licence_number=licence)
        world.buy("horoshop")
        for source in ("justclick", "marketplace"):
            await asyncio.to_thread(world.at, source, "flush_hooks")
            await daemon.heard(source)
        issued = json.dumps({"order_id": good, "license_number": LICENCES[2]})
        assert (await daemon.call("marketplace", issued)).status == 200
        await daemon.heard("marketplace")
        for source in SOURCES:
            await daemon.call(source, b"\xff{", secret="hook-secret-of-nobody-0123456789")
            await daemon.call(source, PINCODE + LICENCES[0])
            await daemon.call(source, b"", event=hook_secret(source))
        await daemon.until(lambda: len(world.office_orders()) == 3)
    for source in SOURCES:
        world.sources[source].faults.add(HTML)
    world.sources["horoshop"].shop.tokens.forget()  # type: ignore[attr-defined]
    for stream in (HOROSHOP, JUSTCLICK, MARKETPLACE):
        await asyncio.to_thread(world.run, stream)
    assert world.delivery("marketplace", good)["params"]["licence_numbers"].endswith(LICENCES[0])
    with world.database() as db:
        kept = db.run_sync(lambda conn: failures.all(conn, PAIR))
    assert {row.code for row in kept} == {"unknown-sku"}
    told = "".join(capfd.readouterr()).encode()
    files = written(world.data_dir)
    assert any(name.startswith("requests.log") for name in files)
    for secret in (text.encode() for text in canaries(world)):
        assert secret not in told, secret
        assert [name for name, content in files.items() if secret in content] == [], secret


@pytest.mark.parametrize("source", SOURCES)
def test_19_refused_credentials_are_not_repeated(
    world: World, source: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """A wrong password, key or token is told as one, and stands neither in the reason nor in any file."""
    world.set(log={"requests": True})
    name = {"horoshop": "password", "justclick": "key", "marketplace": "token"}[source]
    wrong = "canary" + "0123456789abcdef" * 2 + "xy"
    world.let(source, **{name: wrong})
    run = world.run(f"orders.{source}")
    assert run.reports[f"orders.{source}"].message
    assert wrong not in str(run)
    assert wrong not in "".join(capfd.readouterr())
    assert [path for path, content in written(world.data_dir).items() if wrong.encode() in content] == []
