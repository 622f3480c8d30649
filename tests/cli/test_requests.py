"""`syncd requests` and `syncd runs`: what was called, and what ran."""

from __future__ import annotations

import json
from pathlib import Path

from syncd.cli.requests import Follower
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair


def write(path: Path, *names: str, **fields: str) -> None:
    with path.open("a") as stream:
        for name in names:
            stream.write(json.dumps({"shop": "cscart", "method": "GET", "path": name, **fields}) + "\n")


def append(path: Path, text: str) -> None:
    with path.open("a") as stream:
        stream.write(text)


def paths(text: str) -> list[str]:
    return [json.loads(line)["path"] for line in text.splitlines()]


def test_rotated_files_come_first(cli: Cli, pair: Pair) -> None:
    """The lines come in the order of the calls, across all rotated files; the limit keeps the latest."""
    pair.data_dir.mkdir()
    log = pair.data_dir / "requests.log"
    write(log.with_name("requests.log.2"), "/one")
    write(log.with_name("requests.log.1"), "/two")
    write(log, "/three")
    append(log, '{"path": "cut o')

    assert paths(cli("requests", "--json").stdout) == ["/one", "/two", "/three"]
    assert paths(cli("requests", "--json", "--limit", "2").stdout) == ["/two", "/three"]


def test_filters(cli: Cli, pair: Pair) -> None:
    """Calls are found by shop and by the order that they were made for, whichever stream made them."""
    number = str(pair.place("A"))
    other = str(pair.place("A"))
    cli("run", "--once")

    shops = {
        json.loads(line)["shop"]
        for line in cli("requests", "--json", "--shop", "webasyst").stdout.splitlines()
    }
    mine = [json.loads(line) for line in cli("requests", "--json", "--order", number).stdout.splitlines()]

    assert shops == {"webasyst"}
    assert {line["correlation"] for line in mine} == {f"orders/{number}"}
    assert any("shop.order.add" in line["path"] for line in mine)
    assert f"orders/{other}" not in cli("requests", "--order", number).stdout
    assert cli("requests", "--order", "999").stdout == ""


def test_following_crosses_a_rotation(tmp_path: Path) -> None:
    """What is written after the beginning is told once, also when the file was rotated in between, and whole lines only."""
    log = tmp_path / "requests.log"
    write(log, "/before")
    follower = Follower(log)
    write(log, "/first")
    first = follower.more()
    write(log, "/late")
    log.rename(log.with_name("requests.log.1"))
    write(log, "/new")
    append(log, '{"path": "/half')
    second = follower.more()
    append(log, '"}\n')

    assert paths("\n".join(first)) == ["/first"]
    assert paths("\n".join(second)) == ["/late", "/new"]
    assert paths("\n".join(follower.more())) == ["/half"]


def test_runs_are_listed_newest_first(cli: Cli, pair: Pair) -> None:
    """Every cycle tells its stream, end, length and counts; a kind of record means both ways."""
    pair.place("A")
    assert "No cycle" in cli("runs").stdout
    cli("run", "--once")

    told = json.loads(cli("runs", "--json").stdout)["runs"]
    orders = json.loads(cli("runs", "--stream", "orders", "--json").stdout)["runs"]
    one = json.loads(cli("runs", "--limit", "1", "--json").stdout)["runs"]
    text = cli("runs").stdout

    assert list(told[0]) == ["stream", "started_at", "finished_at", "seconds", "outcome", "message", "counts"]
    assert {run["stream"] for run in orders} == {"orders", "orders-back"}
    assert one == told[:1]
    assert "created 1" in text
    assert max(map(len, text.splitlines())) <= 80
    assert cli("runs", "--stream", "nonsense").exit_code == 10
