"""The daemon: one interval job per stream, a drain at the end, and new settings without a restart."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from types import TracebackType

import structlog
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection as Rows

from syncd import logs
from syncd.app import open_database, utc_now
from syncd.daemon import streams
from syncd.daemon.attendant import Attendant
from syncd.daemon.connection import Connection
from syncd.daemon.drain import PATIENCE, drain
from syncd.daemon.intake import listening
from syncd.daemon.jobs import StreamJob
from syncd.daemon.lock import single_instance
from syncd.daemon.notify import Notifier
from syncd.daemon.signals import Signals, Wish
from syncd.daemon.waiting import Waiting
from syncd.errors import Misconfigured, SyncdError
from syncd.settings import Settings
from syncd.state import history, inbox, runs
from syncd.state.database import Database

_RUNS_KEPT = timedelta(days=30)
_HISTORY_KEPT = timedelta(days=365)
_SKIPPED = {EVENT_JOB_MISSED: "missed", EVENT_JOB_MAX_INSTANCES: "still running"}

log = structlog.get_logger(__name__)


def run_daemon(settings: Settings, load: Callable[[], Settings]) -> None:
    """Run until a signal asks to stop. `load` reads the settings anew.

    Raises `AlreadyRunning`, `StorageFailed` and `Misconfigured`; afterwards trouble is told in the log only.
    """
    logs.configure(settings)
    with single_instance(settings.data_dir):
        db = open_database(settings)
    try:
        asyncio.run(_serve(settings, db, load))
    finally:
        db.close()


async def _serve(settings: Settings, db: Database, load: Callable[[], Settings]) -> None:
    with Signals().caught() as signals:
        notifier = Notifier()
        await Waiting(settings, db, signals, notifier).run()
        if not signals.stop.is_set():
            with single_instance(settings.data_dir):
                await asyncio.to_thread(db.claim)
                await Service(settings, db, load, signals, notifier=notifier).run()


class Service:
    """Shifts of one process, one for each set of settings."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        load: Callable[[], Settings],
        signals: Signals,
        *,
        notifier: Notifier | None = None,
        patience: float = PATIENCE,
        set_up_log: Callable[[Settings], None] = logs.configure,
    ) -> None:
        self._settings = settings
        self._db = db
        self._load = load
        self._signals = signals
        self._notifier = notifier or Notifier()
        self._patience = patience
        self._set_up_log = set_up_log

    async def run(self) -> None:
        """Work until the wish to stop. Raises `Misconfigured` when no stream is switched on, or hooks have no address."""
        settings: Settings | None = self._settings
        earlier: Settings | None = None
        while settings is not None and not self._signals.stop.is_set():
            shift = Shift(settings, self._db, self._signals, self._notifier, patience=self._patience)
            async with AsyncExitStack() as stack:
                try:
                    await stack.enter_async_context(shift)
                except Misconfigured as error:
                    # Some settings are seen to be wrong only when they are used: a port that another program has.
                    if earlier is None:
                        raise
                    settings, earlier = self._keep(earlier, error), None
                    continue
                self._settings = settings
                earlier, settings = settings, await self._work(shift)
        log.info("daemon.ended")

    async def _work(self, shift: Shift) -> Settings | None:
        """What a shift lasts; answers the settings of the next one, or `None` for the end."""
        watchdog = asyncio.create_task(self._notifier.feed_watchdog(shift.fresh))
        self._notifier.send("READY=1", f"STATUS={shift.summary()}")
        log.info("daemon.ready", streams=[job.stream for job in shift.jobs])
        settings = await self._until_change()
        self._notifier.send("STOPPING=1") if settings is None else self._notifier.reloading()
        watchdog.cancel()
        with suppress(asyncio.CancelledError):
            await watchdog
        return settings

    def _keep(self, earlier: Settings, error: Misconfigured) -> Settings:
        log.error("settings.kept", reason=str(error))
        self._set_up_log(earlier)
        return earlier

    async def _until_change(self) -> Settings | None:
        """New settings, or `None` for the end."""
        while await self._signals.next() is Wish.RELOAD:
            try:
                settings = self._load()
                streams.chosen(settings, None)
                self._check_same_database(settings)
            except SyncdError as error:
                log.error("settings.kept", reason=str(error))
                continue
            self._set_up_log(settings)
            log.info("settings.read")
            return settings
        return None

    def _check_same_database(self, settings: Settings) -> None:
        same = (self._settings.data_dir, self._settings.database)
        if (settings.data_dir, settings.database) != same:
            raise Misconfigured(
                "SYNCD_DATA_DIR or SYNCD_DATABASE_URL has changed, which needs a restart; the earlier settings stay"
            )


