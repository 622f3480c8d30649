"""What people read on stdout: tables and paragraphs, for a terminal by rich, for a pipe as plain aligned lines."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 80
"""Columns that everything fits into, whatever the terminal has beyond."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand at the right. Numbers, and names that are `whole`, are never cut."""

    title: str
    number: bool = False
    whole: bool = False


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def shown(text: str) -> str:
    """The text without control characters: a shop's words must not steer somebody's terminal."""
    return _CONTROL.sub("\ufffd", text)


def complain(text: str) -> None:
    """A message on stderr, which keeps its own lines; on a terminal they are folded."""
    width = min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH + 20)
    for line in shown(text).splitlines():
        print(_folded(line, width) if sys.stderr.isatty() else line, file=sys.stderr)


def _folded(line: str, width: int) -> str:
    """The line in lines of that width. Addresses and paths stay whole, to be copied: the terminal breaks them itself."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line, width, subsequent_indent=indent + "  ", break_on_hyphens=False, break_long_words=False
    )


def say(text: str) -> None:
    """One sentence as the result of a command."""
    Screen().text(text)


class Screen:
    """Writes to stdout as it is at that moment."""

    def __init__(self) -> None:
        self.terminal = sys.stdout.isatty()
        columns = shutil.get_terminal_size((WIDTH, 24)).columns
        self.width = min(columns, WIDTH + 20) if self.terminal else WIDTH

    def line(self, text: str = "") -> None:
        """One line as it is."""
        print(shown(text), flush=True)

    def heading(self, text: str) -> None:
        """A title with a line of space above."""
        text = shown(text)
        bold = self.terminal and os.environ.get("TERM") != "dumb"
        print(f"\n\x1b[1m{text}\x1b[0m" if bold else f"\n{text}")

    def text(self, text: str, indent: str = "") -> None:
        """A paragraph; folded on a terminal, one line in a pipe, so that it can be searched."""
        text = shown(text)
        if not self.terminal:
            print(f"{indent}{text}")
            return
        print(_folded(indent + text, self.width))

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
        """A table with a header."""
        cells = [[shown(str(cell)) for cell in row] for row in rows]
        if self.terminal:
            self._rich(columns, cells)
        else:
            self._plain(columns, cells)

    def _plain(self, columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> None:
        titles = [column.title for column in columns]
        widths = [max(len(row[n]) for row in (titles, *cells)) for n in range(len(columns))]
        for row in (titles, *cells):
            aligned = [
                cell.rjust(width) if column.number else cell.ljust(width)
                for cell, width, column in zip(row, widths, columns, strict=True)
            ]
            print("  ".join(aligned).rstrip())

    def _rich(self, columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> None:
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold underline")
        for column in columns:
            table.add_column(
                column.title,
                justify="right" if column.number else "left",
                no_wrap=column.number or column.whole,
                overflow="fold",
            )
        for row in cells:
            table.add_row(*(Text(cell) for cell in row))
        Console(width=self.width, highlight=False).print(table)
