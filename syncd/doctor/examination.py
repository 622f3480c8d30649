"""The whole examination, in the order in which a first run would stumble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryDirectory

from syncd.app import App, utc_now
from syncd.doctor import hooks, probe_machine, probe_network, probe_sources, probe_writes, sources
from syncd.doctor.finding import Finding, Verdict, error, verdict
from syncd.doctor.probe_cscart import CSCartProbe
from syncd.doctor.probe_office import OfficeProbe
from syncd.settings import Settings
from syncd.settings.sources import AnySource
from syncd.state import migrate
from syncd.state.database import Database

_CURRENCY = "XXX"
"""No currency: no amount is looked at."""
_ANY_LETTER = "P"


@dataclass(frozen=True, slots=True)
class LookedIn:
    """What a first look found, and CS-Cart's status letters with the shop's words."""

    findings: list[Finding]
    letters: dict[str, str]


async def examine(
    settings: Settings, *, write_probe: bool, now: Callable[[], datetime] = utc_now
) -> list[Finding]:
    """Everything that can be seen from here; only `write_probe` sends calls that are not reads."""
    found = probe_machine.look(settings)
    with _nobodys_database() as db:
        async with App(_without_log(settings), db, now=now) as app:
            found += await _cscart(app, write_probe)
            found += await _webasyst(app, write_probe)
            for entry in settings.sources:
                found += await _source(app, entry)
    return [*found, hooks.hooks(settings)]


async def look_in(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> LookedIn:
    """Whether both shops let us in and what with; a few reads. Webasyst is not asked without a token."""
    with _nobodys_database() as db:
        async with App(_without_log(settings), db, now=now) as app:
            client = app.cscart()
            source = CSCartProbe(client, app.source(client, _CURRENCY), settings, now)
            found = await source.access()
            if verdict(found) is not Verdict.ERRORS:
                found += await source.read_letters()
            if settings.webasyst.token is not None:
                found += await OfficeProbe(app.webasyst(), app.office(), settings, now).access()
            return LookedIn(found, source.statuses)


async def _cscart(app: App, write_probe: bool) -> list[Finding]:
    found = await probe_network.look("cscart", app.settings.cscart.url, app.now())
    client = app.cscart()
    probe = CSCartProbe(client, app.source(client, _CURRENCY), app.settings, app.now)
    found += await probe.run()
    if write_probe and probe.let_in:
        found += await probe_writes.cscart(client, next(iter(probe.statuses), _ANY_LETTER))
    return found


async def _webasyst(app: App, write_probe: bool) -> list[Finding]:
    found = await probe_network.look("webasyst", app.settings.webasyst.url, app.now())
    if app.settings.webasyst.token is None:
        return [*found, _no_token()]
    client = app.webasyst()
    probe = OfficeProbe(client, app.office(), app.settings, app.now)
    found += await probe.run()
    return [*found, *(await probe_writes.webasyst(client) if write_probe and probe.told else [])]


async def _source(app: App, entry: AnySource) -> list[Finding]:
    if not entry.enabled:
        return [sources.switched_off(entry.name)]
    found = await probe_network.look(entry.name, entry.url, app.now())
    return [*found, *await probe_sources.look(app, entry)]


def _no_token() -> Finding:
    return error(
        "webasyst",
        "authentication",
        "there is no token",
        why="Without one Webasyst answers nothing.",
        fix="Run 'syncd login'.",
    )


@contextmanager
def _nobodys_database() -> Iterator[Database]:
    """An empty one for the block, so that the real one is neither made nor migrated by a look."""
    with TemporaryDirectory(prefix="syncd-doctor-") as folder:
        db = Database.open(f"sqlite:///{folder}/empty.db")
        try:
            migrate.upgrade(db)
            yield db
        finally:
            db.close()


def _without_log(settings: Settings) -> Settings:
    """The request log has one owner, who may be at work."""
    return settings.model_copy(update={"log": settings.log.model_copy(update={"requests": False})})