class Shift:
    """The daemon's work under one set of settings: the connection, the jobs and their scheduler."""

    def __init__(
        self, settings: Settings, db: Database, signals: Signals, notifier: Notifier, *, patience: float
    ) -> None:
        self._db = db
        self._signals = signals
        self._notifier = notifier
        self._patience = patience
        self._connection = Connection(settings, db)
        self.jobs = self._jobs(settings)
        self.skipped: Counter[str] = Counter()
        """Runs that the scheduler left out, by reason."""
        self._scheduler = self._schedule(settings)
        self._settings = settings
        self._ear = AsyncExitStack()
        self._attendant = Attendant(db, self.jobs, settings.data_dir, self._run_all)
        self._attending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Shift:
        # Before anything runs: a pause outlives a restart.
        await self._attendant.look()
        await self._ear.enter_async_context(listening(self._settings, self._db, self._wake))
        self._attending = asyncio.create_task(self._attendant.attend())
        self._scheduler.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._ear.aclose()
        if self._attending is not None:
            self._attending.cancel()
        # The scheduler's own shutdown cancels running coroutines: it comes last, when none is left.
        self._scheduler.pause()
        tasks = {task for job in self.jobs for task in job.tasks}
        await drain(tasks, [job.pulse for job in self.jobs], self._signals.hurry, patience=self._patience)
        self._scheduler.shutdown(wait=False)
        await self._connection.close()

    def fresh(self) -> bool:
        """Whether every running cycle makes progress."""
        return not any(job.stalled for job in self.jobs)

    def summary(self) -> str:
        """The streams with their latest outcome, for the service manager."""
        return ", ".join(f"{job.stream}: {job.outcome}" for job in self.jobs)

    def _wake(self, stream: str) -> None:
        for job in self.jobs:
            if job.stream == stream:
                job.hint()

    def _tell(self) -> None:
        self._notifier.send(f"STATUS={self.summary()}")

    def _jobs(self, settings: Settings) -> list[StreamJob]:
        jobs = {
            stream: StreamJob(stream, self._connection.shops, self._db, told=self._tell)
            for stream in streams.chosen(settings, None)
        }
        for stream, job in jobs.items():
            first = streams.goes_first(stream)
            job.after = jobs.get(first) if first is not None else None
        return list(jobs.values())

    def _schedule(self, settings: Settings) -> AsyncIOScheduler:
        # The defaults would leave out a run that comes a second late.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        scheduler.add_listener(self._count, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        for job in self.jobs:
            trigger = IntervalTrigger(seconds=streams.seconds(settings, job.stream), timezone=UTC)
            scheduler.add_job(job.run, trigger, id=job.stream, next_run_time=datetime.now(UTC))
        scheduler.add_job(self.tidy_up, IntervalTrigger(days=1, timezone=UTC), id="tidy-up")
        return scheduler

    def _run_all(self) -> None:
        """The scheduler waits for a time of day: after a step of the clock back it would rest until that comes again."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    def _count(self, event: JobExecutionEvent) -> None:
        why = _SKIPPED[event.code]
        self.skipped[why] += 1
        log.debug("cycle.left_out", stream=event.job_id, why=why)

    async def tidy_up(self) -> None:
        """Forget what nobody asks for any more."""
        now = utc_now()

        def forget(conn: Rows) -> None:
            runs.prune(conn, now - _RUNS_KEPT)
            history.prune(conn, now - _HISTORY_KEPT)
            inbox.prune(conn, now - timedelta(days=self._settings.http.hooks_kept))

        try:
            await self._db.run(forget)
        except SyncdError as error:
            log.warning("tidy_up.failed", reason=str(error))
