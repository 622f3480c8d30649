"""`syncd db`: its commands with their help texts."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help is quick

from __future__ import annotations

import typer

from syncd.cli.exits import told
from syncd.cli.options import Json

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Upgrade, copy and check syncd's database.",
)


@app.command("upgrade")
def db_upgrade(as_json: Json = False) -> None:
    """Bring the tables to the form that this version needs.

    Every start does the same; this command is for those who want it done
    before. An SQLite file is copied first. Exit code 11 while another syncd
    runs on the data directory.

    \b
    --json prints {"version": 1, "before": the form that it had or null,
    "form", "backup": path or null}.
    """
    from syncd.cli.db import upgrade_command

    raise typer.Exit(told(lambda: upgrade_command(as_json=as_json)))


@app.command("backup")
def db_backup(as_json: Json = False) -> None:
    """Copy the SQLite file next to itself, whole even while syncd runs.

    \b
    --json prints {"version": 1, "backup": path, "bytes"}.
    """
    from syncd.cli.db import backup_command

    raise typer.Exit(told(lambda: backup_command(as_json=as_json)))


@app.command("check")
def db_check(as_json: Json = False) -> None:
    """Check the database: damage, form of the tables, space on the disk.

    Reads only, also beside a running daemon. Exit code 0 when all is well,
    3 when a person should look.

    \b
    --json prints {"version": 1, "database", "form", "needed",
    "findings": [{"what", "next"}], "bytes", "free_bytes"}; the sizes are
    null for a database on a server.
    """
    from syncd.cli.db import check_command

    raise typer.Exit(told(lambda: check_command(as_json=as_json)))
