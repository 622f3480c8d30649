"""`syncd login` and `syncd logout`: a token of Webasyst is got by a person's leave, and given back."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser

import typer

from syncd import logs
from syncd.app.sign_in import SignIn, sign_out
from syncd.cli.redirect import Redirect
from syncd.cli.screen import Screen
from syncd.cli.spell import spell_json
from syncd.settings import Settings, load_settings

_PATIENCE = 300.0
"""Seconds that a person has to sign in and press Allow."""


def login_command(*, paste: bool, as_json: bool) -> int:
    """Get a token, try it, store it, and say so."""
    settings = load_settings(needs_token=False)
    logs.configure(settings, level="error")
    sign_in(settings, paste=paste, told_on_stderr=as_json)
    path = settings.token_store.path
    wins = _set_elsewhere(settings)
    if as_json:
        print(spell_json({"webasyst": settings.webasyst.url, "stored": str(path), "overridden": wins}))
        return 0
    Screen().text(f"The token is stored in {path}, encrypted. Its user has every right that syncd needs.")
    if wins:
        Screen().text("SYNCD_WEBASYST__TOKEN is set and wins over it: remove it from the settings.")
    Screen().text(
        "Next: 'syncd doctor'. A syncd that runs takes the token after SIGHUP (systemctl reload syncd)."
    )
    return 0


def logout_command(*, as_json: bool) -> int:
    """End the stored token."""
    settings = load_settings(needs_token=False)
    logs.configure(settings, level="error")
    ended = asyncio.run(sign_out(settings))
    if as_json:
        print(spell_json({"revoked": ended is not None, "webasyst": ended.url if ended else None}))
    elif ended is not None:
        Screen().text(f"The token has ended at {ended.url} and is forgotten here.")
    else:
        Screen().text("No token is stored. One in SYNCD_WEBASYST__TOKEN is ended in Webasyst's Team app.")
    return 0


def sign_in(settings: Settings, *, paste: bool, told_on_stderr: bool = False) -> None:
    """Have a person allow the access, and store the token. Raises `NotAuthorised`, `RetryLater` and `SyncdError`."""
    attempt = SignIn.of(settings)

    def say(text: str) -> None:
        typer.echo(text, err=told_on_stderr)

    say(
        "Open this address in a browser, sign in to Webasyst as a user with all rights for orders, customers and products "
        "in Shop-Script, and press Allow:"
    )
    if paste:
        say(attempt.page(None))
        asyncio.run(attempt.with_pasted(_pasted()))
        return
    with Redirect() as redirect:
        page = attempt.page(redirect.address)
        say(page)
        say(
            "Waiting for the browser to come back. (Is it on another machine? Ctrl-C, then 'syncd login --paste'.)"
        )
        if sys.stdout.isatty() and has_screen():
            webbrowser.open(page)
        code = redirect.code(_PATIENCE)
    asyncio.run(attempt.with_code(code))


def _pasted() -> str:
    """A secret is not shown while it is typed; from a pipe it is the first line."""
    if sys.stdin.isatty():
        return str(typer.prompt("Paste the code that the page shows, or a token", hide_input=True, err=True))
    return sys.stdin.readline()


def has_screen() -> bool:
    """Whether a browser has where to show itself; else a text browser would take the terminal over."""
    return sys.platform in {"darwin", "win32"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _set_elsewhere(settings: Settings) -> bool:
    """Whether a token of the settings wins over the stored one."""
    stored, token = settings.token_store.read(), load_settings().webasyst.token
    return stored is not None and token is not None and token.get_secret_value() != stored.token
