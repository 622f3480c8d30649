"""`syncd bundle`: an archive for support, with everything that explains a trouble and nothing that tells on a person."""

from __future__ import annotations

import json
import platform
import sqlite3
import zipfile
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr
from sqlalchemy import Connection

from syncd import __version__
from syncd.app import PAIR, utc_now
from syncd.app.process import secrets_of
from syncd.cli.failed import whole_json
from syncd.cli.reading import database
from syncd.cli.requests import read as read_requests
from syncd.cli.runs import run_json
from syncd.cli.screen import say
from syncd.cli.spell import iso, spell_json
from syncd.cli.status import status_json
from syncd.daemon.streams import all_of
from syncd.errors import Misconfigured, StorageFailed
from syncd.settings import Settings, load_settings
from syncd.shops.mask import HIDDEN, Mask
from syncd.shops.mask_body import mask_body
from syncd.state import failures, runs
from syncd.state.check import check
from syncd.state.database import Database

REQUESTS, RUNS, FAILURES = 500, 200, 500
"""How many of each are put in at most, the latest."""
_OWNER_ONLY = 0o600


def bundle_command(file: Path, *, as_json: bool) -> int:
    """Write the archive and say what is in it. Raises `Misconfigured` when the file exists, `StorageFailed` for a disk
    that cannot be written."""
    settings = load_settings()
    if file.exists():
        raise Misconfigured(f"{file} exists already; name another file")
    with database(settings) as db:
        parts = gather(settings, db)
    try:
        file.touch(mode=_OWNER_ONLY)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in parts.items():
                archive.writestr(f"syncd/{name}", text)
    except OSError as error:
        file.unlink(missing_ok=True)
        raise StorageFailed(f"{file} cannot be written: {error.strerror}") from error
    if as_json:
        print(spell_json({"file": str(file), "parts": list(parts), "bytes": file.stat().st_size}))
        return 0
    say(f"{file} holds {', '.join(parts)}.")
    say(
        "Secrets and personal data are masked in it. Look it over before you send it: it is an ordinary zip file."
    )
    return 0


def gather(settings: Settings, db: Database | None) -> dict[str, str]:
    """Every file of the archive by name. All of them go through the same mask, so that what slipped into a message, such
    as a customer's e-mail in a shop's answer, does not leave the machine either."""
    mask = Mask(secrets_of(settings))
    parts: dict[str, Callable[[], str]] = {
        "versions.json": lambda: spell_json(_versions(db)),
        "settings.json": lambda: spell_json({"settings": shown(settings)}),
        "status.json": lambda: spell_json(status_json(settings, db)),
        "runs.json": lambda: spell_json({"runs": _runs(settings, db)}),
        "failures.jsonl": lambda: "\n".join(_failures(db, mask)),
        "requests.jsonl": lambda: "\n".join(_requests(settings, mask)),
        "database.json": lambda: spell_json(_checked(db)),
    }
    return {
        name: mask_body(make(), mask) if name.endswith(".json") else make() for name, make in parts.items()
    }


def shown(value: Any) -> Any:
    """A setting as it may be shown: secrets are stars, everything else is plain JSON."""
    if isinstance(value, BaseModel):
        return {name: shown(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, SecretStr | SecretBytes):
        return HIDDEN
    if isinstance(value, dict):
        return {str(name): shown(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [
            shown(each) for each in (sorted(map(str, value)) if isinstance(value, set | frozenset) else value)
        ]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _versions(db: Database | None) -> dict[str, Any]:
    return {
        "syncd": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.platform(),
        "database": db.engine.dialect.name if db else None,
        "written_at": iso(utc_now()),
    }


def _runs(settings: Settings, db: Database | None) -> list[dict[str, Any]]:
    def read(conn: Connection) -> list[dict[str, Any]]:
        return [run_json(run) for name in all_of(settings) for run in runs.recent(conn, PAIR, RUNS, name)]

    return db.run_sync(read) if db else []


def _failures(db: Database | None, mask: Mask) -> list[str]:
    found = db.run_sync(lambda conn: failures.all(conn, PAIR)) if db else []
    return [json.dumps(whole_json(failure, mask), ensure_ascii=False) for failure in found[-FAILURES:]]


def _requests(settings: Settings, mask: Mask) -> list[str]:
    """The log may have been written without hiding personal data: it is masked anew, body by body."""
    latest = deque((line for _, line in read_requests(settings.request_log)), maxlen=REQUESTS)
    return [json.dumps({name: _masked(name, value, mask) for name, value in line.items()}) for line in latest]


def _masked(name: str, value: Any, mask: Mask) -> Any:
    if not isinstance(value, str):
        return value
    if name == "path":
        return mask.url(value)
    if name in {"request", "response"} and value:
        is_form = not value.startswith(("{", "[", "(")) and "=" in value
        return mask.form(value) if is_form else mask_body(value, mask)
    return value if name in {"time", "shop", "method"} else mask.text(value)


def _checked(db: Database | None) -> dict[str, Any]:
    return asdict(check(db)) if db else {"findings": [], "form": None}
