"""The commands of the first hour: `config`, `init`, `login`, `logout`, `doctor`."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help is quick

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.exits import told
from syncd.cli.options import Json

config = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check the settings, show them, print their schema.",
)


@config.command("check")
def config_check(as_json: Json = False) -> None:
    """Tell everything that is wrong with the settings, at once.

    Each problem comes with its place (the environment, a file, a folder of
    secrets) and what to do. A file named by SYNCD_SOURCES is checked, too.
    Nothing is asked of the shops: that is 'syncd doctor'.

    \b
    Exit codes: 0 all is right, 10 a setting is missing or wrong.
    --json prints {"version": 1, "ok", "problems": [{"setting", "place",
    "problem"}]}; "setting" and "place" may be null.
    """
    from syncd.cli.config import check_command

    raise typer.Exit(told(lambda: check_command(as_json=as_json)))


@config.command("show")
def config_show(as_json: Json = False) -> None:
    """Show every setting in effect, and where it comes from.

    Secrets are masked.

    \b
    --json prints {"version": 1, "settings": [{"name", "value", "from"}]};
    "from" is default, environment, "file NAME", "secrets FOLDER" or
    "syncd login".
    """
    from syncd.cli.config import show_command

    raise typer.Exit(told(lambda: show_command(as_json=as_json)))


@config.command("schema")
def config_schema() -> None:
    """Print the JSON schema of all settings and of SYNCD_SOURCES.

    "x-variable" names the environment variable of each setting.
    """
    from syncd.cli.config import schema_command

    raise typer.Exit(told(schema_command))


def doctor(
    write_probe: Annotated[
        bool,
        typer.Option("--write-probe", help="Also send writes that change nothing, to see the rights."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Look for everything that would make a run stumble.

    Asks both shops and every source, and looks at this machine: names and
    certificates, clocks, keys and rights, status maps, the places for new
    records, SKUs, what an older CS-Cart ignores, disk and database. It only
    reads. With --write-probe it also changes an order, a product and a SKU
    that no shop has, which shows the rights to write. Works while the daemon
    runs.

    \b
    Exit codes: 0 all is well, 3 warnings, 1 errors; 10 settings are wrong.
    --json prints {"version": 1, "exit": 0, "findings": [{"level" (ok, warning
    or error), "subject" (a shop, source, machine or hooks), "check", "what",
    "why", "fix"}]}.
    """
    from syncd.cli.doctor import doctor_command

    raise typer.Exit(told(lambda: doctor_command(write_probe=write_probe, as_json=as_json)))


def init(
    *,
    file: Annotated[Path, typer.Option(envvar="SYNCD_ENV_FILE", help="The settings file to write.")] = Path(
        "syncd.env"
    ),
    cscart_url: Annotated[
        str | None, typer.Option(help="Address of the CS-Cart shop.", show_default=False)
    ] = None,
    cscart_email: Annotated[
        str | None, typer.Option(help="E-mail of its administrator.", show_default=False)
    ] = None,
    cscart_api_key: Annotated[
        str | None, typer.Option(help="That administrator's API key.", show_default=False)
    ] = None,
    webasyst_url: Annotated[
        str | None, typer.Option(help="Address of the Webasyst account.", show_default=False)
    ] = None,
    webasyst_token: Annotated[
        str | None, typer.Option(help="Its API token; or use 'syncd login'.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Ask for both shops, try them, and write the settings file.

    What no option and no SYNCD_ variable says is asked for; without a
    terminal it must be said (others on this machine can see options: keys are
    better in SYNCD_CSCART__API_KEY and SYNCD_WEBASYST__TOKEN). Without a
    token you sign in to Webasyst, now or by 'syncd login'. Both shops are
    read from, nothing is written to them; SYNCD_PLAN_FIRST=true in the file
    keeps it so until a plan is applied. The file has mode 0600.

    \b
    Exit codes: 0 written, 1 a shop does not let us in (nothing is written),
    10 a value is missing or wrong, or the file is there already.
    --json prints {"version": 1, "file": path or null, "token": whether there
    is one, "findings": [as in 'doctor']}.
    """
    from syncd.cli.init import init_command

    given = {
        "SYNCD_CSCART__URL": cscart_url,
        "SYNCD_CSCART__EMAIL": cscart_email,
        "SYNCD_CSCART__API_KEY": cscart_api_key,
        "SYNCD_WEBASYST__URL": webasyst_url,
        "SYNCD_WEBASYST__TOKEN": webasyst_token,
    }
    raise typer.Exit(told(lambda: init_command(file, given, force=force, as_json=as_json)))


def login(
    paste: Annotated[
        bool,
        typer.Option("--paste", help="Paste the code, for a browser on another machine; or a token."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Get a token of Webasyst and store it, encrypted.

    Prints the address where a person allows the access, and opens it where
    there is a browser; the browser then comes back to this machine. The token
    is tried first: a user who lacks a right is refused. With --paste the page
    shows a code instead; from a pipe it is the first line.

    \b
    Exit codes: 0 stored, 10 a setting is wrong, 12 refused, 1 no answer.
    --json prints {"version": 1, "webasyst": address, "stored": file,
    "overridden": whether SYNCD_WEBASYST__TOKEN is set and wins}.
    """
    from syncd.cli.login import login_command

    raise typer.Exit(told(lambda: login_command(paste=paste, as_json=as_json)))


def logout(as_json: Json = False) -> None:
    """End the stored token at Webasyst and forget it.

    It stays stored when Webasyst cannot be reached (exit code 1): a forgotten
    token would still open the shop.

    \b
    --json prints {"version": 1, "revoked": true when there was one,
    "webasyst": address or null}.
    """
    from syncd.cli.login import logout_command

    raise typer.Exit(told(lambda: logout_command(as_json=as_json)))


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(config, name="config")
    for command in (init, login, logout, doctor):
        app.command()(command)
