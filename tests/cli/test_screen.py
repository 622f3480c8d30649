"""Tables, paragraphs and progress, on a terminal and in a pipe."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta

import pytest
from rich.progress import Progress as Bars

from syncd.cli import progress
from syncd.cli.progress import BarProgress, PlainProgress, duration, spell
from syncd.cli.screen import Column, Screen, complain
from syncd.cli.spell import distance, when

COLUMNS = [Column("name"), Column("number", number=True)]
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@contextmanager
def terminal() -> Iterator[Terminal]:
    """stdout and stderr are a terminal of 60 columns for the block."""
    stream = Terminal()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stream), redirect_stderr(stream):
        patch.setenv("TERM", "xterm")
        patch.delenv("NO_COLOR", raising=False)
        patch.setattr("shutil.get_terminal_size", lambda fallback: os.terminal_size((60, 24)))
        yield stream


def test_a_table_in_a_pipe_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe a table is aligned text without any control codes, numbers at the right."""
    Screen().table(COLUMNS, [["first", 1], ["x", 1000]])

    assert capsys.readouterr().out.splitlines() == ["name   number", "first       1", "x        1000"]


def test_a_table_on_a_terminal() -> None:
    """On a terminal the same table has a marked header and fits the width; markup in data is only text."""
    with terminal() as stream:
        Screen().table(COLUMNS, [["[red]first[/red]" * 8, 1]])

    printed = stream.getvalue()
    assert "\x1b[" in printed
    assert "[red]first" in printed


def test_paragraphs_are_folded_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    """A long text is folded with an indent on a terminal and stays one line in a pipe."""
    words = "many words " * 12
    with terminal() as stream:
        Screen().text(words, "  ")
        Screen().heading("Title")
    Screen().text(words, "  ")

    lines = stream.getvalue().splitlines()
    assert max(len(line) for line in lines[:3]) <= 60
    assert lines[1].startswith("    ")
    assert capsys.readouterr().out == f"  {words}\n"


def test_messages_are_folded_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    """A message on stderr keeps its own lines and is folded on a terminal, but never within an address."""
    address = "https://office.example.test/" + "a" * 60
    text = f"{'many words ' * 8}\n  * open {address} now"
    with terminal() as stream:
        complain(text)
    complain(text)

    lines = stream.getvalue().splitlines()
    assert all(len(line) <= 60 or line.strip() == address for line in lines)
    assert lines[-3:] == ["  * open", f"    {address}", "    now"]
    assert capsys.readouterr() == ("", f"{text}\n")


def test_names_of_streams_stay_whole_on_a_terminal() -> None:
    """Where a table is too wide its words are folded, but a name is there to be typed and is never cut."""
    columns = [Column("stream", whole=True), Column("outcome")]
    with terminal() as stream:
        Screen().table(columns, [["products-back", "not authorised " * 9]])

    assert "products-back  not" in stream.getvalue()
    assert "\u2026" not in stream.getvalue()


def test_a_dumb_terminal_gets_no_control_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A title is plain where TERM says that the terminal knows no codes."""
    with terminal() as stream:
        monkeypatch.setenv("TERM", "dumb")
        Screen().heading("Title")

    assert stream.getvalue() == "\nTitle\n"


def test_a_shops_words_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of a product's name are shown as what they are: not letters."""
    screen = Screen()
    screen.line("A\x1b[31m red")
    screen.heading("B\x07")
    screen.text("C\x9bD")
    screen.table([Column("name")], [["E\x1b]0;title\x07"]])
    printed = capsys.readouterr().out
    assert not set(printed) & set(map(chr, (*range(9), *range(11, 32), *range(127, 160))))
    assert "\ufffd[31m red" in printed


def test_plain_progress_speaks_every_few_seconds() -> None:
    """Without a terminal, work of more than five seconds tells counts and the time left, shorter work nothing."""
    clock = iter([0.0, 1.0, 6.0, 7.0, 12.0, 13.0])
    said: list[str] = []
    show = PlainProgress(clock=lambda: next(clock), say=said.append).of("orders")

    for done in (0, 50, 100, 150, 200):
        show(done, 500)

    assert said == ["orders: 100 of 500, about 24 s left", "orders: 200 of 500, about 18 s left"]


def test_progress_that_begins_anew_counts_anew() -> None:
    """A second phase of a stream does not take the time of the first into its estimate."""
    clock = iter([0.0, 10.0, 100.0, 101.0, 110.0])
    said: list[str] = []
    show = PlainProgress(clock=lambda: next(clock), say=said.append).of("products")

    for done, total in ((10, 20), (20, 20), (5, 100), (6, 100), (10, 100)):
        show(done, total)

    assert said[-1] == "products: 10 of 100, about 90 s left"


def test_a_bar_on_a_terminal() -> None:
    """On a terminal there is one bar per stream, gone at the end."""
    with terminal() as stream, progress.shown() as show:
        for _ in range(2):
            show("orders")(150, 500)

    assert "150/500" in stream.getvalue()


def test_a_bar_that_begins_anew_estimates_anew() -> None:
    """The phase of writing is not taken for done because that of reading is."""
    clock = iter(float(second) for second in range(0, 10_000, 10))
    bars = Bars(disable=True, get_time=lambda: next(clock))
    show = BarProgress(bars).of("products")

    for done in (1000, 2000, 100, 200, 300):
        show(done, 2000)

    (task,) = bars.tasks
    assert task.completed == 300
    assert not task.finished
    assert (task.time_remaining or 0) > 0


def test_no_bar_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe short work leaves no trace."""
    with progress.shown() as show:
        show("orders")(1, 2)

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (3, None, "3 so far"),
        (3, 2, "3 so far"),
        (0, 9, "0 of 9"),
        (9, 9, "9 of 9"),
        (1, 4, "1 of 4, about 30 s left"),
    ],
)
def test_words_of_progress(done: int, total: int | None, words: str) -> None:
    """The time left is told where it can be known."""
    assert spell(done, total, 10) == words


@pytest.mark.parametrize(("seconds", "words"), [(40, "40 s"), (150, "2 min"), (9000, "2.5 h")])
def test_durations(seconds: float, words: str) -> None:
    """A duration has the unit that suits it."""
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-30, "30 s ago"),
        (-600, "10 min ago"),
        (7300, "in 2 h"),
        (-3 * 86400, "3 days ago"),
    ],
)
def test_distances(seconds: int, words: str) -> None:
    """A moment is told by its distance from now."""
    assert distance(NOW + timedelta(seconds=seconds), NOW) == words


def test_moments_of_another_day_have_their_date() -> None:
    """The time alone is enough today."""
    assert when(NOW - timedelta(minutes=5), NOW) == "11:55:00 UTC (5 min ago)"
    assert when(NOW - timedelta(days=3), NOW) == "2026-02-26 12:00 UTC (3 days ago)"
