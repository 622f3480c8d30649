"""The wheel is what people get: it holds all that the program needs, and nothing else does."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.deploy.installed import Installed
from tests.deploy.offline import REPOSITORY, clean_environment

pytestmark = pytest.mark.slow


def test_every_file_of_the_package_is_in_the_wheel(installed: Installed) -> None:
    """Migrations, data and type marks travel along; tests and tools do not."""
    with zipfile.ZipFile(installed.wheel) as wheel:
        inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    package = {
        file.relative_to(REPOSITORY).as_posix()
        for file in (REPOSITORY / "syncd").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert inside == package
    assert {PurePosixPath(name).parts[0] for name in inside} == {"syncd"}


def test_it_is_the_wheel_that_runs(installed: Installed) -> None:
    """The installation knows nothing of the repository."""
    found = subprocess.run(
        [installed.bin / "python", "-c", "import syncd; print(syncd.__file__)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=installed.folder,
        env=clean_environment(),
    )
    assert Path(found.stdout.strip()).is_relative_to(installed.bin.parent)


def test_the_demo_runs_from_the_wheel(installed: Installed) -> None:
    """`syncd demo --once` in a folder without the repository: both shops agree, exit code 0."""
    found = installed.run("demo", "--once", "--products", "9", "--orders", "6")
    assert found.returncode == 0, found.stderr
    assert "Both shops agree." in found.stdout
