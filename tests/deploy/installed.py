"""syncd as people install it: the wheel, in an environment that holds the locked packages and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.offline import REPOSITORY, clean_environment, link_locked
from tools.lock import program_needs, share


@dataclass(frozen=True, slots=True)
class Installed:
    """An installation, and a folder of its own to work in."""

    wheel: Path
    bin: Path
    folder: Path

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `syncd` in the folder, with no settings but those given."""
        return subprocess.run(
            [self.bin / "syncd", *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=clean_environment() | env,
            timeout=300,
        )


def build_wheel(folder: Path) -> Path:
    """Build the wheel of a copy of the sources, without a network."""
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    shutil.copytree(REPOSITORY / "syncd", source / "syncd", ignore=shutil.ignore_patterns("__pycache__"))
    command = [
        "wheel",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
    ]
    subprocess.run([sys.executable, "-m", "pip", *command, str(source)], check=True, env=clean_environment())
    return next(folder.glob("syncd-*.whl"))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, installed into an empty environment beside the packages that the lock names for run time."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = build_wheel(folder)
    environment, work = folder / "venv", folder / "work"
    work.mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    needs = program_needs((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    lock = share((REPOSITORY / "requirements.lock").read_text("utf-8"), needs)
    link_locked(environment, "\n".join(line for pin in lock for line in pin.lines))
    command = [
        "--python",
        str(environment / "bin" / "python"),
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([sys.executable, "-m", "pip", *command, str(wheel)], check=True, env=clean_environment())
    return Installed(wheel, environment / "bin", work)
