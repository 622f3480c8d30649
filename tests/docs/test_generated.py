"""The pages that are made from the program are as the program is, and hold everything."""

from __future__ import annotations

import pytest
from typer.core import TyperOption

from syncd.daemon.once import Exit
from syncd.settings import Settings
from syncd.settings.sources import HoroshopSource, JustClickSource, MarketplaceSource
from syncd.settings.variables import names
from tests.deploy.offline import REPOSITORY
from tools.cli_page import commands
from tools.docs import PAGES
from tools.settings_page import entries, kinds

DOCS = REPOSITORY / "docs"
COMMANDS = commands()


def read(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    """After a change of settings or help texts: `make docs`."""
    assert read(name) == PAGES[name](), f"docs/{name} is out of date: run make docs"


@pytest.mark.parametrize("name", names(Settings))
def test_every_setting_is_documented(name: str) -> None:
    """With its kind and a sentence."""
    [row] = [line for line in read("settings.md").splitlines() if line.startswith(f"| `{name}` |")]
    _, _, kind, _, meaning, _ = row.replace("\\|", "/").split("|")
    assert kind.strip()
    assert meaning.strip().endswith(".")


def test_kinds_are_told_in_words() -> None:
    """What a person may write, bounds included."""
    told = kinds()
    assert told["SYNCD_PRODUCTS__ENABLED"] == "`true` or `false`"
    assert told["SYNCD_PRODUCTS__SWEEP_TIME"] == "whole number, at least 0"
    assert told["SYNCD_HTTP__PORT"] == "whole number, at least 0, at most 65535"
    assert told["SYNCD_CSCART__API_KEY"] == "text, secret"
    assert told["SYNCD_ORDERS__UNKNOWN_SKU"] == "`line` or `hold`"
    assert told["SYNCD_STATUSES"] == "JSON object"
    assert told["SYNCD_BRAKES__SHARE"] == "number, at least 0, at most 1"


def test_an_entry_has_all_lines_above_it() -> None:
    """A setting that two lines explain is told with both, and a blank line ends what is said."""
    text = "# --- One ---\n\n# Lost.\n\n# First\n# second.\nSYNCD_A=1\n# --- Two ---\n# B.\nSYNCD_B=\n"
    found = list(entries(text))
    assert [(one.section, one.name, one.default, one.meaning) for one in found] == [
        ("One", "SYNCD_A", "1", "First second."),
        ("Two", "SYNCD_B", "", "B."),
    ]


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_is_documented(words: tuple[str, ...]) -> None:
    """Under a heading of its own, with all its options and a sentence for each of them."""
    title = " ".join(("syncd", *words))
    _, found, rest = read("cli.md").partition(f"# {title}\n")
    assert found
    section = rest.partition("\n## ")[0].partition("\n### ")[0]
    assert COMMANDS[words].help
    options = [option for option in COMMANDS[words].params if isinstance(option, TyperOption)]
    for option in options:
        assert option.opts[0] in section, (title, option.opts)
        assert option.help, (title, option.opts)


def test_the_commands_that_are_looked_at_are_all_there_are() -> None:
    """Groups and the commands below them are found."""
    assert {(), ("run",), ("brakes",), ("brakes", "release"), ("hooks", "list")} <= COMMANDS.keys()
    told = {name for option in COMMANDS[("run",)].params for name in option.opts}
    assert {"--once", "--yes", "--json"} <= told


def test_every_exit_code_is_documented() -> None:
    """In the table at the head of the page."""
    head = read("cli.md").partition("\n## ")[0]
    assert all(f"\n| {int(code)} |" in head for code in Exit)


@pytest.mark.parametrize("kind", [MarketplaceSource, HoroshopSource, JustClickSource])
def test_every_field_of_a_source_is_documented(kind: type[MarketplaceSource]) -> None:
    """docs/sources.md names it."""
    text = read("sources.md")
    assert [name for name in kind.model_fields if f"`{name}`" not in text] == []
