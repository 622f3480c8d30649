"""The way to a host: its name, its certificate, its clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from syncd.doctor.finding import Finding, error, ok, warning

SOON = timedelta(days=14)
"""A certificate that is renewed by a machine is renewed earlier."""
NEAR = timedelta(seconds=60)


def name(subject: str, host: str, found: list[str] | str) -> Finding:
    """Whether the host's name is known: its addresses, or why there are none."""
    if isinstance(found, list):
        return ok(subject, "dns", f"{host} is {', '.join(found)}")
    return error(
        subject,
        "dns",
        f"the name {host} cannot be looked up: {found}",
        why="Without its address the shop cannot be reached.",
        fix="Correct the address in the settings, or this machine's DNS (resolv.conf).",
    )


def certificate(subject: str, host: str, found: datetime | str, now: datetime) -> Finding:
    """Whether the host's certificate is good: until when, or why the connection was refused."""
    if isinstance(found, str):
        return error(
            subject,
            "tls",
            f"no encrypted connection to {host}: {found}",
            why="A key is sent only where the certificate proves who reads it.",
            fix="Have the shop's certificate renewed, with its whole chain; behind a private authority, name its "
            "certificate in SSL_CERT_FILE.",
        )
    what = f"the certificate of {host} is good until {found:%Y-%m-%d}"
    if found - now > SOON:
        return ok(subject, "tls", what)
    return warning(
        subject,
        "tls",
        what,
        why="Every call fails once it has run out.",
        fix="See that the shop renews its certificate by itself.",
    )


def in_clear(subject: str, host: str, *, local: bool) -> Finding:
    """An address with http://: fine on this machine only."""
    if local:
        return ok(subject, "tls", f"{host} is this machine; nothing needs to be encrypted")
    return warning(
        subject,
        "tls",
        f"calls to {host} are not encrypted",
        why="Everybody on the way can read the keys and the customers' data.",
        fix="Use https:// in the shop's address and remove SYNCD_HTTP__ALLOW_INSECURE.",
    )


def proxied(subject: str, host: str) -> Finding:
    """A proxy stands in between; it looks names up, and certificates are checked by the calls themselves."""
    return ok(subject, "dns", f"{host} is reached by the proxy of the environment")


def offset(subject: str, seconds: float | None) -> Finding:
    """How far the shop's clock is ahead of ours, by its `Date` header; `None` when it sends none."""
    if seconds is None:
        return warning(
            subject,
            "clock",
            "the shop sends no Date header",
            why="Its clock is unknown then: changes are looked for with an hour's overlap, which costs calls.",
            fix="Have the web server or the proxy in front of the shop send the Date header.",
        )
    if abs(seconds) <= NEAR.total_seconds():
        return ok(subject, "clock", f"its clock is {round(seconds):+d} s from ours")
    return warning(
        subject,
        "clock",
        f"its clock is {round(seconds):+d} s from ours",
        why="syncd reckons with the shop's own clock and misses nothing, but times in logs and orders will puzzle people.",
        fix="Set both clocks by NTP (timedatectl).",
    )
