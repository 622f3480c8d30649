"""docs/cli.md: every command with its help text, as the program prints it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from typer.core import TyperCommand, TyperGroup

from syncd.cli.main import app

HEAD = """\
# Commands

<!-- Made by `make docs` from the program's own help texts: edit those. -->

Every command prints this with `--help`. With `--json` it prints one JSON object whose `"version"` changes when its shape
does. Messages go to stderr, results to stdout. `syncd --install-completion` makes the shell complete commands and options.

Exit codes:

| code | meaning |
|---|---|
| 0 | all is well |
| 1 | it failed; the reason stands on stderr |
| 2 | the command was mistyped |
| 3 | it worked, and something is left that a person should look at |
| 10 | a setting is missing or wrong |
| 11 | another syncd works on the same data directory |
| 12 | a shop refuses the credentials or lacks a right |
| 128 + n | a signal ended it early: 130 after Ctrl-C |

"""
_PROGRAM = "syncd"


def commands() -> dict[tuple[str, ...], TyperCommand | TyperGroup]:
    """Every command and group by its words, the program itself as the empty one, in the order of its help."""
    return {words: command for words, command, _ in _below((), typer.main.get_command(app), None)}


def page() -> str:
    """The whole page."""
    text = HEAD
    with _columns("80"):
        for words, command, context in _below((), typer.main.get_command(app), None):
            said = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
            title = " ".join((_PROGRAM, *words))
            text += f"{'###' if words[1:] else '##'} {title}\n\n```\n{said}\n```\n\n"
    return text.rstrip("\n") + "\n"


def _below(
    words: tuple[str, ...], command: object, parent: typer.Context | None
) -> Iterator[tuple[tuple[str, ...], TyperCommand | TyperGroup, typer.Context]]:
    """A command and all below it, each with the context that its help is printed in."""
    assert isinstance(command, TyperCommand | TyperGroup)  # typer makes nothing else
    name = words[-1] if words else _PROGRAM
    context = typer.Context(command, parent=parent, info_name=name, **command.context_settings)
    yield words, command, context
    below = command.commands if isinstance(command, TyperGroup) else {}
    for word, one in below.items():
        if not one.hidden:
            yield from _below((*words, word), one, context)


@contextmanager
def _columns(width: str) -> Iterator[None]:
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = width
    try:
        yield
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
