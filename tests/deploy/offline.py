"""Installing without a network: the locked packages are those that run these tests, linked into the new environment.

`python` below makes environments whose `pip` is this file. It serves `install --require-hashes` from what is installed here,
after checking that each version is the locked one, and lets the true pip do everything else without an index. Where
SYNCD_TEST_WHEELS names a folder of wheels (`pip download --require-hashes --dest FOLDER -r requirements.lock`), the true pip
installs the locked packages from there, hashes and all.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import sysconfig
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement

from tools.lock import normal, pins

REPOSITORY = Path(__file__).parents[2]
_WHEELS = "SYNCD_TEST_WHEELS"


def clean_environment() -> dict[str, str]:
    """The environment of somebody who has neither the repository nor settings."""
    ours = ("SYNCD_", "PYTHON", "COV_", "PYTEST_", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours) or name == _WHEELS}


def python(folder: Path) -> Path:
    """A `python` in this folder that makes environments whose `pip` needs no network."""
    folder.mkdir(parents=True)
    command = folder / "python"
    _script(
        command, "import sys; from tests.deploy import offline; sys.exit(offline.as_python(sys.argv[1:]))"
    )
    (folder / "python3").symlink_to(command)
    return command


def as_python(arguments: list[str]) -> int:
    """Run Python as asked; a new environment gets the other `pip`."""
    code = subprocess.run([sys.executable, *arguments], check=False).returncode
    if code == 0 and arguments[:2] == ["-m", "venv"]:
        give_pip(Path(arguments[-1]))
    return code


def give_pip(environment: Path) -> None:
    """Put the other `pip` into an environment."""
    code = "import sys; from tests.deploy import offline; sys.exit(offline.as_pip(sys.argv[0], sys.argv[1:]))"
    (environment / "bin" / "pip").unlink(missing_ok=True)
    _script(environment / "bin" / "pip", code)


def as_pip(command: str, arguments: list[str]) -> int:
    """What `pip` does with these arguments for the environment that it lies in."""
    environment = Path(command).absolute().parent.parent
    if "--require-hashes" in arguments and not os.environ.get(_WHEELS):
        link_locked(environment, Path(arguments[arguments.index("-r") + 1]).read_text("utf-8"))
        return 0
    source = ["--find-links", os.environ[_WHEELS]] if os.environ.get(_WHEELS) else []
    indexed = ["--no-index", *source] if arguments[0] in ("install", "wheel") else []
    true = [str(environment / "bin" / "python"), "-m", "pip", arguments[0], *indexed, *arguments[1:]]
    return subprocess.run(true, check=False, env=clean_environment()).returncode


def link_locked(environment: Path, lock: str) -> None:
    """Link the locked distributions into an environment. Raises `ValueError` for one without hash, or that is not here."""
    here = {normal(found.metadata["Name"]): found for found in distributions()}
    site = next(environment.glob("lib/python3*/site-packages"))
    for pin in pins(lock):
        asked = Requirement(pin.lines[0].rstrip(" \\"))
        if asked.marker is not None and not asked.marker.evaluate():
            continue
        found = here.get(pin.name)
        if (
            found is None
            or found.version not in asked.specifier
            or "--hash=sha256:" not in "".join(pin.lines)
        ):
            raise ValueError(f"{asked} is not here with its hash; make installs the locked versions")
        _link(found, site)


def _link(found: Distribution, site: Path) -> None:
    tops = {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}
    assert tops, f"{found.metadata['Name']} does not list its files"
    # A new environment brings a setuptools of its own, which the locked one takes the place of.
    for earlier in [*site.glob(f"{found.metadata['Name']}-*.dist-info"), *(site / top for top in tops)]:
        if earlier.is_dir() and not earlier.is_symlink():
            shutil.rmtree(earlier)
        else:
            earlier.unlink(missing_ok=True)
    for top in tops:
        (site / top).symlink_to(Path(str(found.locate_file(top))).absolute())


def _script(file: Path, code: str) -> None:
    """A command that runs code with the Python and the packages of these tests."""
    site = sysconfig.get_paths()["purelib"]
    # In a file of its own, a long path to Python would not fit the first line.
    file.write_text(
        f"#!/bin/sh\nPYTHONPATH='{REPOSITORY}:{site}' exec '{sys.executable}' -c "
        f'\'import sys; sys.argv = sys.argv[1:]; {code}\' "$0" "$@"\n'
    )
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
