"""The systemd units: right in systemd's own eyes, and closed."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.deploy.offline import REPOSITORY

UNITS = REPOSITORY / "deploy" / "systemd"
SERVICES = ("syncd.service", "syncd-once.service")
MOST_EXPOSED = 1.5
_OWN = {"execstart", "type", "loadcredential", "environment", "timeoutstopsec", "notifyaccess", "watchdogsec"}
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze"
)


class Unit(dict[str, list[str]]):
    """The settings of a unit's [Service] section, every value of each."""

    def __init__(self, name: str) -> None:
        super().__init__()
        section = (UNITS / name).read_text("utf-8").partition("[Service]\n")[2].partition("\n[")[0]
        for line in section.splitlines():
            if line and not line.startswith("#"):
                key, _, value = line.partition("=")
                self.setdefault(key.lower(), []).append(value)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root directory with the units, their program, and the targets that every machine has."""
    folder = tmp_path / "etc/systemd/system"
    folder.mkdir(parents=True)
    for name in (*SERVICES, "syncd-once.timer"):
        shutil.copy(UNITS / name, folder)
    for target in (
        "sysinit",
        "basic",
        "shutdown",
        "network-online",
        "multi-user",
        "timers",
        "time-set",
        "time-sync",
    ):
        (folder / f"{target}.target").write_text(f"[Unit]\nDescription={target}\n")
    program = tmp_path / "opt/syncd/bin/syncd"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return tmp_path


@needs_systemd
@pytest.mark.parametrize("name", [*SERVICES, "syncd-once.timer"])
def test_systemd_finds_nothing_wrong(root: Path, name: str) -> None:
    """`systemd-analyze verify` has nothing to say: no unknown setting, no wrong value, no missing program."""
    found = subprocess.run(
        ["systemd-analyze", "verify", f"--root={root}", name], check=False, capture_output=True, text=True
    )
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_the_services_are_closed(name: str) -> None:
    """`systemd-analyze security` rates their exposure at 1.5 of 10 or less."""
    found = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNITS / name)],
        check=True,
        capture_output=True,
        text=True,
    )
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", found.stdout)
    assert level is not None
    assert float(level[1]) <= MOST_EXPOSED


def test_both_services_are_closed_in_the_same_way() -> None:
    """What the one may not, the other may not either, and both are the same user with the same data."""
    forever, once = (
        {key: value for key, value in Unit(name).items() if key not in _OWN | {"restart", "restartsec"}}
        for name in SERVICES
    )
    forever.pop("restartpreventexitstatus")
    once.pop("successexitstatus")
    assert forever == once
    assert forever["user"] == ["syncd"]


def test_the_service_is_watched_by_its_progress() -> None:
    """systemd hears from the process itself that it is ready, and starts it anew when it makes no progress."""
    unit = Unit("syncd.service")
    assert (unit["type"], unit["notifyaccess"]) == (["notify"], ["main"])
    assert int(unit["watchdogsec"][0]) > 0
    assert unit["restart"] == ["on-failure"]


def test_what_only_a_person_can_mend_is_not_started_again() -> None:
    """Exit codes 10, 11 and 12 end the service for good."""
    assert Unit("syncd.service")["restartpreventexitstatus"] == ["10 11 12"]


@pytest.mark.parametrize("name", SERVICES)
def test_settings_come_as_a_credential(name: str) -> None:
    """The file of settings is root's; the process reads systemd's copy, which lies where the variable says."""
    unit = Unit(name)
    credential, _, file = unit["loadcredential"][0].partition(":")
    assert file == "/etc/syncd/settings.env"
    assert f"SYNCD_ENV_FILE=/run/credentials/{name}/{credential}" in unit["environment"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_a_unit(name: str) -> None:
    """Everybody may read a unit file and what `systemctl show` says."""
    assert not re.search(r"(API_KEY|TOKEN|PASSWORD|SECRET)\w*=", (UNITS / name).read_text("utf-8"))


def test_the_timer_starts_the_one_run() -> None:
    """A timer starts the service of its own name, also after the machine slept."""
    timer = RawConfigParser()
    timer.read(UNITS / "syncd-once.timer")
    assert timer["Timer"]["Persistent"] == "yes"
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert "[Install]" not in (UNITS / "syncd-once.service").read_text("utf-8")
