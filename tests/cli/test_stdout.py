"""Stdout belongs to the result: what the transport says of a shop that stumbles never mixes with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import structlog

from tests.cli.conftest import Cli, environment
from tests.scenarios.shops import Pair

STUMBLE = {"when": "before", "kind": "status", "status": 502, "match": {"method": "GET"}}
"""Once: the read is repeated and goes through."""


def stumble(pair: Pair) -> None:
    """Webasyst stumbles once, and the log is as in a new process: nobody has set it up."""
    structlog.reset_defaults()
    pair.webasyst.faults.add(STUMBLE)


@pytest.mark.parametrize(
    "command",
    [
        ["verify"],
        ["explain", "order", "1"],
        ["explain", "product", "A"],
        ["doctor"],
        ["plan"],
        ["run", "--once"],
    ],
    ids=" ".join,
)
def test_a_repeated_read_leaves_json_whole(cli: Cli, pair: Pair, command: list[str]) -> None:
    """A shop that answers 502 once does not put a line of the log into the JSON object."""
    pair.place("A")
    cli("run", "--once")
    stumble(pair)

    result = cli(*command, "--json")

    assert pair.webasyst.faults.describe()[0]["hits"] == 1
    assert json.loads(result.stdout)["version"] == 1


def test_a_repeated_read_leaves_the_words_of_map_alone(cli: Cli, pair: Pair) -> None:
    """`map users set` looks the contact up; nothing but its own sentence is on stdout."""
    number = pair.place("A")
    cli("run", "--once")
    contact = pair.office_order(number)["contact_id"]
    stumble(pair)

    result = cli("map", "users", "set", "user:77", str(contact))

    assert pair.webasyst.faults.describe()[0]["hits"] == 1
    assert result.stdout.startswith("Customer user:77 of cscart is Webasyst contact")
    assert len(result.stdout.splitlines()) == 1


def test_a_repeated_read_leaves_the_json_of_init_whole(bare: Cli, pair: Pair, tmp_path: Path) -> None:
    """`init` asks before there is a settings file, and prints JSON all the same."""
    stumble(pair)

    result = bare("init", "--file", str(tmp_path / "new.env"), "--json", **environment(pair))

    assert pair.webasyst.faults.describe()[0]["hits"] == 1
    assert json.loads(result.stdout)["version"] == 1
