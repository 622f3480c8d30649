"""Where shops may call us, and what has to stand in between."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.doctor.finding import Finding, ok
from syncd.settings import Settings
from syncd.settings.host import is_loopback

SUBJECT = "hooks"


def hooks(settings: Settings) -> Finding:
    """A hint; whether a public address leads here can only be seen from outside."""
    named = _with_secret(settings)
    if not named:
        return ok(
            SUBJECT,
            "address",
            "no shop calls syncd: no hook_secret is set",
            why="Changes are found by polling, within SYNCD_ORDERS__UPDATE_TIME; hooks only make it quicker.",
            fix="'syncd hooks --help' says how to set one up.",
        )
    http = settings.http
    where = f"{http.host}:{http.port}"
    public = (
        "a web server must pass https://YOUR-HOST/hooks/ on to it"
        if is_loopback(http.host)
        else "open the port to the shops only, behind TLS"
    )
    return ok(
        SUBJECT,
        "address",
        f"{', '.join(named)} may call syncd, which listens on {where} while it runs",
        why="A call makes syncd look at once; without it polling finds the same.",
        fix=f"{public}; 'syncd hooks list' shows the paths and who called.",
    )


def _with_secret(settings: Settings) -> Sequence[str]:
    further = [source.name for source in settings.sources if source.hook_secret is not None]
    return [*(["cscart"] if settings.cscart.hook_secret is not None else []), *further]
