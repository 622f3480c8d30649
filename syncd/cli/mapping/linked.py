"""What the maps of users, products and orders have in common: wishes checked in both shops, then written, or told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import typer
from sqlalchemy import Connection

from syncd import logs
from syncd.app import SOURCE
from syncd.app.explaining import looking
from syncd.app.linking import Linking, Problems, Wish
from syncd.cli.mapping import sheet
from syncd.cli.naming import check_source
from syncd.cli.reading import database
from syncd.cli.screen import complain, say
from syncd.cli.spell import spell_json
from syncd.errors import Misconfigured
from syncd.settings import Settings, load_settings
from syncd.state.database import Database

RowT = TypeVar("RowT")


class Way(NamedTuple, Generic[RowT]):
    """How wishes of one map become rows: the check in both shops, and the writing."""

    check: Callable[[Linking, Sequence[Wish]], Awaitable[tuple[list[RowT], Problems]]]
    put: Callable[[Connection, Sequence[RowT]], None]


def set_one(wish: Wish, way: Way[RowT], done: str, *, as_json: bool) -> int:
    """Check one wish and write it; answers 1 when it cannot be."""
    settings = load_settings()
    logs.configure(settings, level="error")
    check_source(settings, wish.source)
    with opened(settings) as db:
        rows, problems = asyncio.run(_checked(settings, db, [wish], way))
        if not problems:
            db.run_sync(lambda conn: way.put(conn, rows))
    for _, text in problems:
        complain(f"syncd: {text}")
    if as_json:
        print(_written(len(rows), [text for _, text in problems]))
    elif not problems:
        say(done)
    return 1 if problems else 0


def import_file(path: Path, columns: tuple[str, str], way: Way[RowT], *, dry_run: bool, as_json: bool) -> int:
    """Check every line of a file and write all of them, or none when a line is wrong; answers 1 then."""
    settings = load_settings()
    logs.configure(settings, level="error")
    found = sheet.read(path, *columns, [SOURCE, *(entry.name for entry in settings.sources)])
    with opened(settings) as db:
        rows, refused = asyncio.run(_checked(settings, db, found.wishes, way))
        wrong = [*found.problems, *((wish.line, text) for wish, text in refused)]
        if not wrong and not dry_run:
            db.run_sync(lambda conn: way.put(conn, rows))
    if as_json:
        right = 0 if wrong or dry_run else len(found.wishes)
        print(_written(right, [f"{path}:{line}: {text}" for line, text in sorted(wrong)]))
    if wrong:
        sheet.tell(wrong, path)
        complain(f"syncd: nothing was written, wrong lines: {len(wrong)}")
        return 1
    if as_json:
        return 0
    number = "1 line is" if len(found.wishes) == 1 else f"{len(found.wishes)} lines are"
    say(f"{number} right; nothing was written." if dry_run else f"{number} in the database now.")
    return 0


def remove_one(
    question: str, remove: Callable[[Connection], bool], what: str, *, yes: bool, as_json: bool
) -> int:
    """Take a row away after asking; answers 1 when there is none or the answer was no."""
    settings = load_settings()
    if not yes and not typer.confirm(question, err=True):
        if as_json:
            print(spell_json({"unlinked": False}))
        else:
            say("Nothing was changed.")
        return 1
    with opened(settings) as db:
        there = db.run_sync(remove)
    if as_json:
        print(spell_json({"unlinked": there}))
    if not there:
        complain(f"syncd: {what} is not linked")
        return 1
    if not as_json:
        say(f"{what} is not linked any more.")
    return 0


def _written(number: int, problems: Sequence[str]) -> str:
    return spell_json({"written": 0 if problems else number, "problems": list(problems)})


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database, which must be there. Raises `Misconfigured` before the first run."""
    with database(settings) as db:
        if db is None:
            raise Misconfigured(
                "syncd has not run yet, so there is nothing to map; 'syncd run --once' runs it"
            )
        yield db


async def _checked(
    settings: Settings, db: Database, wishes: Sequence[Wish], way: Way[RowT]
) -> tuple[list[RowT], Problems]:
    async with looking(settings, db) as shops:
        return await way.check(Linking(shops), wishes)
