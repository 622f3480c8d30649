"""Commands that pages and messages name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.core import TyperGroup

from tests.docs.test_links import PAGES
from tests.docs.test_troubleshooting import texts
from tools.cli_page import commands

COMMANDS = commands()
_QUOTED = re.compile(r"[`'(]\s*(?:sudo )?syncd ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)(?=[^a-z-])")
_TYPED = re.compile(r"^(?:\$ |sudo )?(?:\S+/)?syncd ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)", re.MULTILINE)


def unknown(text: str, pattern: re.Pattern[str]) -> list[str]:
    """What is named as a command of syncd and is none."""
    return [said for said in pattern.findall(text) if not _known(said.split())]


def _known(words: list[str]) -> bool:
    """Whether the words lead to a command; behind a command come arguments, and a group may be named alone."""
    at: tuple[str, ...] = ()
    for word in words:
        if not isinstance(COMMANDS[at], TyperGroup):
            return True
        at = (*at, word)
        if at not in COMMANDS:
            return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_on_a_page_are_there(page: Path) -> None:
    """Both those in a sentence and those in a block that can be copied."""
    text = page.read_text("utf-8")
    blocks = "\n".join(re.findall(r"^```(?:console)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert unknown(text, _QUOTED) + unknown(blocks, _TYPED) == []


def test_commands_in_messages_are_there() -> None:
    """The next step that a message proposes can be taken."""
    assert [said for text in texts() for said in unknown(text, _QUOTED)] == []


def test_what_is_no_command_is_found() -> None:
    """A command that has gone, and one that its group does not have."""
    assert unknown("see `syncd nothing`, `syncd brakes lift` and `syncd brakes list`", _QUOTED) == [
        "nothing",
        "brakes lift",
    ]
    assert unknown("$ syncd nothing\nsyncd status\n", _TYPED) == ["nothing"]
