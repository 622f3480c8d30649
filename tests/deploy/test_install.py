"""install.sh in a clean root directory, and the command by hand."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.deploy.offline import REPOSITORY, clean_environment, python

SCRIPTS = REPOSITORY / "deploy" / "systemd"
INSTALL = SCRIPTS / "install.sh"
FILES = {
    "etc/systemd/system/syncd.service",
    "etc/systemd/system/syncd-once.service",
    "etc/systemd/system/syncd-once.timer",
    "usr/local/bin/syncd",
}


def script(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", INSTALL, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=clean_environment() | env,
        timeout=300,
    )


def files(root: Path) -> set[str]:
    """The files below a root directory, the program's own left out."""
    found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith("opt/syncd/")}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root directory after the installation, with settings that were there before."""
    folder = tmp_path_factory.mktemp("install")
    root = folder / "root"
    (root / "etc/syncd").mkdir(parents=True)
    (root / "etc/syncd/settings.env").write_text("SYNCD_LOG__LEVEL=debug\n")
    done = script(DESTDIR=str(root), PYTHON=str(python(folder / "python")))
    assert done.returncode == 0, done.stderr
    return root


@pytest.mark.slow
def test_it_installs_units_and_command(root: Path) -> None:
    """Everything is where the units look for it, and the settings are as they were."""
    assert files(root) == FILES | {"etc/syncd/settings.env"}
    assert (root / "etc/syncd/settings.env").read_text() == "SYNCD_LOG__LEVEL=debug\n"
    assert stat.S_IMODE((root / "etc/syncd").stat().st_mode) == 0o700
    assert os.access(root / "usr/local/bin/syncd", os.X_OK)


@pytest.mark.slow
def test_the_program_runs_from_there(root: Path) -> None:
    """It is found under the path that the units name, and has left nothing of the folder that it was made in."""
    command = (root / "opt/syncd/bin/syncd").read_text()
    assert str(root) not in command
    assert "/opt/syncd/bin/python" in command.splitlines()[0]
    run = [str(root / "opt/syncd/bin/python"), "-m", "syncd", "--version"]
    done = subprocess.run(run, check=True, capture_output=True, text=True, cwd="/", env=clean_environment())
    assert done.stdout.startswith("syncd ")
    assert not (root / "opt/syncd.new").exists()


@pytest.mark.slow
def test_one_command_takes_it_away(root: Path, tmp_path: Path) -> None:
    """What was installed goes; settings stay, and the way to remove them is told."""
    copy = tmp_path / "root"
    shutil.copytree(root, copy, symlinks=True)
    done = script("--uninstall", DESTDIR=str(copy))
    assert done.returncode == 0, done.stderr
    assert {name.relative_to(copy).as_posix() for name in copy.rglob("*") if name.is_file()} == {
        "etc/syncd/settings.env"
    }
    assert "/etc/syncd" in done.stdout


def test_an_old_python_is_told(tmp_path: Path) -> None:
    """Before anything is made."""
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = script(DESTDIR=str(tmp_path / "root"), PYTHON=str(old))
    assert done.returncode == 1
    assert "Python 3.11 or later" in done.stderr
    assert not (tmp_path / "root").exists()


def test_an_unknown_word_explains(tmp_path: Path) -> None:
    """The script tells its three uses and does nothing."""
    done = script("--instal", DESTDIR=str(tmp_path / "root"))
    assert done.returncode == 2
    assert "--uninstall" in done.stderr
    assert not (tmp_path / "root").exists()


def by_hand(folder: Path, *arguments: str, settings: bool) -> list[str]:
    """The words that the command by hand gives to systemd-run, with settings or before there are some."""
    fake = folder / "systemd-run"
    fake.write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    fake.chmod(0o755)
    there = folder / "settings.env"
    if settings:
        there.touch()
    text = (SCRIPTS / "by-hand.sh").read_text("utf-8")
    (folder / "by-hand.sh").write_text(text.replace("[ -e /etc/syncd/settings.env ]", f"[ -e '{there}' ]"))
    done = subprocess.run(
        ["sh", folder / "by-hand.sh", *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": f"{folder}:{os.environ['PATH']}"},
    )
    return done.stdout.splitlines()


def test_by_hand_a_command_is_the_services_user(tmp_path: Path) -> None:
    """The settings, data directory and user are the service's; the arguments arrive as they are, blanks included."""
    words = by_hand(tmp_path, "explain", "order", "a b", settings=True)
    assert words[-4:] == ["/opt/syncd/bin/syncd", "explain", "order", "a b"]
    unit = next(word.partition("=")[2] for word in words if word.startswith("--unit="))
    assert f"--setenv=SYNCD_ENV_FILE=/run/credentials/{unit}/settings.env" in words
    service = (SCRIPTS / "syncd.service").read_text("utf-8").splitlines()
    shared = ("DynamicUser=", "User=", "StateDirectory=", "StateDirectoryMode=", "UMask=", "LoadCredential=")
    for line in [line for line in service if line.startswith(shared)]:
        assert f"--property={line}" in words
    assert "--setenv=SYNCD_DATA_DIR=/var/lib/syncd" in words


def test_before_there_are_settings_a_command_by_hand_runs_without(tmp_path: Path) -> None:
    """`syncd init` can be run, as the service's user and into its folder."""
    words = by_hand(tmp_path, "init", settings=False)
    assert words[-2:] == ["/opt/syncd/bin/syncd", "init"]
    assert not any("settings.env" in word for word in words)
    assert "--property=User=syncd" in words


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="this machine has no shellcheck")
def test_shellcheck_finds_nothing() -> None:
    """Both scripts are clean."""
    found = subprocess.run(["shellcheck", *SCRIPTS.glob("*.sh")], check=False, capture_output=True, text=True)
    assert found.stdout == ""
