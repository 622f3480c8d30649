"""`syncd init`: asks for both shops, tries them, and writes the settings file."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import typer

from syncd import logs
from syncd.cli.doctor import show_finding
from syncd.cli.login import has_screen, sign_in
from syncd.cli.screen import Screen
from syncd.cli.spell import spell_json
from syncd.doctor.examination import LookedIn, look_in
from syncd.doctor.finding import Level, Verdict, verdict
from syncd.doctor.letters import proposal
from syncd.settings import SettingsError, load_settings
from syncd.settings.settings_file import exists, write_settings
from syncd.settings.variables import ENV_FILE, UnreadableSource, collect

TOKEN = "SYNCD_WEBASYST__TOKEN"
QUESTIONS = {
    "SYNCD_CSCART__URL": "Address of the CS-Cart shop",
    "SYNCD_CSCART__EMAIL": "E-mail of its administrator with the API key",
    "SYNCD_CSCART__API_KEY": "API key (Customers > Administrators > the administrator > API access)",
    "SYNCD_WEBASYST__URL": "Address of the Webasyst account",
    TOKEN: "Webasyst API token (empty: get one by signing in)",
}
_SECRET = frozenset({"SYNCD_CSCART__API_KEY", TOKEN})


def init_command(path: Path, given: Mapping[str, str | None], *, force: bool, as_json: bool) -> int:
    """Ask, try, write, and say what comes next; answers 1 when a shop does not let us in, and writes nothing then."""
    if path.exists() and not force:
        raise exists(path)
    values = _values(given)
    settings = load_settings(_said() | values, needs_token=False)
    logs.configure(settings, level="error")
    if settings.webasyst.token is None and sys.stdin.isatty():
        sign_in(settings, paste=not has_screen(), told_on_stderr=as_json)
        settings = load_settings(_said() | values)
    seen = asyncio.run(look_in(settings))
    if verdict(seen.findings) is Verdict.ERRORS:
        _tell(seen, None, as_json=as_json, signed_in=False)
        return int(Verdict.ERRORS)
    written = values | {"SYNCD_PLAN_FIRST": "true"}
    write_settings(path, written, proposal(seen.letters), replace=force)
    _tell(seen, path, as_json=as_json, signed_in=settings.webasyst.token is not None)
    return 0


def _values(given: Mapping[str, str | None]) -> dict[str, str]:
    """An answer to each question: from an option, else the environment, else the person at the terminal.

    Raises `SettingsError` with all that lack where nobody can be asked; a token may lack.
    """
    known = {name: value for name, value in given.items() if value}
    said = _said()
    values: dict[str, str] = {}
    for name, question in QUESTIONS.items():
        answer = known.get(name) or said.get(name)
        if not answer and sys.stdin.isatty():
            answer = _asked(name, question)
        if answer:
            values[name] = answer
    return values


def _said() -> dict[str, str]:
    """What the environment and folders of secrets say; the settings file is what we are about to write."""
    try:
        return collect({name: value for name, value in os.environ.items() if name != ENV_FILE})
    except UnreadableSource as error:
        raise SettingsError([str(error)]) from None


def _asked(name: str, question: str) -> str:
    """What the person types, asked again until it can be right."""

    def checked(text: str) -> str:
        if text and (problem := _problem_with(name, text)):
            raise typer.BadParameter(problem)
        return text

    default = "" if name == TOKEN else None
    hidden = name in _SECRET
    answer: str = typer.prompt(
        question, default=default, hide_input=hidden, show_default=False, value_proc=checked, err=True
    )
    return answer.strip()


def _problem_with(name: str, text: str) -> str | None:
    try:
        load_settings({name: text}, needs_token=False)
    except SettingsError as error:
        return next((line for line in error.problems if line.startswith(f"{name} ")), None)
    return None


def _tell(seen: LookedIn, path: Path | None, *, as_json: bool, signed_in: bool) -> None:
    if as_json:
        findings = [asdict(finding) for finding in seen.findings]
        print(
            spell_json(
                {"file": str(path.absolute()) if path else None, "token": signed_in, "findings": findings}
            )
        )
        return
    screen = Screen()
    for finding in seen.findings:
        if finding.level is not Level.OK or finding.check == "authentication":
            screen.text(f"{finding.subject}:")
            show_finding(screen, finding)
    screen.line()
    if path is None:
        screen.text("Nothing was written. Put the errors right, then 'syncd init' again.")
        return
    screen.text(
        f"Written: {path} (only you may read it). Until a plan is applied nothing is written to a shop."
    )
    screen.line("Next:")
    for command, purpose in _next(path, signed_in):
        screen.line(f"  {command:<28}  {purpose}".rstrip())


def _next(path: Path, signed_in: bool) -> list[tuple[str, str]]:
    login = [] if signed_in else [("syncd login", "get a token of Webasyst")]
    return [
        (f"export {ENV_FILE}={shlex.quote(str(path.absolute()))}", ""),
        *login,
        ("syncd doctor", "look for what would go wrong"),
        ("syncd plan -o plan.json", "see what would be written"),
        ("syncd apply plan.json", "write exactly that"),
        ("syncd run", "keep the shops in step"),
    ]
