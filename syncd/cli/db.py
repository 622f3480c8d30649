"""`syncd db`: migrating, copying and checking the database."""

from __future__ import annotations

from syncd.cli.reading import database
from syncd.cli.screen import Screen, say
from syncd.cli.spell import spell_json
from syncd.daemon.lock import single_instance
from syncd.errors import Misconfigured
from syncd.settings import Settings, load_settings
from syncd.state import migrate
from syncd.state.backup import backup
from syncd.state.check import check
from syncd.state.database import Database

_OUTSTANDING = 3


def upgrade_command(*, as_json: bool) -> int:
    """Migrate under the lock of the data directory."""
    settings = load_settings()
    with single_instance(settings.data_dir):
        db = Database.open(settings.database)
        try:
            db.claim()
            before, saved = migrate.current(db), migrate.upgrade(db)
        finally:
            db.close()
    if as_json:
        print(
            spell_json(
                {"before": before, "form": migrate.head(), "backup": None if saved is None else str(saved)}
            )
        )
        return 0
    if before == migrate.head():
        say(f"The database is up to date (form {before}).")
        return 0
    say(f"The database is at form {migrate.head()} now.")
    if saved is not None:
        say(f"Before, it was copied to {saved}.")
    return 0


def backup_command(*, as_json: bool) -> int:
    """Copy the SQLite file. Raises `Misconfigured` where there is none."""
    settings = load_settings()
    with database(settings) as db:
        path = db.path if db else None
        if path is None:
            raise _no_file(settings)
        saved = backup(path, "by-hand")
    if as_json:
        print(spell_json({"backup": str(saved), "bytes": saved.stat().st_size}))
    else:
        say(f"The database was copied to {saved} ({saved.stat().st_size // 1024} KB).")
    return 0


def check_command(*, as_json: bool) -> int:
    """Print what is wrong with the database; answers 3 when something is."""
    settings = load_settings()
    with database(settings) as db:
        if db is None:
            raise _no_file(settings)
        name, found = db.name, check(db)
    if as_json:
        told = [{"what": one.what, "next": one.next} for one in found.findings]
        sizes = {"bytes": found.size, "free_bytes": found.free}
        form = {"database": name, "form": found.form, "needed": found.needed}
        print(spell_json(form | {"findings": told} | sizes))
        return _OUTSTANDING if told else 0
    screen = Screen()
    screen.text(f"{name}, form {found.form or 'none'}")
    if found.size is not None and found.free is not None:
        screen.text(f"{found.size // 1024} KB; {found.free // 2**20} MB are free on its disk")
    for one in found.findings:
        screen.heading(one.what)
        screen.text(f"Next: {one.next}.")
    if not found.findings:
        screen.text("Nothing is wrong with it.")
    return _OUTSTANDING if found.findings else 0


def _no_file(settings: Settings) -> Misconfigured:
    if settings.database_url is None:
        return Misconfigured(f"there is no database in {settings.data_dir} yet; 'syncd run --once' makes it")
    return Misconfigured(
        "the database of SYNCD_DATABASE_URL is on a server: copy it with the server's own tool (pg_dump)"
    )
